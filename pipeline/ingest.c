/* A file's records become items, once and for all: fetched, parsed from the start,
 * written from the checkpoint on, added up, and made the active delivery of its name in
 * one step. Whoever does it again, from anywhere, writes the same. */
#include "pipeline/steps.h"

#include "core/civil.h"
#include "core/parse.h"
#include "core/rows.h"
#include "core/skew.h"
#include "pipeline/activate.h"
#include "pipeline/day_state.h"
#include "pipeline/digest_file.h"
#include "pipeline/emf.h"
#include "pipeline/run_heat.h"
#include "pipeline/writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    CHECKPOINT_ITEMS = 16000,     /* durable items between two checkpoints, ... */
    CHECKPOINT_MS = 15000,        /* ... or the time, where the table is slow */
    REJECT_RAW_BYTES = 256 << 10, /* of a rejected record that are kept: an item has 400 KB */
};

struct ingest {
    struct rc_pipeline *pipeline;
    struct rc_file file;
    struct rc_delivery delivery;
    struct rc_setup setup;
    struct rc_day_config config;
    struct rc_lease lease;
    struct rc_writer *records, *rejects;
    struct rc_run_heat *heat;
    struct rc_draft draft;
    int64_t expires;  /* seconds since 1970, the attribute of the tables' time to live */
    uint64_t durable; /* records that an earlier attempt has written */
    uint64_t seen;    /* transactions so far */
    uint64_t noted;   /* of the last checkpoint */
    int64_t noted_ms;
    uint64_t checkpoints;
    uint64_t *shards; /* records of each so far */
    rc_u128 digest;
    bool active; /* it counts already, and is written anew */
    bool handed_over;
};

/* ----- checkpoints ----- */

static int64_t now_ms(const struct ingest *ingest)
{
    return rc_loop_now_ms(rc_aws_loop(ingest->pipeline->aws));
}

static bool read_checkpoint(struct ingest *ingest, struct rc_error *err)
{
    struct rc_key key;
    json_t *item;
    int64_t records = 0;
    rc_key_delivery(&ingest->delivery, "CHECKPOINT", &key);
    if (!rc_store_get(ingest->pipeline, RC_TABLE_STATE, &key, &item, err))
        return false;
    rc_item_get_int(item, "records", &records);
    json_decref(item);
    ingest->durable = ingest->noted = (uint64_t)records;
    ingest->noted_ms = now_ms(ingest);
    return true;
}

/* Everything up to `records` is durable. Refused when a later owner has written; what an
 * earlier one has written meanwhile counts for no more than the same records. */
static bool write_checkpoint(struct ingest *ingest, uint64_t records, struct rc_error *err)
{
    struct rc_key key;
    struct rc_draft values;
    rc_key_delivery(&ingest->delivery, "CHECKPOINT", &key);
    rc_draft_values(&values);
    rc_item_int(&values.json, ":records", records);
    rc_item_int(&values.json, ":fence", ingest->lease.fence);
    struct rc_write write = {
        .kind = RC_WRITE_UPDATE,
        .table = RC_TABLE_STATE,
        .key = &key,
        .update = "SET #records = :records, #fence = :fence",
        .condition = "attribute_not_exists(#fence) OR #fence < :fence OR "
                     "(#fence = :fence AND #records <= :records)",
        .values = rc_draft_done(&values),
    };
    enum rc_stored stored = rc_store_write(ingest->pipeline, &write, NULL, err);
    rc_draft_free(&values);
    ingest->lease.lost |= stored == RC_REFUSED;
    ingest->noted = records;
    ingest->noted_ms = now_ms(ingest);
    ingest->checkpoints++;
    return stored != RC_UNSTORED;
}

static bool note_progress(struct ingest *ingest, bool now, struct rc_error *err)
{
    uint64_t durable = ingest->durable + rc_writer_durable(ingest->records);
    bool due = now || durable >= ingest->noted + CHECKPOINT_ITEMS ||
               now_ms(ingest) - ingest->noted_ms >= CHECKPOINT_MS;
    if (durable == ingest->noted || !due)
        return true;
    return write_checkpoint(ingest, durable, err);
}

