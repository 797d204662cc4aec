#include "cli/stack.h"

#include "base/buf.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is(const char *text, const char *word)
{
    return text && strcmp(text, word) == 0;
}

static const char *text_of(const json_t *json, const char *member)
{
    return json_string_value(json_object_get(json, member));
}

/* ----- parameters ----- */

static bool in_list(const json_t *allowed, const json_t *value)
{
    size_t i;
    const json_t *one;
    json_array_foreach(allowed, i, one)
    {
        if (json_equal(one, value))
            return true;
    }
    return false;
}

static bool matches(const char *pattern, const char *text)
{
    regex_t regex;
    regmatch_t whole;
    if (regcomp(&regex, pattern, REG_EXTENDED) != 0)
        return false;
    bool ok = regexec(&regex, text, 1, &whole, 0) == 0 && whole.rm_so == 0 && !text[whole.rm_eo];
    regfree(&regex);
    return ok;
}

static bool is_within(const json_t *definition, const json_t *value)
{
    const json_t *least = json_object_get(definition, "MinValue");
    const json_t *most = json_object_get(definition, "MaxValue");
    double number = json_number_value(value);
    return (!least || number >= json_number_value(least)) &&
           (!most || number <= json_number_value(most));
}

static bool is_allowed(const json_t *definition, const json_t *value)
{
    const json_t *allowed = json_object_get(definition, "AllowedValues");
    const char *pattern = text_of(definition, "AllowedPattern");
    return (!allowed || in_list(allowed, value)) &&
           (!pattern || !json_is_string(value) || matches(pattern, json_string_value(value))) &&
           is_within(definition, value);
}

static json_t *split(const char *text)
{
    json_t *list = json_array();
    for (const char *at = text; *at;) {
        size_t length = strcspn(at, ",");
        json_array_append_new(list, json_stringn(at, length));
        at += length + (at[length] == ',');
    }
    return list;
}

/* A text as the parameter's type has it; NULL when it is none of that type. */
static json_t *typed(const char *type, const char *text)
{
    if (is(type, "CommaDelimitedList") || strncmp(type, "List<", 5) == 0)
        return split(text);
    if (!is(type, "Number"))
        return json_string(text);
    json_t *number = json_loads(text, JSON_DECODE_ANY, NULL);
    if (json_is_number(number))
        return number;
    json_decref(number);
    return NULL;
}

static json_t *parameter_value(const json_t *definition, const char *name, const json_t *given,
                               const json_t *otherwise)
{
    const char *type = text_of(definition, "Type");
    const json_t *plain = json_object_get(definition, "Default");
    const char *text = text_of(given, name);
    if (!text && plain && !json_is_string(plain))
        return json_deep_copy(plain);
    if (!text)
        text = plain ? json_string_value(plain) : text_of(otherwise, name);
    return text && type ? typed(type, text) : NULL;
}

static bool are_known(const json_t *definitions, const json_t *given, struct rc_error *err)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)given, name, value)
    {
        if (!json_object_get(definitions, name)) {
            rc_error_set(err, RC_USAGE, "the template has no parameter \"%s\"", name);
            return false;
        }
    }
    return true;
}

bool rc_stack_open(struct rc_stack *stack, const json_t *given, const json_t *otherwise,
                   struct rc_error *err)
{
    const json_t *definitions = json_object_get(stack->template, "Parameters");
    const char *name;
    json_t *definition;
    stack->parameters = json_object();
    if (!are_known(definitions, given, err))
        return false;
    json_object_foreach((json_t *)(uintptr_t)definitions, name, definition)
    {
        json_t *value = parameter_value(definition, name, given, otherwise);
        if (!value || !is_allowed(definition, value)) {
            const char *what = text_of(definition, "Description");
            rc_error_set(err, RC_USAGE, "parameter %s %s: %s", name,
                         text_of(given, name) ? "is not allowed to be that" : "is needed",
                         what ? what : "");
            json_decref(value);
            return false;
        }
        json_object_set_new(stack->parameters, name, value);
    }
    return true;
}

void rc_stack_close(struct rc_stack *stack)
{
    json_decref(stack->parameters);
    stack->parameters = NULL;
}

/* ----- references ----- */

static json_t *bad(struct rc_error *err, const char *function, const char *expected)
{
    rc_error_set(err, RC_INVALID, "%s: %s is expected", function, expected);
    return NULL;
}

