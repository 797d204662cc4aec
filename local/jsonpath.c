#include "local/jsonpath.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 32, NAME_BYTES = 256, LIST = 16 };

enum kind { NAME, INDEX, ALL, SLICE, INDEXES };

struct step {
    enum kind kind;
    bool deep; /* ".." before it */
    char name[NAME_BYTES];
    int64_t numbers[LIST]; /* INDEX, INDEXES; SLICE: from, to, step */
    size_t count;
    bool given[3]; /* SLICE */
};

struct path {
    struct step steps[STEPS];
    size_t count;
    bool many; /* may find several */
};

/* ----- reading ----- */

static bool bad(const char *path, const char *at, struct rc_error *err)
{
    rc_error_set(err, RC_INVALID, "Invalid path '%s': it is not understood at character %zu", path,
                 (size_t)(at - path) + 1);
    return false;
}

static bool read_number(const char **at, int64_t *value)
{
    char *end;
    *value = strtoll(*at, &end, 10);
    bool ok = end != *at && **at != ' ' && **at != '+';
    *at = end;
    return ok;
}

/* 'name' or "name"; a backslash takes the next character as it is. */
static bool read_quoted(const char **at, char name[NAME_BYTES])
{
    char quote = *(*at)++;
    size_t length = 0;
    while (**at && **at != quote) {
        if (**at == '\\' && (*at)[1])
            (*at)++;
        if (length + 1 == NAME_BYTES)
            return false;
        name[length++] = *(*at)++;
    }
    name[length] = '\0';
    return *(*at)++ == quote;
}

static bool read_slice(const char **at, struct step *step)
{
    step->kind = SLICE;
    step->numbers[2] = 1;
    for (size_t i = 0; i < 3; i++) {
        if (**at == '-' || (**at >= '0' && **at <= '9')) {
            step->given[i] = read_number(at, &step->numbers[i]);
            if (!step->given[i])
                return false;
        }
        if (**at != ':')
            break;
        (*at)++;
    }
    return step->numbers[2] > 0 && step->numbers[2] <= INT32_MAX; /* a sum with it fits */
}

static bool read_numbers(const char **at, struct step *step)
{
    const char *start = *at;
    while (step->count < LIST) {
        if (!read_number(at, &step->numbers[step->count]))
            return **at == ':' && (*at = start, read_slice(at, step));
        step->count++;
        if (**at == ':') {
            *at = start;
            return step->count == 1 && read_slice(at, step);
        }
        if (**at != ',')
            break;
        (*at)++;
        *at += strspn(*at, " ");
    }
    step->kind = step->count == 1 ? INDEX : INDEXES;
    return true;
}

static bool read_bracket(const char **at, struct step *step)
{
    bool ok;
    (*at)++;
    if (**at == '*') {
        step->kind = ALL;
        (*at)++;
        ok = true;
    } else if (**at == '\'' || **at == '"') {
        step->kind = NAME;
        ok = read_quoted(at, step->name);
    } else {
        ok = read_numbers(at, step);
    }
    return ok && *(*at)++ == ']';
}

static bool read_word(const char **at, struct step *step)
{
    size_t length = strcspn(*at, ".[]()'\"?@,: \t\n$");
    if (**at == '*' && length == 1) {
        step->kind = ALL;
    } else {
        if (!length || length >= NAME_BYTES)
            return false;
        step->kind = NAME;
        memcpy(step->name, *at, length);
    }
    *at += length;
    return true;
}

static bool read_path(const char *text, struct path *path, struct rc_error *err)
{
    const char *at = text;
    path->count = 0;
    path->many = false;
    if (*at != '$')
        return bad(text, at, err);
    for (at++; *at;) {
        if (path->count == STEPS)
            return bad(text, at, err);
        struct step *step = &path->steps[path->count++];
        *step = (struct step){0};
        if (strncmp(at, "..", 2) == 0) {
            step->deep = true;
            at += 2;
        } else if (*at == '.') {
            at++;
            if (*at == '[')
                return bad(text, at, err);
        } else if (*at != '[') {
            return bad(text, at, err);
        }
        if (!(*at == '[' ? read_bracket(&at, step) : read_word(&at, step)))
            return bad(text, at, err);
        path->many |= step->deep || (step->kind != NAME && step->kind != INDEX);
    }
    return true;
}

bool rc_jsonpath_check(const char *path, bool reference, struct rc_error *err)
{
    struct path read;
    if (!read_path(path, &read, err))
        return false;
    if (!reference || !read.many)
        return true;
    rc_error_set(err, RC_INVALID, "Invalid path '%s': it has to name one place", path);
    return false;
}

/* ----- finding ----- */

static void find(const struct path *path, size_t at, const json_t *value, json_t *found);

