#include "model/spread.h"

#include "core/diagnosis.h"
#include "model/model_internal.h"

#include <math.h>

static const double LIKELY = 0.99;

/* ----- ids ----- */

static const char grouped[] = "SELECT transaction_id, 1 + count(*) FROM discrepancy"
                              " WHERE status = ? GROUP BY transaction_id";

/* records: of the side. */
static bool read_repeats(struct rc_model *model, enum rc_side side, uint64_t records,
                         struct rc_repeats *repeats, struct rc_error *err)
{
    enum rc_status status = side == RC_SETTLEMENT ? RC_DUPLICATE_SETTLEMENT : RC_DUPLICATE_INTERNAL;
    sqlite3_stmt *statement = rc_model_prepare(model, grouped, err);
    bool ok = statement && sqlite3_bind_text(statement, 1, rc_status_name(status), -1,
                                             SQLITE_STATIC) == SQLITE_OK;
    *repeats = (struct rc_repeats){.squares = (double)records, .records = (double)records};
    while (ok && rc_model_step(model, statement, &ok, err)) {
        uint64_t many = (uint64_t)sqlite3_column_int64(statement, 1);
        repeats->squares += (double)many * ((double)many - 1);
        if (many <= repeats->most)
            continue;
        repeats->most = many;
        rc_column_text(statement, 0, repeats->most_id, sizeof repeats->most_id);
    }
    sqlite3_finalize(statement);
    if (!repeats->most)
        repeats->most = records > 0;
    repeats->squares -= (double)repeats->most * (double)repeats->most;
    repeats->records -= (double)repeats->most;
    return ok;
}

double rc_repeats_mean(const struct rc_repeats *repeats)
{
    return repeats->records > 0 ? fmax(1, repeats->squares / repeats->records) : 1;
}

bool rc_repeats_are_hot(const struct rc_repeats *repeats, size_t count)
{
    double most = (double)repeats->most, all = repeats->records + most;
    double mean = all / (double)(count ? count : 1);
    if (most < 2)
        return false;
    if (count < 2)
        return most >= RC_DIAGNOSIS_HOT_SHARE * all;
    return most > mean * (rc_skew_likely(all, count, LIKELY) - 1);
}

/* ----- shards ----- */

void rc_skew_of_ids(struct rc_skew *skew, double an_id)
{
    if (an_id <= 1 || skew->total <= 0)
        return;
    skew->chi_square /= an_id;
    if (skew->degrees)
        skew->p_value = rc_gamma_q((double)skew->degrees / 2, skew->chi_square / 2);
    skew->expected_over_mean = rc_skew_expected(skew->total / an_id, skew->count);
    skew->likely_over_mean = rc_skew_likely(skew->total / an_id, skew->count, LIKELY);
}

bool rc_spread_measure(struct rc_model *model, enum rc_side side, const uint64_t *records,
                       size_t count, struct rc_spread *spread, struct rc_error *err)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += records[i];
    if (!read_repeats(model, side, sum, &spread->repeats, err) ||
        !rc_skew_measure(records, count, &spread->skew, err))
        return false;
    spread->an_id = rc_repeats_mean(&spread->repeats);
    rc_skew_of_ids(&spread->skew, spread->an_id);
    return true;
}
