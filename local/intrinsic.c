#include "local/intrinsic.h"

#include "base/buf.h"
#include "local/intrinsic_functions.h"
#include "local/jsonpath.h"

#include <stdlib.h>
#include <string.h>

enum { DEPTH = 10, TEXT_CAP = 1 << 20, PATH_BYTES = 1024 };

struct reader {
    const char *text;
    const char *at;
    const struct rc_intrinsic_world *world; /* NULL: it is only read */
    struct rc_error *err;
    int depth;
};

static json_t *read_value(struct reader *reader);

static json_t *bad(const struct reader *reader, const char *why)
{
    rc_error_set(reader->err, RC_INVALID, "Invalid intrinsic '%s' at character %zu: %s",
                 reader->text, (size_t)(reader->at - reader->text) + 1, why);
    return NULL;
}

static void skip_blanks(struct reader *reader)
{
    reader->at += strspn(reader->at, " \t\n");
}

/* Escaped braces become marks, for the template of Format to tell. */
static json_t *read_literal(struct reader *reader)
{
    struct rc_buf text;
    rc_buf_init(&text, TEXT_CAP);
    for (reader->at++; *reader->at && *reader->at != '\''; reader->at++) {
        char c = *reader->at;
        if (c == '\\') {
            c = *++reader->at;
            if (c == '{')
                c = RC_INTRINSIC_OPEN;
            else if (c == '}')
                c = RC_INTRINSIC_CLOSE;
            else if (c != '\'' && c != '\\')
                break;
        }
        rc_buf_add_char(&text, c);
    }
    json_t *value = NULL;
    if (*reader->at == '\'' && !text.failed)
        value = json_stringn(text.data ? text.data : "", text.length);
    if (value)
        reader->at++;
    else
        bad(reader, "a text that does not end, a backslash before another character, no UTF-8");
    rc_buf_free(&text);
    return value;
}

/* A path ends at a comma, a bracket or a blank that is not in brackets of its own. */
static size_t path_length(const char *at)
{
    bool quoted = false, inside = false;
    size_t length = 0;
    for (; at[length]; length++) {
        char c = at[length];
        if (quoted)
            quoted = c != '\'';
        else if (inside && c == '\'')
            quoted = true;
        else if (inside)
            inside = c != ']';
        else if (c == '[')
            inside = true;
        else if (strchr(",) \t\n", c))
            break;
    }
    return length;
}

static json_t *read_path_value(struct reader *reader)
{
    char path[PATH_BYTES];
    size_t length = path_length(reader->at);
    if (length >= sizeof path)
        return bad(reader, "the path is too long");
    memcpy(path, reader->at, length);
    path[length] = '\0';
    bool context = strncmp(path, "$$", 2) == 0;
    if (!rc_jsonpath_check(path + context, false, reader->err))
        return NULL;
    reader->at += length;
    if (!reader->world)
        return json_null();
    return rc_jsonpath_get(path + context, context ? reader->world->context : reader->world->input,
                           reader->err);
}

/* A number, true, false or null. */
static json_t *read_plain(struct reader *reader)
{
    size_t length = strcspn(reader->at, ",) \t\n");
    json_t *value = json_loadb(reader->at, length, JSON_DECODE_ANY, NULL);
    if (!value || json_is_string(value) || json_is_object(value) || json_is_array(value)) {
        json_decref(value);
        return bad(reader, "no value begins so");
    }
    reader->at += length;
    return value;
}

static const struct rc_intrinsic_function *read_name(struct reader *reader)
{
    const struct rc_intrinsic_function *row = rc_intrinsic_functions;
    size_t length = strcspn(reader->at, "( ,)'");
    while (row->name &&
           (strlen(row->name) != length || strncmp(row->name, reader->at, length) != 0))
        row++;
    if (!row->name) {
        bad(reader, "there is no such function");
        return NULL;
    }
    reader->at += length;
    skip_blanks(reader);
    return row;
}

static bool read_args(struct reader *reader, json_t *args)
{
    skip_blanks(reader);
    while (*reader->at != ')') {
        json_t *value = read_value(reader);
        if (!value)
            return false;
        json_array_append_new(args, value);
        skip_blanks(reader);
        if (*reader->at == ',') {
            reader->at++;
            skip_blanks(reader);
            if (*reader->at != ')')
                continue;
        }
        if (*reader->at != ')')
            return bad(reader, "a comma or a closing bracket has to stand here");
    }
    reader->at++;
    return true;
}

/* Everywhere but in a template, an escaped brace is a brace. */
static void restore_braces(json_t *args, size_t from)
{
    for (size_t i = from; i < json_array_size(args); i++) {
        const char *text = json_string_value(json_array_get(args, i));
        if (!text || (!strchr(text, RC_INTRINSIC_OPEN) && !strchr(text, RC_INTRINSIC_CLOSE)))
            continue;
        char *copy = strdup(text);
        for (char *at = copy; at && *at; at++)
            *at = (char)(*at == RC_INTRINSIC_OPEN ? '{' : *at == RC_INTRINSIC_CLOSE ? '}' : *at);
        if (copy)
            json_array_set_new(args, i, json_string(copy));
        free(copy);
    }
}

static json_t *read_call(struct reader *reader)
{
    const struct rc_intrinsic_function *function = read_name(reader);
    json_t *value = NULL, *args;
    if (!function)
        return NULL;
    if (*reader->at != '(' || ++reader->depth > DEPTH)
        return bad(reader, "a bracket has to stand here, and no more than ten may be open");
    reader->at++;
    if (!(args = json_array())) {
        rc_error_nomem(reader->err);
        return NULL;
    }
    if (read_args(reader, args)) {
        size_t count = json_array_size(args);
        restore_braces(args, strcmp(function->name, "States.Format") == 0 ? 1 : 0);
        if (count < function->least || count > function->most)
            bad(reader, "it has too few or too many arguments");
        else
            value = reader->world ? function->run(args, reader->world, reader->err) : json_null();
    }
    json_decref(args);
    reader->depth--;
    return value;
}

static json_t *read_value(struct reader *reader)
{
    if (*reader->at == '\'')
        return read_literal(reader);
    if (*reader->at == '$')
        return read_path_value(reader);
    return strncmp(reader->at, "States.", 7) == 0 ? read_call(reader) : read_plain(reader);
}

static json_t *read_whole(struct reader *reader)
{
    json_t *value = read_call(reader);
    skip_blanks(reader);
    if (!value || !*reader->at)
        return value;
    json_decref(value);
    return bad(reader, "it has to end here");
}

json_t *rc_intrinsic(const char *text, const struct rc_intrinsic_world *world, struct rc_error *err)
{
    struct reader reader = {.text = text, .at = text, .world = world, .err = err};
    return read_whole(&reader);
}

bool rc_intrinsic_check(const char *text, struct rc_error *err)
{
    struct reader reader = {.text = text, .at = text, .err = err};
    json_t *value = read_whole(&reader);
    json_decref(value);
    return value != NULL;
}
