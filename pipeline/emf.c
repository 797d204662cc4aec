#include "pipeline/emf.h"

#include "base/jsonw.h"
#include "pipeline/log.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { DOCUMENT_CAP = 256 << 10 };

static const char *const units[RC_EMF_UNITS] = {
    [RC_EMF_COUNT] = "Count",     [RC_EMF_MILLISECONDS] = "Milliseconds",
    [RC_EMF_SECONDS] = "Seconds", [RC_EMF_BYTES] = "Bytes",
    [RC_EMF_NONE] = "None",
};

void rc_emf_open(struct rc_emf *emf, const struct rc_pipeline *pipeline,
                 const struct rc_emf_dimension *dimensions, size_t count)
{
    assert(count >= 1 && count <= RC_EMF_DIMENSIONS);
    emf->pipeline = pipeline;
    emf->dimensions = dimensions;
    emf->dimension_count = count;
    emf->count = 0;
}

static void add_sets(const struct rc_emf *emf, struct rc_jsonw *json)
{
    rc_jsonw_open(json, '[');
    for (size_t length = 1; length <= emf->dimension_count; length++) {
        rc_jsonw_open(json, '[');
        for (size_t i = 0; i < length; i++)
            rc_jsonw_str(json, emf->dimensions[i].name);
        rc_jsonw_close(json, ']');
    }
    rc_jsonw_close(json, ']');
}

static void add_directive(const struct rc_emf *emf, struct rc_jsonw *json)
{
    rc_jsonw_open(json, '{');
    rc_jsonw_key(json, "Namespace");
    rc_jsonw_str(json, RC_EMF_NAMESPACE);
    rc_jsonw_key(json, "Dimensions");
    add_sets(emf, json);
    rc_jsonw_key(json, "Metrics");
    rc_jsonw_open(json, '[');
    for (size_t i = 0; i < emf->count; i++) {
        rc_jsonw_open(json, '{');
        rc_jsonw_key(json, "Name");
        rc_jsonw_str(json, emf->metrics[i].name);
        rc_jsonw_key(json, "Unit");
        rc_jsonw_str(json, units[emf->metrics[i].unit]);
        rc_jsonw_close(json, '}');
    }
    rc_jsonw_close(json, ']');
    rc_jsonw_close(json, '}');
}

static void add_value(const struct rc_emf *emf, size_t i, struct rc_jsonw *json)
{
    char digits[32];
    rc_jsonw_key(json, emf->metrics[i].name);
    if (emf->metrics[i].unit != RC_EMF_NONE) {
        rc_jsonw_int(json, emf->metrics[i].value);
        return;
    }
    snprintf(digits, sizeof digits, "%.9g", emf->metrics[i].ratio);
    rc_jsonw_raw(json, digits);
}

static void add_values(const struct rc_emf *emf, struct rc_jsonw *json)
{
    for (size_t i = 0; i < emf->dimension_count; i++) {
        rc_jsonw_key(json, emf->dimensions[i].name);
        rc_jsonw_str(json, emf->dimensions[i].value);
    }
    for (size_t i = 0; i < emf->count; i++)
        add_value(emf, i, json);
    /* Not dimensions: what the line was about, for whoever finds it in the log. */
    if (emf->pipeline->request_id) {
        rc_jsonw_key(json, "request_id");
        rc_jsonw_str(json, emf->pipeline->request_id);
    }
    if (emf->pipeline->run) {
        rc_jsonw_key(json, "run");
        rc_jsonw_str(json, emf->pipeline->run);
    }
}

static void write_document(struct rc_emf *emf)
{
    struct rc_buf line;
    struct rc_jsonw json;
    rc_buf_init(&line, DOCUMENT_CAP);
    rc_jsonw_init(&json, &line);
    rc_jsonw_open(&json, '{');
    rc_jsonw_key(&json, "_aws");
    rc_jsonw_open(&json, '{');
    rc_jsonw_key(&json, "Timestamp");
    rc_jsonw_int(&json, rc_pipeline_now_ms(emf->pipeline));
    rc_jsonw_key(&json, "CloudWatchMetrics");
    rc_jsonw_open(&json, '[');
    add_directive(emf, &json);
    rc_jsonw_close(&json, ']');
    rc_jsonw_close(&json, '}');
    add_values(emf, &json);
    rc_jsonw_close(&json, '}');
    rc_pipeline_line(emf->pipeline, &line);
    rc_buf_free(&line);
    emf->count = 0;
}

static size_t add(struct rc_emf *emf, const char *name, enum rc_emf_unit unit)
{
    bool again = false;
    for (size_t i = 0; i < emf->count && !again; i++)
        again = strcmp(emf->metrics[i].name, name) == 0;
    if (again || emf->count == RC_EMF_METRICS) /* a document has a name once */
        write_document(emf);
    emf->metrics[emf->count].name = name;
    emf->metrics[emf->count].unit = unit;
    return emf->count++;
}

void rc_emf_add(struct rc_emf *emf, const char *name, enum rc_emf_unit unit, int64_t value)
{
    emf->metrics[add(emf, name, unit)].value = value;
}

void rc_emf_add_ratio(struct rc_emf *emf, const char *name, double ratio)
{
    if (isfinite(ratio))
        emf->metrics[add(emf, name, RC_EMF_NONE)].ratio = ratio;
}

void rc_emf_close(struct rc_emf *emf)
{
    if (emf->count)
        write_document(emf);
}
