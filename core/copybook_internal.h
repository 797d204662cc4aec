/* What the parts of the copybook reader share. The scanner cuts the text into
 * words, the parser makes a tree of items from them, the measuring pass settles
 * what each item is and where it stands, and core/copybook.c writes the layout
 * from that tree. Slices point into the copybook's text, which outlives them. */
#ifndef RC_CORE_COPYBOOK_INTERNAL_H
#define RC_CORE_COPYBOOK_INTERNAL_H

#include "base/decimal.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    RC_COPYBOOK_BYTES = 1 << 20,        /* longest copybook */
    RC_COPYBOOK_RECORD_BYTES = 1 << 20, /* longest record that a layout can have */
    RC_COPYBOOK_ITEMS = 16384,          /* most data items, groups and fillers counted */
    RC_COPYBOOK_FIELDS = 4096,          /* most fields that come out */
    RC_COPYBOOK_NAME = 64,              /* longest data name; COBOL's limit is 30 */
    RC_COPYBOOK_DEPTH = 49,             /* levels 01 to 49 */
    RC_COPYBOOK_SUBSCRIPTS = 7,         /* OCCURS within OCCURS, as in COBOL */
    RC_COPYBOOK_TABLES = 32,            /* most OCCURS DEPENDING ON */
};

struct rc_slice {
    const char *text;
    size_t length;
};

/* Fills err with "line N: ..." and gives false. */
bool rc_copybook_fail(struct rc_error *err, unsigned line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The slice as text for a message: cut, and without bytes that do not print. */
struct rc_copybook_shown {
    char text[72];
};
struct rc_copybook_shown rc_copybook_show(struct rc_slice slice);

/* Whether two slices, or a slice and an upper-case word, are the same word. */
bool rc_copybook_same(struct rc_slice a, struct rc_slice b);
bool rc_copybook_is(struct rc_slice slice, const char *word);

/* ---- scanner ---- */

enum rc_copybook_kind {
    RC_COPYBOOK_END,
    RC_COPYBOOK_WORD,    /* a word, number or picture */
    RC_COPYBOOK_LITERAL, /* a quoted literal; its text is of no interest */
    RC_COPYBOOK_PERIOD,
};

struct rc_copybook_token {
    enum rc_copybook_kind kind;
    struct rc_slice slice;
    unsigned line;
};

struct rc_copybook_scanner {
    const char *at;       /* next character of the line's text area */
    const char *area_end; /* behind that area */
    const char *next;     /* start of the next line */
    const char *end;      /* behind the copybook */
    unsigned line;
    bool free_text; /* no sequence and indicator columns */
    char indicator; /* column 7 of the line */
    struct rc_error *err;
};

void rc_copybook_scan(struct rc_copybook_scanner *scanner, const char *text, size_t length,
                      struct rc_error *err);

/* The next token; RC_COPYBOOK_END behind the last. False with an error. */
bool rc_copybook_next(struct rc_copybook_scanner *scanner, struct rc_copybook_token *token);

/* ---- pictures ---- */

enum rc_copybook_category {
    RC_PICTURE_TEXT,        /* X and A, also mixed with 9, B, 0 and / */
    RC_PICTURE_NUMERIC,     /* S 9 V P */
    RC_PICTURE_EDITED,      /* 9 Z + - . and commas: what `edited` fields read */
    RC_PICTURE_EDITED_TEXT, /* edited with $, *, CR, ...: only text holds it */
};

struct rc_copybook_picture {
    enum rc_copybook_category category;
    bool is_signed;
    unsigned digits;   /* digit positions that are stored */
    unsigned decimals; /* of them and of P behind the decimal point */
    unsigned shift;    /* P to the right: the value is digits * 10^shift */
    unsigned bytes;    /* as USAGE DISPLAY, without a separate sign */
    bool blank_zero;   /* zero is shown as blanks: nothing but Z */
};

bool rc_copybook_picture(struct rc_slice text, unsigned line, struct rc_copybook_picture *picture,
                         struct rc_error *err);

/* ---- items ---- */

enum rc_copybook_usage {
    RC_USAGE_UNSET,
    RC_USAGE_DISPLAY,
    RC_USAGE_COMP,
    RC_USAGE_COMP3,
    RC_USAGE_COMP5,
};

enum rc_copybook_sign { RC_SIGN_UNSET, RC_SIGN_LEADING, RC_SIGN_TRAILING };

struct rc_copybook_item {
    struct rc_copybook_item *parent, *first, *last, *next;
    unsigned line;
    unsigned level;
    struct rc_slice name;         /* empty: FILLER */
    struct rc_slice picture_text; /* empty: none */
    struct rc_slice redefines;
    struct rc_slice depending;
    enum rc_copybook_usage usage; /* its own or the group's, once measured */
    enum rc_copybook_sign sign;
    bool separate;
    bool blank_zero;
    bool justified;
    bool has_occurs;
    uint32_t occurs; /* 1 without OCCURS */

    /* From here on: what measuring finds out. */
    struct rc_copybook_picture picture;
    struct rc_copybook_item *counter; /* what `depending` names */
    uint32_t offset;                  /* of the first occurrence, in the group's */
    uint32_t bytes;                   /* of one occurrence */
    uint32_t fields;                  /* that come of all its occurrences */
    unsigned variable_line;           /* where OCCURS DEPENDING ON stands in it, or 0 */

    /* Names: how many groups are prefixed to it, whether that was too few, and
     * the name of the field in the end (of the last occurrence). */
    unsigned prefixes;
    bool clashes;
    const char *label;
};

/* Makes the tree: root's children are the records (level 01; an unnamed one is
 * put around a copybook without). */
bool rc_copybook_parse(const char *text, size_t length, struct rc_copybook_item *root,
                       struct rc_error *err);

/* Settles record's sizes, offsets and references. */
bool rc_copybook_measure(struct rc_copybook_item *record, struct rc_error *err);

/* Frees what hangs below root. */
void rc_copybook_free(struct rc_copybook_item *root);

/* ---- fields ---- */

/* One elementary item in one of its occurrences. */
struct rc_copybook_field {
    struct rc_copybook_item *item;
    uint32_t at; /* from 0 */
    uint32_t subscripts[RC_COPYBOOK_SUBSCRIPTS];
    unsigned depth;                       /* subscripts that it has */
    const struct rc_copybook_item *table; /* the OCCURS DEPENDING ON it stands in */
    uint32_t occurrence;                  /* in that, from 1 */
    unsigned tables_before;               /* tables of varying length left of it */
    bool redefines;
    char *name; /* owned */
};

/* Gives each field a name that no other has: its item's, where several items
 * have that one with their groups' before it, with its subscripts behind it.
 * False without memory; names that were given stay with the caller. */
bool rc_copybook_name_fields(struct rc_copybook_field *fields, size_t count);

#endif
