#include "core/diagnosis.h"

#include <stdio.h>

/* A key is hot from a twentieth of everything on, and from three times its part. */
static const double HOT_SHARE = 0.05, HOT_TIMES = 3;
static const double UNLIKELY = 0.001;

const char *rc_throttle_reason(enum rc_heat_answer reason)
{
    static const char *const names[] = {
        [RC_HEAT_TAKEN] = "",
        [RC_HEAT_PROVISIONED] = "provisioned",
        [RC_HEAT_ACCOUNT] = "account",
        [RC_HEAT_KEY_RANGE] = "key range",
        [RC_HEAT_MAX_ON_DEMAND] = "on-demand maximum",
    };
    return names[reason];
}

bool rc_is_uneven(const struct rc_skew *skew)
{
    return skew->p_value < UNLIKELY && skew->most_over_mean > skew->likely_over_mean;
}

static double throttled_by(const struct rc_diagnosis_resource *resource)
{
    double sum = 0;
    for (int reason = RC_HEAT_PROVISIONED; reason <= RC_HEAT_MAX_ON_DEMAND; reason++)
        sum += resource->throttled[reason];
    return sum;
}

static enum rc_heat_answer main_reason(const struct rc_diagnosis_resource *resource)
{
    int most = RC_HEAT_PROVISIONED;
    for (int reason = most + 1; reason <= RC_HEAT_MAX_ON_DEMAND; reason++)
        if (resource->throttled[reason] > resource->throttled[most])
            most = reason;
    return (enum rc_heat_answer)most;
}

static bool is_hot(const struct rc_diagnosis_input *input)
{
    double part = input->key_is_shard && input->skew->count ? 1 / (double)input->skew->count : 0;
    return input->key && input->key_share >= HOT_SHARE && input->key_share >= HOT_TIMES * part;
}

/* Among the indexes the one that throttles most; NULL when the table throttles more. */
static const struct rc_diagnosis_resource *worst_index(const struct rc_diagnosis_input *input)
{
    const struct rc_diagnosis_resource *worst = NULL;
    double most = input->resource_count ? throttled_by(&input->resources[0]) : 0;
    for (size_t i = 1; i < input->resource_count; i++)
        if (throttled_by(&input->resources[i]) > most) {
            worst = &input->resources[i];
            most = throttled_by(worst);
        }
    return worst;
}

static double throttled_by_all(const struct rc_diagnosis_input *input)
{
    double sum = 0;
    for (size_t i = 0; i < input->resource_count; i++)
        sum += throttled_by(&input->resources[i]);
    return sum;
}

/* How the shards are filled: "max/mean 1.04, by chance up to 1.06". */
static void tell_skew(const struct rc_diagnosis_input *input, char *text, size_t size)
{
    const struct rc_skew *skew = input->skew;
    if (skew->total <= 0)
        snprintf(text, size, "no writes of shards are known");
    else if (skew->count < 2)
        snprintf(text, size, "all is in one shard");
    else
        snprintf(text, size, "max/mean %.2f, by chance up to %.2f, p-value %.2g",
                 skew->most_over_mean, skew->likely_over_mean, skew->p_value);
}

static void tell_throttles(const struct rc_diagnosis_input *input, char *text, size_t size)
{
    double throttled = throttled_by_all(input);
    if (!input->resource_count)
        snprintf(text, size, "what was throttled is not known");
    else if (throttled > 0)
        snprintf(text, size, "%.0f writes throttled", throttled);
    else
        snprintf(text, size, "nothing is throttled");
}

void rc_diagnose(const struct rc_diagnosis_input *input, struct rc_diagnosis *diagnosis)
{
    const struct rc_diagnosis_resource *table = input->resources;
    const struct rc_diagnosis_resource *index = worst_index(input);
    char skew[96], throttles[64], *text = diagnosis->text;
    *diagnosis = (struct rc_diagnosis){.kind = RC_DIAGNOSIS_QUIET};
    tell_skew(input, skew, sizeof skew);
    tell_throttles(input, throttles, sizeof throttles);
    if (index) {
        diagnosis->kind = RC_DIAGNOSIS_INDEX;
        snprintf(text, RC_DIAGNOSIS_TEXT,
                 "the index %s is the bottleneck: of %s, %.0f are its (%s); %s", index->name,
                 throttles, throttled_by(index), rc_throttle_reason(main_reason(index)), skew);
    } else if (is_hot(input)) {
        diagnosis->kind = RC_DIAGNOSIS_HOT;
        snprintf(
            text, RC_DIAGNOSIS_TEXT, "one %s is hot: %.96s has %.0f%% of what is asked for; %s",
            input->key_is_shard ? "shard" : "id", input->key, 100 * input->key_share, throttles);
    } else if (rc_is_uneven(input->skew)) {
        diagnosis->kind = RC_DIAGNOSIS_UNEVEN;
        snprintf(text, RC_DIAGNOSIS_TEXT,
                 "the shards are uneven: shard %zu has most (%s); %s; many records with the same "
                 "id do that",
                 input->fullest, skew, throttles);
    } else if (throttled_by_all(input) > 0) {
        diagnosis->kind = RC_DIAGNOSIS_SHORT;
        snprintf(text, RC_DIAGNOSIS_TEXT, "%s: %s (%s); %s",
                 input->skew->count == 1 ? "there is one shard, which is too few"
                                         : "the hash is even, the table is short",
                 throttles, rc_throttle_reason(main_reason(table)), skew);
    } else {
        snprintf(text, RC_DIAGNOSIS_TEXT, "%s; the hash is even: %s", throttles, skew);
    }
}
