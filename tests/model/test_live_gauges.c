/* Metrics of the pipeline as series on one time axis, against a server that answers as
 * told. */
#include "model/gauges.h"
#include "tests/model/live_sample.h"

#include <jansson.h>
#include <math.h>

/* ----- the server ----- */

static const char settlement[] =
    "{\"Table\":{\"TableName\":\"recon-settlement\",\"ProvisionedThroughput\":"
    "{\"ReadCapacityUnits\":50,\"WriteCapacityUnits\":100},\"GlobalSecondaryIndexes\":["
    "{\"IndexName\":\"by-merchant\",\"ProvisionedThroughput\":{\"ReadCapacityUnits\":5,"
    "\"WriteCapacityUnits\":7}}]}}";
static const char internal[] =
    "{\"Table\":{\"TableName\":\"recon-internal\",\"BillingModeSummary\":{\"BillingMode\":"
    "\"PAY_PER_REQUEST\"},\"OnDemandThroughput\":{\"MaxWriteRequestUnits\":4000,"
    "\"MaxReadRequestUnits\":-1}}}";
static const char worker[] = "{\"Configuration\":{\"FunctionName\":\"recon-worker\",\"Timeout\":900"
                             "},\"Concurrency\":{\"ReservedConcurrentExecutions\":100}}";

/* What a test wants CloudWatch to say. */
static struct {
    int requests;
    bool denied;
    double start_s, end_s;
} cloudwatch;

static const char *target_of(const struct fake_request *request)
{
    const char *target = fake_request_header(request, "X-Amz-Target");
    const char *point = target ? strrchr(target, '.') : NULL;
    return point ? point + 1 : "";
}

static const char *metric_of(const json_t *query)
{
    const json_t *metric = json_object_get(json_object_get(query, "MetricStat"), "Metric");
    return json_string_value(json_object_get(metric, "MetricName"));
}

static const char *dimension_of(const json_t *query, const char *name)
{
    const json_t *metric = json_object_get(json_object_get(query, "MetricStat"), "Metric");
    size_t i;
    const json_t *dimension;
    json_array_foreach(json_object_get(metric, "Dimensions"), i, dimension)
    {
        if (strcmp(json_string_value(json_object_get(dimension, "Name")), name) == 0)
            return json_string_value(json_object_get(dimension, "Value"));
    }
    return "";
}

/* Of the settlement table: 6,000 units in the first and 3,000 in the last minute; of its
 * index: 60 throttled writes in the third. */
static void answer_query(const json_t *query, struct rc_buf *out)
{
    const char *id = json_string_value(json_object_get(query, "Id"));
    bool index = strcmp(dimension_of(query, "GlobalSecondaryIndexName"), "by-merchant") == 0;
    bool table = strcmp(dimension_of(query, "TableName"), "recon-settlement") == 0;
    const char *metric = metric_of(query);
    if (table && !index && strcmp(metric, "ConsumedWriteCapacityUnits") == 0)
        rc_buf_printf(out, "%s{\"Id\":\"%s\",\"Timestamps\":[%.0f,%.0f],\"Values\":[6000,3000]}",
                      out->length > 30 ? "," : "", id, cloudwatch.start_s, cloudwatch.end_s - 60);
    if (index && strcmp(metric, "WriteProvisionedThroughputThrottleEvents") == 0)
        rc_buf_printf(out, "%s{\"Id\":\"%s\",\"Timestamps\":[%.0f],\"Values\":[60]}",
                      out->length > 30 ? "," : "", id, cloudwatch.start_s + 120);
}

static void give_data(const struct fake_request *request, struct fake_answer *answer)
{
    json_t *in = json_loads(request->body, 0, NULL);
    const json_t *queries = json_object_get(in, "MetricDataQueries");
    struct rc_buf out;
    rc_buf_init(&out, BODY_BYTES);
    cloudwatch.requests++;
    cloudwatch.start_s = json_number_value(json_object_get(in, "StartTime"));
    cloudwatch.end_s = json_number_value(json_object_get(in, "EndTime"));
    rc_buf_add_str(&out, "{\"MetricDataResults\":[");
    for (size_t i = 0; i < json_array_size(queries); i++)
        answer_query(json_array_get(queries, i), &out);
    rc_buf_add_str(&out, "]}");
    snprintf(at.body, BODY_BYTES, "%s", out.data);
    answer->body = at.body;
    rc_buf_free(&out);
    json_decref(in);
}

