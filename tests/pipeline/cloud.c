#include "tests/pipeline/cloud.h"

#include "aws/dynamodb.h"
#include "aws/s3.h"
#include "aws/sqs.h"
#include "aws/states.h"

#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Its first line says where it listens. */
static void start(struct cloud *cloud)
{
    int ends[2];
    char program[512], state[128], line[128] = "";
    const char *build = getenv("BUILD");
    snprintf(program, sizeof program, "%s/reconlocal", build ? build : "build");
    snprintf(state, sizeof state, "%s/state", cloud->folder);
    assert_int_equal(pipe(ends), 0);
    cloud->pid = fork();
    assert_true(cloud->pid >= 0);
    if (cloud->pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        /* No test is throttled by chance. */
        execl(program, program, "--state", state, "--port", "0", "--partition-wcu", "1000000",
              "--partition-rcu", "1000000", (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    FILE *said = fdopen(ends[0], "r");
    assert_non_null(said);
    assert_non_null(fgets(line, sizeof line, said));
    assert_int_equal(sscanf(line, "listening on %63s", cloud->endpoint), 1);
    fclose(said);
}

void cloud_session(const struct cloud *cloud, struct rc_session *session)
{
    struct rc_error err = {0};
    char none[128];
    snprintf(none, sizeof none, "%s/none", cloud->folder);
    setenv("AWS_CONFIG_FILE", none, 1);
    setenv("AWS_SHARED_CREDENTIALS_FILE", none, 1);
    setenv("AWS_ACCESS_KEY_ID", "local", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "local-secret", 1);
    struct rc_session_options options = {.region = "us-east-1", .endpoint = cloud->endpoint};
    assert_true(rc_session_open(session, &options, &err));
}

static void wait_for(struct rc_call *call)
{
    struct rc_error err = {0};
    assert_non_null(call);
    if (!rc_call_wait(call, &err))
        fail_msg("%s", err.text);
    rc_call_free(call);
}

/* write_units 0: on demand. */
static void make_table(struct cloud *cloud, const char *name, int64_t write_units)
{
    static const struct rc_dynamodb_attribute attributes[] = {{"PK", "S"}, {"SK", "S"}};
    static const struct rc_dynamodb_key keys[] = {{"PK", "HASH"}, {"SK", "RANGE"}};
    const struct rc_dynamodb_provisioned provisioned = {.read_units = 10000,
                                                        .write_units = write_units};
    struct rc_dynamodb_create_table in = {.table_name = name,
                                          .attributes = {attributes, 2},
                                          .keys = {keys, 2},
                                          .billing_mode =
                                              write_units ? "PROVISIONED" : "PAY_PER_REQUEST",
                                          .provisioned = write_units ? &provisioned : NULL};
    wait_for(rc_dynamodb_create_table(cloud->session.aws, &in, NULL, NULL));
    struct rc_dynamodb_table_name named = {.table_name = name};
    for (bool active = false; !active;) { /* it says so as soon as it is */
        struct rc_error err = {0};
        struct rc_call *call = rc_dynamodb_describe_table(cloud->session.aws, &named, NULL, NULL);
        assert_true(rc_call_wait(call, &err));
        active = strcmp(rc_dynamodb_describe_table_answer(call)->table->status, "ACTIVE") == 0;
        rc_call_free(call);
        if (!active)
            rc_loop_until(cloud->session.loop, &active, 5);
    }
}

void cloud_begin(struct cloud *cloud)
{
    *cloud = (struct cloud){0};
    snprintf(cloud->folder, sizeof cloud->folder, "/tmp/rc-test-cloud-XXXXXX");
    assert_non_null(mkdtemp(cloud->folder));
    start(cloud);
    cloud_session(cloud, &cloud->session);
    cloud->pipeline = (struct rc_pipeline){
        .aws = cloud->session.aws,
        .table = {"recon-settlement", "recon-internal", "recon-state"},
        .run = "run-1",
        .request_id = "request-1",
        .lease_ms = 60000,
        .hands_over = 1,
        .in_flight = 4,
    };
    for (int i = 0; i < RC_TABLES; i++)
        make_table(cloud, cloud->pipeline.table[i], 0);
    struct rc_s3_create_bucket bucket = {.bucket = CLOUD_BUCKET};
    wait_for(rc_s3_create_bucket(cloud->session.aws, &bucket, NULL, NULL));
    struct rc_s3_put_versioning versioning = {.bucket = CLOUD_BUCKET, .status = "Enabled"};
    wait_for(rc_s3_put_versioning(cloud->session.aws, &versioning, NULL, NULL));
}

static void make_queue(struct cloud *cloud, const char *name, char url[256])
{
    struct rc_error err = {0};
    struct rc_sqs_create_queue in = {.queue_name = name};
    struct rc_call *call = rc_sqs_create_queue(cloud->session.aws, &in, NULL, NULL);
    assert_true(rc_call_wait(call, &err));
    snprintf(url, 256, "%s", rc_sqs_create_queue_answer(call)->queue_url);
    rc_call_free(call);
}

void cloud_intake(struct cloud *cloud)
{
    struct rc_error err = {0};
    struct rc_states_create_machine in = {
        .name = "files",
        .role_arn = "arn:aws:iam::000000000000:role/states",
        .definition = "{\"StartAt\":\"Wait\",\"States\":{\"Wait\":{\"Type\":\"Wait\","
                      "\"Seconds\":86400,\"End\":true}}}"};
    struct rc_call *call = rc_states_create_machine(cloud->session.aws, &in, NULL, NULL);
    assert_true(rc_call_wait(call, &err));
    snprintf(cloud->machine, sizeof cloud->machine, "%s",
             rc_states_create_machine_answer(call)->arn);
    rc_call_free(call);
    make_queue(cloud, "arrivals", cloud->arrivals);
    make_queue(cloud, "failed", cloud->failed);
    cloud->pipeline.machine_arn = cloud->machine;
    cloud->pipeline.arrivals_queue_url = cloud->arrivals;
    cloud->pipeline.failed_queue_url = cloud->failed;
}

json_t *cloud_take_message(struct cloud *cloud, const char *queue)
{
    struct rc_error err = {0};
    struct rc_sqs_receive in = {.queue_url = queue, .max_messages = 1};
    struct rc_call *call = rc_sqs_receive(cloud->session.aws, &in, NULL, NULL);
    assert_true(rc_call_wait(call, &err));
    const struct rc_sqs_received *got = rc_sqs_receive_answer(call);
    assert_int_equal(got->messages.count, 1);
    json_t *message = json_loads(got->messages.items[0].body, 0, NULL);
    assert_non_null(message);
    struct rc_sqs_delete done = {.queue_url = queue,
                                 .receipt_handle = got->messages.items[0].receipt_handle};
    wait_for(rc_sqs_delete(cloud->session.aws, &done, NULL, NULL));
    rc_call_free(call);
    return message;
}

void cloud_stop_run(struct cloud *cloud, const char *run)
{
    char arn[512];
    snprintf(arn, sizeof arn, "arn:aws:states:us-east-1:000000000000:execution:files:%s", run);
    struct rc_states_stop in = {.arn = arn};
    wait_for(rc_states_stop(cloud->session.aws, &in, NULL, NULL));
}

void cloud_limit(struct cloud *cloud, enum rc_pipeline_table table, int64_t write_units)
{
    static const char *const names[RC_TABLES] = {"limited-settlement", "limited-internal",
                                                 "limited-state"};
    make_table(cloud, names[table], write_units);
    cloud->pipeline.table[table] = names[table];
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    (void)status;
    (void)kind;
    (void)where;
    return remove(path);
}

void cloud_end(struct cloud *cloud)
{
    rc_session_close(&cloud->session);
    kill(cloud->pid, SIGKILL);
    waitpid(cloud->pid, NULL, 0);
    nftw(cloud->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

void cloud_put(struct cloud *cloud, const char *key, const char *bytes, size_t length,
               char *version)
{
    struct rc_error err = {0};
    struct rc_s3_put_object in = {.bucket = CLOUD_BUCKET, .key = key, .body = {bytes, length}};
    struct rc_call *call = rc_s3_put_object(cloud->session.aws, &in, NULL, NULL);
    assert_non_null(call);
    if (!rc_call_wait(call, &err))
        fail_msg("%s", err.text);
    snprintf(version, 128, "%s", rc_s3_put_object_answer(call)->version_id);
    rc_call_free(call);
}

char *cloud_read(const char *path, size_t *length)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (fd < 0)
        fail_msg("%s is not there", path);
    assert_int_equal(fstat(fd, &status), 0);
    *length = (size_t)status.st_size;
    char *bytes = malloc(*length + 1);
    assert_non_null(bytes);
    assert_int_equal(read(fd, bytes, *length), status.st_size);
    bytes[*length] = '\0';
    close(fd);
    return bytes;
}
