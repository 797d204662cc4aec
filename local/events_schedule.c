/* Schedules of rules. Source: "Creating an Amazon EventBridge rule that runs on a
 * schedule", Amazon EventBridge User Guide. */
#include "local/events.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum { MINUTE_MS = 60000, FIELDS = 6, FIELD = 64, YEARS = 8, RATE_MOST = 1000000 };

static int64_t rate_ms(const char *text)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = {{"minute", MINUTE_MS},        {"minutes", MINUTE_MS},
                 {"hour", 60 * MINUTE_MS},     {"hours", 60 * MINUTE_MS},
                 {"day", 24 * 60 * MINUTE_MS}, {"days", 24 * 60 * MINUTE_MS}};
    char *end;
    long count = strtol(text, &end, 10);
    end += strspn(end, " ");
    size_t length = strcspn(end, ")");
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (count > 0 && count <= RATE_MOST && strlen(units[i].unit) == length &&
            strncmp(units[i].unit, end, length) == 0 && strcmp(end + length, ")") == 0)
            return count * units[i].ms;
    return -1;
}

/* Numbers, and the names of months and weekdays. */
static long field_number(const char *text, char **end)
{
    static const char *const names[] = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL",
                                        "AUG", "SEP", "OCT", "NOV", "DEC", "SUN", "MON",
                                        "TUE", "WED", "THU", "FRI", "SAT"};
    for (int i = 0; i < (int)(sizeof names / sizeof *names); i++)
        if (strncasecmp(names[i], text, 3) == 0) {
            *end = (char *)(uintptr_t)text + 3;
            return i < 12 ? i + 1 : i - 11;
        }
    return strtol(text, end, 10);
}

/* One part of a field, "*", "?", "5", "1-5", "0/15", "*" with a step; -1: it is none. */
static int part_fits(const char *part, long value, long low, long high)
{
    char *end = (char *)(uintptr_t)part;
    long from = low, to = high, step = 1;
    if (*part == '*' || *part == '?') {
        end++;
    } else {
        from = to = field_number(part, &end);
        if (end == part)
            return -1;
        if (*end == '-')
            to = field_number(end + 1, &end);
        else if (*end == '/')
            to = high;
    }
    if (*end == '/')
        step = strtol(end + 1, &end, 10);
    if (*end || from < low || to > high || step < 1)
        return -1;
    return value >= from && value <= to && (value - from) % step == 0;
}

static int field_fits(const char *field, long value, long low, long high)
{
    char copy[FIELD], *rest = copy, *part;
    int fits = 0;
    snprintf(copy, sizeof copy, "%.*s", FIELD - 1, field);
    while ((part = strsep(&rest, ","))) {
        int one = part_fits(part, value, low, high);
        if (one < 0)
            return -1;
        fits |= one;
    }
    return fits;
}

/* Minutes, hours, day of the month, month, weekday (1: Sunday), year. What a minute is
 * skipped for says how far to go on. */
static int64_t next_of_cron(char fields[FIELDS][FIELD], int64_t behind_ms)
{
    time_t at = (time_t)(behind_ms / MINUTE_MS * 60 + 60);
    time_t end = at + (time_t)YEARS * 366 * 86400;
    while (at < end) {
        struct tm tm;
        gmtime_r(&at, &tm);
        int day = field_fits(fields[2], tm.tm_mday, 1, 31);
        int month = field_fits(fields[3], tm.tm_mon + 1, 1, 12);
        int weekday = field_fits(fields[4], tm.tm_wday + 1, 1, 7);
        int year = field_fits(fields[5], tm.tm_year + 1900, 1970, 2199);
        int hour = field_fits(fields[1], tm.tm_hour, 0, 23);
        int minute = field_fits(fields[0], tm.tm_min, 0, 59);
        if (day < 0 || month < 0 || weekday < 0 || year < 0 || hour < 0 || minute < 0)
            return -1;
        if (!(day && month && weekday && year))
            at += 86400 - at % 86400;
        else if (!hour)
            at += 3600 - at % 3600;
        else if (!minute)
            at += 60;
        else
            return (int64_t)at * 1000;
    }
    return -1;
}

int64_t rc_schedule_next_ms(const char *expression, int64_t behind_ms)
{
    char fields[FIELDS][FIELD];
    char close = '\0', more;
    if (strncmp(expression, "rate(", 5) == 0) {
        int64_t every_ms = rate_ms(expression + 5);
        return every_ms < 0 ? -1 : behind_ms + every_ms;
    }
    if (sscanf(expression, "cron(%63s %63s %63s %63s %63s %63[^)]%c%c", fields[0], fields[1],
               fields[2], fields[3], fields[4], fields[5], &close, &more) != 7 ||
        close != ')')
        return -1;
    return next_of_cron(fields, behind_ms);
}
