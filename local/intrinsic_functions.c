#include "local/intrinsic_functions.h"

#include "base/buf.h"
#include "local/answer.h"

#include <math.h>
#include <openssl/evp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_CAP = 1 << 20, RANGE_MOST = 1000, BASE64_MOST = 10000, ARGS_MOST = 64 };

typedef const struct rc_intrinsic_world world_t;

static json_t *bad(struct rc_error *err, const char *function, const char *why)
{
    rc_error_set(err, RC_DATA, "States.%s: %s", function, why);
    return NULL;
}

static json_t *arg(const json_t *args, size_t index)
{
    return json_array_get(args, index);
}

/* Whole numbers; others are rounded. */
static bool whole(const json_t *value, int64_t *number)
{
    if (!json_is_number(value))
        return false;
    *number = json_is_integer(value) ? json_integer_value(value)
                                     : (int64_t)llround(json_real_value(value));
    return true;
}

/* A text as it is, anything else as JSON; free it. */
static char *as_text(const json_t *value)
{
    if (json_is_string(value))
        return strdup(json_string_value(value));
    return rc_answer_dump(value);
}

/* ----- texts ----- */

static json_t *format(const json_t *args, world_t *world, struct rc_error *err)
{
    const char *at = json_string_value(arg(args, 0));
    struct rc_buf out;
    size_t next = 1;
    bool ok = at != NULL;
    (void)world;
    rc_buf_init(&out, TEXT_CAP);
    for (; ok && *at; at++) {
        if (at[0] == '{' && at[1] == '}') {
            char *text = as_text(arg(args, next++));
            ok = text && rc_buf_add_str(&out, text);
            free(text);
            at++;
        } else {
            rc_buf_add_char(&out, (char)(*at == RC_INTRINSIC_OPEN    ? '{'
                                         : *at == RC_INTRINSIC_CLOSE ? '}'
                                                                     : *at));
        }
    }
    json_t *value = NULL;
    if (ok && next == json_array_size(args) && !out.failed)
        value = json_stringn(out.data ? out.data : "", out.length);
    else
        bad(err, "Format", "it needs a text and one argument for each {} in it");
    rc_buf_free(&out);
    return value;
}

static json_t *string_to_json(const json_t *args, world_t *world, struct rc_error *err)
{
    const char *text = json_string_value(arg(args, 0));
    json_t *value = text ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;
    (void)world;
    return value ? value : bad(err, "StringToJson", "the argument is no text with JSON in it");
}

static json_t *json_to_string(const json_t *args, world_t *world, struct rc_error *err)
{
    char *text = rc_answer_dump(arg(args, 0));
    json_t *value = text ? json_string(text) : NULL;
    (void)world;
    free(text);
    return value ? value : bad(err, "JsonToString", "out of memory");
}

static json_t *string_split(const json_t *args, world_t *world, struct rc_error *err)
{
    const char *text = json_string_value(arg(args, 0)), *marks = json_string_value(arg(args, 1));
    (void)world;
    if (!text || !marks || !*marks)
        return bad(err, "StringSplit", "it needs two texts");
    json_t *parts = json_array();
    for (const char *at = text; *at;) {
        size_t length = strcspn(at, marks);
        if (length)
            json_array_append_new(parts, json_stringn(at, length));
        at += length + (at[length] != '\0');
    }
    return parts;
}

static json_t *base64_encode(const json_t *args, world_t *world, struct rc_error *err)
{
    const char *text = json_string_value(arg(args, 0));
    size_t length = text ? strlen(text) : BASE64_MOST + 1;
    char out[BASE64_MOST / 3 * 4 + 8];
    (void)world;
    if (length > BASE64_MOST)
        return bad(err, "Base64Encode", "it needs a text of up to 10,000 characters");
    EVP_EncodeBlock((unsigned char *)out, (const unsigned char *)text, (int)length);
    return json_string(out);
}

