#include "pipeline/writer.h"

#include "base/arena.h"
#include "pipeline/emf.h"
#include "pipeline/store.h"

#include <stdlib.h>
#include <string.h>

enum {
    WINDOW_BYTES = 32 << 20, /* of items; a window that has them is full */
    LOOK_MS = 500,           /* a task hears only while it waits that it has to end */
};

struct window {
    struct rc_arena texts;
    struct rc_batch_item items[RC_WRITER_WINDOW];
    uint32_t lanes[RC_WRITER_WINDOW];
    struct rc_batch_item dealt[RC_WRITER_WINDOW];
    uint32_t dealt_lanes[RC_WRITER_WINDOW];
    struct rc_writer *writer;
    size_t count;
    struct rc_batch *batch; /* NULL: it is being filled */
    bool ended;             /* the batch has */
};

struct rc_writer {
    struct rc_pipeline *pipeline;
    enum rc_pipeline_table table;
    struct rc_rate rate;
    struct window windows[RC_WRITER_WINDOWS];
    size_t filling; /* index of the window that is filled; the one behind it is the oldest */
    uint64_t durable;
    bool late;
    struct rc_writer_counts counts;
    rc_writer_heard heard;
    void *heard_ctx;
};

struct rc_writer *rc_writer_new(struct rc_pipeline *pipeline, enum rc_pipeline_table table,
                                struct rc_error *err)
{
    struct rc_writer *writer = calloc(1, sizeof *writer);
    if (!writer) {
        rc_error_nomem(err);
        return NULL;
    }
    writer->pipeline = pipeline;
    writer->table = table;
    rc_rate_init(&writer->rate, rc_loop_now_ms(rc_aws_loop(pipeline->aws)));
    writer->rate.most_per_second = (double)pipeline->write_units;
    for (int i = 0; i < RC_WRITER_WINDOWS; i++) {
        writer->windows[i].writer = writer;
        rc_arena_init(&writer->windows[i].texts, 2 * (size_t)WINDOW_BYTES);
    }
    return writer;
}

void rc_writer_watch(struct rc_writer *writer, rc_writer_heard heard, void *ctx)
{
    writer->heard = heard;
    writer->heard_ctx = ctx;
}

static void publish(const struct rc_writer *writer)
{
    const struct rc_writer_counts *counts = &writer->counts;
    const struct rc_emf_dimension dimension = {"Table", writer->pipeline->table[writer->table]};
    struct rc_emf emf;
    if (!counts->requests)
        return;
    rc_emf_open(&emf, writer->pipeline, &dimension, 1);
    rc_emf_add(&emf, "ItemsWritten", RC_EMF_COUNT, (int64_t)counts->items);
    rc_emf_add(&emf, "ItemsThrottled", RC_EMF_COUNT, (int64_t)counts->throttled);
    rc_emf_add(&emf, "ItemsRetried", RC_EMF_COUNT, (int64_t)counts->retried);
    rc_emf_add(&emf, "WriteRequests", RC_EMF_COUNT, (int64_t)counts->requests);
    rc_emf_add(&emf, "WriteUnits", RC_EMF_COUNT, (int64_t)counts->units);
    rc_emf_close(&emf);
}

void rc_writer_free(struct rc_writer *writer)
{
    if (!writer)
        return;
    publish(writer);
    for (int i = 0; i < RC_WRITER_WINDOWS; i++) {
        rc_batch_free(writer->windows[i].batch);
        rc_arena_free(&writer->windows[i].texts);
    }
    free(writer);
}

static void deal(struct window *window)
{
    uint32_t order[RC_WRITER_WINDOW];
    rc_deal(window->lanes, window->count, order);
    for (size_t i = 0; i < window->count; i++) {
        window->dealt[i] = window->items[order[i]];
        window->dealt_lanes[i] = window->lanes[order[i]];
    }
}

static void hear(void *ctx, size_t index, int attempt, bool taken)
{
    const struct window *window = ctx;
    struct rc_writer *writer = window->writer;
    writer->counts.throttled += !taken;
    writer->counts.retried += attempt > 1;
    if (writer->heard)
        writer->heard(writer->heard_ctx, window->dealt_lanes[index], attempt, taken);
}

static void note_end(struct rc_batch *batch, void *ctx)
{
    (void)batch;
    ((struct window *)ctx)->ended = true;
}

