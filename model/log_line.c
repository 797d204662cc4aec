#include "model/log_line.h"

#include "model/body.h"

#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

const char *const rc_log_kind_names[] = {
    [RC_LOG_JSON] = "json",
    [RC_LOG_METRICS] = "metrics",
    [RC_LOG_PLATFORM] = "platform",
    [RC_LOG_TEXT] = "text",
};

/* Cut between characters. */
static void copy(char *to, size_t room, const char *text, size_t length)
{
    size_t cut = length < room ? length : room - 1;
    while (cut > 0 && cut < length && ((unsigned char)text[cut] & 0xC0) == 0x80)
        cut--;
    memcpy(to, text, cut);
    to[cut] = '\0';
}

#define COPY(to, text) copy(to, sizeof(to), text, strlen(text))

/* ----- what is JSON ----- */

/* The first of the members that is a text. */
static const char *text_of(const json_t *json, const char *const *names)
{
    for (; *names; names++)
        if (json_is_string(json_object_get(json, *names)))
            return json_string_value(json_object_get(json, *names));
    return "";
}

#define TEXT_OF(json, ...) text_of(json, (const char *const[]){__VA_ARGS__, NULL})

enum { DIGITS = 6 }; /* of a ratio */

static void add_member(struct rc_buf *out, const char *name, const json_t *value)
{
    char *text =
        json_is_string(value)
            ? NULL
            : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(DIGITS));
    rc_buf_printf(out, "%s%s=%s", out->length ? " " : "", name,
                  text ? text : json_string_value(value));
    free(text);
}

/* Its dimensions and values: all members but what stands in columns of its own. */
static void say_metrics(const json_t *json, struct rc_log_line *line)
{
    static const char *const elsewhere[] = {"_aws", "run", "request_id", "step"};
    struct rc_buf out;
    const char *name;
    json_t *value;
    rc_buf_init(&out, RC_LOG_RAW_BYTES);
    json_object_foreach((json_t *)json, name, value)
    {
        bool own = true;
        for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++)
            own = own && strcmp(name, elsewhere[i]) != 0;
        if (own)
            add_member(&out, name, value);
    }
    if (out.data)
        COPY(line->message, out.data);
    rc_buf_free(&out);
}

static void read_json(const json_t *json, struct rc_log_line *line)
{
    bool metrics = json_is_object(json_object_get(json, "_aws"));
    const char *message = TEXT_OF(json, "message", "msg");
    line->kind = metrics ? RC_LOG_METRICS : RC_LOG_JSON;
    COPY(line->level, TEXT_OF(json, "level", "severity"));
    for (char *at = line->level; *at; at++)
        *at = (char)tolower((unsigned char)*at);
    COPY(line->step, TEXT_OF(json, "step", "Step"));
    COPY(line->run, TEXT_OF(json, "run"));
    COPY(line->request, TEXT_OF(json, "request_id", "requestId"));
    COPY(line->error, TEXT_OF(json, "error", "errorType"));
    if (metrics)
        say_metrics(json, line);
    else
        COPY(line->message, *message ? message : line->raw.data);
}

/* ----- what Lambda says ----- */

static bool is_id(const char *text)
{
    static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    for (size_t i = 0; form[i]; i++)
        if (form[i] == '-' ? text[i] != '-' : !isxdigit((unsigned char)text[i]))
            return false;
    return true;
}

/* "3.00 ms": of a report, behind the name; "" when it is not there. */
static void figure_of(const char *report, const char *name, char *text, size_t room)
{
    const char *at = strstr(report, name);
    text[0] = '\0';
    if (at)
        copy(text, room, at + strlen(name), strcspn(at + strlen(name), "\t\r\n"));
}

/* What was used and billed, in few words: "took 812.30 ms, billed 813 ms, used 48 MB of 512 MB,
 * began in 120.00 ms". Source: "Understanding the report log line", the same guide. */
static void say_report(const char *report, struct rc_log_line *line)
{
    char took[32], billed[32], size[32], used[32], init[32];
    figure_of(report, "\tDuration: ", took, sizeof took);
    figure_of(report, "Billed Duration: ", billed, sizeof billed);
    figure_of(report, "Memory Size: ", size, sizeof size);
    figure_of(report, "Max Memory Used: ", used, sizeof used);
    figure_of(report, "Init Duration: ", init, sizeof init);
    if (!*took || !*billed || !*size || !*used)
        return;
    snprintf(line->message, sizeof line->message, "took %s, billed %s, used %s of %s%s%s%s", took,
             billed, used, size, *init ? ", began in " : "", init,
             strstr(report, "Status: timeout") ? ", timed out" : "");
}

/* Source: "Viewing CloudWatch logs for Lambda functions", AWS Lambda Developer Guide. An
 * invocation that was ended is "TIME ID Task timed out after N seconds". */
static void read_text(struct rc_log_line *line)
{
    static const char *const starts[] = {"START ", "END ",      "REPORT ",
                                         "INIT_",  "EXTENSION", "RESTORE_"};
    static const char name[] = "RequestId: ";
    const char *text = line->raw.data ? line->raw.data : "", *id = strstr(text, name);
    const char *late = strstr(text, "Task timed out after ");
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (strncmp(text, starts[i], strlen(starts[i])) == 0)
            line->kind = RC_LOG_PLATFORM;
    id = id ? id + sizeof name - 1 : (late && late - text >= 37 ? late - 37 : NULL);
    if (id && is_id(id))
        copy(line->request, sizeof line->request, id, 36);
    if (late || strstr(text, "Status: timeout") || strstr(text, "Status: error"))
        COPY(line->level, "error");
    COPY(line->message, text);
    for (char *tab = line->message; (tab = strchr(tab, '\t'));)
        *tab = ' ';
    if (line->kind == RC_LOG_PLATFORM && strncmp(text, "REPORT ", 7) == 0)
        say_report(text, line);
}

bool rc_log_line_read(const char *text, struct rc_log_line *line)
{
    size_t length = strlen(text);
    *line = (struct rc_log_line){.kind = RC_LOG_TEXT};
    rc_buf_init(&line->raw, RC_LOG_RAW_BYTES);
    while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == '\r'))
        length--;
    if (length > RC_LOG_RAW_BYTES)
        for (length = RC_LOG_RAW_BYTES; length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80;)
            length--;
    if (!rc_buf_add(&line->raw, text, length))
        return false;
    rc_body_mask(&line->raw);
    json_t *json = *line->raw.data == '{' ? json_loads(line->raw.data, 0, NULL) : NULL;
    if (json)
        read_json(json, line);
    else
        read_text(line);
    json_decref(json);
    return true;
}

void rc_log_line_free(struct rc_log_line *line)
{
    rc_buf_free(&line->raw);
}
