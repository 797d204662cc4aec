#include "tui/list.h"

#include "model/filter.h"
#include "tui/list_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WHEEL_ROWS = 3 };

const enum rc_action rc_list_actions[] = {
    RC_DO_ENTER,       RC_DO_FILTER,       RC_DO_SORT,    RC_DO_INVERT,     RC_DO_MARK,
    RC_DO_SAVE,        RC_DO_COPY,         RC_DO_DOWN,    RC_DO_UP,         RC_DO_PAGE_DOWN,
    RC_DO_PAGE_UP,     RC_DO_TOP,          RC_DO_BOTTOM,  RC_DO_LEFT,       RC_DO_RIGHT,
    RC_DO_COLUMN_LEFT, RC_DO_COLUMN_RIGHT, RC_DO_REFRESH, RC_DO_MARK_RANGE, RC_ACTION_NONE};

struct rc_list *rc_list_of(const struct rc_view *view)
{
    struct rc_list **state = view->state;
    return *state;
}

uint64_t rc_list_count(const struct rc_list *list)
{
    return list->table ? rc_table_count(list->table) : 0;
}

/* ----- marks ----- */

bool rc_marks_has(const struct rc_marks *marks, int64_t key)
{
    size_t byte = (size_t)key / 8;
    return byte < marks->bytes && marks->bits[byte] >> (key % 8) & 1;
}

bool rc_marks_set(struct rc_marks *marks, int64_t key, bool on)
{
    size_t byte = (size_t)key / 8;
    if (rc_marks_has(marks, key) == on)
        return true;
    if (byte >= marks->bytes) {
        size_t bytes = byte + byte / 2 + 64;
        uint8_t *bits = realloc(marks->bits, bytes);
        if (!bits)
            return false;
        memset(bits + marks->bytes, 0, bytes - marks->bytes);
        marks->bits = bits;
        marks->bytes = bytes;
    }
    marks->bits[byte] ^= (uint8_t)(1U << (key % 8));
    marks->count += on ? 1 : (uint64_t)-1;
    marks->changes++;
    return true;
}

void rc_marks_clear(struct rc_marks *marks)
{
    uint64_t changes = marks->changes + 1;
    free(marks->bits);
    *marks = (struct rc_marks){.changes = changes};
}

static void set_mark(struct rc_list *list, uint64_t index, bool on)
{
    struct rc_error err = {0};
    if (rc_marks_set(&list->marks, rc_table_key(list->table, index), on))
        return;
    rc_error_nomem(&err);
    rc_app_fail(list->view->app, &err);
}

static void toggle_mark(struct rc_list *list)
{
    int64_t key = rc_table_key(list->table, list->cursor);
    set_mark(list, list->cursor, !rc_marks_has(&list->marks, key));
    list->mark_anchor = list->cursor;
    list->has_anchor = true;
    list->cursor++;
}

static void mark_range(struct rc_list *list)
{
    uint64_t from = list->has_anchor ? list->mark_anchor : list->cursor, to = list->cursor;
    if (from > to) {
        to = from;
        from = list->cursor;
    }
    for (uint64_t i = from; i <= to; i++)
        set_mark(list, i, true);
    list->mark_anchor = list->cursor;
    list->has_anchor = true;
}

/* ----- opening ----- */

static bool first_rows(struct rc_list *list, struct rc_error *err)
{
    const struct rc_table_query all = {0};
    if (*list->wanted.filter || !rc_table_is_quick(list->def, rc_app_rows(list->view)))
        return true;
    list->table = rc_table_open(rc_app_rows(list->view), list->def, &all, err);
    return list->table != NULL;
}

static bool check_filter(const struct rc_list *list, const char *text, struct rc_error *err)
{
    struct rc_filter filter;
    bool ok = rc_filter_parse(text, list->def, &filter, err);
    rc_filter_free(&filter);
    if (ok && strlen(text) >= sizeof list->wanted.filter) {
        rc_error_set(err, RC_LIMIT, "the filter is too long");
        ok = false;
    }
    return ok;
}

