#include "core/rows.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A run of rows in memory; chunks of a partition are chained, the newest first. */
struct chunk {
    struct chunk *older;
    uint32_t count;
    uint32_t unused;
    struct rc_row rows[];
};

struct extent {
    uint64_t offset;
    uint32_t count;
};

struct partition {
    struct rc_row *next, *end; /* free places in the newest chunk */
    struct chunk *newest;
    struct extent *extents; /* what of it is in the temporary file */
    uint32_t extent_count, extent_capacity;
    uint64_t full; /* rows in full chunks and extents */
    bool spilled;  /* full chunks go to the file at once */
};

struct rc_rows {
    struct rc_rows_options options;
    unsigned shift;
    uint32_t partition_count, per_chunk;
    struct partition *partitions;
    void **slabs;
    size_t slab_count, slab_capacity;
    uint64_t mapped_bytes;
    uint8_t *slab_at, *slab_end;
    struct chunk *free_chunks;
    uint32_t resident; /* partitions [0, resident) are kept in memory */
    int fd;
    uint64_t file_bytes;
};

int rc_temporary_file(struct rc_error *err)
{
    const char *folder = getenv("TMPDIR");
    char path[4096];
    if (!folder || !*folder)
        folder = "/var/tmp";
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0)
        return fd;
    snprintf(path, sizeof path, "%s/reconctl-XXXXXX", folder);
    fd = mkostemp(path, O_CLOEXEC);
    if (fd < 0)
        rc_error_errno(err, RC_IO,
                       "cannot make a temporary file in %s (TMPDIR names another folder)", folder);
    else
        unlink(path);
    return fd;
}

bool rc_write_at(int fd, const void *bytes, size_t length, uint64_t offset, struct rc_error *err)
{
    const char *from = bytes;
    while (length) {
        ssize_t put = pwrite(fd, from, length, (off_t)offset);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0) {
            rc_error_errno(err, RC_IO,
                           "cannot write to the temporary file (TMPDIR names another "
                           "folder, --memory avoids it)");
            return false;
        }
        from += put;
        offset += (uint64_t)put;
        length -= (size_t)put;
    }
    return true;
}

struct rc_rows *rc_rows_new(const struct rc_rows_options *options, struct rc_error *err)
{
    struct rc_rows *rows = calloc(1, sizeof *rows);
    if (!rows)
        goto nomem;
    rows->options = *options;
    rows->shift = 64 - options->partition_bits;
    rows->partition_count = 1u << options->partition_bits;
    rows->per_chunk =
        (options->chunk_bytes - (uint32_t)sizeof(struct chunk)) / (uint32_t)sizeof(struct rc_row);
    rows->resident = rows->partition_count;
    rows->fd = -1;
    rows->partitions = calloc(rows->partition_count, sizeof *rows->partitions);
    if (rows->partitions)
        return rows;
nomem:
    rc_rows_free(rows);
    rc_error_nomem(err);
    return NULL;
}

void rc_rows_free(struct rc_rows *rows)
{
    if (!rows)
        return;
    for (uint32_t i = 0; rows->partitions && i < rows->partition_count; i++)
        free(rows->partitions[i].extents);
    for (size_t i = 0; i < rows->slab_count; i++)
        munmap(rows->slabs[i], rows->options.slab_bytes);
    if (rows->fd >= 0)
        close(rows->fd);
    free(rows->slabs);
    free(rows->partitions);
    free(rows);
}

/* ----- memory ----- */

/* Slabs come straight from the system, aligned so that one large page can back
 * each: touching 4 KiB pages one by one costs more than filling them. */
