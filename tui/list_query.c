#include "tui/list_internal.h"

#include <stdlib.h>
#include <string.h>

/* Rows in another order or through another filter, with their sums when those are not
 * known: on the worker thread. */
struct query_job {
    const struct rc_table_def *def;
    struct rc_list_query query;
    enum rc_list_keep keep;
    bool with_sums;
    struct rc_table *table;
    struct rc_buf sums;

    /* When its rows are of another listing: the row under the cursor and the marked ones, first by
     * the keys that they had. */
    int64_t *followed;
    size_t followed_count; /* 0: there is nobody to follow */
    int64_t cursor_key;    /* when it began */
    uint64_t cursor, mark_changes;
};

static bool run(void *context, struct rc_model *model, struct rc_error *err)
{
    struct query_job *job = context;
    const struct rc_table_query query = {.filter = job->query.filter,
                                         .sort = job->query.sort ? job->query.sort->name : NULL,
                                         .descending = job->query.descending,
                                         .scope = job->query.scope};
    job->table = rc_table_open(model, job->def, &query, err);
    bool ok = job->table && !rc_app_cancelled() &&
              (!job->with_sums || rc_table_sums(job->table, &job->sums, err)) &&
              (!job->followed_count || rc_table_follow(model, job->def, job->query.scope,
                                                       job->followed, job->followed_count, err));
    if (job->table)
        rc_table_attach(job->table, NULL);
    return ok;
}

static void free_job(struct query_job *job)
{
    rc_table_close(job->table);
    rc_buf_free(&job->sums);
    free(job->followed);
    free(job);
}

/* ----- from one listing to the next ----- */

/* Notes whom to find again. False without memory. */
static bool begin_to_follow(struct query_job *job, const struct rc_list *list)
{
    const struct rc_marks *marks = &list->marks;
    bool any = rc_list_selected(list->view, &job->cursor_key);
    job->cursor = list->cursor;
    job->mark_changes = marks->changes;
    if (!job->def->identity || job->query.scope == list->query.scope || (!any && !marks->count))
        return true;
    job->followed = calloc(1 + marks->count, sizeof *job->followed);
    if (!job->followed)
        return false;
    job->followed[job->followed_count++] = job->cursor_key;
    for (size_t byte = 0; byte < marks->bytes; byte++)
        for (int bit = 0; marks->bits[byte] >> bit; bit++)
            if (marks->bits[byte] >> bit & 1)
                job->followed[job->followed_count++] = (int64_t)byte * 8 + bit;
    return true;
}

/* Whether the rows that were found again are still those that are to be. */
static bool follows(const struct query_job *job, const struct rc_list *list)
{
    return !job->followed_count || job->mark_changes == list->marks.changes;
}

static void carry_marks(struct rc_list *list, const struct query_job *job)
{
    if (job->query.scope == list->query.scope)
        return;
    rc_marks_clear(&list->marks);
    for (size_t i = 1; i < job->followed_count; i++)
        if (job->followed[i])
            rc_marks_set(&list->marks, job->followed[i], true);
}

/* Where the cursor's row stands among the new rows, or where the cursor was when it has
 * gone. A key that was pressed meanwhile has moved it on. */
static uint64_t find_cursor(const struct rc_list *list, const struct query_job *job, int64_t key)
{
    uint64_t count = rc_list_count(list);
    if (!job->followed_count || job->query.scope == list->query.scope)
        return rc_table_find_key(list->table, key);
    uint64_t found = rc_table_find_key(list->table, job->followed[0]);
    if (found == count)
        return list->cursor;
    found += list->cursor - job->cursor; /* may go below and comes back: unsigned */
    return found < count ? found : count - 1;
}

