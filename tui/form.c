#include "tui/form.h"

#include <string.h>

enum { MARGIN = 2, LEAST_HELP = 16 };

static int put(struct rc_page *page, int x, enum rc_role role, const char *text)
{
    return rc_page_put(page, x, -1, role, RC_LEFT, text, strlen(text));
}

void rc_form_row(struct rc_page *page, int width, int name_width, int64_t target,
                 const struct rc_form_field *field)
{
    rc_page_row(page, target);
    rc_page_put(page, MARGIN, name_width, RC_ROLE_KEY, RC_LEFT, field->name, strlen(field->name));
    int x = MARGIN + name_width + 2;
    if (field->lacks)
        x = put(page, x, RC_ROLE_WARN, "(needed)");
    else if (field->choices)
        x = put(page, x, RC_ROLE_INPUT, rc_screen_ascii() ? "< " : "‹ ");
    if (!field->lacks)
        x = put(page, x, RC_ROLE_INPUT, *field->value || field->choices ? field->value : "(empty)");
    if (field->choices && !field->lacks)
        x = put(page, x, RC_ROLE_INPUT, rc_screen_ascii() ? " >" : " ›");
    x = x + 2 < width / 3 ? width / 3 : x + 2;
    if (x + LEAST_HELP < width)
        rc_page_put(page, x, width - x, RC_ROLE_DIM, RC_LEFT, field->help, strlen(field->help));
}

const char *rc_form_step(const struct rc_form_field *field, int by)
{
    int count = 0, at = -1;
    for (; field->choices && field->choices[count]; count++)
        if (strcmp(field->choices[count], field->value) == 0)
            at = count;
    if (!count)
        return field->value;
    return field->choices[at < 0 ? 0 : (at + by + count) % count];
}
