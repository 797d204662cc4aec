/* Amazon DynamoDB. Items, keys and values of expressions are DynamoDB JSON, which
 * aws/ddb_item.h writes and reads. Source of the members: "Amazon DynamoDB API
 * Reference". */
#ifndef RC_AWS_DYNAMODB_H
#define RC_AWS_DYNAMODB_H

#include "aws/call.h"

extern const struct rc_service rc_service_dynamodb;

/* ----- What it cost ----- */

/* Units, of a table or of an index. */
struct rc_dynamodb_capacity {
    double units;
    double read_units;
    double write_units;
};

/* Of the index that the key names. */
struct rc_dynamodb_index_capacity {
    const char *key;
    double units;
    double read_units;
    double write_units;
};

/* Comes when it was asked for: TOTAL, or INDEXES for the parts, too. */
struct rc_dynamodb_consumed {
    const char *table_name;
    double units; /* of all parts */
    double read_units;
    double write_units;
    const struct rc_dynamodb_capacity *table;
    RC_LIST(struct rc_dynamodb_index_capacity) local_indexes;
    RC_LIST(struct rc_dynamodb_index_capacity) global_indexes;
};

/* ----- Items ----- */

struct rc_dynamodb_get_item {
    const char *table_name;
    const char *key; /* an item of the key's attributes */
    bool consistent_read;
    const char *projection;
    RC_LIST(struct rc_pair) names;
    const char *return_consumed; /* INDEXES, TOTAL, NONE */
};

struct rc_dynamodb_item_got {
    json_t *item; /* NULL: there is none */
    const struct rc_dynamodb_consumed *consumed;
};

RC_OPERATION(rc_dynamodb_get_item, struct rc_dynamodb_get_item, struct rc_dynamodb_item_got);

struct rc_dynamodb_put_item {
    const char *table_name;
    const char *item;
    const char *condition;
    RC_LIST(struct rc_pair) names;
    const char *values;
    const char *return_values;       /* NONE, ALL_OLD */
    const char *return_on_condition; /* ALL_OLD: the error's details have Item */
    const char *return_consumed;
};

/* Of a put, an update and a delete. */
struct rc_dynamodb_item_written {
    json_t *attributes; /* as return_values says */
    const struct rc_dynamodb_consumed *consumed;
};

RC_OPERATION(rc_dynamodb_put_item, struct rc_dynamodb_put_item, struct rc_dynamodb_item_written);

struct rc_dynamodb_update_item {
    const char *table_name;
    const char *key;
    const char *update;
    const char *condition;
    RC_LIST(struct rc_pair) names;
    const char *values;
    const char *return_values; /* NONE, ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATED_NEW */
    const char *return_on_condition;
    const char *return_consumed;
};

RC_OPERATION(rc_dynamodb_update_item, struct rc_dynamodb_update_item,
             struct rc_dynamodb_item_written);

struct rc_dynamodb_delete_item {
    const char *table_name;
    const char *key;
    const char *condition;
    RC_LIST(struct rc_pair) names;
    const char *values;
    const char *return_values; /* NONE, ALL_OLD */
    const char *return_on_condition;
    const char *return_consumed;
};

RC_OPERATION(rc_dynamodb_delete_item, struct rc_dynamodb_delete_item,
             struct rc_dynamodb_item_written);

/* ----- Many items ----- */

struct rc_dynamodb_query {
    const char *table_name;
    const char *index_name;
    const char *key_condition;
    const char *filter; /* after reading: what it drops is paid for */
    const char *projection;
    RC_LIST(struct rc_pair) names;
    const char *values;
    const char *exclusive_start_key;
    int64_t limit;                  /* items that are read, before the filter */
    const char *scan_index_forward; /* "false": from the last sort key to the first */
    bool consistent_read;
    const char *select; /* COUNT: no items */
    const char *return_consumed;
};

/* Of a query and a scan. */
struct rc_dynamodb_items {
    RC_LIST(json_t *const) items; /* a JSON object each */
    int64_t count;
    int64_t scanned_count;
    json_t *last_evaluated_key; /* NULL: the last page */
    const struct rc_dynamodb_consumed *consumed;
};

RC_OPERATION(rc_dynamodb_query, struct rc_dynamodb_query, struct rc_dynamodb_items);

