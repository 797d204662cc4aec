#include "local/exchange.h"

#include "aws/json.h"
#include "aws/xml.h"

#include <microhttpd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ----- the request ----- */

const char *rc_exchange_header(const struct rc_exchange *exchange, const char *name)
{
    return MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, name);
}

static const char *find(const struct rc_exchange_pair *pairs, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(pairs[i].name, name) == 0)
            return pairs[i].value;
    return NULL;
}

const char *rc_exchange_query(const struct rc_exchange *exchange, const char *name)
{
    return find(exchange->query, exchange->query_count, name);
}

const char *rc_exchange_path(struct rc_exchange *exchange, const char *name)
{
    return find(exchange->parts, exchange->part_count, name);
}

struct visit {
    void (*visit)(void *ctx, const char *name, const char *value);
    void *ctx;
};

static enum MHD_Result pass_on(void *ctx, enum MHD_ValueKind kind, const char *name,
                               const char *value)
{
    const struct visit *visit = ctx;
    (void)kind;
    visit->visit(visit->ctx, name, value ? value : "");
    return MHD_YES;
}

void rc_exchange_each_header(const struct rc_exchange *exchange,
                             void (*visit)(void *ctx, const char *name, const char *value),
                             void *ctx)
{
    struct visit all = {visit, ctx};
    MHD_get_connection_values(exchange->connection, MHD_HEADER_KIND, pass_on, &all);
}

const char *rc_exchange_text(struct rc_exchange *exchange, const char *member)
{
    return json_string_value(json_object_get(exchange->in, member));
}

const char *rc_exchange_need(struct rc_exchange *exchange, const char *member)
{
    const char *text = rc_exchange_text(exchange, member);
    if (!text)
        rc_exchange_fail(exchange, 400, "ValidationException", "%s is missing", member);
    return text;
}

int64_t rc_exchange_int(struct rc_exchange *exchange, const char *member, int64_t otherwise)
{
    int64_t value = otherwise;
    rc_json_int(exchange->in, member, &value);
    return value;
}

bool rc_exchange_bool(struct rc_exchange *exchange, const char *member, bool otherwise)
{
    const json_t *json = json_object_get(exchange->in, member);
    return json_is_boolean(json) ? json_is_true(json) : otherwise;
}

/* ----- errors ----- */

static void write_json_error(struct rc_exchange *exchange, const char *code, const char *message,
                             const json_t *members)
{
    const char *key;
    const json_t *value;
    rc_buf_clear(&exchange->out);
    rc_jsonw_init(&exchange->json, &exchange->out);
    rc_jsonw_open(&exchange->json, '{');
    rc_jsonw_key(&exchange->json, "__type");
    rc_jsonw_str(&exchange->json, code);
    rc_jsonw_key(&exchange->json, "message");
    rc_jsonw_str(&exchange->json, message);
    json_object_foreach((json_t *)(uintptr_t)members, key, value)
    {
        char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
        rc_jsonw_key(&exchange->json, key);
        rc_jsonw_raw(&exchange->json, text ? text : "null");
        free(text);
    }
    rc_jsonw_close(&exchange->json, '}');
    rc_exchange_set_header(exchange, "x-amzn-ErrorType", "%s", code);
}

static void write_xml_error(struct rc_exchange *exchange, const char *code, const char *message)
{
    bool query = exchange->service && exchange->service->protocol == RC_LOCAL_QUERY;
    rc_buf_clear(&exchange->out);
    rc_buf_add_str(&exchange->out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    rc_buf_add_str(&exchange->out, query ? "<ErrorResponse><Error><Type>Sender</Type>" : "<Error>");
    rc_exchange_xml(exchange, "Code", code);
    rc_exchange_xml(exchange, "Message", message);
    if (query)
        rc_buf_add_str(&exchange->out, "</Error>");
    rc_exchange_xml(exchange, "RequestId", exchange->request_id);
    rc_buf_add_str(&exchange->out, query ? "</ErrorResponse>" : "</Error>");
}

static void write_error(struct rc_exchange *exchange, int status, const char *code,
                        const char *message, const json_t *members)
{
    enum rc_local_protocol protocol =
        exchange->service ? exchange->service->protocol : RC_LOCAL_JSON;
    exchange->failed = true;
    exchange->status = status;
    exchange->stream_length = -1;
    if (protocol == RC_LOCAL_JSON || protocol == RC_LOCAL_REST_JSON)
        write_json_error(exchange, code, message, members);
    else
        write_xml_error(exchange, code, message);
}

static void fail(struct rc_exchange *exchange, int status, const char *code, const json_t *members,
                 const char *format, va_list args)
{
    char message[1024];
    vsnprintf(message, sizeof message, format, args);
    write_error(exchange, status, code, message, members);
}

bool rc_exchange_fail(struct rc_exchange *exchange, int status, const char *code,
                      const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fail(exchange, status, code, NULL, format, args);
    va_end(args);
    return false;
}

bool rc_exchange_fail_with(struct rc_exchange *exchange, int status, const char *code,
                           const json_t *members, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fail(exchange, status, code, members, format, args);
    va_end(args);
    return false;
}

/* ----- the answer ----- */

void rc_exchange_set_header(struct rc_exchange *exchange, const char *name, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    char *copy = length < 0 ? NULL : rc_arena_alloc(&exchange->arena, (size_t)length + 1);
    if (copy)
        vsnprintf(copy, (size_t)length + 1, format, again);
    va_end(again);
    va_end(args);
    size_t at = 0;
    while (at < exchange->header_count && strcasecmp(exchange->headers[at].name, name) != 0)
        at++;
    if (!copy || at == RC_EXCHANGE_HEADERS)
        return;
    exchange->headers[at] = (struct rc_exchange_pair){name, copy};
    if (at == exchange->header_count)
        exchange->header_count++;
}

void rc_exchange_xml(struct rc_exchange *exchange, const char *name, const char *text)
{
    rc_buf_printf(&exchange->out, "<%s>", name);
    rc_xml_escape(&exchange->out, text);
    rc_buf_printf(&exchange->out, "</%s>", name);
}
