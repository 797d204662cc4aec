/* Metrics: added up in memory, told to CloudWatch every virtual second or so. Source:
 * "DynamoDB metrics and dimensions" of the developer guide. */
#include "local/dynamodb_internal.h"

#include <string.h>
#include <time.h>

static const char space[] = "AWS/DynamoDB";

/* A second, but not more often than the machine likes when time runs fast. */
static int64_t interval_ms(const struct rc_local *local)
{
    enum { VIRTUAL_MS = 1000, REAL_MS = 20 };
    double real = REAL_MS * local->options->speed;
    return real > VIRTUAL_MS ? (int64_t)real : VIRTUAL_MS;
}

void rc_ddb_dirty(struct rc_local_dynamodb_state *state)
{
    if (state->flushing)
        return;
    state->flushing = rc_local_timer(state->local, &state->flush, interval_ms(state->local));
}

void rc_ddb_answered(struct rc_ddb *ddb, struct rc_ddb_table *table)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t us = (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000 - ddb->began_us;
    table->answered[ddb->operation]++;
    table->latency_ms[ddb->operation] += (double)us / 1000;
}

static void tell(struct rc_local *local, const char *name, double value, const char *unit,
                 const char *const *dimensions)
{
    if (value > 0)
        rc_local_metric(local, space, name, value, unit, dimensions);
}

static void tell_meter(struct rc_local *local, struct rc_ddb_meter *meter,
                       const char *const *dimensions)
{
    static const char *const consumed[] = {"ConsumedReadCapacityUnits",
                                           "ConsumedWriteCapacityUnits"};
    static const char *const throttled[] = {"ReadThrottleEvents", "WriteThrottleEvents"};
    static const char *const reasons[2][RC_HEAT_MAX_ON_DEMAND + 1] = {
        {NULL, "ReadProvisionedThroughputThrottleEvents", "ReadAccountLimitThrottleEvents",
         "ReadKeyRangeThroughputThrottleEvents", "ReadMaxOnDemandThroughputThrottleEvents"},
        {NULL, "WriteProvisionedThroughputThrottleEvents", "WriteAccountLimitThrottleEvents",
         "WriteKeyRangeThroughputThrottleEvents", "WriteMaxOnDemandThroughputThrottleEvents"}};
    for (int use = 0; use < 2; use++) {
        double events = 0;
        tell(local, consumed[use], meter->consumed[use], "Count", dimensions);
        for (int reason = RC_HEAT_PROVISIONED; reason <= RC_HEAT_MAX_ON_DEMAND; reason++) {
            events += meter->events[use][reason];
            tell(local, reasons[use][reason], meter->events[use][reason], "Count", dimensions);
        }
        tell(local, throttled[use], events, "Count", dimensions);
    }
    tell(local, "TimeToLiveDeletedItemCount", meter->expired, "Count", dimensions);
    *meter = (struct rc_ddb_meter){0};
}

static void tell_operations(struct rc_local *local, struct rc_ddb_table *table)
{
    const struct rc_local_operation *rows = rc_local_dynamodb.service->operations;
    for (size_t i = 0; i < RC_DDB_OPERATIONS && rows[i].name; i++) {
        const char *const dimensions[] = {"Operation", rows[i].name, "TableName", table->name,
                                          NULL};
        tell(local, "ThrottledRequests", table->throttled[i], "Count", dimensions);
        if (table->answered[i] > 0)
            tell(local, "SuccessfulRequestLatency", table->latency_ms[i] / table->answered[i],
                 "Milliseconds", dimensions);
        table->throttled[i] = table->latency_ms[i] = table->answered[i] = 0;
    }
}

/* Where partitions begin, when there are more than at the last time. */
static void save_partitions(struct rc_local *local, struct rc_ddb_resource *resource)
{
    struct rc_heat_place from[RC_HEAT_PARTITIONS];
    size_t count = resource->heat ? rc_heat_count(resource->heat) : resource->partitions;
    if (count == resource->partitions || count > RC_HEAT_PARTITIONS)
        return;
    for (size_t i = 0; i < count; i++)
        from[i] = rc_heat_from(resource->heat, i);
    sqlite3_stmt *row =
        rc_local_sql(local, "UPDATE ddb_resource SET partitions = ?2 WHERE id = ?1");
    sqlite3_bind_int64(row, 1, resource->id);
    sqlite3_bind_blob(row, 2, from, (int)(count * sizeof *from), SQLITE_STATIC);
    if (rc_local_run(local, row))
        resource->partitions = count;
}

void rc_ddb_flush(struct rc_timer *timer)
{
    struct rc_local_dynamodb_state *state = timer->ctx;
    struct rc_local *local = state->local;
    state->flushing = false;
    rc_local_begin(local);
    for (struct rc_ddb_table *table = state->tables; table; table = table->next) {
        const char *const dimensions[] = {"TableName", table->name, NULL};
        tell_meter(local, &table->resource.meter, dimensions);
        save_partitions(local, &table->resource);
        tell_operations(local, table);
        for (size_t i = 0; i < table->index_count; i++) {
            struct rc_ddb_index *index = &table->indexes[i];
            const char *const both[] = {"GlobalSecondaryIndexName", index->name, "TableName",
                                        table->name, NULL};
            if (index->kind != RC_DDB_GLOBAL)
                continue;
            tell_meter(local, &index->resource.meter, both);
            save_partitions(local, &index->resource);
        }
    }
    rc_local_commit(local);
}
