#include "core/decode.h"

#include "core/currency.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct rc_decoder {
    const struct rc_layout *layout;
    int32_t file_date;
    char *text; /* decoded EBCDIC texts of one record */
    size_t text_used, text_size;
};

/* What decoding one field needs to know. */
struct site {
    struct rc_decoder *decoder;
    const struct rc_field *field;
    const uint8_t *bytes;
    uint32_t length;
    struct rc_fault *fault;
};

static bool fail(const struct site *site, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static bool fail(const struct site *site, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(site->fault->reason, sizeof site->fault->reason, format, args);
    va_end(args);
    site->fault->field = site->field->name;
    return false;
}

struct rc_decoder *rc_decoder_new(const struct rc_layout *layout, struct rc_error *err)
{
    struct rc_decoder *decoder = calloc(1, sizeof *decoder);
    size_t most = 0;
    for (int t = 0; t < layout->type_count; t++) {
        size_t need = 0;
        for (int f = 0; f < layout->types[t].field_count; f++)
            need += 3 * (size_t)layout->types[t].fields[f].length + 1;
        most = need > most ? need : most;
    }
    if (decoder)
        decoder->text = malloc(most + 64);
    if (!decoder || !decoder->text) {
        free(decoder);
        rc_error_nomem(err);
        return NULL;
    }
    decoder->layout = layout;
    decoder->text_size = most;
    decoder->file_date = RC_CIVIL_NONE;
    return decoder;
}

void rc_decoder_free(struct rc_decoder *decoder)
{
    if (decoder)
        free(decoder->text);
    free(decoder);
}

void rc_decoder_set_file_date(struct rc_decoder *decoder, int32_t file_date)
{
    decoder->file_date = file_date;
}

/* ----- nulls ----- */

static bool all_bytes(const uint8_t *bytes, uint32_t length, uint8_t byte)
{
    for (uint32_t i = 0; i < length; i++)
        if (bytes[i] != byte)
            return false;
    return true;
}

static bool equals_text(const struct site *site, const char *text)
{
    if (strlen(text) != site->length)
        return false;
    for (uint32_t i = 0; i < site->length; i++)
        if (site->bytes[i] != rc_charset_byte(site->field->charset, text[i]))
            return false;
    return true;
}

static bool is_null(const struct site *site)
{
    const struct rc_field *field = site->field;
    uint8_t blank = rc_charset_byte(field->charset, ' ');
    uint8_t zero = field->type == RC_COMP || field->type == RC_COMP3
                       ? 0
                       : rc_charset_byte(field->charset, '0');
    /* Bytes that look blank are a number in these, unless the layout says otherwise. */
    bool bits = field->type == RC_COMP || (field->type == RC_COMP3 && field->sign_none);
    if ((field->nulls & RC_NULL_BLANK || (!field->required && !bits)) &&
        all_bytes(site->bytes, site->length, blank))
        return true;
    if (field->nulls & RC_NULL_ZEROS && all_bytes(site->bytes, site->length, zero))
        return true;
    if (field->nulls & RC_NULL_HIGH && all_bytes(site->bytes, site->length, 0xff))
        return true;
    if (field->nulls & RC_NULL_LOW && all_bytes(site->bytes, site->length, 0))
        return true;
    for (int i = 0; i < field->null_texts.count; i++)
        if (equals_text(site, field->null_texts.items[i]))
            return true;
    return false;
}

/* ----- texts ----- */

static bool is_printable(enum rc_charset charset, uint8_t byte)
{
    if (charset == RC_ASCII)
        return byte >= 0x20 && byte != 0x7f && byte < 0x80;
    uint16_t code = rc_charset_unicode[charset][byte];
    return code >= 0x20 && !(code >= 0x7f && code < 0xa0);
}

static bool check_printable(const struct site *site, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++)
        if (!is_printable(site->field->charset, site->bytes[i]))
            return fail(site, "byte %u is 0x%02X, no %s character", i + 1, site->bytes[i],
                        rc_charset_name(site->field->charset));
    return true;
}

