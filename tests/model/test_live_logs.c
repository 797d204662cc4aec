/* Lines of logs that AWS tells of, against a server that answers as told; and what is asked
 * of them, in words. */
#include "tests/model/live_sample.h"

#include "model/log_line.h"

#define RUN "file-0123456789abcdef0123456789abcdef"
#define ID "11111111-2222-3333-4444-555555555555"

static struct {
    int rounds;    /* of the worker's group */
    int of_lambda; /* rounds in which Lambda's lines were asked for */
    int64_t lines; /* that its group has, when it is to have many */
    const char *denied;
} cloud;

static const char *target_of(const struct fake_request *request)
{
    const char *target = fake_request_header(request, "X-Amz-Target");
    const char *point = target ? strrchr(target, '.') : NULL;
    return point ? point + 1 : "";
}

static int begin_logs(void **state)
{
    int failed = begin(state);
    memset(&cloud, 0, sizeof cloud);
    setenv("RECON_MACHINE_ARN", "arn:aws:states:eu-west-1:1:stateMachine:recon-pipeline", 1);
    unsetenv("RECON_TABLE_STATE");
    return failed;
}

#define EVENT(at_ms, id, message)                                                                  \
    "{\"timestamp\":" #at_ms ",\"eventId\":\"" id                                                  \
    "\",\"logStreamName\":\"s\",\"message\":\"" message "\"}"

/* Page after page of lines that say nothing but their number. */
static void give_many(const struct fake_request *request, struct fake_answer *answer)
{
    enum { A_PAGE = 5000 };
    const char *token = strstr(request->body, "\"nextToken\":\"");
    int64_t first = token ? strtoll(token + strlen("\"nextToken\":\""), NULL, 10) : 0;
    size_t used = (size_t)snprintf(at.body, BODY_BYTES, "{\"events\":[");
    int64_t i = first;
    for (; i < first + A_PAGE && i < cloud.lines; i++)
        used +=
            (size_t)snprintf(at.body + used, BODY_BYTES - used,
                             "%s{\"timestamp\":%lld,\"eventId\":\"e%lld\",\"message\":\"n%lld\"}",
                             i > first ? "," : "", (long long)i, (long long)i, (long long)i);
    used += (size_t)snprintf(at.body + used, BODY_BYTES - used, "]");
    if (i < cloud.lines)
        used += (size_t)snprintf(at.body + used, BODY_BYTES - used, ",\"nextToken\":\"%lld\"",
                                 (long long)i);
    snprintf(at.body + used, BODY_BYTES - used, "}");
    answer->body = at.body;
}

