/* Keys from a program (credential_process). It runs by /bin/sh -c, as the AWS SDK for
 * Go has it, in a process group of its own and without a terminal: what it asks
 * nobody answers. The loop watches its output and its end. Source of the format:
 * "Process credential provider" in the AWS SDKs and Tools Reference Guide. */
#include "aws/credentials_internal.h"
#include "aws/json.h"
#include "aws/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    TIMEOUT_MS = 60 * 1000, /* as in the AWS SDK for Go */
    TAIL_BYTES = 160,       /* of what it says on standard error, for people */
};

struct process {
    struct rc_seek *seek;
    pid_t pid; /* 0: not started, or over */
    struct rc_watch out, err, end;
    struct rc_timer timeout;
    char *text; /* standard output, secret memory */
    size_t length;
    char tail[TAIL_BYTES];
    size_t tail_length;
    bool too_long, too_slow;
};

static struct rc_loop *loop_of(const struct process *process)
{
    return rc_aws_loop(process->seek->aws);
}

static void close_watch(struct process *process, struct rc_watch *watch)
{
    rc_watch_stop(loop_of(process), watch);
    if (watch->fd >= 0)
        close(watch->fd);
    watch->fd = -1;
}

static void kill_group(const struct process *process)
{
    if (process->pid > 0)
        kill(-process->pid, SIGKILL);
}

static void release(struct process *process)
{
    kill_group(process);
    if (process->pid > 0)
        waitpid(process->pid, NULL, 0); /* it was killed: this is short */
    rc_timer_stop(loop_of(process), &process->timeout);
    close_watch(process, &process->end);
    close_watch(process, &process->err);
    close_watch(process, &process->out);
    rc_secret_free(process->text);
    explicit_bzero(process->tail, sizeof process->tail);
    free(process);
}

static void stop(struct rc_seek *seek)
{
    release(seek->job);
}

/* ----- what it says ----- */

static void take_output(struct process *process)
{
    char more[512] = "";
    for (;;) {
        bool full = process->length == RC_CREDENTIAL_ANSWER_BYTES;
        char *to = full ? more : process->text + process->length;
        size_t room = full ? sizeof more : RC_CREDENTIAL_ANSWER_BYTES - process->length;
        ssize_t got = read(process->out.fd, to, room);
        if (got < 0 && errno == EINTR)
            continue;
        if (got == 0)
            rc_watch_stop(loop_of(process), &process->out);
        if (got <= 0)
            return;
        if (full) {
            process->too_long = true;
            kill_group(process);
            return;
        }
        process->length += (size_t)got;
    }
}

/* Keeps the last bytes. */
static void take_errors(struct process *process)
{
    char bytes[TAIL_BYTES - 1];
    for (;;) {
        ssize_t got = read(process->err.fd, bytes, sizeof bytes);
        if (got < 0 && errno == EINTR)
            continue;
        if (got == 0)
            rc_watch_stop(loop_of(process), &process->err);
        if (got <= 0)
            return;
        size_t length = (size_t)got, kept = process->tail_length;
        if (kept > sizeof bytes - length)
            kept = sizeof bytes - length;
        memmove(process->tail, process->tail + process->tail_length - kept, kept);
        memcpy(process->tail + kept, bytes, length);
        process->tail_length = kept + length;
    }
}

static void out_ready(struct rc_watch *watch, bool readable, bool writable)
{
    (void)readable;
    (void)writable;
    take_output(watch->ctx);
}

static void err_ready(struct rc_watch *watch, bool readable, bool writable)
{
    (void)readable;
    (void)writable;
    take_errors(watch->ctx);
}

/* ----- its end ----- */

static enum rc_seek_step read_answer(struct process *process)
{
    struct rc_seek *seek = process->seek;
    int64_t version = 0;
    json_t *json = rc_json_parse(process->text, process->length, RC_CREDENTIAL_ANSWER_BYTES, NULL);
    bool known = rc_json_int(json, "Version", &version) && version == 1;
    const char *names[] = {"SecretAccessKey", "SessionToken"};
    for (int i = 0; i < 2; i++) {
        const char *secret = rc_json_text(json, names[i]);
        if (secret)
            rc_secret_wipe(secret, strlen(secret));
    }
    bool is_json = json != NULL;
    json_decref(json);
    if (is_json && !known)
        return rc_seek_fail(seek, RC_DATA,
                            "credential_process of the profile \"%s\": Version is not 1", seek->of);
    char from[128];
    snprintf(from, sizeof from, "credential_process of the profile \"%s\"", seek->of);
    snprintf(seek->found.source, sizeof seek->found.source, "profile %s: credential_process",
             seek->of);
    return rc_seek_read_json(seek, process->text, process->length, "SessionToken", from);
}

/* The tail in one line, without secrets. */
static void tail_text(struct process *process, char text[2 * TAIL_BYTES])
{
    process->tail[process->tail_length] = '\0';
    rc_log_redact(process->tail, text, 2 * TAIL_BYTES);
    size_t length = strlen(text);
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
            text[i] = ' ';
    while (length && text[length - 1] == ' ')
        text[--length] = '\0';
}

