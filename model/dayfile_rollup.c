#include "model/dayfile_internal.h"

#include <stdio.h>

#include "core/civil.h"
#include "core/currency.h"

/* One table to fill: the INSERT and what binds its rows. */
struct table {
    const char *sql;
    bool (*fill)(sqlite3_stmt *statement, const struct rc_day *day);
};

static const char *code_of(uint8_t currency)
{
    return rc_currencies[currency].alpha;
}

static rc_u128 both(const struct rc_summary *summary)
{
    return summary->digest[RC_SETTLEMENT] + summary->digest[RC_INTERNAL];
}

/* ----- meta ----- */

static bool meta_text(sqlite3_stmt *statement, const char *key, const char *value)
{
    struct rc_row row = rc_row_of(statement);
    rc_row_str(&row, key);
    rc_row_str(&row, value);
    return rc_row_insert(&row);
}

static bool meta_digest(sqlite3_stmt *statement, const char *key, rc_u128 digest)
{
    char text[33];
    rc_digest_format(digest, text);
    return meta_text(statement, key, text);
}

static bool meta_number(sqlite3_stmt *statement, const char *key, uint32_t number)
{
    char text[16];
    snprintf(text, sizeof text, "%lu", (unsigned long)number);
    return meta_text(statement, key, text);
}

static bool fill_meta(sqlite3_stmt *statement, const struct rc_day *day)
{
    char date[RC_CIVIL_TEXT];
    rc_civil_format(day->file_date, date);
    return meta_text(statement, "format", "reconctl day") &&
           meta_number(statement, "schema_version", RC_DAYFILE_SCHEMA) &&
           meta_text(statement, "program", day->program) &&
           meta_text(statement, "file_date", date[0] ? date : NULL) &&
           meta_number(statement, "shard_count", day->shard_count) &&
           meta_digest(statement, "rules_digest", day->rules_digest) &&
           meta_digest(statement, "digest", both(&day->total)) &&
           meta_digest(statement, "outcome_digest", day->total.outcome_digest) &&
           meta_text(statement, "fingerprint", day->fingerprint) &&
           meta_text(statement, "balanced", day->balanced ? "1" : "0");
}

/* ----- sides ----- */

static bool fill_currency(sqlite3_stmt *statement, const struct rc_day *day)
{
    (void)day;
    for (size_t i = RC_CURRENCY_NONE + 1; i < rc_currency_count; i++) {
        struct rc_row row = rc_row_of(statement);
        rc_row_str(&row, rc_currencies[i].alpha);
        rc_row_int(&row, rc_currencies[i].numeric);
        if (rc_currencies[i].exponent < 0)
            rc_row_null(&row);
        else
            rc_row_int(&row, rc_currencies[i].exponent);
        if (!rc_row_insert(&row))
            return false;
    }
    return true;
}

static bool fill_side(sqlite3_stmt *statement, const struct rc_day *day)
{
    for (int side = 0; side < RC_SIDES; side++) {
        const struct rc_side_totals *totals = &day->side[side];
        struct rc_row row = rc_row_of(statement);
        rc_row_str(&row, rc_side_name((enum rc_side)side));
        rc_row_str(&row, totals->path[0] ? totals->path : NULL);
        rc_row_str(&row, totals->layout[0] ? totals->layout : NULL);
        rc_row_digest(&row, totals->layout_digest);
        rc_row_int(&row, (int64_t)totals->bytes);
        rc_row_int(&row, (int64_t)totals->records);
        rc_row_int(&row, (int64_t)totals->rejected);
        rc_row_int(&row, (int64_t)totals->controls.broken);
        rc_row_int(&row, (int64_t)totals->controls.omitted);
        rc_row_digest(&row, day->total.digest[side]);
        if (!rc_row_insert(&row))
            return false;
    }
    return true;
}

static bool insert_control(sqlite3_stmt *statement, enum rc_side side,
                           const struct rc_control *control)
{
    struct rc_row row = rc_row_of(statement);
    rc_row_str(&row, rc_side_name(side));
    rc_row_str(&row, control->name);
    rc_row_str(&row, control->scope);
    rc_row_int(&row, control->batch);
    if (control->number)
        rc_row_int(&row, (int64_t)control->number);
    else
        rc_row_null(&row);
    rc_row_str(&row, control->declared[0] ? control->declared : NULL);
    rc_row_str(&row, control->actual[0] ? control->actual : NULL);
    rc_row_int(&row, control->numeric);
    rc_row_int(&row, control->ok);
    return rc_row_insert(&row);
}

