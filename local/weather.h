/* How reconlocal misbehaves when it is told to: rules by service, operation and share,
 * seeded, so that a storm can be had again. */
#ifndef RC_LOCAL_WEATHER_H
#define RC_LOCAL_WEATHER_H

#include "local/exchange.h"

struct rc_weather;

enum rc_weather_kind {
    RC_WEATHER_FAIR,
    RC_WEATHER_THROTTLE, /* the service's own throttling error */
    RC_WEATHER_ERROR,    /* 500 or 503 */
    RC_WEATHER_RESET,    /* the connection ends without an answer */
    RC_WEATHER_SLOW,     /* the answer comes late_ms later */
    RC_WEATHER_LOST,     /* it is done, and the answer is a reset all the same */
};

struct rc_weather_now {
    enum rc_weather_kind kind;
    int status; /* of an error */
    int64_t late_ms;
};

/* Fair, until rules come. NULL without memory. */
struct rc_weather *rc_weather_new(uint64_t seed);
void rc_weather_free(struct rc_weather *weather);

/* Rules as JSON, from a file or a request: {"rules":[{"service":"sqs","operation":
 * "SendMessage","kind":"throttle","share":0.1,"status":503,"late_ms":500}]}; a service
 * or operation of "*" is every one. They replace those before. False, with the reason,
 * which names the rule: those before stay. */
bool rc_weather_load(struct rc_weather *weather, const json_t *rules, struct rc_error *err);
bool rc_weather_load_file(struct rc_weather *weather, const char *path, struct rc_error *err);

/* What befalls this request. */
struct rc_weather_now rc_weather_of(struct rc_weather *weather, const char *service,
                                    const char *operation);

/* The share of messages that are delivered twice or late, of events likewise:
 * rules of kind "duplicate" and "late" for services sqs and events. True when this one
 * is; *late_ms is set for late ones. */
bool rc_weather_strikes(struct rc_weather *weather, const char *service, const char *kind,
                        int64_t *late_ms);

/* The rules that are in force, as they were given (a new reference). */
json_t *rc_weather_rules(const struct rc_weather *weather);

#endif
