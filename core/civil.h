/* Civil dates as days since 1970-01-01 (proleptic Gregorian), and business days
 * counted Monday to Friday less the holidays that a program names.
 * Formulas: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms". */
#ifndef RC_CORE_CIVIL_H
#define RC_CORE_CIVIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    RC_CIVIL_NONE = INT32_MIN, /* no date */
    RC_CIVIL_TEXT = 16,        /* bytes that hold YYYY-MM-DD and its NUL */
};

int32_t rc_civil_days(int year, int month, int day);
void rc_civil_from_days(int32_t days, int *year, int *month, int *day);
bool rc_civil_valid(int year, int month, int day); /* year 1..9999 */

/* Writes YYYY-MM-DD, or "" for RC_CIVIL_NONE. */
void rc_civil_format(int32_t days, char text[RC_CIVIL_TEXT]);

/* Reads exactly YYYY-MM-DD. */
bool rc_civil_parse(const char *text, size_t length, int32_t *days);

/* Business days after `from` up to and with `to` (negative when to < from).
 * holidays: sorted days, may be NULL. */
int32_t rc_business_days(int32_t from, int32_t to, const int32_t *holidays, size_t count);

#endif
