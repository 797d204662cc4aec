/* A file is run once more: after it has failed, after its program or layout was mended, or
 * because a person says that it is the right one. Its message goes into the queue that files
 * arrive in, so that it takes a slot like any other, and its run has a name of its own: the
 * attempt is part of what the name is a hash of.
 *
 * What is reset: state and cause (a file that is ACTIVE stays so), whoever holds its lease
 * (no run of it is alive, and a zombie is fenced off); the checkpoint, from scratch; delivery
 * and identity, where a conflicting file is accepted, which makes it a correction of the file
 * that had the name.
 * What is not: the fence, which only grows; the number of the delivery, so that the same
 * records go to the same keys; who claimed its content and name; TOTALS and CONFIG, which
 * count until a run has something else. A file whose program has another layout by now gets
 * a new number in its run's inspect, as always.
 *
 * There is never a second run beside one that is alive. Whether an attempt has begun is what
 * the state machine knows: one that never began is asked for again under the same name, so
 * that this, too, can be done twice. */
#include "pipeline/steps.h"

#include "core/civil.h"
#include "core/outcome.h"
#include "pipeline/catalog.h"
#include "pipeline/day_state.h"
#include "pipeline/queue.h"
#include "pipeline/slots.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRIES = 10, ATTEMPTS_MOST = 1000000 };

struct reprocess {
    struct rc_pipeline *pipeline;
    struct rc_file file;
    const char *route;
    bool scratch, accept, dry_run;

    /* As it is. */
    json_t *item; /* NULL: nobody has inspected it */
    const char *state;
    int64_t fence, attempt, delivery;   /* 0: none */
    struct rc_key checkpoint, identity; /* set when its date is known */
    int64_t durable;                    /* records, by the checkpoint; 0: there is none */
    json_t *rival;                      /* the item of its identity */
    bool accepts;                       /* the identity is to be its own, and is not yet */
    bool other_layout;                  /* the program has another one by now */

    /* As it will be. */
    int64_t next;
    char run[64];
    json_t *changes;
};

/* ----- what there is ----- */

static bool read_words(struct reprocess *again, const json_t *in, struct rc_error *err)
{
    struct rc_pipeline *pipeline = again->pipeline;
    const char *route = json_string_value(json_object_get(in, "route"));
    const char *from = json_string_value(json_object_get(in, "from"));
    again->route = route ? route : "auto";
    again->scratch = from && strcmp(from, "scratch") == 0;
    again->accept = json_is_true(json_object_get(in, "accept"));
    again->dry_run = json_is_true(json_object_get(in, "dry_run"));
    if (strcmp(again->route, "auto") != 0 && strcmp(again->route, "lambda") != 0 &&
        strcmp(again->route, "fargate") != 0)
        return rc_bad_input(pipeline, err, "\"route\" is auto, lambda or fargate");
    if (from && !again->scratch && strcmp(from, "checkpoint") != 0)
        return rc_bad_input(pipeline, err, "\"from\" is checkpoint or scratch");
    if (!pipeline->arrivals_queue_url || !pipeline->machine_arn) {
        rc_error_set(err, RC_USAGE,
                     "RECON_ARRIVALS_QUEUE_URL and RECON_MACHINE_ARN have to be set: files are "
                     "run again through them");
        return false;
    }
    return rc_file_read(pipeline, in, &again->file, err);
}

static void forget(struct reprocess *again)
{
    json_decref(again->item);
    json_decref(again->rival);
    json_decref(again->changes);
    again->item = again->rival = again->changes = NULL;
}

static bool read_delivery(struct reprocess *again, struct rc_error *err)
{
    struct rc_pipeline *pipeline = again->pipeline;
    const char *date = rc_item_get_text(again->item, "date");
    struct rc_delivery delivery = {.side = again->file.side, .number = (int)again->delivery};
    json_t *item;
    if (!date || !rc_civil_parse(date, strlen(date), &delivery.day.date))
        return true;
    memcpy(delivery.day.program, again->file.program, sizeof delivery.day.program);
    rc_key_identity(&delivery.day, delivery.side, RC_WHOLE_DAY, &again->identity);
    rc_key_delivery(&delivery, "CHECKPOINT", &again->checkpoint);
    if (!rc_store_get(pipeline, RC_TABLE_STATE, &again->identity, &again->rival, err) ||
        !rc_store_get(pipeline, RC_TABLE_STATE, &again->checkpoint, &item, err))
        return false;
    rc_item_get_int(item, "records", &again->durable);
    json_decref(item);
    return true;
}

