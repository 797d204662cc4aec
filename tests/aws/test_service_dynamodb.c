/* The tables of aws/dynamodb.c against documents as AWS has them. */
#include "aws/dynamodb.h"
#include "tests/aws/service.h"

/* ----- Items ----- */

static const struct rc_dynamodb_get_item get_item = {
    .table_name = "table_name",
    .key = "{\"PK\":{\"S\":\"a\"}}",
    .consistent_read = true,
    .projection = "projection",
    .names = ONE_PAIR("names"),
    .return_consumed = "return_consumed",
};

static void check_capacity(const struct rc_dynamodb_capacity *value)
{
    IS_REAL(value, units, 564.5);
    IS_REAL(value, read_units, 171.5);
    IS_REAL(value, write_units, 314.5);
}

static void check_index_capacity(const struct rc_dynamodb_index_capacity *value)
{
    assert_string_equal(value->key, "k");
    IS_REAL(value, units, 564.5);
    IS_REAL(value, read_units, 171.5);
    IS_REAL(value, write_units, 314.5);
}

static void check_consumed(const struct rc_dynamodb_consumed *value)
{
    IS_TEXT(value, table_name);
    IS_REAL(value, units, 564.5);
    IS_REAL(value, read_units, 171.5);
    IS_REAL(value, write_units, 314.5);
    check_capacity(value->table);
    check_index_capacity(ONLY(value->local_indexes));
    check_index_capacity(ONLY(value->global_indexes));
}

static void check_item_got(const struct rc_dynamodb_item_got *value)
{
    IS_JSON(value, item, "{'PK':{'S':'a'}}");
    check_consumed(value->consumed);
}

#define CAPACITY "{'CapacityUnits':564.5,'ReadCapacityUnits':171.5,'WriteCapacityUnits':314.5}"

#define INDEX_CAPACITY                                                                             \
    "{'CapacityUnits':564.5,'ReadCapacityUnits':171.5,'WriteCapacityUnits':314.5}"

#define CONSUMED                                                                                   \
    "{'TableName':'table_name','CapacityUnits':564.5,'ReadCapacityUnits':171.5,'"                  \
    "WriteCapacityUnits':314.5,'Table':" CAPACITY ",'LocalSecondaryIndexes':{'k':" INDEX_CAPACITY  \
    "},'GlobalSecondaryIndexes':{'k':" INDEX_CAPACITY "}}"

static void test_get_item(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_dynamodb_get_item_operation, &get_item,
                  "POST /\nX-Amz-Target: DynamoDB_20120810.GetItem",
                  "{'TableName':'table_name','Key':{'PK':{'S':'a'}},'ConsistentRead':true,'"
                  "ProjectionExpression':'projection','ExpressionAttributeNames':{'a':'names'},'"
                  "ReturnConsumedCapacity':'return_consumed'}");
    service_refuses(&rc_dynamodb_get_item_operation, &(struct rc_dynamodb_get_item){0},
                    "TableName");
    check_item_got(service_answers(&answer, &rc_dynamodb_get_item_operation, "",
                                   "{'Item':{'PK':{'S':'a'}},'ConsumedCapacity':" CONSUMED "}"));
    service_forget(&answer);
}

static const struct rc_dynamodb_put_item put_item = {
    .table_name = "table_name",
    .item = "{\"PK\":{\"S\":\"a\"}}",
    .condition = "condition",
    .names = ONE_PAIR("names"),
    .values = "{\"PK\":{\"S\":\"a\"}}",
    .return_values = "return_values",
    .return_on_condition = "return_on_condition",
    .return_consumed = "return_consumed",
};

static void check_item_written(const struct rc_dynamodb_item_written *value)
{
    IS_JSON(value, attributes, "{'PK':{'S':'a'}}");
    check_consumed(value->consumed);
}

