#include "aws/ecs.h"

#include "aws/rows.h"

const struct rc_service rc_service_ecs = {
    .id = RC_SERVICE_ECS,
    .name = "ecs",
    .signing_name = "ecs",
    .host_prefix = "ecs",
    .config_name = "ecs",
    .target = "AmazonEC2ContainerServiceV20141113.",
    .protocol = RC_PROTOCOL_JSON_1_1,
    .retry = &rc_retry_standard,
};

/* ----- What tasks are made of ----- */

static const struct rc_member rc_ecs_pair_members[] = {
    TEXT(rc_ecs_pair, name, "name"),
    TEXT(rc_ecs_pair, value, "value"),
};
SHAPE(rc_ecs_pair);

static const struct rc_member rc_ecs_tag_members[] = {
    TEXT(rc_ecs_tag, key, "key"),
    TEXT(rc_ecs_tag, value, "value"),
};
SHAPE(rc_ecs_tag);

static const struct rc_member rc_ecs_failure_members[] = {
    TEXT(rc_ecs_failure, arn, "arn"),
    TEXT(rc_ecs_failure, reason, "reason"),
    TEXT(rc_ecs_failure, detail, "detail"),
};
SHAPE(rc_ecs_failure);

static const struct rc_member rc_ecs_capacity_members[] = {
    TEXT(rc_ecs_capacity, provider, "capacityProvider", .flags = RC_NEEDED),
    INT(rc_ecs_capacity, weight, "weight"),
    INT(rc_ecs_capacity, base, "base"),
};
SHAPE(rc_ecs_capacity);

static const struct rc_member rc_ecs_vpc_members[] = {
    TEXTS(rc_ecs_vpc, subnets, "subnets", .flags = RC_NEEDED),
    TEXTS(rc_ecs_vpc, security_groups, "securityGroups"),
    TEXT(rc_ecs_vpc, assign_public_ip, "assignPublicIp"),
};
SHAPE(rc_ecs_vpc);

static const struct rc_member rc_ecs_network_members[] = {
    STRUCT(rc_ecs_network, vpc, rc_ecs_vpc, "awsvpcConfiguration"),
};
SHAPE(rc_ecs_network);

static const struct rc_member rc_ecs_resource_members[] = {
    TEXT(rc_ecs_resource, type, "type", .flags = RC_NEEDED),
    TEXT(rc_ecs_resource, value, "value", .flags = RC_NEEDED),
};
SHAPE(rc_ecs_resource);

static const struct rc_member rc_ecs_environment_file_members[] = {
    TEXT(rc_ecs_environment_file, type, "type", .flags = RC_NEEDED),
    TEXT(rc_ecs_environment_file, value, "value", .flags = RC_NEEDED),
};
SHAPE(rc_ecs_environment_file);

static const struct rc_member rc_ecs_container_override_members[] = {
    TEXT(rc_ecs_container_override, name, "name"),
    TEXTS(rc_ecs_container_override, command, "command"),
    LIST(rc_ecs_container_override, environment, rc_ecs_pair, "environment"),
    LIST(rc_ecs_container_override, environment_files, rc_ecs_environment_file, "environmentFiles"),
    INT(rc_ecs_container_override, cpu, "cpu"),
    INT(rc_ecs_container_override, memory_mib, "memory"),
    INT(rc_ecs_container_override, memory_reservation_mib, "memoryReservation"),
    LIST(rc_ecs_container_override, resources, rc_ecs_resource, "resourceRequirements"),
};
SHAPE(rc_ecs_container_override);

static const struct rc_member rc_ecs_storage_members[] = {
    INT(rc_ecs_storage, size_gib, "sizeInGiB", .flags = RC_ALWAYS),
};
SHAPE(rc_ecs_storage);

static const struct rc_member rc_ecs_override_members[] = {
    LIST(rc_ecs_override, containers, rc_ecs_container_override, "containerOverrides"),
    TEXT(rc_ecs_override, cpu, "cpu"),
    TEXT(rc_ecs_override, memory, "memory"),
    TEXT(rc_ecs_override, execution_role_arn, "executionRoleArn"),
    TEXT(rc_ecs_override, task_role_arn, "taskRoleArn"),
    STRUCT(rc_ecs_override, storage, rc_ecs_storage, "ephemeralStorage"),
};
SHAPE(rc_ecs_override);

