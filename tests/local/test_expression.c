#include "local/attribute_json.h"
#include "local/expression.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

static const char item_text[] =
    "{\"pk\":{\"S\":\"a\"},\"n\":{\"N\":\"10\"},\"s\":{\"S\":\"hello\"},\"b\":{\"B\":\"AAEC\"},"
    "\"t\":{\"BOOL\":true},\"x\":{\"NULL\":true},\"status\":{\"S\":\"open\"},"
    "\"m\":{\"M\":{\"k\":{\"N\":\"1\"},\"l\":{\"L\":[{\"S\":\"p\"},{\"M\":{\"q\":{\"S\":\"r\"}}},"
    "{\"N\":\"3\"}]}}},\"ss\":{\"SS\":[\"x\",\"y\"]},\"ns\":{\"NS\":[\"1\",\"2\"]},"
    "\"l\":{\"L\":[{\"N\":\"1\"},{\"N\":\"2\"},{\"N\":\"3\"},{\"N\":\"4\"}]}}";

static const char names_text[] = "{\"#s\":\"status\",\"#k\":\"k\",\"#dot\":\"no.such\"}";
static const char values_text[] =
    "{\":n\":{\"N\":\"10\"},\":n5\":{\"N\":\"5\"},\":n20\":{\"N\":\"20\"},\":s\":{\"S\":\"hello\"},"
    "\":he\":{\"S\":\"he\"},\":open\":{\"S\":\"open\"},\":t\":{\"BOOL\":true},"
    "\":x\":{\"S\":\"x\"},\":S\":{\"S\":\"S\"},\":N\":{\"S\":\"N\"},\":Q\":{\"S\":\"Q\"},"
    "\":ss\":{\"SS\":[\"y\",\"x\"]},\":ss1\":{\"SS\":[\"y\",\"z\"]},\":one\":{\"N\":\"1\"},"
    "\":list\":{\"L\":[{\"N\":\"9\"}]},\":map\":{\"M\":{}},\":xy\":{\"SS\":[\"x\",\"y\"]},"
    "\":p1\":{\"N\":\"0.1\"}}";

struct fixture {
    struct rc_arena arena;
    json_t *item_json, *names, *values;
    struct rc_attribute item;
    struct rc_expression_scope scope;
};

static void set_up(struct fixture *fixture)
{
    rc_arena_init(&fixture->arena, 4 << 20);
    fixture->item_json = json_loads(item_text, 0, NULL);
    fixture->names = json_loads(names_text, 0, NULL);
    fixture->values = json_loads(values_text, 0, NULL);
    assert_true(rc_attribute_read_item(fixture->item_json, &fixture->arena, &fixture->item, NULL));
    assert_true(rc_expression_scope_init(&fixture->scope, &fixture->arena, fixture->names,
                                         fixture->values, NULL));
}

static void tear_down(struct fixture *fixture)
{
    json_decref(fixture->values);
    json_decref(fixture->names);
    json_decref(fixture->item_json);
    rc_arena_free(&fixture->arena);
}

