#include "tui/discrepancy_internal.h"

#include "model/figures.h"
#include "tui/hex.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LABEL_WIDTH = 20, RAW_BYTES = 4096, RAW_TOTAL = 32768 };

static int64_t target_of(enum rc_discrepancy_part part, size_t index)
{
    return (int64_t)part << 32 | (int64_t)index;
}

/* ----- the comparison ----- */

const struct rc_finding_record *rc_discrepancy_chosen(const struct rc_discrepancy_state *state,
                                                      enum rc_side side)
{
    size_t index = state->chosen[side];
    return index < state->finding->record_count ? &state->finding->records[index] : NULL;
}

static bool differs(const char *a, const char *b)
{
    return (a == NULL) != (b == NULL) || (a && strcmp(a, b) != 0);
}

/* Whether the byte of a record differs from the one in the same place of the other that
 * it is compared with. NULL: they cannot be compared byte by byte. */
bool *rc_discrepancy_bytes(const struct rc_discrepancy_state *state, size_t index)
{
    const struct rc_finding_record *record = &state->finding->records[index];
    const struct rc_finding_record *other =
        rc_discrepancy_chosen(state, record->side == RC_SETTLEMENT ? RC_INTERNAL : RC_SETTLEMENT);
    bool same_layout = strcmp(state->day->side[RC_SETTLEMENT].layout_digest,
                              state->day->side[RC_INTERNAL].layout_digest) == 0;
    if (!other || !same_layout || other->raw_length != record->raw_length || !record->raw_length)
        return NULL;
    bool *different = malloc(record->raw_length * sizeof *different);
    for (uint32_t i = 0; different && i < record->raw_length; i++)
        different[i] = record->raw[i] != other->raw[i];
    return different;
}

/* ----- the head ----- */

static void row(struct rc_page *page, const char *label)
{
    rc_page_row(page, RC_NO_TARGET);
    rc_page_put(page, 0, LABEL_WIDTH - 1, RC_ROLE_DIM, RC_LEFT, label, strlen(label));
}

static void tell_sums(struct rc_discrepancy_state *state, int width)
{
    const struct rc_finding *finding = state->finding;
    struct rc_page *page = &state->page;
    char delta[RC_FIGURE_BYTES];
    row(page, "difference");
    if (!finding->has_delta) {
        bool lone = !finding->count[RC_SETTLEMENT] || !finding->count[RC_INTERNAL];
        rc_page_printf(page, LABEL_WIDTH, width - LABEL_WIDTH, RC_ROLE_DIM, RC_LEFT,
                       lone ? "one side is missing"
                            : "none in one currency, or one of more than 64 bits");
        return;
    }
    rc_money_text(finding->delta_minor, rc_money_exponent(finding->currency), delta);
    rc_page_printf(page, LABEL_WIDTH, width - LABEL_WIDTH,
                   finding->delta_minor ? RC_ROLE_DIFFERENT : RC_ROLE_NORMAL, RC_LEFT, "%s%s %s%s",
                   finding->delta_minor > 0 ? "+" : "", delta, finding->currency,
                   finding->delta_minor ? "" : ": the amounts agree");
}

static void tell_head(struct rc_discrepancy_state *state, int width)
{
    const struct rc_finding *finding = state->finding;
    struct rc_page *page = &state->page;
    int room = width - LABEL_WIDTH;
    rc_page_row(page, RC_NO_TARGET);
    rc_page_printf(page, 0, LABEL_WIDTH - 1, finding->exception ? RC_ROLE_BAD : RC_ROLE_GOOD,
                   RC_LEFT, "%s%s", finding->exception ? "! " : "", finding->status);
    rc_page_printf(page, LABEL_WIDTH + 1, room - 1, RC_ROLE_TITLE, RC_LEFT, "%s",
                   finding->transaction_id);
    bool lone = !finding->count[RC_SETTLEMENT] || !finding->count[RC_INTERNAL];
    row(page, lone ? "last rule tried" : "met by");
    rc_page_printf(page, LABEL_WIDTH, room, RC_ROLE_NORMAL, RC_LEFT, "%s", finding->rule);
    row(page, finding->exception ? "failed because" : "because");
    rc_page_flow(page, LABEL_WIDTH, room, RC_ROLE_NORMAL, finding->reason);
    tell_sums(state, width);
    row(page, "age");
    rc_page_printf(page, LABEL_WIDTH, room, RC_ROLE_NORMAL, RC_LEFT,
                   "%lld business day%s on %s (%s days)", (long long)finding->age_days,
                   finding->age_days == 1 ? "" : "s", state->day->file_date, finding->age_bucket);
    row(page, "shard and key");
    rc_page_printf(page, LABEL_WIDTH, room, RC_ROLE_NORMAL, RC_LEFT, "%llu of %llu, %s#%s#%llu",
                   (unsigned long long)finding->shard, (unsigned long long)state->day->shard_count,
                   state->day->program, state->day->file_date, (unsigned long long)finding->shard);
}

