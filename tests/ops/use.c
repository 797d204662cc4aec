#include "tests/ops/use.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void use_begin(struct use *use, struct cloud *cloud)
{
    static int folders;
    struct rc_error err = {0};
    *use = (struct use){.gateway = NULL};
    setenv("RECON_MACHINE_ARN", cloud->machine, 1);
    setenv("RECON_ARRIVALS_QUEUE_URL", cloud->arrivals, 1);
    setenv("RECON_FAILED_QUEUE_URL", cloud->failed, 1);
    snprintf(use->folder, sizeof use->folder, "%s/use-%d", cloud->folder, folders++);
    use->gateway = rc_gateway_open(
        &(struct rc_gateway_options){.aws = {.region = "us-east-1", .endpoint = cloud->endpoint},
                                     .tool = "test",
                                     .folder = use->folder},
        &err);
    if (!use->gateway)
        fail_msg("%s", err.text);
}

void use_end(struct use *use)
{
    rc_op_free(use->op);
    rc_gateway_close(use->gateway);
    *use = (struct use){.gateway = NULL};
}

static void begin_op(struct use *use, const struct rc_op_action *action, const char *target,
                     json_t *params)
{
    struct rc_error err = {0};
    rc_op_free(use->op);
    use->op = rc_op_new(use->gateway, action, &target, 1, params, &err);
    json_decref(params);
    if (!use->op)
        fail_msg("%s", err.text);
}

static const json_t *target_of(const struct use *use)
{
    return json_array_get(json_object_get(rc_op_document(use->op), "targets"), 0);
}

const json_t *use_preview(struct use *use, const struct rc_op_action *action, const char *target,
                          json_t *params)
{
    struct rc_error err = {0};
    begin_op(use, action, target, params);
    if (!rc_op_preview(use->op, false, &err))
        fail_msg("%s of %s: %s", action->name, target, err.text);
    return target_of(use);
}

const json_t *use_perform(struct use *use, const char *outcome)
{
    struct rc_error err = {0};
    if (!rc_op_perform(use->op, rc_op_confirmation(use->op), &err))
        fail_msg("%s", err.text);
    const json_t *target = target_of(use);
    if (strcmp(use_text(target, "outcome"), outcome) != 0)
        fail_msg("it is %s, not %s: %s", use_text(target, "outcome"), outcome,
                 use_text(target, "detail"));
    return target;
}

const json_t *use_action(struct use *use, const struct rc_op_action *action, const char *target,
                         json_t *params, const char *outcome)
{
    use_preview(use, action, target, params);
    return use_perform(use, outcome);
}

void use_fails(struct use *use, const struct rc_op_action *action, const char *target,
               json_t *params, enum rc_code code, const char *words)
{
    struct rc_error err = {0};
    begin_op(use, action, target, params);
    assert_false(rc_op_preview(use->op, false, &err));
    assert_int_equal(err.code, code);
    if (!strstr(err.text, words))
        fail_msg("\"%s\" does not say \"%s\"", err.text, words);
}

const char *use_text(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

bool use_warns(const json_t *target, const char *words)
{
    size_t i;
    json_t *warning;
    json_array_foreach(json_object_get(target, "warnings"), i, warning)
    {
        if (strstr(json_string_value(warning), words))
            return true;
    }
    return false;
}

void use_changes(const json_t *target, const char *what, const char *was, const char *becomes)
{
    size_t i;
    json_t *change;
    json_array_foreach(json_object_get(target, "changes"), i, change)
    {
        if (strcmp(use_text(change, "what"), what) != 0)
            continue;
        assert_string_equal(use_text(change, "was"), was);
        assert_string_equal(use_text(change, "becomes"), becomes);
        return;
    }
    fail_msg("no change of %s is shown", what);
}
