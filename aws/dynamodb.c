#include "aws/dynamodb.h"

#include "aws/rows.h"

const struct rc_service rc_service_dynamodb = {
    .id = RC_SERVICE_DYNAMODB,
    .name = "dynamodb",
    .signing_name = "dynamodb",
    .host_prefix = "dynamodb",
    .config_name = "dynamodb",
    .target = "DynamoDB_20120810.",
    .protocol = RC_PROTOCOL_JSON_1_0,
    .retry = &rc_retry_dynamodb,
};

/* ----- What it cost ----- */

static const struct rc_member rc_dynamodb_capacity_members[] = {
    REAL(rc_dynamodb_capacity, units, "CapacityUnits"),
    REAL(rc_dynamodb_capacity, read_units, "ReadCapacityUnits"),
    REAL(rc_dynamodb_capacity, write_units, "WriteCapacityUnits"),
};
SHAPE(rc_dynamodb_capacity);

static const struct rc_member rc_dynamodb_index_capacity_members[] = {
    REAL(rc_dynamodb_index_capacity, units, "CapacityUnits"),
    REAL(rc_dynamodb_index_capacity, read_units, "ReadCapacityUnits"),
    REAL(rc_dynamodb_index_capacity, write_units, "WriteCapacityUnits"),
};
SHAPE(rc_dynamodb_index_capacity);

static const struct rc_member rc_dynamodb_consumed_members[] = {
    TEXT(rc_dynamodb_consumed, table_name, "TableName"),
    REAL(rc_dynamodb_consumed, units, "CapacityUnits"),
    REAL(rc_dynamodb_consumed, read_units, "ReadCapacityUnits"),
    REAL(rc_dynamodb_consumed, write_units, "WriteCapacityUnits"),
    STRUCT(rc_dynamodb_consumed, table, rc_dynamodb_capacity, "Table"),
    MAP(rc_dynamodb_consumed, local_indexes, rc_dynamodb_index_capacity, "LocalSecondaryIndexes"),
    MAP(rc_dynamodb_consumed, global_indexes, rc_dynamodb_index_capacity, "GlobalSecondaryIndexes"),
};
SHAPE(rc_dynamodb_consumed);

/* ----- Items ----- */

static const struct rc_member rc_dynamodb_get_item_members[] = {
    TEXT(rc_dynamodb_get_item, table_name, "TableName", .flags = RC_NEEDED),
    RAW(rc_dynamodb_get_item, key, "Key", .flags = RC_NEEDED),
    BOOL(rc_dynamodb_get_item, consistent_read, "ConsistentRead"),
    TEXT(rc_dynamodb_get_item, projection, "ProjectionExpression"),
    PAIRS(rc_dynamodb_get_item, names, "ExpressionAttributeNames"),
    TEXT(rc_dynamodb_get_item, return_consumed, "ReturnConsumedCapacity"),
};
SHAPE(rc_dynamodb_get_item);

static const struct rc_member rc_dynamodb_item_got_members[] = {
    JSON(rc_dynamodb_item_got, item, "Item"),
    STRUCT(rc_dynamodb_item_got, consumed, rc_dynamodb_consumed, "ConsumedCapacity"),
};
SHAPE(rc_dynamodb_item_got);

const struct rc_operation rc_dynamodb_get_item_operation = {
    .service = &rc_service_dynamodb,
    .name = "GetItem",
    .in = &rc_dynamodb_get_item_shape,
    .out = &rc_dynamodb_item_got_shape,
};

static const struct rc_member rc_dynamodb_put_item_members[] = {
    TEXT(rc_dynamodb_put_item, table_name, "TableName", .flags = RC_NEEDED),
    RAW(rc_dynamodb_put_item, item, "Item", .flags = RC_NEEDED),
    TEXT(rc_dynamodb_put_item, condition, "ConditionExpression"),
    PAIRS(rc_dynamodb_put_item, names, "ExpressionAttributeNames"),
    RAW(rc_dynamodb_put_item, values, "ExpressionAttributeValues"),
    TEXT(rc_dynamodb_put_item, return_values, "ReturnValues"),
    TEXT(rc_dynamodb_put_item, return_on_condition, "ReturnValuesOnConditionCheckFailure"),
    TEXT(rc_dynamodb_put_item, return_consumed, "ReturnConsumedCapacity"),
};
SHAPE(rc_dynamodb_put_item);

static const struct rc_member rc_dynamodb_item_written_members[] = {
    JSON(rc_dynamodb_item_written, attributes, "Attributes"),
    STRUCT(rc_dynamodb_item_written, consumed, rc_dynamodb_consumed, "ConsumedCapacity"),
};
SHAPE(rc_dynamodb_item_written);

const struct rc_operation rc_dynamodb_put_item_operation = {
    .service = &rc_service_dynamodb,
    .name = "PutItem",
    .in = &rc_dynamodb_put_item_shape,
    .out = &rc_dynamodb_item_written_shape,
};

