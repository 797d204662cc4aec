#include "cli/get.h"

#include "base/jsonw.h"
#include "cli/cli.h"
#include "core/currency.h"
#include "model/figures.h"
#include "model/finding.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What both sides say of a field, as the console compares them. */
static const struct rc_table_def comparison = {
    .view = "discrepancy",
    .title = "Discrepancy",
    .columns = {{"field", "Field", NULL, NULL, RC_COLUMN_TEXT, 20, false},
                {"settlement", "Settlement", NULL, NULL, RC_COLUMN_TEXT, 32, false},
                {"internal", "Internal", NULL, NULL, RC_COLUMN_TEXT, 32, false},
                {"differs", "Differs", NULL, NULL, RC_COLUMN_BOOL, 7, false},
                {"difference", "Difference", NULL, NULL, RC_COLUMN_TEXT, 16, false}}};

enum { COLUMNS = 5 };

/* Figures are grouped for people only. */
static const char *plain(const char *text, enum rc_canon field, char *digits, size_t size)
{
    size_t used = 0;
    if (!text || (field != RC_C_AMOUNT && field != RC_C_FEE && field != RC_C_ORIGINAL_AMOUNT))
        return text;
    for (; *text && used < size - 1; text++)
        if (*text != ',')
            digits[used++] = *text;
    digits[used] = '\0';
    return digits;
}

/* The first record of a side; NULL: there is none. */
static const struct rc_finding_record *first_of(const struct rc_finding *finding, enum rc_side side)
{
    for (size_t i = 0; i < finding->record_count; i++)
        if (finding->records[i].side == side)
            return &finding->records[i];
    return NULL;
}

static bool write_fields(struct rc_get_output *output, const struct rc_finding *finding,
                         struct rc_error *err)
{
    const struct rc_finding_record *left = first_of(finding, RC_SETTLEMENT);
    const struct rc_finding_record *right = first_of(finding, RC_INTERNAL);
    uint64_t index = 0;
    for (int field = 0; field < RC_CANON_FIELDS; field++) {
        const char *a = left ? left->field[field] : NULL, *b = right ? right->field[field] : NULL;
        char delta[RC_FIGURE_BYTES + 8] = "", texts[3][RC_FIGURE_BYTES + 8];
        if (!a && !b)
            continue;
        bool differs = left && right && (!a || !b || strcmp(a, b) != 0);
        if (differs)
            rc_finding_delta(left, right, (enum rc_canon)field, delta, sizeof delta);
        const char *difference = delta[0] ? delta : NULL;
        if (!rc_get_for_people(output->format)) {
            a = plain(a, (enum rc_canon)field, texts[0], sizeof texts[0]);
            b = plain(b, (enum rc_canon)field, texts[1], sizeof texts[1]);
            difference = plain(difference, (enum rc_canon)field, texts[2], sizeof texts[2]);
        }
        const struct rc_cell_value cells[COLUMNS] = {
            rc_get_text(rc_canon_name((enum rc_canon)field)), rc_get_text(a), rc_get_text(b),
            (struct rc_cell_value){.text = differs ? "1" : "0",
                                   .length = 1,
                                   .integer = differs,
                                   .is_integer = true,
                                   .exponent = -1},
            rc_get_text(difference)};
        if (!rc_get_row(output, index++, cells, COLUMNS, err))
            return false;
    }
    return true;
}

/* ----- for people ----- */

static void tell_records(struct rc_buf *out, const struct rc_finding *finding)
{
    uint64_t all = finding->count[RC_SETTLEMENT] + finding->count[RC_INTERNAL];
    rc_buf_add_str(out, "\nRecords\n");
    for (size_t i = 0; i < finding->record_count; i++) {
        const struct rc_finding_record *record = &finding->records[i];
        const char *amount = record->field[RC_C_AMOUNT], *code = record->field[RC_C_CURRENCY];
        rc_buf_printf(out, "%-10s  record %llu at byte %llu, %llu bytes  %s %s\n",
                      rc_side_name(record->side), (unsigned long long)record->number,
                      (unsigned long long)record->offset, (unsigned long long)record->length,
                      amount ? amount : "", code ? code : "");
    }
    if (all > finding->record_count)
        rc_buf_printf(out, "%llu more: reconctl get transactions --filter discrepancy=%lld\n",
                      (unsigned long long)(all - finding->record_count), (long long)finding->id);
}

