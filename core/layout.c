#include "core/layout.h"

#include "core/bundled.h"
#include "core/layout_internal.h"

#define XXH_INLINE_ALL
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

static const char *const roles[] = {"file_header",   "batch_header", "detail", "addenda",
                                    "batch_trailer", "file_trailer", "filler", NULL};
static const char *const frame_kinds[] = {"lines", "fixed", "rdw", "bdw", NULL};
static const char *const endians[] = {"big", "little", NULL};

const char *rc_role_name(enum rc_record_role role)
{
    return roles[role];
}

int rc_layout_type(const struct rc_layout *layout, const char *name)
{
    for (int i = 0; i < layout->type_count; i++)
        if (layout->types[i].name && strcmp(layout->types[i].name, name) == 0)
            return i;
    return -1;
}

int rc_type_field(const struct rc_record_type *type, const char *name)
{
    for (int i = 0; i < type->field_count; i++)
        if (type->fields[i].name && strcmp(type->fields[i].name, name) == 0)
            return i;
    return -1;
}

/* ----- framing ----- */

static bool read_framing(const struct rc_place *above, struct rc_layout *layout, const json_t *json)
{
    static const char *const allowed[] = {"kind",
                                          "length",
                                          "pad",
                                          "endian",
                                          "inclusive",
                                          "file_header_bytes",
                                          "file_footer_bytes",
                                          "max_length",
                                          NULL};
    struct rc_framing *framing = &layout->framing;
    struct rc_place place = rc_place_at(above, "framing", -1);
    int64_t length = 0, header = 0, footer = 0, most = RC_RECORD_BYTES_DEFAULT;
    int kind = -1, endian = 0;
    framing->inclusive = true;
    if (!rc_jsonr_object(&place, json, allowed) ||
        !rc_jsonr_word(&place, json, "kind", frame_kinds, &kind) ||
        !rc_jsonr_int(&place, json, "length", 1, RC_RECORD_BYTES_MAX, &length) ||
        !rc_jsonr_bool(&place, json, "pad", &framing->pad) ||
        !rc_jsonr_word(&place, json, "endian", endians, &endian) ||
        !rc_jsonr_bool(&place, json, "inclusive", &framing->inclusive) ||
        !rc_jsonr_int(&place, json, "file_header_bytes", 0, RC_RECORD_BYTES_MAX, &header) ||
        !rc_jsonr_int(&place, json, "file_footer_bytes", 0, RC_RECORD_BYTES_MAX, &footer) ||
        !rc_jsonr_int(&place, json, "max_length", 1, RC_RECORD_BYTES_MAX, &most))
        return false;
    if (kind < 0)
        return rc_place_fail(&place, "kind is missing");
    if (kind == RC_FRAME_FIXED && !length)
        return rc_place_fail(&place, "fixed records need a length");
    if (framing->pad && !(kind == RC_FRAME_LINES && length))
        return rc_place_fail(&place, "pad is for lines with a length");
    framing->kind = (enum rc_frame_kind)kind;
    framing->length = (uint32_t)length;
    framing->little_endian = endian == 1;
    framing->file_header_bytes = (uint32_t)header;
    framing->file_footer_bytes = (uint32_t)footer;
    framing->max_length = (uint32_t)(length ? length : most);
    framing->blank = rc_charset_byte(layout->charset, ' ');
    return true;
}

/* ----- record types ----- */

static bool read_match(const struct rc_place *place, const struct rc_layout *layout,
                       const json_t *json, struct rc_match *match)
{
    static const char *const allowed[] = {"at", "value", "values", "not", NULL};
    struct rc_words words = {0};
    const char *single = NULL;
    int64_t at = 0;
    bool ok =
        rc_jsonr_object(place, json, allowed) &&
        rc_jsonr_int(place, json, "at", 1, RC_RECORD_BYTES_MAX, &at) &&
        rc_jsonr_text(place, json, "value", &single) &&
        rc_layout_read_words(place, json, json_object_get(json, "not") ? "not" : "values", &words);
    match->at = (uint32_t)at - 1;
    match->negate = json_object_get(json, "not") != NULL;
    const char *first = single ? single : (words.count ? words.items[0] : "");
    size_t length = strlen(first), count = single ? 1 : (size_t)words.count;
    int given = (single != NULL) + (json_object_get(json, "values") != NULL) + match->negate;
    if (ok && (!at || !length || !count || given != 1)) {
        rc_place_fail(place, "it needs at and one of value, values and not");
        ok = false;
    }
    if (ok && !(match->values = malloc(length * count))) {
        rc_error_nomem(place->err);
        ok = false;
    }
    for (size_t i = 0; ok && i < count; i++) {
        char *text = rc_layout_copy(place, single ? single : words.items[i]);
        ok = text && (strlen(text) == length || rc_place_fail(place, "values differ in length")) &&
             rc_layout_encode(place, layout->charset, text);
        if (ok)
            memcpy(match->values + i * length, text, length);
        free(text);
    }
    match->length = (uint32_t)length;
    match->count = (int)count;
    for (int i = 0; i < words.count; i++)
        free(words.items[i]);
    free(words.items);
    return ok;
}

