#include "model/run_words.h"

#include "aws/ddb_item.h"
#include "core/mask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A sentence that was cut within its JSON text: as far as it goes. */
static const char *behind_the_name(const char *cause)
{
    static const char name[] = "\"errorMessage\":\"";
    const char *at = *cause == '{' ? strstr(cause, name) : NULL;
    return at ? at + sizeof name - 1 : cause;
}

/* "Task", Amazon ECS API Reference, with names as Step Functions has them; false: it is none. */
static bool say_task(const json_t *task, struct rc_run_words *words)
{
    const char *stopped = json_string_value(json_object_get(task, "StoppedReason"));
    const json_t *container = json_array_get(json_object_get(task, "Containers"), 0);
    const char *name = json_string_value(json_object_get(container, "Name"));
    const char *reason = json_string_value(json_object_get(container, "Reason"));
    const json_t *code = json_object_get(container, "ExitCode");
    char end[96] = "";
    if (!stopped)
        return false;
    if (json_is_integer(code))
        snprintf(end, sizeof end, "%.64s exited with %lld", name ? name : "it",
                 (long long)json_integer_value(code));
    snprintf(words->text, sizeof words->text, "%s%s%s%s%s", stopped, *end || reason ? ": " : "",
             end, *end && reason ? ", " : "", reason ? reason : "");
    return true;
}

void rc_run_cause(const char *cause, struct rc_run_words *words)
{
    json_t *json = cause && *cause == '{' ? json_loads(cause, 0, NULL) : NULL;
    const char *message = json_string_value(json_object_get(json, "errorMessage"));
    if (!message)
        message = json ? cause : behind_the_name(cause ? cause : "");
    if (!say_task(json, words))
        snprintf(words->text, sizeof words->text, "%s", message);
    rc_mask_text(words->text, (uint32_t)strlen(words->text));
    json_decref(json);
}

static void take_part(const char **key, char *part, size_t room)
{
    size_t length = strcspn(*key, "/");
    part[0] = '\0';
    if (!(*key)[length] || length >= room)
        return;
    memcpy(part, *key, length);
    part[length] = '\0';
    *key += length + 1;
}

void rc_run_key_parts(const char *key, char *program, size_t program_room, char *side,
                      size_t side_room)
{
    take_part(&key, program, program_room);
    take_part(&key, side, side_room);
}

/* {"Overrides": {"ContainerOverrides": [{"Environment": [{"Name": "RECON_INPUT", …}]}]}} */
static const char *container_input(const json_t *json)
{
    const json_t *overrides = json_object_get(json, "Overrides");
    const json_t *container = json_array_get(json_object_get(overrides, "ContainerOverrides"), 0);
    const json_t *environment = json_object_get(container, "Environment");
    for (size_t i = 0; i < json_array_size(environment); i++) {
        const json_t *variable = json_array_get(environment, i);
        const char *name = json_string_value(json_object_get(variable, "Name"));
        if (name && strcmp(name, "RECON_INPUT") == 0)
            return json_string_value(json_object_get(variable, "Value"));
    }
    return NULL;
}

void rc_run_task(const char *input, char *task, size_t room)
{
    json_t *json = input ? json_loads(input, 0, NULL) : NULL;
    const char *inner = json ? container_input(json) : NULL;
    json_t *in = inner ? json_loads(inner, 0, NULL) : NULL;
    const char *step = json_string_value(json_object_get(in ? in : json, "step"));
    snprintf(task, room, "%s", step ? step : "");
    json_decref(in);
    json_decref(json);
}

/* A number that is a text. */
static long units_of(const json_t *task, const char *name)
{
    const char *text = json_string_value(json_object_get(task, name));
    long units = text ? strtol(text, NULL, 10) : 0;
    return units > 0 ? units : 0;
}

void rc_run_task_size(const char *task, char size[RC_RUN_SIZE_BYTES])
{
    enum { UNITS = 1024 }; /* a vCPU, and MiB a GiB */
    json_t *json = task && *task == '{' ? json_loads(task, 0, NULL) : NULL;
    long cpu = units_of(json, "Cpu"), memory = units_of(json, "Memory");
    bool whole = memory % UNITS == 0;
    size[0] = '\0';
    if (cpu && memory)
        snprintf(size, RC_RUN_SIZE_BYTES, "%.4g vCPU, %ld %s", (double)cpu / UNITS,
                 whole ? memory / UNITS : memory, whole ? "GiB" : "MiB");
    json_decref(json);
}

int64_t rc_run_number(const json_t *item, const char *step, const char *what)
{
    char name[96];
    int64_t value = 0;
    snprintf(name, sizeof name, "%s_%s", step, what);
    rc_item_get_int(item, name, &value);
    return value;
}
