#include "model/fieldtables.h"

#include "core/status.h"
#include "model/layoutmap.h"
#include "model/model_internal.h"
#include "model/recordfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FIELD_BITS = 10, /* of a record_field's rowid; the record's are above */
    ALL = 0,
    BY_ROWID = 1,
    BY_DISCREPANCY = 2,
};

struct table {
    sqlite3_vtab base;
    sqlite3 *db;
    bool loaded;
    struct rc_layoutmap *maps[RC_SIDES]; /* NULL: the layout is not to be had */
    char digests[RC_SIDES][33];          /* of the layouts that the day was read with */
};

struct cursor {
    sqlite3_vtab_cursor base;
    /* layout_field */
    int side, type;
    int64_t row;
    /* record_field */
    sqlite3_stmt *records;
    struct rc_shown_record *shown;
    int64_t wanted; /* rowid of a field; -1: all */
    bool end;
    int field; /* of both */
};

/* ----- what both have ----- */

static int failed(sqlite3_vtab *table, const char *why)
{
    sqlite3_free(table->zErrMsg);
    table->zErrMsg = sqlite3_mprintf("%s", why);
    return SQLITE_ERROR;
}

static int connect_as(sqlite3 *db, sqlite3_vtab **vtab, const char *schema)
{
    int code = sqlite3_declare_vtab(db, schema);
    if (code != SQLITE_OK)
        return code;
    struct table *table = calloc(1, sizeof *table);
    if (!table)
        return SQLITE_NOMEM;
    table->db = db;
    *vtab = &table->base;
    return SQLITE_OK;
}

static int disconnect(sqlite3_vtab *vtab)
{
    struct table *table = (struct table *)vtab;
    for (int side = 0; side < RC_SIDES; side++)
        rc_layoutmap_free(table->maps[side]);
    free(table);
    return SQLITE_OK;
}

static const struct table *table_of(const struct cursor *cursor)
{
    return (const struct table *)cursor->base.pVtab;
}

/* Once for all cursors: a row that is looked up by its number is a cursor each. */
static int load_layouts(struct table *table)
{
    sqlite3_stmt *row = NULL;
    int code =
        sqlite3_prepare_v2(table->db, "SELECT side, layout_digest FROM side", -1, &row, NULL);
    while (code == SQLITE_OK && sqlite3_step(row) == SQLITE_ROW) {
        const char *side = (const char *)sqlite3_column_text(row, 0);
        const char *digest = (const char *)sqlite3_column_text(row, 1);
        struct rc_error err = {0};
        int at = side && strcmp(side, rc_side_name(RC_INTERNAL)) == 0 ? RC_INTERNAL : RC_SETTLEMENT;
        if (!table->maps[at])
            table->maps[at] = rc_layoutmap_of_side(table->db, (enum rc_side)at, &err);
        snprintf(table->digests[at], sizeof table->digests[at], "%s", digest ? digest : "");
    }
    sqlite3_finalize(row);
    table->loaded = code == SQLITE_OK;
    return code;
}

static int open_cursor(sqlite3_vtab *vtab, sqlite3_vtab_cursor **opened)
{
    struct table *table = (struct table *)vtab;
    int code = table->loaded ? SQLITE_OK : load_layouts(table);
    struct cursor *cursor = code == SQLITE_OK ? calloc(1, sizeof *cursor) : NULL;
    if (!cursor)
        return code == SQLITE_OK ? SQLITE_NOMEM : code;
    *opened = &cursor->base;
    return SQLITE_OK;
}

static int close_cursor(sqlite3_vtab_cursor *base)
{
    struct cursor *cursor = (struct cursor *)base;
    sqlite3_finalize(cursor->records);
    rc_shown_record_free(cursor->shown);
    free(cursor);
    return SQLITE_OK;
}

static void give_text(sqlite3_context *context, const char *text)
{
    if (text && *text)
        sqlite3_result_text(context, text, -1, SQLITE_TRANSIENT);
}

/* ----- layout_field ----- */

static int connect_layout(sqlite3 *db, void *aux, int argc, const char *const *argv,
                          sqlite3_vtab **vtab, char **why)
{
    (void)aux, (void)argc, (void)argv, (void)why;
    return connect_as(db, vtab,
                      "CREATE TABLE x (side, layout, type, role, field, at, length, kind, about,"
                      " canonical)");
}

static int plan_layout(sqlite3_vtab *vtab, sqlite3_index_info *info)
{
    (void)vtab;
    info->estimatedCost = 1000;
    return SQLITE_OK;
}

