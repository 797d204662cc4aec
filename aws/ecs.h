/* Amazon ECS: tasks, task definitions and clusters. Source of the members: "Amazon
 * ECS API Reference". */
#ifndef RC_AWS_ECS_H
#define RC_AWS_ECS_H

#include "aws/call.h"

extern const struct rc_service rc_service_ecs;

/* ----- What tasks are made of ----- */

struct rc_ecs_pair {
    const char *name;
    const char *value;
};

struct rc_ecs_tag {
    const char *key;
    const char *value;
};

/* What could not be done, in an answer that succeeded. */
struct rc_ecs_failure {
    const char *arn;
    const char *reason;
    const char *detail;
};

struct rc_ecs_capacity {
    const char *provider;
    int64_t weight;
    int64_t base;
};

struct rc_ecs_vpc {
    RC_LIST(char *const) subnets;
    RC_LIST(char *const) security_groups;
    const char *assign_public_ip; /* ENABLED, DISABLED */
};

struct rc_ecs_network {
    const struct rc_ecs_vpc *vpc;
};

struct rc_ecs_resource {
    const char *type;
    const char *value;
};

struct rc_ecs_environment_file {
    const char *type;
    const char *value;
};

struct rc_ecs_container_override {
    const char *name;
    RC_LIST(char *const) command;
    RC_LIST(struct rc_ecs_pair) environment;
    RC_LIST(struct rc_ecs_environment_file) environment_files;
    int64_t cpu;
    int64_t memory_mib;
    int64_t memory_reservation_mib;
    RC_LIST(struct rc_ecs_resource) resources;
};

struct rc_ecs_storage {
    int64_t size_gib;
};

struct rc_ecs_override {
    RC_LIST(struct rc_ecs_container_override) containers;
    const char *cpu;
    const char *memory;
    const char *execution_role_arn;
    const char *task_role_arn;
    const struct rc_ecs_storage *storage;
};

struct rc_ecs_constraint {
    const char *type;
    const char *expression;
};

struct rc_ecs_strategy {
    const char *type;
    const char *field;
};

struct rc_ecs_managed_agent {
    const char *name;
    const char *last_status;
    const char *reason;
    int64_t last_started_unix_ms;
};

struct rc_ecs_interface {
    const char *attachment_id;
    const char *private_ipv4;
    const char *ipv6;
};

struct rc_ecs_binding {
    const char *bind_ip;
    int64_t container_port;
    int64_t host_port;
    const char *protocol;
};

struct rc_ecs_container {
    const char *arn;
    const char *name;
    const char *image;
    const char *image_digest;
    const char *runtime_id;
    const char *last_status;
    json_t *exit_code; /* a number; NULL: it has not ended, or never ran */
    const char *reason;
    const char *health_status;
    const char *cpu;
    const char *memory;
    RC_LIST(struct rc_ecs_interface) interfaces;
    RC_LIST(struct rc_ecs_binding) bindings;
    RC_LIST(struct rc_ecs_managed_agent) managed_agents;
};

struct rc_ecs_attachment {
    const char *id;
    const char *type;
    const char *status;
    RC_LIST(struct rc_ecs_pair) details;
};

struct rc_ecs_task {
    const char *arn;
    const char *definition_arn;
    const char *cluster_arn;
    const char *group;
    const char *launch_type;
    const char *capacity_provider_name;
    const char *platform_version;
    const char *availability_zone;
    const char *container_instance_arn;
    const char *cpu;
    const char *memory;
    const char *last_status;
    const char *desired_status;
    const char *health_status;
    const char *connectivity;
    const char *stop_code; /* TaskFailedToStart, EssentialContainerExited, UserInitiated, … */
    const char *stopped_reason;
    const char *started_by;
    int64_t created_unix_ms;
    int64_t pull_started_unix_ms;
    int64_t pull_stopped_unix_ms;
    int64_t started_unix_ms;
    int64_t stopping_unix_ms;
    int64_t stopped_unix_ms;
    int64_t execution_stopped_unix_ms;
    bool execute_command;
    int64_t version;
    RC_LIST(struct rc_ecs_container) containers;
    RC_LIST(struct rc_ecs_attachment) attachments;
    const struct rc_ecs_override *overrides;
    RC_LIST(struct rc_ecs_tag) tags;
};

