/* What the parts of a day share: its JSON and its text show the same sums and give
 * the same reasons. For core/day*.c only. */
#ifndef RC_CORE_DAY_INTERNAL_H
#define RC_CORE_DAY_INTERNAL_H

#include "core/day.h"

enum { RC_ALL_STATUSES = -1 };

/* Hands over each sentence that says why the day does not balance. */
typedef void (*rc_reason_sink)(void *context, const char *sentence);
void rc_day_each_reason(const struct rc_day *day, rc_reason_sink sink, void *context);

int64_t rc_outcomes_of(const struct rc_summary *total, enum rc_status status);
int64_t rc_records_of(const struct rc_summary *total, enum rc_status status, enum rc_side side);

/* status: one, or RC_ALL_STATUSES. */
bool rc_has_currency(const struct rc_summary *total, int status, uint8_t currency);
struct rc_sums rc_currency_sums(const struct rc_summary *total, int status, uint8_t currency,
                                enum rc_side side);

#endif
