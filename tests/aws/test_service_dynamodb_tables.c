/* The tables of aws/dynamodb_table.c against documents as AWS has them. */
#include "aws/dynamodb.h"
#include "tests/aws/service.h"

/* ----- Tables ----- */

static const struct rc_dynamodb_attribute attribute = {
    .name = "name",
    .type = "type",
};

static const struct rc_dynamodb_key key = {
    .name = "name",
    .type = "type",
};

static const struct rc_dynamodb_projection projection = {
    .type = "type",
    .non_key_attributes = ONE_TEXT("non_key_attributes"),
};

static const struct rc_dynamodb_local_index local_index = {
    .name = "name",
    .keys = {&key, 1},
    .projection = &projection,
};

static const struct rc_dynamodb_provisioned provisioned = {
    .read_units = 171,
    .write_units = 314,
};

static const struct rc_dynamodb_on_demand on_demand = {
    .max_read_units = 592,
    .max_write_units = 735,
};

static const struct rc_dynamodb_warm warm = {
    .read_units_per_s = 803,
    .write_units_per_s = 46,
};

static const struct rc_dynamodb_global_index global_index = {
    .name = "name",
    .keys = {&key, 1},
    .projection = &projection,
    .provisioned = &provisioned,
    .on_demand = &on_demand,
    .warm = &warm,
};

static const struct rc_dynamodb_stream stream = {
    .enabled = true,
    .view_type = "view_type",
};

static const struct rc_dynamodb_tag tag = {
    .key = "key",
    .value = "value",
};

static const struct rc_dynamodb_create_table create_table = {
    .table_name = "table_name",
    .attributes = {&attribute, 1},
    .keys = {&key, 1},
    .local_indexes = {&local_index, 1},
    .global_indexes = {&global_index, 1},
    .billing_mode = "billing_mode",
    .provisioned = &provisioned,
    .on_demand = &on_demand,
    .warm = &warm,
    .stream = &stream,
    .table_class = "table_class",
    .deletion_protection = true,
    .tags = {&tag, 1},
};

#define ATTRIBUTE "{'AttributeName':'name','AttributeType':'type'}"

#define KEY "{'AttributeName':'name','KeyType':'type'}"

#define PROJECTION "{'ProjectionType':'type','NonKeyAttributes':['non_key_attributes']}"

#define LOCAL_INDEX "{'IndexName':'name','KeySchema':[" KEY "],'Projection':" PROJECTION "}"

#define PROVISIONED "{'ReadCapacityUnits':171,'WriteCapacityUnits':314}"

#define ON_DEMAND "{'MaxReadRequestUnits':592,'MaxWriteRequestUnits':735}"

#define WARM "{'ReadUnitsPerSecond':803,'WriteUnitsPerSecond':46}"

#define GLOBAL_INDEX                                                                               \
    "{'IndexName':'name','KeySchema':[" KEY "],'Projection':" PROJECTION                           \
    ",'ProvisionedThroughput':" PROVISIONED ",'OnDemandThroughput':" ON_DEMAND                     \
    ",'WarmThroughput':" WARM "}"

#define STREAM "{'StreamEnabled':true,'StreamViewType':'view_type'}"

#define TAG "{'Key':'key','Value':'value'}"

static void check_attribute(const struct rc_dynamodb_attribute *value)
{
    IS_TEXT(value, name);
    IS_TEXT(value, type);
}

static void check_key(const struct rc_dynamodb_key *value)
{
    IS_TEXT(value, name);
    IS_TEXT(value, type);
}

static void check_billing(const struct rc_dynamodb_billing *value)
{
    IS_TEXT(value, mode);
    IS_INT(value, on_demand_unix_ms, 1700000900000);
}

static void check_provisioned_now(const struct rc_dynamodb_provisioned_now *value)
{
    IS_INT(value, read_units, 171);
    IS_INT(value, write_units, 314);
    IS_INT(value, decreases_today, 684);
    IS_INT(value, last_increase_unix_ms, 1700000440000);
    IS_INT(value, last_decrease_unix_ms, 1700000426000);
}

static void check_on_demand(const struct rc_dynamodb_on_demand *value)
{
    IS_INT(value, max_read_units, 592);
    IS_INT(value, max_write_units, 735);
}

