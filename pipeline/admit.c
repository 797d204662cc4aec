/* Messages of the queue become runs: each takes a slot of its program and route, or waits
 * in the queue for one (pipeline/waiting.h). A run's name is a hash of what it is about, so that a
 * message that comes again starts nothing. */
#include "pipeline/steps.h"

#include "aws/states.h"
#include "pipeline/catalog.h"
#include "pipeline/emf.h"
#include "pipeline/failed.h"
#include "pipeline/log.h"
#include "pipeline/slots.h"
#include "pipeline/waiting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum verdict { DONE, WAIT, BROKEN, FAILED, VERDICTS };

/* A program and a route on which a message of this batch found no slot. */
struct full {
    char program[RC_PROGRAM_ID_BYTES + 1];
    const char *route;
};

enum { FULL_MOST = 10 }; /* as many messages as Lambda hands on by itself */

struct admission {
    struct rc_pipeline *pipeline;
    const json_t *record;  /* the message that is looked at */
    struct rc_setup setup; /* of the program of the last one */
    struct full full[FULL_MOST];
    size_t full_count;
};

void rc_run_name(const struct rc_file *file, int attempt, char name[64])
{
    rc_key_run_name(&file->key, attempt, name);
}

/* An event of S3 as the input of a run; what has a file is one already. NULL when it is
 * neither. */
static json_t *input_of(const char *body)
{
    json_t *event = body ? json_loads(body, 0, NULL) : NULL;
    if (json_is_object(json_object_get(event, "file")))
        return event;
    const json_t *detail = json_object_get(event, "detail");
    const json_t *object = json_object_get(detail, "object");
    const char *bucket =
        json_string_value(json_object_get(json_object_get(detail, "bucket"), "name"));
    const char *key = json_string_value(json_object_get(object, "key"));
    const char *version = json_string_value(json_object_get(object, "version-id"));
    const char *sequencer = json_string_value(json_object_get(object, "sequencer"));
    json_t *input = NULL;
    if (bucket && key)
        input = json_pack("{s{ss ss ss ss sI} ss}", "file", "bucket", bucket, "key", key, "version",
                          version ? version : "", "sequencer", sequencer ? sequencer : "", "size",
                          (json_int_t)json_integer_value(json_object_get(object, "size")), "route",
                          "auto");
    json_decref(event);
    return input;
}

/* 0 of an event: what comes later is asked for by reprocess. */
static int attempt_of(const json_t *input)
{
    return (int)json_integer_value(json_object_get(input, "attempt"));
}

/* False when it could not be asked for. */
static bool start(struct rc_pipeline *pipeline, const char *name, const json_t *input, bool *ended,
                  struct rc_error *err)
{
    char *text = json_dumps(input, JSON_COMPACT);
    struct rc_states_start in = {.machine_arn = pipeline->machine_arn, .name = name, .input = text};
    struct rc_call *call = text ? rc_states_start(pipeline->aws, &in, NULL, NULL) : NULL;
    *ended = false;
    if (!call)
        rc_error_nomem(err);
    bool ok = call && rc_call_wait(call, err);
    if (call && !ok && strcmp(rc_call_error(call)->code, "ExecutionAlreadyExists") == 0)
        ok = *ended = true;
    else if (call && !ok)
        rc_store_failed(pipeline, call, err);
    rc_call_free(call);
    free(text);
    return ok;
}

static const char *route_of(const struct rc_program *program, const struct rc_file *file,
                            const char *wanted)
{
    if (wanted && (strcmp(wanted, "lambda") == 0 || strcmp(wanted, "fargate") == 0))
        return wanted;
    bool large =
        program->fargate_over_bytes && (uint64_t)file->size_bytes > program->fargate_over_bytes;
    return large ? "fargate" : "lambda";
}

/* Those behind a message that found none need not ask: a day of many files would keep
 * admission busy with looking for who has ended. */
static bool is_full(const struct admission *admission, const char *program, const char *route)
{
    for (size_t i = 0; i < admission->full_count; i++)
        if (strcmp(admission->full[i].program, program) == 0 &&
            strcmp(admission->full[i].route, route) == 0)
            return true;
    return false;
}

static void note_full(struct admission *admission, const char *program, const char *route)
{
    if (admission->full_count == FULL_MOST)
        return;
    struct full *full = &admission->full[admission->full_count++];
    snprintf(full->program, sizeof full->program, "%s", program);
    full->route = route;
}

static enum rc_stored take_slot(struct admission *admission, const struct rc_file *file,
                                const char *wanted, const char *run, struct rc_error *err)
{
    struct rc_pipeline *pipeline = admission->pipeline;
    const struct rc_program *program = &admission->setup.program;
    const char *route = route_of(program, file, wanted);
    int most = (int)pipeline->slots[strcmp(route, "fargate") == 0];
    enum rc_stored stored = RC_REFUSED;
    if (is_full(admission, program->id, route))
        return RC_REFUSED;
    for (int i = 0; i < 2 && stored == RC_REFUSED; i++) {
        if (i > 0 && !rc_slots_tidy(pipeline, program->id, route, err))
            return RC_UNSTORED;
        stored =
            rc_slots_take(pipeline, program->id, program->concurrent_files, route, most, run, err);
    }
    if (stored == RC_REFUSED)
        note_full(admission, program->id, route);
    return stored;
}

static bool know_program(struct admission *admission, const char *program, struct rc_error *err)
{
    if (strcmp(admission->setup.program.id, program) == 0)
        return true;
    rc_setup_free(&admission->setup);
    return rc_setup_load(admission->pipeline, program, &admission->setup, err);
}

