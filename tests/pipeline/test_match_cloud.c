/* Matching from DynamoDB, in pages of three items, comes to what the engine does with the
 * files in memory: the same day and the same discrepancies, to the byte, for many days
 * with errors of every kind. */
#include "tests/pipeline/days.h"

#include "pipeline/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RECORDS = 200, SHARDS = 2, DAYS_FULL = 1000, DAYS_LEAST = 8, QUICK_MS = 8000 };

static struct cloud cloud;

static int begin(void **state)
{
    (void)state;
    cloud_begin(&cloud);
    cloud.pipeline.page_items = 3;
    return 0;
}

static int end(void **state)
{
    (void)state;
    cloud_end(&cloud);
    return 0;
}

/* ----- discrepancies as texts ----- */

/* Takes the text into the list. */
static void keep(json_t *list, struct rc_buf *text)
{
    assert_false(text->failed);
    assert_int_equal(json_array_append_new(list, json_string(text->data)), 0);
    rc_buf_free(text);
}

static bool take_outcome(void *context, const struct rc_outcome *outcome, struct rc_error *err)
{
    struct rc_buf text;
    uint8_t bytes[RC_CANONICAL_BYTES + 64];
    (void)err;
    rc_buf_init(&text, 1 << 20);
    rc_buf_printf(&text, "%s|%s|%s|%u", rc_status_name(outcome->status), outcome->rule,
                  outcome->reason, outcome->differences);
    for (int side = 0; side < RC_SIDES; side++)
        for (int i = 0; i < outcome->count[side]; i++) {
            const struct rc_outcome_record *item = &outcome->records[side][i];
            rc_buf_printf(&text, "\n%d %llu %llu %u ", side, (unsigned long long)item->where.number,
                          (unsigned long long)item->where.offset, item->where.length);
            rc_buf_add_hex(&text, bytes, rc_record_canonical(&item->record, ~0u, bytes));
        }
    if (outcome->status != RC_MATCHED)
        keep(context, &text);
    else
        rc_buf_free(&text);
    return true;
}

static void add_record(struct rc_buf *text, int side, const json_t *record)
{
    int delivery;
    uint64_t number;
    int64_t offset, length;
    struct rc_buf bytes;
    rc_buf_init(&bytes, RC_CANONICAL_BYTES + 64);
    assert_true(rc_key_read_record(rc_item_get_text(record, "sk"), &delivery, &number));
    assert_int_equal(delivery, 1);
    assert_true(rc_item_get_int(record, "offset", &offset));
    assert_true(rc_item_get_int(record, "bytes", &length));
    assert_true(rc_item_get_binary(record, "record", &bytes));
    rc_buf_printf(text, "\n%d %llu %lld %lld ", side, (unsigned long long)number, (long long)offset,
                  (long long)length);
    rc_buf_add_hex(text, bytes.data, bytes.length);
    rc_buf_free(&bytes);
}

static bool take_item(void *ctx, const json_t *item, struct rc_error *err)
{
    struct rc_buf text;
    (void)err;
    rc_buf_init(&text, 1 << 20);
    rc_buf_printf(&text, "%s|%s|%s|%s", rc_item_get_text(item, "status"),
                  rc_item_get_text(item, "rule"), rc_item_get_text(item, "reason"),
                  rc_item_get_number(item, "differences"));
    for (int side = 0; side < RC_SIDES; side++) {
        const json_t *records = rc_item_get_list(item, rc_side_name((enum rc_side)side));
        for (size_t i = 0; i < json_array_size(records); i++)
            add_record(&text, side, json_object_get(json_array_get(records, i), "M"));
    }
    keep(ctx, &text);
    return true;
}

static json_t *read_discrepancies(const char *program, const char *fingerprint)
{
    struct rc_error err = {0};
    json_t *list = json_array();
    for (int shard = 0; shard < SHARDS; shard++) {
        struct rc_key key = {.sk = ""};
        snprintf(key.pk, sizeof key.pk, "DISC#%s#2026-04-01#%s#%d", program, fingerprint, shard);
        if (!rc_store_query(&cloud.pipeline, RC_TABLE_STATE, &key, take_item, list, &err))
            fail_msg("%s", err.text);
    }
    return list;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(json_string_value(*(json_t *const *)a), json_string_value(*(json_t *const *)b));
}

/* The texts in order; free the array alone. */
static json_t **sorted(const json_t *list)
{
    size_t count = json_array_size(list);
    json_t **texts = calloc(count + 1, sizeof *texts);
    assert_non_null(texts);
    for (size_t i = 0; i < count; i++)
        texts[i] = json_array_get(list, i);
    qsort(texts, count, sizeof(json_t *), by_text);
    return texts;
}

static void expect_same_texts(const json_t *want, const json_t *got)
{
    json_t **a = sorted(want), **b = sorted(got);
    for (size_t i = 0; a[i] && b[i]; i++)
        assert_string_equal(json_string_value(a[i]), json_string_value(b[i]));
    assert_int_equal(json_array_size(want), json_array_size(got));
    free(a);
    free(b);
}

/* ----- days ----- */

static void compare_day(uint64_t seed)
{
    struct sample sample;
    char program[32];
    snprintf(program, sizeof program, "day-%llu", (unsigned long long)seed);
    sample_make(&cloud, &sample, program, RECORDS, seed, SHARDS);
    sample_deliver(&cloud, &sample, program);
    work_day(&cloud.pipeline, program, "written");
    json_t *wanted = json_array();
    json_t *want = sample_reconcile(&sample, wanted, take_outcome);
    json_t *day = stored_day(&cloud.pipeline, program, NULL);
    json_t *got = read_discrepancies(program, text_of(day, "fingerprint"));
    expect_same_day(want, day);
    assert_true(json_array_size(wanted) > 10);
    expect_same_texts(wanted, got);
    json_decref(want);
    json_decref(wanted);
    json_decref(day);
    json_decref(got);
}

static void test_match_in_small_pages_as_in_memory(void **state)
{
    (void)state;
    bool full = getenv("RECONCTL_FULL_TESTS") != NULL;
    int64_t began_ms = rc_loop_now_ms(cloud.session.loop);
    uint64_t days = 0;
    while (days < DAYS_LEAST ||
           (full ? days < DAYS_FULL
                 : rc_loop_now_ms(cloud.session.loop) - began_ms < QUICK_MS && days < DAYS_FULL))
        compare_day(++days);
    print_message("# %d days\n", (int)days);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_match_in_small_pages_as_in_memory),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
