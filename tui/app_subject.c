#include "tui/app_subject.h"

#include "model/live.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct rc_subject *begin(struct rc_error *err)
{
    struct rc_subject *subject = calloc(1, sizeof *subject);
    if (subject)
        subject->holders = 1;
    else
        rc_error_nomem(err);
    return subject;
}

static struct rc_subject *give_up(struct rc_subject *subject)
{
    rc_subject_release(subject);
    return NULL;
}

struct rc_subject *rc_subject_file(const char *path, struct rc_error *err)
{
    struct rc_subject *subject = begin(err);
    if (!subject)
        return NULL;
    subject->path = strdup(path);
    if (!subject->path) {
        rc_error_nomem(err);
        return give_up(subject);
    }
    subject->model = rc_model_open(path, err);
    if (!subject->model)
        return give_up(subject);
    size_t used = (size_t)snprintf(subject->place, sizeof subject->place, "%.64s",
                                   rc_model_meta(subject->model, "program"));
    snprintf(subject->place + used, sizeof subject->place - used, "%s%s", used ? " " : "",
             rc_model_meta(subject->model, "file_date"));
    return subject;
}

/* The database of a session loses its name at once, so that the worker's model is opened
 * here. */
struct rc_subject *rc_subject_answers(struct rc_live *live, struct rc_error *err)
{
    struct rc_model *models[2];
    struct rc_subject *subject = begin(err);
    if (!subject)
        return NULL;
    if (!rc_live_models(live, models, 2, err))
        return give_up(subject);
    subject->model = models[0];
    subject->beside = models[1];
    return subject;
}

struct rc_subject *rc_subject_hold(struct rc_subject *subject)
{
    if (subject)
        subject->holders++;
    return subject;
}

void rc_subject_release(struct rc_subject *subject)
{
    if (!subject || --subject->holders)
        return;
    rc_model_close(subject->model);
    rc_model_close(subject->beside);
    free(subject->path);
    free(subject);
}

int rc_subject_balanced(const struct rc_subject *subject)
{
    const char *balanced = rc_model_meta(subject->model, "balanced");
    return *balanced ? *balanced == '1' : -1;
}
