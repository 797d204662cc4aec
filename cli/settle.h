/* One thing at AWS brought to what it should be: found, and made or changed when it is
 * not so. Requests and answers are JSON here, as a template has them; they go through the
 * tables of the AWS clients. */
#ifndef RC_CLI_SETTLE_H
#define RC_CLI_SETTLE_H

#include "aws/client.h"

#include <jansson.h>

enum rc_change { RC_FAILED = -1, RC_UNCHANGED, RC_CHANGED, RC_CREATED };

struct rc_settle {
    const struct rc_operation *find;
    json_t *find_in;
    const char *at;     /* member of the answer that it is, or that is a list of such; NULL:
                           the answer itself */
    const char *named;  /* in a list: the one whose member of this name ... */
    const char *name;   /* ... has this value; NULL: the first */
    const char *absent; /* an error code that says that there is none, too; or NULL */
    json_t *wanted;     /* what was found has to have these members, with these values; NULL:
                           that it is there is enough */
    const struct rc_operation *create; /* NULL: it is always there */
    json_t *create_in;
    const struct rc_operation *update; /* NULL: it cannot be changed */
    json_t *update_in;
    const char *carry; /* a member of what was found that the update has to have; or NULL */
};

/* What it took. Releases all JSON of the settle. */
enum rc_change rc_settle(struct rc_aws *aws, const struct rc_settle *settle, struct rc_error *err);

/* One request; releases `in`. The answer as JSON; NULL with an error, or without one where
 * `absent` is not NULL and what was asked for is not there. */
json_t *rc_settle_ask(struct rc_aws *aws, const struct rc_operation *operation, json_t *in,
                      const char *absent_code, bool *absent, struct rc_error *err);

#endif
