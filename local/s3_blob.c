#include "local/s3_blob.h"

#include "local/s3_body.h"
#include "local/s3_checksum.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A chunk's row is its data's number and, in the lower bits, its own. */
enum { CHUNK = 256 << 10, CHUNK_BITS = 20 };

const char rc_blob_schema[] =
    "CREATE TABLE IF NOT EXISTS s3_sequence (kind TEXT PRIMARY KEY, last INT) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS s3_chunk (id INTEGER PRIMARY KEY, bytes BLOB);"
    "CREATE TABLE IF NOT EXISTS s3_extent (blob INT, at INT, data INT, length INT,"
    " PRIMARY KEY (blob, at)) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS s3_extent_data ON s3_extent (data);"
    "CREATE TABLE IF NOT EXISTS s3_doomed (blob INTEGER PRIMARY KEY);";

struct reader {
    struct rc_local *local;
    int64_t blob;
    int64_t at; /* where the answer begins */
    int64_t length;
    struct reader *next, **link; /* among all that read */
};

static struct reader *readers;

/* ----- writing ----- */

int64_t rc_blob_new(struct rc_local *local)
{
    sqlite3_stmt *next =
        rc_local_sql(local, "INSERT INTO s3_sequence VALUES ('blob', 1)"
                            " ON CONFLICT (kind) DO UPDATE SET last = last + 1 RETURNING last");
    int64_t blob = sqlite3_step(next) == SQLITE_ROW ? sqlite3_column_int64(next, 0) : 0;
    rc_local_run(local, next);
    return blob;
}

static bool put_chunk(struct rc_local *local, int64_t data, int64_t number, const char *bytes,
                      size_t length)
{
    sqlite3_stmt *put = rc_local_sql(local, "INSERT INTO s3_chunk VALUES (?, ?)");
    sqlite3_bind_int64(put, 1, data << CHUNK_BITS | number);
    sqlite3_bind_blob64(put, 2, bytes, length, SQLITE_STATIC);
    return rc_local_run(local, put);
}

static void put_extent(struct rc_local *local, int64_t blob, int64_t at, int64_t data,
                       int64_t length)
{
    sqlite3_stmt *put = rc_local_sql(local, "INSERT INTO s3_extent VALUES (?, ?, ?, ?)");
    sqlite3_bind_int64(put, 1, blob);
    sqlite3_bind_int64(put, 2, at);
    sqlite3_bind_int64(put, 3, data);
    sqlite3_bind_int64(put, 4, length);
    rc_local_run(local, put);
}

/* The body, chunk by chunk, through both digests. */
static bool write_chunks(struct rc_exchange *exchange, struct rc_body *body, int64_t data,
                         EVP_MD_CTX *md5, struct rc_checksum *checksum, int64_t *size)
{
    char *chunk = malloc(CHUNK);
    bool ok = chunk != NULL, more = ok;
    for (int64_t number = 0; ok && more; number++) {
        size_t length = 0;
        while (length < CHUNK && more) {
            ssize_t got = rc_body_read(body, chunk + length, CHUNK - length);
            more = got > 0;
            length += more ? (size_t)got : 0;
        }
        ok = !body->why && number >> CHUNK_BITS == 0 && EVP_DigestUpdate(md5, chunk, length) == 1 &&
             rc_checksum_add(checksum, chunk, length) &&
             (!length || put_chunk(exchange->local, data, number, chunk, length));
        *size += (int64_t)length;
    }
    free(chunk);
    return ok;
}

static void set_checksum(struct rc_blob_written *written, const char *value)
{
    snprintf(written->checksum, sizeof written->checksum, "%s", value);
}

/* The one checksum header of the request, or the one that its trailer will bring. */
static void find_checksum(void *ctx, const char *name, const char *value)
{
    struct rc_blob_written *written = ctx;
    bool trailer = strcasecmp(name, "x-amz-trailer") == 0;
    enum rc_checksum_kind kind = rc_checksum_of_header(trailer ? value : name);
    if (kind == RC_CHECKSUM_NONE)
        return;
    snprintf(written->checksum_header, sizeof written->checksum_header, "%s",
             rc_checksum_header(kind));
    if (!trailer)
        set_checksum(written, value);
}

/* What the client said of the body against what it is. */
static bool check(struct rc_exchange *exchange, struct rc_blob_written *written,
                  const char *computed)
{
    char md5[RC_CHECKSUM_TEXT];
    const char *told = rc_exchange_header(exchange, "content-md5");
    const char *decoded = rc_exchange_header(exchange, "x-amz-decoded-content-length");
    rc_checksum_base64(written->md5, sizeof written->md5, md5);
    if (told && strlen(told) != strlen(md5))
        return rc_exchange_fail(exchange, 400, "InvalidDigest",
                                "The Content-MD5 you specified is not valid.");
    if (told && strcmp(told, md5) != 0)
        return rc_exchange_fail(exchange, 400, "BadDigest",
                                "The Content-MD5 you specified did not match what we received.");
    if (decoded && strtoll(decoded, NULL, 10) != written->size)
        return rc_exchange_fail(exchange, 400, "IncompleteBody",
                                "The request body terminated unexpectedly");
    if (*written->checksum && strcmp(written->checksum, computed) != 0)
        return rc_exchange_fail(exchange, 400, "BadDigest",
                                "The %s you specified did not match the calculated checksum.",
                                written->checksum_header + strlen("x-amz-checksum-"));
    set_checksum(written, computed);
    return true;
}

