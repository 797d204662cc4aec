/* Parallel states and inline Map states: a branch for each of their branches and items.
 * Source: "Parallel workflow state" and "Map workflow state", AWS Step Functions Developer
 * Guide. */
#include "aws/json.h"
#include "local/answer.h"
#include "local/states.h"

#include <stdlib.h>
#include <string.h>

static bool is_map(const struct rc_branch *branch)
{
    return rc_states_is(rc_json_text(branch->definition, "Type"), "Map");
}

json_t *rc_states_processor(const json_t *definition)
{
    json_t *processor = json_object_get(definition, "ItemProcessor");
    return processor ? processor : json_object_get(definition, "Iterator");
}

json_t *rc_states_submachine(const struct rc_branch *branch, int64_t number)
{
    if (is_map(branch))
        return rc_states_processor(branch->definition);
    return json_array_get(json_object_get(branch->definition, "Branches"), (size_t)number);
}

/* ----- items ----- */

json_t *rc_states_items(const struct rc_branch *branch, const json_t *input,
                        struct rc_states_fault *fault)
{
    const char *path = rc_json_text(branch->definition, "ItemsPath");
    json_t *items = rc_states_value(branch, "ItemsPath", path ? path : "$", input, NULL, fault);
    if (!items || json_is_array(items))
        return items;
    rc_states_fault(fault, "States.Runtime",
                    "An error occurred while executing the state '%s' (entered at the event id "
                    "#%lld). Reference path \"%s\" must point to array.",
                    branch->state, (long long)branch->entered_event, path ? path : "$");
    json_decref(items);
    return NULL;
}

json_t *rc_states_item(const struct rc_branch *branch, const json_t *input, const json_t *items,
                       size_t index, struct rc_states_fault *fault)
{
    const json_t *selector = json_object_get(branch->definition, "ItemSelector");
    json_t *value = json_array_get(items, index);
    if (!selector)
        selector = json_object_get(branch->definition, "Parameters");
    if (!selector)
        return json_incref(value);
    json_t *context = rc_states_context(branch);
    json_object_set_new(
        context, "Map",
        json_pack("{s:{s:I, s:O}}", "Item", "Index", (json_int_t)index, "Value", value));
    json_t *item = rc_states_template(branch, selector, input, context, fault);
    json_decref(context);
    return item;
}

/* ----- children ----- */

struct count {
    int64_t total, begun, done;
};

static struct count count_children(const struct rc_branch *branch)
{
    struct count count = {0};
    const json_t *all = is_map(branch) ? json_object_get(branch->work, "values")
                                       : json_object_get(branch->definition, "Branches");
    count.total = (int64_t)json_array_size(all);
    for (const struct rc_branch *at = branch->execution->branches; at; at = at->next) {
        count.begun += at->parent == branch;
        count.done += at->parent == branch && at->phase == RC_PHASE_DONE;
    }
    return count;
}

static json_t *iteration(const struct rc_branch *child)
{
    return json_pack("{s:s, s:I}", "name", child->parent->state, "index",
                     (json_int_t)child->number);
}

static bool begin_child(struct rc_branch *branch, int64_t number, const json_t *input,
                        struct rc_states_fault *fault)
{
    json_t *data = is_map(branch)
                       ? rc_states_item(branch, input, json_object_get(branch->work, "values"),
                                        (size_t)number, fault)
                       : json_incref((json_t *)(uintptr_t)input);
    if (!data)
        return false;
    struct rc_branch *child = rc_branch_new(branch->execution, branch, number,
                                            rc_states_submachine(branch, number), data);
    if (!child)
        return rc_states_fault(fault, "States.Runtime", "out of memory");
    child->last_event = json_integer_value(json_object_get(branch->work, "started"));
    if (is_map(branch))
        rc_states_event(child, "MapIterationStarted", iteration(child));
    rc_branch_save(child);
    rc_branch_ready(child);
    return true;
}

static int64_t most_at_once(const struct rc_branch *branch, const json_t *input,
                            struct rc_states_fault *fault)
{
    double most = 0;
    if (!is_map(branch))
        return INT64_MAX;
    if (!rc_states_number(branch, "MaxConcurrency", input, 0, &most, fault))
        return -1;
    return most >= 1 && most < RC_STATES_INLINE_CONCURRENCY ? (int64_t)most
                                                            : RC_STATES_INLINE_CONCURRENCY;
}

static void collect(struct rc_branch *branch, int64_t total)
{
    json_t *result = json_array();
    for (int64_t i = 0; i < total; i++)
        json_array_append_new(result, json_null());
    for (const struct rc_branch *at = branch->execution->branches; at; at = at->next)
        if (at->parent == branch)
            json_array_set(result, (size_t)at->number, at->data);
    rc_states_event(branch, is_map(branch) ? "MapStateSucceeded" : "ParallelStateSucceeded", NULL);
    rc_branch_drop_children(branch);
    rc_states_succeed(branch, result);
}

void rc_states_continue_children(struct rc_branch *branch)
{
    struct rc_states_fault fault = {0};
    if (json_object_get(branch->work, "mapRun")) {
        rc_states_continue_map_run(branch);
        return;
    }
    struct count count = count_children(branch);
    if (count.done == count.total) {
        collect(branch, count.total);
        return;
    }
    if (count.begun == count.total)
        return;
    json_t *input = rc_states_input(branch, !is_map(branch), &fault);
    int64_t most = input ? most_at_once(branch, input, &fault) : -1;
    bool ok = most > 0;
    for (; ok && count.begun < count.total && count.begun - count.done < most; count.begun++)
        ok = begin_child(branch, count.begun, input, &fault);
    json_decref(input);
    if (!ok)
        rc_states_fail_with(branch, &fault);
}

void rc_states_child_done(struct rc_branch *child)
{
    struct rc_branch *parent = child->parent;
    if (is_map(parent))
        rc_states_event(child, "MapIterationSucceeded", iteration(child));
    parent->last_event = child->last_event;
    rc_states_continue_children(parent);
}

/* ----- the states ----- */

static void begin_children(struct rc_branch *branch)
{
    branch->phase = RC_PHASE_CHILDREN;
    json_object_set_new(branch->work, "started", json_integer(branch->last_event));
    rc_branch_save(branch);
    rc_states_continue_children(branch);
}

void rc_states_run_parallel(struct rc_branch *branch)
{
    rc_states_event(branch, "ParallelStateStarted", NULL);
    begin_children(branch);
}

static bool is_distributed(const struct rc_branch *branch)
{
    const json_t *config =
        json_object_get(rc_states_processor(branch->definition), "ProcessorConfig");
    return rc_states_is(rc_json_text(config, "Mode"), "DISTRIBUTED");
}

void rc_states_run_map(struct rc_branch *branch)
{
    struct rc_states_fault fault = {0};
    if (is_distributed(branch)) {
        rc_states_run_distributed(branch);
        return;
    }
    json_t *input = rc_states_input(branch, false, &fault);
    json_t *items = input ? rc_states_items(branch, input, &fault) : NULL;
    json_decref(input);
    if (!items) {
        rc_states_fail_with(branch, &fault);
        return;
    }
    rc_states_event(branch, "MapStateStarted",
                    json_pack("{s:I}", "length", (json_int_t)json_array_size(items)));
    json_object_set_new(branch->work, "values", items);
    begin_children(branch);
}
