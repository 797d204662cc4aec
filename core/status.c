#include "core/status.h"

#include <string.h>

static const struct {
    const char *name;
    bool exception;
} statuses[RC_STATUSES] = {
#define X(symbol, name, exception) [RC_##symbol] = {name, exception},
    RC_STATUS_LIST(X)
#undef X
};

const char *rc_status_name(enum rc_status status)
{
    return statuses[status].name;
}

bool rc_status_is_exception(enum rc_status status)
{
    return statuses[status].exception;
}

bool rc_status_find(const char *name, enum rc_status *status)
{
    for (int i = 0; i < RC_STATUSES; i++)
        if (strcmp(statuses[i].name, name) == 0) {
            *status = (enum rc_status)i;
            return true;
        }
    return false;
}

const char *rc_side_name(enum rc_side side)
{
    return side == RC_SETTLEMENT ? "settlement" : "internal";
}
