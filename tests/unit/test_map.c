#include "core/map.h"

#include "core/currency.h"
#include "tests/unit/support.h"

/* A header, a batch header, a detail and its addenda, one of each. */
#define TEXT_FIELD(name)                                                                           \
    "{'name': '" name "', 'at': 1, 'length': 300, 'type': 'text', 'redefines': true}"
#define NUMBER_FIELD(name)                                                                         \
    "{'name': '" name "', 'at': 1, 'length': 9, 'type': 'unsigned', 'redefines': true}"
#define DATE_FIELD(name)                                                                           \
    "{'name': '" name "', 'at': 1, 'length': 8, 'type': 'date', 'format': 'YYYYMMDD',"             \
    " 'redefines': true}"
#define CARD_FIELD(name)                                                                           \
    "{'name': '" name "', 'at': 1, 'length': 19, 'type': 'text', 'card': true, 'redefines': true}"
#define TYPE(name, role, fields) "{'type': '" name "', 'role': '" role "', 'fields': [" fields "]}"
#define TWO(a, b) a "," b
#define THREE(a, b, c) a "," b "," c
#define HEAD_FIELDS TWO(DATE_FIELD("day"), TEXT_FIELD("where"))
#define BATCH_FIELDS TWO(TEXT_FIELD("where"), TEXT_FIELD("shop"))
#define SALE_FIELDS                                                                                \
    THREE(THREE(TEXT_FIELD("id"), NUMBER_FIELD("amount"), TEXT_FIELD("cur")),                      \
          THREE(NUMBER_FIELD("curno"), DATE_FIELD("date"), TEXT_FIELD("kind")),                    \
          THREE(NUMBER_FIELD("fee"), CARD_FIELD("pan"), NUMBER_FIELD("code")))
#define MORE_FIELDS TWO(TEXT_FIELD("where"), TEXT_FIELD("ref"))
static const char records[] =
    TWO(TWO(TYPE("head", "file_header", HEAD_FIELDS), TYPE("batch", "batch_header", BATCH_FIELDS)),
        TWO(TYPE("sale", "detail", SALE_FIELDS), TYPE("more", "addenda", MORE_FIELDS)));

enum { HEAD, BATCH, SALE, MORE };
enum { ID, AMOUNT, CUR, CURNO, DATE, KIND, FEE, PAN, CODE };

static struct rc_layout *layout;
static struct rc_mapper *mapper;
static struct rc_value values[4][16];
static struct rc_standing standing;
static struct rc_record record;
static struct rc_fault fault;
static struct rc_card_key key = {"key", 3};

static struct rc_value text(const char *data)
{
    return (struct rc_value){.kind = RC_VALUE_TEXT, .text = {data, (uint32_t)strlen(data)}};
}

static struct rc_value number(rc_i128 unscaled, int scale)
{
    return (struct rc_value){.kind = RC_VALUE_NUMBER, .number = {unscaled, scale}};
}

static int reset(void **state)
{
    (void)state;
    rc_mapper_free(mapper);
    rc_layout_free(layout);
    mapper = NULL;
    layout = NULL;
    memset(values, 0, sizeof values);
    return 0;
}

static void with_map(const char *map)
{
    char all[4096];
    struct rc_error err = {0};
    reset(NULL);
    snprintf(all, sizeof all,
             "{'layout': 'x', 'framing': {'kind': 'lines'}, 'records': [%s], 'map': {%s}}", records,
             map);
    layout = layout_of(all);
    mapper = rc_mapper_new(layout, &key, &err);
    assert_non_null(mapper);
    values[SALE][ID] = text("T1");
    values[SALE][AMOUNT] = number(1250, 2);
    values[SALE][CUR] = text("USD");
    for (int t = 0; t < 4; t++)
        standing.values[t] = values[t];
}

static void maps(void)
{
    if (!rc_map_record(mapper, &standing, &record, &fault))
        fail_msg("%s: %s", fault.field ? fault.field : "", fault.reason);
}

static void fails(const char *field, const char *reason)
{
    fault = (struct rc_fault){0};
    assert_false(rc_map_record(mapper, &standing, &record, &fault));
    if (field)
        assert_string_equal(fault.field, field);
    if (!strstr(fault.reason, reason))
        fail_msg("\"%s\" instead of \"%s\"", fault.reason, reason);
}

static void has_text(enum rc_canon field, const char *wanted)
{
    assert_true(rc_record_has(&record, field));
    struct rc_text found = rc_record_text(&record, field);
    assert_int_equal(found.length, strlen(wanted));
    assert_memory_equal(found.data, wanted, found.length);
}

#define BASE "'id': ['id'], 'amount': 'amount', 'currency': 'cur'"

