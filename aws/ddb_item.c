#include "aws/ddb_item.h"

#include "base/decimal.h"

#include <limits.h>
#include <openssl/evp.h>
#include <string.h>

/* ----- writing ----- */

/* {"TYPE": — whoever calls writes the value and the brace that closes it. */
static void open_attribute(struct rc_jsonw *json, const char *name, const char *type)
{
    if (name)
        rc_jsonw_key(json, name);
    rc_jsonw_open(json, '{');
    rc_jsonw_key(json, type);
}

void rc_item_open(struct rc_jsonw *json)
{
    rc_jsonw_open(json, '{');
}

void rc_item_close(struct rc_jsonw *json)
{
    rc_jsonw_close(json, '}');
}

void rc_item_text(struct rc_jsonw *json, const char *name, const char *text)
{
    open_attribute(json, name, "S");
    rc_jsonw_str(json, text);
    rc_jsonw_close(json, '}');
}

void rc_item_number(struct rc_jsonw *json, const char *name, const char *number)
{
    open_attribute(json, name, "N");
    rc_jsonw_str(json, number);
    rc_jsonw_close(json, '}');
}

void rc_item_int(struct rc_jsonw *json, const char *name, rc_i128 value)
{
    char text[RC_DECIMAL_TEXT];
    rc_i128_format(value, text);
    rc_item_number(json, name, text);
}

void rc_item_bool(struct rc_jsonw *json, const char *name, bool value)
{
    open_attribute(json, name, "BOOL");
    rc_jsonw_bool(json, value);
    rc_jsonw_close(json, '}');
}

void rc_item_null(struct rc_jsonw *json, const char *name)
{
    open_attribute(json, name, "NULL");
    rc_jsonw_bool(json, true);
    rc_jsonw_close(json, '}');
}

void rc_item_binary(struct rc_jsonw *json, const char *name, const void *bytes, size_t length)
{
    open_attribute(json, name, "B");
    rc_jsonw_raw(json, "\"");
    char *to = length <= RC_ITEM_MAX ? rc_buf_reserve(json->out, (length + 2) / 3 * 4 + 1) : NULL;
    if (to)
        json->out->length += (size_t)EVP_EncodeBlock((unsigned char *)to, bytes, (int)length);
    else
        json->out->failed = true;
    rc_buf_add_char(json->out, '"');
    rc_jsonw_close(json, '}');
}

void rc_item_text_set(struct rc_jsonw *json, const char *name, const char *const *texts,
                      size_t count)
{
    open_attribute(json, name, "SS");
    rc_jsonw_open(json, '[');
    for (size_t i = 0; i < count; i++)
        rc_jsonw_str(json, texts[i]);
    rc_jsonw_close(json, ']');
    rc_jsonw_close(json, '}');
}

void rc_item_open_map(struct rc_jsonw *json, const char *name)
{
    open_attribute(json, name, "M");
    rc_jsonw_open(json, '{');
}

void rc_item_close_map(struct rc_jsonw *json)
{
    rc_jsonw_close(json, '}');
    rc_jsonw_close(json, '}');
}

void rc_item_open_list(struct rc_jsonw *json, const char *name)
{
    open_attribute(json, name, "L");
    rc_jsonw_open(json, '[');
}

void rc_item_close_list(struct rc_jsonw *json)
{
    rc_jsonw_close(json, ']');
    rc_jsonw_close(json, '}');
}

/* ----- reading ----- */

static json_t *get(const json_t *item, const char *name, const char *type)
{
    return json_object_get(json_object_get(item, name), type);
}

/* A text without a NUL within, which would hide the rest of it. */
static const char *whole_text(const json_t *value)
{
    const char *text = json_string_value(value);
    return text && strlen(text) == json_string_length(value) ? text : NULL;
}

const char *rc_item_get_text(const json_t *item, const char *name)
{
    return whole_text(get(item, name, "S"));
}

const char *rc_item_get_number(const json_t *item, const char *name)
{
    return whole_text(get(item, name, "N"));
}

json_t *rc_item_get_map(const json_t *item, const char *name)
{
    json_t *map = get(item, name, "M");
    return json_is_object(map) ? map : NULL;
}

json_t *rc_item_get_list(const json_t *item, const char *name)
{
    json_t *list = get(item, name, "L");
    return json_is_array(list) ? list : NULL;
}

json_t *rc_item_get_text_set(const json_t *item, const char *name)
{
    json_t *set = get(item, name, "SS");
    return json_is_array(set) ? set : NULL;
}

bool rc_item_get_i128(const json_t *item, const char *name, rc_i128 *value)
{
    const char *text = rc_item_get_number(item, name);
    struct rc_decimal decimal;
    return text && rc_decimal_parse(text, strlen(text), &decimal) &&
           rc_decimal_rescale(decimal, 0, value);
}

bool rc_item_get_int(const json_t *item, const char *name, int64_t *value)
{
    rc_i128 wide;
    if (!rc_item_get_i128(item, name, &wide) || wide < INT64_MIN || wide > INT64_MAX)
        return false;
    *value = (int64_t)wide;
    return true;
}

bool rc_item_get_bool(const json_t *item, const char *name, bool *value)
{
    const json_t *found = get(item, name, "BOOL");
    if (!json_is_boolean(found))
        return false;
    *value = json_is_true(found);
    return true;
}

bool rc_item_is_null(const json_t *item, const char *name)
{
    return json_is_true(get(item, name, "NULL"));
}

bool rc_item_get_binary(const json_t *item, const char *name, struct rc_buf *bytes)
{
    const json_t *value = get(item, name, "B");
    const char *text = json_string_value(value);
    size_t length = json_string_length(value), padding = 0;
    if (!text || length % 4 || length > INT_MAX)
        return false;
    if (length == 0)
        return true;
    while (padding < 2 && text[length - 1 - padding] == '=')
        padding++;
    char *to = rc_buf_reserve(bytes, length / 4 * 3);
    if (!to)
        return false;
    int got = EVP_DecodeBlock((unsigned char *)to, (const unsigned char *)text, (int)length);
    if (got < (int)padding)
        return false;
    bytes->length += (size_t)got - padding;
    to[(size_t)got - padding] = '\0';
    return true;
}

bool rc_item_same(const json_t *item, const json_t *other, const char *name)
{
    const json_t *one = json_object_get(item, name), *two = json_object_get(other, name);
    return one && two && json_equal(one, two);
}
