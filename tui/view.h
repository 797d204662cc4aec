/* A view: one file, one table of operations. Adding a view is a file and a row in
 * tui/views.c. */
#ifndef RC_TUI_VIEW_H
#define RC_TUI_VIEW_H

#include "base/buf.h"
#include "base/error.h"
#include "model/table.h"
#include "tui/keymap.h"
#include "tui/screen.h"
#include "tui/subject.h"

#include <jansson.h>

struct rc_app;
struct rc_app_session;
struct rc_opened;
struct rc_view;

struct rc_view_ops {
    const char *name;    /* as in the palette, `-c` and `get` */
    const char *aliases; /* separated by blanks; may be "" */
    const char *title;
    const char *help;              /* a paragraph for the help screen */
    const enum rc_action *actions; /* it has a use for, RC_ACTION_NONE at the end: hints and help */
    size_t state_size;             /* of view->state, zeroed by the app */

    /* Makes the state from the palette's words behind the name ("status:pending"), or
     * from what another view handed on. Must not take long. One that fails has released
     * what it took: close is not called then. */
    bool (*open)(struct rc_view *view, const char *arguments, struct rc_error *err);
    void (*close)(struct rc_view *view); /* may be NULL */

    /* Draws itself into the area. Called after every event; must not take long. */
    void (*draw)(struct rc_view *view, struct rc_area area);

    /* True when it had a use for the action. */
    bool (*act)(struct rc_view *view, enum rc_action action);

    /* What stands in the breadcrumb behind the title; may be NULL. */
    void (*where)(struct rc_view *view, struct rc_buf *out);

    /* A filter was typed (NULL: the view has none). "" takes it away. */
    bool (*filter)(struct rc_view *view, const char *text, struct rc_error *err);

    /* In a live session, once a turn of the loop: sees what has come. May be NULL. */
    void (*tick)(struct rc_view *view);

    /* Writes what of AWS it is waiting for ("loading queues, 12 so far"), which Esc
     * cancels; false: it is not. May be NULL. */
    bool (*waits)(struct rc_view *view, struct rc_buf *out);

    /* Asks AWS again, without being told to: every so many seconds, as long as it is seen and waits
     * for nothing. Mostly what the refresh key does. NULL: what it shows does not change. */
    void (*poll)(struct rc_view *view);

    /* Appends where AWS's own console has what the cursor is on; false: nowhere. May be NULL. */
    bool (*address)(struct rc_view *view, struct rc_buf *out);

    /* Its day holds more than it did, or something else: reads it again, and the cursor stays where
     * it is. Called while it is seen and has no job. NULL: what it shows does not change. */
    void (*changed)(struct rc_view *view);

    /* Fills in what the cursor is on, as far as the view knows it without asking anybody; the
     * subject is zeroed. From then on the keys of the thread (tui/subject.h: to the file,
     * record, messages, run, logs, transaction) lead on from the view, unless its `act` has a
     * use for them itself; they need not stand among `actions`. Called when the screen is
     * painted, for the hints. May be NULL. */
    void (*subject)(struct rc_view *view, struct rc_subject *subject);

    /* Calls `visit` with the cursor at each row that is marked, after another, and puts it
     * back; false: none is. May be NULL. */
    bool (*each_marked)(struct rc_view *view, void (*visit)(void *ctx), void *ctx);

    /* A click or wheel in the area, in its coordinates; may be NULL. */
    bool (*mouse)(struct rc_view *view, const struct rc_mouse *mouse);
};

struct rc_view {
    const struct rc_view_ops *ops;
    struct rc_app *app;
    struct rc_app_session *session; /* in whose stack it is */
    struct rc_opened *day;          /* held; NULL: it is of no day */
    char arguments[1024];
    uint64_t day_version;       /* of its day, as it was read last */
    uint64_t read_ms, quiet_ms; /* when, and until when it is not read again while it fills */
    uint64_t due_ms;            /* when it polls; 0: it has asked, or was just opened */
    bool stale; /* something was done at AWS since: it polls as soon as it is seen */
    void *state;
};

extern const struct rc_view_ops *const rc_views[]; /* NULL at the end */
const struct rc_view_ops *rc_view_find(const char *name_or_alias);

/* ----- what views may ask of the app ----- */

/* Opens a view on top of this one; the arguments are its palette words (NULL: none).
 * This and rc_app_back happen when the view's function that asks has returned. */
