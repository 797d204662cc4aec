#include "pipeline/slots.h"

#include "aws/states.h"

#include <stdio.h>
#include <string.h>

static const char *const routes[] = {"lambda", "fargate"};

static void add_run(struct rc_draft *values, const char *run)
{
    rc_draft_values(values);
    rc_item_text_set(&values->json, ":runs", &run, 1);
}

static struct rc_write taking(const struct rc_key *key, const char *run, int most,
                              struct rc_draft *values)
{
    add_run(values, run);
    if (most > 0) {
        rc_item_text(&values->json, ":run", run);
        rc_item_int(&values->json, ":most", most);
    }
    return (struct rc_write){
        .kind = RC_WRITE_UPDATE,
        .table = RC_TABLE_STATE,
        .key = key,
        .update = "ADD #runs :runs",
        .condition = most > 0 ? "attribute_not_exists(#runs) OR contains(#runs, :run) OR "
                                "size(#runs) < :most"
                              : NULL,
        .values = rc_draft_done(values),
    };
}

enum rc_stored rc_slots_take(struct rc_pipeline *pipeline, const char *program, int program_most,
                             const char *route, int route_most, const char *run,
                             struct rc_error *err)
{
    struct rc_key keys[2];
    struct rc_draft values[2];
    rc_key_slots("PROGRAM", program, &keys[0]);
    rc_key_slots("ROUTE", route, &keys[1]);
    struct rc_write writes[] = {taking(&keys[0], run, program_most, &values[0]),
                                taking(&keys[1], run, route_most, &values[1])};
    enum rc_stored stored = rc_store_transact(pipeline, writes, 2, NULL, NULL, err);
    rc_draft_free(&values[0]);
    rc_draft_free(&values[1]);
    return stored;
}

static bool give(struct rc_pipeline *pipeline, const struct rc_key *key, const char *run,
                 struct rc_error *err)
{
    struct rc_draft values;
    add_run(&values, run);
    struct rc_write write = {
        .kind = RC_WRITE_UPDATE,
        .table = RC_TABLE_STATE,
        .key = key,
        .update = "DELETE #runs :runs",
        .condition = "attribute_exists(#runs)",
        .values = rc_draft_done(&values),
    };
    enum rc_stored stored = rc_store_write(pipeline, &write, NULL, err);
    rc_draft_free(&values);
    return stored != RC_UNSTORED;
}

bool rc_slots_give(struct rc_pipeline *pipeline, const char *program, const char *run,
                   struct rc_error *err)
{
    struct rc_key key;
    rc_key_slots("PROGRAM", program, &key);
    bool ok = give(pipeline, &key, run, err);
    for (size_t i = 0; ok && i < sizeof routes / sizeof *routes; i++) {
        rc_key_slots("ROUTE", routes[i], &key);
        ok = give(pipeline, &key, run, err);
    }
    return ok;
}

/* arn:…:stateMachine:NAME becomes arn:…:execution:NAME:RUN. */
static bool execution_arn(const char *machine, const char *run, char *arn, size_t room)
{
    static const char kind[] = ":stateMachine:";
    const char *at = strstr(machine, kind);
    int length = at ? snprintf(arn, room, "%.*s:execution:%s:%s", (int)(at - machine), machine,
                               at + strlen(kind), run)
                    : -1;
    return length >= 0 && (size_t)length < room;
}

bool rc_run_look(struct rc_pipeline *pipeline, const char *run, enum rc_run_life *life,
                 struct rc_error *err)
{
    char arn[512];
    *life = RC_RUN_UNKNOWN;
    if (!pipeline->machine_arn || !execution_arn(pipeline->machine_arn, run, arn, sizeof arn)) {
        rc_error_set(err, RC_USAGE, "RECON_MACHINE_ARN names no state machine");
        return false;
    }
    struct rc_states_describe_execution in = {.arn = arn};
    struct rc_call *call = rc_states_describe_execution(pipeline->aws, &in, NULL, NULL);
    if (!call) {
        rc_error_nomem(err);
        return false;
    }
    bool ok = rc_call_wait(call, err);
    if (ok) {
        const char *status = rc_states_describe_execution_answer(call)->status;
        *life = strcmp(status, "RUNNING") == 0 ? RC_RUN_ALIVE : RC_RUN_ENDED;
    } else if (strcmp(rc_call_error(call)->code, "ExecutionDoesNotExist") == 0) {
        ok = true;
    } else {
        rc_store_failed(pipeline, call, err);
    }
    rc_call_free(call);
    return ok;
}

static bool tidy(struct rc_pipeline *pipeline, const struct rc_key *key, struct rc_error *err)
{
    json_t *item;
    if (!rc_store_get(pipeline, RC_TABLE_STATE, key, &item, err))
        return false;
    json_t *runs = rc_item_get_text_set(item, "runs");
    bool ok = true;
    for (size_t i = 0; ok && i < json_array_size(runs); i++) {
        const char *run = json_string_value(json_array_get(runs, i));
        enum rc_run_life life;
        ok = run && rc_run_look(pipeline, run, &life, err);
        if (ok && life != RC_RUN_ALIVE)
            ok = give(pipeline, key, run, err);
    }
    json_decref(item);
    return ok;
}

bool rc_slots_tidy(struct rc_pipeline *pipeline, const char *program, const char *route,
                   struct rc_error *err)
{
    struct rc_key key;
    rc_key_slots("PROGRAM", program, &key);
    if (!tidy(pipeline, &key, err))
        return false;
    rc_key_slots("ROUTE", route, &key);
    return tidy(pipeline, &key, err);
}
