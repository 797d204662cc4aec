#include "cli/awswords.h"
#include "cli/get.h"

#include "core/civil.h"
#include "model/live.h"

#include <stdio.h>
#include <string.h>

/* ----- what is asked for ----- */

/* A view and the words behind it that say what is asked for; the others are a filter. */
struct source {
    const char *view;
    int (*words)(const struct rc_get_settings *settings); /* NULL: none of them */
    struct rc_listing *(*start)(struct rc_live *live, const struct rc_get_settings *settings,
                                struct rc_error *err);
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
    rc_error_set(err, RC_USAGE, "get messages QUEUE: its name or URL is needed");
    return NULL;
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

static const struct source sources[] = {
    {"files", files_words, start_files},    {"logs", logs_words, start_logs},
    {"messages", one_word, start_messages}, {"pulse", NULL, start_pulse},
    {"queues", NULL, start_queues},         {"rollups", NULL, start_rollups},
    {"run", one_word, start_run},           {"runs", NULL, start_runs},
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

static void tell(void *ctx, const char *text)
{
    (void)ctx;
    fprintf(stderr, "reconctl: %s\n", text);
}

bool rc_get_live(struct rc_get_settings *settings, const struct rc_table_def *def,
                 struct rc_error *err)
{
    const struct source *source = find_source(settings->view);
    struct rc_model *model = NULL;
    struct rc_listing *listing = NULL;
    struct rc_table_query query = settings->query;
    struct rc_buf filter;
    rc_buf_init(&filter, RC_GET_FILTER_BYTES);
    bool ok = source &&
              rc_get_filter(settings, source->words ? source->words(settings) : 0, &filter, err);
    query.filter = filter.data;
    struct rc_live *live = ok ? rc_awsword_open_live(&settings->aws, err) : NULL;
    ok = live && rc_live_models(live, &model, 1, err) && check(model, def, &query, err);
    if (ok) {
        rc_live_on_note(live, tell, NULL);
        listing = source->start(live, settings, err);
        ok = listing && rc_listing_wait(listing, err);
    }
    if (ok) {
        query.scope = rc_listing_number(listing);
        ok = rc_get_table(model, def, &query, settings, err);
        settings->attention = rc_listing_attention(listing);
    }
    rc_listing_free(listing);
    rc_model_close(model);
    rc_live_close(live);
    rc_buf_free(&filter);
    return ok;
}
