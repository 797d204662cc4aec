/* A day's summaries become its rollup: added up, compared with what the files declare,
 * and written once for a fingerprint, where the day's lease holds. */
#include "pipeline/steps.h"

#include "pipeline/day_state.h"
#include "pipeline/emf.h"
#include "pipeline/log.h"
#include "pipeline/summaries.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct rollup {
    struct rc_pipeline *pipeline;
    struct rc_filedate date;
    const char *fingerprint;
    struct rc_setup setup;
    struct rc_lease lease;
    struct rc_day day;
    struct rc_earlier earlier;
    struct rc_left_open left;
    int64_t version; /* of the rollup that there is; 0: none */
    bool differs;    /* it has this fingerprint, and other digests than were found now */
};

/* The digests that the rollup has now, as texts. */
struct digests {
    char records[33], outcome[33], open[33];
};

static struct digests digests_of(const struct rollup *rollup)
{
    struct digests digests = {"", "", ""};
    const struct rc_summary *total = &rollup->day.total;
    rc_digest_format(total->digest[RC_SETTLEMENT] + total->digest[RC_INTERNAL], digests.records);
    rc_digest_format(total->outcome_digest, digests.outcome);
    rc_digest_format(rollup->left.digest, digests.open);
    return digests;
}

static bool is_text(const json_t *item, const char *name, const char *text)
{
    const char *got = rc_item_get_text(item, name);
    return got && strcmp(got, text) == 0;
}

static bool read_current(struct rollup *rollup, bool *same, struct rc_error *err)
{
    struct rc_key key;
    json_t *item;
    rc_key_day(&rollup->date, "ROLLUP", &key);
    if (!rc_store_get(rollup->pipeline, RC_TABLE_STATE, &key, &item, err))
        return false;
    struct digests digests = digests_of(rollup);
    rc_item_get_int(item, "version", &rollup->version);
    *same = is_text(item, "fingerprint", rollup->day.fingerprint);
    rollup->differs = *same && (!is_text(item, "digest", digests.records) ||
                                !is_text(item, "outcome_digest", digests.outcome) ||
                                !is_text(item, "open_digest", digests.open));
    if (rollup->differs)
        rc_pipeline_log(rollup->pipeline, RC_LOG_ERROR,
                        "%s: the same inputs give other digests than version %lld of the rollup "
                        "has: run the step verify",
                        key.pk, (long long)rollup->version);
    json_decref(item);
    return true;
}

static bool add_up(struct rollup *rollup, struct rc_error *err)
{
    struct rc_day *day = &rollup->day;
    rc_summary_free(&day->total);
    day->shards = calloc(day->shard_count, sizeof *day->shards);
    if (!day->shards) {
        rc_error_nomem(err);
        return false;
    }
    return rc_summaries_read(rollup->pipeline, &rollup->date, rollup->fingerprint,
                             &rollup->setup.program.rules, day->shards, day->shard_count,
                             &rollup->left, err) &&
           rc_day_finish(day, err);
}

/* The fingerprint covers the records that the deliveries brought; finished, the day has
 * that of the records that were matched. */
static bool is_whole(const struct rollup *rollup, struct rc_error *err)
{
    if (strcmp(rollup->day.fingerprint, rollup->fingerprint) == 0)
        return true;
    rc_error_set(err, RC_DATA,
                 "%s: the tables do not hold the records that its deliveries brought; something "
                 "else has written there: restore them to an earlier time",
                 rollup->date.program);
    return false;
}

/* The day's JSON without its shards, which the summaries have. */
static bool add_day(struct rollup *rollup, struct rc_draft *draft)
{
    struct digests digests = digests_of(rollup);
    struct rc_day whole = rollup->day;
    struct rc_buf text;
    whole.shard_count = 0;
    rc_buf_init(&text, RC_ITEM_MAX);
    bool ok = rc_day_json(&whole, &text);
    if (ok)
        rc_item_text(&draft->json, "day", text.data);
    rc_buf_free(&text);
    rc_item_int(&draft->json, "version", rollup->version + 1);
    rc_item_text(&draft->json, "fingerprint", rollup->day.fingerprint);
    rc_item_int(&draft->json, "shard_count", rollup->day.shard_count);
    rc_item_bool(&draft->json, "balanced", rollup->day.balanced);
    rc_item_int(&draft->json, "discrepancies", rollup->day.total.discrepancies);
    for (int side = 0; side < RC_SIDES; side++)
        rc_item_int(&draft->json, rc_side_name((enum rc_side)side),
                    rollup->day.total.records[side]);
    rc_item_text(&draft->json, "digest", digests.records);
    rc_item_text(&draft->json, "outcome_digest", digests.outcome);
    rc_item_text(&draft->json, "run", rollup->pipeline->run);
    rc_item_text(&draft->json, "open_digest", digests.open);
    rc_item_int(&draft->json, "open_count", rollup->left.count);
    return ok;
}

