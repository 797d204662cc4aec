#include "cli/local_seed.h"

#include "aws/dynamodb.h"
#include "aws/s3.h"
#include "aws/session.h"
#include "aws/sqs.h"
#include "aws/states.h"
#include "base/timeline.h"
#include "cli/cli.h"
#include "cli/local_deploy.h"
#include "cli/local_weather.h"
#include "cli/tables.h"
#include "core/civil.h"
#include "core/generate.h"
#include "core/heat.h"
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
    MINUTE_MS = 60000,
    FOLDER_BYTES = 512
};

static const char bucket[] = "recon-files-000000000000-us-east-1";
static const char machine[] = "arn:aws:states:us-east-1:000000000000:stateMachine:recon-pipeline";

/* What a program's days are like. */
struct story {
    const char *program;
    const char *tells;
    uint32_t shards;
    int more;           /* times as many records as the others */
    bool clean;         /* both sides bring the same, and nothing else is in it */
    bool stuck;         /* its last file has no header */
    bool one_id;        /* that half of its records have */
    const char *index;  /* that the settlement table has from then on */
    const char *spiked; /* a table or index that takes little while the day is written */
};

static const struct story stories[] = {
    {"harbor-debit", "every day is clean and balanced", .shards = 64, .more = 1, .clean = true},
    {"meadow-credit", "discrepancies of every kind", .shards = 64, .more = 1},
    {"summit-gift", "one partition key a day: hot, and throttled under a burst", .shards = 1,
     .more = 4, .clean = true},
    {"valley-fleet", "its last file cannot be read and is in the queue of failed ones",
     .shards = 16, .more = 1, .clean = true, .stuck = true},
};

/* A day each, one after the other. */
static const struct story spikes[] = {
    {"prairie-pass", "a burst on a table that is short, though the hash is even", .shards = 64,
     .more = 1, .clean = true, .spiked = "recon-settlement"},
    {"canyon-points", "half of a day under one TransactionID, on that table", .shards = 64,
     .more = 1, .clean = true, .one_id = true, .spiked = "recon-settlement"},
    {"lagoon-transit", "an index that takes little, and its table with it", .shards = 64, .more = 1,
     .clean = true, .index = "by-id", .spiked = "recon-settlement/by-id"},
};

enum { STORIES = sizeof stories / sizeof *stories, SPIKES = sizeof spikes / sizeof *spikes };

/* Writes a second of this machine that a partition of what spikes takes: a worker begins with 500,
 * and doubles them twice a second. */
static const double SPIKE_WRITES = 40;

