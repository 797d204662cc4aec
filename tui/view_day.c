#include "tui/views.h"

#include "model/figures.h"
#include "model/live_day.h"
#include "model/overview.h"
#include "tui/page.h"

#include <stdio.h>
#include <string.h>

/* The day at a glance: what came in, what it adds up to, whether it balances. */
struct state {
    struct rc_overview *day;
    struct rc_page page;
};

/* What a row leads to: a part in the upper bits, its index below. */
enum part { PART_REJECTED = 1, PART_CONTROLS, PART_LAYOUT, PART_STATUS, PART_SUM };

static int64_t target_of(enum part part, size_t index)
{
    return (int64_t)part << 32 | (int64_t)index;
}

enum { LABEL_WIDTH = 13, STATUS_WIDTH = 23, SHOWN_CONTROLS = 12 };

/* ----- what there is to say ----- */

static void put_count(struct rc_page *page, int x, int width, enum rc_role role, uint64_t count)
{
    char text[RC_FIGURE_BYTES];
    rc_page_put(page, x, width, role, RC_RIGHT, text, rc_count_text(count, text));
}

static void put_money(struct rc_page *page, int x, int width, enum rc_role role, rc_i128 minor,
                      int exponent)
{
    char text[RC_FIGURE_BYTES];
    rc_page_put(page, x, width, role, RC_RIGHT, text, rc_money_text(minor, exponent, text));
}

static void put_delta(struct rc_page *page, int x, int width, rc_i128 minor, int exponent)
{
    char text[RC_FIGURE_BYTES + 1] = "+";
    if (!x)
        return;
    size_t length = rc_money_text(minor, exponent, text + 1) + 1;
    if (minor > 0)
        rc_page_put(page, x, width, RC_ROLE_DIFFERENT, RC_RIGHT, text, length);
    else
        rc_page_put(page, x, width, minor ? RC_ROLE_DIFFERENT : RC_ROLE_DIM, RC_RIGHT, text + 1,
                    length - 1);
}

static uint64_t exceptions(const struct rc_overview *day, size_t *kinds)
{
    uint64_t count = 0;
    *kinds = 0;
    for (size_t i = 0; i < day->status_count; i++)
        if (day->statuses[i].exception && day->statuses[i].count) {
            count += day->statuses[i].count;
            ++*kinds;
        }
    return count;
}

static void add_reason(struct rc_buf *out, uint64_t count, const char *one, const char *many)
{
    char text[RC_FIGURE_BYTES];
    if (!count)
        return;
    rc_count_text(count, text);
    rc_buf_printf(out, "%s%s %s", out->length ? ", " : "", text, count == 1 ? one : many);
}

/* By how much the sides differ, and why the day does not balance. */
static void tell_balance(struct state *state, int width)
{
    const struct rc_overview *day = state->day;
    struct rc_page *page = &state->page;
    struct rc_buf text;
    size_t kinds;
    rc_buf_init(&text, 64 << 10);
    rc_page_row(page, RC_NO_TARGET);
    if (day->balanced)
        rc_page_printf(page, 0, -1, RC_ROLE_GOOD, RC_LEFT, "%s BALANCED",
                       rc_screen_ascii() ? "=" : "✓");
    else
        rc_page_printf(page, 0, -1, RC_ROLE_BAD, RC_LEFT, "%s NOT BALANCED",
                       rc_screen_ascii() ? "!" : "✗");
    uint64_t count = exceptions(day, &kinds);
    add_reason(&text, count, "exception", "exceptions");
    if (count)
        rc_buf_printf(&text, " in %zu status%s", kinds, kinds == 1 ? "" : "es");
    add_reason(&text, day->side[RC_SETTLEMENT].rejected + day->side[RC_INTERNAL].rejected,
               "rejected record", "rejected records");
    add_reason(&text,
               day->side[RC_SETTLEMENT].controls_broken + day->side[RC_INTERNAL].controls_broken,
               "broken control", "broken controls");
    if (text.length)
        rc_page_put(page, 17, width - 17, RC_ROLE_NORMAL, RC_LEFT, text.data, text.length);
    rc_buf_clear(&text);
    for (size_t i = 0; i < day->total_count; i++) {
        const struct rc_overview_total *total = &day->totals[i];
        rc_i128 delta = total->net_minor[RC_SETTLEMENT] - total->net_minor[RC_INTERNAL];
        char money[RC_FIGURE_BYTES];
        rc_money_text(delta, total->exponent, money);
        if (delta)
            rc_buf_printf(&text, "%s%s %s%s",
                          text.length ? "  " : "settlement less internal: ", total->currency,
                          delta > 0 ? "+" : "", money);
    }
    if (text.length)
        rc_page_wrap(page, 2, width - 2, RC_ROLE_NORMAL, text.data);
    rc_buf_free(&text);
}

