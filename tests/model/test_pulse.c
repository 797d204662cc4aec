#include "model/pulse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/civil.h"

#define MINUTE INT64_C(60000)
#define HOUR (60 * MINUTE)

static int64_t at(int day, int hour, int minute)
{
    return (rc_civil_days(2026, 4, day) * INT64_C(24) + hour) * HOUR + minute * MINUTE;
}

static void test_cut_offs(void **state)
{
    const int32_t third = rc_civil_days(2026, 4, 3);
    (void)state;
    assert_true(rc_pulse_late_ms(-1, third, at(30, 0, 0)) < 0);
    assert_int_equal(rc_pulse_late_ms(26 * 60, third, at(4, 3, 1)), 61 * MINUTE);
    assert_int_equal(rc_pulse_late_ms(26 * 60, third, at(4, 2, 0)), 0);
    assert_int_equal(rc_pulse_late_ms(26 * 60, third, at(4, 1, 59)), -MINUTE);
    assert_int_equal(rc_pulse_late_ms(0, third, at(3, 0, 1)), MINUTE);
}

/* ----- lines of facts ----- */

static struct rc_pulse_facts facts(struct rc_pulse_program *programs, size_t program_count,
                                   struct rc_pulse_day *days, size_t day_count,
                                   struct rc_pulse_run *runs, size_t run_count)
{
    return (struct rc_pulse_facts){
        .now_ms = at(4, 3, 1),
        .programs = programs,
        .program_count = program_count,
        .days = days,
        .day_count = day_count,
        .runs = runs,
        .run_count = run_count,
        .queues = {{"failed", true, 0, -1}, {"arrivals", false, 0, -1}},
        .tables = {{"settlement", 0}, {"internal", 0}, {"state", 0}},
    };
}

/* The lines, each as "kind subject: what > jump". */
static void tells(struct rc_pulse_facts *known, const char *const *wanted)
{
    size_t count = 0, i = 0;
    struct rc_pulse_line *lines = rc_pulse_lines(known, &count);
    assert_non_null(lines);
    for (; i < count && wanted[i]; i++) {
        char line[1024];
        const char *alert = rc_pulse_alert(lines[i].kind);
        snprintf(line, sizeof line, "%s %s: %s > %s", alert ? alert : "-", lines[i].subject,
                 lines[i].what, lines[i].jump);
        assert_string_equal(line, wanted[i]);
    }
    assert_int_equal(i, count);
    assert_null(wanted[i]);
    free(lines);
}

static void test_all_is_well(void **state)
{
    struct rc_pulse_program programs[] = {{"b", 26 * 60, 2, 7, 0, 1, {0}, false},
                                          {"a", -1, 0, 1, 1.5, 1e-9, {0}, false}};
    struct rc_pulse_day days[] = {
        {"b", rc_civil_days(2026, 4, 2), {true, true}, true, true, {9, 9}, 0, ""},
        {"b", rc_civil_days(2026, 4, 3), {true, true}, true, true, {5, 6}, 0, ""},
        {"b", rc_civil_days(2026, 4, 4), {false, true}, false, false, {0, 0}, 0, ""}};
    struct rc_pulse_facts known = facts(programs, 2, days, 3, NULL, 0);
    (void)state;
    tells(&known,
          (const char *const[]){"- a: no day since the day before yesterday; 1 waits for a slot > "
                                "files a",
                                "- b: 2026-04-04 waits for settlement; 2 running; 7 wait for a "
                                "slot > files b",
                                NULL});
}

