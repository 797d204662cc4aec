#include "model/live_gauged.h"

#include "aws/dynamodb.h"
#include "aws/lambda.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LAMBDA_CEILING_S = 900, BEHIND_TABLES = 1000 };

/* NULL when there are too many, or the name is too long to be one. */
static struct rc_gauged *add(struct rc_gauged_all *all, int subjects, int rank, const char *name,
                             const char *index)
{
    if (all->count == RC_GAUGED_MOST || strlen(name) >= RC_GAUGES_TABLE_BYTES ||
        strlen(index) >= RC_GAUGES_TABLE_BYTES)
        return NULL;
    struct rc_gauged *resource = &all->items[all->count++];
    *resource = (struct rc_gauged){.subjects = subjects, .rank = rank};
    snprintf(resource->name, sizeof resource->name, "%s", name);
    snprintf(resource->index, sizeof resource->index, "%s", index);
    return resource;
}

static void set_limit(struct rc_gauged *resource, enum rc_gauged_use use, int64_t limit,
                      const char *name)
{
    resource->limit[use] = limit > 0 ? (double)limit : 0;
    snprintf(resource->limit_name[use], sizeof resource->limit_name[use], "%s", name);
}

/* Of a table or an index: provisioned throughput, else the maximum that was set, else what
 * is there at once (warm). */
static void set_capacity(struct rc_gauged *resource, bool on_demand,
                         const struct rc_dynamodb_provisioned_now *provisioned,
                         const struct rc_dynamodb_on_demand *most,
                         const struct rc_dynamodb_warm_now *warm)
{
    const int64_t units[2] = {provisioned ? provisioned->read_units : 0,
                              provisioned ? provisioned->write_units : 0};
    const int64_t maximum[2] = {most ? most->max_read_units : 0, most ? most->max_write_units : 0};
    const int64_t ready[2] = {warm ? warm->read_units_per_s : 0,
                              warm ? warm->write_units_per_s : 0};
    for (int use = 0; use < 2; use++)
        if (!on_demand)
            set_limit(resource, (enum rc_gauged_use)use, units[use], "provisioned");
        else if (maximum[use] > 0)
            set_limit(resource, (enum rc_gauged_use)use, maximum[use], "on-demand maximum");
        else if (ready[use] > 0)
            set_limit(resource, (enum rc_gauged_use)use, ready[use], "warm");
        else
            set_limit(resource, (enum rc_gauged_use)use, 0, "on demand, no maximum set");
}

static void take_table(struct rc_gauged_all *all, struct rc_gauged *resource,
                       const struct rc_dynamodb_table *table)
{
    bool on_demand = table->billing && table->billing->mode &&
                     strcmp(table->billing->mode, "PAY_PER_REQUEST") == 0;
    set_capacity(resource, on_demand, table->provisioned, table->on_demand, table->warm);
    for (size_t i = 0; i < table->global_indexes.count; i++) {
        const struct rc_dynamodb_global_index_now *index = &table->global_indexes.items[i];
        struct rc_gauged *its = i < RC_GAUGES_INDEXES && index->name
                                    ? add(all, RC_GAUGED_INDEX, resource->rank + 1 + (int)i,
                                          resource->name, index->name)
                                    : NULL;
        if (its)
            set_capacity(its, on_demand, index->provisioned, index->on_demand, index->warm);
    }
}

static void table_described(struct rc_gauged_look *look, struct rc_call *call)
{
    struct rc_gauged *resource = look->gauged;
    const struct rc_aws_error *error = rc_call_error(call);
    const struct rc_dynamodb_table_described *answer = rc_dynamodb_describe_table_answer(call);
    struct rc_error why = {0};
    if (answer && answer->table) {
        take_table(look->all, resource, answer->table);
        return;
    }
    if (error && strcmp(error->code, "ResourceNotFoundException") == 0) {
        snprintf(resource->note, sizeof resource->note, "there is no table %s here",
                 resource->name);
        return;
    }
    rc_live_explain(call, "dynamodb:DescribeTable", &why);
    rc_live_note(look->all->live, "the capacity of %s is not known: %s", resource->name, why.text);
    for (int use = 0; use < 2; use++)
        set_limit(resource, (enum rc_gauged_use)use, 0,
                  "capacity not known: dynamodb:DescribeTable");
}

