#include "aws/answer.h"

#include "aws/json.h"
#include "aws/retry.h"
#include "aws/xml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool speaks_json(const struct rc_operation *operation)
{
    return operation->service->protocol < RC_PROTOCOL_REST_XML;
}

static bool nomem(struct rc_error *err)
{
    rc_error_nomem(err);
    return false;
}

/* ----- answers ----- */

/* Headers that begin with the member's name, as pairs of the rest and the value. */
static bool read_prefixed(const struct rc_member *member, const struct rc_http_head *head,
                          struct rc_list *list, struct rc_arena *arena, struct rc_error *err)
{
    size_t prefix = strlen(member->name), count = 0;
    for (size_t i = 0; i < head->header_count; i++)
        count += strncasecmp(head->headers[i].name, member->name, prefix) == 0;
    struct rc_pair *pairs = rc_arena_alloc(arena, count * sizeof *pairs);
    if (!pairs)
        return nomem(err);
    *list = (struct rc_list){pairs, count};
    for (size_t i = 0; i < head->header_count; i++) {
        const struct rc_http_header *header = &head->headers[i];
        if (strncasecmp(header->name, member->name, prefix) != 0)
            continue;
        pairs->key = rc_arena_text(arena, header->name + prefix, strlen(header->name + prefix));
        pairs->value = rc_arena_text(arena, header->value, strlen(header->value));
        if (!pairs->key || !pairs->value)
            return nomem(err);
        pairs++;
    }
    return true;
}

static bool read_payload(const struct rc_http_result *result, struct rc_bytes *bytes,
                         struct rc_arena *arena, struct rc_error *err)
{
    char *copy = rc_arena_text(arena, result->body, result->body_length);
    *bytes = (struct rc_bytes){copy, result->body_length};
    return copy || nomem(err);
}

/* Members that stand in the head, and the body as it is. */
static bool read_outside_members(const struct rc_operation *operation,
                                 const struct rc_http_result *result, void *answer,
                                 struct rc_arena *arena, struct rc_error *err)
{
    for (size_t i = 0; i < operation->out->count; i++) {
        const struct rc_member *member = &operation->out->members[i];
        void *place = (char *)answer + member->offset;
        bool ok = true;
        if (member->at == RC_AT_HEADER && member->kind == RC_SHAPE_MAP) {
            ok = read_prefixed(member, &result->head, place, arena, err);
        } else if (member->at == RC_AT_HEADER) {
            const char *value = rc_http_header(&result->head, member->name);
            ok = !value || rc_shape_set_text(member, answer, value, arena);
            if (!ok)
                rc_error_set(err, RC_DATA, "header %s: \"%.40s\" is not what was expected",
                             member->name, value);
        } else if (member->at == RC_AT_STATUS) {
            *(int64_t *)place = result->head.status;
        } else if (member->at == RC_AT_PAYLOAD && member->kind == RC_SHAPE_BLOB) {
            ok = read_payload(result, place, arena, err);
        }
        if (!ok)
            return false;
    }
    return true;
}

static bool has_body_members(const struct rc_shape *shape)
{
    for (size_t i = 0; i < shape->count; i++)
        if (shape->members[i].at == RC_AT_BODY)
            return true;
    return false;
}

static bool read_json_body(const struct rc_operation *operation,
                           const struct rc_http_result *result, void *answer,
                           struct rc_arena *arena, json_t **document, struct rc_error *err)
{
    *document = rc_json_parse(result->body, result->body_length, RC_ANSWER_CAP, err);
    return *document && rc_shape_read_json(operation->out, *document, answer, arena, err);
}

static bool read_xml_body(const struct rc_operation *operation, const struct rc_http_result *result,
                          void *answer, struct rc_arena *arena, struct rc_error *err)
{
    const struct rc_xml_node *root = rc_xml_parse(result->body, result->body_length, arena, err);
    if (root && operation->service->protocol == RC_PROTOCOL_QUERY) {
        char name[80];
        snprintf(name, sizeof name, "%sResult", operation->name);
        const struct rc_xml_node *inner = rc_xml_child(root, name);
        root = inner ? inner : root;
    }
    return root && rc_shape_read_xml(operation->out, root, answer, arena, err);
}

void *rc_answer_read(const struct rc_operation *operation, const struct rc_http_result *result,
                     struct rc_arena *arena, json_t **document, struct rc_error *err)
{
    const struct rc_shape *shape = operation->out;
    void *answer = rc_arena_alloc(arena, shape ? shape->size : 1);
    if (!answer) {
        rc_error_nomem(err);
        return NULL;
    }
    if (!shape)
        return answer;
    if (!read_outside_members(operation, result, answer, arena, err))
        return NULL;
    if ((operation->flags & RC_OP_STREAMS) || result->body_length == 0 || !has_body_members(shape))
        return answer;
    bool ok = speaks_json(operation)
                  ? read_json_body(operation, result, answer, arena, document, err)
                  : read_xml_body(operation, result, answer, arena, err);
    return ok ? answer : NULL;
}

/* ----- errors ----- */

const char *rc_answer_request_id(const struct rc_http_head *head)
{
    const char *id = rc_http_header(head, "x-amzn-requestid");
    id = id ? id : rc_http_header(head, "x-amz-request-id");
    return id ? id : "";
}

bool rc_answer_hides_error(const struct rc_operation *operation,
                           const struct rc_http_result *result)
{
    if (!(operation->flags & RC_OP_ERROR_IN_200) || result->head.status != 200)
        return false;
    const char *body = result->body + strspn(result->body, " \t\r\n");
    if (strncmp(body, "<?xml", 5) == 0) {
        const char *end = strstr(body, "?>");
        body = end ? end + 2 + strspn(end + 2, " \t\r\n") : body;
    }
    return strncmp(body, "<Error>", 7) == 0;
}

