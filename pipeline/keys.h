/* The keys of everything that the pipeline keeps in DynamoDB: one place that makes
 * them. Parts are joined by '#'; a part that may hold any byte is percent-encoded, so
 * that '#' never occurs in one.
 *
 *   recon-settlement, recon-internal
 *     PROGRAM#DATE#SHARD               ID#delivery#number       a record
 *   recon-state
 *     CATALOG                          PROGRAM#id, DAY#PROGRAM#DATE
 *     DAYS#DATE                        PROGRAM#id
 *     FILE#hash                        object version           a file; null-sequencer where
                                                               the bucket keeps no versions
 *     FILE#hash                        NEWEST                   the newest version of the object
 *                                                               that was seen
 *     FILES#PROGRAM                    DATE#SIDE#nnnn           which file is that delivery
 *                                      -#hash#version           a file that failed before its
 *                                                               date was known
 *     CONTENT#PROGRAM#SIDE#sha256      FILE                     who brought that content first
 *     IDENTITY#PROGRAM#DATE#SIDE       identity                 whose name that is
 *     DELIVERY#PROGRAM#DATE#SIDE#nnnn  CHECKPOINT, TOTALS, TOTALS#part
 *     REJ#PROGRAM#DATE#SIDE#nnnn       number                   a rejected record
 *     DAY#PROGRAM#DATE                 CONFIG, LEASE, SUMMARY#fingerprint#pass#shard#part,
 *                                      ROLLUP, ROLLUP#version
 *     DISC#PROGRAM#DATE#fp#SHARD       ID#delivery#number#side  a discrepancy
 *     OPEN#PROGRAM#SHARD               pipeline/open_items.h
 *     RESIDUE#PROGRAM#DATE#fp#pass#SHARD#side  hash#ID#delivery#number
 *     NOTE#PROGRAM#DATE                ID#key                   what somebody has written of a
 *                                                               transaction, whatever is found
 *                                                               of it later
 *     SLOTS                            PROGRAM#id, ROUTE#name   who has a slot
 *     WAITING                          PROGRAM#run              a file that waits for one
 *                                                               (pipeline/waiting.h)
 *     RUNS#DATE                        RUN#id                   a run and its steps, by the
 *                                                               date (UTC) of its beginning
 *     RUN#id                           HEAT#seconds#request     what its writes met in the ten
 *                                                               seconds from then on (since
 *                                                               1970, ten digits)
 *     AUDIT#DATE                       instant#id               what an operator did or tried
 *                                                               (ops/audit.h), by its date (UTC)
 */
#ifndef RC_PIPELINE_KEYS_H
#define RC_PIPELINE_KEYS_H

#include "core/program.h"

enum {
    RC_PK_BYTES = 256,  /* DynamoDB allows 2,048 */
    RC_SK_BYTES = 1025, /* what DynamoDB allows, and a NUL */
    RC_DELIVERIES_MOST = 9999,
    RC_NUMBERS_MOST = 2147483647, /* records of a delivery: ten digits */
    RC_OPEN_SHARDS = 64,          /* of open items, whatever a day's count is */
};

struct rc_key {
    char pk[RC_PK_BYTES];
    char sk[RC_SK_BYTES];
};

/* A file-day. */
struct rc_filedate {
    char program[RC_PROGRAM_ID_BYTES + 1];
    int32_t date; /* days since 1970-01-01 */
};

/* A delivery of a side of it. */
struct rc_delivery {
    struct rc_filedate day;
    enum rc_side side;
    int number; /* from 1 */
};

/* Percent-encodes every byte but A-Z a-z 0-9 . _ ~ -; `text` is cut at room. Gives
 * the length that it needs. */
size_t rc_key_encode(const char *bytes, size_t length, char *text, size_t room);

void rc_key_program(const char *program, struct rc_key *key);
void rc_key_catalog_days(struct rc_key *key); /* the beginning of those of all days */
void rc_key_catalog_day(const struct rc_filedate *day, struct rc_key *key);
void rc_key_days(const struct rc_filedate *day, struct rc_key *key);

void rc_key_file(const char *bucket, const char *object, const char *version, struct rc_key *key);
/* The same of what an event of S3 tells: where a bucket keeps no versions ("" or "null"), its
 * sequencer tells one content of the object from the next. */
void rc_key_file_seen(const char *bucket, const char *object, const char *version,
                      const char *sequencer, struct rc_key *key);

