#include "model/invocations.h"

#include <stdio.h>
#include <string.h>

static struct rc_invocation *find(struct rc_invocations *invocations, const char *id)
{
    for (int i = 0; i < invocations->count; i++)
        if (strcmp(invocations->items[i].id, id) == 0)
            return &invocations->items[i];
    return NULL;
}

void rc_invocations_note(struct rc_invocations *invocations, const struct rc_log_line *line)
{
    static const char report[] = "REPORT ";
    struct rc_invocation *item = find(invocations, line->request);
    if (strlen(line->request) != RC_INVOCATION_ID_BYTES - 1)
        return;
    if (!item && invocations->count < RC_INVOCATIONS) {
        item = &invocations->items[invocations->count++];
        memcpy(item->id, line->request, sizeof item->id);
    }
    size_t length = strlen(line->step);
    if (item && !*item->step && length < sizeof item->step)
        memcpy(item->step, line->step, length + 1);
    if (item && line->kind == RC_LOG_PLATFORM &&
        strncmp(line->raw.data, report, sizeof report - 1) == 0)
        item->reported = true;
}

bool rc_invocations_ask(struct rc_invocations *invocations,
                        char pattern[RC_INVOCATIONS_PATTERN_BYTES])
{
    enum { TERM_BYTES = RC_INVOCATION_ID_BYTES + 3 }; /* ?"id" and a blank */
    size_t used = 0;
    for (int i = 0; i < invocations->count; i++) {
        struct rc_invocation *item = &invocations->items[i];
        if (item->reported || item->asked || used + TERM_BYTES >= RC_INVOCATIONS_PATTERN_BYTES)
            continue;
        used += (size_t)snprintf(pattern + used, RC_INVOCATIONS_PATTERN_BYTES - used, "%s?\"%s\"",
                                 used ? " " : "", item->id);
        item->asked = true;
    }
    return used > 0;
}

void rc_invocations_again(struct rc_invocations *invocations)
{
    for (int i = 0; i < invocations->count; i++)
        invocations->items[i].asked = false;
}

const char *rc_invocations_step(const struct rc_invocations *invocations, const char *id)
{
    for (int i = 0; i < invocations->count; i++)
        if (strcmp(invocations->items[i].id, id) == 0)
            return invocations->items[i].step;
    return "";
}
