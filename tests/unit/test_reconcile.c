#include "core/reconcile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/civil.h"
#include "core/generate.h"
#include "core/jsonr.h"

#define MIB ((uint64_t)1 << 20)

enum { LINE = 169, PATH = 600, BUF_CAP = 1 << 30 };

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

static char directory[PATH - 64];
static const char *const names[RC_SIDES] = {"settlement.txt", "internal.txt"};
static const char *const all_names[] = {"settlement.txt", "internal.txt", "program.json",
                                        "truth.json",     "other.txt",    "another.txt"};

static bool is_full(void)
{
    return getenv("RECONCTL_FULL_TESTS") != NULL;
}

static uint64_t next(uint64_t *random)
{
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    return *random;
}

/* ----- files ----- */

static int make_directory(void **state)
{
    (void)state;
    const char *above = getenv("TMPDIR");
    snprintf(directory, sizeof directory, "%s/reconcile.XXXXXX", above ? above : "/tmp");
    return mkdtemp(directory) ? 0 : -1;
}

static const char *path_of(const char *name)
{
    static char paths[4][PATH];
    static int at;
    at = (at + 1) % 4;
    snprintf(paths[at], PATH, "%s/%s", directory, name);
    return paths[at];
}

static int remove_directory(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof all_names / sizeof *all_names; i++)
        unlink(path_of(all_names[i]));
    return rmdir(directory);
}

static void write_file(const char *name, const struct rc_buf *bytes)
{
    FILE *file = fopen(path_of(name), "w");
    assert_non_null(file);
    assert_false(bytes->failed);
    assert_int_equal(fwrite(bytes->data ? bytes->data : "", 1, bytes->length, file), bytes->length);
    assert_int_equal(fclose(file), 0);
}

static void read_file(const char *name, struct rc_buf *bytes)
{
    FILE *file = fopen(path_of(name), "r");
    struct stat status;
    rc_buf_init(bytes, BUF_CAP);
    assert_non_null(file);
    assert_int_equal(fstat(fileno(file), &status), 0);
    char *to = rc_buf_reserve(bytes, (size_t)status.st_size + 1);
    assert_non_null(to);
    bytes->length = fread(to, 1, (size_t)status.st_size, file);
    assert_int_equal(bytes->length, status.st_size);
    fclose(file);
}

/* Details in another order; header and trailer stay. */
static void shuffle_lines(const char *name, uint64_t seed)
{
    struct rc_buf bytes;
    char line[LINE];
    uint64_t random = seed * 2 + 1;
    read_file(name, &bytes);
    size_t details = bytes.length / LINE - 2;
    for (size_t i = details; i > 1; i--) {
        char *a = bytes.data + LINE * i, *b = bytes.data + LINE * (1 + next(&random) % i);
        memcpy(line, a, LINE);
        memmove(a, b, LINE);
        memcpy(b, line, LINE);
    }
    write_file(name, &bytes);
    rc_buf_free(&bytes);
}

/* ----- a run ----- */

struct told {
    uint64_t hash; /* of all that was told, in order */
    int64_t outcomes, rejects;
    int64_t records[RC_SIDES];
    int64_t fail_after; /* calls until the sink fails; -1: never */
    bool leaked;        /* a text that must not be shown was */
    const char *secret;
};

struct run {
    struct rc_program program;
    struct rc_layout *layout[RC_SIDES];
    char path[RC_SIDES][PATH];
    int threads;
    uint64_t memory;
    bool silent; /* nobody is told */
    int32_t file_date;
    struct told told;
    struct rc_day day;
    struct rc_reconcile_stats stats;
    struct rc_error err;
};

static struct run run;

static void mix(struct told *told, const void *bytes, size_t length)
{
    told->hash = (told->hash ^ rc_id_hash(bytes, length)) * 0x9e3779b97f4a7c15 + length;
}

static bool take_call(struct told *told, struct rc_error *err)
{
    if (told->fail_after < 0 || told->fail_after--)
        return true;
    rc_error_set(err, RC_IO, "nobody listens");
    return false;
}

