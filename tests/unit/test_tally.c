#include "core/tally.h"

#include "tests/unit/support.h"

/* A record here is a letter for its type (h batch header, d detail, t batch trailer,
 * T file trailer) and its fields. */

#define TYPE(name, role, fields)                                                                   \
    "{'type': '" name "', 'role': '" role "', 'match': [{'at': 1, 'value': '" name                 \
    "'}], 'fields': [" fields "]}"
#define DETAIL                                                                                     \
    TYPE("d", "detail",                                                                            \
         "{'name': 'amount', 'at': 2, 'length': 6, 'type': 'separate', 'decimals': 2},"            \
         "{'name': 'cur', 'at': 8, 'length': 3, 'type': 'text'},"                                  \
         "{'name': 'code', 'at': 11, 'length': 4, 'type': 'text'}")
#define TRAILER(name, role)                                                                        \
    TYPE(name, role,                                                                               \
         "{'name': 'n', 'at': 2, 'length': 6, 'type': 'separate'},"                                \
         "{'name': 'cur', 'at': 8, 'length': 3, 'type': 'text'},"                                  \
         "{'name': 'code', 'at': 11, 'length': 4, 'type': 'text'},"                                \
         "{'name': 'total', 'at': 2, 'length': 6, 'type': 'separate', 'decimals': 2,"              \
         " 'redefines': true}")
#define BATCH_HEADER                                                                               \
    TYPE("h", "batch_header", "{'name': 'code', 'at': 11, 'length': 4, 'type': 'text'}")
#define WITH_HEADERS                                                                               \
    BATCH_HEADER "," DETAIL "," TRAILER("t", "batch_trailer") "," TRAILER("T", "file_trailer")
#define WITHOUT_HEADERS DETAIL "," TRAILER("t", "batch_trailer") "," TRAILER("T", "file_trailer")

static void controls_of(const char *types, const char *controls, const char *records,
                        const char *wanted)
{
    char text[4096];
    struct findings found = {0};
    struct rc_error err = {0};
    snprintf(text, sizeof text,
             "{'layout': 'x', 'framing': {'kind': 'lines'}, 'records': [%s], 'controls': [%s]}",
             types, controls);
    struct rc_layout *layout = layout_of(text);
    if (!parse_bytes(layout, (struct parsing){0}, records, strlen(records), &found, &err))
        fail_msg("%s", err.text);
    char *end = strstr(found.text.data, "type "), *begin = found.text.data;
    if (!end)
        end = strstr(found.text.data, "records ");
    assert_non_null(end);
    *end = '\0';
    if (strcmp(begin, wanted) != 0)
        fail_msg("%s\n%sinstead of\n%s", controls, begin, wanted);
    rc_buf_free(&found.text);
    rc_layout_free(layout);
}

#define FILE_CONTROL(members) "{'name': 'c', 'scope': 'file', 'declared': 'T.n', " members "}"
#define FILE_TOTAL(members) "{'name': 'c', 'scope': 'file', 'declared': 'T.total', " members "}"
#define TWO "d00100 USD0007\nd00250-USD0009\n"

static void test_count(void **state)
{
    (void)state;
    controls_of(WITH_HEADERS, FILE_CONTROL("'kind': 'count', 'of': 'd'"), TWO "T00002 \n",
                "control c file 3 0 declared=2 actual=2 ok\n");
    controls_of(WITH_HEADERS, FILE_CONTROL("'kind': 'count', 'of': 'd'"), TWO "T00003 \n",
                "control c file 3 0 declared=3 actual=2 broken\n");
    controls_of(WITH_HEADERS, FILE_CONTROL("'kind': 'count', 'of': ['d', 'T']"), TWO "T00003 \n",
                "control c file 3 0 declared=3 actual=3 ok\n");
    controls_of(WITH_HEADERS, FILE_CONTROL("'kind': 'count', 'of': 'd'"), "T00000 \n",
                "control c file 1 0 declared=0 actual=0 ok\n");
    controls_of(WITH_HEADERS, FILE_CONTROL("'kind': 'count', 'of': 'd'"), TWO,
                "control c file 0 0 declared= actual=2 broken\n");
    controls_of(WITH_HEADERS, FILE_CONTROL("'kind': 'count', 'of': 'd'"), "",
                "control c file 0 0 declared= actual=0 broken\n");
}

