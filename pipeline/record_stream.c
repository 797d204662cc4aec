#include "pipeline/record_stream.h"

#include "aws/dynamodb.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct rc_record_stream {
    struct rc_pipeline *pipeline;
    struct rc_record_stream_options options;
    struct rc_draft values;
    struct rc_call *page;                        /* whose items are read */
    struct rc_call *next;                        /* on its way; NULL: `page` is the last */
    size_t at;                                   /* index of the page's next item */
    bool ended;                                  /* the reader has been told */
    struct rc_entry *ahead;                      /* read, but of the next id */
    struct rc_entry *repeats[RC_REPEATS_SORTED]; /* of one id, in the order of going out */
    size_t repeat_count, repeat_at;
    double units;
};

bool rc_active_has(const struct rc_active *active, int number)
{
    for (int i = 0; i < active->count; i++)
        if (active->numbers[i] == number)
            return true;
    return false;
}

/* ----- pages ----- */

static bool ask(struct rc_record_stream *stream, const char *from, struct rc_error *err)
{
    struct rc_dynamodb_query in = {
        .table_name = stream->pipeline->table[stream->options.table],
        .key_condition = "PK = :pk",
        .values = stream->values.buf.data,
        .exclusive_start_key = from,
        .limit = stream->pipeline->page_items,
        .consistent_read = true,
        .return_consumed = "TOTAL",
    };
    stream->next = rc_dynamodb_query(stream->pipeline->aws, &in, NULL, NULL);
    if (!stream->next)
        rc_error_nomem(err);
    return stream->next != NULL;
}

struct rc_record_stream *rc_record_stream_new(struct rc_pipeline *pipeline,
                                              const struct rc_record_stream_options *options,
                                              struct rc_error *err)
{
    struct rc_record_stream *stream = calloc(1, sizeof *stream);
    if (!stream) {
        rc_error_nomem(err);
        return NULL;
    }
    stream->pipeline = pipeline;
    stream->options = *options;
    rc_draft_values(&stream->values);
    rc_item_text(&stream->values.json, ":pk", options->key.pk);
    if (rc_draft_done(&stream->values) && ask(stream, NULL, err))
        return stream;
    rc_record_stream_free(stream);
    return NULL;
}

void rc_record_stream_free(struct rc_record_stream *stream)
{
    if (!stream)
        return;
    while (stream->repeat_at < stream->repeat_count)
        rc_entry_free(stream->repeats[stream->repeat_at++]);
    rc_entry_free(stream->ahead);
    rc_call_free(stream->page);
    rc_call_free(stream->next);
    rc_draft_free(&stream->values);
    free(stream);
}

double rc_record_stream_units(const struct rc_record_stream *stream)
{
    return stream->units;
}

/* Waits for the page that is on its way and has the one behind it sent for. */
static bool turn_page(struct rc_record_stream *stream, struct rc_error *err)
{
    struct rc_call *page = stream->next;
    rc_call_free(stream->page);
    stream->page = page;
    stream->next = NULL;
    stream->at = 0;
    if (!rc_call_wait(page, err))
        return rc_store_failed(stream->pipeline, page, err);
    const struct rc_dynamodb_items *items = rc_dynamodb_query_answer(page);
    if (items->consumed)
        stream->units += items->consumed->units;
    if (!json_object_size(items->last_evaluated_key))
        return true;
    char *from = json_dumps(items->last_evaluated_key, JSON_COMPACT);
    if (!from)
        rc_error_nomem(err);
    bool ok = from && ask(stream, from, err);
    free(from);
    return ok;
}

/* ----- items ----- */

/* The order that a residue's sort key begins with. */
static bool read_order(const char *sk, rc_u128 *order, const char **rest)
{
    char text[33];
    if (strnlen(sk, sizeof text) < sizeof text || sk[32] != '#')
        return false;
    memcpy(text, sk, 32);
    text[32] = '\0';
    *rest = sk + 33;
    return rc_digest_parse(text, order);
}

static bool read_residue(struct rc_record_stream *stream, const json_t *item, const char *sk,
                         struct rc_entry **entry, struct rc_error *err)
{
    rc_u128 order;
    const char *record_sk;
    if (!sk || !read_order(sk, &order, &record_sk)) {
        rc_error_set(err, RC_DATA, "the item %s of %s is no record of a residue", sk ? sk : "",
                     stream->options.key.pk);
        return false;
    }
    *entry =
        rc_record_entry(item, record_sk, stream->options.side, NULL, stream->options.matcher, err);
    if (!*entry)
        return false;
    (*entry)->order = order;
    rc_item_get_bool(item, "ambiguous", &(*entry)->ambiguous);
    return true;
}

