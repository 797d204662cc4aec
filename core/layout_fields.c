#include "core/layout_internal.h"

#include "base/decimal.h"

#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 256 };

static const char *const type_names[] = {"text",     "unsigned", "separate", "overpunch",
                                         "comp",     "comp3",    "edited",   "date",
                                         "constant", "filler",   NULL};
static const char *const date_formats[] = {"YYYYMMDD", "MMDDYYYY", "YYMMDD",     "YYYYDDD", "YYDDD",
                                           "YDDD",     "MMDD",     "YYYY-MM-DD", NULL};
static const uint32_t date_lengths[] = {8, 8, 6, 7, 5, 4, 4, 10};
static const char *const sides[] = {"trailing", "leading", "none", NULL};
static const char *const endians[] = {"big", "little", NULL};
static const char *const justifications[] = {"left", "right", NULL};
static const char *const members[] = {
    "name",        "at",         "length", "type",          "encoding",
    "pad",         "justify",    "sign",   "endian",        "signed",
    "digits",      "decimals",   "shift",  "decimals_from", "decimals_field",
    "sign_from",   "required",   "null",   "lenient",       "enum",
    "card",        "redefines",  "format", "pivot",         "value",
    "count_field", "occurrence", "slides", "blank_is_zero", NULL};

const char *rc_field_type_name(enum rc_field_type type)
{
    return type_names[type];
}

char *rc_layout_copy(const struct rc_place *place, const char *text)
{
    char *copy = strdup(text);
    if (!copy)
        rc_error_nomem(place->err);
    return copy;
}

bool rc_layout_encode(const struct rc_place *place, enum rc_charset charset, char *text)
{
    for (char *c = text; *c; c++) {
        if ((unsigned char)*c >= 0x80)
            return rc_place_fail(place, "only ASCII characters can be compared");
        *c = (char)rc_charset_byte(charset, *c);
    }
    return true;
}

bool rc_layout_read_words(const struct rc_place *place, const json_t *object, const char *member,
                          struct rc_words *words)
{
    const json_t *array;
    if (!rc_jsonr_array(place, object, member, WORDS_MAX, &array))
        return false;
    if (!array)
        return true;
    size_t count = json_array_size(array);
    words->items = calloc(count ? count : 1, sizeof *words->items);
    if (!words->items) {
        rc_error_nomem(place->err);
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_array_get(array, i);
        struct rc_place at = rc_place_at(place, member, (long)i);
        if (!json_is_string(item))
            return rc_place_fail(&at, "a text is expected");
        words->items[i] = rc_layout_copy(&at, json_string_value(item));
        if (!words->items[i])
            return false;
        words->count++;
    }
    return true;
}

static void free_words(struct rc_words *words)
{
    for (int i = 0; i < words->count; i++)
        free(words->items[i]);
    free(words->items);
}

void rc_layout_free_fields(struct rc_record_type *type)
{
    for (int i = 0; i < type->field_count; i++) {
        struct rc_field *field = &type->fields[i];
        free(field->name);
        free(field->value);
        free(field->slides);
        free_words(&field->negative);
        free_words(&field->positive);
        free_words(&field->allowed);
        free_words(&field->null_texts);
    }
    free(type->fields);
}

/* ----- one field, by itself ----- */

static bool is_name(const char *text)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
    return *text && strchr(letters, *text) &&
           strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789") ==
               strlen(text);
}

static bool read_nulls(const struct rc_place *place, const json_t *json, struct rc_field *field)
{
    struct rc_words words = {0};
    bool ok = rc_layout_read_words(place, json, "null", &words);
    static const char *const patterns[] = {"blank", "zeros", "high", "low"};
    int kept = 0;
    for (int i = 0; i < words.count; i++) {
        bool known = false;
        for (unsigned p = 0; p < 4; p++)
            if (strcmp(words.items[i], patterns[p]) == 0) {
                field->nulls |= 1u << p;
                known = true;
            }
        if (known)
            free(words.items[i]);
        else
            words.items[kept++] = words.items[i];
    }
    words.count = kept;
    field->null_texts = words;
    return ok;
}

