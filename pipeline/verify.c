/* A day that is rolled up, matched again: nothing of it may come out otherwise. What is
 * found is not kept but added up, shard by shard, and compared with what the first match
 * kept; digests are sums, so that memory does not grow with the day. */
#include "pipeline/steps.h"

#define XXH_INLINE_ALL
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "pipeline/emf.h"
#include "pipeline/matching.h"
#include "pipeline/summaries.h"

/* Items of one kind and shard. */
struct pile {
    int64_t items;
    rc_u128 digest; /* the sum of theirs */
};

enum { FOUND, STORED, WAYS };

struct verify {
    struct rc_pipeline *pipeline;
    struct rc_matching matching;
    uint32_t stride;           /* of piles: the most shards that a pass has */
    struct rc_left_open left;  /* for later days, as it is found */
    struct rc_day day;         /* as its inputs are now */
    struct rc_summary *found;  /* of each shard */
    struct rc_summary *stored; /* of each shard */
    struct pile *piles[WAYS];  /* shard by shard: discrepancies, then each pass's residue */
    struct pile *reading;      /* of the query that runs */
    json_t *differences;
};

/* ----- items as numbers ----- */

/* When an item expires is no finding. */
static bool add_item(struct pile *pile, json_t *item, struct rc_error *err)
{
    json_object_del(item, "expires");
    char *text = json_dumps(item, JSON_COMPACT | JSON_SORT_KEYS);
    if (!text) {
        rc_error_nomem(err);
        return false;
    }
    XXH128_hash_t hash = XXH3_128bits(text, strlen(text));
    pile->digest += (rc_u128)hash.high64 << 64 | hash.low64;
    pile->items++;
    free(text);
    return true;
}

static struct pile *pile_of(const struct verify *verify, int way, int residue_pass, uint32_t shard)
{
    return &verify
                ->piles[way][(uint32_t)residue_pass * verify->matching.config.shard_count + shard];
}

/* ----- what is found now ----- */

static bool take_item(void *ctx, int residue_pass, uint32_t shard, const char *text,
                      struct rc_error *err)
{
    struct verify *verify = ctx;
    if (residue_pass == RC_MATCHING_LEFT) /* it is summed up by its digest */
        return true;
    json_t *item = json_loads(text, 0, NULL);
    if (!item)
        rc_error_nomem(err);
    bool ok = item && add_item(pile_of(verify, FOUND, residue_pass, shard), item, err);
    json_decref(item);
    return ok;
}

static bool take_summaries(void *ctx, const struct rc_matching *matching, struct rc_summary *shards,
                           struct rc_error *err)
{
    struct verify *verify = ctx;
    for (uint32_t i = 0; i < matching->config.shard_count; i++)
        if (!rc_summary_merge(&verify->found[i], &shards[i])) {
            rc_error_nomem(err);
            return false;
        }
    verify->left.digest += matching->left.digest;
    verify->left.count += matching->left.count;
    return true;
}

static bool find(struct verify *verify, struct rc_error *err)
{
    struct rc_matching *matching = &verify->matching;
    for (int pass = 0; pass <= rc_matching_last_pass(matching); pass++)
        for (uint32_t shard = 0; shard < rc_matching_shards(matching, pass); shard++) {
            if (rc_pipeline_left_ms(verify->pipeline) <= 0) {
                rc_error_set(err, RC_LIMIT,
                             "the time is up in shard %u of pass %d: run verify as a task, which "
                             "has no deadline",
                             shard, pass);
                return false;
            }
            if (!rc_matching_run(matching, pass, shard, err))
                return false;
        }
    return true;
}

/* ----- what is stored ----- */

static bool read_item(void *ctx, const json_t *item, struct rc_error *err)
{
    struct verify *verify = ctx;
    json_t *copy = json_copy((json_t *)item);
    if (!copy)
        rc_error_nomem(err);
    bool ok = copy && add_item(verify->reading, copy, err);
    json_decref(copy);
    return ok;
}

static bool read_partition(struct verify *verify, struct rc_key *key, int residue_pass,
                           uint32_t shard, struct rc_error *err)
{
    key->sk[0] = '\0';
    verify->reading = pile_of(verify, STORED, residue_pass, shard);
    return rc_store_query(verify->pipeline, RC_TABLE_STATE, key, read_item, verify, err);
}

