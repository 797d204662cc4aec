#include "core/status.h"
#include "model/figures.h"
#include "tui/chart.h"
#include "tui/list_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    GUTTER = 2,         /* the mark and a blank */
    WIDE = 100,         /* cells from which there is room for more space and columns that stay */
    LEAST_PART = 6,     /* cells of a text that are worth showing */
    COLUMN_CELLS = 200, /* that a column has at most */
    SERIES_VALUES = 64,
    SERIES_LEAST = 6, /* bars that are worth showing */
    SERIES_SPACE = 2, /* between them and the text */
};

static const struct rc_column *column_of(const struct rc_list *list, int shown)
{
    return &list->def->columns[list->shown[shown]];
}

static bool is_numeric(const struct rc_column *column)
{
    return column->kind == RC_COLUMN_NUMBER || column->kind == RC_COLUMN_MONEY ||
           column->kind == RC_COLUMN_SECONDS;
}

/* ----- the rows as text ----- */

static enum rc_role status_role(const char *text, size_t length)
{
    char name[64];
    enum rc_status status;
    if (length >= sizeof name)
        return RC_ROLE_NORMAL;
    memcpy(name, text, length);
    name[length] = '\0';
    if (!rc_status_find(name, &status))
        return RC_ROLE_NORMAL;
    if (rc_status_is_exception(status))
        return RC_ROLE_BAD;
    return status == RC_PENDING || status == RC_LATE_PRESENTMENT ? RC_ROLE_WARN : RC_ROLE_GOOD;
}

/* How the words of states and levels are lit; others are not. */
static enum rc_role word_role(const char *text, size_t length)
{
    static const struct {
        const char *word;
        enum rc_role role;
    } words[] = {
        {"failed", RC_ROLE_BAD},    {"timed out", RC_ROLE_BAD}, {"aborted", RC_ROLE_BAD},
        {"error", RC_ROLE_BAD},     {"fatal", RC_ROLE_BAD},     {"warn", RC_ROLE_WARN},
        {"waiting", RC_ROLE_WARN},  {"running", RC_ROLE_KEY},   {"succeeded", RC_ROLE_GOOD},
        {"resolved", RC_ROLE_GOOD}, {"debug", RC_ROLE_DIM},     {"trace", RC_ROLE_DIM},
        {"unknown", RC_ROLE_DIM}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i].word) == length && memcmp(words[i].word, text, length) == 0)
            return words[i].role;
    return RC_ROLE_NORMAL;
}

static void add_words(struct rc_buf *out, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] == ',')
            rc_buf_add_str(out, ", ");
        else if (!strchr("[]\"", text[i]))
            rc_buf_add_char(out, text[i]);
    }
}

static enum rc_role add_cell(struct rc_buf *out, const struct rc_column *column,
                             const struct rc_cell_value *cell)
{
    char grouped[RC_GROUPED_TEXT];
    size_t length = cell->length < RC_LIST_CELL_BYTES ? cell->length : RC_LIST_CELL_BYTES;
    if (cell->null && column->kind == RC_COLUMN_SECONDS) {
        rc_buf_add_str(out, "unknown");
        return RC_ROLE_DIM;
    }
    if (cell->null)
        return RC_ROLE_NORMAL;
    if (column->kind == RC_COLUMN_SECONDS) {
        char text[RC_FIGURE_BYTES];
        rc_buf_add(out, text, rc_seconds_text((uint64_t)cell->integer, text));
    } else if (is_numeric(column)) {
        rc_buf_add(out, grouped, rc_digits_group(cell->text, length, grouped));
    } else if (column->kind == RC_COLUMN_WORDS) {
        add_words(out, cell->text, length);
    } else if (column->kind == RC_COLUMN_BOOL) {
        rc_buf_add_str(out, cell->integer ? "yes" : "no");
        return cell->integer ? RC_ROLE_GOOD : RC_ROLE_BAD;
    } else {
        rc_buf_add(out, cell->text, length);
    }
    if (column->kind == RC_COLUMN_ALERT)
        return RC_ROLE_WARN;
    if (column->kind == RC_COLUMN_STATE)
        return word_role(cell->text, length);
    return column->kind == RC_COLUMN_STATUS ? status_role(cell->text, length) : RC_ROLE_NORMAL;
}

