#include "pipeline/pipeline.h"

int64_t rc_pipeline_left_ms(const struct rc_pipeline *pipeline)
{
    if (!pipeline->deadline_unix_ms)
        return INT64_MAX;
    return pipeline->deadline_unix_ms - pipeline->spare_ms -
           rc_loop_unix_ms(rc_aws_loop(pipeline->aws));
}