static void set_text(const struct site *site, const uint8_t *from, uint32_t length,
                     struct rc_value *value)
{
    value->kind = RC_VALUE_TEXT;
    if (site->field->charset == RC_ASCII) {
        value->text = (struct rc_text){(const char *)from, length};
        return;
    }
    struct rc_decoder *decoder = site->decoder;
    char *to = decoder->text + decoder->text_used;
    size_t written = rc_charset_decode(site->field->charset, from, length, to);
    decoder->text_used += written;
    value->text = (struct rc_text){to, (uint32_t)written};
}

static bool decode_text(const struct site *site, struct rc_value *value)
{
    const uint8_t *from = site->bytes;
    uint32_t length = site->length;
    uint8_t pad = (uint8_t)site->field->pad;
    if (site->field->charset != RC_ASCII) /* low-values: how COBOL leaves a text unset */
        while (length && from[length - 1] == 0)
            length--;
    if (!check_printable(site, length))
        return false;
    if (site->field->justify_right) {
        while (length && *from == pad)
            from++, length--;
    } else {
        while (length && from[length - 1] == pad)
            length--;
    }
    if (!length) {
        if (site->field->required)
            return fail(site, "it is blank, but required");
        return true;
    }
    set_text(site, from, length, value);
    return true;
}

static bool decode_constant(const struct site *site, struct rc_value *value)
{
    if (memcmp(site->bytes, site->field->value, site->length) != 0)
        return fail(site, "it is not the constant that the layout gives");
    set_text(site, site->bytes, site->length, value);
    return true;
}

/* ----- numbers: each gives an unscaled integer ----- */

static int digit_of(const struct site *site, uint8_t byte)
{
    int digit = byte - rc_charset_byte(site->field->charset, '0');
    return digit >= 0 && digit <= 9 ? digit : -1;
}

static bool push(const struct site *site, rc_i128 *value, int digit)
{
    return rc_decimal_push(value, digit) || fail(site, "more than %d digits", RC_DECIMAL_DIGITS);
}

static bool digits(const struct site *site, uint32_t from, uint32_t to, rc_i128 *value)
{
    for (uint32_t i = from; i < to; i++) {
        int digit = digit_of(site, site->bytes[i]);
        if (digit < 0)
            return fail(site, "byte %u is 0x%02X, not a digit", i + 1, site->bytes[i]);
        if (!push(site, value, digit))
            return false;
    }
    return true;
}

static bool decode_separate(const struct site *site, rc_i128 *value)
{
    bool leading = site->field->sign_leading;
    uint8_t sign = site->bytes[leading ? 0 : site->length - 1];
    enum rc_charset charset = site->field->charset;
    bool negative = sign == rc_charset_byte(charset, '-');
    if (!negative && sign != rc_charset_byte(charset, '+') && sign != rc_charset_byte(charset, ' '))
        return fail(site, "its sign is 0x%02X, neither + nor -", sign);
    if (!digits(site, leading, site->length - !leading, value))
        return false;
    if (negative)
        *value = -*value;
    return true;
}

/* The ASCII overpunch is the EBCDIC one seen through a translation: {, A-I for
 * +0..+9 (zone C), }, J-R for -0..-9 (zone D); plain digits are positive. */
static bool zoned_sign(const struct site *site, uint8_t byte, int *digit, bool *negative)
{
    static const char plus[] = "{ABCDEFGHI", minus[] = "}JKLMNOPQR";
    *negative = false;
    if (site->field->charset != RC_ASCII) {
        int zone = byte >> 4;
        *digit = byte & 15;
        *negative = zone == 0xd || zone == 0xb;
        return *digit <= 9 && zone >= 0xa;
    }
    *digit = digit_of(site, byte);
    if (*digit >= 0)
        return true;
    for (int i = 0; i < 10; i++)
        if (byte == (uint8_t)plus[i] || byte == (uint8_t)minus[i]) {
            *digit = i;
            *negative = byte == (uint8_t)minus[i];
            return true;
        }
    return false;
}

