/* What the files of a discrepancy's view share: view_discrepancy.c (reading, keys) and
 * discrepancy_draw.c (the page). */
#ifndef RC_TUI_DISCREPANCY_INTERNAL_H
#define RC_TUI_DISCREPANCY_INTERNAL_H

#include "model/finding.h"
#include "model/live_day.h"
#include "model/overview.h"
#include "tui/notes.h"
#include "tui/page.h"
#include "tui/source.h"
#include "tui/view.h"

/* One discrepancy: its records field by field and byte by byte, and what looks like
 * them. */
struct rc_discrepancy_state {
    struct rc_finding *finding;
    struct rc_overview *day; /* whose program, date and sides it belongs to */
    struct rc_source source[RC_SIDES];
    struct rc_page page;
    struct rc_candidates *candidates; /* NULL: not looked for yet */
    bool searched;                    /* for candidates */
    size_t chosen[RC_SIDES];          /* the records that are compared; count: none */
    size_t raw_row;                   /* where the bytes begin on the page */
    uint32_t raw_left;                /* bytes that may still be put on it */
    enum rc_bytes_state bytes;        /* of its records, where the day is at AWS */
    struct rc_error no_bytes;         /* why they did not come */
    struct rc_notes notes;
    bool whole; /* all candidates were there when they were looked for */
};

enum rc_discrepancy_part { RC_DISCREPANCY_RECORD = 1, RC_DISCREPANCY_CANDIDATE };

/* The record of a side that is compared; NULL: it has none. */
const struct rc_finding_record *rc_discrepancy_chosen(const struct rc_discrepancy_state *state,
                                                      enum rc_side side);

/* Which bytes of a record differ from those in the same place of the other that it is compared
 * with; the caller's. NULL: they cannot be compared byte by byte, or without memory. */
bool *rc_discrepancy_bytes(const struct rc_discrepancy_state *state, size_t index);

/* Fills the page anew, for a width. */
void rc_discrepancy_fill(struct rc_view *view, int width);

#endif
