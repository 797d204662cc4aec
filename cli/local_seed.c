#include "cli/local_seed.h"

#include "aws/s3.h"
#include "aws/session.h"
#include "aws/sqs.h"
#include "aws/states.h"
#include "cli/cli.h"
#include "cli/local_deploy.h"
#include "cli/tables.h"
#include "core/civil.h"
#include "core/generate.h"
#include "core/jsonr.h"
#include "pipeline/catalog.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    DAYS = 3,
    RECORDS_DEFAULT = 2000,
    RECORDS_MOST = 1000000,
    LOOK_MS = 100,
    FOLDER_BYTES = 512
};

static const char bucket[] = "recon-files-000000000000-us-east-1";
static const char machine[] = "arn:aws:states:us-east-1:000000000000:stateMachine:recon-pipeline";

/* What a program's days are like. */
static const struct story {
    const char *program;
    const char *tells;
    uint32_t shards;
    bool clean; /* both sides bring the same, and nothing else is in it */
    int more;   /* times as many records as the others */
    bool stuck; /* its last file has no header */
} stories[] = {
    {"harbor-debit", "every day is clean and balanced", 64, true, 1, false},
    {"meadow-credit", "discrepancies of every kind", 64, false, 1, false},
    {"summit-gift", "one partition key a day: hot, and throttled under a burst", 1, true, 4, false},
    {"valley-fleet", "its last file cannot be read and is in the queue of failed ones", 16, true, 1,
     true},
};

enum { STORIES = sizeof stories / sizeof *stories };

struct seed {
    struct rc_session session;
    struct rc_pipeline pipeline;
    char folder[FOLDER_BYTES]; /* what is put there goes through it */
    uint64_t records;
    int files;
};

/* ----- files ----- */

static bool put_file(struct seed *seed, const char *path, const char *key, struct rc_error *err)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) != 0) {
        rc_error_errno(err, RC_IO, "cannot read %s", path);
        if (fd >= 0)
            close(fd);
        return false;
    }
    struct rc_http_file body = {.fd = fd, .length = status.st_size};
    struct rc_s3_put_object in = {.bucket = bucket, .key = key};
    struct rc_call *call = rc_s3_put_object(seed->session.aws, &in, NULL, NULL);
    if (call)
        rc_call_set_file(call, &body);
    else
        rc_error_nomem(err);
    bool ok = call && rc_call_wait(call, err);
    rc_call_free(call);
    close(fd);
    seed->files += ok;
    return ok;
}

/* A file of the layout settlement168 (docs/layout.md) in which nothing is wrong. */
static bool write_clean(const char *path, const char *date, uint64_t records, uint64_t salt,
                        bool header, struct rc_error *err)
{
    FILE *file = fopen(path, "we");
    uint64_t sum = 0;
    if (!file) {
        rc_error_errno(err, RC_IO, "cannot write %s", path);
        return false;
    }
    if (header)
        fprintf(file, "HD%-166s\n", date);
    for (uint64_t i = 0; i < records; i++) {
        uint64_t mixed = (i + 1) * UINT64_C(0x9e3779b97f4a7c15) ^ salt;
        uint64_t amount = 100 + mixed % 90000;
        sum += amount;
        fprintf(file, "DT%016llX%08llu%-19s%06llu%-23s%012llu+USD%s%s5411%-15s%-25sUS%-16s\n",
                (unsigned long long)mixed, (unsigned long long)i, "TOKEN",
                (unsigned long long)(mixed % 1000000), "", (unsigned long long)amount, date, date,
                "M100", "CITY MARKET", "");
    }
    fprintf(file, "TR%012llu%018llu+%-135s\n", (unsigned long long)records, (unsigned long long)sum,
            "");
    if (fclose(file) == 0)
        return true;
    rc_error_errno(err, RC_IO, "cannot write %s", path);
    return false;
}

