#include "core/program.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/civil.h"

/* The example of docs/matching.md. */
static const char example[] =
    "{\"program\":\"demo\",\"settlement_layout\":\"clearing168\",\"internal_layout\":\"x/y.json\","
    "\"shard_count\":128,"
    "\"route\":{\"fargate_over_bytes\":536870912,\"fargate_over_records\":2000000},"
    "\"intake\":{\"cutoff\":{\"time\":\"06:30\",\"days\":2}},"
    "\"holidays\":[\"2026-12-25\",\"2026-04-03\",\"2026-12-25\"],"
    "\"compare\":[\"date\",\"settle_date\",\"auth_code\",\"acquirer_reference\",\"fee\"],"
    "\"rules\":{\"amount_tolerance\":{\"minor\":2,\"basis_points\":5},\"date_window_days\":1,"
    "\"clearing_window_days\":3,\"late_after_days\":10,\"fee_tolerance_minor\":7,"
    "\"fx_tolerance_basis_points\":50,\"passes\":["
    "{\"name\":\"acquirer-reference\",\"kind\":\"one_to_one\",\"key\":[\"acquirer_reference\"]},"
    "{\"name\":\"auth-amount-card\",\"kind\":\"one_to_one\","
    "\"key\":[\"auth_code\",\"amount\",\"currency\",\"card\"]},"
    "{\"name\":\"partial-clearing\",\"kind\":\"group\",\"key\":[\"acquirer_reference\"],"
    "\"cap\":40},"
    "{\"name\":\"reversal\",\"kind\":\"reversal\",\"key\":[\"acquirer_reference\"]},"
    "{\"name\":\"chargeback\",\"kind\":\"chargeback\",\"key\":[\"acquirer_reference\"]}]}}";

#define LAYOUTS "\"program\":\"p\",\"settlement_layout\":\"a\",\"internal_layout\":\"b\""
#define PASS(text) "{" LAYOUTS ",\"rules\":{\"passes\":[" text "]}}"
#define GOOD_PASS "{\"name\":\"one\",\"kind\":\"group\",\"key\":[\"mcc\"]}"

static bool read_text(const char *text, struct rc_program *program, struct rc_error *err)
{
    json_error_t why;
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, &why);
    assert_non_null(json);
    *err = (struct rc_error){0};
    bool read = rc_program_from_json(json, program, err);
    json_decref(json);
    return read;
}

static void test_default(void **state)
{
    (void)state;
    struct rc_program program;
    rc_program_default(&program);
    assert_string_equal(program.id, "default");
    assert_int_equal(program.shard_count, RC_SHARDS_DEFAULT);
    assert_int_equal(program.rules.late_after_days, -1);
    assert_int_equal(program.cutoff_minutes, -1);
    assert_int_equal(program.rules.fx_tolerance_bp, -1);
    assert_int_equal(program.rules.pass_count, 0);
    for (int field = 0; field < RC_CANON_FIELDS; field++)
        assert_int_equal(program.rules.compare >> field & 1, field != RC_C_ID);
    rc_program_free(&program);
}

