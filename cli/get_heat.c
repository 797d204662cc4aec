#include "cli/get.h"

#include "model/dayheat.h"

#include <stdio.h>

static bool tell_side(struct rc_live *live, struct rc_model *model, const struct rc_day_heat *heat,
                      enum rc_side side, struct rc_error *err)
{
    const struct rc_side_heat *at = &heat->side[side];
    struct rc_error why = {0}; /* without CloudWatch there is less to say, and no failure */
    struct rc_skew skew;
    struct rc_diagnosis diagnosis;
    struct rc_listing *listing = rc_live_gauges(live, at->table, rc_day_heat_period_s(heat),
                                                rc_day_heat_until_ms(heat), err);
    if (!listing)
        return false;
    if (!rc_listing_wait(listing, &why))
        fprintf(stderr, "reconctl: %s\n", why.text);
    struct rc_gauges *gauges = rc_gauges_read(model, rc_listing_number(listing), err);
    bool ok = gauges && rc_day_heat_diagnose(heat, side, gauges, &skew, &diagnosis, err);
    if (ok)
        fprintf(stderr, "reconctl: %s: %s\n", at->table, diagnosis.text);
    rc_gauges_free(gauges);
    rc_listing_free(listing);
    return ok;
}

bool rc_get_heat_tell(struct rc_live *live, struct rc_model *model,
                      const struct rc_listing *listing, struct rc_error *err)
{
    const struct rc_day_heat *heat = rc_day_heat_of(listing);
    bool ok = heat != NULL;
    if (ok && !heat->columns) {
        fprintf(stderr,
                "reconctl: no run of the last days has noted writes of %s %s; those of earlier "
                "days are not looked for\n",
                heat->program, heat->date);
        return true;
    }
    for (int side = 0; ok && side < RC_SIDES; side++)
        ok = tell_side(live, model, heat, (enum rc_side)side, err);
    return ok;
}