static json_t *base64_decode(const json_t *args, world_t *world, struct rc_error *err)
{
    const char *text = json_string_value(arg(args, 0));
    size_t length = text ? strlen(text) : BASE64_MOST + 1;
    unsigned char out[BASE64_MOST + 4];
    (void)world;
    int got = length > BASE64_MOST || length % 4
                  ? -1
                  : EVP_DecodeBlock(out, (const unsigned char *)text, (int)length);
    if (got < 0)
        return bad(err, "Base64Decode", "it needs a base64 text of up to 10,000 characters");
    for (size_t i = length; i > 0 && i + 2 > length && text[i - 1] == '='; i--)
        got--;
    json_t *value = json_stringn((const char *)out, (size_t)got);
    return value ? value : bad(err, "Base64Decode", "what comes out is no UTF-8");
}

static json_t *hash(const json_t *args, world_t *world, struct rc_error *err)
{
    static const char *const names[][2] = {{"MD5", "MD5"},
                                           {"SHA-1", "SHA1"},
                                           {"SHA-256", "SHA256"},
                                           {"SHA-384", "SHA384"},
                                           {"SHA-512", "SHA512"}};
    const char *wanted = json_string_value(arg(args, 1));
    const EVP_MD *kind = NULL;
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    struct rc_buf hex;
    (void)world;
    for (size_t i = 0; wanted && i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i][0], wanted) == 0)
            kind = EVP_get_digestbyname(names[i][1]);
    char *text = as_text(arg(args, 0));
    bool ok = kind && text && EVP_Digest(text, strlen(text), digest, &size, kind, NULL) == 1;
    free(text);
    if (!ok)
        return bad(err, "Hash", "it needs data and MD5, SHA-1, SHA-256, SHA-384 or SHA-512");
    rc_buf_init(&hex, sizeof digest * 2UL);
    rc_buf_add_hex(&hex, digest, size);
    json_t *value = json_string(hex.data ? hex.data : "");
    rc_buf_free(&hex);
    return value;
}

static json_t *uuid(const json_t *args, world_t *world, struct rc_error *err)
{
    char text[37];
    (void)args, (void)err;
    world->uuid(world->ctx, text);
    return json_string(text);
}

/* ----- arrays ----- */

static json_t *array(const json_t *args, world_t *world, struct rc_error *err)
{
    (void)world, (void)err;
    return json_copy((json_t *)(uintptr_t)args);
}

static json_t *array_partition(const json_t *args, world_t *world, struct rc_error *err)
{
    int64_t size = 0;
    size_t i;
    json_t *value, *part = NULL;
    (void)world;
    if (!json_is_array(arg(args, 0)) || !whole(arg(args, 1), &size) || size < 1)
        return bad(err, "ArrayPartition", "it needs an array and a number over 0");
    json_t *parts = json_array();
    json_array_foreach(arg(args, 0), i, value)
    {
        if (i % (size_t)size == 0) {
            part = json_array();
            json_array_append_new(parts, part);
        }
        json_array_append(part, value);
    }
    return parts;
}

static bool has(const json_t *list, const json_t *wanted)
{
    size_t i;
    const json_t *value;
    json_array_foreach(list, i, value)
    {
        if (json_equal(value, wanted))
            return true;
        if (json_is_number(value) && json_is_number(wanted) &&
            json_number_value(value) == json_number_value(wanted))
            return true;
    }
    return false;
}

static json_t *array_contains(const json_t *args, world_t *world, struct rc_error *err)
{
    (void)world;
    if (!json_is_array(arg(args, 0)))
        return bad(err, "ArrayContains", "it needs an array and a value");
    return json_boolean(has(arg(args, 0), arg(args, 1)));
}

static json_t *array_range(const json_t *args, world_t *world, struct rc_error *err)
{
    int64_t first = 0, last = 0, step = 0, span = 0;
    (void)world;
    if (!whole(arg(args, 0), &first) || !whole(arg(args, 1), &last) ||
        !whole(arg(args, 2), &step) || !step || __builtin_sub_overflow(last, first, &span) ||
        (double)span / (double)step >= RANGE_MOST)
        return bad(err, "ArrayRange",
                   "it needs first, last and a step, and has up to 1,000 values");
    json_t *list = json_array();
    int64_t value = first;
    bool more = true;
    for (; more && (step > 0 ? value <= last : value >= last);
         more = !__builtin_add_overflow(value, step, &value))
        json_array_append_new(list, json_integer(value));
    return list;
}

