#include "core/ingest.h"

#include "core/ingest_internal.h"

#define XXH_INLINE_ALL
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

enum {
    SLOTS = 512,    /* (currency, kind) pairs of one file */
    AGE_SLOTS = 64, /* remembered dates */
    NO_SLOT = 0xffff,
};

/* What a pair of equal contents must not do when the record needs a look: the
 * sides' contents are pushed apart. */
static const uint64_t special_salt[RC_SIDES] = {0x9e3779b97f4a7c15, 0xc2b2ae3d27d4eb4f};

struct age_slot {
    int32_t date;
    int8_t bucket; /* -1: unset */
};

struct totals {
    int64_t records;
    uint64_t bytes;
    rc_u128 digest;
};

struct rc_ingest {
    struct rc_ingest_options options;
    struct rc_parser *parser;
    struct rc_rows *rows;
    bool plain;
    uint16_t slot_of[256][RC_KINDS];
    struct rc_cell *slots[SLOTS]; /* each shard_count cells */
    uint32_t slot_count;
    struct totals *shards;
    struct age_slot ages[AGE_SLOTS];
    struct rc_anchors anchors;
    struct rc_aside aside;
};

static bool take_records(void *context, const struct rc_record *records, size_t count,
                         const struct rc_where *first, struct rc_error *err);

static bool note_record(void *context, const struct rc_parsed *parsed, struct rc_error *err)
{
    struct rc_ingest *ingest = context;
    (void)err;
    rc_aside_note(&ingest->aside, ingest->options.layout, parsed);
    return true;
}

static bool take_reject(void *context, const struct rc_reject *reject, struct rc_error *err)
{
    struct rc_ingest *ingest = context;
    const struct rc_ingest_options *options = &ingest->options;
    return !options->reject || options->reject(options->context, options->side, reject, err);
}

struct rc_ingest *rc_ingest_new(const struct rc_ingest_options *options, struct rc_error *err)
{
    struct rc_ingest *ingest = calloc(1, sizeof *ingest);
    if (!ingest) {
        rc_error_nomem(err);
        return NULL;
    }
    struct rc_sink sink = {.context = ingest, .transactions = take_records, .reject = take_reject};
    struct rc_parse_options parse = {.file_date = options->matcher->file_date,
                                     .card_key = options->card_key};
    ingest->options = *options;
    ingest->plain = rc_layout_is_plain(options->layout);
    ingest->aside.fd = -1;
    if (!ingest->plain)
        sink.record = note_record;
    memset(ingest->slot_of, 0xff, sizeof ingest->slot_of);
    for (int i = 0; i < AGE_SLOTS; i++)
        ingest->ages[i].bucket = -1;
    ingest->shards = calloc(options->shard_count, sizeof *ingest->shards);
    if (!ingest->shards)
        rc_error_nomem(err);
    else if ((ingest->rows = rc_rows_new(&options->rows, err)) &&
             (ingest->parser = rc_parser_new(options->layout, &parse, &sink, err)) &&
             (ingest->plain || rc_aside_open(&ingest->aside, err)))
        return ingest;
    rc_ingest_free(ingest);
    return NULL;
}

void rc_ingest_free(struct rc_ingest *ingest)
{
    if (!ingest)
        return;
    for (uint32_t i = 0; i < ingest->slot_count; i++)
        free(ingest->slots[i]);
    rc_parser_free(ingest->parser);
    rc_rows_free(ingest->rows);
    rc_anchors_free(&ingest->anchors);
    rc_aside_close(&ingest->aside);
    free(ingest->shards);
    free(ingest);
}

/* ----- taking records in ----- */

static int age_bucket(struct rc_ingest *ingest, const struct rc_record *record)
{
    const struct rc_matcher *matcher = ingest->options.matcher;
    int32_t date = rc_record_has(record, RC_C_DATE)          ? record->date
                   : rc_record_has(record, RC_C_SETTLE_DATE) ? record->settle_date
                                                             : matcher->file_date;
    struct age_slot *slot = &ingest->ages[(uint32_t)date % AGE_SLOTS];
    if (slot->bucket < 0 || slot->date != date)
        *slot = (struct age_slot){date, (int8_t)rc_age_bucket(rc_record_age(matcher, record))};
    return slot->bucket;
}

static struct rc_cell *new_slot(struct rc_ingest *ingest, uint8_t currency, uint8_t kind,
                                struct rc_error *err)
{
    uint32_t shards = ingest->options.shard_count;
    if (ingest->slot_count == SLOTS) {
        rc_error_set(err, RC_LIMIT, "more than %d pairs of currency and kind in one file", SLOTS);
        return NULL;
    }
    struct rc_cell *cells = calloc(shards, sizeof *cells);
    if (!cells) {
        rc_error_nomem(err);
        return NULL;
    }
    for (uint32_t i = 0; i < shards; i++)
        cells[i] = (struct rc_cell){.status = RC_MATCHED, .currency = currency, .kind = kind};
    ingest->slot_of[currency][kind] = (uint16_t)ingest->slot_count;
    ingest->slots[ingest->slot_count++] = cells;
    return cells;
}

