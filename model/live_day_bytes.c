#include "model/live_day_internal.h"

#include "aws/s3_stream.h"
#include "model/model_internal.h"
#include "model/recordfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A discrepancy's records, one after the other: which object its delivery was read from
 * (once a delivery), then the record's bytes from there. */

enum {
    FETCHES = 4,            /* of discrepancies that run or have failed; then the oldest goes */
    SOURCES = 64,           /* that are known; then the oldest goes */
    RECORD_BYTES = 4 << 20, /* of a record that are fetched */
};

/* The version of an object that a delivery was read from. */
struct source {
    enum rc_side side;
    int32_t date;
    int delivery;
    struct rc_s3_place place;
    char version[RC_S3_KEY_BYTES]; /* "": the bucket keeps none */
};

struct part {
    enum rc_side side;
    int position, delivery;
    int32_t date;
    uint64_t number, offset, length;
};

struct fetch {
    struct rc_live_day *day;
    int64_t discrepancy;
    uint64_t order;
    struct part parts[RC_LIVE_DAY_BYTES_RECORDS];
    size_t count, at;
    struct source source; /* that is being looked for */
    bool placed;          /* its object is known, and its version is asked for */
    bool found, asked;
    struct rc_queries *queries;
    struct rc_s3_stream *stream;
    struct rc_buf bytes;
    bool ended;
    struct rc_error err; /* of one that has failed */
};

struct rc_live_day_bytes {
    struct fetch *fetches[FETCHES];
    uint64_t order;
    struct source sources[SOURCES];
    size_t source_count;
};

static void go_on(struct fetch *fetch);

static void release(struct fetch *fetch)
{
    rc_queries_free(fetch->queries);
    rc_s3_stream_free(fetch->stream);
    rc_buf_free(&fetch->bytes);
    fetch->queries = NULL;
    fetch->stream = NULL;
}

static void end_fetch(struct fetch *fetch, const struct rc_error *err)
{
    release(fetch);
    fetch->err = *err;
    fetch->ended = true;
    fetch->day->listing.version++;
}

static void forget(struct rc_live_day_bytes *all, int at)
{
    if (!all->fetches[at])
        return;
    release(all->fetches[at]);
    free(all->fetches[at]);
    all->fetches[at] = NULL;
}

void rc_live_day_stop_bytes(struct rc_live_day *day)
{
    for (int i = 0; day->bytes && i < FETCHES; i++)
        forget(day->bytes, i);
    free(day->bytes);
    day->bytes = NULL;
}

/* ----- which object ----- */

static const struct source *known_source(const struct rc_live_day_bytes *all,
                                         const struct part *part)
{
    for (size_t i = 0; i < all->source_count && i < SOURCES; i++) {
        const struct source *source = &all->sources[i];
        if (source->side == part->side && source->date == part->date &&
            source->delivery == part->delivery)
            return source;
    }
    return NULL;
}

/* First what the delivery says of its object, then the versions of that. */
static bool next_query(void *ctx, struct rc_query *query)
{
    struct fetch *fetch = ctx;
    if (fetch->asked)
        return false;
    fetch->asked = true;
    query->table = RC_TABLE_STATE;
    if (fetch->placed) {
        rc_key_file(fetch->source.place.bucket, fetch->source.place.key, "", &query->key);
        query->key.sk[0] = '\0';
        return true;
    }
    struct rc_delivery delivery = {fetch->day->day, fetch->source.side, fetch->source.delivery};
    delivery.day.date = fetch->source.date;
    rc_key_delivery(&delivery, "TOTALS", &query->key);
    query->exact = true;
    return true;
}

static bool take_version(struct fetch *fetch, const json_t *item)
{
    const char *date = rc_item_get_text(item, "date"), *version = rc_item_get_text(item, "version");
    int64_t delivery;
    int32_t days;
    if (!date || !version || !rc_civil_parse(date, strlen(date), &days) ||
        days != fetch->source.date || !rc_item_get_int(item, "delivery", &delivery) ||
        delivery != fetch->source.delivery)
        return false;
    if (strcmp(version, "null") != 0)
        snprintf(fetch->source.version, sizeof fetch->source.version, "%s", version);
    return true;
}

