/* Tasks of a day's match, whose findings are kept under the fingerprint of the day's
 * inputs: discrepancies, the residue for the passes to come, and a summary. Done twice,
 * they write the same items. */
#include "pipeline/steps.h"

#include "pipeline/matching.h"
#include "pipeline/summaries.h"
#include "pipeline/writer.h"

#include <stdio.h>
#include <string.h>

struct match {
    struct rc_matching matching;
    struct rc_lease lease;
    struct rc_writer *writer;
};

static bool put_item(void *ctx, int residue_pass, uint32_t shard, const char *item,
                     struct rc_error *err)
{
    struct match *match = ctx;
    (void)residue_pass; /* its key says so */
    return rc_writer_put(match->writer, item, shard, err);
}

/* The discrepancies are there before the summary that counts them. */
static bool put_summaries(void *ctx, const struct rc_matching *matching, struct rc_summary *shards,
                          struct rc_error *err)
{
    struct match *match = ctx;
    return rc_writer_flush(match->writer, err) &&
           rc_summaries_write(matching->pipeline, &matching->date, matching->fingerprint,
                              matching->pass, matching->shard, shards, matching->config.shard_count,
                              &matching->left, matching->expires, err);
}

static bool prepare(struct match *match, struct rc_pipeline *pipeline, const json_t *in,
                    struct rc_error *err)
{
    struct rc_key lease;
    struct rc_matching *matching = &match->matching;
    if (!rc_matching_open(pipeline, in, matching, err))
        return false;
    matching->fingerprint = json_string_value(json_object_get(in, "fingerprint"));
    matching->sink = (struct rc_matching_sink){put_item, put_summaries, match};
    if (!matching->fingerprint || strlen(matching->fingerprint) != 32)
        return rc_bad_input(pipeline, err, "a match needs the \"fingerprint\" that prepare gave");
    if (!rc_day_is_still(pipeline, &matching->date, &matching->setup, &matching->config,
                         matching->fingerprint, &matching->earlier, err))
        return false;
    rc_key_day(&matching->date, "LEASE", &lease);
    rc_lease_resume(pipeline, &lease, json_integer_value(json_object_get(in, "fence")),
                    &match->lease);
    match->writer = rc_writer_new(pipeline, RC_TABLE_STATE, err);
    return match->writer != NULL;
}

static bool match_shards(struct match *match, const json_t *in, struct rc_error *err)
{
    struct rc_matching *matching = &match->matching;
    json_int_t pass = json_integer_value(json_object_get(in, "pass"));
    json_int_t first = json_integer_value(json_object_get(in, "first"));
    json_int_t count = json_integer_value(json_object_get(in, "count"));
    int last = rc_matching_last_pass(matching);
    if (pass < 0 || pass > last)
        return rc_bad_input(matching->pipeline, err, "\"pass\" %lld: the program's last is %d",
                            (long long)pass, last);
    json_int_t shards = rc_matching_shards(matching, (int)pass);
    if (first < 0 || count < 1 || first > shards || count > shards - first)
        return rc_bad_input(matching->pipeline, err, "shards %lld to %lld of %lld",
                            (long long)first, (long long)(first + count - 1), (long long)shards);
    rc_lease_keep(&match->lease);
    for (json_int_t shard = first; shard < first + count; shard++) {
        if (match->lease.lost) {
            snprintf(matching->pipeline->fault, sizeof matching->pipeline->fault, "InputsChanged");
            rc_error_set(err, RC_IO, "another run has taken over the day");
            return false;
        }
        if (!rc_matching_run(matching, (int)pass, (uint32_t)shard, err))
            return false;
    }
    return true;
}

json_t *rc_step_match(struct rc_pipeline *pipeline, const json_t *in, struct rc_error *err)
{
    struct match match = {.writer = NULL};
    json_t *out = NULL;
    if (prepare(&match, pipeline, in, err) && match_shards(&match, in, err))
        out = json_pack("{sI}", "discrepancies", (json_int_t)match.matching.discrepancies);
    rc_lease_stop(&match.lease);
    rc_writer_free(match.writer);
    rc_matching_free(&match.matching);
    return out;
}