static void test_blocks(void **state)
{
    (void)state;
    controls_of(WITH_HEADERS, FILE_CONTROL("'kind': 'blocks', 'size': 3"), TWO "T00001 \n",
                "control c file 3 0 declared=1 actual=1 ok\n");
    controls_of(WITH_HEADERS, FILE_CONTROL("'kind': 'blocks', 'size': 2"), TWO "T00001 \n",
                "control c file 3 0 declared=1 actual=2 broken\n");
    controls_of(WITH_HEADERS, FILE_CONTROL("'kind': 'blocks', 'size': 1"), TWO TWO "T00005 \n",
                "control c file 5 0 declared=5 actual=5 ok\n");
}

static void test_sum(void **state)
{
    (void)state;
    controls_of(WITH_HEADERS, FILE_TOTAL("'kind': 'sum', 'of': 'd.amount'"), TWO "T00150-\n",
                "control c file 3 0 declared=-1.50 actual=-1.50 ok\n");
    controls_of(WITH_HEADERS, FILE_TOTAL("'kind': 'sum', 'of': 'd.amount', 'take': 'debit'"),
                TWO "T00250 \n", "control c file 3 0 declared=2.50 actual=2.50 ok\n");
    controls_of(WITH_HEADERS, FILE_TOTAL("'kind': 'sum', 'of': 'd.amount', 'take': 'credit'"),
                TWO "T00100 \n", "control c file 3 0 declared=1.00 actual=1.00 ok\n");
    controls_of(WITH_HEADERS, FILE_TOTAL("'kind': 'sum', 'of': 'd.amount', 'take': 'absolute'"),
                TWO "T00350 \n", "control c file 3 0 declared=3.50 actual=3.50 ok\n");
    controls_of(WITH_HEADERS,
                FILE_TOTAL("'kind': 'sum', 'of': ['d.amount', 'd.amount'], 'take': 'net'"),
                TWO "T00300-\n", "control c file 3 0 declared=-3.00 actual=-3.00 ok\n");
    /* whole units against hundredths */
    controls_of(WITH_HEADERS, FILE_CONTROL("'kind': 'sum', 'of': 'd.amount'"),
                "d00100 \nd00200 \nT00003 \n", "control c file 3 0 declared=3 actual=3.00 ok\n");
}

static void test_hash(void **state)
{
    (void)state;
    controls_of(WITH_HEADERS, FILE_TOTAL("'kind': 'hash', 'of': 'd.amount'"), TWO "T00150-\n",
                "control c file 3 0 declared=-150 actual=-150 ok\n");
    controls_of(WITH_HEADERS, FILE_CONTROL("'kind': 'hash', 'of': 'd.code'"), TWO "T00016 \n",
                "control c file 3 0 declared=16 actual=16 ok\n");
    controls_of(WITH_HEADERS, FILE_CONTROL("'kind': 'hash', 'of': 'd.code', 'modulus': '10'"),
                TWO "T00006 \n", "control c file 3 0 declared=6 actual=6 ok\n");
    /* what is declared may not be reduced yet; sums below zero are brought above */
    controls_of(WITH_HEADERS, FILE_CONTROL("'kind': 'hash', 'of': 'd.code', 'modulus': 10"),
                TWO "T00016 \n", "control c file 3 0 declared=16 actual=6 ok\n");
    controls_of(WITH_HEADERS, FILE_TOTAL("'kind': 'hash', 'of': 'd.amount', 'modulus': 100"),
                TWO "T00050 \n", "control c file 3 0 declared=50 actual=50 ok\n");
    /* a text without digits, and one that declares */
    controls_of(WITH_HEADERS, FILE_CONTROL("'kind': 'hash', 'of': 'd.code'"),
                "d00100 USDabcd\nd00100 USD1.50\nd00100 USD0003\nT00003 \n",
                "control c file 4 0 declared=3 actual=3 ok\n");
    controls_of(WITH_HEADERS,
                "{'name': 'c', 'scope': 'file', 'kind': 'hash', 'of': 'd.code', 'declared':"
                " 'T.code'}",
                TWO "T00000    0016\n", "control c file 3 0 declared=16 actual=16 ok\n");
    controls_of(WITH_HEADERS,
                "{'name': 'c', 'scope': 'file', 'kind': 'hash', 'of': 'd.code', 'declared':"
                " 'T.code'}",
                TWO "T00000 \n", "control c file 3 0 declared= actual=16 broken\n");
}

