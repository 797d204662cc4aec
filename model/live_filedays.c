#include "model/live.h"

#include "aws/ddb_item.h"
#include "core/civil.h"
#include "model/live_filerows.h"
#include "model/live_items.h"
#include "pipeline/pipeline.h"

#include <stdlib.h>
#include <string.h>

/* The files that the pipeline has seen of a program: pages of FILES#PROGRAM lead to their
 * items, which are fetched slice by slice while more pages come. */

enum { SLICE = 500, MOST_FILES = 200000 };

struct pointer {
    char *key;        /* of the file's item, as DynamoDB's JSON */
    int64_t delivery; /* 0: it had no date */
};

struct filedays {
    struct rc_listing listing;
    char program[RC_PROGRAM_ID_BYTES + 1];
    struct rc_dynamodb_query query;
    struct rc_buf values;
    struct rc_pages *pages;
    bool all_pages;
    struct pointer *pointers;
    size_t count, room, told; /* told: those before have rows */
    const char *slice[SLICE];
    size_t slice_count;
    struct rc_batch *batch;
    struct rc_filerows rows;
};

/* ----- items ----- */

/* A file that was numbered anew is told of once, by the number that it has; one that got its
 * date later on, by that. */
static bool is_current(const struct pointer *pointer, const json_t *item)
{
    int64_t delivery = 0;
    if (!item)
        return false;
    rc_item_get_int(item, "delivery", &delivery);
    return pointer->delivery == delivery &&
           (pointer->delivery > 0 || !rc_item_get_text(item, "date"));
}

static bool add_file(struct filedays *days, const json_t *item, struct rc_error *err)
{
    const char *object = rc_item_get_text(item, "object");
    const char *name = object ? strchr(object, '/') : NULL;
    struct rc_filerow row = {
        .rank = rc_item_get_text(item, "date") ? RC_FILES_FILES : RC_FILES_UNDATED,
        .kind = "file",
        .name = name ? name + 1 : object,
        .bucket = rc_item_get_text(item, "bucket"),
        .key = object,
        .size_bytes = -1,
    };
    return rc_filerows_add(&days->rows, &days->listing, &row, err) &&
           rc_filerows_tell(&days->rows, days->listing.live, rc_live_last_row(days->listing.live),
                            item, err);
}

static void next_slice(struct filedays *days);

static bool add_slice(struct filedays *days, const struct rc_batch *batch, struct rc_error *err)
{
    for (size_t i = 0; i < days->slice_count; i++) {
        const struct rc_batch_outcome *outcome = rc_batch_outcome(batch, i);
        if (outcome->state == RC_BATCH_FAILED) {
            rc_live_explain_entry(days->listing.live, outcome, err);
            return false;
        }
        if (is_current(&days->pointers[days->told + i], outcome->item) &&
            !add_file(days, outcome->item, err))
            return false;
    }
    return true;
}

static void slice_came(struct rc_batch *batch, void *ctx)
{
    struct filedays *days = ctx;
    struct rc_error err = {0};
    if (days->listing.settled)
        return;
    rc_live_begin(days->listing.live);
    bool ok = add_slice(days, batch, &err);
    ok = rc_live_commit(days->listing.live, &err) && ok;
    days->listing.version++;
    days->told += days->slice_count;
    if (!ok) {
        rc_listing_fail(&days->listing, &err);
        return;
    }
    rc_batch_free(days->batch);
    days->batch = NULL;
    next_slice(days);
}

/* Asks for the items that pages have led to, or ends. */
static void next_slice(struct filedays *days)
{
    struct rc_error err = {0};
    struct rc_batch_get_items in = {.table = rc_table_name(RC_TABLE_STATE), .keys = {"PK", "SK"}};
    size_t left = days->count - days->told;
    if (days->batch)
        return;
    if (!left && days->all_pages)
        rc_listing_complete(&days->listing);
    if (!left)
        return;
    days->slice_count = left < SLICE ? left : SLICE;
    for (size_t i = 0; i < days->slice_count; i++)
        days->slice[i] = days->pointers[days->told + i].key;
    in.wanted.items = days->slice;
    in.wanted.count = days->slice_count;
    days->batch =
        rc_batch_get_items(rc_live_aws(days->listing.live), &in, NULL, slice_came, days, &err);
    if (!days->batch)
        rc_listing_fail(&days->listing, &err);
}

/* ----- pages ----- */

