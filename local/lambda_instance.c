/* Instances: from the start of a process over one piece of work after another to its end.
 * Source of the Runtime API and of the words of errors and logs: "Using the Lambda runtime
 * API" and "Viewing CloudWatch logs for Lambda functions", AWS Lambda Developer Guide. */
#include "aws/json.h"
#include "local/answer.h"
#include "local/lambda.h"
#include "local/services.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

enum {
    INIT_REAL_MS = 10000, /* a program starts no faster where the clock runs faster */
    IDLE_MS = 10 * 60 * 1000,
    TAIL_BYTES = 4096,
};

enum why { WHY_NONE, WHY_TIMEOUT, WHY_INIT_TIMEOUT };

struct rc_lambda_instance {
    struct rc_local *local;
    struct rc_lambda_function *function;
    struct rc_process *process;
    struct rc_exchange *asking; /* waits for work */
    struct rc_local_invocation *invocation;
    char id[37];
    char stream[96];
    char *group;
    bool ready; /* it has asked for work */
    bool busy;  /* counts as running */
    bool stale; /* takes no more work */
    enum why why;
    int64_t began_ms;
    int64_t init_ms; /* -1: reported */
    struct rc_timer timer;
    struct rc_lambda_instance *next;
};

/* ----- its log ----- */

static void keep_tail(struct rc_buf *tail, const char *line, size_t length)
{
    if (length > TAIL_BYTES) {
        line += length - TAIL_BYTES;
        length = TAIL_BYTES;
    }
    rc_buf_add(tail, line, length);
    rc_buf_add_char(tail, '\n');
    if (tail->length > TAIL_BYTES) {
        memmove(tail->data, tail->data + tail->length - TAIL_BYTES, TAIL_BYTES);
        tail->length = TAIL_BYTES;
    }
}

static void log_line(struct rc_lambda_instance *instance, const char *line, size_t length)
{
    rc_local_log(instance->local, instance->group, instance->stream,
                 rc_local_now_ms(instance->local), line, length);
    if (instance->invocation)
        keep_tail(&instance->invocation->tail, line, length);
}

