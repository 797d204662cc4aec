#include "tui/record_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    WIDE = 150,
    TWIN = 112,
    CANONICAL_AT = 68,
    HEX_WIDTH = 76,
    LABEL_WIDTH = 21,
    LEAST_FIELDS = 7
};

static void head(const struct rc_record_state *state, struct rc_area area)
{
    const struct rc_shown_record *shown = state->shown;
    char of[32] = "";
    uint64_t count = state->file ? rc_recordfile_count(state->file) : 0;
    if (count)
        snprintf(of, sizeof of, " of %" PRIu64, count);
    if (!shown) {
        rc_draw_printf(area.y, area.x, area.width, RC_ROLE_TITLE, "record %" PRIu64, state->number);
        return;
    }
    const char *dot = rc_screen_ascii() ? "|" : "·";
    rc_draw_printf(area.y, area.x, area.width, RC_ROLE_TITLE,
                   "%s%srecord %" PRIu64 "%s %s %s %s byte %" PRIu64 " %s %u bytes %s %s",
                   state->of_day ? rc_side_name(state->side) : "", state->of_day ? " " : "",
                   shown->number, of, dot, shown->type[0] ? shown->type : "unknown type", dot,
                   shown->offset, dot, shown->raw_length, dot,
                   state->of_day ? state->day->side[state->side].path : state->shown_path);
}

int rc_record_field_at_cursor(const struct rc_record_state *state)
{
    return state->shown && state->hex.length ? state->shown->field_of[state->hex.cursor] : -1;
}

/* The field under the cursor, and the byte itself. */
static void cursor_line(const struct rc_record_state *state, struct rc_area area)
{
    const struct rc_shown_record *shown = state->shown;
    int index = rc_record_field_at_cursor(state);
    if (!shown || !state->hex.length)
        return;
    const struct rc_shown_field *field = index < 0 ? NULL : &shown->fields[index];
    int x = rc_draw_printf(area.y, area.x, area.width, RC_ROLE_DIM,
                           "column %u, %02X, file byte %" PRIu64 "  ", state->hex.cursor + 1,
                           state->hex.bytes[state->hex.cursor],
                           shown->offset +
                               (shown->framed_length > shown->raw_length + 2u
                                    ? shown->framed_length - shown->raw_length
                                    : 0) +
                               state->hex.cursor);
    area.width -= x;
    if (area.width < 1)
        return;
    if (!field)
        rc_draw_printf(area.y, area.x + x, area.width, RC_ROLE_DIM, "no field");
    else
        rc_draw_printf(area.y, area.x + x, area.width, rc_hex_field_role(index), "%s %u-%u %s = %s",
                       field->name, field->at + 1, field->at + field->length, field->type,
                       field->value ? field->value : (field->wrong ? "does not decode" : "absent"));
}

static void put_field(struct rc_record_state *state, int width, size_t index)
{
    const struct rc_shown_field *field = &state->shown->fields[index];
    struct rc_page *page = &state->page;
    enum rc_role role = field->filler ? RC_ROLE_DIM : rc_hex_field_role((int)index);
    rc_page_printf(page, 0, 9, RC_ROLE_DIM, RC_RIGHT, "%u-%u", field->at + 1,
                   field->at + field->length);
    rc_page_put(page, 10, LABEL_WIDTH - 1, role, RC_LEFT, field->name, strlen(field->name));
    rc_page_put(page, 10 + LABEL_WIDTH, 9, RC_ROLE_DIM, RC_LEFT, field->type, strlen(field->type));
    const char *value = field->value      ? field->value
                        : !field->present ? "not in this record"
                        : field->wrong    ? "does not decode"
                                          : (field->filler ? "" : "absent");
    rc_page_put(page, 20 + LABEL_WIDTH, width - 20 - LABEL_WIDTH,
                field->wrong ? RC_ROLE_BAD : (field->value ? RC_ROLE_NORMAL : RC_ROLE_DIM), RC_LEFT,
                value, strlen(value));
}

/* The canonical field from `field` on that the record has; RC_CANON_FIELDS: none. */
static int next_canonical(const struct rc_shown_record *shown, int field)
{
    while (field < RC_CANON_FIELDS && !shown->canonical[field])
        field++;
    return field;
}

static void put_canonical(struct rc_record_state *state, int x, int width, int field)
{
    const char *name = rc_canon_name((enum rc_canon)field);
    const char *text = state->shown->canonical[field];
    rc_page_put(&state->page, x, LABEL_WIDTH - 1, RC_ROLE_DIM, RC_LEFT, name, strlen(name));
    rc_page_put(&state->page, x + LABEL_WIDTH, width - x - LABEL_WIDTH, RC_ROLE_NORMAL, RC_LEFT,
                text, strlen(text));
}

/* Fields and, from a column on, the canonical record beside them. */
static void put_beside(struct rc_record_state *state, int width)
{
    const struct rc_shown_record *shown = state->shown;
    struct rc_page *page = &state->page;
    int canon = next_canonical(shown, 0);
    rc_page_row(page, RC_NO_TARGET);
    rc_page_put(page, 10, 20, RC_ROLE_HEADER, RC_LEFT, "field", 5);
    rc_page_put(page, CANONICAL_AT, 20, RC_ROLE_HEADER, RC_LEFT, "normalised", 10);
    for (size_t i = 0; i < shown->field_count || canon < RC_CANON_FIELDS; i++) {
        rc_page_row(page, i < shown->field_count ? (int64_t)i : RC_NO_TARGET);
        rc_page_bound(page, CANONICAL_AT - 1);
        if (i < shown->field_count)
            put_field(state, CANONICAL_AT - 1, i);
        if (canon < RC_CANON_FIELDS) {
            put_canonical(state, CANONICAL_AT, width, canon);
            canon = next_canonical(shown, canon + 1);
        }
    }
}

