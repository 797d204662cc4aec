#include "tui/views.h"

#include "model/layoutmap.h"
#include "model/live.h"
#include "model/overview.h"
#include "tui/hex.h"
#include "tui/page.h"
#include "tui/source.h"
#include "tui/tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A layout: its records as a tree, and the columns of the one under the cursor. */
enum kind { GROUP, TYPE, MATCH, PLACE, FIELD, ABOUT, MAPS, CONTROL };

struct node {
    enum kind kind;
    const char *text; /* of a group */
    int type, field;
};

struct state {
    struct rc_layoutmap *map;
    struct node *nodes;
    struct rc_tree tree;
    size_t room;
    struct rc_page page;
    bool of_day;
    enum rc_side side;
    char note[256];
};

enum { STEP = 10, MOST_COLUMNS = 120, HEAD_ROWS = 2, LABEL_WIDTH = 6 };

/* ----- the tree ----- */

static bool make_room(struct state *state)
{
    size_t room = state->room ? 2 * state->room : 256;
    struct node *nodes = realloc(state->nodes, room * sizeof *nodes);
    if (!nodes)
        return false;
    state->nodes = nodes;
    struct rc_tree_node *shape = realloc(state->tree.nodes, room * sizeof *shape);
    if (!shape)
        return false;
    state->tree.nodes = shape;
    state->room = room;
    return true;
}

static bool add(struct state *state, int depth, bool branch, bool open, struct node node)
{
    if (state->tree.count == state->room && !make_room(state))
        return false;
    state->nodes[state->tree.count] = node;
    state->tree.nodes[state->tree.count++] =
        (struct rc_tree_node){.depth = depth, .branch = branch, .open = open};
    return true;
}

static bool add_field(struct state *state, int depth, int type, int field)
{
    const struct rc_layoutmap_field *of = &state->map->types[type].fields[field];
    bool more = of->about[0] || of->maps[0];
    return add(state, depth, more, false, (struct node){FIELD, NULL, type, field}) &&
           (!of->about[0] ||
            add(state, depth + 1, false, false, (struct node){ABOUT, NULL, type, field})) &&
           (!of->maps[0] ||
            add(state, depth + 1, false, false, (struct node){MAPS, NULL, type, field}));
}

static bool add_type(struct state *state, int depth, int type)
{
    const struct rc_layoutmap_type *of = &state->map->types[type];
    bool ok = add(state, depth, true, false, (struct node){TYPE, NULL, type, -1}) &&
              (!of->match[0] ||
               add(state, depth + 1, false, false, (struct node){MATCH, NULL, type, -1})) &&
              (!of->place[0] ||
               add(state, depth + 1, false, false, (struct node){PLACE, NULL, type, -1}));
    for (int f = 0; ok && f < of->field_count; f++)
        ok = add_field(state, depth + 1, type, f);
    return ok;
}

/* A group for each depth that the types have: file, batch, transaction. */
static bool build_tree(struct state *state)
{
    const struct rc_layoutmap *map = state->map;
    int deepest = 0, depth = -1;
    bool ok = true;
    for (int t = 0; t < map->type_count; t++)
        deepest = map->types[t].depth > deepest ? map->types[t].depth : deepest;
    bool batches = false;
    for (int t = 0; t < map->type_count; t++)
        batches |= strncmp(map->types[t].role, "batch", 5) == 0;
    for (int t = 0; ok && t < map->type_count; t++) {
        int want = map->types[t].depth;
        const char *groups[] = {"file", batches ? "batch" : "transaction", "transaction"};
        int group = want > 2 ? 2 : (want == 2 && !batches ? 1 : want);
        for (; ok && depth < group; depth++)
            ok = add(state, depth + 1, true, true, (struct node){GROUP, groups[depth + 1], -1, -1});
        depth = group;
        ok = ok && add_type(state, group + 1, t);
    }
    if (ok && map->control_count)
        ok = add(state, 0, true, false, (struct node){GROUP, "controls", -1, -1});
    for (int c = 0; ok && c < map->control_count; c++)
        ok = add(state, 1, false, false, (struct node){CONTROL, NULL, c, -1});
    return ok;
}

static void put(struct rc_page *page, int x, enum rc_role role, const char *label, const char *text)
{
    if (label)
        x = rc_page_put(page, x, -1, RC_ROLE_DIM, RC_LEFT, label, strlen(label));
    rc_page_put(page, x, -1, role, RC_LEFT, text, strlen(text));
}

