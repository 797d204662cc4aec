/* Runs that AWS tells of, and the steps of one, against a server that answers as told. */
#include "tests/model/live_sample.h"

#include "core/civil.h"
#include "model/run_words.h"

#define MACHINE "arn:aws:states:eu-west-1:1:stateMachine:recon-pipeline"

static struct {
    const char *denied; /* an operation that is */
    char today[RC_CIVIL_TEXT];
    const char *history, *item, *described;
} cloud;

static const char *target_of(const struct fake_request *request)
{
    const char *target = fake_request_header(request, "X-Amz-Target");
    const char *point = target ? strrchr(target, '.') : NULL;
    return point ? point + 1 : "GetCallerIdentity";
}

static int asked(const char *operation)
{
    int count = 0;
    for (size_t i = 0; i < fake_server_count(at.server); i++)
        count += strcmp(target_of(fake_server_request(at.server, i)), operation) == 0;
    return count;
}

static int begin_runs(void **state)
{
    int failed = begin(state);
    memset(&cloud, 0, sizeof cloud);
    rc_civil_format((int32_t)(rc_loop_unix_ms(at.loop) / 86400000), cloud.today);
    unsetenv("RECON_MACHINE_ARN");
    unsetenv("RECON_TABLE_STATE");
    return failed;
}

/* ----- a server ----- */

#define TEXT(name, text) "\"" name "\":{\"S\":\"" text "\"}"
#define NUMBER(name, digits) "\"" name "\":{\"N\":\"" digits "\"}"

/* Two that ended, one whose step failed and is tried again, and one that failed for good. */
static const char items[] = "{\"Items\":["
                            "{" TEXT("run", "good") "," TEXT(
                                "step",
                                "finish") "," TEXT("program", "acme") "," TEXT("date",
                                                                               "2026-04-01") "," TEXT("side",
                                                                                                      "internal") "," TEXT("outcome", "done") "," TEXT("ingest_route", "fargate") "," NUMBER("began", "1000") "," NUMBER("ended", "61000") "," TEXT("cause", "") "," NUMBER("finish_attempts", "1") "},"
                                                                                                                                                                                                                                                                                                    "{" TEXT(
                                                                                                                                                                                                                                                                                                        "run",
                                                                                                                                                                                                                                                                                                        "waits") "," TEXT("step", "prepare") "," TEXT("program",
                                                                                                                                                                                                                                                                                                                                                      "acme") "," TEXT("outcome",
                                                                                                                                                                                                                                                                                                                                                                       "LeaseHeld") "," TEXT("cause", "held by good") "," NUMBER("began", "2000") "," NUMBER("prepare_attempts", "3") "," NUMBER("prepare_failures", "3") "," NUMBER("inspect_failures",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                     "1") "},"
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                          "{" TEXT(
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              "run",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              "broken") "," TEXT("step",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                 "fail") "," TEXT("object", "acme/settlement/a.txt") "," TEXT("outcome",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              "BadInput") "," TEXT("cause",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                   "{\\\"errorType\\\":\\\"BadInput\\\",\\\"errorMessage\\\":\\\"no header, card "
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                   "4111111111111111, and this text was cu") "," NUMBER("began",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                        "3000") "," NUMBER("inspect_ended",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                           "3100") "," TEXT("inspect_cause", "no header") "," NUMBER("inspect_attempts", "2") "," NUMBER("fail_ended",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                         "3200") "," TEXT("fail_cause",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                          "no header") "}]}";

