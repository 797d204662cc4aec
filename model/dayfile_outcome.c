#include "model/dayfile_internal.h"

#include <string.h>

#include "core/civil.h"
#include "core/currency.h"

enum {
    NAME_BYTES = 24, /* of a canonical field, with quotes and comma */
    DIFFERENCES_BYTES = RC_CANON_FIELDS * NAME_BYTES + 3,
};

/* ----- differences and deltas ----- */

/* The bits as a JSON array of names, which need no escaping. */
static void format_differences(uint32_t differences, char text[DIFFERENCES_BYTES])
{
    char *to = text;
    *to++ = '[';
    for (int field = 0; field < RC_CANON_FIELDS; field++) {
        if (!(differences >> field & 1))
            continue;
        if (to > text + 1)
            *to++ = ',';
        *to++ = '"';
        to = stpcpy(to, rc_canon_name((enum rc_canon)field));
        *to++ = '"';
    }
    *to++ = ']';
    *to = '\0';
}

/* Adds a side up; false when it has a record of another currency. */
static bool side_sum(const struct rc_outcome *outcome, int side, uint8_t currency, rc_i128 *sum)
{
    for (int i = 0; i < outcome->count[side]; i++) {
        const struct rc_record *record = &outcome->records[side][i].record;
        if (record->currency != currency)
            return false;
        *sum += record->amount_minor;
    }
    return true;
}

static void row_delta(struct rc_row *row, const struct rc_outcome *outcome)
{
    uint8_t currency = rc_outcome_first(outcome)->record.currency;
    rc_i128 sums[RC_SIDES] = {0};
    bool comparable = outcome->count[RC_SETTLEMENT] && outcome->count[RC_INTERNAL];
    for (int side = 0; side < RC_SIDES && comparable; side++)
        comparable = side_sum(outcome, side, currency, &sums[side]);
    rc_i128 delta = sums[RC_SETTLEMENT] - sums[RC_INTERNAL];
    if (comparable && delta >= INT64_MIN && delta <= INT64_MAX)
        rc_row_int(row, (int64_t)delta);
    else
        rc_row_null(row);
}

/* ----- canonical fields ----- */

static void row_number(struct rc_row *row, const struct rc_record *record, enum rc_canon field,
                       int64_t value)
{
    if (rc_record_has(record, field))
        rc_row_int(row, value);
    else
        rc_row_null(row);
}

static void row_currency(struct rc_row *row, const struct rc_record *record, enum rc_canon field,
                         uint8_t currency)
{
    rc_row_str(row, rc_record_has(record, field) ? rc_currencies[currency].alpha : NULL);
}

static void row_date(struct rc_row *row, const struct rc_record *record, enum rc_canon field,
                     int32_t days, char text[RC_CIVIL_TEXT])
{
    rc_civil_format(days, text);
    rc_row_str(row, rc_record_has(record, field) ? text : NULL);
}

static void row_kind(struct rc_row *row, const struct rc_record *record)
{
    bool has = rc_record_has(record, RC_C_KIND);
    rc_row_str(row, has ? rc_kind_name((enum rc_kind)record->kind) : NULL);
}

static void row_canon_text(struct rc_row *row, const struct rc_record *record, enum rc_canon field)
{
    struct rc_text text = rc_record_text(record, field);
    if (rc_record_has(record, field))
        rc_row_text(row, text.data, text.length);
    else
        rc_row_null(row);
}

/* ----- rows ----- */

static bool insert_record(struct rc_dayfile *writer, int64_t discrepancy, enum rc_side side,
                          int position, const struct rc_outcome_record *of)
{
    const struct rc_record *record = &of->record;
    char date[RC_CIVIL_TEXT], settle_date[RC_CIVIL_TEXT];
    struct rc_row row = rc_row_of(writer->record);
    rc_row_int(&row, discrepancy);
    rc_row_str(&row, rc_side_name(side));
    rc_row_int(&row, position);
    rc_row_int(&row, (int64_t)of->where.number);
    rc_row_int(&row, (int64_t)of->where.offset);
    rc_row_int(&row, of->where.length);
    rc_row_int(&row, of->age_days);
    row_number(&row, record, RC_C_AMOUNT, record->amount_minor);
    row_currency(&row, record, RC_C_CURRENCY, record->currency);
    row_date(&row, record, RC_C_DATE, record->date, date);
    row_date(&row, record, RC_C_SETTLE_DATE, record->settle_date, settle_date);
    row_kind(&row, record);
    row_number(&row, record, RC_C_FEE, record->fee_minor);
    row_number(&row, record, RC_C_ORIGINAL_AMOUNT, record->original_amount_minor);
    row_currency(&row, record, RC_C_ORIGINAL_CURRENCY, record->original_currency);
    for (int field = RC_C_FIRST_TEXT; field < RC_CANON_FIELDS; field++)
        row_canon_text(&row, record, (enum rc_canon)field);
    rc_row_blob(&row, of->raw, of->raw_length);
    return rc_row_insert(&row);
}

