/* Every operation of AWS that there is a client for: a table that the build makes of the headers
 * of aws/ (tools/operations.sh). */
#ifndef RC_TESTS_OPS_OPERATIONS_H
#define RC_TESTS_OPS_OPERATIONS_H

#include "aws/operation.h"

struct named_operation {
    const char *name; /* "rc_s3_put_object": what starts it */
    const struct rc_operation *operation;
};

extern const struct named_operation every_operation[]; /* a row without a name ends them */

#endif