static void give(void *ctx, const struct fake_request *request, struct fake_answer *answer)
{
    (void)ctx;
    bool task = strstr(request->body, "\"/ecs/recon-worker\"") != NULL;
    if (strcmp(target_of(request), "DescribeExecution") == 0) {
        answer->body = "{\"name\":\"x\",\"status\":\"FAILED\",\"startDate\":1000.0,"
                       "\"stopDate\":1060.0}";
    } else if (cloud.denied && strstr(request->body, cloud.denied)) {
        answer->status = 400;
        answer->body = "{\"__type\":\"AccessDeniedException\",\"message\":\"no\"}";
    } else if (strstr(request->body, "\"/nowhere\"")) {
        answer->status = 400;
        answer->body = "{\"__type\":\"ResourceNotFoundException\",\"message\":\"none\"}";
    } else if (strstr(request->body, "\"?\\\"" ID "\\\"\"")) {
        cloud.of_lambda++;
        answer->body =
            "{\"events\":[" EVENT(1000, "a", "START RequestId: " ID " Version: $LATEST") "," EVENT(
                2600, "n",
                "{\\\"level\\\":\\\"info\\\",\\\"message\\\":\\\"not "
                "again\\\"}") "," EVENT(2900, "r",
                                        "REPORT RequestId: " ID "\\tDuration: 812.30 "
                                        "ms\\tBilled Duration: 813 "
                                        "ms\\tMemory "
                                        "Size: 512 MB\\tMax Memory "
                                        "Used: 48 MB\\tInit Duration: "
                                        "120.00 ms") "]}";
    } else if (cloud.lines && !task) {
        give_many(request, answer);
    } else if (task) {
        answer->body = "{\"events\":[" EVENT(1500, "t1", "from a task\\n") "]}";
    } else if (cloud.rounds++ == 0) {
        answer->body =
            "{\"events\":[" EVENT(1000, "a", "START RequestId: " ID " Version: $LATEST") "," EVENT(
                2000, "b",
                "{\\\"level\\\":\\\"ERROR\\\",\\\"run\\\":\\\"" RUN
                "\\\",\\\"request_id\\\":\\\"" ID "\\\",\\\"step\\\":\\\"ingest\\\",\\\"error\\\":"
                "\\\"BadInput\\\","
                "\\\"message\\\":\\\"card 4111111111111111 "
                "\\\\u001b[2J\\\"}") "," EVENT(2500, "c",
                                               "{\\\"_aws\\\":{"
                                               "},\\\"Step\\\":"
                                               "\\\"ingest\\\","
                                               "\\\"Duration\\"
                                               "\":5}") "," EVENT(3000, "d",
                                                                  "2026-"
                                                                  "11-"
                                                                  "02T12"
                                                                  ":00:"
                                                                  "00Z"
                                                                  " " ID " Task"
                                                                  " time"
                                                                  "d "
                                                                  "out "
                                                                  "after"
                                                                  " 900."
                                                                  "10 "
                                                                  "secon"
                                                                  "ds") "]}";
    } else {
        answer->body = "{\"events\":[" EVENT(3000, "d", "again") "," EVENT(9000, "e", "late") "]}";
    }
}

static void ask(const char *text)
{
    struct rc_logs_words words;
    struct rc_error err = {0};
    const char *rest = rc_logs_words_read(text, &words, &err);
    assert_non_null(rest);
    assert_string_equal(rest, "");
    fake_server_reply(at.server, give, NULL);
    at.listing = rc_live_logs(at.live, &words, &err);
    assert_non_null(at.listing);
}

static void ask_and_wait(const char *text)
{
    struct rc_error err = {0};
    ask(text);
    if (!rc_listing_wait(at.listing, &err))
        fail_msg("%s", err.text);
}

static bool was_asked(const char *text)
{
    for (size_t i = 0; i < fake_server_count(at.server); i++)
        if (strstr(fake_server_request(at.server, i)->body, text))
            return true;
    return false;
}

/* ----- lines ----- */

static void test_lines_of_both_routes_by_their_time(void **state)
{
    (void)state;
    ask_and_wait("");
    assert_string_equal(cells_of("logs", at.listing, "time"),
                        "00:00:01.000|00:00:01.500|00:00:02.000|00:00:03.000");
    assert_string_equal(cells_of("logs", at.listing, "level"), "-|-|error|error");
    assert_string_equal(cells_of("logs", at.listing, "kind"), "platform|text|json|text");
    assert_string_equal(cells_of("logs", at.listing, "step"), "-|-|ingest|-");
    assert_string_equal(cells_of("logs", at.listing, "request_id"), ID "|-|" ID "|" ID);
    assert_string_equal(cells_of("logs", at.listing, "run"), "-|-|" RUN "|-");
    assert_int_equal(count_of("logs", at.listing, "message=\"from a task\""), 1);
    assert_int_equal(count_of("logs", at.listing, "message:411111******1111 error=BadInput"), 1);
    assert_int_equal(count_of("logs", at.listing, "4111111111111111"), 0);
    assert_int_equal(rc_live_logs_about(at.listing)->folded, 1);
    assert_true(was_asked("-CloudWatchMetrics"));
}