static bool take_row(void *context, uint64_t index, const struct rc_cell_value *cells, size_t count,
                     struct rc_error *err)
{
    struct rc_list *list = context;
    struct rc_list_page *page = &list->page;
    (void)index;
    for (size_t i = 0; i < count; i++) {
        const struct rc_column *column = &list->def->columns[i];
        struct rc_list_cell *cell = &page->cells[(size_t)page->rows * count + i];
        *cell = (struct rc_list_cell){.at = page->text.length};
        if (column->detail && column->kind != RC_COLUMN_SERIES)
            continue;
        cell->role = add_cell(&page->text, column, &cells[i]);
        cell->length = (uint32_t)(page->text.length - cell->at);
        int width = rc_text_width(page->text.data + cell->at, cell->length);
        if (cell->length && width > list->widths[i])
            list->widths[i] = width < COLUMN_CELLS ? width : COLUMN_CELLS;
    }
    page->rows++;
    if (!page->text.failed)
        return true;
    rc_error_set(err, RC_LIMIT, "the rows have more text than can be shown");
    return false;
}

static size_t columns_of(const struct rc_list *list)
{
    size_t count = 0;
    while (count < RC_TABLE_COLUMNS && list->def->columns[count].name)
        count++;
    return count;
}

/* Reads the rows that are to be drawn, unless they are there. */
static bool read_page(struct rc_list *list, struct rc_error *err)
{
    struct rc_list_page *page = &list->page;
    size_t cells = (size_t)list->body * columns_of(list);
    if (page->rows && page->first == list->top && page->generation == list->generation &&
        page->wanted == list->body)
        return true;
    if (cells > page->capacity) {
        struct rc_list_cell *more = realloc(page->cells, cells * sizeof *more);
        if (!more) {
            rc_error_nomem(err);
            return false;
        }
        page->cells = more;
        page->capacity = cells;
    }
    rc_buf_clear(&page->text);
    page->rows = 0;
    page->first = list->top;
    page->generation = list->generation;
    page->wanted = list->body;
    bool ok = !list->table ||
              rc_table_rows(list->table, list->top, (uint64_t)list->body, take_row, list, err);
    if (!ok)
        page->rows = 0;
    return ok;
}

/* ----- where the columns stand ----- */

static int title_width(const struct rc_list *list, const struct rc_column *column)
{
    return rc_text_width(column->title, strlen(column->title)) + 2 * (list->query.sort == column);
}

/* What a column would like, and what it gets when there are others. */
static int wish_of(const struct rc_list *list, int shown)
{
    int title = title_width(list, column_of(list, shown)), text = list->widths[list->shown[shown]];
    return title > text ? title : text;
}

static int width_of(const struct rc_list *list, int shown)
{
    const struct rc_column *column = column_of(list, shown);
    int title = title_width(list, column), wish = wish_of(list, shown);
    int most = column->width > title ? column->width : title;
    return is_numeric(column) || wish < most ? wish : most;
}

static int fixed_columns(const struct rc_list *list, int width)
{
    int fixed = width < WIDE ? 1 : 2;
    return fixed < list->shown_count ? fixed : list->shown_count;
}

/* Places columns until the width is used up; a number is shown whole or not. Gives
 * how many cells are left. */
static int place_columns(struct rc_list *list, int width)
{
    int fixed = fixed_columns(list, width), space = width < WIDE ? 1 : 2, x = GUTTER;
    list->place_count = 0;
    list->last_seen = false;
    for (int i = 0; i < list->shown_count && x < width; i++) {
        int wants = width_of(list, i), room = width - x;
        if (i >= fixed && i < fixed + list->left)
            continue;
        if (wants > room && list->place_count &&
            (is_numeric(column_of(list, i)) || room < LEAST_PART))
            break;
        list->places[list->place_count++] =
            (struct rc_list_place){list->shown[i], x, wants < room ? wants : room, wants <= room};
        x += wants + space;
        list->last_seen = i == list->shown_count - 1 && wants <= room;
    }
    return width - x + space;
}

