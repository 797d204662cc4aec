/* A day is matched again: to compare (the step verify), or because something may have changed
 * (the newest file runs again, and the day after it). */
#include "ops/actions.h"

#include "aws/lambda.h"
#include "base/json.h"
#include "core/civil.h"
#include "ops/day.h"
#include "ops/object.h"
#include "pipeline/day_state.h"
#include "pipeline/steps.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char how[] = "PROGRAM/DATE";

static const char *attribute(const json_t *item, const char *name)
{
    const char *text = rc_item_get_text(item, name);
    return text ? text : "";
}

static bool read_rollup(struct rc_op *op, const struct rc_filedate *day, json_t **item,
                        struct rc_error *err)
{
    struct rc_key key;
    rc_key_day(day, "ROLLUP", &key);
    return rc_store_get(rc_op_pipeline(op), RC_TABLE_STATE, &key, item, err);
}

/* ----- verify ----- */

static bool preview_verify(struct rc_op *op, const char *target, struct rc_error *err)
{
    struct rc_filedate day;
    json_t *rollup;
    int64_t version = 0, records[RC_SIDES] = {0};
    const struct rc_stack_place *place = rc_op_place(op, err);
    if (!place || !rc_op_day_read(target, &day, NULL, how, err) ||
        !read_rollup(op, &day, &rollup, err))
        return false;
    rc_item_get_int(rollup, "version", &version);
    for (int side = 0; side < RC_SIDES; side++)
        rc_item_get_int(rollup, rc_side_name((enum rc_side)side), &records[side]);
    if (!rollup)
        rc_op_refuse(op, "the day has no rollup that could be verified");
    else {
        rc_op_will_call(op, "lambda:InvokeFunction", place->worker, 1);
        rc_op_warn(op,
                   "version %" PRId64 " is compared; %" PRId64 " + %" PRId64
                   " records are read and matched once more, and nothing is kept of it",
                   version, records[RC_SETTLEMENT], records[RC_INTERNAL]);
    }
    json_decref(rollup);
    return true;
}

/* "discrepancies in shard 3 and 2 more" */
static void say_differences(const json_t *differences, char *text, size_t room)
{
    const json_t *first = json_array_get(differences, 0);
    const json_t *shard = json_object_get(first, "shard");
    size_t more = json_array_size(differences);
    int length = snprintf(text, room, "%.100s", rc_json_word(first, "what"));
    if (shard && length > 0 && (size_t)length < room)
        length += snprintf(text + length, room - (size_t)length, " in shard %" JSON_INTEGER_FORMAT,
                           json_integer_value(shard));
    if (more > 1 && length > 0 && (size_t)length < room)
        snprintf(text + length, room - (size_t)length, " and %zu more", more - 1);
}

/* The step's answer; takes it over. */
static bool take_verdict(struct rc_op *op, const char *target, json_t *answer, struct rc_error *err)
{
    char text[200];
    const json_t *differences = json_object_get(answer, "differences");
    bool same = json_is_true(json_object_get(answer, "same"));
    if (!same && !json_array_size(differences)) {
        rc_error_set(err, RC_DATA, "%s: the worker's answer says nothing of the day", target);
        json_decref(answer);
        return false;
    }
    if (same) {
        rc_op_done(op, "matched again, it is the same to the digit");
    } else {
        say_differences(differences, text, sizeof text);
        rc_op_done(op, "what is kept is not what its records give: %s", text);
        rc_op_attention(op);
    }
    rc_op_answer(op, answer);
    return true;
}

static bool perform_verify(struct rc_op *op, const char *target, struct rc_error *err)
{
    struct rc_filedate day;
    char date[RC_CIVIL_TEXT];
    const struct rc_stack_place *place = rc_op_place(op, err);
    if (!place || !rc_op_day_read(target, &day, NULL, how, err))
        return false;
    rc_civil_format(day.date, date);
    json_t *in = json_pack("{s:s, s:s, s:s, s:s}", "step", "verify", "run", "verify", "program",
                           day.program, "date", date);
    char *payload = in ? json_dumps(in, JSON_COMPACT) : NULL;
    json_decref(in);
    if (!payload) {
        rc_error_nomem(err);
        return false;
    }
    const struct rc_lambda_invoke invoke = {.function_name = place->worker,
                                            .payload = {payload, strlen(payload)}};
    struct rc_call *call = rc_lambda_invoke(rc_op_pipeline(op)->aws, &invoke, NULL, NULL);
    bool ok = rc_call_wait(call, err);
    if (ok) {
        const struct rc_lambda_invoked *invoked = rc_lambda_invoke_answer(call);
        json_t *answer = json_loadb(invoked->payload.data, invoked->payload.length, 0, NULL);
        ok = !invoked->function_error && take_verdict(op, target, answer, err);
        if (invoked->function_error) {
            rc_error_set(err, RC_IO, "%s: %s: %.300s", target, rc_json_word(answer, "errorType"),
                         rc_json_word(answer, "errorMessage"));
            json_decref(answer);
        }
    }
    rc_call_free(call);
    free(payload);
    return ok;
}

