#include "model/live.h"

#include "aws/ddb_item.h"
#include "model/live_filerows.h"
#include "model/live_items.h"
#include "pipeline/pipeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the pipeline knows of files that S3 has listed: of each object the newest version that
 * was seen, and then that version's item; two requests for as many rows as fit on a screen. */

struct rc_filestates {
    struct rc_listing *listing;
    struct rc_filerows rows;
    sqlite3_stmt *find, *note;
    struct rc_batch *batch;
    bool over; /* it failed: nothing more is asked */
    size_t count;
    int64_t ids[RC_FILE_STATES];
    char *keys[RC_FILE_STATES];
};

static void forget_keys(struct rc_filestates *states)
{
    for (size_t i = 0; i < states->count; i++)
        free(states->keys[i]);
    states->count = 0;
}

void rc_filestates_free(struct rc_filestates *states)
{
    if (!states)
        return;
    rc_batch_free(states->batch);
    forget_keys(states);
    rc_filerows_close(&states->rows);
    sqlite3_finalize(states->find);
    sqlite3_finalize(states->note);
    free(states);
}

static struct rc_filestates *open_states(struct rc_listing *listing, struct rc_error *err)
{
    struct rc_filestates *states = calloc(1, sizeof *states);
    if (!states) {
        rc_error_nomem(err);
        return NULL;
    }
    states->listing = listing;
    states->find = rc_live_prepare(
        listing->live,
        "SELECT bucket, key FROM file WHERE id = ? AND kind = 'file' AND asked IS NULL", err);
    states->note = rc_live_prepare(listing->live, "UPDATE file SET asked = 1 WHERE id = ?", err);
    if (states->find && states->note && rc_filerows_open(&states->rows, listing->live, err))
        return states;
    rc_filestates_free(states);
    return NULL;
}

/* Without the pipeline there are no states, which is no failure of the listing. */
static void give_up(struct rc_filestates *states, const char *why)
{
    states->over = true;
    rc_live_note(states->listing->live, "what the pipeline knows of these files is not known: %s",
                 why);
}

/* False when an entry failed, and then it is over. */
static bool all_came(struct rc_filestates *states, struct rc_batch *batch)
{
    for (size_t i = 0; i < states->count; i++) {
        const struct rc_batch_outcome *outcome = rc_batch_outcome(batch, i);
        if (outcome->state == RC_BATCH_FAILED) {
            struct rc_error err = {0};
            rc_live_explain_entry(states->listing->live, outcome, &err);
            give_up(states, err.text);
            return false;
        }
    }
    return true;
}

static void items_came(struct rc_batch *batch, void *ctx)
{
    struct rc_filestates *states = ctx;
    struct rc_live *live = states->listing->live;
    struct rc_error err = {0};
    bool ok = all_came(states, batch);
    rc_live_begin(live);
    for (size_t i = 0; ok && i < states->count; i++) {
        const json_t *item = rc_batch_outcome(batch, i)->item;
        ok = !item || rc_filerows_tell(&states->rows, live, states->ids[i], item, &err);
    }
    if (!rc_live_commit(live, &err) || err.code)
        give_up(states, err.text);
    states->listing->version++;
    forget_keys(states);
    rc_batch_free(states->batch);
    states->batch = NULL;
}

static void ask(struct rc_filestates *states, rc_batch_done done)
{
    struct rc_error err = {0};
    struct rc_batch_get_items in = {.table = rc_table_name(RC_TABLE_STATE),
                                    .keys = {"PK", "SK"},
                                    .wanted = {(const char *const *)states->keys, states->count}};
    rc_batch_free(states->batch);
    states->batch =
        rc_batch_get_items(rc_live_aws(states->listing->live), &in, NULL, done, states, &err);
    if (states->batch)
        return;
    give_up(states, err.text);
    forget_keys(states);
}

/* Of rows whose object was seen the key of its newest version takes the place of that of
 * NEWEST. */
static bool keep_seen(struct rc_filestates *states, struct rc_batch *batch)
{
    size_t kept = 0;
    for (size_t i = 0; i < states->count; i++) {
        const json_t *newest = rc_batch_outcome(batch, i)->item;
        const char *pk = rc_item_get_text(newest, "PK"), *sk = rc_item_get_text(newest, "version");
        struct rc_key key;
        char *text = NULL;
        free(states->keys[i]);
        states->keys[i] = NULL;
        if (!pk || !sk)
            continue;
        snprintf(key.pk, sizeof key.pk, "%s", pk);
        snprintf(key.sk, sizeof key.sk, "%s", sk);
        text = rc_live_key_json(&key);
        if (!text) {
            states->count = kept;
            return false;
        }
        states->ids[kept] = states->ids[i];
        states->keys[kept++] = text;
    }
    states->count = kept;
    return true;
}

static void newest_came(struct rc_batch *batch, void *ctx)
{
    struct rc_filestates *states = ctx;
    if (!all_came(states, batch))
        forget_keys(states);
    else if (!keep_seen(states, batch))
        give_up(states, "out of memory");
    if (!states->over && states->count) {
        ask(states, items_came);
        return;
    }
    forget_keys(states);
    rc_batch_free(states->batch);
    states->batch = NULL;
}

/* Takes the row, unless it has been asked for, or is none that the pipeline would take. */
static bool take_row(struct rc_filestates *states, int64_t id, struct rc_error *err)
{
    struct rc_key key = {.pk = ""};
    sqlite3_bind_int64(states->find, 1, id);
    bool found = sqlite3_step(states->find) == SQLITE_ROW;
    if (found) {
        const char *bucket = (const char *)sqlite3_column_text(states->find, 0);
        const char *object = (const char *)sqlite3_column_text(states->find, 1);
        if (bucket && object && strchr(object, '/')) {
            rc_key_file(bucket, object, NULL, &key);
            rc_key_newest(&key);
        }
    }
    sqlite3_reset(states->find);
    if (!found)
        return true;
    sqlite3_bind_int64(states->note, 1, id);
    if (!rc_live_step(states->listing->live, states->note, err))
        return false;
    if (!key.pk[0])
        return true;
    states->ids[states->count] = id;
    states->keys[states->count] = rc_live_key_json(&key);
    if (!states->keys[states->count]) {
        rc_error_nomem(err);
        return false;
    }
    states->count++;
    return true;
}

void rc_live_file_states(struct rc_listing *listing, const int64_t *keys, size_t count)
{
    struct rc_filestates **at = rc_filestates_of(listing);
    struct rc_error err = {0};
    if (!at || !count)
        return;
    if (!*at && !(*at = open_states(listing, &err))) {
        rc_live_note(listing->live, "what the pipeline knows of these files: %s", err.text);
        return;
    }
    struct rc_filestates *states = *at;
    if (states->over || states->batch)
        return;
    bool ok = true;
    for (size_t i = 0; ok && i < count && states->count < RC_FILE_STATES; i++)
        ok = take_row(states, keys[i], &err);
    if (!ok) {
        give_up(states, err.text);
        forget_keys(states);
    } else if (states->count) {
        ask(states, newest_came);
    }
}
