#include "model/run_steps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const rc_part_state_names[RC_PART_STATES] = {
    [RC_PART_RUNNING] = "running",     [RC_PART_WAITING] = "waiting",
    [RC_PART_SUCCEEDED] = "succeeded", [RC_PART_FAILED] = "failed",
    [RC_PART_TIMED_OUT] = "timed out", [RC_PART_ABORTED] = "aborted",
    [RC_PART_WAITED] = "waited",
};

bool rc_run_steps_init(struct rc_run_steps *steps)
{
    *steps = (struct rc_run_steps){.count = 0};
    steps->owner = malloc((RC_RUN_EVENTS + 1) * sizeof *steps->owner);
    steps->opens = calloc(RC_RUN_EVENTS + 1, sizeof *steps->opens);
    steps->iterations = calloc(RC_RUN_EVENTS + 1, sizeof *steps->iterations);
    if (!steps->owner || !steps->opens || !steps->iterations) {
        rc_run_steps_free(steps);
        return false;
    }
    memset(steps->owner, 0xff, (RC_RUN_EVENTS + 1) * sizeof *steps->owner);
    return true;
}

void rc_run_steps_free(struct rc_run_steps *steps)
{
    for (size_t i = 0; i < steps->count; i++) {
        free(steps->parts[i].input);
        free(steps->parts[i].output);
        free(steps->parts[i].error);
        free(steps->parts[i].cause);
    }
    free(steps->parts);
    free(steps->owner);
    free(steps->opens);
    free(steps->iterations);
    *steps = (struct rc_run_steps){.count = 0};
}

/* ----- parts ----- */

/* The part's index; -1 without memory. */
static int add_part(struct rc_run_steps *steps, const struct rc_run_part *part)
{
    if (steps->count == steps->room) {
        size_t room = steps->room ? 2 * steps->room : 64;
        struct rc_run_part *parts = realloc(steps->parts, room * sizeof *parts);
        if (!parts)
            return -1;
        steps->parts = parts;
        steps->room = room;
    }
    steps->parts[steps->count] = *part;
    return (int)steps->count++;
}

/* Keeps a text, as long as there is room for texts. False without memory. */
static bool keep(struct rc_run_steps *steps, char **to, const json_t *details, const char *member)
{
    const char *text = json_string_value(json_object_get(details, member));
    size_t length = text ? strlen(text) : 0;
    if (!length)
        return true;
    if (length > RC_RUN_TEXT_BYTES - steps->text_bytes) {
        steps->cut = true;
        return true;
    }
    free(*to);
    *to = strdup(text);
    steps->text_bytes += length;
    return *to != NULL;
}

static const char *name_in(const json_t *details)
{
    return json_string_value(json_object_get(details, "name"));
}

static bool ends_in(const char *text, const char *end)
{
    size_t length = strlen(text), behind = strlen(end);
    return length >= behind && strcmp(text + length - behind, end) == 0;
}

static bool begins_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

/* ----- whose an event is ----- */

/* From a step outwards to the one of that name; -1: there is none. */
static int outwards(const struct rc_run_steps *steps, int step, const char *name)
{
    while (step >= 0 && strcmp(steps->parts[step].name, name) != 0)
        step = steps->parts[step].parent;
    return step;
}

/* From a step outwards to the map or branches that it is in, itself included. */
static int outwards_map(const struct rc_run_steps *steps, int step)
{
    while (step >= 0 && strcmp(steps->parts[step].type, "Map") != 0 &&
           strcmp(steps->parts[step].type, "Parallel") != 0)
        step = steps->parts[step].parent;
    return step;
}

/* The end of a map's iteration follows the last step in it, and names the map. */
static int owner_of(const struct rc_run_steps *steps, const struct rc_states_event *event)
{
    int64_t before = event->previous_event_id;
    int owner = before > 0 && before <= RC_RUN_EVENTS ? steps->owner[before] : -1;
    const char *name = name_in(event->details);
    if (name && (ends_in(event->type, "StateExited") || begins_with(event->type, "MapIteration")))
        return outwards(steps, owner, name);
    if (begins_with(event->type, "MapState") || begins_with(event->type, "ParallelState"))
        return outwards_map(steps, owner);
    return owner;
}

/* ----- steps ----- */

static int enter(struct rc_run_steps *steps, const struct rc_states_event *event)
{
    int64_t before = event->previous_event_id;
    bool known = before > 0 && before <= RC_RUN_EVENTS;
    bool inside = known && steps->opens[before];
    int owner = known ? steps->owner[before] : -1;
    const char *name = name_in(event->details);
    struct rc_run_part step = {.kind = RC_PART_STEP,
                               .step = (int)steps->count,
                               .parent = -1,
                               .iteration = -1,
                               .began_ms = event->at_unix_ms,
                               .open = -1,
                               .last = -1};
    if (inside) {
        step.parent = owner;
        step.iteration = steps->iterations[before];
    } else if (owner >= 0) {
        step.parent = steps->parts[owner].parent;
        step.iteration = steps->parts[owner].iteration;
    }
    if (step.parent >= 0)
        step.depth = steps->parts[step.parent].depth + 1;
    snprintf(step.name, sizeof step.name, "%s", name ? name : "");
    snprintf(step.type, sizeof step.type, "%.*s",
             (int)(strlen(event->type) - strlen("StateEntered")), event->type);
    int index = add_part(steps, &step);
    return index >= 0 && keep(steps, &steps->parts[index].input, event->details, "input") ? index
                                                                                          : -1;
}

