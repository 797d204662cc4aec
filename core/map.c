#include "core/map.h"

#include "core/currency.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct rc_mapper {
    const struct rc_layout *layout;
    const struct rc_card_key *key;
    struct rc_buf scratch; /* joined ids, numbers as text */
};

/* Room for one transaction's texts; never grows, so that texts can point into it. */
enum { SCRATCH_BYTES = RC_ID_BYTES + RC_CANON_TEXTS * (RC_TEXT_BYTES + 1) + 4096 };

struct rc_mapper *rc_mapper_new(const struct rc_layout *layout, const struct rc_card_key *key,
                                struct rc_error *err)
{
    struct rc_mapper *mapper = calloc(1, sizeof *mapper);
    if (mapper) {
        mapper->layout = layout;
        mapper->key = key;
        rc_buf_init(&mapper->scratch, SCRATCH_BYTES);
    }
    if (!mapper || !rc_buf_reserve(&mapper->scratch, SCRATCH_BYTES)) {
        rc_mapper_free(mapper);
        rc_error_nomem(err);
        return NULL;
    }
    return mapper;
}

void rc_mapper_free(struct rc_mapper *mapper)
{
    if (mapper)
        rc_buf_free(&mapper->scratch);
    free(mapper);
}

static bool fail(struct rc_fault *fault, const char *field, const char *reason)
{
    fault->field = field;
    snprintf(fault->reason, sizeof fault->reason, "%s", reason);
    return false;
}

/* The first of the sources that stands; NULL when none does or its value is null. */
static const struct rc_value *find(const struct rc_mapper *mapper, const struct rc_refs *refs,
                                   const struct rc_standing *standing, const char **name)
{
    for (int i = 0; i < refs->count; i++) {
        const struct rc_ref *ref = &refs->items[i];
        if (!standing->values[ref->type])
            continue;
        const struct rc_value *value = &standing->values[ref->type][ref->field];
        *name = mapper->layout->types[ref->type].fields[ref->field].name;
        if (value->kind != RC_VALUE_NULL)
            return value;
    }
    return NULL;
}

/* A value as text: texts where they are, the rest written into the scratch. */
static bool as_text(struct rc_mapper *mapper, const struct rc_value *value, struct rc_text *text)
{
    char written[RC_DECIMAL_TEXT];
    if (value->kind == RC_VALUE_TEXT) {
        *text = value->text;
        return true;
    }
    if (value->kind == RC_VALUE_DATE)
        rc_civil_format(value->date, written);
    else
        rc_decimal_format(value->number, written);
    text->data = mapper->scratch.data + mapper->scratch.length;
    text->length = (uint32_t)strlen(written);
    return rc_buf_add(&mapper->scratch, written, text->length + 1);
}

static bool is_card(const struct rc_mapper *mapper, const struct rc_refs *refs)
{
    bool card = false;
    for (int i = 0; i < refs->count; i++)
        card |= mapper->layout->types[refs->items[i].type].fields[refs->items[i].field].card;
    return card;
}

/* Puts what stands for a card number in its place; the scratch holds it. */
static bool hide_card(struct rc_mapper *mapper, struct rc_text *text)
{
    char card[RC_CARD_CANONICAL_BYTES];
    size_t length = rc_card_canonical(mapper->key, text->data, text->length, card);
    *text = (struct rc_text){mapper->scratch.data + mapper->scratch.length, (uint32_t)length};
    return length && rc_buf_add(&mapper->scratch, card, length);
}

static bool map_id(struct rc_mapper *mapper, const struct rc_standing *standing,
                   struct rc_record *record, struct rc_fault *fault)
{
    const struct rc_map *map = &mapper->layout->map;
    const char *name = NULL;
    struct rc_text part, *id = &record->text[0];
    if (map->id_parts == 1) {
        const struct rc_value *value = find(mapper, &map->id[0], standing, &name);
        if (!value || !as_text(mapper, value, id))
            return fail(fault, name, "the TransactionID is empty");
        if (is_card(mapper, &map->id[0]) && !hide_card(mapper, id))
            return fail(fault, name, "the keyed hash of the card number failed");
    } else {
        char text[RC_ID_BYTES];
        size_t used = 0;
        bool any = false;
        for (int i = 0; i < map->id_parts; i++) {
            const struct rc_value *value = find(mapper, &map->id[i], standing, &name);
            if (i && used < sizeof text)
                text[used++] = ':';
            if (!value)
                continue;
            any = true;
            if (!as_text(mapper, value, &part) ||
                (is_card(mapper, &map->id[i]) && !hide_card(mapper, &part)) ||
                part.length > sizeof text - used)
                return fail(fault, name, "the TransactionID is too long");
            memcpy(text + used, part.data, part.length);
            used += part.length;
        }
        if (!any)
            return fail(fault, name, "the TransactionID is empty");
        id->data = mapper->scratch.data + mapper->scratch.length;
        id->length = (uint32_t)used;
        if (!rc_buf_add(&mapper->scratch, text, used))
            return fail(fault, name, "the TransactionID is too long");
    }
    record->present |= 1u << RC_C_ID;
    /* An encoding takes at most three bytes for one, so most ids need no count. */
    if (id->length > RC_ID_BYTES / 3 && rc_id_encoded_length(id->data, id->length) > RC_ID_BYTES)
        return fail(fault, name, "the TransactionID takes over 900 bytes when encoded");
    return true;
}

