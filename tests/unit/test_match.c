#include "core/match.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/currency.h"

#define BIT(field) (1u << RC_C_##field)

enum {
    ITEMS = 4096,
    LINES = 4096,
    LINE = 400,
    TODAY = 20544, /* 2026-04-01, a Wednesday */
    ROOM = RC_CANONICAL_BYTES + 64,
};

/* ----- a day in memory ----- */

struct item {
    uint8_t *bytes;
    size_t length;
    enum rc_side side;
    int pass; /* that has to look at it; -1: the first; RC_PROGRAM_PASSES: none any more */
    bool ambiguous;
    int outcomes; /* that have named it */
};

/* How a store orders records: by the text alone, or by a hash before it. */
enum order { BY_TEXT, BY_HASH, BY_FEW_HASHES };

struct world {
    struct rc_rules rules;
    struct rc_matcher matcher;
    struct item items[ITEMS];
    size_t count;
    enum order order;
    uint64_t shuffle; /* seed of the order of records with one key */
    char lines[LINES][LINE];
    size_t line_count;
    int calls_left; /* until a stream or a sink fails; -1: never */
};

static struct world world;

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

static void clear(void)
{
    for (size_t i = 0; i < world.count; i++)
        free(world.items[i].bytes);
    world.count = world.line_count = 0;
}

static bool tell(void *context, const struct rc_outcome *outcome, struct rc_error *err);
static bool leave(void *context, const struct rc_entry *entry, int pass, struct rc_error *err);

static int begin(void **state)
{
    (void)state;
    clear();
    memset(&world, 0, sizeof world);
    world.rules = (struct rc_rules){.late_after_days = -1, .fx_tolerance_bp = -1};
    world.matcher = (struct rc_matcher){.rules = &world.rules,
                                        .compare = BIT(AMOUNT) | BIT(CURRENCY) | BIT(KIND),
                                        .file_date = TODAY,
                                        .context = &world,
                                        .outcome = tell,
                                        .open = leave};
    world.calls_left = -1;
    return 0;
}

static int end(void **state)
{
    (void)state;
    clear();
    return 0;
}

static struct rc_pass *add_pass(const char *name, enum rc_pass_kind kind, int cap)
{
    struct rc_pass *pass = &world.rules.passes[world.rules.pass_count++];
    *pass = (struct rc_pass){
        .kind = kind, .key = {RC_C_ACQUIRER_REFERENCE}, .key_fields = 1, .cap = cap};
    snprintf(pass->name, sizeof pass->name, "%s", name);
    return pass;
}

static void add_record(enum rc_side side, const struct rc_record *record)
{
    uint8_t bytes[ROOM];
    struct item *item = &world.items[world.count++];
    assert_true(world.count <= ITEMS);
    size_t length = rc_record_canonical(record, ~0u, bytes);
    *item = (struct item){.bytes = malloc(length), .length = length, .side = side, .pass = -1};
    assert_non_null(item->bytes);
    memcpy(item->bytes, bytes, length);
}

/* A record of today; without a reference when arn is NULL. */
static void add_in(enum rc_side side, const char *id, enum rc_kind kind, int64_t amount_minor,
                   const char *arn, const char *currency)
{
    struct rc_record record = {
        .amount_minor = amount_minor,
        .currency = rc_currency_find(currency, 3),
        .date = TODAY,
        .kind = (uint8_t)kind,
        .present = BIT(AMOUNT) | BIT(CURRENCY) | BIT(DATE) | BIT(KIND) | BIT(ID) |
                   (arn ? BIT(ACQUIRER_REFERENCE) : 0),
        .text = {text(id), text(arn ? arn : "")},
    };
    add_record(side, &record);
}

static void add(enum rc_side side, const char *id, enum rc_kind kind, int64_t amount_minor,
                const char *arn)
{
    add_in(side, id, kind, amount_minor, arn, "USD");
}

#define S(id, kind, amount, arn) add(RC_SETTLEMENT, id, RC_KIND_##kind, amount, arn)
#define I(id, kind, amount, arn) add(RC_INTERNAL, id, RC_KIND_##kind, amount, arn)

/* ----- streams over it ----- */

struct place {
    size_t index; /* of the item */
    rc_u128 order;
    uint64_t tie;
    uint8_t key[512];
    size_t key_length;
};

struct source {
    struct place *places;
    size_t count, at;
};

static bool fails(struct rc_error *err)
{
    if (world.calls_left < 0 || world.calls_left--)
        return false;
    rc_error_set(err, RC_IO, "the store is gone");
    return true;
}

