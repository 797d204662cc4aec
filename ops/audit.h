/* What operators did and tried, one JSON object a line in FOLDER/audit.jsonl, which only grows:
 *
 *   {"v":1, "seq", "at", "kind": "attempt" | "part" | "outcome" | "refusal", "id": of the use of
 *    the action, "tool", "who", "account", "region", "profile", "action", "target", "params",
 *    "payload": SHA-256 of both, and of the contents of files among them, "key", "outcome",
 *    "detail", "requests": [{"call", "id"}], "prev": the hash of the line before, "hash"}
 *
 * hash is the SHA-256 (FIPS 180-4), in hex, of the bytes of the line before `,"hash"`. As each line
 * has its predecessor's, a line that was changed, taken out or put in shows; lines that were cut
 * off at the end show against AWS, where each is an item, too (pipeline/keys.h, AUDIT#date). */
#ifndef RC_OPS_AUDIT_H
#define RC_OPS_AUDIT_H

#include "base/error.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct rc_audit;

enum { RC_AUDIT_LINE_BYTES = 64 << 10 }; /* at most; a longer entry loses its params and detail */

/* folder NULL: $XDG_STATE_HOME/reconctl. It and the file are made, for the user alone, when they
 * are missing. NULL with an error. */
struct rc_audit *rc_audit_open(const char *folder, struct rc_error *err);
void rc_audit_close(struct rc_audit *audit); /* NULL is allowed */
const char *rc_audit_path(const struct rc_audit *audit);

/* Appends the entry with what chains it, and waits until the disk has it. Processes take
 * turns. It gets "v", "seq", "prev" and "hash" in the object, too. False with an error: nothing may
 * be done then. */
bool rc_audit_add(struct rc_audit *audit, json_t *entry, struct rc_error *err);

/* What is known of a key. */
struct rc_audit_found {
    bool begun;       /* it was attempted */
    bool ended;       /* and has an outcome: it was done, or failed for sure; ... */
    char outcome[16]; /* ... this, of the last attempt */
    char at[32];      /* of that line */
    json_t *parts;    /* texts of its parts that are done; the caller's */
};

bool rc_audit_find(struct rc_audit *audit, const char *key, struct rc_audit_found *found,
                   struct rc_error *err);

/* The key of the last attempt at this payload that is open: it has no outcome, its outcome is
 * "unknown", or it has failed with a part of it done. "" when there is none. */
bool rc_audit_find_open(struct rc_audit *audit, const char *payload, char key[65],
                        struct rc_error *err);

/* Every line, the oldest first, whose seq is above `after`. `each` borrows the entry; false (with
 * err) ends it. Lines that cannot be read are left out: rc_audit_verify tells of them. */
bool rc_audit_each(struct rc_audit *audit, int64_t after,
                   bool (*each)(void *ctx, const json_t *entry, struct rc_error *err), void *ctx,
                   struct rc_error *err);

struct rc_audit_verdict {
    int64_t lines;      /* that are right */
    int64_t last;       /* seq of the last of them */
    int64_t cut;        /* lines that a crash cut off, with nothing missing behind them */
    int64_t wrong_line; /* the first one (from 1) that is not what was written; 0: none */
    char why[160];
};

/* Reads the whole file. False with an error when it cannot be read. */
bool rc_audit_verify(struct rc_audit *audit, struct rc_audit_verdict *verdict,
                     struct rc_error *err);

#endif