static enum rc_seek_step judge(struct process *process, const siginfo_t *info)
{
    struct rc_seek *seek = process->seek;
    char text[2 * TAIL_BYTES];
    tail_text(process, text);
    if (process->too_slow)
        return rc_seek_fail(seek, RC_LIMIT,
                            "credential_process of the profile \"%s\" took more than %d s%s%s",
                            seek->of, TIMEOUT_MS / 1000, *text ? ": " : "", text);
    if (process->too_long)
        return rc_seek_fail(seek, RC_LIMIT,
                            "credential_process of the profile \"%s\" wrote more than %d bytes",
                            seek->of, RC_CREDENTIAL_ANSWER_BYTES);
    if (info->si_code == CLD_EXITED && info->si_status == 0)
        return read_answer(process);
    return rc_seek_fail(seek, RC_IO, "credential_process of the profile \"%s\" %s %d%s%s", seek->of,
                        info->si_code == CLD_EXITED ? "failed with exit code"
                                                    : "was ended by signal",
                        info->si_status, *text ? ": " : "", text);
}

static void ended(struct rc_watch *watch, bool readable, bool writable)
{
    struct process *process = watch->ctx;
    struct rc_seek *seek = process->seek;
    siginfo_t info = {0};
    (void)readable;
    (void)writable;
    if (waitid(P_PID, (id_t)process->pid, &info, WEXITED | WNOHANG) != 0) {
        /* Somebody else reaps all children: the output has to tell. */
        info.si_code = CLD_EXITED;
        info.si_pid = process->pid;
    }
    if (info.si_pid == 0)
        return;       /* not yet */
    process->pid = 0; /* what it may have left in the background lives on */
    take_output(process);
    take_errors(process);
    enum rc_seek_step step = judge(process, &info);
    release(process);
    rc_seek_end(seek, step);
}

static void time_over(struct rc_timer *timer)
{
    struct process *process = timer->ctx;
    process->too_slow = true;
    kill_group(process);
}

/* ----- its beginning ----- */

static int spawn(struct process *process, const char *command, int out, int err)
{
    char *const arguments[] = {"/bin/sh", "-c", (char *)(uintptr_t)command, NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int failed = posix_spawn_file_actions_init(&files);
    if (failed)
        return failed;
    failed = posix_spawnattr_init(&attributes);
    if (failed) {
        posix_spawn_file_actions_destroy(&files);
        return failed;
    }
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                              POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    failed = posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (!failed)
        failed = posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
    if (!failed)
        failed = posix_spawn_file_actions_adddup2(&files, err, STDERR_FILENO);
    pid_t pid = 0;
    if (!failed)
        failed = posix_spawn(&pid, arguments[0], &files, &attributes, arguments, environ);
    if (!failed)
        process->pid = pid;
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return failed;
}

/* A pipe whose reading end does not block and is the watch's. */
static bool open_pipe(struct rc_watch *watch, int *writing)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    watch->fd = ends[0];
    *writing = ends[1];
    return fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0;
}

static bool run(struct process *process, const char *command)
{
    int out = -1, err = -1, failed = 0;
    bool ok = open_pipe(&process->out, &out) && open_pipe(&process->err, &err);
    if (!ok)
        failed = errno;
    else
        failed = spawn(process, command, out, err);
    if (err >= 0)
        close(err);
    if (out >= 0)
        close(out);
    if (!failed && (process->end.fd = pidfd_open(process->pid, 0)) < 0)
        failed = errno;
    if (failed) {
        errno = failed;
        rc_error_errno(&process->seek->err, RC_IO,
                       "credential_process of the profile \"%s\" cannot be run", process->seek->of);
    }
    return !failed;
}

static bool watch_all(struct process *process)
{
    struct rc_loop *loop = loop_of(process);
    struct rc_error *err = &process->seek->err;
    if (!rc_watch_set(loop, &process->out, true, false, err) ||
        !rc_watch_set(loop, &process->err, true, false, err) ||
        !rc_watch_set(loop, &process->end, true, false, err))
        return false;
    if (rc_timer_set(loop, &process->timeout, TIMEOUT_MS))
        return true;
    rc_error_nomem(err);
    return false;
}

enum rc_seek_step rc_provider_process(struct rc_seek *seek)
{
    const char *command = rc_profile_get(seek->profile, seek->of, "credential_process");
    if (!command) {
        rc_seek_note(seek, "no credential_process");
        return RC_SEEK_NEXT;
    }
    struct process *process = calloc(1, sizeof *process);
    if (!process) {
        rc_error_nomem(&seek->err);
        return RC_SEEK_FAILED;
    }
    process->seek = seek;
    process->out = (struct rc_watch){.ready = out_ready, .ctx = process, .fd = -1};
    process->err = (struct rc_watch){.ready = err_ready, .ctx = process, .fd = -1};
    process->end = (struct rc_watch){.ready = ended, .ctx = process, .fd = -1};
    process->timeout = (struct rc_timer){.fire = time_over, .ctx = process};
    process->text = rc_secret_alloc(RC_CREDENTIAL_ANSWER_BYTES + 1);
    if (!process->text)
        rc_error_nomem(&seek->err);
    if (process->text && run(process, command) && watch_all(process)) {
        seek->job = process;
        seek->stop = stop;
        return RC_SEEK_WAIT;
    }
    release(process);
    return RC_SEEK_FAILED;
}
