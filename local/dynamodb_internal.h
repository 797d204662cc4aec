/* What the files of DynamoDB share: tables in memory, keys, one request's work. */
#ifndef RC_LOCAL_DYNAMODB_INTERNAL_H
#define RC_LOCAL_DYNAMODB_INTERNAL_H

#include "core/heat.h"
#include "local/attribute.h"
#include "local/dynamodb.h"
#include "local/expression.h"
#include "local/services.h"

#include <jansson.h>

enum {
    RC_DDB_HASH_KEY = 2048,
    RC_DDB_RANGE_KEY = 1024,
    RC_DDB_GLOBAL_INDEXES = 20,
    RC_DDB_LOCAL_INDEXES = 5,
    RC_DDB_INDEXES = RC_DDB_GLOBAL_INDEXES + RC_DDB_LOCAL_INDEXES + 1, /* and the expiry */
    RC_DDB_PAGE = 1 << 20,  /* bytes that a query or scan reads at most */
    RC_DDB_SETTLE_MS = 250, /* a table is made or changed in so long */
    RC_DDB_OPERATIONS = 20,
};

/* ----- tables ----- */

/* A key attribute; borrowed from the definition. */
struct rc_ddb_key {
    const char *name; /* NULL: there is no such key */
    uint32_t length;
    enum rc_attribute_type type; /* S, N or B */
};

/* Since the last flush. */
struct rc_ddb_meter {
    double consumed[2];                          /* units, of reads and writes */
    double events[2][RC_HEAT_MAX_ON_DEMAND + 1]; /* throttled, by the reason */
    double expired;                              /* items that time took */
};

struct rc_ddb_insights; /* dynamodb_insights.c */

/* What a table and an index have in common. */
struct rc_ddb_resource {
    int64_t id;
    struct rc_heat *heat; /* NULL: it has no throughput of its own */
    size_t partitions;    /* that are in the store */
    struct rc_ddb_meter meter;
    struct rc_ddb_insights *insights; /* NULL: off */
};

enum rc_ddb_index_kind {
    RC_DDB_GLOBAL,
    RC_DDB_LOCAL,
    RC_DDB_EXPIRY, /* hidden: items by the time at which they expire */
};

enum rc_ddb_projection { RC_DDB_ALL, RC_DDB_KEYS_ONLY, RC_DDB_INCLUDE };

struct rc_ddb_index {
    struct rc_ddb_resource resource;
    enum rc_ddb_index_kind kind;
    const char *name;
    struct rc_ddb_key hash, range;
    enum rc_ddb_projection projection;
    const json_t *include;
    const json_t *definition; /* borrowed from the table's */
    int64_t changed_ms;
    bool backfilling;
};

struct rc_ddb_table {
    struct rc_ddb_resource resource;
    const char *name;
    json_t *definition; /* as it is stored */
    struct rc_ddb_key hash, range;
    struct rc_ddb_index *indexes;
    size_t index_count;
    bool on_demand;
    bool deleting;
    int64_t created_ms, changed_ms;
    double throttled[RC_DDB_OPERATIONS]; /* requests, by operation, since the last flush */
    double latency_ms[RC_DDB_OPERATIONS];
    double answered[RC_DDB_OPERATIONS];
    struct rc_ddb_table *next;
};

struct rc_local_dynamodb_state {
    struct rc_local *local;
    struct rc_ddb_table *tables; /* by name */
    struct rc_timer flush;       /* set while there is something to tell CloudWatch */
    struct rc_timer steps;       /* set while a table goes or an index is filled */
    struct rc_timer sweep;       /* set while a table has a time to live */
    bool flushing;
    struct rc_buf packed; /* of the item that is being stored */
};

/* Builds the parts of a table from its definition; heats of what was there are kept.
 * False without memory. */
bool rc_ddb_compile(struct rc_local_dynamodb_state *state, struct rc_ddb_table *table);
void rc_ddb_table_free(struct rc_ddb_table *table);
bool rc_ddb_table_save(struct rc_local *local, const struct rc_ddb_table *table);
struct rc_ddb_table *rc_ddb_table_find(const struct rc_local_dynamodb_state *state,
                                       const char *name);
struct rc_ddb_index *rc_ddb_index_find(const struct rc_ddb_table *table, const char *name);
int64_t rc_ddb_new_resource(struct rc_local *local);

/* "CREATING" … of a table, or an index. */
const char *rc_ddb_table_status(const struct rc_ddb_table *table, int64_t now_ms);
const char *rc_ddb_index_status(const struct rc_ddb_index *index, int64_t now_ms);

