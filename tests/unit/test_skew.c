#include "core/skew.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <math.h>

#define assert_near(a, b, tolerance) assert_true(fabs((a) - (b)) <= (tolerance))

/* Q(1, x) = e^-x, Q(1/2, x) = erfc(√x), Q(a + 1, x) = Q(a, x) + x^a e^-x / Γ(a + 1) */
static void the_incomplete_gamma_has_its_closed_forms(void **state)
{
    (void)state;
    const double points[] = {0.001, 0.1, 0.5, 1, 1.5, 2, 3.7, 10, 25, 50};
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        double x = points[i];
        assert_near(rc_gamma_q(1, x), exp(-x), 1e-13);
        assert_near(rc_gamma_q(0.5, x), erfc(sqrt(x)), 1e-13);
        double a = 31.5;
        double step = exp(a * log(x) - x - lgamma(a + 1));
        assert_near(rc_gamma_q(a + 1, x), rc_gamma_q(a, x) + step, 1e-12);
    }
    assert_near(rc_gamma_q(3, 0), 1, 0);
    assert_near(rc_gamma_q(31.5, 1e6), 0, 0);
}

/* The 5 % points of the chi-square distribution, as tables print them. */
static void chi_square_has_the_points_of_the_tables(void **state)
{
    (void)state;
    const struct {
        double degrees, point;
    } table[] = {{1, 3.841459}, {2, 5.991465}, {10, 18.307038}, {63, 82.528727}, {100, 124.342113}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_near(rc_gamma_q(table[i].degrees / 2, table[i].point / 2), 0.05, 1e-7);
}

static void millions_of_degrees_converge(void **state)
{
    (void)state;
    double degrees = 4e6; /* nearly normal there: half lies above the mean */
    assert_near(rc_gamma_q(degrees / 2, degrees / 2), 0.5, 1e-3);
    assert_near(rc_gamma_q(degrees / 2, (degrees + 3 * sqrt(2 * degrees)) / 2), 0.00135, 1e-4);
}

static void even_counts_have_no_skew(void **state)
{
    (void)state;
    const uint64_t counts[] = {7, 7, 7, 7};
    struct rc_skew skew;
    assert_true(rc_skew_measure(counts, 4, &skew, NULL));
    assert_near(skew.most_over_mean, 1, 0);
    assert_near(skew.variation, 0, 0);
    assert_near(skew.gini, 0, 0);
    assert_near(skew.chi_square, 0, 0);
    assert_near(skew.p_value, 1, 0);
}

static void known_counts_have_known_figures(void **state)
{
    (void)state;
    /* A die thrown 60 times: chi-square 13.4 on 5 degrees, p 0.01991. */
    const uint64_t die[] = {5, 8, 9, 8, 10, 20};
    struct rc_skew skew;
    assert_true(rc_skew_measure(die, 6, &skew, NULL));
    assert_near(skew.chi_square, 13.4, 1e-12);
    assert_near(skew.p_value, 0.0199052, 1e-6);
    assert_near(skew.most_over_mean, 2, 1e-12);
    assert_near(skew.variation, sqrt(134.0 / 6) / 10, 1e-12);
    assert_int_equal(skew.least, 5);
    assert_int_equal(skew.degrees, 5);
    const uint64_t ladder[] = {4, 2, 1, 3}; /* Gini of 1, 2, 3, 4 is 1/4 */
    assert_true(rc_skew_measure(ladder, 4, &skew, NULL));
    assert_near(skew.gini, 0.25, 1e-12);
    const uint64_t all_in_one[] = {0, 0, 0, 40, 0};
    assert_true(rc_skew_measure(all_in_one, 5, &skew, NULL));
    assert_near(skew.gini, 0.8, 1e-12);
    assert_near(skew.most_over_mean, 5, 1e-12);
    assert_near(skew.variation, 2, 1e-12);
    assert_near(skew.chi_square, 160, 1e-9);
    assert_true(skew.p_value < 1e-30);
}

static void nothing_is_even(void **state)
{
    (void)state;
    const uint64_t counts[] = {0, 0, 0};
    struct rc_skew skew;
    assert_true(rc_skew_measure(counts, 3, &skew, NULL));
    assert_near(skew.most_over_mean, 1, 0);
    assert_near(skew.p_value, 1, 0);
    assert_true(rc_skew_measure(NULL, 0, &skew, NULL));
    assert_int_equal(skew.count, 0);
    const uint64_t one[] = {12};
    assert_true(rc_skew_measure(one, 1, &skew, NULL));
    assert_int_equal(skew.degrees, 0);
    assert_near(skew.p_value, 1, 0);
}

static void the_hottest_come_first(void **state)
{
    (void)state;
    const uint64_t counts[] = {3, 9, 0, 9, 12, 1};
    size_t indexes[6];
    assert_int_equal(rc_skew_hottest(counts, 6, indexes, 3), 3);
    assert_int_equal(indexes[0], 4);
    assert_int_equal(indexes[1], 1);
    assert_int_equal(indexes[2], 3);
    assert_int_equal(rc_skew_hottest(counts, 6, indexes, 6), 5); /* never an empty shard */
    assert_int_equal(indexes[4], 5);
    assert_int_equal(rc_skew_hottest(counts, 6, indexes, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_incomplete_gamma_has_its_closed_forms),
        cmocka_unit_test(chi_square_has_the_points_of_the_tables),
        cmocka_unit_test(millions_of_degrees_converge),
        cmocka_unit_test(even_counts_have_no_skew),
        cmocka_unit_test(known_counts_have_known_figures),
        cmocka_unit_test(nothing_is_even),
        cmocka_unit_test(the_hottest_come_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
