/* The page of one use of an action: its parameters and what would be done, then how far it has
 * come, then what became of it. */
#ifndef RC_TUI_ACTION_DRAW_H
#define RC_TUI_ACTION_DRAW_H

#include "tui/app_actions.h"
#include "tui/form.h"
#include "tui/page.h"

enum { RC_ACTION_GO = 1000 }; /* the row that has it done; parameters are those below */

/* A parameter as the form shows it; borrows from the use. */
struct rc_form_field rc_action_field(const struct rc_use *use, const struct rc_op_param *param);

/* "3 of 5 files": how many of the use's targets. */
void rc_action_say_count(const struct rc_use *use, int64_t doable, char text[128]);

/* Whether a target of the document was to be done and was not, nor was it so already. */
bool rc_action_is_left(const json_t *target);

/* Fills the page anew, for a width. `read_only`: of the session, which would not do it. */
void rc_action_fill(struct rc_page *page, const struct rc_use *use, bool read_only, int width);

#endif
