/* The tables of aws/sqs.c against documents as AWS has them. */
#include "aws/sqs.h"
#include "tests/aws/service.h"

/* ----- Queues ----- */

static const struct rc_sqs_list_queues list_queues = {
    .queue_name_prefix = "queue_name_prefix",
    .max_results = 308,
    .next_token = "next_token",
};

static void check_queues(const struct rc_sqs_queues *value)
{
    IS_TEXTS(value, queue_urls);
    IS_TEXT(value, next_token);
}

static void test_list_queues(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(
        &rc_sqs_list_queues_operation, &list_queues, "POST /\nX-Amz-Target: AmazonSQS.ListQueues",
        "{'QueueNamePrefix':'queue_name_prefix','MaxResults':308,'NextToken':'next_token'}");
    check_queues(service_answers(&answer, &rc_sqs_list_queues_operation, "",
                                 "{'QueueUrls':['queue_urls'],'NextToken':'next_token'}"));
    service_forget(&answer);
}

static const struct rc_sqs_get_queue_url get_queue_url = {
    .queue_name = "queue_name",
    .owner_account = "owner_account",
};

static void check_queue_url(const struct rc_sqs_queue_url *value)
{
    IS_TEXT(value, queue_url);
}

static void test_get_queue_url(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_sqs_get_queue_url_operation, &get_queue_url,
                  "POST /\nX-Amz-Target: AmazonSQS.GetQueueUrl",
                  "{'QueueName':'queue_name','QueueOwnerAWSAccountId':'owner_account'}");
    service_refuses(&rc_sqs_get_queue_url_operation, &(struct rc_sqs_get_queue_url){0},
                    "QueueName");
    check_queue_url(
        service_answers(&answer, &rc_sqs_get_queue_url_operation, "", "{'QueueUrl':'queue_url'}"));
    service_forget(&answer);
}

static const struct rc_sqs_create_queue create_queue = {
    .queue_name = "queue_name",
    .attributes = ONE_PAIR("attributes"),
    .tags = ONE_PAIR("tags"),
};

static void test_create_queue(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_sqs_create_queue_operation, &create_queue,
                  "POST /\nX-Amz-Target: AmazonSQS.CreateQueue",
                  "{'QueueName':'queue_name','Attributes':{'a':'attributes'},'tags':{'a':'tags'}}");
    service_refuses(&rc_sqs_create_queue_operation, &(struct rc_sqs_create_queue){0}, "QueueName");
    check_queue_url(
        service_answers(&answer, &rc_sqs_create_queue_operation, "", "{'QueueUrl':'queue_url'}"));
    service_forget(&answer);
}

static const struct rc_sqs_queue queue = {
    .queue_url = "queue_url",
};

static void test_delete_queue(void **state)
{
    (void)state;
    service_sends(&rc_sqs_delete_queue_operation, &queue,
                  "POST /\nX-Amz-Target: AmazonSQS.DeleteQueue", "{'QueueUrl':'queue_url'}");
    service_refuses(&rc_sqs_delete_queue_operation, &(struct rc_sqs_queue){0}, "QueueUrl");
}

static void test_purge(void **state)
{
    (void)state;
    service_sends(&rc_sqs_purge_operation, &queue, "POST /\nX-Amz-Target: AmazonSQS.PurgeQueue",
                  "{'QueueUrl':'queue_url'}");
    service_refuses(&rc_sqs_purge_operation, &(struct rc_sqs_queue){0}, "QueueUrl");
}

static const struct rc_sqs_get_attributes get_attributes = {
    .queue_url = "queue_url",
    .attribute_names = ONE_TEXT("attribute_names"),
};

static void check_attributes(const struct rc_sqs_attributes *value)
{
    IS_PAIRS(value, attributes);
}

static void test_get_attributes(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_sqs_get_attributes_operation, &get_attributes,
                  "POST /\nX-Amz-Target: AmazonSQS.GetQueueAttributes",
                  "{'QueueUrl':'queue_url','AttributeNames':['attribute_names']}");
    service_refuses(&rc_sqs_get_attributes_operation, &(struct rc_sqs_get_attributes){0},
                    "QueueUrl");
    check_attributes(service_answers(&answer, &rc_sqs_get_attributes_operation, "",
                                     "{'Attributes':{'a':'attributes'}}"));
    service_forget(&answer);
}

static const struct rc_sqs_set_attributes set_attributes = {
    .queue_url = "queue_url",
    .attributes = ONE_PAIR("attributes"),
};

