/* Contributor insights: the hottest keys of each minute, for the rules that CloudWatch
 * is asked about. Source: "CloudWatch Contributor Insights for DynamoDB: How it works". */
#include "local/dynamodb_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum {
    KEYS = 32, /* of each rule and minute */
    MINUTES = 180,
    RULES = 4,
};

/* By partition key or both keys; those that were taken, those that were throttled. */
enum rule { TAKEN_BY_HASH, TAKEN_BY_BOTH, THROTTLED_BY_HASH, THROTTLED_BY_BOTH };

static const char *const rule_letters[RULES] = {"PKC", "SKC", "PKT", "SKT"};

struct minute {
    int64_t minute; /* since 1970 */
    struct rc_top *tops[RULES];
};

struct rc_ddb_insights {
    int64_t since_ms;
    bool throttled_only;
    struct minute minutes[MINUTES];
};

bool rc_ddb_insights_on(struct rc_ddb_resource *resource, const json_t *setting)
{
    const char *mode = json_string_value(json_object_get(setting, "Mode"));
    if (!resource->insights)
        resource->insights = calloc(1, sizeof *resource->insights);
    if (!resource->insights)
        return false;
    resource->insights->since_ms = json_integer_value(json_object_get(setting, "SinceMs"));
    resource->insights->throttled_only = mode && strcmp(mode, "THROTTLED_KEYS") == 0;
    return true;
}

void rc_ddb_insights_off(struct rc_ddb_resource *resource)
{
    if (!resource->insights)
        return;
    for (size_t i = 0; i < MINUTES; i++)
        for (int rule = 0; rule < RULES; rule++)
            rc_top_free(resource->insights->minutes[i].tops[rule]);
    free(resource->insights);
    resource->insights = NULL;
}

static struct minute *minute_of(struct rc_ddb_insights *insights, int64_t now_ms)
{
    int64_t minute = now_ms / 60000;
    struct minute *at = &insights->minutes[(uint64_t)minute % MINUTES];
    if (at->minute != minute)
        for (int rule = 0; rule < RULES; rule++)
            if (at->tops[rule])
                rc_top_clear(at->tops[rule]);
    at->minute = minute;
    return at;
}

static void add(struct minute *minute, enum rule rule, uint64_t hash, const char *label,
                size_t label_length, double units)
{
    if (!minute->tops[rule])
        minute->tops[rule] = rc_top_new(KEYS);
    if (minute->tops[rule])
        rc_top_add(minute->tops[rule], hash, label, label_length, units);
}

void rc_ddb_insights_add(struct rc_ddb_insights *insights, int64_t now_ms, bool throttled,
                         struct rc_heat_place place, const char *label, size_t label_length,
                         double units)
{
    if (!throttled && insights->throttled_only)
        return;
    struct minute *minute = minute_of(insights, now_ms);
    uint64_t both[] = {place.key, place.sort};
    add(minute, throttled ? THROTTLED_BY_HASH : TAKEN_BY_HASH, place.key, label, label_length,
        units);
    add(minute, throttled ? THROTTLED_BY_BOTH : TAKEN_BY_BOTH, XXH3_64bits(both, sizeof both),
        label, label_length, units);
}

/* ----- rules ----- */

static bool has_rule(const struct rc_ddb_table *table, const struct rc_ddb_index *index,
                     enum rule rule)
{
    const struct rc_ddb_insights *insights =
        index ? index->resource.insights : table->resource.insights;
    bool sort = (index ? index->range.name : table->range.name) != NULL;
    bool both = rule == TAKEN_BY_BOTH || rule == THROTTLED_BY_BOTH;
    return insights && (sort || !both) && (rule >= THROTTLED_BY_HASH || !insights->throttled_only);
}

static void rule_name(const struct rc_ddb_table *table, const struct rc_ddb_index *index,
                      enum rule rule, char text[700])
{
    const struct rc_ddb_insights *insights =
        index ? index->resource.insights : table->resource.insights;
    snprintf(text, 700, "DynamoDBContributorInsights-%s-%s%s%s-%" PRId64, rule_letters[rule],
             table->name, index ? "-" : "", index ? index->name : "", insights->since_ms);
}

