/* Log lines and the metrics in them. */
#include "pipeline/emf.h"
#include "pipeline/log.h"
#include "tests/pipeline/support.h"

#include <math.h>

static const struct rc_emf_dimension dimensions[] = {{"Program", "visa"}, {"Side", "settlement"}};

static void test_a_document(void **state)
{
    struct fixture *f = *state;
    struct rc_emf emf;
    f->pipeline.request_id = "r";
    f->pipeline.run = "R \"1\"";
    rc_emf_open(&emf, &f->pipeline, dimensions, 2);
    rc_emf_add(&emf, "Records", RC_EMF_COUNT, 12);
    rc_emf_add(&emf, "Size", RC_EMF_BYTES, INT64_C(9007199254740993));
    rc_emf_add(&emf, "Duration", RC_EMF_MILLISECONDS, -1);
    assert_null(f->written); /* nothing before the close */
    rc_emf_close(&emf);
    json_t *line = fixture_line(f, 0);
    assert_json(line, "{'_aws': {'Timestamp': 1793620800000, 'CloudWatchMetrics': [{"
                      "'Namespace': 'reconctl', 'Dimensions': [['Program'], ['Program', 'Side']],"
                      "'Metrics': [{'Name': 'Records', 'Unit': 'Count'},"
                      "{'Name': 'Size', 'Unit': 'Bytes'},"
                      "{'Name': 'Duration', 'Unit': 'Milliseconds'}]}]},"
                      "'Program': 'visa', 'Side': 'settlement', 'Records': 12,"
                      "'Size': 9007199254740993, 'Duration': -1, 'request_id': 'r',"
                      "'run': 'R \\'1\\''}");
    json_decref(line);
    assert_null(fixture_line(f, 1));
}

static void test_nothing_is_no_document(void **state)
{
    struct fixture *f = *state;
    struct rc_emf emf;
    rc_emf_open(&emf, &f->pipeline, dimensions, 1);
    rc_emf_close(&emf);
    assert_null(fixture_line(f, 0));
}

static json_t *metrics_of(const json_t *line)
{
    const json_t *about = json_object_get(line, "_aws");
    const json_t *directives = json_object_get(about, "CloudWatchMetrics");
    assert_int_equal(json_array_size(directives), 1);
    return json_object_get(json_array_get(directives, 0), "Metrics");
}

static void test_a_document_has_a_hundred_metrics_at_most(void **state)
{
    struct fixture *f = *state;
    struct rc_emf emf;
    char names[250][16];
    size_t found = 0;
    json_t *line;
    rc_emf_open(&emf, &f->pipeline, dimensions, 1);
    for (int i = 0; i < 250; i++) {
        snprintf(names[i], sizeof names[i], "M%d", i);
        rc_emf_add(&emf, names[i], RC_EMF_COUNT, i);
    }
    rc_emf_close(&emf);
    for (size_t i = 0; (line = fixture_line(f, i)); i++) {
        size_t count = json_array_size(metrics_of(line));
        assert_in_range(count, 1, RC_EMF_METRICS);
        for (size_t j = 0; j < count; j++, found++)
            assert_int_equal(json_integer_value(json_object_get(line, names[found])), found);
        json_decref(line);
    }
    assert_int_equal(found, 250);
}

static void test_a_name_that_comes_again_is_another_value(void **state)
{
    struct fixture *f = *state;
    struct rc_emf emf;
    rc_emf_open(&emf, &f->pipeline, dimensions, 1);
    rc_emf_add(&emf, "Records", RC_EMF_COUNT, 1);
    rc_emf_add(&emf, "Records", RC_EMF_COUNT, 2);
    rc_emf_close(&emf);
    for (int i = 0; i < 2; i++) {
        json_t *line = fixture_line(f, (size_t)i);
        assert_int_equal(json_array_size(metrics_of(line)), 1);
        assert_int_equal(json_integer_value(json_object_get(line, "Records")), i + 1);
        json_decref(line);
    }
}

static void test_a_ratio_has_no_unit(void **state)
{
    struct fixture *f = *state;
    struct rc_emf emf;
    rc_emf_open(&emf, &f->pipeline, dimensions, 1);
    rc_emf_add_ratio(&emf, "Skew", 1.25);
    rc_emf_add_ratio(&emf, "Endless", INFINITY);
    rc_emf_add_ratio(&emf, "PValue", 1e-30);
    rc_emf_close(&emf);
    json_t *line = fixture_line(f, 0);
    assert_json(metrics_of(line),
                "[{'Name': 'Skew', 'Unit': 'None'}, {'Name': 'PValue', 'Unit': 'None'}]");
    assert_true(json_real_value(json_object_get(line, "Skew")) == 1.25);
    assert_true(json_real_value(json_object_get(line, "PValue")) < 2e-30);
    json_decref(line);
}

