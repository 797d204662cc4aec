#include "local/pattern.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

enum { DEPTH = 32 };

/* ----- comparison operators ----- */

static bool starts(const char *text, const char *prefix, bool any_case)
{
    size_t length = strlen(prefix);
    return any_case ? strncasecmp(text, prefix, length) == 0 : strncmp(text, prefix, length) == 0;
}

static bool ends(const char *text, const char *suffix, bool any_case)
{
    size_t length = strlen(text), end = strlen(suffix);
    if (end > length)
        return false;
    text += length - end;
    return any_case ? strcasecmp(text, suffix) == 0 : strcmp(text, suffix) == 0;
}

bool rc_pattern_wildcard(const char *pattern, const char *text)
{
    const char *star = NULL, *retry = NULL;
    while (*text) {
        if (*pattern == '*') {
            star = ++pattern;
            retry = text;
        } else if (*pattern && *(*pattern == '\\' ? pattern + 1 : pattern) == *text) {
            pattern += 1 + (*pattern == '\\');
            text++;
        } else if (star) {
            pattern = star;
            text = ++retry;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return !*pattern;
}

static bool equal(const json_t *a, const json_t *b)
{
    if (json_is_number(a) && json_is_number(b))
        return json_number_value(a) == json_number_value(b);
    return json_equal(a, b) != 0;
}

/* The operators on texts, whose value is a text or, for some, {"equals-ignore-case"}. */
static bool text_matches(const char *how, const json_t *operand, const json_t *value)
{
    const json_t *any_case = json_object_get(operand, "equals-ignore-case");
    const char *wanted = json_string_value(any_case ? any_case : operand);
    const char *text = json_string_value(value);
    if (!wanted || !text)
        return false;
    if (strcmp(how, "prefix") == 0)
        return starts(text, wanted, any_case != NULL);
    if (strcmp(how, "suffix") == 0)
        return ends(text, wanted, any_case != NULL);
    if (strcmp(how, "wildcard") == 0)
        return rc_pattern_wildcard(wanted, text);
    return strcasecmp(text, wanted) == 0;
}

/* [">=", 0, "<", 100] */
static bool number_matches(const json_t *operand, const json_t *value)
{
    if (!json_is_number(value))
        return false;
    double number = json_number_value(value);
    for (size_t i = 0; i + 1 < json_array_size(operand); i += 2) {
        const char *comparison = json_string_value(json_array_get(operand, i));
        double bound = json_number_value(json_array_get(operand, i + 1));
        bool holds = strcmp(comparison, "=") == 0    ? number == bound
                     : strcmp(comparison, "<") == 0  ? number < bound
                     : strcmp(comparison, "<=") == 0 ? number <= bound
                     : strcmp(comparison, ">") == 0  ? number > bound
                                                     : number >= bound;
        if (!holds)
            return false;
    }
    return true;
}

static bool is_among(const json_t *list, const json_t *value)
{
    size_t i;
    json_t *one;
    json_array_foreach(list, i, one)
    {
        if (equal(one, value))
            return true;
    }
    return false;
}

/* True when the value is one of those that "anything-but" names. */
static bool is_excluded(const json_t *operand, const json_t *value)
{
    const char *how;
    json_t *inner, *one;
    size_t i;
    if (json_is_array(operand))
        return is_among(operand, value);
    if (!json_is_object(operand))
        return equal(operand, value);
    json_object_foreach((json_t *)(uintptr_t)operand, how, inner)
    {
        if (!json_is_array(inner))
            return text_matches(how, inner, value);
        json_array_foreach(inner, i, one)
        {
            if (text_matches(how, one, value))
                return true;
        }
    }
    return false;
}

/* One alternative of a list against one value that is there. */
static bool alternative_matches(const json_t *alternative, const json_t *value)
{
    void *first = json_object_iter((json_t *)(uintptr_t)alternative);
    if (!first)
        return equal(alternative, value);
    const char *how = json_object_iter_key(first);
    const json_t *operand = json_object_iter_value(first);
    if (strcmp(how, "exists") == 0)
        return json_is_true(operand);
    if (strcmp(how, "anything-but") == 0)
        return !is_excluded(operand, value);
    if (strcmp(how, "numeric") == 0)
        return number_matches(operand, value);
    return text_matches(how, operand, value);
}

static bool is_absence(const json_t *alternative)
{
    return json_is_false(json_object_get(alternative, "exists"));
}

/* A list of alternatives against what the event has: of an array, any element will do. */
static bool leaf_matches(const json_t *alternatives, const json_t *value)
{
    size_t i, j;
    json_t *alternative, *one;
    json_array_foreach(alternatives, i, alternative)
    {
        if (is_absence(alternative)) {
            if (!value)
                return true;
            continue;
        }
        if (json_is_array(value)) {
            json_array_foreach(value, j, one)
            {
                if (alternative_matches(alternative, one))
                    return true;
            }
        } else if (value && !json_is_object(value) && alternative_matches(alternative, value)) {
            return true;
        }
    }
    return false;
}

/* ----- the tree ----- */

static bool matches(const json_t *pattern, const json_t *event);

static bool any_branch(const json_t *branches, const json_t *event)
{
    size_t i;
    json_t *branch;
    json_array_foreach(branches, i, branch)
    {
        if (matches(branch, event))
            return true;
    }
    return false;
}

/* An array of objects matches when one of them does. */
static bool member_matches(const json_t *wanted, const json_t *value)
{
    size_t i;
    json_t *one;
    if (json_is_array(wanted))
        return leaf_matches(wanted, value);
    if (!json_is_array(value))
        return matches(wanted, value);
    json_array_foreach(value, i, one)
    {
        if (matches(wanted, one))
            return true;
    }
    return false;
}

/* A missing object has no members, which "exists": false may want. */
static bool matches(const json_t *pattern, const json_t *event) // NOLINT(misc-no-recursion)
{
    const char *name;
    json_t *wanted;
    json_object_foreach((json_t *)(uintptr_t)pattern, name, wanted)
    {
        if (strcmp(name, "$or") == 0 ? !any_branch(wanted, event)
                                     : !member_matches(wanted, json_object_get(event, name)))
            return false;
    }
    return true;
}

bool rc_pattern_matches(const json_t *pattern, const json_t *event)
{
    return matches(pattern, event);
}

/* ----- checking ----- */

static bool wrong(struct rc_error *err, const char *why, const char *what)
{
    rc_error_set(err, RC_INVALID, "Event pattern is not valid. Reason: %s%s", why, what);
    return false;
}

static bool good_numeric(const json_t *operand, struct rc_error *err)
{
    size_t count = json_array_size(operand);
    bool ok = count == 2 || count == 4;
    for (size_t i = 0; ok && i < count; i += 2) {
        const char *comparison = json_string_value(json_array_get(operand, i));
        ok = comparison && json_is_number(json_array_get(operand, i + 1)) &&
             (strcmp(comparison, "=") == 0 || strcmp(comparison, "<") == 0 ||
              strcmp(comparison, "<=") == 0 || strcmp(comparison, ">") == 0 ||
              strcmp(comparison, ">=") == 0);
    }
    return ok || wrong(err, "Value of numeric must be an array of comparisons and numbers", "");
}

static bool good_text_operator(const char *how, const json_t *operand, struct rc_error *err)
{
    static const char *const known[] = {"prefix", "suffix", "equals-ignore-case", "wildcard", NULL};
    bool found = false;
    for (int i = 0; known[i]; i++)
        found |= strcmp(known[i], how) == 0;
    if (!found)
        return wrong(err, "Unrecognized match type ", how);
    bool affix = strcmp(how, "prefix") == 0 || strcmp(how, "suffix") == 0;
    return json_is_string(operand) ||
           (affix && json_is_string(json_object_get(operand, "equals-ignore-case"))) ||
           wrong(err, how, " match pattern must be a string");
}

static bool good_exclusion(const json_t *operand, struct rc_error *err)
{
    const char *how;
    json_t *inner, *one;
    size_t i;
    if (json_is_array(operand) && json_array_size(operand) == 0)
        return wrong(err, "Value of anything-but may not be empty", "");
    json_array_foreach(operand, i, one)
    {
        if (!json_is_string(one) && !json_is_number(one))
            return wrong(err, "Inside anything-but list, elements must be text or numbers", "");
    }
    json_object_foreach((json_t *)(uintptr_t)operand, how, inner)
    {
        if (!json_is_array(inner) && !good_text_operator(how, inner, err))
            return false;
        json_array_foreach(inner, i, one)
        {
            if (!good_text_operator(how, one, err))
                return false;
        }
    }
    return true;
}

static bool good_alternative(const json_t *alternative, struct rc_error *err)
{
    if (json_is_array(alternative))
        return wrong(err, "Match value must be String, number, true, false, or null", "");
    if (!json_is_object(alternative))
        return true;
    void *first = json_object_iter((json_t *)(uintptr_t)alternative);
    if (json_object_size(alternative) != 1)
        return wrong(err, "Only one key allowed in match expression", "");
    const char *how = json_object_iter_key(first);
    const json_t *operand = json_object_iter_value(first);
    if (strcmp(how, "exists") == 0)
        return json_is_boolean(operand) ||
               wrong(err, "exists match pattern must be either true or false", "");
    if (strcmp(how, "numeric") == 0)
        return good_numeric(operand, err);
    if (strcmp(how, "anything-but") == 0)
        return good_exclusion(operand, err);
    return good_text_operator(how, operand, err);
}

static bool check(const json_t *pattern, int depth, struct rc_error *err);

static bool check_or(const json_t *branches, int depth, struct rc_error *err)
{
    size_t i;
    json_t *branch;
    if (json_array_size(branches) < 2)
        return wrong(err, "$or must be an array of two objects or more", "");
    json_array_foreach(branches, i, branch)
    {
        if (!check(branch, depth + 1, err))
            return false;
    }
    return true;
}

static bool check_member(const char *name, const json_t *wanted, int depth, struct rc_error *err)
{
    size_t i;
    json_t *alternative;
    if (json_is_object(wanted))
        return check(wanted, depth + 1, err);
    if (!json_is_array(wanted))
        return wrong(err, name, " must be an object or an array");
    if (json_array_size(wanted) == 0)
        return wrong(err, "Empty arrays are not allowed: ", name);
    json_array_foreach(wanted, i, alternative)
    {
        if (!good_alternative(alternative, err))
            return false;
    }
    return true;
}

static bool check(const json_t *pattern, int depth, // NOLINT(misc-no-recursion)
                  struct rc_error *err)
{
    const char *name;
    json_t *wanted;
    if (depth > DEPTH)
        return wrong(err, "nested too deep", "");
    if (!json_is_object(pattern))
        return wrong(err, "Filter is not an object", "");
    if (!json_object_size(pattern))
        return wrong(err, "Empty objects are not allowed", "");
    json_object_foreach((json_t *)(uintptr_t)pattern, name, wanted)
    {
        if (strcmp(name, "$or") == 0 ? !check_or(wanted, depth, err)
                                     : !check_member(name, wanted, depth, err))
            return false;
    }
    return true;
}

bool rc_pattern_check(const json_t *pattern, struct rc_error *err)
{
    return check(pattern, 0, err);
}
