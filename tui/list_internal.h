/* What the files of the list share: list.c (state, cursor, marks), list_query.c
 * (filter and order), list_draw.c, list_export.c (copy and save). */
#ifndef RC_TUI_LIST_INTERNAL_H
#define RC_TUI_LIST_INTERNAL_H

#include "tui/list.h"

enum {
    RC_LIST_FILTER_BYTES = 1024,
    RC_LIST_PLACE_BYTES = 1024,
    RC_LIST_SUMS_BYTES = 8192,
    RC_LIST_PAGE_BYTES = 16 << 20, /* texts of the rows of one screen */
    RC_LIST_CELL_BYTES = 1024,     /* kept of one cell, far more than a column shows */
};

struct rc_list_query {
    char filter[RC_LIST_FILTER_BYTES];
    const struct rc_column *sort; /* NULL: as in the file */
    bool descending;
    int64_t scope; /* the listing; 0: of a day, or none yet */
};

/* Keys that are marked, a bit each. */
struct rc_marks {
    uint8_t *bits;
    size_t bytes;
    uint64_t count;
    uint64_t changes; /* how often one was set or taken away */
};

struct rc_list_cell {
    size_t at;
    uint32_t length;
    enum rc_role role;
};

/* The rows that were drawn last, as text. */
struct rc_list_page {
    struct rc_buf text;
    struct rc_list_cell *cells; /* rows × columns */
    size_t capacity;
    uint64_t first, generation;
    int rows, wanted; /* read, and asked for */
};

struct rc_list_place {
    int column, x, width;
    bool whole; /* as wide as it should be */
};

struct rc_list {
    struct rc_view *view;
    const struct rc_table_def *def;
    int shown[RC_TABLE_COLUMNS]; /* columns that are on screen, in order */
    int shown_count;

    struct rc_table *table;             /* NULL: the first rows are not there yet */
    uint64_t generation;                /* counts the tables */
    struct rc_list_query query, wanted; /* of the rows, and of those that will be */
    struct rc_buf sums;
    void *job; /* the newest of this list that is running */

    uint64_t cursor, top;
    struct rc_marks marks;
    uint64_t mark_anchor;
    bool has_sums, old_sums;
    bool follows; /* the last row stays under the cursor */
    bool has_anchor;

    int left;                     /* of shown: the first behind those that stay */
    int choice;                   /* of shown: the column that O sorts by; -1: none chosen */
    bool reveal;                  /* bring the chosen column into sight */
    int widths[RC_TABLE_COLUMNS]; /* the widest text seen */

    /* As drawn last. */
    struct rc_list_page page;
    struct rc_list_place places[RC_TABLE_COLUMNS];
    int place_count;
    int body;       /* rows of the screen for rows of the table */
    bool last_seen; /* the last column is there in full */
    /* What a live view says of its rows. */
    char place[RC_LIST_PLACE_BYTES];
    char below[128], instead[RC_ERROR_TEXT_BYTES];
    enum rc_role instead_role;
    bool dimmed;
};

struct rc_list *rc_list_of(const struct rc_view *view);
uint64_t rc_list_count(const struct rc_list *list);

/* Makes the view's arguments say what a filter shows. */
void rc_list_tell(struct rc_list *list, const char *filter);

/* Keeps cursor and top where rows are. */
void rc_list_settle(struct rc_list *list);

bool rc_marks_has(const struct rc_marks *marks, int64_t key);
bool rc_marks_set(struct rc_marks *marks, int64_t key, bool on);
void rc_marks_clear(struct rc_marks *marks);

/* ----- list_query.c ----- */

/* What to do with the cursor when the rows are there. */
enum rc_list_keep {
    RC_LIST_TOP,
    RC_LIST_KEEP_INDEX,
    RC_LIST_KEEP_ROW,
    RC_LIST_KEEP_PLACE, /* the row, and where it stands on the screen */
};

/* Starts what makes list->wanted come true. */
void rc_list_run(struct rc_list *list, const char *what, enum rc_list_keep keep);
void rc_list_sort_by(struct rc_list *list, const struct rc_column *column);
void rc_list_invert(struct rc_list *list);

/* ----- list_export.c ----- */

void rc_list_copy(struct rc_list *list);
void rc_list_save(struct rc_list *list);

#endif
