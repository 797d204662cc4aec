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
              (!job->with_sums || rc_table_sums(job->table, &job->sums, err));
    if (job->table)
        rc_table_attach(job->table, NULL);
    return ok;
}

static void free_job(struct query_job *job)
{
    rc_table_close(job->table);
    rc_buf_free(&job->sums);
    free(job);
}

static void take_rows(struct rc_list *list, struct query_job *job)
{
    int64_t key = 0;
    bool selected = rc_list_selected(list->view, &key);
    rc_table_close(list->table);
    list->table = job->table;
    rc_table_attach(list->table, rc_app_rows(list->view));
    job->table = NULL;
    list->query = job->query;
    list->generation++;
    list->has_anchor = list->has_anchor && job->keep == RC_LIST_KEEP_INDEX;
    if (job->with_sums) {
        rc_buf_free(&list->sums);
        list->sums = job->sums;
        rc_buf_init(&job->sums, RC_LIST_SUMS_BYTES);
        list->has_sums = true;
    }
    uint64_t before = list->cursor;
    if (job->keep >= RC_LIST_KEEP_ROW && selected)
        list->cursor = rc_table_find_key(list->table, key);
    if (job->keep == RC_LIST_KEEP_PLACE && list->cursor < rc_list_count(list) &&
        list->top + list->cursor >= before)
        list->top = list->top + list->cursor - before;
    if (job->keep == RC_LIST_TOP || list->cursor >= rc_list_count(list))
        list->cursor = list->top = 0;
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
    if (ok && newest) {
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

void rc_list_run(struct rc_list *list, const char *what, enum rc_list_keep keep)
{
    struct rc_error err = {0};
    struct query_job *job = calloc(1, sizeof *job);
    if (!job) {
        rc_error_nomem(&err);
        rc_app_fail(list->view->app, &err);
        take_back(list);
        return;
    }
    job->def = list->def;
    job->query = list->wanted;
    job->keep = keep;
    job->with_sums = !list->has_sums || strcmp(list->wanted.filter, list->query.filter) != 0;
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
