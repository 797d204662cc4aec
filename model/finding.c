#include "model/finding.h"

#include "core/civil.h"
#include "core/currency.h"
#include "model/figures.h"
#include "model/model_internal.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t number_of(sqlite3_stmt *row, int column)
{
    int64_t value = sqlite3_column_int64(row, column);
    return value < 0 ? 0 : (uint64_t)value;
}

static enum rc_side side_of(sqlite3_stmt *row, int column)
{
    const char *text = (const char *)sqlite3_column_text(row, column);
    return text && strcmp(text, rc_side_name(RC_INTERNAL)) == 0 ? RC_INTERNAL : RC_SETTLEMENT;
}

static bool copy_raw(sqlite3_stmt *row, int column, uint8_t **raw, uint32_t *length)
{
    const void *bytes = sqlite3_column_blob(row, column);
    *length = bytes ? (uint32_t)sqlite3_column_bytes(row, column) : 0;
    *raw = malloc((size_t)*length + 1);
    if (*raw && *length)
        memcpy(*raw, bytes, *length);
    return *raw != NULL;
}

/* ----- the discrepancy ----- */

static uint32_t fields_of(const char *json)
{
    uint32_t mask = 0;
    enum rc_canon field;
    json_t *names = json ? json_loads(json, 0, NULL) : NULL;
    for (size_t i = 0; i < json_array_size(names); i++) {
        const char *name = json_string_value(json_array_get(names, i));
        if (name && rc_canon_find(name, &field))
            mask |= 1u << field;
    }
    json_decref(names);
    return mask;
}

static bool read_head(sqlite3_stmt *row, struct rc_finding *finding)
{
    finding->id = sqlite3_column_int64(row, 0);
    rc_column_text(row, 1, finding->status, sizeof finding->status);
    finding->exception = sqlite3_column_int(row, 2) != 0;
    const char *id = (const char *)sqlite3_column_text(row, 3);
    finding->transaction_id = strdup(id ? id : "");
    finding->shard = number_of(row, 4);
    rc_column_text(row, 5, finding->currency, sizeof finding->currency);
    rc_column_text(row, 6, finding->kind, sizeof finding->kind);
    finding->has_delta = sqlite3_column_type(row, 7) != SQLITE_NULL;
    finding->delta_minor = sqlite3_column_int64(row, 7);
    finding->differences = fields_of((const char *)sqlite3_column_text(row, 8));
    rc_column_text(row, 9, finding->rule, sizeof finding->rule);
    rc_column_text(row, 10, finding->reason, sizeof finding->reason);
    finding->age_days = sqlite3_column_int64(row, 11);
    rc_column_text(row, 12, finding->age_bucket, sizeof finding->age_bucket);
    finding->count[RC_SETTLEMENT] = number_of(row, 13);
    finding->count[RC_INTERNAL] = number_of(row, 14);
    return finding->transaction_id != NULL;
}

/* ----- its records ----- */

/* The query's columns behind the six of the place, in the order of enum rc_canon. */
#define CANON_COLUMNS                                                                              \
    "amount_minor, currency, date, settle_date, kind, fee_minor, original_amount_minor,"           \
    " original_currency, transaction_id, acquirer_reference, auth_code, card, merchant_id, mcc,"   \
    " reference"

enum { CANON_FROM = 6, RAW_AT = CANON_FROM + RC_CANON_FIELDS };

static bool is_money(enum rc_canon field)
{
    return field == RC_C_AMOUNT || field == RC_C_FEE || field == RC_C_ORIGINAL_AMOUNT;
}

static bool is_date(enum rc_canon field)
{
    return field == RC_C_DATE || field == RC_C_SETTLE_DATE;
}

static bool read_field(sqlite3_stmt *row, enum rc_canon field, struct rc_finding_record *record)
{
    int column = CANON_FROM + (int)field;
    char money[RC_FIGURE_BYTES];
    const char *text = (const char *)sqlite3_column_text(row, column);
    if (!text)
        return true;
    if (is_money(field)) {
        enum rc_canon of = field == RC_C_ORIGINAL_AMOUNT ? RC_C_ORIGINAL_CURRENCY : RC_C_CURRENCY;
        const char *code = (const char *)sqlite3_column_text(row, CANON_FROM + (int)of);
        record->minor[field] = sqlite3_column_int64(row, column);
        rc_money_text(record->minor[field], code ? rc_money_exponent(code) : -1, money);
        text = money;
    } else if (is_date(field)) {
        int32_t days = 0;
        rc_civil_parse(text, strlen(text), &days);
        record->minor[field] = days;
    }
    record->field[field] = strdup(text);
    return record->field[field] != NULL;
}

static bool read_record(sqlite3_stmt *row, struct rc_finding_record *record)
{
    record->side = side_of(row, 0);
    record->number = number_of(row, 1);
    record->offset = number_of(row, 2);
    record->length = number_of(row, 3);
    record->age_days = sqlite3_column_int64(row, 4);
    for (int field = 0; field < RC_CANON_FIELDS; field++)
        if (!read_field(row, (enum rc_canon)field, record))
            return false;
    return copy_raw(row, RAW_AT, &record->raw, &record->raw_length);
}

