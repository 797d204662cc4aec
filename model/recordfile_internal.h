/* What model/recordfile.c and model/shownrecord.c share. */
#ifndef RC_MODEL_RECORDFILE_INTERNAL_H
#define RC_MODEL_RECORDFILE_INTERNAL_H

#include "core/frame.h"
#include "core/map.h"
#include "core/recognise.h"
#include "model/recordfile.h"

/* The decoded record of one type. */
struct rc_piece {
    struct rc_decoder *decoder;
    struct rc_value *values;
    uint8_t *bytes; /* its own, followed by RC_READ_PAST more */
    uint32_t length;
    int type;
    bool decoded; /* without a fault */
    struct rc_fault fault;
};

/* Copies and decodes bytes as a record of the type; what does not decode is NULL, and
 * the first such field is the fault. NULL without memory. */
struct rc_piece *rc_piece_new(const struct rc_layout *layout, int type, const uint8_t *bytes,
                              uint32_t length, int32_t file_date, struct rc_error *err);
void rc_piece_free(struct rc_piece *piece);

/* Fills a shown record from a piece (type -1 and no values when it is of no type),
 * without place and canonical fields. */
bool rc_shown_fill(const struct rc_layout *layout, const struct rc_piece *piece,
                   struct rc_shown_record *shown, struct rc_error *err);

/* Adds the canonical record that the standing records make. */
bool rc_shown_map(const struct rc_layout *layout, const struct rc_standing *standing,
                  struct rc_shown_record *shown, struct rc_error *err);

#endif