/* ----- columns ----- */

/* Columns of all tables, from the right. */
struct columns {
    int count, currency, settlement, internal, delta; /* their left edges; delta 0: not shown */
    int money, number;                                /* their widths */
};

/* The widest of the sums. */
static int widest_money(const struct rc_overview *day)
{
    char text[RC_FIGURE_BYTES];
    int widest = 10;
    for (size_t i = 0; i < day->total_count; i++)
        for (int side = 0; side < RC_SIDES; side++) {
            const struct rc_overview_total *total = &day->totals[i];
            rc_i128 debit = -total->debit_minor[side], credit = total->credit_minor[side];
            int debits = (int)rc_money_text(debit, total->exponent, text);
            int credits = (int)rc_money_text(credit, total->exponent, text) + 1;
            widest = debits > widest ? debits : widest;
            widest = credits > widest ? credits : widest;
        }
    return widest;
}

/* Sums are shown whole: where three do not fit side by side, the difference goes. */
static struct columns columns_of(const struct rc_overview *day, int width)
{
    int used = width > 130 ? 130 : width, need = widest_money(day);
    struct columns at = {.number = 9};
    int room = used - STATUS_WIDTH - at.number - 5;
    bool three = (room - 2) / 3 >= need;
    at.money = three ? (room - 2) / 3 : (room - 1) / 2;
    at.money = at.money > 24 ? 24 : at.money;
    at.count = STATUS_WIDTH;
    at.currency = at.count + at.number + 1;
    at.settlement = at.currency + 4;
    at.internal = at.settlement + at.money + 1;
    at.delta = three ? at.internal + at.money + 1 : 0;
    return at;
}

/* ----- both sides ----- */

/* Right-aligned below the heading of its side. A name that is too long for that may use the
 * room of the difference, which there is none of here. */
static void put_side(struct rc_page *page, const struct columns *at, int side, enum rc_role role,
                     const char *text)
{
    int from = side == RC_SETTLEMENT ? LABEL_WIDTH : at->internal;
    int end = (side == RC_SETTLEMENT ? at->settlement : at->internal) + at->money;
    bool longer =
        side == RC_INTERNAL && at->delta && rc_text_width(text, strlen(text)) > end - from;
    end = longer ? at->delta + at->money : end;
    rc_page_put(page, from, end - from, role, longer ? RC_LEFT : RC_RIGHT, text, strlen(text));
}

static void side_label(struct rc_page *page, int64_t target, const char *label)
{
    rc_page_row(page, target);
    rc_page_put(page, 0, LABEL_WIDTH, RC_ROLE_DIM, RC_LEFT, label, strlen(label));
}

static void side_row(struct rc_page *page, const struct columns *at, int64_t target,
                     const char *label, const char *settlement, const char *internal)
{
    side_label(page, target, label);
    put_side(page, at, RC_SETTLEMENT, RC_ROLE_NORMAL, settlement);
    put_side(page, at, RC_INTERNAL, RC_ROLE_NORMAL, internal);
}

/* Numbers of which other than zero is bad are lit. */
static void count_row(struct rc_page *page, const struct columns *at, int64_t target,
                      const char *label, uint64_t settlement, uint64_t internal, bool bad)
{
    const uint64_t counts[] = {settlement, internal};
    char text[RC_FIGURE_BYTES];
    side_label(page, target, label);
    for (int side = 0; side < RC_SIDES; side++) {
        rc_count_text(counts[side], text);
        put_side(page, at, side, bad && counts[side] ? RC_ROLE_BAD : RC_ROLE_NORMAL, text);
    }
}