/* "com.amazonaws.dynamodb.v20120810#Code:http://…" without what is around. */
static const char *bare_code(const char *code, struct rc_arena *arena)
{
    const char *hash = strrchr(code, '#');
    code = hash ? hash + 1 : code;
    const char *copy = rc_arena_text(arena, code, strcspn(code, ":"));
    return copy ? copy : "";
}

static const char *copy_of(const char *text, struct rc_arena *arena)
{
    const char *copy = text ? rc_arena_text(arena, text, strlen(text)) : NULL;
    return copy ? copy : "";
}

static void read_throttles(const json_t *document, struct rc_arena *arena,
                           struct rc_aws_error *error)
{
    const json_t *list = json_object_get(document, "throttlingReasons");
    if (!list)
        list = json_object_get(document, "ThrottlingReasons");
    size_t count = json_array_size(list);
    struct rc_throttle *throttles = count ? rc_arena_alloc(arena, count * sizeof *throttles) : NULL;
    if (!throttles)
        return;
    for (size_t i = 0; i < count; i++) {
        const json_t *one = json_array_get(list, i);
        throttles[i] = (struct rc_throttle){copy_of(rc_json_text(one, "reason"), arena),
                                            copy_of(rc_json_text(one, "resource"), arena)};
    }
    error->throttles = throttles;
    error->throttle_count = count;
}

static void read_json_error(const struct rc_http_result *result, struct rc_arena *arena,
                            struct rc_aws_error *error)
{
    json_t *document = rc_json_parse(result->body, result->body_length, RC_ANSWER_CAP, NULL);
    const char *code = rc_http_header(&result->head, "x-amzn-errortype");
    if (!code)
        code = rc_json_text(document, "__type");
    if (!code)
        code = rc_json_text(document, "code");
    const char *message = rc_json_text(document, "message");
    if (!message)
        message = rc_json_text(document, "Message");
    error->code = code ? bare_code(code, arena) : "";
    error->message = copy_of(message, arena);
    error->details = document;
    read_throttles(document, arena, error);
}

/* S3: <Error> is the root; query: <ErrorResponse><Error>…</Error><RequestId>. */
static void read_xml_error(const struct rc_http_result *result, struct rc_arena *arena,
                           struct rc_aws_error *error)
{
    const struct rc_xml_node *root = rc_xml_parse(result->body, result->body_length, arena, NULL);
    const struct rc_xml_node *inner = rc_xml_child(root, "Error");
    const struct rc_xml_node *node = inner ? inner : root;
    error->code = copy_of(rc_xml_text(node, "Code"), arena);
    error->message = copy_of(rc_xml_text(node, "Message"), arena);
    if (!*error->request_id)
        error->request_id = copy_of(rc_xml_text(root, "RequestId"), arena);
}

static bool starts_or_ends(const char *code, const char *const *list)
{
    for (; *list; list++)
        if (strstr(code, *list))
            return true;
    return false;
}

static enum rc_aws_fault fault_of(int status, const char *code)
{
    static const char *const access[] = {"AccessDenied",          "NotAuthorized",
                                         "UnrecognizedClient",    "InvalidSignature",
                                         "SignatureDoesNotMatch", "InvalidClientTokenId",
                                         "InvalidAccessKeyId",    "MissingAuthenticationToken",
                                         "ExpiredToken",          NULL};
    static const char *const missing[] = {"NotFound", "NoSuch", "DoesNotExist", "NonExistent",
                                          NULL};
    static const char *const condition[] = {"ConditionalCheckFailed", "PreconditionFailed",
                                            "TransactionCanceled", "ConditionalRequestConflict",
                                            NULL};
    if (rc_retry_classify(status, code) == RC_RETRY_THROTTLED)
        return RC_AWS_THROTTLED;
    if (starts_or_ends(code, condition) || status == 412)
        return RC_AWS_CONDITION;
    if (starts_or_ends(code, access) || status == 401 || status == 403)
        return RC_AWS_ACCESS;
    if (starts_or_ends(code, missing) || status == 404)
        return RC_AWS_NOT_FOUND;
    return status >= 500 || status == 200 ? RC_AWS_SERVER : RC_AWS_CLIENT;
}

/* Answers to HEAD have no body, and proxies have their own. */
static const char *code_of_status(int status)
{
    static const struct {
        int status;
        const char *code;
    } codes[] = {{301, "PermanentRedirect"},  {304, "NotModified"},  {400, "BadRequest"},
                 {401, "Unauthorized"},       {403, "AccessDenied"}, {404, "NotFound"},
                 {412, "PreconditionFailed"}, {416, "InvalidRange"}, {429, "TooManyRequests"},
                 {500, "InternalError"},      {502, "BadGateway"},   {503, "ServiceUnavailable"},
                 {504, "GatewayTimeout"}};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (codes[i].status == status)
            return codes[i].code;
    return "UnknownError";
}

void rc_answer_error(const struct rc_operation *operation, const struct rc_http_result *result,
                     struct rc_arena *arena, struct rc_aws_error *error)
{
    error->status = result->head.status;
    error->request_id = copy_of(rc_answer_request_id(&result->head), arena);
    error->code = error->message = "";
    if (speaks_json(operation))
        read_json_error(result, arena, error);
    else
        read_xml_error(result, arena, error);
    if (!*error->code)
        error->code = code_of_status(error->status);
    error->fault = fault_of(error->status, error->code);
}
