/* The one thread on which views do what may take long. Each opened has a model for it; jobs
 * go in and come back on the UI thread, which it wakes through a pipe. */
#ifndef RC_TUI_APP_WORKER_H
#define RC_TUI_APP_WORKER_H

#include "base/error.h"
#include "tui/app_opened.h"
#include "tui/view.h"

#include <stdbool.h>
#include <stdint.h>

struct rc_worker;

/* The thread starts with the first job. NULL with an error. */
struct rc_worker *rc_worker_new(struct rc_error *err);

/* Cancels everything and waits a little while for it. False when a job went on all
 * the same: then nothing that it uses may be freed. */
bool rc_worker_stop(struct rc_worker *worker);
void rc_worker_free(struct rc_worker *worker);

/* Becomes readable when results have come. */
int rc_worker_fd(const struct rc_worker *worker);

/* The job of a view, in place of the one that it had, with the model of a opened (NULL:
 * none), which it holds until it has come back. */
void rc_worker_start(struct rc_worker *worker, struct rc_view *view, struct rc_opened *opened,
                     const struct rc_job_ops *ops, void *job, uint64_t now_ms);
void rc_worker_cancel(struct rc_worker *worker, const struct rc_view *view);

/* Calls `done` for what has come back; true when there was something. */
bool rc_worker_deliver(struct rc_worker *worker);

/* A query that starts just after it was interrupted goes on. So the interruption is
 * repeated: call this now and then, as long as it gives true. */
bool rc_worker_insist(struct rc_worker *worker);

/* A view's job and when it began; NULL when it has none. */
const struct rc_job_ops *rc_worker_busy(struct rc_worker *worker, const struct rc_view *view,
                                        uint64_t *started_ms);

/* Whether anything of a view is still there, cancelled or not. */
bool rc_worker_holds(struct rc_worker *worker, const struct rc_view *view);

#endif
