/* What `reconctl plan` and `get plan` share: a plan from a day, or from a program at AWS. */
#ifndef RC_CLI_PLANNED_H
#define RC_CLI_PLANNED_H

#include "aws/session.h"
#include "base/buf.h"
#include "core/planning.h"

enum { RC_CLI_PLANNED_BYTES = 4096 }; /* of all that is told */

/* Suggests to the plan what that day file has, and says on standard error how even its shards
 * are. False with an error. */
bool rc_cli_planned_from(const char *path, struct rc_planning *planning, struct rc_error *err);

/* The same of a program at AWS, of the day of that date ("": the largest of its last ones), with
 * where each figure is from. Appends to `limits` what limited its writes, where any were
 * throttled, a paragraph a line: what to read before the advice. */
bool rc_cli_planned_of(const struct rc_session_options *aws, const char *program, const char *date,
                       struct rc_planning *planning, struct rc_buf *limits, struct rc_error *err);

/* Writes sentences, one a line, on standard error. */
void rc_cli_planned_say(const struct rc_buf *lines);

#endif
