#include "cli/cli.h"
#include "cli/localcloud.h"

#include "base/buf.h"
#include "base/version.h"
#include "ops/action.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
} commands[] = {
    {"parse", rc_cli_parse, "records of a fixed-width file, as JSON or CSV"},
    {"layout", rc_cli_layout, "list, show and check layouts; make one from a copybook"},
    {"reconcile", rc_cli_reconcile, "match a settlement file with an internal one: the day"},
    {"open", rc_cli_open_console, "the console: a day, the records of a file, or what is at AWS"},
    {"get", rc_cli_get, "a view of a day, or of what is at AWS, as a table, JSON or CSV"},
    {"doctor", rc_cli_doctor, "who you are at AWS, and whether all that is needed answers"},
    {"local", rc_cli_local, "an AWS on this machine: start, deploy, stop, status, weather"},
    {"program", rc_cli_program, "the programs that the pipeline at AWS knows"},
    {"plan", rc_cli_plan, "how many shards a program needs, and what breaks first"},
    {"audit", rc_cli_audit, "what was changed at AWS from here, and whether that is all"},
    {"generate", rc_cli_generate, "two files with planted discrepancies, and the truth"},
};

enum { COMMANDS = sizeof commands / sizeof *commands };

static int help(FILE *to)
{
    fprintf(to, "usage: reconctl [--local[=DIR]] [COMMAND [OPTION...] [FILE...]]\n\n"
                "Reconciles the settlement files of card and payment networks.\n\n");
    for (int i = 0; i < COMMANDS; i++)
        fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].summary);
    fprintf(to, "\nWhat changes something at AWS; --dry-run shows what:\n\n");
    rc_cli_list_actions(to);
    fprintf(to, "\n`reconctl COMMAND --help` shows the options of a command; reconctl(1) has "
                "all of them.\n"
                "Without a command, on a terminal, it opens the day.db of this folder, or shows\n"
                "what is at AWS where region and credentials are configured.\n"
                "--local runs a command on an AWS on this machine, which it starts when needed.\n"
                "Exit status: 0 in order, 1 done but something is not in order, 2 used wrongly, "
                "3 failed.\n");
    return RC_EXIT_OK;
}

static int run_command(const char *name, int argc, char **argv)
{
    for (int i = 0; i < COMMANDS; i++)
        if (strcmp(name, commands[i].name) == 0)
            return rc_cli_finish(commands[i].run(argc, argv));
    if (rc_op_action_find(name))
        return rc_cli_finish(rc_cli_action(argc, argv));
    fprintf(stderr, "reconctl: there is no command \"%s\"; `reconctl --help` lists them\n", name);
    return RC_EXIT_USAGE;
}

/* Without words: the console on the day of this folder, else on AWS, where there is
 * something to look at and somebody to look. */
static int run_bare(void)
{
    bool terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
    if (terminal && access("day.db", F_OK) == 0)
        return run_command("open", 2, (char *[]){"open", "day.db", NULL});
    if (terminal && rc_cli_knows_aws())
        return run_command("open", 1, (char *[]){"open", NULL});
    help(stderr);
    if (terminal)
        fputs("\nThere is no day.db in this folder: `reconctl open DIR` opens one, and `reconctl\n"
              "reconcile --out DIR` makes one. Nor are a region and credentials for AWS\n"
              "configured: `reconctl doctor` says what is missing.\n",
              stderr);
    return RC_EXIT_USAGE;
}

/* Takes "--local" or "--local=DIR" out of the words, wherever it stands; NULL: it is not there. */
static const char *take_local(int *argc, char **argv)
{
    for (int i = 1; i < *argc && strcmp(argv[i], "--") != 0; i++) {
        const char *word = argv[i];
        if (strcmp(word, "--local") != 0 && strncmp(word, "--local=", 8) != 0)
            continue;
        memmove(argv + i, argv + i + 1, (size_t)(*argc - i) * sizeof *argv); /* with the NULL */
        --*argc;
        return word;
    }
    return NULL;
}

/* From here on AWS is the local cloud. */
static bool use_local(const char *word, struct rc_error *err)
{
    struct rc_localcloud cloud;
    const char *equals = strchr(word, '=');
    return rc_localcloud_find(&cloud, equals ? equals + 1 : NULL, err) &&
           rc_localcloud_start(&cloud, (const char *const[]){"--port", "0", NULL}, err) &&
           rc_localcloud_use(&cloud, err);
}

