/* What the client keeps for its calls: for aws/client.c, aws/call*.c, aws/pages.c and those
 * who start calls with keys of their own. */
#ifndef RC_AWS_CLIENT_INTERNAL_H
#define RC_AWS_CLIENT_INTERNAL_H

#include "aws/client.h"
#include "aws/credentials.h"
#include "aws/sign.h"

struct rc_aws {
    struct rc_loop *loop;
    struct rc_http *http;
    const struct rc_profile *profile;
    struct rc_credential_chain *chain;
    struct rc_metrics *metrics;
    struct rc_log *log;
    double (*chance)(void *ctx);
    void *chance_ctx;
    uint64_t chance_state;
    struct rc_retry_bucket tokens[RC_SERVICES];
    struct rc_sign_key keys[RC_SERVICES];
    int64_t clock_offset_s; /* what a server's clock is ahead of ours, for signatures */
    int64_t ahead_s;        /* the same, as the last answer said */
    bool read_only;
    void (*ended)(void *ctx, const struct rc_call *call);
    void *ended_ctx;
};

/* rc_aws_endpoint for another region; NULL: the client's. */
bool rc_aws_endpoint_in(const struct rc_aws *aws, const struct rc_service *service,
                        const char *region, char *url, size_t room, struct rc_error *err);

/* Makes a call that was answered one that has failed, from within its own done. */
void rc_call_spoil(struct rc_call *call, enum rc_aws_fault fault, const char *text);

/* False without credentials or region: err says so. */
bool rc_aws_sign_options(struct rc_aws *aws, const struct rc_service *service,
                         const struct rc_credentials *credentials, struct rc_sign_options *options,
                         struct rc_error *err);

#endif
