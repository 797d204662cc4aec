#include "core/fast.h"

#include "tests/unit/support.h"

/* The quick way against the general one: files with random mistakes have to come
 * out the same, whichever way they were read. */

static void must_agree(const struct rc_layout *layout, const char *bytes, size_t length,
                       const char *what)
{
    struct findings quick = {0}, general = {0};
    struct rc_error err = {0};
    bool a = parse_bytes(layout, (struct parsing){0}, bytes, length, &quick, &err);
    bool b =
        parse_bytes(layout, (struct parsing){.general_only = true}, bytes, length, &general, &err);
    assert_int_equal(a, b);
    if (quick.text.length != general.text.length ||
        memcmp(quick.text.data, general.text.data, quick.text.length) != 0) {
        const char *x = quick.text.data, *y = general.text.data;
        while (*x && *x == *y)
            x++, y++;
        while (x > quick.text.data && x[-1] != '\n')
            x--, y--;
        fail_msg("%s (%s)\n quick   %.500s\n general %.500s", what, layout->name, x, y);
    }
    rc_buf_free(&quick.text);
    rc_buf_free(&general.text);
}

static bool is_quick(const struct rc_layout *layout, const char *newline)
{
    struct rc_error err = {0};
    struct rc_fast *fast = rc_fast_new(layout, newline, &err);
    assert_int_equal(err.code, RC_OK);
    if (fast)
        assert_int_equal(rc_fast_stride(fast), layout->framing.length + strlen(newline));
    rc_fast_free(fast);
    return fast != NULL;
}

/* ----- files ----- */

static void put(char *line, size_t at, const char *text)
{
    memcpy(line + at - 1, text, strlen(text));
}

static const char *pick(uint64_t *seed, const char *const *words)
{
    uint32_t count = 0;
    while (words[count])
        count++;
    return words[random_below(seed, count)];
}

static void add_line(struct rc_buf *file, const char *line, size_t length, const char *newline)
{
    rc_buf_add(file, line, length);
    assert_true(rc_buf_add_str(file, newline));
}

static void put_detail168(char *line, uint64_t *seed, unsigned number, bool clearing)
{
    static const char *const currencies[] = {"USD", "EUR", "JPY", "KWD", "840", "ZZZ", NULL};
    static const char *const kinds[] = {"S", "C", "R", "B", "F", "X", " ", NULL};
    static const char *const dates[] = {"20260331", "20260401", "20240229", "20250229", NULL};
    static const char *const tokens[] = {"tok_0123456789", "4111111111111111", "", NULL};
    char text[32];
    memset(line, ' ', 168);
    put(line, 1, "DT");
    snprintf(text, sizeof text, "TX%08u", number);
    put(line, 3, text);
    put(line, 27, pick(seed, tokens));
    put(line, 46, "A1B2C3");
    put(line, 52, "74123450000000000000001");
    snprintf(text, sizeof text, "%012u%c", random_below(seed, 1000000), "+-- ,"[number % 5]);
    put(line, 75, text);
    put(line, 88, currencies[random_below(seed, 20) ? number % 4 : 5]);
    put(line, 91, random_below(seed, 8) ? dates[0] : pick(seed, dates));
    put(line, 99, dates[1]);
    put(line, 107, "5411");
    put(line, 111, "MERCHANT0000001");
    put(line, 126, number % 3 ? "Corner shop" : "");
    put(line, 151, "US");
    if (!clearing)
        return;
    put(line, 153, random_below(seed, 8) ? kinds[number % 5] : pick(seed, kinds));
    snprintf(text, sizeof text, "%05u%07u", random_below(seed, 99999), number);
    put(line, 154, text);
    put(line, 166, currencies[number % 4]);
}

static void make_file168(struct rc_buf *file, uint64_t *seed, bool clearing, const char *newline)
{
    char line[169], text[40];
    unsigned count = 20 + random_below(seed, 150);
    memset(line, ' ', 168);
    put(line, 1, "HD20260401");
    add_line(file, line, 168, newline);
    for (unsigned i = 0; i < count; i++) {
        put_detail168(line, seed, i, clearing);
        add_line(file, line, 168, newline);
    }
    memset(line, ' ', 168);
    snprintf(text, sizeof text, "TR%012u%018u+", count, 1234u);
    put(line, 1, text);
    add_line(file, line, 168, newline);
}

