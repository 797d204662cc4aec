#include "model/finding.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sample.h"

#include "model/figures.h"
#include "model/layoutmap.h"
#include "model/overview.h"

/* A pair that differs in amount and date, and others that look like it. */
static const char more_rows[] =
    "INSERT INTO meta VALUES ('program', 'demo'), ('shard_count', '8'), ('balanced', '0'),"
    " ('fingerprint', 'f00d');"
    "INSERT INTO run VALUES (1, '0.1.0', 'reconctl', '2026-04-01T12:00:00Z', 12, 0, 0, 2);"
    "INSERT INTO side VALUES ('settlement', 'in/s.txt', 'clearing168', 'aa', 900, 5, 1, 0, 0, "
    "'d1'),"
    " ('internal', 'in/i.txt', 'clearing168', 'aa', 800, 4, 0, 2, 3, 'd2');"
    "INSERT INTO control VALUES (1, 'settlement', 'count', 'file', 0, 9, '5', '5', 1, 1),"
    " (2, 'internal', 'count', 'file', 0, 8, '5', '4', 1, 0),"
    " (3, 'internal', 'net', 'batch', 2, NULL, '', '7', 1, 0);"
    "INSERT INTO total VALUES ('settlement', 'USD', 5, '1', '3', '2'),"
    " ('internal', 'USD', 4, '0', '85070591730234615865843651857942052864',"
    " '85070591730234615865843651857942052864'), ('internal', 'JPY', 1, '0', '7', '7');"
    "INSERT INTO shard VALUES (0, 3, 2, 1, 'a', 'b', 504, 336), (1, 2, 2, 0, 'c', 'd', 336, 336);"
    "UPDATE record SET date = '2026-03-30', acquirer_reference = 'R1', auth_code = 'A1', raw = "
    "x'313233' WHERE number = 4;"
    "UPDATE record SET date = '2026-03-31', auth_code = 'A1', raw = x'313933' WHERE number = 9;"
    "INSERT INTO record (discrepancy_id, side, position, number, offset, length, amount_minor,"
    " currency, transaction_id, acquirer_reference, auth_code) VALUES"
    " (2, 'internal', 0, 11, 0, 0, 10050, 'JPY', 'T2', 'R2', 'A1'),"
    " (3, 'settlement', 0, 12, 0, 0, 10050, 'USD', 'T3', NULL, NULL),"
    " (4, 'internal', 0, 13, 0, 0, 1, 'EUR', 'T4', 'R9', 'A9'),"
    " (5, 'settlement', 0, 14, 0, 0, 10000, 'USD', 'T1', 'R1', 'A1');"
    "INSERT INTO rejected VALUES (1, 'settlement', 3, 300, 10, 'amount', 'no digits', x'4142');";

static int open_more(void **state)
{
    if (sample_open(state))
        return -1;
    sample_run(more_rows);
    return 0;
}

static struct rc_finding *finding_of(int64_t id)
{
    struct rc_error err = {0};
    struct rc_finding *finding = rc_finding_read(model, id, &err);
    if (!finding)
        fail_msg("%s", err.text);
    return finding;
}

static void a_discrepancy_has_both_sides(void **state)
{
    char delta[80];
    (void)state;
    struct rc_finding *finding = finding_of(1);
    assert_string_equal(finding->status, "amount_mismatch");
    assert_true(finding->exception && finding->has_delta);
    assert_int_equal(finding->delta_minor, 50);
    assert_int_equal(finding->differences, 1u << RC_C_AMOUNT | 1u << RC_C_DATE);
    assert_int_equal(finding->record_count, 2);
    const struct rc_finding_record *left = &finding->records[0], *right = &finding->records[1];
    assert_int_equal(left->side, RC_SETTLEMENT);
    assert_int_equal(right->side, RC_INTERNAL);
    assert_int_equal(left->offset, 507);
    assert_string_equal(left->field[RC_C_AMOUNT], "100.50");
    assert_null(left->field[RC_C_FEE]);
    assert_int_equal(right->raw_length, 3);
    assert_memory_equal(right->raw, "193", 3);
    rc_finding_delta(left, right, RC_C_AMOUNT, delta, sizeof delta);
    assert_string_equal(delta, "+0.50");
    rc_finding_delta(left, right, RC_C_DATE, delta, sizeof delta);
    assert_string_equal(delta, "-1 day");
    rc_finding_delta(left, right, RC_C_FEE, delta, sizeof delta);
    assert_string_equal(delta, "");
    rc_finding_free(finding);
}

static void what_is_missing_is_said(void **state)
{
    struct rc_error err = {0};
    (void)state;
    assert_null(rc_finding_read(model, 99, &err));
    assert_int_equal(err.code, RC_USAGE);
    assert_non_null(strstr(err.text, "no discrepancy 99"));
}

