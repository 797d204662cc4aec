/* Loads on a table in the time of events (core/load.h), with the writer's own rate
 * (aws/rate.h) where they ask for it: a line of words NAME=VALUE each on standard input, a
 * line of JSON each on standard output, the same for the same words. bench/experiment/ runs
 * them at full scale, tests/e2e/local_heat.py beside a server. */
#include "aws/rate.h"
#include "base/jsonw.h"
#include "core/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEYS_MOST = 1 << 12, RUNS_MOST = 1000, LINE_BYTES = 1024 };

struct words {
    struct rc_load load;
    struct rc_load_target targets[2];
    const char *name;
    const char *key; /* what the partition keys begin with; their number follows; NULL: seeded */
    double keys, index_keys;
    double split; /* each key has a partition of its own */
    double in_turn, steady, whole, in_place;
    double runs;  /* with a seed each; told is the one that takes the median of their times */
    double paced; /* keeps a rate as the pipeline's writer does … */
    double most_a_second; /* … and never goes over that; 0: no limit */
    double reads;         /* the load is one of reads, of the partitions' rcu */
    double on_demand, capacity, read_capacity, account, ready, split_after_ms;
    double partition_wcu, partition_rcu;
    double units;
};

/* ----- reading ----- */

static bool set_number(struct words *words, const char *name, double value)
{
    struct rc_load *load = &words->load;
    struct {
        const char *name;
        double *number;
        int64_t *whole;
        int *small;
    } const known[] = {
        {"records", NULL, &load->records, NULL},
        {"rate", &load->rate, NULL, NULL},
        {"in_flight", NULL, NULL, &load->in_flight},
        {"batch", NULL, NULL, &load->batch},
        {"latency_ms", NULL, &load->latency_ms, NULL},
        {"attempts", NULL, NULL, &load->attempts},
        {"backoff_ms", NULL, &load->backoff_ms, NULL},
        {"backoff_most_ms", NULL, &load->backoff_most_ms, NULL},
        {"most_ms", NULL, &load->most_ms, NULL},
        {"in_turn", &words->in_turn, NULL, NULL},
        {"steady", &words->steady, NULL, NULL},
        {"whole", &words->whole, NULL, NULL},
        {"in_place", &words->in_place, NULL, NULL},
        {"runs", &words->runs, NULL, NULL},
        {"paced", &words->paced, NULL, NULL},
        {"most_a_second", &words->most_a_second, NULL, NULL},
        {"keys", &words->keys, NULL, NULL},
        {"index_keys", &words->index_keys, NULL, NULL},
        {"split", &words->split, NULL, NULL},
        {"on_demand", &words->on_demand, NULL, NULL},
        {"capacity", &words->capacity, NULL, NULL},
        {"read_capacity", &words->read_capacity, NULL, NULL},
        {"account", &words->account, NULL, NULL},
        {"ready", &words->ready, NULL, NULL},
        {"split_after_ms", &words->split_after_ms, NULL, NULL},
        {"partition_wcu", &words->partition_wcu, NULL, NULL},
        {"partition_rcu", &words->partition_rcu, NULL, NULL},
        {"reads", &words->reads, NULL, NULL},
        {"units", &words->units, NULL, NULL},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(known[i].name, name) != 0)
            continue;
        if (known[i].whole)
            *known[i].whole = (int64_t)value;
        else if (known[i].small)
            *known[i].small = (int)value;
        else
            *known[i].number = value;
        return true;
    }
    return false;
}

static bool read_word(struct words *words, char *word)
{
    char *end, *text = strchr(word, '=');
    if (!text)
        return false;
    *text++ = 0;
    if (strcmp(word, "name") == 0)
        words->name = text;
    else if (strcmp(word, "key") == 0)
        words->key = text;
    else if (strcmp(word, "seed") == 0)
        words->load.seed = strtoull(text, NULL, 10);
    else {
        double value = strtod(text, &end);
        return end != text && !*end && value >= 0 && value <= 1e12 &&
               set_number(words, word, value);
    }
    return true;
}

static bool read_line(struct words *words, char *line)
{
    char *rest;
    *words = (struct words){.load = rc_load_standard,
                            .name = "",
                            .keys = 1,
                            .on_demand = 1,
                            .units = 1,
                            .runs = 1,
                            .index_keys = -1};
    for (char *word = strtok_r(line, " \n", &rest); word; word = strtok_r(NULL, " \n", &rest))
        if (!read_word(words, word)) {
            fprintf(stderr, "model: \"%s\" is not NAME=NUMBER of a load\n", word);
            return false;
        }
    return true;
}

/* ----- the load ----- */

static int64_t spend(void *ctx, double units, int64_t now_ms)
{
    return rc_rate_spend(ctx, units, now_ms);
}

static int64_t wait(void *ctx, double units, int64_t now_ms)
{
    return rc_rate_wait(ctx, units, now_ms);
}

static void report(void *ctx, double units_taken, bool throttled, int64_t now_ms)
{
    rc_rate_report(ctx, units_taken, throttled, now_ms);
}

static void place_keys(const struct words *words, uint64_t *keys, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char text[256];
        int length = snprintf(text, sizeof text, "%.200s%zu", words->key ? words->key : "", i);
        keys[i] = words->split > 0 ? UINT64_MAX / count * i + UINT64_MAX / count / 2
                                   : rc_heat_hash(text, (size_t)length);
    }
}