static void tell_candidates(struct rc_buf *out, const struct rc_candidates *candidates)
{
    static const char *const names[] = {"id", "ref", "auth", "amount"};
    if (candidates->count)
        rc_buf_add_str(out, "\nNear candidates\n");
    for (size_t i = 0; i < candidates->count; i++) {
        const struct rc_candidate *candidate = &candidates->items[i];
        rc_buf_printf(out, "%9lld  %-10s  %-20s  %16s %3s  %s, same",
                      (long long)candidate->discrepancy, rc_side_name(candidate->side),
                      candidate->status, candidate->amount, candidate->currency,
                      candidate->transaction_id);
        for (unsigned bit = 0; bit < 4; bit++)
            if (candidate->likeness >> bit & 1)
                rc_buf_printf(out, " %s", names[bit]);
        rc_buf_add_char(out, '\n');
    }
    if (candidates->more)
        rc_buf_add_str(out, "and others\n");
}

static bool tell(struct rc_get_output *output, const struct rc_finding *finding,
                 const struct rc_candidates *candidates, struct rc_error *err)
{
    struct rc_buf *out = &output->line;
    rc_buf_printf(out, "%s%s  %s\n%s: %s\nby %s, %lld business days, shard %llu\n",
                  finding->exception ? "! " : "", finding->status, finding->transaction_id,
                  finding->exception ? "failed because" : "because", finding->reason, finding->rule,
                  (long long)finding->age_days, (unsigned long long)finding->shard);
    if (finding->has_delta) {
        char delta[RC_FIGURE_BYTES];
        rc_money_text(finding->delta_minor, rc_money_exponent(finding->currency), delta);
        rc_buf_printf(out, "difference %s%s %s\n", finding->delta_minor > 0 ? "+" : "", delta,
                      finding->currency);
    }
    rc_buf_add_char(out, '\n');
    output->def = &comparison;
    output->measuring = output->format == RC_GET_WIDE;
    if (!rc_get_flush(output, err) || (output->measuring && !write_fields(output, finding, err)) ||
        !rc_get_begin(output, &comparison, output->format, err) ||
        !write_fields(output, finding, err))
        return false;
    tell_records(out, finding);
    tell_candidates(out, candidates);
    return rc_get_flush(output, err);
}

/* ----- for programs ----- */

static void key_int(struct rc_jsonw *json, const char *key, rc_i128 value)
{
    rc_jsonw_key(json, key);
    rc_jsonw_int(json, value);
}

/* Money is a number in major units, as in the other views. */
static void key_money(struct rc_jsonw *json, const char *key, const char *text)
{
    char digits[RC_FIGURE_BYTES];
    rc_jsonw_key(json, key);
    if (text && *text)
        rc_jsonw_raw(json, plain(text, RC_C_AMOUNT, digits, sizeof digits));
    else
        rc_jsonw_null(json);
}

static void put_record(struct rc_jsonw *json, const struct rc_finding_record *record)
{
    struct rc_buf hex;
    rc_buf_init(&hex, RC_EXPORT_ROW_BYTES);
    rc_jsonw_open(json, '{');
    rc_get_key_text(json, "side", rc_side_name(record->side));
    key_int(json, "number", record->number);
    key_int(json, "offset", record->offset);
    key_int(json, "length", record->length);
    key_int(json, "age", record->age_days);
    for (int field = 0; field < RC_CANON_FIELDS; field++)
        (field == RC_C_AMOUNT || field == RC_C_FEE || field == RC_C_ORIGINAL_AMOUNT
             ? key_money
             : rc_get_key_text)(json, rc_canon_name((enum rc_canon)field), record->field[field]);
    rc_buf_add_hex(&hex, record->raw, record->raw_length);
    rc_get_key_text(json, "raw", hex.data);
    rc_jsonw_close(json, '}');
    rc_buf_free(&hex);
}

