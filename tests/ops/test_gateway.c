/* The gateway's order: read-only, preview, confirmation, key, done to each target, audit. With
 * actions of the test's own, which send to a queue of a local cloud. */
#include "tests/pipeline/cloud.h"

#include "aws/sqs.h"
#include "base/json.h"
#include "ops/acting.h"
#include "ops/audit.h"
#include "pipeline/queue.h"
#include "pipeline/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct cloud cloud;
static struct rc_gateway *gateway;
static char folder[96];
static int folders;

/* ----- actions ----- */

static struct {
    int previews, performances;
    bool fails, again;
    const char *why; /* it fails */
} seen;

static bool preview(struct rc_op *op, const char *target, struct rc_error *err)
{
    seen.previews++;
    if (strcmp(target, "broken") == 0) {
        rc_error_set(err, RC_IO, "it cannot be looked at");
        return false;
    }
    if (strcmp(target, "refused") == 0) {
        rc_op_refuse(op, "it is not to be had");
        return true;
    }
    rc_op_will_call(op, "sqs:SendMessage", "failed", 1);
    rc_op_will_change(op, "messages", "0", "1");
    rc_op_warn(op, "card 4111111111111111 is not shown");
    if (*rc_op_param(op, "from"))
        rc_op_goes_from(op, "%s", rc_op_param(op, "from"));
    return true;
}

static bool perform(struct rc_op *op, const char *target, struct rc_error *err)
{
    seen.performances++;
    seen.again = rc_op_again(op);
    if (seen.fails) {
        rc_error_set(err, RC_IO, "%s", seen.why ? seen.why : "it would not");
        return false;
    }
    struct rc_pipeline *pipeline = rc_op_pipeline(op);
    return rc_queue_send(pipeline, cloud.failed,
                         json_pack("{ss ss}", "target", target, "key", rc_op_key(op)), err);
}

static const char *const choices[] = {"fast", "slow", NULL};
static const struct rc_op_param params[] = {
    {"from", "the state it goes out from", "", NULL, false},
    {"how", "how", "fast", choices, false},
    {0},
};

static const struct rc_op_action send = {.name = "send",
                                         .title = "send a message",
                                         .target = "name",
                                         .target_how = "NAME",
                                         .help = "Sends.",
                                         .permissions = "sqs:SendMessage sqs:GetQueueUrl",
                                         .params = params,
                                         .preview = preview,
                                         .perform = perform};

static struct rc_op_action severe;

/* ----- one use ----- */

static int begin_all(void **state)
{
    (void)state;
    severe = send;
    severe.danger = RC_SEVERE;
    cloud_begin(&cloud);
    cloud_intake(&cloud);
    return 0;
}

static int end_all(void **state)
{
    (void)state;
    cloud_end(&cloud);
    return 0;
}

static void open_gateway(bool read_only, bool production)
{
    struct rc_error err = {0};
    rc_gateway_close(gateway);
    gateway = rc_gateway_open(
        &(struct rc_gateway_options){.aws = {.region = "us-east-1", .endpoint = cloud.endpoint},
                                     .tool = "test",
                                     .folder = folder,
                                     .read_only = read_only,
                                     .production = production},
        &err);
    if (!gateway)
        fail_msg("%s", err.text);
}

static int begin(void **state)
{
    (void)state;
    memset(&seen, 0, sizeof seen);
    snprintf(folder, sizeof folder, "%s/audit-%d", cloud.folder, folders++);
    open_gateway(false, false);
    return 0;
}

static int end(void **state)
{
    (void)state;
    rc_gateway_close(gateway);
    gateway = NULL;
    return 0;
}

static struct rc_op *new_op(const struct rc_op_action *action, const char *const *targets,
                            size_t count, const char *from)
{
    struct rc_error err = {0};
    json_t *words = json_pack("{ss}", "from", from);
    struct rc_op *op = rc_op_new(gateway, action, targets, count, words, &err);
    json_decref(words);
    if (!op)
        fail_msg("%s", err.text);
    return op;
}

