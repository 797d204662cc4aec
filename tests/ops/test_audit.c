/* The audit: chained lines, of which none can be changed, taken out or put in unseen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ops/audit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LINES_BYTES = 1 << 20 };

static char folder[64];
static struct rc_audit *audit;

static int begin(void **state)
{
    struct rc_error err = {0};
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/rc-test-audit-XXXXXX");
    assert_non_null(mkdtemp(folder));
    audit = rc_audit_open(folder, &err);
    assert_non_null(audit);
    return 0;
}

static int end(void **state)
{
    (void)state;
    assert_int_equal(unlink(rc_audit_path(audit)), 0);
    assert_int_equal(rmdir(folder), 0);
    rc_audit_close(audit);
    return 0;
}

static void add(const char *kind, const char *key, const char *outcome, const char *detail)
{
    struct rc_error err = {0};
    json_t *entry = json_pack("{ss ss ss ss ss ss}", "at", "2026-04-01T12:00:00.000Z", "kind", kind,
                              "payload", "p", "key", key, "outcome", outcome, "detail", detail);
    assert_true(rc_audit_add(audit, entry, &err));
    json_decref(entry);
}

static struct rc_audit_verdict verdict_of(void)
{
    struct rc_audit_verdict verdict;
    struct rc_error err = {0};
    assert_true(rc_audit_verify(audit, &verdict, &err));
    return verdict;
}

static char *read_lines(size_t *length)
{
    char *text = malloc(LINES_BYTES);
    FILE *file = fopen(rc_audit_path(audit), "r");
    assert_non_null(text);
    assert_non_null(file);
    *length = fread(text, 1, LINES_BYTES - 1, file);
    text[*length] = '\0';
    fclose(file);
    return text;
}

static void write_lines(const char *text, size_t length)
{
    FILE *file = fopen(rc_audit_path(audit), "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static void add_three(void)
{
    add("attempt", "k1", "", "first");
    add("attempt", "k2", "", "second");
    add("attempt", "k3", "", "third");
}

static void test_what_was_written_is_right(void **state)
{
    (void)state;
    assert_int_equal(verdict_of().lines, 0);
    add_three();
    struct rc_audit_verdict verdict = verdict_of();
    assert_int_equal(verdict.lines, 3);
    assert_int_equal(verdict.wrong_line, 0);
    assert_int_equal(verdict.cut, 0);
}

static void test_a_changed_line_shows(void **state)
{
    size_t length;
    (void)state;
    add_three();
    char *text = read_lines(&length);
    memcpy(strstr(text, "second"), "secOnd", 6);
    write_lines(text, length);
    free(text);
    assert_int_equal(verdict_of().wrong_line, 2);
}

static void test_every_changed_byte_shows(void **state)
{
    size_t length;
    (void)state;
    add_three();
    char *text = read_lines(&length);
    for (size_t i = 0; i + 1 < length; i += 7) {
        char was = text[i];
        text[i] = was == 'x' ? 'y' : 'x';
        write_lines(text, length);
        struct rc_audit_verdict verdict = verdict_of();
        if (!verdict.wrong_line && verdict.lines == 3)
            fail_msg("byte %zu was changed unseen", i);
        text[i] = was;
    }
    free(text);
}

static void test_a_line_taken_out_shows(void **state)
{
    size_t length;
    (void)state;
    add_three();
    char *text = read_lines(&length);
    char *second = strchr(text, '\n') + 1, *third = strchr(second, '\n') + 1;
    memmove(second, third, length - (size_t)(third - text));
    write_lines(text, length - (size_t)(third - second));
    free(text);
    assert_int_equal(verdict_of().wrong_line, 2);
}

static void test_lines_in_another_order_show(void **state)
{
    size_t length;
    (void)state;
    add_three();
    char *text = read_lines(&length);
    char *second = strchr(text, '\n') + 1, *third = strchr(second, '\n') + 1;
    char *other = malloc(length);
    size_t first_bytes = (size_t)(second - text), second_bytes = (size_t)(third - second);
    assert_non_null(other);
    memcpy(other, text, first_bytes);
    memcpy(other + first_bytes, third, length - first_bytes - second_bytes);
    memcpy(other + length - second_bytes, second, second_bytes);
    write_lines(other, length);
    free(other);
    free(text);
    assert_int_equal(verdict_of().wrong_line, 2);
}

/* A process that is killed while it writes leaves a piece of a line, or a line without its end. */
static void test_a_cut_line_stays_and_the_chain_goes_on(void **state)
{
    size_t length;
    (void)state;
    add_three();
    char *text = read_lines(&length);
    size_t third = (size_t)(strstr(text, "third") - text);
    for (size_t cut = third; cut < length; cut++) {
        write_lines(text, cut);
        add("outcome", "k3", "done", "");
        struct rc_audit_verdict verdict = verdict_of();
        assert_int_equal(verdict.wrong_line, 0);
        assert_int_equal(verdict.lines + verdict.cut, 4);
        assert_int_equal(verdict.cut, cut < length - 1);
    }
    free(text);
}

