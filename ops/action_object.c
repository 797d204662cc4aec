/* Objects of S3 are written: a corrected file from this machine, or an earlier version. */
#include "ops/actions.h"

#include "aws/s3.h"
#include "ops/upload.h"
#include "pipeline/steps.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { ETAG_BYTES = 80, NAME_BYTES = RC_BUCKET_BYTES + RC_OBJECT_BYTES + 8 };

/* "CopyObject", Amazon S3 API Reference. */
static const int64_t copied_most_bytes = (int64_t)5 << 30;

/* An object as it is: the newest version, or one that was asked for. */
struct head {
    bool there;
    int64_t size_bytes;
    char etag[ETAG_BYTES], sha256[65]; /* "": no upload of ours */
    char version[RC_VERSION_BYTES];    /* "": the bucket keeps none */
};

/* ----- what there is ----- */

static void take_head(const struct rc_s3_object_head *answer, struct head *head)
{
    *head = (struct head){.there = true, .size_bytes = answer->content_length_bytes};
    snprintf(head->etag, sizeof head->etag, "%s", answer->etag ? answer->etag : "");
    snprintf(head->version, sizeof head->version, "%s",
             answer->version_id ? answer->version_id : "");
    for (size_t i = 0; i < answer->metadata.count; i++)
        if (strcmp(answer->metadata.items[i].key, "sha256") == 0)
            snprintf(head->sha256, sizeof head->sha256, "%s", answer->metadata.items[i].value);
}

/* Of a version that is none by its looks S3 says 400, of a deletion 405. */
static bool is_none(const struct rc_aws_error *error, const char *version)
{
    return error && (error->fault == RC_AWS_NOT_FOUND ||
                     (version && (error->status == 400 || error->status == 405)));
}

static bool look(struct rc_op *op, const struct rc_op_object *object, const char *version,
                 struct head *head, struct rc_error *err)
{
    const struct rc_s3_head_object in = {
        .bucket = object->bucket, .key = object->key, .version_id = version};
    struct rc_call *call = rc_s3_head_object(rc_op_pipeline(op)->aws, &in, NULL, NULL);
    bool ok = rc_call_wait(call, err);
    *head = (struct head){.there = false};
    if (ok)
        take_head(rc_s3_head_object_answer(call), head);
    else if (call && is_none(rc_call_error(call), version))
        ok = true;
    else
        rc_error_prefix(err, "s3://%.100s/%.200s", object->bucket, object->key);
    rc_call_free(call);
    return ok;
}

static void say_head(const struct head *head, char *text, size_t room)
{
    if (!head->there)
        snprintf(text, room, "none");
    else if (head->version[0])
        snprintf(text, room, "version %.64s, %" PRId64 " bytes", head->version, head->size_bytes);
    else
        snprintf(text, room, "%.64s, %" PRId64 " bytes", head->etag, head->size_bytes);
}

static void name_of(const struct rc_op_object *object, char name[NAME_BYTES])
{
    snprintf(name, NAME_BYTES, "s3://%s/%s", object->bucket, object->key);
}

/* What the pipeline will make of an object that is written there. sha256 "": not known. */
static bool say_consequence(struct rc_op *op, const struct rc_op_object *object, bool replaces,
                            const char *sha256, struct rc_error *err)
{
    struct rc_pipeline *pipeline = rc_op_pipeline(op);
    struct rc_error why = {.code = RC_OK};
    struct rc_file file;
    struct rc_key key;
    json_t *content = NULL;
    json_t *in = json_pack("{s:{s:s, s:s}}", "file", "bucket", object->bucket, "key", object->key);
    bool taken = in && rc_file_read(pipeline, in, &file, &why);
    json_decref(in);
    if (!taken || rc_file_is_temporary(object->key)) {
        rc_op_warn(op, "the pipeline will not take it: %s",
                   taken ? "that is a temporary name" : why.text);
        return true;
    }
    if (sha256[0]) {
        rc_key_content(file.program, file.side, sha256, &key);
        if (!rc_store_get(pipeline, RC_TABLE_STATE, &key, &content, err))
            return false;
    }
    if (content)
        rc_op_warn(op,
                   "the pipeline has seen that content already: unless what brought it counts no "
                   "more, it will find a duplicate, which changes nothing");
    else
        rc_op_warn(op, "the pipeline will take it as %s of %s, side %s",
                   replaces ? "a correction" : "a new file", file.program, rc_side_name(file.side));
    json_decref(content);
    return true;
}

/* What the performance finds again, or it does nothing. */
static void say_seen(const struct head *now, const char *what, char *text, size_t room)
{
    snprintf(text, room, "%s over %s %s", what, now->there ? now->etag : "none", now->version);
}

static bool has_changed(struct rc_op *op, const char *seen, const char *target,
                        struct rc_error *err)
{
    if (strcmp(seen, rc_op_seen(op)) == 0)
        return false;
    rc_error_set(err, RC_DATA, "%.300s: it or the file has changed since it was shown: look again",
                 target);
    return true;
}

