/* What an operator can change at AWS: a table of actions, and nothing beside it. Commands, keys
 * and menus are made from its rows; the gateway (ops/gateway.h) is the only way to do one. */
#ifndef RC_OPS_ACTION_H
#define RC_OPS_ACTION_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct rc_op;

/* How much is lost when it was a mistake. */
enum rc_danger {
    RC_ROUTINE, /* it can be done again, or undone: confirmed with yes */
    RC_SEVERE,  /* something is gone, or it is done to very much: confirmed with a name */
};

enum { RC_OP_PARAMS = 12 }; /* that an action has at most */

/* What an action is told besides its targets. */
struct rc_op_param {
    const char *name;           /* "route": --route on the command line, a field in a form */
    const char *help;           /* half a sentence */
    const char *fallback;       /* its value when it is not given; NULL: it has to be given */
    const char *const *choices; /* NULL at their end; NULL: any text */
    bool is_file; /* the path of a file of this machine, of which it takes the bytes */
};

struct rc_op_action {
    const char *name;        /* the command's: "reprocess" */
    const char *title;       /* for people: "run a file again" */
    const char *target;      /* what it is done to: "file", as tui/subject.h and usage call it */
    const char *target_how;  /* how one is written: "s3://BUCKET/KEY[@VERSION]" */
    const char *help;        /* a paragraph */
    const char *permissions; /* of IAM, that it needs, separated by blanks */
    const struct rc_op_param *params; /* a row without a name ends them; NULL: none */
    enum rc_danger danger;
    bool alone; /* takes one target at a time */

    /* Finds out, by reading alone, what would be done to the target, and says so with the
     * functions of ops/acting.h: which calls, what becomes of what, what to be warned of, or why
     * it will not be done. False when that could not be found out. */
    bool (*preview)(struct rc_op *op, const char *target, struct rc_error *err);

    /* Does it to the target. Done twice with one key (rc_op_key) it does nothing more, or finds
     * out that it may have been done (rc_op_again). False when it failed. */
    bool (*perform)(struct rc_op *op, const char *target, struct rc_error *err);

    /* Frees what it kept in *rc_op_state, after a preview or a performance of all targets; NULL:
     * it keeps nothing. */
    void (*end)(struct rc_op *op);
};

extern const struct rc_op_action *const rc_op_actions[]; /* NULL at the end */

/* NULL: there is none of that name. */
const struct rc_op_action *rc_op_action_find(const char *name);

#endif
