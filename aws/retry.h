/* When a request is tried again: the standard mode that the AWS SDKs agree on
 * (botocore 1.43, November 2026). Pure: attempt, error, tokens and chance come in,
 * a decision goes out.
 *
 * Delay before retry n: chance * min(base * 2^(n-1), 20 s), base 50 ms, 25 ms for
 * DynamoDB, 1 s when throttled. A retry is paid for from a bucket of 500 tokens:
 * 14, or 5 when throttled; success at the first try gives 1 back, success after a
 * retry what the last retry cost. */
#ifndef RC_AWS_RETRY_H
#define RC_AWS_RETRY_H

#include <stdbool.h>
#include <stdint.h>

enum rc_retry_class {
    RC_RETRY_NEVER,
    RC_RETRY_TRANSIENT, /* 500, 502, 503, 504, connection lost, timeout */
    RC_RETRY_THROTTLED,
};

struct rc_retry_policy {
    int attempts; /* the first one included: 3, DynamoDB 4 */
    int64_t base_ms;
    int64_t throttled_base_ms;
    int64_t most_ms;
};

extern const struct rc_retry_policy rc_retry_standard;
extern const struct rc_retry_policy rc_retry_dynamodb;

enum { RC_RETRY_TOKENS = 500 };

struct rc_retry_bucket { /* start with RC_RETRY_TOKENS */
    int tokens;
};

struct rc_retry {
    bool again;
    int64_t delay_ms;
    int cost; /* tokens taken */
};

/* Decides after attempt number `attempt` (from 1) failed. chance: 0 <= chance < 1.
 * retry_after_ms: the server's x-amz-retry-after, clamped to [delay, delay + 5 s];
 * -1 when there was none. Takes the cost from the bucket when it says again. */
struct rc_retry rc_retry_decide(const struct rc_retry_policy *policy,
                                struct rc_retry_bucket *bucket, enum rc_retry_class kind,
                                int attempt, double chance, int64_t retry_after_ms);

/* The delay before retry number `retry` (from 1) alone, for those who count attempts
 * and tokens their own way: entries of a batch. */
int64_t rc_retry_delay_ms(const struct rc_retry_policy *policy, enum rc_retry_class kind, int retry,
                          double chance);

/* After success; last_cost: of the last retry, 0 when there was none. */
void rc_retry_succeeded(struct rc_retry_bucket *bucket, int last_cost);

/* What an answer's status and AWS error code mean. status 0: no answer came. */
enum rc_retry_class rc_retry_classify(int status, const char *code);

#endif