static bool decode_overpunch(const struct site *site, rc_i128 *value)
{
    bool leading = site->field->sign_leading, negative;
    uint32_t at = leading ? 0 : site->length - 1;
    int digit;
    if (!zoned_sign(site, site->bytes[at], &digit, &negative))
        return fail(site, "byte %u is 0x%02X, no overpunched digit", at + 1, site->bytes[at]);
    if (leading && !push(site, value, digit))
        return false;
    if (!digits(site, leading, site->length - !leading, value))
        return false;
    if (!leading && !push(site, value, digit))
        return false;
    if (negative)
        *value = -*value;
    return true;
}

static bool decode_comp(const struct site *site, rc_i128 *value)
{
    const struct rc_field *field = site->field;
    rc_u128 bits = 0;
    for (uint32_t i = 0; i < site->length; i++)
        bits = bits << 8 | site->bytes[field->little_endian ? site->length - 1 - i : i];
    unsigned width = 8 * site->length;
    bool high = site->bytes[field->little_endian ? site->length - 1 : 0] & 0x80;
    bool negative = field->is_signed && high;
    if (!field->is_signed && width == 128 && high)
        return fail(site, "more than %d digits", RC_DECIMAL_DIGITS);
    if (negative && width < 128)
        bits |= ~(rc_u128)0 << width;
    *value = (rc_i128)bits;
    int most = field->digits ? field->digits : RC_DECIMAL_DIGITS;
    rc_i128 limit = rc_pow10(most);
    if (*value >= limit || *value <= -limit)
        return fail(site, "its value has more than the %d digits of its picture", most);
    return true;
}

static bool decode_comp3(const struct site *site, rc_i128 *value)
{
    uint32_t nibbles = 2 * site->length - !site->field->sign_none;
    for (uint32_t i = 0; i < nibbles; i++) {
        int digit = i % 2 ? site->bytes[i / 2] & 15 : site->bytes[i / 2] >> 4;
        if (digit > 9)
            return fail(site, "byte %u is 0x%02X: nibble %X is no digit", i / 2 + 1,
                        site->bytes[i / 2], (unsigned)digit);
        if (!push(site, value, digit))
            return false;
    }
    if (site->field->sign_none)
        return true;
    int sign = site->bytes[site->length - 1] & 15;
    if (sign < 10)
        return fail(site, "its sign nibble is %X; A to F is expected", (unsigned)sign);
    bool negative = sign == 0xd || sign == 0xb;
    if (negative && !site->field->is_signed)
        return fail(site, "its sign nibble is %X, but it has no sign", (unsigned)sign);
    if (negative)
        *value = -*value;
    return true;
}

static bool decode_edited(const struct site *site, struct rc_decimal *number)
{
    char text[64] = "";
    uint32_t used = 0, from = 0, to = site->length;
    uint8_t blank = rc_charset_byte(site->field->charset, ' ');
    while (from < to && site->bytes[from] == blank)
        from++;
    while (to > from && site->bytes[to - 1] == blank)
        to--;
    for (uint32_t i = from; i < to; i++) {
        uint16_t c = rc_charset_unicode[site->field->charset][site->bytes[i]];
        if (c == ',')
            continue;
        if (used == sizeof text || c > 0x7e)
            return fail(site, "it is no number");
        text[used++] = (char)c;
    }
    bool trailing = used > 1 && (text[used - 1] == '-' || text[used - 1] == '+');
    bool negative = trailing && text[used - 1] == '-';
    if (!rc_decimal_parse(text, used - trailing, number) ||
        (trailing && (*text == '-' || *text == '+')))
        return fail(site, "it is no number with a decimal point, or has over %d digits",
                    RC_DECIMAL_DIGITS);
    if (negative)
        number->unscaled = -number->unscaled;
    return true;
}

