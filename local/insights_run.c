/* Runs a query over events. */
#include "local/insights_internal.h"
#include "local/statistics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { VALUE = 512, KEPT = 100000, KEPT_BYTES = 64 << 20, GROUP_KEY = 2048 };

/* A row that is kept: what is shown, and what it is sorted by. */
struct row {
    json_t *shown;
    char *sort; /* NULL: it has no such field */
};

struct group {
    char *key;
    json_t *values; /* of the keys, as shown */
    double count;   /* events */
    struct rc_statistics stats[RC_INSIGHTS_STATS];
    struct group *next; /* of the chain */
};

enum { CHAINS = 512 };

struct rc_insights_run {
    const struct rc_insights *query;
    int64_t limit;
    struct row *rows;
    size_t row_count, row_room;
    size_t bytes; /* of the messages of the events that are kept */
    struct group *groups[CHAINS];
    size_t group_count;
};

/* An event with its message read as JSON, if it is JSON. */
struct subject {
    const struct rc_insights_event *event;
    json_t *json;
    char text[VALUE]; /* of the last field that needed one */
};

/* ----- fields ----- */

static void write_time(int64_t unix_ms, char *text, size_t room)
{
    struct tm tm;
    char seconds[24];
    time_t at = (time_t)(unix_ms / 1000);
    gmtime_r(&at, &tm);
    strftime(seconds, sizeof seconds, "%Y-%m-%d %H:%M:%S", &tm);
    snprintf(text, room, "%s.%03d", seconds, (int)(unix_ms % 1000));
}

static const json_t *at_name(const json_t *json, const char *name)
{
    const json_t *whole = json_object_get(json, name);
    while (!whole && json && *name) {
        size_t length = strcspn(name, ".");
        json = json_is_array(json) ? json_array_get(json, strtoul(name, NULL, 10))
                                   : json_object_getn(json, name, length);
        name += length + (name[length] == '.');
        if (!*name)
            return json;
    }
    return whole;
}

static const char *json_text(struct subject *subject, const json_t *value)
{
    if (!value || json_is_null(value))
        return NULL;
    if (json_is_string(value))
        return json_string_value(value);
    if (json_is_boolean(value))
        return json_is_true(value) ? "1" : "0";
    if (json_is_integer(value))
        snprintf(subject->text, VALUE, "%lld", (long long)json_integer_value(value));
    else if (json_is_real(value))
        snprintf(subject->text, VALUE, "%.15g", json_real_value(value));
    else
        return NULL;
    return subject->text;
}

/* The field as a text, which lives until the next one; NULL when there is none. */
static const char *field_of(struct subject *subject, const char *name)
{
    const struct rc_insights_event *event = subject->event;
    if (*name != '@')
        return json_text(subject, at_name(subject->json, name));
    if (strcmp(name, "@message") == 0)
        return event->message;
    if (strcmp(name, "@logStream") == 0)
        return event->stream;
    if (strcmp(name, "@log") == 0)
        snprintf(subject->text, VALUE, "000000000000:%s", event->group);
    else if (strcmp(name, "@timestamp") == 0)
        write_time(event->at_ms, subject->text, VALUE);
    else if (strcmp(name, "@ingestionTime") == 0)
        write_time(event->ingested_ms, subject->text, VALUE);
    else if (strcmp(name, "@ptr") == 0)
        snprintf(subject->text, VALUE, "%020lld", (long long)event->id);
    else
        return NULL;
    return subject->text;
}

/* ----- filters ----- */

static bool is_number(const char *text, double *number)
{
    char *end;
    *number = strtod(text, &end);
    return end != text && !*end;
}

/* By number where both are numbers. */
static int compare_texts(const char *a, const char *b)
{
    double x, y;
    if (is_number(a, &x) && is_number(b, &y))
        return (x > y) - (x < y);
    return strcmp(a, b);
}

static bool compare(const struct rc_insights_node *node, struct subject *subject)
{
    char kept[VALUE];
    const char *left = node->left.is_field ? field_of(subject, node->left.text) : node->left.text;
    if (!left)
        return false;
    if (node->kind == RC_INSIGHTS_REGEX)
        return regexec(node->regex, left, 0, NULL, 0) == 0;
    if (left == subject->text) {
        memcpy(kept, left, sizeof kept);
        left = kept;
    }
    const char *right =
        node->right.is_field ? field_of(subject, node->right.text) : node->right.text;
    if (!right)
        return false;
    if (node->kind == RC_INSIGHTS_LIKE)
        return strstr(left, right) != NULL;
    int order = compare_texts(left, right);
    return node->kind == RC_INSIGHTS_EQUAL  ? order == 0
           : node->kind == RC_INSIGHTS_LESS ? order < 0
                                            : order <= 0;
}

