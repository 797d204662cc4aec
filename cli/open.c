#include "cli/cli.h"

#include "tui/app.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
    "usage: reconctl open DIR-OR-day.db [OPTION...]\n"
    "       reconctl open --layout LAYOUT FILE [OPTION...]\n\n"
    "Shows a reconciled day, or the records of one file, on the terminal. `?` tells the keys.\n\n"
    "  --layout LAYOUT    the layout of FILE: the name of a bundled one, or a file\n"
    "  -c VIEW            opens a view at once: -c \"discrepancies status:pending\"\n"
    "  --theme NAME       dark, light, high-contrast, colorblind, mono, production-red, or\n"
    "                     one of your own\n"
    "  --no-color         without colours, as with NO_COLOR\n"
    "  --mouse            takes the mouse, too\n"
    "  --no-mouse         leaves it alone, whatever the configuration says\n"
    "  --ascii            lines and charts in ASCII\n";

/* What can be had of it without a terminal. */
static int say_what_instead(const struct rc_app_options *options)
{
    char view[64] = "day";
    if (options->file) {
        fprintf(stderr,
                "reconctl open: stdin and stdout have to be a terminal; without one:\n"
                "  reconctl parse --layout %s %s\n",
                options->layout, options->file);
        return RC_EXIT_USAGE;
    }
    if (options->view)
        snprintf(view, sizeof view, "%.*s", (int)strcspn(options->view, " "), options->view);
    fprintf(stderr,
            "reconctl open: stdin and stdout have to be a terminal; without one:\n"
            "  reconctl get %s --from %s -o table     (or -o json, ndjson, csv)\n",
            view, options->day);
    return RC_EXIT_USAGE;
}

enum { OPTION_LAYOUT = 256, OPTION_THEME, OPTION_NO_COLOR, OPTION_MOUSE, OPTION_NO_MOUSE, ASCII };

/* RC_EXIT_OK to go on, -1 when all was said. */
static int read_options(int argc, char **argv, struct rc_app_options *options)
{
    static const struct option known[] = {{"layout", required_argument, NULL, OPTION_LAYOUT},
                                          {"theme", required_argument, NULL, OPTION_THEME},
                                          {"no-color", no_argument, NULL, OPTION_NO_COLOR},
                                          {"mouse", no_argument, NULL, OPTION_MOUSE},
                                          {"no-mouse", no_argument, NULL, OPTION_NO_MOUSE},
                                          {"ascii", no_argument, NULL, ASCII},
                                          {"help", no_argument, NULL, 'h'},
                                          {0}};
    int option;
    while ((option = getopt_long(argc, argv, ":c:h", known, NULL)) != -1) {
        if (option == 'h')
            return fputs(usage, stdout) < 0 ? RC_EXIT_FAILED : -1;
        if (option == 'c')
            options->view = optarg;
        else if (option == OPTION_LAYOUT)
            options->layout = optarg;
        else if (option == OPTION_THEME)
            options->screen.theme = optarg;
        else if (option == OPTION_NO_COLOR)
            options->screen.no_color = true;
        else if (option == OPTION_MOUSE)
            options->screen.mouse = true;
        else if (option == OPTION_NO_MOUSE)
            options->no_mouse = true;
        else if (option == ASCII)
            options->screen.ascii = true;
        else
            return rc_cli_bad_option("open", option, argv);
    }
    if (optind != argc - 1)
        return rc_cli_usage("open",
                            options->layout ? "one FILE is needed" : "one DIR or day.db is needed");
    *(options->layout ? &options->file : &options->day) = argv[optind];
    return RC_EXIT_OK;
}

int rc_cli_open_console(int argc, char **argv)
{
    struct rc_app_options options = {.now = getenv("RECONCTL_NOW")};
    struct rc_error err = {0};
    int code = read_options(argc, argv, &options);
    if (code)
        return code < 0 ? RC_EXIT_OK : code;
    if (options.now && !*options.now)
        options.now = NULL;
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return say_what_instead(&options);
    return rc_app_run(&options, &err) ? RC_EXIT_OK : rc_cli_fail(&err);
}
