/* Cutting a stream of bytes into records: lines, fixed lengths, RDW and BDW+RDW.
 * Memory is bounded by the layout's longest record, never by the input. The
 * descriptor words are those of IBM z/OS (DFSMS Using Data Sets, "Format-V
 * records"). */
#ifndef RC_CORE_FRAME_H
#define RC_CORE_FRAME_H

#include "core/layout.h"

enum { RC_READ_PAST = 64 }; /* readable bytes behind every record */

enum rc_frame_result {
    RC_FRAME_RECORD,
    RC_FRAME_FAULT, /* bytes that are no record; reading goes on behind them */
    RC_FRAME_END,
    RC_FRAME_ERROR, /* reading failed: err is set */
};

struct rc_raw {
    const uint8_t *bytes; /* valid until the next call */
    uint32_t length;
    uint64_t number;        /* from 1; faults count too */
    uint64_t offset;        /* of the first byte, descriptor included, from the file's start */
    uint64_t framed_length; /* bytes taken from the input, descriptors and newline included */
    char reason[120];       /* of a fault */
};

struct rc_frame;

/* Reads from fd, which stays the caller's. With whole_file the file is read from
 * where it stands to its end, its header and footer bytes left out; without,
 * single records are read back from places that rc_frame_seek names, which
 * several threads may do on one fd. */
struct rc_frame *rc_frame_new(int fd, const struct rc_framing *framing, bool whole_file,
                              struct rc_error *err);
void rc_frame_free(struct rc_frame *frame);

/* The next record is the one at this offset; it will have this number. No more
 * than `limit` bytes are read from there on: what ends there ends the file. */
void rc_frame_seek(struct rc_frame *frame, uint64_t offset, uint64_t number, size_t limit);

enum rc_frame_result rc_frame_next(struct rc_frame *frame, struct rc_raw *raw,
                                   struct rc_error *err);

/* ----- for readers that know the stride of records ----- */

/* The bytes that are buffered behind the last record, at least `need` unless the
 * input ends before. Gives how many; sets *bytes. */
size_t rc_frame_peek(struct rc_frame *frame, size_t need, const uint8_t **bytes,
                     struct rc_error *err);

/* Takes records × stride of the peeked bytes as that many records. */
void rc_frame_take(struct rc_frame *frame, size_t stride, uint64_t records);

/* Number and offset that the next record will have. */
uint64_t rc_frame_number(const struct rc_frame *frame);
uint64_t rc_frame_offset(const struct rc_frame *frame);

#endif
