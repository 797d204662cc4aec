/* One task of a day's match: in pass 0 the partitions of a shard on both sides, merged
 * in constant memory; in a later pass the residue of a shard of its keys. What is found
 * is kept under the fingerprint of the day's inputs: discrepancies, the residue for the
 * passes to come, and a summary. Done twice, it writes the same items. */
#include "pipeline/steps.h"

#define XXH_INLINE_ALL
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "pipeline/day_state.h"
#include "pipeline/discrepancy.h"
#include "pipeline/summaries.h"
#include "pipeline/writer.h"

struct matching {
    struct rc_pipeline *pipeline;
    struct rc_filedate date;
    const char *fingerprint;
    int pass;
    uint32_t shard;
    struct rc_setup setup;
    struct rc_day_config config;
    struct rc_matcher matcher;
    struct rc_lease lease;
    struct rc_writer *writer;
    struct rc_earlier earlier;
    struct rc_left_open left;
    struct rc_summary *shards; /* what this task finds, for every shard of the day */
    int64_t expires;
    int64_t discrepancies;
};

/* ----- what is found ----- */

/* In pass 0 every record is taken for matched until the engine says otherwise. */
static bool take_record(void *ctx, const struct rc_entry *entry, struct rc_error *err)
{
    struct matching *matching = ctx;
    rc_u128 term =
        rc_digest_term(entry->canonical, entry->canonical_length, entry->side, RC_MATCHED);
    return rc_summary_record(&matching->shards[matching->shard], entry->side, &entry->item, term,
                             err);
}

static bool put(struct matching *matching, struct rc_draft *draft, uint32_t lane,
                struct rc_error *err)
{
    rc_item_int(&draft->json, "expires", matching->expires);
    const char *item = rc_draft_done(draft);
    if (!item)
        rc_error_nomem(err);
    bool ok = item && rc_writer_put(matching->writer, item, lane, err);
    rc_draft_free(draft);
    return ok;
}

/* Behind the program's own passes: what is open against the open items of days before. */
static bool is_open_pass(const struct matching *matching)
{
    return matching->pass == matching->setup.program.rules.pass_count + 1;
}

/* A record that stays open is there for later days; one that was carried in is closed. */
static bool take_left(struct matching *matching, const struct rc_outcome *outcome,
                      struct rc_error *err)
{
    struct rc_draft draft;
    if (rc_outcome_is_open(outcome)) {
        rc_open_item(&draft, &matching->date, matching->fingerprint, outcome, &matching->left);
        if (!put(matching, &draft, matching->shard, err))
            return false;
    }
    for (int side = 0; side < RC_SIDES; side++)
        for (int i = 0; i < outcome->count[side]; i++) {
            const struct rc_outcome_record *item = &outcome->records[side][i];
            if (!item->origin)
                continue;
            rc_closed_item(&draft, &matching->date, matching->fingerprint, item, &matching->left);
            if (!put(matching, &draft, matching->shard, err))
                return false;
        }
    return true;
}

static bool take_outcome(void *context, const struct rc_outcome *outcome, struct rc_error *err)
{
    struct matching *matching = context;
    struct rc_draft draft;
    uint32_t shard = rc_shard_of(rc_outcome_first(outcome)->id_hash, matching->config.shard_count);
    if (!rc_summary_outcome(matching->shards, matching->config.shard_count, outcome, err))
        return false;
    if (outcome->status == RC_MATCHED)
        return true;
    matching->discrepancies++;
    if (is_open_pass(matching) && !take_left(matching, outcome, err))
        return false;
    rc_discrepancy_item(&draft, &matching->date, matching->fingerprint, shard, outcome);
    return put(matching, &draft, shard, err);
}

/* What orders a pass: 128 bits of its key's hash. What is held against open items is in
 * the order of its TransactionIDs, as those are. */
