#include "aws/request.h"

#include "aws/sign.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER_BYTES = 64 << 10, DIGEST_TEXT = 2 * EVP_MAX_MD_SIZE };

bool rc_request_header(struct rc_wire *wire, const char *name, const char *value,
                       struct rc_error *err)
{
    if (wire->header_count == RC_REQUEST_HEADERS) {
        rc_error_set(err, RC_LIMIT, "over %d headers", RC_REQUEST_HEADERS);
        return false;
    }
    if (value[strcspn(value, "\r\n")]) {
        rc_error_set(err, RC_USAGE, "%s: a header cannot hold a line break", name);
        return false;
    }
    wire->headers[wire->header_count++] = (struct rc_http_header){name, value};
    return true;
}

/* ----- path and query ----- */

static const char *text_of(const struct rc_member *member, const void *in)
{
    return *(const char *const *)((const char *)in + member->offset);
}

/* Names that may stand in front of a host: "General purpose bucket naming rules", S3
 * User Guide; without points, which no certificate covers. */
static bool can_be_host(const char *bucket)
{
    size_t length = strlen(bucket);
    return length >= 3 && length <= 63 &&
           strspn(bucket, "abcdefghijklmnopqrstuvwxyz0123456789-") == length && bucket[0] != '-' &&
           bucket[length - 1] != '-';
}

/* "{Name}" or "{Name+}" at `label`; gives what is behind it, or NULL. */
static const char *add_label(const struct rc_operation *operation, const void *in,
                             const char *label, struct rc_buf *out, struct rc_error *err)
{
    char name[64];
    size_t length = strcspn(label + 1, "}");
    bool greedy = length && label[length] == '+';
    snprintf(name, sizeof name, "%.*s", (int)(length - greedy), label + 1);
    const struct rc_member *member = rc_shape_find(operation->in, name);
    if (!member || !rc_shape_has(member, in) ||
        (member->kind == RC_SHAPE_TEXT && !*text_of(member, in))) {
        rc_error_set(err, RC_USAGE, "%s is missing", name);
        return NULL;
    }
    struct rc_buf text;
    rc_buf_init(&text, RC_REQUEST_URL_CAP);
    rc_shape_add_text(member, in, RC_AT_PATH, &text);
    rc_sign_encode(out, text.data ? text.data : "", text.length, greedy);
    rc_buf_free(&text);
    return label + length + 2;
}

static bool add_query(struct rc_buf *query, const char *name, const struct rc_member *member,
                      const void *value)
{
    struct rc_buf text;
    rc_buf_init(&text, query->cap);
    rc_shape_add_text(member, value, RC_AT_QUERY, &text);
    if (query->length)
        rc_buf_add_char(query, '&');
    rc_sign_encode(query, name, strlen(name), false);
    rc_buf_add_char(query, '=');
    rc_sign_encode(query, text.data ? text.data : "", text.length, false);
    rc_buf_free(&text);
    return !query->failed;
}

/* Scheme, host and path; the part of the operation's path behind "?" opens the query. */
static bool add_url(const struct rc_operation *operation, const void *in, const char *base,
                    bool virtual_host, struct rc_wire *wire, struct rc_error *err)
{
    static const char bucket_part[] = "/{Bucket}";
    const char *path = operation->path ? operation->path : "/";
    const char *host = strstr(base, "://");
    size_t base_length = strlen(base);
    if (!host) {
        rc_error_set(err, RC_USAGE, "the endpoint \"%.100s\" has no https:// or http://", base);
        return false;
    }
    host += 3;
    while (base_length && base[base_length - 1] == '/')
        base_length--;
    rc_buf_add(&wire->url, base, (size_t)(host - base));
    wire->host_offset = wire->url.length;
    if (virtual_host && strncmp(path, bucket_part, strlen(bucket_part)) == 0) {
        const struct rc_member *bucket = rc_shape_find(operation->in, "Bucket");
        if (bucket && rc_shape_has(bucket, in) && can_be_host(text_of(bucket, in))) {
            rc_buf_printf(&wire->url, "%s.", text_of(bucket, in));
            path += strlen(bucket_part);
        }
    }
    size_t host_length = strcspn(host, "/");
    if (host + host_length > base + base_length)
        host_length = (size_t)(base + base_length - host);
    rc_buf_add(&wire->url, host, host_length);
    wire->path_offset = wire->url.length;
    rc_buf_add(&wire->url, host + host_length, (size_t)(base + base_length - host) - host_length);
    if (*path != '/')
        rc_buf_add_char(&wire->url, '/');
    while (path && *path && *path != '?') {
        if (*path == '{')
            path = add_label(operation, in, path, &wire->url, err);
        else
            rc_buf_add_char(&wire->url, *path++);
    }
    if (!path)
        return false;
    rc_buf_add_str(&wire->query, *path ? path + 1 : "");
    return true;
}

