/* What a plan takes from the days of a program, against a server that answers as told. */
#include "model/dayheat.h"
#include "model/planned.h"
#include "tests/model/live_sample.h"

/* ----- the server: three days, of which the second is the largest ----- */

static const char days[] = "{\"Count\":3,\"Items\":["
                           "{\"program\":{\"S\":\"ACME\"},\"date\":{\"S\":\"2026-11-03\"}},"
                           "{\"program\":{\"S\":\"ACME\"},\"date\":{\"S\":\"2026-11-02\"}},"
                           "{\"program\":{\"S\":\"ACME\"},\"date\":{\"S\":\"2026-11-01\"}}],"
                           "\"LastEvaluatedKey\":{\"PK\":{\"S\":\"CATALOG\"},"
                           "\"SK\":{\"S\":\"DAY#ACME#2026-11-01\"}}}";

/* 41 bytes: PK 2 + 4, SK 2 + 6, amount 6 + 3, of 3 + 4 + 3 + 1 + 2, its true 1, its list 3 + 1 + 1.
 */
static const char item[] =
    "{\"PK\":{\"S\":\"ACME\"},\"SK\":{\"S\":\"000001\"},\"amount\":{\"N\":\"1250\"},"
    "\"of\":{\"M\":{\"card\":{\"S\":\"411\"},\"ok\":{\"BOOL\":true}}},"
    "\"l\":{\"L\":[{\"NULL\":true}]}}";

static int catalog_pages, samples;
static bool config_is_wrong, no_days, ids_repeat;

/* Of two ids, the first of which has three. */
static const char repeated[] =
    "{\"Count\":4,\"Items\":[{\"SK\":{\"S\":\"A#1#1\"}},{\"SK\":{\"S\":\"A#1#2\"}},"
    "{\"SK\":{\"S\":\"A#1#7\"}},{\"SK\":{\"S\":\"AB#1#3\"}}]}";

static const char *body_of(const char *request)
{
    static char text[1024];
    if (strstr(request, "CATALOG")) {
        catalog_pages++;
        return no_days ? "{\"Count\":0,\"Items\":[]}" : days;
    }
    if (strstr(request, "\"ROLLUP\"")) {
        bool largest = strstr(request, "2026-11-02") != NULL;
        snprintf(
            text, sizeof text,
            "{\"Count\":1,\"Items\":[{\"settlement\":{\"N\":\"%d\"},\"internal\":{\"N\":\"%d\"}}]}",
            largest ? 900 : 500, largest ? 880 : 510);
        return text;
    }
    if (strstr(request, "\"CONFIG\""))
        return config_is_wrong
                   ? "{\"Count\":1,\"Items\":[{\"shard_count\":{\"N\":\"0\"}}]}"
                   : "{\"Count\":1,\"Items\":[{\"shard_count\":{\"N\":\"2\"},"
                     "\"settlement\":{\"M\":{}},\"internal\":{\"M\":{}},"
                     "\"next_settlement\":{\"N\":\"1\"},\"next_internal\":{\"N\":\"1\"}}]}";
    if (strstr(request, "recon-settlement") && strstr(request, "ACME#2026-11-02#")) {
        samples++;
        if (ids_repeat)
            return repeated;
        snprintf(text, sizeof text,
                 "{\"Count\":1,\"Items\":[%s],\"LastEvaluatedKey\":{\"PK\":{\"S\":\"x\"},"
                 "\"SK\":{\"S\":\"y\"}}}",
                 item);
        return text;
    }
    return "{\"Count\":0,\"Items\":[]}";
}

static void give(void *ctx, const struct fake_request *request, struct fake_answer *answer)
{
    (void)ctx;
    answer->body = body_of(request->body);
}

static const struct rc_planned_day *planned(const char *date)
{
    struct rc_error err = {0};
    catalog_pages = samples = 0;
    config_is_wrong = no_days = false;
    fake_server_reply(at.server, give, NULL);
    at.listing = rc_live_planned(at.live, "ACME", date, &err);
    assert_non_null(at.listing);
    assert_null(rc_planned_of(at.listing));
    if (!rc_listing_wait(at.listing, &err))
        fail_msg("%s", err.text);
    return rc_planned_of(at.listing);
}