static bool read_place_and_type(const struct rc_place *place, const json_t *json,
                                const struct rc_layout *layout, struct rc_field *field)
{
    const char *name, *encoding = rc_charset_name(layout->charset);
    int64_t at = 0, length = 0;
    int type = -1;
    if (!rc_jsonr_need_text(place, json, "name", &name) ||
        !rc_jsonr_int(place, json, "at", 1, RC_RECORD_BYTES_MAX, &at) ||
        !rc_jsonr_int(place, json, "length", 1, RC_RECORD_BYTES_MAX, &length) ||
        !rc_jsonr_word(place, json, "type", type_names, &type) ||
        !rc_jsonr_text(place, json, "encoding", &encoding))
        return false;
    if (!is_name(name) || strlen(name) > 100)
        return rc_place_fail(place, "name \"%.40s\" is not [A-Za-z_][A-Za-z0-9_]{0,99}", name);
    if (!at || !length || type < 0)
        return rc_place_fail(place, "%s: %s is missing", name,
                             !at ? "at" : (!length ? "length" : "type"));
    if (!rc_charset_find(encoding, &field->charset))
        return rc_place_fail(place, "%s: encoding \"%.40s\" is unknown", name, encoding);
    field->at = (uint32_t)at - 1;
    field->length = (uint32_t)length;
    field->type = (enum rc_field_type)type;
    field->name = rc_layout_copy(place, name);
    return field->name != NULL;
}

static bool read_number(const struct rc_place *place, const json_t *json, struct rc_field *field)
{
    int64_t decimals = 0, shift = 0, digits = 0;
    int sign = 0, endian = 0;
    field->is_signed = true;
    if (!rc_jsonr_int(place, json, "decimals", 0, RC_DECIMAL_DIGITS, &decimals) ||
        !rc_jsonr_int(place, json, "shift", 0, RC_DECIMAL_DIGITS - 1, &shift) ||
        !rc_jsonr_int(place, json, "digits", 1, RC_DECIMAL_DIGITS, &digits) ||
        !rc_jsonr_word(place, json, "sign", sides, &sign) ||
        !rc_jsonr_word(place, json, "endian", endians, &endian) ||
        !rc_jsonr_bool(place, json, "signed", &field->is_signed) ||
        !rc_jsonr_bool(place, json, "blank_is_zero", &field->blank_is_zero))
        return false;
    field->decimals = (int)decimals;
    field->shift = (int)shift;
    field->digits = (int)digits;
    field->sign_leading = sign == 1;
    field->sign_none = sign == 2;
    field->little_endian = endian == 1;
    if (field->type == RC_COMP && field->length > 16)
        return rc_place_fail(place, "%s: a comp field has at most 16 bytes", field->name);
    if (field->type == RC_COMP3 && field->length > 20)
        return rc_place_fail(place, "%s: a comp3 field has at most 20 bytes", field->name);
    if (field->type == RC_SEPARATE && field->length < 2)
        return rc_place_fail(place, "%s: no room for a sign and a digit", field->name);
    if (field->blank_is_zero && (field->type == RC_COMP || field->type == RC_COMP3))
        return rc_place_fail(place, "%s: blank_is_zero is for digits, not for bits", field->name);
    if (field->sign_none && field->type != RC_COMP3)
        return rc_place_fail(place, "%s: sign \"none\" is for comp3", field->name);
    return true;
}

static bool read_date(const struct rc_place *place, const json_t *json, struct rc_field *field)
{
    int format = -1;
    int64_t pivot = 70;
    if (!rc_jsonr_word(place, json, "format", date_formats, &format) ||
        !rc_jsonr_int(place, json, "pivot", 0, 99, &pivot))
        return false;
    if (format < 0)
        return rc_place_fail(place, "%s: a date needs a format", field->name);
    if (field->length != date_lengths[format])
        return rc_place_fail(place, "%s: %s takes %u bytes, not %u", field->name,
                             date_formats[format], date_lengths[format], field->length);
    field->format = (enum rc_date_format)format;
    field->pivot = (int)pivot;
    return true;
}

static bool read_text(const struct rc_place *place, const json_t *json, struct rc_field *field)
{
    const char *pad = " ";
    int justify = 0;
    if (!rc_jsonr_text(place, json, "pad", &pad) ||
        !rc_jsonr_word(place, json, "justify", justifications, &justify))
        return false;
    if (strlen(pad) != 1)
        return rc_place_fail(place, "%s: pad is one character", field->name);
    field->pad = (char)rc_charset_byte(field->charset, *pad);
    field->justify_right = justify == 1;
    return true;
}

static bool read_constant(const struct rc_place *place, const json_t *json, struct rc_field *field)
{
    const char *value;
    if (!rc_jsonr_need_text(place, json, "value", &value))
        return false;
    if (strlen(value) != field->length)
        return rc_place_fail(place, "%s: its value has %zu characters, not %u", field->name,
                             strlen(value), field->length);
    field->value = rc_layout_copy(place, value);
    return field->value && rc_layout_encode(place, field->charset, field->value);
}