static struct rc_list *new_list(struct rc_view *view, struct rc_error *err)
{
    struct rc_list *list = calloc(1, sizeof *list);
    if (!list) {
        rc_error_nomem(err);
        return NULL;
    }
    list->view = view;
    list->choice = -1;
    list->def = rc_table_find_in(view->ops->name, rc_app_rows(view));
    rc_buf_init(&list->sums, RC_LIST_SUMS_BYTES);
    rc_buf_init(&list->page.text, RC_LIST_PAGE_BYTES);
    for (int i = 0; i < RC_TABLE_COLUMNS && list->def->columns[i].name; i++)
        if (!list->def->columns[i].detail)
            list->shown[list->shown_count++] = i;
    return list;
}

/* With the filter, and without rows. */
static struct rc_list *begin(struct rc_view *view, const char *filter, struct rc_error *err)
{
    struct rc_list **state = view->state;
    struct rc_list *list = *state = new_list(view, err);
    if (list && !check_filter(list, filter, err)) {
        rc_list_close(view);
        return NULL;
    }
    if (list)
        memcpy(list->wanted.filter, filter, strlen(filter) + 1);
    return list;
}

bool rc_list_open_live(struct rc_view *view, const char *place, const char *filter,
                       struct rc_error *err)
{
    if (!rc_app_open_live(view, err)) {
        rc_error_prefix(err, "%s are asked of AWS", view->ops->name);
        return false;
    }
    struct rc_list *list = begin(view, filter, err);
    if (!list)
        return false;
    snprintf(list->place, sizeof list->place, "%s", place);
    rc_list_tell(list, list->wanted.filter);
    return true;
}

void rc_list_show(struct rc_view *view, int64_t listing)
{
    struct rc_list *list = rc_list_of(view);
    list->wanted.scope = listing;
    rc_list_run(list, "reading what has come", RC_LIST_KEEP_PLACE);
}

void rc_list_changed(struct rc_view *view)
{
    struct rc_list *list = rc_list_of(view);
    list->old_sums = true;
    rc_list_run(list, "reading what has come", RC_LIST_KEEP_PLACE);
}

int64_t rc_list_shown(const struct rc_view *view)
{
    return rc_list_of(view)->query.scope;
}

void rc_list_place(struct rc_view *view, const char *place)
{
    struct rc_list *list = rc_list_of(view);
    snprintf(list->place, sizeof list->place, "%s", place);
    rc_list_tell(list, list->wanted.filter);
}

void rc_list_follow(struct rc_view *view)
{
    rc_list_of(view)->follows = true;
}

void rc_list_say(struct rc_view *view, const char *below, enum rc_role role, const char *instead)
{
    struct rc_list *list = rc_list_of(view);
    snprintf(list->below, sizeof list->below, "%s", below);
    snprintf(list->instead, sizeof list->instead, "%s", instead);
    list->instead_role = role;
}

void rc_list_dim(struct rc_view *view, bool dimmed)
{
    rc_list_of(view)->dimmed = dimmed;
}

bool rc_list_open(struct rc_view *view, const char *arguments, struct rc_error *err)
{
    if (!rc_app_model(view)) {
        rc_error_set(
            err, RC_USAGE,
            "%s are shown of a day: `reconctl open DIR` opens one, `day PROGRAM DATE` one of "
            "the pipeline",
            view->ops->name);
        return false;
    }
    struct rc_list *list = begin(view, arguments, err);
    if (!list)
        return false;
    if (!first_rows(list, err)) {
        rc_list_close(view);
        return false;
    }
    rc_list_run(list, list->table ? "adding up" : (*arguments ? "filtering" : "reading"),
                RC_LIST_KEEP_INDEX);
    return true;
}

