#include "core/tally.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PER_MAX = 256, PER_TEXT = 32, LAST_TEXT = 3 * RC_TEXT_BYTES + 1 };

/* One running total; with `per`, one for each text of the other field. */
struct total {
    char per[PER_TEXT];
    struct rc_decimal sum;
    char last[LAST_TEXT]; /* for kind equal */
    bool seen, declared;
};

struct running {
    struct total *totals;
    int count;
};

struct rc_tally {
    const struct rc_layout *layout;
    struct running *running; /* one a rule */
    uint32_t batch;          /* number of the open or last batch */
    bool batch_open, batch_trailer, file_trailer;
    bool has_batch_headers; /* else a batch begins with its first detail */
};

struct rc_tally *rc_tally_new(const struct rc_layout *layout, struct rc_error *err)
{
    struct rc_tally *tally = calloc(1, sizeof *tally);
    if (tally) {
        tally->layout = layout;
        tally->running = calloc((size_t)layout->control_count + 1, sizeof *tally->running);
        for (int t = 0; t < layout->type_count; t++)
            tally->has_batch_headers |= layout->types[t].role == RC_BATCH_HEADER;
    }
    if (!tally || !tally->running) {
        free(tally);
        rc_error_nomem(err);
        return NULL;
    }
    return tally;
}

void rc_tally_free(struct rc_tally *tally)
{
    if (!tally)
        return;
    for (int i = 0; i < tally->layout->control_count; i++)
        free(tally->running[i].totals);
    free(tally->running);
    free(tally);
}

static struct total *total_for(struct running *running, const char *per, struct rc_error *err)
{
    for (int i = 0; i < running->count; i++)
        if (strcmp(running->totals[i].per, per) == 0)
            return &running->totals[i];
    if (running->count == PER_MAX) {
        rc_error_set(err, RC_LIMIT, "a control has totals for more than %d values", PER_MAX);
        return NULL;
    }
    if ((running->count & (running->count - 1)) == 0) {
        size_t room = running->count ? 2 * (size_t)running->count : 1;
        struct total *totals = realloc(running->totals, room * sizeof *totals);
        if (!totals) {
            rc_error_nomem(err);
            return NULL;
        }
        running->totals = totals;
    }
    struct total *total = &running->totals[running->count++];
    *total = (struct total){0};
    snprintf(total->per, sizeof total->per, "%s", per);
    return total;
}

/* Adds at the larger of the two scales. */
static bool add(struct total *total, struct rc_decimal value, struct rc_error *err)
{
    rc_i128 a, b;
    int scale = total->sum.scale > value.scale ? total->sum.scale : value.scale;
    if (!rc_decimal_rescale(total->sum, scale, &a) || !rc_decimal_rescale(value, scale, &b) ||
        !rc_i128_add(&a, b)) {
        rc_error_set(err, RC_LIMIT, "a control's total needs more than %d digits",
                     RC_DECIMAL_DIGITS);
        return false;
    }
    total->sum = (struct rc_decimal){a, scale};
    total->seen = true;
    return true;
}

/* ----- values ----- */

static void value_text(const struct rc_value *value, char *text, size_t size)
{
    char buffer[RC_DECIMAL_TEXT];
    text[0] = '\0';
    if (value->kind == RC_VALUE_TEXT) { /* where in its field a text stands says nothing */
        const char *from = value->text.data;
        size_t length = value->text.length;
        while (length && *from == ' ')
            from++, length--;
        snprintf(text, size, "%.*s", (int)(length < size ? length : size), from);
    } else if (value->kind == RC_VALUE_NUMBER) {
        rc_decimal_format(value->number, buffer);
        snprintf(text, size, "%s", buffer);
    } else if (value->kind == RC_VALUE_DATE) {
        rc_civil_format(value->date, buffer);
        snprintf(text, size, "%s", buffer);
    }
}

/* The digits as a whole number: of a number its unscaled digits, of a text its digits. */
static rc_i128 whole_number(const struct rc_value *value)
{
    struct rc_decimal number;
    if (value->kind == RC_VALUE_NUMBER)
        return value->number.unscaled;
    if (value->kind == RC_VALUE_TEXT &&
        rc_decimal_parse(value->text.data, value->text.length, &number) && number.scale == 0)
        return number.unscaled;
    return 0;
}

