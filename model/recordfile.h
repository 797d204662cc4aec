/* Records of a fixed-width file by their number: each with its bytes, the fields
 * that its layout finds in them and the canonical record that it makes. Card numbers
 * are masked in all of it.
 *
 * Memory is bounded: an index keeps a place in the file every so many records, fewer
 * and fewer as the file grows, and reading goes on from the nearest. Building it
 * reads the file once, which is for a worker thread; before it is there, records can
 * be read from a place that is known, and from the file's beginning. */
#ifndef RC_MODEL_RECORDFILE_H
#define RC_MODEL_RECORDFILE_H

#include "base/error.h"
#include "core/record.h"

struct rc_layout;

struct rc_shown_field {
    const char *name, *type;
    uint32_t at, length; /* at: from 0, where it stands in this record */
    bool present;        /* it has bytes in this record */
    bool wrong;          /* it did not decode */
    bool card, filler;
    char *value; /* decoded; NULL: absent or wrong */
};

struct rc_shown_record {
    uint64_t number, offset;
    uint64_t framed_length;  /* with descriptors and newline */
    const char *type, *role; /* "" when it is of no type */
    uint8_t *raw;            /* masked */
    uint32_t raw_length;
    uint16_t *glyphs;              /* a code point for each byte; 0: no printable character */
    int16_t *field_of;             /* index of the field that a byte belongs to; -1 */
    struct rc_shown_field *fields; /* in the order of their bytes */
    size_t field_count;
    char reason[256];                 /* why it is not accepted; "" */
    char *canonical[RC_CANON_FIELDS]; /* NULL: there is none */
    bool mapped;                      /* it makes a canonical record */
    char unmapped[256];               /* why not */
};

void rc_shown_record_free(struct rc_shown_record *record);

/* A record of which only the bytes are there, by a layout (which must outlive the
 * record). NULL with an error. */
struct rc_shown_record *rc_shown_record_make(const struct rc_layout *layout, const uint8_t *bytes,
                                             uint32_t length, struct rc_error *err);

/* Whether a record that was read is the one whose masked bytes were kept; true where that
 * cannot be told, since of a transaction of several records all bytes are kept. */
bool rc_shown_record_is(const struct rc_layout *layout, const struct rc_shown_record *shown,
                        const uint8_t *kept, uint32_t length);

/* ----- a file ----- */

struct rc_recordfile;

/* The layout must outlive it. NULL with an error. */
struct rc_recordfile *rc_recordfile_open(const struct rc_layout *layout, const char *path,
                                         struct rc_error *err);
void rc_recordfile_close(struct rc_recordfile *file);
uint64_t rc_recordfile_bytes(const struct rc_recordfile *file);

struct rc_recordindex;

/* Reads the file to its end; gives up with RC_LIMIT when `cancelled` (NULL: never) says
 * so. May run on another thread. NULL with an error. */
struct rc_recordindex *rc_recordindex_build(const struct rc_layout *layout, const char *path,
                                            bool (*cancelled)(void), struct rc_error *err);
void rc_recordindex_free(struct rc_recordindex *index);

/* Takes the index over. */
void rc_recordfile_use(struct rc_recordfile *file, struct rc_recordindex *index);

/* Records of the file, all kinds counted; 0 as long as there is no index. */
uint64_t rc_recordfile_count(const struct rc_recordfile *file);

enum { RC_RECORDFILE_SCAN = 5000 }; /* records that are read without an index */

/* A record by its number from 1. NULL with an error: RC_USAGE when the file has no
 * such record, RC_LIMIT when it lies too far from its beginning to be found without the
 * index. */
struct rc_shown_record *rc_recordfile_read(struct rc_recordfile *file, uint64_t number,
                                           struct rc_error *err);

/* The same for one whose place is known; what stands before it is not. */
struct rc_shown_record *rc_recordfile_read_at(struct rc_recordfile *file, uint64_t number,
                                              uint64_t offset, struct rc_error *err);

#endif
