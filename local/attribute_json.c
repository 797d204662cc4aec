#include "local/attribute_json.h"

#include <openssl/evp.h>
#include <string.h>

/* ----- reading ----- */

static bool invalid(struct rc_error *err, const char *words)
{
    rc_error_set(err, RC_INVALID, "%s", words);
    return false;
}

static bool unreadable(struct rc_error *err, const char *words)
{
    rc_error_set(err, RC_DATA, "%s", words);
    return false;
}

static bool no_memory(struct rc_error *err)
{
    rc_error_nomem(err);
    return false;
}

static bool read_number(const json_t *json, struct rc_arena *arena, struct rc_attribute *value,
                        struct rc_error *err)
{
    struct rc_number number;
    if (!rc_number_parse(json_string_value(json), json_string_length(json), &number, err))
        return false;
    return rc_attribute_set_number(value, &number, arena) || no_memory(err);
}

/* Of S, N and B. */
static bool read_scalar(const json_t *json, enum rc_attribute_type type, struct rc_arena *arena,
                        struct rc_attribute *value, struct rc_error *err)
{
    if (!json_is_string(json))
        return unreadable(err, json_is_number(json) ? "NUMBER_VALUE cannot be converted to String"
                               : json_is_boolean(json) ? "TRUE_VALUE cannot be converted to String"
                                                       : "Unexpected value type in payload");
    value->type = (uint8_t)type;
    if (type == RC_ATTRIBUTE_N)
        return read_number(json, arena, value, err);
    if (type == RC_ATTRIBUTE_B)
        return rc_attribute_set_binary(value, json_string_value(json), json_string_length(json),
                                       arena, err);
    value->bytes = json_string_value(json);
    value->count = (uint32_t)json_string_length(json);
    return true;
}

static bool read_set(const json_t *json, struct rc_arena *arena, struct rc_attribute *value,
                     struct rc_error *err)
{
    enum rc_attribute_type type = rc_attribute_element((enum rc_attribute_type)value->type);
    size_t count = json_array_size(json);
    if (!json_is_array(json))
        return unreadable(err, "Unexpected field type");
    if (!count)
        return invalid(err, rc_attribute_empty_set(type));
    value->elements = rc_arena_alloc(arena, count * sizeof *value->elements);
    if (!value->elements)
        return no_memory(err);
    for (size_t i = 0; i < count; i++) {
        struct rc_attribute *element = &value->elements[i];
        if (!read_scalar(json_array_get(json, i), type, arena, element, err))
            return false;
        if (rc_attribute_in_set(value, element))
            return invalid(err, "One or more parameter values were invalid: Input collection "
                                "contains duplicates.");
        value->count++;
    }
    return true;
}

static bool read_value(const json_t *json, struct rc_arena *arena, struct rc_attribute *value,
                       int depth, struct rc_error *err);

static bool read_list(const json_t *json, struct rc_arena *arena, struct rc_attribute *value,
                      int depth, struct rc_error *err)
{
    size_t count = json_array_size(json);
    if (!json_is_array(json))
        return unreadable(err, "Unexpected field type");
    value->elements = rc_arena_alloc(arena, count * sizeof *value->elements);
    if (!value->elements)
        return no_memory(err);
    for (; value->count < count; value->count++)
        if (!read_value(json_array_get(json, value->count), arena, &value->elements[value->count],
                        depth, err))
            return false;
    return true;
}

static bool read_map(const json_t *json, struct rc_arena *arena, struct rc_attribute *value,
                     int depth, struct rc_error *err)
{
    const char *name;
    const json_t *member;
    if (!json_is_object(json))
        return unreadable(err, "Unexpected field type");
    value->type = RC_ATTRIBUTE_M;
    value->elements = rc_arena_alloc(arena, json_object_size(json) * sizeof *value->elements);
    if (!value->elements)
        return no_memory(err);
    json_object_foreach((json_t *)(uintptr_t)json, name, member)
    {
        struct rc_attribute *element = &value->elements[value->count++];
        element->name = name;
        element->name_length = (uint32_t)strlen(name);
        if (!read_value(member, arena, element, depth, err))
            return false;
    }
    return true;
}

/* Which of the types {"S": …} names. */
static bool type_of(const json_t *json, enum rc_attribute_type *type, const json_t **value,
                    struct rc_error *err)
{
    const char *name;
    const json_t *member;
    size_t known = 0;
    if (!json_is_object(json))
        return unreadable(err, "Unexpected value type in payload");
    json_object_foreach((json_t *)(uintptr_t)json, name, member)
    {
        if (!json_is_null(member) && rc_attribute_type_of(name, strlen(name), type)) {
            *value = member;
            known++;
        }
    }
    if (!known)
        return invalid(err, "Supplied AttributeValue is empty, must contain exactly one of the "
                            "supported datatypes");
    return known == 1 ||
           invalid(err, "Supplied AttributeValue has more than one datatypes set, must contain "
                        "exactly one of the supported datatypes");
}

