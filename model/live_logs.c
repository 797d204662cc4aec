#include "model/live.h"

#include "aws/logs.h"
#include "aws/states.h"
#include "model/body.h"
#include "model/invocations.h"
#include "model/live_internal.h"
#include "model/log_line.h"
#include "model/model_internal.h"
#include "pipeline/pipeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Lines come oldest first, a group beside the other, and stand by their time. When all is
 * there, more can be asked for: from a little before the newest line on, for lines come late,
 * and each is known by the id of its event. Of what is over the window the
 * oldest rows go; they are set aside first, so that whoever still shows them can. */

enum {
    GROUPS = 2,
    LAMBDAS = 0,           /* of the worker's groups the one of its functions */
    EVENTS_A_PAGE = 10000, /* FilterLogEvents, Amazon CloudWatch Logs API Reference */
    TAIL_S = 15 * 60,      /* how far back a look without a term goes */
    TERM_S = 24 * 60 * 60,
    BEFORE_MS = 10000, /* lines of a run around its beginning and its end */
    AFTER_MS = 5 * 60 * 1000,
    LATE_MS = 30000, /* that a line may come late */
    TRIM_PART = 10,  /* of the window that goes at once */
};

struct logs;

struct group {
    struct logs *all;
    char name[RC_LOGS_GROUP_BYTES];
    struct rc_logs_filter in;
    struct rc_pages *pages;
    int64_t newest_ms;
    bool missing;
};

struct logs {
    struct rc_listing listing;
    struct rc_logs_about about;
    struct rc_logs_words words;
    char pattern[RC_LOGS_PATTERN_BYTES];
    struct rc_machine machine;
    struct rc_call *call;
    struct group groups[GROUPS];
    struct group lambda; /* of a run: what Lambda says of its invocations */
    char lambda_pattern[RC_INVOCATIONS_PATTERN_BYTES];
    struct rc_invocations invocations;
    int group_count, running, failed;
    bool told; /* that the last round failed */
    uint64_t bytes;
    struct rc_error why;
    sqlite3_stmt *insert;
};

/* ----- the window ----- */

static bool run_sql(struct logs *logs, const char *sql, int64_t limit, struct rc_error *err)
{
    sqlite3_stmt *statement = rc_live_prepare(logs->listing.live, sql, err);
    if (!statement)
        return false;
    sqlite3_bind_int64(statement, 1, logs->listing.number);
    if (limit)
        sqlite3_bind_int64(statement, 2, limit);
    bool ok = rc_live_step(logs->listing.live, statement, err);
    sqlite3_finalize(statement);
    return ok;
}

static bool measure(struct logs *logs, struct rc_error *err)
{
    sqlite3_stmt *statement = rc_live_prepare(
        logs->listing.live, "SELECT count(*), sum(bytes) FROM log_line WHERE listing = ?", err);
    if (!statement)
        return false;
    sqlite3_bind_int64(statement, 1, logs->listing.number);
    bool ok = sqlite3_step(statement) == SQLITE_ROW;
    if (ok) {
        logs->listing.rows = (uint64_t)sqlite3_column_int64(statement, 0);
        logs->bytes = (uint64_t)sqlite3_column_int64(statement, 1);
    } else {
        rc_error_set(err, RC_IO, "the temporary database cannot be read");
    }
    sqlite3_finalize(statement);
    return ok;
}

static bool trim(struct logs *logs, struct rc_error *err)
{
    bool ok = true;
    while (ok && (logs->listing.rows > RC_LOGS_LINES || logs->bytes > RC_LOGS_BYTES)) {
        int64_t part = (int64_t)logs->listing.rows / TRIM_PART + 1;
        logs->about.cut = true;
        ok = run_sql(logs, "DELETE FROM log_line WHERE listing = -?", 0, err) &&
             run_sql(logs,
                     "UPDATE log_line SET listing = -listing, event = NULL WHERE id IN (SELECT id "
                     "FROM log_line WHERE listing = ? ORDER BY at_ms, id LIMIT ?)",
                     part, err) &&
             measure(logs, err);
    }
    return ok;
}