static const struct rc_member rc_ecs_constraint_members[] = {
    TEXT(rc_ecs_constraint, type, "type"),
    TEXT(rc_ecs_constraint, expression, "expression"),
};
SHAPE(rc_ecs_constraint);

static const struct rc_member rc_ecs_strategy_members[] = {
    TEXT(rc_ecs_strategy, type, "type"),
    TEXT(rc_ecs_strategy, field, "field"),
};
SHAPE(rc_ecs_strategy);

static const struct rc_member rc_ecs_managed_agent_members[] = {
    TEXT(rc_ecs_managed_agent, name, "name"),
    TEXT(rc_ecs_managed_agent, last_status, "lastStatus"),
    TEXT(rc_ecs_managed_agent, reason, "reason"),
    TIME(rc_ecs_managed_agent, last_started_unix_ms, "lastStartedAt"),
};
SHAPE(rc_ecs_managed_agent);

static const struct rc_member rc_ecs_interface_members[] = {
    TEXT(rc_ecs_interface, attachment_id, "attachmentId"),
    TEXT(rc_ecs_interface, private_ipv4, "privateIpv4Address"),
    TEXT(rc_ecs_interface, ipv6, "ipv6Address"),
};
SHAPE(rc_ecs_interface);

static const struct rc_member rc_ecs_binding_members[] = {
    TEXT(rc_ecs_binding, bind_ip, "bindIP"),
    INT(rc_ecs_binding, container_port, "containerPort"),
    INT(rc_ecs_binding, host_port, "hostPort"),
    TEXT(rc_ecs_binding, protocol, "protocol"),
};
SHAPE(rc_ecs_binding);

static const struct rc_member rc_ecs_container_members[] = {
    TEXT(rc_ecs_container, arn, "containerArn"),
    TEXT(rc_ecs_container, name, "name"),
    TEXT(rc_ecs_container, image, "image"),
    TEXT(rc_ecs_container, image_digest, "imageDigest"),
    TEXT(rc_ecs_container, runtime_id, "runtimeId"),
    TEXT(rc_ecs_container, last_status, "lastStatus"),
    JSON(rc_ecs_container, exit_code, "exitCode"),
    TEXT(rc_ecs_container, reason, "reason"),
    TEXT(rc_ecs_container, health_status, "healthStatus"),
    TEXT(rc_ecs_container, cpu, "cpu"),
    TEXT(rc_ecs_container, memory, "memory"),
    LIST(rc_ecs_container, interfaces, rc_ecs_interface, "networkInterfaces"),
    LIST(rc_ecs_container, bindings, rc_ecs_binding, "networkBindings"),
    LIST(rc_ecs_container, managed_agents, rc_ecs_managed_agent, "managedAgents"),
};
SHAPE(rc_ecs_container);

static const struct rc_member rc_ecs_attachment_members[] = {
    TEXT(rc_ecs_attachment, id, "id"),
    TEXT(rc_ecs_attachment, type, "type"),
    TEXT(rc_ecs_attachment, status, "status"),
    LIST(rc_ecs_attachment, details, rc_ecs_pair, "details"),
};
SHAPE(rc_ecs_attachment);

