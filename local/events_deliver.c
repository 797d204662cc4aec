/* From an event to its targets. What is to be delivered stands in the store until it
 * was, so a restart loses nothing; a delivery is one transaction with its row's end. */
#include "aws/json.h"
#include "local/answer.h"
#include "local/events.h"
#include "local/pattern.h"
#include "local/services.h"
#include "local/weather.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    AT_ONCE = 100, /* deliveries a look */
    MOST_ATTEMPTS = 185,
    MOST_AGE_S = 86400,
    LONGEST_PAUSE_MS = 300000,
};

/* A delivery at work. */
struct delivery {
    int64_t id;
    char *rule;
    json_t *target;
    char *input;
    int64_t attempts;
    int64_t begun_ms;
};

struct rc_local_events_state {
    struct rc_local *local;
    struct rc_timer timer;
};

static void metric(struct rc_local *local, const char *rule, const char *name)
{
    const char *const dimensions[] = {"RuleName", rule, NULL};
    rc_local_metric(local, "AWS/Events", name, 1, "Count", dimensions);
}

static void wake_at(struct rc_local *local, int64_t due_ms)
{
    struct rc_local_events_state *state = local->services->events;
    int64_t after_ms = due_ms - rc_local_now_ms(local);
    if (state)
        rc_local_timer(local, &state->timer, after_ms > 0 ? after_ms : 0);
}

void rc_events_wake(struct rc_local *local)
{
    wake_at(local, 0);
}

/* ----- into the store ----- */

static void add_delivery(struct rc_local *local, const char *rule, const char *target,
                         const char *input, int64_t late_ms)
{
    int64_t now_ms = rc_local_now_ms(local);
    sqlite3_stmt *add = rc_local_sql(
        local, "INSERT INTO events_delivery (rule, target, input, attempts, begun_ms, due_ms)"
               " VALUES (?, ?, ?, 0, ?, ?)");
    sqlite3_bind_text(add, 1, rule, -1, SQLITE_STATIC);
    sqlite3_bind_text(add, 2, target, -1, SQLITE_STATIC);
    sqlite3_bind_text(add, 3, input, -1, SQLITE_STATIC);
    sqlite3_bind_int64(add, 4, now_ms);
    sqlite3_bind_int64(add, 5, now_ms + late_ms);
    rc_local_run(local, add);
}

static void add_target(struct rc_local *local, const char *rule, const char *text,
                       const json_t *event)
{
    struct rc_buf input;
    int64_t late_ms = 0;
    json_t *target = rc_answer_load(text);
    rc_buf_init(&input, RC_EVENTS_INPUT);
    if (target && rc_events_input(target, rule, event, &input)) {
        if (!rc_weather_strikes(local->weather, "events", "late", "*", &late_ms))
            late_ms = 0;
        add_delivery(local, rule, text, input.data ? input.data : "", late_ms);
        if (rc_weather_strikes(local->weather, "events", "duplicate", "*", NULL))
            add_delivery(local, rule, text, input.data ? input.data : "", late_ms);
    } else {
        metric(local, rule, "FailedInvocations"); /* over its cap, or a broken template */
    }
    rc_buf_free(&input);
    json_decref(target);
}

static void trigger(struct rc_local *local, const char *rule, const json_t *event)
{
    sqlite3_stmt *list = rc_local_sql(local, "SELECT target FROM events_target WHERE rule = ?");
    sqlite3_bind_text(list, 1, rule, -1, SQLITE_STATIC);
    while (sqlite3_step(list) == SQLITE_ROW)
        add_target(local, rule, (const char *)sqlite3_column_text(list, 0), event);
    rc_local_done(list);
    metric(local, rule, "TriggeredRules");
    wake_at(local, 0);
}

void rc_events_publish(struct rc_local *local, const json_t *event)
{
    sqlite3_stmt *rules = rc_local_sql(local, "SELECT name, pattern FROM events_rule"
                                              " WHERE state = 'ENABLED' AND pattern IS NOT NULL");
    while (sqlite3_step(rules) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(rules, 0);
        json_t *pattern = rc_answer_load(rc_answer_column(rules, 1));
        if (pattern && rc_pattern_matches(pattern, event))
            trigger(local, name, event);
        json_decref(pattern);
    }
    rc_local_done(rules);
}

/* ----- out of it ----- */

static void free_delivery(struct delivery *delivery)
{
    json_decref(delivery->target);
    free(delivery->rule);
    free(delivery->input);
    free(delivery);
}

