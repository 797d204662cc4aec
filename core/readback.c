#include "core/ingest_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    NEAR_BYTES = 16 << 10,    /* records no further apart are read at once */
    WINDOW_BYTES = 256 << 10, /* and no more than this */
    ARENA_BYTES = 1 << 20,
};

/* Where the bytes of kept records live: areas that are filled one after the other. */
struct area {
    struct area *older;
    size_t used, size;
    uint8_t bytes[];
};

struct rc_reader {
    const struct rc_ingest *ingest;
    bool raw;
    bool walking; /* the frame stands behind a record that was read */
    struct rc_frame *frame;
    struct rc_parser *parser;
    uint8_t *window;
    struct area *area;
};

struct rc_reader *rc_reader_new(const struct rc_ingest *ingest, bool raw, struct rc_error *err)
{
    const struct rc_ingest_options *options = rc_ingest_settings(ingest);
    struct rc_reader *reader = calloc(1, sizeof *reader);
    struct rc_parse_options parse = {.file_date = rc_ingest_totals(ingest)->file_date,
                                     .card_key = options->card_key};
    struct rc_sink sink = {0};
    if (!reader || !(reader->window = calloc(1, WINDOW_BYTES + RC_READ_PAST))) {
        rc_reader_free(reader);
        rc_error_nomem(err);
        return NULL;
    }
    reader->ingest = ingest;
    reader->raw = raw;
    reader->parser = rc_parser_new(options->layout, &parse, &sink, err);
    reader->frame = rc_frame_new(options->fd, &options->layout->framing, false, err);
    if (reader->parser && reader->frame)
        return reader;
    rc_reader_free(reader);
    return NULL;
}

void rc_reader_forget(struct rc_reader *reader)
{
    while (reader->area) {
        struct area *older = reader->area->older;
        free(reader->area);
        reader->area = older;
    }
}

void rc_reader_free(struct rc_reader *reader)
{
    if (!reader)
        return;
    rc_reader_forget(reader);
    rc_parser_free(reader->parser);
    rc_frame_free(reader->frame);
    free(reader->window);
    free(reader);
}

static uint8_t *room(struct rc_reader *reader, size_t bytes, struct rc_error *err)
{
    struct area *area = reader->area;
    if (!area || area->size - area->used < bytes) {
        size_t size = bytes > ARENA_BYTES ? bytes : ARENA_BYTES;
        area = malloc(sizeof *area + size);
        if (!area) {
            rc_error_nomem(err);
            return NULL;
        }
        *area = (struct area){.older = reader->area, .size = size};
        reader->area = area;
    }
    return area->bytes + area->used;
}

static bool changed(struct rc_error *err, uint64_t offset)
{
    rc_error_set(err, RC_IO,
                 "the record at byte %llu does not read back as it was: the file changed while it "
                 "was being reconciled; run again",
                 (unsigned long long)offset);
    return false;
}

/* Keeps a record's canonical bytes, with room for raw ones behind them. */
static bool keep(struct rc_reader *reader, const struct rc_record *record,
                 const struct rc_where *where, size_t raw_room, struct rc_kept *kept,
                 struct rc_error *err)
{
    uint8_t *to = room(reader, RC_CANONICAL_BYTES + 64 + raw_room, err);
    if (!to)
        return false;
    kept->canonical = to;
    kept->canonical_length = (uint32_t)rc_record_canonical(record, ~0u, to);
    kept->where = *where;
    kept->raw = raw_room ? to + kept->canonical_length : NULL;
    kept->raw_length = 0;
    reader->area->used += kept->canonical_length;
    return true;
}

/* Adds raw bytes of the record that was kept last, masked. */
static void keep_raw(struct rc_reader *reader, int type, const uint8_t *bytes, uint32_t length,
                     struct rc_kept *kept)
{
    const struct rc_layout *layout = rc_ingest_settings(reader->ingest)->layout;
    uint8_t *to = reader->area->bytes + reader->area->used;
    memcpy(to, bytes, length);
    rc_mask_raw(layout, &layout->types[type], to, length);
    kept->raw_length += length;
    reader->area->used += length;
}

static bool keep_plain(struct rc_reader *reader, const struct rc_raw *raw, struct rc_kept *kept,
                       struct rc_error *err)
{
    struct rc_record record;
    struct rc_fault fault;
    int type;
    if (!rc_parser_read_one(reader->parser, raw, &record, &type, &fault))
        return changed(err, raw->offset);
    struct rc_where where = {raw->number, raw->offset, (uint32_t)raw->framed_length, 0};
    if (!keep(reader, &record, &where, reader->raw ? raw->length : 0, kept, err))
        return false;
    if (kept->raw)
        keep_raw(reader, type, raw->bytes, raw->length, kept);
    return true;
}

/* ----- one by one, counting on from an anchor ----- */

static bool fetch_framed(struct rc_reader *reader, struct rc_kept *kept,
                         const struct rc_anchor *anchor, struct rc_error *err)
{
    uint64_t offset = kept->row_where & RC_ROW_WHERE;
    enum rc_frame_result result;
    struct rc_raw raw;
    uint64_t from = anchor->offset, number = anchor->number;
    if (anchor->stride) {
        number += (offset - anchor->offset) / anchor->stride;
        from = offset;
    }
    /* Where the last record was read in the same stretch, it goes on from there. */
    bool ahead = reader->walking && rc_frame_offset(reader->frame) >= from &&
                 rc_frame_offset(reader->frame) <= offset;
    if (!ahead)
        rc_frame_seek(reader->frame, from, number, SIZE_MAX);
    reader->walking = true;
    do {
        result = rc_frame_next(reader->frame, &raw, err);
        if (result == RC_FRAME_ERROR)
            return false;
    } while (result != RC_FRAME_END && raw.offset < offset);
    if (result != RC_FRAME_RECORD || raw.offset != offset)
        return changed(err, offset);
    return keep_plain(reader, &raw, kept, err);
}