static void give_executions(const struct fake_request *request, struct fake_answer *answer)
{
    int64_t now_s = rc_loop_unix_ms(at.loop) / 1000;
    answer->body = "{\"executions\":[]}";
    if (strstr(request->body, "\"RUNNING\"")) {
        snprintf(at.body, BODY_BYTES,
                 "{\"executions\":[{\"name\":\"waits\",\"status\":\"RUNNING\","
                 "\"startDate\":%lld}]}",
                 (long long)now_s - 30);
        answer->body = at.body;
    } else if (strstr(request->body, "\"FAILED\"")) {
        snprintf(
            at.body, BODY_BYTES,
            "{\"executions\":[{\"name\":\"broken\",\"status\":\"FAILED\",\"startDate\":%lld,"
            "\"stopDate\":%lld},{\"name\":\"unheard\",\"status\":\"FAILED\",\"startDate\":%lld,"
            "\"stopDate\":%lld},{\"name\":\"ancient\",\"status\":\"FAILED\",\"startDate\":1}]}",
            (long long)now_s - 5, (long long)now_s - 4, (long long)now_s - 9, (long long)now_s - 2);
        answer->body = at.body;
    }
}

static void give(void *ctx, const struct fake_request *request, struct fake_answer *answer)
{
    const char *target = target_of(request);
    (void)ctx;
    if (cloud.denied && strcmp(cloud.denied, target) == 0) {
        answer->status = 400;
        answer->body = "{\"__type\":\"AccessDeniedException\",\"message\":\"no\"}";
    } else if (strcmp(target, "GetCallerIdentity") == 0) {
        answer->body = "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>1</Account>"
                       "<Arn>arn:aws:iam::1:user/x</Arn><UserId>u</UserId>"
                       "</GetCallerIdentityResult></GetCallerIdentityResponse>";
    } else if (strcmp(target, "Query") == 0) {
        answer->body = strstr(request->body, cloud.today) ? items : "{\"Items\":[]}";
    } else if (strcmp(target, "ListExecutions") == 0) {
        give_executions(request, answer);
    } else if (strcmp(target, "GetExecutionHistory") == 0) {
        answer->body = cloud.history;
    } else if (strcmp(target, "GetItem") == 0) {
        answer->body = cloud.item ? cloud.item : "{}";
    } else if (strstr(request->body, ":waits")) {
        answer->body = "{\"name\":\"waits\",\"status\":\"RUNNING\",\"input\":\"{}\"}";
    } else {
        answer->body = cloud.described
                           ? cloud.described
                           : "{\"name\":\"unheard\",\"status\":\"FAILED\",\"startDate\":1,"
                             "\"input\":\"{\\\"file\\\":{\\\"bucket\\\":\\\"b\\\",\\\"key\\\":"
                             "\\\"shop/internal/b.txt\\\"}}\",\"error\":\"States.Runtime\","
                             "\"cause\":\"no such function\"}";
    }
}

static void ask_runs(void)
{
    struct rc_error err = {0};
    fake_server_reply(at.server, give, NULL);
    at.listing = rc_live_runs(at.live, &err);
    assert_non_null(at.listing);
    if (!rc_listing_wait(at.listing, &err))
        fail_msg("%s", err.text);
}

/* ----- runs ----- */

static void test_each_run_is_once_and_failed_ones_are_first(void **state)
{
    (void)state;
    ask_runs();
    assert_int_equal(rc_listing_rows(at.listing), 4);
    assert_string_equal(cells_of("runs", at.listing, "run"), "broken|unheard|waits|good");
    assert_string_equal(cells_of("runs", at.listing, "state"), "failed|failed|waiting|succeeded");
    assert_string_equal(cells_of("runs", at.listing, "step"), "inspect|-|prepare|finish");
    assert_string_equal(cells_of("runs", at.listing, "program"), "acme|shop|acme|acme");
    assert_string_equal(cells_of("runs", at.listing, "side"), "settlement|internal|-|internal");
    assert_string_equal(cells_of("runs", at.listing, "failures"), "0|-|4|0");
    assert_string_equal(cells_of("runs", at.listing, "attempts"), "2|-|3|1");
    assert_string_equal(cells_of("runs", at.listing, "route"), "-|-|-|fargate");
    assert_string_equal(cells_of("runs", at.listing, "took"), "1|7|30|60");
    assert_string_equal(cells_of("runs", at.listing, "cause"),
                        "no header, card 411111******1111, and this text was cu|no such function|"
                        "held by good|-");
}

