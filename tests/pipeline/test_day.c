/* The steps, one after the other, against a real reconlocal: a day must come out as
 * `reconcile` has it. */
#include "tests/pipeline/days.h"

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

static void test_a_day_as_reconcile_has_it(void **state)
{
    (void)state;
    struct sample sample;
    sample_make(&cloud, &sample, "alpha", 2000, 1, 64);
    deliver(&cloud, "activated", "alpha/settlement/a.txt", sample.settlement, "01");
    work_day(&cloud.pipeline, "alpha", "waiting");
    deliver(&cloud, "activated", "alpha/internal/a.txt", sample.internal, "02");
    work_day(&cloud.pipeline, "alpha", "written");
    json_t *want = sample_reconcile(&sample, NULL, NULL);
    json_t *got = stored_day(&cloud.pipeline, "alpha", NULL);
    expect_same_day(want, got);
    json_decref(want);
    json_decref(got);
    work_day(&cloud.pipeline, "alpha", "unchanged");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_day_as_reconcile_has_it),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
