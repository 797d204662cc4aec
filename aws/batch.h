/* Many entries by requests that take several at a time: writes and reads of DynamoDB
 * items, SQS messages, EventBridge events, CloudWatch metrics. An answer can succeed
 * and still leave entries behind: these alone are sent again, after a backoff, and
 * each entry has an outcome of its own at its place.
 *
 *     struct rc_batch *batch = rc_batch_write_items(aws, &in, &options, done, ctx);
 *     ... in done: rc_batch_outcome(batch, i) for each i, or rc_batch_counts ...
 *
 * The entries are borrowed until the batch has ended. They are sent in their order,
 * but those that are tried again are overtaken; an entry never overtakes one with
 * the same key (DynamoDB), so that the last put of an item is the one that stays. */
#ifndef RC_AWS_BATCH_H
#define RC_AWS_BATCH_H

#include "aws/call.h"
#include "aws/cloudwatch.h"
#include "aws/events.h"
#include "aws/rate.h"
#include "aws/sqs.h"

enum {
    RC_BATCH_IN_FLIGHT = 4,       /* requests at a time, unless the options say so */
    RC_BATCH_IN_FLIGHT_MOST = 64, /* whatever they say */
    RC_BATCH_ATTEMPTS = 10,       /* of one entry, the first one included */
    RC_BATCH_ENTRIES_MOST = 1 << 20,
};

struct rc_batch_options {
    int in_flight; /* 0: RC_BATCH_IN_FLIGHT; 1 keeps the order of a FIFO queue's groups for as
                      long as nothing fails */
    int attempts;  /* 0: RC_BATCH_ATTEMPTS */
    struct rc_rate *rate; /* DynamoDB writes: spends write units of 1 KB from it, and tells it
                             what was taken and refused; NULL: as fast as it goes; borrowed */
    bool consumed;        /* DynamoDB: have the consumed units counted */

    /* Hears of each entry that was taken or came back; attempt: its number, from 1. NULL:
     * nobody listens. */
    void (*heard)(void *ctx, size_t index, int attempt, bool taken);
    void *heard_ctx;
};

enum rc_batch_state {
    RC_BATCH_PENDING, /* of a batch that has not ended */
    RC_BATCH_DONE,
    RC_BATCH_FAILED,
};

/* Its texts live as long as the batch. */
struct rc_batch_outcome {
    enum rc_batch_state state;
    int attempts;            /* requests that it was part of */
    enum rc_aws_fault fault; /* of a failure; one that still came back in the end was throttled */
    const char *code;        /* of a failure: AWS's own, or "" */
    const char *message;     /* of a failure */
    const char *id;          /* message or event id; NULL where there is none */
    json_t *item;            /* that was read; NULL: there is none under that key; borrowed */
};

struct rc_batch_counts {
    size_t entries;
    size_t done;
    size_t failed;
    size_t requests;       /* that were started */
    size_t tried_again;    /* entries that came back and were sent anew */
    double consumed_units; /* with the option `consumed` */
};

struct rc_batch;

/* Called once, from the loop; it may free the batch. */
typedef void (*rc_batch_done)(struct rc_batch *batch, void *ctx);

/* DynamoDB JSON of a whole item, or of the key alone when it is to be deleted. */
struct rc_batch_item {
    const char *json;
    bool remove;
};

struct rc_batch_write_items {
    const char *table;
    const char *keys[2]; /* names of the key's attributes; the second may be NULL */
    RC_LIST(struct rc_batch_item) items;
};

struct rc_batch_get_items {
    const char *table;
    const char *keys[2];
    RC_LIST(char *const) wanted; /* keys as DynamoDB JSON */
    bool consistent;
    const char *projection; /* has to name the key's attributes; NULL: all */
    const char *names;      /* its #names: a JSON object; NULL: none */
};

struct rc_batch_send_messages {
    const char *queue_url;
    RC_LIST(struct rc_sqs_send_entry) messages; /* their ids are not looked at */
};

struct rc_batch_delete_messages {
    const char *queue_url;
    RC_LIST(char *const) receipt_handles;
};

struct rc_batch_put_events {
    RC_LIST(struct rc_events_entry) events;
};

struct rc_batch_put_metrics {
    const char *name_space;
    RC_LIST(struct rc_cloudwatch_datum) data;
};

/* Each starts a batch; what `in` points to is borrowed, `in` itself is copied. NULL
 * and err when it cannot start: over RC_BATCH_ENTRIES_MOST entries, an item that is
 * no JSON or lacks a key, no memory. options NULL: as they are by themselves. */
struct rc_batch *rc_batch_write_items(struct rc_aws *aws, const struct rc_batch_write_items *in,
                                      const struct rc_batch_options *options, rc_batch_done done,
                                      void *ctx, struct rc_error *err);
struct rc_batch *rc_batch_get_items(struct rc_aws *aws, const struct rc_batch_get_items *in,
                                    const struct rc_batch_options *options, rc_batch_done done,
                                    void *ctx, struct rc_error *err);
struct rc_batch *rc_batch_send_messages(struct rc_aws *aws, const struct rc_batch_send_messages *in,
                                        const struct rc_batch_options *options, rc_batch_done done,
                                        void *ctx, struct rc_error *err);
struct rc_batch *rc_batch_delete_messages(struct rc_aws *aws,
                                          const struct rc_batch_delete_messages *in,
                                          const struct rc_batch_options *options,
                                          rc_batch_done done, void *ctx, struct rc_error *err);
struct rc_batch *rc_batch_put_events(struct rc_aws *aws, const struct rc_batch_put_events *in,
                                     const struct rc_batch_options *options, rc_batch_done done,
                                     void *ctx, struct rc_error *err);
struct rc_batch *rc_batch_put_metrics(struct rc_aws *aws, const struct rc_batch_put_metrics *in,
                                      const struct rc_batch_options *options, rc_batch_done done,
                                      void *ctx, struct rc_error *err);

/* Cancels what is in flight. NULL is allowed. */
void rc_batch_free(struct rc_batch *batch);

/* Runs the loop until the batch has ended. False when an entry failed: err tells of the
 * first one and how many there are. */
bool rc_batch_wait(struct rc_batch *batch, struct rc_error *err);

/* Of the entry that rc_batch_wait tells of; RC_AWS_NONE: none failed. */
enum rc_aws_fault rc_batch_fault(const struct rc_batch *batch);

bool rc_batch_ended(const struct rc_batch *batch);
struct rc_batch_counts rc_batch_counts(const struct rc_batch *batch);
const struct rc_batch_outcome *rc_batch_outcome(const struct rc_batch *batch, size_t index);

#endif