static enum rc_stored write_rollup(struct rollup *rollup, struct rc_error *err)
{
    struct rc_key lease, current, version;
    struct rc_draft lease_values, values, items[2];
    rc_key_day(&rollup->date, "LEASE", &lease);
    rc_key_day(&rollup->date, "ROLLUP", &current);
    rc_key_rollup(&rollup->date, rollup->version + 1, &version);
    rc_draft_values(&lease_values);
    rc_lease_values(&rollup->lease, &lease_values);
    rc_draft_values(&values);
    rc_item_text(&values.json, ":fingerprint", rollup->day.fingerprint);
    rc_draft_item(&items[0], &current);
    rc_draft_item(&items[1], &version);
    bool ok = add_day(rollup, &items[0]) && add_day(rollup, &items[1]);
    struct rc_write writes[] = {
        {.kind = RC_WRITE_CHECK,
         .table = RC_TABLE_STATE,
         .key = &lease,
         .condition = RC_LEASE_HOLDS,
         .values = rc_draft_done(&lease_values)},
        {.table = RC_TABLE_STATE,
         .key = &current,
         .item = rc_draft_done(&items[0]),
         .condition = "attribute_not_exists(PK) OR #fingerprint <> :fingerprint",
         .values = rc_draft_done(&values)},
        {.table = RC_TABLE_STATE,
         .key = &version,
         .item = rc_draft_done(&items[1]),
         .condition = "attribute_not_exists(PK)"},
    };
    enum rc_stored stored = RC_UNSTORED;
    if (ok && writes[1].item && writes[2].item)
        stored = rc_store_transact(rollup->pipeline, writes, 3, NULL, NULL, err);
    else
        rc_error_set(err, RC_LIMIT, "the rollup of %s does not fit into an item", current.pk);
    rc_draft_free(&lease_values);
    rc_draft_free(&values);
    rc_draft_free(&items[0]);
    rc_draft_free(&items[1]);
    return stored;
}

/* The day's outcomes by status; those of a status that has none are zero, so that an
 * alarm on one ends. */
static void publish_statuses(const struct rollup *rollup)
{
    int64_t outcomes[RC_STATUSES] = {0};
    const struct rc_summary *total = &rollup->day.total;
    for (uint32_t i = 0; i < total->cell_count; i++)
        outcomes[total->cells[i].status] += total->cells[i].outcomes;
    for (int status = 0; status < RC_STATUSES; status++) {
        const struct rc_emf_dimension dimensions[] = {
            {"Program", rollup->date.program}, {"Status", rc_status_name((enum rc_status)status)}};
        struct rc_emf emf;
        rc_emf_open(&emf, rollup->pipeline, dimensions, 2);
        rc_emf_add(&emf, "Outcomes", RC_EMF_COUNT, outcomes[status]);
        rc_emf_close(&emf);
    }
}

static void publish(const struct rollup *rollup, bool written)
{
    const struct rc_emf_dimension dimension = {"Program", rollup->date.program};
    struct rc_emf emf;
    rc_emf_open(&emf, rollup->pipeline, &dimension, 1);
    rc_emf_add(&emf, "RollupsWritten", RC_EMF_COUNT, written);
    rc_emf_add(&emf, "RollupsUnchanged", RC_EMF_COUNT, !written);
    rc_emf_add(&emf, "RollupsThatDiffer", RC_EMF_COUNT, rollup->differs);
    rc_emf_add(&emf, "Unbalanced", RC_EMF_COUNT, !rollup->day.balanced);
    rc_emf_add(&emf, "Discrepancies", RC_EMF_COUNT, rollup->day.total.discrepancies);
    rc_emf_close(&emf);
    if (written)
        publish_statuses(rollup);
}

static json_t *say(const struct rollup *rollup, const char *outcome)
{
    struct digests digests = digests_of(rollup);
    publish(rollup, strcmp(outcome, "written") == 0);
    return json_pack("{ss sI sb ss ss ss}", "outcome", outcome, "version",
                     (json_int_t)rollup->version, "balanced", rollup->day.balanced, "fingerprint",
                     rollup->day.fingerprint, "digest", digests.records, "outcome_digest",
                     digests.outcome);
}

static json_t *roll_up(struct rollup *rollup, struct rc_error *err)
{
    bool same;
    if (!add_up(rollup, err) || !is_whole(rollup, err) || !read_current(rollup, &same, err))
        return NULL;
    if (same)
        return say(rollup, "unchanged");
    enum rc_stored stored = write_rollup(rollup, err);
    if (stored == RC_STORED)
        rollup->version++;
    if (stored == RC_REFUSED) {
        /* Either another owner has the day now, or this is the second attempt. */
        if (!read_current(rollup, &same, err))
            return NULL;
        if (same)
            return say(rollup, "unchanged");
        snprintf(rollup->pipeline->fault, sizeof rollup->pipeline->fault, "InputsChanged");
        rc_error_set(err, RC_IO, "%s: another run has taken over the day", rollup->date.program);
    }
    return stored == RC_STORED ? say(rollup, "written") : NULL;
}

json_t *rc_step_rollup(struct rc_pipeline *pipeline, const json_t *in, struct rc_error *err)
{
    struct rollup rollup = {.pipeline = pipeline};
    struct rc_day_config config;
    struct rc_key lease;
    json_t *out = NULL;
    if (!rc_filedate_read(pipeline, in, &rollup.date, err))
        return NULL;
    rollup.fingerprint = json_string_value(json_object_get(in, "fingerprint"));
    if (!rollup.fingerprint) {
        rc_bad_input(pipeline, err, "a rollup needs the \"fingerprint\" that prepare gave");
        return NULL;
    }
    rc_key_day(&rollup.date, "LEASE", &lease);
    rc_lease_resume(pipeline, &lease, json_integer_value(json_object_get(in, "fence")),
                    &rollup.lease);
    if (rc_setup_load(pipeline, rollup.date.program, &rollup.setup, err) &&
        rc_day_config_read(pipeline, &rollup.date, &config, err) &&
        rc_day_is_still(pipeline, &rollup.date, &rollup.setup, &config, rollup.fingerprint,
                        &rollup.earlier, err) &&
        rc_day_gather(pipeline, &rollup.date, &rollup.setup, &config, &rollup.earlier, &rollup.day,
                      err))
        out = roll_up(&rollup, err);
    if (out && !rc_lease_give(&rollup.lease, err)) {
        json_decref(out);
        out = NULL;
    }
    rc_day_free(&rollup.day);
    rc_setup_free(&rollup.setup);
    return out;
}
