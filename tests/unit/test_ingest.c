#include "core/ingest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/ingest_internal.h"
#include "core/jsonr.h"

enum { RECORDS = 3000, ROOM = RC_CANONICAL_BYTES + 64, SHARDS = 7, TODAY = 20544 };

static uint64_t next(uint64_t *random)
{
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    return *random;
}

/* ----- anchors ----- */

static uint64_t number_by(const struct rc_anchors *anchors, uint64_t offset)
{
    const struct rc_anchor *anchor = rc_anchors_find(anchors, offset);
    assert_non_null(anchor);
    assert_true(anchor->offset <= offset);
    if (!anchor->stride)
        return 0;
    assert_int_equal((offset - anchor->offset) % anchor->stride, 0);
    return anchor->number + (offset - anchor->offset) / anchor->stride;
}

static void test_one_stride_takes_one_anchor(void **state)
{
    (void)state;
    struct rc_anchors anchors = {0};
    struct rc_error err = {0};
    for (uint64_t n = 0; n < 100000; n++)
        assert_true(
            rc_anchors_note(&anchors, &(struct rc_where){n + 2, 50 + n * 100, 100, 0}, &err));
    assert_int_equal(anchors.count, 1);
    assert_int_equal(number_by(&anchors, 50 + 99999 * 100), 100001);
    assert_null(rc_anchors_find(&anchors, 49));
    rc_anchors_free(&anchors);
}

/* Whatever the lengths: a record's number is known from its anchor's stride, or it
 * is reached from there in few steps. */
static void test_anchors_lead_to_every_record(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct rc_anchors anchors = {0};
        struct rc_where places[2000];
        struct rc_error err = {0};
        uint64_t random = seed * 77, offset = 11, number = 1, count = 0;
        uint64_t change = 1 + next(&random) % 300;
        uint32_t length = 40;
        while (count < 2000) {
            if (next(&random) % change == 0)
                length = 20 + (uint32_t)(next(&random) % 3) * 20;
            if (next(&random) % (2 * change) == 0) /* a record that is none */
                offset += 1 + next(&random) % 60, number++;
            places[count] = (struct rc_where){number, offset, length, 0};
            assert_true(rc_anchors_note(&anchors, &places[count++], &err));
            offset += length;
            number++;
        }
        for (uint64_t i = 0; i < count; i++) {
            const struct rc_anchor *anchor = rc_anchors_find(&anchors, places[i].offset);
            uint64_t found = number_by(&anchors, places[i].offset);
            assert_true(found == 0 || found == places[i].number);
            assert_true(anchor->number <= places[i].number);
            if (!found)
                assert_true(places[i].number - anchor->number < 400);
        }
        assert_true(anchors.count <= 2000 / 64 + 2 + count);
        rc_anchors_free(&anchors);
    }
}

/* ----- a file, its ingest and what a parser by itself says of it ----- */

static const char plain_text[] =
    "{\"layout\": \"framed\", \"framing\": %s, \"records\": ["
    "{\"type\": \"header\", \"role\": \"file_header\","
    " \"match\": [{\"at\": 1, \"value\": \"HD\"}], \"fields\": ["
    "  {\"name\": \"file_date\", \"at\": 3, \"length\": 8, \"type\": \"date\","
    "   \"format\": \"YYYYMMDD\"}]},"
    "{\"type\": \"detail\", \"role\": \"detail\", %s"
    " \"match\": [{\"at\": 1, \"value\": \"DT\"}], \"fields\": ["
    "  {\"name\": \"id\", \"at\": 3, \"length\": 8, \"type\": \"text\", \"required\": true},"
    "  {\"name\": \"amount\", \"at\": 11, \"length\": 8, \"type\": \"unsigned\", \"decimals\": 2},"
    "  {\"name\": \"day\", \"at\": 19, \"length\": 4, \"type\": \"date\", \"format\": \"MMDD\"},"
    "  {\"name\": \"card\", \"at\": 23, \"length\": 16, \"type\": \"text\", \"card\": true}]}%s],"
    "\"map\": {\"id\": [\"id\"], \"amount\": \"amount\", \"date\": \"day\","
    " \"currency\": {\"constant\": \"USD\"}, \"card\": \"card\","
    " \"file_date\": \"header.file_date\"}}";

