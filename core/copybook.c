#include "core/copybook.h"

#include "core/charset.h"
#include "core/copybook_internal.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    LAYOUT_NAME = 64,           /* longest name of a layout */
    DEFAULT_MAX_LENGTH = 32768, /* of a layout's framing */
};

/* Where the walk through the tree stands; what is in `now` goes into each field. */
struct writer {
    struct rc_copybook_item *record;
    struct rc_copybook_field *fields;
    size_t count;
    const struct rc_copybook_item *tables[RC_COPYBOOK_TABLES];
    struct rc_copybook_field now;
};

/* ---- fields ---- */

/* base is where the group's occurrence starts. Gives every occurrence of the
 * elementary items below; what has no name is left out. */
static void expand(struct writer *writer, struct rc_copybook_item *item, uint32_t base)
{
    struct rc_copybook_field outer = writer->now, *now = &writer->now;
    if (!item->fields && !item->variable_line)
        return;
    now->redefines |= item->redefines.length > 0;
    for (uint32_t n = 0; n < item->occurs; n++) {
        uint32_t at = base + item->offset + n * item->bytes;
        if (item->has_occurs) {
            now->subscripts[outer.depth] = n + 1;
            now->depth = outer.depth + 1;
        }
        if (item->depending.length) {
            now->table = item;
            now->occurrence = n + 1;
        }
        for (struct rc_copybook_item *child = item->first; child; child = child->next)
            expand(writer, child, at);
        if (!item->first && item->fields) {
            struct rc_copybook_field *field = &writer->fields[writer->count++];
            *field = *now;
            field->item = item;
            field->at = at;
        }
    }
    outer.tables_before = now->tables_before;
    *now = outer;
    if (item->depending.length)
        writer->tables[now->tables_before++] = item;
}

/* ---- layout ---- */

/* A value that could not be made is NULL, which jansson refuses. */
static bool put(json_t *object, const char *key, json_t *value)
{
    return json_object_set_new(object, key, value) == 0;
}

static bool put_string(json_t *object, const char *key, const char *value)
{
    return put(object, key, json_string(value));
}

static bool put_number(json_t *object, const char *key, uint32_t value)
{
    return put(object, key, json_integer(value));
}

static bool put_positive(json_t *object, const char *key, uint32_t value)
{
    return value == 0 || put_number(object, key, value);
}

static const char *display_type(const struct rc_copybook_item *item)
{
    if (!item->picture.is_signed)
        return "unsigned";
    return item->separate ? "separate" : "overpunch";
}

static bool put_numeric(json_t *object, const struct rc_copybook_item *item)
{
    const struct rc_copybook_picture *picture = &item->picture;
    bool good;
    if (item->usage == RC_USAGE_DISPLAY) {
        good = put_string(object, "type", display_type(item));
        if (picture->is_signed && item->sign == RC_SIGN_LEADING)
            good = good && put_string(object, "sign", "leading");
        /* An amount that was never moved to is blank, and COBOL computes with it as zero. */
        if (picture->decimals)
            good = good && put(object, "blank_is_zero", json_true());
    } else {
        good = put_string(object, "type", item->usage == RC_USAGE_COMP3 ? "comp3" : "comp") &&
               put(object, "signed", json_boolean(picture->is_signed));
    }
    if (item->usage == RC_USAGE_COMP)
        good = good && put_number(object, "digits", picture->digits);
    if (item->usage == RC_USAGE_COMP5)
        good = good && put_string(object, "endian", "little") &&
               put_string(object, "note",
                          "COMP-5 has the machine's byte order: big on z/OS, little on x86");
    return good && put_positive(object, "decimals", picture->decimals) &&
           put_positive(object, "shift", picture->shift);
}

static bool put_type(json_t *object, const struct rc_copybook_item *item)
{
    enum rc_copybook_category category = item->picture.category;
    bool good = true, blank = item->blank_zero;
    if (category == RC_PICTURE_NUMERIC) {
        good = put_numeric(object, item);
    } else if (category == RC_PICTURE_EDITED) {
        good = put_string(object, "type", "edited");
        blank |= item->picture.blank_zero;
    } else {
        good = put_string(object, "type", "text");
        if (item->justified)
            good = good && put_string(object, "justify", "right");
        if (category == RC_PICTURE_EDITED_TEXT)
            good = good && put_string(object, "note", "a number, edited in a way only text holds");
    }
    return good && (!blank || put(object, "null", json_pack("[s]", "blank")));
}

