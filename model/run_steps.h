/* The history of an execution as its steps: which attempts each took, what it waited between
 * them, and what went in and came out. Pure: events in, parts out.
 *
 * Source of the events: "HistoryEvent", AWS Step Functions API Reference. An event names the
 * one before it, which leads to its step also where branches of a Map run side by side. */
#ifndef RC_MODEL_RUN_STEPS_H
#define RC_MODEL_RUN_STEPS_H

#include "aws/states.h"

enum {
    RC_RUN_EVENTS = 25000,        /* most that an execution has: "Service quotas" */
    RC_RUN_TEXT_BYTES = 32 << 20, /* of all inputs and outputs that are kept */
    RC_RUN_DEPTH = 16,            /* of maps in maps */
};

enum rc_part_kind { RC_PART_STEP, RC_PART_ATTEMPT, RC_PART_WAIT };

enum rc_part_state {
    RC_PART_RUNNING,
    RC_PART_WAITING,
    RC_PART_SUCCEEDED,
    RC_PART_FAILED,
    RC_PART_TIMED_OUT,
    RC_PART_ABORTED,
    RC_PART_WAITED, /* a wait that is over */
    RC_PART_STATES
};

extern const char *const rc_part_state_names[RC_PART_STATES];

struct rc_run_part {
    enum rc_part_kind kind;
    enum rc_part_state state;
    int step;      /* index of the step that it is of; of a step, its own */
    int parent;    /* of a step: the map that it is in; -1: none */
    int depth;     /* of a step */
    int iteration; /* of the map; -1: in none */
    int number;    /* of an attempt, from 1 */
    char name[96];
    char type[16];                        /* of a step: Task, Map, Pass, … */
    char route[12];                       /* of an attempt: "lambda", "fargate"; "" */
    int64_t began_ms, ended_ms;           /* 0: not yet */
    char *input, *output, *error, *cause; /* NULL: none */
    int open, last; /* of a step: the attempt that runs, and the newest; -1: none */
};

struct rc_run_steps {
    struct rc_run_part *parts;
    size_t count, room;
    int *owner;      /* of an event by its id: its step; -1 */
    bool *opens;     /* of an event: a branch of its step begins */
    int *iterations; /* of such an event */
    size_t text_bytes;
    bool cut; /* texts, or events, are missing */
};

/* False without memory. */
bool rc_run_steps_init(struct rc_run_steps *steps);
void rc_run_steps_free(struct rc_run_steps *steps);

/* The next event, the oldest first. False without memory. */
bool rc_run_steps_add(struct rc_run_steps *steps, const struct rc_states_event *event);

/* Behind the last event: what did not end runs, or waits for its next attempt, or ended with its
 * last attempt, with the map that it is in, or with the execution (`ended_ms` and how; 0: it
 * runs). False without memory. */
bool rc_run_steps_end(struct rc_run_steps *steps, int64_t ended_ms, enum rc_part_state how);

/* The steps that do something, each before the parts of its own, maps before what is in
 * them: indexes of parts, up to `count` of them. Gives how many. */
size_t rc_run_steps_order(const struct rc_run_steps *steps, int *order);

#endif