/* ----- mistakes ----- */

static void flip(struct rc_buf *file, uint64_t *seed)
{
    static const char bytes[] = "\n\r\0 09Aa+-,{}\x7f\x80\xff\x01\x0b\x0d:/";
    size_t at = next_random(seed) % file->length;
    file->data[at] = random_below(seed, 2) ? bytes[random_below(seed, sizeof bytes - 1)]
                                           : (char)random_below(seed, 256);
}

/* Cuts, doubles or swaps pieces that are often whole records. */
static void rearrange(struct rc_buf *file, uint64_t *seed, size_t stride)
{
    size_t records = file->length / stride;
    if (records < 3)
        return;
    char *a = file->data + next_random(seed) % (records - 1) * stride;
    size_t rest = file->length - (size_t)(a - file->data), bytes;
    char kept[2048];
    switch (random_below(seed, 4)) {
    case 0: /* a record less, or some bytes less */
        bytes = random_below(seed, 2) ? stride : 1 + random_below(seed, 5);
        memmove(a, a + bytes, rest - bytes);
        file->length -= bytes;
        break;
    case 1: /* two of them change places */
        memcpy(kept, a, stride);
        memmove(a, a + stride, stride);
        memcpy(a + stride, kept, stride);
        break;
    case 2: /* one more */
        memcpy(kept, a, stride);
        assert_non_null(rc_buf_reserve(file, stride));
        a = file->data + file->length - rest;
        memmove(a + stride, a, rest);
        memcpy(a, kept, stride);
        file->length += stride;
        break;
    default: /* the end is missing */
        file->length -= 1 + random_below(seed, 2 * (uint32_t)stride);
    }
}

static void spoil(struct rc_buf *file, uint64_t *seed, size_t stride)
{
    unsigned flips = random_below(seed, 12), moves = random_below(seed, 4);
    for (unsigned i = 0; i < flips && file->length; i++)
        flip(file, seed);
    for (unsigned i = 0; i < moves; i++)
        rearrange(file, seed, stride);
}

static void bundled_agrees(const char *name, bool clearing, const char *newline)
{
    struct rc_layout *layout = bundled_layout(name);
    assert_true(is_quick(layout, newline));
    for (uint64_t n = 1; n <= 150; n++) {
        uint64_t seed = n;
        struct rc_buf file;
        char what[40];
        rc_buf_init(&file, 1 << 20);
        make_file168(&file, &seed, clearing, newline);
        if (n > 1)
            spoil(&file, &seed, 168 + strlen(newline));
        snprintf(what, sizeof what, "seed %llu", (unsigned long long)n);
        must_agree(layout, file.data, file.length, what);
        rc_buf_free(&file);
    }
    rc_layout_free(layout);
}

static void test_settlement168(void **state)
{
    (void)state;
    bundled_agrees("settlement168", false, "\n");
    bundled_agrees("settlement168", false, "\r\n");
}

static void test_clearing168(void **state)
{
    (void)state;
    bundled_agrees("clearing168", true, "\n");
    bundled_agrees("clearing168", true, "\r\n");
}

/* ----- layouts made up: a detail of 40 bytes, "D" first ----- */

#define ID "{'name': 'id', 'at': 2, 'length': 8, 'type': 'text', 'required': true}"
#define HEADER                                                                                     \
    "{'type': 'h', 'role': 'file_header', 'match': [{'at': 1, 'value': 'H'}], 'after': ['^'],"     \
    " 'fields': [{'name': 'day', 'at': 2, 'length': 8, 'type': 'date', 'format': 'YYYYMMDD'}]}"
#define TRAILER                                                                                    \
    "{'type': 't', 'role': 'file_trailer', 'match': [{'at': 1, 'value': 'T'}], 'fields': ["        \
    "{'name': 'n', 'at': 2, 'length': 8, 'type': 'unsigned'},"                                     \
    "{'name': 'sum', 'at': 10, 'length': 12, 'type': 'unsigned', 'decimals': 2}]}"