static void write_field(const struct state *state, const struct node *node, struct rc_page *page,
                        int x)
{
    const struct rc_layoutmap_field *field = &state->map->types[node->type].fields[node->field];
    rc_page_printf(page, x, 11, RC_ROLE_DIM, RC_RIGHT, "%u-%u", field->at,
                   field->at + field->length - 1);
    rc_page_put(page, x + 12, 24, field->filler ? RC_ROLE_DIM : rc_hex_field_role(node->field),
                RC_LEFT, field->name, strlen(field->name));
    rc_page_printf(page, x + 37, -1, RC_ROLE_NORMAL, RC_LEFT, "%s, %u byte%s", field->type,
                   field->length, field->length == 1 ? "" : "s");
    rc_page_printf(page, x + 62, -1, RC_ROLE_DIM, RC_LEFT, "%s%s%s", field->about,
                   field->about[0] && field->maps[0] ? "; is " : (field->maps[0] ? "is " : ""),
                   field->maps);
}

static void write_node(void *context, size_t index, struct rc_page *page, int x)
{
    const struct state *state = context;
    const struct node *node = &state->nodes[index];
    int of = node->type >= 0 && node->kind != CONTROL ? node->type : 0;
    const struct rc_layoutmap_type *type = &state->map->types[of];
    switch (node->kind) {
    case GROUP:
        put(page, x, RC_ROLE_HEADER, NULL, node->text ? node->text : "");
        break;
    case TYPE:
        rc_page_put(page, x, 24, RC_ROLE_TITLE, RC_LEFT, type->name, strlen(type->name));
        rc_page_printf(page, x + 25, -1, RC_ROLE_DIM, RC_LEFT, "%s, %d field%s, %u bytes",
                       type->role, type->field_count, type->field_count == 1 ? "" : "s",
                       type->length);
        break;
    case MATCH:
        put(page, x, RC_ROLE_NORMAL, "when ", type->match);
        break;
    case PLACE:
        put(page, x, RC_ROLE_NORMAL, "stands ", type->place);
        break;
    case FIELD:
        write_field(state, node, page, x);
        break;
    case ABOUT:
        put(page, x + 12, RC_ROLE_NORMAL, NULL, type->fields[node->field].about);
        break;
    case MAPS:
        put(page, x + 12, RC_ROLE_NORMAL, "canonical ", type->fields[node->field].maps);
        break;
    case CONTROL:
        put(page, x, RC_ROLE_NORMAL, NULL, state->map->controls[node->type]);
        break;
    }
}

/* ----- the map of columns ----- */

static const struct node *selected(const struct state *state)
{
    int64_t at = state->page.selected;
    return at >= 0 && (size_t)at < state->tree.count ? &state->nodes[at] : NULL;
}

/* The type under the cursor; else the first detail. */
static int type_of(const struct state *state)
{
    const struct node *node = selected(state);
    if (node && node->type >= 0 && node->kind != CONTROL)
        return node->type;
    for (int t = 0; t < state->map->type_count; t++)
        if (strcmp(state->map->types[t].role, "detail") == 0)
            return t;
    return 0;
}

static uint32_t columns_of(int width)
{
    int columns = (width - LABEL_WIDTH) / STEP * STEP;
    return columns < STEP ? STEP : (columns > MOST_COLUMNS ? MOST_COLUMNS : (uint32_t)columns);
}

static void draw_ruler(struct rc_area area, int y, uint32_t from, uint32_t columns)
{
    char ruler[MOST_COLUMNS];
    for (uint32_t i = 0; i < columns; i++) {
        uint32_t column = from + i + 1;
        ruler[i] =
            column % 10 == 0 ? (char)('0' + column / 10 % 10) : (column % 5 == 0 ? '+' : '.');
    }
    rc_draw_printf(y, area.x, LABEL_WIDTH - 1, RC_ROLE_DIM, "%5u", from + 1);
    rc_draw_text(y, area.x + LABEL_WIDTH, (int)columns, RC_ROLE_HEADER, RC_LEFT, ruler, columns);
}

