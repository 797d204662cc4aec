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

enum { WRITE_SOON_MS = 300 };

static struct {
    SCREEN *terminal;
    struct termios before;
    bool mouse;
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

int64_t rc_screen_now_ms(void)
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
        int64_t left = end_ms - rc_screen_now_ms();
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
    size_t written = write_until(fd, bytes, length, rc_screen_now_ms() + WRITE_SOON_MS);
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

/* A locale with UTF-8 for wcwidth and for what ncurses writes, if there is one. Numbers and
 * messages stay as they are. */
static bool set_locale(void)
{
    setlocale(LC_CTYPE, "");
    if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        setlocale(LC_CTYPE, "C.UTF-8");
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
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

bool rc_screen_is_taken(void)
{
    return taken != 0;
}

bool rc_screen_open(const struct rc_screen_options *options, struct rc_error *err)
{
    char direct[64];
    const char *name = terminal_name(direct);
    struct rc_theme theme;
    int status = 0;
    if (options->theme && !rc_theme_load(options->theme, &theme, err))
        return false; /* before anything flickers */
    bool unicode = set_locale();
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
    bool input = rc_input_start(err);
    write_all(reports_on, sizeof reports_on - 1);
    rc_screen_set_mouse(options->mouse);
    if (input && rc_draw_start(options, unicode, err))
        return true;
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
    rc_input_end();
    give_back();
    delscreen(screen.terminal);
    screen.terminal = NULL;
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
    rc_draw_repaint();
}

/* ----- size and mouse ----- */

void rc_screen_resized(void)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col)
        resizeterm(size.ws_row, size.ws_col);
}

void rc_screen_set_mouse(bool mouse)
{
    screen.mouse = mouse;
    mousemask(mouse ? BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED : 0, NULL);
    prepare_goodbye();
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
