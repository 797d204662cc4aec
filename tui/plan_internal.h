/* What the files of the planner share: view_plan.c (the question, the days that it is from, keys)
 * and plan_draw.c (the page). */
#ifndef RC_TUI_PLAN_INTERNAL_H
#define RC_TUI_PLAN_INTERNAL_H

#include "model/planned.h"
#include "tui/page.h"
#include "tui/view.h"

struct rc_plan_state {
    struct rc_planning wanted; /* what was put here */
    struct rc_planning found;  /* what the day suggests */
    struct rc_planning_answer answer;
    struct rc_planning_decade decades[RC_PLANNING_DECADES];
    struct rc_error wrong;      /* why there is no answer to what is wanted */
    struct rc_buf limits;       /* what throttled the day, a sentence a line */
    struct rc_buf told;         /* where the figures are from, a sentence a line */
    struct rc_listing *days;    /* asked for; NULL: not, or done */
    struct rc_listing *heat;    /* of the largest of them, asked for then */
    struct rc_planned_day day;  /* that it is from, while `heat` is asked for */
    char program[40], date[16]; /* "": a day file, or none */
    struct rc_page page;
    bool unread; /* the day file that is open has not been asked yet */
    bool answered;
};

/* What is asked: what was put, and else what the day suggests. */
struct rc_planning rc_plan_question(const struct rc_plan_state *state);

/* A figure as the page shows it. */
double rc_plan_value(const struct rc_plan_state *state, const struct rc_planning *planning,
                     int figure);

/* Fills the page anew, for a width. */
void rc_plan_fill(const struct rc_view *view, int width);

#endif