static void neighbours_are_found_and_end(void **state)
{
    struct rc_error err = {0};
    (void)state;
    struct rc_finding *next = rc_finding_next(model, 1, 1, &err);
    assert_non_null(next);
    assert_int_equal(next->id, 2);
    rc_finding_free(next);
    assert_null(rc_finding_next(model, 1, -1, &err));
    assert_null(rc_finding_next(model, 5, 1, &err));
    assert_int_equal(err.code, RC_OK);
}

static void what_looks_alike_comes_in_order(void **state)
{
    struct rc_candidates candidates;
    struct rc_error err = {0};
    (void)state;
    struct rc_finding *finding = finding_of(1);
    assert_true(rc_candidates_find(model, finding, &candidates, &err));
    assert_int_equal(candidates.count, 3);
    assert_false(candidates.more);
    assert_int_equal(candidates.items[0].discrepancy, 5);
    assert_int_equal(candidates.items[0].likeness,
                     RC_LIKE_ID | RC_LIKE_REFERENCE | RC_LIKE_AUTH_CODE | RC_LIKE_AMOUNT);
    assert_string_equal(candidates.items[0].amount, "100.00");
    assert_string_equal(candidates.items[0].status, "fee_variance");
    assert_int_equal(candidates.items[1].discrepancy, 2); /* 10050 JPY is another amount */
    assert_int_equal(candidates.items[1].likeness, RC_LIKE_AUTH_CODE);
    assert_int_equal(candidates.items[2].likeness, RC_LIKE_AMOUNT);
    rc_finding_free(finding);
}

static void candidates_are_bounded(void **state)
{
    struct rc_candidates candidates;
    struct rc_error err = {0};
    (void)state;
    sample_run("INSERT INTO record (discrepancy_id, side, position, number, amount_minor, currency,"
               " transaction_id) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
               " WHERE i < 60) SELECT 3, 'internal', i, 1000 + i, 77, 'USD', 'T4' FROM n");
    struct rc_finding *finding = finding_of(4);
    assert_true(rc_candidates_find(model, finding, &candidates, &err));
    assert_int_equal(candidates.count, RC_CANDIDATES);
    assert_true(candidates.more);
    rc_finding_free(finding);
}

static void kept_records_are_found_by_number(void **state)
{
    struct rc_error err = {0};
    (void)state;
    struct rc_kept_record *kept = rc_kept_record_read(model, RC_SETTLEMENT, 3, &err);
    assert_non_null(kept);
    assert_string_equal(kept->reason, "no digits");
    assert_string_equal(kept->field, "amount");
    assert_int_equal(kept->discrepancy, 0);
    assert_memory_equal(kept->raw, "AB", 2);
    rc_kept_record_free(kept);
    kept = rc_kept_record_read(model, RC_INTERNAL, 9, &err);
    assert_non_null(kept);
    assert_int_equal(kept->discrepancy, 1);
    assert_int_equal(kept->offset, 900);
    rc_kept_record_free(kept);
    assert_null(rc_kept_record_read(model, RC_INTERNAL, 3, &err));
    assert_int_equal(err.code, RC_OK);
}

static void the_day_adds_up(void **state)
{
    struct rc_error err = {0};
    char text[RC_FIGURE_BYTES];
    (void)state;
    struct rc_overview *day = rc_overview_read(model, &err);
    if (!day) {
        fail_msg("%s", err.text);
        return;
    }
    assert_string_equal(day->program, "demo");
    assert_string_equal(day->file_date, "2026-04-01");
    assert_string_equal(day->fingerprint, "f00d");
    assert_string_equal(day->version, "0.1.0");
    assert_false(day->balanced);
    assert_int_equal(day->shard_count, 8);
    assert_int_equal(day->side[RC_SETTLEMENT].rejected, 1);
    assert_string_equal(day->side[RC_INTERNAL].path, "in/i.txt");
    assert_int_equal(day->side[RC_INTERNAL].controls, 5);
    assert_int_equal(day->total_count, 2);
    assert_string_equal(day->totals[0].currency, "JPY");
    assert_int_equal(day->totals[0].count[RC_SETTLEMENT], 0);
    rc_money_text(day->totals[1].net_minor[RC_INTERNAL], day->totals[1].exponent, text);
    assert_string_equal(text, "850,705,917,302,346,158,658,436,518,579,420,528.64");
    assert_int_equal(day->status_count, 2);
    assert_string_equal(day->statuses[0].status, "matched");
    assert_int_equal(day->statuses[0].sum_count, 1);
    assert_int_equal(day->statuses[1].sum_count, 0);
    assert_int_equal(day->sums[0].net_minor[RC_INTERNAL], -1);
    assert_int_equal(day->control_count, 3); /* those that are broken first */
    assert_string_equal(day->controls[0].actual, "4");
    assert_string_equal(day->controls[1].name, "net");
    assert_int_equal(day->controls[1].batch, 2);
    assert_true(day->controls[2].ok);
    rc_overview_free(day);
}

