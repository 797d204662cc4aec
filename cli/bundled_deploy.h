/* The stack that the program brings along: template.json and machine.asl.json of deploy/
 * as they were when it was built. tools/embed.sh writes the table. */
#ifndef RC_CLI_BUNDLED_DEPLOY_H
#define RC_CLI_BUNDLED_DEPLOY_H

#include "core/bundled.h"

extern const struct rc_bundled rc_bundled_deploy[];
extern const size_t rc_bundled_deploy_count;

#endif
