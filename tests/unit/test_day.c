#include "core/day.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "core/civil.h"
#include "core/currency.h"

enum { SHARDS = 4 };

/* ----- a small day ----- */

static void add(struct rc_day *day, uint32_t shard, enum rc_status status, enum rc_side side,
                const char *currency, int64_t amount)
{
    struct rc_summary *summary = &day->shards[shard];
    struct rc_cell *cell =
        rc_summary_cell(summary, status, rc_currency_find(currency, 3), RC_KIND_SALE);
    assert_non_null(cell);
    rc_cell_add(cell, side, amount, 0, 1);
    summary->records[side]++;
    summary->digest[side] += 7;
    summary->outcome_digest += 7 + (rc_u128)status;
    day->side[side].records++;
}

static void count(struct rc_day *day, uint32_t shard, enum rc_status status, const char *currency)
{
    struct rc_summary *summary = &day->shards[shard];
    rc_summary_cell(summary, status, rc_currency_find(currency, 3), RC_KIND_SALE)->outcomes++;
    summary->discrepancies += status != RC_MATCHED;
}

static void add_pair(struct rc_day *day, uint32_t shard, enum rc_status status,
                     const char *currency, int64_t settlement, int64_t internal)
{
    add(day, shard, status, RC_SETTLEMENT, currency, settlement);
    add(day, shard, status, RC_INTERNAL, currency, internal);
    count(day, shard, status, currency);
}

static struct rc_control control_of(const char *declared, const char *actual, bool numeric)
{
    struct rc_control control = {.scope = "file", .number = 12, .numeric = numeric};
    snprintf(control.name, sizeof control.name, "record_count");
    snprintf(control.declared, sizeof control.declared, "%s", declared);
    snprintf(control.actual, sizeof control.actual, "%s", actual);
    control.ok = strcmp(declared, actual) == 0;
    return control;
}

static void add_control(struct rc_day *day, enum rc_side side, struct rc_control control)
{
    assert_true(rc_controls_add(&day->side[side].controls, &control));
}

static struct rc_day day_of(void)
{
    struct rc_day day = {.program = "demo", .shard_count = SHARDS};
    day.file_date = rc_civil_days(2026, 4, 1);
    day.rules_digest = 99;
    day.shards = calloc(SHARDS, sizeof *day.shards);
    assert_non_null(day.shards);
    add_pair(&day, 0, RC_MATCHED, "USD", 1050, 1050);
    add_pair(&day, 3, RC_MATCHED, "USD", -250, -250);
    add_pair(&day, 1, RC_MATCHED, "JPY", 1234567, 1234567);
    add_pair(&day, 1, RC_LATE_PRESENTMENT, "KWD", 1234, 1234);
    add_control(&day, RC_SETTLEMENT, control_of("4", "4", true));
    return day;
}

static void finish(struct rc_day *day)
{
    struct rc_error err = {0};
    for (uint32_t i = 0; i < day->shard_count; i++)
        rc_summary_finish(&day->shards[i]);
    assert_true(rc_day_finish(day, &err));
}

static char *text_of(const struct rc_day *day, bool json)
{
    struct rc_buf out;
    rc_buf_init(&out, 1 << 24);
    assert_true(json ? rc_day_json(day, &out) : rc_day_text(day, &out));
    return out.data; /* freed by the caller */
}

static json_t *json_of(const struct rc_day *day)
{
    char *text = text_of(day, true);
    json_error_t why;
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, &why);
    assert_non_null(json);
    free(text);
    return json;
}

static json_t *at(json_t *json, const char *path)
{
    char names[200], *rest = names;
    snprintf(names, sizeof names, "%s", path);
    for (char *name = strsep(&rest, "."); name; name = strsep(&rest, ".")) {
        bool index = name[0] >= '0' && name[0] <= '9';
        json = index ? json_array_get(json, strtoul(name, NULL, 10)) : json_object_get(json, name);
    }
    if (!json)
        fail_msg("no member %s", path);
    return json;
}

#define expect_int(json, path, value) assert_int_equal(json_integer_value(at(json, path)), value)
#define expect_str(json, path, value) assert_string_equal(json_string_value(at(json, path)), value)

/* ----- tests ----- */