static const struct rc_member rc_dynamodb_update_item_members[] = {
    TEXT(rc_dynamodb_update_item, table_name, "TableName", .flags = RC_NEEDED),
    RAW(rc_dynamodb_update_item, key, "Key", .flags = RC_NEEDED),
    TEXT(rc_dynamodb_update_item, update, "UpdateExpression"),
    TEXT(rc_dynamodb_update_item, condition, "ConditionExpression"),
    PAIRS(rc_dynamodb_update_item, names, "ExpressionAttributeNames"),
    RAW(rc_dynamodb_update_item, values, "ExpressionAttributeValues"),
    TEXT(rc_dynamodb_update_item, return_values, "ReturnValues"),
    TEXT(rc_dynamodb_update_item, return_on_condition, "ReturnValuesOnConditionCheckFailure"),
    TEXT(rc_dynamodb_update_item, return_consumed, "ReturnConsumedCapacity"),
};
SHAPE(rc_dynamodb_update_item);

const struct rc_operation rc_dynamodb_update_item_operation = {
    .service = &rc_service_dynamodb,
    .name = "UpdateItem",
    .in = &rc_dynamodb_update_item_shape,
    .out = &rc_dynamodb_item_written_shape,
};

static const struct rc_member rc_dynamodb_delete_item_members[] = {
    TEXT(rc_dynamodb_delete_item, table_name, "TableName", .flags = RC_NEEDED),
    RAW(rc_dynamodb_delete_item, key, "Key", .flags = RC_NEEDED),
    TEXT(rc_dynamodb_delete_item, condition, "ConditionExpression"),
    PAIRS(rc_dynamodb_delete_item, names, "ExpressionAttributeNames"),
    RAW(rc_dynamodb_delete_item, values, "ExpressionAttributeValues"),
    TEXT(rc_dynamodb_delete_item, return_values, "ReturnValues"),
    TEXT(rc_dynamodb_delete_item, return_on_condition, "ReturnValuesOnConditionCheckFailure"),
    TEXT(rc_dynamodb_delete_item, return_consumed, "ReturnConsumedCapacity"),
};
SHAPE(rc_dynamodb_delete_item);

const struct rc_operation rc_dynamodb_delete_item_operation = {
    .service = &rc_service_dynamodb,
    .name = "DeleteItem",
    .in = &rc_dynamodb_delete_item_shape,
    .out = &rc_dynamodb_item_written_shape,
};

/* ----- Many items ----- */

static const struct rc_member rc_dynamodb_query_members[] = {
    TEXT(rc_dynamodb_query, table_name, "TableName", .flags = RC_NEEDED),
    TEXT(rc_dynamodb_query, index_name, "IndexName"),
    TEXT(rc_dynamodb_query, key_condition, "KeyConditionExpression"),
    TEXT(rc_dynamodb_query, filter, "FilterExpression"),
    TEXT(rc_dynamodb_query, projection, "ProjectionExpression"),
    PAIRS(rc_dynamodb_query, names, "ExpressionAttributeNames"),
    RAW(rc_dynamodb_query, values, "ExpressionAttributeValues"),
    RAW(rc_dynamodb_query, exclusive_start_key, "ExclusiveStartKey"),
    INT(rc_dynamodb_query, limit, "Limit"),
    RAW(rc_dynamodb_query, scan_index_forward, "ScanIndexForward"),
    BOOL(rc_dynamodb_query, consistent_read, "ConsistentRead"),
    TEXT(rc_dynamodb_query, select, "Select"),
    TEXT(rc_dynamodb_query, return_consumed, "ReturnConsumedCapacity"),
};
SHAPE(rc_dynamodb_query);

static const struct rc_member rc_dynamodb_items_members[] = {
    JSONS(rc_dynamodb_items, items, "Items"),
    INT(rc_dynamodb_items, count, "Count"),
    INT(rc_dynamodb_items, scanned_count, "ScannedCount"),
    JSON(rc_dynamodb_items, last_evaluated_key, "LastEvaluatedKey"),
    STRUCT(rc_dynamodb_items, consumed, rc_dynamodb_consumed, "ConsumedCapacity"),
};
SHAPE(rc_dynamodb_items);

const struct rc_operation rc_dynamodb_query_operation = {
    .service = &rc_service_dynamodb,
    .name = "Query",
    .in = &rc_dynamodb_query_shape,
    .out = &rc_dynamodb_items_shape,
    .page_in = "ExclusiveStartKey",
    .page_out = "LastEvaluatedKey",
};

static const struct rc_member rc_dynamodb_scan_members[] = {
    TEXT(rc_dynamodb_scan, table_name, "TableName", .flags = RC_NEEDED),
    TEXT(rc_dynamodb_scan, index_name, "IndexName"),
    TEXT(rc_dynamodb_scan, filter, "FilterExpression"),
    TEXT(rc_dynamodb_scan, projection, "ProjectionExpression"),
    PAIRS(rc_dynamodb_scan, names, "ExpressionAttributeNames"),
    RAW(rc_dynamodb_scan, values, "ExpressionAttributeValues"),
    RAW(rc_dynamodb_scan, exclusive_start_key, "ExclusiveStartKey"),
    INT(rc_dynamodb_scan, limit, "Limit"),
    INT(rc_dynamodb_scan, total_segments, "TotalSegments"),
    RAW(rc_dynamodb_scan, segment, "Segment"),
    BOOL(rc_dynamodb_scan, consistent_read, "ConsistentRead"),
    TEXT(rc_dynamodb_scan, select, "Select"),
    TEXT(rc_dynamodb_scan, return_consumed, "ReturnConsumedCapacity"),
};
SHAPE(rc_dynamodb_scan);