static bool insert_discrepancy(struct rc_dayfile *writer, int64_t id, uint32_t shard,
                               const struct rc_outcome *outcome, const int64_t omitted[RC_SIDES])
{
    const struct rc_outcome_record *first = rc_outcome_first(outcome);
    char differences[DIFFERENCES_BYTES];
    struct rc_row row = rc_row_of(writer->discrepancy);
    format_differences(outcome->differences, differences);
    rc_row_int(&row, id);
    rc_row_str(&row, rc_status_name(outcome->status));
    rc_row_int(&row, rc_status_is_exception(outcome->status));
    row_canon_text(&row, &first->record, RC_C_ID);
    rc_row_int(&row, shard);
    rc_row_str(&row, rc_currencies[first->record.currency].alpha);
    rc_row_str(&row, rc_kind_name((enum rc_kind)first->record.kind));
    rc_row_int(&row, first->record.amount_minor);
    row_delta(&row, outcome);
    rc_row_str(&row, differences);
    rc_row_str(&row, outcome->rule);
    rc_row_str(&row, outcome->reason[0] ? outcome->reason : NULL);
    rc_row_int(&row, first->age_days);
    rc_row_str(&row, rc_age_bucket_names[rc_age_bucket(first->age_days)]);
    for (int side = 0; side < RC_SIDES; side++)
        rc_row_int(&row, outcome->count[side] + omitted[side]);
    row_canon_text(&row, &first->record, RC_C_MERCHANT_ID);
    row_canon_text(&row, &first->record, RC_C_MCC);
    return rc_row_insert(&row);
}

bool rc_dayfile_put_discrepancy(struct rc_dayfile *writer, int64_t id, uint32_t shard,
                                const struct rc_outcome *outcome, const int64_t *omitted,
                                struct rc_error *err)
{
    static const int64_t none[RC_SIDES];
    if (!insert_discrepancy(writer, id, shard, outcome, omitted ? omitted : none))
        return rc_dayfile_fail(writer, "write a discrepancy to", err);
    for (int side = 0; side < RC_SIDES; side++)
        for (int i = 0; i < outcome->count[side]; i++)
            if (!insert_record(writer, id, (enum rc_side)side, i, &outcome->records[side][i]))
                return rc_dayfile_fail(writer, "write a record to", err);
    return true;
}

bool rc_dayfile_add_discrepancy(struct rc_dayfile *writer, uint32_t shard,
                                const struct rc_outcome *outcome, struct rc_error *err)
{
    return rc_dayfile_put_discrepancy(writer, ++writer->discrepancies, shard, outcome, NULL, err);
}

bool rc_dayfile_put_rejected(struct rc_dayfile *writer, int64_t id,
                             const struct rc_dayfile_rejected *rejected, struct rc_error *err)
{
    const char *field = rejected->field;
    struct rc_row row = rc_row_of(writer->rejected);
    rc_row_int(&row, id);
    rc_row_str(&row, rc_side_name(rejected->side));
    rc_row_int(&row, (int64_t)rejected->where.number);
    rc_row_int(&row, (int64_t)rejected->where.offset);
    rc_row_int(&row, rejected->where.length);
    rc_row_str(&row, field && field[0] ? field : NULL);
    rc_row_str(&row, rejected->reason);
    rc_row_blob(&row, rejected->raw, rejected->raw_length);
    if (!rc_row_insert(&row))
        return rc_dayfile_fail(writer, "write a rejected record to", err);
    return true;
}

bool rc_dayfile_add_rejected(struct rc_dayfile *writer, const struct rc_dayfile_rejected *rejected,
                             struct rc_error *err)
{
    return rc_dayfile_put_rejected(writer, ++writer->rejected_records, rejected, err);
}