/* ----- field by field ----- */

/* The widths of the comparison's columns. */
static int each_width(int width)
{
    int each = (width - LABEL_WIDTH - (width >= 110 ? 24 : 14)) / 2;
    return each > 48 ? 48 : each;
}

/* Texts that are wider than their columns: one text for both, or a row each. */
static void wide_row(struct rc_page *page, int width, const char *const *texts, bool different,
                     enum rc_role role)
{
    rc_page_flow(page, LABEL_WIDTH, width - LABEL_WIDTH, role, texts[0]);
    if (!different)
        return;
    rc_page_row(page, RC_NO_TARGET);
    rc_page_printf(page, 2, LABEL_WIDTH - 3, RC_ROLE_DIM, RC_RIGHT, "internal");
    rc_page_flow(page, LABEL_WIDTH, width - LABEL_WIDTH, role, texts[1]);
}

static void compare_row(struct rc_discrepancy_state *state, int width, enum rc_canon field)
{
    const struct rc_finding_record *left = rc_discrepancy_chosen(state, RC_SETTLEMENT);
    const struct rc_finding_record *right = rc_discrepancy_chosen(state, RC_INTERNAL);
    const char *texts[] = {left ? left->field[field] : NULL, right ? right->field[field] : NULL};
    struct rc_page *page = &state->page;
    char delta[RC_FIGURE_BYTES + 8] = "";
    int each = each_width(width);
    if (!texts[0] && !texts[1])
        return;
    bool different = left && right && differs(texts[0], texts[1]);
    /* What differs but is not why they did not agree is not lit. */
    bool told = state->finding->differences >> field & 1;
    bool lit = different && (told || !state->finding->differences);
    enum rc_role role = lit ? RC_ROLE_DIFFERENT : RC_ROLE_NORMAL;
    row(page, rc_canon_name(field));
    if (different)
        rc_page_printf(page, LABEL_WIDTH - 2, 1, lit ? RC_ROLE_DIFFERENT : RC_ROLE_DIM, RC_LEFT,
                       "%s", rc_screen_ascii() ? "#" : "≠");
    if (texts[0] && texts[1] &&
        (rc_text_width(texts[0], strlen(texts[0])) >= each ||
         rc_text_width(texts[1], strlen(texts[1])) >= each)) {
        wide_row(page, width, texts, different, role);
        return;
    }
    for (int side = 0; side < RC_SIDES; side++) {
        const char *text = texts[side] ? texts[side] : (rc_screen_ascii() ? "-" : "—");
        rc_page_put(page, LABEL_WIDTH + side * each, each - 1, texts[side] ? role : RC_ROLE_DIM,
                    RC_LEFT, text, strlen(text));
    }
    if (!different)
        return;
    rc_finding_delta(left, right, field, delta, sizeof delta);
    if (!delta[0] && !told)
        snprintf(delta, sizeof delta, "not compared");
    rc_page_put(page, LABEL_WIDTH + 2 * each, width - LABEL_WIDTH - 2 * each,
                lit ? RC_ROLE_DIFFERENT : RC_ROLE_DIM, RC_LEFT, delta, strlen(delta));
}

static void side_head(struct rc_discrepancy_state *state, int x, int width, enum rc_side side)
{
    const struct rc_finding *finding = state->finding;
    size_t index = 0;
    for (size_t i = 0; i < finding->record_count && i <= state->chosen[side]; i++)
        index += finding->records[i].side == side;
    if (finding->count[side] > 1)
        rc_page_printf(&state->page, x, width, RC_ROLE_HEADER, RC_LEFT, "%s %zu/%llu",
                       rc_side_name(side), index, (unsigned long long)finding->count[side]);
    else
        rc_page_printf(&state->page, x, width, RC_ROLE_HEADER, RC_LEFT, "%s%s", rc_side_name(side),
                       finding->count[side] ? "" : ": none");
}

