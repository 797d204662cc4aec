#include "tui/chart.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST_CELLS = 400 };

static void assert_value(rc_chart_format *format, double value, const char *expected)
{
    char text[RC_CHART_VALUE_BYTES];
    format(value, text);
    assert_string_equal(text, expected);
}

static void test_values_are_short(void **state)
{
    (void)state;
    assert_value(rc_chart_count, 0, "0");
    assert_value(rc_chart_count, 0.25, "0.25");
    assert_value(rc_chart_count, 12.34, "12.3");
    assert_value(rc_chart_count, 9999, "9999");
    assert_value(rc_chart_count, 12500, "12.5k");
    assert_value(rc_chart_count, 950000, "950k");
    assert_value(rc_chart_count, 3e6, "3.0M");
    assert_value(rc_chart_count, 2.5e12, "2.5T");
    assert_value(rc_chart_seconds, 0.25, "0.25 s");
    assert_value(rc_chart_seconds, 59, "59 s");
    assert_value(rc_chart_seconds, 899, "14:59");
    assert_value(rc_chart_seconds, 7500, "2 h 05");
    assert_value(rc_chart_percent, 0.031, "3.1%");
    assert_value(rc_chart_percent, 0, "0%");
    assert_value(rc_chart_percent, 1, "100%");
}

/* ----- scales ----- */

static struct rc_chart chart_of(const struct rc_chart_series *series, size_t series_count,
                                size_t count)
{
    return (struct rc_chart){.title = "units",
                             .step_ms = 60000,
                             .count = count,
                             .series = series,
                             .series_count = series_count,
                             .limit = NAN,
                             .limit_name = "limit",
                             .cursor = count};
}

static void assert_top(double value, double limit, double top)
{
    struct rc_chart_series series = {.name = "a", .values = &value};
    struct rc_chart chart = chart_of(&series, 1, 1);
    chart.limit = limit;
    assert_true(fabs(rc_chart_top(&chart) - top) < top * 1e-9);
}

static void test_the_top_is_a_round_number(void **state)
{
    (void)state;
    assert_top(0, NAN, 1);
    assert_top(NAN, NAN, 1);
    assert_top(1, NAN, 1);
    assert_top(11, NAN, 20);
    assert_top(0.3, NAN, 0.5);
    assert_top(501, NAN, 1000);
    /* A limit is in sight of what comes near it. */
    assert_top(99, 1000, 100);
    assert_top(100, 1000, 1000);
    assert_top(1200, 1000, 2000);
}

static void test_the_top_of_seconds_is_a_time(void **state)
{
    static const double cases[][2] = {
        {0.3, 0.5},   {7, 10},       {45, 60},       {61, 120},       {601, 900},      {900, 900},
        {1320, 1800}, {8000, 14400}, {50000, 86400}, {86401, 172800}, {300000, 432000}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rc_chart_series series = {.name = "age", .values = &cases[i][0]};
        struct rc_chart chart = chart_of(&series, 1, 1);
        chart.format = rc_chart_seconds;
        assert_true(fabs(rc_chart_top(&chart) - cases[i][1]) < 1e-6);
    }
}

static void test_a_column_is_a_point(void **state)
{
    (void)state;
    struct rc_chart chart = chart_of(NULL, 0, 10);
    int width = RC_CHART_MARGIN + 40;
    assert_int_equal(rc_chart_at(&chart, width, RC_CHART_MARGIN - 1), 10);
    assert_int_equal(rc_chart_at(&chart, width, RC_CHART_MARGIN), 0);
    assert_int_equal(rc_chart_at(&chart, width, RC_CHART_MARGIN + 3), 0);
    assert_int_equal(rc_chart_at(&chart, width, RC_CHART_MARGIN + 4), 1);
    assert_int_equal(rc_chart_at(&chart, width, width - 1), 9);
    assert_int_equal(rc_chart_at(&chart, width, width), 10);
    chart.count = 0;
    assert_int_equal(rc_chart_at(&chart, width, RC_CHART_MARGIN), 0);
}