static bool decode_number(const struct site *site, struct rc_value *value)
{
    rc_i128 *unscaled = &value->number.unscaled;
    bool ok = false;
    value->kind = RC_VALUE_NUMBER;
    value->number = (struct rc_decimal){0, site->field->decimals};
    switch (site->field->type) {
    case RC_UNSIGNED:
        ok = digits(site, 0, site->length, unscaled);
        break;
    case RC_SEPARATE:
        ok = decode_separate(site, unscaled);
        break;
    case RC_OVERPUNCH:
        ok = decode_overpunch(site, unscaled);
        break;
    case RC_COMP:
        ok = decode_comp(site, unscaled);
        break;
    case RC_COMP3:
        ok = decode_comp3(site, unscaled);
        break;
    default:
        return decode_edited(site, &value->number);
    }
    for (int i = 0; ok && i < site->field->shift; i++) {
        bool negative = *unscaled < 0;
        rc_i128 magnitude = negative ? -*unscaled : *unscaled;
        ok = push(site, &magnitude, 0);
        *unscaled = negative ? -magnitude : magnitude;
    }
    return ok;
}

/* ----- dates ----- */

static int32_t days_of_ordinal(int year, int ordinal)
{
    return rc_civil_days(year, 1, 1) + ordinal - 1;
}

static bool ordinal_valid(int year, int ordinal)
{
    return year >= 1 && year <= 9999 && ordinal >= 1 &&
           ordinal <= 365 + (rc_civil_valid(year, 2, 29) ? 1 : 0);
}

/* The candidate nearest to the file date; the earlier one of two equally near. */
static void nearest(int32_t candidate, int32_t file_date, int32_t *best)
{
    int64_t distance = llabs((long long)candidate - file_date);
    if (*best == RC_CIVIL_NONE || distance < llabs((long long)*best - file_date))
        *best = candidate;
}

static bool infer_year(const struct site *site, int64_t digits_value, int32_t *days)
{
    int32_t file_date = site->decoder->file_date, best = RC_CIVIL_NONE;
    int year, month, day;
    if (file_date == RC_CIVIL_NONE)
        return fail(site, "its year is to be taken from the file date, which is not known; name it "
                          "with --date");
    rc_civil_from_days(file_date, &year, &month, &day);
    if (site->field->format == RC_MMDD) {
        for (int y = year - 4; y <= year + 4; y++)
            if (rc_civil_valid(y, (int)(digits_value / 100), (int)(digits_value % 100)))
                nearest(rc_civil_days(y, (int)(digits_value / 100), (int)(digits_value % 100)),
                        file_date, &best);
    } else {
        for (int y = year - 9; y <= year + 9; y++)
            if (y >= 0 && y % 10 == (int)(digits_value / 1000) &&
                ordinal_valid(y, (int)(digits_value % 1000)))
                nearest(days_of_ordinal(y, (int)(digits_value % 1000)), file_date, &best);
    }
    *days = best;
    return best != RC_CIVIL_NONE || fail(site, "there is no such date");
}

static int full_year(const struct rc_field *field, int two)
{
    return two >= field->pivot ? 1900 + two : 2000 + two;
}

static bool date_digits(const struct site *site, int64_t *value)
{
    rc_i128 number = 0;
    bool iso = site->field->format == RC_ISO_DATE;
    uint8_t dash = rc_charset_byte(site->field->charset, '-');
    if (!iso) {
        bool ok = digits(site, 0, site->length, &number);
        *value = (int64_t)number;
        return ok;
    }
    if (site->bytes[4] != dash || site->bytes[7] != dash)
        return fail(site, "it is not of the form YYYY-MM-DD");
    bool ok =
        digits(site, 0, 4, &number) && digits(site, 5, 7, &number) && digits(site, 8, 10, &number);
    *value = (int64_t)number;
    return ok;
}

