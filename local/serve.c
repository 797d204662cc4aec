#include "local/serve.h"

#include "aws/json.h"
#include "local/auth.h"
#include "local/exchange.h"
#include "local/route.h"
#include "local/services.h"
#include "local/weather.h"

#include <string.h>

/* ----- the service ----- */

static const struct rc_local_service *service_of(const char *signing_name)
{
    for (int i = 0; rc_local_parts[i]; i++) {
        const struct rc_local_service *service = rc_local_parts[i]->service;
        if (service && service->signing_name && strcmp(service->signing_name, signing_name) == 0)
            return service;
    }
    return NULL;
}

static const struct rc_local_service *open_service_of(const char *target)
{
    for (int i = 0; rc_local_parts[i]; i++) {
        const struct rc_local_service *service = rc_local_parts[i]->service;
        if (service && service->open_prefix &&
            strncmp(target, service->open_prefix, strlen(service->open_prefix)) == 0)
            return service;
    }
    return NULL;
}

/* A refusal in the words of the service. */
static bool refuse(struct rc_exchange *exchange, enum rc_auth why)
{
    static const struct {
        const char *json, *s3, *words;
        int status;
    } refusals[] = {
        [RC_AUTH_MISSING] = {"MissingAuthenticationTokenException", "AccessDenied",
                             "the request is not signed", 403},
        [RC_AUTH_KEY] = {"UnrecognizedClientException", "InvalidAccessKeyId",
                         "there is no such access key; it is \"" RC_LOCAL_ACCESS_KEY "\"", 403},
        [RC_AUTH_SIGNATURE] = {"InvalidSignatureException", "SignatureDoesNotMatch",
                               "the signature is not the one that this server computes; check the "
                               "secret key",
                               403},
        [RC_AUTH_SKEWED] = {"InvalidSignatureException", "RequestTimeTooSkewed",
                            "the request's date is over 15 minutes off", 403},
        [RC_AUTH_EXPIRED] = {"InvalidSignatureException", "AccessDenied", "Request has expired",
                             403},
        [RC_AUTH_MALFORMED] = {"IncompleteSignatureException", "AuthorizationHeaderMalformed",
                               "the signature cannot be read", 400},
        [RC_AUTH_PAYLOAD] = {"InvalidSignatureException", "XAmzContentSHA256Mismatch",
                             "the body is not the one that was signed", 400},
    };
    enum rc_local_protocol protocol =
        exchange->service ? exchange->service->protocol : RC_LOCAL_JSON;
    const char *code = protocol >= RC_LOCAL_REST_XML ? refusals[why].s3 : refusals[why].json;
    if (protocol == RC_LOCAL_QUERY && why == RC_AUTH_KEY)
        code = "InvalidClientTokenId";
    return rc_exchange_fail(exchange, refusals[why].status, code, "%s", refusals[why].words);
}

/* Finds the service, whatever there is to say of the signature. */
enum rc_auth rc_serve_find_service(struct rc_exchange *exchange, char name[32])
{
    exchange->service = open_service_of(exchange->target);
    if (exchange->service)
        return RC_AUTH_OK;
    enum rc_auth auth = rc_auth_check(exchange, name);
    exchange->service = service_of(name);
    if (!exchange->service && !*name && exchange->target[0] == '/' &&
        strcmp(exchange->method, "POST") != 0)
        exchange->service = service_of("s3"); /* who asks unsigned for a path means that */
    return auth;
}

static bool authenticate(struct rc_exchange *exchange)
{
    char name[32] = "";
    enum rc_auth auth = rc_serve_find_service(exchange, name);
    if (auth != RC_AUTH_OK)
        return refuse(exchange, auth);
    return exchange->service || rc_exchange_fail(exchange, 400, "UnknownOperationException",
                                                 "reconlocal has no service \"%s\"", name);
}

/* ----- the operation ----- */

