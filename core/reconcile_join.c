#include "core/reconcile_internal.h"

#include <stdlib.h>
#include <string.h>

/* While a partition is joined, the bits of `where` above the place hold the state
 * of a settlement row. */
enum state { FRESH, TAKEN, LEFT };

#define STATE_SHIFT RC_ROW_WHERE_BITS

static inline enum state state_of(const struct rc_row *row)
{
    return (enum state)(row->where >> STATE_SHIFT & 3);
}

static inline void set_state(struct rc_row *row, enum state state)
{
    row->where = (row->where & ~((uint64_t)3 << STATE_SHIFT)) | (uint64_t)state << STATE_SHIFT;
}

static bool leave(struct rc_leftovers *left, uint64_t key, uint64_t where, struct rc_error *err)
{
    if (left->count == left->capacity) {
        size_t capacity = left->capacity ? left->capacity * 2 : 256;
        struct rc_leftover *items = realloc(left->items, capacity * sizeof *items);
        if (!items) {
            rc_error_nomem(err);
            return false;
        }
        left->items = items;
        left->capacity = capacity;
    }
    left->items[left->count++] = (struct rc_leftover){key, where & RC_ROW_WHERE};
    return true;
}

/* An open-addressing table of settlement rows. The low bits of the key below those
 * that chose the partition place it; a few others stand beside the pointer, so
 * that most strangers are told apart without a look at the row. */
struct table {
    uint64_t *slots;
    uint64_t mask;
};

#define POINTER_BITS 48
#define POINTER_MASK (((uint64_t)1 << POINTER_BITS) - 1)

static inline uint64_t tag_of(uint64_t key)
{
    return (key >> 24 & 0xffff) << POINTER_BITS;
}

static inline struct rc_row *row_of(uint64_t slot)
{
    return (struct rc_row *)(uintptr_t)(slot & POINTER_MASK);
}

static bool table_make(struct table *table, size_t rows, struct rc_error *err)
{
    uint64_t size = 64;
    while (size < rows + rows / 2)
        size *= 2;
    table->mask = size - 1;
    table->slots = calloc(size, sizeof *table->slots);
    if (!table->slots)
        rc_error_nomem(err);
    return table->slots != NULL;
}

/* The slot of the row with this key, or the free one where it belongs. */
static inline uint64_t *table_find(const struct table *table, uint64_t key)
{
    uint64_t tag = tag_of(key);
    for (uint64_t at = key & table->mask;; at = (at + 1) & table->mask) {
        uint64_t slot = table->slots[at];
        if (!slot || ((slot & ~POINTER_MASK) == tag && row_of(slot)->key == key))
            return &table->slots[at];
    }
}

static void take_settlement(const struct table *table, struct rc_row *row)
{
    uint64_t *slot = table_find(table, row->key);
    row->where &= RC_ROW_WHERE; /* fresh */
    if (!*slot) {
        *slot = tag_of(row->key) | (uint64_t)(uintptr_t)row;
        return;
    }
    set_state(row_of(*slot), LEFT);
    set_state(row, LEFT);
}

/* An internal row takes the settlement row of its key when both are alone and
 * agree. The taken row's content, of no more use, remembers who took it, in case
 * a second internal row turns up. */
static bool take_internal(const struct table *table, const struct rc_row *row,
                          struct rc_leftovers *left, struct rc_error *err)
{
    struct rc_row *match = row_of(*table_find(table, row->key));
    if (!match)
        return leave(left, row->key, row->where, err);
    enum state state = state_of(match);
    if (state == FRESH && match->content == row->content) {
        set_state(match, TAKEN);
        match->content = row->where;
        return true;
    }
    if (state == TAKEN && !leave(left, row->key, match->content, err))
        return false;
    set_state(match, LEFT);
    return leave(left, row->key, row->where, err);
}

static int by_key(const void *a, const void *b)
{
    const struct rc_leftover *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->where > y->where) - (x->where < y->where);
}

static size_t total(const struct rc_spans *spans)
{
    size_t rows = 0;
    for (size_t i = 0; i < spans->count; i++)
        rows += spans->items[i].count;
    return rows;
}

bool rc_join(struct rc_spans spans[RC_SIDES], struct rc_leftovers left[RC_SIDES],
             struct rc_error *err)
{
    struct table table;
    const struct rc_spans *s = &spans[RC_SETTLEMENT], *i = &spans[RC_INTERNAL];
    bool ok = table_make(&table, total(s), err);
    if (!ok)
        return false;
    for (size_t n = 0; n < s->count; n++)
        for (size_t r = 0; r < s->items[n].count; r++)
            take_settlement(&table, &s->items[n].rows[r]);
    for (size_t n = 0; ok && n < i->count; n++)
        for (size_t r = 0; ok && r < i->items[n].count; r++)
            ok = take_internal(&table, &i->items[n].rows[r], &left[RC_INTERNAL], err);
    for (size_t n = 0; ok && n < s->count; n++)
        for (size_t r = 0; ok && r < s->items[n].count; r++) {
            const struct rc_row *row = &s->items[n].rows[r];
            if (state_of(row) != TAKEN)
                ok = leave(&left[RC_SETTLEMENT], row->key, row->where, err);
        }
    free(table.slots);
    for (int side = 0; side < RC_SIDES; side++)
        if (left[side].count)
            qsort(left[side].items, left[side].count, sizeof *left[side].items, by_key);
    return ok;
}

