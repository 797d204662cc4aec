#include "tui/app_opened.h"

#include "model/live_day.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct rc_opened *begin(struct rc_error *err)
{
    struct rc_opened *opened = calloc(1, sizeof *opened);
    if (opened)
        opened->holders = 1;
    else
        rc_error_nomem(err);
    return opened;
}

static struct rc_opened *give_up(struct rc_opened *opened)
{
    rc_opened_release(opened);
    return NULL;
}

struct rc_opened *rc_opened_file(const char *path, struct rc_error *err)
{
    struct rc_opened *opened = begin(err);
    if (!opened)
        return NULL;
    opened->path = strdup(path);
    if (!opened->path) {
        rc_error_nomem(err);
        return give_up(opened);
    }
    opened->model = rc_model_open(path, err);
    if (!opened->model)
        return give_up(opened);
    size_t used = (size_t)snprintf(opened->place, sizeof opened->place, "%.64s",
                                   rc_model_meta(opened->model, "program"));
    snprintf(opened->place + used, sizeof opened->place - used, "%s%s", used ? " " : "",
             rc_model_meta(opened->model, "file_date"));
    return opened;
}

struct rc_opened *rc_opened_day(struct rc_live *live, const char *program, const char *date,
                                struct rc_error *err)
{
    struct rc_model *models[2];
    struct rc_opened *opened = begin(err);
    if (!opened)
        return NULL;
    opened->day = rc_live_day_open(live, program, date, err);
    if (!opened->day || !rc_live_day_models(opened->day, models, 2, err))
        return give_up(opened);
    opened->model = models[0];
    opened->beside = models[1];
    snprintf(opened->place, sizeof opened->place, "%s %s", program, date);
    return opened;
}

/* The database of a session loses its name at once, so that the worker's model is opened
 * here. */
struct rc_opened *rc_opened_answers(struct rc_live *live, struct rc_error *err)
{
    struct rc_model *models[2];
    struct rc_opened *opened = begin(err);
    if (!opened)
        return NULL;
    if (!rc_live_models(live, models, 2, err))
        return give_up(opened);
    opened->model = models[0];
    opened->beside = models[1];
    return opened;
}

struct rc_opened *rc_opened_hold(struct rc_opened *opened)
{
    if (opened)
        opened->holders++;
    return opened;
}

void rc_opened_release(struct rc_opened *opened)
{
    if (!opened || --opened->holders)
        return;
    rc_model_close(opened->model);
    rc_model_close(opened->beside);
    rc_live_day_free(opened->day);
    free(opened->path);
    free(opened);
}

int rc_opened_balanced(const struct rc_opened *opened)
{
    if (opened->day && !rc_live_day_progress(opened->day).version)
        return -1;
    const char *balanced = rc_model_meta(opened->model, "balanced");
    return *balanced ? *balanced == '1' : -1;
}
