#include "core/day_internal.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/decimal.h"
#include "core/civil.h"
#include "core/currency.h"

enum {
    BROKEN_SHOWN = 20,
    GROUPED_TEXT = 2 * RC_DECIMAL_TEXT, /* a decimal with its separators */
};

/* The amount in major units, or a count with scale 0, its thousands set apart. */
static const char *grouped(rc_i128 value, int scale, char text[GROUPED_TEXT])
{
    char plain[RC_DECIMAL_TEXT];
    size_t length = rc_decimal_format((struct rc_decimal){value, scale}, plain);
    size_t whole = length - (scale ? (size_t)scale + 1 : 0), used = 0;
    for (size_t i = 0; i < length; i++) {
        bool first = i == 0 || (i == 1 && plain[0] == '-');
        if (i < whole && !first && (whole - i) % 3 == 0)
            text[used++] = ',';
        text[used++] = plain[i];
    }
    text[used] = '\0';
    return text;
}

static int exponent_of(uint8_t currency)
{
    int exponent = rc_currencies[currency].exponent;
    return exponent < 0 ? 0 : exponent;
}

/* What a file declares is its own text: none of its bytes may steer a terminal. */
static void add_safe(struct rc_buf *out, const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        rc_buf_add_char(out, c >= 0x20 && c < 0x7F ? *text : '?');
    }
}

static void two_columns(struct rc_buf *out, const char *label, const rc_i128 value[RC_SIDES],
                        int scale)
{
    char left[GROUPED_TEXT], right[GROUPED_TEXT];
    rc_buf_printf(out, "  %-35s %20s %20s\n", label, grouped(value[RC_SETTLEMENT], scale, left),
                  grouped(value[RC_INTERNAL], scale, right));
}

static void text_reason(void *context, const char *sentence)
{
    rc_buf_printf(context, "  - %s\n", sentence);
}

static void text_heading(const struct rc_day *day, struct rc_buf *out)
{
    char date[RC_CIVIL_TEXT];
    rc_civil_format(day->file_date, date);
    rc_buf_printf(out, "Program %s, file date %s, %" PRIu32 " shard%s\n", day->program,
                  date[0] ? date : "unknown", day->shard_count, day->shard_count == 1 ? "" : "s");
    rc_buf_add_str(out, day->balanced ? "BALANCED\n" : "NOT BALANCED\n");
    rc_day_each_reason(day, text_reason, out);
}

static void text_sides(const struct rc_day *day, struct rc_buf *out)
{
    const struct rc_side_totals *s = &day->side[RC_SETTLEMENT], *i = &day->side[RC_INTERNAL];
    rc_i128 ok[RC_SIDES];
    for (int side = 0; side < RC_SIDES; side++) {
        const struct rc_controls *controls = &day->side[side].controls;
        ok[side] = (rc_i128)controls->count + controls->omitted - controls->broken;
    }
    rc_buf_printf(out, "\n%-37s %20s %20s\n", "Sides", "settlement", "internal");
    two_columns(out, "records", (rc_i128[]){s->records, i->records}, 0);
    two_columns(out, "rejected records", (rc_i128[]){s->rejected, i->rejected}, 0);
    two_columns(out, "controls that hold", ok, 0);
    two_columns(out, "controls broken", (rc_i128[]){s->controls.broken, i->controls.broken}, 0);
}

static void text_control(struct rc_buf *out, enum rc_side side, const struct rc_control *control)
{
    rc_buf_printf(out, "  %s ", rc_side_name(side));
    add_safe(out, control->name);
    if (control->batch)
        rc_buf_printf(out, " of batch %" PRIu32, control->batch);
    if (control->number)
        rc_buf_printf(out, " in record %" PRIu64, control->number);
    rc_buf_add_str(out, ":\n    declared ");
    add_safe(out, control->declared[0] ? control->declared : "nothing");
    rc_buf_add_str(out, ", actual ");
    add_safe(out, control->actual[0] ? control->actual : "nothing");
    rc_buf_add_char(out, '\n');
}

