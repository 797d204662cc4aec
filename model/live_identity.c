#include "model/live.h"

#include "aws/sts.h"
#include "model/live_internal.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Who asks, whom, and what that has cost so far, a row each. */

struct identity {
    struct rc_listing listing;
    struct rc_call *call;
    sqlite3_stmt *insert;
    struct rc_error err; /* the first that the database gave */
};

static void add(struct identity *identity, const char *name, const char *value)
{
    if (identity->err.code || !value || !*value)
        return;
    sqlite3_bind_int64(identity->insert, 1, identity->listing.number);
    rc_bind_text(identity->insert, 2, name);
    rc_bind_text(identity->insert, 3, value);
    if (rc_live_step(identity->listing.live, identity->insert, &identity->err))
        identity->listing.rows++;
}

/* ----- who ----- */

static void add_caller(struct identity *identity, struct rc_call *call)
{
    const struct rc_sts_caller *caller = rc_call_answer(call);
    struct rc_error err = {0};
    if (caller) {
        add(identity, "account", caller->account);
        add(identity, "arn", caller->arn);
        add(identity, "user id", caller->user_id);
        return;
    }
    rc_live_explain(call, "sts:GetCallerIdentity", &err);
    add(identity, "who", err.text);
}

static void add_credentials(struct identity *identity, struct rc_aws *aws)
{
    char expires[RC_TIME_TEXT], text[RC_TIME_TEXT + 64];
    int64_t expire_ms = rc_aws_credentials_expire_ms(aws);
    add(identity, "credentials", rc_aws_credentials_source(aws));
    if (!expire_ms) {
        add(identity, "expire", *rc_aws_credentials_source(aws) ? "never" : "");
        return;
    }
    rc_time_text(expire_ms, expires);
    snprintf(text, sizeof text, "%s, in %" PRId64 " minutes", expires,
             (expire_ms - rc_aws_unix_ms(aws)) / 60000);
    add(identity, "expire", text);
}

/* ----- whom ----- */

static void add_endpoint(struct identity *identity, struct rc_aws *aws)
{
    char url[512], asked[64];
    const struct rc_profile *profile = rc_aws_profile(aws);
    struct rc_error err = {0};
    add(identity, "profile", rc_profile_name(profile));
    add(identity, "region", rc_profile_region(profile));
    if (rc_aws_endpoint(aws, &rc_service_sts, url, sizeof url, &err))
        add(identity, "endpoint", url);
    snprintf(asked, sizeof asked, "%.1f a second", rc_live_rate(identity->listing.live));
    add(identity, "requests now", asked);
}

/* ----- how much ----- */

/* What a million requests cost in us-east-1, in nano-dollars a request; of an operation before
 * that of its service. DynamoDB bills units, of which most requests here have one: it is
 * reckoned where an answer does not say how many. Sources: the services' pages on prices, November
 * 2026. */
static const struct price {
    const char *service, *operation; /* NULL: any other */
    uint64_t nano_dollars;
} prices[] = {
    {"s3", "GetObject", 400},
    {"s3", "HeadObject", 400},
    {"s3", NULL, 5000},
    {"dynamodb", "PutItem", 625},
    {"dynamodb", "UpdateItem", 625},
    {"dynamodb", "DeleteItem", 625},
    {"dynamodb", "BatchWriteItem", 625},
    {"dynamodb", "TransactWriteItems", 1250},
    {"dynamodb", NULL, 125},
    {"sqs", NULL, 400},
    {"monitoring", NULL, 10000},
};

static uint64_t price_of(const struct rc_metrics_row *row)
{
    for (size_t i = 0; i < sizeof prices / sizeof *prices; i++)
        if (strcmp(prices[i].service, row->service) == 0 &&
            (!prices[i].operation || strcmp(prices[i].operation, row->operation) == 0))
            return prices[i].nano_dollars;
    return 0;
}

/* Requests, or units where the answers said how many. */
static double billed(const struct rc_metrics_row *row)
{
    double unsaid = (double)row->attempts - (double)row->metered; /* an answer may follow a clear */
    return row->units + fmax(unsaid, 0);
}

static void add_service(struct identity *identity, const char *service, uint64_t attempts,
                        uint64_t failed)
{
    char name[80], text[96];
    if (!attempts)
        return;
    snprintf(name, sizeof name, "requests to %s", service);
    snprintf(text, sizeof text, "%" PRIu64 ", of which failed: %" PRIu64, attempts, failed);
    add(identity, name, text);
}

static void add_requests(struct identity *identity, struct rc_aws *aws)
{
    size_t count;
    const struct rc_metrics_row *const *rows = rc_metrics_rows(rc_aws_metrics(aws), &count);
    uint64_t attempts = 0, failed = 0, nano_dollars = 0;
    char text[200];
    for (size_t i = 0; i < count; i++) {
        attempts += rows[i]->attempts;
        failed += rows[i]->failed;
        nano_dollars += (uint64_t)(billed(rows[i]) * (double)price_of(rows[i]));
        if (i + 1 < count && strcmp(rows[i]->service, rows[i + 1]->service) == 0)
            continue;
        add_service(identity, rows[i]->service, attempts, failed);
        attempts = failed = 0;
    }
    uint64_t micro_dollars = nano_dollars / 1000;
    snprintf(text, sizeof text,
             "about $%" PRIu64 ".%06" PRIu64 ": a million at $0.125 (DynamoDB, read units; $0.625, "
             "write units), $0.40 (SQS, S3 GET), $5 (S3 lists), $10 (CloudWatch)",
             micro_dollars / 1000000, micro_dollars % 1000000);
    add(identity, "cost so far", text);
}

/* ----- the listing ----- */

static void answered(struct rc_call *call, void *ctx)
{
    struct identity *identity = ctx;
    struct rc_live *live = identity->listing.live;
    struct rc_aws *aws = rc_live_aws(live);
    rc_live_begin(live);
    add_caller(identity, call);
    add_endpoint(identity, aws);
    add_credentials(identity, aws);
    add_requests(identity, aws);
    if (rc_live_commit(live, &identity->err) && !identity->err.code)
        rc_listing_complete(&identity->listing);
    else
        rc_listing_fail(&identity->listing, &identity->err);
}

static void stop(struct rc_listing *listing)
{
    struct identity *identity = (struct identity *)listing;
    if (listing->settled) /* perhaps by the call, which goes with the release */
        return;
    rc_call_free(identity->call);
    identity->call = NULL;
}

static void release(struct rc_listing *listing)
{
    struct identity *identity = (struct identity *)listing;
    rc_call_free(identity->call);
    sqlite3_finalize(identity->insert);
}

static const struct rc_listing_kind kind = {
    .table = "identity", .size = sizeof(struct identity), .stop = stop, .release = release};

struct rc_listing *rc_live_identity(struct rc_live *live, struct rc_error *err)
{
    struct rc_listing *listing = rc_listing_new(live, &kind, err);
    struct identity *identity = (struct identity *)listing;
    if (!listing)
        return NULL;
    identity->insert =
        rc_live_prepare(live, "INSERT INTO identity (listing, name, value) VALUES (?, ?, ?)", err);
    if (identity->insert) {
        identity->call = rc_call_start(rc_live_aws(live), &rc_sts_get_caller_identity_operation,
                                       NULL, answered, identity);
        if (identity->call)
            return listing;
        rc_error_nomem(err);
    }
    rc_listing_free(listing);
    return NULL;
}
