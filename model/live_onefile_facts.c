#include "model/live_onefile_internal.h"

#include "aws/ddb_item.h"
#include "model/figures.h"
#include "model/live_filerows.h"

#include <stdio.h>
#include <string.h>

enum { VALUE_BYTES = 512 };

bool rc_facts_open(struct rc_facts *facts, struct rc_listing *listing, struct rc_error *err)
{
    facts->listing = listing;
    facts->add = rc_live_prepare(listing->live,
                                 "INSERT INTO fact (listing, rank, part, name, value, alert, run,"
                                 " version, path, number, bucket, key)"
                                 " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                                 err);
    return facts->add != NULL;
}

void rc_facts_close(struct rc_facts *facts)
{
    sqlite3_finalize(facts->add);
    facts->add = NULL;
}

void rc_facts_add(struct rc_facts *facts, const struct rc_fact *fact)
{
    static const char *const parts[] = {"file",     "header", "control", "rejected",
                                        "delivery", "run",    "version"};
    const char *const texts[] = {fact->run, fact->version, fact->path};
    sqlite3_stmt *to = facts->add;
    if (!fact->value || !*fact->value)
        return;
    sqlite3_bind_int64(to, 1, facts->listing->number);
    sqlite3_bind_int(to, 2, (int)fact->part);
    rc_bind_text(to, 3, parts[fact->part]);
    rc_bind_text(to, 4, fact->name);
    rc_bind_text(to, 5, fact->value);
    sqlite3_bind_int(to, 6, fact->alert);
    for (int i = 0; i < 3; i++)
        rc_bind_text(to, 7 + i, texts[i]);
    if (fact->number)
        sqlite3_bind_int64(to, 10, (int64_t)fact->number);
    rc_bind_text(to, 11, facts->bucket);
    rc_bind_text(to, 12, facts->key);
    if (rc_live_step(facts->listing->live, to, facts->failed ? NULL : &facts->err))
        facts->listing->rows++;
    else
        facts->failed = true;
}

static void add_text(struct rc_facts *facts, enum rc_fact_part part, const char *name,
                     const char *value, bool alert)
{
    rc_facts_add(facts,
                 &(struct rc_fact){.part = part, .name = name, .value = value, .alert = alert});
}

static bool get_count(const json_t *item, const char *name, char text[RC_FIGURE_BYTES])
{
    int64_t value;
    text[0] = '\0';
    if (!rc_item_get_int(item, name, &value) || value < 0)
        return false;
    rc_count_text((uint64_t)value, text);
    return true;
}

/* ----- the item of the file ----- */

static void tell_lease(struct rc_facts *facts, const json_t *item)
{
    const char *owner = rc_item_get_text(item, "owner");
    char until[RC_TIME_TEXT] = "", value[VALUE_BYTES];
    int64_t until_ms = 0, fence = 0;
    if (!owner || !rc_item_get_int(item, "until", &until_ms))
        return;
    rc_item_get_int(item, "fence", &fence);
    rc_time_text(until_ms, until);
    bool over = until_ms < rc_loop_unix_ms(rc_live_loop(facts->listing->live));
    snprintf(value, sizeof value, "%.120s, fence %lld, %s %s", owner, (long long)fence,
             over ? "ran out" : "until", until);
    rc_facts_add(facts, &(struct rc_fact){
                            .part = RC_FACT_RUN, .name = "lease", .value = value, .run = owner});
}

static void tell_state(struct rc_facts *facts, const json_t *item)
{
    char alert[48], cause[RC_CAUSE_BYTES];
    const char *state = rc_item_get_text(item, "state");
    rc_file_alert(item, rc_loop_unix_ms(rc_live_loop(facts->listing->live)), alert);
    rc_file_cause(item, cause);
    add_text(facts, RC_FACT_FILE, "state", state, *alert == '!');
    add_text(facts, RC_FACT_FILE, "attention", *alert == '!' ? alert + 2 : alert, true);
    add_text(facts, RC_FACT_FILE, "cause", cause, true);
}

static void tell_delivery(struct rc_facts *facts, const json_t *item)
{
    static const struct {
        const char *attribute, *name;
    } rows[] = {{"delivery", "number"},
                {"expected", "records declared"},
                {"records", "records taken in"},
                {"rejected", "records rejected"}};
    char text[RC_FIGURE_BYTES];
    int64_t rejected = 0;
    rc_item_get_int(item, "rejected", &rejected);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (get_count(item, rows[i].attribute, text))
            add_text(facts, RC_FACT_DELIVERY, rows[i].name, text,
                     strcmp(rows[i].attribute, "rejected") == 0 && rejected > 0);
    add_text(facts, RC_FACT_DELIVERY, "route", rc_item_get_text(item, "route"), false);
}

void rc_facts_of_item(struct rc_facts *facts, const json_t *item)
{
    char text[VALUE_BYTES * 4], size[RC_FIGURE_BYTES], seen[RC_TIME_TEXT] = "";
    int64_t value;
    snprintf(text, sizeof text, "s3://%.255s/%.1024s", facts->bucket, facts->key);
    rc_facts_add(facts, &(struct rc_fact){.part = RC_FACT_FILE,
                                          .name = "place",
                                          .value = text,
                                          .version = rc_item_get_text(item, "SK")});
    tell_state(facts, item);
    add_text(facts, RC_FACT_FILE, "program", rc_item_get_text(item, "program"), false);
    add_text(facts, RC_FACT_FILE, "date", rc_item_get_text(item, "date"), false);
    add_text(facts, RC_FACT_FILE, "side", rc_item_get_text(item, "side"), false);
    if (get_count(item, "size", size)) {
        snprintf(text, sizeof text, "%s bytes", size);
        add_text(facts, RC_FACT_FILE, "size", text, false);
    }
    if (rc_item_get_int(item, "seen", &value))
        rc_time_text(value, seen);
    add_text(facts, RC_FACT_FILE, "first seen", seen, false);
    tell_delivery(facts, item);
    const char *run = rc_item_get_text(item, "run");
    rc_facts_add(facts,
                 &(struct rc_fact){.part = RC_FACT_RUN, .name = "run", .value = run, .run = run});
    add_text(facts, RC_FACT_RUN, "failed at", rc_item_get_text(item, "failed_at"), true);
    tell_lease(facts, item);
}

/* ----- what its delivery keeps ----- */

static void tell_control(struct rc_facts *facts, const json_t *control)
{
    const char *name = json_string_value(json_object_get(control, "name"));
    const char *scope = json_string_value(json_object_get(control, "scope"));
    const char *declared = json_string_value(json_object_get(control, "declared"));
    const char *actual = json_string_value(json_object_get(control, "actual"));
    json_int_t batch = json_integer_value(json_object_get(control, "batch"));
    bool ok = json_is_true(json_object_get(control, "ok"));
    char value[VALUE_BYTES], of[40] = "";
    if (!name || !declared || !actual)
        return;
    if (scope && strcmp(scope, "batch") == 0)
        snprintf(of, sizeof of, " of batch %lld", (long long)batch);
    if (ok)
        snprintf(value, sizeof value, "%.80s%s, as declared", actual, of);
    else
        snprintf(value, sizeof value, "! declared %.80s, counted %.80s%s", declared, actual, of);
    rc_facts_add(facts, &(struct rc_fact){.part = RC_FACT_CONTROL,
                                          .name = name,
                                          .value = value,
                                          .alert = !ok,
                                          .number = (uint64_t)json_integer_value(
                                              json_object_get(control, "number"))});
}

void rc_facts_of_totals(struct rc_facts *facts, const json_t *item)
{
    const char *text = rc_item_get_text(item, "controls");
    json_t *controls = text ? json_loads(text, 0, NULL) : NULL;
    char omitted[RC_FIGURE_BYTES];
    int64_t more = 0;
    for (size_t i = 0; i < json_array_size(controls); i++)
        tell_control(facts, json_array_get(controls, i));
    if (rc_item_get_int(item, "controls_omitted", &more) && more > 0 &&
        get_count(item, "controls_omitted", omitted))
        add_text(facts, RC_FACT_CONTROL, "more, not kept", omitted, false);
    add_text(facts, RC_FACT_DELIVERY, "digest", rc_item_get_text(item, "digest"), false);
    json_decref(controls);
}

void rc_facts_of_checkpoint(struct rc_facts *facts, const json_t *item)
{
    char records[RC_FIGURE_BYTES], value[VALUE_BYTES];
    if (!get_count(item, "records", records))
        return;
    snprintf(value, sizeof value, "%s records are durable", records);
    add_text(facts, RC_FACT_DELIVERY, "checkpoint", value, false);
}

/* Whether the day counts the file's delivery. */
void rc_facts_of_config(struct rc_facts *facts, const json_t *config, const json_t *item)
{
    const char *side = rc_item_get_text(item, "side"), *name;
    json_t *active = side ? rc_item_get_map(config, side) : NULL, *attribute;
    int64_t own = 0, number = 0;
    char value[VALUE_BYTES];
    if (!rc_item_get_int(item, "delivery", &own))
        return;
    json_object_foreach(active, name, attribute)
    {
        (void)attribute;
        if (rc_item_get_int(active, name, &number) && number == own)
            break;
    }
    if (number == own)
        snprintf(value, sizeof value, "yes: the day counts it");
    else if (number)
        snprintf(value, sizeof value, "no: the day counts delivery %lld", (long long)number);
    else
        snprintf(value, sizeof value, "no: the day has none of this side yet");
    add_text(facts, RC_FACT_DELIVERY, "active", value, false);
}

void rc_facts_of_rejected(struct rc_facts *facts, const json_t *item)
{
    const char *sk = rc_item_get_text(item, "SK"), *field = rc_item_get_text(item, "field");
    const char *reason = rc_item_get_text(item, "reason");
    unsigned long long number = 0;
    char name[40], value[VALUE_BYTES];
    if (!sk || sscanf(sk, "%llu", &number) != 1)
        return;
    snprintf(name, sizeof name, "record %llu", number);
    snprintf(value, sizeof value, "%.100s%s%.300s", field ? field : "", field && *field ? ": " : "",
             reason ? reason : "");
    rc_facts_add(facts, &(struct rc_fact){.part = RC_FACT_REJECTED,
                                          .name = name,
                                          .value = value,
                                          .alert = true,
                                          .number = number});
}

void rc_facts_of_header(struct rc_facts *facts, const struct rc_shown_record *header)
{
    for (size_t i = 0; i < header->field_count; i++) {
        const struct rc_shown_field *field = &header->fields[i];
        if (!field->filler && field->present)
            rc_facts_add(facts,
                         &(struct rc_fact){.part = RC_FACT_HEADER,
                                           .name = field->name,
                                           .value = field->wrong ? "does not decode" : field->value,
                                           .alert = field->wrong,
                                           .number = header->number});
    }
}

/* ----- versions ----- */

static const json_t *find_item(const json_t *items, const char *version)
{
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *item = json_array_get(items, i);
        const char *sk = rc_item_get_text(item, "SK");
        if (sk && strcmp(sk, version) == 0)
            return item;
    }
    return NULL;
}