static void test_conditions(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool holds;
    } cases[] = {
        {"n = :n", true},
        {"n <> :n", false},
        {"nothing <> :n", true},
        {"nothing = :n", false},
        {"n > :n5 AND n < :n20", true},
        {"n >= :n and n <= :n", true},
        {"n BETWEEN :n5 AND :n20", true},
        {"n BETWEEN :n5 AND :n20 AND s = :s", true},
        {"NOT n BETWEEN :n5 AND :n20", false},
        {"n IN (:n5, :n20)", false},
        {"n IN (:n5, :n)", true},
        {"s = :s OR n = :n5 AND n = :n20", true}, /* AND before OR */
        {"(s = :s OR n = :n5) AND n = :n20", false},
        {"NOT s = :s OR n = :n", true}, /* NOT before OR */
        {"NOT (s = :s OR n = :n)", false},
        {"attribute_exists(m.l[1].q)", true},
        {"attribute_exists(m.l[3])", false},
        {"attribute_not_exists(nothing) AND attribute_exists(pk)", true},
        {"attribute_exists(#dot)", false},
        {"attribute_type(s, :S)", true},
        {"attribute_type(n, :S) OR attribute_type(n, :N)", true},
        {"begins_with(s, :he)", true},
        {"begins_with(n, :he)", false},
        {"contains(s, :he)", true},
        {"contains(ss, :x)", true},
        {"contains(ns, :x)", false},
        {"contains(l, :one)", true},
        {"size(s) = :n5", true},
        {"size(l) > :one", true},
        {"size(n) = :n5", false}, /* a number has none */
        {":n5 < n", true},
        {"s < n", false}, /* other types have no order */
        {"#s = :open", true},
        {"m.#k = :one", true},
        {"ss = :ss", true}, /* in any order */
        {"t = :t", true},
        {"x = :t", false},
        {"(n = :n)", true},
        {"n=:n AND(s=:s)", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture fixture;
        struct rc_error err = {0};
        set_up(&fixture);
        const struct rc_condition *condition =
            rc_condition_read(&fixture.scope, "ConditionExpression", cases[i].text, &err);
        if (!condition)
            fail_msg("%s: %s", cases[i].text, err.text);
        if (rc_condition_holds(condition, &fixture.item) != cases[i].holds)
            fail_msg("%s", cases[i].text);
        rc_condition_holds(condition, NULL);
        tear_down(&fixture);
    }
}

enum kind { CONDITION, UPDATE, PROJECTION };

static bool reads(struct fixture *fixture, enum kind kind, const char *text, struct rc_error *err)
{
    if (kind == CONDITION)
        return rc_condition_read(&fixture->scope, "ConditionExpression", text, err);
    if (kind == UPDATE)
        return rc_update_read(&fixture->scope, text, err);
    return rc_projection_read(&fixture->scope, text, err);
}

struct refusal {
    enum kind kind;
    const char *text, *words; /* that the message begins with */
};

static void check_refusals(const struct refusal *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct fixture fixture;
        struct rc_error err = {0};
        set_up(&fixture);
        if (reads(&fixture, cases[i].kind, cases[i].text, &err))
            fail_msg("%s: is not refused", cases[i].text);
        if (strncmp(err.text, cases[i].words, strlen(cases[i].words)) != 0)
            fail_msg("%s:\n%s\nnot\n%s", cases[i].text, err.text, cases[i].words);
        tear_down(&fixture);
    }
}

static void test_conditions_that_are_refused(void **state)
{
    (void)state;
    static const struct refusal cases[] = {
        {CONDITION, "", "Invalid ConditionExpression: The expression can not be empty;"},
        {CONDITION, "n = ", "Invalid ConditionExpression: Syntax error; token: \"<EOF>\", near: "},
        {CONDITION, "n == :n",
         "Invalid ConditionExpression: Syntax error; token: \"=\", near: \"=="},
        {CONDITION, "n = :n extra", "Invalid ConditionExpression: Syntax error; token: \"extra\""},
        {CONDITION, "n = :none",
         "Invalid ConditionExpression: An expression attribute value used in "
         "expression is not defined; attribute value: :none"},
        {CONDITION, "#none = :n",
         "Invalid ConditionExpression: An expression attribute name used in "
         "the document path is not defined; attribute name: #none"},
        {CONDITION, "status = :n",
         "Invalid ConditionExpression: Attribute name is a reserved "
         "keyword; reserved keyword: status"},
        {CONDITION, "nope(n)",
         "Invalid ConditionExpression: Invalid function name; function: nope"},
        {CONDITION, "size(n) = :n AND attribute_exists(n, s)",
         "Invalid ConditionExpression: Incorrect number of operands for operator or function; "
         "operator or function: attribute_exists, number of operands: 2"},
        {CONDITION, "attribute_exists(:n)",
         "Invalid ConditionExpression: Operator or function requires a document path; operator or "
         "function: attribute_exists"},
        {CONDITION, "begins_with(n, :n)",
         "Invalid ConditionExpression: Incorrect operand type for operator or function; operator "
         "or "
         "function: begins_with, operand type: N"},
        {CONDITION, "attribute_type(n, :Q)",
         "Invalid ConditionExpression: Invalid attribute type name found; type: Q, valid types: "},
        {CONDITION, "((n = :n))",
         "Invalid ConditionExpression: The expression has redundant parentheses;"},
        {CONDITION, "n BETWEEN :n20 AND :n5",
         "Invalid ConditionExpression: The BETWEEN operator requires upper bound to be greater "
         "than "
         "or equal to lower bound; lower bound operand: AttributeValue: {N:20}, upper bound "
         "operand: AttributeValue: {N:5}"},
        {CONDITION, "n = n",
         "Invalid ConditionExpression: The first operand must be distinct from "
         "the remaining operands for this operator or function; operator: =, "
         "first operand: [n]"},
        {CONDITION, "contains(s, :he) = :t",
         "Invalid ConditionExpression: Syntax error; token: \"=\""},
    };
    check_refusals(cases, sizeof cases / sizeof *cases);
}