#define EQUAL(scope, declared)                                                                     \
    "{'name': 'c', 'scope': '" scope "', 'kind': 'equal', 'of': 'd.code', 'declared': '" declared  \
    "'}"

static void test_equal(void **state)
{
    (void)state;
    controls_of(WITH_HEADERS, EQUAL("file", "T.code"), TWO "T00000    0009\n",
                "control c file 3 0 declared=0009 actual=0009 ok\n");
    controls_of(WITH_HEADERS, EQUAL("file", "T.code"), TWO "T00000    9   \n",
                "control c file 3 0 declared=9 actual=0009 broken\n");
    controls_of(WITH_HEADERS, EQUAL("file", "T.code"), "d00100 USD  ab\nT00000    ab  \n",
                "control c file 2 0 declared=ab actual=ab ok\n");
    controls_of(WITH_HEADERS, EQUAL("file", "T.code"), "T00000    ab  \n", "");
    controls_of(WITH_HEADERS, EQUAL("file", "T.code"), TWO,
                "control c file 0 0 declared= actual=0009 broken\n");
    controls_of(WITH_HEADERS, EQUAL("file", "T.code"), "", "");
    controls_of(WITH_HEADERS,
                "{'name': 'c', 'scope': 'file', 'kind': 'equal', 'of': 'd.amount', 'declared':"
                " 'T.total'}",
                TWO "T00250-\n", "control c file 3 0 declared=-2.50 actual=-2.50 ok\n");
}

/* Texts that begin alike are not equal, however long they are. */
static void test_long_texts_are_compared_whole(void **state)
{
    (void)state;
    static const char types[] =
        TYPE("d", "detail", "{'name': 'x', 'at': 2, 'length': 60, 'type': 'text'}") "," TYPE(
            "T", "file_trailer", "{'name': 'x', 'at': 2, 'length': 60, 'type': 'text'}");
    static const char control[] = "{'name': 'c', 'scope': 'file', 'kind': 'equal', 'of': 'd.x',"
                                  " 'declared': 'T.x'}";
#define FIFTY "01234567890123456789012345678901234567890123456789"
#define SHOWN "01234567890123456789012345678901234567890123456"
    controls_of(types, control, "d" FIFTY "abcdefghij\nT" FIFTY "abcdefghij\n",
                "control c file 2 0 declared=" SHOWN " actual=" SHOWN " ok\n");
    controls_of(types, control, "d" FIFTY "abcdefghij\nT" FIFTY "abcdefghiX\n",
                "control c file 2 0 declared=" SHOWN " actual=" SHOWN " broken\n");
}

static void test_equal_dates(void **state)
{
    (void)state;
    controls_of(
        TYPE("d", "detail", "{'name': 'x', 'at': 2, 'length': 8, 'type': 'date', 'format': 'YYYYMMDD'}") "," TYPE(
            "T", "file_trailer",
            "{'name': 'x', 'at': 2, 'length': 6, 'type': 'date', 'format': 'YYMMDD',"
            " 'null': ['blank']}"),
        "{'name': 'c', 'scope': 'file', 'kind': 'equal', 'of': 'd.x', 'declared': 'T.x'}",
        "d20260401\nT260401\nT      \n",
        "control c file 2 0 declared=2026-04-01 actual=2026-04-01 ok\n"
        "control c file 3 0 declared= actual=2026-04-01 broken\n");
}

