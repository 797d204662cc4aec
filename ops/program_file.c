#include "ops/program_file.h"

#include "core/jsonr.h"
#include "core/layout.h"

static json_t *layouts_of(const json_t *program, const char *path, struct rc_error *err)
{
    static const char *const members[] = {"settlement_layout", "internal_layout"};
    json_t *layouts = json_object();
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        const char *name = json_string_value(json_object_get(program, members[i]));
        if (!name || rc_layout_is_bundled(name))
            continue;
        json_t *layout = rc_layout_json(name, path, err);
        if (!layout || json_object_set_new(layouts, name, layout) != 0) {
            json_decref(layouts);
            return NULL;
        }
    }
    if (!layouts)
        rc_error_nomem(err);
    return layouts;
}

bool rc_program_file_load(const char *path, json_t **program, json_t **layouts,
                          struct rc_error *err)
{
    *program = rc_jsonr_load(path, err);
    *layouts = *program ? layouts_of(*program, path, err) : NULL;
    if (*layouts)
        return true;
    json_decref(*program);
    *program = NULL;
    return false;
}
