/* The parameters of an action as rows of a page: choices, of which one is taken, and texts, which
 * are typed in the line below. */
#ifndef RC_TUI_FORM_H
#define RC_TUI_FORM_H

#include "tui/page.h"

struct rc_form_field {
    const char *name, *help, *value;
    const char *const *choices; /* NULL at their end; NULL: any text */
    bool lacks;                 /* it has to be given and was not */
};

/* Adds the row of a field, which can be selected as `target`. name_width: of the longest name. */
void rc_form_row(struct rc_page *page, int width, int name_width, int64_t target,
                 const struct rc_form_field *field);

/* The choice `by` (1 or -1) behind the value, in a ring; the value where there are none. */
const char *rc_form_step(const struct rc_form_field *field, int by);

#endif
