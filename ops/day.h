/* Days of the pipeline and what belongs to one, as targets of actions name them: "PROGRAM/DATE"
 * and "PROGRAM/DATE/…". */
#ifndef RC_OPS_DAY_H
#define RC_OPS_DAY_H

#include "base/error.h"
#include "pipeline/keys.h"

/* rest: what stands behind the second '/', of which there has to be something; NULL: nothing may
 * be there. False, with how one is written (`how`). */
bool rc_op_day_read(const char *text, struct rc_filedate *day, const char **rest, const char *how,
                    struct rc_error *err);

#endif
