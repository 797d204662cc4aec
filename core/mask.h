/* Primary account numbers never leave in clear: what is shown or stored keeps
 * the first six and the last four digits (PCI DSS 4.0, requirement 3.4). */
#ifndef RC_CORE_MASK_H
#define RC_CORE_MASK_H

#include "core/decode.h"

enum {
    RC_CARD_KEY_BYTES = 64,       /* longest key */
    RC_CARD_CANONICAL_BYTES = 64, /* holds what rc_card_canonical writes */
};

/* The key of the hash that stands for a card number where it has to be compared. */
struct rc_card_key {
    unsigned char bytes[RC_CARD_KEY_BYTES];
    size_t length;
};

/* Masks a card number's text in place: all but the first six and last four of its
 * characters become '*' (all of them when it has fewer than 13). */
void rc_mask_card(char *text, size_t length);

/* What stands for a card number in a canonical record: its masked text, '#' and 16
 * hex digits of HMAC-SHA-256(key, number). `out` has RC_CARD_CANONICAL_BYTES.
 * Gives the length; 0 when OpenSSL fails. */
size_t rc_card_canonical(const struct rc_card_key *key, const char *text, size_t length, char *out);

/* Masks, in place, each run of 13 to 19 digits in a text (ASCII or UTF-8) that passes the
 * Luhn check (ISO/IEC 7812-1): what is said to people and written to logs. */
void rc_mask_text(char *text, uint32_t length);

/* Masks a record's raw bytes in place: the fields that the type calls card
 * numbers, each field, and each run of digits between other characters, that is
 * 13 to 19 digits long and passes the Luhn check (ISO/IEC 7812-1). Without a
 * type (NULL) the card fields of every type are masked. The bytes that stand for masked digits are
 * the charset's '*'. */
void rc_mask_raw(const struct rc_layout *layout, const struct rc_record_type *type, uint8_t *bytes,
                 uint32_t length);

#endif