static void test_updates_and_projections_that_are_refused(void **state)
{
    (void)state;
    static const struct refusal cases[] = {
        {UPDATE, "SET a = :n SET c = :n",
         "Invalid UpdateExpression: The \"SET\" section can only be "
         "used once in an update expression;"},
        {UPDATE, "SET a = :n, a.c = :n",
         "Invalid UpdateExpression: Two document paths overlap with each other; must remove or "
         "rewrite one of these paths; path one: [a], path two: [a, c]"},
        {UPDATE, "SET m.c = :n, m[1] = :n",
         "Invalid UpdateExpression: Two document paths conflict with each other; must remove or "
         "rewrite one of these paths; path one: [m, c], path two: [m, [1]]"},
        {UPDATE, "ADD a :s",
         "Invalid UpdateExpression: Incorrect operand type for operator or "
         "function; operator: ADD, operand type: STRING"},
        {UPDATE, "DELETE a :n",
         "Invalid UpdateExpression: Incorrect operand type for operator or "
         "function; operator: DELETE, operand type: NUMBER"},
        {UPDATE, "SET a = :s + :n",
         "Invalid UpdateExpression: Incorrect operand type for operator "
         "or function; operator or function: +, operand type: S"},
        {UPDATE, "SET", "Invalid UpdateExpression: Syntax error; token: \"<EOF>\""},
        {UPDATE, "a = :n", "Invalid UpdateExpression: Syntax error; token: \"a\""},
        {PROJECTION, "a, a[1]", "Invalid ProjectionExpression: Two document paths overlap"},
        {PROJECTION, "a,", "Invalid ProjectionExpression: Syntax error; token: \"<EOF>\""},
    };
    check_refusals(cases, sizeof cases / sizeof *cases);
}

static bool same_as(const struct rc_attribute *item, const char *text)
{
    struct rc_buf out;
    struct rc_jsonw json;
    rc_buf_init(&out, 1 << 20);
    rc_jsonw_init(&json, &out);
    rc_attribute_write_item(item, &json);
    json_t *is = json_loadb(out.data, out.length, 0, NULL), *expected = json_loads(text, 0, NULL);
    bool same = json_equal(is, expected) != 0;
    if (!same)
        print_error("%s\n", out.data);
    json_decref(expected);
    json_decref(is);
    rc_buf_free(&out);
    return same;
}

