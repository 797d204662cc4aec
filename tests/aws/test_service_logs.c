/* The tables of aws/logs.c against documents as AWS has them. */
#include "aws/logs.h"
#include "tests/aws/service.h"

/* ----- Events ----- */

static const struct rc_logs_filter filter = {
    .group = "group",
    .group_arn = "group_arn",
    .streams = ONE_TEXT("streams"),
    .stream_prefix = "stream_prefix",
    .start_unix_ms = 1700000525000,
    .end_unix_ms = 1700000278000,
    .pattern = "pattern",
    .limit = 544,
    .unmask = true,
    .next_token = "next_token",
};

static void check_found(const struct rc_logs_found *value)
{
    IS_TEXT(value, stream);
    IS_INT(value, at_unix_ms, 1700000180000);
    IS_TEXT(value, message);
    IS_INT(value, ingested_unix_ms, 1700000818000);
    IS_TEXT(value, event_id);
}

static void check_filtered(const struct rc_logs_filtered *value)
{
    check_found(ONLY(value->events));
    IS_TEXT(value, next_token);
}

#define FOUND                                                                                      \
    "{'logStreamName':'stream','timestamp':1700000180000,'message':'message','ingestionTime':"     \
    "1700000818000,'eventId':'event_id'}"

static void test_filter(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(
        &rc_logs_filter_operation, &filter, "POST /\nX-Amz-Target: Logs_20140328.FilterLogEvents",
        "{'logGroupName':'group','logGroupIdentifier':'group_arn','logStreamNames':['streams'],'"
        "logStreamNamePrefix':'stream_prefix','startTime':1700000525000,'endTime':1700000278000,'"
        "filterPattern':'pattern','limit':544,'unmask':true,'nextToken':'next_token'}");
    check_filtered(service_answers(&answer, &rc_logs_filter_operation, "",
                                   "{'events':[" FOUND "],'nextToken':'next_token'}"));
    service_forget(&answer);
}

static const struct rc_logs_get get = {
    .group = "group",
    .group_arn = "group_arn",
    .stream = "stream",
    .start_unix_ms = 1700000525000,
    .end_unix_ms = 1700000278000,
    .start_from_head = true,
    .limit = 544,
    .unmask = true,
    .next_token = "next_token",
};

static void check_event(const struct rc_logs_event *value)
{
    IS_INT(value, at_unix_ms, 1700000180000);
    IS_TEXT(value, message);
    IS_INT(value, ingested_unix_ms, 1700000818000);
}

static void check_got(const struct rc_logs_got *value)
{
    check_event(ONLY(value->events));
    IS_TEXT(value, next_forward_token);
    IS_TEXT(value, next_backward_token);
}

#define EVENT "{'timestamp':1700000180000,'message':'message','ingestionTime':1700000818000}"

static void test_get(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_logs_get_operation, &get, "POST /\nX-Amz-Target: Logs_20140328.GetLogEvents",
                  "{'logGroupName':'group','logGroupIdentifier':'group_arn','logStreamName':'"
                  "stream','startTime':1700000525000,'endTime':1700000278000,'startFromHead':true,'"
                  "limit':544,'unmask':true,'nextToken':'next_token'}");
    service_refuses(&rc_logs_get_operation, &(struct rc_logs_get){0}, "logStreamName");
    check_got(service_answers(
        &answer, &rc_logs_get_operation, "",
        "{'events':[" EVENT
        "],'nextForwardToken':'next_forward_token','nextBackwardToken':'next_backward_token'}"));
    service_forget(&answer);
}

static const struct rc_logs_put_event put_event = {
    .at_unix_ms = 1700000180000,
    .message = "message",
};

static const struct rc_logs_put put = {
    .group = "group",
    .stream = "stream",
    .events = {&put_event, 1},
};

#define PUT_EVENT "{'timestamp':1700000180000,'message':'message'}"

static void check_rejected(const struct rc_logs_rejected *value)
{
    IS_JSON(value, too_new_start, "0");
    IS_JSON(value, too_old_end, "3");
    IS_JSON(value, expired_end, "1");
}

static void check_put_done(const struct rc_logs_put_done *value)
{
    check_rejected(value->rejected);
}

#define REJECTED                                                                                   \
    "{'tooNewLogEventStartIndex':0,'tooOldLogEventEndIndex':3,'expiredLogEventEndIndex':1}"

