#include "base/timeline.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Speeds are handed on in thousandths, without a decimal point, which a locale may change. */
enum { PARTS = 1000 };

static const int64_t latest_ms = INT64_C(253402300800000); /* 10000-01-01 */

static bool is_own(const struct rc_timeline *timeline)
{
    return timeline->own_ms != 0;
}

int64_t rc_timeline_at(const struct rc_timeline *timeline, int64_t unix_ms)
{
    if (!is_own(timeline))
        return unix_ms;
    return timeline->own_ms + (int64_t)((double)(unix_ms - timeline->real_ms) * timeline->speed);
}

int64_t rc_timeline_span(const struct rc_timeline *timeline, int64_t real_ms)
{
    return is_own(timeline) ? (int64_t)((double)real_ms * timeline->speed) : real_ms;
}

/* A number from 0 to high that `end` follows. */
static bool read_part(const char **text, int64_t high, char end, int64_t *value)
{
    char *rest;
    errno = 0;
    *value = **text >= '0' && **text <= '9' ? strtoll(*text, &rest, 10) : -1;
    if (*value < 0 || *value > high || errno || *rest != end)
        return false;
    *text = rest + 1;
    return true;
}

bool rc_timeline_read(struct rc_timeline *timeline, const char *text, struct rc_error *err)
{
    int64_t speed;
    const char *at = text;
    *timeline = (struct rc_timeline){0};
    if (!text || !*text)
        return true;
    if (read_part(&at, latest_ms, ':', &timeline->real_ms) &&
        read_part(&at, latest_ms, ':', &timeline->own_ms) && timeline->own_ms &&
        read_part(&at, (int64_t)RC_TIMELINE_FASTEST * PARTS, '\0', &speed)) {
        timeline->speed = (double)speed / PARTS;
        return true;
    }
    *timeline = (struct rc_timeline){0};
    rc_error_set(err, RC_USAGE,
                 RC_TIMELINE_VARIABLE " is \"%.64s\": it has to be REAL_MS:OWN_MS:THOUSANDTHS, as "
                                      "reconlocal hands it to what it runs; unset it elsewhere",
                 text);
    return false;
}

void rc_timeline_write(const struct rc_timeline *timeline, char text[RC_TIMELINE_TEXT])
{
    text[0] = '\0';
    if (is_own(timeline))
        snprintf(text, RC_TIMELINE_TEXT, "%lld:%lld:%lld", (long long)timeline->real_ms,
                 (long long)timeline->own_ms, (long long)(timeline->speed * PARTS + 0.5));
}

bool rc_timeline_stop(struct rc_timeline *timeline, const char *instant)
{
    struct tm utc = {0};
    const char *rest = strptime(instant, "%Y-%m-%dT%H:%M:%SZ", &utc);
    *timeline = (struct rc_timeline){.own_ms = rest && !*rest ? (int64_t)timegm(&utc) * 1000 : 0};
    return timeline->own_ms > 0;
}
