#include "local/services.h"

const struct rc_local_part *const rc_local_parts[] = {
    &rc_local_sts,
    &rc_local_admin,
    NULL,
};