/* The table, and its index where there is one: of so many keys, 0: one a record. */
static void make_targets(struct words *words, uint64_t *keys)
{
    size_t count = (size_t)(words->keys < KEYS_MOST ? words->keys : KEYS_MOST);
    struct rc_load_target table = {
        .heat = {.on_demand = words->on_demand > 0,
                 .capacity = {words->read_capacity, words->capacity},
                 .account = {words->account, words->account},
                 .warm = {0, words->ready},
                 .partition = {words->partition_rcu, words->partition_wcu},
                 .split_after_ms = (int64_t)words->split_after_ms,
                 .split_sort_keys = true},
        .key_count = count,
        .units = words->units};
    place_keys(words, keys, count);
    words->targets[0] = words->targets[1] = table;
    words->targets[0].keys = words->key || words->split > 0 ? keys : NULL;
    words->targets[1].key_count = (size_t)words->index_keys;
    words->load.targets = words->targets;
    words->load.target_count = words->index_keys >= 0 ? 2 : 1;
    words->load.use = words->reads > 0 ? RC_HEAT_READ : RC_HEAT_WRITE;
    words->load.in_turn = words->in_turn > 0;
    words->load.steady = words->steady > 0;
    words->load.whole = words->whole > 0;
    words->load.in_place = words->in_place > 0;
}

static bool run(struct words *words, struct rc_load_outcome *outcome, struct rc_load_key *by_key)
{
    static uint64_t keys[KEYS_MOST];
    struct rc_error err = {0};
    struct rc_rate rate;
    const struct rc_load_pace pace = {spend, wait, report, &rate};
    make_targets(words, keys);
    rc_rate_init(&rate, 0);
    rate.most_per_second = words->most_a_second;
    struct rc_load load = words->load;
    load.pace = words->paced > 0 ? &pace : NULL;
    if (rc_load_run(&load, outcome, by_key, &err))
        return true;
    fprintf(stderr, "model: %s: %s\n", words->name, err.text);
    return false;
}

struct timed {
    int64_t elapsed_ms;
    uint64_t seed;
};

static int by_time(const void *a, const void *b)
{
    const struct timed *one = a, *other = b;
    if (one->elapsed_ms != other->elapsed_ms)
        return one->elapsed_ms < other->elapsed_ms ? -1 : 1;
    return (one->seed > other->seed) - (one->seed < other->seed);
}

/* Runs it once more for each further seed, and leaves the one whose time is the median. */
static bool choose_seed(struct words *words)
{
    static struct timed all[RUNS_MOST];
    size_t count = (size_t)(words->runs < RUNS_MOST ? words->runs : RUNS_MOST);
    uint64_t first = words->load.seed;
    for (size_t i = 0; count > 1 && i < count; i++) {
        struct rc_load_outcome outcome;
        words->load.seed = first + i;
        if (!run(words, &outcome, NULL))
            return false;
        all[i] = (struct timed){outcome.elapsed_ms, words->load.seed};
    }
    if (count > 1) {
        qsort(all, count, sizeof *all, by_time);
        words->load.seed = all[count / 2].seed;
    }
    return true;
}

/* ----- telling ----- */

static double fullest_over_mean(const struct words *words, const struct rc_load_key *by_key)
{
    int64_t fullest = 0, sum = 0;
    size_t count = words->targets[0].key_count;
    for (size_t i = 0; i < count; i++) {
        fullest = by_key[i].taken > fullest ? by_key[i].taken : fullest;
        sum += by_key[i].taken;
    }
    return sum ? (double)fullest * (double)count / (double)sum : 0;
}

static bool print(const struct words *words, const struct rc_load_outcome *outcome, double skew)
{
    struct rc_buf text;
    struct rc_jsonw json;
    char number[32];
    const struct {
        const char *name;
        double value;
    } all[] = {
        {"taken", (double)outcome->taken},
        {"wasted", (double)outcome->wasted},
        {"throttled", (double)outcome->throttled},
        {"throttled_index", (double)outcome->throttled_by[1]},
        {"failed", (double)outcome->failed},
        {"left", (double)outcome->left},
        {"requests", (double)outcome->requests},
        {"requests_refused", (double)outcome->refused},
        {"requests_partial", (double)outcome->partial},
        {"offered_again", (double)outcome->offered_again},
        {"elapsed_ms", (double)outcome->elapsed_ms},
        {"partitions", (double)outcome->partitions[0]},
        {"units", (double)(outcome->taken + outcome->wasted) * words->units *
                      (double)words->load.target_count},
        {"fullest_over_mean", skew},
    };
    rc_buf_init(&text, 4096);
    rc_jsonw_init(&json, &text);
    rc_jsonw_open(&json, '{');
    rc_jsonw_key(&json, "name");
    rc_jsonw_text(&json, words->name, strlen(words->name));
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        snprintf(number, sizeof number, "%.10g", all[i].value);
        rc_jsonw_key(&json, all[i].name);
        rc_jsonw_raw(&json, number);
    }
    rc_jsonw_close(&json, '}');
    bool ok = !text.failed && puts(text.data) >= 0;
    rc_buf_free(&text);
    return ok;
}

int main(void)
{
    static char line[LINE_BYTES];
    while (fgets(line, sizeof line, stdin)) {
        static struct rc_load_key by_key[KEYS_MOST];
        struct rc_load_outcome outcome;
        struct words words;
        memset(by_key, 0, sizeof by_key);
        if (!read_line(&words, line) || !choose_seed(&words) || !run(&words, &outcome, by_key))
            return 2;
        if (!print(&words, &outcome, fullest_over_mean(&words, by_key)))
            return 3;
    }
    return fflush(stdout) ? 3 : 0;
}