static json_t *array_get_item(const json_t *args, world_t *world, struct rc_error *err)
{
    int64_t index = -1;
    (void)world;
    json_t *value = whole(arg(args, 1), &index) && index >= 0
                        ? json_array_get(arg(args, 0), (size_t)index)
                        : NULL;
    return value ? json_incref(value)
                 : bad(err, "ArrayGetItem", "it needs an array and an index that is in it");
}

static json_t *array_length(const json_t *args, world_t *world, struct rc_error *err)
{
    (void)world;
    return json_is_array(arg(args, 0)) ? json_integer((json_int_t)json_array_size(arg(args, 0)))
                                       : bad(err, "ArrayLength", "it needs an array");
}

static json_t *array_unique(const json_t *args, world_t *world, struct rc_error *err)
{
    size_t i;
    json_t *value;
    (void)world;
    if (!json_is_array(arg(args, 0)))
        return bad(err, "ArrayUnique", "it needs an array");
    json_t *list = json_array();
    json_array_foreach(arg(args, 0), i, value)
    {
        if (!has(list, value))
            json_array_append(list, value);
    }
    return list;
}

/* ----- objects and numbers ----- */

static json_t *json_merge(const json_t *args, world_t *world, struct rc_error *err)
{
    (void)world;
    if (!json_is_object(arg(args, 0)) || !json_is_object(arg(args, 1)) ||
        !json_is_false(arg(args, 2)))
        return bad(err, "JsonMerge", "it needs two objects and false (there is no deep merge)");
    json_t *merged = json_copy(arg(args, 0));
    json_object_update(merged, arg(args, 1));
    return merged;
}

/* A seed makes the number a matter of the seed: splitmix64, Steele, Lea and Flood (2014). */
static double seeded(int64_t seed)
{
    uint64_t x = (uint64_t)seed + 0x9E3779B97F4A7C15ULL;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
    return (double)((x ^ (x >> 31)) >> 11) / 9007199254740992.0; /* 2^53 */
}

static json_t *math_random(const json_t *args, world_t *world, struct rc_error *err)
{
    int64_t low = 0, high = 0, span = 0, seed = 0;
    bool with_seed = json_array_size(args) == 3;
    if (!whole(arg(args, 0), &low) || !whole(arg(args, 1), &high) || high <= low ||
        __builtin_sub_overflow(high, low, &span) || (with_seed && !whole(arg(args, 2), &seed)))
        return bad(err, "MathRandom", "it needs a start, a later end, and perhaps a seed");
    double chance = with_seed ? seeded(seed) : world->chance(world->ctx);
    return json_integer(low + (int64_t)(chance * (double)span));
}

static json_t *math_add(const json_t *args, world_t *world, struct rc_error *err)
{
    int64_t left = 0, right = 0, sum = 0;
    (void)world;
    if (!whole(arg(args, 0), &left) || !whole(arg(args, 1), &right) ||
        __builtin_add_overflow(left, right, &sum))
        return bad(err, "MathAdd", "it needs two numbers");
    return json_integer(sum);
}

const struct rc_intrinsic_function rc_intrinsic_functions[] = {
    {"States.Format", 1, ARGS_MOST, format},
    {"States.StringToJson", 1, 1, string_to_json},
    {"States.JsonToString", 1, 1, json_to_string},
    {"States.StringSplit", 2, 2, string_split},
    {"States.Base64Encode", 1, 1, base64_encode},
    {"States.Base64Decode", 1, 1, base64_decode},
    {"States.Hash", 2, 2, hash},
    {"States.UUID", 0, 0, uuid},
    {"States.Array", 0, ARGS_MOST, array},
    {"States.ArrayPartition", 2, 2, array_partition},
    {"States.ArrayContains", 2, 2, array_contains},
    {"States.ArrayRange", 3, 3, array_range},
    {"States.ArrayGetItem", 2, 2, array_get_item},
    {"States.ArrayLength", 1, 1, array_length},
    {"States.ArrayUnique", 1, 1, array_unique},
    {"States.JsonMerge", 3, 3, json_merge},
    {"States.MathRandom", 2, 3, math_random},
    {"States.MathAdd", 2, 2, math_add},
    {NULL, 0, 0, NULL},
};
