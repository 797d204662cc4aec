#include "core/parse.h"

#include "core/fast.h"
#include "core/map.h"
#include "core/recognise.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The last record of a type that still stands: its values, with texts of its own. */
struct held {
    bool stands;
    struct rc_value *values;
    char *text;
};

struct rc_parser {
    const struct rc_layout *layout;
    struct rc_parse_options options;
    struct rc_sink sink;
    struct rc_decoder *decoder;
    struct rc_mapper *mapper;
    struct rc_tally *tally;
    struct rc_frame *frame;
    struct rc_fast *fast;
    bool fast_tried, plain;
    bool has_addenda;        /* a detail may go on in the records behind it */
    struct rc_value *values; /* of the record at hand */
    struct held held[RC_LAYOUT_TYPES];
    struct rc_position position; /* of the record at hand */
    int pending;                 /* type of the detail whose addenda may follow; -1 */
    struct rc_where pending_where;
    struct rc_buf pending_raw;
    struct rc_buf masked;
    struct rc_record batch[RC_FAST_BATCH];
    struct rc_parse_totals totals;
};

/* ----- making one ----- */

/* The detail alone has everything that the map needs. */
static bool needs_only_details(const struct rc_layout *layout)
{
    for (int c = 0; c < RC_CANON_FIELDS + RC_LAYOUT_SOURCES; c++) {
        const struct rc_refs *refs =
            c < RC_CANON_FIELDS ? &layout->map.source[c] : &layout->map.id[c - RC_CANON_FIELDS];
        for (int i = 0; i < refs->count; i++)
            if (layout->types[refs->items[i].type].role != RC_DETAIL)
                return false;
    }
    return true;
}

bool rc_layout_is_plain(const struct rc_layout *layout)
{
    int details = 0;
    bool placed = false; /* a detail is known by what stands before it */
    for (int t = 0; t < layout->type_count; t++) {
        const struct rc_record_type *type = &layout->types[t];
        if (type->role == RC_ADDENDA || type->in)
            return false;
        if (type->role != RC_DETAIL)
            continue;
        details++;
        placed |= type->after || type->after_start;
    }
    if (details > 1 && placed)
        return false;
    if (details && layout->framing.kind == RC_FRAME_BDW)
        return false;
    return !layout->map.present || needs_only_details(layout);
}

static bool make_held(struct rc_parser *parser)
{
    for (int t = 0; t < parser->layout->type_count; t++) {
        const struct rc_record_type *type = &parser->layout->types[t];
        size_t text = 1;
        for (int f = 0; f < type->field_count; f++)
            text += 3 * (size_t)type->fields[f].length;
        parser->held[t].values = calloc((size_t)type->field_count + 1, sizeof(struct rc_value));
        parser->held[t].text = malloc(text);
        if (!parser->held[t].values || !parser->held[t].text)
            return false;
    }
    return true;
}

struct rc_parser *rc_parser_new(const struct rc_layout *layout,
                                const struct rc_parse_options *options, const struct rc_sink *sink,
                                struct rc_error *err)
{
    struct rc_parser *parser = calloc(1, sizeof *parser);
    int most = 1;
    if (!parser)
        goto nomem;
    parser->layout = layout;
    parser->options = *options;
    parser->sink = *sink;
    parser->position = rc_position_start;
    parser->pending = -1;
    parser->plain = rc_layout_is_plain(layout);
    parser->totals.file_date = options->file_date;
    parser->totals.header_date = RC_CIVIL_NONE;
    rc_buf_init(&parser->masked, layout->framing.max_length + RC_READ_PAST);
    rc_buf_init(&parser->pending_raw, layout->framing.max_length + RC_READ_PAST);
    for (int t = 0; t < layout->type_count; t++) {
        parser->has_addenda |= layout->types[t].role == RC_ADDENDA;
        if (layout->types[t].field_count > most)
            most = layout->types[t].field_count;
    }
    parser->values = calloc((size_t)most, sizeof *parser->values);
    parser->decoder = rc_decoder_new(layout, err);
    parser->mapper = rc_mapper_new(layout, &parser->options.card_key, err);
    parser->tally = rc_tally_new(layout, err);
    if (!parser->values || !parser->decoder || !parser->mapper || !parser->tally ||
        (!parser->plain && !make_held(parser)))
        goto nomem;
    rc_decoder_set_file_date(parser->decoder, options->file_date);
    return parser;
nomem:
    rc_parser_free(parser);
    rc_error_nomem(err);
    return NULL;
}