const char *rc_ddb_rule(const struct rc_ddb_table *table, const struct rc_ddb_index *index,
                        size_t number, char text[700])
{
    for (int rule = 0; rule < RULES; rule++)
        if (has_rule(table, index, (enum rule)rule) && number-- == 0) {
            rule_name(table, index, (enum rule)rule, text);
            return text;
        }
    return NULL;
}

struct found {
    const struct rc_ddb_table *table;
    const struct rc_ddb_index *index;
    enum rule rule;
};

static bool is_rule(struct found *found, const char *name)
{
    char text[700];
    for (int rule = 0; rule < RULES; rule++) {
        if (!has_rule(found->table, found->index, (enum rule)rule))
            continue;
        rule_name(found->table, found->index, (enum rule)rule, text);
        found->rule = (enum rule)rule;
        if (strcmp(text, name) == 0)
            return true;
    }
    return false;
}

static bool find_rule(const struct rc_local_dynamodb_state *state, const char *name,
                      struct found *found)
{
    for (const struct rc_ddb_table *table = state->tables; table; table = table->next) {
        *found = (struct found){.table = table};
        if (is_rule(found, name))
            return true;
        for (size_t i = 0; i < table->index_count; i++) {
            found->index = &table->indexes[i];
            if (is_rule(found, name))
                return true;
        }
    }
    return false;
}

static void copy_key(char to[RC_LOCAL_HOT_KEY], const char *from, size_t length)
{
    if (length >= RC_LOCAL_HOT_KEY)
        length = RC_LOCAL_HOT_KEY - 1;
    memcpy(to, from, length);
    to[length] = '\0';
}

size_t rc_local_hot_keys(struct rc_local *local, const char *rule_name_, int64_t from_ms,
                         int64_t to_ms, struct rc_local_hot_key *keys, size_t room)
{
    struct found found;
    const struct rc_local_dynamodb_state *state = local->services->dynamodb;
    if (!state || !find_rule(state, rule_name_, &found))
        return 0;
    const struct rc_ddb_insights *insights =
        found.index ? found.index->resource.insights : found.table->resource.insights;
    struct rc_top *all = rc_top_new((size_t)4 * KEYS);
    const struct rc_top_entry *entries;
    size_t count = 0;
    for (size_t i = 0; all && i < MINUTES; i++) {
        const struct minute *minute = &insights->minutes[i];
        if (minute->tops[found.rule] && minute->minute >= from_ms / 60000 &&
            minute->minute * 60000 < to_ms)
            rc_top_merge(all, minute->tops[found.rule]);
    }
    size_t known = all ? rc_top_list(all, &entries) : 0;
    bool both = found.rule == TAKEN_BY_BOTH || found.rule == THROTTLED_BY_BOTH;
    for (; count < room && count < known; count++) {
        const struct rc_top_entry *entry = &entries[count];
        const char *end =
            entry->label_length ? memchr(entry->label, '\0', entry->label_length) : NULL;
        size_t first = end ? (size_t)(end - entry->label) : entry->label_length;
        keys[count] = (struct rc_local_hot_key){.key_count = both ? 2 : 1, .value = entry->weight};
        copy_key(keys[count].keys[0], entry->label, first);
        if (both && end)
            copy_key(keys[count].keys[1], end + 1, entry->label_length - first - 1);
    }
    rc_top_free(all);
    return count;
}

size_t rc_local_hot_labels(struct rc_local *local, const char *rule_name_, const char *labels[2])
{
    struct found found;
    const struct rc_local_dynamodb_state *state = local->services->dynamodb;
    if (!state || !find_rule(state, rule_name_, &found))
        return 0;
    labels[0] = found.index ? found.index->hash.name : found.table->hash.name;
    labels[1] = found.index ? found.index->range.name : found.table->range.name;
    return found.rule == TAKEN_BY_BOTH || found.rule == THROTTLED_BY_BOTH ? 2 : 1;
}

/* ----- DescribeContributorInsights, UpdateContributorInsights ----- */

/* The table and, when one is named, its index; false when it failed. */
static bool find_resource(struct rc_ddb *ddb, struct rc_ddb_table **table,
                          struct rc_ddb_index **index)
{
    const char *name;
    *index = NULL;
    *table = rc_ddb_any_table_of(ddb, ddb->exchange->in);
    if (!*table || !rc_ddb_text(ddb, ddb->exchange->in, "IndexName", &name))
        return false;
    if (!name)
        return true;
    *index = rc_ddb_index_find(*table, name);
    return *index || rc_exchange_fail(ddb->exchange, 400, "ResourceNotFoundException",
                                      "Requested resource not found: Index: %s not found", name);
}

