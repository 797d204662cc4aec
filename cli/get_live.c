#include "cli/get.h"

#include "model/dayheat.h"
#include "model/live.h"

#include <stdio.h>
#include <string.h>

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

/* How many words behind the view say what is asked for; the others are a filter. */
static int count_words(const struct rc_get_settings *settings)
{
    struct gauges gauges;
    const char *first = settings->word_count ? settings->words[0] : "";
    if (strcmp(settings->view, "throttles") == 0)
        return read_gauges(settings, &gauges);
    if (strcmp(settings->view, "heat") == 0)
        return settings->word_count < 2 ? settings->word_count : 2;
    if (strcmp(settings->view, "messages") == 0)
        return settings->word_count > 0;
    return strcmp(settings->view, "files") == 0 && strncmp(first, "s3:", 3) == 0;
}

static struct rc_listing *start(struct rc_live *live, const struct rc_get_settings *settings,
                                struct rc_error *err)
{
    struct rc_s3_place place;
    struct gauges gauges;
    const char *first = count_words(settings) ? settings->words[0] : "";
    if (strcmp(settings->view, "queues") == 0)
        return rc_live_queues(live, err);
    if (strcmp(settings->view, "rollups") == 0)
        return rc_live_rollups(live, err);
    if (strcmp(settings->view, "throttles") == 0) {
        read_gauges(settings, &gauges);
        return rc_live_gauges(live, gauges.table, gauges.period_s, 0, err);
    }
    if (strcmp(settings->view, "heat") == 0)
        return rc_live_day_heat(live, first, settings->word_count > 1 ? settings->words[1] : "",
                                err);
    if (strcmp(settings->view, "files") == 0)
        return rc_s3_place_read(first, &place, err) ? rc_live_files(live, &place, err) : NULL;
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
        ok = rc_get_table(model, def, &query, settings, err) &&
             (strcmp(settings->view, "heat") != 0 || rc_get_heat_tell(live, model, listing, err));
    }
    rc_listing_free(listing);
    rc_model_close(model);
    rc_live_close(live);
    rc_buf_free(&filter);
    return ok;
}
