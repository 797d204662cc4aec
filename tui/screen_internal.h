/* What the parts of the screen share: screen.c (the terminal), screen_draw.c (cells) and
 * screen_input.c (keys); and glyphs and nearest colours, which know no terminal, so that tests
 * can look at them alone. */
#ifndef RC_TUI_SCREEN_INTERNAL_H
#define RC_TUI_SCREEN_INTERNAL_H

#include "tui/screen.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wchar.h>

/* ----- the terminal (screen.c) ----- */

/* Between rc_screen_open and whatever gives the terminal back. */
bool rc_screen_is_taken(void);

/* Milliseconds on a clock that nobody sets. */
int64_t rc_screen_now_ms(void);

/* ----- cells (screen_draw.c) ----- */

/* Colours and theme of a terminal that was taken; false when there is no such theme. */
bool rc_draw_start(const struct rc_screen_options *options, bool unicode, struct rc_error *err);

/* ----- keys (screen_input.c) ----- */

/* Keys are read as they come from now on; false without memory. End what was started, or failed
 * to. */
bool rc_input_start(struct rc_error *err);
void rc_input_end(void);

/* ----- text (screen_text.c) ----- */

enum { RC_GLYPH_CHARS = 5 }; /* as many as a cell of ncurses holds */

/* What stands in one place on the screen: a character and those that combine with
 * it. */
struct rc_glyph {
    wchar_t chars[RC_GLYPH_CHARS + 1];
    int width; /* 1 or 2 cells */
};

/* The glyph at the beginning of a text that is not empty; gives its bytes. Whatever the
 * bytes are, the glyph can be shown: no control, invalid or unknown character is in
 * it. Without `unicode` it is ASCII. */
size_t rc_text_glyph(const char *text, size_t length, bool unicode, struct rc_glyph *glyph);

/* How much of a text fits into `width` cells. When not all of it does, a cell is
 * left for the mark of the cut. */
struct rc_clip {
    size_t bytes;
    int width; /* of these bytes, without the mark */
    bool cut;
};

struct rc_clip rc_text_clip(const char *text, size_t length, int width);

/* ----- colours (screen_color.c) ----- */

enum { RC_COLORS_DIRECT = 1 << 24 };

/* The nearest of 8, 16, 256 or 2^24 colours, as ncurses numbers them;
 * RC_COLOR_DEFAULT stays what it is. */
int rc_color_nearest(int32_t rgb, int colors);

/* The same for text on a background: never gives the same colour twice. */
void rc_color_pair(int32_t foreground, int32_t background, int colors, int *front, int *back);

/* Black or white, whichever is easier to read on a background. */
int32_t rc_color_readable(int32_t background);

/* The style of a role that is drawn within another one: where it has no background of its
 * own, on that one's, in its own colour as long as that can be read there. */
struct rc_style rc_style_within(const struct rc_theme *theme, enum rc_role role,
                                enum rc_role around);

/* Contrast by WCAG 2: 1 to 21. */
double rc_color_contrast(int32_t a, int32_t b);

#endif
