#include "pipeline/summaries.h"

#include "pipeline/day_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The bytes of a task's summaries: for each shard that has one its number, four bytes
 * with the least significant first, and the summary. */

enum { BYTES_MOST = 64 << 20, PARTS_MOST = 256 };

static bool is_empty(const struct rc_summary *summary)
{
    static const struct rc_summary none;
    return !summary->cell_count &&
           memcmp(summary->records, none.records, sizeof none.records) == 0 &&
           !summary->outcome_digest && !summary->discrepancies;
}

static void put_number(struct rc_buf *out, uint32_t number)
{
    for (int i = 0; i < 4; i++, number >>= 8)
        rc_buf_add_char(out, (char)number);
}

static bool put_part(struct rc_pipeline *pipeline, const struct rc_key *key, const char *bytes,
                     size_t length, int parts, const struct rc_left_open *left, int64_t expires,
                     struct rc_error *err)
{
    struct rc_draft draft;
    char digest[33];
    rc_digest_format(left->digest, digest);
    rc_draft_item(&draft, key);
    rc_item_binary(&draft.json, "summary", bytes, length);
    rc_item_int(&draft.json, "parts", parts);
    rc_item_text(&draft.json, "open_digest", digest);
    rc_item_int(&draft.json, "open_count", left->count);
    rc_item_int(&draft.json, "expires", expires);
    const char *item = rc_draft_done(&draft);
    struct rc_write write = {.table = RC_TABLE_STATE, .key = key, .item = item};
    if (!item)
        rc_error_nomem(err);
    bool ok = item && rc_store_write(pipeline, &write, NULL, err) == RC_STORED;
    rc_draft_free(&draft);
    return ok;
}

bool rc_summaries_write(struct rc_pipeline *pipeline, const struct rc_filedate *day,
                        const char *fingerprint, int pass, uint32_t shard,
                        const struct rc_summary *shards, uint32_t shard_count,
                        const struct rc_left_open *left, int64_t expires, struct rc_error *err)
{
    struct rc_buf bytes;
    rc_buf_init(&bytes, BYTES_MOST);
    for (uint32_t i = 0; i < shard_count; i++)
        if (!is_empty(&shards[i])) {
            put_number(&bytes, i);
            rc_summary_write(&shards[i], &bytes);
        }
    bool ok = !bytes.failed;
    if (!ok)
        rc_error_nomem(err);
    size_t parts = bytes.length / RC_SUMMARY_PART_BYTES + 1;
    for (size_t part = 0; ok && part < parts; part++) {
        struct rc_key key;
        size_t from = part * RC_SUMMARY_PART_BYTES, rest = bytes.length - from;
        rc_key_summary(day, fingerprint, pass, shard, (int)part, &key);
        ok = put_part(pipeline, &key, bytes.data ? bytes.data + from : "",
                      rest < RC_SUMMARY_PART_BYTES ? rest : RC_SUMMARY_PART_BYTES, (int)parts, left,
                      expires, err);
    }
    rc_buf_free(&bytes);
    return ok;
}

/* ----- reading ----- */

struct rc_summaries_reader {
    struct rc_summary *shards;
    uint32_t shard_count;
    int passes;
    int open_pass;       /* that of open items; -1: there is none */
    uint32_t stride;     /* of `seen`: most tasks of a pass */
    unsigned char *seen; /* a flag a pass and shard */
    struct rc_left_open left;
    struct rc_buf bytes; /* of the parts so far */
    int part;            /* the next one of the task that is being read */
};

static bool add_bytes(struct rc_summaries_reader *reading, struct rc_error *err)
{
    const uint8_t *bytes = (const uint8_t *)reading->bytes.data;
    size_t length = reading->bytes.length, at = 0;
    while (at < length) {
        struct rc_summary one = {0};
        uint32_t shard = 0;
        if (length - at < 4)
            break;
        for (int i = 3; i >= 0; i--)
            shard = shard << 8 | bytes[at + (size_t)i];
        at += 4;
        bool ok = shard < reading->shard_count && rc_summary_read(bytes, length, &at, &one, err);
        if (ok && !rc_summary_merge(&reading->shards[shard], &one)) {
            rc_error_nomem(err);
            ok = false;
        }
        rc_summary_free(&one);
        if (!ok)
            return false;
    }
    if (at != length)
        rc_error_set(err, RC_DATA, "the bytes of a summary end too early");
    return at == length;
}

static uint32_t tasks_of(const struct rc_summaries_reader *reading, int pass)
{
    return pass == reading->open_pass ? RC_OPEN_SHARDS : reading->shard_count;
}