#define COUNT                                                                                      \
    "{'name': 'n', 'scope': 'file', 'kind': 'count', 'of': 'd', 'declared': 't.n'},"               \
    "{'name': 'b', 'scope': 'file', 'kind': 'blocks', 'size': 7, 'declared': 't.n'}"
#define SUMS                                                                                       \
    ",{'name': 's', 'scope': 'file', 'kind': 'sum', 'of': 'd.amount', 'declared': 't.sum'},"       \
    "{'name': 'm', 'scope': 'file', 'kind': 'sum', 'of': 'd.amount', 'take': 'debit',"             \
    " 'declared': 't.sum'},"                                                                       \
    "{'name': 'a', 'scope': 'file', 'kind': 'sum', 'of': 'd.amount', 'take': 'absolute',"          \
    " 'declared': 't.sum'},"                                                                       \
    "{'name': 'h', 'scope': 'file', 'kind': 'hash', 'of': 'd.amount', 'modulus': 997,"             \
    " 'declared': 't.sum'}"
#define AMOUNT(more)                                                                               \
    "{'name': 'amount', 'at': 10, 'length': 10, 'type': 'separate', 'decimals': 2" more "}"
#define USD "'currency': {'constant': 'USD'}, 'amount': 'amount', 'id': ['id']"
#define LAYOUT(framing, fields, detail, controls, map)                                             \
    "{'layout': 'made', 'framing': {" framing "}, 'records': [" HEADER ", {'type': 'd',"           \
    " 'role': 'detail', 'match': [{'at': 1, 'value': 'D'}]" detail ", 'fields': [" fields          \
    "]}, " TRAILER "], 'controls': [" controls "], 'map': {" map "}}"
#define LINES "'kind': 'lines', 'length': 40"
#define FIXED "'kind': 'fixed', 'length': 40"

