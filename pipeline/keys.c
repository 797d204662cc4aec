#include "pipeline/keys.h"

#include "core/civil.h"

#define XXH_INLINE_ALL
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

size_t rc_key_encode(const char *bytes, size_t length, char *text, size_t room)
{
    static const char hex[] = "0123456789ABCDEF";
    size_t used = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)bytes[i];
        if (rc_id_byte_is_plain(c)) {
            if (used + 1 < room)
                text[used] = (char)c;
            used++;
            continue;
        }
        if (used + 3 < room) {
            text[used] = '%';
            text[used + 1] = hex[c >> 4];
            text[used + 2] = hex[c & 15];
        }
        used += 3;
    }
    if (room)
        text[used < room ? used : room - 1] = '\0';
    return used;
}

/* A date as text, for the keys alone. */
struct date_text {
    char text[RC_CIVIL_TEXT];
};

static struct date_text date_of(const struct rc_filedate *day)
{
    struct date_text date = {""};
    rc_civil_format(day->date, date.text);
    return date;
}

#define SET(part, ...) snprintf(key->part, sizeof key->part, __VA_ARGS__)

void rc_key_program(const char *program, struct rc_key *key)
{
    SET(pk, "CATALOG");
    SET(sk, "PROGRAM#%s", program);
}

void rc_key_catalog_days(struct rc_key *key)
{
    SET(pk, "CATALOG");
    SET(sk, "DAY#");
}

void rc_key_catalog_day(const struct rc_filedate *day, struct rc_key *key)
{
    SET(pk, "CATALOG");
    SET(sk, "DAY#%s#%s", day->program, date_of(day).text);
}

void rc_key_days(const struct rc_filedate *day, struct rc_key *key)
{
    SET(pk, "DAYS#%s", date_of(day).text);
    SET(sk, "PROGRAM#%s", day->program);
}

void rc_key_file(const char *bucket, const char *object, const char *version, struct rc_key *key)
{
    XXH3_state_t state;
    XXH3_128bits_reset(&state);
    XXH3_128bits_update(&state, bucket, strlen(bucket) + 1);
    XXH3_128bits_update(&state, object, strlen(object));
    XXH128_hash_t hash = XXH3_128bits_digest(&state);
    SET(pk, "FILE#%016" PRIx64 "%016" PRIx64, hash.high64, hash.low64);
    SET(sk, "%s", version && *version ? version : "null");
}

void rc_key_file_seen(const char *bucket, const char *object, const char *version,
                      const char *sequencer, struct rc_key *key)
{
    bool versioned = version && *version && strcmp(version, "null") != 0;
    rc_key_file(bucket, object, version, key);
    if (!versioned && sequencer && *sequencer)
        SET(sk, "null-%s", sequencer);
}

void rc_key_run_name(const struct rc_key *file, int attempt, char name[RC_RUN_NAME_BYTES])
{
    char text[RC_PK_BYTES + RC_SK_BYTES + 16];
    snprintf(text, sizeof text, "%s %s %d", file->pk, file->sk, attempt);
    XXH128_hash_t hash = XXH3_128bits(text, strlen(text));
    snprintf(name, RC_RUN_NAME_BYTES, "file-%016" PRIx64 "%016" PRIx64, hash.high64, hash.low64);
}

void rc_key_newest(struct rc_key *key)
{
    SET(sk, "NEWEST");
}

void rc_key_files(const char *program, struct rc_key *key)
{
    SET(pk, "FILES#%s", program);
    key->sk[0] = '\0';
}

void rc_key_file_of(const struct rc_delivery *delivery, struct rc_key *key)
{
    rc_key_files(delivery->day.program, key);
    SET(sk, "%s#%s#%04d", date_of(&delivery->day).text, rc_side_name(delivery->side),
        delivery->number);
}

void rc_key_file_undated(const char *program, const struct rc_key *file, struct rc_key *key)
{
    const char *hash = strchr(file->pk, '#');
    rc_key_files(program, key);
    SET(sk, "-%.40s#%.980s", hash ? hash : "", file->sk);
}

void rc_key_content(const char *program, enum rc_side side, const char *sha256, struct rc_key *key)
{
    SET(pk, "CONTENT#%s#%s#%s", program, rc_side_name(side), sha256);
    SET(sk, "FILE");
}

void rc_key_identity(const struct rc_filedate *day, enum rc_side side, const char *identity,
                     struct rc_key *key)
{
    SET(pk, "IDENTITY#%s#%s#%s", day->program, date_of(day).text, rc_side_name(side));
    rc_key_encode(identity, strlen(identity), key->sk, sizeof key->sk);
}

static void set_delivery_pk(const char *kind, const struct rc_delivery *delivery,
                            struct rc_key *key)
{
    SET(pk, "%s#%s#%s#%s#%04d", kind, delivery->day.program, date_of(&delivery->day).text,
        rc_side_name(delivery->side), delivery->number);
}

void rc_key_delivery(const struct rc_delivery *delivery, const char *what, struct rc_key *key)
{
    set_delivery_pk("DELIVERY", delivery, key);
    SET(sk, "%s", what);
}

void rc_key_reject(const struct rc_delivery *delivery, uint64_t number, struct rc_key *key)
{
    set_delivery_pk("REJ", delivery, key);
    SET(sk, "%010" PRIu64, number);
}

void rc_key_records(const struct rc_filedate *day, uint32_t shard, struct rc_key *key)
{
    SET(pk, "%s#%s#%" PRIu32, day->program, date_of(day).text, shard);
    key->sk[0] = '\0';
}

