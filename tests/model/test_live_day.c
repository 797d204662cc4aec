/* A day of the pipeline, worked on a reconlocal, as a day file that fills. */
#include "tests/pipeline/days.h"

#include "aws/call.h"
#include "cli/local_weather.h"
#include "model/finding.h"
#include "model/live_day_internal.h"
#include "model/live_queries.h"
#include "model/overview.h"
#include "pipeline/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RECORDS = 600, SHARDS = 24 };

static struct {
    struct cloud cloud;
    struct sample sample;
    struct rc_live *live;
    struct rc_live_day *day;
    struct rc_model *model;
} at;

/* "dynamodb Query" answers with 500, until it is fair ("[]") again. */
static void set_weather(const char *rules)
{
    struct rc_error err = {0};
    char *now = rc_local_weather(at.cloud.session.aws, rules, &err);
    if (!now)
        fail_msg("%s", err.text);
    free(now);
}

/* ----- a day ----- */

static int begin_cloud(void **state)
{
    (void)state;
    cloud_begin(&at.cloud);
    sample_make(&at.cloud, &at.sample, "alpha", RECORDS, 5, SHARDS);
    sample_deliver(&at.cloud, &at.sample, "alpha");
    work_day(&at.cloud.pipeline, "alpha", "written");
    return 0;
}

static int end_cloud(void **state)
{
    (void)state;
    cloud_end(&at.cloud);
    return 0;
}

static int begin(void **state)
{
    struct rc_error err = {0};
    struct rc_session_options options = {.region = "us-east-1", .endpoint = at.cloud.endpoint};
    (void)state;
    at.live = rc_live_open(&options, &err);
    if (!at.live)
        fail_msg("%s", err.text);
    return 0;
}

static int end(void **state)
{
    (void)state;
    rc_model_close(at.model);
    rc_live_day_free(at.day);
    rc_live_close(at.live);
    at.model = NULL;
    at.day = NULL;
    return 0;
}

static void open_day(const char *date)
{
    struct rc_error err = {0};
    at.day = rc_live_day_open(at.live, "alpha", date, &err);
    if (!at.day || !rc_live_day_models(at.day, &at.model, 1, &err))
        fail_msg("%s", err.text);
}

static void fill(void)
{
    struct rc_error err = {0};
    if (!rc_listing_wait(rc_live_day_listing(at.day), &err))
        fail_msg("%s", err.text);
}

static void expect_failure(const char *words)
{
    struct rc_error err = {0};
    assert_false(rc_listing_wait(rc_live_day_listing(at.day), &err));
    assert_int_equal(rc_listing_state(rc_live_day_listing(at.day)), RC_LISTING_FAILED);
    if (!strstr(err.text, words))
        fail_msg("\"%s\" is not in \"%s\"", words, err.text);
}

static uint64_t count_of(const char *view, const char *filter)
{
    struct rc_error err = {0};
    struct rc_table *table = rc_table_open(at.model, rc_table_find_in(view, at.model),
                                           &(struct rc_table_query){.filter = filter}, &err);
    if (!table)
        fail_msg("%s", err.text);
    uint64_t count = rc_table_count(table);
    rc_table_close(table);
    return count;
}

/* As many discrepancies as the rollup tells of, whose ids are 1..n, and no more records than
 * they have. */
static void expect_whole(bool dense)
{
    struct rc_error err = {0};
    int64_t version;
    json_t *stored = stored_day(&at.cloud.pipeline, "alpha", &version);
    struct rc_live_day_progress progress = rc_live_day_progress(at.day);
    struct rc_overview *shown = rc_overview_read(at.model, &err);
    assert_non_null(shown);
    assert_int_equal(progress.version, version);
    assert_string_equal(shown->digest, text_of(stored, "digest"));
    assert_string_equal(shown->outcome_digest, text_of(stored, "outcome_digest"));
    assert_string_equal(shown->fingerprint, text_of(stored, "fingerprint"));
    assert_int_equal(progress.discrepancies, progress.discrepancies_expected);
    assert_int_equal(count_of("discrepancies", "amount>=-999999999"), progress.discrepancies);
    assert_int_equal(count_of("discrepancies", NULL), progress.discrepancies);
    assert_int_equal(progress.shards_done, SHARDS);
    uint64_t counted = 0;
    for (size_t i = 0; i < shown->status_count; i++)
        if (strcmp(shown->statuses[i].status, "matched") != 0)
            counted += shown->statuses[i].count;
    assert_int_equal(counted, progress.discrepancies);
    if (dense) {
        struct rc_finding *last = rc_finding_read(at.model, (int64_t)progress.discrepancies, &err);
        assert_non_null(last);
        rc_finding_free(last);
    }
    rc_overview_free(shown);
    json_decref(stored);
}

