#include "model/live.h"

#include "aws/ddb_item.h"
#include "aws/s3_stream.h"
#include "core/civil.h"
#include "core/layout.h"
#include "core/program.h"
#include "model/live_onefile_internal.h"
#include "pipeline/pipeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* One file: what its item says, then what its delivery and its program keep, the versions of
 * its object, and its header, read by the layout that the program names. */

enum {
    VERSIONS = 100,         /* that are shown */
    REJECTED = 200,         /* that are shown; the others are counted */
    HEAD_BYTES = 256 << 10, /* as much as inspect looks at */
};

enum kept { TOTALS, CHECKPOINT, CONFIG, PROGRAM, KEPT };

struct file {
    struct rc_listing listing;
    struct rc_s3_object_name name;
    struct rc_facts facts;
    int waiting; /* for so many answers */

    struct rc_dynamodb_query query, rejected_query;
    struct rc_buf values, rejected_values;
    struct rc_pages *pages;
    json_t *items; /* of all versions */
    json_t *item;  /* of the one that is shown, borrowed from them; NULL: there is none */
    char newest[RC_SK_BYTES];

    struct rc_call *versions, *rejected;
    bool all_items, versions_known;
    char *keys[KEPT];
    size_t key_count;
    struct rc_batch *batch;

    struct rc_layout *layout;
    int head_fd; /* -1: none */
    struct rc_s3_stream *stream;
};

/* One of the answers is there, for better or worse. */
static void end_one(struct file *file)
{
    file->listing.version++;
    if (file->facts.failed)
        rc_listing_fail(&file->listing, &file->facts.err);
    else if (--file->waiting == 0)
        rc_listing_complete(&file->listing);
}

static void note(struct file *file, const struct rc_call *call, const char *permission)
{
    struct rc_error err = {0};
    rc_live_explain(call, permission, &err);
    rc_live_note(file->listing.live, "%s", err.text);
}

static void begin_page(struct file *file)
{
    rc_live_begin(file->listing.live);
}

static void end_page(struct file *file)
{
    struct rc_error err = {0};
    if (!rc_live_commit(file->listing.live, &err) && !file->facts.failed) {
        file->facts.failed = true;
        file->facts.err = err;
    }
}

/* ----- the header ----- */

static enum rc_http_taken take_head(void *ctx, int64_t offset, const char *bytes, size_t length)
{
    struct file *file = ctx;
    return pwrite(file->head_fd, bytes, length, offset) == (ssize_t)length ? RC_HTTP_TAKEN
                                                                           : RC_HTTP_STOP;
}

static void tell_header(struct file *file)
{
    char path[40];
    snprintf(path, sizeof path, "/proc/self/fd/%d", file->head_fd);
    struct rc_recordfile *records = rc_recordfile_open(file->layout, path, NULL);
    struct rc_shown_record *first = records ? rc_recordfile_read(records, 1, NULL) : NULL;
    begin_page(file);
    if (first && strcmp(first->role, rc_role_name(RC_FILE_HEADER)) == 0)
        rc_facts_of_header(&file->facts, first);
    end_page(file);
    rc_shown_record_free(first);
    rc_recordfile_close(records);
}

static void head_came(struct rc_s3_stream *stream, void *ctx)
{
    struct file *file = ctx;
    if (file->listing.settled)
        return;
    if (rc_s3_stream_fault(stream) == RC_AWS_NONE)
        tell_header(file);
    else
        rc_live_note(file->listing.live, "the header of s3://%s/%s: %s", file->name.place.bucket,
                     file->name.place.key, rc_s3_stream_text(stream));
    end_one(file);
}

static void ask_header(struct file *file)
{
    const char *version = file->item ? rc_item_get_text(file->item, "version") : NULL;
    bool versioned = version && *version && strncmp(version, "null", 4) != 0;
    file->head_fd = memfd_create("reconctl-header", MFD_CLOEXEC);
    if (file->head_fd < 0)
        return;
    file->stream =
        rc_s3_stream_start(rc_live_aws(file->listing.live),
                           &(struct rc_s3_stream_request){.bucket = file->name.place.bucket,
                                                          .key = file->name.place.key,
                                                          .version_id = versioned ? version : NULL,
                                                          .length = HEAD_BYTES,
                                                          .take = take_head,
                                                          .done = head_came,
                                                          .ctx = file});
    file->waiting += file->stream != NULL;
}

