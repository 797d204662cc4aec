#include "core/civil.h"

#include <stdio.h>

int32_t rc_civil_days(int year, int month, int day)
{
    int y = month <= 2 ? year - 1 : year;
    int era = (y >= 0 ? y : y - 399) / 400;
    int year_of_era = y - era * 400;
    int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return (int32_t)(era * 146097 + day_of_era - 719468);
}

void rc_civil_from_days(int32_t days, int *year, int *month, int *day)
{
    int64_t z = (int64_t)days + 719468;
    int era = (int)((z >= 0 ? z : z - 146096) / 146097);
    int day_of_era = (int)(z - (int64_t)era * 146097);
    int year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int shifted = (5 * day_of_year + 2) / 153;
    *day = day_of_year - (153 * shifted + 2) / 5 + 1;
    *month = shifted < 10 ? shifted + 3 : shifted - 9;
    *year = year_of_era + era * 400 + (*month <= 2);
}

bool rc_civil_valid(int year, int month, int day)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1)
        return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= lengths[month - 1] + (month == 2 && leap);
}

void rc_civil_format(int32_t days, char text[RC_CIVIL_TEXT])
{
    int year, month, day;
    text[0] = '\0';
    if (days == RC_CIVIL_NONE)
        return;
    rc_civil_from_days(days, &year, &month, &day);
    snprintf(text, RC_CIVIL_TEXT, "%04u-%02u-%02u", (unsigned)year % 10000u, (unsigned)month % 100u,
             (unsigned)day % 100u);
}

bool rc_civil_parse(const char *text, size_t length, int32_t *days)
{
    static const int at[] = {0, 1, 2, 3, 5, 6, 8, 9};
    int d[8];
    if (length != 10 || text[4] != '-' || text[7] != '-')
        return false;
    for (int i = 0; i < 8; i++) {
        d[i] = text[at[i]] - '0';
        if (d[i] < 0 || d[i] > 9)
            return false;
    }
    int year = d[0] * 1000 + d[1] * 100 + d[2] * 10 + d[3];
    int month = d[4] * 10 + d[5], day = d[6] * 10 + d[7];
    if (!rc_civil_valid(year, month, day))
        return false;
    *days = rc_civil_days(year, month, day);
    return true;
}

/* Weekdays in (-infinity, day], from a Monday far in the past. */
static int64_t weekdays_until(int32_t day)
{
    int64_t since = (int64_t)day + 3 + 7 * 400000; /* 1970-01-01 was a Thursday */
    int64_t weeks = since / 7, rest = since % 7;   /* rest 0 is a Monday */
    return weeks * 5 + (rest >= 5 ? 5 : rest + 1);
}

int32_t rc_business_days(int32_t from, int32_t to, const int32_t *holidays, size_t count)
{
    if (to < from)
        return -rc_business_days(to, from, holidays, count);
    int64_t days = weekdays_until(to) - weekdays_until(from);
    for (size_t i = 0; i < count; i++) {
        if (i && holidays[i] == holidays[i - 1]) /* named twice, it is still one day */
            continue;
        if (holidays[i] > from && holidays[i] <= to &&
            ((int64_t)holidays[i] + 3 + 7 * 400000) % 7 < 5)
            days--;
    }
    return (int32_t)days;
}