/* A list without a filter has the rows that one has which looks at each. */
static void expect_ids(const char *view, const char *every)
{
    struct rc_error err = {0};
    const struct rc_table_def *def = rc_table_find(view);
    struct rc_table *all = rc_table_open(at.model, def, &(struct rc_table_query){0}, &err);
    struct rc_table *back =
        rc_table_open(at.model, def, &(struct rc_table_query){.descending = true}, &err);
    struct rc_table *each =
        rc_table_open(at.model, def, &(struct rc_table_query){.filter = every}, &err);
    if (!all || !back || !each)
        fail_msg("%s", err.text);
    uint64_t count = rc_table_count(each);
    assert_int_equal(rc_table_count(all), count);
    assert_int_equal(rc_table_count(back), count);
    for (uint64_t i = 0; i < count; i++) {
        int64_t key = rc_table_key(each, i);
        assert_int_equal(rc_table_key(all, i), key);
        assert_int_equal(rc_table_key(back, count - 1 - i), key);
        assert_int_equal(rc_table_find_key(all, key), i);
        assert_int_equal(rc_table_find_key(back, key), count - 1 - i);
    }
    assert_int_equal(rc_table_find_key(all, 0), count);
    assert_int_equal(rc_table_find_key(all, 1 << 30), count);
    rc_table_close(all);
    rc_table_close(back);
    rc_table_close(each);
}

static void expect_all_ids(void)
{
    expect_ids("discrepancies", "amount>=-999999999");
    expect_ids("transactions", "amount>=-999999999");
    expect_ids("rejected", "number>=0");
}

static void test_a_day_fills(void **state)
{
    (void)state;
    open_day("2026-04-01");
    assert_int_equal(rc_listing_state(rc_live_day_listing(at.day)), RC_LISTING_LOADING);
    assert_int_equal(count_of("discrepancies", NULL), 0); /* it can be read from the start */
    assert_int_equal(count_of("day", NULL), RC_STATUSES);
    fill();
    expect_whole(true);
    assert_true(rc_live_day_progress(at.day).read_units > SHARDS);
    assert_true(rc_live_day_progress(at.day).requests > SHARDS);
    assert_string_equal(rc_live_day_program(at.day), "alpha");
    assert_string_equal(rc_live_day_date(at.day), "2026-04-01");
}

/* What DynamoDB said of each page, and not a unit a page. */
static void test_what_a_day_costs_is_what_it_read(void **state)
{
    (void)state;
    open_day("2026-04-01");
    fill();
    struct rc_live_day_progress progress = rc_live_day_progress(at.day);
    const struct rc_metrics_row *row =
        rc_metrics_row(rc_aws_metrics(rc_live_aws(at.live)), "dynamodb", "Query");
    assert_true(progress.read_units > (double)progress.requests);
    assert_true(row->units == progress.read_units);
    assert_int_equal(row->metered, progress.requests);
}

static void test_a_day_that_is_the_same_is_asked_for_once(void **state)
{
    (void)state;
    open_day("2026-04-01");
    fill();
    uint64_t before = rc_live_day_progress(at.day).requests;
    rc_live_day_refresh(at.day);
    fill();
    assert_int_equal(rc_live_day_progress(at.day).requests, before + 2); /* rollup and notes */
    expect_whole(true);
}

static void run_until_rows_come(void)
{
    struct rc_listing *listing = rc_live_day_listing(at.day);
    bool never = false;
    while (!rc_listing_rows(listing) && rc_listing_state(listing) == RC_LISTING_LOADING)
        rc_loop_until(rc_live_loop(at.live), &never, 1);
    assert_int_equal(rc_listing_state(listing), RC_LISTING_LOADING);
}