static bool read_records(struct rc_model *model, struct rc_finding *finding, struct rc_error *err)
{
    uint64_t all = finding->count[RC_SETTLEMENT] + finding->count[RC_INTERNAL];
    size_t most = all < RC_FINDING_RECORDS ? (size_t)all : RC_FINDING_RECORDS;
    sqlite3_stmt *row = rc_model_prepare(
        model,
        "SELECT side, number, offset, length, age_days, position, " CANON_COLUMNS ", raw"
        " FROM record WHERE discrepancy_id = ? ORDER BY side DESC, position",
        err);
    bool ok = row && sqlite3_bind_int64(row, 1, finding->id) == SQLITE_OK;
    finding->records = calloc(most + 1, sizeof *finding->records);
    if (ok && !finding->records) {
        rc_error_nomem(err);
        ok = false;
    }
    while (ok && finding->record_count < most && rc_model_step(model, row, &ok, err))
        if (!read_record(row, &finding->records[finding->record_count++])) {
            rc_error_nomem(err);
            ok = false;
        }
    sqlite3_finalize(row);
    return ok;
}

struct rc_finding *rc_finding_read(struct rc_model *model, int64_t id, struct rc_error *err)
{
    struct rc_finding *finding = calloc(1, sizeof *finding);
    sqlite3_stmt *row = rc_model_prepare(
        model,
        "SELECT id, status, exception, transaction_id, shard, currency, kind, amount_delta_minor,"
        " differences, rule, reason, age_days, age_bucket, settlement_count, internal_count"
        " FROM discrepancy WHERE id = ?",
        err);
    bool ok = row && sqlite3_bind_int64(row, 1, id) == SQLITE_OK;
    if (ok && !finding) {
        rc_error_nomem(err);
        ok = false;
    }
    if (ok && !rc_model_step(model, row, &ok, err)) {
        if (ok)
            rc_error_set(err, RC_USAGE, "there is no discrepancy %lld", (long long)id);
        ok = false;
    }
    if (ok && !read_head(row, finding)) {
        rc_error_nomem(err);
        ok = false;
    }
    sqlite3_finalize(row);
    if (ok && read_records(model, finding, err))
        return finding;
    rc_finding_free(finding);
    return NULL;
}

struct rc_finding *rc_finding_next(struct rc_model *model, int64_t id, int direction,
                                   struct rc_error *err)
{
    sqlite3_stmt *row = rc_model_prepare(
        model,
        direction > 0 ? "SELECT id FROM discrepancy WHERE id > ? ORDER BY id LIMIT 1"
                      : "SELECT id FROM discrepancy WHERE id < ? ORDER BY id DESC LIMIT 1",
        err);
    bool ok = row && sqlite3_bind_int64(row, 1, id) == SQLITE_OK;
    bool found = ok && rc_model_step(model, row, &ok, err);
    int64_t next = found ? sqlite3_column_int64(row, 0) : 0;
    sqlite3_finalize(row);
    return found ? rc_finding_read(model, next, err) : NULL;
}

void rc_finding_free(struct rc_finding *finding)
{
    if (!finding)
        return;
    for (size_t i = 0; i < finding->record_count; i++) {
        for (int field = 0; field < RC_CANON_FIELDS; field++)
            free(finding->records[i].field[field]);
        free(finding->records[i].raw);
    }
    free(finding->records);
    free(finding->transaction_id);
    free(finding);
}

void rc_finding_delta(const struct rc_finding_record *settlement,
                      const struct rc_finding_record *internal, enum rc_canon field, char *text,
                      size_t size)
{
    char money[RC_FIGURE_BYTES];
    text[0] = '\0';
    if (!settlement->field[field] || !internal->field[field])
        return;
    rc_i128 delta = (rc_i128)settlement->minor[field] - internal->minor[field];
    if (is_date(field)) {
        if (delta)
            snprintf(text, size, "%+lld day%s", (long long)delta,
                     delta == 1 || delta == -1 ? "" : "s");
        return;
    }
    if (!is_money(field) || !delta)
        return;
    enum rc_canon of = field == RC_C_ORIGINAL_AMOUNT ? RC_C_ORIGINAL_CURRENCY : RC_C_CURRENCY;
    const char *left = settlement->field[of], *right = internal->field[of];
    if (!left || !right || strcmp(left, right) != 0)
        return;
    rc_money_text(delta, rc_money_exponent(left), money);
    snprintf(text, size, "%s%s", delta > 0 ? "+" : "", money);
}

/* ----- candidates ----- */

/* Gathers the records of the discrepancy and looks through all others. A bit and
 * more weigh: the id 8, the reference 4, the authorisation code 2, the amount 1. */