static const struct rc_member rc_ecs_task_members[] = {
    TEXT(rc_ecs_task, arn, "taskArn"),
    TEXT(rc_ecs_task, definition_arn, "taskDefinitionArn"),
    TEXT(rc_ecs_task, cluster_arn, "clusterArn"),
    TEXT(rc_ecs_task, group, "group"),
    TEXT(rc_ecs_task, launch_type, "launchType"),
    TEXT(rc_ecs_task, capacity_provider_name, "capacityProviderName"),
    TEXT(rc_ecs_task, platform_version, "platformVersion"),
    TEXT(rc_ecs_task, availability_zone, "availabilityZone"),
    TEXT(rc_ecs_task, container_instance_arn, "containerInstanceArn"),
    TEXT(rc_ecs_task, cpu, "cpu"),
    TEXT(rc_ecs_task, memory, "memory"),
    TEXT(rc_ecs_task, last_status, "lastStatus"),
    TEXT(rc_ecs_task, desired_status, "desiredStatus"),
    TEXT(rc_ecs_task, health_status, "healthStatus"),
    TEXT(rc_ecs_task, connectivity, "connectivity"),
    TEXT(rc_ecs_task, stop_code, "stopCode"),
    TEXT(rc_ecs_task, stopped_reason, "stoppedReason"),
    TEXT(rc_ecs_task, started_by, "startedBy"),
    TIME(rc_ecs_task, created_unix_ms, "createdAt"),
    TIME(rc_ecs_task, pull_started_unix_ms, "pullStartedAt"),
    TIME(rc_ecs_task, pull_stopped_unix_ms, "pullStoppedAt"),
    TIME(rc_ecs_task, started_unix_ms, "startedAt"),
    TIME(rc_ecs_task, stopping_unix_ms, "stoppingAt"),
    TIME(rc_ecs_task, stopped_unix_ms, "stoppedAt"),
    TIME(rc_ecs_task, execution_stopped_unix_ms, "executionStoppedAt"),
    BOOL(rc_ecs_task, execute_command, "enableExecuteCommand"),
    INT(rc_ecs_task, version, "version"),
    LIST(rc_ecs_task, containers, rc_ecs_container, "containers"),
    LIST(rc_ecs_task, attachments, rc_ecs_attachment, "attachments"),
    STRUCT(rc_ecs_task, overrides, rc_ecs_override, "overrides"),
    LIST(rc_ecs_task, tags, rc_ecs_tag, "tags"),
};
SHAPE(rc_ecs_task);

/* ----- Tasks ----- */

static const struct rc_member rc_ecs_run_task_members[] = {
    TEXT(rc_ecs_run_task, task_definition, "taskDefinition", .flags = RC_NEEDED),
    TEXT(rc_ecs_run_task, cluster, "cluster"),
    INT(rc_ecs_run_task, count, "count"),
    TEXT(rc_ecs_run_task, launch_type, "launchType"),
    LIST(rc_ecs_run_task, capacity, rc_ecs_capacity, "capacityProviderStrategy"),
    TEXT(rc_ecs_run_task, platform_version, "platformVersion"),
    STRUCT(rc_ecs_run_task, network, rc_ecs_network, "networkConfiguration"),
    STRUCT(rc_ecs_run_task, overrides, rc_ecs_override, "overrides"),
    TEXT(rc_ecs_run_task, group, "group"),
    TEXT(rc_ecs_run_task, started_by, "startedBy"),
    TEXT(rc_ecs_run_task, client_token, "clientToken"),
    LIST(rc_ecs_run_task, constraints, rc_ecs_constraint, "placementConstraints"),
    LIST(rc_ecs_run_task, strategies, rc_ecs_strategy, "placementStrategy"),
    TEXT(rc_ecs_run_task, propagate_tags, "propagateTags"),
    BOOL(rc_ecs_run_task, managed_tags, "enableECSManagedTags"),
    BOOL(rc_ecs_run_task, execute_command, "enableExecuteCommand"),
    TEXT(rc_ecs_run_task, reference_id, "referenceId"),
    LIST(rc_ecs_run_task, tags, rc_ecs_tag, "tags"),
};
SHAPE(rc_ecs_run_task);

static const struct rc_member rc_ecs_tasks_members[] = {
    LIST(rc_ecs_tasks, tasks, rc_ecs_task, "tasks"),
    LIST(rc_ecs_tasks, failures, rc_ecs_failure, "failures"),
};
SHAPE(rc_ecs_tasks);

const struct rc_operation rc_ecs_run_task_operation = {
    .service = &rc_service_ecs,
    .name = "RunTask",
    .in = &rc_ecs_run_task_shape,
    .out = &rc_ecs_tasks_shape,
};

static const struct rc_member rc_ecs_describe_tasks_members[] = {
    TEXT(rc_ecs_describe_tasks, cluster, "cluster"),
    TEXTS(rc_ecs_describe_tasks, tasks, "tasks", .flags = RC_NEEDED),
    TEXTS(rc_ecs_describe_tasks, include, "include"),
};
SHAPE(rc_ecs_describe_tasks);

const struct rc_operation rc_ecs_describe_tasks_operation = {
    .service = &rc_service_ecs,
    .name = "DescribeTasks",
    .in = &rc_ecs_describe_tasks_shape,
    .out = &rc_ecs_tasks_shape,
};

