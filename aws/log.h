/* The debug log: a line an event, with the time, level and words; what is secret
 * (signatures, tokens, keys, passwords, bodies of credentials) never reaches it. */
#ifndef RC_AWS_LOG_H
#define RC_AWS_LOG_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum rc_log_level { RC_LOG_ERROR, RC_LOG_WARN, RC_LOG_INFO, RC_LOG_DEBUG, RC_LOG_TRACE };

struct rc_log;

/* Appends to the file (mode 0600 when it is new). */
struct rc_log *rc_log_open(const char *path, enum rc_log_level level, struct rc_error *err);
void rc_log_close(struct rc_log *log); /* NULL is allowed */

bool rc_log_level_parse(const char *word, enum rc_log_level *level); /* "debug" */

/* True when a line of that level would be written; log may be NULL. */
bool rc_log_wants(const struct rc_log *log, enum rc_log_level level);

/* One line; control characters are escaped, secrets replaced by "***". */
void rc_log_write(struct rc_log *log, enum rc_log_level level, int64_t unix_ms, const char *format,
                  ...) __attribute__((format(printf, 4, 5)));

/* Copies text with the values of secret parameters, headers and members replaced:
 * X-Amz-Signature, X-Amz-Security-Token, X-Amz-Credential's key but for its first
 * four letters, Authorization, SecretAccessKey, SessionToken, accessToken… */
void rc_log_redact(const char *text, char *out, size_t room);

#endif
