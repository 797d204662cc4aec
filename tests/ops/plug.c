#include "tests/ops/plug.h"

#include "base/json.h"
#include "cli/local_weather.h"
#include "ops/audit.h"
#include "ops/gateway_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REQUESTS_MOST = 60, TRIES = 6, KILLED = 9, OUTCOME_BYTES = 16 };

const void *plug_answer(struct rc_call *call)
{
    struct rc_error err = {0};
    if (!rc_call_wait(call, &err))
        fail_msg("%s", err.text);
    return rc_call_answer(call);
}

void plug_weather(struct cloud *cloud, const char *service, const char *operation, const char *kind)
{
    char rules[256] = "[]";
    struct rc_error err = {0};
    if (kind)
        snprintf(rules, sizeof rules,
                 "[{\"service\":\"%s\",\"operation\":\"%s\",\"kind\":\"%s\",\"share\":1}]", service,
                 operation, kind);
    char *now = rc_local_weather(cloud->session.aws, rules, &err);
    if (!now)
        fail_msg("%s", err.text);
    free(now);
}

/* ----- one use, with a gateway of its own ----- */

struct turn {
    struct rc_gateway *gateway;
    struct rc_op *op;
};

static const json_t *document_of(const struct turn *turn)
{
    return json_array_get(json_object_get(rc_op_document(turn->op), "targets"), 0);
}

static void begin_turn(const struct plug *plug, const struct plug_case *the, struct turn *turn)
{
    struct rc_error err = {0};
    const char *targets[] = {plug->target};
    const struct rc_gateway_options options = {
        .aws = {.region = "us-east-1", .endpoint = plug->cloud->endpoint},
        .tool = "test",
        .folder = plug->folder};
    turn->gateway = rc_gateway_open(&options, &err);
    turn->op = turn->gateway ? rc_op_new(turn->gateway, the->action, targets, 1, plug->params, &err)
                             : NULL;
    if (!turn->op)
        fail_msg("%s: %s", the->name, err.text);
}

static void end_turn(struct turn *turn)
{
    rc_op_free(turn->op);
    rc_gateway_close(turn->gateway);
}

/* As an operator does it; "refused" when the preview says that there is nothing to be done. */
static void attempt(struct plug *plug, const struct plug_case *the, char outcome[OUTCOME_BYTES])
{
    struct turn turn;
    struct rc_error err = {0};
    begin_turn(plug, the, &turn);
    if (!rc_op_preview(turn.op, false, &err))
        fail_msg("%s: %s", the->name, err.text);
    if (!json_is_null(json_object_get(document_of(&turn), "refused")))
        snprintf(outcome, OUTCOME_BYTES, "refused");
    else if (!rc_op_perform(turn.op, rc_op_confirmation(turn.op), &err))
        fail_msg("%s: %s", the->name, err.text);
    else
        snprintf(outcome, OUTCOME_BYTES, "%s", rc_json_word(document_of(&turn), "outcome"));
    end_turn(&turn);
}

static bool is(const char *outcome, const char *word)
{
    return strcmp(outcome, word) == 0;
}

/* ----- the audit ----- */

struct told {
    int attempts, outcomes;
    char outcome[OUTCOME_BYTES]; /* the last one */
};

static bool hear(void *ctx, const json_t *entry, struct rc_error *err)
{
    struct told *told = ctx;
    (void)err;
    told->attempts += is(rc_json_word(entry, "kind"), "attempt");
    if (!is(rc_json_word(entry, "kind"), "outcome"))
        return true;
    told->outcomes++;
    snprintf(told->outcome, sizeof told->outcome, "%.15s", rc_json_word(entry, "outcome"));
    return true;
}

static struct told audited(const struct plug *plug)
{
    struct told told = {0};
    struct rc_error err = {0};
    struct rc_audit_verdict verdict;
    struct rc_audit *audit = rc_audit_open(plug->folder, &err);
    assert_non_null(audit);
    assert_true(rc_audit_each(audit, 0, hear, &told, &err));
    assert_true(rc_audit_verify(audit, &verdict, &err));
    if (verdict.wrong_line)
        fail_msg("line %d of the audit: %s", (int)verdict.wrong_line, verdict.why);
    rc_audit_close(audit);
    return told;
}

/* What it says has to be so. */
static void expect_truth(struct plug *plug, const struct plug_case *the, const char *when)
{
    struct told told = audited(plug);
    int done = the->done(plug);
    bool claims = is(told.outcome, "done") || is(told.outcome, "unchanged");
    if (done > 1)
        fail_msg("%s, %s: it was done %d times", the->name, when, done);
    if ((claims && done != 1) || (is(told.outcome, "failed") && done != 0))
        fail_msg("%s, %s: the audit says %s, and it was done %d times", the->name, when,
                 told.outcome, done);
}

/* ----- the plugs ----- */

static void make(struct cloud *cloud, const struct plug_case *the, struct plug *plug)
{
    static int number;
    *plug = (struct plug){.cloud = cloud, .number = ++number};
    snprintf(plug->folder, sizeof plug->folder, "%s/plug-%d", cloud->folder, number);
    the->make(plug);
}

