#include "local/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    ENVIRONMENT_CAP = 1 << 20,
    LINE_CAP = 256 << 10, /* one event of CloudWatch Logs */
    PIECE = 64 << 10,
    EXIT_NOT_FOUND = 127,
};

struct rc_process {
    struct rc_local *local;
    struct rc_process_run run;
    pid_t pid;              /* 0: it has ended */
    struct rc_watch output; /* fd -1: at its end */
    struct rc_watch life;   /* a pidfd */
    struct rc_buf line;
    int64_t peak_mib; /* as it was last seen */
};

/* ----- environments ----- */

void rc_process_env_init(struct rc_process_env *env)
{
    rc_buf_init(&env->text, ENVIRONMENT_CAP);
    env->count = 0;
}

void rc_process_env_free(struct rc_process_env *env)
{
    rc_buf_free(&env->text);
}

static void forget_name(struct rc_process_env *env, const char *name)
{
    size_t length = strlen(name);
    for (size_t at = 0; at < env->text.length;) {
        char *entry = env->text.data + at;
        size_t whole = strlen(entry) + 1;
        if (strncmp(entry, name, length) == 0 && entry[length] == '=') {
            memmove(entry, entry + whole, env->text.length - at - whole);
            env->text.length -= whole;
            env->count--;
            return;
        }
        at += whole;
    }
}

bool rc_process_env_set(struct rc_process_env *env, const char *name, const char *value)
{
    if (env->text.failed)
        return false;
    forget_name(env, name);
    rc_buf_printf(&env->text, "%s=%s", name, value);
    env->count++;
    return rc_buf_add_char(&env->text, '\0');
}

bool rc_process_env_set_aws(struct rc_process_env *env, const struct rc_local *local)
{
    const char *path = getenv("PATH");
    char clock[RC_TIMELINE_TEXT];
    rc_timeline_write(&local->time, clock);
    return rc_process_env_set(env, "PATH", path ? path : "/usr/local/bin:/usr/bin:/bin") &&
           rc_process_env_set(env, "LANG", "C.UTF-8") && rc_process_env_set(env, "TZ", "UTC") &&
           rc_process_env_set(env, "AWS_REGION", RC_LOCAL_REGION) &&
           rc_process_env_set(env, "AWS_DEFAULT_REGION", RC_LOCAL_REGION) &&
           rc_process_env_set(env, "AWS_ACCESS_KEY_ID", RC_LOCAL_ACCESS_KEY) &&
           rc_process_env_set(env, "AWS_SECRET_ACCESS_KEY", RC_LOCAL_SECRET_KEY) &&
           rc_process_env_set(env, "AWS_ENDPOINT_URL", local->endpoint) &&
           rc_process_env_set(env, RC_TIMELINE_VARIABLE, clock);
}

/* The pointers that exec wants, into the text; NULL without memory. */
static char **env_list(const struct rc_process_env *env)
{
    char **list = calloc(env->count + 1, sizeof *list);
    char *at = env->text.data;
    for (size_t i = 0; list && i < env->count; i++) {
        list[i] = at;
        at += strlen(at) + 1;
    }
    return list;
}

/* ----- what it writes ----- */

static void give_line(struct rc_process *process)
{
    size_t length = process->line.length;
    if (length && process->line.data[length - 1] == '\r')
        length--;
    if (process->run.line)
        process->run.line(process->run.ctx, process->line.data ? process->line.data : "", length);
    rc_buf_clear(&process->line);
}

static void take_bytes(struct rc_process *process, const char *bytes, size_t length)
{
    while (length) {
        const char *newline = memchr(bytes, '\n', length);
        size_t part = newline ? (size_t)(newline - bytes) : length;
        size_t room = LINE_CAP - process->line.length;
        bool full = part > room;
        rc_buf_add(&process->line, bytes, full ? room : part);
        if (full)
            part = room;
        else if (newline)
            part++;
        if (full || newline)
            give_line(process);
        bytes += part;
        length -= part;
    }
}