static void test_a_balanced_day(void **state)
{
    (void)state;
    struct rc_day day = day_of();
    finish(&day);
    assert_true(day.balanced);
    json_t *json = json_of(&day);
    expect_str(json, "program", "demo");
    expect_str(json, "file_date", "2026-04-01");
    expect_int(json, "shard_count", SHARDS);
    expect_int(json, "sides.settlement.records", 4);
    expect_int(json, "sides.settlement.rejected", 0);
    expect_int(json, "sides.settlement.totals.USD.count", 2);
    expect_int(json, "sides.settlement.totals.USD.debit_minor", 250);
    expect_int(json, "sides.settlement.totals.USD.credit_minor", 1050);
    expect_int(json, "sides.settlement.totals.USD.net_minor", 800);
    assert_int_equal(json_object_size(at(json, "sides.internal.totals")), 3);
    expect_str(json, "sides.settlement.controls.0.name", "record_count");
    expect_str(json, "sides.settlement.controls.0.scope", "file");
    expect_int(json, "sides.settlement.controls.0.declared", 4);
    expect_int(json, "sides.settlement.controls.0.actual", 4);
    assert_true(json_is_true(at(json, "sides.settlement.controls.0.ok")));
    assert_int_equal(json_array_size(at(json, "sides.internal.controls")), 0);
    expect_int(json, "statuses.matched.count", 3);
    expect_int(json, "statuses.matched.settlement", 3);
    expect_int(json, "statuses.matched.settlement_minor.USD", 800);
    expect_int(json, "statuses.matched.internal_minor.JPY", 1234567);
    expect_int(json, "statuses.late_presentment.count", 1);
    assert_int_equal(json_array_size(at(json, "shards")), SHARDS);
    expect_int(json, "shards.1.discrepancies", 1);
    expect_int(json, "shards.3.settlement", 1);
    expect_str(json, "shards.0.digest", "0000000000000000000000000000000e");
    expect_str(json, "digest", "00000000000000000000000000000038");
    assert_int_equal(json_string_length(at(json, "fingerprint")), 32);
    assert_int_equal(json_array_size(at(json, "unbalanced_because")), 0);
    assert_true(json_is_true(at(json, "balanced")));
    json_decref(json);
    rc_day_free(&day);
}

static void test_every_status_is_there_in_order(void **state)
{
    (void)state;
    struct rc_day day = day_of();
    finish(&day);
    json_t *json = json_of(&day), *statuses = at(json, "statuses"), *value;
    const char *name;
    int position = 0;
    assert_int_equal(json_object_size(statuses), RC_STATUSES);
    json_object_foreach(statuses, name, value)
    {
        assert_string_equal(name, rc_status_name((enum rc_status)position));
        assert_true(json_is_true(json_object_get(value, "exception")) ==
                    rc_status_is_exception((enum rc_status)position));
        position++;
    }
    expect_int(json, "statuses.ambiguous.count", 0);
    assert_int_equal(json_object_size(at(json, "statuses.ambiguous.settlement_minor")), 0);
    json_decref(json);
    rc_day_free(&day);
}

static void test_buckets(void **state)
{
    (void)state;
    struct rc_day day = day_of();
    finish(&day);
    json_t *json = json_of(&day);
    assert_int_equal(json_array_size(at(json, "buckets")), 3);
    expect_str(json, "buckets.2.status", "late_presentment");
    expect_str(json, "buckets.2.currency", "KWD");
    expect_str(json, "buckets.2.kind", "sale");
    expect_int(json, "buckets.2.count", 1);
    expect_int(json, "buckets.2.settlement.count", 1);
    expect_int(json, "buckets.2.internal.net_minor", 1234);
    assert_int_equal(json_array_size(at(json, "buckets.2.settlement.amounts")), RC_AMOUNT_BUCKETS);
    assert_int_equal(json_array_size(at(json, "buckets.2.settlement.ages")), RC_AGE_BUCKETS);
    expect_int(json, "buckets.2.settlement.amounts.4", 1);
    json_decref(json);
    rc_day_free(&day);
}