const struct rc_operation rc_dynamodb_scan_operation = {
    .service = &rc_service_dynamodb,
    .name = "Scan",
    .in = &rc_dynamodb_scan_shape,
    .out = &rc_dynamodb_items_shape,
    .page_in = "ExclusiveStartKey",
    .page_out = "LastEvaluatedKey",
};

static const struct rc_member rc_dynamodb_batch_get_members[] = {
    RAW(rc_dynamodb_batch_get, request_items, "RequestItems", .flags = RC_NEEDED),
    TEXT(rc_dynamodb_batch_get, return_consumed, "ReturnConsumedCapacity"),
};
SHAPE(rc_dynamodb_batch_get);

static const struct rc_member rc_dynamodb_batch_got_members[] = {
    JSON(rc_dynamodb_batch_got, responses, "Responses"),
    JSON(rc_dynamodb_batch_got, unprocessed_keys, "UnprocessedKeys"),
    LIST(rc_dynamodb_batch_got, consumed, rc_dynamodb_consumed, "ConsumedCapacity"),
};
SHAPE(rc_dynamodb_batch_got);

const struct rc_operation rc_dynamodb_batch_get_operation = {
    .service = &rc_service_dynamodb,
    .name = "BatchGetItem",
    .in = &rc_dynamodb_batch_get_shape,
    .out = &rc_dynamodb_batch_got_shape,
};

static const struct rc_member rc_dynamodb_batch_write_members[] = {
    RAW(rc_dynamodb_batch_write, request_items, "RequestItems", .flags = RC_NEEDED),
    TEXT(rc_dynamodb_batch_write, return_consumed, "ReturnConsumedCapacity"),
};
SHAPE(rc_dynamodb_batch_write);

static const struct rc_member rc_dynamodb_batch_written_members[] = {
    JSON(rc_dynamodb_batch_written, unprocessed_items, "UnprocessedItems"),
    LIST(rc_dynamodb_batch_written, consumed, rc_dynamodb_consumed, "ConsumedCapacity"),
};
SHAPE(rc_dynamodb_batch_written);

const struct rc_operation rc_dynamodb_batch_write_operation = {
    .service = &rc_service_dynamodb,
    .name = "BatchWriteItem",
    .in = &rc_dynamodb_batch_write_shape,
    .out = &rc_dynamodb_batch_written_shape,
};

/* ----- Transactions of up to 100 items ----- */

static const struct rc_member rc_dynamodb_check_members[] = {
    TEXT(rc_dynamodb_check, table_name, "TableName", .flags = RC_NEEDED),
    RAW(rc_dynamodb_check, key, "Key", .flags = RC_NEEDED),
    TEXT(rc_dynamodb_check, condition, "ConditionExpression", .flags = RC_NEEDED),
    PAIRS(rc_dynamodb_check, names, "ExpressionAttributeNames"),
    RAW(rc_dynamodb_check, values, "ExpressionAttributeValues"),
    TEXT(rc_dynamodb_check, return_on_condition, "ReturnValuesOnConditionCheckFailure"),
};
SHAPE(rc_dynamodb_check);

static const struct rc_member rc_dynamodb_put_members[] = {
    TEXT(rc_dynamodb_put, table_name, "TableName", .flags = RC_NEEDED),
    RAW(rc_dynamodb_put, item, "Item", .flags = RC_NEEDED),
    TEXT(rc_dynamodb_put, condition, "ConditionExpression"),
    PAIRS(rc_dynamodb_put, names, "ExpressionAttributeNames"),
    RAW(rc_dynamodb_put, values, "ExpressionAttributeValues"),
    TEXT(rc_dynamodb_put, return_on_condition, "ReturnValuesOnConditionCheckFailure"),
};
SHAPE(rc_dynamodb_put);

static const struct rc_member rc_dynamodb_update_members[] = {
    TEXT(rc_dynamodb_update, table_name, "TableName", .flags = RC_NEEDED),
    RAW(rc_dynamodb_update, key, "Key", .flags = RC_NEEDED),
    TEXT(rc_dynamodb_update, update, "UpdateExpression", .flags = RC_NEEDED),
    TEXT(rc_dynamodb_update, condition, "ConditionExpression"),
    PAIRS(rc_dynamodb_update, names, "ExpressionAttributeNames"),
    RAW(rc_dynamodb_update, values, "ExpressionAttributeValues"),
    TEXT(rc_dynamodb_update, return_on_condition, "ReturnValuesOnConditionCheckFailure"),
};
SHAPE(rc_dynamodb_update);

static const struct rc_member rc_dynamodb_delete_members[] = {
    TEXT(rc_dynamodb_delete, table_name, "TableName", .flags = RC_NEEDED),
    RAW(rc_dynamodb_delete, key, "Key", .flags = RC_NEEDED),
    TEXT(rc_dynamodb_delete, condition, "ConditionExpression"),
    PAIRS(rc_dynamodb_delete, names, "ExpressionAttributeNames"),
    RAW(rc_dynamodb_delete, values, "ExpressionAttributeValues"),
    TEXT(rc_dynamodb_delete, return_on_condition, "ReturnValuesOnConditionCheckFailure"),
};
SHAPE(rc_dynamodb_delete);