/* ----- the layout ----- */

/* The layout that the program names for the side; one that is not bundled is kept as a file of
 * the session. Gives its name or path; NULL: it cannot be told. */
static const char *find_layout(struct file *file, const json_t *program, char name[256])
{
    const char *definition = rc_item_get_text(program, "definition");
    const char *side = rc_item_get_text(file->item, "side");
    json_t *json = definition ? json_loads(definition, 0, NULL) : NULL;
    struct rc_program parsed = {.id = ""};
    const char *path = NULL;
    if (json && side && rc_program_from_json(json, &parsed, NULL)) {
        int s = strcmp(side, rc_side_name(RC_SETTLEMENT)) == 0 ? RC_SETTLEMENT : RC_INTERNAL;
        json_t *stored = rc_item_get_map(program, "layouts");
        snprintf(name, 256, "%s", parsed.layout[s]);
        const char *text = rc_item_get_text(stored, name);
        path = text ? rc_live_layout_path(file->listing.live, text) : name;
        rc_program_free(&parsed);
    }
    json_decref(json);
    return path;
}

static void tell_layout(struct file *file, const json_t *program)
{
    char name[256] = "", value[640], digest[33];
    struct rc_error err = {0};
    const char *path = find_layout(file, program, name);
    const char *taken = rc_item_get_text(file->item, "layout");
    file->layout = path ? rc_layout_load(path, NULL, &err) : NULL;
    if (!path)
        return;
    if (!file->layout) {
        snprintf(value, sizeof value, "%.100s: %.500s", name, err.text);
    } else {
        rc_digest_format(file->layout->digest, digest);
        bool other = taken && strcmp(taken, digest) != 0;
        snprintf(value, sizeof value, "%s%s", name,
                 other ? ": it has changed since the file was taken in" : "");
    }
    rc_facts_add(&file->facts, &(struct rc_fact){.part = RC_FACT_FILE,
                                                 .name = "layout",
                                                 .value = value,
                                                 .alert = !file->layout,
                                                 .path = path});
}

/* ----- what the delivery and the program keep ----- */

static void kept_came(struct rc_batch *batch, void *ctx)
{
    struct file *file = ctx;
    struct rc_error err = {0};
    const json_t *items[KEPT] = {NULL};
    if (file->listing.settled)
        return;
    for (size_t i = 0; i < file->key_count; i++) {
        const struct rc_batch_outcome *outcome = rc_batch_outcome(batch, i);
        if (outcome->state == RC_BATCH_FAILED) {
            rc_live_explain_entry(file->listing.live, outcome, &err);
            rc_listing_fail(&file->listing, &err);
            return;
        }
        items[KEPT - file->key_count + i] = outcome->item;
    }
    begin_page(file);
    if (items[PROGRAM])
        tell_layout(file, items[PROGRAM]);
    if (items[CONFIG])
        rc_facts_of_config(&file->facts, items[CONFIG], file->item);
    if (items[CHECKPOINT])
        rc_facts_of_checkpoint(&file->facts, items[CHECKPOINT]);
    if (items[TOTALS])
        rc_facts_of_totals(&file->facts, items[TOTALS]);
    end_page(file);
    if (file->layout)
        ask_header(file);
    end_one(file);
}

static void rejected_came(struct rc_call *call, void *ctx)
{
    struct file *file = ctx;
    const struct rc_dynamodb_items *answer = rc_dynamodb_query_answer(call);
    if (file->listing.settled)
        return;
    begin_page(file);
    for (size_t i = 0; answer && i < answer->items.count; i++)
        rc_facts_of_rejected(&file->facts, answer->items.items[i]);
    end_page(file);
    if (!answer)
        note(file, call, "dynamodb:Query");
    end_one(file);
}