static bool decode_date(const struct site *site, struct rc_value *value)
{
    int64_t n = 0;
    int year, month = 0, day = 0, ordinal = 0;
    value->kind = RC_VALUE_DATE;
    if (!date_digits(site, &n))
        return false;
    switch (site->field->format) {
    case RC_MMDDYYYY:
        year = (int)(n % 10000), month = (int)(n / 1000000), day = (int)(n / 10000 % 100);
        break;
    case RC_YYMMDD:
        year = full_year(site->field, (int)(n / 10000));
        month = (int)(n / 100 % 100), day = (int)(n % 100);
        break;
    case RC_YYYYDDD:
        year = (int)(n / 1000), ordinal = (int)(n % 1000);
        break;
    case RC_YYDDD:
        year = full_year(site->field, (int)(n / 1000)), ordinal = (int)(n % 1000);
        break;
    case RC_YDDD:
    case RC_MMDD:
        return infer_year(site, n, &value->date);
    default:
        year = (int)(n / 10000), month = (int)(n / 100 % 100), day = (int)(n % 100);
        break;
    }
    bool by_ordinal = site->field->format == RC_YYYYDDD || site->field->format == RC_YYDDD;
    if (by_ordinal ? !ordinal_valid(year, ordinal) : !rc_civil_valid(year, month, day))
        return fail(site, "there is no such date");
    value->date = by_ordinal ? days_of_ordinal(year, ordinal) : rc_civil_days(year, month, day);
    return true;
}

/* ----- what other fields of the record say ----- */

static bool text_is(const struct rc_value *value, const char *word)
{
    return value->kind == RC_VALUE_TEXT && strlen(word) == value->text.length &&
           memcmp(word, value->text.data, value->text.length) == 0;
}

/* A value against a word of an enum or of a sign list; numbers by their digits. */
static bool value_is(const struct rc_value *value, const char *word)
{
    struct rc_decimal number;
    if (value->kind != RC_VALUE_NUMBER)
        return text_is(value, word);
    return rc_decimal_parse(word, strlen(word), &number) &&
           number.unscaled == value->number.unscaled && number.scale == value->number.scale;
}

static bool is_one_of(const struct rc_value *value, const struct rc_words *words)
{
    for (int i = 0; i < words->count; i++)
        if (value_is(value, words->items[i]))
            return true;
    return false;
}

static bool apply_decimals(const struct site *site, const struct rc_value *values,
                           struct rc_value *value)
{
    const struct rc_field *field = site->field;
    if (field->decimals_from >= 0) {
        const struct rc_value *from = &values[field->decimals_from];
        uint8_t currency = RC_CURRENCY_NONE;
        char digits_text[4] = "";
        if (from->kind == RC_VALUE_TEXT)
            currency = rc_currency_find(from->text.data, from->text.length);
        else if (from->kind == RC_VALUE_NUMBER && from->number.unscaled >= 0 &&
                 from->number.unscaled <= 999) {
            snprintf(digits_text, sizeof digits_text, "%03d", (int)from->number.unscaled);
            currency = rc_currency_find(digits_text, 3);
        }
        if (currency == RC_CURRENCY_NONE || rc_currencies[currency].exponent < 0)
            return fail(site, "its decimals come from a currency that ISO 4217 does not have");
        value->number.scale = rc_currencies[currency].exponent;
    }
    if (field->decimals_field >= 0) {
        const struct rc_value *from = &values[field->decimals_field];
        rc_i128 scale = from->number.unscaled;
        if (from->kind != RC_VALUE_NUMBER || from->number.scale || scale < 0 ||
            scale > RC_DECIMAL_DIGITS)
            return fail(site, "the field that holds its decimals is not in 0..%d",
                        RC_DECIMAL_DIGITS);
        value->number.scale = (int)scale;
    }
    return true;
}

static bool apply_sign(const struct site *site, const struct rc_value *values,
                       struct rc_value *value)
{
    const struct rc_field *field = site->field;
    if (field->sign_from < 0)
        return true;
    const struct rc_value *from = &values[field->sign_from];
    bool negative = is_one_of(from, &field->negative);
    bool positive = is_one_of(from, &field->positive);
    if (!negative && !positive) {
        if (field->negative.count && field->positive.count)
            return fail(site, "the field that decides its sign has neither a positive nor a "
                              "negative text");
        negative = !field->negative.count;
    }
    if (negative)
        value->number.unscaled = -value->number.unscaled;
    return true;
}

