/* The quick way through plain files. Where records have one stride and the
 * fields of a detail are single-byte texts, digits and dates, "every byte is in
 * the range that its column allows" is one vector comparison; what passes needs
 * only its few semantic checks (dates, currencies, enums). A record that does not
 * pass is not wrong, only not plain: it takes the general way (core/decode.h),
 * which decides. Both ways give the same records; a test holds them against each
 * other. */
#ifndef RC_CORE_FAST_H
#define RC_CORE_FAST_H

#include "core/layout.h"
#include "core/tally.h"

enum {
    RC_FAST_BATCH = 64,
    RC_FAST_SUMS = 16, /* number fields of a detail that are added up */
};

struct rc_fast;

/* The plan for the layout's detail type and this stride (newline included, and
 * its kind: "\n", "\r\n" or ""); NULL when the layout is not plain enough, or
 * (with err set) without memory. */
struct rc_fast *rc_fast_new(const struct rc_layout *layout, const char *newline,
                            struct rc_error *err);
void rc_fast_free(struct rc_fast *fast);

int rc_fast_type(const struct rc_fast *fast);      /* the record type it reads */
size_t rc_fast_stride(const struct rc_fast *fast); /* bytes of a record */

/* Reads records from bytes (which hold `available`, and RC_READ_PAST more may be
 * read) until one does not pass, or RC_FAST_BATCH. Gives how many passed; their
 * canonical records are in records[], when the layout has a map, with texts
 * pointing into bytes. */
size_t rc_fast_read(struct rc_fast *fast, const uint8_t *bytes, size_t available,
                    struct rc_record *records);

/* What the numbers of the records read since the last call add up to. */
const struct rc_field_sums *rc_fast_sums(struct rc_fast *fast, int *count);
void rc_fast_reset_sums(struct rc_fast *fast);

#endif