static json_t *element(const json_t *array, int64_t index)
{
    int64_t size = (int64_t)json_array_size(array);
    if (index < 0)
        index += size;
    return index >= 0 && index < size ? json_array_get(array, (size_t)index) : NULL;
}

static void find_each(const struct path *path, size_t next, const json_t *value, json_t *found)
{
    const char *name;
    json_t *member;
    size_t i;
    json_object_foreach((json_t *)(uintptr_t)value, name, member)
    {
        find(path, next, member, found);
    }
    json_array_foreach(value, i, member)
    {
        find(path, next, member, found);
    }
}

static void find_slice(const struct path *path, size_t next, const json_t *value, json_t *found)
{
    const struct step *step = &path->steps[next - 1];
    int64_t size = (int64_t)json_array_size(value);
    int64_t from = step->given[0] ? step->numbers[0] : 0;
    int64_t to = step->given[1] ? step->numbers[1] : size;
    from = from < 0 ? from + size : from;
    to = to < 0 ? to + size : to;
    for (int64_t i = from < 0 ? 0 : from; i < to && i < size; i += step->numbers[2])
        find(path, next, json_array_get(value, (size_t)i), found);
}

static void find_step(const struct path *path, size_t at, const json_t *value, json_t *found)
{
    const struct step *step = &path->steps[at];
    switch (step->kind) {
    case NAME:
        find(path, at + 1, json_object_get(value, step->name), found);
        break;
    case INDEX:
    case INDEXES:
        for (size_t i = 0; i < step->count; i++)
            find(path, at + 1, element(value, step->numbers[i]), found);
        break;
    case ALL:
        find_each(path, at + 1, value, found);
        break;
    case SLICE:
        find_slice(path, at + 1, value, found);
        break;
    }
}

/* The step at the value and at everything below it. */
static void find_deep(const struct path *path, size_t at, const json_t *value, json_t *found)
{
    const char *name;
    json_t *member;
    size_t i;
    find_step(path, at, value, found);
    json_object_foreach((json_t *)(uintptr_t)value, name, member)
    {
        find_deep(path, at, member, found);
    }
    json_array_foreach(value, i, member)
    {
        find_deep(path, at, member, found);
    }
}

static void find(const struct path *path, size_t at, const json_t *value, json_t *found)
{
    if (!value)
        return;
    if (at == path->count)
        json_array_append(found, (json_t *)(uintptr_t)value);
    else if (path->steps[at].deep)
        find_deep(path, at, value, found);
    else
        find_step(path, at, value, found);
}

json_t *rc_jsonpath_get(const char *path, const json_t *root, struct rc_error *err)
{
    struct path read;
    json_t *found;
    if (!read_path(path, &read, err))
        return NULL;
    if (!(found = json_array())) {
        rc_error_nomem(err);
        return NULL;
    }
    find(&read, 0, root, found);
    if (read.many)
        return found;
    json_t *one = json_incref(json_array_get(found, 0));
    json_decref(found);
    if (!one)
        rc_error_set(err, RC_DATA, "the path '%s' finds nothing", path);
    return one;
}

/* ----- putting ----- */

static json_t *child_of(json_t *value, const struct step *step)
{
    if (step->kind == INDEX)
        return element(value, step->numbers[0]);
    json_t *child = json_object_get(value, step->name);
    if (!child && json_is_object(value)) {
        child = json_object();
        if (json_object_set_new(value, step->name, child) != 0)
            return NULL; /* the name is no UTF-8 */
    }
    return child;
}

static bool put_last(json_t *place, const struct step *step, json_t *value)
{
    if (step->kind == NAME)
        return json_object_set_new(place, step->name, value) == 0;
    int64_t size = (int64_t)json_array_size(place), index = step->numbers[0];
    if (index == size)
        return json_array_append_new(place, value) == 0;
    return json_array_set_new(place, (size_t)(index < 0 ? index + size : index), value) == 0;
}

bool rc_jsonpath_set(const char *path, json_t **root, json_t *value, struct rc_error *err)
{
    struct path read;
    if (!read_path(path, &read, err) || read.many) {
        json_decref(value);
        return false;
    }
    if (!read.count) {
        json_decref(*root);
        *root = value;
        return true;
    }
    json_t *whole = json_deep_copy(*root), *place = whole;
    for (size_t i = 0; place && i + 1 < read.count; i++)
        place = child_of(place, &read.steps[i]);
    if (!place)
        json_decref(value);
    if (place && put_last(place, &read.steps[read.count - 1], value)) {
        json_decref(*root);
        *root = whole;
        return true;
    }
    json_decref(whole);
    rc_error_set(err, RC_DATA, "Unable to apply ReferencePath %s to the input", path);
    return false;
}
