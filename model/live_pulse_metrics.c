#include "aws/cloudwatch.h"
#include "model/live_pulse.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MINUTE_S = 60,
    HOUR_S = 3600,
    DAY_S = 24 * HOUR_S,
    MOST_PROGRAMS = 160, /* that are asked for: a request takes 500 metrics */
    MOST_INDEXES = 12,   /* which fills them */
    TABLE_METRICS = 2,
    PROGRAM_METRICS = 3,
    KEPT_MS = MINUTE_S * 1000, /* CloudWatch has nothing new within that */
    MOST = RC_PULSE_QUEUES + RC_PULSE_TABLES * TABLE_METRICS + MOST_INDEXES +
           MOST_PROGRAMS * PROGRAM_METRICS,
    DIMENSIONS = 2,
};

static const char DYNAMODB[] = "AWS/DynamoDB", WRITES[] = "WriteThrottleEvents",
                  INDEX[] = "GlobalSecondaryIndexName";

struct rc_pulse_metrics {
    struct rc_live *live;
    struct rc_pulse_facts *facts;
    void (*done)(void *ctx, const struct rc_error *err);
    void *ctx;
    struct rc_pages *pages;
    struct rc_cloudwatch_list_metrics listed;
    struct rc_cloudwatch_get_data in;
    struct rc_error unlisted; /* why the indexes are not known */
    size_t count, index_count;
    struct query {
        struct rc_cloudwatch_dimension dimensions[DIMENSIONS];
        struct rc_cloudwatch_metric metric;
        struct rc_cloudwatch_stat stat;
        char id[16];
        /* Takes the values, the newest first; at: when the first of them was. */
        void (*take)(struct rc_pulse_facts *facts, size_t index,
                     const struct rc_cloudwatch_result *result);
        size_t index; /* of the queue, table or program */
    } queries[MOST];
    struct rc_cloudwatch_query asked[MOST];
    struct index {
        char name[256]; /* at most 255 letters: "Naming rules and data types" of DynamoDB */
        size_t table;
    } indexes[MOST_INDEXES];
};

/* ----- values ----- */

static double greatest(const struct rc_cloudwatch_result *result)
{
    double most = 0;
    for (size_t i = 0; i < result->values.count; i++)
        most = fmax(most, result->values.items[i]);
    return most;
}

/* The newest of the last quarter of an hour: a queue that is not used reports seldom. */
static void take_age(struct rc_pulse_facts *facts, size_t index,
                     const struct rc_cloudwatch_result *result)
{
    static const int64_t lately_ms = 15 * 60 * 1000;
    if (result->values.count && result->times_unix_ms.count &&
        result->times_unix_ms.items[0] >= facts->now_ms - lately_ms)
        facts->queues[index].oldest_s = (int64_t)result->values.items[0];
}

static double of_last_hour(const struct rc_pulse_facts *facts,
                           const struct rc_cloudwatch_result *result)
{
    double sum = 0;
    for (size_t i = 0; i < result->values.count && i < result->times_unix_ms.count; i++)
        if (result->times_unix_ms.items[i] >= facts->now_ms - HOUR_S * INT64_C(1000))
            sum += result->values.items[i];
    return sum;
}

static void take_reads(struct rc_pulse_facts *facts, size_t index,
                       const struct rc_cloudwatch_result *result)
{
    facts->tables[index].reads_throttled += of_last_hour(facts, result);
}

static void take_writes(struct rc_pulse_facts *facts, size_t index,
                        const struct rc_cloudwatch_result *result)
{
    facts->tables[index].writes_throttled += of_last_hour(facts, result);
}

static void take_index_writes(struct rc_pulse_facts *facts, size_t index,
                              const struct rc_cloudwatch_result *result)
{
    facts->tables[index].index_writes_throttled += of_last_hour(facts, result);
}

static void take_skew(struct rc_pulse_facts *facts, size_t index,
                      const struct rc_cloudwatch_result *result)
{
    facts->programs[index].skew = greatest(result);
}