void rc_list_close(struct rc_view *view)
{
    struct rc_list **state = view->state;
    struct rc_list *list = *state;
    if (!list)
        return;
    rc_table_close(list->table);
    rc_marks_clear(&list->marks);
    rc_buf_free(&list->sums);
    rc_buf_free(&list->page.text);
    free(list->page.cells);
    free(list);
    *state = NULL;
}

void rc_list_where(struct rc_view *view, struct rc_buf *out)
{
    rc_buf_add_str(out, rc_list_of(view)->wanted.filter);
}

/* A place and a filter that are too long together are only the place. */
void rc_list_tell(struct rc_list *list, const char *filter)
{
    char *arguments = list->view->arguments;
    size_t place = strlen(list->place), length = strlen(filter), blank = place && length;
    bool fits = place + blank + length < sizeof list->view->arguments;
    memcpy(arguments, list->place, place + 1);
    if (blank && fits)
        arguments[place] = ' ';
    if (fits)
        memcpy(arguments + place + blank, filter, length + 1);
}

bool rc_list_filter(struct rc_view *view, const char *text, struct rc_error *err)
{
    struct rc_list *list = rc_list_of(view);
    if (!check_filter(list, text, err))
        return false;
    memcpy(list->wanted.filter, text, strlen(text) + 1);
    rc_list_tell(list, list->wanted.filter);
    rc_list_run(list, "filtering", RC_LIST_KEEP_ROW);
    return true;
}

/* ----- moving ----- */

void rc_list_settle(struct rc_list *list)
{
    uint64_t count = rc_list_count(list), body = list->body > 0 ? (uint64_t)list->body : 1;
    if (list->cursor >= count)
        list->cursor = count ? count - 1 : 0;
    if (list->top > list->cursor)
        list->top = list->cursor;
    if (list->cursor - list->top >= body)
        list->top = list->cursor - body + 1;
    if (list->top && count - list->top < body)
        list->top = count > body ? count - body : 0;
}

static void move_by(struct rc_list *list, int64_t by)
{
    if (by < 0 && list->cursor < (uint64_t)-by)
        list->cursor = 0;
    else
        list->cursor += (uint64_t)by;
}

static bool move(struct rc_list *list, enum rc_action action)
{
    int64_t page = list->body > 1 ? list->body - 1 : 1;
    if (action == RC_DO_UP || action == RC_DO_DOWN)
        move_by(list, action == RC_DO_UP ? -1 : 1);
    else if (action == RC_DO_PAGE_UP || action == RC_DO_PAGE_DOWN)
        move_by(list, action == RC_DO_PAGE_UP ? -page : page);
    else if (action == RC_DO_TOP)
        list->cursor = 0;
    else if (action == RC_DO_BOTTOM)
        list->cursor = UINT64_MAX;
    else
        return false;
    rc_list_settle(list);
    return true;
}

/* ----- columns ----- */

static int place_of(const struct rc_list *list, const struct rc_column *column)
{
    for (int i = 0; i < list->shown_count; i++)
        if (&list->def->columns[list->shown[i]] == column)
            return i;
    return 0;
}

static void choose(struct rc_list *list, int by)
{
    int at = list->choice;
    if (at < 0)
        at = place_of(list, list->wanted.sort);
    else
        at += by;
    list->choice = at < 0 ? 0 : (at < list->shown_count ? at : list->shown_count - 1);
    list->reveal = true;
}

static bool change_columns(struct rc_list *list, enum rc_action action)
{
    if (action == RC_DO_LEFT)
        list->left -= list->left > 0;
    else if (action == RC_DO_RIGHT)
        list->left += !list->last_seen;
    else if (action == RC_DO_COLUMN_LEFT || action == RC_DO_COLUMN_RIGHT)
        choose(list, action == RC_DO_COLUMN_LEFT ? -1 : 1);
    else if (action == RC_DO_INVERT)
        rc_list_invert(list);
    else if (action == RC_DO_SORT && list->choice < 0 && !list->wanted.sort)
        choose(list, 0);
    else if (action == RC_DO_SORT)
        rc_list_sort_by(list, list->choice < 0 ? list->wanted.sort
                                               : &list->def->columns[list->shown[list->choice]]);
    else
        return false;
    return true;
}

