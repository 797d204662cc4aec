/* A layout's JSON: refused with a place, or a layout that can be used. */
#include "core/jsonr.h"
#include "core/layout.h"
#include "core/parse.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool true_)
{
    if (!true_)
        abort();
}

/* What holds for every layout that was accepted. */
static void check(const struct rc_layout *layout)
{
    must(layout->type_count >= 1 && layout->type_count <= RC_LAYOUT_TYPES);
    must(layout->framing.max_length <= RC_RECORD_BYTES_MAX);
    for (int t = 0; t < layout->type_count; t++) {
        const struct rc_record_type *type = &layout->types[t];
        must(rc_layout_type(layout, type->name) == t);
        must(type->field_count <= RC_LAYOUT_FIELDS);
        for (int f = 0; f < type->field_count; f++) {
            const struct rc_field *field = &type->fields[f];
            must(rc_type_field(type, field->name) == f);
            must(field->length >= 1 && field->at + field->length <= layout->framing.max_length);
            must(rc_field_type_name(field->type)[0] != '\0');
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rc_error err = {0};
    struct rc_sink sink = {0};
    struct rc_parse_options options = {.file_date = RC_CIVIL_NONE};
    json_t *json = rc_jsonr_parse((const char *)data, size, &err);
    if (!json) {
        must(err.code != RC_OK && err.text[0]);
        return 0;
    }
    struct rc_layout *layout = rc_layout_from_json(json, &err);
    json_decref(json);
    if (!layout) {
        must(err.code == RC_INVALID && err.text[0]);
        return 0;
    }
    check(layout);
    struct rc_parser *parser = rc_parser_new(layout, &options, &sink, &err);
    must(parser != NULL);
    rc_parser_free(parser);
    rc_layout_free(layout);
    return 0;
}
