#include "model/rolledup.h"

#include "core/currency.h"
#include "core/record.h"
#include "core/status.h"
#include "model/figures.h"

#include <string.h>

/* Amounts have commas. */
static void separate(struct rc_buf *out, size_t start, const char *by)
{
    if (out->length > start)
        rc_buf_add_str(out, by);
}

void rc_rolledup_because(const json_t *day, struct rc_buf *out)
{
    const json_t *reasons = json_object_get(day, "unbalanced_because");
    for (size_t i = 0; i < json_array_size(reasons); i++)
        rc_buf_printf(out, "%s%s", i ? ", " : "", json_string_value(json_array_get(reasons, i)));
}

/* ----- by how much ----- */

static const json_t *side_of(const json_t *day, enum rc_side side)
{
    return json_object_get(json_object_get(day, "sides"), rc_side_name(side));
}

static rc_i128 net_of(const json_t *day, enum rc_side side, const char *currency)
{
    const json_t *total = json_object_get(json_object_get(side_of(day, side), "totals"), currency);
    return json_integer_value(json_object_get(total, "net_minor"));
}

static rc_i128 off_of(const json_t *day, const char *currency)
{
    return net_of(day, RC_SETTLEMENT, currency) - net_of(day, RC_INTERNAL, currency);
}

static const char *money(rc_i128 minor, const char *currency, char text[RC_FIGURE_BYTES])
{
    rc_money_text(minor, rc_money_exponent(currency), text);
    return text;
}

void rc_rolledup_off(const json_t *day, struct rc_buf *out)
{
    size_t start = out->length;
    char text[RC_FIGURE_BYTES];
    for (size_t i = 1; i < rc_currency_count; i++) {
        const char *currency = rc_currencies[i].alpha;
        rc_i128 off = off_of(day, currency);
        if (!off)
            continue;
        separate(out, start, "  ");
        rc_buf_printf(out, "%s %s", currency, money(off, currency, text));
    }
}

/* ----- what has changed ----- */

static void add_change(const json_t *before, const json_t *after, const char *member,
                       const char *what, size_t start, struct rc_buf *out)
{
    long long change = (long long)json_integer_value(json_object_get(after, member)) -
                       (long long)json_integer_value(json_object_get(before, member));
    if (!change)
        return;
    separate(out, start, "; ");
    rc_buf_printf(out, "%s %+lld", what, change);
}

static void add_sides(const json_t *before, const json_t *after, size_t start, struct rc_buf *out)
{
    static const char *const members[] = {"records", "rejected"};
    for (int side = 0; side < RC_SIDES; side++)
        for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
            char what[32];
            snprintf(what, sizeof what, "%s %s", rc_side_name((enum rc_side)side), members[i]);
            add_change(side_of(before, (enum rc_side)side), side_of(after, (enum rc_side)side),
                       members[i], what, start, out);
        }
}

static void add_statuses(const json_t *before, const json_t *after, size_t start,
                         struct rc_buf *out)
{
    const json_t *old = json_object_get(before, "statuses");
    const json_t *now = json_object_get(after, "statuses");
    for (int status = 0; status < RC_STATUSES; status++) {
        const char *name = rc_status_name((enum rc_status)status);
        add_change(json_object_get(old, name), json_object_get(now, name), "count", name, start,
                   out);
    }
}

static void add_offs(const json_t *before, const json_t *after, size_t start, struct rc_buf *out)
{
    char texts[2][RC_FIGURE_BYTES];
    for (size_t i = 1; i < rc_currency_count; i++) {
        const char *currency = rc_currencies[i].alpha;
        rc_i128 was = off_of(before, currency), is = off_of(after, currency);
        if (was == is)
            continue;
        separate(out, start, "; ");
        rc_buf_printf(out, "%s off by %s instead of %s", currency, money(is, currency, texts[0]),
                      money(was, currency, texts[1]));
    }
}

/* Sums can be the same where records are not. */
static void add_digests(const json_t *before, const json_t *after, size_t start, struct rc_buf *out)
{
    static const struct {
        const char *member, *what;
    } digests[] = {{"digest", "other records"}, {"outcome_digest", "other outcomes"}};
    for (size_t i = 0; i < sizeof digests / sizeof *digests && out->length == start; i++)
        if (!json_equal(json_object_get(before, digests[i].member),
                        json_object_get(after, digests[i].member)))
            rc_buf_add_str(out, digests[i].what);
}

void rc_rolledup_changes(const json_t *before, const json_t *after, struct rc_buf *out)
{
    size_t start = out->length;
    add_sides(before, after, start, out);
    add_statuses(before, after, start, out);
    add_offs(before, after, start, out);
    add_digests(before, after, start, out);
    if (out->length == start)
        rc_buf_add_str(out, "the same");
}
