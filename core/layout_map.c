#include "core/layout_internal.h"

#include "base/decimal.h"
#include "core/civil.h"
#include "core/currency.h"

#include <stdlib.h>
#include <string.h>

static const char *const control_kinds[] = {"count", "blocks", "sum", "hash", "equal", NULL};
static const char *const takes[] = {"net", "debit", "credit", "absolute", NULL};
static const char *const scopes[] = {"file", "batch", NULL};

static bool no_memory(const struct rc_place *place)
{
    rc_error_nomem(place->err);
    return false;
}

/* "type.field" */
static bool parse_ref(const struct rc_place *place, const struct rc_layout *layout,
                      const char *text, struct rc_ref *ref)
{
    const char *dot = strchr(text, '.');
    char type[128];
    if (!dot || (size_t)(dot - text) >= sizeof type)
        return rc_place_fail(place, "\"%.60s\" is not of the form type.field", text);
    memcpy(type, text, (size_t)(dot - text));
    type[dot - text] = '\0';
    ref->type = rc_layout_type(layout, type);
    if (ref->type < 0)
        return rc_place_fail(place, "there is no record type \"%.60s\"", type);
    ref->field = rc_type_field(&layout->types[ref->type], dot + 1);
    if (ref->field < 0)
        return rc_place_fail(place, "%s has no field \"%.60s\"", type, dot + 1);
    return true;
}

typedef bool item_reader(const struct rc_place *place, struct rc_layout *layout, const char *text,
                         void *into);

/* A member that is one text or a list of them. */
static bool each_text(const struct rc_place *place, struct rc_layout *layout, const json_t *object,
                      const char *member, item_reader *read, void *into)
{
    const json_t *json = json_object_get(object, member);
    struct rc_place at = rc_place_at(place, member, -1);
    if (!json)
        return true;
    if (json_is_string(json))
        return read(&at, layout, json_string_value(json), into);
    if (!json_is_array(json) || json_array_size(json) > RC_LAYOUT_TYPES)
        return rc_place_fail(&at, "a text or a list of at most %d texts is expected",
                             RC_LAYOUT_TYPES);
    for (size_t i = 0; i < json_array_size(json); i++) {
        const json_t *item = json_array_get(json, i);
        struct rc_place element = rc_place_at(place, member, (long)i);
        if (!json_is_string(item))
            return rc_place_fail(&element, "a text is expected");
        if (!read(&element, layout, json_string_value(item), into))
            return false;
    }
    return true;
}

static bool add_ref(const struct rc_place *place, struct rc_layout *layout, const char *text,
                    void *into)
{
    struct rc_refs *refs = into;
    if (refs->count == RC_LAYOUT_SOURCES)
        return rc_place_fail(place, "more than %d fields", RC_LAYOUT_SOURCES);
    return parse_ref(place, layout, text, &refs->items[refs->count++]);
}

static bool add_type(const struct rc_place *place, struct rc_layout *layout, const char *text,
                     void *into)
{
    int type = rc_layout_type(layout, text);
    if (type < 0)
        return rc_place_fail(place, "there is no record type \"%.60s\"", text);
    *(uint64_t *)into |= (uint64_t)1 << type;
    return true;
}

/* ----- controls ----- */

static bool read_per(const struct rc_place *place, const json_t *json, struct rc_control_rule *rule)
{
    static const char *const allowed[] = {"of", "declared", NULL};
    const json_t *per = json_object_get(json, "per");
    const char *of, *declared;
    struct rc_place at = rc_place_at(place, "per", -1);
    if (!per)
        return true;
    if (!rc_jsonr_object(&at, per, allowed) || !rc_jsonr_need_text(&at, per, "of", &of) ||
        !rc_jsonr_need_text(&at, per, "declared", &declared))
        return false;
    rule->per_of = rc_layout_copy(&at, of);
    rule->per_declared = rc_layout_copy(&at, declared);
    return rule->per_of && rule->per_declared;
}

static bool read_modulus(const struct rc_place *place, const json_t *json,
                         struct rc_control_rule *rule)
{
    const json_t *modulus = json_object_get(json, "modulus");
    struct rc_place at = rc_place_at(place, "modulus", -1);
    struct rc_decimal value = {0, 0};
    if (!modulus)
        return true;
    if (json_is_integer(modulus))
        value.unscaled = json_integer_value(modulus);
    else if (!json_is_string(modulus) ||
             !rc_decimal_parse(json_string_value(modulus), json_string_length(modulus), &value))
        return rc_place_fail(&at, "a whole number (or its digits as a text) is expected");
    if (value.unscaled < 2 || value.scale)
        return rc_place_fail(&at, "it has to be a whole number above 1");
    rule->modulus = value.unscaled;
    return true;
}

