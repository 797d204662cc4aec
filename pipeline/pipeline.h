/* What every step of the pipeline works with: AWS, the names of its tables and queues,
 * who it is, and until when it may run. One thread; steps wait for AWS by running the
 * loop, so that renewals of leases and writes go on meanwhile. */
#ifndef RC_PIPELINE_PIPELINE_H
#define RC_PIPELINE_PIPELINE_H

#include "aws/client.h"
#include "base/timeline.h"
#include "core/mask.h"

#include <stdio.h>

enum rc_pipeline_table { RC_TABLE_SETTLEMENT, RC_TABLE_INTERNAL, RC_TABLE_STATE, RC_TABLES };

struct rc_pipeline {
    struct rc_aws *aws;
    const char *table[RC_TABLES];   /* the sides' first, as in enum rc_side */
    const char *failed_queue_url;   /* where messages of failed files go; NULL: nowhere */
    const char *arrivals_queue_url; /* where messages of files come from; NULL: not known */
    const char *machine_arn;        /* the state machine; NULL: files are not started */
    const char *event_bus;          /* outcomes are published there; NULL: nowhere */
    const char *run;                /* the execution that this step is part of; holds its leases */
    const char *request_id;         /* of this invocation or task */
    const char *trace;              /* X-Ray's id of this invocation; NULL: none */
    const char *step;               /* name of the step that runs; NULL: none does */
    FILE *lines;                    /* log lines and metrics go there; NULL: nowhere */
    struct rc_card_key card_key;    /* of the hashes that stand for card numbers */
    struct rc_timeline time;        /* what the worker dates is dated by it */
    int64_t deadline_unix_ms;       /* of this machine's time: it is killed then; 0: never */
    int64_t spare_ms;               /* a step stops so long before its deadline */
    int64_t stop_ms;                /* a task that is asked to end is killed so much later */
    int64_t lease_ms;               /* a lease that is not renewed lasts so long */
    int64_t hands_over;             /* 0: an ingest works until its deadline kills it */
    int64_t slots[2];               /* files at once on Lambda, on Fargate; 0: no bound */
    int64_t write_units;            /* most that a writer spends a second; 0: what a table takes */
    int in_flight;                  /* batches that are written at once */
    int64_t memory_mib;             /* of this function; 0: not told */
    int64_t page_items;             /* most items of a page that is read; 0: as many as fit */
    char fault[64]; /* name of the error for the state machine's retriers; "": "StepFailed" */
};

/* What a table is called: RECON_TABLE_SETTLEMENT, _INTERNAL or _STATE in the environment,
 * else as the stack of deploy/ has it. For those who look at what the pipeline keeps; the
 * worker must be told (pipeline/settings.h). */
const char *rc_table_name(enum rc_pipeline_table table);

/* What a queue is called: the last part of RECON_FAILED_QUEUE_URL or RECON_ARRIVALS_QUEUE_URL,
 * else as the stack of deploy/ has it. For those who look. */
enum rc_pipeline_queue { RC_QUEUE_FAILED, RC_QUEUE_ARRIVALS };
const char *rc_queue_name(enum rc_pipeline_queue queue);

/* What time it is, since 1970, UTC: of items, ages and metrics. Until when something may run
 * is a matter of this machine's clock. */
int64_t rc_pipeline_now_ms(const struct rc_pipeline *pipeline);

/* What else the stack of deploy/ calls something: its Prefix, which the state table's name
 * begins with, and this. Cut at room. */
void rc_stack_name(const char *before, const char *behind, char *name, size_t room);

/* Milliseconds until the step has to stop, never below 0; INT64_MAX without a deadline. */
int64_t rc_pipeline_left_ms(const struct rc_pipeline *pipeline);

/* The step is killed at that time. Of what is left until then at least half is for the
 * work: spare_ms shrinks where it would take more. */
void rc_pipeline_set_deadline(struct rc_pipeline *pipeline, int64_t unix_ms);

#endif
