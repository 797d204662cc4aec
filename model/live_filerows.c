#include "model/live_filerows.h"

#include "aws/ddb_item.h"
#include "pipeline/file.h"

#include <stdio.h>
#include <string.h>

bool rc_filerows_open(struct rc_filerows *rows, struct rc_live *live, struct rc_error *err)
{
    rows->add =
        rc_live_prepare(live,
                        "INSERT INTO file (listing, rank, kind, name, size, modified,"
                        " storage_class, etag, bucket, key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        err);
    rows->tell = rows->add
                     ? rc_live_prepare(live,
                                       "UPDATE file SET program = ?, date = ?, side = ?,"
                                       " version = ?, state = ?, route = ?, run = ?,"
                                       " failed_at = ?, records = ?, rejected = ?, expected = ?,"
                                       " delivery = ?, size = coalesce(size, ?), seen = ?,"
                                       " age_s = ?, alert = ?, cause = ? WHERE id = ?",
                                       err)
                     : NULL;
    return rows->tell != NULL;
}

void rc_filerows_close(struct rc_filerows *rows)
{
    sqlite3_finalize(rows->add);
    sqlite3_finalize(rows->tell);
    *rows = (struct rc_filerows){0};
}

bool rc_filerows_add(struct rc_filerows *rows, struct rc_listing *listing,
                     const struct rc_filerow *row, struct rc_error *err)
{
    sqlite3_stmt *to = rows->add;
    char modified[RC_TIME_TEXT];
    const char *etag = row->etag ? row->etag : "";
    size_t length = strlen(etag);
    bool quoted = length > 1 && *etag == '"';
    rc_time_text(row->modified_unix_ms, modified);
    sqlite3_bind_int64(to, 1, listing->number);
    sqlite3_bind_int(to, 2, row->rank);
    rc_bind_text(to, 3, row->kind);
    rc_bind_text(to, 4, row->name);
    if (row->size_bytes >= 0)
        sqlite3_bind_int64(to, 5, row->size_bytes);
    rc_bind_text(to, 6, modified);
    rc_bind_text(to, 7, row->storage_class);
    if (length)
        sqlite3_bind_text(to, 8, etag + quoted, (int)(length - 2 * quoted), SQLITE_TRANSIENT);
    rc_bind_text(to, 9, row->bucket);
    rc_bind_text(to, 10, row->key);
    bool ok = rc_live_step(listing->live, to, err);
    listing->rows += ok;
    return ok;
}

/* ----- what the pipeline says ----- */

void rc_file_alert(const json_t *item, int64_t now_unix_ms, char alert[48])
{
    const char *state = rc_item_get_text(item, "state"), *at = rc_item_get_text(item, "failed_at");
    int64_t rejected = 0, until = 0;
    rc_item_get_int(item, "rejected", &rejected);
    bool owned = rc_item_get_text(item, "owner") && rc_item_get_int(item, "until", &until);
    bool begun =
        state && (strcmp(state, RC_FILE_INSPECTED) == 0 || strcmp(state, RC_FILE_INGESTING) == 0);
    alert[0] = '\0';
    if (!state)
        return;
    if (strcmp(state, RC_FILE_FAILED) == 0)
        snprintf(alert, 48, "! failed%s%.32s", at && *at ? " at " : "", at ? at : "");
    else if (strcmp(state, RC_FILE_REJECTED) == 0)
        snprintf(alert, 48, "! rejected");
    else if (strcmp(state, RC_FILE_CONFLICTING) == 0)
        snprintf(alert, 48, "! conflicting");
    else if (strcmp(state, RC_FILE_DUPLICATE) == 0)
        snprintf(alert, 48, "duplicate");
    else if (begun && owned && until < now_unix_ms)
        snprintf(alert, 48, "! nobody at work");
    else if (rejected > 0)
        snprintf(alert, 48, "! %lld rejected", (long long)rejected);
}

void rc_file_cause(const json_t *item, char cause[RC_CAUSE_BYTES])
{
    const char *text = rc_item_get_text(item, "cause");
    json_t *wrapped = text && *text == '{' ? json_loads(text, 0, NULL) : NULL;
    const char *inner = json_string_value(json_object_get(wrapped, "errorMessage"));
    snprintf(cause, RC_CAUSE_BYTES, "%s", inner ? inner : text ? text : "");
    json_decref(wrapped);
}

bool rc_filerows_tell(struct rc_filerows *rows, struct rc_live *live, int64_t key,
                      const json_t *item, struct rc_error *err)
{
    static const char *const texts[] = {"program", "date",  "side", "SK",
                                        "state",   "route", "run",  "failed_at"};
    static const char *const numbers[] = {"records", "rejected", "expected", "delivery", "size"};
    enum { TEXTS = sizeof texts / sizeof *texts, NUMBERS = sizeof numbers / sizeof *numbers };
    sqlite3_stmt *to = rows->tell;
    int64_t now_ms = rc_live_now_ms(live), value;
    char seen[RC_TIME_TEXT], alert[48], cause[RC_CAUSE_BYTES];
    int at = 1;
    for (int i = 0; i < TEXTS; i++, at++)
        rc_bind_text(to, at, rc_item_get_text(item, texts[i]));
    for (int i = 0; i < NUMBERS; i++, at++)
        if (rc_item_get_int(item, numbers[i], &value) && value >= 0)
            sqlite3_bind_int64(to, at, value);
    if (rc_item_get_int(item, "seen", &value)) {
        rc_time_text(value, seen);
        rc_bind_text(to, at, seen);
        sqlite3_bind_int64(to, at + 1, now_ms > value ? (now_ms - value) / 1000 : 0);
    }
    rc_file_alert(item, now_ms, alert);
    rc_bind_text(to, at + 2, alert);
    rc_file_cause(item, cause);
    rc_bind_text(to, at + 3, cause);
    sqlite3_bind_int64(to, at + 4, key);
    return rc_live_step(live, to, err);
}