/* ----- actions ----- */

/* Esc first takes back what was begun here. */
static bool take_back(struct rc_list *list)
{
    if (list->choice >= 0) {
        list->choice = -1;
        return true;
    }
    bool any = list->marks.count > 0;
    rc_marks_clear(&list->marks);
    list->has_anchor = false;
    return any;
}

bool rc_list_act(struct rc_view *view, enum rc_action action)
{
    struct rc_list *list = rc_list_of(view);
    bool any = rc_list_count(list) > 0;
    if (move(list, action) || change_columns(list, action))
        return true;
    if (action == RC_DO_BACK)
        return take_back(list);
    if (action == RC_DO_REFRESH)
        rc_list_run(list, "reading", RC_LIST_KEEP_ROW);
    else if (action == RC_DO_MARK && any)
        toggle_mark(list);
    else if (action == RC_DO_MARK_RANGE && any)
        mark_range(list);
    else if (action == RC_DO_COPY)
        rc_list_copy(list);
    else if (action == RC_DO_SAVE)
        rc_list_save(list);
    else
        return action == RC_DO_MARK || action == RC_DO_MARK_RANGE;
    rc_list_settle(list);
    return true;
}

bool rc_list_mouse(struct rc_view *view, const struct rc_mouse *mouse)
{
    struct rc_list *list = rc_list_of(view);
    if (mouse->wheel_up || mouse->wheel_down) {
        move_by(list, mouse->wheel_up ? -WHEEL_ROWS : WHEEL_ROWS);
        rc_list_settle(list);
        return true;
    }
    if (!mouse->click && !mouse->double_click)
        return false;
    for (int i = 0; mouse->y == 0 && i < list->place_count; i++) {
        const struct rc_list_place *place = &list->places[i];
        if (mouse->x >= place->x && mouse->x < place->x + place->width) {
            rc_list_sort_by(list, &list->def->columns[place->column]);
            return true;
        }
    }
    uint64_t row = list->top + (uint64_t)(mouse->y > 0 ? mouse->y - 1 : 0);
    if (mouse->y < 1 || mouse->y > list->body || row >= rc_list_count(list))
        return false;
    list->cursor = row;
    return !mouse->double_click || view->ops->act(view, RC_DO_ENTER);
}

/* ----- for the views ----- */

bool rc_list_selected(const struct rc_view *view, int64_t *key)
{
    const struct rc_list *list = rc_list_of(view);
    if (list->cursor >= rc_list_count(list))
        return false;
    *key = rc_table_key(list->table, list->cursor);
    return true;
}

size_t rc_list_visible(const struct rc_view *view, int64_t *keys, size_t most)
{
    const struct rc_list *list = rc_list_of(view);
    uint64_t rows = rc_list_count(list), left = list->top < rows ? rows - list->top : 0;
    size_t count = list->body > 0 ? (size_t)list->body : 0;
    count = count < left ? count : (size_t)left;
    count = count < most ? count : most;
    for (size_t i = 0; i < count; i++)
        keys[i] = rc_table_key(list->table, list->top + i);
    return count;
}

bool rc_list_step(struct rc_view *view, int64_t from, int direction, int64_t *key)
{
    struct rc_list *list = rc_list_of(view);
    uint64_t count = rc_list_count(list), at = list->cursor;
    if (!count)
        return false;
    if (at >= count || rc_table_key(list->table, at) != from)
        at = rc_table_find_key(list->table, from);
    if (at >= count)
        return false;
    *key = 0;
    if (direction < 0 ? at == 0 : at + 1 == count)
        return true;
    list->cursor = direction < 0 ? at - 1 : at + 1;
    *key = rc_table_key(list->table, list->cursor);
    rc_list_settle(list);
    return true;
}