static bool is_true(const char *text)
{
    return text && *text && strcmp(text, "0") != 0 && strcmp(text, "false") != 0;
}

static bool passes(const struct rc_insights_node *node, // NOLINT(misc-no-recursion)
                   struct subject *subject)
{
    switch (node->kind) {
    case RC_INSIGHTS_AND:
        return passes(node->one, subject) && passes(node->two, subject);
    case RC_INSIGHTS_OR:
        return passes(node->one, subject) || passes(node->two, subject);
    case RC_INSIGHTS_NOT:
        return !passes(node->one, subject);
    case RC_INSIGHTS_PRESENT:
        return !node->left.is_field || field_of(subject, node->left.text) != NULL;
    case RC_INSIGHTS_TRUE:
        return is_true(node->left.is_field ? field_of(subject, node->left.text) : node->left.text);
    default:
        return compare(node, subject);
    }
}

/* ----- rows ----- */

static void show(json_t *row, const char *name, const char *value)
{
    if (value)
        json_array_append_new(row, json_pack("{s:s, s:s}", "field", name, "value", value));
}

static bool add_row(struct rc_insights_run *run, json_t *shown, const char *sort)
{
    if (run->row_count == run->row_room) {
        size_t room = run->row_room ? run->row_room * 2 : 64;
        struct row *rows = realloc(run->rows, room * sizeof *rows);
        if (!rows) {
            json_decref(shown);
            return false;
        }
        run->rows = rows;
        run->row_room = room;
    }
    run->rows[run->row_count++] = (struct row){shown, sort ? strdup(sort) : NULL};
    return true;
}

static bool keep_event(struct rc_insights_run *run, struct subject *subject)
{
    const struct rc_insights *query = run->query;
    json_t *shown = json_array();
    for (size_t i = 0; i < query->field_count; i++)
        show(shown, query->fields[i], field_of(subject, query->fields[i]));
    if (!query->field_count) {
        show(shown, "@timestamp", field_of(subject, "@timestamp"));
        show(shown, "@message", field_of(subject, "@message"));
    }
    show(shown, "@ptr", field_of(subject, "@ptr"));
    run->bytes += subject->event->length;
    return add_row(run, shown, query->sort ? field_of(subject, query->sort) : NULL);
}

/* ----- groups ----- */

/* The keys' values, shown, and joined into the text that finds the group. */
static json_t *key_of(const struct rc_insights *query, struct subject *subject, char *key)
{
    size_t length = 0;
    json_t *values = json_array();
    key[0] = '\0';
    for (size_t i = 0; i < query->key_count; i++) {
        const struct rc_insights_key *one = &query->keys[i];
        char bin[32];
        const char *value = one->field ? field_of(subject, one->field) : bin;
        if (!one->field)
            write_time(subject->event->at_ms - subject->event->at_ms % one->bin_ms, bin,
                       sizeof bin);
        show(values, one->name, value);
        int more = snprintf(key + length, GROUP_KEY - length, "%s\x1f", value ? value : "\x1e");
        length += more > 0 ? (size_t)more : 0;
        length = length < GROUP_KEY ? length : GROUP_KEY - 1;
    }
    return values;
}

