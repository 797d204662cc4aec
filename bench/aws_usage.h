/* What a measured piece of work took: wall time, processor time of this process, and
 * the most memory that the process ever had. One line, which the scripts read:
 * "COUNT WALL_S CPU_S PEAK_KB". */
#ifndef RC_BENCH_AWS_USAGE_H
#define RC_BENCH_AWS_USAGE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

struct bench_usage {
    double wall_s;
    double cpu_s;
};

static inline struct bench_usage bench_usage_now(void)
{
    struct timespec now;
    struct rusage used;
    clock_gettime(CLOCK_MONOTONIC, &now);
    getrusage(RUSAGE_SELF, &used);
    return (struct bench_usage){
        .wall_s = (double)now.tv_sec + (double)now.tv_nsec / 1e9,
        .cpu_s = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                 (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6,
    };
}

/* VmHWM: ru_maxrss would count what this process was before it became this program. */
static inline long bench_peak_kb(void)
{
    char line[128];
    long peak_kb = 0;
    FILE *status = fopen("/proc/self/status", "re");
    while (status && fgets(line, sizeof line, status))
        if (strncmp(line, "VmHWM:", 6) == 0)
            peak_kb = strtol(line + 6, NULL, 10);
    if (status)
        fclose(status);
    return peak_kb;
}

static inline void bench_usage_print(struct bench_usage start, long long count)
{
    struct bench_usage end = bench_usage_now();
    printf("%lld %.6f %.6f %ld\n", count, end.wall_s - start.wall_s, end.cpu_s - start.cpu_s,
           bench_peak_kb());
}

/* A whole number of at most `most`; -1 when the text is none. */
static inline long long bench_number(const char *text, long long most)
{
    char *end = NULL;
    long long number = strtoll(text, &end, 10);
    return end != text && *end == '\0' && number >= 0 && number <= most ? number : -1;
}

#endif
