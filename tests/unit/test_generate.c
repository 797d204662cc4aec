#include "core/generate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/civil.h"
#include "core/currency.h"
#include "core/generate_plan.h"

enum { LINE = 169, PATH = 512, SHARDS = 64 };

static const char *const layouts[] = {"clearing168", "settlement168"};
static const char *const names[] = {"settlement.txt", "internal.txt", "program.json", "truth.json"};
enum { NAMES = sizeof names / sizeof *names };

static char directory[PATH];

static int make_directory(void **state)
{
    (void)state;
    const char *above = getenv("TMPDIR");
    snprintf(directory, sizeof directory, "%s/generate.XXXXXX", above ? above : "/tmp");
    return mkdtemp(directory) ? 0 : -1;
}

static void path_of(const char *name, char path[PATH + 64])
{
    snprintf(path, PATH + 64, "%s/%s", directory, name);
}

static int remove_directory(void **state)
{
    (void)state;
    char path[PATH + 64];
    for (int i = 0; i < NAMES; i++) {
        path_of(names[i], path);
        unlink(path);
    }
    return rmdir(directory);
}

/* Bytes of a file of the directory, ending in a NUL; the caller frees them. */
static char *read_file(const char *name, size_t *length)
{
    char path[PATH + 64];
    path_of(name, path);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    long size = ftell(file);
    assert_true(size >= 0);
    rewind(file);
    char *bytes = malloc((size_t)size + 1);
    assert_non_null(bytes);
    *length = fread(bytes, 1, (size_t)size, file);
    assert_int_equal(*length, size);
    bytes[size] = '\0';
    fclose(file);
    return bytes;
}

static struct rc_generate_report generate(uint64_t records, uint64_t seed, const char *layout)
{
    struct rc_generate_options options = {
        .records = records,
        .seed = seed,
        .layout = layout,
        .layout_digest = 1,
        .directory = directory,
        .file_date = RC_CIVIL_NONE,
    };
    struct rc_generate_report report;
    struct rc_error err = {0};
    if (!rc_generate(&options, &report, &err))
        fail_msg("%s", err.text);
    return report;
}

/* ----- JSON ----- */

static const json_t *at(const json_t *json, const char *key)
{
    const json_t *value = json_object_get(json, key);
    if (!value)
        fail_msg("no member %s", key);
    return value;
}

static int64_t number(const json_t *json, const char *key)
{
    const json_t *value = at(json, key);
    assert_true(json_is_integer(value));
    return json_integer_value(value);
}

static json_t *read_truth(void)
{
    size_t length;
    char *text = read_file("truth.json", &length);
    json_error_t error;
    json_t *truth = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
    if (!truth)
        fail_msg("truth.json:%d: %s", error.line, error.text);
    free(text);
    return truth;
}

/* ----- the files against the truth ----- */

