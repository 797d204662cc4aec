#include "model/live_queries.h"

#include "aws/ddb_item.h"
#include "aws/dynamodb.h"

#include <stdlib.h>

enum { VALUES_BYTES = 8 << 10 }; /* a key's, escaped */

struct slot {
    struct rc_queries *queries;
    struct rc_query query;
    struct rc_buf values;
    struct rc_pages *pages; /* NULL: the slot is free */
    uint64_t met;           /* items */
};

struct rc_queries {
    struct rc_live *live;
    const struct rc_queries_ops *ops;
    void *ctx;
    struct rc_queries_cost *cost;
    struct rc_timer start;
    struct slot slots[RC_QUERIES_AT_ONCE];
    int running;
    bool exhausted; /* there is no next query */
    struct rc_error err;
};

static void pump(struct rc_queries *queries);

static void leave(struct slot *slot)
{
    if (!slot->pages)
        return;
    rc_pages_free(slot->pages);
    rc_buf_free(&slot->values);
    slot->pages = NULL;
    slot->queries->running--;
}

static void stop_all(struct rc_queries *queries)
{
    for (int i = 0; i < RC_QUERIES_AT_ONCE; i++)
        leave(&queries->slots[i]);
}

static void finish(struct rc_queries *queries)
{
    struct rc_error err = queries->err;
    stop_all(queries);
    queries->ops->done(queries->ctx, &err); /* which may free the queries */
}

/* ----- one query ----- */

static void count_units(struct rc_queries *queries, double units)
{
    struct rc_metrics *metrics = rc_aws_metrics(rc_live_aws(queries->live));
    const struct rc_operation *query = &rc_dynamodb_query_operation;
    queries->cost->read_units += units;
    rc_metrics_units(rc_metrics_row(metrics, query->service->name, query->name), units);
}

static bool take_page(void *ctx, const void *answer)
{
    struct slot *slot = ctx;
    struct rc_queries *queries = slot->queries;
    const struct rc_dynamodb_items *page = answer;
    queries->cost->requests++;
    if (page->consumed)
        count_units(queries, page->consumed->units);
    slot->met += page->items.count;
    return queries->ops->items(queries->ctx, &slot->query, page->items.items, page->items.count,
                               &queries->err) &&
           (!slot->query.most_items || slot->met < slot->query.most_items);
}

static void ended(struct rc_call *call, void *ctx)
{
    struct slot *slot = ctx;
    struct rc_queries *queries = slot->queries;
    if (rc_call_error(call)) {
        rc_live_explain(call, "dynamodb:Query", &queries->err);
        rc_error_prefix(&queries->err, "%s", rc_table_name(slot->query.table));
    }
    if (queries->err.code) {
        finish(queries);
        return;
    }
    leave(slot);
    if (queries->ops->end)
        queries->ops->end(queries->ctx, &slot->query);
    pump(queries);
}

static bool ask(struct slot *slot)
{
    const struct rc_query *query = &slot->query;
    struct rc_jsonw json;
    bool whole = !query->exact && !*query->key.sk;
    rc_buf_init(&slot->values, VALUES_BYTES);
    rc_jsonw_init(&json, &slot->values);
    rc_item_open(&json);
    rc_item_text(&json, ":pk", query->key.pk);
    if (!whole)
        rc_item_text(&json, ":sk", query->key.sk);
    rc_item_close(&json);
    struct rc_dynamodb_query in = {
        .table_name = rc_table_name(query->table),
        .key_condition = whole          ? "PK = :pk"
                         : query->exact ? "PK = :pk AND SK = :sk"
                                        : "PK = :pk AND begins_with(SK, :sk)",
        .values = slot->values.data,
        .limit = query->page_items,
        .scan_index_forward = query->backwards ? "false" : NULL,
        .consistent_read = true,
        .return_consumed = "TOTAL",
    };
    if (!slot->values.failed)
        slot->pages = rc_pages_start(rc_live_aws(slot->queries->live), &rc_dynamodb_query_operation,
                                     &in, take_page, ended, slot);
    if (!slot->pages)
        rc_buf_free(&slot->values);
    else
        slot->queries->running++;
    return slot->pages != NULL;
}

/* ----- all of them ----- */

static void pump(struct rc_queries *queries)
{
    for (int i = 0; i < RC_QUERIES_AT_ONCE && !queries->exhausted; i++) {
        struct slot *slot = &queries->slots[i];
        if (slot->pages)
            continue;
        slot->query = (struct rc_query){0};
        slot->met = 0;
        queries->exhausted = !queries->ops->next(queries->ctx, &slot->query);
        if (!queries->exhausted && !ask(slot)) {
            rc_error_nomem(&queries->err);
            finish(queries);
            return;
        }
    }
    if (!queries->running)
        finish(queries);
}

static void begin(struct rc_timer *timer)
{
    pump(timer->ctx);
}

struct rc_queries *rc_queries_start(struct rc_live *live, const struct rc_queries_ops *ops,
                                    void *ctx, struct rc_queries_cost *cost, struct rc_error *err)
{
    struct rc_queries *queries = calloc(1, sizeof *queries);
    if (!queries) {
        rc_error_nomem(err);
        return NULL;
    }
    queries->live = live;
    queries->ops = ops;
    queries->ctx = ctx;
    queries->cost = cost;
    queries->start = (struct rc_timer){.fire = begin, .ctx = queries};
    for (int i = 0; i < RC_QUERIES_AT_ONCE; i++)
        queries->slots[i].queries = queries;
    if (rc_timer_set(rc_live_loop(live), &queries->start, 0))
        return queries;
    rc_error_nomem(err);
    free(queries);
    return NULL;
}

void rc_queries_free(struct rc_queries *queries)
{
    if (!queries)
        return;
    rc_timer_stop(rc_live_loop(queries->live), &queries->start);
    stop_all(queries);
    free(queries);
}