static void controls_row(struct rc_page *page, const struct columns *at,
                         const struct rc_overview *day)
{
    char text[80];
    side_label(page, target_of(PART_CONTROLS, 0), "controls");
    for (int s = 0; s < RC_SIDES; s++) {
        const struct rc_overview_side *side = &day->side[s];
        snprintf(
            text, sizeof text, side->controls_broken ? "%s%llu of %llu broken" : "%s%llu hold",
            side->controls_broken && !rc_screen_ascii() ? "✗ " : "",
            (unsigned long long)(side->controls_broken ? side->controls_broken : side->controls),
            (unsigned long long)side->controls);
        put_side(page, at, s, side->controls_broken ? RC_ROLE_BAD : RC_ROLE_NORMAL, text);
    }
}

static void tell_sides(struct state *state, int width)
{
    const struct rc_overview *day = state->day;
    const struct rc_overview_side *left = &day->side[RC_SETTLEMENT], *right = &day->side[1];
    const struct columns at = columns_of(day, width);
    struct rc_page *page = &state->page;
    rc_page_row(page, RC_NO_TARGET);
    rc_page_row(page, RC_NO_TARGET);
    put_side(page, &at, RC_SETTLEMENT, RC_ROLE_HEADER, "settlement");
    put_side(page, &at, RC_INTERNAL, RC_ROLE_HEADER, "internal");
    side_row(page, &at, RC_NO_TARGET, "file", left->path, right->path);
    side_row(page, &at, target_of(PART_LAYOUT, 0), "layout", left->layout, right->layout);
    count_row(page, &at, RC_NO_TARGET, "bytes", left->bytes, right->bytes, false);
    count_row(page, &at, RC_NO_TARGET, "records", left->records, right->records, false);
    count_row(page, &at, target_of(PART_REJECTED, 0), "rejected", left->rejected, right->rejected,
              true);
    controls_row(page, &at, day);
}

/* ----- statuses ----- */

static void table_head(struct rc_page *page, const struct columns *at, const char *what,
                       const char *count)
{
    rc_page_row(page, RC_NO_TARGET);
    rc_page_row(page, RC_NO_TARGET);
    rc_page_put(page, 0, STATUS_WIDTH - 1, RC_ROLE_HEADER, RC_LEFT, what, strlen(what));
    rc_page_put(page, at->count, at->number, RC_ROLE_HEADER, RC_RIGHT, count, strlen(count));
    rc_page_put(page, at->currency, 3, RC_ROLE_HEADER, RC_LEFT, "cur", 3);
    rc_page_put(page, at->settlement, at->money, RC_ROLE_HEADER, RC_RIGHT, "settlement", 10);
    rc_page_put(page, at->internal, at->money, RC_ROLE_HEADER, RC_RIGHT, "internal", 8);
    if (at->delta)
        rc_page_put(page, at->delta, at->money, RC_ROLE_HEADER, RC_RIGHT, "difference", 10);
}

static void money_columns(struct rc_page *page, const struct columns *at, const char *currency,
                          int exponent, const rc_i128 *net)
{
    rc_page_put(page, at->currency, 3, RC_ROLE_NORMAL, RC_LEFT, currency, strlen(currency));
    put_money(page, at->settlement, at->money, RC_ROLE_NORMAL, net[RC_SETTLEMENT], exponent);
    put_money(page, at->internal, at->money, RC_ROLE_NORMAL, net[RC_INTERNAL], exponent);
    put_delta(page, at->delta, at->money, net[RC_SETTLEMENT] - net[RC_INTERNAL], exponent);
}

static void status_rows(struct state *state, const struct columns *at, size_t index)
{
    const struct rc_overview_status *status = &state->day->statuses[index];
    struct rc_page *page = &state->page;
    enum rc_role role = status->exception ? RC_ROLE_BAD : RC_ROLE_GOOD;
    rc_page_row(page, target_of(PART_STATUS, index));
    rc_page_printf(page, 0, STATUS_WIDTH - 1, role, RC_LEFT, "%s%s",
                   status->exception ? "! " : "  ", status->status);
    put_count(page, at->count, at->number, RC_ROLE_NORMAL, status->count);
    for (size_t i = 0; i < status->sum_count; i++) {
        const struct rc_overview_sum *sum = &state->day->sums[status->first_sum + i];
        if (status->sum_count > 1)
            rc_page_row(page, target_of(PART_SUM, status->first_sum + i));
        money_columns(page, at, sum->currency, sum->exponent, sum->net_minor);
    }
}