/* Writes both sides of a day below the folder. */
static bool write_day(struct seed *seed, const struct story *story, int32_t day, bool last,
                      struct rc_error *err)
{
    char date[RC_CIVIL_TEXT], plain[9], path[FOLDER_BYTES + 32];
    uint64_t records = seed->records * (uint64_t)story->more;
    rc_civil_format(day, date);
    snprintf(plain, sizeof plain, "%.4s%.2s%.2s", date, date + 5, date + 8);
    for (int side = 0; side < RC_SIDES && story->clean; side++) {
        bool header = !story->stuck || !last || side != RC_SETTLEMENT;
        snprintf(path, sizeof path, "%s/%s.txt", seed->folder, rc_side_name((enum rc_side)side));
        if (!write_clean(path, plain, records, (uint64_t)day << 32, header, err))
            return false;
    }
    if (story->clean)
        return true;
    struct rc_layout *layout = rc_layout_load("clearing168", NULL, err);
    struct rc_generate_options options = {.records = records,
                                          .seed = (uint64_t)day,
                                          .layout_digest = layout ? layout->digest : 0,
                                          .directory = seed->folder,
                                          .file_date = day,
                                          .program = story->program};
    rc_layout_free(layout);
    return layout && rc_generate(&options, NULL, err);
}

static bool put_side(struct seed *seed, const struct story *story, int32_t day, enum rc_side side,
                     struct rc_error *err)
{
    char date[RC_CIVIL_TEXT], path[FOLDER_BYTES + 32], key[128];
    const char *name = rc_side_name(side);
    rc_civil_format(day, date);
    snprintf(path, sizeof path, "%s/%s.txt", seed->folder, name);
    snprintf(key, sizeof key, "%s/%s/%s.txt", story->program, name, date);
    return put_file(seed, path, key, err);
}

/* ----- programs ----- */

/* Both sides of a day have to be there at two in the morning after it. */
static bool set_cutoff(json_t *program)
{
    json_t *intake = json_object_get(program, "intake");
    if (!intake && json_object_set_new(program, "intake", json_object()) == 0)
        intake = json_object_get(program, "intake");
    return json_object_set_new(intake, "cutoff", json_pack("{ss}", "time", "02:00")) == 0;
}

static json_t *program_of(const struct story *story, const char *folder, struct rc_error *err)
{
    char path[FOLDER_BYTES + 32];
    if (story->clean)
        return json_pack("{ss ss ss si}", "program", story->program, "settlement_layout",
                         "settlement168", "internal_layout", "settlement168", "shard_count",
                         (int)story->shards);
    snprintf(path, sizeof path, "%s/program.json", folder); /* that of the generator */
    return rc_jsonr_load(path, err);
}

static bool put_program(struct seed *seed, const struct story *story, struct rc_error *err)
{
    json_t *program = program_of(story, seed->folder, err);
    bool ok = program && set_cutoff(program);
    if (program && !ok)
        rc_error_nomem(err);
    ok = ok && rc_catalog_put_program(&seed->pipeline, program, NULL, err);
    json_decref(program);
    return ok;
}

static bool put_story(struct seed *seed, const struct story *story, int day, enum rc_side side,
                      struct rc_error *err)
{
    int32_t date = rc_civil_days(2026, 4, 1) + day; /* the first is a Wednesday */
    return write_day(seed, story, date, day == DAYS - 1, err) &&
           (day > 0 || put_program(seed, story, err)) && put_side(seed, story, date, side, err);
}

/* ----- waiting ----- */

static bool count_runs(struct seed *seed, size_t *running, struct rc_error *err)
{
    struct rc_states_list_executions in = {
        .machine_arn = machine, .status_filter = "RUNNING", .max_results = 1000};
    struct rc_call *call = rc_states_list_executions(seed->session.aws, &in, NULL, NULL);
    bool ok = call && rc_call_wait(call, err);
    if (ok)
        *running = rc_states_list_executions_answer(call)->executions.count;
    rc_call_free(call);
    return ok;
}

