/* DynamoDB: tables and their indexes, time to live and contributor insights. */
#include "aws/dynamodb.h"

#include "aws/rows.h"

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
