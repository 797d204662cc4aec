#include "aws/shape.h"

#include "base/jsonw.h"

#include <inttypes.h>
#include <math.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

/* ----- writing ----- */

static bool write_object(struct rc_jsonw *json, const struct rc_shape *shape, const void *value,
                         struct rc_error *err);

/* Base64 in quotes, straight into the buffer. */
static bool write_blob(struct rc_jsonw *json, const struct rc_bytes *bytes)
{
    struct rc_buf *out = json->out;
    rc_jsonw_raw(json, "\""); /* with the comma before it */
    char *to =
        bytes->length < SIZE_MAX / 2 ? rc_buf_reserve(out, (bytes->length + 2) / 3 * 4 + 1) : NULL;
    if (!to)
        return false;
    out->length += (size_t)EVP_EncodeBlock((unsigned char *)to, (const unsigned char *)bytes->data,
                                           (int)bytes->length);
    return rc_buf_add_char(out, '"');
}

static void write_seconds(struct rc_jsonw *json, int64_t unix_ms)
{
    char text[40];
    const char *sign = unix_ms < 0 ? "-" : "";
    uint64_t ms = unix_ms < 0 ? 0 - (uint64_t)unix_ms : (uint64_t)unix_ms;
    if (ms % 1000)
        snprintf(text, sizeof text, "%s%" PRIu64 ".%03" PRIu64, sign, ms / 1000, ms % 1000);
    else
        snprintf(text, sizeof text, "%s%" PRIu64, sign, ms / 1000);
    rc_jsonw_raw(json, text);
}

static void write_real(struct rc_jsonw *json, double real)
{
    char text[32];
    snprintf(text, sizeof text, "%.17g", real);
    rc_jsonw_raw(json, isfinite(real) ? text : "null");
}

static bool write_json(struct rc_jsonw *json, const json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    if (text)
        rc_jsonw_raw(json, text);
    free(text);
    return text != NULL;
}

static bool write_value(struct rc_jsonw *json, enum rc_shape_kind kind,
                        const struct rc_shape *shape, const void *place, struct rc_error *err)
{
    switch (kind) {
    case RC_SHAPE_TEXT:
        rc_jsonw_str(json, *(const char *const *)place);
        return true;
    case RC_SHAPE_RAW:
        rc_jsonw_raw(json, *(const char *const *)place);
        return true;
    case RC_SHAPE_INT:
    case RC_SHAPE_MS:
        rc_jsonw_int(json, *(const int64_t *)place);
        return true;
    case RC_SHAPE_REAL:
        write_real(json, *(const double *)place);
        return true;
    case RC_SHAPE_BOOL:
        rc_jsonw_bool(json, *(const bool *)place);
        return true;
    case RC_SHAPE_TIME:
        write_seconds(json, *(const int64_t *)place);
        return true;
    case RC_SHAPE_BLOB:
        return write_blob(json, place);
    case RC_SHAPE_JSON:
        if (write_json(json, *(const json_t *const *)place))
            return true;
        rc_error_nomem(err);
        return false;
    case RC_SHAPE_STRUCT:
        return write_object(json, shape, *(const void *const *)place, err);
    default:
        rc_error_set(err, RC_USAGE, "a kind of value that requests do not have");
        return false;
    }
}

static size_t element_size(const struct rc_member *member)
{
    switch (member->of) {
    case RC_SHAPE_STRUCT:
        return member->shape->size;
    case RC_SHAPE_INT:
        return sizeof(int64_t);
    case RC_SHAPE_REAL:
        return sizeof(double);
    case RC_SHAPE_JSON:
        return sizeof(json_t *);
    default:
        return sizeof(const char *);
    }
}

static bool write_list(struct rc_jsonw *json, const struct rc_member *member,
                       const struct rc_list *list, struct rc_error *err)
{
    rc_jsonw_open(json, '[');
    for (size_t i = 0; i < list->count; i++) {
        const void *item = (const char *)list->items + i * element_size(member);
        if (!(member->of == RC_SHAPE_STRUCT ? write_object(json, member->shape, item, err)
                                            : write_value(json, member->of, NULL, item, err)))
            return false;
    }
    rc_jsonw_close(json, ']');
    return true;
}

