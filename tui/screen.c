#include "tui/screen.h"

#include "tui/screen_internal.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum {
    ESCAPE_DELAY_MS = 25,
    DOUBLE_CLICK_MS = 400,
    WRITE_SOON_MS = 300,
    ROW_CELLS = 1024, /* more columns stay empty */
    TEXT_BYTES = 4096,
    PASTE_GAP_MS = 1000, /* a paste that stops for so long has lost its end */
    KEY_PASTE = KEY_MAX + 1,
    KEY_PASTE_END,
    KEY_FOCUS_IN,
    KEY_FOCUS_OUT,
    PAIR_ROLE = 1,
    PAIR_HEAT = PAIR_ROLE + RC_DRAWN_ROLES,
};

static struct {
    SCREEN *terminal;
    WINDOW *input; /* a pad: reading a key from it paints nothing */
    struct termios before;
    bool unicode; /* the locale has it */
    bool ascii;
    bool mouse;
    int colors; /* 0: none */
    struct rc_theme theme;
    attr_t attributes[RC_DRAWN_ROLES];
    struct rc_mouse event, last_click;
    int64_t last_click_ms;
    bool pasting, pasted; /* the next key, the last one */
    int64_t pasted_ms;
    bool repaint;
} screen;

/* What the signal handler needs, made ready beforehand. */
static const char reports_on[] = "\033[?2004h\033[?1004h"; /* of pasting, and of the focus */
static const char reports_off[] = "\033[?1004l\033[?2004l";
static volatile sig_atomic_t taken;
static char goodbye[512];
static size_t goodbye_length;

/* ----- taking and giving back ----- */

