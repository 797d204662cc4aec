#include "cli/cli.h"
#include "cli/options.h"

#include "core/generate.h"

#include <stdio.h>
#include <string.h>

enum { RECORDS_MAX = 999999999 };

static const char usage[] =
    "usage: reconctl generate --records N --out DIR [OPTION...]\n\n"
    "Writes a settlement file, an internal file, the program that reconciles them and the truth:\n"
    "settlement.txt, internal.txt, program.json, truth.json.\n\n"
    "  --records N         transactions in the settlement file, 0 to 999999999\n"
    "  --out DIR           where to write them; made when missing\n"
    "  --seed N            equal seeds, equal files (default 1)\n"
    "  --layout NAME       clearing168 (default; carries every status) or settlement168\n"
    "  --date YYYY-MM-DD   the file date (default 2026-04-01)\n";

static int run(struct rc_generate_options *options)
{
    struct rc_error err = {0};
    struct rc_generate_report report;
    const char *name = options->layout ? options->layout : "clearing168";
    struct rc_layout *layout = rc_layout_load(name, NULL, &err);
    if (!layout)
        return rc_cli_fail(&err);
    options->layout_digest = layout->digest;
    rc_layout_free(layout);
    if (!rc_generate(options, &report, &err))
        return rc_cli_fail(&err);
    printf("%s/settlement.txt: %llu records, %llu bytes\n", options->directory,
           (unsigned long long)report.records[RC_SETTLEMENT],
           (unsigned long long)report.bytes[RC_SETTLEMENT]);
    printf("%s/internal.txt: %llu records, %llu bytes\n", options->directory,
           (unsigned long long)report.records[RC_INTERNAL],
           (unsigned long long)report.bytes[RC_INTERNAL]);
    printf("%s/truth.json: what is to come out of\n"
           "  reconctl reconcile --settlement %s/settlement.txt --internal %s/internal.txt "
           "--program %s/program.json --format json\n",
           options->directory, options->directory, options->directory, options->directory);
    return RC_EXIT_OK;
}

int rc_cli_generate(int argc, char **argv)
{
    struct rc_generate_options options = {.seed = 1, .file_date = RC_CIVIL_NONE};
    bool records = false;
    const struct rc_option words[] = {
        {"records", .number = &options.records, .high = RECORDS_MAX, .given = &records},
        {"out", .text = &options.directory},
        {"seed", .number = &options.seed},
        {"layout", .text = &options.layout},
        {"date", .date = &options.file_date},
        {0}};
    int code = rc_cli_options("generate", usage, words, argc, argv);
    if (code)
        return code < 0 ? RC_EXIT_OK : code;
    if (optind != argc)
        return rc_cli_usage("generate", "\"%s\" is one word too many", argv[optind]);
    if (!records || !options.directory)
        return rc_cli_usage("generate", "--records N and --out DIR are needed");
    return run(&options);
}
