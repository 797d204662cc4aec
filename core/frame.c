#include "core/frame.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WINDOW_BYTES = 256 << 10 };

struct rc_frame {
    struct rc_framing framing;
    int fd;
    uint8_t *window; /* size + RC_READ_PAST bytes */
    size_t size;
    size_t at, end;  /* unread bytes */
    uint64_t offset; /* of window[at] in the file */
    uint64_t number; /* of the next record */
    size_t hold;     /* footer bytes, never given out */
    bool eof, started, whole_file;
    uint64_t position; /* in the file, when single records are read back */
    size_t limit;      /* bytes that may still be read from there */
    bool lost;         /* a descriptor was wrong: what follows cannot be cut */
    uint64_t block_left;
    uint8_t *padded; /* a short line, filled up */
};

struct rc_frame *rc_frame_new(int fd, const struct rc_framing *framing, bool whole_file,
                              struct rc_error *err)
{
    struct rc_frame *frame = calloc(1, sizeof *frame);
    if (!frame)
        goto nomem;
    frame->framing = *framing;
    frame->fd = fd;
    frame->whole_file = whole_file;
    frame->hold = whole_file ? framing->file_footer_bytes : 0;
    frame->number = 1;
    size_t need = 2 * ((size_t)framing->max_length + 16) + frame->hold + framing->file_header_bytes;
    frame->size = whole_file && need < WINDOW_BYTES ? WINDOW_BYTES : need;
    frame->window = calloc(1, frame->size + RC_READ_PAST);
    frame->padded = framing->pad ? calloc(1, framing->length + RC_READ_PAST) : NULL;
    if (!frame->window || (framing->pad && !frame->padded))
        goto nomem;
    return frame;
nomem:
    rc_frame_free(frame);
    rc_error_nomem(err);
    return NULL;
}

void rc_frame_free(struct rc_frame *frame)
{
    if (!frame)
        return;
    free(frame->window);
    free(frame->padded);
    free(frame);
}

void rc_frame_seek(struct rc_frame *frame, uint64_t offset, uint64_t number, size_t limit)
{
    frame->position = offset;
    frame->limit = limit;
    frame->at = frame->end = 0;
    frame->eof = frame->lost = false;
    frame->started = true;
    frame->offset = offset;
    frame->number = number;
    frame->block_left = 0;
}

static ssize_t read_on(struct rc_frame *frame)
{
    return read(frame->fd, frame->window + frame->end, frame->size - frame->end);
}

static ssize_t read_back(struct rc_frame *frame)
{
    size_t room = frame->size - frame->end;
    room = room < frame->limit ? room : frame->limit;
    ssize_t got =
        room ? pread(frame->fd, frame->window + frame->end, room, (off_t)frame->position) : 0;
    if (got > 0) {
        frame->position += (size_t)got;
        frame->limit -= (size_t)got;
    }
    return got;
}

/* Reads until `need` bytes are there behind the held footer, or the input ends. */
static bool fill(struct rc_frame *frame, size_t need, struct rc_error *err)
{
    while (!frame->eof && frame->end - frame->at < need + frame->hold) {
        if (frame->at && frame->size - frame->end < frame->size / 2) {
            memmove(frame->window, frame->window + frame->at, frame->end - frame->at);
            frame->end -= frame->at;
            frame->at = 0;
        }
        ssize_t got = frame->whole_file ? read_on(frame) : read_back(frame);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            uint64_t at = frame->offset + (frame->end - frame->at);
            rc_error_errno(err, RC_IO, "reading failed at byte %llu", (unsigned long long)at);
            return false;
        }
        frame->eof = got == 0 || (!frame->whole_file && !frame->limit);
        frame->end += (size_t)got;
    }
    return true;
}

/* Bytes that may be given out. */
static size_t available(const struct rc_frame *frame)
{
    size_t there = frame->end - frame->at;
    return there > frame->hold ? there - frame->hold : 0;
}

static void advance(struct rc_frame *frame, size_t bytes)
{
    frame->at += bytes;
    frame->offset += bytes;
}

static bool start(struct rc_frame *frame, struct rc_error *err)
{
    if (frame->started)
        return true;
    frame->started = true;
    size_t skip = frame->whole_file ? frame->framing.file_header_bytes : 0;
    if (!fill(frame, skip, err))
        return false;
    size_t there = available(frame);
    advance(frame, skip < there ? skip : there);
    return true;
}

size_t rc_frame_peek(struct rc_frame *frame, size_t need, const uint8_t **bytes,
                     struct rc_error *err)
{
    if (!start(frame, err) || !fill(frame, need, err))
        return 0;
    *bytes = frame->window + frame->at;
    return available(frame);
}

