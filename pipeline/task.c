#include "pipeline/task.h"

#include "aws/json.h"
#include "pipeline/log.h"

#include <signal.h>
#include <string.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { ID_BYTES = 16 };

static sigset_t stop_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    return set;
}

void rc_task_block_signals(void)
{
    sigset_t set = stop_signals();
    sigprocmask(SIG_BLOCK, &set, NULL);
}

/* ----- being asked to end ----- */

static void on_stop(struct rc_watch *watch, bool readable, bool writable)
{
    struct rc_pipeline *pipeline = watch->ctx;
    struct signalfd_siginfo info;
    (void)readable;
    (void)writable;
    if (read(watch->fd, &info, sizeof info) != (ssize_t)sizeof info || pipeline->deadline_unix_ms)
        return;
    int64_t now_ms = rc_loop_unix_ms(rc_aws_loop(pipeline->aws));
    rc_pipeline_set_deadline(pipeline, now_ms + pipeline->stop_ms);
    rc_pipeline_log(pipeline, RC_LOG_WARN, "asked to end: %lld ms are left to leave a checkpoint",
                    (long long)pipeline->stop_ms);
}

static bool watch_stop(struct rc_pipeline *pipeline, struct rc_watch *watch, struct rc_error *err)
{
    sigset_t set = stop_signals();
    watch->ready = on_stop;
    watch->ctx = pipeline;
    watch->fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (watch->fd >= 0)
        return rc_watch_set(rc_aws_loop(pipeline->aws), watch, true, false, err);
    rc_error_errno(err, RC_IO, "SIGTERM cannot be waited for");
    return false;
}

static void unwatch_stop(const struct rc_pipeline *pipeline, struct rc_watch *watch)
{
    if (watch->fd < 0)
        return;
    rc_watch_stop(rc_aws_loop(pipeline->aws), watch);
    close(watch->fd);
}

/* ----- the step ----- */

/* A task has no request id of AWS's; one of its own tells its lines from those of others. */
static bool make_id(char id[2 * ID_BYTES + 1], struct rc_error *err)
{
    unsigned char bytes[ID_BYTES];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes) {
        rc_error_errno(err, RC_IO, "no random numbers");
        return false;
    }
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(id + 2 * i, 3, "%02x", bytes[i]);
    return true;
}

static json_t *read_input(const char *step, const char *input, size_t length, struct rc_error *err)
{
    json_t *in = rc_json_parse(input, length, RC_TASK_INPUT_BYTES, err);
    if (!in) {
        rc_error_prefix(err, "the input");
    } else if (step &&
               (!json_is_object(in) || json_object_set_new(in, "step", json_string(step)) != 0)) {
        rc_error_set(err, RC_USAGE, "the input has to be a JSON object, {} at least");
        json_decref(in);
        return NULL;
    }
    return in;
}

static bool fail(struct rc_pipeline *pipeline, const char *fault, const struct rc_error *err)
{
    snprintf(pipeline->fault, sizeof pipeline->fault, "%s", fault);
    rc_pipeline_log_failure(pipeline, err);
    return false;
}

static bool answer(struct rc_pipeline *pipeline, const json_t *out, FILE *answers)
{
    struct rc_error err = {0};
    const char *outcome = json_string_value(json_object_get(out, "outcome"));
    if (json_dumpf(out, answers, JSON_COMPACT) != 0 || putc('\n', answers) == EOF ||
        fflush(answers) != 0) {
        rc_error_errno(&err, RC_IO, "the answer cannot be written");
        return fail(pipeline, "StepFailed", &err);
    }
    if (!outcome || strcmp(outcome, "handover") != 0)
        return true;
    rc_error_set(&err, RC_LIMIT,
                 "the task ended before its work: run it again, and it goes on "
                 "from its checkpoint");
    return fail(pipeline, "Handover", &err);
}

int rc_task_run(struct rc_pipeline *pipeline, const struct rc_step *steps, const char *step,
                const char *input, size_t length, FILE *answers)
{
    struct rc_error err = {0};
    struct rc_watch stop = {.fd = -1};
    char id[2 * ID_BYTES + 1] = "";
    json_t *in = NULL, *out = NULL;
    bool ok = make_id(id, &err) && watch_stop(pipeline, &stop, &err);
    pipeline->request_id = id;
    if (!ok) {
        fail(pipeline, "StepFailed", &err);
    } else if (!(in = read_input(step, input, length, &err))) {
        fail(pipeline, "BadInput", &err);
    } else {
        rc_pipeline_log(pipeline, RC_LOG_INFO, "a task begins, with %zu bytes of input", length);
        out = rc_step_run(pipeline, steps, in, &err);
    }
    ok = out && answer(pipeline, out, answers);
    json_decref(out);
    json_decref(in);
    unwatch_stop(pipeline, &stop);
    pipeline->request_id = NULL;
    return ok ? RC_TASK_DONE : RC_TASK_FAILED;
}