static void test_set_attributes(void **state)
{
    (void)state;
    service_sends(&rc_sqs_set_attributes_operation, &set_attributes,
                  "POST /\nX-Amz-Target: AmazonSQS.SetQueueAttributes",
                  "{'QueueUrl':'queue_url','Attributes':{'a':'attributes'}}");
    service_refuses(&rc_sqs_set_attributes_operation, &(struct rc_sqs_set_attributes){0},
                    "QueueUrl");
}

static const struct rc_sqs_list_dead_letter_sources list_dead_letter_sources = {
    .queue_url = "queue_url",
    .max_results = 308,
    .next_token = "next_token",
};

static void check_dead_letter_sources(const struct rc_sqs_dead_letter_sources *value)
{
    IS_TEXTS(value, queue_urls);
    IS_TEXT(value, next_token);
}

static void test_list_dead_letter_sources(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_sqs_list_dead_letter_sources_operation, &list_dead_letter_sources,
                  "POST /\nX-Amz-Target: AmazonSQS.ListDeadLetterSourceQueues",
                  "{'QueueUrl':'queue_url','MaxResults':308,'NextToken':'next_token'}");
    service_refuses(&rc_sqs_list_dead_letter_sources_operation,
                    &(struct rc_sqs_list_dead_letter_sources){0}, "QueueUrl");
    check_dead_letter_sources(
        service_answers(&answer, &rc_sqs_list_dead_letter_sources_operation, "",
                        "{'queueUrls':['queue_urls'],'NextToken':'next_token'}"));
    service_forget(&answer);
}

/* ----- Messages ----- */

static const struct rc_sqs_receive receive = {
    .queue_url = "queue_url",
    .max_messages = 378,
    .visibility_timeout_s = 377,
    .wait_s = 648,
    .message_system_attribute_names = ONE_TEXT("message_system_attribute_names"),
    .attribute_names = ONE_TEXT("attribute_names"),
    .message_attribute_names = ONE_TEXT("message_attribute_names"),
    .receive_request_attempt_id = "receive_request_attempt_id",
};

static void check_message_attribute(const struct rc_sqs_message_attribute *value)
{
    assert_string_equal(value->key, "k");
    IS_TEXT(value, data_type);
    IS_TEXT(value, string_value);
    IS_BLOB(value, binary_value);
}

static void check_message(const struct rc_sqs_message *value)
{
    IS_TEXT(value, message_id);
    IS_TEXT(value, receipt_handle);
    IS_TEXT(value, body);
    IS_TEXT(value, md5_of_body);
    IS_PAIRS(value, attributes);
    check_message_attribute(ONLY(value->message_attributes));
    IS_TEXT(value, md5_of_message_attributes);
}

static void check_received(const struct rc_sqs_received *value)
{
    check_message(ONLY(value->messages));
}

#define MESSAGE_ATTRIBUTE                                                                          \
    "{'DataType':'data_type','StringValue':'string_value','BinaryValue':'YmluYXJ5X3ZhbHVl'}"

#define MESSAGE                                                                                    \
    "{'MessageId':'message_id','ReceiptHandle':'receipt_handle','Body':'body','MD5OfBody':'md5_"   \
    "of_body','Attributes':{'a':'attributes'},'MessageAttributes':{'k':" MESSAGE_ATTRIBUTE         \
    "},'MD5OfMessageAttributes':'md5_of_message_attributes'}"

static void test_receive(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_sqs_receive_operation, &receive,
                  "POST /\nX-Amz-Target: AmazonSQS.ReceiveMessage",
                  "{'QueueUrl':'queue_url','MaxNumberOfMessages':378,'VisibilityTimeout':377,'"
                  "WaitTimeSeconds':648,'MessageSystemAttributeNames':['message_system_attribute_"
                  "names'],'AttributeNames':['attribute_names'],'MessageAttributeNames':['message_"
                  "attribute_names'],'ReceiveRequestAttemptId':'receive_request_attempt_id'}");
    service_refuses(&rc_sqs_receive_operation, &(struct rc_sqs_receive){0}, "QueueUrl");
    check_received(
        service_answers(&answer, &rc_sqs_receive_operation, "", "{'Messages':[" MESSAGE "]}"));
    service_forget(&answer);
}

static const struct rc_sqs_message_attribute message_attribute = {
    .key = "k",
    .data_type = "data_type",
    .string_value = "string_value",
    .binary_value = BYTES("binary_value"),
};