static bool read_residue(struct verify *verify, int pass, uint32_t shard, struct rc_error *err)
{
    const struct rc_matching *matching = &verify->matching;
    struct rc_key key;
    for (int side = 0; side < RC_SIDES; side++) {
        rc_key_residue(&matching->date, matching->fingerprint, pass, shard, (enum rc_side)side, 0,
                       "", &key);
        if (!read_partition(verify, &key, pass, shard, err))
            return false;
    }
    return true;
}

static bool read_items(struct verify *verify, struct rc_error *err)
{
    const struct rc_matching *matching = &verify->matching;
    struct rc_key key;
    for (uint32_t shard = 0; shard < matching->config.shard_count; shard++) {
        rc_key_discrepancy(&matching->date, matching->fingerprint, shard, "", RC_SETTLEMENT, &key);
        if (!read_partition(verify, &key, 0, shard, err))
            return false;
    }
    for (int pass = 1; pass <= rc_matching_last_pass(matching); pass++)
        for (uint32_t shard = 0; shard < rc_matching_shards(matching, pass); shard++)
            if (!read_residue(verify, pass, shard, err))
                return false;
    return true;
}

/* ----- differences ----- */

/* `what` differs; in that shard, unless it is -1. */
static void differ(struct verify *verify, const char *what, int64_t shard, json_t *found,
                   json_t *stored)
{
    json_t *difference = json_pack("{ss so* so*}", "what", what, "found", found, "stored", stored);
    if (shard >= 0)
        json_object_set_new(difference, "shard", json_integer(shard));
    json_array_append_new(verify->differences, difference);
}

static json_t *digest_text(rc_u128 digest)
{
    char text[33];
    rc_digest_format(digest, text);
    return json_string(text);
}

static json_t *pile_json(const struct pile *pile)
{
    return json_pack("{sI so*}", "items", (json_int_t)pile->items, "digest",
                     digest_text(pile->digest));
}

static void compare_items(struct verify *verify)
{
    for (int pass = 0; pass <= rc_matching_last_pass(&verify->matching); pass++)
        for (uint32_t shard = 0; shard < rc_matching_shards(&verify->matching, pass); shard++) {
            const struct pile *found = pile_of(verify, FOUND, pass, shard);
            const struct pile *stored = pile_of(verify, STORED, pass, shard);
            if (found->items != stored->items || found->digest != stored->digest)
                differ(verify, pass ? "residue" : "discrepancies", shard, pile_json(found),
                       pile_json(stored));
        }
}

static bool same_summary(const struct rc_summary *a, const struct rc_summary *b, bool *same,
                         struct rc_error *err)
{
    enum { CAP = 64 << 20 };
    struct rc_buf bytes[2];
    rc_buf_init(&bytes[0], CAP);
    rc_buf_init(&bytes[1], CAP);
    bool ok = rc_summary_write(a, &bytes[0]) && rc_summary_write(b, &bytes[1]);
    if (!ok)
        rc_error_nomem(err);
    *same = ok && bytes[0].length == bytes[1].length &&
            memcmp(bytes[0].data, bytes[1].data, bytes[0].length) == 0;
    rc_buf_free(&bytes[0]);
    rc_buf_free(&bytes[1]);
    return ok;
}

static bool compare_summaries(struct verify *verify, struct rc_error *err)
{
    const struct rc_matching *matching = &verify->matching;
    uint32_t count = matching->config.shard_count;
    struct rc_left_open left = {0}; /* the rollup has it, too */
    if (!rc_summaries_read(verify->pipeline, &matching->date, matching->fingerprint,
                           &matching->setup.program.rules, verify->stored, count, &left, err))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        bool same;
        rc_summary_finish(&verify->found[i]);
        if (!same_summary(&verify->found[i], &verify->stored[i], &same, err))
            return false;
        if (!same)
            differ(verify, "summary", i, digest_text(verify->found[i].outcome_digest),
                   digest_text(verify->stored[i].outcome_digest));
    }
    return true;
}

static void compare_text(struct verify *verify, const json_t *rollup, const char *name,
                         json_t *found)
{
    const char *stored = rc_item_get_text(rollup, name);
    if (stored && strcmp(stored, json_string_value(found)) == 0)
        json_decref(found);
    else
        differ(verify, name, -1, found, json_string(stored ? stored : ""));
}

