/* Files that AWS lists, page by page in a table, and objects that are fetched, against a
 * server that answers as told. */
#include "model/layoutguess.h"
#include "tests/model/live_sample.h"

enum { PAGE = 1000, PAGES = 100 };

static void files_at(const char *bucket, const char *key)
{
    struct rc_error err = {0};
    struct rc_s3_place place = {.bucket = ""};
    snprintf(place.bucket, sizeof place.bucket, "%s", bucket);
    snprintf(place.key, sizeof place.key, "%s", key);
    at.listing = rc_live_files(at.live, &place, &err);
    assert_non_null(at.listing);
}

/* ----- files ----- */

/* Page n of many: before it is asked for, the rows of all pages before it are there. */
static void give_page(void *ctx, const struct fake_request *request, struct fake_answer *answer)
{
    const char *token = strstr(request->target, "continuation-token=");
    int page = token ? (int)strtol(token + strlen("continuation-token="), NULL, 10) : 0;
    size_t used = 0;
    (void)ctx;
    assert_int_equal(rc_listing_rows(at.listing), page * PAGE);
    if (page % 25 == 1)
        assert_int_equal(count_of("files", at.listing, NULL), page * PAGE);
    used += (size_t)snprintf(at.body, BODY_BYTES,
                             "<R><IsTruncated>%s</IsTruncated><NextContinuationToken>%d"
                             "</NextContinuationToken>",
                             page + 1 < PAGES ? "true" : "false", page + 1);
    for (int i = 0; i < PAGE; i++)
        used += (size_t)snprintf(
            at.body + used, BODY_BYTES - used,
            "<Contents><Key>in/%06d</Key><Size>%d</Size><ETag>\"e\"</ETag><StorageClass>STANDARD"
            "</StorageClass><LastModified>2026-04-01T12:00:00Z</LastModified></Contents>",
            page * PAGE + i, i);
    snprintf(at.body + used, BODY_BYTES - used, "</R>");
    answer->body = at.body;
}

static void test_pages_stream(void **state)
{
    struct rc_error err = {0};
    (void)state;
    fake_server_reply(at.server, give_page, NULL);
    files_at("b", "in/");
    assert_true(rc_listing_wait(at.listing, &err));
    assert_int_equal(rc_listing_rows(at.listing), PAGES * PAGE);
    assert_int_equal(count_of("files", at.listing, NULL), PAGES * PAGE);
    assert_int_equal(count_of("files", at.listing, "name=099999 size=999"), 1);
}

static const char two_folders[] =
    "<R><IsTruncated>false</IsTruncated><Contents><Key>in/</Key><Size>0</Size></Contents>"
    "<Contents><Key>in/a b%</Key><Size>7</Size><ETag>\"x\"</ETag></Contents>"
    "<CommonPrefixes><Prefix>in/2026/</Prefix></CommonPrefixes>"
    "<CommonPrefixes><Prefix>in/old/</Prefix></CommonPrefixes></R>";

static void test_folders_first(void **state)
{
    static const struct fake_answer answers[] = {
        {.body = two_folders},
        {.body = "<R><Buckets><Bucket><Name>other</Name><CreationDate>2023-11-14T22:24:55Z"
                 "</CreationDate></Bucket></Buckets></R>"}};
    struct rc_error err = {0};
    (void)state;
    fake_server_script(at.server, answers, 2);
    files_at("b", "in/");
    assert_true(rc_listing_wait(at.listing, &err));
    assert_string_equal(cells_of("files", at.listing, "name"), "2026/|old/|.|a b%");
    assert_string_equal(cells_of("files", at.listing, "kind"), "folder|folder|file|file");
    assert_string_equal(cells_of("files", at.listing, "etag"), "-|-|-|x");
    assert_string_equal(cells_of("files", at.listing, "modified"), "-|-|-|-");
    assert_int_equal(count_of("files", at.listing, "size>0"), 1);

    /* Another listing sees its own rows only. */
    struct rc_listing *first = at.listing;
    files_at("", "");
    assert_true(rc_listing_wait(at.listing, &err));
    assert_string_equal(cells_of("files", at.listing, "name"), "other");
    assert_string_equal(cells_of("files", at.listing, "modified"), "2023-11-14T22:24:55Z");
    assert_int_equal(count_of("files", first, NULL), 4);
    rc_listing_free(first);
}

