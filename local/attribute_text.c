#include "local/attribute_text.h"

#include <string.h>

enum { DEPTH = 64 }; /* of all JSON, as elsewhere */

bool rc_attribute_text_fail(struct rc_attribute_text *text, enum rc_code code, const char *words)
{
    if (!text->failed)
        rc_error_set(text->err, code, "%s", words);
    text->failed = true;
    return false;
}

static bool no_json(struct rc_attribute_text *text)
{
    return rc_attribute_text_fail(text, RC_DATA, "Unexpected token received from parser");
}

static bool other_kind(struct rc_attribute_text *text)
{
    return rc_attribute_text_fail(text, RC_DATA, "Unexpected value type in payload");
}

static bool no_memory(struct rc_attribute_text *text)
{
    return rc_attribute_text_fail(text, RC_NOMEM, "out of memory");
}

void rc_attribute_text_begin(struct rc_attribute_text *text, const char *bytes, size_t length,
                             struct rc_arena *arena, struct rc_error *err)
{
    *text =
        (struct rc_attribute_text){.at = bytes, .end = bytes + length, .arena = arena, .err = err};
}

/* ----- tokens ----- */

/* The next character that is no blank; 0 at the end. */
static char look(struct rc_attribute_text *text)
{
    while (text->at < text->end &&
           (*text->at == ' ' || *text->at == '\n' || *text->at == '\t' || *text->at == '\r'))
        text->at++;
    return text->at < text->end && !text->failed ? *text->at : '\0';
}

bool rc_attribute_text_is(struct rc_attribute_text *text, char bracket)
{
    return look(text) == bracket;
}

static bool expect(struct rc_attribute_text *text, char c)
{
    if (look(text) != c)
        return no_json(text);
    text->at++;
    return true;
}

bool rc_attribute_text_end(struct rc_attribute_text *text)
{
    return !look(text) && text->at == text->end && !text->failed;
}

bool rc_attribute_text_open(struct rc_attribute_text *text, char bracket)
{
    if (look(text) != bracket)
        return other_kind(text);
    if (++text->depth > DEPTH)
        return rc_attribute_text_fail(text, RC_DATA, "JSON is nested too deep");
    text->at++;
    return true;
}

/* In front of the next one; false at the closing bracket, which is taken. */
static bool next(struct rc_attribute_text *text, bool *first, char closing)
{
    if (look(text) == closing) {
        text->at++;
        text->depth--;
        return false;
    }
    if (!*first && !expect(text, ','))
        return false;
    *first = false;
    return !text->failed;
}

bool rc_attribute_text_element(struct rc_attribute_text *text, bool *first)
{
    return next(text, first, ']');
}

bool rc_attribute_text_member(struct rc_attribute_text *text, bool *first, const char **name,
                              uint32_t *length)
{
    return next(text, first, '}') && rc_attribute_text_string(text, name, length) &&
           expect(text, ':');
}

/* ----- strings ----- */

static int hex4(const char *at)
{
    int value = 0;
    for (int i = 0; i < 4; i++) {
        char c = at[i];
        int digit = c >= '0' && c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
        if ((c < '0' || c > '9') && ((c | 0x20) < 'a' || (c | 0x20) > 'f'))
            return -1;
        value = value << 4 | digit;
    }
    return value;
}