/* Gives what is left of a row to the columns that would like more. */
static void spread(struct rc_list *list, int spare)
{
    int moved = 0;
    for (int i = 0; i < list->place_count; i++) {
        struct rc_list_place *place = &list->places[i];
        int shown = 0;
        while (list->shown[shown] != place->column)
            shown++;
        int more = wish_of(list, shown) - place->width;
        more = more < spare - moved ? more : spare - moved;
        place->x += moved;
        if (more > 0) {
            place->width += more;
            moved += more;
        }
    }
}

static bool is_in_sight(const struct rc_list *list, int shown)
{
    for (int i = 0; i < list->place_count; i++)
        if (list->places[i].column == list->shown[shown])
            return list->places[i].whole;
    return false;
}

static void arrange(struct rc_list *list, int width)
{
    int fixed = fixed_columns(list, width), most = list->shown_count - fixed - 1;
    list->left = list->left < most ? list->left : (most > 0 ? most : 0);
    if (list->reveal && list->choice >= fixed && list->choice < fixed + list->left)
        list->left = list->choice - fixed;
    int spare = place_columns(list, width);
    while (list->reveal && list->choice > fixed + list->left && !is_in_sight(list, list->choice)) {
        list->left++;
        spare = place_columns(list, width);
    }
    list->reveal = false;
    if (spare > 0)
        spread(list, spare);
}

/* ----- drawing ----- */

static void draw_title(const struct rc_list *list, struct rc_area area,
                       const struct rc_list_place *place)
{
    const struct rc_column *column = &list->def->columns[place->column];
    bool chosen = list->choice >= 0 && list->shown[list->choice] == place->column;
    const char *arrow = "";
    char text[128];
    if (list->query.sort == column && rc_screen_ascii())
        arrow = list->query.descending ? " v" : " ^";
    else if (list->query.sort == column)
        arrow = list->query.descending ? " ▼" : " ▲";
    int length = snprintf(text, sizeof text, "%s%s", column->title, arrow);
    rc_draw_text(area.y, area.x + place->x, place->width,
                 chosen ? RC_ROLE_SELECTED : RC_ROLE_HEADER,
                 is_numeric(column) ? RC_RIGHT : RC_LEFT, text, (size_t)length);
}

/* Titles, with a mark at an end behind which there are more columns. */
static void draw_header(const struct rc_list *list, struct rc_area area)
{
    bool ascii = rc_screen_ascii();
    rc_draw_text(area.y, area.x, area.width, RC_ROLE_HEADER, RC_LEFT, "", 0);
    for (int i = 0; i < list->place_count; i++)
        draw_title(list, area, &list->places[i]);
    const char *left = ascii ? "<" : "‹", *right = ascii ? ">" : "›";
    if (list->left)
        rc_draw_text(area.y, area.x, 1, RC_ROLE_KEY, RC_LEFT, left, strlen(left));
    if (!list->last_seen)
        rc_draw_text(area.y, area.x + area.width - 1, 1, RC_ROLE_KEY, RC_LEFT, right,
                     strlen(right));
}

static bool has_series(const struct rc_list *list, int column)
{
    return (size_t)column + 1 < columns_of(list) &&
           list->def->columns[column + 1].kind == RC_COLUMN_SERIES;
}