static void take_chance(struct rc_pulse_facts *facts, size_t index,
                        const struct rc_cloudwatch_result *result)
{
    double least = 1;
    for (size_t i = 0; i < result->values.count; i++)
        least = fmin(least, result->values.items[i]);
    facts->programs[index].skew_chance = least;
}

/* Hours are those of the clock, as CloudWatch's are. */
static void take_records(struct rc_pulse_facts *facts, size_t index,
                         const struct rc_cloudwatch_result *result)
{
    static const int64_t hour_ms = HOUR_S * INT64_C(1000);
    struct rc_pulse_program *program = &facts->programs[index];
    for (size_t i = 0; i < result->values.count && i < result->times_unix_ms.count; i++) {
        int64_t ago = facts->now_ms / hour_ms - result->times_unix_ms.items[i] / hour_ms;
        if (ago >= 0 && ago < RC_PULSE_HOURS)
            program->records[RC_PULSE_HOURS - 1 - ago] += result->values.items[i];
    }
}

/* ----- what is kept ----- */

struct rc_pulse_kept {
    int64_t told_ms;
    struct rc_error unlisted;
    struct rc_pulse_queue queues[RC_PULSE_QUEUES];
    struct rc_pulse_table tables[RC_PULSE_TABLES];
    size_t program_count;
    struct rc_pulse_program programs[];
};

void rc_pulse_kept_free(struct rc_pulse_kept *kept)
{
    free(kept);
}

/* Without memory nothing is kept, and CloudWatch is asked again. */
static void keep(struct rc_live *live, const struct rc_pulse_facts *facts,
                 const struct rc_error *unlisted)
{
    struct rc_pulse_kept **slot = rc_live_pulse_kept(live);
    size_t size = facts->program_count * sizeof *facts->programs;
    struct rc_pulse_kept *kept = malloc(sizeof *kept + size);
    free(*slot);
    *slot = kept;
    if (!kept)
        return;
    kept->told_ms = facts->now_ms;
    kept->unlisted = *unlisted;
    memcpy(kept->queues, facts->queues, sizeof kept->queues);
    memcpy(kept->tables, facts->tables, sizeof kept->tables);
    kept->program_count = facts->program_count;
    if (size)
        memcpy(kept->programs, facts->programs, size);
}

static const struct rc_pulse_program *find_kept(const struct rc_pulse_kept *kept, const char *id)
{
    for (size_t i = 0; i < kept->program_count; i++)
        if (strcmp(kept->programs[i].id, id) == 0)
            return &kept->programs[i];
    return NULL;
}

bool rc_pulse_metrics_recall(struct rc_live *live, struct rc_pulse_facts *facts,
                             struct rc_error *why)
{
    const struct rc_pulse_kept *kept = *rc_live_pulse_kept(live);
    if (!kept || facts->now_ms < kept->told_ms || facts->now_ms >= kept->told_ms + KEPT_MS)
        return false;
    for (size_t i = 0; i < facts->program_count; i++)
        if (!find_kept(kept, facts->programs[i].id))
            return false;
    for (size_t i = 0; i < facts->program_count; i++) {
        struct rc_pulse_program *program = &facts->programs[i];
        const struct rc_pulse_program *known = find_kept(kept, program->id);
        program->skew = known->skew;
        program->skew_chance = known->skew_chance;
        memcpy(program->records, known->records, sizeof program->records);
        program->has_records = known->has_records;
    }
    for (size_t i = 0; i < RC_PULSE_QUEUES; i++)
        facts->queues[i].oldest_s = kept->queues[i].oldest_s;
    for (size_t i = 0; i < RC_PULSE_TABLES; i++) {
        const char *name = facts->tables[i].name;
        facts->tables[i] = kept->tables[i];
        facts->tables[i].name = name;
    }
    *why = kept->unlisted;
    return true;
}

/* ----- the question ----- */

struct measure {
    const char *space, *name, *dimension, *stat;
    int64_t period_s;
    void (*take)(struct rc_pulse_facts *facts, size_t index,
                 const struct rc_cloudwatch_result *result);
};