static const struct rc_member rc_ecs_list_tasks_members[] = {
    TEXT(rc_ecs_list_tasks, cluster, "cluster"),
    TEXT(rc_ecs_list_tasks, family, "family"),
    TEXT(rc_ecs_list_tasks, service_name, "serviceName"),
    TEXT(rc_ecs_list_tasks, started_by, "startedBy"),
    TEXT(rc_ecs_list_tasks, container_instance, "containerInstance"),
    TEXT(rc_ecs_list_tasks, desired_status, "desiredStatus"),
    TEXT(rc_ecs_list_tasks, launch_type, "launchType"),
    INT(rc_ecs_list_tasks, max_results, "maxResults"),
    TEXT(rc_ecs_list_tasks, next_token, "nextToken"),
};
SHAPE(rc_ecs_list_tasks);

static const struct rc_member rc_ecs_task_arns_members[] = {
    TEXTS(rc_ecs_task_arns, arns, "taskArns"),
    TEXT(rc_ecs_task_arns, next_token, "nextToken"),
};
SHAPE(rc_ecs_task_arns);

const struct rc_operation rc_ecs_list_tasks_operation = {
    .service = &rc_service_ecs,
    .name = "ListTasks",
    .in = &rc_ecs_list_tasks_shape,
    .out = &rc_ecs_task_arns_shape,
    .page_in = "nextToken",
    .page_out = "nextToken",
};

static const struct rc_member rc_ecs_stop_task_members[] = {
    TEXT(rc_ecs_stop_task, cluster, "cluster"),
    TEXT(rc_ecs_stop_task, task, "task", .flags = RC_NEEDED),
    TEXT(rc_ecs_stop_task, reason, "reason"),
};
SHAPE(rc_ecs_stop_task);

static const struct rc_member rc_ecs_task_stopped_members[] = {
    STRUCT(rc_ecs_task_stopped, task, rc_ecs_task, "task"),
};
SHAPE(rc_ecs_task_stopped);

const struct rc_operation rc_ecs_stop_task_operation = {
    .service = &rc_service_ecs,
    .name = "StopTask",
    .in = &rc_ecs_stop_task_shape,
    .out = &rc_ecs_task_stopped_shape,
};

/* ----- Task definitions ----- */

static const struct rc_member rc_ecs_port_members[] = {
    INT(rc_ecs_port, container_port, "containerPort"), INT(rc_ecs_port, host_port, "hostPort"),
    TEXT(rc_ecs_port, protocol, "protocol"),           TEXT(rc_ecs_port, name, "name"),
    TEXT(rc_ecs_port, app_protocol, "appProtocol"),
};
SHAPE(rc_ecs_port);

static const struct rc_member rc_ecs_secret_members[] = {
    TEXT(rc_ecs_secret, name, "name"),
    TEXT(rc_ecs_secret, value_from, "valueFrom"),
};
SHAPE(rc_ecs_secret);

static const struct rc_member rc_ecs_log_options_members[] = {
    TEXT(rc_ecs_log_options, driver, "logDriver"),
    PAIRS(rc_ecs_log_options, options, "options"),
    LIST(rc_ecs_log_options, secret_options, rc_ecs_secret, "secretOptions"),
};
SHAPE(rc_ecs_log_options);

static const struct rc_member rc_ecs_health_check_members[] = {
    TEXTS(rc_ecs_health_check, command, "command"),
    INT(rc_ecs_health_check, interval_s, "interval"),
    INT(rc_ecs_health_check, timeout_s, "timeout"),
    INT(rc_ecs_health_check, retries, "retries"),
    INT(rc_ecs_health_check, start_period_s, "startPeriod"),
};
SHAPE(rc_ecs_health_check);

static const struct rc_member rc_ecs_dependency_members[] = {
    TEXT(rc_ecs_dependency, container_name, "containerName"),
    TEXT(rc_ecs_dependency, condition, "condition"),
};
SHAPE(rc_ecs_dependency);

static const struct rc_member rc_ecs_mount_members[] = {
    TEXT(rc_ecs_mount, source_volume, "sourceVolume"),
    TEXT(rc_ecs_mount, container_path, "containerPath"),
    BOOL(rc_ecs_mount, read_only, "readOnly"),
};
SHAPE(rc_ecs_mount);