/* ----- Tasks ----- */

struct rc_ecs_run_task {
    const char *task_definition; /* family, family:revision or ARN */
    const char *cluster;         /* NULL: default */
    int64_t count;               /* up to 10; 0: 1 */
    const char *launch_type;
    RC_LIST(struct rc_ecs_capacity) capacity;
    const char *platform_version;
    const struct rc_ecs_network *network;
    const struct rc_ecs_override *overrides;
    const char *group;
    const char *started_by;
    const char *client_token; /* up to 64 characters: the same again starts nothing more */
    RC_LIST(struct rc_ecs_constraint) constraints;
    RC_LIST(struct rc_ecs_strategy) strategies;
    const char *propagate_tags; /* TASK_DEFINITION, SERVICE */
    bool managed_tags;
    bool execute_command;
    const char *reference_id;
    RC_LIST(struct rc_ecs_tag) tags;
};

struct rc_ecs_tasks {
    RC_LIST(struct rc_ecs_task) tasks;
    RC_LIST(struct rc_ecs_failure) failures; /* looked at even when tasks were started */
};

RC_OPERATION(rc_ecs_run_task, struct rc_ecs_run_task, struct rc_ecs_tasks);

struct rc_ecs_describe_tasks {
    const char *cluster;
    RC_LIST(char *const) tasks;   /* up to 100 ids or ARNs */
    RC_LIST(char *const) include; /* TAGS */
};

RC_OPERATION(rc_ecs_describe_tasks, struct rc_ecs_describe_tasks, struct rc_ecs_tasks);

struct rc_ecs_list_tasks {
    const char *cluster;
    const char *family;
    const char *service_name;
    const char *started_by;
    const char *container_instance;
    const char *desired_status; /* RUNNING (NULL), STOPPED: those of the last hour */
    const char *launch_type;
    int64_t max_results;
    const char *next_token;
};

struct rc_ecs_task_arns {
    RC_LIST(char *const) arns;
    const char *next_token;
};

RC_OPERATION(rc_ecs_list_tasks, struct rc_ecs_list_tasks, struct rc_ecs_task_arns);

struct rc_ecs_stop_task {
    const char *cluster;
    const char *task;
    const char *reason;
};

struct rc_ecs_task_stopped {
    const struct rc_ecs_task *task;
};

RC_OPERATION(rc_ecs_stop_task, struct rc_ecs_stop_task, struct rc_ecs_task_stopped);

/* ----- Task definitions ----- */

struct rc_ecs_port {
    int64_t container_port;
    int64_t host_port;
    const char *protocol;
    const char *name;
    const char *app_protocol;
};

struct rc_ecs_secret {
    const char *name;
    const char *value_from; /* where it comes from, not what it is */
};

struct rc_ecs_log_options {
    const char *driver;
    RC_LIST(struct rc_pair) options;
    RC_LIST(struct rc_ecs_secret) secret_options;
};

struct rc_ecs_health_check {
    RC_LIST(char *const) command;
    int64_t interval_s;
    int64_t timeout_s;
    int64_t retries;
    int64_t start_period_s;
};

struct rc_ecs_dependency {
    const char *container_name;
    const char *condition;
};

struct rc_ecs_mount {
    const char *source_volume;
    const char *container_path;
    bool read_only;
};

struct rc_ecs_container_definition {
    const char *name;
    const char *image;
    int64_t cpu;
    int64_t memory_mib;
    int64_t memory_reservation_mib;
    bool essential;
    RC_LIST(char *const) command;
    RC_LIST(char *const) entry_point;
    RC_LIST(struct rc_ecs_pair) environment; /* may hold secrets: do not show the values */
    RC_LIST(struct rc_ecs_secret) secrets;
    RC_LIST(struct rc_ecs_port) ports;
    RC_LIST(struct rc_ecs_mount) mounts;
    RC_LIST(struct rc_ecs_dependency) depends_on;
    int64_t start_timeout_s;
    int64_t stop_timeout_s;
    const char *user;
    const char *working_directory;
    bool readonly_root;
    bool privileged;
    const struct rc_ecs_log_options *logging;
    const struct rc_ecs_health_check *health_check;
    RC_LIST(struct rc_ecs_resource) resources;
};

