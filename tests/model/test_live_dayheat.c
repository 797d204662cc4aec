/* The heat of a day's shards, from what its runs have noted, against a server that answers
 * as told. */
#include "model/dayheat.h"
#include "tests/model/live_sample.h"

/* ----- the server ----- */

static bool insights_denied;
static char asked_for[512]; /* the last report */

static const char *target_of(const struct fake_request *request)
{
    const char *target = fake_request_header(request, "X-Amz-Target");
    const char *point = target ? strrchr(target, '.') : NULL;
    return point ? point + 1 : "";
}

/* Two runs on the day after the file date; one is of another day. */
static const char runs[] =
    "{\"Count\":2,\"Items\":["
    "{\"program\":{\"S\":\"ACME\"},\"date\":{\"S\":\"2026-11-01\"},\"run\":{\"S\":\"r1\"},"
    "\"began\":{\"N\":\"1793620000000\"}},"
    "{\"program\":{\"S\":\"ACME\"},\"date\":{\"S\":\"2026-10-31\"},\"run\":{\"S\":\"other\"},"
    "\"began\":{\"N\":\"1793620000000\"}}]}";

/* Twenty seconds of the settlement table, and one item that says nothing that is known. */
static const char noted[] =
    "{\"Count\":3,\"Items\":["
    "{\"table\":{\"S\":\"recon-settlement\"},\"from\":{\"N\":\"1793620000000\"},\"shards\":{\"M\":{"
    "\"0\":{\"L\":[{\"N\":\"10\"},{\"N\":\"2\"},{\"N\":\"1\"}]},"
    "\"3\":{\"L\":[{\"N\":\"7\"},{\"N\":\"0\"},{\"N\":\"0\"}]},"
    "\"99999\":{\"L\":[{\"N\":\"7\"},{\"N\":\"0\"},{\"N\":\"0\"}]}}},"
    "\"records\":{\"N\":\"17\"},\"ids\":{\"L\":[{\"L\":[{\"S\":\"T7\"},{\"N\":\"5\"}]}]}},"
    "{\"table\":{\"S\":\"recon-settlement\"},\"from\":{\"N\":\"1793620010000\"},\"shards\":{\"M\":{"
    "\"0\":{\"L\":[{\"N\":\"5\"},{\"N\":\"0\"},{\"N\":\"2\"}]}}},"
    "\"records\":{\"N\":\"5\"},\"ids\":{\"L\":[{\"L\":[{\"S\":\"T7\"},{\"N\":\"3\"}]},{\"L\":[{"
    "\"S\":"
    "\"T8\"},{\"N\":\"2\"}]},{\"L\":[{\"N\":\"1\"}]}]}},"
    "{\"table\":{\"S\":\"elsewhere\"},\"from\":{\"N\":\"1793620010000\"},\"shards\":{\"M\":{}}}]}";

/* A day whose file ran three times: 100 records, which chance may spread so over four shards. Three
 * times as many it would not. An hour before that a run of it had ended early. */
static const char reruns[] =
    "{\"Count\":4,\"Items\":["
    "{\"program\":{\"S\":\"ACME\"},\"date\":{\"S\":\"2026-10-30\"},\"run\":{\"S\":\"early\"}},"
    "{\"program\":{\"S\":\"ACME\"},\"date\":{\"S\":\"2026-10-30\"},\"run\":{\"S\":\"again1\"}},"
    "{\"program\":{\"S\":\"ACME\"},\"date\":{\"S\":\"2026-10-30\"},\"run\":{\"S\":\"again2\"}},"
    "{\"program\":{\"S\":\"ACME\"},\"date\":{\"S\":\"2026-10-30\"},\"run\":{\"S\":\"again3\"}}]}";
static const char noted_again[] =
    "{\"Count\":1,\"Items\":["
    "{\"table\":{\"S\":\"recon-settlement\"},\"from\":{\"N\":\"1793620000000\"},\"shards\":{\"M\":{"
    "\"0\":{\"L\":[{\"N\":\"34\"},{\"N\":\"0\"},{\"N\":\"0\"}]},"
    "\"1\":{\"L\":[{\"N\":\"16\"},{\"N\":\"0\"},{\"N\":\"0\"}]},"
    "\"2\":{\"L\":[{\"N\":\"22\"},{\"N\":\"0\"},{\"N\":\"0\"}]},"
    "\"3\":{\"L\":[{\"N\":\"28\"},{\"N\":\"0\"},{\"N\":\"0\"}]}}}}]}";

