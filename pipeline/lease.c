#include "pipeline/lease.h"

#include "aws/dynamodb.h"

#include <stdio.h>

static void add_until(const struct rc_pipeline *pipeline, struct rc_draft *values, int64_t *now_ms)
{
    *now_ms = rc_pipeline_now_ms(pipeline);
    rc_item_int(&values->json, ":until",
                *now_ms + rc_timeline_span(&pipeline->time, pipeline->lease_ms));
}

void rc_lease_values(const struct rc_lease *lease, struct rc_draft *values)
{
    rc_item_text(&values->json, ":owner", lease->pipeline->run);
    rc_item_int(&values->json, ":fence", lease->fence);
}

void rc_lease_resume(struct rc_pipeline *pipeline, const struct rc_key *key, int64_t fence,
                     struct rc_lease *lease)
{
    *lease = (struct rc_lease){.pipeline = pipeline, .key = *key, .fence = fence};
}

static void say_held(struct rc_pipeline *pipeline, const struct rc_key *key, const json_t *item,
                     struct rc_error *err)
{
    const char *owner = rc_item_get_text(item, "owner");
    snprintf(pipeline->fault, sizeof pipeline->fault, "LeaseHeld");
    rc_error_set(err, RC_IO, "%s %s is held by %s", key->pk, key->sk,
                 owner ? owner : "another run");
}

enum rc_stored rc_lease_take(struct rc_pipeline *pipeline, const struct rc_key *key,
                             struct rc_lease *lease, json_t **now, struct rc_error *err)
{
    struct rc_draft values;
    json_t *item = NULL;
    int64_t now_ms;
    rc_draft_values(&values);
    rc_item_text(&values.json, ":owner", pipeline->run);
    rc_item_int(&values.json, ":one", 1);
    rc_item_int(&values.json, ":zero", 0);
    add_until(pipeline, &values, &now_ms);
    rc_item_int(&values.json, ":now", now_ms);
    struct rc_write write = {
        .kind = RC_WRITE_UPDATE,
        .table = RC_TABLE_STATE,
        .key = key,
        .update = "SET #owner = :owner, #until = :until, "
                  "#fence = if_not_exists(#fence, :zero) + :one",
        .condition = "attribute_not_exists(#owner) OR #owner = :owner OR #until < :now",
        .values = rc_draft_done(&values),
    };
    enum rc_stored stored = rc_store_write(pipeline, &write, &item, err);
    *lease = (struct rc_lease){.pipeline = pipeline, .key = *key};
    if (stored == RC_REFUSED)
        say_held(pipeline, key, item, err);
    if (stored == RC_STORED && !rc_item_get_int(item, "fence", &lease->fence)) {
        rc_error_set(err, RC_DATA, "%s %s has no fence", key->pk, key->sk);
        stored = RC_UNSTORED;
    }
    if (now && stored == RC_STORED)
        *now = item;
    else
        json_decref(item);
    rc_draft_free(&values);
    return stored;
}

/* ----- renewal ----- */

static void set_timer(struct rc_lease *lease)
{
    rc_timer_set(rc_aws_loop(lease->pipeline->aws), &lease->timer, lease->pipeline->lease_ms / 3);
}

static void renewed(struct rc_call *call, void *ctx)
{
    struct rc_lease *lease = ctx;
    const struct rc_aws_error *error = rc_call_error(call);
    lease->lost |= error && error->fault == RC_AWS_CONDITION;
    rc_call_free(call);
    lease->renewal = NULL;
    if (!lease->lost)
        set_timer(lease);
}

static void renew(struct rc_timer *timer)
{
    struct rc_lease *lease = timer->ctx;
    struct rc_draft key, values;
    int64_t now_ms;
    rc_draft_item(&key, &lease->key);
    rc_draft_values(&values);
    rc_lease_values(lease, &values);
    add_until(lease->pipeline, &values, &now_ms);
    static const struct rc_pair names[] = {
        {"#owner", "owner"}, {"#fence", "fence"}, {"#until", "until"}};
    struct rc_dynamodb_update_item in = {
        .table_name = lease->pipeline->table[RC_TABLE_STATE],
        .key = rc_draft_done(&key),
        .update = "SET #until = :until",
        .condition = RC_LEASE_HOLDS,
        .names = {names, sizeof names / sizeof *names},
        .values = rc_draft_done(&values),
    };
    lease->renewal = rc_dynamodb_update_item(lease->pipeline->aws, &in, renewed, lease);
    if (!lease->renewal)
        set_timer(lease);
    rc_draft_free(&key);
    rc_draft_free(&values);
}

void rc_lease_keep(struct rc_lease *lease)
{
    lease->timer = (struct rc_timer){.fire = renew, .ctx = lease};
    set_timer(lease);
}

void rc_lease_stop(struct rc_lease *lease)
{
    if (!lease->pipeline)
        return;
    rc_timer_stop(rc_aws_loop(lease->pipeline->aws), &lease->timer);
    rc_call_free(lease->renewal);
    lease->renewal = NULL;
}

bool rc_lease_give(struct rc_lease *lease, struct rc_error *err)
{
    struct rc_draft values;
    rc_lease_stop(lease);
    rc_draft_values(&values);
    rc_lease_values(lease, &values);
    struct rc_write write = {
        .kind = RC_WRITE_UPDATE,
        .table = RC_TABLE_STATE,
        .key = &lease->key,
        .update = "REMOVE #owner, #until",
        .condition = RC_LEASE_HOLDS,
        .values = rc_draft_done(&values),
    };
    bool ok = rc_store_write(lease->pipeline, &write, NULL, err) != RC_UNSTORED;
    rc_draft_free(&values);
    return ok;
}

/* ----- by force ----- */

enum rc_stored rc_lease_break(struct rc_pipeline *pipeline, const struct rc_key *key,
                              const char *owner, int64_t fence, struct rc_error *err)
{
    struct rc_draft values;
    rc_draft_values(&values);
    rc_item_text(&values.json, ":owner", owner);
    rc_item_int(&values.json, ":fence", fence);
    rc_item_int(&values.json, ":next", (rc_i128)fence + 1);
    struct rc_write write = {
        .kind = RC_WRITE_UPDATE,
        .table = RC_TABLE_STATE,
        .key = key,
        .update = "SET #fence = :next REMOVE #owner, #until",
        .condition = RC_LEASE_HOLDS,
        .values = rc_draft_done(&values),
    };
    enum rc_stored stored = rc_store_write(pipeline, &write, NULL, err);
    rc_draft_free(&values);
    return stored;
}
