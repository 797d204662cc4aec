/* Records of deliveries that a later one has replaced are removed: nobody sees them any
 * more, and none of these deliveries can become active again. */
#include "pipeline/steps.h"

#include "pipeline/day_state.h"
#include "pipeline/writer.h"

#include <stdlib.h>

struct sweep {
    struct rc_pipeline *pipeline;
    struct rc_filedate date;
    struct rc_day_config config;
    struct rc_writer *writer;
    struct rc_error *err;
    enum rc_side side;
    uint32_t shard;
    uint64_t removed;
    bool stopped;
};

/* Less than the active one of the only name that files of a side have. */
static bool is_replaced(const struct sweep *sweep, int delivery)
{
    const struct rc_active *active = &sweep->config.active[sweep->side];
    return active->count > 0 && delivery < active->numbers[0];
}

static bool sweep_shard(struct sweep *sweep, struct rc_error *err)
{
    struct rc_key key;
    struct rc_keys_query query = {.table = (enum rc_pipeline_table)sweep->side};
    bool more = true;
    rc_key_records(&sweep->date, sweep->shard, &key);
    query.pk = key.pk;
    while (more) {
        json_t *keys = rc_store_keys(sweep->pipeline, &query, &more, err);
        bool ok = keys != NULL;
        for (size_t i = 0; ok && i < json_array_size(keys); i++) {
            json_t *item = json_array_get(keys, i);
            int delivery;
            uint64_t number;
            const char *sk = rc_item_get_text(item, "SK");
            if (!sk || !rc_key_read_record(sk, &delivery, &number) || !is_replaced(sweep, delivery))
                continue;
            char *text = json_dumps(item, JSON_COMPACT);
            ok = text && rc_writer_remove(sweep->writer, text, sweep->shard, err);
            sweep->removed += ok;
            free(text);
        }
        json_decref(keys);
        if (!ok) {
            free(query.from);
            return false;
        }
    }
    free(query.from);
    return true;
}

static bool sweep_side(struct sweep *sweep, struct rc_error *err)
{
    for (sweep->shard = 0; sweep->shard < sweep->config.shard_count; sweep->shard++) {
        if (rc_pipeline_left_ms(sweep->pipeline) <= 0) {
            sweep->stopped = true;
            break;
        }
        if (!sweep_shard(sweep, err))
            return false;
    }
    return true;
}

/* A side whose active delivery is its first has nothing to remove. */
static bool has_replaced(const struct sweep *sweep)
{
    const struct rc_active *active = &sweep->config.active[sweep->side];
    return active->count > 0 && active->numbers[0] > 1;
}

json_t *rc_step_sweep(struct rc_pipeline *pipeline, const json_t *in, struct rc_error *err)
{
    struct sweep sweep = {.pipeline = pipeline};
    if (!rc_filedate_read(pipeline, in, &sweep.date, err) ||
        !rc_day_config_read(pipeline, &sweep.date, &sweep.config, err))
        return NULL;
    bool ok = true;
    for (int side = 0; ok && side < RC_SIDES && !sweep.stopped; side++) {
        sweep.side = (enum rc_side)side;
        if (!has_replaced(&sweep))
            continue;
        sweep.writer = rc_writer_new(pipeline, (enum rc_pipeline_table)side, err);
        ok = sweep.writer && sweep_side(&sweep, err) && rc_writer_flush(sweep.writer, err);
        rc_writer_free(sweep.writer);
    }
    return ok ? json_pack("{sI sb}", "removed", (json_int_t)sweep.removed, "left", sweep.stopped)
              : NULL;
}