static bool read_matches(const struct rc_place *place, const struct rc_layout *layout,
                         const json_t *json, struct rc_record_type *type)
{
    const json_t *array;
    if (!rc_jsonr_array(place, json, "match", 16, &array))
        return false;
    size_t count = json_array_size(array);
    type->matches = calloc(count ? count : 1, sizeof *type->matches);
    if (!type->matches) {
        rc_error_nomem(place->err);
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        struct rc_place at = rc_place_at(place, "match", (long)i);
        type->match_count++;
        if (!read_match(&at, layout, json_array_get(array, i), &type->matches[i]))
            return false;
    }
    return true;
}

static bool read_type(const struct rc_place *place, const struct rc_layout *layout,
                      const json_t *json, struct rc_record_type *type)
{
    static const char *const allowed[] = {"type", "role", "match", "in", "after", "fields", NULL};
    const char *name;
    const json_t *fields;
    int role = -1;
    if (!rc_jsonr_object(place, json, allowed) || !rc_jsonr_need_text(place, json, "type", &name) ||
        !rc_jsonr_word(place, json, "role", roles, &role) ||
        !rc_jsonr_array(place, json, "fields", RC_LAYOUT_FIELDS, &fields))
        return false;
    if (role < 0 || !*name || strlen(name) > 100 || strchr(name, '.'))
        return rc_place_fail(place, "it needs a role, and a type name without a point");
    if (rc_layout_type(layout, name) >= 0)
        return rc_place_fail(place, "there are two types named \"%s\"", name);
    type->role = (enum rc_record_role)role;
    type->name = rc_layout_copy(place, name);
    return type->name && read_matches(place, layout, json, type) &&
           rc_layout_read_fields(place, layout, fields, type);
}

static bool read_type_set(const struct rc_place *place, const struct rc_layout *layout,
                          const json_t *json, const char *member, uint64_t *set, bool *start)
{
    struct rc_words words = {0};
    bool ok = rc_layout_read_words(place, json, member, &words);
    for (int i = 0; i < words.count; i++) {
        struct rc_place at = rc_place_at(place, member, i);
        int type = rc_layout_type(layout, words.items[i]);
        if (start && strcmp(words.items[i], "^") == 0)
            *start = true;
        else if (type >= 0)
            *set |= (uint64_t)1 << type;
        else if (ok)
            ok = rc_place_fail(&at, "there is no record type \"%.60s\"", words.items[i]);
        free(words.items[i]);
    }
    free(words.items);
    return ok;
}

static bool read_types(const struct rc_place *place, struct rc_layout *layout, const json_t *array)
{
    size_t count = json_array_size(array);
    if (!count)
        return rc_place_fail(place, "records: at least one record type is needed");
    layout->types = calloc(count, sizeof *layout->types);
    if (!layout->types) {
        rc_error_nomem(place->err);
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        struct rc_place at = rc_place_at(place, "records", (long)i);
        layout->type_count++;
        if (!read_type(&at, layout, json_array_get(array, i), &layout->types[i]))
            return false;
    }
    for (size_t i = 0; i < count; i++) {
        struct rc_place at = rc_place_at(place, "records", (long)i);
        struct rc_record_type *type = &layout->types[i];
        const json_t *json = json_array_get(array, i);
        if (!read_type_set(&at, layout, json, "in", &type->in, NULL) ||
            !read_type_set(&at, layout, json, "after", &type->after, &type->after_start))
            return false;
    }
    return true;
}

/* ----- the whole ----- */

static bool read_head(const struct rc_place *place, struct rc_layout *layout, const json_t *json)
{
    const char *name, *title = "", *encoding = "ascii";
    if (!rc_jsonr_need_text(place, json, "layout", &name) ||
        !rc_jsonr_text(place, json, "title", &title) ||
        !rc_jsonr_bool(place, json, "illustrative", &layout->illustrative) ||
        !rc_jsonr_bool(place, json, "lenient", &layout->lenient) ||
        !rc_jsonr_text(place, json, "encoding", &encoding))
        return false;
    struct rc_place at = rc_place_at(place, "layout", -1);
    if (!*name || *name == '-' || strlen(name) > 64 ||
        strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(name))
        return rc_place_fail(&at, "\"%.70s\" is not [a-z0-9][a-z0-9-]{0,63}", name);
    at.member = "encoding";
    if (!rc_charset_find(encoding, &layout->charset))
        return rc_place_fail(&at, "\"%.40s\" is not ascii, cp037, cp1047, cp500 or cp1140",
                             encoding);
    layout->name = rc_layout_copy(place, name);
    layout->title = rc_layout_copy(place, title);
    return layout->name && layout->title;
}

