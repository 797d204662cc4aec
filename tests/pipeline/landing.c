#include "tests/pipeline/landing.h"

#include "core/civil.h"
#include "core/generate.h"
#include "core/layout.h"
#include "pipeline/catalog.h"
#include "pipeline/step.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void generate(const struct landing *landing, const char *folder, uint64_t records)
{
    struct rc_error err = {0};
    struct rc_layout *layout = rc_layout_load("clearing168", NULL, &err);
    assert_non_null(layout);
    struct rc_generate_options options = {.records = records,
                                          .seed = 1,
                                          .layout_digest = layout->digest,
                                          .directory = folder,
                                          .file_date = RC_CIVIL_NONE,
                                          .program = landing->program};
    assert_true(rc_generate(&options, NULL, &err));
    rc_layout_free(layout);
}

void landing_make(struct landing *landing, struct cloud *cloud, const char *program,
                  uint64_t records)
{
    struct rc_error err = {0};
    char folder[128], path[160];
    size_t length;
    *landing = (struct landing){.cloud = cloud, .program = program};
    snprintf(landing->object, sizeof landing->object, "%s/settlement/a.txt", program);
    snprintf(folder, sizeof folder, "%s/%s-landing", cloud->folder, program);
    generate(landing, folder, records);
    snprintf(path, sizeof path, "%s/program.json", folder);
    json_t *definition = json_load_file(path, 0, NULL);
    assert_non_null(definition);
    assert_true(rc_catalog_put_program(&cloud->pipeline, definition, NULL, &err));
    json_decref(definition);
    snprintf(path, sizeof path, "%s/settlement.txt", folder);
    char *bytes = cloud_read(path, &length);
    cloud_put(cloud, landing->object, bytes, length, landing->version);
    free(bytes);
}

json_t *landing_run(const struct landing *landing, const char *step, const char *run)
{
    struct rc_error err = {0};
    json_t *in = json_pack("{ss ss s{ss ss ss ss} ss}", "step", step, "run", run, "file", "bucket",
                           CLOUD_BUCKET, "key", landing->object, "version", landing->version,
                           "sequencer", "01", "route", "auto");
    assert_non_null(in);
    json_t *out = rc_step_run(&landing->cloud->pipeline, rc_steps, in, &err);
    json_decref(in);
    if (!out)
        fail_msg("%s: %s (%s)", step, err.text, landing->cloud->pipeline.fault);
    return out;
}

double metric_of(const char *lines, const char *dimension, const char *value, const char *name)
{
    double sum = 0;
    const char *end;
    for (const char *at = lines; at && (end = strchr(at, '\n')); at = end + 1) {
        json_t *line = json_loadb(at, (size_t)(end - at), 0, NULL);
        const char *is = json_string_value(json_object_get(line, dimension));
        if (is && strcmp(is, value) == 0)
            sum += json_number_value(json_object_get(line, name));
        json_decref(line);
    }
    return sum;
}
