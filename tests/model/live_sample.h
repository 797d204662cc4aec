/* A live session over a client that asks a server of the test, with a clock of the test. */
#ifndef RC_TESTS_MODEL_LIVE_SAMPLE_H
#define RC_TESTS_MODEL_LIVE_SAMPLE_H

#include "aws/client.h"
#include "model/live.h"
#include "model/live_internal.h"
#include "tests/aws/environment.h"
#include "tests/aws/fake_clock.h"
#include "tests/aws/fake_server.h"

enum { BODY_BYTES = 512 << 10 };

static struct {
    struct environment environment;
    struct fake_clock clock;
    struct rc_loop *loop;
    struct fake_server *server;
    struct rc_profile *profile;
    struct rc_aws *aws;
    struct rc_live *live;
    struct rc_model *model;
    struct rc_listing *listing; /* that the server may look at while it answers */
    char *body;
    char note[RC_ERROR_TEXT_BYTES];
    int notes;
    int asked[4];
} at;

static inline void take_note(void *ctx, const char *text)
{
    (void)ctx;
    snprintf(at.note, sizeof at.note, "%s", text);
    at.notes++;
}

static inline int begin(void **state)
{
    struct rc_error err = {0};
    (void)state;
    memset(&at, 0, sizeof at);
    environment_begin(&at.environment);
    fake_clock_init(&at.clock);
    at.loop = rc_loop_new(&at.clock.clock, &err);
    assert_non_null(at.loop);
    at.server = fake_server_new(at.loop);
    environment_set(&at.environment, "AWS_EC2_METADATA_DISABLED", "true");
    environment_set(&at.environment, "AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
    environment_set(&at.environment, "AWS_SECRET_ACCESS_KEY", "SECRETEXAMPLE");
    environment_set(&at.environment, "AWS_REGION", "eu-west-1");
    environment_set(&at.environment, "AWS_ENDPOINT_URL", fake_server_url(at.server));
    const struct rc_profile_options options = {.getenv = environment_get,
                                               .getenv_ctx = &at.environment};
    at.profile = rc_profile_load(&options, &err);
    assert_non_null(at.profile);
    at.aws = rc_aws_new(at.loop, &(struct rc_aws_options){.profile = at.profile}, &err);
    assert_non_null(at.aws);
    at.live = rc_live_new(at.aws, &err);
    if (!at.live || !rc_live_models(at.live, &at.model, 1, &err))
        fail_msg("%s", err.text);
    rc_live_on_note(at.live, take_note, NULL);
    at.body = malloc(BODY_BYTES);
    assert_non_null(at.body);
    return 0;
}

static inline int end(void **state)
{
    (void)state;
    rc_listing_free(at.listing);
    rc_model_close(at.model);
    rc_live_close(at.live);
    rc_aws_free(at.aws);
    rc_profile_free(at.profile);
    fake_server_free(at.server);
    rc_loop_free(at.loop);
    environment_end(&at.environment);
    free(at.body);
    return 0;
}

static inline struct rc_table *table_of(const char *view, const struct rc_listing *listing,
                                        const char *filter, const char *sort)
{
    struct rc_error err = {0};
    struct rc_table *table =
        rc_table_open(at.model, rc_table_find(view),
                      &(struct rc_table_query){
                          .filter = filter, .sort = sort, .scope = rc_listing_number(listing)},
                      &err);
    if (!table)
        fail_msg("%s", err.text);
    return table;
}

static inline uint64_t count_of(const char *view, const struct rc_listing *listing,
                                const char *filter)
{
    struct rc_table *table = table_of(view, listing, filter, NULL);
    uint64_t count = rc_table_count(table);
    rc_table_close(table);
    return count;
}

struct wanted {
    const struct rc_table_def *def;
    const char *column;
    char *text;
    size_t size;
};

static inline bool take_cell(void *context, uint64_t index, const struct rc_cell_value *cells,
                             size_t count, struct rc_error *err)
{
    const struct wanted *wanted = context;
    size_t used = strlen(wanted->text);
    (void)err;
    for (size_t i = 0; i < count; i++)
        if (strcmp(wanted->def->columns[i].name, wanted->column) == 0)
            snprintf(wanted->text + used, wanted->size - used, "%s%s", index ? "|" : "",
                     cells[i].null ? "-" : cells[i].text);
    return true;
}

/* A column of all rows in their order: "a|b|-". */
static inline const char *cells_of(const char *view, const struct rc_listing *listing,
                                   const char *column)
{
    static char text[4096];
    struct rc_error err = {0};
    struct rc_table *table = table_of(view, listing, NULL, NULL);
    struct wanted wanted = {rc_table_find(view), column, text, sizeof text};
    text[0] = '\0';
    assert_true(rc_table_rows(table, 0, UINT64_MAX, take_cell, &wanted, &err));
    rc_table_close(table);
    return text;
}

static inline void fails_with(const char *text)
{
    struct rc_error err = {0};
    assert_false(rc_listing_wait(at.listing, &err));
    assert_int_equal(rc_listing_state(at.listing), RC_LISTING_FAILED);
    assert_int_equal(err.code, RC_IO);
    if (!strstr(err.text, text))
        fail_msg("\"%s\" is not in \"%s\"", text, err.text);
}

static inline void ignore(struct rc_timer *timer)
{
    *(bool *)timer->ctx = true;
}

/* Runs until so much time of the test's clock has passed. */
static inline void pass(int64_t ms)
{
    bool over = false;
    struct rc_timer timer = {.fire = ignore, .ctx = &over};
    assert_true(rc_timer_set(at.loop, &timer, ms));
    assert_true(rc_loop_until(at.loop, &over, -1));
}

#endif
