#include "cli/planned.h"

#include "cli/awswords.h"
#include "model/dayheat.h"
#include "model/planned.h"

#include <stdio.h>
#include <string.h>

void rc_cli_planned_say(const struct rc_buf *lines)
{
    for (const char *line = lines->length ? lines->data : ""; *line;) {
        int length = (int)strcspn(line, "\n");
        fprintf(stderr, "reconctl: %.*s\n", length, line);
        line += length + (line[length] == '\n');
    }
}

/* ----- a day file ----- */

bool rc_cli_planned_from(const char *path, struct rc_planning *planning, struct rc_error *err)
{
    struct rc_buf told;
    rc_buf_init(&told, RC_CLI_PLANNED_BYTES);
    struct rc_model *model = rc_model_open(path, err);
    bool ok = model && rc_planned_from_day(model, planning, &told, err);
    if (ok)
        rc_cli_planned_say(&told);
    rc_model_close(model);
    rc_buf_free(&told);
    return ok;
}

/* ----- a program at AWS ----- */

/* What its runs have noted; without it there is less to plan from, and no failure. */
static struct rc_listing *heat_of(struct rc_live *live, const struct rc_planned_day *day,
                                  struct rc_error *err)
{
    struct rc_error why = {0};
    struct rc_listing *listing = rc_live_day_heat(live, day->program, day->date, err);
    if (listing && !rc_listing_wait(listing, &why))
        fprintf(stderr, "reconctl: %s\n", why.text);
    return listing;
}

/* Without CloudWatch there is less to say, and no failure. */
static bool add_limit(struct rc_live *live, struct rc_model *model, const struct rc_day_heat *heat,
                      enum rc_side side, struct rc_buf *limits, struct rc_error *err)
{
    struct rc_error why = {0};
    struct rc_listing *listing = rc_live_gauges(
        live, heat->side[side].table, rc_day_heat_period_s(heat), rc_day_heat_until_ms(heat), err);
    if (!listing)
        return false;
    bool known = rc_listing_wait(listing, &why);
    if (!known)
        fprintf(stderr, "reconctl: %s\n", why.text);
    struct rc_gauges *gauges =
        known ? rc_gauges_read(model, rc_listing_number(listing), err) : NULL;
    bool ok = (gauges || !known) && rc_planned_limit(heat, side, gauges, limits, err);
    rc_gauges_free(gauges);
    rc_listing_free(listing);
    return ok;
}

static bool add_limits(struct rc_live *live, const struct rc_day_heat *heat, struct rc_buf *limits,
                       struct rc_error *err)
{
    struct rc_model *model = NULL;
    bool ok = true;
    for (int i = 0; ok && heat && heat->columns && i < RC_SIDES; i++) {
        enum rc_side side = (enum rc_side)i;
        if (!rc_day_heat_noted(heat, side))
            continue;
        ok = (model || rc_live_models(live, &model, 1, err)) &&
             add_limit(live, model, heat, side, limits, err);
    }
    rc_model_close(model);
    return ok;
}

static bool take_program(struct rc_live *live, const struct rc_planned_day *day,
                         struct rc_planning *planning, struct rc_buf *limits, struct rc_error *err)
{
    if (!*day->date) {
        rc_error_set(err, RC_USAGE,
                     "the pipeline knows no day of a program \"%s\"; `reconctl get rollups` shows "
                     "which there are",
                     day->program);
        return false;
    }
    struct rc_buf told;
    rc_buf_init(&told, RC_CLI_PLANNED_BYTES);
    struct rc_listing *heat = heat_of(live, day, err);
    bool ok = heat && rc_planned_from_program(day, rc_day_heat_of(heat), planning, &told, err) &&
              add_limits(live, rc_day_heat_of(heat), limits, err);
    if (ok)
        rc_cli_planned_say(&told);
    if (ok && rc_planning_get(planning, RC_PLANNING_RECORDS) <= 0) {
        rc_error_set(err, RC_USAGE,
                     "%s %s has no records yet: --records says how many it is to "
                     "have, another --date names a day that has some",
                     day->program, day->date);
        ok = false;
    }
    rc_listing_free(heat);
    rc_buf_free(&told);
    return ok;
}

bool rc_cli_planned_of(const struct rc_session_options *aws, const char *program, const char *date,
                       struct rc_planning *planning, struct rc_buf *limits, struct rc_error *err)
{
    struct rc_live *live = rc_awsword_open_live(aws, err);
    struct rc_listing *listing = live ? rc_live_planned(live, program, date, err) : NULL;
    bool ok = listing && rc_listing_wait(listing, err) &&
              take_program(live, rc_planned_of(listing), planning, limits, err);
    rc_listing_free(listing);
    rc_live_close(live);
    return ok;
}
