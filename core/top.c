#include "core/top.h"

#include <stdlib.h>
#include <string.h>

struct rc_top {
    size_t room;
    size_t count;
    uint64_t *hashes; /* of the entries, apart, because all of them are looked at */
    struct rc_top_entry *entries;
};

struct rc_top *rc_top_new(size_t room)
{
    struct rc_top *top = calloc(1, sizeof *top);
    if (!top)
        return NULL;
    top->room = room;
    top->hashes = calloc(room, sizeof *top->hashes);
    top->entries = calloc(room, sizeof *top->entries);
    if (!room || !top->hashes || !top->entries) {
        rc_top_free(top);
        return NULL;
    }
    return top;
}

void rc_top_free(struct rc_top *top)
{
    if (!top)
        return;
    free(top->entries);
    free(top->hashes);
    free(top);
}

void rc_top_clear(struct rc_top *top)
{
    top->count = 0;
}

static size_t lightest(const struct rc_top *top)
{
    size_t least = 0;
    for (size_t i = 1; i < top->count; i++)
        if (top->entries[i].weight < top->entries[least].weight)
            least = i;
    return least;
}

static void add(struct rc_top *top, uint64_t hash, const char *label, size_t label_length,
                double weight, double error)
{
    size_t at = 0;
    while (at < top->count && top->hashes[at] != hash)
        at++;
    if (at < top->count) {
        top->entries[at].weight += weight;
        top->entries[at].error += error;
        return;
    }
    double before = 0;
    if (top->count < top->room) {
        top->count++;
    } else {
        at = lightest(top);
        before = top->entries[at].weight;
    }
    struct rc_top_entry *entry = &top->entries[at];
    top->hashes[at] = hash;
    entry->hash = hash;
    entry->weight = before + weight;
    entry->error = before + error;
    if (label_length > sizeof entry->label)
        label_length = sizeof entry->label;
    entry->label_length = (uint16_t)(label ? label_length : 0);
    if (entry->label_length)
        memcpy(entry->label, label, entry->label_length);
}

void rc_top_add(struct rc_top *top, uint64_t hash, const char *label, size_t label_length,
                double weight)
{
    add(top, hash, label, label_length, weight, 0);
}

/* The most that a key weighs which is not among the entries. */
static double missed(const struct rc_top *top)
{
    return top->count == top->room ? top->entries[lightest(top)].weight : 0;
}

static const struct rc_top_entry *find(const struct rc_top *top, uint64_t hash)
{
    for (size_t i = 0; i < top->count; i++)
        if (top->hashes[i] == hash)
            return &top->entries[i];
    return NULL;
}

void rc_top_merge(struct rc_top *top, const struct rc_top *other)
{
    double more = missed(other);
    for (size_t i = 0; i < top->count; i++) {
        const struct rc_top_entry *same = find(other, top->hashes[i]);
        top->entries[i].weight += same ? 0 : more;
        top->entries[i].error += same ? 0 : more;
    }
    for (size_t i = 0; i < other->count; i++) {
        const struct rc_top_entry *entry = &other->entries[i];
        add(top, entry->hash, entry->label, entry->label_length, entry->weight, entry->error);
    }
}

static int heavier(const void *a, const void *b)
{
    const struct rc_top_entry *one = a, *other = b;
    if (one->weight != other->weight)
        return one->weight > other->weight ? -1 : 1;
    return (one->hash > other->hash) - (one->hash < other->hash);
}

size_t rc_top_list(struct rc_top *top, const struct rc_top_entry **entries)
{
    if (top->count)
        qsort(top->entries, top->count, sizeof *top->entries, heavier);
    for (size_t i = 0; i < top->count; i++)
        top->hashes[i] = top->entries[i].hash;
    *entries = top->entries;
    return top->count;
}
