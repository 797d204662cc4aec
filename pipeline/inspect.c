/* What a file is, from its name and its first bytes: program, side, file date, how many
 * records it says it has, which delivery it will be. */
#include "pipeline/steps.h"

#include "aws/s3_stream.h"
#include "core/civil.h"
#include "core/parse.h"
#include "core/rows.h"
#include "pipeline/day_state.h"
#include "pipeline/file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HEAD_BYTES = 256 << 10 }; /* more than the longest header of a layout takes */

/* ----- the first bytes ----- */

struct head {
    int fd;
    struct rc_error *err;
    int64_t size_bytes;
};

static enum rc_http_taken keep_bytes(void *ctx, int64_t offset, const char *bytes, size_t length)
{
    struct head *head = ctx;
    return rc_write_at(head->fd, bytes, length, (uint64_t)offset, head->err) ? RC_HTTP_TAKEN
                                                                             : RC_HTTP_STOP;
}

static void keep_size(void *ctx, const struct rc_s3_stream_head *got)
{
    ((struct head *)ctx)->size_bytes = got->size_bytes;
}

bool rc_file_fetch(struct rc_pipeline *pipeline, const struct rc_file *file, int64_t length, int fd,
                   int64_t *size_bytes, struct rc_error *err)
{
    struct head head = {.fd = fd, .err = err};
    struct rc_s3_stream_request request = {
        .bucket = file->bucket,
        .key = file->object,
        .version_id = file->version[0] && strcmp(file->version, "null") != 0 ? file->version : NULL,
        .length = length,
        .parallel = length ? 1 : 4,
        .head = keep_size,
        .take = keep_bytes,
        .ctx = &head,
    };
    struct rc_error why = {.code = RC_OK};
    struct rc_s3_stream *stream = rc_s3_stream_start(pipeline->aws, &request);
    if (!stream) {
        rc_error_nomem(err);
        return false;
    }
    bool ok = rc_s3_stream_wait(stream, &why);
    enum rc_aws_fault fault = rc_s3_stream_fault(stream);
    if (!ok && fault != RC_AWS_STOPPED) {
        *err = why;
        rc_store_fault(pipeline, fault);
    }
    if (!ok && fault == RC_AWS_NOT_FOUND)
        snprintf(pipeline->fault, sizeof pipeline->fault, "BadInput");
    rc_s3_stream_free(stream);
    *size_bytes = head.size_bytes;
    return ok;
}

/* ----- the header ----- */

struct header {
    const struct rc_layout *layout;
    int64_t records; /* that it declares; -1 */
};

/* A count of the whole file that its header declares. */
static int64_t declared_count(const struct rc_layout *layout, const struct rc_parsed *parsed)
{
    for (int i = 0; i < layout->control_count; i++) {
        const struct rc_control_rule *rule = &layout->controls[i];
        if (rule->batch || rule->kind != RC_CONTROL_COUNT)
            continue;
        for (int d = 0; d < rule->declared.count; d++) {
            struct rc_ref ref = rule->declared.items[d];
            if (ref.type != parsed->type)
                continue;
            const struct rc_value *value = &parsed->values[ref.field];
            if (value->kind == RC_VALUE_NUMBER && value->number.scale == 0 &&
                value->number.unscaled >= 0 && value->number.unscaled <= RC_NUMBERS_MOST)
                return (int64_t)value->number.unscaled;
        }
    }
    return -1;
}

static bool take_header(void *context, const struct rc_parsed *parsed, struct rc_error *err)
{
    struct header *header = context;
    if (header->layout->types[parsed->type].role == RC_FILE_HEADER)
        header->records = declared_count(header->layout, parsed);
    rc_error_set(err, RC_OK, "one record is enough");
    return false;
}

static bool read_header(struct rc_pipeline *pipeline, const struct rc_layout *layout, int fd,
                        int32_t *date, int64_t *records, struct rc_error *err)
{
    struct header header = {.layout = layout, .records = -1};
    struct rc_sink sink = {.context = &header, .record = take_header};
    struct rc_parse_options options = {.file_date = RC_CIVIL_NONE, .card_key = pipeline->card_key};
    struct rc_error why = {.code = RC_OK};
    struct rc_parser *parser = rc_parser_new(layout, &options, &sink, err);
    if (!parser)
        return false;
    bool ok = rc_parser_run(parser, fd, &why) || why.code == RC_OK;
    *date = rc_parser_totals(parser)->header_date;
    *records = header.records;
    rc_parser_free(parser);
    if (!ok)
        *err = why;
    return ok;
}

