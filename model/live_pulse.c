#include "model/live.h"

#include "aws/ddb_item.h"
#include "aws/sqs.h"
#include "core/civil.h"
#include "model/live_items.h"
#include "model/live_pulse.h"
#include "model/live_queries.h"
#include "model/run_words.h"
#include "pipeline/day_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is asked for how the pipeline fares, in few requests whatever it has: the catalog, the
 * slots and who waits for one, the days and runs of the last days; then the days' items; the two
 * queues beside that; and when the programs are known, CloudWatch. What fails is a line of its own.
 */

enum { DAY_S = 24 * 60 * 60, DAYS = 3, RUN_DAYS = 2, MOST = 20000, DAY_KEYS = 2 };

/* What is asked for at first, by its number. */
enum { PROGRAMS, SLOTS, WAITING, DAYS_OF, RUNS_OF = DAYS_OF + DAYS, QUERIES = RUNS_OF + RUN_DAYS };

enum { OF_STATE, OF_QUEUES, OF_METRICS };

struct pulse;

struct queue {
    struct pulse *all;
    struct rc_call *call;
    char url[512];
    struct rc_pulse_queue *told;
};

struct pulse {
    struct rc_listing listing;
    struct rc_pulse_facts facts;
    size_t program_room, day_room, run_room;
    int next;
    struct rc_queries *queries;
    struct rc_queries_cost cost;
    char **keys; /* of the days' items */
    size_t key_count;
    struct rc_batch *batch;
    struct queue queues[RC_PULSE_QUEUES];
    struct rc_pulse_metrics *metrics;
    int left; /* sources that have not ended */
    sqlite3_stmt *insert;
};

/* ----- the end ----- */

/* "[0,0,12]"; NULL when they are not known. */
static void bind_records(sqlite3_stmt *to, int at, const double *records)
{
    struct rc_buf text;
    rc_buf_init(&text, RC_PULSE_HOURS * 32);
    for (int i = 0; records && i < RC_PULSE_HOURS; i++)
        rc_buf_printf(&text, "%s%.0f", i ? "," : "[", records[i]);
    if (text.length)
        rc_buf_add_char(&text, ']');
    rc_bind_text(to, at, text.failed ? NULL : text.data);
    rc_buf_free(&text);
}

static bool keep_line(struct pulse *pulse, const struct rc_pulse_line *line, struct rc_error *err)
{
    const char *alert = rc_pulse_alert(line->kind);
    sqlite3_stmt *to = pulse->insert;
    sqlite3_bind_int64(to, 1, pulse->listing.number);
    rc_bind_text(to, 2, alert);
    rc_bind_text(to, 3, line->subject);
    rc_bind_text(to, 4, line->what);
    rc_bind_text(to, 5, line->jump);
    sqlite3_bind_int64(to, 6, line->weight);
    bind_records(to, 7, line->records);
    pulse->listing.rows++;
    pulse->listing.attention |= alert != NULL;
    return rc_live_step(pulse->listing.live, to, err);
}

/* Nothing came: that is a failure of the listing. */
static bool none_came(const struct pulse *pulse, struct rc_error *err)
{
    for (int i = 0; i < RC_PULSE_SOURCES; i++)
        if (!pulse->facts.unknown[i].what)
            return false;
    rc_error_set(err, RC_IO, "%s", pulse->facts.unknown[OF_STATE].why);
    return true;
}

static void finish(struct pulse *pulse)
{
    struct rc_error err = {0};
    size_t count = 0;
    if (none_came(pulse, &err)) {
        rc_listing_fail(&pulse->listing, &err);
        return;
    }
    struct rc_pulse_line *lines = rc_pulse_lines(&pulse->facts, &count);
    bool ok = lines != NULL;
    if (!ok)
        rc_error_nomem(&err);
    rc_live_begin(pulse->listing.live);
    for (size_t i = 0; ok && i < count; i++)
        ok = keep_line(pulse, &lines[i], &err);
    ok = rc_live_commit(pulse->listing.live, &err) && ok;
    free(lines);
    pulse->listing.version++;
    if (ok)
        rc_listing_complete(&pulse->listing);
    else
        rc_listing_fail(&pulse->listing, &err);
}

