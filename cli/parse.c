#include "cli/cli.h"
#include "cli/options.h"

#include "base/jsonw.h"
#include "core/jsonr.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
    "usage: reconctl parse (--layout NAME-OR-FILE | --copybook FILE) [OPTION...] FILE\n\n"
    "Writes each record of a fixed-width file as a JSON object a line (FILE \"-\" is stdin).\n"
    "Rejected records go to stderr, an object a line.\n\n"
    "  --layout NAME-OR-FILE  a bundled layout (`reconctl layout list`) or a JSON file\n"
    "  --copybook FILE        a COBOL copybook; encoding and framing are guessed from FILE\n"
    "                         where the options below do not give them\n"
    "  --encoding NAME        ascii, cp037, cp1047, cp500 or cp1140, instead of the layout's\n"
    "  --framing KIND         lines, fixed:N, rdw, rdw-le or bdw, instead of the layout's\n"
    "  --format ndjson|csv    default ndjson\n"
    "  --date YYYY-MM-DD      the file date, for dates without a year; default: the header's\n"
    "  --summary              instead of the records their counts and the controls, one object\n\n"
    "Exit status: 0 in order, 1 with a rejected record, a broken control or nothing to read.\n";

enum format { NDJSON, CSV };

struct settings {
    const char *layout, *copybook, *encoding, *framing, *path;
    int format; /* enum format */
    bool summary;
    int32_t date;
};

/* What a run writes. */
struct output {
    const struct rc_layout *layout;
    struct rc_buf line;
    struct rc_jsonw json;
    const char **columns; /* of a CSV: every field name once */
    int column_count;
};

/* ----- values ----- */

static void write_text(struct output *output, const struct rc_field *field,
                       const struct rc_value *value)
{
    char card[256];
    if (!field->card || value->text.length > sizeof card) {
        rc_jsonw_text(&output->json, value->text.data, value->text.length);
        return;
    }
    memcpy(card, value->text.data, value->text.length);
    rc_mask_card(card, value->text.length);
    rc_jsonw_text(&output->json, card, value->text.length);
}

static void write_value(struct output *output, const struct rc_field *field,
                        const struct rc_value *value)
{
    char text[RC_DECIMAL_TEXT];
    switch (value->kind) {
    case RC_VALUE_TEXT:
        write_text(output, field, value);
        break;
    case RC_VALUE_NUMBER:
        rc_decimal_format(value->number, text);
        if (field->card) {
            rc_mask_card(text, strlen(text));
            rc_jsonw_str(&output->json, text);
        } else {
            rc_jsonw_raw(&output->json, text);
        }
        break;
    case RC_VALUE_DATE:
        rc_civil_format(value->date, text);
        rc_jsonw_str(&output->json, text);
        break;
    default:
        rc_jsonw_null(&output->json);
    }
}

static bool check_line(const struct output *output, struct rc_error *err)
{
    if (output->line.failed)
        rc_error_set(err, RC_LIMIT, "a record's text is too long to be written");
    return !output->line.failed;
}

static bool put_line(struct output *output, struct rc_error *err)
{
    return check_line(output, err) && rc_cli_write(output->line.data, output->line.length);
}

static bool write_json(void *context, const struct rc_parsed *parsed, struct rc_error *err)
{
    struct output *output = context;
    const struct rc_record_type *type = &output->layout->types[parsed->type];
    rc_buf_clear(&output->line);
    rc_jsonw_init(&output->json, &output->line);
    rc_jsonw_open(&output->json, '{');
    rc_jsonw_key(&output->json, "record");
    rc_jsonw_str(&output->json, type->name);
    rc_jsonw_key(&output->json, "number");
    rc_jsonw_int(&output->json, (rc_i128)parsed->raw->number);
    rc_jsonw_key(&output->json, "offset");
    rc_jsonw_int(&output->json, (rc_i128)parsed->raw->offset);
    for (int f = 0; f < type->field_count; f++) {
        if (type->fields[f].type == RC_FILLER)
            continue;
        rc_jsonw_key(&output->json, type->fields[f].name);
        write_value(output, &type->fields[f], &parsed->values[f]);
    }
    rc_jsonw_close(&output->json, '}');
    rc_buf_add_char(&output->line, '\n');
    return put_line(output, err);
}

