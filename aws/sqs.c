#include "aws/sqs.h"

#include "aws/rows.h"

const struct rc_service rc_service_sqs = {
    .id = RC_SERVICE_SQS,
    .name = "sqs",
    .signing_name = "sqs",
    .host_prefix = "sqs",
    .config_name = "sqs",
    .target = "AmazonSQS.",
    .protocol = RC_PROTOCOL_JSON_1_0,
    .retry = &rc_retry_standard,
};

enum { LONG_POLL_MS = 40 * 1000 }; /* 20 seconds of waiting, and as long for the answer */

/* ----- Queues ----- */

static const struct rc_member rc_sqs_list_queues_members[] = {
    TEXT(rc_sqs_list_queues, queue_name_prefix, "QueueNamePrefix"),
    INT(rc_sqs_list_queues, max_results, "MaxResults"),
    TEXT(rc_sqs_list_queues, next_token, "NextToken"),
};
SHAPE(rc_sqs_list_queues);

static const struct rc_member rc_sqs_queues_members[] = {
    TEXTS(rc_sqs_queues, queue_urls, "QueueUrls"),
    TEXT(rc_sqs_queues, next_token, "NextToken"),
};
SHAPE(rc_sqs_queues);

const struct rc_operation rc_sqs_list_queues_operation = {
    .service = &rc_service_sqs,
    .name = "ListQueues",
    .in = &rc_sqs_list_queues_shape,
    .out = &rc_sqs_queues_shape,
    .page_in = "NextToken",
    .page_out = "NextToken",
};

static const struct rc_member rc_sqs_get_queue_url_members[] = {
    TEXT(rc_sqs_get_queue_url, queue_name, "QueueName", .flags = RC_NEEDED),
    TEXT(rc_sqs_get_queue_url, owner_account, "QueueOwnerAWSAccountId"),
};
SHAPE(rc_sqs_get_queue_url);

static const struct rc_member rc_sqs_queue_url_members[] = {
    TEXT(rc_sqs_queue_url, queue_url, "QueueUrl"),
};
SHAPE(rc_sqs_queue_url);

const struct rc_operation rc_sqs_get_queue_url_operation = {
    .service = &rc_service_sqs,
    .name = "GetQueueUrl",
    .in = &rc_sqs_get_queue_url_shape,
    .out = &rc_sqs_queue_url_shape,
};

static const struct rc_member rc_sqs_create_queue_members[] = {
    TEXT(rc_sqs_create_queue, queue_name, "QueueName", .flags = RC_NEEDED),
    PAIRS(rc_sqs_create_queue, attributes, "Attributes"),
    PAIRS(rc_sqs_create_queue, tags, "tags"),
};
SHAPE(rc_sqs_create_queue);

const struct rc_operation rc_sqs_create_queue_operation = {
    .service = &rc_service_sqs,
    .name = "CreateQueue",
    .in = &rc_sqs_create_queue_shape,
    .out = &rc_sqs_queue_url_shape,
};

static const struct rc_member rc_sqs_queue_members[] = {
    TEXT(rc_sqs_queue, queue_url, "QueueUrl", .flags = RC_NEEDED),
};
SHAPE(rc_sqs_queue);

const struct rc_operation rc_sqs_delete_queue_operation = {
    .service = &rc_service_sqs,
    .name = "DeleteQueue",
    .in = &rc_sqs_queue_shape,
};

const struct rc_operation rc_sqs_purge_operation = {
    .service = &rc_service_sqs,
    .name = "PurgeQueue",
    .in = &rc_sqs_queue_shape,
};

static const struct rc_member rc_sqs_get_attributes_members[] = {
    TEXT(rc_sqs_get_attributes, queue_url, "QueueUrl", .flags = RC_NEEDED),
    TEXTS(rc_sqs_get_attributes, attribute_names, "AttributeNames"),
};
SHAPE(rc_sqs_get_attributes);

static const struct rc_member rc_sqs_attributes_members[] = {
    PAIRS(rc_sqs_attributes, attributes, "Attributes"),
};
SHAPE(rc_sqs_attributes);