static bool read_left(const json_t *item, struct rc_left_open *left)
{
    int64_t count;
    rc_u128 digest;
    if (!rc_item_get_int(item, "open_count", &count) ||
        !rc_digest_parse(rc_item_get_text(item, "open_digest"), &digest))
        return false;
    left->count += count;
    left->digest += digest;
    return true;
}

/* Pass, shard and part behind SUMMARY#fingerprint. */
static bool read_numbers(const char *sk, long numbers[3])
{
    char *at = sk ? strchr(sk, '#') : NULL;
    at = at ? strchr(at + 1, '#') : NULL;
    for (int i = 0; i < 3; i++) {
        if (!at || *at != '#')
            return false;
        numbers[i] = strtol(at + 1, &at, 10);
    }
    return !*at;
}

/* Parts come in their order; the last one is the sign to read all of them. */
bool rc_summaries_take(void *reader, const json_t *item, struct rc_error *err)
{
    struct rc_summaries_reader *reading = reader;
    long numbers[3];
    int64_t parts;
    const char *sk = rc_item_get_text(item, "SK");
    if (!read_numbers(sk, numbers) || numbers[0] < 0 || numbers[0] >= reading->passes ||
        numbers[1] < 0 || numbers[1] >= tasks_of(reading, (int)numbers[0]) ||
        numbers[2] != reading->part || !rc_item_get_int(item, "parts", &parts) || parts < 1 ||
        parts > PARTS_MOST || !rc_item_get_binary(item, "summary", &reading->bytes) ||
        (reading->part == 0 && !read_left(item, &reading->left))) {
        rc_error_set(err, RC_DATA, "%s is not as this version writes it", sk ? sk : "a summary");
        return false;
    }
    reading->part++;
    if (reading->part < parts)
        return true;
    if (!add_bytes(reading, err))
        return false;
    reading->seen[(size_t)numbers[0] * reading->stride + (size_t)numbers[1]] = 1;
    reading->part = 0;
    rc_buf_clear(&reading->bytes);
    return true;
}

static bool all_seen(const struct rc_summaries_reader *reading, struct rc_error *err)
{
    for (int pass = 0; pass < reading->passes; pass++)
        for (uint32_t shard = 0; shard < tasks_of(reading, pass); shard++)
            if (!reading->seen[(size_t)pass * reading->stride + shard]) {
                rc_error_set(err, RC_DATA,
                             "the summary of shard %u of pass %d is missing: the day cannot be "
                             "rolled up before it is matched",
                             shard, pass);
                return false;
            }
    return true;
}

struct rc_summaries_reader *rc_summaries_reader_new(const struct rc_rules *rules,
                                                    struct rc_summary *shards, uint32_t shard_count,
                                                    struct rc_error *err)
{
    struct rc_summaries_reader *reader = calloc(1, sizeof *reader);
    if (!reader) {
        rc_error_nomem(err);
        return NULL;
    }
    *reader = (struct rc_summaries_reader){
        .shards = shards,
        .shard_count = shard_count,
        .passes = rules->pass_count + 1 + (rules->open_days > 0),
        .open_pass = rules->open_days > 0 ? rules->pass_count + 1 : -1,
        .stride = shard_count > RC_OPEN_SHARDS ? shard_count : RC_OPEN_SHARDS,
    };
    rc_buf_init(&reader->bytes, BYTES_MOST);
    reader->seen = calloc((size_t)reader->passes, reader->stride);
    if (reader->seen)
        return reader;
    rc_error_nomem(err);
    rc_summaries_reader_free(reader);
    return NULL;
}

bool rc_summaries_end(struct rc_summaries_reader *reader, struct rc_left_open *left,
                      struct rc_error *err)
{
    if (!all_seen(reader, err))
        return false;
    *left = reader->left;
    for (uint32_t i = 0; i < reader->shard_count; i++)
        rc_summary_finish(&reader->shards[i]);
    return true;
}

void rc_summaries_reader_free(struct rc_summaries_reader *reader)
{
    if (!reader)
        return;
    rc_buf_free(&reader->bytes);
    free(reader->seen);
    free(reader);
}

bool rc_summaries_read(struct rc_pipeline *pipeline, const struct rc_filedate *day,
                       const char *fingerprint, const struct rc_rules *rules,
                       struct rc_summary *shards, uint32_t shard_count, struct rc_left_open *left,
                       struct rc_error *err)
{
    struct rc_key key;
    struct rc_summaries_reader *reader = rc_summaries_reader_new(rules, shards, shard_count, err);
    rc_key_summaries(day, fingerprint, &key);
    bool ok = reader &&
              rc_store_query(pipeline, RC_TABLE_STATE, &key, rc_summaries_take, reader, err) &&
              rc_summaries_end(reader, left, err);
    rc_summaries_reader_free(reader);
    return ok;
}