/* ----- the tests ----- */

static void test_the_largest_day_and_its_items(void **state)
{
    (void)state;
    const struct rc_planned_day *day = planned("");
    assert_string_equal(day->date, "2026-11-02");
    assert_int_equal(day->days, 3);
    assert_int_equal(day->records[RC_SETTLEMENT], 900);
    assert_int_equal(day->records[RC_INTERNAL], 880);
    assert_int_equal(day->shards, 2);
    assert_int_equal(catalog_pages, 1); /* the newest are enough */
    assert_int_equal(samples, 2);       /* one page a shard */
    assert_int_equal(day->items, 2);
    assert_int_equal(day->item_bytes, 2 * 46);
    assert_int_equal(day->id_records, 2);
    assert_int_equal(day->id_squares, 2);
}

static void test_ids_of_a_sample(void **state)
{
    (void)state;
    ids_repeat = true;
    const struct rc_planned_day *day = planned("");
    ids_repeat = false;
    assert_int_equal(day->items, 8);
    assert_int_equal(day->id_records, 8);
    assert_int_equal(day->id_squares, 2 * (3 * 3 + 1));
}

static void test_a_day_that_is_named(void **state)
{
    (void)state;
    const struct rc_planned_day *day = planned("2026-11-01");
    assert_string_equal(day->date, "2026-11-01");
    assert_int_equal(day->days, 1);
    assert_int_equal(day->records[RC_INTERNAL], 510);
    assert_int_equal(catalog_pages, 0);
    assert_int_equal(day->items, 0); /* its larger side has none here */
}

static void test_a_program_without_days(void **state)
{
    (void)state;
    struct rc_error err = {0};
    no_days = true;
    fake_server_reply(at.server, give, NULL);
    at.listing = rc_live_planned(at.live, "ACME", "", &err);
    assert_non_null(at.listing);
    assert_true(rc_listing_wait(at.listing, &err));
    assert_string_equal(rc_planned_of(at.listing)->date, "");
    no_days = false;
}

static void test_a_day_that_cannot_be_read_is_named(void **state)
{
    (void)state;
    struct rc_error err = {0};
    config_is_wrong = true;
    fake_server_reply(at.server, give, NULL);
    at.listing = rc_live_planned(at.live, "ACME", "2026-11-02", &err);
    assert_non_null(at.listing);
    assert_false(rc_listing_wait(at.listing, &err));
    assert_non_null(strstr(err.text, "DAY#ACME#2026-11-02 CONFIG"));
    assert_null(rc_planned_of(at.listing));
}

static void test_wrong_words(void **state)
{
    (void)state;
    static const char *const words[][2] = {{"", ""},
                                           {"A#B", ""},
                                           {"ACME", "yesterday"},
                                           {"a-name-that-is-longer-than-a-programs", ""}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct rc_error err = {0};
        assert_null(rc_live_planned(at.live, words[i][0], words[i][1], &err));
        assert_int_equal(err.code, RC_USAGE);
    }
}

/* Two shards in two columns: the second column is the busiest. The settlement side's table takes
 * less in it than the other, because it refuses some. */
