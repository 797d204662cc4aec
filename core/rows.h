/* Compact rows of one side, cut into partitions by their key and held within a
 * budget of memory: what does not fit goes to a temporary file, partition by
 * partition. A row is 24 bytes whatever the record was; the record itself is read
 * back from its file when it is needed. */
#ifndef RC_CORE_ROWS_H
#define RC_CORE_ROWS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rc_row {
    uint64_t key;     /* hash of the TransactionID, or of a pass's key */
    uint64_t content; /* hash of what has to agree; or what the store's user needs */
    uint64_t where;   /* RC_ROW_WHERE: the record's place; above it, the user's marks */
};

enum { RC_ROW_WHERE_BITS = 56 };

#define RC_ROW_WHERE (((uint64_t)1 << RC_ROW_WHERE_BITS) - 1)

struct rc_rows_options {
    uint64_t budget_bytes;   /* of memory for rows */
    unsigned partition_bits; /* 0..12: partitions are cut by the key's highest bits */
    uint32_t chunk_bytes;    /* rows are held in chunks of this size, 512..65536 */
    uint32_t slab_bytes;     /* chunks are cut from areas of this size, a power of two */
};

struct rc_rows;

struct rc_rows *rc_rows_new(const struct rc_rows_options *options, struct rc_error *err);
void rc_rows_free(struct rc_rows *rows);

uint32_t rc_rows_partitions(const struct rc_rows *rows);

/* The place for a new row of this key, to be filled by the caller; NULL with an
 * error when the temporary file cannot be written. One thread at a time. */
struct rc_row *rc_rows_add(struct rc_rows *rows, uint64_t key, struct rc_error *err);

uint64_t rc_rows_count(const struct rc_rows *rows, uint32_t partition);
uint64_t rc_rows_spilled(const struct rc_rows *rows); /* bytes written to the temporary file */

/* ----- reading, after the last row was added -----
 * Partitions may be read by several threads, each partition by one. */

/* Rows that stand next to each other in memory, and may be changed there. */
struct rc_span {
    struct rc_row *rows;
    size_t count;
};

/* The partition's rows as spans, in the order they were added as far as they are
 * in memory; what was spilled is read into memory of its own. Free with
 * rc_spans_free. */
struct rc_spans {
    struct rc_span *items;
    size_t count;
    struct rc_row *loaded;
};

bool rc_rows_read(struct rc_rows *rows, uint32_t partition, struct rc_spans *spans,
                  struct rc_error *err);
void rc_spans_free(struct rc_spans *spans);

/* An unnamed temporary file in $TMPDIR, else /var/tmp; -1 with an error. */
int rc_temporary_file(struct rc_error *err);

/* Writes all of it at an offset. */
bool rc_write_at(int fd, const void *bytes, size_t length, uint64_t offset, struct rc_error *err);

#endif