static const char noted_early[] =
    "{\"Count\":1,\"Items\":["
    "{\"table\":{\"S\":\"recon-settlement\"},\"from\":{\"N\":\"1793616400000\"},\"shards\":{\"M\":{"
    "\"0\":{\"L\":[{\"N\":\"3\"},{\"N\":\"0\"},{\"N\":\"0\"}]}}}}]}";

static const char rules[] =
    "{\"ContributorInsightsRuleList\":[\"DynamoDBContributorInsights-SKC-recon-settlement-1\"]}";
static const char report[] =
    "{\"KeyLabels\":[\"PK\",\"SK\"],\"AggregateValue\":100,\"Contributors\":["
    "{\"Keys\":[\"ACME#2026-11-01#0\",\"T42#0001#0000000007\"],\"ApproximateAggregateValue\":40},"
    "{\"Keys\":[\"OTHER#2026-11-01#0\",\"T1\"],\"ApproximateAggregateValue\":30}]}";

static void give(void *ctx, const struct fake_request *request, struct fake_answer *answer)
{
    const char *target = target_of(request);
    (void)ctx;
    answer->body = "{\"Count\":0,\"Items\":[]}";
    if (strcmp(target, "Query") == 0 && strstr(request->body, "RUNS#2026-11-02"))
        answer->body = runs;
    else if (strcmp(target, "Query") == 0 && strstr(request->body, "RUN#r1"))
        answer->body = noted;
    else if (strcmp(target, "Query") == 0 && strstr(request->body, "RUNS#2026-10-31"))
        answer->body = reruns;
    else if (strcmp(target, "Query") == 0 && strstr(request->body, "RUN#again"))
        answer->body = noted_again;
    else if (strcmp(target, "Query") == 0 && strstr(request->body, "RUN#early"))
        answer->body = noted_early;
    else if (strcmp(target, "DescribeContributorInsights") == 0 && insights_denied) {
        answer->status = 400;
        answer->body = "{\"__type\":\"AccessDeniedException\",\"message\":\"no\"}";
    } else if (strcmp(target, "DescribeContributorInsights") == 0)
        answer->body = strstr(request->body, "recon-settlement")
                           ? rules
                           : "{\"ContributorInsightsStatus\":\"DISABLED\"}";
    else if (strcmp(target, "GetInsightRuleReport") == 0) {
        answer->body = report;
        snprintf(asked_for, sizeof asked_for, "%s", request->body);
    }
}

static const struct rc_day_heat *heat_of(const char *date)
{
    struct rc_error err = {0};
    fake_server_reply(at.server, give, NULL);
    at.listing = rc_live_day_heat(at.live, "ACME", date, &err);
    assert_non_null(at.listing);
    assert_null(rc_day_heat_of(at.listing));
    if (!rc_listing_wait(at.listing, &err))
        fail_msg("%s", err.text);
    assert_non_null(rc_day_heat_of(at.listing));
    return rc_day_heat_of(at.listing);
}

/* ----- the tests ----- */

static void test_cells_stand_where_they_belong(void **state)
{
    (void)state;
    insights_denied = false;
    const struct rc_day_heat *heat = heat_of("2026-11-01");
    const struct rc_side_heat *side = &heat->side[RC_SETTLEMENT];
    assert_int_equal(heat->runs, 1);
    assert_int_equal(heat->shards, 4);
    assert_int_equal(heat->columns, 2);
    assert_int_equal(heat->from_ms, 1793620000000);
    assert_int_equal(heat->left_out, 1); /* a shard beyond all */
    assert_int_equal(side->cells[RC_HEAT_WRITES][0], 10);
    assert_int_equal(side->cells[RC_HEAT_WRITES][1], 5);
    assert_int_equal(side->cells[RC_HEAT_THROTTLED][0], 2);
    assert_int_equal(side->cells[RC_HEAT_WRITES][3 * 2], 7);
    assert_int_equal(side->totals[RC_HEAT_RETRIED][0], 3);
    assert_int_equal(rc_day_heat_noted(heat, RC_SETTLEMENT), 2);
    assert_int_equal(heat->side[RC_INTERNAL].totals[RC_HEAT_WRITES][0], 0);
    assert_int_equal(count_of("heat", at.listing, NULL), 8);
    assert_int_equal(count_of("heat", at.listing, "table=recon-settlement shard=0 writes=15"), 1);
    assert_int_equal(count_of("heat", at.listing, "busiest=10"), 1);
    assert_int_equal(rc_day_heat_period_s(heat), 900);
    assert_int_equal(rc_day_heat_until_ms(heat), 1793620020000);
}