static const struct made {
    const char *text;
    const char *newline;
    bool quick;
} made[] = {
    {LAYOUT(FIXED, ID "," AMOUNT(""), "", COUNT SUMS, USD), "", true},
    {LAYOUT(LINES, ID "," AMOUNT(""), ", 'after': ['h', 'd']", COUNT SUMS, USD), "\n", true},
    {LAYOUT(LINES, ID "," AMOUNT(", 'sign': 'leading'"), "", COUNT SUMS, USD), "\r\n", true},
    /* a filler and an enum and a constant */
    {LAYOUT(LINES,
            ID "," AMOUNT("") ",{'name': 'f', 'at': 21, 'length': 20, 'type': 'filler'},"
                              "{'name': 'c', 'at': 20, 'length': 1, 'type': 'constant',"
                              " 'value': 'U'}",
            "", COUNT, USD),
     "\n", true},
    {LAYOUT(FIXED,
            ID "," AMOUNT("") ",{'name': 'e', 'at': 20, 'length': 2, 'type': 'text',"
                              " 'enum': ['US', 'U', 'DE']}",
            "", COUNT, USD),
     "", true},
    {LAYOUT(FIXED,
            ID "," AMOUNT("") ",{'name': 'e', 'at': 20, 'length': 2, 'type': 'text', 'required':"
                              " true, 'lenient': true, 'enum': ['US', 'U', 'DE']}",
            "", COUNT, USD),
     "", true},
    /* redefines that narrow a column, and such that contradict each other */
    {LAYOUT(LINES,
            ID "," AMOUNT("") ",{'name': 'r', 'at': 10, 'length': 4, 'type': 'unsigned',"
                              " 'redefines': true}",
            "", COUNT, USD),
     "\n", true},
    {LAYOUT(LINES,
            ID "," AMOUNT("") ",{'name': 'r', 'at': 10, 'length': 1, 'type': 'constant',"
                              " 'value': 'U', 'lenient': true, 'redefines': true}",
            "", COUNT, USD),
     "\n", false},
    /* dates that are mapped or only checked */
    {LAYOUT(LINES,
            ID "," AMOUNT("") ",{'name': 'w', 'at': 25, 'length': 8, 'type': 'date', 'format':"
                              " 'YYYYMMDD', 'null': ['blank']},{'name': 'v', 'at': 33, 'length': 8,"
                              " 'type': 'date', 'format': 'YYYYMMDD', 'lenient': true}",
            "", COUNT, USD ", 'date': 'w'"),
     "\n", true},
    /* a kind that comes from a number, and from a text */
    {LAYOUT(LINES, ID "," AMOUNT("") ",{'name': 'k', 'at': 21, 'length': 2, 'type': 'unsigned'}",
            "", COUNT,
            USD ", 'kind': {'field': 'k', 'values': {'25': 'reversal'}, 'default': 'fee'}"),
     "\n", false},
    {LAYOUT(LINES, ID "," AMOUNT("") ",{'name': 'k', 'at': 21, 'length': 2, 'type': 'text'}", "",
            COUNT, USD ", 'kind': {'field': 'k', 'values': {'25': 'reversal'}, 'default': 'fee'}"),
     "\n", true},
    {LAYOUT(LINES,
            ID "," AMOUNT("") ",{'name': 'k', 'at': 25, 'length': 8, 'type': 'date',"
                              " 'format': 'YYYYMMDD'}",
            "", COUNT, USD ", 'kind': {'field': 'k', 'values': {}, 'default': 'fee'}"),
     "\n", false},
    /* a batch that the detail has to stand in, so that the parser keeps context */
    {LAYOUT(FIXED, ID "," AMOUNT(""), ", 'in': ['h']", COUNT SUMS, USD), "", true},
    /* currencies that decide the decimals */
    {LAYOUT(LINES,
            ID ",{'name': 'amount', 'at': 10, 'length': 10, 'type': 'separate', 'decimals_from':"
               " 'cur'},{'name': 'cur', 'at': 20, 'length': 3, 'type': 'text'}",
            "", COUNT, "'id': ['id'], 'amount': 'amount', 'currency': 'cur'"),
     "\n", true},
    {LAYOUT(LINES, ID "," AMOUNT("") ",{'name': 'cur', 'at': 20, 'length': 3, 'type': 'text'}", "",
            COUNT, "'id': ['id'], 'amount': 'amount', 'currency': 'cur'"),
     "\n", true},
    {LAYOUT(LINES,
            ID "," AMOUNT("") ",{'name': 'o', 'at': 23, 'length': 6, 'type': 'unsigned',"
                              " 'decimals_from': 'cur'},{'name': 'cur', 'at': 20, 'length': 3,"
                              " 'type': 'text'}",
            "", COUNT, USD ", 'original_amount': 'o', 'original_currency': 'cur'"),
     "\n", true},
    /* what the quick way leaves alone */
    {LAYOUT(LINES, ID "," AMOUNT(", 'sign_from': {'field': 'id', 'negative': ['1']}"), "", COUNT,
            USD),
     "\n", false},
    {LAYOUT(LINES, ID "," AMOUNT(", 'null': ['zeros']"), "", COUNT, USD), "\n", false},
    {LAYOUT(LINES, ID "," AMOUNT(""), ", 'after': ['h']", COUNT, USD), "\n", false},
    {LAYOUT("'kind': 'lines', 'length': 40, 'pad': true", ID "," AMOUNT(""), "", COUNT, USD), "\n",
     true},
    {LAYOUT("'kind': 'lines'", ID "," AMOUNT(""), "", COUNT, USD), "\n", false},
};

