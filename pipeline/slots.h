/* Slots bound how many files are worked on at once, of a program and on a route: SLOTS /
 * PROGRAM#id and SLOTS / ROUTE#name hold the names of the runs that have one. A run that
 * ended without giving its slots back loses them when somebody else needs one. */
#ifndef RC_PIPELINE_SLOTS_H
#define RC_PIPELINE_SLOTS_H

#include "pipeline/store.h"

/* Takes a slot of the program and one of the route for the run, both or none; those that
 * it has already count once. RC_REFUSED: there is none free. route_most 0: no bound. */
enum rc_stored rc_slots_take(struct rc_pipeline *pipeline, const char *program, int program_most,
                             const char *route, int route_most, const char *run,
                             struct rc_error *err);

/* Gives back what the run has, of the program and of every route. */
bool rc_slots_give(struct rc_pipeline *pipeline, const char *program, const char *run,
                   struct rc_error *err);

/* Takes slots of the program and of the route away from runs that have ended, of whatever
 * program they were. */
bool rc_slots_tidy(struct rc_pipeline *pipeline, const char *program, const char *route,
                   struct rc_error *err);

/* What the state machine knows of a run. */
enum rc_run_life {
    RC_RUN_UNKNOWN, /* it never began, or ended longer ago than executions are kept */
    RC_RUN_ALIVE,
    RC_RUN_ENDED,
};

bool rc_run_look(struct rc_pipeline *pipeline, const char *run, enum rc_run_life *life,
                 struct rc_error *err);

#endif
