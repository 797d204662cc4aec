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
    double own = cpu_of(RUSAGE_SELF), began = now_s();
    json_t *out = landing_run(&landing, "ingest", "run");
    double took = now_s() - began;
    own = cpu_of(RUSAGE_SELF) - own;
    fclose(cloud.pipeline.lines);
    const char *table = cloud.pipeline.table[RC_TABLE_SETTLEMENT];
    long long written = (long long)metric_of(lines, "Table", table, "ItemsWritten");
    long long throttled = (long long)metric_of(lines, "Table", table, "ItemsThrottled");
    json_decref(out);
    cloud.pipeline.lines = NULL;
    cloud_end(&cloud);
    double server = cpu_of(RUSAGE_CHILDREN); /* of all its life */
    printf("{\"records\":%lld,\"seconds\":%.2f,\"a_second\":%.0f,\"worker_cpu_us_each\":%.1f,"
           "\"reconlocal_cpu_us_each\":%.1f,\"requests\":%lld,\"units\":%lld,\"throttled\":%lld,"
           "\"throttled_share\":%.4f}\n",
           written, took, (double)written / took, own * 1e6 / (double)written,
           server * 1e6 / (double)written,
           (long long)metric_of(lines, "Table", table, "WriteRequests"),
           (long long)metric_of(lines, "Table", table, "WriteUnits"), throttled,
           (double)throttled / (double)(written + throttled));
    free(lines);
    return 0;
}