static const struct rc_member rc_dynamodb_action_members[] = {
    STRUCT(rc_dynamodb_action, check, rc_dynamodb_check, "ConditionCheck"),
    STRUCT(rc_dynamodb_action, put, rc_dynamodb_put, "Put"),
    STRUCT(rc_dynamodb_action, update, rc_dynamodb_update, "Update"),
    STRUCT(rc_dynamodb_action, delete, rc_dynamodb_delete, "Delete"),
};
SHAPE(rc_dynamodb_action);

static const struct rc_member rc_dynamodb_transact_write_members[] = {
    LIST(rc_dynamodb_transact_write, actions, rc_dynamodb_action, "TransactItems",
         .flags = RC_NEEDED),
    TEXT(rc_dynamodb_transact_write, client_request_token, "ClientRequestToken"),
    TEXT(rc_dynamodb_transact_write, return_consumed, "ReturnConsumedCapacity"),
};
SHAPE(rc_dynamodb_transact_write);

static const struct rc_member rc_dynamodb_transacted_members[] = {
    LIST(rc_dynamodb_transacted, consumed, rc_dynamodb_consumed, "ConsumedCapacity"),
};
SHAPE(rc_dynamodb_transacted);

const struct rc_operation rc_dynamodb_transact_write_operation = {
    .service = &rc_service_dynamodb,
    .name = "TransactWriteItems",
    .in = &rc_dynamodb_transact_write_shape,
    .out = &rc_dynamodb_transacted_shape,
};

static const struct rc_member rc_dynamodb_get_members[] = {
    TEXT(rc_dynamodb_get, table_name, "TableName", .flags = RC_NEEDED),
    RAW(rc_dynamodb_get, key, "Key", .flags = RC_NEEDED),
    TEXT(rc_dynamodb_get, projection, "ProjectionExpression"),
    PAIRS(rc_dynamodb_get, names, "ExpressionAttributeNames"),
};
SHAPE(rc_dynamodb_get);

static const struct rc_member rc_dynamodb_transact_get_one_members[] = {
    STRUCT(rc_dynamodb_transact_get_one, get, rc_dynamodb_get, "Get", .flags = RC_NEEDED),
};
SHAPE(rc_dynamodb_transact_get_one);

static const struct rc_member rc_dynamodb_transact_get_members[] = {
    LIST(rc_dynamodb_transact_get, gets, rc_dynamodb_transact_get_one, "TransactItems",
         .flags = RC_NEEDED),
    TEXT(rc_dynamodb_transact_get, return_consumed, "ReturnConsumedCapacity"),
};
SHAPE(rc_dynamodb_transact_get);

static const struct rc_member rc_dynamodb_transact_item_members[] = {
    JSON(rc_dynamodb_transact_item, item, "Item"),
};
SHAPE(rc_dynamodb_transact_item);

static const struct rc_member rc_dynamodb_transact_got_members[] = {
    LIST(rc_dynamodb_transact_got, responses, rc_dynamodb_transact_item, "Responses"),
    LIST(rc_dynamodb_transact_got, consumed, rc_dynamodb_consumed, "ConsumedCapacity"),
};
SHAPE(rc_dynamodb_transact_got);

const struct rc_operation rc_dynamodb_transact_get_operation = {
    .service = &rc_service_dynamodb,
    .name = "TransactGetItems",
    .in = &rc_dynamodb_transact_get_shape,
    .out = &rc_dynamodb_transact_got_shape,
};

/* ----- Tables ----- */

static const struct rc_member rc_dynamodb_attribute_members[] = {
    TEXT(rc_dynamodb_attribute, name, "AttributeName", .flags = RC_NEEDED),
    TEXT(rc_dynamodb_attribute, type, "AttributeType", .flags = RC_NEEDED),
};
SHAPE(rc_dynamodb_attribute);

static const struct rc_member rc_dynamodb_key_members[] = {
    TEXT(rc_dynamodb_key, name, "AttributeName", .flags = RC_NEEDED),
    TEXT(rc_dynamodb_key, type, "KeyType", .flags = RC_NEEDED),
};
SHAPE(rc_dynamodb_key);

static const struct rc_member rc_dynamodb_projection_members[] = {
    TEXT(rc_dynamodb_projection, type, "ProjectionType"),
    TEXTS(rc_dynamodb_projection, non_key_attributes, "NonKeyAttributes"),
};
SHAPE(rc_dynamodb_projection);

static const struct rc_member rc_dynamodb_provisioned_members[] = {
    INT(rc_dynamodb_provisioned, read_units, "ReadCapacityUnits", .flags = RC_ALWAYS),
    INT(rc_dynamodb_provisioned, write_units, "WriteCapacityUnits", .flags = RC_ALWAYS),
};
SHAPE(rc_dynamodb_provisioned);

static const struct rc_member rc_dynamodb_on_demand_members[] = {
    INT(rc_dynamodb_on_demand, max_read_units, "MaxReadRequestUnits"),
    INT(rc_dynamodb_on_demand, max_write_units, "MaxWriteRequestUnits"),
};
SHAPE(rc_dynamodb_on_demand);

