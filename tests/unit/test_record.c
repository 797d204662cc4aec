#include "core/record.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/currency.h"

enum { ROOM = RC_CANONICAL_BYTES + 64, ALL = (1 << RC_CANON_FIELDS) - 1 };

static char long_text[RC_ID_BYTES + 1];

static uint64_t next(uint64_t *random)
{
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    return *random;
}

static struct rc_text text(const char *data)
{
    return (struct rc_text){data, (uint32_t)strlen(data)};
}

static uint8_t currency(const char *code)
{
    return rc_currency_find(code, 3);
}

static struct rc_record full(void)
{
    struct rc_record record = {
        .amount_minor = -1234567890123,
        .fee_minor = 25,
        .original_amount_minor = 99,
        .date = 20544,
        .settle_date = -1,
        .currency = currency("USD"),
        .original_currency = currency("JPY"),
        .kind = RC_KIND_CHARGEBACK,
        .present = ALL,
        .text = {text("TX1"), text("ARN"), text(""), text("411111******1111#00"), text("M"),
                 text("5411"), text("R")},
    };
    return record;
}

static void test_names(void **state)
{
    (void)state;
    enum rc_canon field;
    enum rc_kind kind;
    for (int i = 0; i < RC_CANON_FIELDS; i++) {
        assert_true(rc_canon_find(rc_canon_name((enum rc_canon)i), &field));
        assert_int_equal(field, i);
    }
    for (int i = 0; i < RC_KINDS; i++) {
        assert_true(rc_kind_find(rc_kind_name((enum rc_kind)i), &kind));
        assert_int_equal(kind, i);
    }
    assert_false(rc_canon_find("amounts", &field));
    assert_false(rc_canon_find("", &field));
    assert_false(rc_kind_find("Sale", &kind));
}

/* ----- canonical bytes ----- */

/* Byte by byte, as the header says. */
static void test_canonical_bytes(void **state)
{
    (void)state;
    struct rc_record record = full();
    uint8_t bytes[ROOM];
    record.present = 1u << RC_C_AMOUNT | 1u << RC_C_CURRENCY | 1u << RC_C_DATE |
                     1u << RC_C_SETTLE_DATE | 1u << RC_C_KIND | 1u << RC_C_ID;
    record.amount_minor = -2;
    record.date = 0x01020304;
    static const uint8_t expected[] = {
        0x1f, 0x01,                                     /* fields */
        0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, /* amount */
        0x48, 0x03,                                     /* 840 */
        0x04, 0x03, 0x02, 0x01, 0xff, 0xff, 0xff, 0xff, /* dates */
        0x03,                                           /* chargeback */
        0x03, 0x00, 'T',  'X',  '1',
    };
    assert_int_equal(rc_record_canonical(&record, ~0u, bytes), sizeof expected);
    assert_memory_equal(bytes, expected, sizeof expected);
    /* What is masked out or absent leaves no trace. */
    record.fee_minor = 77;
    record.text[3] = text("other");
    assert_int_equal(rc_record_canonical(&record, ~0u, bytes), sizeof expected);
    assert_memory_equal(bytes, expected, sizeof expected);
    assert_int_equal(rc_record_canonical(&record, 0, bytes), 2);
    assert_int_equal(bytes[0] | bytes[1], 0);
}

static void assert_same(const struct rc_record *a, const struct rc_record *b)
{
    assert_int_equal(a->present, b->present);
    assert_true(a->amount_minor == b->amount_minor && a->fee_minor == b->fee_minor);
    assert_true(a->original_amount_minor == b->original_amount_minor);
    assert_int_equal(a->date, b->date);
    assert_int_equal(a->settle_date, b->settle_date);
    assert_int_equal(a->currency, b->currency);
    assert_int_equal(a->original_currency, b->original_currency);
    assert_int_equal(a->kind, b->kind);
    for (int i = 0; i < RC_CANON_TEXTS; i++) {
        assert_int_equal(a->text[i].length, b->text[i].length);
        if (a->text[i].length)
            assert_memory_equal(a->text[i].data, b->text[i].data, a->text[i].length);
    }
}