static bool next_entry(void *context, struct rc_entry **entry, struct rc_error *err)
{
    struct source *source = context;
    *entry = NULL;
    if (fails(err))
        return false;
    if (source->at == source->count)
        return true;
    const struct place *place = &source->places[source->at++];
    const struct item *item = &world.items[place->index];
    *entry = rc_entry_new(item->bytes, item->length, err);
    if (!*entry)
        return false;
    struct rc_text id = rc_record_id(&(*entry)->item.record);
    (*entry)->side = item->side;
    (*entry)->ambiguous = item->ambiguous;
    (*entry)->order = place->order;
    (*entry)->where = (*entry)->item.where.number = place->index;
    (*entry)->item.id_hash = rc_id_hash(id.data, id.length);
    (*entry)->item.age_days = rc_record_age(&world.matcher, &(*entry)->item.record);
    return true;
}

static int by_place(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->order != y->order)
        return x->order < y->order ? -1 : 1;
    size_t shorter = x->key_length < y->key_length ? x->key_length : y->key_length;
    int order = memcmp(x->key, y->key, shorter);
    if (order)
        return order;
    if (x->key_length != y->key_length)
        return x->key_length < y->key_length ? -1 : 1;
    return (x->tie > y->tie) - (x->tie < y->tie);
}

static void make_source(struct source *source, enum rc_side side, int pass)
{
    *source = (struct source){.places = calloc(world.count + 1, sizeof *source->places)};
    assert_non_null(source->places);
    uint64_t random = world.shuffle * 2 + 1;
    for (size_t i = 0; i < world.count; i++) {
        struct item *item = &world.items[i];
        struct place *place = &source->places[source->count];
        struct rc_record record;
        uint8_t bytes[ROOM];
        uint64_t tie = next(&random);
        if (item->side != side || item->pass != pass)
            continue;
        assert_true(rc_record_from_canonical(item->bytes, item->length, &record));
        struct rc_text id = rc_record_id(&record);
        size_t length = id.length;
        memcpy(bytes, id.data, length);
        if (pass >= 0)
            length = rc_pass_key(&world.rules.passes[pass], &record, bytes);
        assert_true(length <= sizeof place->key);
        memcpy(place->key, bytes, length);
        uint64_t hash = rc_id_hash((char *)bytes, length);
        if (pass >= 0)
            assert_true(hash == rc_pass_hash(&world.rules.passes[pass], &record));
        *place = (struct place){.index = i,
                                .order = world.order == BY_TEXT   ? 0
                                         : world.order == BY_HASH ? (rc_u128)hash << 64
                                                                  : hash % 3,
                                .tie = world.shuffle ? tie : i,
                                .key_length = length};
        memcpy(place->key, bytes, length);
        source->count++;
    }
    qsort(source->places, source->count, sizeof *source->places, by_place);
}

static bool run_pass(int pass, struct rc_error *err)
{
    struct source sources[RC_SIDES];
    struct rc_stream streams[RC_SIDES];
    for (int side = 0; side < RC_SIDES; side++) {
        make_source(&sources[side], (enum rc_side)side, pass);
        streams[side] = (struct rc_stream){&sources[side], next_entry};
    }
    bool ok = pass < 0 ? rc_match_ids(&world.matcher, streams, err)
                       : rc_match_keys(&world.matcher, pass, streams, err);
    for (int side = 0; side < RC_SIDES; side++) {
        if (ok)
            assert_int_equal(sources[side].at, sources[side].count);
        free(sources[side].places);
    }
    return ok;
}

/* ----- what the engine says ----- */

static void add_ids(char *line, const struct rc_outcome *outcome, int side)
{
    for (int i = 0; i < outcome->count[side]; i++) {
        struct rc_text id = rc_record_id(&outcome->records[side][i].record);
        size_t used = strlen(line);
        snprintf(line + used, LINE - used, "%c%.*s", i ? ',' : ' ', (int)id.length, id.data);
    }
}

static bool tell(void *context, const struct rc_outcome *outcome, struct rc_error *err)
{
    assert_ptr_equal(context, &world);
    if (fails(err))
        return false;
    char *line = world.lines[world.line_count++];
    assert_true(world.line_count <= LINES);
    snprintf(line, LINE, "%s %s s", rc_status_name(outcome->status), outcome->rule);
    add_ids(line, outcome, RC_SETTLEMENT);
    snprintf(line + strlen(line), LINE - strlen(line), " i");
    add_ids(line, outcome, RC_INTERNAL);
    assert_true(outcome->count[RC_SETTLEMENT] + outcome->count[RC_INTERNAL] > 0);
    for (int side = 0; side < RC_SIDES; side++)
        for (int i = 0; i < outcome->count[side]; i++) {
            const struct rc_outcome_record *item = &outcome->records[side][i];
            world.items[item->where.number].outcomes++;
            assert_int_equal(world.items[item->where.number].side, side);
            if (i)
                assert_true(rc_record_compare(&item[-1].record, &item->record) <= 0);
        }
    return true;
}