static void close_output(struct rc_process *process)
{
    if (process->output.fd < 0)
        return;
    rc_watch_stop(process->local->loop, &process->output);
    close(process->output.fd);
    process->output.fd = -1;
}

/* Reads one piece; false when there is nothing more at present. */
static bool read_piece(struct rc_process *process)
{
    char piece[PIECE];
    ssize_t got = process->output.fd < 0 ? 0 : read(process->output.fd, piece, sizeof piece);
    if (got > 0)
        take_bytes(process, piece, (size_t)got);
    else if (got == 0 || (errno != EAGAIN && errno != EINTR))
        close_output(process);
    return got > 0;
}

static void note_peak(struct rc_process *process)
{
    char path[64], line[256];
    long long kib = 0;
    snprintf(path, sizeof path, "/proc/%ld/status", (long)process->pid);
    FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, "VmHWM:", 6) == 0)
            kib = strtoll(line + 6, NULL, 10);
    if (file)
        fclose(file);
    if (kib / 1024 > process->peak_mib)
        process->peak_mib = kib / 1024;
}

int64_t rc_process_peak_mib(struct rc_process *process)
{
    if (process->pid > 0)
        note_peak(process);
    return process->peak_mib;
}

static void output_ready(struct rc_watch *watch, bool readable, bool writable)
{
    struct rc_process *process = watch->ctx;
    struct rc_local *local = process->local;
    (void)readable, (void)writable;
    rc_local_begin(local);
    read_piece(process);
    rc_local_commit(local);
}

/* What is in the pipe is read first; a grandchild that holds it open is not waited for. */
static void life_ended(struct rc_watch *watch, bool readable, bool writable)
{
    struct rc_process *process = watch->ctx;
    struct rc_local *local = process->local;
    int status = 0;
    (void)readable, (void)writable;
    struct rusage usage = {0};
    if (wait4(process->pid, &status, WNOHANG, &usage) == 0)
        return;
    process->peak_mib = usage.ru_maxrss / 1024;
    kill(-process->pid, SIGKILL); /* whoever is left of its group */
    rc_local_begin(local);
    while (read_piece(process))
        ;
    if (process->line.length)
        give_line(process);
    close_output(process);
    rc_watch_stop(process->local->loop, &process->life);
    close(process->life.fd);
    process->life.fd = -1;
    process->pid = 0;
    process->run.ended(process->run.ctx, status);
    rc_local_commit(local);
}

/* ----- beginning ----- */

/* In the child: no allocation, and nothing of the parent's but its descriptors' copies. */
static void become(const struct rc_process_run *run, char **env, const int output[2],
                   const int told[2], pid_t parent)
{
    sigset_t none;
    sigemptyset(&none);
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGPIPE, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (getppid() == parent && null >= 0 && dup2(null, STDIN_FILENO) >= 0 &&
        dup2(output[1], STDOUT_FILENO) >= 0 && dup2(output[1], STDERR_FILENO) >= 0)
        execvpe(run->argv[0], (char *const *)(uintptr_t)run->argv, env);
    int why = errno;
    ssize_t wrote = write(told[1], &why, sizeof why);
    _exit(wrote < 0 ? EXIT_NOT_FOUND + 1 : EXIT_NOT_FOUND);
}

/* The pid, or -1 with errno. */
static pid_t spawn(const struct rc_process_run *run, char **env, const int output[2], int told[2])
{
    int why = 0;
    ssize_t got;
    pid_t parent = getpid(), pid = fork();
    if (pid < 0)
        return -1;
    if (pid == 0)
        become(run, env, output, told, parent);
    setpgid(pid, pid); /* both do it, so that it is done for either of them */
    close(told[1]);
    told[1] = -1;
    while ((got = read(told[0], &why, sizeof why)) < 0 && errno == EINTR)
        ;
    if (got <= 0) /* the pipe was closed by exec */
        return pid;
    waitpid(pid, NULL, 0);
    errno = why;
    return -1;
}

