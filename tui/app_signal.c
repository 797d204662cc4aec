#include "tui/app_internal.h"

#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, FRAMES = 64, STACK_BYTES = 64 << 10 };

/* Those that end the program, and those that mean a mistake in it. */
static const int ends[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT};
static const int faults[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL};
static const int tells[] = {SIGWINCH, SIGTSTP, SIGCONT};

static int wake[2] = {-1, -1};
static volatile sig_atomic_t seen_resize, seen_stop, seen_continue;
static char report_folder[PATH_BYTES];
static void *handler_stack;

/* ----- in handlers: only async-signal-safe functions ----- */

static void put(int fd, const char *text)
{
    size_t length = strlen(text);
    while (length) {
        ssize_t wrote = write(fd, text, length);
        if (wrote < 0 && errno != EINTR)
            return;
        if (wrote > 0) {
            text += wrote;
            length -= (size_t)wrote;
        }
    }
}

static void tell(const char *text)
{
    rc_screen_write_soon(STDERR_FILENO, text, strlen(text));
}

static char *put_number(char *end, unsigned long long number, unsigned base)
{
    *--end = '\0';
    do
        *--end = "0123456789abcdef"[number % base];
    while (number /= base);
    return end;
}

static const char *name_of(int number)
{
    switch (number) {
    case SIGSEGV:
        return "SIGSEGV";
    case SIGABRT:
        return "SIGABRT";
    case SIGBUS:
        return "SIGBUS";
    case SIGFPE:
        return "SIGFPE";
    default:
        return "SIGILL";
    }
}

/* "FOLDER/crash-SECONDS-PID.txt", without a function that formats. */
static void name_report(char path[PATH_BYTES + 64])
{
    char seconds[32], pid[32];
    const char *parts[] = {report_folder,
                           "/crash-",
                           put_number(seconds + sizeof seconds, (unsigned long long)time(NULL), 10),
                           "-",
                           put_number(pid + sizeof pid, (unsigned long long)getpid(), 10),
                           ".txt"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        for (const char *from = parts[i]; *from; from++)
            *path++ = *from;
    *path = '\0';
}

/* The report first: it does not depend on a terminal that may have gone. */
static void write_report(int number, const siginfo_t *info)
{
    char path[PATH_BYTES + 64], digits[32];
    void *frames[FRAMES];
    int fd = -1;
    if (report_folder[0]) {
        name_report(path);
        fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    }
    if (fd >= 0) {
        put(fd, "reconctl crashed with ");
        put(fd, name_of(number));
        if (number != SIGABRT) {
            put(fd, " at 0x");
            put(fd, put_number(digits + sizeof digits, (uintptr_t)info->si_addr, 16));
        }
        put(fd, "\n\nbacktrace:\n");
        backtrace_symbols_fd(frames, backtrace(frames, FRAMES), fd);
        close(fd);
    }
    tell("reconctl: crashed with ");
    tell(name_of(number));
    if (fd < 0) {
        tell("; no report could be written\n");
        return;
    }
    tell("; a report without any data of yours is in ");
    tell(path);
    tell("\n");
}

/* Ends as the signal would have ended the program without a handler. */
static void die_of(int number)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigset_t only;
    sigaction(number, &action, NULL);
    sigemptyset(&only);
    sigaddset(&only, number);
    pthread_sigmask(SIG_UNBLOCK, &only, NULL);
    raise(number);
}

static void on_end(int number)
{
    rc_screen_restore();
    die_of(number);
}

static void on_fault(int number, siginfo_t *info, void *context)
{
    (void)context;
    rc_screen_restore();
    write_report(number, info);
    die_of(number);
}

static void on_tell(int number)
{
    int saved = errno;
    if (number == SIGWINCH)
        seen_resize = 1;
    else if (number == SIGTSTP)
        seen_stop = 1;
    else
        seen_continue = 1;
    if (write(wake[1], "", 1) < 0) {
        /* the pipe is full: it wakes the loop all the same */
    }
    errno = saved;
}

/* ----- outside ----- */

static void handle(const int *signals, size_t count, struct sigaction action)
{
    sigfillset(&action.sa_mask);
    for (size_t i = 0; i < count; i++) {
        struct sigaction before;
        /* What nohup ignores stays ignored. */
        if (signals[i] == SIGHUP && sigaction(SIGHUP, NULL, &before) == 0 &&
            before.sa_handler == SIG_IGN)
            continue;
        sigaction(signals[i], &action, NULL);
    }
}

#define COUNT(array) (sizeof(array) / sizeof *(array))

bool rc_signal_open(const char *reports, struct rc_error *err)
{
    void *frame[1];
    if (pipe2(wake, O_NONBLOCK | O_CLOEXEC) != 0) {
        rc_error_errno(err, RC_IO, "no pipe can be made");
        return false;
    }
    snprintf(report_folder, sizeof report_folder, "%s", reports);
    backtrace(frame, 1); /* loads what it needs, which a handler could not */
    handler_stack = malloc(STACK_BYTES);
    if (handler_stack) { /* where a handler can run when the stack has overflown */
        stack_t stack = {.ss_sp = handler_stack, .ss_size = STACK_BYTES};
        sigaltstack(&stack, NULL);
    }
    handle(ends, COUNT(ends), (struct sigaction){.sa_handler = on_end});
    handle(faults, COUNT(faults),
           (struct sigaction){.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK});
    handle(tells, COUNT(tells), (struct sigaction){.sa_handler = on_tell, .sa_flags = SA_RESTART});
    return true;
}

void rc_signal_leave(void)
{
    struct sigaction action = {.sa_handler = SIG_IGN};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGQUIT, &action, NULL);
}

void rc_signal_close(void)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    for (size_t i = 0; i < COUNT(faults); i++)
        sigaction(faults[i], &action, NULL);
    for (size_t i = 0; i < COUNT(tells); i++)
        sigaction(tells[i], &action, NULL);
    stack_t none = {.ss_flags = SS_DISABLE};
    sigaltstack(&none, NULL);
    free(handler_stack);
    handler_stack = NULL;
    close(wake[0]);
    close(wake[1]);
    wake[0] = wake[1] = -1;
}

int rc_signal_fd(void)
{
    return wake[0];
}

unsigned rc_signal_take(void)
{
    char bytes[64];
    unsigned taken = 0;
    while (read(wake[0], bytes, sizeof bytes) > 0)
        ;
    if (seen_resize)
        taken |= RC_SIGNAL_RESIZED;
    seen_resize = 0;
    if (seen_stop)
        taken |= RC_SIGNAL_STOP;
    seen_stop = 0;
    if (seen_continue)
        taken |= RC_SIGNAL_CONTINUED;
    seen_continue = 0;
    return taken;
}

void rc_signal_stop(bool all)
{
    struct sigaction action = {.sa_handler = SIG_DFL}, before;
    sigaction(SIGTSTP, &action, &before);
    kill(all ? 0 : getpid(), SIGTSTP); /* comes back with SIGCONT */
    sigaction(SIGTSTP, &before, NULL);
}
