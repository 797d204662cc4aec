#include "cli/cli.h"
#include "cli/options.h"

#include "core/reconcile.h"
#include "model/dayfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char usage[] =
    "usage: reconctl reconcile --settlement FILE --internal FILE\n"
    "         (--program FILE | --settlement-layout L --internal-layout L) [OPTION...]\n\n"
    "Matches a settlement file with an internal one and shows the reconciled day.\n\n"
    "  --settlement FILE      what the network reports\n"
    "  --internal FILE        what was recorded internally\n"
    "  --program FILE         the program: layouts, rules, shard count\n"
    "  --settlement-layout L  a bundled layout or a file, in place of the program's\n"
    "  --internal-layout L\n"
    "  --date YYYY-MM-DD      the file date, in place of the settlement file's header\n"
    "  --shards N             shard count, in place of the program's (default 64)\n"
    "  --memory BYTES         bound of memory, as 64M or 2G (default 512M); more goes to disk\n"
    "  --threads N            default: the processors there are, at most 8\n"
    "  --out DIR              write day.db and rollup.json there\n"
    "  --format text|json     default text\n\n"
    "Exit status: 0 when the day is balanced, 1 when it is not.\n";

enum { REJECTS_SHOWN = 20 };

enum format { TEXT, JSON };

struct settings {
    const char *path[RC_SIDES], *layout[RC_SIDES];
    const char *program, *out;
    int32_t date;
    uint64_t shards, memory, threads;
    int format; /* enum format */
};

/* What is written while the day is reconciled. */
struct output {
    struct rc_dayfile *file;
    uint32_t shard_count;
    uint64_t rejects;
    const char *const *paths;
};

static bool keep_outcome(void *context, const struct rc_outcome *outcome, struct rc_error *err)
{
    struct output *output = context;
    uint32_t shard = rc_shard_of(rc_outcome_first(outcome)->id_hash, output->shard_count);
    return rc_dayfile_add_discrepancy(output->file, shard, outcome, err);
}

static bool keep_reject(void *context, enum rc_side side, const struct rc_reject *reject,
                        struct rc_error *err)
{
    struct output *output = context;
    if (output->rejects++ < REJECTS_SHOWN)
        fprintf(stderr, "reconctl: %s: record %llu at byte %llu rejected: %s%s%s\n",
                output->paths[side], (unsigned long long)reject->number,
                (unsigned long long)reject->offset, reject->field ? reject->field : "",
                reject->field ? ": " : "", reject->reason);
    if (!output->file)
        return true;
    struct rc_dayfile_rejected rejected = {.side = side,
                                           .where = {.number = reject->number,
                                                     .offset = reject->offset,
                                                     .length = reject->framed_length < UINT32_MAX
                                                                   ? (uint32_t)reject->framed_length
                                                                   : UINT32_MAX},
                                           .field = reject->field,
                                           .reason = reject->reason,
                                           .raw = reject->raw,
                                           .raw_length = reject->raw_length};
    return rc_dayfile_add_rejected(output->file, &rejected, err);
}

/* ----- program and layouts ----- */

/* A layout, and its JSON for the day file. */
static struct rc_layout *load_layout(const char *name, const char *base, char **text,
                                     struct rc_error *err)
{
    json_t *json = rc_layout_json(name, base, err);
    struct rc_layout *layout = json ? rc_layout_from_json(json, err) : NULL;
    if (json && !layout)
        rc_error_prefix(err, "layout %s", name);
    if (layout && !(*text = json_dumps(json, JSON_COMPACT))) {
        rc_error_nomem(err);
        rc_layout_free(layout);
        layout = NULL;
    }
    json_decref(json);
    return layout;
}

static bool load_program(const struct settings *settings, struct rc_program *program,
                         struct rc_layout *layout[RC_SIDES], char *text[RC_SIDES],
                         struct rc_error *err)
{
    rc_program_default(program);
    if (settings->program && !rc_program_load(settings->program, program, err))
        return false;
    if (settings->shards)
        program->shard_count = (uint32_t)settings->shards;
    for (int side = 0; side < RC_SIDES; side++) {
        const char *named = settings->layout[side];
        const char *base = named ? NULL : settings->program;
        layout[side] = load_layout(named ? named : program->layout[side], base, &text[side], err);
        if (!layout[side] && !named)
            rc_error_prefix(err, "%s: %s_layout", settings->program,
                            rc_side_name((enum rc_side)side));
        if (!layout[side])
            return false;
    }
    return true;
}

