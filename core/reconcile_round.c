#include "core/reconcile_internal.h"

#define XXH_INLINE_ALL
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

/* Bytes that a record takes while it is before the engine, its raw bytes not
 * counted: row, pointers, canonical bytes, allocator. */
enum { KEPT_BYTES = sizeof(struct rc_kept) + 3 * sizeof(void *) + 192, RAW_BYTES = 256 };

static struct rc_rows *rows_of(struct rc_job *job, enum rc_side side)
{
    return job->open[job->pass][side];
}

/* ----- choosing the keys of a round ----- */

static uint64_t rows_in(struct rc_job *job, uint32_t partition)
{
    return rc_rows_count(rows_of(job, RC_SETTLEMENT), partition) +
           rc_rows_count(rows_of(job, RC_INTERNAL), partition);
}

static unsigned bits_of(struct rc_job *job)
{
    return (unsigned)__builtin_ctz(rc_rows_partitions(rows_of(job, RC_SETTLEMENT)));
}

/* The last key of which the highest bits are these. */
static uint64_t last_key(uint64_t highest, unsigned bits)
{
    return bits ? ((highest + 1) << (64 - bits)) - 1 : UINT64_MAX;
}

/* Records that fit into memory at once. */
static uint64_t rows_at_once(const struct rc_job *job, uint64_t *each)
{
    *each = KEPT_BYTES + (job->options->outcome ? RAW_BYTES : 0);
    return job->options->memory_bytes / 2 / *each;
}

enum { SLICE_BITS = 12, SLICES = 1 << SLICE_BITS };

static unsigned slice_of(uint64_t key, unsigned bits)
{
    return (unsigned)(key << bits >> (64 - SLICE_BITS));
}

/* Rows of the round's one partition from its lowest key on, by slices of keys. */
static bool count_slices(struct rc_job *job, uint64_t slices[SLICES], struct rc_error *err)
{
    struct rc_spans spans;
    unsigned bits = bits_of(job);
    for (int side = 0; side < RC_SIDES; side++) {
        if (!rc_rows_read(rows_of(job, (enum rc_side)side), job->round.first, &spans, err))
            return false;
        for (size_t n = 0; n < spans.count; n++)
            for (size_t r = 0; r < spans.items[n].count; r++)
                if (spans.items[n].rows[r].key >= job->round.low)
                    slices[slice_of(spans.items[n].rows[r].key, bits)]++;
        rc_spans_free(&spans);
    }
    return true;
}

/* A partition that does not fit is taken slice by slice. Keys that repeat by the
 * million could make even one slice larger than memory. */
static bool choose_slices(struct rc_job *job, struct rc_error *err)
{
    struct rc_round *round = &job->round;
    uint64_t slices[SLICES] = {0}, each, most = rows_at_once(job, &each);
    unsigned bits = bits_of(job), slice = slice_of(round->low, bits);
    if (!count_slices(job, slices, err))
        return false;
    round->rows = slices[slice];
    if (round->rows > most) {
        rc_error_set(err, RC_LIMIT,
                     "%llu records that do not plainly match share one key or too few keys; "
                     "holding them takes about %llu MiB, give --memory twice as much",
                     (unsigned long long)round->rows,
                     (unsigned long long)(round->rows * each >> 20));
        return false;
    }
    while (slice + 1 < SLICES && round->rows + slices[slice + 1] <= most)
        round->rows += slices[++slice];
    round->high = last_key((uint64_t)round->first << SLICE_BITS | slice, bits + SLICE_BITS);
    return true;
}

/* From the key `low` on, as much as fits. */
static bool choose(struct rc_job *job, uint64_t low, struct rc_error *err)
{
    struct rc_round *round = &job->round;
    unsigned bits = bits_of(job);
    uint64_t each, most = rows_at_once(job, &each);
    round->low = low;
    round->first = bits ? (uint32_t)(low >> (64 - bits)) : 0;
    round->end = round->first + 1;
    round->rows = rows_in(job, round->first);
    if (round->rows > most)
        return choose_slices(job, err);
    while (round->end < 1u << bits && round->rows + rows_in(job, round->end) <= most)
        round->rows += rows_in(job, round->end++);
    round->high = last_key(round->end - 1, bits);
    return true;
}

/* ----- gathering a side's rows ----- */

static void free_side(struct rc_round_side *side)
{
    free(side->items);
    free(side->by_place);
    free(side->by_key);
    free(side->starts);
    *side = (struct rc_round_side){0};
}

static bool make_side(struct rc_job *job, enum rc_side which, struct rc_error *err)
{
    struct rc_round_side *side = &job->round.side[which];
    size_t partitions = job->round.end - job->round.first;
    for (uint32_t p = job->round.first; p < job->round.end; p++)
        side->capacity += rc_rows_count(rows_of(job, which), p);
    if (side->capacity > job->round.rows) /* part of a partition */
        side->capacity = job->round.rows;
    side->items = calloc(side->capacity + 1, sizeof *side->items);
    side->by_place = calloc(side->capacity + 1, sizeof *side->by_place);
    side->by_key = calloc(side->capacity + 1, sizeof *side->by_key);
    side->starts = calloc(partitions + 1, sizeof *side->starts);
    if (side->items && side->by_place && side->by_key && side->starts)
        return true;
    rc_error_nomem(err);
    return false;
}