static bool map_currency(struct rc_mapper *mapper, const struct rc_refs *refs,
                         const struct rc_standing *standing, uint8_t *currency,
                         struct rc_fault *fault, bool *there)
{
    const char *name = NULL;
    struct rc_text code;
    const struct rc_value *value = find(mapper, refs, standing, &name);
    char digits[8];
    *there = value != NULL;
    if (!value)
        return true;
    if (value->kind == RC_VALUE_NUMBER) { /* 036 as a number is 36 */
        if (value->number.scale || value->number.unscaled < 0 || value->number.unscaled > 999)
            return fail(fault, name, "it is no ISO 4217 currency");
        snprintf(digits, sizeof digits, "%03d", (int)value->number.unscaled);
        code = (struct rc_text){digits, 3};
    } else if (!as_text(mapper, value, &code)) {
        return fail(fault, name, "it is no ISO 4217 currency");
    }
    *currency = rc_currency_find(code.data, code.length);
    if (*currency == RC_CURRENCY_NONE || rc_currencies[*currency].exponent < 0)
        return fail(fault, name, "it is no ISO 4217 currency with minor units");
    return true;
}

static bool map_amount(struct rc_mapper *mapper, enum rc_canon field, uint8_t currency,
                       const struct rc_standing *standing, int64_t *minor, struct rc_record *record,
                       struct rc_fault *fault)
{
    const char *name = NULL;
    const struct rc_value *value =
        find(mapper, &mapper->layout->map.source[field], standing, &name);
    if (!value)
        return true;
    if (!rc_decimal_to_minor(value->number, rc_currencies[currency].exponent, minor))
        return fail(fault, name,
                    "it is no whole number of its currency's minor units that fits 64 bits");
    record->present |= 1u << field;
    return true;
}

static bool map_amounts(struct rc_mapper *mapper, const struct rc_standing *standing,
                        struct rc_record *record, struct rc_fault *fault)
{
    const struct rc_map *map = &mapper->layout->map;
    bool there = true, original = false;
    record->currency = map->constant_currency;
    if (!map->constant_currency && !map_currency(mapper, &map->source[RC_C_CURRENCY], standing,
                                                 &record->currency, fault, &there))
        return false;
    if (!there)
        return fail(fault, "currency", "the transaction has no currency");
    record->present |= 1u << RC_C_CURRENCY;
    if (!map_currency(mapper, &map->source[RC_C_ORIGINAL_CURRENCY], standing,
                      &record->original_currency, fault, &original))
        return false;
    record->present |= (uint32_t)original << RC_C_ORIGINAL_CURRENCY;
    if (!map_amount(mapper, RC_C_AMOUNT, record->currency, standing, &record->amount_minor, record,
                    fault) ||
        !map_amount(mapper, RC_C_FEE, record->currency, standing, &record->fee_minor, record,
                    fault) ||
        !map_amount(mapper, RC_C_ORIGINAL_AMOUNT,
                    original ? record->original_currency : record->currency, standing,
                    &record->original_amount_minor, record, fault))
        return false;
    return rc_record_has(record, RC_C_AMOUNT) ||
           fail(fault, "amount", "the transaction has no amount");
}

static void map_date(struct rc_mapper *mapper, enum rc_canon field,
                     const struct rc_standing *standing, int32_t *date, struct rc_record *record)
{
    const char *name;
    const struct rc_value *value =
        find(mapper, &mapper->layout->map.source[field], standing, &name);
    if (!value)
        return;
    *date = value->date;
    record->present |= 1u << field;
}

uint8_t rc_map_kind(const struct rc_map *map, const char *text, size_t length)
{
    for (int i = 0; i < map->kind_count; i++)
        if (strlen(map->kinds[i].text) == length && memcmp(map->kinds[i].text, text, length) == 0)
            return map->kinds[i].kind;
    return map->kind_default;
}

static bool map_text(struct rc_mapper *mapper, enum rc_canon field,
                     const struct rc_standing *standing, struct rc_record *record,
                     struct rc_fault *fault)
{
    const struct rc_refs *refs = &mapper->layout->map.source[field];
    const char *name = NULL;
    struct rc_text *text = &record->text[field - RC_C_FIRST_TEXT];
    const struct rc_value *value = find(mapper, refs, standing, &name);
    if (!value)
        return true;
    if (!as_text(mapper, value, text) || text->length > RC_TEXT_BYTES)
        return fail(fault, name, "it has over 255 bytes, too many for a reference");
    if (is_card(mapper, refs) && !hide_card(mapper, text))
        return fail(fault, name, "the keyed hash of the card number failed");
    record->present |= 1u << field;
    return true;
}

bool rc_map_record(struct rc_mapper *mapper, const struct rc_standing *standing,
                   struct rc_record *record, struct rc_fault *fault)
{
    const struct rc_map *map = &mapper->layout->map;
    struct rc_text code;
    const char *name;
    *record = (struct rc_record){.date = RC_CIVIL_NONE, .settle_date = RC_CIVIL_NONE};
    rc_buf_clear(&mapper->scratch);
    if (!map_id(mapper, standing, record, fault) || !map_amounts(mapper, standing, record, fault))
        return false;
    map_date(mapper, RC_C_DATE, standing, &record->date, record);
    map_date(mapper, RC_C_SETTLE_DATE, standing, &record->settle_date, record);
    if (map->source[RC_C_KIND].count) {
        const struct rc_value *value = find(mapper, &map->source[RC_C_KIND], standing, &name);
        bool text = value && as_text(mapper, value, &code);
        record->kind = text ? rc_map_kind(map, code.data, code.length) : map->kind_default;
        record->present |= 1u << RC_C_KIND;
    }
    for (int field = RC_C_FIRST_TEXT + 1; field < RC_CANON_FIELDS; field++)
        if (!map_text(mapper, (enum rc_canon)field, standing, record, fault))
            return false;
    return true;
}
