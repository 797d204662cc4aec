#include "core/frame.h"

#include "tests/unit/support.h"

#include <fcntl.h>
#include <pthread.h>

/* A frame's records as one text: "number@offset+framed:bytes|", faults with "!". */
static char shown[1 << 16];

static void show(struct rc_frame *frame, bool good)
{
    struct rc_raw raw;
    struct rc_error err = {0};
    size_t used = 0;
    shown[0] = '\0';
    for (;;) {
        enum rc_frame_result result = rc_frame_next(frame, &raw, &err);
        if (result == RC_FRAME_END || result == RC_FRAME_ERROR) {
            assert_int_equal(result, good ? RC_FRAME_END : RC_FRAME_ERROR);
            assert_int_equal(err.code, good ? RC_OK : RC_IO);
            return;
        }
        assert_int_equal(result == RC_FRAME_FAULT, raw.reason[0] != '\0');
        used +=
            (size_t)snprintf(shown + used, sizeof shown - used, "%s%llu@%llu+%llu:%.*s|",
                             result == RC_FRAME_FAULT ? "!" : "", (unsigned long long)raw.number,
                             (unsigned long long)raw.offset, (unsigned long long)raw.framed_length,
                             (int)raw.length, (const char *)raw.bytes);
        assert_true(used < sizeof shown);
    }
}

static struct rc_framing lines(uint32_t length)
{
    return (struct rc_framing){.kind = RC_FRAME_LINES,
                               .length = length,
                               .inclusive = true,
                               .blank = ' ',
                               .max_length = length ? length : 20};
}

static void gives(struct rc_framing framing, const char *bytes, size_t length, const char *wanted)
{
    struct rc_error err = {0};
    int file = file_of(bytes, length);
    struct rc_frame *frame = rc_frame_new(file, &framing, true, &err);
    assert_non_null(frame);
    show(frame, true);
    if (strcmp(shown, wanted) != 0)
        fail_msg("%s\ninstead of\n%s", shown, wanted);
    rc_frame_free(frame);
    close(file);
}

#define GIVES(framing, bytes, wanted) gives(framing, bytes, sizeof(bytes) - 1, wanted)

static void test_lines(void **state)
{
    (void)state;
    GIVES(lines(0), "", "");
    GIVES(lines(0), "a\nbc\r\n\nd", "1@0+2:a|2@2+4:bc|3@6+1:|4@7+1:d|");
    GIVES(lines(0), "a\rb\r\r\nc\r", "1@0+6:a\rb\r|2@6+2:c|");
    GIVES(lines(0), "a\n\n", "1@0+2:a|2@2+1:|");
    GIVES(lines(3), "abc\ndef", "1@0+4:abc|2@4+3:def|");
    GIVES(lines(3), "abc\r\ndef\r", "1@0+5:abc|2@5+4:def|");
    GIVES(lines(3), "ab\nabc\n\nabcd\nabc\n", "!1@0+3:ab|2@3+4:abc|!3@7+1:|!4@8+5:abc|5@13+4:abc|");
    GIVES(lines(3), "abc\nde", "1@0+4:abc|!2@4+2:de|");
}

static void test_padded_lines(void **state)
{
    (void)state;
    struct rc_framing framing = lines(4);
    framing.pad = true;
    GIVES(framing, "ab\nabcd\na\r\n\nabcde\nc",
          "1@0+3:ab  |2@3+5:abcd|3@8+3:a   |!4@11+1:|"
          "!5@12+6:abcd|6@18+1:c   |");
    framing.blank = 0x40;
    GIVES(framing, "ab\n", "1@0+3:ab@@|");
    GIVES(framing, "abcdefghijkl\na\n", "!1@0+13:abcd|2@13+2:a@@@|");
}

