#include "model/layoutmap.h"

#include "base/buf.h"
#include "core/jsonr.h"
#include "core/layout.h"
#include "model/model_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Collects texts behind each other, separated; what does not fit ends in "…". */
struct list {
    char *text;
    size_t size;
};

static void vadd(struct list list, const char *separator, const char *format, va_list arguments)
{
    char item[160];
    static const char more[] = "…";
    size_t used = strlen(list.text), between = used ? strlen(separator) : 0;
    bool full = used >= sizeof more - 1 && strcmp(list.text + used - (sizeof more - 1), more) == 0;
    vsnprintf(item, sizeof item, format, arguments);
    bool fits = used + between + strlen(item) + strlen(separator) + sizeof more <= list.size;
    if (!full)
        snprintf(list.text + used, list.size - used, "%s%s", used ? separator : "",
                 fits ? item : more);
}

static void add(struct list list, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(struct list list, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vadd(list, ", ", format, arguments);
    va_end(arguments);
}

static void join(struct list list, const char *separator, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void join(struct list list, const char *separator, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vadd(list, separator, format, arguments);
    va_end(arguments);
}

/* ----- fields ----- */

static const char *const date_formats[] = {"YYYYMMDD", "MMDDYYYY", "YYMMDD", "YYYYDDD",
                                           "YYDDD",    "YDDD",     "MMDD",   "YYYY-MM-DD"};

static void tell_sign(const struct rc_record_type *type, const struct rc_field *field,
                      struct list about)
{
    if (field->type == RC_SEPARATE || field->type == RC_OVERPUNCH)
        add(about, "sign %s", field->sign_leading ? "leading" : "trailing");
    if (field->type == RC_COMP3 && field->sign_none)
        add(about, "without a sign");
    if (field->type == RC_COMP || field->type == RC_COMP3)
        add(about, "%s", field->is_signed ? "signed" : "unsigned");
    if (field->type == RC_COMP && field->little_endian)
        add(about, "little endian");
    if (field->sign_from >= 0)
        add(about, "sign from %s", type->fields[field->sign_from].name);
}

static void tell_number(const struct rc_record_type *type, const struct rc_field *field,
                        struct list about)
{
    if (!rc_field_is_number(field))
        return;
    if (field->decimals_from >= 0)
        add(about, "decimals of %s", type->fields[field->decimals_from].name);
    else if (field->decimals_field >= 0)
        add(about, "decimals in %s", type->fields[field->decimals_field].name);
    else if (field->decimals)
        add(about, "%d decimals", field->decimals);
    if (field->shift)
        add(about, "times 10^%d", field->shift);
    tell_sign(type, field, about);
}

static void tell_field(const struct rc_layout *layout, const struct rc_record_type *type,
                       const struct rc_field *field, struct list about)
{
    if (field->type == RC_DATE)
        add(about, "%s", date_formats[field->format]);
    if (field->type == RC_CONSTANT && field->value)
        add(about, "always \"%s\"", field->value);
    tell_number(type, field, about);
    if (field->required)
        add(about, "required");
    if (field->card)
        add(about, "card number, masked");
    if (field->lenient)
        add(about, "lenient");
    if (field->redefines)
        add(about, "redefines");
    if (field->charset != layout->charset)
        add(about, "%s", rc_charset_name(field->charset));
    if (field->count_field >= 0)
        add(about, "when %s >= %d", type->fields[field->count_field].name, field->occurrence);
    for (int i = 0; i < field->slide_count; i++)
        add(about, "slides with %s", type->fields[field->slides[i].field].name);
    if (field->allowed.count)
        add(about, "one of %d values", field->allowed.count);
    static const char *const nulls[] = {"blank", "zeros", "high", "low"};
    for (unsigned bit = 0; bit < 4; bit++)
        if (field->nulls >> bit & 1)
            add(about, "absent when %s", nulls[bit]);
}

static bool in_refs(const struct rc_refs *refs, int type, int field)
{
    for (int i = 0; i < refs->count; i++)
        if (refs->items[i].type == type && refs->items[i].field == field)
            return true;
    return false;
}

static void tell_maps(const struct rc_map *map, int type, int field, struct list maps)
{
    for (int part = 0; part < map->id_parts; part++)
        if (in_refs(&map->id[part], type, field))
            add(maps, "id");
    for (int canon = 0; canon < RC_CANON_FIELDS; canon++)
        if (canon != RC_C_ID && in_refs(&map->source[canon], type, field))
            add(maps, "%s", rc_canon_name((enum rc_canon)canon));
    if (map->file_date.type == type && map->file_date.field == field)
        add(maps, "file_date");
}

static int by_place(const void *a, const void *b)
{
    const struct rc_layoutmap_field *left = a, *right = b;
    if (left->at != right->at)
        return left->at < right->at ? -1 : 1;
    return (left->length < right->length) - (left->length > right->length);
}

static bool show_fields(const struct rc_layout *layout, int index, struct rc_layoutmap_type *shown)
{
    const struct rc_record_type *type = &layout->types[index];
    shown->fields = calloc((size_t)type->field_count + 1, sizeof *shown->fields);
    if (!shown->fields)
        return false;
    for (int f = 0; f < type->field_count; f++) {
        const struct rc_field *field = &type->fields[f];
        struct rc_layoutmap_field *to = &shown->fields[shown->field_count++];
        to->name = field->name;
        to->type = rc_field_type_name(field->type);
        to->at = field->at + 1;
        to->length = field->length;
        to->card = field->card;
        to->filler = field->type == RC_FILLER;
        if (field->at + field->length > shown->length)
            shown->length = field->at + field->length;
        tell_field(layout, type, field, (struct list){to->about, sizeof to->about});
        tell_maps(&layout->map, index, f, (struct list){to->maps, sizeof to->maps});
    }
    qsort(shown->fields, (size_t)shown->field_count, sizeof *shown->fields, by_place);
    return true;
}

/* ----- record types ----- */

static void tell_match(const struct rc_layout *layout, const struct rc_match *match,
                       struct list into)
{
    char values[120] = "";
    for (int v = 0; v < match->count; v++) {
        char text[3 * 40 + 1];
        uint32_t length = match->length < 40 ? match->length : 40;
        size_t end = rc_charset_decode(layout->charset, match->values + (size_t)v * match->length,
                                       length, text);
        text[end] = '\0';
        join((struct list){values, sizeof values}, "|", "%s", text);
    }
    if (match->length == 1)
        add(into, "%u %s %s", match->at + 1, match->negate ? "is not" : "is", values);
    else
        add(into, "%u-%u %s %s", match->at + 1, match->at + match->length,
            match->negate ? "is not" : "is", values);
}

static void tell_types(const struct rc_layout *layout, const char *word, uint64_t types, bool start,
                       struct list into)
{
    char names[160] = "";
    if (!types && !start)
        return;
    struct list list = {names, sizeof names};
    if (start)
        join(list, " or ", "the start");
    for (int t = 0; t < layout->type_count; t++)
        if (types >> t & 1)
            join(list, " or ", "%s", layout->types[t].name);
    add(into, "%s %s", word, names);
}

static int depth_of(enum rc_record_role role, bool batches)
{
    switch (role) {
    case RC_BATCH_HEADER:
    case RC_BATCH_TRAILER:
        return 1;
    case RC_DETAIL:
        return batches ? 2 : 1;
    case RC_ADDENDA:
        return batches ? 3 : 2;
    default:
        return 0;
    }
}

/* In the order in which they stand in a file; within a role as in the layout. */
static bool show_types(struct rc_layoutmap *map)
{
    const struct rc_layout *layout = map->layout;
    bool batches = false;
    map->types = calloc((size_t)layout->type_count + 1, sizeof *map->types);
    if (!map->types)
        return false;
    for (int t = 0; t < layout->type_count; t++)
        batches |= layout->types[t].role == RC_BATCH_HEADER;
    for (int role = RC_FILE_HEADER; role <= RC_FILLER_RECORD; role++)
        for (int t = 0; t < layout->type_count; t++) {
            const struct rc_record_type *type = &layout->types[t];
            if ((int)type->role != role)
                continue;
            struct rc_layoutmap_type *shown = &map->types[map->type_count++];
            shown->name = type->name;
            shown->role = rc_role_name(type->role);
            shown->depth = depth_of(type->role, batches);
            for (int i = 0; i < type->match_count; i++)
                tell_match(layout, &type->matches[i],
                           (struct list){shown->match, sizeof shown->match});
            struct list place = {shown->place, sizeof shown->place};
            tell_types(layout, "in", type->in, false, place);
            tell_types(layout, "after", type->after, type->after_start, place);
            if (!show_fields(layout, t, shown))
                return false;
        }
    return true;
}

static void tell_refs(const struct rc_layout *layout, const struct rc_refs *refs, struct list into)
{
    for (int i = 0; i < refs->count; i++) {
        const struct rc_record_type *type = &layout->types[refs->items[i].type];
        add(into, "%s.%s", type->name, type->fields[refs->items[i].field].name);
    }
}

static bool show_controls(struct rc_layoutmap *map)
{
    static const char *const kinds[] = {"count", "blocks", "sum", "hash", "equal"};
    const struct rc_layout *layout = map->layout;
    map->controls = calloc((size_t)layout->control_count + 1, sizeof *map->controls);
    if (!map->controls)
        return false;
    for (int i = 0; i < layout->control_count; i++) {
        const struct rc_control_rule *rule = &layout->controls[i];
        char of[64] = "", declared[64] = "";
        struct list list = {of, sizeof of};
        tell_refs(layout, &rule->of, list);
        tell_types(layout, "records of type", rule->types, false, list);
        tell_refs(layout, &rule->declared, (struct list){declared, sizeof declared});
        snprintf(map->controls[map->control_count++], sizeof *map->controls,
                 "%s: %s of %s, a %s; declared in %s", rule->name, kinds[rule->kind], of,
                 rule->batch ? "batch" : "file", declared);
    }
    return true;
}

static void tell_framing(const struct rc_framing *framing, struct list text)
{
    static const char *const kinds[] = {"lines", "fixed", "rdw", "bdw"};
    add(text, "%s", kinds[framing->kind]);
    if (framing->length)
        add(text, "%u bytes", framing->length);
    if (framing->pad)
        add(text, "short ones filled up");
    if (framing->kind >= RC_FRAME_RDW)
        add(text, "%s endian", framing->little_endian ? "little" : "big");
    if (framing->file_header_bytes || framing->file_footer_bytes)
        add(text, "%u bytes before and %u behind skipped", framing->file_header_bytes,
            framing->file_footer_bytes);
}

/* Takes the layout; NULL where that could not be had is handed on. */
static struct rc_layoutmap *map_of(struct rc_layout *layout, struct rc_error *err)
{
    struct rc_layoutmap *map = layout ? calloc(1, sizeof *map) : NULL;
    if (!map) {
        if (layout)
            rc_error_nomem(err);
        rc_layout_free(layout);
        return NULL;
    }
    map->layout = layout;
    map->name = layout->name;
    map->title = layout->title ? layout->title : "";
    map->illustrative = layout->illustrative;
    map->encoding = rc_charset_name(layout->charset);
    tell_framing(&layout->framing, (struct list){map->framing, sizeof map->framing});
    rc_digest_format(layout->digest, map->digest);
    if (show_types(map) && show_controls(map))
        return map;
    rc_error_nomem(err);
    rc_layoutmap_free(map);
    return NULL;
}

struct rc_layoutmap *rc_layoutmap_load(const char *name_or_path, struct rc_error *err)
{
    return map_of(rc_layout_load(name_or_path, NULL, err), err);
}

struct rc_layoutmap *rc_layoutmap_of_side(sqlite3 *db, enum rc_side side, struct rc_error *err)
{
    struct rc_layoutmap *map = NULL;
    sqlite3_stmt *row = NULL;
    if (sqlite3_prepare_v2(db,
                           "SELECT s.layout, l.json FROM side s LEFT JOIN layout l USING (side)"
                           " WHERE side = ?",
                           -1, &row, NULL) == SQLITE_OK &&
        sqlite3_bind_text(row, 1, rc_side_name(side), -1, SQLITE_STATIC) == SQLITE_OK &&
        sqlite3_step(row) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(row, 0);
        const char *text = (const char *)sqlite3_column_text(row, 1);
        json_t *json = text ? rc_jsonr_parse(text, strlen(text), err) : NULL;
        if (json)
            map = map_of(rc_layout_from_json(json, err), err);
        else if (!text && name)
            map = rc_layoutmap_load(name, err);
        json_decref(json);
    }
    if (!map && !err->code)
        rc_error_set(err, RC_DATA, "the day keeps no layout");
    sqlite3_finalize(row);
    return map;
}

struct rc_layoutmap *rc_layoutmap_of_day(struct rc_model *model, enum rc_side side,
                                         struct rc_error *err)
{
    return rc_layoutmap_of_side(rc_model_db(model), side, err);
}

void rc_layoutmap_free(struct rc_layoutmap *map)
{
    if (!map)
        return;
    for (int t = 0; t < map->type_count; t++)
        free(map->types[t].fields);
    free(map->types);
    free(map->controls);
    rc_layout_free(map->layout);
    free(map);
}
