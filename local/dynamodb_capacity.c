/* What a request consumes, of which table and index, and whether it may. Source:
 * "DynamoDB read and write operations" of the developer guide (capacity units). */
#include "local/dynamodb_internal.h"
#include "local/weather.h"

#include <math.h>
#include <string.h>

double rc_ddb_write_units(size_t bytes)
{
    size_t units = (bytes + 1023) / 1024;
    return units ? (double)units : 1;
}

double rc_ddb_read_units(size_t bytes, bool consistent)
{
    size_t units = (bytes + 4095) / 4096;
    return (units ? (double)units : 1) * (consistent ? 1 : 0.5);
}

/* ----- what of an item is in an index ----- */

static bool is_key(const struct rc_ddb_key *key, const struct rc_attribute *member)
{
    return key->name && key->length == member->name_length &&
           memcmp(key->name, member->name, key->length) == 0;
}

bool rc_ddb_projects(const struct rc_ddb_table *table, const struct rc_ddb_index *index,
                     const struct rc_attribute *member)
{
    size_t i;
    const json_t *name;
    if (index->projection == RC_DDB_ALL || is_key(&table->hash, member) ||
        is_key(&table->range, member) || is_key(&index->hash, member) ||
        is_key(&index->range, member))
        return true;
    json_array_foreach(index->include, i, name)
    {
        if (json_string_length(name) == member->name_length &&
            memcmp(json_string_value(name), member->name, member->name_length) == 0)
            return true;
    }
    return false;
}

size_t rc_ddb_projected_size(const struct rc_ddb_table *table, const struct rc_ddb_index *index,
                             const struct rc_attribute *item)
{
    size_t bytes = 0;
    for (uint32_t i = 0; i < item->count; i++)
        if (rc_ddb_projects(table, index, &item->elements[i]))
            bytes += item->elements[i].name_length + rc_attribute_size(&item->elements[i]);
    return bytes;
}

/* Whether the index has the same of both. */
static bool same_projection(const struct rc_ddb_table *table, const struct rc_ddb_index *index,
                            const struct rc_attribute *a, const struct rc_attribute *b)
{
    for (int turn = 0; turn < 2; turn++) {
        const struct rc_attribute *one = turn ? b : a, *other = turn ? a : b;
        for (uint32_t i = 0; i < one->count; i++) {
            const struct rc_attribute *member = &one->elements[i], *same;
            if (!rc_ddb_projects(table, index, member))
                continue;
            same = rc_attribute_get(other, member->name, member->name_length);
            if (!same || !rc_attribute_equal(member, same))
                return false;
        }
    }
    return true;
}

/* ----- claims ----- */

struct claims {
    struct rc_ddb *ddb;
    double factor;
    struct rc_heat_claim *claims;
    struct rc_ddb_index **indexes; /* of each; NULL: the table */
    size_t *writes;                /* of each */
    double *local_units;           /* of each write, by its local indexes */
    size_t count;
    struct rc_heat_claim *locals; /* of local indexes: place.key is the index, sort the write */
    size_t local_count;
};

/* By what the writes of a table or an index count more where the weather has it short. */
static double shortage(const struct rc_ddb *ddb, const struct rc_ddb_table *table,
                       const struct rc_ddb_index *index)
{
    return rc_weather_shortage(ddb->local->weather, table->name, index ? index->name : NULL);
}

/* It counts more. Clients are as fast as this machine, however fast the clock goes: where little is
 * taken, a burst of theirs is held for a second of its. */
static void make_short(const struct rc_ddb *ddb, struct rc_heat_claim *claim, double times)
{
    claim->units *= times;
    claim->held_s = times > 1 ? ddb->local->options->speed : 1;
}

/* Where a write is counted: where it is, or where the weather has its one hot key. */
static struct rc_heat_place place_of(const struct rc_ddb *ddb, const struct rc_ddb_write *write)
{
    bool hot =
        rc_weather_strikes(ddb->local->weather, "dynamodb", "skew", write->table->name, NULL);
    const struct rc_heat_place hot_key = {.key = 0};
    return hot ? hot_key : write->at.place;
}

