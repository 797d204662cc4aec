/* From the bytes of an answer to the operation's struct, or to AWS's own words on
 * what went wrong. */
#ifndef RC_AWS_ANSWER_H
#define RC_AWS_ANSWER_H

#include "aws/call.h"

enum { RC_ANSWER_CAP = 64 << 20 /* bytes of a body, and of what is made of it */ };

/* The answer in the arena; *document, when it is JSON, has to live as long. NULL
 * and err when it cannot be understood. */
void *rc_answer_read(const struct rc_operation *operation, const struct rc_http_result *result,
                     struct rc_arena *arena, json_t **document, struct rc_error *err);

/* Fills error from an answer that is none: fault, status, code, message, request id,
 * throttles. Texts are the arena's; error->details is a new reference. */
void rc_answer_error(const struct rc_operation *operation, const struct rc_http_result *result,
                     struct rc_arena *arena, struct rc_aws_error *error);

/* A 200 whose body is an error all the same (S3's CopyObject and
 * CompleteMultipartUpload). */
bool rc_answer_hides_error(const struct rc_operation *operation,
                           const struct rc_http_result *result);

const char *rc_answer_request_id(const struct rc_http_head *head);

#endif