static void add(struct rc_pulse_metrics *metrics, const struct measure *measure, const char *value,
                size_t index)
{
    struct query *query = &metrics->queries[metrics->count];
    query->dimensions[0] = (struct rc_cloudwatch_dimension){measure->dimension, value};
    query->metric = (struct rc_cloudwatch_metric){
        .name_space = measure->space, .name = measure->name, .dimensions = {query->dimensions, 1}};
    query->stat = (struct rc_cloudwatch_stat){
        .metric = &query->metric, .period_s = measure->period_s, .stat = measure->stat};
    query->take = measure->take;
    query->index = index;
    snprintf(query->id, sizeof query->id, "m%zu", metrics->count);
    metrics->asked[metrics->count++] =
        (struct rc_cloudwatch_query){.id = query->id, .stat = &query->stat};
}

static void add_indexes(struct rc_pulse_metrics *metrics)
{
    static const struct measure writes = {DYNAMODB, WRITES,       "TableName",
                                          "Sum",    5 * MINUTE_S, take_index_writes};
    for (size_t i = 0; i < metrics->index_count; i++) {
        struct query *query = &metrics->queries[metrics->count];
        const struct index *index = &metrics->indexes[i];
        add(metrics, &writes, metrics->facts->tables[index->table].name, index->table);
        query->dimensions[1] = (struct rc_cloudwatch_dimension){INDEX, index->name};
        query->metric.dimensions.count = 2;
    }
}

/* "Available CloudWatch metrics for Amazon SQS", "DynamoDB metrics and dimensions"; docs/worker.md
 * has those of the worker. */
static void add_all(struct rc_pulse_metrics *metrics)
{
    static const struct measure age = {
        "AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", "Maximum", MINUTE_S, take_age};
    static const struct measure throttles[TABLE_METRICS] = {
        {DYNAMODB, "ReadThrottleEvents", "TableName", "Sum", 5 * MINUTE_S, take_reads},
        {DYNAMODB, WRITES, "TableName", "Sum", 5 * MINUTE_S, take_writes}};
    static const struct measure of_program[PROGRAM_METRICS] = {
        {"reconctl", "ShardMaxOverMean", "Program", "Maximum", HOUR_S, take_skew},
        {"reconctl", "ShardSkewPValue", "Program", "Minimum", HOUR_S, take_chance},
        {"reconctl", "Records", "Program", "Sum", HOUR_S, take_records}};
    const struct rc_pulse_facts *facts = metrics->facts;
    for (size_t i = 0; i < RC_PULSE_QUEUES; i++)
        add(metrics, &age, facts->queues[i].name, i);
    for (size_t i = 0; i < RC_PULSE_TABLES * TABLE_METRICS; i++)
        add(metrics, &throttles[i % TABLE_METRICS], facts->tables[i / TABLE_METRICS].name,
            i / TABLE_METRICS);
    add_indexes(metrics);
    for (size_t i = 0; i < facts->program_count && i < MOST_PROGRAMS; i++)
        for (size_t n = 0; n < PROGRAM_METRICS; n++)
            add(metrics, &of_program[n], facts->programs[i].id, i);
}

/* ----- the answer ----- */

static bool take_page(void *ctx, const void *answer)
{
    struct rc_pulse_metrics *metrics = ctx;
    const struct rc_cloudwatch_data *page = answer;
    for (size_t i = 0; i < page->results.count; i++) {
        const struct rc_cloudwatch_result *result = &page->results.items[i];
        size_t at = result->id && *result->id == 'm' ? strtoul(result->id + 1, NULL, 10) : MOST;
        if (at < metrics->count && result->values.count)
            metrics->queries[at].take(metrics->facts, metrics->queries[at].index, result);
    }
    return true;
}

/* All pages are there: no record in an hour is known, too. */
static void take_all(struct rc_pulse_metrics *metrics)
{
    for (size_t i = 0; i < metrics->facts->program_count && i < MOST_PROGRAMS; i++)
        metrics->facts->programs[i].has_records = true;
    keep(metrics->live, metrics->facts, &metrics->unlisted);
}