/* ----- lines ----- */

static bool keep(struct logs *logs, struct group *group, const struct rc_logs_found *event,
                 struct rc_error *err)
{
    struct rc_log_line line;
    char at[RC_TIME_TEXT];
    sqlite3_stmt *to = logs->insert;
    bool ok = rc_log_line_read(event->message ? event->message : "", &line);
    bool is_lambdas = (line.kind == RC_LOG_PLATFORM || line.kind == RC_LOG_TEXT) &&
                      strncmp(line.message, "END ", 4) != 0; /* which says nothing more */
    if (ok && logs->words.is_run)
        rc_invocations_note(&logs->invocations, &line);
    if (ok && group == &logs->lambda && is_lambdas) {
        snprintf(line.run, sizeof line.run, "%.*s", (int)sizeof line.run - 1, logs->words.term);
        snprintf(line.step, sizeof line.step, "%s",
                 rc_invocations_step(&logs->invocations, line.request));
    }
    group->newest_ms = event->at_unix_ms > group->newest_ms ? event->at_unix_ms : group->newest_ms;
    if (!ok) {
        rc_error_nomem(err);
    } else if (group == &logs->lambda && !is_lambdas) {
        ok = true; /* what is the worker's is there by the run's name */
    } else if (line.kind == RC_LOG_METRICS && !logs->words.metrics) {
        logs->about.folded++;
    } else {
        const char *const texts[] = {line.level,
                                     line.step,
                                     line.message,
                                     line.run,
                                     line.request,
                                     line.error,
                                     rc_log_kind_names[line.kind],
                                     group->name,
                                     event->stream,
                                     line.raw.data};
        rc_instant_text(event->at_unix_ms, at);
        sqlite3_bind_int64(to, 1, logs->listing.number);
        rc_bind_text(to, 2, event->event_id);
        sqlite3_bind_int64(to, 3, event->at_unix_ms);
        rc_bind_text(to, 4, at);
        for (int i = 0; i < 10; i++)
            rc_bind_text(to, 5 + i, texts[i]);
        sqlite3_bind_int64(to, 15, (int64_t)(line.raw.length + strlen(line.message)));
        ok = rc_live_step(logs->listing.live, to, err);
        bool added = ok && rc_live_changed(logs->listing.live);
        logs->listing.rows += added;
        logs->bytes += added ? line.raw.length + strlen(line.message) : 0;
    }
    rc_log_line_free(&line);
    return ok;
}

static void fail(struct logs *logs, const struct rc_error *err)
{
    if (logs->listing.settled)
        rc_live_note(logs->listing.live, "logs: %s", err->text);
    rc_listing_fail(&logs->listing, err);
}

static bool take_page(void *ctx, const void *answer)
{
    struct group *group = ctx;
    struct logs *logs = group->all;
    const struct rc_logs_filtered *page = answer;
    struct rc_error err = {0};
    uint64_t before = logs->listing.rows, folded = logs->about.folded;
    bool ok = true;
    rc_live_begin(logs->listing.live);
    for (size_t i = 0; ok && i < page->events.count; i++)
        ok = keep(logs, group, &page->events.items[i], &err);
    ok = rc_live_commit(logs->listing.live, &err) && ok;
    ok = ok && trim(logs, &err);
    if (logs->listing.rows != before || logs->about.folded != folded)
        logs->listing.version++;
    if (!ok)
        fail(logs, &err);
    return ok;
}

/* ----- rounds ----- */

static bool ask_lambda(struct logs *logs);

static void round_ended(struct logs *logs)
{
    int known = 0;
    for (int i = 0; i < logs->group_count; i++)
        known += !logs->groups[i].missing;
    if (!logs->listing.settled && (logs->failed == logs->group_count || !known)) {
        fail(logs, &logs->why);
        return;
    }
    if (ask_lambda(logs))
        return;
    if (logs->failed && !logs->told)
        rc_live_note(logs->listing.live, "logs: %s", logs->why.text);
    logs->told = logs->failed > 0;
    rc_listing_complete(&logs->listing);
}