static void give(void *ctx, const struct fake_request *request, struct fake_answer *answer)
{
    const char *target = target_of(request);
    (void)ctx;
    if (strcmp(target, "GetMetricData") == 0 && !cloudwatch.denied) {
        give_data(request, answer);
    } else if (strcmp(target, "GetMetricData") == 0) {
        answer->status = 403;
        answer->body = "{\"__type\":\"AccessDenied\",\"message\":\"no\"}";
    } else if (strstr(request->body, "recon-settlement")) {
        answer->body = settlement;
    } else if (strstr(request->body, "recon-internal")) {
        answer->body = internal;
    } else if (strstr(request->body, "nowhere")) {
        answer->status = 400;
        answer->body = "{\"__type\":\"ResourceNotFoundException\",\"message\":\"no\"}";
    } else if (strstr(request->target, "recon-worker")) {
        answer->body = worker;
    } else if (strstr(request->target, "recon-admit")) {
        answer->status = 404;
        answer->headers = "x-amzn-ErrorType: ResourceNotFoundException\r\n";
        answer->body = "{\"Message\":\"no\"}";
    } else {
        answer->status = 400;
        answer->body = "{\"__type\":\"AccessDeniedException\",\"message\":\"no\"}";
    }
}

static void ask(const char *table, const char *period)
{
    struct rc_error err = {0};
    bool denied = cloudwatch.denied;
    memset(&cloudwatch, 0, sizeof cloudwatch);
    cloudwatch.denied = denied;
    fake_server_reply(at.server, give, NULL);
    at.listing = rc_live_gauges(at.live, table, rc_gauges_period(period), 0, &err);
    assert_non_null(at.listing);
}

static struct rc_gauges *gauges_of(const char *table, const char *period)
{
    struct rc_error err = {0};
    ask(table, period);
    if (!rc_listing_wait(at.listing, &err))
        fail_msg("%s", err.text);
    struct rc_gauges *gauges = rc_gauges_read(at.model, rc_listing_number(at.listing), &err);
    assert_non_null(gauges);
    return gauges;
}

static const struct rc_gauge *find(const struct rc_gauges *gauges, const char *resource,
                                   const char *panel, const char *name)
{
    for (size_t i = 0; i < gauges->series_count; i++)
        if (strcmp(gauges->series[i].resource, resource) == 0 &&
            strcmp(gauges->series[i].panel, panel) == 0 &&
            strcmp(gauges->series[i].name, name) == 0)
            return &gauges->series[i];
    fail_msg("there is no %s %s %s", resource, panel, name);
    return NULL;
}

/* ----- the tests ----- */

static void test_values_stand_where_they_belong(void **state)
{
    (void)state;
    struct rc_gauges *gauges = gauges_of(NULL, "15m");
    assert_int_equal(gauges->count, 15);
    assert_int_equal(gauges->step_ms, 60000);
    assert_int_equal(gauges->from_ms % 60000, 0);
    /* The minute that now is in is the last one. */
    int64_t now = rc_loop_unix_ms(at.loop);
    assert_in_range(now, gauges->from_ms + 14 * 60000, gauges->from_ms + 15 * 60000 - 1);
    const struct rc_gauge *gauge = find(gauges, "recon-settlement", "writes", "consumed");
    assert_true(gauge->known && gauge->values[0] == 100 && gauge->values[14] == 50);
    assert_true(isnan(gauge->values[1]) && isnan(gauge->values[13]));
    gauge = find(gauges, "recon-settlement/by-merchant", "writes throttled", "provisioned");
    assert_true(gauge->values[2] == 60 && gauge->kind == RC_GAUGE_EVENTS);
    rc_gauges_free(gauges);
    assert_int_equal(cloudwatch.requests, 1);
    assert_int_equal(count_of("throttles", at.listing, "alert:trouble"), 1);
    assert_int_equal(count_of("throttles", at.listing, "alert:limit total=9000 most=100"), 1);
}