static int64_t digits(const char *text, int width)
{
    int64_t value = 0;
    for (int i = 0; i < width; i++) {
        assert_in_range(text[i], '0', '9');
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

static bool is_blank(const char *text, size_t width)
{
    for (size_t i = 0; i < width; i++)
        if (text[i] != ' ')
            return false;
    return true;
}

struct sums {
    int64_t count, debit, credit;
};

struct file {
    int64_t details, total;
    struct sums sums[256]; /* by currency */
};

static void check_clearing(const char *line, int64_t amount)
{
    assert_non_null(memchr("SCRBF", line[152], 5));
    digits(line + 153, 5);
    int64_t original = digits(line + 158, 7);
    assert_true(rc_currency_find(line + 165, 3) != RC_CURRENCY_NONE);
    if (memcmp(line + 165, line + 87, 3) == 0)
        assert_true(original == amount);
}

static void read_detail(const char *line, bool clearing, struct file *file)
{
    assert_memory_equal(line, "DT", 2);
    int64_t amount = digits(line + 74, 12);
    uint8_t currency = rc_currency_find(line + 87, 3);
    struct sums *sums = &file->sums[currency];
    assert_true(currency != RC_CURRENCY_NONE);
    assert_true(line[86] == '+' || (line[86] == '-' && amount));
    for (int i = 0; i < 2; i++) {
        const char *date = line + 90 + 8 * i;
        assert_true(rc_civil_valid((int)digits(date, 4), (int)digits(date + 4, 2),
                                   (int)digits(date + 6, 2)));
    }
    digits(line + 106, 4);
    sums->count++;
    *(line[86] == '-' ? &sums->debit : &sums->credit) += amount;
    file->details++;
    file->total += line[86] == '-' ? -amount : amount;
    if (clearing)
        check_clearing(line, amount);
    else
        assert_true(is_blank(line + 152, 16));
}

static void read_side(const char *name, bool clearing, struct file *file)
{
    size_t length;
    char *bytes = read_file(name, &length);
    *file = (struct file){0};
    assert_int_equal(length % LINE, 0);
    assert_true(length >= 2 * LINE);
    const char *trailer = bytes + length - LINE;
    for (const char *line = bytes; line <= trailer; line += LINE)
        assert_int_equal(line[LINE - 1], '\n');
    assert_memory_equal(bytes, "HD20260401", 10);
    assert_true(is_blank(bytes + 10, 158));
    for (const char *line = bytes + LINE; line < trailer; line += LINE)
        read_detail(line, clearing, file);
    assert_memory_equal(trailer, "TR", 2);
    assert_int_equal(digits(trailer + 2, 12), file->details);
    assert_int_equal(digits(trailer + 14, 18), file->total < 0 ? -file->total : file->total);
    assert_int_equal(trailer[32], file->total < 0 ? '-' : '+');
    assert_true(is_blank(trailer + 33, 135));
    free(bytes);
}

static void check_control(const json_t *side, size_t i, const char *name, int64_t value)
{
    const json_t *control = json_array_get(at(side, "controls"), i);
    assert_string_equal(json_string_value(at(control, "name")), name);
    assert_string_equal(json_string_value(at(control, "scope")), "file");
    assert_int_equal(number(control, "declared"), value);
    assert_int_equal(number(control, "actual"), value);
    assert_true(json_is_true(at(control, "ok")));
}

static void check_side(const json_t *truth, enum rc_side side, const struct file *file)
{
    const json_t *json = at(at(truth, "sides"), rc_side_name(side));
    size_t currencies = 0;
    assert_int_equal(number(json, "records"), file->details);
    assert_int_equal(number(json, "rejected"), 0);
    assert_int_equal(json_array_size(at(json, "controls")), 2);
    check_control(json, 0, "record_count", file->details);
    check_control(json, 1, "net_total", file->total);
    for (size_t i = 0; i < rc_currency_count; i++) {
        const struct sums *sums = &file->sums[i];
        if (!sums->count)
            continue;
        const json_t *total = at(at(json, "totals"), rc_currencies[i].alpha);
        assert_int_equal(number(total, "count"), sums->count);
        assert_int_equal(number(total, "debit_minor"), sums->debit);
        assert_int_equal(number(total, "credit_minor"), sums->credit);
        currencies++;
    }
    assert_int_equal(json_object_size(at(json, "totals")), currencies);
}

/* The statuses share the records out, and the shards do. */
static void check_shares(const json_t *truth, const struct file files[RC_SIDES],
                         const struct rc_generate_report *report)
{
    int64_t statuses[RC_SIDES] = {0}, shards[RC_SIDES] = {0}, unmatched = 0, discrepancies = 0;
    for (int i = 0; i < RC_STATUSES; i++) {
        const json_t *status = at(at(truth, "statuses"), rc_status_name((enum rc_status)i));
        assert_int_equal(number(status, "count"), report->outcomes[i]);
        unmatched += i == RC_MATCHED ? 0 : report->outcomes[i];
        for (int side = 0; side < RC_SIDES; side++)
            statuses[side] += number(status, rc_side_name((enum rc_side)side));
    }
    assert_int_equal(json_array_size(at(truth, "shards")), SHARDS);
    for (size_t i = 0; i < SHARDS; i++) {
        const json_t *shard = json_array_get(at(truth, "shards"), i);
        assert_int_equal(number(shard, "shard"), i);
        discrepancies += number(shard, "discrepancies");
        for (int side = 0; side < RC_SIDES; side++)
            shards[side] += number(shard, rc_side_name((enum rc_side)side));
    }
    assert_int_equal(discrepancies, unmatched);
    for (int side = 0; side < RC_SIDES; side++) {
        assert_int_equal(statuses[side], files[side].details);
        assert_int_equal(shards[side], files[side].details);
        assert_int_equal(report->records[side], files[side].details);
        assert_int_equal(report->bytes[side], (files[side].details + 2) * LINE);
    }
}

static void check_day(uint64_t records, uint64_t seed, const char *layout)
{
    struct file files[RC_SIDES];
    struct rc_generate_report report = generate(records, seed, layout);
    json_t *truth = read_truth();
    for (int side = 0; side < RC_SIDES; side++) {
        read_side(names[side], layout == layouts[0], &files[side]);
        check_side(truth, (enum rc_side)side, &files[side]);
    }
    assert_int_equal(files[RC_SETTLEMENT].details, records);
    assert_string_equal(json_string_value(at(truth, "program")), "demo");
    assert_string_equal(json_string_value(at(truth, "file_date")), "2026-04-01");
    check_shares(truth, files, &report);
    json_decref(truth);
}

static void test_any_number_of_records(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        for (uint64_t records = 0; records <= 300; records += 1 + 2 * i)
            check_day(records, records % 7, layouts[i]);
        check_day(999, 1, layouts[i]);
        check_day(20011, 2, layouts[i]);
    }
}

static void test_both_sides_are_about_as_long(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct rc_generate_report report = generate(20000, 1, layouts[i]);
        assert_in_range(report.records[RC_INTERNAL], 19600, 20400);
        assert_in_range(report.outcomes[RC_MATCHED], 19000, 19800);
    }
}

