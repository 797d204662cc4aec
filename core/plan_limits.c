#include "core/plan.h"

#include <math.h>
#include <stdlib.h>

/* "Lambda quotas", "Step Functions service quotas", "DynamoDB quotas" of the developer
 * guides. */
enum {
    LAMBDA_S = 900,
    LAMBDA_CONCURRENCY = 1000,
    HISTORY_EVENTS = 25000,
    TASK_EVENTS = 7,     /* of a task that is not tried again */
    TASKS_OF_PASS = 512, /* pipeline/prepare.c */
    TASKS_OF_DAY = 1536,
    FAN_OUT_MS = 1000, /* that a person waits gladly */
};

/* Ingest: 100,000 records took 10.8 s against reconlocal (bench/README.md, "Writing"); less
 * than half of that, as AWS answers from farther away. Match is an assumption. Write units are the
 * default of WriteUnits in deploy/template.json. */
const struct rc_plan_setting rc_plan_standard = {.within_s = 3600,
                                                 .ingest_per_second = 4000,
                                                 .write_units = 1000,
                                                 .match_per_second = 10000,
                                                 .match_concurrency = 16,
                                                 .table_wcu = RC_PLAN_TABLE_WCU,
                                                 .passes = 4};

double rc_plan_ingest(const struct rc_plan_load *load, const struct rc_plan_setting *setting)
{
    if (setting->write_units <= 0)
        return setting->ingest_per_second;
    return fmin(setting->ingest_per_second, setting->write_units / rc_plan_units(load));
}

static double tasks_of_pass(uint32_t shards, int passes)
{
    double most = fmin(TASKS_OF_PASS, floor((double)TASKS_OF_DAY / passes));
    double each = ceil(shards / most);
    return ceil(shards / each);
}

/* Seconds of one task of the first pass, which reads both sides. */
static double task_s(const struct rc_plan_load *load, const struct rc_plan_setting *setting,
                     uint32_t shards)
{
    return 2 * load->records / tasks_of_pass(shards, setting->passes) / setting->match_per_second;
}

bool rc_plan_matches(const struct rc_plan_load *load, const struct rc_plan_setting *setting,
                     uint32_t shards)
{
    return task_s(load, setting, shards) <= LAMBDA_S;
}

bool rc_plan_is_over(const struct rc_plan_limit *limit)
{
    return limit->need > limit->most;
}

static double share(const struct rc_plan_limit *limit)
{
    return limit->need / limit->most;
}

static int by_share(const void *a, const void *b)
{
    double left = share(a), right = share(b);
    return (left < right) - (left > right);
}

/* Up to a whole number, but for what is an error of rounding. */
static double whole(double need)
{
    return ceil(need * (1 - 1e-12));
}

static const char *answer_of_partition(const struct rc_plan_load *load)
{
    if (load->per_second * load->hottest_share * rc_plan_units(load) > RC_HEAT_PARTITION_WCU)
        return "another part in the key of the hottest id (the clearing sequence), or more time: "
               "it alone is more than a partition takes, whatever the count of shards";
    return "more shards: a partition key takes no more than that";
}

static const char *answer_of_task(const struct rc_plan_load *load,
                                  const struct rc_plan_setting *setting)
{
    if (rc_plan_ingest(load, setting) < setting->ingest_per_second)
        return "a higher WriteUnits of the stack, as far as a worker writes; then a file in parts "
               "(a distributed map), or several files a day";
    return "a file in parts: several tasks, each with its range of bytes (a distributed map), or "
           "several files a day";
}

/* The limits of the writes; gives the place behind them. */
static struct rc_plan_limit *put_writing(const struct rc_plan_load *load,
                                         const struct rc_plan_setting *setting,
                                         const struct rc_plan_shards *plan,
                                         struct rc_plan_limit *limit)
{
    double units = rc_plan_units(load), ingest_s = load->records / rc_plan_ingest(load, setting);
    *limit++ = (struct rc_plan_limit){
        "partition", "write units a second of the fullest shard, at most",
        plan->fullest_bound * units, RC_HEAT_PARTITION_WCU, answer_of_partition(load)};
    *limit++ = (struct rc_plan_limit){
        "table", "write units a second", load->per_second * units, setting->table_wcu,
        "a higher quota for the table and a table that is warm for it, or more time; programs in "
        "tables of their own"};
    *limit++ =
        (struct rc_plan_limit){"lambda", "seconds of one invocation to ingest the file", ingest_s,
                               LAMBDA_S, "the Fargate route, by the program's threshold"};
    *limit++ = (struct rc_plan_limit){"task", "seconds of one task to ingest the file", ingest_s,
                                      setting->within_s, answer_of_task(load, setting)};
    return limit;
}

static struct rc_plan_limit *put_reading(const struct rc_plan_load *load,
                                         const struct rc_plan_setting *setting,
                                         const struct rc_plan_shards *plan,
                                         struct rc_plan_limit *limit)
{
    double tasks = tasks_of_pass(plan->shards, setting->passes);
    double each_s = task_s(load, setting, plan->shards);
    double match_s = each_s * ceil(tasks / setting->match_concurrency);
    *limit++ = (struct rc_plan_limit){
        "history", "events of an execution", (tasks * setting->passes + 40) * TASK_EVENTS,
        HISTORY_EVENTS,
        "a distributed map: each child has a history of its own. The pipeline stays below it by "
        "itself, with more shards a task"};
    *limit++ = (struct rc_plan_limit){
        "match", "seconds of one match task", each_s, LAMBDA_S,
        "more shards in more tasks, of which a day has 1536 at most in all its passes; then a "
        "distributed map, or match on Fargate"};
    *limit++ = (struct rc_plan_limit){
        "concurrency", "functions at once, to match within the time",
        fmax(setting->match_concurrency,
             ceil(match_s / setting->within_s * setting->match_concurrency)),
        LAMBDA_CONCURRENCY,
        "a higher quota, several state machines with shares of it, or match on Fargate"};
    *limit++ = (struct rc_plan_limit){
        "fan-out", "milliseconds until every shard has answered a person", plan->fan_out_ms,
        FAN_OUT_MS,
        "summaries of summaries (a hierarchical reduction), and lists that begin with some shards"};
    return limit;
}

bool rc_plan_limits(const struct rc_plan_load *load, const struct rc_plan_setting *setting,
                    uint32_t shards, struct rc_plan_limit limits[RC_PLAN_LIMITS],
                    struct rc_error *err)
{
    struct rc_plan_shards plan;
    if (!rc_plan_of(load, shards, &plan, err))
        return false;
    rc_plan_read(load, setting->passes, &plan);
    put_reading(load, setting, &plan, put_writing(load, setting, &plan, limits));
    for (int i = 0; i < RC_PLAN_LIMITS; i++)
        limits[i].need = whole(limits[i].need);
    qsort(limits, RC_PLAN_LIMITS, sizeof *limits, by_share);
    return true;
}
