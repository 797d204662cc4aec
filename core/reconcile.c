#include "core/reconcile.h"

#include "core/reconcile_internal.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    PARTITION_BYTES = 1 << 20, /* rows of both sides that stay in a core's cache */
    PARTITION_BITS_MAX = 12,
    CHUNK_BYTES = 16 << 10,
    CHUNK_BYTES_LEAST = 1 << 10,
    SLAB_BYTES = 2 << 20, /* a large page */
    OPEN_SLAB_BYTES = 64 << 10,
    RESERVE_MOST = 40 << 20,
};

/* ----- the files ----- */

static bool open_side(struct rc_job *job, enum rc_side side, uint64_t *bytes, struct rc_error *err)
{
    const char *path = job->options->path[side];
    struct stat status;
    job->fd[side] = open(path, O_RDONLY | O_CLOEXEC);
    if (job->fd[side] < 0 || fstat(job->fd[side], &status) != 0) {
        rc_error_errno(err, RC_IO, "cannot open the %s file %s", rc_side_name(side), path);
        return false;
    }
    if (!S_ISREG(status.st_mode)) {
        rc_error_set(err, RC_IO,
                     "the %s file %s is no regular file; records have to be read back from it, so "
                     "save it as one first",
                     rc_side_name(side), path);
        return false;
    }
    *bytes = (uint64_t)status.st_size;
    return true;
}

/* The date in a file's header, read by itself: ages are counted from it while the
 * rest is parsed. */
static bool stop_at_header(void *context, const struct rc_parsed *parsed, struct rc_error *err)
{
    (void)context;
    (void)parsed;
    rc_error_set(err, RC_OK, "one record is enough");
    return false;
}

static bool header_date(struct rc_job *job, enum rc_side side, int32_t *date, struct rc_error *err)
{
    struct rc_sink sink = {.record = stop_at_header};
    struct rc_parse_options options = {.file_date = RC_CIVIL_NONE,
                                       .card_key = job->options->card_key};
    struct rc_error why = {.code = RC_OK};
    *date = RC_CIVIL_NONE;
    struct rc_parser *parser = rc_parser_new(job->options->layout[side], &options, &sink, err);
    if (!parser)
        return false;
    bool ok = rc_parser_run(parser, job->fd[side], &why) || why.code == RC_OK;
    *date = rc_parser_totals(parser)->header_date;
    rc_parser_free(parser);
    if (!ok)
        *err = why;
    else if (lseek(job->fd[side], 0, SEEK_SET) != 0) {
        rc_error_errno(err, RC_IO, "cannot go back to the start of %s", job->options->path[side]);
        ok = false;
    }
    return ok;
}

static bool find_file_date(struct rc_job *job, struct rc_error *err)
{
    int32_t date = job->options->file_date;
    for (int side = 0; side < RC_SIDES && date == RC_CIVIL_NONE; side++)
        if (!header_date(job, (enum rc_side)side, &date, err))
            return false;
    job->matcher.file_date = date;
    if (date != RC_CIVIL_NONE)
        return true;
    rc_error_set(err, RC_USAGE,
                 "no header of the files gives the file date; name it with --date YYYY-MM-DD");
    return false;
}

/* Two threads parse, one at a time tells. */
static bool tell_reject(void *context, enum rc_side side, const struct rc_reject *reject,
                        struct rc_error *err)
{
    struct rc_job *job = context;
    const struct rc_reconcile_options *options = job->options;
    if (!options->reject)
        return true;
    pthread_mutex_lock(&job->lock);
    bool ok = options->reject(options->context, side, reject, err);
    pthread_mutex_unlock(&job->lock);
    return ok;
}

/* ----- memory ----- */

static uint64_t rows_of(const struct rc_layout *layout, uint64_t bytes)
{
    return bytes / (layout->framing.length ? layout->framing.length : 64) + 1;
}

/* Partitions as small as a cache, or as memory asks for, whichever is smaller; but
 * no more than it has chunks for. */
