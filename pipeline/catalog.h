/* The programs that the pipeline knows: CATALOG / PROGRAM#id holds a program's
 * definition and those of its layouts that are not bundled, as the JSON that
 * docs/matching.md and docs/layout.md describe. */
#ifndef RC_PIPELINE_CATALOG_H
#define RC_PIPELINE_CATALOG_H

#include "core/layout.h"
#include "core/match.h"
#include "pipeline/store.h"

/* A program, ready for work. */
struct rc_setup {
    struct rc_program program;
    struct rc_layout *layout[RC_SIDES];
};

/* False, with "BadInput", when the catalog has no such program or it is not right. */
bool rc_setup_load(struct rc_pipeline *pipeline, const char *program, struct rc_setup *setup,
                   struct rc_error *err);

/* The same of an item that was read from there. */
bool rc_setup_read(const json_t *item, struct rc_setup *setup, struct rc_error *err);

/* The definition of a side's layout, as the item has it or as it is bundled; the caller's.
 * NULL with an error. */
json_t *rc_setup_layout(const json_t *item, const struct rc_setup *setup, enum rc_side side,
                        struct rc_error *err);
void rc_setup_free(struct rc_setup *setup);

/* The matcher of a day; its functions and context are the caller's to set. It borrows
 * from the setup. */
struct rc_matcher rc_setup_matcher(const struct rc_setup *setup, int32_t file_date);

/* Puts a program into the catalog, or a new definition in its place. layouts: an object
 * of definitions by the name that the program calls them, or NULL. Both are checked. */
bool rc_catalog_put_program(struct rc_pipeline *pipeline, const json_t *program,
                            const json_t *layouts, struct rc_error *err);

/* The same, but only in place of the item that was read there (NULL: there was none).
 * RC_REFUSED: another one is there by now. */
enum rc_stored rc_catalog_replace_program(struct rc_pipeline *pipeline, const json_t *program,
                                          const json_t *layouts, const json_t *was,
                                          struct rc_error *err);

/* Whether a program and its layouts are right, so that they could be put there; gives the
 * program's id. */
bool rc_catalog_check_program(const json_t *program, const json_t *layouts,
                              char id[RC_PROGRAM_ID_BYTES + 1], struct rc_error *err);

/* What an item of the catalog holds, both the caller's. False with an error. */
bool rc_catalog_read_program(const json_t *item, json_t **program, json_t **layouts,
                             struct rc_error *err);

#endif
