#include "core/layout.h"

#include "core/bundled.h"
#include "core/currency.h"
#include "tests/unit/support.h"

#include <sys/stat.h>

/* ----- what is good ----- */

static void test_bundled_layouts(void **state)
{
    (void)state;
    assert_true(rc_bundled_layout_count >= 5);
    for (size_t i = 0; i < rc_bundled_layout_count; i++) {
        struct rc_layout *layout = bundled_layout(rc_bundled_layouts[i].name);
        assert_string_equal(layout->name, rc_bundled_layouts[i].name);
        assert_true(layout->map.present);
        rc_layout_free(layout);
    }
    rc_layout_free(NULL);
}

#define HEAD "'layout': 'x', 'framing': {'kind': 'lines'}"
#define ONE(fields)                                                                                \
    "{" HEAD ", 'records': [{'type': 'r', 'role': 'detail', 'fields': [" fields "]}]}"
#define F(more) "{'name': 'f', 'at': 1, 'length': 4, " more "}"

static void test_every_member_of_the_top(void **state)
{
    (void)state;
    struct rc_layout *layout = layout_of(
        "{'layout': '0-abc', 'title': 'T', 'illustrative': true, 'note': 'n', 'lenient': true,"
        " 'encoding': 'cp500', 'framing': {'kind': 'bdw', 'endian': 'little', 'inclusive': false,"
        " 'file_header_bytes': 3, 'file_footer_bytes': 4, 'max_length': 500, 'note': 'n'},"
        " 'records': [{'type': 'r', 'role': 'filler', 'note': 'n', 'fields': [" F(
            "'type': 'text'") "]}], 'controls': []}");
    assert_string_equal(layout->name, "0-abc");
    assert_string_equal(layout->title, "T");
    assert_true(layout->illustrative && layout->charset == RC_CP500);
    const struct rc_framing *framing = &layout->framing;
    assert_int_equal(framing->kind, RC_FRAME_BDW);
    assert_true(framing->little_endian && !framing->inclusive && !framing->pad);
    assert_int_equal(framing->file_header_bytes, 3);
    assert_int_equal(framing->file_footer_bytes, 4);
    assert_int_equal(framing->max_length, 500);
    assert_int_equal(framing->blank, 0x40);
    assert_false(layout->map.present);
    assert_int_equal(layout->map.file_date.type, -1);
    assert_string_equal(rc_role_name(layout->types[0].role), "filler");
    rc_layout_free(layout);
}

static void test_defaults(void **state)
{
    (void)state;
    struct rc_layout *layout = layout_of(ONE(F("'type': 'unsigned'")));
    assert_string_equal(layout->title, "");
    assert_int_equal(layout->charset, RC_ASCII);
    assert_int_equal(layout->framing.max_length, RC_RECORD_BYTES_DEFAULT);
    assert_true(layout->framing.inclusive && !layout->framing.little_endian);
    assert_int_equal(layout->framing.blank, ' ');
    const struct rc_record_type *type = &layout->types[0];
    const struct rc_field *field = &type->fields[0];
    assert_int_equal(type->match_count, 0);
    assert_true(!type->in && !type->after && !type->after_start);
    assert_int_equal(type->min_length, 4);
    assert_true(field->required && field->is_signed);
    assert_true(!field->lenient && !field->card && !field->redefines);
    assert_int_equal(field->decimals_from, -1);
    assert_int_equal(field->sign_from, -1);
    assert_int_equal(rc_layout_type(layout, "r"), 0);
    assert_int_equal(rc_layout_type(layout, "s"), -1);
    assert_int_equal(rc_type_field(type, "g"), -1);
    rc_layout_free(layout);
}

static void test_matches(void **state)
{
    (void)state;
    struct rc_layout *layout = layout_of(
        "{" HEAD ", 'encoding': 'cp037', 'records': [{'type': 'a', 'role': 'file_header', 'match':"
        " [{'at': 3, 'value': 'A1'}, {'at': 1, 'values': ['x', 'y'], 'note': 'n'}, {'at': 2, 'not':"
        " ['z']}], 'after': ['^'], 'fields': []}, {'type': 'b', 'role': 'detail', 'in': ['a'],"
        " 'after': ['a', 'b'], 'fields': []}]}");
    const struct rc_match *match = layout->types[0].matches;
    assert_int_equal(layout->types[0].match_count, 3);
    assert_int_equal(match[0].at, 2);
    assert_int_equal(match[0].length, 2);
    assert_memory_equal(match[0].values, "\xc1\xf1", 2);
    assert_int_equal(match[1].count, 2);
    assert_memory_equal(match[1].values, "\xa7\xa8", 2);
    assert_true(match[2].negate && !match[1].negate);
    assert_true(layout->types[0].after_start && !layout->types[0].after);
    assert_int_equal(layout->types[1].in, 1);
    assert_int_equal(layout->types[1].after, 3);
    rc_layout_free(layout);
}