/* ----- what is shown ----- */

static bool show(const struct rc_day *day, bool json, struct rc_error *err)
{
    struct rc_buf text;
    rc_buf_init(&text, 256 << 20);
    bool ok = json ? rc_day_json(day, &text) : rc_day_text(day, &text);
    if (ok)
        rc_cli_write(text.data, text.length);
    else
        rc_error_set(err, RC_LIMIT, "the day's text is too long");
    rc_buf_free(&text);
    return ok;
}

static void say_rejects(const struct rc_day *day, const struct output *output)
{
    uint64_t total = day->side[RC_SETTLEMENT].rejected + day->side[RC_INTERNAL].rejected;
    if (total > REJECTS_SHOWN)
        fprintf(stderr, "reconctl: %llu more rejected records; %s\n",
                (unsigned long long)(total - REJECTS_SHOWN),
                output->file ? "the day file has all of them"
                             : "--out DIR keeps all of them in a day file");
    for (int side = 0; side < RC_SIDES; side++)
        if (!day->side[side].bytes)
            fprintf(stderr, "reconctl: the %s file %s is empty\n", rc_side_name((enum rc_side)side),
                    output->paths[side]);
}

/* ----- the command ----- */

static bool finish_file(struct output *output, const struct rc_day *day,
                        const struct settings *settings, const struct rc_reconcile_stats *stats,
                        time_t started, uint64_t elapsed_ms, struct rc_error *err)
{
    char instant[32];
    struct tm utc;
    strftime(instant, sizeof instant, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&started, &utc));
    struct rc_dayfile_run run = {.version = "0.1.0",
                                 .command = "reconctl reconcile",
                                 .started = instant,
                                 .elapsed_ms = elapsed_ms,
                                 .memory_bytes = settings->memory,
                                 .spilled_bytes = stats->spilled_bytes,
                                 .threads = (uint32_t)settings->threads};
    bool ok = rc_dayfile_add_run(output->file, &run, err);
    if (ok)
        ok = rc_dayfile_finish(output->file, day, err);
    else
        rc_dayfile_abort(output->file);
    output->file = NULL;
    return ok;
}

static uint64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Right for trying things out, but more often a slip. */
static void say_same(const struct settings *settings)
{
    struct stat settlement, internal;
    if (stat(settings->path[RC_SETTLEMENT], &settlement) == 0 &&
        stat(settings->path[RC_INTERNAL], &internal) == 0 && settlement.st_dev == internal.st_dev &&
        settlement.st_ino == internal.st_ino)
        fprintf(stderr, "reconctl: note: both sides are the same file, %s\n",
                settings->path[RC_SETTLEMENT]);
}

static struct rc_dayfile *begin_file(const char *out, char *const text[RC_SIDES],
                                     struct rc_error *err)
{
    struct rc_dayfile *file = rc_dayfile_create(out, err);
    bool ok = file != NULL;
    for (int side = 0; ok && side < RC_SIDES; side++)
        ok = rc_dayfile_add_layout(file, (enum rc_side)side, text[side], err);
    if (ok)
        return file;
    rc_dayfile_abort(file);
    return NULL;
}