static bool fill_control(sqlite3_stmt *statement, const struct rc_day *day)
{
    for (int side = 0; side < RC_SIDES; side++) {
        const struct rc_controls *controls = &day->side[side].controls;
        for (size_t i = 0; i < controls->count; i++)
            if (!insert_control(statement, (enum rc_side)side, &controls->items[i]))
                return false;
    }
    return true;
}

/* ----- sums ----- */

static void row_sums(struct rc_row *row, const struct rc_sums *sums)
{
    rc_row_int(row, sums->count);
    rc_row_i128(row, sums->debit_minor);
    rc_row_i128(row, sums->credit_minor);
    rc_row_i128(row, rc_sums_net(sums));
}

static void add_sums(struct rc_sums *into, const struct rc_sums *from)
{
    into->count += from->count;
    into->debit_minor += from->debit_minor;
    into->credit_minor += from->credit_minor;
}

static bool fill_total(sqlite3_stmt *statement, const struct rc_day *day)
{
    for (int side = 0; side < RC_SIDES; side++)
        for (size_t currency = 0; currency < rc_currency_count; currency++) {
            struct rc_sums sums = {0};
            for (uint32_t i = 0; i < day->total.cell_count; i++)
                if (day->total.cells[i].currency == currency)
                    add_sums(&sums, &day->total.cells[i].side[side]);
            if (!sums.count)
                continue;
            struct rc_row row = rc_row_of(statement);
            rc_row_str(&row, rc_side_name((enum rc_side)side));
            rc_row_str(&row, rc_currencies[currency].alpha);
            row_sums(&row, &sums);
            if (!rc_row_insert(&row))
                return false;
        }
    return true;
}

static bool fill_status(sqlite3_stmt *statement, const struct rc_day *day)
{
    for (int status = 0; status < RC_STATUSES; status++) {
        int64_t outcomes = 0, records[RC_SIDES] = {0};
        for (uint32_t i = 0; i < day->total.cell_count; i++) {
            const struct rc_cell *cell = &day->total.cells[i];
            if ((int)cell->status != status)
                continue;
            outcomes += cell->outcomes;
            for (int side = 0; side < RC_SIDES; side++)
                records[side] += cell->side[side].count;
        }
        struct rc_row row = rc_row_of(statement);
        rc_row_str(&row, rc_status_name((enum rc_status)status));
        rc_row_int(&row, status);
        rc_row_int(&row, rc_status_is_exception((enum rc_status)status));
        rc_row_int(&row, outcomes);
        rc_row_int(&row, records[RC_SETTLEMENT]);
        rc_row_int(&row, records[RC_INTERNAL]);
        if (!rc_row_insert(&row))
            return false;
    }
    return true;
}

/* The cells are sorted, so those of one status and currency are neighbours. */
static bool fill_status_total(sqlite3_stmt *statement, const struct rc_day *day)
{
    const struct rc_summary *total = &day->total;
    for (uint32_t i = 0; i < total->cell_count;) {
        const struct rc_cell *first = &total->cells[i];
        struct rc_sums sums[RC_SIDES] = {{0}};
        for (; i < total->cell_count && total->cells[i].status == first->status &&
               total->cells[i].currency == first->currency;
             i++)
            for (int side = 0; side < RC_SIDES; side++)
                add_sums(&sums[side], &total->cells[i].side[side]);
        struct rc_row row = rc_row_of(statement);
        rc_row_str(&row, rc_status_name(first->status));
        rc_row_str(&row, code_of(first->currency));
        for (int side = 0; side < RC_SIDES; side++)
            rc_row_i128(&row, rc_sums_net(&sums[side]));
        if (!rc_row_insert(&row))
            return false;
    }
    return true;
}

static void row_cell(struct rc_row *row, const struct rc_cell *cell, enum rc_side side)
{
    rc_row_str(row, rc_status_name(cell->status));
    rc_row_str(row, code_of(cell->currency));
    rc_row_str(row, rc_kind_name((enum rc_kind)cell->kind));
    rc_row_str(row, rc_side_name(side));
}