/* ----- records and rejects ----- */

/* Why the step cannot go on, if it cannot. */
static bool may_go_on(struct ingest *ingest, struct rc_error *err)
{
    if (ingest->lease.lost)
        return rc_file_say_lost(&ingest->file, err);
    if (!ingest->pipeline->hands_over || rc_pipeline_left_ms(ingest->pipeline) > 0)
        return true;
    ingest->handed_over = true;
    rc_error_set(err, RC_OK, "the deadline is near");
    return false;
}

/* What a writer has failed at; when only the time is too short, the step hands over. */
static bool put(struct ingest *ingest, struct rc_writer *writer, const char *item, uint32_t lane,
                struct rc_error *err)
{
    if (!item)
        rc_error_nomem(err);
    bool ok = item && rc_writer_put(writer, item, lane, err);
    ingest->handed_over |= rc_writer_is_late(writer);
    return ok;
}

static bool put_record(struct ingest *ingest, const struct rc_record *record,
                       const struct rc_where *where, struct rc_error *err)
{
    uint8_t bytes[RC_CANONICAL_BYTES + 64];
    struct rc_key key;
    struct rc_text id = rc_record_id(record);
    uint64_t hash = rc_id_hash(id.data, id.length);
    uint32_t shard = rc_shard_of(hash, ingest->config.shard_count);
    size_t length = rc_record_canonical(record, ~0u, bytes);
    ingest->digest += rc_digest_term(bytes, length, ingest->delivery.side, RC_MATCHED);
    ingest->shards[shard]++;
    if (ingest->seen++ < ingest->durable)
        return true;
    if (where->number > RC_NUMBERS_MOST) {
        rc_error_set(err, RC_LIMIT, "more than %d records in one file", RC_NUMBERS_MOST);
        return false;
    }
    if (!rc_key_record(&ingest->delivery, shard, id, where->number, &key)) {
        rc_error_set(err, RC_LIMIT, "a TransactionID is over %d bytes when encoded", RC_ID_BYTES);
        return false;
    }
    rc_draft_item(&ingest->draft, &key);
    rc_record_item(&ingest->draft, bytes, length, where);
    rc_item_int(&ingest->draft.json, "expires", ingest->expires);
    rc_run_heat_put(ingest->heat, hash, key.sk);
    bool ok = put(ingest, ingest->records, rc_draft_done(&ingest->draft), shard, err);
    rc_draft_free(&ingest->draft);
    return ok;
}

static bool take_records(void *context, const struct rc_record *records, size_t count,
                         const struct rc_where *first, struct rc_error *err)
{
    struct ingest *ingest = context;
    struct rc_where where = *first;
    for (size_t i = 0; i < count; i++) {
        if (!put_record(ingest, &records[i], &where, err))
            return false;
        where.number++;
        where.offset += where.length;
    }
    return may_go_on(ingest, err) && note_progress(ingest, false, err);
}

static bool take_reject(void *context, const struct rc_reject *reject, struct rc_error *err)
{
    struct ingest *ingest = context;
    struct rc_key key;
    rc_key_reject(&ingest->delivery, reject->number, &key);
    rc_draft_item(&ingest->draft, &key);
    rc_item_int(&ingest->draft.json, "offset", reject->offset);
    rc_item_int(&ingest->draft.json, "bytes", reject->framed_length);
    rc_item_text(&ingest->draft.json, "field", reject->field ? reject->field : "");
    rc_item_text(&ingest->draft.json, "reason", reject->reason);
    rc_item_binary(&ingest->draft.json, "raw", reject->raw,
                   reject->raw_length < REJECT_RAW_BYTES ? reject->raw_length : REJECT_RAW_BYTES);
    rc_item_int(&ingest->draft.json, "expires", ingest->expires);
    bool ok =
        put(ingest, ingest->rejects, rc_draft_done(&ingest->draft), (uint32_t)reject->number, err);
    rc_draft_free(&ingest->draft);
    return ok && may_go_on(ingest, err);
}