static void test_a_point_has_a_time(void **state)
{
    (void)state;
    char text[RC_CHART_VALUE_BYTES];
    struct rc_chart chart = chart_of(NULL, 0, 10);
    chart.from_ms = ((INT64_C(20000) * 24 + 10) * 60 + 40) * 60000;
    rc_chart_time(&chart, 2, text);
    assert_string_equal(text, "10:42");
    chart.step_ms = 10000;
    rc_chart_time(&chart, 7, text);
    assert_string_equal(text, "10:41:10");
}

/* ----- the plot ----- */

static void assert_plot(const struct rc_chart *chart, int height, int width, bool ascii,
                        const char *const *rows)
{
    struct rc_chart_cell cells[MOST_CELLS];
    char row[4 * MOST_CELLS];
    assert_in_range(height * width, 1, MOST_CELLS);
    rc_chart_plot(chart, height, width, ascii, cells);
    for (int y = 0; y < height; y++) {
        row[0] = '\0';
        for (int x = 0; x < width; x++)
            strcat(row, cells[y * width + x].text);
        assert_string_equal(row, rows[y]);
    }
}

static void test_a_line_has_no_holes_but_gaps(void **state)
{
    (void)state;
    static const double values[] = {0, 1, 2, 3, NAN, 5, NAN, 1, 1};
    struct rc_chart_series series = {.name = "a", .values = values};
    struct rc_chart chart = chart_of(&series, 1, 9);
    assert_plot(&chart, 5, 9, true,
                (const char *const[]){
                    "     *   ",
                    "         ",
                    "  **     ",
                    " *     **",
                    "*        ",
                });
    assert_plot(&chart, 3, 9, false,
                (const char *const[]){
                    "     ⠈   ",
                    "  ⢀⠎     ",
                    "⢀⠔⠁    ⠐⠒",
                });
}

static void test_bars_stand_on_zero(void **state)
{
    (void)state;
    static const double values[] = {0, 1, 4, NAN, 10, 8};
    struct rc_chart_series series = {.name = "a", .values = values, .stroke = RC_CHART_BARS};
    struct rc_chart chart = chart_of(&series, 1, 6);
    assert_plot(&chart, 2, 6, false,
                (const char *const[]){
                    "    █▅",
                    " ▂▇ ██",
                });
    assert_plot(&chart, 2, 6, true,
                (const char *const[]){
                    "    #=",
                    " .* ##",
                });
    /* Wide: a point is as wide as its time. Narrow: the greatest is seen. */
    assert_plot(&chart, 1, 12, false, (const char *const[]){"  ▁▁▄▄  ██▇▇"});
    assert_plot(&chart, 1, 2, false, (const char *const[]){"▄█"});
}

static void test_a_limit_is_a_line(void **state)
{
    (void)state;
    static const double values[] = {2, 2, 8, 2};
    struct rc_chart_series series = {.name = "a", .values = values, .stroke = RC_CHART_BARS};
    struct rc_chart chart = chart_of(&series, 1, 4);
    chart.limit = 10;
    assert_plot(&chart, 4, 4, false, (const char *const[]){"──▂─", "  █ ", "  █ ", "▇▇█▇"});
    chart.limit = 1000;
    assert_plot(&chart, 2, 4, false, (const char *const[]){"  ▅ ", "▄▄█▄"});
}

static void test_series_differ_without_colours(void **state)
{
    (void)state;
    static const double high[] = {4, 4, 4, 4}, middle[] = {2, 2, 2, 2}, low[] = {0, 0, 0, 0};
    struct rc_chart_series series[] = {
        {.name = "a", .values = high, .stroke = RC_CHART_LINE},
        {.name = "b", .values = middle, .stroke = RC_CHART_DASHED},
        {.name = "c", .values = low, .stroke = RC_CHART_DOTTED},
    };
    struct rc_chart chart = chart_of(series, 3, 4);
    assert_plot(&chart, 5, 8, false,
                (const char *const[]){
                    "        ",
                    " ⠉⠉⠉⠉⠉⠉⠁",
                    " ⣀ ⣀⣀ ⣀⡀",
                    "        ",
                    " ⡀⡀⡀⡀⡀⡀⡀",
                });
}