/* What has come stays, and what is missing comes later. */
static void test_a_day_that_fails_half_way_goes_on(void **state)
{
    (void)state;
    open_day("2026-04-01");
    run_until_rows_come();
    set_weather("[{\"service\": \"dynamodb\", \"operation\": \"Query\", \"kind\": \"error\","
                " \"share\": 1}]");
    expect_failure("recon-state: dynamodb Query");
    uint64_t half = count_of("discrepancies", NULL);
    expect_all_ids();
    assert_true(rc_table_is_quick(rc_table_find("discrepancies"), at.model));
    assert_in_range(half, 1, rc_live_day_progress(at.day).discrepancies_expected - 1);
    set_weather("[]");
    rc_live_day_refresh(at.day);
    fill();
    expect_whole(true);
}

static void test_a_day_that_was_cancelled_goes_on(void **state)
{
    (void)state;
    open_day("2026-04-01");
    run_until_rows_come();
    rc_listing_cancel(rc_live_day_listing(at.day));
    assert_int_equal(rc_listing_state(rc_live_day_listing(at.day)), RC_LISTING_CANCELLED);
    expect_all_ids();
    rc_live_day_refresh(at.day);
    fill();
    expect_whole(true);
    expect_all_ids();
}

/* As on a disk that gets full: what has come stays, and with room the rest comes. */
static void test_a_day_for_which_there_is_no_room(void **state)
{
    (void)state;
    open_day("2026-04-01");
    run_until_rows_come();
    assert_int_equal(sqlite3_exec(at.day->file.db, "PRAGMA max_page_count = 1", NULL, NULL, NULL),
                     SQLITE_OK);
    expect_failure("is full; the day needs about 1 MB: TMPDIR names a folder");
    assert_in_range(count_of("discrepancies", NULL), 1,
                    rc_live_day_progress(at.day).discrepancies_expected - 1);
    expect_all_ids();
    assert_int_equal(
        sqlite3_exec(at.day->file.db, "PRAGMA max_page_count = 1000000", NULL, NULL, NULL),
        SQLITE_OK);
    rc_live_day_refresh(at.day);
    fill();
    expect_whole(true);
    expect_all_ids();
}

static void test_a_day_can_be_left_while_it_fills(void **state)
{
    struct rc_error err = {0};
    (void)state;
    open_day("2026-04-01");
    run_until_rows_come();
    assert_int_equal(rc_live_day_bytes(at.day, 1, &err), RC_BYTES_COMING);
}

/* ----- what is not as it should be ----- */

static void disc_key(uint32_t shard, const char *sk, struct rc_key *key)
{
    json_t *stored = stored_day(&at.cloud.pipeline, "alpha", NULL);
    struct rc_filedate day = day_of("alpha");
    rc_key_discrepancy(&day, text_of(stored, "fingerprint"), shard, "", RC_SETTLEMENT, key);
    snprintf(key->sk, sizeof key->sk, "%s", sk);
    json_decref(stored);
}

static void put_state(const struct rc_key *key, const json_t *item)
{
    struct rc_error err = {0};
    char *text = item ? json_dumps(item, JSON_COMPACT) : NULL;
    struct rc_write write = {.kind = item ? RC_WRITE_PUT : RC_WRITE_DELETE,
                             .table = RC_TABLE_STATE,
                             .key = key,
                             .item = text};
    assert_int_equal(rc_store_write(&at.cloud.pipeline, &write, NULL, &err), RC_STORED);
    free(text);
}

static void test_an_item_that_is_no_discrepancy_is_told(void **state)
{
    struct rc_key key;
    (void)state;
    disc_key(3, "what is this", &key);
    json_t *item = json_pack("{s{ss}s{ss}}", "PK", "S", key.pk, "SK", "S", key.sk);
    put_state(&key, item);
    json_decref(item);
    open_day("2026-04-01");
    expect_failure("#3: the item what is this is no discrepancy");
    expect_all_ids();
    assert_int_equal(count_of("discrepancies", "amount>=-999999999"),
                     rc_live_day_progress(at.day).discrepancies_expected);
    put_state(&key, NULL);
    rc_live_day_refresh(at.day);
    fill();
    assert_int_equal(rc_live_day_progress(at.day).discrepancies,
                     rc_live_day_progress(at.day).discrepancies_expected);
}