static const char candidates_sql[] =
    "WITH mine AS MATERIALIZED (SELECT * FROM record WHERE discrepancy_id = ?1 LIMIT 100),"
    " ids AS MATERIALIZED (SELECT DISTINCT transaction_id v FROM mine),"
    " refs AS MATERIALIZED (SELECT DISTINCT acquirer_reference v FROM mine"
    "  WHERE acquirer_reference <> ''),"
    " auths AS MATERIALIZED (SELECT DISTINCT auth_code v FROM mine WHERE auth_code <> ''),"
    " sums AS MATERIALIZED (SELECT DISTINCT amount_minor v, currency c FROM mine),"
    " others AS (SELECT r.rowid AS at, r.*, transaction_id IN (SELECT v FROM ids) AS a,"
    "  coalesce(acquirer_reference IN (SELECT v FROM refs), 0) AS b,"
    "  coalesce(auth_code IN (SELECT v FROM auths), 0) AS c,"
    "  (amount_minor, currency) IN (SELECT v, c FROM sums) AS e"
    "  FROM record r WHERE discrepancy_id <> ?1)"
    "SELECT o.discrepancy_id, o.side, o.number, o.a + 2 * o.b + 4 * o.c + 8 * o.e,"
    " d.status, o.transaction_id, o.amount_minor, o.currency, o.date"
    " FROM others o JOIN discrepancy d ON d.id = o.discrepancy_id"
    " WHERE o.a + o.b + o.c + o.e > 0"
    " ORDER BY 8 * o.a + 4 * o.b + 2 * o.c + o.e DESC, o.at LIMIT ?2";

static void read_candidate(sqlite3_stmt *row, struct rc_candidate *candidate)
{
    char money[RC_FIGURE_BYTES];
    candidate->discrepancy = sqlite3_column_int64(row, 0);
    candidate->side = side_of(row, 1);
    candidate->number = number_of(row, 2);
    candidate->likeness = (unsigned)sqlite3_column_int(row, 3);
    rc_column_text(row, 4, candidate->status, sizeof candidate->status);
    rc_column_text(row, 5, candidate->transaction_id, sizeof candidate->transaction_id);
    rc_column_text(row, 7, candidate->currency, sizeof candidate->currency);
    rc_column_text(row, 8, candidate->date, sizeof candidate->date);
    rc_money_text(sqlite3_column_int64(row, 6), rc_money_exponent(candidate->currency), money);
    snprintf(candidate->amount, sizeof candidate->amount, "%.47s", money);
}

bool rc_candidates_find(struct rc_model *model, const struct rc_finding *finding,
                        struct rc_candidates *candidates, struct rc_error *err)
{
    sqlite3_stmt *row = rc_model_prepare(model, candidates_sql, err);
    *candidates = (struct rc_candidates){0};
    bool ok = row && sqlite3_bind_int64(row, 1, finding->id) == SQLITE_OK &&
              sqlite3_bind_int(row, 2, RC_CANDIDATES + 1) == SQLITE_OK;
    while (ok && rc_model_step(model, row, &ok, err)) {
        if (candidates->count == RC_CANDIDATES)
            candidates->more = true;
        else
            read_candidate(row, &candidates->items[candidates->count++]);
    }
    sqlite3_finalize(row);
    return ok;
}

/* ----- single records ----- */

static struct rc_kept_record *read_kept(sqlite3_stmt *row, enum rc_side side, uint64_t number,
                                        struct rc_error *err)
{
    struct rc_kept_record *record = calloc(1, sizeof *record);
    if (!record || !copy_raw(row, 5, &record->raw, &record->raw_length)) {
        rc_error_nomem(err);
        free(record);
        return NULL;
    }
    record->side = side;
    record->number = number;
    record->offset = number_of(row, 0);
    record->length = number_of(row, 1);
    record->discrepancy = sqlite3_column_int64(row, 2);
    rc_column_text(row, 3, record->field, sizeof record->field);
    rc_column_text(row, 4, record->reason, sizeof record->reason);
    return record;
}

/* Records of discrepancies have no index by their number: the place is found once
 * through the rejected ones, else by looking through all. */
struct rc_kept_record *rc_kept_record_read(struct rc_model *model, enum rc_side side,
                                           uint64_t number, struct rc_error *err)
{
    static const char *const queries[] = {
        "SELECT offset, length, 0, field, reason, raw FROM rejected"
        " WHERE side = ?1 AND number = ?2 LIMIT 1",
        "SELECT offset, length, discrepancy_id, '', '', raw FROM record"
        " WHERE side = ?1 AND number = ?2 LIMIT 1"};
    struct rc_kept_record *record = NULL;
    bool ok = true;
    for (size_t i = 0; ok && !record && i < sizeof queries / sizeof *queries; i++) {
        sqlite3_stmt *row = rc_model_prepare(model, queries[i], err);
        ok = row && sqlite3_bind_text(row, 1, rc_side_name(side), -1, SQLITE_STATIC) == SQLITE_OK &&
             sqlite3_bind_int64(row, 2, (int64_t)number) == SQLITE_OK;
        if (ok && rc_model_step(model, row, &ok, err)) {
            record = read_kept(row, side, number, err);
            ok = record != NULL;
        }
        sqlite3_finalize(row);
    }
    return record;
}

void rc_kept_record_free(struct rc_kept_record *record)
{
    if (!record)
        return;
    free(record->raw);
    free(record);
}