static void test_put_item(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(
        &rc_dynamodb_put_item_operation, &put_item,
        "POST /\nX-Amz-Target: DynamoDB_20120810.PutItem",
        "{'TableName':'table_name','Item':{'PK':{'S':'a'}},'ConditionExpression':'condition','"
        "ExpressionAttributeNames':{'a':'names'},'ExpressionAttributeValues':{'PK':{'S':'a'}},'"
        "ReturnValues':'return_values','ReturnValuesOnConditionCheckFailure':'return_on_condition',"
        "'ReturnConsumedCapacity':'return_consumed'}");
    service_refuses(&rc_dynamodb_put_item_operation, &(struct rc_dynamodb_put_item){0},
                    "TableName");
    check_item_written(service_answers(&answer, &rc_dynamodb_put_item_operation, "",
                                       "{'Attributes':{'PK':{'S':'a'}},'ConsumedCapacity':" CONSUMED
                                       "}"));
    service_forget(&answer);
}

static const struct rc_dynamodb_update_item update_item = {
    .table_name = "table_name",
    .key = "{\"PK\":{\"S\":\"a\"}}",
    .update = "update",
    .condition = "condition",
    .names = ONE_PAIR("names"),
    .values = "{\"PK\":{\"S\":\"a\"}}",
    .return_values = "return_values",
    .return_on_condition = "return_on_condition",
    .return_consumed = "return_consumed",
};

static void test_update_item(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_dynamodb_update_item_operation, &update_item,
                  "POST /\nX-Amz-Target: DynamoDB_20120810.UpdateItem",
                  "{'TableName':'table_name','Key':{'PK':{'S':'a'}},'UpdateExpression':'update','"
                  "ConditionExpression':'condition','ExpressionAttributeNames':{'a':'names'},'"
                  "ExpressionAttributeValues':{'PK':{'S':'a'}},'ReturnValues':'return_values','"
                  "ReturnValuesOnConditionCheckFailure':'return_on_condition','"
                  "ReturnConsumedCapacity':'return_consumed'}");
    service_refuses(&rc_dynamodb_update_item_operation, &(struct rc_dynamodb_update_item){0},
                    "TableName");
    check_item_written(service_answers(&answer, &rc_dynamodb_update_item_operation, "",
                                       "{'Attributes':{'PK':{'S':'a'}},'ConsumedCapacity':" CONSUMED
                                       "}"));
    service_forget(&answer);
}

static const struct rc_dynamodb_delete_item delete_item = {
    .table_name = "table_name",
    .key = "{\"PK\":{\"S\":\"a\"}}",
    .condition = "condition",
    .names = ONE_PAIR("names"),
    .values = "{\"PK\":{\"S\":\"a\"}}",
    .return_values = "return_values",
    .return_on_condition = "return_on_condition",
    .return_consumed = "return_consumed",
};

static void test_delete_item(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(
        &rc_dynamodb_delete_item_operation, &delete_item,
        "POST /\nX-Amz-Target: DynamoDB_20120810.DeleteItem",
        "{'TableName':'table_name','Key':{'PK':{'S':'a'}},'ConditionExpression':'condition','"
        "ExpressionAttributeNames':{'a':'names'},'ExpressionAttributeValues':{'PK':{'S':'a'}},'"
        "ReturnValues':'return_values','ReturnValuesOnConditionCheckFailure':'return_on_condition',"
        "'ReturnConsumedCapacity':'return_consumed'}");
    service_refuses(&rc_dynamodb_delete_item_operation, &(struct rc_dynamodb_delete_item){0},
                    "TableName");
    check_item_written(service_answers(&answer, &rc_dynamodb_delete_item_operation, "",
                                       "{'Attributes':{'PK':{'S':'a'}},'ConsumedCapacity':" CONSUMED
                                       "}"));
    service_forget(&answer);
}

/* ----- Many items ----- */

static const struct rc_dynamodb_query query = {
    .table_name = "table_name",
    .index_name = "index_name",
    .key_condition = "key_condition",
    .filter = "filter",
    .projection = "projection",
    .names = ONE_PAIR("names"),
    .values = "{\"PK\":{\"S\":\"a\"}}",
    .exclusive_start_key = "{\"PK\":{\"S\":\"a\"}}",
    .limit = 544,
    .scan_index_forward = "false",
    .consistent_read = true,
    .select = "select",
    .return_consumed = "return_consumed",
};

