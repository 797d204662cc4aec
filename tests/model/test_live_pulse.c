/* How the pipeline fares, against a server that answers as told: records by the hour, and how
 * often CloudWatch is asked. */
#include "model/live_pulse.h"
#include "tests/model/live_sample.h"

#include <jansson.h>

enum { MINUTE_MS = 60 * 1000, HOUR_S = 3600 };

static struct {
    bool denied, unlisted;
    int asked_of_indexes;
    int64_t now_ms;
    struct rc_error told;
    bool came;
} cloudwatch;

/* An index of a table of ours, one of another's, and something that is no index. */
static const char listed[] =
    "{\"Metrics\":["
    "{\"Namespace\":\"AWS/DynamoDB\",\"MetricName\":\"WriteThrottleEvents\",\"Dimensions\":["
    "{\"Name\":\"GlobalSecondaryIndexName\",\"Value\":\"by-id\"},"
    "{\"Name\":\"TableName\",\"Value\":\"internal\"}]},"
    "{\"Namespace\":\"AWS/DynamoDB\",\"MetricName\":\"WriteThrottleEvents\",\"Dimensions\":["
    "{\"Name\":\"GlobalSecondaryIndexName\",\"Value\":\"by-id\"},"
    "{\"Name\":\"TableName\",\"Value\":\"elsewhere\"}]},"
    "{\"Namespace\":\"AWS/DynamoDB\",\"MetricName\":\"WriteThrottleEvents\",\"Dimensions\":["
    "{\"Name\":\"TableName\",\"Value\":\"internal\"}]}]}";

/* Records, and throttles of an index: 7 records in this hour and 5 in that before the last; 9 a day
 * ago, which is too long. */
static void give(void *ctx, const struct fake_request *request, struct fake_answer *answer)
{
    json_t *in = json_loads(request->body, 0, NULL);
    const json_t *query;
    const char *between = "";
    size_t i, used;
    long long hour_s = cloudwatch.now_ms / 1000 / HOUR_S * HOUR_S;
    (void)ctx;
    if (cloudwatch.denied) {
        answer->status = 403;
        answer->body = "{\"__type\":\"AccessDenied\",\"message\":\"no\"}";
        json_decref(in);
        return;
    }
    if (json_object_get(in, "MetricName")) {
        answer->status = cloudwatch.unlisted ? 403 : 200;
        answer->body =
            cloudwatch.unlisted ? "{\"__type\":\"AccessDenied\",\"message\":\"no\"}" : listed;
        json_decref(in);
        return;
    }
    used = (size_t)snprintf(at.body, BODY_BYTES, "{\"MetricDataResults\":[");
    json_array_foreach(json_object_get(in, "MetricDataQueries"), i, query)
    {
        const json_t *stat = json_object_get(query, "MetricStat");
        const char *metric =
            json_string_value(json_object_get(json_object_get(stat, "Metric"), "MetricName"));
        size_t dimensions =
            json_array_size(json_object_get(json_object_get(stat, "Metric"), "Dimensions"));
        cloudwatch.asked_of_indexes += dimensions == 2;
        if (strcmp(metric, "Records") != 0 &&
            (dimensions != 2 || strcmp(metric, "WriteThrottleEvents") != 0))
            continue;
        used +=
            (size_t)snprintf(at.body + used, BODY_BYTES - used,
                             "%s{\"Id\":\"%s\",\"Timestamps\":[%lld,%lld,%lld],\"Values\":[7,5,9]}",
                             between, json_string_value(json_object_get(query, "Id")), hour_s,
                             hour_s - 2 * HOUR_S, hour_s - 24 * HOUR_S);
        between = ",";
    }
    snprintf(at.body + used, BODY_BYTES - used, "]}");
    answer->body = at.body;
    json_decref(in);
}

static void come(void *ctx, const struct rc_error *err)
{
    (void)ctx;
    assert_false(cloudwatch.came);
    cloudwatch.told = *err;
    cloudwatch.came = true;
}

static struct rc_pulse_facts facts_at(int64_t now_ms, struct rc_pulse_program *programs,
                                      size_t count)
{
    for (size_t i = 0; i < count; i++)
        programs[i] = (struct rc_pulse_program){.id = {(char)('a' + (char)i)}};
    return (struct rc_pulse_facts){.now_ms = now_ms,
                                   .programs = programs,
                                   .program_count = count,
                                   .queues = {{"failed", true, 0, -1}, {"arrivals", false, 0, -1}},
                                   .tables = {{"settlement"}, {"internal"}, {"state"}}};
}

static void ask(struct rc_pulse_facts *facts)
{
    memset(&cloudwatch.told, 0, sizeof cloudwatch.told);
    cloudwatch.came = false;
    cloudwatch.now_ms = facts->now_ms;
    fake_server_reply(at.server, give, NULL);
    struct rc_pulse_metrics *metrics = rc_pulse_metrics_start(at.live, facts, come, NULL);
    assert_non_null(metrics);
    assert_true(rc_loop_until(at.loop, &cloudwatch.came, -1));
    rc_pulse_metrics_free(metrics);
}