/* The part of a field that lies in this line: its name between bars. */
static void draw_field(struct rc_area area, int y, uint32_t from, uint32_t columns,
                       const struct rc_layoutmap_field *field, enum rc_role role)
{
    uint32_t begin = field->at - 1, end = begin + field->length;
    if (begin >= from + columns || end <= from)
        return;
    uint32_t left = begin > from ? begin - from : 0;
    uint32_t right = end < from + columns ? end - from : columns;
    int x = area.x + LABEL_WIDTH + (int)left, width = (int)(right - left);
    rc_draw_fill((struct rc_area){y, x, 1, width}, role);
    if (begin >= from) {
        rc_draw_text(y, x, 1, role, RC_LEFT, "|", 1);
        x++;
        width--;
    }
    if (width > 0)
        rc_draw_text(y, x, width, role, RC_LEFT, field->name, strlen(field->name));
}

/* Lines of the map that are seen, around the field under the cursor. */
static int draw_map(struct state *state, struct rc_area area)
{
    const struct node *node = selected(state);
    int index = type_of(state);
    const struct rc_layoutmap_type *type = &state->map->types[index];
    bool on_field = node && node->field >= 0 && node->kind != CONTROL;
    const struct rc_layoutmap_field *field = on_field ? &type->fields[node->field] : NULL;
    uint32_t columns = columns_of(area.width);
    uint32_t lines = (type->length + columns - 1) / columns;
    uint32_t most = (uint32_t)(area.height / 2), first = 0;
    rc_draw_printf(area.y, area.x, area.width, RC_ROLE_HEADER, "%s, columns 1 to %u%s", type->name,
                   type->length, lines > most ? ", those around the cursor" : "");
    if (field && lines > most) {
        uint32_t line = (field->at - 1) / columns;
        first = line > most / 2 ? line - most / 2 : 0;
        first = first + most > lines ? lines - most : first;
    }
    int y = area.y + 1;
    for (uint32_t line = first; line < lines && line < first + most; line++, y += 2) {
        draw_ruler(area, y, line * columns, columns);
        for (int f = 0; type->fields && f < type->field_count; f++) {
            const struct rc_layoutmap_field *each = &type->fields[f];
            enum rc_role role = each->filler ? RC_ROLE_DIM : rc_hex_field_role(f);
            draw_field(area, y + 1, line * columns, columns, each, role);
        }
        if (field)
            draw_field(area, y + 1, line * columns, columns, field, RC_ROLE_SELECTED);
    }
    return y - area.y;
}

/* ----- the view ----- */

static void free_state(struct state *state)
{
    rc_layoutmap_free(state->map);
    free(state->nodes);
    free(state->tree.nodes);
    rc_page_free(&state->page);
}

static void open_type(struct state *state, const char *name)
{
    for (size_t i = 0; i < state->tree.count; i++) {
        const struct node *node = &state->nodes[i];
        if (node->kind != TYPE)
            continue;
        bool wanted = *name ? strcmp(state->map->types[node->type].name, name) == 0
                            : strcmp(state->map->types[node->type].role, "detail") == 0;
        if (wanted && !(!*name && state->page.selected > 0)) {
            state->tree.nodes[i].open = true;
            rc_tree_reveal(&state->tree, i);
            state->page.selected = (int64_t)i;
        }
    }
}

/* "SIDE [TYPE]" of a day, "file [TYPE]" of a file, "object N [TYPE]" of a live session,
 * or a layout's name. */
static bool load(struct rc_view *view, const char *arguments, const char **type,
                 struct rc_error *err)
{
    struct state *state = view->state;
    struct rc_model *model = rc_app_model(view);
    const char *behind =
        model ? rc_source_side(*arguments ? arguments : "settlement", &state->side) : NULL;
    *type = "";
    if (behind) {
        struct rc_overview *day = rc_overview_read(model, err);
        struct rc_source source = {0};
        if (!day)
            return false;
        rc_source_open(&source, model, day, state->side);
        state->map = source.map;
        state->of_day = true;
        if (!source.map)
            rc_error_set(err, RC_USAGE, "%s: %s", day->side[state->side].layout, source.why);
        else if (!source.layout)
            snprintf(state->note, sizeof state->note, "%s", source.why);
        rc_overview_free(day);
        *type = behind;
        return state->map != NULL;
    }
    const char *name = arguments;
    const struct rc_live_object *object = rc_source_object(rc_app_live(view), arguments, type, err);
    if (!object && err->code)
        return false;
    if (object) {
        name = object->layout;
    } else if (rc_app_layout(view->app) && (!*name || strncmp(name, "file", 4) == 0)) {
        name = rc_app_layout(view->app);
        *type = *arguments ? arguments + 4 + strspn(arguments + 4, " ") : "";
    }
    state->map = rc_layoutmap_load(name, err);
    return state->map != NULL;
}