static void test_put(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_logs_put_operation, &put, "POST /\nX-Amz-Target: Logs_20140328.PutLogEvents",
                  "{'logGroupName':'group','logStreamName':'stream','logEvents':[" PUT_EVENT "]}");
    service_refuses(&rc_logs_put_operation, &(struct rc_logs_put){0}, "logGroupName");
    check_put_done(service_answers(&answer, &rc_logs_put_operation, "",
                                   "{'rejectedLogEventsInfo':" REJECTED "}"));
    service_forget(&answer);
}

/* ----- Groups and streams ----- */

static const struct rc_logs_describe_groups describe_groups = {
    .name_prefix = "name_prefix",
    .name_pattern = "name_pattern",
    .class_name = "class_name",
    .limit = 544,
    .next_token = "next_token",
};

static void check_group(const struct rc_logs_group *value)
{
    IS_TEXT(value, name);
    IS_TEXT(value, arn);
    IS_INT(value, created_unix_ms, 1700000695000);
    IS_INT(value, retention_days, 613);
    IS_INT(value, stored_bytes, 404);
    IS_INT(value, metric_filters, 601);
    IS_TEXT(value, class_name);
    IS_TEXT(value, kms_key_id);
}

static void check_groups(const struct rc_logs_groups *value)
{
    check_group(ONLY(value->groups));
    IS_TEXT(value, next_token);
}

#define GROUP                                                                                      \
    "{'logGroupName':'name','logGroupArn':'arn','creationTime':1700000695000,'retentionInDays':"   \
    "613,'storedBytes':404,'metricFilterCount':601,'logGroupClass':'class_name','kmsKeyId':'kms_"  \
    "key_id'}"

static void test_describe_groups(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_logs_describe_groups_operation, &describe_groups,
                  "POST /\nX-Amz-Target: Logs_20140328.DescribeLogGroups",
                  "{'logGroupNamePrefix':'name_prefix','logGroupNamePattern':'name_pattern','"
                  "logGroupClass':'class_name','limit':544,'nextToken':'next_token'}");
    check_groups(service_answers(&answer, &rc_logs_describe_groups_operation, "",
                                 "{'logGroups':[" GROUP "],'nextToken':'next_token'}"));
    service_forget(&answer);
}

static const struct rc_logs_describe_streams describe_streams = {
    .group = "group",
    .group_arn = "group_arn",
    .name_prefix = "name_prefix",
    .order_by = "order_by",
    .descending = true,
    .limit = 544,
    .next_token = "next_token",
};

static void check_stream(const struct rc_logs_stream *value)
{
    IS_TEXT(value, name);
    IS_TEXT(value, arn);
    IS_INT(value, created_unix_ms, 1700000695000);
    IS_INT(value, first_event_unix_ms, 1700000260000);
    IS_INT(value, last_event_unix_ms, 1700000144000);
    IS_INT(value, last_ingestion_unix_ms, 1700000574000);
}

static void check_streams(const struct rc_logs_streams *value)
{
    check_stream(ONLY(value->streams));
    IS_TEXT(value, next_token);
}

#define STREAM                                                                                     \
    "{'logStreamName':'name','arn':'arn','creationTime':1700000695000,'firstEventTimestamp':"      \
    "1700000260000,'lastEventTimestamp':1700000144000,'lastIngestionTime':1700000574000}"

static void test_describe_streams(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(
        &rc_logs_describe_streams_operation, &describe_streams,
        "POST /\nX-Amz-Target: Logs_20140328.DescribeLogStreams",
        "{'logGroupName':'group','logGroupIdentifier':'group_arn','logStreamNamePrefix':'name_"
        "prefix','orderBy':'order_by','descending':true,'limit':544,'nextToken':'next_token'}");
    check_streams(service_answers(&answer, &rc_logs_describe_streams_operation, "",
                                  "{'logStreams':[" STREAM "],'nextToken':'next_token'}"));
    service_forget(&answer);
}

static const struct rc_logs_create_group create_group = {
    .name = "name",
    .class_name = "class_name",
    .kms_key_id = "kms_key_id",
    .tags = ONE_PAIR("tags"),
};

static void test_create_group(void **state)
{
    (void)state;
    service_sends(&rc_logs_create_group_operation, &create_group,
                  "POST /\nX-Amz-Target: Logs_20140328.CreateLogGroup",
                  "{'logGroupName':'name','logGroupClass':'class_name','kmsKeyId':'kms_key_id','"
                  "tags':{'a':'tags'}}");
    service_refuses(&rc_logs_create_group_operation, &(struct rc_logs_create_group){0},
                    "logGroupName");
}

static const struct rc_logs_create_stream create_stream = {
    .group = "group",
    .name = "name",
};

