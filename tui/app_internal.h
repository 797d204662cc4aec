/* What the files of the app share: app.c (start and end, what views ask for),
 * app_session.c (sessions with AWS, what views are of), app_poll.c (asking again), app_views.c (the
 * stack of views and its history), app_actions.c and app_acting.c (what is done at AWS), app_loop.c
 * (waiting and dispatching), app_input.c (what is typed), app_paint.c (everything around the view),
 * app_signal.c (signals and crashes), app_state.c (configuration and state). */
#ifndef RC_TUI_APP_INTERNAL_H
#define RC_TUI_APP_INTERNAL_H

#include "tui/app.h"
#include "tui/app_actions.h"
#include "tui/app_line.h"
#include "tui/app_worker.h"
#include "tui/view.h"

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

enum {
    RC_STACK_VIEWS = 16,
    RC_SESSIONS = 8,
    RC_DAYS = 6, /* of a session that are kept, the newest */
    RC_HISTORY_TRAILS = 64,
    RC_MESSAGES = 500,
    RC_WISHES = 8,
    RC_TOAST_MS = 5000,
    RC_LEAST_WIDTH = 40,
    RC_LEAST_HEIGHT = 10,
    RC_POLL_TEXT = 64,
};

/* A stack of views as words, to make it again. The words say of which day they are, too. */
struct rc_trail {
    int count;
    const struct rc_view_ops *ops[RC_STACK_VIEWS];
    char *arguments[RC_STACK_VIEWS];
};

/* What a view asked for while one of its functions ran; done when that has ended,
 * because it may end the view. */
struct rc_wish {
    bool back;
    char view[32];
    char arguments[1024];
};

enum rc_input_kind {
    RC_INPUT_NONE,
    RC_INPUT_FILTER,
    RC_INPUT_PALETTE,
    RC_INPUT_PROMPT,
    RC_INPUT_CONFIRM,
};

struct rc_input {
    enum rc_input_kind kind;
    struct rc_line line;
    struct rc_view *view;     /* that asked; NULL: the app */
    char label[512];          /* or the question */
    const char *const *words; /* of a prompt, to complete; NULL: none */
    bool (*answer)(struct rc_view *view, const char *text, struct rc_error *err);
    void (*yes)(struct rc_view *view);
    bool blank; /* a pasted text goes on in another line */
    int past;   /* which line of before is shown; past->count: the new one */
    char draft[RC_LINE_BYTES + 1];
};

enum { RC_CONFIG_PROFILES = 32 };

/* [profile NAME], by the names of the profiles of AWS. */
struct rc_config_profile {
    char name[128], theme[32];
    bool production;
    bool has_read_only, read_only; /* has: it was said */
};

/* What the configuration says, but for the keys. */
struct rc_config {
    char theme[32];
    struct rc_config_profile profiles[RC_CONFIG_PROFILES];
    int profile_count;
    bool has_mouse, mouse, has_ascii, ascii;
};

/* Whom AWS is asked as, and the views that are open there. */
struct rc_app_session {
    struct rc_app_session *next;
    char profile[128], region[64];   /* as asked for; "": as the command line says */
    struct rc_live *live;            /* NULL: no view has needed it yet */
    struct rc_opened *answers;       /* to it; NULL likewise */
    struct rc_gateway *gateway;      /* NULL: nothing was to be done yet */
    struct rc_opened *day;           /* that its first view is of; NULL: none */
    struct rc_opened *days[RC_DAYS]; /* of the pipeline, held, newest first */

    struct rc_view *stack[RC_STACK_VIEWS];
    int depth;
    struct rc_trail history[RC_HISTORY_TRAILS];
    int history_count, history_at, history_last;

    int failures;      /* of polling, in a row */
    uint64_t setbacks; /* there were, when that was counted */
    bool write;        /* read-only was lifted */
};

struct rc_app {
    const struct rc_app_options *options;
    struct rc_worker *worker;
    struct rc_actions *actions;
    struct rc_app_session *sessions;             /* the first is there from the beginning */
    struct rc_app_session *session;              /* that is seen */
    struct rc_app_session *left;                 /* closed, but a view that is leaving is of them */
    struct rc_view *leaving[RC_STACK_VIEWS * 4]; /* closed, but a job still has them */
    int leaving_count;
    struct rc_wish wishes[RC_WISHES];
    int wish_count;

    struct rc_input input;
    struct rc_past filters, commands;

    struct rc_message *messages;
    size_t message_count;
    bool toast;
    uint64_t toast_ms; /* when it came */

    struct rc_config config;
    char theme[32];                       /* that was chosen; a profile's goes before it */
    char worn[32];                        /* that is on the screen by that rule */
    const struct rc_app_session *dressed; /* as it was put on for */
    const struct rc_config_profile *dressed_as;
    struct timespec began;
    bool quit;
    bool paused, unfocused; /* nothing is asked by itself */
};

/* ----- app_session.c ----- */

/* What a view's table and jobs read; NULL: nothing. */
const struct rc_opened *rc_app_opened(const struct rc_view *view);

/* Lets the view that is seen read its day again when that has changed. */
void rc_app_reread(struct rc_app *app);

/* What is being waited for from AWS, with what Esc does to it; false: nothing. */
bool rc_app_waits(struct rc_view *view, const char *key, struct rc_buf *out);

/* Makes a session and shows it, as yet without views; false with an error. */
bool rc_app_add_session(struct rc_app *app, const char *profile, const char *region,
                        struct rc_error *err);

/* The same with its first view; when that does not open, all is as it was. */
bool rc_app_open_session(struct rc_app *app, const char *profile, const char *region,
                         struct rc_error *err);

void rc_app_next_session(struct rc_app *app);