/* ----- CSV (RFC 4180): the columns of all record types side by side ----- */

static bool find_columns(struct output *output)
{
    int room = 0;
    for (int t = 0; t < output->layout->type_count; t++)
        room += output->layout->types[t].field_count;
    output->columns = calloc((size_t)room + 1, sizeof *output->columns);
    if (!output->columns)
        return false;
    for (int t = 0; t < output->layout->type_count; t++)
        for (int f = 0; f < output->layout->types[t].field_count; f++) {
            const struct rc_field *field = &output->layout->types[t].fields[f];
            bool known = field->type == RC_FILLER;
            for (int c = 0; c < output->column_count && !known; c++)
                known = strcmp(output->columns[c], field->name) == 0;
            if (!known)
                output->columns[output->column_count++] = field->name;
        }
    return true;
}

static void add_csv(struct rc_buf *line, const char *text, size_t length)
{
    bool quote = memchr(text, ',', length) || memchr(text, '"', length) ||
                 memchr(text, '\n', length) || memchr(text, '\r', length);
    if (quote)
        rc_buf_add_char(line, '"');
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '"')
            rc_buf_add_char(line, '"');
        rc_buf_add_char(line, text[i]);
    }
    if (quote)
        rc_buf_add_char(line, '"');
}

static void add_csv_value(struct rc_buf *line, const struct rc_field *field,
                          const struct rc_value *value)
{
    char text[256];
    size_t length = 0;
    if (value->kind == RC_VALUE_TEXT && (!field->card || value->text.length > sizeof text)) {
        add_csv(line, value->text.data, value->text.length);
        return;
    }
    if (value->kind == RC_VALUE_TEXT) {
        length = value->text.length;
        memcpy(text, value->text.data, length);
    } else if (value->kind == RC_VALUE_NUMBER) {
        length = rc_decimal_format(value->number, text);
    } else if (value->kind == RC_VALUE_DATE) {
        rc_civil_format(value->date, text);
        length = strlen(text);
    }
    if (field->card)
        rc_mask_card(text, length);
    add_csv(line, text, length);
}

static bool write_csv_head(struct output *output, struct rc_error *err)
{
    if (!find_columns(output)) {
        rc_error_nomem(err);
        return false;
    }
    rc_buf_clear(&output->line);
    rc_buf_add_str(&output->line, "record,number,offset");
    for (int c = 0; c < output->column_count; c++) {
        rc_buf_add_char(&output->line, ',');
        rc_buf_add_str(&output->line, output->columns[c]);
    }
    rc_buf_add_str(&output->line, "\r\n");
    return put_line(output, err);
}

static bool write_csv(void *context, const struct rc_parsed *parsed, struct rc_error *err)
{
    struct output *output = context;
    const struct rc_record_type *type = &output->layout->types[parsed->type];
    rc_buf_clear(&output->line);
    rc_buf_printf(&output->line, "%s,%llu,%llu", type->name,
                  (unsigned long long)parsed->raw->number, (unsigned long long)parsed->raw->offset);
    for (int c = 0; c < output->column_count; c++) {
        int field = rc_type_field(type, output->columns[c]);
        rc_buf_add_char(&output->line, ',');
        if (field >= 0)
            add_csv_value(&output->line, &type->fields[field], &parsed->values[field]);
    }
    rc_buf_add_str(&output->line, "\r\n");
    return put_line(output, err);
}

/* ----- rejected records and the summary ----- */

static bool write_reject(void *context, const struct rc_reject *reject, struct rc_error *err)
{
    struct output *output = context;
    struct rc_jsonw json;
    rc_buf_clear(&output->line);
    rc_jsonw_init(&json, &output->line);
    rc_jsonw_open(&json, '{');
    rc_jsonw_key(&json, "number");
    rc_jsonw_int(&json, (rc_i128)reject->number);
    rc_jsonw_key(&json, "offset");
    rc_jsonw_int(&json, (rc_i128)reject->offset);
    rc_jsonw_key(&json, "field");
    if (reject->field)
        rc_jsonw_str(&json, reject->field);
    else
        rc_jsonw_null(&json);
    rc_jsonw_key(&json, "reason");
    rc_jsonw_str(&json, reject->reason);
    rc_jsonw_key(&json, "raw_hex");
    struct rc_buf hex;
    rc_buf_init(&hex, 2 * (size_t)reject->raw_length + 16);
    rc_buf_add_hex(&hex, reject->raw, reject->raw_length);
    rc_jsonw_str(&json, hex.data ? hex.data : "");
    rc_buf_free(&hex);
    rc_jsonw_close(&json, '}');
    rc_buf_add_char(&output->line, '\n');
    if (!check_line(output, err))
        return false;
    if (fwrite(output->line.data, 1, output->line.length, stderr) == output->line.length)
        return true;
    rc_error_errno(err, RC_IO, "rejected records cannot be written to stderr");
    return false;
}