static void test_per(void **state)
{
    (void)state;
    static const char control[] = "{'name': 'c', 'scope': 'file', 'kind': 'sum', 'of': 'd.amount',"
                                  " 'per': {'of': 'cur', 'declared': 'cur'}, 'declared':"
                                  " 'T.total'}";
    controls_of(WITH_HEADERS, control,
                "d00100 USD\nd00200 EUR\nd00300 USD\nT00400 USD\nT00200 EUR\nT00000 JPY\n",
                "control c USD file 4 0 declared=4.00 actual=4.00 ok\n"
                "control c EUR file 5 0 declared=2.00 actual=2.00 ok\n"
                "control c JPY file 6 0 declared=0.00 actual=0 ok\n");
    /* a currency that no trailer declares */
    controls_of(WITH_HEADERS, control, "d00100 USD\nd00200 EUR\nT00100 USD\n",
                "control c USD file 3 0 declared=1.00 actual=1.00 ok\n"
                "control c EUR file 0 0 declared= actual=2.00 broken\n");
    controls_of(WITH_HEADERS,
                "{'name': 'c', 'scope': 'file', 'kind': 'count', 'of': ['h', 'd'],"
                " 'per': {'of': 'cur', 'declared': 'cur'}, 'declared': 'T.n'}",
                "h\nd00100 USD\nd00200 EUR\nT00001 USD\nT00001 EUR\n",
                "control c USD file 4 0 declared=1 actual=1 ok\n"
                "control c EUR file 5 0 declared=1 actual=1 ok\n");
}

static void test_per_has_a_limit(void **state)
{
    (void)state;
    struct rc_buf records;
    struct findings found = {0};
    struct rc_error err = {0};
    rc_buf_init(&records, 1 << 16);
    for (int i = 0; i < 257; i++)
        rc_buf_printf(&records, "d00100 %03d\n", i);
    struct rc_layout *layout = layout_of(
        "{'layout': 'x', 'framing': {'kind': 'lines'}, 'records': [" WITH_HEADERS "], 'controls': ["
        "{'name': 'c', 'scope': 'file', 'kind': 'sum', 'of': 'd.amount', 'per': {'of': 'cur',"
        " 'declared': 'cur'}, 'declared': 'T.total'}]}");
    assert_false(
        parse_bytes(layout, (struct parsing){0}, records.data, records.length, &found, &err));
    assert_int_equal(err.code, RC_LIMIT);
    assert_non_null(strstr(err.text, "more than 256 values"));
    rc_buf_free(&found.text);
    rc_buf_free(&records);
    rc_layout_free(layout);
}

#define BATCH_COUNT "{'name': 'b', 'scope': 'batch', 'kind': 'count', 'of': 'd', 'declared': 't.n'}"
#define FILE_COUNT FILE_CONTROL("'kind': 'count', 'of': 'd'")

static void test_batches(void **state)
{
    (void)state;
    controls_of(WITH_HEADERS, BATCH_COUNT "," FILE_COUNT,
                "h\n" TWO "t00002 \nh\nd00100 \nt00001 \nT00003 \n",
                "control b batch 4 1 declared=2 actual=2 ok\n"
                "control b batch 7 2 declared=1 actual=1 ok\n"
                "control c file 8 0 declared=3 actual=3 ok\n");
    /* trailers that are missing: before a header, before the file's trailer, at the end */
    controls_of(WITH_HEADERS, BATCH_COUNT "," FILE_COUNT, "h\n" TWO "h\nd00100 \nT00003 \n",
                "control b batch 0 1 declared= actual=2 broken\n"
                "control b batch 0 2 declared= actual=1 broken\n"
                "control c file 6 0 declared=3 actual=3 ok\n");
    controls_of(WITH_HEADERS, BATCH_COUNT, "h\nd00100 \n",
                "control b batch 0 1 declared= actual=1 broken\n");
    controls_of(WITH_HEADERS, BATCH_COUNT, "h\n",
                "control b batch 0 1 declared= actual=0 broken\n");
    /* a trailer too many declares something else than nothing */
    controls_of(WITH_HEADERS, BATCH_COUNT, "h\nd00100 \nt00001 \nt00001 \n",
                "control b batch 3 1 declared=1 actual=1 ok\n"
                "control b batch 4 1 declared=1 actual=0 broken\n");
}

static void test_batches_without_headers(void **state)
{
    (void)state;
    controls_of(WITHOUT_HEADERS, BATCH_COUNT, TWO "t00002 \nd00100 \nt00001 \nT00000 \n",
                "control b batch 3 1 declared=2 actual=2 ok\n"
                "control b batch 5 2 declared=1 actual=1 ok\n");
    controls_of(WITHOUT_HEADERS, BATCH_COUNT, "t00000 \nd00100 \nT00000 \n",
                "control b batch 1 1 declared=0 actual=0 ok\n"
                "control b batch 0 2 declared= actual=1 broken\n");
    controls_of(WITHOUT_HEADERS, BATCH_COUNT, "", "");
}

