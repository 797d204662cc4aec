#include "model/recordfile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/layout.h"
#include "model/layoutmap.h"

static char path[64];

static int setup(void **state)
{
    (void)state;
    strcpy(path, "/tmp/rc-test-records-XXXXXX");
    int fd = mkstemp(path);
    if (fd < 0)
        return -1;
    return close(fd);
}

static int teardown(void **state)
{
    (void)state;
    return unlink(path);
}

static struct rc_layout *layout_of(const char *text)
{
    struct rc_error err = {0};
    json_t *json = json_loads(text, 0, NULL);
    assert_non_null(json);
    struct rc_layout *layout = rc_layout_from_json(json, &err);
    json_decref(json);
    if (!layout)
        fail_msg("%s", err.text);
    return layout;
}

static void write_file(const void *bytes, size_t length)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static struct rc_recordfile *open_file(const struct rc_layout *layout)
{
    struct rc_error err = {0};
    struct rc_recordfile *file = rc_recordfile_open(layout, path, &err);
    if (!file)
        fail_msg("%s", err.text);
    return file;
}

static void use_index(struct rc_recordfile *file, const struct rc_layout *layout)
{
    struct rc_error err = {0};
    struct rc_recordindex *index = rc_recordindex_build(layout, path, NULL, &err);
    if (!index)
        fail_msg("%s", err.text);
    rc_recordfile_use(file, index);
}

static struct rc_shown_record *read_record(struct rc_recordfile *file, uint64_t number)
{
    struct rc_error err = {0};
    struct rc_shown_record *shown = rc_recordfile_read(file, number, &err);
    if (!shown)
        fail_msg("record %llu: %s", (unsigned long long)number, err.text);
    assert_int_equal(shown->number, number);
    return shown;
}

static const struct rc_shown_field *field_of(const struct rc_shown_record *shown, const char *name)
{
    for (size_t i = 0; i < shown->field_count; i++)
        if (strcmp(shown->fields[i].name, name) == 0)
            return &shown->fields[i];
    fail_msg("no field %s", name);
    return NULL;
}

static const char card_layout[] =
    "{\"layout\": \"t\", \"framing\": {\"kind\": \"lines\"}, \"records\": ["
    "{\"type\": \"head\", \"role\": \"file_header\", \"match\": [{\"at\": 1, \"value\": \"H\"}],"
    " \"after\": [\"^\"], \"fields\": [{\"name\": \"day\", \"at\": 2, \"length\": 8,"
    " \"type\": \"date\", \"format\": \"YYYYMMDD\"}]},"
    "{\"type\": \"line\", \"role\": \"detail\", \"match\": [{\"at\": 1, \"value\": \"D\"}],"
    " \"fields\": [{\"name\": \"id\", \"at\": 2, \"length\": 4, \"type\": \"text\"},"
    " {\"name\": \"amount\", \"at\": 6, \"length\": 5, \"type\": \"unsigned\"},"
    " {\"name\": \"pan\", \"at\": 11, \"length\": 16, \"type\": \"text\", \"card\": true},"
    " {\"name\": \"mmdd\", \"at\": 27, \"length\": 4, \"type\": \"date\", \"format\": \"MMDD\"}]}],"
    " \"map\": {\"id\": [\"id\"], \"amount\": \"amount\", \"currency\": {\"constant\": \"JPY\"},"
    " \"card\": \"pan\", \"date\": \"mmdd\", \"file_date\": \"head.day\"}}";

