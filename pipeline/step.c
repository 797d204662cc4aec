#include "pipeline/step.h"

#include "pipeline/emf.h"
#include "pipeline/log.h"

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

static void count(const struct rc_pipeline *pipeline, int64_t began_ms, bool failed)
{
    const struct rc_emf_dimension dimension = {"Step", pipeline->step};
    struct rc_emf emf;
    rc_emf_open(&emf, pipeline, &dimension, 1);
    rc_emf_add(&emf, "Duration", RC_EMF_MILLISECONDS,
               rc_loop_now_ms(rc_aws_loop(pipeline->aws)) - began_ms);
    rc_emf_add(&emf, "Failures", RC_EMF_COUNT, failed);
    rc_emf_close(&emf);
}

json_t *rc_step_run(struct rc_pipeline *pipeline, const struct rc_step *steps, const json_t *in,
                    struct rc_error *err)
{
    struct rc_error own = {0}, *why = err ? err : &own;
    const char *name = name_of(in), *run = text_of(in, "run");
    const struct rc_step *step = find(steps, name);
    json_t *out = NULL;
    pipeline->fault[0] = '\0';
    pipeline->run = run ? run : pipeline->request_id;
    if (step) {
        int64_t began_ms = rc_loop_now_ms(rc_aws_loop(pipeline->aws));
        pipeline->step = step->name;
        out = step->run(pipeline, in, why);
        count(pipeline, began_ms, !out);
    } else {
        refuse(pipeline, steps, name, why);
    }
    if (!out && !pipeline->fault[0])
        snprintf(pipeline->fault, sizeof pipeline->fault, "StepFailed");
    if (!out)
        rc_pipeline_log_failure(pipeline, why);
    pipeline->step = pipeline->run = NULL; /* they are the input's */
    return out;
}
