/* reconworker: the steps of the pipeline, run by Lambda, by a Fargate task or by hand. */
#include "aws/session.h"
#include "base/version.h"
#include "pipeline/log.h"
#include "pipeline/runtime.h"
#include "pipeline/settings.h"
#include "pipeline/task.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_USED_WRONGLY = 2 };

static const char usage[] =
    "usage: reconworker STEP < input.json\n\n"
    "Runs one step of the pipeline; its answer is written to standard output, its log to\n"
    "standard error. Without words it does what its environment says:\n\n"
    "  AWS_LAMBDA_RUNTIME_API  serves invocations of a Lambda function\n"
    "  RECON_INPUT             runs the step that this JSON object names, as a Fargate task\n\n"
    "  --help, --version\n\n"
    "Exit status: 0 done, 1 the step failed, 2 used wrongly.\n"
    "The variables that it reads are described in docs/worker.md.\n";

struct worker {
    struct rc_session session;
    struct rc_pipeline pipeline;
};

static bool open_worker(struct worker *worker, struct rc_error *err)
{
    const struct rc_session_options options = {0};
    if (!rc_settings_read(&worker->pipeline, NULL, NULL, err) ||
        !rc_session_open(&worker->session, &options, err))
        return false;
    worker->pipeline.aws = worker->session.aws;
    return true;
}

static void close_worker(struct worker *worker)
{
    rc_session_close(&worker->session);
    rc_settings_wipe(&worker->pipeline);
}

static void log_start_failure(struct worker *worker, const struct rc_error *err)
{
    snprintf(worker->pipeline.fault, sizeof worker->pipeline.fault, "BadSettings");
    rc_pipeline_log_failure(&worker->pipeline, err);
}

/* ----- Lambda ----- */

/* It ends only when something is wrong. */
static int serve(const char *api)
{
    struct worker worker = {.pipeline.lines = stdout};
    struct rc_error err = {0}, why = {0};
    struct rc_loop *loop = rc_loop_new(NULL, &err);
    struct rc_runtime *runtime = loop ? rc_runtime_new(loop, api, &err) : NULL;
    if (!runtime) {
        log_start_failure(&worker, &err);
    } else if (open_worker(&worker, &err)) {
        rc_runtime_serve(runtime, &worker.pipeline, rc_steps, &err);
        rc_pipeline_log(&worker.pipeline, RC_LOG_ERROR, "%s", err.text);
    } else {
        log_start_failure(&worker, &err);
        if (!rc_runtime_fail_start(runtime, worker.pipeline.fault, &err, &why))
            rc_pipeline_log(&worker.pipeline, RC_LOG_ERROR, "%s", why.text);
    }
    close_worker(&worker);
    rc_runtime_free(runtime);
    rc_loop_free(loop);
    return RC_TASK_FAILED;
}

/* ----- a task, or by hand ----- */

static int run(const char *step, const char *input, size_t length, FILE *lines)
{
    struct worker worker = {.pipeline.lines = lines};
    struct rc_error err = {0};
    int status = RC_TASK_FAILED;
    if (open_worker(&worker, &err))
        status = rc_task_run(&worker.pipeline, rc_steps, step, input, length, stdout);
    else
        log_start_failure(&worker, &err);
    close_worker(&worker);
    return status;
}

static int run_by_hand(const char *step)
{
    struct rc_buf input;
    char piece[8192];
    ssize_t got;
    int status = EXIT_USED_WRONGLY;
    rc_buf_init(&input, RC_TASK_INPUT_BYTES);
    while ((got = read(STDIN_FILENO, piece, sizeof piece)) > 0)
        rc_buf_add(&input, piece, (size_t)got);
    if (got < 0)
        perror("reconworker: cannot read standard input");
    else if (input.failed)
        fprintf(stderr, "reconworker: the input is over %d KiB\n", RC_TASK_INPUT_BYTES >> 10);
    else
        status = run(step, input.data ? input.data : "", input.length, stderr);
    rc_buf_free(&input);
    return status;
}

int main(int argc, char **argv)
{
    const char *api = getenv("AWS_LAMBDA_RUNTIME_API"), *input = getenv("RECON_INPUT");
    signal(SIGPIPE, SIG_IGN);
    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return fputs(usage, stdout) == EOF;
    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        return puts("reconworker " RC_VERSION) == EOF;
    if (argc == 2 && argv[1][0] != '-')
        return run_by_hand(argv[1]);
    if (argc == 1 && api && *api)
        return serve(api);
    if (argc == 1 && input && *input) {
        rc_task_block_signals();
        return run(NULL, input, strlen(input), stdout);
    }
    fputs(usage, stderr);
    return EXIT_USED_WRONGLY;
}
