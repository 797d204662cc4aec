/* A table of the day on the screen. It costs what is seen of it: rows are read when
 * they are drawn, a million as quickly as ten. Filtering, sorting, adding up and
 * saving are jobs; until a new order is there, the old rows stay.
 *
 * A view that is a list takes these functions into its operations, with
 * RC_LIST_STATE_BYTES of state; its table is the one that is named as the view. It adds
 * what Enter does. */
#ifndef RC_TUI_LIST_H
#define RC_TUI_LIST_H

#include "tui/view.h"

struct rc_list;

#define RC_LIST_STATE_BYTES sizeof(struct rc_list *)

/* The arguments are a filter. */
bool rc_list_open(struct rc_view *view, const char *arguments, struct rc_error *err);
void rc_list_close(struct rc_view *view);
void rc_list_draw(struct rc_view *view, struct rc_area area);
bool rc_list_act(struct rc_view *view, enum rc_action action);
void rc_list_where(struct rc_view *view, struct rc_buf *out);
bool rc_list_filter(struct rc_view *view, const char *text, struct rc_error *err);
bool rc_list_mouse(struct rc_view *view, const struct rc_mouse *mouse);

/* A list over what AWS answers, whose session it opens: rows come when rc_list_show has named
 * a listing. `place` is what stands before the filter in the view's arguments ("": nothing). */
bool rc_list_open_live(struct rc_view *view, const char *place, const char *filter,
                       struct rc_error *err);

/* Reads the rows of a listing, again when they are shown already. Cursor, marks and scroll stay
 * with their rows: those of another listing are found by the table's identity. */
void rc_list_show(struct rc_view *view, int64_t listing);

/* Its day has changed: reads the rows again, and adds them up. For the view's operations. */
void rc_list_changed(struct rc_view *view);

/* The listing whose rows are shown; 0: none. */
int64_t rc_list_shown(const struct rc_view *view);

/* What is said of the rows in the line below, and in their place when there are none
 * ("": the usual). */
void rc_list_say(struct rc_view *view, const char *below, enum rc_role role, const char *instead);

/* Names anew what stands before the filter in the view's arguments. */
void rc_list_place(struct rc_view *view, const char *place);

/* From now on the cursor stays at the last row, when it is there, as more come. */
void rc_list_follow(struct rc_view *view);

/* Moves the cursor to the next row below (direction 1) or above it (-1) in which a text
 * contains that one, without regard to case; looks at up to RC_LIST_SEEK rows, and gives how
 * many those were when it finds none. */
enum { RC_LIST_SEEK = 20000 };
bool rc_list_seek(struct rc_view *view, const char *text, int direction, uint64_t *seen);

/* Rows are drawn dimmed: they are not what there is now. */
void rc_list_dim(struct rc_view *view, bool dimmed);

/* Moves the cursor to the first row whose column is that text; false: there is none. */
bool rc_list_find(struct rc_view *view, const char *column, const char *text);

/* What a list has a use for, with Enter first. */
extern const enum rc_action rc_list_actions[];

/* The key of the row under the cursor; false when there are no rows. */
bool rc_list_selected(const struct rc_view *view, int64_t *key);

/* From a row's key to that of the row before it (direction -1) or behind it (1), with the
 * cursor; a key of 0: there is none. False when the key is not in the list. */
bool rc_list_step(struct rc_view *view, int64_t from, int direction, int64_t *key);

/* A cell of that row by the name of its column, as text ("" for none), cut at the
 * size. */
bool rc_list_cell(struct rc_view *view, const char *column, char *text, size_t size);

/* The keys of the rows that are on the screen, at most so many; gives how many. */
size_t rc_list_visible(const struct rc_view *view, int64_t *keys, size_t most);

/* What the row under the cursor tells of a subject (`subject` in tui/view.h), by the names of
 * its columns: program and, beside it, date; side, number, transaction_id, bucket, key or
 * object, version, queue, message_id, run, request. */
void rc_list_subject(struct rc_view *view, struct rc_subject *subject);

/* For the view's operations. */
bool rc_list_each_marked(struct rc_view *view, void (*visit)(void *ctx), void *ctx);

/* Rows that are marked. */
uint64_t rc_list_marked(const struct rc_view *view);

#endif