/* A source has ended; NULL: well. */
static void ended(struct pulse *pulse, int source, const struct rc_error *why)
{
    static const char *const names[RC_PULSE_SOURCES] = {"files and days", "queues", "metrics"};
    if (why && why->code && !pulse->facts.unknown[source].what) {
        pulse->facts.unknown[source].what = names[source];
        snprintf(pulse->facts.unknown[source].why, sizeof pulse->facts.unknown[source].why, "%s",
                 why->text);
    }
    if (--pulse->left == 0 && !pulse->listing.settled)
        finish(pulse);
}

/* ----- the state table: what is kept ----- */

/* Room for one more of an array of structs; false past the limit, or without memory. */
static bool make_room(void **items, size_t size, size_t count, size_t *room)
{
    if (count < *room)
        return true;
    size_t wanted = *room ? 2 * *room : 64;
    void *more = wanted > MOST ? NULL : reallocarray(*items, wanted, size);
    if (!more)
        return false;
    *items = more;
    *room = wanted;
    return true;
}

static struct rc_pulse_program *program_named(struct pulse *pulse, const char *id)
{
    struct rc_pulse_facts *facts = &pulse->facts;
    for (size_t i = 0; i < facts->program_count; i++)
        if (strcmp(facts->programs[i].id, id) == 0)
            return &facts->programs[i];
    if (strlen(id) > RC_PROGRAM_ID_BYTES ||
        !make_room((void **)&facts->programs, sizeof *facts->programs, facts->program_count,
                   &pulse->program_room))
        return NULL;
    struct rc_pulse_program *program = &facts->programs[facts->program_count++];
    *program = (struct rc_pulse_program){.cutoff_minutes = -1};
    snprintf(program->id, sizeof program->id, "%s", id);
    return program;
}

/* What stands behind "PROGRAM#". */
static const char *id_of(const json_t *item)
{
    static const char before[] = "PROGRAM#";
    const char *sk = rc_item_get_text(item, "SK");
    return sk && strncmp(sk, before, sizeof before - 1) == 0 ? sk + sizeof before - 1 : NULL;
}

static void take_program(struct pulse *pulse, const json_t *item)
{
    struct rc_setup setup;
    const char *id = id_of(item);
    struct rc_pulse_program *program = id ? program_named(pulse, id) : NULL;
    if (program && rc_setup_read(item, &setup, NULL))
        program->cutoff_minutes = setup.program.cutoff_minutes;
    if (program)
        rc_setup_free(&setup);
}

static void take_slot(struct pulse *pulse, const json_t *item)
{
    const char *id = id_of(item);
    struct rc_pulse_program *program = id ? program_named(pulse, id) : NULL;
    if (program)
        program->running = (int64_t)json_array_size(rc_item_get_text_set(item, "runs"));
}

/* PROGRAM#run, of pipeline/waiting.h. */
static void take_waiting(struct pulse *pulse, const json_t *item)
{
    const char *sk = rc_item_get_text(item, "SK");
    char id[RC_PROGRAM_ID_BYTES + 1];
    size_t length = sk ? strcspn(sk, "#") : sizeof id;
    int64_t expires_s = 0;
    if (length >= sizeof id || !rc_item_get_int(item, "expires", &expires_s) ||
        expires_s * 1000 < pulse->facts.now_ms)
        return;
    memcpy(id, sk, length);
    id[length] = '\0';
    struct rc_pulse_program *program = program_named(pulse, id);
    if (program)
        program->waiting++;
}

static void take_day(struct pulse *pulse, int32_t date, const json_t *item)
{
    struct rc_pulse_facts *facts = &pulse->facts;
    const char *id = id_of(item);
    if (!id || strlen(id) > RC_PROGRAM_ID_BYTES ||
        !make_room((void **)&facts->days, sizeof *facts->days, facts->day_count, &pulse->day_room))
        return;
    struct rc_pulse_day *day = &facts->days[facts->day_count++];
    *day = (struct rc_pulse_day){.date = date};
    snprintf(day->program, sizeof day->program, "%s", id);
}

/* What is too long is cut. */
static void copy(char *to, size_t room, const char *text)
{
    size_t length = text ? strnlen(text, room - 1) : 0;
    if (length)
        memcpy(to, text, length);
    to[length] = '\0';
}

