/* Metrics of a step: CloudWatch takes them out of the log lines that Lambda and the awslogs
 * driver of ECS bring there, so nothing is asked of its API.
 *
 *     struct rc_emf emf;
 *     rc_emf_open(&emf, pipeline, (const struct rc_emf_dimension[]){
 *         {"Program", program}, {"Side", side}}, 2);
 *     rc_emf_add(&emf, "Records", RC_EMF_COUNT, records);
 *     rc_emf_close(&emf);
 *
 * Source: "Specification: Embedded metric format", Amazon CloudWatch User Guide. */
#ifndef RC_PIPELINE_EMF_H
#define RC_PIPELINE_EMF_H

#include "pipeline/pipeline.h"

#define RC_EMF_NAMESPACE "reconctl"

enum {
    RC_EMF_METRICS = 100,   /* in a document; past it another is begun */
    RC_EMF_DIMENSIONS = 30, /* of a metric */
};

enum rc_emf_unit {
    RC_EMF_COUNT,
    RC_EMF_MILLISECONDS,
    RC_EMF_SECONDS,
    RC_EMF_BYTES,
    RC_EMF_NONE, /* of a ratio */
    RC_EMF_UNITS
};

/* Neither part empty or over 1,024 bytes. */
struct rc_emf_dimension {
    const char *name;
    const char *value;
};

struct rc_emf {
    const struct rc_pipeline *pipeline;
    const struct rc_emf_dimension *dimensions;
    size_t dimension_count;
    struct {
        const char *name;
        enum rc_emf_unit unit;
        int64_t value;
        double ratio; /* of RC_EMF_NONE, in place of the value */
    } metrics[RC_EMF_METRICS];
    size_t count;
};

/* The dimensions stand from the widest to the narrowest: each metric is kept by the first
 * one, by the first two, and so on, so that CloudWatch has the sums of the wider, too.
 * At least one, at most RC_EMF_DIMENSIONS. They are borrowed until the close, and so are the
 * names of metrics, which begin with a capital letter and are not those of dimensions. */
void rc_emf_open(struct rc_emf *emf, const struct rc_pipeline *pipeline,
                 const struct rc_emf_dimension *dimensions, size_t count);

/* One value at the present time; a name that comes again is another value of it. */
void rc_emf_add(struct rc_emf *emf, const char *name, enum rc_emf_unit unit, int64_t value);

/* The same for a ratio. One that is not finite is left out: CloudWatch takes none. */
void rc_emf_add_ratio(struct rc_emf *emf, const char *name, double ratio);

/* Writes what was added, if anything was, to pipeline->lines. */
void rc_emf_close(struct rc_emf *emf);

#endif
