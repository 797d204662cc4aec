/* COBOL copybooks: a record description in fixed reference format (sequence
 * area in columns 1-6, indicator in 7, text in 8-72; free text is accepted when
 * no line keeps to those columns) becomes a layout, as docs/layout.md describes
 * it. PIC X A 9 S V P and edited pictures with an explicit point, USAGE DISPLAY,
 * COMP/COMP-4/BINARY, COMP-3/PACKED-DECIMAL, COMP-5, SIGN LEADING/TRAILING
 * [SEPARATE], OCCURS, OCCURS DEPENDING ON, REDEFINES, FILLER; levels 66, 77 and
 * 88 are tolerated. Sizes of binary items follow IBM Enterprise COBOL: 1-4
 * digits two bytes, 5-9 four, 10-18 eight. The layout is lenient: what does not
 * decode is null, and a blank number with decimals is zero, as in COBOL. A field
 * of 13 to 19 bytes named like a card number (CARD-NUM, PAN, …) is marked as one. */
#ifndef RC_CORE_COPYBOOK_H
#define RC_CORE_COPYBOOK_H

#include "base/error.h"

#include <jansson.h>
#include <stddef.h>

struct rc_copybook_options {
    const char *name;     /* the layout's name; NULL: from the 01 level */
    const char *encoding; /* "ascii", "cp037", ...; NULL: "cp037" */
    const char *framing;  /* "lines", "fixed", "rdw", "rdw-le", "bdw"; NULL: "fixed" */
};

/* Gives the layout as JSON, owned by the caller (json_decref), or NULL with an
 * error that names the line. text need not end in a newline. */
json_t *rc_copybook_layout(const char *text, size_t length,
                           const struct rc_copybook_options *options, struct rc_error *err);

#endif