static void test_figures_of_the_heat(void **state)
{
    (void)state;
    struct rc_error err = {0};
    uint32_t writes[] = {10, 400, 20, 380}, throttled[] = {0, 0, 0, 0}, none[4] = {0};
    uint32_t fewer[] = {10, 390, 20, 370}, refused[] = {0, 30, 0, 0};    /* more was wanted */
    uint64_t sums[] = {820, 800}, once[] = {410, 400}, no_sums[2] = {0}; /* a run, again */
    struct rc_day_heat heat = {.shards = 2, .columns = 2, .step_ms = 10000};
    for (int side = 0; side < RC_SIDES; side++) {
        heat.side[side].largest = no_sums;
        for (int i = 0; i < RC_HEAT_MEASURES; i++) {
            heat.side[side].cells[i] = none;
            heat.side[side].totals[i] = no_sums;
        }
    }
    heat.side[RC_INTERNAL].cells[RC_HEAT_WRITES] = writes;
    heat.side[RC_INTERNAL].cells[RC_HEAT_THROTTLED] = throttled;
    heat.side[RC_INTERNAL].totals[RC_HEAT_WRITES] = sums;
    heat.side[RC_SETTLEMENT].cells[RC_HEAT_WRITES] = fewer;
    heat.side[RC_SETTLEMENT].cells[RC_HEAT_THROTTLED] = refused;
    memcpy(heat.side[RC_SETTLEMENT].table, "recon-settlement", sizeof "recon-settlement");
    memcpy(heat.side[RC_INTERNAL].table, "recon-internal", sizeof "recon-internal");
    heat.side[RC_INTERNAL].largest = once;
    struct rc_planned_day day = {.program = "ACME", .date = "2026-11-02", .days = 1};
    struct rc_planning planning = rc_planning_begin();
    struct rc_buf told;
    rc_buf_init(&told, 4096);
    assert_true(rc_planned_from_program(&day, &heat, &planning, &told, &err));
    assert_true(rc_planning_get(&planning, RC_PLANNING_RECORDS) == 810); /* no rollup yet */
    assert_true(rc_planning_get(&planning, RC_PLANNING_PEAK) == 79);
    assert_true(rc_planning_get(&planning, RC_PLANNING_SKEW) == 0);
    assert_true(rc_planning_get(&planning, RC_PLANNING_ITEM) == RC_PLAN_ITEM_BYTES);
    assert_non_null(
        strstr(told.data, "10 seconds, of recon-settlement, which took 760 and throttled 30.\n"));
    assert_non_null(strstr(told.data, "as far as its runs have written it"));

    struct rc_hot_key key = {.share = 0.3, .kind = RC_HOT_ITEM, .text = "ACME#2026-11-02#1 T42"};
    heat.side[RC_INTERNAL].keys[0] = key;
    heat.side[RC_INTERNAL].key_count = 1;
    assert_true(rc_planned_from_program(&day, &heat, &planning, &told, &err));
    assert_true(rc_planning_get(&planning, RC_PLANNING_SKEW) == 0.3);
    assert_non_null(strstr(told.data, "T42 has a share of 0.3 (skew), by contributor insights"));
    heat.side[RC_INTERNAL].keys[0].share = 0.04; /* which chance does, too */
    assert_true(rc_planned_from_program(&day, &heat, &planning, &told, &err));
    assert_true(rc_planning_get(&planning, RC_PLANNING_SKEW) == 0);
    rc_buf_free(&told);
}

/* Shards that are uneven for single records, and even for ids of twenty. */
static void test_ids_of_several_records_are_no_hot_id(void **state)
{
    (void)state;
    struct rc_error err = {0};
    uint32_t writes[] = {1100, 900}, none[2] = {0};
    uint64_t sums[] = {1100, 900};
    struct rc_day_heat heat = {.shards = 2, .columns = 1, .step_ms = 10000};
    for (int side = 0; side < RC_SIDES; side++)
        heat.side[side] = (struct rc_side_heat){
            .cells = {writes, none, none}, .totals = {sums, sums, sums}, .largest = sums};
    struct rc_planned_day day = {.program = "ACME", .date = "2026-11-02", .records = {2000, 2000}};
    struct rc_planning planning = rc_planning_begin();
    struct rc_buf told;
    rc_buf_init(&told, 4096);
    assert_true(rc_planned_from_program(&day, &heat, &planning, &told, &err));
    assert_true(rc_planning_get(&planning, RC_PLANNING_SKEW) > 0.09);
    day.id_records = 60;
    day.id_squares = 60 * 20;
    assert_true(rc_planned_from_program(&day, &heat, &planning, &told, &err));
    assert_true(rc_planning_get(&planning, RC_PLANNING_SKEW) == 0);
    assert_non_null(strstr(told.data, "with 20 records of a record's id in the mean"));
    rc_buf_free(&told);
}

