/* A state machine's definition: refused with a place, or one that is a machine. What is no
 * definition is taken as a path and as an intrinsic, which have to agree with their checks. */
#include "aws/json.h"
#include "local/intrinsic.h"
#include "local/jsonpath.h"
#include "local/states.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool true_)
{
    if (!true_)
        abort();
}

static double half(void *ctx)
{
    (void)ctx;
    return 0.5;
}

static void no_uuid(void *ctx, char text[37])
{
    (void)ctx;
    snprintf(text, 37, "%036d", 0);
}

static void evaluate(const char *text)
{
    struct rc_error err = {0};
    json_t *root = json_loads("{\"a\":[1,{\"b\":\"c\"},[2,3]],\"d\":\"x,y\",\"e\":2.5}", 0, NULL);
    const struct rc_intrinsic_world world = {
        .input = root, .context = root, .chance = half, .uuid = no_uuid};
    bool path = rc_jsonpath_check(text, false, NULL);
    json_t *found = rc_jsonpath_get(text, root, &err);
    must(path == (found || err.code == RC_DATA));
    json_decref(found);
    if (path && rc_jsonpath_check(text, true, NULL)) {
        json_t *whole = json_incref(root);
        rc_jsonpath_set(text, &whole, json_integer(7), NULL);
        json_decref(whole);
    }
    bool intrinsic = rc_intrinsic_check(text, NULL);
    err = (struct rc_error){0};
    json_t *value = rc_intrinsic(text, &world, &err);
    must(!value || intrinsic);
    must(value || err.code == RC_DATA || err.code == RC_INVALID);
    json_decref(value);
    json_decref(root);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rc_error err = {0};
    json_t *machine = rc_json_parse((const char *)data, size, 1 << 20, &err);
    if (machine && !rc_states_check(machine, &err))
        must(err.code == RC_INVALID && err.text[0]);
    json_decref(machine);
    char *text = strndup((const char *)data, size);
    if (text)
        evaluate(text);
    free(text);
    return 0;
}
