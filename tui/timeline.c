#include "tui/timeline.h"

#include "model/figures.h"

#include <stdio.h>
#include <string.h>

enum { SECOND_MS = 1000, MINUTE_MS = 60 * SECOND_MS, LABEL_CELLS = 12 };

static const struct {
    const char *glyph, *ascii, *name;
    enum rc_role role;
} bars[RC_BARS] = {
    [RC_BAR_NONE] = {" ", " ", NULL, RC_ROLE_NORMAL},
    [RC_BAR_AROUND] = {"─", "-", NULL, RC_ROLE_DIM},
    [RC_BAR_WAIT] = {"·", ".", "waits", RC_ROLE_WARN},
    [RC_BAR_CEILING] = {"│", "|", "15 min of Lambda", RC_ROLE_BAD},
    [RC_BAR_DONE] = {"█", "#", "done", RC_ROLE_GOOD},
    [RC_BAR_RUNNING] = {"▶", ">", "runs", RC_ROLE_KEY},
    [RC_BAR_FAILED] = {"▒", "x", "failed", RC_ROLE_BAD},
};

static const char *glyph_of(enum rc_bar bar)
{
    return rc_screen_ascii() ? bars[bar].ascii : bars[bar].glyph;
}

void rc_timeline_init(struct rc_timeline *timeline, int x, int width, int64_t from_ms,
                      int64_t until_ms)
{
    *timeline = (struct rc_timeline){
        .from_ms = from_ms, .until_ms = until_ms > from_ms ? until_ms : from_ms + 1, .x = x};
    timeline->width = width < 1 ? 1 : width < RC_TIMELINE_CELLS ? width : RC_TIMELINE_CELLS;
}

void rc_timeline_clear(struct rc_timeline *timeline)
{
    memset(timeline->cells, RC_BAR_NONE, sizeof timeline->cells);
}

/* The cell in which a time is; may be outside. */
static int64_t cell_of(const struct rc_timeline *timeline, int64_t ms)
{
    int64_t span_ms = timeline->until_ms - timeline->from_ms;
    double part = (double)(ms - timeline->from_ms) / (double)span_ms;
    double cell = part * timeline->width;
    return cell < 0 ? -1 : cell < (double)INT32_MAX ? (int64_t)cell : INT32_MAX;
}

void rc_timeline_add(struct rc_timeline *timeline, enum rc_bar bar, int64_t from_ms,
                     int64_t until_ms)
{
    int64_t first = cell_of(timeline, from_ms), last = cell_of(timeline, until_ms - 1);
    if (bar == RC_BAR_CEILING)
        first = last = cell_of(timeline, until_ms);
    else if (first == timeline->width) /* at the very end */
        first--;
    for (int64_t i = first < 0 ? 0 : first; i < timeline->width && (i <= last || i == first); i++)
        if (timeline->cells[i] < bar)
            timeline->cells[i] = (uint8_t)bar;
}

void rc_timeline_put(const struct rc_timeline *timeline, struct rc_page *page)
{
    char text[RC_TIMELINE_CELLS * 4];
    for (int from = 0, until; from < timeline->width; from = until) {
        enum rc_bar bar = (enum rc_bar)timeline->cells[from];
        const char *glyph = glyph_of(bar);
        size_t length = strlen(glyph), used = 0;
        for (until = from; until < timeline->width && timeline->cells[until] == bar; until++) {
            for (size_t i = 0; i < length; i++)
                text[used++] = glyph[i];
        }
        if (bar != RC_BAR_NONE)
            rc_page_put(page, timeline->x + from, until - from, bars[bar].role, RC_LEFT, text,
                        used);
    }
}

size_t rc_timeline_text(int64_t ms, char text[RC_TIMELINE_TEXT])
{
    char figure[RC_FIGURE_BYTES];
    int length;
    if (ms < SECOND_MS) {
        length = snprintf(text, RC_TIMELINE_TEXT, "%d ms", ms < 0 ? 0 : (int)ms);
    } else if (ms < MINUTE_MS) {
        length = snprintf(text, RC_TIMELINE_TEXT, "%d.%d s", (int)(ms / SECOND_MS),
                          (int)(ms % SECOND_MS / 100));
    } else {
        rc_seconds_text((uint64_t)(ms / SECOND_MS), figure);
        length = snprintf(text, RC_TIMELINE_TEXT, "%.31s", figure);
    }
    return (size_t)length;
}

void rc_timeline_axis(const struct rc_timeline *timeline, struct rc_page *page)
{
    int labels = timeline->width / (2 * LABEL_CELLS);
    int64_t span_ms = timeline->until_ms - timeline->from_ms;
    char text[RC_TIMELINE_TEXT];
    labels = labels < 1 ? 1 : labels < 8 ? labels : 8;
    rc_page_row(page, RC_NO_TARGET);
    memcpy(text, "0", 2);
    for (int i = 0; i <= labels; i++) {
        int at = timeline->width * i / labels;
        size_t length = i ? rc_timeline_text(span_ms * i / labels, text) : 1;
        int cells = rc_text_width(text, length);
        int x = i == 0 ? 0 : i == labels ? at - cells : at - cells / 2;
        rc_page_put(page, timeline->x + (x > 0 ? x : 0), cells, RC_ROLE_DIM, RC_LEFT, text, length);
    }
}

void rc_timeline_legend(struct rc_page *page, int width)
{
    int x = 0;
    rc_page_row(page, RC_NO_TARGET);
    for (int bar = 0; bar < RC_BARS; bar++) {
        const char *glyph = glyph_of((enum rc_bar)bar), *name = bars[bar].name;
        if (!name || x + 2 + (int)strlen(name) > width)
            continue;
        x = rc_page_put(page, x, 1, bars[bar].role, RC_LEFT, glyph, strlen(glyph)) + 1;
        x = rc_page_put(page, x, -1, RC_ROLE_DIM, RC_LEFT, name, strlen(name)) + 3;
    }
}
