#include "model/dayfile_internal.h"

#include "base/decimal.h"

bool rc_dayfile_fail(struct rc_dayfile *writer, const char *doing, struct rc_error *err)
{
    int code = sqlite3_errcode(writer->db);
    writer->failed = true;
    rc_error_set(err, code == SQLITE_NOMEM ? RC_NOMEM : RC_IO, "cannot %s %s: %s", doing,
                 writer->building, sqlite3_errmsg(writer->db));
    return false;
}

bool rc_dayfile_exec(struct rc_dayfile *writer, const char *doing, const char *sql,
                     struct rc_error *err)
{
    if (sqlite3_exec(writer->db, sql, NULL, NULL, NULL) != SQLITE_OK)
        return rc_dayfile_fail(writer, doing, err);
    return true;
}

bool rc_dayfile_prepare(struct rc_dayfile *writer, const char *sql, sqlite3_stmt **statement,
                        struct rc_error *err)
{
    if (sqlite3_prepare_v2(writer->db, sql, -1, statement, NULL) != SQLITE_OK)
        return rc_dayfile_fail(writer, "prepare to write", err);
    return true;
}

bool rc_dayfile_prepare_rows(struct rc_dayfile *writer, struct rc_error *err)
{
    static const char discrepancy[] =
        "INSERT INTO discrepancy VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";
    static const char record[] =
        "INSERT INTO record VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";
    static const char rejected[] = "INSERT INTO rejected VALUES (?,?,?,?,?,?,?,?)";
    return rc_dayfile_prepare(writer, discrepancy, &writer->discrepancy, err) &&
           rc_dayfile_prepare(writer, record, &writer->record, err) &&
           rc_dayfile_prepare(writer, rejected, &writer->rejected, err);
}

bool rc_dayfile_close(struct rc_dayfile *writer)
{
    sqlite3_finalize(writer->discrepancy);
    sqlite3_finalize(writer->record);
    sqlite3_finalize(writer->rejected);
    writer->discrepancy = writer->record = writer->rejected = NULL;
    bool closed = sqlite3_close(writer->db) == SQLITE_OK;
    if (closed)
        writer->db = NULL;
    return closed;
}

/* ----- rows ----- */

struct rc_row rc_row_of(sqlite3_stmt *statement)
{
    return (struct rc_row){.statement = statement};
}

static void check(struct rc_row *row, int result)
{
    if (result != SQLITE_OK)
        row->failed = true;
}

void rc_row_null(struct rc_row *row)
{
    check(row, sqlite3_bind_null(row->statement, ++row->column));
}

void rc_row_int(struct rc_row *row, int64_t value)
{
    check(row, sqlite3_bind_int64(row->statement, ++row->column, value));
}

void rc_row_text(struct rc_row *row, const char *text, size_t length)
{
    /* A NULL pointer would be stored as null, but an empty text is a text. */
    check(row, sqlite3_bind_text64(row->statement, ++row->column, text ? text : "", length,
                                   SQLITE_STATIC, SQLITE_UTF8));
}

void rc_row_str(struct rc_row *row, const char *text)
{
    check(row, sqlite3_bind_text(row->statement, ++row->column, text, -1, SQLITE_STATIC));
}

void rc_row_blob(struct rc_row *row, const void *bytes, size_t length)
{
    check(row, sqlite3_bind_blob64(row->statement, ++row->column, bytes, length, SQLITE_STATIC));
}

void rc_row_i128(struct rc_row *row, rc_i128 value)
{
    char text[RC_DECIMAL_TEXT];
    int length = (int)rc_i128_format(value, text);
    check(row, sqlite3_bind_text(row->statement, ++row->column, text, length, SQLITE_TRANSIENT));
}

void rc_row_digest(struct rc_row *row, rc_u128 digest)
{
    char text[33];
    rc_digest_format(digest, text);
    check(row, sqlite3_bind_text(row->statement, ++row->column, text, 32, SQLITE_TRANSIENT));
}

bool rc_row_insert(struct rc_row *row)
{
    if (!row->failed && sqlite3_step(row->statement) != SQLITE_DONE)
        row->failed = true;
    if (sqlite3_reset(row->statement) != SQLITE_OK)
        row->failed = true;
    return !row->failed;
}
