/* STS: who one is, and keys of a role, which are the one key that there is. */
#include "local/services.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
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

/* AssumeRole, AWS Security Token Service API Reference: [\w+=,.@-]{2,64}. */
static bool is_session(const char *name)
{
    static const char others[] = "_+=,.@-";
    size_t length = strlen(name);
    for (const char *at = name; *at; at++)
        if (!isalnum((unsigned char)*at) && !strchr(others, *at))
            return false;
    return length >= 2 && length <= 64;
}

/* Of the keys, in seconds; 0: none that AWS gives. */
static long duration_of(const struct rc_exchange *exchange)
{
    const char *given = rc_exchange_query(exchange, "DurationSeconds");
    char *end = NULL;
    long seconds = given ? strtol(given, &end, 10) : 3600;
    return (end && (end == given || *end)) || seconds < 900 || seconds > 43200 ? 0 : seconds;
}

static void assume_role(struct rc_exchange *exchange)
{
    char arn[512], expiration[32];
    const char *role = rc_exchange_query(exchange, "RoleArn");
    const char *session = rc_exchange_query(exchange, "RoleSessionName");
    const char *name = role ? strrchr(role, '/') : NULL;
    long seconds = duration_of(exchange);
    if (!name || !session || !is_session(session) || !seconds) {
        rc_exchange_fail(exchange, 400, "ValidationError",
                         "RoleArn is needed, a RoleSessionName of 2 to 64 letters, digits and "
                         "_+=,.@-, and DurationSeconds of 900 to 43200");
        return;
    }
    struct tm tm;
    time_t end = (time_t)(rc_loop_unix_ms(exchange->local->loop) / 1000 + seconds);
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
