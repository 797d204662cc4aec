#include "cli/get.h"

#include "core/civil.h"
#include "model/live.h"

#include <stdio.h>
#include <string.h>

/* A word with none of what makes a filter of it. */
static bool is_plain(const char *word)
{
    return !word[strcspn(word, ":=<>!\"/ ")];
}

/* How many words behind the view say what is asked for; the others are a filter. */
static int count_words(const struct rc_get_settings *settings)
{
    const char *first = settings->word_count ? settings->words[0] : "";
    const char *second = settings->word_count > 1 ? settings->words[1] : "";
    int32_t date;
    if (strcmp(settings->view, "messages") == 0)
        return settings->word_count > 0;
    if (strcmp(settings->view, "files") != 0 || !*first)
        return 0;
    if (strncmp(first, "s3:", 3) == 0 || strcmp(first, "/") == 0)
        return 1;
    return is_plain(first) + (is_plain(first) && rc_civil_parse(second, strlen(second), &date));
}

static struct rc_listing *start_files(struct rc_live *live, const struct rc_get_settings *settings,
                                      struct rc_error *err)
{
    struct rc_s3_place place;
    int words = count_words(settings);
    const char *first = words ? settings->words[0] : "/";
    if (strcmp(first, "/") == 0)
        return rc_live_programs(live, err);
    if (is_plain(first))
        return rc_live_program_files(live, first, words > 1 ? settings->words[1] : NULL, err);
    return rc_s3_place_read(first, &place, err) ? rc_live_files(live, &place, err) : NULL;
}

static struct rc_listing *start(struct rc_live *live, const struct rc_get_settings *settings,
                                struct rc_error *err)
{
    const char *first = count_words(settings) ? settings->words[0] : "";
    if (strcmp(settings->view, "queues") == 0)
        return rc_live_queues(live, err);
    if (strcmp(settings->view, "identity") == 0)
        return rc_live_identity(live, err);
    if (strcmp(settings->view, "rollups") == 0)
        return rc_live_rollups(live, err);
    if (strcmp(settings->view, "files") == 0)
        return start_files(live, settings, err);
    if (*first)
        return rc_live_messages(
            live, first, settings->limit < RC_LIVE_PEEK ? settings->limit : RC_LIVE_PEEK, err);
    rc_error_set(err, RC_USAGE, "get messages QUEUE: its name or URL is needed");
    return NULL;
}

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

bool rc_get_live(const struct rc_get_settings *settings, const struct rc_table_def *def,
                 struct rc_error *err)
{
    struct rc_model *model = NULL;
    struct rc_listing *listing = NULL;
    struct rc_table_query query = settings->query;
    struct rc_buf filter;
    rc_buf_init(&filter, RC_GET_FILTER_BYTES);
    bool ok = rc_get_filter(settings, count_words(settings), &filter, err);
    query.filter = filter.data;
    struct rc_live *live = ok ? rc_live_open(&settings->aws, err) : NULL;
    ok = live && rc_live_models(live, &model, 1, err) && check(model, def, &query, err);
    if (ok) {
        rc_live_on_note(live, tell, NULL);
        listing = start(live, settings, err);
        ok = listing && rc_listing_wait(listing, err);
    }
    if (ok) {
        query.scope = rc_listing_number(listing);
        ok = rc_get_table(model, def, &query, settings, err);
    }
    rc_listing_free(listing);
    rc_model_close(model);
    rc_live_close(live);
    rc_buf_free(&filter);
    return ok;
}