static void records_are_decoded_and_masked(void **state)
{
    static const char text[] = "H20260401\n"
                               "DAB  0012341234567890123450331\n"
                               "DCD  00x2541234567890123450331\n"
                               "Zrest\n";
    (void)state;
    struct rc_layout *layout = layout_of(card_layout);
    write_file(text, sizeof text - 1);
    struct rc_recordfile *file = open_file(layout);
    struct rc_shown_record *shown = read_record(file, 2);
    assert_string_equal(shown->type, "line");
    assert_int_equal(shown->offset, 10);
    assert_int_equal(shown->framed_length, 31);
    assert_string_equal(field_of(shown, "id")->value, "AB");
    assert_string_equal(field_of(shown, "amount")->value, "123");
    assert_string_equal(field_of(shown, "pan")->value, "412345******2345");
    assert_string_equal(field_of(shown, "mmdd")->value, "2026-03-31"); /* the header's year */
    assert_null(memmem(shown->raw, shown->raw_length, "4123456789012345", 16));
    assert_true(shown->mapped);
    assert_string_equal(shown->canonical[RC_C_AMOUNT], "123");
    assert_string_equal(shown->canonical[RC_C_CARD], "412345******2345");
    assert_int_equal(shown->field_of[0], -1);
    assert_int_equal(shown->field_of[5], 1);
    assert_int_equal(shown->glyphs[0], 'D');
    rc_shown_record_free(shown);
    shown = read_record(file, 3);
    assert_non_null(strstr(shown->reason, "amount"));
    assert_true(field_of(shown, "amount")->wrong);
    assert_null(field_of(shown, "amount")->value);
    assert_string_equal(field_of(shown, "id")->value, "CD"); /* what decodes is shown */
    assert_null(memmem(shown->raw, shown->raw_length, "6789012", 7));
    assert_false(shown->mapped);
    rc_shown_record_free(shown);
    shown = read_record(file, 4);
    assert_string_equal(shown->type, "");
    assert_non_null(strstr(shown->reason, "unknown record type"));
    rc_shown_record_free(shown);
    rc_recordfile_close(file);
    rc_layout_free(layout);
}

static void a_record_out_of_order_says_so(void **state)
{
    static const char text[] = "DAB  0012341234567890123450331\nH20260401\n";
    struct rc_error err = {0};
    (void)state;
    struct rc_layout *layout = layout_of(card_layout);
    write_file(text, sizeof text - 1);
    struct rc_recordfile *file = open_file(layout);
    struct rc_shown_record *shown = read_record(file, 2);
    assert_string_equal(shown->reason, "out of order: head may not stand here");
    assert_string_equal(shown->type, "head");
    rc_shown_record_free(shown);
    /* Alone, without what stands before it, it is no mistake. */
    shown = rc_recordfile_read_at(file, 2, 31, &err);
    assert_non_null(shown);
    assert_string_equal(shown->reason, "");
    rc_shown_record_free(shown);
    assert_null(rc_recordfile_read(file, 3, &err));
    assert_int_equal(err.code, RC_USAGE);
    shown = read_record(file, 1); /* and back */
    rc_shown_record_free(shown);
    rc_recordfile_close(file);
    rc_layout_free(layout);
}

static void line(char *into, int number)
{
    char text[64];
    snprintf(text, sizeof text, "D%04d%05d41234567890123450331\n", number % 10000, number);
    memcpy(into, text, 31);
}

/* Any record of a long file, in any order, with the index and without. */
static void any_record_can_be_read(void **state)
{
    enum { RECORDS = 30000, BYTES = 31 };
    struct rc_error err = {0};
    (void)state;
    struct rc_layout *layout = layout_of(card_layout);
    char *text = malloc(RECORDS * BYTES);
    assert_non_null(text);
    for (int i = 0; i < RECORDS; i++)
        line(text + i * BYTES, i);
    write_file(text, RECORDS * BYTES);
    free(text);
    struct rc_recordfile *file = open_file(layout);
    assert_int_equal(rc_recordfile_count(file), 0);
    assert_null(rc_recordfile_read(file, RECORDS, &err));
    assert_int_equal(err.code, RC_LIMIT);
    use_index(file, layout);
    assert_int_equal(rc_recordfile_count(file), RECORDS);
    static const uint64_t numbers[] = {RECORDS, 1, 63, 64, 65, 66, 12345, 12344, 29999, 2};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char amount[16];
        struct rc_shown_record *shown = read_record(file, numbers[i]);
        snprintf(amount, sizeof amount, "%llu", (unsigned long long)numbers[i] - 1);
        assert_string_equal(field_of(shown, "amount")->value, amount);
        assert_int_equal(shown->offset, (numbers[i] - 1) * BYTES);
        rc_shown_record_free(shown);
    }
    assert_null(rc_recordfile_read(file, RECORDS + 1, &err));
    rc_recordfile_close(file);
    rc_layout_free(layout);
}

static bool always(void)
{
    return true;
}

static void indexing_can_be_cancelled(void **state)
{
    struct rc_error err = {0};
    char text[2000 * 2];
    (void)state;
    struct rc_layout *layout = layout_of(card_layout);
    for (size_t i = 0; i < sizeof text; i += 2)
        memcpy(text + i, "D\n", 2);
    write_file(text, sizeof text);
    assert_null(rc_recordindex_build(layout, path, always, &err));
    assert_int_equal(err.code, RC_LIMIT);
    rc_layout_free(layout);
}