static bool numbers_only(const struct rc_place *place, const struct rc_layout *layout,
                         const struct rc_control_rule *rule, const struct rc_refs *refs)
{
    for (int i = 0; i < refs->count; i++) {
        const struct rc_ref *ref = &refs->items[i];
        const struct rc_field *field = &layout->types[ref->type].fields[ref->field];
        bool digits = rule->kind == RC_CONTROL_HASH && field->type == RC_TEXT;
        if (!rc_field_is_number(field) && !digits)
            return rc_place_fail(place, "%s.%s is no number", layout->types[ref->type].name,
                                 field->name);
    }
    return true;
}

static bool short_enough(const struct rc_place *place, const struct rc_layout *layout,
                         const struct rc_refs *refs)
{
    for (int i = 0; i < refs->count; i++) {
        const struct rc_field *field =
            &layout->types[refs->items[i].type].fields[refs->items[i].field];
        if (field->length > RC_TEXT_BYTES)
            return rc_place_fail(place, "%s has over %d bytes, too many to compare", field->name,
                                 RC_TEXT_BYTES);
    }
    return true;
}

/* The names in `per` are those of fields: of what is counted, and of what declares. */
static bool check_per(const struct rc_place *place, const struct rc_layout *layout,
                      const struct rc_control_rule *rule)
{
    struct rc_place at = rc_place_at(place, "per", -1);
    uint64_t types = rule->kind == RC_CONTROL_BLOCKS ? ~(uint64_t)0 : rule->types;
    bool found = false;
    if (!rule->per_of)
        return true;
    for (int i = 0; i < rule->of.count; i++)
        types |= (uint64_t)1 << rule->of.items[i].type;
    for (int t = 0; t < layout->type_count; t++)
        found |= types >> t & 1 && rc_type_field(&layout->types[t], rule->per_of) >= 0;
    if (!found)
        return rc_place_fail(&at, "no record of it has a field \"%.60s\"", rule->per_of);
    for (int i = 0; i < rule->declared.count; i++) {
        const struct rc_record_type *type = &layout->types[rule->declared.items[i].type];
        if (rc_type_field(type, rule->per_declared) < 0)
            return rc_place_fail(&at, "%s has no field \"%.60s\"", type->name, rule->per_declared);
    }
    return true;
}

static bool check_control(const struct rc_place *place, const struct rc_layout *layout,
                          const struct rc_control_rule *rule)
{
    bool counts = rule->kind == RC_CONTROL_COUNT, blocks = rule->kind == RC_CONTROL_BLOCKS;
    if (!rule->declared.count)
        return rc_place_fail(place, "declared is missing");
    if (counts ? !rule->types : (!blocks && !rule->of.count))
        return rc_place_fail(place, "of is missing");
    if (blocks && rule->block_size < 1)
        return rc_place_fail(place, "blocks need a size");
    if (rule->kind != RC_CONTROL_SUM && rule->take != RC_TAKE_NET)
        return rc_place_fail(place, "take is for kind sum");
    if (!check_per(place, layout, rule))
        return false;
    if (rule->kind == RC_CONTROL_EQUAL)
        return short_enough(place, layout, &rule->declared) &&
               short_enough(place, layout, &rule->of);
    return numbers_only(place, layout, rule, &rule->declared) &&
           numbers_only(place, layout, rule, &rule->of);
}

static bool read_control(const struct rc_place *place, struct rc_layout *layout, const json_t *json,
                         struct rc_control_rule *rule)
{
    static const char *const allowed[] = {"name",     "scope", "kind",    "of",   "take",
                                          "declared", "per",   "modulus", "size", NULL};
    const char *name;
    int scope = -1, kind = -1, take = 0;
    if (!rc_jsonr_object(place, json, allowed) || !rc_jsonr_need_text(place, json, "name", &name) ||
        !rc_jsonr_word(place, json, "scope", scopes, &scope) ||
        !rc_jsonr_word(place, json, "kind", control_kinds, &kind) ||
        !rc_jsonr_word(place, json, "take", takes, &take))
        return false;
    if (scope < 0 || kind < 0 || !*name || strlen(name) >= 64)
        return rc_place_fail(place, "it needs a name (at most 63 bytes), a scope and a kind");
    rule->batch = scope == 1;
    rule->kind = (enum rc_control_kind)kind;
    rule->take = (enum rc_take)take;
    rule->name = rc_layout_copy(place, name);
    bool by_type = rule->kind == RC_CONTROL_COUNT;
    return rule->name &&
           each_text(place, layout, json, "of", by_type ? add_type : add_ref,
                     by_type ? (void *)&rule->types : (void *)&rule->of) &&
           each_text(place, layout, json, "declared", add_ref, &rule->declared) &&
           read_per(place, json, rule) && read_modulus(place, json, rule) &&
           rc_jsonr_int(place, json, "size", 1, 1000000, &rule->block_size) &&
           check_control(place, layout, rule);
}

