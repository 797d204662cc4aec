#include "core/generate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "base/folder.h"
#include "core/civil.h"
#include "core/day.h"
#include "core/generate_plan.h"

enum {
    PROGRAM_BYTES = 64 << 10,
    PATH_BYTES = 4096,
    FILE_BUFFER_BYTES = 1 << 20,
    TRUTH_BYTES_MAX = 64 << 20,
    COUNT_DIGITS = 12, /* of the trailer */
    TOTAL_DIGITS = 18,
};

static const char *const file_names[RC_SIDES] = {"settlement.txt", "internal.txt"};

struct run {
    const char *directory, *layout, *program_id;
    bool clearing;
    struct rc_program program;
    struct rc_gen_plan plan;
    struct rc_day day;
    struct rc_error *err;
};

/* ----- paths ----- */

static bool path_of(const struct run *run, const char *name, char path[PATH_BYTES])
{
    int length = snprintf(path, PATH_BYTES, "%s/%s", run->directory, name);
    if (length > 0 && length < PATH_BYTES)
        return true;
    rc_error_set(run->err, RC_USAGE, "the path of %s in this directory is too long: %.200s…", name,
                 run->directory);
    return false;
}

static bool write_file(const struct run *run, const char *name, const char *bytes, size_t length)
{
    char path[PATH_BYTES];
    if (!path_of(run, name, path))
        return false;
    FILE *file = fopen(path, "w");
    bool written = file && fwrite(bytes, 1, length, file) == length;
    if (file && fclose(file) != 0)
        written = false;
    if (!written)
        rc_error_errno(run->err, RC_IO, "cannot write %s", path);
    return written;
}

/* ----- the program ----- */

static json_t *words_json(const char *const *words)
{
    json_t *array = json_array();
    for (; array && *words; words++)
        if (json_array_append_new(array, json_string(*words)) != 0) {
            json_decref(array);
            return NULL;
        }
    return array;
}

/* In their order: what one pass leaves open, the next one sees. */
static const struct {
    const char *name, *kind;
    const char *key[5];
    bool clearing; /* only where the layout has kinds */
    int cap;
} passes[] = {
    {"auth-amount-card", "one_to_one", {"auth_code", "amount", "currency", "card"}, false, 100},
    {"acquirer-reference", "one_to_one", {"acquirer_reference"}, false, 100},
    {"partial-clearing", "group", {"acquirer_reference"}, false, RC_GEN_GROUP_CAP},
    {"reversal", "reversal", {"acquirer_reference"}, true, 100},
    {"chargeback", "chargeback", {"acquirer_reference"}, true, 100},
};

