/* A line that is being typed, and the lines that were typed before. */
#ifndef RC_TUI_APP_LINE_H
#define RC_TUI_APP_LINE_H

#include <stdbool.h>
#include <stddef.h>

enum { RC_LINE_BYTES = 1000, RC_PAST_LINES = 100 };

struct rc_line {
    char text[RC_LINE_BYTES + 1]; /* UTF-8 */
    size_t length, cursor;        /* in bytes, the cursor between characters */
};

void rc_line_set(struct rc_line *line, const char *text);

/* Puts text where the cursor is; false when it does not fit. */
bool rc_line_insert(struct rc_line *line, const char *text);

/* Edits: characters, Left, Right, Home, End, Backspace, Delete and, as in a shell,
 * Ctrl-A E B F D K U W. False when the key means nothing to a line. */
bool rc_line_key(struct rc_line *line, int key);

/* Lines of before, oldest first. */
struct rc_past {
    char *lines[RC_PAST_LINES];
    int count;
};

/* Adds a line at the end, or moves it there. */
void rc_past_add(struct rc_past *past, const char *text);
void rc_past_free(struct rc_past *past);

#endif
