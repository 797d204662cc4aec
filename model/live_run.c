#include "model/live.h"

#include "aws/ddb_item.h"
#include "aws/dynamodb.h"
#include "aws/states.h"
#include "core/civil.h"
#include "model/body.h"
#include "model/live_internal.h"
#include "model/run_steps.h"
#include "model/run_words.h"
#include "pipeline/keys.h"
#include "pipeline/pipeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Three questions, one after the other: the execution, its history, its item. */

enum { DAY_S = 24 * 60 * 60, EVENTS_A_PAGE = 1000 };

struct run {
    struct rc_listing listing;
    struct rc_run_about about;
    struct rc_machine machine;
    struct rc_call *call;
    struct rc_states_get_history history;
    struct rc_pages *pages;
    struct rc_run_steps steps;
    bool has_history;
    char *input, *output, *error, *cause; /* of the execution */
    int64_t rank;
    sqlite3_stmt *insert;
};

/* ----- rows ----- */

static bool bind_masked(sqlite3_stmt *to, int at, const char *text)
{
    struct rc_buf masked;
    rc_buf_init(&masked, RC_BODY_BYTES);
    if (text)
        rc_buf_add_str(&masked, text);
    rc_body_mask(&masked);
    bool ok = !masked.failed;
    rc_bind_text(to, at, masked.data);
    rc_buf_free(&masked);
    return ok;
}

/* What a row says; NULL: nothing. */
struct row {
    const char *kind, *name, *type, *route, *task, *size;
    enum rc_part_state state;
    int depth;
    int64_t step, number, began_ms, ended_ms;
    const char *error, *cause, *input, *output;
};

static bool insert(struct run *run, const struct row *row, struct rc_error *err)
{
    sqlite3_stmt *to = run->insert;
    struct rc_run_words cause;
    char began[RC_TIME_TEXT];
    rc_instant_text(row->began_ms, began);
    rc_run_cause(row->cause, &cause);
    sqlite3_bind_int64(to, 1, run->listing.number);
    sqlite3_bind_int64(to, 2, run->rank++);
    rc_bind_text(to, 3, row->kind);
    sqlite3_bind_int64(to, 4, row->step);
    sqlite3_bind_int(to, 5, row->depth);
    rc_bind_text(to, 6, row->name);
    rc_bind_text(to, 7, row->type);
    if (row->number)
        sqlite3_bind_int64(to, 8, row->number);
    rc_bind_text(to, 9, rc_part_state_names[row->state]);
    rc_bind_text(to, 10, row->route);
    if (row->began_ms)
        sqlite3_bind_int64(to, 11, row->began_ms);
    if (row->ended_ms)
        sqlite3_bind_int64(to, 12, row->ended_ms);
    rc_bind_text(to, 13, began);
    rc_bind_text(to, 15, cause.text);
    rc_bind_text(to, 18, row->task);
    rc_bind_text(to, 19, row->size);
    if (!bind_masked(to, 14, row->error) || !bind_masked(to, 16, row->input) ||
        !bind_masked(to, 17, row->output)) {
        rc_error_nomem(err);
        return false;
    }
    run->listing.rows++;
    return rc_live_step(run->listing.live, to, err);
}

static enum rc_part_state state_of(const char *status)
{
    static const struct {
        const char *status;
        enum rc_part_state state;
    } states[] = {{"SUCCEEDED", RC_PART_SUCCEEDED},
                  {"FAILED", RC_PART_FAILED},
                  {"TIMED_OUT", RC_PART_TIMED_OUT},
                  {"ABORTED", RC_PART_ABORTED}};
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (strcmp(states[i].status, status) == 0)
            return states[i].state;
    return RC_PART_RUNNING;
}

static bool insert_run(struct run *run, struct rc_error *err)
{
    return insert(run,
                  &(struct row){.kind = "run",
                                .name = run->about.name,
                                .state = state_of(run->about.status),
                                .began_ms = run->about.began_ms,
                                .ended_ms = run->about.ended_ms,
                                .error = run->error,
                                .cause = run->cause,
                                .input = run->input,
                                .output = run->output},
                  err);
}

static const char *member(const json_t *item, const char *step, const char *what)
{
    char name[96];
    snprintf(name, sizeof name, "%s_%s", step, what);
    return rc_item_get_text(item, name);
}

/* What the worker of a step has used, as the item has it of the step's last end: ", 88 MiB used"
 * behind the size of a task, "512 MiB, 88 MiB used" of a function. */
