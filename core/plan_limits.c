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
    QUERIES_AT_ONCE = 8,
    QUERY_MS = 10,
};

/* Ingest: 100,000 records took 10.8 s against reconlocal (bench/README.md, "Writing"); less
 * than half of that, as AWS answers from farther away. Match is an assumption. */
const struct rc_plan_setting rc_plan_standard = {.within_s = 3600,
                                                 .ingest_per_second = 4000,
                                                 .match_per_second = 10000,
                                                 .match_concurrency = 16,
                                                 .table_wcu = RC_PLAN_TABLE_WCU,
                                                 .passes = 4};

static double tasks_of_pass(uint32_t shards, int passes)
{
    double most = fmin(TASKS_OF_PASS, floor((double)TASKS_OF_DAY / passes));
    double each = ceil(shards / most);
    return ceil(shards / each);
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

void rc_plan_limits(const struct rc_plan_load *load, const struct rc_plan_setting *setting,
                    uint32_t shards, struct rc_plan_limit limits[RC_PLAN_LIMITS])
{
    double units = rc_plan_units(load);
    double tasks = tasks_of_pass(shards, setting->passes);
    double task_s = 2 * load->records / tasks / setting->match_per_second;
    double match_s = task_s * ceil(tasks / setting->match_concurrency);
    double hottest = load->hottest_share + (1 - load->hottest_share) / shards;
    const struct rc_plan_limit all[RC_PLAN_LIMITS] = {
        {"partition", "write units a second of a shard", load->per_second * hottest * units,
         RC_HEAT_PARTITION_WCU, "more shards: a partition key takes no more than that"},
        {"table", "write units a second", load->per_second * units, setting->table_wcu,
         "a higher quota for the table and a table that is warm for it, or more time; "
         "programs in tables of their own"},
        {"lambda", "seconds of one invocation to ingest the file",
         load->records / setting->ingest_per_second, LAMBDA_S,
         "the Fargate route, by the program's threshold"},
        {"task", "seconds of one task to ingest the file",
         load->records / setting->ingest_per_second, setting->within_s,
         "a file in parts: several tasks, each with its range of bytes (a distributed map), or "
         "several files a day"},
        {"history", "events of an execution", (tasks * setting->passes + 40) * TASK_EVENTS,
         HISTORY_EVENTS, "a distributed map: each child has a history of its own"},
        {"match", "seconds of one match task", task_s, LAMBDA_S,
         "more shards in more tasks, up to the history; then a distributed map, or match on "
         "Fargate"},
        {"concurrency", "functions at once, to match within the time",
         fmax(setting->match_concurrency,
              ceil(match_s / setting->within_s * setting->match_concurrency)),
         LAMBDA_CONCURRENCY,
         "a higher quota, several state machines with shares of it, or match on Fargate"},
        {"fan-out", "milliseconds until every shard has answered a person",
         ceil((double)shards / QUERIES_AT_ONCE) * QUERY_MS, FAN_OUT_MS,
         "summaries of summaries (a hierarchical reduction), and lists that begin with some "
         "shards"},
    };
    for (int i = 0; i < RC_PLAN_LIMITS; i++)
        limits[i] = all[i];
    qsort(limits, RC_PLAN_LIMITS, sizeof *limits, by_share);
}