/* The series behind a cell, at the right end of it, where the cell's text leaves room. */
static void draw_series(const struct rc_list_page *page, const struct rc_list_cell *cell, int y,
                        int x, int width, enum rc_role role)
{
    double values[SERIES_VALUES];
    size_t count = 0;
    const char *text = page->text.data ? page->text.data : "";
    const char *at = text + cell[1].at, *end = at + cell[1].length;
    while (++at < end && count < SERIES_VALUES) {
        char *next;
        values[count++] = strtod(at, &next);
        at = next;
    }
    int room = width - rc_text_width(text + cell->at, cell->length) - SERIES_SPACE;
    int bars = room < (int)count ? room : (int)count;
    if (bars >= SERIES_LEAST)
        rc_sparkline_draw(y, x + width - bars, bars, role, values, count);
}

static void draw_row(const struct rc_list *list, struct rc_area area, int row)
{
    const struct rc_list_page *page = &list->page;
    uint64_t index = page->first + (uint64_t)row;
    int y = area.y + 1 + row;
    bool marked = rc_marks_has(&list->marks, rc_table_key(list->table, index));
    bool selected = index == list->cursor;
    enum rc_role whole = selected ? RC_ROLE_SELECTED : (marked ? RC_ROLE_MARKED : RC_ROLE_NORMAL);
    rc_draw_text(y, area.x, area.width, whole, RC_LEFT, marked ? "*" : " ", 1);
    for (int i = 0; i < list->place_count; i++) {
        const struct rc_list_place *place = &list->places[i];
        const struct rc_list_cell *cell =
            &page->cells[(size_t)row * columns_of(list) + (size_t)place->column];
        bool right = is_numeric(&list->def->columns[place->column]);
        enum rc_role role = list->dimmed ? RC_ROLE_DIM : cell->role;
        rc_draw_text(y, area.x + place->x, place->width, selected || marked ? whole : role,
                     right ? RC_RIGHT : RC_LEFT, cell->length ? page->text.data + cell->at : "",
                     cell->length);
        if (has_series(list, place->column))
            draw_series(page, cell, y, area.x + place->x, place->width,
                        selected || marked ? whole
                        : list->dimmed     ? RC_ROLE_DIM
                                           : RC_ROLE_HEADER);
    }
}

/* A sentence in place of the rows, in as many lines as it needs. */
static void draw_instead(const struct rc_list *list, struct rc_area area)
{
    const char *text = list->instead;
    int width = area.width - 2 * GUTTER, last = area.y + area.height - 2;
    for (int y = area.y + 2; *text && y < last; y++) {
        size_t length = 0, next = strcspn(text, " ");
        do {
            length = next;
            next = length + strspn(text + length, " ");
            next += strcspn(text + next, " ");
        } while (next > length && rc_text_width(text, next) <= width);
        rc_draw_text(y, area.x + GUTTER, width, list->instead_role, RC_LEFT, text, length);
        text += length + strspn(text + length, " ");
    }
}

static void draw_body(struct rc_list *list, struct rc_area area, const struct rc_error *err)
{
    const char *text = NULL;
    for (int row = 0; row < list->page.rows; row++)
        draw_row(list, area, row);
    if (err->code)
        text = err->text;
    else if (*list->instead && !rc_list_count(list) && !*list->query.filter) {
        draw_instead(list, area);
        return;
    } else if (!list->table)
        text = list->job ? "The rows are being read." : "There are no rows to show.";
    else if (!rc_list_count(list))
        text = *list->query.filter ? "The filter lets nothing through." : "There are none.";
    if (text)
        rc_draw_text(area.y + 2, area.x + GUTTER, area.width - GUTTER,
                     err->code ? RC_ROLE_BAD : RC_ROLE_DIM, RC_LEFT, text, strlen(text));
}

/* ----- the lines below ----- */

struct footer {
    int y, x, end;
    bool drawn; /* else it is only measured */
};

static void add_part(struct footer *footer, enum rc_role role, const char *text, size_t length)
{
    const char *between = rc_screen_ascii() ? " | " : " · ";
    int width = rc_text_width(text, length);
    bool first = footer->x == GUTTER;
    if (footer->drawn && !first)
        rc_draw_text(footer->y, footer->x, footer->end - footer->x, RC_ROLE_DIM, RC_LEFT, between,
                     strlen(between));
    footer->x += first ? 0 : 3;
    if (footer->drawn)
        rc_draw_text(footer->y, footer->x, footer->end - footer->x, role, RC_LEFT, text, length);
    footer->x += width;
}

