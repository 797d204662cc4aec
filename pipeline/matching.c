#include "pipeline/matching.h"

#define XXH_INLINE_ALL
#include <stdlib.h>
#include <xxhash.h>

#include "pipeline/discrepancy.h"
#include "pipeline/file.h"

/* ----- what is found ----- */

/* In pass 0 every record is taken for matched until the engine says otherwise. */
static bool take_record(void *ctx, const struct rc_entry *entry, struct rc_error *err)
{
    struct rc_matching *matching = ctx;
    rc_u128 term =
        rc_digest_term(entry->canonical, entry->canonical_length, entry->side, RC_MATCHED);
    return rc_summary_record(&matching->shards[matching->shard], entry->side, &entry->item, term,
                             err);
}

static bool give(struct rc_matching *matching, int residue_pass, uint32_t shard,
                 struct rc_draft *draft, struct rc_error *err)
{
    rc_item_int(&draft->json, "expires", matching->expires);
    const char *item = rc_draft_done(draft);
    if (!item)
        rc_error_nomem(err);
    bool ok = item && matching->sink.item(matching->sink.ctx, residue_pass, shard, item, err);
    rc_draft_free(draft);
    return ok;
}

/* Behind the program's own passes: what is open against the open items of days before. */
static bool is_open_pass(const struct rc_matching *matching)
{
    return matching->pass > matching->setup.program.rules.pass_count;
}

/* A record that stays open is there for later days; one that was carried in is closed. */
static bool take_left(struct rc_matching *matching, const struct rc_outcome *outcome,
                      struct rc_error *err)
{
    struct rc_draft draft;
    if (rc_outcome_is_open(outcome)) {
        rc_open_item(&draft, &matching->date, matching->fingerprint, outcome, &matching->left);
        if (!give(matching, RC_MATCHING_LEFT, matching->shard, &draft, err))
            return false;
    }
    for (int side = 0; side < RC_SIDES; side++)
        for (int i = 0; i < outcome->count[side]; i++) {
            const struct rc_outcome_record *item = &outcome->records[side][i];
            if (!item->origin)
                continue;
            rc_closed_item(&draft, &matching->date, matching->fingerprint, item, &matching->left);
            if (!give(matching, RC_MATCHING_LEFT, matching->shard, &draft, err))
                return false;
        }
    return true;
}

static bool take_outcome(void *context, const struct rc_outcome *outcome, struct rc_error *err)
{
    struct rc_matching *matching = context;
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
    return give(matching, 0, shard, &draft, err);
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
    struct rc_matching *matching = context;
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
    return give(matching, pass + 1, shard, &draft, err);
}

/* ----- one shard ----- */

static struct rc_record_stream *open_side(struct rc_matching *matching, enum rc_side side,
                                          struct rc_error *err)
{
    struct rc_record_stream_options options = {.side = side, .matcher = &matching->matcher};
    if (matching->pass == 0) {
        options.table = (enum rc_pipeline_table)side;
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

static bool run_open_pass(struct rc_matching *matching, const struct rc_stream *streams,
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

static bool run_pass(struct rc_matching *matching, const struct rc_stream *streams,
                     struct rc_error *err)
{
    if (matching->pass == 0)
        return rc_match_ids(&matching->matcher, streams, err);
    if (is_open_pass(matching))
        return run_open_pass(matching, streams, err);
    return rc_match_keys(&matching->matcher, matching->pass - 1, streams, err);
}

static bool run_engine(struct rc_matching *matching, struct rc_error *err)
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
    return ok;
}

bool rc_matching_run(struct rc_matching *matching, int pass, uint32_t shard, struct rc_error *err)
{
    uint32_t count = matching->config.shard_count;
    matching->pass = pass;
    matching->shard = shard;
    matching->left = (struct rc_left_open){0};
    matching->shards = calloc(count, sizeof *matching->shards);
    if (!matching->shards)
        rc_error_nomem(err);
    bool ok = matching->shards && run_engine(matching, err);
    for (uint32_t i = 0; ok && i < count; i++)
        rc_summary_finish(&matching->shards[i]);
    ok = ok && matching->sink.end(matching->sink.ctx, matching, matching->shards, err);
    for (uint32_t i = 0; matching->shards && i < count; i++)
        rc_summary_free(&matching->shards[i]);
    free(matching->shards);
    matching->shards = NULL;
    return ok;
}

/* ----- from beginning to end ----- */

bool rc_matching_open(struct rc_pipeline *pipeline, const json_t *in, struct rc_matching *matching,
                      struct rc_error *err)
{
    *matching = (struct rc_matching){.pipeline = pipeline};
    if (!rc_filedate_read(pipeline, in, &matching->date, err) ||
        !rc_setup_load(pipeline, matching->date.program, &matching->setup, err) ||
        !rc_day_config_read(pipeline, &matching->date, &matching->config, err))
        return false;
    matching->matcher = rc_setup_matcher(&matching->setup, matching->date.date);
    matching->matcher.context = matching;
    matching->matcher.outcome = take_outcome;
    matching->matcher.open = take_open;
    matching->expires =
        ((int64_t)matching->date.date + matching->setup.program.retention_days) * 24 * 60 * 60;
    return true;
}

int rc_matching_last_pass(const struct rc_matching *matching)
{
    const struct rc_rules *rules = &matching->setup.program.rules;
    return rules->pass_count + (rules->open_days > 0);
}

uint32_t rc_matching_shards(const struct rc_matching *matching, int pass)
{
    return pass > matching->setup.program.rules.pass_count ? (uint32_t)RC_OPEN_SHARDS
                                                           : matching->config.shard_count;
}

void rc_matching_free(struct rc_matching *matching)
{
    rc_setup_free(&matching->setup);
}