static void function_described(struct rc_gauged_look *look, struct rc_call *call)
{
    struct rc_gauged *resource = look->gauged;
    const struct rc_aws_error *error = rc_call_error(call);
    const struct rc_lambda_function_got *answer = rc_lambda_get_function_answer(call);
    struct rc_error why = {0};
    set_limit(resource, RC_GAUGED_READ, LAMBDA_CEILING_S, "Lambda's ceiling");
    if (answer) {
        int64_t timeout_s = answer->configuration ? answer->configuration->timeout_s : 0;
        if (timeout_s > 0 && timeout_s < LAMBDA_CEILING_S)
            set_limit(resource, RC_GAUGED_READ, timeout_s, "its timeout");
        if (answer->concurrency && answer->concurrency->reserved)
            set_limit(resource, RC_GAUGED_WRITE, json_integer_value(answer->concurrency->reserved),
                      "reserved");
    } else if (error && error->status == 404) {
        snprintf(resource->note, sizeof resource->note, "there is no function %s here",
                 resource->name);
    } else {
        rc_live_explain(call, "lambda:GetFunction", &why);
        rc_live_note(look->all->live, "the limits of %s are not known: %s", resource->name,
                     why.text);
        set_limit(resource, RC_GAUGED_WRITE, 0, "limit not known: lambda:GetFunction");
    }
}

static int by_rank(const void *a, const void *b)
{
    return ((const struct rc_gauged *)a)->rank - ((const struct rc_gauged *)b)->rank;
}

static void described(struct rc_call *call, void *ctx)
{
    struct rc_gauged_look *look = ctx;
    struct rc_gauged_all *all = look->all;
    if (look->gauged->subjects & RC_GAUGED_TABLE)
        table_described(look, call);
    else
        function_described(look, call);
    rc_call_free(call);
    look->call = NULL;
    if (--all->looking == 0) {
        qsort(all->items, all->count, sizeof *all->items, by_rank);
        all->done(all->ctx);
    }
}

static bool look_at(struct rc_gauged_all *all, struct rc_gauged *resource)
{
    struct rc_aws *aws = rc_live_aws(all->live);
    if (!resource)
        return false;
    struct rc_gauged_look *look = &all->looks[all->look_count];
    *look = (struct rc_gauged_look){.all = all, .gauged = resource};
    if (resource->subjects & RC_GAUGED_TABLE)
        look->call = rc_dynamodb_describe_table(
            aws, &(struct rc_dynamodb_table_name){.table_name = resource->name}, described, look);
    else
        look->call = rc_lambda_get_function(
            aws, &(struct rc_lambda_get_function){.function_name = resource->name}, described,
            look);
    all->look_count += look->call != NULL;
    all->looking += look->call != NULL;
    return look->call != NULL;
}

/* The names of deploy/template.json: PREFIX-state tells the prefix. */
static void name_prefix(char *prefix, size_t size)
{
    static const char end[] = "-state";
    const char *state = rc_table_name(RC_TABLE_STATE);
    size_t length = strlen(state), tail = sizeof end - 1;
    bool usual = length > tail && strcmp(state + length - tail, end) == 0;
    snprintf(prefix, size, "%.*s", usual ? (int)(length - tail) : 5, usual ? state : "recon");
}

static bool add_pipeline(struct rc_gauged_all *all)
{
    static const char *const steps[] = {"ingest", "prepare", "match", "rollup"};
    char prefix[RC_GAUGES_TABLE_BYTES - 16], name[RC_GAUGES_TABLE_BYTES];
    bool ok = true;
    int rank = BEHIND_TABLES;
    name_prefix(prefix, sizeof prefix);
    add(all, RC_GAUGED_SERVICE, rank++, "dynamodb", "");
    snprintf(name, sizeof name, "%s-failed", prefix);
    add(all, RC_GAUGED_DEAD_LETTERS, rank++, name, "");
    snprintf(name, sizeof name, "%s-arrivals", prefix);
    add(all, RC_GAUGED_QUEUE, rank++, name, "");
    for (int i = 0; i < 2; i++) {
        snprintf(name, sizeof name, "%s-%s", prefix, i ? "admit" : "worker");
        ok = ok && look_at(all, add(all, RC_GAUGED_FUNCTION, rank++, name, ""));
    }
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct rc_gauged *step = add(all, RC_GAUGED_STEP, rank++, "worker", steps[i]);
        set_limit(step, RC_GAUGED_READ, 1, "the ceiling");
    }
    return ok;
}

bool rc_gauged_start(struct rc_gauged_all *all, const char *table)
{
    enum { A_TABLE = RC_GAUGED_TABLE | RC_GAUGED_WRITER, RANKS = 1 + RC_GAUGES_INDEXES };
    bool ok = true;
    if (table && *table)
        return look_at(all, add(all, A_TABLE, 0, table, ""));
    for (int i = 0; ok && i < RC_TABLES; i++)
        ok = look_at(all,
                     add(all, A_TABLE, i * RANKS, rc_table_name((enum rc_pipeline_table)i), ""));
    return ok && add_pipeline(all);
}

void rc_gauged_stop(struct rc_gauged_all *all)
{
    for (size_t i = 0; i < all->look_count; i++) {
        rc_call_free(all->looks[i].call);
        all->looks[i].call = NULL;
    }
}