static void put_candidate(struct rc_jsonw *json, const struct rc_candidate *candidate)
{
    static const char *const names[] = {"transaction_id", "acquirer_reference", "auth_code",
                                        "amount"};
    rc_jsonw_open(json, '{');
    key_int(json, "discrepancy", candidate->discrepancy);
    rc_get_key_text(json, "side", rc_side_name(candidate->side));
    key_int(json, "number", candidate->number);
    rc_get_key_text(json, "status", candidate->status);
    rc_get_key_text(json, "transaction_id", candidate->transaction_id);
    key_money(json, "amount", candidate->amount);
    rc_get_key_text(json, "currency", candidate->currency);
    rc_get_key_text(json, "date", candidate->date);
    rc_jsonw_key(json, "same");
    rc_jsonw_open(json, '[');
    for (unsigned bit = 0; bit < 4; bit++)
        if (candidate->likeness >> bit & 1)
            rc_jsonw_str(json, names[bit]);
    rc_jsonw_close(json, ']');
    rc_jsonw_close(json, '}');
}

static void put_head(struct rc_jsonw *json, const struct rc_finding *finding)
{
    char delta[RC_FIGURE_BYTES];
    rc_get_key_text(json, "view", "discrepancy");
    key_int(json, "id", finding->id);
    rc_get_key_text(json, "status", finding->status);
    rc_jsonw_key(json, "exception");
    rc_jsonw_bool(json, finding->exception);
    rc_get_key_text(json, "transaction_id", finding->transaction_id);
    key_int(json, "shard", finding->shard);
    rc_get_key_text(json, "currency", finding->currency);
    rc_get_key_text(json, "kind", finding->kind);
    key_int(json, "age", finding->age_days);
    rc_get_key_text(json, "age_bucket", finding->age_bucket);
    rc_get_key_text(json, "rule", finding->rule);
    rc_get_key_text(json, "reason", finding->reason);
    rc_money_text(finding->delta_minor, rc_money_exponent(finding->currency), delta);
    key_money(json, "delta", finding->has_delta ? delta : NULL);
    rc_jsonw_key(json, "differences");
    rc_jsonw_open(json, '[');
    for (int field = 0; field < RC_CANON_FIELDS; field++)
        if (finding->differences >> field & 1)
            rc_jsonw_str(json, rc_canon_name((enum rc_canon)field));
    rc_jsonw_close(json, ']');
}

static bool put(struct rc_get_output *output, const struct rc_finding *finding,
                const struct rc_candidates *candidates, struct rc_error *err)
{
    struct rc_jsonw json;
    rc_jsonw_init(&json, &output->line);
    rc_jsonw_open(&json, '{');
    put_head(&json, finding);
    rc_jsonw_key(&json, "records");
    rc_jsonw_open(&json, '[');
    for (size_t i = 0; i < finding->record_count; i++)
        put_record(&json, &finding->records[i]);
    rc_jsonw_close(&json, ']');
    rc_jsonw_key(&json, "candidates");
    rc_jsonw_open(&json, '[');
    for (size_t i = 0; i < candidates->count; i++)
        put_candidate(&json, &candidates->items[i]);
    rc_jsonw_close(&json, ']');
    rc_jsonw_close(&json, '}');
    rc_buf_add_char(&output->line, '\n');
    return rc_get_flush(output, err);
}

/* ----- the view ----- */

bool rc_get_discrepancy(struct rc_model *model, const struct rc_get_settings *settings,
                        struct rc_error *err)
{
    struct rc_get_output output = {.format = settings->format};
    struct rc_candidates candidates;
    uint64_t id;
    if (settings->word_count != 1 || !rc_cli_number(settings->words[0], 0, INT64_MAX, &id)) {
        rc_error_set(err, RC_USAGE,
                     "get discrepancy ID: one number is needed, as `get discrepancies -o csv` "
                     "has it");
        return false;
    }
    struct rc_finding *finding = rc_finding_read(model, (int64_t)id, err);
    bool ok = finding && rc_candidates_find(model, finding, &candidates, err);
    rc_buf_init(&output.line, RC_EXPORT_ROW_BYTES);
    if (ok && rc_get_for_people(settings->format))
        ok = tell(&output, finding, &candidates, err);
    else if (ok && settings->format == RC_EXPORT_CSV)
        ok = rc_get_begin(&output, &comparison, RC_EXPORT_CSV, err) &&
             write_fields(&output, finding, err);
    else if (ok)
        ok = put(&output, finding, &candidates, err);
    rc_buf_free(&output.line);
    rc_finding_free(finding);
    return ok;
}
