#include "model/live_health.h"

#include "aws/dynamodb.h"
#include "aws/session.h"
#include "model/live_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RATE_SECONDS = 10, BANNER_BYTES = 400 };

struct rc_live_health {
    struct rc_aws *aws;
    enum rc_live_trouble trouble; /* of all calls, not of one permission */
    char text[BANNER_BYTES];
    struct {
        int64_t second;
        uint64_t requests;
    } seconds[RATE_SECONDS];
    uint64_t requests;
    struct rc_live_failure failures[RC_LIVE_FAILURES]; /* a ring */
    uint64_t failed, denied;
};

/* ----- what a failure means ----- */

/* Keys that AWS does not know or that are over; the documents of each service and "Common
 * errors" of the API references list them. */
bool rc_live_is_login(const char *code)
{
    static const char *const codes[] = {
        "ExpiredToken",          "ExpiredTokenException",       "TokenRefreshRequired",
        "InvalidClientTokenId",  "UnrecognizedClientException", "InvalidAccessKeyId",
        "InvalidToken",          "IncompleteSignature",         "MissingAuthenticationToken",
        "SignatureDoesNotMatch", "InvalidSignatureException",   NULL};
    for (int i = 0; codes[i]; i++)
        if (strcmp(codes[i], code) == 0)
            return true;
    return false;
}

static enum rc_live_trouble trouble_of(const struct rc_aws_error *error)
{
    if (error->fault == RC_AWS_CREDENTIALS || rc_live_is_login(error->code))
        return RC_LIVE_LOGIN;
    switch (error->fault) {
    case RC_AWS_ACCESS:
        return RC_LIVE_DENIED;
    case RC_AWS_NETWORK:
    case RC_AWS_TIMEOUT:
        return RC_LIVE_OFFLINE;
    case RC_AWS_THROTTLED:
        return RC_LIVE_THROTTLED;
    default:
        return RC_LIVE_OTHER;
    }
}

enum rc_live_trouble rc_live_trouble_of(const struct rc_call *call)
{
    const struct rc_aws_error *error = rc_call_error(call);
    return error ? trouble_of(error) : RC_LIVE_NO_TROUBLE;
}

/* What makes it work again. An error of the chain says so itself. */
static void write_banner(struct rc_live_health *health, const struct rc_aws_error *error)
{
    const struct rc_profile *profile = rc_aws_profile(health->aws);
    const char *name = rc_profile_name(profile);
    bool sso = rc_profile_get(profile, NULL, "sso_session") ||
               rc_profile_get(profile, NULL, "sso_start_url");
    if (health->trouble == RC_LIVE_OFFLINE)
        snprintf(health->text, sizeof health->text,
                 "AWS cannot be reached; what is shown is what came last. `reconctl doctor` says "
                 "what can be reached");
    else if (sso)
        snprintf(health->text, sizeof health->text,
                 "profile %s is not logged in: run `aws sso login --profile %s`", name, name);
    else
        snprintf(health->text, sizeof health->text,
                 "AWS does not take the credentials of profile %s: %s", name,
                 *error->code ? error->code : error->message);
}

/* ----- a call has ended ----- */

static void count_requests(struct rc_live_health *health, uint64_t attempts)
{
    int64_t second = rc_loop_now_ms(rc_aws_loop(health->aws)) / 1000;
    size_t at = (size_t)(second % RATE_SECONDS);
    if (health->seconds[at].second != second) {
        health->seconds[at].second = second;
        health->seconds[at].requests = 0;
    }
    health->seconds[at].requests += attempts;
    health->requests += attempts;
}

static void keep_failure(struct rc_live_health *health, const struct rc_call *call,
                         const struct rc_aws_error *error)
{
    const struct rc_operation *operation = rc_call_operation(call);
    struct rc_live_failure *failure = &health->failures[health->failed++ % RC_LIVE_FAILURES];
    *failure = (struct rc_live_failure){.trouble = trouble_of(error),
                                        .at_ms = rc_aws_unix_ms(health->aws),
                                        .service = operation->service->name,
                                        .operation = operation->name,
                                        .status = error->status,
                                        .attempts = error->attempts};
    snprintf(failure->code, sizeof failure->code, "%s", error->code);
    snprintf(failure->request, sizeof failure->request, "%s", error->request_id);
    snprintf(failure->text, sizeof failure->text, "%s", error->message);
}