static void add_used(char size[RC_RUN_SIZE_BYTES], const json_t *item, const char *step)
{
    int64_t peak_mib = rc_run_number(item, step, "peak_mib"),
            mib = rc_run_number(item, step, "memory_mib");
    size_t length = strlen(size);
    if (!peak_mib)
        return;
    if (!length && mib)
        length = (size_t)snprintf(size, RC_RUN_SIZE_BYTES, "%lld MiB", (long long)mib);
    snprintf(size + length, RC_RUN_SIZE_BYTES - length, "%s%lld MiB used", length ? ", " : "",
             (long long)peak_mib);
}

/* The item has one note of a step: of the attempt amid which, or at whose end, it was written.
 * Of a map's it does not say which. */
static bool is_noted(const struct rc_run_part *attempt, const struct rc_run_part *step,
                     const json_t *item, const char *task)
{
    int64_t ended_ms = rc_run_number(item, task, "ended");
    return attempt->kind == RC_PART_ATTEMPT && step->parent < 0 && ended_ms &&
           ended_ms >= attempt->began_ms && (!attempt->ended_ms || ended_ms <= attempt->ended_ms);
}

static bool insert_part(struct run *run, const struct rc_run_part *part, const json_t *item,
                        struct rc_error *err)
{
    static const char *const kinds[] = {"step", "attempt", "wait"};
    const struct rc_run_part *step = &run->steps.parts[part->step];
    char name[sizeof step->name + 16];
    char task[32] = "", size[RC_RUN_SIZE_BYTES] = "";
    if (strcmp(part->route, "fargate") == 0)
        rc_run_task_size(part->output ? part->output : part->cause, size);
    if (step->last >= 0) /* every attempt is given the same */
        rc_run_task(run->steps.parts[step->last].input, task, sizeof task);
    if (is_noted(part, step, item, task))
        add_used(size, item, task);
    bool branch = part->kind == RC_PART_STEP && part->iteration >= 0;
    snprintf(name, sizeof name, branch ? "%s %d" : "%s", part->name, part->iteration);
    return insert(run,
                  &(struct row){.kind = kinds[part->kind],
                                .name = name,
                                .type = step->type,
                                .route = part->route,
                                .task = task,
                                .size = *size ? size : NULL,
                                .state = part->state,
                                .depth = step->depth + (part->kind != RC_PART_STEP),
                                .step = part->step,
                                .number = part->number,
                                .began_ms = part->began_ms,
                                .ended_ms = part->ended_ms,
                                .error = part->error,
                                .cause = part->cause,
                                .input = part->input,
                                .output = part->output},
                  err);
}

static bool insert_history(struct run *run, const json_t *item, struct rc_error *err)
{
    enum rc_part_state how = state_of(run->about.status);
    how = how == RC_PART_TIMED_OUT ? how : RC_PART_ABORTED;
    bool ok = rc_run_steps_end(&run->steps, run->about.ended_ms, how);
    int *order = ok ? calloc(run->steps.count + 1, sizeof *order) : NULL;
    if (!order) {
        rc_error_nomem(err);
        return false;
    }
    size_t count = rc_run_steps_order(&run->steps, order);
    for (size_t i = 0; ok && i < count; i++)
        ok = insert_part(run, &run->steps.parts[order[i]], item, err);
    free(order);
    run->about.cut = run->about.cut || run->steps.cut;
    return ok;
}

/* ----- the item ----- */

static void take_text(char *to, size_t room, const char *text)
{
    if (text && !*to)
        snprintf(to, room, "%s", text);
}

static void take_subject(struct rc_run_about *about, const json_t *item)
{
    take_text(about->program, sizeof about->program, rc_item_get_text(item, "program"));
    take_text(about->date, sizeof about->date, rc_item_get_text(item, "date"));
    take_text(about->side, sizeof about->side, rc_item_get_text(item, "side"));
    take_text(about->bucket, sizeof about->bucket, rc_item_get_text(item, "bucket"));
    take_text(about->object, sizeof about->object, rc_item_get_text(item, "object"));
}