static bool write_map(struct rc_jsonw *json, const struct rc_member *member,
                      const struct rc_list *list, struct rc_error *err)
{
    rc_jsonw_open(json, '{');
    for (size_t i = 0; i < list->count; i++) {
        const void *item = (const char *)list->items + i * member->shape->size;
        rc_jsonw_key(json, *(const char *const *)item);
        if (member->shape == &rc_shape_pair)
            rc_jsonw_str(json, ((const struct rc_pair *)item)->value);
        else if (!write_object(json, member->shape, item, err))
            return false;
    }
    rc_jsonw_close(json, '}');
    return true;
}

static bool write_object(struct rc_jsonw *json, const struct rc_shape *shape, const void *value,
                         struct rc_error *err)
{
    rc_jsonw_open(json, '{');
    for (size_t i = 0; i < shape->count; i++) {
        const struct rc_member *member = &shape->members[i];
        const void *place = (const char *)value + member->offset;
        bool ok;
        if (member->at != RC_AT_BODY)
            continue;
        if (!rc_shape_has(member, value)) {
            if (member->flags & RC_NEEDED)
                return rc_shape_missing(member, err);
            continue;
        }
        rc_jsonw_key(json, member->name);
        if (member->kind == RC_SHAPE_LIST)
            ok = write_list(json, member, place, err);
        else if (member->kind == RC_SHAPE_MAP)
            ok = write_map(json, member, place, err);
        else
            ok = write_value(json, member->kind, member->shape, place, err);
        if (!ok)
            return false;
    }
    rc_jsonw_close(json, '}');
    return true;
}

bool rc_shape_write_json(const struct rc_shape *shape, const void *value, struct rc_buf *out,
                         struct rc_error *err)
{
    struct rc_jsonw json;
    rc_jsonw_init(&json, out);
    if (!write_object(&json, shape, value, err))
        return false;
    if (out->failed)
        rc_error_set(err, RC_LIMIT, "a request of over %zu bytes", out->cap);
    return !out->failed;
}

/* ----- reading ----- */

static bool read_object(const struct rc_shape *shape, json_t *json, void *value,
                        struct rc_arena *arena, struct rc_error *err);

static bool wrong(const char *name, const char *wanted, const json_t *json, struct rc_error *err)
{
    static const char *const types[] = {"an object", "a list", "a text", "a number",
                                        "a number",  "true",   "false",  "null"};
    rc_error_set(err, RC_DATA, "%s: %s where %s was expected", name, types[json_typeof(json)],
                 wanted);
    return false;
}

static bool read_text(const char *name, const json_t *json, const char **text, struct rc_error *err)
{
    if (!json_is_string(json))
        return wrong(name, "a text", json, err);
    *text = json_string_value(json);
    if (strlen(*text) == json_string_length(json))
        return true;
    rc_error_set(err, RC_DATA, "%s: a text with a NUL in it", name);
    return false;
}

static bool read_blob(const char *name, const json_t *json, struct rc_bytes *bytes,
                      struct rc_arena *arena, struct rc_error *err)
{
    if (!json_is_string(json))
        return wrong(name, "base64", json, err);
    const char *text = json_string_value(json);
    size_t length = json_string_length(json), padding = 0;
    char *data = rc_arena_alloc(arena, length / 4 * 3 + 1);
    if (!data) {
        rc_error_nomem(err);
        return false;
    }
    while (padding < 2 && padding < length && text[length - 1 - padding] == '=')
        padding++;
    int got = length > INT32_MAX ? -1
                                 : EVP_DecodeBlock((unsigned char *)data,
                                                   (const unsigned char *)text, (int)length);
    if (length % 4 || got < (int)padding) {
        rc_error_set(err, RC_DATA, "%s: no base64", name);
        return false;
    }
    *bytes = (struct rc_bytes){data, (size_t)got - padding};
    data[bytes->length] = '\0';
    return true;
}

static bool read_time(const char *name, const json_t *json, int64_t *unix_ms, struct rc_error *err)
{
    if (json_is_integer(json))
        return !__builtin_mul_overflow(json_integer_value(json), 1000, unix_ms) ||
               wrong(name, "a time", json, err);
    if (json_is_string(json))
        return rc_shape_parse_time(json_string_value(json), unix_ms) ||
               wrong(name, "a time", json, err);
    if (!json_is_real(json) || fabs(json_real_value(json)) > 9e12)
        return wrong(name, "a time", json, err);
    *unix_ms = llround(json_real_value(json) * 1000);
    return true;
}

static bool read_int(const char *name, const json_t *json, int64_t *value, struct rc_error *err)
{
    if (json_is_integer(json))
        *value = json_integer_value(json);
    else if (json_is_real(json) && json_real_value(json) == floor(json_real_value(json)) &&
             fabs(json_real_value(json)) < 9e15)
        *value = (int64_t)json_real_value(json);
    else
        return wrong(name, "a whole number", json, err);
    return true;
}

