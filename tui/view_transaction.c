#include "tui/livelist.h"
#include "tui/views.h"

#include "model/live_trail.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The life of one transaction on all days, and all records of a day: both are rows of what
 * model/live_trail.h has read. */

struct state {
    struct rc_livelist live; /* first */
    char words[2][1000];     /* id and program, or program and date */
    char place[2048];        /* the same as they stand in the arguments */
};

static bool is_life(const struct rc_view *view)
{
    return view->ops == &rc_view_transaction;
}

static void ask(struct rc_view *view)
{
    const struct state *state = view->state;
    struct rc_error err = {0};
    rc_livelist_take(view,
                     (is_life(view) ? rc_live_transaction : rc_live_records)(
                         rc_app_live(view), state->words[0], state->words[1], &err),
                     &err);
}

/* The second word of a transaction is its program, unless it is part of a filter. */
static bool has_second(const struct rc_view *view, const char *arguments)
{
    size_t length = strcspn(arguments, " ");
    return *arguments && (!is_life(view) || strcspn(arguments, ":=<>!\"/") >= length);
}

static bool read_words(struct rc_view *view, const char **arguments, struct rc_error *err)
{
    struct state *state = view->state;
    const char *first = *arguments;
    bool ok =
        rc_livelist_word(arguments, state->words[0], sizeof state->words[0]) && *state->words[0];
    if (ok && has_second(view, *arguments))
        ok = rc_livelist_word(arguments, state->words[1], sizeof state->words[1]);
    ok = ok && (is_life(view) || *state->words[1]);
    if (!ok)
        rc_error_set(err, RC_USAGE,
                     is_life(view) ? "transaction ID [PROGRAM]: a TransactionID is needed"
                                   : "records PROGRAM DATE: a program and a day are needed");
    size_t length = (size_t)(*arguments - first);
    while (length && first[length - 1] == ' ')
        length--;
    snprintf(state->place, sizeof state->place, "%.*s", (int)length, first);
    return ok;
}

static bool open(struct rc_view *view, const char *arguments, struct rc_error *err)
{
    const struct state *state = view->state;
    if (!read_words(view, &arguments, err) ||
        !rc_list_open_live(view, state->place, arguments, err))
        return false;
    ask(view);
    return true;
}

static void enter(struct rc_view *view)
{
    char program[64], day[16];
    if (rc_list_cell(view, "program", program, sizeof program) &&
        rc_list_cell(view, "day", day, sizeof day) && *program)
        rc_app_go(view->app, "day", "%s %s", program, day);
}

static bool act(struct rc_view *view, enum rc_action action)
{
    switch (action) {
    case RC_DO_ENTER:
        enter(view);
        return true;
    case RC_DO_REFRESH:
        ask(view);
        return true;
    case RC_DO_BACK:
        return rc_livelist_cancel(view) || rc_list_act(view, action);
    default:
        return rc_list_act(view, action);
    }
}

static void subject(struct rc_view *view, struct rc_subject *subject)
{
    char number[24] = "", object[1300] = "";
    rc_list_cell(view, "program", subject->program, sizeof subject->program);
    rc_list_cell(view, "day", subject->date, sizeof subject->date);
    rc_list_cell(view, "side", subject->side, sizeof subject->side);
    rc_list_cell(view, "transaction_id", subject->transaction, sizeof subject->transaction);
    rc_list_cell(view, "number", number, sizeof number);
    rc_list_cell(view, "object", object, sizeof object);
    subject->record = strtoull(number, NULL, 10);
    rc_subject_set_place(subject, object);
}

/* "of T1, 230 requests, 412.0 read units" */
static void where(struct rc_view *view, struct rc_buf *out)
{
    const struct state *state = view->state;
    char of[2300];
    uint64_t requests;
    double read_units;
    if (!state->live.shown) {
        rc_livelist_where(view, state->words[0], out);
        return;
    }
    rc_live_trail_cost(state->live.shown, &requests, &read_units);
    snprintf(of, sizeof of, "%s%s%s, %" PRIu64 " requests, %.1f read units", state->words[0],
             is_life(view) ? "" : " ", is_life(view) ? "" : state->words[1], requests, read_units);
    rc_livelist_where(view, of, out);
}

static void tick(struct rc_view *view)
{
    rc_livelist_tick(view, is_life(view) ? "No day has a record of this transaction."
                                         : "The day has no records.");
}

static bool waits(struct rc_view *view, struct rc_buf *out)
{
    return rc_livelist_waits(view, is_life(view) ? "its life" : "records", out);
}

#define OPERATIONS                                                                                 \
    .actions = rc_list_actions, .state_size = sizeof(struct state), .open = open,                  \
    .close = rc_livelist_close, .draw = rc_list_draw, .act = act, .where = where,                  \
    .filter = rc_list_filter, .tick = tick, .waits = waits, .subject = subject,                    \
    .mouse = rc_list_mouse

const struct rc_view_ops rc_view_transaction = {
    .name = "transaction",
    .aliases = "life",
    .title = "Transaction",
    .help = "One TransactionID on all days that the pipeline knows, oldest first: its records on "
            "both sides, of deliveries that count and of earlier ones, the discrepancies that it "
            "leads with the records of other ids in them, and what a day left open and a later "
            "one closed. A record without a status is part of a discrepancy that another id "
            "leads, or of a day that is not rolled up. With a program behind the id, only its "
            "days are looked through. Enter opens the day.",
    OPERATIONS};

const struct rc_view_ops rc_view_records = {
    .name = "records",
    .aliases = "",
    .title = "Records",
    .help = "All records of both sides of a day, matched ones too, as the tables have them, from "
            "one shard after the other; at most a million. Reading them costs read units, which "
            "stand above. Esc stops. Enter opens the day.",
    OPERATIONS};