static bool take_outcome(void *context, const struct rc_outcome *outcome, struct rc_error *err)
{
    struct told *told = context;
    told->outcomes++;
    mix(told, &outcome->status, sizeof outcome->status);
    mix(told, &outcome->differences, sizeof outcome->differences);
    mix(told, outcome->rule, strlen(outcome->rule) + 1);
    mix(told, outcome->reason, strlen(outcome->reason) + 1);
    for (int side = 0; side < RC_SIDES; side++)
        for (int i = 0; i < outcome->count[side]; i++) {
            const struct rc_outcome_record *item = &outcome->records[side][i];
            struct rc_text id = rc_record_id(&item->record);
            uint64_t place[] = {item->where.number, item->where.offset, item->where.length};
            mix(told, &side, sizeof side);
            mix(told, place, sizeof place);
            mix(told, &item->age_days, sizeof item->age_days);
            mix(told, id.data, id.length);
            mix(told, item->raw, item->raw_length);
            told->records[side]++;
            if (told->secret &&
                memmem(item->raw, item->raw_length, told->secret, strlen(told->secret)))
                told->leaked = true;
        }
    return take_call(told, err);
}

static bool take_reject(void *context, enum rc_side side, const struct rc_reject *reject,
                        struct rc_error *err)
{
    struct told *told = context;
    (void)side;
    told->rejects += reject->number > 0;
    return take_call(told, err);
}

static struct rc_layout *load_layout(const char *name)
{
    struct rc_error err = {0};
    struct rc_layout *layout = rc_layout_load(name, NULL, &err);
    if (!layout)
        fail_msg("%s", err.text);
    return layout;
}

static void end_run(void)
{
    rc_day_free(&run.day);
    run.day = (struct rc_day){0};
}

static int free_run(void **state)
{
    (void)state;
    end_run();
    rc_program_free(&run.program);
    for (int side = 0; side < RC_SIDES; side++)
        rc_layout_free(run.layout[side]);
    memset(&run, 0, sizeof run);
    return 0;
}

/* Both sides in one layout, which becomes the run's. */
static void begin_run(struct rc_layout *layout, struct rc_layout *other)
{
    free_run(NULL);
    rc_program_default(&run.program);
    run.layout[RC_SETTLEMENT] = layout;
    run.layout[RC_INTERNAL] = other;
    run.threads = 2;
    run.memory = 64 * MIB;
    run.file_date = RC_CIVIL_NONE;
    for (int side = 0; side < RC_SIDES; side++)
        snprintf(run.path[side], PATH, "%s", path_of(names[side]));
}

static void begin_bundled(const char *name)
{
    begin_run(load_layout(name), load_layout(name));
}

static bool reconcile(void)
{
    struct rc_reconcile_options options = {
        .program = &run.program,
        .layout = {run.layout[0], run.layout[1]},
        .path = {run.path[0], run.path[1]},
        .file_date = run.file_date,
        .memory_bytes = run.memory,
        .threads = run.threads,
        .card_key = {.bytes = "key", .length = 3},
        .context = &run.told,
        .outcome = run.silent ? NULL : take_outcome,
        .reject = run.silent ? NULL : take_reject,
    };
    const char *secret = run.told.secret;
    int64_t fail_after = run.told.fail_after;
    end_run();
    run.told = (struct told){.secret = secret, .fail_after = -1};
    run.err = (struct rc_error){0};
    if (fail_after)
        run.told.fail_after = fail_after;
    return rc_reconcile(&options, &run.day, &run.stats, &run.err);
}

static void must_reconcile(void)
{
    if (!reconcile())
        fail_msg("%s", run.err.text);
}

static int64_t outcomes_of(enum rc_status status)
{
    int64_t count = 0;
    for (uint32_t i = 0; i < run.day.total.cell_count; i++)
        if (run.day.total.cells[i].status == status)
            count += run.day.total.cells[i].outcomes;
    return count;
}

/* What the summaries say agrees with what was told. */
static void check_told(void)
{
    int64_t others[RC_SIDES] = {0}, all[RC_SIDES] = {0}, outcomes = 0;
    for (uint32_t i = 0; i < run.day.total.cell_count; i++)
        outcomes += run.day.total.cells[i].outcomes;
    for (uint32_t i = 0; i < run.day.total.cell_count; i++)
        for (int side = 0; side < RC_SIDES; side++) {
            const struct rc_cell *cell = &run.day.total.cells[i];
            all[side] += cell->side[side].count;
            if (cell->status != RC_MATCHED)
                others[side] += cell->side[side].count;
        }
    for (int side = 0; side < RC_SIDES; side++) {
        assert_int_equal(all[side], run.day.side[side].records);
        if (!run.silent)
            assert_int_equal(run.told.records[side], others[side]);
    }
    if (!run.silent)
        assert_int_equal(run.told.outcomes, run.day.total.discrepancies);
    assert_int_equal(run.day.total.discrepancies + outcomes_of(RC_MATCHED), outcomes);
}

