#include "model/live_day.h"
#include "tui/app_internal.h"
#include "tui/targets.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    KEYS_AT_ONCE = 256, /* then there is a look at everything else */
    BUSY_MS = 100,      /* how often the elapsed time is painted */
    INSIST_MS = 20,
    WHEEL_ROWS = 3,
};

/* ----- actions ----- */

static void suspend(bool all)
{
    rc_screen_suspend();
    rc_signal_stop(all);
    rc_signal_take(); /* that it goes on is known */
    rc_screen_resume();
}

static void go_back(struct rc_app *app, struct rc_view *top)
{
    uint64_t ms;
    const struct rc_job_ops *job = rc_app_busy(top, &ms);
    if (job && !job->aside) {
        rc_worker_cancel(app->worker, top);
        rc_app_say(app, RC_ROLE_WARN, "cancelled");
    } else if (!top->ops->act || !top->ops->act(top, RC_DO_BACK)) {
        rc_app_pop(app);
    }
}

/* Opens a view once: not on top of itself. */
static void open_once(struct rc_app *app, const char *name, const char *arguments)
{
    struct rc_error err = {0};
    if (strcmp(rc_app_top(app)->ops->name, name) != 0 && !rc_app_push(app, name, arguments, &err))
        rc_app_fail(app, &err);
}

/* Of what the cursor is on, where it is anything that actions are done to; else of all. */
static void open_audit(struct rc_app *app)
{
    char words[1024] = "";
    struct rc_subject subject;
    struct rc_buf target;
    rc_buf_init(&target, sizeof words - 16);
    rc_app_subject(app, &subject);
    subject.version[0] = '\0'; /* whichever it was */
    if (rc_target_narrowest(&subject, &target) && !strchr(target.data, '"'))
        snprintf(words, sizeof words, "target:\"%s\"", target.data);
    rc_buf_free(&target);
    open_once(app, "audit", words);
}

/* Shows and copies where AWS's console has what the cursor is on. */
static void tell_address(struct rc_app *app, struct rc_view *top)
{
    struct rc_buf text;
    rc_buf_init(&text, 4096);
    bool ok = top->ops->address && top->session->live && top->ops->address(top, &text);
    if (ok && !text.failed) {
        rc_screen_copy(text.data, text.length);
        rc_app_say(app, RC_ROLE_NORMAL, "%s", text.data);
    } else {
        rc_app_say(app, RC_ROLE_WARN, "the console of AWS has no page of this");
    }
    rc_buf_free(&text);
}

/* What is being done at AWS is looked at first. */
static void quit(struct rc_app *app)
{
    const struct rc_use *busy = rc_actions_busy(app->actions);
    app->quit = !busy;
    if (!busy)
        return;
    rc_app_say(app, RC_ROLE_WARN, "%s is not done yet: %s stops it, %s quits all the same",
               busy->action->name, rc_action_keys(RC_DO_BACK), rc_action_keys(RC_DO_QUIT_NOW));
    rc_app_go(app, "action", "%d", busy->number);
}

/* What is the app's own affair, whatever is seen; false: it is not. */
static bool act_of_app(struct rc_app *app, enum rc_action action)
{
    switch (action) {
    case RC_ACTION_NONE:
        return true;
    case RC_DO_QUIT_NOW:
        app->quit = true;
        return true;
    case RC_DO_SUSPEND:
        suspend(true);
        return true;
    case RC_DO_REPAINT:
        rc_draw_repaint();
        return true;
    case RC_DO_QUIT:
        if (app->session->depth > 1)
            rc_app_pop(app);
        else
            quit(app);
        return true;
    case RC_DO_HELP:
        open_once(app, "help", rc_app_top(app)->ops->name);
        return true;
    case RC_DO_ERRORS:
        open_once(app, "errors", "");
        return true;
    case RC_DO_ACTIONS:
        open_once(app, "actions", "");
        return true;
    case RC_DO_AUDIT:
        open_audit(app);
        return true;
    case RC_DO_IDENTITY:
        open_once(app, "identity", "");
        return true;
    case RC_DO_PALETTE:
        rc_input_palette(app);
        return true;
    case RC_DO_NEXT_SESSION:
        rc_app_next_session(app);
        return true;
    case RC_DO_PAUSE:
        rc_app_pause(app);
        return true;
    case RC_DO_HISTORY_BACK:
        rc_app_travel(app, -1);
        return true;
    case RC_DO_HISTORY_FORWARD:
        rc_app_travel(app, 1);
        return true;
    case RC_DO_LAST_VIEW:
        rc_app_travel(app, 0);
        return true;
    default:
        return false;
    }
}