static struct rc_record random_record(uint64_t *random)
{
    struct rc_record record = {.present = (uint32_t)(next(random) & ALL)};
    int64_t amounts[] = {0, -1, INT64_MIN, INT64_MAX, (int64_t)next(random)};
    for (int field = 0; field < RC_CANON_FIELDS; field++) {
        if (!rc_record_has(&record, (enum rc_canon)field))
            continue;
        if (field >= RC_C_FIRST_TEXT) {
            uint32_t most = field == RC_C_ID ? RC_ID_BYTES : RC_TEXT_BYTES;
            uint32_t length = (uint32_t)(next(random) % (next(random) % 3 ? 40 : most + 1));
            record.text[field - RC_C_FIRST_TEXT] = (struct rc_text){long_text, length};
        }
    }
    if (rc_record_has(&record, RC_C_AMOUNT))
        record.amount_minor = amounts[next(random) % 5];
    if (rc_record_has(&record, RC_C_FEE))
        record.fee_minor = amounts[next(random) % 5];
    if (rc_record_has(&record, RC_C_ORIGINAL_AMOUNT))
        record.original_amount_minor = amounts[next(random) % 5];
    if (rc_record_has(&record, RC_C_DATE))
        record.date = (int32_t)next(random);
    if (rc_record_has(&record, RC_C_SETTLE_DATE))
        record.settle_date = (int32_t)next(random);
    if (rc_record_has(&record, RC_C_CURRENCY))
        record.currency = (uint8_t)(1 + next(random) % (rc_currency_count - 1));
    if (rc_record_has(&record, RC_C_ORIGINAL_CURRENCY))
        record.original_currency = (uint8_t)(1 + next(random) % (rc_currency_count - 1));
    if (rc_record_has(&record, RC_C_KIND))
        record.kind = (uint8_t)(next(random) % RC_KINDS);
    return record;
}

static void test_reads_back(void **state)
{
    (void)state;
    uint64_t random = 88172645463325252;
    uint8_t bytes[ROOM], again[ROOM];
    for (int i = 0; i < 20000; i++) {
        struct rc_record record = random_record(&random), back;
        size_t length = rc_record_canonical(&record, ~0u, bytes);
        assert_true(length <= RC_CANONICAL_BYTES);
        assert_true(rc_record_from_canonical(bytes, length, &back));
        assert_same(&record, &back);
        assert_int_equal(rc_record_canonical(&back, ~0u, again), length);
        assert_memory_equal(bytes, again, length);
    }
}

static void test_the_longest_fits(void **state)
{
    (void)state;
    struct rc_record record = full(), back;
    uint8_t bytes[ROOM];
    for (int i = 0; i < RC_CANON_TEXTS; i++)
        record.text[i] = (struct rc_text){long_text, i ? RC_TEXT_BYTES : RC_ID_BYTES};
    size_t length = rc_record_canonical(&record, ~0u, bytes);
    assert_true(length <= RC_CANONICAL_BYTES);
    assert_true(rc_record_from_canonical(bytes, length, &back));
    assert_same(&record, &back);
}

/* Cut anywhere, with bytes behind, or with a byte changed: refused or understood
 * as something of the same bytes, never read past. */
static void test_malformed_bytes(void **state)
{
    (void)state;
    struct rc_record record = full(), back;
    uint8_t bytes[ROOM], again[ROOM];
    size_t length = rc_record_canonical(&record, ~0u, bytes);
    for (size_t cut = 0; cut < length; cut++) {
        uint8_t *exact = malloc(cut + 1);
        assert_non_null(exact);
        memcpy(exact, bytes, cut);
        assert_false(rc_record_from_canonical(exact, cut, &back));
        free(exact);
    }
    bytes[length] = 0;
    assert_false(rc_record_from_canonical(bytes, length + 1, &back));
    for (size_t at = 0; at < length; at++)
        for (unsigned value = 0; value < 256; value++) {
            uint8_t was = bytes[at];
            bytes[at] = (uint8_t)value;
            if (rc_record_from_canonical(bytes, length, &back)) {
                assert_int_equal(rc_record_canonical(&back, ~0u, again), length);
                assert_memory_equal(bytes, again, length);
            }
            bytes[at] = was;
        }
}

