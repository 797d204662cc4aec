/* A pipeline without AWS: its client asks a server of the test, its clock is the test's,
 * and what it writes is kept. */
#ifndef RC_TESTS_PIPELINE_SUPPORT_H
#define RC_TESTS_PIPELINE_SUPPORT_H

#include "aws/client.h"
#include "pipeline/pipeline.h"
#include "tests/aws/environment.h"
#include "tests/aws/fake_clock.h"
#include "tests/aws/fake_server.h"

#include <jansson.h>

struct fixture {
    struct environment environment;
    struct fake_clock clock;
    struct rc_loop *loop;
    struct fake_server *server;
    struct rc_profile *profile;
    struct rc_pipeline pipeline;
    char *written; /* through pipeline.lines; as of the last flush */
    size_t written_bytes;
};

static inline int fixture_begin(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    environment_begin(&f->environment);
    environment_set(&f->environment, "AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
    environment_set(&f->environment, "AWS_SECRET_ACCESS_KEY", "SECRETEXAMPLE");
    environment_set(&f->environment, "AWS_REGION", "eu-west-1");
    fake_clock_init(&f->clock);
    f->loop = rc_loop_new(&f->clock.clock, NULL);
    assert_non_null(f->loop);
    f->server = fake_server_new(f->loop);
    f->profile = rc_profile_load(
        &(struct rc_profile_options){.getenv = environment_get, .getenv_ctx = &f->environment},
        NULL);
    assert_non_null(f->profile);
    f->pipeline.aws = rc_aws_new(f->loop, &(struct rc_aws_options){.profile = f->profile}, NULL);
    assert_non_null(f->pipeline.aws);
    f->pipeline.lines = open_memstream(&f->written, &f->written_bytes);
    assert_non_null(f->pipeline.lines);
    f->pipeline.spare_ms = 20000;
    f->pipeline.hands_over = 1;
    f->pipeline.stop_ms = 30000;
    *state = f;
    return 0;
}

static inline int fixture_end(void **state)
{
    struct fixture *f = *state;
    fclose(f->pipeline.lines);
    free(f->written);
    rc_aws_free(f->pipeline.aws);
    rc_profile_free(f->profile);
    fake_server_free(f->server);
    rc_loop_free(f->loop);
    environment_end(&f->environment);
    free(f);
    return 0;
}

/* The line of that number, from 0, parsed (the caller's); NULL when there are fewer. */
static inline json_t *fixture_line(const struct fixture *f, size_t number)
{
    const char *at = f->written;
    const char *end;
    for (; at && (end = strchr(at, '\n')); at = end + 1)
        if (number-- == 0) {
            json_t *line = json_loadb(at, (size_t)(end - at), 0, NULL);
            assert_non_null(line);
            return line;
        }
    return NULL;
}

/* The first line whose message has the words (the caller's); NULL when there is none. */
static inline json_t *fixture_message(const struct fixture *f, const char *words)
{
    json_t *line;
    for (size_t i = 0; (line = fixture_line(f, i)); i++) {
        const char *message = json_string_value(json_object_get(line, "message"));
        if (message && strstr(message, words))
            return line;
        json_decref(line);
    }
    return NULL;
}

/* The JSON is the text, which has ' in place of ". */
static inline void assert_json(const json_t *json, const char *wanted)
{
    char *text = strdup(wanted);
    assert_non_null(text);
    for (char *c = text; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    json_t *other = json_loads(text, JSON_DECODE_ANY, NULL);
    assert_non_null(other);
    if (!json_equal(json, other)) {
        char *got = json ? json_dumps(json, JSON_ENCODE_ANY) : NULL;
        fail_msg("%s is not %s", got ? got : "nothing", wanted);
        free(got);
    }
    json_decref(other);
    free(text);
}

#endif