static rc_u128 order_of(const struct rc_rules *rules, int pass, const struct rc_record *record)
{
    uint8_t bytes[RC_CANONICAL_BYTES + 64];
    if (pass == rules->pass_count)
        return 0;
    size_t length = rc_pass_key(&rules->passes[pass], record, bytes);
    return (rc_u128)XXH3_64bits(bytes, length) << 64 | XXH3_64bits_withSeed(bytes, length, 1);
}

static bool take_open(void *context, const struct rc_entry *entry, int pass, struct rc_error *err)
{
    struct matching *matching = context;
    const struct rc_rules *rules = &matching->setup.program.rules;
    struct rc_draft draft;
    struct rc_key record, key;
    rc_u128 order = order_of(rules, pass, &entry->item.record);
    uint32_t shard = pass == rules->pass_count
                         ? rc_shard_of(entry->item.id_hash, RC_OPEN_SHARDS)
                         : rc_shard_of((uint64_t)(order >> 64), matching->config.shard_count);
    rc_record_sk(&entry->item, &record);
    rc_key_residue(&matching->date, matching->fingerprint, pass + 1, shard, entry->side, order,
                   record.sk, &key);
    rc_draft_item(&draft, &key);
    rc_record_item(&draft, entry->canonical, entry->canonical_length, &entry->item.where);
    if (entry->ambiguous)
        rc_item_bool(&draft.json, "ambiguous", true);
    return put(matching, &draft, shard, err);
}

/* ----- one shard ----- */

static struct rc_record_stream *open_side(struct matching *matching, enum rc_side side,
                                          struct rc_error *err)
{
    struct rc_record_stream_options options = {.side = side, .matcher = &matching->matcher};
    if (matching->pass == 0) {
        options.table = (enum rc_table)side;
        options.active = &matching->config.active[side];
        options.seen = take_record;
        options.ctx = matching;
        rc_key_records(&matching->date, matching->shard, &options.key);
    } else {
        options.table = RC_TABLE_STATE;
        rc_key_residue(&matching->date, matching->fingerprint, matching->pass, matching->shard,
                       side, 0, "", &options.key);
    }
    return rc_record_stream_new(matching->pipeline, &options, err);
}

static bool run_open_pass(struct matching *matching, const struct rc_stream *streams,
                          struct rc_error *err)
{
    struct rc_open_stream *items =
        rc_open_stream_new(matching->pipeline, &matching->date, matching->shard, &matching->earlier,
                           &matching->matcher, err);
    struct rc_stream carried = {items, rc_open_stream_next};
    bool ok = items && rc_match_carried(&matching->matcher, streams, &carried, err);
    rc_open_stream_free(items);
    return ok;
}

static bool run_pass(struct matching *matching, const struct rc_stream *streams,
                     struct rc_error *err)
{
    if (matching->pass == 0)
        return rc_match_ids(&matching->matcher, streams, err);
    if (is_open_pass(matching))
        return run_open_pass(matching, streams, err);
    return rc_match_keys(&matching->matcher, matching->pass - 1, streams, err);
}

static bool run_engine(struct matching *matching, struct rc_error *err)
{
    struct rc_record_stream *sides[RC_SIDES] = {NULL, NULL};
    struct rc_stream streams[RC_SIDES];
    bool ok = true;
    for (int side = 0; side < RC_SIDES && ok; side++) {
        sides[side] = open_side(matching, (enum rc_side)side, err);
        ok = sides[side] != NULL;
        streams[side] = (struct rc_stream){sides[side], rc_record_stream_next};
    }
    ok = ok && run_pass(matching, streams, err);
    for (int side = 0; side < RC_SIDES; side++)
        rc_record_stream_free(sides[side]);
    return ok && rc_writer_flush(matching->writer, err);
}

