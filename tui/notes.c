#include "tui/notes.h"

#include "model/live.h"
#include "model/live_day.h"

#include <stdio.h>
#include <string.h>

void rc_notes_ask(struct rc_notes *notes, struct rc_view *view, const char *transaction)
{
    const struct rc_live_day *day = rc_app_live_day(view);
    if (!day || !rc_app_live(view))
        return;
    rc_listing_free(notes->next);
    notes->next = rc_live_notes(rc_app_live(view), rc_live_day_program(day), rc_live_day_date(day),
                                transaction, NULL);
}

void rc_notes_tick(struct rc_notes *notes)
{
    if (!notes->next || rc_listing_state(notes->next) == RC_LISTING_LOADING)
        return;
    rc_listing_free(notes->shown);
    notes->shown = notes->next;
    notes->next = NULL;
}

struct filling {
    struct rc_page *page;
    int width;
};

static void fill_note(void *ctx, const struct rc_note *note)
{
    const struct filling *filling = ctx;
    struct rc_page *page = filling->page;
    const char *word = *note->reason ? note->reason : note->assignee;
    const char *role = strrchr(note->who, '/');
    rc_page_row(page, RC_NO_TARGET);
    int x = rc_page_printf(page, 0, -1, RC_ROLE_DIM, RC_LEFT, "%s  ", note->at);
    x = rc_page_printf(page, x, -1, RC_ROLE_KEY, RC_LEFT, "%s%s%s  ", note->kind, *word ? " " : "",
                       word);
    rc_page_printf(page, x, -1, RC_ROLE_DIM, RC_LEFT, "by %s", role ? role + 1 : note->who);
    if (*note->text)
        rc_page_wrap(page, 2, filling->width - 2, RC_ROLE_NORMAL, note->text);
}

void rc_notes_fill(const struct rc_notes *notes, struct rc_view *view, struct rc_page *page,
                   int width)
{
    struct filling filling = {page, width};
    const struct rc_listing *shown = notes->shown;
    struct rc_error err = {0};
    if (!shown || (!rc_listing_rows(shown) && rc_listing_state(shown) != RC_LISTING_FAILED))
        return;
    rc_page_title(page, width, "Notes");
    if (rc_listing_state(shown) == RC_LISTING_FAILED)
        rc_page_wrap(page, 0, width, RC_ROLE_DIM, rc_listing_error(shown)->text);
    else if (!rc_notes_read(rc_app_answers(view), rc_listing_number(shown), fill_note, &filling,
                            &err))
        rc_page_wrap(page, 0, width, RC_ROLE_BAD, err.text);
}

void rc_notes_close(struct rc_notes *notes)
{
    rc_listing_free(notes->next);
    rc_listing_free(notes->shown);
}