static void test_processes_take_turns(void **state)
{
    enum { PROCESSES = 4, ENTRIES = 25 };
    (void)state;
    for (int i = 0; i < PROCESSES; i++) {
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
            struct rc_error err = {0};
            audit = rc_audit_open(folder, &err);
            for (int n = 0; n < ENTRIES; n++)
                add("attempt", "k", "", "one of many");
            _exit(0);
        }
    }
    for (int i = 0; i < PROCESSES; i++) {
        int status;
        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
    }
    struct rc_audit_verdict verdict = verdict_of();
    assert_int_equal(verdict.wrong_line, 0);
    assert_int_equal(verdict.lines, PROCESSES * ENTRIES);
}

static void test_what_is_known_of_a_key(void **state)
{
    struct rc_audit_found found;
    struct rc_error err = {0};
    (void)state;
    assert_true(rc_audit_find(audit, "k", &found, &err));
    assert_false(found.begun);
    json_decref(found.parts);
    add("attempt", "k", "", "");
    add("part", "k", "", "message 1");
    add("part", "other", "", "message 2");
    assert_true(rc_audit_find(audit, "k", &found, &err));
    assert_true(found.begun && !found.ended);
    assert_int_equal(json_array_size(found.parts), 1);
    assert_string_equal(json_string_value(json_array_get(found.parts, 0)), "message 1");
    json_decref(found.parts);
    add("outcome", "k", "unknown", "no answer came");
    assert_true(rc_audit_find(audit, "k", &found, &err));
    assert_false(found.ended);
    json_decref(found.parts);
    add("outcome", "k", "done", "");
    assert_true(rc_audit_find(audit, "k", &found, &err));
    assert_true(found.ended);
    assert_string_equal(found.outcome, "done");
    json_decref(found.parts);
}

static void test_an_open_attempt_is_found_by_its_payload(void **state)
{
    char key[65];
    struct rc_error err = {0};
    (void)state;
    assert_true(rc_audit_find_open(audit, "p", key, &err));
    assert_string_equal(key, "");
    add("attempt", "k", "", "");
    assert_true(rc_audit_find_open(audit, "p", key, &err));
    assert_string_equal(key, "k");
    add("outcome", "k", "unknown", "");
    assert_true(rc_audit_find_open(audit, "p", key, &err));
    assert_string_equal(key, "k");
    add("outcome", "k", "failed", "");
    assert_true(rc_audit_find_open(audit, "p", key, &err));
    assert_string_equal(key, "");
}

static void test_a_long_entry_loses_its_words(void **state)
{
    static char words[2 * RC_AUDIT_LINE_BYTES];
    size_t length;
    (void)state;
    memset(words, 'w', sizeof words - 1);
    add("attempt", "k", "", words);
    add("attempt", "k2", "", "short");
    assert_int_equal(verdict_of().lines, 2);
    char *text = read_lines(&length);
    assert_true(length < RC_AUDIT_LINE_BYTES);
    free(text);
}

static void test_it_is_the_users_alone(void **state)
{
    (void)state;
    assert_int_equal(access(rc_audit_path(audit), F_OK), 0);
    struct rc_error err = {0};
    assert_null(rc_audit_open("/proc/nowhere", &err));
    assert_non_null(strstr(err.text, "/proc/nowhere"));
}

int main(void)
{
#define WITH_FOLDER(function) cmocka_unit_test_setup_teardown(function, begin, end)
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(test_what_was_written_is_right),
        WITH_FOLDER(test_a_changed_line_shows),
        WITH_FOLDER(test_every_changed_byte_shows),
        WITH_FOLDER(test_a_line_taken_out_shows),
        WITH_FOLDER(test_lines_in_another_order_show),
        WITH_FOLDER(test_a_cut_line_stays_and_the_chain_goes_on),
        WITH_FOLDER(test_processes_take_turns),
        WITH_FOLDER(test_what_is_known_of_a_key),
        WITH_FOLDER(test_an_open_attempt_is_found_by_its_payload),
        WITH_FOLDER(test_a_long_entry_loses_its_words),
        WITH_FOLDER(test_it_is_the_users_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