/* ----- members that are neither in the path nor in the body ----- */

static bool add_header(struct rc_wire *wire, const struct rc_member *member, const void *in,
                       struct rc_error *err)
{
    struct rc_buf text;
    rc_buf_init(&text, HEADER_BYTES);
    rc_shape_add_text(member, in, RC_AT_HEADER, &text);
    char *copy = rc_arena_text(&wire->texts, text.data ? text.data : "", text.length);
    bool ok = copy && !text.failed;
    rc_buf_free(&text);
    if (ok)
        return rc_request_header(wire, member->name, copy, err);
    rc_error_set(err, RC_LIMIT, "%s: over %d bytes of headers", member->name, HEADER_BYTES);
    return false;
}

/* A map of which each element is a header: "x-amz-meta-KEY". */
static bool add_headers(struct rc_wire *wire, const struct rc_member *member, const void *in,
                        struct rc_error *err)
{
    const struct rc_list *list = (const void *)((const char *)in + member->offset);
    const struct rc_pair *pairs = list->items;
    for (size_t i = 0; i < list->count; i++) {
        char *name = rc_arena_printf(&wire->texts, "%s%s", member->name, pairs[i].key);
        char *value = rc_arena_printf(&wire->texts, "%s", pairs[i].value);
        if (!name || !value) {
            rc_error_set(err, RC_LIMIT, "%s: over %d bytes of headers", member->name, HEADER_BYTES);
            return false;
        }
        if (!rc_request_header(wire, name, value, err))
            return false;
    }
    return true;
}

static bool add_outside_members(const struct rc_operation *operation, const void *in,
                                struct rc_wire *wire, struct rc_error *err)
{
    for (size_t i = 0; operation->in && i < operation->in->count; i++) {
        const struct rc_member *member = &operation->in->members[i];
        bool ok = true;
        if (member->at == RC_AT_BODY || member->at == RC_AT_PATH)
            continue;
        if (!rc_shape_has(member, in)) {
            if (member->flags & RC_NEEDED)
                return rc_shape_missing(member, err);
            continue;
        }
        if (member->at == RC_AT_QUERY)
            ok = add_query(&wire->query, member->name, member, in) ||
                 (rc_error_set(err, RC_LIMIT, "%s: the query is too long", member->name), false);
        else if (member->at == RC_AT_HEADER && member->kind == RC_SHAPE_MAP)
            ok = add_headers(wire, member, in, err);
        else if (member->at == RC_AT_HEADER)
            ok = add_header(wire, member, in, err);
        else if (member->at == RC_AT_PAYLOAD) {
            const struct rc_bytes *bytes = (const void *)((const char *)in + member->offset);
            ok = rc_buf_add(&wire->body, bytes->data, bytes->length) ||
                 (rc_error_set(err, RC_LIMIT, "%s: over %d bytes", member->name,
                               RC_REQUEST_BODY_CAP),
                  false);
        }
        if (!ok)
            return false;
    }
    return true;
}

/* ----- the body ----- */

static bool has_at(const struct rc_operation *operation, enum rc_at at)
{
    for (size_t i = 0; operation->in && i < operation->in->count; i++)
        if (operation->in->members[i].at == at)
            return true;
    return false;
}

/* Nothing in the body is said or needed: then there is no body, because S3 does not
 * take an empty CreateBucketConfiguration for none. */
static bool is_empty(const struct rc_shape *shape, const void *in)
{
    for (size_t i = 0; i < shape->count; i++) {
        const struct rc_member *member = &shape->members[i];
        if (member->at == RC_AT_BODY && ((member->flags & RC_NEEDED) || rc_shape_has(member, in)))
            return false;
    }
    return true;
}

