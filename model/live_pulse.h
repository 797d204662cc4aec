/* What CloudWatch knows for model/live_pulse.c: ages of queues, throttles of tables, skew of
 * programs' shards. */
#ifndef RC_MODEL_LIVE_PULSE_H
#define RC_MODEL_LIVE_PULSE_H

#include "model/live_internal.h"
#include "model/pulse.h"

struct rc_pulse_metrics;

/* Asks for the facts' queues, tables and programs, of which none may come or go meanwhile, and for
 * those indexes of the tables that have throttled lately, and fills in what it is told; `done` is
 * called once, from the loop, with what went wrong, and may not free it. NULL without memory. */
struct rc_pulse_metrics *rc_pulse_metrics_start(struct rc_live *live, struct rc_pulse_facts *facts,
                                                void (*done)(void *ctx, const struct rc_error *err),
                                                void *ctx);
/* Fills in what the session was told in the last minute, as CloudWatch has a value a minute, and
 * *why with what then went wrong; false when that is longer ago, or does not have all of the
 * programs. */
bool rc_pulse_metrics_recall(struct rc_live *live, struct rc_pulse_facts *facts,
                             struct rc_error *why);
void rc_pulse_metrics_free(struct rc_pulse_metrics *metrics); /* NULL is allowed */

#endif
