#include "core/parse.h"

#include "tests/unit/support.h"

#include <fcntl.h>

/* The canonical hex of a transaction is told by its id alone: "transaction NUMBER
 * OFFSET LENGTH id". */
static char *told(struct findings *found)
{
    struct rc_buf text;
    rc_buf_init(&text, 1 << 20);
    rc_buf_add_str(&text, "");
    for (char *line = found->text.data, *end; *line; line = end + 1) {
        end = strchr(line, '\n');
        *end = '\0';
        char *hex = strrchr(line, ' ');
        bool reject = strncmp(line, "reject ", 7) == 0;
        if (strncmp(line, "transaction ", 12) != 0) {
            rc_buf_printf(&text, "%.*s\n", (int)(reject ? hex - line : end - line), line);
            continue;
        }
        uint8_t bytes[RC_CANONICAL_BYTES];
        struct rc_record record;
        size_t length = strlen(hex + 1) / 2;
        for (size_t i = 0; i < length; i++) {
            char byte[3] = {hex[1 + 2 * i], hex[2 + 2 * i], '\0'};
            bytes[i] = (uint8_t)strtoul(byte, NULL, 16);
        }
        assert_true(rc_record_from_canonical(bytes, length, &record));
        struct rc_text id = rc_record_id(&record);
        rc_buf_printf(&text, "%.*s %.*s %lld\n", (int)(hex - line), line, (int)id.length, id.data,
                      (long long)record.amount_minor);
    }
    rc_buf_free(&found->text);
    assert_false(text.failed);
    return text.data;
}

static void finds(const struct rc_layout *layout, struct parsing how, const char *bytes,
                  const char *wanted)
{
    struct findings found = {0};
    struct rc_error err = {0};
    if (!parse_bytes(layout, how, bytes, strlen(bytes), &found, &err))
        fail_msg("%s", err.text);
    char *text = told(&found);
    if (strcmp(text, wanted) != 0)
        fail_msg("%s\ninstead of\n%s", text, wanted);
    free(text);
}

/* ----- which type a record is ----- */

#define FIELDS                                                                                     \
    "{'name': 'id', 'at': 2, 'length': 3, 'type': 'text', 'required': true},"                      \
    "{'name': 'amount', 'at': 5, 'length': 4, 'type': 'separate', 'decimals': 2}"
#define MAP "'map': {'id': 'id', 'amount': 'amount', 'currency': {'constant': 'USD'}}"
#define LINES(records, more)                                                                       \
    "{'layout': 'x', 'framing': {'kind': 'lines'}, 'records': [" records "]" more "}"
#define NO_MATCH(number, offset)                                                                   \
    "reject " number " " offset " : unknown record type: the layout describes no record that "     \
    "begins like this\n"
#define NONE "date -2147483648 header -2147483648 "

static void test_conditions(void **state)
{
    (void)state;
    struct rc_layout *layout = layout_of(
        LINES("{'type': 'a', 'role': 'filler', 'match': [{'at': 1, 'value': 'A'}, {'at': 3,"
              " 'values': ['1', '2']}], 'fields': []},"
              "{'type': 'b', 'role': 'filler', 'match': [{'at': 1, 'value': 'A'}, {'at': 3, 'not':"
              " ['7', '8']}], 'fields': []}",
              ""));
    finds(layout, (struct parsing){.with_records = true}, "A-1\nA-2\nA-3\nA-7\nA-8\nB-1\nA\nA-4x\n",
          "record 0 1\nrecord 0 2\nrecord 1 3\n" NO_MATCH("4", "12") NO_MATCH("5", "16")
              NO_MATCH("6", "20") NO_MATCH("7", "24") "record 1 8\ntype 0: 2\ntype 1: 2\n"
                                                      "records 4 transactions 0 rejected 4 lenient "
                                                      "0 " NONE "bytes 31 broken 0\n");
    rc_layout_free(layout);
}

#define ROLE(type, role, more)                                                                     \
    "{'type': '" type "', 'role': '" role "', 'match': [{'at': 1, 'value': '" type "'}]" more "}"
