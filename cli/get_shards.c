#include "cli/get.h"

#include "core/diagnosis.h"
#include "model/overview.h"
#include "model/spread.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FACTS_BYTES = 4096 };

void rc_get_skew(struct rc_jsonw *json, const char *counted, const struct rc_skew *skew)
{
    rc_jsonw_open(json, '{');
    rc_get_key_real(json, counted, skew->total);
    rc_get_key_real(json, "max_over_mean", skew->most_over_mean);
    rc_get_key_real(json, "expected_over_mean", skew->expected_over_mean);
    rc_get_key_real(json, "likely_over_mean", skew->likely_over_mean);
    rc_get_key_real(json, "variation", skew->variation);
    rc_get_key_real(json, "gini", skew->gini);
    rc_get_key_real(json, "chi_square", skew->chi_square);
    rc_get_key_real(json, "degrees", skew->degrees);
    rc_get_key_real(json, "p_value", skew->p_value);
    rc_jsonw_close(json, '}');
}

/* As `plan` judges the day: ids that have several records each make shards less even by chance. */
static bool measure(struct rc_model *model, const struct rc_shard_row *rows, size_t count,
                    enum rc_side side, struct rc_spread *spread, struct rc_error *err)
{
    uint64_t *records = calloc(count, sizeof *records);
    for (size_t i = 0; records && i < count; i++)
        records[i] = rows[i].records[side];
    bool ok = records && rc_spread_measure(model, side, records, count, spread, err);
    if (!records)
        rc_error_nomem(err);
    free(records);
    return ok;
}

/* "settlement: 3000 records in 64 shards, max/mean 1.344 (expected …" */
static void tell(const struct rc_spread *spread, const char *side)
{
    const struct rc_skew *skew = &spread->skew;
    fprintf(stderr, "reconctl: %s: %.0f records in %zu shard%s", side, skew->total, skew->count,
            skew->count == 1 ? "" : "s");
    if (spread->an_id > RC_SPREAD_AN_ID)
        fprintf(stderr, ", with %.3g records of a record's id in the mean", spread->an_id);
    if (skew->total > 0 && skew->count > 1)
        fprintf(stderr,
                ", max/mean %.3f (expected %.3f, by chance up to %.3f), p-value %.2g: %s chance",
                skew->most_over_mean, skew->expected_over_mean, skew->likely_over_mean,
                skew->p_value, rc_is_uneven(skew) ? "more uneven than" : "as even as");
    fputc('\n', stderr);
}

bool rc_get_shards_facts(struct rc_model *model, struct rc_get_settings *settings,
                         struct rc_error *err)
{
    struct rc_jsonw json;
    struct rc_buf more;
    size_t count = 0;
    struct rc_shard_row *rows = rc_shards_read(model, &count, err);
    bool ok = !err->code;
    rc_buf_init(&more, FACTS_BYTES);
    rc_buf_add_str(&more, ",\"skew\":");
    rc_jsonw_init(&json, &more);
    rc_jsonw_open(&json, '{');
    for (int i = 0; ok && count && i < RC_SIDES; i++) {
        struct rc_spread spread;
        const char *side = rc_side_name((enum rc_side)i);
        ok = measure(model, rows, count, (enum rc_side)i, &spread, err);
        if (!ok)
            break;
        tell(&spread, side);
        rc_jsonw_key(&json, side);
        rc_get_skew(&json, "records", &spread.skew);
    }
    rc_jsonw_close(&json, '}');
    if (ok && (more.failed || !(settings->more = strdup(more.data)))) {
        rc_error_nomem(err);
        ok = false;
    }
    rc_buf_free(&more);
    free(rows);
    return ok;
}