static const int64_t noon_ms = INT64_C(1775217600000) + 10 * MINUTE_MS;

static void test_records_by_the_hour(void **state)
{
    struct rc_pulse_program programs[2];
    struct rc_pulse_facts facts = facts_at(noon_ms, programs, 2);
    (void)state;
    ask(&facts);
    assert_int_equal(cloudwatch.told.code, RC_OK);
    for (int i = 0; i < 2; i++) {
        assert_true(programs[i].has_records);
        for (int hour = 0; hour < RC_PULSE_HOURS; hour++)
            assert_int_equal((int)programs[i].records[hour], hour == RC_PULSE_HOURS - 1   ? 7
                                                             : hour == RC_PULSE_HOURS - 3 ? 5
                                                                                          : 0);
    }
}

static void test_is_kept_for_a_minute(void **state)
{
    struct rc_pulse_program programs[2], later[2];
    struct rc_error why = {0};
    struct rc_pulse_facts facts = facts_at(noon_ms, programs, 1);
    (void)state;
    struct rc_pulse_facts again = facts_at(noon_ms, later, 1);
    assert_false(rc_pulse_metrics_recall(at.live, &again, &why));
    ask(&facts);
    again = facts_at(noon_ms + MINUTE_MS - 1, later, 1);
    assert_true(rc_pulse_metrics_recall(at.live, &again, &why));
    assert_true(later[0].has_records);
    assert_memory_equal(later[0].records, programs[0].records, sizeof later[0].records);
    again = facts_at(noon_ms + MINUTE_MS, later, 1);
    assert_false(rc_pulse_metrics_recall(at.live, &again, &why));
    again = facts_at(noon_ms + 1, later, 2); /* another program has come */
    assert_false(rc_pulse_metrics_recall(at.live, &again, &why));
    assert_false(later[0].has_records);
}

static void test_a_refusal_is_not_kept(void **state)
{
    struct rc_pulse_program programs[1];
    struct rc_error why = {0};
    struct rc_pulse_facts facts = facts_at(noon_ms, programs, 1);
    (void)state;
    cloudwatch.denied = true;
    ask(&facts);
    cloudwatch.denied = false;
    assert_non_null(strstr(cloudwatch.told.text, "cloudwatch:GetMetricData"));
    assert_false(programs[0].has_records);
    assert_false(rc_pulse_metrics_recall(at.live, &facts, &why));
}

/* An index of another table costs nothing. */
static void test_an_index_that_throttles(void **state)
{
    struct rc_pulse_program programs[1], later[1];
    struct rc_error why = {0};
    struct rc_pulse_facts facts = facts_at(noon_ms, programs, 1);
    (void)state;
    cloudwatch.asked_of_indexes = 0;
    ask(&facts);
    assert_int_equal(cloudwatch.told.code, RC_OK);
    assert_int_equal(cloudwatch.asked_of_indexes, 1);
    assert_int_equal((int)facts.tables[1].index_writes_throttled, 7); /* of the last hour */
    assert_int_equal((int)facts.tables[1].writes_throttled, 0);
    assert_int_equal((int)facts.tables[0].index_writes_throttled, 0);
    struct rc_pulse_facts again = facts_at(noon_ms + 1, later, 1);
    assert_true(rc_pulse_metrics_recall(at.live, &again, &why));
    assert_int_equal((int)again.tables[1].index_writes_throttled, 7);
    assert_string_equal(again.tables[1].name, "internal");
    assert_int_equal(why.code, RC_OK);
}

/* The rest is known, and what is not is told, by what is kept, too. */
static void test_indexes_that_may_not_be_listed(void **state)
{
    struct rc_pulse_program programs[1];
    struct rc_error why = {0};
    struct rc_pulse_facts facts = facts_at(noon_ms, programs, 1);
    (void)state;
    cloudwatch.unlisted = true;
    ask(&facts);
    cloudwatch.unlisted = false;
    assert_non_null(strstr(cloudwatch.told.text, "cloudwatch:ListMetrics"));
    assert_true(programs[0].has_records);
    assert_true(rc_pulse_metrics_recall(at.live, &facts, &why));
    assert_string_equal(why.text, cloudwatch.told.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_records_by_the_hour, begin, end),
        cmocka_unit_test_setup_teardown(test_is_kept_for_a_minute, begin, end),
        cmocka_unit_test_setup_teardown(test_a_refusal_is_not_kept, begin, end),
        cmocka_unit_test_setup_teardown(test_an_index_that_throttles, begin, end),
        cmocka_unit_test_setup_teardown(test_indexes_that_may_not_be_listed, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