static bool add_target(const struct rc_operation *operation, struct rc_wire *wire,
                       struct rc_error *err)
{
    const struct rc_service *service = operation->service;
    const char *type = service->protocol == RC_PROTOCOL_JSON_1_0 ? "application/x-amz-json-1.0"
                                                                 : "application/x-amz-json-1.1";
    char *target = rc_arena_printf(&wire->texts, "%s%s", service->target, operation->name);
    if (!target) {
        rc_error_nomem(err);
        return false;
    }
    return rc_request_header(wire, "X-Amz-Target", target, err) &&
           rc_request_header(wire, "Content-Type", type, err);
}

static bool add_body(const struct rc_operation *operation, const void *in, struct rc_wire *wire,
                     struct rc_error *err)
{
    const struct rc_service *service = operation->service;
    bool members = has_at(operation, RC_AT_BODY);
    switch (service->protocol) {
    case RC_PROTOCOL_JSON_1_0:
    case RC_PROTOCOL_JSON_1_1:
        if (!add_target(operation, wire, err))
            return false;
        if (!members)
            return rc_buf_add_str(&wire->body, "{}");
        return rc_shape_write_json(operation->in, in, &wire->body, err);
    case RC_PROTOCOL_REST_JSON:
        if (!members)
            return true;
        return rc_request_header(wire, "Content-Type", "application/json", err) &&
               rc_shape_write_json(operation->in, in, &wire->body, err);
    case RC_PROTOCOL_REST_XML:
        if (!members || !operation->root || is_empty(operation->in, in))
            return true;
        return rc_request_header(wire, "Content-Type", "application/xml", err) &&
               rc_shape_write_xml(operation->in, in, operation->root, &wire->body, err);
    case RC_PROTOCOL_QUERY:
        rc_buf_printf(&wire->body, "Action=%s&Version=%s", operation->name, service->version);
        return rc_request_header(wire, "Content-Type",
                                 "application/x-www-form-urlencoded; charset=utf-8", err) &&
               (!operation->in || rc_shape_write_query(operation->in, in, &wire->body, err));
    }
    return false;
}

/* RFC 1864: base64 of the MD5, which S3 wants for requests that delete many. */
static bool add_md5(struct rc_wire *wire, struct rc_error *err)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    char *text = rc_arena_alloc(&wire->texts, DIGEST_TEXT);
    if (!text ||
        EVP_Digest(wire->body.data, wire->body.length, digest, &length, EVP_md5(), NULL) != 1) {
        rc_error_set(err, RC_NOMEM, "MD5 failed");
        return false;
    }
    EVP_EncodeBlock((unsigned char *)text, digest, (int)length);
    return rc_request_header(wire, "Content-MD5", text, err);
}

bool rc_request_build(const struct rc_operation *operation, const void *in, const char *base,
                      bool virtual_host, struct rc_wire *wire, struct rc_error *err)
{
    *wire = (struct rc_wire){0};
    rc_buf_init(&wire->url, RC_REQUEST_URL_CAP);
    rc_buf_init(&wire->query, RC_REQUEST_URL_CAP);
    rc_buf_init(&wire->body, RC_REQUEST_BODY_CAP);
    rc_arena_init(&wire->texts, HEADER_BYTES);
    bool ok = add_url(operation, in, base, virtual_host, wire, err) &&
              add_outside_members(operation, in, wire, err) && add_body(operation, in, wire, err) &&
              (!(operation->flags & RC_OP_MD5) || add_md5(wire, err));
    if (ok && (wire->url.failed || wire->query.failed)) {
        rc_error_set(err, RC_LIMIT, "the URL is over %d bytes", RC_REQUEST_URL_CAP);
        ok = false;
    }
    if (!ok)
        rc_request_free(wire);
    return ok;
}

void rc_request_wipe(struct rc_wire *wire)
{
    rc_arena_wipe(&wire->texts);
    if (wire->query.data)
        explicit_bzero(wire->query.data, wire->query.capacity);
    if (wire->body.data)
        explicit_bzero(wire->body.data, wire->body.capacity);
}

void rc_request_free(struct rc_wire *wire)
{
    rc_arena_free(&wire->texts);
    rc_buf_free(&wire->body);
    rc_buf_free(&wire->query);
    rc_buf_free(&wire->url);
    wire->header_count = 0;
}