static void test_why_a_day_does_not_balance(void **state)
{
    (void)state;
    struct rc_day day = day_of();
    day.side[RC_SETTLEMENT].rejected = 3;
    add_control(&day, RC_INTERNAL, control_of("10", "9", true));
    add_pair(&day, 2, RC_AMOUNT_MISMATCH, "USD", 5, 6);
    add_pair(&day, 2, RC_AMOUNT_MISMATCH, "EUR", 7, 6);
    add(&day, 0, RC_MISSING_INTERNAL, RC_SETTLEMENT, "USD", 100);
    count(&day, 0, RC_MISSING_INTERNAL, "USD");
    finish(&day);
    assert_false(day.balanced);
    json_t *json = json_of(&day);
    assert_int_equal(json_array_size(at(json, "unbalanced_because")), 4);
    expect_str(json, "unbalanced_because.0", "3 rejected records on the settlement side");
    expect_str(json, "unbalanced_because.1", "1 broken control on the internal side");
    expect_str(json, "unbalanced_because.2", "2 amount_mismatch");
    expect_str(json, "unbalanced_because.3", "1 missing_internal");
    /* Both sides name the currency, so that a script can subtract them. */
    expect_int(json, "statuses.missing_internal.settlement_minor.USD", 100);
    expect_int(json, "statuses.missing_internal.internal_minor.USD", 0);
    json_decref(json);
    rc_day_free(&day);
}

static void test_declared_values(void **state)
{
    (void)state;
    struct rc_day day = day_of();
    struct rc_control batch = control_of("00012", "12", true);
    batch.scope = "batch";
    batch.batch = 2;
    add_control(&day, RC_INTERNAL, batch);
    add_control(&day, RC_INTERNAL, control_of("", "12", true));
    add_control(&day, RC_INTERNAL, control_of("A7", "A8", false));
    add_control(&day, RC_INTERNAL,
                control_of("-99999999999999999999999999999999999999", "0", true));
    finish(&day);
    char *text = text_of(&day, true);
    assert_non_null(strstr(text, "\"scope\":\"batch\",\"batch\":2,\"declared\":12,\"actual\":12"));
    assert_non_null(strstr(text, "\"declared\":null,\"actual\":12,\"ok\":false"));
    assert_non_null(strstr(text, "\"declared\":\"A7\",\"actual\":\"A8\""));
    assert_non_null(strstr(text, "\"declared\":-99999999999999999999999999999999999999,"));
    free(text);
    rc_day_free(&day);
}

static void test_controls_over_the_cap_are_counted(void **state)
{
    (void)state;
    struct rc_controls controls = {0};
    struct rc_control broken = control_of("1", "2", true);
    for (int i = 0; i < RC_CONTROLS_MAX + 5; i++)
        assert_true(rc_controls_add(&controls, &broken));
    assert_int_equal(controls.count, RC_CONTROLS_MAX);
    assert_int_equal(controls.broken, RC_CONTROLS_MAX + 5);
    assert_int_equal(controls.omitted, 5);
    rc_controls_free(&controls);
}

static void test_no_date(void **state)
{
    (void)state;
    struct rc_day day = day_of();
    day.file_date = RC_CIVIL_NONE;
    finish(&day);
    json_t *json = json_of(&day);
    assert_true(json_is_null(at(json, "file_date")));
    json_decref(json);
    char *text = text_of(&day, false);
    assert_non_null(strstr(text, "file date unknown"));
    free(text);
    rc_day_free(&day);
}

/* ----- the fingerprint ----- */

static void keep(struct rc_day *day)
{
    (void)day;
}
static void change_program(struct rc_day *day)
{
    day->program[0] = 'D';
}
static void change_date(struct rc_day *day)
{
    day->file_date++;
}
static void change_rules(struct rc_day *day)
{
    day->rules_digest++;
}
static void change_layout(struct rc_day *day)
{
    day->side[RC_INTERNAL].layout_digest++;
}
static void change_rejected(struct rc_day *day)
{
    day->side[RC_SETTLEMENT].rejected++;
}
static void change_records(struct rc_day *day)
{
    day->shards[2].digest[RC_INTERNAL] += (rc_u128)1 << 100;
}
static void swap_sides(struct rc_day *day)
{
    day->shards[2].digest[RC_SETTLEMENT] += (rc_u128)1 << 100;
}
static void change_path(struct rc_day *day)
{
    strcpy(day->side[RC_SETTLEMENT].path, "/elsewhere");
    day->side[RC_SETTLEMENT].bytes = 5;
}

