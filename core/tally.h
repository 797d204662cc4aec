/* The running totals behind a layout's controls: every accepted record is added,
 * and a record that declares totals is compared with them. */
#ifndef RC_CORE_TALLY_H
#define RC_CORE_TALLY_H

#include "core/day.h"
#include "core/decode.h"

struct rc_tally;

/* The layout must outlive it. NULL without memory. */
struct rc_tally *rc_tally_new(const struct rc_layout *layout, struct rc_error *err);
void rc_tally_free(struct rc_tally *tally);

/* Adds a record, then evaluates what it declares, into controls. Headers and
 * trailers of batches open and close the batch scope by themselves. */
bool rc_tally_add(struct rc_tally *tally, int type, const struct rc_value *values, uint64_t number,
                  struct rc_controls *controls, struct rc_error *err);

/* The file has ended: what nothing declared is broken. */
bool rc_tally_finish(struct rc_tally *tally, struct rc_controls *controls, struct rc_error *err);

/* ----- many records of one type at once ----- */

/* A field's values in a run of records, as unscaled integers. */
struct rc_field_sums {
    int field;
    rc_i128 positive, negative; /* negative: the sum of those below zero */
};

/* True when records of this type can be added by rc_tally_bulk, given the sums of
 * the fields for which rc_tally_needs is true. */
bool rc_tally_allows_bulk(const struct rc_layout *layout, int type);
bool rc_tally_needs(const struct rc_layout *layout, int type, int field);

bool rc_tally_bulk(struct rc_tally *tally, int type, uint64_t records,
                   const struct rc_field_sums *sums, int sum_count, struct rc_error *err);

#endif