static const struct rc_member rc_dynamodb_warm_members[] = {
    INT(rc_dynamodb_warm, read_units_per_s, "ReadUnitsPerSecond"),
    INT(rc_dynamodb_warm, write_units_per_s, "WriteUnitsPerSecond"),
};
SHAPE(rc_dynamodb_warm);

static const struct rc_member rc_dynamodb_stream_members[] = {
    BOOL(rc_dynamodb_stream, enabled, "StreamEnabled", .flags = RC_ALWAYS),
    TEXT(rc_dynamodb_stream, view_type, "StreamViewType"),
};
SHAPE(rc_dynamodb_stream);

static const struct rc_member rc_dynamodb_tag_members[] = {
    TEXT(rc_dynamodb_tag, key, "Key", .flags = RC_NEEDED),
    TEXT(rc_dynamodb_tag, value, "Value", .flags = RC_NEEDED),
};
SHAPE(rc_dynamodb_tag);

static const struct rc_member rc_dynamodb_local_index_members[] = {
    TEXT(rc_dynamodb_local_index, name, "IndexName", .flags = RC_NEEDED),
    LIST(rc_dynamodb_local_index, keys, rc_dynamodb_key, "KeySchema", .flags = RC_NEEDED),
    STRUCT(rc_dynamodb_local_index, projection, rc_dynamodb_projection, "Projection",
           .flags = RC_NEEDED),
};
SHAPE(rc_dynamodb_local_index);

static const struct rc_member rc_dynamodb_global_index_members[] = {
    TEXT(rc_dynamodb_global_index, name, "IndexName", .flags = RC_NEEDED),
    LIST(rc_dynamodb_global_index, keys, rc_dynamodb_key, "KeySchema", .flags = RC_NEEDED),
    STRUCT(rc_dynamodb_global_index, projection, rc_dynamodb_projection, "Projection",
           .flags = RC_NEEDED),
    STRUCT(rc_dynamodb_global_index, provisioned, rc_dynamodb_provisioned, "ProvisionedThroughput"),
    STRUCT(rc_dynamodb_global_index, on_demand, rc_dynamodb_on_demand, "OnDemandThroughput"),
    STRUCT(rc_dynamodb_global_index, warm, rc_dynamodb_warm, "WarmThroughput"),
};
SHAPE(rc_dynamodb_global_index);

static const struct rc_member rc_dynamodb_create_table_members[] = {
    TEXT(rc_dynamodb_create_table, table_name, "TableName", .flags = RC_NEEDED),
    LIST(rc_dynamodb_create_table, attributes, rc_dynamodb_attribute, "AttributeDefinitions"),
    LIST(rc_dynamodb_create_table, keys, rc_dynamodb_key, "KeySchema"),
    LIST(rc_dynamodb_create_table, local_indexes, rc_dynamodb_local_index, "LocalSecondaryIndexes"),
    LIST(rc_dynamodb_create_table, global_indexes, rc_dynamodb_global_index,
         "GlobalSecondaryIndexes"),
    TEXT(rc_dynamodb_create_table, billing_mode, "BillingMode"),
    STRUCT(rc_dynamodb_create_table, provisioned, rc_dynamodb_provisioned, "ProvisionedThroughput"),
    STRUCT(rc_dynamodb_create_table, on_demand, rc_dynamodb_on_demand, "OnDemandThroughput"),
    STRUCT(rc_dynamodb_create_table, warm, rc_dynamodb_warm, "WarmThroughput"),
    STRUCT(rc_dynamodb_create_table, stream, rc_dynamodb_stream, "StreamSpecification"),
    TEXT(rc_dynamodb_create_table, table_class, "TableClass"),
    BOOL(rc_dynamodb_create_table, deletion_protection, "DeletionProtectionEnabled"),
    LIST(rc_dynamodb_create_table, tags, rc_dynamodb_tag, "Tags"),
};
SHAPE(rc_dynamodb_create_table);

static const struct rc_member rc_dynamodb_provisioned_now_members[] = {
    INT(rc_dynamodb_provisioned_now, read_units, "ReadCapacityUnits"),
    INT(rc_dynamodb_provisioned_now, write_units, "WriteCapacityUnits"),
    INT(rc_dynamodb_provisioned_now, decreases_today, "NumberOfDecreasesToday"),
    TIME(rc_dynamodb_provisioned_now, last_increase_unix_ms, "LastIncreaseDateTime"),
    TIME(rc_dynamodb_provisioned_now, last_decrease_unix_ms, "LastDecreaseDateTime"),
};
SHAPE(rc_dynamodb_provisioned_now);

static const struct rc_member rc_dynamodb_warm_now_members[] = {
    INT(rc_dynamodb_warm_now, read_units_per_s, "ReadUnitsPerSecond"),
    INT(rc_dynamodb_warm_now, write_units_per_s, "WriteUnitsPerSecond"),
    TEXT(rc_dynamodb_warm_now, status, "Status"),
};
SHAPE(rc_dynamodb_warm_now);

static const struct rc_member rc_dynamodb_billing_members[] = {
    TEXT(rc_dynamodb_billing, mode, "BillingMode"),
    TIME(rc_dynamodb_billing, on_demand_unix_ms, "LastUpdateToPayPerRequestDateTime"),
};
SHAPE(rc_dynamodb_billing);