static void label(struct rc_ddb *ddb, struct rc_heat_claim *claim,
                  const struct rc_ddb_resource *resource, const struct rc_ddb_key *hash,
                  const struct rc_ddb_key *range, const struct rc_attribute *item)
{
    if (resource->insights)
        claim->label = rc_ddb_label(ddb->arena, hash, range, item, &claim->label_length);
}

static void add_global(struct claims *claims, struct rc_ddb_index *index, size_t write,
                       const struct rc_ddb_at *at, const struct rc_attribute *item, size_t bytes)
{
    struct rc_heat_claim *claim = &claims->claims[claims->count];
    *claim = (struct rc_heat_claim){.heat = index->resource.heat,
                                    .use = RC_HEAT_WRITE,
                                    .place = at->place,
                                    .units = rc_ddb_write_units(bytes) * claims->factor};
    label(claims->ddb, claim, &index->resource, &index->hash, &index->range, item);
    claims->indexes[claims->count] = index;
    claims->writes[claims->count++] = write;
}

/* The table pays for its local indexes. */
static void add_local(struct claims *claims, size_t write, size_t index, size_t bytes)
{
    struct rc_heat_claim *claim = &claims->locals[claims->local_count++];
    *claim = (struct rc_heat_claim){.place = {index, write},
                                    .units = rc_ddb_write_units(bytes) * claims->factor};
    claims->local_units[write] += claim->units;
}

/* What one write does to one index: nothing, a put, a delete, or both. */
static bool add_index(struct claims *claims, const struct rc_ddb_write *write, size_t number,
                      struct rc_ddb_index *index)
{
    struct rc_ddb_at before = {0}, after = {0};
    struct rc_arena *arena = claims->ddb->arena;
    const struct rc_attribute *items[] = {write->old, write->new};
    struct rc_ddb_at *places[] = {&before, &after};
    size_t bytes[2] = {0, 0};
    int there[2] = {0, 0};
    for (int i = 0; i < 2; i++) {
        if (items[i])
            there[i] = rc_ddb_key_of_index(arena, index, items[i], places[i]);
        if (there[i] < 0)
            return rc_ddb_no_memory(claims->ddb);
        if (there[i])
            bytes[i] = rc_ddb_projected_size(write->table, index, items[i]);
    }
    bool same_place = there[0] && there[1] && rc_ddb_same_key(&before, &after);
    if (same_place && same_projection(write->table, index, write->old, write->new))
        return true;
    if (same_place) {
        bytes[1] = bytes[0] > bytes[1] ? bytes[0] : bytes[1];
        there[0] = 0;
    }
    for (int i = 0; i < 2; i++) {
        if (there[i] && index->kind == RC_DDB_GLOBAL)
            add_global(claims, index, number, places[i], items[i], bytes[i]);
        else if (there[i])
            add_local(claims, number, (size_t)(index - write->table->indexes), bytes[i]);
    }
    return true;
}

static bool add_write(struct claims *claims, const struct rc_ddb_write *write, size_t number)
{
    size_t bytes = write->old_size > write->new_size ? write->old_size : write->new_size;
    size_t own = claims->count++;
    for (size_t i = 0; i < write->table->index_count && !write->check; i++) {
        struct rc_ddb_index *index = &write->table->indexes[i];
        if (index->kind != RC_DDB_EXPIRY && !add_index(claims, write, number, index))
            return false;
    }
    struct rc_heat_claim *claim = &claims->claims[own];
    *claim = (struct rc_heat_claim){.heat = write->table->resource.heat,
                                    .use = RC_HEAT_WRITE,
                                    .place = place_of(claims->ddb, write),
                                    .units = rc_ddb_write_units(bytes) * claims->factor +
                                             claims->local_units[number]};
    label(claims->ddb, claim, &write->table->resource, &write->table->hash, &write->table->range,
          write->key);
    claims->indexes[own] = NULL;
    claims->writes[own] = number;
    return true;
}