static json_t *reference(struct rc_stack *stack, const char *name, const char *attribute,
                         struct rc_error *err)
{
    json_t *value = attribute ? NULL : json_object_get(stack->parameters, name);
    if (!value && !attribute)
        value = json_object_get(stack->pseudo, name);
    if (value)
        return json_incref(value);
    if (json_object_get(json_object_get(stack->template, "Resources"), name))
        return stack->resource(stack->ctx, name, attribute, err);
    rc_error_set(err, RC_INVALID, "the template has no \"%s\"", name);
    return NULL;
}

static json_t *get_ref(struct rc_stack *stack, const json_t *value, struct rc_error *err)
{
    const char *name = json_string_value(value);
    return name ? reference(stack, name, NULL, err) : bad(err, "Ref", "a name");
}

static json_t *get_attribute(struct rc_stack *stack, const json_t *value, struct rc_error *err)
{
    const char *name = json_string_value(json_array_get(value, 0));
    const char *attribute = json_string_value(json_array_get(value, 1));
    if (!name || !attribute)
        return bad(err, "Fn::GetAtt", "a list of a resource and an attribute");
    return reference(stack, name, attribute, err);
}

/* ----- texts ----- */

static bool add_scalar(struct rc_buf *out, const json_t *value)
{
    if (json_is_string(value))
        return rc_buf_add_str(out, json_string_value(value));
    char *text =
        json_is_number(value) || json_is_boolean(value) ? json_dumps(value, JSON_ENCODE_ANY) : NULL;
    bool ok = text && rc_buf_add_str(out, text);
    free(text);
    return ok;
}

/* What stands for "${words}": a value, to be released. */
typedef json_t *(*filler)(void *ctx, const char *words, struct rc_error *err);

static bool add_filled(struct rc_buf *out, const char *at, size_t length, filler fill, void *ctx,
                       struct rc_error *err)
{
    char *words = strndup(at, length);
    json_t *value = words ? fill(ctx, words, err) : NULL;
    bool ok = value && add_scalar(out, value);
    if (value && !ok)
        rc_error_set(err, RC_INVALID, "${%s} is no text", words);
    else if (!words)
        rc_error_nomem(err);
    free(words);
    json_decref(value);
    return ok;
}

/* The text with each "${words}" filled in; "${!words}" is "${words}" itself. */
static char *fill_text(const char *text, filler fill, void *ctx, struct rc_error *err)
{
    struct rc_buf out;
    const char *open, *close;
    rc_buf_init(&out, RC_STACK_TEXT_BYTES);
    for (; (open = strstr(text, "${")); text = close + 1) {
        rc_buf_add(&out, text, (size_t)(open - text));
        close = strchr(open, '}');
        if (!close) {
            bad(err, "${", "a }");
            goto failed;
        }
        if (open[2] == '!')
            rc_buf_printf(&out, "${%.*s}", (int)(close - open - 3), open + 3);
        else if (!add_filled(&out, open + 2, (size_t)(close - open - 2), fill, ctx, err))
            goto failed;
    }
    if (rc_buf_add_str(&out, text) && !out.failed)
        return out.data;
    rc_error_set(err, RC_LIMIT, "a text of over %d bytes", RC_STACK_TEXT_BYTES);
failed:
    rc_buf_free(&out);
    return NULL;
}

static json_t *fill_reference(void *ctx, const char *words, struct rc_error *err)
{
    const char *point = strchr(words, '.');
    char *name = strndup(words, point ? (size_t)(point - words) : strlen(words));
    json_t *value = name ? reference(ctx, name, point ? point + 1 : NULL, err) : NULL;
    if (!name)
        rc_error_nomem(err);
    free(name);
    return value;
}

static json_t *substitute(struct rc_stack *stack, const json_t *value, struct rc_error *err)
{
    const char *text = json_string_value(value);
    char *filled = text ? fill_text(text, fill_reference, stack, err) : NULL;
    json_t *json = filled ? json_string(filled) : NULL;
    free(filled);
    return text ? json : bad(err, "Fn::Sub", "a text");
}

static json_t *fill_value(void *ctx, const char *words, struct rc_error *err)
{
    json_t *value = json_object_get(ctx, words);
    if (!value)
        rc_error_set(err, RC_INVALID, "${%s} has no value", words);
    return json_incref(value);
}

char *rc_stack_substitute(const char *text, const json_t *values, struct rc_error *err)
{
    return fill_text(text, fill_value, (void *)(uintptr_t)values, err);
}