#define TWO(a, b) a "," b
#define THREE(a, b, c) a "," b "," c
#define EMPTY ", 'fields': []"
#define DETAIL ROLE("D", "detail", ", 'fields': [" FIELDS "]")
#define OTHER ROLE("E", "detail", ", 'fields': [" FIELDS "]")
#define PLACED(where) ROLE("D", "detail", ", " where ", 'fields': [" FIELDS "]")
#define WITH(type, role, field) ROLE(type, role, ", 'fields': [" field "]")
#define REF "{'name': 'ref', 'at': 2, 'length': 3, 'type': 'text'}"
#define REF_MAP                                                                                    \
    ", 'map': {'id': ['ref', 'id'], 'amount': 'amount', 'currency': {'constant': 'USD'}}"
#define MORE "{'name': 'more', 'at': 2, 'length': 3, 'type': 'unsigned'}"
#define BATCH TWO(ROLE("H", "batch_header", EMPTY), ROLE("T", "batch_trailer", EMPTY))
#define HEADER ROLE("H", "file_header", ", 'after': ['^'], 'fields': []")
#define TRAILER ROLE("T", "file_trailer", ", 'after': ['H', 'D'], 'fields': []")
#define FILLER ROLE("F", "filler", EMPTY)
#define ORDERED TWO(TWO(HEADER, PLACED("'after': ['H', 'D']")), TWO(FILLER, TRAILER))

static void test_out_of_order(void **state)
{
    (void)state;
    struct rc_layout *layout = layout_of(LINES(ORDERED, "," MAP));
    finds(layout, (struct parsing){0}, "H\nDaa1100+\nF\nDaa2200-\nT\n",
          "transaction 2 2 9 aa1 100\ntransaction 4 13 9 aa2 -200\ntype 0: 1\ntype 1: 2\n"
          "type 2: 1\ntype 3: 1\nrecords 5 transactions 2 rejected 0 lenient 0 " NONE
          "bytes 24 broken 0\n");
    /* a record out of order is rejected, but what follows it is read */
    finds(layout, (struct parsing){0}, "Daa1100+\nDaa2200+\nH\nDaa3300+\nT\nDaa4400+\nDaa5500+\n",
          "reject 1 0 : out of order: D may not stand at the start of the file here\n"
          "transaction 2 9 9 aa2 200\n"
          "reject 3 18 : out of order: H may not stand after D here\n"
          "transaction 4 20 9 aa3 300\n"
          "reject 6 31 : out of order: D may not stand after T here\n"
          "transaction 7 40 9 aa5 500\n"
          "type 1: 3\ntype 3: 1\nrecords 4 transactions 3 rejected 3 lenient 0 " NONE
          "bytes 49 broken 0\n");
    rc_layout_free(layout);
}

static void test_rejected_records_leave_the_good_ones(void **state)
{
    (void)state;
    struct rc_layout *layout = layout_of(LINES(ORDERED, "," MAP));
    finds(layout, (struct parsing){0}, "H\nDaa1x00+\n?\nDaa2200+\nD   300+\nDaa4400+\nT",
          "reject 2 2 amount: byte 1 is 0x78, not a digit\n" NO_MATCH(
              "3", "11") "transaction 4 13 9 aa2 200\n"
                         "reject 5 22 id: it is blank, but required\n"
                         "transaction 6 31 9 aa4 400\n"
                         "type 0: 1\ntype 1: 2\ntype 3: 1\nrecords 4 transactions 2 rejected 3 "
                         "lenient 0 " NONE "bytes 41 broken 0\n");
    rc_layout_free(layout);
    /* a header whose line is cut is still where the header stood */
    layout = bundled_layout("settlement168");
    char file[3 * 169 + 1];
    memset(file, ' ', sizeof file);
    memcpy(file, "HD20260401", 10);
    file[100] = '\n';
    snprintf(file + 101, sizeof file - 101, "DT%-72s%s", "TX1", "000000000100+USD2026040120260401");
    memset(file + 101 + strlen(file + 101), ' ', 169 - strlen(file + 101));
    file[101 + 168] = '\n';
    file[101 + 169] = '\0';
    finds(layout, (struct parsing){.file_date = 20000}, file,
          "reject 1 0 : the line has 100 bytes, the layout says 168\n"
          "transaction 2 101 169 TX1 100\n"
          "control record_count file 0 0 declared= actual=1 broken\n"
          "control net_total file 0 0 declared= actual=100 broken\n"
          "type 1: 1\nrecords 1 transactions 1 rejected 1 lenient 0 date 20000 header -2147483648 "
          "bytes 270 broken 2\n");
    rc_layout_free(layout);
}

