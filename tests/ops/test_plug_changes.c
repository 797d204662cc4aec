/* The plug is pulled at what operators do to files, leases, discrepancies and programs. */
#include "tests/ops/plug.h"
#include "tests/pipeline/days.h"

#include "aws/s3.h"
#include "aws/sqs.h"
#include "aws/states.h"
#include "ops/actions.h"
#include "ops/upload.h"
#include "pipeline/catalog.h"
#include "pipeline/lease.h"
#include "pipeline/steps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The audit's item is put before, in as many attempts as DynamoDB gets (aws/retry.h). */
enum { AUDITS = 4 };

static struct cloud cloud;

/* A program whose day is rolled up, without a record: discrepancies are put into it by hand. */
static void make_day(void)
{
    struct rc_error err = {0};
    struct rc_filedate day = day_of("noted");
    struct rc_key key;
    struct rc_draft draft;
    rc_key_day(&day, "ROLLUP", &key);
    rc_draft_item(&draft, &key);
    rc_item_text(&draft.json, "fingerprint", "f");
    rc_item_int(&draft.json, "shard_count", 4);
    const struct rc_write write = {
        .table = RC_TABLE_STATE, .key = &key, .item = rc_draft_done(&draft)};
    assert_int_equal(rc_store_write(&cloud.pipeline, &write, NULL, &err), RC_STORED);
    rc_draft_free(&draft);
}

static int begin(void **state)
{
    (void)state;
    cloud_begin(&cloud);
    cloud_intake(&cloud);
    setenv("RECON_MACHINE_ARN", cloud.machine, 1);
    setenv("RECON_ARRIVALS_QUEUE_URL", cloud.arrivals, 1);
    setenv("RECON_FAILED_QUEUE_URL", cloud.failed, 1);
    make_day();
    return 0;
}

static int end(void **state)
{
    (void)state;
    cloud_end(&cloud);
    return 0;
}

/* ----- objects ----- */

static void key_of(const struct plug *plug, char key[96])
{
    snprintf(key, 96, "plugged/settlement/%d.txt", plug->number);
}

static void name_key(struct plug *plug, const char *version)
{
    char key[96];
    key_of(plug, key);
    snprintf(plug->target, sizeof plug->target, "s3://%s/%s%s%.120s", CLOUD_BUCKET, key,
             version ? "@" : "", version ? version : "");
}

static int versions_of(struct plug *plug)
{
    char key[96];
    key_of(plug, key);
    const struct rc_s3_list_versions in = {.bucket = CLOUD_BUCKET, .prefix = key};
    struct rc_call *call = rc_s3_list_versions(cloud.session.aws, &in, NULL, NULL);
    const struct rc_s3_versions *versions = plug_answer(call);
    int count = (int)versions->versions.count;
    rc_call_free(call);
    return count;
}

static void make_file(struct plug *plug, size_t length)
{
    char path[128], line[16];
    snprintf(path, sizeof path, "%s/plug-%d.txt", cloud.folder, plug->number);
    snprintf(line, sizeof line, "%014d\n", plug->number);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (size_t done = 0; done < length; done += 15)
        fwrite(line, 1, 15, file);
    assert_int_equal(fclose(file), 0);
    plug->params = json_pack("{ss}", "file", path);
    name_key(plug, NULL);
}

static void make_small(struct plug *plug)
{
    make_file(plug, 1);
}

static void make_large(struct plug *plug)
{
    make_file(plug, RC_OP_PART_BYTES + 1);
}

static void make_correction(struct plug *plug)
{
    char key[96], version[128];
    make_file(plug, 1);
    key_of(plug, key);
    cloud_put(&cloud, key, "wrong", 5, version);
}

static int corrections_of(struct plug *plug)
{
    return versions_of(plug) - 1;
}

/* Parts that are kept although their upload was neither completed nor given up. An upload whose
 * answer nobody has heard is left behind, too, but it holds nothing. */
static int parts_of(struct plug *plug)
{
    char key[96];
    int count = 0;
    key_of(plug, key);
    const struct rc_s3_list_uploads in = {.bucket = CLOUD_BUCKET, .prefix = key};
    struct rc_call *call = rc_s3_list_uploads(cloud.session.aws, &in, NULL, NULL);
    const struct rc_s3_uploads *uploads = plug_answer(call);
    for (size_t i = 0; i < uploads->uploads.count; i++) {
        const struct rc_s3_list_parts of = {
            .bucket = CLOUD_BUCKET, .key = key, .upload_id = uploads->uploads.items[i].upload_id};
        struct rc_call *listing = rc_s3_list_parts(cloud.session.aws, &of, NULL, NULL);
        const struct rc_s3_parts *parts = plug_answer(listing);
        count += (int)parts->parts.count;
        rc_call_free(listing);
    }
    rc_call_free(call);
    return count;
}

