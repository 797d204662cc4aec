/* The intrinsic functions of the Amazon States Language: States.Format and the rest. Source:
 * "Intrinsics for JSONPath states", AWS Step Functions Developer Guide. */
#ifndef RC_LOCAL_INTRINSIC_H
#define RC_LOCAL_INTRINSIC_H

#include "base/error.h"

#include <jansson.h>
#include <stdbool.h>

/* What arguments that are paths look into, and where chance comes from. */
struct rc_intrinsic_world {
    const json_t *input;         /* $ */
    const json_t *context;       /* $$ */
    double (*chance)(void *ctx); /* 0 <= chance < 1 */
    void (*uuid)(void *ctx, char text[37]);
    void *ctx;
};

/* The value of "States.…(…)" (a new reference). NULL with RC_INVALID: it is no intrinsic;
 * with RC_DATA: its arguments are not what it takes. */
json_t *rc_intrinsic(const char *text, const struct rc_intrinsic_world *world,
                     struct rc_error *err);

/* Reads it without a value: names, numbers of arguments, paths. */
bool rc_intrinsic_check(const char *text, struct rc_error *err);

#endif
