/* Which type a record is: by its bytes, and by where it stands among the others. */
#ifndef RC_CORE_RECOGNISE_H
#define RC_CORE_RECOGNISE_H

#include "core/layout.h"

/* What stands before a record, as types of the layout; -1: none. */
struct rc_position {
    bool unknown;                  /* nothing is known of it: every type may stand here */
    int previous;                  /* that is no filler */
    int batch_header, file_header; /* that are open */
};

extern const struct rc_position rc_position_start;
extern const struct rc_position rc_position_unknown;

/* Whether a record's bytes are those of the type, wherever it stands. */
bool rc_type_matches(const struct rc_record_type *type, const uint8_t *bytes, uint32_t length);

/* Whether a record of the type may stand there. */
bool rc_may_stand(const struct rc_position *position, const struct rc_record_type *type);

/* The type of a record, the first that may stand here; -1 when there is none.
 * *misplaced: the first that its bytes match but that may not stand here, or -1. */
int rc_recognise(const struct rc_layout *layout, const struct rc_position *position,
                 const uint8_t *bytes, uint32_t length, int *misplaced);

/* The position behind a record of that type. */
void rc_position_pass(const struct rc_layout *layout, struct rc_position *position, int type);

#endif