static inline struct rc_cell *cells_for(struct rc_ingest *ingest, const struct rc_record *record,
                                        struct rc_error *err)
{
    uint16_t slot = ingest->slot_of[record->currency][record->kind];
    if (__builtin_expect(slot != NO_SLOT, 1))
        return ingest->slots[slot];
    return new_slot(ingest, record->currency, record->kind, err);
}

static inline uint64_t content_of(const struct rc_ingest *ingest, const struct rc_record *record,
                                  rc_u128 term)
{
    uint8_t bytes[RC_CANONICAL_BYTES + 64];
    const struct rc_matcher *matcher = ingest->options.matcher;
    uint64_t content = (uint64_t)term;
    if (!ingest->options.whole_content)
        content = XXH3_64bits(bytes, rc_record_canonical(record, matcher->compare, bytes));
    if (matcher->rules->late_after_days >= 0 && rc_record_is_special(matcher, record))
        content ^= special_salt[ingest->options.side];
    return content;
}

static inline bool take_record(struct rc_ingest *ingest, const struct rc_record *record,
                               uint64_t where, uint32_t file_bytes, struct rc_error *err)
{
    uint8_t bytes[RC_CANONICAL_BYTES + 64];
    struct rc_text id = rc_record_id(record);
    uint64_t hash = rc_id_hash(id.data, id.length);
    uint32_t shard = rc_shard_of(hash, ingest->options.shard_count);
    size_t length = rc_record_canonical(record, ~0u, bytes);
    rc_u128 term = rc_digest_term(bytes, length, ingest->options.side, RC_MATCHED);
    struct rc_cell *cells = cells_for(ingest, record, err);
    struct rc_row *row = cells ? rc_rows_add(ingest->rows, hash, err) : NULL;
    if (!row)
        return false;
    *row = (struct rc_row){hash, content_of(ingest, record, term), where};
    rc_cell_add(&cells[shard], ingest->options.side, record->amount_minor,
                age_bucket(ingest, record), 1);
    ingest->shards[shard].records++;
    ingest->shards[shard].bytes += file_bytes;
    ingest->shards[shard].digest += term;
    return true;
}

static bool take_aside(struct rc_ingest *ingest, const struct rc_record *record,
                       const struct rc_where *place, struct rc_error *err)
{
    uint64_t where;
    return rc_aside_add(&ingest->aside, record, place, &where, err) &&
           take_record(ingest, record, where, place->length, err);
}

static bool take_records(void *context, const struct rc_record *records, size_t count,
                         const struct rc_where *first, struct rc_error *err)
{
    struct rc_ingest *ingest = context;
    if (!ingest->plain)
        return take_aside(ingest, records, first, err);
    if (!rc_anchors_note(&ingest->anchors, first, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!take_record(ingest, &records[i], first->offset + i * first->length, first->length,
                         err))
            return false;
    return true;
}

bool rc_ingest_run(struct rc_ingest *ingest, struct rc_error *err)
{
    return rc_parser_run(ingest->parser, ingest->options.fd, err) &&
           (ingest->plain || rc_aside_flush(&ingest->aside, err));
}

struct rc_rows *rc_ingest_rows(struct rc_ingest *ingest)
{
    return ingest->rows;
}

const struct rc_parse_totals *rc_ingest_totals(const struct rc_ingest *ingest)
{
    return rc_parser_totals(ingest->parser);
}

/* Every settlement record is taken for one matched outcome. */
static bool add_cell(struct rc_summary *shard, const struct rc_cell *from, enum rc_side side)
{
    struct rc_cell *cell = rc_summary_cell(shard, RC_MATCHED, from->currency, from->kind);
    if (!cell)
        return false;
    cell->side[side] = from->side[side];
    memcpy(cell->amounts[side], from->amounts[side], sizeof cell->amounts[side]);
    memcpy(cell->ages[side], from->ages[side], sizeof cell->ages[side]);
    if (side == RC_SETTLEMENT)
        cell->outcomes += from->side[side].count;
    return true;
}

bool rc_ingest_summaries(const struct rc_ingest *ingest, struct rc_summary *shards,
                         struct rc_error *err)
{
    enum rc_side side = ingest->options.side;
    for (uint32_t shard = 0; shard < ingest->options.shard_count; shard++) {
        shards[shard].records[side] += ingest->shards[shard].records;
        shards[shard].bytes[side] += ingest->shards[shard].bytes;
        shards[shard].digest[side] += ingest->shards[shard].digest;
        shards[shard].outcome_digest += ingest->shards[shard].digest;
        for (uint32_t slot = 0; slot < ingest->slot_count; slot++) {
            const struct rc_cell *cell = &ingest->slots[slot][shard];
            if (cell->side[side].count && !add_cell(&shards[shard], cell, side)) {
                rc_error_nomem(err);
                return false;
            }
        }
    }
    return true;
}

void rc_ingest_drop_rows(struct rc_ingest *ingest)
{
    rc_rows_free(ingest->rows);
    ingest->rows = NULL;
}

const struct rc_ingest_options *rc_ingest_settings(const struct rc_ingest *ingest)
{
    return &ingest->options;
}

const struct rc_anchors *rc_ingest_anchors(const struct rc_ingest *ingest)
{
    return &ingest->anchors;
}

const struct rc_aside *rc_ingest_aside(const struct rc_ingest *ingest)
{
    return ingest->plain ? NULL : &ingest->aside;
}