static bool take_source(void *ctx, const struct rc_query *query, const json_t *const *items,
                        size_t count, struct rc_error *err)
{
    struct fetch *fetch = ctx;
    (void)query;
    for (size_t i = 0; i < count && !fetch->found; i++)
        if (fetch->placed) {
            fetch->found = take_version(fetch, items[i]);
        } else {
            const char *path = rc_item_get_text(items[i], "path");
            if (!rc_s3_place_read(path ? path : "", &fetch->source.place, err))
                return false;
            fetch->found = true;
        }
    return true;
}

static void source_done(void *ctx, const struct rc_error *failure)
{
    struct fetch *fetch = ctx;
    struct rc_live_day_bytes *all = fetch->day->bytes;
    struct rc_error err = *failure;
    rc_queries_free(fetch->queries);
    fetch->queries = NULL;
    if (!err.code && !fetch->found) {
        char date[RC_CIVIL_TEXT];
        rc_civil_format(fetch->source.date, date);
        rc_error_set(&err, RC_DATA,
                     "delivery %d of %s, %s %s, is not known any more: its bytes cannot be found",
                     fetch->source.delivery, rc_side_name(fetch->source.side),
                     fetch->day->day.program, date);
    }
    if (err.code) {
        end_fetch(fetch, &err);
        return;
    }
    if (fetch->placed)
        all->sources[all->source_count++ % SOURCES] = fetch->source;
    fetch->placed = !fetch->placed;
    go_on(fetch);
}

static bool ask_source(struct fetch *fetch, struct rc_error *err)
{
    static const struct rc_queries_ops ops = {next_query, take_source, NULL, source_done};
    const struct part *part = &fetch->parts[fetch->at];
    if (!fetch->placed)
        fetch->source =
            (struct source){.side = part->side, .date = part->date, .delivery = part->delivery};
    fetch->asked = fetch->found = false;
    fetch->queries =
        rc_queries_start(fetch->day->listing.live, &ops, fetch, &fetch->day->cost, err);
    return fetch->queries != NULL;
}

/* ----- what they are ----- */

/* A transaction may be several records: their bytes, masked, with a newline between lines, as
 * core/readback.c keeps them. */
static bool mask(const struct rc_layout *layout, const char *path, size_t length,
                 struct rc_buf *raw, struct rc_error *err)
{
    struct rc_recordfile *file = rc_recordfile_open(layout, path, err);
    uint64_t at = 0, number = 1;
    bool ok = file != NULL;
    while (ok && at < length) {
        struct rc_shown_record *shown = rc_recordfile_read_at(file, number++, at, err);
        ok = shown != NULL && shown->framed_length > 0;
        if (ok && at && layout->framing.kind == RC_FRAME_LINES)
            rc_buf_add_char(raw, '\n');
        if (ok)
            rc_buf_add(raw, (const char *)shown->raw, shown->raw_length);
        at += ok ? shown->framed_length : 0;
        rc_shown_record_free(shown);
    }
    rc_recordfile_close(file);
    if (ok && raw->failed)
        rc_error_nomem(err);
    return ok && !raw->failed;
}

static bool read_records(struct fetch *fetch, struct rc_buf *raw, struct rc_error *err)
{
    const struct rc_layout *layout = fetch->day->setup.layout[fetch->parts[fetch->at].side];
    char path[40];
    int fd = memfd_create("record", MFD_CLOEXEC);
    bool ok = fd >= 0 &&
              write(fd, fetch->bytes.data, fetch->bytes.length) == (ssize_t)fetch->bytes.length;
    if (!ok)
        rc_error_errno(err, RC_IO, "cannot put the bytes of a record aside");
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    ok = ok && mask(layout, path, fetch->bytes.length, raw, err);
    if (fd >= 0)
        close(fd);
    return ok;
}