static void check_items(const struct rc_dynamodb_items *value)
{
    IS_JSONS(value, items, "{'PK':{'S':'a'}}");
    IS_INT(value, count, 554);
    IS_INT(value, scanned_count, 481);
    IS_JSON(value, last_evaluated_key, "{'PK':{'S':'a'}}");
    check_consumed(value->consumed);
}

static void test_query(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(
        &rc_dynamodb_query_operation, &query, "POST /\nX-Amz-Target: DynamoDB_20120810.Query",
        "{'TableName':'table_name','IndexName':'index_name','KeyConditionExpression':'key_"
        "condition','FilterExpression':'filter','ProjectionExpression':'projection','"
        "ExpressionAttributeNames':{'a':'names'},'ExpressionAttributeValues':{'PK':{'S':'a'}},'"
        "ExclusiveStartKey':{'PK':{'S':'a'}},'Limit':544,'ScanIndexForward':false,'ConsistentRead':"
        "true,'Select':'select','ReturnConsumedCapacity':'return_consumed'}");
    service_refuses(&rc_dynamodb_query_operation, &(struct rc_dynamodb_query){0}, "TableName");
    check_items(service_answers(&answer, &rc_dynamodb_query_operation, "",
                                "{'Items':[{'PK':{'S':'a'}}],'Count':554,'ScannedCount':481,'"
                                "LastEvaluatedKey':{'PK':{'S':'a'}},'ConsumedCapacity':" CONSUMED
                                "}"));
    service_forget(&answer);
}

static const struct rc_dynamodb_scan scan = {
    .table_name = "table_name",
    .index_name = "index_name",
    .filter = "filter",
    .projection = "projection",
    .names = ONE_PAIR("names"),
    .values = "{\"PK\":{\"S\":\"a\"}}",
    .exclusive_start_key = "{\"PK\":{\"S\":\"a\"}}",
    .limit = 544,
    .total_segments = 614,
    .segment = "0",
    .consistent_read = true,
    .select = "select",
    .return_consumed = "return_consumed",
};

static void test_scan(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_dynamodb_scan_operation, &scan,
                  "POST /\nX-Amz-Target: DynamoDB_20120810.Scan",
                  "{'TableName':'table_name','IndexName':'index_name','FilterExpression':'filter','"
                  "ProjectionExpression':'projection','ExpressionAttributeNames':{'a':'names'},'"
                  "ExpressionAttributeValues':{'PK':{'S':'a'}},'ExclusiveStartKey':{'PK':{'S':'a'}}"
                  ",'Limit':544,'TotalSegments':614,'Segment':0,'ConsistentRead':true,'Select':'"
                  "select','ReturnConsumedCapacity':'return_consumed'}");
    service_refuses(&rc_dynamodb_scan_operation, &(struct rc_dynamodb_scan){0}, "TableName");
    check_items(service_answers(&answer, &rc_dynamodb_scan_operation, "",
                                "{'Items':[{'PK':{'S':'a'}}],'Count':554,'ScannedCount':481,'"
                                "LastEvaluatedKey':{'PK':{'S':'a'}},'ConsumedCapacity':" CONSUMED
                                "}"));
    service_forget(&answer);
}

static const struct rc_dynamodb_batch_get batch_get = {
    .request_items = "{\"t\":{\"Keys\":[{\"PK\":{\"S\":\"a\"}}]}}",
    .return_consumed = "return_consumed",
};

static void check_batch_got(const struct rc_dynamodb_batch_got *value)
{
    IS_JSON(value, responses, "{'t':[{'PK':{'S':'a'}}]}");
    IS_JSON(value, unprocessed_keys, "{'t':{'Keys':[{'PK':{'S':'a'}}]}}");
    check_consumed(ONLY(value->consumed));
}

static void test_batch_get(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_dynamodb_batch_get_operation, &batch_get,
                  "POST /\nX-Amz-Target: DynamoDB_20120810.BatchGetItem",
                  "{'RequestItems':{'t':{'Keys':[{'PK':{'S':'a'}}]}},'ReturnConsumedCapacity':'"
                  "return_consumed'}");
    service_refuses(&rc_dynamodb_batch_get_operation, &(struct rc_dynamodb_batch_get){0},
                    "RequestItems");
    check_batch_got(service_answers(&answer, &rc_dynamodb_batch_get_operation, "",
                                    "{'Responses':{'t':[{'PK':{'S':'a'}}]},'UnprocessedKeys':{'t':{"
                                    "'Keys':[{'PK':{'S':'a'}}]}},'ConsumedCapacity':[" CONSUMED
                                    "]}"));
    service_forget(&answer);
}

