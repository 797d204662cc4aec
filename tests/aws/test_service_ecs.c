/* The tables of aws/ecs.c against documents as AWS has them. */
#include "aws/ecs.h"
#include "tests/aws/service.h"

/* ----- What tasks are made of ----- */

/* ----- Tasks ----- */

static const struct rc_ecs_capacity capacity = {
    .provider = "provider",
    .weight = 649,
    .base = 412,
};

static const struct rc_ecs_vpc vpc = {
    .subnets = ONE_TEXT("subnets"),
    .security_groups = ONE_TEXT("security_groups"),
    .assign_public_ip = "assign_public_ip",
};

static const struct rc_ecs_network network = {
    .vpc = &vpc,
};

static const struct rc_ecs_pair pair = {
    .name = "name",
    .value = "value",
};

static const struct rc_ecs_environment_file environment_file = {
    .type = "type",
    .value = "value",
};

static const struct rc_ecs_resource resource = {
    .type = "type",
    .value = "value",
};

static const struct rc_ecs_container_override container_override = {
    .name = "name",
    .command = ONE_TEXT("command"),
    .environment = {&pair, 1},
    .environment_files = {&environment_file, 1},
    .cpu = 329,
    .memory_mib = 173,
    .memory_reservation_mib = 570,
    .resources = {&resource, 1},
};

static const struct rc_ecs_storage storage = {
    .size_gib = 845,
};

static const struct rc_ecs_override override = {
    .containers = {&container_override, 1},
    .cpu = "cpu",
    .memory = "memory",
    .execution_role_arn = "execution_role_arn",
    .task_role_arn = "task_role_arn",
    .storage = &storage,
};

static const struct rc_ecs_constraint constraint = {
    .type = "type",
    .expression = "expression",
};

static const struct rc_ecs_strategy strategy = {
    .type = "type",
    .field = "field",
};

static const struct rc_ecs_tag tag = {
    .key = "key",
    .value = "value",
};

static const struct rc_ecs_run_task run_task = {
    .task_definition = "task_definition",
    .cluster = "cluster",
    .count = 554,
    .launch_type = "launch_type",
    .capacity = {&capacity, 1},
    .platform_version = "platform_version",
    .network = &network,
    .overrides = &override,
    .group = "group",
    .started_by = "started_by",
    .client_token = "client_token",
    .constraints = {&constraint, 1},
    .strategies = {&strategy, 1},
    .propagate_tags = "propagate_tags",
    .managed_tags = true,
    .execute_command = true,
    .reference_id = "reference_id",
    .tags = {&tag, 1},
};

#define CAPACITY "{'capacityProvider':'provider','weight':649,'base':412}"

#define VPC                                                                                        \
    "{'subnets':['subnets'],'securityGroups':['security_groups'],'assignPublicIp':'assign_public_" \
    "ip'}"

#define NETWORK "{'awsvpcConfiguration':" VPC "}"

#define PAIR "{'name':'name','value':'value'}"

#define ENVIRONMENT_FILE "{'type':'type','value':'value'}"

#define RESOURCE "{'type':'type','value':'value'}"

#define CONTAINER_OVERRIDE                                                                         \
    "{'name':'name','command':['command'],'environment':[" PAIR                                    \
    "],'environmentFiles':[" ENVIRONMENT_FILE                                                      \
    "],'cpu':329,'memory':173,'memoryReservation':570,'resourceRequirements':[" RESOURCE "]}"

#define STORAGE "{'sizeInGiB':845}"

#define OVERRIDE                                                                                   \
    "{'containerOverrides':[" CONTAINER_OVERRIDE                                                   \
    "],'cpu':'cpu','memory':'memory','executionRoleArn':'execution_role_arn','taskRoleArn':'task_" \
    "role_arn','ephemeralStorage':" STORAGE "}"

#define CONSTRAINT "{'type':'type','expression':'expression'}"

#define STRATEGY "{'type':'type','field':'field'}"

#define TAG "{'key':'key','value':'value'}"

static void check_interface(const struct rc_ecs_interface *value)
{
    IS_TEXT(value, attachment_id);
    IS_TEXT(value, private_ipv4);
    IS_TEXT(value, ipv6);
}

static void check_binding(const struct rc_ecs_binding *value)
{
    IS_TEXT(value, bind_ip);
    IS_INT(value, container_port, 612);
    IS_INT(value, host_port, 95);
    IS_TEXT(value, protocol);
}

