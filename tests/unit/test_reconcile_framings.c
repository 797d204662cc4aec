/* The same day in every framing, and transactions of several records. */
#include "tests/unit/reconcile_run.h"

/* ----- other framings ----- */

static const char layout_text[] =
    "{\"layout\": \"framed\", \"framing\": %s, \"records\": ["
    "{\"type\": \"header\", \"role\": \"file_header\","
    " \"match\": [{\"at\": 1, \"value\": \"HD\"}], \"fields\": ["
    "  {\"name\": \"file_date\", \"at\": 3, \"length\": 8, \"type\": \"date\","
    "   \"format\": \"YYYYMMDD\"}]},"
    "{\"type\": \"detail\", \"role\": \"detail\","
    " \"match\": [{\"at\": 1, \"value\": \"DT\"}], \"fields\": ["
    "  {\"name\": \"id\", \"at\": 3, \"length\": 8, \"type\": \"text\", \"required\": true},"
    "  {\"name\": \"amount\", \"at\": 11, \"length\": 8, \"type\": \"unsigned\", \"decimals\": 2},"
    "  {\"name\": \"reference\", \"at\": 19, \"length\": 8, \"type\": \"text\"},"
    "  {\"name\": \"card\", \"at\": 27, \"length\": 16, \"type\": \"text\", \"card\": true}]}],"
    "\"map\": {\"id\": [\"id\"], \"amount\": \"amount\","
    " \"currency\": {\"constant\": \"USD\"}, \"acquirer_reference\": \"reference\","
    " \"card\": \"card\", \"file_date\": \"header.file_date\"}}";

/* No card passes the Luhn check, so that only the layout says what it is. */
static const char card_number[] = "4111111111111112";

static struct rc_layout *framed_layout(const char *framing)
{
    struct rc_buf text;
    struct rc_error err = {0};
    rc_buf_init(&text, 1 << 20);
    rc_buf_printf(&text, layout_text, framing);
    json_t *json = rc_jsonr_parse(text.data, text.length, &err);
    if (!json)
        fail_msg("%s", err.text);
    struct rc_layout *layout = rc_layout_from_json(json, &err);
    if (!layout)
        fail_msg("%s", err.text);
    json_decref(json);
    rc_buf_free(&text);
    return layout;
}

enum framing { LINES, LINES_CRLF, PADDED, FIXED, RDW, BDW, FRAMINGS };

static const char *const framing_texts[FRAMINGS] = {
    [LINES] = "{\"kind\": \"lines\"}",
    [LINES_CRLF] = "{\"kind\": \"lines\"}",
    [PADDED] = "{\"kind\": \"lines\", \"length\": 80, \"pad\": true}",
    [FIXED] = "{\"kind\": \"fixed\", \"length\": 80}",
    [RDW] = "{\"kind\": \"rdw\"}",
    [BDW] = "{\"kind\": \"bdw\"}",
};

static void put_descriptor(struct rc_buf *file, size_t length)
{
    char word[4] = {(char)(length >> 8), (char)length, 0, 0};
    rc_buf_add(file, word, 4);
}

static void put_record(struct rc_buf *file, struct rc_buf *block, enum framing framing,
                       const char *record, size_t length)
{
    char fixed[80];
    switch (framing) {
    case FIXED:
        memset(fixed, ' ', sizeof fixed);
        memcpy(fixed, record, length);
        rc_buf_add(file, fixed, sizeof fixed);
        break;
    case RDW:
        put_descriptor(file, length + 4);
        rc_buf_add(file, record, length);
        break;
    case BDW:
        put_descriptor(block, length + 4);
        rc_buf_add(block, record, length);
        break;
    default:
        rc_buf_add(file, record, length);
        rc_buf_add_str(file, framing == LINES_CRLF ? "\r\n" : "\n");
    }
}

static void end_block(struct rc_buf *file, struct rc_buf *block)
{
    if (!block->length)
        return;
    put_descriptor(file, block->length + 4);
    rc_buf_add(file, block->data, block->length);
    rc_buf_clear(block);
}

/* Records of lengths that change at times, now and then, or with each record. */
static void write_framed(const char *name, enum framing framing, int side, uint64_t count,
                         int regularity)
{
    struct rc_buf file, block;
    char record[200];
    uint64_t random = 99;
    rc_buf_init(&file, BUF_CAP);
    rc_buf_init(&block, 1 << 16);
    put_record(&file, &block, framing, "HD20260401", 10);
    for (uint64_t n = 0; n < count; n++) {
        uint64_t dice = next(&random);
        int tail = regularity == 0   ? 5
                   : regularity == 1 ? (n % 100 < 70 ? 5 : (int)(dice % 30))
                                     : (int)(dice % 30);
        bool other = side && n % 11 == 0;
        int length = snprintf(record, sizeof record, "DT%08llu%08u%c%07llu%s%.*s",
                              (unsigned long long)(n * 37 % count), other ? 77u : 70u, 'R',
                              (unsigned long long)(n / 3), card_number, tail,
                              "abcdefghijklmnopqrstuvwxyzabcdefghijk");
        put_record(&file, &block, framing, record, (size_t)length);
        if (dice % 7 == 0)
            end_block(&file, &block);
    }
    end_block(&file, &block);
    write_file(name, &file);
    rc_buf_free(&file);
    rc_buf_free(&block);
}

