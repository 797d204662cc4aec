/* The functions themselves: arguments in an array, a new reference out. */
#ifndef RC_LOCAL_INTRINSIC_FUNCTIONS_H
#define RC_LOCAL_INTRINSIC_FUNCTIONS_H

#include "local/intrinsic.h"

#include <stddef.h>

/* In the template of States.Format these stand for braces that were escaped. */
enum { RC_INTRINSIC_OPEN = 1, RC_INTRINSIC_CLOSE = 2 };

struct rc_intrinsic_function {
    const char *name;
    size_t least, most; /* arguments */
    json_t *(*run)(const json_t *args, const struct rc_intrinsic_world *world,
                   struct rc_error *err);
};

/* One without a name ends them. */
extern const struct rc_intrinsic_function rc_intrinsic_functions[];

#endif
