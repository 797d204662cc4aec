#include "tui/screen.h"

#include "tui/screen_internal.h"

#include <curses.h>

/* Keys, the mouse and what is pasted. */

enum {
    ESCAPE_DELAY_MS = 25,
    DOUBLE_CLICK_MS = 400,
    PASTE_GAP_MS = 1000, /* a paste that stops for so long has lost its end */
    MOUSE_EVENTS = 8,    /* that ncurses keeps (EV_MAX) */
    KEY_PASTE = KEY_MAX + 1,
    KEY_PASTE_END,
    KEY_FOCUS_IN,
    KEY_FOCUS_OUT,
};

static struct {
    WINDOW *pad; /* reading a key from it paints nothing */
    struct rc_mouse event, last_click;
    MEVENT read[MOUSE_EVENTS]; /* that came at once, the newest first */
    int read_count;
    int64_t last_click_ms, pasted_ms;
    bool pasting, pasted; /* the next key, the last one */
} input;

bool rc_input_start(struct rc_error *err)
{
    raw();
    noecho();
    nonl();
    curs_set(0);
    leaveok(stdscr, TRUE);
    set_escdelay(ESCAPE_DELAY_MS);
    input.pad = newpad(1, 1);
    if (!input.pad) {
        rc_error_nomem(err);
        return false;
    }
    keypad(input.pad, TRUE);
    define_key("\033[200~", KEY_PASTE);
    define_key("\033[201~", KEY_PASTE_END);
    define_key("\033[I", KEY_FOCUS_IN);
    define_key("\033[O", KEY_FOCUS_OUT);
    nodelay(input.pad, TRUE);
    meta(input.pad, TRUE);
    mouseinterval(0);
    return true;
}

void rc_input_end(void)
{
    if (input.pad)
        delwin(input.pad);
    input.pad = NULL;
}

static void take_mouse(const MEVENT *got)
{
    input.event = (struct rc_mouse){.y = got->y, .x = got->x};
    input.event.wheel_up = got->bstate & BUTTON4_PRESSED;
    input.event.wheel_down = got->bstate & BUTTON5_PRESSED;
    if (got->bstate & BUTTON1_PRESSED) {
        int64_t now = rc_screen_now_ms();
        bool again = now - input.last_click_ms < DOUBLE_CLICK_MS && input.last_click.y == got->y &&
                     input.last_click.x == got->x;
        input.event.click = !again;
        input.event.double_click = again;
        input.last_click = input.event;
        input.last_click_ms = again ? 0 : now;
    }
}

/* Events that come at once are one KEY_MOUSE; getmouse() gives the newest of them first. */
static int read_mouse(void)
{
    while (input.read_count < MOUSE_EVENTS && getmouse(&input.read[input.read_count]) == OK)
        input.read_count++;
    return input.read_count ? RC_KEY_MOUSE : RC_KEY_NONE;
}

struct rc_mouse rc_screen_mouse(void)
{
    return input.event;
}

/* A sequence that no key of this terminal sends is not taken for an Escape and
 * some letters. */
static bool swallow_sequence(void)
{
    wint_t next;
    if (wget_wch(input.pad, &next) != OK)
        return false;
    if (next != '[' && next != 'O') {
        unget_wch((wchar_t)next);
        return false;
    }
    while (wget_wch(input.pad, &next) == OK && (next < 0x40 || next > 0x7E))
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
    return input.pasted;
}

/* Keys of the keyboard mean nothing inside of a pasted text; gives its next character. */
static int pasted_key(int status, wint_t key)
{
    input.pasted_ms = rc_screen_now_ms();
    if (status == KEY_CODE_YES && key == KEY_PASTE_END)
        input.pasting = false;
    return status == OK ? plain_key(key) : RC_KEY_NONE;
}

static int next_key(void)
{
    wint_t key;
    int status;
    while ((status = wget_wch(input.pad, &key)) != ERR) {
        if (input.pasting && rc_screen_now_ms() - input.pasted_ms > PASTE_GAP_MS)
            input.pasting = false;
        input.pasted = input.pasting;
        if (input.pasting) {
            int pasted = pasted_key(status, key);
            if (pasted != RC_KEY_NONE)
                return pasted;
            continue;
        }
        if (status == KEY_CODE_YES && key == KEY_PASTE) {
            input.pasting = true;
            input.pasted_ms = rc_screen_now_ms();
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

int rc_screen_key(void)
{
    int key = input.read_count ? RC_KEY_MOUSE : next_key();
    if (key == RC_KEY_MOUSE)
        take_mouse(&input.read[--input.read_count]);
    return key;
}