static bool leave(struct rc_run_steps *steps, const struct rc_states_event *event, int index)
{
    struct rc_run_part *step = &steps->parts[index];
    step->ended_ms = event->at_unix_ms;
    if (step->last >= 0)
        step->state = steps->parts[step->last].state;
    else if (step->state == RC_PART_RUNNING)
        step->state = RC_PART_SUCCEEDED;
    return keep(steps, &step->output, event->details, "output");
}

/* ----- attempts ----- */

static const char *route_of(const struct rc_states_event *event)
{
    const char *resource = json_string_value(json_object_get(event->details, "resource"));
    const char *type = json_string_value(json_object_get(event->details, "resourceType"));
    if (begins_with(event->type, "Lambda") || (type && strcmp(type, "lambda") == 0))
        return "lambda";
    return (type && strcmp(type, "ecs") == 0) || (resource && strstr(resource, "runTask"))
               ? "fargate"
               : "";
}

/* Between a failure and the next attempt the machine waits, as its retriers have it. */
static bool add_wait(struct rc_run_steps *steps, int index, int64_t until_ms)
{
    int last = steps->parts[index].last;
    int64_t from_ms = last >= 0 ? steps->parts[last].ended_ms : 0;
    const struct rc_run_part wait = {.kind = RC_PART_WAIT,
                                     .state = until_ms ? RC_PART_WAITED : RC_PART_WAITING,
                                     .step = index,
                                     .parent = -1,
                                     .name = "wait",
                                     .began_ms = from_ms,
                                     .ended_ms = until_ms};
    return !from_ms || (until_ms && until_ms <= from_ms) || add_part(steps, &wait) >= 0;
}

static bool begin_attempt(struct rc_run_steps *steps, const struct rc_states_event *event,
                          int index)
{
    int last = steps->parts[index].last;
    struct rc_run_part attempt = {.kind = RC_PART_ATTEMPT,
                                  .step = index,
                                  .parent = -1,
                                  .number = last >= 0 ? steps->parts[last].number + 1 : 1,
                                  .name = "attempt",
                                  .began_ms = event->at_unix_ms};
    snprintf(attempt.route, sizeof attempt.route, "%s", route_of(event));
    if (!add_wait(steps, index, event->at_unix_ms))
        return false;
    int added = add_part(steps, &attempt);
    if (added < 0)
        return false;
    steps->parts[index].open = steps->parts[index].last = added;
    return keep(steps, &steps->parts[added].input, event->details, "input") &&
           keep(steps, &steps->parts[added].input, event->details, "parameters");
}

static enum rc_part_state ending_of(const char *type)
{
    if (ends_in(type, "TimedOut"))
        return RC_PART_TIMED_OUT;
    if (ends_in(type, "Aborted"))
        return RC_PART_ABORTED;
    return ends_in(type, "Succeeded") ? RC_PART_SUCCEEDED : RC_PART_FAILED;
}

static bool end_attempt(struct rc_run_steps *steps, const struct rc_states_event *event, int index)
{
    struct rc_run_part *attempt;
    if (steps->parts[index].open < 0)
        return true;
    attempt = &steps->parts[steps->parts[index].open];
    steps->parts[index].open = -1;
    attempt->ended_ms = event->at_unix_ms;
    attempt->state = ending_of(event->type);
    return keep(steps, &attempt->output, event->details, "output") &&
           keep(steps, &attempt->error, event->details, "error") &&
           keep(steps, &attempt->cause, event->details, "cause");
}

static bool is_ending(const char *type)
{
    return ends_in(type, "Succeeded") || ends_in(type, "Failed") || ends_in(type, "TimedOut") ||
           ends_in(type, "Aborted");
}

/* The end of a map or of branches. */
static bool end_map(struct rc_run_steps *steps, const struct rc_states_event *event, int index)
{
    struct rc_run_part *step = &steps->parts[index];
    step->state = ending_of(event->type);
    return keep(steps, &step->error, event->details, "error") &&
           keep(steps, &step->cause, event->details, "cause");
}