struct rc_dynamodb_scan {
    const char *table_name;
    const char *index_name;
    const char *filter;
    const char *projection;
    RC_LIST(struct rc_pair) names;
    const char *values;
    const char *exclusive_start_key;
    int64_t limit;
    int64_t total_segments;
    const char *segment; /* a number, because 0 is the first */
    bool consistent_read;
    const char *select;
    const char *return_consumed;
};

RC_OPERATION(rc_dynamodb_scan, struct rc_dynamodb_scan, struct rc_dynamodb_items);

/* aws/batch.h asks again for what came back. */
struct rc_dynamodb_batch_get {
    const char *request_items; /* {"table": {"Keys": […]}}, up to 100 keys */
    const char *return_consumed;
};

struct rc_dynamodb_batch_got {
    json_t *responses; /* {"table": [item…]}, in any order */
    json_t *unprocessed_keys;
    RC_LIST(struct rc_dynamodb_consumed) consumed;
};

RC_OPERATION(rc_dynamodb_batch_get, struct rc_dynamodb_batch_get, struct rc_dynamodb_batch_got);

struct rc_dynamodb_batch_write {
    const char *request_items; /* {"table": [{"PutRequest": …}…]}, up to 25 and 16 MB */
    const char *return_consumed;
};

struct rc_dynamodb_batch_written {
    json_t *unprocessed_items;
    RC_LIST(struct rc_dynamodb_consumed) consumed;
};

RC_OPERATION(rc_dynamodb_batch_write, struct rc_dynamodb_batch_write,
             struct rc_dynamodb_batch_written);

/* ----- Transactions of up to 100 items ----- */

struct rc_dynamodb_check {
    const char *table_name;
    const char *key;
    const char *condition;
    RC_LIST(struct rc_pair) names;
    const char *values;
    const char *return_on_condition;
};

struct rc_dynamodb_put {
    const char *table_name;
    const char *item;
    const char *condition;
    RC_LIST(struct rc_pair) names;
    const char *values;
    const char *return_on_condition;
};

struct rc_dynamodb_update {
    const char *table_name;
    const char *key;
    const char *update;
    const char *condition;
    RC_LIST(struct rc_pair) names;
    const char *values;
    const char *return_on_condition;
};

struct rc_dynamodb_delete {
    const char *table_name;
    const char *key;
    const char *condition;
    RC_LIST(struct rc_pair) names;
    const char *values;
    const char *return_on_condition;
};

/* One of them. */
struct rc_dynamodb_action {
    const struct rc_dynamodb_check *check;
    const struct rc_dynamodb_put *put;
    const struct rc_dynamodb_update *update;
    const struct rc_dynamodb_delete *delete;
};

/* When it fails, the error's details have CancellationReasons, one an action. */
struct rc_dynamodb_transact_write {
    RC_LIST(struct rc_dynamodb_action) actions;
    const char *client_request_token; /* the same again within 10 minutes does nothing more */
    const char *return_consumed;
};

struct rc_dynamodb_transacted {
    RC_LIST(struct rc_dynamodb_consumed) consumed;
};

RC_OPERATION(rc_dynamodb_transact_write, struct rc_dynamodb_transact_write,
             struct rc_dynamodb_transacted);

struct rc_dynamodb_get {
    const char *table_name;
    const char *key;
    const char *projection;
    RC_LIST(struct rc_pair) names;
};

struct rc_dynamodb_transact_get_one {
    const struct rc_dynamodb_get *get;
};

struct rc_dynamodb_transact_get {
    RC_LIST(struct rc_dynamodb_transact_get_one) gets;
    const char *return_consumed;
};

struct rc_dynamodb_transact_item {
    json_t *item; /* NULL: there is none */
};

struct rc_dynamodb_transact_got {
    RC_LIST(struct rc_dynamodb_transact_item) responses; /* in the order of the request */
    RC_LIST(struct rc_dynamodb_consumed) consumed;
};

RC_OPERATION(rc_dynamodb_transact_get, struct rc_dynamodb_transact_get,
             struct rc_dynamodb_transact_got);

/* ----- Tables ----- */

struct rc_dynamodb_attribute {
    const char *name;
    const char *type; /* S, N, B */
};

struct rc_dynamodb_key {
    const char *name;
    const char *type; /* HASH, RANGE */
};

struct rc_dynamodb_projection {
    const char *type; /* ALL, KEYS_ONLY, INCLUDE */
    RC_LIST(char *const) non_key_attributes;
};

struct rc_dynamodb_provisioned {
    int64_t read_units;
    int64_t write_units;
};

/* -1: no limit. */
struct rc_dynamodb_on_demand {
    int64_t max_read_units;
    int64_t max_write_units;
};

