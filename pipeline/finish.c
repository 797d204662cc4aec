/* The ends of a run: what it came to is published and its slots are given back; or what
 * failed is marked on its file and set aside with enough to be done again. */
#include "pipeline/steps.h"

#include "aws/events.h"
#include "base/json.h"
#include "pipeline/failed.h"
#include "pipeline/log.h"
#include "pipeline/run_log.h"
#include "pipeline/slots.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool publish(struct rc_pipeline *pipeline, const char *type, const json_t *in,
                    struct rc_error *err)
{
    if (!pipeline->event_bus)
        return true;
    char *detail = json_dumps(in, JSON_COMPACT | JSON_SORT_KEYS);
    struct rc_events_entry entry = {
        .source = "reconctl", .detail_type = type, .detail = detail, .bus = pipeline->event_bus};
    struct rc_events_put put = {.entries = {&entry, 1}};
    struct rc_call *call = detail ? rc_events_put(pipeline->aws, &put, NULL, NULL) : NULL;
    if (!call)
        rc_error_nomem(err);
    bool ok = call && (rc_call_wait(call, err) || rc_store_failed(pipeline, call, err));
    if (ok && rc_events_put_answer(call)->failed) {
        rc_error_set(err, RC_IO, "the bus %s did not take the event", pipeline->event_bus);
        ok = false;
    }
    rc_call_free(call);
    free(detail);
    return ok;
}

json_t *rc_step_finish(struct rc_pipeline *pipeline, const json_t *in, struct rc_error *err)
{
    struct rc_file file;
    if (!rc_file_read(pipeline, in, &file, err) || !publish(pipeline, "File Finished", in, err) ||
        !rc_slots_give(pipeline, file.program, pipeline->run, err))
        return NULL;
    return json_object();
}

/* Without a date no delivery leads to it. */
static bool enter_undated(struct rc_pipeline *pipeline, const struct rc_file *file,
                          struct rc_error *err)
{
    struct rc_key key;
    struct rc_draft item;
    rc_key_file_undated(file->program, &file->key, &key);
    struct rc_write write = {
        .table = RC_TABLE_STATE, .key = &key, .item = rc_file_pointer(&item, &key, file)};
    enum rc_stored stored = rc_store_write(pipeline, &write, NULL, err);
    rc_draft_free(&item);
    return stored == RC_STORED;
}

static void add_file(struct rc_draft *values, const struct rc_pipeline *pipeline,
                     const struct rc_file *file)
{
    rc_item_text(&values->json, ":bucket", file->bucket);
    rc_item_text(&values->json, ":object", file->object);
    rc_item_text(&values->json, ":version", file->version);
    rc_item_text(&values->json, ":program", file->program);
    rc_item_text(&values->json, ":side", rc_side_name(file->side));
    rc_item_int(&values->json, ":size", file->size_bytes);
    rc_item_int(&values->json, ":now", rc_pipeline_now_ms(pipeline));
}

/* A file that is active stays so: then it is the day that failed. */
static bool mark(struct rc_pipeline *pipeline, const struct rc_file *file, const char *at,
                 const char *cause, struct rc_error *err)
{
    struct rc_draft values;
    json_t *item = NULL;
    char clean[RC_MESSAGE_BYTES];
    rc_pipeline_clean(cause, clean, sizeof clean);
    rc_draft_values(&values);
    add_file(&values, pipeline, file);
    rc_item_text(&values.json, ":failed", RC_FILE_FAILED);
    rc_item_text(&values.json, ":active", RC_FILE_ACTIVE);
    rc_item_text(&values.json, ":cause", clean);
    rc_item_text(&values.json, ":at", at);
    rc_item_text(&values.json, ":run", pipeline->run);
    struct rc_write write = {
        .kind = RC_WRITE_UPDATE,
        .table = RC_TABLE_STATE,
        .key = &file->key,
        .update = "SET #state = :failed, #cause = :cause, #failed_at = :at, #run = :run, "
                  "#bucket = :bucket, #object = :object, #version = :version, "
                  "#program = :program, #side = :side, #size = if_not_exists(#size, :size), "
                  "#seen = if_not_exists(#seen, :now) REMOVE #owner, #until",
        .condition = "(attribute_not_exists(#owner) OR #owner = :run) AND "
                     "(attribute_not_exists(#state) OR #state <> :active)",
        .values = rc_draft_done(&values),
    };
    enum rc_stored stored = rc_store_write(pipeline, &write, &item, err);
    bool dated = rc_item_get_text(item, "date") != NULL;
    json_decref(item);
    rc_draft_free(&values);
    return stored != RC_UNSTORED &&
           (stored == RC_REFUSED || dated || enter_undated(pipeline, file, err));
}

enum { CAUSE_BYTES = 4000 };

/* What the state machine says of a task is how its container ended; the worker in it has said
 * more. */
struct failure {
    const char *at, *name;
    char own_name[64], cause[CAUSE_BYTES]; /* cause: as it may be shown */
};

static void find_failure(struct rc_pipeline *pipeline, const json_t *in, struct failure *failure)
{
    const json_t *error = json_object_get(in, "error");
    failure->at = rc_json_word(in, "at");
    failure->name = rc_json_word(error, "Error");
    rc_pipeline_clean(rc_json_word(error, "Cause"), failure->cause, sizeof failure->cause);
    if (strcmp(failure->name, "States.TaskFailed") == 0 &&
        rc_run_failure(pipeline, in, "ingest", failure->own_name, failure->cause))
        failure->name = failure->own_name;
}

json_t *rc_step_fail(struct rc_pipeline *pipeline, const json_t *in, struct rc_error *err)
{
    struct rc_file file;
    struct failure failure;
    if (!rc_file_read(pipeline, in, &file, err))
        return NULL;
    find_failure(pipeline, in, &failure);
    if (!mark(pipeline, &file, failure.at, failure.cause, err) ||
        !rc_failed_send(pipeline, &file, NULL, failure.at, failure.name, failure.cause, err) ||
        !publish(pipeline, "File Failed", in, err) ||
        !rc_slots_give(pipeline, file.program, pipeline->run, err))
        return NULL;
    return json_pack("{ss ss}", "outcome", failure.name, "cause", failure.cause);
}
