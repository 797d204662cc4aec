/* The canonical record: what a transaction means, whatever layout it came in.
 * Its canonical bytes are the same for the same meaning, so digests over them
 * compare files, re-runs and machines. */
#ifndef RC_CORE_RECORD_H
#define RC_CORE_RECORD_H

#include "base/buf.h"
#include "base/int128.h"
#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum rc_kind {
    RC_KIND_SALE,
    RC_KIND_CREDIT,
    RC_KIND_REVERSAL,
    RC_KIND_CHARGEBACK,
    RC_KIND_FEE,
    RC_KINDS,
};

const char *rc_kind_name(enum rc_kind kind);
bool rc_kind_find(const char *name, enum rc_kind *kind);

/* The canonical fields. The texts come last; the order is part of the canonical
 * bytes. */
enum rc_canon {
    RC_C_AMOUNT,
    RC_C_CURRENCY,
    RC_C_DATE,
    RC_C_SETTLE_DATE,
    RC_C_KIND,
    RC_C_FEE,
    RC_C_ORIGINAL_AMOUNT,
    RC_C_ORIGINAL_CURRENCY,
    RC_C_ID,
    RC_C_ACQUIRER_REFERENCE,
    RC_C_AUTH_CODE,
    RC_C_CARD,
    RC_C_MERCHANT_ID,
    RC_C_MCC,
    RC_C_REFERENCE,
    RC_CANON_FIELDS,
    RC_C_FIRST_TEXT = RC_C_ID,
    RC_CANON_TEXTS = RC_CANON_FIELDS - RC_C_FIRST_TEXT,
};

const char *rc_canon_name(enum rc_canon field);
bool rc_canon_find(const char *name, enum rc_canon *field);

enum {
    RC_ID_BYTES = 900,   /* longest encoding of a TransactionID */
    RC_TEXT_BYTES = 255, /* longest of the other texts */
    RC_CANONICAL_BYTES = 48 + RC_ID_BYTES + (RC_CANON_TEXTS - 1) * (RC_TEXT_BYTES + 2),
};

struct rc_text {
    const char *data; /* borrowed: lives as long as what the record was read from */
    uint32_t length;
};

/* Where a record stands in its file. */
struct rc_where {
    uint64_t number;   /* from 1, all records of the file counted */
    uint64_t offset;   /* bytes from the file's start */
    uint32_t length;   /* bytes of the record (or of the whole transaction), framing included */
    uint32_t delivery; /* which of its side's files; 0 where a side is one file */
};

struct rc_record {
    int64_t amount_minor;
    int64_t fee_minor;
    int64_t original_amount_minor;
    int32_t date; /* days since 1970-01-01 */
    int32_t settle_date;
    uint8_t currency; /* index into rc_currencies */
    uint8_t original_currency;
    uint8_t kind;                        /* enum rc_kind */
    uint32_t present;                    /* bit (1 << enum rc_canon): which fields there are */
    struct rc_text text[RC_CANON_TEXTS]; /* [field - RC_C_FIRST_TEXT] */
};

static inline bool rc_record_has(const struct rc_record *record, enum rc_canon field)
{
    return record->present >> field & 1;
}

static inline struct rc_text rc_record_text(const struct rc_record *record, enum rc_canon field)
{
    return record->text[field - RC_C_FIRST_TEXT];
}

static inline struct rc_text rc_record_id(const struct rc_record *record)
{
    return record->text[0];
}

/* Writes the canonical bytes of the fields in `mask` that are present:
 * u16 LE bitmap of fields, then each in order: amounts i64 LE, dates i32 LE days,
 * currencies u16 LE ISO numeric, kind u8, texts u16 LE length and bytes. A card
 * must already be what rc_card_canonical (core/mask.h) made of it. `bytes` has
 * RC_CANONICAL_BYTES + 64 bytes: copies may run past the end. Gives the length. */
size_t rc_record_canonical(const struct rc_record *record, uint32_t mask, uint8_t *bytes);

/* Reads canonical bytes back; texts point into bytes. False when malformed. */
bool rc_record_from_canonical(const uint8_t *bytes, size_t length, struct rc_record *record);

/* Orders two records by their canonical bytes (memcmp, then length). */
int rc_record_compare(const struct rc_record *a, const struct rc_record *b);

/* ----- hashes and digests ----- */

/* The hash that shards: XXH3_64bits(TransactionID). */
uint64_t rc_id_hash(const char *id, size_t length);

/* The shard of a transaction, for ever: id hash modulo the shard count. */
static inline uint32_t rc_shard_of(uint64_t id_hash, uint32_t shard_count)
{
    return (uint32_t)(id_hash % shard_count);
}

/* The term one record adds to an outcome digest: XXH3_128 over its canonical
 * bytes with a seed of side and status. With RC_MATCHED the seed is 0 on both
 * sides and the term is that of the record digest, so that a day in which
 * everything matched has equal record and outcome digests. Digests add terms
 * modulo 2^128. */
rc_u128 rc_digest_term(const uint8_t *canonical, size_t length, enum rc_side side,
                       enum rc_status status);

/* 32 lower-case hex digits and a NUL. */
void rc_digest_format(rc_u128 digest, char text[33]);

/* Reads exactly 32 lower-case hex digits; text may be NULL. */
bool rc_digest_parse(const char *text, rc_u128 *digest);

/* Whether the percent-encoding of an id leaves a byte as it is: A-Z a-z 0-9 . _ ~ -
 * (RFC 3986, 2.3); every other byte becomes '%' and two hex digits. */
static inline bool rc_id_byte_is_plain(unsigned char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '~' || c == '-';
}

/* Bytes of the percent-encoding of an id. */
size_t rc_id_encoded_length(const char *id, size_t length);

/* Orders ids as their percent-encodings are ordered: an id that begins another one
 * stands before it, and encoded bytes stand before plain ones. It is the order in
 * which a database that has the encodings as sort keys gives them. */
int rc_id_compare(struct rc_text a, struct rc_text b);

#endif
