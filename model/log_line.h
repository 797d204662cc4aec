/* A line of a log, taken apart: what the worker writes (pipeline/log.h), metrics in
 * CloudWatch's embedded format, what Lambda says of itself, and anything else. */
#ifndef RC_MODEL_LOG_LINE_H
#define RC_MODEL_LOG_LINE_H

#include "base/buf.h"

#include <stdint.h>

enum {
    RC_LOG_RAW_BYTES = 64 << 10, /* of a line that are kept */
    RC_LOG_MESSAGE_BYTES = 2048, /* of what is shown of it in a row */
    RC_LOG_WORD_BYTES = 128,
};

enum rc_log_kind { RC_LOG_JSON, RC_LOG_METRICS, RC_LOG_PLATFORM, RC_LOG_TEXT };

extern const char *const rc_log_kind_names[];

/* "" for what it does not say. */
struct rc_log_line {
    enum rc_log_kind kind;
    char level[16], step[RC_LOG_WORD_BYTES], run[RC_LOG_WORD_BYTES], request[RC_LOG_WORD_BYTES];
    char error[RC_LOG_WORD_BYTES];
    char message[RC_LOG_MESSAGE_BYTES]; /* cut at the size */
    struct rc_buf raw;                  /* the whole line, cut at RC_LOG_RAW_BYTES */
};

/* Reads a line; card numbers are masked in all of it. Free with rc_log_line_free, also
 * after a failure. False without memory. */
bool rc_log_line_read(const char *text, struct rc_log_line *line);
void rc_log_line_free(struct rc_log_line *line);

#endif