/* Closes the session that is seen and shows the next one. False with an error when there is no
 * other, or something is being done in it. */
bool rc_app_close_session(struct rc_app *app, struct rc_error *err);

/* Frees closed sessions of which no view is left. */
void rc_app_free_left(struct rc_app *app);

/* Which session it is, of several; 0 when there is one. */
int rc_app_session_number(const struct rc_app *app, int *count);

/* What the configuration says of the session's profile; NULL: nothing, or none is open. */
const struct rc_config_profile *rc_app_profile(const struct rc_app *app);

/* Puts on the theme of the session that is seen, and remembers one that was chosen. */
void rc_app_dress(struct rc_app *app);

/* Frees all of them; their views are closed. */
void rc_app_close_sessions(struct rc_app *app);

/* ----- app_views.c ----- */

struct rc_view *rc_app_top(const struct rc_app *app);
void rc_app_tick(struct rc_app *app); /* lets views see what has come from elsewhere */
bool rc_app_push(struct rc_app *app, const char *name, const char *arguments, struct rc_error *err);
void rc_app_pop(struct rc_app *app);
void rc_app_travel(struct rc_app *app, int by); /* -1 and 1 in the history, 0: last view */
void rc_app_fulfil(struct rc_app *app);         /* the wishes */

/* What the cursor of the view that is seen, or of any, is on. */
void rc_app_subject(const struct rc_app *app, struct rc_subject *subject);
void rc_app_subject_of(struct rc_view *view, struct rc_subject *subject);
void rc_app_bury(struct rc_app *app, bool all); /* frees closed views whose jobs are back */
void rc_app_leave_views(struct rc_app *app);    /* closes those of the session that is seen */
void rc_app_close_views(struct rc_app *app);

/* ----- app_acting.c ----- */

/* Takes over what has come of actions. */
void rc_app_take_deeds(struct rc_app *app);

/* `:write`: asks for the profile's name, and lifts read-only for the session. */
bool rc_app_lift_read_only(struct rc_app *app, struct rc_error *err);

/* `:reprocess s3://… route:fargate`: begins a use; without targets, of what is marked or under
 * the cursor. */
bool rc_app_act_by_words(struct rc_app *app, const struct rc_op_action *action, const char *text,
                         struct rc_error *err);

/* ----- app_poll.c ----- */

/* Lets the view that is seen ask again when it is time, and says when that will be: -1: never. */
void rc_app_poll(struct rc_app *app);
int rc_app_poll_wait_ms(const struct rc_app *app);

void rc_app_pause(struct rc_app *app);           /* and goes on */
void rc_app_focus(struct rc_app *app, bool has); /* the terminal */

/* How much is asked, or why nothing is; "": nothing would be. */
void rc_app_poll_text(const struct rc_app *app, char text[RC_POLL_TEXT]);

/* ----- app_loop.c ----- */

void rc_app_loop(struct rc_app *app);

/* ----- app_input.c ----- */

void rc_input_filter(struct rc_app *app);
void rc_input_palette(struct rc_app *app);
void rc_input_key(struct rc_app *app, int key);
void rc_input_paste(struct rc_app *app, int key); /* a character of a pasted text */
void rc_input_close(struct rc_app *app);

/* Runs what was typed behind ':'; the error says what is wrong with it. */
bool rc_app_command(struct rc_app *app, const char *text, struct rc_error *err);

/* What may stand where the cursor of the filter or palette is, and where the word that
 * it would replace begins. The texts hold until the next call. */
enum { RC_CANDIDATES = 64 };
int rc_input_candidates(const struct rc_app *app, size_t *start, const char *found[RC_CANDIDATES]);

/* ----- app_paint.c ----- */

void rc_app_paint(struct rc_app *app);
struct rc_area rc_app_area(const struct rc_app *app); /* of the view */

/* ----- app_signal.c ----- */

/* Handlers for all that would leave the terminal as it is. `reports` is the folder for
 * crash reports. */
bool rc_signal_open(const char *reports, struct rc_error *err);
void rc_signal_close(void);

/* From now on the keys that send signals where the terminal is as it was before mean
 * nothing: the program ends already, and as it was asked to. */
void rc_signal_leave(void);
int rc_signal_fd(void);

enum rc_signal { RC_SIGNAL_RESIZED = 1, RC_SIGNAL_STOP = 2, RC_SIGNAL_CONTINUED = 4 };

/* Which have come since the last time. */
unsigned rc_signal_take(void);

/* Stops the process; returns when it goes on. `all`: what was started with it, too, as a
 * terminal does on Ctrl-Z, so that a script does not hold the terminal in its place. */
void rc_signal_stop(bool all);

/* ----- app_state.c ----- */

/* Reads $XDG_CONFIG_HOME/reconctl/config: keys go into the keymap. False with an error
 * that names file and line; what was read before it holds. */
bool rc_config_read(struct rc_config *config, struct rc_error *err);

/* $XDG_STATE_HOME/reconctl, made when it is missing; "" when there is no place. */
const char *rc_state_folder(void);

/* The theme chosen last; "" when there is none. */
void rc_state_theme(char theme[32]);
bool rc_state_set_theme(const char *theme, struct rc_error *err);

/* Lines typed before, one a line, in the file of that name. */
void rc_state_read_past(const char *name, struct rc_past *past);
bool rc_state_write_past(const char *name, const struct rc_past *past, struct rc_error *err);

/* ----- app.c ----- */

/* The view that a session begins with. */
extern const char rc_first_live_view[];

void rc_app_instant(const struct rc_app *app, char instant[32]);

/* Keeps it among the messages without showing it. */
void rc_app_note(struct rc_app *app, const char *text);

#endif
