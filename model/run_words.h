/* What runs of the pipeline say of themselves, taken apart for people. */
#ifndef RC_MODEL_RUN_WORDS_H
#define RC_MODEL_RUN_WORDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RC_RUN_WORDS_BYTES = 1024 };

struct rc_run_words {
    char text[RC_RUN_WORDS_BYTES]; /* cut at the size; "" */
};

/* The sentence of a cause: that of {"errorType", "errorMessage"}, in which Lambda hands an
 * error on (also one that was cut); of a task of ECS that failed, which is handed on whole, why it
 * stopped and how its container ended; else the cause itself. Card numbers are masked. NULL is
 * allowed. */
void rc_run_cause(const char *cause, struct rc_run_words *words);

/* Program and side of an object's key, PROGRAM/SIDE/name; what is not there is "". */
void rc_run_key_parts(const char *key, char *program, size_t program_room, char *side,
                      size_t side_room);

/* The worker's step that the input of an attempt names: that of a function, or of a task of
 * ECS in its environment. "" when it names none. */
void rc_run_task(const char *input, char *task, size_t room);

enum { RC_RUN_SIZE_BYTES = 48 };

/* "2 vCPU, 4 GiB", of a task of ECS as the state machine hands it on: its Cpu are 1,024ths, its
 * Memory MiB ("Task", Amazon ECS API Reference). "" when it does not say. NULL is allowed. */
void rc_run_task_size(const char *task, char size[RC_RUN_SIZE_BYTES]);

/* The number that a run's item has as STEP_what (pipeline/run_log.h); 0 when there is none. */
int64_t rc_run_number(const json_t *item, const char *step, const char *what);

#endif
