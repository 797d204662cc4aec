/* Two files become a reconciled day: both are parsed into compact rows, the rows
 * joined partition by partition on several threads, what does not plainly agree
 * is read back and goes through the matching engine, pass by pass. Memory stays
 * within its bound whatever the files hold. */
#ifndef RC_CORE_RECONCILE_H
#define RC_CORE_RECONCILE_H

#include "core/day.h"
#include "core/layout.h"
#include "core/mask.h"
#include "core/outcome.h"
#include "core/parse.h"

enum {
    RC_MEMORY_DEFAULT_MIB = 512,
    RC_MEMORY_LEAST_MIB = 16,
    RC_THREADS_MAX = 64,
};

struct rc_reconcile_options {
    const struct rc_program *program;
    const struct rc_layout *layout[RC_SIDES];
    const char *path[RC_SIDES];
    int32_t file_date;     /* RC_CIVIL_NONE: from the settlement file's header */
    uint64_t memory_bytes; /* from RC_MEMORY_LEAST_MIB on */
    int threads;           /* 1 to RC_THREADS_MAX */
    struct rc_card_key card_key;
    /* What is found, one call at a time, in an order that depends only on the
     * records. Each may be NULL. */
    void *context;
    bool (*outcome)(void *context, const struct rc_outcome *outcome, struct rc_error *err);
    bool (*reject)(void *context, enum rc_side side, const struct rc_reject *reject,
                   struct rc_error *err);
};

struct rc_reconcile_stats {
    uint64_t spilled_bytes;
    uint64_t read_back; /* records that were read again */
};

/* Reads both files and fills *day (the caller's: free it with rc_day_free, also after a
 * failure) and *stats. False with an error when an option is out of its bounds, a file
 * cannot be read, a limit is reached or a function of the options gives false; that the
 * day does not balance is no failure. */
bool rc_reconcile(const struct rc_reconcile_options *options, struct rc_day *day,
                  struct rc_reconcile_stats *stats, struct rc_error *err);

#endif