/* ----- a record ----- */

static bool decode_field(const struct site *site, struct rc_value *value)
{
    const struct rc_field *field = site->field;
    if (field->type == RC_FILLER)
        return true;
    if (field->blank_is_zero &&
        all_bytes(site->bytes, site->length, rc_charset_byte(field->charset, ' '))) {
        value->kind = RC_VALUE_NUMBER;
        value->number = (struct rc_decimal){0, field->decimals};
        return true;
    }
    if (is_null(site)) {
        if (site->field->required)
            return fail(site, "it is empty, but required");
        return true;
    }
    if (site->field->type == RC_TEXT)
        return decode_text(site, value);
    if (site->field->type == RC_CONSTANT)
        return decode_constant(site, value);
    if (site->field->type == RC_DATE)
        return decode_date(site, value);
    return decode_number(site, value);
}

bool rc_field_place(const struct rc_record_type *type, const struct rc_field *field,
                    const struct rc_value *values, uint32_t length, uint32_t *at)
{
    (void)type;
    *at = field->at;
    if (field->count_field >= 0) {
        const struct rc_value *count = &values[field->count_field];
        if (count->kind != RC_VALUE_NUMBER || count->number.unscaled < field->occurrence)
            return false;
    }
    for (int i = 0; i < field->slide_count; i++) {
        const struct rc_slide *slide = &field->slides[i];
        const struct rc_value *count = &values[slide->field];
        rc_i128 n = count->kind == RC_VALUE_NUMBER ? count->number.unscaled : slide->max;
        n = n < 0 ? 0 : (n > slide->max ? slide->max : n);
        *at -= (uint32_t)((slide->max - (int32_t)n) * slide->bytes);
    }
    return *at + field->length <= length;
}

static bool settle(const struct site *site, bool decoded, struct rc_value *value)
{
    if (decoded)
        return true;
    if (!site->field->lenient)
        return false;
    *value = (struct rc_value){.kind = RC_VALUE_NULL, .lenient = true};
    return true;
}

static bool decode_plain(struct site *site, const struct rc_record_type *type, const uint8_t *bytes,
                         uint32_t length, struct rc_value *values)
{
    for (int i = 0; i < type->field_count; i++) {
        const struct rc_field *field = &type->fields[i];
        uint32_t at;
        site->field = field;
        values[i] = (struct rc_value){.kind = RC_VALUE_NULL};
        if (!rc_field_place(type, field, values, length, &at)) {
            bool absent = field->count_field >= 0 || !field->required;
            if (!absent && !field->lenient)
                return fail(site, "the record ends at byte %u, the field at %u", length,
                            at + field->length);
            continue;
        }
        site->bytes = bytes + at;
        site->length = field->length;
        if (!settle(site, decode_field(site, &values[i]), &values[i]))
            return false;
    }
    return true;
}

static bool apply_references(struct site *site, const struct rc_record_type *type,
                             struct rc_value *values)
{
    for (int i = 0; i < type->field_count; i++) {
        const struct rc_field *field = &type->fields[i];
        struct rc_value *value = &values[i];
        site->field = field;
        if (value->kind == RC_VALUE_NULL)
            continue;
        bool ok = true;
        if (value->kind == RC_VALUE_NUMBER)
            ok = apply_decimals(site, values, value) && apply_sign(site, values, value);
        if (ok && field->allowed.count && !is_one_of(value, &field->allowed))
            ok = fail(site, "its value is not one that the layout allows");
        if (!settle(site, ok, value))
            return false;
    }
    return true;
}

bool rc_decode_record(struct rc_decoder *decoder, const struct rc_record_type *type,
                      const uint8_t *bytes, uint32_t length, struct rc_value *values,
                      struct rc_fault *fault)
{
    struct site site = {.decoder = decoder, .fault = fault};
    decoder->text_used = 0;
    return decode_plain(&site, type, bytes, length, values) &&
           apply_references(&site, type, values);
}