static void put_made(char *line, uint64_t *seed, unsigned number)
{
    static const char *const middles[] = {"US", "U", "UDE", "DE", "USD", "JPY", "KWD", "", NULL};
    static const char *const dates[] = {"20260401", "20260230", "        ", "20241231", NULL};
    char text[32];
    memset(line, ' ', 40);
    snprintf(text, sizeof text, "D%08u", number);
    put(line, 1, text);
    snprintf(text, sizeof text, "%010u", random_below(seed, 100000000));
    text[random_below(seed, 6) ? 9 : 0] = "+- "[random_below(seed, 3)];
    put(line, 10, text);
    put(line, 20, random_below(seed, 4) ? "USD" : pick(seed, middles));
    if (random_below(seed, 2)) {
        snprintf(text, sizeof text, "%02u%04u", random_below(seed, 3) ? 25 : 7, number);
        put(line, 21 + 2 * random_below(seed, 2), text);
    }
    put(line, 25, random_below(seed, 4) ? dates[0] : pick(seed, dates));
    put(line, 33, random_below(seed, 4) ? dates[0] : pick(seed, dates));
}

static void make_made(struct rc_buf *file, uint64_t *seed, const char *newline)
{
    char line[41];
    unsigned count = 10 + random_below(seed, 200);
    memset(line, ' ', 40);
    put(line, 1, "H20260401");
    add_line(file, line, 40, newline);
    for (unsigned i = 0; i < count; i++) {
        put_made(line, seed, i);
        add_line(file, line, 40, newline);
    }
    memset(line, ' ', 40);
    put(line, 1, "T00000100000000123456");
    add_line(file, line, 40, newline);
}

static void test_made_up_layouts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
        struct rc_layout *layout = layout_of(made[i].text);
        if (is_quick(layout, made[i].newline) != made[i].quick)
            fail_msg("layout %zu is %squick", i, made[i].quick ? "not " : "");
        for (uint64_t n = 1; n <= 60; n++) {
            uint64_t seed = n * 1000 + i;
            struct rc_buf file;
            char what[40];
            rc_buf_init(&file, 1 << 20);
            make_made(&file, &seed, made[i].newline);
            if (n > 5)
                spoil(&file, &seed, 40 + strlen(made[i].newline));
            snprintf(what, sizeof what, "layout %zu, seed %llu", i, (unsigned long long)n);
            must_agree(layout, file.data, file.length, what);
            rc_buf_free(&file);
        }
        rc_layout_free(layout);
    }
}

/* ----- single cases ----- */

/* A line of 167 bytes that ends in CR LF is as long as one of 168 that ends in LF. */
static void test_a_shorter_line_with_cr(void **state)
{
    (void)state;
    struct rc_layout *layout = bundled_layout("settlement168");
    uint64_t seed = 7;
    struct rc_buf file;
    rc_buf_init(&file, 1 << 20);
    make_file168(&file, &seed, false, "\n");
    file.data[5 * 169 + 167] = '\r';
    file.data[9 * 169 + 160] = '\r';
    must_agree(layout, file.data, file.length, "CR");
    rc_buf_free(&file);
    rc_layout_free(layout);
}

#define DIGITS_40 "{'name': 'long', 'at': 1, 'length': 40, 'type': 'unsigned', 'redefines': true}"