static bool make_room(struct filedays *days)
{
    if (days->count < days->room)
        return true;
    size_t room = days->room ? 2 * days->room : 256;
    struct pointer *pointers = realloc(days->pointers, room * sizeof *pointers);
    if (!pointers)
        return false;
    days->pointers = pointers;
    days->room = room;
    return true;
}

static bool add_pointer(struct filedays *days, const json_t *item, struct rc_error *err)
{
    const char *sk = rc_item_get_text(item, "SK"), *file = rc_item_get_text(item, "file");
    const char *version = rc_item_get_text(item, "version");
    struct rc_key key;
    const char *number = sk ? strrchr(sk, '#') : NULL;
    if (!number || !file || !version)
        return true;
    if (days->count == MOST_FILES) {
        rc_error_set(err, RC_LIMIT,
                     "%s has more than %d files, which is more than is shown: `files %s DATE` has "
                     "those of a day",
                     days->program, MOST_FILES, days->program);
        return false;
    }
    snprintf(key.pk, sizeof key.pk, "%s", file);
    snprintf(key.sk, sizeof key.sk, "%s", version);
    char *text = make_room(days) ? rc_live_key_json(&key) : NULL;
    if (!text) {
        rc_error_nomem(err);
        return false;
    }
    days->pointers[days->count++] =
        (struct pointer){.key = text, .delivery = *sk == '-' ? 0 : strtoll(number + 1, NULL, 10)};
    return true;
}

static bool take_pointers(void *ctx, const void *answer)
{
    struct filedays *days = ctx;
    const struct rc_dynamodb_items *page = answer;
    struct rc_error err = {0};
    bool ok = !days->listing.settled;
    for (size_t i = 0; ok && i < page->items.count; i++)
        ok = add_pointer(days, page->items.items[i], &err);
    if (err.code)
        rc_listing_fail(&days->listing, &err);
    else if (ok)
        next_slice(days);
    return ok && !days->listing.settled;
}

static void pages_done(struct rc_call *call, void *ctx)
{
    struct filedays *days = ctx;
    if (days->listing.settled)
        return;
    days->all_pages = true;
    if (rc_call_error(call))
        rc_listing_fail_by(&days->listing, call, "dynamodb:Query");
    else
        next_slice(days);
}

/* ----- the listing ----- */

static void stop(struct rc_listing *listing)
{
    struct filedays *days = (struct filedays *)listing;
    if (listing->settled) /* perhaps by what these call, which goes with the release */
        return;
    rc_batch_free(days->batch);
    days->batch = NULL;
    rc_pages_free(days->pages);
    days->pages = NULL;
}

static void release(struct rc_listing *listing)
{
    struct filedays *days = (struct filedays *)listing;
    rc_batch_free(days->batch);
    rc_pages_free(days->pages);
    rc_filerows_close(&days->rows);
    for (size_t i = 0; i < days->count; i++)
        free(days->pointers[i].key);
    free(days->pointers);
    rc_buf_free(&days->values);
}

static const struct rc_listing_kind kind = {
    .table = "file", .size = sizeof(struct filedays), .stop = stop, .release = release};

static bool start(struct filedays *days, const char *date, struct rc_error *err)
{
    struct rc_key key;
    rc_key_files(days->program, &key);
    if (date && *date)
        snprintf(key.sk, sizeof key.sk, "%s#", date);
    if (!rc_filerows_open(&days->rows, days->listing.live, err) ||
        !rc_live_query(&days->query, &days->values, &key, err))
        return false;
    days->query.scan_index_forward = "false";
    days->pages = rc_pages_start(rc_live_aws(days->listing.live), &rc_dynamodb_query_operation,
                                 &days->query, take_pointers, pages_done, days);
    if (!days->pages)
        rc_error_nomem(err);
    return days->pages != NULL;
}

struct rc_listing *rc_live_program_files(struct rc_live *live, const char *program,
                                         const char *date, struct rc_error *err)
{
    int32_t day;
    if (strlen(program) > RC_PROGRAM_ID_BYTES ||
        (date && *date && !rc_civil_parse(date, strlen(date), &day))) {
        rc_error_set(err, RC_USAGE,
                     "files PROGRAM [YYYY-MM-DD]: \"%.40s%s%.40s\" is no program and date", program,
                     date && *date ? " " : "", date ? date : "");
        return NULL;
    }
    struct rc_listing *listing = rc_listing_new(live, &kind, err);
    struct filedays *days = (struct filedays *)listing;
    if (!listing)
        return NULL;
    memcpy(days->program, program, strlen(program) + 1);
    if (start(days, date, err))
        return listing;
    rc_listing_free(listing);
    return NULL;
}
