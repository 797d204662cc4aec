/* What only reconlocal has: its weather, and how it is. Signed like all others, with
 * the service name "local". */
#include "local/answer.h"
#include "local/services.h"
#include "local/weather.h"

#include <stdio.h>
#include <stdlib.h>

static void write_rules(struct rc_exchange *exchange)
{
    json_t *rules = rc_weather_rules(exchange->local->weather);
    char *text = rc_answer_dump(rules);
    rc_buf_add_str(&exchange->out, text ? text : "{}");
    free(text);
    json_decref(rules);
}

static void get_weather(struct rc_exchange *exchange)
{
    write_rules(exchange);
}

static void set_weather(struct rc_exchange *exchange)
{
    struct rc_error err = {0};
    if (rc_weather_load(exchange->local->weather, exchange->in, &err))
        write_rules(exchange);
    else
        rc_exchange_fail(exchange, 400, "ValidationException", "%s", err.text);
}

static void get_status(struct rc_exchange *exchange)
{
    const struct rc_local *local = exchange->local;
    struct rc_jsonw *json = &exchange->json;
    char speed[32];
    snprintf(speed, sizeof speed, "%.15g", local->options->speed);
    rc_jsonw_open(json, '{');
    rc_jsonw_key(json, "endpoint");
    rc_jsonw_str(json, local->endpoint);
    rc_jsonw_key(json, "state");
    rc_jsonw_str(json, local->options->state);
    rc_jsonw_key(json, "nowMs");
    rc_jsonw_int(json, rc_local_now_ms(local));
    rc_jsonw_key(json, "speed");
    rc_jsonw_raw(json, speed);
    rc_jsonw_close(json, '}');
}

static const struct rc_local_operation operations[] = {
    {.name = "GetWeather", .handle = get_weather, .caller = "local weather"},
    {.name = "SetWeather", .handle = set_weather, .caller = "local weather"},
    {.name = "GetStatus", .handle = get_status, .caller = "tests: the virtual time"},
    {0},
};

static const struct rc_local_service service = {
    .signing_name = "local",
    .name = "local",
    .protocol = RC_LOCAL_JSON,
    .json_version = "1.0",
    .target = "Local.",
    .operations = operations,
};

const struct rc_local_part rc_local_admin = {.service = &service};
