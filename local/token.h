/* Tokens of pages that are two numbers. */
#ifndef RC_LOCAL_TOKEN_H
#define RC_LOCAL_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

/* Reads "12.34", with any one character between; false when it is something else. */
bool rc_token_read(const char *text, char separator, int64_t *one, int64_t *two);

#endif