/* The parts of the item that `shown` names, after the update. */
static void test_updates(void **state)
{
    (void)state;
    static const struct {
        const char *update, *shown, *expected;
    } cases[] = {
        {"SET n = n + :one", "n", "{\"n\":{\"N\":\"11\"}}"},
        {"SET n = n - :p1", "n", "{\"n\":{\"N\":\"9.9\"}}"},
        {"SET c = if_not_exists(c, :n) + :one", "c", "{\"c\":{\"N\":\"11\"}}"},
        {"SET n = s, s = n", "n, s", "{\"n\":{\"S\":\"hello\"},\"s\":{\"N\":\"10\"}}"},
        {"SET m.l[1].q = :t, m.z = :one", "m.l[1], m.z",
         "{\"m\":{\"M\":{\"l\":{\"L\":[{\"M\":{\"q\":{\"BOOL\":true}}}]},\"z\":{\"N\":\"1\"}}}}"},
        {"SET l[9] = :n, l[7] = :n5", "l",
         "{\"l\":{\"L\":[{\"N\":\"1\"},{\"N\":\"2\"},{\"N\":\"3\"},{\"N\":\"4\"},{\"N\":\"5\"},"
         "{\"N\":\"10\"}]}}"},
        {"REMOVE l[0], l[2]", "l", "{\"l\":{\"L\":[{\"N\":\"2\"},{\"N\":\"4\"}]}}"},
        {"SET l = list_append(l, :list)", "l[4]", "{\"l\":{\"L\":[{\"N\":\"9\"}]}}"},
        {"SET l = list_append(:list, l)", "l[0]", "{\"l\":{\"L\":[{\"N\":\"9\"}]}}"},
        {"SET y = list_append(if_not_exists(y, :list), :list)", "y",
         "{\"y\":{\"L\":[{\"N\":\"9\"},{\"N\":\"9\"}]}}"},
        {"REMOVE m.l, nothing", "m", "{\"m\":{\"M\":{\"k\":{\"N\":\"1\"}}}}"},
        {"ADD n :n5, c :n5, ss :ss1", "n, c, ss",
         "{\"n\":{\"N\":\"15\"},\"c\":{\"N\":\"5\"},\"ss\":{\"SS\":[\"x\",\"y\",\"z\"]}}"},
        {"DELETE ss :ss1", "ss", "{\"ss\":{\"SS\":[\"x\"]}}"},
        {"DELETE ss :xy", "ss", "{}"},
        {"set n = :n5 remove s add c :one delete ss :ss1", "n, s, c",
         "{\"n\":{\"N\":\"5\"},\"c\":{\"N\":\"1\"}}"},
        {"SET #s = :s", "#s", "{\"status\":{\"S\":\"hello\"}}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture fixture;
        struct rc_error err = {0};
        set_up(&fixture);
        const struct rc_update *update = rc_update_read(&fixture.scope, cases[i].update, &err);
        if (!update)
            fail_msg("%s: %s", cases[i].update, err.text);
        const struct rc_attribute *after =
            rc_update_apply(update, &fixture.item, &fixture.arena, &err);
        if (!after)
            fail_msg("%s: %s", cases[i].update, err.text);
        const struct rc_projection *shown =
            rc_projection_read(&fixture.scope, cases[i].shown, &err);
        assert_non_null(shown);
        if (!same_as(rc_projection_apply(shown, after, &fixture.arena), cases[i].expected))
            fail_msg("%s", cases[i].update);
        assert_true(same_as(&fixture.item, item_text)); /* the old one is as it was */
        tear_down(&fixture);
    }
}

static void test_updates_that_cannot_be_applied(void **state)
{
    (void)state;
    static const char type[] = "An operand in the update expression has an incorrect data type";
    static const char path[] =
        "The document path provided in the update expression is invalid for update";
    static const struct {
        const char *update, *words;
    } cases[] = {
        {"SET n = s + :one", type},
        {"SET n = list_append(n, :list)", type},
        {"ADD s :one", type},
        {"DELETE ns :ss1", type},
        {"SET c = nothing", "The provided expression refers to an attribute that does not exist in "
                            "the item"},
        {"SET nothing.c = :n", path},
        {"SET n.c = :n", path},
        {"SET n[0] = :n", path},
        {"REMOVE nothing.c", path},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture fixture;
        struct rc_error err = {0};
        set_up(&fixture);
        const struct rc_update *update = rc_update_read(&fixture.scope, cases[i].update, &err);
        assert_non_null(update);
        assert_null(rc_update_apply(update, &fixture.item, &fixture.arena, &err));
        assert_string_equal(err.text, cases[i].words);
        tear_down(&fixture);
    }
}

static void test_projections(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"n, nothing", "{\"n\":{\"N\":\"10\"}}"},
        {"m.l[2], m.l[0]", "{\"m\":{\"M\":{\"l\":{\"L\":[{\"S\":\"p\"},{\"N\":\"3\"}]}}}}"},
        {"m.l[1].q", "{\"m\":{\"M\":{\"l\":{\"L\":[{\"M\":{\"q\":{\"S\":\"r\"}}}]}}}}"},
        {"m.nothing", "{}"},
        {"n[0], s.a", "{}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture fixture;
        set_up(&fixture);
        const struct rc_projection *projection =
            rc_projection_read(&fixture.scope, cases[i].text, NULL);
        assert_non_null(projection);
        if (!same_as(rc_projection_apply(projection, &fixture.item, &fixture.arena),
                     cases[i].expected))
            fail_msg("%s", cases[i].text);
        tear_down(&fixture);
    }
}