static void write_number_or_text(struct rc_jsonw *json, const struct rc_control *control,
                                 const char *text)
{
    if (!*text)
        rc_jsonw_null(json);
    else if (control->numeric)
        rc_jsonw_raw(json, text);
    else
        rc_jsonw_str(json, text);
}

static void write_controls(struct rc_jsonw *json, const struct rc_controls *controls)
{
    rc_jsonw_key(json, "controls");
    rc_jsonw_open(json, '[');
    for (size_t i = 0; i < controls->count; i++) {
        const struct rc_control *control = &controls->items[i];
        rc_jsonw_open(json, '{');
        rc_jsonw_key(json, "name");
        rc_jsonw_str(json, control->name);
        rc_jsonw_key(json, "scope");
        rc_jsonw_str(json, control->scope);
        if (control->batch) {
            rc_jsonw_key(json, "batch");
            rc_jsonw_int(json, control->batch);
        }
        rc_jsonw_key(json, "declared");
        write_number_or_text(json, control, control->declared);
        rc_jsonw_key(json, "actual");
        write_number_or_text(json, control, control->actual);
        rc_jsonw_key(json, "ok");
        rc_jsonw_bool(json, control->ok);
        rc_jsonw_close(json, '}');
    }
    rc_jsonw_close(json, ']');
    if (controls->omitted) {
        rc_jsonw_key(json, "controls_omitted");
        rc_jsonw_int(json, (rc_i128)controls->omitted);
    }
}

static bool write_summary(struct output *output, const struct rc_parse_totals *totals,
                          struct rc_error *err)
{
    struct rc_jsonw json;
    char date[RC_CIVIL_TEXT];
    rc_buf_clear(&output->line);
    rc_jsonw_init(&json, &output->line);
    rc_jsonw_open(&json, '{');
    rc_jsonw_key(&json, "layout");
    rc_jsonw_str(&json, output->layout->name);
    rc_jsonw_key(&json, "file_date");
    rc_civil_format(totals->file_date, date);
    if (*date)
        rc_jsonw_str(&json, date);
    else
        rc_jsonw_null(&json);
    rc_jsonw_key(&json, "records");
    rc_jsonw_open(&json, '{');
    for (int t = 0; t < output->layout->type_count; t++) {
        rc_jsonw_key(&json, output->layout->types[t].name);
        rc_jsonw_int(&json, (rc_i128)totals->types[t]);
    }
    rc_jsonw_close(&json, '}');
    rc_jsonw_key(&json, "rejected");
    rc_jsonw_int(&json, (rc_i128)totals->rejected);
    rc_jsonw_key(&json, "lenient_nulls");
    rc_jsonw_int(&json, (rc_i128)totals->lenient);
    write_controls(&json, &totals->controls);
    rc_jsonw_close(&json, '}');
    rc_buf_add_char(&output->line, '\n');
    return put_line(output, err);
}

/* ----- the layout ----- */

/* The first bytes of a file or a pipe, which stay to be read; -1 when it is neither. */
static ssize_t look_ahead(int fd, uint8_t *bytes, size_t room)
{
    int copy[2];
    ssize_t got = pread(fd, bytes, room, 0);
    if (got >= 0 || pipe(copy) != 0)
        return got;
    got = tee(fd, copy[1], room, 0);
    if (got > 0)
        got = read(copy[0], bytes, (size_t)got);
    close(copy[0]);
    close(copy[1]);
    return got;
}