static bool read_delivery(const json_t *item, struct rc_delivery *delivery)
{
    const char *program = rc_item_get_text(item, "program"), *date = rc_item_get_text(item, "date");
    const char *side = rc_item_get_text(item, "side");
    int64_t number;
    if (!program || strlen(program) > RC_PROGRAM_ID_BYTES || !date || !side ||
        !rc_civil_parse(date, strlen(date), &delivery->day.date) ||
        !rc_item_get_int(item, "delivery", &number))
        return false;
    snprintf(delivery->day.program, sizeof delivery->day.program, "%s", program);
    delivery->side = strcmp(side, rc_side_name(RC_SETTLEMENT)) == 0 ? RC_SETTLEMENT : RC_INTERNAL;
    delivery->number = (int)number;
    return true;
}

static bool add_key(struct file *file, const struct rc_key *key)
{
    char *text = rc_live_key_json(key);
    if (text)
        file->keys[file->key_count++] = text;
    return text != NULL;
}

static bool ask_rejected(struct file *file, const struct rc_delivery *delivery,
                         struct rc_error *err)
{
    struct rc_key key;
    rc_key_reject(delivery, 0, &key);
    key.sk[0] = '\0';
    if (!rc_live_query(&file->rejected_query, &file->rejected_values, &key, err))
        return false;
    file->rejected_query.limit = REJECTED;
    file->rejected = rc_dynamodb_query(rc_live_aws(file->listing.live), &file->rejected_query,
                                       rejected_came, file);
    file->waiting += file->rejected != NULL;
    if (!file->rejected)
        rc_error_nomem(err);
    return file->rejected != NULL;
}

/* In the order of enum kept; without a delivery the program alone. */
static bool ask_kept(struct file *file, struct rc_error *err)
{
    struct rc_delivery delivery;
    struct rc_key keys[KEPT];
    const char *program = rc_item_get_text(file->item, "program");
    bool numbered = read_delivery(file->item, &delivery);
    if (!program)
        return true;
    if (numbered) {
        rc_key_delivery(&delivery, "TOTALS", &keys[TOTALS]);
        rc_key_delivery(&delivery, "CHECKPOINT", &keys[CHECKPOINT]);
        rc_key_day(&delivery.day, "CONFIG", &keys[CONFIG]);
    }
    rc_key_program(program, &keys[PROGRAM]);
    for (int k = numbered ? TOTALS : PROGRAM; k < KEPT; k++)
        if (!add_key(file, &keys[k])) {
            rc_error_nomem(err);
            return false;
        }
    struct rc_batch_get_items in = {.table = rc_table_name(RC_TABLE_STATE),
                                    .keys = {"PK", "SK"},
                                    .wanted = {(const char *const *)file->keys, file->key_count}};
    file->batch =
        rc_batch_get_items(rc_live_aws(file->listing.live), &in, NULL, kept_came, file, err);
    file->waiting += file->batch != NULL;
    return file->batch && (!numbered || ask_rejected(file, &delivery, err));
}

/* ----- the file's items, and the versions of its object ----- */

static void tell_versions(struct file *file)
{
    const struct rc_s3_versions *answer =
        rc_call_error(file->versions) ? NULL : rc_s3_list_versions_answer(file->versions);
    begin_page(file);
    rc_facts_of_versions(&file->facts, answer, file->items);
    end_page(file);
}

static void versions_came(struct rc_call *call, void *ctx)
{
    struct file *file = ctx;
    if (file->listing.settled)
        return;
    if (rc_call_error(call))
        note(file, call, "s3:ListBucketVersions");
    if (file->all_items)
        tell_versions(file);
    file->versions_known = true;
    end_one(file);
}

static bool take_items(void *ctx, const void *answer)
{
    struct file *file = ctx;
    const struct rc_dynamodb_items *page = answer;
    if (file->listing.settled)
        return false;
    for (size_t i = 0; i < page->items.count; i++) {
        const json_t *item = page->items.items[i];
        const char *sk = rc_item_get_text(item, "SK");
        const char *newest = rc_item_get_text(item, "version");
        if (sk && strcmp(sk, "NEWEST") == 0)
            snprintf(file->newest, sizeof file->newest, "%s", newest ? newest : "");
        else if (sk)
            json_array_append(file->items, (json_t *)item);
    }
    return true;
}

