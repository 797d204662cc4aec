#include "tui/screen.h"

#include "tui/screen_internal.h"

#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The cells: what they are drawn in, and drawing them. */

enum {
    ROW_CELLS = 1024, /* more columns stay empty */
    TEXT_BYTES = 4096,
    PAIR_ROLE = 1,
    PAIR_HEAT = PAIR_ROLE + RC_DRAWN_ROLES,
};

static struct {
    bool unicode; /* the locale has it */
    bool ascii;
    bool repaint;
    int colors; /* 0: none */
    struct rc_theme theme;
    attr_t attributes[RC_DRAWN_ROLES];
} screen;

/* ----- colours and theme ----- */

static void start_colors(bool no_color)
{
    const char *asked = getenv("NO_COLOR");
    screen.colors = 0;
    if (no_color || (asked && *asked) || !has_colors() || start_color() != OK)
        return;
    use_default_colors();
    screen.colors = COLORS >= RC_COLORS_DIRECT ? RC_COLORS_DIRECT
                    : COLORS >= 256            ? 256
                    : COLORS >= 16             ? 16
                                               : 8;
    if (COLOR_PAIRS < PAIR_HEAT + RC_HEAT_LEVELS || COLORS < 8)
        screen.colors = 0;
}

static bool start_theme(const char *name, struct rc_error *err)
{
    struct rc_error ignored;
    if (name)
        return rc_screen_theme(name, err);
    if (rc_screen_theme(screen.colors ? "dark" : "mono", &ignored))
        return true;
    return rc_screen_theme("mono", err);
}

bool rc_draw_start(const struct rc_screen_options *options, bool unicode, struct rc_error *err)
{
    screen.unicode = unicode;
    rc_screen_set_ascii(options->ascii);
    start_colors(options->no_color);
    return start_theme(options->theme, err);
}

static attr_t attributes_of(const struct rc_style *style)
{
    attr_t attributes = 0;
    attributes |= style->bold ? A_BOLD : 0;
    attributes |= style->underline ? A_UNDERLINE : 0;
    attributes |= style->reverse ? A_REVERSE : 0;
    attributes |= style->dim ? A_DIM : 0;
    return attributes;
}

static struct rc_style style_of(const struct rc_theme *theme, enum rc_role role)
{
    if (role == RC_ROLE_GOOD_TITLE)
        return rc_style_within(theme, RC_ROLE_GOOD, RC_ROLE_TITLE);
    if (role == RC_ROLE_BAD_TITLE)
        return rc_style_within(theme, RC_ROLE_BAD, RC_ROLE_TITLE);
    return theme->role[role];
}

static void apply_theme(void)
{
    const struct rc_theme *theme = &screen.theme;
    int front, back;
    for (int role = 0; role < RC_DRAWN_ROLES; role++) {
        struct rc_style style = style_of(theme, (enum rc_role)role);
        screen.attributes[role] = attributes_of(&style);
        if (!screen.colors)
            continue;
        rc_color_pair(style.foreground, style.background, screen.colors, &front, &back);
        init_extended_pair(PAIR_ROLE + role, front, back);
    }
    for (int level = 0; level < RC_HEAT_LEVELS && screen.colors; level++) {
        int32_t heat = theme->heat[level];
        int32_t text = rc_color_readable(heat);
        if (heat == RC_COLOR_DEFAULT) {
            heat = theme->role[RC_ROLE_NORMAL].background;
            text = theme->role[RC_ROLE_NORMAL].foreground;
        }
        rc_color_pair(text, heat, screen.colors, &front, &back);
        init_extended_pair(PAIR_HEAT + level, front, back);
    }
    screen.repaint = true;
}

bool rc_screen_theme(const char *name, struct rc_error *err)
{
    struct rc_theme named;
    if (!rc_theme_load(name, &named, err))
        return false;
    if (!screen.colors) { /* colours mean nothing here: only mono does without */
        if (!rc_theme_load("mono", &screen.theme, err))
            return false;
        memcpy(screen.theme.name, named.name, sizeof named.name);
    } else {
        screen.theme = named;
    }
    apply_theme();
    return true;
}

const char *rc_screen_theme_name(void)
{
    return screen.theme.name;
}

bool rc_screen_ascii(void)
{
    return screen.ascii;
}

void rc_screen_set_ascii(bool ascii)
{
    screen.ascii = ascii || !screen.unicode;
}

/* ----- size ----- */

int rc_screen_height(void)
{
    return LINES;
}

int rc_screen_width(void)
{
    return COLS < ROW_CELLS ? COLS : ROW_CELLS;
}

struct rc_area rc_screen_area(void)
{
    return (struct rc_area){.height = rc_screen_height(), .width = rc_screen_width()};
}

/* ----- drawing ----- */

static short pair_of(int pair)
{
    return (short)(screen.colors ? pair : 0);
}

static attr_t role_attributes(enum rc_role role)
{
    return screen.attributes[role];
}

void rc_draw_begin(void)
{
    cchar_t blank;
    setcchar(&blank, L" ", role_attributes(RC_ROLE_NORMAL), pair_of(PAIR_ROLE + RC_ROLE_NORMAL),
             NULL);
    bkgrndset(&blank);
    erase();
}

void rc_draw_end(void)
{
    if (!rc_screen_is_taken())
        return;
    if (screen.repaint)
        clearok(curscr, TRUE);
    screen.repaint = false;
    refresh();
}