struct rc_ddb_bill *rc_ddb_bill_of(struct rc_ddb *ddb, struct rc_ddb_table *table)
{
    enum { MOST = 100 }; /* tables in one request: as many as it may have items */
    if (!ddb->bills)
        ddb->bills = rc_arena_alloc(ddb->arena, MOST * sizeof *ddb->bills);
    for (size_t i = 0; i < ddb->bill_count; i++)
        if (ddb->bills[i].table == table)
            return &ddb->bills[i];
    if (!ddb->bills || ddb->bill_count == MOST)
        return NULL;
    ddb->bills[ddb->bill_count].table = table;
    return &ddb->bills[ddb->bill_count++];
}

/* Of a table or one of its indexes: counted, and put on the bill. */
static void taken(struct rc_ddb *ddb, struct rc_ddb_table *table, struct rc_ddb_index *index,
                  const struct rc_heat_claim *claim, double local_units)
{
    struct rc_ddb_resource *resource = index ? &index->resource : &table->resource;
    struct rc_ddb_bill *bill = rc_ddb_bill_of(ddb, table);
    resource->meter.consumed[claim->use] += claim->units;
    if (bill && index)
        bill->index[claim->use][index - table->indexes] += claim->units;
    else if (bill)
        bill->units[claim->use] += claim->units - local_units;
    if (resource->insights)
        rc_ddb_insights_add(resource->insights, ddb->now_ms, false, claim->place, claim->label,
                            claim->label_length, claim->units);
}

static void refused(struct rc_ddb *ddb, const struct rc_heat_claim *claim,
                    const struct rc_ddb_refusal *refusal)
{
    struct rc_ddb_resource *resource =
        refusal->index ? &refusal->index->resource : &refusal->table->resource;
    resource->meter.events[claim->use][refusal->answer]++;
    if (resource->insights)
        rc_ddb_insights_add(resource->insights, ddb->now_ms, true, claim->place, claim->label,
                            claim->label_length, claim->units);
}

bool rc_ddb_claim_writes(struct rc_ddb *ddb, const struct rc_ddb_write *writes, size_t count,
                         double factor, struct rc_ddb_refusal *refusal)
{
    size_t room = 0, bad = 0;
    for (size_t i = 0; i < count; i++)
        room += 1 + 2 * writes[i].table->index_count;
    struct claims claims = {.ddb = ddb, .factor = factor};
    claims.claims = rc_arena_alloc(ddb->arena, room * sizeof *claims.claims);
    claims.indexes = rc_arena_alloc(ddb->arena, room * sizeof *claims.indexes);
    claims.writes = rc_arena_alloc(ddb->arena, room * sizeof *claims.writes);
    claims.locals = rc_arena_alloc(ddb->arena, room * sizeof *claims.locals);
    claims.local_units = rc_arena_alloc(ddb->arena, count * sizeof *claims.local_units);
    if (!claims.claims || !claims.indexes || !claims.writes || !claims.locals ||
        !claims.local_units)
        return rc_ddb_no_memory(ddb);
    for (size_t i = 0; i < count; i++)
        if (!add_write(&claims, &writes[i], i))
            return false;
    rc_ddb_dirty(ddb->state);
    for (size_t i = 0; i < claims.count; i++)
        make_short(ddb, &claims.claims[i],
                   shortage(ddb, writes[claims.writes[i]].table, claims.indexes[i]));
    *refusal = (struct rc_ddb_refusal){
        .answer = rc_heat_claim(claims.claims, claims.count, ddb->now_ms, &bad),
        .use = RC_HEAT_WRITE};
    for (size_t i = 0; i < claims.count; i++)
        claims.claims[i].units /= shortage(ddb, writes[claims.writes[i]].table, claims.indexes[i]);
    if (refusal->answer != RC_HEAT_TAKEN) {
        refusal->write = claims.writes[bad];
        refusal->table = writes[refusal->write].table;
        refusal->index = claims.indexes[bad];
        refused(ddb, &claims.claims[bad], refusal);
        return true;
    }
    for (size_t i = 0; i < claims.count; i++)
        taken(ddb, writes[claims.writes[i]].table, claims.indexes[i], &claims.claims[i],
              claims.indexes[i] ? 0 : claims.local_units[claims.writes[i]]);
    for (size_t i = 0; i < claims.local_count; i++) {
        const struct rc_heat_claim *local = &claims.locals[i];
        struct rc_ddb_bill *bill = rc_ddb_bill_of(ddb, writes[local->place.sort].table);
        if (bill)
            bill->index[RC_HEAT_WRITE][local->place.key] += local->units;
    }
    return true;
}