static const struct rc_dynamodb_batch_write batch_write = {
    .request_items = "{\"t\":[{\"PutRequest\":{\"Item\":{\"PK\":{\"S\":\"a\"}}}}]}",
    .return_consumed = "return_consumed",
};

static void check_batch_written(const struct rc_dynamodb_batch_written *value)
{
    IS_JSON(value, unprocessed_items, "{'t':[{'PutRequest':{'Item':{'PK':{'S':'a'}}}}]}");
    check_consumed(ONLY(value->consumed));
}

static void test_batch_write(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_dynamodb_batch_write_operation, &batch_write,
                  "POST /\nX-Amz-Target: DynamoDB_20120810.BatchWriteItem",
                  "{'RequestItems':{'t':[{'PutRequest':{'Item':{'PK':{'S':'a'}}}}]},'"
                  "ReturnConsumedCapacity':'return_consumed'}");
    service_refuses(&rc_dynamodb_batch_write_operation, &(struct rc_dynamodb_batch_write){0},
                    "RequestItems");
    check_batch_written(service_answers(&answer, &rc_dynamodb_batch_write_operation, "",
                                        "{'UnprocessedItems':{'t':[{'PutRequest':{'Item':{'PK':{'S'"
                                        ":'a'}}}}]},'ConsumedCapacity':[" CONSUMED "]}"));
    service_forget(&answer);
}

/* ----- Transactions of up to 100 items ----- */

static const struct rc_dynamodb_check check = {
    .table_name = "table_name",
    .key = "{\"PK\":{\"S\":\"a\"}}",
    .condition = "condition",
    .names = ONE_PAIR("names"),
    .values = "{\"PK\":{\"S\":\"a\"}}",
    .return_on_condition = "return_on_condition",
};

static const struct rc_dynamodb_put put = {
    .table_name = "table_name",
    .item = "{\"PK\":{\"S\":\"a\"}}",
    .condition = "condition",
    .names = ONE_PAIR("names"),
    .values = "{\"PK\":{\"S\":\"a\"}}",
    .return_on_condition = "return_on_condition",
};

static const struct rc_dynamodb_update update = {
    .table_name = "table_name",
    .key = "{\"PK\":{\"S\":\"a\"}}",
    .update = "update",
    .condition = "condition",
    .names = ONE_PAIR("names"),
    .values = "{\"PK\":{\"S\":\"a\"}}",
    .return_on_condition = "return_on_condition",
};

static const struct rc_dynamodb_delete delete = {
    .table_name = "table_name",
    .key = "{\"PK\":{\"S\":\"a\"}}",
    .condition = "condition",
    .names = ONE_PAIR("names"),
    .values = "{\"PK\":{\"S\":\"a\"}}",
    .return_on_condition = "return_on_condition",
};

static const struct rc_dynamodb_action action = {
    .check = &check,
    .put = &put,
    .update = &update,
    .delete = &delete,
};

static const struct rc_dynamodb_transact_write transact_write = {
    .actions = {&action, 1},
    .client_request_token = "client_request_token",
    .return_consumed = "return_consumed",
};

#define CHECK                                                                                      \
    "{'TableName':'table_name','Key':{'PK':{'S':'a'}},'ConditionExpression':'condition','"         \
    "ExpressionAttributeNames':{'a':'names'},'ExpressionAttributeValues':{'PK':{'S':'a'}},'"       \
    "ReturnValuesOnConditionCheckFailure':'return_on_condition'}"

#define PUT                                                                                        \
    "{'TableName':'table_name','Item':{'PK':{'S':'a'}},'ConditionExpression':'condition','"        \
    "ExpressionAttributeNames':{'a':'names'},'ExpressionAttributeValues':{'PK':{'S':'a'}},'"       \
    "ReturnValuesOnConditionCheckFailure':'return_on_condition'}"