static unsigned partition_bits(uint64_t row_bytes, uint64_t memory, int threads)
{
    uint64_t most = memory / (64 * (uint64_t)threads);
    uint64_t target = most < PARTITION_BYTES ? most : PARTITION_BYTES;
    unsigned bits = 0;
    while (bits < PARTITION_BITS_MAX && row_bytes >> bits > target &&
           (uint64_t)CHUNK_BYTES_LEAST << bits <= memory / 32)
        bits++;
    return bits;
}

static struct rc_rows_options rows_options(uint64_t budget, unsigned bits)
{
    uint64_t chunk = budget / 4 >> bits;
    chunk = chunk > CHUNK_BYTES ? CHUNK_BYTES : chunk;
    chunk = chunk < CHUNK_BYTES_LEAST ? CHUNK_BYTES_LEAST : chunk;
    return (struct rc_rows_options){.budget_bytes = budget,
                                    .partition_bits = bits,
                                    .chunk_bytes = (uint32_t)chunk & ~63u,
                                    .slab_bytes = SLAB_BYTES};
}

static bool make_sides(struct rc_job *job, const uint64_t bytes[RC_SIDES], struct rc_error *err)
{
    const struct rc_reconcile_options *options = job->options;
    uint64_t memory = options->memory_bytes, row_bytes = 0;
    for (int side = 0; side < RC_SIDES; side++)
        row_bytes += rows_of(options->layout[side], bytes[side]) * sizeof(struct rc_row);
    job->partition_bits = partition_bits(row_bytes, memory, options->threads);
    uint64_t reserve = memory / 8 + (8 << 20); /* windows, tables, left rows, the program itself */
    reserve = reserve < RESERVE_MOST ? reserve : RESERVE_MOST;
    for (int side = 0; side < RC_SIDES; side++) {
        struct rc_ingest_options ingest = {
            .side = (enum rc_side)side,
            .layout = options->layout[side],
            .fd = job->fd[side],
            .matcher = &job->matcher,
            .whole_content = job->whole_content,
            .shard_count = job->shard_count,
            .card_key = options->card_key,
            .rows = rows_options((memory - reserve) / 2, job->partition_bits),
            .context = job,
            .reject = tell_reject};
        job->ingest[side] = rc_ingest_new(&ingest, err);
        if (!job->ingest[side])
            return false;
    }
    return true;
}

/* No more partitions than half the budget has chunks for. What of a partition is
 * too large for memory is brought before the engine in parts. */
static struct rc_rows_options open_options(uint64_t budget, unsigned bits)
{
    while (bits && (uint64_t)CHUNK_BYTES_LEAST << bits > budget / 2)
        bits--;
    return (struct rc_rows_options){.budget_bytes = budget,
                                    .partition_bits = bits,
                                    .chunk_bytes = CHUNK_BYTES_LEAST,
                                    .slab_bytes = OPEN_SLAB_BYTES};
}

/* Where the rows wait that the engine has to look at. */
static bool make_open(struct rc_job *job, struct rc_error *err)
{
    uint64_t memory = job->options->memory_bytes;
    unsigned bits = job->partition_bits > 3 ? job->partition_bits - 3 : 0;
    for (int pass = 0; pass <= job->rules.pass_count; pass++)
        for (int side = 0; side < RC_SIDES; side++) {
            struct rc_rows_options options = pass ? open_options(memory / 64, bits)
                                                  : open_options(memory / 32, job->partition_bits);
            job->open[pass][side] = rc_rows_new(&options, err);
            if (!job->open[pass][side])
                return false;
        }
    return true;
}

/* ----- parsing, a thread a side ----- */

void rc_job_fail(struct rc_job *job, const struct rc_error *err)
{
    pthread_mutex_lock(&job->lock);
    if (!job->failed)
        job->err = *err;
    job->failed = true;
    pthread_cond_broadcast(&job->turned);
    pthread_mutex_unlock(&job->lock);
}

static void run_side(struct rc_job *job, enum rc_side side)
{
    struct rc_error err = {0};
    if (rc_ingest_run(job->ingest[side], &err))
        return;
    rc_error_prefix(&err, "%s", job->options->path[side]);
    rc_job_fail(job, &err);
}

static void *run_settlement(void *job)
{
    run_side(job, RC_SETTLEMENT);
    return NULL;
}

