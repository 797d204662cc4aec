#include "core/ingest_internal.h"

#include "core/rows.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WALK = 64, ASIDE_BUFFER = 256 << 10 };

/* ----- anchors ----- */

static bool push(struct rc_anchors *anchors, const struct rc_where *first, struct rc_error *err)
{
    if (anchors->count == anchors->capacity) {
        size_t capacity = anchors->capacity ? anchors->capacity * 2 : 16;
        struct rc_anchor *items = realloc(anchors->items, capacity * sizeof *items);
        if (!items) {
            rc_error_nomem(err);
            return false;
        }
        anchors->items = items;
        anchors->capacity = capacity;
    }
    anchors->items[anchors->count++] =
        (struct rc_anchor){first->offset, first->number, first->length};
    return true;
}

bool rc_anchors_note(struct rc_anchors *anchors, const struct rc_where *first, struct rc_error *err)
{
    struct rc_anchor *last = anchors->count ? &anchors->items[anchors->count - 1] : NULL;
    if (last && last->stride == first->length &&
        first->offset - last->offset == (first->number - last->number) * last->stride)
        return true;
    if (!last || first->number - last->number >= WALK)
        return push(anchors, first, err);
    last->stride = 0;
    return true;
}

const struct rc_anchor *rc_anchors_find(const struct rc_anchors *anchors, uint64_t offset)
{
    size_t low = 0, high = anchors->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (anchors->items[middle].offset <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low ? &anchors->items[low - 1] : NULL;
}

void rc_anchors_free(struct rc_anchors *anchors)
{
    free(anchors->items);
    *anchors = (struct rc_anchors){0};
}

/* ----- set aside ----- */

struct header {
    struct rc_where place;
    uint64_t length;
};

bool rc_aside_open(struct rc_aside *aside, struct rc_error *err)
{
    aside->buffer = malloc(ASIDE_BUFFER);
    if (!aside->buffer) {
        rc_error_nomem(err);
        return false;
    }
    aside->fd = rc_temporary_file(err);
    return aside->fd >= 0;
}

void rc_aside_close(struct rc_aside *aside)
{
    if (aside->fd >= 0)
        close(aside->fd);
    free(aside->buffer);
    *aside = (struct rc_aside){.fd = -1};
}

bool rc_aside_flush(struct rc_aside *aside, struct rc_error *err)
{
    if (!rc_write_at(aside->fd, aside->buffer, aside->used, aside->written, err))
        return false;
    aside->written += aside->used;
    aside->used = 0;
    return true;
}

bool rc_aside_add(struct rc_aside *aside, const struct rc_record *record,
                  const struct rc_where *place, uint64_t *where, struct rc_error *err)
{
    struct header header = {.place = *place};
    if (aside->used + sizeof header + RC_CANONICAL_BYTES + 64 > ASIDE_BUFFER &&
        !rc_aside_flush(aside, err))
        return false;
    *where = aside->written + aside->used;
    uint8_t *at = aside->buffer + aside->used;
    header.length = rc_record_canonical(record, ~0u, at + sizeof header);
    memcpy(at, &header, sizeof header);
    aside->used += sizeof header + header.length;
    return true;
}

bool rc_aside_read(const struct rc_aside *aside, uint64_t where, struct rc_where *place,
                   uint8_t *canonical, size_t *length, struct rc_error *err)
{
    struct header header;
    if (pread(aside->fd, &header, sizeof header, (off_t)where) == (ssize_t)sizeof header &&
        header.length <= RC_CANONICAL_BYTES &&
        pread(aside->fd, canonical, header.length, (off_t)(where + sizeof header)) ==
            (ssize_t)header.length) {
        *place = header.place;
        *length = header.length;
        return true;
    }
    rc_error_errno(err, RC_IO, "cannot read the temporary file back");
    return false;
}