static json_t *join(struct rc_stack *stack, const json_t *value, struct rc_error *err)
{
    const char *between = json_string_value(json_array_get(value, 0));
    json_t *parts = between ? rc_stack_value(stack, json_array_get(value, 1), err) : NULL, *part;
    struct rc_buf out;
    size_t i;
    if (!between || (parts && !json_is_array(parts))) {
        json_decref(parts);
        return bad(err, "Fn::Join", "a list of a text and a list");
    }
    rc_buf_init(&out, RC_STACK_TEXT_BYTES);
    bool ok = parts && rc_buf_add_str(&out, "");
    json_array_foreach(parts, i, part)
    {
        ok = ok && (!i || rc_buf_add_str(&out, between)) && add_scalar(&out, part);
    }
    if (parts && !ok)
        bad(err, "Fn::Join", "a list of texts");
    json_t *text = ok ? json_string(out.data) : NULL;
    rc_buf_free(&out);
    json_decref(parts);
    return text;
}

/* ----- conditions ----- */

/* 1, 0, or -1 with an error. */
static int holds(struct rc_stack *stack, const json_t *condition, struct rc_error *err)
{
    const json_t *equals = json_object_get(condition, "Fn::Equals");
    const json_t *inner = json_object_get(condition, "Fn::Not");
    if (json_array_size(inner) == 1) {
        int held = holds(stack, json_array_get(inner, 0), err);
        return held < 0 ? held : !held;
    }
    if (json_array_size(equals) != 2) {
        bad(err, "a condition", "Fn::Equals of two values or Fn::Not of a condition");
        return -1;
    }
    json_t *left = rc_stack_value(stack, json_array_get(equals, 0), err);
    json_t *right = left ? rc_stack_value(stack, json_array_get(equals, 1), err) : NULL;
    int held = right ? json_equal(left, right) : -1;
    json_decref(left);
    json_decref(right);
    return held;
}

static json_t *choose(struct rc_stack *stack, const json_t *value, struct rc_error *err)
{
    const char *name = json_string_value(json_array_get(value, 0));
    const json_t *condition =
        name ? json_object_get(json_object_get(stack->template, "Conditions"), name) : NULL;
    if (!condition || json_array_size(value) != 3)
        return bad(err, "Fn::If", "a condition of the template and two values");
    int held = holds(stack, condition, err);
    return held < 0 ? NULL : rc_stack_value(stack, json_array_get(value, held ? 1 : 2), err);
}

/* ----- values ----- */

static const struct function {
    const char *name;
    json_t *(*run)(struct rc_stack *stack, const json_t *value, struct rc_error *err);
} functions[] = {
    {"Ref", get_ref},   {"Fn::GetAtt", get_attribute}, {"Fn::Sub", substitute}, {"Fn::Join", join},
    {"Fn::If", choose},
};

static json_t *fill_object(struct rc_stack *stack, const json_t *value, struct rc_error *err)
{
    json_t *object = json_object(), *member, *filled;
    const char *name;
    json_object_foreach((json_t *)(uintptr_t)value, name, member)
    {
        for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
            if (is(name, functions[i].name)) {
                json_decref(object);
                return functions[i].run(stack, member, err);
            }
        if (strncmp(name, "Fn::", 4) == 0) {
            json_decref(object);
            return bad(err, name, "Ref, Fn::GetAtt, Fn::Sub, Fn::Join or Fn::If");
        }
        if (!(filled = rc_stack_value(stack, member, err))) {
            json_decref(object);
            return NULL;
        }
        json_object_set_new(object, name, filled);
    }
    return object;
}

static json_t *fill_list(struct rc_stack *stack, const json_t *value, struct rc_error *err)
{
    json_t *list = json_array(), *element, *filled;
    size_t i;
    json_array_foreach(value, i, element)
    {
        if (!(filled = rc_stack_value(stack, element, err))) {
            json_decref(list);
            return NULL;
        }
        json_array_append_new(list, filled);
    }
    return list;
}

json_t *rc_stack_value(struct rc_stack *stack, const json_t *value, struct rc_error *err)
{
    json_t *filled;
    if (++stack->depth > RC_STACK_DEPTH) {
        rc_error_set(err, RC_LIMIT, "values that are nested over %d deep", RC_STACK_DEPTH);
        filled = NULL;
    } else if (json_is_object(value)) {
        filled = fill_object(stack, value, err);
    } else if (json_is_array(value)) {
        filled = fill_list(stack, value, err);
    } else {
        filled = json_incref((json_t *)(uintptr_t)value);
    }
    stack->depth--;
    return filled;
}