static void test_rows_go_with_their_listing(void **state)
{
    struct rc_error err = {0};
    bool never = false;
    (void)state;
    fake_server_reply(at.server, give_page, NULL);
    files_at("b", "in/");
    assert_true(rc_listing_wait(at.listing, &err));
    int64_t number = rc_listing_number(at.listing);
    rc_listing_free(at.listing);
    at.listing = NULL;
    rc_loop_until(at.loop, &never, -1); /* until nothing is left to do */
    struct rc_table *table = rc_table_open(at.model, rc_table_find("files"),
                                           &(struct rc_table_query){.scope = number}, &err);
    assert_non_null(table);
    assert_int_equal(rc_table_count(table), 0);
    rc_table_close(table);
}

/* A page that the temporary database does not take must not look like a whole listing. */
static void test_a_page_that_cannot_be_kept(void **state)
{
    static const char *const statements[] = {
        "PRAGMA foreign_keys = ON", "CREATE TABLE parent (id INTEGER PRIMARY KEY)",
        "CREATE TABLE child (id INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED)",
        "CREATE TRIGGER orphan AFTER INSERT ON file BEGIN INSERT INTO child VALUES (1); END"};
    struct rc_error err = {0};
    (void)state;
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++) {
        sqlite3_stmt *statement = rc_live_prepare(at.live, statements[i], &err);
        assert_non_null(statement);
        assert_true(rc_live_step(at.live, statement, &err));
        sqlite3_finalize(statement);
    }
    static const struct fake_answer answers[] = {{.body = two_folders}};
    fake_server_script(at.server, answers, 1);
    files_at("b", "in/");
    fails_with("the temporary database: FOREIGN KEY");
    assert_int_equal(count_of("files", at.listing, NULL), 0);
}

