#include "tui/page.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_TEXT_BYTES = 64 << 20, LINE_BYTES = 1024, SLICE_BYTES = 2048, WHEEL_ROWS = 3 };

struct rc_page_span {
    size_t text;
    uint32_t length;
    int16_t x, width;
    uint8_t role, align;
    bool line; /* a horizontal line */
};

struct rc_page_row {
    size_t first;
    size_t count;
    int64_t target;
    int bound; /* where what can be selected ends; 0: the whole row */
};

void rc_page_init(struct rc_page *page)
{
    *page = (struct rc_page){.selected = RC_NO_TARGET};
    rc_buf_init(&page->text, PAGE_TEXT_BYTES);
}

void rc_page_free(struct rc_page *page)
{
    rc_buf_free(&page->text);
    free(page->spans);
    free(page->rows);
}

void rc_page_clear(struct rc_page *page)
{
    rc_buf_clear(&page->text);
    page->span_count = page->row_count = 0;
    page->failed = false;
}

/* ----- filling ----- */

static void *room_for(struct rc_page *page, void *items, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return items;
    size_t more = *room ? 2 * *room : 64;
    void *bigger = realloc(items, more * size);
    if (!bigger) {
        page->failed = true;
        return NULL;
    }
    *room = more;
    return bigger;
}

void rc_page_row(struct rc_page *page, int64_t target)
{
    void *rows = room_for(page, page->rows, page->row_count, &page->row_room, sizeof *page->rows);
    if (!rows)
        return;
    page->rows = rows;
    page->rows[page->row_count++] =
        (struct rc_page_row){.first = page->span_count, .target = target};
}

void rc_page_bound(struct rc_page *page, int x)
{
    if (page->row_count)
        page->rows[page->row_count - 1].bound = x;
}

static struct rc_page_span *add_span(struct rc_page *page)
{
    if (!page->row_count)
        return NULL;
    void *spans =
        room_for(page, page->spans, page->span_count, &page->span_room, sizeof *page->spans);
    if (!spans)
        return NULL;
    page->spans = spans;
    page->rows[page->row_count - 1].count++;
    return &page->spans[page->span_count++];
}

int rc_page_put(struct rc_page *page, int x, int width, enum rc_role role, enum rc_align align,
                const char *text, size_t length)
{
    int cells = width < 0 ? rc_text_width(text, length) : width;
    size_t at = page->text.length;
    cells = cells > INT16_MAX ? INT16_MAX : cells;
    struct rc_page_span *span = cells > 0 ? add_span(page) : NULL;
    if (span && !rc_buf_add(&page->text, text, length)) {
        page->failed = true;
        length = 0;
    }
    if (span)
        *span = (struct rc_page_span){.text = at,
                                      .length = (uint32_t)length,
                                      .x = (int16_t)x,
                                      .width = (int16_t)cells,
                                      .role = (uint8_t)role,
                                      .align = (uint8_t)align};
    return x + (cells > 0 ? cells : 0);
}