static bool put_slides(const struct writer *writer, json_t *object,
                       const struct rc_copybook_field *field)
{
    json_t *slides = json_array();
    for (unsigned i = 0; i < field->tables_before; i++) {
        const struct rc_copybook_item *table = writer->tables[i];
        json_t *slide = json_object();
        bool good = put_string(slide, "field", table->counter->label) &&
                    put_number(slide, "max", table->occurs) &&
                    put_number(slide, "bytes", table->bytes);
        if (!good)
            json_decref(slide);
        if (json_array_append_new(slides, good ? slide : NULL)) {
            json_decref(slides);
            return false;
        }
    }
    return put(object, "slides", slides);
}

/* Whether one of the words that underscores part a name into is this one. */
static bool has_word(const char *name, const char *word)
{
    size_t length = strlen(word);
    const char *at = name;
    while (at) {
        if (strncasecmp(at, word, length) == 0 && (at[length] == '_' || at[length] == '\0'))
            return true;
        at = strchr(at, '_');
        if (at)
            at++;
    }
    return false;
}

/* A copybook does not call a field a card number; its name and its length do. */
static bool names_card(const struct rc_copybook_field *field)
{
    static const char *const words[] = {"NUM", "NO", "NBR", "NUMBER"};
    bool numbered = false;
    if (field->item->bytes < 13 || field->item->bytes > 19)
        return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        numbered |= has_word(field->name, words[i]);
    return has_word(field->name, "PAN") || (has_word(field->name, "CARD") && numbered);
}

static json_t *field_json(const struct writer *writer, const struct rc_copybook_field *field)
{
    json_t *object = json_object();
    bool good = put_string(object, "name", field->name) &&
                put_number(object, "at", field->at + 1) &&
                put_number(object, "length", field->item->bytes) && put_type(object, field->item);
    if (names_card(field))
        good = good && put(object, "card", json_true());
    if (field->redefines)
        good = good && put(object, "redefines", json_true());
    if (field->table)
        good = good && put_string(object, "count_field", field->table->counter->label) &&
               put_number(object, "occurrence", field->occurrence);
    if (field->tables_before)
        good = good && put_slides(writer, object, field);
    if (good)
        return object;
    json_decref(object);
    return NULL;
}

static json_t *fields_json(const struct writer *writer)
{
    json_t *fields = json_array();
    for (size_t i = 0; i < writer->count; i++) {
        if (json_array_append_new(fields, field_json(writer, &writer->fields[i]))) {
            json_decref(fields);
            return NULL;
        }
    }
    return fields;
}

/* The record's name in lower case, `dash` for the one character that the place
 * where it goes does not have. */