void rc_frame_take(struct rc_frame *frame, size_t stride, uint64_t records)
{
    advance(frame, stride * records);
    frame->number += records;
}

uint64_t rc_frame_number(const struct rc_frame *frame)
{
    return frame->number;
}

uint64_t rc_frame_offset(const struct rc_frame *frame)
{
    return frame->offset;
}

/* ----- one record ----- */

static enum rc_frame_result give(struct rc_frame *frame, struct rc_raw *raw, size_t skip,
                                 size_t length, size_t framed)
{
    raw->bytes = frame->window + frame->at + skip;
    raw->length = (uint32_t)length;
    raw->number = frame->number++;
    raw->framed_length = framed;
    advance(frame, framed);
    return RC_FRAME_RECORD;
}

/* The bytes up to the end of the buffer as a fault; nothing can follow. */
static enum rc_frame_result give_up(struct rc_frame *frame, struct rc_raw *raw, const char *reason)
{
    size_t there = available(frame);
    size_t shown = there < frame->framing.max_length ? there : frame->framing.max_length;
    give(frame, raw, 0, shown, there);
    frame->block_left = 0;
    snprintf(raw->reason, sizeof raw->reason, "%s", reason);
    return RC_FRAME_FAULT;
}

/* A line over the limit: its beginning is kept, the rest is skipped unseen. */
static enum rc_frame_result skip_line(struct rc_frame *frame, struct rc_raw *raw,
                                      struct rc_error *err)
{
    size_t kept = frame->framing.max_length;
    uint64_t from = frame->offset;
    snprintf(raw->reason, sizeof raw->reason,
             "no newline within the %u bytes that the layout allows a record",
             frame->framing.max_length);
    uint8_t *keep = malloc(kept + RC_READ_PAST);
    if (!keep) {
        rc_error_nomem(err);
        return RC_FRAME_ERROR;
    }
    memcpy(keep, frame->window + frame->at, kept);
    for (;;) {
        size_t there = available(frame);
        const uint8_t *begin = frame->window + frame->at;
        const uint8_t *newline = there ? memchr(begin, '\n', there) : NULL;
        advance(frame, newline ? (size_t)(newline - begin) + 1 : there);
        if (newline || frame->eof)
            break;
        if (!fill(frame, 1, err)) {
            free(keep);
            return RC_FRAME_ERROR;
        }
    }
    /* The window is free now up to `at`, unless the line ended right at its start. */
    free(frame->padded);
    frame->padded = keep;
    raw->bytes = keep;
    raw->length = (uint32_t)kept;
    raw->number = frame->number++;
    raw->framed_length = frame->offset - from;
    return RC_FRAME_FAULT;
}

static enum rc_frame_result check_line(struct rc_frame *frame, struct rc_raw *raw)
{
    uint32_t length = frame->framing.length;
    if (!length || raw->length == length)
        return RC_FRAME_RECORD;
    if (frame->framing.pad && raw->length < length && raw->length > 0) {
        memcpy(frame->padded, raw->bytes, raw->length);
        memset(frame->padded + raw->length, frame->framing.blank, length - raw->length);
        raw->bytes = frame->padded;
        raw->length = length;
        return RC_FRAME_RECORD;
    }
    snprintf(raw->reason, sizeof raw->reason, "the line has %u bytes, the layout says %u",
             raw->length, length);
    return RC_FRAME_FAULT;
}

static enum rc_frame_result next_line(struct rc_frame *frame, struct rc_raw *raw,
                                      struct rc_error *err)
{
    size_t most = (size_t)frame->framing.max_length + 2;
    if (!fill(frame, most, err))
        return RC_FRAME_ERROR;
    size_t there = available(frame);
    if (!there)
        return RC_FRAME_END;
    const uint8_t *begin = frame->window + frame->at;
    const uint8_t *newline = memchr(begin, '\n', there < most ? there : most);
    if (!newline && there >= most)
        return skip_line(frame, raw, err);
    size_t length = newline ? (size_t)(newline - begin) : there;
    size_t framed = length + (newline != NULL);
    if (length && begin[length - 1] == '\r')
        length--;
    if (length > frame->framing.max_length) {
        give(frame, raw, 0, frame->framing.max_length, framed);
        snprintf(raw->reason, sizeof raw->reason, "the line has %zu bytes, the layout says %u",
                 length, frame->framing.max_length);
        return RC_FRAME_FAULT;
    }
    give(frame, raw, 0, length, framed);
    if (!newline && frame->framing.length && length < frame->framing.length &&
        !frame->framing.pad) {
        snprintf(raw->reason, sizeof raw->reason,
                 "the file ends after %zu of the %u bytes of this record", length,
                 frame->framing.length);
        return RC_FRAME_FAULT;
    }
    return check_line(frame, raw);
}

