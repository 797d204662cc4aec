/* The door to AWS: one profile's region, endpoints, credentials, connections,
 * retry tokens, metrics and log, shared by all calls. One thread. */
#ifndef RC_AWS_CLIENT_H
#define RC_AWS_CLIENT_H

#include "aws/call.h"
#include "aws/log.h"
#include "aws/loop.h"
#include "aws/metrics.h"
#include "aws/profile.h"

struct rc_aws;

struct rc_aws_options {
    const struct rc_profile *profile; /* region, endpoints, where credentials come from;
                                         borrowed for the client's life */
    struct rc_log *log;               /* NULL: none; borrowed */
    double (*chance)(void *ctx);      /* 0 <= chance < 1; NULL: a generator of its own */
    void *chance_ctx;
    struct rc_http_options http;
    bool (*ask_mfa)(void *ctx, const char *serial, char *code, size_t room); /* NULL: no MFA */
    void *ask_ctx;
};

/* Nothing is sent yet. NULL when it cannot be made. */
struct rc_aws *rc_aws_new(struct rc_loop *loop, const struct rc_aws_options *options,
                          struct rc_error *err);

/* Free the calls first. */
void rc_aws_free(struct rc_aws *aws);

struct rc_loop *rc_aws_loop(const struct rc_aws *aws);
const struct rc_profile *rc_aws_profile(const struct rc_aws *aws);
struct rc_metrics *rc_aws_metrics(struct rc_aws *aws);
double rc_aws_chance(struct rc_aws *aws);

/* From now on a call that would change something (rc_operation_reads) ends with RC_AWS_REQUEST
 * before it is sent, or is let through again. A new client lets all through. */
void rc_aws_set_read_only(struct rc_aws *aws, bool read_only);

/* Called with every call that ends, before its `done`; NULL: nobody is. */
void rc_aws_on_end(struct rc_aws *aws, void (*ended)(void *ctx, const struct rc_call *call),
                   void *ctx);

/* AWS's time in ms: that of this machine, corrected where answers are of another time. */
int64_t rc_aws_unix_ms(const struct rc_aws *aws);

struct rc_credentials;

/* As rc_call_start, with keys of one's own, which are copied; NULL: those of the
 * profile. For those who find the profile's keys themselves. */
struct rc_call *rc_call_start_with(struct rc_aws *aws, const struct rc_operation *operation,
                                   const void *in, const struct rc_credentials *credentials,
                                   rc_done done, void *ctx);

/* An operation that is unsigned (RC_OP_UNSIGNED), in another region than the client's:
 * an SSO profile names that of its directory. */
struct rc_call *rc_call_start_in(struct rc_aws *aws, const char *region,
                                 const struct rc_operation *operation, const void *in, rc_done done,
                                 void *ctx);

/* "https://sqs.eu-west-1.amazonaws.com", or what the profile or the environment
 * says; in `url`, which is cut at room. False when there is no region. */
bool rc_aws_endpoint(const struct rc_aws *aws, const struct rc_service *service, char *url,
                     size_t room, struct rc_error *err);

/* Where the credentials came from, for people ("profile prod, role …"); "" before
 * they were needed. */
const char *rc_aws_credentials_source(const struct rc_aws *aws);

/* When they expire; 0: never, or there are none yet. */
int64_t rc_aws_credentials_expire_ms(const struct rc_aws *aws);

/* A URL that is good for so many seconds, signed in its query. Resolves
 * credentials first, which may run the loop. */
bool rc_aws_presign(struct rc_aws *aws, const struct rc_operation *operation, const void *in,
                    int64_t expires_s, struct rc_buf *url, struct rc_error *err);

#endif