static bool leave(void *context, const struct rc_entry *entry, int pass, struct rc_error *err)
{
    assert_ptr_equal(context, &world);
    if (fails(err))
        return false;
    struct item *item = &world.items[entry->where];
    assert_true(pass > item->pass && pass < world.rules.pass_count);
    item->pass = pass;
    item->ambiguous = entry->ambiguous;
    return true;
}

static bool run(struct rc_error *err)
{
    world.line_count = 0;
    for (size_t i = 0; i < world.count; i++) {
        world.items[i].pass = -1;
        world.items[i].ambiguous = false;
        world.items[i].outcomes = 0;
    }
    for (int pass = -1; pass < world.rules.pass_count; pass++)
        if (!run_pass(pass, err))
            return false;
    for (size_t i = 0; i < world.count; i++)
        assert_int_equal(world.items[i].outcomes, 1);
    return true;
}

static int by_line(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* What is said, in any order; `expected` is sorted, too. */
static void expect(const char *const *expected, size_t count)
{
    struct rc_error err = {0};
    for (int order = BY_TEXT; order <= BY_FEW_HASHES; order++)
        for (world.shuffle = 0; world.shuffle < 8; world.shuffle++) {
            world.order = (enum order)order;
            if (!run(&err))
                fail_msg("%s", err.text);
            qsort(world.lines, world.line_count, LINE, by_line);
            for (size_t i = 0; i < count && i < world.line_count; i++)
                assert_string_equal(world.lines[i], expected[i]);
            assert_int_equal(world.line_count, count);
        }
}

#define EXPECT(...)                                                                                \
    do {                                                                                           \
        const char *const expected_[] = {__VA_ARGS__};                                             \
        expect(expected_, sizeof expected_ / sizeof *expected_);                                   \
    } while (0)

/* ----- pass 1 ----- */

static void test_nothing(void **state)
{
    (void)state;
    expect(NULL, 0);
}

static void test_pairs_and_lone_records(void **state)
{
    (void)state;
    world.rules.clearing_window_days = 3;
    S("a", SALE, 100, NULL);
    I("a", SALE, 100, NULL);
    S("b", SALE, 100, NULL);
    I("b", SALE, 101, NULL);
    S("c", SALE, 100, NULL);
    I("d", SALE, 100, NULL);
    S("e", REVERSAL, -100, NULL);
    I("f", REVERSAL, -100, NULL);
    S("g", CHARGEBACK, -100, NULL);
    I("h", CHARGEBACK, -100, NULL);
    EXPECT("amount_mismatch transaction_id s b i b", "chargeback transaction_id s g i",
           "chargeback transaction_id s i h", "matched transaction_id s a i a",
           "missing_internal transaction_id s c i", "pending transaction_id s i d",
           "reversal_orphan transaction_id s e i", "reversal_orphan transaction_id s i f");
}

static void test_pending_as_long_as_the_window(void **state)
{
    (void)state;
    static const struct {
        int32_t window, days; /* calendar days before a Wednesday */
        const char *line;
    } cases[] = {
        {3, 2, "pending transaction_id s i x"},
        {3, 5, "pending transaction_id s i x"}, /* Friday: three business days */
        {3, 6, "missing_settlement transaction_id s i x"},
        {3, -30, "pending transaction_id s i x"},
        {0, 0, "missing_settlement transaction_id s i x"},
    };
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
        struct rc_record record = {.amount_minor = 1,
                                   .currency = rc_currency_find("USD", 3),
                                   .date = TODAY - cases[n].days,
                                   .present = BIT(AMOUNT) | BIT(CURRENCY) | BIT(DATE) | BIT(ID),
                                   .text = {text("x")}};
        begin(NULL);
        world.rules.clearing_window_days = cases[n].window;
        add_record(RC_INTERNAL, &record);
        EXPECT(cases[n].line);
    }
}

/* The first by canonical bytes is taken, whatever the order of the repeats. The
 * amount's lowest byte comes first in them. */
static void test_repeats_are_ranked_by_their_bytes(void **state)
{
    (void)state;
    S("a", SALE, 256, NULL); /* 00 01 */
    S("a", SALE, 2, NULL);   /* 02 00 */
    S("a", SALE, 257, NULL); /* 01 01 */
    I("a", SALE, 256, NULL);
    I("a", SALE, 1, NULL);
    I("b", SALE, 9, NULL);
    I("b", SALE, 9, NULL);
    EXPECT("duplicate_internal transaction_id s i a", "duplicate_internal transaction_id s i b",
           "duplicate_settlement transaction_id s a i", "duplicate_settlement transaction_id s a i",
           "matched transaction_id s a i a", "missing_settlement transaction_id s i b");
}