/* Steps over what has no more fields. */
static void settle_layout(struct cursor *cursor)
{
    for (; cursor->side < RC_SIDES; cursor->side++, cursor->type = cursor->field = 0) {
        const struct rc_layoutmap *map = table_of(cursor)->maps[cursor->side];
        for (; map && cursor->type < map->type_count; cursor->type++, cursor->field = 0)
            if (cursor->field < map->types[cursor->type].field_count)
                return;
    }
    cursor->end = true;
}

static int filter_layout(sqlite3_vtab_cursor *base, int plan, const char *name, int argc,
                         sqlite3_value **argv)
{
    struct cursor *cursor = (struct cursor *)base;
    (void)plan, (void)name, (void)argc, (void)argv;
    cursor->side = cursor->type = cursor->field = 0;
    cursor->row = 1;
    cursor->end = false;
    settle_layout(cursor);
    return SQLITE_OK;
}

static int next_layout(sqlite3_vtab_cursor *base)
{
    struct cursor *cursor = (struct cursor *)base;
    cursor->field++;
    cursor->row++;
    settle_layout(cursor);
    return SQLITE_OK;
}

static int column_layout(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
    const struct cursor *cursor = (struct cursor *)base;
    const struct rc_layoutmap *map = table_of(cursor)->maps[cursor->side];
    const struct rc_layoutmap_type *type = &map->types[cursor->type];
    const struct rc_layoutmap_field *field = &type->fields[cursor->field];
    const char *texts[] = {rc_side_name((enum rc_side)cursor->side),
                           map->name,
                           type->name,
                           type->role,
                           field->name,
                           NULL,
                           NULL,
                           field->type,
                           field->about,
                           field->maps};
    if (column == 5 || column == 6)
        sqlite3_result_int64(context, column == 5 ? field->at : field->length);
    else
        give_text(context, texts[column]);
    return SQLITE_OK;
}

static int rowid_layout(sqlite3_vtab_cursor *base, sqlite3_int64 *rowid)
{
    *rowid = ((struct cursor *)base)->row;
    return SQLITE_OK;
}

static int at_end(sqlite3_vtab_cursor *base)
{
    return ((struct cursor *)base)->end;
}

/* ----- record_field ----- */

static int connect_record(sqlite3 *db, void *aux, int argc, const char *const *argv,
                          sqlite3_vtab **vtab, char **why)
{
    (void)aux, (void)argc, (void)argv, (void)why;
    return connect_as(db, vtab,
                      "CREATE TABLE x (discrepancy, side, number, type, field, at, length, kind,"
                      " value)");
}

/* A row is found by its rowid, those of a discrepancy by its id. */
static int plan_record(sqlite3_vtab *vtab, sqlite3_index_info *info)
{
    (void)vtab;
    info->idxNum = ALL;
    info->estimatedCost = 1e8;
    for (int i = 0; i < info->nConstraint; i++) {
        const struct sqlite3_index_constraint *constraint = &info->aConstraint[i];
        bool rowid = constraint->iColumn == -1, id = constraint->iColumn == 0;
        if (!constraint->usable || constraint->op != SQLITE_INDEX_CONSTRAINT_EQ || !(rowid || id) ||
            info->idxNum == BY_ROWID)
            continue;
        for (int j = 0; j < i; j++)
            info->aConstraintUsage[j].argvIndex = 0;
        info->idxNum = rowid ? BY_ROWID : BY_DISCREPANCY;
        info->aConstraintUsage[i].argvIndex = 1;
        info->estimatedCost = rowid ? 1 : 100;
    }
    return SQLITE_OK;
}

/* The record at hand, decoded; without its layout it has no fields. */
static int show_record(struct cursor *cursor)
{
    struct rc_error err = {0};
    const char *side = (const char *)sqlite3_column_text(cursor->records, 2);
    int at = side && strcmp(side, rc_side_name(RC_INTERNAL)) == 0 ? RC_INTERNAL : RC_SETTLEMENT;
    const struct rc_layoutmap *map = table_of(cursor)->maps[at];
    const void *raw = sqlite3_column_blob(cursor->records, 4);
    rc_shown_record_free(cursor->shown);
    cursor->shown = NULL;
    cursor->side = at;
    if (!map || strcmp(map->digest, table_of(cursor)->digests[at]) != 0 || !raw)
        return SQLITE_OK;
    cursor->shown = rc_shown_record_make(map->layout, raw,
                                         (uint32_t)sqlite3_column_bytes(cursor->records, 4), &err);
    if (!cursor->shown)
        return SQLITE_NOMEM;
    return cursor->shown->field_count < 1u << FIELD_BITS
               ? SQLITE_OK
               : failed(cursor->base.pVtab, "a record has too many fields for this table");
}

