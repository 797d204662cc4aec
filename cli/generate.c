#include "cli/cli.h"

#include "core/generate.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

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
    static const struct option words[] = {{"records", required_argument, NULL, 'r'},
                                          {"out", required_argument, NULL, 'o'},
                                          {"seed", required_argument, NULL, 's'},
                                          {"layout", required_argument, NULL, 'l'},
                                          {"date", required_argument, NULL, 'd'},
                                          {"help", no_argument, NULL, 'h'},
                                          {0}};
    struct rc_generate_options options = {.seed = 1, .file_date = RC_CIVIL_NONE};
    bool records = false;
    int option;
    while ((option = getopt_long(argc, argv, ":h", words, NULL)) != -1) {
        if (option == 'h')
            return fputs(usage, stdout) < 0 ? RC_EXIT_FAILED : RC_EXIT_OK;
        if (option == 'o')
            options.directory = optarg;
        else if (option == 'l')
            options.layout = optarg;
        else if (option == 'r' && rc_cli_number(optarg, 0, 999999999, &options.records))
            records = true;
        else if (option == 'r')
            return rc_cli_usage("generate", "--records %s: 0 to 999999999 is expected", optarg);
        else if (option == 's' && !rc_cli_number(optarg, 0, UINT64_MAX, &options.seed))
            return rc_cli_usage("generate", "--seed %s: a whole number is expected", optarg);
        else if (option == 'd' && !rc_civil_parse(optarg, strlen(optarg), &options.file_date))
            return rc_cli_usage("generate", "--date %s: YYYY-MM-DD is expected", optarg);
        else if (option == '?' || option == ':')
            return rc_cli_bad_option("generate", option, argv);
    }
    if (optind != argc)
        return rc_cli_usage("generate", "\"%s\" is no option", argv[optind]);
    if (!records || !options.directory)
        return rc_cli_usage("generate", "--records N and --out DIR are needed");
    return run(&options);
}