static bool parse_sides(struct rc_job *job)
{
    pthread_t thread;
    bool apart =
        job->options->threads > 1 && pthread_create(&thread, NULL, run_settlement, job) == 0;
    if (!apart)
        run_side(job, RC_SETTLEMENT);
    if (apart || !job->failed)
        run_side(job, RC_INTERNAL);
    if (apart)
        pthread_join(thread, NULL);
    return !job->failed;
}

/* ----- the workers ----- */

bool rc_job_run(struct rc_job *job, struct rc_worker *workers, void *(*step)(void *worker))
{
    int threads = job->options->threads;
    for (int i = 1; i < threads; i++)
        workers[i].started = pthread_create(&workers[i].thread, NULL, step, &workers[i]) == 0;
    step(&workers[0]);
    for (int i = 1; i < threads; i++) {
        if (workers[i].started)
            pthread_join(workers[i].thread, NULL);
        else /* no thread to be had: its part is done all the same */
            step(&workers[i]);
    }
    return !job->failed;
}

bool rc_job_next(struct rc_job *job, uint32_t end, uint32_t *partition)
{
    pthread_mutex_lock(&job->lock);
    bool more = !job->failed && job->next < end;
    if (more)
        *partition = job->next++;
    pthread_mutex_unlock(&job->lock);
    return more;
}

/* ----- joining, partition by partition ----- */

/* A partition is held whole while it is joined; keys that repeat by the million
 * could make it larger than memory allows. */
static bool fits(struct rc_job *job, uint32_t partition, struct rc_error *err)
{
    uint64_t rows = rc_rows_count(rc_ingest_rows(job->ingest[RC_SETTLEMENT]), partition) +
                    rc_rows_count(rc_ingest_rows(job->ingest[RC_INTERNAL]), partition);
    uint64_t need = rows * (sizeof(struct rc_row) + 2 * sizeof(struct rc_leftover));
    uint64_t limit = job->options->memory_bytes / (uint64_t)(2 * job->options->threads);
    if (need <= limit)
        return true;
    rc_error_set(err, RC_LIMIT,
                 "%llu records share one TransactionID or too few: joining them takes %llu MiB of "
                 "the %llu MiB that a thread has; give more --memory or fewer --threads",
                 (unsigned long long)rows, (unsigned long long)(need >> 20),
                 (unsigned long long)(limit >> 20));
    return false;
}

/* Hands what is left of a partition to the first pass. */
static bool leave_open(struct rc_job *job, const struct rc_leftovers left[RC_SIDES],
                       struct rc_error *err)
{
    bool ok = true;
    pthread_mutex_lock(&job->lock);
    for (int side = 0; side < RC_SIDES; side++)
        for (size_t i = 0; ok && i < left[side].count; i++) {
            const struct rc_leftover *item = &left[side].items[i];
            struct rc_row *row = rc_rows_add(job->open[0][side], item->key, err);
            ok = row != NULL;
            if (ok)
                *row = (struct rc_row){.key = item->key, .where = item->where};
        }
    pthread_mutex_unlock(&job->lock);
    return ok;
}

static bool join_partition(struct rc_job *job, uint32_t partition, struct rc_error *err)
{
    struct rc_spans spans[RC_SIDES] = {{0}};
    struct rc_leftovers left[RC_SIDES] = {{0}};
    bool ok = fits(job, partition, err);
    for (int side = 0; ok && side < RC_SIDES; side++)
        ok = rc_rows_read(rc_ingest_rows(job->ingest[side]), partition, &spans[side], err);
    ok = ok && rc_join(spans, left, err) && leave_open(job, left, err);
    for (int side = 0; side < RC_SIDES; side++) {
        rc_spans_free(&spans[side]);
        free(left[side].items);
    }
    return ok;
}

static void *join_all(void *context)
{
    struct rc_worker *worker = context;
    struct rc_job *job = worker->job;
    uint32_t partition, count = rc_rows_partitions(rc_ingest_rows(job->ingest[RC_SETTLEMENT]));
    struct rc_error err = {0};
    while (rc_job_next(job, count, &partition))
        if (!join_partition(job, partition, &err))
            rc_job_fail(job, &err);
    return NULL;
}

