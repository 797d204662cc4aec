/* What the tests of reading have in common: layouts written with ' for ", files
 * made of bytes, and a parser's findings as text. */
#ifndef RC_TESTS_UNIT_SUPPORT_H
#define RC_TESTS_UNIT_SUPPORT_H

#include "core/layout.h"
#include "core/parse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The text's JSON, in which ' stands for ". */
static inline json_t *json_of(const char *text)
{
    char *copy = strdup(text);
    json_error_t why;
    assert_non_null(copy);
    for (char *c = copy; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    json_t *json = json_loads(copy, JSON_REJECT_DUPLICATES, &why);
    if (!json) {
        fail_msg("%s: %s", why.text, copy);
        abort(); /* for analysers, which do not know that it has ended */
    }
    free(copy);
    return json;
}

static inline struct rc_layout *layout_of(const char *text)
{
    struct rc_error err = {0};
    json_t *json = json_of(text);
    struct rc_layout *layout = rc_layout_from_json(json, &err);
    if (!layout) {
        fail_msg("%s\n%s", err.text, text);
        abort();
    }
    json_decref(json);
    return layout;
}

static inline struct rc_layout *bundled_layout(const char *name)
{
    struct rc_error err = {0};
    struct rc_layout *layout = rc_layout_load(name, NULL, &err);
    if (!layout) {
        fail_msg("%s", err.text);
        abort();
    }
    return layout;
}

/* An open file with these bytes, at its start; it has no name any more. */
static inline int file_of(const void *bytes, size_t length)
{
    char path[] = "/tmp/rc-test-XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    unlink(path);
    for (size_t done = 0; done < length;) {
        ssize_t put = write(file, (const char *)bytes + done, length - done);
        assert_true(put > 0);
        done += (size_t)put;
    }
    assert_int_equal(lseek(file, 0, SEEK_SET), 0);
    return file;
}

/* ----- what a parser finds, a line each ----- */

struct findings {
    struct rc_buf text;
    int fail_at; /* the sink's call that fails; 0: none does */
    int calls;
    char needle[64]; /* must not be in any rejected record's bytes */
};

static inline bool findings_go_on(struct findings *found, struct rc_error *err)
{
    if (++found->calls != found->fail_at)
        return true;
    rc_error_set(err, RC_IO, "the sink is full");
    return false;
}

static inline bool find_transactions(void *context, const struct rc_record *records, size_t count,
                                     const struct rc_where *first, struct rc_error *err)
{
    struct findings *found = context;
    for (size_t i = 0; i < count; i++) {
        uint8_t bytes[RC_CANONICAL_BYTES + 64];
        size_t length = rc_record_canonical(&records[i], ~0u, bytes);
        uint64_t number = first->number + i, offset = first->offset + i * first->length;
        rc_buf_printf(&found->text, "transaction %llu %llu %u ", (unsigned long long)number,
                      (unsigned long long)offset, first->length);
        rc_buf_add_hex(&found->text, bytes, length);
        rc_buf_add_char(&found->text, '\n');
    }
    return findings_go_on(found, err);
}

static inline bool find_reject(void *context, const struct rc_reject *reject, struct rc_error *err)
{
    struct findings *found = context;
    rc_buf_printf(&found->text, "reject %llu %llu %s: %s ", (unsigned long long)reject->number,
                  (unsigned long long)reject->offset, reject->field ? reject->field : "",
                  reject->reason);
    rc_buf_add_hex(&found->text, reject->raw, reject->raw_length);
    rc_buf_add_char(&found->text, '\n');
    size_t length = strlen(found->needle);
    if (length && memmem(reject->raw, reject->raw_length, found->needle, length))
        fail_msg("%s is shown", found->needle);
    return findings_go_on(found, err);
}

static inline bool find_record(void *context, const struct rc_parsed *parsed, struct rc_error *err)
{
    struct findings *found = context;
    rc_buf_printf(&found->text, "record %d %llu\n", parsed->type,
                  (unsigned long long)parsed->raw->number);
    return findings_go_on(found, err);
}

static inline void find_totals(struct findings *found, const struct rc_parse_totals *totals)
{
    struct rc_buf *text = &found->text;
    for (size_t i = 0; i < totals->controls.count; i++) {
        const struct rc_control *c = &totals->controls.items[i];
        rc_buf_printf(text, "control %s %s %llu %u declared=%s actual=%s %s\n", c->name, c->scope,
                      (unsigned long long)c->number, c->batch, c->declared, c->actual,
                      c->ok ? "ok" : "broken");
    }
    for (int t = 0; t < RC_LAYOUT_TYPES; t++)
        if (totals->types[t])
            rc_buf_printf(text, "type %d: %llu\n", t, (unsigned long long)totals->types[t]);
    rc_buf_printf(text,
                  "records %llu transactions %llu rejected %llu lenient %llu date %d header %d "
                  "bytes %llu broken %llu\n",
                  (unsigned long long)totals->records, (unsigned long long)totals->transactions,
                  (unsigned long long)totals->rejected, (unsigned long long)totals->lenient,
                  totals->file_date, totals->header_date, (unsigned long long)totals->bytes,
                  (unsigned long long)totals->controls.broken);
    assert_false(text->failed);
}

struct parsing {
    bool general_only, with_records;
    int32_t file_date; /* 0: from the file */
};

/* Parses and gives whether it succeeded; found->text is freed by the caller. */
static inline bool parse_bytes(const struct rc_layout *layout, struct parsing how,
                               const void *bytes, size_t length, struct findings *found,
                               struct rc_error *err)
{
    struct rc_parse_options options = {.file_date = how.file_date ? how.file_date : RC_CIVIL_NONE,
                                       .card_key = {"key", 3},
                                       .general_only = how.general_only};
    struct rc_sink sink = {found, how.with_records ? find_record : NULL, find_transactions,
                           find_reject};
    int file = file_of(bytes, length);
    rc_buf_init(&found->text, 64 << 20);
    rc_buf_add_str(&found->text, "");
    struct rc_parser *parser = rc_parser_new(layout, &options, &sink, err);
    assert_non_null(parser);
    bool ok = rc_parser_run(parser, file, err);
    if (ok)
        find_totals(found, rc_parser_totals(parser));
    rc_parser_free(parser);
    close(file);
    return ok;
}

/* Numbers that look random and are the same in every run (splitmix64). */
static inline uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static inline uint32_t random_below(uint64_t *state, uint32_t limit)
{
    return (uint32_t)(next_random(state) % limit);
}

#endif
