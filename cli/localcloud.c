#include "cli/localcloud.h"

#include "base/folder.h"
#include "base/timeline.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { START_MS = 10000, STOP_MS = 10000, LINE_BYTES = 256 };

/* What STATE/running holds: "PID http://127.0.0.1:PORT CLOCK". */
static const char running_file[] = "running";

static bool path_in(const struct rc_localcloud *cloud, const char *name, char path[PATH_MAX],
                    struct rc_error *err)
{
    if (snprintf(path, PATH_MAX, "%s/%s", cloud->state, name) < PATH_MAX)
        return true;
    rc_error_set(err, RC_USAGE, "the path of the state folder is too long");
    return false;
}

bool rc_localcloud_program(const char *name, char path[PATH_MAX], struct rc_error *err)
{
    ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - 1);
    if (length > 0) {
        path[length] = '\0';
        char *slash = strrchr(path, '/');
        size_t at = slash ? (size_t)(slash - path) + 1 : 0;
        if (snprintf(path + at, PATH_MAX - at, "%s", name) < (int)(PATH_MAX - at) &&
            access(path, X_OK) == 0)
            return true;
    }
    rc_error_set(err, RC_IO, "%s is not beside reconctl; `make` builds it there", name);
    return false;
}

/* Whether the process is one of ours and alive: numbers are used again. */
static bool is_reconlocal(pid_t pid)
{
    char link[64], exe[PATH_MAX];
    snprintf(link, sizeof link, "/proc/%ld/exe", (long)pid);
    ssize_t length = readlink(link, exe, sizeof exe - 1);
    if (length <= 0)
        return false;
    exe[length] = '\0';
    char *slash = strrchr(exe, '/'), *deleted = strstr(exe, " (deleted)");
    if (deleted)
        *deleted = '\0';
    return slash && strcmp(slash + 1, "reconlocal") == 0;
}

static bool default_state(struct rc_localcloud *cloud, struct rc_error *err)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    int length = -1;
    if (state && *state == '/')
        length = snprintf(cloud->state, sizeof cloud->state, "%s/reconctl/local", state);
    else if (home && *home == '/')
        length =
            snprintf(cloud->state, sizeof cloud->state, "%s/.local/state/reconctl/local", home);
    if (length > 0 && (size_t)length < sizeof cloud->state)
        return true;
    rc_error_set(err, RC_USAGE,
                 "there is no place for the local cloud: set HOME, or name a folder");
    return false;
}

static bool read_running(struct rc_localcloud *cloud, struct rc_error *err)
{
    char path[PATH_MAX], line[LINE_BYTES] = "";
    long pid = 0;
    if (!path_in(cloud, running_file, path, err))
        return false;
    FILE *file = fopen(path, "re");
    if (!file)
        return true;
    bool read = fgets(line, sizeof line, file) != NULL;
    fclose(file);
    char *end = line;
    if (read)
        pid = strtol(line, &end, 10);
    if (pid > 1 && *end == ' ' && is_reconlocal((pid_t)pid) &&
        sscanf(end, " %127s %63s", cloud->endpoint, cloud->clock) >= 1)
        cloud->pid = (pid_t)pid;
    return true;
}

bool rc_localcloud_find(struct rc_localcloud *cloud, const char *state, struct rc_error *err)
{
    *cloud = (struct rc_localcloud){0};
    if (state && *state) {
        if ((size_t)snprintf(cloud->state, sizeof cloud->state, "%s", state) >=
            sizeof cloud->state) {
            rc_error_set(err, RC_USAGE, "the path of the state folder is too long");
            return false;
        }
    } else if (!default_state(cloud, err)) {
        return false;
    }
    return read_running(cloud, err);
}

/* ----- starting ----- */