static void put_below(struct rc_record_state *state, int width)
{
    const struct rc_shown_record *shown = state->shown;
    struct rc_page *page = &state->page;
    for (size_t i = 0; i < shown->field_count; i++) {
        rc_page_row(page, (int64_t)i);
        put_field(state, width, i);
    }
    if (shown->mapped)
        rc_page_title(page, width, "Normalised");
    for (int field = next_canonical(shown, 0); field < RC_CANON_FIELDS;
         field = next_canonical(shown, field + 1)) {
        rc_page_row(page, RC_NO_TARGET);
        put_canonical(state, 10, width, field);
    }
}

/* ----- where the pipeline keeps it ----- */

static void put_key_row(struct rc_record_state *state, int width, int64_t target, const char *label,
                        const char *text)
{
    rc_page_row(&state->page, target);
    rc_page_put(&state->page, 10, LABEL_WIDTH - 1, RC_ROLE_DIM, RC_LEFT, label, strlen(label));
    rc_page_flow(&state->page, 10 + LABEL_WIDTH, width - 10 - LABEL_WIDTH, RC_ROLE_NORMAL, text);
}

static void put_item(struct rc_record_state *state, int width)
{
    const char *id = state->shown->canonical[RC_C_ID];
    const struct rc_origin *origin = &state->origin;
    struct rc_item_key key;
    char text[160];
    if (!state->has_origin || !id || !rc_item_key_make(origin, id, state->number, &key))
        return;
    rc_page_title(&state->page, width, "Shard and item");
    snprintf(text, sizeof text, "%" PRIu32 " of %" PRIu32, key.shard, origin->shard_count);
    put_key_row(state, width, RC_NO_TARGET, "shard", text);
    put_key_row(state, width, RC_RECORD_ITEM, "PK", key.pk);
    put_key_row(state, width, RC_NO_TARGET, "SK", key.sk);
    if (state->of_day)
        return;
    snprintf(text, sizeof text, "%d of %s %s, %s", origin->delivery, origin->date,
             rc_side_name(origin->side),
             origin->active ? "active" : "not active: the day does not count it");
    put_key_row(state, width, RC_NO_TARGET, "table", key.table);
    put_key_row(state, width, RC_NO_TARGET, "delivery", text);
}

static void fill_page(struct rc_record_state *state, int width)
{
    const struct rc_shown_record *shown = state->shown;
    struct rc_page *page = &state->page;
    rc_page_clear(page);
    if (shown && shown->mapped && width >= TWIN)
        put_beside(state, width);
    else if (shown)
        put_below(state, width);
    if (shown && shown->unmapped[0]) {
        rc_page_title(page, width, "Not normalised");
        rc_page_wrap(page, 10, width - 10, RC_ROLE_BAD, shown->unmapped);
    }
    if (shown)
        put_item(state, width);
    if (!state->on_fields)
        page->selected = rc_record_field_at_cursor(state);
    rc_page_settle(page);
}

/* The bytes stand above the fields, or beside them where there is room. */
static void draw_parts(struct rc_record_state *state, struct rc_area area)
{
    bool wide = area.width >= WIDE;
    struct rc_area bytes = area, line = area, fields = area;
    if (wide) {
        bytes.width = HEX_WIDTH;
        bytes.height = area.height - 1;
        fields.x += bytes.width + 1;
        fields.width -= bytes.width + 1;
    } else {
        int least = area.height > LEAST_FIELDS + 5 ? LEAST_FIELDS : area.height / 3;
        int all = rc_hex_height(&state->hex, area.width);
        bytes.height = all < area.height - 1 - least ? all : area.height - 1 - least;
        fields.y += bytes.height + 1;
        fields.height -= bytes.height + 1;
    }
    int need = rc_hex_height(&state->hex, bytes.width);
    line.y += need < bytes.height ? need : bytes.height;
    line.width = wide ? bytes.width : area.width;
    state->hex_area = bytes;
    rc_hex_draw(&state->hex, bytes);
    cursor_line(state, line);
    state->page.height = fields.height;
    fill_page(state, fields.width - 2);
    rc_page_select(&state->page, state->page.selected);
    rc_page_draw(&state->page, fields);
}

void rc_record_draw(struct rc_view *view, struct rc_area area)
{
    struct rc_record_state *state = view->state;
    const struct rc_shown_record *shown = state->shown;
    uint64_t milliseconds;
    head(state, area);
    area.y++;
    area.height--;
    if (shown && shown->reason[0]) {
        rc_draw_printf(area.y++, area.x, area.width, RC_ROLE_BAD, "not accepted: %s",
                       shown->reason);
        area.height--;
    }
    if (state->note[0]) {
        rc_draw_printf(area.y++, area.x, area.width, RC_ROLE_WARN, "%s", state->note);
        area.height--;
    }
    if (!shown)
        rc_draw_printf(area.y, area.x, area.width, RC_ROLE_DIM, "%s",
                       rc_app_busy(view, &milliseconds) ? "the record is being looked for"
                                                        : "the record cannot be shown");
    else if (area.height > 2)
        draw_parts(state, area);
}
