#include "model/recordfile_internal.h"

#include "core/currency.h"
#include "core/parse.h"
#include "model/figures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ----- pieces ----- */

/* Decodes what can be decoded: a second time with every field lenient when one of
 * them is at fault. */
static bool decode(const struct rc_record_type *type, struct rc_piece *piece)
{
    struct rc_fault ignored;
    piece->decoded = rc_decode_record(piece->decoder, type, piece->bytes, piece->length,
                                      piece->values, &piece->fault);
    if (piece->decoded)
        return true;
    struct rc_record_type lenient = *type;
    size_t count = (size_t)type->field_count;
    lenient.fields = malloc((count + 1) * sizeof *lenient.fields);
    if (!lenient.fields)
        return false;
    for (size_t f = 0; f < count; f++) {
        lenient.fields[f] = type->fields[f];
        lenient.fields[f].lenient = true;
    }
    rc_decode_record(piece->decoder, &lenient, piece->bytes, piece->length, piece->values,
                     &ignored);
    free(lenient.fields);
    return true;
}

struct rc_piece *rc_piece_new(const struct rc_layout *layout, int type, const uint8_t *bytes,
                              uint32_t length, int32_t file_date, struct rc_error *err)
{
    struct rc_piece *piece = calloc(1, sizeof *piece);
    if (!piece)
        goto nomem;
    piece->type = type;
    piece->length = length;
    piece->bytes = calloc(1, (size_t)length + RC_READ_PAST);
    if (!piece->bytes)
        goto nomem;
    memcpy(piece->bytes, bytes, length);
    if (type < 0)
        return piece;
    piece->decoder = rc_decoder_new(layout, err);
    piece->values = calloc((size_t)layout->types[type].field_count + 1, sizeof *piece->values);
    if (!piece->decoder || !piece->values)
        goto nomem;
    rc_decoder_set_file_date(piece->decoder, file_date);
    if (decode(&layout->types[type], piece))
        return piece;
nomem:
    rc_piece_free(piece);
    rc_error_nomem(err);
    return NULL;
}

void rc_piece_free(struct rc_piece *piece)
{
    if (!piece)
        return;
    rc_decoder_free(piece->decoder);
    free(piece->values);
    free(piece->bytes);
    free(piece);
}

/* ----- values as text ----- */

static char *decode_text(enum rc_charset charset, const uint8_t *bytes, uint32_t length)
{
    char *text = malloc(3 * (size_t)length + 1);
    if (!text)
        return NULL;
    size_t end = rc_charset_decode(charset, bytes, length, text);
    while (end && text[end - 1] == ' ')
        end--;
    text[end] = '\0';
    return text;
}

/* Where masking changed a field's bytes, its value is what is left of them. */
static char *value_text(const struct rc_field *field, const struct rc_value *value,
                        const uint8_t *masked, bool changed)
{
    char digits[RC_DECIMAL_TEXT], date[RC_CIVIL_TEXT];
    if (changed || (field->card && value->kind != RC_VALUE_NULL))
        return decode_text(field->charset, masked, field->length);
    switch (value->kind) {
    case RC_VALUE_TEXT:
        return strndup(value->text.data, value->text.length);
    case RC_VALUE_NUMBER:
        rc_decimal_format(value->number, digits);
        return strdup(digits);
    case RC_VALUE_DATE:
        rc_civil_format(value->date, date);
        return strdup(date);
    default:
        return NULL;
    }
}

/* ----- a shown record ----- */

static int by_place(const void *a, const void *b)
{
    const struct rc_shown_field *left = a, *right = b;
    if (left->at != right->at)
        return left->at < right->at ? -1 : 1;
    return (left->length < right->length) - (left->length > right->length);
}