static bool keep_first(void *ctx, const json_t *item, struct rc_error *err)
{
    json_t **kept = ctx;
    (void)err;
    if (!*kept)
        *kept = json_deep_copy(item);
    return true;
}

static void test_discrepancies_that_are_missing_are_told(void **state)
{
    struct rc_error err = {0};
    struct rc_key key;
    json_t *item = NULL;
    (void)state;
    for (uint32_t shard = 0; !item && shard < SHARDS; shard++) {
        disc_key(shard, "", &key);
        assert_true(
            rc_store_query(&at.cloud.pipeline, RC_TABLE_STATE, &key, keep_first, &item, &err));
    }
    assert_non_null(item);
    snprintf(key.sk, sizeof key.sk, "%s", rc_item_get_text(item, "SK"));
    put_state(&key, NULL);
    open_day("2026-04-01");
    expect_failure("that the rollup tells of");
    put_state(&key, item);
    rc_live_day_refresh(at.day);
    fill();
    json_decref(item);
}

static void test_what_may_not_be_read_is_told(void **state)
{
    (void)state;
    end(NULL);
    setenv("AWS_SECRET_ACCESS_KEY", "another", 1);
    begin(NULL);
    open_day("2026-04-01");
    expect_failure("recon-state: dynamodb Query");
    setenv("AWS_SECRET_ACCESS_KEY", "local-secret", 1);
    assert_int_equal(count_of("discrepancies", NULL), 0);
}

static void test_a_day_that_there_is_not(void **state)
{
    struct rc_error err = {0};
    (void)state;
    open_day("2026-04-02");
    expect_failure("knows no day 2026-04-02 of alpha");
    assert_null(rc_live_day_open(at.live, "alpha", "2026-02-30", &err));
    assert_int_equal(err.code, RC_USAGE);
    assert_null(rc_live_day_open(at.live, "al#pha", "2026-02-03", &err));
    assert_null(rc_live_day_open(at.live, "", "2026-02-03", &err));
}

/* ----- bytes ----- */

static void expect_raw(int64_t id, bool there)
{
    struct rc_error err = {0};
    struct rc_finding *finding = rc_finding_read(at.model, id, &err);
    assert_non_null(finding);
    for (size_t i = 0; i < finding->record_count; i++) {
        const struct rc_finding_record *record = &finding->records[i];
        size_t length;
        char *file = cloud_read(
            record->side == RC_SETTLEMENT ? at.sample.settlement : at.sample.internal, &length);
        assert_int_equal(record->raw_length, there ? record->length - 1 : 0); /* no newline */
        assert_true(record->offset + record->length <= length);
        if (there)
            assert_memory_equal(record->raw, file + record->offset, record->raw_length);
        free(file);
    }
    rc_finding_free(finding);
}

static void test_bytes_come_when_they_are_asked_for(void **state)
{
    struct rc_error err = {0};
    (void)state;
    open_day("2026-04-01");
    fill();
    expect_raw(7, false);
    uint64_t before = rc_listing_version(rc_live_day_listing(at.day));
    assert_int_equal(rc_live_day_bytes(at.day, 7, &err), RC_BYTES_COMING);
    assert_int_equal(rc_live_day_bytes(at.day, 7, &err), RC_BYTES_COMING);
    assert_true(rc_live_day_bytes_wait(at.day, 7, &err));
    assert_true(rc_listing_version(rc_live_day_listing(at.day)) > before);
    assert_int_equal(rc_live_day_bytes(at.day, 7, &err), RC_BYTES_HERE);
    expect_raw(7, true);
    expect_raw(8, false);
    assert_int_equal(rc_live_day_bytes(NULL, 7, &err), RC_BYTES_HERE); /* a day file has them */
    for (int64_t id = 8; id < 20; id++) /* more than run at once: the newest come */
        rc_live_day_bytes(at.day, id, &err);
    assert_true(rc_live_day_bytes_wait(at.day, 19, &err));
    expect_raw(19, true);
    assert_true(rc_live_day_bytes_wait(at.day, 8, &err));
    expect_raw(8, true);
}