static void test_placeholders_that_nobody_uses(void **state)
{
    (void)state;
    struct fixture fixture;
    struct rc_error err = {0};
    set_up(&fixture);
    assert_non_null(rc_condition_read(&fixture.scope, "FilterExpression", "#s = :s", &err));
    assert_false(rc_expression_scope_done(&fixture.scope, &err));
    assert_string_equal(err.text, "Value provided in ExpressionAttributeNames unused in "
                                  "expressions: keys: {#k}");
    json_t *bad = json_loads("{\"s\":\"x\"}", 0, NULL);
    assert_false(rc_expression_scope_init(&fixture.scope, &fixture.arena, bad, NULL, &err));
    assert_string_equal(err.text, "ExpressionAttributeNames contains invalid key: Syntax error; "
                                  "key: \"s\"");
    json_decref(bad);
    tear_down(&fixture);
}

static void test_limits(void **state)
{
    (void)state;
    struct fixture fixture;
    struct rc_error err = {0};
    set_up(&fixture);
    struct rc_buf text;
    rc_buf_init(&text, 1 << 20);
    for (int i = 0; i < 200; i++)
        rc_buf_add_str(&text, "NOT ");
    rc_buf_add_str(&text, "n = :n");
    assert_null(rc_condition_read(&fixture.scope, "ConditionExpression", text.data, &err));
    rc_buf_clear(&text);
    rc_buf_add_str(&text, "n = :n");
    for (int i = 0; i < 160; i++)
        rc_buf_add_str(&text, " OR n = :n");
    assert_null(rc_condition_read(&fixture.scope, "ConditionExpression", text.data, &err));
    assert_non_null(strstr(err.text, "too many operators"));
    while (text.length <= RC_EXPRESSION_BYTES)
        rc_buf_add_str(&text, " OR n = :n");
    assert_null(rc_condition_read(&fixture.scope, "ConditionExpression", text.data, &err));
    assert_non_null(strstr(err.text, "maximum allowed size"));
    rc_buf_free(&text);
    tear_down(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conditions),
        cmocka_unit_test(test_conditions_that_are_refused),
        cmocka_unit_test(test_updates_and_projections_that_are_refused),
        cmocka_unit_test(test_updates),
        cmocka_unit_test(test_updates_that_cannot_be_applied),
        cmocka_unit_test(test_projections),
        cmocka_unit_test(test_placeholders_that_nobody_uses),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