/* What a copybook leaves open is guessed from the file and said. */
static void guess(const struct settings *settings, const json_t *layout, int fd,
                  const char **encoding, const char **framing)
{
    uint8_t bytes[65536];
    json_int_t length =
        json_integer_value(json_object_get(json_object_get(layout, "framing"), "length"));
    ssize_t got = look_ahead(fd, bytes, sizeof bytes);
    int ascii = 0, ebcdic = 0;
    for (ssize_t i = 0; i < got; i++) {
        bool letter = (bytes[i] >= '0' && bytes[i] <= '9') ||
                      (bytes[i] >= 'a' && bytes[i] <= 'z') ||
                      (bytes[i] >= 'A' && bytes[i] <= 'Z') || bytes[i] == ' ';
        ascii += letter && bytes[i] != '@';
        ebcdic += bytes[i] == 0x40 || bytes[i] >= 0xf0 ||
                  (bytes[i] >= 0x81 && (bytes[i] & 15) <= 9 && (bytes[i] & 15));
    }
    const uint8_t *newline = got > 0 ? memchr(bytes, '\n', (size_t)got) : NULL;
    bool lines = ascii > ebcdic && newline && newline - bytes <= length + 1;
    *encoding = settings->encoding ? settings->encoding : (ascii > ebcdic ? "ascii" : "cp037");
    *framing = settings->framing ? settings->framing : (lines ? "lines" : "fixed");
    if (!settings->encoding || !settings->framing)
        fprintf(stderr,
                "reconctl: the file is taken as %s, %s; --encoding and --framing say otherwise\n",
                *encoding, *framing);
}

static json_t *copybook_json(const struct settings *settings, int fd, struct rc_error *err)
{
    struct rc_copybook_options options = {.encoding = settings->encoding};
    const char *encoding, *framing;
    json_t *json = rc_cli_copybook(settings->copybook, &options, err);
    if (!json)
        return NULL;
    guess(settings, json, fd, &encoding, &framing);
    json_object_set_new(json, "encoding", json_string(encoding));
    if (!settings->framing && strcmp(framing, "lines") == 0) {
        json_t *lines = json_object_get(json, "framing");
        json_object_set_new(lines, "kind", json_string("lines"));
        json_object_set_new(lines, "pad", json_true());
    }
    return json;
}

/* Puts the words of --framing into a layout's JSON. */
static bool set_framing(json_t *layout, const char *words)
{
    json_t *length = json_incref(json_object_get(json_object_get(layout, "framing"), "length"));
    json_t *framing = json_object();
    uint64_t fixed = 0;
    bool rdw = strcmp(words, "rdw") == 0 || strcmp(words, "rdw-le") == 0;
    bool ok = true;
    if (strcmp(words, "lines") == 0) {
        json_object_set_new(framing, "kind", json_string("lines"));
        if (length) {
            json_object_set(framing, "length", length);
            json_object_set_new(framing, "pad", json_true());
        }
    } else if (rdw || strcmp(words, "bdw") == 0) {
        json_object_set_new(framing, "kind", json_string(rdw ? "rdw" : "bdw"));
        if (strcmp(words, "rdw-le") == 0)
            json_object_set_new(framing, "endian", json_string("little"));
    } else if (strncmp(words, "fixed:", 6) == 0 &&
               rc_cli_number(words + 6, 1, RC_RECORD_BYTES_MAX, &fixed)) {
        json_object_set_new(framing, "kind", json_string("fixed"));
        json_object_set_new(framing, "length", json_integer((json_int_t)fixed));
    } else if (strcmp(words, "fixed") == 0 && length) {
        json_object_set_new(framing, "kind", json_string("fixed"));
        json_object_set(framing, "length", length);
    } else {
        ok = false;
    }
    json_object_set_new(layout, "framing", framing);
    json_decref(length);
    return ok;
}

static struct rc_layout *load_layout(const struct settings *settings, int fd, struct rc_error *err)
{
    json_t *json = settings->layout ? rc_layout_json(settings->layout, NULL, err)
                                    : copybook_json(settings, fd, err);
    if (!json)
        return NULL;
    struct rc_layout *layout = NULL;
    if (settings->encoding)
        json_object_set_new(json, "encoding", json_string(settings->encoding));
    if (settings->framing && !set_framing(json, settings->framing))
        rc_error_set(err, RC_USAGE, "--framing %s: lines, fixed:N, rdw, rdw-le or bdw is expected",
                     settings->framing);
    else
        layout = rc_layout_from_json(json, err);
    if (!layout && err->code == RC_INVALID)
        rc_error_prefix(err, "layout %s", settings->layout ? settings->layout : settings->copybook);
    json_decref(json);
    return layout;
}