static void close_pair(int pair[2])
{
    for (int i = 0; i < 2; i++)
        if (pair[i] >= 0)
            close(pair[i]);
}

static bool begin(struct rc_process *process, const struct rc_process_run *run,
                  struct rc_error *err)
{
    int output[2] = {-1, -1}, told[2] = {-1, -1};
    if (run->env->text.failed) { /* it has fewer entries than were set */
        rc_error_set(err, RC_LIMIT, "%s: its environment is over %d bytes", run->argv[0],
                     ENVIRONMENT_CAP);
        return false;
    }
    char **env = env_list(run->env);
    bool ok = env && pipe2(output, O_CLOEXEC) == 0 && pipe2(told, O_CLOEXEC) == 0 &&
              fcntl(output[0], F_SETFL, O_NONBLOCK) == 0;
    process->pid = ok ? spawn(run, env, output, told) : -1;
    if (process->pid < 0)
        rc_error_errno(err, RC_IO, "%s", run->argv[0]);
    if (process->pid >= 0) {
        process->output.fd = output[0];
        output[0] = -1;
    }
    free(env);
    close_pair(told);
    close_pair(output);
    return process->pid >= 0;
}

struct rc_process *rc_process_start(struct rc_local *local, const struct rc_process_run *run,
                                    struct rc_error *err)
{
    struct rc_process *process = calloc(1, sizeof *process);
    if (!process) {
        rc_error_nomem(err);
        return NULL;
    }
    process->local = local;
    process->run = *run;
    process->run.argv = NULL;
    process->run.env = NULL;
    process->output = (struct rc_watch){.ready = output_ready, .ctx = process, .fd = -1};
    process->life = (struct rc_watch){.ready = life_ended, .ctx = process, .fd = -1};
    rc_buf_init(&process->line, LINE_CAP);
    if (begin(process, run, err)) {
        process->life.fd = pidfd_open(process->pid, 0);
        if (process->life.fd >= 0 &&
            rc_watch_set(local->loop, &process->output, true, false, err) &&
            rc_watch_set(local->loop, &process->life, true, false, err))
            return process;
        if (process->life.fd < 0)
            rc_error_errno(err, RC_IO, "a program cannot be watched");
    }
    rc_process_free(process);
    return NULL;
}

void rc_process_signal(struct rc_process *process, int signal_number)
{
    if (process->pid > 0)
        kill(-process->pid, signal_number);
}

void rc_process_free(struct rc_process *process)
{
    if (!process)
        return;
    close_output(process);
    if (process->life.fd >= 0) {
        rc_watch_stop(process->local->loop, &process->life);
        close(process->life.fd);
    }
    if (process->pid > 0) {
        kill(-process->pid, SIGKILL);
        waitpid(process->pid, NULL, 0);
    }
    rc_buf_free(&process->line);
    free(process);
}

/* ----- words ----- */

static const char *word_end(const char *at)
{
    if (*at == '\'' || *at == '"') {
        const char *quote = strchr(at + 1, *at);
        if (quote)
            return quote + 1;
    }
    return at + strcspn(at, " \t\n");
}

char **rc_process_words(const char *command)
{
    size_t length = strlen(command), count = 0;
    /* At most one word every two bytes; the words stand behind the pointers. */
    size_t pointers = (length / 2 + 2) * sizeof(char *);
    char **words = calloc(1, pointers + length + 1);
    if (!words)
        return NULL;
    char *to = (char *)words + pointers;
    for (const char *at = command + strspn(command, " \t\n"); *at; at += strspn(at, " \t\n")) {
        const char *end = word_end(at);
        bool quoted = (*at == '\'' || *at == '"') && end > at + 1 && end[-1] == *at;
        size_t part = (size_t)(end - at) - (quoted ? 2 : 0);
        memcpy(to, at + quoted, part);
        words[count++] = to;
        to += part + 1;
        at = end;
    }
    if (count)
        return words;
    free(words);
    return NULL;
}