void rc_draw_repaint(void)
{
    screen.repaint = true;
}

/* The part of a row of cells that is on the screen. */
struct row {
    cchar_t cells[ROW_CELLS];
    int count;
    attr_t attributes;
    short pair;
};

static void add_cell(struct row *row, const wchar_t *chars)
{
    if (row->count < ROW_CELLS &&
        setcchar(&row->cells[row->count], chars, row->attributes, row->pair, NULL) == OK)
        row->count++;
}

static void add_blanks(struct row *row, int count)
{
    while (count-- > 0)
        add_cell(row, L" ");
}

/* Fewer cells than there are to the right edge; 0 when nothing of it can be seen. */
static int visible(int y, int x, int width)
{
    if (y < 0 || y >= LINES || x < 0 || x >= rc_screen_width() || width <= 0)
        return 0;
    return width < rc_screen_width() - x ? width : rc_screen_width() - x;
}

int rc_draw_text(int y, int x, int width, enum rc_role role, enum rc_align align, const char *text,
                 size_t length)
{
    struct row row = {.count = 0};
    width = visible(y, x, width);
    if (!width)
        return 0;
    struct rc_clip clip = rc_text_clip(text, length, width);
    int cells = clip.width + clip.cut;
    row.attributes = role_attributes(role);
    row.pair = pair_of(PAIR_ROLE + (int)role);
    if (align == RC_RIGHT)
        add_blanks(&row, width - cells);
    for (size_t at = 0; at < clip.bytes;) {
        struct rc_glyph glyph;
        at += rc_text_glyph(text + at, clip.bytes - at, screen.unicode, &glyph);
        add_cell(&row, glyph.chars);
    }
    if (clip.cut)
        add_cell(&row, screen.ascii ? L">" : L"…");
    if (align == RC_LEFT)
        add_blanks(&row, width - cells);
    mvadd_wchnstr(y, x, row.cells, row.count);
    return cells;
}

int rc_draw_printf(int y, int x, int width, enum rc_role role, const char *format, ...)
{
    char text[TEXT_BYTES];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (length < 0)
        return 0;
    size_t bytes = (size_t)length < sizeof text ? (size_t)length : sizeof text - 1;
    return rc_draw_text(y, x, width, role, RC_LEFT, text, bytes);
}

void rc_draw_fill(struct rc_area area, enum rc_role role)
{
    for (int row = 0; row < area.height; row++)
        rc_draw_text(area.y + row, area.x, area.width, role, RC_LEFT, "", 0);
}

static void draw_run(int y, int x, int width, enum rc_role role, const wchar_t *chars)
{
    struct row row = {.count = 0};
    row.attributes = role_attributes(role);
    row.pair = pair_of(PAIR_ROLE + (int)role);
    for (width = visible(y, x, width); width > 0; width--)
        add_cell(&row, chars);
    if (row.count)
        mvadd_wchnstr(y, x, row.cells, row.count);
}

void rc_draw_hline(int y, int x, int width, enum rc_role role)
{
    draw_run(y, x, width, role, screen.ascii ? L"-" : L"─");
}

void rc_draw_box(struct rc_area area, enum rc_role role, const char *title)
{
    static const wchar_t *const fine[] = {L"┌", L"┐", L"└", L"┘", L"│"};
    static const wchar_t *const plain[] = {L"+", L"+", L"+", L"+", L"|"};
    const wchar_t *const *edge = screen.ascii ? plain : fine;
    int bottom = area.y + area.height - 1, right = area.x + area.width - 1;
    if (area.height < 2 || area.width < 2)
        return;
    rc_draw_hline(area.y, area.x, area.width, role);
    rc_draw_hline(bottom, area.x, area.width, role);
    for (int y = area.y + 1; y < bottom; y++) {
        draw_run(y, area.x, 1, role, edge[4]);
        draw_run(y, right, 1, role, edge[4]);
    }
    draw_run(area.y, area.x, 1, role, edge[0]);
    draw_run(area.y, right, 1, role, edge[1]);
    draw_run(bottom, area.x, 1, role, edge[2]);
    draw_run(bottom, right, 1, role, edge[3]);
    if (!title || !*title || area.width < 8)
        return;
    int width = rc_text_width(title, strlen(title)) + 2;
    width = width < area.width - 4 ? width : area.width - 4;
    rc_draw_printf(area.y, area.x + 2, width, role, " %s ", title);
}

/* More dots the higher the level, so that the order shows without colours, too. */
void rc_draw_heat(int y, int x, int width, int level)
{
    static const wchar_t *const dots[RC_HEAT_LEVELS] = {L" ", L"⡀", L"⣀", L"⣄",
                                                        L"⣤", L"⣦", L"⣶", L"⣿"};
    static const wchar_t *const plain[RC_HEAT_LEVELS] = {L" ", L".", L":", L"-",
                                                         L"+", L"*", L"#", L"@"};
    struct row row = {.count = 0};
    level = level < 0 ? 0 : level < RC_HEAT_LEVELS ? level : RC_HEAT_LEVELS - 1;
    row.pair = pair_of(PAIR_HEAT + level);
    for (width = visible(y, x, width); width > 0; width--)
        add_cell(&row, screen.ascii ? plain[level] : dots[level]);
    if (row.count)
        mvadd_wchnstr(y, x, row.cells, row.count);
}
