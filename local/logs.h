/* What the files of CloudWatch Logs share. Source of behaviour, codes and messages:
 * "Amazon CloudWatch Logs API Reference". */
#ifndef RC_LOCAL_LOGS_H
#define RC_LOCAL_LOGS_H

#include "local/exchange.h"

enum {
    RC_LOGS_NAME = 512,
    RC_LOGS_PAGE = 10000,
    RC_LOGS_PAGE_BYTES = 1 << 20,
    RC_LOGS_EVENT_BYTES = 1 << 20,
};

#define RC_LOGS_ARN "arn:aws:logs:" RC_LOCAL_REGION ":" RC_LOCAL_ACCOUNT ":log-group:"

/* The group or stream of that name; 0 when there is none. */
int64_t rc_logs_group(struct rc_local *local, const char *name);
int64_t rc_logs_stream(struct rc_local *local, int64_t group, const char *name);

/* The group that a request names by logGroupName or logGroupIdentifier; 0: it has failed. */
int64_t rc_logs_group_of(struct rc_exchange *exchange);

/* Metrics in the embedded format, if the line is one. Source: "Specification: Embedded metric
 * format", Amazon CloudWatch User Guide. */
void rc_logs_metrics(struct rc_local *local, const char *line, size_t length);

/* ----- the operations ----- */

void rc_logs_filter_events(struct rc_exchange *exchange);
void rc_logs_get_events(struct rc_exchange *exchange);

void rc_logs_query_start(struct rc_exchange *exchange);
void rc_logs_query_results(struct rc_exchange *exchange);
void rc_logs_query_stop(struct rc_exchange *exchange);
bool rc_logs_query_open(struct rc_local *local, struct rc_error *err);
void rc_logs_query_close(struct rc_local *local);

#endif