static void test_every_member_of_a_field(void **state)
{
    (void)state;
    struct rc_layout *layout = layout_of(ONE(
        "{'name': 'n', 'at': 1, 'length': 2, 'type': 'unsigned'},"
        "{'name': '_a9', 'at': 13, 'length': 8, 'type': 'comp3', 'note': 'n', 'encoding': 'cp037',"
        " 'sign': 'none', 'endian': 'little', 'signed': false, 'digits': 7, 'decimals': 3,"
        " 'shift': 2, 'decimals_from': 't', 'decimals_field': 'n', 'sign_from': {'field': 't',"
        " 'negative': ['D'], 'positive': ['C', 'K']}, 'required': false, 'null': ['blank', 'zeros',"
        " 'high', 'low', 'NA'], 'lenient': true, 'enum': ['1', '2'], 'card': true, 'redefines':"
        " true, 'count_field': 'n', 'occurrence': 2, 'slides': [{'field': 'n', 'max': 3, 'bytes':"
        " 4, 'note': 'n'}]},"
        "{'name': 't', 'at': 3, 'length': 3, 'type': 'text', 'pad': '0', 'justify': 'right'},"
        "{'name': 'd', 'at': 6, 'length': 6, 'type': 'date', 'format': 'YYMMDD', 'pivot': 50},"
        "{'name': 'c', 'at': 12, 'length': 1, 'type': 'constant', 'value': 'A', 'encoding':"
        " 'cp037'}"));
    const struct rc_field *f = &layout->types[0].fields[1];
    assert_string_equal(f->name, "_a9");
    assert_int_equal(f->at, 12);
    assert_int_equal(f->charset, RC_CP037);
    assert_true(f->sign_none && !f->sign_leading && f->little_endian && !f->is_signed);
    assert_int_equal(f->digits, 7);
    assert_int_equal(f->decimals, 3);
    assert_int_equal(f->shift, 2);
    assert_int_equal(f->decimals_from, 2);
    assert_int_equal(f->decimals_field, 0);
    assert_int_equal(f->sign_from, 2);
    assert_int_equal(f->negative.count, 1);
    assert_int_equal(f->positive.count, 2);
    assert_int_equal(f->nulls, RC_NULL_BLANK | RC_NULL_ZEROS | RC_NULL_HIGH | RC_NULL_LOW);
    assert_int_equal(f->null_texts.count, 1);
    assert_string_equal(f->null_texts.items[0], "NA");
    assert_int_equal(f->allowed.count, 2);
    assert_true(!f->required && f->lenient && f->card && f->redefines);
    assert_int_equal(f->count_field, 0);
    assert_int_equal(f->occurrence, 2);
    assert_int_equal(f->slide_count, 1);
    assert_int_equal(f->slides[0].max, 3);
    assert_int_equal(f->slides[0].bytes, 4);
    assert_true(f[1].justify_right && f[1].pad == '0' && !f[1].required);
    assert_int_equal(f[2].pivot, 50);
    assert_int_equal((uint8_t)f[3].value[0], 0xc1);
    assert_string_equal(rc_field_type_name(f->type), "comp3");
    rc_layout_free(layout);
}

#define RECORDS                                                                                    \
    "'records': [{'type': 'h', 'role': 'file_header', 'match': [{'at': 1, 'value': 'H'}],"         \
    " 'fields': [{'name': 'day', 'at': 2, 'length': 8, 'type': 'date', 'format': 'YYYYMMDD'},"     \
    "{'name': 'ref', 'at': 10, 'length': 3, 'type': 'text'}]},"                                    \
    "{'type': 'd', 'role': 'detail', 'fields': [{'name': 'id', 'at': 1, 'length': 3, 'type':"      \
    " 'text'}, {'name': 'n', 'at': 4, 'length': 3, 'type': 'unsigned'}, {'name': 'cur', 'at': 7,"  \
    " 'length': 3, 'type': 'text'}, {'name': 'on', 'at': 10, 'length': 8, 'type': 'date',"         \
    " 'format': 'YYYYMMDD'}, {'name': 'ref', 'at': 18, 'length': 3, 'type': 'text'}, {'name':"     \
    " 'long', 'at': 21, 'length': 256, 'type': 'text'}]},"                                         \
    "{'type': 't', 'role': 'file_trailer', 'fields': [{'name': 'n', 'at': 1, 'length': 3, 'type':" \
    " 'unsigned'}, {'name': 'cur', 'at': 4, 'length': 3, 'type': 'text'}]}]"
#define MAPPED(map) "{" HEAD ", " RECORDS ", 'map': {" map "}}"
#define CONTROLLED(controls) "{" HEAD ", " RECORDS ", 'controls': [" controls "]}"
#define LEAST "'id': 'id', 'amount': 'n', 'currency': 'cur'"

static void test_every_member_of_controls(void **state)
{
    (void)state;
    struct rc_layout *layout = layout_of(CONTROLLED(
        "{'name': 'a', 'scope': 'file', 'kind': 'count', 'of': ['d', 'h'], 'declared': 't.n',"
        " 'note': 'n'},"
        "{'name': 'b', 'scope': 'batch', 'kind': 'sum', 'of': 'd.n', 'take': 'absolute',"
        " 'declared': ['t.n', 'd.n'], 'per': {'of': 'cur', 'declared': 'cur', 'note': 'n'}},"
        "{'name': 'c', 'scope': 'file', 'kind': 'hash', 'of': ['d.n', 'd.id'], 'declared': 't.n',"
        " 'modulus': '10000000000000000000000'},"
        "{'name': 'd', 'scope': 'file', 'kind': 'blocks', 'size': 10, 'declared': 't.n', 'per':"
        " {'of': 'cur', 'declared': 'cur'}},"
        "{'name': 'e', 'scope': 'file', 'kind': 'equal', 'of': 'd.on', 'declared': 't.cur',"
        " 'modulus': 7}"));
    const struct rc_control_rule *rules = layout->controls;
    assert_int_equal(layout->control_count, 5);
    assert_int_equal(rules[0].types, 3);
    assert_true(!rules[0].batch && rules[1].batch);
    assert_int_equal(rules[1].take, RC_TAKE_ABSOLUTE);
    assert_int_equal(rules[1].declared.count, 2);
    assert_string_equal(rules[1].per_of, "cur");
    assert_int_equal(rules[2].of.items[1].field, 0);
    assert_true(rules[2].modulus == (rc_i128)10000000000 * 1000000000000);
    assert_int_equal(rules[3].block_size, 10);
    assert_int_equal(rules[4].kind, RC_CONTROL_EQUAL);
    assert_true(rules[4].modulus == 7);
    rc_layout_free(layout);
}