static void test_the_machine_is_found_once(void **state)
{
    struct rc_error err = {0};
    (void)state;
    ask_runs();
    struct rc_listing *again = rc_live_runs(at.live, &err);
    assert_true(rc_listing_wait(again, &err));
    rc_listing_free(again);
    assert_int_equal(asked("GetCallerIdentity"), 1);
    assert_int_equal(asked("ListExecutions"), 8);
    assert_non_null(strstr(fake_server_request(at.server, fake_server_count(at.server) - 1)->body,
                           "execution:recon-pipeline:unheard"));
}

static void test_without_the_state_machine_the_items_are_shown(void **state)
{
    (void)state;
    cloud.denied = "ListExecutions";
    ask_runs();
    assert_string_equal(cells_of("runs", at.listing, "state"), "failed|unknown|succeeded");
    assert_non_null(strstr(at.note, "allow states:ListExecutions"));
    assert_int_equal(at.notes, 1);
}

static void test_without_items_the_executions_are_shown(void **state)
{
    (void)state;
    cloud.denied = "Query";
    setenv("RECON_MACHINE_ARN", MACHINE, 1);
    ask_runs();
    assert_int_equal(count_of("runs", at.listing, "state=failed"), 2);
    assert_int_equal(count_of("runs", at.listing, "state=running"), 1);
    assert_int_equal(asked("GetCallerIdentity"), 0);
    assert_non_null(strstr(at.note, "allow dynamodb:Query"));
}

static void test_nobody_answers(void **state)
{
    struct rc_error err = {0};
    static const struct fake_answer refusal = {
        .status = 400, .body = "{\"__type\":\"AccessDeniedException\",\"message\":\"no\"}"};
    (void)state;
    setenv("RECON_MACHINE_ARN", MACHINE, 1);
    fake_server_script(at.server, &refusal, 1);
    at.listing = rc_live_runs(at.live, &err);
    fails_with("AccessDenied");
}

static void test_it_is_cancelled_and_freed_at_any_time(void **state)
{
    struct rc_error err = {0};
    (void)state;
    fake_server_reply(at.server, give, NULL);
    for (int requests = 0; requests < 16; requests++) {
        struct rc_listing *listing = rc_live_runs(at.live, &err);
        size_t before = fake_server_count(at.server);
        while (rc_listing_state(listing) == RC_LISTING_LOADING &&
               fake_server_count(at.server) < before + (size_t)requests)
            rc_live_pass(at.live, 1);
        if (requests % 2)
            rc_listing_cancel(listing);
        rc_listing_free(listing);
    }
}

/* ----- one run ----- */

#define EVENT(id, before, ms, type, details)                                                       \
    "{\"id\":" #id ",\"previousEventId\":" #before ",\"timestamp\":" #ms ",\"type\":\"" type       \
    "\"" details "}"
#define ENTERED(name) ",\"stateEnteredEventDetails\":{\"name\":\"" name "\",\"input\":\"{}\"}"
#define EXITED(name) ",\"stateExitedEventDetails\":{\"name\":\"" name "\",\"output\":\"{}\"}"
#define SCHEDULED(step)                                                                            \
    ",\"lambdaFunctionScheduledEventDetails\":{\"resource\":\"arn:aws:lambda:x\",\"input\":"       \
    "\"{\\\"step\\\":\\\"" step "\\\",\\\"card\\\":\\\"4111111111111111\\\"}\"}"

/* Prepare is tried twice, then a map of two whose branches run side by side, then a task
 * on Fargate that is not over. */