static void make_versions(struct plug *plug)
{
    char key[96], first[128], second[128];
    key_of(plug, key);
    cloud_put(&cloud, key, "first", 5, first);
    cloud_put(&cloud, key, "second", 6, second);
    name_key(plug, first);
    plug->params = json_object();
}

static int restored(struct plug *plug)
{
    return versions_of(plug) - 2;
}

/* ----- a file that failed ----- */

static void put_program(const char *id)
{
    struct rc_error err = {0};
    json_t *program =
        json_pack("{ss ss ss si}", "program", id, "settlement_layout", "settlement168",
                  "internal_layout", "settlement168", "shard_count", 4);
    assert_true(rc_catalog_put_program(&cloud.pipeline, program, NULL, &err));
    json_decref(program);
}

static void file_key(const struct plug *plug, struct rc_key *key)
{
    char object[96];
    key_of(plug, object);
    rc_key_file(CLOUD_BUCKET, object, plug->notes[0], key);
}

static void make_failed(struct plug *plug)
{
    struct rc_error err = {0};
    struct rc_key key;
    struct rc_draft draft;
    char object[96];
    put_program("plugged");
    key_of(plug, object);
    cloud_put(&cloud, object, "no header", 9, plug->notes[0]);
    name_key(plug, plug->notes[0]);
    plug->params = json_pack("{ss}", "route", "fargate");
    file_key(plug, &key);
    rc_draft_item(&draft, &key);
    rc_item_text(&draft.json, "state", "FAILED");
    rc_item_int(&draft.json, "size", 9);
    const struct rc_write write = {
        .table = RC_TABLE_STATE, .key = &key, .item = rc_draft_done(&draft)};
    assert_int_equal(rc_store_write(&cloud.pipeline, &write, NULL, &err), RC_STORED);
    rc_draft_free(&draft);
    /* its first run has ended: the next one is another */
    struct rc_file file;
    json_t *in = file_input(object, plug->notes[0], "");
    assert_true(rc_file_read(&cloud.pipeline, in, &file, &err));
    rc_run_name(&file, 0, plug->notes[1]);
    json_decref(in);
    const struct rc_states_start start = {
        .machine_arn = cloud.machine, .name = plug->notes[1], .input = "{}"};
    struct rc_call *call = rc_states_start(cloud.session.aws, &start, NULL, NULL);
    plug_answer(call);
    rc_call_free(call);
    cloud_stop_run(&cloud, plug->notes[1]);
}

/* Messages of this file that have come, each taken out of the queue; whatever they are of, one
 * attempt is one run. */
static int64_t attempts_sent(struct plug *plug)
{
    char object[96];
    int64_t most = 0;
    key_of(plug, object);
    for (size_t got = 1; got;) {
        const struct rc_sqs_receive in = {.queue_url = cloud.arrivals, .max_messages = 10};
        struct rc_call *call = rc_sqs_receive(cloud.session.aws, &in, NULL, NULL);
        const struct rc_sqs_received *received = plug_answer(call);
        got = received->messages.count;
        for (size_t i = 0; i < got; i++) {
            json_t *body = json_loads(received->messages.items[i].body, 0, NULL);
            const char *key =
                json_string_value(json_object_get(json_object_get(body, "file"), "key"));
            int64_t attempt = json_integer_value(json_object_get(body, "attempt"));
            if (key && strcmp(key, object) == 0 && attempt > most)
                most = attempt;
            json_decref(body);
            const struct rc_sqs_delete gone = {.queue_url = cloud.arrivals,
                                               .receipt_handle =
                                                   received->messages.items[i].receipt_handle};
            struct rc_call *deletion = rc_sqs_delete(cloud.session.aws, &gone, NULL, NULL);
            plug_answer(deletion);
            rc_call_free(deletion);
        }
        rc_call_free(call);
    }
    return most;
}

/* How many runs of it have been asked for. */
static int reprocessed(struct plug *plug)
{
    int64_t sent = attempts_sent(plug);
    if (sent > plug->before)
        plug->before = sent;
    return (int)plug->before;
}

/* ----- a lease ----- */

static void make_lease(struct plug *plug)
{
    struct rc_error err = {0};
    struct rc_pipeline pipeline = cloud.pipeline;
    struct rc_lease lease;
    struct rc_key key;
    pipeline.run = "dead";
    snprintf(plug->notes[0], sizeof plug->notes[0], "leased%d", plug->number);
    snprintf(plug->target, sizeof plug->target, "leased%d/2026-04-01", plug->number);
    plug->params = json_object();
    day_key(plug->notes[0], "LEASE", &key);
    assert_int_equal(rc_lease_take(&pipeline, &key, &lease, NULL, &err), RC_STORED);
}