static void test_bytes_that_do_not_come(void **state)
{
    struct rc_error err = {0};
    (void)state;
    open_day("2026-04-01");
    fill();
    set_weather("[{\"service\": \"s3\", \"operation\": \"GetObject\", \"kind\": \"error\","
                " \"share\": 1}]");
    assert_false(rc_live_day_bytes_wait(at.day, 2, &err));
    assert_non_null(strstr(err.text, "s3://inbox/alpha/"));
    expect_raw(2, false);
    set_weather("[]");
    assert_true(rc_live_day_bytes_wait(at.day, 2, &err));
    expect_raw(2, true);
}

/* ----- what people write ----- */

enum { NOTES = 5 };

static void note_key(const char *id, int number, struct rc_key *key)
{
    struct rc_filedate day = day_of("alpha");
    char use[8];
    snprintf(use, sizeof use, "%d", number);
    assert_true(rc_key_note(&day, (struct rc_text){id, (uint32_t)strlen(id)}, use, key));
}

static void put_note(const char *id, int number, const char *kind, const char *at_ms,
                     const char *name, const char *word)
{
    struct rc_key key;
    note_key(id, number, &key);
    json_t *item = json_pack("{s{ss}s{ss}s{ss}s{ss}s{ss}}", "PK", "S", key.pk, "SK", "S", key.sk,
                             "kind", "S", kind, "at", "N", at_ms, name, "S", word);
    put_state(&key, item);
    json_decref(item);
    rc_live_day_refresh(at.day);
    fill();
}

/* All discrepancies of one transaction have the state of that; the newest note of a kind counts,
 * whatever order they are read in. */
static void test_notes_say_the_state_of_a_discrepancy(void **state)
{
    struct rc_error err = {0};
    char id[128], of_id[160];
    (void)state;
    open_day("2026-04-01");
    fill();
    uint64_t all = count_of("discrepancies", NULL);
    assert_int_equal(count_of("discrepancies", "state=open"), all);
    struct rc_finding *finding = rc_finding_read(at.model, 1, &err);
    assert_non_null(finding);
    snprintf(id, sizeof id, "%s", finding->transaction_id);
    snprintf(of_id, sizeof of_id, "transaction_id=%s", id);
    rc_finding_free(finding);
    uint64_t some = count_of("discrepancies", of_id);

    put_note(id, 4, "assign", "1000", "assignee", "ana");
    assert_int_equal(count_of("discrepancies", "state:\"assigned to ana\""), some);
    assert_int_equal(count_of("discrepancies", "state=open"), all - some);
    put_note(id, 3, "resolve", "2000", "reason", "timing");
    assert_int_equal(count_of("discrepancies", "state=resolved"), some);
    assert_int_equal(count_of("discrepancies", "resolution=timing assignee=ana"), some);
    put_note(id, 2, "reopen", "1500", "text", "before it was resolved");
    assert_int_equal(count_of("discrepancies", "state=resolved"), some);
    put_note(id, 1, "reopen", "2500", "text", "after it");
    assert_int_equal(count_of("discrepancies", "state:assigned"), some);
    put_note(id, 0, "assign", "3000", "assignee", "");
    assert_int_equal(count_of("discrepancies", "state=open"), all);
    for (int i = 0; i < NOTES; i++) {
        struct rc_key key;
        note_key(id, i, &key);
        put_state(&key, NULL);
    }
}

/* ----- a query that takes no more than so many ----- */

struct counted {
    struct rc_queries *queries;
    uint64_t pages, items;
    bool asked, ended;
};

static bool next_counted(void *ctx, struct rc_query *query)
{
    struct counted *counted = ctx;
    bool first = !counted->asked;
    counted->asked = true;
    *query = (struct rc_query){.table = RC_TABLE_STATE, .page_items = 3, .most_items = 4};
    snprintf(query->key.pk, sizeof query->key.pk, "DAY#alpha#2026-04-01");
    return first;
}

static bool count_items(void *ctx, const struct rc_query *query, const json_t *const *items,
                        size_t count, struct rc_error *err)
{
    struct counted *counted = ctx;
    (void)query;
    (void)items;
    (void)err;
    counted->pages++;
    counted->items += count;
    return true;
}

static void end_counted(void *ctx, const struct rc_error *err)
{
    struct counted *counted = ctx;
    assert_int_equal(err->code, RC_OK);
    counted->ended = true;
}