/* ----- generated days against their truth ----- */

static void generate(uint64_t records, uint64_t seed, const char *layout)
{
    struct rc_generate_options options = {.records = records,
                                          .seed = seed,
                                          .layout = layout,
                                          .layout_digest = run.layout[0]->digest,
                                          .directory = directory,
                                          .file_date = RC_CIVIL_NONE};
    struct rc_error err = {0};
    if (!rc_generate(&options, NULL, &err) ||
        !rc_program_load(path_of("program.json"), &run.program, &err))
        fail_msg("%s", err.text);
}

static void begin_generated(uint64_t records, uint64_t seed, const char *layout)
{
    begin_bundled(layout);
    rc_program_free(&run.program);
    generate(records, seed, layout);
}

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

struct totals {
    rc_u128 digest[RC_SIDES], outcome_digest;
    int64_t statuses[RC_STATUSES], discrepancies;
};

static struct totals totals(void)
{
    struct totals found = {.outcome_digest = run.day.total.outcome_digest,
                           .discrepancies = run.day.total.discrepancies};
    for (int side = 0; side < RC_SIDES; side++)
        found.digest[side] = run.day.total.digest[side];
    for (int i = 0; i < RC_STATUSES; i++)
        found.statuses[i] = outcomes_of((enum rc_status)i);
    return found;
}

static void assert_same_totals(const struct totals *a, const struct totals *b)
{
    for (int side = 0; side < RC_SIDES; side++)
        assert_true(a->digest[side] == b->digest[side]);
    assert_true(a->outcome_digest == b->outcome_digest);
    assert_int_equal(a->discrepancies, b->discrepancies);
    for (int i = 0; i < RC_STATUSES; i++)
        assert_int_equal(a->statuses[i], b->statuses[i]);
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

/* ----- files of the test's own in clearing168 ----- */

struct detail {
    const char *prefix; /* of the id */
    uint64_t number;
    uint64_t reference; /* acquirer reference */
    int64_t amount_minor;
    const char *card;
};

static void put_detail(struct rc_buf *file, const struct detail *detail, const char *newline)
{
    char id[25], reference[24];
    snprintf(id, sizeof id, "%s%llu", detail->prefix, (unsigned long long)detail->number);
    snprintf(reference, sizeof reference, "REF%llu", (unsigned long long)detail->reference);
    int64_t amount = detail->amount_minor;
    rc_buf_printf(file,
                  "DT%-24s%-19s%-6s%-23s%012lld%cUSD20260401202604015411%-15s%-25s%-2sS"
                  "00000%07dUSD%s",
                  id, detail->card ? detail->card : "TOKEN", "AUTH01", reference,
                  (long long)(amount < 0 ? -amount : amount), amount < 0 ? '-' : '+', "MERCHANT",
                  "A MERCHANT", "US", 0, newline);
}

static void put_header(struct rc_buf *file, const char *newline)
{
    rc_buf_init(file, BUF_CAP);
    rc_buf_printf(file, "HD20260401%158s%s", "", newline);
}

static void put_trailer(struct rc_buf *file, uint64_t count, int64_t total, const char *newline)
{
    rc_buf_printf(file, "TR%012llu%018lld%c%135s%s", (unsigned long long)count,
                  (long long)(total < 0 ? -total : total), total < 0 ? '-' : '+', "", newline);
}

/* A file of `count` details, numbered from `from`, all with one reference when
 * `reference` is not 0. */
static void write_details(const char *name, const char *prefix, uint64_t count, uint64_t reference,
                          const char *newline)
{
    struct rc_buf file;
    int64_t total = 0;
    put_header(&file, newline);
    for (uint64_t n = 0; n < count; n++) {
        struct detail detail = {prefix, n * 7919 % (count + 1), reference ? reference : n + 1,
                                (int64_t)(n % 1000) + 1, NULL};
        put_detail(&file, &detail, newline);
        total += detail.amount_minor;
    }
    put_trailer(&file, count, total, newline);
    write_file(name, &file);
    rc_buf_free(&file);
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

/* ----- much that does not match ----- */

static uint64_t peak_bytes(void)
{
    FILE *file = fopen("/proc/self/status", "r");
    char line[200];
    unsigned long long kib = 0;
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "VmHWM: %llu", &kib) == 1)
            break;
    if (file)
        fclose(file);
    return (uint64_t)kib << 10;
}