static void test_a_run_has_what_lambda_says_of_it(void **state)
{
    (void)state;
    ask_and_wait("run " RUN);
    assert_int_equal(cloud.of_lambda, 1);
    assert_string_equal(
        cells_of("logs", at.listing, "message"),
        "START RequestId: " ID " Version: $LATEST|from a task|"
        "BadInput: card 411111******1111 \x1b[2J|took 812.30 ms, billed 813 ms, used 48 MB of "
        "512 MB, began in 120.00 ms|2026-11-02T12:00:00Z " ID
        " Task timed out after 900.10 seconds");
    assert_int_equal(count_of("logs", at.listing, "kind=platform step=ingest run=" RUN), 1);
    assert_int_equal(count_of("logs", at.listing, "not"), 0);
    rc_live_logs_more(at.listing); /* it has reported: nobody is asked again */
    pass(1000);
    assert_int_equal(cloud.of_lambda, 1);
}

static void test_metrics_come_when_they_are_asked_for(void **state)
{
    (void)state;
    ask_and_wait("metrics");
    assert_int_equal(count_of("logs", at.listing, "kind=metrics step=ingest message:Duration=5"),
                     1);
    assert_false(was_asked("CloudWatchMetrics"));
}

static void test_more_comes_into_the_same_listing_and_nothing_twice(void **state)
{
    (void)state;
    ask_and_wait("");
    rc_live_logs_more(at.listing);
    rc_live_logs_more(at.listing); /* while that is asked nothing is */
    pass(1000);
    assert_int_equal(rc_listing_rows(at.listing), 5);
    assert_int_equal(count_of("logs", at.listing, "message=late"), 1);
    assert_int_equal(count_of("logs", at.listing, "message=again"), 0);
    assert_int_equal(fake_server_count(at.server), 4);
}

static void test_a_run_is_looked_for_around_its_time(void **state)
{
    (void)state;
    ask_and_wait(RUN);
    assert_true(was_asked("\"startTime\":990000"));
    assert_true(was_asked("\"endTime\":1360000"));
    assert_true(was_asked("\\\"" RUN "\\\" -CloudWatchMetrics"));
    assert_true(rc_live_logs_about(at.listing)->ended);
    size_t before = fake_server_count(at.server);
    rc_live_logs_more(at.listing);
    pass(1000);
    assert_int_equal(fake_server_count(at.server), before);
}

static void test_the_window_has_the_newest_lines(void **state)
{
    (void)state;
    cloud.lines = RC_LOGS_LINES + 20000;
    ask_and_wait("since 5d");
    assert_true(rc_listing_rows(at.listing) <= RC_LOGS_LINES);
    assert_true(rc_listing_rows(at.listing) >= RC_LOGS_LINES * 9 / 10);
    assert_true(rc_live_logs_about(at.listing)->cut);
    assert_int_equal(count_of("logs", at.listing, "message=n119999"), 1);
    assert_int_equal(count_of("logs", at.listing, "message=n0"), 0);
}

/* ----- what fails ----- */

static void test_a_group_that_is_denied_or_missing(void **state)
{
    (void)state;
    cloud.denied = "/ecs/";
    ask_and_wait("");
    assert_int_equal(rc_listing_rows(at.listing), 3);
    assert_int_equal(at.notes, 1);
    assert_non_null(strstr(at.note, "allow logs:FilterLogEvents"));
    rc_live_logs_more(at.listing);
    pass(1000);
    assert_int_equal(at.notes, 1); /* the same is not told again */
    rc_listing_free(at.listing);
    ask("/nowhere");
    fails_with("there is no log group /nowhere");
}

static void test_it_is_cancelled_and_freed_at_any_time(void **state)
{
    (void)state;
    cloud.lines = 30000;
    for (size_t requests = 0; requests < 8; requests++) {
        size_t before = fake_server_count(at.server);
        ask("since 1h");
        while (rc_listing_state(at.listing) == RC_LISTING_LOADING &&
               fake_server_count(at.server) < before + requests)
            rc_live_pass(at.live, 1);
        if (requests % 2)
            rc_listing_cancel(at.listing);
        rc_listing_free(at.listing);
        at.listing = NULL;
    }
}

/* ----- one line ----- */

