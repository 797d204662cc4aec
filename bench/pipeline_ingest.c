/* How fast the step ingest writes a file of records to a reconlocal of its own, and what
 * it costs whom; with a provisioned capacity also how closely it keeps to it.
 *
 *     BUILD=build build/bench/pipeline_ingest RECORDS [WRITE-UNITS]
 *
 * Prints a line of JSON. */
#include "tests/pipeline/cloud.h"

#include "aws/dynamodb.h"
#include "core/generate.h"
#include "core/layout.h"
#include "pipeline/catalog.h"
#include "pipeline/steps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static double seconds_of(const struct timeval *time)
{
    return (double)time->tv_sec + (double)time->tv_usec / 1e6;
}

static double cpu_of(int who)
{
    struct rusage usage;
    getrusage(who, &usage);
    return seconds_of(&usage.ru_utime) + seconds_of(&usage.ru_stime);
}

static double cpu_of_process(pid_t pid)
{
    char path[64];
    unsigned long user = 0, system = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *stat = fopen(path, "r");
    if (!stat || fscanf(stat, "%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
                        &user, &system) != 2)
        fputs("the CPU time of reconlocal is not known\n", stderr);
    if (stat)
        fclose(stat);
    return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static json_t *run_step(struct rc_pipeline *pipeline, json_t *in)
{
    struct rc_error err = {0};
    json_t *out = rc_step_run(pipeline, rc_steps, in, &err);
    json_decref(in);
    if (!out) {
        fprintf(stderr, "%s\n", err.text);
        exit(EXIT_FAILURE);
    }
    return out;
}

static json_t *input(const char *step, const char *version)
{
    return json_pack("{ss ss s{ss ss ss ss} ss}", "step", step, "run", "bench", "file", "bucket",
                     CLOUD_BUCKET, "key", "bench/settlement/a.txt", "version", version, "sequencer",
                     "01", "route", "auto");
}

static void land(struct cloud *cloud, uint64_t records, char *version)
{
    struct rc_error err = {0};
    char folder[128], path[160];
    size_t length;
    struct rc_layout *layout = rc_layout_load("clearing168", NULL, &err);
    snprintf(folder, sizeof folder, "%s/files", cloud->folder);
    struct rc_generate_options options = {.records = records,
                                          .seed = 1,
                                          .layout_digest = layout->digest,
                                          .directory = folder,
                                          .file_date = RC_CIVIL_NONE,
                                          .program = "bench"};
    assert_true(rc_generate(&options, NULL, &err));
    rc_layout_free(layout);
    snprintf(path, sizeof path, "%s/program.json", folder);
    json_t *program = json_load_file(path, 0, NULL);
    assert_true(rc_catalog_put_program(&cloud->pipeline, program, NULL, &err));
    json_decref(program);
    snprintf(path, sizeof path, "%s/settlement.txt", folder);
    char *bytes = cloud_read(path, &length);
    cloud_put(cloud, "bench/settlement/a.txt", bytes, length, version);
    free(bytes);
}

/* The metric of a table in the lines that a step wrote. */
static long long metric(const char *lines, const char *table, const char *name)
{
    long long value = 0;
    for (const char *at = lines, *end; (end = strchr(at, '\n')); at = end + 1) {
        json_t *line = json_loadb(at, (size_t)(end - at), 0, NULL);
        const char *of = json_string_value(json_object_get(line, "Table"));
        if (of && strcmp(of, table) == 0)
            value += json_integer_value(json_object_get(line, name));
        json_decref(line);
    }
    return value;
}

int main(int argc, char **argv)
{
    struct cloud cloud;
    char version[128], *lines = NULL;
    size_t bytes;
    uint64_t records = argc > 1 ? strtoull(argv[1], NULL, 10) : 0;
    int64_t units = argc > 2 ? strtoll(argv[2], NULL, 10) : 0;
    if (!records || argc > 3) {
        fputs("usage: pipeline_ingest RECORDS [WRITE-UNITS]\n", stderr);
        return 2;
    }
    cloud_begin(&cloud);
    cloud.pipeline.in_flight = 8;
    if (units)
        cloud_limit(&cloud, RC_TABLE_SETTLEMENT, units);
    land(&cloud, records, version);
    json_decref(run_step(&cloud.pipeline, input("inspect", version)));
    cloud.pipeline.lines = open_memstream(&lines, &bytes);
    double server = cpu_of_process(cloud.pid), own = cpu_of(RUSAGE_SELF), began = now_s();
    json_t *out = run_step(&cloud.pipeline, input("ingest", version));
    double took = now_s() - began;
    own = cpu_of(RUSAGE_SELF) - own;
    server = cpu_of_process(cloud.pid) - server;
    fclose(cloud.pipeline.lines);
    const char *table = cloud.pipeline.table[RC_TABLE_SETTLEMENT];
    long long written = metric(lines, table, "ItemsWritten");
    long long throttled = metric(lines, table, "ItemsThrottled");
    printf("{\"records\":%lld,\"seconds\":%.2f,\"a_second\":%.0f,\"worker_cpu_us_each\":%.1f,"
           "\"reconlocal_cpu_us_each\":%.1f,\"requests\":%lld,\"units\":%lld,\"throttled\":%lld,"
           "\"throttled_share\":%.4f}\n",
           written, took, (double)written / took, own * 1e6 / (double)written,
           server * 1e6 / (double)written, metric(lines, table, "WriteRequests"),
           metric(lines, table, "WriteUnits"), throttled,
           (double)throttled / (double)(written + throttled));
    json_decref(out);
    free(lines);
    cloud.pipeline.lines = NULL;
    cloud_end(&cloud);
    return 0;
}