static void test_create_stream(void **state)
{
    (void)state;
    service_sends(&rc_logs_create_stream_operation, &create_stream,
                  "POST /\nX-Amz-Target: Logs_20140328.CreateLogStream",
                  "{'logGroupName':'group','logStreamName':'name'}");
    service_refuses(&rc_logs_create_stream_operation, &(struct rc_logs_create_stream){0},
                    "logGroupName");
}

/* ----- Queries of Logs Insights ----- */

static const struct rc_logs_start_query start_query = {
    .query = "query",
    .start_unix_s = 416,
    .end_unix_s = 169,
    .group = "group",
    .groups = ONE_TEXT("groups"),
    .group_arns = ONE_TEXT("group_arns"),
    .language = "language",
    .limit = 544,
};

static void check_query_started(const struct rc_logs_query_started *value)
{
    IS_TEXT(value, query_id);
}

static void test_start_query(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_logs_start_query_operation, &start_query,
                  "POST /\nX-Amz-Target: Logs_20140328.StartQuery",
                  "{'queryString':'query','startTime':416,'endTime':169,'logGroupName':'group','"
                  "logGroupNames':['groups'],'logGroupIdentifiers':['group_arns'],'queryLanguage':'"
                  "language','limit':544}");
    service_refuses(&rc_logs_start_query_operation, &(struct rc_logs_start_query){0},
                    "queryString");
    check_query_started(
        service_answers(&answer, &rc_logs_start_query_operation, "", "{'queryId':'query_id'}"));
    service_forget(&answer);
}

static const struct rc_logs_get_results get_results = {
    .query_id = "query_id",
};

static void check_statistics(const struct rc_logs_statistics *value)
{
    IS_REAL(value, records_matched, 676.5);
    IS_REAL(value, records_scanned, 682.5);
    IS_REAL(value, bytes_scanned, 479.5);
    IS_REAL(value, groups_scanned, 600.5);
}

static void check_results(const struct rc_logs_results *value)
{
    IS_TEXT(value, status);
    IS_JSONS(value, rows, "[{'field':'@message','value':'v'}]");
    check_statistics(value->statistics);
}

#define STATISTICS                                                                                 \
    "{'recordsMatched':676.5,'recordsScanned':682.5,'bytesScanned':479.5,'logGroupsScanned':600."  \
    "5}"

static void test_get_results(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_logs_get_results_operation, &get_results,
                  "POST /\nX-Amz-Target: Logs_20140328.GetQueryResults", "{'queryId':'query_id'}");
    service_refuses(&rc_logs_get_results_operation, &(struct rc_logs_get_results){0}, "queryId");
    check_results(service_answers(
        &answer, &rc_logs_get_results_operation, "",
        "{'status':'status','results':[[{'field':'@message','value':'v'}]],'statistics':" STATISTICS
        "}"));
    service_forget(&answer);
}

static const struct rc_logs_stop_query stop_query = {
    .query_id = "query_id",
};

static void check_query_stopped(const struct rc_logs_query_stopped *value)
{
    IS_TRUE(value, success);
}

static void test_stop_query(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_logs_stop_query_operation, &stop_query,
                  "POST /\nX-Amz-Target: Logs_20140328.StopQuery", "{'queryId':'query_id'}");
    service_refuses(&rc_logs_stop_query_operation, &(struct rc_logs_stop_query){0}, "queryId");
    check_query_stopped(
        service_answers(&answer, &rc_logs_stop_query_operation, "", "{'success':true}"));
    service_forget(&answer);
}

static void test_fields_of_a_row(void **state)
{
    (void)state;
    json_t *row = service_json("[{'field':'@ptr'},{'field':'@message','value':'m'},7]");
    assert_string_equal(rc_logs_field(row, "@message"), "m");
    assert_null(rc_logs_field(row, "@ptr"));
    assert_null(rc_logs_field(row, "message"));
    assert_null(rc_logs_field(NULL, "@message"));
    json_decref(row);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_filter),
        cmocka_unit_test(test_get),
        cmocka_unit_test(test_put),
        cmocka_unit_test(test_describe_groups),
        cmocka_unit_test(test_describe_streams),
        cmocka_unit_test(test_create_group),
        cmocka_unit_test(test_create_stream),
        cmocka_unit_test(test_start_query),
        cmocka_unit_test(test_get_results),
        cmocka_unit_test(test_fields_of_a_row),
        cmocka_unit_test(test_stop_query),
    };
    return cmocka_run_group_tests_name("service logs", tests, NULL, NULL);
}