static bool open_layout(struct rc_view *view, const char *arguments, struct rc_error *err)
{
    struct state *state = view->state;
    const char *type;
    rc_page_init(&state->page);
    bool ok = load(view, arguments, &type, err);
    if (ok && !build_tree(state)) {
        rc_error_nomem(err);
        ok = false;
    }
    if (!ok) {
        free_state(state);
        return false;
    }
    open_type(state, type);
    return true;
}

static void close_layout(struct rc_view *view)
{
    free_state(view->state);
}

static void draw_layout(struct rc_view *view, struct rc_area area)
{
    struct state *state = view->state;
    const struct rc_layoutmap *map = state->map;
    struct rc_area columns = area, tree = area;
    rc_draw_printf(area.y, area.x, area.width, RC_ROLE_TITLE, "%s%s%s%s", map->name,
                   map->title[0] ? ": " : "", map->title,
                   map->illustrative ? " (illustrative)" : "");
    rc_draw_printf(area.y + 1, area.x, area.width, state->note[0] ? RC_ROLE_WARN : RC_ROLE_DIM,
                   "%s", state->note[0] ? state->note : "");
    if (!state->note[0])
        rc_draw_printf(area.y + 1, area.x, area.width, RC_ROLE_DIM, "%s, %s, digest %s",
                       map->framing, map->encoding, map->digest);
    columns.y += HEAD_ROWS + 1;
    columns.height = (area.height - HEAD_ROWS) / 2;
    columns.height = columns.height > 20 ? 20 : columns.height;
    int drawn = area.height >= 12 ? draw_map(state, columns) : 0;
    tree.y += HEAD_ROWS + 1 + (drawn ? drawn + 1 : 0);
    tree.height = area.y + area.height - tree.y;
    rc_page_clear(&state->page);
    rc_tree_fill(&state->tree, &state->page, write_node, state);
    rc_page_settle(&state->page);
    if (tree.height > 0) {
        state->page.height = tree.height;
        rc_page_select(&state->page, state->page.selected);
        rc_page_draw(&state->page, tree);
    }
}

static bool act_on_layout(struct rc_view *view, enum rc_action action)
{
    struct state *state = view->state;
    if (action == RC_DO_NEXT || action == RC_DO_PREVIOUS) {
        if (!state->of_day)
            return false;
        rc_app_back(view->app);
        rc_app_go(view->app, "layout", "%s",
                  rc_side_name(state->side == RC_SETTLEMENT ? RC_INTERNAL : RC_SETTLEMENT));
        return true;
    }
    if (action == RC_DO_COPY) {
        rc_screen_copy(state->map->digest, strlen(state->map->digest));
        rc_app_say(view->app, RC_ROLE_NORMAL, "the layout's digest is on the clipboard");
        return true;
    }
    return rc_tree_act(&state->tree, &state->page, action);
}

static bool click_on_layout(struct rc_view *view, const struct rc_mouse *mouse)
{
    struct state *state = view->state;
    if (mouse->wheel_up || mouse->wheel_down)
        return rc_page_act(&state->page, mouse->wheel_up ? RC_DO_UP : RC_DO_DOWN);
    return false;
}

static void where(struct rc_view *view, struct rc_buf *out)
{
    const struct state *state = view->state;
    rc_buf_printf(out, "%s%s%s", state->of_day ? rc_side_name(state->side) : "",
                  state->of_day ? " " : "", state->map->name);
}

static const enum rc_action actions[] = {RC_DO_ENTER,     RC_DO_LEFT, RC_DO_RIGHT,  RC_DO_NEXT,
                                         RC_DO_UP,        RC_DO_DOWN, RC_DO_COPY,   RC_DO_PAGE_UP,
                                         RC_DO_PAGE_DOWN, RC_DO_TOP,  RC_DO_BOTTOM, RC_ACTION_NONE};

const struct rc_view_ops rc_view_layout = {
    .name = "layout",
    .aliases = "fields",
    .title = "Layout",
    .help = "How the records of a side are cut into fields: the columns of the record type under "
            "the cursor, and below them the types as a tree, in the order in which they stand "
            "in a file. Enter and the right key open a part, the left key closes it; the "
            "next-part key shows the other side's layout. Behind its name in the palette may "
            "stand a side, or the name of a bundled layout.",
    .actions = actions,
    .state_size = sizeof(struct state),
    .open = open_layout,
    .close = close_layout,
    .draw = draw_layout,
    .act = act_on_layout,
    .where = where,
    .mouse = click_on_layout,
};