static void test_example(void **state)
{
    (void)state;
    struct rc_program program;
    struct rc_error err;
    assert_true(read_text(example, &program, &err));
    assert_string_equal(program.id, "demo");
    assert_string_equal(program.layout[RC_SETTLEMENT], "clearing168");
    assert_string_equal(program.layout[RC_INTERNAL], "x/y.json");
    assert_int_equal(program.shard_count, 128);
    assert_int_equal(program.fargate_over_bytes, 536870912);
    assert_int_equal(program.fargate_over_records, 2000000);
    assert_int_equal(program.holiday_count, 2);
    assert_int_equal(program.holidays[0], rc_civil_days(2026, 4, 3));
    assert_int_equal(program.holidays[1], rc_civil_days(2026, 12, 25));
    const struct rc_rules *rules = &program.rules;
    uint32_t compare = 1u << RC_C_AMOUNT | 1u << RC_C_CURRENCY | 1u << RC_C_DATE |
                       1u << RC_C_SETTLE_DATE | 1u << RC_C_AUTH_CODE |
                       1u << RC_C_ACQUIRER_REFERENCE | 1u << RC_C_FEE;
    assert_int_equal(rules->compare, compare);
    assert_int_equal(rules->amount_tolerance_minor, 2);
    assert_int_equal(rules->amount_tolerance_bp, 5);
    assert_int_equal(rules->date_window_days, 1);
    assert_int_equal(rules->clearing_window_days, 3);
    assert_int_equal(rules->late_after_days, 10);
    assert_int_equal(program.cutoff_minutes, 2 * 24 * 60 + 6 * 60 + 30);
    assert_int_equal(rules->fee_tolerance_minor, 7);
    assert_int_equal(rules->fx_tolerance_bp, 50);
    assert_int_equal(rules->pass_count, 5);
    assert_string_equal(rules->passes[1].name, "auth-amount-card");
    assert_int_equal(rules->passes[1].kind, RC_PASS_ONE_TO_ONE);
    assert_int_equal(rules->passes[1].key_fields, 4);
    assert_int_equal(rules->passes[1].key[3], RC_C_CARD);
    assert_int_equal(rules->passes[1].cap, RC_GROUP_CAP_DEFAULT);
    assert_int_equal(rules->passes[2].kind, RC_PASS_GROUP);
    assert_int_equal(rules->passes[2].cap, 40);
    assert_int_equal(rules->passes[3].kind, RC_PASS_REVERSAL);
    assert_int_equal(rules->passes[4].kind, RC_PASS_CHARGEBACK);
    rc_program_free(&program);
}

static void test_what_is_absent_has_its_default(void **state)
{
    (void)state;
    struct rc_program program, standard;
    struct rc_error err;
    assert_true(read_text("{" LAYOUTS ",\"note\":\"minimal\",\"rules\":{}}", &program, &err));
    rc_program_default(&standard);
    assert_true(rc_program_digest(&program) == rc_program_digest(&standard));
    assert_int_equal(program.fargate_over_bytes, 0);
    rc_program_free(&program);
}