/* The text's length is in the bytes; it may not say more than any text has. */
static void test_texts_over_their_limit_are_refused(void **state)
{
    (void)state;
    for (int i = 0; i < RC_CANON_TEXTS; i++) {
        size_t most = i ? RC_TEXT_BYTES : RC_ID_BYTES;
        for (size_t length = most; length <= most + 1; length++) {
            uint8_t *bytes = calloc(1, 4 + length);
            struct rc_record back;
            assert_non_null(bytes);
            uint16_t fields = (uint16_t)(1u << (RC_C_FIRST_TEXT + i));
            memcpy(bytes, &fields, 2);
            bytes[2] = (uint8_t)length;
            bytes[3] = (uint8_t)(length >> 8);
            assert_int_equal(rc_record_from_canonical(bytes, 4 + length, &back), length == most);
            free(bytes);
        }
    }
}

static void test_compare_orders_by_bytes(void **state)
{
    (void)state;
    uint64_t random = 1;
    for (int i = 0; i < 2000; i++) {
        struct rc_record a = random_record(&random), b = random_record(&random);
        uint8_t x[ROOM], y[ROOM];
        size_t x_length = rc_record_canonical(&a, ~0u, x);
        size_t y_length = rc_record_canonical(&b, ~0u, y);
        int order = memcmp(x, y, x_length < y_length ? x_length : y_length);
        if (!order)
            order = (x_length > y_length) - (x_length < y_length);
        assert_int_equal(rc_record_compare(&a, &b) < 0, order < 0);
        assert_int_equal(rc_record_compare(&a, &b) > 0, order > 0);
        assert_int_equal(rc_record_compare(&a, &b) < 0, rc_record_compare(&b, &a) > 0);
        assert_int_equal(rc_record_compare(&a, &a), 0);
    }
}

/* ----- hashes and digests ----- */

/* Deterministic for ever: what was written to a shard is looked for there. */
static void test_hashes_are_fixed(void **state)
{
    (void)state;
    char hex[33];
    assert_true(rc_id_hash("", 0) == 0x2d06800538d394c2);
    assert_true(rc_id_hash("TX000000000001", 14) == rc_id_hash("TX000000000001X", 14));
    assert_int_equal(rc_shard_of(rc_id_hash("", 0), 64), 0x2d06800538d394c2 % 64);
    assert_int_equal(rc_shard_of(UINT64_MAX, 4096), 4095);
    assert_int_equal(rc_shard_of(UINT64_MAX, 1), 0);
    rc_digest_format(rc_digest_term((const uint8_t *)"", 0, RC_SETTLEMENT, RC_MATCHED), hex);
    assert_string_equal(hex, "99aa06d3014798d86001c324468d497f");
}

static void test_digest_terms(void **state)
{
    (void)state;
    const uint8_t bytes[] = "canonical";
    rc_u128 matched = rc_digest_term(bytes, 9, RC_SETTLEMENT, RC_MATCHED), seen[2 * RC_STATUSES];
    int count = 0;
    assert_true(matched == rc_digest_term(bytes, 9, RC_INTERNAL, RC_MATCHED));
    seen[count++] = matched;
    for (int side = 0; side < RC_SIDES; side++)
        for (int status = 1; status < RC_STATUSES; status++) {
            rc_u128 term = rc_digest_term(bytes, 9, (enum rc_side)side, (enum rc_status)status);
            for (int i = 0; i < count; i++)
                assert_true(seen[i] != term);
            seen[count++] = term;
        }
    char hex[33];
    rc_digest_format(0, hex);
    assert_string_equal(hex, "00000000000000000000000000000000");
    rc_digest_format((rc_u128)0x0123456789abcdef << 64 | 0xfedcba9876543210, hex);
    assert_string_equal(hex, "0123456789abcdeffedcba9876543210");
}

