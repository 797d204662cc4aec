/* A small day file, written with SQL so that its rows can be as odd as a test needs
 * them, for the tests of what reads day files. Included behind <cmocka.h>. */
#ifndef RC_TESTS_MODEL_SAMPLE_H
#define RC_TESTS_MODEL_SAMPLE_H

#include "model/dayfile_internal.h"
#include "model/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char sample_dir[64];
static struct rc_model *model;

static const char sample_rows[] =
    "INSERT INTO discrepancy VALUES (1, 'amount_mismatch', 1, 'T1', 1, 'USD', 'sale', 10050, 50,"
    " '[\"amount\",\"date\"]', 'transaction_id', 'amounts differ', 3, '2-3', 1, 1,"
    " 'COFFEE SHOP', '5814');"
    "INSERT INTO discrepancy VALUES (2, 'pending', 0, 'T2', 2, 'JPY', 'sale', 100, NULL,"
    " '[]', 'transaction_id', NULL, 5, '4-7', 0, 1, NULL, NULL);"
    "INSERT INTO discrepancy VALUES (3, 'missing_internal', 1, 'T3', 3, 'KWD', 'sale', 100500,"
    " NULL, '[]', 'transaction_id', 'Café', 0, '0-1', 1, 0, 'a.b', '0742');"
    "INSERT INTO discrepancy VALUES (4, 'missing_settlement', 1, 'T4', 4, 'EUR', 'refund', -5000,"
    " NULL, '[]', 'transaction_id', 'tea, \"green\"\nroom', 10, '8-30', 0, 1, 'a+b', '5411');"
    "INSERT INTO discrepancy VALUES (5, 'fee_variance', 1, 'T5', 5, 'USD', 'sale', 9999, 0,"
    " '[\"fee\"]', 'transaction_id', ''' OR 1=1 --', 3, '2-3', 1, 1, 'axb', '5411');"
    "INSERT INTO status VALUES ('matched', 0, 0, 7, 7, 7);"
    "INSERT INTO status VALUES ('pending', 2, 0, 1, 0, 1);"
    "INSERT INTO currency VALUES ('USD', 840, 2);"
    "INSERT INTO status_total VALUES ('matched', 'USD', '85070591730234615865843651857942052963',"
    " '-1');"
    "INSERT INTO record (discrepancy_id, side, position, number, offset, length, amount_minor,"
    " currency, transaction_id, raw) VALUES (1, 'settlement', 0, 4, 507, 3, 10050, 'USD', 'T1',"
    " x'00ff41');"
    "INSERT INTO record (discrepancy_id, side, position, number, offset, length, amount_minor,"
    " currency, transaction_id) VALUES (1, 'internal', 0, 9, 900, 3, 10000, 'USD', 'T1');"
    "INSERT INTO meta VALUES ('file_date', '2026-04-01');";

static const char *sample_path(const char *name)
{
    static char path[160];
    snprintf(path, sizeof path, "%s/%s", sample_dir, name);
    return path;
}

/* A day that is open cannot be written to, so it is opened anew. */
static void sample_run(const char *sql)
{
    struct rc_error err = {0};
    sqlite3 *db = NULL;
    char *why = NULL;
    bool open = model != NULL;
    rc_model_close(model);
    model = NULL;
    assert_int_equal(sqlite3_open(sample_path("day.db"), &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
        fail_msg("%s", why);
    sqlite3_close(db);
    if (open && !(model = rc_model_open(sample_dir, &err)))
        fail_msg("%s", err.text);
}

static int sample_open(void **state)
{
    struct rc_error err = {0};
    char pragmas[128];
    (void)state;
    strcpy(sample_dir, "/tmp/rc-test-sample-XXXXXX");
    if (!mkdtemp(sample_dir))
        return -1;
    snprintf(pragmas, sizeof pragmas, "PRAGMA application_id = %d; PRAGMA user_version = %d;",
             RC_DAYFILE_APPLICATION_ID, RC_DAYFILE_SCHEMA);
    sample_run(pragmas);
    sample_run(rc_dayfile_tables);
    sample_run(sample_rows);
    sample_run(rc_dayfile_indexes);
    model = rc_model_open(sample_dir, &err);
    if (!model)
        fail_msg("%s", err.text);
    return 0;
}

static int sample_close(void **state)
{
    char command[128];
    (void)state;
    rc_model_close(model);
    snprintf(command, sizeof command, "rm -rf %s", sample_dir);
    return system(command);
}

/* The keys of a table in their order: "1 2 3". */
static inline const char *sample_keys(const struct rc_table *table)
{
    static char text[256];
    text[0] = '\0';
    for (uint64_t i = 0; i < rc_table_count(table) && i < 30; i++) {
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s%lld", i ? " " : "",
                 (long long)rc_table_key(table, i));
    }
    return text;
}

static struct rc_table *sample_table(const char *view, const struct rc_table_query *query)
{
    struct rc_error err = {0};
    struct rc_table *table = rc_table_open(model, rc_table_find(view), query, &err);
    if (!table)
        fail_msg("%s: %s", view, err.text);
    return table;
}

#endif