/* ----- log lines ----- */

static void test_a_log_line(void **state)
{
    struct fixture *f = *state;
    rc_pipeline_log(&f->pipeline, RC_LOG_INFO, "%d of %s", 1, "two\nlines");
    f->pipeline.request_id = "r";
    f->pipeline.trace = "t";
    f->pipeline.run = "R";
    f->pipeline.step = "ingest";
    snprintf(f->pipeline.fault, sizeof f->pipeline.fault, "Throttled");
    rc_pipeline_log(&f->pipeline, RC_LOG_WARN, "slow");
    struct rc_error err;
    rc_error_set(&err, RC_IO, "no answer");
    rc_pipeline_log_failure(&f->pipeline, &err);
    static const char *const wanted[] = {
        "{'level': 'info', 'message': '1 of two\\nlines'}",
        "{'level': 'warn', 'request_id': 'r', 'trace': 't', 'run': 'R', 'step': 'ingest',"
        " 'message': 'slow'}",
        "{'level': 'error', 'request_id': 'r', 'trace': 't', 'run': 'R', 'step': 'ingest',"
        " 'error': 'Throttled', 'message': 'no answer'}",
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        json_t *line = fixture_line(f, i);
        assert_json(line, wanted[i]);
        json_decref(line);
    }
    assert_null(fixture_line(f, 3));
}

static void test_secrets_and_card_numbers_stay_out(void **state)
{
    struct fixture *f = *state;
    rc_pipeline_log(&f->pipeline, RC_LOG_ERROR,
                    "card 4111111111111111, SecretAccessKey=wJalrXUtnFEMI, \"sessionToken\": "
                    "\"IQoJb3Jp\"");
    assert_null(strstr(f->written, "4111111111111111"));
    assert_non_null(strstr(f->written, "411111******1111"));
    assert_null(strstr(f->written, "wJalr"));
    assert_null(strstr(f->written, "IQoJ"));
}

static void test_a_card_that_is_cut_stays_out(void **state)
{
    struct fixture *f = *state;
    char text[RC_MESSAGE_BYTES];
    memset(text, '-', sizeof text);
    text[sizeof text - 1 - 14] = '\0'; /* room for fourteen digits */
    rc_pipeline_log(&f->pipeline, RC_LOG_INFO, "%s%s", text, "4111111111111111");
    assert_non_null(strstr(f->written, "-411111********\""));
    rc_pipeline_log(&f->pipeline, RC_LOG_INFO, "at 1234567890");
    assert_non_null(strstr(f->written, "at 1234567890"));
}

static void test_long_and_odd_messages(void **state)
{
    struct fixture *f = *state;
    char text[3 * RC_MESSAGE_BYTES];
    memset(text, '\x01', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    rc_pipeline_log(&f->pipeline, RC_LOG_INFO, "%s", text);
    rc_pipeline_log(&f->pipeline, RC_LOG_INFO, "\xff\xfe ok");
    json_t *line = fixture_line(f, 0);
    assert_int_equal(json_string_length(json_object_get(line, "message")), RC_MESSAGE_BYTES - 1);
    json_decref(line);
    line = fixture_message(f, " ok");
    assert_non_null(line);
    json_decref(line);
}

static void test_without_a_place_to_write_nothing_is_said(void **state)
{
    struct fixture *f = *state;
    struct rc_pipeline silent = f->pipeline;
    silent.lines = NULL;
    rc_pipeline_log(&silent, RC_LOG_INFO, "hello");
    fflush(f->pipeline.lines);
    assert_int_equal(f->written_bytes, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_begin, fixture_end)
    const struct CMUnitTest tests[] = {
        TEST(test_a_document),
        TEST(test_nothing_is_no_document),
        TEST(test_a_document_has_a_hundred_metrics_at_most),
        TEST(test_a_name_that_comes_again_is_another_value),
        TEST(test_a_ratio_has_no_unit),
        TEST(test_a_log_line),
        TEST(test_secrets_and_card_numbers_stay_out),
        TEST(test_a_card_that_is_cut_stays_out),
        TEST(test_long_and_odd_messages),
        TEST(test_without_a_place_to_write_nothing_is_said),
    };
    return cmocka_run_group_tests_name("emf", tests, NULL, NULL);
}