static const char history[] = "{\"events\":[" EVENT(1, 0, 10.000, "ExecutionStarted", "") "," EVENT(
    2, 0, 10.000, "PassStateEntered",
    ENTERED(
        "Limits")) "," EVENT(3, 2, 10.000, "PassStateExited",
                             EXITED(
                                 "Limits")) "," EVENT(4, 3, 10.000, "TaskStateEntered",
                                                      ENTERED(
                                                          "Prepare")) "," EVENT(5, 4, 10.000,
                                                                                "LambdaFunctionSche"
                                                                                "duled",
                                                                                SCHEDULED(
                                                                                    "prepare")) "," EVENT(6,
                                                                                                          5,
                                                                                                          10.000,
                                                                                                          "LambdaFunctionStarted",
                                                                                                          "") "," EVENT(7,
                                                                                                                        6,
                                                                                                                        10.100, "LambdaFunctionFailed",
                                                                                                                        ",\"lambdaFunctionFailedEventDetails\":{\"error\":\"LeaseHeld\",\"cause\":"
                                                                                                                        "\"{\\\"errorMessage\\\":\\\"held by b\\\"}\"}") "," EVENT(8, 7, 15.000, "LambdaFunctionScheduled", SCHEDULED("prepare")) "," EVENT(9, 8, 15.200, "LambdaFunctionSucceeded", "") "," EVENT(10,
                                                                                                                                                                                                                                                                                                                   9, 15.200, "TaskStateExited", EXITED("Prepare")) "," EVENT(11,
                                                                                                                                                                                                                                                                                                                                                                              10,
                                                                                                                                                                                                                                                                                                                                                                              16.000, "MapStateEntered", ENTERED("Tasks")) "," EVENT(12,
                                                                                                                                                                                                                                                                                                                                                                                                                                     11,
                                                                                                                                                                                                                                                                                                                                                                                                                                     16.000, "MapStateStarted", "") "," EVENT(13, 12, 16.000, "MapIterationStarted", ",\"mapIterationStartedEventDetails\":{\"name\":\"Tasks\",\"index\":0}") "," EVENT(14,
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                        12,
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                        16.000,
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                        "MapIterationStarted", ",\"mapIterationStartedEventDetails\":{\"name\":\"Tasks\",\"index\":1}") "," EVENT(15,
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                  14,
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                  16.000,
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                  "TaskStateEntered",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                  ENTERED("Match")) "," EVENT(16,
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              13,
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              16.000,
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              "TaskStateEntered",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              ENTERED(
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                  "Match")) "," EVENT(17, 16, 16.000, "LambdaFunctionScheduled", SCHEDULED("match")) "," EVENT(18,
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                               15,
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                               16.000,
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                               "LambdaFunctionScheduled",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                               SCHEDULED(
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                   "match")) "," EVENT(19,
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                       17, 17.000, "LambdaFunctionSucceeded", "") "," EVENT(20, 19, 17.000, "TaskStateExited", EXITED("Match")) "," EVENT(21, 20, 17.000, "MapIterationSucceeded", ",\"mapIterationSucceededEventDetails\":{\"name\":\"Tasks\",\"index\":0}") "," EVENT(22,
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                        18,
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                        18.000, "LambdaFunctionSucceeded", "") "," EVENT(23, 22, 18.000, "TaskStateExited", EXITED("Match")) "," EVENT(24,
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                       23,
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                       18.000,
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                       "MapIterationSucceeded", ",\"mapIterationSucceededEventDetails\":{\"name\":\"Tasks\",\"index\":1}") "," EVENT(25, 24, 18.000, "MapStateSucceeded", "") "," EVENT(26,
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                        25, 18.000, "MapStateExited", EXITED("Tasks")) "," EVENT(27,
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                 26, 19.000, "TaskStateEntered",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                 ENTERED(
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                     "IngestFargate")) "," EVENT(28,
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                 27,
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                 19.000,
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                 "TaskScheduled",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                 ",\"taskScheduledEventDetails\":{\"resourceType\":\"ecs\",\"resource\":\"runTask.sync\","
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                 "\"parameters\":\"{\\\"Overrides\\\":{\\\"ContainerOverrides\\\":[{\\\"Environment\\\":"
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                 "[{\\\"Name\\\":\\\"RECON_INPUT\\\",\\\"Value\\\":\\\"{\\\\\\\"step\\\\\\\":\\\\\\\""
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                 "ingest\\\\\\\"}\\\"}]}]}}\"}") "]}";

