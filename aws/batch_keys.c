#include "aws/batch_parts.h"
#include "aws/ddb_item.h"
#include "aws/json.h"

#include <string.h>

/* Most items are plain: compact JSON of ASCII without escapes, as aws/ddb_item.h
 * writes it. Their keys are found here in one pass without memory; a parser that builds
 * the whole item needs ten times as long. Whatever is not plain is left to the parser,
 * which also says what is wrong with it. */

struct part {
    const char *text;
    size_t length;
};

/* A plain text with its quotes; gives what is behind it, or NULL. */
static const char *skip_text(const char *at)
{
    if (*at++ != '"')
        return NULL;
    while (*at >= 0x20 && *at < 0x7F && *at != '"' && *at != '\\')
        at++;
    return *at == '"' ? at + 1 : NULL;
}

static const char *skip_word(const char *at)
{
    static const char *const words[] = {"true", "false", "null"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strncmp(at, words[i], strlen(words[i])) == 0)
            return at + strlen(words[i]);
    return NULL;
}

/* A member's name and its colon. */
static const char *skip_name(const char *at)
{
    at = skip_text(at);
    return at && *at == ':' ? at + 1 : NULL;
}

/* A plain value within `depth` brackets; gives what is behind it, or NULL. */
static const char *skip_value(const char *at, int depth)
{
    if (*at == '"')
        return skip_text(at);
    if (*at != '{' && *at != '[')
        return skip_word(at);
    if (depth == RC_JSON_DEPTH)
        return NULL;
    char close = *at++ == '{' ? '}' : ']';
    if (*at == close)
        return at + 1;
    for (;; at++) {
        if (close == '}' && !(at = skip_name(at)))
            return NULL;
        at = skip_value(at, depth + 1);
        if (!at || *at == close)
            return at ? at + 1 : NULL;
        if (*at != ',')
            return NULL;
    }
}

/* {"S":"text"}: what the parser would write as it stands. */
static bool is_simple(struct part value)
{
    const char *end = skip_text(value.text + 1);
    return value.text[0] == '{' && end && *end == ':' && (end = skip_text(end + 1)) &&
           end + 1 == value.text + value.length;
}

static bool same_name(struct part quoted, const char *name)
{
    size_t length = strlen(name);
    return quoted.length == length + 2 && memcmp(quoted.text + 1, name, length) == 0;
}

static bool take_value(struct part name, struct part value, const char *const keys[2],
                       struct part values[2])
{
    for (int i = 0; i < 2; i++) {
        if (!keys[i] || !same_name(name, keys[i]))
            continue;
        if (values[i].text || !is_simple(value))
            return false;
        values[i] = value;
    }
    return true;
}

/* Finds the values of both keys among the item's members. */
static bool find_values(const char *item, const char *const keys[2], struct part values[2])
{
    const char *at = item;
    if (*at != '{')
        return false;
    do {
        struct part name = {.text = at + 1};
        if (!(at = skip_name(name.text)))
            return false;
        name.length = (size_t)(at - 1 - name.text);
        struct part value = {.text = at};
        if (!(at = skip_value(value.text, 1)))
            return false;
        value.length = (size_t)(at - value.text);
        if (!take_value(name, value, keys, values))
            return false;
    } while (*at == ',');
    return at[0] == '}' && at[1] == '\0';
}

/* A name that the parser would write as it stands. */
static bool is_plain_name(const char *name)
{
    for (; *name >= 0x20 && *name < 0x7F && *name != '"' && *name != '\\'; name++)
        ;
    return *name == '\0';
}

static char *add_part(char *to, const char *text, size_t length)
{
    memcpy(to, text, length);
    return to + length;
}

/* {"NAME":VALUE,"NAME":VALUE} in the arena. */
static const char *write_key(const char *const names[2], const struct part values[2], int count,
                             struct rc_arena *arena)
{
    size_t room = 2;
    for (int i = 0; i < count; i++)
        room += values[i].length + strlen(names[i]) + 4;
    char *key = rc_arena_alloc(arena, room);
    char *to = key;
    for (int i = 0; to && i < count; i++) {
        *to++ = i ? ',' : '{';
        *to++ = '"';
        to = add_part(to, names[i], strlen(names[i]));
        to = add_part(to, "\":", 2);
        to = add_part(to, values[i].text, values[i].length);
    }
    if (to)
        *to = '}'; /* the arena's memory is zeroed */
    return key;
}

const char *rc_batch_plain_key(const char *item, const char *const keys[2], struct rc_arena *arena)
{
    struct part values[2] = {{NULL, 0}, {NULL, 0}};
    const char *names[2] = {keys[0], keys[1]};
    int count = keys[1] ? 2 : 1;
    int order = keys[1] ? strcmp(keys[0], keys[1]) : -1;
    if (order > 0) { /* the parser writes them in order of their names */
        names[0] = keys[1];
        names[1] = keys[0];
    }
    if (order == 0 || strnlen(item, RC_ITEM_CAP + 1) > RC_ITEM_CAP ||
        !find_values(item, names, values))
        return NULL;
    for (int i = 0; i < count; i++)
        if (!values[i].text || !is_plain_name(names[i]))
            return NULL;
    return write_key(names, values, count, arena);
}