static enum rc_frame_result next_fixed(struct rc_frame *frame, struct rc_raw *raw,
                                       struct rc_error *err)
{
    char reason[80];
    size_t length = frame->framing.length;
    if (!fill(frame, length, err))
        return RC_FRAME_ERROR;
    size_t there = available(frame);
    if (!there)
        return RC_FRAME_END;
    if (there >= length)
        return give(frame, raw, 0, length, length);
    snprintf(reason, sizeof reason, "the file ends after %zu of the %zu bytes of this record",
             there, length);
    return give_up(frame, raw, reason);
}

/* The length in a descriptor word, its own four bytes not counted; -1 when it
 * cannot be one. */
static int64_t descriptor(const struct rc_frame *frame, const uint8_t *word)
{
    int64_t length = frame->framing.little_endian ? word[1] << 8 | word[0] : word[0] << 8 | word[1];
    if (word[2] || word[3])
        return -1;
    return frame->framing.inclusive ? length - 4 : length;
}

static enum rc_frame_result lose(struct rc_frame *frame, struct rc_raw *raw, const char *what,
                                 const uint8_t *word)
{
    char reason[120];
    frame->lost = true;
    snprintf(reason, sizeof reason,
             "%s %02X%02X%02X%02X is not valid; what follows cannot be cut into records", what,
             word[0], word[1], word[2], word[3]);
    return give_up(frame, raw, reason);
}

static enum rc_frame_result next_rdw(struct rc_frame *frame, struct rc_raw *raw, size_t lead,
                                     struct rc_error *err)
{
    if (!fill(frame, lead + 4, err))
        return RC_FRAME_ERROR;
    size_t there = available(frame);
    if (there < lead + 4)
        return give_up(frame, raw, "the file ends in the middle of a descriptor word");
    const uint8_t *word = frame->window + frame->at + lead;
    int64_t length = descriptor(frame, word);
    if (length < 0 || length > frame->framing.max_length)
        return lose(frame, raw, "record descriptor word", word);
    if (!fill(frame, lead + 4 + (size_t)length, err))
        return RC_FRAME_ERROR;
    there = available(frame);
    if (there < lead + 4 + (size_t)length)
        return give_up(frame, raw, "the file ends in the middle of a record");
    if (frame->framing.kind == RC_FRAME_BDW) {
        if ((uint64_t)length + 4 > frame->block_left)
            return lose(frame, raw, "record past its block: descriptor word",
                        frame->window + frame->at + lead);
        frame->block_left -= (uint64_t)length + 4;
    }
    return give(frame, raw, lead + 4, (size_t)length, lead + 4 + (size_t)length);
}

static enum rc_frame_result next_block(struct rc_frame *frame, struct rc_raw *raw,
                                       struct rc_error *err)
{
    if (frame->block_left)
        return next_rdw(frame, raw, 0, err);
    if (!fill(frame, 4, err))
        return RC_FRAME_ERROR;
    if (available(frame) < 4)
        return give_up(frame, raw, "the file ends in the middle of a block descriptor word");
    const uint8_t *word = frame->window + frame->at;
    int64_t length = descriptor(frame, word);
    if (length < 4)
        return lose(frame, raw, "block descriptor word", word);
    frame->block_left = (uint64_t)length;
    return next_rdw(frame, raw, 4, err);
}

enum rc_frame_result rc_frame_next(struct rc_frame *frame, struct rc_raw *raw, struct rc_error *err)
{
    if (!start(frame, err))
        return RC_FRAME_ERROR;
    raw->reason[0] = '\0';
    raw->offset = frame->offset;
    if (frame->framing.kind == RC_FRAME_LINES)
        return next_line(frame, raw, err);
    if (frame->framing.kind == RC_FRAME_FIXED)
        return next_fixed(frame, raw, err);
    if (!fill(frame, 1, err))
        return RC_FRAME_ERROR;
    if (!available(frame) && frame->block_left)
        return give_up(frame, raw, "the file ends in the middle of a block");
    if (frame->lost || !available(frame)) {
        while (frame->lost && !frame->eof) { /* what cannot be cut is still read to its end */
            advance(frame, available(frame));
            if (!fill(frame, 1, err))
                return RC_FRAME_ERROR;
        }
        return RC_FRAME_END;
    }
    return frame->framing.kind == RC_FRAME_BDW ? next_block(frame, raw, err)
                                               : next_rdw(frame, raw, 0, err);
}
