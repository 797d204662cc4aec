#include "model/pulse.h"

#include "core/civil.h"
#include "model/figures.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *rc_pulse_alert(enum rc_pulse_kind kind)
{
    static const char *const alerts[RC_PULSE_KINDS] = {
        [RC_PULSE_FAILED] = "! file failed",      [RC_PULSE_DEAD_LETTERS] = "! dead letters",
        [RC_PULSE_LATE] = "! side missing",       [RC_PULSE_STUCK] = "! run stuck",
        [RC_PULSE_UNBALANCED] = "! not balanced", [RC_PULSE_WAITING] = "! queue waits",
        [RC_PULSE_THROTTLED] = "! throttled",     [RC_PULSE_SKEWED] = "! skewed",
        [RC_PULSE_UNKNOWN] = "! not known",
    };
    return alerts[kind];
}

int rc_pulse_order(const void *line, const void *other)
{
    const struct rc_pulse_line *a = line, *b = other;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    if (a->weight != b->weight)
        return a->weight > b->weight ? -1 : 1;
    int by_name = strcmp(a->subject, b->subject);
    return by_name ? by_name : strcmp(a->what, b->what);
}

int64_t rc_pulse_late_ms(int cutoff_minutes, int32_t date, int64_t now_unix_ms)
{
    static const int64_t day_ms = 24 * 60 * 60 * INT64_C(1000);
    if (cutoff_minutes < 0)
        return -1;
    return now_unix_ms - (date * day_ms + cutoff_minutes * INT64_C(60000));
}

/* ----- lines ----- */

struct lines {
    struct rc_pulse_line *items;
    size_t count, room;
};

/* NULL when there is no room: what is said of it then goes nowhere. */
static struct rc_pulse_line *add(struct lines *lines, enum rc_pulse_kind kind, int64_t weight,
                                 const char *subject)
{
    if (lines->count == lines->room)
        return NULL;
    struct rc_pulse_line *line = &lines->items[lines->count++];
    *line = (struct rc_pulse_line){.kind = kind, .weight = weight};
    snprintf(line->subject, sizeof line->subject, "%s", subject);
    return line;
}