static void act(struct rc_app *app, enum rc_action action)
{
    struct rc_view *top = rc_app_top(app);
    if (act_of_app(app, action))
        return;
    switch (action) {
    case RC_DO_BACK:
        go_back(app, top);
        return;
    case RC_DO_FILTER:
        if (top->ops->filter)
            rc_input_filter(app);
        else
            rc_app_say(app, RC_ROLE_WARN, "there is nothing to filter here");
        return;
    case RC_DO_ADDRESS:
        tell_address(app, top);
        return;
    case RC_DO_REFRESH:
        if (rc_app_live_day(top))
            rc_live_day_refresh(rc_app_live_day(top));
        if (top->ops->act)
            top->ops->act(top, action);
        return;
    default:
        if (!(top->ops->act && top->ops->act(top, action)) && rc_thread_has(action))
            rc_app_follow(app, action);
    }
}

static void use_mouse(struct rc_app *app)
{
    struct rc_view *top = rc_app_top(app);
    struct rc_mouse mouse = rc_screen_mouse();
    struct rc_area area = rc_app_area(app);
    if (mouse.y < area.y || mouse.y >= area.y + area.height)
        return;
    mouse.y -= area.y;
    mouse.x -= area.x;
    if ((top->ops->mouse && top->ops->mouse(top, &mouse)) || !top->ops->act)
        return;
    for (int i = 0; (mouse.wheel_up || mouse.wheel_down) && i < WHEEL_ROWS; i++)
        top->ops->act(top, mouse.wheel_up ? RC_DO_UP : RC_DO_DOWN);
    if (mouse.double_click)
        top->ops->act(top, RC_DO_ENTER);
}

static bool too_small(void)
{
    return rc_screen_height() < RC_LEAST_HEIGHT || rc_screen_width() < RC_LEAST_WIDTH;
}

static void use_key(struct rc_app *app, int key)
{
    enum rc_action action = rc_keymap_find(key);
    if (key == RC_KEY_FOCUS_IN || key == RC_KEY_FOCUS_OUT) {
        rc_app_focus(app, key == RC_KEY_FOCUS_IN);
        return;
    }
    if (rc_screen_pasted()) {
        rc_input_paste(app, key);
        return;
    }
    if (too_small()) { /* what cannot be seen is not changed */
        if (action == RC_DO_QUIT || action == RC_DO_QUIT_NOW)
            app->quit = true;
        else if (action == RC_DO_SUSPEND)
            suspend(true);
        return;
    }
    if (app->options->now)
        app->toast = false; /* without a clock, a key takes it away */
    if (app->input.kind != RC_INPUT_NONE && key != RC_KEY_MOUSE) {
        if (action == RC_DO_REPAINT)
            rc_draw_repaint();
        rc_input_key(app, key);
    } else if (key == RC_KEY_MOUSE) {
        if (app->input.kind == RC_INPUT_NONE)
            use_mouse(app);
    } else {
        act(app, action);
    }
    rc_app_fulfil(app);
}

/* ----- waiting ----- */