static void test_lenient_fields_are_counted(void **state)
{
    (void)state;
    struct rc_layout *layout = layout_of(LINES("{'type': 'd', 'role': 'detail', 'fields': [" FIELDS
                                               ",{'name': 'n', 'at': 9, 'length': 2,"
                                               " 'type': 'unsigned', 'lenient': true}]}",
                                               ""));
    finds(layout, (struct parsing){0}, "Daa1100+12\nDaa2200+xx\nDaa2200+\n",
          "type 0: 3\nrecords 3 transactions 0 rejected 0 lenient 1 " NONE "bytes 31 broken 0\n");
    rc_layout_free(layout);
}

static void test_an_empty_file(void **state)
{
    (void)state;
    struct rc_layout *layout = bundled_layout("settlement168");
    finds(layout, (struct parsing){0}, "",
          "control record_count file 0 0 declared= actual=0 broken\n"
          "control net_total file 0 0 declared= actual=0 broken\n"
          "records 0 transactions 0 rejected 0 lenient 0 " NONE "bytes 0 broken 2\n");
    rc_layout_free(layout);
}

/* ----- the file date ----- */

#define DAY                                                                                        \
    "{'name': 'day', 'at': 2, 'length': 6, 'type': 'date', 'format': 'YYMMDD', 'null': ['blank']}"
#define ON "{'name': 'on', 'at': 9, 'length': 4, 'type': 'date', 'format': 'MMDD'}"
#define DATED TWO(WITH("H", "file_header", DAY), WITH("D", "detail", FIELDS "," ON))
#define DATED_MAP                                                                                  \
    ", 'map': {'id': 'id', 'amount': 'amount', 'currency': {'constant': 'USD'}, 'date': 'on',"     \
    " 'file_date': 'H.day'}"

static void test_the_file_date(void **state)
{
    (void)state;
    struct rc_layout *layout = layout_of(LINES(DATED, DATED_MAP));
    struct findings found = {0};
    struct rc_error err = {0};
    static const char file[] = "H      \nDaa1100+0401\nH260102\nDaa2100+1231\nH250101\n";
    assert_true(parse_bytes(layout, (struct parsing){0}, file, strlen(file), &found, &err));
    /* 2025-12-31 is day 20453: e5 4f 00 00 */
    assert_non_null(strstr(found.text.data, "e54f0000"));
    char *text = told(&found);
    assert_non_null(strstr(text, "reject 2 8 on: its year is to be taken from the file date"));
    assert_non_null(strstr(text, "transactions 1 rejected 1 lenient 0 date 20455 header 20455 "));
    free(text);
    /* one that is given goes before what the header says */
    assert_true(parse_bytes(layout, (struct parsing){.file_date = 20000}, file, strlen(file),
                            &found, &err));
    text = told(&found);
    assert_non_null(strstr(text, "transactions 2 rejected 0 lenient 0 date 20000 header 20455 "));
    free(text);
    rc_layout_free(layout);
}

/* ----- transactions of several records ----- */

static char *nacha_file; /* grows by one line at a time */

static void begin_nacha(void)
{
    free(nacha_file);
    nacha_file = strdup("");
    assert_non_null(nacha_file);
}

static void line(const char *text)
{
    char *more;
    assert_true(asprintf(&more, "%s%-94s\n", nacha_file, text) > 0);
    free(nacha_file);
    nacha_file = more;
}

static void batch_header(const char *number)
{
    char text[95];
    snprintf(text, sizeof text,
             "5200ACME            %20s1234567890PPDPAYROLL   260401260402   112345678%s", "",
             number);
    line(text);
}

static void entry(const char *code, const char *cents, const char *trace)
{
    char text[120];
    snprintf(text, sizeof text, "6%s123456780%-17s%s%-15s%-22s  0%s", code, "4111111111111111",
             cents, "PERSON1", "SOMEBODY", trace);
    line(text);
}

static void addenda(const char *sequence)
{
    char text[95];
    snprintf(text, sizeof text, "705%-80s%s0000001", "PAYMENT", sequence);
    line(text);
}

