#include "pipeline/step.h"

#include "pipeline/emf.h"
#include "pipeline/log.h"
#include "pipeline/run_log.h"

#include <string.h>

static const char *text_of(const json_t *in, const char *member)
{
    return json_string_value(json_object_get(in, member));
}

/* Messages of a queue name no step: they are admit's. */
static const char *name_of(const json_t *in)
{
    const char *name = text_of(in, "step");
    return !name && json_is_array(json_object_get(in, "Records")) ? "admit" : name;
}

static const struct rc_step *find(const struct rc_step *steps, const char *name)
{
    for (const struct rc_step *step = steps; name && step->name; step++)
        if (strcmp(step->name, name) == 0)
            return step;
    return NULL;
}

static void refuse(struct rc_pipeline *pipeline, const struct rc_step *steps, const char *name,
                   struct rc_error *err)
{
    char names[256] = "";
    size_t length = 0;
    for (const struct rc_step *step = steps; step->name && length < sizeof names; step++)
        length += (size_t)snprintf(names + length, sizeof names - length, "%s%s",
                                   step == steps ? "" : ", ", step->name);
    snprintf(pipeline->fault, sizeof pipeline->fault, "BadInput");
    if (name)
        rc_error_set(err, RC_USAGE, "there is no step \"%.64s\"; the steps are %s", name, names);
    else
        rc_error_set(err, RC_USAGE,
                     "the input names no step: it has to be a JSON object with a text \"step\" "
                     "(%s)",
                     names);
}

/* may_ms: how long it may take until it is killed; 0: as long as it likes. */
static void count(const struct rc_pipeline *pipeline, int64_t took_ms, int64_t may_ms, bool failed)
{
    const struct rc_emf_dimension dimension = {"Step", pipeline->step};
    struct rc_emf emf;
    rc_emf_open(&emf, pipeline, &dimension, 1);
    rc_emf_add(&emf, "Duration", RC_EMF_MILLISECONDS, rc_timeline_span(&pipeline->time, took_ms));
    rc_emf_add(&emf, "Failures", RC_EMF_COUNT, failed);
    if (may_ms > 0)
        rc_emf_add_ratio(&emf, "DurationOfCeiling", (double)took_ms / (double)may_ms);
    rc_emf_close(&emf);
}

static void count_throttle(const struct rc_pipeline *pipeline, const struct rc_metrics_row *row,
                           const struct rc_metrics_throttle *throttle)
{
    const struct rc_emf_dimension dimensions[] = {
        {"Service", row->service},
        {"Operation", row->operation},
        {"Reason", throttle->reason},
        {"Resource", throttle->resource},
    };
    struct rc_emf emf;
    rc_emf_open(&emf, pipeline, dimensions, *throttle->resource ? 4 : 3);
    rc_emf_add(&emf, "ThrottledFor", RC_EMF_COUNT, (int64_t)throttle->count);
    rc_emf_close(&emf);
}

/* What the step asked of AWS, an operation each, and why it was throttled. */
static void count_requests(const struct rc_pipeline *pipeline)
{
    size_t count;
    const struct rc_metrics_row *const *rows =
        rc_metrics_rows(rc_aws_metrics(pipeline->aws), &count);
    for (size_t i = 0; i < count; i++) {
        const struct rc_metrics_row *row = rows[i];
        const struct rc_emf_dimension dimensions[] = {{"Service", row->service},
                                                      {"Operation", row->operation}};
        struct rc_emf emf;
        if (!row->attempts)
            continue;
        rc_emf_open(&emf, pipeline, dimensions, 2);
        rc_emf_add(&emf, "Requests", RC_EMF_COUNT, (int64_t)row->attempts);
        rc_emf_add(&emf, "Retries", RC_EMF_COUNT, (int64_t)row->retries);
        rc_emf_add(&emf, "Throttled", RC_EMF_COUNT, (int64_t)row->throttled);
        rc_emf_close(&emf);
        for (size_t t = 0; t < RC_METRICS_REASONS && row->reasons[t].count; t++)
            count_throttle(pipeline, row, &row->reasons[t]);
    }
}

static json_t *run(struct rc_pipeline *pipeline, const struct rc_step *step, const json_t *in,
                   struct rc_error *err)
{
    const struct rc_loop *loop = rc_aws_loop(pipeline->aws);
    int64_t began_ms = rc_loop_now_ms(loop), began_unix_ms = rc_pipeline_now_ms(pipeline);
    bool is_invoked = pipeline->deadline_unix_ms != 0;
    int64_t may_ms = is_invoked ? pipeline->deadline_unix_ms - rc_loop_unix_ms(loop) : 0;
    pipeline->step = step->name;
    rc_metrics_clear(rc_aws_metrics(pipeline->aws));
    json_t *out = step->run(pipeline, in, err);
    count(pipeline, rc_loop_now_ms(loop) - began_ms, may_ms, !out);
    if (!out && !pipeline->fault[0])
        snprintf(pipeline->fault, sizeof pipeline->fault, "StepFailed");
    rc_run_note(pipeline, in, out, err, began_unix_ms, is_invoked ? "lambda" : "fargate");
    count_requests(pipeline);
    return out;
}

json_t *rc_step_run(struct rc_pipeline *pipeline, const struct rc_step *steps, const json_t *in,
                    struct rc_error *err)
{
    struct rc_error own = {0}, *why = err ? err : &own;
    const char *name = name_of(in), *execution = text_of(in, "run");
    const struct rc_step *step = find(steps, name);
    json_t *out = NULL;
    pipeline->fault[0] = '\0';
    pipeline->run = execution ? execution : pipeline->request_id;
    if (step) {
        out = run(pipeline, step, in, why);
    } else {
        refuse(pipeline, steps, name, why);
    }
    if (!out)
        rc_pipeline_log_failure(pipeline, why);
    pipeline->step = pipeline->run = NULL; /* they are the input's */
    return out;
}
