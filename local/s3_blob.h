/* What objects and parts consist of. A blob is a list of extents of data; data are
 * chunks in the store, written once. So a copy, and an object that was put together from
 * parts, share the data of what they came from. */
#ifndef RC_LOCAL_S3_BLOB_H
#define RC_LOCAL_S3_BLOB_H

#include "local/exchange.h"

extern const char rc_blob_schema[];

struct rc_blob_written {
    int64_t blob;
    int64_t size;
    uint8_t md5[16];
    char checksum_header[32]; /* the checksum that the client sent, "" when it sent none */
    char checksum[64];
};

/* Stores the request's body as a new blob. False, and the exchange has failed, when it
 * is broken or not what its checksums say. */
bool rc_blob_write(struct rc_exchange *exchange, struct rc_blob_written *written);

int64_t rc_blob_new(struct rc_local *local);

/* Adds all extents of `from` behind `at` bytes of the blob. */
void rc_blob_append(struct rc_local *local, int64_t blob, int64_t at, int64_t from);

/* Part `number` (from 1) of a blob that consists of parts; false when there is none. */
bool rc_blob_part(struct rc_local *local, int64_t blob, int64_t number, int64_t *at,
                  int64_t *length);

/* MD5 of all of it. */
bool rc_blob_md5(struct rc_local *local, int64_t blob, int64_t size, uint8_t md5[16]);

/* Nothing refers to it any more: it goes, when the last of those who read it has ended. */
void rc_blob_release(struct rc_local *local, int64_t blob);

/* Makes length bytes from `at` the answer's body. */
bool rc_blob_answer(struct rc_exchange *exchange, int64_t blob, int64_t at, int64_t length);

/* Removes what was waiting for readers when the last process ended. */
void rc_blob_sweep(struct rc_local *local);

#endif