static void test_refused(void **state)
{
    static const struct fake_answer answers[] = {
        {.status = 403,
         .headers = "x-amz-request-id: R403\r\n",
         .body = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"}};
    (void)state;
    fake_server_script(at.server, answers, 1);
    files_at("b", "");
    fails_with("allow s3:ListBucket to these credentials");
    assert_non_null(strstr(rc_listing_error(at.listing)->text, "request R403"));
    rc_listing_free(at.listing);
    files_at("", "");
    fails_with("allow s3:ListAllMyBuckets");
}

static void test_no_such_bucket(void **state)
{
    static const struct fake_answer answers[] = {
        {.status = 404, .body = "<Error><Code>NoSuchBucket</Code></Error>"},
        {.status = 301, .body = "<Error><Code>PermanentRedirect</Code></Error>"}};
    (void)state;
    fake_server_script(at.server, answers, 2);
    files_at("b", "");
    fails_with("there is no bucket b");
    rc_listing_free(at.listing);
    files_at("b", "");
    fails_with("in another region than eu-west-1");
}

static const char first_of_two[] =
    "<R><IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>"
    "<Contents><Key>a</Key></Contents></R>";

static void test_the_rows_before_an_error_stay(void **state)
{
    static const struct fake_answer answers[] = {
        {.body = first_of_two},
        {.status = 400, .body = "<Error><Code>InvalidToken</Code></Error>"}};
    (void)state;
    fake_server_script(at.server, answers, 2);
    files_at("b", "");
    fails_with("InvalidToken");
    assert_int_equal(count_of("files", at.listing, NULL), 1);
}

static void test_a_server_that_hangs(void **state)
{
    static const struct fake_answer answers[] = {{.body = first_of_two},
                                                 {FAKE_NOTHING, .end = FAKE_SILENT}};
    (void)state;
    fake_server_script(at.server, answers, 2);
    files_at("b", "");
    pass(5000);
    assert_int_equal(rc_listing_state(at.listing), RC_LISTING_LOADING);
    assert_int_equal(rc_listing_rows(at.listing), 1);
    assert_int_equal(fake_server_open(at.server), 1);
    rc_listing_cancel(at.listing);
    pass(1000);
    assert_int_equal(rc_listing_state(at.listing), RC_LISTING_CANCELLED);
    assert_int_equal(fake_server_open(at.server), 0);
    assert_int_equal(count_of("files", at.listing, NULL), 1);
    pass(120000);
    assert_int_equal(fake_server_count(at.server), 2);
}

static void test_places(void **state)
{
    struct rc_s3_place place;
    struct rc_error err = {0};
    (void)state;
    assert_true(rc_s3_place_read("s3://b/in/a b", &place, &err));
    assert_string_equal(place.bucket, "b");
    assert_string_equal(place.key, "in/a b");
    assert_true(rc_s3_place_read("", &place, &err) && !*place.bucket);
    assert_true(rc_s3_place_read("s3://b", &place, &err) && !*place.key);
    assert_false(rc_s3_place_read("b/in", &place, &err));
    assert_false(rc_s3_place_read("s3:///in", &place, &err));
}

/* ----- objects ----- */

static struct rc_download *download(const struct rc_download_request *how)
{
    struct rc_error err = {0};
    struct rc_download_request request = *how;
    request.bucket = "b";
    request.key = "in/f";
    struct rc_download *one = rc_live_download(at.live, &request, &err);
    assert_non_null(one);
    while (rc_download_state(one) == RC_LISTING_LOADING)
        pass(1);
    return one;
}

static void test_an_object_is_kept(void **state)
{
    static const struct fake_answer answers[] = {
        {.headers = "ETag: \"e\"\r\n", .body = "0123456789"}};
    char text[16];
    (void)state;
    fake_server_script(at.server, answers, 1);
    for (uint64_t n = 1; n <= RC_LIVE_OBJECTS + 1; n++) {
        struct rc_download *one = download(&(struct rc_download_request){.etag = "e"});
        assert_int_equal(rc_download_state(one), RC_LISTING_COMPLETE);
        assert_int_equal(rc_download_bytes(one), 10);
        assert_int_equal(rc_live_keep(at.live, one, "nacha"), n);
    }
    assert_null(rc_live_object(at.live, 0));
    assert_null(rc_live_object(at.live, 1)); /* as many others have come since */
    assert_null(rc_live_object(at.live, RC_LIVE_OBJECTS + 2));
    const struct rc_live_object *object = rc_live_object(at.live, RC_LIVE_OBJECTS + 1);
    assert_string_equal(object->place, "s3://b/in/f");
    assert_string_equal(object->layout, "nacha");
    FILE *file = fopen(object->path, "re");
    assert_non_null(file);
    assert_non_null(fgets(text, sizeof text, file));
    assert_string_equal(text, "0123456789");
    fclose(file);
}

static void test_an_object_is_saved(void **state)
{
    static const struct fake_answer answers[] = {
        {.headers = "ETag: \"e\"\r\n", .body = "0123456789"},
        {.headers = "ETag: \"f\"\r\n", .body = "others"},
        {.status = 403, .body = "<Error><Code>AccessDenied</Code></Error>"}};
    char path[128], missing[128];
    struct rc_error err = {0};
    (void)state;
    snprintf(path, sizeof path, "%s/saved", at.environment.home);
    snprintf(missing, sizeof missing, "%s/missing", at.environment.home);
    fake_server_script(at.server, answers, 3);
    struct rc_download *one = download(&(struct rc_download_request){.path = path});
    assert_int_equal(rc_download_state(one), RC_LISTING_COMPLETE);
    rc_download_free(one);
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_size, 10);

    /* What is there is not written over, and what fails leaves nothing. */
    assert_null(rc_live_download(
        at.live, &(struct rc_download_request){.bucket = "b", .key = "k", .path = path}, &err));
    assert_non_null(strstr(err.text, "is there already"));
    one = download(&(struct rc_download_request){.path = missing, .etag = "e"});
    assert_int_equal(rc_download_state(one), RC_LISTING_FAILED); /* another object by now */
    rc_download_free(one);
    one = download(&(struct rc_download_request){.path = missing});
    assert_int_equal(rc_download_state(one), RC_LISTING_FAILED);
    assert_non_null(strstr(rc_download_error(one)->text, "allow s3:GetObject"));
    rc_download_free(one);
    assert_int_not_equal(stat(missing, &status), 0);
}

/* What to do depends on what AWS says, and not on whether it was a list or an object. */
static void test_remedies_of_an_object(void **state)
{
    static const struct {
        int status;
        const char *body, *remedy;
    } cases[] = {
        {403, "<Error><Code>InvalidObjectState</Code></Error>", "restore it from its archive"},
        {301, "<Error><Code>PermanentRedirect</Code></Error>", "another region than eu-west-1"},
        {403, "<Error><Code>AccessDenied</Code></Error>", "allow s3:GetObject"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct fake_answer answer = {.status = cases[i].status, .body = cases[i].body};
        fake_server_script(at.server, &answer, 1);
        struct rc_download *one = download(&(struct rc_download_request){.etag = "e"});
        assert_int_equal(rc_download_state(one), RC_LISTING_FAILED);
        assert_non_null(strstr(rc_download_error(one)->text, "s3://b/in/f"));
        assert_non_null(strstr(rc_download_error(one)->text, cases[i].remedy));
        rc_download_free(one);
    }
}

static void test_layouts_are_guessed(void **state)
{
    const char *found[RC_LAYOUT_GUESSES];
    (void)state;
    FILE *file = tmpfile();
    assert_non_null(file);
    for (int i = 0; i < 3; i++) /* a record of a daily file, and of no other layout */
        fprintf(file, "%-16s010001%-10s%-100s0000005047G%-9s%-50s%-50s%-10s%-16s%-26s%-26s%-20s\n",
                "0000000000683580", "POS TERM", "Purchase at Abshire-Lowe", "800000000",
                "Abshire-Lowe", "North Enoshaven", "72112", "4859452612877065",
                "2022-06-10 19:27:53.000000", "", "");
    fflush(file);
    assert_int_equal(rc_layout_guess(fileno(file), true, found), 1);
    assert_string_equal(found[0], "carddemo-dailytran");
    fputs("cut", file); /* where more bytes follow, that is no mistake */
    fflush(file);
    assert_int_equal(rc_layout_guess(fileno(file), true, found), 0);
    assert_int_equal(rc_layout_guess(fileno(file), false, found), 1);
    fclose(file);
}

/* ----- what belongs where ----- */

static void test_days_and_what_is_live_do_not_mix(void **state)
{
    const struct rc_table_query all = {0};
    struct rc_error err = {0};
    (void)state;
    assert_true(rc_model_is_live(at.model));
    assert_null(rc_table_open(at.model, rc_table_find("discrepancies"), &all, &err));
    assert_int_equal(err.code, RC_USAGE);
    assert_non_null(strstr(err.text, "reconctl open DIR"));
    assert_true(rc_table_suits(rc_table_find("queues"), at.model, &err));
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(test_pages_stream),
        TEST(test_folders_first),
        TEST(test_rows_go_with_their_listing),
        TEST(test_a_page_that_cannot_be_kept),
        TEST(test_refused),
        TEST(test_no_such_bucket),
        TEST(test_the_rows_before_an_error_stay),
        TEST(test_a_server_that_hangs),
        TEST(test_places),
        TEST(test_an_object_is_kept),
        TEST(test_an_object_is_saved),
        TEST(test_remedies_of_an_object),
        TEST(test_layouts_are_guessed),
        TEST(test_days_and_what_is_live_do_not_mix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
