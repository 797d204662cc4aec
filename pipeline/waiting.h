/* Messages that cannot become runs yet. What waits for a slot has not failed: it is sent to its
 * queue anew, to be looked at after a while, so that it is never among the failed ones
 * however long it waits. What failed comes back by itself, and is set aside by the queue
 * once it has come as often as that allows. A record is a message as Lambda hands it on:
 * "Example standard queue message event", AWS Lambda Developer Guide. */
#ifndef RC_PIPELINE_WAITING_H
#define RC_PIPELINE_WAITING_H

#include "pipeline/pipeline.h"

#include <jansson.h>

/* How long a message waits that has waited or failed `times` times, with backoff and jitter
 * (chance: 0 to 1, of half of it), in seconds: at most a minute for a slot, which may become
 * free at any time, and a quarter of an hour behind a failure. */
int64_t rc_waiting_for_slot_s(int64_t times, double chance);
int64_t rc_waiting_behind_failure_s(int64_t times, double chance);

/* When its file arrived, in ms since 1970; 0: the record does not say. */
int64_t rc_waiting_since_ms(const json_t *record);

/* Notes that the record's file waits, so that it is seen whose files do: WAITING / PROGRAM#run with
 * `since` (ms since 1970) and `expires` (s), an hour ahead; noted anew before that. Whoever reads
 * it leaves out what has expired, of a message that was taken away by hand. */
void rc_waiting_note(struct rc_pipeline *pipeline, const json_t *record, const char *program,
                     const char *run);

/* Takes that note away, if there may be one: the file has a slot. That either fails is a line in
 * the log and nothing more. */
void rc_waiting_forget(struct rc_pipeline *pipeline, const json_t *record, const char *program,
                       const char *run);

/* Sends the message anew and removes this one. False when the queue is not known or does not
 * take it: the message has to come back by itself. */
bool rc_waiting_send_anew(struct rc_pipeline *pipeline, const json_t *record);

/* Sets when the message comes back by itself. That this fails does no harm: the queue has a
 * timeout of its own for it. */
void rc_waiting_come_back(struct rc_pipeline *pipeline, const json_t *record);

#endif