static void test_lines_over_the_limit(void **state)
{
    (void)state;
    GIVES(lines(0), "12345678901234567890\nx\n", "1@0+21:12345678901234567890|2@21+2:x|");
    GIVES(lines(0), "12345678901234567890\r\nx\n", "1@0+22:12345678901234567890|2@22+2:x|");
    GIVES(lines(0), "123456789012345678901\nx\n", "!1@0+22:12345678901234567890|2@22+2:x|");
    GIVES(lines(0), "123456789012345678901234\nx\n", "!1@0+25:12345678901234567890|2@25+2:x|");
    GIVES(lines(0), "123456789012345678901234", "!1@0+24:12345678901234567890|");
    GIVES(lines(0), "123456789012345678901", "!1@0+21:12345678901234567890|");
    GIVES(lines(0), "12345678901234567890\r", "1@0+21:12345678901234567890|");
}

/* Ten million bytes without a newline are skipped in a window that they do not fit. */
static void test_an_endless_line(void **state)
{
    (void)state;
    enum { LONG = 10 << 20 };
    struct rc_error err = {0};
    struct rc_raw raw;
    struct rc_framing framing = lines(0);
    framing.max_length = 1000;
    char *bytes = malloc(LONG + 4);
    assert_non_null(bytes);
    memset(bytes, 'x', LONG);
    memcpy(bytes + LONG, "\nab\n", 4);
    int file = file_of(bytes, LONG + 4);
    free(bytes);
    struct rc_frame *frame = rc_frame_new(file, &framing, true, &err);
    assert_non_null(frame);
    assert_int_equal(rc_frame_next(frame, &raw, &err), RC_FRAME_FAULT);
    assert_int_equal(raw.length, 1000);
    assert_int_equal(raw.framed_length, LONG + 1);
    assert_int_equal(rc_frame_next(frame, &raw, &err), RC_FRAME_RECORD);
    assert_int_equal(raw.offset, LONG + 1);
    assert_memory_equal(raw.bytes, "ab", 2);
    assert_int_equal(rc_frame_next(frame, &raw, &err), RC_FRAME_END);
    assert_int_equal(rc_frame_offset(frame), LONG + 4);
    rc_frame_free(frame);
    close(file);
}

static void test_fixed(void **state)
{
    (void)state;
    struct rc_framing framing = {.kind = RC_FRAME_FIXED, .length = 3, .max_length = 3};
    GIVES(framing, "", "");
    GIVES(framing, "abcd\nf", "1@0+3:abc|2@3+3:d\nf|");
    GIVES(framing, "abcde", "1@0+3:abc|!2@3+2:de|");
}

static void test_header_and_footer_bytes(void **state)
{
    (void)state;
    struct rc_framing framing = {.kind = RC_FRAME_FIXED, .length = 3, .max_length = 3};
    framing.file_header_bytes = 2;
    framing.file_footer_bytes = 4;
    GIVES(framing, "HHabcdefFFFF", "1@2+3:abc|2@5+3:def|");
    GIVES(framing, "HHabcdFFFF", "1@2+3:abc|!2@5+1:d|");
    GIVES(framing, "HHFFFF", "");
    GIVES(framing, "HFF", "");
    GIVES(framing, "", "");
    struct rc_framing of_lines = lines(0);
    of_lines.file_header_bytes = 2;
    of_lines.file_footer_bytes = 4;
    GIVES(of_lines, "HHab\nc\n\n\n\n\n", "1@2+3:ab|2@5+2:c|");
    GIVES(of_lines, "HH1234567890123456789012345FFFF", "!1@2+25:12345678901234567890|");
}

static struct rc_framing descriptors(enum rc_frame_kind kind, bool little, bool inclusive)
{
    return (struct rc_framing){
        .kind = kind, .little_endian = little, .inclusive = inclusive, .max_length = 20};
}