void rc_parser_free(struct rc_parser *parser)
{
    if (!parser)
        return;
    for (int t = 0; t < RC_LAYOUT_TYPES; t++) {
        free(parser->held[t].values);
        free(parser->held[t].text);
    }
    rc_decoder_free(parser->decoder);
    rc_mapper_free(parser->mapper);
    rc_tally_free(parser->tally);
    rc_frame_free(parser->frame);
    rc_fast_free(parser->fast);
    rc_buf_free(&parser->masked);
    rc_buf_free(&parser->pending_raw);
    rc_controls_free(&parser->totals.controls);
    free(parser->values);
    free(parser);
}

const struct rc_parse_totals *rc_parser_totals(const struct rc_parser *parser)
{
    return &parser->totals;
}

/* ----- which type a record is ----- */

/* The type of a record; or -1 with a reason, and the type that it would be elsewhere. */
static int choose_type(const struct rc_parser *parser, const struct rc_raw *raw, int *misplaced,
                       struct rc_fault *fault)
{
    int type = rc_recognise(parser->layout, &parser->position, raw->bytes, raw->length, misplaced);
    int previous = parser->position.previous;
    if (type >= 0)
        return type;
    fault->field = NULL;
    if (*misplaced < 0)
        snprintf(fault->reason, sizeof fault->reason,
                 "unknown record type: the layout describes no record that begins like this");
    else
        snprintf(fault->reason, sizeof fault->reason, "out of order: %s may not stand %s%s here",
                 parser->layout->types[*misplaced].name,
                 previous < 0 ? "at the start of the file" : "after ",
                 previous < 0 ? "" : parser->layout->types[previous].name);
    return -1;
}

/* ----- rejected records ----- */

static bool reject(struct rc_parser *parser, int type, const struct rc_raw *raw,
                   const struct rc_fault *fault, struct rc_error *err)
{
    parser->totals.rejected++;
    if (!parser->sink.reject)
        return true;
    rc_buf_clear(&parser->masked);
    if (!rc_buf_add(&parser->masked, raw->bytes, raw->length)) {
        rc_error_nomem(err);
        return false;
    }
    const struct rc_record_type *known = type >= 0 ? &parser->layout->types[type] : NULL;
    rc_mask_raw(parser->layout, known, (uint8_t *)parser->masked.data, raw->length);
    struct rc_reject found = {.number = raw->number,
                              .offset = raw->offset,
                              .field = fault->field,
                              .reason = fault->reason,
                              .raw = (const uint8_t *)parser->masked.data,
                              .raw_length = raw->length,
                              .framed_length = raw->framed_length};
    return parser->sink.reject(parser->sink.context, &found, err);
}

/* ----- transactions of several records ----- */

static void hold(struct rc_parser *parser, int type)
{
    struct held *held = &parser->held[type];
    const struct rc_record_type *shape = &parser->layout->types[type];
    char *text = held->text;
    for (int f = 0; f < shape->field_count; f++) {
        held->values[f] = parser->values[f];
        if (parser->values[f].kind != RC_VALUE_TEXT)
            continue;
        memcpy(text, parser->values[f].text.data, parser->values[f].text.length);
        held->values[f].text.data = text;
        text += parser->values[f].text.length;
    }
    held->stands = true;
}