/* The next field from the one at hand on. */
static int settle_record(struct cursor *cursor)
{
    while (!cursor->shown || (size_t)cursor->field >= cursor->shown->field_count) {
        int step = sqlite3_step(cursor->records);
        cursor->end = step != SQLITE_ROW;
        if (cursor->end)
            return step == SQLITE_DONE ? SQLITE_OK : step;
        cursor->field = 0;
        int code = show_record(cursor);
        if (code != SQLITE_OK)
            return code;
        if (cursor->wanted >= 0)
            cursor->field = (int)(cursor->wanted & ((1 << FIELD_BITS) - 1));
    }
    return SQLITE_OK;
}

static int filter_record(sqlite3_vtab_cursor *base, int plan, const char *name, int argc,
                         sqlite3_value **argv)
{
    static const char *const wheres[] = {"", " WHERE rowid = ?", " WHERE discrepancy_id = ?"};
    struct cursor *cursor = (struct cursor *)base;
    char sql[160];
    (void)name;
    sqlite3_finalize(cursor->records);
    rc_shown_record_free(cursor->shown);
    cursor->shown = NULL;
    cursor->field = 0;
    cursor->end = false;
    snprintf(sql, sizeof sql,
             "SELECT rowid, discrepancy_id, side, number, raw FROM record%s ORDER BY rowid",
             wheres[plan]);
    int code =
        sqlite3_prepare_v2(((struct table *)base->pVtab)->db, sql, -1, &cursor->records, NULL);
    sqlite3_int64 value = argc ? sqlite3_value_int64(argv[0]) : 0;
    cursor->wanted = plan == BY_ROWID ? value : -1;
    if (code == SQLITE_OK && argc)
        code =
            sqlite3_bind_int64(cursor->records, 1, plan == BY_ROWID ? value >> FIELD_BITS : value);
    return code == SQLITE_OK ? settle_record(cursor) : code;
}

static int next_record(sqlite3_vtab_cursor *base)
{
    struct cursor *cursor = (struct cursor *)base;
    cursor->end = cursor->wanted >= 0;
    cursor->field++;
    return cursor->end ? SQLITE_OK : settle_record(cursor);
}

static int column_record(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
    const struct cursor *cursor = (struct cursor *)base;
    const struct rc_shown_field *field = &cursor->shown->fields[cursor->field];
    const char *texts[] = {NULL,        rc_side_name((enum rc_side)cursor->side),
                           NULL,        cursor->shown->type,
                           field->name, NULL,
                           NULL,        field->type};
    if (column == 0 || column == 2)
        sqlite3_result_int64(context, sqlite3_column_int64(cursor->records, column == 0 ? 1 : 3));
    else if (column == 5 || column == 6)
        sqlite3_result_int64(context, column == 5 ? field->at + 1 : field->length);
    else if (column < 8)
        give_text(context, texts[column]);
    else if (field->value && !field->filler)
        sqlite3_result_text(context, field->value, -1, SQLITE_TRANSIENT);
    return SQLITE_OK;
}

static int rowid_record(sqlite3_vtab_cursor *base, sqlite3_int64 *rowid)
{
    const struct cursor *cursor = (struct cursor *)base;
    *rowid = (sqlite3_column_int64(cursor->records, 0) << FIELD_BITS) + cursor->field;
    return SQLITE_OK;
}

/* ----- both ----- */

/* Without xCreate they are there without being created, under their names. */
static const sqlite3_module layout_module = {.xConnect = connect_layout,
                                             .xBestIndex = plan_layout,
                                             .xDisconnect = disconnect,
                                             .xOpen = open_cursor,
                                             .xClose = close_cursor,
                                             .xFilter = filter_layout,
                                             .xNext = next_layout,
                                             .xEof = at_end,
                                             .xColumn = column_layout,
                                             .xRowid = rowid_layout};

static const sqlite3_module record_module = {.xConnect = connect_record,
                                             .xBestIndex = plan_record,
                                             .xDisconnect = disconnect,
                                             .xOpen = open_cursor,
                                             .xClose = close_cursor,
                                             .xFilter = filter_record,
                                             .xNext = next_record,
                                             .xEof = at_end,
                                             .xColumn = column_record,
                                             .xRowid = rowid_record};

bool rc_fieldtables_add(sqlite3 *db)
{
    return sqlite3_create_module(db, "layout_field", &layout_module, NULL) == SQLITE_OK &&
           sqlite3_create_module(db, "record_field", &record_module, NULL) == SQLITE_OK;
}
