/* Amazon CloudWatch Logs: events, groups, streams and queries. Its times are
 * milliseconds, but for those of queries. Source of the members: "Amazon CloudWatch
 * Logs API Reference". */
#ifndef RC_AWS_LOGS_H
#define RC_AWS_LOGS_H

#include "aws/call.h"

extern const struct rc_service rc_service_logs;

/* ----- Events ----- */

struct rc_logs_found {
    const char *stream;
    int64_t at_unix_ms;
    const char *message;
    int64_t ingested_unix_ms;
    const char *event_id;
};

struct rc_logs_filter {
    const char *group;     /* this ... */
    const char *group_arn; /* ... or that, in another account */
    RC_LIST(char *const) streams;
    const char *stream_prefix;
    int64_t start_unix_ms;
    int64_t end_unix_ms; /* not included */
    const char *pattern;
    int64_t limit;
    bool unmask; /* shows what a data protection policy masks */
    const char *next_token;
};

struct rc_logs_filtered {
    RC_LIST(struct rc_logs_found) events; /* may be none on a page that is not the last */
    const char *next_token;
};

RC_OPERATION(rc_logs_filter, struct rc_logs_filter, struct rc_logs_filtered);

struct rc_logs_event {
    int64_t at_unix_ms;
    const char *message;
    int64_t ingested_unix_ms;
};

struct rc_logs_get {
    const char *group;
    const char *group_arn;
    const char *stream;
    int64_t start_unix_ms;
    int64_t end_unix_ms;
    bool start_from_head;
    int64_t limit;
    bool unmask;
    const char *next_token;
};

struct rc_logs_got {
    RC_LIST(struct rc_logs_event) events;
    const char *next_forward_token;
    const char *next_backward_token;
};

/* Pages lead forward, to what came later; with start_from_head they begin at the oldest
 * event, else at the newest ones. */
RC_OPERATION(rc_logs_get, struct rc_logs_get, struct rc_logs_got);

struct rc_logs_put_event {
    int64_t at_unix_ms;
    const char *message;
};

struct rc_logs_put {
    const char *group;
    const char *stream;
    RC_LIST(struct rc_logs_put_event) events; /* in order of time; up to 10,000 and 1 MiB */
};

/* Indices of events, as numbers; NULL: no such events. */
struct rc_logs_rejected {
    json_t *too_new_start;
    json_t *too_old_end;
    json_t *expired_end;
};

struct rc_logs_put_done {
    const struct rc_logs_rejected *rejected; /* NULL: all were taken */
};

RC_OPERATION(rc_logs_put, struct rc_logs_put, struct rc_logs_put_done);

/* ----- Groups and streams ----- */

struct rc_logs_group {
    const char *name;
    const char *arn;
    int64_t created_unix_ms;
    int64_t retention_days; /* 0: for ever */
    int64_t stored_bytes;
    int64_t metric_filters;
    const char *class_name;
    const char *kms_key_id;
};

struct rc_logs_describe_groups {
    const char *name_prefix;  /* this ... */
    const char *name_pattern; /* ... or that */
    const char *class_name;
    int64_t limit;
    const char *next_token;
};

struct rc_logs_groups {
    RC_LIST(struct rc_logs_group) groups;
    const char *next_token;
};

RC_OPERATION(rc_logs_describe_groups, struct rc_logs_describe_groups, struct rc_logs_groups);

struct rc_logs_stream {
    const char *name;
    const char *arn;
    int64_t created_unix_ms;
    int64_t first_event_unix_ms;
    int64_t last_event_unix_ms;
    int64_t last_ingestion_unix_ms;
};

struct rc_logs_describe_streams {
    const char *group;
    const char *group_arn;
    const char *name_prefix;
    const char *order_by; /* LogStreamName (NULL), LastEventTime */
    bool descending;
    int64_t limit;
    const char *next_token;
};

struct rc_logs_streams {
    RC_LIST(struct rc_logs_stream) streams;
    const char *next_token;
};

RC_OPERATION(rc_logs_describe_streams, struct rc_logs_describe_streams, struct rc_logs_streams);

struct rc_logs_create_group {
    const char *name;
    const char *class_name;
    const char *kms_key_id;
    RC_LIST(struct rc_pair) tags;
};

RC_OPERATION(rc_logs_create_group, struct rc_logs_create_group, struct rc_nothing);

struct rc_logs_create_stream {
    const char *group;
    const char *name;
};

RC_OPERATION(rc_logs_create_stream, struct rc_logs_create_stream, struct rc_nothing);

/* ----- Queries of Logs Insights ----- */

struct rc_logs_start_query {
    const char *query;
    int64_t start_unix_s;
    int64_t end_unix_s;
    const char *group;
    RC_LIST(char *const) groups;
    RC_LIST(char *const) group_arns;
    const char *language; /* CWLI (NULL), SQL, PPL */
    int64_t limit;
};

struct rc_logs_query_started {
    const char *query_id;
};

RC_OPERATION(rc_logs_start_query, struct rc_logs_start_query, struct rc_logs_query_started);

struct rc_logs_statistics {
    double records_matched;
    double records_scanned;
    double bytes_scanned;
    double groups_scanned;
};

struct rc_logs_get_results {
    const char *query_id;
};

struct rc_logs_results {
    const char *status; /* Scheduled, Running, Complete, Failed, Cancelled, Timeout, Unknown */
    RC_LIST(json_t *const) rows; /* see rc_logs_field */
    const struct rc_logs_statistics *statistics;
};

RC_OPERATION(rc_logs_get_results, struct rc_logs_get_results, struct rc_logs_results);

/* The text of a field ("@message") in one of a query's rows; NULL when it is not there. */
const char *rc_logs_field(const json_t *row, const char *field);

struct rc_logs_stop_query {
    const char *query_id;
};

struct rc_logs_query_stopped {
    bool success;
};

RC_OPERATION(rc_logs_stop_query, struct rc_logs_stop_query, struct rc_logs_query_stopped);

#endif