static const json_t *target_of(const struct rc_op *op, size_t at)
{
    return json_array_get(json_object_get(rc_op_document(op), "targets"), at);
}

/* Does it as far as it comes, and gives the outcome of its first target. */
static const char *use(const char *from, char outcome[16])
{
    struct rc_error err = {0};
    struct rc_op *op = new_op(&send, (const char *const[]){"a"}, 1, from);
    if (!rc_op_preview(op, false, &err) || !rc_op_perform(op, "yes", &err))
        fail_msg("%s", err.text);
    snprintf(outcome, 16, "%s", rc_json_word(target_of(op, 0), "outcome"));
    rc_op_free(op);
    return outcome;
}

static int messages(void)
{
    struct rc_error err = {0};
    struct rc_sqs_receive in = {.queue_url = cloud.failed, .max_messages = 10};
    int count = 0;
    for (size_t got = 1; got;) {
        struct rc_call *call = rc_sqs_receive(cloud.session.aws, &in, NULL, NULL);
        assert_true(rc_call_wait(call, &err));
        const struct rc_sqs_received *received = rc_sqs_receive_answer(call);
        got = received->messages.count;
        for (size_t i = 0; i < got; i++, count++) {
            struct rc_sqs_delete gone = {.queue_url = cloud.failed,
                                         .receipt_handle =
                                             received->messages.items[i].receipt_handle};
            struct rc_call *deletion = rc_sqs_delete(cloud.session.aws, &gone, NULL, NULL);
            assert_true(rc_call_wait(deletion, &err));
            rc_call_free(deletion);
        }
        rc_call_free(call);
    }
    return count;
}

struct kinds {
    int attempts, outcomes, refusals, parts;
    char first[32], last[16], who[128];
};

static bool count_kind(void *ctx, const json_t *entry, struct rc_error *err)
{
    struct kinds *kinds = ctx;
    const char *kind = rc_json_word(entry, "kind");
    (void)err;
    kinds->attempts += strcmp(kind, "attempt") == 0;
    kinds->outcomes += strcmp(kind, "outcome") == 0;
    kinds->refusals += strcmp(kind, "refusal") == 0;
    kinds->parts += strcmp(kind, "part") == 0;
    if (!kinds->first[0])
        snprintf(kinds->first, sizeof kinds->first, "%.31s", rc_json_word(entry, "at"));
    snprintf(kinds->last, sizeof kinds->last, "%.15s", rc_json_word(entry, "outcome"));
    snprintf(kinds->who, sizeof kinds->who, "%.127s", rc_json_word(entry, "who"));
    return true;
}

static struct kinds audited(void)
{
    struct kinds kinds = {0};
    struct rc_error err = {0};
    struct rc_audit *audit = rc_audit_open(folder, &err);
    struct rc_audit_verdict verdict;
    assert_non_null(audit);
    assert_true(rc_audit_each(audit, 0, count_kind, &kinds, &err));
    assert_true(rc_audit_verify(audit, &verdict, &err));
    assert_int_equal(verdict.wrong_line, 0);
    rc_audit_close(audit);
    return kinds;
}

/* ----- tests ----- */

static void test_it_is_previewed_confirmed_done_and_kept(void **state)
{
    char outcome[16];
    (void)state;
    assert_string_equal(use("", outcome), "done");
    assert_int_equal(seen.previews, 1);
    assert_int_equal(seen.performances, 1);
    assert_int_equal(messages(), 1);
    struct kinds kinds = audited();
    assert_int_equal(kinds.attempts, 1);
    assert_int_equal(kinds.outcomes, 1);
    assert_string_equal(kinds.last, "done");
    assert_non_null(strstr(kinds.who, "arn:aws:iam::000000000000:"));
}

