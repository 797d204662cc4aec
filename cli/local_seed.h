/* Business days with a known story on the local cloud. */
#ifndef RC_CLI_LOCAL_SEED_H
#define RC_CLI_LOCAL_SEED_H

#include "cli/localcloud.h"

/* `reconctl local seed`: puts up the stack when it is not there, the programs, and their
 * files, and waits until every run has ended. Tells the story. False with an error. */
bool rc_local_seed(struct rc_localcloud *cloud, const char *const *words, int count,
                   struct rc_error *err);

#endif