static void tell_statuses(struct state *state, int width)
{
    const struct rc_overview *day = state->day;
    struct columns at = columns_of(state->day, width);
    struct rc_buf none;
    table_head(&state->page, &at, "status", "outcomes");
    rc_buf_init(&none, 4096);
    /* First what keeps the day from balancing. */
    for (int exception = 1; exception >= 0; exception--)
        for (size_t i = 0; i < day->status_count; i++)
            if (day->statuses[i].count && day->statuses[i].exception == exception)
                status_rows(state, &at, i);
    for (size_t i = 0; i < day->status_count; i++)
        if (!day->statuses[i].count)
            rc_buf_printf(&none, "%s%s",
                          none.length ? ", " : "did not occur: ", day->statuses[i].status);
    if (none.length)
        rc_page_wrap(&state->page, 2, width - 2, RC_ROLE_DIM, none.data);
    rc_buf_free(&none);
}

/* ----- totals, controls, digests ----- */

static void tell_totals(struct state *state, int width)
{
    static const char *const rows[] = {"debits", "credits", "net"};
    struct columns at = columns_of(state->day, width);
    struct rc_page *page = &state->page;
    table_head(page, &at, "totals", "");
    for (size_t i = 0; i < state->day->total_count; i++) {
        const struct rc_overview_total *total = &state->day->totals[i];
        const rc_i128 *sums[] = {total->debit_minor, total->credit_minor, total->net_minor};
        rc_page_row(page, RC_NO_TARGET);
        rc_page_printf(page, 2, STATUS_WIDTH - 3, RC_ROLE_DIM, RC_LEFT, "records");
        rc_page_put(page, at.currency, 3, RC_ROLE_NORMAL, RC_LEFT, total->currency,
                    strlen(total->currency));
        put_count(page, at.settlement, at.money, RC_ROLE_NORMAL, total->count[RC_SETTLEMENT]);
        put_count(page, at.internal, at.money, RC_ROLE_NORMAL, total->count[RC_INTERNAL]);
        put_delta(page, at.delta, at.money,
                  (rc_i128)total->count[RC_SETTLEMENT] - total->count[RC_INTERNAL], 0);
        for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
            rc_page_row(page, RC_NO_TARGET);
            rc_page_put(page, 2, STATUS_WIDTH - 3, RC_ROLE_DIM, RC_LEFT, rows[r], strlen(rows[r]));
            money_columns(page, &at, total->currency, total->exponent, sums[r]);
        }
    }
}

static void tell_controls(struct state *state, int width)
{
    const struct rc_overview *day = state->day;
    struct rc_page *page = &state->page;
    uint64_t all = day->side[RC_SETTLEMENT].controls + day->side[RC_INTERNAL].controls;
    int room = (width - 40) / 2;
    rc_page_title(page, width, "Controls");
    for (size_t i = 0; i < day->control_count && i < SHOWN_CONTROLS; i++) {
        const struct rc_overview_control *control = &day->controls[i];
        enum rc_role role = control->ok ? RC_ROLE_NORMAL : RC_ROLE_BAD;
        rc_page_row(page, target_of(PART_CONTROLS, i + 1));
        rc_page_printf(page, 0, 7, role, RC_LEFT, "%s", control->ok ? "holds" : "BROKEN");
        rc_page_printf(page, 7, 11, RC_ROLE_NORMAL, RC_LEFT, "%s", rc_side_name(control->side));
        rc_page_printf(page, 18, 22, RC_ROLE_NORMAL, RC_LEFT,
                       control->batch ? "%s, batch %llu" : "%s", control->name,
                       (unsigned long long)control->batch);
        rc_page_printf(page, 40, room - 1, role, RC_LEFT, "declared %s",
                       control->declared[0] ? control->declared : "nowhere");
        rc_page_printf(page, 40 + room, room, role, RC_LEFT, "actual %s", control->actual);
    }
    size_t shown = day->control_count < SHOWN_CONTROLS ? day->control_count : SHOWN_CONTROLS;
    if (all > shown) {
        rc_page_row(page, target_of(PART_CONTROLS, SHOWN_CONTROLS + 1));
        rc_page_printf(page, 0, width, RC_ROLE_DIM, RC_LEFT, "%llu more: Enter lists them",
                       (unsigned long long)(all - shown));
    }
    if (!all) {
        rc_page_row(page, RC_NO_TARGET);
        rc_page_put(page, 0, width, RC_ROLE_DIM, RC_LEFT, "the layouts name none", 21);
    }
}

