/* What the tests of core/copybook.c share: a copybook's text against the fields or the error
 * that has to come of it. */
#ifndef RC_TESTS_UNIT_COPYBOOK_IMPORT_H
#define RC_TESTS_UNIT_COPYBOOK_IMPORT_H

#include "base/buf.h"
#include "core/copybook.h"
#include "core/layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* JSON is written with ' for " here. */
static inline json_t *json_of(const char *text)
{
    char *copy = strdup(text);
    assert_non_null(copy);
    for (char *c = copy; *c; c++)
        if (*c == '\'')
            *c = '"';
    json_error_t error;
    json_t *value = json_loads(copy, 0, &error);
    if (!value)
        fail_msg("%s: %s", error.text, copy);
    free(copy);
    return value;
}

static inline json_t *import_as(const char *text, const char *framing)
{
    struct rc_copybook_options options = {.framing = framing};
    struct rc_error err = {0};
    size_t length = strlen(text);
    char *bytes = malloc(length); /* without the NUL, so that reading past the end is seen */
    assert_non_null(bytes);
    for (size_t i = 0; i < length; i++)
        bytes[i] = text[i];
    json_t *layout = rc_copybook_layout(bytes, length, &options, &err);
    free(bytes);
    if (!layout)
        fail_msg("%s\n%s", err.text, text);
    struct rc_layout *loaded = rc_layout_from_json(layout, &err);
    if (!loaded)
        fail_msg("%s\n%s", err.text, text);
    rc_layout_free(loaded);
    return layout;
}

static inline json_t *fields_of(const json_t *layout)
{
    return json_object_get(json_array_get(json_object_get(layout, "records"), 0), "fields");
}

static inline void same(const json_t *actual, const char *wanted)
{
    json_t *value = json_of(wanted);
    if (!json_equal(actual, value))
        fail_msg("%s\ninstead of %s", json_dumps(actual, JSON_ENCODE_ANY), wanted);
    json_decref(value);
}

/* The fields that a copybook gives. */
static inline void gives(const char *text, const char *fields)
{
    json_t *layout = import_as(text, "rdw");
    same(fields_of(layout), fields);
    json_decref(layout);
}

/* The one field of a record with one item, whose `at` is 1. */
static inline void item_gives(const char *clauses, const char *members)
{
    char text[512], field[512];
    snprintf(text, sizeof text, "01 R.\n 05 F %s.\n", clauses);
    snprintf(field, sizeof field, "[{'name': 'F', 'at': 1, %s}]", members);
    gives(text, field);
}

static inline void length_is(const char *text, int wanted)
{
    json_t *layout = import_as(text, "fixed");
    json_t *framing = json_object_get(layout, "framing");
    assert_int_equal(json_integer_value(json_object_get(framing, "length")), wanted);
    json_decref(layout);
}

static inline void fails_as(const char *text, const struct rc_copybook_options *options,
                            enum rc_code code, const char *sentence)
{
    struct rc_error err = {0};
    json_t *layout = rc_copybook_layout(text, strlen(text), options, &err);
    if (layout)
        fail_msg("no error in: %s", text);
    assert_string_equal(err.text, sentence);
    assert_int_equal(err.code, code);
    assert_null(rc_copybook_layout(text, strlen(text), options, NULL));
}

static inline void fails(const char *text, const char *sentence)
{
    fails_as(text, NULL, RC_INVALID, sentence);
}

/* A text of `count` times the same line. */
static inline char *repeated(const char *head, const char *line, size_t count)
{
    struct rc_buf buf;
    rc_buf_init(&buf, 1 << 21);
    rc_buf_add_str(&buf, head);
    for (size_t i = 0; i < count; i++)
        rc_buf_add_str(&buf, line);
    assert_false(buf.failed);
    return buf.data;
}

#endif
