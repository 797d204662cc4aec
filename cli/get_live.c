#include "cli/awswords.h"
#include "cli/get.h"

#include "core/civil.h"
#include "model/dayheat.h"
#include "model/live.h"
#include "model/live_trail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ----- what is asked for ----- */

/* A view and the words behind it that say what is asked for; the others are a filter. */
struct source {
    const char *view;
    int (*words)(const struct rc_get_settings *settings); /* NULL: none of them */
    struct rc_listing *(*start)(struct rc_live *live, const struct rc_get_settings *settings,
                                struct rc_error *err);
    void (*more)(struct rc_listing *listing); /* what has come since; NULL: it is started anew */
};

static const char *first_word(const struct rc_get_settings *settings)
{
    return settings->word_count ? settings->words[0] : "";
}

static int one_word(const struct rc_get_settings *settings)
{
    return settings->word_count > 0;
}

/* A word with none of what makes a filter of it. */
static bool is_plain(const char *word)
{
    return !word[strcspn(word, ":=<>!\"/ ")];
}

/* A place in S3, or a program and perhaps a date. */
static int files_words(const struct rc_get_settings *settings)
{
    const char *first = first_word(settings);
    const char *second = settings->word_count > 1 ? settings->words[1] : "";
    int32_t date;
    if (strncmp(first, "s3:", 3) == 0 || strcmp(first, "/") == 0)
        return 1;
    if (!*first || !is_plain(first))
        return 0;
    return 1 + rc_civil_parse(second, strlen(second), &date);
}

static struct rc_listing *start_files(struct rc_live *live, const struct rc_get_settings *settings,
                                      struct rc_error *err)
{
    struct rc_s3_place place;
    int words = files_words(settings);
    const char *first = words ? settings->words[0] : "/";
    if (strcmp(first, "/") == 0)
        return rc_live_programs(live, err);
    if (is_plain(first))
        return rc_live_program_files(live, first, words > 1 ? settings->words[1] : NULL, err);
    return rc_s3_place_read(first, &place, err) ? rc_live_files(live, &place, err) : NULL;
}

static struct rc_listing *start_file(struct rc_live *live, const struct rc_get_settings *settings,
                                     struct rc_error *err)
{
    struct rc_s3_object_name name;
    return rc_s3_object_name_read(first_word(settings), &name, err) ? rc_live_file(live, &name, err)
                                                                    : NULL;
}

static struct rc_listing *start_queues(struct rc_live *live, const struct rc_get_settings *settings,
                                       struct rc_error *err)
{
    (void)settings;
    return rc_live_queues(live, err);
}

static struct rc_listing *start_pulse(struct rc_live *live, const struct rc_get_settings *settings,
                                      struct rc_error *err)
{
    (void)settings;
    return rc_live_pulse(live, err);
}

static struct rc_listing *
start_rollups(struct rc_live *live, const struct rc_get_settings *settings, struct rc_error *err)
{
    (void)settings;
    return rc_live_rollups(live, err);
}

static struct rc_listing *start_audit(struct rc_live *live, const struct rc_get_settings *settings,
                                      struct rc_error *err)
{
    (void)settings;
    return rc_live_audit(live, err);
}

static struct rc_listing *
start_identity(struct rc_live *live, const struct rc_get_settings *settings, struct rc_error *err)
{
    (void)settings;
    return rc_live_identity(live, err);
}

static struct rc_listing *start_runs(struct rc_live *live, const struct rc_get_settings *settings,
                                     struct rc_error *err)
{
    (void)settings;
    return rc_live_runs(live, err);
}

static struct rc_listing *
start_messages(struct rc_live *live, const struct rc_get_settings *settings, struct rc_error *err)
{
    const char *queue = first_word(settings);
    if (*queue)
        return rc_live_messages(
            live, queue, settings->limit < RC_LIVE_PEEK ? settings->limit : RC_LIVE_PEEK, err);
    rc_error_set(err, RC_USAGE, "get %s QUEUE: its name or URL is needed", settings->view);
    return NULL;
}

/* Of which table, and how far back. */
struct gauges {
    char table[RC_GAUGES_TABLE_BYTES];
    int64_t period_s;
};

static int read_gauges(const struct rc_get_settings *settings, struct gauges *gauges)
{
    int count = 0;
    *gauges = (struct gauges){.period_s = 0};
    while (count < settings->word_count &&
           rc_gauges_word(settings->words[count], gauges->table, &gauges->period_s))
        count++;
    if (!gauges->period_s)
        gauges->period_s = RC_GAUGES_PERIOD_S;
    return count;
}

static int gauges_words(const struct rc_get_settings *settings)
{
    struct gauges gauges;
    return read_gauges(settings, &gauges);
}

static struct rc_listing *
start_throttles(struct rc_live *live, const struct rc_get_settings *settings, struct rc_error *err)
{
    struct gauges gauges;
    read_gauges(settings, &gauges);
    return rc_live_gauges(live, gauges.table, gauges.period_s, 0, err);
}