static bool read_field(const struct rc_place *place, const json_t *json,
                       const struct rc_layout *layout, struct rc_field *field)
{
    *field = (struct rc_field){
        .decimals_from = -1, .decimals_field = -1, .sign_from = -1, .count_field = -1};
    if (!rc_jsonr_object(place, json, members) ||
        !read_place_and_type(place, json, layout, field) || !read_nulls(place, json, field))
        return false;
    bool simple = field->type == RC_TEXT || field->type == RC_FILLER;
    field->lenient = layout->lenient;
    field->required = !simple && !field->nulls && !field->null_texts.count;
    if (!rc_jsonr_bool(place, json, "required", &field->required) ||
        !rc_jsonr_bool(place, json, "lenient", &field->lenient) ||
        !rc_jsonr_bool(place, json, "card", &field->card) ||
        !rc_jsonr_bool(place, json, "redefines", &field->redefines) ||
        !rc_layout_read_words(place, json, "enum", &field->allowed))
        return false;
    if (rc_field_is_number(field))
        return read_number(place, json, field);
    if (field->type == RC_DATE)
        return read_date(place, json, field);
    if (field->type == RC_CONSTANT)
        return read_constant(place, json, field);
    return read_text(place, json, field);
}

/* ----- what refers to other fields of the record ----- */

static bool find_field(const struct rc_place *place, const json_t *json, const char *member,
                       const struct rc_record_type *type, int *index)
{
    const char *name = NULL;
    if (!rc_jsonr_text(place, json, member, &name))
        return false;
    if (!name)
        return true;
    *index = rc_type_field(type, name);
    struct rc_place at = rc_place_at(place, member, -1);
    return *index >= 0 || rc_place_fail(&at, "%s has no field \"%.60s\"", type->name, name);
}

static bool link_sign(const struct rc_place *place, const json_t *json,
                      const struct rc_record_type *type, struct rc_field *field)
{
    static const char *const allowed[] = {"field", "negative", "positive", NULL};
    const json_t *sign = json_object_get(json, "sign_from");
    struct rc_place at = rc_place_at(place, "sign_from", -1);
    if (!sign)
        return true;
    if (!rc_jsonr_object(&at, sign, allowed) ||
        !find_field(&at, sign, "field", type, &field->sign_from) ||
        !rc_layout_read_words(&at, sign, "negative", &field->negative) ||
        !rc_layout_read_words(&at, sign, "positive", &field->positive))
        return false;
    if (field->sign_from < 0 || !(field->negative.count || field->positive.count))
        return rc_place_fail(&at, "it needs a field and a list of negative or positive texts");
    return true;
}

/* Where a field stands has to be known when it is decoded. */
static bool counted_before(const struct rc_place *place, const struct rc_record_type *type,
                           const struct rc_field *field, int count_field)
{
    return count_field < field - type->fields ||
           rc_place_fail(place, "%s has to be listed before %s, whose place it decides",
                         type->fields[count_field].name, field->name);
}

static bool link_slides(const struct rc_place *place, const json_t *json,
                        const struct rc_record_type *type, struct rc_field *field)
{
    static const char *const allowed[] = {"field", "max", "bytes", NULL};
    const json_t *array;
    int64_t furthest = 0;
    if (!rc_jsonr_array(place, json, "slides", 8, &array))
        return false;
    size_t count = json_array_size(array);
    if (!count)
        return true;
    field->slides = calloc(count, sizeof *field->slides);
    if (!field->slides) {
        rc_error_nomem(place->err);
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        struct rc_place at = rc_place_at(place, "slides", (long)i);
        const json_t *item = json_array_get(array, i);
        struct rc_slide *slide = &field->slides[i];
        int64_t max = 0, bytes = 0;
        slide->field = -1;
        if (!rc_jsonr_object(&at, item, allowed) ||
            !find_field(&at, item, "field", type, &slide->field) ||
            !rc_jsonr_int(&at, item, "max", 1, RC_LAYOUT_FIELDS, &max) ||
            !rc_jsonr_int(&at, item, "bytes", 1, RC_RECORD_BYTES_MAX, &bytes))
            return false;
        furthest += max * bytes;
        if (slide->field < 0 || !max || !bytes || furthest > field->at)
            return rc_place_fail(&at, "it needs field, max and bytes that fit before the field");
        if (!counted_before(&at, type, field, slide->field))
            return false;
        slide->max = (int32_t)max;
        slide->bytes = (int32_t)bytes;
        field->slide_count++;
    }
    return true;
}