static void test_plans_that_are_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{'layout': 'l', 'framing': {'kind': 'fixed', 'length': 40}, 'records': [{'type': 'd',"
        " 'role': 'detail', 'fields': [" DIGITS_40 "]}]}",
        /* a card number has to be hashed */
        "{'layout': 'l', 'framing': {'kind': 'fixed', 'length': 40}, 'records': [{'type': 'd',"
        " 'role': 'detail', 'fields': [" ID
        "," AMOUNT("") ",{'name': 'c', 'at': 21, 'length': 16, 'type': 'text',"
                       " 'card': true}]}], 'map': {" USD ", 'card': 'c'}}",
        /* an id of two parts */
        "{'layout': 'l', 'framing': {'kind': 'fixed', 'length': 40}, 'records': [{'type': 'd',"
        " 'role': 'detail', 'fields': [" ID
        "," AMOUNT("") ",{'name': 'c', 'at': 21, 'length': 16, 'type': 'text'"
                       "}]}], 'map': {'id': ['id', 'c'], 'amount': 'amount', 'currency':"
                       " {'constant': 'USD'}}}",
        /* two details, addenda, no detail */
        "{'layout': 'l', 'framing': {'kind': 'fixed', 'length': 40}, 'records': [{'type': 'd',"
        " 'role': 'detail', 'fields': []}, {'type': 'e', 'role': 'detail', 'fields': []}]}",
        "{'layout': 'l', 'framing': {'kind': 'fixed', 'length': 40}, 'records': [{'type': 'd',"
        " 'role': 'detail', 'fields': []}, {'type': 'e', 'role': 'addenda', 'fields': []}]}",
        "{'layout': 'l', 'framing': {'kind': 'fixed', 'length': 40}, 'records': [{'type': 'd',"
        " 'role': 'file_header', 'fields': []}]}",
        /* another type would take its records */
        "{'layout': 'l', 'framing': {'kind': 'fixed', 'length': 40}, 'records': [{'type': 'h',"
        " 'role': 'file_header', 'match': [{'at': 2, 'value': '0'}], 'fields': []}, {'type': 'd',"
        " 'role': 'detail', 'match': [{'at': 1, 'value': 'D'}], 'fields': []}]}",
        "{'layout': 'l', 'framing': {'kind': 'fixed', 'length': 40}, 'records': [{'type': 'h',"
        " 'role': 'file_header', 'fields': []}, {'type': 'd', 'role': 'detail', 'fields': []}]}",
        /* conditions with alternatives */
        "{'layout': 'l', 'framing': {'kind': 'fixed', 'length': 40}, 'records': [{'type': 'd',"
        " 'role': 'detail', 'match': [{'at': 1, 'not': ['X']}], 'fields': []}]}",
        /* descriptors */
        "{'layout': 'l', 'framing': {'kind': 'rdw'}, 'records': [{'type': 'd',"
        " 'role': 'detail', 'fields': []}]}",
        /* EBCDIC */
        "{'layout': 'l', 'framing': {'kind': 'fixed', 'length': 40}, 'encoding': 'cp037',"
        " 'records': [{'type': 'd', 'role': 'detail', 'fields': [" ID "]}]}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct rc_layout *layout = layout_of(texts[i]);
        if (is_quick(layout, ""))
            fail_msg("%s", texts[i]);
        rc_layout_free(layout);
    }
}

static void test_many_records_in_one_batch(void **state)
{
    (void)state;
    struct rc_layout *layout = layout_of(made[0].text);
    struct rc_error err = {0};
    struct rc_fast *fast = rc_fast_new(layout, "", &err);
    struct rc_record records[RC_FAST_BATCH];
    char *bytes = calloc(1, 100 * 40 + RC_READ_PAST);
    int count;
    assert_non_null(fast);
    assert_non_null(bytes);
    for (unsigned i = 0; i < 100; i++)
        memcpy(bytes + 40L * i, "D00000001000000150-                     ", 40);
    assert_int_equal(rc_fast_type(fast), 1);
    assert_int_equal(rc_fast_read(fast, (const uint8_t *)bytes, 4000, records), RC_FAST_BATCH);
    assert_int_equal(rc_fast_read(fast, (const uint8_t *)bytes, 39, records), 0);
    const struct rc_field_sums *sums = rc_fast_sums(fast, &count);
    assert_int_equal(count, 1);
    assert_true(sums[0].negative == -150 * RC_FAST_BATCH && sums[0].positive == 0);
    assert_int_equal(records[63].amount_minor, -150);
    bytes[40 + 18] = ','; /* between + and -, but neither */
    assert_int_equal(rc_fast_read(fast, (const uint8_t *)bytes, 4000, records), 1);
    assert_true(sums[0].negative == -150 * (RC_FAST_BATCH + 1));
    rc_fast_reset_sums(fast);
    assert_true(sums[0].negative == 0);
    rc_fast_free(fast);
    rc_fast_free(NULL);
    free(bytes);
    rc_layout_free(layout);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_settlement168),
        cmocka_unit_test(test_clearing168),
        cmocka_unit_test(test_made_up_layouts),
        cmocka_unit_test(test_a_shorter_line_with_cr),
        cmocka_unit_test(test_plans_that_are_refused),
        cmocka_unit_test(test_many_records_in_one_batch),
    };
    return cmocka_run_group_tests_name("fast", tests, NULL, NULL);
}