static void take_run(struct pulse *pulse, const json_t *item)
{
    struct rc_pulse_facts *facts = &pulse->facts;
    const char *step = rc_item_get_text(item, "step");
    const char *object = rc_item_get_text(item, "object"), *known = NULL;
    struct rc_run_words words;
    char side[16];
    if (!step || !object ||
        !make_room((void **)&facts->runs, sizeof *facts->runs, facts->run_count, &pulse->run_room))
        return;
    struct rc_pulse_run *run = &facts->runs[facts->run_count++];
    *run = (struct rc_pulse_run){.failed = strcmp(step, "fail") == 0};
    run->ended = run->failed || strcmp(step, "finish") == 0;
    rc_item_get_int(item, "began", &run->began_ms);
    rc_item_get_int(item, "ended", &run->heard_ms);
    copy(run->object, sizeof run->object, object);
    copy(run->run, sizeof run->run, rc_item_get_text(item, "run"));
    rc_run_cause(rc_item_get_text(item, "cause"), &words);
    copy(run->cause, sizeof run->cause, words.text);
    if ((known = rc_item_get_text(item, "program")))
        copy(run->program, sizeof run->program, known);
    else
        rc_run_key_parts(object, run->program, sizeof run->program, side, sizeof side);
}

static int32_t today(const struct pulse *pulse)
{
    return (int32_t)(pulse->facts.now_ms / 1000 / DAY_S);
}

static bool next_query(void *ctx, struct rc_query *query)
{
    struct pulse *pulse = ctx;
    const int number = pulse->next;
    if (number == QUERIES)
        return false;
    *query = (struct rc_query){.table = RC_TABLE_STATE, .number = (uint64_t)pulse->next++};
    if (number == PROGRAMS) {
        rc_key_program("", &query->key);
    } else if (number == SLOTS) {
        rc_key_slots("PROGRAM", "", &query->key);
    } else if (number == WAITING) {
        rc_key_waiting("", "", &query->key);
    } else if (number < RUNS_OF) {
        const struct rc_filedate day = {.date = today(pulse) - (number - DAYS_OF)};
        rc_key_days(&day, &query->key);
    } else {
        rc_key_run(today(pulse) - (number - RUNS_OF), "", &query->key);
    }
    return true;
}

static bool take_items(void *ctx, const struct rc_query *query, const json_t *const *items,
                       size_t count, struct rc_error *err)
{
    struct pulse *pulse = ctx;
    const int number = (int)query->number;
    (void)err;
    for (size_t i = 0; i < count; i++) {
        if (number == PROGRAMS)
            take_program(pulse, items[i]);
        else if (number == SLOTS)
            take_slot(pulse, items[i]);
        else if (number == WAITING)
            take_waiting(pulse, items[i]);
        else if (number < RUNS_OF)
            take_day(pulse, today(pulse) - (number - DAYS_OF), items[i]);
        else
            take_run(pulse, items[i]);
    }
    return true;
}

/* ----- the items of the days ----- */

static void take_config(struct rc_pulse_day *day, const json_t *item)
{
    const struct rc_key nowhere = {.pk = ""};
    struct rc_day_config config;
    if (!rc_day_config_take(&nowhere, item, &config, NULL))
        return;
    for (int side = 0; side < RC_SIDES; side++)
        day->there[side] = config.active[side].count > 0;
}

static void take_rollup(struct rc_pulse_day *day, const json_t *item)
{
    const char *text = rc_item_get_text(item, "day");
    json_t *whole = text ? json_loads(text, 0, NULL) : NULL;
    const json_t *reasons = json_object_get(whole, "unbalanced_because");
    size_t length = 0;
    day->rolled = rc_item_get_bool(item, "balanced", &day->balanced);
    rc_item_get_int(item, "settlement", &day->records[RC_SETTLEMENT]);
    rc_item_get_int(item, "internal", &day->records[RC_INTERNAL]);
    rc_item_get_int(item, "discrepancies", &day->discrepancies);
    for (size_t i = 0; i < json_array_size(reasons) && length < sizeof day->because; i++)
        length += (size_t)snprintf(day->because + length, sizeof day->because - length, "%s%s",
                                   i ? ", " : "", json_string_value(json_array_get(reasons, i)));
    json_decref(whole);
}