static void test_every_member_of_the_map(void **state)
{
    (void)state;
    struct rc_layout *layout = layout_of(MAPPED(
        "'id': ['id', 'h.ref'], 'amount': 'n', 'currency': {'constant': 'EUR', 'note': 'n'},"
        " 'date': 'on', 'settle_date': 'h.day', 'kind': {'field': 'cur', 'values': {'1': 'credit',"
        " '2': 'chargeback'}, 'default': 'fee', 'note': 'n'}, 'fee': 'n', 'original_amount': 'd.n',"
        " 'original_currency': 'cur', 'acquirer_reference': 'ref', 'auth_code': 'id', 'card': 'id',"
        " 'merchant_id': ['id', 'ref'], 'mcc': 'id', 'reference': 'ref', 'file_date': 'h.day',"
        " 'note': 'n'"));
    const struct rc_map *map = &layout->map;
    assert_true(map->present);
    assert_int_equal(map->fields, (1u << RC_CANON_FIELDS) - 1);
    assert_int_equal(map->id_parts, 2);
    assert_string_equal(rc_currencies[map->constant_currency].alpha, "EUR");
    assert_int_equal(map->kind_count, 2);
    assert_int_equal(map->kind_default, RC_KIND_FEE);
    assert_int_equal(map->file_date.type, 0);
    const struct rc_refs *refs =
        &map->source[RC_C_MERCHANT_ID]; /* id, then each ref: detail first */
    assert_int_equal(refs->count, 3);
    assert_int_equal(refs->items[1].type, 1);
    assert_int_equal(refs->items[2].type, 0);
    rc_layout_free(layout);
}

/* ----- what is not ----- */

static void refuses(const char *text, const char *wanted)
{
    struct rc_error err = {0};
    json_t *json = json_of(text);
    struct rc_layout *layout = rc_layout_from_json(json, &err);
    json_decref(json);
    if (layout)
        fail_msg("accepted, instead of \"%s\":\n%s", wanted, text);
    assert_int_equal(err.code, RC_INVALID);
    if (strncmp(err.text, wanted, strlen(wanted)) != 0)
        fail_msg("\"%s\"\ninstead of \"%s\"\n%s", err.text, wanted, text);
}

static void refuse_all(const char *const (*cases)[2], size_t count)
{
    for (size_t i = 0; i < count; i++)
        refuses(cases[i][0], cases[i][1]);
}

#define REFUSE(cases) refuse_all(cases, sizeof(cases) / sizeof *(cases))
#define FRAMED(members)                                                                            \
    "{'layout': 'x', 'framing': {" members "}, 'records': [{'type': 'r', 'role': 'detail',"        \
    " 'fields': []}]}"
#define LONG_65 "a1234567890123456789012345678901234567890123456789012345678901234"

static void test_mistakes_at_the_top(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"[]", "an object is expected here"},
        {"{'layout': 'x', 'farming': {}}", "farming: there is no such member"},
        {"{}", "layout: missing"},
        {"{'layout': 7}", "layout: a text is expected"},
        {"{'layout': ''}", "layout: \"\" is not [a-z0-9]"},
        {"{'layout': '-a'}", "layout: \"-a\" is not [a-z0-9]"},
        {"{'layout': 'A'}", "layout: \"A\" is not [a-z0-9]"},
        {"{'layout': '" LONG_65 "'}", "layout: \"a123"},
        {"{'layout': 'x', 'title': 7}", "title: a text is expected"},
        {"{'layout': 'x', 'illustrative': 1}", "illustrative: true or false is expected"},
        {"{'layout': 'x', 'lenient': 1}", "lenient: true or false is expected"},
        {"{'layout': 'x', 'encoding': 'utf-8'}", "encoding: \"utf-8\" is not ascii, cp037"},
        {"{'layout': 'x', 'encoding': 1}", "encoding: a text is expected"},
        {"{'layout': 'x'}", "framing: an object is expected here"},
        {"{" HEAD "}", "records: at least one record type is needed"},
        {"{" HEAD ", 'records': []}", "records: at least one record type is needed"},
        {"{" HEAD ", 'records': {}}", "records: an array is expected"},
        {"{" HEAD ", 'records': [7]}", "records[0]: an object is expected here"},
        {"{" HEAD ", " RECORDS ", 'controls': {}}", "controls: an array is expected"},
        {"{" HEAD ", " RECORDS ", 'map': null}", "map: an object is expected here"},
        {FRAMED(""), "framing: kind is missing"},
        {FRAMED("'kind': 'line'"), "framing.kind: \"line\" is not one of lines, fixed, rdw, bdw"},
        {FRAMED("'kind': 'fixed'"), "framing: fixed records need a length"},
        {FRAMED("'kind': 'lines', 'length': 0"), "framing.length: 0 is not in 1..1048576"},
        {FRAMED("'kind': 'lines', 'length': 1048577"), "framing.length: 1048577 is not in"},
        {FRAMED("'kind': 'lines', 'pad': true"), "framing: pad is for lines with a length"},
        {FRAMED("'kind': 'fixed', 'length': 3, 'pad': true"), "framing: pad is for lines"},
        {FRAMED("'kind': 'lines', 'pad': 1"), "framing.pad: true or false is expected"},
        {FRAMED("'kind': 'rdw', 'endian': 'middle'"), "framing.endian: \"middle\" is not one of"},
        {FRAMED("'kind': 'rdw', 'inclusive': 0"), "framing.inclusive: true or false"},
        {FRAMED("'kind': 'rdw', 'file_header_bytes': -1"), "framing.file_header_bytes: -1 is not"},
        {FRAMED("'kind': 'rdw', 'file_footer_bytes': 'a'"), "framing.file_footer_bytes: a whole"},
        {FRAMED("'kind': 'rdw', 'max_length': 1048577"), "framing.max_length: 1048577 is not in"},
        {FRAMED("'kind': 'rdw', 'maximum': 1"), "framing.maximum: there is no such member"},
    };
    REFUSE(cases);
}

#define TYPES(records) "{" HEAD ", 'records': [" records "]}"
#define MATCH(match) TYPES("{'type': 'r', 'role': 'detail', 'match': [" match "], 'fields': []}")