static void gather_span(const struct rc_round *round, const struct rc_span *span,
                        struct rc_round_side *side)
{
    for (size_t r = 0; r < span->count; r++) {
        struct rc_kept *kept = &side->items[side->count];
        if (span->rows[r].key < round->low || span->rows[r].key > round->high)
            continue;
        kept->key = span->rows[r].key;
        kept->row_where = span->rows[r].where;
        side->by_place[side->count] = side->by_key[side->count] = kept;
        side->count++;
    }
}

static bool gather(struct rc_job *job, enum rc_side which, struct rc_error *err)
{
    struct rc_round_side *side = &job->round.side[which];
    struct rc_spans spans;
    if (!make_side(job, which, err))
        return false;
    for (uint32_t p = job->round.first; p < job->round.end; p++) {
        side->starts[p - job->round.first] = side->count;
        if (!rc_rows_read(rows_of(job, which), p, &spans, err))
            return false;
        for (size_t n = 0; n < spans.count; n++)
            gather_span(&job->round, &spans.items[n], side);
        rc_spans_free(&spans);
    }
    side->starts[job->round.end - job->round.first] = side->count;
    return true;
}

/* Radix sort by place, 11 bits at a time; the other array is the scratch. */
static void sort_by_place(struct rc_round_side *side, struct rc_kept **scratch)
{
    enum { BITS = 11, SLOTS = 1 << BITS };
    uint64_t highest = 0;
    struct rc_kept **from = side->by_place, **to = scratch;
    for (size_t i = 0; i < side->count; i++) {
        uint64_t place = from[i]->row_where & RC_ROW_WHERE;
        highest = place > highest ? place : highest;
    }
    for (unsigned shift = 0; shift < 64 && highest >> shift; shift += BITS) {
        size_t starts[SLOTS + 1] = {0};
        for (size_t i = 0; i < side->count; i++)
            starts[((from[i]->row_where & RC_ROW_WHERE) >> shift & (SLOTS - 1)) + 1]++;
        for (int s = 0; s < SLOTS; s++)
            starts[s + 1] += starts[s];
        for (size_t i = 0; i < side->count; i++)
            to[starts[(from[i]->row_where & RC_ROW_WHERE) >> shift & (SLOTS - 1)]++] = from[i];
        struct rc_kept **swap = from;
        from = to;
        to = swap;
    }
    if (from != side->by_place)
        memcpy(side->by_place, from, side->count * sizeof(struct rc_kept *));
}

static bool gather_round(struct rc_job *job, struct rc_error *err)
{
    for (int side = 0; side < RC_SIDES; side++) {
        struct rc_round_side *part = &job->round.side[side];
        if (!gather(job, (enum rc_side)side, err))
            return false;
        struct rc_kept **scratch = malloc((part->count + 1) * sizeof(struct rc_kept *));
        if (!scratch) {
            rc_error_nomem(err);
            return false;
        }
        sort_by_place(part, scratch);
        free(scratch);
        job->stats.read_back += part->count;
    }
    return true;
}

/* ----- reading back: each thread a slice of either file ----- */

/* More of the hash that orders a pass; with the key, 128 bits. */
static uint64_t check_of(const struct rc_job *job, const struct rc_record *record)
{
    uint8_t bytes[RC_CANONICAL_BYTES + 64];
    if (job->pass) {
        size_t length = rc_pass_key(&job->rules.passes[job->pass - 1], record, bytes);
        return XXH3_64bits_withSeed(bytes, length, 1);
    }
    struct rc_text id = rc_record_id(record);
    return XXH3_64bits_withSeed(id.data, id.length, 1);
}

static bool read_slice(struct rc_worker *worker, enum rc_side which, struct rc_error *err)
{
    struct rc_job *job = worker->job;
    const struct rc_round_side *side = &job->round.side[which];
    size_t threads = (size_t)job->options->threads, index = (size_t)worker->index;
    size_t from = side->count * index / threads, to = side->count * (index + 1) / threads;
    if (!rc_reader_fetch(worker->reader[which], side->by_place + from, to - from, err))
        return false;
    for (size_t i = from; i < to; i++) {
        struct rc_record record;
        struct rc_kept *kept = side->by_place[i];
        if (rc_record_from_canonical(kept->canonical, kept->canonical_length, &record))
            kept->check = check_of(job, &record);
    }
    return true;
}

static void *read_back(void *context)
{
    struct rc_worker *worker = context;
    struct rc_error err = {0};
    if (!read_slice(worker, RC_SETTLEMENT, &err) || !read_slice(worker, RC_INTERNAL, &err))
        rc_job_fail(worker->job, &err);
    return NULL;
}

/* ----- partitions before the engine ----- */

static uint64_t place_of(const struct rc_kept *kept)
{
    return kept->row_where & RC_ROW_WHERE;
}

/* Repeats of the same bytes stand in the order of their file, so that neither
 * memory nor threads decide which of them is called the repeat. */