static void test_a_line_is_shown_indented(void **state)
{
    struct rc_error err = {0};
    (void)state;
    ask_and_wait("");
    struct rc_table *table = table_of("logs", at.listing, "level=error kind=json", NULL);
    char *text = rc_log_event_read(at.model, rc_table_key(table, 0), &err);
    rc_table_close(table);
    assert_non_null(text);
    assert_non_null(strstr(text, "\n  \"step\": \"ingest\",\n"));
    assert_null(strstr(text, "4111111111111111"));
    free(text);
    assert_null(rc_log_event_read(at.model, 99999, &err));
    assert_int_equal(err.code, RC_USAGE);
}

static void test_hostile_lines(void **state)
{
    static const char *const texts[] = {"",
                                        "\n",
                                        "{",
                                        "{}",
                                        "{\"message\":1}",
                                        "{\"a\":[{}]}",
                                        "Task timed out after ",
                                        "RequestId: ",
                                        "RequestId: 1111",
                                        "\x1b[2J\x07"};
    struct rc_log_line line;
    char *huge = malloc(RC_LOG_RAW_BYTES * 3 + 1);
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_true(rc_log_line_read(texts[i], &line));
        assert_string_equal(line.request, "");
        rc_log_line_free(&line);
    }
    assert_non_null(huge);
    for (size_t i = 0; i < RC_LOG_RAW_BYTES * 3; i += 3)
        memcpy(huge + i, "\xe2\x82\xac", 4);
    assert_true(rc_log_line_read(huge, &line));
    assert_true(line.raw.length <= RC_LOG_RAW_BYTES);
    assert_int_equal(line.raw.length % 3, 0);
    assert_int_equal(strlen(line.message) % 3, 0);
    rc_log_line_free(&line);
    free(huge);
}

/* ----- words ----- */

static void test_words(void **state)
{
    static const struct {
        const char *text, *again, *rest, *pattern;
    } cases[] = {
        {"", "", "", "-CloudWatchMetrics"},
        {RUN, RUN, "", "\"" RUN "\" -CloudWatchMetrics"},
        {"run by-hand step=match", "run by-hand", "step=match", "\"by-hand\" -CloudWatchMetrics"},
        {"/aws/x since 120m metrics", "/aws/x since 2h metrics", "", ""},
        {"request " ID, ID, "", "\"" ID "\" -CloudWatchMetrics"},
        {"a\\b\"c level=error more", "a\\b\"c", "level=error more",
         "\"a\\\\b\\\"c\" -CloudWatchMetrics"},
        {"one two", "one", "two", "\"one\" -CloudWatchMetrics"},
        {"!kind=platform", "", "!kind=platform", "-CloudWatchMetrics"},
    };
    struct rc_logs_words words;
    struct rc_error err = {0};
    char again[1024], pattern[RC_LOGS_PATTERN_BYTES];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *rest = rc_logs_words_read(cases[i].text, &words, &err);
        assert_non_null(rest);
        assert_string_equal(rest, cases[i].rest);
        rc_logs_words_write(&words, again, sizeof again);
        assert_string_equal(again, cases[i].again);
        rc_logs_words_pattern(&words, pattern);
        assert_string_equal(pattern, cases[i].pattern);
    }
    static const char *const wrong[] = {"since x", "since", "run", "since -1", "since 9999999d"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        err.code = RC_OK;
        assert_null(rc_logs_words_read(wrong[i], &words, &err));
        assert_int_equal(err.code, RC_USAGE);
    }
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, begin_logs, end)
    const struct CMUnitTest tests[] = {
        TEST(test_lines_of_both_routes_by_their_time),
        TEST(test_a_run_has_what_lambda_says_of_it),
        TEST(test_metrics_come_when_they_are_asked_for),
        TEST(test_more_comes_into_the_same_listing_and_nothing_twice),
        TEST(test_a_run_is_looked_for_around_its_time),
        TEST(test_the_window_has_the_newest_lines),
        TEST(test_a_group_that_is_denied_or_missing),
        TEST(test_it_is_cancelled_and_freed_at_any_time),
        TEST(test_a_line_is_shown_indented),
        cmocka_unit_test(test_hostile_lines),
        cmocka_unit_test(test_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
