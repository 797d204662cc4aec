/* What the tests of core/reconcile.c share: files in a folder of their own, and a run over them
 * that adds up what it is told. */
#ifndef RC_TESTS_UNIT_RECONCILE_RUN_H
#define RC_TESTS_UNIT_RECONCILE_RUN_H

#include "core/reconcile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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

static inline bool is_full(void)
{
    return getenv("RECONCTL_FULL_TESTS") != NULL;
}

static inline uint64_t next(uint64_t *random)
{
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    return *random;
}

/* ----- files ----- */

static inline int make_directory(void **state)
{
    (void)state;
    const char *above = getenv("TMPDIR");
    snprintf(directory, sizeof directory, "%s/reconcile.XXXXXX", above ? above : "/tmp");
    return mkdtemp(directory) ? 0 : -1;
}

static inline const char *path_of(const char *name)
{
    static char paths[4][PATH];
    static int at;
    at = (at + 1) % 4;
    snprintf(paths[at], PATH, "%s/%s", directory, name);
    return paths[at];
}

static inline int remove_directory(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof all_names / sizeof *all_names; i++)
        unlink(path_of(all_names[i]));
    return rmdir(directory);
}

static inline void write_file(const char *name, const struct rc_buf *bytes)
{
    FILE *file = fopen(path_of(name), "w");
    assert_non_null(file);
    assert_false(bytes->failed);
    assert_int_equal(fwrite(bytes->data ? bytes->data : "", 1, bytes->length, file), bytes->length);
    assert_int_equal(fclose(file), 0);
}

static inline void read_file(const char *name, struct rc_buf *bytes)
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
static inline void shuffle_lines(const char *name, uint64_t seed)
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

static inline void mix(struct told *told, const void *bytes, size_t length)
{
    told->hash = (told->hash ^ rc_id_hash(bytes, length)) * 0x9e3779b97f4a7c15 + length;
}

static inline bool take_call(struct told *told, struct rc_error *err)
{
    if (told->fail_after < 0 || told->fail_after--)
        return true;
    rc_error_set(err, RC_IO, "nobody listens");
    return false;
}

static inline bool take_outcome(void *context, const struct rc_outcome *outcome,
                                struct rc_error *err)
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

static inline bool take_reject(void *context, enum rc_side side, const struct rc_reject *reject,
                               struct rc_error *err)
{
    struct told *told = context;
    (void)side;
    told->rejects += reject->number > 0;
    return take_call(told, err);
}

static inline struct rc_layout *load_layout(const char *name)
{
    struct rc_error err = {0};
    struct rc_layout *layout = rc_layout_load(name, NULL, &err);
    if (!layout)
        fail_msg("%s", err.text);
    return layout;
}

static inline void end_run(void)
{
    rc_day_free(&run.day);
    run.day = (struct rc_day){0};
}

static inline int free_run(void **state)
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
static inline void begin_run(struct rc_layout *layout, struct rc_layout *other)
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

static inline void begin_bundled(const char *name)
{
    begin_run(load_layout(name), load_layout(name));
}

static inline bool reconcile(void)
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

static inline void must_reconcile(void)
{
    if (!reconcile())
        fail_msg("%s", run.err.text);
}

static inline int64_t outcomes_of(enum rc_status status)
{
    int64_t count = 0;
    for (uint32_t i = 0; i < run.day.total.cell_count; i++)
        if (run.day.total.cells[i].status == status)
            count += run.day.total.cells[i].outcomes;
    return count;
}

/* What the summaries say agrees with what was told. */
static inline void check_told(void)
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

static inline void generate(uint64_t records, uint64_t seed, const char *layout)
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

static inline void begin_generated(uint64_t records, uint64_t seed, const char *layout)
{
    begin_bundled(layout);
    rc_program_free(&run.program);
    generate(records, seed, layout);
}

struct totals {
    rc_u128 digest[RC_SIDES], outcome_digest;
    int64_t statuses[RC_STATUSES], discrepancies;
};

static inline struct totals totals(void)
{
    struct totals found = {.outcome_digest = run.day.total.outcome_digest,
                           .discrepancies = run.day.total.discrepancies};
    for (int side = 0; side < RC_SIDES; side++)
        found.digest[side] = run.day.total.digest[side];
    for (int i = 0; i < RC_STATUSES; i++)
        found.statuses[i] = outcomes_of((enum rc_status)i);
    return found;
}

static inline void assert_same_totals(const struct totals *a, const struct totals *b)
{
    for (int side = 0; side < RC_SIDES; side++)
        assert_true(a->digest[side] == b->digest[side]);
    assert_true(a->outcome_digest == b->outcome_digest);
    assert_int_equal(a->discrepancies, b->discrepancies);
    for (int i = 0; i < RC_STATUSES; i++)
        assert_int_equal(a->statuses[i], b->statuses[i]);
}

/* ----- files of the test's own in clearing168 ----- */

struct detail {
    const char *prefix; /* of the id */
    uint64_t number;
    uint64_t reference; /* acquirer reference */
    int64_t amount_minor;
    const char *card;
};

static inline void put_detail(struct rc_buf *file, const struct detail *detail, const char *newline)
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

static inline void put_header(struct rc_buf *file, const char *newline)
{
    rc_buf_init(file, BUF_CAP);
    rc_buf_printf(file, "HD20260401%158s%s", "", newline);
}

static inline void put_trailer(struct rc_buf *file, uint64_t count, int64_t total,
                               const char *newline)
{
    rc_buf_printf(file, "TR%012llu%018lld%c%135s%s", (unsigned long long)count,
                  (long long)(total < 0 ? -total : total), total < 0 ? '-' : '+', "", newline);
}

/* A file of `count` details, numbered from `from`, all with one reference when
 * `reference` is not 0. */
static inline void write_details(const char *name, const char *prefix, uint64_t count,
                                 uint64_t reference, const char *newline)
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

#endif