static void test_rdw(void **state)
{
    (void)state;
    GIVES(descriptors(RC_FRAME_RDW, false, true), "\0\7\0\0abc\0\5\0\0d\0\4\0\0",
          "1@0+7:abc|2@7+5:d|3@12+4:|");
    GIVES(descriptors(RC_FRAME_RDW, false, false), "\0\3\0\0abc\0\1\0\0d", "1@0+7:abc|2@7+5:d|");
    GIVES(descriptors(RC_FRAME_RDW, true, true), "\7\0\0\0abc\5\0\0\0d", "1@0+7:abc|2@7+5:d|");
    GIVES(descriptors(RC_FRAME_RDW, true, false), "\3\0\0\0abc\1\0\0\0d", "1@0+7:abc|2@7+5:d|");
    GIVES(descriptors(RC_FRAME_RDW, false, true), "", "");
}

static void test_bad_descriptors(void **state)
{
    (void)state;
    struct rc_framing framing = descriptors(RC_FRAME_RDW, false, true);
    GIVES(framing, "\0\5\0\0a\0\3\0\0bcdef\0\5\0\0g", "1@0+5:a|!2@5+14:|");
    GIVES(framing, "\0\5\1\0a", "!1@0+5:|");
    GIVES(framing, "\0\5\0\1a", "!1@0+5:|");
    GIVES(framing, "\0\31\0\0a", "!1@0+5:|"); /* 21 bytes: over the limit */
    GIVES(framing, "\0\5\0", "!1@0+3:|");
    GIVES(framing, "\0\7\0\0ab", "!1@0+6:|");
}

static void test_what_cannot_be_cut_is_read_to_its_end(void **state)
{
    (void)state;
    enum { LONG = 1 << 20 };
    struct rc_framing framing = descriptors(RC_FRAME_RDW, false, true);
    struct rc_error err = {0};
    struct rc_raw raw;
    char *bytes = calloc(1, LONG);
    assert_non_null(bytes);
    int file = file_of(bytes, LONG);
    free(bytes);
    struct rc_frame *frame = rc_frame_new(file, &framing, true, &err);
    assert_non_null(frame);
    assert_int_equal(rc_frame_next(frame, &raw, &err), RC_FRAME_FAULT);
    assert_int_equal(raw.length, 20);
    assert_non_null(strstr(raw.reason, "record descriptor word 00000000 is not valid"));
    assert_int_equal(rc_frame_next(frame, &raw, &err), RC_FRAME_END);
    assert_int_equal(rc_frame_next(frame, &raw, &err), RC_FRAME_END);
    assert_int_equal(rc_frame_offset(frame), LONG);
    rc_frame_free(frame);
    close(file);
}

static void test_bdw(void **state)
{
    (void)state;
    struct rc_framing framing = descriptors(RC_FRAME_BDW, false, true);
    GIVES(framing, "\0\20\0\0\0\7\0\0abc\0\5\0\0d\0\11\0\0\0\5\0\0e",
          "1@0+11:abc|2@11+5:d|3@16+9:e|");
    GIVES(descriptors(RC_FRAME_BDW, true, false), "\7\0\0\0\3\0\0\0abc", "1@0+11:abc|");
    GIVES(framing, "", "");
    /* a record past its block, a block of nothing, ends in the middle */
    GIVES(framing, "\0\12\0\0\0\7\0\0abc", "!1@0+11:|");
    GIVES(framing, "\0\4\0\0", "!1@0+4:|");
    GIVES(framing, "\0\3\0\0", "!1@0+4:|");
    GIVES(framing, "\0\20\1\0", "!1@0+4:|");
    GIVES(framing, "\0\20", "!1@0+2:|");
    GIVES(framing, "\0\20\0\0\0", "!1@0+5:|");
    GIVES(framing, "\0\20\0\0\0\7\0\0ab", "!1@0+10:|");
    GIVES(framing, "\0\20\0\0\0\7\0\0abc\0\5", "1@0+11:abc|!2@11+2:|");
    /* cut between two records of a block */
    GIVES(framing, "\0\20\0\0\0\7\0\0abc", "1@0+11:abc|!2@11+0:|");
}

