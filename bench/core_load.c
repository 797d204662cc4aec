/* Runs a load in the model (core/load.h) and says what came of it, and how long that
 * took: one line of JSON. tests/e2e/local_heat.py compares it with arithmetic of its own
 * and with a server.
 *
 *     core_load NAME=VALUE... */
#include "base/jsonw.h"
#include "core/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { KEYS_MOST = 1 << 16 };

struct words {
    struct rc_load load;
    struct rc_load_target table;
    const char *key; /* what the partition keys begin with; their number follows */
};

static bool set_number(struct words *words, const char *name, size_t length, double value)
{
    struct rc_load *load = &words->load;
    struct {
        const char *name;
        int64_t *whole;
        int *small;
        double *number;
    } const known[] = {
        {"records", &load->records, NULL, NULL},
        {"rate", NULL, NULL, &load->rate},
        {"in_flight", NULL, &load->in_flight, NULL},
        {"batch", NULL, &load->batch, NULL},
        {"latency_ms", &load->latency_ms, NULL, NULL},
        {"attempts", NULL, &load->attempts, NULL},
        {"backoff_ms", &load->backoff_ms, NULL, NULL},
        {"backoff_most_ms", &load->backoff_most_ms, NULL, NULL},
        {"most_ms", &load->most_ms, NULL, NULL},
        {"units", NULL, NULL, &words->table.units},
        {"partition_wcu", NULL, NULL, &words->table.heat.partition[RC_HEAT_WRITE]},
        {"partition_rcu", NULL, NULL, &words->table.heat.partition[RC_HEAT_READ]},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strncmp(known[i].name, name, length) != 0 || known[i].name[length])
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

static bool read_word(struct words *words, const char *word)
{
    char *end;
    size_t length = strcspn(word, "=");
    const char *text = word + length + 1;
    if (strncmp(word, "key=", 4) == 0) {
        words->key = text;
        return true;
    }
    if (!word[length])
        return false;
    double value = strtod(text, &end);
    if (end == text || *end || !(value >= 0 && value <= 1e12))
        return false;
    if (strncmp(word, "keys=", 5) == 0)
        words->table.key_count = value <= KEYS_MOST ? (size_t)value : KEYS_MOST;
    else if (strncmp(word, "seed=", 5) == 0)
        words->load.seed = (uint64_t)value;
    else if (strncmp(word, "in_turn=", 8) == 0)
        words->load.in_turn = value > 0;
    else
        return set_number(words, word, length, value);
    return true;
}

static void number(struct rc_jsonw *json, const char *name, double value)
{
    char text[32];
    snprintf(text, sizeof text, "%.15g", value);
    rc_jsonw_key(json, name);
    rc_jsonw_raw(json, text);
}

static bool print(const struct rc_load_outcome *outcome, double seconds)
{
    struct rc_buf text;
    struct rc_jsonw json;
    rc_buf_init(&text, 4096);
    rc_jsonw_init(&json, &text);
    rc_jsonw_open(&json, '{');
    number(&json, "taken", (double)outcome->taken);
    number(&json, "throttled", (double)outcome->throttled);
    number(&json, "failed", (double)outcome->failed);
    number(&json, "left", (double)outcome->left);
    number(&json, "requests", (double)outcome->requests);
    number(&json, "elapsed_ms", (double)outcome->elapsed_ms);
    number(&json, "partitions", (double)outcome->partitions[0]);
    number(&json, "seconds", seconds);
    rc_jsonw_close(&json, '}');
    bool ok = !text.failed && puts(text.data) >= 0;
    rc_buf_free(&text);
    return ok;
}

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    static uint64_t keys[KEYS_MOST];
    struct rc_error err = {0};
    struct rc_load_outcome outcome;
    struct words words = {.load = rc_load_standard,
                          .table = {.heat = {.on_demand = true}, .key_count = 1, .units = 1}};
    for (int i = 1; i < argc; i++)
        if (!read_word(&words, argv[i])) {
            fprintf(stderr, "core_load: \"%s\" is not NAME=NUMBER of a load\n", argv[i]);
            return 2;
        }
    for (size_t i = 0; words.key && i < words.table.key_count; i++) {
        char text[256];
        int length = snprintf(text, sizeof text, "%.200s%zu", words.key, i);
        keys[i] = rc_heat_hash(text, (size_t)length);
    }
    words.table.keys = words.key ? keys : NULL;
    words.load.targets = &words.table;
    words.load.target_count = 1;
    double start_s = now_s();
    if (rc_load_run(&words.load, &outcome, NULL, &err))
        return print(&outcome, now_s() - start_s) ? 0 : 3;
    fprintf(stderr, "core_load: %s\n", err.text);
    return 2;
}
