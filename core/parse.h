/* The parser: a file becomes records, transactions, rejected records and
 * controls, in bounded memory and in one pass. */
#ifndef RC_CORE_PARSE_H
#define RC_CORE_PARSE_H

#include "core/day.h"
#include "core/decode.h"
#include "core/frame.h"
#include "core/mask.h"

/* One record with its decoded fields. */
struct rc_parsed {
    int type; /* index into the layout's types */
    const struct rc_raw *raw;
    const struct rc_value *values;
};

/* Bytes that were not accepted. */
struct rc_reject {
    uint64_t number, offset;
    const char *field; /* NULL: the record as a whole */
    const char *reason;
    const uint8_t *raw; /* card numbers masked */
    uint32_t raw_length;
    uint64_t framed_length; /* that it takes up in the file, framing included */
};

/* Where the parser's findings go. Each function may be NULL; one that gives false
 * (with err set) ends the run. What they are handed is valid during the call. */
struct rc_sink {
    void *context;
    bool (*record)(void *context, const struct rc_parsed *parsed, struct rc_error *err);
    /* `count` transactions; the first stands at *first, each of the others
     * first->length bytes and one number further on. */
    bool (*transactions)(void *context, const struct rc_record *records, size_t count,
                         const struct rc_where *first, struct rc_error *err);
    bool (*reject)(void *context, const struct rc_reject *reject, struct rc_error *err);
};

struct rc_parse_options {
    int32_t file_date; /* RC_CIVIL_NONE: from the file's header, when the layout says where */
    struct rc_card_key card_key;
    bool general_only; /* never the quick way: for tests that hold both against each other */
};

struct rc_parse_totals {
    uint64_t types[RC_LAYOUT_TYPES]; /* accepted records a type */
    uint64_t records;                /* accepted, of all types */
    uint64_t transactions;
    uint64_t rejected;
    uint64_t lenient;    /* fields that became null because they did not decode */
    int32_t file_date;   /* given or found; RC_CIVIL_NONE */
    int32_t header_date; /* as the file's header has it; RC_CIVIL_NONE */
    uint64_t bytes;
    struct rc_controls controls;
};

struct rc_parser;

/* The layout must outlive the parser. NULL without memory. */
struct rc_parser *rc_parser_new(const struct rc_layout *layout,
                                const struct rc_parse_options *options, const struct rc_sink *sink,
                                struct rc_error *err);
void rc_parser_free(struct rc_parser *parser);

/* Parses the whole of fd. False only when reading failed, a limit was reached or
 * a sink ended it; bad records are counted, not errors. */
bool rc_parser_run(struct rc_parser *parser, int fd, struct rc_error *err);

const struct rc_parse_totals *rc_parser_totals(const struct rc_parser *parser);

/* Whether every transaction is one record that is understood by itself (and the
 * file date), so that it can be read back alone by rc_parser_read_one. */
bool rc_layout_is_plain(const struct rc_layout *layout);

/* Decodes the one transaction in `raw` of a plain layout: its record (texts live
 * until the next call) and its type. False with a fault when it is not accepted. */
bool rc_parser_read_one(struct rc_parser *parser, const struct rc_raw *raw,
                        struct rc_record *record, int *type, struct rc_fault *fault);

#endif
