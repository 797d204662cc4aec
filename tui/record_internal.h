/* What the two files of the record view share: view_record.c (reading, keys) and
 * record_draw.c. */
#ifndef RC_TUI_RECORD_INTERNAL_H
#define RC_TUI_RECORD_INTERNAL_H

#include "model/finding.h"
#include "tui/hex.h"
#include "tui/page.h"
#include "tui/source.h"
#include "tui/view.h"

/* One record of a file: its bytes with the fields of its layout over them, the fields'
 * values, and the canonical record that it makes. */
struct rc_record_state {
    bool of_day;
    uint64_t object;       /* of a live session: its number; 0: of none */
    char shown_path[1400]; /* as people know it */
    enum rc_side side;
    struct rc_overview *day;       /* of_day */
    struct rc_source source;       /* layout and path, also of a file without a day */
    struct rc_recordfile *file;    /* NULL: not there */
    struct rc_kept_record *kept;   /* what the day file keeps of the record asked for first */
    struct rc_shown_record *shown; /* NULL: not read yet */
    uint64_t number;
    bool indexing, on_fields;
    uint32_t byte; /* from 1, that the cursor is to stand on; 0: any */
    char note[400];
    struct rc_hex hex;
    struct rc_area hex_area;
    struct rc_page page; /* of the fields */
};

/* The field under the cursor; -1: none. */
int rc_record_field_at_cursor(const struct rc_record_state *state);

void rc_record_draw(struct rc_view *view, struct rc_area area);

#endif