/* In a process of its own, so that its peak is of this run alone. Gives what the
 * process ended with. */
static int apart(void (*work)(void))
{
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (!child) {
        work();
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void reconcile_within_memory(void)
{
    uint64_t before = peak_bytes();
    if (!reconcile()) {
        fprintf(stderr, "%s\n", run.err.text);
        _exit(1);
    }
    uint64_t used = peak_bytes() - before, missing = (uint64_t)outcomes_of(RC_MISSING_INTERNAL);
    if (missing != run.day.side[0].records ||
        (uint64_t)outcomes_of(RC_MISSING_SETTLEMENT) != run.day.side[1].records ||
        (uint64_t)run.told.outcomes != run.day.side[0].records + run.day.side[1].records)
        _exit(2);
    if (used > run.memory + 4 * MIB) {
        fprintf(stderr, "%llu KiB\n", (unsigned long long)(used >> 10));
        _exit(3);
    }
}

static void add_passes(enum rc_canon key, enum rc_pass_kind last)
{
    struct rc_rules *rules = &run.program.rules;
    for (int kind = RC_PASS_ONE_TO_ONE; kind <= (int)last; kind++) {
        struct rc_pass *pass = &rules->passes[rules->pass_count++];
        *pass = (struct rc_pass){
            .kind = (enum rc_pass_kind)kind, .key = {key}, .key_fields = 1, .cap = 100};
        snprintf(pass->name, sizeof pass->name, "pass-%d", kind);
    }
}

static void test_nothing_matches_within_memory(void **state)
{
    (void)state;
    static const int threads[] = {1, 2, 8};
    uint64_t records = SANITIZED ? 25000 : 200000;
    begin_bundled("clearing168");
    write_details(names[0], "S", records, 0, "\n");
    write_details(names[1], "I", records, 0, "\n");
    run.memory = 16 * MIB;
    for (int passes = 0; passes < 2; passes++) {
        uint64_t hash = 0;
        if (passes) /* in which every record has a look taken at it */
            add_passes(RC_C_ID, RC_PASS_CHARGEBACK);
        for (size_t t = 0; t < 3; t++) {
            run.threads = threads[t];
            if (SANITIZED) {
                must_reconcile();
                check_told();
                if (t)
                    assert_true(hash == run.told.hash);
                hash = run.told.hash;
            } else if (t == 1 || is_full()) {
                assert_int_equal(apart(reconcile_within_memory), 0);
            }
        }
    }
}

/* Many partitions against little memory, nearly all of them with leftovers. */
static void test_many_partitions_in_little_memory(void **state)
{
    (void)state;
    uint64_t hash = 0, records = is_full() ? 600000 : SANITIZED ? 15000 : 100000;
    begin_bundled("clearing168");
    add_passes(RC_C_ID, RC_PASS_GROUP);
    write_details(names[0], "S", records, 0, "\n");
    write_details(names[1], "I", records, 0, "\n");
    for (int round = 0; round < 2; round++) {
        run.memory = (round ? 256 : 16) * MIB;
        run.threads = round ? 1 : RC_THREADS_MAX;
        must_reconcile();
        check_told();
        assert_int_equal(outcomes_of(RC_MISSING_INTERNAL), records);
        if (round)
            assert_true(hash == run.told.hash);
        hash = run.told.hash;
    }
}

static void test_one_id_repeated(void **state)
{
    (void)state;
    struct rc_buf file;
    struct detail detail = {"SAME", 1, 1, 1, NULL};
    enum { REPEATS = 100000 };
    begin_bundled("clearing168");
    for (int same = 0; same < 2; same++) {
        put_header(&file, "\n");
        for (int n = 0; n < REPEATS; n++) {
            detail.amount_minor = same ? 1 : 1 + n * INT64_C(7919) % REPEATS;
            put_detail(&file, &detail, "\n");
        }
        write_file(names[0], &file);
        rc_buf_free(&file);
        put_header(&file, "\n");
        detail.amount_minor = same ? 1 : 65536; /* whose bytes come first */
        put_detail(&file, &detail, "\n");
        write_file(names[1], &file);
        rc_buf_free(&file);
        uint64_t hash = 0;
        for (int threads = 1; threads <= (is_full() ? 3 : 2); threads++) {
            run.threads = threads;
            run.memory = 512 * MIB;
            must_reconcile();
            check_told();
            assert_int_equal(outcomes_of(RC_DUPLICATE_SETTLEMENT), REPEATS - 1);
            assert_int_equal(outcomes_of(RC_MATCHED), 1);
            if (threads > 1)
                assert_true(hash == run.told.hash);
            hash = run.told.hash;
        }
        run.memory = 16 * MIB; /* too little for one key of that many: said, not broken */
        assert_false(reconcile());
        assert_int_equal(run.err.code, RC_LIMIT);
    }
}

static void test_one_reference_shared(void **state)
{
    (void)state;
    enum { SHARED = 100000 };
    begin_bundled("clearing168");
    add_passes(RC_C_ACQUIRER_REFERENCE, RC_PASS_CHARGEBACK);
    write_details(names[0], "S", SHARED, 42, "\n");
    write_details(names[1], "I", 100, 42, "\n");
    run.memory = 512 * MIB;
    uint64_t hash = 0;
    for (int threads = 1; threads <= 2; threads++) {
        run.threads = threads;
        must_reconcile();
        check_told();
        assert_int_equal(outcomes_of(RC_AMBIGUOUS), SHARED + 100);
        if (threads > 1)
            assert_true(hash == run.told.hash);
        hash = run.told.hash;
    }
}

/* Repeats of the same bytes: which of them is called the repeat is told the same
 * way, whatever memory there is. */
static void test_repeats_of_equal_bytes(void **state)
{
    (void)state;
    struct rc_buf file;
    uint64_t hash = 0, count = SANITIZED && !is_full() ? 20000 : 140000;
    begin_bundled("clearing168");
    put_header(&file, "\n");
    for (uint64_t n = 0; n < 2 * count; n++) {
        struct detail detail = {"T", n % count * 7919 % count, 1, 5, NULL};
        put_detail(&file, &detail, "\n");
    }
    write_file(names[0], &file);
    write_file(names[1], &file);
    rc_buf_free(&file);
    for (int n = 0; n < (is_full() ? 3 : 2); n++) {
        run.memory = (n == 1 ? 1024 : 16) * MIB;
        run.threads = n + 1;
        must_reconcile();
        check_told();
        assert_int_equal(outcomes_of(RC_DUPLICATE_INTERNAL), count);
        assert_int_equal(outcomes_of(RC_MATCHED), count);
        if (n)
            assert_true(hash == run.told.hash);
        hash = run.told.hash;
    }
}

/* ----- other framings ----- */

static const char layout_text[] =
    "{\"layout\": \"framed\", \"framing\": %s, \"records\": ["
    "{\"type\": \"header\", \"role\": \"file_header\","
    " \"match\": [{\"at\": 1, \"value\": \"HD\"}], \"fields\": ["
    "  {\"name\": \"file_date\", \"at\": 3, \"length\": 8, \"type\": \"date\","
    "   \"format\": \"YYYYMMDD\"}]},"
    "{\"type\": \"detail\", \"role\": \"detail\","
    " \"match\": [{\"at\": 1, \"value\": \"DT\"}], \"fields\": ["
    "  {\"name\": \"id\", \"at\": 3, \"length\": 8, \"type\": \"text\", \"required\": true},"
    "  {\"name\": \"amount\", \"at\": 11, \"length\": 8, \"type\": \"unsigned\", \"decimals\": 2},"
    "  {\"name\": \"reference\", \"at\": 19, \"length\": 8, \"type\": \"text\"},"
    "  {\"name\": \"card\", \"at\": 27, \"length\": 16, \"type\": \"text\", \"card\": true}]}],"
    "\"map\": {\"id\": [\"id\"], \"amount\": \"amount\","
    " \"currency\": {\"constant\": \"USD\"}, \"acquirer_reference\": \"reference\","
    " \"card\": \"card\", \"file_date\": \"header.file_date\"}}";

/* No card passes the Luhn check, so that only the layout says what it is. */
static const char card_number[] = "4111111111111112";

static struct rc_layout *framed_layout(const char *framing)
{
    struct rc_buf text;
    struct rc_error err = {0};
    rc_buf_init(&text, 1 << 20);
    rc_buf_printf(&text, layout_text, framing);
    json_t *json = rc_jsonr_parse(text.data, text.length, &err);
    if (!json)
        fail_msg("%s", err.text);
    struct rc_layout *layout = rc_layout_from_json(json, &err);
    if (!layout)
        fail_msg("%s", err.text);
    json_decref(json);
    rc_buf_free(&text);
    return layout;
}

enum framing { LINES, LINES_CRLF, PADDED, FIXED, RDW, BDW, FRAMINGS };

static const char *const framing_texts[FRAMINGS] = {
    [LINES] = "{\"kind\": \"lines\"}",
    [LINES_CRLF] = "{\"kind\": \"lines\"}",
    [PADDED] = "{\"kind\": \"lines\", \"length\": 80, \"pad\": true}",
    [FIXED] = "{\"kind\": \"fixed\", \"length\": 80}",
    [RDW] = "{\"kind\": \"rdw\"}",
    [BDW] = "{\"kind\": \"bdw\"}",
};

static void put_descriptor(struct rc_buf *file, size_t length)
{
    char word[4] = {(char)(length >> 8), (char)length, 0, 0};
    rc_buf_add(file, word, 4);
}

static void put_record(struct rc_buf *file, struct rc_buf *block, enum framing framing,
                       const char *record, size_t length)
{
    char fixed[80];
    switch (framing) {
    case FIXED:
        memset(fixed, ' ', sizeof fixed);
        memcpy(fixed, record, length);
        rc_buf_add(file, fixed, sizeof fixed);
        break;
    case RDW:
        put_descriptor(file, length + 4);
        rc_buf_add(file, record, length);
        break;
    case BDW:
        put_descriptor(block, length + 4);
        rc_buf_add(block, record, length);
        break;
    default:
        rc_buf_add(file, record, length);
        rc_buf_add_str(file, framing == LINES_CRLF ? "\r\n" : "\n");
    }
}

static void end_block(struct rc_buf *file, struct rc_buf *block)
{
    if (!block->length)
        return;
    put_descriptor(file, block->length + 4);
    rc_buf_add(file, block->data, block->length);
    rc_buf_clear(block);
}

/* Records of lengths that change at times, now and then, or with each record. */
static void write_framed(const char *name, enum framing framing, int side, uint64_t count,
                         int regularity)
{
    struct rc_buf file, block;
    char record[200];
    uint64_t random = 99;
    rc_buf_init(&file, BUF_CAP);
    rc_buf_init(&block, 1 << 16);
    put_record(&file, &block, framing, "HD20260401", 10);
    for (uint64_t n = 0; n < count; n++) {
        uint64_t dice = next(&random);
        int tail = regularity == 0   ? 5
                   : regularity == 1 ? (n % 100 < 70 ? 5 : (int)(dice % 30))
                                     : (int)(dice % 30);
        bool other = side && n % 11 == 0;
        int length = snprintf(record, sizeof record, "DT%08llu%08u%c%07llu%s%.*s",
                              (unsigned long long)(n * 37 % count), other ? 77u : 70u, 'R',
                              (unsigned long long)(n / 3), card_number, tail,
                              "abcdefghijklmnopqrstuvwxyzabcdefghijk");
        put_record(&file, &block, framing, record, (size_t)length);
        if (dice % 7 == 0)
            end_block(&file, &block);
    }
    end_block(&file, &block);
    write_file(name, &file);
    rc_buf_free(&file);
    rc_buf_free(&block);
}

/* However the records are framed, the same comes out, and each is found again. */
static void test_framings(void **state)
{
    (void)state;
    enum { COUNT = 5000 };
    struct totals first = {0}, found;
    for (int regularity = 0; regularity < 3; regularity++)
        for (int framing = 0; framing < FRAMINGS; framing++) {
            begin_run(framed_layout(framing_texts[framing]), framed_layout(framing_texts[framing]));
            run.told.secret = card_number;
            for (int side = 0; side < RC_SIDES; side++)
                write_framed(names[side], (enum framing)framing, side, COUNT, regularity);
            uint64_t hash = 0;
            for (int threads = 1; threads <= 3; threads++) {
                run.threads = threads;
                must_reconcile();
                check_told();
                assert_int_equal(run.day.side[0].rejected + run.day.side[1].rejected, 0);
                assert_int_equal(outcomes_of(RC_AMOUNT_MISMATCH), (COUNT + 10) / 11);
                assert_int_equal(outcomes_of(RC_MATCHED), COUNT - (COUNT + 10) / 11);
                assert_false(run.told.leaked);
                if (threads > 1)
                    assert_true(hash == run.told.hash);
                hash = run.told.hash;
            }
            found = totals();
            if (framing || regularity)
                assert_same_totals(&first, &found);
            first = found;
        }
}

/* A layout on one side, another on the other. */
static void test_two_framings(void **state)
{
    (void)state;
    for (int framing = 0; framing < FRAMINGS; framing++) {
        int other = (framing + 3) % FRAMINGS;
        begin_run(framed_layout(framing_texts[framing]), framed_layout(framing_texts[other]));
        write_framed(names[0], (enum framing)framing, 0, 3000, 2);
        write_framed(names[1], (enum framing)other, 1, 3000, 1);
        must_reconcile();
        check_told();
        assert_int_equal(outcomes_of(RC_AMOUNT_MISMATCH), 273);
        assert_int_equal(outcomes_of(RC_MATCHED), 3000 - 273);
    }
}

/* ----- transactions of several records ----- */

static void write_nacha(const char *name, int side, int batches, int entries)
{
    struct rc_buf file;
    rc_buf_init(&file, BUF_CAP);
    rc_buf_printf(&file, "101 %-9s%10s2604010800A094101%-23s%-23s%-8s\n", "091000019", "1234567890",
                  "DESTINATION", "ORIGIN", "");
    for (int b = 0; b < batches; b++) {
        rc_buf_printf(&file, "5200%-16s%-20s%-10s%-3s%-10s%6s%6s%3s1%8s%07d\n", "COMPANY", "",
                      "1234567890", "PPD", "PAYROLL", "260401", "260401", "", "09100001", b);
        for (int e = 0; e < entries; e++) {
            bool other = side && e % 10 == 3;
            rc_buf_printf(&file, "622%8s%c%-17s%010d%-15d%-22s%-2s%d09100001%07d\n", "09100001",
                          '9', card_number, other ? 1 : 100 + e, e, "A PERSON", "", e % 3 > 0, e);
            for (int a = 0; a < e % 3; a++)
                rc_buf_printf(&file, "705%-80s%04d%07d\n", "information", a + 1, e);
        }
        rc_buf_printf(&file, "8200%06d%010d%012d%012d%-10s%-19s%6s%8s%07d\n", 0, 0, 0, 0,
                      "1234567890", "", "", "09100001", b);
    }
    rc_buf_printf(&file, "9%06d%06d%08d%010d%012d%012d%39s\n", batches, 1, 0, 0, 0, 0, "");
    write_file(name, &file);
    rc_buf_free(&file);
}

static void test_transactions_of_several_records(void **state)
{
    (void)state;
    begin_bundled("nacha");
    run.told.secret = card_number;
    for (int side = 0; side < RC_SIDES; side++)
        write_nacha(names[side], side, 20, 100);
    uint64_t hash = 0;
    for (int threads = 1; threads <= 3; threads++) {
        run.threads = threads;
        run.memory = (threads == 2 ? 512 : 16) * MIB;
        must_reconcile();
        check_told();
        assert_int_equal(run.day.side[0].rejected + run.day.side[1].rejected, 0);
        assert_int_equal(run.day.side[0].records, 2000);
        assert_int_equal(outcomes_of(RC_AMOUNT_MISMATCH), 200);
        assert_int_equal(outcomes_of(RC_MATCHED), 1800);
        assert_false(run.told.leaked);
        if (threads > 1)
            assert_true(hash == run.told.hash);
        hash = run.told.hash;
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
        TEST(test_nothing_matches_within_memory),
        TEST(test_many_partitions_in_little_memory),
        TEST(test_one_id_repeated),
        TEST(test_one_reference_shared),
        TEST(test_repeats_of_equal_bytes),
        TEST(test_framings),
        TEST(test_two_framings),
        TEST(test_transactions_of_several_records),
        TEST(test_sinks_that_fail),
        TEST(test_what_is_refused),
        TEST(test_the_date_asked_for),
    };
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