static void test_the_hottest_keys_of_the_day(void **state)
{
    (void)state;
    struct rc_error err = {0};
    struct rc_skew skew;
    struct rc_diagnosis diagnosis;
    insights_denied = false;
    const struct rc_day_heat *heat = heat_of("2026-11-01");
    const struct rc_side_heat *side = &heat->side[RC_SETTLEMENT];
    const struct rc_hot_key *item = rc_day_heat_hottest(side, RC_HOT_ITEM);
    assert_int_equal(side->key_count, 2 + 1); /* the other one is of another program */
    assert_string_equal(item->text, "ACME#2026-11-01#0 T42#0001#0000000007");
    assert_true(item->share > 0.39 && item->share < 0.41);
    assert_null(rc_day_heat_hottest(side, RC_HOT_SHARD));
    assert_non_null(strstr(heat->side[RC_INTERNAL].keys_note, "insights are off"));
    assert_true(rc_day_heat_diagnose(heat, RC_SETTLEMENT, NULL, &skew, &diagnosis, &err));
    assert_int_equal(diagnosis.kind, RC_DIAGNOSIS_HOT);
    assert_non_null(
        strstr(diagnosis.text, "one id is hot: T42 has 40% of what all programs ask for"));
}

/* 8 of 22 records, without anybody but the runs. */
static void test_an_id_that_the_runs_have_noted(void **state)
{
    (void)state;
    struct rc_error err = {0};
    struct rc_skew skew;
    struct rc_diagnosis diagnosis;
    insights_denied = true;
    const struct rc_day_heat *heat = heat_of("2026-11-01");
    const struct rc_hot_key *id = rc_day_heat_hottest(&heat->side[RC_SETTLEMENT], RC_HOT_ID);
    insights_denied = false;
    assert_string_equal(id->text, "T7");
    assert_true(id->share > 0.363 && id->share < 0.364 && !id->throttled);
    assert_null(rc_day_heat_hottest(&heat->side[RC_INTERNAL], RC_HOT_ID));
    assert_true(rc_day_heat_diagnose(heat, RC_SETTLEMENT, NULL, &skew, &diagnosis, &err));
    assert_int_equal(diagnosis.kind, RC_DIAGNOSIS_HOT);
    assert_non_null(strstr(diagnosis.text, "one id is hot: T7 has 36% of what is asked for"));
}

/* Ten seconds of 17 writes over four shards, of which shard 0 has 10, against what is to be
 * expected: one id has 8 of 22 records, so its shard 6.2 of 17 and a fourth of the other 10.8. */
static void test_a_moment_against_chance(void **state)
{
    (void)state;
    struct rc_error err = {0};
    struct rc_heat_moment moment;
    insights_denied = false;
    const struct rc_day_heat *heat = heat_of("2026-11-01");
    assert_int_equal(rc_day_heat_spike(heat, RC_SETTLEMENT), 0);
    assert_true(rc_day_heat_moment(heat, RC_SETTLEMENT, 0, &moment, &err));
    assert_string_equal(moment.at, "2026-11-02T11:46:40Z");
    assert_int_equal(moment.totals[RC_HEAT_WRITES], 17);
    assert_int_equal(moment.totals[RC_HEAT_THROTTLED], 2);
    assert_int_equal(moment.throttled_shards, 1);
    assert_int_equal(moment.fullest, 0);
    assert_int_equal(moment.fullest_writes, 10);
    assert_true(moment.per_second > 1.69 && moment.per_second < 1.71);
    assert_true(moment.expected > 8.8 && moment.expected < 9.5);
    assert_true(moment.likely >= 14 && moment.likely < 18);
    assert_true(moment.chance < 1e-9); /* a shard takes 1,000 a second */
    assert_true(rc_day_heat_moment(heat, RC_SETTLEMENT, 1, &moment, &err));
    assert_int_equal(moment.totals[RC_HEAT_WRITES], 5);
    assert_int_equal(moment.throttled_shards, 0);
}

static void test_from_throttle_to_throttle(void **state)
{
    (void)state;
    insights_denied = false;
    const struct rc_day_heat *heat = heat_of("2026-11-01");
    assert_int_equal(rc_day_heat_next(heat, RC_SETTLEMENT, 1, false), 0);
    assert_int_equal(rc_day_heat_next(heat, RC_SETTLEMENT, 0, true), 0); /* none behind it */
    assert_int_equal(rc_day_heat_next(heat, RC_INTERNAL, 1, false), 1);
    assert_int_equal(rc_day_heat_spike(heat, RC_INTERNAL), 0);
}