static void drop_roles(struct rc_parser *parser, enum rc_record_role role)
{
    for (int t = 0; t < parser->layout->type_count; t++)
        if (parser->layout->types[t].role == role)
            parser->held[t].stands = false;
}

static bool flush_pending(struct rc_parser *parser, struct rc_error *err)
{
    struct rc_standing standing = {0};
    struct rc_record record;
    struct rc_fault fault;
    int type = parser->pending;
    if (type < 0)
        return true;
    parser->pending = -1;
    for (int t = 0; t < parser->layout->type_count; t++)
        standing.values[t] = parser->held[t].stands ? parser->held[t].values : NULL;
    bool mapped = rc_map_record(parser->mapper, &standing, &record, &fault);
    drop_roles(parser, RC_DETAIL);
    drop_roles(parser, RC_ADDENDA);
    if (!mapped) {
        struct rc_raw raw = {.bytes = (const uint8_t *)parser->pending_raw.data,
                             .length = (uint32_t)parser->pending_raw.length,
                             .number = parser->pending_where.number,
                             .offset = parser->pending_where.offset,
                             .framed_length = parser->pending_where.length};
        parser->totals.types[type]--;
        parser->totals.records--;
        return reject(parser, type, &raw, &fault, err);
    }
    parser->totals.transactions++;
    return !parser->sink.transactions ||
           parser->sink.transactions(parser->sink.context, &record, 1, &parser->pending_where, err);
}

static bool begin_pending(struct rc_parser *parser, int type, const struct rc_raw *raw,
                          struct rc_error *err)
{
    parser->pending = type;
    parser->pending_where =
        (struct rc_where){raw->number, raw->offset, (uint32_t)raw->framed_length, 0};
    rc_buf_clear(&parser->pending_raw);
    if (rc_buf_add(&parser->pending_raw, raw->bytes, raw->length))
        return true;
    rc_error_nomem(err);
    return false;
}

/* Keeps what later records of the file need of this one. */
static bool keep_context(struct rc_parser *parser, int type, const struct rc_raw *raw,
                         struct rc_error *err)
{
    enum rc_record_role role = parser->layout->types[type].role;
    if (parser->plain || !parser->layout->map.present || role == RC_FILLER_RECORD)
        return true;
    if (role == RC_DETAIL && !begin_pending(parser, type, raw, err))
        return false;
    if (role == RC_ADDENDA && parser->pending >= 0)
        parser->pending_where.length =
            (uint32_t)(raw->offset + raw->framed_length - parser->pending_where.offset);
    if (role != RC_ADDENDA || parser->pending >= 0) /* else its detail was rejected */
        hold(parser, type);
    return parser->has_addenda || flush_pending(parser, err);
}

/* ----- one record, the general way ----- */

static void find_file_date(struct rc_parser *parser, int type)
{
    const struct rc_ref *ref = &parser->layout->map.file_date;
    if (ref->type != type || parser->values[ref->field].kind != RC_VALUE_DATE ||
        parser->totals.header_date != RC_CIVIL_NONE)
        return;
    parser->totals.header_date = parser->values[ref->field].date;
    if (parser->totals.file_date == RC_CIVIL_NONE) {
        parser->totals.file_date = parser->totals.header_date;
        rc_decoder_set_file_date(parser->decoder, parser->totals.file_date);
    }
}

/* A batch that ends, or that another one follows, takes its header with it. */
static void nest(struct rc_parser *parser, int type)
{
    enum rc_record_role role = parser->layout->types[type].role;
    if (role == RC_BATCH_HEADER || role == RC_BATCH_TRAILER || role == RC_FILE_TRAILER)
        drop_roles(parser, RC_BATCH_HEADER);
    rc_position_pass(parser->layout, &parser->position, type);
}

static void count_lenient(struct rc_parser *parser, const struct rc_record_type *type)
{
    for (int f = 0; f < type->field_count; f++)
        parser->totals.lenient += parser->values[f].lenient;
}