static void say(struct rc_pulse_line *line, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void say(struct rc_pulse_line *line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (line)
        vsnprintf(line->what, sizeof line->what, format, args);
    va_end(args);
}

static void lead(struct rc_pulse_line *line, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void lead(struct rc_pulse_line *line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (line)
        vsnprintf(line->jump, sizeof line->jump, format, args);
    va_end(args);
}

static const char *ago(int64_t ms, char text[RC_FIGURE_BYTES])
{
    rc_seconds_text(ms > 0 ? (uint64_t)ms / 1000 : 0, text);
    return text;
}

/* ----- runs ----- */

static int by_object(const void *run, const void *other)
{
    const struct rc_pulse_run *a = run, *b = other;
    int order = strcmp(a->object, b->object);
    if (!order)
        order = a->began_ms < b->began_ms ? -1 : a->began_ms > b->began_ms;
    return order ? order : strcmp(a->run, b->run);
}

/* Of each file the last run counts: one that has failed and was run again is no trouble. */
static bool is_last(const struct rc_pulse_facts *facts, size_t index)
{
    return index + 1 == facts->run_count ||
           strcmp(facts->runs[index].object, facts->runs[index + 1].object) != 0;
}

/* The program's own part of an object's key is left out, for it is the line's subject. */
static const char *name_of(const struct rc_pulse_run *run)
{
    size_t length = strlen(run->program);
    bool is_below = strncmp(run->object, run->program, length) == 0 && run->object[length] == '/';
    return run->object + (is_below ? length + 1 : 0);
}

/* A cause that begins with the object says it twice. */
static const char *cause_of(const struct rc_pulse_run *run)
{
    const char *at = strstr(run->cause, run->object);
    size_t length = strlen(run->object);
    bool is_first =
        at && strncmp(run->cause, "s3://", 5) == 0 && strncmp(at + length, ": ", 2) == 0;
    return is_first ? at + length + 2 : run->cause;
}

static void tell_run(const struct rc_pulse_facts *facts, const struct rc_pulse_run *run,
                     struct lines *lines)
{
    int64_t silent_ms = facts->now_ms - run->heard_ms;
    char text[RC_FIGURE_BYTES];
    struct rc_pulse_line *line = NULL;
    if (run->failed) {
        line = add(lines, RC_PULSE_FAILED, silent_ms, run->program);
        say(line, "%s, %s ago: %s", name_of(run), ago(silent_ms, text), cause_of(run));
    } else if (!run->ended && silent_ms > RC_PULSE_STUCK_MS) {
        line = add(lines, RC_PULSE_STUCK, silent_ms, run->program);
        say(line, "%s: nothing was heard for %s", name_of(run), ago(silent_ms, text));
    }
    lead(line, "run %s", run->run);
}

static int64_t count_failed(const struct rc_pulse_facts *facts, const char *program)
{
    int64_t count = 0;
    for (size_t i = 0; i < facts->run_count; i++)
        count += facts->runs[i].failed && is_last(facts, i) &&
                 strcmp(facts->runs[i].program, program) == 0;
    return count;
}

/* ----- days and programs ----- */

static const struct rc_pulse_program *program_of(const struct rc_pulse_facts *facts, const char *id)
{
    for (size_t i = 0; i < facts->program_count; i++)
        if (strcmp(facts->programs[i].id, id) == 0)
            return &facts->programs[i];
    return NULL;
}

static void tell_day(const struct rc_pulse_facts *facts, const struct rc_pulse_day *day,
                     struct lines *lines)
{
    const struct rc_pulse_program *program = program_of(facts, day->program);
    int64_t late_ms =
        rc_pulse_late_ms(program ? program->cutoff_minutes : -1, day->date, facts->now_ms);
    char date[RC_CIVIL_TEXT], text[RC_FIGURE_BYTES];
    rc_civil_format(day->date, date);
    for (int side = 0; side < RC_SIDES && late_ms >= 0; side++) {
        if (day->there[side])
            continue;
        struct rc_pulse_line *line = add(lines, RC_PULSE_LATE, late_ms, day->program);
        say(line, "%s: %s was due %s ago", date, rc_side_name((enum rc_side)side),
            ago(late_ms, text));
        lead(line, "files %s %s", day->program, date);
    }
    if (day->rolled && !day->balanced) {
        struct rc_pulse_line *line =
            add(lines, RC_PULSE_UNBALANCED, day->discrepancies, day->program);
        say(line, "%s: %lld discrepancies: %s", date, (long long)day->discrepancies, day->because);
        lead(line, "day %s %s", day->program, date);
    }
}

static const struct rc_pulse_day *last_day(const struct rc_pulse_facts *facts, const char *program)
{
    const struct rc_pulse_day *last = NULL;
    for (size_t i = 0; i < facts->day_count; i++)
        if (strcmp(facts->days[i].program, program) == 0 &&
            (!last || facts->days[i].date > last->date))
            last = &facts->days[i];
    return last;
}

/* "2026-04-03 balances, 200 records of the network and 200 of ours" */
static void say_day(const struct rc_pulse_day *day, char *text, size_t room)
{
    char date[RC_CIVIL_TEXT];
    rc_civil_format(day->date, date);
    if (day->rolled && day->balanced)
        snprintf(text, room, "%s balances, %lld records and %lld", date, (long long)day->records[0],
                 (long long)day->records[1]);
    else if (day->rolled)
        snprintf(text, room, "%s is off by %lld discrepancies", date,
                 (long long)day->discrepancies);
    else if (day->there[0] && day->there[1])
        snprintf(text, room, "%s is being matched", date);
    else
        snprintf(text, room, "%s waits for %s", date,
                 day->there[RC_SETTLEMENT] ? rc_side_name(RC_INTERNAL)
                 : day->there[RC_INTERNAL] ? rc_side_name(RC_SETTLEMENT)
                                           : "both sides");
}

static void tell_program(const struct rc_pulse_facts *facts, const struct rc_pulse_program *program,
                         struct lines *lines)
{
    const struct rc_pulse_day *day = last_day(facts, program->id);
    char of_day[160] = "no day since the day before yesterday", date[RC_CIVIL_TEXT];
    struct rc_pulse_line *line;
    if (program->skew * 1000 >= RC_PULSE_SKEW && program->skew_chance < RC_PULSE_SKEW_CHANCE) {
        line = add(lines, RC_PULSE_SKEWED, (int64_t)(program->skew * 1000), program->id);
        say(line, "the fullest shard has %.1f times the mean", program->skew);
        lead(line, "shards%s%s", day ? " " : "", day ? program->id : "");
        if (day) {
            rc_civil_format(day->date, date);
            lead(line, "shards %s %s", program->id, date);
        }
    }
    if (day)
        say_day(day, of_day, sizeof of_day);
    line = add(lines, RC_PULSE_WELL, 0, program->id);
    char running[48] = "", waiting[48] = "", failed[48] = "";
    int64_t failures = count_failed(facts, program->id);
    if (program->running)
        snprintf(running, sizeof running, "; %lld running", (long long)program->running);
    if (program->waiting)
        snprintf(waiting, sizeof waiting, "; %lld wait%s for a slot", (long long)program->waiting,
                 program->waiting == 1 ? "s" : "");
    if (failures)
        snprintf(failed, sizeof failed, "; %lld failed", (long long)failures);
    say(line, "%s%s%s%s", of_day, running, waiting, failed);
    lead(line, "files %s", program->id);
    if (line && program->has_records)
        line->records = program->records;
}

/* ----- queues and tables ----- */

static void tell_queue(const struct rc_pulse_queue *queue, struct lines *lines)
{
    struct rc_pulse_line *line;
    char oldest[RC_FIGURE_BYTES] = "";
    if (queue->oldest_s >= 0)
        rc_seconds_text((uint64_t)queue->oldest_s, oldest);
    if (queue->dead && queue->messages > 0) {
        line = add(lines, RC_PULSE_DEAD_LETTERS, queue->messages, queue->name);
        say(line, "%lld message%s%s%s", (long long)queue->messages, queue->messages == 1 ? "" : "s",
            *oldest ? ", the oldest since " : "", oldest);
        lead(line, "messages %s", queue->name);
    } else if (!queue->dead && queue->oldest_s > RC_PULSE_WAIT_S) {
        line = add(lines, RC_PULSE_WAITING, queue->oldest_s, queue->name);
        say(line, "%lld files wait or are being taken, the oldest since %s",
            (long long)(queue->messages > 0 ? queue->messages : 0), oldest);
        lead(line, "queues name=%s", queue->name);
    } else if (!queue->dead && queue->messages > 0) {
        line = add(lines, RC_PULSE_WELL, queue->messages, queue->name);
        say(line, "%lld file%s or %s being taken", (long long)queue->messages,
            queue->messages == 1 ? " waits" : "s wait", queue->messages == 1 ? "is" : "are");
        lead(line, "queues name=%s", queue->name);
    }
}

/* "133 writes, 1 read and 25 writes by indexes were throttled in the last hour" */
static void tell_throttles(const struct rc_pulse_table *table, struct lines *lines)
{
    const struct {
        double count;
        const char *what, *by;
    } parts[] = {{table->writes_throttled, "write", ""},
                 {table->reads_throttled, "read", ""},
                 {table->index_writes_throttled, "write", " by indexes"}};
    enum { PARTS = sizeof parts / sizeof *parts };
    char text[PARTS][48];
    double sum = 0;
    int count = 0;
    for (int i = 0; i < PARTS; i++) {
        if (!(parts[i].count >= 1))
            continue;
        snprintf(text[count++], sizeof text[0], "%.0f %s%s%s", parts[i].count, parts[i].what,
                 parts[i].count >= 1.5 ? "s" : "", parts[i].by);
        sum += parts[i].count;
    }
    if (!count)
        return;
    struct rc_pulse_line *line = add(lines, RC_PULSE_THROTTLED, (int64_t)sum, table->name);
    say(line, "%s%s%s%s%s %s throttled in the last hour", text[0], count > 2 ? ", " : "",
        count > 2 ? text[1] : "", count > 1 ? " and " : "", count > 1 ? text[count - 1] : "",
        count == 1 && sum < 1.5 ? "was" : "were");
    lead(line, "throttles %s", table->name);
}

static void tell_rest(const struct rc_pulse_facts *facts, struct lines *lines)
{
    for (int i = 0; i < RC_PULSE_QUEUES; i++)
        tell_queue(&facts->queues[i], lines);
    for (int i = 0; i < RC_PULSE_TABLES; i++)
        tell_throttles(&facts->tables[i], lines);
    for (int i = 0; i < RC_PULSE_SOURCES; i++)
        if (facts->unknown[i].what) {
            struct rc_pulse_line *line = add(lines, RC_PULSE_UNKNOWN, 0, facts->unknown[i].what);
            say(line, "%s", facts->unknown[i].why);
            lead(line, "errors");
        }
}

struct rc_pulse_line *rc_pulse_lines(struct rc_pulse_facts *facts, size_t *count)
{
    struct lines lines = {.room = facts->run_count + facts->day_count * (RC_SIDES + 1) +
                                  facts->program_count * 2 + RC_PULSE_QUEUES + RC_PULSE_TABLES +
                                  RC_PULSE_SOURCES};
    lines.items = calloc(lines.room, sizeof *lines.items);
    if (!lines.items)
        return NULL;
    if (facts->run_count)
        qsort(facts->runs, facts->run_count, sizeof *facts->runs, by_object);
    for (size_t i = 0; i < facts->run_count; i++)
        if (is_last(facts, i))
            tell_run(facts, &facts->runs[i], &lines);
    for (size_t i = 0; i < facts->day_count; i++)
        tell_day(facts, &facts->days[i], &lines);
    for (size_t i = 0; i < facts->program_count; i++)
        tell_program(facts, &facts->programs[i], &lines);
    tell_rest(facts, &lines);
    qsort(lines.items, lines.count, sizeof *lines.items, rc_pulse_order);
    *count = lines.count;
    return lines.items;
}