/* A minute in which the day wrote, between two in which others did. */
static void test_throttles_of_others_are_theirs(void **state)
{
    (void)state;
    struct rc_error err = {0};
    struct rc_skew skew;
    struct rc_diagnosis diagnosis;
    double values[] = {50, 7, 60};
    struct rc_gauge throttled = {.resource = "recon-settlement",
                                 .panel = "writes throttled",
                                 .name = "key range",
                                 .values = values};
    struct rc_gauges gauges = {
        .step_ms = 60000, .count = 3, .series = &throttled, .series_count = 1};
    const struct rc_day_heat *heat = heat_of("2026-10-30");
    gauges.from_ms = heat->from_ms - heat->from_ms % 60000 - 60000;
    assert_int_equal(rc_day_heat_noted(heat, RC_SETTLEMENT), 0);
    assert_true(rc_day_heat_diagnose(heat, RC_SETTLEMENT, &gauges, &skew, &diagnosis, &err));
    assert_int_equal(diagnosis.kind, RC_DIAGNOSIS_SHORT);
    assert_non_null(strstr(diagnosis.text, "7 writes throttled by recon-settlement (key range), "
                                           "none noted by its runs"));
    assert_true(rc_day_heat_diagnose(heat, RC_INTERNAL, &gauges, &skew, &diagnosis, &err));
    assert_int_equal(diagnosis.kind, RC_DIAGNOSIS_QUIET); /* it wrote in none of them */
}

static void test_a_file_that_ran_again_is_as_even_as_before(void **state)
{
    (void)state;
    struct rc_error err = {0};
    struct rc_skew skew;
    struct rc_diagnosis diagnosis;
    const struct rc_day_heat *heat = heat_of("2026-10-30");
    assert_int_equal(heat->runs, 4);
    assert_int_equal(heat->side[RC_SETTLEMENT].totals[RC_HEAT_WRITES][0], 3 * 34 + 3);
    assert_true(rc_skew_measure(heat->side[RC_SETTLEMENT].totals[RC_HEAT_WRITES], heat->shards,
                                &skew, &err));
    assert_true(rc_is_uneven(&skew)); /* were they all different records */
    assert_true(rc_day_heat_diagnose(heat, RC_SETTLEMENT, NULL, &skew, &diagnosis, &err));
    assert_int_equal(diagnosis.kind, RC_DIAGNOSIS_QUIET);
    assert_true(skew.total > 99 && skew.total < 101);
    assert_non_null(strstr(asked_for, "1793619960")); /* its minute */
    assert_non_null(strstr(asked_for, "1793620020"));
    assert_true(rc_day_heat_skew(heat, RC_INTERNAL, &skew, &err));
    assert_true(skew.total <= 0);
}

static void test_insights_that_are_denied_are_named(void **state)
{
    (void)state;
    insights_denied = true;
    const struct rc_day_heat *heat = heat_of("2026-11-01");
    assert_null(rc_day_heat_hottest(&heat->side[RC_SETTLEMENT], RC_HOT_ITEM));
    assert_non_null(
        strstr(heat->side[RC_SETTLEMENT].keys_note, "allow dynamodb:DescribeContributorInsights"));
    insights_denied = false;
}

static void test_a_day_without_runs(void **state)
{
    (void)state;
    const struct rc_day_heat *heat = heat_of("2026-05-01");
    assert_int_equal(heat->runs, 0);
    assert_int_equal(heat->columns, 0);
}

static void test_wrong_words(void **state)
{
    (void)state;
    struct rc_error err = {0};
    assert_null(rc_live_day_heat(at.live, "ACME", "yesterday", &err));
    assert_int_equal(err.code, RC_USAGE);
    assert_non_null(strstr(err.text, "\"ACME yesterday\" is no program and date"));
    assert_null(rc_live_day_heat(at.live, "", "2026-11-01", &err));
    assert_null(rc_live_day_heat(at.live, "ACME", "", &err));
    assert_int_equal(err.code, RC_USAGE);
    assert_string_equal(err.text, "ACME: of which day? PROGRAM DATE, the date as YYYY-MM-DD");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_cells_stand_where_they_belong, begin, end),
        cmocka_unit_test_setup_teardown(test_the_hottest_keys_of_the_day, begin, end),
        cmocka_unit_test_setup_teardown(test_an_id_that_the_runs_have_noted, begin, end),
        cmocka_unit_test_setup_teardown(test_a_moment_against_chance, begin, end),
        cmocka_unit_test_setup_teardown(test_from_throttle_to_throttle, begin, end),
        cmocka_unit_test_setup_teardown(test_throttles_of_others_are_theirs, begin, end),
        cmocka_unit_test_setup_teardown(test_a_file_that_ran_again_is_as_even_as_before, begin,
                                        end),
        cmocka_unit_test_setup_teardown(test_insights_that_are_denied_are_named, begin, end),
        cmocka_unit_test_setup_teardown(test_a_day_without_runs, begin, end),
        cmocka_unit_test_setup_teardown(test_wrong_words, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