static const struct rc_member rc_ecs_container_definition_members[] = {
    TEXT(rc_ecs_container_definition, name, "name"),
    TEXT(rc_ecs_container_definition, image, "image"),
    INT(rc_ecs_container_definition, cpu, "cpu"),
    INT(rc_ecs_container_definition, memory_mib, "memory"),
    INT(rc_ecs_container_definition, memory_reservation_mib, "memoryReservation"),
    BOOL(rc_ecs_container_definition, essential, "essential"),
    TEXTS(rc_ecs_container_definition, command, "command"),
    TEXTS(rc_ecs_container_definition, entry_point, "entryPoint"),
    LIST(rc_ecs_container_definition, environment, rc_ecs_pair, "environment"),
    LIST(rc_ecs_container_definition, secrets, rc_ecs_secret, "secrets"),
    LIST(rc_ecs_container_definition, ports, rc_ecs_port, "portMappings"),
    LIST(rc_ecs_container_definition, mounts, rc_ecs_mount, "mountPoints"),
    LIST(rc_ecs_container_definition, depends_on, rc_ecs_dependency, "dependsOn"),
    INT(rc_ecs_container_definition, start_timeout_s, "startTimeout"),
    INT(rc_ecs_container_definition, stop_timeout_s, "stopTimeout"),
    TEXT(rc_ecs_container_definition, user, "user"),
    TEXT(rc_ecs_container_definition, working_directory, "workingDirectory"),
    BOOL(rc_ecs_container_definition, readonly_root, "readonlyRootFilesystem"),
    BOOL(rc_ecs_container_definition, privileged, "privileged"),
    STRUCT(rc_ecs_container_definition, logging, rc_ecs_log_options, "logConfiguration"),
    STRUCT(rc_ecs_container_definition, health_check, rc_ecs_health_check, "healthCheck"),
    LIST(rc_ecs_container_definition, resources, rc_ecs_resource, "resourceRequirements"),
};
SHAPE(rc_ecs_container_definition);

static const struct rc_member rc_ecs_platform_members[] = {
    TEXT(rc_ecs_platform, architecture, "cpuArchitecture"),
    TEXT(rc_ecs_platform, system, "operatingSystemFamily"),
};
SHAPE(rc_ecs_platform);

static const struct rc_member rc_ecs_volume_members[] = {
    TEXT(rc_ecs_volume, name, "name"),
    BOOL(rc_ecs_volume, configured_at_launch, "configuredAtLaunch"),
};
SHAPE(rc_ecs_volume);

static const struct rc_member rc_ecs_definition_members[] = {
    TEXT(rc_ecs_definition, arn, "taskDefinitionArn"),
    TEXT(rc_ecs_definition, family, "family"),
    INT(rc_ecs_definition, revision, "revision"),
    TEXT(rc_ecs_definition, status, "status"),
    TEXT(rc_ecs_definition, task_role_arn, "taskRoleArn"),
    TEXT(rc_ecs_definition, execution_role_arn, "executionRoleArn"),
    TEXT(rc_ecs_definition, network_mode, "networkMode"),
    TEXT(rc_ecs_definition, cpu, "cpu"),
    TEXT(rc_ecs_definition, memory, "memory"),
    TEXTS(rc_ecs_definition, compatibilities, "compatibilities"),
    TEXTS(rc_ecs_definition, requires_compatibilities, "requiresCompatibilities"),
    STRUCT(rc_ecs_definition, platform, rc_ecs_platform, "runtimePlatform"),
    LIST(rc_ecs_definition, containers, rc_ecs_container_definition, "containerDefinitions"),
    LIST(rc_ecs_definition, volumes, rc_ecs_volume, "volumes"),
    STRUCT(rc_ecs_definition, storage, rc_ecs_storage, "ephemeralStorage"),
    TIME(rc_ecs_definition, registered_unix_ms, "registeredAt"),
    TEXT(rc_ecs_definition, registered_by, "registeredBy"),
    TIME(rc_ecs_definition, deregistered_unix_ms, "deregisteredAt"),
};
SHAPE(rc_ecs_definition);

static const struct rc_member rc_ecs_describe_definition_members[] = {
    TEXT(rc_ecs_describe_definition, task_definition, "taskDefinition", .flags = RC_NEEDED),
    TEXTS(rc_ecs_describe_definition, include, "include"),
};
SHAPE(rc_ecs_describe_definition);

static const struct rc_member rc_ecs_definition_described_members[] = {
    STRUCT(rc_ecs_definition_described, definition, rc_ecs_definition, "taskDefinition"),
    LIST(rc_ecs_definition_described, tags, rc_ecs_tag, "tags"),
};
SHAPE(rc_ecs_definition_described);