static bool read_value(const json_t *json, struct rc_arena *arena, struct rc_attribute *value,
                       int depth, struct rc_error *err)
{
    enum rc_attribute_type type;
    const json_t *inner = NULL;
    if (!type_of(json, &type, &inner, err))
        return false;
    value->type = (uint8_t)type;
    switch (type) {
    case RC_ATTRIBUTE_S:
    case RC_ATTRIBUTE_N:
    case RC_ATTRIBUTE_B:
        return read_scalar(inner, type, arena, value, err);
    case RC_ATTRIBUTE_BOOL:
        value->truth = json_is_true(inner);
        return json_is_boolean(inner) || unreadable(err, "Unexpected token received from parser");
    case RC_ATTRIBUTE_NULL:
        return json_is_true(inner) ||
               invalid(err, "One or more parameter values were invalid: Null attribute value types "
                            "must have the value of true");
    case RC_ATTRIBUTE_M:
    case RC_ATTRIBUTE_L:
        if (depth >= RC_ATTRIBUTE_DEPTH)
            return invalid(err, "Nesting Levels have exceeded supported limits");
        return type == RC_ATTRIBUTE_M ? read_map(inner, arena, value, depth + 1, err)
                                      : read_list(inner, arena, value, depth + 1, err);
    default:
        return read_set(inner, arena, value, err);
    }
}

bool rc_attribute_read(const json_t *json, struct rc_arena *arena, struct rc_attribute *value,
                       struct rc_error *err)
{
    *value = (struct rc_attribute){0};
    return read_value(json, arena, value, 0, err);
}

bool rc_attribute_read_item(const json_t *json, struct rc_arena *arena, struct rc_attribute *item,
                            struct rc_error *err)
{
    *item = (struct rc_attribute){0};
    return read_map(json, arena, item, 0, err);
}

/* ----- writing ----- */

static void write_key(struct rc_jsonw *json, const char *name, size_t length)
{
    rc_jsonw_text(json, name, length);
    rc_buf_add_char(json->out, ':');
    json->comma = false;
}

/* As base64, between quotes. */
static void write_binary(const struct rc_attribute *value, struct rc_jsonw *json)
{
    size_t length = ((size_t)value->count + 2) / 3 * 4;
    if (json->comma)
        rc_buf_add_char(json->out, ',');
    json->comma = true;
    char *to = rc_buf_reserve(json->out, length + 3);
    if (!to)
        return;
    *to = '"';
    if (value->count)
        EVP_EncodeBlock((unsigned char *)to + 1, (const unsigned char *)value->bytes,
                        (int)value->count);
    to[length + 1] = '"';
    to[length + 2] = '\0';
    json->out->length += length + 2;
}

static void write_scalar(const struct rc_attribute *value, struct rc_jsonw *json)
{
    if (value->type == RC_ATTRIBUTE_B)
        write_binary(value, json);
    else
        rc_jsonw_text(json, value->bytes, value->count);
}

void rc_attribute_write(const struct rc_attribute *value, struct rc_jsonw *json)
{
    rc_jsonw_open(json, '{');
    rc_jsonw_key(json, rc_attribute_type_name((enum rc_attribute_type)value->type));
    switch ((enum rc_attribute_type)value->type) {
    case RC_ATTRIBUTE_S:
    case RC_ATTRIBUTE_N:
    case RC_ATTRIBUTE_B:
        write_scalar(value, json);
        break;
    case RC_ATTRIBUTE_BOOL:
        rc_jsonw_bool(json, value->truth);
        break;
    case RC_ATTRIBUTE_NULL:
        rc_jsonw_bool(json, true);
        break;
    case RC_ATTRIBUTE_M:
        rc_attribute_write_item(value, json);
        break;
    default:
        rc_jsonw_open(json, '[');
        for (uint32_t i = 0; i < value->count; i++)
            if (value->type == RC_ATTRIBUTE_L)
                rc_attribute_write(&value->elements[i], json);
            else
                write_scalar(&value->elements[i], json);
        rc_jsonw_close(json, ']');
    }
    rc_jsonw_close(json, '}');
}

void rc_attribute_write_item(const struct rc_attribute *item, struct rc_jsonw *json)
{
    rc_jsonw_open(json, '{');
    for (uint32_t i = 0; i < item->count; i++) {
        write_key(json, item->elements[i].name, item->elements[i].name_length);
        rc_attribute_write(&item->elements[i], json);
    }
    rc_jsonw_close(json, '}');
}