/* Has what was put written, as far as there is time. */
static bool write_rest(struct ingest *ingest, struct rc_error *err)
{
    struct rc_error why = {.code = RC_OK};
    bool ok = rc_writer_flush(ingest->rejects, &why) && rc_writer_flush(ingest->records, &why);
    if (rc_writer_is_late(ingest->rejects) || rc_writer_is_late(ingest->records)) {
        ingest->handed_over = ok = true;
        rc_store_fault(ingest->pipeline, RC_AWS_NONE);
    }
    if (!ok)
        *err = why;
    return ok && note_progress(ingest, true, err);
}

static bool write_all(struct ingest *ingest, int fd, struct rc_side_totals *totals,
                      struct rc_error *err)
{
    const struct rc_layout *layout = ingest->setup.layout[ingest->delivery.side];
    struct rc_sink sink = {.context = ingest, .transactions = take_records, .reject = take_reject};
    struct rc_parse_options options = {.file_date = ingest->delivery.day.date,
                                       .card_key = ingest->pipeline->card_key};
    struct rc_parser *parser = rc_parser_new(layout, &options, &sink, err);
    if (!parser)
        return false;
    struct rc_error why = {.code = RC_OK};
    bool parsed = rc_parser_run(parser, fd, &why);
    bool stopped = !parsed && ingest->handed_over;
    if (!parsed && !stopped)
        *err = why;
    const struct rc_parse_totals *got = rc_parser_totals(parser);
    bool ok = (parsed || stopped) && write_rest(ingest, err);
    totals->records = got->transactions;
    totals->rejected = got->rejected;
    totals->bytes = got->bytes;
    totals->layout_digest = layout->digest;
    snprintf(totals->layout, sizeof totals->layout, "%s", layout->name);
    snprintf(totals->path, sizeof totals->path, "s3://%s/%s", ingest->file.bucket,
             ingest->file.object);
    for (size_t i = 0; ok && i < got->controls.count; i++)
        ok = rc_controls_add(&totals->controls, &got->controls.items[i]);
    totals->controls.broken = got->controls.broken;
    totals->controls.omitted = got->controls.omitted;
    rc_parser_free(parser);
    return ok;
}

/* ----- is it new? ----- */

/* Puts an item that says whose something is. *other: the item that was there and that the
 * condition kept; the caller's. */
static bool claim(struct ingest *ingest, const struct rc_key *key, const char *condition,
                  json_t **other, struct rc_error *err)
{
    struct rc_draft draft, values;
    rc_draft_item(&draft, key);
    rc_item_text(&draft.json, "file", ingest->file.key.pk);
    rc_item_text(&draft.json, "version", ingest->file.key.sk);
    rc_item_int(&draft.json, "delivery", ingest->delivery.number);
    rc_item_int(&draft.json, "expires", ingest->expires);
    rc_draft_values(&values);
    rc_item_int(&values.json, ":number", ingest->delivery.number);
    struct rc_write write = {
        .table = RC_TABLE_STATE,
        .key = key,
        .item = rc_draft_done(&draft),
        .condition = condition,
        .values = strstr(condition, ":number") ? rc_draft_done(&values) : NULL,
    };
    enum rc_stored stored = rc_store_write(ingest->pipeline, &write, other, err);
    rc_draft_free(&draft);
    rc_draft_free(&values);
    if (stored == RC_STORED) {
        json_decref(*other);
        *other = NULL;
    }
    return stored != RC_UNSTORED;
}

/* Whether the same content is active already, brought by another file. */
static bool is_duplicate(struct ingest *ingest, const struct rc_key *content, bool *duplicate,
                         struct rc_error *err)
{
    json_t *item;
    int64_t delivery = 0;
    if (!rc_store_get(ingest->pipeline, RC_TABLE_STATE, content, &item, err))
        return false;
    const char *file = rc_item_get_text(item, "file"), *version = rc_item_get_text(item, "version");
    bool own = file && strcmp(file, ingest->file.key.pk) == 0 && version &&
               strcmp(version, ingest->file.key.sk) == 0; /* with this layout or another */
    *duplicate = !own && rc_item_get_int(item, "delivery", &delivery) &&
                 rc_active_has(&ingest->config.active[ingest->delivery.side], (int)delivery);
    json_decref(item);
    return true;
}