static void test_mistakes_in_records(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {TYPES("{'role': 'detail'}"), "records[0].type: missing"},
        {TYPES("{'type': 'r'}"), "records[0]: it needs a role"},
        {TYPES("{'type': '', 'role': 'detail'}"), "records[0]: it needs a role, and a type name"},
        {TYPES("{'type': 'a.b', 'role': 'detail'}"), "records[0]: it needs a role, and a type"},
        {TYPES("{'type': 'r', 'role': 'details'}"), "records[0].role: \"details\" is not one of "},
        {TYPES("{'type': 'r', 'role': 'detail', 'kind': 1}"), "records[0].kind: there is no such"},
        {TYPES("{'type': 'r', 'role': 'detail', 'fields': {}}"), "records[0].fields: an array"},
        {TYPES("{'type': 'r', 'role': 'detail'}, {'type': 'r', 'role': 'filler'}"),
         "records[1]: there are two types named \"r\""},
        {TYPES("{'type': 'r', 'role': 'detail', 'match': {}}"), "records[0].match: an array"},
        {MATCH("{'at': 1}"), "records[0].match[0]: it needs at and one of value, values and not"},
        {MATCH("{'value': 'a'}"), "records[0].match[0]: it needs at and one of"},
        {MATCH("{'at': 0, 'value': 'a'}"), "records[0].match[0].at: 0 is not in 1.."},
        {MATCH("{'at': 1, 'value': ''}"), "records[0].match[0]: it needs at and one of"},
        {MATCH("{'at': 1, 'values': []}"), "records[0].match[0]: it needs at and one of"},
        {MATCH("{'at': 1, 'value': 'a', 'values': ['b']}"), "records[0].match[0]: it needs at"},
        {MATCH("{'at': 1, 'value': 'a', 'not': ['b']}"), "records[0].match[0]: it needs at"},
        {MATCH("{'at': 1, 'values': ['a'], 'not': ['b']}"), "records[0].match[0]: it needs at"},
        {MATCH("{'at': 1, 'values': ['a', 'bc']}"), "records[0].match[0]: values differ in length"},
        {MATCH("{'at': 1, 'values': ['a', 7]}"), "records[0].match[0].values[1]: a text is"},
        {MATCH("{'at': 1, 'not': 'a'}"), "records[0].match[0].not: an array is expected"},
        {MATCH("{'at': 1, 'value': '\\u00e9'}"), "records[0].match[0]: only ASCII characters"},
        {MATCH("{'at': 1, 'value': 'a', 'is': 1}"), "records[0].match[0].is: there is no such"},
        {MATCH("{'at': 1, 'value': 'a'}, 7"), "records[0].match[1]: an object is expected"},
        {TYPES("{'type': 'r', 'role': 'detail', 'in': ['r', 's']}"),
         "records[0].in[1]: there is no record type \"s\""},
        {TYPES("{'type': 'r', 'role': 'detail', 'in': ['^']}"), "records[0].in[0]: there is no"},
        {TYPES("{'type': 'r', 'role': 'detail', 'after': ['^', 's']}"),
         "records[0].after[1]: there is no record type \"s\""},
        {TYPES("{'type': 'r', 'role': 'detail', 'after': 'r'}"), "records[0].after: an array is"},
        {TYPES("{'type': 'r', 'role': 'detail', 'after': [7]}"), "records[0].after[0]: a text is"},
    };
    REFUSE(cases);
}

/* The n-th of equal elements, and too many of them. */
static void many(const char *before, const char *element, int count, const char *after,
                 const char *wanted)
{
    struct rc_buf text;
    rc_buf_init(&text, 4 << 20);
    rc_buf_add_str(&text, before);
    for (int i = 0; i < count; i++) {
        rc_buf_add_str(&text, i ? ", " : "");
        for (const char *c = element; *c; c++)
            if (*c == '#')
                rc_buf_printf(&text, "%d", i + 1);
            else
                rc_buf_add_char(&text, *c);
    }
    assert_true(rc_buf_add_str(&text, after));
    if (wanted)
        refuses(text.data, wanted);
    else
        rc_layout_free(layout_of(text.data));
    rc_buf_free(&text);
}

static void test_limits(void **state)
{
    (void)state;
    many("{" HEAD ", 'records': [", "{'type': 'r#', 'role': 'detail', 'fields': []}", 64, "]}",
         NULL);
    many("{" HEAD ", 'records': [", "{'type': 'r#', 'role': 'detail', 'fields': []}", 65, "]}",
         "records: 65 elements; at most 64 are allowed");
    many("{" HEAD ", 'records': [{'type': 'r', 'role': 'detail', 'fields': [",
         "{'name': 'f#', 'at': #, 'length': 1, 'type': 'text'}", 4096, "]}]}", NULL);
    many("{" HEAD ", 'records': [{'type': 'r', 'role': 'detail', 'fields': [", "{}", 4097, "]}]}",
         "records[0].fields: 4097 elements; at most 4096 are allowed");
    many("{" HEAD ", 'records': [{'type': 'r', 'role': 'detail', 'match': [",
         "{'at': #, 'value': 'a'}", 17, "]}]}", "records[0].match: 17 elements; at most 16");
    many("{" HEAD ", " RECORDS ", 'controls': [",
         "{'name': 'c#', 'scope': 'file', 'kind': 'count', 'of': 'd', 'declared': 't.n'}", 64, "]}",
         NULL);
    many("{" HEAD ", " RECORDS ", 'controls': [", "{}", 65, "]}", "controls: 65 elements");
    many("{" HEAD ", " RECORDS ", 'controls': [{'name': 'c', 'scope': 'file', 'kind': 'sum',"
         " 'declared': 't.n', 'of': [",
         "'d.n'", 17, "]}]}", "controls[0].of[16]: more than 16 fields");
    many("{" HEAD ", " RECORDS ", 'controls': [{'name': 'c', 'scope': 'file', 'kind': 'count',"
         " 'declared': 't.n', 'of': [",
         "'d'", 65, "]}]}", "controls[0].of: a text or a list of at most 64 texts is expected");
    many("{" HEAD ", " RECORDS ", 'map': {'id': [", "'id'", 17, "], 'amount': 'n'}}",
         "map.id[16]: more than 16 parts");
    many("{" HEAD ", 'records': [",
         "{'type': 'r#', 'role': 'detail', 'fields': [{'name': 'id', 'at': 1, 'length': 1, 'type':"
         " 'text'}]}",
         17, "], 'map': {'id': 'id'}}", "map.id: more than 16 record types have a field \"id\"");
    many("{" HEAD ", 'records': [{'type': 'r', 'role': 'detail', 'match': [{'at': 1, 'values': [",
         "'a'", 257, "]}]}]}", "records[0].match[0].values: 257 elements; at most 256");
    many("{" HEAD ", 'records': [{'type': '", "n#n#n#n#n#n", 20, "', 'role': 'detail'}]}",
         "records[0]: it needs a role, and a type name");
}

