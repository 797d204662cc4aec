/* ECS: what its files share. A container is a program on this machine: its entryPoint and
 * command; what it writes goes to the group of its logConfiguration (awslogs). */
#ifndef RC_LOCAL_ECS_H
#define RC_LOCAL_ECS_H

#include "local/exchange.h"

#define RC_ECS_ARN "arn:aws:ecs:" RC_LOCAL_REGION ":" RC_LOCAL_ACCOUNT ":"

enum {
    RC_ECS_COUNT_MOST = 10,
    RC_ECS_DESCRIBE_MOST = 100,
    RC_ECS_RUNNING_MOST = 256, /* of this machine; past it RunTask gives failures */
};

struct rc_ecs_task;
struct rc_ecs_waiter;

struct rc_local_ecs_state {
    struct rc_local *local;
    struct rc_ecs_task *tasks; /* that have not stopped */
    int task_count;
    struct rc_ecs_waiter *waiters;
};

/* Why something could not be done, in the service's words. */
struct rc_ecs_fault {
    char code[64];
    char message[512];
};

bool rc_ecs_fail(struct rc_ecs_fault *fault, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* ----- local/ecs.c ----- */

/* The last part of an ARN, or the name itself. */
const char *rc_ecs_id(const char *arn_or_name);
/* The name of the cluster that is meant (NULL: default); false when there is none. */
bool rc_ecs_cluster(struct rc_local *local, const char *given, char name[256],
                    struct rc_ecs_fault *fault);
/* Answers with the fault. */
void rc_ecs_refuse(struct rc_exchange *exchange, const struct rc_ecs_fault *fault);

/* ----- local/ecs_definition.c ----- */

void rc_ecs_register(struct rc_exchange *exchange);
void rc_ecs_describe_definition(struct rc_exchange *exchange);
/* "family", "family:revision" or an ARN (a new reference); NULL: there is none. */
json_t *rc_ecs_definition(struct rc_local *local, const char *given);

/* ----- local/ecs_run.c ----- */

void rc_ecs_run_task(struct rc_exchange *exchange);
/* RunTask: its answer (a new reference), or NULL. */
json_t *rc_ecs_run(struct rc_local *local, const json_t *request, struct rc_ecs_fault *fault);

/* ----- local/ecs_task.c: the life of a task ----- */

/* Takes the references; the task is kept in the table, and on its way. */
bool rc_ecs_begin(struct rc_local *local, const char *id, json_t *task, json_t *run);
/* Those that had not stopped when reconlocal ended go on: what ran is started again, for its
 * processes ended with reconlocal. */
bool rc_ecs_resume(struct rc_local *local, struct rc_error *err);
void rc_ecs_free_all(struct rc_local *local);
/* False: it is not running (any more). */
bool rc_ecs_stop(struct rc_local *local, const char *id, const char *reason);
/* DescribeTasks's task (a new reference), or NULL. */
json_t *rc_ecs_task_json(struct rc_local *local, const char *cluster, const char *id);

/* done gets DescribeTasks's task (NULL: it is forgotten) when it has stopped, from the loop,
 * also when it already has. False when there is none. */
typedef void (*rc_ecs_stopped)(void *ctx, const json_t *task);
bool rc_ecs_await(struct rc_local *local, const char *arn, rc_ecs_stopped done, void *ctx);
/* done is not called any more. */
void rc_ecs_forget(struct rc_local *local, rc_ecs_stopped done, const void *ctx);

/* ----- local/ecs_list.c ----- */

void rc_ecs_describe_tasks(struct rc_exchange *exchange);
void rc_ecs_list_tasks(struct rc_exchange *exchange);
void rc_ecs_stop_task(struct rc_exchange *exchange);

#endif
