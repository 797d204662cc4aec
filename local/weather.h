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
    RC_WEATHER_DENIED,   /* nobody may do it */
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
 * "SendMessage","kind":"throttle","share":0.1,"status":503,"late_ms":500,"resource":"*"}]}; a
 * service, operation or resource of "*" is every one. They replace those before. False, with the
 * reason, which names the rule: those before stay. */
bool rc_weather_load(struct rc_weather *weather, const json_t *rules, struct rc_error *err);
bool rc_weather_load_file(struct rc_weather *weather, const char *path, struct rc_error *err);

/* What befalls this request. */
struct rc_weather_now rc_weather_of(struct rc_weather *weather, const char *service,
                                    const char *operation);

/* What befalls messages and items, by the name of a resource ("*" or none in the rule: any):
 *   duplicate, late  sqs and events: a message or an event is delivered twice or later;
 *                    resource "*"
 *   dead             sqs: a message that somebody receives goes to the dead-letter queue
 *                    instead; the resource is its queue
 *   skew             dynamodb: a write is counted where one hot key would be; the resource
 *                    is the table
 * True when this one is struck; *late_ms (may be NULL) is set for late ones. */
bool rc_weather_strikes(struct rc_weather *weather, const char *service, const char *kind,
                        const char *resource, int64_t *late_ms);

/* Kind "short", service dynamodb: an index ("TABLE/INDEX") or a table that is short of
 * capacity by its share, at most 0.9999. Gives by what its writes count more; 1: it is not.
 * index NULL: the table. */
double rc_weather_shortage(const struct rc_weather *weather, const char *table, const char *index);

/* The rules that are in force, as they were given (a new reference). */
json_t *rc_weather_rules(const struct rc_weather *weather);

#endif