static void check_managed_agent(const struct rc_ecs_managed_agent *value)
{
    IS_TEXT(value, name);
    IS_TEXT(value, last_status);
    IS_TEXT(value, reason);
    IS_INT(value, last_started_unix_ms, 1700000357000);
}

static void check_container(const struct rc_ecs_container *value)
{
    IS_TEXT(value, arn);
    IS_TEXT(value, name);
    IS_TEXT(value, image);
    IS_TEXT(value, image_digest);
    IS_TEXT(value, runtime_id);
    IS_TEXT(value, last_status);
    IS_JSON(value, exit_code, "0");
    IS_TEXT(value, reason);
    IS_TEXT(value, health_status);
    IS_TEXT(value, cpu);
    IS_TEXT(value, memory);
    check_interface(ONLY(value->interfaces));
    check_binding(ONLY(value->bindings));
    check_managed_agent(ONLY(value->managed_agents));
}

static void check_pair(const struct rc_ecs_pair *value)
{
    IS_TEXT(value, name);
    IS_TEXT(value, value);
}

static void check_attachment(const struct rc_ecs_attachment *value)
{
    IS_TEXT(value, id);
    IS_TEXT(value, type);
    IS_TEXT(value, status);
    check_pair(ONLY(value->details));
}

static void check_environment_file(const struct rc_ecs_environment_file *value)
{
    IS_TEXT(value, type);
    IS_TEXT(value, value);
}

static void check_resource(const struct rc_ecs_resource *value)
{
    IS_TEXT(value, type);
    IS_TEXT(value, value);
}

static void check_container_override(const struct rc_ecs_container_override *value)
{
    IS_TEXT(value, name);
    IS_TEXTS(value, command);
    check_pair(ONLY(value->environment));
    check_environment_file(ONLY(value->environment_files));
    IS_INT(value, cpu, 329);
    IS_INT(value, memory_mib, 173);
    IS_INT(value, memory_reservation_mib, 570);
    check_resource(ONLY(value->resources));
}

static void check_storage(const struct rc_ecs_storage *value)
{
    IS_INT(value, size_gib, 845);
}

static void check_override(const struct rc_ecs_override *value)
{
    check_container_override(ONLY(value->containers));
    IS_TEXT(value, cpu);
    IS_TEXT(value, memory);
    IS_TEXT(value, execution_role_arn);
    IS_TEXT(value, task_role_arn);
    check_storage(value->storage);
}

static void check_tag(const struct rc_ecs_tag *value)
{
    IS_TEXT(value, key);
    IS_TEXT(value, value);
}

static void check_task(const struct rc_ecs_task *value)
{
    IS_TEXT(value, arn);
    IS_TEXT(value, definition_arn);
    IS_TEXT(value, cluster_arn);
    IS_TEXT(value, group);
    IS_TEXT(value, launch_type);
    IS_TEXT(value, capacity_provider_name);
    IS_TEXT(value, platform_version);
    IS_TEXT(value, availability_zone);
    IS_TEXT(value, container_instance_arn);
    IS_TEXT(value, cpu);
    IS_TEXT(value, memory);
    IS_TEXT(value, last_status);
    IS_TEXT(value, desired_status);
    IS_TEXT(value, health_status);
    IS_TEXT(value, connectivity);
    IS_TEXT(value, stop_code);
    IS_TEXT(value, stopped_reason);
    IS_TEXT(value, started_by);
    IS_INT(value, created_unix_ms, 1700000695000);
    IS_INT(value, pull_started_unix_ms, 1700000366000);
    IS_INT(value, pull_stopped_unix_ms, 1700000374000);
    IS_INT(value, started_unix_ms, 1700000726000);
    IS_INT(value, stopping_unix_ms, 1700000851000);
    IS_INT(value, stopped_unix_ms, 1700000734000);
    IS_INT(value, execution_stopped_unix_ms, 1700000009000);
    IS_TRUE(value, execute_command);
    IS_INT(value, version, 775);
    check_container(ONLY(value->containers));
    check_attachment(ONLY(value->attachments));
    check_override(value->overrides);
    check_tag(ONLY(value->tags));
}

static void check_failure(const struct rc_ecs_failure *value)
{
    IS_TEXT(value, arn);
    IS_TEXT(value, reason);
    IS_TEXT(value, detail);
}

static void check_tasks(const struct rc_ecs_tasks *value)
{
    check_task(ONLY(value->tasks));
    check_failure(ONLY(value->failures));
}