const struct rc_operation rc_sqs_get_attributes_operation = {
    .service = &rc_service_sqs,
    .name = "GetQueueAttributes",
    .in = &rc_sqs_get_attributes_shape,
    .out = &rc_sqs_attributes_shape,
};

static const struct rc_member rc_sqs_set_attributes_members[] = {
    TEXT(rc_sqs_set_attributes, queue_url, "QueueUrl", .flags = RC_NEEDED),
    PAIRS(rc_sqs_set_attributes, attributes, "Attributes", .flags = RC_NEEDED),
};
SHAPE(rc_sqs_set_attributes);

const struct rc_operation rc_sqs_set_attributes_operation = {
    .service = &rc_service_sqs,
    .name = "SetQueueAttributes",
    .in = &rc_sqs_set_attributes_shape,
};

static const struct rc_member rc_sqs_list_dead_letter_sources_members[] = {
    TEXT(rc_sqs_list_dead_letter_sources, queue_url, "QueueUrl", .flags = RC_NEEDED),
    INT(rc_sqs_list_dead_letter_sources, max_results, "MaxResults"),
    TEXT(rc_sqs_list_dead_letter_sources, next_token, "NextToken"),
};
SHAPE(rc_sqs_list_dead_letter_sources);

static const struct rc_member rc_sqs_dead_letter_sources_members[] = {
    TEXTS(rc_sqs_dead_letter_sources, queue_urls, "queueUrls"),
    TEXT(rc_sqs_dead_letter_sources, next_token, "NextToken"),
};
SHAPE(rc_sqs_dead_letter_sources);

const struct rc_operation rc_sqs_list_dead_letter_sources_operation = {
    .service = &rc_service_sqs,
    .name = "ListDeadLetterSourceQueues",
    .in = &rc_sqs_list_dead_letter_sources_shape,
    .out = &rc_sqs_dead_letter_sources_shape,
    .page_in = "NextToken",
    .page_out = "NextToken",
};

/* ----- Messages ----- */

static const struct rc_member rc_sqs_message_attribute_members[] = {
    TEXT(rc_sqs_message_attribute, data_type, "DataType", .flags = RC_NEEDED),
    TEXT(rc_sqs_message_attribute, string_value, "StringValue"),
    BLOB(rc_sqs_message_attribute, binary_value, "BinaryValue"),
};
SHAPE(rc_sqs_message_attribute);

static const struct rc_member rc_sqs_system_attribute_members[] = {
    TEXT(rc_sqs_system_attribute, data_type, "DataType", .flags = RC_NEEDED),
    TEXT(rc_sqs_system_attribute, string_value, "StringValue"),
    BLOB(rc_sqs_system_attribute, binary_value, "BinaryValue"),
};
SHAPE(rc_sqs_system_attribute);

static const struct rc_member rc_sqs_message_members[] = {
    TEXT(rc_sqs_message, message_id, "MessageId"),
    TEXT(rc_sqs_message, receipt_handle, "ReceiptHandle"),
    TEXT(rc_sqs_message, body, "Body"),
    TEXT(rc_sqs_message, md5_of_body, "MD5OfBody"),
    PAIRS(rc_sqs_message, attributes, "Attributes"),
    MAP(rc_sqs_message, message_attributes, rc_sqs_message_attribute, "MessageAttributes"),
    TEXT(rc_sqs_message, md5_of_message_attributes, "MD5OfMessageAttributes"),
};
SHAPE(rc_sqs_message);

static const struct rc_member rc_sqs_receive_members[] = {
    TEXT(rc_sqs_receive, queue_url, "QueueUrl", .flags = RC_NEEDED),
    INT(rc_sqs_receive, max_messages, "MaxNumberOfMessages"),
    INT(rc_sqs_receive, visibility_timeout_s, "VisibilityTimeout"),
    INT(rc_sqs_receive, wait_s, "WaitTimeSeconds"),
    TEXTS(rc_sqs_receive, message_system_attribute_names, "MessageSystemAttributeNames"),
    TEXTS(rc_sqs_receive, attribute_names, "AttributeNames"),
    TEXTS(rc_sqs_receive, message_attribute_names, "MessageAttributeNames"),
    TEXT(rc_sqs_receive, receive_request_attempt_id, "ReceiveRequestAttemptId"),
};
SHAPE(rc_sqs_receive);