/* ----- upload ----- */

static bool read_name(const char *target, struct rc_op_object *object, struct rc_error *err)
{
    if (!rc_op_object_read(target, object, err))
        return false;
    if (!object->version[0])
        return true;
    rc_error_set(err, RC_USAGE, "%.300s: a version cannot be written: leave @%.80s out", target,
                 object->version);
    return false;
}

static bool is_same(const struct head *head, const struct rc_op_upload *upload)
{
    return head->there && head->size_bytes == upload->size_bytes &&
           (head->sha256[0] ? strcmp(head->sha256, upload->sha256) == 0
                            : strcmp(head->etag, upload->etag) == 0);
}

static bool say_upload(struct rc_op *op, const struct rc_op_object *object,
                       const struct rc_op_upload *upload, const struct head *now,
                       struct rc_error *err)
{
    char name[NAME_BYTES], was[200], becomes[64], seen[RC_VERSION_BYTES + 200];
    bool parts = upload->size_bytes > RC_OP_PART_BYTES;
    name_of(object, name);
    if (is_same(now, upload)) {
        rc_op_warn(op, "it has that content already: nothing will be sent");
        return true;
    }
    say_head(now, was, sizeof was);
    snprintf(becomes, sizeof becomes, "%" PRId64 " bytes of the file", upload->size_bytes);
    rc_op_will_change(op, name, was, becomes);
    rc_op_will_call(op,
                    parts ? "s3:CreateMultipartUpload, UploadPart, CompleteMultipartUpload"
                          : "s3:PutObject",
                    name, 1);
    say_seen(now, upload->sha256, seen, sizeof seen);
    rc_op_saw(op, "%s", seen);
    return say_consequence(op, object, now->there, upload->sha256, err);
}

static bool preview_upload(struct rc_op *op, const char *target, struct rc_error *err)
{
    struct rc_op_object object;
    struct rc_op_upload upload;
    struct head now;
    if (!read_name(target, &object, err) ||
        !rc_op_upload_open(rc_op_param(op, "file"), &upload, err))
        return false;
    bool ok = look(op, &object, NULL, &now, err) && say_upload(op, &object, &upload, &now, err);
    rc_op_upload_close(&upload);
    return ok;
}

/* A request that failed may have been taken, by an earlier attempt or this one: what is there
 * says so. */
static bool send(struct rc_op *op, const struct rc_op_object *object,
                 const struct rc_op_upload *upload, const struct head *now, struct rc_error *err)
{
    char version[RC_VERSION_BYTES];
    struct head after = {.there = false};
    if (!rc_op_upload_send(op, upload, object, now->there ? now->etag : NULL, version, err)) {
        if (!look(op, object, NULL, &after, NULL) || !is_same(&after, upload))
            return false;
        snprintf(version, sizeof version, "%s", after.version);
    }
    if (version[0])
        rc_op_done(op, "%" PRId64 " bytes are version %s", upload->size_bytes, version);
    else
        rc_op_done(op, "%" PRId64 " bytes are there", upload->size_bytes);
    return true;
}

static bool perform_upload(struct rc_op *op, const char *target, struct rc_error *err)
{
    struct rc_op_object object;
    struct rc_op_upload upload;
    struct head now;
    char seen[RC_VERSION_BYTES + 200];
    if (!read_name(target, &object, err) ||
        !rc_op_upload_open(rc_op_param(op, "file"), &upload, err))
        return false;
    bool ok = look(op, &object, NULL, &now, err);
    if (ok && is_same(&now, &upload)) {
        rc_op_unchanged(op, "it had that content already");
    } else if (ok) {
        say_seen(&now, upload.sha256, seen, sizeof seen);
        ok = !has_changed(op, seen, target, err) && send(op, &object, &upload, &now, err);
    }
    rc_op_upload_close(&upload);
    return ok;
}

static const struct rc_op_param upload_params[] = {
    {"file", "the file of this machine that is sent", NULL, NULL, true},
    {0},
};

const struct rc_op_action rc_op_upload = {
    .name = "upload",
    .title = "send a corrected file",
    .target = "object",
    .target_how = "s3://BUCKET/KEY",
    .help = "Writes a file of this machine to S3, over exactly what is there when it is shown, or "
            "only when nothing is. The pipeline takes a file that has come under a known name as a "
            "correction. What has the content already is left alone.",
    .permissions = "sts:GetCallerIdentity s3:GetObject s3:ListBucket dynamodb:GetItem s3:PutObject "
                   "s3:AbortMultipartUpload s3:ListBucketMultipartUploads",
    .params = upload_params,
    .danger = RC_ROUTINE,
    .alone = true,
    .preview = preview_upload,
    .perform = perform_upload,
};

/* ----- restore ----- */

static bool read_version(const char *target, struct rc_op_object *object, struct rc_error *err)
{
    if (!rc_op_object_read(target, object, err))
        return false;
    if (object->version[0])
        return true;
    rc_error_set(err, RC_USAGE, "%.300s: which version? s3://BUCKET/KEY@VERSION names one", target);
    return false;
}