static bool fill_field(const struct rc_record_type *type, const struct rc_piece *piece, int index,
                       struct rc_shown_record *shown)
{
    const struct rc_field *field = &type->fields[index];
    struct rc_shown_field *to = &shown->fields[shown->field_count++];
    const struct rc_value *value = &piece->values[index];
    to->name = field->name;
    to->type = rc_field_type_name(field->type);
    to->length = field->length;
    to->card = field->card;
    to->filler = field->type == RC_FILLER;
    to->present = rc_field_place(type, field, piece->values, piece->length, &to->at);
    to->wrong = value->lenient || (piece->fault.field && strcmp(piece->fault.field, to->name) == 0);
    if (!to->present)
        return true;
    const uint8_t *masked = shown->raw + to->at;
    bool changed = memcmp(masked, piece->bytes + to->at, to->length) != 0;
    to->value = value_text(field, value, masked, changed);
    return to->value || (!changed && (value->kind == RC_VALUE_NULL));
}

static void fill_bytes(const struct rc_layout *layout, const struct rc_record_type *type,
                       struct rc_shown_record *shown)
{
    for (uint32_t i = 0; i < shown->raw_length; i++) {
        shown->field_of[i] = -1;
        shown->glyphs[i] = rc_charset_unicode[layout->charset][shown->raw[i]];
    }
    for (size_t f = shown->field_count; f-- > 0;) {
        const struct rc_shown_field *field = &shown->fields[f];
        int index = type ? rc_type_field(type, field->name) : -1;
        enum rc_charset charset = index < 0 ? layout->charset : type->fields[index].charset;
        for (uint32_t i = 0; field->present && i < field->length; i++) {
            shown->field_of[field->at + i] = (int16_t)f;
            shown->glyphs[field->at + i] = rc_charset_unicode[charset][shown->raw[field->at + i]];
        }
    }
    for (uint32_t i = 0; i < shown->raw_length; i++)
        if (shown->glyphs[i] < 0x20 || (shown->glyphs[i] >= 0x7f && shown->glyphs[i] < 0xa0))
            shown->glyphs[i] = 0;
}

bool rc_shown_fill(const struct rc_layout *layout, const struct rc_piece *piece,
                   struct rc_shown_record *shown, struct rc_error *err)
{
    const struct rc_record_type *type = piece->type < 0 ? NULL : &layout->types[piece->type];
    size_t fields = type ? (size_t)type->field_count : 0;
    shown->type = type ? type->name : "";
    shown->role = type ? rc_role_name(type->role) : "";
    shown->raw_length = piece->length;
    shown->raw = calloc(1, (size_t)piece->length + 1);
    shown->glyphs = calloc((size_t)piece->length + 1, sizeof *shown->glyphs);
    shown->field_of = calloc((size_t)piece->length + 1, sizeof *shown->field_of);
    shown->fields = calloc(fields + 1, sizeof *shown->fields);
    if (!shown->raw || !shown->glyphs || !shown->field_of || !shown->fields)
        goto nomem;
    memcpy(shown->raw, piece->bytes, piece->length);
    rc_mask_raw(layout, type, shown->raw, piece->length);
    for (size_t f = 0; f < fields; f++)
        if (!fill_field(type, piece, (int)f, shown))
            goto nomem;
    if (fields)
        qsort(shown->fields, fields, sizeof *shown->fields, by_place);
    fill_bytes(layout, type, shown);
    if (type && !piece->decoded)
        snprintf(shown->reason, sizeof shown->reason, "%s%s%s",
                 piece->fault.field ? piece->fault.field : "", piece->fault.field ? ": " : "",
                 piece->fault.reason);
    return true;
nomem:
    rc_error_nomem(err);
    return false;
}