/* "arn:aws:dynamodb:…:table/NAME", or of an index; text has 600 bytes. */
void rc_ddb_arn(const struct rc_ddb_table *table, const struct rc_ddb_index *index, char text[600]);

/* ----- one request ----- */

enum rc_ddb_report { RC_DDB_NONE, RC_DDB_TOTAL, RC_DDB_PARTS };

/* What a request consumed of one table. */
struct rc_ddb_bill {
    struct rc_ddb_table *table;
    double units[2];                 /* of the table itself */
    double index[2][RC_DDB_INDEXES]; /* of its indexes */
    int64_t items, bytes;            /* how many more it holds */
    int64_t index_items[RC_DDB_INDEXES], index_bytes[RC_DDB_INDEXES];
};

struct rc_ddb {
    struct rc_exchange *exchange;
    struct rc_local *local;
    struct rc_local_dynamodb_state *state;
    struct rc_arena *arena;
    int64_t now_ms;
    enum rc_ddb_report report;
    struct rc_ddb_bill *bills;
    size_t bill_count;
    size_t operation; /* its row */
    int64_t began_us;
};

/* Every one of these gives false when the exchange has failed. */
bool rc_ddb_begin(struct rc_ddb *ddb, struct rc_exchange *exchange);
bool rc_ddb_invalid(struct rc_ddb *ddb, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
bool rc_ddb_failed(struct rc_ddb *ddb, const struct rc_error *err);
bool rc_ddb_no_memory(struct rc_ddb *ddb);

/* "TableName" of an object to a table that is there; NULL when it failed. */
struct rc_ddb_table *rc_ddb_table_named(struct rc_ddb *ddb, const char *name);
struct rc_ddb_table *rc_ddb_table_of(struct rc_ddb *ddb, const json_t *in);
const char *rc_ddb_table_name(struct rc_ddb *ddb, const json_t *in);

/* A member that has to be a text, or may be missing (*text NULL). */
bool rc_ddb_text(struct rc_ddb *ddb, const json_t *in, const char *member, const char **text);
/* One of the words of a list that ends with NULL; *which is 0 when it is missing. */
bool rc_ddb_choice(struct rc_ddb *ddb, const json_t *in, const char *member,
                   const char *const *words, int *which);
bool rc_ddb_item_in(struct rc_ddb *ddb, const json_t *in, const char *member,
                    struct rc_attribute *item);
bool rc_ddb_scope(struct rc_ddb *ddb, const json_t *in, struct rc_expression_scope *scope);

/* Reads an expression when it is there: ok with *condition NULL when not. */
bool rc_ddb_condition(struct rc_ddb *ddb, struct rc_expression_scope *scope, const json_t *in,
                      const char *member, struct rc_condition **condition);
bool rc_ddb_projection(struct rc_ddb *ddb, struct rc_expression_scope *scope, const json_t *in,
                       struct rc_projection **projection);
bool rc_ddb_scope_done(struct rc_ddb *ddb, const struct rc_expression_scope *scope);

/* ----- keys ----- */

/* A primary key in the store's form, in the arena: bytes in the order of the keys. That
 * of the partition key begins with its hash, so that a scan goes by hash, as at AWS. */
struct rc_ddb_at {
    const uint8_t *pk;
    const uint8_t *sk;
    uint32_t pk_length;
    uint32_t sk_length;
    struct rc_heat_place place;
};

bool rc_ddb_same_key(const struct rc_ddb_at *a, const struct rc_ddb_at *b);

/* The key of a whole item; false when it lacks it or it is no good. */
bool rc_ddb_key_of_item(struct rc_ddb *ddb, const struct rc_ddb_table *table,
                        const struct rc_attribute *item, struct rc_ddb_at *at);

/* The key alone: nothing else may be there. */
bool rc_ddb_key_alone(struct rc_ddb *ddb, const struct rc_ddb_table *table,
                      const struct rc_attribute *key, struct rc_ddb_at *at);

/* The key of an item in an index: 0 when it is not in the index, -1 without memory. */
int rc_ddb_key_of_index(struct rc_arena *arena, const struct rc_ddb_index *index,
                        const struct rc_attribute *item, struct rc_ddb_at *at);

/* False when an attribute that an index is by is of another type or too long. */
bool rc_ddb_check_indexes(struct rc_ddb *ddb, const struct rc_ddb_table *table,
                          const struct rc_attribute *item);

/* One key's bytes, without the hash; NULL without memory. */
const uint8_t *rc_ddb_key_bytes(struct rc_arena *arena, const struct rc_attribute *value,
                                uint32_t *length);
/* The same as a partition key. */
const uint8_t *rc_ddb_hash_bytes(struct rc_arena *arena, const struct rc_attribute *value,
                                 uint32_t *length, uint64_t *hash);

/* "pk\0sk" of an item's key for contributor insights. */
const char *rc_ddb_label(struct rc_arena *arena, const struct rc_ddb_key *hash,
                         const struct rc_ddb_key *range, const struct rc_attribute *item,
                         size_t *length);

/* ----- the store ----- */

/* The item, which may be NULL: only the size is read. *id is where it stands, 0 when
 * there is none; *item is NULL then. */
bool rc_ddb_load(struct rc_ddb *ddb, const struct rc_ddb_table *table, const struct rc_ddb_at *at,
                 struct rc_attribute **item, size_t *size, int64_t *id);

/* ----- capacity ----- */

/* One item that is to be written. */
struct rc_ddb_write {
    struct rc_ddb_table *table;
    struct rc_ddb_at at;
    const struct rc_attribute *key; /* an item that has the key's attributes */
    const struct rc_attribute *old; /* NULL: none, or it does not matter what it is */
    const struct rc_attribute *new; /* NULL: it goes */
    size_t old_size, new_size;      /* 0: none */
    int64_t id;                     /* where the old one stands */
    bool check;                     /* nothing is written: it is only looked at */
};

/* Write units of so many bytes, read units. */
double rc_ddb_write_units(size_t bytes);
double rc_ddb_read_units(size_t bytes, bool consistent);

/* Asks heat for what the writes take, times factor (2 in transactions): all or none.
 * Counted and billed when it is taken; otherwise *answer and *refused say what throttled
 * it. False only without memory. */
struct rc_ddb_refusal {
    enum rc_heat_answer answer; /* RC_HEAT_TAKEN: none */
    enum rc_heat_use use;
    struct rc_ddb_table *table;
    struct rc_ddb_index *index; /* NULL: the table */
    size_t write;               /* which of the writes */
};
bool rc_ddb_claim_writes(struct rc_ddb *ddb, const struct rc_ddb_write *writes, size_t count,
                         double factor, struct rc_ddb_refusal *refusal);
/* Several items of tables, all or none. */
struct rc_ddb_read {
    struct rc_ddb_table *table;
    struct rc_ddb_index *index; /* NULL: the table itself */
    struct rc_heat_place place;
    const struct rc_attribute *item;
    double units;
};
bool rc_ddb_claim_reads(struct rc_ddb *ddb, const struct rc_ddb_read *reads, size_t count,
                        struct rc_ddb_refusal *refusal);

/* The error of a throttled request. Gives false. */
bool rc_ddb_throttled(struct rc_ddb *ddb, const struct rc_ddb_refusal *refusal);
/* [{"reason": …, "resource": …}]; a new reference. */
json_t *rc_ddb_reasons(const struct rc_ddb_refusal *refusal);

/* Does it: item and index entries. rc_ddb_settle then brings the counts up to date. */
bool rc_ddb_perform(struct rc_ddb *ddb, const struct rc_ddb_write *write);
bool rc_ddb_settle(struct rc_ddb *ddb);

struct rc_ddb_bill *rc_ddb_bill_of(struct rc_ddb *ddb, struct rc_ddb_table *table);
/* What of an item is in an index counts for. */
size_t rc_ddb_projected_size(const struct rc_ddb_table *table, const struct rc_ddb_index *index,
                             const struct rc_attribute *item);
bool rc_ddb_projects(const struct rc_ddb_table *table, const struct rc_ddb_index *index,
                     const struct rc_attribute *member);
bool rc_ddb_entry_add(struct rc_local *local, const struct rc_ddb_index *index,
                      const struct rc_ddb_at *entry, const struct rc_ddb_at *at, int64_t id);
bool rc_ddb_entry_remove(struct rc_local *local, const struct rc_ddb_index *index,
                         const struct rc_ddb_at *entry, const struct rc_ddb_at *at);

/* "ConsumedCapacity" when it was asked for; a list for operations of several tables. */
void rc_ddb_consumed(struct rc_ddb *ddb);
void rc_ddb_consumed_list(struct rc_ddb *ddb, bool transaction);

/* ----- one change of one item, by itself or in a transaction ----- */

enum rc_ddb_action_kind { RC_DDB_PUT, RC_DDB_UPDATE, RC_DDB_DELETE, RC_DDB_CHECK };

struct rc_ddb_action {
    enum rc_ddb_action_kind kind;
    struct rc_ddb_write write;
    struct rc_attribute item; /* of a put; otherwise the key */
    struct rc_attribute *before;
    struct rc_condition *condition;
    struct rc_update *update;
    bool old_on_failure;
    bool failed; /* the condition does not hold */
};

/* Reads it, with its expressions. */
bool rc_ddb_action_read(struct rc_ddb *ddb, const json_t *in, enum rc_ddb_action_kind kind,
                        struct rc_ddb_action *action);

/* Reads the item as it is, tests the condition, and makes the item as it is to be.
 * False when an update cannot be applied, with its words in why; or when the exchange
 * has failed. whole: the old item is needed in any case. */
bool rc_ddb_action_decide(struct rc_ddb *ddb, struct rc_ddb_action *action, bool whole,
                          struct rc_error *why);

/* ----- metrics and insights ----- */

void rc_ddb_dirty(struct rc_local_dynamodb_state *state);
/* The operation went well. */
void rc_ddb_answered(struct rc_ddb *ddb, struct rc_ddb_table *table);
void rc_ddb_flush(struct rc_timer *timer);
void rc_ddb_insights_add(struct rc_ddb_insights *insights, int64_t now_ms, bool throttled,
                         struct rc_heat_place place, const char *label, size_t label_length,
                         double units);
bool rc_ddb_insights_on(struct rc_ddb_resource *resource, const json_t *setting);
void rc_ddb_insights_off(struct rc_ddb_resource *resource);

/* ----- what goes on by itself ----- */

void rc_ddb_steps(struct rc_timer *timer);                /* deletes tables, fills indexes */
void rc_ddb_sweep(struct rc_timer *timer);                /* removes what has expired */
void rc_ddb_go_on(struct rc_local_dynamodb_state *state); /* sets the timers that are needed */

/* ----- definitions ----- */

/* Refuses what AWS refuses of CreateTable, or of an index that is added. */
bool rc_ddb_check_table(struct rc_ddb *ddb, const json_t *in);
bool rc_ddb_check_index(struct rc_ddb *ddb, const json_t *in, const json_t *index, bool local,
                        bool on_demand);
bool rc_ddb_check_provisioned(struct rc_ddb *ddb, const json_t *owner, bool on_demand);
bool rc_ddb_check_keys(struct rc_ddb *ddb, const json_t *definitions, const json_t *schema);

/* "TableDescription" or "Table". */
void rc_ddb_describe(struct rc_ddb *ddb, const char *member, const struct rc_ddb_table *table);
/* A member with a time, in seconds. */
void rc_ddb_write_time(struct rc_jsonw *json, const char *name, int64_t at_ms);

/* A table by its name, whatever state it is in. */
struct rc_ddb_table *rc_ddb_any_table_of(struct rc_ddb *ddb, const json_t *in);
/* After its definition was changed: compiled and stored. */
bool rc_ddb_changed(struct rc_ddb *ddb, struct rc_ddb_table *table);
/* The rules that are made for a table or an index, in their order; NULL past the last. */
const char *rc_ddb_rule(const struct rc_ddb_table *table, const struct rc_ddb_index *index,
                        size_t number, char text[700]);
void rc_ddb_table_remove(struct rc_local_dynamodb_state *state, struct rc_ddb_table *table);
void rc_ddb_doom(struct rc_local *local, int64_t index_id);

/* ----- the operations ----- */

void rc_ddb_create_table(struct rc_exchange *exchange);
void rc_ddb_describe_table(struct rc_exchange *exchange);
void rc_ddb_delete_table(struct rc_exchange *exchange);
void rc_ddb_list_tables(struct rc_exchange *exchange);
void rc_ddb_update_table(struct rc_exchange *exchange);
void rc_ddb_describe_ttl(struct rc_exchange *exchange);
void rc_ddb_update_ttl(struct rc_exchange *exchange);
void rc_ddb_describe_insights(struct rc_exchange *exchange);
void rc_ddb_update_insights(struct rc_exchange *exchange);
void rc_ddb_get_item(struct rc_exchange *exchange);
void rc_ddb_put_item(struct rc_exchange *exchange);
void rc_ddb_update_item(struct rc_exchange *exchange);
void rc_ddb_delete_item(struct rc_exchange *exchange);
void rc_ddb_batch_write(struct rc_exchange *exchange);
void rc_ddb_batch_get(struct rc_exchange *exchange);
void rc_ddb_transact_write(struct rc_exchange *exchange);
void rc_ddb_transact_get(struct rc_exchange *exchange);
void rc_ddb_query(struct rc_exchange *exchange);
void rc_ddb_scan(struct rc_exchange *exchange);

#endif