bool rc_layout_read_controls(const struct rc_place *place, struct rc_layout *layout,
                             const json_t *array)
{
    size_t count = json_array_size(array);
    layout->controls = calloc(count ? count : 1, sizeof *layout->controls);
    if (!layout->controls)
        return no_memory(place);
    for (size_t i = 0; i < count; i++) {
        struct rc_place at = rc_place_at(place, "controls", (long)i);
        layout->control_count++;
        if (!read_control(&at, layout, json_array_get(array, i), &layout->controls[i]))
            return false;
    }
    return true;
}

/* ----- map ----- */

/* The order in which a bare name is looked for. */
static const enum rc_record_role search_order[] = {RC_DETAIL, RC_ADDENDA, RC_BATCH_HEADER,
                                                   RC_FILE_HEADER};

static bool add_source(const struct rc_place *place, struct rc_layout *layout, const char *text,
                       void *into)
{
    struct rc_refs *refs = into;
    if (strchr(text, '.'))
        return add_ref(place, layout, text, into);
    int before = refs->count;
    for (size_t r = 0; r < sizeof search_order / sizeof *search_order; r++)
        for (int t = 0; t < layout->type_count; t++) {
            int field = rc_type_field(&layout->types[t], text);
            if (layout->types[t].role != search_order[r] || field < 0)
                continue;
            if (refs->count == RC_LAYOUT_SOURCES)
                return rc_place_fail(place, "more than %d record types have a field \"%.60s\"",
                                     RC_LAYOUT_SOURCES, text);
            refs->items[refs->count++] = (struct rc_ref){t, field};
        }
    return refs->count > before || rc_place_fail(place, "no record has a field \"%.60s\"", text);
}

static bool add_id_part(const struct rc_place *place, struct rc_layout *layout, const char *text,
                        void *into)
{
    struct rc_map *map = into;
    if (map->id_parts == RC_LAYOUT_SOURCES)
        return rc_place_fail(place, "more than %d parts", RC_LAYOUT_SOURCES);
    return add_source(place, layout, text, &map->id[map->id_parts++]);
}

static bool read_currency(const struct rc_place *place, struct rc_layout *layout,
                          const json_t *json)
{
    static const char *const allowed[] = {"constant", NULL};
    const json_t *currency = json_object_get(json, "currency");
    struct rc_place at = rc_place_at(place, "currency", -1);
    const char *code;
    if (!json_is_object(currency))
        return each_text(place, layout, json, "currency", add_source,
                         &layout->map.source[RC_C_CURRENCY]);
    if (!rc_jsonr_object(&at, currency, allowed) ||
        !rc_jsonr_need_text(&at, currency, "constant", &code))
        return false;
    layout->map.constant_currency = rc_currency_find(code, strlen(code));
    bool minor = rc_currencies[layout->map.constant_currency].exponent >= 0;
    return (layout->map.constant_currency != RC_CURRENCY_NONE && minor) ||
           rc_place_fail(&at, "\"%.10s\" is no ISO 4217 currency with minor units", code);
}

static bool read_kind_values(const struct rc_place *place, struct rc_map *map, const json_t *values)
{
    const char *text;
    json_t *item;
    if (!json_is_object(values))
        return rc_place_fail(place, "an object of texts to kinds is expected");
    map->kinds = calloc(json_object_size(values) + 1, sizeof *map->kinds);
    if (!map->kinds)
        return no_memory(place);
    json_object_foreach((json_t *)(uintptr_t)values, text, item)
    {
        struct rc_place at = rc_place_at(place, text, -1);
        enum rc_kind kind;
        if (!json_is_string(item) || !rc_kind_find(json_string_value(item), &kind))
            return rc_place_fail(&at, "sale, credit, reversal, chargeback or fee is expected");
        map->kinds[map->kind_count].kind = (uint8_t)kind;
        map->kinds[map->kind_count].text = rc_layout_copy(&at, text);
        if (!map->kinds[map->kind_count++].text)
            return false;
    }
    return true;
}

