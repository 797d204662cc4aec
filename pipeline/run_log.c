#include "pipeline/run_log.h"

#include "core/civil.h"
#include "pipeline/file.h"
#include "pipeline/log.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

enum { DAY_S = 24 * 60 * 60, UPDATE_BYTES = 1280 };

/* The update and its values, as they grow. */
struct note {
    struct rc_draft values;
    char set[UPDATE_BYTES];
    size_t length;
};

static const char *text_of(const json_t *json, const char *member)
{
    return json_string_value(json_object_get(json, member));
}

static void extend(struct note *note, const char *assignment)
{
    int more = snprintf(note->set + note->length, sizeof note->set - note->length, "%s%s",
                        note->length ? ", " : "SET ", assignment);
    if (more > 0 && note->length + (size_t)more < sizeof note->set)
        note->length += (size_t)more;
}

/* Sets #name to the text, unless that is NULL or "". */
static void set_text(struct note *note, const char *name, const char *text)
{
    char assignment[64], value[48];
    if (!text || !*text)
        return;
    snprintf(value, sizeof value, ":%s", name);
    snprintf(assignment, sizeof assignment, "#%s = %s", name, value);
    rc_item_text(&note->values.json, value, text);
    extend(note, assignment);
}

/* ----- what it was about ----- */

/* The first of the objects that has the member. */
static const char *first_text(const json_t *const *places, const char *member)
{
    for (; *places; places++)
        if (text_of(*places, member))
            return text_of(*places, member);
    return NULL;
}

static void set_subject(struct note *note, const json_t *in, const json_t *out)
{
    const json_t *file = json_object_get(in, "file");
    const json_t *places[4] = {in}, *inspected = json_object_get(in, "inspected");
    char program[RC_PROGRAM_ID_BYTES + 1] = "";
    size_t count = 1;
    if (out)
        places[count++] = out;
    if (inspected)
        places[count++] = inspected;
    const char *known = first_text(places, "program"), *object = text_of(file, "key");
    if (!known && object) /* PROGRAM/SIDE/name */
        snprintf(program, sizeof program, "%.*s", (int)strcspn(object, "/"), object);
    set_text(note, "program", known ? known : program);
    set_text(note, "date", first_text(places, "date"));
    set_text(note, "side", first_text(places, "side"));
    set_text(note, "bucket", text_of(file, "bucket"));
    set_text(note, "object", object);
}

/* ----- what came of it ----- */

/* The step "fail" is told of the failure of another, and may know more of it. */
static void find_end(const struct rc_pipeline *pipeline, const json_t *in, const json_t *out,
                     const struct rc_error *why, const char **outcome, const char **cause)
{
    const json_t *error = json_object_get(in, "error");
    *outcome = text_of(out, "outcome");
    *cause = text_of(out, "cause");
    if (!out) {
        *outcome = pipeline->fault;
        *cause = why->text;
    } else if (error && !*cause) {
        *outcome = text_of(error, "Error");
        *cause = text_of(error, "Cause");
    }
    if (!*outcome || !**outcome)
        *outcome = "done";
}

static void set_end(struct note *note, const struct rc_pipeline *pipeline, const json_t *in,
                    const json_t *out, const struct rc_error *why)
{
    const char *outcome, *cause;
    char clean[RC_RUN_CAUSE_BYTES] = "", assignments[96];
    const char *step = pipeline->step;
    find_end(pipeline, in, out, why, &outcome, &cause);
    if (cause)
        rc_pipeline_clean(cause, clean, sizeof clean);
    rc_item_text(&note->values.json, ":outcome", outcome);
    rc_item_text(&note->values.json, ":cause", clean);
    extend(note, "#outcome = :outcome, #cause = :cause");
    snprintf(assignments, sizeof assignments, "#%.24s_outcome = :outcome, #%.24s_cause = :cause",
             step, step);
    extend(note, assignments);
}

static void set_times(struct note *note, const struct rc_pipeline *pipeline, int64_t began_ms,
                      const char *route)
{
    char assignments[256];
    int64_t now_ms = rc_pipeline_now_ms(pipeline);
    const char *step = pipeline->step;
    rc_item_int(&note->values.json, ":began", began_ms);
    rc_item_int(&note->values.json, ":ended", now_ms);
    rc_item_int(&note->values.json, ":expires", now_ms / 1000 + RC_RUN_KEPT_DAYS * DAY_S);
    rc_item_text(&note->values.json, ":route", route);
    extend(note, "#began = if_not_exists(#began, :began), #ended = :ended, #route = :route, "
                 "#expires = :expires");
    snprintf(assignments, sizeof assignments,
             "#%.24s_began = if_not_exists(#%.24s_began, :began), #%.24s_ended = :ended, "
             "#%.24s_route = :route",
             step, step, step, step);
    extend(note, assignments);
}