static struct rc_decimal taken(const struct rc_control_rule *rule, const struct rc_value *value)
{
    if (rule->kind == RC_CONTROL_HASH)
        return (struct rc_decimal){whole_number(value), 0};
    struct rc_decimal number =
        value->kind == RC_VALUE_NUMBER ? value->number : (struct rc_decimal){0, 0};
    bool negative = number.unscaled < 0;
    if ((rule->take == RC_TAKE_DEBIT && !negative) || (rule->take == RC_TAKE_CREDIT && negative))
        number.unscaled = 0;
    else if (negative && rule->take != RC_TAKE_NET)
        number.unscaled = -number.unscaled;
    return number;
}

/* ----- adding ----- */

static bool per_text(const struct rc_layout *layout, int type, const char *name,
                     const struct rc_value *values, char text[PER_TEXT])
{
    text[0] = '\0';
    if (!name)
        return true;
    int field = rc_type_field(&layout->types[type], name);
    if (field < 0)
        return false;
    value_text(&values[field], text, PER_TEXT);
    return true;
}

static bool add_field(struct running *running, const struct rc_control_rule *rule,
                      const struct rc_value *value, const char *per, struct rc_error *err)
{
    struct total *total = total_for(running, per, err);
    if (!total)
        return false;
    if (rule->kind != RC_CONTROL_EQUAL)
        return add(total, taken(rule, value), err);
    value_text(value, total->last, sizeof total->last);
    total->seen = true;
    return true;
}

static bool add_to_rule(struct rc_tally *tally, int index, int type, const struct rc_value *values,
                        struct rc_error *err)
{
    const struct rc_control_rule *rule = &tally->layout->controls[index];
    struct running *running = &tally->running[index];
    const struct rc_decimal one = {1, 0};
    char per[PER_TEXT];
    bool counted = rule->kind == RC_CONTROL_BLOCKS ||
                   (rule->kind == RC_CONTROL_COUNT && rule->types >> type & 1);
    if (counted) {
        struct total *total = per_text(tally->layout, type, rule->per_of, values, per)
                                  ? total_for(running, per, err)
                                  : NULL;
        return total ? add(total, one, err) : rule->per_of != NULL;
    }
    for (int i = 0; i < rule->of.count; i++) {
        const struct rc_ref *ref = &rule->of.items[i];
        if (ref->type == type && per_text(tally->layout, type, rule->per_of, values, per) &&
            !add_field(running, rule, &values[ref->field], per, err))
            return false;
    }
    return true;
}

/* ----- evaluating ----- */

static rc_i128 reduced(rc_i128 value, rc_i128 modulus)
{
    if (!modulus)
        return value;
    value %= modulus;
    return value < 0 ? value + modulus : value;
}

static struct rc_decimal actual_of(const struct rc_control_rule *rule, const struct total *total)
{
    struct rc_decimal actual = total->sum;
    if (rule->kind == RC_CONTROL_BLOCKS)
        actual.unscaled = (actual.unscaled + rule->block_size - 1) / rule->block_size;
    actual.unscaled = reduced(actual.unscaled, rule->modulus);
    return actual;
}

static bool same_number(struct rc_decimal a, struct rc_decimal b)
{
    rc_i128 left, right;
    int scale = a.scale > b.scale ? a.scale : b.scale;
    return rc_decimal_rescale(a, scale, &left) && rc_decimal_rescale(b, scale, &right) &&
           left == right;
}

static struct rc_control control_for(const struct rc_tally *tally,
                                     const struct rc_control_rule *rule, const struct total *total,
                                     uint64_t number)
{
    struct rc_control control = {.scope = rule->batch ? "batch" : "file",
                                 .number = number,
                                 .batch = rule->batch ? tally->batch : 0,
                                 .numeric = rule->kind != RC_CONTROL_EQUAL};
    snprintf(control.name, sizeof control.name, "%.40s%s%.20s", rule->name,
             total->per[0] ? " " : "", total->per);
    if (control.numeric)
        rc_decimal_format(actual_of(rule, total), control.actual);
    else
        snprintf(control.actual, sizeof control.actual, "%.47s", total->last);
    return control;
}

