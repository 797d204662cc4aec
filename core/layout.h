/* A layout: how a fixed-width file is cut into records, what the records' fields
 * are, what its controls add up and how a transaction becomes a canonical
 * record. docs/layout.md is the reference of the JSON it is read from. After
 * loading it never changes and may be shared by threads. */
#ifndef RC_CORE_LAYOUT_H
#define RC_CORE_LAYOUT_H

#include "base/error.h"
#include "base/int128.h"
#include "core/charset.h"
#include "core/record.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    RC_LAYOUT_TYPES = 64,
    RC_LAYOUT_FIELDS = 4096, /* of one record type */
    RC_LAYOUT_CONTROLS = 64,
    RC_LAYOUT_SOURCES = 16, /* alternatives in `of`, `declared` and the map */
    RC_RECORD_BYTES_DEFAULT = 32768,
    RC_RECORD_BYTES_MAX = 1 << 20,
};

enum rc_frame_kind { RC_FRAME_LINES, RC_FRAME_FIXED, RC_FRAME_RDW, RC_FRAME_BDW };

struct rc_framing {
    enum rc_frame_kind kind;
    uint32_t length; /* 0: not given */
    bool pad;
    bool little_endian;
    bool inclusive;
    uint32_t file_header_bytes, file_footer_bytes;
    uint32_t max_length;
    uint8_t blank; /* what a short line is filled up with */
};

enum rc_record_role {
    RC_FILE_HEADER,
    RC_BATCH_HEADER,
    RC_DETAIL,
    RC_ADDENDA,
    RC_BATCH_TRAILER,
    RC_FILE_TRAILER,
    RC_FILLER_RECORD,
};

enum rc_field_type {
    RC_TEXT,
    RC_UNSIGNED,
    RC_SEPARATE,
    RC_OVERPUNCH,
    RC_COMP,
    RC_COMP3,
    RC_EDITED,
    RC_DATE,
    RC_CONSTANT,
    RC_FILLER,
};

enum rc_date_format {
    RC_YYYYMMDD,
    RC_MMDDYYYY,
    RC_YYMMDD,
    RC_YYYYDDD,
    RC_YYDDD,
    RC_YDDD,
    RC_MMDD,
    RC_ISO_DATE,
};

enum { RC_NULL_BLANK = 1, RC_NULL_ZEROS = 2, RC_NULL_HIGH = 4, RC_NULL_LOW = 8 };

struct rc_words {
    char **items;
    int count;
};

struct rc_slide {
    int field; /* index of the count's field */
    int32_t max, bytes;
};

struct rc_field {
    char *name;
    enum rc_field_type type;
    uint32_t at; /* 0-based */
    uint32_t length;
    enum rc_charset charset;
    char pad;
    bool justify_right, sign_leading, sign_none, little_endian, is_signed;
    bool required, lenient, card, redefines, blank_is_zero;
    int digits; /* comp: most digits; 0: as many as its bytes hold */
    int decimals, shift;
    int decimals_from; /* field indexes; -1: none */
    int decimals_field;
    int sign_from;
    struct rc_words negative, positive, allowed, null_texts;
    unsigned nulls; /* RC_NULL_… */
    enum rc_date_format format;
    int pivot;
    char *value; /* constant, in the field's encoding */
    int count_field;
    int occurrence;
    struct rc_slide *slides;
    int slide_count;
};

struct rc_match {
    uint32_t at; /* 0-based */
    uint32_t length;
    bool negate;
    uint8_t *values; /* count × length bytes, in the layout's encoding */
    int count;
};

struct rc_record_type {
    char *name;
    enum rc_record_role role;
    struct rc_match *matches;
    int match_count;
    uint64_t in;    /* bit a type; 0: anywhere */
    uint64_t after; /* bit a type; 0 and !after_start: anywhere */
    bool after_start;
    struct rc_field *fields;
    int field_count;
    uint32_t min_length; /* bytes that its always-present fields need */
};

/* A field of a type. */
struct rc_ref {
    int type, field;
};

struct rc_refs {
    struct rc_ref items[RC_LAYOUT_SOURCES];
    int count;
};

enum rc_control_kind {
    RC_CONTROL_COUNT,
    RC_CONTROL_BLOCKS,
    RC_CONTROL_SUM,
    RC_CONTROL_HASH,
    RC_CONTROL_EQUAL,
};
enum rc_take { RC_TAKE_NET, RC_TAKE_DEBIT, RC_TAKE_CREDIT, RC_TAKE_ABSOLUTE };

struct rc_control_rule {
    char *name;
    bool batch; /* scope */
    enum rc_control_kind kind;
    enum rc_take take;
    uint64_t types; /* counted types */
    struct rc_refs of;
    struct rc_refs declared;
    char *per_of, *per_declared; /* field names, or NULL */
    rc_i128 modulus;             /* 0: none */
    int64_t block_size;
};

struct rc_kind_value {
    char *text;
    uint8_t kind;
};

struct rc_map {
    bool present;    /* the layout can be reconciled */
    uint32_t fields; /* bit a canonical field that has a source */
    struct rc_refs id[RC_LAYOUT_SOURCES];
    int id_parts;
    struct rc_refs source[RC_CANON_FIELDS];
    uint8_t constant_currency;
    struct rc_kind_value *kinds;
    int kind_count;
    uint8_t kind_default;
    struct rc_ref file_date; /* type -1: none */
};

struct rc_layout {
    char *name, *title;
    bool illustrative;
    bool lenient; /* what fields are that do not say */
    struct rc_framing framing;
    enum rc_charset charset;
    struct rc_record_type *types;
    int type_count;
    struct rc_control_rule *controls;
    int control_count;
    struct rc_map map;
    rc_u128 digest; /* of the definition: equal text, equal digest */
};

/* Builds a layout; the error names the place. Free with rc_layout_free. */
struct rc_layout *rc_layout_from_json(const json_t *json, struct rc_error *err);

bool rc_layout_is_bundled(const char *name);

/* By bundled name, else by path; `base` is a file beside which a relative path is
 * looked for first (NULL: none). */
json_t *rc_layout_json(const char *name_or_path, const char *base, struct rc_error *err);
struct rc_layout *rc_layout_load(const char *name_or_path, const char *base, struct rc_error *err);

void rc_layout_free(struct rc_layout *layout);

/* Index of a type, or of a field in a type, by name; -1 when there is none. */
int rc_layout_type(const struct rc_layout *layout, const char *name);
int rc_type_field(const struct rc_record_type *type, const char *name);

/* Name of the field's type as in the JSON. */
const char *rc_field_type_name(enum rc_field_type type);
const char *rc_role_name(enum rc_record_role role);

static inline bool rc_field_is_number(const struct rc_field *field)
{
    return field->type >= RC_UNSIGNED && field->type <= RC_EDITED;
}

#endif