static void test_the_document_says_what_and_by_whom(void **state)
{
    struct rc_error err = {0};
    (void)state;
    struct rc_op *op = new_op(&send, (const char *const[]){"a"}, 1, "");
    assert_true(rc_op_preview(op, false, &err));
    const json_t *document = rc_op_document(op), *target = target_of(op, 0);
    assert_string_equal(rc_json_word(document, "account"), "000000000000");
    assert_string_equal(rc_json_word(document, "region"), "us-east-1");
    assert_int_equal(json_array_size(json_object_get(document, "permissions")), 2);
    assert_string_equal(rc_json_word(json_object_get(document, "params"), "how"), "fast");
    assert_string_equal(rc_json_word(json_array_get(json_object_get(target, "calls"), 0), "call"),
                        "sqs:SendMessage");
    assert_null(strstr(json_string_value(json_array_get(json_object_get(target, "warnings"), 0)),
                       "4111111111111111"));
    assert_true(rc_op_perform(op, "yes", &err));
    const json_t *request = json_array_get(json_object_get(target_of(op, 0), "requests"), 0);
    assert_string_equal(rc_json_word(request, "call"), "sqs:SendMessage");
    assert_true(strlen(rc_json_word(request, "id")) > 8);
    assert_int_equal(strlen(rc_json_word(target_of(op, 0), "key")), 64);
    assert_int_equal(messages(), 1);
    rc_op_free(op);
}

static void test_a_read_only_session_refuses_and_keeps_that(void **state)
{
    struct rc_error err = {0};
    (void)state;
    open_gateway(true, false);
    struct rc_op *op = new_op(&send, (const char *const[]){"a"}, 1, "");
    assert_false(rc_op_preview(op, false, &err));
    assert_int_equal(err.code, RC_USAGE);
    assert_true(rc_op_preview(op, true, &err));
    assert_false(rc_op_perform(op, "yes", &err));
    rc_op_free(op);
    assert_int_equal(seen.performances, 0);
    assert_int_equal(messages(), 0);
    struct kinds kinds = audited();
    assert_int_equal(kinds.refusals, 2);
    assert_int_equal(kinds.attempts, 0);
}

static void test_without_its_word_nothing_is_done(void **state)
{
    static const char *const wrong[] = {"", "y", "Yes", "a", NULL};
    struct rc_error err = {0};
    (void)state;
    for (int i = 0; i < 5; i++) {
        struct rc_op *op = new_op(&send, (const char *const[]){"a"}, 1, "");
        assert_true(rc_op_preview(op, false, &err));
        assert_false(rc_op_perform(op, wrong[i], &err));
        rc_op_free(op);
    }
    struct rc_op *op = new_op(&send, (const char *const[]){"a"}, 1, "");
    assert_false(rc_op_perform(op, "", &err)); /* it was not previewed */
    rc_op_free(op);
    assert_int_equal(seen.performances, 0);
    assert_int_equal(audited().refusals, 5);
}

static void test_what_is_severe_wants_a_name(void **state)
{
    struct rc_error err = {0};
    (void)state;
    struct rc_op *op = new_op(&severe, (const char *const[]){"a"}, 1, "");
    assert_true(rc_op_preview(op, false, &err));
    assert_string_equal(rc_op_confirmation(op), "a");
    assert_false(rc_op_perform(op, "yes", &err));
    assert_true(rc_op_perform(op, "a", &err));
    rc_op_free(op);
    op = new_op(&severe, (const char *const[]){"a", "refused", "b"}, 3, "");
    assert_true(rc_op_preview(op, false, &err));
    assert_string_equal(rc_op_confirmation(op), "send 2");
    rc_op_free(op);
    open_gateway(false, true);
    op = new_op(&send, (const char *const[]){"refused", "b"}, 2, "");
    assert_true(rc_op_preview(op, false, &err));
    assert_string_equal(rc_op_confirmation(op), "b"); /* production */
    rc_op_free(op);
    assert_int_equal(messages(), 1);
}