static bool report(struct rc_controls *controls, const struct rc_control *control,
                   struct rc_error *err)
{
    if (rc_controls_add(controls, control))
        return true;
    rc_error_nomem(err);
    return false;
}

static bool evaluate(struct rc_tally *tally, int index, int type, const struct rc_value *values,
                     const struct rc_value *declared, uint64_t number, struct rc_controls *controls,
                     struct rc_error *err)
{
    const struct rc_control_rule *rule = &tally->layout->controls[index];
    struct running *running = &tally->running[index];
    char per[PER_TEXT];
    if (rule->kind == RC_CONTROL_EQUAL && !running->count)
        return true; /* nothing to compare with in this file */
    per_text(tally->layout, type, rule->per_declared, values, per);
    struct total *total = total_for(running, per, err);
    if (!total)
        return false;
    total->declared = true;
    struct rc_control control = control_for(tally, rule, total, number);
    if (control.numeric) {
        struct rc_decimal value = rule->kind == RC_CONTROL_HASH
                                      ? (struct rc_decimal){whole_number(declared), 0}
                                      : declared->number;
        bool there = declared->kind == RC_VALUE_NUMBER ||
                     (declared->kind == RC_VALUE_TEXT && rule->kind == RC_CONTROL_HASH);
        struct rc_decimal actual = actual_of(rule, total);
        if (there)
            rc_decimal_format(value, control.declared);
        value.unscaled = reduced(value.unscaled, rule->modulus);
        control.ok = there && same_number(value, actual);
    } else {
        char text[LAST_TEXT];
        value_text(declared, text, sizeof text);
        snprintf(control.declared, sizeof control.declared, "%.47s", text);
        control.ok = strcmp(text, total->last) == 0;
        control.numeric = declared->kind == RC_VALUE_NUMBER;
    }
    return report(controls, &control, err);
}

static bool evaluate_declared(struct rc_tally *tally, int type, const struct rc_value *values,
                              uint64_t number, struct rc_controls *controls, struct rc_error *err)
{
    for (int i = 0; i < tally->layout->control_count; i++) {
        const struct rc_control_rule *rule = &tally->layout->controls[i];
        for (int d = 0; d < rule->declared.count; d++)
            if (rule->declared.items[d].type == type &&
                !evaluate(tally, i, type, values, &values[rule->declared.items[d].field], number,
                          controls, err))
                return false;
    }
    return true;
}

/* What a scope ends without: its trailer, or a declaration for one of its values. */
static bool end_scope(struct rc_tally *tally, bool batch, bool trailer,
                      struct rc_controls *controls, struct rc_error *err)
{
    static const struct total nothing = {.seen = true};
    for (int i = 0; i < tally->layout->control_count; i++) {
        const struct rc_control_rule *rule = &tally->layout->controls[i];
        struct running *running = &tally->running[i];
        if (rule->batch != batch)
            continue;
        if (!running->count && !trailer && rule->kind != RC_CONTROL_EQUAL) {
            struct rc_control control = control_for(tally, rule, &nothing, 0);
            if (!report(controls, &control, err))
                return false;
        }
        for (int t = 0; t < running->count; t++) {
            const struct total *total = &running->totals[t];
            struct rc_control control = control_for(tally, rule, total, 0);
            bool missing = !total->declared && (!trailer || rule->per_of);
            if (missing && !report(controls, &control, err))
                return false;
        }
    }
    return true;
}

static void reset_scope(struct rc_tally *tally, bool batch)
{
    for (int i = 0; i < tally->layout->control_count; i++)
        if (tally->layout->controls[i].batch == batch)
            tally->running[i].count = 0, free(tally->running[i].totals),
            tally->running[i].totals = NULL;
}

static void open_batch(struct rc_tally *tally)
{
    reset_scope(tally, true);
    tally->batch_open = true;
    tally->batch_trailer = false;
    tally->batch++;
}

static bool close_batch(struct rc_tally *tally, struct rc_controls *controls, struct rc_error *err)
{
    bool ok = !tally->batch_open || end_scope(tally, true, tally->batch_trailer, controls, err);
    tally->batch_open = false;
    reset_scope(tally, true);
    return ok;
}

static bool begins_batch(const struct rc_tally *tally, enum rc_record_role role)
{
    bool first = role == RC_DETAIL || role == RC_BATCH_TRAILER;
    return role == RC_BATCH_HEADER || (first && !tally->has_batch_headers && !tally->batch_open);
}

