/* A file is run once more (pipeline/reprocess.c). */
#include "ops/actions.h"
#include "ops/object.h"
#include "pipeline/steps.h"

#include "base/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* What the step is given. The caller's; NULL with an error. */
static json_t *input_of(struct rc_op *op, const char *target, bool dry_run, struct rc_error *err)
{
    json_t *file = rc_op_place(op, err) ? rc_op_file_find(op, target, err) : NULL;
    json_t *in = file ? json_pack("{s:o, s:s, s:s, s:b, s:b}", "file", file, "route",
                                  rc_op_param(op, "route"), "from", rc_op_param(op, "from"),
                                  "accept", (int)rc_op_flag(op, "accept"), "dry_run", (int)dry_run)
                      : NULL;
    if (file && !in)
        rc_error_nomem(err);
    return in;
}

static json_t *step(struct rc_op *op, const char *target, bool dry_run, struct rc_error *err)
{
    json_t *in = input_of(op, target, dry_run, err);
    json_t *out = in ? rc_step_reprocess(rc_op_pipeline(op), in, err) : NULL;
    json_decref(in);
    return out;
}

static void say_changes(struct rc_op *op, const json_t *changes)
{
    size_t i;
    json_t *change;
    json_array_foreach(changes, i, change)
    {
        char was[128], becomes[128];
        const json_t *values[] = {json_object_get(change, "was"),
                                  json_object_get(change, "becomes")};
        char *const texts[] = {was, becomes};
        for (int side = 0; side < 2; side++)
            if (json_is_integer(values[side]))
                snprintf(texts[side], sizeof was, "%" JSON_INTEGER_FORMAT,
                         json_integer_value(values[side]));
            else
                snprintf(texts[side], sizeof was, "%.127s",
                         json_is_string(values[side]) ? json_string_value(values[side]) : "none");
        rc_op_will_change(op, rc_json_word(change, "what"), was, becomes);
    }
}

/* That the file or its state does not allow it is no failure of the preview. */
static bool preview(struct rc_op *op, const char *target, struct rc_error *err)
{
    struct rc_pipeline *pipeline = rc_op_pipeline(op);
    struct rc_error why = {0};
    pipeline->fault[0] = '\0';
    json_t *out = step(op, target, true, &why);
    if (!out && strcmp(pipeline->fault, "BadInput") == 0) {
        rc_op_refuse(op, "%s", why.text);
        return true;
    }
    if (!out) {
        if (err)
            *err = why;
        return false;
    }
    const char *run = rc_json_word(out, "run");
    if (strcmp(rc_json_word(out, "outcome"), "running") == 0) {
        rc_op_refuse(op, "its run %s is alive: wait for it, or stop it first", run);
    } else {
        say_changes(op, json_object_get(out, "changes"));
        if (json_array_size(json_object_get(out, "changes")))
            rc_op_will_call(op, "dynamodb:TransactWriteItems", pipeline->table[RC_TABLE_STATE], 1);
        rc_op_will_call(op, "sqs:SendMessage", rc_queue_name(RC_QUEUE_ARRIVALS), 1);
        rc_op_goes_from(op, "attempt %" JSON_INTEGER_FORMAT,
                        json_integer_value(json_object_get(out, "attempt")));
    }
    json_decref(out);
    return true;
}

/* The step names its run by the attempt: one that never began is asked for again. */
static bool perform(struct rc_op *op, const char *target, struct rc_error *err)
{
    json_t *out = step(op, target, false, err);
    if (!out)
        return false;
    if (strcmp(rc_json_word(out, "outcome"), "queued") == 0)
        rc_op_done(op, "queued as run %s", rc_json_word(out, "run"));
    else
        rc_op_unchanged(op, "its run %s is alive already", rc_json_word(out, "run"));
    rc_op_answer(op, out);
    return true;
}

static const char *const routes[] = {"auto", "lambda", "fargate", NULL};
static const char *const origins[] = {"checkpoint", "scratch", NULL};
static const char *const answers[] = {"no", "yes", NULL};

static const struct rc_op_param params[] = {
    {"route", "where it is ingested", "auto", routes, false},
    {"from", "where it goes on: what is durably written is not written again", "checkpoint",
     origins, false},
    {"accept", "a conflicting file counts, as a correction of the one that had its name", "no",
     answers, false},
    {0},
};

const struct rc_op_action rc_op_reprocess = {
    .name = "reprocess",
    .title = "run a file again",
    .target = "file",
    .target_how = "s3://BUCKET/KEY[@VERSION]",
    .help = "Runs a file once more: after it has failed, after its program or layout was mended, "
            "or because it is the right one of two. It takes a slot like any other, never runs "
            "beside a run that is alive, and writes the same records to the same keys.",
    .permissions = "sts:GetCallerIdentity s3:GetObject sqs:GetQueueUrl dynamodb:GetItem "
                   "states:DescribeExecution dynamodb:UpdateItem sqs:SendMessage",
    .params = params,
    .danger = RC_ROUTINE,
    .preview = preview,
    .perform = perform,
};