bool rc_join_all(struct rc_spans *spans, struct rc_leftovers *left, struct rc_error *err)
{
    for (size_t n = 0; n < spans->count; n++)
        for (size_t r = 0; r < spans->items[n].count; r++) {
            const struct rc_row *row = &spans->items[n].rows[r];
            if (!leave(left, row->key, row->where, err))
                return false;
            left->items[left->count - 1].where = row->where;
        }
    if (left->count)
        qsort(left->items, left->count, sizeof *left->items, by_key);
    return true;
}

/* ----- leftovers as a stream ----- */

static size_t text_of(const struct rc_leftover_stream *stream, const struct rc_entry *entry,
                      const uint8_t **bytes, uint8_t *room)
{
    const struct rc_job *job = stream->worker->job;
    struct rc_text id = rc_record_id(&entry->item.record);
    *bytes = (const uint8_t *)id.data;
    if (job->pass < 0)
        return id.length;
    *bytes = room;
    return rc_pass_key(&job->rules.passes[job->pass], &entry->item.record, room);
}

static int compare_texts(const struct rc_leftover_stream *stream, const struct rc_entry *a,
                         const struct rc_entry *b)
{
    uint8_t rooms[2][RC_CANONICAL_BYTES + 64];
    const uint8_t *x, *y;
    size_t x_length = text_of(stream, a, &x, rooms[0]);
    size_t y_length = text_of(stream, b, &y, rooms[1]);
    int order = memcmp(x, y, x_length < y_length ? x_length : y_length);
    return order ? order : (x_length > y_length) - (x_length < y_length);
}

static bool fetch(struct rc_leftover_stream *stream, size_t index, struct rc_entry **entry,
                  struct rc_error *err)
{
    const struct rc_leftover *row = &stream->left->items[index];
    *entry = NULL;
    stream->worker->read_back++;
    if (!rc_reader_fetch(stream->worker->reader[stream->side], row->where & RC_ROW_WHERE, entry,
                         err))
        return false;
    (*entry)->order = row->key;
    (*entry)->ambiguous = row->where >> 63;
    return true;
}

/* Keys are hashes: a run of one key may, very rarely, hold several texts. They are
 * given in the order of the texts, one text after the other: the smallest text
 * above the last one is looked for, then its entries are given. */
static bool next_text(struct rc_leftover_stream *stream, struct rc_error *err)
{
    struct rc_entry *smallest = NULL, *entry;
    for (size_t i = 0; i < stream->run; i++) {
        if (!fetch(stream, stream->at + i, &entry, err)) {
            rc_entry_free(smallest);
            return false;
        }
        bool above = !stream->floor || compare_texts(stream, entry, stream->floor) > 0;
        if (above && (!smallest || compare_texts(stream, entry, smallest) < 0)) {
            rc_entry_free(smallest);
            smallest = entry;
        } else {
            rc_entry_free(entry);
        }
    }
    rc_entry_free(stream->floor);
    stream->floor = smallest;
    stream->scan = 0;
    return true;
}

static void next_run(struct rc_leftover_stream *stream)
{
    const struct rc_leftovers *left = stream->left;
    stream->at += stream->run;
    stream->run = 0;
    while (stream->at + stream->run < left->count &&
           left->items[stream->at + stream->run].key == left->items[stream->at].key)
        stream->run++;
    stream->given = 0;
    stream->scan = 0;
}

static bool next_of_long_run(struct rc_leftover_stream *stream, struct rc_entry **entry,
                             struct rc_error *err)
{
    *entry = NULL;
    if ((!stream->floor || stream->scan == stream->run) && !next_text(stream, err))
        return false;
    while (stream->scan < stream->run) {
        struct rc_entry *found;
        if (!fetch(stream, stream->at + stream->scan++, &found, err))
            return false;
        if (compare_texts(stream, found, stream->floor) == 0) {
            stream->given++;
            *entry = found;
            return true;
        }
        rc_entry_free(found);
    }
    return next_of_long_run(stream, entry, err);
}

bool rc_leftover_next(void *context, struct rc_entry **entry, struct rc_error *err)
{
    struct rc_leftover_stream *stream = context;
    *entry = NULL;
    if (stream->given == stream->run) {
        rc_leftover_end(stream);
        next_run(stream);
    }
    if (!stream->run)
        return true;
    if (stream->run > 1)
        return next_of_long_run(stream, entry, err);
    stream->given = 1;
    return fetch(stream, stream->at, entry, err);
}

void rc_leftover_end(struct rc_leftover_stream *stream)
{
    rc_entry_free(stream->floor);
    stream->floor = NULL;
}
