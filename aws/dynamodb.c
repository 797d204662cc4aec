/* DynamoDB: items, one, many or in a transaction. What is about tables is in dynamodb_table.c. */
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