static bool start(struct rc_writer *writer, struct window *window, struct rc_error *err)
{
    struct rc_batch_options options = {.in_flight = writer->pipeline->in_flight,
                                       .attempts = RC_WRITER_ATTEMPTS,
                                       .rate = &writer->rate,
                                       .consumed = true,
                                       .heard = hear,
                                       .heard_ctx = window};
    struct rc_batch_write_items in = {.table = writer->pipeline->table[writer->table],
                                      .keys = {"PK", "SK"},
                                      .items = {window->dealt, window->count}};
    deal(window);
    window->ended = false;
    window->batch =
        rc_batch_write_items(writer->pipeline->aws, &in, &options, note_end, window, err);
    return window->batch != NULL;
}

/* How long a window may be waited for. */
static int64_t patience_ms(const struct rc_pipeline *pipeline)
{
    if (!pipeline->deadline_unix_ms || !pipeline->hands_over)
        return INT64_MAX;
    int64_t now_ms = rc_loop_unix_ms(rc_aws_loop(pipeline->aws));
    return pipeline->deadline_unix_ms - pipeline->spare_ms / 8 - now_ms;
}

static bool wait_for(struct rc_writer *writer, struct window *window, struct rc_error *err)
{
    struct rc_pipeline *pipeline = writer->pipeline;
    int64_t left_ms = patience_ms(pipeline);
    while (!window->ended && left_ms > 0) {
        rc_loop_until(rc_aws_loop(pipeline->aws), &window->ended,
                      left_ms < LOOK_MS ? left_ms : LOOK_MS);
        left_ms = patience_ms(pipeline);
    }
    if (window->ended) {
        bool ok = rc_batch_wait(window->batch, err);
        if (!ok)
            rc_store_fault(pipeline, rc_batch_fault(window->batch));
        return ok;
    }
    writer->late = true;
    rc_store_fault(pipeline, RC_AWS_THROTTLED);
    rc_error_set(err, RC_LIMIT,
                 "%s takes so little that %zu items are not written this near to the deadline: "
                 "run it again when less is written there",
                 pipeline->table[writer->table], window->count);
    return false;
}

static bool finish(struct rc_writer *writer, struct window *window, struct rc_error *err)
{
    if (!window->batch)
        return true;
    bool ok = wait_for(writer, window, err);
    struct rc_batch_counts counts = rc_batch_counts(window->batch);
    writer->counts.items += counts.done;
    writer->counts.requests += counts.requests;
    writer->counts.units += counts.consumed_units;
    if (ok)
        writer->durable += window->count;
    rc_batch_free(window->batch);
    rc_arena_free(&window->texts);
    window->batch = NULL;
    window->count = 0;
    return ok;
}

/* Sends the window that was filled and makes room in the oldest. */
static bool turn(struct rc_writer *writer, struct rc_error *err)
{
    if (writer->windows[writer->filling].count &&
        !start(writer, &writer->windows[writer->filling], err))
        return false;
    writer->filling = (writer->filling + 1) % RC_WRITER_WINDOWS;
    return finish(writer, &writer->windows[writer->filling], err);
}

/* Items of the window that is filled. An item is a unit at least. */
static size_t room(const struct rc_writer *writer)
{
    double a_second = writer->rate.per_second;
    if (a_second >= RC_WRITER_WINDOW)
        return RC_WRITER_WINDOW;
    return a_second > RC_WRITER_WINDOW_LEAST ? (size_t)a_second : RC_WRITER_WINDOW_LEAST;
}

static bool take(struct rc_writer *writer, const char *json, bool remove, uint32_t lane,
                 struct rc_error *err)
{
    struct window *window = &writer->windows[writer->filling];
    char *copy = rc_arena_text(&window->texts, json, strlen(json));
    if (!copy) {
        rc_error_nomem(err);
        return false;
    }
    window->items[window->count] = (struct rc_batch_item){.json = copy, .remove = remove};
    window->lanes[window->count++] = lane;
    bool full = window->count >= room(writer) || window->texts.used_bytes >= (size_t)WINDOW_BYTES;
    return !full || turn(writer, err);
}

bool rc_writer_put(struct rc_writer *writer, const char *item, uint32_t lane, struct rc_error *err)
{
    return take(writer, item, false, lane, err);
}

bool rc_writer_remove(struct rc_writer *writer, const char *key, uint32_t lane,
                      struct rc_error *err)
{
    return take(writer, key, true, lane, err);
}

bool rc_writer_flush(struct rc_writer *writer, struct rc_error *err)
{
    for (int i = 0; i < RC_WRITER_WINDOWS; i++)
        if (!turn(writer, err))
            return false;
    return true;
}

bool rc_writer_is_late(const struct rc_writer *writer)
{
    return writer->late;
}

uint64_t rc_writer_durable(const struct rc_writer *writer)
{
    return writer->durable;
}

struct rc_writer_counts rc_writer_counts(const struct rc_writer *writer)
{
    return writer->counts;
}