/* Without a history: the steps that the item has, by their first beginning. */
static bool insert_item(struct run *run, const json_t *item, struct rc_error *err)
{
    static const char *const names[] = {"inspect", "ingest", "prepare", "match",
                                        "rollup",  "sweep",  "finish",  "fail"};
    bool ok = true;
    for (size_t i = 0; ok && i < sizeof names / sizeof *names; i++) {
        const char *cause = member(item, names[i], "cause");
        bool failed = cause && *cause;
        char size[RC_RUN_SIZE_BYTES] = "";
        if (!rc_run_number(item, names[i], "began"))
            continue;
        add_used(size, item, names[i]);
        ok = insert(run,
                    &(struct row){.kind = "step",
                                  .name = names[i],
                                  .task = names[i],
                                  .type = "Task",
                                  .route = member(item, names[i], "route"),
                                  .size = *size ? size : NULL,
                                  .state = failed ? RC_PART_FAILED : RC_PART_SUCCEEDED,
                                  .step = (int64_t)i,
                                  .number = rc_run_number(item, names[i], "attempts"),
                                  .began_ms = rc_run_number(item, names[i], "began"),
                                  .ended_ms = rc_run_number(item, names[i], "ended"),
                                  .error = failed ? member(item, names[i], "outcome") : NULL,
                                  .cause = cause},
                    err);
    }
    return ok;
}

static void finish(struct run *run, const json_t *item)
{
    struct rc_error err = {0};
    take_subject(&run->about, item);
    rc_live_begin(run->listing.live);
    bool ok = insert_run(run, &err) &&
              (run->has_history ? insert_history(run, item, &err) : insert_item(run, item, &err));
    ok = rc_live_commit(run->listing.live, &err) && ok;
    if (ok)
        rc_listing_complete(&run->listing);
    else
        rc_listing_fail(&run->listing, &err);
}

static void item_got(struct rc_call *call, void *ctx)
{
    struct run *run = ctx;
    const struct rc_dynamodb_item_got *answer = rc_dynamodb_get_item_answer(call);
    struct rc_error err = {0};
    if (!answer) {
        rc_live_explain(call, "dynamodb:GetItem", &err);
        rc_live_note(run->listing.live, "the run's item is not known: %s", err.text);
    }
    finish(run, answer ? answer->item : NULL);
}

static void take_call(struct run *run, struct rc_call *call)
{
    struct rc_error err = {0};
    rc_call_free(run->call);
    run->call = call;
    if (call)
        return;
    rc_error_nomem(&err);
    rc_listing_fail(&run->listing, &err);
}

static void ask_item(struct run *run)
{
    struct rc_key key;
    rc_key_run((int32_t)(run->about.began_ms / 1000 / DAY_S), run->about.name, &key);
    json_t *json = json_pack("{s{ss} s{ss}}", "PK", "S", key.pk, "SK", "S", key.sk);
    char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
    const struct rc_dynamodb_get_item in = {.table_name = rc_table_name(RC_TABLE_STATE),
                                            .key = text};
    take_call(run, text ? rc_dynamodb_get_item(rc_live_aws(run->listing.live), &in, item_got, run)
                        : NULL);
    free(text);
    json_decref(json);
}

/* ----- the history ----- */

static bool take_events(void *ctx, const void *answer)
{
    struct run *run = ctx;
    const struct rc_states_history *page = answer;
    struct rc_error err = {0};
    bool ok = true;
    if (run->listing.settled)
        return false;
    for (size_t i = 0; ok && i < page->events.count; i++)
        ok = rc_run_steps_add(&run->steps, &page->events.items[i]);
    run->about.events += page->events.count;
    run->listing.version++;
    if (ok)
        return run->about.events < RC_RUN_EVENTS;
    rc_error_nomem(&err);
    rc_listing_fail(&run->listing, &err);
    return false;
}

/* Where it may not be read, or was an Express workflow's, the item has to do. */
static void history_done(struct rc_call *call, void *ctx)
{
    struct run *run = ctx;
    struct rc_error err = {0};
    if (run->listing.settled)
        return;
    run->has_history = !rc_call_error(call);
    if (!run->has_history) {
        rc_live_explain(call, "states:GetExecutionHistory", &err);
        rc_live_note(run->listing.live, "only what the steps left is known: %s", err.text);
    }
    ask_item(run);
}

static void ask_history(struct run *run)
{
    struct rc_error err = {0};
    run->history = (struct rc_states_get_history){
        .arn = run->about.arn, .max_results = EVENTS_A_PAGE, .include_data = "true"};
    run->pages = rc_pages_start(rc_live_aws(run->listing.live), &rc_states_get_history_operation,
                                &run->history, take_events, history_done, run);
    if (run->pages)
        return;
    rc_error_nomem(&err);
    rc_listing_fail(&run->listing, &err);
}

/* ----- the execution ----- */

static bool copy(char **to, const char *text)
{
    return !text || (*to = strdup(text)) != NULL;
}

