/* Colour themes: what each role on the screen looks like. A theme is an INI file
 * (docs/themes.md); the bundled ones are embedded, others are found in
 * $XDG_CONFIG_HOME/reconctl/themes. */
#ifndef RC_TUI_THEME_H
#define RC_TUI_THEME_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

/* X(SYMBOL, name in the INI file) */
#define RC_ROLE_LIST(X)                                                                            \
    X(NORMAL, "normal")                                                                            \
    X(DIM, "dim")                                                                                  \
    X(TITLE, "title")                                                                              \
    X(HEADER, "header")                                                                            \
    X(SELECTED, "selected")                                                                        \
    X(MARKED, "marked")                                                                            \
    X(BORDER, "border")                                                                            \
    X(STATUS, "status")                                                                            \
    X(KEY, "key")                                                                                  \
    X(GOOD, "good")                                                                                \
    X(WARN, "warn")                                                                                \
    X(BAD, "bad")                                                                                  \
    X(DIFFERENT, "different")                                                                      \
    X(INPUT, "input")                                                                              \
    X(MATCH, "match")                                                                              \
    X(FIELD_1, "field1")                                                                           \
    X(FIELD_2, "field2")                                                                           \
    X(FIELD_3, "field3")                                                                           \
    X(FIELD_4, "field4")                                                                           \
    X(FIELD_5, "field5")                                                                           \
    X(FIELD_6, "field6")

enum rc_role {
#define X(symbol, name) RC_ROLE_##symbol,
    RC_ROLE_LIST(X)
#undef X
        RC_ROLES,
    /* Made of two, not named by themes: what is good or bad in the line at the top. */
    RC_ROLE_GOOD_TITLE = RC_ROLES,
    RC_ROLE_BAD_TITLE,
    RC_DRAWN_ROLES
};

enum { RC_HEAT_LEVELS = 8, RC_COLOR_DEFAULT = -1 };

/* A colour as 0xRRGGBB, or RC_COLOR_DEFAULT; the screen finds the nearest one that
 * the terminal has. */
struct rc_style {
    int32_t foreground, background;
    bool bold, underline, reverse, dim;
};

struct rc_theme {
    char name[32];
    char title[80];
    struct rc_style role[RC_ROLES];
    int32_t heat[RC_HEAT_LEVELS]; /* backgrounds, perceptually even; -1 in mono */
};

/* By name: the user's own first, else a bundled one. The error names file, line and
 * member. */
bool rc_theme_load(const char *name, struct rc_theme *theme, struct rc_error *err);

/* The bundled themes, in the order in which they are offered. */
extern const char *const rc_theme_names[]; /* NULL at the end */

#endif