static const struct rc_member rc_sqs_received_members[] = {
    LIST(rc_sqs_received, messages, rc_sqs_message, "Messages"),
};
SHAPE(rc_sqs_received);

const struct rc_operation rc_sqs_receive_operation = {
    .service = &rc_service_sqs,
    .name = "ReceiveMessage",
    .in = &rc_sqs_receive_shape,
    .out = &rc_sqs_received_shape,
    .timeout_ms = LONG_POLL_MS,
};

static const struct rc_member rc_sqs_send_members[] = {
    TEXT(rc_sqs_send, queue_url, "QueueUrl", .flags = RC_NEEDED),
    TEXT(rc_sqs_send, body, "MessageBody", .flags = RC_NEEDED),
    INT(rc_sqs_send, delay_s, "DelaySeconds"),
    MAP(rc_sqs_send, message_attributes, rc_sqs_message_attribute, "MessageAttributes"),
    MAP(rc_sqs_send, message_system_attributes, rc_sqs_system_attribute, "MessageSystemAttributes"),
    TEXT(rc_sqs_send, message_group_id, "MessageGroupId"),
    TEXT(rc_sqs_send, message_deduplication_id, "MessageDeduplicationId"),
};
SHAPE(rc_sqs_send);

static const struct rc_member rc_sqs_sent_members[] = {
    TEXT(rc_sqs_sent, message_id, "MessageId"),
    TEXT(rc_sqs_sent, md5_of_message_body, "MD5OfMessageBody"),
    TEXT(rc_sqs_sent, md5_of_message_attributes, "MD5OfMessageAttributes"),
    TEXT(rc_sqs_sent, sequence_number, "SequenceNumber"),
};
SHAPE(rc_sqs_sent);

const struct rc_operation rc_sqs_send_operation = {
    .service = &rc_service_sqs,
    .name = "SendMessage",
    .in = &rc_sqs_send_shape,
    .out = &rc_sqs_sent_shape,
};

static const struct rc_member rc_sqs_delete_members[] = {
    TEXT(rc_sqs_delete, queue_url, "QueueUrl", .flags = RC_NEEDED),
    TEXT(rc_sqs_delete, receipt_handle, "ReceiptHandle", .flags = RC_NEEDED),
};
SHAPE(rc_sqs_delete);

const struct rc_operation rc_sqs_delete_operation = {
    .service = &rc_service_sqs,
    .name = "DeleteMessage",
    .in = &rc_sqs_delete_shape,
};

static const struct rc_member rc_sqs_change_visibility_members[] = {
    TEXT(rc_sqs_change_visibility, queue_url, "QueueUrl", .flags = RC_NEEDED),
    TEXT(rc_sqs_change_visibility, receipt_handle, "ReceiptHandle", .flags = RC_NEEDED),
    INT(rc_sqs_change_visibility, visibility_timeout_s, "VisibilityTimeout", .flags = RC_ALWAYS),
};
SHAPE(rc_sqs_change_visibility);

const struct rc_operation rc_sqs_change_visibility_operation = {
    .service = &rc_service_sqs,
    .name = "ChangeMessageVisibility",
    .in = &rc_sqs_change_visibility_shape,
};

/* ----- Batches of up to 10 ----- */

static const struct rc_member rc_sqs_batch_failed_members[] = {
    TEXT(rc_sqs_batch_failed, id, "Id"),
    TEXT(rc_sqs_batch_failed, code, "Code"),
    TEXT(rc_sqs_batch_failed, message, "Message"),
    BOOL(rc_sqs_batch_failed, sender_fault, "SenderFault"),
};
SHAPE(rc_sqs_batch_failed);

static const struct rc_member rc_sqs_send_entry_members[] = {
    TEXT(rc_sqs_send_entry, id, "Id", .flags = RC_NEEDED),
    TEXT(rc_sqs_send_entry, body, "MessageBody", .flags = RC_NEEDED),
    INT(rc_sqs_send_entry, delay_s, "DelaySeconds"),
    MAP(rc_sqs_send_entry, message_attributes, rc_sqs_message_attribute, "MessageAttributes"),
    MAP(rc_sqs_send_entry, message_system_attributes, rc_sqs_system_attribute,
        "MessageSystemAttributes"),
    TEXT(rc_sqs_send_entry, message_group_id, "MessageGroupId"),
    TEXT(rc_sqs_send_entry, message_deduplication_id, "MessageDeduplicationId"),
};
SHAPE(rc_sqs_send_entry);