static void test_mistakes_in_fields(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {ONE("7"), "records[0].fields[0]: an object is expected here"},
        {ONE("{'at': 1}"), "records[0].fields[0].name: missing"},
        {ONE("{'name': '1a'}"), "records[0].fields[0]: name \"1a\" is not [A-Za-z_]"},
        {ONE("{'name': ''}"), "records[0].fields[0]: name \"\" is not"},
        {ONE("{'name': 'a b'}"), "records[0].fields[0]: name \"a b\" is not"},
        {ONE("{'name': 'f'}"), "records[0].fields[0]: f: at is missing"},
        {ONE("{'name': 'f', 'at': 1}"), "records[0].fields[0]: f: length is missing"},
        {ONE("{'name': 'f', 'at': 1, 'length': 1}"), "records[0].fields[0]: f: type is missing"},
        {ONE("{'name': 'f', 'at': 0}"), "records[0].fields[0].at: 0 is not in 1..1048576"},
        {ONE("{'name': 'f', 'at': 1, 'length': 0}"), "records[0].fields[0].length: 0 is not in"},
        {ONE(F("'type': 'string'")), "records[0].fields[0].type: \"string\" is not one of text"},
        {ONE(F("'type': 'text', 'encoding': 'x'")), "records[0].fields[0]: f: encoding \"x\" is"},
        {ONE(F("'type': 'text', 'width': 1")), "records[0].fields[0].width: there is no such"},
        {ONE(F("'type': 'text', 'required': 1")), "records[0].fields[0].required: true or false"},
        {ONE(F("'type': 'text', 'lenient': 1")), "records[0].fields[0].lenient: true or false"},
        {ONE(F("'type': 'text', 'card': 1")), "records[0].fields[0].card: true or false"},
        {ONE(F("'type': 'text', 'redefines': 1")), "records[0].fields[0].redefines: true or"},
        {ONE(F("'type': 'text', 'enum': 'a'")), "records[0].fields[0].enum: an array is"},
        {ONE(F("'type': 'text', 'enum': [1]")), "records[0].fields[0].enum[0]: a text is"},
        {ONE(F("'type': 'text', 'null': 'blank'")), "records[0].fields[0].null: an array is"},
        {ONE(F("'type': 'text', 'null': ['blank', 'x', 1]")), "records[0].fields[0].null[2]: a"},
        {ONE(F("'type': 'text', 'pad': 'ab'")), "records[0].fields[0]: f: pad is one character"},
        {ONE(F("'type': 'text', 'pad': 1")), "records[0].fields[0].pad: a text is expected"},
        {ONE(F("'type': 'text', 'justify': 'up'")), "records[0].fields[0].justify: \"up\" is not"},
        {ONE(F("'type': 'unsigned', 'decimals': 39")), "records[0].fields[0].decimals: 39 is not"},
        {ONE(F("'type': 'unsigned', 'shift': 38")), "records[0].fields[0].shift: 38 is not in"},
        {ONE(F("'type': 'comp', 'digits': 39")), "records[0].fields[0].digits: 39 is not in 1..38"},
        {ONE(F("'type': 'comp', 'endian': 'x'")), "records[0].fields[0].endian: \"x\" is not one"},
        {ONE(F("'type': 'comp', 'signed': 1")), "records[0].fields[0].signed: true or false"},
        {ONE(F("'type': 'separate', 'sign': 'x'")), "records[0].fields[0].sign: \"x\" is not one"},
        {ONE(F("'type': 'separate', 'sign': 'none'")),
         "records[0].fields[0]: f: sign \"none\" is for comp3"},
        {ONE(F("'type': 'unsigned', 'blank_is_zero': 1")), "records[0].fields[0].blank_is_zero: "},
        {ONE(F("'type': 'comp', 'blank_is_zero': true")),
         "records[0].fields[0]: f: blank_is_zero is for digits, not for bits"},
        {ONE(F("'type': 'comp3', 'blank_is_zero': true")),
         "records[0].fields[0]: f: blank_is_zero"},
        {ONE(F("'type': 'edited', 'decimals': 2")),
         "records[0].fields[0]: f: an edited number has a point of its own"},
        {ONE(F("'type': 'edited', 'shift': 2")), "records[0].fields[0]: f: an edited number"},
        {ONE("{'name': 'f', 'at': 1, 'length': 17, 'type': 'comp'}"),
         "records[0].fields[0]: f: a comp field has at most 16 bytes"},
        {ONE("{'name': 'f', 'at': 1, 'length': 21, 'type': 'comp3'}"),
         "records[0].fields[0]: f: a comp3 field has at most 20 bytes"},
        {ONE("{'name': 'f', 'at': 1, 'length': 1, 'type': 'separate'}"),
         "records[0].fields[0]: f: no room for a sign and a digit"},
        {ONE(F("'type': 'date'")), "records[0].fields[0]: f: a date needs a format"},
        {ONE(F("'type': 'date', 'format': 'DDMM'")), "records[0].fields[0].format: \"DDMM\" is"},
        {ONE(F("'type': 'date', 'format': 'YYMMDD'")),
         "records[0].fields[0]: f: YYMMDD takes 6 bytes, not 4"},
        {ONE(F("'type': 'date', 'format': 'MMDD', 'pivot': 100")), "records[0].fields[0].pivot: 1"},
        {ONE(F("'type': 'constant'")), "records[0].fields[0].value: missing"},
        {ONE(F("'type': 'constant', 'value': 'abc'")),
         "records[0].fields[0]: f: its value has 3 characters, not 4"},
        {ONE(F("'type': 'constant', 'value': 'ab\\u00e9'")), "records[0].fields[0]: only ASCII"},
    };
    REFUSE(cases);
}

#define TWO(a, b)                                                                                  \
    ONE("{'name': 'f', 'at': 9, 'length': 4, " a "}, {'name': 'g', 'at': 1, 'length': 8, " b "}")
#define AFTER(a)                                                                                   \
    ONE("{'name': 'n', 'at': 1, 'length': 1, 'type': 'unsigned'}, {'name': 'f', 'at': 9,"          \
        " 'length': 4, 'type': 'text', " a "}")