#define UPDATE                                                                                     \
    "{'TableName':'table_name','Key':{'PK':{'S':'a'}},'UpdateExpression':'update','"               \
    "ConditionExpression':'condition','ExpressionAttributeNames':{'a':'names'},'"                  \
    "ExpressionAttributeValues':{'PK':{'S':'a'}},'ReturnValuesOnConditionCheckFailure':'return_"   \
    "on_condition'}"

#define DELETE                                                                                     \
    "{'TableName':'table_name','Key':{'PK':{'S':'a'}},'ConditionExpression':'condition','"         \
    "ExpressionAttributeNames':{'a':'names'},'ExpressionAttributeValues':{'PK':{'S':'a'}},'"       \
    "ReturnValuesOnConditionCheckFailure':'return_on_condition'}"

#define ACTION "{'ConditionCheck':" CHECK ",'Put':" PUT ",'Update':" UPDATE ",'Delete':" DELETE "}"

static void check_transacted(const struct rc_dynamodb_transacted *value)
{
    check_consumed(ONLY(value->consumed));
}

static void test_transact_write(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_dynamodb_transact_write_operation, &transact_write,
                  "POST /\nX-Amz-Target: DynamoDB_20120810.TransactWriteItems",
                  "{'TransactItems':[" ACTION "],'ClientRequestToken':'client_request_token','"
                  "ReturnConsumedCapacity':'return_consumed'}");
    service_refuses(&rc_dynamodb_transact_write_operation, &(struct rc_dynamodb_transact_write){0},
                    "TransactItems");
    check_transacted(service_answers(&answer, &rc_dynamodb_transact_write_operation, "",
                                     "{'ConsumedCapacity':[" CONSUMED "]}"));
    service_forget(&answer);
}

static const struct rc_dynamodb_get get = {
    .table_name = "table_name",
    .key = "{\"PK\":{\"S\":\"a\"}}",
    .projection = "projection",
    .names = ONE_PAIR("names"),
};

static const struct rc_dynamodb_transact_get_one transact_get_one = {
    .get = &get,
};

static const struct rc_dynamodb_transact_get transact_get = {
    .gets = {&transact_get_one, 1},
    .return_consumed = "return_consumed",
};

#define GET                                                                                        \
    "{'TableName':'table_name','Key':{'PK':{'S':'a'}},'ProjectionExpression':'projection','"       \
    "ExpressionAttributeNames':{'a':'names'}}"

#define TRANSACT_GET_ONE "{'Get':" GET "}"

static void check_transact_item(const struct rc_dynamodb_transact_item *value)
{
    IS_JSON(value, item, "{'PK':{'S':'a'}}");
}

static void check_transact_got(const struct rc_dynamodb_transact_got *value)
{
    check_transact_item(ONLY(value->responses));
    check_consumed(ONLY(value->consumed));
}

#define TRANSACT_ITEM "{'Item':{'PK':{'S':'a'}}}"

static void test_transact_get(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_dynamodb_transact_get_operation, &transact_get,
                  "POST /\nX-Amz-Target: DynamoDB_20120810.TransactGetItems",
                  "{'TransactItems':[" TRANSACT_GET_ONE
                  "],'ReturnConsumedCapacity':'return_consumed'}");
    service_refuses(&rc_dynamodb_transact_get_operation, &(struct rc_dynamodb_transact_get){0},
                    "TransactItems");
    check_transact_got(service_answers(&answer, &rc_dynamodb_transact_get_operation, "",
                                       "{'Responses':[" TRANSACT_ITEM
                                       "],'ConsumedCapacity':[" CONSUMED "]}"));
    service_forget(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_get_item),       cmocka_unit_test(test_put_item),
        cmocka_unit_test(test_update_item),    cmocka_unit_test(test_delete_item),
        cmocka_unit_test(test_query),          cmocka_unit_test(test_scan),
        cmocka_unit_test(test_batch_get),      cmocka_unit_test(test_batch_write),
        cmocka_unit_test(test_transact_write), cmocka_unit_test(test_transact_get),
    };
    return cmocka_run_group_tests_name("service dynamodb", tests, NULL, NULL);
}
