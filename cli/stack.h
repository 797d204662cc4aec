/* A CloudFormation template in JSON: its parameters and conditions, and values with what
 * they refer to filled in. Of the intrinsic functions it knows Ref, Fn::GetAtt, Fn::Sub,
 * Fn::Join and Fn::If, of conditions Fn::Equals and Fn::Not. Source: "Template reference",
 * AWS CloudFormation User Guide. */
#ifndef RC_CLI_STACK_H
#define RC_CLI_STACK_H

#include "base/error.h"

#include <jansson.h>
#include <stdbool.h>

enum { RC_STACK_DEPTH = 64, RC_STACK_TEXT_BYTES = 1 << 20 };

struct rc_stack {
    const json_t *template; /* borrowed */
    const json_t *pseudo;   /* "AWS::Region" and the like: texts; borrowed */
    json_t *parameters;     /* name: value; a Number is a number, a List a list of texts */
    /* What Ref (attribute NULL) or Fn::GetAtt of a resource gives, a new reference. */
    json_t *(*resource)(void *ctx, const char *name, const char *attribute, struct rc_error *err);
    void *ctx;
    int depth;
};

/* Takes the values of parameters, texts by name: `given` before the defaults, and
 * `otherwise` where there is no default. False when one is missing, unknown or not allowed.
 * rc_stack_close it in any case. */
bool rc_stack_open(struct rc_stack *stack, const json_t *given, const json_t *otherwise,
                   struct rc_error *err);
void rc_stack_close(struct rc_stack *stack);

/* The value with all that it refers to, a new reference; NULL with an error. */
json_t *rc_stack_value(struct rc_stack *stack, const json_t *value, struct rc_error *err);

/* "${Name}" in a text replaced by values[Name] (texts and numbers); names that are not
 * there are an error. Gives a text, to be freed. */
char *rc_stack_substitute(const char *text, const json_t *values, struct rc_error *err);

#endif