static void fingerprint(void (*change)(struct rc_day *), char text[33])
{
    struct rc_day day = day_of();
    change(&day);
    finish(&day);
    memcpy(text, day.fingerprint, 33);
    rc_day_free(&day);
}

static void test_the_fingerprint_covers_the_inputs(void **state)
{
    (void)state;
    static void (*const changes[])(struct rc_day *) = {
        keep,          change_program,  change_date,    change_rules,
        change_layout, change_rejected, change_records, swap_sides,
    };
    enum { CHANGES = sizeof changes / sizeof *changes };
    char texts[CHANGES][33], same[33];
    for (int i = 0; i < CHANGES; i++) {
        fingerprint(changes[i], texts[i]);
        for (int j = 0; j < i; j++)
            assert_string_not_equal(texts[i], texts[j]);
    }
    fingerprint(change_path, same);
    assert_string_equal(same, texts[0]);
}

static void test_finishing_twice_is_finishing_once(void **state)
{
    (void)state;
    struct rc_day day = day_of();
    finish(&day);
    char *once = text_of(&day, true);
    finish(&day);
    char *twice = text_of(&day, true);
    assert_string_equal(once, twice);
    free(once);
    free(twice);
    rc_day_free(&day);
}

static void test_lost_records_are_noticed(void **state)
{
    (void)state;
    struct rc_day day = day_of();
    struct rc_error err = {0};
    day.side[RC_INTERNAL].records++;
    assert_false(rc_day_finish(&day, &err));
    assert_int_equal(err.code, RC_DATA);
    assert_non_null(strstr(err.text, "4 of the 5 internal records"));
    rc_day_free(&day);
}

/* ----- text ----- */

static void test_text(void **state)
{
    (void)state;
    struct rc_day day = day_of();
    struct rc_control control = control_of("\x1b[31m10", "9", false);
    add_pair(&day, 2, RC_AMOUNT_MISMATCH, "USD", -123456789, 5);
    add_control(&day, RC_INTERNAL, control);
    finish(&day);
    char *text = text_of(&day, false);
    assert_non_null(strstr(text, "Program demo, file date 2026-04-01, 4 shards\nNOT BALANCED\n"
                                 "  - 1 broken control on the internal side\n"
                                 "  - 1 amount_mismatch\n"));
    assert_non_null(strstr(text, "internal record_count in record 12:\n"
                                 "    declared ?[31m10, actual 9\n"));
    assert_non_null(strstr(text, " -1,234,559.89 ")); /* USD, two decimals */
    assert_non_null(strstr(text, " 1,234,567 "));     /* JPY, none */
    assert_non_null(strstr(text, " 1.234 "));         /* KWD, three */
    assert_non_null(strstr(text, "! amount_mismatch "));
    assert_non_null(strstr(text, day.fingerprint));
    assert_null(strchr(text, '\x1b'));
    char *rest = text;
    for (char *line = strsep(&rest, "\n"); line; line = strsep(&rest, "\n"))
        assert_true(strlen(line) <= 80);
    free(text);
    rc_day_free(&day);
}

static void test_text_lists_some_broken_controls(void **state)
{
    (void)state;
    struct rc_day day = day_of();
    for (int i = 0; i < 25; i++)
        add_control(&day, RC_SETTLEMENT, control_of("1", "2", true));
    finish(&day);
    char *text = text_of(&day, false);
    assert_non_null(strstr(text, "  and 5 more\n"));
    free(text);
    rc_day_free(&day);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_balanced_day),
        cmocka_unit_test(test_every_status_is_there_in_order),
        cmocka_unit_test(test_buckets),
        cmocka_unit_test(test_why_a_day_does_not_balance),
        cmocka_unit_test(test_declared_values),
        cmocka_unit_test(test_controls_over_the_cap_are_counted),
        cmocka_unit_test(test_no_date),
        cmocka_unit_test(test_the_fingerprint_covers_the_inputs),
        cmocka_unit_test(test_finishing_twice_is_finishing_once),
        cmocka_unit_test(test_lost_records_are_noticed),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_text_lists_some_broken_controls),
    };
    return cmocka_run_group_tests_name("day", tests, NULL, NULL);
}