static bool route(struct rc_exchange *exchange)
{
    exchange->operation = rc_route_find(exchange, exchange->service);
    if (exchange->operation)
        return true;
    const char *target = rc_exchange_header(exchange, "x-amz-target");
    const char *action = rc_exchange_query(exchange, "Action");
    bool rest = exchange->service->protocol == RC_LOCAL_REST_JSON ||
                exchange->service->protocol == RC_LOCAL_REST_XML;
    return rc_exchange_fail(
        exchange, rest ? 501 : 400, rest ? "NotImplemented" : "UnknownOperationException",
        "reconlocal's %s does not have %s %s", exchange->service->name, exchange->method,
        target   ? target
        : action ? action
                 : exchange->target);
}

static bool read_json(struct rc_exchange *exchange)
{
    struct rc_error err = {0};
    enum rc_local_protocol protocol = exchange->service->protocol;
    if (protocol != RC_LOCAL_JSON || exchange->operation->raw)
        return true;
    exchange->in = rc_json_parse(exchange->body.data ? exchange->body.data : "{}",
                                 exchange->body.data ? exchange->body.length : 2,
                                 RC_EXCHANGE_BODY_IN_MEMORY, &err);
    if (json_is_object(exchange->in))
        return true;
    return rc_exchange_fail(exchange, 400, "SerializationException", "%s",
                            err.text[0] ? err.text : "the body is no JSON object");
}

bool rc_serve_prepare(struct rc_exchange *exchange)
{
    return authenticate(exchange) && route(exchange) && read_json(exchange);
}

/* Nothing of it was kept. Who was to answer later is told as if the client had left. */
static void fail_unkept(struct rc_exchange *exchange)
{
    if (exchange->suspended && exchange->gone)
        exchange->gone(exchange);
    rc_exchange_fail(exchange, 500, "InternalFailure", "the state file could not be written");
    if (exchange->suspended)
        rc_exchange_answer(exchange);
}

void rc_serve_handle(struct rc_exchange *exchange)
{
    struct rc_local *local = exchange->local;
    rc_local_begin(local);
    exchange->operation->handle(exchange);
    if (exchange->failed)
        rc_local_rollback(local);
    else if (!rc_local_commit(local))
        fail_unkept(exchange);
}

/* ----- the weather ----- */

/* An error that the service itself would give under load. */
static void throttle(struct rc_exchange *exchange)
{
    static const struct {
        int status;
        const char *code;
    } codes[] = {[RC_LOCAL_JSON] = {400, "ThrottlingException"},
                 [RC_LOCAL_QUERY] = {400, "Throttling"},
                 [RC_LOCAL_REST_JSON] = {429, "TooManyRequestsException"},
                 [RC_LOCAL_REST_XML] = {503, "SlowDown"}};
    enum rc_local_protocol protocol = exchange->service->protocol;
    rc_exchange_fail(exchange, codes[protocol].status, codes[protocol].code,
                     "Rate exceeded (the weather)");
}

static void deny(struct rc_exchange *exchange)
{
    enum rc_local_protocol protocol = exchange->service->protocol;
    bool json = protocol == RC_LOCAL_JSON, plain = protocol == RC_LOCAL_QUERY;
    rc_exchange_fail(exchange, json ? 400 : 403,
                     plain || protocol == RC_LOCAL_REST_XML ? "AccessDenied"
                                                            : "AccessDeniedException",
                     "not authorized to perform %s (the weather)", exchange->operation->name);
}

bool rc_serve_weather(struct rc_exchange *exchange, int64_t *late_ms)
{
    struct rc_weather_now now = {0};
    *late_ms = 0;
    if (!open_service_of(exchange->target))
        now = rc_weather_of(exchange->local->weather, exchange->service->name,
                            exchange->operation->name);
    switch (now.kind) {
    case RC_WEATHER_FAIR:
        return true;
    case RC_WEATHER_THROTTLE:
        throttle(exchange);
        return false;
    case RC_WEATHER_ERROR:
        rc_exchange_fail(exchange, now.status,
                         now.status == 503 ? "ServiceUnavailable" : "InternalFailure",
                         "the weather");
        return false;
    case RC_WEATHER_DENIED:
        deny(exchange);
        return false;
    case RC_WEATHER_RESET:
        exchange->lost = true;
        return false;
    case RC_WEATHER_LOST:
        exchange->lost = true;
        return true;
    case RC_WEATHER_SLOW:
        *late_ms = now.late_ms;
        return true;
    }
    return true;
}
