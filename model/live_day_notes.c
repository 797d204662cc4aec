#include "model/live_day_internal.h"

#include "model/model_internal.h"

#include <string.h>

/* What people wrote of a day's discrepancies (pipeline/keys.h, rc_key_note), as far as it says
 * whether they are resolved and whose they are. Notes are never changed, and each is taken by its
 * own time, so that reading them again changes nothing but what is new. */

enum { NOTES_MOST = 10000 }; /* that are read; people write tens a day */

const char rc_live_day_note_tables[] =
    "CREATE TABLE live_note (transaction_id TEXT, about TEXT, at INTEGER, use TEXT, word TEXT,"
    " PRIMARY KEY (transaction_id, about)) WITHOUT ROWID;"
    "CREATE VIEW live_discrepancy AS SELECT d.*, r.word AS resolution, a.word AS assignee,"
    " CASE WHEN r.word IS NOT NULL THEN 'resolved'"
    " WHEN a.word IS NOT NULL THEN 'assigned to ' || a.word ELSE 'open' END AS state"
    " FROM discrepancy d"
    " LEFT JOIN live_note r ON r.transaction_id = d.transaction_id AND r.about = 'resolution'"
    " LEFT JOIN live_note a ON a.transaction_id = d.transaction_id AND a.about = 'assignee';";

bool rc_live_day_prepare_notes(struct rc_live_day *day, struct rc_error *err)
{
    return rc_dayfile_prepare(&day->file,
                              "INSERT INTO live_note VALUES (?,?,?,?,?) ON CONFLICT DO UPDATE"
                              " SET at = excluded.at, use = excluded.use, word = excluded.word"
                              " WHERE (excluded.at, excluded.use) > (at, use)",
                              &day->notes.put, err);
}

void rc_live_day_free_notes(struct rc_live_day *day)
{
    sqlite3_finalize(day->notes.put);
}

void rc_live_day_ask_notes(struct rc_live_day *day, struct rc_query *query)
{
    day->notes.read = 0;
    query->table = RC_TABLE_STATE;
    query->most_items = NOTES_MOST;
    rc_key_notes(&day->day, (struct rc_text){"", 0}, &query->key);
}

/* What a kind of note is about, and its word: NULL takes an earlier one back. */
static const char *about(const json_t *item, const char **word)
{
    const char *kind = rc_item_get_text(item, "kind");
    *word = NULL;
    if (!kind)
        return NULL;
    if (strcmp(kind, "assign") == 0) {
        const char *assignee = rc_item_get_text(item, "assignee");
        *word = assignee && *assignee ? assignee : NULL;
        return "assignee";
    }
    bool resolves = strcmp(kind, "resolve") == 0;
    if (!resolves && strcmp(kind, "reopen") != 0)
        return NULL;
    const char *reason = rc_item_get_text(item, "reason");
    *word = resolves ? (reason ? reason : "") : NULL;
    return "resolution";
}

static bool put_note(struct rc_live_day *day, const json_t *item, struct rc_error *err)
{
    const char *sk = rc_item_get_text(item, "SK"), *word, *what = about(item, &word);
    char id[RC_ID_BYTES + 1];
    int64_t at;
    if (!what || !sk || !rc_item_get_int(item, "at", &at))
        return true;
    struct rc_row row = rc_row_of(day->notes.put);
    rc_row_text(&row, id, rc_key_note_id(sk, id));
    rc_row_str(&row, what);
    rc_row_int(&row, at);
    rc_row_str(&row, sk + strcspn(sk, "#"));
    rc_row_str(&row, word);
    return rc_row_insert(&row) || rc_dayfile_fail(&day->file, "write to", err);
}

bool rc_live_day_put_notes(struct rc_live_day *day, const json_t *const *items, size_t count,
                           struct rc_error *err)
{
    bool ok = rc_dayfile_exec(&day->file, "write to", "BEGIN", err);
    for (size_t i = 0; ok && i < count; i++)
        ok = put_note(day, items[i], err);
    ok = ok && rc_dayfile_exec(&day->file, "write to", "COMMIT", err);
    if (!ok) {
        sqlite3_exec(day->file.db, "ROLLBACK", NULL, NULL, NULL);
        return false;
    }
    day->listing.version++;
    day->notes.read += count;
    if (day->notes.read < NOTES_MOST || day->notes.told)
        return true;
    day->notes.told = true;
    rc_live_note(
        day->listing.live,
        "%s %s: %d notes were read, and there may be more: what those say of discrepancies "
        "is not in their list, but on their own pages",
        day->day.program, day->date, NOTES_MOST);
    return true;
}
