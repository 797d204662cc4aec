#include "core/day_internal.h"

#include <string.h>

#include "base/decimal.h"
#include "base/jsonw.h"
#include "core/civil.h"
#include "core/currency.h"

/* What comes next starts a line. */
static void line(struct rc_jsonw *json)
{
    rc_buf_add_str(json->out, json->comma ? ",\n" : "\n");
    json->comma = false;
}

static void put_int(struct rc_jsonw *json, const char *key, rc_i128 value)
{
    rc_jsonw_key(json, key);
    rc_jsonw_int(json, value);
}

static void put_str(struct rc_jsonw *json, const char *key, const char *value)
{
    rc_jsonw_key(json, key);
    rc_jsonw_str(json, value);
}

static void put_bool(struct rc_jsonw *json, const char *key, bool value)
{
    rc_jsonw_key(json, key);
    rc_jsonw_bool(json, value);
}

static void put_digest(struct rc_jsonw *json, const char *key, rc_u128 digest)
{
    char text[33];
    rc_digest_format(digest, text);
    put_str(json, key, text);
}

static void put_sums(struct rc_jsonw *json, const struct rc_sums *sums)
{
    put_int(json, "count", sums->count);
    put_int(json, "debit_minor", sums->debit_minor);
    put_int(json, "credit_minor", sums->credit_minor);
    put_int(json, "net_minor", rc_sums_net(sums));
}

static void put_counts(struct rc_jsonw *json, const char *key, const int64_t *counts, int length)
{
    rc_jsonw_key(json, key);
    rc_jsonw_open(json, '[');
    for (int i = 0; i < length; i++)
        rc_jsonw_int(json, counts[i]);
    rc_jsonw_close(json, ']');
}

static void put_control_value(struct rc_jsonw *json, const char *key, const char *text,
                              bool numeric)
{
    struct rc_decimal number;
    rc_jsonw_key(json, key);
    if (!text[0])
        rc_jsonw_null(json);
    else if (numeric && rc_decimal_parse(text, strlen(text), &number) && number.scale == 0)
        rc_jsonw_int(json, number.unscaled);
    else
        rc_jsonw_str(json, text);
}

static void put_control(struct rc_jsonw *json, const struct rc_control *control)
{
    rc_jsonw_open(json, '{');
    put_str(json, "name", control->name);
    put_str(json, "scope", control->scope);
    if (control->batch)
        put_int(json, "batch", control->batch);
    put_control_value(json, "declared", control->declared, control->numeric);
    put_control_value(json, "actual", control->actual, control->numeric);
    put_bool(json, "ok", control->ok);
    rc_jsonw_close(json, '}');
}

static void put_side(struct rc_jsonw *json, const struct rc_day *day, enum rc_side side)
{
    const struct rc_side_totals *totals = &day->side[side];
    rc_jsonw_key(json, rc_side_name(side));
    rc_jsonw_open(json, '{');
    put_int(json, "records", totals->records);
    put_int(json, "rejected", totals->rejected);
    rc_jsonw_key(json, "totals");
    rc_jsonw_open(json, '{');
    for (size_t i = 0; i < rc_currency_count; i++) {
        struct rc_sums sums = rc_currency_sums(&day->total, RC_ALL_STATUSES, (uint8_t)i, side);
        if (!sums.count)
            continue;
        rc_jsonw_key(json, rc_currencies[i].alpha);
        rc_jsonw_open(json, '{');
        put_sums(json, &sums);
        rc_jsonw_close(json, '}');
    }
    rc_jsonw_close(json, '}');
    put_int(json, "controls_broken", totals->controls.broken);
    put_int(json, "controls_omitted", totals->controls.omitted);
    rc_jsonw_key(json, "controls");
    rc_jsonw_open(json, '[');
    for (size_t i = 0; i < totals->controls.count; i++) {
        line(json);
        put_control(json, &totals->controls.items[i]);
    }
    rc_jsonw_close(json, ']');
    rc_jsonw_close(json, '}');
}

/* Both sides name the same currencies, so that a script can subtract them. */
static void put_status_sums(struct rc_jsonw *json, const struct rc_summary *total,
                            enum rc_status status, enum rc_side side)
{
    rc_jsonw_key(json, side == RC_SETTLEMENT ? "settlement_minor" : "internal_minor");
    rc_jsonw_open(json, '{');
    for (size_t i = 0; i < rc_currency_count; i++) {
        if (!rc_has_currency(total, (int)status, (uint8_t)i))
            continue;
        struct rc_sums sums = rc_currency_sums(total, (int)status, (uint8_t)i, side);
        put_int(json, rc_currencies[i].alpha, rc_sums_net(&sums));
    }
    rc_jsonw_close(json, '}');
}