void rc_app_go(struct rc_app *app, const char *view, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void rc_app_back(struct rc_app *app);

/* Follows the thread from what the cursor of the view that is seen is on, as the key of the
 * action does, or says what is missing. */
void rc_app_follow(struct rc_app *app, enum rc_action action);

/* The view that this one was opened from; NULL: none. */
struct rc_view *rc_app_below(const struct rc_view *view);

/* A line that shows for a few seconds and stays among the messages. */
void rc_app_say(struct rc_app *app, enum rc_role role, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void rc_app_fail(struct rc_app *app, const struct rc_error *err);
void rc_app_hush(struct rc_app *app); /* it shows no more */

/* Asks for a line of text, with `text` in it to begin with. `answer` gets what was
 * typed; when it gives false, the error is shown and the line stays open. */
void rc_app_prompt(struct rc_view *view, const char *label, const char *text,
                   bool (*answer)(struct rc_view *view, const char *text, struct rc_error *err));

/* The same, with words that Tab completes (NULL at the end). */
void rc_app_prompt_words(struct rc_view *view, const char *label, const char *text,
                         const char *const *words,
                         bool (*answer)(struct rc_view *view, const char *text,
                                        struct rc_error *err));

/* Asks a question in a dialog; `yes` is called when it is answered with yes. */
void rc_app_confirm(struct rc_view *view, const char *question, void (*yes)(struct rc_view *view));

/* What `reconctl open --layout LAYOUT FILE` names; NULL when a day is open. */
const char *rc_app_layout(const struct rc_app *app);
const char *rc_app_file(const struct rc_app *app);

/* ----- what it is of -----
 *
 * A view has the day of the view that it was opened from: the day file of the command line,
 * or a day of the pipeline, which fills while it is looked at (`changed`) and looks for a newer
 * rollup by itself. It has a session with AWS, too, which is opened when the first
 * view needs it. What its table is read from, and what its jobs read, is the day, or, where
 * its table has a `scope`, what the session has been answered. */

/* The view's day for short reads on the spot (the UI thread's own); NULL: it has none. */
struct rc_model *rc_app_model(const struct rc_view *view);

/* For the `open` of a view that opens a day: gives the view, and those opened from it, this day
 * of the pipeline; date as YYYY-MM-DD. Sends, and waits for nothing. False with an error. */
bool rc_app_take_day(struct rc_view *view, const char *program, const char *date,
                     struct rc_error *err);

/* For the `open` of a view that is of none, and for the end: lets go of the view's day. One that
 * nobody looks at asks no more; it goes on when somebody does. */
void rc_app_drop_day(struct rc_view *view);

/* The view's day, where it is one of the pipeline; else NULL. */
struct rc_live_day;
struct rc_live_day *rc_app_live_day(const struct rc_view *view);

/* Whether rows of its day are still coming. */
bool rc_app_is_filling(const struct rc_view *view);

/* Opens the view's session, unless it is open; sends nothing. For the `open` of a view that
 * asks AWS, which rc_list_open_live does by itself. NULL with an error. */
struct rc_live;
struct rc_live *rc_app_open_live(struct rc_view *view, struct rc_error *err);

/* The view's session; NULL: it has not been opened. */
struct rc_live *rc_app_live(const struct rc_view *view);

/* What that has been answered, for short reads on the spot; NULL likewise. */
struct rc_model *rc_app_answers(const struct rc_view *view);

/* What the view's table is read from: one of the two. */
struct rc_model *rc_app_rows(const struct rc_view *view);

/* Whether what changes anything at AWS, be it a message's count of receipts, is refused: err
 * says so. */
bool rc_app_read_only(const struct rc_app *app, struct rc_error *err);

/* ----- what is done at AWS (tui/app_actions.h) ----- */

struct rc_op_action; /* ops/action.h */
struct rc_targets;   /* tui/targets.h */
struct rc_use;

/* Adds what of that kind is marked in the view, else what its cursor is on. False without memory.
 */
bool rc_app_targets(struct rc_view *view, const char *kind, struct rc_targets *targets);

/* The parameters of the action that the view's cursor says. The caller's; NULL without memory. */
json_t *rc_app_params(struct rc_view *view, const struct rc_op_action *action);

/* Begins a use of the action and opens the view "action" on it, where it is previewed, confirmed
 * and watched; nothing is done yet. False with an error. */
bool rc_app_use(struct rc_app *app, const struct rc_op_action *action,
                const struct rc_targets *targets, const json_t *params, struct rc_error *err);

/* By its number, 0 for the newest; NULL: it is not kept. */
struct rc_use *rc_app_use_find(const struct rc_app *app, int number);

/* The view that is seen: in an `open`, the one below. NULL: none yet. */
struct rc_view *rc_app_seen(const struct rc_app *app);

/* Whether it is the view that is seen. */
bool rc_app_is_top(const struct rc_view *view);

/* ----- work that may take long ----- */

/* Runs `run` on the worker thread with a model of its own, then `done` on the UI
 * thread, where the screen is drawn again. A view has one job at a time: a new one
 * cancels the old, whose `done` is then called with cancelled = true, as it is when
 * the view closes. `job` belongs to the job functions. */
struct rc_job_ops {
    const char *what; /* shown while it runs: "sorting" */
    bool (*run)(void *job, struct rc_model *model, struct rc_error *err); /* NULL: has none */
    void (*done)(struct rc_view *view, void *job, bool ok, bool cancelled,
                 const struct rc_error *err);
    bool aside; /* nobody waits for it: Esc does not cancel it but goes back */
};

void rc_app_start(struct rc_view *view, const struct rc_job_ops *ops, void *job);

/* On the worker thread: whether the job that runs was cancelled. Queries give up by
 * themselves; loops that take long without one ask here. */
bool rc_app_cancelled(void);

/* The view's job while it runs and for how long it has; NULL when none does. */
const struct rc_job_ops *rc_app_busy(const struct rc_view *view, uint64_t *milliseconds);

/* Milliseconds of the app's clock, for what has to be shown for a while. */
uint64_t rc_app_now_ms(const struct rc_app *app);

/* Messages since the start, newest last, for the errors view. */
struct rc_message {
    enum rc_role role;
    char instant[32];
    char text[512];
};

size_t rc_app_messages(const struct rc_app *app, const struct rc_message **messages);

#endif
