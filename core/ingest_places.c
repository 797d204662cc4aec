#include "core/ingest_internal.h"

#include "core/rows.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WALK = 64, ASIDE_BUFFER = 256 << 10 };

/* ----- anchors ----- */

static bool push(struct rc_anchors *anchors, const struct rc_where *first, struct rc_error *err)
{
    if (!anchors->items || anchors->count == anchors->capacity) {
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
    uint32_t length, parts;
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

void rc_aside_note(struct rc_aside *aside, const struct rc_layout *layout,
                   const struct rc_parsed *parsed)
{
    struct rc_aside_parts *parts = &aside->parts;
    const struct rc_raw *raw = parsed->raw;
    enum rc_record_role role = layout->types[parsed->type].role;
    bool words = layout->framing.kind == RC_FRAME_RDW || layout->framing.kind == RC_FRAME_BDW;
    uint64_t lead = words ? raw->framed_length - raw->length : 0;
    uint64_t length = raw->framed_length - lead; /* a padded line has fewer than it gives */
    if (role == RC_DETAIL)
        *parts = (struct rc_aside_parts){.offset = raw->offset};
    else if (role != RC_ADDENDA || !parts->count)
        return;
    if (parts->count < RC_ASIDE_PARTS)
        parts->items[parts->count++] =
            (struct rc_aside_part){.at = (uint32_t)(raw->offset + lead - parts->offset),
                                   .length = length < raw->length ? (uint32_t)length : raw->length,
                                   .type = parsed->type};
}

bool rc_aside_add(struct rc_aside *aside, const struct rc_record *record,
                  const struct rc_where *place, uint64_t *where, struct rc_error *err)
{
    struct header header = {.place = *place, .parts = aside->parts.count};
    size_t parts = header.parts * sizeof *aside->parts.items;
    if (aside->used + sizeof header + parts + RC_CANONICAL_BYTES + 64 > ASIDE_BUFFER &&
        !rc_aside_flush(aside, err))
        return false;
    *where = aside->written + aside->used;
    uint8_t *at = aside->buffer + aside->used;
    header.length = (uint32_t)rc_record_canonical(record, ~0u, at + sizeof header + parts);
    memcpy(at, &header, sizeof header);
    memcpy(at + sizeof header, aside->parts.items, parts);
    aside->used += sizeof header + parts + header.length;
    aside->parts.count = 0;
    return true;
}

static bool read_all(const struct rc_aside *aside, void *to, size_t length, uint64_t *from)
{
    ssize_t got = pread(aside->fd, to, length, (off_t)*from);
    *from += length;
    return got == (ssize_t)length;
}

bool rc_aside_read(const struct rc_aside *aside, uint64_t where, struct rc_where *place,
                   struct rc_aside_parts *parts, uint8_t *canonical, size_t *length,
                   struct rc_error *err)
{
    struct header header;
    if (read_all(aside, &header, sizeof header, &where) && header.parts <= RC_ASIDE_PARTS &&
        header.length <= RC_CANONICAL_BYTES &&
        read_all(aside, parts->items, header.parts * sizeof *parts->items, &where) &&
        read_all(aside, canonical, header.length, &where)) {
        *place = header.place;
        *length = header.length;
        parts->offset = header.place.offset;
        parts->count = header.parts;
        return true;
    }
    rc_error_errno(err, RC_IO, "cannot read the temporary file back");
    return false;
}
