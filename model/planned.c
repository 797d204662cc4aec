#include "model/planned.h"

#include "model/dayheat.h"
#include "model/overview.h"
#include "model/spread.h"

#include <stdlib.h>
#include <string.h>

static enum rc_side larger(const uint64_t records[RC_SIDES])
{
    return records[RC_SETTLEMENT] > records[RC_INTERNAL] ? RC_SETTLEMENT : RC_INTERNAL;
}

/* ----- words ----- */

static void tell_shards(const struct rc_skew *skew, double an_id, struct rc_buf *told)
{
    if (skew->count < 2) {
        rc_buf_add_str(told, "All is in one shard, which does not tell whether an id is hot.\n");
        return;
    }
    rc_buf_printf(
        told,
        "Of %zu shards the fullest has %.3g times the mean (expected %.3g, by chance up to "
        "%.3g",
        skew->count, skew->most_over_mean, skew->expected_over_mean, skew->likely_over_mean);
    if (an_id > RC_SPREAD_AN_ID)
        rc_buf_printf(told, ", with %.3g records of a record's id in the mean", an_id);
    rc_buf_printf(told, "); chi-square %.4g of %u degree%s of freedom, p-value %.3g.\n",
                  skew->chi_square, skew->degrees, skew->degrees == 1 ? "" : "s", skew->p_value);
}

/* ----- a day file ----- */

/* The records of that side in each of the shards; NULL without memory. */
static uint64_t *counts_of(const struct rc_shard_row *rows, size_t count, enum rc_side side,
                           struct rc_error *err)
{
    uint64_t *counts = calloc(count + 1, sizeof *counts);
    if (!counts)
        rc_error_nomem(err);
    for (size_t i = 0; counts && i < count; i++)
        counts[i] = rows[i].records[side];
    return counts;
}

static void tell_ids(const struct rc_repeats *repeats, bool hot, double share, struct rc_buf *told)
{
    if (hot)
        rc_buf_printf(told, "An id is hot: %s has %llu records, a share of %.3g (skew).\n",
                      repeats->most_id, (unsigned long long)repeats->most, share);
    else if (repeats->most > 1)
        rc_buf_printf(told, "No id is hot: of all %s has the most records, %llu.\n",
                      repeats->most_id, (unsigned long long)repeats->most);
    else
        rc_buf_add_str(told, "No id is hot: each has one record.\n");
}

static bool take_spread(struct rc_model *model, const uint64_t *counts, size_t count,
                        enum rc_side side, struct rc_planning *planning, struct rc_buf *told,
                        struct rc_error *err)
{
    struct rc_spread spread;
    if (!rc_spread_measure(model, side, counts, count, &spread, err))
        return false;
    bool hot = rc_repeats_are_hot(&spread.repeats, count);
    double share = hot ? (double)spread.repeats.most / spread.skew.total : 0;
    rc_planning_suggest(planning, RC_PLANNING_SKEW, share);
    if (spread.skew.total > 0) {
        tell_shards(&spread.skew, spread.an_id, told);
        tell_ids(&spread.repeats, hot, share, told);
    }
    return true;
}

bool rc_planned_from_day(struct rc_model *model, struct rc_planning *planning, struct rc_buf *told,
                         struct rc_error *err)
{
    size_t count = 0;
    struct rc_error why = {0};
    struct rc_overview *day = rc_overview_read(model, &why);
    struct rc_shard_row *rows = day ? rc_shards_read(model, &count, &why) : NULL;
    uint64_t *counts = NULL;
    if (day && !why.code) {
        const uint64_t records[RC_SIDES] = {day->side[RC_SETTLEMENT].records,
                                            day->side[RC_INTERNAL].records};
        enum rc_side side = larger(records);
        rc_planning_suggest(planning, RC_PLANNING_RECORDS, (double)records[side]);
        rc_planning_suggest(planning, RC_PLANNING_SHARDS, (double)day->shard_count);
        rc_buf_printf(told, "%llu records: the %s side of %s %s.\n",
                      (unsigned long long)records[side], rc_side_name(side), day->program,
                      day->file_date);
        counts = count ? counts_of(rows, count, side, &why) : NULL;
        if (counts)
            (void)take_spread(model, counts, count, side, planning, told, &why);
    }
    free(counts);
    free(rows);
    rc_overview_free(day);
    if (why.code && err)
        *err = why;
    return !why.code;
}

/* ----- a program at AWS ----- */