static void write_all(const char *bytes, size_t length)
{
    while (length) {
        ssize_t wrote = write(STDOUT_FILENO, bytes, length);
        if (wrote < 0 && errno != EINTR)
            return;
        if (wrote > 0) {
            bytes += wrote;
            length -= (size_t)wrote;
        }
    }
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Gives what was written until the time is over. */
static size_t write_until(int fd, const char *bytes, size_t length, int64_t end_ms)
{
    size_t written = 0;
    while (written < length) {
        struct pollfd ready = {.fd = fd, .events = POLLOUT};
        ssize_t wrote = write(fd, bytes + written, length - written);
        if (wrote > 0)
            written += (size_t)wrote;
        else if (wrote < 0 && errno != EINTR && errno != EAGAIN)
            break;
        int64_t left = end_ms - now_ms();
        if (written < length && (left <= 0 || poll(&ready, 1, (int)left) == 0))
            break;
    }
    return written;
}

size_t rc_screen_write_soon(int fd, const char *bytes, size_t length)
{
    int flags = fcntl(fd, F_GETFL);
    /* The terminal is shared with whoever started the program, so is this flag. */
    if (flags >= 0 && !(flags & O_NONBLOCK))
        fcntl(fd, F_SETFL, flags | O_NONBLOCK);
    size_t written = write_until(fd, bytes, length, now_ms() + WRITE_SOON_MS);
    if (flags >= 0 && !(flags & O_NONBLOCK))
        fcntl(fd, F_SETFL, flags);
    return written;
}

static const char *capability(const char *name)
{
    const char *text = tigetstr(name);
    return text && text != (const char *)-1 ? text : ""; // NOLINT(performance-no-int-to-ptr)
}

/* Adds a capability without its padding, "$<5/>". */
static void add_goodbye(const char *text)
{
    while (*text && goodbye_length < sizeof goodbye) {
        if (text[0] == '$' && text[1] == '<' && strchr(text, '>')) {
            text = strchr(text, '>') + 1;
            continue;
        }
        goodbye[goodbye_length++] = *text++;
    }
}

static void prepare_goodbye(void)
{
    goodbye_length = 0;
    add_goodbye(reports_off);
    if (screen.mouse)
        add_goodbye("\033[?1006l\033[?1003l\033[?1002l\033[?1000l");
    add_goodbye(capability("sgr0"));
    add_goodbye(capability("op"));
    add_goodbye(capability("rmkx"));
    add_goodbye(capability("cnorm"));
    add_goodbye(capability("rmcup"));
}

void rc_screen_restore(void)
{
    if (!taken)
        return;
    taken = 0;
    /* What nobody has read by now makes room for what puts the terminal in order. */
    if (rc_screen_write_soon(STDOUT_FILENO, goodbye, goodbye_length) < goodbye_length &&
        tcflush(STDOUT_FILENO, TCOFLUSH) == 0)
        rc_screen_write_soon(STDOUT_FILENO, goodbye, goodbye_length);
    tcsetattr(STDIN_FILENO, TCSANOW, &screen.before);
}

/* A locale with UTF-8 for wcwidth and for what ncurses writes. Numbers and messages
 * stay as they are. */
static void set_locale(void)
{
    setlocale(LC_CTYPE, "");
    if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        setlocale(LC_CTYPE, "C.UTF-8");
    screen.unicode = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

static bool has_direct_colors(const char *name)
{
    int status = 0;
    if (setupterm(name, STDOUT_FILENO, &status) != OK)
        return false;
    bool direct = tigetflag("RGB") > 0 || tigetnum("RGB") > 0 || *capability("RGB");
    del_curterm(cur_term);
    return direct;
}

/* Terminals that say in COLORTERM that they have all colours mostly have a terminfo
 * entry that says how, beside the one that TERM names. */
static const char *terminal_name(char direct[64])
{
    const char *name = getenv("TERM"), *claim = getenv("COLORTERM");
    if (!name || !*name)
        return "dumb";
    if (!claim || (strcmp(claim, "truecolor") != 0 && strcmp(claim, "24bit") != 0))
        return name;
    const char *variant = strstr(name, "-256color");
    int stem = variant ? (int)(variant - name) : (int)strlen(name);
    if (snprintf(direct, 64, "%.*s-direct", stem, name) < 64 && has_direct_colors(direct))
        return direct;
    return name;
}

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

static void start_input(void)
{
    raw();
    noecho();
    nonl();
    curs_set(0);
    leaveok(stdscr, TRUE);
    set_escdelay(ESCAPE_DELAY_MS);
    screen.input = newpad(1, 1);
    if (!screen.input)
        return;
    keypad(screen.input, TRUE);
    define_key("\033[200~", KEY_PASTE);
    define_key("\033[201~", KEY_PASTE_END);
    define_key("\033[I", KEY_FOCUS_IN);
    define_key("\033[O", KEY_FOCUS_OUT);
    write_all(reports_on, sizeof reports_on - 1);
    nodelay(screen.input, TRUE);
    meta(screen.input, TRUE);
    mouseinterval(0);
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

bool rc_screen_open(const struct rc_screen_options *options, struct rc_error *err)
{
    char direct[64];
    const char *name = terminal_name(direct);
    struct rc_theme theme;
    int status = 0;
    if (options->theme && !rc_theme_load(options->theme, &theme, err))
        return false; /* before anything flickers */
    set_locale();
    screen.ascii = options->ascii || !screen.unicode;
    if (tcgetattr(STDIN_FILENO, &screen.before) != 0) {
        rc_error_errno(err, RC_IO, "the terminal cannot be read");
        return false;
    }
    if (setupterm(name, STDOUT_FILENO, &status) != OK || !*capability("cup")) {
        rc_error_set(
            err, RC_USAGE,
            "the terminal \"%s\" is not known or cannot place its cursor; set TERM to what "
            "it is, for example xterm-256color",
            name);
        return false;
    }
    prepare_goodbye();
    del_curterm(cur_term); /* newterm makes its own */
    taken = 1;
    screen.terminal = newterm(name, stdout, stdin);
    if (!screen.terminal) {
        rc_screen_restore();
        rc_error_set(err, RC_IO, "the terminal \"%s\" cannot be used", name);
        return false;
    }
    start_colors(options->no_color);
    start_input();
    rc_screen_set_mouse(options->mouse);
    if (screen.input && start_theme(options->theme, err))
        return true;
    if (!screen.input)
        rc_error_nomem(err);
    rc_screen_close();
    return false;
}

/* What ncurses does about it, and what it may not have known. */
static void give_back(void)
{
    endwin();
    write_all(reports_off, sizeof reports_off - 1);
    taken = 0;
    tcsetattr(STDIN_FILENO, TCSANOW, &screen.before);
}

void rc_screen_close(void)
{
    if (!screen.terminal)
        return;
    rc_screen_set_mouse(false);
    if (screen.input)
        delwin(screen.input);
    give_back();
    delscreen(screen.terminal);
    screen.terminal = NULL;
    screen.input = NULL;
}

void rc_screen_suspend(void)
{
    give_back();
}

void rc_screen_resume(void)
{
    taken = 1;
    reset_prog_mode();
    write_all(reports_on, sizeof reports_on - 1);
    rc_screen_resized();
    screen.repaint = true;
}

/* ----- size, theme, options ----- */

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

void rc_screen_resized(void)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col)
        resizeterm(size.ws_row, size.ws_col);
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

void rc_screen_set_mouse(bool mouse)
{
    screen.mouse = mouse;
    mousemask(mouse ? BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED : 0, NULL);
    prepare_goodbye();
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
    if (!taken)
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

/* ----- keys and mouse ----- */

static int read_mouse(void)
{
    MEVENT got;
    if (getmouse(&got) != OK)
        return RC_KEY_NONE;
    screen.event = (struct rc_mouse){.y = got.y, .x = got.x};
    screen.event.wheel_up = got.bstate & BUTTON4_PRESSED;
    screen.event.wheel_down = got.bstate & BUTTON5_PRESSED;
    if (got.bstate & BUTTON1_PRESSED) {
        int64_t now = now_ms();
        bool again = now - screen.last_click_ms < DOUBLE_CLICK_MS && screen.last_click.y == got.y &&
                     screen.last_click.x == got.x;
        screen.event.click = !again;
        screen.event.double_click = again;
        screen.last_click = screen.event;
        screen.last_click_ms = again ? 0 : now;
    }
    return RC_KEY_MOUSE;
}

struct rc_mouse rc_screen_mouse(void)
{
    return screen.event;
}

/* A sequence that no key of this terminal sends is not taken for an Escape and
 * some letters. */
static bool swallow_sequence(void)
{
    wint_t next;
    if (wget_wch(screen.input, &next) != OK)
        return false;
    if (next != '[' && next != 'O') {
        unget_wch((wchar_t)next);
        return false;
    }
    while (wget_wch(screen.input, &next) == OK && (next < 0x40 || next > 0x7E))
        if (next < 0x20) { /* a key of its own: the sequence was none */
            unget_wch((wchar_t)next);
            break;
        }
    return true;
}

static int special_key(wint_t key)
{
    static const struct {
        wint_t curses;
        int key;
    } keys[] = {
        {KEY_UP, RC_KEY_UP},
        {KEY_DOWN, RC_KEY_DOWN},
        {KEY_LEFT, RC_KEY_LEFT},
        {KEY_RIGHT, RC_KEY_RIGHT},
        {KEY_HOME, RC_KEY_HOME},
        {KEY_FIND, RC_KEY_HOME},
        {KEY_END, RC_KEY_END},
        {KEY_SELECT, RC_KEY_END},
        {KEY_PPAGE, RC_KEY_PAGE_UP},
        {KEY_NPAGE, RC_KEY_PAGE_DOWN},
        {KEY_SLEFT, RC_KEY_SHIFT_LEFT},
        {KEY_SRIGHT, RC_KEY_SHIFT_RIGHT},
        {KEY_BACKSPACE, RC_KEY_BACKSPACE},
        {KEY_DC, RC_KEY_DELETE},
        {KEY_IC, RC_KEY_INSERT},
        {KEY_BTAB, RC_KEY_BACK_TAB},
        {KEY_ENTER, 13},
        {KEY_FOCUS_IN, RC_KEY_FOCUS_IN},
        {KEY_FOCUS_OUT, RC_KEY_FOCUS_OUT},
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (keys[i].curses == key)
            return keys[i].key;
    if (key >= KEY_F(1) && key <= KEY_F(12))
        return RC_KEY_F1 + (int)(key - KEY_F(1));
    return key == KEY_MOUSE ? read_mouse() : RC_KEY_NONE;
}

static int plain_key(wint_t key)
{
    switch (key) {
    case 0:
        return RC_KEY_CTRL_SPACE;
    case 8:
    case 127:
        return RC_KEY_BACKSPACE;
    case 10:
        return 13;
    default:
        return (int)key;
    }
}

bool rc_screen_pasted(void)
{
    return screen.pasted;
}

/* Keys of the keyboard mean nothing inside of a pasted text; gives its next character. */
static int pasted_key(int status, wint_t key)
{
    screen.pasted_ms = now_ms();
    if (status == KEY_CODE_YES && key == KEY_PASTE_END)
        screen.pasting = false;
    return status == OK ? plain_key(key) : RC_KEY_NONE;
}

int rc_screen_key(void)
{
    wint_t key;
    int status;
    while ((status = wget_wch(screen.input, &key)) != ERR) {
        if (screen.pasting && now_ms() - screen.pasted_ms > PASTE_GAP_MS)
            screen.pasting = false;
        screen.pasted = screen.pasting;
        if (screen.pasting) {
            int pasted = pasted_key(status, key);
            if (pasted != RC_KEY_NONE)
                return pasted;
            continue;
        }
        if (status == KEY_CODE_YES && key == KEY_PASTE) {
            screen.pasting = true;
            screen.pasted_ms = now_ms();
            continue;
        }
        int known = status == KEY_CODE_YES ? special_key(key) : plain_key(key);
        if (known == 27 && status == OK && swallow_sequence())
            continue;
        if (known != RC_KEY_NONE)
            return known;
    }
    return RC_KEY_NONE;
}

/* ----- clipboard ----- */

void rc_screen_copy(const char *text, size_t length)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *bytes = (const unsigned char *)text;
    char part[4];
    fflush(stdout);
    write_all("\033]52;c;", 7);
    for (size_t i = 0; i < length; i += 3) {
        size_t left = length - i;
        uint32_t group = (uint32_t)bytes[i] << 16;
        group |= left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0;
        group |= left > 2 ? (uint32_t)bytes[i + 2] : 0;
        for (int digit = 0; digit < 4; digit++)
            part[digit] = digits[group >> (18 - 6 * digit) & 63];
        if (left < 3)
            part[3] = '=';
        if (left < 2)
            part[2] = '=';
        write_all(part, 4);
    }
    write_all("\a", 1);
}