/* Of one value that is no list and no map. */
static bool read_value(const char *name, enum rc_shape_kind kind, const struct rc_shape *shape,
                       json_t *json, void *place, struct rc_arena *arena, struct rc_error *err)
{
    switch (kind) {
    case RC_SHAPE_TEXT:
        return read_text(name, json, place, err);
    case RC_SHAPE_INT:
    case RC_SHAPE_MS:
        return read_int(name, json, place, err);
    case RC_SHAPE_REAL:
        *(double *)place = json_number_value(json);
        return json_is_number(json) || wrong(name, "a number", json, err);
    case RC_SHAPE_BOOL:
        *(bool *)place = json_is_true(json);
        return json_is_boolean(json) || wrong(name, "true or false", json, err);
    case RC_SHAPE_TIME:
        return read_time(name, json, place, err);
    case RC_SHAPE_BLOB:
        return read_blob(name, json, place, arena, err);
    case RC_SHAPE_JSON:
        *(json_t **)place = json;
        return true;
    case RC_SHAPE_STRUCT: {
        void *inner = rc_arena_alloc(arena, shape->size);
        *(const void **)place = inner;
        if (!inner)
            rc_error_nomem(err);
        return inner && read_object(shape, json, inner, arena, err);
    }
    default:
        return wrong(name, "something else", json, err);
    }
}

static void *new_list(struct rc_list *list, size_t count, size_t size, struct rc_arena *arena,
                      struct rc_error *err)
{
    void *items = count <= SIZE_MAX / size ? rc_arena_alloc(arena, count * size) : NULL;
    if (!items)
        rc_error_nomem(err);
    *list = (struct rc_list){items, count};
    return items;
}

static bool read_list(const struct rc_member *member, const json_t *json, struct rc_list *list,
                      struct rc_arena *arena, struct rc_error *err)
{
    if (!json_is_array(json))
        return wrong(member->name, "a list", json, err);
    size_t size = element_size(member);
    char *items = new_list(list, json_array_size(json), size, arena, err);
    if (!items)
        return false;
    for (size_t i = 0; i < list->count; i++) {
        json_t *element = json_array_get(json, i);
        if (!(member->of == RC_SHAPE_STRUCT
                  ? read_object(member->shape, element, items + i * size, arena, err)
                  : read_value(member->name, member->of, NULL, element, items + i * size, arena,
                               err)))
            return false;
    }
    return true;
}

static bool read_map(const struct rc_member *member, json_t *json, struct rc_list *list,
                     struct rc_arena *arena, struct rc_error *err)
{
    if (!json_is_object(json))
        return wrong(member->name, "an object", json, err);
    size_t size = member->shape->size, i = 0;
    char *items = new_list(list, json_object_size(json), size, arena, err);
    const char *key;
    json_t *value;
    if (!items)
        return false;
    json_object_foreach(json, key, value)
    {
        void *item = items + size * i++;
        *(const char **)item = key;
        if (!(member->shape == &rc_shape_pair
                  ? read_text(member->name, value, &((struct rc_pair *)item)->value, err)
                  : read_object(member->shape, value, item, arena, err)))
            return false;
    }
    return true;
}

static bool read_object(const struct rc_shape *shape, json_t *json, void *value,
                        struct rc_arena *arena, struct rc_error *err)
{
    if (!json_is_object(json))
        return wrong("the answer", "an object", json, err);
    for (size_t i = 0; i < shape->count; i++) {
        const struct rc_member *member = &shape->members[i];
        void *place = (char *)value + member->offset;
        json_t *found = member->at == RC_AT_BODY ? json_object_get(json, member->name) : NULL;
        bool ok;
        if (!found || json_is_null(found))
            continue;
        if (member->kind == RC_SHAPE_LIST)
            ok = read_list(member, found, place, arena, err);
        else if (member->kind == RC_SHAPE_MAP)
            ok = read_map(member, found, place, arena, err);
        else
            ok = read_value(member->name, member->kind, member->shape, found, place, arena, err);
        if (!ok)
            return false;
    }
    return true;
}

bool rc_shape_read_json(const struct rc_shape *shape, json_t *json, void *value,
                        struct rc_arena *arena, struct rc_error *err)
{
    return read_object(shape, json, value, arena, err);
}