static bool read_item(struct reprocess *again, struct rc_error *err)
{
    forget(again);
    again->fence = again->attempt = again->delivery = again->durable = 0;
    if (!rc_store_get(again->pipeline, RC_TABLE_STATE, &again->file.key, &again->item, err))
        return false;
    const char *state = rc_item_get_text(again->item, "state");
    again->state = state ? state : "";
    rc_item_get_int(again->item, "fence", &again->fence);
    rc_item_get_int(again->item, "attempt", &again->attempt);
    rc_item_get_int(again->item, "delivery", &again->delivery);
    if (!read_delivery(again, err))
        return false;
    const char *holder = rc_item_get_text(again->rival, "file");
    again->accepts = again->accept && (!holder || strcmp(holder, again->file.key.pk) != 0);
    return true;
}

static bool look_at_layout(struct reprocess *again, struct rc_error *err)
{
    struct rc_setup setup;
    char digest[33];
    const char *had = rc_item_get_text(again->item, "layout");
    if (!rc_setup_load(again->pipeline, again->file.program, &setup, err))
        return false;
    rc_digest_format(setup.layout[again->file.side]->digest, digest);
    again->other_layout = had && strcmp(had, digest) != 0;
    rc_setup_free(&setup);
    return true;
}

static bool is(const struct reprocess *again, const char *state)
{
    return strcmp(again->state, state) == 0;
}

/* ----- the plan ----- */

static bool may_run(const struct reprocess *again, struct rc_error *err)
{
    struct rc_pipeline *pipeline = again->pipeline;
    const struct rc_file *file = &again->file;
    if (is(again, RC_FILE_REPLACED) || is(again, RC_FILE_SUPERSEDED))
        return rc_bad_input(
            pipeline, err,
            "s3://%s/%s is %s: a later delivery counts. Put the file again: its new "
            "version is a new delivery",
            file->bucket, file->object, again->state);
    if (again->accepts && !is(again, RC_FILE_CONFLICTING))
        return rc_bad_input(pipeline, err, "s3://%s/%s is %s: only a %s can be accepted",
                            file->bucket, file->object, *again->state ? again->state : "new",
                            RC_FILE_CONFLICTING);
    if (again->attempt >= ATTEMPTS_MOST)
        return rc_bad_input(pipeline, err, "s3://%s/%s has been run %d times", file->bucket,
                            file->object, ATTEMPTS_MOST);
    return true;
}

/* The run that is alive, if there is one, or the next. The holder of the lease may be an
 * older one that was redriven. */
static bool choose_run(struct reprocess *again, bool *alive, struct rc_error *err)
{
    const char *owner = rc_item_get_text(again->item, "owner");
    enum rc_run_life life, owners = RC_RUN_UNKNOWN;
    again->next = again->attempt;
    rc_run_name(&again->file, (int)again->attempt, again->run);
    if (!rc_run_look(again->pipeline, again->run, &life, err) ||
        (owner && !rc_run_look(again->pipeline, owner, &owners, err)))
        return false;
    *alive = life == RC_RUN_ALIVE || owners == RC_RUN_ALIVE;
    if (owners == RC_RUN_ALIVE)
        snprintf(again->run, sizeof again->run, "%s", owner);
    else if (life == RC_RUN_ENDED)
        rc_run_name(&again->file, (int)++again->next, again->run);
    return true;
}

static void add_change(struct reprocess *again, const char *what, json_t *was, json_t *becomes)
{
    json_array_append_new(again->changes,
                          json_pack("{ss so so}", "what", what, "was", was, "becomes", becomes));
}

/* What will be other than it is; null is nothing. A new delivery gets its number from
 * inspect. */
static bool plan(struct reprocess *again, struct rc_error *err)
{
    const char *rival = rc_item_get_text(again->rival, "file");
    again->changes = json_array();
    if (again->next != again->attempt)
        add_change(again, "attempt", json_integer(again->attempt), json_integer(again->next));
    if (*again->state && !is(again, RC_FILE_ACTIVE))
        add_change(again, "state", json_string(again->state), json_null());
    if (again->scratch && again->durable > 0)
        add_change(again, "checkpoint", json_integer(again->durable), json_integer(0));
    if (again->delivery && (again->accepts || again->other_layout))
        add_change(again, "delivery", json_integer(again->delivery), json_null());
    if (again->accepts)
        add_change(again, "identity", rival ? json_string(rival) : json_null(),
                   json_string(again->file.key.pk));
    if (!again->changes)
        rc_error_nomem(err);
    return again->changes != NULL;
}

/* ----- what is written ----- */

/* The file, its checkpoint and its identity. */
struct writes {
    struct rc_write list[3];
    struct rc_draft values[3];
    size_t count;
    char update[200];
};

static struct rc_draft *next_values(struct writes *writes)
{
    struct rc_draft *values = &writes->values[writes->count];
    rc_draft_values(values);
    return values;
}