/* What decides where other fields stand cannot be guessed. */
static void make_strict(struct rc_record_type *type, const struct rc_field *field)
{
    if (field->count_field >= 0)
        type->fields[field->count_field].lenient = false;
    for (int i = 0; i < field->slide_count; i++)
        type->fields[field->slides[i].field].lenient = false;
}

static bool link_field(const struct rc_place *place, const json_t *json,
                       struct rc_record_type *type, struct rc_field *field)
{
    int64_t occurrence = 0;
    if (!find_field(place, json, "decimals_from", type, &field->decimals_from) ||
        !find_field(place, json, "decimals_field", type, &field->decimals_field) ||
        !find_field(place, json, "count_field", type, &field->count_field) ||
        !rc_jsonr_int(place, json, "occurrence", 1, RC_LAYOUT_FIELDS, &occurrence) ||
        !link_sign(place, json, type, field) || !link_slides(place, json, type, field))
        return false;
    field->occurrence = (int)occurrence;
    make_strict(type, field);
    int self = (int)(field - type->fields);
    if (field->decimals_from == self || field->decimals_field == self || field->sign_from == self ||
        field->count_field == self)
        return rc_place_fail(place, "%s refers to itself", field->name);
    if (field->count_field >= 0 && !counted_before(place, type, field, field->count_field))
        return false;
    bool scaled =
        field->decimals || field->shift || field->decimals_from >= 0 || field->decimals_field >= 0;
    if (field->type == RC_EDITED && scaled)
        return rc_place_fail(place, "%s: an edited number has a point of its own", field->name);
    if (field->sign_from >= 0 && type->fields[field->sign_from].type == RC_FILLER)
        return rc_place_fail(place, "%s: its sign comes from a filler", field->name);
    return true;
}

static int by_place(const void *a, const void *b)
{
    const struct rc_field *const *x = a, *const *y = b;
    return ((*x)->at > (*y)->at) - ((*x)->at < (*y)->at);
}

static bool check_overlaps(const struct rc_place *place, const struct rc_record_type *type)
{
    struct rc_field **order = calloc((size_t)type->field_count + 1, sizeof *order);
    if (!order) {
        rc_error_nomem(place->err);
        return false;
    }
    int count = 0;
    for (int i = 0; i < type->field_count; i++)
        if (!type->fields[i].redefines)
            order[count++] = &type->fields[i];
    qsort(order, (size_t)count, sizeof(struct rc_field *), by_place);
    bool ok = true;
    for (int i = 1; i < count && ok; i++)
        if (order[i - 1]->at + order[i - 1]->length > order[i]->at)
            ok = rc_place_fail(place,
                               "%s (bytes %u-%u) and %s (bytes %u-%u) overlap; mark one with "
                               "\"redefines\": true if that is meant",
                               order[i - 1]->name, order[i - 1]->at + 1,
                               order[i - 1]->at + order[i - 1]->length, order[i]->name,
                               order[i]->at + 1, order[i]->at + order[i]->length);
    free(order);
    return ok;
}

bool rc_layout_read_fields(const struct rc_place *place, const struct rc_layout *layout,
                           const json_t *fields, struct rc_record_type *type)
{
    size_t count = json_array_size(fields);
    type->fields = calloc(count ? count : 1, sizeof *type->fields);
    if (!type->fields) {
        rc_error_nomem(place->err);
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        struct rc_place at = rc_place_at(place, "fields", (long)i);
        struct rc_field *field = &type->fields[i];
        type->field_count++;
        if (!read_field(&at, json_array_get(fields, i), layout, field))
            return false;
        if (rc_type_field(type, field->name) != (int)i)
            return rc_place_fail(&at, "%s has two fields named \"%s\"", type->name, field->name);
        uint32_t limit =
            layout->framing.length ? layout->framing.length : layout->framing.max_length;
        if (field->at + field->length > limit)
            return rc_place_fail(&at, "%s ends at byte %u, the record at %u", field->name,
                                 field->at + field->length, limit);
    }
    for (size_t i = 0; i < count; i++) {
        struct rc_place at = rc_place_at(place, "fields", (long)i);
        struct rc_field *field = &type->fields[i];
        if (!link_field(&at, json_array_get(fields, i), type, field))
            return false;
        bool always = field->count_field < 0 && !field->slide_count && field->type != RC_FILLER &&
                      !field->redefines;
        if (always && field->at + field->length > type->min_length)
            type->min_length = field->at + field->length;
    }
    return check_overlaps(place, type);
}
