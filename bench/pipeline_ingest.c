/* How fast the step ingest writes a file of records to a reconlocal of its own, and what
 * it costs whom; with a provisioned capacity also how closely it keeps to it.
 *
 *     BUILD=build build/bench/pipeline_ingest RECORDS [WRITE-UNITS]
 *
 * Prints a line of JSON. */
#include "tests/pipeline/landing.h"

#include <stdio.h>
#include <stdlib.h>
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

int main(int argc, char **argv)
{
    struct cloud cloud;
    struct landing landing;
    char *lines = NULL;
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
    landing_make(&landing, &cloud, "bench", records);
    json_decref(landing_run(&landing, "inspect", "run"));
    cloud.pipeline.lines = open_memstream(&lines, &bytes);
    double server = cpu_of_process(cloud.pid), own = cpu_of(RUSAGE_SELF), began = now_s();
    json_t *out = landing_run(&landing, "ingest", "run");
    double took = now_s() - began;
    own = cpu_of(RUSAGE_SELF) - own;
    server = cpu_of_process(cloud.pid) - server;
    fclose(cloud.pipeline.lines);
    const char *table = cloud.pipeline.table[RC_TABLE_SETTLEMENT];
    long long written = (long long)metric_of(lines, "Table", table, "ItemsWritten");
    long long throttled = (long long)metric_of(lines, "Table", table, "ItemsThrottled");
    printf("{\"records\":%lld,\"seconds\":%.2f,\"a_second\":%.0f,\"worker_cpu_us_each\":%.1f,"
           "\"reconlocal_cpu_us_each\":%.1f,\"requests\":%lld,\"units\":%lld,\"throttled\":%lld,"
           "\"throttled_share\":%.4f}\n",
           written, took, (double)written / took, own * 1e6 / (double)written,
           server * 1e6 / (double)written,
           (long long)metric_of(lines, "Table", table, "WriteRequests"),
           (long long)metric_of(lines, "Table", table, "WriteUnits"), throttled,
           (double)throttled / (double)(written + throttled));
    json_decref(out);
    free(lines);
    cloud.pipeline.lines = NULL;
    cloud_end(&cloud);
    return 0;
}