#define INTERFACE                                                                                  \
    "{'attachmentId':'attachment_id','privateIpv4Address':'private_ipv4','ipv6Address':'ipv6'}"

#define BINDING "{'bindIP':'bind_ip','containerPort':612,'hostPort':95,'protocol':'protocol'}"

#define MANAGED_AGENT                                                                              \
    "{'name':'name','lastStatus':'last_status','reason':'reason','lastStartedAt':1700000357}"

#define CONTAINER                                                                                  \
    "{'containerArn':'arn','name':'name','image':'image','imageDigest':'image_digest','runtimeId'" \
    ":'runtime_id','lastStatus':'last_status','exitCode':0,'reason':'reason','healthStatus':'"     \
    "health_status','cpu':'cpu','memory':'memory','networkInterfaces':[" INTERFACE                 \
    "],'networkBindings':[" BINDING "],'managedAgents':[" MANAGED_AGENT "]}"

#define ATTACHMENT "{'id':'id','type':'type','status':'status','details':[" PAIR "]}"

#define TASK                                                                                       \
    "{'taskArn':'arn','taskDefinitionArn':'definition_arn','clusterArn':'cluster_arn','group':'"   \
    "group','launchType':'launch_type','capacityProviderName':'capacity_provider_name','"          \
    "platformVersion':'platform_version','availabilityZone':'availability_zone','"                 \
    "containerInstanceArn':'container_instance_arn','cpu':'cpu','memory':'memory','lastStatus':'"  \
    "last_status','desiredStatus':'desired_status','healthStatus':'health_status','connectivity':" \
    "'connectivity','stopCode':'stop_code','stoppedReason':'stopped_reason','startedBy':'started_" \
    "by','createdAt':1700000695,'pullStartedAt':1700000366,'pullStoppedAt':1700000374,'startedAt'" \
    ":1700000726,'stoppingAt':1700000851,'stoppedAt':1700000734,'executionStoppedAt':1700000009,'" \
    "enableExecuteCommand':true,'version':775,'containers':[" CONTAINER                            \
    "],'attachments':[" ATTACHMENT "],'overrides':" OVERRIDE ",'tags':[" TAG "]}"

#define FAILURE "{'arn':'arn','reason':'reason','detail':'detail'}"

static void test_run_task(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_ecs_run_task_operation, &run_task,
                  "POST /\nX-Amz-Target: AmazonEC2ContainerServiceV20141113.RunTask",
                  "{'taskDefinition':'task_definition','cluster':'cluster','count':554,'launchType'"
                  ":'launch_type','capacityProviderStrategy':[" CAPACITY
                  "],'platformVersion':'platform_version','networkConfiguration':" NETWORK
                  ",'overrides':" OVERRIDE ",'group':'group','startedBy':'started_by','clientToken'"
                  ":'client_token','placementConstraints':[" CONSTRAINT
                  "],'placementStrategy':[" STRATEGY
                  "],'propagateTags':'propagate_tags','enableECSManagedTags':true,'"
                  "enableExecuteCommand':true,'referenceId':'reference_id','tags':[" TAG "]}");
    service_refuses(&rc_ecs_run_task_operation, &(struct rc_ecs_run_task){0}, "taskDefinition");
    check_tasks(service_answers(&answer, &rc_ecs_run_task_operation, "",
                                "{'tasks':[" TASK "],'failures':[" FAILURE "]}"));
    service_forget(&answer);
}

static const struct rc_ecs_describe_tasks describe_tasks = {
    .cluster = "cluster",
    .tasks = ONE_TEXT("tasks"),
    .include = ONE_TEXT("include"),
};

static void test_describe_tasks(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_ecs_describe_tasks_operation, &describe_tasks,
                  "POST /\nX-Amz-Target: AmazonEC2ContainerServiceV20141113.DescribeTasks",
                  "{'cluster':'cluster','tasks':['tasks'],'include':['include']}");
    service_refuses(&rc_ecs_describe_tasks_operation, &(struct rc_ecs_describe_tasks){0}, "tasks");
    check_tasks(service_answers(&answer, &rc_ecs_describe_tasks_operation, "",
                                "{'tasks':[" TASK "],'failures':[" FAILURE "]}"));
    service_forget(&answer);
}

static const struct rc_ecs_list_tasks list_tasks = {
    .cluster = "cluster",
    .family = "family",
    .service_name = "service_name",
    .started_by = "started_by",
    .container_instance = "container_instance",
    .desired_status = "desired_status",
    .launch_type = "launch_type",
    .max_results = 308,
    .next_token = "next_token",
};

