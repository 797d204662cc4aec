/* The stack of deploy/ on the local cloud. */
#ifndef RC_CLI_LOCAL_DEPLOY_H
#define RC_CLI_LOCAL_DEPLOY_H

#include "cli/localcloud.h"
#include "cli/settle.h"
#include "cli/stack.h"

/* `reconctl local deploy` with its words; the cloud is started when it does not run. Writes
 * a line a resource. False with an error; what was made until then stays, and another run
 * goes on from there. */
bool rc_local_deploy(struct rc_localcloud *cloud, const char *const *words, int count,
                     struct rc_error *err);

/* ----- what its two files share ----- */

struct rc_deploy {
    struct rc_stack stack;
    struct rc_aws *aws;
    const char *endpoint; /* of the local cloud */
    const char *worker;   /* path of the program that functions and tasks run */
    const char *card_key; /* what stands for the secret of the template */
    const char *machine;  /* the definition of the state machine, with its ${names} */
};

/* A type of resource. In ref and attributes {name} is the resource's name, {queue} the URL
 * of the queue of that name. */
struct rc_local_kind {
    const char *type;
    const char *name; /* the property with its name; NULL: that in the template */
    const char *ref;
    struct {
        const char *name;
        const char *value;
    } attributes[2];
    const char *takes; /* the properties that count here, a blank between them */
    /* NULL: there is no such thing on the local cloud, and nothing needs it there. */
    enum rc_change (*settle)(struct rc_deploy *deploy, const char *name, const json_t *properties,
                             struct rc_error *err);
};

/* NULL when there is none. */
const struct rc_local_kind *rc_local_kind_find(const char *type);

#endif
