#include "aws/retry.h"

#include <stddef.h>
#include <string.h>

enum {
    COST = 14,
    COST_THROTTLED = 5,
    REFUND = 1,
    RETRY_AFTER_SPREAD_MS = 5000,
    MOST_DOUBLINGS = 30,
};

const struct rc_retry_policy rc_retry_standard = {
    .attempts = 3, .base_ms = 50, .throttled_base_ms = 1000, .most_ms = 20000};
const struct rc_retry_policy rc_retry_dynamodb = {
    .attempts = 4, .base_ms = 25, .throttled_base_ms = 1000, .most_ms = 20000};

int64_t rc_retry_delay_ms(const struct rc_retry_policy *policy, enum rc_retry_class kind, int retry,
                          double chance)
{
    int64_t base = kind == RC_RETRY_THROTTLED ? policy->throttled_base_ms : policy->base_ms;
    int doublings = retry > 1 ? retry - 1 : 0;
    int64_t longest = base << (doublings < MOST_DOUBLINGS ? doublings : MOST_DOUBLINGS);
    if (longest > policy->most_ms)
        longest = policy->most_ms;
    return (int64_t)(chance * (double)longest);
}

struct rc_retry rc_retry_decide(const struct rc_retry_policy *policy,
                                struct rc_retry_bucket *bucket, enum rc_retry_class kind,
                                int attempt, double chance, int64_t retry_after_ms)
{
    int cost = kind == RC_RETRY_THROTTLED ? COST_THROTTLED : COST;
    if (kind == RC_RETRY_NEVER || attempt >= policy->attempts || bucket->tokens < cost)
        return (struct rc_retry){0};
    bucket->tokens -= cost;
    int64_t delay = rc_retry_delay_ms(policy, kind, attempt, chance);
    if (retry_after_ms > delay + RETRY_AFTER_SPREAD_MS)
        delay += RETRY_AFTER_SPREAD_MS;
    else if (retry_after_ms > delay)
        delay = retry_after_ms;
    return (struct rc_retry){.again = true, .delay_ms = delay, .cost = cost};
}

void rc_retry_succeeded(struct rc_retry_bucket *bucket, int last_cost)
{
    bucket->tokens += last_cost ? last_cost : REFUND;
    if (bucket->tokens > RC_RETRY_TOKENS)
        bucket->tokens = RC_RETRY_TOKENS;
}

static bool is_in(const char *code, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(code, *list) == 0)
            return true;
    return false;
}

enum rc_retry_class rc_retry_classify(int status, const char *code)
{
    /* Source: botocore's retries/standard.py and data/_retry.json. */
    static const char *const throttling[] = {"Throttling",
                                             "ThrottlingException",
                                             "ThrottledException",
                                             "RequestThrottledException",
                                             "RequestThrottled",
                                             "TooManyRequestsException",
                                             "ProvisionedThroughputExceededException",
                                             "TransactionInProgressException",
                                             "RequestLimitExceeded",
                                             "BandwidthLimitExceeded",
                                             "LimitExceededException",
                                             "SlowDown",
                                             "PriorRequestNotComplete",
                                             "EC2ThrottledException",
                                             NULL};
    static const char *const transient[] = {"RequestTimeout",
                                            "RequestTimeoutException",
                                            "InternalError",
                                            "InternalServerError",
                                            "InternalFailure",
                                            "ServiceUnavailable",
                                            NULL};
    if (is_in(code, throttling) || status == 429)
        return RC_RETRY_THROTTLED;
    if (status == 0 || status == 500 || status == 502 || status == 503 || status == 504 ||
        is_in(code, transient))
        return RC_RETRY_TRANSIENT;
    return RC_RETRY_NEVER;
}