struct rc_dynamodb_warm {
    int64_t read_units_per_s;
    int64_t write_units_per_s;
};

struct rc_dynamodb_stream {
    bool enabled;
    const char *view_type; /* KEYS_ONLY, NEW_IMAGE, OLD_IMAGE, NEW_AND_OLD_IMAGES */
};

struct rc_dynamodb_tag {
    const char *key;
    const char *value;
};

struct rc_dynamodb_local_index {
    const char *name;
    RC_LIST(struct rc_dynamodb_key) keys;
    const struct rc_dynamodb_projection *projection;
};

struct rc_dynamodb_global_index {
    const char *name;
    RC_LIST(struct rc_dynamodb_key) keys;
    const struct rc_dynamodb_projection *projection;
    const struct rc_dynamodb_provisioned *provisioned;
    const struct rc_dynamodb_on_demand *on_demand;
    const struct rc_dynamodb_warm *warm;
};

struct rc_dynamodb_create_table {
    const char *table_name;
    RC_LIST(struct rc_dynamodb_attribute) attributes;
    RC_LIST(struct rc_dynamodb_key) keys;
    RC_LIST(struct rc_dynamodb_local_index) local_indexes;
    RC_LIST(struct rc_dynamodb_global_index) global_indexes;
    const char *billing_mode; /* PROVISIONED, PAY_PER_REQUEST */
    const struct rc_dynamodb_provisioned *provisioned;
    const struct rc_dynamodb_on_demand *on_demand;
    const struct rc_dynamodb_warm *warm;
    const struct rc_dynamodb_stream *stream;
    const char *table_class;
    bool deletion_protection;
    RC_LIST(struct rc_dynamodb_tag) tags;
};

struct rc_dynamodb_provisioned_now {
    int64_t read_units;
    int64_t write_units;
    int64_t decreases_today;
    int64_t last_increase_unix_ms;
    int64_t last_decrease_unix_ms;
};

struct rc_dynamodb_warm_now {
    int64_t read_units_per_s;
    int64_t write_units_per_s;
    const char *status;
};

struct rc_dynamodb_billing {
    const char *mode;
    int64_t on_demand_unix_ms;
};

struct rc_dynamodb_local_index_now {
    const char *name;
    RC_LIST(struct rc_dynamodb_key) keys;
    const struct rc_dynamodb_projection *projection;
    int64_t size_bytes;
    int64_t item_count;
    const char *arn;
};

struct rc_dynamodb_global_index_now {
    const char *name;
    const char *status;
    bool backfilling;
    RC_LIST(struct rc_dynamodb_key) keys;
    const struct rc_dynamodb_projection *projection;
    const struct rc_dynamodb_provisioned_now *provisioned;
    const struct rc_dynamodb_on_demand *on_demand;
    const struct rc_dynamodb_warm_now *warm;
    int64_t size_bytes;
    int64_t item_count;
    const char *arn;
};

struct rc_dynamodb_replica {
    const char *region;
    const char *status;
    const char *status_description;
    const char *arn;
};

struct rc_dynamodb_table {
    const char *name;
    const char *status;
    const char *arn;
    int64_t created_unix_ms;
    RC_LIST(struct rc_dynamodb_attribute) attributes;
    RC_LIST(struct rc_dynamodb_key) keys;
    const struct rc_dynamodb_billing *billing; /* NULL: provisioned */
    const struct rc_dynamodb_provisioned_now *provisioned;
    const struct rc_dynamodb_on_demand *on_demand;
    const struct rc_dynamodb_warm_now *warm;
    int64_t size_bytes; /* brought up to date every six hours or so */
    int64_t item_count;
    RC_LIST(struct rc_dynamodb_local_index_now) local_indexes;
    RC_LIST(struct rc_dynamodb_global_index_now) global_indexes;
    RC_LIST(struct rc_dynamodb_replica) replicas;
    const struct rc_dynamodb_stream *stream;
    const char *latest_stream_arn;
    bool deletion_protection;
};

/* Of a creation, an update and a deletion. */
struct rc_dynamodb_table_changed {
    const struct rc_dynamodb_table *table;
};

RC_OPERATION(rc_dynamodb_create_table, struct rc_dynamodb_create_table,
             struct rc_dynamodb_table_changed);

struct rc_dynamodb_table_name {
    const char *table_name;
};

struct rc_dynamodb_table_described {
    const struct rc_dynamodb_table *table;
};