static const char addenda_text[] =
    ",{\"type\": \"more\", \"role\": \"addenda\", \"match\": [{\"at\": 1, \"value\": \"AD\"}],"
    " \"after\": [\"detail\", \"more\"], \"fields\": ["
    "  {\"name\": \"other_card\", \"at\": 3, \"length\": 16, \"type\": \"text\", \"card\": true}]}";

enum shape {
    LINES,
    CRLF,
    MIXED_ENDS,
    LENGTH,
    PADDED,
    FIXED,
    RDW,
    RDW_LITTLE,
    BDW,
    UNDER_HEADER,
    ADDENDA,
    ADDENDA_RDW,
    SHAPES,
};

static const struct {
    const char *framing, *detail, *more;
} shapes[SHAPES] = {
    [LINES] = {"{\"kind\": \"lines\"}", "", ""},
    [CRLF] = {"{\"kind\": \"lines\"}", "", ""},
    [MIXED_ENDS] = {"{\"kind\": \"lines\"}", "", ""},
    [LENGTH] = {"{\"kind\": \"lines\", \"length\": 60}", "", ""},
    [PADDED] = {"{\"kind\": \"lines\", \"length\": 60, \"pad\": true}", "", ""},
    [FIXED] = {"{\"kind\": \"fixed\", \"length\": 60, \"file_header_bytes\": 3}", "", ""},
    [RDW] = {"{\"kind\": \"rdw\"}", "", ""},
    [RDW_LITTLE] = {"{\"kind\": \"rdw\", \"endian\": \"little\", \"inclusive\": false}", "", ""},
    [BDW] = {"{\"kind\": \"bdw\"}", "", ""},
    [UNDER_HEADER] = {"{\"kind\": \"lines\"}", "\"in\": [\"header\"],", ""},
    [ADDENDA] = {"{\"kind\": \"lines\"}", "", addenda_text},
    [ADDENDA_RDW] = {"{\"kind\": \"rdw\"}", "", addenda_text},
};

struct expected {
    struct rc_where where;
    uint8_t canonical[200];
    size_t length;
};

struct world {
    enum shape shape;
    struct rc_layout *layout;
    struct rc_buf file;
    int fd;
    struct expected *expected;
    size_t count;
    struct rc_rules rules;
    struct rc_matcher matcher;
    struct rc_ingest *ingest;
};

static struct world world;

static const char card_number[] = "4111111111111112";

static void put_word(struct rc_buf *file, size_t length)
{
    char big[4] = {(char)(length >> 8), (char)length, 0, 0};
    char little[4] = {(char)length, (char)(length >> 8), 0, 0};
    rc_buf_add(file, world.shape == RDW_LITTLE ? little : big, 4);
}

static void put_record(const char *record, size_t length, uint64_t dice)
{
    static const char blanks[60] = "                                                           ";
    struct rc_buf *file = &world.file;
    bool full = world.shape == LENGTH || world.shape == FIXED;
    if (world.shape == BDW)
        put_word(file, length + 8);
    if (world.shape == RDW || world.shape == ADDENDA_RDW || world.shape == BDW)
        put_word(file, length + 4);
    if (world.shape == RDW_LITTLE)
        put_word(file, length);
    rc_buf_add(file, record, length);
    if (full && length < 60)
        rc_buf_add(file, blanks, 60 - length);
    if (world.shape == CRLF || (world.shape == MIXED_ENDS && dice % 50 == 0))
        rc_buf_add_str(file, "\r\n");
    else if (world.layout->framing.kind == RC_FRAME_LINES)
        rc_buf_add_str(file, "\n");
}

