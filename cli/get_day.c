#include "cli/awswords.h"
#include "cli/get.h"

#include "model/finding.h"
#include "model/live_day.h"
#include "tui/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void tell(void *ctx, const char *text)
{
    (void)ctx;
    fprintf(stderr, "reconctl: %s\n", text);
}

/* The discrepancy whose bytes the view shows; 0: none. */
static int64_t shown_discrepancy(struct rc_model *model, const struct rc_get_settings *settings,
                                 struct rc_error *err)
{
    enum rc_side side;
    if (strcmp(settings->view, "discrepancy") == 0)
        return settings->word_count == 1 ? strtoll(settings->words[0], NULL, 10) : 0;
    if (strcmp(settings->view, "record") != 0 || settings->word_count != 2 ||
        !rc_source_side(settings->words[0], &side))
        return 0;
    struct rc_kept_record *kept =
        rc_kept_record_read(model, side, strtoull(settings->words[1], NULL, 10), err);
    int64_t discrepancy = kept ? kept->discrepancy : 0;
    rc_kept_record_free(kept);
    return discrepancy;
}

/* Items have no bytes of records: those of the one that is shown are fetched. */
static bool fetch_bytes(struct rc_live_day *day, struct rc_model *model,
                        const struct rc_get_settings *settings, struct rc_error *err)
{
    int64_t discrepancy = shown_discrepancy(model, settings, err);
    return !err->code && (discrepancy <= 0 || rc_live_day_bytes_wait(day, discrepancy, err));
}

bool rc_get_live_day(const struct rc_get_settings *settings, struct rc_error *err)
{
    struct rc_get_settings rest = *settings;
    struct rc_model *model = NULL;
    struct rc_live *live = rc_awsword_open_live(&settings->aws, err);
    struct rc_live_day *day =
        live ? rc_live_day_open(live, settings->words[0], settings->words[1], err) : NULL;
    rest.words += 2;
    rest.word_count -= 2;
    if (live)
        rc_live_on_note(live, tell, NULL);
    bool ok = day && rc_live_day_models(day, &model, 1, err) &&
              rc_listing_wait(rc_live_day_listing(day), err) &&
              fetch_bytes(day, model, &rest, err) && rc_get_of_day(model, &rest, err);
    if (ok) {
        struct rc_live_day_progress cost = rc_live_day_progress(day);
        fprintf(stderr, "reconctl: %s %s: %llu requests, %.1f read units\n",
                rc_live_day_program(day), rc_live_day_date(day), (unsigned long long)cost.requests,
                cost.read_units);
    }
    if (ok && strcmp(settings->view, "shards") == 0)
        fprintf(stderr, "reconctl: `reconctl get heat %s %s` tells how they took the writes\n",
                settings->words[0], settings->words[1]);
    rc_model_close(model);
    rc_live_day_free(day);
    rc_live_close(live);
    return ok;
}
