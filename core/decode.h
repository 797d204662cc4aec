/* Decoding one record's bytes into the values of its fields. */
#ifndef RC_CORE_DECODE_H
#define RC_CORE_DECODE_H

#include "base/decimal.h"
#include "core/civil.h"
#include "core/layout.h"

enum rc_value_kind { RC_VALUE_NULL, RC_VALUE_TEXT, RC_VALUE_NUMBER, RC_VALUE_DATE };

struct rc_value {
    struct rc_decimal number;
    struct rc_text text; /* UTF-8; points into the record or the decoder */
    enum rc_value_kind kind;
    int32_t date; /* days since 1970-01-01 */
    bool lenient; /* null because it did not decode */
};

/* Why a record or a field of it is not accepted. */
struct rc_fault {
    const char *field; /* NULL: the record as a whole */
    char reason[200];
};

struct rc_decoder;

/* One decoder a thread; the layout must outlive it. NULL without memory. */
struct rc_decoder *rc_decoder_new(const struct rc_layout *layout, struct rc_error *err);
void rc_decoder_free(struct rc_decoder *decoder);

/* The date by which MMDD and YDDD find their year; RC_CIVIL_NONE: such a date
 * does not decode. */
void rc_decoder_set_file_date(struct rc_decoder *decoder, int32_t file_date);

/* Decodes the fields of a record of the given type into values (one for each of
 * the type's fields; valid until the next call). False with the first fault when
 * a strict field does not decode. `bytes` are followed by at least 64 readable
 * bytes. */
bool rc_decode_record(struct rc_decoder *decoder, const struct rc_record_type *type,
                      const uint8_t *bytes, uint32_t length, struct rc_value *values,
                      struct rc_fault *fault);

/* Where a field stands in this record, after OCCURS DEPENDING ON has moved it;
 * false when it does not exist there or ends past the record. `values` holds the
 * counts that decide it. */
bool rc_field_place(const struct rc_record_type *type, const struct rc_field *field,
                    const struct rc_value *values, uint32_t length, uint32_t *at);

#endif