/* Details of lengths that change now and then, a bad one among them at times. */
static void write_file(int regularity)
{
    char record[128];
    uint64_t random = 5;
    int tail = 6;
    rc_buf_init(&world.file, 1 << 24);
    if (world.shape == FIXED)
        rc_buf_add_str(&world.file, "xyz");
    put_record("HD20260401", 10, 1);
    for (int n = 0; n < RECORDS; n++) {
        uint64_t dice = next(&random);
        bool bad = regularity && dice % 97 == 0;
        if (regularity == 2 || (regularity == 1 && dice % 150 == 0))
            tail = (int)(dice >> 8 & 15);
        int length =
            snprintf(record, sizeof record, "%s%08d%08d%02d%02d%s%.*s", bad ? "XX" : "DT", n % 1500,
                     n, 1 + n % 12, 1 + n % 28, card_number, tail, "abcdefghijklmnopqrst");
        put_record(record, (size_t)length, dice >> 16);
        for (int a = 0; world.shape >= ADDENDA && a < n % 4; a++) {
            length = snprintf(record, sizeof record, "AD%s%.*s", card_number, n % 5, "12345");
            put_record(record, (size_t)length, dice);
        }
    }
    if (world.layout->framing.kind == RC_FRAME_LINES && regularity)
        world.file.length--; /* the last newline */
}

static bool expect_records(void *context, const struct rc_record *records, size_t count,
                           const struct rc_where *first, struct rc_error *err)
{
    (void)context;
    (void)err;
    for (size_t i = 0; i < count; i++) {
        uint8_t bytes[ROOM];
        struct expected *expected = &world.expected[world.count++];
        expected->where = (struct rc_where){first->number + i, first->offset + i * first->length,
                                            first->length, 0};
        expected->length = rc_record_canonical(&records[i], ~0u, bytes);
        if (expected->length > sizeof expected->canonical)
            return false;
        memcpy(expected->canonical, bytes, expected->length);
    }
    return true;
}

static void parse_by_itself(void)
{
    struct rc_sink sink = {.transactions = expect_records};
    struct rc_parse_options options = {
        .file_date = TODAY, .card_key = {.bytes = "key", .length = 3}, .general_only = true};
    struct rc_error err = {0};
    struct rc_parser *parser = rc_parser_new(world.layout, &options, &sink, &err);
    assert_non_null(parser);
    world.expected = calloc(RECORDS, sizeof *world.expected);
    assert_non_null(world.expected);
    assert_true(rc_parser_run(parser, world.fd, &err));
    rc_parser_free(parser);
    assert_int_equal(lseek(world.fd, 0, SEEK_SET), 0);
}

static void make_ingest(void)
{
    struct rc_error err = {0};
    world.rules = (struct rc_rules){.compare = ~0u, .late_after_days = -1, .fx_tolerance_bp = -1};
    world.matcher =
        (struct rc_matcher){.rules = &world.rules,
                            .compare = rc_compare_mask(&world.rules, world.layout->map.fields,
                                                       world.layout->map.fields),
                            .file_date = TODAY};
    struct rc_ingest_options options = {.side = RC_INTERNAL,
                                        .layout = world.layout,
                                        .fd = world.fd,
                                        .matcher = &world.matcher,
                                        .whole_content = true,
                                        .shard_count = SHARDS,
                                        .card_key = {.bytes = "key", .length = 3},
                                        .rows = {1 << 20, 3, 1024, 65536}};
    world.ingest = rc_ingest_new(&options, &err);
    if (!world.ingest || !rc_ingest_run(world.ingest, &err))
        fail_msg("%s", err.text);
}

static void begin(enum shape shape, int regularity)
{
    struct rc_error err = {0};
    struct rc_buf text;
    world = (struct world){.shape = shape};
    rc_buf_init(&text, 1 << 16);
    rc_buf_printf(&text, plain_text, shapes[shape].framing, shapes[shape].detail,
                  shapes[shape].more);
    json_t *json = rc_jsonr_parse(text.data, text.length, &err);
    world.layout = json ? rc_layout_from_json(json, &err) : NULL;
    if (!world.layout)
        fail_msg("%s", err.text);
    json_decref(json);
    rc_buf_free(&text);
    write_file(regularity);
    world.fd = rc_temporary_file(&err);
    assert_true(world.fd >= 0);
    assert_true(rc_write_at(world.fd, world.file.data, world.file.length, 0, &err));
    parse_by_itself();
    make_ingest();
}

