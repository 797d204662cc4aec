/* What people write to find logs and events: a query of Insights, a filter pattern, an event
 * pattern, a schedule. Read, or refused with a sentence; applied to a line. The first byte
 * chooses what it is. */
#include "local/events.h"
#include "local/insights.h"
#include "local/log_pattern.h"
#include "local/pattern.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char line[] =
    "{\"level\":\"ERROR\",\"ms\":12.5,\"at\":{\"shard\":3},\"list\":[1,{\"n\":2}],"
    "\"ok\":true,\"none\":null,\"text\":\"some words\"}";

static void must(bool true_)
{
    if (!true_)
        abort();
}

static void ask(const char *text)
{
    struct rc_error err = {0};
    size_t at;
    struct rc_insights *query = rc_insights_read(text, &at, &err);
    must(at <= strlen(text));
    if (!query) {
        must(err.code != RC_OK && err.text[0]);
        return;
    }
    struct rc_insights_run *run = rc_insights_begin(query, 0);
    must(run != NULL);
    for (int i = 0; i < 3; i++) {
        bool matched;
        const struct rc_insights_event event = {.group = "g",
                                                .stream = "s",
                                                .at_ms = 1775039420000 + i,
                                                .ingested_ms = 1775039420000,
                                                .id = i,
                                                .message = i ? line : "plain",
                                                .length = i ? sizeof line - 1 : 5};
        rc_insights_add(run, &event, &matched);
    }
    json_t *rows = rc_insights_end(run);
    must(json_array_size(rows) <= 3);
    json_decref(rows);
    rc_insights_free(query);
}

static void filter(const char *text)
{
    struct rc_error err = {0};
    struct rc_arena arena;
    rc_arena_init(&arena, 1 << 20);
    const struct rc_log_pattern *pattern = rc_log_pattern_read(&arena, text, &err);
    if (pattern) {
        rc_log_pattern_matches(pattern, line, sizeof line - 1);
        rc_log_pattern_matches(pattern, "some plain words", 16);
        rc_log_pattern_matches(pattern, "", 0);
    } else {
        must(err.code != RC_OK && err.text[0]);
    }
    rc_arena_free(&arena);
}

static void match(const char *text)
{
    struct rc_error err = {0};
    json_t *pattern = json_loads(text, 0, NULL), *event = json_loads(line, 0, NULL);
    if (pattern && rc_pattern_check(pattern, &err))
        rc_pattern_matches(pattern, event);
    json_decref(event);
    json_decref(pattern);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    if (!text || size == 0) {
        free(text);
        return 0;
    }
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    switch (data[0] % 4) {
    case 0:
        ask(text);
        break;
    case 1:
        filter(text);
        break;
    case 2:
        match(text);
        break;
    default:
        must(rc_schedule_next_ms(text, 1775039420000) >= -1);
    }
    free(text);
    return 0;
}