/* The partition has ended; what was held back may come. */
static bool read_end(struct rc_record_stream *stream, struct rc_entry **entry, struct rc_error *err)
{
    *entry = NULL;
    if (stream->ended || !stream->options.read)
        return true;
    stream->ended = true;
    return stream->options.read(stream->options.read_ctx, NULL, entry, err);
}

/* *entry NULL: a record of a delivery that does not count. */
static bool read_item(struct rc_record_stream *stream, const json_t *item, struct rc_entry **entry,
                      struct rc_error *err)
{
    const char *sk = rc_item_get_text(item, "SK");
    int delivery;
    uint64_t number;
    *entry = NULL;
    if (stream->options.read)
        return stream->options.read(stream->options.read_ctx, item, entry, err);
    if (!stream->options.active)
        return read_residue(stream, item, sk, entry, err);
    if (sk && rc_key_read_record(sk, &delivery, &number) &&
        !rc_active_has(stream->options.active, delivery))
        return true;
    *entry = rc_record_entry(item, sk, stream->options.side, NULL, stream->options.matcher, err);
    return *entry != NULL;
}

/* The partition's next record that counts; NULL at the end. */
static bool read_next(struct rc_record_stream *stream, struct rc_entry **entry,
                      struct rc_error *err)
{
    *entry = NULL;
    for (;;) {
        const struct rc_dynamodb_items *items =
            stream->page ? rc_dynamodb_query_answer(stream->page) : NULL;
        if (!items || stream->at == items->items.count) {
            if (!stream->next)
                return read_end(stream, entry, err);
            if (!turn_page(stream, err))
                return false;
            continue;
        }
        if (!read_item(stream, items->items.items[stream->at++], entry, err))
            return false;
        if (!*entry)
            continue;
        if (!stream->options.seen || stream->options.seen(stream->options.ctx, *entry, err))
            return true;
        rc_entry_free(*entry);
        *entry = NULL;
        return false;
    }
}

/* ----- repeats in canonical order ----- */

static bool same_id(const struct rc_entry *a, const struct rc_entry *b)
{
    return rc_id_compare(rc_record_id(&a->item.record), rc_record_id(&b->item.record)) == 0;
}

/* Equal bytes stand as they were delivered. */
static int by_canonical(const void *a, const void *b)
{
    const struct rc_entry *x = *(struct rc_entry *const *)a, *y = *(struct rc_entry *const *)b;
    const struct rc_where *v = &x->item.where, *w = &y->item.where;
    int order = rc_entry_compare(x, y);
    if (order)
        return order;
    if (v->delivery != w->delivery)
        return v->delivery < w->delivery ? -1 : 1;
    return (v->number > w->number) - (v->number < w->number);
}

/* Gathers the records of the next id. */
static bool gather(struct rc_record_stream *stream, struct rc_error *err)
{
    stream->repeat_at = stream->repeat_count = 0;
    struct rc_entry *entry = stream->ahead;
    stream->ahead = NULL;
    if (!entry && !read_next(stream, &entry, err))
        return false;
    while (entry) {
        stream->repeats[stream->repeat_count++] = entry;
        if (stream->repeat_count == RC_REPEATS_SORTED)
            break;
        if (!read_next(stream, &entry, err))
            return false;
        if (entry && !same_id(entry, stream->repeats[0])) {
            stream->ahead = entry;
            break;
        }
    }
    if (stream->repeat_count > 1)
        qsort(stream->repeats, stream->repeat_count, sizeof(struct rc_entry *), by_canonical);
    return true;
}

bool rc_record_stream_next(void *context, struct rc_entry **entry, struct rc_error *err)
{
    struct rc_record_stream *stream = context;
    *entry = NULL;
    if (!stream->options.active)
        return read_next(stream, entry, err);
    if (stream->repeat_at == stream->repeat_count && !gather(stream, err))
        return false;
    if (stream->repeat_at < stream->repeat_count)
        *entry = stream->repeats[stream->repeat_at++];
    return true;
}
