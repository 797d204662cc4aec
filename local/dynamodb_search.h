/* What Query and Scan share: a range of a table or an index, read page by page. */
#ifndef RC_LOCAL_DYNAMODB_SEARCH_H
#define RC_LOCAL_DYNAMODB_SEARCH_H

#include "local/dynamodb_internal.h"

enum rc_ddb_select {
    RC_DDB_SELECT_DEFAULT,
    RC_DDB_SELECT_ALL,
    RC_DDB_SELECT_PROJECTED,
    RC_DDB_SELECT_SPECIFIC,
    RC_DDB_SELECT_COUNT,
};

struct rc_ddb_bytes {
    const uint8_t *bytes;
    uint32_t length;
};

struct rc_ddb_search {
    struct rc_ddb *ddb;
    struct rc_ddb_table *table;
    struct rc_ddb_index *index; /* NULL: the table itself */
    bool consistent;
    bool backward;
    int select;
    int64_t limit; /* 0: none */
    struct rc_condition *filter;
    struct rc_projection *projection;
    const struct rc_attribute *start; /* ExclusiveStartKey; NULL: from the beginning */
    struct rc_ddb_at start_at;        /* of the table */
    struct rc_ddb_at start_entry;     /* of the index */

    /* A query: one partition key, and a range of sort keys. */
    bool query;
    struct rc_ddb_bytes pk;
    struct rc_ddb_bytes low;  /* from here */
    struct rc_ddb_bytes high; /* to before here */
    /* A scan: a range of hashes. */
    uint64_t first_hash, end_hash; /* end 0: to the end */
    struct rc_heat_place place;    /* where it is charged, unless it finds an item */
};

/* What both have: table, index, limits, expressions, start. */
bool rc_ddb_search_read(struct rc_ddb_search *search, struct rc_expression_scope *scope,
                        const json_t *in);

/* Runs it and answers. */
void rc_ddb_search_run(struct rc_ddb_search *search);

#endif