static int heat_words(const struct rc_get_settings *settings)
{
    return settings->word_count < 2 ? settings->word_count : 2;
}

static struct rc_listing *start_heat(struct rc_live *live, const struct rc_get_settings *settings,
                                     struct rc_error *err)
{
    const char *date = settings->word_count > 1 ? settings->words[1] : "";
    return rc_live_day_heat(live, settings->word_count ? settings->words[0] : "", date, err);
}

static struct rc_listing *start_run(struct rc_live *live, const struct rc_get_settings *settings,
                                    struct rc_error *err)
{
    return rc_live_history(live, first_word(settings), err);
}

/* The question that the first `count` words put, as one text; false when they are wrong, or
 * when not all of them belong to it. */
static bool read_logs(const struct rc_get_settings *settings, int count,
                      struct rc_logs_words *words, struct rc_error *err)
{
    struct rc_buf text;
    rc_buf_init(&text, RC_GET_FILTER_BYTES);
    for (int i = 0; i < count; i++)
        rc_buf_printf(&text, "%s%s", i ? " " : "", settings->words[i]);
    const char *rest =
        text.failed ? NULL : rc_logs_words_read(text.data ? text.data : "", words, err);
    bool all = rest && !*rest;
    rc_buf_free(&text);
    return all;
}

static int logs_words(const struct rc_get_settings *settings)
{
    struct rc_logs_words words;
    int count = settings->word_count;
    while (count > 0 && !read_logs(settings, count, &words, NULL))
        count--;
    return count;
}

static struct rc_listing *start_logs(struct rc_live *live, const struct rc_get_settings *settings,
                                     struct rc_error *err)
{
    struct rc_logs_words words;
    read_logs(settings, settings->word_count, &words, err);
    return err->code ? NULL : rc_live_logs(live, &words, err);
}

/* An id, and perhaps a program. */
static int transaction_words(const struct rc_get_settings *settings)
{
    const char *second = settings->word_count > 1 ? settings->words[1] : "";
    return one_word(settings) + (*second && is_plain(second));
}

static struct rc_listing *start_transaction(struct rc_live *live,
                                            const struct rc_get_settings *settings,
                                            struct rc_error *err)
{
    return rc_live_transaction(live, first_word(settings),
                               transaction_words(settings) > 1 ? settings->words[1] : "", err);
}

static int day_words(const struct rc_get_settings *settings)
{
    return settings->word_count < 2 ? settings->word_count : 2;
}

static struct rc_listing *
start_records(struct rc_live *live, const struct rc_get_settings *settings, struct rc_error *err)
{
    return rc_live_records(live, first_word(settings),
                           settings->word_count > 1 ? settings->words[1] : "", err);
}

static struct rc_listing *
start_versions(struct rc_live *live, const struct rc_get_settings *settings, struct rc_error *err)
{
    return rc_live_versions(live, first_word(settings),
                            settings->word_count > 1 ? settings->words[1] : "", err);
}

static struct rc_listing *start_notes(struct rc_live *live, const struct rc_get_settings *settings,
                                      struct rc_error *err)
{
    return rc_live_notes(live, first_word(settings),
                         settings->word_count > 1 ? settings->words[1] : "", "", err);
}

static const struct source sources[] = {
    {"audit", NULL, start_audit, NULL},
    {"file", one_word, start_file, NULL},
    {"files", files_words, start_files, NULL},
    {"groups", one_word, start_messages, NULL},
    {"heat", heat_words, start_heat, NULL},
    {"logs", logs_words, start_logs, rc_live_logs_more},
    {"messages", one_word, start_messages, NULL},
    {"notes", day_words, start_notes, NULL},
    {"pulse", NULL, start_pulse, NULL},
    {"queues", NULL, start_queues, NULL},
    {"identity", NULL, start_identity, NULL},
    {"records", day_words, start_records, NULL},
    {"rollups", NULL, start_rollups, NULL},
    {"run", one_word, start_run, NULL},
    {"runs", NULL, start_runs, NULL},
    {"throttles", gauges_words, start_throttles, NULL},
    {"transaction", transaction_words, start_transaction, NULL},
    {"versions", day_words, start_versions, NULL},
};

static const struct source *find_source(const char *view)
{
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
        if (strcmp(sources[i].view, view) == 0)
            return &sources[i];
    return NULL;
}

/* ----- asking ----- */

/* Nothing is asked for words that are wrong: to look at messages is to receive them. */
static bool check(struct rc_model *model, const struct rc_table_def *def,
                  const struct rc_table_query *query, struct rc_error *err)
{
    struct rc_table *table = rc_table_open(model, def, query, err);
    rc_table_close(table);
    return table != NULL;
}