static json_t *passes_json(bool clearing)
{
    json_t *array = json_array();
    for (size_t i = 0; array && i < sizeof passes / sizeof *passes; i++) {
        if (passes[i].clearing && !clearing)
            continue;
        json_t *pass =
            json_pack("{s:s,s:s,s:o,s:i}", "name", passes[i].name, "kind", passes[i].kind, "key",
                      words_json(passes[i].key), "cap", passes[i].cap);
        if (json_array_append_new(array, pass) != 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

static json_t *rules_json(bool clearing)
{
    json_t *rules =
        json_pack("{s:{s:i,s:i},s:i,s:i,s:i}", "amount_tolerance", "minor", 2, "basis_points", 10,
                  "date_window_days", 1, "clearing_window_days", 3, "late_after_days", 10);
    json_t *more =
        clearing ? json_pack("{s:i,s:i}", "fee_tolerance_minor", 1, "fx_tolerance_basis_points", 50)
                 : json_object();
    bool made = rules && more && json_object_update(rules, more) == 0 &&
                json_object_set_new(rules, "passes", passes_json(clearing)) == 0;
    json_decref(more);
    if (made)
        return rules;
    json_decref(rules);
    return NULL;
}

/* A weekday two days after the file date and one five days before, or the weekday
 * before that: the second makes a difference to ages. */
static json_t *holidays_json(int32_t file_date)
{
    char text[2][RC_CIVIL_TEXT];
    const int32_t dates[2] = {file_date - 5, file_date + 2};
    for (int i = 0; i < 2; i++) {
        int32_t date = dates[i];
        while (rc_business_days(date - 1, date, NULL, 0) == 0)
            date--;
        rc_civil_format(date, text[i]);
    }
    return words_json((const char *[]){text[0], text[1], NULL});
}

static json_t *program_json(const struct run *run, int32_t file_date)
{
    static const char *const fields[] = {
        "date", "settle_date", "auth_code", "acquirer_reference", "merchant_id", NULL,
    };
    static const char *const clearing_fields[] = {
        "date",        "settle_date", "auth_code", "acquirer_reference",
        "merchant_id", "kind",        "fee",       NULL,
    };
    return json_pack("{s:s,s:s,s:s,s:i,s:o,s:o,s:o}", "program", run->program_id,
                     "settlement_layout", run->layout, "internal_layout", run->layout,
                     "shard_count", RC_SHARDS_DEFAULT, "holidays", holidays_json(file_date),
                     "compare", words_json(run->clearing ? clearing_fields : fields), "rules",
                     rules_json(run->clearing));
}

static bool write_program(struct run *run, const char *text)
{
    struct rc_buf lines;
    rc_buf_init(&lines, PROGRAM_BYTES);
    bool made = rc_buf_printf(&lines, "%s\n", text) &&
                write_file(run, "program.json", lines.data, lines.length);
    rc_buf_free(&lines);
    return made;
}

/* Writes the program and reads it back as any reader does. */
static bool make_program(struct run *run, int32_t file_date)
{
    json_t *json = program_json(run, file_date);
    char *text = json ? json_dumps(json, JSON_INDENT(2)) : NULL;
    bool made = false;
    if (!text)
        rc_error_nomem(run->err);
    else
        made = rc_program_from_json(json, &run->program, run->err) && write_program(run, text);
    free(text);
    json_decref(json);
    return made;
}

/* ----- the truth ----- */

static bool start_day(struct run *run, rc_u128 layout_digest)
{
    struct rc_day *day = &run->day;
    memcpy(day->program, run->program.id, sizeof day->program);
    day->file_date = run->plan.file_date;
    day->rules_digest = rc_program_digest(&run->program);
    for (int side = 0; side < RC_SIDES; side++) {
        struct rc_side_totals *totals = &day->side[side];
        totals->layout_digest = layout_digest;
        snprintf(totals->layout, sizeof totals->layout, "%s", run->layout);
        if (!path_of(run, file_names[side], totals->path))
            return false;
    }
    day->shards = calloc(run->program.shard_count, sizeof *day->shards);
    if (!day->shards) {
        rc_error_nomem(run->err);
        return false;
    }
    day->shard_count = run->program.shard_count;
    return true;
}

static bool add_to_truth(struct run *run, const struct rc_gen_draft *draft)
{
    struct rc_record record;
    uint8_t canonical[RC_CANONICAL_BYTES + 64];
    rc_gen_record(&run->plan, draft, &record);
    size_t length = rc_record_canonical(&record, ~0u, canonical);
    struct rc_text id = rc_record_id(&record);
    struct rc_summary *shard =
        &run->day.shards[rc_shard_of(rc_id_hash(id.data, id.length), run->day.shard_count)];
    rc_u128 term = rc_digest_term(canonical, length, draft->side, RC_MATCHED);
    shard->records[draft->side]++;
    shard->digest[draft->side] += term;
    shard->outcome_digest += draft->status == RC_MATCHED
                                 ? term
                                 : rc_digest_term(canonical, length, draft->side, draft->status);
    struct rc_cell *cell = rc_summary_cell(shard, draft->status, record.currency, record.kind);
    if (!cell) {
        rc_error_nomem(run->err);
        return false;
    }
    rc_cell_add(cell, draft->side, record.amount_minor,
                rc_gen_day_of(&run->plan, record.date)->bucket, 1);
    if (draft->leads) {
        cell->outcomes++;
        shard->discrepancies += draft->status != RC_MATCHED;
    }
    return true;
}

static bool add_control(struct run *run, enum rc_side side, const char *name, rc_i128 value)
{
    struct rc_side_totals *totals = &run->day.side[side];
    struct rc_control control = {
        .scope = "file",
        .number = totals->records + 2, /* after the header and the details */
        .numeric = true,
        .ok = true,
    };
    snprintf(control.name, sizeof control.name, "%s", name);
    rc_i128_format(value, control.declared);
    rc_i128_format(value, control.actual);
    if (rc_controls_add(&totals->controls, &control))
        return true;
    rc_error_nomem(run->err);
    return false;
}

static bool write_truth(struct run *run)
{
    struct rc_buf out;
    for (uint32_t i = 0; i < run->day.shard_count; i++)
        rc_summary_finish(&run->day.shards[i]);
    if (!rc_day_finish(&run->day, run->err))
        return false;
    rc_buf_init(&out, TRUTH_BYTES_MAX);
    bool written = rc_day_json(&run->day, &out);
    if (!written)
        rc_error_nomem(run->err);
    else
        written = write_file(run, "truth.json", out.data, out.length);
    rc_buf_free(&out);
    return written;
}

/* ----- the files ----- */

static bool put_line(struct run *run, enum rc_side side, FILE *file, const char line[RC_GEN_LINE])
{
    run->day.side[side].bytes += RC_GEN_LINE;
    return fwrite(line, RC_GEN_LINE, 1, file) == 1;
}

static void start_line(char line[RC_GEN_LINE], const char *type)
{
    memset(line, ' ', RC_GEN_LINE);
    line[0] = type[0];
    line[1] = type[1];
    line[RC_GEN_LINE - 1] = '\n';
}

static bool put_header(struct run *run, enum rc_side side, FILE *file)
{
    char line[RC_GEN_LINE];
    start_line(line, "HD");
    memcpy(line + 2, rc_gen_day_of(&run->plan, run->plan.file_date)->digits, 8);
    return put_line(run, side, file, line);
}

static bool put_trailer(struct run *run, enum rc_side side, FILE *file, int64_t total)
{
    char line[RC_GEN_LINE];
    start_line(line, "TR");
    rc_gen_digits(line + 2, COUNT_DIGITS, run->plan.records[side]);
    rc_gen_digits(line + 2 + COUNT_DIGITS, TOTAL_DIGITS, (uint64_t)(total < 0 ? -total : total));
    line[2 + COUNT_DIGITS + TOTAL_DIGITS] = total < 0 ? '-' : '+';
    return put_line(run, side, file, line);
}

/* True also when the disk failed: the caller asks the file. */
static bool put_details(struct run *run, enum rc_side side, FILE *file)
{
    struct rc_gen_draft draft;
    char line[RC_GEN_LINE];
    int64_t total = 0; /* far below 10^18: hardly one amount in 1000 is over 10^7 */
    put_header(run, side, file);
    for (uint64_t i = 0; i < run->plan.records[side]; i++) {
        rc_gen_draft_at(&run->plan, side, rc_gen_ordinal_at(&run->plan, side, i), &draft);
        rc_gen_line(&run->plan, &draft, line);
        total += draft.amount_minor;
        if (!add_to_truth(run, &draft))
            return false;
        if (!put_line(run, side, file, line))
            return true;
    }
    put_trailer(run, side, file, total);
    run->day.side[side].records = run->plan.records[side];
    return add_control(run, side, "record_count", run->plan.records[side]) &&
           add_control(run, side, "net_total", total);
}

static bool write_side(struct run *run, enum rc_side side, char *buffer)
{
    const char *path = run->day.side[side].path;
    FILE *file = fopen(path, "w");
    if (!file) {
        rc_error_errno(run->err, RC_IO, "cannot write %s", path);
        return false;
    }
    setvbuf(file, buffer, _IOFBF, FILE_BUFFER_BYTES);
    bool made = put_details(run, side, file);
    bool failed = ferror(file) != 0;
    failed = fclose(file) != 0 || failed;
    if (made && failed)
        rc_error_errno(run->err, RC_IO, "cannot write %s", path);
    return made && !failed;
}

static bool write_sides(struct run *run)
{
    char *buffer = malloc(FILE_BUFFER_BYTES);
    if (!buffer) {
        rc_error_nomem(run->err);
        return false;
    }
    bool written = write_side(run, RC_SETTLEMENT, buffer) && write_side(run, RC_INTERNAL, buffer);
    free(buffer);
    return written;
}

/* ----- all of it ----- */

static bool check_options(const struct rc_generate_options *options, struct run *run,
                          int32_t *file_date)
{
    run->directory = options->directory;
    run->layout = options->layout ? options->layout : "clearing168";
    run->program_id = options->program ? options->program : "demo";
    run->clearing = strcmp(run->layout, "clearing168") == 0;
    *file_date =
        options->file_date == RC_CIVIL_NONE ? rc_civil_days(2026, 4, 1) : options->file_date;
    if (!run->directory || !run->directory[0])
        rc_error_set(run->err, RC_USAGE, "no directory to generate into");
    else if (!run->clearing && strcmp(run->layout, "settlement168") != 0)
        rc_error_set(run->err, RC_USAGE,
                     "cannot generate layout \"%.80s\": clearing168 and settlement168 are known",
                     run->layout);
    else if (options->records > RC_GENERATE_RECORDS_MAX)
        rc_error_set(run->err, RC_USAGE, "%llu records are more than the %llu that fit",
                     (unsigned long long)options->records,
                     (unsigned long long)RC_GENERATE_RECORDS_MAX);
    else if (*file_date < rc_civil_days(1900, 1, 1) || *file_date > rc_civil_days(9998, 12, 31))
        rc_error_set(run->err, RC_USAGE, "the file date is not in the years 1900 to 9998");
    else
        return true;
    return false;
}

static void fill_report(const struct run *run, struct rc_generate_report *report)
{
    *report = (struct rc_generate_report){0};
    for (int side = 0; side < RC_SIDES; side++) {
        report->records[side] = run->day.side[side].records;
        report->bytes[side] = run->day.side[side].bytes;
    }
    for (uint32_t i = 0; i < run->day.total.cell_count; i++)
        report->outcomes[run->day.total.cells[i].status] += run->day.total.cells[i].outcomes;
}

bool rc_generate(const struct rc_generate_options *options, struct rc_generate_report *report,
                 struct rc_error *err)
{
    int32_t file_date;
    bool made = false;
    struct run *run = calloc(1, sizeof *run);
    if (!run) {
        rc_error_nomem(err);
        return false;
    }
    run->err = err;
    if (!check_options(options, run, &file_date) ||
        !rc_make_folders(options->directory, 0777, err) || !make_program(run, file_date))
        goto cleanup;
    rc_gen_plan_init(&run->plan, &run->program, options->records, options->seed, file_date,
                     run->clearing);
    made = start_day(run, options->layout_digest) && write_sides(run) && write_truth(run);
    if (made && report)
        fill_report(run, report);
cleanup:
    rc_day_free(&run->day);
    rc_program_free(&run->program);
    free(run);
    return made;
}
