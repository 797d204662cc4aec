#include "local/answer.h"

#include "aws/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* AWS leaves out what there is not. */
static void drop_nulls(json_t *value)
{
    const char *name;
    json_t *member;
    void *next;
    json_object_foreach_safe(value, next, name, member)
    {
        if (json_is_null(member))
            json_object_del(value, name);
    }
}

void rc_answer(struct rc_exchange *exchange, json_t *value)
{
    drop_nulls(value);
    char *text = value ? rc_answer_dump(value) : NULL;
    if (text)
        rc_buf_add_str(&exchange->out, text);
    if (!text || exchange->out.failed)
        rc_exchange_fail(exchange, 500, "InternalFailure", "out of memory");
    free(text);
    json_decref(value);
}

json_t *rc_answer_time(int64_t unix_ms)
{
    return json_real((double)unix_ms / 1000);
}

int64_t rc_answer_read_time(const json_t *seconds, int64_t otherwise)
{
    static const double latest_s = 253402300800; /* 10000-01-01 */
    double value = json_number_value(seconds);
    bool good = json_is_number(seconds) && fabs(value) < latest_s;
    return good ? (int64_t)(value * 1000) : otherwise;
}

void rc_answer_iso(int64_t unix_ms, char text[25])
{
    struct tm tm;
    time_t seconds = (time_t)(unix_ms / 1000);
    char start[32], whole[48];
    gmtime_r(&seconds, &tm);
    strftime(start, sizeof start, "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(whole, sizeof whole, "%s.%03dZ", start, (int)(unix_ms % 1000));
    memcpy(text, whole, 24);
    text[24] = '\0';
}

char *rc_answer_dump(const json_t *value)
{
    return json_dumps(value, RC_ANSWER_JSON);
}

json_t *rc_answer_load(const char *text)
{
    return text ? json_loads(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL) : NULL;
}

void rc_answer_copy(json_t *to, const json_t *from, const char *name)
{
    json_t *value = json_object_get(from, name);
    if (value && !json_is_null(value))
        json_object_set(to, name, value);
}

int64_t rc_answer_number(const json_t *from, const char *path, int64_t otherwise)
{
    int64_t value = otherwise;
    rc_json_int(from, path, &value);
    return value;
}

const char *rc_answer_column(sqlite3_stmt *statement, int column)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);
    return text ? text : "";
}
