#include "local/weather.h"

#include "local/local.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RULES = 64, LATE_MOST_MS = 24 * 3600 * 1000 };

struct rule {
    char service[24];
    char operation[48];
    char resource[512];
    char kind[16];
    double share;
    int status;
    int64_t late_ms;
};

struct rc_weather {
    struct rule rules[RULES];
    size_t count;
    json_t *given;
    uint64_t state;
};

static const struct {
    const char *name;
    enum rc_weather_kind kind; /* FAIR: of messages or items, not of requests */
} kinds[] = {
    {"throttle", RC_WEATHER_THROTTLE}, {"error", RC_WEATHER_ERROR}, {"denied", RC_WEATHER_DENIED},
    {"reset", RC_WEATHER_RESET},       {"slow", RC_WEATHER_SLOW},   {"lost", RC_WEATHER_LOST},
    {"duplicate", RC_WEATHER_FAIR},    {"late", RC_WEATHER_FAIR},   {"dead", RC_WEATHER_FAIR},
    {"short", RC_WEATHER_FAIR},        {"skew", RC_WEATHER_FAIR}};

enum { KINDS = sizeof kinds / sizeof *kinds };

struct rc_weather *rc_weather_new(uint64_t seed)
{
    struct rc_weather *weather = calloc(1, sizeof *weather);
    if (weather)
        weather->state = seed * 2 + 1;
    return weather;
}

void rc_weather_free(struct rc_weather *weather)
{
    if (weather)
        json_decref(weather->given);
    free(weather);
}

/* Of its own, so that what else is random does not change the storm. */
static double chance(struct rc_weather *weather)
{
    return rc_chance(&weather->state);
}

static bool read_text(const json_t *json, const char *member, char *to, size_t room)
{
    const json_t *found = json_object_get(json, member);
    const char *text = found ? json_string_value(found) : "*";
    return text && snprintf(to, room, "%s", text) < (int)room;
}

static bool read_rule(const json_t *json, struct rule *rule, size_t index, struct rc_error *err)
{
    *rule = (struct rule){.share = 1, .status = 503, .late_ms = 1000};
    const json_t *share = json_object_get(json, "share");
    const json_t *status = json_object_get(json, "status");
    const json_t *late = json_object_get(json, "late_ms");
    bool known = false;
    bool ok = json_is_object(json) &&
              read_text(json, "service", rule->service, sizeof rule->service) &&
              read_text(json, "operation", rule->operation, sizeof rule->operation) &&
              read_text(json, "resource", rule->resource, sizeof rule->resource) &&
              read_text(json, "kind", rule->kind, sizeof rule->kind);
    for (int i = 0; i < KINDS; i++)
        known |= ok && strcmp(kinds[i].name, rule->kind) == 0;
    if (share)
        rule->share = json_number_value(share);
    if (status)
        rule->status = (int)json_integer_value(status);
    if (late)
        rule->late_ms = json_integer_value(late);
    if (ok && known && rule->share >= 0 && rule->share <= 1 && rule->status >= 500 &&
        rule->status <= 599 && rule->late_ms >= 0 && rule->late_ms <= LATE_MOST_MS)
        return true;
    rc_error_set(
        err, RC_INVALID,
        "rules[%zu]: it needs a kind (throttle, error, denied, reset, slow, lost, duplicate, "
        "late, dead, short or skew), a share of 0 to 1, a status of 500 to 599, and "
        "late_ms of 0 to %d",
        index, LATE_MOST_MS);
    return false;
}

bool rc_weather_load(struct rc_weather *weather, const json_t *rules, struct rc_error *err)
{
    const json_t *list = json_object_get(rules, "rules");
    struct rule read[RULES];
    size_t count = json_array_size(list);
    if (!json_is_array(list) || count > RULES) {
        rc_error_set(err, RC_INVALID, "weather is an object with a list \"rules\" of up to %d",
                     RULES);
        return false;
    }
    for (size_t i = 0; i < count; i++)
        if (!read_rule(json_array_get(list, i), &read[i], i, err))
            return false;
    memcpy(weather->rules, read, count * sizeof *read);
    weather->count = count;
    json_decref(weather->given);
    weather->given = json_deep_copy(rules);
    return true;
}

bool rc_weather_load_file(struct rc_weather *weather, const char *path, struct rc_error *err)
{
    json_error_t why;
    json_t *rules = json_load_file(path, JSON_REJECT_DUPLICATES, &why);
    if (!rules) {
        rc_error_set(err, RC_INVALID, "%s:%d: %s", path, why.line, why.text);
        return false;
    }
    bool ok = rc_weather_load(weather, rules, err);
    json_decref(rules);
    if (!ok)
        rc_error_prefix(err, "%s", path);
    return ok;
}

static bool is(const char *rule, const char *name)
{
    return strcmp(rule, "*") == 0 || strcmp(rule, name) == 0;
}

struct rc_weather_now rc_weather_of(struct rc_weather *weather, const char *service,
                                    const char *operation)
{
    for (size_t i = 0; i < weather->count; i++) {
        const struct rule *rule = &weather->rules[i];
        enum rc_weather_kind kind = RC_WEATHER_FAIR;
        for (int k = 0; k < KINDS; k++)
            if (strcmp(kinds[k].name, rule->kind) == 0)
                kind = kinds[k].kind;
        if (kind != RC_WEATHER_FAIR && is(rule->service, service) &&
            is(rule->operation, operation) && chance(weather) < rule->share)
            return (struct rc_weather_now){kind, rule->status, rule->late_ms};
    }
    return (struct rc_weather_now){0};
}

static const struct rule *find(const struct rc_weather *weather, const char *service,
                               const char *kind, const char *resource, size_t from)
{
    for (size_t i = from; i < weather->count; i++) {
        const struct rule *rule = &weather->rules[i];
        if (strcmp(rule->kind, kind) == 0 && is(rule->service, service) &&
            is(rule->resource, resource))
            return rule;
    }
    return NULL;
}

bool rc_weather_strikes(struct rc_weather *weather, const char *service, const char *kind,
                        const char *resource, int64_t *late_ms)
{
    const struct rule *rule = find(weather, service, kind, resource, 0);
    while (rule && chance(weather) >= rule->share)
        rule = find(weather, service, kind, resource, (size_t)(rule - weather->rules) + 1);
    if (rule && late_ms)
        *late_ms = rule->late_ms;
    return rule != NULL;
}

double rc_weather_shortage(const struct rc_weather *weather, const char *table, const char *index)
{
    char resource[520];
    if (!weather->count)
        return 1;
    snprintf(resource, sizeof resource, "%s%s%s", table, index ? "/" : "", index ? index : "");
    const struct rule *rule = find(weather, "dynamodb", "short", resource, 0);
    double most = 0.9999, share = rule ? rule->share : 0;
    return 1 / (1 - (share < most ? share : most));
}

json_t *rc_weather_rules(const struct rc_weather *weather)
{
    if (weather->given)
        return json_incref(weather->given);
    return json_pack("{s:[]}", "rules");
}