/* What it took to look through many partitions. */
static void tell_cost(const struct rc_get_settings *settings, const struct rc_listing *listing)
{
    uint64_t requests;
    double read_units;
    if (strcmp(settings->view, "transaction") != 0 && strcmp(settings->view, "records") != 0)
        return;
    rc_live_trail_cost(listing, &requests, &read_units);
    fprintf(stderr, "reconctl: %llu requests, %.1f read units\n", (unsigned long long)requests,
            read_units);
}

static void tell(void *ctx, const char *text)
{
    (void)ctx;
    fprintf(stderr, "reconctl: %s\n", text);
}

static void tell_lines(const char *text)
{
    while (*text) {
        size_t length = strcspn(text, "\n");
        fprintf(stderr, "reconctl: %.*s\n", (int)length, text);
        text += length + (text[length] == '\n');
    }
}

struct asking {
    const struct source *source;
    struct rc_get_settings *settings;
    const struct rc_table_def *def;
    struct rc_table_query query;
    struct rc_live *live;
    struct rc_model *model;
    struct rc_listing *listing;
    char *told; /* of heat, what was said last */
};

/* What limits the writes; what was said before is not said again. */
static bool find_facts(struct asking *asking, struct rc_error *err)
{
    char *told = NULL;
    if (strcmp(asking->settings->view, "heat") != 0)
        return true;
    if (!rc_get_heat_facts(asking->live, asking->model, asking->listing, asking->settings, &told,
                           err))
        return false;
    if (told && (!asking->told || strcmp(told, asking->told) != 0))
        tell_lines(told);
    free(asking->told);
    asking->told = told;
    return true;
}

static bool ask(struct asking *asking, struct rc_error *err)
{
    rc_listing_free(asking->listing);
    asking->listing = asking->source->start(asking->live, asking->settings, err);
    if (!asking->listing || !rc_listing_wait(asking->listing, err))
        return false;
    asking->query.scope = rc_listing_number(asking->listing);
    return find_facts(asking, err);
}

/* ----- again and again ----- */

enum {
    WATCH_MS = 2000,       /* while something changes */
    WATCH_MOST_MS = 30000, /* when nothing has for a while, or AWS does not answer */
    WATCH_BYTES = 64 << 20,
};

static int64_t pause_ms(int unchanged)
{
    int64_t ms = WATCH_MS;
    for (int i = 0; i < unchanged && ms < WATCH_MOST_MS; i++)
        ms += ms / 2;
    return ms < WATCH_MOST_MS ? ms : WATCH_MOST_MS;
}

static bool show(struct asking *asking, struct rc_get_watch *watch, struct rc_error *err)
{
    struct rc_buf rows;
    rc_buf_init(&rows, WATCH_BYTES);
    bool ok =
        rc_get_table(asking->model, asking->def, &asking->query, asking->settings, &rows, err) &&
        rc_get_watch_show(watch, asking->settings->format, &rows, err);
    rc_buf_free(&rows);
    return ok;
}

/* Ends with an error, or by a signal. When AWS cannot be asked what was printed holds. */
static bool watch_on(struct asking *asking, struct rc_error *err)
{
    struct rc_get_watch watch = {0};
    bool ok = show(asking, &watch, err);
    while (ok) {
        struct rc_error trouble = {0};
        bool came = true;
        if (asking->source->more)
            asking->source->more(asking->listing);
        rc_live_pass(asking->live, pause_ms(watch.unchanged));
        if (!asking->source->more)
            came = ask(asking, &trouble);
        if (came) {
            ok = show(asking, &watch, err);
            continue;
        }
        watch.unchanged++;
        tell(NULL, trouble.text);
    }
    rc_get_watch_free(&watch);
    return false;
}

bool rc_get_live(struct rc_get_settings *settings, const struct rc_table_def *def,
                 struct rc_error *err)
{
    struct asking asking = {.source = find_source(settings->view),
                            .settings = settings,
                            .def = def,
                            .query = settings->query};
    struct rc_buf filter;
    rc_buf_init(&filter, RC_GET_FILTER_BYTES);
    const struct source *source = asking.source;
    bool ok = source &&
              rc_get_filter(settings, source->words ? source->words(settings) : 0, &filter, err);
    asking.query.filter = filter.data;
    asking.live = ok ? rc_awsword_open_live(&settings->aws, err) : NULL;
    ok = asking.live && rc_live_models(asking.live, &asking.model, 1, err) &&
         check(asking.model, def, &asking.query, err);
    if (ok) {
        rc_live_on_note(asking.live, tell, NULL);
        ok = ask(&asking, err) && (settings->watch ? watch_on(&asking, err)
                                                   : rc_get_table(asking.model, def, &asking.query,
                                                                  settings, NULL, err));
    }
    if (ok)
        tell_cost(settings, asking.listing);
    settings->attention = ok && rc_listing_attention(asking.listing);
    rc_listing_free(asking.listing);
    rc_model_close(asking.model);
    rc_live_close(asking.live);
    free(asking.told);
    free(settings->more);
    settings->more = NULL;
    rc_buf_free(&filter);
    return ok;
}