static void batch_control(const char *count, const char *hash, const char *debit,
                          const char *credit, const char *number)
{
    char text[95];
    snprintf(text, sizeof text, "8200%s%s%s%s1234567890%25s12345678%s", count, hash, debit, credit,
             "", number);
    line(text);
}

#define NACHA_HEADER "101 123456780 1234567892604011200A094101DEST                   ORIGIN"
#define NACHA_CONTROL "9000001000001000000030024691356000000000500000000000250"
#define TRACE(n) "12345678000000" n

static void nacha_gives(const char *wanted)
{
    struct rc_layout *layout = bundled_layout("nacha");
    assert_false(rc_layout_is_plain(layout));
    finds(layout, (struct parsing){0}, nacha_file, wanted);
    rc_layout_free(layout);
}

static void test_nacha(void **state)
{
    (void)state;
    begin_nacha();
    line(NACHA_HEADER);
    batch_header("0000001");
    entry("22", "0000000250", TRACE("1"));
    addenda("0001");
    entry("27", "0000000500", TRACE("2"));
    batch_control("000003", "0024691356", "000000000500", "000000000250", "0000001");
    line(NACHA_CONTROL);
    for (int i = 0; i < 3; i++)
        line("99999999999999999999999999999999999999999999999999999999999999999999999999999999999"
             "99999999999");
    nacha_gives("transaction 3 190 190 12345678:1:123456780000001 250\n"
                "transaction 5 380 95 12345678:1:123456780000002 -500\n"
                "control batch_entry_count batch 6 1 declared=3 actual=3 ok\n"
                "control batch_entry_hash batch 6 1 declared=24691356 actual=24691356 ok\n"
                "control batch_total_debit batch 6 1 declared=5.00 actual=5.00 ok\n"
                "control batch_total_credit batch 6 1 declared=2.50 actual=2.50 ok\n"
                "control batch_service_class batch 6 1 declared=200 actual=200 ok\n"
                "control batch_company_id batch 6 1 declared=1234567890 actual=1234567890 ok\n"
                "control batch_odfi batch 6 1 declared=12345678 actual=12345678 ok\n"
                "control batch_number batch 6 1 declared=1 actual=1 ok\n"
                "control batch_count file 7 0 declared=1 actual=1 ok\n"
                "control block_count file 7 0 declared=1 actual=1 ok\n"
                "control entry_count file 7 0 declared=3 actual=3 ok\n"
                "control entry_hash file 7 0 declared=24691356 actual=24691356 ok\n"
                "control total_debit file 7 0 declared=5.00 actual=5.00 ok\n"
                "control total_credit file 7 0 declared=2.50 actual=2.50 ok\n"
                "type 0: 1\ntype 1: 1\ntype 4: 2\ntype 7: 1\ntype 13: 1\ntype 14: 3\ntype 16: 1\n"
                "records 10 transactions 2 rejected 0 lenient 0 date 20544 header 20544 bytes 950 "
                "broken 0\n");
}

static void find_in_nacha(const char *wanted, bool there)
{
    struct rc_layout *layout = bundled_layout("nacha");
    struct findings found = {.needle = "1111111111"};
    struct rc_error err = {0};
    assert_true(
        parse_bytes(layout, (struct parsing){0}, nacha_file, strlen(nacha_file), &found, &err));
    char *text = told(&found);
    if (!strstr(text, wanted) == there)
        fail_msg("\"%s\" is %sin\n%s", wanted, there ? "not " : "", text);
    free(text);
    rc_layout_free(layout);
}

static void test_nacha_without_its_trailers(void **state)
{
    (void)state;
    begin_nacha();
    line(NACHA_HEADER);
    batch_header("0000001");
    entry("22", "0000000250", TRACE("1"));
    find_in_nacha("transaction 3 190 95 12345678:1:123456780000001 250\n", true);
    find_in_nacha("control batch_total_credit batch 0 1 declared= actual=2.50 broken\n", true);
    find_in_nacha("control batch_count file 0 0 declared= actual=1 broken\n", true);
}

/* A batch header that is rejected takes the one before it with it: its entries are
 * not those of the batch before. */
static void test_a_rejected_batch_header(void **state)
{
    (void)state;
    begin_nacha();
    line(NACHA_HEADER);
    batch_header("0000001");
    entry("22", "0000000250", TRACE("1"));
    batch_control("000001", "0012345678", "000000000000", "000000000250", "0000001");
    batch_header("000000x");
    entry("22", "0000000250", TRACE("2"));
    find_in_nacha("reject 5 380 batch_number: byte 7 is 0x78, not a digit\n", true);
    find_in_nacha("transaction 6 475 95 ::123456780000002 250\n", true);
}