static bool keep_bytes(struct fetch *fetch, const struct rc_buf *raw, struct rc_error *err)
{
    const struct part *part = &fetch->parts[fetch->at];
    struct rc_dayfile *file = &fetch->day->file;
    sqlite3_stmt *update;
    if (!rc_dayfile_prepare(file,
                            "UPDATE record SET raw = ? WHERE discrepancy_id = ? AND side = ?"
                            " AND position = ?",
                            &update, err))
        return false;
    struct rc_row row = rc_row_of(update);
    rc_row_blob(&row, raw->data ? raw->data : "", raw->length);
    rc_row_int(&row, fetch->discrepancy);
    rc_row_str(&row, rc_side_name(part->side));
    rc_row_int(&row, part->position);
    bool ok = rc_row_insert(&row) || rc_dayfile_fail(file, "write to", err);
    sqlite3_finalize(update);
    return ok;
}

static bool take_record(struct fetch *fetch, struct rc_error *err)
{
    struct rc_buf raw;
    rc_buf_init(&raw, RECORD_BYTES * 2);
    bool ok = !fetch->bytes.failed;
    if (!ok)
        rc_error_nomem(err);
    ok = ok && read_records(fetch, &raw, err) && keep_bytes(fetch, &raw, err);
    rc_buf_free(&raw);
    return ok;
}

static enum rc_http_taken take_bytes(void *ctx, int64_t offset, const char *bytes, size_t length)
{
    struct fetch *fetch = ctx;
    (void)offset;
    rc_buf_add(&fetch->bytes, bytes, length);
    return fetch->bytes.failed ? RC_HTTP_STOP : RC_HTTP_TAKEN;
}

static void record_done(struct rc_s3_stream *stream, void *ctx)
{
    struct fetch *fetch = ctx;
    const struct rc_aws *aws = rc_live_aws(fetch->day->listing.live);
    struct rc_error err = {0};
    enum rc_aws_fault fault = rc_s3_stream_fault(stream);
    if (fault) {
        rc_error_set(&err, RC_IO, "%s", rc_s3_stream_text(stream));
        rc_live_add_remedy(aws, fault, rc_s3_stream_code(stream), "s3:GetObjectVersion", &err);
    } else if (take_record(fetch, &err)) {
        fetch->at++;
    }
    rc_s3_stream_free(fetch->stream);
    fetch->stream = NULL;
    rc_buf_free(&fetch->bytes);
    if (err.code)
        end_fetch(fetch, &err);
    else
        go_on(fetch);
}

static bool ask_record(struct fetch *fetch, const struct source *source, struct rc_error *err)
{
    const struct part *part = &fetch->parts[fetch->at];
    struct rc_s3_stream_request request = {
        .bucket = source->place.bucket,
        .key = source->place.key,
        .version_id = *source->version ? source->version : NULL,
        .first = (int64_t)part->offset,
        .length = (int64_t)(part->length < RECORD_BYTES ? part->length : RECORD_BYTES),
        .take = take_bytes,
        .done = record_done,
        .ctx = fetch,
    };
    rc_buf_init(&fetch->bytes, RECORD_BYTES);
    fetch->stream = rc_s3_stream_start(rc_live_aws(fetch->day->listing.live), &request);
    if (!fetch->stream)
        rc_error_nomem(err);
    return fetch->stream != NULL;
}

static void go_on(struct fetch *fetch)
{
    struct rc_error err = {0};
    const struct source *source = NULL;
    bool ok = true;
    if (fetch->at < fetch->count) {
        source = known_source(fetch->day->bytes, &fetch->parts[fetch->at]);
        ok = source ? ask_record(fetch, source, &err) : ask_source(fetch, &err);
    }
    if (!ok || fetch->at == fetch->count)
        end_fetch(fetch, &err);
}

/* ----- asking ----- */

