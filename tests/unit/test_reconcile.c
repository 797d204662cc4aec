/* Days against their truth, files of every kind, and what fails. */
#include "tests/unit/reconcile_run.h"

static void check_truth(const char *what)
{
    struct rc_buf truth, json;
    rc_buf_init(&json, BUF_CAP);
    assert_true(rc_day_json(&run.day, &json));
    read_file("truth.json", &truth);
    if (truth.length != json.length || memcmp(truth.data, json.data, json.length) != 0) {
        size_t at = 0;
        while (at < truth.length && at < json.length && truth.data[at] == json.data[at])
            at++;
        size_t from = at > 200 ? at - 200 : 0;
        fail_msg("%s: differs from the truth at byte %zu:\n%.400s\n-- instead of --\n%.400s", what,
                 at, json.data + from, truth.data + from);
    }
    rc_buf_free(&truth);
    rc_buf_free(&json);
}

static const int thread_counts[] = {1, 2, 3, 8};

/* One day, by every number of threads and two memories: the truth, told in the
 * same order. */
static void check_day(uint64_t records, uint64_t seed, const char *layout)
{
    char what[120];
    uint64_t hash = 0;
    begin_generated(records, seed, layout);
    for (size_t t = 0; t < 4; t++)
        for (int m = 0; m < 2; m++) {
            run.threads = thread_counts[t];
            run.memory = m ? 512 * MIB : 16 * MIB;
            run.silent = false;
            must_reconcile();
            snprintf(what, sizeof what, "%llu records of seed %llu, %s, %d threads, %d MiB",
                     (unsigned long long)records, (unsigned long long)seed, layout, run.threads,
                     m ? 512 : 16);
            check_truth(what);
            check_told();
            if (t || m)
                assert_true(hash == run.told.hash);
            hash = run.told.hash;
        }
    run.silent = true;
    must_reconcile();
    check_truth("silent");
    run.silent = false;
    for (int side = 0; side < RC_SIDES; side++)
        shuffle_lines(names[side], seed + (uint64_t)side);
    must_reconcile();
    check_truth("shuffled");
    check_told();
}

static void test_days_come_out_as_planted(void **state)
{
    (void)state;
    static const uint64_t sizes[] = {0, 1, 2, 5, 20, 77, 300, 1000};
    uint64_t seeds = is_full() ? 100 : SANITIZED ? 2 : 4;
    for (uint64_t seed = 0; seed < seeds; seed++)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
            check_day(sizes[i] + seed % 3, seed, seed % 2 ? "settlement168" : "clearing168");
    check_day(20000, 5, "clearing168");
    check_day(20000, 6, "settlement168");
}

/* Rows that do not fit into memory; again in the same order. */
static void test_days_that_spill(void **state)
{
    (void)state;
    uint64_t hash = 0;
    begin_generated(is_full() ? 1000000 : 250000, 1, "clearing168");
    for (int m = 0; m < (is_full() ? 3 : 2); m++) {
        run.memory = (m == 0 ? 1024 : m == 1 ? 16 : 20) * MIB;
        run.threads = m + 1;
        must_reconcile();
        check_truth("spilled");
        check_told();
        assert_int_equal(run.stats.spilled_bytes > 0, m > 0);
        if (m)
            assert_true(hash == run.told.hash);
        hash = run.told.hash;
    }
}

static void test_the_shard_count_changes_no_outcome(void **state)
{
    (void)state;
    static const uint32_t counts[] = {64, 1, 7, 4096};
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct totals first = {0}, found;
        uint64_t hash = 0;
        begin_generated(seed == 3 ? 30000 : 1000, seed, "clearing168");
        for (size_t i = 0; i < 4; i++) {
            run.program.shard_count = counts[i];
            must_reconcile();
            found = totals();
            assert_int_equal(run.day.shard_count, counts[i]);
            if (i) {
                assert_same_totals(&first, &found);
                assert_true(hash == run.told.hash);
            }
            first = found;
            hash = run.told.hash;
        }
    }
}