static void test_the_cursor_is_a_column(void **state)
{
    (void)state;
    static const double values[] = {1, 1, 1, 1};
    struct rc_chart_series series = {.name = "a", .values = values};
    struct rc_chart chart = chart_of(&series, 1, 4);
    struct rc_chart_cell cells[2 * 8];
    chart.cursor = 2;
    rc_chart_plot(&chart, 2, 8, false, cells);
    for (int i = 0; i < 16; i++)
        assert_int_equal(cells[i].role, i % 8 == 5 ? RC_ROLE_SELECTED : RC_ROLE_NORMAL);
}

/* Whatever the values and sizes: every cell is one glyph, and nothing is written outside. */
static void test_takes_any_values(void **state)
{
    (void)state;
    srand(11);
    for (int round = 0; round < 3000; round++) {
        double values[2][50];
        size_t count = (size_t)rand() % 50;
        for (size_t i = 0; i < 50; i++) {
            values[0][i] = rand() % 5 ? rand() - 1000.0 : NAN;
            values[1][i] = rand() % 9 ? pow(10, rand() % 600 - 300) : INFINITY;
        }
        struct rc_chart_series series[] = {
            {.name = "a", .values = values[0], .stroke = (enum rc_chart_stroke)(rand() % 4)},
            {.name = "b", .values = values[1], .stroke = (enum rc_chart_stroke)(rand() % 4)},
        };
        struct rc_chart chart = chart_of(series, 2, count);
        int height = rand() % 9 + 1, width = rand() % 40 + 1;
        chart.limit = rand() % 3 ? (double)rand() : NAN;
        chart.cursor = (size_t)rand() % 60;
        size_t size = (size_t)height * (size_t)width;
        struct rc_chart_cell *cells = malloc(size * sizeof *cells);
        assert_non_null(cells);
        rc_chart_plot(&chart, height, width, rand() % 2, cells);
        for (size_t i = 0; i < size; i++)
            assert_in_range(strlen(cells[i].text), 1, 3);
        free(cells);
    }
}

/* ----- sparklines ----- */

static void assert_spark(const double *values, size_t count, int width, const char *expected)
{
    char text[RC_SPARKLINE_BYTES];
    rc_sparkline_text(values, count, width, false, text);
    assert_string_equal(text, expected);
}

static void test_a_sparkline_fits_its_cells(void **state)
{
    (void)state;
    static const double values[] = {0, 1, 2, 3, NAN, 5, 6, 7};
    static const double same[] = {0, 0, 0};
    assert_spark(values, 8, 8, "▁▂▃▄ ▆▇█");
    assert_spark(values, 8, 4, "▂▄▆█");
    assert_spark(values, 3, 5, "  ▁▅█");
    assert_spark(same, 3, 3, "▁▁▁");
    assert_spark(NULL, 0, 2, "  ");
    assert_spark(values, 8, 0, "");
    char text[RC_SPARKLINE_BYTES];
    rc_sparkline_text(values, 8, 8, true, text);
    assert_string_equal(text, "_.:- +*#");
    rc_sparkline_text(values, 8, 1000, false, text);
    assert_int_equal(strlen(text), 56 + 7 * 3 + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_are_short),
        cmocka_unit_test(test_the_top_is_a_round_number),
        cmocka_unit_test(test_the_top_of_seconds_is_a_time),
        cmocka_unit_test(test_a_column_is_a_point),
        cmocka_unit_test(test_a_point_has_a_time),
        cmocka_unit_test(test_a_line_has_no_holes_but_gaps),
        cmocka_unit_test(test_bars_stand_on_zero),
        cmocka_unit_test(test_a_limit_is_a_line),
        cmocka_unit_test(test_series_differ_without_colours),
        cmocka_unit_test(test_the_cursor_is_a_column),
        cmocka_unit_test(test_takes_any_values),
        cmocka_unit_test(test_a_sparkline_fits_its_cells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
