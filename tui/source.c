#include "tui/source.h"

#include "model/layoutmap.h"
#include "model/live.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* One of another content than the day was read with would show fields that are not
 * there. */
static void find_layout(struct rc_source *source, struct rc_model *model,
                        const struct rc_overview_side *side, enum rc_side which)
{
    struct rc_error err = {0};
    source->map = rc_layoutmap_of_day(model, which, &err);
    if (!source->map)
        snprintf(source->why, sizeof source->why,
                 "the day does not keep layout %s, and it is no bundled one: no fields",
                 side->layout);
    else if (strcmp(source->map->digest, side->layout_digest) != 0)
        snprintf(source->why, sizeof source->why,
                 "layout %s has changed since the day was reconciled: no fields", side->layout);
    else
        source->layout = source->map->layout;
}

/* As it was named, else beside the day file. */
static void find_file(struct rc_source *source, struct rc_model *model,
                      const struct rc_overview_side *side)
{
    char beside[sizeof source->path];
    const char *day = rc_model_path(model), *name = strrchr(side->path, '/');
    const char *end = strrchr(day, '/');
    struct stat status;
    int length = snprintf(beside, sizeof beside, "%.*s%s", end ? (int)(end - day) + 1 : 0, day,
                          name ? name + 1 : side->path);
    const char *paths[] = {side->path, beside};
    bool whole = length > 0 && (size_t)length < sizeof beside;
    bool changed = false;
    for (int i = 0; i < 1 + whole && !source->path[0]; i++) {
        if (!paths[i][0] || stat(paths[i], &status) != 0 || !S_ISREG(status.st_mode))
            continue;
        changed |= (uint64_t)status.st_size != side->bytes;
        if ((uint64_t)status.st_size == side->bytes)
            snprintf(source->path, sizeof source->path, "%s", paths[i]);
    }
    bool at_s3 = strncmp(side->path, "s3://", 5) == 0;
    if (!source->path[0] && !source->why[0])
        snprintf(source->why, sizeof source->why, "%s",
                 at_s3     ? "the file is in S3"
                 : changed ? "the file has another size than when it was reconciled"
                           : "the file is not there any more");
}

void rc_source_open(struct rc_source *source, struct rc_model *model, const struct rc_overview *day,
                    enum rc_side side)
{
    memset(source, 0, sizeof *source);
    find_layout(source, model, &day->side[side], side);
    find_file(source, model, &day->side[side]);
}

void rc_source_close(struct rc_source *source)
{
    rc_layoutmap_free(source->map);
    memset(source, 0, sizeof *source);
}

const char *rc_source_side(const char *text, enum rc_side *side)
{
    text += strspn(text, " ");
    size_t length = strcspn(text, " ");
    for (int s = 0; length && s < RC_SIDES; s++)
        if (strncmp(text, rc_side_name((enum rc_side)s), length) == 0) {
            *side = (enum rc_side)s;
            return text + length + strspn(text + length, " ");
        }
    return NULL;
}

const struct rc_live_object *rc_source_object(struct rc_live *live, const char *text,
                                              const char **behind, struct rc_error *err)
{
    static const char word[] = "object ";
    char *end;
    if (!live || strncmp(text, word, sizeof word - 1) != 0)
        return NULL;
    const struct rc_live_object *object =
        rc_live_object(live, strtoull(text + sizeof word - 1, &end, 10));
    *behind = end + strspn(end, " ");
    if (!object)
        rc_error_set(err, RC_USAGE, "this file is not kept any more; `files` opens it again");
    return object;
}
