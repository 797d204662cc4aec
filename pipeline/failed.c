#include "pipeline/failed.h"

#include "pipeline/log.h"
#include "pipeline/queue.h"

#include <stdlib.h>
#include <string.h>

enum { BODY_MOST = 100000, CAUSE_MOST = 4000 };

static json_t *message_of(const struct rc_pipeline *pipeline, const struct rc_file *file,
                          const char *body, const char *at, const char *error, const char *cause)
{
    char clean[CAUSE_MOST];
    rc_pipeline_clean(cause, clean, sizeof clean);
    json_t *message = json_pack("{ss ss ss ss}", "run", pipeline->run ? pipeline->run : "", "at",
                                at, "error", error, "cause", clean);
    if (file)
        json_object_set_new(message, "file",
                            json_pack("{ss ss ss ss sI}", "bucket", file->bucket, "key",
                                      file->object, "version", file->version, "sequencer",
                                      file->sequencer, "size", (json_int_t)file->size_bytes));
    else
        json_object_set_new(message, "body", json_stringn(body, strnlen(body, BODY_MOST)));
    return message;
}

bool rc_failed_send(struct rc_pipeline *pipeline, const struct rc_file *file, const char *body,
                    const char *at, const char *error, const char *cause, struct rc_error *err)
{
    if (!pipeline->failed_queue_url)
        return true;
    json_t *message = message_of(pipeline, file, body, at, error, cause);
    return rc_queue_send(pipeline, pipeline->failed_queue_url, message, err);
}
