#include "tui/app_internal.h"

#include "model/live_health.h"

#include <stdio.h>
#include <string.h>

enum { TOP_ROWS = 1, BOTTOM_ROWS = 2, TEXT_BYTES = 4096, SHOW_BUSY_MS = 150 };

/* What keeps the session from being answered; "": nothing does. */
static const char *banner(const struct rc_app *app)
{
    const char *text = "";
    if (app->session->live)
        rc_live_trouble(app->session->live, &text);
    return text;
}

struct rc_area rc_app_area(const struct rc_app *app)
{
    struct rc_area area = rc_screen_area();
    area.y = TOP_ROWS + (*banner(app) != '\0');
    area.height -= area.y + BOTTOM_ROWS;
    return area;
}

/* Draws a text from x on, at most to `right`; gives where it ends. */
static int put(int y, int x, int right, enum rc_role role, const char *text)
{
    int width = rc_text_width(text, strlen(text));
    width = width < right - x ? width : right - x;
    return width > 0 ? x + rc_draw_text(y, x, width, role, RC_LEFT, text, strlen(text)) : x;
}

/* ----- the line at the top ----- */

static void step_text(struct rc_view *view, struct rc_buf *text)
{
    rc_buf_clear(text);
    rc_buf_add_str(text, view->ops->title);
    size_t before = text->length;
    rc_buf_add_char(text, ' ');
    if (view->ops->where)
        view->ops->where(view, text);
    if (text->length == before + 1 && text->data) /* it had nothing to say */
        text->data[text->length = before] = '\0';
}

/* The views on the way, without the first ones when not all fit. */
static void add_path(struct rc_app *app, struct rc_buf *path, int width)
{
    const struct rc_app_session *session = app->session;
    const char *arrow = rc_screen_ascii() ? " > " : " › ";
    struct rc_buf step;
    rc_buf_init(&step, TEXT_BYTES);
    for (int first = 0; first < session->depth; first++) {
        rc_buf_clear(path);
        if (first)
            rc_buf_printf(path, "%s%s", rc_screen_ascii() ? ".." : "…", arrow);
        for (int i = first; i < session->depth; i++) {
            step_text(session->stack[i], &step);
            rc_buf_add_str(path, i > first ? arrow : "");
            rc_buf_add(path, step.data ? step.data : "", step.length);
        }
        if (rc_text_width(path->data ? path->data : "", path->length) <= width)
            break;
    }
    rc_buf_free(&step);
}

/* Draws a text that ends at `right`; gives where it begins. */
static int put_last(int right, enum rc_role role, const char *text)
{
    int x = right - (int)strlen(text);
    put(0, x < 0 ? 0 : x, right, role, text);
    return x < 0 ? 0 : x;
}

/* What the view that is seen is of: a file, a day, or what a session has been answered. */
static int paint_place(const struct rc_app *app, int x, int right)
{
    const struct rc_view *top = rc_app_top(app);
    const struct rc_opened *opened = rc_app_opened(top);
    const char *file = app->options->file, *name = file ? strrchr(file, '/') : NULL;
    const char *place = "";
    bool day = opened && opened == top->day;
    char text[32];
    int count, number = rc_app_session_number(app, &count);
    if (number) {
        snprintf(text, sizeof text, "%d/%d ", number, count);
        x = put(0, x, right, RC_ROLE_TITLE, text);
    }
    if (top->session->live && (!day || opened->day))
        place = rc_live_place(top->session->live);
    else if (file && !day)
        place = name ? name + 1 : file;
    if (*place) {
        x = put(0, x, right, RC_ROLE_TITLE, place);
        x = put(0, x, right, RC_ROLE_TITLE, "  ");
    }
    if (day) {
        x = put(0, x, right, RC_ROLE_TITLE, opened->place);
        x = put(0, x, right, RC_ROLE_TITLE, "  ");
    }
    return x;
}