int main(int argc, char **argv)
{
    struct rc_error err = {0};
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is a write error, with its own message */
    const char *local = take_local(&argc, argv);
    if (local && !use_local(local, &err))
        return rc_cli_fail(&err);
    if (argc < 2)
        return run_bare();
    bool asks = strcmp(argv[1], "help") == 0;
    if (asks && argc > 2)
        return run_command(argv[2], 2, (char *[]){argv[2], "--help", NULL});
    if (asks || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return rc_cli_finish(help(stdout));
    if (strcmp(argv[1], "--version") == 0) {
        puts("reconctl " RC_VERSION);
        return rc_cli_finish(RC_EXIT_OK);
    }
    return run_command(argv[1], argc - 1, argv + 1);
}

/* ----- what the commands share ----- */

int rc_cli_fail(const struct rc_error *err)
{
    fprintf(stderr, "reconctl: %s\n", err->text);
    if (err->code == RC_USAGE || err->code == RC_INVALID)
        return RC_EXIT_USAGE;
    return err->code == RC_DATA ? RC_EXIT_NOT_IN_ORDER : RC_EXIT_FAILED;
}

int rc_cli_usage(const char *command, const char *format, ...)
{
    va_list args;
    fprintf(stderr, "reconctl %s: ", command);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "; see `reconctl %s --help`\n", command);
    return RC_EXIT_USAGE;
}

static int stdout_errno; /* why the first write failed; the last one may not know it */

bool rc_cli_write(const void *bytes, size_t length)
{
    if (stdout_errno)
        return false;
    if (length && fwrite(bytes, 1, length, stdout) != length)
        stdout_errno = errno ? errno : EIO;
    return !stdout_errno;
}

int rc_cli_finish(int code)
{
    if ((fflush(stdout) != 0 || ferror(stdout)) && !stdout_errno)
        stdout_errno = errno ? errno : EIO;
    if (!stdout_errno)
        return code;
    if (stdout_errno != EPIPE) /* whoever closed the pipe has seen enough */
        fprintf(stderr, "reconctl: writing to stdout failed: %s\n", strerror(stdout_errno));
    return RC_EXIT_FAILED;
}

bool rc_cli_number(const char *text, uint64_t low, uint64_t high, uint64_t *number)
{
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || errno || value < low || value > high)
        return false;
    *number = value;
    return true;
}

bool rc_cli_bytes(const char *text, uint64_t *bytes)
{
    static const char units[] = "KMGT";
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    int shift = 0;
    if (*text < '0' || *text > '9' || errno)
        return false;
    if (*end) {
        const char *unit = strchr(units, *end >= 'a' ? *end - 32 : *end);
        if (!unit || (end[1] && strcmp(end + 1, "iB") != 0 && strcmp(end + 1, "B") != 0))
            return false;
        shift = 10 * (int)(unit - units + 1);
    }
    if (value > UINT64_MAX >> shift)
        return false;
    *bytes = value << shift;
    return true;
}

void rc_cli_card_key(struct rc_card_key *key)
{
    const char *text = getenv("RECONCTL_CARD_KEY");
    if (!text || !*text)
        text = "reconctl";
    size_t length = strlen(text);
    key->length = length < sizeof key->bytes ? length : sizeof key->bytes;
    memcpy(key->bytes, text, key->length);
}

int rc_cli_open(const char *path, bool stdin_too, struct rc_error *err)
{
    struct stat status;
    if (stdin_too && strcmp(path, "-") == 0)
        return STDIN_FILENO;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) != 0) {
        rc_error_errno(err, RC_IO, "cannot open %s", path);
    } else if (S_ISDIR(status.st_mode)) {
        rc_error_set(err, RC_IO, "%s is a directory; name a file in it", path);
    } else {
        return fd;
    }
    if (fd >= 0)
        close(fd);
    return -1;
}

json_t *rc_cli_copybook(const char *path, const struct rc_copybook_options *options,
                        struct rc_error *err)
{
    enum { MOST_BYTES = 1 << 20 };
    struct rc_buf text;
    char part[4096];
    ssize_t got = 0;
    json_t *json = NULL;
    int fd = rc_cli_open(path, false, err);
    if (fd < 0)
        return NULL;
    rc_buf_init(&text, MOST_BYTES);
    while (!text.failed && (got = read(fd, part, sizeof part)) > 0)
        rc_buf_add(&text, part, (size_t)got);
    if (got < 0) {
        rc_error_errno(err, RC_IO, "cannot read %s", path);
    } else if (text.failed) {
        rc_error_set(err, RC_LIMIT, "%s: over 1 MiB, too long for a copybook", path);
    } else {
        json = rc_copybook_layout(text.data ? text.data : "", text.length, options, err);
        if (!json)
            rc_error_prefix(err, "%s", path);
    }
    rc_buf_free(&text);
    close(fd);
    return json;
}
