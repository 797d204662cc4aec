/* A file that has landed: one version of one object, and what the state table knows of
 * it under FILE#hash / version. */
#ifndef RC_PIPELINE_FILE_H
#define RC_PIPELINE_FILE_H

#include "pipeline/lease.h"
#include "pipeline/step.h"

enum { RC_BUCKET_BYTES = 256, RC_OBJECT_BYTES = 1025, RC_VERSION_BYTES = 1025 };

/* Its item's attributes:
 *   bucket, object, version, program, side, size
 *   date                what its header or name says; none: it failed before that was read
 *   seen                when the pipeline saw it first; ms since 1970
 *   state, cause        as below, and why
 *   run                 that inspected it last, or in which it failed; failed_at: the step
 *   expected            records that its header declares; -1
 *   delivery, layout    its number, and the digest of the layout that it is of
 *   route               lambda or fargate: where it was ingested last
 *   records, rejected   of an active file
 *   owner, fence, until the lease of its ingest (pipeline/lease.h) */
struct rc_file {
    char bucket[RC_BUCKET_BYTES];
    char object[RC_OBJECT_BYTES];   /* its key: PROGRAM/SIDE/name */
    char version[RC_VERSION_BYTES]; /* "" in a bucket that keeps none */
    char sequencer[64];             /* orders the versions of one object */
    int64_t size_bytes;
    char program[RC_PROGRAM_ID_BYTES + 1];
    enum rc_side side;
    struct rc_key key; /* of its item */
};

/* The states of a file, as its item has them. */
#define RC_FILE_INSPECTED "INSPECTED"
#define RC_FILE_INGESTING "INGESTING"
#define RC_FILE_ACTIVE "ACTIVE"     /* its delivery counts */
#define RC_FILE_REPLACED "REPLACED" /* it was active, and a later delivery is now */
#define RC_FILE_DUPLICATE "DUPLICATE_FILE"
#define RC_FILE_CONFLICTING "CONFLICTING_FILE"
#define RC_FILE_SUPERSEDED "SUPERSEDED" /* a later delivery became active before it */
#define RC_FILE_REJECTED "REJECTED"
#define RC_FILE_FAILED "FAILED"

/* Reads "file" of a step's input. False, with "BadInput", when it is none, or its
 * object's key names no program and side. */
bool rc_file_read(struct rc_pipeline *pipeline, const json_t *in, struct rc_file *file,
                  struct rc_error *err);

/* A temporary name, as transfers use until a file is whole: .name, name.tmp, name.part,
 * name.filepart, name~ . The file is taken when its final name appears. */
bool rc_file_is_temporary(const char *object);

/* Reads "program" and "date" of a step's input. */
bool rc_filedate_read(struct rc_pipeline *pipeline, const json_t *in, struct rc_filedate *day,
                      struct rc_error *err);

/* Fails with "BadInput", which is not worth another attempt. */
bool rc_bad_input(struct rc_pipeline *pipeline, struct rc_error *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Says that another run has its lease. Gives false. */
bool rc_file_say_lost(const struct rc_file *file, struct rc_error *err);

/* The item of FILES#PROGRAM (pipeline/keys.h) that leads to the file's own, in a draft that is
 * to be freed: file and version are the key there. NULL without memory. */
const char *rc_file_pointer(struct rc_draft *draft, const struct rc_key *key,
                            const struct rc_file *file);

/* Sets the state (and the cause, unless NULL) where the lease holds. */
enum rc_stored rc_file_set_state(struct rc_lease *lease, const char *state, const char *cause,
                                 struct rc_error *err);

#endif
