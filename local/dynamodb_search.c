/* Pages of a table or an index. */
#include "local/dynamodb_search.h"

#include "local/attribute_json.h"

#include <string.h>
#include <xxhash.h>

/* ----- reading the request ----- */

static bool bad_start(struct rc_ddb *ddb)
{
    return rc_ddb_invalid(ddb, "The provided starting key is invalid");
}

/* All of the key's attributes, of their types, count up in *found. */
static bool has_key(const struct rc_attribute *item, const struct rc_ddb_key *hash,
                    const struct rc_ddb_key *range)
{
    const struct rc_ddb_key *keys[] = {hash, range};
    for (int i = 0; i < 2; i++) {
        const struct rc_attribute *value =
            keys[i]->name ? rc_attribute_get(item, keys[i]->name, keys[i]->length) : NULL;
        if (keys[i]->name && (!value || value->type != keys[i]->type))
            return false;
    }
    return true;
}

static bool is_one_of(const struct rc_attribute *member, const struct rc_ddb_key *key)
{
    return key->name && key->length == member->name_length &&
           memcmp(key->name, member->name, key->length) == 0;
}

static bool is_key_of_search(const struct rc_ddb_search *search, const struct rc_attribute *member)
{
    return is_one_of(member, &search->table->hash) || is_one_of(member, &search->table->range) ||
           (search->index &&
            (is_one_of(member, &search->index->hash) || is_one_of(member, &search->index->range)));
}

static bool read_start(struct rc_ddb_search *search, const json_t *in)
{
    struct rc_error err = {0};
    struct rc_ddb *ddb = search->ddb;
    struct rc_ddb_table *table = search->table;
    const json_t *json = json_object_get(in, "ExclusiveStartKey");
    if (!json || json_is_null(json))
        return true;
    struct rc_attribute *start = rc_arena_alloc(ddb->arena, sizeof *start);
    if (!start)
        return rc_ddb_no_memory(ddb);
    if (!rc_attribute_read_item(json, ddb->arena, start, &err))
        return rc_ddb_failed(ddb, &err);
    for (uint32_t i = 0; i < start->count; i++)
        if (!is_key_of_search(search, &start->elements[i]))
            return bad_start(ddb);
    if (!has_key(start, &table->hash, &table->range) ||
        (search->index && !has_key(start, &search->index->hash, &search->index->range)))
        return bad_start(ddb);
    search->start = start;
    if (!rc_ddb_key_of_item(ddb, table, start, &search->start_at))
        return false;
    return !search->index ||
           rc_ddb_key_of_index(ddb->arena, search->index, start, &search->start_entry) > 0 ||
           bad_start(ddb);
}

static bool read_index(struct rc_ddb_search *search, const json_t *in)
{
    const char *name;
    struct rc_ddb *ddb = search->ddb;
    if (!rc_ddb_text(ddb, in, "IndexName", &name))
        return false;
    search->consistent = json_is_true(json_object_get(in, "ConsistentRead"));
    if (!name)
        return true;
    search->index = rc_ddb_index_find(search->table, name);
    if (!search->index)
        return rc_ddb_invalid(ddb, "The table does not have the specified index: %s", name);
    if (search->index->kind == RC_DDB_GLOBAL && search->consistent)
        return rc_ddb_invalid(ddb,
                              "Consistent reads are not supported on global secondary indexes");
    if (search->index->backfilling)
        return rc_ddb_invalid(ddb, "Cannot read from backfilling global secondary index: %s", name);
    return true;
}