static const char block_layout[] =
    "{\"layout\": \"b\", \"framing\": {\"kind\": \"bdw\"}, \"encoding\": \"cp037\", \"records\": ["
    "{\"type\": \"line\", \"role\": \"detail\", \"fields\": [{\"name\": \"id\", \"at\": 1,"
    " \"length\": 2, \"type\": \"text\"}, {\"name\": \"n\", \"at\": 3, \"length\": 2,"
    " \"type\": \"comp\"}]}],"
    " \"map\": {\"id\": [\"id\"], \"amount\": \"n\", \"currency\": {\"constant\": \"JPY\"}}}";

/* Blocks of three EBCDIC records; a place in the middle of one cannot be gone to. */
static void blocks_are_read_from_their_beginning(void **state)
{
    enum { BLOCKS = 100, RECORD = 8, BLOCK = 4 + 3 * RECORD };
    uint8_t bytes[BLOCKS * BLOCK];
    (void)state;
    for (int b = 0; b < BLOCKS; b++) {
        uint8_t *at = bytes + b * BLOCK;
        memcpy(at, (uint8_t[]){0, BLOCK, 0, 0}, 4);
        for (int r = 0; r < 3; r++) {
            int n = 3 * b + r;
            uint8_t record[] = {0, RECORD, 0, 0, 0xC1, 0xC2, (uint8_t)(n >> 8), (uint8_t)n};
            memcpy(at + 4 + r * RECORD, record, sizeof record);
        }
    }
    struct rc_layout *layout = layout_of(block_layout);
    write_file(bytes, sizeof bytes);
    struct rc_recordfile *file = open_file(layout);
    for (int indexed = 0; indexed < 2; indexed++) {
        static const uint64_t numbers[] = {1, 2, 3, 4, 300, 299, 150, 151, 65, 64, 5};
        for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
            char text[16];
            struct rc_shown_record *shown = read_record(file, numbers[i]);
            snprintf(text, sizeof text, "%llu", (unsigned long long)numbers[i] - 1);
            assert_string_equal(field_of(shown, "n")->value, text);
            assert_string_equal(field_of(shown, "id")->value, "AB");
            assert_int_equal(shown->glyphs[0], 'A');
            rc_shown_record_free(shown);
        }
        use_index(file, layout);
        assert_int_equal(rc_recordfile_count(file), 300);
    }
    rc_recordfile_close(file);
    rc_layout_free(layout);
}

static const char batch_layout[] =
    "{\"layout\": \"p\", \"framing\": {\"kind\": \"lines\"}, \"records\": ["
    "{\"type\": \"batch\", \"role\": \"batch_header\", \"match\": [{\"at\": 1, \"value\": \"B\"}],"
    " \"fields\": [{\"name\": \"cur\", \"at\": 2, \"length\": 3, \"type\": \"text\"}]},"
    "{\"type\": \"line\", \"role\": \"detail\", \"match\": [{\"at\": 1, \"value\": \"D\"}],"
    " \"fields\": [{\"name\": \"id\", \"at\": 2, \"length\": 2, \"type\": \"text\"},"
    " {\"name\": \"amount\", \"at\": 4, \"length\": 3, \"type\": \"unsigned\"}]},"
    "{\"type\": \"more\", \"role\": \"addenda\", \"match\": [{\"at\": 1, \"value\": \"A\"}],"
    " \"fields\": [{\"name\": \"mcc\", \"at\": 2, \"length\": 4, \"type\": \"text\"}]}],"
    " \"map\": {\"id\": [\"id\"], \"amount\": \"amount\", \"currency\": \"batch.cur\","
    " \"mcc\": \"more.mcc\"}}";