static void paint_breadcrumb(struct rc_app *app)
{
    int width = rc_screen_width(), right = width;
    const struct rc_opened *opened = rc_app_opened(rc_app_top(app));
    int balanced = opened ? rc_opened_balanced(opened) : -1;
    const char *verdict = balanced > 0 ? " balanced " : balanced == 0 ? " not balanced " : "";
    struct rc_buf path;
    rc_buf_init(&path, TEXT_BYTES);
    rc_draw_fill((struct rc_area){.height = 1, .width = width}, RC_ROLE_TITLE);
    const struct rc_config_profile *profile = rc_app_profile(app);
    right = put_last(right, balanced > 0 ? RC_ROLE_GOOD_TITLE : RC_ROLE_BAD_TITLE, verdict);
    if (rc_app_read_only(app, NULL))
        right = put_last(right, RC_ROLE_GOOD_TITLE, " read-only ");
    if (profile && profile->production)
        right = put_last(right, RC_ROLE_BAD_TITLE, " PRODUCTION ");
    int x = put(0, 1, right - 1, RC_ROLE_TITLE, "reconctl  ");
    x = paint_place(app, x, right - 1);
    add_path(app, &path, right - 1 - x);
    put(0, x, right - 1, RC_ROLE_TITLE, path.data ? path.data : "");
    rc_buf_free(&path);
}

static void paint_banner(const struct rc_app *app)
{
    const char *text = banner(app);
    if (*text)
        rc_draw_printf(TOP_ROWS, 0, rc_screen_width(), RC_ROLE_BAD_TITLE, " %s", text);
}

/* ----- the two lines at the bottom ----- */

static void paint_input(struct rc_app *app, int y)
{
    const struct rc_line *line = &app->input.line;
    int width = rc_screen_width();
    int x = put(y, 0, width / 2, RC_ROLE_KEY, app->input.label);
    if (app->input.kind == RC_INPUT_PROMPT)
        x = put(y, x, width / 2 + 1, RC_ROLE_KEY, " ");
    size_t start = 0;
    while (start < line->cursor &&
           rc_text_width(line->text + start, line->cursor - start) > width - x - 2)
        do
            start++;
        while (start < line->cursor && ((unsigned char)line->text[start] & 0xC0) == 0x80);
    rc_draw_text(y, x, width - x, RC_ROLE_INPUT, RC_LEFT, line->text + start, line->length - start);
    x += rc_text_width(line->text + start, line->cursor - start);
    size_t bytes = line->cursor < line->length ? 1 : 0;
    while (line->cursor + bytes < line->length &&
           ((unsigned char)line->text[line->cursor + bytes] & 0xC0) == 0x80)
        bytes++;
    int cells = rc_text_width(line->text + line->cursor, bytes);
    rc_draw_text(y, x, cells > 0 ? cells : 1, RC_ROLE_SELECTED, RC_LEFT,
                 bytes ? line->text + line->cursor : " ", bytes ? bytes : 1);
}

static void paint_candidates(struct rc_app *app, int y)
{
    const char *found[RC_CANDIDATES];
    size_t start;
    int width = rc_screen_width(), x = 1;
    int count = rc_input_candidates(app, &start, found);
    rc_draw_fill((struct rc_area){.y = y, .height = 1, .width = width}, RC_ROLE_STATUS);
    if (!count) {
        put(y, x, width, RC_ROLE_STATUS,
            "Enter does it, Esc leaves, Up and Down show earlier ones");
        return;
    }
    x = put(y, x, width, RC_ROLE_KEY, "Tab");
    for (int i = 0; i < count; i++) {
        int needs = rc_text_width(found[i], strlen(found[i])) + 2;
        if (x + needs > width - (i + 1 < count ? 3 : 0)) {
            put(y, x, width, RC_ROLE_STATUS, rc_screen_ascii() ? " .." : " …");
            return;
        }
        x = put(y, x + 2, width, RC_ROLE_STATUS, found[i]);
    }
}

static bool paint_waiting(struct rc_app *app, int y, const char *key)
{
    struct rc_view *top = rc_app_top(app);
    struct rc_buf text;
    rc_buf_init(&text, TEXT_BYTES);
    bool waits = rc_app_waits(top, key, &text);
    if (waits)
        rc_draw_printf(y, 0, rc_screen_width(), RC_ROLE_WARN, " %s", text.data ? text.data : "");
    rc_buf_free(&text);
    return waits;
}