static const struct rc_sqs_system_attribute system_attribute = {
    .key = "k",
    .data_type = "data_type",
    .string_value = "string_value",
    .binary_value = BYTES("binary_value"),
};

static const struct rc_sqs_send send = {
    .queue_url = "queue_url",
    .body = "body",
    .delay_s = 738,
    .message_attributes = {&message_attribute, 1},
    .message_system_attributes = {&system_attribute, 1},
    .message_group_id = "message_group_id",
    .message_deduplication_id = "message_deduplication_id",
};

#define SYSTEM_ATTRIBUTE                                                                           \
    "{'DataType':'data_type','StringValue':'string_value','BinaryValue':'YmluYXJ5X3ZhbHVl'}"

static void check_sent(const struct rc_sqs_sent *value)
{
    IS_TEXT(value, message_id);
    IS_TEXT(value, md5_of_message_body);
    IS_TEXT(value, md5_of_message_attributes);
    IS_TEXT(value, sequence_number);
}

static void test_send(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_sqs_send_operation, &send, "POST /\nX-Amz-Target: AmazonSQS.SendMessage",
                  "{'QueueUrl':'queue_url','MessageBody':'body','DelaySeconds':738,'"
                  "MessageAttributes':{'k':" MESSAGE_ATTRIBUTE
                  "},'MessageSystemAttributes':{'k':" SYSTEM_ATTRIBUTE
                  "},'MessageGroupId':'message_group_id','MessageDeduplicationId':'message_"
                  "deduplication_id'}");
    service_refuses(&rc_sqs_send_operation, &(struct rc_sqs_send){0}, "QueueUrl");
    check_sent(service_answers(
        &answer, &rc_sqs_send_operation, "",
        "{'MessageId':'message_id','MD5OfMessageBody':'md5_of_message_body','"
        "MD5OfMessageAttributes':'md5_of_message_attributes','SequenceNumber':'sequence_number'}"));
    service_forget(&answer);
}

static const struct rc_sqs_delete delete = {
    .queue_url = "queue_url",
    .receipt_handle = "receipt_handle",
};

static void test_delete(void **state)
{
    (void)state;
    service_sends(&rc_sqs_delete_operation, &delete,
                  "POST /\nX-Amz-Target: AmazonSQS.DeleteMessage",
                  "{'QueueUrl':'queue_url','ReceiptHandle':'receipt_handle'}");
    service_refuses(&rc_sqs_delete_operation, &(struct rc_sqs_delete){0}, "QueueUrl");
}

static const struct rc_sqs_change_visibility change_visibility = {
    .queue_url = "queue_url",
    .receipt_handle = "receipt_handle",
    .visibility_timeout_s = 377,
};

static void test_change_visibility(void **state)
{
    (void)state;
    service_sends(
        &rc_sqs_change_visibility_operation, &change_visibility,
        "POST /\nX-Amz-Target: AmazonSQS.ChangeMessageVisibility",
        "{'QueueUrl':'queue_url','ReceiptHandle':'receipt_handle','VisibilityTimeout':377}");
    service_refuses(&rc_sqs_change_visibility_operation, &(struct rc_sqs_change_visibility){0},
                    "QueueUrl");
}

/* ----- Batches of up to 10 ----- */

static const struct rc_sqs_send_entry send_entry = {
    .id = "id",
    .body = "body",
    .delay_s = 738,
    .message_attributes = {&message_attribute, 1},
    .message_system_attributes = {&system_attribute, 1},
    .message_group_id = "message_group_id",
    .message_deduplication_id = "message_deduplication_id",
};

static const struct rc_sqs_send_batch send_batch = {
    .queue_url = "queue_url",
    .entries = {&send_entry, 1},
};

#define SEND_ENTRY                                                                                 \
    "{'Id':'id','MessageBody':'body','DelaySeconds':738,'MessageAttributes':{'k'"                  \
    ":" MESSAGE_ATTRIBUTE "},'MessageSystemAttributes':{'k':" SYSTEM_ATTRIBUTE                     \
    "},'MessageGroupId':'message_group_id','MessageDeduplicationId':'message_deduplication_id'}"

static void check_sent_entry(const struct rc_sqs_sent_entry *value)
{
    IS_TEXT(value, id);
    IS_TEXT(value, message_id);
    IS_TEXT(value, md5_of_message_body);
    IS_TEXT(value, md5_of_message_attributes);
    IS_TEXT(value, sequence_number);
}

