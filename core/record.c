#include "core/record.h"

#define XXH_INLINE_ALL
#include <string.h>
#include <xxhash.h>

#include "core/currency.h"

static const char *const kind_names[RC_KINDS] = {"sale", "credit", "reversal", "chargeback", "fee"};

static const char *const canon_names[RC_CANON_FIELDS] = {
    [RC_C_AMOUNT] = "amount",
    [RC_C_CURRENCY] = "currency",
    [RC_C_DATE] = "date",
    [RC_C_SETTLE_DATE] = "settle_date",
    [RC_C_KIND] = "kind",
    [RC_C_FEE] = "fee",
    [RC_C_ORIGINAL_AMOUNT] = "original_amount",
    [RC_C_ORIGINAL_CURRENCY] = "original_currency",
    [RC_C_ID] = "id",
    [RC_C_ACQUIRER_REFERENCE] = "acquirer_reference",
    [RC_C_AUTH_CODE] = "auth_code",
    [RC_C_CARD] = "card",
    [RC_C_MERCHANT_ID] = "merchant_id",
    [RC_C_MCC] = "mcc",
    [RC_C_REFERENCE] = "reference",
};

static int find_name(const char *const *names, int count, const char *name)
{
    for (int i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

const char *rc_kind_name(enum rc_kind kind)
{
    return kind_names[kind];
}

bool rc_kind_find(const char *name, enum rc_kind *kind)
{
    int i = find_name(kind_names, RC_KINDS, name);
    if (i >= 0)
        *kind = (enum rc_kind)i;
    return i >= 0;
}

const char *rc_canon_name(enum rc_canon field)
{
    return canon_names[field];
}

bool rc_canon_find(const char *name, enum rc_canon *field)
{
    int i = find_name(canon_names, RC_CANON_FIELDS, name);
    if (i >= 0)
        *field = (enum rc_canon)i;
    return i >= 0;
}

/* ----- canonical bytes ----- */

static inline uint8_t *put(uint8_t *to, const void *from, size_t length)
{
    memcpy(to, from, length);
    return to + length;
}

/* Texts are short; a call to memcpy costs more than two overlapping words. */
static inline uint8_t *put_short(uint8_t *to, const char *from, size_t length)
{
    if (length >= 32)
        return put(to, from, length);
    if (length >= 16) {
        memcpy(to, from, 16);
        memcpy(to + length - 16, from + length - 16, 16);
    } else if (length >= 8) {
        memcpy(to, from, 8);
        memcpy(to + length - 8, from + length - 8, 8);
    } else if (length >= 4) {
        memcpy(to, from, 4);
        memcpy(to + length - 4, from + length - 4, 4);
    } else {
        for (size_t i = 0; i < length; i++)
            to[i] = (uint8_t)from[i];
    }
    return to + length;
}

static inline uint8_t *put_text(uint8_t *to, const struct rc_text *text)
{
    uint16_t length = (uint16_t)text->length;
    to = put(to, &length, sizeof length);
    return put_short(to, text->data, length);
}

static inline uint16_t numeric(uint8_t currency)
{
    return rc_currencies[currency].numeric;
}

static inline uint8_t *put_currency(uint8_t *to, uint8_t currency)
{
    uint16_t code = numeric(currency);
    return put(to, &code, sizeof code);
}

size_t rc_record_canonical(const struct rc_record *record, uint32_t mask, uint8_t *bytes)
{
    uint32_t fields = record->present & mask;
    uint16_t bitmap = (uint16_t)fields;
    uint8_t *to = put(bytes, &bitmap, sizeof bitmap);
    if (fields >> RC_C_AMOUNT & 1)
        to = put(to, &record->amount_minor, 8);
    if (fields >> RC_C_CURRENCY & 1)
        to = put_currency(to, record->currency);
    if (fields >> RC_C_DATE & 1)
        to = put(to, &record->date, 4);
    if (fields >> RC_C_SETTLE_DATE & 1)
        to = put(to, &record->settle_date, 4);
    if (fields >> RC_C_KIND & 1)
        *to++ = record->kind;
    if (fields >> RC_C_FEE & 1)
        to = put(to, &record->fee_minor, 8);
    if (fields >> RC_C_ORIGINAL_AMOUNT & 1)
        to = put(to, &record->original_amount_minor, 8);
    if (fields >> RC_C_ORIGINAL_CURRENCY & 1)
        to = put_currency(to, record->original_currency);
    for (uint32_t rest = fields >> RC_C_FIRST_TEXT; rest; rest &= rest - 1)
        to = put_text(to, &record->text[__builtin_ctz(rest)]);
    return (size_t)(to - bytes);
}

struct reader {
    const uint8_t *at, *end;
    bool ok;
};

static void take(struct reader *reader, void *to, size_t length)
{
    if ((size_t)(reader->end - reader->at) < length) {
        reader->ok = false;
        return;
    }
    memcpy(to, reader->at, length);
    reader->at += length;
}

static uint8_t take_currency(struct reader *reader)
{
    uint16_t code = 0;
    take(reader, &code, sizeof code);
    char text[3] = {(char)('0' + code / 100 % 10), (char)('0' + code / 10 % 10),
                    (char)('0' + code % 10)};
    uint8_t currency = rc_currency_find(text, 3);
    reader->ok &= numeric(currency) == code;
    return currency;
}

static void take_text(struct reader *reader, uint16_t most, struct rc_text *text)
{
    uint16_t length = 0;
    take(reader, &length, sizeof length);
    if (length > most || (size_t)(reader->end - reader->at) < length)
        reader->ok = false;
    if (!reader->ok)
        return;
    *text = (struct rc_text){(const char *)reader->at, length};
    reader->at += length;
}

bool rc_record_from_canonical(const uint8_t *bytes, size_t length, struct rc_record *record)
{
    struct reader reader = {bytes, bytes + length, true};
    uint16_t fields = 0;
    *record = (struct rc_record){0};
    take(&reader, &fields, sizeof fields);
    record->present = fields;
    if (fields >> RC_C_AMOUNT & 1)
        take(&reader, &record->amount_minor, 8);
    if (fields >> RC_C_CURRENCY & 1)
        record->currency = take_currency(&reader);
    if (fields >> RC_C_DATE & 1)
        take(&reader, &record->date, 4);
    if (fields >> RC_C_SETTLE_DATE & 1)
        take(&reader, &record->settle_date, 4);
    if (fields >> RC_C_KIND & 1)
        take(&reader, &record->kind, 1);
    if (fields >> RC_C_FEE & 1)
        take(&reader, &record->fee_minor, 8);
    if (fields >> RC_C_ORIGINAL_AMOUNT & 1)
        take(&reader, &record->original_amount_minor, 8);
    if (fields >> RC_C_ORIGINAL_CURRENCY & 1)
        record->original_currency = take_currency(&reader);
    for (int i = 0; i < RC_CANON_TEXTS; i++)
        if (fields >> (RC_C_FIRST_TEXT + i) & 1)
            take_text(&reader, i ? RC_TEXT_BYTES : RC_ID_BYTES, &record->text[i]);
    reader.ok &= fields >> RC_CANON_FIELDS == 0;
    return reader.ok && reader.at == reader.end && record->kind < RC_KINDS;
}

int rc_record_compare(const struct rc_record *a, const struct rc_record *b)
{
    uint8_t left[RC_CANONICAL_BYTES + 64], right[RC_CANONICAL_BYTES + 64];
    size_t left_length = rc_record_canonical(a, ~0u, left);
    size_t right_length = rc_record_canonical(b, ~0u, right);
    int order = memcmp(left, right, left_length < right_length ? left_length : right_length);
    if (order)
        return order;
    return (left_length > right_length) - (left_length < right_length);
}

/* ----- hashes and digests ----- */

uint64_t rc_id_hash(const char *id, size_t length)
{
    return XXH3_64bits(id, length);
}

rc_u128 rc_digest_term(const uint8_t *canonical, size_t length, enum rc_side side,
                       enum rc_status status)
{
    XXH128_hash_t hash =
        status == RC_MATCHED
            ? XXH3_128bits(canonical, length)
            : XXH3_128bits_withSeed(canonical, length, (uint64_t)side << 8 | (uint64_t)status);
    return (rc_u128)hash.high64 << 64 | hash.low64;
}

void rc_digest_format(rc_u128 digest, char text[33])
{
    for (int i = 31; i >= 0; i--, digest >>= 4)
        text[i] = "0123456789abcdef"[(int)(digest & 15)];
    text[32] = '\0';
}

bool rc_digest_parse(const char *text, rc_u128 *digest)
{
    static const char digits[] = "0123456789abcdef";
    if (!text || strlen(text) != 32 || strspn(text, digits) != 32)
        return false;
    *digest = 0;
    for (const char *c = text; *c; c++)
        *digest = *digest << 4 | (rc_u128)(size_t)(strchr(digits, *c) - digits);
    return true;
}

size_t rc_id_encoded_length(const char *id, size_t length)
{
    size_t encoded = 0;
    for (size_t i = 0; i < length; i++)
        encoded += rc_id_byte_is_plain((unsigned char)id[i]) ? 1 : 3;
    return encoded;
}

int rc_id_compare(struct rc_text a, struct rc_text b)
{
    uint32_t shorter = a.length < b.length ? a.length : b.length;
    for (uint32_t i = 0; i < shorter; i++) {
        unsigned char x = (unsigned char)a.data[i], y = (unsigned char)b.data[i];
        if (x == y)
            continue;
        bool x_plain = rc_id_byte_is_plain(x);
        if (x_plain != rc_id_byte_is_plain(y))
            return x_plain ? 1 : -1; /* '%' is less than any plain byte */
        return x < y ? -1 : 1;
    }
    return (a.length > b.length) - (a.length < b.length);
}