static void test_alternatives(void **state)
{
    (void)state;
    controls_of(WITH_HEADERS,
                "{'name': 'c', 'scope': 'file', 'kind': 'count', 'of': 'd', 'declared': ['t.n',"
                " 'T.n']}",
                TWO "t00002 \nT00002 \n",
                "control c file 3 0 declared=2 actual=2 ok\n"
                "control c file 4 0 declared=2 actual=2 ok\n");
    /* the file has a trailer, though not one that declares this */
    controls_of(WITH_HEADERS,
                "{'name': 'c', 'scope': 'file', 'kind': 'count', 'of': 'd', 'declared': 't.n'}",
                TWO "T00002 \n", "");
}

static void test_a_sum_that_does_not_fit(void **state)
{
    (void)state;
    static const char types[] =
        TYPE("d", "detail", "{'name': 'x', 'at': 2, 'length': 38, 'type': 'unsigned'}") "," TYPE(
            "T", "file_trailer",
            "{'name': 'x', 'at': 2, 'length': 2, 'type': 'unsigned',"
            " 'decimals': 2}");
#define NINES "d99999999999999999999999999999999999999\n"
    char text[2048];
    struct findings found = {0};
    struct rc_error err = {0};
    snprintf(text, sizeof text,
             "{'layout': 'x', 'framing': {'kind': 'lines'}, 'records': [%s], 'controls': ["
             "{'name': 'c', 'scope': 'file', 'kind': 'sum', 'of': 'd.x', 'declared': 'T.x'}]}",
             types);
    struct rc_layout *layout = layout_of(text);
    assert_false(parse_bytes(layout, (struct parsing){0}, NINES NINES NINES NINES,
                             4 * (sizeof NINES - 1), &found, &err));
    assert_int_equal(err.code, RC_LIMIT);
    rc_buf_free(&found.text);
    rc_layout_free(layout);
    /* one that fits, against a declared one that cannot be brought to its scale */
    controls_of(types,
                "{'name': 'c', 'scope': 'file', 'kind': 'sum', 'of': 'd.x', 'declared':"
                " 'T.x'}",
                NINES "T01\n",
                "control c file 2 0 declared=0.01 actual=99999999999999999999999999999999999999"
                " broken\n");
}

/* ----- many at once ----- */

static const char bulk_layout[] =
    "{'layout': 'x', 'framing': {'kind': 'lines'}, 'records': [" WITHOUT_HEADERS "], 'controls': ["
    "{'name': 'n', 'scope': 'file', 'kind': 'count', 'of': 'd', 'declared': 'T.n'},"
    "{'name': 'b', 'scope': 'file', 'kind': 'blocks', 'size': 3, 'declared': 'T.n'},"
    "{'name': 's', 'scope': 'file', 'kind': 'sum', 'of': 'd.amount', 'declared': 'T.total'},"
    "{'name': 'd', 'scope': 'file', 'kind': 'sum', 'of': 'd.amount', 'take': 'debit',"
    " 'declared': 'T.total'},"
    "{'name': 'k', 'scope': 'file', 'kind': 'sum', 'of': 'd.amount', 'take': 'credit',"
    " 'declared': 'T.total'},"
    "{'name': 'a', 'scope': 'file', 'kind': 'sum', 'of': 'd.amount', 'take': 'absolute',"
    " 'declared': 'T.total'},"
    "{'name': 'h', 'scope': 'batch', 'kind': 'hash', 'of': 'd.amount', 'modulus': 97,"
    " 'declared': 't.total'}]}";

static struct rc_value number(int64_t unscaled, int scale)
{
    return (struct rc_value){.kind = RC_VALUE_NUMBER, .number = {unscaled, scale}};
}