/* A group that is not there is one that nothing has written to yet. */
static void group_done(struct rc_call *call, void *ctx)
{
    struct group *group = ctx;
    struct logs *logs = group->all;
    const struct rc_aws_error *error = rc_call_error(call);
    struct rc_error err = {0};
    if (error) {
        bool missing = error->fault == RC_AWS_NOT_FOUND;
        rc_live_explain(call, "logs:FilterLogEvents", &err);
        group->missing = missing;
        if (!logs->why.code)
            rc_error_set(&logs->why, err.code, missing ? "there is no log group %s (%s)" : "%s: %s",
                         group->name, err.text);
        logs->failed += !missing;
    }
    if (--logs->running == 0)
        round_ended(logs);
}

/* What Lambda says of the invocations that a run's lines have named since; false when there is
 * nothing to ask for. */
static bool ask_lambda(struct logs *logs)
{
    struct group *group = &logs->lambda;
    const struct group *of = &logs->groups[LAMBDAS];
    if (!logs->words.is_run || of->missing ||
        !rc_invocations_ask(&logs->invocations, logs->lambda_pattern))
        return false;
    group->all = logs;
    group->missing = false;
    memcpy(group->name, of->name, sizeof group->name);
    group->in = (struct rc_logs_filter){.group = group->name,
                                        .pattern = logs->lambda_pattern,
                                        .start_unix_ms = logs->about.from_ms,
                                        .end_unix_ms = logs->about.until_ms,
                                        .limit = EVENTS_A_PAGE};
    rc_pages_free(group->pages);
    group->pages = rc_pages_start(rc_live_aws(logs->listing.live), &rc_logs_filter_operation,
                                  &group->in, take_page, group_done, group);
    logs->running += group->pages != NULL;
    return group->pages != NULL;
}

static void ask(struct logs *logs)
{
    struct rc_error err = {0};
    rc_invocations_again(&logs->invocations);
    logs->failed = 0;
    logs->why.code = RC_OK;
    logs->about.seen_ms = rc_live_now_ms(logs->listing.live);
    logs->running = 0;
    for (int i = 0; i < logs->group_count; i++) {
        struct group *group = &logs->groups[i];
        int64_t from_ms = group->newest_ms - LATE_MS;
        from_ms = from_ms > logs->about.from_ms ? from_ms : logs->about.from_ms;
        group->in = (struct rc_logs_filter){.group = group->name,
                                            .start_unix_ms = from_ms,
                                            .end_unix_ms = logs->about.until_ms,
                                            .limit = EVENTS_A_PAGE};
        group->in.pattern = *logs->pattern ? logs->pattern : NULL;
        group->missing = false;
        rc_pages_free(group->pages);
        group->pages = rc_pages_start(rc_live_aws(logs->listing.live), &rc_logs_filter_operation,
                                      &group->in, take_page, group_done, group);
        if (!group->pages) {
            rc_error_nomem(&err);
            fail(logs, &err);
            return;
        }
        logs->running++;
    }
}

/* ----- since when ----- */

static void begin(struct logs *logs, int64_t back_s)
{
    int64_t now_ms = rc_live_now_ms(logs->listing.live);
    if (!logs->about.from_ms)
        logs->about.from_ms = now_ms - back_s * 1000;
    ask(logs);
}

/* A run's lines are looked for around it; they are complete when it has ended a while ago. */
static void described(struct rc_call *call, void *ctx)
{
    struct logs *logs = ctx;
    const struct rc_states_execution_described *answer = rc_states_describe_execution_answer(call);
    int64_t now_ms = rc_live_now_ms(logs->listing.live);
    if (answer && answer->start_unix_ms > BEFORE_MS) {
        logs->about.from_ms = answer->start_unix_ms - BEFORE_MS;
        if (answer->stop_unix_ms)
            logs->about.until_ms = answer->stop_unix_ms + AFTER_MS;
        logs->about.ended = answer->stop_unix_ms && logs->about.until_ms < now_ms;
    }
    rc_call_free(logs->call);
    logs->call = NULL;
    begin(logs, TERM_S);
}

