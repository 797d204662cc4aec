#include "core/jsonr.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEFINITION_BYTES = 4 << 20 };

struct rc_place rc_place_at(const struct rc_place *above, const char *member, long index)
{
    return (struct rc_place){above->err, above, member, index};
}

static size_t write_place(const struct rc_place *place, char *text, size_t size)
{
    size_t used = place->above ? write_place(place->above, text, size) : 0;
    if (place->member && used < size)
        used += (size_t)snprintf(text + used, size - used, "%s%s", used ? "." : "", place->member);
    if (place->index >= 0 && used < size)
        used += (size_t)snprintf(text + used, size - used, "[%ld]", place->index);
    return used < size ? used : size - 1;
}

bool rc_place_fail(const struct rc_place *place, const char *format, ...)
{
    char where[200] = "", what[300];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    write_place(place, where, sizeof where);
    rc_error_set(place->err, RC_INVALID, "%s%s%s", where, where[0] ? ": " : "", what);
    return false;
}

bool rc_jsonr_object(const struct rc_place *place, const json_t *json, const char *const *allowed)
{
    if (!json_is_object(json))
        return rc_place_fail(place, "an object is expected here");
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)json, key, value)
    {
        bool known = strcmp(key, "note") == 0;
        for (const char *const *name = allowed; *name && !known; name++)
            known = strcmp(key, *name) == 0;
        if (!known) {
            struct rc_place at = rc_place_at(place, key, -1);
            return rc_place_fail(&at, "there is no such member");
        }
    }
    return true;
}

bool rc_jsonr_int(const struct rc_place *place, const json_t *object, const char *member,
                  int64_t low, int64_t high, int64_t *value)
{
    const json_t *json = json_object_get(object, member);
    struct rc_place at = rc_place_at(place, member, -1);
    if (!json)
        return true;
    if (!json_is_integer(json))
        return rc_place_fail(&at, "a whole number is expected");
    int64_t number = json_integer_value(json);
    if (number < low || number > high)
        return rc_place_fail(&at, "%lld is not in %lld..%lld", (long long)number, (long long)low,
                             (long long)high);
    *value = number;
    return true;
}

bool rc_jsonr_bool(const struct rc_place *place, const json_t *object, const char *member,
                   bool *value)
{
    const json_t *json = json_object_get(object, member);
    struct rc_place at = rc_place_at(place, member, -1);
    if (!json)
        return true;
    if (!json_is_boolean(json))
        return rc_place_fail(&at, "true or false is expected");
    *value = json_is_true(json);
    return true;
}

bool rc_jsonr_text(const struct rc_place *place, const json_t *object, const char *member,
                   const char **value)
{
    const json_t *json = json_object_get(object, member);
    struct rc_place at = rc_place_at(place, member, -1);
    if (!json)
        return true;
    if (!json_is_string(json))
        return rc_place_fail(&at, "a text is expected");
    if (strlen(json_string_value(json)) != json_string_length(json))
        return rc_place_fail(&at, "a text may not contain a NUL");
    *value = json_string_value(json);
    return true;
}

bool rc_jsonr_need_text(const struct rc_place *place, const json_t *object, const char *member,
                        const char **value)
{
    *value = NULL;
    if (!rc_jsonr_text(place, object, member, value))
        return false;
    struct rc_place at = rc_place_at(place, member, -1);
    return *value || rc_place_fail(&at, "missing");
}

bool rc_jsonr_word(const struct rc_place *place, const json_t *object, const char *member,
                   const char *const *words, int *value)
{
    const char *text = NULL;
    if (!rc_jsonr_text(place, object, member, &text))
        return false;
    if (!text)
        return true;
    char list[200] = "";
    size_t used = 0;
    for (int i = 0; words[i]; i++) {
        if (strcmp(words[i], text) == 0) {
            *value = i;
            return true;
        }
        if (used < sizeof list)
            used +=
                (size_t)snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", words[i]);
    }
    struct rc_place at = rc_place_at(place, member, -1);
    return rc_place_fail(&at, "\"%.40s\" is not one of %s", text, list);
}

bool rc_jsonr_array(const struct rc_place *place, const json_t *object, const char *member,
                    size_t most, const json_t **value)
{
    const json_t *json = json_object_get(object, member);
    struct rc_place at = rc_place_at(place, member, -1);
    *value = NULL;
    if (!json)
        return true;
    if (!json_is_array(json))
        return rc_place_fail(&at, "an array is expected");
    if (json_array_size(json) > most)
        return rc_place_fail(&at, "%zu elements; at most %zu are allowed", json_array_size(json),
                             most);
    *value = json;
    return true;
}

json_t *rc_jsonr_parse(const char *text, size_t length, struct rc_error *err)
{
    json_error_t why;
    json_t *json = json_loadb(text, length, JSON_REJECT_DUPLICATES, &why);
    if (!json)
        rc_error_set(err, RC_INVALID, "line %d, column %d: %s", why.line, why.column, why.text);
    return json;
}

json_t *rc_jsonr_load(const char *path, struct rc_error *err)
{
    json_t *json = NULL;
    char *text = NULL;
    FILE *file = fopen(path, "rb");
    if (!file) {
        rc_error_errno(err, RC_IO, "cannot open %s", path);
        return NULL;
    }
    text = malloc(DEFINITION_BYTES + 1);
    if (!text) {
        rc_error_nomem(err);
        goto cleanup;
    }
    size_t length = fread(text, 1, DEFINITION_BYTES + 1, file);
    if (ferror(file)) {
        rc_error_errno(err, RC_IO, "cannot read %s", path);
        goto cleanup;
    }
    if (length > DEFINITION_BYTES) {
        rc_error_set(err, RC_LIMIT, "%s: over %d bytes, too long for a definition", path,
                     DEFINITION_BYTES);
        goto cleanup;
    }
    json = rc_jsonr_parse(text, length, err);
    if (!json)
        rc_error_prefix(err, "%s", path);
cleanup:
    free(text);
    fclose(file);
    return json;
}
