/* The invocations of Lambda that a run's lines tell of. Lambda's own lines (START, REPORT with
 * what was used and billed) name the invocation but not the run, and are asked for by its id. */
#ifndef RC_MODEL_INVOCATIONS_H
#define RC_MODEL_INVOCATIONS_H

#include "model/log_line.h"

enum {
    RC_INVOCATIONS = 256, /* that are known of a run; of more, Lambda's lines are not looked for */
    RC_INVOCATION_ID_BYTES = 37,
    /* "Filter pattern syntax", Amazon CloudWatch Logs User Guide: at most 1024 bytes. */
    RC_INVOCATIONS_PATTERN_BYTES = 1025,
};

struct rc_invocations {
    int count;
    struct rc_invocation {
        char id[RC_INVOCATION_ID_BYTES];
        char step[32]; /* "": its lines have not said it */
        bool reported; /* its REPORT, which is its last line, has come */
        bool asked;    /* since rc_invocations_again */
    } items[RC_INVOCATIONS];
};

/* Takes what a line tells of its invocation. */
void rc_invocations_note(struct rc_invocations *invocations, const struct rc_log_line *line);

/* The next of those that have not reported and were not asked for: a pattern that matches the
 * lines of each. False: there is none. */
bool rc_invocations_ask(struct rc_invocations *invocations,
                        char pattern[RC_INVOCATIONS_PATTERN_BYTES]);

/* Those that have not reported may be asked for again. */
void rc_invocations_again(struct rc_invocations *invocations);

/* The step that an invocation is of; "" when that is not known. */
const char *rc_invocations_step(const struct rc_invocations *invocations, const char *id);

#endif