static char *canonical_text(const struct rc_record *record, enum rc_canon field)
{
    char text[RC_FIGURE_BYTES];
    const struct rc_currency *currency = &rc_currencies[record->currency];
    const struct rc_currency *original =
        &rc_currencies[rc_record_has(record, RC_C_ORIGINAL_CURRENCY) ? record->original_currency
                                                                     : record->currency];
    switch (field) {
    case RC_C_AMOUNT:
        rc_money_text(record->amount_minor, currency->exponent, text);
        break;
    case RC_C_FEE:
        rc_money_text(record->fee_minor, currency->exponent, text);
        break;
    case RC_C_ORIGINAL_AMOUNT:
        rc_money_text(record->original_amount_minor, original->exponent, text);
        break;
    case RC_C_CURRENCY:
        snprintf(text, sizeof text, "%s", currency->alpha);
        break;
    case RC_C_ORIGINAL_CURRENCY:
        snprintf(text, sizeof text, "%s", original->alpha);
        break;
    case RC_C_DATE:
        rc_civil_format(record->date, text);
        break;
    case RC_C_SETTLE_DATE:
        rc_civil_format(record->settle_date, text);
        break;
    case RC_C_KIND:
        snprintf(text, sizeof text, "%s", rc_kind_name((enum rc_kind)record->kind));
        break;
    default: {
        struct rc_text value = rc_record_text(record, field);
        /* The keyed hash behind a card number says nothing to people. */
        const char *hash = field == RC_C_CARD ? memrchr(value.data, '#', value.length) : NULL;
        return strndup(value.data, hash ? (size_t)(hash - value.data) : value.length);
    }
    }
    return strdup(text);
}

bool rc_shown_map(const struct rc_layout *layout, const struct rc_standing *standing,
                  struct rc_shown_record *shown, struct rc_error *err)
{
    const struct rc_card_key key = {.length = 1};
    struct rc_record record;
    struct rc_fault fault = {0};
    struct rc_mapper *mapper = rc_mapper_new(layout, &key, err);
    if (!mapper)
        return false;
    bool ok = true;
    shown->mapped = rc_map_record(mapper, standing, &record, &fault);
    if (!shown->mapped)
        snprintf(shown->unmapped, sizeof shown->unmapped, "%s%s%s", fault.field ? fault.field : "",
                 fault.field ? ": " : "", fault.reason);
    for (int field = 0; shown->mapped && ok && field < RC_CANON_FIELDS; field++)
        if (rc_record_has(&record, (enum rc_canon)field)) {
            shown->canonical[field] = canonical_text(&record, (enum rc_canon)field);
            ok = shown->canonical[field] != NULL;
        }
    rc_mapper_free(mapper);
    if (!ok)
        rc_error_nomem(err);
    return ok;
}

void rc_shown_record_free(struct rc_shown_record *record)
{
    if (!record)
        return;
    for (size_t f = 0; f < record->field_count; f++)
        free(record->fields[f].value);
    for (int field = 0; field < RC_CANON_FIELDS; field++)
        free(record->canonical[field]);
    free(record->fields);
    free(record->raw);
    free(record->glyphs);
    free(record->field_of);
    free(record);
}

bool rc_shown_record_is(const struct rc_layout *layout, const struct rc_shown_record *shown,
                        const uint8_t *kept, uint32_t length)
{
    return !rc_layout_is_plain(layout) ||
           (shown->raw_length == length && memcmp(shown->raw, kept, length) == 0);
}

struct rc_shown_record *rc_shown_record_make(const struct rc_layout *layout, const uint8_t *bytes,
                                             uint32_t length, struct rc_error *err)
{
    int misplaced;
    int type = rc_recognise(layout, &rc_position_unknown, bytes, length, &misplaced);
    /* The bytes of a transaction of several records have their descriptors with them. */
    bool framed = layout->framing.kind >= RC_FRAME_RDW && !rc_layout_is_plain(layout);
    type = framed ? -1 : type;
    struct rc_shown_record *shown = calloc(1, sizeof *shown);
    struct rc_piece *piece =
        shown ? rc_piece_new(layout, type, bytes, length, RC_CIVIL_NONE, err) : NULL;
    bool ok = piece && rc_shown_fill(layout, piece, shown, err);
    if (ok && type < 0 && !framed)
        snprintf(shown->reason, sizeof shown->reason, "unknown record type");
    if (ok && type >= 0 && layout->map.present && layout->types[type].role == RC_DETAIL) {
        struct rc_standing standing = {0};
        standing.values[type] = piece->values;
        ok = rc_shown_map(layout, &standing, shown, err);
    }
    rc_piece_free(piece);
    if (ok)
        return shown;
    if (!shown)
        rc_error_nomem(err);
    rc_shown_record_free(shown);
    return NULL;
}
