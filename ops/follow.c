#include "ops/follow.h"

#include "aws/json.h"

#include <stdio.h>
#include <string.h>

enum { LOOK_FIRST_MS = 100, LOOK_LAST_MS = 2000 };

static bool read_file(const char *path, struct rc_buf *text, struct rc_error *err)
{
    FILE *file = fopen(path, "rbe");
    char part[4096];
    size_t got = 1;
    if (!file) {
        rc_error_errno(err, RC_IO, "%s", path);
        return false;
    }
    while (got > 0 && !text->failed) {
        got = fread(part, 1, sizeof part, file);
        rc_buf_add(text, part, got);
    }
    bool ok = !ferror(file);
    if (!ok)
        rc_error_errno(err, RC_IO, "%s", path);
    fclose(file);
    return ok;
}

static bool set_step(json_t *input, const char *step, struct rc_error *err)
{
    if (!*step)
        return true;
    if (!json_is_object(input)) {
        rc_error_set(err, RC_USAGE, "the input of a step is a JSON object");
        return false;
    }
    if (json_object_set_new(input, "step", json_string(step)) == 0)
        return true;
    rc_error_nomem(err);
    return false;
}

json_t *rc_follow_input(const struct rc_op *op, const char *step, size_t most, struct rc_error *err)
{
    const char *inline_text = rc_op_param(op, "input"), *path = rc_op_param(op, "input-file");
    struct rc_buf text;
    json_t *input = NULL;
    rc_buf_init(&text, most);
    if (*inline_text && *path)
        rc_error_set(err, RC_USAGE, "input and input-file are both given: leave one out");
    else if (!*path || read_file(path, &text, err)) {
        if (!*path)
            rc_buf_add_str(&text, *inline_text ? inline_text : "{}");
        if (text.failed)
            rc_error_set(err, RC_USAGE, "the input is longer than %zu bytes", most);
        else
            input = rc_json_parse(text.data ? text.data : "", text.length, most, err);
        if (!input && err && err->code == RC_DATA) {
            err->code = RC_USAGE;
            rc_error_prefix(err, "%s", *path ? path : "input");
        }
    }
    if (input && !set_step(input, step, err)) {
        json_decref(input);
        input = NULL;
    }
    rc_buf_free(&text);
    return input;
}

struct pause {
    struct rc_timer timer;
    bool over;
};

static void end_pause(struct rc_timer *timer)
{
    ((struct pause *)timer->ctx)->over = true;
}

void rc_follow_pause(struct rc_op *op, const bool *done, int64_t ms)
{
    struct rc_loop *loop = rc_aws_loop(rc_op_pipeline(op)->aws);
    struct pause pause = {.timer = {.fire = end_pause}};
    pause.timer.ctx = &pause;
    rc_timer_set(loop, &pause.timer, ms); /* so that there is something to wait for */
    (void)rc_loop_until(loop, done ? done : &pause.over, ms);
    rc_timer_stop(loop, &pause.timer);
}

void rc_follow_look_again(struct rc_op *op, int64_t *ms)
{
    *ms = *ms == 0 ? LOOK_FIRST_MS : *ms < LOOK_LAST_MS / 2 ? 2 * *ms : LOOK_LAST_MS;
    rc_follow_pause(op, NULL, *ms);
}

bool rc_follow_is_metrics(const char *line)
{
    static const char begins[] = "{\"_aws\":";
    return strncmp(line, begins, sizeof begins - 1) == 0;
}

bool rc_follow_failed_with(const struct rc_call *call, const char *code)
{
    const struct rc_aws_error *error = call ? rc_call_error(call) : NULL;
    return error && strcmp(error->code, code) == 0;
}