static void test_the_worst_comes_first(void **state)
{
    struct rc_pulse_program programs[] = {{"p", 26 * 60, 0, 0, 2.5, 1e-6, {0}, false}};
    struct rc_pulse_day days[] = {
        {"p", rc_civil_days(2026, 4, 3), {true, false}, false, false, {0, 0}, 0, ""},
        {"p", rc_civil_days(2026, 4, 2), {true, true}, true, false, {7, 8}, 4, "4 pending"}};
    struct rc_pulse_run runs[] = {
        {at(3, 20, 0), at(3, 22, 0), false, false, "p", "p/internal/y", "run-y", ""},
        {at(4, 0, 0), at(4, 0, 1), true, true, "p", "p/settlement/x", "run-x",
         "s3://b/p/settlement/x: no header"},
        {at(3, 0, 0), at(3, 1, 1), true, true, "q", "q/settlement/z", "run-z", "broken"}};
    struct rc_pulse_facts known = facts(programs, 1, days, 2, runs, 3);
    known.queues[0] = (struct rc_pulse_queue){"failed", true, 2, 7200};
    known.queues[1] = (struct rc_pulse_queue){"arrivals", false, 5, 31 * 60};
    known.tables[1].writes_throttled = 12;
    known.tables[1].index_writes_throttled = 1;
    known.unknown[1].what = "queues";
    strcpy(known.unknown[1].why, "denied");
    (void)state;
    tells(&known,
          (const char *const[]){
              "! file failed q: settlement/z, 1 d 02 h ago: broken > run run-z",
              "! file failed p: settlement/x, 3 h 00 min ago: no header > run run-x",
              "! dead letters failed: 2 messages, the oldest since 2 h 00 min > messages failed",
              "! side missing p: 2026-04-03: internal was due 1 h 01 min ago > files p 2026-04-03",
              "! run stuck p: internal/y: nothing was heard for 5 h 01 min > run run-y",
              "! not balanced p: 2026-04-02: 4 discrepancies: 4 pending > day p 2026-04-02",
              "! queue waits arrivals: 5 files wait or are being taken, the oldest since 31 min > "
              "queues name=arrivals",
              "! throttled internal: 12 writes and 1 write by indexes were throttled in the last "
              "hour > throttles "
              "internal",
              "! skewed p: the fullest shard has 2.5 times the mean > shards p 2026-04-03",
              "! not known queues: denied > errors",
              "- p: 2026-04-03 waits for internal; 1 failed > files p", NULL});
}

static void test_the_last_run_of_a_file_counts(void **state)
{
    struct rc_pulse_run runs[] = {
        {at(4, 1, 0), at(4, 1, 1), true, false, "p", "p/s/x", "again", ""},
        {at(4, 0, 0), at(4, 0, 1), true, true, "p", "p/s/x", "first", "broken"},
        {at(4, 0, 0), at(4, 0, 1), true, false, "p", "p/s/y", "good", ""},
        {at(4, 1, 0), at(4, 1, 1), true, true, "p", "p/s/y", "worse", "broken"}};
    struct rc_pulse_facts known = facts(NULL, 0, NULL, 0, runs, 4);
    (void)state;
    tells(&known,
          (const char *const[]){"! file failed p: s/y, 2 h 00 min ago: broken > run worse", NULL});
}

static void test_what_is_just_within(void **state)
{
    struct rc_pulse_program programs[] = {{"p", 27 * 60 + 2, 1, 0, 1.999, 0, {0}, false}};
    struct rc_pulse_day days[] = {
        {"p", rc_civil_days(2026, 4, 3), {true, false}, false, false, {0, 0}, 0, ""}};
    struct rc_pulse_run runs[] = {
        {at(3, 23, 0), at(3, 23, 1), false, false, "p", "p/s/x", "run", ""}};
    struct rc_pulse_facts known = facts(programs, 1, days, 1, runs, 1);
    known.queues[1].oldest_s = RC_PULSE_WAIT_S;
    known.tables[0].writes_throttled = 0.5;
    (void)state;
    tells(&known,
          (const char *const[]){"- p: 2026-04-03 waits for internal; 1 running > files p", NULL});
}

static void test_order(void **state)
{
    static const struct rc_pulse_line lines[] = {
        {.kind = RC_PULSE_FAILED, .weight = 2, .subject = "b"},
        {.kind = RC_PULSE_FAILED, .weight = 1, .subject = "a"},
        {.kind = RC_PULSE_FAILED, .weight = 1, .subject = "b", .what = "x"},
        {.kind = RC_PULSE_FAILED, .weight = 1, .subject = "b", .what = "y"},
        {.kind = RC_PULSE_DEAD_LETTERS, .weight = 9, .subject = "a"},
        {.kind = RC_PULSE_WELL, .weight = 99, .subject = "a"}};
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        for (size_t j = 0; j < sizeof lines / sizeof *lines; j++) {
            int order = rc_pulse_order(&lines[i], &lines[j]);
            assert_int_equal(order < 0 ? -1 : order > 0, i < j ? -1 : i > j);
        }
    for (int kind = 0; kind < RC_PULSE_WELL; kind++)
        assert_non_null(rc_pulse_alert((enum rc_pulse_kind)kind));
    assert_null(rc_pulse_alert(RC_PULSE_WELL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cut_offs),
        cmocka_unit_test(test_all_is_well),
        cmocka_unit_test(test_the_worst_comes_first),
        cmocka_unit_test(test_the_last_run_of_a_file_counts),
        cmocka_unit_test(test_what_is_just_within),
        cmocka_unit_test(test_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