/* Addenda of a rejected entry belong neither to the one before nor to the next. */
static void test_addenda_of_a_rejected_detail(void **state)
{
    (void)state;
    struct rc_layout *layout = layout_of(LINES(TWO(DETAIL, WITH("A", "addenda", REF)), REF_MAP));
    finds(layout, (struct parsing){0},
          "Daa1100+\nAxx1\nDaa2x00+\nAxx2\nDaa3300+\nDaa4400+\nAxx4\nAxx5\n",
          "transaction 1 0 14 xx1:aa1 100\n"
          "reject 3 14 amount: byte 1 is 0x78, not a digit\n"
          "transaction 5 28 9 :aa3 300\n"
          "transaction 6 37 19 xx5:aa4 400\n"
          "type 0: 3\ntype 1: 4\nrecords 7 transactions 3 rejected 1 lenient 0 " NONE
          "bytes 56 broken 0\n");
    rc_layout_free(layout);
}

static void test_addenda_behind_a_misplaced_detail(void **state)
{
    (void)state;
    struct rc_layout *layout = layout_of(LINES(
        THREE(BATCH, TWO(PLACED("'after': ['H', 'A', 'E']"), OTHER), WITH("A", "addenda", REF)),
        REF_MAP));
    assert_false(rc_layout_is_plain(layout));
    finds(layout, (struct parsing){0}, "H\nDaa1100+\nDaa2200+\nAxx2\nDaa3300+\nT\n",
          "transaction 2 2 9 :aa1 100\n"
          "reject 3 11 : out of order: D may not stand after D here\n"
          "transaction 5 25 9 :aa3 300\n"
          "type 0: 1\ntype 1: 1\ntype 2: 2\ntype 4: 1\n"
          "records 5 transactions 2 rejected 1 lenient 0 " NONE "bytes 36 broken 0\n");
    rc_layout_free(layout);
}

/* A transaction that cannot be mapped is rejected as its detail. */
static void test_a_transaction_without_amount(void **state)
{
    (void)state;
    struct rc_layout *layout = layout_of(
        LINES(TWO(DETAIL, WITH("A", "addenda", MORE)),
              ", 'map': {'id': 'id', 'amount': 'more', 'currency': {'constant': 'USD'}}"));
    finds(layout, (struct parsing){0}, "Daa1100+\nDaa2200+\nA002\n",
          "reject 1 0 amount: the transaction has no amount\n"
          "transaction 2 9 14 aa2 200\n"
          "type 0: 1\ntype 1: 1\nrecords 2 transactions 1 rejected 1 lenient 0 " NONE
          "bytes 23 broken 0\n");
    rc_layout_free(layout);
}

/* Where the map needs nothing but the detail, context still decides. */
static void test_details_in_batches(void **state)
{
    (void)state;
    struct rc_layout *layout = layout_of(LINES(
        THREE(WITH("H", "batch_header", REF), DETAIL, ROLE("T", "batch_trailer", EMPTY)), REF_MAP));
    finds(layout, (struct parsing){0}, "Ha  \nDaa1100+\nHb  \nDaa1100+\nT\nDaa2100+\n",
          "transaction 2 5 9 a:aa1 100\n"
          "transaction 4 19 9 b:aa1 100\n"
          "transaction 6 30 9 :aa2 100\n"
          "type 0: 2\ntype 1: 3\ntype 2: 1\nrecords 6 transactions 3 rejected 0 lenient 0 " NONE
          "bytes 39 broken 0\n");
    rc_layout_free(layout);
}

/* ----- rejected bytes ----- */