static void read_file(struct rc_run_about *about, const char *input)
{
    json_t *json = input ? json_loads(input, 0, NULL) : NULL;
    const json_t *file = json_object_get(json, "file");
    const char *key = json_string_value(json_object_get(file, "key"));
    take_text(about->bucket, sizeof about->bucket,
              json_string_value(json_object_get(file, "bucket")));
    take_text(about->object, sizeof about->object, key);
    take_text(about->version, sizeof about->version,
              json_string_value(json_object_get(file, "version")));
    if (key)
        rc_run_key_parts(key, about->program, sizeof about->program, about->side,
                         sizeof about->side);
    json_decref(json);
}

static void no_execution(struct run *run, const struct rc_call *call)
{
    struct rc_error err = {0};
    rc_live_explain(call, "states:DescribeExecution", &err);
    size_t length = strlen(err.text);
    if (strcmp(rc_call_error(call)->code, "ExecutionDoesNotExist") == 0)
        snprintf(err.text + length, sizeof err.text - length, "; `runs` lists those there are");
    rc_listing_fail(&run->listing, &err);
}

static void described(struct rc_call *call, void *ctx)
{
    struct run *run = ctx;
    const struct rc_states_execution_described *answer = rc_states_describe_execution_answer(call);
    struct rc_error err = {0};
    if (!answer) {
        no_execution(run, call);
        return;
    }
    take_text(run->about.status, sizeof run->about.status, answer->status);
    run->about.began_ms = answer->start_unix_ms;
    run->about.ended_ms = answer->stop_unix_ms;
    read_file(&run->about, answer->input);
    run->listing.version++;
    if (copy(&run->input, answer->input) && copy(&run->output, answer->output) &&
        copy(&run->error, answer->error) && copy(&run->cause, answer->cause)) {
        ask_history(run);
        return;
    }
    rc_error_nomem(&err);
    rc_listing_fail(&run->listing, &err);
}

static void machine_found(void *ctx)
{
    struct run *run = ctx;
    if (run->machine.why.code) {
        rc_listing_fail(&run->listing, &run->machine.why);
        return;
    }
    rc_machine_execution(&run->machine, run->about.name, run->about.arn);
    take_call(run,
              rc_states_describe_execution(
                  rc_live_aws(run->listing.live),
                  &(struct rc_states_describe_execution){.arn = run->about.arn}, described, run));
}

/* ----- the listing ----- */

static void stop(struct rc_listing *listing)
{
    struct run *run = (struct run *)listing;
    if (listing->settled) /* perhaps by what these call, which goes with the release */
        return;
    rc_machine_stop(&run->machine);
    rc_call_free(run->call);
    run->call = NULL;
    rc_pages_free(run->pages);
    run->pages = NULL;
}

static void release(struct rc_listing *listing)
{
    struct run *run = (struct run *)listing;
    rc_machine_stop(&run->machine);
    rc_call_free(run->call);
    rc_pages_free(run->pages);
    rc_run_steps_free(&run->steps);
    sqlite3_finalize(run->insert);
    free(run->input);
    free(run->output);
    free(run->error);
    free(run->cause);
}

static const struct rc_listing_kind kind = {
    .table = "run_part", .size = sizeof(struct run), .stop = stop, .release = release};

const struct rc_run_about *rc_live_history_about(const struct rc_listing *listing)
{
    return &((const struct run *)listing)->about;
}

static bool start(struct run *run, const char *name, struct rc_error *err)
{
    size_t length = strlen(name);
    if (!length || length >= sizeof run->about.name || strpbrk(name, " :/")) {
        rc_error_set(err, RC_USAGE,
                     "run NAME: the name of an execution is expected; `runs` lists "
                     "them");
        return false;
    }
    memcpy(run->about.name, name, length + 1);
    run->about.seen_ms = rc_live_now_ms(run->listing.live);
    run->insert = rc_live_prepare(
        run->listing.live,
        "INSERT INTO run_part (listing, rank, kind, step, depth, name, type, number, state, route,"
        " began_ms, ended_ms, began, error, cause, input, output, task, size)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        err);
    if (!run->insert)
        return false;
    if (!rc_run_steps_init(&run->steps)) {
        rc_error_nomem(err);
        return false;
    }
    rc_machine_seek(&run->machine, run->listing.live, machine_found, run);
    return true;
}

struct rc_listing *rc_live_history(struct rc_live *live, const char *name, struct rc_error *err)
{
    struct rc_listing *listing = rc_listing_new(live, &kind, err);
    if (listing && start((struct run *)listing, name, err))
        return listing;
    rc_listing_free(listing);
    return NULL;
}