/* ----- a pipe that gives little at a time ----- */

struct writer {
    int fd;
    const char *bytes;
    size_t length, piece;
};

static void *write_pieces(void *context)
{
    const struct writer *writer = context;
    for (size_t at = 0; at < writer->length; at += writer->piece) {
        size_t rest = writer->length - at;
        if (write(writer->fd, writer->bytes + at, rest < writer->piece ? rest : writer->piece) < 0)
            break;
    }
    close(writer->fd);
    return NULL;
}

static void through_a_pipe(struct rc_framing framing, const char *bytes, size_t length,
                           const char *wanted)
{
    for (size_t piece = 1; piece < 8; piece++) {
        int ends[2];
        pthread_t thread;
        struct rc_error err = {0};
        assert_int_equal(pipe(ends), 0);
        struct writer writer = {ends[1], bytes, length, piece};
        struct rc_frame *frame = rc_frame_new(ends[0], &framing, true, &err);
        assert_non_null(frame);
        assert_int_equal(pthread_create(&thread, NULL, write_pieces, &writer), 0);
        show(frame, true);
        pthread_join(thread, NULL);
        assert_string_equal(shown, wanted);
        rc_frame_free(frame);
        close(ends[0]);
    }
}

static void test_a_pipe(void **state)
{
    (void)state;
    struct rc_framing framing = lines(0);
    framing.file_header_bytes = 3;
    framing.file_footer_bytes = 5;
    static const char text[] = "HHHabc\r\ndef\n123456789012345678901234567\nghiFFFFF";
    through_a_pipe(framing, text, sizeof text - 1,
                   "1@3+5:abc|2@8+4:def|!3@12+28:12345678901234567890|4@40+3:ghi|");
    static const char blocks[] = "\0\20\0\0\0\7\0\0abc\0\5\0\0d";
    through_a_pipe(descriptors(RC_FRAME_BDW, false, true), blocks, sizeof blocks - 1,
                   "1@0+11:abc|2@11+5:d|");
}

static void test_read_errors(void **state)
{
    (void)state;
    static const enum rc_frame_kind kinds[] = {RC_FRAME_LINES, RC_FRAME_FIXED, RC_FRAME_RDW,
                                               RC_FRAME_BDW};
    int directory = open("/tmp", O_RDONLY);
    assert_true(directory >= 0);
    for (int i = 0; i < 8; i++) {
        struct rc_framing framing = {.kind = kinds[i % 4], .length = 3, .max_length = 3};
        struct rc_error err = {0};
        const uint8_t *bytes;
        struct rc_frame *frame = rc_frame_new(directory, &framing, i < 4, &err);
        assert_non_null(frame);
        rc_frame_seek(frame, 0, 1, 100);
        show(frame, false);
        assert_int_equal(rc_frame_peek(frame, 3, &bytes, &err), 0);
        assert_int_equal(err.code, RC_IO);
        assert_non_null(strstr(err.text, "reading failed at byte 0: "));
        rc_frame_free(frame);
    }
    close(directory);
    rc_frame_free(NULL);
}

/* ----- reading back, and reading ahead ----- */

static void test_reading_back(void **state)
{
    (void)state;
    static const char text[] = "HHabc\ndef\nghi\nFF";
    struct rc_framing framing = lines(0);
    struct rc_error err = {0};
    struct rc_raw raw;
    framing.file_header_bytes = framing.file_footer_bytes = 2;
    int file = file_of(text, sizeof text - 1);
    struct rc_frame *frame = rc_frame_new(file, &framing, false, &err);
    assert_non_null(frame);
    rc_frame_seek(frame, 6, 2, 4);
    show(frame, true);
    assert_string_equal(shown, "2@6+4:def|");
    rc_frame_seek(frame, 2, 1, 8);
    show(frame, true);
    assert_string_equal(shown, "1@2+4:abc|2@6+4:def|");
    rc_frame_seek(frame, 10, 3, 2); /* what the limit ends is the file's end */
    show(frame, true);
    assert_string_equal(shown, "3@10+2:gh|");
    rc_frame_seek(frame, 10, 3, 0);
    assert_int_equal(rc_frame_next(frame, &raw, &err), RC_FRAME_END);
    rc_frame_seek(frame, 500, 9, 100);
    assert_int_equal(rc_frame_next(frame, &raw, &err), RC_FRAME_END);
    assert_int_equal(lseek(file, 0, SEEK_CUR), 0); /* others may read here, too */
    rc_frame_free(frame);
    close(file);
}