static bool make_worker(struct rc_job *job, struct rc_worker *worker, struct rc_error *err)
{
    worker->job = job;
    worker->matcher = job->matcher;
    worker->matcher.context = worker;
    worker->matcher.outcome = rc_worker_outcome;
    worker->matcher.open = rc_worker_open;
    worker->shards = calloc(job->shard_count, sizeof *worker->shards);
    if (!worker->shards) {
        rc_error_nomem(err);
        return false;
    }
    for (int side = 0; side < RC_SIDES; side++) {
        worker->reader[side] = rc_reader_new(job->ingest[side], job->options->outcome != NULL, err);
        if (!worker->reader[side])
            return false;
    }
    return true;
}

static void free_worker(struct rc_worker *worker)
{
    for (uint32_t i = 0; worker->shards && i < worker->job->shard_count; i++)
        rc_summary_free(&worker->shards[i]);
    free(worker->shards);
    for (int side = 0; side < RC_SIDES; side++)
        rc_reader_free(worker->reader[side]);
}

/* Joins, then brings what is left before the engine, pass by pass. */
static bool run_passes(struct rc_job *job, struct rc_worker *workers)
{
    bool ok = rc_job_run(job, workers, join_all);
    for (int side = 0; side < RC_SIDES; side++) {
        job->stats.spilled_bytes += rc_rows_spilled(rc_ingest_rows(job->ingest[side]));
        rc_ingest_drop_rows(job->ingest[side]);
    }
    for (int pass = 0; ok && pass <= job->rules.pass_count; pass++)
        ok = rc_job_pass(job, workers, pass);
    return ok;
}

static bool merge_workers(struct rc_job *job, const struct rc_worker *workers, struct rc_day *day,
                          struct rc_error *err)
{
    for (int i = 0; i < job->options->threads; i++)
        for (uint32_t shard = 0; shard < job->shard_count; shard++)
            if (!rc_summary_merge(&day->shards[shard], &workers[i].shards[shard])) {
                rc_error_nomem(err);
                return false;
            }
    return true;
}

static bool match_all(struct rc_job *job, struct rc_day *day, struct rc_error *err)
{
    int threads = job->options->threads;
    struct rc_worker *workers = calloc((size_t)threads, sizeof *workers);
    bool ok = workers != NULL;
    if (!workers)
        rc_error_nomem(err);
    for (int i = 0; ok && i < threads; i++) {
        workers[i].index = i;
        ok = make_worker(job, &workers[i], err);
    }
    ok = ok && make_open(job, err);
    if (ok && !run_passes(job, workers)) {
        *err = job->err;
        ok = false;
    }
    ok = ok && merge_workers(job, workers, day, err);
    for (int i = 0; workers && i < threads; i++)
        if (workers[i].job)
            free_worker(&workers[i]);
    free(workers);
    return ok;
}

/* ----- the day ----- */

static bool copy_controls(struct rc_controls *to, const struct rc_controls *from)
{
    for (size_t i = 0; i < from->count; i++)
        if (!rc_controls_add(to, &from->items[i]))
            return false;
    to->broken = from->broken;
    to->omitted = from->omitted;
    return true;
}

/* A header that names another day than the one being reconciled. */
static bool check_date(struct rc_controls *controls, int32_t header, int32_t file_date)
{
    struct rc_control control = {.name = "file_date", .scope = "file", .number = 1};
    if (header == RC_CIVIL_NONE || header == file_date)
        return true;
    rc_civil_format(header, control.declared);
    rc_civil_format(file_date, control.actual);
    return rc_controls_add(controls, &control);
}

static bool fill_side(struct rc_job *job, struct rc_day *day, enum rc_side side,
                      struct rc_error *err)
{
    struct rc_side_totals *totals = &day->side[side];
    const struct rc_parse_totals *parsed = rc_ingest_totals(job->ingest[side]);
    totals->records = parsed->transactions;
    totals->rejected = parsed->rejected;
    totals->bytes = parsed->bytes;
    totals->layout_digest = job->options->layout[side]->digest;
    snprintf(totals->path, sizeof totals->path, "%s", job->options->path[side]);
    snprintf(totals->layout, sizeof totals->layout, "%s", job->options->layout[side]->name);
    if (copy_controls(&totals->controls, &parsed->controls) &&
        check_date(&totals->controls, parsed->header_date, day->file_date))
        return rc_ingest_summaries(job->ingest[side], day->shards, err);
    rc_error_nomem(err);
    return false;
}