static void check_warm_now(const struct rc_dynamodb_warm_now *value)
{
    IS_INT(value, read_units_per_s, 803);
    IS_INT(value, write_units_per_s, 46);
    IS_TEXT(value, status);
}

static void check_projection(const struct rc_dynamodb_projection *value)
{
    IS_TEXT(value, type);
    IS_TEXTS(value, non_key_attributes);
}

static void check_local_index_now(const struct rc_dynamodb_local_index_now *value)
{
    IS_TEXT(value, name);
    check_key(ONLY(value->keys));
    check_projection(value->projection);
    IS_INT(value, size_bytes, 190);
    IS_INT(value, item_count, 180);
    IS_TEXT(value, arn);
}

static void check_global_index_now(const struct rc_dynamodb_global_index_now *value)
{
    IS_TEXT(value, name);
    IS_TEXT(value, status);
    IS_TRUE(value, backfilling);
    check_key(ONLY(value->keys));
    check_projection(value->projection);
    check_provisioned_now(value->provisioned);
    check_on_demand(value->on_demand);
    check_warm_now(value->warm);
    IS_INT(value, size_bytes, 190);
    IS_INT(value, item_count, 180);
    IS_TEXT(value, arn);
}

static void check_replica(const struct rc_dynamodb_replica *value)
{
    IS_TEXT(value, region);
    IS_TEXT(value, status);
    IS_TEXT(value, status_description);
    IS_TEXT(value, arn);
}

static void check_stream(const struct rc_dynamodb_stream *value)
{
    IS_TRUE(value, enabled);
    IS_TEXT(value, view_type);
}

static void check_table(const struct rc_dynamodb_table *value)
{
    IS_TEXT(value, name);
    IS_TEXT(value, status);
    IS_TEXT(value, arn);
    IS_INT(value, created_unix_ms, 1700000695000);
    check_attribute(ONLY(value->attributes));
    check_key(ONLY(value->keys));
    check_billing(value->billing);
    check_provisioned_now(value->provisioned);
    check_on_demand(value->on_demand);
    check_warm_now(value->warm);
    IS_INT(value, size_bytes, 190);
    IS_INT(value, item_count, 180);
    check_local_index_now(ONLY(value->local_indexes));
    check_global_index_now(ONLY(value->global_indexes));
    check_replica(ONLY(value->replicas));
    check_stream(value->stream);
    IS_TEXT(value, latest_stream_arn);
    IS_TRUE(value, deletion_protection);
}

static void check_table_changed(const struct rc_dynamodb_table_changed *value)
{
    check_table(value->table);
}

#define BILLING "{'BillingMode':'mode','LastUpdateToPayPerRequestDateTime':1700000900}"

#define PROVISIONED_NOW                                                                            \
    "{'ReadCapacityUnits':171,'WriteCapacityUnits':314,'NumberOfDecreasesToday':684,'"             \
    "LastIncreaseDateTime':1700000440,'LastDecreaseDateTime':1700000426}"

#define WARM_NOW "{'ReadUnitsPerSecond':803,'WriteUnitsPerSecond':46,'Status':'status'}"

#define LOCAL_INDEX_NOW                                                                            \
    "{'IndexName':'name','KeySchema':[" KEY "],'Projection':" PROJECTION                           \
    ",'IndexSizeBytes':190,'ItemCount':180,'IndexArn':'arn'}"

#define GLOBAL_INDEX_NOW                                                                           \
    "{'IndexName':'name','IndexStatus':'status','Backfilling':true,'KeySchema':[" KEY              \
    "],'Projection':" PROJECTION ",'ProvisionedThroughput':" PROVISIONED_NOW                       \
    ",'OnDemandThroughput':" ON_DEMAND ",'WarmThroughput':" WARM_NOW                               \
    ",'IndexSizeBytes':190,'ItemCount':180,'IndexArn':'arn'}"

#define REPLICA                                                                                    \
    "{'RegionName':'region','ReplicaStatus':'status','ReplicaStatusDescription':'status_"          \
    "description','ReplicaArn':'arn'}"