/* The sums of all shards, and what the rollup says they are. */
static bool compare_rollup(struct verify *verify, const json_t *rollup, struct rc_error *err)
{
    struct rc_summary total = {0};
    bool ok = true;
    int64_t discrepancies = -1;
    for (uint32_t i = 0; ok && i < verify->matching.config.shard_count; i++)
        ok = rc_summary_merge(&total, &verify->found[i]);
    if (!ok)
        rc_error_nomem(err);
    rc_item_get_int(rollup, "discrepancies", &discrepancies);
    if (ok) {
        compare_text(verify, rollup, "digest",
                     digest_text(total.digest[RC_SETTLEMENT] + total.digest[RC_INTERNAL]));
        compare_text(verify, rollup, "outcome_digest", digest_text(total.outcome_digest));
        compare_text(verify, rollup, "open_digest", digest_text(verify->left.digest));
    }
    if (ok && discrepancies != total.discrepancies)
        differ(verify, "rollup", -1, json_integer(total.discrepancies),
               json_integer(discrepancies));
    rc_summary_free(&total);
    return ok;
}

/* ----- the step ----- */

static bool make_room(struct verify *verify, struct rc_error *err)
{
    size_t shards = verify->matching.config.shard_count;
    size_t passes = (size_t)rc_matching_last_pass(&verify->matching) + 1;
    verify->stride = shards > RC_OPEN_SHARDS ? (uint32_t)shards : (uint32_t)RC_OPEN_SHARDS;
    verify->found = calloc(shards, sizeof *verify->found);
    verify->stored = calloc(shards, sizeof *verify->stored);
    for (int way = 0; way < WAYS; way++)
        verify->piles[way] = calloc(passes * verify->stride, sizeof(struct pile));
    if (verify->found && verify->stored && verify->piles[FOUND] && verify->piles[STORED])
        return true;
    rc_error_nomem(err);
    return false;
}

/* A day with other inputs than its rollup has only that difference: it has to be matched
 * before there is anything to compare. */
static bool compare(struct verify *verify, const json_t *rollup, struct rc_error *err)
{
    struct rc_matching *matching = &verify->matching;
    if (!rc_day_gather(verify->pipeline, &matching->date, &matching->setup, &matching->config,
                       &matching->earlier, &verify->day, err))
        return false;
    matching->fingerprint = verify->day.fingerprint;
    matching->sink = (struct rc_matching_sink){take_item, take_summaries, verify};
    compare_text(verify, rollup, "fingerprint", json_string(verify->day.fingerprint));
    if (json_array_size(verify->differences))
        return true;
    if (!make_room(verify, err) || !find(verify, err) || !read_items(verify, err) ||
        !compare_summaries(verify, err))
        return false;
    compare_items(verify);
    return compare_rollup(verify, rollup, err);
}

static void publish(const struct verify *verify)
{
    const struct rc_emf_dimension dimension = {"Program", verify->matching.date.program};
    struct rc_emf emf;
    rc_emf_open(&emf, verify->pipeline, &dimension, 1);
    rc_emf_add(&emf, "Verified", RC_EMF_COUNT, 1);
    rc_emf_add(&emf, "VerifiedDifferences", RC_EMF_COUNT,
               (int64_t)json_array_size(verify->differences));
    rc_emf_close(&emf);
}

static json_t *verify_day(struct verify *verify, struct rc_error *err)
{
    struct rc_key key;
    json_t *rollup, *out = NULL;
    rc_key_day(&verify->matching.date, "ROLLUP", &key);
    if (!rc_store_get(verify->pipeline, RC_TABLE_STATE, &key, &rollup, err))
        return NULL;
    if (!rollup)
        rc_bad_input(verify->pipeline, err, "%s has no rollup that could be verified", key.pk);
    else if (compare(verify, rollup, err)) {
        publish(verify);
        out = json_pack("{sb sO}", "same", json_array_size(verify->differences) == 0, "differences",
                        verify->differences);
    }
    json_decref(rollup);
    return out;
}

json_t *rc_step_verify(struct rc_pipeline *pipeline, const json_t *in, struct rc_error *err)
{
    struct verify verify = {.pipeline = pipeline, .differences = json_array()};
    json_t *out = NULL;
    if (rc_matching_open(pipeline, in, &verify.matching, err))
        out = verify_day(&verify, err);
    for (uint32_t i = 0; i < verify.matching.config.shard_count; i++) {
        if (verify.found)
            rc_summary_free(&verify.found[i]);
        if (verify.stored)
            rc_summary_free(&verify.stored[i]);
    }
    free(verify.found);
    free(verify.stored);
    for (int way = 0; way < WAYS; way++)
        free(verify.piles[way]);
    rc_day_free(&verify.day);
    json_decref(verify.differences);
    rc_matching_free(&verify.matching);
    return out;
}
