/* What a target is given. Source: "Amazon EventBridge input transformation", Amazon
 * EventBridge User Guide. */
#include "local/answer.h"
#include "local/events.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "$.detail.bucket.name", "$.resources[0]"; NULL when there is nothing. */
static const json_t *at_path(const json_t *event, const char *path)
{
    if (*path++ != '$')
        return NULL;
    while (event && *path) {
        if (*path == '[') {
            char *end;
            long index = strtol(path + 1, &end, 10);
            if (*end != ']' || index < 0)
                return NULL;
            event = json_array_get(event, (size_t)index);
            path = end + 1;
            continue;
        }
        if (*path++ != '.')
            return NULL;
        size_t length = strcspn(path, ".[");
        event = json_object_getn(event, path, length);
        path += length;
    }
    return event;
}

static bool add_json(struct rc_buf *out, const json_t *value)
{
    char *text = rc_answer_dump(value);
    bool ok = text && rc_buf_add_str(out, text);
    free(text);
    return ok;
}

/* Within quotes a text stands without its own. */
static bool add_value(struct rc_buf *out, const json_t *value, bool quoted)
{
    if (!value)
        return quoted || rc_buf_add_str(out, "null");
    if (!quoted)
        return add_json(out, value);
    char *text = rc_answer_dump(value);
    size_t length = text ? strlen(text) : 0;
    bool ok = text && (json_is_string(value) ? rc_buf_add(out, text + 1, length - 2)
                                             : rc_buf_add(out, text, length));
    free(text);
    return ok;
}

/* The variables that there always are. */
static json_t *reserved(const char *name, const char *rule, const json_t *event)
{
    char arn[RC_EVENTS_ARN];
    if (strcmp(name, "aws.events.rule-name") == 0)
        return json_string(rule);
    if (strcmp(name, "aws.events.event.ingestion-time") == 0)
        return json_incref(json_object_get(event, "time"));
    if (strcmp(name, "aws.events.event") == 0 || strcmp(name, "aws.events.event.json") == 0)
        return json_incref((json_t *)(uintptr_t)event);
    if (strcmp(name, "aws.events.rule-arn") != 0)
        return NULL;
    snprintf(arn, sizeof arn, RC_EVENTS_RULE_ARN "%s", rule);
    return json_string(arn);
}

static bool add_variable(struct rc_buf *out, const char *name, size_t length, const json_t *paths,
                         const char *rule, const json_t *event, bool quoted)
{
    char text[64];
    if (length >= sizeof text)
        return false;
    memcpy(text, name, length);
    text[length] = '\0';
    const char *path = json_string_value(json_object_get(paths, text));
    if (path)
        return add_value(out, at_path(event, path), quoted);
    json_t *value = reserved(text, rule, event);
    bool ok = add_value(out, value, quoted);
    json_decref(value);
    return ok;
}

static bool transform(const json_t *transformer, const char *rule, const json_t *event,
                      struct rc_buf *out)
{
    const json_t *paths = json_object_get(transformer, "InputPathsMap");
    const char *at = json_string_value(json_object_get(transformer, "InputTemplate"));
    bool quoted = false, ok = at != NULL;
    while (ok && *at) {
        size_t length = *at == '<' ? strcspn(at, ">") : 0;
        if (length && at[length] == '>') {
            ok = add_variable(out, at + 1, length - 1, paths, rule, event, quoted);
            at += length + 1;
            continue;
        }
        quoted ^= *at == '"';
        ok = rc_buf_add_char(out, *at);
        if (*at == '\\' && at[1])
            ok = ok && rc_buf_add_char(out, *++at);
        at++;
    }
    return ok;
}

bool rc_events_input(const json_t *target, const char *rule, const json_t *event,
                     struct rc_buf *input)
{
    const char *constant = json_string_value(json_object_get(target, "Input"));
    const char *path = json_string_value(json_object_get(target, "InputPath"));
    const json_t *transformer = json_object_get(target, "InputTransformer");
    if (constant)
        return rc_buf_add_str(input, constant);
    if (transformer)
        return transform(transformer, rule, event, input);
    const json_t *part = path ? at_path(event, path) : event;
    return part ? add_json(input, part) : rc_buf_add_str(input, "{}");
}