bool rc_blob_write(struct rc_exchange *exchange, struct rc_blob_written *written)
{
    struct rc_body body;
    struct rc_checksum checksum;
    char computed[RC_CHECKSUM_TEXT] = "";
    EVP_MD_CTX *md5 = EVP_MD_CTX_new();
    *written = (struct rc_blob_written){.blob = rc_blob_new(exchange->local)};
    rc_exchange_each_header(exchange, find_checksum, written);
    rc_body_open(&body, exchange);
    bool ok = rc_checksum_begin(&checksum, rc_checksum_of_header(written->checksum_header)) &&
              md5 && EVP_DigestInit_ex(md5, EVP_md5(), NULL) == 1 &&
              write_chunks(exchange, &body, written->blob, md5, &checksum, &written->size) &&
              EVP_DigestFinal_ex(md5, written->md5, NULL) == 1;
    rc_checksum_end(&checksum, computed);
    EVP_MD_CTX_free(md5);
    if (!ok)
        return body.why ? rc_exchange_fail(exchange, 400, "IncompleteBody", "%s", body.why)
                        : rc_exchange_fail(exchange, 500, "InternalError",
                                           "the body could not be stored");
    if (*body.value && strcasecmp(body.trailer, written->checksum_header) == 0)
        set_checksum(written, body.value);
    if (written->size)
        put_extent(exchange->local, written->blob, 0, written->blob, written->size);
    return check(exchange, written, computed);
}

void rc_blob_append(struct rc_local *local, int64_t blob, int64_t at, int64_t from)
{
    sqlite3_stmt *append =
        rc_local_sql(local, "INSERT INTO s3_extent SELECT ?1, at + ?2, data, length FROM s3_extent"
                            " WHERE blob = ?3");
    sqlite3_bind_int64(append, 1, blob);
    sqlite3_bind_int64(append, 2, at);
    sqlite3_bind_int64(append, 3, from);
    rc_local_run(local, append);
}

bool rc_blob_part(struct rc_local *local, int64_t blob, int64_t number, int64_t *at,
                  int64_t *length)
{
    sqlite3_stmt *find = rc_local_sql(
        local, "SELECT at, length FROM s3_extent WHERE blob = ? ORDER BY at LIMIT 1 OFFSET ?");
    sqlite3_bind_int64(find, 1, blob);
    sqlite3_bind_int64(find, 2, number - 1);
    bool found = sqlite3_step(find) == SQLITE_ROW;
    *at = found ? sqlite3_column_int64(find, 0) : 0;
    *length = found ? sqlite3_column_int64(find, 1) : 0;
    rc_local_done(find);
    return found;
}

/* ----- reading ----- */

/* Copies what one chunk has of the blob at `at`; 0 when there is nothing. */
static size_t read_piece(struct rc_local *local, int64_t blob, int64_t at, char *bytes, size_t room)
{
    sqlite3_stmt *find =
        rc_local_sql(local, "SELECT at, data, length FROM s3_extent"
                            " WHERE blob = ? AND at <= ? ORDER BY at DESC LIMIT 1");
    sqlite3_bind_int64(find, 1, blob);
    sqlite3_bind_int64(find, 2, at);
    bool found = sqlite3_step(find) == SQLITE_ROW;
    int64_t inside = found ? at - sqlite3_column_int64(find, 0) : 0;
    int64_t data = found ? sqlite3_column_int64(find, 1) : 0;
    int64_t rest = found ? sqlite3_column_int64(find, 2) - inside : 0;
    rc_local_done(find);
    if (rest <= 0)
        return 0;
    sqlite3_stmt *read = rc_local_sql(local, "SELECT bytes FROM s3_chunk WHERE id = ?");
    sqlite3_bind_int64(read, 1, data << CHUNK_BITS | inside / CHUNK);
    size_t length = 0;
    if (sqlite3_step(read) == SQLITE_ROW) {
        size_t skip = (size_t)(inside % CHUNK), has = (size_t)sqlite3_column_bytes(read, 0);
        const char *from = sqlite3_column_blob(read, 0);
        length = has > skip ? has - skip : 0;
        length = length < room ? length : room;
        length = (int64_t)length < rest ? length : (size_t)rest;
        if (length)
            memcpy(bytes, from + skip, length);
    }
    rc_local_done(read);
    return length;
}

bool rc_blob_md5(struct rc_local *local, int64_t blob, int64_t size, uint8_t md5[16])
{
    char *piece = malloc(CHUNK);
    EVP_MD_CTX *hash = EVP_MD_CTX_new();
    bool ok = piece && hash && EVP_DigestInit_ex(hash, EVP_md5(), NULL) == 1;
    for (int64_t at = 0; ok && at < size;) {
        size_t length = read_piece(local, blob, at, piece, CHUNK);
        ok = length && EVP_DigestUpdate(hash, piece, length) == 1;
        at += (int64_t)length;
    }
    ok = ok && EVP_DigestFinal_ex(hash, md5, NULL) == 1;
    EVP_MD_CTX_free(hash);
    free(piece);
    return ok;
}