static bool look_at_both(struct rc_op *op, const struct rc_op_object *object, struct head *version,
                         struct head *now, struct rc_error *err)
{
    return look(op, object, object->version, version, err) && look(op, object, NULL, now, err);
}

/* The newest version is that one or a copy of it. */
static bool is_restored(const struct head *now, const struct head *version)
{
    return now->there && now->size_bytes == version->size_bytes &&
           (strcmp(now->version, version->version) == 0 || strcmp(now->etag, version->etag) == 0 ||
            (version->sha256[0] && strcmp(now->sha256, version->sha256) == 0));
}

static bool preview_restore(struct rc_op *op, const char *target, struct rc_error *err)
{
    struct rc_op_object object;
    struct head version, now;
    char name[NAME_BYTES], was[200], becomes[200], seen[RC_VERSION_BYTES + 200];
    if (!read_version(target, &object, err) || !look_at_both(op, &object, &version, &now, err))
        return false;
    name_of(&object, name);
    if (!version.there || version.size_bytes > copied_most_bytes) {
        rc_op_refuse(op, version.there
                             ? "S3 copies 5 GB at once and no more: download and upload it"
                             : "there is no such version");
        return true;
    }
    if (is_restored(&now, &version)) {
        rc_op_warn(op, "it is the newest already: nothing will be copied");
        return true;
    }
    say_head(&now, was, sizeof was);
    snprintf(becomes, sizeof becomes, "a copy of version %.64s, %" PRId64 " bytes", object.version,
             version.size_bytes);
    rc_op_will_change(op, name, was, becomes);
    rc_op_will_call(op, "s3:CopyObject", name, 1);
    say_seen(&now, version.etag, seen, sizeof seen);
    rc_op_saw(op, "%s", seen);
    return say_consequence(op, &object, true, version.sha256, err);
}

/* "BUCKET/KEY?versionId=VERSION", encoded but for its slashes. */
static void source_of(const struct rc_op_object *object, struct rc_buf *source)
{
    char part[3 * RC_OBJECT_BYTES];
    rc_buf_add_str(source, object->bucket);
    for (const char *key = object->key; *key;) {
        size_t length = strcspn(key, "/");
        rc_key_encode(key, length, part, sizeof part);
        rc_buf_printf(source, "/%s", part);
        key += length;
        if (*key && !*++key)
            rc_buf_add_char(source, '/');
    }
    rc_buf_printf(source, "?versionId=%s", object->version);
}

static bool copy(struct rc_op *op, const struct rc_op_object *object, const struct head *version,
                 const struct head *now, struct rc_error *err)
{
    struct rc_buf source;
    struct head after;
    rc_buf_init(&source, 8 << 10);
    source_of(object, &source);
    const struct rc_s3_copy_object in = {.bucket = object->bucket,
                                         .key = object->key,
                                         .copy_source = source.data,
                                         .copy_source_if_match = version->etag,
                                         .if_match = now->there ? now->etag : NULL,
                                         .if_none_match = now->there ? NULL : "*"};
    struct rc_call *call =
        source.failed ? NULL : rc_s3_copy_object(rc_op_pipeline(op)->aws, &in, NULL, NULL);
    bool ok = rc_call_wait(call, err);
    if (ok) {
        const char *id = rc_s3_copy_object_answer(call)->version_id;
        rc_op_done(op, "it is version %.200s now", id ? id : "none");
    } else if (look(op, object, NULL, &after, NULL) && is_restored(&after, version)) {
        rc_op_done(op, "it is version %.200s now", after.version);
        ok = true;
    }
    rc_call_free(call);
    rc_buf_free(&source);
    return ok;
}

static bool perform_restore(struct rc_op *op, const char *target, struct rc_error *err)
{
    struct rc_op_object object;
    struct head version, now;
    char seen[RC_VERSION_BYTES + 200];
    if (!read_version(target, &object, err) || !look_at_both(op, &object, &version, &now, err))
        return false;
    if (!version.there) {
        rc_error_set(err, RC_DATA, "%.300s: the version is gone", target);
        return false;
    }
    if (is_restored(&now, &version)) {
        rc_op_unchanged(op, "it was the newest already");
        return true;
    }
    say_seen(&now, version.etag, seen, sizeof seen);
    return !has_changed(op, seen, target, err) && copy(op, &object, &version, &now, err);
}

const struct rc_op_action rc_op_restore = {
    .name = "restore",
    .title = "bring a version of a file back",
    .target = "version of an object",
    .target_how = "s3://BUCKET/KEY@VERSION",
    .help = "Copies an earlier version of an object over its newest one, which stays a version, or "
            "over a deletion: exactly over what is there when it is shown. For the pipeline that "
            "is a new delivery.",
    .permissions = "sts:GetCallerIdentity s3:GetObject s3:GetObjectVersion s3:ListBucket "
                   "dynamodb:GetItem s3:PutObject",
    .danger = RC_ROUTINE,
    .preview = preview_restore,
    .perform = perform_restore,
};