/* A plain detail is its transaction. */
static bool map_plain(struct rc_parser *parser, int type, struct rc_record *record,
                      struct rc_fault *fault)
{
    struct rc_standing standing = {0};
    standing.values[type] = parser->values;
    return rc_map_record(parser->mapper, &standing, record, fault);
}

static bool accept(struct rc_parser *parser, int type, const struct rc_raw *raw,
                   const struct rc_record *record, struct rc_error *err)
{
    struct rc_parsed parsed = {type, raw, parser->values};
    struct rc_where where = {raw->number, raw->offset, (uint32_t)raw->framed_length, 0};
    const struct rc_record_type *shape = &parser->layout->types[type];
    parser->totals.types[type]++;
    parser->totals.records++;
    count_lenient(parser, shape);
    find_file_date(parser, type);
    if (parser->sink.record && !parser->sink.record(parser->sink.context, &parsed, err))
        return false;
    if (!rc_tally_add(parser->tally, type, parser->values, raw->number, &parser->totals.controls,
                      err))
        return false;
    nest(parser, type);
    if (!record)
        return keep_context(parser, type, raw, err);
    parser->totals.transactions++;
    return !parser->sink.transactions ||
           parser->sink.transactions(parser->sink.context, record, 1, &where, err);
}

/* Addenda and fillers leave the transaction before them open. */
static bool continues(enum rc_record_role role)
{
    return role == RC_ADDENDA || role == RC_FILLER_RECORD;
}

/* A record that is refused still says where the file stands: what follows it is
 * judged by its place, and one bad record does not take the good ones with it. */
static bool refuse(struct rc_parser *parser, int type, const struct rc_raw *raw,
                   const struct rc_fault *fault, struct rc_error *err)
{
    if (type >= 0) {
        if (!continues(parser->layout->types[type].role) && !flush_pending(parser, err))
            return false;
        nest(parser, type);
    }
    return reject(parser, type, raw, fault, err);
}

/* What could not be cut out as a record stands for the one that it begins like. */
static bool refuse_uncut(struct rc_parser *parser, const struct rc_raw *raw, struct rc_error *err)
{
    struct rc_fault fault = {0};
    int misplaced = -1;
    int type = choose_type(parser, raw, &misplaced, &fault);
    snprintf(fault.reason, sizeof fault.reason, "%s", raw->reason);
    return refuse(parser, type >= 0 ? type : misplaced, raw, &fault, err);
}

static bool take_record(struct rc_parser *parser, const struct rc_raw *raw, struct rc_error *err)
{
    struct rc_fault fault = {0};
    struct rc_record record;
    int misplaced = -1;
    int type = choose_type(parser, raw, &misplaced, &fault);
    if (type < 0)
        return refuse(parser, misplaced, raw, &fault, err);
    const struct rc_record_type *shape = &parser->layout->types[type];
    if (!continues(shape->role) && !flush_pending(parser, err))
        return false;
    if (!rc_decode_record(parser->decoder, shape, raw->bytes, raw->length, parser->values, &fault))
        return refuse(parser, type, raw, &fault, err);
    bool single = parser->plain && parser->layout->map.present && shape->role == RC_DETAIL;
    if (single && !map_plain(parser, type, &record, &fault))
        return refuse(parser, type, raw, &fault, err);
    return accept(parser, type, raw, single ? &record : NULL, err);
}

/* ----- many records, the quick way ----- */

static bool make_fast(struct rc_parser *parser, const struct rc_raw *raw, struct rc_error *err)
{
    if (parser->fast_tried || parser->options.general_only || parser->sink.record)
        return true;
    struct rc_error why = {0};
    uint64_t ends = raw->framed_length - raw->length;
    const char *newline = parser->layout->framing.kind != RC_FRAME_LINES
                              ? ""
                              : (ends == 1 ? "\n" : (ends == 2 ? "\r\n" : ""));
    parser->fast_tried = true;
    parser->fast = rc_fast_new(parser->layout, newline, &why);
    if (why.code)
        *err = why;
    return why.code == RC_OK;
}