static void write_names(struct rc_jsonw *json, const struct rc_ddb_table *table,
                        const struct rc_ddb_index *index)
{
    rc_jsonw_key(json, "TableName");
    rc_jsonw_str(json, table->name);
    if (!index)
        return;
    rc_jsonw_key(json, "IndexName");
    rc_jsonw_str(json, index->name);
}

static void write_state(struct rc_jsonw *json, const struct rc_ddb_insights *insights,
                        const char *status)
{
    rc_jsonw_key(json, "ContributorInsightsStatus");
    rc_jsonw_str(json, status);
    if (!insights)
        return;
    rc_jsonw_key(json, "ContributorInsightsMode");
    rc_jsonw_str(json, insights->throttled_only ? "THROTTLED_KEYS" : "ACCESSED_AND_THROTTLED_KEYS");
}

void rc_ddb_describe_insights(struct rc_exchange *exchange)
{
    struct rc_ddb ddb;
    struct rc_ddb_table *table;
    struct rc_ddb_index *index;
    struct rc_jsonw *json = &exchange->json;
    char text[700];
    if (!rc_ddb_begin(&ddb, exchange) || !find_resource(&ddb, &table, &index))
        return;
    const struct rc_ddb_insights *insights =
        index ? index->resource.insights : table->resource.insights;
    rc_jsonw_open(json, '{');
    write_names(json, table, index);
    rc_jsonw_key(json, "ContributorInsightsRuleList");
    rc_jsonw_open(json, '[');
    for (size_t i = 0; rc_ddb_rule(table, index, i, text); i++)
        rc_jsonw_str(json, text);
    rc_jsonw_close(json, ']');
    write_state(json, insights, insights ? "ENABLED" : "DISABLED");
    if (insights)
        rc_ddb_write_time(json, "LastUpdateDateTime", insights->since_ms);
    rc_jsonw_close(json, '}');
}

static bool enable(struct rc_ddb *ddb, json_t *definition, const char *mode)
{
    json_t *setting = json_pack("{s:I, s:s}", "SinceMs", (json_int_t)ddb->now_ms, "Mode", mode);
    return (setting && json_object_set_new(definition, "Insights", setting) == 0) ||
           rc_ddb_no_memory(ddb);
}

void rc_ddb_update_insights(struct rc_exchange *exchange)
{
    static const char *const actions[] = {"", "ENABLE", "DISABLE", NULL};
    static const char *const modes[] = {"ACCESSED_AND_THROTTLED_KEYS", "THROTTLED_KEYS", NULL};
    struct rc_ddb ddb;
    struct rc_ddb_table *table;
    struct rc_ddb_index *index;
    int action, mode;
    struct rc_jsonw *json = &exchange->json;
    if (!rc_ddb_begin(&ddb, exchange) || !find_resource(&ddb, &table, &index) ||
        !rc_ddb_choice(&ddb, exchange->in, "ContributorInsightsAction", actions, &action) ||
        !rc_ddb_choice(&ddb, exchange->in, "ContributorInsightsMode", modes, &mode))
        return;
    if (!action) {
        rc_ddb_invalid(&ddb, "1 validation error detected: Value null at "
                             "'contributorInsightsAction' failed to satisfy constraint: Member "
                             "must not be null");
        return;
    }
    json_t *definition = index ? (json_t *)(uintptr_t)index->definition : table->definition;
    struct rc_ddb_resource *resource = index ? &index->resource : &table->resource;
    if (action == 2)
        json_object_del(definition, "Insights");
    else if (!enable(&ddb, definition, modes[mode]))
        return;
    if (action == 2)
        rc_ddb_insights_off(resource);
    if (!rc_ddb_changed(&ddb, table))
        return;
    rc_jsonw_open(json, '{');
    index = index ? rc_ddb_index_find(table,
                                      json_string_value(json_object_get(exchange->in, "IndexName")))
                  : NULL;
    write_names(json, table, index);
    write_state(json, index ? index->resource.insights : table->resource.insights,
                action == 2 ? "DISABLING" : "ENABLING");
    rc_jsonw_close(json, '}');
}