static void test_mistakes_between_fields(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {ONE(F("'type': 'text'") "," F("'type': 'text'")),
         "records[0].fields[1]: r has two fields named \"f\""},
        {"{'layout': 'x', 'framing': {'kind': 'fixed', 'length': 3}, 'records': [{'type': 'r',"
         " 'role': 'detail', 'fields': [" F("'type': 'text'") "]}]}",
         "records[0].fields[0]: f ends at byte 4, the record at 3"},
        {ONE("{'name': 'f', 'at': 32768, 'length': 2, 'type': 'text'}"),
         "records[0].fields[0]: f ends at byte 32769, the record at 32768"},
        {ONE(F("'type': 'text'") ", {'name': 'g', 'at': 4, 'length': 2, 'type': 'text'}"),
         "records[0]: f (bytes 1-4) and g (bytes 4-5) overlap; mark one with \"redefines\": true"},
        {ONE("{'name': 'g', 'at': 2, 'length': 1, 'type': 'filler'}," F("'type': 'text'")),
         "records[0]: f (bytes 1-4) and g (bytes 2-2) overlap"},
        {TWO("'type': 'unsigned', 'decimals_from': 'x'", "'type': 'text'"),
         "records[0].fields[0].decimals_from: r has no field \"x\""},
        {TWO("'type': 'unsigned', 'decimals_from': 1", "'type': 'text'"),
         "records[0].fields[0].decimals_from: a text is expected"},
        {TWO("'type': 'unsigned', 'decimals_field': 'x'", "'type': 'text'"),
         "records[0].fields[0].decimals_field: r has no field"},
        {TWO("'type': 'unsigned', 'count_field': 'x'", "'type': 'text'"),
         "records[0].fields[0].count_field: r has no field"},
        {TWO("'type': 'unsigned', 'decimals_from': 'f'", "'type': 'text'"),
         "records[0].fields[0]: f refers to itself"},
        {TWO("'type': 'unsigned', 'sign_from': {'field': 'f', 'negative': ['1']}",
             "'type': 'text'"),
         "records[0].fields[0]: f refers to itself"},
        {TWO("'type': 'edited', 'decimals_from': 'g'", "'type': 'text'"),
         "records[0].fields[0]: f: an edited number has a point of its own"},
        {TWO("'type': 'unsigned', 'sign_from': 'g'", "'type': 'text'"),
         "records[0].fields[0].sign_from: an object is expected here"},
        {TWO("'type': 'unsigned', 'sign_from': {'field': 'g'}", "'type': 'text'"),
         "records[0].fields[0].sign_from: it needs a field and a list"},
        {TWO("'type': 'unsigned', 'sign_from': {'negative': ['D']}", "'type': 'text'"),
         "records[0].fields[0].sign_from: it needs a field and a list"},
        {TWO("'type': 'unsigned', 'sign_from': {'field': 'x'}", "'type': 'text'"),
         "records[0].fields[0].sign_from.field: r has no field \"x\""},
        {TWO("'type': 'unsigned', 'sign_from': {'field': 'g', 'positive': ['C', 1]}",
             "'type': 'text'"),
         "records[0].fields[0].sign_from.positive[1]: a text is expected"},
        {TWO("'type': 'unsigned', 'sign_from': {'field': 'g', 'negative': ['D']}",
             "'type': 'filler'"),
         "records[0].fields[0]: f: its sign comes from a filler"},
        {TWO("'type': 'text', 'count_field': 'g', 'occurrence': 1", "'type': 'unsigned'"),
         "records[0].fields[0]: g has to be listed before f, whose place it decides"},
        {TWO("'type': 'text', 'slides': [{'field': 'g', 'max': 1, 'bytes': 1}]",
             "'type': 'unsigned'"),
         "records[0].fields[0].slides[0]: g has to be listed before f"},
        {AFTER("'count_field': 'n', 'occurrence': 0"),
         "records[0].fields[1].occurrence: 0 is not in 1..4096"},
        {AFTER("'slides': {}"), "records[0].fields[1].slides: an array is expected"},
        {AFTER("'slides': [7]"), "records[0].fields[1].slides[0]: an object is expected here"},
        {AFTER("'slides': [{'field': 'n', 'max': 1}]"),
         "records[0].fields[1].slides[0]: it needs field, max and bytes"},
        {AFTER("'slides': [{'max': 1, 'bytes': 1}]"), "records[0].fields[1].slides[0]: it needs"},
        {AFTER("'slides': [{'field': 'x', 'max': 1, 'bytes': 1}]"),
         "records[0].fields[1].slides[0].field: r has no field \"x\""},
        {AFTER("'slides': [{'field': 'n', 'max': 3, 'bytes': 3}]"),
         "records[0].fields[1].slides[0]: it needs field, max and bytes that fit"},
        {AFTER("'slides': [{'field': 'n', 'max': 1, 'bytes': 5}, {'field': 'n', 'max': 1, 'bytes':"
               " 4}]"),
         "records[0].fields[1].slides[1]: it needs field, max and bytes that fit"},
    };
    REFUSE(cases);
    rc_layout_free(layout_of(ONE(F("'type': 'text'") ", {'name': 'g', 'at': 4, 'length': 2, 'type':"
                                                     " 'text', 'redefines': true}")));
    rc_layout_free(layout_of(AFTER("'slides': [{'field': 'n', 'max': 1, 'bytes': 4}, {'field': 'n',"
                                   " 'max': 1, 'bytes': 4}]")));
}

#define CONTROL(members)                                                                           \
    CONTROLLED("{'name': 'c', 'scope': 'file', 'kind': 'count', 'of': 'd',"                        \
               " 'declared': 't.n'}, {" members "}")
#define KIND(kind) "'name': 'c', 'scope': 'file', 'kind': '" kind "'"