static bool give_piece(void *ctx, int64_t offset, char *bytes, size_t *length)
{
    const struct reader *reader = ctx;
    int64_t rest = reader->length - offset;
    size_t room = *length;
    if ((int64_t)room > rest)
        room = rest > 0 ? (size_t)rest : 0;
    *length = room ? read_piece(reader->local, reader->blob, reader->at + offset, bytes, room) : 0;
    return *length || rest <= 0;
}

/* ----- releasing ----- */

static bool is_read(int64_t blob)
{
    for (const struct reader *reader = readers; reader; reader = reader->next)
        if (reader->blob == blob)
            return true;
    return false;
}

static void run_with(struct rc_local *local, sqlite3_stmt *statement, int64_t value)
{
    sqlite3_bind_int64(statement, 1, value);
    rc_local_run(local, statement);
}

/* The data of one extent go with the last blob that has them. */
static void drop_extent(struct rc_local *local, int64_t blob, int64_t at, int64_t data)
{
    sqlite3_stmt *drop = rc_local_sql(local, "DELETE FROM s3_extent WHERE blob = ? AND at = ?");
    sqlite3_bind_int64(drop, 1, blob);
    sqlite3_bind_int64(drop, 2, at);
    rc_local_run(local, drop);
    sqlite3_stmt *others = rc_local_sql(local, "SELECT 1 FROM s3_extent WHERE data = ? LIMIT 1");
    sqlite3_bind_int64(others, 1, data);
    bool shared = sqlite3_step(others) == SQLITE_ROW;
    rc_local_done(others);
    if (shared)
        return;
    sqlite3_stmt *chunks = rc_local_sql(local, "DELETE FROM s3_chunk WHERE id >= ? AND id < ?");
    sqlite3_bind_int64(chunks, 1, data << CHUNK_BITS);
    sqlite3_bind_int64(chunks, 2, (data + 1) << CHUNK_BITS);
    rc_local_run(local, chunks);
}

static void drop(struct rc_local *local, int64_t blob)
{
    for (;;) {
        sqlite3_stmt *next =
            rc_local_sql(local, "SELECT at, data FROM s3_extent WHERE blob = ? LIMIT 1");
        sqlite3_bind_int64(next, 1, blob);
        bool found = sqlite3_step(next) == SQLITE_ROW;
        int64_t at = found ? sqlite3_column_int64(next, 0) : 0;
        int64_t data = found ? sqlite3_column_int64(next, 1) : 0;
        rc_local_done(next);
        if (!found)
            break;
        drop_extent(local, blob, at, data);
    }
    run_with(local, rc_local_sql(local, "DELETE FROM s3_doomed WHERE blob = ?"), blob);
}

void rc_blob_release(struct rc_local *local, int64_t blob)
{
    if (!blob)
        return;
    if (is_read(blob))
        run_with(local, rc_local_sql(local, "INSERT OR IGNORE INTO s3_doomed VALUES (?)"), blob);
    else
        drop(local, blob);
}

static void end_reading(void *ctx)
{
    struct reader *reader = ctx;
    *reader->link = reader->next;
    if (reader->next)
        reader->next->link = reader->link;
    sqlite3_stmt *find = rc_local_sql(reader->local, "SELECT 1 FROM s3_doomed WHERE blob = ?");
    sqlite3_bind_int64(find, 1, reader->blob);
    bool doomed = sqlite3_step(find) == SQLITE_ROW;
    rc_local_done(find);
    if (doomed && !is_read(reader->blob)) {
        rc_local_begin(reader->local);
        drop(reader->local, reader->blob);
        rc_local_commit(reader->local);
    }
    free(reader);
}

bool rc_blob_answer(struct rc_exchange *exchange, int64_t blob, int64_t at, int64_t length)
{
    struct reader *reader = calloc(1, sizeof *reader);
    if (!reader)
        return rc_exchange_fail(exchange, 500, "InternalError", "out of memory");
    *reader = (struct reader){exchange->local, blob, at, length, readers, &readers};
    if (reader->next)
        reader->next->link = &reader->next;
    readers = reader;
    exchange->stream_length = length;
    exchange->stream = give_piece;
    exchange->stream_free = end_reading;
    exchange->stream_ctx = reader;
    return true;
}

void rc_blob_sweep(struct rc_local *local)
{
    for (;;) {
        sqlite3_stmt *next = rc_local_sql(local, "SELECT blob FROM s3_doomed LIMIT 1");
        int64_t blob = sqlite3_step(next) == SQLITE_ROW ? sqlite3_column_int64(next, 0) : 0;
        rc_local_done(next);
        if (!blob)
            return;
        rc_local_begin(local);
        drop(local, blob);
        rc_local_commit(local);
    }
}
