#include "aws/json.h"

#include <math.h>
#include <string.h>

/* Jansson's own bound on depth is its stack; ours is found by looking, without
 * recursion, before anything is built. */
static bool too_deep(const char *bytes, size_t length)
{
    int depth = 0;
    bool text = false;
    for (size_t i = 0; i < length; i++) {
        char c = bytes[i];
        if (text) {
            if (c == '\\')
                i++;
            else if (c == '"')
                text = false;
        } else if (c == '"') {
            text = true;
        } else if ((c == '{' || c == '[') && ++depth > RC_JSON_DEPTH) {
            return true;
        } else if (c == '}' || c == ']') {
            depth--;
        }
    }
    return false;
}

json_t *rc_json_parse(const char *bytes, size_t length, size_t cap_bytes, struct rc_error *err)
{
    json_error_t why;
    if (length > cap_bytes) {
        rc_error_set(err, RC_LIMIT, "%zu bytes of JSON are over the limit of %zu", length,
                     cap_bytes);
        return NULL;
    }
    if (too_deep(bytes, length)) {
        rc_error_set(err, RC_LIMIT, "JSON is nested over %d deep", RC_JSON_DEPTH);
        return NULL;
    }
    json_t *json = json_loadb(bytes, length, JSON_DECODE_ANY | JSON_ALLOW_NUL, &why);
    if (!json)
        rc_error_set(err, RC_DATA, "no JSON: line %d, column %d: %s", why.line, why.column,
                     why.text);
    return json;
}

json_t *rc_json_at(const json_t *json, const char *path)
{
    while (json && *path) {
        size_t length = strcspn(path, ".");
        json = json_object_getn(json, path, length);
        path += length + (path[length] == '.');
    }
    return (json_t *)(uintptr_t)json;
}

const char *rc_json_text(const json_t *json, const char *path)
{
    return json_string_value(rc_json_at(json, path));
}

bool rc_json_int(const json_t *json, const char *path, int64_t *value)
{
    const json_t *found = rc_json_at(json, path);
    if (json_is_integer(found)) {
        *value = json_integer_value(found);
        return true;
    }
    double real = json_real_value(found);
    if (!json_is_real(found) || real != floor(real) || fabs(real) > 9e15)
        return false;
    *value = (int64_t)real;
    return true;
}
