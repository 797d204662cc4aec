/* Pulls the plug at an action, on a cloud of the test's own: an answer is lost, a connection is
 * cut, a call is throttled or denied, and the client is killed: behind each of its requests, and
 * when the one that does it was taken and not yet answered. Then it is tried again as an operator
 * would. It has to be done once at AWS, and the audit has to say nothing that is not so.
 *
 * With RECONCTL_FULL_TESTS at every request, else at each fourth; likewise, throttles and cut
 * connections are for the long tests: they are what a denied call and a lost answer are, slower. */
#ifndef RC_TESTS_OPS_PLUG_H
#define RC_TESTS_OPS_PLUG_H

#include "tests/pipeline/cloud.h"

#include "ops/action.h"

#include <jansson.h>

/* One thing that the action is done to. */
struct plug {
    struct cloud *cloud;
    int number;         /* a new one each time, to make names of */
    char folder[96];    /* of the audit */
    char target[320];   /* `make` fills in these: what it is done to ... */
    json_t *params;     /* ... what it is told, ... */
    char notes[3][256]; /* ... and what `done` needs to know */
    int64_t before;
};

struct plug_case {
    const char *name;
    const struct rc_op_action *action;
    const char *service, *operation; /* the call that does it, as the weather names it */
    void (*make)(struct plug *plug); /* makes something new at AWS */
    int (*done)(struct plug *plug);  /* how often it has been done to that, by what AWS has */
    int (*left)(struct plug *plug);  /* NULL, or what must be 0 once it was done */
    bool unsure; /* an answer that is lost cannot be found out: it is not tried again by itself */
};

/* Every failure fails the test. */
void plug_pull(struct cloud *cloud, const struct plug_case *the);

/* How the cloud misbehaves: of every call of that operation; kind NULL: not at all. */
void plug_weather(struct cloud *cloud, const char *service, const char *operation,
                  const char *kind);

/* Waits for a call, which has to succeed; its answer lives until the call is freed. */
const void *plug_answer(struct rc_call *call);

#endif