/* Whether the name of the file is that of another one; if it is nobody's, it is this file's
 * from now on. */
static bool is_conflicting(struct ingest *ingest, bool *conflicting, struct rc_error *err)
{
    struct rc_key key;
    json_t *other;
    rc_key_identity(&ingest->delivery.day, ingest->delivery.side, RC_WHOLE_DAY, &key);
    if (!claim(ingest, &key, "attribute_not_exists(PK)", &other, err))
        return false;
    const char *file = rc_item_get_text(other, "file");
    *conflicting = other && (!file || strcmp(file, ingest->file.key.pk) != 0);
    json_decref(other);
    return true;
}

/* The state of a file that must not become active, or NULL. Only a file without a rival says
 * that the content is its own, and no earlier delivery takes it from a later one. */
static bool find_rival(struct ingest *ingest, const char *sha256, const char **state,
                       struct rc_error *err)
{
    struct rc_key content;
    json_t *other;
    bool duplicate, conflicting = false;
    rc_key_content(ingest->delivery.day.program, ingest->delivery.side, sha256, &content);
    if (!is_duplicate(ingest, &content, &duplicate, err) ||
        (!duplicate && !is_conflicting(ingest, &conflicting, err)))
        return false;
    *state = duplicate ? RC_FILE_DUPLICATE : conflicting ? RC_FILE_CONFLICTING : NULL;
    if (*state)
        return true;
    bool ok =
        claim(ingest, &content, "attribute_not_exists(PK) OR #delivery < :number", &other, err);
    json_decref(other);
    return ok;
}

static bool set_state(struct ingest *ingest, const char *state, const char *cause,
                      struct rc_error *err)
{
    enum rc_stored stored = rc_file_set_state(&ingest->lease, state, cause, err);
    return stored == RC_STORED || (stored == RC_REFUSED && rc_file_say_lost(&ingest->file, err));
}

/* ----- the step ----- */

/* What each end is called outside. */
static const struct {
    const char *state, *outcome;
} ends[] = {
    {RC_FILE_ACTIVE, "activated"},        {RC_FILE_DUPLICATE, "duplicate"},
    {RC_FILE_CONFLICTING, "conflicting"}, {RC_FILE_SUPERSEDED, "superseded"},
    {RC_FILE_REPLACED, "superseded"},     {RC_FILE_REJECTED, "rejected"},
};

static const char *outcome_of(const char *state)
{
    for (size_t i = 0; state && i < sizeof ends / sizeof *ends; i++)
        if (strcmp(ends[i].state, state) == 0)
            return ends[i].outcome;
    return NULL;
}

static json_t *say(const struct ingest *ingest, const char *outcome,
                   const struct rc_side_totals *totals)
{
    return json_pack("{ss si sI sI}", "outcome", outcome, "delivery", ingest->delivery.number,
                     "records", (json_int_t)totals->records, "rejected",
                     (json_int_t)totals->rejected);
}

static json_t *end(struct ingest *ingest, const char *state, const char *cause,
                   const struct rc_side_totals *totals, struct rc_error *err)
{
    if (!set_state(ingest, state, cause, err))
        return NULL;
    return say(ingest, outcome_of(state), totals);
}

/* The policy of a program that takes whole files only. */
static bool is_refused(const struct ingest *ingest, const struct rc_side_totals *totals,
                       char *cause, size_t room)
{
    if (!ingest->setup.program.reject_files || (!totals->rejected && !totals->controls.broken))
        return false;
    snprintf(cause, room,
             "%llu rejected records and %llu broken controls, and the program takes "
             "whole files only",
             (unsigned long long)totals->rejected, (unsigned long long)totals->controls.broken);
    return true;
}

