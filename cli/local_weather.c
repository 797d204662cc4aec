#include "cli/local_weather.h"

#include "aws/operation.h"
#include "aws/rows.h"

#include <stdlib.h>

struct rc_local_rules {
    const char *rules; /* JSON: a list */
};

struct rc_local_sky {
    json_t *rules;
};

static const struct rc_member rc_local_rules_members[] = {
    RAW(rc_local_rules, rules, "rules", .flags = RC_NEEDED),
};
SHAPE(rc_local_rules);

static const struct rc_member rc_local_sky_members[] = {JSON(rc_local_sky, rules, "rules")};
SHAPE(rc_local_sky);

static const struct rc_service service = {.id = RC_SERVICE_LOCAL,
                                          .name = "local",
                                          .signing_name = "local",
                                          .host_prefix = "local",
                                          .config_name = "local",
                                          .target = "Local.",
                                          .protocol = RC_PROTOCOL_JSON_1_0,
                                          .retry = &rc_retry_standard};

static const struct rc_operation get_weather = {
    .service = &service, .name = "GetWeather", .out = &rc_local_sky_shape};
static const struct rc_operation set_weather = {.service = &service,
                                                .name = "SetWeather",
                                                .in = &rc_local_rules_shape,
                                                .out = &rc_local_sky_shape};

char *rc_local_weather(struct rc_aws *aws, const char *rules, struct rc_error *err)
{
    const struct rc_local_rules in = {rules};
    struct rc_call *call =
        rc_call_start(aws, rules ? &set_weather : &get_weather, rules ? &in : NULL, NULL, NULL);
    const struct rc_local_sky *sky = rc_call_wait(call, err) ? rc_call_answer(call) : NULL;
    char *text = sky ? json_dumps(sky->rules, JSON_INDENT(2) | JSON_ENCODE_ANY) : NULL;
    if (sky && !text)
        rc_error_set(err, RC_IO, "reconlocal gave no rules");
    rc_call_free(call);
    return text;
}
