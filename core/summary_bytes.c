#include "core/summary.h"

/* A summary as bytes: what a shard's item in a database holds. */

enum { VERSION = 1 };

/* ----- writing ----- */

static void put_unsigned(struct rc_buf *out, uint64_t value)
{
    while (value >= 0x80) {
        rc_buf_add_char(out, (char)(value | 0x80));
        value >>= 7;
    }
    rc_buf_add_char(out, (char)value);
}

static void put_signed(struct rc_buf *out, int64_t value)
{
    put_unsigned(out, (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0));
}

static void put_wide(struct rc_buf *out, rc_i128 value)
{
    put_unsigned(out, (uint64_t)value);
    put_signed(out, (int64_t)(value >> 64));
}

static void put_digest(struct rc_buf *out, rc_u128 digest)
{
    for (int i = 0; i < 16; i++, digest >>= 8)
        rc_buf_add_char(out, (char)digest);
}

/* How many are not zero, then each as index and value. */
static void put_buckets(struct rc_buf *out, const int64_t *buckets, int count)
{
    uint64_t used = 0;
    for (int i = 0; i < count; i++)
        used += buckets[i] != 0;
    put_unsigned(out, used);
    for (int i = 0; i < count; i++)
        if (buckets[i]) {
            put_unsigned(out, (uint64_t)i);
            put_signed(out, buckets[i]);
        }
}

static void put_cell(struct rc_buf *out, const struct rc_cell *cell)
{
    put_unsigned(out, cell->status);
    put_unsigned(out, cell->currency);
    put_unsigned(out, cell->kind);
    put_signed(out, cell->outcomes);
    for (int side = 0; side < RC_SIDES; side++) {
        put_signed(out, cell->side[side].count);
        put_wide(out, cell->side[side].debit_minor);
        put_wide(out, cell->side[side].credit_minor);
        put_buckets(out, cell->amounts[side], RC_AMOUNT_BUCKETS);
        put_buckets(out, cell->ages[side], RC_AGE_BUCKETS);
    }
}

bool rc_summary_write(const struct rc_summary *summary, struct rc_buf *out)
{
    put_unsigned(out, VERSION);
    for (int side = 0; side < RC_SIDES; side++) {
        put_signed(out, summary->records[side]);
        put_unsigned(out, summary->bytes[side]);
        put_digest(out, summary->digest[side]);
    }
    put_signed(out, summary->discrepancies);
    put_digest(out, summary->outcome_digest);
    put_unsigned(out, summary->cell_count);
    for (uint32_t i = 0; i < summary->cell_count; i++)
        put_cell(out, &summary->cells[i]);
    return !out->failed;
}

/* ----- reading ----- */

struct reader {
    const uint8_t *bytes;
    size_t length, at;
    bool failed;
};

static uint64_t get_unsigned(struct reader *reader)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && reader->at < reader->length; shift += 7) {
        uint8_t byte = reader->bytes[reader->at++];
        if (shift == 63 && byte > 1)
            break;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            return value;
    }
    reader->failed = true;
    return 0;
}

static int64_t get_signed(struct reader *reader)
{
    uint64_t value = get_unsigned(reader);
    return (int64_t)(value >> 1 ^ (value & 1 ? UINT64_MAX : 0));
}

static rc_i128 get_wide(struct reader *reader)
{
    rc_u128 low = get_unsigned(reader);
    rc_u128 high = (rc_u128)(uint64_t)get_signed(reader) << 64;
    return (rc_i128)(high | low);
}

static rc_u128 get_digest(struct reader *reader)
{
    rc_u128 digest = 0;
    if (reader->length - reader->at < 16) {
        reader->failed = true;
        return 0;
    }
    for (int i = 15; i >= 0; i--)
        digest = digest << 8 | reader->bytes[reader->at + (size_t)i];
    reader->at += 16;
    return digest;
}

/* An index below the limit. */
static int get_index(struct reader *reader, uint64_t limit)
{
    uint64_t value = get_unsigned(reader);
    reader->failed |= value >= limit;
    return reader->failed ? 0 : (int)value;
}

static void get_buckets(struct reader *reader, int64_t *buckets, int count)
{
    uint64_t used = get_unsigned(reader);
    reader->failed |= used > (uint64_t)count;
    for (uint64_t i = 0; i < used && !reader->failed; i++) {
        int index = get_index(reader, (uint64_t)count);
        buckets[index] = get_signed(reader);
    }
}

static bool get_cell(struct reader *reader, struct rc_summary *summary)
{
    enum rc_status status = (enum rc_status)get_index(reader, RC_STATUSES);
    uint8_t currency = (uint8_t)get_index(reader, 256);
    uint8_t kind = (uint8_t)get_index(reader, RC_KINDS);
    struct rc_cell *cell = reader->failed ? NULL : rc_summary_cell(summary, status, currency, kind);
    if (!cell)
        return false;
    cell->outcomes = get_signed(reader);
    for (int side = 0; side < RC_SIDES; side++) {
        cell->side[side].count = get_signed(reader);
        cell->side[side].debit_minor = get_wide(reader);
        cell->side[side].credit_minor = get_wide(reader);
        get_buckets(reader, cell->amounts[side], RC_AMOUNT_BUCKETS);
        get_buckets(reader, cell->ages[side], RC_AGE_BUCKETS);
    }
    return !reader->failed;
}

bool rc_summary_read(const uint8_t *bytes, size_t length, size_t *at, struct rc_summary *summary,
                     struct rc_error *err)
{
    struct reader reader = {bytes, length, *at, false};
    reader.failed = get_unsigned(&reader) != VERSION;
    for (int side = 0; side < RC_SIDES; side++) {
        summary->records[side] = get_signed(&reader);
        summary->bytes[side] = get_unsigned(&reader);
        summary->digest[side] = get_digest(&reader);
    }
    summary->discrepancies = get_signed(&reader);
    summary->outcome_digest = get_digest(&reader);
    uint64_t cells = get_unsigned(&reader);
    bool ok = !reader.failed;
    for (uint64_t i = 0; i < cells && ok; i++)
        ok = get_cell(&reader, summary);
    *at = reader.at;
    if (!ok)
        rc_error_set(err, RC_DATA, "the bytes of a summary cannot be read at %zu", reader.at);
    return ok;
}
