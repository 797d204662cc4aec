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

/* ----- choosing the partitions of a round ----- */

static uint64_t rows_in(struct rc_job *job, uint32_t partition)
{
    return rc_rows_count(rows_of(job, RC_SETTLEMENT), partition) +
           rc_rows_count(rows_of(job, RC_INTERNAL), partition);
}

/* Keys that repeat by the million could make one partition larger than memory. */
static bool choose(struct rc_job *job, uint32_t first, struct rc_error *err)
{
    uint32_t partitions = rc_rows_partitions(rows_of(job, RC_SETTLEMENT));
    uint64_t each = KEPT_BYTES + (job->options->outcome ? RAW_BYTES : 0);
    uint64_t most = job->options->memory_bytes / 2 / each, rows = rows_in(job, first);
    job->round.first = first;
    job->round.end = first + 1;
    if (rows > most) {
        rc_error_set(err, RC_LIMIT,
                     "%llu records that do not plainly match share one key or too few keys; "
                     "holding them takes about %llu MiB, give --memory twice as much",
                     (unsigned long long)rows, (unsigned long long)(rows * each >> 20));
        return false;
    }
    while (job->round.end < partitions && rows + rows_in(job, job->round.end) <= most)
        rows += rows_in(job, job->round.end++);
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
    side->items = calloc(side->capacity + 1, sizeof *side->items);
    side->by_place = calloc(side->capacity + 1, sizeof *side->by_place);
    side->by_key = calloc(side->capacity + 1, sizeof *side->by_key);
    side->starts = calloc(partitions + 1, sizeof *side->starts);
    if (side->items && side->by_place && side->by_key && side->starts)
        return true;
    rc_error_nomem(err);
    return false;
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
            for (size_t r = 0; r < spans.items[n].count; r++) {
                struct rc_kept *kept = &side->items[side->count];
                kept->key = spans.items[n].rows[r].key;
                kept->row_where = spans.items[n].rows[r].where;
                side->by_place[side->count] = side->by_key[side->count] = kept;
                side->count++;
            }
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
    return order ? order
                 : (x->canonical_length > y->canonical_length) -
                       (x->canonical_length < y->canonical_length);
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

static bool run_round(struct rc_job *job, struct rc_worker *workers, uint32_t first,
                      struct rc_error *err)
{
    if (!choose(job, first, err) || !gather_round(job, err))
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
    uint32_t partitions = rc_rows_partitions(rows_of(job, RC_SETTLEMENT));
    for (uint32_t first = 0; first < partitions && !job->failed; first = job->round.end) {
        if (!run_round(job, workers, first, &err))
            rc_job_fail(job, &err);
        end_round(job, workers);
    }
    return !job->failed;
}