static void test_limits_are_those_that_hold(void **state)
{
    (void)state;
    struct rc_gauges *gauges = gauges_of("", "1h");
    const struct rc_gauge *gauge = find(gauges, "recon-settlement", "writes", "consumed");
    assert_true(gauge->limit == 100);
    assert_string_equal(gauge->limit_name, "provisioned");
    assert_true(find(gauges, "recon-settlement/by-merchant", "reads", "consumed")->limit == 5);
    gauge = find(gauges, "recon-internal", "writes", "consumed");
    assert_true(gauge->limit == 4000);
    assert_string_equal(gauge->limit_name, "on-demand maximum");
    gauge = find(gauges, "recon-internal", "reads", "consumed");
    assert_true(isnan(gauge->limit));
    assert_string_equal(gauge->limit_name, "on demand, no maximum set");
    assert_true(find(gauges, "recon-worker", "duration", "longest")->limit == 900);
    assert_true(find(gauges, "recon-worker", "concurrency", "at once")->limit == 100);
    /* What may not be described is asked about all the same, and what is missing is named. */
    gauge = find(gauges, "recon-state", "writes", "consumed");
    assert_true(isnan(gauge->limit) && !*gauge->note);
    assert_non_null(strstr(gauge->limit_name, "dynamodb:DescribeTable"));
    assert_int_equal(at.notes, 1);
    assert_non_null(strstr(at.note, "allow dynamodb:DescribeTable"));
    /* What is not there is not. */
    gauge = find(gauges, "recon-admit", "duration", "longest");
    assert_string_equal(gauge->note, "there is no function recon-admit here");
    rc_gauges_free(gauges);
}

static void test_one_table_alone(void **state)
{
    (void)state;
    struct rc_gauges *gauges = gauges_of("recon-settlement", "12h");
    assert_int_equal(gauges->count, 144);
    assert_int_equal(gauges->step_ms, 300000);
    find(gauges, "recon-settlement/by-merchant", "writes", "consumed");
    for (size_t i = 0; i < gauges->series_count; i++)
        assert_int_equal(gauges->series[i].of, RC_GAUGE_OF_TABLE);
    rc_gauges_free(gauges);
    rc_listing_free(at.listing);
    gauges = gauges_of("nowhere", "3h");
    assert_int_equal(cloudwatch.requests, 0);
    assert_string_equal(gauges->series[0].note, "there is no table nowhere here");
    rc_gauges_free(gauges);
}

static void test_a_permission_that_lacks_is_named(void **state)
{
    (void)state;
    struct rc_error err = {0};
    cloudwatch.denied = true;
    ask("recon-settlement", "1h");
    fails_with("allow cloudwatch:GetMetricData");
    struct rc_gauges *gauges = rc_gauges_read(at.model, rc_listing_number(at.listing), &err);
    assert_non_null(gauges);
    assert_true(gauges->series_count > 0);
    for (size_t i = 0; i < gauges->series_count; i++)
        assert_non_null(strstr(gauges->series[i].note, "allow cloudwatch:GetMetricData"));
    /* What is known from elsewhere stays. */
    assert_true(find(gauges, "recon-settlement", "writes", "consumed")->limit == 100);
    rc_gauges_free(gauges);
}

static void test_words(void **state)
{
    char table[RC_GAUGES_TABLE_BYTES] = "", name[400];
    int64_t period = 0;
    (void)state;
    assert_true(rc_gauges_word("3h", table, &period));
    assert_int_equal(period, 10800);
    assert_false(rc_gauges_word("1h", table, &period)); /* too short to be a table */
    assert_false(rc_gauges_word("most>0", table, &period));
    memset(name, 'a', sizeof name);
    name[sizeof name - 1] = '\0';
    assert_false(rc_gauges_word(name, table, &period));
    assert_string_equal(table, "");
    assert_true(rc_gauges_word("recon-state", table, &period));
    assert_string_equal(table, "recon-state");
    assert_false(rc_gauges_word("recon-internal", table, &period));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_values_stand_where_they_belong, begin, end),
        cmocka_unit_test_setup_teardown(test_limits_are_those_that_hold, begin, end),
        cmocka_unit_test_setup_teardown(test_one_table_alone, begin, end),
        cmocka_unit_test_setup_teardown(test_a_permission_that_lacks_is_named, begin, end),
        cmocka_unit_test(test_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
