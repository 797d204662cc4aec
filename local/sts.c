/* STS: who one is, and keys of a role, which are the one key that there is. */
#include "local/services.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static void open_answer(struct rc_exchange *exchange, const char *operation)
{
    rc_buf_printf(&exchange->out,
                  "<%sResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><%sResult>",
                  operation, operation);
}

static void close_answer(struct rc_exchange *exchange, const char *operation)
{
    rc_buf_printf(&exchange->out, "</%sResult><ResponseMetadata>", operation);
    rc_exchange_xml(exchange, "RequestId", exchange->request_id);
    rc_buf_printf(&exchange->out, "</ResponseMetadata></%sResponse>", operation);
}

static void get_caller_identity(struct rc_exchange *exchange)
{
    open_answer(exchange, "GetCallerIdentity");
    rc_exchange_xml(exchange, "Arn", "arn:aws:iam::" RC_LOCAL_ACCOUNT ":user/local");
    rc_exchange_xml(exchange, "UserId", "AIDALOCAL");
    rc_exchange_xml(exchange, "Account", RC_LOCAL_ACCOUNT);
    close_answer(exchange, "GetCallerIdentity");
}

static void assume_role(struct rc_exchange *exchange)
{
    char arn[512], expiration[32];
    const char *role = rc_exchange_query(exchange, "RoleArn");
    const char *session = rc_exchange_query(exchange, "RoleSessionName");
    const char *name = role ? strrchr(role, '/') : NULL;
    if (!name || !session) {
        rc_exchange_fail(exchange, 400, "ValidationError",
                         "RoleArn and RoleSessionName are needed");
        return;
    }
    struct tm tm;
    time_t end = (time_t)(rc_loop_unix_ms(exchange->local->loop) / 1000 + 3600);
    gmtime_r(&end, &tm);
    strftime(expiration, sizeof expiration, "%Y-%m-%dT%H:%M:%SZ", &tm);
    snprintf(arn, sizeof arn, "arn:aws:sts::" RC_LOCAL_ACCOUNT ":assumed-role%s/%s", name, session);
    open_answer(exchange, "AssumeRole");
    rc_buf_add_str(&exchange->out, "<AssumedRoleUser>");
    rc_exchange_xml(exchange, "Arn", arn);
    rc_exchange_xml(exchange, "AssumedRoleId", "AROALOCAL");
    rc_buf_add_str(&exchange->out, "</AssumedRoleUser><Credentials>");
    rc_exchange_xml(exchange, "AccessKeyId", RC_LOCAL_ACCESS_KEY);
    rc_exchange_xml(exchange, "SecretAccessKey", RC_LOCAL_SECRET_KEY);
    rc_exchange_xml(exchange, "SessionToken", "local-token");
    rc_exchange_xml(exchange, "Expiration", expiration);
    rc_buf_add_str(&exchange->out, "</Credentials>");
    close_answer(exchange, "AssumeRole");
}

static const struct rc_local_operation operations[] = {
    {.name = "GetCallerIdentity", .handle = get_caller_identity, .caller = "doctor"},
    {.name = "AssumeRole", .handle = assume_role, .caller = "profiles with a role"},
    {0},
};

static const struct rc_local_service service = {
    .signing_name = "sts",
    .name = "sts",
    .protocol = RC_LOCAL_QUERY,
    .operations = operations,
};

const struct rc_local_part rc_local_sts = {.service = &service};