bool rc_run_steps_add(struct rc_run_steps *steps, const struct rc_states_event *event)
{
    const char *type = event->type ? event->type : "";
    if (event->id < 1 || event->id > RC_RUN_EVENTS) {
        steps->cut = true;
        return true;
    }
    if (ends_in(type, "StateEntered")) {
        steps->owner[event->id] = enter(steps, event);
        return steps->owner[event->id] >= 0;
    }
    int owner = event->type ? owner_of(steps, event) : -1;
    steps->owner[event->id] = owner;
    if (owner < 0)
        return true;
    if (ends_in(type, "MapIterationStarted") || ends_in(type, "ParallelStateStarted")) {
        steps->opens[event->id] = true;
        steps->iterations[event->id] =
            (int)json_integer_value(json_object_get(event->details, "index"));
        return true;
    }
    if (begins_with(type, "MapIteration"))
        return true;
    if (ends_in(type, "StateExited"))
        return leave(steps, event, owner);
    if (begins_with(type, "MapState") || begins_with(type, "ParallelState"))
        return !is_ending(type) || end_map(steps, event, owner);
    if (ends_in(type, "Scheduled"))
        return begin_attempt(steps, event, owner);
    return !is_ending(type) || end_attempt(steps, event, owner);
}

/* ----- the end ----- */

/* When something that did not end itself was over: with the map that it is in, or the step that
 * it is an attempt of; those come before it. */
static int64_t over_at(const struct rc_run_steps *steps, const struct rc_run_part *part)
{
    int around = part->kind == RC_PART_STEP ? part->parent : part->step;
    return around >= 0 ? steps->parts[around].ended_ms : 0;
}

bool rc_run_steps_end(struct rc_run_steps *steps, int64_t ended_ms, enum rc_part_state how)
{
    size_t count = steps->count; /* more come */
    for (size_t i = 0; i < count; i++) {
        struct rc_run_part *part = &steps->parts[i];
        const struct rc_run_part *last = part->last >= 0 ? &steps->parts[part->last] : NULL;
        bool waits = part->kind == RC_PART_STEP && last && part->open < 0 &&
                     last->state != RC_PART_SUCCEEDED;
        int64_t over_ms = over_at(steps, part);
        if (part->ended_ms)
            continue;
        if (!over_ms && !ended_ms) {
            part->state = waits ? RC_PART_WAITING : part->state;
            if (waits && !add_wait(steps, (int)i, 0))
                return false;
            continue;
        }
        part->ended_ms = waits ? last->ended_ms : over_ms ? over_ms : ended_ms;
        if (part->state == RC_PART_RUNNING)
            part->state = waits ? last->state : over_ms ? RC_PART_ABORTED : how;
    }
    return true;
}

/* ----- order ----- */

/* Others pass on what they are given, and take no time. */
static bool does_something(const struct rc_run_part *part)
{
    return strcmp(part->type, "Task") == 0 || strcmp(part->type, "Map") == 0 ||
           strcmp(part->type, "Parallel") == 0 || strcmp(part->type, "Wait") == 0;
}

struct key {
    int parent, iteration, index;
};

static int compare(const void *a, const void *b)
{
    const struct key *x = a, *y = b;
    if (x->parent != y->parent)
        return x->parent < y->parent ? -1 : 1;
    if (x->iteration != y->iteration)
        return x->iteration < y->iteration ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

struct ordering {
    const struct rc_run_steps *steps;
    const struct key *keys; /* of steps, by parent */
    size_t key_count;
    int *order;
    size_t count;
};

static size_t first_of(const struct ordering *ordering, int parent)
{
    size_t low = 0, high = ordering->key_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (ordering->keys[middle].parent < parent)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void put_own(struct ordering *ordering, int step)
{
    const struct rc_run_steps *steps = ordering->steps;
    for (size_t i = (size_t)step + 1; i < steps->count; i++)
        if (steps->parts[i].kind != RC_PART_STEP && steps->parts[i].step == step)
            ordering->order[ordering->count++] = (int)i;
}

/* By depth, which is bounded. */
static void put_in(struct ordering *ordering, int parent, int depth)
{
    for (size_t i = first_of(ordering, parent);
         i < ordering->key_count && ordering->keys[i].parent == parent; i++) {
        int step = ordering->keys[i].index;
        if (does_something(&ordering->steps->parts[step])) {
            ordering->order[ordering->count++] = step;
            put_own(ordering, step);
        }
        if (depth < RC_RUN_DEPTH)
            put_in(ordering, step, depth + 1);
    }
}

size_t rc_run_steps_order(const struct rc_run_steps *steps, int *order)
{
    struct key *keys = malloc((steps->count + 1) * sizeof *keys);
    struct ordering ordering = {.steps = steps, .keys = keys, .order = order};
    if (!keys)
        return 0;
    for (size_t i = 0; i < steps->count; i++)
        if (steps->parts[i].kind == RC_PART_STEP)
            keys[ordering.key_count++] =
                (struct key){steps->parts[i].parent, steps->parts[i].iteration, (int)i};
    qsort(keys, ordering.key_count, sizeof *keys, compare);
    put_in(&ordering, -1, 0);
    free(keys);
    return ordering.count;
}