static int run(const struct settings *settings, const struct rc_program *program,
               struct rc_layout *const layout[RC_SIDES], char *const text[RC_SIDES])
{
    struct rc_error err = {0};
    struct output output = {.shard_count = program->shard_count, .paths = settings->path};
    struct rc_reconcile_options options = {
        .program = program,
        .layout = {layout[RC_SETTLEMENT], layout[RC_INTERNAL]},
        .path = {settings->path[RC_SETTLEMENT], settings->path[RC_INTERNAL]},
        .file_date = settings->date,
        .memory_bytes = settings->memory,
        .threads = (int)settings->threads,
        .context = &output,
        .outcome = settings->out ? keep_outcome : NULL,
        .reject = keep_reject};
    struct rc_reconcile_stats stats;
    struct rc_day day = {0};
    time_t started = time(NULL);
    uint64_t start_ms = now_ms();
    rc_cli_card_key(&options.card_key);
    say_same(settings);
    if (settings->out && !(output.file = begin_file(settings->out, text, &err)))
        return rc_cli_fail(&err);
    bool ok = rc_reconcile(&options, &day, &stats, &err);
    if (ok)
        say_rejects(&day, &output);
    if (ok && output.file)
        ok = finish_file(&output, &day, settings, &stats, started, now_ms() - start_ms, &err);
    if (output.file)
        rc_dayfile_abort(output.file);
    ok = ok && show(&day, settings->format == JSON, &err);
    int code = ok ? (day.balanced ? RC_EXIT_OK : RC_EXIT_NOT_IN_ORDER) : rc_cli_fail(&err);
    rc_day_free(&day);
    return code;
}

static int check(const struct settings *settings)
{
    if (!settings->path[RC_SETTLEMENT] || !settings->path[RC_INTERNAL])
        return rc_cli_usage("reconcile", "--settlement FILE and --internal FILE are needed");
    for (int side = 0; side < RC_SIDES; side++)
        if (strcmp(settings->path[side], "-") == 0)
            return rc_cli_usage("reconcile",
                                "--%s -: a file is needed, because records are read "
                                "back from it; save stdin as one first",
                                rc_side_name((enum rc_side)side));
    if (!settings->program && (!settings->layout[RC_SETTLEMENT] || !settings->layout[RC_INTERNAL]))
        return rc_cli_usage("reconcile", "--program FILE, or --settlement-layout and "
                                         "--internal-layout, are needed");
    return RC_EXIT_OK;
}

static int read_options(int argc, char **argv, struct settings *settings)
{
    static const char *const formats[] = {"text", "json", NULL};
    const struct rc_option options[] = {
        {"settlement", .text = &settings->path[RC_SETTLEMENT]},
        {"internal", .text = &settings->path[RC_INTERNAL]},
        {"program", .text = &settings->program},
        {"settlement-layout", .text = &settings->layout[RC_SETTLEMENT]},
        {"internal-layout", .text = &settings->layout[RC_INTERNAL]},
        {"date", .date = &settings->date},
        {"shards", .number = &settings->shards, .low = 1, .high = RC_SHARDS_MAX},
        {"memory", .bytes = &settings->memory, .low = (uint64_t)RC_MEMORY_LEAST_MIB << 20},
        {"threads", .number = &settings->threads, .low = 1, .high = RC_THREADS_MAX},
        {"out", .text = &settings->out},
        {"format", .choice = &settings->format, .choices = formats},
        {0}};
    int code = rc_cli_options("reconcile", usage, options, argc, argv);
    if (code)
        return code;
    if (optind != argc)
        return rc_cli_usage("reconcile", "\"%s\" is one word too many", argv[optind]);
    return check(settings);
}

int rc_cli_reconcile(int argc, char **argv)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    struct settings settings = {
        .date = RC_CIVIL_NONE,
        .memory = (uint64_t)RC_MEMORY_DEFAULT_MIB << 20,
        .threads = processors < 1 ? 1 : (processors > 8 ? 8 : (uint64_t)processors)};
    struct rc_program program = {0};
    struct rc_layout *layout[RC_SIDES] = {NULL, NULL};
    char *text[RC_SIDES] = {NULL, NULL};
    struct rc_error err = {0};
    int code = read_options(argc, argv, &settings);
    if (code)
        return code < 0 ? RC_EXIT_OK : code;
    code = load_program(&settings, &program, layout, text, &err)
               ? run(&settings, &program, layout, text)
               : rc_cli_fail(&err);
    free(text[RC_SETTLEMENT]);
    free(text[RC_INTERNAL]);
    rc_layout_free(layout[RC_SETTLEMENT]);
    rc_layout_free(layout[RC_INTERNAL]);
    rc_program_free(&program);
    return code;
}