const struct rc_operation rc_ecs_describe_definition_operation = {
    .service = &rc_service_ecs,
    .name = "DescribeTaskDefinition",
    .in = &rc_ecs_describe_definition_shape,
    .out = &rc_ecs_definition_described_shape,
};

const struct rc_operation rc_ecs_register_definition_operation = {
    .service = &rc_service_ecs,
    .name = "RegisterTaskDefinition",
    .in = &rc_ecs_definition_shape,
    .out = &rc_ecs_definition_described_shape,
};

/* ----- Clusters ----- */

static const struct rc_member rc_ecs_setting_members[] = {
    TEXT(rc_ecs_setting, name, "name"),
    TEXT(rc_ecs_setting, value, "value"),
};
SHAPE(rc_ecs_setting);

static const struct rc_member rc_ecs_cluster_members[] = {
    TEXT(rc_ecs_cluster, arn, "clusterArn"),
    TEXT(rc_ecs_cluster, name, "clusterName"),
    TEXT(rc_ecs_cluster, status, "status"),
    INT(rc_ecs_cluster, running_tasks, "runningTasksCount"),
    INT(rc_ecs_cluster, pending_tasks, "pendingTasksCount"),
    INT(rc_ecs_cluster, active_services, "activeServicesCount"),
    INT(rc_ecs_cluster, container_instances, "registeredContainerInstancesCount"),
    TEXTS(rc_ecs_cluster, capacity_providers, "capacityProviders"),
    LIST(rc_ecs_cluster, default_capacity, rc_ecs_capacity, "defaultCapacityProviderStrategy"),
    LIST(rc_ecs_cluster, statistics, rc_ecs_pair, "statistics"),
    LIST(rc_ecs_cluster, settings, rc_ecs_setting, "settings"),
    LIST(rc_ecs_cluster, tags, rc_ecs_tag, "tags"),
};
SHAPE(rc_ecs_cluster);

static const struct rc_member rc_ecs_describe_clusters_members[] = {
    TEXTS(rc_ecs_describe_clusters, clusters, "clusters"),
    TEXTS(rc_ecs_describe_clusters, include, "include"),
};
SHAPE(rc_ecs_describe_clusters);

static const struct rc_member rc_ecs_clusters_members[] = {
    LIST(rc_ecs_clusters, clusters, rc_ecs_cluster, "clusters"),
    LIST(rc_ecs_clusters, failures, rc_ecs_failure, "failures"),
};
SHAPE(rc_ecs_clusters);

const struct rc_operation rc_ecs_describe_clusters_operation = {
    .service = &rc_service_ecs,
    .name = "DescribeClusters",
    .in = &rc_ecs_describe_clusters_shape,
    .out = &rc_ecs_clusters_shape,
};

static const struct rc_member rc_ecs_list_clusters_members[] = {
    INT(rc_ecs_list_clusters, max_results, "maxResults"),
    TEXT(rc_ecs_list_clusters, next_token, "nextToken"),
};
SHAPE(rc_ecs_list_clusters);

static const struct rc_member rc_ecs_cluster_arns_members[] = {
    TEXTS(rc_ecs_cluster_arns, arns, "clusterArns"),
    TEXT(rc_ecs_cluster_arns, next_token, "nextToken"),
};
SHAPE(rc_ecs_cluster_arns);

const struct rc_operation rc_ecs_list_clusters_operation = {
    .service = &rc_service_ecs,
    .name = "ListClusters",
    .in = &rc_ecs_list_clusters_shape,
    .out = &rc_ecs_cluster_arns_shape,
    .page_in = "nextToken",
    .page_out = "nextToken",
};

static const struct rc_member rc_ecs_create_cluster_members[] = {
    TEXT(rc_ecs_create_cluster, name, "clusterName"),
    LIST(rc_ecs_create_cluster, settings, rc_ecs_setting, "settings"),
};
SHAPE(rc_ecs_create_cluster);

static const struct rc_member rc_ecs_cluster_created_members[] = {
    STRUCT(rc_ecs_cluster_created, cluster, rc_ecs_cluster, "cluster"),
};
SHAPE(rc_ecs_cluster_created);

const struct rc_operation rc_ecs_create_cluster_operation = {
    .service = &rc_service_ecs,
    .name = "CreateCluster",
    .in = &rc_ecs_create_cluster_shape,
    .out = &rc_ecs_cluster_created_shape,
};
