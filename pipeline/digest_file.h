/* What identifies a file's content. */
#ifndef RC_PIPELINE_DIGEST_FILE_H
#define RC_PIPELINE_DIGEST_FILE_H

#include "base/error.h"

#include <stdbool.h>

/* SHA-256 (FIPS 180-4) of fd from its start to its end, as hex digits; leaves it at its
 * start. */
bool rc_digest_file(int fd, char sha256[65], struct rc_error *err);

#endif
