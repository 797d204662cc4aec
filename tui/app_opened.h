/* What views show rows of: a day file, a day of the pipeline that is being filled, or what a
 * session with AWS has been answered. Views and jobs hold it; it goes with the last of them. */
#ifndef RC_TUI_APP_OPENED_H
#define RC_TUI_APP_OPENED_H

#include "base/error.h"

struct rc_live;
struct rc_live_day;
struct rc_model;

struct rc_opened {
    int holders;
    struct rc_model *model;  /* of the UI thread */
    struct rc_model *beside; /* of the worker, who opens it when there is only a path */
    char *path;              /* of a day file; NULL */
    struct rc_live_day *day; /* that fills it; NULL */
    char place[128];         /* program and file date */
};

/* Each gives one that its caller holds, or NULL with an error. */

/* DIR or day.db. */
struct rc_opened *rc_opened_file(const char *path, struct rc_error *err);

/* A day of the pipeline, which begins to fill. The session has to last longer. */
struct rc_opened *rc_opened_day(struct rc_live *live, const char *program, const char *date,
                                struct rc_error *err);

/* What a session is answered, from now on. The session has to last longer. */
struct rc_opened *rc_opened_answers(struct rc_live *live, struct rc_error *err);

/* UI thread only; NULL is allowed. */
struct rc_opened *rc_opened_hold(struct rc_opened *opened);
void rc_opened_release(struct rc_opened *opened);

/* 1: the day balances, 0: it does not, -1: it is no day, or not known yet. */
int rc_opened_balanced(const struct rc_opened *opened);

#endif
