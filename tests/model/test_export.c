#include "model/export.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sample.h"

#include <dirent.h>
#include <jansson.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct rc_table_query everything;

static struct rc_error save_as(const char *view, const char *name, bool replace)
{
    struct rc_error err = {0};
    enum rc_export_format format;
    struct rc_table *table = sample_table(view, &everything);
    assert_true(rc_export_format_of(name, &format, &err));
    bool ok = rc_export_save(table, format, sample_path(name), replace, NULL, &err);
    assert_int_equal(ok, err.code == RC_OK);
    rc_table_close(table);
    return err;
}

static const char *contents(const char *name)
{
    static char text[16384];
    FILE *file = fopen(sample_path(name), "rb");
    assert_non_null(file);
    size_t length = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[length] = '\0';
    return text;
}

static int files(void)
{
    int count = -2;
    DIR *entries = opendir(sample_dir);
    assert_non_null(entries);
    while (readdir(entries))
        count++;
    closedir(entries);
    return count;
}

static void test_csv(void **state)
{
    (void)state;
    assert_int_equal(save_as("discrepancies", "a.csv", false).code, RC_OK);
    const char *text = contents("a.csv");
    assert_non_null(strstr(text, "status,transaction_id,amount,delta,currency,"));
    assert_non_null(strstr(text, "\r\namount_mismatch,T1,100.50,0.50,USD,3,amounts differ,"
                                 "transaction_id,sale,\"[\"\"amount\"\",\"\"date\"\"]\","));
    assert_non_null(strstr(text, "\r\npending,T2,100,,JPY,5,,"));
    assert_non_null(strstr(text, ",\"tea, \"\"green\"\"\nroom\","));
    assert_int_equal(save_as("transactions", "b.csv", false).code, RC_OK);
    assert_non_null(strstr(contents("b.csv"), ",00ff41\r\n"));
}

static void test_json(void **state)
{
    (void)state;
    assert_int_equal(save_as("discrepancies", "a.json", false).code, RC_OK);
    json_error_t why;
    json_t *root = json_loads(contents("a.json"), 0, &why);
    assert_non_null(root);
    json_t *row = json_array_get(json_object_get(root, "rows"), 0);
    assert_int_equal(json_array_size(json_object_get(root, "rows")), 5);
    assert_true(json_number_value(json_object_get(row, "amount")) == 100.5);
    assert_int_equal(json_array_size(json_object_get(row, "differences")), 2);
    assert_true(json_is_true(json_object_get(row, "exception")));
    assert_true(json_is_null(
        json_object_get(json_array_get(json_object_get(root, "rows"), 1), "merchant")));
    json_decref(root);
    assert_int_equal(save_as("rejected", "empty.json", false).code, RC_OK);
    root = json_loads(contents("empty.json"), 0, &why);
    assert_non_null(root);
    json_decref(root);
}

static void test_ndjson(void **state)
{
    (void)state;
    assert_int_equal(save_as("discrepancies", "a.NDJSON", false).code, RC_OK);
    char *line = strdup(contents("a.NDJSON")), *at = line;
    int count = 0;
    for (char *end; (end = strchr(at, '\n')); at = end + 1, count++) {
        json_t *row = json_loadb(at, (size_t)(end - at), 0, NULL);
        assert_non_null(row);
        json_decref(row);
    }
    assert_int_equal(count, 5);
    free(line);
}

static void test_tsv(void **state)
{
    (void)state;
    assert_int_equal(save_as("discrepancies", "a.tsv", false).code, RC_OK);
    assert_non_null(strstr(contents("a.tsv"), "\ttea, \"green\" room\t"));
    assert_null(strstr(contents("a.tsv"), "age_bucket"));
}

static void test_names(void **state)
{
    enum rc_export_format format;
    struct rc_error err = {0};
    (void)state;
    assert_false(rc_export_format_of("rows.xls", &format, &err));
    assert_int_equal(err.code, RC_USAGE);
    assert_false(rc_export_format_of("csv", &format, &err));
    assert_false(rc_export_format_of(".csv", &format, &err));
    assert_true(rc_export_format_of("a.b/x.jsonl", &format, &err));
    assert_int_equal(format, RC_EXPORT_NDJSON);
}

static bool at_once(void)
{
    return true;
}

/* A file is there in full or not at all, and nothing is left beside it. */
static void test_whole_or_not(void **state)
{
    struct rc_error err = {0};
    (void)state;
    assert_int_equal(save_as("discrepancies", "c.csv", false).code, RC_OK);
    int before = files();
    struct rc_table *table = sample_table("discrepancies", &everything);
    assert_false(rc_export_save(table, RC_EXPORT_CSV, sample_path("d.csv"), true, at_once, &err));
    assert_int_equal(files(), before);
    assert_false(rc_export_save(table, RC_EXPORT_CSV, sample_path("no/d.csv"), true, NULL, &err));
    assert_int_equal(err.code, RC_IO);
    rc_table_close(table);
    err = save_as("rejected", "c.csv", false);
    assert_int_equal(err.code, RC_USAGE);
    assert_non_null(strstr(err.text, "is there already"));
    assert_non_null(strstr(contents("c.csv"), "amount_mismatch"));
    assert_int_equal(save_as("rejected", "c.csv", true).code, RC_OK);
    assert_null(strstr(contents("c.csv"), "amount_mismatch"));
    assert_int_equal(files(), before);
    assert_int_equal(chmod(sample_path("c.csv"), 0600), 0);
}

static void test_full_disk(void **state)
{
    struct rc_error err = {0};
    (void)state;
    if (access("/dev/full", W_OK) != 0)
        skip();
    /* The temporary file of that name stands for a disk that is full. */
    char building[200], path[160];
    strcpy(path, sample_path("full.csv"));
    snprintf(building, sizeof building, "%s.tmp-%ld", path, (long)getpid());
    assert_int_equal(symlink("/dev/full", building), 0);
    struct rc_table *table = sample_table("discrepancies", &everything);
    assert_false(rc_export_save(table, RC_EXPORT_CSV, path, false, NULL, &err));
    assert_int_equal(err.code, RC_IO);
    rc_table_close(table);
    unlink(building);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_csv),       cmocka_unit_test(test_json),
        cmocka_unit_test(test_ndjson),    cmocka_unit_test(test_tsv),
        cmocka_unit_test(test_names),     cmocka_unit_test(test_whole_or_not),
        cmocka_unit_test(test_full_disk),
    };
    return cmocka_run_group_tests(tests, sample_open, sample_close);
}