static void forget(struct rc_local *local, int64_t id)
{
    sqlite3_stmt *remove = rc_local_sql(local, "DELETE FROM events_delivery WHERE id = ?");
    sqlite3_bind_int64(remove, 1, id);
    rc_local_run(local, remove);
}

static void postpone(struct rc_local *local, const struct delivery *delivery, int64_t pause_ms)
{
    int64_t due_ms = rc_local_now_ms(local) + pause_ms;
    sqlite3_stmt *set =
        rc_local_sql(local, "UPDATE events_delivery SET due_ms = ?, attempts = ? WHERE id = ?");
    sqlite3_bind_int64(set, 1, due_ms);
    sqlite3_bind_int64(set, 2, delivery->attempts);
    sqlite3_bind_int64(set, 3, delivery->id);
    rc_local_run(local, set);
}

/* It will not be delivered: to the target's dead-letter queue, if it has one. */
static void give_up(struct rc_local *local, const struct delivery *delivery)
{
    const char *grave = rc_json_text(delivery->target, "DeadLetterConfig.Arn");
    metric(local, delivery->rule, "FailedInvocations");
    if (grave && rc_local_send(local, grave, delivery->input))
        metric(local, delivery->rule, "InvocationsSentToDlq");
    forget(local, delivery->id);
}

/* Tries again later, with pauses that grow, unless it is too old or was tried too often. */
static void fail(struct rc_local *local, struct delivery *delivery, bool for_good)
{
    int64_t age_ms = rc_local_now_ms(local) - delivery->begun_ms;
    int64_t most =
        rc_answer_number(delivery->target, "RetryPolicy.MaximumRetryAttempts", MOST_ATTEMPTS);
    int64_t age_s =
        rc_answer_number(delivery->target, "RetryPolicy.MaximumEventAgeInSeconds", MOST_AGE_S);
    delivery->attempts++;
    if (for_good || delivery->attempts > most || age_ms / 1000 > age_s) {
        give_up(local, delivery);
        return;
    }
    int64_t pause_ms =
        delivery->attempts < 9 ? (int64_t)1000 << delivery->attempts : LONGEST_PAUSE_MS;
    postpone(local, delivery, pause_ms < LONGEST_PAUSE_MS ? pause_ms : LONGEST_PAUSE_MS);
}

/* A name of its own for each delivery, so that a duplicate starts another execution, as
 * it does at AWS. */
static bool start_machine(struct rc_local *local, const char *arn, const char *input,
                          const char **code)
{
    char name[37];
    rc_local_uuid(local, name);
    return rc_local_start_execution(local, arn, name, input, code);
}

static void deliver(struct rc_local *local, struct delivery *delivery)
{
    const char *arn = json_string_value(json_object_get(delivery->target, "Arn"));
    const char *code = NULL;
    bool done = false;
    if (strncmp(arn, "arn:aws:sqs:", 12) == 0)
        done = rc_local_send(local, arn, delivery->input);
    else if (strncmp(arn, "arn:aws:states:", 15) == 0)
        done = start_machine(local, arn, delivery->input, &code);
    else if (strncmp(arn, "arn:aws:lambda:", 15) == 0)
        done = rc_local_invoke_later(local, arn, delivery->input, &code);
    if (done) {
        metric(local, delivery->rule, "Invocations");
        forget(local, delivery->id);
    } else {
        fail(local, delivery,
             !code || !(strstr(code, "Throttl") || strstr(code, "Limit") ||
                        strstr(code, "ServiceException")));
    }
}

/* The next one that is due, behind that one; NULL: none. */
static struct delivery *next_due(struct rc_local *local, int64_t behind)
{
    struct delivery *delivery = NULL;
    sqlite3_stmt *find = rc_local_sql(
        local, "SELECT id, rule, target, input, attempts, begun_ms FROM events_delivery"
               " WHERE id > ? AND due_ms <= ? ORDER BY id LIMIT 1");
    sqlite3_bind_int64(find, 1, behind);
    sqlite3_bind_int64(find, 2, rc_local_now_ms(local));
    if (sqlite3_step(find) == SQLITE_ROW && (delivery = calloc(1, sizeof *delivery))) {
        delivery->id = sqlite3_column_int64(find, 0);
        delivery->rule = strdup((const char *)sqlite3_column_text(find, 1));
        delivery->target = rc_answer_load(rc_answer_column(find, 2));
        delivery->input = strdup((const char *)sqlite3_column_text(find, 3));
        delivery->attempts = sqlite3_column_int64(find, 4);
        delivery->begun_ms = sqlite3_column_int64(find, 5);
    }
    rc_local_done(find);
    if (delivery && delivery->rule && delivery->target && delivery->input)
        return delivery;
    if (delivery)
        free_delivery(delivery);
    return NULL;
}