const struct rc_op_action rc_op_verify = {
    .name = "verify",
    .title = "match a day again and compare",
    .target = "day",
    .target_how = how,
    .help = "Has the worker match a day that is rolled up once more and compare digests, sums and "
            "discrepancies with what is kept. Nothing is written; what differs is named.",
    .permissions = "sts:GetCallerIdentity sqs:GetQueueUrl dynamodb:GetItem lambda:InvokeFunction",
    .danger = RC_ROUTINE,
    .preview = preview_verify,
    .perform = perform_verify,
};

/* ----- recompute ----- */

/* Of the deliveries that count, the one that was seen last among those that no newer version of
 * their file has come for: a run of another would find that it is outdated. */
struct newest {
    int64_t seen;
    char bucket[RC_BUCKET_BYTES], object[RC_OBJECT_BYTES], version[RC_VERSION_BYTES];
};

static bool get(struct rc_op *op, const struct rc_key *key, json_t **item, struct rc_error *err)
{
    return rc_store_get(rc_op_pipeline(op), RC_TABLE_STATE, key, item, err);
}

/* The delivery's file: its item and the newest version of it. */
static bool read_file(struct rc_op *op, const struct rc_delivery *delivery, json_t **item,
                      bool *is_newest, struct rc_error *err)
{
    struct rc_key pointer_key, key;
    json_t *pointer, *newest = NULL;
    rc_key_file_of(delivery, &pointer_key);
    *item = NULL;
    *is_newest = false;
    if (!get(op, &pointer_key, &pointer, err))
        return false;
    snprintf(key.pk, sizeof key.pk, "%s", attribute(pointer, "file"));
    snprintf(key.sk, sizeof key.sk, "%s", attribute(pointer, "version"));
    json_decref(pointer);
    if (!key.pk[0])
        return true;
    bool ok = get(op, &key, item, err);
    char version[RC_SK_BYTES];
    memcpy(version, key.sk, sizeof version);
    rc_key_newest(&key);
    ok = ok && get(op, &key, &newest, err);
    *is_newest = ok && strcmp(attribute(newest, "version"), version) == 0;
    json_decref(newest);
    return ok;
}

static bool look_at(struct rc_op *op, const struct rc_delivery *delivery, struct newest *newest,
                    struct rc_error *err)
{
    json_t *item;
    bool is_newest = false;
    int64_t seen = 0;
    if (!read_file(op, delivery, &item, &is_newest, err)) {
        json_decref(item);
        return false;
    }
    if (item && is_newest && rc_item_get_int(item, "seen", &seen) && seen > newest->seen) {
        newest->seen = seen;
        snprintf(newest->bucket, sizeof newest->bucket, "%s", attribute(item, "bucket"));
        snprintf(newest->object, sizeof newest->object, "%s", attribute(item, "object"));
        snprintf(newest->version, sizeof newest->version, "%s", attribute(item, "version"));
    }
    json_decref(item);
    return true;
}

/* seen 0: there is none. */
static bool find_newest(struct rc_op *op, const struct rc_filedate *day, struct newest *newest,
                        struct rc_error *err)
{
    struct rc_day_config config;
    *newest = (struct newest){.seen = 0};
    if (!rc_day_config_read(rc_op_pipeline(op), day, &config, err))
        return false;
    for (int side = 0; side < RC_SIDES; side++)
        for (int i = 0; i < config.active[side].count; i++) {
            struct rc_delivery delivery = {*day, (enum rc_side)side,
                                           config.active[side].numbers[i]};
            if (!look_at(op, &delivery, newest, err))
                return false;
        }
    return true;
}