static const char running[] =
    "{\"name\":\"a\",\"status\":\"RUNNING\",\"startDate\":10.0,\"input\":\"{\\\"file\\\":{"
    "\\\"bucket\\\":\\\"b\\\",\\\"key\\\":\\\"acme/internal/"
    "x.txt\\\",\\\"version\\\":\\\"v\\\"}}\"}";

static void ask_run(void)
{
    struct rc_error err = {0};
    setenv("RECON_MACHINE_ARN", MACHINE, 1);
    fake_server_reply(at.server, give, NULL);
    at.listing = rc_live_history(at.live, "a", &err);
    assert_non_null(at.listing);
    if (!rc_listing_wait(at.listing, &err))
        fail_msg("%s", err.text);
}

static void test_steps_attempts_and_waits(void **state)
{
    (void)state;
    cloud.item =
        "{\"Item\":{" NUMBER("prepare_ended", "15100") "," NUMBER("prepare_peak_mib", "88") "," NUMBER(
            "prepare_memory_mib",
            "512") "," NUMBER("match_ended",
                              "16000") "," NUMBER("match_peak_mib",
                                                  "90") "," NUMBER("ingest_ended",
                                                                   "9000") "," NUMBER("ingest_peak_"
                                                                                      "mib",
                                                                                      "30") "}}";
    cloud.history = history;
    cloud.described = running;
    ask_run();
    assert_string_equal(
        cells_of("run", at.listing, "kind"),
        "run|step|attempt|wait|attempt|step|step|attempt|step|attempt|step|attempt");
    assert_string_equal(cells_of("run", at.listing, "name"),
                        "a|Prepare|attempt|wait|attempt|Tasks|Match 0|attempt|Match 1|attempt|"
                        "IngestFargate|attempt");
    assert_string_equal(cells_of("run", at.listing, "state"),
                        "running|succeeded|failed|waited|succeeded|succeeded|succeeded|succeeded|"
                        "succeeded|succeeded|running|running");
    assert_string_equal(cells_of("run", at.listing, "took_ms"),
                        "-|5200|100|4900|200|2000|1000|1000|2000|2000|-|-");
    assert_string_equal(cells_of("run", at.listing, "depth"), "0|0|1|1|1|0|1|2|1|2|0|1");
    assert_string_equal(cells_of("run", at.listing, "route"),
                        "-|-|lambda|-|lambda|-|-|lambda|-|lambda|-|fargate");
    assert_string_equal(cells_of("run", at.listing, "task"),
                        "-|prepare|prepare|prepare|prepare|-|match|match|match|match|ingest|"
                        "ingest");
    assert_string_equal(cells_of("run", at.listing, "size"),
                        "-|-|-|-|512 MiB, 88 MiB used|-|-|-|-|-|-|-");
    assert_int_equal(count_of("run", at.listing, "error=LeaseHeld cause=\"held by b\""), 1);
    assert_int_equal(count_of("run", at.listing, "input:411111******1111"), 4);
    const struct rc_run_about *about = rc_live_history_about(at.listing);
    assert_string_equal(about->program, "acme");
    assert_string_equal(about->side, "internal");
    assert_string_equal(about->version, "v");
    assert_int_equal(about->events, 28);
}