static void test_mistakes_in_controls(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {CONTROLLED("7"), "controls[0]: an object is expected here"},
        {CONTROL("'scope': 'file'"), "controls[1].name: missing"},
        {CONTROL("'name': 'c', 'scope': 'file'"),
         "controls[1]: it needs a name (at most 63 bytes)"},
        {CONTROL("'name': 'c', 'kind': 'sum'"), "controls[1]: it needs a name"},
        {CONTROL("'name': '', 'scope': 'file', 'kind': 'sum'"), "controls[1]: it needs a name"},
        {CONTROL("'name': '" LONG_65 "', 'scope': 'file', 'kind': 'sum'"), "controls[1]: it needs"},
        {CONTROL("'name': 'c', 'scope': 'day'"), "controls[1].scope: \"day\" is not one of file"},
        {CONTROL("'name': 'c', 'kind': 'add'"), "controls[1].kind: \"add\" is not one of count"},
        {CONTROL("'name': 'c', 'take': 'all'"), "controls[1].take: \"all\" is not one of net"},
        {CONTROL("'name': 'c', 'off': 1"), "controls[1].off: there is no such member"},
        {CONTROL(KIND("count") ", 'of': 'd'"), "controls[1]: declared is missing"},
        {CONTROL(KIND("count") ", 'declared': 't.n'"), "controls[1]: of is missing"},
        {CONTROL(KIND("sum") ", 'declared': 't.n'"), "controls[1]: of is missing"},
        {CONTROL(KIND("blocks") ", 'declared': 't.n'"), "controls[1]: blocks need a size"},
        {CONTROL(KIND("blocks") ", 'declared': 't.n', 'size': 0"), "controls[1].size: 0 is not in"},
        {CONTROL(KIND("count") ", 'of': 'x', 'declared': 't.n'"),
         "controls[1].of: there is no record type \"x\""},
        {CONTROL(KIND("count") ", 'of': ['d', 7], 'declared': 't.n'"), "controls[1].of[1]: a text"},
        {CONTROL(KIND("count") ", 'of': 7, 'declared': 't.n'"), "controls[1].of: a text or a list"},
        {CONTROL(KIND("sum") ", 'of': 'd', 'declared': 't.n'"),
         "controls[1].of: \"d\" is not of the form type.field"},
        {CONTROL(KIND("sum") ", 'of': 'x.n', 'declared': 't.n'"),
         "controls[1].of: there is no rec"},
        {CONTROL(KIND("sum") ", 'of': ['d.x'], 'declared': 't.n'"),
         "controls[1].of[0]: d has no field \"x\""},
        {CONTROL(KIND("sum") ", 'of': 'd.n', 'declared': 't.x'"), "controls[1].declared: t has no"},
        {CONTROL(KIND("sum") ", 'of': 'd.id', 'declared': 't.n'"),
         "controls[1]: d.id is no number"},
        {CONTROL(KIND("sum") ", 'of': 'd.n', 'declared': 't.cur'"), "controls[1]: t.cur is no num"},
        {CONTROL(KIND("hash") ", 'of': 'd.on', 'declared': 't.n'"), "controls[1]: d.on is no num"},
        {CONTROL(KIND("hash") ", 'take': 'debit', 'of': 'd.n', 'declared': 't.n'"),
         "controls[1]: take is for kind sum"},
        {CONTROL(KIND("hash") ", 'of': 'd.n', 'declared': 't.n', 'modulus': 1"),
         "controls[1].modulus: it has to be a whole number above 1"},
        {CONTROL(KIND("hash") ", 'of': 'd.n', 'declared': 't.n', 'modulus': '7.5'"),
         "controls[1].modulus: it has to be a whole number"},
        {CONTROL(KIND("hash") ", 'of': 'd.n', 'declared': 't.n', 'modulus': 'x'"),
         "controls[1].modulus: a whole number (or its digits as a text) is expected"},
        {CONTROL(KIND("hash") ", 'of': 'd.n', 'declared': 't.n', 'modulus': 7.5"),
         "controls[1].modulus: a whole number"},
        {CONTROL(KIND("sum") ", 'of': 'd.n', 'declared': 't.n', 'per': 7"), "controls[1].per: an"},
        {CONTROL(KIND("sum") ", 'of': 'd.n', 'declared': 't.n', 'per': {'of': 'cur'}"),
         "controls[1].per.declared: missing"},
        {CONTROL(KIND("sum") ", 'of': 'd.n', 'declared': 't.n', 'per': {'declared': 'cur'}"),
         "controls[1].per.of: missing"},
        {CONTROL(KIND("sum") ", 'of': 'd.n', 'declared': 't.n', 'per': {'of': 'curr', 'declared':"
                             " 'cur'}"),
         "controls[1].per: no record of it has a field \"curr\""},
        {CONTROL(KIND("sum") ", 'of': 'd.n', 'declared': 't.n', 'per': {'of': 'cur', 'declared':"
                             " 'curr'}"),
         "controls[1].per: t has no field \"curr\""},
        {CONTROL(KIND("equal") ", 'of': 'd.long', 'declared': 't.n'"),
         "controls[1]: long has over 255 bytes, too many to compare"},
    };
    REFUSE(cases);
}