/* In the child: away from the terminal, its words to STATE/log, its first lines to us. */
static void become(const char *program, char *const *arguments, int out, int log)
{
    int none = open("/dev/null", O_RDONLY | O_CLOEXEC);
    setsid();
    if (none >= 0 && dup2(none, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0 &&
        dup2(log, STDERR_FILENO) >= 0)
        execv(program, arguments);
    _exit(127);
}

/* The lines "listening on URL" and "clock CLOCK", or what it said instead. */
static bool await_lines(struct rc_localcloud *cloud, int fd, const char *log_path,
                        struct rc_error *err)
{
    char lines[LINE_BYTES] = "";
    size_t length = 0;
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    while (length < sizeof lines - 1 && poll(&wait, 1, START_MS) > 0) {
        ssize_t got = read(fd, lines + length, sizeof lines - 1 - length);
        if (got <= 0)
            break;
        length += (size_t)got;
        const char *first = memchr(lines, '\n', length);
        if (first && strchr(first + 1, '\n') &&
            sscanf(lines, "listening on %127s clock %63s", cloud->endpoint, cloud->clock) == 2)
            return true;
    }
    rc_error_set(err, RC_IO, "reconlocal did not start; %s says why", log_path);
    return false;
}

static bool remember(const struct rc_localcloud *cloud, struct rc_error *err)
{
    char path[PATH_MAX], fresh[PATH_MAX];
    if (!path_in(cloud, running_file, path, err) || !path_in(cloud, "running.new", fresh, err))
        return false;
    FILE *file = fopen(fresh, "we");
    bool ok =
        file && fprintf(file, "%ld %s %s\n", (long)cloud->pid, cloud->endpoint, cloud->clock) > 0;
    if (file)
        ok = fclose(file) == 0 && ok;
    if (ok && rename(fresh, path) == 0)
        return true;
    rc_error_errno(err, RC_IO, "cannot write %s", path);
    return false;
}

static bool spawn(struct rc_localcloud *cloud, const char *const *arguments, const char *log_path,
                  int log, struct rc_error *err)
{
    char program[PATH_MAX];
    const char *words[RC_LOCALCLOUD_WORDS + 4] = {"reconlocal", "--state", cloud->state};
    int out[2];
    for (size_t i = 0; arguments && i < RC_LOCALCLOUD_WORDS && arguments[i]; i++)
        words[3 + i] = arguments[i];
    if (!rc_localcloud_program("reconlocal", program, err))
        return false;
    if (pipe2(out, O_CLOEXEC) != 0) {
        rc_error_errno(err, RC_IO, "cannot start reconlocal");
        return false;
    }
    cloud->pid = fork();
    if (cloud->pid == 0)
        become(program, (char *const *)(uintptr_t)words, out[1], log);
    close(out[1]);
    if (cloud->pid < 0)
        rc_error_errno(err, RC_IO, "cannot start reconlocal");
    bool ok = cloud->pid > 0 && await_lines(cloud, out[0], log_path, err) && remember(cloud, err);
    close(out[0]);
    if (ok)
        return true;
    if (cloud->pid > 0 && kill(cloud->pid, SIGKILL) == 0)
        waitpid(cloud->pid, NULL, 0);
    cloud->pid = 0;
    cloud->endpoint[0] = '\0';
    return false;
}

bool rc_localcloud_start(struct rc_localcloud *cloud, const char *const *arguments,
                         struct rc_error *err)
{
    char log_path[PATH_MAX];
    if (cloud->pid)
        return true;
    if (!rc_make_folders(cloud->state, 0700, err) || !path_in(cloud, "log", log_path, err))
        return false;
    int log = open(log_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (log < 0) {
        rc_error_errno(err, RC_IO, "cannot write %s", log_path);
        return false;
    }
    bool ok = spawn(cloud, arguments, log_path, log, err);
    close(log);
    return ok;
}

/* ----- stopping ----- */

bool rc_localcloud_stop(struct rc_localcloud *cloud, struct rc_error *err)
{
    char path[PATH_MAX];
    if (!cloud->pid)
        return true;
    int process = (int)syscall(SYS_pidfd_open, cloud->pid, 0);
    struct pollfd wait = {.fd = process, .events = POLLIN};
    bool ended = process < 0 && errno == ESRCH;
    if (process >= 0 && kill(cloud->pid, SIGTERM) == 0)
        ended = poll(&wait, 1, STOP_MS) > 0;
    if (process >= 0)
        close(process);
    if (!ended) {
        rc_error_set(err, RC_IO, "reconlocal (process %ld) goes on; kill -9 %ld ends it",
                     (long)cloud->pid, (long)cloud->pid);
        return false;
    }
    if (path_in(cloud, running_file, path, err))
        unlink(path);
    cloud->pid = 0;
    cloud->endpoint[0] = '\0';
    return true;
}

bool rc_localcloud_use(const struct rc_localcloud *cloud, struct rc_error *err)
{
    static const char *const others[] = {"AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_DEFAULT_PROFILE",
                                         "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        unsetenv(others[i]);
    if (setenv("AWS_ENDPOINT_URL", cloud->endpoint, 1) == 0 &&
        setenv("AWS_ACCESS_KEY_ID", "local", 1) == 0 &&
        setenv("AWS_SECRET_ACCESS_KEY", "local-secret", 1) == 0 &&
        setenv("AWS_REGION", "us-east-1", 1) == 0 &&
        setenv(RC_TIMELINE_VARIABLE, cloud->clock, 1) == 0)
        return true;
    rc_error_nomem(err);
    return false;
}
