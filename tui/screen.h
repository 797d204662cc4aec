/* The terminal: nothing but the files behind this header includes ncurses.
 *
 * A screen is drawn from scratch each time into cells; what did not change is not
 * written to the terminal. Everything that is drawn goes through rc_draw_text, so
 * that control characters, invalid UTF-8 and wide characters in data are dealt
 * with once. */
#ifndef RC_TUI_SCREEN_H
#define RC_TUI_SCREEN_H

#include "base/error.h"
#include "tui/options.h"
#include "tui/theme.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Takes the terminal over. What it changes is undone by rc_screen_close and, in a
 * signal handler, by rc_screen_restore, which calls only async-signal-safe
 * functions. */
bool rc_screen_open(const struct rc_screen_options *options, struct rc_error *err);
void rc_screen_close(void);
void rc_screen_restore(void);

/* Writes what is taken within a short while and gives how much that was: it never waits
 * longer for a terminal that does not read. Only async-signal-safe functions. */
size_t rc_screen_write_soon(int fd, const char *bytes, size_t length);

/* Around Ctrl-Z: gives the terminal back, takes it again. */
void rc_screen_suspend(void);
void rc_screen_resume(void);

/* The size in cells, as of the last rc_screen_resized. */
int rc_screen_height(void);
int rc_screen_width(void);
void rc_screen_resized(void); /* after SIGWINCH */

/* Changes theme and colours at once; false when there is no such theme. */
bool rc_screen_theme(const char *name, struct rc_error *err);
bool rc_screen_ascii(void);
void rc_screen_set_ascii(bool ascii);
void rc_screen_set_mouse(bool mouse);

/* The name of the theme in use. Without colours it looks like mono all the same. */
const char *rc_screen_theme_name(void);

/* ----- drawing ----- */

/* A rectangle of cells. */
struct rc_area {
    int y, x, height, width;
};

struct rc_area rc_screen_area(void);

void rc_draw_begin(void);   /* clears the cells */
void rc_draw_end(void);     /* writes what changed */
void rc_draw_repaint(void); /* the next end writes everything */

enum rc_align { RC_LEFT, RC_RIGHT };

/* Draws UTF-8 text of `length` bytes into `width` cells of a row, clipped and padded,
 * in a role's style. What is cut ends in a mark (…, or > in ASCII). Control
 * characters are shown as their names' pictures (or ?), invalid bytes as U+FFFD,
 * combining characters go with the one before. Rows and columns outside the screen
 * are ignored. Gives the cells that the text took. */
int rc_draw_text(int y, int x, int width, enum rc_role role, enum rc_align align, const char *text,
                 size_t length);

/* The same for a formatted text. */
int rc_draw_printf(int y, int x, int width, enum rc_role role, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

void rc_draw_fill(struct rc_area area, enum rc_role role);
void rc_draw_box(struct rc_area area, enum rc_role role, const char *title);
void rc_draw_hline(int y, int x, int width, enum rc_role role);

/* A cell of a heatmap: level 0..RC_HEAT_LEVELS - 1 by colour and, never by colour
 * alone, by a glyph. */
void rc_draw_heat(int y, int x, int width, int level);

/* Cells that a text takes. */
int rc_text_width(const char *text, size_t length);

/* ----- keys ----- */

/* A key as the keymap knows it: a Unicode code point, or one of the names below. */
enum rc_key_code {
    RC_KEY_NONE = 0,
    RC_KEY_UP = 0x110000,
    RC_KEY_DOWN,
    RC_KEY_LEFT,
    RC_KEY_RIGHT,
    RC_KEY_HOME,
    RC_KEY_END,
    RC_KEY_PAGE_UP,
    RC_KEY_PAGE_DOWN,
    RC_KEY_SHIFT_LEFT,
    RC_KEY_SHIFT_RIGHT,
    RC_KEY_BACKSPACE,
    RC_KEY_DELETE,
    RC_KEY_INSERT,
    RC_KEY_BACK_TAB,
    RC_KEY_F1, /* … F12 follow */
    RC_KEY_F12 = RC_KEY_F1 + 11,
    RC_KEY_CTRL_SPACE, /* which terminals send as a zero */
    RC_KEY_MOUSE,      /* rc_screen_mouse says where */
    RC_KEY_FOCUS_IN,   /* the terminal is looked at, */
    RC_KEY_FOCUS_OUT,  /* or another window is */
};

/* The next key that is waiting, without waiting for one; RC_KEY_NONE when there is
 * none. Escape alone is 27. */
int rc_screen_key(void);

/* Whether the last key was not pressed but is a character of a pasted text. */
bool rc_screen_pasted(void);

struct rc_mouse {
    int y, x;
    bool click, double_click, wheel_up, wheel_down;
};

struct rc_mouse rc_screen_mouse(void);

/* Puts text on the terminal's clipboard (OSC 52). */
void rc_screen_copy(const char *text, size_t length);

#endif