/* A table and an index of it that throttled in the minute of the heat. */
static struct rc_gauges gauges_of(struct rc_gauge series[2], double *table, double *index)
{
    static const char *const names[] = {"recon-settlement", "recon-settlement/by-id"};
    for (int i = 0; i < 2; i++) {
        series[i] = (struct rc_gauge){.values = i ? index : table, .known = true};
        snprintf(series[i].resource, sizeof series[i].resource, "%s", names[i]);
        snprintf(series[i].panel, sizeof series[i].panel, "writes throttled");
        snprintf(series[i].name, sizeof series[i].name, "key range");
    }
    return (struct rc_gauges){.step_ms = 60000, .count = 1, .series = series, .series_count = 2};
}

/* Two shards in one column, evenly filled: what is said before the advice. */
static void test_what_limited_the_day(void **state)
{
    (void)state;
    struct rc_error err = {0};
    uint32_t writes[] = {400, 380}, throttled[] = {9, 8}, none[2] = {0};
    uint64_t sums[] = {400, 380}, refused[] = {9, 8}, nothing[2] = {0};
    double table = 17, index = 0;
    struct rc_gauge series[2];
    struct rc_gauges gauges = gauges_of(series, &table, &index);
    struct rc_day_heat heat = {.shards = 2, .columns = 1, .step_ms = 10000};
    struct rc_side_heat *side = &heat.side[RC_SETTLEMENT];
    *side = (struct rc_side_heat){.table = "recon-settlement",
                                  .cells = {writes, throttled, none},
                                  .totals = {sums, nothing, nothing},
                                  .largest = sums};
    struct rc_buf told;
    rc_buf_init(&told, 4096);
    assert_true(rc_planned_limit(&heat, RC_SETTLEMENT, &gauges, &told, &err));
    assert_int_equal(told.length, 0); /* nothing was throttled of the day's */
    side->totals[RC_HEAT_THROTTLED] = refused;
    assert_true(rc_planned_limit(&heat, RC_SETTLEMENT, &gauges, &told, &err));
    assert_non_null(strstr(told.data, "recon-settlement throttled 17 of the day's writes: "));
    assert_non_null(strstr(told.data, "the table is short"));
    assert_non_null(strstr(told.data, "No count of shards mends that: the table is to take more"));

    rc_buf_clear(&told);
    writes[0] = 10 * RC_HEAT_PARTITION_WCU;
    assert_true(rc_planned_limit(&heat, RC_SETTLEMENT, &gauges, &told, &err));
    assert_non_null(strstr(told.data, "More shards mend that, as no partition"));

    rc_buf_clear(&told);
    index = 40;
    assert_true(rc_planned_limit(&heat, RC_SETTLEMENT, &gauges, &told, &err));
    assert_non_null(strstr(told.data, "No count of shards mends that: the index has keys"));

    rc_buf_clear(&told);
    assert_true(rc_planned_limit(&heat, RC_SETTLEMENT, NULL, &told, &err));
    assert_non_null(strstr(told.data, "the day's heat says why"));
    rc_buf_free(&told);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_largest_day_and_its_items, begin, end),
        cmocka_unit_test_setup_teardown(test_ids_of_a_sample, begin, end),
        cmocka_unit_test_setup_teardown(test_a_day_that_is_named, begin, end),
        cmocka_unit_test_setup_teardown(test_a_program_without_days, begin, end),
        cmocka_unit_test_setup_teardown(test_a_day_that_cannot_be_read_is_named, begin, end),
        cmocka_unit_test_setup_teardown(test_wrong_words, begin, end),
        cmocka_unit_test_setup_teardown(test_figures_of_the_heat, begin, end),
        cmocka_unit_test_setup_teardown(test_ids_of_several_records_are_no_hot_id, begin, end),
        cmocka_unit_test_setup_teardown(test_what_limited_the_day, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