static void check_batch_failed(const struct rc_sqs_batch_failed *value)
{
    IS_TEXT(value, id);
    IS_TEXT(value, code);
    IS_TEXT(value, message);
    IS_TRUE(value, sender_fault);
}

static void check_sent_batch(const struct rc_sqs_sent_batch *value)
{
    check_sent_entry(ONLY(value->successful));
    check_batch_failed(ONLY(value->failed));
}

#define SENT_ENTRY                                                                                 \
    "{'Id':'id','MessageId':'message_id','MD5OfMessageBody':'md5_of_message_body','"               \
    "MD5OfMessageAttributes':'md5_of_message_attributes','SequenceNumber':'sequence_number'}"

#define BATCH_FAILED "{'Id':'id','Code':'code','Message':'message','SenderFault':true}"

static void test_send_batch(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_sqs_send_batch_operation, &send_batch,
                  "POST /\nX-Amz-Target: AmazonSQS.SendMessageBatch",
                  "{'QueueUrl':'queue_url','Entries':[" SEND_ENTRY "]}");
    service_refuses(&rc_sqs_send_batch_operation, &(struct rc_sqs_send_batch){0}, "QueueUrl");
    check_sent_batch(service_answers(&answer, &rc_sqs_send_batch_operation, "",
                                     "{'Successful':[" SENT_ENTRY "],'Failed':[" BATCH_FAILED
                                     "]}"));
    service_forget(&answer);
}

static const struct rc_sqs_delete_entry delete_entry = {
    .id = "id",
    .receipt_handle = "receipt_handle",
};

static const struct rc_sqs_delete_batch delete_batch = {
    .queue_url = "queue_url",
    .entries = {&delete_entry, 1},
};

#define DELETE_ENTRY "{'Id':'id','ReceiptHandle':'receipt_handle'}"

static void check_done_entry(const struct rc_sqs_done_entry *value)
{
    IS_TEXT(value, id);
}

static void check_deleted_batch(const struct rc_sqs_deleted_batch *value)
{
    check_done_entry(ONLY(value->successful));
    check_batch_failed(ONLY(value->failed));
}

#define DONE_ENTRY "{'Id':'id'}"

static void test_delete_batch(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_sqs_delete_batch_operation, &delete_batch,
                  "POST /\nX-Amz-Target: AmazonSQS.DeleteMessageBatch",
                  "{'QueueUrl':'queue_url','Entries':[" DELETE_ENTRY "]}");
    service_refuses(&rc_sqs_delete_batch_operation, &(struct rc_sqs_delete_batch){0}, "QueueUrl");
    check_deleted_batch(service_answers(&answer, &rc_sqs_delete_batch_operation, "",
                                        "{'Successful':[" DONE_ENTRY "],'Failed':[" BATCH_FAILED
                                        "]}"));
    service_forget(&answer);
}

static const struct rc_sqs_visibility_entry visibility_entry = {
    .id = "id",
    .receipt_handle = "receipt_handle",
    .visibility_timeout_s = 377,
};

static const struct rc_sqs_change_visibility_batch change_visibility_batch = {
    .queue_url = "queue_url",
    .entries = {&visibility_entry, 1},
};

#define VISIBILITY_ENTRY "{'Id':'id','ReceiptHandle':'receipt_handle','VisibilityTimeout':377}"

static void check_changed_batch(const struct rc_sqs_changed_batch *value)
{
    check_done_entry(ONLY(value->successful));
    check_batch_failed(ONLY(value->failed));
}

static void test_change_visibility_batch(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_sqs_change_visibility_batch_operation, &change_visibility_batch,
                  "POST /\nX-Amz-Target: AmazonSQS.ChangeMessageVisibilityBatch",
                  "{'QueueUrl':'queue_url','Entries':[" VISIBILITY_ENTRY "]}");
    service_refuses(&rc_sqs_change_visibility_batch_operation,
                    &(struct rc_sqs_change_visibility_batch){0}, "QueueUrl");
    check_changed_batch(service_answers(&answer, &rc_sqs_change_visibility_batch_operation, "",
                                        "{'Successful':[" DONE_ENTRY "],'Failed':[" BATCH_FAILED
                                        "]}"));
    service_forget(&answer);
}

/* ----- Moving messages out of a dead-letter queue ----- */

static const struct rc_sqs_start_move_task start_move_task = {
    .source_arn = "source_arn",
    .destination_arn = "destination_arn",
    .max_messages_per_s = 110,
};