static void page_came(struct rc_call *call, void *ctx)
{
    struct rc_pulse_metrics *metrics = ctx;
    struct rc_error err = {0};
    if (rc_call_error(call))
        rc_live_explain(call, "cloudwatch:GetMetricData", &err);
    else
        take_all(metrics);
    metrics->done(metrics->ctx, err.code ? &err : &metrics->unlisted);
}

static bool ask_for_data(struct rc_pulse_metrics *metrics)
{
    const struct rc_pulse_facts *facts = metrics->facts;
    add_all(metrics);
    metrics->in =
        (struct rc_cloudwatch_get_data){.queries = {metrics->asked, metrics->count},
                                        .start_unix_ms = facts->now_ms - DAY_S * INT64_C(1000),
                                        .end_unix_ms = facts->now_ms,
                                        .scan_by = "TimestampDescending"};
    rc_pages_free(metrics->pages);
    metrics->pages = rc_pages_start(rc_live_aws(metrics->live), &rc_cloudwatch_get_data_operation,
                                    &metrics->in, take_page, page_came, metrics);
    return metrics->pages != NULL;
}

/* ----- which indexes have throttled lately ----- */

static const char *dimension_of(const struct rc_cloudwatch_metric *metric, const char *name)
{
    for (size_t i = 0; i < metric->dimensions.count; i++)
        if (strcmp(metric->dimensions.items[i].name, name) == 0)
            return metric->dimensions.items[i].value;
    return "";
}

static bool take_metrics(void *ctx, const void *answer)
{
    struct rc_pulse_metrics *metrics = ctx;
    const struct rc_cloudwatch_metrics *page = answer;
    for (size_t i = 0; i < page->metrics.count; i++) {
        const struct rc_cloudwatch_metric *metric = &page->metrics.items[i];
        const char *table = dimension_of(metric, "TableName"), *index = dimension_of(metric, INDEX);
        for (size_t n = 0; n < RC_PULSE_TABLES && metric->dimensions.count == DIMENSIONS; n++)
            if (strcmp(metrics->facts->tables[n].name, table) == 0 &&
                strlen(index) < sizeof metrics->indexes[0].name &&
                metrics->index_count < MOST_INDEXES) {
                struct index *kept = &metrics->indexes[metrics->index_count++];
                kept->table = n;
                snprintf(kept->name, sizeof kept->name, "%s", index);
            }
    }
    return true;
}

/* Without them the rest is still worth asking for. */
static void metrics_came(struct rc_call *call, void *ctx)
{
    struct rc_pulse_metrics *metrics = ctx;
    struct rc_error err = {0};
    if (rc_call_error(call))
        rc_live_explain(call, "cloudwatch:ListMetrics", &metrics->unlisted);
    if (ask_for_data(metrics))
        return;
    rc_error_nomem(&err);
    metrics->done(metrics->ctx, &err);
}

struct rc_pulse_metrics *rc_pulse_metrics_start(struct rc_live *live, struct rc_pulse_facts *facts,
                                                void (*done)(void *ctx, const struct rc_error *err),
                                                void *ctx)
{
    static const struct rc_cloudwatch_dimension_filter index = {.name = INDEX};
    struct rc_pulse_metrics *metrics = calloc(1, sizeof *metrics);
    if (!metrics)
        return NULL;
    metrics->live = live;
    metrics->facts = facts;
    metrics->done = done;
    metrics->ctx = ctx;
    metrics->listed = (struct rc_cloudwatch_list_metrics){.name_space = DYNAMODB,
                                                          .name = WRITES,
                                                          .dimensions = {&index, 1},
                                                          .recently_active = "PT3H"};
    metrics->pages = rc_pages_start(rc_live_aws(live), &rc_cloudwatch_list_metrics_operation,
                                    &metrics->listed, take_metrics, metrics_came, metrics);
    if (metrics->pages)
        return metrics;
    free(metrics);
    return NULL;
}

void rc_pulse_metrics_free(struct rc_pulse_metrics *metrics)
{
    if (!metrics)
        return;
    rc_pages_free(metrics->pages);
    free(metrics);
}
