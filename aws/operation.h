/* What services and operations are, as tables that aws/call.c works from. */
#ifndef RC_AWS_OPERATION_H
#define RC_AWS_OPERATION_H

#include "aws/retry.h"
#include "aws/shape.h"

enum rc_protocol {
    RC_PROTOCOL_JSON_1_0,
    RC_PROTOCOL_JSON_1_1,
    RC_PROTOCOL_REST_JSON,
    RC_PROTOCOL_REST_XML,
    RC_PROTOCOL_QUERY, /* asks in a form, answers in XML */
};

/* Every service that there is a file for. The number is an index into tables. */
enum rc_service_id {
    RC_SERVICE_S3,
    RC_SERVICE_SQS,
    RC_SERVICE_DYNAMODB,
    RC_SERVICE_STATES,
    RC_SERVICE_LAMBDA,
    RC_SERVICE_ECS,
    RC_SERVICE_CLOUDWATCH,
    RC_SERVICE_LOGS,
    RC_SERVICE_EVENTS,
    RC_SERVICE_STS,
    RC_SERVICE_SSO,
    RC_SERVICE_LOCAL, /* what only reconlocal has */
    RC_SERVICES,
};

struct rc_service {
    enum rc_service_id id;
    const char *name;         /* for people and metrics: "dynamodb" */
    const char *signing_name; /* "states" */
    const char *host_prefix;  /* "https://PREFIX.REGION.amazonaws.com" */
    const char *config_name;  /* in AWS_ENDPOINT_URL_<NAME> (upper case) and `services`
                                 sections (lower case): "cloudwatch_logs" */
    const char *target;       /* of X-Amz-Target, with its point; JSON protocols only */
    const char *version;      /* of the query protocol */
    enum rc_protocol protocol;
    const struct rc_retry_policy *retry;
};

enum {
    RC_OP_UNSIGNED = 1,      /* asks without credentials: web identity, SSO */
    RC_OP_STREAMS = 2,       /* the answer's body goes to the caller's sink */
    RC_OP_NO_RETRY = 4,      /* done twice it does harm: synchronous invocations */
    RC_OP_MD5 = 8,           /* S3 wants a Content-MD5 of the body */
    RC_OP_ERROR_IN_200 = 16, /* the body of a 200 may be an <Error>: S3 had to answer early */
    RC_OP_SECRET = 32,       /* it asks with tokens or answers with keys: both are wiped */
};

struct rc_operation {
    const struct rc_service *service;
    const char *name;           /* "ListObjectsV2" */
    const char *method;         /* NULL: POST */
    const char *path;           /* "/{Bucket}/{Key+}?uploads"; NULL: "/" */
    const struct rc_shape *in;  /* NULL: no members */
    const struct rc_shape *out; /* NULL: nothing in the answer matters */
    const char *root;           /* XML: of the request's body; query: no need, the result's
                                   element is found by its name */
    unsigned flags;
    int64_t timeout_ms;    /* 0: 60 s from start to end of an attempt */
    const char *page_in;   /* pages: the member of the request that takes ... */
    const char *page_out;  /* ... this one of the answer; absent or empty: the last page */
    const char *page_in_2; /* where the token has two parts (S3 versions) */
    const char *page_out_2;
    bool page_same_ends;   /* the last page's token leads to itself (GetLogEvents); elsewhere such
                              a list is broken */
    const char *page_more; /* a BOOL of the answer: false is the last page, whatever the tokens
                              say; NULL: the tokens decide */
};

/* Whether it leaves everything at AWS as it was. By its name: what is not known to read is taken
 * for a change. Receiving messages counts as reading, although it counts as a receipt; whoever
 * does it asks first. */
bool rc_operation_reads(const struct rc_operation *operation);

/* Stands for the request or the answer of an operation that has no members. */
struct rc_nothing {
    char none;
};

/* Declares an operation's typed face: NAME starts it, NAME_answer reads it.
 *     RC_OPERATION(rc_sqs_receive, struct rc_sqs_receive, struct rc_sqs_received);
 * wants the table rc_sqs_receive_operation in the service's .c file. */
#define RC_OPERATION(name, in_type, out_type)                                                      \
    extern const struct rc_operation name##_operation;                                             \
    static inline struct rc_call *name(struct rc_aws *aws, const in_type *in, rc_done done,        \
                                       void *ctx)                                                  \
    {                                                                                              \
        return rc_call_start(aws, &name##_operation, in, done, ctx);                               \
    }                                                                                              \
    static inline const out_type *name##_answer(const struct rc_call *call)                        \
    {                                                                                              \
        return rc_call_answer(call);                                                               \
    }                                                                                              \
    struct rc_call

#endif
