/* Memory is bounded by what is configured and not by the file: the steps run in processes
 * of their own, whose peak the kernel tells. This one has to stay smaller than they are,
 * because a process begins with what its parent has. */
#include "tests/pipeline/days.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static struct cloud cloud;

static int begin(void **state)
{
    (void)state;
    cloud_begin(&cloud);
    /* So that the worker's rate is all that it waits for. */
    cloud_limit(&cloud, RC_TABLE_SETTLEMENT, 1000000);
    cloud_limit(&cloud, RC_TABLE_INTERNAL, 1000000);
    return 0;
}

static int end(void **state)
{
    (void)state;
    cloud_end(&cloud);
    return 0;
}

static void be_worker(const char *step, const char *input, const char *output)
{
    char program[512];
    const char *build = getenv("BUILD");
    snprintf(program, sizeof program, "%s/reconworker", build ? build : "build");
    int in = open(input, O_RDONLY), out = open(output, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    int nowhere = open("/dev/null", O_WRONLY);
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(nowhere, STDERR_FILENO);
    setenv("RECON_TABLE_SETTLEMENT", cloud.pipeline.table[RC_TABLE_SETTLEMENT], 1);
    setenv("RECON_TABLE_INTERNAL", cloud.pipeline.table[RC_TABLE_INTERNAL], 1);
    setenv("RECON_TABLE_STATE", cloud.pipeline.table[RC_TABLE_STATE], 1);
    setenv("RECON_CARD_KEY", "000102030405060708090a0b0c0d0e0f", 1);
    setenv("AWS_ENDPOINT_URL", cloud.endpoint, 1);
    setenv("AWS_REGION", "us-east-1", 1);
    setenv("RECON_PAGE_ITEMS", "500", 1);
    execl(program, program, step, (char *)NULL);
    _exit(127);
}

/* Runs the step in a process of its own. What it gives is the caller's; *peak_kib: the most
 * memory that it had. */
static json_t *run_apart(const char *step, json_t *in, long *peak_kib)
{
    char input[128], output[128];
    struct rusage usage;
    int status;
    snprintf(input, sizeof input, "%s/input.json", cloud.folder);
    snprintf(output, sizeof output, "%s/output.json", cloud.folder);
    json_object_set_new(in, "run", json_string("memory"));
    assert_int_equal(json_dump_file(in, input, 0), 0);
    json_decref(in);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        be_worker(step, input, output);
    assert_int_equal(wait4(pid, &status, 0, &usage), pid);
    assert_int_equal(status, 0);
    *peak_kib = usage.ru_maxrss;
    json_t *out = json_load_file(output, 0, NULL);
    assert_non_null(out);
    return out;
}

static long ingest_apart(const char *key, const char *path)
{
    char version[128];
    size_t length;
    long peak_kib;
    char *bytes = cloud_read(path, &length);
    cloud_put(&cloud, key, bytes, length, version);
    free(bytes);
    json_decref(run_apart("inspect", file_input(key, version, "01"), &peak_kib));
    json_t *out = run_apart("ingest", file_input(key, version, "01"), &peak_kib);
    assert_string_equal(text_of(out, "outcome"), "activated");
    json_decref(out);
    return peak_kib;
}

struct peaks {
    long ping_kib, ingest_kib, match_kib;
};

static struct peaks work_apart(const char *program, uint64_t records)
{
    struct sample sample;
    struct peaks peaks;
    char key[80];
    long ignored;
    sample_make(&cloud, &sample, program, records, 8, 1);
    json_decref(run_apart("ping", json_object(), &peaks.ping_kib));
    snprintf(key, sizeof key, "%s/settlement/a.txt", program);
    peaks.ingest_kib = ingest_apart(key, sample.settlement);
    snprintf(key, sizeof key, "%s/internal/a.txt", program);
    ingest_apart(key, sample.internal);
    json_t *plan = run_apart("prepare", day_input(program), &ignored);
    json_t *task = json_pack("{si si si}", "pass", 0, "first", 0, "count", 1);
    json_decref(run_apart("match", planned_input(program, plan, task), &peaks.match_kib));
    json_decref(task);
    json_decref(plan);
    return peaks;
}

/* Both files have more records than are in memory at once; those that the second one has
 * more would take over 10 MiB, as items. */
static void test_6_memory_does_not_grow_with_the_file(void **state)
{
    (void)state;
#ifdef __SANITIZE_ADDRESS__
    skip(); /* what the sanitizer keeps grows with what is done */
#endif
    struct peaks small = work_apart("small", 4000), large = work_apart("large", 24000);
    print_message("# KiB: ping %ld, ingest %ld and %ld, match %ld and %ld\n", small.ping_kib,
                  small.ingest_kib, large.ingest_kib, small.match_kib, large.match_kib);
    assert_true(small.ingest_kib > small.ping_kib); /* the step's own is seen */
    assert_in_range(large.ingest_kib, 1, small.ingest_kib + 4096);
    assert_in_range(large.match_kib, 1, small.match_kib + 4096);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_6_memory_does_not_grow_with_the_file),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