static bool fill_cell(sqlite3_stmt *statement, const struct rc_day *day)
{
    for (uint32_t i = 0; i < day->total.cell_count; i++)
        for (int side = 0; side < RC_SIDES; side++) {
            const struct rc_cell *cell = &day->total.cells[i];
            struct rc_row row = rc_row_of(statement);
            row_cell(&row, cell, (enum rc_side)side);
            rc_row_int(&row, cell->outcomes);
            row_sums(&row, &cell->side[side]);
            if (!rc_row_insert(&row))
                return false;
        }
    return true;
}

/* ----- buckets ----- */

static bool insert_bucket(sqlite3_stmt *statement, const struct rc_cell *cell, enum rc_side side,
                          bool age, int bucket)
{
    int64_t count = age ? cell->ages[side][bucket] : cell->amounts[side][bucket];
    char digits[16];
    if (!count)
        return true;
    snprintf(digits, sizeof digits, bucket == 1 ? "%d digit" : "%d digits", bucket);
    struct rc_row row = rc_row_of(statement);
    row_cell(&row, cell, side);
    rc_row_str(&row, age ? "age" : "amount");
    rc_row_int(&row, bucket);
    rc_row_str(&row, age ? rc_age_bucket_names[bucket] : bucket ? digits : "zero");
    rc_row_int(&row, count);
    return rc_row_insert(&row);
}

static bool fill_bucket(sqlite3_stmt *statement, const struct rc_day *day)
{
    for (uint32_t i = 0; i < day->total.cell_count; i++)
        for (int side = 0; side < RC_SIDES; side++) {
            const struct rc_cell *cell = &day->total.cells[i];
            for (int bucket = 0; bucket < RC_AMOUNT_BUCKETS; bucket++)
                if (!insert_bucket(statement, cell, (enum rc_side)side, false, bucket))
                    return false;
            for (int bucket = 0; bucket < RC_AGE_BUCKETS; bucket++)
                if (!insert_bucket(statement, cell, (enum rc_side)side, true, bucket))
                    return false;
        }
    return true;
}

static bool fill_shard(sqlite3_stmt *statement, const struct rc_day *day)
{
    for (uint32_t i = 0; i < day->shard_count; i++) {
        const struct rc_summary *shard = &day->shards[i];
        struct rc_row row = rc_row_of(statement);
        rc_row_int(&row, i);
        rc_row_int(&row, shard->records[RC_SETTLEMENT]);
        rc_row_int(&row, shard->records[RC_INTERNAL]);
        rc_row_int(&row, shard->discrepancies);
        rc_row_digest(&row, both(shard));
        rc_row_digest(&row, shard->outcome_digest);
        rc_row_int(&row, (int64_t)shard->bytes[RC_SETTLEMENT]);
        rc_row_int(&row, (int64_t)shard->bytes[RC_INTERNAL]);
        if (!rc_row_insert(&row))
            return false;
    }
    return true;
}

static const struct table tables[] = {
    {"INSERT INTO meta VALUES (?,?)", fill_meta},
    {"INSERT INTO currency VALUES (?,?,?)", fill_currency},
    {"INSERT INTO side VALUES (?,?,?,?,?,?,?,?,?,?)", fill_side},
    {"INSERT INTO control VALUES (NULL,?,?,?,?,?,?,?,?,?)", fill_control},
    {"INSERT INTO total VALUES (?,?,?,?,?,?)", fill_total},
    {"INSERT INTO status VALUES (?,?,?,?,?,?)", fill_status},
    {"INSERT INTO status_total VALUES (?,?,?,?)", fill_status_total},
    {"INSERT INTO cell VALUES (?,?,?,?,?,?,?,?,?)", fill_cell},
    {"INSERT INTO bucket VALUES (?,?,?,?,?,?,?,?)", fill_bucket},
    {"INSERT INTO shard VALUES (?,?,?,?,?,?,?,?)", fill_shard},
};

bool rc_dayfile_write_rollup(struct rc_dayfile *writer, const struct rc_day *day,
                             struct rc_error *err)
{
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        sqlite3_stmt *statement;
        if (!rc_dayfile_prepare(writer, tables[i].sql, &statement, err))
            return false;
        bool filled = tables[i].fill(statement, day);
        if (!filled)
            rc_dayfile_fail(writer, "write the rollup to", err);
        sqlite3_finalize(statement);
        if (!filled)
            return false;
    }
    return true;
}
