/* What is asked of logs, in the words that stand behind `logs` in the console and in get:
 *
 *   [/GROUP] [run NAME | request ID | since TIME | metrics | TERM] [FILTER]
 *
 * TERM is the first word that is none of these and no filter ("level=error"): a text that
 * must be in a line, also a run's name or a request's id by itself. */
#ifndef RC_MODEL_LOGS_WORDS_H
#define RC_MODEL_LOGS_WORDS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    RC_LOGS_GROUP_BYTES = 513, /* "Quotas", Amazon CloudWatch Logs User Guide */
    RC_LOGS_TERM_BYTES = 256,
    RC_LOGS_PATTERN_BYTES = 2 * RC_LOGS_TERM_BYTES + 64,
};

struct rc_logs_words {
    char group[RC_LOGS_GROUP_BYTES]; /* "": those of the worker */
    char term[RC_LOGS_TERM_BYTES];   /* "": every line */
    bool is_run;                     /* the term is an execution's name */
    int64_t since_s;                 /* how far back; 0: as the term has it */
    bool metrics;                    /* lines of metrics, too */
};

/* Takes them off the text; gives where the filter begins, or NULL with an error. */
const char *rc_logs_words_read(const char *text, struct rc_logs_words *words, struct rc_error *err);

/* The words again, without the filter. */
void rc_logs_words_write(const struct rc_logs_words *words, char *text, size_t room);

/* The pattern that CloudWatch is asked with: "" for every line. */
void rc_logs_words_pattern(const struct rc_logs_words *words, char pattern[RC_LOGS_PATTERN_BYTES]);

#endif
