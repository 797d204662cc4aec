#include "core/load.h"

#include <stdlib.h>
#include <string.h>

const struct rc_load rc_load_standard = {.use = RC_HEAT_WRITE,
                                         .in_flight = 4,
                                         .batch = 25,
                                         .latency_ms = 5,
                                         .attempts = 10,
                                         .backoff_ms = 1000,
                                         .backoff_most_ms = 20000};

enum { PACE_LOOK_MS = 100 }; /* as aws/batch.c looks at its rate */

/* What is sent again together: a record, or with `whole` those of a request. */
struct piece {
    int64_t due_ms;
    uint64_t turn;  /* among those that are due in the same millisecond */
    int64_t record; /* the first */
    int count;
    int retries;
};

/* Its answer, that the pace has not heard of. */
struct answer {
    int64_t at_ms;
    double units;
    bool throttled;
};

struct run {
    const struct rc_load *load;
    struct rc_load_outcome *outcome;
    struct rc_load_key *by_key;
    struct rc_heat_claim claims[RC_LOAD_TARGETS];
    int64_t next;                       /* record that was not offered yet */
    int64_t free_ms[RC_LOAD_IN_FLIGHT]; /* of requests, the next one to end first */
    struct answer answers[RC_LOAD_IN_FLIGHT];
    int64_t heard;                     /* of the answers, in the order of the requests */
    int64_t end_ms[RC_LOAD_IN_FLIGHT]; /* in place: when the last ones end … */
    int64_t ended;                     /* … that were taken, or failed; so many in all */
    struct piece request[RC_LOAD_BATCH];
    int piece_count, record_count; /* of the request */
    struct piece *waiting;         /* a heap, by due_ms and turn */
    size_t waiting_count, waiting_records;
    uint64_t dice;
};

/* ----- chance ----- */

/* The finalizer of SplitMix64, Steele, Lea and Flood (2014). */
static uint64_t mix(uint64_t value)
{
    value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
    return value ^ value >> 31;
}

/* A number that belongs to a record, whenever it is asked for. */
static uint64_t number_of(const struct run *run, int64_t record, size_t target)
{
    return mix(mix(run->load->seed + target * UINT64_C(0x9e3779b97f4a7c15)) ^
               mix((uint64_t)record + 1));
}

static uint64_t draw(struct run *run)
{
    run->dice += UINT64_C(0x9e3779b97f4a7c15);
    return mix(run->dice);
}

static double chance(struct run *run)
{
    return (double)(draw(run) >> 11) / 9007199254740992.0; /* 2^53 */
}

/* ----- those that wait ----- */

static bool sooner(const struct piece *a, const struct piece *b)
{
    return a->due_ms != b->due_ms ? a->due_ms < b->due_ms : a->turn < b->turn;
}