static bool take_batch(struct rc_parser *parser, size_t count, struct rc_error *err)
{
    size_t stride = rc_fast_stride(parser->fast);
    struct rc_where first = {rc_frame_number(parser->frame), rc_frame_offset(parser->frame),
                             (uint32_t)stride, 0};
    parser->totals.types[rc_fast_type(parser->fast)] += count;
    parser->totals.records += count;
    if (parser->layout->map.present) {
        parser->totals.transactions += count;
        if (parser->sink.transactions &&
            !parser->sink.transactions(parser->sink.context, parser->batch, count, &first, err))
            return false;
    }
    rc_frame_take(parser->frame, stride, count);
    return true;
}

/* Reads as long as records are plain; what is not is left to the general way. */
static bool run_fast(struct rc_parser *parser, struct rc_error *err)
{
    int type = rc_fast_type(parser->fast), sum_count;
    size_t stride = rc_fast_stride(parser->fast), available, count;
    uint64_t total = 0;
    const uint8_t *bytes;
    struct rc_error why = {0};
    if (!rc_may_stand(&parser->position, &parser->layout->types[type]))
        return true;
    do {
        available = rc_frame_peek(parser->frame, stride, &bytes, &why);
        if (why.code) {
            *err = why;
            return false;
        }
        count =
            available < stride ? 0 : rc_fast_read(parser->fast, bytes, available, parser->batch);
        total += count;
        if (count && !take_batch(parser, count, err))
            return false;
    } while (count);
    if (total)
        rc_position_pass(parser->layout, &parser->position, type);
    const struct rc_field_sums *sums = rc_fast_sums(parser->fast, &sum_count);
    bool ok = !total || rc_tally_bulk(parser->tally, type, total, sums, sum_count, err);
    rc_fast_reset_sums(parser->fast);
    return ok;
}

/* ----- the file ----- */

static bool run_records(struct rc_parser *parser, struct rc_error *err)
{
    struct rc_raw raw;
    for (;;) {
        if (parser->fast && !run_fast(parser, err))
            return false;
        enum rc_frame_result result = rc_frame_next(parser->frame, &raw, err);
        if (result == RC_FRAME_END)
            return true;
        if (result == RC_FRAME_ERROR)
            return false;
        if (result == RC_FRAME_FAULT) {
            if (!refuse_uncut(parser, &raw, err))
                return false;
            continue;
        }
        if (!take_record(parser, &raw, err) || !make_fast(parser, &raw, err))
            return false;
    }
}

bool rc_parser_run(struct rc_parser *parser, int fd, struct rc_error *err)
{
    parser->frame = rc_frame_new(fd, &parser->layout->framing, true, err);
    if (!parser->frame || !run_records(parser, err) || !flush_pending(parser, err))
        return false;
    parser->totals.bytes = rc_frame_offset(parser->frame);
    return rc_tally_finish(parser->tally, &parser->totals.controls, err);
}

bool rc_parser_read_one(struct rc_parser *parser, const struct rc_raw *raw,
                        struct rc_record *record, int *type, struct rc_fault *fault)
{
    struct rc_error none;
    if (!make_fast(parser, raw, &none))
        return false;
    if (parser->fast && rc_fast_read(parser->fast, raw->bytes, raw->framed_length, parser->batch)) {
        *type = rc_fast_type(parser->fast);
        *record = parser->batch[0];
        return true;
    }
    for (*type = 0; *type < parser->layout->type_count; ++*type) {
        const struct rc_record_type *shape = &parser->layout->types[*type];
        if (shape->role == RC_DETAIL && rc_type_matches(shape, raw->bytes, raw->length))
            return rc_decode_record(parser->decoder, shape, raw->bytes, raw->length, parser->values,
                                    fault) &&
                   map_plain(parser, *type, record, fault);
    }
    snprintf(fault->reason, sizeof fault->reason, "no detail record stands here any more");
    return false;
}
