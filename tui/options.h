/* How the console is to look and behave, as the command line says it. */
#ifndef RC_TUI_OPTIONS_H
#define RC_TUI_OPTIONS_H

#include <stdbool.h>

struct rc_screen_options {
    const char *theme; /* NULL: by the terminal: dark, or mono without colours */
    bool no_color;     /* as with NO_COLOR */
    bool mouse;
    bool ascii; /* lines and charts in ASCII */
};

#endif
