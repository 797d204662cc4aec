#include "tui/theme.h"

#include "tui/bundled_themes.h"
#include "tui/screen_internal.h"

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

static char folder[64], path[256];

static int make_folder(void **state)
{
    (void)state;
    char part[160];
    snprintf(folder, sizeof folder, "/tmp/rc-theme-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(part, sizeof part, "%s/reconctl", folder);
    mkdir(part, 0700);
    snprintf(part, sizeof part, "%s/reconctl/themes", folder);
    mkdir(part, 0700);
    snprintf(path, sizeof path, "%s/mine.ini", part);
    return setenv("XDG_CONFIG_HOME", folder, 1);
}

static int remove_folder(void **state)
{
    (void)state;
    char command[96];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command); // NOLINT(cert-env33-c)
}

static void write_theme(const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void test_offers_exactly_the_bundled_ones(void **state)
{
    (void)state;
    size_t count = 0;
    while (rc_theme_names[count])
        count++;
    assert_int_equal(count, rc_bundled_theme_count);
    for (size_t i = 0; i < count; i++) {
        struct rc_theme theme;
        struct rc_error err = {0};
        if (!rc_theme_load(rc_theme_names[i], &theme, &err))
            fail_msg("%s", err.text);
        assert_string_equal(theme.name, rc_theme_names[i]);
        assert_true(strlen(theme.title) > 0);
    }
}

/* What WCAG 2 asks of text: 4.5 to 1, and 7 of the theme that promises more. Lines need
 * 3. */
static void test_can_be_read(void **state)
{
    (void)state;
    for (int i = 0; rc_theme_names[i]; i++) {
        struct rc_theme theme;
        assert_true(rc_theme_load(rc_theme_names[i], &theme, NULL));
        for (int role = 0; role < RC_ROLES; role++) {
            const struct rc_style *style = &theme.role[role];
            if (style->foreground == RC_COLOR_DEFAULT)
                continue;
            double least = strcmp(theme.name, "high-contrast") == 0 ? 7
                           : role == RC_ROLE_BORDER                 ? 3
                                                                    : 4.5;
            double contrast = rc_color_contrast(style->foreground, style->background);
            if (contrast < least)
                fail_msg("%s: role %d has a contrast of %.2f", theme.name, role, contrast);
        }
    }
}

/* The verdict stands in the line at the top and does not cut it. */
static void test_draws_the_verdict_on_the_title(void **state)
{
    (void)state;
    static const enum rc_role roles[] = {RC_ROLE_GOOD, RC_ROLE_BAD};
    for (int i = 0; rc_theme_names[i]; i++) {
        struct rc_theme theme;
        assert_true(rc_theme_load(rc_theme_names[i], &theme, NULL));
        for (int r = 0; r < 2; r++) {
            struct rc_style style = rc_style_within(&theme, roles[r], RC_ROLE_TITLE);
            assert_int_equal(style.background, theme.role[RC_ROLE_TITLE].background);
            assert_int_equal(style.reverse, theme.role[RC_ROLE_TITLE].reverse);
            assert_int_equal(style.bold, theme.role[roles[r]].bold);
            if (style.foreground != RC_COLOR_DEFAULT)
                assert_true(rc_color_contrast(style.foreground, style.background) >= 4.5);
        }
        /* One with a background of its own keeps it. */
        theme.role[RC_ROLE_BAD].background = 0x123456;
        assert_int_equal(rc_style_within(&theme, RC_ROLE_BAD, RC_ROLE_TITLE).background, 0x123456);
    }
}

/* Each level is lighter (or each is darker) than the one before. */
static void test_has_heat_that_only_rises(void **state)
{
    (void)state;
    for (int i = 0; rc_theme_names[i]; i++) {
        struct rc_theme theme;
        assert_true(rc_theme_load(rc_theme_names[i], &theme, NULL));
        if (theme.heat[0] == RC_COLOR_DEFAULT) {
            assert_string_equal(theme.name, "mono");
            continue;
        }
        bool rises = rc_color_contrast(theme.heat[0], 0) < rc_color_contrast(theme.heat[7], 0);
        for (int level = 1; level < RC_HEAT_LEVELS; level++) {
            double before = rc_color_contrast(theme.heat[level - 1], 0);
            double here = rc_color_contrast(theme.heat[level], 0);
            assert_true(rises ? here > before : here < before);
        }
    }
}

static void test_takes_ones_own_first(void **state)
{
    (void)state;
    struct rc_theme theme;
    write_theme("; mine\n[theme]\ntitle = Mine\n[roles]\nnormal = #ffffff on #000010\n"
                "bad = bold underline #FF0000\nkey = reverse dim\n"
                "[heat]\nlevels = #000000 #111111 #222222 #333333 #444444 #555555 #666666 "
                "#777777\n");
    assert_true(rc_theme_load("mine", &theme, NULL));
    assert_string_equal(theme.title, "Mine");
    const struct rc_style *bad = &theme.role[RC_ROLE_BAD], *key = &theme.role[RC_ROLE_KEY];
    assert_true(bad->bold && bad->underline && !bad->reverse);
    assert_int_equal(bad->foreground, 0xFF0000);
    assert_int_equal(bad->background, 0x000010); /* that of normal */
    assert_true(key->reverse && key->dim);
    assert_int_equal(key->foreground, 0xFFFFFF);
    assert_int_equal(theme.role[RC_ROLE_GOOD].foreground, 0xFFFFFF); /* not named: normal */
    assert_int_equal(theme.heat[7], 0x777777);
}

static void assert_refused(const char *text, const char *place, const char *why)
{
    struct rc_theme theme = {.name = "untouched"};
    struct rc_error err = {0};
    write_theme(text);
    assert_false(rc_theme_load("mine", &theme, &err));
    if (!strstr(err.text, place) || !strstr(err.text, why))
        fail_msg("%s", err.text);
    assert_string_equal(theme.name, "untouched");
}

static void test_names_the_place_of_a_mistake(void **state)
{
    (void)state;
    assert_refused("[roles]\n\nnormal = #12345\n", "mine.ini:3:", "normal = #12345");
    assert_refused("[roles]\nfancy = bold\n", "mine.ini:2:", "no such role");
    assert_refused("[rules]\nnormal = bold\n", "mine.ini:2:", "sections");
    assert_refused("[roles]\nnormal\n", "mine.ini:2:", "member");
    assert_refused("[heat]\nlevels = #000000\n", "mine.ini:2:", "8 colours");
    assert_refused("[heat]\nlevels = #000000 #000000 #000000 #000000 #000000 #000000 #000000 "
                   "#000000 #000000\n",
                   "mine.ini:2:", "8 colours");
}

static void test_refuses_names_that_are_paths(void **state)
{
    (void)state;
    static const char *const names[] = {"", "../dark", "a/b", ".hidden",
                                        "a-name-that-is-far-too-long-to-be-one"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct rc_theme theme;
        struct rc_error err = {0};
        assert_false(rc_theme_load(names[i], &theme, &err));
        assert_int_equal(err.code, RC_USAGE);
    }
}

/* ----- nearest colours ----- */

static void test_finds_the_nearest_colour(void **state)
{
    (void)state;
    assert_int_equal(rc_color_nearest(RC_COLOR_DEFAULT, 256), RC_COLOR_DEFAULT);
    assert_int_equal(rc_color_nearest(0x000000, 256), 16);
    assert_int_equal(rc_color_nearest(0xFFFFFF, 256), 231);
    assert_int_equal(rc_color_nearest(0xFF0000, 256), 196);
    assert_int_equal(rc_color_nearest(0x808080, 256), 244);
    assert_int_equal(rc_color_nearest(0x0000FF, 8), 4);
    assert_int_equal(rc_color_nearest(0xFF2020, 16), 9);
    assert_int_equal(rc_color_nearest(0x123456, RC_COLORS_DIRECT), 0x123456);
    assert_true(rc_color_nearest(0x000003, RC_COLORS_DIRECT) >= 8);
}

/* Whatever theme on however few colours: text is not drawn in its background. */
static void test_never_hides_text(void **state)
{
    (void)state;
    static const int counts[] = {8, 16, 256};
    for (int i = 0; rc_theme_names[i]; i++) {
        struct rc_theme theme;
        assert_true(rc_theme_load(rc_theme_names[i], &theme, NULL));
        for (int role = 0; role < RC_ROLES; role++)
            for (int colors = 0; colors < 3; colors++) {
                const struct rc_style *style = &theme.role[role];
                int front, back;
                rc_color_pair(style->foreground, style->background, counts[colors], &front, &back);
                if (front != RC_COLOR_DEFAULT)
                    assert_int_not_equal(front, back);
            }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_offers_exactly_the_bundled_ones),
        cmocka_unit_test(test_can_be_read),
        cmocka_unit_test(test_draws_the_verdict_on_the_title),
        cmocka_unit_test(test_has_heat_that_only_rises),
        cmocka_unit_test(test_takes_ones_own_first),
        cmocka_unit_test(test_names_the_place_of_a_mistake),
        cmocka_unit_test(test_refuses_names_that_are_paths),
        cmocka_unit_test(test_finds_the_nearest_colour),
        cmocka_unit_test(test_never_hides_text),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