static void test_bulk_is_one_by_one(void **state)
{
    (void)state;
    struct rc_layout *layout = layout_of(bulk_layout);
    struct rc_error err = {0};
    assert_true(rc_tally_allows_bulk(layout, 0));
    assert_true(rc_tally_needs(layout, 0, 0));
    assert_false(rc_tally_needs(layout, 0, 1));
    assert_false(rc_tally_allows_bulk(layout, 1));
    for (uint64_t seed = 1; seed < 50; seed++) {
        uint64_t random = seed;
        struct rc_tally *single = rc_tally_new(layout, &err), *bulk = rc_tally_new(layout, &err);
        struct rc_controls a = {0}, b = {0};
        struct rc_field_sums sums = {0};
        uint64_t count = random_below(&random, 20);
        struct rc_value values[4] = {{.kind = RC_VALUE_NULL}};
        assert_true(single && bulk);
        for (uint64_t i = 0; i < count; i++) {
            int64_t amount = (int64_t)random_below(&random, 2000) - 1000;
            values[0] = number(amount, 2);
            *(amount < 0 ? &sums.negative : &sums.positive) += amount;
            assert_true(rc_tally_add(single, 0, values, i + 1, &a, &err));
        }
        assert_true(rc_tally_bulk(bulk, 0, count, &sums, count > 0, &err));
        for (int type = 1; type <= 2; type++) {
            values[0] = number((int64_t)count, 0);
            values[3] = number((int64_t)(sums.positive + sums.negative), 2);
            assert_true(rc_tally_add(single, type, values, count + 1, &a, &err));
            assert_true(rc_tally_add(bulk, type, values, count + 1, &b, &err));
        }
        assert_true(rc_tally_finish(single, &a, &err) && rc_tally_finish(bulk, &b, &err));
        assert_int_equal(a.count, 7);
        assert_int_equal(b.count, 7);
        for (size_t i = 0; i < 7; i++) {
            assert_string_equal(a.items[i].name, b.items[i].name);
            assert_string_equal(a.items[i].declared, b.items[i].declared);
            if (count)
                assert_string_equal(a.items[i].actual, b.items[i].actual);
            assert_int_equal(a.items[i].ok, b.items[i].ok);
            assert_int_equal(a.items[i].batch, b.items[i].batch);
        }
        rc_controls_free(&a);
        rc_controls_free(&b);
        rc_tally_free(single);
        rc_tally_free(bulk);
    }
    rc_tally_free(NULL);
    rc_layout_free(layout);
}

static void test_what_bulk_is_not_for(void **state)
{
    (void)state;
    static const char *const controls[] = {
        EQUAL("file", "T.code"),
        FILE_CONTROL("'kind': 'hash', 'of': 'd.code'"),
        FILE_TOTAL("'kind': 'sum', 'of': 'd.amount', 'per': {'of': 'cur', 'declared': 'cur'}"),
        FILE_CONTROL("'kind': 'count', 'of': 'd', 'per': {'of': 'cur', 'declared': 'cur'}"),
        "{'name': 'c', 'scope': 'file', 'kind': 'sum', 'of': 'v.amount', 'declared': 'T.total'}",
    };
    static const char varying[] =
        TYPE("v", "detail",
             "{'name': 'cur', 'at': 8, 'length': 3, 'type': 'text'},"
             "{'name': 'amount', 'at': 2, 'length': 6, 'type': 'unsigned',"
             " 'decimals_from': 'cur'}");
    for (size_t i = 0; i < sizeof controls / sizeof *controls; i++) {
        char text[4096];
        snprintf(text, sizeof text,
                 "{'layout': 'x', 'framing': {'kind': 'lines'}, 'records': [%s, %s], 'controls':"
                 " [%s]}",
                 WITHOUT_HEADERS, varying, controls[i]);
        struct rc_layout *layout = layout_of(text);
        assert_false(rc_tally_allows_bulk(layout, i < 4 ? 0 : 3));
        assert_true(rc_tally_allows_bulk(layout, i < 4 ? 3 : 0));
        rc_layout_free(layout);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_count),
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_sum),
        cmocka_unit_test(test_hash),
        cmocka_unit_test(test_equal),
        cmocka_unit_test(test_long_texts_are_compared_whole),
        cmocka_unit_test(test_equal_dates),
        cmocka_unit_test(test_per),
        cmocka_unit_test(test_per_has_a_limit),
        cmocka_unit_test(test_batches),
        cmocka_unit_test(test_batches_without_headers),
        cmocka_unit_test(test_alternatives),
        cmocka_unit_test(test_a_sum_that_does_not_fit),
        cmocka_unit_test(test_bulk_is_one_by_one),
        cmocka_unit_test(test_what_bulk_is_not_for),
    };
    return cmocka_run_group_tests_name("tally", tests, NULL, NULL);
}
