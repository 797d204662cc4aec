#include "model/overview.h"

#include "model/figures.h"
#include "model/model_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t number_of(sqlite3_stmt *statement, int column)
{
    int64_t value = sqlite3_column_int64(statement, column);
    return value < 0 ? 0 : (uint64_t)value;
}

static enum rc_side side_of(sqlite3_stmt *statement, int column)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);
    return text && strcmp(text, rc_side_name(RC_INTERNAL)) == 0 ? RC_INTERNAL : RC_SETTLEMENT;
}

/* Room for one more item; the array doubles. */
static void *grow(void *items, size_t count, size_t size, struct rc_error *err)
{
    if (count & (count - 1))
        return items;
    void *more = realloc(items, (count ? 2 * count : 1) * size);
    if (!more)
        rc_error_nomem(err);
    return more;
}

/* Runs a query and hands each row on. */
typedef bool row_reader(void *into, sqlite3_stmt *row, struct rc_error *err);

static bool each_row(struct rc_model *model, const char *sql, row_reader *read, void *into,
                     struct rc_error *err)
{
    sqlite3_stmt *statement = rc_model_prepare(model, sql, err);
    bool ok = statement != NULL;
    while (ok && rc_model_step(model, statement, &ok, err))
        ok = read(into, statement, err);
    sqlite3_finalize(statement);
    return ok;
}

/* ----- the parts ----- */

static void read_meta(struct rc_model *model, struct rc_overview *day)
{
    const struct {
        const char *key;
        char *text;
        size_t size;
    } texts[] = {{"program", day->program, sizeof day->program},
                 {"file_date", day->file_date, sizeof day->file_date},
                 {"digest", day->digest, sizeof day->digest},
                 {"outcome_digest", day->outcome_digest, sizeof day->outcome_digest},
                 {"fingerprint", day->fingerprint, sizeof day->fingerprint},
                 {"rules_digest", day->rules_digest, sizeof day->rules_digest}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        snprintf(texts[i].text, texts[i].size, "%s", rc_model_meta(model, texts[i].key));
    day->balanced = strcmp(rc_model_meta(model, "balanced"), "1") == 0;
    day->shard_count = strtoull(rc_model_meta(model, "shard_count"), NULL, 10);
}

static bool read_run(void *into, sqlite3_stmt *row, struct rc_error *err)
{
    struct rc_overview *day = into;
    (void)err;
    rc_column_text(row, 0, day->started, sizeof day->started);
    rc_column_text(row, 1, day->version, sizeof day->version);
    day->elapsed_ms = number_of(row, 2);
    return true;
}

static bool read_side(void *into, sqlite3_stmt *row, struct rc_error *err)
{
    struct rc_overview *day = into;
    struct rc_overview_side *side = &day->side[side_of(row, 0)];
    (void)err;
    rc_column_text(row, 1, side->path, sizeof side->path);
    rc_column_text(row, 2, side->layout, sizeof side->layout);
    rc_column_text(row, 3, side->layout_digest, sizeof side->layout_digest);
    rc_column_text(row, 4, side->digest, sizeof side->digest);
    side->bytes = number_of(row, 5);
    side->records = number_of(row, 6);
    side->rejected = number_of(row, 7);
    side->controls_broken = number_of(row, 8);
    side->controls_omitted = number_of(row, 9);
    side->controls = number_of(row, 10) + side->controls_omitted;
    return true;
}

static bool read_total(void *into, sqlite3_stmt *row, struct rc_error *err)
{
    struct rc_overview *day = into;
    char currency[4];
    rc_column_text(row, 0, currency, sizeof currency);
    struct rc_overview_total *total = day->totals ? &day->totals[day->total_count - 1] : NULL;
    if (!total || strcmp(total->currency, currency) != 0) {
        void *more = grow(day->totals, day->total_count, sizeof *total, err);
        if (!more)
            return false;
        day->totals = more;
        total = &day->totals[day->total_count++];
        *total = (struct rc_overview_total){.exponent = rc_money_exponent(currency)};
        memcpy(total->currency, currency, sizeof currency);
    }
    enum rc_side side = side_of(row, 1);
    total->count[side] = number_of(row, 2);
    total->debit_minor[side] = rc_column_sum(row, 3);
    total->credit_minor[side] = rc_column_sum(row, 4);
    total->net_minor[side] = rc_column_sum(row, 5);
    return true;
}

static bool read_status(void *into, sqlite3_stmt *row, struct rc_error *err)
{
    struct rc_overview *day = into;
    char status[32];
    rc_column_text(row, 0, status, sizeof status);
    struct rc_overview_status *last =
        day->status_count ? &day->statuses[day->status_count - 1] : NULL;
    if (!last || strcmp(last->status, status) != 0) {
        void *more = grow(day->statuses, day->status_count, sizeof *last, err);
        if (!more)
            return false;
        day->statuses = more;
        last = &day->statuses[day->status_count++];
        *last = (struct rc_overview_status){.exception = sqlite3_column_int(row, 1) != 0,
                                            .count = number_of(row, 2),
                                            .records = {number_of(row, 3), number_of(row, 4)},
                                            .first_sum = day->sum_count};
        memcpy(last->status, status, sizeof status);
    }
    if (sqlite3_column_type(row, 5) == SQLITE_NULL)
        return true;
    void *more = grow(day->sums, day->sum_count, sizeof *day->sums, err);
    if (!more)
        return false;
    day->sums = more;
    struct rc_overview_sum *sum = &day->sums[day->sum_count++];
    rc_column_text(row, 5, sum->currency, sizeof sum->currency);
    sum->exponent = rc_money_exponent(sum->currency);
    sum->net_minor[RC_SETTLEMENT] = rc_column_sum(row, 6);
    sum->net_minor[RC_INTERNAL] = rc_column_sum(row, 7);
    last->sum_count++;
    return true;
}

static bool read_control(void *into, sqlite3_stmt *row, struct rc_error *err)
{
    struct rc_overview *day = into;
    (void)err;
    if (day->control_count == RC_OVERVIEW_CONTROLS)
        return true;
    struct rc_overview_control *control = &day->controls[day->control_count++];
    control->side = side_of(row, 0);
    rc_column_text(row, 1, control->name, sizeof control->name);
    rc_column_text(row, 2, control->scope, sizeof control->scope);
    rc_column_text(row, 3, control->declared, sizeof control->declared);
    rc_column_text(row, 4, control->actual, sizeof control->actual);
    control->batch = number_of(row, 5);
    control->number = number_of(row, 6);
    control->ok = sqlite3_column_int(row, 7) != 0;
    return true;
}

/* ----- the whole ----- */

struct rc_overview *rc_overview_read(struct rc_model *model, struct rc_error *err)
{
    static const struct {
        const char *sql;
        row_reader *read;
    } parts[] = {
        {"SELECT started, version, elapsed_ms FROM run ORDER BY id DESC LIMIT 1", read_run},
        {"SELECT side, path, layout, layout_digest, digest, bytes, records, rejected,"
         " controls_broken, controls_omitted,"
         " (SELECT count(*) FROM control k WHERE k.side = side.side) FROM side",
         read_side},
        {"SELECT currency, side, count, debit_minor, credit_minor, net_minor FROM total"
         " ORDER BY currency, side",
         read_total},
        {"SELECT t.status, t.exception, t.count, t.settlement, t.internal, u.currency,"
         " u.settlement_minor, u.internal_minor FROM status t"
         " LEFT JOIN status_total u ON u.status = t.status ORDER BY t.position, u.currency",
         read_status},
        {"SELECT side, name, scope, declared, actual, batch, number, ok FROM control"
         " ORDER BY ok, batch, id LIMIT 64",
         read_control},
    };
    struct rc_overview *day = calloc(1, sizeof *day);
    if (!day) {
        rc_error_nomem(err);
        return NULL;
    }
    read_meta(model, day);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!each_row(model, parts[i].sql, parts[i].read, day, err)) {
            rc_overview_free(day);
            return NULL;
        }
    return day;
}

