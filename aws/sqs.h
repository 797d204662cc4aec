/* Amazon SQS: queues, messages, dead-letter queues and moving out of them. Source of
 * the members: "Amazon SQS API Reference". */
#ifndef RC_AWS_SQS_H
#define RC_AWS_SQS_H

#include "aws/call.h"

extern const struct rc_service rc_service_sqs;

/* ----- Queues ----- */

struct rc_sqs_list_queues {
    const char *queue_name_prefix;
    int64_t max_results; /* needed for pages: without it there is one of 1,000 */
    const char *next_token;
};

struct rc_sqs_queues {
    RC_LIST(char *const) queue_urls;
    const char *next_token;
};

RC_OPERATION(rc_sqs_list_queues, struct rc_sqs_list_queues, struct rc_sqs_queues);

struct rc_sqs_get_queue_url {
    const char *queue_name;
    const char *owner_account;
};

struct rc_sqs_queue_url {
    const char *queue_url;
};

RC_OPERATION(rc_sqs_get_queue_url, struct rc_sqs_get_queue_url, struct rc_sqs_queue_url);

struct rc_sqs_create_queue {
    const char *queue_name;
    RC_LIST(struct rc_pair) attributes; /* "VisibilityTimeout", "RedrivePolicy", "FifoQueue"… */
    RC_LIST(struct rc_pair) tags;
};

RC_OPERATION(rc_sqs_create_queue, struct rc_sqs_create_queue, struct rc_sqs_queue_url);

struct rc_sqs_queue {
    const char *queue_url;
};

RC_OPERATION(rc_sqs_delete_queue, struct rc_sqs_queue, struct rc_nothing);

/* Deletes every message; once in 60 seconds. */
RC_OPERATION(rc_sqs_purge, struct rc_sqs_queue, struct rc_nothing);

struct rc_sqs_get_attributes {
    const char *queue_url;
    RC_LIST(char *const) attribute_names; /* "All", or their names */
};

struct rc_sqs_attributes {
    RC_LIST(struct rc_pair) attributes;
};

RC_OPERATION(rc_sqs_get_attributes, struct rc_sqs_get_attributes, struct rc_sqs_attributes);

struct rc_sqs_set_attributes {
    const char *queue_url;
    RC_LIST(struct rc_pair) attributes;
};

RC_OPERATION(rc_sqs_set_attributes, struct rc_sqs_set_attributes, struct rc_nothing);

struct rc_sqs_list_dead_letter_sources {
    const char *queue_url; /* of the dead-letter queue */
    int64_t max_results;   /* needed for pages */
    const char *next_token;
};

struct rc_sqs_dead_letter_sources {
    RC_LIST(char *const) queue_urls;
    const char *next_token;
};

RC_OPERATION(rc_sqs_list_dead_letter_sources, struct rc_sqs_list_dead_letter_sources,
             struct rc_sqs_dead_letter_sources);

/* ----- Messages ----- */

/* A message attribute and its name. */
struct rc_sqs_message_attribute {
    const char *key;
    const char *data_type; /* String, Number, Binary, and what stands behind a point */
    const char *string_value;
    struct rc_bytes binary_value;
};

/* The same of the service's own: AWSTraceHeader. */
struct rc_sqs_system_attribute {
    const char *key;
    const char *data_type;
    const char *string_value;
    struct rc_bytes binary_value;
};

struct rc_sqs_message {
    const char *message_id;
    const char *receipt_handle; /* of this receipt: names the message in later requests */
    const char *body;
    const char *md5_of_body;
    RC_LIST(struct rc_pair) attributes; /* "ApproximateReceiveCount", "SentTimestamp"… */
    RC_LIST(struct rc_sqs_message_attribute) message_attributes;
    const char *md5_of_message_attributes;
};

/* Each receipt counts towards the redrive policy, that of a look, too. */
struct rc_sqs_receive {
    const char *queue_url;
    int64_t max_messages;                                /* 1 to 10; 0: 1 */
    int64_t visibility_timeout_s;                        /* 0: the queue's own */
    int64_t wait_s;                                      /* up to 20; 0: the queue's own */
    RC_LIST(char *const) message_system_attribute_names; /* "All", or their names */
    RC_LIST(char *const) attribute_names;                /* the older name of the same */
    RC_LIST(char *const) message_attribute_names;
    const char *receive_request_attempt_id; /* FIFO: the same again after a lost answer */
};

struct rc_sqs_received {
    RC_LIST(struct rc_sqs_message) messages;
};

RC_OPERATION(rc_sqs_receive, struct rc_sqs_receive, struct rc_sqs_received);

struct rc_sqs_send {
    const char *queue_url;
    const char *body;
    int64_t delay_s; /* up to 900; 0: the queue's own */
    RC_LIST(struct rc_sqs_message_attribute) message_attributes;
    RC_LIST(struct rc_sqs_system_attribute) message_system_attributes;
    const char *message_group_id;
    const char *message_deduplication_id; /* FIFO */
};