static bool read_kind(const struct rc_place *place, struct rc_layout *layout, const json_t *json)
{
    static const char *const allowed[] = {"field", "values", "default", NULL};
    const json_t *kind = json_object_get(json, "kind");
    struct rc_place at = rc_place_at(place, "kind", -1);
    struct rc_place values = rc_place_at(&at, "values", -1);
    const char *otherwise = "sale";
    enum rc_kind value;
    if (!kind)
        return true;
    if (!rc_jsonr_object(&at, kind, allowed) ||
        !each_text(&at, layout, kind, "field", add_source, &layout->map.source[RC_C_KIND]) ||
        !read_kind_values(&values, &layout->map, json_object_get(kind, "values")) ||
        !rc_jsonr_text(&at, kind, "default", &otherwise))
        return false;
    if (!layout->map.source[RC_C_KIND].count || !rc_kind_find(otherwise, &value))
        return rc_place_fail(&at, "it needs a field, and a default that is a kind");
    layout->map.kind_default = (uint8_t)value;
    return true;
}

static bool read_file_date(const struct rc_place *place, struct rc_layout *layout,
                           const json_t *json)
{
    const char *text = NULL;
    struct rc_place at = rc_place_at(place, "file_date", -1);
    if (!rc_jsonr_text(place, json, "file_date", &text))
        return false;
    if (!text)
        return true;
    struct rc_ref *ref = &layout->map.file_date;
    if (!parse_ref(&at, layout, text, ref))
        return false;
    if (layout->types[ref->type].role != RC_FILE_HEADER ||
        layout->types[ref->type].fields[ref->field].type != RC_DATE)
        return rc_place_fail(&at, "it has to be a date of a file header");
    return true;
}

static bool kinds_of_fields_fit(const struct rc_place *place, const struct rc_layout *layout)
{
    const struct rc_map *map = &layout->map;
    for (int c = 0; c < RC_CANON_FIELDS; c++)
        for (int i = 0; i < map->source[c].count; i++) {
            const struct rc_ref *ref = &map->source[c].items[i];
            const struct rc_field *field = &layout->types[ref->type].fields[ref->field];
            bool amount = c == RC_C_AMOUNT || c == RC_C_FEE || c == RC_C_ORIGINAL_AMOUNT;
            bool date = c == RC_C_DATE || c == RC_C_SETTLE_DATE;
            struct rc_place at = rc_place_at(place, rc_canon_name((enum rc_canon)c), -1);
            if (amount && !rc_field_is_number(field))
                return rc_place_fail(&at, "%s is no number", field->name);
            if (date && field->type != RC_DATE)
                return rc_place_fail(&at, "%s is no date", field->name);
        }
    return true;
}

bool rc_layout_read_map(const struct rc_place *above, struct rc_layout *layout, const json_t *json)
{
    static const char *const allowed[] = {"id",
                                          "amount",
                                          "currency",
                                          "date",
                                          "settle_date",
                                          "kind",
                                          "fee",
                                          "original_amount",
                                          "original_currency",
                                          "acquirer_reference",
                                          "auth_code",
                                          "card",
                                          "merchant_id",
                                          "mcc",
                                          "reference",
                                          "file_date",
                                          NULL};
    struct rc_map *map = &layout->map;
    struct rc_place place = rc_place_at(above, "map", -1);
    if (!rc_jsonr_object(&place, json, allowed) ||
        !each_text(&place, layout, json, "id", add_id_part, map) ||
        !read_currency(&place, layout, json) || !read_kind(&place, layout, json) ||
        !read_file_date(&place, layout, json))
        return false;
    for (int c = 0; c < RC_CANON_FIELDS; c++) {
        bool done = c == RC_C_ID || c == RC_C_CURRENCY || c == RC_C_KIND;
        if (!done && !each_text(&place, layout, json, rc_canon_name((enum rc_canon)c), add_source,
                                &map->source[c]))
            return false;
        if (map->source[c].count)
            map->fields |= 1u << c;
    }
    if (!map->id_parts || !map->source[RC_C_AMOUNT].count ||
        !(map->source[RC_C_CURRENCY].count || map->constant_currency))
        return rc_place_fail(&place, "id, amount and currency are needed");
    map->fields |= 1u << RC_C_ID | 1u << RC_C_CURRENCY;
    map->present = true;
    return kinds_of_fields_fit(&place, layout);
}

void rc_layout_free_map(struct rc_layout *layout)
{
    for (int i = 0; i < layout->control_count; i++) {
        free(layout->controls[i].name);
        free(layout->controls[i].per_of);
        free(layout->controls[i].per_declared);
    }
    free(layout->controls);
    for (int i = 0; i < layout->map.kind_count; i++)
        free(layout->map.kinds[i].text);
    free(layout->map.kinds);
}