static void test_many_repeats(void **state)
{
    (void)state;
    for (int i = 0; i < 1000; i++)
        S("a", SALE, 1000 - i, NULL);
    I("a", SALE, 256, NULL);
    struct rc_error err = {0};
    for (world.shuffle = 0; world.shuffle < 20; world.shuffle++) {
        assert_true(run(&err));
        assert_int_equal(world.line_count, 1000);
        qsort(world.lines, world.line_count, LINE, by_line);
        assert_string_equal(world.lines[999], "matched transaction_id s a i a");
    }
}

static void test_ids_that_begin_alike(void **state)
{
    (void)state;
    S("aa", SALE, 1, NULL);
    S("a", SALE, 1, NULL);
    S("", SALE, 1, NULL);
    I("aa", SALE, 1, NULL);
    I("aaa", SALE, 1, NULL);
    I("", SALE, 1, NULL);
    EXPECT("matched transaction_id s  i ", "matched transaction_id s aa i aa",
           "missing_internal transaction_id s a i", "missing_settlement transaction_id s i aaa");
}

static void test_longest_ids(void **state)
{
    (void)state;
    static char id[RC_ID_BYTES + 1];
    struct rc_record record = {.present = BIT(AMOUNT) | BIT(CURRENCY) | BIT(ID),
                               .currency = rc_currency_find("USD", 3)};
    struct rc_error err = {0};
    memset(id, 'x', RC_ID_BYTES);
    record.text[0] = text(id);
    uint8_t bytes[ROOM];
    size_t length = rc_record_canonical(&record, ~0u, bytes);
    struct rc_entry *entry = rc_entry_new(bytes, length, &err);
    assert_non_null(entry);
    assert_int_equal(rc_record_id(&entry->item.record).length, RC_ID_BYTES);
    rc_entry_free(entry);
    assert_null(rc_entry_new(bytes, length - 1, &err));
    assert_int_equal(err.code, RC_DATA);
    rc_entry_free(NULL);
}

/* ----- one to one ----- */

static void test_one_to_one(void **state)
{
    (void)state;
    add_pass("ref", RC_PASS_ONE_TO_ONE, 100);
    S("s1", SALE, 100, "A"); /* alone with its amount */
    S("s2", SALE, 200, "A");
    I("i1", SALE, 200, "A");
    I("i2", SALE, 101, "A"); /* the rest of A: one each */
    S("s3", SALE, 100, "B");
    S("s4", SALE, 100, "B"); /* one of them more than once */
    I("i3", SALE, 100, "B");
    S("s5", SALE, 100, "C"); /* one side only */
    S("s6", SALE, 100, NULL);
    I("i4", SALE, 100, NULL);
    EXPECT("ambiguous ref s i i3", "ambiguous ref s s3 i", "ambiguous ref s s4 i",
           "amount_mismatch ref s s1 i i2", "matched ref s s2 i i1", "missing_internal ref s s5 i",
           "missing_internal ref s s6 i", "missing_settlement ref s i i4");
}

static void test_one_to_one_tells_currencies_apart(void **state)
{
    (void)state;
    add_pass("ref", RC_PASS_ONE_TO_ONE, 100);
    add_in(RC_SETTLEMENT, "s1", RC_KIND_SALE, 100, "A", "USD");
    add_in(RC_SETTLEMENT, "s2", RC_KIND_SALE, 100, "A", "EUR");
    add_in(RC_INTERNAL, "i1", RC_KIND_SALE, 100, "A", "EUR");
    add_in(RC_INTERNAL, "i2", RC_KIND_SALE, 100, "A", "GBP");
    EXPECT("currency_mismatch ref s s1 i i2", "matched ref s s2 i i1");
}

static void test_events_do_not_take_part(void **state)
{
    (void)state;
    add_pass("ref", RC_PASS_ONE_TO_ONE, 100);
    add_pass("sums", RC_PASS_GROUP, 100);
    S("s1", REVERSAL, -100, "A");
    I("i1", REVERSAL, -100, "A");
    S("s2", CHARGEBACK, -100, "A");
    I("i2", CREDIT, -100, "A");
    EXPECT("chargeback sums s s2 i", "missing_settlement sums s i i2",
           "reversal_orphan sums s i i1", "reversal_orphan sums s s1 i");
}

