#include "core/mask.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

enum { KEEP_FIRST = 6, KEEP_LAST = 4, SHORTEST = 13, LONGEST = 19, SHOWN = 40 };

void rc_mask_card(char *text, size_t length)
{
    bool short_one = length < SHORTEST;
    size_t from = short_one ? 0 : KEEP_FIRST, to = short_one ? length : length - KEEP_LAST;
    for (size_t i = from; i < to; i++)
        text[i] = '*';
}

size_t rc_card_canonical(const struct rc_card_key *key, const char *text, size_t length, char *out)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned int hash_length = 0;
    size_t shown = length < SHOWN ? length : SHOWN;
    if (!HMAC(EVP_sha256(), key->bytes, (int)key->length, (const unsigned char *)text, length, hash,
              &hash_length))
        return 0;
    memcpy(out, text, shown);
    if (length > SHOWN)
        memcpy(out + SHOWN - KEEP_LAST, text + length - KEEP_LAST, KEEP_LAST);
    rc_mask_card(out, shown);
    out[shown] = '#';
    for (size_t i = 0; i < 8; i++) {
        out[shown + 1 + 2 * i] = digits[hash[i] >> 4];
        out[shown + 2 + 2 * i] = digits[hash[i] & 15];
    }
    return shown + 17;
}

/* ----- raw bytes ----- */

static bool passes_luhn(const uint8_t *digits, uint32_t length, uint8_t zero)
{
    unsigned sum = 0;
    for (uint32_t i = 0; i < length; i++) {
        unsigned digit = (unsigned)(digits[length - 1 - i] - zero);
        if (i % 2)
            digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
        sum += digit;
    }
    return sum % 10 == 0;
}

static bool is_digit(uint8_t byte, uint8_t zero)
{
    return (uint8_t)(byte - zero) <= 9;
}

static void mask_middle(uint8_t *bytes, uint32_t length, uint8_t star)
{
    if (length < SHORTEST)
        memset(bytes, star, length);
    else
        memset(bytes + KEEP_FIRST, star, length - KEEP_FIRST - KEEP_LAST);
}

/* Masks the runs of digits in a range that look like card numbers. */
static void mask_runs(enum rc_charset charset, uint8_t *bytes, uint32_t length)
{
    uint8_t zero = rc_charset_byte(charset, '0'), star = rc_charset_byte(charset, '*');
    for (uint32_t i = 0; i < length;) {
        uint32_t from = i;
        while (i < length && is_digit(bytes[i], zero))
            i++;
        uint32_t run = i - from;
        if (run >= SHORTEST && run <= LONGEST && passes_luhn(bytes + from, run, zero))
            mask_middle(bytes + from, run, star);
        i += run == 0;
    }
}

void rc_mask_text(char *text, uint32_t length)
{
    mask_runs(RC_ASCII, (uint8_t *)text, length);
}

/* A field that OCCURS DEPENDING ON moves is masked wherever it may stand. Of one
 * that the end of the record cuts, the last digits are not the card's last. */
static void mask_card_field(const struct rc_field *field, uint8_t *bytes, uint32_t length)
{
    uint8_t blank = rc_charset_byte(field->charset, ' ');
    uint8_t star = rc_charset_byte(field->charset, '*');
    uint32_t from = field->at, to = field->at + field->length;
    uint32_t keep = field->length < SHORTEST ? 0 : KEEP_FIRST;
    for (int i = 0; i < field->slide_count; i++)
        from -= (uint32_t)(field->slides[i].max * field->slides[i].bytes);
    bool cut = to > length;
    to = cut ? length : to;
    while (from < to && bytes[from] == blank)
        from++;
    while (to > from && bytes[to - 1] == blank)
        to--;
    if (cut && to > from + keep)
        memset(bytes + from + keep, star, to - from - keep);
    else if (!cut)
        mask_middle(bytes + from, to - from, star);
}

static void mask_cards(const struct rc_record_type *type, uint8_t *bytes, uint32_t length)
{
    for (int i = 0; i < type->field_count; i++)
        if (type->fields[i].card)
            mask_card_field(&type->fields[i], bytes, length);
}

static void mask_fields(const struct rc_record_type *type, uint8_t *bytes, uint32_t length)
{
    mask_cards(type, bytes, length);
    for (int i = 0; i < type->field_count; i++) {
        const struct rc_field *field = &type->fields[i];
        if (!field->card && field->at < length && field->length <= length - field->at)
            mask_runs(field->charset, bytes + field->at, field->length);
    }
}

void rc_mask_raw(const struct rc_layout *layout, const struct rc_record_type *type, uint8_t *bytes,
                 uint32_t length)
{
    mask_runs(layout->charset, bytes, length);
    if (type) {
        mask_fields(type, bytes, length);
        return;
    }
    /* Of a record that is none of the layout's, any of its card fields may be one. */
    for (int t = 0; t < layout->type_count; t++)
        mask_cards(&layout->types[t], bytes, length);
}