static void push(struct run *run, struct piece one)
{
    run->waiting_records += (size_t)one.count;
    size_t at = run->waiting_count++;
    while (at > 0 && sooner(&one, &run->waiting[(at - 1) / 2])) {
        run->waiting[at] = run->waiting[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    run->waiting[at] = one;
}

static struct piece pop(struct run *run)
{
    struct piece top = run->waiting[0], last = run->waiting[--run->waiting_count];
    run->waiting_records -= (size_t)top.count;
    size_t at = 0;
    for (size_t child = 1; child < run->waiting_count; child = 2 * at + 1) {
        if (child + 1 < run->waiting_count &&
            sooner(&run->waiting[child + 1], &run->waiting[child]))
            child++;
        if (!sooner(&run->waiting[child], &last))
            break;
        run->waiting[at] = run->waiting[child];
        at = child;
    }
    run->waiting[at] = last;
    return top;
}

/* ----- offering ----- */

static size_t key_of(const struct run *run, int64_t record, size_t target)
{
    size_t count = run->load->targets[target].key_count;
    uint64_t number = run->load->in_turn ? (uint64_t)record : number_of(run, record, target);
    return (size_t)(number % count);
}

static uint64_t place_of_key(const struct run *run, int64_t record, size_t target)
{
    const struct rc_load_target *to = &run->load->targets[target];
    if (!to->key_count)
        return number_of(run, record, target);
    size_t key = key_of(run, record, target);
    return to->keys ? to->keys[key] : number_of(run, -2 - (int64_t)key, target);
}

/* True when it is taken. */
static bool offer(struct run *run, int64_t record, int64_t now_ms)
{
    size_t refused = 0;
    struct rc_load_outcome *outcome = run->outcome;
    for (size_t i = 0; i < run->load->target_count; i++)
        run->claims[i].place = (struct rc_heat_place){place_of_key(run, record, i),
                                                      number_of(run, record, RC_LOAD_TARGETS)};
    bool taken =
        rc_heat_claim(run->claims, run->load->target_count, now_ms, &refused) == RC_HEAT_TAKEN;
    outcome->throttled += !taken;
    outcome->throttled_by[refused] += !taken;
    if (run->by_key && run->load->targets[0].key_count) {
        struct rc_load_key *key = &run->by_key[key_of(run, record, 0)];
        *(taken ? &key->taken : &key->throttled) += 1;
    }
    return taken;
}

static void wait_again(struct run *run, struct piece piece, int64_t now_ms)
{
    const struct rc_load *load = run->load;
    int64_t longest = load->backoff_ms;
    for (int i = 1; i < piece.retries && longest < load->backoff_most_ms; i++)
        longest *= 2;
    if (longest > load->backoff_most_ms)
        longest = load->backoff_most_ms;
    double share = load->steady ? 1 : chance(run);
    piece.turn = draw(run);
    piece.due_ms = now_ms + load->latency_ms + (int64_t)(share * (double)longest);
    push(run, piece);
}

/* Its place is free when its last answer comes. */
static void note_end(struct run *run, int64_t now_ms)
{
    run->end_ms[run->ended++ % run->load->in_flight] = now_ms + run->load->latency_ms;
}

/* Gives how many of its records are taken. */
static int offer_piece(struct run *run, struct piece piece, int64_t now_ms)
{
    struct rc_load_outcome *outcome = run->outcome;
    int taken = 0;
    for (int i = 0; i < piece.count; i++)
        taken += offer(run, piece.record + i, now_ms);
    outcome->offered_again += piece.retries ? piece.count : 0;
    if (taken == piece.count) {
        outcome->taken += taken;
        note_end(run, now_ms);
        return taken;
    }
    outcome->wasted += taken;
    if (++piece.retries == run->load->attempts) {
        outcome->failed += piece.count;
        note_end(run, now_ms);
    } else {
        wait_again(run, piece, now_ms);
    }
    return taken;
}

/* ----- one request after the other ----- */

static int64_t arrives_ms(const struct rc_load *load, int64_t record)
{
    return load->rate > 0 ? (int64_t)((double)record * 1000 / load->rate) : 0;
}

/* When a new one may be sent; INT64_MAX: not before others are taken, or there is none. */
static int64_t begins_ms(const struct run *run)
{
    const struct rc_load *load = run->load;
    size_t room = (size_t)load->in_flight * (size_t)load->batch * (load->in_place ? 1 : 3);
    if (run->next >= load->records || run->waiting_records >= room)
        return INT64_MAX;
    int64_t at_ms = arrives_ms(load, run->next);
    int64_t free = load->in_flight - (int64_t)run->waiting_count; /* of places, or soon */
    if (!load->in_place || run->ended < free)
        return at_ms;
    int64_t free_ms = run->end_ms[(run->ended - free) % load->in_flight];
    return at_ms > free_ms ? at_ms : free_ms;
}

/* When there is something to offer, INT64_MAX when there is nothing any more. */
static int64_t ready_ms(const struct run *run)
{
    int64_t at_ms = begins_ms(run);
    if (run->waiting_count && run->waiting[0].due_ms < at_ms)
        at_ms = run->waiting[0].due_ms;
    return at_ms;
}

static void add(struct run *run, struct piece piece)
{
    run->request[run->piece_count++] = piece;
    run->record_count += piece.count;
}

static bool is_due(const struct run *run, int64_t now_ms)
{
    return run->waiting_count && run->waiting[0].due_ms <= now_ms;
}

static bool has_come(const struct run *run, int64_t now_ms)
{
    return begins_ms(run) <= now_ms;
}

/* One piece: a request that is sent again, or a new one. */
static void gather_whole(struct run *run, int64_t now_ms)
{
    struct piece piece = {.record = run->next};
    for (; !is_due(run, now_ms) && piece.count < run->load->batch && has_come(run, now_ms);
         piece.count++)
        run->next++;
    add(run, piece.count ? piece : pop(run));
}

/* Those that wait and are due, then new ones. There is one of them. */
static void gather(struct run *run, int64_t now_ms)
{
    run->piece_count = run->record_count = 0;
    if (run->load->whole) {
        gather_whole(run, now_ms);
        return;
    }
    while (run->record_count < run->load->batch && is_due(run, now_ms))
        add(run, pop(run));
    while (run->record_count < run->load->batch && has_come(run, now_ms))
        add(run, (struct piece){.record = run->next++, .count = 1});
}

static void offer_request(struct run *run, int64_t now_ms)
{
    const struct rc_load *load = run->load;
    int taken = 0;
    for (int i = 0; i < run->piece_count; i++)
        taken += offer_piece(run, run->request[i], now_ms);
    bool throttled = taken < run->record_count;
    run->outcome->refused += !taken;
    run->outcome->partial += taken && throttled;
    run->answers[run->outcome->requests % load->in_flight] =
        (struct answer){now_ms + load->latency_ms, taken * load->targets[0].units, throttled};
}

/* Tells the pace of what was answered by now. */
static void hear(struct run *run, int64_t now_ms)
{
    const struct rc_load_pace *pace = run->load->pace;
    for (; run->heard < run->outcome->requests; run->heard++) {
        const struct answer *answer = &run->answers[run->heard % run->load->in_flight];
        if (answer->at_ms > now_ms)
            break;
        pace->report(pace->ctx, answer->units, answer->throttled, answer->at_ms);
    }
}

/* When the pace lets the request go. */
static int64_t paced_ms(struct run *run, int64_t now_ms)
{
    const struct rc_load_pace *pace = run->load->pace;
    if (!pace)
        return now_ms;
    hear(run, now_ms);
    double units = run->record_count * run->load->targets[0].units;
    int64_t wait_ms = pace->spend(pace->ctx, units, now_ms);
    while (wait_ms > 0) {
        now_ms += wait_ms < PACE_LOOK_MS ? wait_ms : PACE_LOOK_MS;
        hear(run, now_ms);
        wait_ms = pace->wait(pace->ctx, units, now_ms);
    }
    return now_ms;
}

static void send_requests(struct run *run)
{
    const struct rc_load *load = run->load;
    struct rc_load_outcome *outcome = run->outcome;
    int64_t most_ms = load->most_ms ? load->most_ms : RC_LOAD_MOST_S * INT64_C(1000);
    int64_t sent_ms = 0;
    for (;;) {
        /* All requests take equally long: the one that began first ends first. */
        int64_t *free_ms = &run->free_ms[outcome->requests % load->in_flight];
        int64_t now_ms = ready_ms(run);
        if (now_ms < *free_ms)
            now_ms = *free_ms;
        if (now_ms < sent_ms) /* the pace holds one request at a time */
            now_ms = sent_ms;
        if (now_ms >= most_ms)
            break;
        gather(run, now_ms);
        now_ms = sent_ms = paced_ms(run, now_ms);
        if (now_ms >= most_ms)
            break;
        offer_request(run, now_ms);
        outcome->requests++;
        *free_ms = outcome->elapsed_ms = now_ms + load->latency_ms;
    }
    outcome->left = load->records - outcome->taken - outcome->failed;
}

/* ----- making ----- */

static bool invalid(struct rc_error *err, const char *member, const char *range)
{
    rc_error_set(err, RC_INVALID, "a load's %s has to be %s", member, range);
    return false;
}

static bool check(const struct rc_load *load, struct rc_error *err)
{
    if (load->records < 0)
        return invalid(err, "number of records", "0 or more");
    if (!load->target_count || load->target_count > RC_LOAD_TARGETS)
        return invalid(err, "number of targets", "1 to 21");
    if (load->in_flight < 1 || load->in_flight > RC_LOAD_IN_FLIGHT)
        return invalid(err, "number of requests in flight", "1 to 1024");
    if (load->batch < 1 || load->batch > RC_LOAD_BATCH)
        return invalid(err, "batch", "1 to 100 records");
    if (load->in_place && load->batch != 1)
        return invalid(err, "batch", "1 in place");
    if (!(load->rate >= 0))
        return invalid(err, "rate", "0 or more records a second");
    if (load->latency_ms < 1 || load->latency_ms > RC_LOAD_MOST_S * INT64_C(1000))
        return invalid(err, "latency", "1 ms to a day");
    if (load->backoff_ms < 0 || load->backoff_most_ms < 0 || load->attempts < 0 ||
        load->most_ms < 0 || load->most_ms > RC_LOAD_MOST_S * INT64_C(1000))
        return invalid(err, "backoff, attempts and longest time", "0 or more, and at most a day");
    for (size_t i = 0; i < load->target_count; i++)
        if (!(load->targets[i].units > 0))
            return invalid(err, "units a record", "over 0");
    return true;
}

static bool make(struct run *run)
{
    const struct rc_load *load = run->load;
    /* One request more than is waited for: what is in flight waits already. */
    size_t room = (size_t)(3 * load->in_flight + 1) * (size_t)load->batch;
    run->dice = mix(load->seed + 1);
    run->waiting = calloc(room, sizeof *run->waiting);
    bool ok = run->waiting != NULL;
    for (size_t i = 0; ok && i < load->target_count; i++) {
        run->claims[i] = (struct rc_heat_claim){.heat = rc_heat_new(&load->targets[i].heat, 0),
                                                .use = load->use,
                                                .units = load->targets[i].units};
        ok = run->claims[i].heat != NULL;
    }
    return ok;
}

static void release(struct run *run)
{
    for (size_t i = 0; run && i < run->load->target_count; i++)
        rc_heat_free(run->claims[i].heat);
    if (run)
        free(run->waiting);
    free(run);
}

bool rc_load_run(const struct rc_load *load, struct rc_load_outcome *outcome,
                 struct rc_load_key *by_key, struct rc_error *err)
{
    *outcome = (struct rc_load_outcome){0};
    if (!check(load, err))
        return false;
    struct run *run = calloc(1, sizeof *run);
    bool ok = run != NULL;
    if (ok) {
        run->load = load;
        run->outcome = outcome;
        run->by_key = by_key;
        ok = make(run);
    }
    if (ok)
        send_requests(run);
    else
        rc_error_nomem(err);
    for (size_t i = 0; ok && i < load->target_count; i++)
        outcome->partitions[i] = rc_heat_count(run->claims[i].heat);
    release(run);
    return ok;
}
