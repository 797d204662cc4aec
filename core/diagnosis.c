#include "core/diagnosis.h"

#include <math.h>
#include <stdio.h>

/* And from three times its part on. */
static const double HOT_TIMES = 3;
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

const char *rc_diagnosis_name(enum rc_diagnosis_kind kind)
{
    static const char *const names[] = {
        [RC_DIAGNOSIS_QUIET] = "quiet", [RC_DIAGNOSIS_UNEVEN] = "uneven",
        [RC_DIAGNOSIS_HOT] = "hot",     [RC_DIAGNOSIS_INDEX] = "index",
        [RC_DIAGNOSIS_SHORT] = "short",
    };
    return names[kind];
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
    return input->key && input->key_share >= RC_DIAGNOSIS_HOT_SHARE &&
           input->key_share >= HOT_TIMES * part;
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

/* Where the table throttled more or less than the writers have noted, for others write it, too:
 * ", 12 noted by its runs". */
static void tell_noted(const struct rc_diagnosis_input *input, char *text, size_t size)
{
    *text = '\0';
    if (input->noted <= 0)
        snprintf(text, size, ", none noted by its runs");
    else if (fabs(throttled_by_all(input) - input->noted) > 0.5)
        snprintf(text, size, ", %.0f noted by its runs", input->noted);
}

/* "12 writes throttled by recon-settlement (key range)", which is the one that throttles most. */
static void tell_throttles(const struct rc_diagnosis *diagnosis, const char *noted, char *text,
                           size_t size)
{
    if (diagnosis->throttled < 0)
        snprintf(text, size, "what was throttled is not known");
    else if (diagnosis->throttled > 0 && !diagnosis->resource)
        snprintf(text, size,
                 "%.0f writes throttled, as the runs have noted; CloudWatch tells of none",
                 diagnosis->throttled);
    else if (diagnosis->throttled > 0)
        snprintf(text, size, "%.0f writes throttled by %.48s (%s)%s", diagnosis->throttled_most,
                 diagnosis->resource, rc_throttle_reason(diagnosis->reason), noted);
    else
        snprintf(text, size, "nothing is throttled");
}

/* What was throttled, by which of them most, and why. */
static void count_throttles(const struct rc_diagnosis_input *input, struct rc_diagnosis *diagnosis)
{
    const struct rc_diagnosis_resource *index = worst_index(input), *most = input->resources;
    diagnosis->throttled = input->resource_count ? throttled_by_all(input) : -1;
    if (diagnosis->throttled <= 0) {
        diagnosis->throttled = input->noted > 0 ? input->noted : diagnosis->throttled;
        return;
    }
    most = index ? index : most;
    diagnosis->throttled_most = throttled_by(most);
    diagnosis->resource = most->name;
    diagnosis->reason = main_reason(most);
}

void rc_diagnose(const struct rc_diagnosis_input *input, struct rc_diagnosis *diagnosis)
{
    char skew[96], noted[48], throttles[176];
    *diagnosis = (struct rc_diagnosis){.kind = RC_DIAGNOSIS_QUIET};
    char *text = diagnosis->text;
    count_throttles(input, diagnosis);
    tell_skew(input, skew, sizeof skew);
    tell_noted(input, noted, sizeof noted);
    tell_throttles(diagnosis, noted, throttles, sizeof throttles);
    if (worst_index(input)) {
        diagnosis->kind = RC_DIAGNOSIS_INDEX;
        snprintf(
            text, RC_DIAGNOSIS_TEXT,
            "the index %s is the bottleneck: of %.0f writes throttled, %.0f are its (%s)%s; %s",
            diagnosis->resource, diagnosis->throttled, diagnosis->throttled_most,
            rc_throttle_reason(diagnosis->reason), noted, skew);
    } else if (is_hot(input)) {
        diagnosis->kind = RC_DIAGNOSIS_HOT;
        snprintf(text, RC_DIAGNOSIS_TEXT, "one %s is hot: %.96s has %.0f%% of what %s; %s",
                 input->key_is_shard ? "shard" : "id", input->key, 100 * input->key_share,
                 input->key_of_all ? "all programs ask for" : "is asked for", throttles);
    } else if (rc_is_uneven(input->skew)) {
        diagnosis->kind = RC_DIAGNOSIS_UNEVEN;
        snprintf(text, RC_DIAGNOSIS_TEXT,
                 "the shards are uneven: shard %zu has most (%s); %s; many records with the same "
                 "id do that",
                 input->fullest, skew, throttles);
    } else if (diagnosis->throttled > 0) {
        diagnosis->kind = RC_DIAGNOSIS_SHORT;
        snprintf(text, RC_DIAGNOSIS_TEXT, "%s: %s; %s",
                 input->skew->count == 1 ? "there is one shard, which is too few"
                 : diagnosis->resource   ? "the hash is even, the table is short"
                                         : "the hash is even, the table or an index of it is short",
                 throttles, skew);
    } else {
        bool one = input->skew->count < 2 || input->skew->total <= 0;
        snprintf(text, RC_DIAGNOSIS_TEXT, "%s; %s%s", throttles,
                 one ? "" : "the hash is even: ", skew);
    }
}