RC_OPERATION(rc_dynamodb_describe_table, struct rc_dynamodb_table_name,
             struct rc_dynamodb_table_described);

RC_OPERATION(rc_dynamodb_delete_table, struct rc_dynamodb_table_name,
             struct rc_dynamodb_table_changed);

struct rc_dynamodb_list_tables {
    int64_t limit;
    const char *exclusive_start_table_name;
};

struct rc_dynamodb_tables {
    RC_LIST(char *const) names;
    const char *last_evaluated_table_name;
};

RC_OPERATION(rc_dynamodb_list_tables, struct rc_dynamodb_list_tables, struct rc_dynamodb_tables);

struct rc_dynamodb_index_update {
    const char *name;
    const struct rc_dynamodb_provisioned *provisioned;
    const struct rc_dynamodb_on_demand *on_demand;
    const struct rc_dynamodb_warm *warm;
};

struct rc_dynamodb_index_create {
    const char *name;
    RC_LIST(struct rc_dynamodb_key) keys;
    const struct rc_dynamodb_projection *projection;
    const struct rc_dynamodb_provisioned *provisioned;
    const struct rc_dynamodb_on_demand *on_demand;
    const struct rc_dynamodb_warm *warm;
};

struct rc_dynamodb_index_delete {
    const char *name;
};

/* One of them. */
struct rc_dynamodb_index_change {
    const struct rc_dynamodb_index_update *update;
    const struct rc_dynamodb_index_create *create;
    const struct rc_dynamodb_index_delete *delete;
};

struct rc_dynamodb_update_table {
    const char *table_name;
    RC_LIST(struct rc_dynamodb_attribute) attributes;
    const char *billing_mode;
    const struct rc_dynamodb_provisioned *provisioned;
    const struct rc_dynamodb_on_demand *on_demand;
    const struct rc_dynamodb_warm *warm;
    RC_LIST(struct rc_dynamodb_index_change) index_changes;
    const struct rc_dynamodb_stream *stream;
    const char *table_class;
    const char *deletion_protection; /* "true", "false" */
};

RC_OPERATION(rc_dynamodb_update_table, struct rc_dynamodb_update_table,
             struct rc_dynamodb_table_changed);

/* ----- Time to live ----- */

struct rc_dynamodb_ttl {
    const char *status; /* ENABLING, ENABLED, DISABLING, DISABLED */
    const char *attribute;
};

struct rc_dynamodb_ttl_described {
    const struct rc_dynamodb_ttl *ttl;
};

RC_OPERATION(rc_dynamodb_describe_ttl, struct rc_dynamodb_table_name,
             struct rc_dynamodb_ttl_described);

struct rc_dynamodb_ttl_setting {
    bool enabled;
    const char *attribute;
};

struct rc_dynamodb_update_ttl {
    const char *table_name;
    const struct rc_dynamodb_ttl_setting *ttl;
};

struct rc_dynamodb_ttl_updated {
    const struct rc_dynamodb_ttl_setting *ttl;
};

RC_OPERATION(rc_dynamodb_update_ttl, struct rc_dynamodb_update_ttl, struct rc_dynamodb_ttl_updated);

/* ----- Contributor Insights: which keys are asked for most ----- */

struct rc_dynamodb_describe_insights {
    const char *table_name;
    const char *index_name;
};

struct rc_dynamodb_insights_failure {
    const char *name;
    const char *description;
};

struct rc_dynamodb_insights {
    const char *table_name;
    const char *index_name;
    RC_LIST(char *const) rules; /* for GetInsightRuleReport; never make up their names */
    const char *status;         /* ENABLING, ENABLED, DISABLING, DISABLED, FAILED */
    const char *mode;           /* ACCESSED_AND_THROTTLED_KEYS, THROTTLED_KEYS */
    int64_t last_update_unix_ms;
    const struct rc_dynamodb_insights_failure *failure;
};

RC_OPERATION(rc_dynamodb_describe_insights, struct rc_dynamodb_describe_insights,
             struct rc_dynamodb_insights);

struct rc_dynamodb_update_insights {
    const char *table_name;
    const char *index_name;
    const char *action; /* ENABLE, DISABLE */
    const char *mode;
};

struct rc_dynamodb_insights_updated {
    const char *table_name;
    const char *index_name;
    const char *status;
    const char *mode;
};

RC_OPERATION(rc_dynamodb_update_insights, struct rc_dynamodb_update_insights,
             struct rc_dynamodb_insights_updated);

#endif
