#include "cli/get.h"

#include "cli/cli.h"
#include "model/finding.h"
#include "model/overview.h"
#include "model/recordfile.h"
#include "tui/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* From the file, whose index is only built for what lies far behind its beginning. */
static struct rc_shown_record *read_file(const struct rc_source *source, uint64_t number,
                                         struct rc_error *err)
{
    struct rc_recordfile *file = rc_recordfile_open(source->layout, source->path, err);
    struct rc_shown_record *shown = file ? rc_recordfile_read(file, number, err) : NULL;
    if (file && !shown && err->code == RC_LIMIT) {
        *err = (struct rc_error){0};
        struct rc_recordindex *index =
            rc_recordindex_build(source->layout, source->path, NULL, err);
        if (index) {
            rc_recordfile_use(file, index);
            shown = rc_recordfile_read(file, number, err);
        }
    }
    rc_recordfile_close(file);
    return shown;
}

/* The record as it was reconciled: from the file when that still has it, else what the
 * day keeps of it. */
static struct rc_shown_record *find(const struct rc_source *source,
                                    const struct rc_kept_record *kept, uint64_t number,
                                    struct rc_error *err)
{
    struct rc_shown_record *shown = NULL;
    if (!source->layout) {
        rc_error_set(err, RC_DATA, "%s", source->why);
        return NULL;
    }
    if (source->path[0]) {
        shown = read_file(source, number, err);
        if (shown &&
            (!kept || rc_shown_record_is(source->layout, shown, kept->raw, kept->raw_length)))
            return shown;
        rc_shown_record_free(shown);
        if (shown)
            fprintf(stderr, "reconctl: the file has changed since: this is what the day keeps\n");
    }
    if (kept) {
        *err = (struct rc_error){0};
        return rc_shown_record_make(source->layout, kept->raw, kept->raw_length, err);
    }
    if (!err->code)
        rc_error_set(err, RC_DATA,
                     "%s, and the day keeps only records of discrepancies and rejected ones",
                     source->why);
    return NULL;
}

static struct rc_cell_value number_cell(uint64_t number, char digits[24])
{
    int length = snprintf(digits, 24, "%llu", (unsigned long long)number);
    return (struct rc_cell_value){.text = digits,
                                  .length = (size_t)length,
                                  .integer = (int64_t)number,
                                  .is_integer = true,
                                  .exponent = -1};
}

struct record {
    enum rc_side side;
    uint64_t number;
    const struct rc_kept_record *kept;
    const struct rc_shown_record *shown;
};

static bool write_fields(struct rc_get_output *output, const struct record *record,
                         struct rc_error *err)
{
    enum { COLUMNS = 9 }; /* as the table of all records has them */
    const struct rc_kept_record *kept = record->kept;
    char digits[4][24];
    bool ok = true;
    for (size_t i = 0; ok && i < record->shown->field_count; i++) {
        const struct rc_shown_field *field = &record->shown->fields[i];
        const struct rc_cell_value cells[COLUMNS] = {
            kept && kept->discrepancy ? number_cell((uint64_t)kept->discrepancy, digits[0])
                                      : rc_get_text(NULL),
            rc_get_text(rc_side_name(record->side)),
            number_cell(record->number, digits[1]),
            rc_get_text(record->shown->type),
            rc_get_text(field->name),
            number_cell(field->at + 1, digits[2]),
            number_cell(field->length, digits[3]),
            rc_get_text(field->type),
            rc_get_text(field->filler ? NULL : field->value)};
        if (field->present)
            ok = rc_get_row(output, i, cells, COLUMNS, err);
    }
    return ok;
}

static bool write_record(const struct rc_get_settings *settings, const struct record *record,
                         struct rc_error *err)
{
    struct rc_get_output output = {.def = rc_table_find("record"),
                                   .measuring = settings->format == RC_GET_WIDE};
    rc_buf_init(&output.line, RC_EXPORT_ROW_BYTES);
    bool ok = (!output.measuring || write_fields(&output, record, err)) &&
              rc_get_begin(&output, output.def, settings->format, err) &&
              write_fields(&output, record, err) && rc_get_end(&output, err);
    rc_buf_free(&output.line);
    return ok;
}

bool rc_get_record(struct rc_model *model, const struct rc_get_settings *settings,
                   struct rc_error *err)
{
    struct rc_error why = {0};
    enum rc_side side;
    uint64_t number;
    const char *behind =
        settings->word_count == 2 ? rc_source_side(settings->words[0], &side) : NULL;
    if (!behind || *behind || !rc_cli_number(settings->words[1], 1, UINT64_MAX, &number)) {
        rc_error_set(err, RC_USAGE,
                     "get record SIDE NUMBER: settlement or internal, and the record's number in "
                     "the file");
        return false;
    }
    struct rc_overview *day = rc_overview_read(model, err);
    struct rc_kept_record *kept = day ? rc_kept_record_read(model, side, number, &why) : NULL;
    struct rc_shown_record *shown = NULL;
    struct rc_source *source = day && !why.code ? malloc(sizeof *source) : NULL;
    if (why.code)
        *err = why;
    if (source) {
        rc_source_open(source, model, day, side);
        shown = find(source, kept, number, err);
    }
    const struct record record = {side, number, kept, shown};
    bool ok = shown && write_record(settings, &record, err);
    rc_shown_record_free(shown);
    if (source)
        rc_source_close(source);
    free(source);
    rc_kept_record_free(kept);
    rc_overview_free(day);
    return ok;
}