static void paint_busy(struct rc_app *app, int y)
{
    uint64_t ms = 0;
    char key[16] = "", *end;
    snprintf(key, sizeof key, "%s", rc_action_keys(RC_DO_BACK));
    if ((end = strchr(key, ' ')))
        *end = '\0';
    if (paint_waiting(app, y, key))
        return;
    const struct rc_job_ops *job = rc_app_busy(rc_app_top(app), &ms);
    if (!job || ms < SHOW_BUSY_MS)
        return;
    rc_draw_printf(y, 0, rc_screen_width(), RC_ROLE_WARN,
                   job->aside ? " %s%s %llu.%llu s" : " %s%s %llu.%llu s, %s cancels", job->what,
                   rc_screen_ascii() ? "..." : "…", (unsigned long long)(ms / 1000),
                   (unsigned long long)(ms / 100 % 10), key);
}

static void paint_status(struct rc_app *app, int y)
{
    rc_draw_fill((struct rc_area){.y = y, .height = 1, .width = rc_screen_width()}, RC_ROLE_NORMAL);
    if (app->toast && app->message_count) {
        const struct rc_message *said = &app->messages[app->message_count - 1];
        rc_draw_printf(y, 0, rc_screen_width(), said->role, " %s", said->text);
    } else if (app->input.kind != RC_INPUT_NONE && app->input.kind != RC_INPUT_CONFIRM) {
        paint_input(app, y);
    } else {
        char rate[RC_POLL_TEXT];
        rc_app_poll_text(app, rate);
        rc_draw_text(y, 0, rc_screen_width() - 1, RC_ROLE_DIM, RC_RIGHT, rate, strlen(rate));
        paint_busy(app, y);
    }
}

/* A row of hints that is being filled. */
struct hints {
    int y, x, right;
    bool cut; /* there is no room for more */
};

/* The first key of an action and what it does, in a word. */
static void add_hint(struct hints *hints, enum rc_action action)
{
    char key[16] = "", *end;
    const char *label = action == RC_DO_ENTER ? "open" : rc_action_name(action);
    snprintf(key, sizeof key, "%.15s", rc_action_keys(action));
    if ((end = strchr(key, ' ')))
        *end = '\0';
    int needs = rc_text_width(key, strlen(key)) + 1 + rc_text_width(label, strlen(label));
    if (!*key || hints->cut)
        return;
    if (hints->x + needs > hints->right) {
        put(hints->y, hints->x, hints->right + 2, RC_ROLE_STATUS, rc_screen_ascii() ? ".." : "…");
        hints->cut = true;
        return;
    }
    int x = put(hints->y, hints->x, hints->right, RC_ROLE_KEY, key);
    x = put(hints->y, x, hints->right, RC_ROLE_STATUS, " ");
    hints->x = put(hints->y, x, hints->right, RC_ROLE_STATUS, label) + 2;
}

/* Everybody knows how to move; these are found in the help. */
static bool is_plain_move(enum rc_action action)
{
    return action >= RC_DO_UP && action <= RC_DO_PAGE_DOWN;
}

/* Where the thread leads from what the cursor is on. */
static void add_thread(struct hints *hints, const struct rc_app *app)
{
    struct rc_subject subject;
    struct rc_buf words;
    const char *lacks;
    if (!rc_app_top(app)->ops->subject)
        return;
    rc_app_subject(app, &subject);
    rc_buf_init(&words, TEXT_BYTES);
    for (int action = 1; action < RC_ACTIONS; action++) {
        const char *view = rc_thread_has((enum rc_action)action)
                               ? rc_thread_view((enum rc_action)action, &subject, &words, &lacks)
                               : NULL;
        if (view && rc_view_find(view) && strcmp(view, rc_app_top(app)->ops->name) != 0)
            add_hint(hints, (enum rc_action)action);
    }
    rc_buf_free(&words);
}