void rc_overview_free(struct rc_overview *overview)
{
    if (!overview)
        return;
    free(overview->totals);
    free(overview->statuses);
    free(overview->sums);
    free(overview);
}

/* ----- shards ----- */

struct shards {
    struct rc_shard_row *rows;
    size_t count;
};

static bool read_shard(void *into, sqlite3_stmt *row, struct rc_error *err)
{
    struct shards *shards = into;
    void *more = grow(shards->rows, shards->count, sizeof *shards->rows, err);
    if (!more)
        return false;
    shards->rows = more;
    struct rc_shard_row *shard = &shards->rows[shards->count++];
    shard->records[RC_SETTLEMENT] = number_of(row, 0);
    shard->records[RC_INTERNAL] = number_of(row, 1);
    shard->discrepancies = number_of(row, 2);
    rc_column_text(row, 3, shard->digest, sizeof shard->digest);
    rc_column_text(row, 4, shard->outcome_digest, sizeof shard->outcome_digest);
    shard->bytes[RC_SETTLEMENT] = number_of(row, 5);
    shard->bytes[RC_INTERNAL] = number_of(row, 6);
    return true;
}

struct rc_shard_row *rc_shards_read(struct rc_model *model, size_t *count, struct rc_error *err)
{
    struct shards shards = {0};
    bool ok = each_row(model,
                       "SELECT settlement, internal, discrepancies, digest, outcome_digest,"
                       " settlement_bytes, internal_bytes FROM shard ORDER BY shard",
                       read_shard, &shards, err);
    *count = shards.count;
    if (ok)
        return shards.rows;
    free(shards.rows);
    *count = 0;
    return NULL;
}

bool rc_shards_skew(const struct rc_shard_row *rows, size_t count, enum rc_side side,
                    struct rc_skew *skew, struct rc_error *err)
{
    uint64_t *records = calloc(count + 1, sizeof *records);
    if (!records) {
        rc_error_nomem(err);
        return false;
    }
    for (size_t i = 0; i < count; i++)
        records[i] = rows[i].records[side];
    bool ok = rc_skew_measure(records, count, skew, err);
    free(records);
    return ok;
}

bool rc_shards_amounts(struct rc_model *model, const char *currency, uint64_t *amounts,
                       size_t count, struct rc_error *err)
{
    sqlite3_stmt *statement = rc_model_prepare(
        model, "SELECT shard, amount_minor FROM discrepancy WHERE currency = ?", err);
    bool ok =
        statement && sqlite3_bind_text(statement, 1, currency, -1, SQLITE_STATIC) == SQLITE_OK;
    memset(amounts, 0, count * sizeof *amounts);
    while (ok && rc_model_step(model, statement, &ok, err)) {
        uint64_t shard = number_of(statement, 0);
        int64_t minor = sqlite3_column_int64(statement, 1);
        uint64_t amount = minor < 0 ? 0 - (uint64_t)minor : (uint64_t)minor;
        if (shard < count && __builtin_add_overflow(amounts[shard], amount, &amounts[shard]))
            amounts[shard] = UINT64_MAX;
    }
    sqlite3_finalize(statement);
    return ok;
}