/* As the encodings are ordered, which are made here byte by byte. */
static void test_ids_are_ordered_by_their_encodings(void **state)
{
    (void)state;
    static const char bytes[] = "-./09:AZ_az~ \xff#%a";
    enum { BYTES = sizeof bytes - 1, MOST = 3 * 3 + 1 };
    struct {
        char raw[3], text[MOST];
        uint32_t length;
    } ids[1 + BYTES + BYTES * BYTES] = {0};
    size_t count = 1; /* the empty one */
    for (int i = 0; i < BYTES; i++)
        for (int j = -1; j < BYTES; j++) {
            ids[count].raw[0] = bytes[i];
            ids[count].raw[1] = j < 0 ? '\0' : bytes[j];
            ids[count].length = j < 0 ? 1 : 2;
            for (uint32_t n = 0, at = 0; n < ids[count].length; n++) {
                unsigned char c = (unsigned char)ids[count].raw[n];
                bool plain = c < 128 && (isalnum(c) || strchr("-._~", c));
                at +=
                    (uint32_t)snprintf(ids[count].text + at, MOST - at, plain ? "%c" : "%%%02X", c);
            }
            count++;
        }
    for (size_t a = 0; a < count; a++)
        for (size_t b = 0; b < count; b++) {
            int got = rc_id_compare((struct rc_text){ids[a].raw, ids[a].length},
                                    (struct rc_text){ids[b].raw, ids[b].length});
            int want = strcmp(ids[a].text, ids[b].text);
            assert_true((got > 0) - (got < 0) == (want > 0) - (want < 0));
        }
}

static void test_encoded_length(void **state)
{
    (void)state;
    assert_int_equal(rc_id_encoded_length("", 0), 0);
    assert_int_equal(rc_id_encoded_length("AZaz09._~-", 10), 10);
    assert_int_equal(rc_id_encoded_length("a#b", 3), 5);
    assert_int_equal(rc_id_encoded_length("\0\xff :", 4), 12);
    for (int c = 0; c < 256; c++) {
        char byte = (char)c;
        bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                     c == '.' || c == '_' || c == '~' || c == '-';
        assert_int_equal(rc_id_encoded_length(&byte, 1), plain ? 1 : 3);
    }
}

static void test_digests_are_read_back(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "0123", "0123456789abcdef0123456789abcdeF",
                                      "0123456789abcdef0123456789abcdef0",
                                      "-123456789abcdef0123456789abcdef"};
    rc_u128 digest, digests[] = {0, 1, ~(rc_u128)0, (rc_u128)0x0123456789abcdef << 64 | 0xfedcba98};
    char text[33];
    for (size_t i = 0; i < sizeof digests / sizeof *digests; i++) {
        rc_digest_format(digests[i], text);
        assert_true(rc_digest_parse(text, &digest));
        assert_true(digest == digests[i]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(rc_digest_parse(bad[i], &digest));
    assert_false(rc_digest_parse(NULL, &digest));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_digests_are_read_back),
        cmocka_unit_test(test_ids_are_ordered_by_their_encodings),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_canonical_bytes),
        cmocka_unit_test(test_reads_back),
        cmocka_unit_test(test_the_longest_fits),
        cmocka_unit_test(test_malformed_bytes),
        cmocka_unit_test(test_texts_over_their_limit_are_refused),
        cmocka_unit_test(test_compare_orders_by_bytes),
        cmocka_unit_test(test_hashes_are_fixed),
        cmocka_unit_test(test_digest_terms),
        cmocka_unit_test(test_encoded_length),
    };
    for (size_t i = 0; i < sizeof long_text; i++)
        long_text[i] = (char)('A' + i % 23);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