static void test_the_least(void **state)
{
    (void)state;
    with_map(BASE);
    maps();
    has_text(RC_C_ID, "T1");
    assert_int_equal(record.amount_minor, 1250);
    assert_string_equal(rc_currencies[record.currency].alpha, "USD");
    assert_int_equal(record.present, 1u << RC_C_ID | 1u << RC_C_AMOUNT | 1u << RC_C_CURRENCY);
    assert_int_equal(record.date, RC_CIVIL_NONE);
    rc_mapper_free(NULL);
}

static void test_ids(void **state)
{
    (void)state;
    with_map(BASE);
    values[SALE][ID] = (struct rc_value){0};
    fails("id", "the TransactionID is empty");
    with_map("'id': ['id', 'code', 'date'], 'amount': 'amount', 'currency': 'cur'");
    values[SALE][CODE] = number(7, 0);
    values[SALE][DATE] = (struct rc_value){.kind = RC_VALUE_DATE, .date = 0};
    maps();
    has_text(RC_C_ID, "T1:7:1970-01-01");
    values[SALE][CODE] = (struct rc_value){0};
    maps();
    has_text(RC_C_ID, "T1::1970-01-01");
    values[SALE][ID] = values[SALE][DATE] = (struct rc_value){0};
    fails("date", "the TransactionID is empty");
    with_map("'id': ['code'], 'amount': 'amount', 'currency': 'cur'");
    values[SALE][CODE] = number(-705, 2);
    maps();
    has_text(RC_C_ID, "-7.05");
}

static void test_long_ids(void **state)
{
    (void)state;
    char plain[902], odd[302];
    memset(plain, 'a', sizeof plain - 1);
    memset(odd, '#', sizeof odd - 1);
    plain[901] = odd[301] = '\0';
    with_map(BASE);
    values[SALE][ID] = text(plain + 1);
    maps();
    values[SALE][ID] = text(plain);
    fails("id", "takes over 900 bytes when encoded");
    values[SALE][ID] = text(odd + 1);
    maps();
    values[SALE][ID] = text(odd);
    fails("id", "takes over 900 bytes when encoded");
    with_map("'id': ['id', 'id'], 'amount': 'amount', 'currency': 'cur'");
    values[SALE][ID] = text(plain + 451);
    fails("id", "the TransactionID is too long");
    values[SALE][ID] = text(plain + 453);
    maps();
    values[SALE][ID] = text(plain + 2);
    fails("id", "the TransactionID is too long");
}

static void test_cards(void **state)
{
    (void)state;
    char wanted[RC_CARD_CANONICAL_BYTES], parts[RC_CARD_CANONICAL_BYTES + 8];
    size_t length = rc_card_canonical(&key, "4111111111111111", 16, wanted);
    wanted[length] = '\0';
    with_map(BASE ", 'card': 'pan', 'reference': 'pan'");
    values[SALE][PAN] = text("4111111111111111");
    maps();
    has_text(RC_C_CARD, wanted);
    has_text(RC_C_REFERENCE, wanted);
    /* where it has to serve as the id, too */
    with_map("'id': ['pan'], 'amount': 'amount', 'currency': 'cur'");
    values[SALE][PAN] = text("4111111111111111");
    maps();
    has_text(RC_C_ID, wanted);
    with_map("'id': ['id', 'pan'], 'amount': 'amount', 'currency': 'cur'");
    values[SALE][PAN] = text("4111111111111111");
    maps();
    snprintf(parts, sizeof parts, "T1:%s", wanted);
    has_text(RC_C_ID, parts);
}

static void test_where_a_value_is_looked_for(void **state)
{
    (void)state;
    with_map(BASE ", 'merchant_id': 'where', 'reference': ['batch.where', 'more.ref']");
    values[HEAD][1] = text("head");
    maps();
    has_text(RC_C_MERCHANT_ID, "head");
    assert_false(rc_record_has(&record, RC_C_REFERENCE));
    values[BATCH][0] = text("batch");
    maps();
    has_text(RC_C_MERCHANT_ID, "batch");
    has_text(RC_C_REFERENCE, "batch");
    values[MORE][0] = text("more");
    values[MORE][1] = text("ref");
    maps();
    has_text(RC_C_MERCHANT_ID, "more");
    has_text(RC_C_REFERENCE, "batch");
    standing.values[BATCH] = standing.values[MORE] = NULL;
    maps();
    has_text(RC_C_MERCHANT_ID, "head");
    assert_false(rc_record_has(&record, RC_C_REFERENCE));
}