static void test_a_query_stops_when_so_many_have_come(void **state)
{
    static const struct rc_queries_ops ops = {next_counted, count_items, NULL, end_counted};
    struct rc_error err = {0};
    struct rc_queries_cost cost = {0};
    struct counted counted = {.pages = 0};
    (void)state;
    counted.queries = rc_queries_start(at.live, &ops, &counted, &cost, &err);
    assert_non_null(counted.queries);
    assert_true(rc_loop_until(rc_live_loop(at.live), &counted.ended, -1));
    rc_queries_free(counted.queries);
    assert_int_equal(counted.pages, 2);
    assert_int_equal(counted.items, 6);
}

/* ----- a newer rollup ----- */

struct known {
    char id[64];
    int64_t number;
};

static bool take_known(void *context, uint64_t index, const struct rc_cell_value *cells,
                       size_t count, struct rc_error *err)
{
    struct known *known = context;
    (void)err;
    snprintf(known[index].id, sizeof known[index].id, "%s", cells[1].text);
    known[index].number = cells[count - 1].integer; /* the table's last column */
    return true;
}

static uint64_t read_known(const char *filter, struct known *known, uint64_t most)
{
    struct rc_error err = {0};
    struct rc_table *table =
        rc_table_open(at.model, rc_table_find("discrepancies"),
                      &(struct rc_table_query){.filter = filter, .sort = "transaction_id"}, &err);
    assert_non_null(table);
    uint64_t count = rc_table_count(table);
    assert_in_range(count, 1, most);
    assert_true(rc_table_rows(table, 0, most, take_known, known, &err));
    rc_table_close(table);
    return count;
}

/* Last, since it changes the day: rows that the newer rollup has, too, keep their ids. */
static void test_a_newer_rollup_replaces_the_rows(void **state)
{
    enum { MOST = 64 };
    struct known before[MOST], after[MOST];
    size_t length;
    (void)state;
    open_day("2026-04-01");
    fill();
    uint64_t count = read_known("status=missing_settlement", before, MOST);
    uint64_t all = count_of("discrepancies", NULL);
    char *bytes = cloud_read(at.sample.settlement, &length);
    memset(bytes + 2 * 169 + 88, '?', 4); /* a record's currency: it is rejected from now on */
    deliver_bytes(&at.cloud, "activated", "alpha/settlement/a.txt", bytes, length, "02", NULL);
    free(bytes);
    work_day(&at.cloud.pipeline, "alpha", "written");
    rc_live_day_refresh(at.day);
    fill();
    expect_whole(false);
    assert_int_equal(count_of("rejected", NULL), 1);
    assert_int_not_equal(count_of("discrepancies", NULL), 0);
    assert_in_range(count_of("discrepancies", NULL), all, all + 1);
    uint64_t now = read_known("status=missing_settlement", after, MOST);
    uint64_t same = 0;
    for (uint64_t i = 0; i < count; i++)
        for (uint64_t j = 0; j < now; j++)
            if (strcmp(before[i].id, after[j].id) == 0) {
                assert_int_equal(before[i].number, after[j].number);
                same++;
            }
    assert_int_equal(same, count);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(test_a_day_fills),
        TEST(test_what_a_day_costs_is_what_it_read),
        TEST(test_a_day_that_is_the_same_is_asked_for_once),
        TEST(test_a_day_that_fails_half_way_goes_on),
        TEST(test_a_day_that_was_cancelled_goes_on),
        TEST(test_a_day_for_which_there_is_no_room),
        TEST(test_a_day_can_be_left_while_it_fills),
        TEST(test_an_item_that_is_no_discrepancy_is_told),
        TEST(test_discrepancies_that_are_missing_are_told),
        TEST(test_what_may_not_be_read_is_told),
        TEST(test_a_day_that_there_is_not),
        TEST(test_bytes_come_when_they_are_asked_for),
        TEST(test_bytes_that_do_not_come),
        TEST(test_notes_say_the_state_of_a_discrepancy),
        TEST(test_a_query_stops_when_so_many_have_come),
        TEST(test_a_newer_rollup_replaces_the_rows),
    };
    return cmocka_run_group_tests(tests, begin_cloud, end_cloud);
}
