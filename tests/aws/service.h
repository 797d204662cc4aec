/* What the tests of the services' tables share: a request against the document that
 * it has to become, an answer's document against the fields that it has to fill. In
 * documents ' stands for ". A sample field holds its own name, where it is a text. */
#ifndef RC_TESTS_AWS_SERVICE_H
#define RC_TESTS_AWS_SERVICE_H

#include "aws/answer.h"
#include "aws/request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

enum { SERVICE_CAP = 4 << 20, SERVICE_HEADERS = 32 };

static inline char *service_quoted(const char *text)
{
    char *copy = strdup(text);
    assert_non_null(copy);
    for (char *c = copy; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    return copy;
}

static inline json_t *service_json(const char *text)
{
    char *quoted = service_quoted(text);
    json_t *json = json_loads(quoted, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
    if (!json)
        fail_msg("no JSON: %s", quoted);
    free(quoted);
    return json;
}

/* Headers that the body's form brings along are not written in the tests. */
static inline bool service_is_shown(const struct rc_operation *operation,
                                    const struct rc_http_header *header)
{
    if (strcmp(header->name, "Content-MD5") == 0)
        return !(operation->flags & RC_OP_MD5);
    return strcmp(header->value, "application/xml") != 0 &&
           strcmp(header->value, "application/json") != 0 && !strstr(header->value, "amz-json");
}

/* "POST /path?query", then a line a header. */
static inline void service_head(const struct rc_operation *operation, const struct rc_wire *wire,
                                struct rc_buf *head)
{
    rc_buf_init(head, SERVICE_CAP);
    rc_buf_printf(head, "%s %s", operation->method ? operation->method : "POST",
                  wire->url.data + wire->path_offset);
    if (wire->query.length)
        rc_buf_printf(head, "?%s", wire->query.data);
    for (size_t i = 0; i < wire->header_count; i++)
        if (service_is_shown(operation, &wire->headers[i]))
            rc_buf_printf(head, "\n%s: %s", wire->headers[i].name, wire->headers[i].value);
}

/* The request that `in` becomes has this head and this body. */
static inline void service_sends(const struct rc_operation *operation, const void *in,
                                 const char *head, const char *body)
{
    struct rc_wire wire;
    struct rc_error err = {0};
    struct rc_buf text;
    if (!rc_request_build(operation, in, "https://host", false, &wire, &err))
        fail_msg("%s: %s", operation->name, err.text);
    service_head(operation, &wire, &text);
    assert_string_equal(text.data, head);
    rc_buf_free(&text);
    const char *sent = wire.body.data ? wire.body.data : "";
    if (body[0] == '{') {
        json_t *wanted = service_json(body), *json = json_loads(sent, JSON_REJECT_DUPLICATES, NULL);
        if (!json || !json_equal(wanted, json))
            fail_msg("%s sends %s and not %s", operation->name, sent, body);
        json_decref(json);
        json_decref(wanted);
    } else {
        char *wanted = service_quoted(body);
        assert_string_equal(sent, wanted);
        free(wanted);
    }
    rc_request_free(&wire);
}

/* Without a member that is needed, nothing is sent. */
static inline void service_refuses(const struct rc_operation *operation, const void *in,
                                   const char *missing)
{
    struct rc_wire wire;
    struct rc_error err = {0};
    assert_false(rc_request_build(operation, in, "https://host", false, &wire, &err));
    assert_non_null(strstr(err.text, missing));
}

struct service_answer {
    struct rc_arena arena;
    json_t *document;
};

/* The answer with these headers ("Name: value" lines) and this body as the
 * operation's struct, until service_forget. */
static inline const void *service_answers(struct service_answer *answer,
                                          const struct rc_operation *operation, const char *lines,
                                          const char *body)
{
    struct rc_http_header headers[SERVICE_HEADERS];
    struct rc_error err = {0};
    size_t count = 0;
    char *quoted = service_quoted(lines), *text = service_quoted(body), *rest = quoted;
    for (char *line; (line = strsep(&rest, "\n")) && *line;) {
        char *value = strstr(line, ": ");
        assert_non_null(value);
        assert_true(count < SERVICE_HEADERS);
        *value = '\0';
        headers[count++] = (struct rc_http_header){line, value + 2};
    }
    const struct rc_http_result result = {
        .head = {.status = 200, .headers = headers, .header_count = count},
        .body = text,
        .body_length = strlen(text)};
    rc_arena_init(&answer->arena, SERVICE_CAP);
    answer->document = NULL;
    const void *value = rc_answer_read(operation, &result, &answer->arena, &answer->document, &err);
    if (!value)
        fail_msg("%s: %s", operation->name, err.text);
    free(text);
    free(quoted);
    return value;
}

static inline void service_forget(struct service_answer *answer)
{
    json_decref(answer->document);
    rc_arena_free(&answer->arena);
}

static inline void service_is_json(const json_t *json, const char *text)
{
    json_t *wanted = service_json(text);
    assert_true(json_equal(json, wanted));
    json_decref(wanted);
}

/* A list's first element, of one. */
#define ONLY(list) (assert_int_equal((list).count, 1), (list).items)

#define IS_TEXT(value, field) assert_string_equal((value)->field, #field)
#define IS_INT(value, field, number) assert_int_equal((value)->field, number)
#define IS_REAL(value, field, number) assert_true((value)->field == (number))
#define IS_TRUE(value, field) assert_true((value)->field)
#define IS_JSON(value, field, text) service_is_json((value)->field, text)
#define IS_JSONS(value, field, text) service_is_json(*ONLY((value)->field), text)
#define IS_TEXTS(value, field) assert_string_equal(*ONLY((value)->field), #field)
#define IS_INTS(value, field, number) assert_int_equal(*ONLY((value)->field), number)
#define IS_REALS(value, field, number) assert_true(*ONLY((value)->field) == (number))
#define IS_BLOB(value, field)                                                                      \
    do {                                                                                           \
        assert_int_equal((value)->field.length, sizeof #field - 1);                                \
        assert_memory_equal((value)->field.data, #field, sizeof #field - 1);                       \
    } while (0)
#define IS_PAIRS(value, field)                                                                     \
    do {                                                                                           \
        assert_string_equal(ONLY((value)->field)->key, "a");                                       \
        assert_string_equal((value)->field.items->value, #field);                                  \
    } while (0)

/* Samples of lists with one element. */
#define ONE_TEXT(text)                                                                             \
    {                                                                                              \
        &(const char *const){text}, 1                                                              \
    }
#define ONE_INT(number)                                                                            \
    {                                                                                              \
        &(const int64_t){number}, 1                                                                \
    }
#define ONE_REAL(number)                                                                           \
    {                                                                                              \
        &(const double){number}, 1                                                                 \
    }
#define ONE_PAIR(text)                                                                             \
    {                                                                                              \
        &(const struct rc_pair){"a", text}, 1                                                      \
    }
#define BYTES(text)                                                                                \
    {                                                                                              \
        text, sizeof(text) - 1                                                                     \
    }

#endif