static void paint_hints(struct rc_app *app, int y)
{
    int width = rc_screen_width();
    struct hints hints = {.y = y, .x = 1, .right = width - 3};
    const struct rc_view_ops *ops = rc_app_top(app)->ops;
    rc_draw_fill((struct rc_area){.y = y, .height = 1, .width = width}, RC_ROLE_STATUS);
    add_hint(&hints, RC_DO_HELP);
    add_hint(&hints, RC_DO_PALETTE);
    add_hint(&hints, app->session->depth > 1 ? RC_DO_BACK : RC_DO_QUIT);
    if (ops->filter)
        add_hint(&hints, RC_DO_FILTER);
    bool enters = ops->actions && ops->actions[0] == RC_DO_ENTER; /* what it is for */
    if (enters)
        add_hint(&hints, RC_DO_ENTER);
    add_thread(&hints, app);
    for (int i = enters; ops->actions && ops->actions[i] != RC_ACTION_NONE; i++) {
        enum rc_action action = ops->actions[i];
        bool shown = action == RC_DO_HELP || action == RC_DO_PALETTE || action == RC_DO_QUIT ||
                     action == RC_DO_BACK || (action == RC_DO_FILTER && ops->filter);
        if (!shown && !is_plain_move(action))
            add_hint(&hints, action);
    }
}

/* ----- a question ----- */

/* Breaks a text at blanks, or where it has none; gives the bytes of the next line. */
static size_t next_line(const char *text, int width)
{
    size_t length = strlen(text), best = 0, fits = 1;
    if (rc_text_width(text, length) <= width)
        return length;
    for (size_t i = 1; i < length && rc_text_width(text, i) <= width; i++) {
        if (text[i] == ' ')
            best = i;
        if (((unsigned char)text[i] & 0xC0) != 0x80)
            fits = i;
    }
    return best ? best : fits;
}

static void paint_question(struct rc_app *app)
{
    const char *text = app->input.label;
    struct rc_area screen = rc_screen_area();
    int inner = rc_text_width(text, strlen(text));
    inner = inner < 24 ? 24 : inner;
    inner = inner < screen.width - 8 ? inner : screen.width - 8;
    int rows = 0;
    for (const char *at = text; *at; rows++)
        at += next_line(at, inner) + strspn(at + next_line(at, inner), " ");
    struct rc_area box = {.height = rows + 4, .width = inner + 4};
    box.height = box.height < screen.height ? box.height : screen.height;
    box.y = (screen.height - box.height) / 2;
    box.x = (screen.width - box.width) / 2;
    rc_draw_fill(box, RC_ROLE_NORMAL);
    rc_draw_box(box, RC_ROLE_BORDER, NULL);
    int y = box.y + 1, last = box.y + box.height - 2;
    for (const char *at = text; *at && y < last; y++) {
        size_t length = next_line(at, inner);
        rc_draw_text(y, box.x + 2, inner, RC_ROLE_NORMAL, RC_LEFT, at, length);
        at += length + strspn(at + length, " ");
    }
    int x = put(last, box.x + 2, box.x + box.width - 1, RC_ROLE_SELECTED, "[ n Cancel ]");
    x = put(last, x + 3, box.x + box.width - 1, RC_ROLE_KEY, "y");
    put(last, x, box.x + box.width - 1, RC_ROLE_NORMAL, " yes");
}

/* ----- all of it ----- */

static void paint_too_small(void)
{
    static const char text[] = "the window is too small: at least 40×10";
    static const char plain[] = "the window is too small: at least 40x10";
    int width = rc_screen_width(), y = rc_screen_height() / 2;
    const char *said = rc_screen_ascii() ? plain : text;
    /* Folded, so that it can be read even then. */
    for (y -= 39 / (width ? width : 1) / 2; *said; y++) {
        size_t length = next_line(said, width);
        rc_draw_text(y < 0 ? 0 : y, 0, width, RC_ROLE_WARN, RC_LEFT, said, length);
        said += length + strspn(said + length, " ");
    }
}

void rc_app_paint(struct rc_app *app)
{
    int height = rc_screen_height();
    rc_draw_begin();
    if (height < RC_LEAST_HEIGHT || rc_screen_width() < RC_LEAST_WIDTH) {
        paint_too_small();
    } else {
        struct rc_view *top = rc_app_top(app);
        top->ops->draw(top, rc_app_area(app));
        paint_breadcrumb(app);
        paint_banner(app);
        paint_status(app, height - 2);
        if (app->input.kind == RC_INPUT_FILTER || app->input.kind == RC_INPUT_PALETTE ||
            app->input.words)
            paint_candidates(app, height - 1);
        else
            paint_hints(app, height - 1);
        if (app->input.kind == RC_INPUT_CONFIRM)
            paint_question(app);
    }
    rc_draw_end();
}
