/* A copybook: refused with a line, or a layout that loads and reads a record of
 * any bytes. The first byte chooses encoding and framing. */
#include "core/copybook.h"
#include "core/decode.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const encodings[] = {NULL, "ascii", "cp037", "cp1140"};
static const char *const framings[] = {NULL, "lines", "fixed", "rdw", "rdw-le", "bdw"};

static void decode(const struct rc_layout *layout)
{
    struct rc_error err = {0};
    struct rc_fault fault;
    const struct rc_record_type *type = &layout->types[0];
    uint32_t length = layout->framing.length ? layout->framing.length : type->min_length;
    uint8_t *bytes = calloc(1, (size_t)length + 64);
    struct rc_value *values = calloc((size_t)type->field_count + 1, sizeof *values);
    struct rc_decoder *decoder = rc_decoder_new(layout, &err);
    if (!bytes || !values || !decoder)
        abort();
    for (int fill = 0; fill < 3; fill++) {
        memset(bytes, "\xf0 \xff"[fill], length);
        rc_decode_record(decoder, type, bytes, length, values, &fault);
    }
    rc_decoder_free(decoder);
    free(values);
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rc_error err = {0};
    if (!size)
        return 0;
    struct rc_copybook_options options = {.encoding = encodings[data[0] % 4],
                                          .framing = framings[data[0] / 4 % 6]};
    json_t *json = rc_copybook_layout((const char *)data + 1, size - 1, &options, &err);
    if (!json) {
        if (err.code == RC_OK || !err.text[0])
            abort();
        return 0;
    }
    struct rc_layout *layout = rc_layout_from_json(json, &err);
    json_decref(json);
    if (layout)
        decode(layout);
    rc_layout_free(layout);
    return 0;
}
