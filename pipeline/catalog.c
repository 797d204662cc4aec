#include "pipeline/catalog.h"

#include "core/jsonr.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void rc_setup_free(struct rc_setup *setup)
{
    rc_program_free(&setup->program);
    for (int side = 0; side < RC_SIDES; side++)
        rc_layout_free(setup->layout[side]);
    *setup = (struct rc_setup){0};
}

struct rc_matcher rc_setup_matcher(const struct rc_setup *setup, int32_t file_date)
{
    const struct rc_rules *rules = &setup->program.rules;
    return (struct rc_matcher){
        .rules = rules,
        .compare = rc_compare_mask(rules, setup->layout[RC_SETTLEMENT]->map.fields,
                                   setup->layout[RC_INTERNAL]->map.fields),
        .file_date = file_date,
        .holidays = setup->program.holidays,
        .holiday_count = setup->program.holiday_count,
    };
}

/* From a definition beside the program, else a bundled one; a worker reads no files. */
static json_t *find_layout(const char *name, const json_t *layouts, struct rc_error *err)
{
    json_t *definition = json_object_get(layouts, name);
    if (definition)
        return json_incref(definition);
    if (rc_layout_is_bundled(name))
        return rc_layout_json(name, NULL, err);
    rc_error_set(err, RC_INVALID, "it is neither bundled nor stored with the program");
    return NULL;
}

static struct rc_layout *make_layout(const char *name, const json_t *layouts, struct rc_error *err)
{
    json_t *json = find_layout(name, layouts, err);
    struct rc_layout *layout = json ? rc_layout_from_json(json, err) : NULL;
    json_decref(json);
    if (!layout)
        rc_error_prefix(err, "layout %s", name);
    return layout;
}

/* layouts: definitions as JSON. */
static bool make_setup(const json_t *program, const json_t *layouts, struct rc_setup *setup,
                       struct rc_error *err)
{
    *setup = (struct rc_setup){0};
    if (!rc_program_from_json(program, &setup->program, err))
        return false;
    bool ok = true;
    for (int side = 0; side < RC_SIDES && ok; side++) {
        const char *name = setup->program.layout[side];
        setup->layout[side] = make_layout(name, layouts, err);
        ok = setup->layout[side] != NULL;
        if (ok && !setup->layout[side]->map.present) {
            rc_error_set(err, RC_INVALID, "layout %s maps no transactions, so it cannot be matched",
                         name);
            ok = false;
        }
    }
    if (!ok)
        rc_setup_free(setup);
    return ok;
}

/* The stored texts as JSON. */
static json_t *read_layouts(const json_t *item, struct rc_error *err)
{
    json_t *layouts = json_object();
    const char *name;
    json_t *attribute;
    json_t *stored = rc_item_get_map(item, "layouts");
    json_object_foreach(stored, name, attribute)
    {
        const char *text = rc_item_get_text(stored, name);
        json_t *layout = text ? rc_jsonr_parse(text, strlen(text), err) : NULL;
        (void)attribute;
        if (!layout || json_object_set_new(layouts, name, layout) != 0) {
            rc_error_prefix(err, "layout %s", name);
            json_decref(layouts);
            return NULL;
        }
    }
    return layouts;
}

bool rc_catalog_read_program(const json_t *item, json_t **program, json_t **layouts,
                             struct rc_error *err)
{
    const char *text = rc_item_get_text(item, "definition");
    *program = text ? rc_jsonr_parse(text, strlen(text), err) : NULL;
    *layouts = *program ? read_layouts(item, err) : NULL;
    if (!text)
        rc_error_set(err, RC_INVALID, "the item has no definition");
    if (*layouts)
        return true;
    json_decref(*program);
    *program = NULL;
    return false;
}

bool rc_setup_read(const json_t *item, struct rc_setup *setup, struct rc_error *err)
{
    json_t *program, *layouts;
    *setup = (struct rc_setup){0};
    if (!rc_catalog_read_program(item, &program, &layouts, err))
        return false;
    bool ok = make_setup(program, layouts, setup, err);
    json_decref(layouts);
    json_decref(program);
    return ok;
}

json_t *rc_setup_layout(const json_t *item, const struct rc_setup *setup, enum rc_side side,
                        struct rc_error *err)
{
    json_t *layouts = read_layouts(item, err);
    json_t *layout = layouts ? find_layout(setup->program.layout[side], layouts, err) : NULL;
    json_decref(layouts);
    return layout;
}