static bool look_inside(struct rc_pipeline *pipeline, struct rc_file *file,
                        const struct rc_layout *layout, int32_t *date, int64_t *records,
                        struct rc_error *err)
{
    int fd = rc_temporary_file(err);
    int64_t size = 0;
    bool ok = fd >= 0 && rc_file_fetch(pipeline, file, HEAD_BYTES, fd, &size, err) &&
              read_header(pipeline, layout, fd, date, records, err);
    if (fd >= 0)
        close(fd);
    file->size_bytes = size;
    if (ok && *date == RC_CIVIL_NONE)
        return rc_bad_input(pipeline, err,
                            "s3://%s/%s: no header in its first %d KiB gives the file date that "
                            "layout %s says it has",
                            file->bucket, file->object, HEAD_BYTES >> 10, layout->name);
    return ok;
}

/* ----- what is known of it ----- */

/* RC_REFUSED: a newer version of the object has been seen. */
static enum rc_stored note_newest(struct rc_pipeline *pipeline, const struct rc_file *file,
                                  struct rc_error *err)
{
    struct rc_key key = file->key;
    struct rc_draft values;
    char padded[65]; /* "right pad the shorter value with zeros": S3 User Guide, "Event message
                        structure" */
    size_t length = strlen(file->sequencer);
    memset(padded, '0', sizeof padded);
    memcpy(padded, file->sequencer, length);
    padded[sizeof padded - 1] = '\0';
    rc_key_newest(&key);
    rc_draft_values(&values);
    rc_item_text(&values.json, ":version", file->key.sk);
    rc_item_text(&values.json, ":sequencer", padded);
    struct rc_write write = {
        .kind = RC_WRITE_UPDATE,
        .table = RC_TABLE_STATE,
        .key = &key,
        .update = "SET #sequencer = :sequencer, #version = :version",
        .condition = "attribute_not_exists(#sequencer) OR #sequencer <= :sequencer",
        .values = rc_draft_done(&values),
    };
    enum rc_stored stored = rc_store_write(pipeline, &write, NULL, err);
    rc_draft_free(&values);
    return stored;
}

static bool note_file(struct rc_pipeline *pipeline, const struct rc_file *file,
                      const struct rc_filedate *day, int64_t records, json_t **item,
                      struct rc_error *err)
{
    char date[RC_CIVIL_TEXT];
    struct rc_draft values;
    rc_civil_format(day->date, date);
    rc_draft_values(&values);
    rc_item_text(&values.json, ":bucket", file->bucket);
    rc_item_text(&values.json, ":object", file->object);
    rc_item_text(&values.json, ":version", file->version);
    rc_item_text(&values.json, ":program", file->program);
    rc_item_text(&values.json, ":side", rc_side_name(file->side));
    rc_item_text(&values.json, ":date", date);
    rc_item_text(&values.json, ":state", RC_FILE_INSPECTED);
    rc_item_text(&values.json, ":run", pipeline->run);
    rc_item_int(&values.json, ":size", file->size_bytes);
    rc_item_int(&values.json, ":expected", records);
    rc_item_int(&values.json, ":now", rc_pipeline_now_ms(pipeline));
    struct rc_write write = {
        .kind = RC_WRITE_UPDATE,
        .table = RC_TABLE_STATE,
        .key = &file->key,
        .update = "SET #bucket = :bucket, #object = :object, #version = :version, "
                  "#program = :program, #side = :side, #date = :date, #size = :size, "
                  "#expected = :expected, #run = :run, #seen = if_not_exists(#seen, :now), "
                  "#state = if_not_exists(#state, :state)",
        .values = rc_draft_done(&values),
    };
    bool ok = rc_store_write(pipeline, &write, item, err) == RC_STORED;
    rc_draft_free(&values);
    return ok;
}

/* ----- its delivery ----- */

/* Takes the day's next number for the file, unless it has one of that layout, and enters it
 * among the program's files: all in one step. A file that was taken in with another layout is to be
 * taken in anew; whoever is about it loses the lease. */
static enum rc_stored take_number(struct rc_pipeline *pipeline, const struct rc_file *file,
                                  const struct rc_filedate *day, int number, const char *layout,
                                  struct rc_error *err)
{
    struct rc_delivery delivery = {*day, file->side, number};
    struct rc_key config, pointer;
    struct rc_draft values, number_values, item;
    char update[64], condition[64];
    const char *side = rc_side_name(file->side);
    rc_key_day(day, "CONFIG", &config);
    rc_key_file_of(&delivery, &pointer);
    snprintf(update, sizeof update, "SET #next_%s = :more", side);
    snprintf(condition, sizeof condition, "#next_%s = :number", side);
    rc_draft_values(&values);
    rc_item_int(&values.json, ":number", number);
    rc_item_int(&values.json, ":more", number + 1);
    rc_draft_values(&number_values);
    rc_item_int(&number_values.json, ":number", number);
    rc_item_int(&number_values.json, ":zero", 0);
    rc_item_int(&number_values.json, ":one", 1);
    rc_item_text(&number_values.json, ":layout", layout);
    rc_item_text(&number_values.json, ":state", RC_FILE_INSPECTED);
    struct rc_write writes[] = {
        {.kind = RC_WRITE_UPDATE,
         .table = RC_TABLE_STATE,
         .key = &config,
         .update = update,
         .condition = condition,
         .values = rc_draft_done(&values)},
        {.kind = RC_WRITE_UPDATE,
         .table = RC_TABLE_STATE,
         .key = &file->key,
         .update = "SET #delivery = :number, #layout = :layout, #state = :state, "
                   "#fence = if_not_exists(#fence, :zero) + :one REMOVE #owner, #until",
         .condition = "attribute_not_exists(#delivery) OR #layout <> :layout",
         .values = rc_draft_done(&number_values)},
        {.table = RC_TABLE_STATE, .key = &pointer, .item = rc_file_pointer(&item, &pointer, file)},
    };
    enum rc_stored stored = rc_store_transact(pipeline, writes, 3, NULL, NULL, err);
    rc_draft_free(&values);
    rc_draft_free(&number_values);
    rc_draft_free(&item);
    return stored;
}

