#include "cli/awswords.h"
#include "cli/cli.h"

#include "aws/cloudwatch.h"
#include "aws/dynamodb.h"
#include "aws/ecs.h"
#include "aws/events.h"
#include "aws/lambda.h"
#include "aws/logs.h"
#include "aws/s3.h"
#include "aws/sqs.h"
#include "aws/states.h"
#include "aws/sts.h"
#include "base/jsonw.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static const char usage[] =
    "usage: reconctl doctor [OPTION...]\n\n"
    "Says who you are at AWS, where it asks, and which of the permissions that it needs answer:\n"
    "a line a check, with what to do where one does not. Nothing is changed.\n\n" RC_AWSWORD_USAGE
    "  -o FORMAT            text or json (default text)\n"
    "\nExit status: 0 all in order, 1 something is not.\n";

/* What each service is needed for, and a request that reads one row of it. */
struct check {
    const struct rc_operation *operation;
    const void *in;
    const char *permission;
    const char *needed_for;
};

static const struct rc_sqs_list_queues one_queue = {.max_results = 1};
static const struct rc_dynamodb_list_tables one_table = {.limit = 1};
static const struct rc_states_list_machines one_machine = {.max_results = 1};
static const struct rc_lambda_list_functions one_function = {.max_items = 1};
static const struct rc_ecs_list_clusters one_cluster = {.max_results = 1};
static const struct rc_cloudwatch_describe_alarms one_alarm = {.max_records = 1};
static const struct rc_logs_describe_groups one_group = {.limit = 1};
static const struct rc_events_list_rules one_rule = {.limit = 1};
static const struct rc_s3_list_buckets no_words = {0};

static const struct check checks[] = {
    {&rc_sts_get_caller_identity_operation, NULL, "sts:GetCallerIdentity", "who you are"},
    {&rc_s3_list_buckets_operation, &no_words, "s3:ListAllMyBuckets", "files"},
    {&rc_sqs_list_queues_operation, &one_queue, "sqs:ListQueues", "queues"},
    {&rc_dynamodb_list_tables_operation, &one_table, "dynamodb:ListTables", "records and days"},
    {&rc_states_list_machines_operation, &one_machine, "states:ListStateMachines", "runs"},
    {&rc_lambda_list_functions_operation, &one_function, "lambda:ListFunctions", "runs on Lambda"},
    {&rc_ecs_list_clusters_operation, &one_cluster, "ecs:ListClusters", "runs on Fargate"},
    {&rc_cloudwatch_describe_alarms_operation, &one_alarm, "cloudwatch:DescribeAlarms",
     "throttles and ages"},
    {&rc_logs_describe_groups_operation, &one_group, "logs:DescribeLogGroups", "logs"},
    {&rc_events_list_rules_operation, &one_rule, "events:ListRules", "what starts runs"},
};

enum { CHECKS = sizeof checks / sizeof *checks };

struct report {
    bool json;
    bool bad;
    struct rc_jsonw out;
    struct rc_buf text;
};

/* One line, or one object; `fix` "" where all is well. */
static void tell(struct report *report, bool ok, const char *what, const char *found,
                 const char *fix)
{
    report->bad |= !ok;
    if (!report->json) {
        printf("%-4s  %-26s  %s%s%s\n", ok ? "ok" : "FAIL", what, found, *fix ? "; " : "", fix);
        return;
    }
    rc_jsonw_open(&report->out, '{');
    rc_jsonw_key(&report->out, "check");
    rc_jsonw_str(&report->out, what);
    rc_jsonw_key(&report->out, "ok");
    rc_jsonw_bool(&report->out, ok);
    rc_jsonw_key(&report->out, "found");
    rc_jsonw_str(&report->out, found);
    if (*fix) {
        rc_jsonw_key(&report->out, "fix");
        rc_jsonw_str(&report->out, fix);
    }
    rc_jsonw_close(&report->out, '}');
}

/* ----- what is known without asking ----- */

/* Endpoints that are not AWS's own: one line when they are all the same. */
static void tell_endpoints(struct report *report, const struct rc_session *session)
{
    const char *first = rc_profile_endpoint(session->profile, checks[0].operation->service);
    bool same = first != NULL;
    for (int i = 1; i < CHECKS; i++) {
        const char *own = rc_profile_endpoint(session->profile, checks[i].operation->service);
        same = same && own && strcmp(own, first) == 0;
    }
    if (same)
        tell(report, true, "endpoint", first, "");
    for (int i = 0; i < CHECKS && !same; i++) {
        const struct rc_service *service = checks[i].operation->service;
        const char *own = rc_profile_endpoint(session->profile, service);
        char what[64];
        snprintf(what, sizeof what, "endpoint of %s", service->name);
        if (own)
            tell(report, true, what, own, "");
    }
}

/* False when it makes no sense to ask. */
static bool tell_settings(struct report *report, const struct rc_session *session)
{
    char url[512];
    const char *region = rc_profile_region(session->profile);
    tell(report, true, "profile", rc_profile_name(session->profile), "");
    if (region)
        tell(report, true, "region", region, "");
    for (int i = 0; i < CHECKS; i++) {
        struct rc_error err = {0};
        if (!rc_aws_endpoint(session->aws, checks[i].operation->service, url, sizeof url, &err)) {
            tell(report, false, "region", err.text, "");
            return false;
        }
    }
    tell_endpoints(report, session);
    return true;
}

/* ----- what has to be asked ----- */

