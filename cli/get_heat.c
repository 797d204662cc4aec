#include "cli/get.h"

#include "base/jsonw.h"
#include "model/dayheat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FACTS_BYTES = 256 << 10 };

/* What is known of a side, and where it goes. */
struct side_facts {
    const struct rc_day_heat *heat;
    enum rc_side side;
    struct rc_skew skew;
    struct rc_diagnosis diagnosis;
    struct rc_heat_moment spike;
};

static void add_spike(struct rc_jsonw *json, const struct side_facts *facts)
{
    const struct rc_heat_moment *spike = &facts->spike;
    double seconds = (double)facts->heat->step_ms / 1000;
    rc_jsonw_key(json, "spike");
    rc_jsonw_open(json, '{');
    rc_get_key_text(json, "at", spike->at);
    rc_get_key_real(json, "writes_per_second", spike->per_second);
    rc_get_key_real(json, "throttled", (double)spike->totals[RC_HEAT_THROTTLED]);
    rc_get_key_real(json, "throttled_shards", (double)spike->throttled_shards);
    rc_get_key_real(json, "fullest_shard", (double)spike->fullest);
    rc_get_key_real(json, "fullest_per_second", (double)spike->fullest_writes / seconds);
    rc_get_key_real(json, "expected_per_second", spike->expected / seconds);
    rc_get_key_real(json, "likely_per_second", spike->likely / seconds);
    rc_get_key_real(json, "chance_of_1000_per_second", spike->chance);
    rc_jsonw_close(json, '}');
}

static void add_keys(struct rc_jsonw *json, const struct rc_side_heat *at)
{
    rc_jsonw_key(json, "hottest");
    rc_jsonw_open(json, '[');
    for (size_t i = 0; i < at->key_count; i++) {
        const struct rc_hot_key *key = &at->keys[i];
        rc_jsonw_open(json, '{');
        rc_get_key_text(json, "key", key->text);
        rc_get_key_text(json, "of", rc_hot_kind_name(key->kind));
        rc_get_key_text(json, "what", key->throttled ? "throttled" : "taken");
        rc_get_key_real(json, "share", key->share);
        rc_get_key_text(json, "share_of", key->kind == RC_HOT_ID ? "day" : "all programs");
        rc_jsonw_close(json, '}');
    }
    rc_jsonw_close(json, ']');
}

static void add_side(struct rc_jsonw *json, const struct side_facts *facts)
{
    const struct rc_side_heat *at = &facts->heat->side[facts->side];
    const struct rc_diagnosis *diagnosis = &facts->diagnosis;
    rc_jsonw_open(json, '{');
    rc_get_key_text(json, "table", at->table);
    rc_get_key_text(json, "diagnosis", rc_diagnosis_name(diagnosis->kind));
    rc_get_key_text(json, "text", diagnosis->text);
    rc_get_key_text(json, "resource", diagnosis->resource);
    rc_get_key_text(json, "reason", rc_throttle_reason(diagnosis->reason));
    rc_jsonw_key(json, "throttled");
    if (diagnosis->throttled < 0)
        rc_jsonw_null(json);
    else
        rc_jsonw_int(json, (int64_t)diagnosis->throttled);
    rc_jsonw_key(json, "noted");
    rc_jsonw_int(json, (int64_t)rc_day_heat_noted(facts->heat, facts->side));
    rc_jsonw_key(json, "skew");
    rc_get_skew(json, "writes", &facts->skew);
    add_spike(json, facts);
    add_keys(json, at);
    rc_jsonw_close(json, '}');
}

/* The gauges are alive while the facts are used, which point into them. */
static bool tell_side(struct rc_live *live, struct rc_model *model, struct side_facts *facts,
                      struct rc_jsonw *json, struct rc_buf *told, struct rc_error *err)
{
    const struct rc_day_heat *heat = facts->heat;
    const struct rc_side_heat *at = &heat->side[facts->side];
    struct rc_error why = {0}; /* without CloudWatch there is less to say, and no failure */
    struct rc_listing *listing = rc_live_gauges(live, at->table, rc_day_heat_period_s(heat),
                                                rc_day_heat_until_ms(heat), err);
    if (!listing)
        return false;
    if (!rc_listing_wait(listing, &why))
        rc_buf_printf(told, "%s\n", why.text);
    struct rc_gauges *gauges = rc_gauges_read(model, rc_listing_number(listing), err);
    bool ok =
        gauges &&
        rc_day_heat_diagnose(heat, facts->side, gauges, &facts->skew, &facts->diagnosis, err) &&
        rc_day_heat_moment(heat, facts->side, rc_day_heat_spike(heat, facts->side), &facts->spike,
                           err);
    if (ok) {
        rc_buf_printf(told, "%s: %s\n", at->table, facts->diagnosis.text);
        add_side(json, facts);
    }
    rc_gauges_free(gauges);
    rc_listing_free(listing);
    return ok;
}

static bool tell_sides(struct rc_live *live, struct rc_model *model, const struct rc_day_heat *heat,
                       struct rc_jsonw *json, struct rc_buf *told, struct rc_error *err)
{
    bool ok = true;
    rc_jsonw_open(json, '[');
    if (!heat->columns)
        rc_buf_printf(told,
                      "no run of the last days has noted writes of %s %s; those of earlier days "
                      "are not looked for\n",
                      heat->program, heat->date);
    for (int side = 0; ok && heat->columns && side < RC_SIDES; side++) {
        struct side_facts facts = {.heat = heat, .side = (enum rc_side)side};
        ok = tell_side(live, model, &facts, json, told, err);
    }
    rc_jsonw_close(json, ']');
    return ok;
}

bool rc_get_heat_facts(struct rc_live *live, struct rc_model *model,
                       const struct rc_listing *listing, struct rc_get_settings *settings,
                       char **told, struct rc_error *err)
{
    struct rc_jsonw json;
    struct rc_buf more, text;
    rc_buf_init(&more, FACTS_BYTES);
    rc_buf_init(&text, FACTS_BYTES);
    rc_buf_add_str(&more, ",\"sides\":");
    rc_jsonw_init(&json, &more);
    bool ok = tell_sides(live, model, rc_day_heat_of(listing), &json, &text, err);
    if (ok && (more.failed || text.failed)) {
        rc_error_nomem(err);
        ok = false;
    }
    free(settings->more);
    settings->more = ok ? strdup(more.data) : NULL;
    *told = ok && text.length ? strdup(text.data) : NULL;
    rc_buf_free(&more);
    rc_buf_free(&text);
    return ok;
}