static void machine_found(void *ctx)
{
    struct logs *logs = ctx;
    char arn[RC_ARN_BYTES];
    rc_machine_execution(&logs->machine, logs->words.term, arn);
    if (!logs->machine.why.code)
        logs->call = rc_states_describe_execution(
            rc_live_aws(logs->listing.live), &(struct rc_states_describe_execution){.arn = arn},
            described, logs);
    if (!logs->call)
        begin(logs, TERM_S);
}

/* ----- the listing ----- */

static void stop(struct rc_listing *listing)
{
    struct logs *logs = (struct logs *)listing;
    logs->running = 0;
    rc_machine_stop(&logs->machine);
    rc_call_free(logs->call);
    logs->call = NULL;
    for (int i = 0; i < logs->group_count; i++) {
        rc_pages_free(logs->groups[i].pages);
        logs->groups[i].pages = NULL;
    }
    rc_pages_free(logs->lambda.pages);
    logs->lambda.pages = NULL;
}

static void release(struct rc_listing *listing)
{
    struct logs *logs = (struct logs *)listing;
    if (logs->about.cut)
        run_sql(logs, "DELETE FROM log_line WHERE listing = -?", 0, NULL);
    sqlite3_finalize(logs->insert);
}

static const struct rc_listing_kind kind = {
    .table = "log_line", .size = sizeof(struct logs), .stop = stop, .release = release};

static struct logs *of(const struct rc_listing *listing)
{
    return (struct logs *)listing;
}

const struct rc_logs_about *rc_live_logs_about(const struct rc_listing *listing)
{
    return &of(listing)->about;
}

void rc_live_logs_more(struct rc_listing *listing)
{
    struct logs *logs = of(listing);
    if (listing->state == RC_LISTING_COMPLETE && !logs->running && !logs->about.ended)
        ask(logs);
}

static void name_groups(struct logs *logs)
{
    static const char *const before[GROUPS] = {"/aws/lambda/", "/ecs/"};
    if (*logs->words.group) {
        logs->group_count = 1;
        memcpy(logs->groups[0].name, logs->words.group, sizeof logs->words.group);
    }
    while (logs->group_count < GROUPS && !*logs->words.group) {
        struct group *group = &logs->groups[logs->group_count];
        rc_stack_name(before[logs->group_count++], "-worker", group->name, sizeof group->name);
    }
    for (int i = 0; i < logs->group_count; i++)
        logs->groups[i].all = logs;
}

struct rc_listing *rc_live_logs(struct rc_live *live, const struct rc_logs_words *words,
                                struct rc_error *err)
{
    struct rc_listing *listing = rc_listing_new(live, &kind, err);
    if (!listing)
        return NULL;
    struct logs *logs = of(listing);
    logs->words = *words;
    rc_logs_words_pattern(words, logs->pattern);
    name_groups(logs);
    logs->insert = rc_live_prepare(
        live,
        "INSERT OR IGNORE INTO log_line (listing, event, at_ms, at, level, step, message, run,"
        " request, error, kind, log_group, stream, raw, bytes)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        err);
    if (!logs->insert) {
        rc_listing_free(listing);
        return NULL;
    }
    if (words->is_run && !words->since_s)
        rc_machine_seek(&logs->machine, live, machine_found, logs);
    else
        begin(logs, words->since_s ? words->since_s : *words->term ? TERM_S : TAIL_S);
    return listing;
}

/* ----- one line ----- */

char *rc_log_event_read(struct rc_model *model, int64_t key, struct rc_error *err)
{
    bool ok = true;
    char *text = NULL;
    sqlite3_stmt *row = rc_model_prepare(model, "SELECT raw FROM log_line WHERE id = ?", err);
    if (row && sqlite3_bind_int64(row, 1, key) == SQLITE_OK &&
        rc_model_step(model, row, &ok, err)) {
        const char *raw = (const char *)sqlite3_column_text(row, 0);
        text = rc_body_shown(raw ? raw : "");
        if (!text)
            rc_error_nomem(err);
    } else if (row && ok) {
        rc_error_set(err, RC_USAGE, "the line is not kept any more; `logs` looks again");
    }
    sqlite3_finalize(row);
    return text;
}