static void test_keys_of_several_fields(void **state)
{
    (void)state;
    struct rc_pass *pass = add_pass("money", RC_PASS_ONE_TO_ONE, 100);
    pass->key[1] = RC_C_AMOUNT;
    pass->key[2] = RC_C_CURRENCY;
    pass->key_fields = 3;
    add_in(RC_SETTLEMENT, "s1", RC_KIND_SALE, 100, "A", "USD");
    add_in(RC_INTERNAL, "i1", RC_KIND_SALE, 100, "A", "USD");
    add_in(RC_SETTLEMENT, "s2", RC_KIND_SALE, 101, "A", "USD");
    add_in(RC_INTERNAL, "i2", RC_KIND_SALE, 101, "A", "EUR");
    EXPECT("matched money s s1 i i1", "missing_internal money s s2 i",
           "missing_settlement money s i i2");
}

/* ----- groups ----- */

static void test_sums(void **state)
{
    (void)state;
    add_pass("sums", RC_PASS_GROUP, 100);
    world.rules.amount_tolerance_minor = 2;
    S("a1", SALE, 60, "A");
    S("a2", SALE, 40, "A");
    I("a3", SALE, 100, "A"); /* equal */
    S("b1", SALE, 98, "B");
    I("b2", SALE, 99, "B");
    I("b3", SALE, 1, "B"); /* within the tolerance */
    S("c1", SALE, 97, "C");
    I("c2", SALE, 100, "C"); /* in part */
    S("d1", SALE, 103, "D");
    I("d2", SALE, 100, "D"); /* too much */
    S("e1", CREDIT, -1, "E");
    I("e2", SALE, 1, "E"); /* the opposite sign, near as it is */
    S("f1", CREDIT, -97, "F");
    I("f2", CREDIT, -100, "F");
    S("g1", SALE, 0, "G");
    I("g2", SALE, 5, "G");
    S("h1", SALE, 5, "H");
    I("h2", SALE, 0, "H");
    EXPECT("matched sums s a2,a1 i a3", "matched_tolerance sums s b1 i b3,b2",
           "over_cleared sums s d1 i d2", "over_cleared sums s h1 i h2",
           "partial_clearing sums s c1 i c2", "partial_clearing sums s e1 i e2",
           "partial_clearing sums s f1 i f2", "partial_clearing sums s g1 i g2");
}

static void test_sums_per_currency(void **state)
{
    (void)state;
    add_pass("sums", RC_PASS_GROUP, 100);
    add_in(RC_SETTLEMENT, "s1", RC_KIND_SALE, 100, "A", "USD");
    add_in(RC_SETTLEMENT, "s2", RC_KIND_SALE, 100, "A", "EUR");
    add_in(RC_SETTLEMENT, "s3", RC_KIND_SALE, 100, "A", "GBP");
    add_in(RC_INTERNAL, "i1", RC_KIND_SALE, 60, "A", "EUR");
    add_in(RC_INTERNAL, "i2", RC_KIND_SALE, 40, "A", "EUR");
    add_in(RC_INTERNAL, "i3", RC_KIND_SALE, 99, "A", "USD");
    add_in(RC_INTERNAL, "i4", RC_KIND_SALE, 99, "A", "JPY");
    EXPECT("matched sums s s2 i i2,i1", "missing_internal sums s s3 i",
           "missing_settlement sums s i i4", "over_cleared sums s s1 i i3");
}

static void test_sums_do_not_overflow(void **state)
{
    (void)state;
    char id[16];
    add_pass("sums", RC_PASS_GROUP, 1000);
    world.rules.amount_tolerance_bp = 10000;
    for (int i = 0; i < 1000; i++) {
        snprintf(id, sizeof id, "s%03d", i);
        S(id, SALE, INT64_MAX, "A");
        snprintf(id, sizeof id, "i%03d", i);
        I(id, SALE, INT64_MIN, "A");
    }
    struct rc_error err = {0};
    assert_true(run(&err));
    assert_int_equal(world.line_count, 1);
    assert_memory_equal(world.lines[0], "partial_clearing sums", 21);
}

/* ----- the cap ----- */

static void add_many(const char *arn, int settlement, int internal)
{
    char id[64];
    for (int i = 0; i < settlement; i++) {
        snprintf(id, sizeof id, "%ss%d", arn, i);
        S(id, SALE, 100, arn);
    }
    for (int i = 0; i < internal; i++) {
        snprintf(id, sizeof id, "%si%d", arn, i);
        I(id, SALE, 100, arn);
    }
}

static size_t count_of(const char *begins)
{
    size_t count = 0;
    for (size_t i = 0; i < world.line_count; i++)
        count += strncmp(world.lines[i], begins, strlen(begins)) == 0;
    return count;
}

