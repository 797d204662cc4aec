#include "pipeline/steps.h"

enum { LOOK_MS = 50, WAIT_MOST_MS = 900000 };

static void ring(struct rc_timer *timer)
{
    *(bool *)timer->ctx = true;
}

/* Whether a worker starts, finds its settings and answers; and, waiting, whether it hears
 * of its deadline and of being stopped in time. */
static json_t *ping(struct rc_pipeline *pipeline, const json_t *in, struct rc_error *err)
{
    const json_t *wait = json_object_get(in, "wait_ms");
    struct rc_loop *loop = rc_aws_loop(pipeline->aws);
    int64_t began_ms = rc_loop_now_ms(loop), waited_ms = 0;
    int64_t wait_ms = json_integer_value(wait), left_ms;
    bool rung = false;
    struct rc_timer timer = {.fire = ring, .ctx = &rung};
    if ((wait && !json_is_integer(wait)) || wait_ms < 0 || wait_ms > WAIT_MOST_MS) {
        snprintf(pipeline->fault, sizeof pipeline->fault, "BadInput");
        rc_error_set(err, RC_USAGE, "\"wait_ms\" has to be a whole number from 0 to %d",
                     WAIT_MOST_MS);
        return NULL;
    }
    while (waited_ms < wait_ms && (left_ms = rc_pipeline_left_ms(pipeline)) > 0) {
        int64_t most_ms = wait_ms - waited_ms < LOOK_MS ? wait_ms - waited_ms : LOOK_MS;
        rung = false;
        if (!rc_timer_set(loop, &timer, left_ms < most_ms ? left_ms : most_ms))
            break;
        rc_loop_until(loop, &rung, -1);
        waited_ms = rc_loop_now_ms(loop) - began_ms;
    }
    rc_timer_stop(loop, &timer);
    json_t *out = json_pack("{s:b, s:s?, s:I}", "pong", 1, "request_id", pipeline->request_id,
                            "waited_ms", (json_int_t)waited_ms);
    if (!out)
        rc_error_nomem(err);
    return out;
}

const struct rc_step rc_steps[] = {
    {"admit", rc_step_admit},
    {"inspect", rc_step_inspect},
    {"ingest", rc_step_ingest},
    {"prepare", rc_step_prepare},
    {"match", rc_step_match},
    {"rollup", rc_step_rollup},
    {"finish", rc_step_finish},
    {"fail", rc_step_fail},
    {"sweep", rc_step_sweep},
    {"reprocess", rc_step_reprocess},
    {"verify", rc_step_verify},
    {"ping", ping},
    {NULL, NULL},
};
