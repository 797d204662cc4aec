/* Where the records of one side of a day come from: its layout and, as long as it is
 * still there, its file. */
#ifndef RC_TUI_SOURCE_H
#define RC_TUI_SOURCE_H

#include "model/overview.h"
#include "model/recordfile.h"

struct rc_layoutmap;
struct rc_live;
struct rc_live_object;

struct rc_source {
    struct rc_layoutmap *map;
    const struct rc_layout *layout; /* NULL: there is none, or another than the day's */
    char path[4096];                /* of the file; "" when it is not there any more */
    char why[256];                  /* what is missing; "" */
};

/* Never fails: `why` says what is missing. */
void rc_source_open(struct rc_source *source, struct rc_model *model, const struct rc_overview *day,
                    enum rc_side side);
void rc_source_close(struct rc_source *source);

/* "settlement" or "internal", or the beginning of either, at the start of text; gives
 * what stands behind it, or NULL. */
const char *rc_source_side(const char *text, enum rc_side *side);

/* "object N" at the start of text, of a live session: the object, and what stands behind.
 * NULL when it says something else (err untouched) or the object is gone. */
const struct rc_live_object *rc_source_object(struct rc_live *live, const char *text,
                                              const char **behind, struct rc_error *err);

#endif
