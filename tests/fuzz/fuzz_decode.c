/* Decoding any bytes as a record: the first byte chooses the layout (every field
 * type in several encodings), the rest is the record. */
#include "core/decode.h"
#include "core/jsonr.h"
#include "core/mask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

struct shape {
    const char *name;
    int at, length;
    const char *rest; /* of the field's JSON */
};

/* One record of every type of field. */
static const struct shape all_types[] = {
    {"kind", 1, 1, "'type': 'text'"},
    {"text", 2, 4, "'type': 'text', 'justify': 'right', 'pad': '0'"},
    {"word", 6, 4, "'type': 'text', 'null': ['blank', 'high', 'NONE']"},
    {"digits", 10, 4, "'type': 'unsigned', 'decimals_from': 'code'"},
    {"code", 14, 3, "'type': 'text'"},
    {"separate", 17, 4, "'type': 'separate', 'sign': 'leading', 'decimals': 2"},
    {"zoned", 21, 5, "'type': 'overpunch', 'shift': 3"},
    {"zoned_first", 26, 3, "'type': 'overpunch', 'sign': 'leading'"},
    {"binary", 29, 8, "'type': 'comp', 'digits': 18"},
    {"little", 37, 16, "'type': 'comp', 'endian': 'little', 'lenient': true"},
    {"packed", 53, 4, "'type': 'comp3', 'decimals': 7"},
    {"long_packed", 57, 20, "'type': 'comp3', 'null': ['low']"},
    {"no_sign", 77, 2, "'type': 'comp3', 'sign': 'none'"},
    {"edited", 79, 9, "'type': 'edited', 'lenient': true"},
    {"iso", 88, 10, "'type': 'date', 'format': 'YYYY-MM-DD'"},
    {"day", 98, 4, "'type': 'date', 'format': 'MMDD', 'lenient': true"},
    {"julian", 102, 5, "'type': 'date', 'format': 'YYDDD', 'null': ['zeros']"},
    {"short_julian", 107, 4, "'type': 'date', 'format': 'YDDD', 'lenient': true"},
    {"card", 111, 16, "'type': 'text', 'card': true"},
    {"rest", 127, 3, "'type': 'filler'"},
    {NULL, 0, 0, NULL},
};

/* Few fields, so that a fault in one does not hide the others. */
static const struct shape few_types[] = {
    {"sign", 1, 1, "'type': 'text'"},
    {"places", 2, 1, "'type': 'unsigned'"},
    {"amount", 3, 12,
     "'type': 'unsigned', 'decimals_field': 'places', 'blank_is_zero': true,"
     "'sign_from': {'field': 'sign', 'negative': ['D']}"},
    {"edited", 15, 40, "'type': 'edited', 'lenient': true"},
    {"wide", 55, 38, "'type': 'unsigned', 'lenient': true"},
    {NULL, 0, 0, NULL},
};

/* OCCURS DEPENDING ON, as a copybook import writes it. */
static const struct shape sliding[] = {
    {"n", 1, 1, "'type': 'unsigned'"},
    {"m", 2, 1, "'type': 'unsigned', 'lenient': true"},
    {"a1", 3, 2, "'type': 'text', 'count_field': 'n', 'occurrence': 1"},
    {"a2", 5, 2, "'type': 'comp3', 'count_field': 'n', 'occurrence': 2"},
    {"b1", 7, 3,
     "'type': 'unsigned', 'count_field': 'm', 'occurrence': 1,"
     "'slides': [{'field': 'n', 'max': 2, 'bytes': 2}]"},
    {"end", 10, 4,
     "'type': 'text', 'card': true, 'slides': [{'field': 'n', 'max': 2, 'bytes': 2},"
     "{'field': 'm', 'max': 1, 'bytes': 3}]"},
    {NULL, 0, 0, NULL},
};

static const struct shape *const shapes[] = {all_types, few_types, sliding};
static const char *const encodings[] = {"ascii", "cp037", "cp1047", "cp500", "cp1140"};
enum { SHAPES = 3, ENCODINGS = 5, LAYOUTS = SHAPES * ENCODINGS };

static struct rc_layout *layouts[LAYOUTS];
static struct rc_decoder *decoders[LAYOUTS];
static volatile uint8_t sink;

static void must(bool true_)
{
    if (!true_)
        abort();
}

static struct rc_layout *make_layout(const struct shape *shape, const char *encoding)
{
    struct rc_buf text;
    struct rc_error err = {0};
    rc_buf_init(&text, 1 << 16);
    rc_buf_printf(&text,
                  "{'layout': 'fuzz', 'framing': {'kind': 'rdw'}, 'encoding': '%s', 'records':"
                  "[{'type': 'record', 'role': 'detail', 'fields': [",
                  encoding);
    for (int i = 0; shape[i].name; i++)
        rc_buf_printf(&text, "%s{'name': '%s', 'at': %d, 'length': %d, %s}", i ? ", " : "",
                      shape[i].name, shape[i].at, shape[i].length, shape[i].rest);
    rc_buf_add_str(&text, "]}]}");
    for (size_t i = 0; i < text.length; i++)
        text.data[i] = text.data[i] == '\'' ? '"' : text.data[i];
    json_t *json = rc_jsonr_parse(text.data, text.length, &err);
    struct rc_layout *layout = json ? rc_layout_from_json(json, &err) : NULL;
    if (!layout)
        fprintf(stderr, "%s\n", err.text);
    must(layout != NULL);
    json_decref(json);
    rc_buf_free(&text);
    return layout;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    for (int i = 0; i < LAYOUTS; i++) {
        struct rc_error err = {0};
        layouts[i] = make_layout(shapes[i / ENCODINGS], encodings[i % ENCODINGS]);
        decoders[i] = rc_decoder_new(layouts[i], &err);
        must(decoders[i] != NULL);
        rc_decoder_set_file_date(decoders[i], i % 2 ? 20544 : RC_CIVIL_NONE);
    }
    return 0;
}

static void check_value(const struct rc_value *value)
{
    char text[RC_DECIMAL_TEXT];
    rc_i128 limit = rc_pow10(RC_DECIMAL_DIGITS);
    if (value->kind == RC_VALUE_TEXT)
        for (uint32_t i = 0; i < value->text.length; i++)
            sink = (uint8_t)value->text.data[i];
    if (value->kind != RC_VALUE_NUMBER)
        return;
    must(value->number.unscaled < limit && value->number.unscaled > -limit);
    must(value->number.scale >= 0 && value->number.scale <= RC_DECIMAL_DIGITS);
    must(rc_decimal_format(value->number, text) < sizeof text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rc_value values[64];
    struct rc_fault fault = {0};
    if (size < 1 || size > 4096)
        return 0;
    int i = data[0] % LAYOUTS;
    const struct rc_record_type *type = &layouts[i]->types[0];
    uint32_t length = (uint32_t)size - 1, at;
    uint8_t *bytes = malloc(length + 64);
    must(bytes != NULL);
    memcpy(bytes, data + 1, length);
    memset(bytes + length, 0, 64);
    if (rc_decode_record(decoders[i], type, bytes, length, values, &fault)) {
        for (int f = 0; f < type->field_count; f++) {
            check_value(&values[f]);
            if (rc_field_place(type, &type->fields[f], values, length, &at))
                must(at + type->fields[f].length <= length);
        }
    } else {
        must(fault.reason[0] != '\0');
    }
    rc_mask_raw(layouts[i], type, bytes, length);
    free(bytes);
    return 0;
}
