/* The themes that the program brings along: those of themes/ as they were when it
 * was built. tools/embed.sh writes the table. */
#ifndef RC_TUI_BUNDLED_THEMES_H
#define RC_TUI_BUNDLED_THEMES_H

#include <stddef.h>

struct rc_bundled_theme {
    const char *name; /* of the file, without ".ini" */
    const char *ini;  /* the file's bytes and a NUL */
    size_t length;    /* without the NUL */
};

extern const struct rc_bundled_theme rc_bundled_themes[];
extern const size_t rc_bundled_theme_count;

#endif