static int broken(struct plug *plug)
{
    struct rc_key key;
    int64_t fence = 0;
    day_key(plug->notes[0], "LEASE", &key);
    json_t *item = get_item(&cloud.pipeline, &key);
    assert_true(rc_item_get_int(item, "fence", &fence));
    assert_int_equal(rc_item_get_text(item, "owner") == NULL, fence > 1);
    json_decref(item);
    return (int)fence - 1;
}

/* ----- notes ----- */

static struct rc_text id_of(const struct plug *plug)
{
    return (struct rc_text){plug->notes[0], (uint32_t)strlen(plug->notes[0])};
}

static void make_discrepancy(struct plug *plug)
{
    struct rc_error err = {0};
    struct rc_filedate day = day_of("noted");
    struct rc_key key;
    struct rc_draft draft;
    char sk[64];
    snprintf(plug->notes[0], sizeof plug->notes[0], "T%d", plug->number);
    snprintf(plug->target, sizeof plug->target, "noted/2026-04-01/T%d", plug->number);
    snprintf(sk, sizeof sk, "T%d#0001#0000000001", plug->number);
    rc_key_discrepancy(&day, "f", rc_shard_of(rc_id_hash(plug->notes[0], id_of(plug).length), 4),
                       sk, RC_SETTLEMENT, &key);
    rc_draft_item(&draft, &key);
    rc_item_text(&draft.json, "status", "amount_mismatch");
    const struct rc_write write = {
        .table = RC_TABLE_STATE, .key = &key, .item = rc_draft_done(&draft)};
    assert_int_equal(rc_store_write(&cloud.pipeline, &write, NULL, &err), RC_STORED);
    rc_draft_free(&draft);
}

static void make_commented(struct plug *plug)
{
    make_discrepancy(plug);
    plug->params = json_pack("{ss}", "text", "looked at");
}

static void make_resolved(struct plug *plug)
{
    make_discrepancy(plug);
    plug->params = json_pack("{ss}", "reason", "timing");
}

static void make_assigned(struct plug *plug)
{
    make_discrepancy(plug);
    plug->params = json_pack("{ss}", "to", "somebody");
}

/* Somebody has resolved it before. */
static void make_reopened(struct plug *plug)
{
    struct rc_error err = {0};
    struct rc_filedate day = day_of("noted");
    struct rc_key key;
    struct rc_draft draft;
    make_discrepancy(plug);
    plug->params = json_object();
    assert_true(rc_key_note(&day, id_of(plug), "0", &key));
    rc_draft_item(&draft, &key);
    rc_item_text(&draft.json, "kind", "resolve");
    rc_item_text(&draft.json, "reason", "timing");
    rc_item_int(&draft.json, "at", 1);
    const struct rc_write write = {
        .table = RC_TABLE_STATE, .key = &key, .item = rc_draft_done(&draft)};
    assert_int_equal(rc_store_write(&cloud.pipeline, &write, NULL, &err), RC_STORED);
    rc_draft_free(&draft);
}

static bool count_note(void *ctx, const json_t *item, struct rc_error *err)
{
    (void)item;
    (void)err;
    ++*(int *)ctx;
    return true;
}

static int notes_of(struct plug *plug)
{
    struct rc_error err = {0};
    struct rc_filedate day = day_of("noted");
    struct rc_key key;
    int count = 0;
    assert_true(rc_key_notes(&day, id_of(plug), &key));
    assert_true(rc_store_query(&cloud.pipeline, RC_TABLE_STATE, &key, count_note, &count, &err));
    return count;
}

static int reopened(struct plug *plug)
{
    return notes_of(plug) - 1;
}

/* ----- programs ----- */

static json_t *definition(const struct plug *plug, int shards)
{
    char id[32];
    snprintf(id, sizeof id, "program%d", plug->number);
    return json_pack("{ss ss ss si}", "program", id, "settlement_layout", "settlement168",
                     "internal_layout", "settlement168", "shard_count", shards);
}

static void make_program(struct plug *plug)
{
    struct rc_error err = {0};
    json_t *old = definition(plug, 8);
    assert_true(rc_catalog_put_program(&cloud.pipeline, old, NULL, &err));
    json_decref(old);
    snprintf(plug->target, sizeof plug->target, "program%d", plug->number);
    plug->params = json_pack("{ss}", "count", "32");
}

static void make_stored(struct plug *plug)
{
    char path[128];
    json_t *wanted = definition(plug, 32);
    make_program(plug);
    snprintf(path, sizeof path, "%s/program-%d.json", cloud.folder, plug->number);
    assert_int_equal(json_dump_file(wanted, path, 0), 0);
    json_decref(wanted);
    json_decref(plug->params);
    plug->params = json_pack("{ss}", "file", path);
}

