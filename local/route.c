#include "local/route.h"

#include <string.h>

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

char *rc_route_decode(struct rc_exchange *exchange, const char *text, size_t length, bool form)
{
    char *out = rc_arena_text(&exchange->arena, text, length);
    char *to = out;
    for (size_t i = 0; out && i < length; i++) {
        char c = text[i];
        if (c == '%' && i + 2 < length && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0) {
            c = (char)(hex(text[i + 1]) << 4 | hex(text[i + 2]));
            i += 2;
        } else if (c == '+' && form) {
            c = ' ';
        }
        *to++ = c;
    }
    if (out)
        *to = '\0';
    return out;
}

static bool add_pairs(struct rc_exchange *exchange, const char *text, bool form)
{
    while (*text) {
        size_t length = strcspn(text, "&");
        const char *equals = memchr(text, '=', length);
        size_t name = equals ? (size_t)(equals - text) : length;
        if (length && exchange->query_count == RC_EXCHANGE_PAIRS)
            return false;
        if (length) {
            struct rc_exchange_pair pair = {
                rc_route_decode(exchange, text, name, form),
                equals ? rc_route_decode(exchange, equals + 1, length - name - 1, form) : ""};
            if (!pair.name || !pair.value)
                return false;
            exchange->query[exchange->query_count++] = pair;
        }
        text += length + (text[length] == '&');
    }
    return true;
}

bool rc_route_query(struct rc_exchange *exchange)
{
    const char *query = strchr(exchange->target, '?');
    return !query || add_pairs(exchange, query + 1, false);
}

/* ----- REST ----- */

static bool add_part(struct rc_exchange *exchange, const char *name, size_t name_length,
                     const char *value, size_t length)
{
    if (exchange->part_count == sizeof exchange->parts / sizeof *exchange->parts)
        return false;
    exchange->parts[exchange->part_count++] =
        (struct rc_exchange_pair){rc_arena_text(&exchange->arena, name, name_length),
                                  rc_route_decode(exchange, value, length, false)};
    return exchange->parts[exchange->part_count - 1].name &&
           exchange->parts[exchange->part_count - 1].value;
}

/* "/{bucket}/{key*}" against a path; a slash at the path's end makes no difference where
 * the pattern ends before it. */
static bool path_fits(struct rc_exchange *exchange, const char *pattern, const char *path,
                      size_t length)
{
    const char *end = path + length;
    exchange->part_count = 0;
    while (*pattern && *pattern != '?') {
        if (*pattern != '{') {
            if (path == end || *path != *pattern)
                return false;
            path++;
            pattern++;
            continue;
        }
        size_t name = strcspn(pattern + 1, "*}");
        bool rest = pattern[1 + name] == '*';
        size_t value = rest ? (size_t)(end - path) : 0;
        while (!rest && path + value < end && path[value] != '/')
            value++;
        if (!value || !add_part(exchange, pattern + 1, name, path, value))
            return false;
        path += value;
        pattern += strcspn(pattern, "}") + 1;
    }
    return path == end || (path + 1 == end && *path == '/');
}

/* Every parameter that the pattern names behind "?" has to be there; one that begins with
 * "@" is a header. */
static bool query_fits(const struct rc_exchange *exchange, const char *pattern)
{
    const char *at = strchr(pattern, '?');
    while (at && *at) {
        char name[64];
        size_t length = strcspn(++at, "&");
        if (length >= sizeof name)
            return false;
        memcpy(name, at, length);
        name[length] = '\0';
        if (*name == '@' ? !rc_exchange_header(exchange, name + 1)
                         : !rc_exchange_query(exchange, name))
            return false;
        at += length;
    }
    return true;
}

static const struct rc_local_operation *find_rest(struct rc_exchange *exchange,
                                                  const struct rc_local_service *service)
{
    size_t length = strcspn(exchange->target, "?");
    for (const struct rc_local_operation *row = service->operations; row->name; row++)
        if (strcmp(row->method, exchange->method) == 0 && query_fits(exchange, row->path) &&
            path_fits(exchange, row->path, exchange->target, length))
            return row;
    return NULL;
}

static const struct rc_local_operation *find_named(const struct rc_local_service *service,
                                                   const char *name)
{
    for (const struct rc_local_operation *row = service->operations; name && row->name; row++)
        if (strcmp(row->name, name) == 0)
            return row;
    return NULL;
}

const struct rc_local_operation *rc_route_find(struct rc_exchange *exchange,
                                               const struct rc_local_service *service)
{
    if (service->protocol == RC_LOCAL_REST_JSON || service->protocol == RC_LOCAL_REST_XML)
        return find_rest(exchange, service);
    if (service->protocol == RC_LOCAL_QUERY) {
        if (!add_pairs(exchange, exchange->body.data ? exchange->body.data : "", true))
            return NULL;
        return find_named(service, rc_exchange_query(exchange, "Action"));
    }
    const char *target = rc_exchange_header(exchange, "x-amz-target");
    size_t prefix = strlen(service->target);
    if (!target || strncmp(target, service->target, prefix) != 0)
        return NULL;
    return find_named(service, target + prefix);
}