static void test_the_cap(void **state)
{
    (void)state;
    enum { CAP = 7 };
    struct rc_error err = {0};
    for (int settlement = 0; settlement <= 3 * CAP + 1; settlement++)
        for (int internal = 0; internal <= 3 * CAP + 1; internal++) {
            bool over = settlement > CAP || internal > CAP;
            int all = settlement + internal;
            begin(NULL);
            add_pass("sums", RC_PASS_GROUP, CAP);
            add_many("A", settlement, internal);
            add_many("B", CAP, CAP); /* its neighbour is not touched */
            assert_true(run(&err));
            assert_int_equal(count_of("ambiguous sums"), over ? all : 0);
            assert_int_equal(count_of("missing"), !over && (!settlement || !internal) ? all : 0);
            assert_int_equal(count_of("matched sums"),
                             1 + (!over && settlement && settlement == internal));
        }
}

/* What a pass found ambiguous, a later one may settle. */
static void test_ambiguity_resolved_later(void **state)
{
    (void)state;
    struct rc_pass *later = NULL;
    add_pass("ref", RC_PASS_ONE_TO_ONE, 100);
    later = add_pass("auth", RC_PASS_ONE_TO_ONE, 100);
    later->key[0] = RC_C_AUTH_CODE;
    static const struct {
        enum rc_side side;
        const char *id, *auth;
    } records[] = {
        {RC_SETTLEMENT, "s1", "X"}, {RC_SETTLEMENT, "s2", "Y"}, {RC_SETTLEMENT, "s3", NULL},
        {RC_INTERNAL, "i1", "X"},   {RC_INTERNAL, "i2", "Z"},
    };
    for (size_t i = 0; i < sizeof records / sizeof *records; i++) {
        struct rc_record record = {
            .amount_minor = 5,
            .currency = rc_currency_find("USD", 3),
            .present = BIT(AMOUNT) | BIT(CURRENCY) | BIT(ID) | BIT(ACQUIRER_REFERENCE) |
                       (records[i].auth ? BIT(AUTH_CODE) : 0),
            .text = {text(records[i].id), text("A"), text(records[i].auth ? records[i].auth : "")},
        };
        add_record(records[i].side, &record);
    }
    EXPECT("ambiguous auth s i i2", "ambiguous auth s s2 i", "ambiguous auth s s3 i",
           "matched auth s s1 i i1");
}

static void test_over_the_cap_and_settled_later(void **state)
{
    (void)state;
    add_pass("ref", RC_PASS_ONE_TO_ONE, 2);
    add_pass("sums", RC_PASS_GROUP, 5);
    add_many("A", 3, 3);
    EXPECT("matched sums s As0,As1,As2 i Ai0,Ai1,Ai2");
}

/* ----- reversals ----- */

static void test_reversals(void **state)
{
    (void)state;
    add_pass("rev", RC_PASS_REVERSAL, 100);
    S("a1", REVERSAL, -100, "A");
    S("a2", SALE, 100, "A");
    I("a3", SALE, 100, "A"); /* its own side comes first */
    S("b1", REVERSAL, -100, "B");
    I("b2", SALE, 100, "B");
    I("c1", REVERSAL, 50, "C");
    I("c2", CREDIT, -50, "C");
    I("d1", REVERSAL, -7, "D");
    S("d2", SALE, 7, "D");
    S("e1", REVERSAL, -7, "E");
    S("e2", SALE, 8, "E");
    EXPECT("missing_internal rev s e2 i", "missing_settlement rev s i a3",
           "reversal_matched rev s a2,a1 i", "reversal_matched rev s b1 i b2",
           "reversal_matched rev s d2 i d1", "reversal_matched rev s i c1,c2",
           "reversal_orphan rev s e1 i");
}

/* Of two reversals with one original the settlement side's, then the first by its
 * bytes; of two originals the first; a reversal never reverses another. */
static void test_reversals_in_canonical_order(void **state)
{
    (void)state;
    add_pass("rev", RC_PASS_REVERSAL, 100);
    S("a1", REVERSAL, -100, "A");
    S("a2", REVERSAL, -100, "A");
    I("a3", SALE, 100, "A");
    I("b1", REVERSAL, -100, "B");
    I("b2", SALE, 100, "B");
    S("b3", REVERSAL, -100, "B");
    S("c1", REVERSAL, -100, "C");
    S("c2", REVERSAL, 100, "C");
    S("d1", REVERSAL, -100, "D");
    S("d2", SALE, 100, "D");
    S("d3", SALE, 100, "D");
    S("e1", REVERSAL, -100, "E");
    S("e2", CHARGEBACK, 100, "E");
    add_in(RC_SETTLEMENT, "f1", RC_KIND_REVERSAL, -100, "F", "USD");
    add_in(RC_SETTLEMENT, "f2", RC_KIND_SALE, 100, "F", "EUR");
    EXPECT("chargeback rev s e2 i", "missing_internal rev s d3 i", "missing_internal rev s f2 i",
           "reversal_matched rev s a1 i a3", "reversal_matched rev s b3 i b2",
           "reversal_matched rev s d2,d1 i", "reversal_orphan rev s a2 i",
           "reversal_orphan rev s c1 i", "reversal_orphan rev s c2 i", "reversal_orphan rev s e1 i",
           "reversal_orphan rev s f1 i", "reversal_orphan rev s i b1");
}