static void tell_digests(struct state *state, int width)
{
    const struct rc_overview *day = state->day;
    const struct {
        const char *label, *text;
    } rows[] = {{"digest", day->digest},
                {"  settlement", day->side[RC_SETTLEMENT].digest},
                {"  internal", day->side[RC_INTERNAL].digest},
                {"outcome digest", day->outcome_digest},
                {"fingerprint", day->fingerprint},
                {"rules digest", day->rules_digest}};
    rc_page_title(&state->page, width, "Identity");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        rc_page_row(&state->page, RC_NO_TARGET);
        rc_page_put(&state->page, 0, 16, RC_ROLE_DIM, RC_LEFT, rows[i].label,
                    strlen(rows[i].label));
        rc_page_put(&state->page, 16, width - 16, RC_ROLE_NORMAL, RC_LEFT, rows[i].text,
                    strlen(rows[i].text));
    }
    rc_page_row(&state->page, RC_NO_TARGET);
    rc_page_put(&state->page, 0, 16, RC_ROLE_DIM, RC_LEFT, "reconciled", 10);
    rc_page_printf(&state->page, 16, width - 16, RC_ROLE_NORMAL, RC_LEFT,
                   "%s, in %llu ms, version %s, %llu shards", day->started,
                   (unsigned long long)day->elapsed_ms, day->version,
                   (unsigned long long)day->shard_count);
}

/* ----- the view ----- */

/* What one looks at first are the statuses. */
static void select_first_status(struct state *state)
{
    const struct rc_overview *day = state->day;
    for (int exception = 1; exception >= 0; exception--)
        for (size_t i = 0; i < day->status_count; i++)
            if (day->statuses[i].count && day->statuses[i].exception == exception) {
                state->page.selected = target_of(PART_STATUS, i);
                return;
            }
}

/* "PROGRAM YYYY-MM-DD": a day of the pipeline. */
static bool take_day(struct rc_view *view, const char *arguments, struct rc_error *err)
{
    char program[64], date[16];
    bool ok = sscanf(arguments, "%63s %15s", program, date) == 2;
    if (!ok)
        rc_error_set(err, RC_USAGE, "day PROGRAM YYYY-MM-DD opens a day of the pipeline");
    return ok && rc_app_take_day(view, program, date, err);
}

static bool open_day(struct rc_view *view, const char *arguments, struct rc_error *err)
{
    struct state *state = view->state;
    if (*arguments && !take_day(view, arguments, err))
        return false;
    struct rc_model *model = rc_app_model(view);
    if (!model) {
        rc_error_set(err, RC_USAGE,
                     "no day is open; `day PROGRAM YYYY-MM-DD` opens one of the pipeline");
        return false;
    }
    state->day = rc_overview_read(model, err);
    if (!state->day)
        return false;
    rc_page_init(&state->page);
    select_first_status(state);
    return true;
}

static void read_again(struct rc_view *view)
{
    struct state *state = view->state;
    struct rc_error err = {0};
    struct rc_overview *day = rc_overview_read(rc_app_model(view), &err);
    if (!day) {
        rc_app_fail(view->app, &err);
        return;
    }
    rc_overview_free(state->day);
    state->day = day;
    if (state->page.selected == RC_NO_TARGET)
        select_first_status(state);
}

static void close_day(struct rc_view *view)
{
    struct state *state = view->state;
    rc_overview_free(state->day);
    rc_page_free(&state->page);
}

/* A day of the pipeline of which no rollup has come: why. */
static bool tell_waiting(struct rc_page *page, struct rc_live_day *day, int width)
{
    if (!day || rc_live_day_progress(day).version)
        return false;
    const struct rc_listing *listing = rc_live_day_listing(day);
    enum rc_listing_state state = rc_listing_state(listing);
    rc_page_row(page, RC_NO_TARGET);
    if (state == RC_LISTING_FAILED)
        rc_page_wrap(page, 0, width, RC_ROLE_BAD, rc_listing_error(listing)->text);
    else
        rc_page_wrap(page, 0, width, RC_ROLE_DIM,
                     state == RC_LISTING_LOADING
                         ? "AWS has been asked and has not answered yet."
                         : "The day is not rolled up yet: a side has not come, or is being "
                           "worked on. What there is shows here as soon as there is a rollup.");
    rc_page_settle(page);
    return true;
}