/* The version that was asked for, else the newest that was seen. */
static json_t *choose(const struct file *file)
{
    const char *wanted = *file->name.version ? file->name.version : file->newest;
    size_t count = json_array_size(file->items);
    for (size_t i = 0; i < count; i++) {
        json_t *item = json_array_get(file->items, i);
        if (strcmp(rc_item_get_text(item, "SK"), wanted) == 0)
            return item;
    }
    return *file->name.version || !count ? NULL : json_array_get(file->items, count - 1);
}

static void items_done(struct rc_call *call, void *ctx)
{
    struct file *file = ctx;
    struct rc_error err = {0};
    if (file->listing.settled)
        return;
    if (rc_call_error(call)) {
        rc_listing_fail_by(&file->listing, call, "dynamodb:Query");
        return;
    }
    file->all_items = true;
    file->item = choose(file);
    begin_page(file);
    if (file->item)
        rc_facts_of_item(&file->facts, file->item);
    else
        rc_facts_add(&file->facts, &(struct rc_fact){.part = RC_FACT_FILE,
                                                     .name = "state",
                                                     .value = "the pipeline has not seen it",
                                                     .version = file->name.version});
    end_page(file);
    if (file->versions_known)
        tell_versions(file);
    file->listing.version++;
    if (file->item && !ask_kept(file, &err))
        rc_listing_fail(&file->listing, &err);
    else
        end_one(file);
}

/* ----- the listing ----- */

/* What may be what has just called stays until the release. */
static void stop(struct rc_listing *listing)
{
    struct file *file = (struct file *)listing;
    if (listing->settled)
        return;
    rc_pages_free(file->pages);
    rc_call_free(file->versions);
    rc_call_free(file->rejected);
    rc_batch_free(file->batch);
    rc_s3_stream_free(file->stream);
    file->pages = NULL;
    file->versions = file->rejected = NULL;
    file->batch = NULL;
    file->stream = NULL;
}

static void release(struct rc_listing *listing)
{
    struct file *file = (struct file *)listing;
    rc_pages_free(file->pages);
    rc_call_free(file->versions);
    rc_call_free(file->rejected);
    rc_batch_free(file->batch);
    rc_s3_stream_free(file->stream);
    rc_facts_close(&file->facts);
    rc_buf_free(&file->values);
    rc_buf_free(&file->rejected_values);
    for (size_t i = 0; i < file->key_count; i++)
        free(file->keys[i]);
    rc_layout_free(file->layout);
    json_decref(file->items);
    if (file->head_fd >= 0)
        close(file->head_fd);
}

static const struct rc_listing_kind kind = {
    .table = "fact", .size = sizeof(struct file), .stop = stop, .release = release};

static bool start(struct file *file, struct rc_error *err)
{
    struct rc_aws *aws = rc_live_aws(file->listing.live);
    struct rc_key key;
    const struct rc_s3_list_versions versions = {
        .bucket = file->name.place.bucket, .prefix = file->name.place.key, .max_keys = VERSIONS};
    rc_key_file(file->name.place.bucket, file->name.place.key, NULL, &key);
    key.sk[0] = '\0';
    if (!rc_facts_open(&file->facts, &file->listing, err) ||
        !rc_live_query(&file->query, &file->values, &key, err))
        return false;
    file->items = json_array();
    file->pages = file->items ? rc_pages_start(aws, &rc_dynamodb_query_operation, &file->query,
                                               take_items, items_done, file)
                              : NULL;
    file->versions = file->pages ? rc_s3_list_versions(aws, &versions, versions_came, file) : NULL;
    file->waiting = 2;
    if (!file->versions)
        rc_error_nomem(err);
    return file->versions != NULL;
}

struct rc_listing *rc_live_file(struct rc_live *live, const struct rc_s3_object_name *name,
                                struct rc_error *err)
{
    struct rc_listing *listing = rc_listing_new(live, &kind, err);
    struct file *file = (struct file *)listing;
    if (!listing)
        return NULL;
    file->name = *name;
    file->head_fd = -1;
    file->facts.bucket = file->name.place.bucket;
    file->facts.key = file->name.place.key;
    if (start(file, err))
        return listing;
    rc_listing_free(listing);
    return NULL;
}