/* How evenly the hash has spread the delivery over its shards, besides what it came to. */
static void publish(const struct ingest *ingest, const struct rc_side_totals *totals)
{
    const struct rc_emf_dimension dimensions[] = {{"Program", ingest->file.program},
                                                  {"Side", rc_side_name(ingest->file.side)}};
    const struct rc_emf_dimension all = {"Step", "ingest"};
    struct rc_skew skew;
    struct rc_emf emf;
    bool measured = rc_skew_measure(ingest->shards, ingest->config.shard_count, &skew, NULL);
    rc_emf_open(&emf, ingest->pipeline, dimensions, 2);
    rc_emf_add(&emf, "Records", RC_EMF_COUNT, (int64_t)totals->records);
    rc_emf_add(&emf, "Rejected", RC_EMF_COUNT, (int64_t)totals->rejected);
    rc_emf_add(&emf, "ControlsBroken", RC_EMF_COUNT, (int64_t)totals->controls.broken);
    rc_emf_add(&emf, "Checkpoints", RC_EMF_COUNT, (int64_t)ingest->checkpoints);
    rc_emf_add(&emf, "Handovers", RC_EMF_COUNT, ingest->handed_over);
    if (measured) {
        rc_emf_add_ratio(&emf, "ShardMaxOverMean", skew.most_over_mean);
        rc_emf_add_ratio(&emf, "ShardSkewPValue", skew.p_value);
    }
    rc_emf_close(&emf);
    if (!measured)
        return;
    rc_emf_open(&emf, ingest->pipeline, &all, 1); /* for an alarm on any program */
    rc_emf_add_ratio(&emf, "ShardSkewPValue", skew.p_value);
    rc_emf_close(&emf);
}

static json_t *finish(struct ingest *ingest, const struct rc_side_totals *totals,
                      struct rc_error *err)
{
    char cause[160];
    if (ingest->handed_over)
        return say(ingest, "handover", totals);
    if (!ingest->active && is_refused(ingest, totals, cause, sizeof cause))
        return end(ingest, RC_FILE_REJECTED, cause, totals, err);
    const struct rc_delivered delivered = {ingest->delivery, ingest->seen, totals, ingest->digest};
    enum rc_stored active = rc_delivery_activate(&ingest->lease, &ingest->file, &delivered, err);
    if (active == RC_REFUSED)
        return end(ingest, RC_FILE_SUPERSEDED, "a later delivery is active", totals, err);
    return active == RC_STORED ? say(ingest, "activated", totals) : NULL;
}

static json_t *take_in(struct ingest *ingest, int fd, struct rc_error *err)
{
    struct rc_side_totals totals = {0};
    char sha256[65];
    const char *rival = NULL;
    int64_t size;
    json_t *out = NULL;
    if (!rc_file_fetch(ingest->pipeline, &ingest->file, 0, fd, &size, err) ||
        !rc_digest_file(fd, sha256, err) ||
        (!ingest->active && !find_rival(ingest, sha256, &rival, err)))
        return NULL;
    if (rival)
        return end(ingest, rival, "", &totals, err);
    if ((ingest->active || set_state(ingest, RC_FILE_INGESTING, NULL, err)) &&
        read_checkpoint(ingest, err) && write_all(ingest, fd, &totals, err)) {
        publish(ingest, &totals);
        out = finish(ingest, &totals, err);
    }
    rc_controls_free(&totals.controls);
    return out;
}

/* Whether there is nothing to do any more. A file that is active is written anew when its
 * checkpoint has been taken back (pipeline/reprocess.c). */
static bool has_ended(struct ingest *ingest, const json_t *item, const char **outcome,
                      struct rc_error *err)
{
    const char *state = rc_item_get_text(item, "state");
    int64_t records = 0;
    *outcome = outcome_of(state);
    ingest->active = state && strcmp(state, RC_FILE_ACTIVE) == 0;
    if (!ingest->active)
        return true;
    if (!read_checkpoint(ingest, err))
        return false;
    rc_item_get_int(item, "records", &records);
    if (ingest->durable < (uint64_t)records)
        *outcome = NULL;
    return true;
}