static const struct rc_member rc_dynamodb_local_index_now_members[] = {
    TEXT(rc_dynamodb_local_index_now, name, "IndexName"),
    LIST(rc_dynamodb_local_index_now, keys, rc_dynamodb_key, "KeySchema"),
    STRUCT(rc_dynamodb_local_index_now, projection, rc_dynamodb_projection, "Projection"),
    INT(rc_dynamodb_local_index_now, size_bytes, "IndexSizeBytes"),
    INT(rc_dynamodb_local_index_now, item_count, "ItemCount"),
    TEXT(rc_dynamodb_local_index_now, arn, "IndexArn"),
};
SHAPE(rc_dynamodb_local_index_now);

static const struct rc_member rc_dynamodb_global_index_now_members[] = {
    TEXT(rc_dynamodb_global_index_now, name, "IndexName"),
    TEXT(rc_dynamodb_global_index_now, status, "IndexStatus"),
    BOOL(rc_dynamodb_global_index_now, backfilling, "Backfilling"),
    LIST(rc_dynamodb_global_index_now, keys, rc_dynamodb_key, "KeySchema"),
    STRUCT(rc_dynamodb_global_index_now, projection, rc_dynamodb_projection, "Projection"),
    STRUCT(rc_dynamodb_global_index_now, provisioned, rc_dynamodb_provisioned_now,
           "ProvisionedThroughput"),
    STRUCT(rc_dynamodb_global_index_now, on_demand, rc_dynamodb_on_demand, "OnDemandThroughput"),
    STRUCT(rc_dynamodb_global_index_now, warm, rc_dynamodb_warm_now, "WarmThroughput"),
    INT(rc_dynamodb_global_index_now, size_bytes, "IndexSizeBytes"),
    INT(rc_dynamodb_global_index_now, item_count, "ItemCount"),
    TEXT(rc_dynamodb_global_index_now, arn, "IndexArn"),
};
SHAPE(rc_dynamodb_global_index_now);

static const struct rc_member rc_dynamodb_replica_members[] = {
    TEXT(rc_dynamodb_replica, region, "RegionName"),
    TEXT(rc_dynamodb_replica, status, "ReplicaStatus"),
    TEXT(rc_dynamodb_replica, status_description, "ReplicaStatusDescription"),
    TEXT(rc_dynamodb_replica, arn, "ReplicaArn"),
};
SHAPE(rc_dynamodb_replica);

static const struct rc_member rc_dynamodb_table_members[] = {
    TEXT(rc_dynamodb_table, name, "TableName"),
    TEXT(rc_dynamodb_table, status, "TableStatus"),
    TEXT(rc_dynamodb_table, arn, "TableArn"),
    TIME(rc_dynamodb_table, created_unix_ms, "CreationDateTime"),
    LIST(rc_dynamodb_table, attributes, rc_dynamodb_attribute, "AttributeDefinitions"),
    LIST(rc_dynamodb_table, keys, rc_dynamodb_key, "KeySchema"),
    STRUCT(rc_dynamodb_table, billing, rc_dynamodb_billing, "BillingModeSummary"),
    STRUCT(rc_dynamodb_table, provisioned, rc_dynamodb_provisioned_now, "ProvisionedThroughput"),
    STRUCT(rc_dynamodb_table, on_demand, rc_dynamodb_on_demand, "OnDemandThroughput"),
    STRUCT(rc_dynamodb_table, warm, rc_dynamodb_warm_now, "WarmThroughput"),
    INT(rc_dynamodb_table, size_bytes, "TableSizeBytes"),
    INT(rc_dynamodb_table, item_count, "ItemCount"),
    LIST(rc_dynamodb_table, local_indexes, rc_dynamodb_local_index_now, "LocalSecondaryIndexes"),
    LIST(rc_dynamodb_table, global_indexes, rc_dynamodb_global_index_now, "GlobalSecondaryIndexes"),
    LIST(rc_dynamodb_table, replicas, rc_dynamodb_replica, "Replicas"),
    STRUCT(rc_dynamodb_table, stream, rc_dynamodb_stream, "StreamSpecification"),
    TEXT(rc_dynamodb_table, latest_stream_arn, "LatestStreamArn"),
    BOOL(rc_dynamodb_table, deletion_protection, "DeletionProtectionEnabled"),
};
SHAPE(rc_dynamodb_table);

static const struct rc_member rc_dynamodb_table_changed_members[] = {
    STRUCT(rc_dynamodb_table_changed, table, rc_dynamodb_table, "TableDescription"),
};
SHAPE(rc_dynamodb_table_changed);

const struct rc_operation rc_dynamodb_create_table_operation = {
    .service = &rc_service_dynamodb,
    .name = "CreateTable",
    .in = &rc_dynamodb_create_table_shape,
    .out = &rc_dynamodb_table_changed_shape,
};

static const struct rc_member rc_dynamodb_table_name_members[] = {
    TEXT(rc_dynamodb_table_name, table_name, "TableName", .flags = RC_NEEDED),
};
SHAPE(rc_dynamodb_table_name);

static const struct rc_member rc_dynamodb_table_described_members[] = {
    STRUCT(rc_dynamodb_table_described, table, rc_dynamodb_table, "Table"),
};
SHAPE(rc_dynamodb_table_described);