static void check_task_arns(const struct rc_ecs_task_arns *value)
{
    IS_TEXTS(value, arns);
    IS_TEXT(value, next_token);
}

static void test_list_tasks(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_ecs_list_tasks_operation, &list_tasks,
                  "POST /\nX-Amz-Target: AmazonEC2ContainerServiceV20141113.ListTasks",
                  "{'cluster':'cluster','family':'family','serviceName':'service_name','startedBy':"
                  "'started_by','containerInstance':'container_instance','desiredStatus':'desired_"
                  "status','launchType':'launch_type','maxResults':308,'nextToken':'next_token'}");
    check_task_arns(service_answers(&answer, &rc_ecs_list_tasks_operation, "",
                                    "{'taskArns':['arns'],'nextToken':'next_token'}"));
    service_forget(&answer);
}

static const struct rc_ecs_stop_task stop_task = {
    .cluster = "cluster",
    .task = "task",
    .reason = "reason",
};

static void check_task_stopped(const struct rc_ecs_task_stopped *value)
{
    check_task(value->task);
}

static void test_stop_task(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_ecs_stop_task_operation, &stop_task,
                  "POST /\nX-Amz-Target: AmazonEC2ContainerServiceV20141113.StopTask",
                  "{'cluster':'cluster','task':'task','reason':'reason'}");
    service_refuses(&rc_ecs_stop_task_operation, &(struct rc_ecs_stop_task){0}, "task");
    check_task_stopped(
        service_answers(&answer, &rc_ecs_stop_task_operation, "", "{'task':" TASK "}"));
    service_forget(&answer);
}

/* ----- Task definitions ----- */

static const struct rc_ecs_describe_definition describe_definition = {
    .task_definition = "task_definition",
    .include = ONE_TEXT("include"),
};

static void check_platform(const struct rc_ecs_platform *value)
{
    IS_TEXT(value, architecture);
    IS_TEXT(value, system);
}

static void check_secret(const struct rc_ecs_secret *value)
{
    IS_TEXT(value, name);
    IS_TEXT(value, value_from);
}

static void check_port(const struct rc_ecs_port *value)
{
    IS_INT(value, container_port, 612);
    IS_INT(value, host_port, 95);
    IS_TEXT(value, protocol);
    IS_TEXT(value, name);
    IS_TEXT(value, app_protocol);
}

static void check_mount(const struct rc_ecs_mount *value)
{
    IS_TEXT(value, source_volume);
    IS_TEXT(value, container_path);
    IS_TRUE(value, read_only);
}

static void check_dependency(const struct rc_ecs_dependency *value)
{
    IS_TEXT(value, container_name);
    IS_TEXT(value, condition);
}

static void check_log_options(const struct rc_ecs_log_options *value)
{
    IS_TEXT(value, driver);
    IS_PAIRS(value, options);
    check_secret(ONLY(value->secret_options));
}

static void check_health_check(const struct rc_ecs_health_check *value)
{
    IS_TEXTS(value, command);
    IS_INT(value, interval_s, 180);
    IS_INT(value, timeout_s, 86);
    IS_INT(value, retries, 767);
    IS_INT(value, start_period_s, 607);
}

static void check_container_definition(const struct rc_ecs_container_definition *value)
{
    IS_TEXT(value, name);
    IS_TEXT(value, image);
    IS_INT(value, cpu, 329);
    IS_INT(value, memory_mib, 173);
    IS_INT(value, memory_reservation_mib, 570);
    IS_TRUE(value, essential);
    IS_TEXTS(value, command);
    IS_TEXTS(value, entry_point);
    check_pair(ONLY(value->environment));
    check_secret(ONLY(value->secrets));
    check_port(ONLY(value->ports));
    check_mount(ONLY(value->mounts));
    check_dependency(ONLY(value->depends_on));
    IS_INT(value, start_timeout_s, 739);
    IS_INT(value, stop_timeout_s, 635);
    IS_TEXT(value, user);
    IS_TEXT(value, working_directory);
    IS_TRUE(value, readonly_root);
    IS_TRUE(value, privileged);
    check_log_options(value->logging);
    check_health_check(value->health_check);
    check_resource(ONLY(value->resources));
}

static void check_volume(const struct rc_ecs_volume *value)
{
    IS_TEXT(value, name);
    IS_TRUE(value, configured_at_launch);
}

