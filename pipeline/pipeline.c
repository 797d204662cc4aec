#include "pipeline/pipeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int64_t rc_pipeline_now_ms(const struct rc_pipeline *pipeline)
{
    return rc_timeline_at(&pipeline->time, rc_loop_unix_ms(rc_aws_loop(pipeline->aws)));
}

int64_t rc_pipeline_left_ms(const struct rc_pipeline *pipeline)
{
    if (!pipeline->deadline_unix_ms)
        return INT64_MAX;
    int64_t now_ms = rc_loop_unix_ms(rc_aws_loop(pipeline->aws));
    int64_t left_ms = pipeline->deadline_unix_ms - pipeline->spare_ms - now_ms;
    return left_ms > 0 ? left_ms : 0;
}

void rc_pipeline_set_deadline(struct rc_pipeline *pipeline, int64_t unix_ms)
{
    int64_t whole_ms = unix_ms - rc_loop_unix_ms(rc_aws_loop(pipeline->aws));
    int64_t most_ms = whole_ms > 0 ? whole_ms / 2 : 0;
    pipeline->deadline_unix_ms = unix_ms;
    if (pipeline->spare_ms > most_ms)
        pipeline->spare_ms = most_ms;
}

const char *rc_table_name(enum rc_pipeline_table table)
{
    static const char *const variables[RC_TABLES] = {"RECON_TABLE_SETTLEMENT",
                                                     "RECON_TABLE_INTERNAL", "RECON_TABLE_STATE"};
    static const char *const names[RC_TABLES] = {"recon-settlement", "recon-internal",
                                                 "recon-state"};
    const char *name = getenv(variables[table]);
    return name && *name ? name : names[table];
}

void rc_stack_name(const char *before, const char *behind, char *name, size_t room)
{
    static const char end[] = "-state";
    const char *table = rc_table_name(RC_TABLE_STATE);
    size_t length = strlen(table), behind_prefix = sizeof end - 1;
    bool is_ours = length > behind_prefix && strcmp(table + length - behind_prefix, end) == 0;
    if (is_ours)
        snprintf(name, room, "%s%.*s%s", before, (int)(length - behind_prefix), table, behind);
    else
        snprintf(name, room, "%srecon%s", before, behind);
}

const char *rc_queue_name(enum rc_pipeline_queue queue)
{
    static const char *const variables[] = {"RECON_FAILED_QUEUE_URL", "RECON_ARRIVALS_QUEUE_URL"};
    static const char *const names[] = {"recon-failed", "recon-arrivals"};
    const char *url = getenv(variables[queue]), *slash = url ? strrchr(url, '/') : NULL;
    return slash && slash[1] ? slash + 1 : names[queue];
}
