/* Writes JSON into a buffer, with numbers of any size exactly as given (jansson,
 * which reads ours, knows 64-bit integers and doubles only). Commas and colons
 * come by themselves. */
#ifndef RC_BASE_JSONW_H
#define RC_BASE_JSONW_H

#include "base/buf.h"
#include "base/int128.h"

struct rc_jsonw {
    struct rc_buf *out;
    bool comma; /* the next value or key needs one before it */
};

void rc_jsonw_init(struct rc_jsonw *json, struct rc_buf *out);
void rc_jsonw_open(struct rc_jsonw *json, char bracket);  /* '{' or '[' */
void rc_jsonw_close(struct rc_jsonw *json, char bracket); /* '}' or ']' */
void rc_jsonw_key(struct rc_jsonw *json, const char *key);
void rc_jsonw_text(struct rc_jsonw *json, const char *text,
                   size_t length); /* UTF-8; invalid bytes become U+FFFD */
void rc_jsonw_str(struct rc_jsonw *json, const char *text);
void rc_jsonw_raw(struct rc_jsonw *json, const char *number); /* a value already written as JSON */
void rc_jsonw_int(struct rc_jsonw *json, rc_i128 value);
void rc_jsonw_bool(struct rc_jsonw *json, bool value);
void rc_jsonw_null(struct rc_jsonw *json);

#endif