/* One of two items fails, which ends the other one and the map; the run goes on behind it. */
static void test_what_a_failed_map_ends(void **state)
{
    static const struct {
        int id, before;
        double at_s;
        const char *type, *details;
    } events[] = {
        {1, 0, 10, "MapStateEntered", ENTERED("Tasks")},
        {2, 1, 10, "MapStateStarted", ""},
        {3, 2, 10, "MapIterationStarted", ",\"mapIterationStartedEventDetails\":{\"index\":0}"},
        {4, 2, 10, "MapIterationStarted", ",\"mapIterationStartedEventDetails\":{\"index\":1}"},
        {5, 3, 10, "TaskStateEntered", ENTERED("Match")},
        {6, 4, 10, "TaskStateEntered", ENTERED("Match")},
        {7, 5, 10, "LambdaFunctionScheduled", SCHEDULED("match")},
        {8, 6, 10, "LambdaFunctionScheduled", SCHEDULED("match")},
        {9, 7, 12, "LambdaFunctionFailed",
         ",\"lambdaFunctionFailedEventDetails\":{\"error\":\"E\"}"},
        {10, 9, 13, "MapIterationFailed", ""},
        {11, 8, 13, "MapIterationAborted", ""},
        {12, 10, 13, "MapStateFailed", ""},
        {13, 12, 13, "MapStateExited", EXITED("Tasks")},
        {14, 13, 13, "TaskStateEntered", ENTERED("Fail")},
        {15, 14, 13, "LambdaFunctionScheduled", SCHEDULED("fail")}};
    static char text[4096];
    (void)state;
    size_t used = (size_t)snprintf(text, sizeof text, "{\"events\":[");
    for (size_t i = 0; i < sizeof events / sizeof *events; i++)
        used += (size_t)snprintf(
            text + used, sizeof text - used,
            "%s{\"id\":%d,\"previousEventId\":%d,\"timestamp\":%.1f,\"type\":\"%s\"%s}",
            i ? "," : "", events[i].id, events[i].before, events[i].at_s, events[i].type,
            events[i].details);
    snprintf(text + used, sizeof text - used, "]}");
    cloud.history = text;
    cloud.described = running;
    ask_run();
    assert_string_equal(cells_of("run", at.listing, "name"),
                        "a|Tasks|Match 0|attempt|Match 1|attempt|Fail|attempt");
    assert_string_equal(cells_of("run", at.listing, "state"),
                        "running|failed|failed|failed|aborted|aborted|running|running");
    assert_string_equal(cells_of("run", at.listing, "took_ms"), "-|3000|2000|2000|3000|3000|-|-");
}

static void test_a_run_that_waits_for_its_next_attempt(void **state)
{
    static char cut[sizeof history];
    (void)state;
    const char *second = strstr(history, ",{\"id\":8,");
    snprintf(cut, sizeof cut, "%.*s]}", (int)(second - history), history);
    cloud.history = cut;
    cloud.described = running;
    ask_run();
    assert_string_equal(cells_of("run", at.listing, "state"), "running|waiting|failed|waiting");
    assert_string_equal(cells_of("run", at.listing, "began_ms"), "10000|10000|10000|10100");
}

static void test_without_a_history_the_item_tells_the_steps(void **state)
{
    (void)state;
    cloud.denied = "GetExecutionHistory";
    cloud.described = "{\"name\":\"a\",\"status\":\"FAILED\",\"startDate\":10.0,\"stopDate\":12.0,"
                      "\"error\":\"BadInput\",\"cause\":\"no header\"}";
    cloud
        .item = "{\"Item\":{" TEXT("program", "acme") "," NUMBER("inspect_peak_mib", "17") "," NUMBER(
        "inspect_began",
        "10000") "," NUMBER("inspect_ended",
                            "11000") "," TEXT("inspect_cause",
                                              "no header") "," TEXT("inspect_outcome",
                                                                    "BadInput") "," NUMBER("inspect"
                                                                                           "_attemp"
                                                                                           "ts",
                                                                                           "2") "}"
                                                                                                "}";
    ask_run();
    assert_string_equal(cells_of("run", at.listing, "name"), "a|inspect");
    assert_string_equal(cells_of("run", at.listing, "state"), "failed|failed");
    assert_string_equal(cells_of("run", at.listing, "error"), "BadInput|BadInput");
    assert_string_equal(cells_of("run", at.listing, "number"), "-|2");
    assert_string_equal(cells_of("run", at.listing, "size"), "-|17 MiB used");
    assert_string_equal(rc_live_history_about(at.listing)->program, "acme");
    assert_non_null(strstr(at.note, "allow states:GetExecutionHistory"));
}