enum { RC_RUN_NAME_BYTES = 64 };
/* The name of a file's run; attempts after the first (0) are asked for by people. */
void rc_key_run_name(const struct rc_key *file, int attempt, char name[RC_RUN_NAME_BYTES]);
/* The newest version of the object that the key is of. */
void rc_key_newest(struct rc_key *key);
/* The files of a program: all of them, by date; that of a delivery; one without a date. */
void rc_key_files(const char *program, struct rc_key *key);
void rc_key_file_of(const struct rc_delivery *delivery, struct rc_key *key);
void rc_key_file_undated(const char *program, const struct rc_key *file, struct rc_key *key);
void rc_key_content(const char *program, enum rc_side side, const char *sha256, struct rc_key *key);
void rc_key_identity(const struct rc_filedate *day, enum rc_side side, const char *identity,
                     struct rc_key *key);

/* `what`: "CHECKPOINT", "TOTALS" … */
void rc_key_delivery(const struct rc_delivery *delivery, const char *what, struct rc_key *key);
void rc_key_reject(const struct rc_delivery *delivery, uint64_t number, struct rc_key *key);

/* False when the id's encoding is over RC_ID_BYTES. */
bool rc_key_record(const struct rc_delivery *delivery, uint32_t shard, struct rc_text id,
                   uint64_t number, struct rc_key *key);
void rc_key_records(const struct rc_filedate *day, uint32_t shard, struct rc_key *key); /* pk */

/* `what`: "CONFIG", "LEASE", "ROLLUP". */
void rc_key_day(const struct rc_filedate *day, const char *what, struct rc_key *key);
void rc_key_rollup(const struct rc_filedate *day, int64_t version, struct rc_key *key);
void rc_key_summary(const struct rc_filedate *day, const char *fingerprint, int pass,
                    uint32_t shard, int part, struct rc_key *key);
/* The sort key's beginning of all summaries of a fingerprint. */
void rc_key_summaries(const struct rc_filedate *day, const char *fingerprint, struct rc_key *key);

/* record_sk: as rc_key_record has it. */
void rc_key_discrepancy(const struct rc_filedate *day, const char *fingerprint, uint32_t shard,
                        const char *record_sk, enum rc_side side, struct rc_key *key);

/* `order` is what the pass is ordered by. */
void rc_key_residue(const struct rc_filedate *day, const char *fingerprint, int pass,
                    uint32_t shard, enum rc_side side, rc_u128 order, const char *record_sk,
                    struct rc_key *key);

/* A note of a transaction, written once and never changed; its attributes:
 *   kind      "assign", "comment", "resolve" or "reopen"
 *   at, who   when (ms since 1970), and the ARN of whoever wrote it
 *   text      what was written; "" when nothing was
 *   reason    of a resolution: a word
 *   assignee  of an assignment; "": nobody any more
 *   expires   as its discrepancy
 * The newest resolve or reopen says whether the discrepancy is resolved, the newest assign whose
 * it is. `use`: 64 hex digits, of the one use of an action that wrote it, so that no repetition
 * writes a second one. False when the id's encoding is over RC_ID_BYTES. */
bool rc_key_note(const struct rc_filedate *day, struct rc_text id, const char *use,
                 struct rc_key *key);
/* The id of the transaction that a note's sort key is of, cut at what has room; gives its length.
 */
size_t rc_key_note_id(const char *sk, char id[RC_ID_BYTES + 1]);
/* The beginning of all notes of a transaction; of an id without bytes: of the day. */
bool rc_key_notes(const struct rc_filedate *day, struct rc_text id, struct rc_key *key);

void rc_key_slots(const char *kind, const char *name, struct rc_key *key);
/* The run of a file that waits; program "": the beginning of all that do. */
void rc_key_waiting(const char *program, const char *run, struct rc_key *key);

/* `date`: when the run began, in days since 1970-01-01; `run` is encoded. */
void rc_key_run(int32_t date, const char *run, struct rc_key *key);
/* `request`: of the invocation that counts, so that two of one run do not overwrite each
 * other. */
void rc_key_heat(const char *run, int64_t unix_s, const char *request, struct rc_key *key);

/* `instant`: "2026-04-01T12:00:00.000Z"; id: of the entry. NULL: the beginning of all of a date. */
void rc_key_audit(const char *instant, const char *id, struct rc_key *key);

/* Reads ID#delivery#number. False when it is none. */
bool rc_key_read_record(const char *sk, int *delivery, uint64_t *number);

#endif
