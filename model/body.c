#include "model/body.h"

#include "core/mask.h"

#include <stdlib.h>
#include <string.h>

void rc_body_mask(struct rc_buf *text)
{
    static const struct rc_layout plain = {.charset = RC_ASCII};
    if (text->data && text->length <= UINT32_MAX)
        rc_mask_raw(&plain, NULL, (uint8_t *)text->data, (uint32_t)text->length);
}

static void new_line(struct rc_buf *out, int depth)
{
    rc_buf_add_char(out, '\n');
    for (int i = 0; i < depth; i++)
        rc_buf_add_str(out, "  ");
}

enum { DEEPEST = 64 };

/* JSON with a line for each member, every token as it came: numbers of any size, and
 * those that are masked. False when the brackets do not match. */
static bool indent(const char *text, struct rc_buf *out)
{
    char open[DEEPEST];
    int depth = 0;
    bool quoted = false;
    for (; *text; text++) {
        if (quoted) {
            rc_buf_add_char(out, *text);
            if (*text == '\\' && text[1])
                rc_buf_add_char(out, *++text);
            else
                quoted = *text != '"';
        } else if (*text == '{' || *text == '[') {
            const char *next = text + 1 + strspn(text + 1, " \t\r\n");
            if (depth == DEEPEST)
                return false;
            rc_buf_add_char(out, *text);
            open[depth++] = *text == '{' ? '}' : ']';
            if (*next == open[depth - 1])
                text = next - 1;
            else
                new_line(out, depth);
        } else if (*text == '}' || *text == ']') {
            if (!depth || open[--depth] != *text)
                return false;
            if (!strchr("{[", out->data[out->length - 1]))
                new_line(out, depth);
            rc_buf_add_char(out, *text);
        } else if (*text == ',') {
            rc_buf_add_char(out, ',');
            new_line(out, depth);
        } else if (*text == ':') {
            rc_buf_add_str(out, ": ");
        } else if (!strchr(" \t\r\n", *text)) {
            quoted = *text == '"';
            rc_buf_add_char(out, *text);
        }
    }
    return !depth && !quoted && !out->failed;
}

char *rc_body_shown(const char *text)
{
    const char *first = text + strspn(text, " \t\r\n");
    struct rc_buf out;
    char *shown = NULL;
    rc_buf_init(&out, RC_BODY_BYTES);
    if ((*first == '{' || *first == '[') && indent(first, &out) && out.data)
        shown = strdup(out.data);
    rc_buf_free(&out);
    return shown ? shown : strdup(text);
}