static void test_reversal_of_the_extremes(void **state)
{
    (void)state;
    add_pass("rev", RC_PASS_REVERSAL, 100);
    S("a1", REVERSAL, INT64_MIN, "A"); /* nothing is opposite to it */
    S("a2", SALE, INT64_MIN, "A");
    S("a3", SALE, INT64_MAX, "A");
    S("b1", REVERSAL, -INT64_MAX, "B");
    S("b2", SALE, INT64_MAX, "B");
    S("c1", REVERSAL, 0, "C");
    S("c2", SALE, 0, "C");
    EXPECT("missing_internal rev s a2 i", "missing_internal rev s a3 i",
           "reversal_matched rev s b1,b2 i", "reversal_matched rev s c2,c1 i",
           "reversal_orphan rev s a1 i");
}

/* ----- chargebacks ----- */

static void test_chargebacks(void **state)
{
    (void)state;
    add_pass("cb", RC_PASS_CHARGEBACK, 100);
    S("a1", CHARGEBACK, -100, "A");
    I("a2", SALE, 100, "A");
    I("a3", SALE, 99, "A"); /* whose bytes come first */
    S("b1", CHARGEBACK, -100, "B");
    S("b2", CHARGEBACK, -101, "B");
    I("b3", REVERSAL, 100, "B");
    I("b4", SALE, 3, "B");
    I("c1", CHARGEBACK, -100, "C"); /* no settlement side */
    I("c2", SALE, 100, "C");
    S("d1", CHARGEBACK, -100, NULL);
    EXPECT("chargeback cb s a1 i a3", "chargeback cb s b1 i", "chargeback cb s b2 i b4",
           "chargeback cb s d1 i", "chargeback cb s i c1", "missing_settlement cb s i a2",
           "missing_settlement cb s i c2", "reversal_orphan cb s i b3");
}

/* ----- all passes ----- */

static void add_all_passes(int cap)
{
    struct rc_pass *pass;
    add_pass("ref", RC_PASS_ONE_TO_ONE, cap);
    pass = add_pass("auth", RC_PASS_ONE_TO_ONE, cap);
    pass->key[0] = RC_C_AUTH_CODE;
    pass->key[1] = RC_C_AMOUNT;
    pass->key_fields = 2;
    add_pass("sums", RC_PASS_GROUP, cap);
    add_pass("rev", RC_PASS_REVERSAL, cap);
    add_pass("cb", RC_PASS_CHARGEBACK, cap);
}

/* A day in which everything shares keys with everything. */
static void add_random_day(uint64_t seed, int records)
{
    uint64_t random = seed * 2654435761u + 1;
    static const char *const currencies[] = {"USD", "USD", "USD", "EUR"};
    for (int i = 0; i < records; i++) {
        char id[24], arn[24], auth[24];
        snprintf(id, sizeof id, "T%u", (unsigned)(next(&random) % (unsigned)records));
        snprintf(arn, sizeof arn, "R%u", (unsigned)(next(&random) % (unsigned)(records / 4)));
        snprintf(auth, sizeof auth, "A%u", (unsigned)(next(&random) % (unsigned)(records / 3)));
        unsigned kind = (unsigned)(next(&random) % 8);
        int64_t amount = (int64_t)(next(&random) % 4) + 1;
        struct rc_record record = {
            .amount_minor =
                kind == RC_KIND_REVERSAL || kind == RC_KIND_CHARGEBACK ? -amount : amount,
            .currency = rc_currency_find(currencies[next(&random) % 4], 3),
            .date = TODAY - (int32_t)(next(&random) % 9),
            .kind = (uint8_t)(kind < RC_KINDS ? kind : RC_KIND_SALE),
            .present = BIT(AMOUNT) | BIT(CURRENCY) | BIT(DATE) | BIT(KIND) | BIT(ID) |
                       (next(&random) % 5 ? BIT(ACQUIRER_REFERENCE) : 0) |
                       (next(&random) % 5 ? BIT(AUTH_CODE) : 0),
            .text = {text(id), text(arn), text(auth)},
        };
        add_record((enum rc_side)(next(&random) % 2), &record);
    }
}