/* The first records of the discrepancy whose bytes are not there. */
static bool read_parts(struct rc_live_day *day, struct fetch *fetch, struct rc_error *err)
{
    static const char sql[] =
        "SELECT r.side = 'internal', r.position, r.number, r.offset, r.length, p.date, p.delivery,"
        " r.raw IS NOT NULL"
        " FROM record r JOIN live_place p ON p.discrepancy = r.discrepancy_id"
        " AND p.side = (r.side = 'internal') AND p.position = r.position"
        " WHERE r.discrepancy_id = ? ORDER BY r.side DESC, r.position LIMIT ?";
    sqlite3_stmt *rows;
    if (!rc_dayfile_prepare(&day->file, sql, &rows, err))
        return false;
    int step = SQLITE_DONE;
    bool ok = sqlite3_bind_int64(rows, 1, fetch->discrepancy) == SQLITE_OK &&
              sqlite3_bind_int(rows, 2, RC_LIVE_DAY_BYTES_RECORDS) == SQLITE_OK;
    while (ok && (step = sqlite3_step(rows)) == SQLITE_ROW) {
        if (sqlite3_column_int(rows, 7))
            continue;
        fetch->parts[fetch->count++] = (struct part){
            .side = sqlite3_column_int(rows, 0) ? RC_INTERNAL : RC_SETTLEMENT,
            .position = sqlite3_column_int(rows, 1),
            .number = (uint64_t)sqlite3_column_int64(rows, 2),
            .offset = (uint64_t)sqlite3_column_int64(rows, 3),
            .length = (uint64_t)sqlite3_column_int64(rows, 4),
            .date = sqlite3_column_int(rows, 5),
            .delivery = sqlite3_column_int(rows, 6),
        };
    }
    ok = ok && step == SQLITE_DONE;
    if (!ok)
        rc_dayfile_fail(&day->file, "read", err);
    sqlite3_finalize(rows);
    return ok;
}

/* A free place, or that of the oldest. */
static int find_place(struct rc_live_day_bytes *all)
{
    int oldest = 0;
    for (int i = 0; i < FETCHES; i++) {
        if (!all->fetches[i])
            return i;
        if (all->fetches[i]->order < all->fetches[oldest]->order)
            oldest = i;
    }
    forget(all, oldest);
    return oldest;
}

static enum rc_bytes_state begin_fetch(struct rc_live_day *day, int64_t discrepancy,
                                       struct rc_error *err)
{
    struct fetch *fetch = calloc(1, sizeof *fetch);
    if (!fetch) {
        rc_error_nomem(err);
        return RC_BYTES_FAILED;
    }
    fetch->day = day;
    fetch->discrepancy = discrepancy;
    bool ok = read_parts(day, fetch, err);
    if (!ok || !fetch->count) {
        free(fetch);
        return ok ? RC_BYTES_HERE : RC_BYTES_FAILED;
    }
    fetch->order = ++day->bytes->order;
    day->bytes->fetches[find_place(day->bytes)] = fetch;
    go_on(fetch);
    return RC_BYTES_COMING;
}

enum rc_bytes_state rc_live_day_bytes(struct rc_live_day *day, int64_t discrepancy,
                                      struct rc_error *err)
{
    if (!day || !day->ready)
        return RC_BYTES_HERE;
    if (!day->bytes && !(day->bytes = calloc(1, sizeof *day->bytes))) {
        rc_error_nomem(err);
        return RC_BYTES_FAILED;
    }
    for (int i = 0; i < FETCHES; i++) {
        struct fetch *fetch = day->bytes->fetches[i];
        if (!fetch || fetch->discrepancy != discrepancy)
            continue;
        if (!fetch->ended)
            return RC_BYTES_COMING;
        bool failed = fetch->err.code != RC_OK;
        if (failed)
            *err = fetch->err;
        forget(day->bytes, i);
        if (failed)
            return RC_BYTES_FAILED;
    }
    return begin_fetch(day, discrepancy, err);
}

bool rc_live_day_bytes_wait(struct rc_live_day *day, int64_t discrepancy, struct rc_error *err)
{
    enum rc_bytes_state state = rc_live_day_bytes(day, discrepancy, err);
    for (int i = 0; state == RC_BYTES_COMING && i < FETCHES; i++) {
        struct fetch *fetch = day->bytes->fetches[i];
        if (!fetch || fetch->discrepancy != discrepancy)
            continue;
        rc_loop_until(rc_live_loop(day->listing.live), &fetch->ended, -1);
        state = rc_live_day_bytes(day, discrepancy, err);
    }
    if (state == RC_BYTES_COMING)
        rc_error_set(err, RC_IO, "interrupted");
    return state == RC_BYTES_HERE;
}
