/* What the files of EventBridge share. Source of behaviour, codes and messages: "Amazon
 * EventBridge API Reference" and "Amazon EventBridge User Guide". */
#ifndef RC_LOCAL_EVENTS_H
#define RC_LOCAL_EVENTS_H

#include "local/exchange.h"

enum { RC_EVENTS_ARN = 256, RC_EVENTS_INPUT = 1 << 20 };

#define RC_EVENTS_RULE_ARN "arn:aws:events:" RC_LOCAL_REGION ":" RC_LOCAL_ACCOUNT ":rule/"

/* One entry of PutEvents. *told gets what the answer has of it (a new reference): EventId,
 * or ErrorCode and ErrorMessage, and then it gives false. Part of a transaction. */
bool rc_events_put(struct rc_local *local, const json_t *entry, json_t **told);

/* Gives the event to every rule that it matches. Part of a transaction. */
void rc_events_publish(struct rc_local *local, const json_t *event);

/* An event with an id and a time of now (at_ms 0) or then; a new reference. */
json_t *rc_events_new(struct rc_local *local, const char *source, const char *detail_type,
                      int64_t at_ms, const json_t *resources, const json_t *detail);

/* What a target gets of an event: all of it, a part (InputPath), a constant (Input), or a
 * text made of parts (InputTransformer). False without memory. */
bool rc_events_input(const json_t *target, const char *rule, const json_t *event,
                     struct rc_buf *input);

/* A rule changed: when its schedule is due has to be looked at. */
void rc_events_wake(struct rc_local *local);

bool rc_events_deliver_open(struct rc_local *local, struct rc_error *err);
void rc_events_deliver_close(struct rc_local *local);

/* When a schedule is due next behind a time: "rate(5 minutes)", "cron(0 6 * * ? *)".
 * -1: it is no schedule. */
int64_t rc_schedule_next_ms(const char *expression, int64_t behind_ms);

#endif