bool rc_tally_add(struct rc_tally *tally, int type, const struct rc_value *values, uint64_t number,
                  struct rc_controls *controls, struct rc_error *err)
{
    enum rc_record_role role = tally->layout->types[type].role;
    bool header = role == RC_BATCH_HEADER, trailer = role == RC_BATCH_TRAILER;
    if ((header || role == RC_FILE_TRAILER) && !close_batch(tally, controls, err))
        return false;
    if (begins_batch(tally, role))
        open_batch(tally);
    tally->batch_trailer |= trailer;
    tally->file_trailer |= role == RC_FILE_TRAILER;
    for (int i = 0; i < tally->layout->control_count; i++)
        if (!add_to_rule(tally, i, type, values, err))
            return false;
    if (!evaluate_declared(tally, type, values, number, controls, err))
        return false;
    return !trailer || close_batch(tally, controls, err);
}

bool rc_tally_finish(struct rc_tally *tally, struct rc_controls *controls, struct rc_error *err)
{
    return close_batch(tally, controls, err) &&
           end_scope(tally, false, tally->file_trailer, controls, err);
}

/* ----- many at once ----- */

bool rc_tally_allows_bulk(const struct rc_layout *layout, int type)
{
    for (int i = 0; i < layout->control_count; i++) {
        const struct rc_control_rule *rule = &layout->controls[i];
        for (int d = 0; d < rule->declared.count; d++)
            if (rule->declared.items[d].type == type)
                return false;
        bool counted = rule->kind == RC_CONTROL_BLOCKS || rule->types >> type & 1;
        bool touched = counted;
        for (int f = 0; f < rule->of.count; f++) {
            const struct rc_ref *ref = &rule->of.items[f];
            const struct rc_field *field = &layout->types[ref->type].fields[ref->field];
            if (ref->type != type)
                continue;
            touched = true;
            bool varying = field->decimals_from >= 0 || field->decimals_field >= 0;
            if (!rc_field_is_number(field) || (rule->kind == RC_CONTROL_SUM && varying))
                return false;
        }
        if (touched && (rule->per_of || rule->kind == RC_CONTROL_EQUAL))
            return false;
    }
    return true;
}

bool rc_tally_needs(const struct rc_layout *layout, int type, int field)
{
    for (int i = 0; i < layout->control_count; i++)
        for (int f = 0; f < layout->controls[i].of.count; f++)
            if (layout->controls[i].of.items[f].type == type &&
                layout->controls[i].of.items[f].field == field)
                return true;
    return false;
}

static bool bulk_field(struct rc_tally *tally, int index, int type,
                       const struct rc_field_sums *sums, struct rc_error *err)
{
    const struct rc_control_rule *rule = &tally->layout->controls[index];
    const struct rc_field *field = &tally->layout->types[type].fields[sums->field];
    struct rc_value positive = {.kind = RC_VALUE_NUMBER,
                                .number = {sums->positive, field->decimals}};
    struct rc_value negative = {.kind = RC_VALUE_NUMBER,
                                .number = {sums->negative, field->decimals}};
    return add_field(&tally->running[index], rule, &positive, "", err) &&
           add_field(&tally->running[index], rule, &negative, "", err);
}

bool rc_tally_bulk(struct rc_tally *tally, int type, uint64_t records,
                   const struct rc_field_sums *sums, int sum_count, struct rc_error *err)
{
    if (records && begins_batch(tally, tally->layout->types[type].role))
        open_batch(tally);
    for (int i = 0; i < tally->layout->control_count; i++) {
        const struct rc_control_rule *rule = &tally->layout->controls[i];
        if (rule->kind == RC_CONTROL_BLOCKS || rule->types >> type & 1) {
            struct total *total = total_for(&tally->running[i], "", err);
            if (!total || !add(total, (struct rc_decimal){(rc_i128)records, 0}, err))
                return false;
            continue;
        }
        for (int f = 0; f < rule->of.count; f++)
            for (int s = 0; s < sum_count; s++)
                if (rule->of.items[f].type == type && rule->of.items[f].field == sums[s].field &&
                    !bulk_field(tally, i, type, &sums[s], err))
                    return false;
    }
    return true;
}