/* ----- what is planted ----- */

static void test_every_status(void **state)
{
    (void)state;
    const uint64_t records[] = {200, 1000, 20000};
    for (size_t i = 0; i < 3; i++) {
        struct rc_generate_report report = generate(records[i], i, "clearing168");
        for (int status = 0; status < RC_STATUSES; status++)
            if (!report.outcomes[status])
                fail_msg("no %s", rc_status_name((enum rc_status)status));
    }
}

static void test_settlement168_has_what_it_can_carry(void **state)
{
    (void)state;
    struct rc_generate_report report = generate(1000, 1, "settlement168");
    for (int status = 0; status < RC_STATUSES; status++) {
        bool carried = status != RC_FEE_VARIANCE && status != RC_FX_VARIANCE &&
                       status != RC_REVERSAL_MATCHED && status != RC_REVERSAL_ORPHAN &&
                       status != RC_CHARGEBACK;
        assert_int_equal(report.outcomes[status] > 0, carried);
    }
}

/* What the case says becomes of the records, the truth counts. */
static void test_small_days(void **state)
{
    (void)state;
    struct rc_generate_report report = generate(0, 1, "clearing168");
    for (int status = 0; status < RC_STATUSES; status++)
        assert_int_equal(report.outcomes[status], 0);
    report = generate(1, 1, "clearing168");
    assert_int_equal(report.outcomes[RC_MATCHED_TOLERANCE], 1);
    report = generate(7, 1, "clearing168");
    assert_int_equal(report.outcomes[RC_AMOUNT_MISMATCH], 1);
    assert_int_equal(report.outcomes[RC_CURRENCY_MISMATCH], 1);
    assert_int_equal(report.outcomes[RC_MISSING_INTERNAL], 1);
    assert_int_equal(report.outcomes[RC_PENDING], 1);
}

/* ----- the same again ----- */