/* What is wrong, and the place that the error begins with. */
static const struct {
    const char *json, *error;
} mistakes[] = {
    {"[]", "an object"},
    {"{}", "program: "},
    {"{\"program\":\"\"}", "program: "},
    {"{\"program\":\"a b\"}", "program: "},
    {"{\"program\":\"123456789012345678901234567890123\"}", "program: "},
    {"{\"program\":7}", "program: "},
    {"{\"program\":\"p\"}", "settlement_layout: "},
    {"{\"program\":\"p\",\"settlement_layout\":\"a\"}", "internal_layout: "},
    {"{\"program\":\"p\",\"settlement_layout\":\"\"}", "settlement_layout: "},
    {"{" LAYOUTS ",\"shards\":3}", "shards: "},
    {"{" LAYOUTS ",\"shard_count\":0}", "shard_count: "},
    {"{" LAYOUTS ",\"shard_count\":4097}", "shard_count: "},
    {"{" LAYOUTS ",\"shard_count\":2.0}", "shard_count: "},
    {"{" LAYOUTS ",\"route\":[]}", "route: "},
    {"{" LAYOUTS ",\"route\":{\"fargate_over_bytes\":-1}}", "route.fargate_over_bytes: "},
    {"{" LAYOUTS ",\"route\":{\"bytes\":1}}", "route.bytes: "},
    {"{" LAYOUTS ",\"holidays\":[\"2026-02-28\",\"2026-02-29\"]}", "holidays[1]: "},
    {"{" LAYOUTS ",\"holidays\":[20260228]}", "holidays[0]: "},
    {"{" LAYOUTS ",\"intake\":{\"cutoff\":\"06:00\"}}", "intake.cutoff: "},
    {"{" LAYOUTS ",\"intake\":{\"cutoff\":{\"days\":1}}}", "intake.cutoff.time: "},
    {"{" LAYOUTS ",\"intake\":{\"cutoff\":{\"time\":\"6:00\"}}}", "intake.cutoff.time: "},
    {"{" LAYOUTS ",\"intake\":{\"cutoff\":{\"time\":\"24:00\"}}}", "intake.cutoff.time: "},
    {"{" LAYOUTS ",\"intake\":{\"cutoff\":{\"time\":\"06:60\"}}}", "intake.cutoff.time: "},
    {"{" LAYOUTS ",\"intake\":{\"cutoff\":{\"time\":\"06:00\",\"days\":8}}}",
     "intake.cutoff.days: "},
    {"{" LAYOUTS ",\"compare\":\"date\"}", "compare: "},
    {"{" LAYOUTS ",\"compare\":[\"date\",\"day\"]}", "compare[1]: "},
    {"{" LAYOUTS ",\"compare\":[\"date\",\"fee\",\"date\"]}", "compare[2]: "},
    {"{" LAYOUTS ",\"compare\":[\"id\"]}", "compare[0]: "},
    {"{" LAYOUTS ",\"rules\":null}", "rules: "},
    {"{" LAYOUTS ",\"rules\":{\"tolerance\":1}}", "rules.tolerance: "},
    {"{" LAYOUTS ",\"rules\":{\"amount_tolerance\":2}}", "rules.amount_tolerance: "},
    {"{" LAYOUTS ",\"rules\":{\"amount_tolerance\":{\"minor\":-1}}}",
     "rules.amount_tolerance.minor: "},
    {"{" LAYOUTS ",\"rules\":{\"amount_tolerance\":{\"basis_points\":10001}}}",
     "rules.amount_tolerance.basis_points: "},
    {"{" LAYOUTS ",\"rules\":{\"date_window_days\":-1}}", "rules.date_window_days: "},
    {"{" LAYOUTS ",\"rules\":{\"late_after_days\":\"3\"}}", "rules.late_after_days: "},
    {"{" LAYOUTS ",\"rules\":{\"passes\":{}}}", "rules.passes: "},
    {PASS("7"), "rules.passes[0]: "},
    {PASS("{\"kind\":\"group\",\"key\":[\"mcc\"]}"), "rules.passes[0].name: "},
    {PASS("{\"name\":\"a\",\"key\":[\"mcc\"]}"), "rules.passes[0].kind: "},
    {PASS("{\"name\":\"a\",\"kind\":\"many\",\"key\":[\"mcc\"]}"), "rules.passes[0].kind: "},
    {PASS("{\"name\":\"a\",\"kind\":\"group\"}"), "rules.passes[0].key: "},
    {PASS("{\"name\":\"a\",\"kind\":\"group\",\"key\":[]}"), "rules.passes[0].key: "},
    {PASS(GOOD_PASS ",{\"name\":\"a\",\"kind\":\"group\",\"key\":[\"nmcc\"]}"),
     "rules.passes[1].key[0]: "},
    {PASS("{\"name\":\"a\",\"kind\":\"group\",\"key\":[\"mcc\",\"mcc\"]}"),
     "rules.passes[0].key[1]: "},
    {PASS("{\"name\":\"a\",\"kind\":\"group\",\"key\":[\"mcc\"],\"cap\":0}"),
     "rules.passes[0].cap: "},
    {PASS("{\"name\":\"a\",\"kind\":\"group\",\"key\":[\"mcc\"],\"cap\":1001}"),
     "rules.passes[0].cap: "},
    {PASS("{\"name\":\"a\",\"kind\":\"group\",\"key\":[\"mcc\"],\"limit\":1}"),
     "rules.passes[0].limit: "},
    {PASS("{\"name\":\"transaction_id\",\"kind\":\"group\",\"key\":[\"mcc\"]}"),
     "rules.passes[0].name: "},
    {PASS(GOOD_PASS "," GOOD_PASS), "rules.passes[1].name: "},
};

static void test_mistakes_name_their_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        struct rc_program program;
        struct rc_error err;
        if (read_text(mistakes[i].json, &program, &err))
            fail_msg("accepted: %s", mistakes[i].json);
        assert_int_equal(err.code, RC_INVALID);
        if (strncmp(err.text, mistakes[i].error, strlen(mistakes[i].error)) != 0)
            fail_msg("%s: not \"%s\" but \"%s\"", mistakes[i].json, mistakes[i].error, err.text);
        assert_null(program.layout[RC_SETTLEMENT]);
        assert_null(program.holidays);
    }
}

static void test_too_many_passes(void **state)
{
    (void)state;
    char json[4096];
    size_t used = (size_t)snprintf(json, sizeof json, "{" LAYOUTS ",\"rules\":{\"passes\":[");
    for (int i = 0; i <= RC_PROGRAM_PASSES; i++)
        used += (size_t)snprintf(json + used, sizeof json - used,
                                 "%s{\"name\":\"p%d\",\"kind\":\"group\",\"key\":[\"mcc\"]}",
                                 i ? "," : "", i);
    snprintf(json + used, sizeof json - used, "]}}");
    struct rc_program program;
    struct rc_error err;
    assert_false(read_text(json, &program, &err));
    assert_memory_equal(err.text, "rules.passes: ", 14);
}

