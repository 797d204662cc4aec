/* A layout as it is shown: its record types in the order in which they nest, their
 * fields in the order of their bytes, everything as text. */
#ifndef RC_MODEL_LAYOUTMAP_H
#define RC_MODEL_LAYOUTMAP_H

#include "base/error.h"
#include "core/record.h"

#include <stdbool.h>
#include <stdint.h>

struct rc_layout;
struct rc_model;

struct rc_layoutmap_field {
    const char *name;
    const char *type;
    uint32_t at; /* from 1 */
    uint32_t length;
    bool card, filler;
    char about[200]; /* what its type leaves open: "2 decimals, sign trailing, required" */
    char maps[96];   /* canonical fields that it is a source of; "" */
};

struct rc_layoutmap_type {
    const char *name;
    const char *role;
    int depth;       /* 0: of the file, 1: of a batch or a transaction, … */
    char match[200]; /* "1-2 is DT"; "" */
    char place[200]; /* where it may stand; "" */
    uint32_t length; /* its last byte */
    struct rc_layoutmap_field *fields;
    int field_count;
};

struct rc_layoutmap {
    const char *name, *title;
    bool illustrative;
    char framing[120], digest[33];
    const char *encoding;
    struct rc_layoutmap_type *types;
    int type_count;
    char (*controls)[200];
    int control_count;
    struct rc_layout *layout; /* it is made from, and which it owns */
};

/* A bundled layout by its name, else a file. NULL with an error. */
struct rc_layoutmap *rc_layoutmap_load(const char *name_or_path, struct rc_error *err);

/* The one that a side of a day was read with: as the day file keeps it, else that of its
 * name, which may have changed since (compare the digests). NULL with an error. */
struct rc_layoutmap *rc_layoutmap_of_day(struct rc_model *model, enum rc_side side,
                                         struct rc_error *err);
void rc_layoutmap_free(struct rc_layoutmap *map);

#endif