static void advise(const struct check *check, const struct rc_aws_error *error, const char *who,
                   const char *endpoint, char *fix, size_t room)
{
    char variable[64] = "AWS_ENDPOINT_URL_";
    size_t length = strlen(variable);
    for (const char *c = check->operation->service->config_name; *c; c++)
        variable[length++] = (char)toupper((unsigned char)*c);
    switch (error->fault) {
    case RC_AWS_ACCESS:
        snprintf(fix, room, "allow %s to %s", check->permission, *who ? who : "these credentials");
        break;
    case RC_AWS_NETWORK:
    case RC_AWS_TIMEOUT:
        snprintf(fix, room, "make it reachable, or name another place by %s", variable);
        break;
    case RC_AWS_THROTTLED:
        snprintf(fix, room, "try again in a minute");
        break;
    case RC_AWS_CREDENTIALS: /* the message says it */
    case RC_AWS_REQUEST:
        *fix = '\0';
        break;
    default:
        snprintf(fix, room, "%s answers, but not as %s does", endpoint,
                 check->operation->service->name);
        break;
    }
}

static void tell_answer(struct report *report, struct rc_session *session,
                        const struct check *check, const struct rc_call *call, const char *who)
{
    const struct rc_aws_error *error = rc_call_error(call);
    char found[600], fix[400] = "", endpoint[256] = "";
    if (!error) {
        bool identity = check->in == NULL;
        snprintf(found, sizeof found, "%s", identity ? who : check->needed_for);
        tell(report, true, check->permission, found, "");
        return;
    }
    rc_aws_endpoint(session->aws, check->operation->service, endpoint, sizeof endpoint, NULL);
    advise(check, error, who, endpoint, fix, sizeof fix);
    snprintf(found, sizeof found, "%s%s%s (%s)", error->code, *error->code ? ": " : "",
             *error->message ? error->message : "no message came with it", check->needed_for);
    tell(report, false, check->permission, found, fix);
}

/* All at once: the slowest decides how long it takes. */
static bool ask(struct report *report, struct rc_session *session, struct rc_error *err)
{
    static const struct rc_nothing nothing;
    struct rc_call *calls[CHECKS] = {NULL};
    char who[256] = "";
    bool ok = true;
    for (int i = 0; i < CHECKS; i++)
        calls[i] = rc_call_start(session->aws, checks[i].operation,
                                 checks[i].in ? checks[i].in : &nothing, NULL, NULL);
    for (int i = 0; i < CHECKS && ok; i++) {
        if (!calls[i]) {
            rc_error_nomem(err);
            ok = false;
        } else if (!rc_call_wait(calls[i], err) && !rc_call_ended(calls[i])) {
            ok = false; /* nothing is left to wait for */
        }
    }
    const struct rc_sts_caller *caller = ok ? rc_call_answer(calls[0]) : NULL;
    if (caller && caller->arn)
        snprintf(who, sizeof who, "%s", caller->arn);
    const struct rc_aws_error *first = ok ? rc_call_error(calls[0]) : NULL;
    bool keyless = first && first->fault == RC_AWS_CREDENTIALS;
    if (keyless)
        tell(report, false, "credentials", first->message, "");
    else if (ok)
        tell(report, true, "credentials", rc_aws_credentials_source(session->aws), "");
    for (int i = 0; i < CHECKS && ok && !keyless; i++)
        tell_answer(report, session, &checks[i], calls[i], who);
    for (int i = 0; i < CHECKS; i++)
        rc_call_free(calls[i]);
    return ok;
}

static int examine(const struct rc_session_options *options, bool json)
{
    struct rc_session session;
    struct rc_error err = {0};
    struct report report = {.json = json};
    if (!rc_session_open(&session, options, &err))
        return rc_cli_fail(&err);
    rc_aws_set_read_only(session.aws, true);
    rc_buf_init(&report.text, 1 << 20);
    rc_jsonw_init(&report.out, &report.text);
    if (json) {
        rc_jsonw_open(&report.out, '{');
        rc_jsonw_key(&report.out, "checks");
        rc_jsonw_open(&report.out, '[');
    }
    bool ok = !tell_settings(&report, &session) || ask(&report, &session, &err);
    if (json && ok) {
        rc_jsonw_close(&report.out, ']');
        rc_jsonw_close(&report.out, '}');
        rc_buf_add_char(&report.text, '\n');
        ok = !report.text.failed;
        if (ok)
            rc_cli_write(report.text.data, report.text.length);
        else
            rc_error_set(&err, RC_LIMIT, "the report is too long to be written");
    }
    rc_buf_free(&report.text);
    rc_session_close(&session);
    if (!ok)
        return rc_cli_fail(&err);
    return report.bad ? RC_EXIT_NOT_IN_ORDER : RC_EXIT_OK;
}

int rc_cli_doctor(int argc, char **argv)
{
    static const char *const formats[] = {"text", "json", NULL};
    struct rc_session_options options = {.log_level = RC_LOG_DEBUG, .ask_mfa = rc_awsword_ask_mfa};
    int format = 0;
    const struct rc_option words[] = {
        RC_AWSWORDS(&options, NULL), {"output", 'o', .choice = &format, .choices = formats}, {0}};
    int code = rc_cli_options("doctor", usage, words, argc, argv);
    if (code)
        return code < 0 ? RC_EXIT_OK : code;
    if (optind != argc)
        return rc_cli_usage("doctor", "\"%s\" is one word too many", argv[optind]);
    return examine(&options, format == 1);
}