static void check_move_task_started(const struct rc_sqs_move_task_started *value)
{
    IS_TEXT(value, task_handle);
}

static void test_start_move_task(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_sqs_start_move_task_operation, &start_move_task,
                  "POST /\nX-Amz-Target: AmazonSQS.StartMessageMoveTask",
                  "{'SourceArn':'source_arn','DestinationArn':'destination_arn','"
                  "MaxNumberOfMessagesPerSecond':110}");
    service_refuses(&rc_sqs_start_move_task_operation, &(struct rc_sqs_start_move_task){0},
                    "SourceArn");
    check_move_task_started(service_answers(&answer, &rc_sqs_start_move_task_operation, "",
                                            "{'TaskHandle':'task_handle'}"));
    service_forget(&answer);
}

static const struct rc_sqs_list_move_tasks list_move_tasks = {
    .source_arn = "source_arn",
    .max_results = 308,
};

static void check_move_task(const struct rc_sqs_move_task *value)
{
    IS_TEXT(value, task_handle);
    IS_TEXT(value, status);
    IS_TEXT(value, source_arn);
    IS_TEXT(value, destination_arn);
    IS_INT(value, max_messages_per_s, 110);
    IS_INT(value, moved, 540);
    IS_INT(value, to_move, 762);
    IS_TEXT(value, failure_reason);
    IS_INT(value, started_unix_ms, 1700000726000);
}

static void check_move_tasks(const struct rc_sqs_move_tasks *value)
{
    check_move_task(ONLY(value->tasks));
}

#define MOVE_TASK                                                                                  \
    "{'TaskHandle':'task_handle','Status':'status','SourceArn':'source_arn','DestinationArn':'"    \
    "destination_arn','MaxNumberOfMessagesPerSecond':110,'ApproximateNumberOfMessagesMoved':540,'" \
    "ApproximateNumberOfMessagesToMove':762,'FailureReason':'failure_reason','StartedTimestamp':"  \
    "1700000726000}"

static void test_list_move_tasks(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_sqs_list_move_tasks_operation, &list_move_tasks,
                  "POST /\nX-Amz-Target: AmazonSQS.ListMessageMoveTasks",
                  "{'SourceArn':'source_arn','MaxResults':308}");
    service_refuses(&rc_sqs_list_move_tasks_operation, &(struct rc_sqs_list_move_tasks){0},
                    "SourceArn");
    check_move_tasks(service_answers(&answer, &rc_sqs_list_move_tasks_operation, "",
                                     "{'Results':[" MOVE_TASK "]}"));
    service_forget(&answer);
}

static const struct rc_sqs_cancel_move_task cancel_move_task = {
    .task_handle = "task_handle",
};

static void check_move_task_cancelled(const struct rc_sqs_move_task_cancelled *value)
{
    IS_INT(value, moved, 540);
}

static void test_cancel_move_task(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_sqs_cancel_move_task_operation, &cancel_move_task,
                  "POST /\nX-Amz-Target: AmazonSQS.CancelMessageMoveTask",
                  "{'TaskHandle':'task_handle'}");
    service_refuses(&rc_sqs_cancel_move_task_operation, &(struct rc_sqs_cancel_move_task){0},
                    "TaskHandle");
    check_move_task_cancelled(service_answers(&answer, &rc_sqs_cancel_move_task_operation, "",
                                              "{'ApproximateNumberOfMessagesMoved':540}"));
    service_forget(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_list_queues),
        cmocka_unit_test(test_get_queue_url),
        cmocka_unit_test(test_create_queue),
        cmocka_unit_test(test_delete_queue),
        cmocka_unit_test(test_purge),
        cmocka_unit_test(test_get_attributes),
        cmocka_unit_test(test_set_attributes),
        cmocka_unit_test(test_list_dead_letter_sources),
        cmocka_unit_test(test_receive),
        cmocka_unit_test(test_send),
        cmocka_unit_test(test_delete),
        cmocka_unit_test(test_change_visibility),
        cmocka_unit_test(test_send_batch),
        cmocka_unit_test(test_delete_batch),
        cmocka_unit_test(test_change_visibility_batch),
        cmocka_unit_test(test_start_move_task),
        cmocka_unit_test(test_list_move_tasks),
        cmocka_unit_test(test_cancel_move_task),
    };
    return cmocka_run_group_tests_name("service sqs", tests, NULL, NULL);
}