struct seed {
    struct rc_session session;
    struct rc_pipeline pipeline;
    char folder[FOLDER_BYTES]; /* what is put there goes through it */
    uint64_t records;
    const char *endpoint;
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
static bool write_clean(const struct story *story, const char *path, const char *date,
                        uint64_t records, uint64_t salt, bool header, struct rc_error *err)
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
        bool shares_id = story->one_id && i % 2;
        sum += amount;
        fprintf(file, "DT%016llX%08llu%-19s%06llu%-23s%012llu+USD%s%s5411%-15s%-25sUS%-16s\n",
                (unsigned long long)(shares_id ? 0 : mixed),
                (unsigned long long)(shares_id ? 0 : i), "TOKEN",
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
        if (!write_clean(story, path, plain, records, (uint64_t)day << 32, header, err))
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

static void wait_a_little(struct seed *seed)
{
    bool rung = false;
    struct rc_timer timer = {.fire = ring, .ctx = &rung};
    if (rc_timer_set(seed->session.loop, &timer, LOOK_MS))
        rc_loop_until(seed->session.loop, &rung, -1);
}

/* Until no file waits and no run runs. */
static bool wait_for_runs(struct seed *seed, struct rc_error *err)
{
    char url[256];
    size_t running = 1;
    int64_t waiting = 1;
    snprintf(url, sizeof url, "%s/000000000000/recon-arrivals", seed->endpoint);
    while (running || waiting) {
        if (!count_messages(seed, url, &waiting, err) || !count_runs(seed, &running, err))
            return false;
        if (running || waiting)
            wait_a_little(seed);
    }
    return true;
}

/* CloudWatch counts by the minute: what comes now shall be in another than what was. */
static void wait_for_a_new_minute(struct seed *seed)
{
    int64_t minute = rc_pipeline_now_ms(&seed->pipeline) / MINUTE_MS;
    while (rc_pipeline_now_ms(&seed->pipeline) / MINUTE_MS == minute)
        wait_a_little(seed);
}

/* ----- spikes ----- */

/* Once: where it is already, it stays. */
static bool add_index(struct seed *seed, const char *name, struct rc_error *err)
{
    struct rc_dynamodb_key hash = {"SK", "HASH"};
    struct rc_dynamodb_attribute attribute = {"SK", "S"};
    struct rc_dynamodb_projection all = {.type = "ALL"};
    struct rc_dynamodb_index_create create = {.name = name, .keys = {&hash, 1}, .projection = &all};
    struct rc_dynamodb_index_change change = {.create = &create};
    struct rc_dynamodb_update_table in = {.table_name = "recon-settlement",
                                          .attributes = {&attribute, 1},
                                          .index_changes = {&change, 1}};
    struct rc_call *call = rc_dynamodb_update_table(seed->session.aws, &in, NULL, NULL);
    struct rc_error why = {0};
    bool ok = call && rc_call_wait(call, &why);
    bool there = call && !ok && rc_call_error(call) &&
                 strstr(rc_call_error(call)->message, "index which already exists");
    if (!ok && !there)
        *err = why;
    rc_call_free(call);
    return ok || there;
}

/* Puts up with little: a partition of it takes so few writes. */
static bool set_weather(struct seed *seed, const char *resource, struct rc_error *err)
{
    char rules[256];
    double speed = seed->pipeline.time.speed > 0 ? seed->pipeline.time.speed : 1;
    snprintf(rules, sizeof rules,
             "[{\"service\":\"dynamodb\",\"kind\":\"short\",\"share\":%g,"
             "\"resource\":\"%s\"}]",
             1 - SPIKE_WRITES / (RC_HEAT_PARTITION_WCU * speed), resource);
    char *now = rc_local_weather(seed->session.aws, rules, err);
    free(now);
    return now != NULL;
}

static bool put_spike(struct seed *seed, const struct story *story, struct rc_error *err)
{
    int32_t date = rc_civil_days(2026, 4, 1) + DAYS - 1;
    bool ok = put_program(seed, story, err) &&
              (!story->index || add_index(seed, story->index, err)) &&
              write_day(seed, story, date, true, err);
    wait_for_a_new_minute(seed);
    return ok && set_weather(seed, story->spiked, err) &&
           put_side(seed, story, date, RC_SETTLEMENT, err) &&
           put_side(seed, story, date, RC_INTERNAL, err) && wait_for_runs(seed, err);
}

/* In weather of their own; what was before them is after them. */
static bool put_spikes(struct seed *seed, struct rc_error *err)
{
    struct rc_error why = {0};
    char *before = rc_local_weather(seed->session.aws, NULL, err);
    bool ok = before != NULL;
    for (size_t i = 0; ok && i < SPIKES; i++)
        ok = put_spike(seed, &spikes[i], err);
    if (!before)
        return false;
    char *after = rc_local_weather(seed->session.aws, before, ok ? err : &why);
    ok = ok && after;
    free(before);
    free(after);
    return ok;
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

/* One after the other, as they come, so that the same runs do the same every time. */
static bool put_stories(struct seed *seed, struct rc_error *err)
{
    bool ok = true;
    for (int put = 0; ok && put < DAYS * RC_SIDES; put++) {
        for (size_t i = 0; ok && i < STORIES; i++)
            ok = put_story(seed, &stories[i], put / RC_SIDES, (enum rc_side)(put % RC_SIDES), err);
        ok = ok && wait_for_runs(seed, err);
    }
    return ok;
}

static void tell(const struct story *told, size_t count, int files)
{
    for (size_t i = 0; i < count; i++)
        printf("%-14s  %s\n", told[i].program, told[i].tells);
    printf("%d files of %zu programs; every run has ended.\n", files, count);
}

static bool put_all(struct seed *seed, bool spiked, struct rc_error *err)
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
    bool ok = spiked ? put_spikes(seed, err) : put_stories(seed, err);
    remove_folder(seed->folder);
    return ok;
}

bool rc_local_seed(struct rc_localcloud *cloud, const char *const *words, int count,
                   struct rc_error *err)
{
    struct seed seed = {.records = RECORDS_DEFAULT, .endpoint = cloud->endpoint};
    bool spiked = false;
    const char *deploy[RC_LOCALCLOUD_WORDS + 1] = {NULL};
    int deploy_count = 0;
    for (int i = 0; i < count; i++)
        if (strcmp(words[i], "--records") == 0 && i + 1 < count) {
            if (!rc_cli_number(words[++i], 1, RECORDS_MOST, &seed.records)) {
                rc_error_set(err, RC_USAGE, "--records %s: 1 to %d is expected", words[i],
                             RECORDS_MOST);
                return false;
            }
        } else if (strcmp(words[i], "--spikes") == 0) {
            spiked = true;
        } else {
            deploy[deploy_count++] = words[i];
        }
    if (!rc_local_deploy(cloud, deploy, deploy_count, err) || !rc_localcloud_use(cloud, err) ||
        !rc_session_open(&seed.session, &(struct rc_session_options){0}, err))
        return false;
    rc_cli_tables(&seed.pipeline, &seed.session);
    bool ok = rc_timeline_read(&seed.pipeline.time, cloud->clock, err);
    ok = ok && put_all(&seed, spiked, err);
    if (ok)
        tell(spiked ? spikes : stories, spiked ? SPIKES : STORIES, seed.files);
    rc_session_close(&seed.session);
    return ok;
}