/* Exchanged, pairs stay pairs; what is missing is missing on the other side. */
static void test_swapped_sides(void **state)
{
    (void)state;
    begin_generated(3000, 4, "clearing168");
    run.program.rules.pass_count = 0; /* they treat the sides differently */
    run.program.rules.amount_tolerance_bp = 0;
    run.program.rules.fx_tolerance_bp = -1; /* shares are of the internal amount */
    run.program.rules.clearing_window_days = 0;
    must_reconcile();
    struct totals straight = totals(), swapped;
    for (int side = 0; side < RC_SIDES; side++)
        snprintf(run.path[side], PATH, "%s", path_of(names[1 - side]));
    must_reconcile();
    check_told();
    swapped = totals();
    assert_true(straight.digest[0] == swapped.digest[1] && straight.digest[1] == swapped.digest[0]);
    static const enum rc_status same[] = {
        RC_MATCHED,       RC_AMOUNT_MISMATCH, RC_CURRENCY_MISMATCH, RC_DATE_MISMATCH,
        RC_SIGN_MISMATCH, RC_FIELD_MISMATCH,  RC_FEE_VARIANCE,      RC_MATCHED_TOLERANCE,
        RC_CHARGEBACK,    RC_REVERSAL_ORPHAN, RC_LATE_PRESENTMENT,
    };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        assert_int_equal(straight.statuses[same[i]], swapped.statuses[same[i]]);
    assert_int_equal(straight.statuses[RC_MISSING_INTERNAL],
                     swapped.statuses[RC_MISSING_SETTLEMENT]);
    assert_int_equal(straight.statuses[RC_MISSING_SETTLEMENT],
                     swapped.statuses[RC_MISSING_INTERNAL]);
    assert_int_equal(straight.statuses[RC_DUPLICATE_SETTLEMENT],
                     swapped.statuses[RC_DUPLICATE_INTERNAL]);
}