/* The ten seconds in which a side's table was asked for most: what was throttled was wanted, too,
 * and each time that it was sent again counts. */
struct peak {
    enum rc_side side;
    uint64_t writes, throttled;
};

static struct peak find_peak(const struct rc_day_heat *heat)
{
    struct peak peak = {.writes = 0};
    for (int i = 0; i < RC_SIDES; i++)
        for (size_t column = 0; column < heat->columns; column++) {
            enum rc_side side = (enum rc_side)i;
            uint64_t writes = rc_day_heat_sum(heat, side, RC_HEAT_WRITES, column);
            uint64_t throttled = rc_day_heat_sum(heat, side, RC_HEAT_THROTTLED, column);
            if (writes + throttled > peak.writes + peak.throttled)
                peak = (struct peak){side, writes, throttled};
        }
    return peak;
}

static void take_peak(const struct rc_day_heat *heat, struct rc_planning *planning,
                      struct rc_buf *told)
{
    struct peak peak = find_peak(heat);
    uint64_t asked = peak.writes + peak.throttled;
    if (!asked)
        return;
    double per_second = (double)asked * 1000 / (double)heat->step_ms;
    rc_planning_suggest(planning, RC_PLANNING_PEAK, per_second);
    rc_buf_printf(told, "%.6g writes a second: the mean of the busiest %lld seconds, of %s",
                  per_second, (long long)(heat->step_ms / 1000), heat->side[peak.side].table);
    if (peak.throttled)
        rc_buf_printf(told, ", which took %llu and throttled %llu", (unsigned long long)peak.writes,
                      (unsigned long long)peak.throttled);
    rc_buf_add_str(told, rc_planning_is_put(planning, RC_PLANNING_RECORDS)
                             ? "; it grows with the records that are planned for.\n"
                             : ".\n");
}

static const struct rc_hot_key *hottest_id(const struct rc_day_heat *heat)
{
    const struct rc_hot_key *most = NULL;
    for (int side = 0; side < RC_SIDES; side++)
        for (enum rc_hot_kind kind = RC_HOT_ID; kind <= RC_HOT_ITEM; kind++) {
            const struct rc_hot_key *key = rc_day_heat_hottest(&heat->side[side], kind);
            if (key && (!most || key->share > most->share))
                most = key;
        }
    return most;
}

/* The shards know of an id even where nothing names it. Where both speak the greater share counts;
 * what is below a hot one's is chance, too. an_id: records of a record's id, by the sample. */
static bool take_skew(const struct rc_day_heat *heat, enum rc_side side, double an_id,
                      struct rc_planning *planning, struct rc_buf *told, struct rc_error *err)
{
    struct rc_skew skew;
    const struct rc_hot_key *key = hottest_id(heat);
    if (!rc_day_heat_skew(heat, side, &skew, err))
        return false;
    rc_skew_of_ids(&skew, an_id);
    double share = rc_planning_hot_share(&skew);
    bool by_key = key && key->share > share && key->share >= RC_DIAGNOSIS_HOT_SHARE;
    rc_planning_suggest(planning, RC_PLANNING_SKEW, by_key ? key->share : share);
    if (skew.total > 0)
        tell_shards(&skew, an_id, told);
    if (by_key)
        rc_buf_printf(told, "One %s is hot: %s has a share of %.3g (skew), by %s.\n",
                      rc_hot_kind_name(key->kind), key->text, key->share,
                      key->kind == RC_HOT_ID ? "what the runs have noted"
                                             : "contributor insights, of what all programs wrote");
    else if (share > 0)
        rc_buf_printf(told,
                      "Nothing names a hot id; were it one that makes the fullest shard what it "
                      "is, it would have a share of %.3g (skew).\n",
                      share);
    else if (skew.total > 0 && skew.count > 1)
        rc_buf_add_str(told, "No id is hot.\n");
    return true;
}

/* Of the run that wrote most: one that runs again writes the same records. */
static bool records_of(const struct rc_planned_day *day, const struct rc_day_heat *heat,
                       uint64_t records[RC_SIDES], struct rc_error *err)
{
    bool rolled_up = day->records[RC_SETTLEMENT] || day->records[RC_INTERNAL];
    for (int side = 0; side < RC_SIDES; side++) {
        struct rc_skew skew = {.total = 0};
        if (!rolled_up && heat && heat->columns &&
            !rc_day_heat_skew(heat, (enum rc_side)side, &skew, err))
            return false;
        records[side] = rolled_up ? day->records[side] : (uint64_t)skew.total;
    }
    return true;
}