static void tell_fields(struct rc_discrepancy_state *state, int width)
{
    int each = each_width(width);
    rc_page_row(&state->page, RC_NO_TARGET);
    rc_page_row(&state->page, RC_NO_TARGET);
    rc_page_put(&state->page, 0, LABEL_WIDTH - 1, RC_ROLE_HEADER, RC_LEFT, "field", 5);
    side_head(state, LABEL_WIDTH, each - 1, RC_SETTLEMENT);
    side_head(state, LABEL_WIDTH + each, each - 1, RC_INTERNAL);
    rc_page_put(&state->page, LABEL_WIDTH + 2 * each, width - LABEL_WIDTH - 2 * each,
                RC_ROLE_HEADER, RC_LEFT, "difference", 10);
    for (int field = 0; field < RC_CANON_FIELDS; field++)
        compare_row(state, width, (enum rc_canon)field);
}

/* ----- records ----- */

static void tell_records(struct rc_discrepancy_state *state, int width)
{
    const struct rc_finding *finding = state->finding;
    struct rc_page *page = &state->page;
    uint64_t all = finding->count[RC_SETTLEMENT] + finding->count[RC_INTERNAL];
    rc_page_title(page, width, "Records");
    for (size_t i = 0; i < finding->record_count; i++) {
        const struct rc_finding_record *record = &finding->records[i];
        const char *amount = record->field[RC_C_AMOUNT], *code = record->field[RC_C_CURRENCY];
        bool compared = state->chosen[record->side] == i;
        rc_page_row(page, target_of(RC_DISCREPANCY_RECORD, i));
        rc_page_printf(page, 0, 12, RC_ROLE_NORMAL, RC_LEFT, "%s%s", compared ? "* " : "  ",
                       rc_side_name(record->side));
        rc_page_printf(page, 13, 33, RC_ROLE_NORMAL, RC_LEFT, "record %llu at byte %llu",
                       (unsigned long long)record->number, (unsigned long long)record->offset);
        rc_page_printf(page, 46, 20, RC_ROLE_NORMAL, RC_RIGHT, "%s %s", amount ? amount : "",
                       code ? code : "");
        rc_page_printf(page, 68, width - 68, RC_ROLE_DIM, RC_LEFT, "%s  %s",
                       record->field[RC_C_DATE] ? record->field[RC_C_DATE] : "",
                       record->field[RC_C_ID] ? record->field[RC_C_ID] : "");
    }
    if (all > finding->record_count) {
        rc_page_row(page, RC_NO_TARGET);
        rc_page_printf(page, 2, width - 2, RC_ROLE_WARN, RC_LEFT,
                       "%llu more records: `reconctl get transactions --filter discrepancy=%lld`",
                       (unsigned long long)(all - finding->record_count), (long long)finding->id);
    }
}

/* ----- candidates ----- */

static void tell_likeness(unsigned likeness, char *text, size_t size)
{
    static const char *const names[] = {"id", "ref", "auth", "amount"};
    text[0] = '\0';
    for (unsigned bit = 0; bit < 4; bit++)
        if (likeness >> bit & 1) {
            size_t used = strlen(text);
            snprintf(text + used, size - used, "%s%s", used ? ", " : "", names[bit]);
        }
}

static void tell_candidates(struct rc_discrepancy_state *state, int width)
{
    struct rc_page *page = &state->page;
    rc_page_title(page, width, "Near candidates");
    if (!state->candidates || !state->candidates->count) {
        rc_page_row(page, RC_NO_TARGET);
        bool searched = state->candidates || state->searched;
        rc_page_printf(page, 2, width - 2, RC_ROLE_DIM, RC_LEFT, "%s%s",
                       searched ? "no other discrepancy has its id, reference, auth code or amount"
                                : "looking through the records of all discrepancies",
                       searched && !state->whole ? ", of those that had come" : "");
        return;
    }
    for (size_t i = 0; i < state->candidates->count; i++) {
        const struct rc_candidate *candidate = &state->candidates->items[i];
        char likeness[48];
        tell_likeness(candidate->likeness, likeness, sizeof likeness);
        rc_page_row(page, target_of(RC_DISCREPANCY_CANDIDATE, i));
        rc_page_printf(page, 2, 10, RC_ROLE_NORMAL, RC_LEFT, "%s", rc_side_name(candidate->side));
        rc_page_printf(page, 13, 20, RC_ROLE_NORMAL, RC_LEFT, "%s", candidate->status);
        rc_page_printf(page, 34, 18, RC_ROLE_NORMAL, RC_RIGHT, "%s %s", candidate->amount,
                       candidate->currency);
        rc_page_printf(page, 54, width < 100 ? width - 54 : 40, RC_ROLE_NORMAL, RC_LEFT, "same %s",
                       likeness);
        rc_page_printf(page, 95, width - 95, RC_ROLE_DIM, RC_LEFT, "%s", candidate->transaction_id);
    }
    if (state->candidates->more) {
        rc_page_row(page, RC_NO_TARGET);
        rc_page_printf(page, 2, width - 2, RC_ROLE_DIM, RC_LEFT, "and others: %d are shown",
                       RC_CANDIDATES);
    }
}