static void check_equal(char *const kept[NAMES], const size_t lengths[NAMES], bool equal)
{
    for (int i = 0; i < NAMES; i++) {
        size_t length;
        char *bytes = read_file(names[i], &length);
        bool same = length == lengths[i] && memcmp(bytes, kept[i], length) == 0;
        bool program = i == 2; /* does not depend on the seed */
        assert_int_equal(same, equal || program);
        free(bytes);
    }
}

static void test_the_seed_decides(void **state)
{
    (void)state;
    char *kept[NAMES];
    size_t lengths[NAMES];
    generate(2000, 42, "clearing168");
    for (int i = 0; i < NAMES; i++)
        kept[i] = read_file(names[i], &lengths[i]);
    generate(2000, 42, NULL);
    check_equal(kept, lengths, true);
    generate(2000, 43, NULL);
    check_equal(kept, lengths, false);
    for (int i = 0; i < NAMES; i++)
        free(kept[i]);
}

static void test_the_files_are_shuffled(void **state)
{
    (void)state;
    size_t lengths[RC_SIDES];
    char *bytes[RC_SIDES];
    int same = 0;
    generate(2000, 1, "clearing168");
    for (int side = 0; side < RC_SIDES; side++)
        bytes[side] = read_file(names[side], &lengths[side]);
    for (size_t i = 1; i < 1000; i++)
        same += memcmp(bytes[0] + i * LINE + 2, bytes[1] + i * LINE + 2, 24) == 0;
    assert_in_range(same, 0, 20);
    free(bytes[0]);
    free(bytes[1]);
}

/* ----- the plan ----- */

static struct rc_gen_plan *make_plan(uint64_t records, bool clearing)
{
    char path[PATH + 64];
    struct rc_program program;
    struct rc_error err = {0};
    generate(records, 1, layouts[!clearing]);
    path_of("program.json", path);
    if (!rc_program_load(path, &program, &err))
        fail_msg("%s", err.text);
    assert_string_equal(program.layout[RC_SETTLEMENT], layouts[!clearing]);
    struct rc_gen_plan *plan = malloc(sizeof *plan);
    assert_non_null(plan);
    rc_gen_plan_init(plan, &program, records, 1, rc_civil_days(2026, 4, 1), clearing);
    rc_program_free(&program);
    return plan;
}

static void test_every_case_is_planted(void **state)
{
    (void)state;
    for (int clearing = 0; clearing < 2; clearing++) {
        struct rc_gen_plan *plan = make_plan(400, clearing);
        for (int i = 0; i < rc_gen_case_count; i++)
            assert_int_equal(plan->planted[i].count, clearing || !rc_gen_cases[i].clearing);
        free(plan);
    }
}

static void test_families_keep_their_shape(void **state)
{
    (void)state;
    struct rc_gen_plan *plan = make_plan(1000, true);
    struct rc_gen_family family;
    for (int i = 0; i < rc_gen_case_count; i++)
        for (uint64_t instance = 0; instance < 50; instance++) {
            int size[RC_SIDES] = {0};
            rc_gen_family_build(plan, i, instance, &family);
            for (int a = 0; a < family.count; a++) {
                const struct rc_gen_draft *draft = &family.drafts[a];
                int leaders = 0;
                size[draft->side]++;
                for (int b = 0; b < family.count; b++) {
                    if (family.drafts[b].outcome != draft->outcome)
                        continue;
                    leaders += family.drafts[b].leads;
                    assert_int_equal(family.drafts[b].status, draft->status);
                }
                assert_int_equal(leaders, 1);
            }
            assert_int_equal(size[RC_SETTLEMENT], plan->planted[i].size[RC_SETTLEMENT]);
            assert_int_equal(size[RC_INTERNAL], plan->planted[i].size[RC_INTERNAL]);
        }
    free(plan);
}

