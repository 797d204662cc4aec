/* A day that is matched again and compared with what is kept of it. */
#include "tests/pipeline/days.h"

#include "pipeline/steps.h"
#include "pipeline/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct cloud cloud;

static int begin(void **state)
{
    (void)state;
    cloud_begin(&cloud);
    return 0;
}

static int end(void **state)
{
    (void)state;
    cloud_end(&cloud);
    return 0;
}

static json_t *verify(bool same)
{
    json_t *out = step_run(&cloud.pipeline, rc_step_verify, day_input("alpha"));
    json_t *differences = json_object_get(out, "differences");
    assert_int_equal(json_is_true(json_object_get(out, "same")), same);
    assert_int_equal(json_array_size(differences) == 0, same);
    json_incref(differences);
    json_decref(out);
    return differences;
}

/* The first item of a partition of the state table. */
static bool keep_first(void *ctx, const json_t *item, struct rc_error *err)
{
    json_t **kept = ctx;
    (void)err;
    if (!*kept)
        *kept = json_deep_copy(item);
    return true;
}

static json_t *first_discrepancy(const char *fingerprint, uint32_t *shard)
{
    struct rc_error err = {0};
    struct rc_filedate date = day_of("alpha");
    json_t *item = NULL;
    for (*shard = 0; !item && *shard < 64; ++*shard) {
        struct rc_key key;
        rc_key_discrepancy(&date, fingerprint, *shard, "", RC_SETTLEMENT, &key);
        key.sk[0] = '\0';
        assert_true(rc_store_query(&cloud.pipeline, RC_TABLE_STATE, &key, keep_first, &item, &err));
    }
    assert_non_null(item);
    --*shard;
    return item;
}

static void put_back(const json_t *item, bool there)
{
    struct rc_error err = {0};
    struct rc_key key;
    char *text = json_dumps(item, JSON_COMPACT);
    snprintf(key.pk, sizeof key.pk, "%s", rc_item_get_text(item, "PK"));
    snprintf(key.sk, sizeof key.sk, "%s", rc_item_get_text(item, "SK"));
    struct rc_write write = {.kind = there ? RC_WRITE_PUT : RC_WRITE_DELETE,
                             .table = RC_TABLE_STATE,
                             .key = &key,
                             .item = text};
    assert_int_equal(rc_store_write(&cloud.pipeline, &write, NULL, &err), RC_STORED);
    free(text);
}

static void expect_difference(const json_t *differences, const char *what, int64_t shard)
{
    assert_int_equal(json_array_size(differences), 1);
    const json_t *one = json_array_get(differences, 0);
    assert_string_equal(text_of(one, "what"), what);
    assert_int_equal(json_integer_value(json_object_get(one, "shard")), shard);
}

static void test_a_day_is_verified(void **state)
{
    (void)state;
    uint32_t shard;
    struct sample sample;
    sample_make(&cloud, &sample, "alpha", 2000, 1, 64);
    sample_deliver(&cloud, &sample, "alpha");
    work_day(&cloud.pipeline, "alpha", "written");
    json_t *day = stored_day(&cloud.pipeline, "alpha", NULL);
    json_decref(verify(true));
    json_t *item = first_discrepancy(text_of(day, "fingerprint"), &shard);
    put_back(item, false);
    json_t *differences = verify(false);
    expect_difference(differences, "discrepancies", shard);
    json_decref(differences);
    json_t *changed = json_deep_copy(item);
    json_object_set_new(json_object_get(changed, "reason"), "S", json_string("another"));
    put_back(changed, true);
    differences = verify(false);
    expect_difference(differences, "discrepancies", shard);
    json_decref(differences);
    put_back(item, true);
    json_decref(verify(true));
    json_decref(changed);
    json_decref(item);
    json_decref(day);
}

/* A file has come since: then the day has to be matched, and nothing can be compared. */
static void test_a_day_with_other_inputs_differs_by_its_fingerprint(void **state)
{
    (void)state;
    struct sample sample;
    sample_make(&cloud, &sample, "alpha", 1000, 2, 64);
    deliver(&cloud, "activated", "alpha/settlement/a.txt", sample.settlement, "03");
    json_t *differences = verify(false);
    expect_difference(differences, "fingerprint", 0);
    json_decref(differences);
}

static void test_a_day_without_a_rollup_cannot_be_verified(void **state)
{
    (void)state;
    struct sample sample;
    struct rc_error err = {0};
    sample_make(&cloud, &sample, "beta", 10, 1, 4);
    deliver(&cloud, "activated", "beta/settlement/a.txt", sample.settlement, "01");
    json_t *in = day_input("beta");
    assert_null(rc_step_verify(&cloud.pipeline, in, &err));
    assert_string_equal(cloud.pipeline.fault, "BadInput");
    json_decref(in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_day_is_verified),
        cmocka_unit_test(test_a_day_with_other_inputs_differs_by_its_fingerprint),
        cmocka_unit_test(test_a_day_without_a_rollup_cannot_be_verified),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