static const struct rc_member rc_sqs_send_batch_members[] = {
    TEXT(rc_sqs_send_batch, queue_url, "QueueUrl", .flags = RC_NEEDED),
    LIST(rc_sqs_send_batch, entries, rc_sqs_send_entry, "Entries", .flags = RC_NEEDED),
};
SHAPE(rc_sqs_send_batch);

static const struct rc_member rc_sqs_sent_entry_members[] = {
    TEXT(rc_sqs_sent_entry, id, "Id"),
    TEXT(rc_sqs_sent_entry, message_id, "MessageId"),
    TEXT(rc_sqs_sent_entry, md5_of_message_body, "MD5OfMessageBody"),
    TEXT(rc_sqs_sent_entry, md5_of_message_attributes, "MD5OfMessageAttributes"),
    TEXT(rc_sqs_sent_entry, sequence_number, "SequenceNumber"),
};
SHAPE(rc_sqs_sent_entry);

static const struct rc_member rc_sqs_sent_batch_members[] = {
    LIST(rc_sqs_sent_batch, successful, rc_sqs_sent_entry, "Successful"),
    LIST(rc_sqs_sent_batch, failed, rc_sqs_batch_failed, "Failed"),
};
SHAPE(rc_sqs_sent_batch);

const struct rc_operation rc_sqs_send_batch_operation = {
    .service = &rc_service_sqs,
    .name = "SendMessageBatch",
    .in = &rc_sqs_send_batch_shape,
    .out = &rc_sqs_sent_batch_shape,
};

static const struct rc_member rc_sqs_delete_entry_members[] = {
    TEXT(rc_sqs_delete_entry, id, "Id", .flags = RC_NEEDED),
    TEXT(rc_sqs_delete_entry, receipt_handle, "ReceiptHandle", .flags = RC_NEEDED),
};
SHAPE(rc_sqs_delete_entry);

static const struct rc_member rc_sqs_delete_batch_members[] = {
    TEXT(rc_sqs_delete_batch, queue_url, "QueueUrl", .flags = RC_NEEDED),
    LIST(rc_sqs_delete_batch, entries, rc_sqs_delete_entry, "Entries", .flags = RC_NEEDED),
};
SHAPE(rc_sqs_delete_batch);

static const struct rc_member rc_sqs_done_entry_members[] = {
    TEXT(rc_sqs_done_entry, id, "Id"),
};
SHAPE(rc_sqs_done_entry);

static const struct rc_member rc_sqs_deleted_batch_members[] = {
    LIST(rc_sqs_deleted_batch, successful, rc_sqs_done_entry, "Successful"),
    LIST(rc_sqs_deleted_batch, failed, rc_sqs_batch_failed, "Failed"),
};
SHAPE(rc_sqs_deleted_batch);

const struct rc_operation rc_sqs_delete_batch_operation = {
    .service = &rc_service_sqs,
    .name = "DeleteMessageBatch",
    .in = &rc_sqs_delete_batch_shape,
    .out = &rc_sqs_deleted_batch_shape,
};

static const struct rc_member rc_sqs_visibility_entry_members[] = {
    TEXT(rc_sqs_visibility_entry, id, "Id", .flags = RC_NEEDED),
    TEXT(rc_sqs_visibility_entry, receipt_handle, "ReceiptHandle", .flags = RC_NEEDED),
    INT(rc_sqs_visibility_entry, visibility_timeout_s, "VisibilityTimeout", .flags = RC_ALWAYS),
};
SHAPE(rc_sqs_visibility_entry);

static const struct rc_member rc_sqs_change_visibility_batch_members[] = {
    TEXT(rc_sqs_change_visibility_batch, queue_url, "QueueUrl", .flags = RC_NEEDED),
    LIST(rc_sqs_change_visibility_batch, entries, rc_sqs_visibility_entry, "Entries",
         .flags = RC_NEEDED),
};
SHAPE(rc_sqs_change_visibility_batch);