static void days_came(struct rc_batch *batch, void *ctx)
{
    struct pulse *pulse = ctx;
    struct rc_error err = {0};
    for (size_t i = 0; i < pulse->key_count && !err.code; i++) {
        const struct rc_batch_outcome *outcome = rc_batch_outcome(batch, i);
        struct rc_pulse_day *day = &pulse->facts.days[i / DAY_KEYS];
        if (outcome->state == RC_BATCH_FAILED)
            rc_live_explain_entry(pulse->listing.live, outcome, &err);
        else if (outcome->item && i % DAY_KEYS == 0)
            take_config(day, outcome->item);
        else if (outcome->item)
            take_rollup(day, outcome->item);
    }
    ended(pulse, OF_STATE, &err);
}

static bool ask_days(struct pulse *pulse, struct rc_error *err)
{
    static const char *const names[DAY_KEYS] = {"CONFIG", "ROLLUP"};
    const struct rc_pulse_facts *facts = &pulse->facts;
    pulse->keys = calloc(facts->day_count * DAY_KEYS, sizeof *pulse->keys);
    for (size_t i = 0; pulse->keys && i < facts->day_count * DAY_KEYS; i++) {
        struct rc_filedate day = {.date = facts->days[i / DAY_KEYS].date};
        struct rc_key key;
        copy(day.program, sizeof day.program, facts->days[i / DAY_KEYS].program);
        rc_key_day(&day, names[i % DAY_KEYS], &key);
        if (!(pulse->keys[i] = rc_live_key_json(&key)))
            break;
        pulse->key_count++;
    }
    if (pulse->key_count < facts->day_count * DAY_KEYS) {
        rc_error_nomem(err);
        return false;
    }
    const struct rc_batch_get_items in = {
        .table = rc_table_name(RC_TABLE_STATE),
        .keys = {"PK", "SK"},
        .wanted = {(const char *const *)pulse->keys, pulse->key_count}};
    pulse->batch =
        rc_batch_get_items(rc_live_aws(pulse->listing.live), &in, NULL, days_came, pulse, err);
    return pulse->batch != NULL;
}

static void metrics_came(void *ctx, const struct rc_error *why)
{
    ended(ctx, OF_METRICS, why);
}

static void state_came(void *ctx, const struct rc_error *why)
{
    struct pulse *pulse = ctx;
    struct rc_error err = {0};
    if (pulse->listing.settled)
        return;
    if (rc_pulse_metrics_recall(pulse->listing.live, &pulse->facts, &err)) {
        ended(pulse, OF_METRICS, &err);
        err = (struct rc_error){0};
    } else if (!(pulse->metrics = rc_pulse_metrics_start(pulse->listing.live, &pulse->facts,
                                                         metrics_came, pulse))) {
        rc_error_nomem(&err);
        ended(pulse, OF_METRICS, &err);
    }
    if (why->code || !pulse->facts.day_count)
        ended(pulse, OF_STATE, why);
    else if (!ask_days(pulse, &err))
        ended(pulse, OF_STATE, &err);
}

/* ----- queues ----- */

static void queue_ended(struct queue *queue, const char *permission)
{
    struct rc_error err = {0};
    if (queue->call && rc_call_error(queue->call))
        rc_live_explain(queue->call, permission, &err);
    else if (!queue->call)
        rc_error_nomem(&err);
    ended(queue->all, OF_QUEUES, &err);
}

static void attributes_came(struct rc_call *call, void *ctx)
{
    struct queue *queue = ctx;
    if (queue->all->listing.settled)
        return;
    if (!rc_call_error(call)) {
        const struct rc_sqs_attributes *answer = rc_sqs_get_attributes_answer(call);
        queue->told->messages = 0;
        for (size_t i = 0; i < answer->attributes.count; i++)
            queue->told->messages += strtoll(answer->attributes.items[i].value, NULL, 10);
    }
    queue_ended(queue, "sqs:GetQueueAttributes");
}