bool rc_planned_from_program(const struct rc_planned_day *day, const struct rc_day_heat *heat,
                             struct rc_planning *planning, struct rc_buf *told,
                             struct rc_error *err)
{
    uint64_t records[RC_SIDES];
    bool rolled_up = day->records[RC_SETTLEMENT] || day->records[RC_INTERNAL];
    if (!records_of(day, heat, records, err))
        return false;
    enum rc_side side = larger(records);
    if (records[side])
        rc_planning_suggest(planning, RC_PLANNING_RECORDS, (double)records[side]);
    if (day->shards)
        rc_planning_suggest(planning, RC_PLANNING_SHARDS, day->shards);
    rc_buf_printf(told, "%llu records: %s %s", (unsigned long long)records[side], day->program,
                  day->date);
    if (day->days > 1)
        rc_buf_printf(told, ", the largest of its last %u days", (unsigned)day->days);
    rc_buf_printf(told, "%s.\n", rolled_up ? "" : ", as far as its runs have written it");
    if (day->items) {
        rc_planning_suggest(planning, RC_PLANNING_ITEM,
                            (double)day->item_bytes / (double)day->items);
        rc_buf_printf(told, "%.0f bytes an item: the mean of %llu of them.\n",
                      (double)day->item_bytes / (double)day->items, (unsigned long long)day->items);
    }
    if (!heat || !heat->columns) {
        rc_buf_add_str(told, "Its runs have noted no writes in the last while: the peak is what "
                             "follows from the records.\n");
        return true;
    }
    take_peak(heat, planning, told);
    double an_id = day->id_records ? (double)day->id_squares / (double)day->id_records : 1;
    return take_skew(heat, side, an_id, planning, told, err);
}

/* ----- what was throttled ----- */

/* What the fullest shard was asked for in a second, by its busiest ten. */
static double fullest_per_second(const struct rc_day_heat *heat, enum rc_side side)
{
    uint32_t *const *cells = heat->side[side].cells;
    uint64_t most = 0;
    for (size_t i = 0; i < heat->shards * heat->columns; i++) {
        uint64_t asked = (uint64_t)cells[RC_HEAT_WRITES][i] + cells[RC_HEAT_THROTTLED][i];
        most = asked > most ? asked : most;
    }
    return (double)most * 1000 / (double)heat->step_ms;
}

static const char *remedy_of(const struct rc_day_heat *heat, enum rc_side side,
                             const struct rc_diagnosis *diagnosis)
{
    switch (diagnosis->kind) {
    case RC_DIAGNOSIS_HOT:
        return "No count of shards mends that: the id needs another part in its key (the clearing "
               "sequence), or its records more time.";
    case RC_DIAGNOSIS_INDEX:
        return "No count of shards mends that: the index has keys of its own, which need another "
               "part, or more of what they are made of.";
    case RC_DIAGNOSIS_UNEVEN:
        return "No count of shards mends that as long as it is one id.";
    default:
        if (heat->shards < 2)
            return "More shards mend that.";
        if (diagnosis->reason == RC_HEAT_KEY_RANGE &&
            fullest_per_second(heat, side) > RC_HEAT_PARTITION_WCU)
            return "More shards mend that, as no partition takes what the fullest was asked for.";
        return "No count of shards mends that: the table is to take more (it is warmed before the "
               "burst, or its limit is raised), or the day is to have more time.";
    }
}

bool rc_planned_limit(const struct rc_day_heat *heat, enum rc_side side,
                      const struct rc_gauges *gauges, struct rc_buf *told, struct rc_error *err)
{
    struct rc_skew skew;
    struct rc_diagnosis diagnosis;
    const char *table = heat->side[side].table;
    uint64_t noted = heat->columns ? rc_day_heat_noted(heat, side) : 0;
    if (!noted)
        return true;
    if (!gauges) {
        rc_buf_printf(told,
                      "%s throttled %llu of the day's writes: the day's heat says why, and whether "
                      "more shards mend it.\n",
                      table, (unsigned long long)noted);
        return true;
    }
    if (!rc_day_heat_diagnose(heat, side, gauges, &skew, &diagnosis, err))
        return false;
    rc_buf_printf(told, "%s throttled %llu of the day's writes: %s. %s\n", table,
                  (unsigned long long)noted, diagnosis.text, remedy_of(heat, side, &diagnosis));
    return true;
}
