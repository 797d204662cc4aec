#include "base/jsonw.h"

#include <assert.h>
#include <string.h>

#include "base/decimal.h"
#include "base/utf8.h"

void rc_jsonw_init(struct rc_jsonw *json, struct rc_buf *out)
{
    *json = (struct rc_jsonw){.out = out};
}

static void separate(struct rc_jsonw *json)
{
    if (json->comma)
        rc_buf_add_char(json->out, ',');
    json->comma = true;
}

void rc_jsonw_open(struct rc_jsonw *json, char bracket)
{
    assert(bracket == '{' || bracket == '[');
    separate(json);
    rc_buf_add_char(json->out, bracket);
    json->comma = false;
}

void rc_jsonw_close(struct rc_jsonw *json, char bracket)
{
    assert(bracket == '}' || bracket == ']');
    rc_buf_add_char(json->out, bracket);
    json->comma = true;
}

static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
}

/* The C0 and C1 controls and DEL are escaped, although JSON asks for C0 only: what
 * a file brings must not reach a terminal as a control sequence. */
static void add_special(struct rc_buf *out, const unsigned char *text, size_t length)
{
    static const char names[] = "\b\f\n\r\t\"\\";
    static const char letters[] = "bfnrt\"\\";
    const char *name = text[0] ? strchr(names, text[0]) : NULL;
    if (!length)
        rc_buf_add_str(out, "\xEF\xBF\xBD");
    else if (length == 1 && name)
        rc_buf_add(out, (char[]){'\\', letters[name - names]}, 2);
    else if (length == 1)
        rc_buf_printf(out, "\\u%04x", text[0]);
    else if (length == 2 && text[0] == 0xC2 && text[1] < 0xA0)
        rc_buf_printf(out, "\\u%04x", text[1]);
    else
        rc_buf_add(out, text, length);
}

static void add_rest(struct rc_buf *out, const unsigned char *at, size_t length)
{
    while (length) {
        size_t run = 0;
        while (run < length && is_plain(at[run]))
            run++;
        rc_buf_add(out, at, run);
        at += run;
        length -= run;
        if (!length)
            break;
        size_t character = rc_utf8_length(at, length);
        add_special(out, at, character);
        at += character ? character : 1;
        length -= character ? character : 1;
    }
    rc_buf_add_char(out, '"');
}

/* Most texts are plain from end to end: those are copied while they are looked at. */
static void add_quoted(struct rc_buf *out, const char *text, size_t length)
{
    const unsigned char *from = (const unsigned char *)text;
    char *to = rc_buf_reserve(out, length + 2); /* each byte gives one or more */
    if (!to)
        return;
    size_t run = 0;
    *to++ = '"';
    for (; run < length && is_plain(from[run]); run++)
        to[run] = (char)from[run];
    out->length += 1 + run;
    if (run < length) {
        add_rest(out, from + run, length - run);
        return;
    }
    to[run] = '"';
    to[run + 1] = '\0';
    out->length++;
}

void rc_jsonw_key(struct rc_jsonw *json, const char *key)
{
    separate(json);
    add_quoted(json->out, key, strlen(key));
    rc_buf_add_char(json->out, ':');
    json->comma = false;
}

void rc_jsonw_text(struct rc_jsonw *json, const char *text, size_t length)
{
    separate(json);
    add_quoted(json->out, text, length);
}

void rc_jsonw_str(struct rc_jsonw *json, const char *text)
{
    rc_jsonw_text(json, text, strlen(text));
}

void rc_jsonw_raw(struct rc_jsonw *json, const char *number)
{
    separate(json);
    rc_buf_add_str(json->out, number);
}

void rc_jsonw_int(struct rc_jsonw *json, rc_i128 value)
{
    char text[RC_DECIMAL_TEXT];
    rc_i128_format(value, text);
    rc_jsonw_raw(json, text);
}

void rc_jsonw_bool(struct rc_jsonw *json, bool value)
{
    rc_jsonw_raw(json, value ? "true" : "false");
}

void rc_jsonw_null(struct rc_jsonw *json)
{
    rc_jsonw_raw(json, "null");
}
