/* How the records of a side are found again: core/ingest_places.c keeps where they
 * stand, core/readback.c reads them. */
#ifndef RC_CORE_INGEST_INTERNAL_H
#define RC_CORE_INGEST_INTERNAL_H

#include "core/ingest.h"

/* ----- plain layouts: a record is found by its offset, its number from an anchor
 * before it. Records of one stride need one anchor however many they are; others
 * one for every 64. ----- */

struct rc_anchor {
    uint64_t offset, number;
    uint64_t stride; /* 0: records up to the next anchor have to be walked */
};

struct rc_anchors {
    struct rc_anchor *items;
    size_t count, capacity;
};

/* Notes a run of records that begins at *first with its stride. */
bool rc_anchors_note(struct rc_anchors *anchors, const struct rc_where *first,
                     struct rc_error *err);
const struct rc_anchor *rc_anchors_find(const struct rc_anchors *anchors, uint64_t offset);
void rc_anchors_free(struct rc_anchors *anchors);

/* ----- transactions that need their context: set aside as canonical bytes in a
 * temporary file, with the places of the records that they were made of, whose
 * types tell what of their raw bytes has to be masked ----- */

enum { RC_ASIDE_PARTS = 256 }; /* records of a transaction that are shown */

struct rc_aside_part {
    uint32_t at; /* bytes from the transaction's first */
    uint32_t length;
    int32_t type;
};

struct rc_aside_parts {
    uint64_t offset; /* of the transaction */
    uint32_t count;
    struct rc_aside_part items[RC_ASIDE_PARTS];
};

struct rc_aside {
    int fd;
    uint64_t written;
    uint8_t *buffer;
    size_t used;
    struct rc_aside_parts parts; /* of the transaction at hand */
};

bool rc_aside_open(struct rc_aside *aside, struct rc_error *err);

/* Notes a detail or one of its addenda; rc_aside_add ends the transaction. */
void rc_aside_note(struct rc_aside *aside, const struct rc_layout *layout,
                   const struct rc_parsed *parsed);
bool rc_aside_add(struct rc_aside *aside, const struct rc_record *record,
                  const struct rc_where *place, uint64_t *where, struct rc_error *err);
bool rc_aside_flush(struct rc_aside *aside, struct rc_error *err);

/* canonical has RC_CANONICAL_BYTES + 64 bytes. */
bool rc_aside_read(const struct rc_aside *aside, uint64_t where, struct rc_where *place,
                   struct rc_aside_parts *parts, uint8_t *canonical, size_t *length,
                   struct rc_error *err);
void rc_aside_close(struct rc_aside *aside);

/* ----- what readback needs of an ingest ----- */

const struct rc_ingest_options *rc_ingest_settings(const struct rc_ingest *ingest);
const struct rc_anchors *rc_ingest_anchors(const struct rc_ingest *ingest);
const struct rc_aside *rc_ingest_aside(const struct rc_ingest *ingest); /* NULL: plain */

#endif