static bool new_slab(struct rc_rows *rows)
{
    if (rows->slab_count == rows->slab_capacity) {
        size_t capacity = rows->slab_capacity ? rows->slab_capacity * 2 : 16;
        void **slabs = realloc(rows->slabs, capacity * sizeof *slabs);
        if (!slabs)
            return false;
        rows->slabs = slabs;
        rows->slab_capacity = capacity;
    }
    size_t size = rows->options.slab_bytes;
    uint8_t *area = mmap(NULL, 2 * size, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (area == MAP_FAILED)
        return false;
    uintptr_t start = ((uintptr_t)area + size - 1) & ~(uintptr_t)(size - 1);
    uint8_t *slab = (uint8_t *)start;
    if (slab > area)
        munmap(area, (size_t)(slab - area));
    if (area + size > slab)
        munmap(slab + size, (size_t)(area + size - slab));
    madvise(slab, size, MADV_HUGEPAGE);
    rows->slabs[rows->slab_count++] = slab;
    rows->slab_at = slab;
    rows->slab_end = slab + size;
    rows->mapped_bytes += size;
    return true;
}

static struct chunk *free_chunk(struct rc_rows *rows)
{
    struct chunk *chunk = rows->free_chunks;
    if (chunk) {
        rows->free_chunks = chunk->older;
        return chunk;
    }
    size_t bytes = rows->options.chunk_bytes;
    bool room = (size_t)(rows->slab_end - rows->slab_at) >= bytes;
    bool allowed = rows->mapped_bytes + rows->options.slab_bytes <= rows->options.budget_bytes ||
                   rows->mapped_bytes == 0;
    if (!room && (!allowed || !new_slab(rows)))
        return NULL;
    chunk = (struct chunk *)(void *)rows->slab_at;
    rows->slab_at += bytes;
    return chunk;
}

/* ----- spilling ----- */

static bool spill_chunk(struct rc_rows *rows, struct partition *partition,
                        const struct chunk *chunk, struct rc_error *err)
{
    size_t bytes = chunk->count * sizeof *chunk->rows;
    if (!chunk->count)
        return true;
    if (rows->fd < 0 && (rows->fd = rc_temporary_file(err)) < 0)
        return false;
    if (partition->extent_count == partition->extent_capacity) {
        uint32_t capacity = partition->extent_capacity ? partition->extent_capacity * 2 : 8;
        struct extent *extents = realloc(partition->extents, capacity * sizeof *extents);
        if (!extents) {
            rc_error_nomem(err);
            return false;
        }
        partition->extents = extents;
        partition->extent_capacity = capacity;
    }
    if (!rc_write_at(rows->fd, chunk->rows, bytes, rows->file_bytes, err))
        return false;
    partition->extents[partition->extent_count++] = (struct extent){rows->file_bytes, chunk->count};
    rows->file_bytes += bytes;
    return true;
}

static void note_newest(struct partition *partition)
{
    struct chunk *chunk = partition->newest;
    if (chunk)
        chunk->count = (uint32_t)(partition->next - chunk->rows);
}

/* Moves the last partition that is still resident to the file. */
static bool evict(struct rc_rows *rows, struct rc_error *err)
{
    struct partition *partition = &rows->partitions[--rows->resident];
    note_newest(partition);
    partition->full = 0;
    struct chunk *chunk = partition->newest;
    partition->newest = NULL;
    partition->next = partition->end = NULL;
    partition->spilled = true;
    while (chunk) {
        struct chunk *older = chunk->older;
        if (!spill_chunk(rows, partition, chunk, err))
            return false;
        partition->full += chunk->count;
        chunk->older = rows->free_chunks;
        rows->free_chunks = chunk;
        chunk = older;
    }
    return true;
}

/* A place in a partition whose newest chunk is full. */
static struct rc_row *add_slowly(struct rc_rows *rows, struct partition *partition,
                                 struct rc_error *err)
{
    struct chunk *chunk = partition->newest;
    note_newest(partition);
    if (chunk)
        partition->full += chunk->count;
    if (chunk && partition->spilled) { /* its one chunk is emptied and used again */
        if (!spill_chunk(rows, partition, chunk, err))
            return NULL;
    } else {
        chunk = free_chunk(rows);
        while (!chunk && rows->resident) {
            if (!evict(rows, err))
                return NULL;
            chunk = free_chunk(rows);
        }
        if (!chunk) {
            rc_error_set(err, RC_LIMIT, "--memory is too small: not even one row a partition fits");
            return NULL;
        }
        chunk->older = partition->newest;
        partition->newest = chunk;
    }
    partition->next = chunk->rows;
    partition->end = chunk->rows + rows->per_chunk;
    return partition->next++;
}

struct rc_row *rc_rows_add(struct rc_rows *rows, uint64_t key, struct rc_error *err)
{
    struct partition *partition =
        &rows->partitions[rows->options.partition_bits ? key >> rows->shift : 0];
    if (__builtin_expect(partition->next < partition->end, 1))
        return partition->next++;
    return add_slowly(rows, partition, err);
}

uint32_t rc_rows_partitions(const struct rc_rows *rows)
{
    return rows->partition_count;
}

uint64_t rc_rows_count(const struct rc_rows *rows, uint32_t partition)
{
    const struct partition *p = &rows->partitions[partition];
    return p->full + (p->newest ? (uint64_t)(p->next - p->newest->rows) : 0);
}

uint64_t rc_rows_spilled(const struct rc_rows *rows)
{
    return rows->file_bytes;
}

/* ----- reading ----- */

static bool load_extents(struct rc_rows *rows, const struct partition *partition,
                         struct rc_spans *spans, struct rc_error *err)
{
    uint64_t total = 0, at = 0;
    for (uint32_t i = 0; i < partition->extent_count; i++)
        total += partition->extents[i].count;
    if (!total)
        return true;
    spans->loaded = malloc(total * sizeof *spans->loaded);
    if (!spans->loaded) {
        rc_error_nomem(err);
        return false;
    }
    for (uint32_t i = 0; i < partition->extent_count; i++) {
        size_t bytes = partition->extents[i].count * sizeof(struct rc_row), done = 0;
        char *to = (char *)(spans->loaded + at);
        while (done < bytes) {
            ssize_t got = pread(rows->fd, to + done, bytes - done,
                                (off_t)(partition->extents[i].offset + done));
            if (got < 0 && errno == EINTR)
                continue;
            if (got <= 0) {
                rc_error_errno(err, RC_IO, "cannot read the temporary file back");
                return false;
            }
            done += (size_t)got;
        }
        at += partition->extents[i].count;
    }
    spans->items[spans->count++] = (struct rc_span){spans->loaded, total};
    return true;
}

bool rc_rows_read(struct rc_rows *rows, uint32_t index, struct rc_spans *spans,
                  struct rc_error *err)
{
    struct partition *partition = &rows->partitions[index];
    size_t chunks = 0;
    *spans = (struct rc_spans){0};
    note_newest(partition);
    for (struct chunk *chunk = partition->newest; chunk; chunk = chunk->older)
        chunks++;
    spans->items = calloc(chunks + 1, sizeof *spans->items);
    if (!spans->items) {
        rc_error_nomem(err);
        return false;
    }
    if (!load_extents(rows, partition, spans, err)) {
        rc_spans_free(spans);
        return false;
    }
    size_t at = spans->count + chunks;
    spans->count = at;
    for (struct chunk *chunk = partition->newest; chunk; chunk = chunk->older)
        spans->items[--at] = (struct rc_span){chunk->rows, chunk->count};
    return true;
}

void rc_spans_free(struct rc_spans *spans)
{
    free(spans->items);
    free(spans->loaded);
    *spans = (struct rc_spans){0};
}