static void test_mistakes_in_the_map(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {MAPPED(""), "map: id, amount and currency are needed"},
        {MAPPED("'id': 'id', 'amount': 'n'"), "map: id, amount and currency are needed"},
        {MAPPED("'id': 'id', 'currency': 'cur'"), "map: id, amount and currency are needed"},
        {MAPPED("'amount': 'n', 'currency': 'cur'"), "map: id, amount and currency are needed"},
        {MAPPED(LEAST ", 'colour': 'n'"), "map.colour: there is no such member"},
        {MAPPED("'id': 'x'"), "map.id: no record has a field \"x\""},
        {MAPPED("'id': ['id', 'd.x']"), "map.id[1]: d has no field \"x\""},
        {MAPPED("'id': ['id', 'y.x']"), "map.id[1]: there is no record type \"y\""},
        {MAPPED("'id': 'id', 'currency': 7"), "map.currency: a text or a list"},
        {MAPPED("'id': 'id', 'currency': {'constant': 'usd'}"),
         "map.currency: \"usd\" is no ISO 4217 currency"},
        {MAPPED("'id': 'id', 'currency': {'constant': 'XAU'}"), "map.currency: \"XAU\" is no ISO"},
        {MAPPED("'id': 'id', 'currency': {}"), "map.currency.constant: missing"},
        {MAPPED("'id': 'id', 'currency': {'always': 'USD'}"), "map.currency.always: there is no"},
        {MAPPED(LEAST ", 'kind': 'cur'"), "map.kind: an object is expected here"},
        {MAPPED(LEAST ", 'kind': {'values': {}}"), "map.kind: it needs a field, and a default"},
        {MAPPED(LEAST ", 'kind': {'field': 'cur'}"),
         "map.kind.values: an object of texts to kinds"},
        {MAPPED(LEAST ", 'kind': {'field': 'cur', 'values': {'1': 'sales'}}"),
         "map.kind.values.1: sale, credit, reversal, chargeback or fee is expected"},
        {MAPPED(LEAST ", 'kind': {'field': 'cur', 'values': {'1': 1}}"), "map.kind.values.1: sale"},
        {MAPPED(LEAST ", 'kind': {'field': 'cur', 'values': {}, 'default': 'none'}"),
         "map.kind: it needs a field, and a default that is a kind"},
        {MAPPED(LEAST ", 'kind': {'field': 'cur', 'values': {}, 'default': 1}"),
         "map.kind.default: a text is expected"},
        {MAPPED(LEAST ", 'kind': {'field': 'x', 'values': {}}"), "map.kind.field: no record has"},
        {MAPPED(LEAST ", 'kind': {'field': 'cur', 'values': {}, 'x': 1}"), "map.kind.x: there is"},
        {MAPPED(LEAST ", 'file_date': 'day'"), "map.file_date: \"day\" is not of the form"},
        {MAPPED(LEAST ", 'file_date': 7"), "map.file_date: a text is expected"},
        {MAPPED(LEAST ", 'file_date': 'd.on'"), "map.file_date: it has to be a date of a file hea"},
        {MAPPED(LEAST ", 'file_date': 'h.ref'"), "map.file_date: it has to be a date of a file"},
        {MAPPED(LEAST ", 'date': 'x'"), "map.date: no record has a field \"x\""},
        {MAPPED(LEAST ", 'date': 'n'"), "map.date: n is no date"},
        {MAPPED(LEAST ", 'settle_date': 'id'"), "map.settle_date: id is no date"},
        {MAPPED(LEAST ", 'fee': 'id'"), "map.fee: id is no number"},
        {MAPPED(LEAST ", 'original_amount': 'on'"), "map.original_amount: on is no number"},
        {MAPPED("'id': 'id', 'amount': 'cur', 'currency': 'cur'"), "map.amount: cur is no number"},
    };
    REFUSE(cases);
}

/* ----- digest ----- */

static rc_u128 digest_of(const char *text)
{
    struct rc_layout *layout = layout_of(text);
    rc_u128 digest = layout->digest;
    rc_layout_free(layout);
    return digest;
}

static void test_digest(void **state)
{
    (void)state;
    rc_u128 digest = digest_of(ONE(F("'type': 'text', 'pad': '0'")));
    assert_true(digest == digest_of(ONE(F("'type': 'text', 'pad': '0'"))));
    assert_true(digest == digest_of(ONE("  { 'pad' : '0','type':'text', 'length': 4, 'at': 1, "
                                        "'name': 'f'}  ")));
    assert_true(digest != digest_of(ONE(F("'type': 'text', 'pad': '1'"))));
    assert_true(digest != digest_of(ONE(F("'type': 'text'"))));
}

/* ----- finding layouts ----- */

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (const char *c = text; *c; c++)
        fputc(*c == '\'' ? '"' : *c, file);
    assert_int_equal(fclose(file), 0);
}

static void loads(const char *name, const char *base, const char *wanted)
{
    struct rc_error err = {0};
    struct rc_layout *layout = rc_layout_load(name, base, &err);
    if (!layout) {
        fail_msg("%s", err.text);
        return;
    }
    assert_string_equal(layout->name, wanted);
    rc_layout_free(layout);
}

static void test_load(void **state)
{
    (void)state;
    char folder[] = "/tmp/rc-test-layout-XXXXXX", path[64], bad[64], plain[64], base[64];
    struct rc_error err = {0};
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/mine.json", folder);
    snprintf(bad, sizeof bad, "%s/bad.json", folder);
    snprintf(plain, sizeof plain, "%s/mine", folder);
    snprintf(base, sizeof base, "%s/program.json", folder);
    write_file(path, ONE(F("'type': 'text'")));
    write_file(plain, ONE(F("'type': 'text'")));
    write_file(bad, ONE(F("'type': 'txt'")));
    loads(path, NULL, "x");
    loads(path, "relative/program.json", "x");
    loads(path, "program.json", "x");
    loads("mine.json", base, "x");
    loads("mine", base, "x"); /* looks like a bundled one's name, is a file's */
    loads("nacha", base, "nacha");
    assert_null(rc_layout_load("bad.json", base, &err));
    assert_int_equal(err.code, RC_INVALID);
    assert_memory_equal(err.text, "layout bad.json: records[0].fields[0].type: ", 44);
    assert_null(rc_layout_load("other.json", base, &err));
    assert_non_null(strstr(err.text, "neither a bundled layout nor a file \"other.json\""));
    assert_null(rc_layout_load("mine.json", NULL, &err));
    assert_null(rc_layout_load("nach", NULL, &err));
    assert_null(rc_layout_load("", NULL, &err));
    assert_null(rc_layout_load(folder, NULL, &err));
    assert_int_equal(err.code, RC_IO);
    unlink(path);
    unlink(bad);
    unlink(plain);
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bundled_layouts),
        cmocka_unit_test(test_every_member_of_the_top),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_matches),
        cmocka_unit_test(test_every_member_of_a_field),
        cmocka_unit_test(test_every_member_of_controls),
        cmocka_unit_test(test_every_member_of_the_map),
        cmocka_unit_test(test_mistakes_at_the_top),
        cmocka_unit_test(test_mistakes_in_records),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_mistakes_in_fields),
        cmocka_unit_test(test_mistakes_between_fields),
        cmocka_unit_test(test_mistakes_in_controls),
        cmocka_unit_test(test_mistakes_in_the_map),
        cmocka_unit_test(test_digest),
        cmocka_unit_test(test_load),
    };
    return cmocka_run_group_tests_name("layout", tests, NULL, NULL);
}
