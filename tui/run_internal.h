/* What the files of the view of a run share: view_run.c (what is asked for, keys) and run_draw.c
 * (its pages). */
#ifndef RC_TUI_RUN_INTERNAL_H
#define RC_TUI_RUN_INTERNAL_H

#include "model/live.h"
#include "tui/page.h"
#include "tui/view.h"

enum rc_run_row_kind { RC_ROW_RUN, RC_ROW_STEP, RC_ROW_ATTEMPT, RC_ROW_WAIT };

/* A row of the table, without its texts. */
struct rc_run_row {
    enum rc_run_row_kind kind;
    char name[100], state[16], route[12], task[32], size[48], error[64];
    char cause[200]; /* its beginning */
    int64_t step, depth, number, began_ms, ended_ms;
};

struct rc_run_view {
    char name[128];
    struct rc_listing *shown, *next;
    struct rc_table *table;   /* of the shown one */
    struct rc_run_row *parts; /* its rows */
    size_t count, room;
    struct rc_page head, steps, detail; /* the head does not scroll */
    int64_t detailed;                   /* the row that the detail is of; -1: none */
    int width;                          /* that the pages were filled for */
    bool ascii;                         /* likewise */
    bool in_detail;                     /* the keys move there */
};

/* The cell of a row of the table "run". */
const struct rc_cell_value *rc_run_cell(const struct rc_cell_value *cells, const char *column);

/* Fills the head and the steps, which are rows of the run's table, for a width. */
void rc_run_fill_steps(struct rc_run_view *state, int width);

/* Fills the detail with a step's attempts, then why the last of them failed, then what went in and
 * came out. */
void rc_run_fill_detail(struct rc_view *view, size_t row, int width);

#endif