static void take_rows(struct rc_list *list, struct query_job *job)
{
    int64_t key = 0;
    bool selected = rc_list_selected(list->view, &key);
    bool at_end = list->follows && list->cursor + 1 >= rc_list_count(list);
    bool gone = false;
    rc_table_close(list->table);
    list->table = job->table;
    rc_table_attach(list->table, rc_app_rows(list->view));
    job->table = NULL;
    uint64_t before = list->cursor;
    carry_marks(list, job);
    if (job->keep >= RC_LIST_KEEP_ROW && selected)
        list->cursor = find_cursor(list, job, key);
    gone = list->cursor >= rc_list_count(list);
    if (gone && job->keep == RC_LIST_KEEP_PLACE)
        list->cursor = before;
    list->query = job->query;
    list->generation++;
    list->has_anchor =
        list->has_anchor && (job->keep == RC_LIST_KEEP_INDEX || job->keep == RC_LIST_KEEP_PLACE);
    if (job->keep == RC_LIST_KEEP_PLACE)
        list->mark_anchor += list->cursor - before;
    list->has_anchor = list->has_anchor && list->mark_anchor < rc_list_count(list);
    if (job->with_sums) {
        rc_buf_free(&list->sums);
        list->sums = job->sums;
        rc_buf_init(&job->sums, RC_LIST_SUMS_BYTES);
        list->has_sums = true;
        list->old_sums = false;
    }
    if (job->keep == RC_LIST_KEEP_PLACE && !gone && list->top + list->cursor >= before)
        list->top = list->top + list->cursor - before;
    if (job->keep == RC_LIST_TOP || (gone && job->keep != RC_LIST_KEEP_PLACE))
        list->cursor = list->top = 0;
    if (at_end && rc_list_count(list))
        list->cursor = rc_list_count(list) - 1;
    rc_list_settle(list);
}

/* What was wanted does not come true: the rows stay as they are. */
static void take_back(struct rc_list *list)
{
    list->wanted = list->query;
    rc_list_tell(list, list->query.filter);
}

static void done(struct rc_view *view, void *context, bool ok, bool cancelled,
                 const struct rc_error *err)
{
    struct rc_list *list = rc_list_of(view);
    struct query_job *job = context;
    bool newest = list->job == job;
    if (newest)
        list->job = NULL;
    if (ok && newest && !follows(job, list)) {
        rc_list_run(list, "reading what has come", RC_LIST_KEEP_PLACE);
    } else if (ok && newest) {
        take_rows(list, job);
    } else if (newest) {
        take_back(list);
        if (!cancelled)
            rc_app_fail(view->app, err);
    }
    free_job(job);
}

static const struct rc_job_ops *ops_of(const char *what)
{
    static const struct rc_job_ops all[] = {{"filtering", run, done, false},
                                            {"sorting", run, done, false},
                                            {"reading", run, done, false},
                                            {"reading what has come", run, done, true},
                                            {"adding up", run, done, true}};
    size_t at = 0;
    while (at < sizeof all / sizeof *all - 1 && strcmp(all[at].what, what) != 0)
        at++;
    return &all[at];
}

/* All of a day that fills are added up when all have come: not anew with each page. */
static bool awaits_rows(const struct rc_list *list)
{
    return !list->def->scope && !*list->wanted.filter && rc_app_is_filling(list->view);
}

static bool wants_sums(const struct rc_list *list)
{
    bool known =
        list->has_sums && !list->old_sums && strcmp(list->wanted.filter, list->query.filter) == 0;
    return !known && !awaits_rows(list);
}

void rc_list_run(struct rc_list *list, const char *what, enum rc_list_keep keep)
{
    struct rc_error err = {0};
    struct query_job *job = calloc(1, sizeof *job);
    if (job) {
        job->def = list->def;
        job->query = list->wanted;
        job->keep = keep;
    }
    if (!job || !begin_to_follow(job, list)) {
        free(job);
        rc_error_nomem(&err);
        rc_app_fail(list->view->app, &err);
        take_back(list);
        return;
    }
    job->with_sums = wants_sums(list);
    list->has_sums = list->has_sums && !awaits_rows(list);
    rc_buf_init(&job->sums, RC_LIST_SUMS_BYTES);
    list->job = job;
    rc_app_start(list->view, ops_of(what), job);
}

/* Once sorts, largest first where there are numbers; again turns it around; a third
 * time gives the order of the file. */
void rc_list_sort_by(struct rc_list *list, const struct rc_column *column)
{
    bool largest = column->kind == RC_COLUMN_NUMBER || column->kind == RC_COLUMN_MONEY ||
                   column->kind == RC_COLUMN_SECONDS;
    if (list->wanted.sort != column) {
        list->wanted.sort = column;
        list->wanted.descending = largest;
    } else if (list->wanted.descending == largest) {
        list->wanted.descending = !largest;
    } else {
        list->wanted.sort = NULL;
        list->wanted.descending = false;
    }
    list->choice = -1;
    rc_list_run(list, "sorting", RC_LIST_TOP);
}

void rc_list_invert(struct rc_list *list)
{
    list->wanted.descending = !list->wanted.descending;
    rc_list_run(list, "sorting", RC_LIST_TOP);
}
