/* reconlocal in the background: started when it is needed, found again by what it
 * leaves in its state folder. */
#ifndef RC_CLI_LOCALCLOUD_H
#define RC_CLI_LOCALCLOUD_H

#include "base/error.h"

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

enum { RC_LOCALCLOUD_WORDS = 32 }; /* most arguments that it is started with */

struct rc_localcloud {
    char state[4096];
    char endpoint[128]; /* "" when it does not run */
    char clock[64];     /* its time, for RECON_CLOCK (base/timeline.h) */
    pid_t pid;          /* 0 when it does not run */
};

/* NULL: $XDG_STATE_HOME/reconctl/local, or that below ~/.local/state. Gives where it
 * is and whether it runs. False with an error when there is no place for it. */
bool rc_localcloud_find(struct rc_localcloud *cloud, const char *state, struct rc_error *err);

/* Starts it with further arguments (NULL at the end), unless it runs; waits until it
 * listens. False with an error, and nothing runs, when it does not in time. */
bool rc_localcloud_start(struct rc_localcloud *cloud, const char *const *arguments,
                         struct rc_error *err);

/* Ends it and waits until it has. False with an error when it runs on. */
bool rc_localcloud_stop(struct rc_localcloud *cloud, struct rc_error *err);

/* The path of a program that is beside this one. False when there is none. */
bool rc_localcloud_program(const char *name, char path[PATH_MAX], struct rc_error *err);

/* Points this process and its children at it: AWS_ENDPOINT_URL, keys and region, and
 * RECON_CLOCK. False without memory. */
bool rc_localcloud_use(const struct rc_localcloud *cloud, struct rc_error *err);

#endif