const struct rc_operation rc_dynamodb_describe_table_operation = {
    .service = &rc_service_dynamodb,
    .name = "DescribeTable",
    .in = &rc_dynamodb_table_name_shape,
    .out = &rc_dynamodb_table_described_shape,
};

const struct rc_operation rc_dynamodb_delete_table_operation = {
    .service = &rc_service_dynamodb,
    .name = "DeleteTable",
    .in = &rc_dynamodb_table_name_shape,
    .out = &rc_dynamodb_table_changed_shape,
};

static const struct rc_member rc_dynamodb_list_tables_members[] = {
    INT(rc_dynamodb_list_tables, limit, "Limit"),
    TEXT(rc_dynamodb_list_tables, exclusive_start_table_name, "ExclusiveStartTableName"),
};
SHAPE(rc_dynamodb_list_tables);

static const struct rc_member rc_dynamodb_tables_members[] = {
    TEXTS(rc_dynamodb_tables, names, "TableNames"),
    TEXT(rc_dynamodb_tables, last_evaluated_table_name, "LastEvaluatedTableName"),
};
SHAPE(rc_dynamodb_tables);

const struct rc_operation rc_dynamodb_list_tables_operation = {
    .service = &rc_service_dynamodb,
    .name = "ListTables",
    .in = &rc_dynamodb_list_tables_shape,
    .out = &rc_dynamodb_tables_shape,
    .page_in = "ExclusiveStartTableName",
    .page_out = "LastEvaluatedTableName",
};

static const struct rc_member rc_dynamodb_index_update_members[] = {
    TEXT(rc_dynamodb_index_update, name, "IndexName", .flags = RC_NEEDED),
    STRUCT(rc_dynamodb_index_update, provisioned, rc_dynamodb_provisioned, "ProvisionedThroughput"),
    STRUCT(rc_dynamodb_index_update, on_demand, rc_dynamodb_on_demand, "OnDemandThroughput"),
    STRUCT(rc_dynamodb_index_update, warm, rc_dynamodb_warm, "WarmThroughput"),
};
SHAPE(rc_dynamodb_index_update);

static const struct rc_member rc_dynamodb_index_create_members[] = {
    TEXT(rc_dynamodb_index_create, name, "IndexName", .flags = RC_NEEDED),
    LIST(rc_dynamodb_index_create, keys, rc_dynamodb_key, "KeySchema", .flags = RC_NEEDED),
    STRUCT(rc_dynamodb_index_create, projection, rc_dynamodb_projection, "Projection",
           .flags = RC_NEEDED),
    STRUCT(rc_dynamodb_index_create, provisioned, rc_dynamodb_provisioned, "ProvisionedThroughput"),
    STRUCT(rc_dynamodb_index_create, on_demand, rc_dynamodb_on_demand, "OnDemandThroughput"),
    STRUCT(rc_dynamodb_index_create, warm, rc_dynamodb_warm, "WarmThroughput"),
};
SHAPE(rc_dynamodb_index_create);

static const struct rc_member rc_dynamodb_index_delete_members[] = {
    TEXT(rc_dynamodb_index_delete, name, "IndexName", .flags = RC_NEEDED),
};
SHAPE(rc_dynamodb_index_delete);

static const struct rc_member rc_dynamodb_index_change_members[] = {
    STRUCT(rc_dynamodb_index_change, update, rc_dynamodb_index_update, "Update"),
    STRUCT(rc_dynamodb_index_change, create, rc_dynamodb_index_create, "Create"),
    STRUCT(rc_dynamodb_index_change, delete, rc_dynamodb_index_delete, "Delete"),
};
SHAPE(rc_dynamodb_index_change);

static const struct rc_member rc_dynamodb_update_table_members[] = {
    TEXT(rc_dynamodb_update_table, table_name, "TableName", .flags = RC_NEEDED),
    LIST(rc_dynamodb_update_table, attributes, rc_dynamodb_attribute, "AttributeDefinitions"),
    TEXT(rc_dynamodb_update_table, billing_mode, "BillingMode"),
    STRUCT(rc_dynamodb_update_table, provisioned, rc_dynamodb_provisioned, "ProvisionedThroughput"),
    STRUCT(rc_dynamodb_update_table, on_demand, rc_dynamodb_on_demand, "OnDemandThroughput"),
    STRUCT(rc_dynamodb_update_table, warm, rc_dynamodb_warm, "WarmThroughput"),
    LIST(rc_dynamodb_update_table, index_changes, rc_dynamodb_index_change,
         "GlobalSecondaryIndexUpdates"),
    STRUCT(rc_dynamodb_update_table, stream, rc_dynamodb_stream, "StreamSpecification"),
    TEXT(rc_dynamodb_update_table, table_class, "TableClass"),
    RAW(rc_dynamodb_update_table, deletion_protection, "DeletionProtectionEnabled"),
};
SHAPE(rc_dynamodb_update_table);

const struct rc_operation rc_dynamodb_update_table_operation = {
    .service = &rc_service_dynamodb,
    .name = "UpdateTable",
    .in = &rc_dynamodb_update_table_shape,
    .out = &rc_dynamodb_table_changed_shape,
};