struct rc_ecs_platform {
    const char *architecture;
    const char *system;
};

struct rc_ecs_volume {
    const char *name;
    bool configured_at_launch;
};

struct rc_ecs_definition {
    const char *arn;
    const char *family;
    int64_t revision;
    const char *status; /* ACTIVE, INACTIVE, DELETE_IN_PROGRESS */
    const char *task_role_arn;
    const char *execution_role_arn;
    const char *network_mode;
    const char *cpu;
    const char *memory;
    RC_LIST(char *const) compatibilities;
    RC_LIST(char *const) requires_compatibilities;
    const struct rc_ecs_platform *platform;
    RC_LIST(struct rc_ecs_container_definition) containers;
    RC_LIST(struct rc_ecs_volume) volumes;
    const struct rc_ecs_storage *storage;
    int64_t registered_unix_ms;
    const char *registered_by;
    int64_t deregistered_unix_ms;
};

struct rc_ecs_describe_definition {
    const char *task_definition;  /* family: the newest that is active */
    RC_LIST(char *const) include; /* TAGS */
};

struct rc_ecs_definition_described {
    const struct rc_ecs_definition *definition;
    RC_LIST(struct rc_ecs_tag) tags;
};

RC_OPERATION(rc_ecs_describe_definition, struct rc_ecs_describe_definition,
             struct rc_ecs_definition_described);

/* A new revision of its family. Of the definition, what AWS gives is left empty: ARN,
 * revision, status, compatibilities, and who registered it when. */
RC_OPERATION(rc_ecs_register_definition, struct rc_ecs_definition,
             struct rc_ecs_definition_described);

/* ----- Clusters ----- */

struct rc_ecs_setting {
    const char *name;
    const char *value;
};

struct rc_ecs_cluster {
    const char *arn;
    const char *name;
    const char *status;
    int64_t running_tasks;
    int64_t pending_tasks;
    int64_t active_services;
    int64_t container_instances;
    RC_LIST(char *const) capacity_providers;
    RC_LIST(struct rc_ecs_capacity) default_capacity;
    RC_LIST(struct rc_ecs_pair) statistics;
    RC_LIST(struct rc_ecs_setting) settings;
    RC_LIST(struct rc_ecs_tag) tags;
};

struct rc_ecs_describe_clusters {
    RC_LIST(char *const) clusters; /* names or ARNs, up to 100; none: default */
    RC_LIST(char *const) include;  /* ATTACHMENTS, CONFIGURATIONS, SETTINGS, STATISTICS, TAGS */
};

struct rc_ecs_clusters {
    RC_LIST(struct rc_ecs_cluster) clusters;
    RC_LIST(struct rc_ecs_failure) failures;
};

RC_OPERATION(rc_ecs_describe_clusters, struct rc_ecs_describe_clusters, struct rc_ecs_clusters);

struct rc_ecs_list_clusters {
    int64_t max_results;
    const char *next_token;
};

struct rc_ecs_cluster_arns {
    RC_LIST(char *const) arns;
    const char *next_token;
};

RC_OPERATION(rc_ecs_list_clusters, struct rc_ecs_list_clusters, struct rc_ecs_cluster_arns);

struct rc_ecs_create_cluster {
    const char *name;
    RC_LIST(struct rc_ecs_setting) settings;
};

struct rc_ecs_cluster_created {
    const struct rc_ecs_cluster *cluster;
};

/* One of that name that is there already is given as it is. */
RC_OPERATION(rc_ecs_create_cluster, struct rc_ecs_create_cluster, struct rc_ecs_cluster_created);

#endif
