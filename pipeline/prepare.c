/* Is a day ready to be matched? If it is, takes the day's lease and says what there is to
 * do; if there is nothing to do, nothing is written. */
#include "pipeline/steps.h"

#include "pipeline/day_state.h"
#include "pipeline/emf.h"

#include <string.h>

/* What an execution has room for. Its history ends at 25,000 events, of which a task takes
 * seven and each time that it is tried again three more; its plan is a state's output of at
 * most 262,144 characters, of which a task takes 45 ("Step Functions service quotas"). */
enum { TASKS_MOST = 1536, TASKS_OF_PASS_MOST = 512 };

/* Shards first, first + 1 … count of them, to each of at most so many tasks. */
static json_t *tasks_of(int pass, uint32_t shards, uint32_t most)
{
    uint32_t each = (shards + most - 1) / most;
    json_t *tasks = json_array();
    for (uint32_t first = 0; first < shards; first += each) {
        uint32_t count = shards - first < each ? shards - first : each;
        json_array_append_new(
            tasks, json_pack("{si si si}", "pass", pass, "first", (int)first, "count", (int)count));
    }
    return json_pack("{so}", "tasks", tasks);
}

static json_t *plan(const struct rc_setup *setup, const struct rc_day *day, int64_t fence)
{
    json_t *passes = json_array();
    int last = setup->program.rules.pass_count + (setup->program.rules.open_days > 0);
    uint32_t most = TASKS_MOST / (uint32_t)(last + 1);
    if (most > TASKS_OF_PASS_MOST)
        most = TASKS_OF_PASS_MOST;
    for (int pass = 0; pass <= last; pass++) {
        bool carried = pass > setup->program.rules.pass_count;
        json_array_append_new(passes,
                              tasks_of(pass, carried ? RC_OPEN_SHARDS : day->shard_count, most));
    }
    return json_pack("{ss ss sI so}", "outcome", "match", "fingerprint", day->fingerprint, "fence",
                     (json_int_t)fence, "passes", passes);
}

static bool rolled_up(struct rc_pipeline *pipeline, const struct rc_filedate *date,
                      const char *fingerprint, bool *same, struct rc_error *err)
{
    struct rc_key key;
    json_t *item;
    rc_key_day(date, "ROLLUP", &key);
    if (!rc_store_get(pipeline, RC_TABLE_STATE, &key, &item, err))
        return false;
    const char *text = rc_item_get_text(item, "fingerprint");
    *same = text && strcmp(text, fingerprint) == 0;
    json_decref(item);
    return true;
}

static void publish_unchanged(const struct rc_pipeline *pipeline, const char *program)
{
    const struct rc_emf_dimension dimension = {"Program", program};
    struct rc_emf emf;
    rc_emf_open(&emf, pipeline, &dimension, 1);
    rc_emf_add(&emf, "RollupsUnchanged", RC_EMF_COUNT, 1);
    rc_emf_close(&emf);
}

static json_t *decide(struct rc_pipeline *pipeline, const struct rc_filedate *date,
                      const struct rc_setup *setup, int64_t fence, struct rc_error *err)
{
    struct rc_day_config config;
    struct rc_day day = {0};
    struct rc_earlier earlier;
    json_t *out = NULL;
    bool same = false;
    if (!rc_day_config_read(pipeline, date, &config, err))
        return NULL;
    if (!config.active[RC_SETTLEMENT].count || !config.active[RC_INTERNAL].count)
        return json_pack("{ss}", "outcome", "waiting");
    if (rc_day_gather(pipeline, date, setup, &config, &earlier, &day, err) &&
        rolled_up(pipeline, date, day.fingerprint, &same, err))
        out = same ? json_pack("{ss ss}", "outcome", "unchanged", "fingerprint", day.fingerprint)
                   : plan(setup, &day, fence);
    rc_day_free(&day);
    if (same)
        publish_unchanged(pipeline, date->program);
    return out;
}

static bool is_work(const json_t *out)
{
    return json_object_get(out, "passes") != NULL;
}

/* What was decided without the lease is decided again with it: nobody else decides anything
 * about the day then. */
static json_t *decide_leased(struct rc_pipeline *pipeline, const struct rc_filedate *date,
                             const struct rc_setup *setup, struct rc_error *err)
{
    struct rc_lease lease;
    struct rc_key key;
    rc_key_day(date, "LEASE", &key);
    if (rc_lease_take(pipeline, &key, &lease, NULL, err) != RC_STORED)
        return NULL;
    json_t *out = decide(pipeline, date, setup, lease.fence, err);
    if (out && !is_work(out) && !rc_lease_give(&lease, err)) {
        json_decref(out);
        out = NULL;
    }
    return out;
}

json_t *rc_step_prepare(struct rc_pipeline *pipeline, const json_t *in, struct rc_error *err)
{
    struct rc_filedate date;
    struct rc_setup setup;
    if (!rc_filedate_read(pipeline, in, &date, err) ||
        !rc_setup_load(pipeline, date.program, &setup, err))
        return NULL;
    json_t *out = decide(pipeline, &date, &setup, 0, err);
    if (is_work(out)) {
        json_decref(out);
        out = decide_leased(pipeline, &date, &setup, err);
    }
    rc_setup_free(&setup);
    return out;
}