static void set_step_number(struct note *note, const char *step, const char *name, int64_t number)
{
    char assignment[96], value[48];
    snprintf(value, sizeof value, ":%s", name);
    snprintf(assignment, sizeof assignment, "#%.24s_%s = %s", step, name, value);
    rc_item_int(&note->values.json, value, number);
    extend(note, assignment);
}

/* Of this process, since it began: what Lambda calls "Max Memory Used" of its instance. */
static void set_memory(struct note *note, const struct rc_pipeline *pipeline)
{
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) == 0) /* ru_maxrss is in KiB: getrusage(2) of Linux */
        set_step_number(note, pipeline->step, "peak_mib", (usage.ru_maxrss + 1023) / 1024);
    set_step_number(note, pipeline->step, "memory_mib", pipeline->memory_mib);
}

/* ----- the item ----- */

/* A dry run leaves no trace. */
static bool has_subject(const json_t *in)
{
    if (json_is_true(json_object_get(in, "dry_run")))
        return false;
    return json_is_object(json_object_get(in, "file")) ||
           (text_of(in, "program") && text_of(in, "date"));
}

static int32_t date_of_run(const struct rc_pipeline *pipeline, const json_t *in)
{
    enum { DATE_LENGTH = 10 };
    const char *started = text_of(in, "started");
    int32_t date;
    if (started && strlen(started) >= DATE_LENGTH && rc_civil_parse(started, DATE_LENGTH, &date))
        return date;
    return (int32_t)(rc_pipeline_now_ms(pipeline) / 1000 / DAY_S);
}

static bool write_note(struct rc_pipeline *pipeline, const json_t *in, struct note *note,
                       bool failed, struct rc_error *err)
{
    struct rc_key key;
    char update[UPDATE_BYTES + 128];
    char fault[sizeof pipeline->fault];
    rc_key_run(date_of_run(pipeline, in), pipeline->run, &key);
    rc_item_int(&note->values.json, ":one", 1);
    rc_item_int(&note->values.json, ":failures", failed);
    snprintf(update, sizeof update, "%s ADD #%.24s_attempts :one, #%.24s_failures :failures",
             note->set, pipeline->step, pipeline->step);
    struct rc_write write = {
        .kind = RC_WRITE_UPDATE,
        .table = RC_TABLE_STATE,
        .key = &key,
        .update = update,
        .values = rc_draft_done(&note->values),
    };
    if (!write.values) {
        rc_error_nomem(err);
        return false;
    }
    memcpy(fault, pipeline->fault, sizeof fault); /* it is the step's */
    bool ok = rc_store_write(pipeline, &write, NULL, err) == RC_STORED;
    memcpy(pipeline->fault, fault, sizeof fault);
    return ok;
}

void rc_run_note(struct rc_pipeline *pipeline, const json_t *in, const json_t *out,
                 const struct rc_error *why, int64_t began_unix_ms, const char *route)
{
    struct rc_error err = {0};
    struct note note = {.length = 0};
    if (!has_subject(in) || !pipeline->run || !pipeline->table[RC_TABLE_STATE])
        return;
    rc_draft_values(&note.values);
    set_text(&note, "run", pipeline->run);
    set_text(&note, "step", pipeline->step);
    set_subject(&note, in, out);
    set_times(&note, pipeline, began_unix_ms, route);
    set_end(&note, pipeline, in, out, why);
    set_memory(&note, pipeline);
    if (!write_note(pipeline, in, &note, !out, &err))
        rc_pipeline_log(pipeline, RC_LOG_WARN, "the run's item has no word of this step: %s",
                        err.text);
    rc_draft_free(&note.values);
}

bool rc_run_failure(struct rc_pipeline *pipeline, const json_t *in, const char *step, char name[64],
                    char cause[RC_RUN_CAUSE_BYTES])
{
    struct rc_key key;
    char outcome_name[48], cause_name[48];
    json_t *item = NULL;
    rc_key_run(date_of_run(pipeline, in), pipeline->run, &key);
    if (!rc_store_get(pipeline, RC_TABLE_STATE, &key, &item, NULL))
        return false;
    snprintf(outcome_name, sizeof outcome_name, "%.24s_outcome", step);
    snprintf(cause_name, sizeof cause_name, "%.24s_cause", step);
    const char *outcome = rc_item_get_text(item, outcome_name);
    const char *words = rc_item_get_text(item, cause_name);
    bool failed = outcome && words && *words;
    if (failed) {
        snprintf(name, 64, "%s", outcome);
        snprintf(cause, RC_RUN_CAUSE_BYTES, "%s", words);
    }
    json_decref(item);
    return failed;
}