static json_t *run(struct ingest *ingest, const json_t *item, struct rc_error *err)
{
    const char *ended;
    struct rc_side_totals none = {0};
    if (!has_ended(ingest, item, &ended, err))
        return NULL;
    if (ended)
        return say(ingest, ended, &none);
    int fd = rc_temporary_file(err);
    if (fd < 0)
        return NULL;
    rc_lease_keep(&ingest->lease);
    json_t *out = take_in(ingest, fd, err);
    close(fd);
    return out;
}

/* A delivery is a version of a file and a layout: its records are of one. */
static bool is_of_layout(const struct ingest *ingest, const json_t *item)
{
    char digest[33];
    const char *layout = rc_item_get_text(item, "layout");
    rc_digest_format(ingest->setup.layout[ingest->delivery.side]->digest, digest);
    return layout && strcmp(layout, digest) == 0;
}

static bool prepare(struct ingest *ingest, const json_t *item, struct rc_error *err)
{
    struct rc_pipeline *pipeline = ingest->pipeline;
    const struct rc_file *file = &ingest->file;
    int64_t delivery;
    const char *date = rc_item_get_text(item, "date");
    struct rc_filedate *day = &ingest->delivery.day;
    snprintf(day->program, sizeof day->program, "%s", file->program);
    if (!date || !rc_civil_parse(date, strlen(date), &day->date) ||
        !rc_item_get_int(item, "delivery", &delivery))
        return rc_bad_input(pipeline, err, "s3://%s/%s has not been inspected", file->bucket,
                            file->object);
    ingest->delivery.side = file->side;
    ingest->delivery.number = (int)delivery;
    if (!rc_setup_load(pipeline, file->program, &ingest->setup, err) ||
        !rc_day_config_read(pipeline, day, &ingest->config, err))
        return false;
    if (!is_of_layout(ingest, item))
        return rc_bad_input(pipeline, err,
                            "s3://%s/%s was inspected with another layout than the program has "
                            "now: start it again",
                            file->bucket, file->object);
    ingest->expires = ((int64_t)day->date + ingest->setup.program.retention_days) * 24 * 60 * 60;
    ingest->shards = calloc(ingest->config.shard_count, sizeof *ingest->shards);
    if (!ingest->shards) {
        rc_error_nomem(err);
        return false;
    }
    ingest->heat = rc_run_heat_new(pipeline, (enum rc_pipeline_table)file->side,
                                   ingest->config.shard_count, err);
    if (!ingest->heat)
        return false;
    ingest->records = rc_writer_new(pipeline, (enum rc_pipeline_table)file->side, err);
    if (ingest->records)
        rc_writer_watch(ingest->records, rc_run_heat_add, ingest->heat);
    ingest->rejects = ingest->records ? rc_writer_new(pipeline, RC_TABLE_STATE, err) : NULL;
    return ingest->rejects != NULL;
}

json_t *rc_step_ingest(struct rc_pipeline *pipeline, const json_t *in, struct rc_error *err)
{
    struct ingest *ingest = calloc(1, sizeof *ingest);
    json_t *item = NULL, *out = NULL;
    if (!ingest) {
        rc_error_nomem(err);
        return NULL;
    }
    ingest->pipeline = pipeline;
    if (rc_file_read(pipeline, in, &ingest->file, err) &&
        rc_lease_take(pipeline, &ingest->file.key, &ingest->lease, &item, err) == RC_STORED &&
        prepare(ingest, item, err))
        out = run(ingest, item, err);
    rc_lease_stop(&ingest->lease);
    rc_writer_free(ingest->records);
    rc_writer_free(ingest->rejects);
    rc_run_heat_end(ingest->heat);
    free(ingest->shards);
    rc_setup_free(&ingest->setup);
    json_decref(item);
    free(ingest);
    return out;
}