static void check_draft(const struct rc_gen_plan *plan, const struct rc_gen_draft *draft)
{
    int64_t most = plan->clearing ? 9999999 : INT64_C(9999999999);
    assert_true(draft->amount_minor >= -most && draft->amount_minor <= most);
    assert_in_range(draft->fee_minor, 0, 99999);
    assert_in_range(draft->original_minor, 0, 9999999);
    assert_true(draft->kind < RC_KINDS);
    for (int i = 0; i < 2; i++) {
        int32_t days = plan->file_date - (i ? draft->settle_date : draft->date);
        assert_true(days >= -RC_GEN_DAYS_AHEAD && days <= RC_GEN_DAYS_BACK);
    }
}

static void test_drafts_fit_their_fields(void **state)
{
    (void)state;
    struct rc_gen_draft draft;
    for (int clearing = 0; clearing < 2; clearing++) {
        struct rc_gen_plan *plan = make_plan(30000, clearing);
        for (int side = 0; side < RC_SIDES; side++)
            for (uint64_t i = 0; i < plan->records[side]; i++) {
                rc_gen_draft_at(plan, (enum rc_side)side, i, &draft);
                assert_int_equal(draft.side, side);
                check_draft(plan, &draft);
            }
        free(plan);
    }
}

static void test_order_is_a_permutation(void **state)
{
    (void)state;
    struct rc_gen_plan *plan = make_plan(0, true);
    for (uint64_t count = 1; count <= 300; count++) {
        bool seen[301] = {false};
        plan->records[RC_INTERNAL] = count;
        for (uint64_t i = 0; i < count; i++) {
            uint64_t ordinal = rc_gen_ordinal_at(plan, RC_INTERNAL, i);
            assert_true(ordinal < count && !seen[ordinal]);
            seen[ordinal] = true;
        }
    }
    free(plan);
}

/* ----- families never meet ----- */

struct mark {
    char text[25];
    uint64_t family;
};

struct marks {
    struct mark *items;
    size_t count, capacity;
};

static void add_mark(struct marks *marks, const char *text, size_t width, uint64_t family)
{
    if (is_blank(text, width))
        return;
    if (marks->count == marks->capacity) {
        marks->capacity = marks->capacity ? marks->capacity * 2 : 1024;
        marks->items = realloc(marks->items, marks->capacity * sizeof *marks->items);
        assert_non_null(marks->items);
    }
    struct mark *mark = &marks->items[marks->count++];
    *mark = (struct mark){.family = family};
    memcpy(mark->text, text, width);
}

static int by_text(const void *left, const void *right)
{
    const struct mark *a = left, *b = right;
    return memcmp(a->text, b->text, sizeof a->text);
}

static void check_marks(struct marks *marks)
{
    assert_true(marks->count > 1000);
    if (marks->items)
        qsort(marks->items, marks->count, sizeof *marks->items, by_text);
    for (size_t i = 1; i < marks->count; i++)
        if (by_text(&marks->items[i - 1], &marks->items[i]) == 0)
            assert_int_equal(marks->items[i - 1].family, marks->items[i].family);
    free(marks->items);
}

/* Cards stand for the key of code, amount, currency and card. */
static void test_families_share_nothing(void **state)
{
    (void)state;
    struct marks ids = {0}, cards = {0}, references = {0};
    struct rc_gen_plan *plan = make_plan(50000, true);
    struct rc_gen_family family;
    uint64_t families = plan->plain;
    for (uint64_t i = 0; i < plan->plain; i++) {
        struct rc_gen_draft draft;
        rc_gen_draft_at(plan, RC_SETTLEMENT, i, &draft);
        add_mark(&ids, draft.id, sizeof draft.id, i);
        add_mark(&cards, draft.card, sizeof draft.card, i);
        add_mark(&references, draft.reference, sizeof draft.reference, i);
    }
    for (int c = 0; c < rc_gen_case_count; c++)
        for (uint64_t i = 0; i < plan->planted[c].count; i++, families++) {
            rc_gen_family_build(plan, c, i, &family);
            for (int d = 0; d < family.count; d++) {
                const struct rc_gen_draft *draft = &family.drafts[d];
                add_mark(&ids, draft->id, sizeof draft->id, families);
                add_mark(&cards, draft->card, sizeof draft->card, families);
                add_mark(&references, draft->reference, sizeof draft->reference, families);
            }
        }
    check_marks(&ids);
    check_marks(&cards);
    check_marks(&references);
    free(plan);
}