static void ended(void *ctx, const struct rc_call *call)
{
    struct rc_live_health *health = ctx;
    const struct rc_aws_error *error = rc_call_error(call);
    count_requests(health, (uint64_t)rc_call_attempts(call));
    if (!error) {
        if (!(rc_call_operation(call)->flags & RC_OP_UNSIGNED))
            health->trouble = RC_LIVE_NO_TROUBLE;
        return;
    }
    keep_failure(health, call, error);
    enum rc_live_trouble trouble = trouble_of(error);
    health->denied += trouble == RC_LIVE_DENIED;
    if (trouble == RC_LIVE_LOGIN || trouble == RC_LIVE_OFFLINE) {
        health->trouble = trouble;
        write_banner(health, error);
    } else if (error->status) {
        health->trouble = RC_LIVE_NO_TROUBLE; /* it was answered, and by whom it is known */
    }
}

struct rc_live_health *rc_live_health_new(struct rc_aws *aws)
{
    struct rc_live_health *health = calloc(1, sizeof *health);
    if (!health)
        return NULL;
    health->aws = aws;
    rc_aws_on_end(aws, ended, health);
    return health;
}

void rc_live_health_free(struct rc_live_health *health)
{
    if (health)
        rc_aws_on_end(health->aws, NULL, NULL);
    free(health);
}

/* ----- what is said of it ----- */

enum rc_live_trouble rc_live_trouble(const struct rc_live *live, const char **text)
{
    const struct rc_live_health *health = rc_live_health(live);
    if (text)
        *text = health->trouble ? health->text : "";
    return health->trouble;
}

double rc_live_rate(const struct rc_live *live)
{
    const struct rc_live_health *health = rc_live_health(live);
    int64_t now = rc_loop_now_ms(rc_aws_loop(health->aws)) / 1000;
    uint64_t requests = 0;
    for (int i = 0; i < RATE_SECONDS; i++)
        if (now - health->seconds[i].second < RATE_SECONDS)
            requests += health->seconds[i].requests;
    return (double)requests / RATE_SECONDS;
}

uint64_t rc_live_requests(const struct rc_live *live)
{
    return rc_live_health(live)->requests;
}

const struct rc_live_failure *rc_live_failure(const struct rc_live *live, size_t index)
{
    const struct rc_live_health *health = rc_live_health(live);
    uint64_t kept = health->failed < RC_LIVE_FAILURES ? health->failed : RC_LIVE_FAILURES;
    if (index >= kept)
        return NULL;
    return &health->failures[(health->failed - kept + index) % RC_LIVE_FAILURES];
}

uint64_t rc_live_failed(const struct rc_live *live)
{
    return rc_live_health(live)->failed;
}

uint64_t rc_live_setbacks(const struct rc_live *live)
{
    return rc_live_health(live)->failed - rc_live_health(live)->denied;
}

/* Partitions have consoles of their own; "AWS service endpoints and quotas", General Reference. */
bool rc_live_address(const struct rc_live *live, const char *path, struct rc_buf *out)
{
    const struct rc_profile *profile = rc_aws_profile(rc_live_health(live)->aws);
    const char *region = rc_profile_region(profile);
    const char *endpoint = rc_profile_endpoint(profile, &rc_service_dynamodb);
    const char *place = strstr(path, "%s");
    if (!region || strncmp(region, "us-iso", 6) == 0)
        return false;
    if (endpoint && strncmp(endpoint, "http://", 7) == 0)
        return false; /* whatever that is, it is not AWS */
    if (strncmp(region, "us-gov-", 7) == 0)
        rc_buf_add_str(out, "https://console.amazonaws-us-gov.com");
    else if (strncmp(region, "cn-", 3) == 0)
        rc_buf_add_str(out, "https://console.amazonaws.cn");
    else
        rc_buf_printf(out, "https://%s.console.aws.amazon.com", region);
    if (place)
        rc_buf_printf(out, "%.*s%s%s", (int)(place - path), path, region, place + 2);
    else
        rc_buf_add_str(out, path);
    return true;
}

enum rc_live_trouble rc_listing_trouble(const struct rc_listing *listing)
{
    return listing->trouble;
}