/* Milliseconds until something has to happen by itself; -1: nothing has. */
static int next_ms(struct rc_app *app, bool insisting)
{
    uint64_t now = rc_app_now_ms(app), ms;
    int wait = -1;
    if (app->toast && !app->options->now)
        wait = app->toast_ms + RC_TOAST_MS > now ? (int)(app->toast_ms + RC_TOAST_MS - now) : 0;
    if (rc_app_busy(rc_app_top(app), &ms) && (wait < 0 || wait > BUSY_MS))
        wait = BUSY_MS;
    for (const struct rc_app_session *at = app->sessions; at; at = at->next) {
        int live = at->live ? rc_live_wait_ms(at->live) : -1;
        if (live >= 0 && (wait < 0 || wait > live))
            wait = live;
    }
    int poll_ms = rc_app_poll_wait_ms(app);
    if (poll_ms >= 0 && (wait < 0 || wait > poll_ms))
        wait = poll_ms;
    if (insisting && (wait < 0 || wait > INSIST_MS))
        wait = INSIST_MS;
    return wait;
}

static void take_signals(void)
{
    unsigned taken = rc_signal_take();
    if (taken & RC_SIGNAL_STOP)
        suspend(false); /* whoever sent it meant this process */
    else if (taken & RC_SIGNAL_CONTINUED)
        rc_screen_resume();
    if (taken & RC_SIGNAL_RESIZED)
        rc_screen_resized();
}

/* True when there may be more keys. */
static bool take_keys(struct rc_app *app)
{
    for (int i = 0; i < KEYS_AT_ONCE && !app->quit; i++) {
        int key = rc_screen_key();
        if (key == RC_KEY_NONE)
            return false;
        use_key(app, key);
    }
    return true;
}

enum { TERMINAL, SIGNALS, WORKER, ACTIONS, SESSIONS };

/* Sleeps until something happens; false when that cannot be. */
static bool wait_for(struct rc_app *app, bool more, struct pollfd fds[SESSIONS + RC_SESSIONS])
{
    nfds_t count = SESSIONS;
    fds[TERMINAL] = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
    fds[SIGNALS] = (struct pollfd){.fd = rc_signal_fd(), .events = POLLIN};
    fds[WORKER] = (struct pollfd){.fd = rc_worker_fd(app->worker), .events = POLLIN};
    fds[ACTIONS] = (struct pollfd){.fd = rc_actions_fd(app->actions), .events = POLLIN};
    for (const struct rc_app_session *at = app->sessions; at; at = at->next)
        if (at->live)
            fds[count++] = (struct pollfd){.fd = rc_live_fd(at->live), .events = POLLIN};
    int wait = next_ms(app, rc_worker_insist(app->worker));
    int ready = poll(fds, count, more ? 0 : wait);
    for (nfds_t i = 0; ready <= 0 && i < count; i++)
        fds[i].revents = 0;
    return ready >= 0 || errno == EINTR;
}

void rc_app_loop(struct rc_app *app)
{
    struct pollfd fds[SESSIONS + RC_SESSIONS];
    bool more = false;
    while (!app->quit) {
        rc_app_tick(app);
        rc_app_poll(app);
        rc_app_dress(app);
        rc_app_paint(app);
        if (!wait_for(app, more, fds))
            return;
        if (fds[TERMINAL].revents & (POLLHUP | POLLERR | POLLNVAL))
            raise(SIGHUP); /* the terminal has gone */
        if (fds[SIGNALS].revents)
            take_signals();
        if (fds[WORKER].revents)
            rc_worker_deliver(app->worker);
        if (fds[ACTIONS].revents)
            rc_app_take_deeds(app);
        /* A key is answered before more is taken of what AWS says. */
        bool pressed = more || fds[TERMINAL].revents;
        for (const struct rc_app_session *at = app->sessions; at && !pressed; at = at->next)
            if (at->live)
                rc_live_run(at->live); /* also when only a time has come */
        rc_app_fulfil(app);
        if (pressed)
            more = take_keys(app);
        rc_app_bury(app, false);
        if (app->toast && !app->options->now && rc_app_now_ms(app) >= app->toast_ms + RC_TOAST_MS)
            app->toast = false;
    }
}