/* Nothing that could be taken for a card number, which would be masked or hashed. */
static void test_no_long_runs_of_digits(void **state)
{
    (void)state;
    size_t length;
    generate(5000, 3, "clearing168");
    char *bytes = read_file("settlement.txt", &length);
    for (const char *line = bytes + LINE; line < bytes + length - LINE; line += LINE)
        for (size_t i = 2, run = 0; i < 45; i++) {
            run = i != 26 && line[i] >= '0' && line[i] <= '9' ? run + 1 : 0;
            assert_true(run < 13);
        }
    free(bytes);
}

/* ----- what cannot be done ----- */

static void check_refused(struct rc_generate_options options, enum rc_code code)
{
    struct rc_error err = {0};
    assert_false(rc_generate(&options, NULL, &err));
    assert_int_equal(err.code, code);
    assert_true(err.text[0] != '\0');
}

static void test_what_is_refused(void **state)
{
    (void)state;
    const struct rc_generate_options good = {
        .records = 5,
        .directory = directory,
        .file_date = RC_CIVIL_NONE,
    };
    struct rc_generate_options options = good;
    options.layout = "tiny";
    check_refused(options, RC_USAGE);
    options = good;
    options.directory = NULL;
    check_refused(options, RC_USAGE);
    options = good;
    options.records = RC_GENERATE_RECORDS_MAX + 1;
    check_refused(options, RC_USAGE);
    options = good;
    options.file_date = INT32_MAX;
    check_refused(options, RC_USAGE);
    options = good;
    options.program = "a program";
    check_refused(options, RC_INVALID);
    options = good;
    options.directory = "/dev/null/below";
    check_refused(options, RC_IO);
}

static void test_a_full_disk_is_noticed(void **state)
{
    (void)state;
    const struct rc_generate_options options = {
        .records = 50,
        .directory = directory,
        .file_date = RC_CIVIL_NONE,
    };
    for (int i = 0; i < NAMES; i++) {
        char path[PATH + 64];
        path_of(names[i], path);
        unlink(path);
        assert_int_equal(symlink("/dev/full", path), 0);
        check_refused(options, RC_IO);
        assert_int_equal(unlink(path), 0);
    }
}

static void test_the_directory_is_made(void **state)
{
    (void)state;
    char below[PATH + 64], path[PATH + 96];
    path_of("above/below", below);
    struct rc_generate_options options = {
        .records = 5,
        .directory = below,
        .file_date = rc_civil_days(2024, 2, 29),
        .program = "leap",
    };
    struct rc_error err = {0};
    for (int i = 0; i < 2; i++) /* the second time it is there */
        if (!rc_generate(&options, NULL, &err))
            fail_msg("%s", err.text);
    for (int i = 0; i < NAMES; i++) {
        snprintf(path, sizeof path, "%s/%s", below, names[i]);
        assert_int_equal(unlink(path), 0);
    }
    assert_int_equal(rmdir(below), 0);
    path_of("above", below);
    assert_int_equal(rmdir(below), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_number_of_records),
        cmocka_unit_test(test_both_sides_are_about_as_long),
        cmocka_unit_test(test_every_status),
        cmocka_unit_test(test_settlement168_has_what_it_can_carry),
        cmocka_unit_test(test_small_days),
        cmocka_unit_test(test_the_seed_decides),
        cmocka_unit_test(test_the_files_are_shuffled),
        cmocka_unit_test(test_every_case_is_planted),
        cmocka_unit_test(test_families_keep_their_shape),
        cmocka_unit_test(test_drafts_fit_their_fields),
        cmocka_unit_test(test_order_is_a_permutation),
        cmocka_unit_test(test_families_share_nothing),
        cmocka_unit_test(test_no_long_runs_of_digits),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_a_full_disk_is_noticed),
        cmocka_unit_test(test_the_directory_is_made),
    };
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