/* ----- bytes ----- */

/* "3 bytes differ: 85-87 (amount)" */
static void tell_differing(struct rc_discrepancy_state *state, int width, const bool *different,
                           const struct rc_finding_record *record,
                           const struct rc_shown_record *shown)
{
    struct rc_buf text;
    uint32_t count = 0;
    rc_buf_init(&text, 4096);
    for (uint32_t i = 0; i < record->raw_length; i++) {
        uint32_t from = i;
        int field = shown ? shown->field_of[i] : -1;
        while (i < record->raw_length && different[i] && (!shown || shown->field_of[i] == field))
            i++;
        if (i == from)
            continue;
        count += i - from;
        rc_buf_printf(&text, "%s%u", text.length ? ", " : "", from + 1);
        if (i - from > 1)
            rc_buf_printf(&text, "-%u", i);
        if (field >= 0)
            rc_buf_printf(&text, " %s", shown->fields[field].name);
        i -= i < record->raw_length && different[i];
    }
    struct rc_buf line;
    rc_buf_init(&line, 8192);
    if (count)
        rc_buf_printf(&line, "%u byte%s differ%s: %s", count, count == 1 ? "" : "s",
                      count == 1 ? "s" : "", text.data ? text.data : "");
    rc_page_wrap(&state->page, 2, width - 2, count ? RC_ROLE_DIFFERENT : RC_ROLE_GOOD,
                 count && line.data ? line.data : "no byte differs");
    rc_buf_free(&line);
    rc_buf_free(&text);
}

static void tell_no_bytes(struct rc_discrepancy_state *state, int width)
{
    bool failed = state->bytes == RC_BYTES_FAILED;
    rc_page_wrap(&state->page, 2, width - 2, failed ? RC_ROLE_BAD : RC_ROLE_DIM,
                 failed                            ? state->no_bytes.text
                 : state->bytes == RC_BYTES_COMING ? "its bytes are being fetched"
                                                   : "the day file keeps none of its bytes");
}

static void tell_raw(struct rc_discrepancy_state *state, int width, size_t index)
{
    const struct rc_finding_record *record = &state->finding->records[index];
    const struct rc_source *source = &state->source[record->side];
    struct rc_page *page = &state->page;
    bool *different = rc_discrepancy_bytes(state, index);
    struct rc_shown_record *shown =
        source->layout && state->raw_left
            ? rc_shown_record_make(source->layout, record->raw, record->raw_length, NULL)
            : NULL;
    struct rc_hex hex = {.bytes = record->raw,
                         .glyphs = shown ? shown->glyphs : NULL,
                         .field_of = shown && !different ? shown->field_of : NULL,
                         .different = different,
                         .length = record->raw_length};
    rc_page_title(page, width, "%s, record %llu, byte %llu, %llu bytes of %s",
                  rc_side_name(record->side), (unsigned long long)record->number,
                  (unsigned long long)record->offset, (unsigned long long)record->length,
                  state->day->side[record->side].path);
    if (different)
        tell_differing(state, width, different, record, shown);
    uint32_t most = state->raw_left < RAW_BYTES ? state->raw_left : RAW_BYTES;
    uint32_t put = rc_hex_page(&hex, page, 0, width, most);
    state->raw_left -= put;
    if (put < record->raw_length) {
        rc_page_row(page, RC_NO_TARGET);
        rc_page_printf(page, 2, width - 2, RC_ROLE_WARN, RC_LEFT,
                       "%u more bytes: Enter on the record shows them", record->raw_length - put);
    }
    if (!record->raw_length)
        tell_no_bytes(state, width);
    rc_shown_record_free(shown);
    free(different);
}

void rc_discrepancy_fill(struct rc_view *view, int width)
{
    struct rc_discrepancy_state *state = view->state;
    struct rc_page *page = &state->page;
    rc_page_clear(page);
    tell_head(state, width);
    rc_notes_fill(&state->notes, view, page, width);
    tell_fields(state, width);
    tell_records(state, width);
    tell_candidates(state, width);
    state->raw_row = page->row_count + 1;
    state->raw_left = RAW_TOTAL;
    for (int side = 0; side < RC_SIDES; side++)
        if (rc_discrepancy_chosen(state, (enum rc_side)side))
            tell_raw(state, width, state->chosen[side]);
    const struct rc_finding *finding = state->finding;
    for (size_t i = 0; finding->records && i < finding->record_count; i++)
        if (state->chosen[finding->records[i].side] != i)
            tell_raw(state, width, i);
    rc_page_settle(page);
}
