/* The steps in a row, as the state machine runs them, days to run them on, and looks at
 * what they left. Whatever fails here fails the test. */
#ifndef RC_TESTS_PIPELINE_DAYS_H
#define RC_TESTS_PIPELINE_DAYS_H

#include "tests/pipeline/cloud.h"

#include "core/day.h"
#include "core/outcome.h"
#include "pipeline/keys.h"

#include <jansson.h>

typedef json_t *step_function(struct rc_pipeline *pipeline, const json_t *in, struct rc_error *err);

/* ----- steps; inputs are taken over, what is given is the caller's ----- */

json_t *step_run(struct rc_pipeline *pipeline, step_function *step, json_t *in);

/* The step has to give that outcome. */
void step_gives(struct rc_pipeline *pipeline, step_function *step, json_t *in, const char *outcome);

/* The step has to fail with that name. Gives the message in 512 bytes. */
void step_fails(struct rc_pipeline *pipeline, step_function *step, json_t *in, const char *fault,
                char *message);

json_t *file_input(const char *key, const char *version, const char *sequencer);

/* A day is said as "PROGRAM DATE", or as "PROGRAM" for its 2026-04-01; so it is wherever
 * these functions take a program. */
struct rc_filedate day_of(const char *words);
json_t *day_input(const char *program);

/* That input with the plan's fingerprint and fence, and the members of `task` (or NULL). */
json_t *planned_input(const char *program, const json_t *plan, const json_t *task);

const char *text_of(const json_t *json, const char *member); /* "" when there is none */

/* Puts the bytes, inspects and ingests them; gives the version in 128 bytes, or takes NULL. */
void deliver_bytes(struct cloud *cloud, const char *outcome, const char *key, const char *bytes,
                   size_t length, const char *sequencer, char *version);
void deliver(struct cloud *cloud, const char *outcome, const char *key, const char *path,
             const char *sequencer);

/* Prepares, matches and rolls up, as far as it goes; the last step has to give the outcome
 * (NULL: any). */
void work_day(struct rc_pipeline *pipeline, const char *program, const char *outcome);
void match_plan(struct rc_pipeline *pipeline, const char *program, const json_t *plan);

/* ----- days ----- */

struct sample {
    char folder[128], settlement[160], internal[160], program[160];
};

/* Two files with errors of every kind, and their program, of so many shards, in the
 * catalog. */
void sample_make(struct cloud *cloud, struct sample *sample, const char *program, uint64_t records,
                 uint64_t seed, int shards);
void sample_deliver(struct cloud *cloud, const struct sample *sample, const char *program);

/* The day on one machine, as rc_day_json has it; outcomes may be NULL. */
json_t *sample_reconcile(const struct sample *sample, void *context,
                         bool (*outcome)(void *context, const struct rc_outcome *outcome,
                                         struct rc_error *err));

/* ----- days by hand ----- */

/* The program "carry", whose days look for what the three before left open. */
void carry_program(struct cloud *cloud);

/* A file of settlement168 of that day (YYYYMMDD): "ID AMOUNT" a record. */
void carry_file(const char *path, const char *date, const char *const *records, size_t count);

/* Both sides of a day of it. */
void carry_deliver(struct cloud *cloud, const char *date, const char *sequencer,
                   const char *const *settlement, size_t settlement_count,
                   const char *const *internal, size_t internal_count);

/* ----- what is kept ----- */

/* The day of the current rollup, without its shards; version: of it, or NULL. */
json_t *stored_day(struct rc_pipeline *pipeline, const char *program, int64_t *version);

/* Both days are the same but for their shards and the number of their delivery. */
void expect_same_day(const json_t *want, const json_t *got);

/* Every item of the three tables by "table PK SK", but for what runs say of themselves. Of
 * the state table those are left out, too, whose key has the text; NULL: none. */
json_t *scan_all(struct rc_pipeline *pipeline, const char *except);

/* As scan_all gave it; `what` names the comparison. */
void expect_same_items(const json_t *before, const json_t *after, const char *what);

/* The item, or NULL; the caller's. */
json_t *get_item(struct rc_pipeline *pipeline, const struct rc_key *key);

/* Runs an update of the state table: "SET #until = :value", with the number as :value. */
void set_number(struct rc_pipeline *pipeline, const struct rc_key *key, const char *name,
                int64_t value);

void day_key(const char *program, const char *what, struct rc_key *key);

/* The number of requests that were sent for an operation of DynamoDB. */
uint64_t requests_of(struct rc_pipeline *pipeline, const char *operation);

#endif