static void test_amounts(void **state)
{
    (void)state;
    with_map(BASE ", 'fee': 'fee', 'original_amount': 'code', 'original_currency': 'kind'");
    values[SALE][FEE] = number(5, 1);
    values[SALE][CODE] = number(777, 0);
    values[SALE][KIND] = text("JPY");
    maps();
    assert_int_equal(record.fee_minor, 50);
    assert_int_equal(record.original_amount_minor, 777);
    assert_string_equal(rc_currencies[record.original_currency].alpha, "JPY");
    values[SALE][KIND] = (struct rc_value){0}; /* then it is in the currency itself */
    maps();
    assert_int_equal(record.original_amount_minor, 77700);
    assert_false(rc_record_has(&record, RC_C_ORIGINAL_CURRENCY));
    values[SALE][AMOUNT] = number(12505, 3);
    fails("amount", "no whole number of its currency's minor units");
    values[SALE][AMOUNT] = number((rc_i128)INT64_MAX + 1, 2);
    fails("amount", "that fits 64 bits");
    values[SALE][AMOUNT] = number(INT64_MIN, 2);
    maps();
    assert_true(record.amount_minor == INT64_MIN);
    values[SALE][FEE] = number(1, 4);
    fails("fee", "no whole number");
    values[SALE][FEE] = (struct rc_value){0};
    values[SALE][CODE] = number(1, 4);
    fails("code", "no whole number");
    values[SALE][AMOUNT] = (struct rc_value){0};
    values[SALE][CODE] = (struct rc_value){0};
    fails("amount", "the transaction has no amount");
}

static void test_currencies(void **state)
{
    (void)state;
    with_map(BASE);
    values[SALE][CUR] = text("ZZZ");
    fails("cur", "no ISO 4217 currency");
    values[SALE][CUR] = text("XAU");
    fails("cur", "with minor units");
    values[SALE][CUR] = (struct rc_value){0};
    fails("currency", "the transaction has no currency");
    with_map("'id': 'id', 'amount': 'amount', 'currency': 'curno', 'original_currency': 'cur'");
    values[SALE][CURNO] = number(36, 0);
    maps();
    assert_string_equal(rc_currencies[record.currency].alpha, "AUD");
    values[SALE][CURNO] = number(1036, 0);
    fails("curno", "no ISO 4217 currency");
    values[SALE][CURNO] = number(-36, 0);
    fails("curno", "no ISO 4217 currency");
    values[SALE][CURNO] = number(36, 1);
    fails("curno", "no ISO 4217 currency");
    values[SALE][CURNO] = number(36, 0);
    values[SALE][CUR] = text("ZZ");
    fails("cur", "no ISO 4217 currency");
    with_map("'id': 'id', 'amount': 'amount', 'currency': {'constant': 'KWD'}");
    maps();
    assert_int_equal(record.amount_minor, 12500);
    assert_true(rc_record_has(&record, RC_C_CURRENCY));
}

static void test_kinds_and_dates(void **state)
{
    (void)state;
    with_map(BASE ", 'kind': {'field': 'kind', 'values': {'25': 'reversal', 'C': 'credit'},"
                  " 'default': 'fee'}, 'date': 'date', 'settle_date': 'day'");
    values[SALE][KIND] = text("25");
    values[SALE][DATE] = (struct rc_value){.kind = RC_VALUE_DATE, .date = 20000};
    values[HEAD][0] = (struct rc_value){.kind = RC_VALUE_DATE, .date = 20001};
    maps();
    assert_int_equal(record.kind, RC_KIND_REVERSAL);
    assert_int_equal(record.date, 20000);
    assert_int_equal(record.settle_date, 20001);
    values[SALE][KIND] = text("2");
    maps();
    assert_int_equal(record.kind, RC_KIND_FEE);
    values[SALE][KIND] = (struct rc_value){0};
    maps();
    assert_int_equal(record.kind, RC_KIND_FEE);
    assert_true(rc_record_has(&record, RC_C_KIND));
    with_map(BASE ", 'kind': {'field': 'code', 'values': {'25': 'chargeback'}}");
    values[SALE][CODE] = number(25, 0);
    maps();
    assert_int_equal(record.kind, RC_KIND_CHARGEBACK);
    values[SALE][CODE] = number(26, 0);
    maps();
    assert_int_equal(record.kind, RC_KIND_SALE);
}

static void test_long_texts(void **state)
{
    (void)state;
    char long_text[257];
    memset(long_text, 'x', 256);
    long_text[256] = '\0';
    with_map(BASE ", 'auth_code': 'ref', 'mcc': 'code'");
    values[MORE][1] = text(long_text + 1);
    values[SALE][CODE] = number(5411, 0);
    maps();
    has_text(RC_C_AUTH_CODE, long_text + 1);
    has_text(RC_C_MCC, "5411");
    values[MORE][1] = text(long_text);
    fails("ref", "over 255 bytes");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, reset)
    const struct CMUnitTest tests[] = {
        TEST(test_the_least),
        TEST(test_ids),
        TEST(test_long_ids),
        TEST(test_cards),
        TEST(test_where_a_value_is_looked_for),
        TEST(test_amounts),
        TEST(test_currencies),
        TEST(test_kinds_and_dates),
        TEST(test_long_texts),
    };
    return cmocka_run_group_tests_name("map", tests, NULL, NULL);
}