/* A transaction of several records is made of all of them, wherever one begins. */
static void a_transaction_has_its_batch_and_addenda(void **state)
{
    static const char text[] = "BJPY\nDAA007\nA5411\nBUSD\nDBB150\nDCC001\nA0742\n";
    (void)state;
    struct rc_layout *layout = layout_of(batch_layout);
    write_file(text, sizeof text - 1);
    struct rc_recordfile *file = open_file(layout);
    use_index(file, layout);
    struct rc_shown_record *shown = read_record(file, 5);
    assert_true(shown->mapped);
    assert_string_equal(shown->canonical[RC_C_AMOUNT], "150.00");
    assert_string_equal(shown->canonical[RC_C_CURRENCY], "USD");
    assert_null(shown->canonical[RC_C_MCC]);
    rc_shown_record_free(shown);
    shown = read_record(file, 6);
    assert_string_equal(shown->canonical[RC_C_MCC], "0742");
    rc_shown_record_free(shown);
    shown = read_record(file, 2);
    assert_string_equal(shown->canonical[RC_C_AMOUNT], "7");
    assert_string_equal(shown->canonical[RC_C_MCC], "5411");
    rc_shown_record_free(shown);
    rc_recordfile_close(file);
    rc_layout_free(layout);
}

static void what_is_no_file_is_refused(void **state)
{
    struct rc_error err = {0};
    (void)state;
    struct rc_layout *layout = layout_of(card_layout);
    assert_null(rc_recordfile_open(layout, "/nowhere", &err));
    assert_int_equal(err.code, RC_IO);
    assert_null(rc_recordfile_open(layout, "/", &err));
    assert_non_null(strstr(err.text, "no regular file"));
    write_file("", 0);
    struct rc_recordfile *file = open_file(layout);
    assert_null(rc_recordfile_read(file, 1, &err));
    assert_int_equal(err.code, RC_USAGE);
    use_index(file, layout);
    assert_null(rc_recordfile_read(file, 1, &err));
    rc_recordfile_close(file);
    rc_layout_free(layout);
}

static void bytes_alone_can_be_shown(void **state)
{
    struct rc_error err = {0};
    (void)state;
    struct rc_layout *layout = layout_of(card_layout);
    struct rc_shown_record *shown =
        rc_shown_record_make(layout, (const uint8_t *)"DAB  00123412345******2345", 26, &err);
    assert_non_null(shown);
    assert_string_equal(field_of(shown, "amount")->value, "123");
    assert_string_equal(field_of(shown, "pan")->value, "412345******2345");
    assert_false(field_of(shown, "mmdd")->present);
    rc_shown_record_free(shown);
    shown = rc_shown_record_make(layout, (const uint8_t *)"", 0, &err);
    assert_non_null(shown);
    assert_int_equal(shown->raw_length, 0);
    rc_shown_record_free(shown);
    rc_layout_free(layout);
}

static void a_layout_is_told(void **state)
{
    struct rc_error err = {0};
    (void)state;
    struct rc_layoutmap *map = rc_layoutmap_load("clearing168", &err);
    if (!map) {
        fail_msg("%s", err.text);
        return;
    }
    assert_int_equal(map->type_count, 3);
    assert_string_equal(map->types[0].role, "file_header");
    assert_string_equal(map->types[1].role, "detail");
    assert_int_equal(map->types[1].depth, 1);
    assert_string_equal(map->types[1].match, "1-2 is DT");
    assert_string_equal(map->types[1].place, "after header or detail");
    assert_int_equal(map->types[1].length, 168);
    assert_string_equal(map->types[1].fields[0].name, "transaction_id");
    assert_int_equal(map->types[1].fields[0].at, 3);
    assert_string_equal(map->types[1].fields[0].maps, "id");
    assert_string_equal(map->framing, "lines, 168 bytes");
    assert_non_null(strstr(map->controls[0], "record_count: count of"));
    rc_layoutmap_free(map);
    map = rc_layoutmap_load("nacha", &err);
    assert_non_null(map);
    int deepest = 0;
    for (int t = 0; t < map->type_count; t++)
        deepest = map->types[t].depth > deepest ? map->types[t].depth : deepest;
    assert_int_equal(deepest, 3);
    rc_layoutmap_free(map);
    assert_null(rc_layoutmap_load("no-such-layout", &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_are_decoded_and_masked),
        cmocka_unit_test(a_record_out_of_order_says_so),
        cmocka_unit_test(any_record_can_be_read),
        cmocka_unit_test(indexing_can_be_cancelled),
        cmocka_unit_test(blocks_are_read_from_their_beginning),
        cmocka_unit_test(a_transaction_has_its_batch_and_addenda),
        cmocka_unit_test(what_is_no_file_is_refused),
        cmocka_unit_test(bytes_alone_can_be_shown),
        cmocka_unit_test(a_layout_is_told),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
