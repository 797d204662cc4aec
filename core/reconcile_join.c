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

static size_t total(const struct rc_spans *spans)
{
    size_t rows = 0;
    for (size_t i = 0; i < spans->count; i++)
        rows += spans->items[i].count;
    return rows;
}

bool rc_join(const struct rc_spans spans[RC_SIDES], struct rc_leftovers left[RC_SIDES],
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
    return ok;
}
