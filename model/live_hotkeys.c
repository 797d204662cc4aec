#include "model/live_hotkeys.h"

#include "aws/cloudwatch.h"
#include "aws/dynamodb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RULES = 4, REPORTED = 25, MINUTE_S = 60, DAY_S = 86400 };

struct rc_hotkeys {
    struct rc_live *live;
    struct rc_side_heat *side;
    const char *prefix;
    char *rules[RULES];
    size_t rule_count, at;
    struct rc_call *call;
    void (*done)(void *ctx);
    void *ctx;
};

static void ask_next(struct rc_hotkeys *hotkeys);

/* ----- reports ----- */

/* "DynamoDBContributorInsights-PKT-TABLE-…" is of what was throttled, PKC and SKC of what was
 * taken: "CloudWatch Contributor Insights for DynamoDB: How it works" of the developer
 * guide. */
static bool is_of_throttles(const char *rule)
{
    return strstr(rule, "-PKT-") || strstr(rule, "-SKT-");
}

static void keep_key(struct rc_hotkeys *hotkeys, const struct rc_cloudwatch_insight *report,
                     const struct rc_cloudwatch_contributor *contributor, size_t *kept)
{
    struct rc_side_heat *side = hotkeys->side;
    const char *first = contributor->keys.count ? contributor->keys.items[0] : "";
    bool both = contributor->keys.count > 1;
    /* Contributors may be quoted, as JSON has texts. */
    if (*first == '"')
        first++;
    if (strncmp(first, hotkeys->prefix, strlen(hotkeys->prefix)) != 0 ||
        *kept == RC_DAY_HEAT_KEYS || report->aggregate <= 0)
        return;
    struct rc_hot_key *key = &side->keys[side->key_count++];
    *key = (struct rc_hot_key){.share = contributor->aggregate / report->aggregate,
                               .kind = both ? RC_HOT_ITEM : RC_HOT_SHARD,
                               .throttled = is_of_throttles(hotkeys->rules[hotkeys->at - 1])};
    snprintf(key->text, sizeof key->text, "%.*s%s%s", (int)strcspn(first, "\""), first,
             both ? " " : "", both ? contributor->keys.items[1] : "");
    ++*kept;
}

static void reported(struct rc_call *call, void *ctx)
{
    struct rc_hotkeys *hotkeys = ctx;
    const struct rc_cloudwatch_insight *report = rc_cloudwatch_get_insight_answer(call);
    struct rc_error why = {0};
    size_t kept = 0;
    for (size_t i = 0; report && i < report->contributors.count; i++)
        keep_key(hotkeys, report, &report->contributors.items[i], &kept);
    if (!report) {
        rc_live_explain(call, "cloudwatch:GetInsightRuleReport", &why);
        snprintf(hotkeys->side->keys_note, sizeof hotkeys->side->keys_note, "%s", why.text);
    }
    rc_call_free(call);
    hotkeys->call = NULL;
    ask_next(hotkeys);
}

static void ask_next(struct rc_hotkeys *hotkeys)
{
    int64_t from_s = hotkeys->side->largest_from_ms / 1000 / MINUTE_S * MINUTE_S;
    int64_t until_s = (hotkeys->side->largest_until_ms / 1000 / MINUTE_S + 1) * MINUTE_S;
    if (hotkeys->at < hotkeys->rule_count) {
        struct rc_cloudwatch_get_insight in = {.rule_name = hotkeys->rules[hotkeys->at++],
                                               .start_unix_ms = from_s * 1000,
                                               .end_unix_ms = until_s * 1000,
                                               .period_s = DAY_S,
                                               .max_contributors = REPORTED};
        hotkeys->call =
            rc_cloudwatch_get_insight(rc_live_aws(hotkeys->live), &in, reported, hotkeys);
        if (hotkeys->call)
            return;
        snprintf(hotkeys->side->keys_note, sizeof hotkeys->side->keys_note, "out of memory");
    }
    hotkeys->done(hotkeys->ctx);
}

/* ----- rules ----- */

static void described(struct rc_call *call, void *ctx)
{
    struct rc_hotkeys *hotkeys = ctx;
    const struct rc_dynamodb_insights *answer = rc_dynamodb_describe_insights_answer(call);
    char *note = hotkeys->side->keys_note;
    struct rc_error why = {0};
    for (size_t i = 0; answer && i < answer->rules.count && hotkeys->rule_count < RULES; i++)
        if ((hotkeys->rules[hotkeys->rule_count] = strdup(answer->rules.items[i])))
            hotkeys->rule_count++;
    if (!answer) {
        rc_live_explain(call, "dynamodb:DescribeContributorInsights", &why);
        snprintf(note, sizeof hotkeys->side->keys_note, "%s", why.text);
    } else if (!hotkeys->rule_count) {
        snprintf(note, sizeof hotkeys->side->keys_note,
                 "contributor insights are off: `aws dynamodb update-contributor-insights "
                 "--table-name %s --contributor-insights-action ENABLE`",
                 hotkeys->side->table);
    }
    rc_call_free(call);
    hotkeys->call = NULL;
    ask_next(hotkeys);
}

struct rc_hotkeys *rc_hotkeys_start(struct rc_live *live, struct rc_side_heat *side,
                                    const char *prefix, void (*done)(void *ctx), void *ctx)
{
    struct rc_hotkeys *hotkeys = calloc(1, sizeof *hotkeys);
    if (!hotkeys)
        return NULL;
    *hotkeys =
        (struct rc_hotkeys){.live = live, .side = side, .prefix = prefix, .done = done, .ctx = ctx};
    hotkeys->call = rc_dynamodb_describe_insights(
        rc_live_aws(live), &(struct rc_dynamodb_describe_insights){.table_name = side->table},
        described, hotkeys);
    if (hotkeys->call)
        return hotkeys;
    free(hotkeys);
    return NULL;
}

void rc_hotkeys_free(struct rc_hotkeys *hotkeys)
{
    if (!hotkeys)
        return;
    rc_call_free(hotkeys->call);
    for (size_t i = 0; i < hotkeys->rule_count; i++)
        free(hotkeys->rules[i]);
    free(hotkeys);
}