/* The step reprocess of that file. NULL with an error; *none: there is no file for it. */
static json_t *run_again(struct rc_op *op, const char *target, bool dry_run, bool *none,
                         struct rc_error *err)
{
    struct rc_filedate day;
    struct newest newest;
    char name[RC_BUCKET_BYTES + RC_OBJECT_BYTES + RC_VERSION_BYTES + 16];
    *none = false;
    if (!rc_op_place(op, err) || !rc_op_day_read(target, &day, NULL, how, err) ||
        !find_newest(op, &day, &newest, err))
        return NULL;
    *none = !newest.seen;
    if (*none)
        return NULL;
    snprintf(name, sizeof name, "s3://%s/%s@%s", newest.bucket, newest.object,
             newest.version[0] ? newest.version : "null");
    json_t *file = rc_op_file_find(op, name, err);
    json_t *in = file ? json_pack("{s:o, s:b}", "file", file, "dry_run", (int)dry_run) : NULL;
    json_t *out = in ? rc_step_reprocess(rc_op_pipeline(op), in, err) : NULL;
    if (file && !in)
        rc_error_nomem(err);
    if (out)
        json_object_set_new(out, "file", json_string(name));
    json_decref(in);
    return out;
}

static bool preview_recompute(struct rc_op *op, const char *target, struct rc_error *err)
{
    struct rc_pipeline *pipeline = rc_op_pipeline(op);
    struct rc_error why = {.code = RC_OK};
    bool none;
    pipeline->fault[0] = '\0';
    json_t *out = run_again(op, target, true, &none, &why);
    if (none) {
        rc_op_refuse(op, "no file that counts for the day is the newest of its name: reprocess the "
                         "newest one, or deliver one");
        return true;
    }
    if (!out && strcmp(pipeline->fault, "BadInput") == 0) {
        rc_op_refuse(op, "%s", why.text);
        return true;
    }
    if (!out) {
        if (err)
            *err = why;
        return false;
    }
    json_int_t attempt = json_integer_value(json_object_get(out, "attempt"));
    if (strcmp(rc_json_word(out, "outcome"), "running") == 0) {
        rc_op_refuse(op, "run %s of its newest file is alive and will match the day: wait for it",
                     rc_json_word(out, "run"));
    } else {
        rc_op_will_call(op, "dynamodb:TransactWriteItems", pipeline->table[RC_TABLE_STATE], 1);
        rc_op_will_call(op, "sqs:SendMessage", rc_queue_name(RC_QUEUE_ARRIVALS), 1);
        rc_op_warn(op,
                   "%s runs again as %s, from its checkpoint: none of its records is written "
                   "anew. Then the day is matched and rolled up if its inputs are others than "
                   "its rollup's: deliveries, layouts, rules, what is carried in. An unchanged "
                   "day stays as it is, and the run says so",
                   rc_json_word(out, "file"), rc_json_word(out, "run"));
        rc_op_goes_from(op, "attempt %" JSON_INTEGER_FORMAT " of %s", attempt,
                        rc_json_word(out, "file"));
    }
    json_decref(out);
    return true;
}

static bool perform_recompute(struct rc_op *op, const char *target, struct rc_error *err)
{
    bool none;
    json_t *out = run_again(op, target, false, &none, err);
    if (none)
        rc_error_set(err, RC_DATA, "%s: no file counts for it any more", target);
    if (!out)
        return false;
    if (strcmp(rc_json_word(out, "outcome"), "queued") == 0)
        rc_op_done(op, "queued as run %s", rc_json_word(out, "run"));
    else
        rc_op_unchanged(op, "run %s is alive already", rc_json_word(out, "run"));
    rc_op_answer(op, out);
    return true;
}

const struct rc_op_action rc_op_recompute = {
    .name = "recompute",
    .title = "match and roll a day up again",
    .target = "day",
    .target_how = how,
    .help = "Runs the newest file of a day again from its checkpoint, which writes no record anew, "
            "and after it the day's match and rollup: after the program or its rules were changed, "
            "or an earlier day was. A day whose inputs are still those of its rollup stays as it "
            "is.",
    .permissions = "sts:GetCallerIdentity sqs:GetQueueUrl dynamodb:GetItem "
                   "states:DescribeExecution dynamodb:UpdateItem sqs:SendMessage",
    .danger = RC_ROUTINE,
    .preview = preview_recompute,
    .perform = perform_recompute,
};