static void end(void)
{
    rc_ingest_free(world.ingest);
    rc_layout_free(world.layout);
    rc_buf_free(&world.file);
    free(world.expected);
    close(world.fd);
}

/* ----- reading back ----- */

static int by_place(const void *a, const void *b)
{
    const struct rc_kept *x = *(struct rc_kept *const *)a, *y = *(struct rc_kept *const *)b;
    return (x->row_where > y->row_where) - (x->row_where < y->row_where);
}

static void check_kept(const struct rc_kept *kept, bool raw)
{
    size_t i = 0;
    while (i < world.count && world.expected[i].where.number != kept->where.number)
        i++;
    assert_true(i < world.count);
    const struct expected *expected = &world.expected[i];
    assert_int_equal(kept->where.offset, expected->where.offset);
    assert_int_equal(kept->where.length, expected->where.length);
    assert_int_equal(kept->canonical_length, expected->length);
    assert_memory_equal(kept->canonical, expected->canonical, expected->length);
    if (!raw) {
        assert_null(kept->raw);
        assert_int_equal(kept->raw_length, 0);
        return;
    }
    assert_true(kept->raw_length >= 38 && kept->raw_length <= 300);
    assert_memory_equal(kept->raw, "DT", 2);
    assert_null(memmem(kept->raw, kept->raw_length, card_number, 16));
    assert_memory_equal(kept->raw + 22, "411111******1112", 16);
    if (world.layout->framing.kind == RC_FRAME_LINES) {
        assert_int_not_equal(kept->raw[kept->raw_length - 1], '\n');
        assert_int_not_equal(kept->raw[kept->raw_length - 1], '\r');
    }
}

static size_t gather(struct rc_kept *kept, struct rc_kept **pointers)
{
    size_t count = 0;
    struct rc_error err = {0};
    for (uint32_t p = 0; p < rc_rows_partitions(rc_ingest_rows(world.ingest)); p++) {
        struct rc_spans spans;
        assert_true(rc_rows_read(rc_ingest_rows(world.ingest), p, &spans, &err));
        for (size_t s = 0; s < spans.count; s++)
            for (size_t r = 0; r < spans.items[s].count; r++) {
                assert_true(count < RECORDS);
                kept[count].row_where = spans.items[s].rows[r].where;
                pointers[count] = &kept[count];
                count++;
            }
        rc_spans_free(&spans);
    }
    return count;
}

enum fetch { IN_ORDER, ONE_BY_ONE, BACKWARDS, SHUFFLED, FETCHES };

static void arrange(struct rc_kept **pointers, size_t count, enum fetch how)
{
    uint64_t random = 3;
    qsort(pointers, count, sizeof *pointers, by_place);
    for (size_t i = 0; how == BACKWARDS && i < count / 2; i++) {
        struct rc_kept *swap = pointers[i];
        pointers[i] = pointers[count - 1 - i];
        pointers[count - 1 - i] = swap;
    }
    for (size_t i = count; how == SHUFFLED && i > 1; i--) {
        size_t j = next(&random) % i;
        struct rc_kept *swap = pointers[i - 1];
        pointers[i - 1] = pointers[j];
        pointers[j] = swap;
    }
}

static void fetch_all(enum fetch how, bool raw)
{
    struct rc_error err = {0};
    struct rc_kept *kept = calloc(RECORDS, sizeof *kept);
    struct rc_kept **pointers = calloc(RECORDS, sizeof(struct rc_kept *));
    struct rc_reader *reader = rc_reader_new(world.ingest, raw, &err);
    assert_true(kept && pointers && reader);
    size_t count = gather(kept, pointers);
    assert_int_equal(count, world.count);
    arrange(pointers, count, how);
    if (how == BACKWARDS || how == SHUFFLED) /* where each is walked to, a part is enough */
        count = count < 300 ? count : 300;
    size_t step = how == ONE_BY_ONE ? 1 : count;
    for (size_t i = 0; i < count; i += step)
        if (!rc_reader_fetch(reader, pointers + i, step, &err))
            fail_msg("shape %d: %s", world.shape, err.text);
    for (size_t i = 0; i < count; i++)
        check_kept(pointers[i], raw);
    rc_reader_forget(reader);
    assert_true(rc_reader_fetch(reader, pointers, count < 5 ? count : 5, &err));
    check_kept(pointers[0], raw);
    rc_reader_free(reader);
    free(kept);
    free(pointers);
}