static void put_status(struct rc_jsonw *json, const struct rc_summary *total, enum rc_status status)
{
    line(json);
    rc_jsonw_key(json, rc_status_name(status));
    rc_jsonw_open(json, '{');
    put_int(json, "count", rc_outcomes_of(total, status));
    put_bool(json, "exception", rc_status_is_exception(status));
    put_int(json, "settlement", rc_records_of(total, status, RC_SETTLEMENT));
    put_int(json, "internal", rc_records_of(total, status, RC_INTERNAL));
    put_status_sums(json, total, status, RC_SETTLEMENT);
    put_status_sums(json, total, status, RC_INTERNAL);
    rc_jsonw_close(json, '}');
}

static void put_shard(struct rc_jsonw *json, uint32_t number, const struct rc_summary *shard)
{
    line(json);
    rc_jsonw_open(json, '{');
    put_int(json, "shard", number);
    put_int(json, "settlement", shard->records[RC_SETTLEMENT]);
    put_int(json, "internal", shard->records[RC_INTERNAL]);
    put_int(json, "discrepancies", shard->discrepancies);
    put_digest(json, "digest", shard->digest[RC_SETTLEMENT] + shard->digest[RC_INTERNAL]);
    put_digest(json, "outcome_digest", shard->outcome_digest);
    rc_jsonw_close(json, '}');
}

static void put_cell(struct rc_jsonw *json, const struct rc_cell *cell)
{
    line(json);
    rc_jsonw_open(json, '{');
    put_str(json, "status", rc_status_name(cell->status));
    put_str(json, "currency", rc_currencies[cell->currency].alpha);
    put_str(json, "kind", rc_kind_name((enum rc_kind)cell->kind));
    put_int(json, "count", cell->outcomes);
    for (int side = 0; side < RC_SIDES; side++) {
        rc_jsonw_key(json, rc_side_name((enum rc_side)side));
        rc_jsonw_open(json, '{');
        put_sums(json, &cell->side[side]);
        put_counts(json, "amounts", cell->amounts[side], RC_AMOUNT_BUCKETS);
        put_counts(json, "ages", cell->ages[side], RC_AGE_BUCKETS);
        rc_jsonw_close(json, '}');
    }
    rc_jsonw_close(json, '}');
}

static void put_reason(void *context, const char *sentence)
{
    rc_jsonw_str(context, sentence);
}

static void put_verdict(struct rc_jsonw *json, const struct rc_day *day)
{
    const struct rc_summary *total = &day->total;
    line(json);
    put_digest(json, "digest", total->digest[RC_SETTLEMENT] + total->digest[RC_INTERNAL]);
    line(json);
    put_digest(json, "outcome_digest", total->outcome_digest);
    line(json);
    put_str(json, "fingerprint", day->fingerprint);
    line(json);
    rc_jsonw_key(json, "unbalanced_because");
    rc_jsonw_open(json, '[');
    rc_day_each_reason(day, put_reason, json);
    rc_jsonw_close(json, ']');
    line(json);
    put_bool(json, "balanced", day->balanced);
}

static void put_heading(struct rc_jsonw *json, const struct rc_day *day)
{
    char date[RC_CIVIL_TEXT];
    rc_civil_format(day->file_date, date);
    put_str(json, "program", day->program);
    line(json);
    rc_jsonw_key(json, "file_date");
    if (date[0])
        rc_jsonw_str(json, date);
    else
        rc_jsonw_null(json);
    line(json);
    put_int(json, "shard_count", day->shard_count);
}

bool rc_day_json(const struct rc_day *day, struct rc_buf *out)
{
    struct rc_jsonw json;
    rc_jsonw_init(&json, out);
    rc_jsonw_open(&json, '{');
    put_heading(&json, day);
    line(&json);
    rc_jsonw_key(&json, "sides");
    rc_jsonw_open(&json, '{');
    for (int side = 0; side < RC_SIDES; side++) {
        line(&json);
        put_side(&json, day, (enum rc_side)side);
    }
    rc_jsonw_close(&json, '}');
    line(&json);
    rc_jsonw_key(&json, "statuses");
    rc_jsonw_open(&json, '{');
    for (int status = 0; status < RC_STATUSES; status++)
        put_status(&json, &day->total, (enum rc_status)status);
    rc_jsonw_close(&json, '}');
    line(&json);
    rc_jsonw_key(&json, "shards");
    rc_jsonw_open(&json, '[');
    for (uint32_t i = 0; i < day->shard_count; i++)
        put_shard(&json, i, &day->shards[i]);
    rc_jsonw_close(&json, ']');
    line(&json);
    rc_jsonw_key(&json, "buckets");
    rc_jsonw_open(&json, '[');
    for (uint32_t i = 0; i < day->total.cell_count; i++)
        put_cell(&json, &day->total.cells[i]);
    rc_jsonw_close(&json, ']');
    put_verdict(&json, day);
    rc_jsonw_close(&json, '}');
    rc_buf_add_char(out, '\n');
    return !out->failed;
}
