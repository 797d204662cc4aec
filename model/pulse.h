/* How the pipeline fares, in lines: what needs attention, the worst first, and how each program
 * does. Made of what model/live_pulse.c has been answered; nothing here asks. */
#ifndef RC_MODEL_PULSE_H
#define RC_MODEL_PULSE_H

#include "core/program.h"

/* What a line is about. Lines stand in this order: first what is lost without anybody doing
 * something, then what is wrong, then what may become so, then what is not known, and last
 * what is well. Of one kind the greatest weight comes first, then the subject's name. */
enum rc_pulse_kind {
    RC_PULSE_FAILED,       /* a file's last run has failed; weight: for how long, in ms */
    RC_PULSE_DEAD_LETTERS, /* messages wait among the failed ones; weight: how many */
    RC_PULSE_LATE,         /* a side is not there past its cut-off; weight: for how long, in ms */
    RC_PULSE_STUCK,        /* a run has said nothing for RC_PULSE_STUCK_MS; weight: for how long */
    RC_PULSE_UNBALANCED,   /* a day does not balance; weight: its discrepancies */
    RC_PULSE_WAITING,      /* the oldest arrival waits for over RC_PULSE_WAIT_S; weight: seconds */
    RC_PULSE_THROTTLED,    /* a table was throttled in the last hour; weight: how often */
    RC_PULSE_SKEWED,  /* shards are uneven; weight: the fullest over the mean, in thousandths */
    RC_PULSE_UNKNOWN, /* something could not be asked for; weight: 0 */
    RC_PULSE_WELL,    /* how a program is; weight: 0 */
    RC_PULSE_KINDS
};

/* Where the limits are from: an invocation on Lambda lasts 15 minutes at most, and a message
 * that waits longer than two of them is not merely behind those that are worked on; a step on
 * Fargate may take hours. Skew counts where chance explains it once in a thousand days, and
 * where the fullest shard does twice what it should. */
enum {
    RC_PULSE_STUCK_MS = 4 * 60 * 60 * 1000,
    RC_PULSE_WAIT_S = 30 * 60,
    RC_PULSE_SKEW = 2000, /* thousandths of the mean */
};
#define RC_PULSE_SKEW_CHANCE 0.001

enum { RC_PULSE_SUBJECT_BYTES = 64, RC_PULSE_WHAT_BYTES = 512, RC_PULSE_JUMP_BYTES = 160 };

struct rc_pulse_line {
    enum rc_pulse_kind kind;
    int64_t weight;
    char subject[RC_PULSE_SUBJECT_BYTES]; /* program, queue or table */
    char what[RC_PULSE_WHAT_BYTES];       /* a sentence */
    char jump[RC_PULSE_JUMP_BYTES];       /* the view that shows the cause, with its arguments */
    const double *records; /* of a program, in the facts, by the hour; NULL: not known */
};

/* "! file failed"; NULL: nothing is wrong. */
const char *rc_pulse_alert(enum rc_pulse_kind kind);

/* The order above, for qsort. */
int rc_pulse_order(const void *line, const void *other);

/* How long ago both sides of a day had to be there, in ms; negative: they may still come, or
 * nobody has said by when. */
int64_t rc_pulse_late_ms(int cutoff_minutes, int32_t date, int64_t now_unix_ms);

/* ----- what is known ----- */

enum {
    RC_PULSE_HOURS = 24,
    RC_PULSE_TEXT_BYTES = 256,
    RC_PULSE_RUN_BYTES = 81,
    RC_PULSE_OBJECT_BYTES = 1025,
};

struct rc_pulse_program {
    char id[RC_PROGRAM_ID_BYTES + 1];
    int cutoff_minutes; /* core/program.h */
    int64_t running;    /* files that have a slot */
    int64_t waiting;    /* that wait for one */
    double skew; /* the fullest shard over the mean, at most, of the last day; 0: not known */
    double skew_chance;             /* how likely that is */
    double records[RC_PULSE_HOURS]; /* taken in, by the hour, the last one is this */
    bool has_records;               /* those are known */
};

struct rc_pulse_day {
    char program[RC_PROGRAM_ID_BYTES + 1];
    int32_t date;
    bool there[RC_SIDES];
    bool rolled, balanced;
    int64_t records[RC_SIDES], discrepancies;
    char because[RC_PULSE_TEXT_BYTES];
};

struct rc_pulse_run {
    int64_t began_ms, heard_ms;
    bool ended, failed;
    char program[RC_PROGRAM_ID_BYTES + 1];
    char object[RC_PULSE_OBJECT_BYTES];
    char run[RC_PULSE_RUN_BYTES];
    char cause[RC_PULSE_TEXT_BYTES];
};

struct rc_pulse_queue {
    const char *name;
    bool dead;        /* the queue of failed files; else that of arrivals */
    int64_t messages; /* all that are in it, in flight ones, too; -1: not known */
    int64_t oldest_s; /* -1: not known */
};

struct rc_pulse_table {
    const char *name;
    /* In the last hour, an event an item; of the indexes writes, which the table then does not take
     * either. */
    double writes_throttled, reads_throttled, index_writes_throttled;
};

enum { RC_PULSE_QUEUES = 2, RC_PULSE_TABLES = 3, RC_PULSE_SOURCES = 3 };

struct rc_pulse_facts {
    int64_t now_ms;
    struct rc_pulse_program *programs;
    struct rc_pulse_day *days;
    struct rc_pulse_run *runs;
    size_t program_count, day_count, run_count;
    struct rc_pulse_queue queues[RC_PULSE_QUEUES];
    struct rc_pulse_table tables[RC_PULSE_TABLES];
    struct {
        const char *what; /* "queues"; NULL: all came */
        char why[RC_PULSE_WHAT_BYTES];
    } unknown[RC_PULSE_SOURCES];
};

/* The lines in their order, the caller's to free; sorts the runs. NULL without memory. */
struct rc_pulse_line *rc_pulse_lines(struct rc_pulse_facts *facts, size_t *count);

#endif
