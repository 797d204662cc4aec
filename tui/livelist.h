/* A list over a listing of a live session: it is filled while pages come, asked anew by
 * the refresh key and by the clock without losing what is there, and cancelled by Esc. What was
 * asked anew takes the place of the rows when it is complete; when it fails, they stay, dimmed,
 * with their age. A view takes this
 * as the first member of its state. */
#ifndef RC_TUI_LIVELIST_H
#define RC_TUI_LIVELIST_H

#include "model/live.h"
#include "tui/list.h"

struct rc_livelist {
    struct rc_list *list;     /* first: what tui/list.h works with */
    struct rc_listing *shown; /* whose rows are on the screen, or soon will be */
    struct rc_listing *next;  /* asked for anew; takes its place with its first rows */
    struct rc_listing *old;   /* whose rows are on the screen until those of shown are */
    uint64_t seen;            /* version of shown that was read */
    bool told;                /* that asking failed: of failures in a row the first is */
    uint64_t came_ms;         /* when the rows were complete; 0: they are not */
    struct rc_error stale;    /* why what was asked anew has not come; RC_OK: it has */
};

/* Opens a view whose words are a filter and nothing else, and has it ask (its `poll`). */
bool rc_livelist_open(struct rc_view *view, const char *arguments, struct rc_error *err);

/* What keys do that are not of one view alone: the refresh key asks anew (its `poll`), Esc
 * cancels, and the others do what they do in every list. */
bool rc_livelist_act(struct rc_view *view, enum rc_action action);

/* Takes a listing over, to free it; it is shown in place of the one that is, once it has
 * rows. NULL: err is told. */
void rc_livelist_take(struct rc_view *view, struct rc_listing *listing, const struct rc_error *err);

/* Shows what has come. `none` is said of an answer without rows ("": the usual). */
void rc_livelist_tick(struct rc_view *view, const char *none);

/* "loading WHAT, 12,000 so far"; false when nothing is loading. */
bool rc_livelist_waits(struct rc_view *view, const char *what, struct rc_buf *out);

/* What the rows are of ("": of all there is), and what tui/list.h says of them. */
void rc_livelist_where(struct rc_view *view, const char *of_what, struct rc_buf *out);

/* Esc: cancels what is loading; false when nothing is. */
bool rc_livelist_cancel(struct rc_view *view);

/* Frees the listings, and what tui/list.h has; requests that run end. */
void rc_livelist_close(struct rc_view *view);

/* Takes the first word, with what stands for blanks in it, off a view's arguments; gives
 * what is behind it. False when it does not fit. */
bool rc_livelist_word(const char **arguments, char *word, size_t size);

/* Appends the word as it stands in arguments: blanks and '%' become "%20" and "%25". What
 * does not fit leaves the buffer marked. */
void rc_livelist_encode(const char *word, struct rc_buf *out);

#endif