static void test_cards_in_rejected_records(void **state)
{
    (void)state;
    begin_nacha();
    line(NACHA_HEADER);
    batch_header("0000001");
    entry("22", "00000x0250", TRACE("1")); /* does not decode */
    entry("99", "0000000250", TRACE("1"));
    line("1 4111111111111111");                  /* out of order */
    line("Z 4111111111111111");                  /* unknown */
    entry("22", "0000000250", TRACE("1") "000"); /* too long */
    find_in_nacha("rejected 5 ", true);
    /* a line that is cut in the middle of its card field */
    struct rc_layout *layout = layout_of(
        "{'layout': 'x', 'framing': {'kind': 'lines', 'length': 40}, 'records': ["
        "{'type': 'd', 'role': 'detail', 'fields': [{'name': 'pan', 'at': 3, 'length': 19,"
        " 'type': 'text', 'card': true}]}]}");
    struct findings found = {.needle = "7890"};
    struct rc_error err = {0};
    assert_true(parse_bytes(layout, (struct parsing){0}, "D 12345678901234\n", 17, &found, &err));
    assert_non_null(strstr(found.text.data, "rejected 1 "));
    rc_buf_free(&found.text);
    rc_layout_free(layout);
}

/* ----- what ends a run ----- */

static void test_a_sink_that_fails(void **state)
{
    (void)state;
    struct rc_layout *layout = layout_of(LINES(ORDERED, "," MAP));
    static const char file[] = "H\nDaa1100+\n?\nDaa2x00+\nDaa3100+\nT\n";
    struct rc_error err = {0};
    for (int records = 0; records < 2; records++) {
        int calls = records ? 8 : 4;
        for (int at = 1; at <= calls + 1; at++) {
            struct findings found = {.fail_at = at};
            struct parsing how = {.with_records = records};
            err = (struct rc_error){0};
            bool ok = parse_bytes(layout, how, file, strlen(file), &found, &err);
            assert_int_equal(ok, at > calls);
            assert_int_equal(err.code, ok ? RC_OK : RC_IO);
            if (!ok)
                assert_string_equal(err.text, "the sink is full");
            rc_buf_free(&found.text);
        }
    }
    rc_layout_free(layout);
}

static void test_a_sink_that_fails_on_the_quick_way(void **state)
{
    (void)state;
    struct rc_layout *layout = bundled_layout("settlement168");
    struct rc_buf file;
    rc_buf_init(&file, 1 << 20);
    rc_buf_printf(&file, "%-168s\n", "HD20260401");
    for (int i = 0; i < 300; i++)
        rc_buf_printf(&file, "DTTX%07d%-63s%s%-62s\n", i, "", "000000000100+USD2026040120260401",
                      "");
    for (int at = 1; at < 10; at++) {
        struct findings found = {.fail_at = at};
        struct rc_error err = {0};
        bool ok = parse_bytes(layout, (struct parsing){0}, file.data, file.length, &found, &err);
        assert_int_equal(ok, at > 5); /* batches of 64 */
        assert_int_equal(err.code, ok ? RC_OK : RC_IO);
        rc_buf_free(&found.text);
    }
    rc_buf_free(&file);
    rc_layout_free(layout);
}

static void test_without_sinks(void **state)
{
    (void)state;
    struct rc_layout *layout = layout_of(LINES(ORDERED, "," MAP));
    struct rc_parse_options options = {.file_date = RC_CIVIL_NONE};
    struct rc_sink sink = {0};
    struct rc_error err = {0};
    int file = file_of("H\nDaa1100+\n?\nDaa2x00+\n", 22);
    struct rc_parser *parser = rc_parser_new(layout, &options, &sink, &err);
    assert_non_null(parser);
    assert_true(rc_parser_run(parser, file, &err));
    assert_int_equal(rc_parser_totals(parser)->transactions, 1);
    assert_int_equal(rc_parser_totals(parser)->rejected, 2);
    rc_parser_free(parser);
    rc_parser_free(NULL);
    close(file);
    rc_layout_free(layout);
}

static void test_a_file_that_cannot_be_read(void **state)
{
    (void)state;
    struct rc_layout *layout = bundled_layout("settlement168");
    struct rc_parse_options options = {.file_date = RC_CIVIL_NONE};
    struct rc_sink sink = {0};
    struct rc_error err = {0};
    int directory = open("/tmp", O_RDONLY);
    struct rc_parser *parser = rc_parser_new(layout, &options, &sink, &err);
    assert_non_null(parser);
    assert_false(rc_parser_run(parser, directory, &err));
    assert_int_equal(err.code, RC_IO);
    rc_parser_free(parser);
    close(directory);
    rc_layout_free(layout);
}

/* ----- one record, read back ----- */

