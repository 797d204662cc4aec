/* What actions are done to (ops/action.h, `target`), written from what the cursor of a view is on.
 * A new kind of target is a row in targets.c. */
#ifndef RC_TUI_TARGETS_H
#define RC_TUI_TARGETS_H

#include "base/buf.h"
#include "tui/subject.h"

/* Writes the target of that kind; false where the subject does not say enough, or there is no
 * such kind. */
bool rc_target_write(const char *kind, const struct rc_subject *subject, struct rc_buf *out);

/* What the subject says of a parameter of an action, by its name: the queue that a message is in.
 * "": nothing. Borrowed. */
const char *rc_target_param(const char *param, const struct rc_subject *subject);

/* What of the subject stands in the audit as a target: the narrowest kind that it names. False:
 * it names none. */
bool rc_target_narrowest(const struct rc_subject *subject, struct rc_buf *out);

/* A list of them, all of one kind. Zeroed to begin with. */
struct rc_targets {
    char **items;
    size_t count, room;
};

/* Both give false without memory. A subject that is not of that kind is left out. */
bool rc_targets_add(struct rc_targets *targets, const char *text);
bool rc_targets_add_subject(struct rc_targets *targets, const char *kind,
                            const struct rc_subject *subject);
void rc_targets_free(struct rc_targets *targets);

#endif
