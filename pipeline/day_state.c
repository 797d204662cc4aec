#include "pipeline/day_state.h"

#include "core/civil.h"

#define XXH_INLINE_ALL
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

static const char *const next_names[RC_SIDES] = {"next_settlement", "next_internal"};

void rc_identity_name(const char *identity, char name[40])
{
    XXH128_hash_t hash = XXH3_128bits(identity, strlen(identity));
    snprintf(name, 40, "i_%016" PRIx64 "%016" PRIx64, hash.high64, hash.low64);
}

/* ----- CONFIG ----- */

static int by_number(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static bool read_active(const json_t *item, enum rc_side side, struct rc_active *active)
{
    json_t *map = rc_item_get_map(item, rc_side_name((enum rc_side)side));
    const char *name;
    json_t *attribute;
    active->count = 0;
    json_object_foreach(map, name, attribute)
    {
        int64_t number;
        (void)attribute;
        if (active->count == RC_ACTIVE_MOST || !rc_item_get_int(map, name, &number) || number < 1 ||
            number > RC_DELIVERIES_MOST)
            return false;
        active->numbers[active->count++] = (int)number;
    }
    qsort(active->numbers, (size_t)active->count, sizeof(int), by_number);
    return true;
}

static bool read_config(const json_t *item, struct rc_day_config *config)
{
    int64_t shards;
    if (!rc_item_get_int(item, "shard_count", &shards) || shards < 1 || shards > RC_SHARDS_MAX)
        return false;
    config->shard_count = (uint32_t)shards;
    for (int side = 0; side < RC_SIDES; side++) {
        int64_t next;
        if (!read_active(item, (enum rc_side)side, &config->active[side]) ||
            !rc_item_get_int(item, next_names[side], &next) || next < 1 || next > INT32_MAX)
            return false;
        config->next[side] = (int)next;
    }
    return true;
}

bool rc_day_config_take(const struct rc_key *key, const json_t *item, struct rc_day_config *config,
                        struct rc_error *err)
{
    *config = (struct rc_day_config){0};
    if (!item || read_config(item, config))
        return true;
    rc_error_set(err, RC_DATA, "%s %s is not as this version writes it", key->pk, key->sk);
    return false;
}

bool rc_day_config_read(struct rc_pipeline *pipeline, const struct rc_filedate *day,
                        struct rc_day_config *config, struct rc_error *err)
{
    struct rc_key key;
    json_t *item;
    rc_key_day(day, "CONFIG", &key);
    if (!rc_store_get(pipeline, RC_TABLE_STATE, &key, &item, err))
        return false;
    bool ok = rc_day_config_take(&key, item, config, err);
    json_decref(item);
    return ok;
}

static bool put_catalog(struct rc_pipeline *pipeline, const struct rc_filedate *day,
                        struct rc_error *err)
{
    char date[RC_CIVIL_TEXT];
    rc_civil_format(day->date, date);
    for (int n = 0; n < 2; n++) {
        struct rc_key key;
        struct rc_draft draft;
        if (n == 0)
            rc_key_catalog_day(day, &key);
        else
            rc_key_days(day, &key);
        rc_draft_item(&draft, &key);
        rc_item_text(&draft.json, "program", day->program);
        rc_item_text(&draft.json, "date", date);
        struct rc_write write = {
            .table = RC_TABLE_STATE, .key = &key, .item = rc_draft_done(&draft)};
        enum rc_stored stored = rc_store_write(pipeline, &write, NULL, err);
        rc_draft_free(&draft);
        if (stored != RC_STORED)
            return false;
    }
    return true;
}

bool rc_day_config_make(struct rc_pipeline *pipeline, const struct rc_filedate *day,
                        uint32_t shard_count, struct rc_day_config *config, struct rc_error *err)
{
    struct rc_key key;
    struct rc_draft draft;
    json_t *item;
    rc_key_day(day, "CONFIG", &key);
    rc_draft_item(&draft, &key);
    rc_item_int(&draft.json, "shard_count", shard_count);
    for (int side = 0; side < RC_SIDES; side++) {
        rc_item_open_map(&draft.json, rc_side_name((enum rc_side)side));
        rc_item_close_map(&draft.json);
        rc_item_int(&draft.json, next_names[side], 1);
    }
    struct rc_write write = {.table = RC_TABLE_STATE,
                             .key = &key,
                             .item = rc_draft_done(&draft),
                             .condition = "attribute_not_exists(PK)"};
    enum rc_stored stored = rc_store_write(pipeline, &write, &item, err);
    rc_draft_free(&draft);
    json_decref(item);
    /* The catalog comes after the day: a run that is cut between them comes back here. */
    return stored != RC_UNSTORED && put_catalog(pipeline, day, err) &&
           rc_day_config_read(pipeline, day, config, err);
}

/* ----- TOTALS ----- */

static bool add_controls(struct rc_draft *draft, const struct rc_controls *controls)
{
    json_t *list = json_array();
    size_t kept = controls->count < RC_TOTALS_CONTROLS ? controls->count : RC_TOTALS_CONTROLS;
    for (size_t i = 0; i < kept; i++) {
        const struct rc_control *c = &controls->items[i];
        json_array_append_new(list,
                              json_pack("{ss ss sI sI ss ss sb sb}", "name", c->name, "scope",
                                        c->scope, "number", (json_int_t)c->number, "batch",
                                        (json_int_t)c->batch, "declared", c->declared, "actual",
                                        c->actual, "numeric", c->numeric, "ok", c->ok));
    }
    char *text = json_array_size(list) == kept ? json_dumps(list, JSON_COMPACT) : NULL;
    if (text)
        rc_item_text(&draft->json, "controls", text);
    rc_item_int(&draft->json, "controls_broken", controls->broken);
    rc_item_int(&draft->json, "controls_omitted", controls->omitted + (controls->count - kept));
    json_decref(list);
    free(text);
    return text != NULL;
}

const char *rc_totals_item(struct rc_draft *draft, const struct rc_key *key,
                           const struct rc_side_totals *totals, rc_u128 digest)
{
    char text[33];
    rc_draft_item(draft, key);
    rc_item_int(&draft->json, "records", totals->records);
    rc_item_int(&draft->json, "rejected", totals->rejected);
    rc_item_int(&draft->json, "bytes", totals->bytes);
    rc_item_text(&draft->json, "path", totals->path);
    rc_item_text(&draft->json, "layout", totals->layout);
    rc_digest_format(totals->layout_digest, text);
    rc_item_text(&draft->json, "layout_digest", text);
    rc_digest_format(digest, text);
    rc_item_text(&draft->json, "digest", text);
    return add_controls(draft, &totals->controls) ? rc_draft_done(draft) : NULL;
}

static bool read_control(const json_t *json, struct rc_controls *controls)
{
    const char *name, *scope, *declared, *actual;
    json_int_t number, batch;
    int numeric, ok;
    if (json_unpack((json_t *)json, "{ss ss sI sI ss ss sb sb}", "name", &name, "scope", &scope,
                    "number", &number, "batch", &batch, "declared", &declared, "actual", &actual,
                    "numeric", &numeric, "ok", &ok) != 0)
        return false;
    struct rc_control control = {.scope = strcmp(scope, "batch") == 0 ? "batch" : "file",
                                 .number = (uint64_t)number,
                                 .batch = (uint32_t)batch,
                                 .numeric = numeric,
                                 .ok = ok};
    snprintf(control.name, sizeof control.name, "%s", name);
    snprintf(control.declared, sizeof control.declared, "%s", declared);
    snprintf(control.actual, sizeof control.actual, "%s", actual);
    return rc_controls_add(controls, &control);
}

static bool read_controls(const json_t *item, struct rc_controls *controls)
{
    const char *text = rc_item_get_text(item, "controls");
    int64_t broken, omitted;
    if (!text || !rc_item_get_int(item, "controls_broken", &broken) ||
        !rc_item_get_int(item, "controls_omitted", &omitted))
        return false;
    uint64_t before = controls->broken;
    json_t *list = json_loads(text, 0, NULL);
    bool ok = json_is_array(list);
    for (size_t i = 0; ok && i < json_array_size(list); i++)
        ok = read_control(json_array_get(list, i), controls);
    json_decref(list);
    controls->broken = before + (uint64_t)broken;
    controls->omitted += (uint64_t)omitted;
    return ok;
}

static bool add_totals(const json_t *item, struct rc_side_totals *side, rc_u128 *digest)
{
    int64_t records, rejected, bytes;
    rc_u128 own, layout;
    const char *path = rc_item_get_text(item, "path"), *name = rc_item_get_text(item, "layout");
    if (!rc_item_get_int(item, "records", &records) ||
        !rc_item_get_int(item, "rejected", &rejected) || !rc_item_get_int(item, "bytes", &bytes) ||
        !rc_digest_parse(rc_item_get_text(item, "digest"), &own) ||
        !rc_digest_parse(rc_item_get_text(item, "layout_digest"), &layout) || !path || !name)
        return false;
    bool first = !side->path[0];
    if (first) {
        snprintf(side->path, sizeof side->path, "%s", path);
        snprintf(side->layout, sizeof side->layout, "%s", name);
        side->layout_digest = layout;
    } else if (layout != side->layout_digest) {
        side->layout_digest = side->layout_digest * 31 + layout; /* in the order of deliveries */
    }
    side->records += (uint64_t)records;
    side->rejected += (uint64_t)rejected;
    side->bytes += (uint64_t)bytes;
    *digest += own;
    return read_controls(item, &side->controls);
}

bool rc_totals_take(const struct rc_key *key, const json_t *item, struct rc_side_totals *side,
                    rc_u128 *digest, struct rc_error *err)
{
    if (item && add_totals(item, side, digest))
        return true;
    rc_error_set(err, RC_DATA, "%s %s is missing or not as this version writes it", key->pk,
                 key->sk);
    return false;
}

/* One file, delivered once, is what a day on one machine has. */
static uint64_t name_deliveries(const struct rc_active *active)
{
    if (active->count == 1 && active->numbers[0] == 1)
        return 0;
    uint64_t hash = XXH3_64bits(active->numbers, (size_t)active->count * sizeof(int));
    return hash ? hash : 1;
}

static bool gather_side(struct rc_pipeline *pipeline, const struct rc_filedate *date,
                        enum rc_side side, const struct rc_active *active, struct rc_day *day,
                        struct rc_error *err)
{
    for (int i = 0; i < active->count; i++) {
        struct rc_delivery delivery = {*date, side, active->numbers[i]};
        struct rc_key key;
        json_t *item;
        rc_key_delivery(&delivery, "TOTALS", &key);
        if (!rc_store_get(pipeline, RC_TABLE_STATE, &key, &item, err))
            return false;
        bool ok = rc_totals_take(&key, item, &day->side[side], &day->total.digest[side], err);
        json_decref(item);
        if (!ok)
            return false;
    }
    day->side[side].deliveries = name_deliveries(active);
    return true;
}

bool rc_day_gather(struct rc_pipeline *pipeline, const struct rc_filedate *date,
                   const struct rc_setup *setup, const struct rc_day_config *config,
                   struct rc_earlier *earlier, struct rc_day *day, struct rc_error *err)
{
    struct rc_program program = setup->program; /* borrowed, but for the count */
    program.shard_count = config->shard_count;
    *day = (struct rc_day){.file_date = date->date,
                           .shard_count = config->shard_count,
                           .rules_digest = rc_program_digest(&program)};
    snprintf(day->program, sizeof day->program, "%s", date->program);
    for (int side = 0; side < RC_SIDES; side++)
        if (!gather_side(pipeline, date, (enum rc_side)side, &config->active[side], day, err))
            return false;
    if (!rc_earlier_load(pipeline, date, program.rules.open_days, earlier, err))
        return false;
    day->carried = rc_earlier_name(earlier);
    rc_day_set_fingerprint(day);
    return true;
}

bool rc_day_is_still(struct rc_pipeline *pipeline, const struct rc_filedate *date,
                     const struct rc_setup *setup, const struct rc_day_config *config,
                     const char *fingerprint, struct rc_earlier *earlier, struct rc_error *err)
{
    struct rc_day day = {0};
    bool gathered = rc_day_gather(pipeline, date, setup, config, earlier, &day, err);
    bool same = gathered && strcmp(day.fingerprint, fingerprint) == 0;
    if (gathered && !same) {
        rc_error_set(
            err, RC_IO,
            "the deliveries of %s, or what is carried in, have changed since the day was prepared",
            date->program);
        snprintf(pipeline->fault, sizeof pipeline->fault, "InputsChanged");
    }
    rc_day_free(&day);
    return same;
}