static bool read_one(struct rc_parser *parser, const char *bytes, char *id, int *type,
                     struct rc_fault *fault)
{
    static uint8_t window[512];
    struct rc_record record;
    size_t length = strlen(bytes);
    memset(window, 0, sizeof window);
    memcpy(window, bytes, length);
    struct rc_raw raw = {.bytes = window, .length = (uint32_t)length - 1, .framed_length = length};
    *fault = (struct rc_fault){0};
    if (!rc_parser_read_one(parser, &raw, &record, type, fault))
        return false;
    snprintf(id, 32, "%.*s", (int)rc_record_id(&record).length, rc_record_id(&record).data);
    return true;
}

static void test_read_one(void **state)
{
    (void)state;
    char id[32], detail[256];
    int type;
    struct rc_fault fault;
    struct rc_layout *layout = bundled_layout("settlement168");
    struct rc_parse_options options = {.file_date = 20544};
    struct rc_sink sink = {0};
    struct rc_error err = {0};
    assert_true(rc_layout_is_plain(layout));
    struct rc_parser *parser = rc_parser_new(layout, &options, &sink, &err);
    assert_non_null(parser);
    snprintf(detail, sizeof detail, "DT%-72s%s%-62s\n", "TX1", "000000000100+USD2026040120260401",
             "");
    assert_true(read_one(parser, detail, id, &type, &fault));
    assert_string_equal(id, "TX1");
    assert_int_equal(type, 1);
    detail[74 + 12] = ' '; /* a sign that only the general way knows */
    assert_true(read_one(parser, detail, id, &type, &fault));
    detail[80] = 'x';
    assert_false(read_one(parser, detail, id, &type, &fault));
    assert_string_equal(fault.field, "amount");
    detail[0] = 'X';
    assert_false(read_one(parser, detail, id, &type, &fault));
    assert_string_equal(fault.reason, "no detail record stands here any more");
    rc_parser_free(parser);
    rc_layout_free(layout);
}

static void test_which_layouts_are_plain(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool plain;
    } cases[] = {
        {LINES(ORDERED, "," MAP), true},
        {LINES(ORDERED, ""), true},
        {LINES(TWO(DETAIL, ROLE("A", "addenda", EMPTY)), ""), false},
        {LINES(TWO(HEADER, PLACED("'in': ['H']")), ""), false},
        {LINES(TWO(DETAIL, OTHER), ""), true},
        {LINES(TWO(OTHER, PLACED("'after': ['E']")), ""), false},
        {"{'layout': 'x', 'framing': {'kind': 'bdw'}, 'records': [" ORDERED "]}", false},
        {LINES(DATED, ", 'map': {'id': 'H.day', 'amount': 'amount', 'currency': {'constant':"
                      " 'USD'}}"),
         false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rc_layout *layout = layout_of(cases[i].text);
        if (rc_layout_is_plain(layout) != cases[i].plain)
            fail_msg("%s", cases[i].text);
        rc_layout_free(layout);
    }
}

static int release(void **state)
{
    (void)state;
    free(nacha_file);
    nacha_file = NULL;
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conditions),
        cmocka_unit_test(test_out_of_order),
        cmocka_unit_test(test_rejected_records_leave_the_good_ones),
        cmocka_unit_test(test_lenient_fields_are_counted),
        cmocka_unit_test(test_an_empty_file),
        cmocka_unit_test(test_the_file_date),
        cmocka_unit_test(test_nacha),
        cmocka_unit_test(test_nacha_without_its_trailers),
        cmocka_unit_test(test_a_rejected_batch_header),
        cmocka_unit_test(test_addenda_of_a_rejected_detail),
        cmocka_unit_test(test_addenda_behind_a_misplaced_detail),
        cmocka_unit_test(test_a_transaction_without_amount),
        cmocka_unit_test(test_details_in_batches),
        cmocka_unit_test(test_cards_in_rejected_records),
        cmocka_unit_test(test_a_sink_that_fails),
        cmocka_unit_test(test_a_sink_that_fails_on_the_quick_way),
        cmocka_unit_test(test_without_sinks),
        cmocka_unit_test(test_a_file_that_cannot_be_read),
        cmocka_unit_test(test_read_one),
        cmocka_unit_test(test_which_layouts_are_plain),
    };
    return cmocka_run_group_tests_name("parse", tests, NULL, release);
}