/* ----- the command ----- */

/* What is not in order goes to stderr where no rejected record has said it. */
static int judge(const struct settings *settings, const struct rc_parse_totals *totals)
{
    const struct rc_controls *controls = &totals->controls;
    if (totals->lenient)
        fprintf(stderr, "reconctl: %s: fields that did not decode and are null: %llu\n",
                settings->path, (unsigned long long)totals->lenient);
    if (totals->rejected)
        return RC_EXIT_NOT_IN_ORDER;
    if (!totals->records)
        fprintf(stderr, "reconctl: %s is empty\n", settings->path);
    else if (controls->broken && !settings->summary)
        fprintf(stderr, "reconctl: %s: %llu of %llu controls do not hold; --summary shows which\n",
                settings->path, (unsigned long long)controls->broken,
                (unsigned long long)controls->count + controls->omitted);
    return totals->records && !controls->broken ? RC_EXIT_OK : RC_EXIT_NOT_IN_ORDER;
}

static int run(const struct settings *settings, int fd, const struct rc_layout *layout)
{
    struct rc_error err = {0};
    struct output output = {.layout = layout};
    struct rc_sink sink = {.context = &output, .reject = write_reject};
    struct rc_parse_options options = {.file_date = settings->date};
    int code = RC_EXIT_FAILED; /* when stdout failed, of which rc_cli_finish tells */
    rc_cli_card_key(&options.card_key);
    rc_buf_init(&output.line, 64 << 20);
    if (!settings->summary)
        sink.record = settings->format == CSV ? write_csv : write_json;
    struct rc_parser *parser = rc_parser_new(layout, &options, &sink, &err);
    bool ok = parser && (sink.record != write_csv || write_csv_head(&output, &err)) &&
              rc_parser_run(parser, fd, &err) &&
              (!settings->summary || write_summary(&output, rc_parser_totals(parser), &err));
    if (ok) {
        code = judge(settings, rc_parser_totals(parser));
    } else if (err.code) {
        rc_error_prefix(&err, "%s", settings->path);
        code = rc_cli_fail(&err);
    }
    rc_parser_free(parser);
    rc_buf_free(&output.line);
    free(output.columns);
    return code;
}

static int read_options(int argc, char **argv, struct settings *settings)
{
    static const char *const formats[] = {"ndjson", "csv", NULL};
    const struct rc_option options[] = {{"layout", .text = &settings->layout},
                                        {"copybook", .text = &settings->copybook},
                                        {"encoding", .text = &settings->encoding},
                                        {"framing", .text = &settings->framing},
                                        {"format", .choice = &settings->format, .choices = formats},
                                        {"date", .date = &settings->date},
                                        {"summary", .flag = &settings->summary},
                                        {0}};
    int code = rc_cli_options("parse", usage, options, argc, argv);
    if (code)
        return code;
    if (settings->layout && settings->copybook)
        return rc_cli_usage("parse", "--layout and --copybook exclude each other");
    if (!settings->layout && !settings->copybook)
        return rc_cli_usage("parse", "one of --layout and --copybook is needed");
    if (optind != argc - 1)
        return rc_cli_usage("parse", "one FILE is needed (\"-\" for stdin), not %d", argc - optind);
    settings->path = argv[optind];
    return RC_EXIT_OK;
}

int rc_cli_parse(int argc, char **argv)
{
    struct settings settings = {.date = RC_CIVIL_NONE};
    struct rc_error err = {0};
    int code = read_options(argc, argv, &settings);
    if (code)
        return code < 0 ? RC_EXIT_OK : code;
    int fd = rc_cli_open(settings.path, true, &err);
    if (fd < 0)
        return rc_cli_fail(&err);
    struct rc_layout *layout = load_layout(&settings, fd, &err);
    code = layout ? run(&settings, fd, layout) : rc_cli_fail(&err);
    rc_layout_free(layout);
    if (fd != STDIN_FILENO)
        close(fd);
    return code;
}