static void add_position(const struct rc_list *list, struct footer *footer)
{
    char text[128], at[RC_GROUPED_TEXT], of[RC_GROUPED_TEXT], plain[24];
    uint64_t count = rc_list_count(list);
    int length =
        snprintf(plain, sizeof plain, "%llu", (unsigned long long)(count ? list->cursor + 1 : 0));
    rc_digits_group(plain, (size_t)length, at);
    length = snprintf(plain, sizeof plain, "%llu", (unsigned long long)count);
    rc_digits_group(plain, (size_t)length, of);
    length = snprintf(text, sizeof text, "%s of %s", at, of);
    add_part(footer, RC_ROLE_NORMAL, text, (size_t)length);
    if (!list->marks.count)
        return;
    length = snprintf(plain, sizeof plain, "%llu", (unsigned long long)list->marks.count);
    rc_digits_group(plain, (size_t)length, of);
    length = snprintf(text, sizeof text, "%s marked", of);
    add_part(footer, RC_ROLE_MARKED, text, (size_t)length);
}

static void add_query(const struct rc_list *list, struct footer *footer)
{
    char text[RC_LIST_FILTER_BYTES + 64];
    int length;
    if (*list->query.filter) {
        length = snprintf(text, sizeof text, "filter %s", list->query.filter);
        add_part(footer, RC_ROLE_KEY, text, (size_t)length);
    }
    if (list->choice >= 0) {
        length = snprintf(text, sizeof text, "%s sorts by %s", rc_action_keys(RC_DO_SORT),
                          column_of(list, list->choice)->name);
        add_part(footer, RC_ROLE_KEY, text, (size_t)length);
    } else if (list->query.sort || list->query.descending) {
        length = snprintf(text, sizeof text, "by %s%s",
                          list->query.sort ? list->query.sort->name : "their order",
                          list->query.descending ? ", backwards" : "");
        add_part(footer, RC_ROLE_NORMAL, text, (size_t)length);
    }
}

static void add_note(const struct rc_list *list, struct footer *footer)
{
    if (*list->below)
        add_part(footer, RC_ROLE_WARN, list->below, strlen(list->below));
}

static void add_sums(const struct rc_list *list, struct footer *footer)
{
    if (list->has_sums && list->sums.length)
        add_part(footer, RC_ROLE_NORMAL, list->sums.data, list->sums.length);
}

/* The sums get a line of their own when they need it and there is room for one. */
static int footer_lines(const struct rc_list *list, struct rc_area area)
{
    struct footer footer = {.x = GUTTER, .end = area.width};
    add_position(list, &footer);
    add_query(list, &footer);
    add_note(list, &footer);
    add_sums(list, &footer);
    return footer.x > area.width && list->sums.length && area.height > 8 ? 2 : 1;
}

static void draw_footer(const struct rc_list *list, struct rc_area area, int lines)
{
    struct footer footer = {
        .y = area.y + area.height - lines, .x = GUTTER, .end = area.x + area.width, .drawn = true};
    add_position(list, &footer);
    add_query(list, &footer);
    add_note(list, &footer);
    if (lines == 2) {
        footer.y++;
        footer.x = GUTTER;
    }
    add_sums(list, &footer);
}

void rc_list_draw(struct rc_view *view, struct rc_area area)
{
    struct rc_list *list = rc_list_of(view);
    struct rc_error err = {0};
    if (area.height < 3 || area.width < LEAST_PART)
        return;
    int lines = footer_lines(list, area);
    list->body = area.height - 1 - lines;
    rc_list_settle(list);
    read_page(list, &err);
    arrange(list, area.width);
    draw_header(list, area);
    draw_body(list, area, &err);
    draw_footer(list, area, lines);
}