/* However the records are framed, the same comes out, and each is found again. */
static void test_framings(void **state)
{
    (void)state;
    enum { COUNT = 5000 };
    struct totals first = {0}, found;
    for (int regularity = 0; regularity < 3; regularity++)
        for (int framing = 0; framing < FRAMINGS; framing++) {
            begin_run(framed_layout(framing_texts[framing]), framed_layout(framing_texts[framing]));
            run.told.secret = card_number;
            for (int side = 0; side < RC_SIDES; side++)
                write_framed(names[side], (enum framing)framing, side, COUNT, regularity);
            uint64_t hash = 0;
            for (int threads = 1; threads <= 3; threads++) {
                run.threads = threads;
                must_reconcile();
                check_told();
                assert_int_equal(run.day.side[0].rejected + run.day.side[1].rejected, 0);
                assert_int_equal(outcomes_of(RC_AMOUNT_MISMATCH), (COUNT + 10) / 11);
                assert_int_equal(outcomes_of(RC_MATCHED), COUNT - (COUNT + 10) / 11);
                assert_false(run.told.leaked);
                if (threads > 1)
                    assert_true(hash == run.told.hash);
                hash = run.told.hash;
            }
            found = totals();
            if (framing || regularity)
                assert_same_totals(&first, &found);
            first = found;
        }
}

/* A layout on one side, another on the other. */
static void test_two_framings(void **state)
{
    (void)state;
    for (int framing = 0; framing < FRAMINGS; framing++) {
        int other = (framing + 3) % FRAMINGS;
        begin_run(framed_layout(framing_texts[framing]), framed_layout(framing_texts[other]));
        write_framed(names[0], (enum framing)framing, 0, 3000, 2);
        write_framed(names[1], (enum framing)other, 1, 3000, 1);
        must_reconcile();
        check_told();
        assert_int_equal(outcomes_of(RC_AMOUNT_MISMATCH), 273);
        assert_int_equal(outcomes_of(RC_MATCHED), 3000 - 273);
    }
}

/* ----- transactions of several records ----- */

static void write_nacha(const char *name, int side, int batches, int entries)
{
    struct rc_buf file;
    rc_buf_init(&file, BUF_CAP);
    rc_buf_printf(&file, "101 %-9s%10s2604010800A094101%-23s%-23s%-8s\n", "091000019", "1234567890",
                  "DESTINATION", "ORIGIN", "");
    for (int b = 0; b < batches; b++) {
        rc_buf_printf(&file, "5200%-16s%-20s%-10s%-3s%-10s%6s%6s%3s1%8s%07d\n", "COMPANY", "",
                      "1234567890", "PPD", "PAYROLL", "260401", "260401", "", "09100001", b);
        for (int e = 0; e < entries; e++) {
            bool other = side && e % 10 == 3;
            rc_buf_printf(&file, "622%8s%c%-17s%010d%-15d%-22s%-2s%d09100001%07d\n", "09100001",
                          '9', card_number, other ? 1 : 100 + e, e, "A PERSON", "", e % 3 > 0, e);
            for (int a = 0; a < e % 3; a++)
                rc_buf_printf(&file, "705%-80s%04d%07d\n", "information", a + 1, e);
        }
        rc_buf_printf(&file, "8200%06d%010d%012d%012d%-10s%-19s%6s%8s%07d\n", 0, 0, 0, 0,
                      "1234567890", "", "", "09100001", b);
    }
    rc_buf_printf(&file, "9%06d%06d%08d%010d%012d%012d%39s\n", batches, 1, 0, 0, 0, 0, "");
    write_file(name, &file);
    rc_buf_free(&file);
}

static void test_transactions_of_several_records(void **state)
{
    (void)state;
    begin_bundled("nacha");
    run.told.secret = card_number;
    for (int side = 0; side < RC_SIDES; side++)
        write_nacha(names[side], side, 20, 100);
    uint64_t hash = 0;
    for (int threads = 1; threads <= 3; threads++) {
        run.threads = threads;
        run.memory = (threads == 2 ? 512 : 16) * MIB;
        must_reconcile();
        check_told();
        assert_int_equal(run.day.side[0].rejected + run.day.side[1].rejected, 0);
        assert_int_equal(run.day.side[0].records, 2000);
        assert_int_equal(outcomes_of(RC_AMOUNT_MISMATCH), 200);
        assert_int_equal(outcomes_of(RC_MATCHED), 1800);
        assert_false(run.told.leaked);
        if (threads > 1)
            assert_true(hash == run.told.hash);
        hash = run.told.hash;
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, free_run)
    const struct CMUnitTest tests[] = {
        TEST(test_framings),
        TEST(test_two_framings),
        TEST(test_transactions_of_several_records),
    };
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