static void add_state(struct rc_buf *value, const json_t *item)
{
    const char *state = rc_item_get_text(item, "state");
    int64_t delivery;
    if (state)
        rc_buf_printf(value, "%s%s", value->length ? ", " : "", state);
    if (rc_item_get_int(item, "delivery", &delivery))
        rc_buf_printf(value, ", delivery %lld", (long long)delivery);
}

static void tell_version(struct rc_facts *facts, const struct rc_s3_version *version,
                         const json_t *items)
{
    const char *id = version->version_id ? version->version_id : "null";
    char size[RC_FIGURE_BYTES], modified[RC_TIME_TEXT];
    struct rc_buf value;
    rc_buf_init(&value, VALUE_BYTES);
    rc_count_text((uint64_t)version->size_bytes, size);
    rc_time_text(version->last_modified_unix_ms, modified);
    rc_buf_printf(&value, "%s, %s bytes%s", modified, size, version->latest ? ", newest" : "");
    add_state(&value, find_item(items, id));
    rc_facts_add(
        facts,
        &(struct rc_fact){.part = RC_FACT_VERSION, .name = id, .value = value.data, .version = id});
    rc_buf_free(&value);
}

static bool has_version(const struct rc_s3_versions *versions, const char *key, const char *id)
{
    for (size_t i = 0; versions && i < versions->versions.count; i++) {
        const struct rc_s3_version *version = &versions->versions.items[i];
        if (version->key && strcmp(version->key, key) == 0 && version->version_id &&
            strcmp(version->version_id, id) == 0)
            return true;
    }
    return false;
}

void rc_facts_of_versions(struct rc_facts *facts, const struct rc_s3_versions *versions,
                          const json_t *items)
{
    for (size_t i = 0; versions && i < versions->versions.count; i++)
        if (versions->versions.items[i].key &&
            strcmp(versions->versions.items[i].key, facts->key) == 0)
            tell_version(facts, &versions->versions.items[i], items);
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *item = json_array_get(items, i);
        const char *sk = rc_item_get_text(item, "SK");
        struct rc_buf value;
        if (!sk || has_version(versions, facts->key, sk))
            continue;
        rc_buf_init(&value, VALUE_BYTES);
        if (versions && strncmp(sk, "null", 4) != 0)
            rc_buf_add_str(&value, "S3 has it no more");
        add_state(&value, item);
        rc_facts_add(facts,
                     &(struct rc_fact){
                         .part = RC_FACT_VERSION, .name = sk, .value = value.data, .version = sk});
        rc_buf_free(&value);
    }
}