static void test_every_record_is_found_again(void **state)
{
    (void)state;
    for (int shape = 0; shape < SHAPES; shape++)
        for (int regularity = 0; regularity < 3; regularity++) {
            begin((enum shape)shape, regularity);
            /* Lines of a given length that are shorter are rejected. */
            if (shape != LENGTH || !regularity)
                assert_true(world.count > RECORDS - 60);
            assert_int_equal(rc_ingest_totals(world.ingest)->transactions, world.count);
            for (int how = 0; how < FETCHES; how++)
                fetch_all((enum fetch)how, how % 2 == 0);
            end();
        }
}

/* The rows carry the id's hash; the summaries add every record up as matched. */
static void test_rows_and_summaries(void **state)
{
    (void)state;
    for (int shape = 0; shape < SHAPES; shape++) {
        struct rc_summary shards[SHARDS] = {{0}};
        struct rc_error err = {0};
        rc_u128 digest[SHARDS] = {0};
        int64_t records[SHARDS] = {0};
        begin((enum shape)shape, 1);
        for (size_t i = 0; i < world.count; i++) {
            const struct expected *expected = &world.expected[i];
            struct rc_record record;
            assert_true(rc_record_from_canonical(expected->canonical, expected->length, &record));
            struct rc_text id = rc_record_id(&record);
            uint32_t shard = rc_shard_of(rc_id_hash(id.data, id.length), SHARDS);
            records[shard]++;
            digest[shard] +=
                rc_digest_term(expected->canonical, expected->length, RC_INTERNAL, RC_MATCHED);
        }
        assert_true(rc_ingest_summaries(world.ingest, shards, &err));
        for (int i = 0; i < SHARDS; i++) {
            assert_int_equal(shards[i].records[RC_INTERNAL], records[i]);
            assert_int_equal(shards[i].records[RC_SETTLEMENT], 0);
            assert_true(shards[i].digest[RC_INTERNAL] == digest[i]);
            assert_true(shards[i].outcome_digest == digest[i]);
            assert_int_equal(shards[i].cell_count, 1);
            assert_int_equal(shards[i].cells[0].side[RC_INTERNAL].count, records[i]);
            assert_int_equal(shards[i].cells[0].outcomes, 0);
            rc_summary_free(&shards[i]);
        }
        rc_ingest_drop_rows(world.ingest);
        assert_null(rc_ingest_rows(world.ingest));
        end();
    }
}

/* A file that is changed between the two readings is noticed. */
static void test_changed_files(void **state)
{
    (void)state;
    for (int shape = 0; shape < SHAPES; shape++) {
        struct rc_error err = {0};
        struct rc_kept kept = {0}, *pointer = &kept;
        begin((enum shape)shape, 0);
        struct rc_reader *reader = rc_reader_new(world.ingest, true, &err);
        assert_non_null(reader);
        struct rc_kept *all = calloc(RECORDS, sizeof *all);
        struct rc_kept **pointers = calloc(RECORDS, sizeof(struct rc_kept *));
        assert_true(all && pointers);
        size_t count = gather(all, pointers);
        qsort(pointers, count, sizeof *pointers, by_place);
        kept.row_where = pointers[count - 1]->row_where;
        assert_int_equal(ftruncate(world.fd, (off_t)world.file.length / 2), 0);
        assert_false(rc_reader_fetch(reader, &pointer, 1, &err));
        assert_int_equal(err.code, RC_IO);
        assert_non_null(strstr(err.text, "changed"));
        rc_reader_free(reader);
        free(all);
        free(pointers);
        end();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_stride_takes_one_anchor),
        cmocka_unit_test(test_anchors_lead_to_every_record),
        cmocka_unit_test(test_every_record_is_found_again),
        cmocka_unit_test(test_rows_and_summaries),
        cmocka_unit_test(test_changed_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
