#include "aws/shape.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct rc_member pair_members[] = {
    {.name = "value", .kind = RC_SHAPE_TEXT, .offset = offsetof(struct rc_pair, value)},
};

RC_SHAPE(rc_shape_pair, struct rc_pair, pair_members);

const struct rc_member *rc_shape_find(const struct rc_shape *shape, const char *name)
{
    for (size_t i = 0; shape && i < shape->count; i++)
        if (strcmp(shape->members[i].name, name) == 0)
            return &shape->members[i];
    return NULL;
}

static const void *at(const struct rc_member *member, const void *value)
{
    return (const char *)value + member->offset;
}

bool rc_shape_has(const struct rc_member *member, const void *value)
{
    const void *place = at(member, value);
    bool always = member->flags & RC_ALWAYS;
    switch (member->kind) {
    case RC_SHAPE_TEXT:
    case RC_SHAPE_RAW:
        return *(const char *const *)place != NULL;
    case RC_SHAPE_JSON:
        return *(json_t *const *)place != NULL;
    case RC_SHAPE_STRUCT:
        return *(const void *const *)place != NULL;
    case RC_SHAPE_INT:
    case RC_SHAPE_TIME:
    case RC_SHAPE_MS:
        return always || *(const int64_t *)place != 0;
    case RC_SHAPE_REAL:
        return always || *(const double *)place != 0;
    case RC_SHAPE_BOOL:
        return always || *(const bool *)place;
    case RC_SHAPE_BLOB:
        return always || ((const struct rc_bytes *)place)->data != NULL;
    case RC_SHAPE_LIST:
    case RC_SHAPE_MAP:
        return always || ((const struct rc_list *)place)->count > 0;
    }
    return false;
}

bool rc_shape_missing(const struct rc_member *member, struct rc_error *err)
{
    rc_error_set(err, RC_USAGE, "%s is missing", member->name);
    return false;
}

/* ----- times ----- */

static bool add_time(struct rc_buf *out, int64_t unix_ms, const char *format)
{
    char text[40];
    int64_t ms = ((unix_ms % 1000) + 1000) % 1000;
    time_t seconds = (time_t)((unix_ms - ms) / 1000);
    struct tm tm;
    if (!gmtime_r(&seconds, &tm) || !strftime(text, sizeof text, format, &tm))
        return false;
    rc_buf_add_str(out, text);
    if (strcmp(format, "%Y-%m-%dT%H:%M:%S") == 0)
        rc_buf_printf(out, ms ? ".%03dZ" : "Z", (int)ms);
    return !out->failed;
}

/* Behind the seconds: a fraction, then Z, an offset, or nothing. */
static bool parse_rest(const char *rest, int64_t *ms)
{
    int64_t unit = 100, fraction = 0;
    if (*rest == '.')
        for (rest++; *rest >= '0' && *rest <= '9'; rest++, unit /= 10)
            fraction += (*rest - '0') * unit;
    *ms = fraction;
    if (*rest == 'Z' || *rest == 'z')
        return rest[1] == '\0';
    if (*rest == '+' || *rest == '-') {
        int hours, minutes, used = 0;
        if (sscanf(rest + 1, "%2d:%2d%n", &hours, &minutes, &used) < 2 && /* NOLINT(cert-err34-c) */
            sscanf(rest + 1, "%2d%2d%n", &hours, &minutes, &used) < 2)    /* NOLINT(cert-err34-c) */
            return false;
        int64_t offset = (int64_t)(hours * 60 + minutes) * 60000;
        *ms += *rest == '+' ? -offset : offset;
        return rest[1 + used] == '\0';
    }
    return *rest == '\0';
}

/* strptime's names of days and months depend on the locale; these do not. */
static bool parse_http_date(const char *text, struct tm *tm)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    char month[4] = "";
    int used = 0;
    const char *comma = strchr(text, ',');
    if (!comma || sscanf(comma + 1, " %2d %3s %4d %2d:%2d:%2d GMT%n", /* NOLINT(cert-err34-c) */
                         &tm->tm_mday, month, &tm->tm_year, &tm->tm_hour, &tm->tm_min, &tm->tm_sec,
                         &used) < 6)
        return false;
    const char *found = strstr(months, month);
    if (!found || strlen(month) != 3 || (found - months) % 3)
        return false;
    tm->tm_mon = (int)(found - months) / 3;
    tm->tm_year -= 1900;
    return true;
}

bool rc_shape_parse_time(const char *text, int64_t *unix_ms)
{
    struct tm tm = {0};
    int64_t ms = 0;
    const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
    if (!(rest ? parse_rest(rest, &ms) : parse_http_date(text, &tm)))
        return false;
    *unix_ms = (int64_t)timegm(&tm) * 1000 + ms;
    return true;
}

/* ----- single values as text ----- */

static bool add_http_date(struct rc_buf *out, int64_t unix_ms)
{
    static const char days[] = "SunMonTueWedThuFriSat",
                      months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    time_t seconds = (time_t)(unix_ms / 1000);
    struct tm tm;
    return gmtime_r(&seconds, &tm) &&
           rc_buf_printf(out, "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT", days + 3 * tm.tm_wday,
                         tm.tm_mday, months + 3 * tm.tm_mon, tm.tm_year + 1900, tm.tm_hour,
                         tm.tm_min, tm.tm_sec);
}

bool rc_shape_add_text(const struct rc_member *member, const void *value, enum rc_at where,
                       struct rc_buf *out)
{
    const void *place = at(member, value);
    switch (member->kind) {
    case RC_SHAPE_TEXT:
    case RC_SHAPE_RAW:
        return rc_buf_add_str(out, *(const char *const *)place);
    case RC_SHAPE_INT:
    case RC_SHAPE_MS:
        return rc_buf_printf(out, "%" PRId64, *(const int64_t *)place);
    case RC_SHAPE_REAL:
        return rc_buf_printf(out, "%.17g", *(const double *)place);
    case RC_SHAPE_BOOL:
        return rc_buf_add_str(out, *(const bool *)place ? "true" : "false");
    case RC_SHAPE_TIME:
        return where == RC_AT_HEADER ? add_http_date(out, *(const int64_t *)place)
                                     : add_time(out, *(const int64_t *)place, "%Y-%m-%dT%H:%M:%S");
    default:
        return false;
    }
}

bool rc_shape_set_text(const struct rc_member *member, void *value, const char *text,
                       struct rc_arena *arena)
{
    void *place = (char *)value + member->offset;
    char *end;
    errno = 0;
    switch (member->kind) {
    case RC_SHAPE_TEXT: {
        char *copy = rc_arena_text(arena, text, strlen(text));
        *(const char **)place = copy;
        return copy != NULL;
    }
    case RC_SHAPE_INT:
    case RC_SHAPE_MS:
        *(int64_t *)place = strtoll(text, &end, 10);
        return end != text && !*end && !errno;
    case RC_SHAPE_REAL:
        *(double *)place = strtod(text, &end);
        return end != text && !*end;
    case RC_SHAPE_BOOL:
        *(bool *)place = strcmp(text, "true") == 0;
        return *(bool *)place || strcmp(text, "false") == 0;
    case RC_SHAPE_TIME:
        return rc_shape_parse_time(text, place);
    default:
        return false;
    }
}