static void test_one_state_is_left_once(void **state)
{
    char outcome[16];
    (void)state;
    assert_string_equal(use("version 1", outcome), "done");
    assert_string_equal(use("version 1", outcome), "unchanged");
    assert_string_equal(use("version 2", outcome), "done");
    assert_int_equal(seen.performances, 2);
    assert_int_equal(messages(), 2);
}

static void test_without_a_state_it_is_done_as_often_as_asked(void **state)
{
    char outcome[16];
    (void)state;
    assert_string_equal(use("", outcome), "done");
    assert_string_equal(use("", outcome), "done");
    assert_int_equal(messages(), 2);
}

static void test_what_failed_is_tried_anew(void **state)
{
    char outcome[16];
    (void)state;
    seen.fails = true;
    assert_string_equal(use("version 1", outcome), "failed");
    seen.fails = false;
    assert_string_equal(use("version 1", outcome), "done");
    assert_false(seen.again);
    assert_int_equal(messages(), 1);
    assert_int_equal(audited().outcomes, 2);
}

/* What AWS says of a failure is cut where there is no more room, perhaps within a character. */
static void test_a_failure_is_kept_whose_words_were_cut(void **state)
{
    enum { PAIRS = 1000 };
    char outcome[16], words[1 + 2 * PAIRS + 1] = "x";
    (void)state;
    for (int i = 0; i < PAIRS; i++)
        memcpy(words + 1 + 2 * (size_t)i, "\xC3\xA9", 3);
    seen.fails = true;
    for (int i = 0; i < 2; i++) {
        seen.why = words + i; /* one of them ends within a character, whatever room there is */
        assert_string_equal(use("", outcome), "failed");
    }
    seen.fails = false;
    seen.why = NULL;
    assert_int_equal(audited().outcomes, 2);
}

/* The client is killed between its attempt and the outcome. */
static bool perform_and_die(struct rc_op *op, const char *target, struct rc_error *err)
{
    perform(op, target, err);
    _exit(9);
}

static void die_within(const char *from)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct rc_op_action deadly = send;
        struct rc_error err = {0};
        deadly.perform = perform_and_die;
        gateway = NULL; /* that one is the parent's */
        open_gateway(false, false);
        struct rc_op *op = new_op(&deadly, (const char *const[]){"a"}, 1, from);
        _exit(rc_op_preview(op, false, &err) && rc_op_perform(op, "yes", &err) ? 1 : 2);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 9);
}

static void test_an_attempt_without_an_end_is_taken_up(void **state)
{
    static const char *const from[] = {"version 1", ""};
    char outcome[16];
    (void)state;
    for (int i = 0; i < 2; i++) {
        die_within(from[i]);
        seen.again = false;
        assert_string_equal(use(from[i], outcome), "done");
        assert_true(seen.again);
        json_t *first = cloud_take_message(&cloud, cloud.failed);
        json_t *second = cloud_take_message(&cloud, cloud.failed);
        assert_string_equal(rc_json_word(first, "key"), rc_json_word(second, "key"));
        json_decref(first);
        json_decref(second);
    }
}

static bool stop_after_first(void *ctx, size_t done, size_t total, const char *target,
                             const char *outcome, const char *detail)
{
    (void)ctx, (void)total, (void)target, (void)outcome, (void)detail;
    return done < 1;
}