enum { NUMBER_TRIES = 50 };

static bool number_delivery(struct rc_pipeline *pipeline, const struct rc_file *file,
                            const struct rc_layout *layout, const struct rc_filedate *day,
                            int64_t *number, struct rc_error *err)
{
    char digest[33];
    rc_digest_format(layout->digest, digest);
    for (int i = 0; i < NUMBER_TRIES; i++) {
        struct rc_day_config config;
        json_t *item;
        if (!rc_store_get(pipeline, RC_TABLE_STATE, &file->key, &item, err))
            return false;
        const char *had = rc_item_get_text(item, "layout");
        bool has = rc_item_get_int(item, "delivery", number) && had && strcmp(had, digest) == 0;
        json_decref(item);
        if (has)
            return true;
        if (!rc_day_config_read(pipeline, day, &config, err))
            return false;
        if (config.next[file->side] > RC_DELIVERIES_MOST)
            return rc_bad_input(pipeline, err, "%s has over %d deliveries of its %s side already",
                                day->program, RC_DELIVERIES_MOST, rc_side_name(file->side));
        if (take_number(pipeline, file, day, config.next[file->side], digest, err) == RC_UNSTORED)
            return false;
    }
    rc_error_set(err, RC_IO, "the number of the delivery was taken by others %d times",
                 NUMBER_TRIES);
    return false;
}

/* ----- the step ----- */

static json_t *say(const struct rc_file *file, const struct rc_setup *setup,
                   const struct rc_filedate *day, int64_t records, int64_t delivery,
                   const char *route)
{
    char date[RC_CIVIL_TEXT];
    rc_civil_format(day->date, date);
    return json_pack("{ss ss ss ss sI sI sI sI sI ss}", "outcome", "ingest", "program",
                     file->program, "date", date, "side", rc_side_name(file->side), "delivery",
                     (json_int_t)delivery, "size", (json_int_t)file->size_bytes, "records",
                     (json_int_t)records, "fargate_over_bytes",
                     (json_int_t)setup->program.fargate_over_bytes, "fargate_over_records",
                     (json_int_t)setup->program.fargate_over_records, "route", route);
}

static json_t *inspect(struct rc_pipeline *pipeline, struct rc_file *file, const char *route,
                       const struct rc_setup *setup, struct rc_error *err)
{
    struct rc_filedate day = {.date = RC_CIVIL_NONE};
    struct rc_day_config config;
    int64_t records = -1, delivery = 0;
    json_t *item = NULL;
    snprintf(day.program, sizeof day.program, "%s", file->program);
    enum rc_stored newest = note_newest(pipeline, file, err);
    if (newest == RC_REFUSED)
        return json_pack("{ss}", "outcome", "ignored");
    bool ok = newest == RC_STORED &&
              look_inside(pipeline, file, setup->layout[file->side], &day.date, &records, err) &&
              rc_day_config_make(pipeline, &day, setup->program.shard_count, &config, err) &&
              note_file(pipeline, file, &day, records, &item, err) &&
              number_delivery(pipeline, file, setup->layout[file->side], &day, &delivery, err);
    json_decref(item);
    json_t *out = ok ? say(file, setup, &day, records, delivery, route) : NULL;
    if (ok && !out)
        rc_error_nomem(err);
    return out;
}

json_t *rc_step_inspect(struct rc_pipeline *pipeline, const json_t *in, struct rc_error *err)
{
    struct rc_file file;
    struct rc_setup setup;
    const char *route = json_string_value(json_object_get(in, "route"));
    if (!rc_file_read(pipeline, in, &file, err))
        return NULL;
    if (rc_file_is_temporary(file.object))
        return json_pack("{ss}", "outcome", "ignored");
    if (!rc_setup_load(pipeline, file.program, &setup, err))
        return NULL;
    json_t *out = inspect(pipeline, &file, route ? route : "auto", &setup, err);
    rc_setup_free(&setup);
    return out;
}