static void check_definition(const struct rc_ecs_definition *value)
{
    IS_TEXT(value, arn);
    IS_TEXT(value, family);
    IS_INT(value, revision, 880);
    IS_TEXT(value, status);
    IS_TEXT(value, task_role_arn);
    IS_TEXT(value, execution_role_arn);
    IS_TEXT(value, network_mode);
    IS_TEXT(value, cpu);
    IS_TEXT(value, memory);
    IS_TEXTS(value, compatibilities);
    IS_TEXTS(value, requires_compatibilities);
    check_platform(value->platform);
    check_container_definition(ONLY(value->containers));
    check_volume(ONLY(value->volumes));
    check_storage(value->storage);
    IS_INT(value, registered_unix_ms, 1700000137000);
    IS_TEXT(value, registered_by);
    IS_INT(value, deregistered_unix_ms, 1700000338000);
}

static void check_definition_described(const struct rc_ecs_definition_described *value)
{
    check_definition(value->definition);
    check_tag(ONLY(value->tags));
}

#define PLATFORM "{'cpuArchitecture':'architecture','operatingSystemFamily':'system'}"

#define SECRET "{'name':'name','valueFrom':'value_from'}"

#define PORT                                                                                       \
    "{'containerPort':612,'hostPort':95,'protocol':'protocol','name':'name','appProtocol':'app_"   \
    "protocol'}"

#define MOUNT "{'sourceVolume':'source_volume','containerPath':'container_path','readOnly':true}"

#define DEPENDENCY "{'containerName':'container_name','condition':'condition'}"

#define LOG_OPTIONS "{'logDriver':'driver','options':{'a':'options'},'secretOptions':[" SECRET "]}"

#define HEALTH_CHECK                                                                               \
    "{'command':['command'],'interval':180,'timeout':86,'retries':767,'startPeriod':607}"

#define CONTAINER_DEFINITION                                                                       \
    "{'name':'name','image':'image','cpu':329,'memory':173,'memoryReservation':570,'essential':"   \
    "true,'command':['command'],'entryPoint':['entry_point'],'environment':[" PAIR                 \
    "],'secrets':[" SECRET "],'portMappings':[" PORT "],'mountPoints':[" MOUNT                     \
    "],'dependsOn':[" DEPENDENCY                                                                   \
    "],'startTimeout':739,'stopTimeout':635,'user':'user','workingDirectory':'working_directory'," \
    "'readonlyRootFilesystem':true,'privileged':true,'logConfiguration':" LOG_OPTIONS              \
    ",'healthCheck':" HEALTH_CHECK ",'resourceRequirements':[" RESOURCE "]}"

#define VOLUME "{'name':'name','configuredAtLaunch':true}"

#define DEFINITION                                                                                 \
    "{'taskDefinitionArn':'arn','family':'family','revision':880,'status':'status','taskRoleArn':" \
    "'task_role_arn','executionRoleArn':'execution_role_arn','networkMode':'network_mode','cpu':'" \
    "cpu','memory':'memory','compatibilities':['compatibilities'],'requiresCompatibilities':['"    \
    "requires_compatibilities'],'runtimePlatform':" PLATFORM                                       \
    ",'containerDefinitions':[" CONTAINER_DEFINITION "],'volumes':[" VOLUME                        \
    "],'ephemeralStorage':" STORAGE                                                                \
    ",'registeredAt':1700000137,'registeredBy':'registered_by','deregisteredAt':1700000338}"

static void test_describe_definition(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_ecs_describe_definition_operation, &describe_definition,
                  "POST /\nX-Amz-Target: AmazonEC2ContainerServiceV20141113.DescribeTaskDefinition",
                  "{'taskDefinition':'task_definition','include':['include']}");
    service_refuses(&rc_ecs_describe_definition_operation, &(struct rc_ecs_describe_definition){0},
                    "taskDefinition");
    check_definition_described(service_answers(&answer, &rc_ecs_describe_definition_operation, "",
                                               "{'taskDefinition':" DEFINITION ",'tags':[" TAG
                                               "]}"));
    service_forget(&answer);
}

/* What was described can be registered: it has the same members. */
static void test_register_definition(void **state)
{
    (void)state;
    struct service_answer described, answer;
    const struct rc_ecs_definition_described *definition = service_answers(
        &described, &rc_ecs_describe_definition_operation, "", "{'taskDefinition':" DEFINITION "}");
    service_sends(&rc_ecs_register_definition_operation, definition->definition,
                  "POST /\nX-Amz-Target: AmazonEC2ContainerServiceV20141113.RegisterTaskDefinition",
                  DEFINITION);
    check_definition_described(service_answers(&answer, &rc_ecs_register_definition_operation, "",
                                               "{'taskDefinition':" DEFINITION ",'tags':[" TAG
                                               "]}"));
    service_forget(&answer);
    service_forget(&described);
}