static void test_many_go_on_past_one_and_stop_when_told(void **state)
{
    static const char *const targets[] = {"a", "broken", "refused", "b"};
    struct rc_error err = {0};
    (void)state;
    struct rc_op *op = new_op(&send, targets, 4, "");
    assert_true(rc_op_preview(op, false, &err));
    assert_int_equal(json_integer_value(json_object_get(rc_op_document(op), "doable")), 2);
    assert_string_equal(rc_json_word(target_of(op, 1), "refused"), "it cannot be looked at");
    assert_true(rc_op_perform(op, "yes", &err));
    assert_int_equal(json_integer_value(json_object_get(rc_op_document(op), "done")), 2);
    rc_op_free(op);
    assert_int_equal(messages(), 2);

    op = new_op(&send, (const char *const[]){"a", "b", "c"}, 3, "");
    assert_true(rc_op_preview(op, false, &err));
    rc_op_on_progress(op, stop_after_first, NULL);
    assert_true(rc_op_perform(op, "yes", &err));
    assert_string_equal(rc_json_word(target_of(op, 0), "outcome"), "done");
    assert_string_equal(rc_json_word(target_of(op, 2), "outcome"), "skipped");
    assert_int_equal(json_integer_value(json_object_get(rc_op_document(op), "skipped")), 2);
    rc_op_free(op);
    assert_int_equal(messages(), 1);
}

static void test_words_that_are_wrong_are_named(void **state)
{
    static const struct {
        const char *name, *value, *said;
    } wrong[] = {{"how", "never", "how never: it is one of fast, slow"},
                 {"colour", "red", "send has no parameter colour"}};
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct rc_error err = {0};
        json_t *words = json_pack("{ss}", wrong[i].name, wrong[i].value);
        assert_null(rc_op_new(gateway, &send, (const char *const[]){"a"}, 1, words, &err));
        assert_string_equal(err.text, wrong[i].said);
        json_decref(words);
    }
    struct rc_error err = {0};
    assert_null(rc_op_new(gateway, &send, NULL, 0, NULL, &err));
    assert_string_equal(err.text, "send needs at least one name (NAME)");
    assert_null(rc_op_new(gateway, &send, (const char *const[]){"a", "b\xE9"}, 2, NULL, &err));
    assert_string_equal(err.text, "name \"b?\" is not UTF-8: type it on a terminal that is");
}

static bool count_item(void *ctx, const json_t *item, struct rc_error *err)
{
    (void)err;
    assert_non_null(rc_item_get_text(item, "line"));
    ++*(int *)ctx;
    return true;
}

static void test_the_audit_is_at_aws_too(void **state)
{
    char outcome[16];
    struct rc_key key;
    struct rc_error err = {0};
    int items = 0;
    (void)state;
    use("", outcome);
    struct kinds kinds = audited();
    rc_key_audit(kinds.first, NULL, &key);
    assert_true(rc_store_query(&cloud.pipeline, RC_TABLE_STATE, &key, count_item, &items, &err));
    assert_true(items >= kinds.attempts);
    messages();
}

int main(void)
{
#define WITH_GATEWAY(function) cmocka_unit_test_setup_teardown(function, begin, end)
    const struct CMUnitTest tests[] = {
        WITH_GATEWAY(test_it_is_previewed_confirmed_done_and_kept),
        WITH_GATEWAY(test_the_document_says_what_and_by_whom),
        WITH_GATEWAY(test_a_read_only_session_refuses_and_keeps_that),
        WITH_GATEWAY(test_without_its_word_nothing_is_done),
        WITH_GATEWAY(test_what_is_severe_wants_a_name),
        WITH_GATEWAY(test_one_state_is_left_once),
        WITH_GATEWAY(test_without_a_state_it_is_done_as_often_as_asked),
        WITH_GATEWAY(test_what_failed_is_tried_anew),
        WITH_GATEWAY(test_a_failure_is_kept_whose_words_were_cut),
        WITH_GATEWAY(test_an_attempt_without_an_end_is_taken_up),
        WITH_GATEWAY(test_many_go_on_past_one_and_stop_when_told),
        WITH_GATEWAY(test_words_that_are_wrong_are_named),
        WITH_GATEWAY(test_the_audit_is_at_aws_too),
    };
    return cmocka_run_group_tests(tests, begin_all, end_all);
}