static struct group *find_group(struct rc_insights_run *run, struct subject *subject)
{
    char key[GROUP_KEY];
    uint64_t hash = 0xcbf29ce484222325; /* FNV-1a */
    json_t *values = key_of(run->query, subject, key);
    for (const char *c = key; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 0x100000001b3;
    struct group **chain = &run->groups[(hash >> 32) % CHAINS];
    for (struct group *group = *chain; group; group = group->next)
        if (strcmp(group->key, key) == 0) {
            json_decref(values);
            return group;
        }
    struct group *group = run->group_count < KEPT ? calloc(1, sizeof *group) : NULL;
    char *copy = group ? strdup(key) : NULL;
    if (!copy) {
        free(group);
        json_decref(values);
        return NULL;
    }
    *group = (struct group){.key = copy, .values = values, .next = *chain};
    *chain = group;
    run->group_count++;
    return group;
}

static void count_event(struct rc_insights_run *run, struct subject *subject)
{
    const struct rc_insights *query = run->query;
    struct group *group = find_group(run, subject);
    if (!group)
        return;
    group->count++;
    for (size_t i = 0; i < query->stat_count; i++) {
        const struct rc_insights_stat *stat = &query->stats[i];
        const char *value = stat->field ? field_of(subject, stat->field) : "1";
        double number;
        if (!value)
            continue;
        if (strcmp(stat->function, "count") == 0)
            rc_statistics_add(&group->stats[i], 1, 1);
        else if (is_number(value, &number))
            rc_statistics_add(&group->stats[i], number, 1);
    }
}

static void show_stat(json_t *shown, const struct rc_insights_stat *stat,
                      const struct rc_statistics *values)
{
    char name[32], text[40];
    double value = 0;
    snprintf(name, sizeof name, "p%g", stat->percent);
    const char *statistic = strcmp(stat->function, "avg") == 0   ? "Average"
                            : strcmp(stat->function, "min") == 0 ? "Minimum"
                            : strcmp(stat->function, "max") == 0 ? "Maximum"
                            : strcmp(stat->function, "pct") == 0 ? name
                                                                 : "Sum";
    bool has = rc_statistics_get(values, statistic, &value);
    snprintf(text, sizeof text, "%.15g", value);
    if (has || strcmp(stat->function, "count") == 0)
        show(shown, stat->name, text);
}

static const char *shown_value(const json_t *shown, const char *name)
{
    size_t i;
    json_t *one;
    json_array_foreach(shown, i, one)
    {
        if (strcmp(json_string_value(json_object_get(one, "field")), name) == 0)
            return json_string_value(json_object_get(one, "value"));
    }
    return NULL;
}

static void groups_to_rows(struct rc_insights_run *run)
{
    const struct rc_insights *query = run->query;
    for (size_t i = 0; i < CHAINS; i++) {
        while (run->groups[i]) {
            struct group *group = run->groups[i];
            run->groups[i] = group->next;
            for (size_t s = 0; s < query->stat_count; s++) {
                show_stat(group->values, &query->stats[s], &group->stats[s]);
                rc_statistics_free(&group->stats[s]);
            }
            add_row(run, group->values,
                    query->sort ? shown_value(group->values, query->sort) : group->key);
            free(group->key);
            free(group);
        }
    }
}

/* ----- the run ----- */

struct rc_insights_run *rc_insights_begin(const struct rc_insights *query, int64_t limit)
{
    struct rc_insights_run *run = calloc(1, sizeof *run);
    if (!run)
        return NULL;
    run->query = query;
    run->limit = query->limit ? query->limit : limit ? limit : RC_INSIGHTS_ROWS;
    return run;
}

bool rc_insights_add(struct rc_insights_run *run, const struct rc_insights_event *event,
                     bool *matched)
{
    const struct rc_insights *query = run->query;
    struct subject subject = {.event = event};
    bool more = true;
    if (event->length && *event->message == '{')
        subject.json = json_loadb(event->message, event->length, 0, NULL);
    *matched = !query->filter || passes(query->filter, &subject);
    if (*matched && query->stat_count)
        count_event(run, &subject);
    else if (*matched)
        more = keep_event(run, &subject);
    json_decref(subject.json);
    bool newest_first =
        !query->stat_count &&
        (!query->sort || (query->descending && strcmp(query->sort, "@timestamp") == 0));
    return more && run->row_count < KEPT && run->bytes < KEPT_BYTES &&
           !(newest_first && (int64_t)run->row_count >= run->limit);
}

static int ascending(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    if (!x->sort || !y->sort)
        return !x->sort - !y->sort; /* those without stand last, whichever way */
    return compare_texts(x->sort, y->sort);
}

static int descending(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    return !x->sort || !y->sort ? !x->sort - !y->sort : compare_texts(y->sort, x->sort);
}

json_t *rc_insights_end(struct rc_insights_run *run)
{
    const struct rc_insights *query = run->query;
    json_t *rows = json_array();
    groups_to_rows(run);
    if (run->row_count && (query->sort || query->stat_count))
        qsort(run->rows, run->row_count, sizeof *run->rows,
              query->sort && query->descending ? descending : ascending);
    for (size_t i = 0; i < run->row_count; i++) {
        if ((int64_t)i < run->limit)
            json_array_append(rows, run->rows[i].shown);
        json_decref(run->rows[i].shown);
        free(run->rows[i].sort);
    }
    free(run->rows);
    free(run);
    return rows;
}