static void text_controls(const struct rc_day *day, struct rc_buf *out)
{
    uint64_t broken = 0, shown = 0;
    for (int side = 0; side < RC_SIDES; side++)
        broken += day->side[side].controls.broken;
    if (!broken)
        return;
    rc_buf_add_str(out, "\nBroken controls\n");
    for (int side = 0; side < RC_SIDES; side++) {
        const struct rc_controls *controls = &day->side[side].controls;
        for (size_t i = 0; i < controls->count && shown < BROKEN_SHOWN; i++) {
            if (controls->items[i].ok)
                continue;
            text_control(out, (enum rc_side)side, &controls->items[i]);
            shown++;
        }
    }
    if (broken > shown)
        rc_buf_printf(out, "  and %" PRIu64 " more\n", broken - shown);
}

static void text_totals(const struct rc_day *day, struct rc_buf *out)
{
    bool heading = false;
    for (size_t c = 0; c < rc_currency_count; c++) {
        char label[32];
        uint8_t currency = (uint8_t)c;
        if (!rc_has_currency(&day->total, RC_ALL_STATUSES, currency))
            continue;
        if (!heading)
            rc_buf_printf(out, "\n%-37s %20s %20s\n", "Totals", "settlement", "internal");
        heading = true;
        struct rc_sums s = rc_currency_sums(&day->total, RC_ALL_STATUSES, currency, RC_SETTLEMENT);
        struct rc_sums i = rc_currency_sums(&day->total, RC_ALL_STATUSES, currency, RC_INTERNAL);
        int scale = exponent_of(currency);
        snprintf(label, sizeof label, "%s records", rc_currencies[c].alpha);
        two_columns(out, label, (rc_i128[]){s.count, i.count}, 0);
        two_columns(out, "    debit", (rc_i128[]){s.debit_minor, i.debit_minor}, scale);
        two_columns(out, "    credit", (rc_i128[]){s.credit_minor, i.credit_minor}, scale);
        two_columns(out, "    net", (rc_i128[]){rc_sums_net(&s), rc_sums_net(&i)}, scale);
    }
}

static void text_status(const struct rc_summary *total, enum rc_status status, struct rc_buf *out)
{
    char count[GROUPED_TEXT], left[GROUPED_TEXT], right[GROUPED_TEXT];
    int64_t outcomes = rc_outcomes_of(total, status);
    if (!outcomes && !rc_records_of(total, status, RC_SETTLEMENT) &&
        !rc_records_of(total, status, RC_INTERNAL))
        return;
    rc_buf_printf(out, "%s %-20s %14s", rc_status_is_exception(status) ? "!" : " ",
                  rc_status_name(status), grouped(outcomes, 0, count));
    bool first = true;
    for (size_t c = 0; c < rc_currency_count; c++) {
        uint8_t currency = (uint8_t)c;
        if (!rc_has_currency(total, (int)status, currency))
            continue;
        struct rc_sums s = rc_currency_sums(total, (int)status, currency, RC_SETTLEMENT);
        struct rc_sums i = rc_currency_sums(total, (int)status, currency, RC_INTERNAL);
        if (!first)
            rc_buf_printf(out, "%37s", "");
        rc_buf_printf(out, " %3s %18s %18s\n", rc_currencies[c].alpha,
                      grouped(rc_sums_net(&s), exponent_of(currency), left),
                      grouped(rc_sums_net(&i), exponent_of(currency), right));
        first = false;
    }
    if (first)
        rc_buf_add_char(out, '\n');
}

static bool has_exceptions(const struct rc_summary *total)
{
    bool any = false;
    for (int status = 0; status < RC_STATUSES; status++)
        any |= rc_status_is_exception((enum rc_status)status) &&
               rc_outcomes_of(total, (enum rc_status)status) > 0;
    return any;
}

bool rc_day_text(const struct rc_day *day, struct rc_buf *out)
{
    char digest[33];
    const struct rc_summary *total = &day->total;
    text_heading(day, out);
    text_sides(day, out);
    text_controls(day, out);
    text_totals(day, out);
    rc_buf_printf(out, "\n%-22s %14s %22s %18s\n", "Status", "outcomes", "settlement net",
                  "internal net");
    for (int status = 0; status < RC_STATUSES; status++)
        text_status(total, (enum rc_status)status, out);
    if (has_exceptions(total))
        rc_buf_add_str(out, "\n! keeps the day from balancing\n");
    rc_digest_format(total->digest[RC_SETTLEMENT] + total->digest[RC_INTERNAL], digest);
    rc_buf_printf(out, "\ndigest          %s\n", digest);
    rc_digest_format(total->outcome_digest, digest);
    rc_buf_printf(out, "outcome digest  %s\nfingerprint     %s\n", digest, day->fingerprint);
    return !out->failed;
}
