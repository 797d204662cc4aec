#include "pipeline/run_heat.h"

#include "aws/dynamodb.h"
#include "core/top.h"
#include "pipeline/log.h"
#include "pipeline/run_log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An id stands out from that share of a bucket's records on, and from that many. Among so many
 * entries is every one that has a 64th. */
static const double ID_SHARE = 0.03;
enum { ID_RECORDS = 10, ID_ENTRIES = 64 };

struct counts {
    uint32_t writes, throttled, retried;
};

struct rc_run_heat {
    struct rc_pipeline *pipeline;
    enum rc_pipeline_table table;
    uint32_t shard_count;
    struct counts *shards; /* of the bucket that is filled */
    struct rc_top *ids;    /* of the records that were put meanwhile */
    int64_t records;
    int64_t from_ms;      /* 0: nothing is in it */
    struct rc_call *call; /* that writes the last one; NULL: none is on its way */
    bool written;         /* the call has ended */
};

static int64_t now_ms(const struct rc_run_heat *heat)
{
    return rc_pipeline_now_ms(heat->pipeline);
}

struct rc_run_heat *rc_run_heat_new(struct rc_pipeline *pipeline, enum rc_pipeline_table table,
                                    uint32_t shard_count, struct rc_error *err)
{
    struct rc_run_heat *heat = calloc(1, sizeof *heat);
    struct counts *shards = calloc(shard_count, sizeof *shards);
    struct rc_top *ids = rc_top_new(ID_ENTRIES);
    if (!heat || !shards || !ids) {
        rc_error_nomem(err);
        free(heat);
        free(shards);
        rc_top_free(ids);
        return NULL;
    }
    *heat = (struct rc_run_heat){.pipeline = pipeline,
                                 .table = table,
                                 .shard_count = shard_count,
                                 .shards = shards,
                                 .ids = ids};
    return heat;
}

/* ----- a bucket becomes an item ----- */

static void add_shards(const struct rc_run_heat *heat, struct rc_jsonw *json)
{
    rc_item_open_map(json, "shards");
    for (uint32_t i = 0; i < heat->shard_count; i++) {
        char name[16];
        const struct counts *counts = &heat->shards[i];
        if (!counts->writes && !counts->throttled && !counts->retried)
            continue;
        snprintf(name, sizeof name, "%u", i);
        rc_item_open_list(json, name);
        rc_item_int(json, NULL, counts->writes);
        rc_item_int(json, NULL, counts->throttled);
        rc_item_int(json, NULL, counts->retried);
        rc_item_close_list(json);
    }
    rc_item_close_map(json);
}

static void add_ids(const struct rc_run_heat *heat, struct rc_jsonw *json)
{
    const struct rc_top_entry *entries;
    size_t count = rc_top_list(heat->ids, &entries);
    int told = 0;
    rc_item_int(json, "records", heat->records);
    rc_item_open_list(json, "ids");
    for (size_t i = 0; i < count && told < RC_HEAT_IDS; i++) {
        char id[RC_TOP_LABEL + 1];
        double least = entries[i].weight - entries[i].error;
        if (least < ID_RECORDS || least < ID_SHARE * (double)heat->records)
            continue;
        snprintf(id, sizeof id, "%.*s", entries[i].label_length, entries[i].label);
        rc_item_open_list(json, NULL);
        rc_item_text(json, NULL, id);
        rc_item_int(json, NULL, (int64_t)least);
        rc_item_close_list(json);
        told++;
    }
    rc_item_close_list(json);
}

static void say_lost(const struct rc_run_heat *heat, const char *why)
{
    rc_pipeline_log(heat->pipeline, RC_LOG_WARN, "ten seconds of the run's heat are lost: %s", why);
}

static void on_written(struct rc_call *call, void *ctx)
{
    struct rc_run_heat *heat = ctx;
    struct rc_error err = {0};
    if (rc_call_error(call)) {
        rc_call_describe(call, &err);
        say_lost(heat, err.text);
    }
    heat->written = true;
}

static void forget_call(struct rc_run_heat *heat)
{
    rc_call_free(heat->call);
    heat->call = NULL;
    heat->written = false;
}

static void write_bucket(struct rc_run_heat *heat)
{
    struct rc_key key;
    struct rc_draft draft;
    const struct rc_pipeline *pipeline = heat->pipeline;
    forget_call(heat);
    rc_key_heat(pipeline->run, heat->from_ms / 1000,
                pipeline->request_id ? pipeline->request_id : "", &key);
    rc_draft_item(&draft, &key);
    rc_item_text(&draft.json, "table", pipeline->table[heat->table]);
    rc_item_int(&draft.json, "from", heat->from_ms);
    rc_item_int(&draft.json, "until", now_ms(heat));
    add_shards(heat, &draft.json);
    add_ids(heat, &draft.json);
    rc_item_int(&draft.json, "expires", now_ms(heat) / 1000 + RC_RUN_KEPT_DAYS * 24 * 60 * 60);
    struct rc_dynamodb_put_item in = {.table_name = pipeline->table[RC_TABLE_STATE],
                                      .item = rc_draft_done(&draft)};
    if (in.item)
        heat->call = rc_dynamodb_put_item(pipeline->aws, &in, on_written, heat);
    if (!heat->call)
        say_lost(heat, "out of memory");
    rc_draft_free(&draft);
    memset(heat->shards, 0, heat->shard_count * sizeof *heat->shards);
    rc_top_clear(heat->ids);
    heat->records = 0;
    heat->from_ms = 0;
}

/* ----- counting ----- */

void rc_run_heat_add(void *ctx, uint32_t shard, int attempt, bool taken)
{
    struct rc_run_heat *heat = ctx;
    int64_t now = now_ms(heat), from = now - now % RC_HEAT_BUCKET_MS;
    if (heat->from_ms && heat->from_ms < from && (!heat->call || heat->written))
        write_bucket(heat);
    if (!heat->from_ms)
        heat->from_ms = from;
    struct counts *counts = &heat->shards[shard];
    counts->writes += taken;
    counts->throttled += !taken;
    counts->retried += attempt > 1;
}

void rc_run_heat_put(struct rc_run_heat *heat, uint64_t id_hash, const char *sort_key)
{
    heat->records++;
    rc_top_add(heat->ids, id_hash, sort_key, strcspn(sort_key, "#"), 1);
}

static void wait_for_call(struct rc_run_heat *heat)
{
    if (heat->call && !heat->written)
        rc_loop_until(rc_aws_loop(heat->pipeline->aws), &heat->written, -1);
}

void rc_run_heat_end(struct rc_run_heat *heat)
{
    if (!heat)
        return;
    wait_for_call(heat);
    if (heat->from_ms) {
        write_bucket(heat);
        wait_for_call(heat);
    }
    forget_call(heat);
    rc_top_free(heat->ids);
    free(heat->shards);
    free(heat);
}