static int stored(struct plug *plug)
{
    struct rc_error err = {0};
    struct rc_setup setup;
    assert_true(rc_setup_load(&cloud.pipeline, plug->target, &setup, &err));
    uint32_t count = setup.program.shard_count;
    rc_setup_free(&setup);
    return count == 32;
}

/* ----- tests ----- */

static const struct plug_case uploads = {.name = "upload",
                                         .action = &rc_op_upload,
                                         .service = "s3",
                                         .operation = "PutObject",
                                         .make = make_small,
                                         .done = versions_of};
static const struct plug_case corrections = {.name = "correction",
                                             .action = &rc_op_upload,
                                             .service = "s3",
                                             .operation = "PutObject",
                                             .make = make_correction,
                                             .done = corrections_of};
static const struct plug_case large = {.name = "upload in parts",
                                       .action = &rc_op_upload,
                                       .service = "s3",
                                       .operation = "CompleteMultipartUpload",
                                       .make = make_large,
                                       .done = versions_of,
                                       .left = parts_of};
static const struct plug_case restores = {.name = "restore",
                                          .action = &rc_op_restore,
                                          .service = "s3",
                                          .operation = "CopyObject",
                                          .make = make_versions,
                                          .done = restored};
static const struct plug_case runs = {.name = "reprocess",
                                      .action = &rc_op_reprocess,
                                      .service = "sqs",
                                      .operation = "SendMessage",
                                      .make = make_failed,
                                      .done = reprocessed};
static const struct plug_case assignments = {.name = "assign",
                                             .action = &rc_op_assign,
                                             .service = "dynamodb",
                                             .operation = "PutItem",
                                             .others = AUDITS,
                                             .make = make_assigned,
                                             .done = notes_of};
static const struct plug_case leases = {.name = "break-lease",
                                        .action = &rc_op_break_lease,
                                        .service = "dynamodb",
                                        .operation = "UpdateItem",
                                        .make = make_lease,
                                        .done = broken};
static const struct plug_case comments = {.name = "comment",
                                          .action = &rc_op_comment,
                                          .service = "dynamodb",
                                          .operation = "PutItem",
                                          .others = AUDITS,
                                          .make = make_commented,
                                          .done = notes_of};
static const struct plug_case resolutions = {.name = "resolve",
                                             .action = &rc_op_resolve,
                                             .service = "dynamodb",
                                             .operation = "PutItem",
                                             .others = AUDITS,
                                             .make = make_resolved,
                                             .done = notes_of};
static const struct plug_case reopenings = {.name = "reopen",
                                            .action = &rc_op_reopen,
                                            .service = "dynamodb",
                                            .operation = "PutItem",
                                            .others = AUDITS,
                                            .make = make_reopened,
                                            .done = reopened};
static const struct plug_case programs = {.name = "program-put",
                                          .action = &rc_op_program_put,
                                          .service = "dynamodb",
                                          .operation = "PutItem",
                                          .others = AUDITS,
                                          .make = make_stored,
                                          .done = stored};
static const struct plug_case shards = {.name = "set-shards",
                                        .action = &rc_op_set_shards,
                                        .service = "dynamodb",
                                        .operation = "PutItem",
                                        .others = AUDITS,
                                        .make = make_program,
                                        .done = stored};

#define PULLED(the)                                                                                \
    static void test_##the(void **state)                                                           \
    {                                                                                              \
        (void)state;                                                                               \
        plug_pull(&cloud, &(the));                                                                 \
    }

PULLED(uploads)
PULLED(corrections)
PULLED(large)
PULLED(restores)
PULLED(leases)
PULLED(runs)
PULLED(assignments)
PULLED(reopenings)
PULLED(comments)
PULLED(resolutions)
PULLED(programs)
PULLED(shards)

/* The rest takes what throttles and lost answers are waited for. */
int main(void)
{
    const struct CMUnitTest most[] = {
        cmocka_unit_test(test_corrections),
        cmocka_unit_test(test_restores),
        cmocka_unit_test(test_leases),
        cmocka_unit_test(test_runs),
    };
    const struct CMUnitTest all[] = {
        cmocka_unit_test(test_uploads),     cmocka_unit_test(test_corrections),
        cmocka_unit_test(test_large),       cmocka_unit_test(test_restores),
        cmocka_unit_test(test_leases),      cmocka_unit_test(test_comments),
        cmocka_unit_test(test_resolutions), cmocka_unit_test(test_programs),
        cmocka_unit_test(test_shards),      cmocka_unit_test(test_runs),
        cmocka_unit_test(test_assignments), cmocka_unit_test(test_reopenings),
    };
    return getenv("RECONCTL_FULL_TESTS") ? cmocka_run_group_tests(all, begin, end)
                                         : cmocka_run_group_tests(most, begin, end);
}
