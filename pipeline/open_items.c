#include "pipeline/open_items.h"

#include "core/civil.h"
#include "pipeline/day_state.h"

#define XXH_INLINE_ALL
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

/* ----- the days before ----- */

static bool add_day(struct rc_earlier *earlier, int32_t date, const json_t *item)
{
    const char *fingerprint = rc_item_get_text(item, "fingerprint");
    int64_t count = 0;
    rc_u128 digest = 0;
    if (!fingerprint || strlen(fingerprint) != 32)
        return false;
    if (rc_item_get_int(item, "open_count", &count) &&
        !rc_digest_parse(rc_item_get_text(item, "open_digest"), &digest))
        return false;
    earlier->days[earlier->count].date = date;
    memcpy(earlier->days[earlier->count].fingerprint, fingerprint, 33);
    earlier->days[earlier->count].digest = digest;
    earlier->days[earlier->count].count = count;
    earlier->count++;
    return true;
}

bool rc_earlier_load(struct rc_pipeline *pipeline, const struct rc_filedate *day, int open_days,
                     struct rc_earlier *earlier, struct rc_error *err)
{
    earlier->count = 0;
    for (int back = open_days < RC_OPEN_DAYS_MAX ? open_days : RC_OPEN_DAYS_MAX; back > 0; back--) {
        struct rc_filedate before = *day;
        struct rc_key key;
        json_t *item;
        before.date = day->date - back;
        rc_key_day(&before, "ROLLUP", &key);
        if (!rc_store_get(pipeline, RC_TABLE_STATE, &key, &item, err))
            return false;
        bool ok = !item || add_day(earlier, before.date, item);
        json_decref(item);
        if (!ok) {
            rc_error_set(err, RC_DATA, "%s %s is not as this version writes it", key.pk, key.sk);
            return false;
        }
    }
    return true;
}

uint64_t rc_earlier_name(const struct rc_earlier *earlier)
{
    uint64_t name = 0;
    for (int i = 0; i < earlier->count; i++) {
        uint64_t low = (uint64_t)earlier->days[i].digest;
        uint64_t high = (uint64_t)(earlier->days[i].digest >> 64);
        uint64_t image[] = {name, (uint64_t)earlier->days[i].date, low, high};
        if (earlier->days[i].count)
            name = XXH3_64bits(image, sizeof image);
    }
    return name;
}

/* Whether the day's rollup has that fingerprint. */
static bool counts(const struct rc_earlier *earlier, int32_t date, const char *fingerprint)
{
    for (int i = 0; i < earlier->count; i++)
        if (earlier->days[i].date == date)
            return strcmp(earlier->days[i].fingerprint, fingerprint) == 0;
    return false;
}

/* ----- items ----- */

bool rc_outcome_is_open(const struct rc_outcome *outcome)
{
    return outcome->status == RC_PENDING || outcome->status == RC_MISSING_INTERNAL ||
           outcome->status == RC_MISSING_SETTLEMENT;
}

static void count_key(const struct rc_key *key, struct rc_left_open *left)
{
    XXH128_hash_t hash = XXH3_128bits(key->sk, strlen(key->sk));
    left->digest += (rc_u128)hash.high64 << 64 | hash.low64;
    left->count++;
}

void rc_key_open_shard(const char *program, uint32_t shard, struct rc_key *key)
{
    snprintf(key->pk, sizeof key->pk, "OPEN#%s#%" PRIu32, program, shard);
    key->sk[0] = '\0';
}

void rc_open_item(struct rc_draft *draft, const struct rc_filedate *day, const char *fingerprint,
                  const struct rc_outcome *outcome, struct rc_left_open *left)
{
    uint8_t bytes[RC_CANONICAL_BYTES + 64];
    char date[RC_CIVIL_TEXT];
    struct rc_key key;
    enum rc_side side = rc_outcome_side(outcome);
    const struct rc_outcome_record *item = rc_outcome_first(outcome);
    struct rc_text id = rc_record_id(&item->record);
    rc_civil_format(day->date, date);
    rc_key_open_shard(day->program, (uint32_t)(item->id_hash % RC_OPEN_SHARDS), &key);
    size_t used = rc_key_encode(id.data, id.length, key.sk, RC_ID_BYTES + 1);
    used = used > RC_ID_BYTES ? RC_ID_BYTES : used; /* ingest takes no longer one */
    snprintf(key.sk + used, sizeof key.sk - used, "#%s#%c#%04" PRIu32 "#%010" PRIu64 "#%s", date,
             side == RC_SETTLEMENT ? 'S' : 'I', item->where.delivery, item->where.number,
             fingerprint);
    count_key(&key, left);
    rc_draft_item(draft, &key);
    rc_record_item(draft, bytes, rc_record_canonical(&item->record, ~0u, bytes), &item->where);
    rc_item_text(&draft->json, "status", rc_status_name(outcome->status));
}

