/* Reading definitions (layouts, programs) out of JSON that jansson has parsed,
 * with errors that name the place: "records[2].fields[4].length: 0 is below 1".
 * A place is a path into the document; a reading function that fails fills the
 * error once and gives false. An absent member leaves *value as it is, so that
 * the caller sets the default first. */
#ifndef RC_CORE_JSONR_H
#define RC_CORE_JSONR_H

#include "base/error.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct rc_place {
    struct rc_error *err;
    const struct rc_place *above; /* NULL at the top */
    const char *member;
    long index; /* -1: none */
};

/* "above.member" or "above.member[index]". */
struct rc_place rc_place_at(const struct rc_place *above, const char *member, long index);

/* Fills the error with the place and the sentence; gives false. */
bool rc_place_fail(const struct rc_place *place, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The value is an object and has only members of the NULL-ended list ("note" is
 * always allowed). */
bool rc_jsonr_object(const struct rc_place *place, const json_t *json, const char *const *allowed);

bool rc_jsonr_int(const struct rc_place *place, const json_t *object, const char *member,
                  int64_t low, int64_t high, int64_t *value);
bool rc_jsonr_bool(const struct rc_place *place, const json_t *object, const char *member,
                   bool *value);

/* Borrowed text; embedded NULs are refused. */
bool rc_jsonr_text(const struct rc_place *place, const json_t *object, const char *member,
                   const char **value);

/* The same where the member must be there. */
bool rc_jsonr_need_text(const struct rc_place *place, const json_t *object, const char *member,
                        const char **value);

/* Index of the member's text in a NULL-ended list of words. */
bool rc_jsonr_word(const struct rc_place *place, const json_t *object, const char *member,
                   const char *const *words, int *value);

/* An array (or NULL when absent) of at most `most` elements. */
bool rc_jsonr_array(const struct rc_place *place, const json_t *object, const char *member,
                    size_t most, const json_t **value);

/* Parses a file or a text of at most 4 MiB; duplicate members are refused.
 * Errors name line and column. NULL on failure; json_decref what it gives. */
json_t *rc_jsonr_load(const char *path, struct rc_error *err);
json_t *rc_jsonr_parse(const char *text, size_t length, struct rc_error *err);

#endif
