/* What the files of a call share: call.c (its beginning, its end, what is asked of it) and
 * call_attempt.c (from credentials to an answer, as often as it takes). */
#ifndef RC_AWS_CALL_INTERNAL_H
#define RC_AWS_CALL_INTERNAL_H

#include "aws/client_internal.h"
#include "aws/request.h"

#include <jansson.h>

struct rc_call {
    struct rc_aws *aws;
    const struct rc_operation *operation;
    rc_done done;
    void *ctx;
    json_t *document; /* what the answer borrows from */
    void *answer;
    char *request_id;
    int64_t sent_at_ms; /* of this attempt */
    struct rc_http_transfer *transfer;
    struct rc_arena arena; /* of the answer or the error */
    struct rc_credential_waiter waiter;
    struct rc_call_sink sink;
    struct rc_http_file file;
    struct rc_timer timer;
    struct rc_buf authorization;
    struct rc_aws_error error;
    struct rc_credentials own; /* given by the caller */
    struct rc_wire wire;
    int attempts;
    int last_cost;
    bool built; /* wire is there */
    bool ended;
    bool failed;
    bool corrected_clock;
    bool renewed_keys;
    bool waiting; /* for credentials */
    bool has_own;
    bool has_file;
    bool leaves_throttles;
    bool asks_once;
    bool streamed; /* the sink got bytes in this attempt or an earlier one */
    bool fresh;    /* ... and none in this one */
    char date[17];
    char hash[RC_SIGN_HEX];
};

/* ----- call.c ----- */

/* Ends it, as it stands; whoever started it may free it then. */
void rc_call_finish(struct rc_call *call);

/* Ends it with what went wrong before anything was answered. Without `why`: no memory. */
void rc_call_fail(struct rc_call *call, enum rc_aws_fault fault, const struct rc_error *why);

/* Notes what went wrong here, where no service gave an error. */
void rc_call_note_failure(struct rc_call *call, enum rc_aws_fault fault, const char *text);

/* ----- call_attempt.c ----- */

/* Begins an attempt; fired by the call's timer. */
void rc_call_attempt(struct rc_timer *timer);

#endif