static void url_came(struct rc_call *call, void *ctx)
{
    static const char *const counts[] = {"ApproximateNumberOfMessages",
                                         "ApproximateNumberOfMessagesNotVisible",
                                         "ApproximateNumberOfMessagesDelayed"};
    struct queue *queue = ctx;
    if (queue->all->listing.settled)
        return;
    if (rc_call_error(call)) {
        queue_ended(queue, "sqs:GetQueueUrl");
        return;
    }
    copy(queue->url, sizeof queue->url, rc_sqs_get_queue_url_answer(call)->queue_url);
    const struct rc_sqs_get_attributes in = {.queue_url = queue->url,
                                             .attribute_names = {counts, 3}};
    rc_call_free(call);
    queue->call =
        rc_sqs_get_attributes(rc_live_aws(queue->all->listing.live), &in, attributes_came, queue);
    if (!queue->call)
        queue_ended(queue, "");
}

static void ask_queue(struct pulse *pulse, int index)
{
    struct queue *queue = &pulse->queues[index];
    queue->all = pulse;
    queue->told = &pulse->facts.queues[index];
    const struct rc_sqs_get_queue_url in = {.queue_name = queue->told->name};
    queue->call = rc_sqs_get_queue_url(rc_live_aws(pulse->listing.live), &in, url_came, queue);
    if (!queue->call)
        queue_ended(queue, "");
}

/* ----- the listing ----- */

static void stop(struct rc_listing *listing)
{
    struct pulse *pulse = (struct pulse *)listing;
    if (listing->settled) /* perhaps by what these call, which goes with the release */
        return;
    for (int i = 0; i < RC_PULSE_QUEUES; i++) {
        rc_call_free(pulse->queues[i].call);
        pulse->queues[i].call = NULL;
    }
    rc_queries_free(pulse->queries);
    pulse->queries = NULL;
    rc_batch_free(pulse->batch);
    pulse->batch = NULL;
    rc_pulse_metrics_free(pulse->metrics);
    pulse->metrics = NULL;
}

static void release(struct rc_listing *listing)
{
    struct pulse *pulse = (struct pulse *)listing;
    for (int i = 0; i < RC_PULSE_QUEUES; i++)
        rc_call_free(pulse->queues[i].call);
    rc_queries_free(pulse->queries);
    rc_batch_free(pulse->batch);
    rc_pulse_metrics_free(pulse->metrics);
    sqlite3_finalize(pulse->insert);
    for (size_t i = 0; i < pulse->key_count; i++)
        free(pulse->keys[i]);
    free(pulse->keys);
    free(pulse->facts.programs);
    free(pulse->facts.days);
    free(pulse->facts.runs);
}

static const struct rc_listing_kind kind = {
    .table = "pulse", .size = sizeof(struct pulse), .stop = stop, .release = release};

static const struct rc_queries_ops state_ops = {next_query, take_items, NULL, state_came};

struct rc_listing *rc_live_pulse(struct rc_live *live, struct rc_error *err)
{
    struct rc_listing *listing = rc_listing_new(live, &kind, err);
    struct pulse *pulse = (struct pulse *)listing;
    if (!listing)
        return NULL;
    pulse->facts.now_ms = rc_live_now_ms(live);
    pulse->facts.queues[0] = (struct rc_pulse_queue){
        .name = rc_queue_name(RC_QUEUE_FAILED), .dead = true, .messages = -1, .oldest_s = -1};
    pulse->facts.queues[1] = (struct rc_pulse_queue){
        .name = rc_queue_name(RC_QUEUE_ARRIVALS), .messages = -1, .oldest_s = -1};
    for (int i = 0; i < RC_PULSE_TABLES; i++)
        pulse->facts.tables[i].name = rc_table_name((enum rc_pipeline_table)i);
    pulse->left = 2 + RC_PULSE_QUEUES;
    pulse->insert = rc_live_prepare(live,
                                    "INSERT INTO pulse (listing, alert, subject, what, jump,"
                                    " weight, records) VALUES (?, ?, ?, ?, ?, ?, ?)",
                                    err);
    pulse->queries =
        pulse->insert ? rc_queries_start(live, &state_ops, pulse, &pulse->cost, err) : NULL;
    for (int i = 0; pulse->queries && i < RC_PULSE_QUEUES; i++)
        ask_queue(pulse, i);
    if (pulse->queries)
        return listing;
    rc_listing_free(listing);
    return NULL;
}