bool rc_key_record(const struct rc_delivery *delivery, uint32_t shard, struct rc_text id,
                   uint64_t number, struct rc_key *key)
{
    rc_key_records(&delivery->day, shard, key);
    size_t length = rc_key_encode(id.data, id.length, key->sk, RC_ID_BYTES + 1);
    if (length > RC_ID_BYTES)
        return false;
    snprintf(key->sk + length, sizeof key->sk - length, "#%04d#%010" PRIu64, delivery->number,
             number);
    return true;
}

void rc_key_day(const struct rc_filedate *day, const char *what, struct rc_key *key)
{
    SET(pk, "DAY#%s#%s", day->program, date_of(day).text);
    SET(sk, "%s", what);
}

void rc_key_rollup(const struct rc_filedate *day, int64_t version, struct rc_key *key)
{
    rc_key_day(day, "ROLLUP", key);
    SET(sk, "ROLLUP#%06" PRId64, version);
}

void rc_key_summaries(const struct rc_filedate *day, const char *fingerprint, struct rc_key *key)
{
    rc_key_day(day, "", key);
    SET(sk, "SUMMARY#%s#", fingerprint);
}

void rc_key_summary(const struct rc_filedate *day, const char *fingerprint, int pass,
                    uint32_t shard, int part, struct rc_key *key)
{
    rc_key_day(day, "", key);
    SET(sk, "SUMMARY#%s#%02d#%04" PRIu32 "#%03d", fingerprint, pass, shard, part);
}

void rc_key_discrepancy(const struct rc_filedate *day, const char *fingerprint, uint32_t shard,
                        const char *record_sk, enum rc_side side, struct rc_key *key)
{
    SET(pk, "DISC#%s#%s#%s#%" PRIu32, day->program, date_of(day).text, fingerprint, shard);
    SET(sk, "%.1000s#%c", record_sk, side == RC_SETTLEMENT ? 'S' : 'I');
}

void rc_key_residue(const struct rc_filedate *day, const char *fingerprint, int pass,
                    uint32_t shard, enum rc_side side, rc_u128 order, const char *record_sk,
                    struct rc_key *key)
{
    SET(pk, "RESIDUE#%s#%s#%s#%02d#%" PRIu32 "#%s", day->program, date_of(day).text, fingerprint,
        pass, shard, rc_side_name(side));
    SET(sk, "%016" PRIx64 "%016" PRIx64 "#%.980s", (uint64_t)(order >> 64), (uint64_t)order,
        record_sk);
}

bool rc_key_notes(const struct rc_filedate *day, struct rc_text id, struct rc_key *key)
{
    SET(pk, "NOTE#%s#%s", day->program, date_of(day).text);
    key->sk[0] = '\0';
    if (!id.length)
        return true;
    size_t length = rc_key_encode(id.data, id.length, key->sk, RC_ID_BYTES + 1);
    if (length > RC_ID_BYTES)
        return false;
    snprintf(key->sk + length, sizeof key->sk - length, "#");
    return true;
}

bool rc_key_note(const struct rc_filedate *day, struct rc_text id, const char *use,
                 struct rc_key *key)
{
    if (!id.length || !rc_key_notes(day, id, key))
        return false;
    size_t length = strlen(key->sk);
    snprintf(key->sk + length, sizeof key->sk - length, "%.64s", use);
    return true;
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : (c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1);
}

size_t rc_key_note_id(const char *sk, char id[RC_ID_BYTES + 1])
{
    size_t used = 0;
    for (; *sk && *sk != '#' && used < RC_ID_BYTES; sk++) {
        int high = *sk == '%' ? hex_digit(sk[1]) : -1, low = high < 0 ? -1 : hex_digit(sk[2]);
        char c = *sk;
        if (low >= 0) {
            c = (char)(high << 4 | low);
            sk += 2;
        }
        id[used++] = c;
    }
    id[used] = '\0';
    return used;
}

void rc_key_slots(const char *kind, const char *name, struct rc_key *key)
{
    SET(pk, "SLOTS");
    SET(sk, "%s#%s", kind, name);
}

void rc_key_waiting(const char *program, const char *run, struct rc_key *key)
{
    SET(pk, "WAITING");
    SET(sk, "%s%s%s", program, *program ? "#" : "", run);
}

/* A run's name comes from outside; an execution's is of 80 characters at most. */
struct run_text {
    char text[RC_PK_BYTES - 8];
};

static struct run_text run_of(const char *run)
{
    struct run_text encoded = {""};
    rc_key_encode(run, strlen(run), encoded.text, sizeof encoded.text);
    return encoded;
}

void rc_key_run(int32_t date, const char *run, struct rc_key *key)
{
    char text[RC_CIVIL_TEXT];
    rc_civil_format(date, text);
    SET(pk, "RUNS#%s", text);
    SET(sk, "RUN#%s", run_of(run).text);
}

void rc_key_audit(const char *instant, const char *id, struct rc_key *key)
{
    SET(pk, "AUDIT#%.10s", instant);
    if (id)
        SET(sk, "%s#%s", instant, id);
    else
        SET(sk, "%s", "");
}

void rc_key_heat(const char *run, int64_t unix_s, const char *request, struct rc_key *key)
{
    SET(pk, "RUN#%s", run_of(run).text);
    SET(sk, "HEAT#%010" PRId64 "#%s", unix_s, run_of(request).text);
}

bool rc_key_read_record(const char *sk, int *delivery, uint64_t *number)
{
    const char *first = strchr(sk, '#');
    const char *second = first ? strchr(first + 1, '#') : NULL;
    if (!second)
        return false;
    char *end;
    *delivery = (int)strtol(first + 1, &end, 10);
    if (end != second)
        return false;
    *number = strtoull(second + 1, &end, 10);
    return end != second + 1 && (*end == '\0' || *end == '#');
}
