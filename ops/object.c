#include "ops/object.h"

#include "aws/s3.h"
#include "pipeline/store.h"

#include <stdio.h>
#include <string.h>

static bool copy(char *to, size_t room, const char *from, size_t length)
{
    if (length >= room)
        return false;
    memcpy(to, from, length);
    to[length] = '\0';
    return true;
}

bool rc_op_object_read(const char *text, struct rc_op_object *object, struct rc_error *err)
{
    static const char scheme[] = "s3://";
    const char *bucket =
        strncmp(text, scheme, sizeof scheme - 1) == 0 ? text + sizeof scheme - 1 : text;
    const char *slash = strchr(bucket, '/');
    const char *at = slash ? strrchr(slash, '@') : NULL;
    const char *end = at ? at : text + strlen(text);
    *object = (struct rc_op_object){.bucket = ""};
    if (slash && slash > bucket && end > slash + 1 &&
        copy(object->bucket, sizeof object->bucket, bucket, (size_t)(slash - bucket)) &&
        copy(object->key, sizeof object->key, slash + 1, (size_t)(end - slash - 1)) &&
        copy(object->version, sizeof object->version, at ? at + 1 : "", at ? strlen(at + 1) : 0))
        return true;
    rc_error_set(err, RC_USAGE, "\"%.200s\" is no file: s3://BUCKET/KEY[@VERSION] is one", text);
    return false;
}

/* What S3 says of its size, and of its version where the bucket keeps some. */
static bool ask_s3(struct rc_op *op, struct rc_op_object *object, int64_t *size,
                   struct rc_error *err)
{
    bool versioned = object->version[0] && strncmp(object->version, "null", 4) != 0;
    const struct rc_s3_head_object in = {.bucket = object->bucket,
                                         .key = object->key,
                                         .version_id = versioned ? object->version : NULL};
    struct rc_call *call = rc_s3_head_object(rc_op_pipeline(op)->aws, &in, NULL, NULL);
    bool ok = rc_call_wait(call, err);
    if (ok) {
        const struct rc_s3_object_head *head = rc_s3_head_object_answer(call);
        *size = head->content_length_bytes;
        if (!object->version[0] && head->version_id)
            snprintf(object->version, sizeof object->version, "%s", head->version_id);
    } else
        rc_error_prefix(err, "s3://%.100s/%.200s", object->bucket, object->key);
    rc_call_free(call);
    return ok;
}

/* The version that the pipeline saw last, as its key has it, and what it was ordered by, without
 * the zeros that were put behind it. */
static bool find_newest(struct rc_op *op, struct rc_op_object *object, char sequencer[65],
                        struct rc_error *err)
{
    struct rc_key key;
    json_t *item;
    rc_key_file(object->bucket, object->key, "", &key);
    rc_key_newest(&key);
    if (!rc_store_get(rc_op_pipeline(op), RC_TABLE_STATE, &key, &item, err))
        return false;
    const char *version = rc_item_get_text(item, "version");
    const char *padded = rc_item_get_text(item, "sequencer");
    sequencer[0] = '\0';
    if (version && !object->version[0])
        snprintf(object->version, sizeof object->version, "%s", version);
    if (version && padded && strcmp(object->version, version) == 0) {
        size_t length = strnlen(padded, 64);
        while (length && padded[length - 1] == '0')
            length--;
        copy(sequencer, 65, padded, length);
    }
    json_decref(item);
    return true;
}

static bool find_size(struct rc_op *op, struct rc_op_object *object, int64_t *size,
                      struct rc_error *err)
{
    struct rc_key key;
    json_t *item = NULL;
    rc_key_file(object->bucket, object->key, object->version, &key);
    if (object->version[0] && !rc_store_get(rc_op_pipeline(op), RC_TABLE_STATE, &key, &item, err))
        return false;
    bool known = rc_item_get_int(item, "size", size);
    json_decref(item);
    return known || ask_s3(op, object, size, err);
}

json_t *rc_op_file_find(struct rc_op *op, const char *text, struct rc_error *err)
{
    static const char unversioned[] = "null-";
    struct rc_op_object object;
    char sequencer[65];
    int64_t size = 0;
    if (!rc_op_object_read(text, &object, err) || !find_newest(op, &object, sequencer, err) ||
        !find_size(op, &object, &size, err))
        return NULL;
    /* where a bucket keeps no versions, the item's key has the sequencer in its place */
    const char *version = object.version;
    if (strncmp(version, unversioned, sizeof unversioned - 1) == 0) {
        copy(sequencer, sizeof sequencer, version + sizeof unversioned - 1,
             strnlen(version + sizeof unversioned - 1, 64));
        version = "null";
    }
    json_t *file =
        json_pack("{s:s, s:s, s:s, s:s, s:I}", "bucket", object.bucket, "key", object.key,
                  "version", version, "sequencer", sequencer, "size", (json_int_t)size);
    if (!file)
        rc_error_nomem(err);
    return file;
}
