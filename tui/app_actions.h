/* What operators do from the console: uses of actions (ops/action.h). The gateway waits for AWS,
 * so that it is asked on a thread of its own; what it finds out and how far it has come is
 * seen in the use after rc_actions_deliver. But for that thread all of it is the UI thread's. */
#ifndef RC_TUI_APP_ACTIONS_H
#define RC_TUI_APP_ACTIONS_H

#include "ops/gateway.h"

#include <jansson.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { RC_USES = 32 }; /* that are kept, to be looked at again; the oldest goes first */

enum rc_use_stage {
    RC_USE_DRAFT, /* nothing was asked yet, or what is missing has to be said first */
    RC_USE_PREVIEWING,
    RC_USE_PREVIEWED,  /* `document` says what would be done; `err`, why that is not known */
    RC_USE_PERFORMING, /* `ended` grows */
    RC_USE_ENDED,      /* `document` says what became of it; `err`, why nothing was begun */
};

/* What the thread has said. */
struct rc_use_news {
    json_t *document;       /* of the gateway, rc_op_document */
    json_t *ended;          /* of what performs: {"target", "outcome", "detail"} each */
    size_t done, total;     /* targets */
    char doing[256];        /* what it says meanwhile */
    char confirmation[256]; /* "yes", or the name that is to be typed */
    struct rc_error err;
    enum rc_use_stage stage;
    int asked; /* which request it answers */
};

struct rc_use {
    struct rc_use *older;
    struct rc_actions *actions;
    struct rc_gateway *gateway;
    const struct rc_op_action *action;
    char **targets;
    size_t count;
    json_t *params; /* texts by name */
    struct rc_use_news now;
    uint64_t version; /* changes with all of the above */
    int number;       /* from 1 */
    int asked;        /* requests so far */
    bool told_to_stop;

    /* The thread's. */
    struct rc_op *op;
    struct rc_use_news said; /* under the lock, until it is delivered */
    atomic_bool stop;
};

struct rc_actions;

/* The thread starts with the first request. NULL with an error. */
struct rc_actions *rc_actions_new(struct rc_error *err);
int rc_actions_fd(const struct rc_actions *actions); /* readable: deliver */

/* Takes over what the thread has said; true when a performance has ended. */
bool rc_actions_deliver(struct rc_actions *actions);

/* Has what performs stop behind the target that it is at, and waits a while for it. False when it
 * does not come to an end: then nothing that it uses may be freed. */
bool rc_actions_stop(struct rc_actions *actions);

/* Frees the uses, before their gateways. After rc_actions_stop; NULL is allowed. */
void rc_actions_free(struct rc_actions *actions);

/* The use that performs; NULL: none does. */
struct rc_use *rc_actions_busy(const struct rc_actions *actions);

/* Lets go of a gateway (NULL is allowed), which it closes, and of all uses of it. False with an
 * error, and nothing has changed, while one of them performs. */
bool rc_actions_close(struct rc_actions *actions, struct rc_gateway *gateway, struct rc_error *err);

/* Targets and params (NULL: none) are copied. NULL with an error. */
struct rc_use *rc_use_new(struct rc_actions *actions, struct rc_gateway *gateway,
                          const struct rc_op_action *action, const char *const *targets,
                          size_t count, const json_t *params, struct rc_error *err);

/* The use of that number, or, for 0, the newest; NULL: it is not there, or not kept any more. */
struct rc_use *rc_use_find(const struct rc_actions *actions, int number);

/* The value of a parameter: given, or its fallback; "" when it has neither. */
const char *rc_use_param(const struct rc_use *use, const struct rc_op_param *param);
void rc_use_set_param(struct rc_use *use, const struct rc_op_param *param, const char *value);

/* The first parameter that has to be given and was not; NULL: none. */
const struct rc_op_param *rc_use_lacks(const struct rc_use *use);

/* Asks what would be done, with the parameters as they are. read_only: nothing may follow. */
void rc_use_preview(struct rc_use *use, bool read_only);

/* Has it done as it was previewed, or, read_only, refused. */
void rc_use_perform(struct rc_use *use, const char *confirmation, bool read_only);

/* Nothing is done to targets behind the one that it is at. */
void rc_use_stop(struct rc_use *use);

#endif
