#include "pipeline/file.h"

#include "core/civil.h"

#include <stdio.h>
#include <string.h>

bool rc_bad_input(struct rc_pipeline *pipeline, struct rc_error *err, const char *format, ...)
{
    char text[RC_ERROR_TEXT_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    rc_error_set(err, RC_INVALID, "%s", text);
    snprintf(pipeline->fault, sizeof pipeline->fault, "BadInput");
    return false;
}

/* False when it does not fit. */
static bool copy(char *to, size_t room, const json_t *object, const char *member)
{
    const char *text = json_string_value(json_object_get(object, member));
    int length = snprintf(to, room, "%s", text ? text : "");
    return length >= 0 && (size_t)length < room;
}

/* PROGRAM/SIDE/name. */
static bool read_object(struct rc_file *file)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    size_t length = strspn(file->object, allowed);
    const char *side = file->object + length + 1;
    if (length < 1 || length > RC_PROGRAM_ID_BYTES || file->object[length] != '/')
        return false;
    memcpy(file->program, file->object, length);
    file->program[length] = '\0';
    for (int s = 0; s < RC_SIDES; s++) {
        const char *name = rc_side_name((enum rc_side)s);
        size_t width = strlen(name);
        if (strncmp(side, name, width) == 0 && side[width] == '/' && side[width + 1]) {
            file->side = (enum rc_side)s;
            return true;
        }
    }
    return false;
}

bool rc_file_read(struct rc_pipeline *pipeline, const json_t *in, struct rc_file *file,
                  struct rc_error *err)
{
    const json_t *json = json_object_get(in, "file");
    *file = (struct rc_file){0};
    if (!copy(file->bucket, sizeof file->bucket, json, "bucket") ||
        !copy(file->object, sizeof file->object, json, "key") ||
        !copy(file->version, sizeof file->version, json, "version") ||
        !copy(file->sequencer, sizeof file->sequencer, json, "sequencer") || !file->bucket[0] ||
        !file->object[0])
        return rc_bad_input(pipeline, err, "\"file\" needs a bucket and a key that fit");
    file->size_bytes = json_integer_value(json_object_get(json, "size"));
    if (!read_object(file))
        return rc_bad_input(pipeline, err,
                            "s3://%s/%s: a file's key is PROGRAM/settlement/NAME or "
                            "PROGRAM/internal/NAME",
                            file->bucket, file->object);
    rc_key_file_seen(file->bucket, file->object, file->version, file->sequencer, &file->key);
    return true;
}

static bool ends_in(const char *text, const char *end)
{
    size_t length = strlen(text), width = strlen(end);
    return length >= width && strcmp(text + length - width, end) == 0;
}

bool rc_file_is_temporary(const char *object)
{
    static const char *const ends[] = {".tmp", ".part", ".partial", ".filepart", "~", "/"};
    const char *slash = strrchr(object, '/');
    const char *name = slash ? slash + 1 : object;
    if (name[0] == '.')
        return true;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (ends_in(object, ends[i]))
            return true;
    return false;
}

bool rc_filedate_read(struct rc_pipeline *pipeline, const json_t *in, struct rc_filedate *day,
                      struct rc_error *err)
{
    const json_t *date = json_object_get(in, "date");
    *day = (struct rc_filedate){0};
    if (!copy(day->program, sizeof day->program, in, "program") || !day->program[0] ||
        !json_is_string(date) ||
        !rc_civil_parse(json_string_value(date), json_string_length(date), &day->date))
        return rc_bad_input(pipeline, err,
                            "a step for a day needs \"program\" and \"date\" (YYYY-MM-DD)");
    return true;
}

bool rc_file_say_lost(const struct rc_file *file, struct rc_error *err)
{
    rc_error_set(err, RC_IO, "s3://%s/%s: another run has taken over its ingest", file->bucket,
                 file->object);
    return false;
}

const char *rc_file_pointer(struct rc_draft *draft, const struct rc_key *key,
                            const struct rc_file *file)
{
    rc_draft_item(draft, key);
    rc_item_text(&draft->json, "file", file->key.pk);
    rc_item_text(&draft->json, "version", file->key.sk);
    return rc_draft_done(draft);
}

enum rc_stored rc_file_set_state(struct rc_lease *lease, const char *state, const char *cause,
                                 struct rc_error *err)
{
    struct rc_draft values;
    bool is_invoked = lease->pipeline->deadline_unix_ms != 0;
    rc_draft_values(&values);
    rc_lease_values(lease, &values);
    rc_item_text(&values.json, ":route", is_invoked ? "lambda" : "fargate");
    rc_item_text(&values.json, ":state", state);
    rc_item_text(&values.json, ":cause", cause ? cause : "");
    struct rc_write write = {
        .kind = RC_WRITE_UPDATE,
        .table = RC_TABLE_STATE,
        .key = &lease->key,
        .update = "SET #state = :state, #cause = :cause, #route = :route",
        .condition = RC_LEASE_HOLDS,
        .values = rc_draft_done(&values),
    };
    enum rc_stored stored = rc_store_write(lease->pipeline, &write, NULL, err);
    rc_draft_free(&values);
    return stored;
}
