#include "aws/cloudwatch.h"
#include "model/live_internal.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    A_REQUEST = 500, /* metrics that one takes */
    PERIOD_S = 60,
    BACK_MS = 15 * 60 * 1000, /* a queue that is not used reports seldom */
};

/* One query: "q17" for the queue of that index. */
struct query {
    struct rc_cloudwatch_dimension dimension;
    struct rc_cloudwatch_metric metric;
    struct rc_cloudwatch_stat stat;
    char id[16];
};

struct rc_ages {
    struct rc_live *live;
    const char *const *names;
    size_t count, first; /* of this request */
    void (*age)(void *ctx, size_t index, int64_t seconds);
    void (*done)(void *ctx);
    void *ctx;
    struct rc_cloudwatch_get_data in;
    struct rc_cloudwatch_query *asked;
    struct query *queries;
    struct rc_pages *pages; /* of this request */
};

static bool take(void *ctx, const void *answer)
{
    struct rc_ages *ages = ctx;
    const struct rc_cloudwatch_data *page = answer;
    struct rc_error err = {0};
    rc_live_begin(ages->live);
    for (size_t i = 0; i < page->results.count; i++) {
        const struct rc_cloudwatch_result *result = &page->results.items[i];
        size_t index =
            result->id && *result->id == 'q' ? strtoul(result->id + 1, NULL, 10) : ages->count;
        if (index < ages->count && result->values.count)
            ages->age(ages->ctx, index, (int64_t)result->values.items[0]);
    }
    if (!rc_live_commit(ages->live, &err))
        rc_live_note(ages->live, "%s: %s", RC_AGES_UNKNOWN, err.text);
    return true;
}

static void arrived(struct rc_call *call, void *ctx);

static bool ask(struct rc_ages *ages)
{
    size_t left = ages->count - ages->first, most = left < A_REQUEST ? left : A_REQUEST;
    int64_t now = rc_live_now_ms(ages->live);
    for (size_t i = 0; i < most; i++) {
        struct query *query = &ages->queries[i];
        query->dimension =
            (struct rc_cloudwatch_dimension){"QueueName", ages->names[ages->first + i]};
        query->metric = (struct rc_cloudwatch_metric){.name_space = "AWS/SQS",
                                                      .name = "ApproximateAgeOfOldestMessage",
                                                      .dimensions = {&query->dimension, 1}};
        query->stat = (struct rc_cloudwatch_stat){
            .metric = &query->metric, .period_s = PERIOD_S, .stat = "Maximum"};
        snprintf(query->id, sizeof query->id, "q%zu", ages->first + i);
        ages->asked[i] = (struct rc_cloudwatch_query){.id = query->id, .stat = &query->stat};
    }
    ages->in = (struct rc_cloudwatch_get_data){.queries = {ages->asked, most},
                                               .start_unix_ms = now - BACK_MS,
                                               .end_unix_ms = now,
                                               .scan_by = "TimestampDescending"};
    rc_pages_free(ages->pages);
    ages->pages = rc_pages_start(rc_live_aws(ages->live), &rc_cloudwatch_get_data_operation,
                                 &ages->in, take, arrived, ages);
    return ages->pages != NULL;
}

static void arrived(struct rc_call *call, void *ctx)
{
    struct rc_ages *ages = ctx;
    struct rc_error err = {0};
    if (rc_call_error(call)) {
        rc_live_explain(call, "cloudwatch:GetMetricData", &err);
    } else {
        ages->first += ages->in.queries.count;
        if (ages->first < ages->count && ask(ages))
            return;
        if (ages->first < ages->count)
            rc_error_nomem(&err);
    }
    if (err.code)
        rc_live_note(ages->live, "%s: %s", RC_AGES_UNKNOWN, err.text);
    ages->done(ages->ctx);
}

struct rc_ages *rc_ages_start(struct rc_live *live, const char *const *names, size_t count,
                              void (*age)(void *ctx, size_t index, int64_t seconds),
                              void (*done)(void *ctx), void *ctx)
{
    struct rc_ages *ages = calloc(1, sizeof *ages);
    size_t most = count < A_REQUEST ? count : A_REQUEST;
    if (!ages)
        return NULL;
    *ages = (struct rc_ages){
        .live = live, .names = names, .count = count, .age = age, .done = done, .ctx = ctx};
    ages->asked = calloc(most, sizeof *ages->asked);
    ages->queries = calloc(most, sizeof *ages->queries);
    if (ages->asked && ages->queries && ask(ages))
        return ages;
    rc_ages_free(ages);
    return NULL;
}

void rc_ages_free(struct rc_ages *ages)
{
    if (!ages)
        return;
    rc_pages_free(ages->pages);
    free(ages->queries);
    free(ages->asked);
    free(ages);
}