static void test_identical_files_balance(void **state)
{
    (void)state;
    static const uint64_t sizes[] = {0, 1, 2, 1000, 50000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (int crlf = 0; crlf < 2; crlf++) {
            begin_bundled("clearing168");
            write_details(names[0], "T", sizes[i], 0, crlf ? "\r\n" : "\n");
            snprintf(run.path[1], PATH, "%s", run.path[0]);
            must_reconcile();
            assert_true(run.day.balanced);
            assert_int_equal(outcomes_of(RC_MATCHED), sizes[i]);
            assert_int_equal(run.told.outcomes, 0);
            assert_int_equal(run.stats.read_back, 0);
            assert_true(run.day.total.digest[0] == run.day.total.digest[1]);
            assert_true(run.day.total.outcome_digest == 2 * run.day.total.digest[0]);
        }
}

/* Line ends do not change what a record means. */
static void test_crlf_against_lf(void **state)
{
    (void)state;
    begin_bundled("clearing168");
    write_details(names[0], "T", 5000, 0, "\r\n");
    write_details(names[1], "T", 5000, 0, "\n");
    must_reconcile();
    assert_true(run.day.balanced);
    write_details(names[1], "U", 5000, 0, "\r\n");
    must_reconcile();
    check_told();
    assert_int_equal(outcomes_of(RC_MISSING_INTERNAL), 5000);
    assert_int_equal(outcomes_of(RC_MISSING_SETTLEMENT), 5000);
}

static void test_one_side_empty(void **state)
{
    (void)state;
    for (int side = 0; side < RC_SIDES; side++)
        for (int bare = 0; bare < 2; bare++) {
            struct rc_buf nothing;
            begin_bundled("clearing168");
            write_details(names[side], "T", 3000, 0, "\n");
            write_details(names[1 - side], "T", 0, 0, "\n");
            rc_buf_init(&nothing, 1);
            if (bare)
                write_file(names[1 - side], &nothing);
            must_reconcile();
            check_told();
            assert_false(run.day.balanced);
            assert_int_equal(outcomes_of(side ? RC_MISSING_SETTLEMENT : RC_MISSING_INTERNAL), 3000);
        }
}

static void test_empty_files(void **state)
{
    (void)state;
    struct rc_buf nothing;
    rc_buf_init(&nothing, 1);
    begin_bundled("clearing168");
    for (int side = 0; side < RC_SIDES; side++)
        write_file(names[side], &nothing);
    assert_false(reconcile());
    assert_int_equal(run.err.code, RC_USAGE); /* nothing names the date */
    run.file_date = rc_civil_days(2026, 4, 1);
    must_reconcile();
    assert_int_equal(run.day.total.discrepancies, 0);
    assert_true(run.day.total.outcome_digest == 0);
    assert_false(run.day.balanced); /* the controls were not declared */
}

/* Bad lines are kept out and told; the rest is matched and found again behind them. */
static void test_rejected_records(void **state)
{
    (void)state;
    struct rc_buf files[RC_SIDES];
    begin_bundled("clearing168");
    for (int side = 0; side < RC_SIDES; side++) {
        put_header(&files[side], "\n");
        for (uint64_t n = 0; n < 2000; n++) {
            struct detail detail = {"T", n, n + 1, side && n % 5 == 0 ? 2 : 1, NULL};
            if (!side && n % 13 == 0)
                rc_buf_add_str(&files[side], "DTshort\n");
            if (n % 17 == 0)
                rc_buf_printf(&files[side], "XX%166s\n", "");
            put_detail(&files[side], &detail, "\n");
        }
        write_file(names[side], &files[side]);
        rc_buf_free(&files[side]);
    }
    for (int threads = 1; threads <= 3; threads++) {
        run.threads = threads;
        must_reconcile();
        check_told();
        assert_int_equal(run.told.rejects, 154 + 2 * 118);
        assert_int_equal(run.day.side[0].rejected, 154 + 118);
        assert_int_equal(outcomes_of(RC_AMOUNT_MISMATCH), 400);
        assert_int_equal(outcomes_of(RC_MATCHED), 1600);
        assert_false(run.day.balanced);
    }
}

/* ----- failures ----- */

static void test_sinks_that_fail(void **state)
{
    (void)state;
    begin_generated(400, 3, "clearing168");
    must_reconcile();
    int64_t outcomes = run.told.outcomes;
    assert_true(outcomes > 20);
    for (int threads = 1; threads <= 3; threads++)
        for (int64_t after = 1; after <= outcomes; after += outcomes / 5) {
            run.threads = threads;
            run.told.fail_after = after;
            assert_int_equal(reconcile(), after == outcomes);
            run.told.fail_after = 0;
            if (after == outcomes)
                continue;
            assert_int_equal(run.err.code, RC_IO);
            assert_string_equal(run.err.text, "nobody listens");
            assert_int_equal(run.told.outcomes, after + 1);
        }
    struct rc_buf file;
    put_header(&file, "\n");
    for (int i = 0; i < 10; i++)
        rc_buf_add_str(&file, "rubbish\n");
    write_file(names[1], &file);
    rc_buf_free(&file);
    for (int threads = 1; threads <= 2; threads++) {
        run.threads = threads;
        run.told.fail_after = 3;
        assert_false(reconcile());
        assert_int_equal(run.err.code, RC_IO);
        assert_non_null(strstr(run.err.text, "nobody listens"));
    }
}

static void test_what_is_refused(void **state)
{
    (void)state;
    begin_bundled("clearing168");
    write_details(names[0], "T", 3, 0, "\n");
    write_details(names[1], "T", 3, 0, "\n");
    run.memory = 16 * MIB - 1;
    assert_false(reconcile());
    assert_int_equal(run.err.code, RC_USAGE);
    run.memory = 16 * MIB;
    static const int odd_threads[] = {-1, 0, RC_THREADS_MAX + 1};
    for (size_t i = 0; i < sizeof odd_threads / sizeof *odd_threads; i++) {
        run.threads = odd_threads[i];
        assert_false(reconcile());
        assert_int_equal(run.err.code, RC_USAGE);
        assert_non_null(strstr(run.err.text, "threads"));
    }
    run.threads = 1;
    must_reconcile();
    for (int side = 0; side < RC_SIDES; side++) {
        static const char *const odd[] = {"/nowhere/at/all", "/", "/dev/null"};
        for (size_t i = 0; i < 3; i++) {
            snprintf(run.path[side], PATH, "%s", odd[i]);
            assert_false(reconcile());
            assert_int_equal(run.err.code, RC_IO);
            assert_non_null(strstr(run.err.text, rc_side_name((enum rc_side)side)));
        }
        snprintf(run.path[side], PATH, "%s", path_of(names[side]));
    }
    run.layout[RC_INTERNAL]->map.present = false;
    assert_false(reconcile());
    assert_int_equal(run.err.code, RC_INVALID);
}

/* A header of another day breaks a control; the day stays the one asked for. */
static void test_the_date_asked_for(void **state)
{
    (void)state;
    begin_bundled("clearing168");
    write_details(names[0], "T", 3, 0, "\n");
    write_details(names[1], "T", 3, 0, "\n");
    must_reconcile();
    assert_int_equal(run.day.file_date, rc_civil_days(2026, 4, 1));
    assert_true(run.day.balanced);
    run.file_date = rc_civil_days(2026, 4, 2);
    must_reconcile();
    assert_int_equal(run.day.file_date, rc_civil_days(2026, 4, 2));
    assert_int_equal(run.day.side[0].controls.broken, 1);
    assert_false(run.day.balanced);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, free_run)
    const struct CMUnitTest tests[] = {
        TEST(test_days_come_out_as_planted),
        TEST(test_days_that_spill),
        TEST(test_the_shard_count_changes_no_outcome),
        TEST(test_swapped_sides),
        TEST(test_identical_files_balance),
        TEST(test_crlf_against_lf),
        TEST(test_one_side_empty),
        TEST(test_empty_files),
        TEST(test_rejected_records),
        TEST(test_sinks_that_fail),
        TEST(test_what_is_refused),
        TEST(test_the_date_asked_for),
    };
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