static int by_order(const void *a, const void *b)
{
    const struct rc_kept *x = *(struct rc_kept *const *)a, *y = *(struct rc_kept *const *)b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    if (x->check != y->check)
        return x->check < y->check ? -1 : 1;
    uint32_t shorter =
        x->canonical_length < y->canonical_length ? x->canonical_length : y->canonical_length;
    int order = memcmp(x->canonical, y->canonical, shorter);
    if (order)
        return order;
    if (x->canonical_length != y->canonical_length)
        return x->canonical_length < y->canonical_length ? -1 : 1;
    return (place_of(x) > place_of(y)) - (place_of(x) < place_of(y));
}

/* The records of one partition and side as the engine's stream. */
struct cursor {
    struct rc_worker *worker;
    enum rc_side side;
    struct rc_kept **at, **end;
};

static bool next_entry(void *context, struct rc_entry **entry, struct rc_error *err)
{
    struct cursor *cursor = context;
    *entry = NULL;
    if (cursor->at == cursor->end)
        return true;
    const struct rc_kept *kept = *cursor->at++;
    struct rc_entry *made = rc_entry_new(kept->canonical, kept->canonical_length, err);
    if (!made)
        return false;
    struct rc_text id = rc_record_id(&made->item.record);
    made->side = cursor->side;
    made->ambiguous = kept->row_where & RC_ROW_AMBIGUOUS;
    made->where = kept->row_where & RC_ROW_WHERE;
    made->order = (rc_u128)kept->key << 64 | kept->check;
    made->item.where = kept->where;
    made->item.id_hash = rc_id_hash(id.data, id.length);
    made->item.age_days = rc_record_age(&cursor->worker->matcher, &made->item.record);
    made->item.raw = kept->raw;
    made->item.raw_length = kept->raw_length;
    *entry = made;
    return true;
}

static bool run_engine(struct rc_worker *worker, uint32_t partition, struct rc_error *err)
{
    struct rc_job *job = worker->job;
    struct cursor cursors[RC_SIDES];
    struct rc_stream streams[RC_SIDES];
    for (int s = 0; s < RC_SIDES; s++) {
        struct rc_round_side *side = &job->round.side[s];
        size_t from = side->starts[partition - job->round.first];
        size_t to = side->starts[partition - job->round.first + 1];
        if (to > from)
            qsort(side->by_key + from, to - from, sizeof(struct rc_kept *), by_order);
        cursors[s] =
            (struct cursor){worker, (enum rc_side)s, side->by_key + from, side->by_key + to};
        streams[s] = (struct rc_stream){&cursors[s], next_entry};
    }
    return job->pass ? rc_match_keys(&worker->matcher, job->pass - 1, streams, err)
                     : rc_match_ids(&worker->matcher, streams, err);
}

/* With somebody to tell, findings are told in the order of the partitions, so that
 * threads do not show; without, nobody waits. */
static bool wait_turn(struct rc_job *job, uint32_t partition)
{
    pthread_mutex_lock(&job->lock);
    while (job->options->outcome && job->turn != partition && !job->failed)
        pthread_cond_wait(&job->turned, &job->lock);
    bool ok = !job->failed;
    pthread_mutex_unlock(&job->lock);
    return ok;
}

static void end_turn(struct rc_job *job)
{
    pthread_mutex_lock(&job->lock);
    job->turn++;
    pthread_cond_broadcast(&job->turned);
    pthread_mutex_unlock(&job->lock);
}

static void *match(void *context)
{
    struct rc_worker *worker = context;
    struct rc_job *job = worker->job;
    struct rc_error err = {0};
    uint32_t partition;
    while (rc_job_next(job, job->round.end, &partition)) {
        if (!wait_turn(job, partition))
            break;
        if (!run_engine(worker, partition, &err)) {
            rc_job_fail(job, &err);
            break;
        }
        end_turn(job);
    }
    return NULL;
}

/* ----- rounds ----- */

static bool run_round(struct rc_job *job, struct rc_worker *workers, uint64_t low,
                      struct rc_error *err)
{
    if (!choose(job, low, err) || !gather_round(job, err))
        return false;
    job->next = job->turn = job->round.first;
    if (!rc_job_run(job, workers, read_back) || !rc_job_run(job, workers, match)) {
        *err = job->err;
        return false;
    }
    return true;
}

static void end_round(struct rc_job *job, struct rc_worker *workers)
{
    for (int side = 0; side < RC_SIDES; side++) {
        free_side(&job->round.side[side]);
        for (int i = 0; i < job->options->threads; i++)
            rc_reader_forget(workers[i].reader[side]);
    }
}

bool rc_job_pass(struct rc_job *job, struct rc_worker *workers, int pass)
{
    struct rc_error err = {0};
    job->pass = pass;
    job->round.high = UINT64_MAX;
    do { /* the last round ends with the last key, and counting starts again */
        if (!run_round(job, workers, job->round.high + 1, &err))
            rc_job_fail(job, &err);
        end_round(job, workers);
    } while (job->round.high != UINT64_MAX && !job->failed);
    return !job->failed;
}
