#include "model/itemkey.h"

#include "aws/ddb_item.h"
#include "core/civil.h"
#include "core/record.h"
#include "model/live_items.h"
#include "pipeline/pipeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool read_day(const struct rc_origin *origin, struct rc_filedate *day)
{
    if (strlen(origin->program) >= sizeof day->program ||
        !rc_civil_parse(origin->date, strlen(origin->date), &day->date))
        return false;
    memcpy(day->program, origin->program, strlen(origin->program) + 1);
    return true;
}

bool rc_item_key_make(const struct rc_origin *origin, const char *id, uint64_t number,
                      struct rc_item_key *key)
{
    struct rc_delivery delivery = {.side = origin->side, .number = origin->delivery};
    struct rc_key made;
    size_t length = strlen(id);
    if (origin->delivery < 1 || !origin->shard_count || !*id || number > RC_NUMBERS_MOST ||
        length > RC_ID_BYTES || !read_day(origin, &delivery.day))
        return false;
    key->shard = rc_shard_of(rc_id_hash(id, length), origin->shard_count);
    if (!rc_key_record(&delivery, key->shard, (struct rc_text){id, (uint32_t)length}, number,
                       &made))
        return false;
    key->table = rc_table_name((enum rc_pipeline_table)origin->side);
    memcpy(key->pk, made.pk, sizeof key->pk);
    memcpy(key->sk, made.sk, sizeof key->sk);
    return true;
}

/* ----- asking ----- */

/* The newest version that was seen, its item, its day's CONFIG: a request each. */
struct rc_origin_query {
    struct rc_live *live;
    struct rc_key key;
    char *text; /* the key, as DynamoDB's JSON */
    struct rc_batch *batch;
    enum rc_listing_state state;
    bool found;
    struct rc_origin origin;
    struct rc_error err;
};

static void fail(struct rc_origin_query *query, const struct rc_error *err)
{
    query->err = *err;
    query->state = RC_LISTING_FAILED;
}

static void get(struct rc_origin_query *query, rc_batch_done done)
{
    struct rc_error err = {0};
    free(query->text);
    rc_batch_free(query->batch);
    query->batch = NULL;
    query->text = rc_live_key_json(&query->key);
    if (query->text)
        query->batch = rc_batch_get_items(
            rc_live_aws(query->live),
            &(struct rc_batch_get_items){.table = rc_table_name(RC_TABLE_STATE),
                                         .keys = {"PK", "SK"},
                                         .wanted = {(const char *const *)&query->text, 1}},
            NULL, done, query, &err);
    else
        rc_error_nomem(&err);
    if (!query->batch)
        fail(query, &err);
}

/* The item that came; NULL, and the query has ended: there is none. */
static const json_t *take(struct rc_origin_query *query, const struct rc_batch *batch)
{
    const struct rc_batch_outcome *outcome = rc_batch_outcome(batch, 0);
    struct rc_error err = {0};
    if (outcome->state == RC_BATCH_FAILED) {
        rc_live_explain_entry(query->live, outcome, &err);
        fail(query, &err);
    } else if (!outcome->item) {
        query->state = RC_LISTING_COMPLETE;
    }
    return outcome->state == RC_BATCH_FAILED ? NULL : outcome->item;
}

static void config_came(struct rc_batch *batch, void *ctx)
{
    struct rc_origin_query *query = ctx;
    const json_t *item = take(query, batch);
    json_t *active = rc_item_get_map(item, rc_side_name(query->origin.side)), *attribute;
    int64_t number;
    const char *name;
    if (!item)
        return;
    if (rc_item_get_int(item, "shard_count", &number) && number > 0 && number <= RC_SHARDS_MAX)
        query->origin.shard_count = (uint32_t)number;
    json_object_foreach(active, name, attribute)
    {
        (void)attribute;
        query->origin.active |=
            rc_item_get_int(active, name, &number) && number == query->origin.delivery;
    }
    query->found = true;
    query->state = RC_LISTING_COMPLETE;
}

static void file_came(struct rc_batch *batch, void *ctx)
{
    struct rc_origin_query *query = ctx;
    const json_t *item = take(query, batch);
    const char *program = rc_item_get_text(item, "program"), *date = rc_item_get_text(item, "date");
    const char *side = rc_item_get_text(item, "side");
    int64_t delivery = 0;
    struct rc_filedate day;
    if (!item)
        return;
    snprintf(query->origin.program, sizeof query->origin.program, "%s", program ? program : "");
    snprintf(query->origin.date, sizeof query->origin.date, "%s", date ? date : "");
    query->origin.side =
        side && strcmp(side, rc_side_name(RC_INTERNAL)) == 0 ? RC_INTERNAL : RC_SETTLEMENT;
    rc_item_get_int(item, "delivery", &delivery);
    query->origin.delivery = (int)delivery;
    if (!read_day(&query->origin, &day)) {
        query->found = true;
        query->state = RC_LISTING_COMPLETE;
        return;
    }
    rc_key_day(&day, "CONFIG", &query->key);
    get(query, config_came);
}

static void newest_came(struct rc_batch *batch, void *ctx)
{
    struct rc_origin_query *query = ctx;
    const json_t *item = take(query, batch);
    const char *version = rc_item_get_text(item, "version");
    if (!item)
        return;
    snprintf(query->key.sk, sizeof query->key.sk, "%s", version ? version : "");
    get(query, file_came);
}

struct rc_origin_query *rc_origin_ask(struct rc_live *live, const struct rc_s3_object_name *name,
                                      struct rc_error *err)
{
    struct rc_origin_query *query = calloc(1, sizeof *query);
    if (!query) {
        rc_error_nomem(err);
        return NULL;
    }
    query->live = live;
    rc_live_use(live, 1);
    rc_key_file(name->place.bucket, name->place.key, name->version, &query->key);
    if (!*name->version)
        rc_key_newest(&query->key);
    get(query, *name->version ? file_came : newest_came);
    if (query->batch)
        return query;
    *err = query->err;
    rc_origin_free(query);
    return NULL;
}

enum rc_listing_state rc_origin_state(const struct rc_origin_query *query)
{
    return query->state;
}

const struct rc_origin *rc_origin_found(const struct rc_origin_query *query)
{
    return query->found ? &query->origin : NULL;
}

const struct rc_error *rc_origin_error(const struct rc_origin_query *query)
{
    return &query->err;
}

void rc_origin_free(struct rc_origin_query *query)
{
    if (!query)
        return;
    rc_batch_free(query->batch);
    rc_live_use(query->live, -1);
    free(query->text);
    free(query);
}
