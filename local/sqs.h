/* What the files of SQS share, and what event sources need of it. Source of behaviour,
 * codes and messages: "Amazon SQS API Reference" and "Amazon SQS Developer Guide". */
#ifndef RC_LOCAL_SQS_H
#define RC_LOCAL_SQS_H

#include "local/exchange.h"

enum {
    RC_QUEUE_NAME = 80,
    RC_QUEUE_BATCH = 10,
    RC_QUEUE_BYTES = 1 << 20, /* of a message, and of a batch */
    RC_QUEUE_FAULT = 512,
    RC_QUEUE_ARN = 160,
};

struct rc_queue {
    int64_t id; /* 0: there is none */
    char name[RC_QUEUE_NAME + 1];
    char arn[RC_QUEUE_ARN];
    json_t *attributes; /* that were set, as texts */
    json_t *redrive;    /* RedrivePolicy; NULL: none */
    int64_t created_ms;
    int64_t modified_ms;
};

/* Why one message of a batch, or the request, is refused. */
struct rc_queue_fault {
    const char *code; /* NULL: it is not */
    char message[RC_QUEUE_FAULT];
};

/* ----- queues ----- */

/* False when there is none. Release what it found. */
bool rc_queue_find_url(struct rc_local *local, const char *url, struct rc_queue *queue);
bool rc_queue_find_id(struct rc_local *local, int64_t id, struct rc_queue *queue);
bool rc_queue_find_arn(struct rc_local *local, const char *arn, struct rc_queue *queue);
void rc_queue_release(struct rc_queue *queue);

/* The queue of the request's QueueUrl; false, and the exchange has failed. */
bool rc_queue_of(struct rc_exchange *exchange, struct rc_queue *queue);

/* A number among the attributes, or the service's default. */
int64_t rc_queue_number(const struct rc_queue *queue, const char *attribute);

/* Where its messages go after how many receipts; false when there is no redrive policy. */
bool rc_queue_redrive(const struct rc_queue *queue, const char **arn, int64_t *most);

/* The error in both of the protocol's ways: its own name, and the older one in a header. */
bool rc_queue_fail(struct rc_exchange *exchange, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
bool rc_queue_fail_with(struct rc_exchange *exchange, const struct rc_queue_fault *fault);
void rc_queue_fault_set(struct rc_queue_fault *fault, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

struct rc_queue_counts {
    int64_t visible, in_flight, delayed;
    int64_t oldest_ms; /* 0: there is none */
};
void rc_queue_count(struct rc_local *local, int64_t queue, struct rc_queue_counts *counts);

/* A metric of the namespace AWS/SQS. */
void rc_queue_metric(struct rc_local *local, const char *queue, const char *name, double value,
                     const char *unit);

/* ----- messages ----- */

/* A message as SendMessage has it: MessageBody, DelaySeconds, MessageAttributes. The fault
 * is set when it cannot be sent. */
void rc_message_check(const struct rc_queue *queue, const json_t *message,
                      struct rc_queue_fault *fault);
int64_t rc_message_bytes(const json_t *message);

/* Puts one that was checked into the queue and writes MessageId and the digests as members
 * of the object that is open (json NULL: nowhere). Part of a transaction. */
void rc_message_send(struct rc_local *local, const struct rc_queue *queue, const json_t *message,
                     struct rc_jsonw *json);

/* MD5 in hex of attributes as SQS digests them; hex has 33 bytes. */
void rc_message_md5_attributes(const json_t *attributes, char *hex);

/* Up to `most` messages that are visible, each as ReceiveMessage has it with all of its
 * attributes; they are in flight from now on (visibility_s -1: as long as the queue
 * says). What was received too often goes to the dead-letter queue instead. Never NULL.
 * Part of a transaction. */
json_t *rc_message_take(struct rc_local *local, const struct rc_queue *queue, int64_t most,
                        int64_t visibility_s);

/* Deletes the message of a receipt, or hides it for so long; the fault is set when that
 * cannot be. Part of a transaction. */
void rc_message_delete(struct rc_local *local, const struct rc_queue *queue, const char *receipt,
                       struct rc_queue_fault *fault);
void rc_message_change_visibility(struct rc_local *local, const struct rc_queue *queue,
                                  const char *receipt, int64_t visibility_s,
                                  struct rc_queue_fault *fault);

/* ----- waiting ----- */

/* Told whenever a queue may have messages to take; called from the loop. */
struct rc_queue_watch {
    void (*ready)(struct rc_queue_watch *watch);
    void *ctx;
    int64_t queue;
    struct rc_queue_watch *next, **link; /* link NULL: it does not watch */
};
void rc_queue_watch(struct rc_local *local, struct rc_queue_watch *watch);
void rc_queue_unwatch(struct rc_queue_watch *watch);

/* Something changed: who waits is told soon, behind the present transaction. */
void rc_queue_poke(struct rc_local *local);

bool rc_queue_wait_open(struct rc_local *local, struct rc_error *err);
void rc_queue_wait_close(struct rc_local *local);

/* ----- the operations ----- */

void rc_queue_create(struct rc_exchange *exchange);
void rc_queue_delete(struct rc_exchange *exchange);
void rc_queue_list(struct rc_exchange *exchange);
void rc_queue_get_url(struct rc_exchange *exchange);
void rc_queue_get_attributes(struct rc_exchange *exchange);
void rc_queue_set_attributes(struct rc_exchange *exchange);
void rc_queue_purge(struct rc_exchange *exchange);
void rc_queue_list_sources(struct rc_exchange *exchange);

void rc_queue_send(struct rc_exchange *exchange);
void rc_queue_send_batch(struct rc_exchange *exchange);
void rc_queue_receive(struct rc_exchange *exchange);
void rc_queue_delete_message(struct rc_exchange *exchange);
void rc_queue_delete_batch(struct rc_exchange *exchange);
void rc_queue_change_visibility(struct rc_exchange *exchange);
void rc_queue_change_visibility_batch(struct rc_exchange *exchange);

void rc_queue_start_move(struct rc_exchange *exchange);
void rc_queue_list_moves(struct rc_exchange *exchange);
void rc_queue_cancel_move(struct rc_exchange *exchange);
bool rc_queue_move_open(struct rc_local *local, struct rc_error *err);
void rc_queue_move_close(struct rc_local *local);

#endif
