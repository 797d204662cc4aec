#include "cli/awswords.h"
#include "cli/cli.h"
#include "cli/gateway.h"

#include "model/live.h"
#include "model/table.h"
#include "tui/app.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { REFRESH_SECONDS = 10 };

static const char usage[] =
    "usage: reconctl open DIR-OR-day.db [OPTION...]\n"
    "       reconctl open --layout LAYOUT FILE [OPTION...]\n"
    "       reconctl open -c \"pulse | rollups | files | queues | messages QUEUE | throttles\"\n"
    "                     [OPTION...]\n\n"
    "Shows a reconciled day, the records of one file, or what is at AWS, on the terminal. `?`\n"
    "tells the keys.\n\n"
    "  --layout LAYOUT    the layout of FILE: the name of a bundled one, or a file\n"
    "  -c VIEW            opens a view at once: -c \"discrepancies status:pending\",\n"
    "                     -c \"files s3://BUCKET/PREFIX\"\n"
    "  --theme NAME       dark, light, high-contrast, colorblind, mono, production-red, or\n"
    "                     one of your own\n"
    "  --no-color         without colours, as with NO_COLOR\n"
    "  --mouse            takes the mouse, too\n"
    "  --no-mouse         leaves it alone, whatever the configuration says\n"
    "  --ascii            lines and charts in ASCII\n"
    "  --read-only        refuses what changes anything at AWS, as looking at messages does\n"
    "  --write            allows it where the configuration says read_only, or production\n"
    "  --refresh SECONDS  how often views of AWS ask again (default 10; 0: when told to)\n"
    "\nWithout a day or file it asks AWS; with one, when a view of AWS is "
    "opened:\n" RC_AWSWORD_USAGE;

/* What the command line says. */
struct words {
    struct rc_app_options app;
    struct rc_session_options aws;
    bool has_aws; /* one of the words of AWS was there */
};

static struct rc_session_options session_of(const struct words *words, const char *profile,
                                            const char *region)
{
    struct rc_session_options options = words->aws;
    if (profile) {
        options.profile = profile;
        options.region = NULL; /* that was of another profile */
    }
    if (region)
        options.region = region;
    return options;
}

static struct rc_live *open_live(void *ctx, const char *profile, const char *region,
                                 struct rc_error *err)
{
    struct rc_session_options options = session_of(ctx, profile, region);
    return rc_awsword_open_live(&options, err);
}

static struct rc_gateway *open_gateway(void *ctx, const char *profile, const char *region,
                                       struct rc_error *err)
{
    const struct rc_session_options aws = session_of(ctx, profile, region);
    /* The console itself knows when it may only read. */
    return rc_cli_gateway(&aws, &(struct rc_gateway_words){.tool = "console", .write = true}, err);
}

/* What can be had of it without a terminal. */
static int say_what_instead(const struct words *words)
{
    const struct rc_app_options *options = &words->app;
    const char *view = options->view ? options->view : options->day ? "day" : "pulse";
    fputs("reconctl open: stdin and stdout have to be a terminal; without one:\n  ", stderr);
    if (options->file)
        fprintf(stderr, "reconctl parse --layout %s %s\n", options->layout, options->file);
    else if (options->day)
        fprintf(stderr, "reconctl get %.*s --from %s -o table     (or -o json, ndjson, csv)\n",
                (int)strcspn(view, " "), view, options->day);
    else
        fprintf(stderr, "reconctl get %s -o table     (or -o json, ndjson, csv)\n", view);
    return RC_EXIT_USAGE;
}

/* Whether a view is one of those that ask AWS. */
static bool is_live(const char *view)
{
    char name[32];
    size_t length = view ? strcspn(view += strspn(view, " "), " ") : 0;
    if (!length || length >= sizeof name)
        return false;
    memcpy(name, view, length);
    name[length] = '\0';
    const struct rc_table_def *def = rc_table_find(name);
    return (def && def->scope) || strncmp(view + length, " s3://", strlen(" s3://")) == 0;
}

/* The day or file that is named; without one there has to be something that asks AWS. */
static int take_subject(int argc, char **argv, struct words *words)
{
    struct rc_app_options *options = &words->app;
    bool live = is_live(options->view);
    if (optind == argc && !options->layout && (words->has_aws || live || rc_cli_knows_aws()))
        return RC_EXIT_OK;
    if (optind != argc - 1)
        return rc_cli_usage("open",
                            options->layout ? "one FILE is needed" : "one DIR or day.db is needed");
    *(options->layout ? &options->file : &options->day) = argv[optind];
    return RC_EXIT_OK;
}

static bool read_seconds(void *to, const char *value)
{
    uint64_t seconds;
    double *refresh = to;
    if (!rc_cli_number(value, 0, 3600, &seconds))
        return false;
    *refresh = (double)seconds;
    return true;
}

/* RC_EXIT_OK to go on, -1 when all was said. */
static int read_options(int argc, char **argv, struct words *words)
{
    struct rc_app_options *app = &words->app;
    const struct rc_option options[] = {{"layout", .text = &app->layout},
                                        {NULL, 'c', .text = &app->view},
                                        {"theme", .text = &app->screen.theme},
                                        {"no-color", .flag = &app->screen.no_color},
                                        {"mouse", .flag = &app->screen.mouse},
                                        {"no-mouse", .flag = &app->no_mouse},
                                        {"ascii", .flag = &app->screen.ascii},
                                        {"read-only", .flag = &app->read_only},
                                        {"write", .flag = &app->write},
                                        {"refresh", .read = read_seconds,
                                         .to = &app->refresh_seconds,
                                         .expected = "seconds, from 0 (never) to 3600"},
                                        RC_AWSWORDS(&words->aws, &words->has_aws),
                                        {0}};
    int code = rc_cli_options("open", usage, options, argc, argv);
    if (code)
        return code;
    return take_subject(argc, argv, words);
}

static int run(struct words *words)
{
    struct rc_app_options *options = &words->app;
    struct rc_error err = {0};
    options->open_live = open_live;
    options->open_gateway = open_gateway;
    options->open_ctx = words;
    return rc_app_run(options, &err) ? RC_EXIT_OK : rc_cli_fail(&err);
}

int rc_cli_open_console(int argc, char **argv)
{
    /* A code of MFA is not asked for: the screen is the console's. */
    struct words words = {
        .app = {.now = getenv("RECONCTL_NOW"), .refresh_seconds = REFRESH_SECONDS},
        .aws = {.log_level = RC_LOG_DEBUG}};
    int code = read_options(argc, argv, &words);
    if (code)
        return code < 0 ? RC_EXIT_OK : code;
    if (words.app.now && !*words.app.now)
        words.app.now = NULL;
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return say_what_instead(&words);
    return run(&words);
}

bool rc_cli_knows_aws(void)
{
    static const char *const variables[] = {"AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE",
                                            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
                                            "AWS_CONTAINER_CREDENTIALS_FULL_URI"};
    static const char *const settings[] = {"aws_access_key_id",  "role_arn",
                                           "sso_session",        "sso_start_url",
                                           "credential_process", "web_identity_token_file"};
    struct rc_profile *profile = rc_profile_load(&(struct rc_profile_options){.name = NULL}, NULL);
    bool keys = false, region = profile && rc_profile_region(profile);
    for (size_t i = 0; region && i < sizeof variables / sizeof *variables; i++)
        keys |= rc_profile_getenv(profile, variables[i]) != NULL;
    for (size_t i = 0; region && i < sizeof settings / sizeof *settings; i++)
        keys |= rc_profile_get(profile, NULL, settings[i]) != NULL;
    rc_profile_free(profile);
    return keys;
}
