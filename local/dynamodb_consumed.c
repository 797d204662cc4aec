/* ConsumedCapacity in answers. */
#include "local/dynamodb_internal.h"

#include <stdio.h>

static void number(struct rc_jsonw *json, const char *name, double units)
{
    char text[64];
    snprintf(text, sizeof text, "%.1f", units);
    rc_jsonw_key(json, name);
    rc_jsonw_raw(json, text);
}

static void units(struct rc_jsonw *json, double reads, double writes, bool transaction)
{
    number(json, "CapacityUnits", reads + writes);
    if (transaction && reads > 0)
        number(json, "ReadCapacityUnits", reads);
    if (transaction && writes > 0)
        number(json, "WriteCapacityUnits", writes);
}

static void write_indexes(struct rc_jsonw *json, const struct rc_ddb_bill *bill,
                          enum rc_ddb_index_kind kind, bool transaction)
{
    bool opened = false;
    for (size_t i = 0; i < bill->table->index_count; i++) {
        const struct rc_ddb_index *index = &bill->table->indexes[i];
        double reads = bill->index[RC_HEAT_READ][i], writes = bill->index[RC_HEAT_WRITE][i];
        if (index->kind != kind || !(reads + writes > 0))
            continue;
        if (!opened) {
            rc_jsonw_key(json, kind == RC_DDB_GLOBAL ? "GlobalSecondaryIndexes"
                                                     : "LocalSecondaryIndexes");
            rc_jsonw_open(json, '{');
            opened = true;
        }
        rc_jsonw_key(json, index->name);
        rc_jsonw_open(json, '{');
        units(json, reads, writes, transaction);
        rc_jsonw_close(json, '}');
    }
    if (opened)
        rc_jsonw_close(json, '}');
}

static void write_bill(struct rc_ddb *ddb, const struct rc_ddb_bill *bill, bool transaction)
{
    struct rc_jsonw *json = &ddb->exchange->json;
    double total[2] = {bill->units[0], bill->units[1]};
    for (size_t i = 0; i < bill->table->index_count; i++)
        for (int use = 0; use < 2; use++)
            total[use] += bill->index[use][i];
    rc_jsonw_open(json, '{');
    rc_jsonw_key(json, "TableName");
    rc_jsonw_str(json, bill->table->name);
    units(json, total[RC_HEAT_READ], total[RC_HEAT_WRITE], transaction);
    if (ddb->report == RC_DDB_PARTS) {
        rc_jsonw_key(json, "Table");
        rc_jsonw_open(json, '{');
        units(json, bill->units[RC_HEAT_READ], bill->units[RC_HEAT_WRITE], transaction);
        rc_jsonw_close(json, '}');
        write_indexes(json, bill, RC_DDB_LOCAL, transaction);
        write_indexes(json, bill, RC_DDB_GLOBAL, transaction);
    }
    rc_jsonw_close(json, '}');
}

void rc_ddb_consumed(struct rc_ddb *ddb)
{
    if (ddb->report == RC_DDB_NONE || !ddb->bill_count)
        return;
    rc_jsonw_key(&ddb->exchange->json, "ConsumedCapacity");
    write_bill(ddb, &ddb->bills[0], false);
}

void rc_ddb_consumed_list(struct rc_ddb *ddb, bool transaction)
{
    if (ddb->report == RC_DDB_NONE)
        return;
    rc_jsonw_key(&ddb->exchange->json, "ConsumedCapacity");
    rc_jsonw_open(&ddb->exchange->json, '[');
    for (size_t i = 0; i < ddb->bill_count; i++)
        write_bill(ddb, &ddb->bills[i], transaction);
    rc_jsonw_close(&ddb->exchange->json, ']');
}