/* Neither the order of repeats nor what the store orders by makes a difference. */
static void test_order_makes_no_difference(void **state)
{
    (void)state;
    static char first[LINES][LINE];
    struct rc_error err = {0};
    size_t seeds = getenv("RECONCTL_FULL_TESTS") ? 400 : 60;
    for (uint64_t seed = 0; seed < seeds; seed++) {
        size_t count = 0;
        begin(NULL);
        add_all_passes(seed % 3 ? 100 : 3);
        world.rules.clearing_window_days = 3;
        add_random_day(seed, 20 + (int)(seed % 7) * 60);
        for (int n = 0; n < 9; n++) {
            world.order = (enum order)(n % 3);
            world.shuffle = (uint64_t)(n / 3) * 17;
            if (!run(&err))
                fail_msg("%s", err.text);
            qsort(world.lines, world.line_count, LINE, by_line);
            if (!n)
                memcpy(first, world.lines, sizeof first);
            count = n ? count : world.line_count;
            assert_int_equal(count, world.line_count);
            for (size_t i = 0; i < count; i++)
                assert_string_equal(first[i], world.lines[i]);
        }
    }
}

/* ----- failures ----- */

/* With the n-th call of a stream or of a sink failing, for every n: what failed is
 * reported, and nothing is kept (which the address sanitizer sees). */
static void test_failures_propagate(void **state)
{
    (void)state;
    int failures = 0;
    for (int cap = 2; cap <= 100; cap += 98) {
        begin(NULL);
        add_all_passes(cap);
        add_random_day(5, 60);
        for (int calls = 0;; calls++) {
            struct rc_error err = {0};
            world.order = (enum order)(calls % 3);
            world.calls_left = calls;
            if (run(&err))
                break;
            assert_int_equal(err.code, RC_IO);
            assert_string_equal(err.text, "the store is gone");
            assert_true(world.calls_left < 0);
            failures++;
        }
    }
    assert_true(failures > 300);
}

/* A record that a store gives back damaged ends the pass. */
static void test_damaged_records(void **state)
{
    (void)state;
    for (size_t damaged = 0; damaged < 6; damaged++) {
        struct rc_error err = {0};
        begin(NULL);
        S("a", SALE, 1, "A");
        S("b", SALE, 1, "A");
        S("c", SALE, 1, "A");
        I("a", SALE, 1, "A");
        I("b", SALE, 1, "A");
        I("c", SALE, 1, "A");
        struct source sources[RC_SIDES];
        struct rc_stream streams[RC_SIDES];
        for (int side = 0; side < RC_SIDES; side++) {
            make_source(&sources[side], (enum rc_side)side, -1);
            streams[side] = (struct rc_stream){&sources[side], next_entry};
        }
        world.items[damaged].length--;
        assert_false(rc_match_ids(&world.matcher, streams, &err));
        assert_int_equal(err.code, RC_DATA);
        for (int side = 0; side < RC_SIDES; side++)
            free(sources[side].places);
    }
}

/* ----- keys ----- */

static void test_next_pass(void **state)
{
    (void)state;
    struct rc_record record = {.present = BIT(AMOUNT) | BIT(CURRENCY) | BIT(ID)};
    add_all_passes(10);
    assert_int_equal(rc_next_pass(&world.rules, &record, 0), 5);
    record.present |= BIT(AUTH_CODE);
    assert_int_equal(rc_next_pass(&world.rules, &record, 0), 1);
    assert_int_equal(rc_next_pass(&world.rules, &record, 2), 5);
    record.present |= BIT(ACQUIRER_REFERENCE);
    for (int from = 0; from <= 5; from++)
        assert_int_equal(rc_next_pass(&world.rules, &record, from), from);
    for (int kind = RC_KIND_REVERSAL; kind <= RC_KIND_CHARGEBACK; kind++) {
        record.kind = (uint8_t)kind;
        for (int from = 0; from <= 5; from++)
            assert_int_equal(rc_next_pass(&world.rules, &record, from), from > 3 ? from : 3);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(test_nothing),
        TEST(test_pairs_and_lone_records),
        TEST(test_pending_as_long_as_the_window),
        TEST(test_repeats_are_ranked_by_their_bytes),
        TEST(test_many_repeats),
        TEST(test_ids_that_begin_alike),
        TEST(test_longest_ids),
        TEST(test_one_to_one),
        TEST(test_one_to_one_tells_currencies_apart),
        TEST(test_events_do_not_take_part),
        TEST(test_keys_of_several_fields),
        TEST(test_sums),
        TEST(test_sums_per_currency),
        TEST(test_sums_do_not_overflow),
        TEST(test_the_cap),
        TEST(test_ambiguity_resolved_later),
        TEST(test_over_the_cap_and_settled_later),
        TEST(test_reversals),
        TEST(test_reversals_in_canonical_order),
        TEST(test_reversal_of_the_extremes),
        TEST(test_chargebacks),
        TEST(test_order_makes_no_difference),
        TEST(test_failures_propagate),
        TEST(test_damaged_records),
        TEST(test_next_pass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