static void add_write(struct writes *writes, const struct rc_key *key, const char *update,
                      const char *condition)
{
    struct rc_draft *values = &writes->values[writes->count];
    writes->list[writes->count++] = (struct rc_write){.kind = RC_WRITE_UPDATE,
                                                      .table = RC_TABLE_STATE,
                                                      .key = key,
                                                      .update = update,
                                                      .condition = condition,
                                                      .values = rc_draft_done(values)};
}

/* As it was read, nobody has taken its lease since. */
static void add_file(const struct reprocess *again, struct writes *writes)
{
    struct rc_draft *values = next_values(writes);
    rc_item_int(&values->json, ":attempt", again->next);
    rc_item_int(&values->json, ":fence", again->fence + 1);
    if (again->fence)
        rc_item_int(&values->json, ":was", again->fence);
    snprintf(writes->update, sizeof writes->update,
             "SET #attempt = :attempt, #fence = :fence REMOVE #owner, #until%s%s",
             is(again, RC_FILE_ACTIVE) ? "" : ", #state, #cause, #failed_at",
             again->accepts ? ", #delivery, #layout" : "");
    add_write(writes, &again->file.key, writes->update,
              again->fence ? "#fence = :was" : "attribute_not_exists(#fence)");
}

static void add_checkpoint(const struct reprocess *again, struct writes *writes)
{
    struct rc_draft *values = next_values(writes);
    rc_item_int(&values->json, ":none", 0);
    rc_item_int(&values->json, ":fence", again->fence + 1);
    add_write(writes, &again->checkpoint, "SET #records = :none, #fence = :fence",
              "#fence < :fence");
}

static void add_identity(const struct reprocess *again, struct writes *writes)
{
    struct rc_draft *values = next_values(writes);
    const char *rival = rc_item_get_text(again->rival, "file");
    rc_item_text(&values->json, ":file", again->file.key.pk);
    rc_item_text(&values->json, ":version", again->file.key.sk);
    rc_item_text(&values->json, ":rival", rival ? rival : "");
    add_write(writes, &again->identity, "SET #file = :file, #version = :version REMOVE #delivery",
              "#file = :rival");
}

static enum rc_stored apply(struct reprocess *again, struct rc_error *err)
{
    struct writes writes = {.count = 0};
    if (!again->item && !again->next) /* there is nothing to reset */
        return RC_STORED;
    add_file(again, &writes);
    if (again->scratch && again->durable > 0)
        add_checkpoint(again, &writes);
    if (again->accepts)
        add_identity(again, &writes);
    enum rc_stored stored =
        rc_store_transact(again->pipeline, writes.list, writes.count, NULL, NULL, err);
    for (size_t i = 0; i < writes.count; i++)
        rc_draft_free(&writes.values[i]);
    return stored;
}

/* ----- the message ----- */

static bool enqueue(struct reprocess *again, const json_t *in, struct rc_error *err)
{
    struct rc_pipeline *pipeline = again->pipeline;
    json_t *message = json_pack("{sO ss sI}", "file", json_object_get(in, "file"), "route",
                                again->route, "attempt", (json_int_t)again->next);
    return rc_queue_send(pipeline, pipeline->arrivals_queue_url, message, err);
}

/* ----- the step ----- */

static json_t *say(const struct reprocess *again, const char *outcome)
{
    return json_pack("{ss ss sI ss sO}", "outcome", outcome, "run", again->run, "attempt",
                     (json_int_t)again->next, "state", again->state, "changes", again->changes);
}

/* NULL and *refused: somebody else has changed the file meanwhile. */
static json_t *run_once_more(struct reprocess *again, const json_t *in, bool *refused,
                             struct rc_error *err)
{
    bool alive;
    if (!read_item(again, err) || !choose_run(again, &alive, err))
        return NULL;
    if (alive) {
        again->changes = json_array();
        return say(again, "running");
    }
    if (!may_run(again, err) || !look_at_layout(again, err) || !plan(again, err))
        return NULL;
    if (again->dry_run)
        return say(again, "planned");
    enum rc_stored stored = apply(again, err);
    *refused = stored == RC_REFUSED;
    return stored == RC_STORED && enqueue(again, in, err) ? say(again, "queued") : NULL;
}

json_t *rc_step_reprocess(struct rc_pipeline *pipeline, const json_t *in, struct rc_error *err)
{
    struct reprocess again = {.pipeline = pipeline};
    json_t *out = NULL;
    bool refused = true;
    if (!read_words(&again, in, err))
        return NULL;
    for (int i = 0; refused && i < TRIES; i++) {
        refused = false;
        out = run_once_more(&again, in, &refused, err);
    }
    if (refused)
        rc_error_set(err, RC_IO, "s3://%s/%s: others have changed the file %d times meanwhile",
                     again.file.bucket, again.file.object, TRIES);
    forget(&again);
    return out;
}