/* ----- Clusters ----- */

static const struct rc_ecs_describe_clusters describe_clusters = {
    .clusters = ONE_TEXT("clusters"),
    .include = ONE_TEXT("include"),
};

static void check_capacity(const struct rc_ecs_capacity *value)
{
    IS_TEXT(value, provider);
    IS_INT(value, weight, 649);
    IS_INT(value, base, 412);
}

static void check_setting(const struct rc_ecs_setting *value)
{
    IS_TEXT(value, name);
    IS_TEXT(value, value);
}

static void check_cluster(const struct rc_ecs_cluster *value)
{
    IS_TEXT(value, arn);
    IS_TEXT(value, name);
    IS_TEXT(value, status);
    IS_INT(value, running_tasks, 515);
    IS_INT(value, pending_tasks, 487);
    IS_INT(value, active_services, 700);
    IS_INT(value, container_instances, 227);
    IS_TEXTS(value, capacity_providers);
    check_capacity(ONLY(value->default_capacity));
    check_pair(ONLY(value->statistics));
    check_setting(ONLY(value->settings));
    check_tag(ONLY(value->tags));
}

static void check_clusters(const struct rc_ecs_clusters *value)
{
    check_cluster(ONLY(value->clusters));
    check_failure(ONLY(value->failures));
}

#define SETTING "{'name':'name','value':'value'}"

#define CLUSTER                                                                                    \
    "{'clusterArn':'arn','clusterName':'name','status':'status','runningTasksCount':515,'"         \
    "pendingTasksCount':487,'activeServicesCount':700,'registeredContainerInstancesCount':227,'"   \
    "capacityProviders':['capacity_providers'],'defaultCapacityProviderStrategy':[" CAPACITY       \
    "],'statistics':[" PAIR "],'settings':[" SETTING "],'tags':[" TAG "]}"

static void test_describe_clusters(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_ecs_describe_clusters_operation, &describe_clusters,
                  "POST /\nX-Amz-Target: AmazonEC2ContainerServiceV20141113.DescribeClusters",
                  "{'clusters':['clusters'],'include':['include']}");
    check_clusters(service_answers(&answer, &rc_ecs_describe_clusters_operation, "",
                                   "{'clusters':[" CLUSTER "],'failures':[" FAILURE "]}"));
    service_forget(&answer);
}

static const struct rc_ecs_list_clusters list_clusters = {
    .max_results = 308,
    .next_token = "next_token",
};

static void check_cluster_arns(const struct rc_ecs_cluster_arns *value)
{
    IS_TEXTS(value, arns);
    IS_TEXT(value, next_token);
}

static void test_list_clusters(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_ecs_list_clusters_operation, &list_clusters,
                  "POST /\nX-Amz-Target: AmazonEC2ContainerServiceV20141113.ListClusters",
                  "{'maxResults':308,'nextToken':'next_token'}");
    check_cluster_arns(service_answers(&answer, &rc_ecs_list_clusters_operation, "",
                                       "{'clusterArns':['arns'],'nextToken':'next_token'}"));
    service_forget(&answer);
}

static const struct rc_ecs_setting setting = {"name", "value"};

static const struct rc_ecs_create_cluster create_cluster = {
    .name = "name",
    .settings = {&setting, 1},
};

static void test_create_cluster(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_ecs_create_cluster_operation, &create_cluster,
                  "POST /\nX-Amz-Target: AmazonEC2ContainerServiceV20141113.CreateCluster",
                  "{'clusterName':'name','settings':[" SETTING "]}");
    const struct rc_ecs_cluster_created *created =
        service_answers(&answer, &rc_ecs_create_cluster_operation, "", "{'cluster':" CLUSTER "}");
    check_cluster(created->cluster);
    service_forget(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_run_task),
        cmocka_unit_test(test_describe_tasks),
        cmocka_unit_test(test_list_tasks),
        cmocka_unit_test(test_stop_task),
        cmocka_unit_test(test_describe_definition),
        cmocka_unit_test(test_describe_clusters),
        cmocka_unit_test(test_list_clusters),
        cmocka_unit_test(test_register_definition),
        cmocka_unit_test(test_create_cluster),
    };
    return cmocka_run_group_tests_name("service ecs", tests, NULL, NULL);
}
