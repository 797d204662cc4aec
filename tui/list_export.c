#include "model/export.h"
#include "tui/list_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Terminals take about 100,000 bytes of base64 for their clipboard. */
enum { CLIPBOARD_BYTES = 74000, PATH_BYTES = 4096 };

static bool is_marked(void *context, int64_t key)
{
    return rc_marks_has(context, key);
}

/* The marked rows that the filter lets through, or all when none is marked. */
static struct rc_table *pick_rows(struct rc_list *list, struct rc_error *err)
{
    struct rc_table *picked =
        rc_table_pick(list->table, list->marks.count ? is_marked : NULL, &list->marks, err);
    if (!picked || rc_table_count(picked) || !list->marks.count)
        return picked;
    rc_error_set(err, RC_USAGE, "the filter hides all marked rows");
    rc_table_close(picked);
    return NULL;
}

/* What to say about marked rows that were left out. */
static void tell_hidden(char text[64], uint64_t marked, uint64_t rows)
{
    text[0] = '\0';
    if (marked > rows)
        snprintf(text, 64, "; the filter hides %llu marked", (unsigned long long)(marked - rows));
}

/* ----- the clipboard ----- */

struct copy {
    const struct rc_table_def *def;
    struct rc_buf text;
};

static bool copy_row(void *context, uint64_t index, const struct rc_cell_value *cells, size_t count,
                     struct rc_error *err)
{
    struct copy *copy = context;
    rc_export_row(copy->def, RC_EXPORT_TSV, cells, count, index == 0, &copy->text);
    if (copy->text.failed)
        rc_error_set(err, RC_LIMIT,
                     "that is more than a clipboard takes (%d bytes); %s saves a file",
                     CLIPBOARD_BYTES, rc_action_keys(RC_DO_SAVE));
    return !copy->text.failed;
}

static bool copy_marked(struct rc_list *list, struct copy *copy, uint64_t *rows,
                        struct rc_error *err)
{
    struct rc_table *picked = pick_rows(list, err);
    if (!picked)
        return false;
    rc_table_attach(picked, rc_app_rows(list->view));
    *rows = rc_table_count(picked);
    bool ok = rc_table_rows(picked, 0, UINT64_MAX, copy_row, copy, err);
    rc_table_close(picked);
    return ok;
}

void rc_list_copy(struct rc_list *list)
{
    struct rc_error err = {0};
    struct copy copy = {.def = list->def};
    char hidden[64];
    uint64_t rows = 1;
    if (!rc_list_count(list))
        return;
    rc_buf_init(&copy.text, CLIPBOARD_BYTES);
    bool ok = list->marks.count
                  ? copy_marked(list, &copy, &rows, &err)
                  : rc_table_rows(list->table, list->cursor, 1, copy_row, &copy, &err);
    if (ok) {
        rc_screen_copy(copy.text.data ? copy.text.data : "", copy.text.length);
        tell_hidden(hidden, list->marks.count, rows);
        rc_app_say(list->view->app, RC_ROLE_GOOD, "%llu row%s copied as tab-separated text%s",
                   (unsigned long long)rows, rows == 1 ? "" : "s", hidden);
    } else {
        rc_app_fail(list->view->app, &err);
    }
    rc_buf_free(&copy.text);
}

/* ----- a file ----- */

struct save_job {
    struct rc_table *table;
    uint64_t marked;
    enum rc_export_format format;
    char path[PATH_BYTES];
};

static bool run(void *context, struct rc_model *model, struct rc_error *err)
{
    struct save_job *job = context;
    rc_table_attach(job->table, model);
    bool ok = rc_export_save(job->table, job->format, job->path, false, rc_app_cancelled, err);
    rc_table_attach(job->table, NULL);
    return ok;
}

static void done(struct rc_view *view, void *context, bool ok, bool cancelled,
                 const struct rc_error *err)
{
    struct save_job *job = context;
    uint64_t rows = rc_table_count(job->table);
    char hidden[64];
    tell_hidden(hidden, job->marked, rows);
    if (ok)
        rc_app_say(view->app, RC_ROLE_GOOD, "%llu row%s saved to %s%s", (unsigned long long)rows,
                   rows == 1 ? "" : "s", job->path, hidden);
    else if (cancelled)
        rc_app_say(view->app, RC_ROLE_WARN, "%s was not written: it was given up", job->path);
    else
        rc_app_fail(view->app, err);
    rc_table_close(job->table);
    free(job);
}

static bool set_path(struct save_job *job, const char *text, struct rc_error *err)
{
    const char *home = getenv("HOME");
    bool below_home = home && text[0] == '~' && text[1] == '/';
    int length = snprintf(job->path, sizeof job->path, "%s%s", below_home ? home : "",
                          below_home ? text + 1 : text);
    if (length > 0 && (size_t)length < sizeof job->path)
        return rc_export_format_of(job->path, &job->format, err);
    rc_error_set(err, RC_USAGE, length ? "the name of the file is too long" : "a name is needed");
    return false;
}

static bool start_save(struct rc_view *view, const char *text, struct rc_error *err)
{
    static const struct rc_job_ops ops = {"saving", run, done, false};
    struct rc_list *list = rc_list_of(view);
    struct save_job *job = calloc(1, sizeof *job);
    if (!job) {
        rc_error_nomem(err);
        return false;
    }
    bool ok = set_path(job, text, err);
    if (ok && (list->job || !list->table)) {
        rc_error_set(err, RC_USAGE, "the rows are still being read");
        ok = false;
    }
    struct rc_table *picked = ok ? pick_rows(list, err) : NULL;
    if (!picked) {
        free(job);
        return false;
    }
    job->table = picked;
    job->marked = list->marks.count;
    rc_app_start(view, &ops, job); /* which may be over when this returns */
    return true;
}

void rc_list_save(struct rc_list *list)
{
    char name[128], label[128], count[RC_GROUPED_TEXT] = "the marked", plain[24];
    const char *date = rc_model_meta(rc_app_rows(list->view), "file_date");
    int length = snprintf(plain, sizeof plain, "%llu", (unsigned long long)rc_list_count(list));
    if (!list->marks.count)
        rc_digits_group(plain, (size_t)length, count);
    snprintf(name, sizeof name, "%s%s%s.csv", list->def->view, *date ? "-" : "", date);
    snprintf(label, sizeof label, "save %s rows (.csv .ndjson .json): ", count);
    rc_app_prompt(list->view, label, name, start_save);
}