static void test_a_run_that_is_not_there(void **state)
{
    struct rc_error err = {0};
    static const struct fake_answer refusal = {
        .status = 400, .body = "{\"__type\":\"ExecutionDoesNotExist\",\"message\":\"no\"}"};
    (void)state;
    setenv("RECON_MACHINE_ARN", MACHINE, 1);
    fake_server_script(at.server, &refusal, 1);
    at.listing = rc_live_history(at.live, "a", &err);
    fails_with("`runs` lists those there are");
    assert_null(rc_live_history(at.live, "a b", &err));
    assert_int_equal(err.code, RC_USAGE);
}

/* ----- words ----- */

static void test_causes(void **state)
{
    static const struct {
        const char *cause, *text;
    } cases[] = {
        {NULL, ""},
        {"plain", "plain"},
        {"{\"errorType\":\"A\",\"errorMessage\":\"b\"}", "b"},
        {"{\"errorType\":\"A\",\"errorMessage\":\"cut off", "cut off"},
        {"{\"other\":1}", "{\"other\":1}"},
        {"{nothing", "{nothing"},
        {"{\"StoppedReason\":\"Essential container in task exited\",\"Containers\":[{\"Name\":"
         "\"worker\",\"ExitCode\":137,\"Reason\":\"OutOfMemoryError\"}]}",
         "Essential container in task exited: worker exited with 137, OutOfMemoryError"},
        {"{\"StoppedReason\":\"Task failed to start\",\"Containers\":[{\"Reason\":\"no image\"}]}",
         "Task failed to start: no image"},
        {"{\"StoppedReason\":\"stopped by hand\"}", "stopped by hand"},
    };
    struct rc_run_words words;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rc_run_cause(cases[i].cause, &words);
        assert_string_equal(words.text, cases[i].text);
    }
}

static void test_sizes_of_tasks(void **state)
{
    static const struct {
        const char *task, *size;
    } cases[] = {
        {NULL, ""},
        {"", ""},
        {"{\"Cpu\":\"256\"}", ""},
        {"{\"Cpu\":\"256\",\"Memory\":\"512\"}", "0.25 vCPU, 512 MiB"},
        {"{\"Cpu\":\"4096\",\"Memory\":\"30720\"}", "4 vCPU, 30 GiB"},
        {"{\"Cpu\":\"-1\",\"Memory\":\"x\"}", ""},
    };
    char size[RC_RUN_SIZE_BYTES];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rc_run_task_size(cases[i].task, size);
        assert_string_equal(size, cases[i].size);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes_of_tasks),
        cmocka_unit_test_setup_teardown(test_each_run_is_once_and_failed_ones_are_first, begin_runs,
                                        end),
        cmocka_unit_test_setup_teardown(test_the_machine_is_found_once, begin_runs, end),
        cmocka_unit_test_setup_teardown(test_without_the_state_machine_the_items_are_shown,
                                        begin_runs, end),
        cmocka_unit_test_setup_teardown(test_without_items_the_executions_are_shown, begin_runs,
                                        end),
        cmocka_unit_test_setup_teardown(test_nobody_answers, begin_runs, end),
        cmocka_unit_test_setup_teardown(test_it_is_cancelled_and_freed_at_any_time, begin_runs,
                                        end),
        cmocka_unit_test_setup_teardown(test_steps_attempts_and_waits, begin_runs, end),
        cmocka_unit_test_setup_teardown(test_what_a_failed_map_ends, begin_runs, end),
        cmocka_unit_test_setup_teardown(test_a_run_that_waits_for_its_next_attempt, begin_runs,
                                        end),
        cmocka_unit_test_setup_teardown(test_without_a_history_the_item_tells_the_steps, begin_runs,
                                        end),
        cmocka_unit_test_setup_teardown(test_a_run_that_is_not_there, begin_runs, end),
        cmocka_unit_test(test_causes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
