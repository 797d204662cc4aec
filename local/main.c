/* reconlocal: starts, says where it listens, and serves until it is told to stop. */
#include "local/local.h"
#include "local/server.h"
#include "local/services.h"
#include "local/store.h"
#include "local/weather.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

static const char usage[] =
    "usage: reconlocal --state DIR [OPTION...]\n\n"
    "An AWS on one machine: S3, EventBridge, SQS, DynamoDB, Step Functions, Lambda, ECS,\n"
    "CloudWatch, Logs and STS, as far as reconctl uses them, on 127.0.0.1. Access key \"local\",\n"
    "secret \"local-secret\", region us-east-1.\n\n"
    "  --state DIR        where everything is kept; made when it is missing\n"
    "  --port P           (default 4566; 0: a free one)\n"
    "  --speed N          virtual seconds a second, 1 to 1000 (default 1)\n"
    "  --clock INSTANT    when its time begins, such as 2026-04-01T12:00:00Z (default: now);\n"
    "                     it goes on from where it was, where that is later\n"
    "  --partition-wcu N  write units a second of a partition (default 1000)\n"
    "  --partition-rcu N  read units a second of a partition (default 3000)\n"
    "  --weather FILE     how it misbehaves from the start\n"
    "  --seed N           of all that is left to chance (default 1)\n"
    "  --operations       lists what it answers, SERVICE OPERATION a line, and ends\n";

enum { EXIT_USED_WRONGLY = 2, EXIT_COULD_NOT = 3, DEFAULT_PORT = 4566 };

static bool stopping;

static void stop(struct rc_watch *watch, bool readable, bool writable)
{
    struct signalfd_siginfo info;
    (void)writable;
    if (readable && read(watch->fd, &info, sizeof info) == (ssize_t)sizeof info)
        stopping = true;
}

static bool number(const char *text, double low, double high, double *value)
{
    char *end;
    errno = 0;
    *value = strtod(text, &end);
    return end != text && !*end && !errno && *value >= low && *value <= high;
}

static bool instant(const char *text, int64_t *unix_ms)
{
    struct rc_timeline then;
    bool ok = rc_timeline_stop(&then, text);
    *unix_ms = then.own_ms;
    return ok;
}

static int list_operations(void)
{
    bool ok = true;
    for (const struct rc_local_part *const *part = rc_local_parts; *part; part++) {
        const struct rc_local_service *service = (*part)->service;
        for (int i = 0; ok && service && service->operations[i].name; i++)
            ok = printf("%s %s\n", service->name, service->operations[i].name) > 0;
    }
    return ok && fflush(stdout) == 0 ? 0 : EXIT_COULD_NOT;
}

/* -1 to go on. */
static int read_options(int argc, char **argv, struct rc_local_options *options)
{
    static const struct option known[] = {{"state", required_argument, NULL, 's'},
                                          {"port", required_argument, NULL, 'p'},
                                          {"speed", required_argument, NULL, 'v'},
                                          {"partition-wcu", required_argument, NULL, 'w'},
                                          {"partition-rcu", required_argument, NULL, 'r'},
                                          {"clock", required_argument, NULL, 'c'},
                                          {"weather", required_argument, NULL, 'x'},
                                          {"seed", required_argument, NULL, 'n'},
                                          {"operations", no_argument, NULL, 'o'},
                                          {"help", no_argument, NULL, 'h'},
                                          {0}};
    int option;
    double value = 0;
    while ((option = getopt_long(argc, argv, "h", known, NULL)) != -1) {
        bool ok = true;
        if (option == 'h')
            return fputs(usage, stdout) < 0 ? EXIT_COULD_NOT : 0;
        if (option == 'o')
            return list_operations();
        if (option == 's')
            options->state = optarg;
        else if (option == 'x')
            options->weather = optarg;
        else if (option == 'p' && (ok = number(optarg, 0, 65535, &value)))
            options->port = (int)value;
        else if (option == 'v' && (ok = number(optarg, 1, RC_TIMELINE_FASTEST, &value)))
            options->speed = value;
        else if (option == 'c')
            ok = instant(optarg, &options->clock_ms);
        else if (option == 'w')
            ok = number(optarg, 0.001, 1e9, &options->partition_wcu);
        else if (option == 'r')
            ok = number(optarg, 0.001, 1e9, &options->partition_rcu);
        else if (option == 'n' && (ok = number(optarg, 0, 9e15, &value)))
            options->seed = (uint64_t)value;
        else if (option == '?')
            return EXIT_USED_WRONGLY;
        if (!ok) {
            fprintf(stderr, "reconlocal: \"%s\" is out of the range; see --help\n", optarg);
            return EXIT_USED_WRONGLY;
        }
    }
    if (optind == argc && options->state)
        return -1;
    fputs("reconlocal: --state DIR is needed, and no other word; see --help\n", stderr);
    return EXIT_USED_WRONGLY;
}

/* Parts that were opened, to be closed in the other order. */
static int opened;

static bool open_parts(struct rc_local *local, struct rc_error *err)
{
    for (; rc_local_parts[opened]; opened++) {
        const struct rc_local_part *part = rc_local_parts[opened];
        if ((part->schema && !rc_store_exec(local, part->schema, err)) ||
            (part->open && !part->open(local, err)))
            return false;
    }
    return true;
}

static void close_parts(struct rc_local *local)
{
    while (opened > 0)
        if (rc_local_parts[--opened]->close)
            rc_local_parts[opened]->close(local);
}

static bool watch_signals(struct rc_local *local, struct rc_watch *watch, struct rc_error *err)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    *watch = (struct rc_watch){.ready = stop, .fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)};
    if (watch->fd >= 0)
        return rc_watch_set(local->loop, watch, true, false, err);
    rc_error_errno(err, RC_IO, "signals cannot be watched");
    return false;
}

static bool run(struct rc_local *local, struct rc_error *err)
{
    struct rc_watch signals = {.fd = -1};
    bool ok = watch_signals(local, &signals, err) &&
              (!local->options->weather ||
               rc_weather_load_file(local->weather, local->options->weather, err)) &&
              rc_store_open(local, local->options->state, err) && rc_local_resume(local, err);
    if (ok)
        local->server = rc_server_open(local, err);
    ok = local->server && open_parts(local, err);
    if (ok) {
        char clock[RC_TIMELINE_TEXT];
        rc_timeline_write(&local->time, clock);
        printf("listening on %s\nclock %s\n", local->endpoint, clock);
        fflush(stdout);
        while (!stopping)
            rc_loop_until(local->loop, &stopping, -1);
    }
    close_parts(local);
    rc_server_close(local->server);
    rc_store_close(local);
    if (signals.fd >= 0) {
        rc_watch_stop(local->loop, &signals);
        close(signals.fd);
    }
    return ok;
}

int main(int argc, char **argv)
{
    struct rc_local_options options = {.port = DEFAULT_PORT, .speed = 1, .seed = 1};
    struct rc_local_services services = {0};
    struct rc_error err = {0};
    int code = read_options(argc, argv, &options);
    if (code >= 0)
        return code;
    signal(SIGPIPE, SIG_IGN);
    struct rc_local local = {.options = &options,
                             .services = &services,
                             .loop = rc_loop_new(NULL, &err),
                             .weather = rc_weather_new(options.seed)};
    bool ok = local.loop && local.weather;
    ok = ok && run(&local, &err);
    rc_weather_free(local.weather);
    rc_loop_free(local.loop);
    if (!ok)
        fprintf(stderr, "reconlocal: %s\n", err.text);
    return ok ? 0 : EXIT_COULD_NOT;
}