int rc_page_printf(struct rc_page *page, int x, int width, enum rc_role role, enum rc_align align,
                   const char *format, ...)
{
    char line[LINE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (length >= (int)sizeof line) {
        length = (int)sizeof line - 1;
        memcpy(line + length - 3, "…", sizeof "…");
    }
    return rc_page_put(page, x, width, role, align, line, length < 0 ? 0 : (size_t)length);
}

void rc_page_title(struct rc_page *page, int width, const char *format, ...)
{
    char line[LINE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (page->row_count)
        rc_page_row(page, RC_NO_TARGET);
    rc_page_row(page, RC_NO_TARGET);
    int x = rc_page_put(page, 0, -1, RC_ROLE_TITLE, RC_LEFT, line, strlen(line)) + 1;
    struct rc_page_span *span = x < width ? add_span(page) : NULL;
    if (span)
        *span = (struct rc_page_span){
            .x = (int16_t)x, .width = (int16_t)(width - x), .role = RC_ROLE_BORDER, .line = true};
}

/* The bytes of text that fit into width: up to two blanks where there are, which stand
 * between parts, else up to one. */
static size_t fitting(const char *text, int width)
{
    size_t length = strlen(text), word = 0, part = 0;
    if (rc_text_width(text, length) <= width)
        return length;
    for (size_t i = 1; i <= length; i++) {
        if (((unsigned char)text[i] & 0xc0) == 0x80)
            continue;
        if (rc_text_width(text, i) > width)
            return part ? part : (word ? word : (i > 1 ? i - 1 : 1));
        if (text[i] == ' ')
            word = i;
        if (text[i] == ' ' && text[i + 1] == ' ')
            part = i;
    }
    return length;
}

void rc_page_flow(struct rc_page *page, int x, int width, enum rc_role role, const char *text)
{
    for (bool first = true; width > 0 && (first || *text); first = false) {
        size_t length = fitting(text, width);
        while (length < strlen(text) && ((unsigned char)text[length] & 0xc0) == 0x80)
            length++;
        if (!first)
            rc_page_row(page, RC_NO_TARGET);
        rc_page_put(page, x, width, role, RC_LEFT, text, length);
        text += length;
        text += strspn(text, " ");
    }
}

void rc_page_wrap(struct rc_page *page, int x, int width, enum rc_role role, const char *text)
{
    rc_page_row(page, RC_NO_TARGET);
    rc_page_flow(page, x, width, role, text);
}

/* Breaking a text costs the square of its length, so the longest lines are cut into
 * slices. */
void rc_page_lines(struct rc_page *page, int width, const char *text)
{
    while (*text) {
        size_t length = strcspn(text, "\n"), blank = strspn(text, " ");
        if (length > SLICE_BYTES)
            for (length = SLICE_BYTES;
                 length > SLICE_BYTES - 3 && ((unsigned char)text[length] & 0xC0) == 0x80;)
                length--;
        char *line = strndup(text, length);
        int x = (int)(blank < length ? blank : length);
        x = x < width / 2 ? x : width / 2;
        rc_page_row(page, RC_NO_TARGET);
        if (line && length > (size_t)x)
            rc_page_flow(page, x, width - x, RC_ROLE_NORMAL, line + x);
        free(line);
        text += length + (text[length] == '\n');
    }
}

/* ----- selecting ----- */

static size_t row_of(const struct rc_page *page, int64_t target)
{
    for (size_t i = 0; target != RC_NO_TARGET && i < page->row_count; i++)
        if (page->rows[i].target == target)
            return i;
    return page->row_count;
}

void rc_page_settle(struct rc_page *page)
{
    if (row_of(page, page->selected) < page->row_count)
        return;
    page->selected = RC_NO_TARGET;
    for (size_t i = 0; i < page->row_count && page->selected == RC_NO_TARGET; i++)
        page->selected = page->rows[i].target;
}

static size_t last_top(const struct rc_page *page)
{
    size_t height = page->height > 0 ? (size_t)page->height : 1;
    return page->row_count > height ? page->row_count - height : 0;
}

void rc_page_scroll_to(struct rc_page *page, size_t row)
{
    page->top = row < last_top(page) ? row : last_top(page);
}

void rc_page_select(struct rc_page *page, int64_t target)
{
    size_t row = row_of(page, target), height = page->height > 0 ? (size_t)page->height : 1;
    if (row == page->row_count)
        return;
    page->selected = target;
    if (row < page->top)
        page->top = row;
    if (row >= page->top + height)
        page->top = row - height + 1;
}

/* The next row with a target, from `row` on in a direction; row_count: none. */
static size_t next_target(const struct rc_page *page, size_t row, int direction)
{
    while (direction < 0 ? row-- > 0 : ++row < page->row_count)
        if (page->rows[row].target != RC_NO_TARGET)
            return row;
    return page->row_count;
}

static bool seen(const struct rc_page *page, size_t row)
{
    return row < page->row_count && row >= page->top && row < page->top + (size_t)page->height;
}

static void scroll(struct rc_page *page, int rows)
{
    if (rows < 0)
        page->top -= (size_t)-rows < page->top ? (size_t)-rows : page->top;
    else
        rc_page_scroll_to(page, page->top + (size_t)rows);
}

/* By one: to the next target where it can be seen, else the page scrolls. */
static void step(struct rc_page *page, int direction)
{
    size_t row = row_of(page, page->selected);
    size_t next;
    if (row < page->row_count && seen(page, row))
        next = next_target(page, row, direction);
    else if (direction > 0)
        next = next_target(page, page->top ? page->top - 1 : 0, 1);
    else
        next = next_target(page, page->top + (size_t)page->height, -1);
    if (!seen(page, next))
        scroll(page, direction);
    if (seen(page, next))
        page->selected = page->rows[next].target;
}

/* The first (or last) target that can be seen. */
static void select_seen(struct rc_page *page, int direction)
{
    size_t end = page->top + (size_t)page->height;
    end = end < page->row_count ? end : page->row_count;
    for (size_t i = page->top; i < end; i++) {
        size_t row = direction > 0 ? i : end - 1 - (i - page->top);
        if (page->rows[row].target != RC_NO_TARGET) {
            page->selected = page->rows[row].target;
            return;
        }
    }
}

const enum rc_action rc_page_actions[] = {RC_DO_UP,  RC_DO_DOWN,   RC_DO_PAGE_UP, RC_DO_PAGE_DOWN,
                                          RC_DO_TOP, RC_DO_BOTTOM, RC_DO_COPY,    RC_ACTION_NONE};

bool rc_page_act(struct rc_page *page, enum rc_action action)
{
    int whole = page->height > 1 ? page->height - 1 : 1;
    switch (action) {
    case RC_DO_UP:
        step(page, -1);
        return true;
    case RC_DO_DOWN:
        step(page, 1);
        return true;
    case RC_DO_PAGE_UP:
    case RC_DO_PAGE_DOWN:
        scroll(page, action == RC_DO_PAGE_UP ? -whole : whole);
        if (!seen(page, row_of(page, page->selected)) || page->top == 0 ||
            page->top == last_top(page))
            select_seen(page, page->top == last_top(page) && page->top ? -1 : 1);
        return true;
    case RC_DO_TOP:
    case RC_DO_BOTTOM:
        page->top = action == RC_DO_TOP ? 0 : last_top(page);
        select_seen(page, action == RC_DO_TOP ? 1 : -1);
        return true;
    default:
        return false;
    }
}

bool rc_page_mouse(struct rc_page *page, const struct rc_mouse *mouse)
{
    size_t row = page->top + (size_t)(mouse->y > 0 ? mouse->y : 0);
    if (mouse->wheel_up || mouse->wheel_down)
        scroll(page, mouse->wheel_up ? -WHEEL_ROWS : WHEEL_ROWS);
    if (!(mouse->click || mouse->double_click) || row >= page->row_count ||
        page->rows[row].target == RC_NO_TARGET)
        return false;
    page->selected = page->rows[row].target;
    return mouse->double_click;
}

/* ----- drawing ----- */

static void draw_row(const struct rc_page *page, const struct rc_page_row *row, struct rc_area area,
                     int y)
{
    bool selected = row->target != RC_NO_TARGET && row->target == page->selected;
    int bound = row->bound && row->bound < area.width ? row->bound : area.width;
    if (selected)
        rc_draw_fill((struct rc_area){y, area.x, 1, bound}, RC_ROLE_SELECTED);
    for (size_t i = 0; i < row->count; i++) {
        const struct rc_page_span *span = &page->spans[row->first + i];
        int room = area.width - span->x;
        int width = span->width < room ? span->width : room;
        if (width <= 0)
            continue;
        if (span->line)
            rc_draw_hline(y, area.x + span->x, width, (enum rc_role)span->role);
        else
            rc_draw_text(y, area.x + span->x, width,
                         selected && span->x < bound ? RC_ROLE_SELECTED : (enum rc_role)span->role,
                         (enum rc_align)span->align, page->text.data + span->text, span->length);
    }
}

static void draw_bar(const struct rc_page *page, struct rc_area area)
{
    size_t height = (size_t)area.height;
    size_t thumb = height * height / page->row_count;
    thumb = thumb ? thumb : 1;
    size_t from = last_top(page) ? (height - thumb) * page->top / last_top(page) : 0;
    const char *full = rc_screen_ascii() ? "#" : "┃", *thin = rc_screen_ascii() ? "|" : "│";
    for (size_t i = 0; i < height; i++) {
        bool on = i >= from && i < from + thumb;
        const char *mark = on ? full : thin;
        rc_draw_text(area.y + (int)i, area.x + area.width - 1, 1, on ? RC_ROLE_KEY : RC_ROLE_BORDER,
                     RC_LEFT, mark, strlen(mark));
    }
}

void rc_page_draw(struct rc_page *page, struct rc_area area)
{
    struct rc_area inside = area;
    page->height = area.height;
    rc_page_scroll_to(page, page->top);
    if (area.height < 1)
        return;
    bool bar = page->row_count > (size_t)area.height;
    inside.width -= bar;
    for (int i = 0; i < area.height && page->top + (size_t)i < page->row_count; i++)
        draw_row(page, &page->rows[page->top + (size_t)i], inside, area.y + i);
    if (bar)
        draw_bar(page, area);
}