/* Tries again until there is no more to do, unless it is known already to be done. */
static void settle(struct plug *plug, const struct plug_case *the, const char *when)
{
    struct told told = audited(plug);
    char outcome[OUTCOME_BYTES] = "";
    int tries = 0;
    if (told.attempts && told.outcomes == told.attempts)
        snprintf(outcome, sizeof outcome, "%s", told.outcome);
    while (!is(outcome, "done") && !is(outcome, "unchanged") && !is(outcome, "refused") &&
           !(the->unsure && is(outcome, "unknown"))) {
        if (++tries > TRIES)
            fail_msg("%s, %s: still %s", the->name, when, outcome);
        attempt(plug, the, outcome);
        expect_truth(plug, the, when);
    }
    int done = the->done(plug), left = the->left && done ? the->left(plug) : 0;
    bool may_miss = the->unsure && is(outcome, "unknown");
    if ((done != 1 && !may_miss) || (left && !may_miss))
        fail_msg("%s, %s: it ended %s, done %d times, with %d left", the->name, when, outcome, done,
                 left);
    json_decref(plug->params);
}

/* kind NULL: fair. expected NULL: whatever is true. */
static void strike(struct cloud *cloud, const struct plug_case *the, const char *kind,
                   const char *expected)
{
    struct plug plug;
    char outcome[OUTCOME_BYTES];
    const char *when = kind ? kind : "fair";
    make(cloud, the, &plug);
    plug_weather(cloud, the->service, the->operation, kind);
    attempt(&plug, the, outcome);
    plug_weather(cloud, NULL, NULL, NULL);
    if (expected && !is(outcome, expected))
        fail_msg("%s, %s: it is %s and not %s", the->name, when, outcome, expected);
    expect_truth(&plug, the, when);
    if (kind)
        settle(&plug, the, when);
    else
        json_decref(plug.params);
}

/* Kills its own process behind so many of its requests, or (operation not NULL) as soon as one of
 * those has ended, before it is sent again. */
struct killer {
    struct rc_timer timer;
    struct rc_gateway *gateway;
    const char *operation;
    uint64_t after;
};

static void look(struct rc_timer *timer)
{
    const struct killer *killer = timer->ctx;
    const struct rc_session *session = &killer->gateway->session;
    size_t count;
    uint64_t calls = 0;
    const struct rc_metrics_row *const *rows =
        rc_metrics_rows(rc_aws_metrics(session->aws), &count);
    for (size_t i = 0; i < count; i++)
        if (!killer->operation)
            calls += rows[i]->calls;
        else if (is(rows[i]->operation, killer->operation))
            calls += rows[i]->attempts;
    if (calls >= killer->after)
        _exit(KILLED);
    rc_timer_set(session->loop, timer, 0);
}

/* Whether it was killed; else it has come to its end. */
static bool is_killed(struct plug *plug, const struct plug_case *the, const char *operation,
                      int after)
{
    int status;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct turn turn;
        struct rc_error err = {0};
        begin_turn(plug, the, &turn);
        struct killer killer = {.timer = {.fire = look},
                                .gateway = turn.gateway,
                                .operation = operation,
                                .after = (uint64_t)after};
        killer.timer.ctx = &killer;
        rc_timer_set(turn.gateway->session.loop, &killer.timer, 0);
        bool ok = rc_op_preview(turn.op, false, &err) &&
                  rc_op_perform(turn.op, rc_op_confirmation(turn.op), &err);
        _exit(ok ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_true(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == KILLED);
    return WEXITSTATUS(status) == KILLED;
}

static bool full(void)
{
    return getenv("RECONCTL_FULL_TESTS") != NULL;
}

static void kill_at_each_request(struct cloud *cloud, const struct plug_case *the)
{
    bool killed = true;
    int stride = full() ? 1 : 4, after = 1 - stride;
    while (killed && after < REQUESTS_MOST) {
        struct plug plug;
        char when[60];
        after += stride;
        snprintf(when, sizeof when, "killed after %d requests", after);
        make(cloud, the, &plug);
        killed = is_killed(&plug, the, NULL, after);
        expect_truth(&plug, the, when);
        settle(&plug, the, when);
    }
    assert_in_range(after, 3, REQUESTS_MOST - 1); /* the first ones are its preview's */
}

static void kill_when_taken(struct cloud *cloud, const struct plug_case *the)
{
    struct plug plug;
    make(cloud, the, &plug);
    plug_weather(cloud, the->service, the->operation, "lost");
    bool killed = is_killed(&plug, the, the->operation, the->others + 1);
    plug_weather(cloud, NULL, NULL, NULL);
    assert_true(killed);
    expect_truth(&plug, the, "killed when it was taken");
    settle(&plug, the, "killed when it was taken");
}

void plug_pull(struct cloud *cloud, const struct plug_case *the)
{
    strike(cloud, the, NULL, "done");
    strike(cloud, the, "lost", the->unsure ? "unknown" : NULL);
    strike(cloud, the, "denied", "failed");
    if (full()) {
        strike(cloud, the, "reset", NULL);
        strike(cloud, the, "throttle", "failed");
    }
    kill_when_taken(cloud, the);
    kill_at_each_request(cloud, the);
}
