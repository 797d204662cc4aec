/* Texts of others, made ready to be kept and shown: bodies of messages, inputs and outputs
 * of steps, lines of logs. */
#ifndef RC_MODEL_BODY_H
#define RC_MODEL_BODY_H

#include "base/buf.h"

enum { RC_BODY_BYTES = 16 << 20 }; /* the longest that is kept */

/* Masks card numbers in place, before anything is kept: nobody says which part of a text is
 * one. */
void rc_body_mask(struct rc_buf *text);

/* A copy, indented when it is a JSON object or array: a line for each member, every token
 * as it came. The caller's; NULL without memory. */
char *rc_body_shown(const char *text);

#endif