/* ----- Time to live ----- */

static const struct rc_member rc_dynamodb_ttl_members[] = {
    TEXT(rc_dynamodb_ttl, status, "TimeToLiveStatus"),
    TEXT(rc_dynamodb_ttl, attribute, "AttributeName"),
};
SHAPE(rc_dynamodb_ttl);

static const struct rc_member rc_dynamodb_ttl_described_members[] = {
    STRUCT(rc_dynamodb_ttl_described, ttl, rc_dynamodb_ttl, "TimeToLiveDescription"),
};
SHAPE(rc_dynamodb_ttl_described);

const struct rc_operation rc_dynamodb_describe_ttl_operation = {
    .service = &rc_service_dynamodb,
    .name = "DescribeTimeToLive",
    .in = &rc_dynamodb_table_name_shape,
    .out = &rc_dynamodb_ttl_described_shape,
};

static const struct rc_member rc_dynamodb_ttl_setting_members[] = {
    BOOL(rc_dynamodb_ttl_setting, enabled, "Enabled", .flags = RC_ALWAYS),
    TEXT(rc_dynamodb_ttl_setting, attribute, "AttributeName", .flags = RC_NEEDED),
};
SHAPE(rc_dynamodb_ttl_setting);

static const struct rc_member rc_dynamodb_update_ttl_members[] = {
    TEXT(rc_dynamodb_update_ttl, table_name, "TableName", .flags = RC_NEEDED),
    STRUCT(rc_dynamodb_update_ttl, ttl, rc_dynamodb_ttl_setting, "TimeToLiveSpecification",
           .flags = RC_NEEDED),
};
SHAPE(rc_dynamodb_update_ttl);

static const struct rc_member rc_dynamodb_ttl_updated_members[] = {
    STRUCT(rc_dynamodb_ttl_updated, ttl, rc_dynamodb_ttl_setting, "TimeToLiveSpecification"),
};
SHAPE(rc_dynamodb_ttl_updated);

const struct rc_operation rc_dynamodb_update_ttl_operation = {
    .service = &rc_service_dynamodb,
    .name = "UpdateTimeToLive",
    .in = &rc_dynamodb_update_ttl_shape,
    .out = &rc_dynamodb_ttl_updated_shape,
};

/* ----- Contributor Insights: which keys are asked for most ----- */

static const struct rc_member rc_dynamodb_describe_insights_members[] = {
    TEXT(rc_dynamodb_describe_insights, table_name, "TableName", .flags = RC_NEEDED),
    TEXT(rc_dynamodb_describe_insights, index_name, "IndexName"),
};
SHAPE(rc_dynamodb_describe_insights);

static const struct rc_member rc_dynamodb_insights_failure_members[] = {
    TEXT(rc_dynamodb_insights_failure, name, "ExceptionName"),
    TEXT(rc_dynamodb_insights_failure, description, "ExceptionDescription"),
};
SHAPE(rc_dynamodb_insights_failure);

static const struct rc_member rc_dynamodb_insights_members[] = {
    TEXT(rc_dynamodb_insights, table_name, "TableName"),
    TEXT(rc_dynamodb_insights, index_name, "IndexName"),
    TEXTS(rc_dynamodb_insights, rules, "ContributorInsightsRuleList"),
    TEXT(rc_dynamodb_insights, status, "ContributorInsightsStatus"),
    TEXT(rc_dynamodb_insights, mode, "ContributorInsightsMode"),
    TIME(rc_dynamodb_insights, last_update_unix_ms, "LastUpdateDateTime"),
    STRUCT(rc_dynamodb_insights, failure, rc_dynamodb_insights_failure, "FailureException"),
};
SHAPE(rc_dynamodb_insights);

const struct rc_operation rc_dynamodb_describe_insights_operation = {
    .service = &rc_service_dynamodb,
    .name = "DescribeContributorInsights",
    .in = &rc_dynamodb_describe_insights_shape,
    .out = &rc_dynamodb_insights_shape,
};

static const struct rc_member rc_dynamodb_update_insights_members[] = {
    TEXT(rc_dynamodb_update_insights, table_name, "TableName", .flags = RC_NEEDED),
    TEXT(rc_dynamodb_update_insights, index_name, "IndexName"),
    TEXT(rc_dynamodb_update_insights, action, "ContributorInsightsAction", .flags = RC_NEEDED),
    TEXT(rc_dynamodb_update_insights, mode, "ContributorInsightsMode"),
};
SHAPE(rc_dynamodb_update_insights);

static const struct rc_member rc_dynamodb_insights_updated_members[] = {
    TEXT(rc_dynamodb_insights_updated, table_name, "TableName"),
    TEXT(rc_dynamodb_insights_updated, index_name, "IndexName"),
    TEXT(rc_dynamodb_insights_updated, status, "ContributorInsightsStatus"),
    TEXT(rc_dynamodb_insights_updated, mode, "ContributorInsightsMode"),
};
SHAPE(rc_dynamodb_insights_updated);

const struct rc_operation rc_dynamodb_update_insights_operation = {
    .service = &rc_service_dynamodb,
    .name = "UpdateContributorInsights",
    .in = &rc_dynamodb_update_insights_shape,
    .out = &rc_dynamodb_insights_updated_shape,
};