static void log_words(struct rc_lambda_instance *instance, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void log_words(struct rc_lambda_instance *instance, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    log_line(instance, text, strlen(text));
}

static void log_report(struct rc_lambda_instance *instance, const char *status)
{
    const struct rc_local_invocation *invocation = instance->invocation;
    int64_t ended_ms =
        invocation->ended_ms ? invocation->ended_ms : rc_local_now_ms(instance->local);
    int64_t took_ms = ended_ms - invocation->began_ms;
    const json_t *memory = json_object_get(instance->function->config, "MemorySize");
    char init[64] = "";
    if (instance->init_ms >= 0)
        snprintf(init, sizeof init, "\tInit Duration: %lld.00 ms", (long long)instance->init_ms);
    instance->init_ms = -1;
    log_words(instance, "END RequestId: %s", invocation->request_id);
    log_words(instance,
              "REPORT RequestId: %s\tDuration: %lld.00 ms\tBilled Duration: %lld ms\tMemory "
              "Size: %lld MB\tMax Memory Used: %lld MB%s%s",
              invocation->request_id, (long long)took_ms, (long long)took_ms,
              (long long)json_integer_value(memory),
              (long long)rc_process_peak_mib(instance->process), init, status);
}

/* ----- work ----- */

static void set_busy(struct rc_lambda_instance *instance, bool busy)
{
    int step = (int)busy - (int)instance->busy;
    instance->busy = busy;
    instance->function->running += step;
    instance->local->services->lambda->running += step;
    if (step > 0) {
        rc_lambda_count(instance->local, instance->function->name, "ConcurrentExecutions",
                        instance->function->running, "Count");
        rc_lambda_count(instance->local, NULL, "ConcurrentExecutions",
                        instance->local->services->lambda->running, "Count");
    }
}

/* The child works in real time: its deadline is when the virtual one will be met. */
static void give_work(struct rc_lambda_instance *instance, struct rc_exchange *exchange)
{
    struct rc_local *local = instance->local;
    struct rc_local_invocation *invocation = instance->invocation;
    int64_t timeout_ms = instance->function->timeout_ms;
    long long deadline_ms = rc_loop_unix_ms(local->loop);
    char trace[37];
    deadline_ms += (long long)((double)timeout_ms / local->options->speed);
    invocation->began_ms = rc_local_now_ms(local);
    rc_local_uuid(local, trace);
    rc_buf_add(&exchange->out, invocation->payload.data, invocation->payload.length);
    rc_exchange_set_header(exchange, "Content-Type", "application/json");
    rc_exchange_set_header(exchange, "Lambda-Runtime-Aws-Request-Id", "%s", invocation->request_id);
    rc_exchange_set_header(exchange, "Lambda-Runtime-Deadline-Ms", "%lld", deadline_ms);
    rc_exchange_set_header(exchange, "Lambda-Runtime-Invoked-Function-Arn", RC_LAMBDA_ARN "%s",
                           instance->function->name);
    rc_exchange_set_header(exchange, "Lambda-Runtime-Trace-Id",
                           "Root=1-%08llx-%.8s%.4s%.12s;Parent=%.8s%.8s;Sampled=0",
                           (long long)(invocation->began_ms / 1000), trace, trace + 9, trace + 24,
                           trace + 28, trace);
    log_words(instance, "START RequestId: %s Version: $LATEST", invocation->request_id);
    rc_local_timer(local, &instance->timer, timeout_ms);
}

static void end_instance(struct rc_lambda_instance *instance)
{
    instance->stale = true;
    rc_timer_stop(instance->local->loop, &instance->timer);
    rc_process_signal(instance->process, SIGKILL);
}

static void asker_left(struct rc_exchange *exchange)
{
    struct rc_lambda_instance *instance = exchange->ctx;
    instance->asking = NULL;
}

static struct rc_lambda_instance *find_instance(struct rc_exchange *exchange)
{
    const char *id = rc_exchange_path(exchange, "Instance");
    struct rc_lambda_instance *instance = exchange->local->services->lambda->instances;
    while (instance && (!id || strcmp(instance->id, id) != 0))
        instance = instance->next;
    if (!instance)
        rc_exchange_fail(exchange, 403, "InvalidInstance", "there is no such instance");
    return instance;
}

void rc_lambda_runtime_next(struct rc_exchange *exchange)
{
    struct rc_lambda_instance *instance = find_instance(exchange);
    if (!instance)
        return;
    struct rc_local_invocation *invocation = instance->invocation;
    if (instance->asking || (instance->ready && invocation && !invocation->ended_ms)) {
        rc_exchange_fail(exchange, 403, "InvalidStateTransition",
                         "the work that was given before is not answered");
        return;
    }
    if (!instance->ready)
        instance->init_ms = rc_local_now_ms(instance->local) - instance->began_ms;
    instance->ready = true;
    if (invocation && !invocation->ended_ms) {
        give_work(instance, exchange);
        return;
    }
    if (invocation) { /* only now there is room for another */
        log_report(instance, "");
        instance->invocation = NULL;
        rc_lambda_finish_soon(invocation);
    }
    set_busy(instance, false);
    rc_exchange_suspend(exchange, asker_left, instance);
    instance->asking = exchange;
    if (instance->stale)
        end_instance(instance);
    else
        rc_local_timer(instance->local, &instance->timer, IDLE_MS);
}

static void accept(struct rc_exchange *exchange)
{
    exchange->status = 202;
    rc_buf_add_str(&exchange->out, "{\"status\":\"OK\"}");
}

/* What comes back for the work that the path names. The deadline goes on until the instance
 * asks for more. */
static void take_answer(struct rc_exchange *exchange, const char *otherwise,
                        const char *function_error)
{
    struct rc_lambda_instance *instance = find_instance(exchange);
    const char *id = rc_exchange_path(exchange, "RequestId");
    if (!instance)
        return;
    struct rc_local_invocation *invocation = instance->invocation;
    size_t length = exchange->body.length;
    if (!invocation || !invocation->began_ms || invocation->ended_ms || !id ||
        strcmp(invocation->request_id, id) != 0)
        rc_exchange_fail(exchange, 400, "InvalidRequestID", "Invalid request ID");
    else if (rc_lambda_keep_answer(invocation, length ? exchange->body.data : otherwise,
                                   length ? length : strlen(otherwise), function_error))
        accept(exchange);
    else
        rc_exchange_fail(exchange, 500, "InternalFailure", "out of memory");
}

void rc_lambda_runtime_response(struct rc_exchange *exchange)
{
    if (exchange->body.length > RC_LAMBDA_SYNC_BYTES || exchange->body_fd >= 0)
        rc_exchange_fail(exchange, 413, "RequestEntityTooLarge",
                         "Exceeded maximum allowed payload size (%d bytes).", RC_LAMBDA_SYNC_BYTES);
    else
        take_answer(exchange, "null", NULL);
}

void rc_lambda_runtime_error(struct rc_exchange *exchange)
{
    take_answer(exchange, "{}", "Unhandled");
}

void rc_lambda_runtime_init_error(struct rc_exchange *exchange)
{
    struct rc_lambda_instance *instance = find_instance(exchange);
    if (!instance)
        return;
    struct rc_local_invocation *invocation = instance->invocation;
    accept(exchange);
    if (!invocation || instance->ready)
        return;
    instance->invocation = NULL;
    end_instance(instance);
    rc_lambda_finish(invocation, exchange->body.length ? exchange->body.data : "{}",
                     exchange->body.length ? exchange->body.length : 2, "Unhandled");
}

/* ----- the process ----- */

static void on_line(void *ctx, const char *line, size_t length)
{
    log_line(ctx, line, length);
}

/* It is out of the list by then. */
static void retire(struct rc_lambda_instance *instance)
{
    set_busy(instance, false);
    rc_timer_stop(instance->local->loop, &instance->timer);
}

static void remove_instance(struct rc_lambda_instance *instance)
{
    struct rc_lambda_instance **at = &instance->local->services->lambda->instances;
    while (*at != instance)
        at = &(*at)->next;
    *at = instance->next;
    retire(instance);
}

static void free_instance(struct rc_lambda_instance *instance)
{
    rc_process_free(instance->process);
    free(instance->group);
    free(instance);
}

/* What is said of the end of a process: its kind, and the words of it. */
static const char *say_end(const struct rc_lambda_instance *instance, int status, char *words,
                           size_t room)
{
    if (instance->why == WHY_TIMEOUT) {
        snprintf(words, room, "Task timed out after %.2f seconds",
                 (double)instance->function->timeout_ms / 1000);
        return "Sandbox.Timedout";
    }
    if (instance->why == WHY_INIT_TIMEOUT) {
        snprintf(words, room, "Init phase timed out after %d seconds", INIT_REAL_MS / 1000);
        return "Sandbox.Timedout";
    }
    if (WIFSIGNALED(status))
        snprintf(words, room, "Runtime exited with error: signal: %s", strsignal(WTERMSIG(status)));
    else if (WEXITSTATUS(status))
        snprintf(words, room, "Runtime exited with error: exit status %d", WEXITSTATUS(status));
    else
        snprintf(words, room, "Runtime exited without providing a reason");
    return "Runtime.ExitError";
}

static void fail_work(struct rc_lambda_instance *instance, int status)
{
    struct rc_local_invocation *invocation = instance->invocation;
    char words[128], iso[25], payload[512];
    const char *kind = say_end(instance, status, words, sizeof words);
    bool late = instance->why == WHY_TIMEOUT;
    if (!invocation->began_ms)
        invocation->began_ms = instance->began_ms;
    rc_answer_iso(rc_local_now_ms(instance->local), iso);
    if (late)
        log_words(instance, "%s %s %s", iso, invocation->request_id, words);
    else
        log_words(instance, "RequestId: %s Error: %s\n%s", invocation->request_id, words, kind);
    log_report(instance, late ? "\tStatus: timeout" : "\tStatus: error");
    snprintf(payload, sizeof payload,
             "{\"errorType\":\"%s\",\"errorMessage\":\"RequestId: %s Error: %s\"}", kind,
             invocation->request_id, words);
    rc_lambda_finish(invocation, payload, strlen(payload), late ? kind : "Unhandled");
}

static void on_end(void *ctx, int status)
{
    struct rc_lambda_instance *instance = ctx;
    struct rc_lambda_function *function = instance->function;
    remove_instance(instance);
    if (instance->asking) {
        instance->asking->lost = true;
        rc_exchange_answer(instance->asking);
    }
    struct rc_local_invocation *invocation = instance->invocation;
    if (invocation && invocation->ended_ms) {
        log_report(instance, "");
        rc_lambda_finish_soon(invocation);
    } else if (invocation) {
        fail_work(instance, status);
    }
    free_instance(instance);
    rc_lambda_leave(function);
}

/* The end of idleness, of patience with a start, or of the time for a piece of work. */
static void on_timer(struct rc_timer *timer)
{
    struct rc_lambda_instance *instance = timer->ctx;
    if (!instance->ready)
        instance->why = WHY_INIT_TIMEOUT;
    else if (instance->invocation && !instance->invocation->ended_ms)
        instance->why = WHY_TIMEOUT;
    end_instance(instance);
}

static void set_environment(struct rc_process_env *env, const struct rc_lambda_instance *instance)
{
    const json_t *config = instance->function->config;
    json_t *variables = json_object_get(json_object_get(config, "Environment"), "Variables");
    const char *handler = json_string_value(json_object_get(config, "Handler"));
    const char *name;
    json_t *value;
    char text[128];
    rc_process_env_set_aws(env, instance->local);
    json_object_foreach(variables, name, value)
    {
        rc_process_env_set(env, name, json_string_value(value));
    }
    rc_process_env_set(env, "AWS_LAMBDA_FUNCTION_NAME", instance->function->name);
    rc_process_env_set(env, "AWS_LAMBDA_FUNCTION_VERSION", "$LATEST");
    rc_process_env_set(env, "AWS_LAMBDA_LOG_GROUP_NAME", instance->group);
    rc_process_env_set(env, "AWS_LAMBDA_LOG_STREAM_NAME", instance->stream);
    rc_process_env_set(env, "AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand");
    rc_process_env_set(env, "_HANDLER", handler ? handler : "");
    snprintf(text, sizeof text, "%lld",
             (long long)json_integer_value(json_object_get(config, "MemorySize")));
    rc_process_env_set(env, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", text);
    snprintf(text, sizeof text, "%s/_lambda/%s", instance->local->endpoint + strlen("http://"),
             instance->id);
    rc_process_env_set(env, "AWS_LAMBDA_RUNTIME_API", text);
}

/* The words of the command; they live as long as the configuration and *split. */
static const char **command_of(const json_t *config, char ***split)
{
    const json_t *image = json_object_get(config, "ImageConfig");
    const json_t *parts[2] = {json_object_get(image, "EntryPoint"),
                              json_object_get(image, "Command")};
    size_t count = json_array_size(parts[0]) + json_array_size(parts[1]), at = 0;
    const char *handler = json_string_value(json_object_get(config, "Handler"));
    if (!count) {
        *split = rc_process_words(handler ? handler : "");
        for (char **word = *split; word && *word; word++)
            count++;
    }
    const char **words = calloc(count + 1, sizeof *words);
    for (size_t i = 0; words && *split && i < count; i++)
        words[i] = (*split)[i];
    for (int i = 0; words && !*split && i < 2; i++)
        for (size_t j = 0; j < json_array_size(parts[i]); j++)
            words[at++] = json_string_value(json_array_get(parts[i], j));
    return words;
}

static bool start_process(struct rc_lambda_instance *instance, struct rc_error *err)
{
    struct rc_process_env env;
    char **split = NULL;
    const char **words = command_of(instance->function->config, &split);
    rc_process_env_init(&env);
    const struct rc_process_run run = {
        .argv = words, .env = &env, .line = on_line, .ended = on_end, .ctx = instance};
    set_environment(&env, instance);
    if (!words || !words[0])
        rc_error_set(err, RC_INVALID, "the function has no program");
    else
        instance->process = rc_process_start(instance->local, &run, err);
    rc_process_env_free(&env);
    free(words);
    free(split);
    return instance->process != NULL;
}

static void name_stream(struct rc_lambda_instance *instance)
{
    char iso[25];
    rc_answer_iso(instance->began_ms, iso);
    snprintf(instance->stream, sizeof instance->stream,
             "%.4s/%.2s/%.2s/[$LATEST]%.8s%.4s%.4s%.4s%.12s", iso, iso + 5, iso + 8, instance->id,
             instance->id + 9, instance->id + 14, instance->id + 19, instance->id + 24);
}

static struct rc_lambda_instance *new_instance(struct rc_local *local,
                                               struct rc_lambda_function *function)
{
    struct rc_lambda_instance *instance = calloc(1, sizeof *instance);
    const char *group = rc_json_text(function->config, "LoggingConfig.LogGroup");
    if (!instance)
        return NULL;
    instance->group = group ? strdup(group) : NULL;
    if (!instance->group) {
        free(instance);
        return NULL;
    }
    instance->local = local;
    instance->function = function;
    instance->timer = (struct rc_timer){.fire = on_timer, .ctx = instance};
    instance->began_ms = rc_local_now_ms(local);
    rc_local_uuid(local, instance->id);
    name_stream(instance);
    return instance;
}

bool rc_lambda_assign(struct rc_local_invocation *invocation, struct rc_error *err)
{
    struct rc_local *local = invocation->local;
    struct rc_local_lambda_state *state = local->services->lambda;
    struct rc_lambda_instance *instance = state->instances;
    while (instance &&
           (instance->function != invocation->function || !instance->asking || instance->stale))
        instance = instance->next;
    if (instance) {
        struct rc_exchange *asking = instance->asking;
        instance->asking = NULL;
        instance->invocation = invocation;
        set_busy(instance, true);
        give_work(instance, asking);
        rc_exchange_answer(asking);
        return true;
    }
    instance = new_instance(local, invocation->function);
    if (!instance) {
        rc_error_nomem(err);
        return false;
    }
    if (!start_process(instance, err)) {
        free_instance(instance);
        return false;
    }
    rc_timer_set(local->loop, &instance->timer, INIT_REAL_MS);
    instance->next = state->instances;
    state->instances = instance;
    invocation->function->users++;
    instance->invocation = invocation;
    set_busy(instance, true);
    return true;
}

void rc_lambda_retire(struct rc_local *local, const struct rc_lambda_function *function)
{
    for (struct rc_lambda_instance *at = local->services->lambda->instances; at; at = at->next) {
        if (at->function != function)
            continue;
        at->stale = true;
        if (at->asking)
            end_instance(at);
    }
}

void rc_lambda_kill_all(struct rc_local *local)
{
    struct rc_local_lambda_state *state = local->services->lambda;
    while (state->instances) {
        struct rc_lambda_instance *instance = state->instances;
        struct rc_lambda_function *function = instance->function;
        state->instances = instance->next;
        retire(instance);
        if (instance->asking)
            instance->asking->gone = NULL;
        free_instance(instance);
        rc_lambda_leave(function);
    }
}
