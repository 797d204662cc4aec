/* A reconlocal of a test's own, with the pipeline's tables and a bucket, and a pipeline
 * that uses them. */
#ifndef RC_TESTS_PIPELINE_CLOUD_H
#define RC_TESTS_PIPELINE_CLOUD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "aws/session.h"
#include "pipeline/pipeline.h"

#include <jansson.h>
#include <sys/types.h>

struct cloud {
    char folder[64]; /* a temporary one */
    pid_t pid;
    char endpoint[64];
    struct rc_session session;
    struct rc_pipeline pipeline;
    char machine[256], arrivals[256], failed[256]; /* of cloud_intake */
};

#define CLOUD_BUCKET "inbox"

/* Starts it. Every failure here fails the test. */
void cloud_begin(struct cloud *cloud);
void cloud_end(struct cloud *cloud);

/* Gives the pipeline queues of files that arrive and that have failed, and a state machine
 * whose runs wait until somebody stops them. */
void cloud_intake(struct cloud *cloud);

/* Gives the pipeline another table in place of that one: empty, and with so many write
 * units a second. */
void cloud_limit(struct cloud *cloud, enum rc_pipeline_table table, int64_t write_units);

/* Takes the next message out of a queue: its body, the caller's. There has to be one. */
json_t *cloud_take_message(struct cloud *cloud, const char *queue);

/* Ends an execution of the machine, which gives nothing back then. */
void cloud_stop_run(struct cloud *cloud, const char *run);

/* Another session with it: a client with a loop of its own; close it. */
void cloud_session(const struct cloud *cloud, struct rc_session *session);

/* Puts an object of that content; gives the version in a buffer of 128. */
void cloud_put(struct cloud *cloud, const char *key, const char *bytes, size_t length,
               char *version);

/* The bytes of a file of the test's folder or any other; the caller's. */
char *cloud_read(const char *path, size_t *length);

#endif