static bool digest_of(const struct rc_place *place, const json_t *json, rc_u128 *digest)
{
    char *text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
    if (!text) {
        rc_error_nomem(place->err);
        return false;
    }
    XXH128_hash_t hash = XXH3_128bits(text, strlen(text));
    *digest = (rc_u128)hash.high64 << 64 | hash.low64;
    free(text);
    return true;
}

struct rc_layout *rc_layout_from_json(const json_t *json, struct rc_error *err)
{
    static const char *const allowed[] = {"layout",  "title",    "illustrative", "lenient",
                                          "framing", "encoding", "records",      "controls",
                                          "map",     NULL};
    struct rc_place place = {err, NULL, NULL, -1};
    struct rc_layout *layout = calloc(1, sizeof *layout);
    const json_t *records, *controls, *map = json_object_get(json, "map");
    if (!layout) {
        rc_error_nomem(err);
        return NULL;
    }
    layout->map.file_date = (struct rc_ref){-1, -1};
    if (rc_jsonr_object(&place, json, allowed) && read_head(&place, layout, json) &&
        read_framing(&place, layout, json_object_get(json, "framing")) &&
        rc_jsonr_array(&place, json, "records", RC_LAYOUT_TYPES, &records) &&
        read_types(&place, layout, records) &&
        rc_jsonr_array(&place, json, "controls", RC_LAYOUT_CONTROLS, &controls) &&
        rc_layout_read_controls(&place, layout, controls) &&
        (!map || rc_layout_read_map(&place, layout, map)) &&
        digest_of(&place, json, &layout->digest))
        return layout;
    rc_layout_free(layout);
    return NULL;
}

static const struct rc_bundled *find_bundled(const char *name)
{
    for (size_t i = 0; i < rc_bundled_layout_count; i++)
        if (strcmp(rc_bundled_layouts[i].name, name) == 0)
            return &rc_bundled_layouts[i];
    return NULL;
}

/* The path beside `base`, where there is such a file; else the path itself. */
static char *find_file(const char *path, const char *base)
{
    const char *slash = base ? strrchr(base, '/') : NULL;
    if (slash && *path != '/') {
        size_t length = (size_t)(slash - base) + 1 + strlen(path) + 1;
        char *beside = malloc(length);
        if (!beside)
            return NULL;
        snprintf(beside, length, "%.*s/%s", (int)(slash - base), base, path);
        if (access(beside, F_OK) == 0)
            return beside;
        free(beside);
    }
    return strdup(path);
}

bool rc_layout_is_bundled(const char *name)
{
    return find_bundled(name) != NULL;
}

json_t *rc_layout_json(const char *name_or_path, const char *base, struct rc_error *err)
{
    const struct rc_bundled *bundled = find_bundled(name_or_path);
    if (bundled)
        return rc_jsonr_parse(bundled->json, bundled->length, err);
    char *path = find_file(name_or_path, base);
    if (!path) {
        rc_error_nomem(err);
        return NULL;
    }
    json_t *json = NULL;
    if (access(path, F_OK) == 0)
        json = rc_jsonr_load(path, err);
    else
        rc_error_set(err, RC_INVALID,
                     "there is neither a bundled layout nor a file \"%s\"; `reconctl layout list` "
                     "shows the bundled ones",
                     name_or_path);
    free(path);
    return json;
}

struct rc_layout *rc_layout_load(const char *name_or_path, const char *base, struct rc_error *err)
{
    json_t *json = rc_layout_json(name_or_path, base, err);
    if (!json)
        return NULL;
    struct rc_layout *layout = rc_layout_from_json(json, err);
    if (!layout)
        rc_error_prefix(err, "layout %s", name_or_path);
    json_decref(json);
    return layout;
}

void rc_layout_free(struct rc_layout *layout)
{
    if (!layout)
        return;
    for (int i = 0; i < layout->type_count; i++) {
        struct rc_record_type *type = &layout->types[i];
        for (int m = 0; m < type->match_count; m++)
            free(type->matches[m].values);
        free(type->matches);
        rc_layout_free_fields(type);
        free(type->name);
    }
    free(layout->types);
    rc_layout_free_map(layout);
    free(layout->name);
    free(layout->title);
    free(layout);
}