uint64_t rc_list_marked(const struct rc_view *view)
{
    return rc_list_of(view)->marks.count;
}

/* ----- one row ----- */

struct wanted_cell {
    const struct rc_table_def *def;
    const char *column;
    char *text;
    size_t size;
};

static bool find_cell(void *context, uint64_t index, const struct rc_cell_value *cells,
                      size_t count, struct rc_error *err)
{
    const struct wanted_cell *wanted = context;
    (void)index;
    (void)err;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(wanted->def->columns[i].name, wanted->column) != 0)
            continue;
        size_t length = cells[i].null ? 0 : cells[i].length;
        length = length < wanted->size ? length : wanted->size - 1;
        memcpy(wanted->text, cells[i].text, length);
        wanted->text[length] = '\0';
    }
    return true;
}

bool rc_list_cell(struct rc_view *view, const char *column, char *text, size_t size)
{
    const struct rc_list *list = rc_list_of(view);
    struct wanted_cell wanted = {list->def, column, text, size};
    struct rc_error err = {0};
    text[0] = '\0';
    if (list->cursor >= rc_list_count(list))
        return false;
    if (rc_table_rows(list->table, list->cursor, 1, find_cell, &wanted, &err))
        return true;
    rc_app_fail(view->app, &err);
    return false;
}

struct wanted_row {
    const struct rc_table_def *def;
    const char *column, *text;
    uint64_t found;
};

/* Ends the reading at the row. */
static bool find_row(void *context, uint64_t index, const struct rc_cell_value *cells, size_t count,
                     struct rc_error *err)
{
    struct wanted_row *wanted = context;
    (void)err;
    for (size_t i = 0; i < count; i++)
        if (strcmp(wanted->def->columns[i].name, wanted->column) == 0 && !cells[i].null &&
            cells[i].length == strlen(wanted->text) &&
            memcmp(cells[i].text, wanted->text, cells[i].length) == 0) {
            wanted->found = index;
            return false;
        }
    return true;
}

bool rc_list_find(struct rc_view *view, const char *column, const char *text)
{
    struct rc_list *list = rc_list_of(view);
    struct wanted_row wanted = {list->def, column, text, UINT64_MAX};
    struct rc_error err = {0};
    if (list->table)
        rc_table_rows(list->table, 0, UINT64_MAX, find_row, &wanted, &err);
    if (wanted.found == UINT64_MAX)
        return false;
    list->cursor = wanted.found;
    rc_list_settle(list);
    return true;
}

struct sought {
    const struct rc_table_def *def;
    const char *text;
    bool found;
};

static bool has_text(void *context, uint64_t index, const struct rc_cell_value *cells, size_t count,
                     struct rc_error *err)
{
    struct sought *sought = context;
    (void)index;
    (void)err;
    for (size_t i = 0; i < count && !sought->found; i++)
        sought->found = !cells[i].null && sought->def->columns[i].kind != RC_COLUMN_BYTES &&
                        strcasestr(cells[i].text, sought->text);
    return true;
}

bool rc_list_seek(struct rc_view *view, const char *text, int direction, uint64_t *seen)
{
    struct rc_list *list = rc_list_of(view);
    struct sought sought = {list->def, text, false};
    struct rc_error err = {0};
    uint64_t at = list->cursor, count = rc_list_count(list);
    for (*seen = 0; *seen < RC_LIST_SEEK && (direction < 0 ? at > 0 : at + 1 < count); ++*seen) {
        at = direction < 0 ? at - 1 : at + 1;
        if (!rc_table_rows(list->table, at, 1, has_text, &sought, &err)) {
            rc_app_fail(view->app, &err);
            return false;
        }
        if (sought.found) {
            list->cursor = at;
            rc_list_settle(list);
            return true;
        }
    }
    return false;
}
