/* What the files of the record view share: view_record.c (reading, keys), record_fetch.c (an
 * object that is fetched from S3) and record_draw.c. */
#ifndef RC_TUI_RECORD_INTERNAL_H
#define RC_TUI_RECORD_INTERNAL_H

#include "model/finding.h"
#include "model/itemkey.h"
#include "model/live.h"
#include "tui/hex.h"
#include "tui/page.h"
#include "tui/source.h"
#include "tui/view.h"

/* An object on its way here. */
struct rc_record_fetch {
    enum {
        RC_FETCH_NONE,
        RC_FETCH_LOOKING, /* at the first bytes, to tell the layout */
        RC_FETCH_ASKING,  /* for the layout */
        RC_FETCH_ALL,     /* of it, to be read by the layout */
    } step;
    struct rc_s3_object_name name;
    struct rc_download *download; /* also of what is complete, until there is a layout */
    char layout[1024];            /* "": to be told by the first bytes */
    const char *fits;             /* of the bundled layouts the best that does; NULL: none */
    char etag[128];               /* of the first bytes, and then of all */
};

/* One record of a file: its bytes with the fields of its layout over them, the fields'
 * values, and the canonical record that it makes. */
struct rc_record_state {
    bool of_day;
    uint64_t object; /* of a live session: its number; 0: of none */
    struct rc_record_fetch fetch;
    struct rc_origin_query *asked; /* which delivery the object is; NULL: nobody was */
    struct rc_origin origin;
    bool has_origin;
    char shown_path[1400]; /* as people know it */
    enum rc_side side;
    struct rc_overview *day;       /* of_day */
    struct rc_source source;       /* layout and path, also of a file without a day */
    struct rc_recordfile *file;    /* NULL: not there */
    struct rc_kept_record *kept;   /* what the day file keeps of the record asked for first */
    struct rc_shown_record *shown; /* NULL: not read yet */
    uint64_t number;
    bool indexing, on_fields;
    uint32_t byte; /* from 1, that the cursor is to stand on; 0: any */
    char note[400];
    struct rc_hex hex;
    struct rc_area hex_area;
    struct rc_page page; /* of the fields */
};

/* Takes "s3://BUCKET/KEY[@VERSION] [LAYOUT]" off the arguments and begins to fetch it; one that
 * is kept already (rc_live_object_find) is the state's object at once. */
bool rc_record_fetch_begin(struct rc_view *view, const char **arguments, struct rc_error *err);

/* Looks at what has come: true, once, when the state's object is there. */
bool rc_record_fetch_tick(struct rc_view *view);

/* Asks for the layout where that could not be told. */
void rc_record_fetch_ask(struct rc_view *view);

/* "fetching s3://…, 3 MB of 12 MB"; false when nothing is. */
bool rc_record_fetch_waits(const struct rc_record_state *state, struct rc_buf *out);
void rc_record_fetch_end(struct rc_record_state *state);

/* The rows of the page behind those of the fields. */
enum { RC_RECORD_ITEM = 1 << 20 };

/* The field under the cursor; -1: none. */
int rc_record_field_at_cursor(const struct rc_record_state *state);

void rc_record_draw(struct rc_view *view, struct rc_area area);

#endif