/* When something is due next; -1: never. */
static int64_t next_due_ms(struct rc_local *local)
{
    sqlite3_stmt *find =
        rc_local_sql(local, "SELECT due_ms FROM events_delivery ORDER BY due_ms LIMIT 1");
    int64_t due_ms = sqlite3_step(find) == SQLITE_ROW ? sqlite3_column_int64(find, 0) : -1;
    rc_local_done(find);
    return due_ms;
}

static void run_schedules(struct rc_local *local)
{
    int64_t now_ms = rc_local_now_ms(local);
    for (;;) {
        char name[65], schedule[257];
        sqlite3_stmt *find =
            rc_local_sql(local, "SELECT name, schedule FROM events_rule WHERE schedule IS NOT NULL"
                                " AND state = 'ENABLED' AND next_ms <= ? LIMIT 1");
        sqlite3_bind_int64(find, 1, now_ms);
        bool found = sqlite3_step(find) == SQLITE_ROW;
        if (found) {
            snprintf(name, sizeof name, "%s", sqlite3_column_text(find, 0));
            snprintf(schedule, sizeof schedule, "%s", sqlite3_column_text(find, 1));
        }
        rc_local_done(find);
        if (!found)
            return;
        json_t *resources = json_pack("[s+]", RC_EVENTS_RULE_ARN, name);
        json_t *event = rc_events_new(local, "aws.events", "Scheduled Event", 0, resources, NULL);
        trigger(local, name, event);
        json_decref(event);
        json_decref(resources);
        int64_t next_ms = rc_schedule_next_ms(schedule, now_ms);
        sqlite3_stmt *set =
            rc_local_sql(local, "UPDATE events_rule SET next_ms = ? WHERE name = ?");
        sqlite3_bind_int64(set, 1, next_ms < 0 ? INT64_MAX : next_ms);
        sqlite3_bind_text(set, 2, name, -1, SQLITE_STATIC);
        rc_local_run(local, set);
    }
}

static int64_t next_schedule_ms(struct rc_local *local)
{
    sqlite3_stmt *find =
        rc_local_sql(local, "SELECT min(next_ms) FROM events_rule WHERE schedule IS NOT NULL"
                            " AND state = 'ENABLED'");
    int64_t next_ms =
        sqlite3_step(find) == SQLITE_ROW && sqlite3_column_type(find, 0) == SQLITE_INTEGER
            ? sqlite3_column_int64(find, 0)
            : -1;
    rc_local_done(find);
    return next_ms == INT64_MAX ? -1 : next_ms;
}

static void look(struct rc_timer *timer)
{
    struct rc_local_events_state *state = timer->ctx;
    struct rc_local *local = state->local;
    struct delivery *delivery;
    int64_t behind = 0;
    rc_local_begin(local);
    run_schedules(local);
    for (int i = 0; i < AT_ONCE && (delivery = next_due(local, behind)); i++) {
        behind = delivery->id;
        deliver(local, delivery);
        free_delivery(delivery);
    }
    rc_local_commit(local);
    int64_t due_ms = next_due_ms(local), schedule_ms = next_schedule_ms(local);
    if (due_ms < 0 || (schedule_ms >= 0 && schedule_ms < due_ms))
        due_ms = schedule_ms;
    if (due_ms >= 0)
        wake_at(local, due_ms);
}

bool rc_events_deliver_open(struct rc_local *local, struct rc_error *err)
{
    struct rc_local_events_state *state = calloc(1, sizeof *state);
    if (!state) {
        rc_error_nomem(err);
        return false;
    }
    state->local = local;
    state->timer = (struct rc_timer){.fire = look, .ctx = state};
    local->services->events = state;
    wake_at(local, 0);
    return true;
}

void rc_events_deliver_close(struct rc_local *local)
{
    struct rc_local_events_state *state = local->services->events;
    if (!state)
        return;
    rc_timer_stop(local->loop, &state->timer);
    free(state);
    local->services->events = NULL;
}