bool rc_setup_load(struct rc_pipeline *pipeline, const char *program, struct rc_setup *setup,
                   struct rc_error *err)
{
    struct rc_key key;
    json_t *item;
    *setup = (struct rc_setup){0};
    rc_key_program(program, &key);
    if (!rc_store_get(pipeline, RC_TABLE_STATE, &key, &item, err))
        return false;
    bool ok = item && rc_setup_read(item, setup, err);
    if (!item)
        rc_error_set(err, RC_INVALID,
                     "the catalog has no program %s; `reconctl program put FILE` puts one there",
                     program);
    else if (!ok)
        rc_error_prefix(err, "program %s in the catalog", program);
    if (!ok)
        snprintf(pipeline->fault, sizeof pipeline->fault, "BadInput");
    json_decref(item);
    return ok;
}

static bool add_text(struct rc_draft *draft, const char *name, const json_t *json)
{
    char *text = json_dumps(json, JSON_INDENT(2));
    if (text)
        rc_item_text(&draft->json, name, text);
    free(text);
    return text != NULL;
}

bool rc_catalog_check_program(const json_t *program, const json_t *layouts,
                              char id[RC_PROGRAM_ID_BYTES + 1], struct rc_error *err)
{
    struct rc_setup setup;
    if (!make_setup(program, layouts, &setup, err))
        return false;
    memcpy(id, setup.program.id, RC_PROGRAM_ID_BYTES + 1);
    rc_setup_free(&setup);
    return true;
}

/* The item of a program that was checked, in a draft that is to be freed; NULL with an error. */
static const char *draft_program(struct rc_draft *draft, const struct rc_key *key,
                                 const json_t *program, const json_t *layouts, struct rc_error *err)
{
    const char *name;
    json_t *layout;
    rc_draft_item(draft, key);
    bool ok = add_text(draft, "definition", program);
    rc_item_open_map(&draft->json, "layouts");
    json_object_foreach((json_t *)layouts, name, layout)
    {
        ok = ok && add_text(draft, name, layout);
    }
    rc_item_close_map(&draft->json);
    const char *item = rc_draft_done(draft);
    if (ok && item)
        return item;
    rc_error_set(err, RC_LIMIT, "program %s and its layouts do not fit into an item", key->sk);
    return NULL;
}

/* condition NULL: none. */
static enum rc_stored write_program(struct rc_pipeline *pipeline, const json_t *program,
                                    const json_t *layouts, const char *condition,
                                    const char *values, struct rc_error *err)
{
    struct rc_setup setup;
    struct rc_key key;
    struct rc_draft draft;
    if (!make_setup(program, layouts, &setup, err))
        return RC_UNSTORED;
    rc_key_program(setup.program.id, &key);
    rc_setup_free(&setup);
    const char *item = draft_program(&draft, &key, program, layouts, err);
    struct rc_write write = {.table = RC_TABLE_STATE,
                             .key = &key,
                             .item = item,
                             .condition = condition,
                             .values = values};
    enum rc_stored stored = item ? rc_store_write(pipeline, &write, NULL, err) : RC_UNSTORED;
    rc_draft_free(&draft);
    return stored;
}

bool rc_catalog_put_program(struct rc_pipeline *pipeline, const json_t *program,
                            const json_t *layouts, struct rc_error *err)
{
    return write_program(pipeline, program, layouts, NULL, NULL, err) == RC_STORED;
}

enum rc_stored rc_catalog_replace_program(struct rc_pipeline *pipeline, const json_t *program,
                                          const json_t *layouts, const json_t *was,
                                          struct rc_error *err)
{
    struct rc_draft values;
    const char *name;
    json_t *layout, *stored_layouts = rc_item_get_map(was, "layouts");
    const char *definition = rc_item_get_text(was, "definition");
    if (!was)
        return write_program(pipeline, program, layouts, "attribute_not_exists(PK)", NULL, err);
    rc_draft_values(&values);
    rc_item_text(&values.json, ":definition", definition ? definition : "");
    rc_item_open_map(&values.json, ":layouts");
    json_object_foreach(stored_layouts, name, layout)
    {
        const char *text = rc_item_get_text(stored_layouts, name);
        (void)layout;
        rc_item_text(&values.json, name, text ? text : "");
    }
    rc_item_close_map(&values.json);
    enum rc_stored stored = write_program(pipeline, program, layouts,
                                          "#definition = :definition AND #layouts = :layouts",
                                          rc_draft_done(&values), err);
    rc_draft_free(&values);
    return stored;
}