#define TABLE                                                                                      \
    "{'TableName':'name','TableStatus':'status','TableArn':'arn','CreationDateTime':1700000695,'"  \
    "AttributeDefinitions':[" ATTRIBUTE "],'KeySchema':[" KEY "],'BillingModeSummary':" BILLING    \
    ",'ProvisionedThroughput':" PROVISIONED_NOW ",'OnDemandThroughput':" ON_DEMAND                 \
    ",'WarmThroughput':" WARM_NOW                                                                  \
    ",'TableSizeBytes':190,'ItemCount':180,'LocalSecondaryIndexes':[" LOCAL_INDEX_NOW              \
    "],'GlobalSecondaryIndexes':[" GLOBAL_INDEX_NOW "],'Replicas':[" REPLICA                       \
    "],'StreamSpecification':" STREAM                                                              \
    ",'LatestStreamArn':'latest_stream_arn','DeletionProtectionEnabled':true}"

static void test_create_table(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_dynamodb_create_table_operation, &create_table,
                  "POST /\nX-Amz-Target: DynamoDB_20120810.CreateTable",
                  "{'TableName':'table_name','AttributeDefinitions':[" ATTRIBUTE
                  "],'KeySchema':[" KEY "],'LocalSecondaryIndexes':[" LOCAL_INDEX
                  "],'GlobalSecondaryIndexes':[" GLOBAL_INDEX
                  "],'BillingMode':'billing_mode','ProvisionedThroughput':" PROVISIONED
                  ",'OnDemandThroughput':" ON_DEMAND ",'WarmThroughput':" WARM
                  ",'StreamSpecification':" STREAM
                  ",'TableClass':'table_class','DeletionProtectionEnabled':true,'Tags':[" TAG "]}");
    service_refuses(&rc_dynamodb_create_table_operation, &(struct rc_dynamodb_create_table){0},
                    "TableName");
    check_table_changed(service_answers(&answer, &rc_dynamodb_create_table_operation, "",
                                        "{'TableDescription':" TABLE "}"));
    service_forget(&answer);
}

static const struct rc_dynamodb_table_name table_name = {
    .table_name = "table_name",
};

static void check_table_described(const struct rc_dynamodb_table_described *value)
{
    check_table(value->table);
}

static void test_describe_table(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_dynamodb_describe_table_operation, &table_name,
                  "POST /\nX-Amz-Target: DynamoDB_20120810.DescribeTable",
                  "{'TableName':'table_name'}");
    service_refuses(&rc_dynamodb_describe_table_operation, &(struct rc_dynamodb_table_name){0},
                    "TableName");
    check_table_described(
        service_answers(&answer, &rc_dynamodb_describe_table_operation, "", "{'Table':" TABLE "}"));
    service_forget(&answer);
}

static void test_delete_table(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_dynamodb_delete_table_operation, &table_name,
                  "POST /\nX-Amz-Target: DynamoDB_20120810.DeleteTable",
                  "{'TableName':'table_name'}");
    service_refuses(&rc_dynamodb_delete_table_operation, &(struct rc_dynamodb_table_name){0},
                    "TableName");
    check_table_changed(service_answers(&answer, &rc_dynamodb_delete_table_operation, "",
                                        "{'TableDescription':" TABLE "}"));
    service_forget(&answer);
}

static const struct rc_dynamodb_list_tables list_tables = {
    .limit = 544,
    .exclusive_start_table_name = "exclusive_start_table_name",
};

static void check_tables(const struct rc_dynamodb_tables *value)
{
    IS_TEXTS(value, names);
    IS_TEXT(value, last_evaluated_table_name);
}

static void test_list_tables(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_dynamodb_list_tables_operation, &list_tables,
                  "POST /\nX-Amz-Target: DynamoDB_20120810.ListTables",
                  "{'Limit':544,'ExclusiveStartTableName':'exclusive_start_table_name'}");
    check_tables(service_answers(
        &answer, &rc_dynamodb_list_tables_operation, "",
        "{'TableNames':['names'],'LastEvaluatedTableName':'last_evaluated_table_name'}"));
    service_forget(&answer);
}

static const struct rc_dynamodb_index_update index_update = {
    .name = "name",
    .provisioned = &provisioned,
    .on_demand = &on_demand,
    .warm = &warm,
};