void rc_closed_item(struct rc_draft *draft, const struct rc_filedate *day, const char *fingerprint,
                    const struct rc_outcome_record *carried, struct rc_left_open *left)
{
    char date[RC_CIVIL_TEXT];
    struct rc_key key;
    rc_civil_format(day->date, date);
    rc_key_open_shard(day->program, (uint32_t)(carried->id_hash % RC_OPEN_SHARDS), &key);
    snprintf(key.sk, sizeof key.sk, "%.970s#closed#%s#%s", carried->origin, date, fingerprint);
    count_key(&key, left);
    rc_draft_item(draft, &key);
}

/* ----- the stream ----- */

static bool read_date(const char *text, int32_t *date)
{
    return strlen(text) >= 10 && rc_civil_parse(text, 10, date);
}

bool rc_open_key_read(const char *sk, struct rc_open_key *key)
{
    char side, closed[16];
    const char *at = sk ? strchr(sk, '#') : NULL;
    *key = (struct rc_open_key){0};
    if (!at || !read_date(at + 1, &key->date) || at[11] != '#')
        return false;
    key->record = at + 12;
    int parts =
        sscanf(key->record, "%c#%*4[0-9]#%*10[0-9]#%32[0-9a-f]#closed#%10[0-9-]#%32[0-9a-f]", &side,
               key->fingerprint, closed, key->closed_fingerprint);
    if (parts != 2 && parts != 4)
        return false;
    key->side = side == 'S' ? RC_SETTLEMENT : RC_INTERNAL;
    key->closed = parts == 4;
    return !key->closed || read_date(closed, &key->closed_date);
}

struct rc_open_stream {
    struct rc_record_stream *items;
    const struct rc_earlier *earlier;
    const struct rc_matcher *matcher;
    struct rc_entry *held; /* an open item; its closings come behind it */
};

static void let_go(struct rc_open_stream *stream, struct rc_entry **entry)
{
    *entry = stream->held;
    stream->held = NULL;
}

static bool read_item(void *ctx, const json_t *item, struct rc_entry **entry, struct rc_error *err)
{
    struct rc_open_stream *stream = ctx;
    struct rc_open_key key;
    *entry = NULL;
    if (!item) {
        let_go(stream, entry);
        return true;
    }
    const char *sk = rc_item_get_text(item, "SK");
    if (!rc_open_key_read(sk, &key)) {
        rc_error_set(err, RC_DATA, "%s is no open item", sk ? sk : "an item");
        return false;
    }
    if (key.closed) {
        size_t length = stream->held ? strlen(stream->held->item.origin) : 0;
        if (length && strncmp(sk, stream->held->item.origin, length) == 0 && sk[length] == '#' &&
            counts(stream->earlier, key.closed_date, key.closed_fingerprint)) {
            rc_entry_free(stream->held);
            stream->held = NULL;
        }
        return true;
    }
    let_go(stream, entry);
    if (counts(stream->earlier, key.date, key.fingerprint))
        stream->held = rc_record_entry(item, key.record, key.side, sk, stream->matcher, err);
    else
        return true;
    if (stream->held)
        return true;
    rc_entry_free(*entry);
    *entry = NULL;
    return false;
}

struct rc_open_stream *rc_open_stream_new(struct rc_pipeline *pipeline,
                                          const struct rc_filedate *day, uint32_t shard,
                                          const struct rc_earlier *earlier,
                                          const struct rc_matcher *matcher, struct rc_error *err)
{
    struct rc_open_stream *stream = calloc(1, sizeof *stream);
    if (!stream) {
        rc_error_nomem(err);
        return NULL;
    }
    stream->earlier = earlier;
    stream->matcher = matcher;
    struct rc_record_stream_options options = {
        .table = RC_TABLE_STATE, .matcher = matcher, .read = read_item, .read_ctx = stream};
    rc_key_open_shard(day->program, shard, &options.key);
    stream->items = rc_record_stream_new(pipeline, &options, err);
    if (stream->items)
        return stream;
    free(stream);
    return NULL;
}

void rc_open_stream_free(struct rc_open_stream *stream)
{
    if (!stream)
        return;
    rc_record_stream_free(stream->items);
    rc_entry_free(stream->held);
    free(stream);
}

bool rc_open_stream_next(void *context, struct rc_entry **entry, struct rc_error *err)
{
    struct rc_open_stream *stream = context;
    return rc_record_stream_next(stream->items, entry, err);
}