/* ----- many of one stride at once ----- */

static bool read_window(struct rc_reader *reader, uint64_t offset, size_t bytes,
                        struct rc_error *err)
{
    size_t done = 0;
    while (done < bytes) {
        unsigned long long at = offset + done;
        ssize_t got = pread(rc_ingest_settings(reader->ingest)->fd, reader->window + done,
                            bytes - done, (off_t)at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            rc_error_errno(err, RC_IO, "reading failed at byte %llu", at);
            return false;
        }
        if (got == 0)
            return changed(err, at);
        done += (size_t)got;
    }
    return true;
}

static uint32_t without_newline(const uint8_t *bytes, size_t length)
{
    if (length && bytes[length - 1] == '\n')
        length--;
    if (length && bytes[length - 1] == '\r')
        length--;
    return (uint32_t)length;
}

/* Reads as many of the items as stand near each other; gives how many. */
static size_t fetch_near(struct rc_reader *reader, struct rc_kept *const *items, size_t count,
                         const struct rc_anchor *anchor, struct rc_error *err)
{
    uint64_t first = items[0]->row_where & RC_ROW_WHERE, last = first;
    size_t stride = anchor->stride, taken = 1;
    bool lines = rc_ingest_settings(reader->ingest)->layout->framing.kind == RC_FRAME_LINES;
    for (; taken < count; taken++) {
        uint64_t offset = items[taken]->row_where & RC_ROW_WHERE;
        if (offset < last || offset - last > NEAR_BYTES || offset - first > WINDOW_BYTES - stride ||
            (offset - anchor->offset) % stride ||
            rc_anchors_find(rc_ingest_anchors(reader->ingest), offset) != anchor)
            break;
        last = offset;
    }
    if (!read_window(reader, first, (size_t)(last - first) + stride, err))
        return 0;
    for (size_t i = 0; i < taken; i++) {
        uint64_t offset = items[i]->row_where & RC_ROW_WHERE;
        const uint8_t *bytes = reader->window + (offset - first);
        struct rc_raw raw = {.bytes = bytes,
                             .length = lines ? without_newline(bytes, stride) : (uint32_t)stride,
                             .number = anchor->number + (offset - anchor->offset) / stride,
                             .offset = offset,
                             .framed_length = stride};
        if (!keep_plain(reader, &raw, items[i], err))
            return 0;
    }
    return taken;
}

static size_t fetch_plain(struct rc_reader *reader, struct rc_kept *const *items, size_t count,
                          struct rc_error *err)
{
    const struct rc_framing *framing = &rc_ingest_settings(reader->ingest)->layout->framing;
    uint64_t offset = items[0]->row_where & RC_ROW_WHERE;
    const struct rc_anchor *anchor = rc_anchors_find(rc_ingest_anchors(reader->ingest), offset);
    if (!anchor)
        return changed(err, offset);
    bool simple =
        (framing->kind == RC_FRAME_LINES && !framing->pad) || framing->kind == RC_FRAME_FIXED;
    bool regular = anchor->stride && (offset - anchor->offset) % anchor->stride == 0;
    if (simple && regular && anchor->stride <= WINDOW_BYTES)
        return fetch_near(reader, items, count, anchor, err);
    return fetch_framed(reader, items[0], anchor, err);
}

/* ----- transactions of several records: set aside as canonical bytes, their raw
 * bytes still in the file ----- */

static void keep_parts(struct rc_reader *reader, const struct rc_aside_parts *parts, uint32_t shown,
                       struct rc_kept *kept)
{
    bool lines = rc_ingest_settings(reader->ingest)->layout->framing.kind == RC_FRAME_LINES;
    for (uint32_t i = 0; i < parts->count; i++) {
        const struct rc_aside_part *part = &parts->items[i];
        if (part->at > shown || part->length > shown - part->at)
            break;
        const uint8_t *bytes = reader->window + part->at;
        if (lines && i) {
            reader->area->bytes[reader->area->used++] = '\n';
            kept->raw_length++;
        }
        keep_raw(reader, part->type, bytes,
                 lines ? without_newline(bytes, part->length) : part->length, kept);
    }
}

static bool fetch_aside(struct rc_reader *reader, struct rc_kept *kept, struct rc_error *err)
{
    uint8_t canonical[RC_CANONICAL_BYTES + 64];
    struct rc_where place;
    struct rc_record record;
    struct rc_aside_parts parts;
    size_t length;
    if (!rc_aside_read(rc_ingest_aside(reader->ingest), kept->row_where & RC_ROW_WHERE, &place,
                       &parts, canonical, &length, err))
        return false;
    if (!rc_record_from_canonical(canonical, length, &record))
        return changed(err, place.offset);
    uint32_t shown = place.length < WINDOW_BYTES ? place.length : WINDOW_BYTES;
    if (reader->raw && !read_window(reader, place.offset, shown, err))
        return false;
    if (!keep(reader, &record, &place, reader->raw ? shown : 0, kept, err))
        return false;
    if (kept->raw)
        keep_parts(reader, &parts, shown, kept);
    return true;
}

bool rc_reader_fetch(struct rc_reader *reader, struct rc_kept *const *items, size_t count,
                     struct rc_error *err)
{
    bool aside = rc_ingest_aside(reader->ingest) != NULL;
    for (size_t i = 0; i < count;) {
        size_t taken = aside ? fetch_aside(reader, items[i], err)
                             : fetch_plain(reader, items + i, count - i, err);
        if (!taken)
            return false;
        i += taken;
    }
    return true;
}
