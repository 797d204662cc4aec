#include "tui/app_line.h"

#include "tui/keymap.h"
#include "tui/screen.h"

#include <stdlib.h>
#include <string.h>

void rc_line_set(struct rc_line *line, const char *text)
{
    line->length = line->cursor = 0;
    line->text[0] = '\0';
    rc_line_insert(line, text);
}

bool rc_line_insert(struct rc_line *line, const char *text)
{
    size_t length = strlen(text);
    if (length > RC_LINE_BYTES - line->length)
        return false;
    memmove(line->text + line->cursor + length, line->text + line->cursor,
            line->length - line->cursor + 1);
    memcpy(line->text + line->cursor, text, length);
    line->length += length;
    line->cursor += length;
    return true;
}

static bool continues(const struct rc_line *line, size_t at)
{
    return at < line->length && ((unsigned char)line->text[at] & 0xC0) == 0x80;
}

static size_t before(const struct rc_line *line, size_t at)
{
    if (at > 0)
        at--;
    while (at > 0 && continues(line, at))
        at--;
    return at;
}

static size_t after(const struct rc_line *line, size_t at)
{
    if (at < line->length)
        at++;
    while (continues(line, at))
        at++;
    return at;
}

static size_t word_before(const struct rc_line *line, size_t at)
{
    while (at > 0 && line->text[at - 1] == ' ')
        at--;
    while (at > 0 && line->text[at - 1] != ' ')
        at--;
    return at;
}

/* Takes the bytes from one place to another away. */
static void cut(struct rc_line *line, size_t from, size_t to)
{
    memmove(line->text + from, line->text + to, line->length - to + 1);
    line->length -= to - from;
    line->cursor = from;
}

enum { CTRL_A = 1, CTRL_B, CTRL_D = 4, CTRL_E, CTRL_F, CTRL_K = 11, CTRL_U = 21, CTRL_W = 23 };

static bool move(struct rc_line *line, int key)
{
    switch (key) {
    case RC_KEY_LEFT:
    case CTRL_B:
        line->cursor = before(line, line->cursor);
        return true;
    case RC_KEY_RIGHT:
    case CTRL_F:
        line->cursor = after(line, line->cursor);
        return true;
    case RC_KEY_HOME:
    case CTRL_A:
        line->cursor = 0;
        return true;
    case RC_KEY_END:
    case CTRL_E:
        line->cursor = line->length;
        return true;
    default:
        return false;
    }
}

static bool take_away(struct rc_line *line, int key)
{
    switch (key) {
    case RC_KEY_BACKSPACE:
        cut(line, before(line, line->cursor), line->cursor);
        return true;
    case RC_KEY_DELETE:
    case CTRL_D:
        cut(line, line->cursor, after(line, line->cursor));
        return true;
    case CTRL_K:
        cut(line, line->cursor, line->length);
        return true;
    case CTRL_U:
        cut(line, 0, line->cursor);
        return true;
    case CTRL_W:
        cut(line, word_before(line, line->cursor), line->cursor);
        return true;
    default:
        return false;
    }
}

bool rc_line_key(struct rc_line *line, int key)
{
    char text[16] = " ";
    if (move(line, key) || take_away(line, key))
        return true;
    if (key < ' ' || key >= RC_KEY_UP)
        return false;
    if (key == ';')
        memcpy(text, ";", 2);
    else if (key != ' ')
        rc_key_name(key, text);
    rc_line_insert(line, text);
    return true;
}

void rc_past_add(struct rc_past *past, const char *text)
{
    char *copy = *text ? strdup(text) : NULL;
    if (!copy)
        return;
    int at = 0;
    while (at < past->count && strcmp(past->lines[at], text) != 0)
        at++;
    if (at == past->count && past->count == RC_PAST_LINES)
        at = 0;
    if (at < past->count) {
        free(past->lines[at]);
        memmove(past->lines + at, past->lines + at + 1,
                (size_t)(past->count - at - 1) * sizeof *past->lines);
        past->count--;
    }
    past->lines[past->count++] = copy;
}

void rc_past_free(struct rc_past *past)
{
    while (past->count)
        free(past->lines[--past->count]);
}