static char *put_utf8(char *to, unsigned code)
{
    if (code < 0x80) {
        *to++ = (char)code;
    } else if (code < 0x800) {
        *to++ = (char)(0xC0 | code >> 6);
        *to++ = (char)(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        *to++ = (char)(0xE0 | code >> 12);
        *to++ = (char)(0x80 | (code >> 6 & 0x3F));
        *to++ = (char)(0x80 | (code & 0x3F));
    } else {
        *to++ = (char)(0xF0 | code >> 18);
        *to++ = (char)(0x80 | (code >> 12 & 0x3F));
        *to++ = (char)(0x80 | (code >> 6 & 0x3F));
        *to++ = (char)(0x80 | (code & 0x3F));
    }
    return to;
}

/* What stands behind "\u", with its other half; NULL when it is none. */
static const char *read_unicode(const char *at, const char *end, char **to)
{
    int high = end - at >= 4 ? hex4(at) : -1, low = -1;
    if (high < 0 || (high >= 0xDC00 && high < 0xE000))
        return NULL;
    at += 4;
    unsigned code = (unsigned)high;
    if (high >= 0xD800 && high < 0xDC00) {
        if (end - at >= 6 && at[0] == '\\' && at[1] == 'u')
            low = hex4(at + 2);
        if (low < 0xDC00 || low >= 0xE000)
            return NULL;
        code = 0x10000 + ((code - 0xD800) << 10) + ((unsigned)low - 0xDC00);
        at += 6;
    }
    *to = put_utf8(*to, code);
    return at;
}

/* Undoes the escapes between `from` and `end`; no result is longer than its text. */
static bool unescape(struct rc_attribute_text *text, const char *from, const char *end,
                     const char **bytes, uint32_t *length)
{
    static const char letters[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    char *copy = rc_arena_alloc(text->arena, (size_t)(end - from) + 1), *to = copy;
    if (!copy)
        return no_memory(text);
    while (from < end) {
        if (*from != '\\') {
            *to++ = *from++;
            continue;
        }
        const char *letter = from[1] ? strchr(letters, from[1]) : NULL;
        if (letter) {
            *to++ = values[letter - letters];
            from += 2;
        } else if (from[1] != 'u' || !(from = read_unicode(from + 2, end, &to))) {
            return no_json(text);
        }
    }
    *bytes = copy;
    *length = (uint32_t)(to - copy);
    return true;
}

/* Well-formed UTF-8 (Unicode, table 3-7). */
static bool is_utf8(const char *at, const char *end)
{
    const unsigned char *c = (const unsigned char *)at, *last = (const unsigned char *)end;
    while (c < last) {
        if (*c < 0x80) {
            c++;
            continue;
        }
        int more = *c >= 0xF0 ? 3 : *c >= 0xE0 ? 2 : 1;
        unsigned char low = *c == 0xE0 ? 0xA0 : *c == 0xF0 ? 0x90 : 0x80;
        unsigned char high = *c == 0xED ? 0x9F : *c == 0xF4 ? 0x8F : 0xBF;
        if (*c < 0xC2 || *c > 0xF4 || last - c <= more || c[1] < low || c[1] > high)
            return false;
        for (int i = 2; i <= more; i++)
            if ((c[i] & 0xC0) != 0x80)
                return false;
        c += more + 1;
    }
    return true;
}

bool rc_attribute_text_string(struct rc_attribute_text *text, const char **bytes, uint32_t *length)
{
    if (look(text) != '"')
        return other_kind(text);
    const char *from = ++text->at, *at = from;
    bool escaped = false;
    unsigned char all = 0;
    for (; at < text->end && *at != '"'; at++) {
        all |= (unsigned char)*at;
        if ((unsigned char)*at < 0x20)
            return no_json(text);
        if (*at == '\\') {
            escaped = true;
            if (++at == text->end)
                break;
        }
    }
    if (at == text->end || (all >= 0x80 && !is_utf8(from, at)))
        return no_json(text);
    text->at = at + 1;
    *bytes = from;
    *length = (uint32_t)(at - from);
    return !escaped || unescape(text, from, at, bytes, length);
}

/* ----- values that do not matter ----- */

static bool skip_word(struct rc_attribute_text *text)
{
    static const char *const words[] = {"true", "false", "null"};
    size_t left = (size_t)(text->end - text->at), digits = 0;
    for (int i = 0; i < 3; i++) {
        size_t length = strlen(words[i]);
        if (left >= length && memcmp(text->at, words[i], length) == 0) {
            text->at += length;
            return true;
        }
    }
    while (digits < left && strchr("+-.0123456789eE", text->at[digits]) && text->at[digits])
        digits++;
    text->at += digits;
    return digits || no_json(text);
}

bool rc_attribute_text_skip(struct rc_attribute_text *text)
{
    const char *bytes;
    uint32_t length;
    bool first = true;
    char c = look(text);
    if (c == '"')
        return rc_attribute_text_string(text, &bytes, &length);
    if (c != '{' && c != '[')
        return c ? skip_word(text) : no_json(text);
    if (!rc_attribute_text_open(text, c))
        return false;
    while (c == '{' ? rc_attribute_text_member(text, &first, &bytes, &length)
                    : rc_attribute_text_element(text, &first))
        if (!rc_attribute_text_skip(text))
            return false;
    return !text->failed;
}

/* ----- attribute values ----- */

static bool read_value(struct rc_attribute_text *text, struct rc_attribute *value, int depth);

/* Room for one more element; it doubles. */
static struct rc_attribute *room(struct rc_attribute_text *text, struct rc_attribute *value)
{
    enum { FIRST = 8 };
    uint32_t count = value->count;
    if (count && (count < FIRST || (count & (count - 1))))
        return &value->elements[count];
    size_t wanted = count ? (size_t)count * 2 : FIRST;
    struct rc_attribute *more = rc_arena_alloc(text->arena, wanted * sizeof *more);
    if (!more) {
        no_memory(text);
        return NULL;
    }
    if (count)
        memcpy(more, value->elements, count * sizeof *more);
    value->elements = more;
    return &more[count];
}

/* Most numbers are as DynamoDB gives them back already. */
static bool is_canonical(const char *bytes, uint32_t length)
{
    uint32_t at = length && *bytes == '-', first = at, point = length;
    for (; at < length; at++) {
        if (bytes[at] == '.' && point == length)
            point = at;
        else if (bytes[at] < '0' || bytes[at] > '9')
            return false;
    }
    return length > first && length - first <= RC_NUMBER_DIGITS && bytes[first] > '0' &&
           bytes[first] <= '9' && (point == length || bytes[length - 1] > '0');
}

static bool read_number(struct rc_attribute_text *text, struct rc_attribute *value)
{
    struct rc_number number;
    if (is_canonical(value->bytes, value->count))
        return true;
    if (!rc_number_parse(value->bytes, value->count, &number, text->err)) {
        text->failed = true;
        return false;
    }
    return rc_attribute_set_number(value, &number, text->arena) || no_memory(text);
}

static bool read_binary(struct rc_attribute_text *text, struct rc_attribute *value)
{
    if (!rc_attribute_set_binary(value, value->bytes, value->count, text->arena, text->err))
        text->failed = true;
    return !text->failed;
}

static bool read_scalar(struct rc_attribute_text *text, struct rc_attribute *value)
{
    if (!rc_attribute_text_string(text, &value->bytes, &value->count))
        return false;
    return value->type == RC_ATTRIBUTE_S ||
           (value->type == RC_ATTRIBUTE_N ? read_number(text, value) : read_binary(text, value));
}

static bool read_set(struct rc_attribute_text *text, struct rc_attribute *value)
{
    enum rc_attribute_type type = rc_attribute_element((enum rc_attribute_type)value->type);
    bool first = true;
    if (!rc_attribute_text_open(text, '['))
        return false;
    while (rc_attribute_text_element(text, &first)) {
        struct rc_attribute *element = room(text, value);
        if (!element)
            return false;
        *element = (struct rc_attribute){.type = (uint8_t)type};
        if (!read_scalar(text, element))
            return false;
        if (rc_attribute_in_set(value, element))
            return rc_attribute_text_fail(text, RC_INVALID,
                                          "One or more parameter values were invalid: Input "
                                          "collection contains duplicates.");
        value->count++;
    }
    if (!text->failed && !value->count)
        return rc_attribute_text_fail(text, RC_INVALID, rc_attribute_empty_set(type));
    return !text->failed;
}

/* Of a name that comes twice the last value counts. */
static bool read_map(struct rc_attribute_text *text, struct rc_attribute *value, int depth)
{
    const char *name;
    uint32_t length;
    bool first = true;
    if (!rc_attribute_text_open(text, '{'))
        return false;
    while (rc_attribute_text_member(text, &first, &name, &length)) {
        struct rc_attribute *element = rc_attribute_get(value, name, length);
        bool again = element != NULL;
        if (!again && !(element = room(text, value)))
            return false;
        *element = (struct rc_attribute){.name = name, .name_length = length};
        if (!read_value(text, element, depth))
            return false;
        value->count += !again;
    }
    return !text->failed;
}

static bool read_list(struct rc_attribute_text *text, struct rc_attribute *value, int depth)
{
    bool first = true;
    if (!rc_attribute_text_open(text, '['))
        return false;
    while (rc_attribute_text_element(text, &first)) {
        struct rc_attribute *element = room(text, value);
        if (!element)
            return false;
        *element = (struct rc_attribute){0};
        if (!read_value(text, element, depth))
            return false;
        value->count++;
    }
    return !text->failed;
}

static bool read_truth(struct rc_attribute_text *text, struct rc_attribute *value)
{
    char c = look(text);
    if ((c != 't' && c != 'f') || !skip_word(text))
        return no_json(text);
    value->truth = c == 't';
    if (value->type == RC_ATTRIBUTE_NULL && !value->truth)
        return rc_attribute_text_fail(text, RC_INVALID,
                                      "One or more parameter values were invalid: Null attribute "
                                      "value types must have the value of true");
    return true;
}

static bool read_typed(struct rc_attribute_text *text, struct rc_attribute *value, int depth)
{
    switch ((enum rc_attribute_type)value->type) {
    case RC_ATTRIBUTE_S:
    case RC_ATTRIBUTE_N:
    case RC_ATTRIBUTE_B:
        return read_scalar(text, value);
    case RC_ATTRIBUTE_BOOL:
    case RC_ATTRIBUTE_NULL:
        return read_truth(text, value);
    case RC_ATTRIBUTE_M:
    case RC_ATTRIBUTE_L:
        if (depth >= RC_ATTRIBUTE_DEPTH)
            return rc_attribute_text_fail(text, RC_INVALID,
                                          "Nesting Levels have exceeded supported limits");
        return value->type == RC_ATTRIBUTE_M ? read_map(text, value, depth + 1)
                                             : read_list(text, value, depth + 1);
    default:
        return read_set(text, value);
    }
}

/* {"S": …}; members that are null or unknown do not count. */
static bool read_value(struct rc_attribute_text *text, struct rc_attribute *value, int depth)
{
    const char *name;
    uint32_t length;
    bool first = true;
    int known = 0;
    if (!rc_attribute_text_open(text, '{'))
        return false;
    while (rc_attribute_text_member(text, &first, &name, &length)) {
        enum rc_attribute_type type;
        if (look(text) == 'n' || !rc_attribute_type_of(name, length, &type)) {
            if (!rc_attribute_text_skip(text))
                return false;
            continue;
        }
        if (++known > 1)
            return rc_attribute_text_fail(
                text, RC_INVALID,
                "Supplied AttributeValue has more than one datatypes set, "
                "must contain exactly one of the supported datatypes");
        value->type = (uint8_t)type;
        if (!read_typed(text, value, depth))
            return false;
    }
    if (!text->failed && !known)
        return rc_attribute_text_fail(text, RC_INVALID,
                                      "Supplied AttributeValue is empty, must contain exactly one "
                                      "of the supported datatypes");
    return !text->failed;
}

bool rc_attribute_text_item(struct rc_attribute_text *text, struct rc_attribute *item)
{
    *item = (struct rc_attribute){.type = RC_ATTRIBUTE_M};
    return read_map(text, item, 0);
}