static const struct rc_dynamodb_index_create index_create = {
    .name = "name",
    .keys = {&key, 1},
    .projection = &projection,
    .provisioned = &provisioned,
    .on_demand = &on_demand,
    .warm = &warm,
};

static const struct rc_dynamodb_index_delete index_delete = {
    .name = "name",
};

static const struct rc_dynamodb_index_change index_change = {
    .update = &index_update,
    .create = &index_create,
    .delete = &index_delete,
};

static const struct rc_dynamodb_update_table update_table = {
    .table_name = "table_name",
    .attributes = {&attribute, 1},
    .billing_mode = "billing_mode",
    .provisioned = &provisioned,
    .on_demand = &on_demand,
    .warm = &warm,
    .index_changes = {&index_change, 1},
    .stream = &stream,
    .table_class = "table_class",
    .deletion_protection = "true",
};

#define INDEX_UPDATE                                                                               \
    "{'IndexName':'name','ProvisionedThroughput':" PROVISIONED ",'OnDemandThroughput':" ON_DEMAND  \
    ",'WarmThroughput':" WARM "}"

#define INDEX_CREATE                                                                               \
    "{'IndexName':'name','KeySchema':[" KEY "],'Projection':" PROJECTION                           \
    ",'ProvisionedThroughput':" PROVISIONED ",'OnDemandThroughput':" ON_DEMAND                     \
    ",'WarmThroughput':" WARM "}"

#define INDEX_DELETE "{'IndexName':'name'}"

#define INDEX_CHANGE                                                                               \
    "{'Update':" INDEX_UPDATE ",'Create':" INDEX_CREATE ",'Delete':" INDEX_DELETE "}"

static void test_update_table(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_dynamodb_update_table_operation, &update_table,
                  "POST /\nX-Amz-Target: DynamoDB_20120810.UpdateTable",
                  "{'TableName':'table_name','AttributeDefinitions':[" ATTRIBUTE
                  "],'BillingMode':'billing_mode','ProvisionedThroughput':" PROVISIONED
                  ",'OnDemandThroughput':" ON_DEMAND ",'WarmThroughput':" WARM
                  ",'GlobalSecondaryIndexUpdates':[" INDEX_CHANGE "],'StreamSpecification':" STREAM
                  ",'TableClass':'table_class','DeletionProtectionEnabled':true}");
    service_refuses(&rc_dynamodb_update_table_operation, &(struct rc_dynamodb_update_table){0},
                    "TableName");
    check_table_changed(service_answers(&answer, &rc_dynamodb_update_table_operation, "",
                                        "{'TableDescription':" TABLE "}"));
    service_forget(&answer);
}

/* ----- Time to live ----- */

static void check_ttl(const struct rc_dynamodb_ttl *value)
{
    IS_TEXT(value, status);
    IS_TEXT(value, attribute);
}

static void check_ttl_described(const struct rc_dynamodb_ttl_described *value)
{
    check_ttl(value->ttl);
}

#define TTL "{'TimeToLiveStatus':'status','AttributeName':'attribute'}"

static void test_describe_ttl(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_dynamodb_describe_ttl_operation, &table_name,
                  "POST /\nX-Amz-Target: DynamoDB_20120810.DescribeTimeToLive",
                  "{'TableName':'table_name'}");
    service_refuses(&rc_dynamodb_describe_ttl_operation, &(struct rc_dynamodb_table_name){0},
                    "TableName");
    check_ttl_described(service_answers(&answer, &rc_dynamodb_describe_ttl_operation, "",
                                        "{'TimeToLiveDescription':" TTL "}"));
    service_forget(&answer);
}

static const struct rc_dynamodb_ttl_setting ttl_setting = {
    .enabled = true,
    .attribute = "attribute",
};

static const struct rc_dynamodb_update_ttl update_ttl = {
    .table_name = "table_name",
    .ttl = &ttl_setting,
};

#define TTL_SETTING "{'Enabled':true,'AttributeName':'attribute'}"

static void check_ttl_setting(const struct rc_dynamodb_ttl_setting *value)
{
    IS_TRUE(value, enabled);
    IS_TEXT(value, attribute);
}