static bool read_select(struct rc_ddb_search *search, const json_t *in)
{
    static const char *const choices[] = {
        "", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES", "SPECIFIC_ATTRIBUTES", "COUNT", NULL};
    const struct rc_ddb_index *index = search->index;
    if (!rc_ddb_choice(search->ddb, in, "Select", choices, &search->select))
        return false;
    if (search->select == RC_DDB_SELECT_PROJECTED && !index)
        return rc_ddb_invalid(search->ddb, "One or more parameter values were invalid: "
                                           "ALL_PROJECTED_ATTRIBUTES can be used only when "
                                           "Querying using an IndexName");
    if (search->projection && search->select != RC_DDB_SELECT_DEFAULT &&
        search->select != RC_DDB_SELECT_SPECIFIC)
        return rc_ddb_invalid(search->ddb,
                              "Cannot specify the ProjectionExpression when choosing "
                              "to get %s",
                              choices[search->select]);
    if (search->select == RC_DDB_SELECT_ALL && index && index->kind == RC_DDB_GLOBAL &&
        index->projection != RC_DDB_ALL)
        return rc_ddb_invalid(search->ddb,
                              "One or more parameter values were invalid: Select type "
                              "ALL_ATTRIBUTES is not supported for global secondary index %s "
                              "because its projection type is not ALL",
                              index->name);
    return true;
}

bool rc_ddb_search_read(struct rc_ddb_search *search, struct rc_expression_scope *scope,
                        const json_t *in)
{
    struct rc_ddb *ddb = search->ddb;
    const json_t *limit = json_object_get(in, "Limit");
    if (limit && json_integer_value(limit) < 1)
        return rc_ddb_invalid(ddb,
                              "1 validation error detected: Value '%lld' at 'limit' failed to "
                              "satisfy constraint: Member must have value greater than or equal "
                              "to 1",
                              (long long)json_integer_value(limit));
    search->limit = json_integer_value(limit);
    if (!rc_ddb_condition(ddb, scope, in, "FilterExpression", &search->filter) ||
        !rc_ddb_projection(ddb, scope, in, &search->projection) || !rc_ddb_scope_done(ddb, scope))
        return false;
    search->table = rc_ddb_table_of(ddb, in);
    return search->table && read_index(search, in) && read_select(search, in) &&
           read_start(search, in);
}

/* ----- the rows ----- */

static void bind(sqlite3_stmt *row, int at, const uint8_t *bytes, uint32_t length)
{
    sqlite3_bind_blob(row, at, bytes ? bytes : (const uint8_t *)"", (int)length, SQLITE_STATIC);
}

/* The same bytes and a zero: what comes right behind them. */
static struct rc_ddb_bytes behind(struct rc_arena *arena, const uint8_t *bytes, uint32_t length)
{
    char *copy = rc_arena_text(arena, (const char *)bytes, length);
    return (struct rc_ddb_bytes){(const uint8_t *)copy, copy ? length + 1 : 0};
}

static sqlite3_stmt *query_table(struct rc_ddb_search *search)
{
    struct rc_local *local = search->ddb->local;
    struct rc_ddb_bytes low = search->low, high = search->high;
    sqlite3_stmt *row =
        search->backward
            ? rc_local_sql(local, "SELECT k.pk, k.sk, i.size, i.item, k.pk, k.sk FROM ddb_key k"
                                  " CROSS JOIN ddb_item i ON i.id = k.id WHERE table_id = ?1 AND "
                                  "pk = ?2 AND sk >= ?3 AND sk < ?4"
                                  " ORDER BY sk DESC")
            : rc_local_sql(local, "SELECT k.pk, k.sk, i.size, i.item, k.pk, k.sk FROM ddb_key k"
                                  " CROSS JOIN ddb_item i ON i.id = k.id WHERE table_id = ?1 AND "
                                  "pk = ?2 AND sk >= ?3 AND sk < ?4"
                                  " ORDER BY sk");
    if (search->start && search->backward)
        high = (struct rc_ddb_bytes){search->start_at.sk, search->start_at.sk_length};
    else if (search->start)
        low = behind(search->ddb->arena, search->start_at.sk, search->start_at.sk_length);
    sqlite3_bind_int64(row, 1, search->table->resource.id);
    bind(row, 2, search->pk.bytes, search->pk.length);
    bind(row, 3, low.bytes, low.length);
    bind(row, 4, high.bytes, high.length);
    return row;
}

static sqlite3_stmt *query_index(struct rc_ddb_search *search)
{
    struct rc_local *local = search->ddb->local;
    const struct rc_ddb_at *entry = &search->start_entry, *at = &search->start_at;
    struct rc_ddb_bytes from = search->backward ? search->high : search->low;
    struct rc_ddb_bytes to = search->backward ? search->low : search->high;
    sqlite3_stmt *row =
        search->backward
            ? rc_local_sql(local, "SELECT e.pk, e.sk, i.size, i.item, e.ipk, e.isk"
                                  " FROM ddb_entry e CROSS JOIN ddb_item i ON i.id = e.id"
                                  " WHERE e.index_id = ?1 AND e.ipk = ?2"
                                  " AND (e.isk, e.pk, e.sk) < (?3, ?4, ?5) AND e.isk >= ?6"
                                  " ORDER BY e.isk DESC, e.pk DESC, e.sk DESC")
            : rc_local_sql(local, "SELECT e.pk, e.sk, i.size, i.item, e.ipk, e.isk"
                                  " FROM ddb_entry e CROSS JOIN ddb_item i ON i.id = e.id"
                                  " WHERE e.index_id = ?1 AND e.ipk = ?2"
                                  " AND (e.isk, e.pk, e.sk) > (?3, ?4, ?5) AND e.isk < ?6"
                                  " ORDER BY e.isk, e.pk, e.sk");
    if (search->start)
        from = (struct rc_ddb_bytes){entry->sk, entry->sk_length};
    sqlite3_bind_int64(row, 1, search->index->resource.id);
    bind(row, 2, search->pk.bytes, search->pk.length);
    bind(row, 3, from.bytes, from.length);
    bind(row, 4, search->start ? at->pk : NULL, search->start ? at->pk_length : 0);
    bind(row, 5, search->start ? at->sk : NULL, search->start ? at->sk_length : 0);
    bind(row, 6, to.bytes, to.length);
    return row;
}

static void hash_bytes(uint64_t hash, uint8_t bytes[8])
{
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(hash >> (56 - 8 * i));
}

static sqlite3_stmt *scan_rows(struct rc_ddb_search *search)
{
    static const uint8_t past[] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
    struct rc_local *local = search->ddb->local;
    const struct rc_ddb_at *at = &search->start_at, *entry = &search->start_entry;
    uint8_t first[8], end[8];
    hash_bytes(search->first_hash, first);
    hash_bytes(search->end_hash, end);
    sqlite3_stmt *row =
        search->index
            ? rc_local_sql(
                  local,
                  "SELECT e.pk, e.sk, i.size, i.item, e.ipk, e.isk"
                  " FROM ddb_entry e CROSS JOIN ddb_item i ON i.id = e.id WHERE e.index_id = ?1"
                  " AND (e.ipk, e.isk, e.pk, e.sk) > (?2, ?3, ?4, ?5)"
                  " AND e.ipk < ?6 ORDER BY e.ipk, e.isk, e.pk, e.sk")
            : rc_local_sql(local, "SELECT k.pk, k.sk, i.size, i.item, k.pk, k.sk FROM ddb_key k"
                                  " CROSS JOIN ddb_item i ON i.id = k.id WHERE table_id = ?1 AND "
                                  "(pk, sk) > (?2, ?3) AND pk < ?6"
                                  " ORDER BY pk, sk");
    const struct rc_ddb_at *from = search->index ? entry : at;
    sqlite3_bind_int64(row, 1,
                       search->index ? search->index->resource.id : search->table->resource.id);
    if (search->start)
        bind(row, 2, from->pk, from->pk_length);
    else
        sqlite3_bind_blob(row, 2, first, sizeof first, SQLITE_TRANSIENT);
    bind(row, 3, search->start ? from->sk : NULL, search->start ? from->sk_length : 0);
    if (search->index) {
        bind(row, 4, search->start ? at->pk : NULL, search->start ? at->pk_length : 0);
        bind(row, 5, search->start ? at->sk : NULL, search->start ? at->sk_length : 0);
    }
    if (search->end_hash)
        sqlite3_bind_blob(row, 6, end, sizeof end, SQLITE_TRANSIENT);
    else
        sqlite3_bind_blob(row, 6, past, sizeof past, SQLITE_STATIC);
    return row;
}

/* ----- one page ----- */

struct page {
    size_t bytes;
    int64_t count, scanned;
    const struct rc_attribute *last; /* that was read */
    bool more;
};

/* What the index has of it. A local index reads the rest from the table when it is asked
 * for. */
static void strip(const struct rc_ddb_search *search, struct rc_attribute *item)
{
    const struct rc_ddb_index *index = search->index;
    uint32_t kept = 0;
    if (!index || index->projection == RC_DDB_ALL ||
        (index->kind == RC_DDB_LOCAL &&
         (search->projection || search->select == RC_DDB_SELECT_ALL)))
        return;
    for (uint32_t i = 0; i < item->count; i++)
        if (rc_ddb_projects(search->table, index, &item->elements[i]))
            item->elements[kept++] = item->elements[i];
    item->count = kept;
}

static struct rc_attribute *item_of(struct rc_ddb_search *search, sqlite3_stmt *row, size_t *size)
{
    struct rc_arena *arena = search->ddb->arena;
    size_t length = (size_t)sqlite3_column_bytes(row, 3);
    const char *bytes = rc_arena_text(arena, (const char *)sqlite3_column_blob(row, 3), length);
    struct rc_attribute *item = bytes ? rc_attribute_unpack(bytes, length, arena) : NULL;
    if (!item)
        return NULL;
    *size = (size_t)sqlite3_column_int64(row, 2);
    if (search->index && search->index->projection != RC_DDB_ALL) {
        strip(search, item);
        *size = rc_attribute_item_size(item);
    }
    return item;
}

static bool write_item(struct rc_ddb_search *search, const struct rc_attribute *item)
{
    if (search->select == RC_DDB_SELECT_COUNT)
        return true;
    if (search->projection)
        item = rc_projection_apply(search->projection, item, search->ddb->arena);
    if (!item)
        return false;
    rc_attribute_write_item(item, &search->ddb->exchange->json);
    return true;
}

/* Where the page is charged: in the partition of the last item that it read. */
static void note_place(struct rc_ddb_search *search, sqlite3_stmt *row)
{
    const uint8_t *pk = sqlite3_column_blob(row, 4);
    uint64_t hash = 0;
    for (int i = 0; i < 8 && i < sqlite3_column_bytes(row, 4); i++)
        hash = hash << 8 | pk[i];
    search->place.key = hash;
    search->place.sort =
        XXH3_64bits(sqlite3_column_blob(row, 5), (size_t)sqlite3_column_bytes(row, 5));
}

static bool read_page(struct rc_ddb_search *search, sqlite3_stmt *row, struct page *page)
{
    while (sqlite3_step(row) == SQLITE_ROW) {
        size_t size;
        struct rc_attribute *item = item_of(search, row, &size);
        if (!item)
            return false;
        if (page->scanned && page->bytes + size > RC_DDB_PAGE) {
            page->more = true;
            return true;
        }
        page->bytes += size;
        page->scanned++;
        page->last = item;
        note_place(search, row);
        if (!search->filter || rc_condition_holds(search->filter, item)) {
            page->count++;
            if (!write_item(search, item))
                return false;
        }
        if (search->limit && page->scanned >= search->limit) {
            page->more = true;
            return true;
        }
    }
    return true;
}

static void write_last_key(struct rc_ddb_search *search, const struct rc_attribute *item)
{
    struct rc_attribute keys[4], map = {.type = RC_ATTRIBUTE_M, .elements = keys};
    for (uint32_t i = 0; i < item->count && map.count < 4; i++)
        if (is_key_of_search(search, &item->elements[i]))
            keys[map.count++] = item->elements[i];
    rc_jsonw_key(&search->ddb->exchange->json, "LastEvaluatedKey");
    rc_attribute_write_item(&map, &search->ddb->exchange->json);
}

/* Charged when it was read: only then is it known what it costs. */
static bool charge(struct rc_ddb_search *search, const struct page *page)
{
    struct rc_ddb_refusal refusal;
    const struct rc_ddb_read read = {.table = search->table,
                                     .index = search->index,
                                     .place = search->place,
                                     .item = page->last ? page->last : search->start,
                                     .units = rc_ddb_read_units(page->bytes, search->consistent)};
    if (!rc_ddb_claim_reads(search->ddb, &read, 1, &refusal))
        return false;
    return refusal.answer == RC_HEAT_TAKEN || rc_ddb_throttled(search->ddb, &refusal);
}

void rc_ddb_search_run(struct rc_ddb_search *search)
{
    struct page page = {0};
    struct rc_ddb *ddb = search->ddb;
    struct rc_jsonw *json = &ddb->exchange->json;
    sqlite3_stmt *row = !search->query  ? scan_rows(search)
                        : search->index ? query_index(search)
                                        : query_table(search);
    rc_jsonw_open(json, '{');
    if (search->select != RC_DDB_SELECT_COUNT) {
        rc_jsonw_key(json, "Items");
        rc_jsonw_open(json, '[');
    }
    bool ok = read_page(search, row, &page);
    rc_local_done(row);
    if (!ok) {
        rc_ddb_no_memory(ddb);
        return;
    }
    if (!charge(search, &page))
        return;
    if (search->select != RC_DDB_SELECT_COUNT)
        rc_jsonw_close(json, ']');
    rc_jsonw_key(json, "Count");
    rc_jsonw_int(json, page.count);
    rc_jsonw_key(json, "ScannedCount");
    rc_jsonw_int(json, page.scanned);
    if (page.more && page.last)
        write_last_key(search, page.last);
    rc_ddb_consumed(ddb);
    rc_jsonw_close(json, '}');
    rc_ddb_answered(ddb, search->table);
}

/* ----- Scan ----- */

static bool read_segments(struct rc_ddb_search *search, const json_t *in)
{
    enum { MOST = 1000000 };
    const json_t *segment = json_object_get(in, "Segment");
    const json_t *total = json_object_get(in, "TotalSegments");
    int64_t which = json_integer_value(segment), of = json_integer_value(total);
    struct rc_ddb *ddb = search->ddb;
    if (!segment && !total)
        return true;
    if (!total)
        return rc_ddb_invalid(ddb, "The TotalSegments parameter is required but was not present in "
                                   "the request when Segment parameter is present");
    if (!segment)
        return rc_ddb_invalid(ddb, "The Segment parameter is required but was not present in the "
                                   "request when parameter TotalSegments is present");
    if (of < 1 || of > MOST || which < 0)
        return rc_ddb_invalid(ddb,
                              "1 validation error detected: Value '%lld' at '%s' failed to satisfy "
                              "constraint: Member must have value between 1 and 1000000",
                              (long long)(which < 0 ? which : of),
                              which < 0 ? "segment" : "totalSegments");
    if (which >= of)
        return rc_ddb_invalid(ddb,
                              "The Segment parameter is zero-based and must be less than parameter "
                              "TotalSegments: Segment: %lld is not less than TotalSegments: %lld",
                              (long long)which, (long long)of);
    uint64_t width = UINT64_MAX / (uint64_t)of;
    search->first_hash = width * (uint64_t)which;
    search->end_hash = which + 1 < of ? width * (uint64_t)(which + 1) : 0;
    search->place.key = search->first_hash;
    return true;
}

void rc_ddb_scan(struct rc_exchange *exchange)
{
    struct rc_ddb ddb;
    struct rc_expression_scope scope;
    struct rc_ddb_search search = {.ddb = &ddb};
    if (rc_ddb_begin(&ddb, exchange) && rc_ddb_table_name(&ddb, exchange->in) &&
        rc_ddb_scope(&ddb, exchange->in, &scope) && read_segments(&search, exchange->in) &&
        rc_ddb_search_read(&search, &scope, exchange->in))
        rc_ddb_search_run(&search);
}