struct rc_sqs_sent {
    const char *message_id;
    const char *md5_of_message_body;
    const char *md5_of_message_attributes;
    const char *sequence_number;
};

RC_OPERATION(rc_sqs_send, struct rc_sqs_send, struct rc_sqs_sent);

struct rc_sqs_delete {
    const char *queue_url;
    const char *receipt_handle;
};

RC_OPERATION(rc_sqs_delete, struct rc_sqs_delete, struct rc_nothing);

struct rc_sqs_change_visibility {
    const char *queue_url;
    const char *receipt_handle;
    int64_t visibility_timeout_s; /* up to 43,200; 0: visible at once */
};

RC_OPERATION(rc_sqs_change_visibility, struct rc_sqs_change_visibility, struct rc_nothing);

/* ----- Batches of up to 10 ----- */

struct rc_sqs_batch_failed {
    const char *id;
    const char *code;
    const char *message;
    bool sender_fault; /* true: the same again fails again */
};

struct rc_sqs_send_entry {
    const char *id; /* unique in the batch */
    const char *body;
    int64_t delay_s;
    RC_LIST(struct rc_sqs_message_attribute) message_attributes;
    RC_LIST(struct rc_sqs_system_attribute) message_system_attributes;
    const char *message_group_id;
    const char *message_deduplication_id;
};

struct rc_sqs_send_batch {
    const char *queue_url;
    RC_LIST(struct rc_sqs_send_entry) entries;
};

struct rc_sqs_sent_entry {
    const char *id;
    const char *message_id;
    const char *md5_of_message_body;
    const char *md5_of_message_attributes;
    const char *sequence_number;
};

struct rc_sqs_sent_batch {
    RC_LIST(struct rc_sqs_sent_entry) successful;
    RC_LIST(struct rc_sqs_batch_failed) failed;
};

RC_OPERATION(rc_sqs_send_batch, struct rc_sqs_send_batch, struct rc_sqs_sent_batch);

struct rc_sqs_delete_entry {
    const char *id;
    const char *receipt_handle;
};

struct rc_sqs_delete_batch {
    const char *queue_url;
    RC_LIST(struct rc_sqs_delete_entry) entries;
};

struct rc_sqs_done_entry {
    const char *id;
};

struct rc_sqs_deleted_batch {
    RC_LIST(struct rc_sqs_done_entry) successful;
    RC_LIST(struct rc_sqs_batch_failed) failed;
};

RC_OPERATION(rc_sqs_delete_batch, struct rc_sqs_delete_batch, struct rc_sqs_deleted_batch);

struct rc_sqs_visibility_entry {
    const char *id;
    const char *receipt_handle;
    int64_t visibility_timeout_s;
};

struct rc_sqs_change_visibility_batch {
    const char *queue_url;
    RC_LIST(struct rc_sqs_visibility_entry) entries;
};

struct rc_sqs_changed_batch {
    RC_LIST(struct rc_sqs_done_entry) successful;
    RC_LIST(struct rc_sqs_batch_failed) failed;
};

RC_OPERATION(rc_sqs_change_visibility_batch, struct rc_sqs_change_visibility_batch,
             struct rc_sqs_changed_batch);

/* ----- Moving messages out of a dead-letter queue ----- */

struct rc_sqs_start_move_task {
    const char *source_arn;      /* a dead-letter queue; one task at a time */
    const char *destination_arn; /* NULL: where each message came from */
    int64_t max_messages_per_s;  /* up to 500 */
};

struct rc_sqs_move_task_started {
    const char *task_handle;
};

RC_OPERATION(rc_sqs_start_move_task, struct rc_sqs_start_move_task,
             struct rc_sqs_move_task_started);

struct rc_sqs_move_task {
    const char *task_handle; /* only of one that runs */
    const char *status;      /* RUNNING, COMPLETED, CANCELLING, CANCELLED, FAILED */
    const char *source_arn;
    const char *destination_arn;
    int64_t max_messages_per_s;
    int64_t moved;
    int64_t to_move;
    const char *failure_reason;
    int64_t started_unix_ms;
};

/* The last ones of a queue, the newest first. */
struct rc_sqs_list_move_tasks {
    const char *source_arn;
    int64_t max_results; /* up to 10; 0: 1 */
};

struct rc_sqs_move_tasks {
    RC_LIST(struct rc_sqs_move_task) tasks;
};

RC_OPERATION(rc_sqs_list_move_tasks, struct rc_sqs_list_move_tasks, struct rc_sqs_move_tasks);

/* Moves nothing back. */
struct rc_sqs_cancel_move_task {
    const char *task_handle;
};

struct rc_sqs_move_task_cancelled {
    int64_t moved;
};

RC_OPERATION(rc_sqs_cancel_move_task, struct rc_sqs_cancel_move_task,
             struct rc_sqs_move_task_cancelled);

#endif