/* A message of the queue of failed files that was moved back: the file is run again. */
static enum verdict run_again(struct rc_pipeline *pipeline, const json_t *input,
                              struct rc_error *err)
{
    json_t *again = json_pack("{sO}", "file", json_object_get(input, "file"));
    json_t *out = again ? rc_step_reprocess(pipeline, again, err) : NULL;
    bool bad = !out && strcmp(pipeline->fault, "BadInput") == 0;
    json_decref(again);
    json_decref(out);
    return out ? DONE : bad ? BROKEN : FAILED;
}

static enum verdict admit_file(struct admission *admission, const json_t *input,
                               struct rc_error *err)
{
    struct rc_pipeline *pipeline = admission->pipeline;
    struct rc_file file;
    char run[64];
    bool ended;
    if (rc_file_is_temporary(
            json_string_value(json_object_get(json_object_get(input, "file"), "key"))))
        return DONE;
    if (!rc_file_read(pipeline, input, &file, err) || !know_program(admission, file.program, err))
        return strcmp(pipeline->fault, "BadInput") == 0 ? BROKEN : FAILED;
    rc_run_name(&file, attempt_of(input), run);
    const char *wanted = json_string_value(json_object_get(input, "route"));
    enum rc_stored taken = take_slot(admission, &file, wanted, run, err);
    if (taken == RC_REFUSED) {
        rc_waiting_note(pipeline, admission->record, file.program, run);
        return WAIT;
    }
    if (taken != RC_STORED || !start(pipeline, run, input, &ended, err))
        return FAILED;
    rc_waiting_forget(pipeline, admission->record, file.program, run);
    return !ended || rc_slots_give(pipeline, file.program, run, err) ? DONE : FAILED;
}

/* What cannot become a run is set aside, so that it does not come back for ever; without a
 * queue for that it is left to the one it came from, which has its own for such messages. */
static enum verdict admit(struct admission *admission, const char *body)
{
    struct rc_error err = {0};
    struct rc_pipeline *pipeline = admission->pipeline;
    json_t *input = input_of(body);
    enum verdict verdict = BROKEN;
    pipeline->fault[0] = '\0';
    if (input)
        verdict = json_object_get(input, "error") ? run_again(pipeline, input, &err)
                                                  : admit_file(admission, input, &err);
    else
        rc_error_set(&err, RC_INVALID, "the message is no event of an object in S3");
    json_decref(input);
    if (err.code)
        rc_pipeline_log(pipeline, RC_LOG_ERROR, "%s", err.text);
    if (verdict == BROKEN &&
        (!pipeline->failed_queue_url ||
         !rc_failed_send(pipeline, NULL, body ? body : "", "Admit", "BadInput", err.text, &err)))
        verdict = FAILED;
    return verdict;
}

static int64_t age_ms(const struct rc_pipeline *pipeline, const json_t *record)
{
    int64_t now_ms = rc_pipeline_now_ms(pipeline);
    int64_t since_ms = rc_waiting_since_ms(record);
    return since_ms > 0 && since_ms < now_ms ? now_ms - since_ms : 0;
}

static void publish(const struct rc_pipeline *pipeline, const int64_t counts[VERDICTS],
                    int64_t oldest_ms)
{
    const struct rc_emf_dimension dimension = {"Step", "admit"};
    struct rc_emf emf;
    rc_emf_open(&emf, pipeline, &dimension, 1);
    rc_emf_add(&emf, "QueueAge", RC_EMF_SECONDS, oldest_ms / 1000);
    rc_emf_add(&emf, "Admitted", RC_EMF_COUNT, counts[DONE]);
    rc_emf_add(&emf, "Waiting", RC_EMF_COUNT, counts[WAIT]);
    rc_emf_add(&emf, "Broken", RC_EMF_COUNT, counts[BROKEN]);
    rc_emf_add(&emf, "Failed", RC_EMF_COUNT, counts[FAILED]);
    rc_emf_close(&emf);
}

json_t *rc_step_admit(struct rc_pipeline *pipeline, const json_t *in, struct rc_error *err)
{
    struct admission admission = {.pipeline = pipeline};
    int64_t counts[VERDICTS] = {0}, oldest_ms = 0;
    json_t *failures = json_array();
    const json_t *records = json_object_get(in, "Records");
    if (!pipeline->machine_arn || !failures) {
        rc_error_set(err, RC_USAGE, "RECON_MACHINE_ARN is not set: admit starts its runs");
        json_decref(failures);
        return NULL;
    }
    for (size_t i = 0; i < json_array_size(records); i++) {
        const json_t *record = json_array_get(records, i);
        const char *body = json_string_value(json_object_get(record, "body"));
        const char *id = json_string_value(json_object_get(record, "messageId"));
        int64_t waited_ms = age_ms(pipeline, record);
        admission.record = record;
        enum verdict verdict = admit(&admission, body);
        counts[verdict]++;
        oldest_ms = waited_ms > oldest_ms ? waited_ms : oldest_ms;
        if (verdict == DONE || verdict == BROKEN ||
            (verdict == WAIT && rc_waiting_send_anew(pipeline, record)))
            continue;
        rc_waiting_come_back(pipeline, record);
        json_array_append_new(failures, json_pack("{ss}", "itemIdentifier", id ? id : ""));
    }
    publish(pipeline, counts, oldest_ms);
    rc_setup_free(&admission.setup);
    pipeline->fault[0] = '\0';
    return json_pack("{so}", "batchItemFailures", failures);
}