static void shards_have_counts_and_amounts(void **state)
{
    struct rc_error err = {0};
    uint64_t amounts[6];
    size_t count;
    (void)state;
    struct rc_shard_row *shards = rc_shards_read(model, &count, &err);
    assert_int_equal(count, 2);
    assert_int_equal(shards[0].records[RC_SETTLEMENT], 3);
    assert_int_equal(shards[1].discrepancies, 0);
    assert_string_equal(shards[1].outcome_digest, "d");
    free(shards);
    assert_true(rc_shards_amounts(model, "EUR", amounts, 6, &err));
    assert_int_equal(amounts[4], 5000);
    assert_int_equal(amounts[1], 0);
    assert_true(rc_shards_amounts(model, "USD", amounts, 2, &err)); /* fewer than there are */
    assert_int_equal(amounts[1], 10050);
}

static void records_can_be_listed_by_shard(void **state)
{
    const struct rc_table_query query = {.filter = "shard=5"};
    (void)state;
    struct rc_table *table = sample_table("transactions", &query);
    assert_int_equal(rc_table_count(table), 1);
    rc_table_close(table);
}

static bool see_field(void *context, uint64_t index, const struct rc_cell_value *cells,
                      size_t count, struct rc_error *err)
{
    (void)index, (void)err;
    assert_int_equal(count, 9);
    snprintf(context, 64, "%.*s %.*s=%.*s", (int)cells[3].length, cells[3].text,
             (int)cells[4].length, cells[4].text, (int)cells[8].length, cells[8].text);
    return true;
}

/* A kept record by the layout of its side, field by field; without it, none. */
static void fields_of_records_are_a_table(void **state)
{
    const struct rc_table_query one = {.filter = "discrepancy=2 field=file_date"}, all = {0};
    struct rc_error err = {0};
    char digest[200], seen[64] = "";
    (void)state;
    struct rc_table *table = sample_table("record", &all);
    assert_int_equal(rc_table_count(table), 0);
    rc_table_close(table);
    struct rc_layoutmap *map = rc_layoutmap_load("clearing168", &err);
    assert_non_null(map);
    snprintf(digest, sizeof digest,
             "UPDATE side SET layout_digest = '%s';"
             " UPDATE record SET raw = CAST('HD20260401' AS BLOB) WHERE discrepancy_id = 2",
             map->digest);
    rc_layoutmap_free(map);
    sample_run(digest);
    table = sample_table("record", &one);
    assert_int_equal(rc_table_count(table), 1);
    assert_true(rc_table_rows(table, 0, 1, see_field, seen, &err));
    assert_string_equal(seen, "header file_date=2026-04-01");
    rc_table_close(table);
    table = sample_table("layout", &all);
    assert_int_equal(rc_table_count(table), 2 * 19); /* the layout of both sides */
    rc_table_close(table);
}

static void figures_are_grouped(void **state)
{
    char text[RC_FIGURE_BYTES];
    (void)state;
    rc_count_text(1234567, text);
    assert_string_equal(text, "1,234,567");
    rc_money_text(-123456, 2, text);
    assert_string_equal(text, "-1,234.56");
    rc_money_text(5, 3, text);
    assert_string_equal(text, "0.005");
    rc_money_text(1000, -1, text);
    assert_string_equal(text, "1,000");
    assert_int_equal(rc_money_exponent("KWD"), 3);
    assert_int_equal(rc_money_exponent("XAU"), -1);
    assert_int_equal(rc_money_exponent("?"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_discrepancy_has_both_sides),
        cmocka_unit_test(what_is_missing_is_said),
        cmocka_unit_test(neighbours_are_found_and_end),
        cmocka_unit_test(what_looks_alike_comes_in_order),
        cmocka_unit_test(kept_records_are_found_by_number),
        cmocka_unit_test(the_day_adds_up),
        cmocka_unit_test(shards_have_counts_and_amounts),
        cmocka_unit_test(records_can_be_listed_by_shard),
        cmocka_unit_test(fields_of_records_are_a_table),
        cmocka_unit_test(figures_are_grouped),
        cmocka_unit_test(candidates_are_bounded),
    };
    return cmocka_run_group_tests(tests, open_more, sample_close);
}
