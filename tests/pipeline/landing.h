/* A generated settlement file that has landed in a cloud, and its way through the steps by
 * their names, as the state machine calls them. */
#ifndef RC_TESTS_PIPELINE_LANDING_H
#define RC_TESTS_PIPELINE_LANDING_H

#include "tests/pipeline/cloud.h"

#include <jansson.h>

struct landing {
    struct cloud *cloud;
    const char *program;
    char object[96];
    char version[128];
};

/* Generates the file and puts it and its program where they belong. */
void landing_make(struct landing *landing, struct cloud *cloud, const char *program,
                  uint64_t records);

/* Runs the step on the file, as part of that run; gives its answer, the caller's. A step
 * that fails fails the test. */
json_t *landing_run(const struct landing *landing, const char *step, const char *run);

/* The sum of a metric over the lines in which the dimension has that value. */
double metric_of(const char *lines, const char *dimension, const char *value, const char *name);

#endif