static void check_ttl_updated(const struct rc_dynamodb_ttl_updated *value)
{
    check_ttl_setting(value->ttl);
}

static void test_update_ttl(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_dynamodb_update_ttl_operation, &update_ttl,
                  "POST /\nX-Amz-Target: DynamoDB_20120810.UpdateTimeToLive",
                  "{'TableName':'table_name','TimeToLiveSpecification':" TTL_SETTING "}");
    service_refuses(&rc_dynamodb_update_ttl_operation, &(struct rc_dynamodb_update_ttl){0},
                    "TableName");
    check_ttl_updated(service_answers(&answer, &rc_dynamodb_update_ttl_operation, "",
                                      "{'TimeToLiveSpecification':" TTL_SETTING "}"));
    service_forget(&answer);
}

/* ----- Contributor Insights: which keys are asked for most ----- */

static const struct rc_dynamodb_describe_insights describe_insights = {
    .table_name = "table_name",
    .index_name = "index_name",
};

static void check_insights_failure(const struct rc_dynamodb_insights_failure *value)
{
    IS_TEXT(value, name);
    IS_TEXT(value, description);
}

static void check_insights(const struct rc_dynamodb_insights *value)
{
    IS_TEXT(value, table_name);
    IS_TEXT(value, index_name);
    IS_TEXTS(value, rules);
    IS_TEXT(value, status);
    IS_TEXT(value, mode);
    IS_INT(value, last_update_unix_ms, 1700000241000);
    check_insights_failure(value->failure);
}

#define INSIGHTS_FAILURE "{'ExceptionName':'name','ExceptionDescription':'description'}"

static void test_describe_insights(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_dynamodb_describe_insights_operation, &describe_insights,
                  "POST /\nX-Amz-Target: DynamoDB_20120810.DescribeContributorInsights",
                  "{'TableName':'table_name','IndexName':'index_name'}");
    service_refuses(&rc_dynamodb_describe_insights_operation,
                    &(struct rc_dynamodb_describe_insights){0}, "TableName");
    check_insights(service_answers(
        &answer, &rc_dynamodb_describe_insights_operation, "",
        "{'TableName':'table_name','IndexName':'index_name','ContributorInsightsRuleList':['rules']"
        ",'ContributorInsightsStatus':'status','ContributorInsightsMode':'mode','"
        "LastUpdateDateTime':1700000241,'FailureException':" INSIGHTS_FAILURE "}"));
    service_forget(&answer);
}

static const struct rc_dynamodb_update_insights update_insights = {
    .table_name = "table_name",
    .index_name = "index_name",
    .action = "action",
    .mode = "mode",
};

static void check_insights_updated(const struct rc_dynamodb_insights_updated *value)
{
    IS_TEXT(value, table_name);
    IS_TEXT(value, index_name);
    IS_TEXT(value, status);
    IS_TEXT(value, mode);
}

static void test_update_insights(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_dynamodb_update_insights_operation, &update_insights,
                  "POST /\nX-Amz-Target: DynamoDB_20120810.UpdateContributorInsights",
                  "{'TableName':'table_name','IndexName':'index_name','ContributorInsightsAction':'"
                  "action','ContributorInsightsMode':'mode'}");
    service_refuses(&rc_dynamodb_update_insights_operation,
                    &(struct rc_dynamodb_update_insights){0}, "TableName");
    check_insights_updated(
        service_answers(&answer, &rc_dynamodb_update_insights_operation, "",
                        "{'TableName':'table_name','IndexName':'index_name','"
                        "ContributorInsightsStatus':'status','ContributorInsightsMode':'mode'}"));
    service_forget(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_create_table),    cmocka_unit_test(test_describe_table),
        cmocka_unit_test(test_delete_table),    cmocka_unit_test(test_list_tables),
        cmocka_unit_test(test_update_table),    cmocka_unit_test(test_describe_ttl),
        cmocka_unit_test(test_update_ttl),      cmocka_unit_test(test_describe_insights),
        cmocka_unit_test(test_update_insights),
    };
    return cmocka_run_group_tests_name("service dynamodb", tests, NULL, NULL);
}
