/* The thread through the console: what the cursor of a view is on, and where keys lead from
 * there: discrepancy, record, file, message, run, logs, transaction. A view says what it
 * knows (`subject` in tui/view.h), and each key of the thread then works in it as in every
 * other. A new place to lead to is a row in subject.c, an action in tui/keymap.h, and a
 * member here when nothing else names it. */
#ifndef RC_TUI_SUBJECT_H
#define RC_TUI_SUBJECT_H

#include "base/buf.h"
#include "tui/keymap.h"

#include <stdint.h>

/* What is not known is "" or 0. */
struct rc_subject {
    char program[40];
    char date[16]; /* of the file-day: YYYY-MM-DD */
    char side[12]; /* "settlement" or "internal" */
    char transaction[1024];
    char bucket[256], key[1025];
    char version[1025];   /* as the pipeline knows it: of a bucket without versions, too */
    bool discrepancy;     /* what is known of the transaction is that it is one */
    bool of_day_file;     /* nobody can be asked: what is known stands in the day that is open */
    bool of_no_day;       /* no day is open that it is of: its record is one of an object */
    uint64_t record;      /* its number in the file, from 1 */
    char queue[1000];     /* name or URL */
    char message[128];    /* in that queue, by its id */
    char error[128];      /* that messages of that queue are about */
    char run[128];        /* name of the execution */
    char request_id[128]; /* of an invocation */
};

/* Takes over bucket and key of "s3://BUCKET/KEY"; anything else says nothing. */
void rc_subject_set_place(struct rc_subject *subject, const char *place);

/* Whether the action is one of the thread's. */
bool rc_thread_has(enum rc_action action);

/* Where an action of the thread leads from a subject: the view, and what stands behind its
 * name. NULL: the subject does not say enough; *lacks is what is missing then. Words that do
 * not fit leave the buffer marked. */
const char *rc_thread_view(enum rc_action action, const struct rc_subject *subject,
                           struct rc_buf *words, const char **lacks);

#endif
