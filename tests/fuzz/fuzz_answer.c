/* An answer of AWS, whole or as an error: read, or refused with a sentence. The first
 * byte chooses the operation, the second the status, a line of headers may follow. */
#include "aws/answer.h"
#include "aws/dynamodb.h"
#include "aws/lambda.h"
#include "aws/s3.h"
#include "aws/sqs.h"
#include "aws/states.h"
#include "aws/sts.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct rc_operation *const operations[] = {
    &rc_s3_list_objects_operation,
    &rc_s3_get_object_operation,
    &rc_s3_copy_object_operation,
    &rc_s3_list_versions_operation,
    &rc_s3_get_tags_operation,
    &rc_sqs_receive_operation,
    &rc_sqs_get_attributes_operation,
    &rc_sqs_send_batch_operation,
    &rc_dynamodb_query_operation,
    &rc_dynamodb_batch_write_operation,
    &rc_dynamodb_describe_table_operation,
    &rc_states_get_history_operation,
    &rc_lambda_invoke_operation,
    &rc_lambda_get_function_operation,
    &rc_sts_assume_role_operation,
};

static void must(bool true_)
{
    if (!true_)
        abort();
}

/* Texts that were read are terminated: their length can be taken. */
static void read_answer(const struct rc_operation *operation, const struct rc_http_result *result)
{
    struct rc_arena arena;
    struct rc_error err = {0};
    json_t *document = NULL;
    rc_arena_init(&arena, RC_ANSWER_CAP);
    void *answer = rc_answer_read(operation, result, &arena, &document, &err);
    must(answer || err.text[0]);
    for (size_t i = 0; answer && operation->out && i < operation->out->count; i++) {
        const struct rc_member *member = &operation->out->members[i];
        const char *text = *(const char *const *)((const char *)answer + member->offset);
        if (member->kind == RC_SHAPE_TEXT && text)
            must(strlen(text) <= RC_ANSWER_CAP);
    }
    json_decref(document);
    rc_arena_free(&arena);
}

static void read_error(const struct rc_operation *operation, const struct rc_http_result *result)
{
    struct rc_arena arena;
    struct rc_aws_error error = {0};
    rc_arena_init(&arena, RC_ANSWER_CAP);
    rc_answer_error(operation, result, &arena, &error);
    must(error.fault != RC_AWS_NONE && error.code[0] && error.message && error.request_id);
    json_decref(error.details);
    rc_arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int statuses[] = {200, 200, 200, 400, 403, 404, 412, 503};
    if (size < 3)
        return 0;
    const struct rc_operation *operation =
        operations[data[0] % (sizeof operations / sizeof *operations)];
    char *text = calloc(1, size);
    must(text != NULL);
    memcpy(text, data + 2, size - 2);
    char *line = memchr(text, '\n', size - 2);
    size_t skipped = line ? (size_t)(line - text) + 1 : 0;
    if (line)
        *line = '\0';
    const struct rc_http_header headers[] = {{"x-amzn-errortype", line ? text : "x"},
                                             {"Content-Length", line ? text : "1"},
                                             {"Last-Modified", line ? text : "1"}};
    const struct rc_http_result result = {
        .head = {statuses[data[1] % 8], headers, line ? 3 : 0},
        .body = text + skipped,
        .body_length = size - 2 - skipped,
    };
    rc_answer_hides_error(operation, &result);
    read_answer(operation, &result);
    read_error(operation, &result);
    free(text);
    return 0;
}