static void lower_name(const struct rc_copybook_item *record, char dash, const char *unnamed,
                       char name[LAYOUT_NAME + 1])
{
    struct rc_slice from = record->name;
    if (!from.length)
        from = (struct rc_slice){unnamed, strlen(unnamed)};
    size_t length = from.length < LAYOUT_NAME ? from.length : LAYOUT_NAME;
    for (size_t i = 0; i < length; i++) {
        char c = from.text[i];
        name[i] = c == '-' || c == '_' ? dash : c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    name[length] = '\0';
}

static json_t *record_json(const struct writer *writer)
{
    char type[LAYOUT_NAME + 1];
    lower_name(writer->record, '_', "record", type);
    json_t *record = json_object();
    if (put_string(record, "type", type) && put_string(record, "role", "detail") &&
        put(record, "match", json_array()) && put(record, "fields", fields_json(writer)))
        return record;
    json_decref(record);
    return NULL;
}

static const struct framing {
    const char *name, *kind;
    bool has_length; /* says how long each record is */
    bool varies;     /* cuts records of varying length */
    bool little;
} framings[] = {
    {"lines", "lines", true, true, false}, {"fixed", "fixed", true, false, false},
    {"rdw", "rdw", false, true, false},    {"rdw-le", "rdw", false, true, true},
    {"bdw", "bdw", false, true, false},
};

static json_t *framing_json(const struct framing *framing, const struct rc_copybook_item *record)
{
    json_t *object = json_object();
    bool good = put_string(object, "kind", framing->kind);
    if (framing->has_length && !record->variable_line)
        good = good && put_number(object, "length", record->bytes * record->occurs);
    if (framing->little)
        good = good && put_string(object, "endian", "little");
    if (record->bytes * record->occurs > DEFAULT_MAX_LENGTH)
        good = good && put_number(object, "max_length", record->bytes * record->occurs);
    if (good)
        return object;
    json_decref(object);
    return NULL;
}

static json_t *layout_json(const struct writer *writer, const char *name, const char *encoding,
                           const struct framing *framing)
{
    char own[LAYOUT_NAME + 1];
    lower_name(writer->record, '-', "copybook", own);
    json_t *layout = json_object(), *records = json_array();
    bool good = records && json_array_append_new(records, record_json(writer)) == 0;
    good = good && put_string(layout, "layout", name ? name : own) &&
           put(layout, "framing", framing_json(framing, writer->record)) &&
           put_string(layout, "encoding", encoding) && put(layout, "lenient", json_true()) &&
           put(layout, "records", json_incref(records));
    json_decref(records);
    if (good)
        return layout;
    json_decref(layout);
    return NULL;
}

static json_t *write_layout(struct rc_copybook_item *record,
                            const struct rc_copybook_options *options, const char *encoding,
                            const struct framing *framing, struct rc_error *err)
{
    json_t *layout = NULL;
    struct writer writer = {.record = record};
    writer.fields = calloc(record->fields, sizeof *writer.fields);
    if (!writer.fields) {
        rc_error_nomem(err);
        return NULL;
    }
    expand(&writer, record, 0);
    if (rc_copybook_name_fields(writer.fields, writer.count))
        layout = layout_json(&writer, options->name, encoding, framing);
    if (!layout)
        rc_error_nomem(err); /* nothing else fails once the tree is measured */
    for (size_t i = 0; i < writer.count; i++)
        free(writer.fields[i].name);
    free(writer.fields);
    return layout;
}

static bool layout_name_is_good(const char *name)
{
    size_t length = strlen(name);
    return length >= 1 && length <= LAYOUT_NAME && name[0] != '-' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

static const struct framing *find_framing(const char *name)
{
    for (size_t i = 0; i < sizeof framings / sizeof *framings; i++)
        if (strcmp(name, framings[i].name) == 0)
            return &framings[i];
    return NULL;
}

static bool check_options(const struct rc_copybook_options *options, const char *encoding,
                          const struct framing *framing, struct rc_error *err)
{
    enum rc_charset charset;
    if (options->name && !layout_name_is_good(options->name)) {
        rc_error_set(err, RC_USAGE, "layout name %.80s: up to 64 of a-z, 0-9 and -, no - first",
                     options->name);
        return false;
    }
    if (!framing)
        rc_error_set(err, RC_USAGE, "framing %.80s: one of lines, fixed, rdw, rdw-le, bdw",
                     options->framing);
    else if (!rc_charset_find(encoding, &charset))
        rc_error_set(err, RC_USAGE, "encoding %.80s: one of ascii, cp037, cp1047, cp500, cp1140",
                     encoding);
    else
        return true;
    return false;
}

json_t *rc_copybook_layout(const char *text, size_t length,
                           const struct rc_copybook_options *options, struct rc_error *err)
{
    static const struct rc_copybook_options defaults = {NULL, NULL, NULL};
    struct rc_copybook_item root;
    json_t *layout = NULL;
    options = options ? options : &defaults;
    const char *encoding = options->encoding ? options->encoding : "cp037";
    const struct framing *framing = find_framing(options->framing ? options->framing : "fixed");
    if (!check_options(options, encoding, framing, err))
        return NULL;
    if (length > RC_COPYBOOK_BYTES) {
        rc_error_set(err, RC_LIMIT, "the copybook is longer than %d bytes", RC_COPYBOOK_BYTES);
        return NULL;
    }
    if (!rc_copybook_parse(text, length, &root, err) || !rc_copybook_measure(root.first, err))
        goto cleanup;
    if (root.first->variable_line && !framing->varies) {
        rc_copybook_fail(err, root.first->variable_line,
                         "OCCURS DEPENDING ON makes records of varying length: the framing has to "
                         "be rdw, rdw-le, bdw or lines");
        goto cleanup;
    }
    layout = write_layout(root.first, options, encoding, framing, err);
cleanup:
    rc_copybook_free(&root);
    return layout;
}