static const struct rc_member rc_sqs_changed_batch_members[] = {
    LIST(rc_sqs_changed_batch, successful, rc_sqs_done_entry, "Successful"),
    LIST(rc_sqs_changed_batch, failed, rc_sqs_batch_failed, "Failed"),
};
SHAPE(rc_sqs_changed_batch);

const struct rc_operation rc_sqs_change_visibility_batch_operation = {
    .service = &rc_service_sqs,
    .name = "ChangeMessageVisibilityBatch",
    .in = &rc_sqs_change_visibility_batch_shape,
    .out = &rc_sqs_changed_batch_shape,
};

/* ----- Moving messages out of a dead-letter queue ----- */

static const struct rc_member rc_sqs_start_move_task_members[] = {
    TEXT(rc_sqs_start_move_task, source_arn, "SourceArn", .flags = RC_NEEDED),
    TEXT(rc_sqs_start_move_task, destination_arn, "DestinationArn"),
    INT(rc_sqs_start_move_task, max_messages_per_s, "MaxNumberOfMessagesPerSecond"),
};
SHAPE(rc_sqs_start_move_task);

static const struct rc_member rc_sqs_move_task_started_members[] = {
    TEXT(rc_sqs_move_task_started, task_handle, "TaskHandle"),
};
SHAPE(rc_sqs_move_task_started);

const struct rc_operation rc_sqs_start_move_task_operation = {
    .service = &rc_service_sqs,
    .name = "StartMessageMoveTask",
    .in = &rc_sqs_start_move_task_shape,
    .out = &rc_sqs_move_task_started_shape,
};

static const struct rc_member rc_sqs_move_task_members[] = {
    TEXT(rc_sqs_move_task, task_handle, "TaskHandle"),
    TEXT(rc_sqs_move_task, status, "Status"),
    TEXT(rc_sqs_move_task, source_arn, "SourceArn"),
    TEXT(rc_sqs_move_task, destination_arn, "DestinationArn"),
    INT(rc_sqs_move_task, max_messages_per_s, "MaxNumberOfMessagesPerSecond"),
    INT(rc_sqs_move_task, moved, "ApproximateNumberOfMessagesMoved"),
    INT(rc_sqs_move_task, to_move, "ApproximateNumberOfMessagesToMove"),
    TEXT(rc_sqs_move_task, failure_reason, "FailureReason"),
    MS(rc_sqs_move_task, started_unix_ms, "StartedTimestamp"),
};
SHAPE(rc_sqs_move_task);

static const struct rc_member rc_sqs_list_move_tasks_members[] = {
    TEXT(rc_sqs_list_move_tasks, source_arn, "SourceArn", .flags = RC_NEEDED),
    INT(rc_sqs_list_move_tasks, max_results, "MaxResults"),
};
SHAPE(rc_sqs_list_move_tasks);

static const struct rc_member rc_sqs_move_tasks_members[] = {
    LIST(rc_sqs_move_tasks, tasks, rc_sqs_move_task, "Results"),
};
SHAPE(rc_sqs_move_tasks);

const struct rc_operation rc_sqs_list_move_tasks_operation = {
    .service = &rc_service_sqs,
    .name = "ListMessageMoveTasks",
    .in = &rc_sqs_list_move_tasks_shape,
    .out = &rc_sqs_move_tasks_shape,
};

static const struct rc_member rc_sqs_cancel_move_task_members[] = {
    TEXT(rc_sqs_cancel_move_task, task_handle, "TaskHandle", .flags = RC_NEEDED),
};
SHAPE(rc_sqs_cancel_move_task);

static const struct rc_member rc_sqs_move_task_cancelled_members[] = {
    INT(rc_sqs_move_task_cancelled, moved, "ApproximateNumberOfMessagesMoved"),
};
SHAPE(rc_sqs_move_task_cancelled);

const struct rc_operation rc_sqs_cancel_move_task_operation = {
    .service = &rc_service_sqs,
    .name = "CancelMessageMoveTask",
    .in = &rc_sqs_cancel_move_task_shape,
    .out = &rc_sqs_move_task_cancelled_shape,
};