/* ----- files ----- */

static void load(const char *text, bool good, const char *expected)
{
    char path[] = "/tmp/rc-test-program-XXXXXX", start[600];
    struct rc_program program;
    struct rc_error err = {0};
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, text, strlen(text)), strlen(text));
    close(file);
    bool loaded = rc_program_load(path, &program, &err);
    unlink(path);
    assert_int_equal(loaded, good);
    if (!good) {
        snprintf(start, sizeof start, "%s: %s", path, expected);
        if (strncmp(err.text, start, strlen(start)) != 0)
            fail_msg("not \"%s\" but \"%s\"", start, err.text);
    }
    rc_program_free(&program);
}

static void test_load(void **state)
{
    (void)state;
    load(example, true, NULL);
    load("{\"program\":\n  \"p\",,}", false, "line 2, column 7: ");
    load("{\"program\":\"p\",\"program\":\"q\"}", false, "line 1, column ");
    load("{" LAYOUTS ",\"rules\":{\"passes\":[{}]}}", false, "rules.passes[0].name: ");
    load("", false, "");
    struct rc_program program;
    struct rc_error err = {0};
    assert_false(rc_program_load("/nonexistent/program.json", &program, &err));
    assert_int_equal(err.code, RC_IO);
    assert_non_null(strstr(err.text, "/nonexistent/program.json"));
}

/* ----- the digest ----- */

static rc_u128 digest_of(const char *find, const char *replace)
{
    char text[sizeof example + 200];
    struct rc_program program;
    struct rc_error err;
    const char *place = strstr(example, find);
    assert_non_null(place);
    snprintf(text, sizeof text, "%.*s%s%s", (int)(place - example), example, replace,
             place + strlen(find));
    if (!read_text(text, &program, &err))
        fail_msg("%s", err.text);
    rc_u128 digest = rc_program_digest(&program);
    rc_program_free(&program);
    return digest;
}

static void test_digest(void **state)
{
    (void)state;
    rc_u128 digest = digest_of("", "");
    static const char *const same[][2] = {
        {"\"demo\"", "\"other\""},
        {"\"clearing168\"", "\"another\""},
        {"536870912", "1"},
        {"\"acquirer-reference\"", "\"renamed\""},
        {"\"2026-12-25\",\"2026-04-03\",", "\"2026-04-03\","},
        {"\"auth_code\",\"amount\",\"currency\"", "\"currency\",\"amount\",\"auth_code\""},
        {"[\"date\",\"settle_date\"", "[\"amount\",\"settle_date\",\"date\""},
    };
    static const char *const different[][2] = {
        {"128", "64"},
        {"\"2026-04-03\"", "\"2026-04-02\""},
        {"[\"date\",", "["},
        {"\"minor\":2", "\"minor\":3"},
        {"\"basis_points\":5", "\"basis_points\":6"},
        {"\"date_window_days\":1", "\"date_window_days\":2"},
        {"\"clearing_window_days\":3", "\"clearing_window_days\":2"},
        {"\"late_after_days\":10,", ""},
        {"\"fee_tolerance_minor\":7", "\"fee_tolerance_minor\":8"},
        {"\"fx_tolerance_basis_points\":50,", ""},
        {"\"kind\":\"group\"", "\"kind\":\"one_to_one\""},
        {"\"cap\":40", "\"cap\":41"},
        {"\"amount\",\"currency\"", "\"amount\",\"mcc\""},
    };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        if (digest_of(same[i][0], same[i][1]) != digest)
            fail_msg("%s decides nothing", same[i][0]);
    for (size_t i = 0; i < sizeof different / sizeof *different; i++)
        if (digest_of(different[i][0], different[i][1]) == digest)
            fail_msg("%s is not covered", different[i][0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_default),
        cmocka_unit_test(test_example),
        cmocka_unit_test(test_what_is_absent_has_its_default),
        cmocka_unit_test(test_mistakes_name_their_place),
        cmocka_unit_test(test_too_many_passes),
        cmocka_unit_test(test_load),
        cmocka_unit_test(test_digest),
    };
    return cmocka_run_group_tests_name("program", tests, NULL, NULL);
}