bool rc_ddb_claim_reads(struct rc_ddb *ddb, const struct rc_ddb_read *reads, size_t count,
                        struct rc_ddb_refusal *refusal)
{
    size_t bad = 0;
    struct rc_heat_claim *claims = rc_arena_alloc(ddb->arena, count * sizeof *claims);
    if (!claims)
        return rc_ddb_no_memory(ddb);
    for (size_t i = 0; i < count; i++) {
        const struct rc_ddb_table *table = reads[i].table;
        const struct rc_ddb_index *index = reads[i].index;
        const struct rc_ddb_resource *resource = index ? &index->resource : &table->resource;
        claims[i] =
            (struct rc_heat_claim){.heat = resource->heat ? resource->heat : table->resource.heat,
                                   .use = RC_HEAT_READ,
                                   .place = reads[i].place,
                                   .units = reads[i].units};
        label(ddb, &claims[i], resource, index ? &index->hash : &table->hash,
              index ? &index->range : &table->range, reads[i].item);
    }
    rc_ddb_dirty(ddb->state);
    *refusal = (struct rc_ddb_refusal){.answer = rc_heat_claim(claims, count, ddb->now_ms, &bad)};
    if (refusal->answer != RC_HEAT_TAKEN) {
        refusal->write = bad;
        refusal->table = reads[bad].table;
        refusal->index =
            reads[bad].index && reads[bad].index->resource.heat ? reads[bad].index : NULL;
        refused(ddb, &claims[bad], refusal);
        return true;
    }
    for (size_t i = 0; i < count; i++)
        taken(ddb, reads[i].table, reads[i].index, &claims[i], 0);
    return true;
}

/* ----- throttled ----- */

json_t *rc_ddb_reasons(const struct rc_ddb_refusal *refusal)
{
    char arn[600];
    rc_ddb_arn(refusal->table, refusal->index, arn);
    return json_pack("[{s:s, s:s}]", "reason",
                     rc_heat_reason(refusal->answer, refusal->use, refusal->index != NULL),
                     "resource", arn);
}

bool rc_ddb_throttled(struct rc_ddb *ddb, const struct rc_ddb_refusal *refusal)
{
    bool on_demand = refusal->table->on_demand;
    const char *code = refusal->answer == RC_HEAT_ACCOUNT ? "RequestLimitExceeded"
                       : on_demand                        ? "ThrottlingException"
                                   : "ProvisionedThroughputExceededException";
    const char *words =
        refusal->answer == RC_HEAT_ACCOUNT
            ? "Throughput exceeds the current throughput limit for your account."
        : refusal->answer == RC_HEAT_MAX_ON_DEMAND
            ? "Throughput exceeds the maximum OnDemandThroughput configured on table or index."
        : on_demand ? "Throughput exceeds the current capacity of your table or index. DynamoDB is "
                      "automatically scaling your table or index so please try again shortly. If "
                      "exceptions persist, check if you have a hot key."
        : refusal->index ? "The level of configured provisioned throughput for one or more global "
                           "secondary indexes of the table was exceeded. Consider increasing your "
                           "provisioning level for the under-provisioned global secondary indexes "
                           "with the UpdateTable API"
                         : "The level of configured provisioned throughput for the table was "
                           "exceeded. Consider increasing your provisioning level with the "
                           "UpdateTable API.";
    json_t *members = json_pack("{s:o}", on_demand ? "throttlingReasons" : "ThrottlingReasons",
                                rc_ddb_reasons(refusal));
    refusal->table->throttled[ddb->operation]++;
    rc_exchange_fail_with(ddb->exchange, 400, code, members, "%s", words);
    json_decref(members);
    return false;
}
