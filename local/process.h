/* Programs that reconlocal runs: functions and containers. Each is a process group of
 * its own with one pipe for what it writes (standard output and error, as it comes), and
 * ends with reconlocal. */
#ifndef RC_LOCAL_PROCESS_H
#define RC_LOCAL_PROCESS_H

#include "base/buf.h"
#include "local/local.h"

struct rc_process;

/* The environment of a program: "NAME=VALUE" each, nothing of reconlocal's own but PATH. */
struct rc_process_env {
    struct rc_buf text;
    size_t count;
};

void rc_process_env_init(struct rc_process_env *env);
void rc_process_env_free(struct rc_process_env *env);
/* A name that is set again gets the new value. False past its cap or without memory; no
 * program begins with such an environment. */
bool rc_process_env_set(struct rc_process_env *env, const char *name, const char *value);
/* Where the services are and the key, what an AWS SDK looks for; and the time that it is. */
bool rc_process_env_set_aws(struct rc_process_env *env, const struct rc_local *local);

struct rc_process_run {
    const char *const *argv; /* NULL at the end; the first is looked for in PATH */
    const struct rc_process_env *env;
    /* One line of what it wrote, without its newline. Like `ended`, it is called from the
     * loop, in a transaction. */
    void (*line)(void *ctx, const char *line, size_t length);
    /* It has ended, with the status of waitpid; all its lines came before. Called once; it
     * may free the process. */
    void (*ended)(void *ctx, int status);
    void *ctx;
};

/* NULL, with the reason, when the program cannot be begun; run is copied but for argv and
 * env, which are not needed any more. rc_process_free what it gives. */
struct rc_process *rc_process_start(struct rc_local *local, const struct rc_process_run *run,
                                    struct rc_error *err);

/* Most memory that it has had so far, in MiB; 0 when nobody knows. */
int64_t rc_process_peak_mib(struct rc_process *process);

/* To its whole group. */
void rc_process_signal(struct rc_process *process, int signal_number);

/* Kills what still runs, without a word to `ended`. */
void rc_process_free(struct rc_process *process);

/* Splits a command line at blanks; 'one word' and "one word" hold theirs. NULL without
 * memory or words; free it. */
char **rc_process_words(const char *command);

#endif