static bool fill_day(struct rc_job *job, struct rc_day *day, struct rc_error *err)
{
    const struct rc_program *program = job->options->program;
    snprintf(day->program, sizeof day->program, "%s", program->id);
    day->file_date = job->matcher.file_date;
    day->shard_count = job->shard_count;
    day->rules_digest = rc_program_digest(program);
    day->shards = calloc(job->shard_count, sizeof *day->shards);
    if (!day->shards) {
        rc_error_nomem(err);
        return false;
    }
    return fill_side(job, day, RC_SETTLEMENT, err) && fill_side(job, day, RC_INTERNAL, err) &&
           match_all(job, day, err) && rc_day_finish(day, err);
}

static bool check(const struct rc_reconcile_options *options, struct rc_error *err)
{
    if (options->memory_bytes < (uint64_t)RC_MEMORY_LEAST_MIB << 20) {
        rc_error_set(err, RC_USAGE, "--memory: at least %dM are needed", RC_MEMORY_LEAST_MIB);
        return false;
    }
    if (options->threads < 1 || options->threads > RC_THREADS_MAX) {
        rc_error_set(err, RC_USAGE, "--threads: 1 to %d are needed", RC_THREADS_MAX);
        return false;
    }
    for (int side = 0; side < RC_SIDES; side++)
        if (!options->layout[side]->map.present) {
            rc_error_set(err, RC_INVALID,
                         "layout %s has no map: its files can be parsed, but not reconciled",
                         options->layout[side]->name);
            return false;
        }
    return true;
}

static void make_matcher(struct rc_job *job)
{
    const struct rc_reconcile_options *options = job->options;
    const struct rc_program *program = options->program;
    uint32_t fields = options->layout[RC_SETTLEMENT]->map.fields;
    uint32_t others = options->layout[RC_INTERNAL]->map.fields;
    job->rules = program->rules;
    job->rules.open_days = 0; /* there is no earlier day */
    job->shard_count = program->shard_count;
    job->matcher = (struct rc_matcher){.rules = &job->rules,
                                       .compare = rc_compare_mask(&job->rules, fields, others),
                                       .holidays = program->holidays,
                                       .holiday_count = program->holiday_count};
    job->whole_content = ((fields | others) & ~(job->matcher.compare | 1u << RC_C_ID)) == 0;
}

bool rc_reconcile(const struct rc_reconcile_options *options, struct rc_day *day,
                  struct rc_reconcile_stats *stats, struct rc_error *err)
{
    struct rc_job job = {.options = options, .fd = {-1, -1}};
    uint64_t bytes[RC_SIDES];
    *day = (struct rc_day){.file_date = RC_CIVIL_NONE};
    pthread_mutex_init(&job.lock, NULL);
    pthread_cond_init(&job.turned, NULL);
    make_matcher(&job);
    bool ok = check(options, err) && open_side(&job, RC_SETTLEMENT, &bytes[RC_SETTLEMENT], err) &&
              open_side(&job, RC_INTERNAL, &bytes[RC_INTERNAL], err) && find_file_date(&job, err) &&
              make_sides(&job, bytes, err);
    if (ok && !parse_sides(&job)) {
        *err = job.err;
        ok = false;
    }
    ok = ok && fill_day(&job, day, err);
    for (int side = 0; side < RC_SIDES; side++) {
        rc_ingest_free(job.ingest[side]);
        for (int pass = 0; pass <= RC_PROGRAM_PASSES; pass++)
            rc_rows_free(job.open[pass][side]);
        if (job.fd[side] >= 0)
            close(job.fd[side]);
    }
    pthread_cond_destroy(&job.turned);
    pthread_mutex_destroy(&job.lock);
    *stats = job.stats;
    return ok;
}