/* The discrepancies are there before the summary that counts them. */
static bool match_shard(struct matching *matching, uint32_t shard, struct rc_error *err)
{
    uint32_t count = matching->config.shard_count;
    matching->shard = shard;
    matching->left = (struct rc_left_open){0};
    matching->shards = calloc(count, sizeof *matching->shards);
    if (!matching->shards)
        rc_error_nomem(err);
    bool ok = matching->shards && run_engine(matching, err);
    for (uint32_t i = 0; ok && i < count; i++)
        rc_summary_finish(&matching->shards[i]);
    ok = ok && rc_summaries_write(matching->pipeline, &matching->date, matching->fingerprint,
                                  matching->pass, shard, matching->shards, count, &matching->left,
                                  matching->expires, err);
    for (uint32_t i = 0; matching->shards && i < count; i++)
        rc_summary_free(&matching->shards[i]);
    free(matching->shards);
    matching->shards = NULL;
    return ok;
}

/* ----- the step ----- */

static bool prepare(struct matching *matching, const json_t *in, struct rc_error *err)
{
    struct rc_pipeline *pipeline = matching->pipeline;
    struct rc_key lease;
    matching->fingerprint = json_string_value(json_object_get(in, "fingerprint"));
    matching->pass = (int)json_integer_value(json_object_get(in, "pass"));
    if (!rc_filedate_read(pipeline, in, &matching->date, err))
        return false;
    if (!matching->fingerprint || strlen(matching->fingerprint) != 32)
        return rc_bad_input(pipeline, err, "a match needs the \"fingerprint\" that prepare gave");
    if (!rc_setup_load(pipeline, matching->date.program, &matching->setup, err) ||
        !rc_day_config_read(pipeline, &matching->date, &matching->config, err))
        return false;
    if (!rc_day_is_still(pipeline, &matching->date, &matching->setup, &matching->config,
                         matching->fingerprint, &matching->earlier, err))
        return false;
    const struct rc_rules *rules = &matching->setup.program.rules;
    int last = rules->pass_count + (rules->open_days > 0);
    if (matching->pass < 0 || matching->pass > last)
        return rc_bad_input(pipeline, err, "\"pass\" %d: the program's last is %d", matching->pass,
                            last);
    matching->matcher = rc_setup_matcher(&matching->setup, matching->date.date);
    matching->matcher.context = matching;
    matching->matcher.outcome = take_outcome;
    matching->matcher.open = take_open;
    matching->expires =
        ((int64_t)matching->date.date + matching->setup.program.retention_days) * 24 * 60 * 60;
    rc_key_day(&matching->date, "LEASE", &lease);
    rc_lease_resume(pipeline, &lease, json_integer_value(json_object_get(in, "fence")),
                    &matching->lease);
    matching->writer = rc_writer_new(pipeline, RC_TABLE_STATE, err);
    return matching->writer != NULL;
}

static bool match_shards(struct matching *matching, const json_t *in, struct rc_error *err)
{
    json_int_t first = json_integer_value(json_object_get(in, "first"));
    json_int_t count = json_integer_value(json_object_get(in, "count"));
    json_int_t shards = is_open_pass(matching) ? RC_OPEN_SHARDS : matching->config.shard_count;
    if (first < 0 || count < 1 || first > shards || count > shards - first)
        return rc_bad_input(matching->pipeline, err, "shards %lld to %lld of %lld",
                            (long long)first, (long long)(first + count - 1), (long long)shards);
    rc_lease_keep(&matching->lease);
    for (json_int_t shard = first; shard < first + count; shard++) {
        if (matching->lease.lost) {
            rc_error_set(err, RC_IO, "another run has taken over the day");
            return false;
        }
        if (!match_shard(matching, (uint32_t)shard, err))
            return false;
    }
    return true;
}

json_t *rc_step_match(struct rc_pipeline *pipeline, const json_t *in, struct rc_error *err)
{
    struct matching matching = {.pipeline = pipeline};
    json_t *out = NULL;
    if (prepare(&matching, in, err) && match_shards(&matching, in, err))
        out = json_pack("{sI}", "discrepancies", (json_int_t)matching.discrepancies);
    rc_lease_stop(&matching.lease);
    rc_writer_free(matching.writer);
    rc_setup_free(&matching.setup);
    return out;
}