static void draw_day(struct rc_view *view, struct rc_area area)
{
    struct state *state = view->state;
    int width = area.width - 2;
    rc_page_clear(&state->page);
    if (tell_waiting(&state->page, rc_app_live_day(view), width)) {
        rc_page_draw(&state->page, area);
        return;
    }
    tell_balance(state, width);
    tell_sides(state, width);
    tell_statuses(state, width);
    tell_totals(state, width);
    tell_controls(state, width);
    tell_digests(state, width);
    rc_page_settle(&state->page);
    rc_page_draw(&state->page, area);
}

static void go_to_status(struct rc_view *view, const struct rc_overview_status *status,
                         const char *currency)
{
    if (strcmp(status->status, rc_status_name(RC_MATCHED)) == 0)
        rc_app_say(view->app, RC_ROLE_NORMAL,
                   "records that match are added up, not kept one by one");
    else if (currency)
        rc_app_go(view->app, "discrepancies", "status=%s currency=%s", status->status, currency);
    else
        rc_app_go(view->app, "discrepancies", "status=%s", status->status);
}

static void enter(struct rc_view *view)
{
    struct state *state = view->state;
    const struct rc_overview *day = state->day;
    int64_t target = state->page.selected;
    size_t index = (size_t)(target & UINT32_MAX);
    if (target == RC_NO_TARGET)
        return;
    switch ((enum part)(target >> 32)) {
    case PART_REJECTED:
        rc_app_go(view->app, "rejected", NULL);
        break;
    case PART_CONTROLS:
        rc_app_go(view->app, "controls", NULL);
        break;
    case PART_LAYOUT:
        rc_app_go(view->app, "layout", "%s", rc_side_name(RC_SETTLEMENT));
        break;
    case PART_STATUS:
        if (index < day->status_count)
            go_to_status(view, &day->statuses[index], NULL);
        break;
    case PART_SUM:
        for (size_t i = 0; i < day->status_count; i++)
            if (index - day->statuses[i].first_sum < day->statuses[i].sum_count)
                go_to_status(view, &day->statuses[i], day->sums[index].currency);
        break;
    }
}

static bool act_on_day(struct rc_view *view, enum rc_action action)
{
    struct state *state = view->state;
    if (action == RC_DO_ENTER) {
        enter(view);
        return true;
    }
    if (action == RC_DO_COPY) {
        rc_screen_copy(state->day->fingerprint, strlen(state->day->fingerprint));
        rc_app_say(view->app, RC_ROLE_NORMAL, "the fingerprint is on the clipboard");
        return true;
    }
    return rc_page_act(&state->page, action);
}

static bool click_on_day(struct rc_view *view, const struct rc_mouse *mouse)
{
    struct state *state = view->state;
    if (rc_page_mouse(&state->page, mouse))
        enter(view);
    return true;
}

static const enum rc_action actions[] = {RC_DO_ENTER,   RC_DO_UP,        RC_DO_DOWN,
                                         RC_DO_PAGE_UP, RC_DO_PAGE_DOWN, RC_DO_TOP,
                                         RC_DO_BOTTOM,  RC_DO_COPY,      RC_ACTION_NONE};

const struct rc_view_ops rc_view_day = {
    .name = "day",
    .aliases = "d overview",
    .title = "Day",
    .help =
        "Both sides of the reconciled day: what came in, the statuses and what they add up "
        "to, the totals of each currency, the controls and the digests. Enter on a status "
        "lists its discrepancies, on one of its currencies those of the currency; on "
        "rejected and controls it lists them, on the layout it shows it. An exclamation "
        "mark stands before what keeps the day from balancing. `day PROGRAM DATE` opens one of the "
        "pipeline, which fills while one looks at it.",
    .actions = actions,
    .state_size = sizeof(struct state),
    .open = open_day,
    .close = close_day,
    .draw = draw_day,
    .act = act_on_day,
    .changed = read_again,
    .mouse = click_on_day,
};