/* Messages that are in the queue, also those in flight and those that wait for a slot. */
static bool count_messages(struct seed *seed, const char *url, int64_t *messages,
                           struct rc_error *err)
{
    static const char *const names[] = {"ApproximateNumberOfMessages",
                                        "ApproximateNumberOfMessagesNotVisible",
                                        "ApproximateNumberOfMessagesDelayed"};
    struct rc_sqs_get_attributes in = {.queue_url = url, .attribute_names = {names, 3}};
    struct rc_call *call = rc_sqs_get_attributes(seed->session.aws, &in, NULL, NULL);
    bool ok = call && rc_call_wait(call, err);
    *messages = 0;
    for (size_t i = 0; ok && i < rc_sqs_get_attributes_answer(call)->attributes.count; i++)
        *messages +=
            strtoll(rc_sqs_get_attributes_answer(call)->attributes.items[i].value, NULL, 10);
    rc_call_free(call);
    return ok;
}

static void ring(struct rc_timer *timer)
{
    *(bool *)timer->ctx = true;
}

/* Until no file waits and no run runs. */
static bool wait_for_runs(struct seed *seed, const char *endpoint, struct rc_error *err)
{
    char url[256];
    size_t running = 1;
    int64_t waiting = 1;
    snprintf(url, sizeof url, "%s/000000000000/recon-arrivals", endpoint);
    while (running || waiting) {
        bool rung = false;
        struct rc_timer timer = {.fire = ring, .ctx = &rung};
        if (!count_messages(seed, url, &waiting, err) || !count_runs(seed, &running, err))
            return false;
        if ((running || waiting) && rc_timer_set(seed->session.loop, &timer, LOOK_MS))
            rc_loop_until(seed->session.loop, &rung, -1);
    }
    return true;
}

/* ----- the command ----- */

static void remove_folder(const char *folder)
{
    static const char *const names[] = {"settlement.txt", "internal.txt", "program.json",
                                        "truth.json"};
    char path[FOLDER_BYTES + 32];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
}

static bool put_all(struct seed *seed, const char *endpoint, struct rc_error *err)
{
    const char *tmp = getenv("TMPDIR");
    int length = snprintf(seed->folder, sizeof seed->folder, "%s/reconctl-seed.XXXXXX",
                          tmp && *tmp ? tmp : "/tmp");
    if (length < 0 || (size_t)length >= sizeof seed->folder) {
        rc_error_set(err, RC_USAGE, "TMPDIR is longer than %d bytes", FOLDER_BYTES);
        return false;
    }
    if (!mkdtemp(seed->folder)) {
        rc_error_errno(err, RC_IO, "cannot make the folder %s", seed->folder);
        return false;
    }
    bool ok = true;
    /* One after the other, as they come, so that the same runs do the same every time. */
    for (int put = 0; ok && put < DAYS * RC_SIDES; put++) {
        for (size_t i = 0; ok && i < STORIES; i++)
            ok = put_story(seed, &stories[i], put / RC_SIDES, (enum rc_side)(put % RC_SIDES), err);
        ok = ok && wait_for_runs(seed, endpoint, err);
    }
    remove_folder(seed->folder);
    for (size_t i = 0; ok && i < STORIES; i++)
        printf("%-14s  %s\n", stories[i].program, stories[i].tells);
    return ok;
}

bool rc_local_seed(struct rc_localcloud *cloud, const char *const *words, int count,
                   struct rc_error *err)
{
    struct seed seed = {.records = RECORDS_DEFAULT};
    const char *deploy[RC_LOCALCLOUD_WORDS + 1] = {NULL};
    int deploy_count = 0;
    for (int i = 0; i < count; i++)
        if (strcmp(words[i], "--records") == 0 && i + 1 < count) {
            if (!rc_cli_number(words[++i], 1, RECORDS_MOST, &seed.records)) {
                rc_error_set(err, RC_USAGE, "--records %s: 1 to %d is expected", words[i],
                             RECORDS_MOST);
                return false;
            }
        } else {
            deploy[deploy_count++] = words[i];
        }
    if (!rc_local_deploy(cloud, deploy, deploy_count, err) || !rc_localcloud_use(cloud, err) ||
        !rc_session_open(&seed.session, &(struct rc_session_options){0}, err))
        return false;
    rc_cli_tables(&seed.pipeline, &seed.session);
    bool ok = put_all(&seed, cloud->endpoint, err);
    if (ok)
        printf("%d files of %d programs, from 2026-04-01 on; every run has ended.\n", seed.files,
               STORIES);
    rc_session_close(&seed.session);
    return ok;
}
