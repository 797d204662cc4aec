/* Much that does not match, within the memory that was allowed. */
#include "tests/unit/reconcile_run.h"

#include <sys/wait.h>

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

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, free_run)
    const struct CMUnitTest tests[] = {
        TEST(test_nothing_matches_within_memory),
        TEST(test_many_partitions_in_little_memory),
        TEST(test_one_id_repeated),
        TEST(test_one_reference_shared),
        TEST(test_repeats_of_equal_bytes),
    };
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