static void test_peek_and_take(void **state)
{
    (void)state;
    struct rc_framing framing = lines(3);
    struct rc_error err = {0};
    struct rc_raw raw;
    const uint8_t *bytes;
    framing.file_header_bytes = 1;
    framing.file_footer_bytes = 2;
    int file = file_of("Habc\ndef\nghi\nxy", 15);
    struct rc_frame *frame = rc_frame_new(file, &framing, true, &err);
    assert_non_null(frame);
    assert_int_equal(rc_frame_peek(frame, 4, &bytes, &err), 12);
    assert_memory_equal(bytes, "abc\n", 4);
    assert_int_equal(rc_frame_number(frame), 1);
    rc_frame_take(frame, 4, 2);
    assert_int_equal(rc_frame_number(frame), 3);
    assert_int_equal(rc_frame_offset(frame), 9);
    assert_int_equal(rc_frame_next(frame, &raw, &err), RC_FRAME_RECORD);
    assert_int_equal(raw.number, 3);
    assert_memory_equal(raw.bytes, "ghi", 3);
    assert_int_equal(rc_frame_peek(frame, 4, &bytes, &err), 0);
    assert_int_equal(rc_frame_next(frame, &raw, &err), RC_FRAME_END);
    rc_frame_free(frame);
    close(file);
}

/* Records that a window of 256 KiB does not hold all have to move in it. */
static void test_many_records(void **state)
{
    (void)state;
    enum { COUNT = 20000, BYTES = 63 };
    struct rc_framing framing = lines(0);
    struct rc_error err = {0};
    struct rc_raw raw;
    char *bytes = malloc((size_t)COUNT * (BYTES + 1) + 1);
    assert_non_null(bytes);
    framing.max_length = 100;
    for (int i = 0; i < COUNT; i++)
        snprintf(bytes + (size_t)i * (BYTES + 1), BYTES + 2, "%063d\n", i);
    int file = file_of(bytes, (size_t)COUNT * (BYTES + 1));
    struct rc_frame *frame = rc_frame_new(file, &framing, true, &err);
    assert_non_null(frame);
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(rc_frame_next(frame, &raw, &err), RC_FRAME_RECORD);
        assert_int_equal(raw.length, BYTES);
        assert_memory_equal(raw.bytes, bytes + (size_t)i * (BYTES + 1), BYTES);
    }
    assert_int_equal(rc_frame_next(frame, &raw, &err), RC_FRAME_END);
    rc_frame_free(frame);
    free(bytes);
    close(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_padded_lines),
        cmocka_unit_test(test_lines_over_the_limit),
        cmocka_unit_test(test_an_endless_line),
        cmocka_unit_test(test_fixed),
        cmocka_unit_test(test_header_and_footer_bytes),
        cmocka_unit_test(test_rdw),
        cmocka_unit_test(test_bad_descriptors),
        cmocka_unit_test(test_what_cannot_be_cut_is_read_to_its_end),
        cmocka_unit_test(test_bdw),
        cmocka_unit_test(test_a_pipe),
        cmocka_unit_test(test_read_errors),
        cmocka_unit_test(test_reading_back),
        cmocka_unit_test(test_peek_and_take),
        cmocka_unit_test(test_many_records),
    };
    return cmocka_run_group_tests_name("frame", tests, NULL, NULL);
}
