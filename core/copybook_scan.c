#include "core/copybook_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool rc_copybook_fail(struct rc_error *err, unsigned line, const char *format, ...)
{
    char sentence[RC_ERROR_TEXT_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    rc_error_set(err, RC_INVALID, "%s", sentence);
    rc_error_prefix(err, "line %u", line);
    return false;
}

struct rc_copybook_shown rc_copybook_show(struct rc_slice slice)
{
    struct rc_copybook_shown shown = {""};
    size_t most = sizeof shown.text - 4, length = slice.length < most ? slice.length : most;
    for (size_t i = 0; i < length; i++) {
        char c = slice.text[i];
        shown.text[i] = c >= ' ' && c <= '~' ? c : '?';
    }
    if (slice.length > most)
        memcpy(shown.text + length, "...", 3);
    return shown;
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

bool rc_copybook_same(struct rc_slice a, struct rc_slice b)
{
    if (a.length != b.length)
        return false;
    for (size_t i = 0; i < a.length; i++)
        if (upper(a.text[i]) != upper(b.text[i]))
            return false;
    return true;
}

bool rc_copybook_is(struct rc_slice slice, const char *word)
{
    return rc_copybook_same(slice, (struct rc_slice){word, strlen(word)});
}

/* Control characters count as blanks: tabs, form feeds, and the end-of-file
 * character of old editors. */
static bool is_blank(char c)
{
    return (unsigned char)c <= ' ';
}

static const char *skip_blanks(const char *at, const char *end)
{
    while (at < end && is_blank(*at))
        at++;
    return at;
}

/* The first character that stands in `column` (from 1) or behind it. *found is
 * the column it is in; tabs lead to the next multiple of eight. */
static const char *at_column(const char *start, const char *end, unsigned column, unsigned *found)
{
    unsigned now = 1;
    const char *at = start;
    while (at < end && now < column) {
        now = *at == '\t' ? (now + 7) / 8 * 8 + 1 : now + 1;
        at++;
    }
    *found = now;
    return at;
}

static const char *line_end(const char *start, const char *end, const char **next)
{
    const char *feed = memchr(start, '\n', (size_t)(end - start));
    *next = feed ? feed + 1 : end;
    const char *stop = feed ? feed : end;
    return stop > start && stop[-1] == '\r' ? stop - 1 : stop;
}

static bool level_stands_at(const char *at, const char *end)
{
    size_t digits = 0;
    while (at + digits < end && at[digits] >= '0' && at[digits] <= '9')
        digits++;
    return (digits == 1 || digits == 2) && at + digits < end && is_blank(at[digits]);
}

/* A level number left of column 8 gives free text away, unless it is a sequence
 * number with an entry or a comment behind it. */
static bool line_is_free(const char *start, const char *end)
{
    unsigned column;
    const char *text = at_column(start, end, 8, &column);
    const char *indicator = at_column(start, end, 7, &column);
    const char *first = skip_blanks(start, end);
    if (first >= text || !level_stands_at(first, end))
        return false;
    if (column == 7 && indicator < end && (*indicator == '*' || *indicator == '/'))
        return false;
    bool entry_behind = column == 7 && indicator < end && is_blank(*indicator) &&
                        level_stands_at(skip_blanks(text, end), end);
    return !entry_behind;
}

/* Blank or a comment's or continuation's mark in column 7, and text behind it. */
static bool line_is_fixed(const char *start, const char *end)
{
    unsigned column;
    const char *indicator = at_column(start, end, 7, &column);
    bool marked = column != 7 || indicator == end || is_blank(*indicator) || *indicator == '*' ||
                  *indicator == '/' || *indicator == '-';
    const char *text = at_column(start, end, 8, &column);
    return marked && skip_blanks(text, end) < end;
}

/* Free text has a level number where it may not stand in fixed format, or no
 * line that keeps to the columns. */
static bool text_is_free(const char *text, const char *end)
{
    bool fixed = false;
    while (text < end) {
        const char *next, *stop = line_end(text, end, &next);
        if (line_is_free(text, stop))
            return true;
        fixed |= line_is_fixed(text, stop);
        text = next;
    }
    return !fixed;
}

void rc_copybook_scan(struct rc_copybook_scanner *scanner, const char *text, size_t length,
                      struct rc_error *err)
{
    const char *end = text + length;
    if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) /* UTF-8's byte order mark */
        text += 3;
    *scanner = (struct rc_copybook_scanner){
        .at = text,
        .area_end = text,
        .next = text,
        .end = end,
        .free_text = text_is_free(text, end),
        .err = err,
    };
}

/* Makes the next line the current one; false at the end of the copybook. */
static bool next_line(struct rc_copybook_scanner *scanner)
{
    scanner->at = scanner->area_end = scanner->end;
    if (scanner->next >= scanner->end)
        return false;
    const char *start = scanner->next;
    const char *stop = line_end(start, scanner->end, &scanner->next);
    scanner->line++;
    scanner->indicator = ' ';
    scanner->at = start;
    scanner->area_end = stop;
    if (!scanner->free_text) {
        unsigned column;
        const char *indicator = at_column(start, stop, 7, &column);
        if (column == 7 && indicator < stop && !is_blank(*indicator))
            scanner->indicator = *indicator;
        scanner->at = at_column(start, stop, 8, &column);
        scanner->area_end = at_column(start, stop, 73, &column);
    } else if (skip_blanks(start, stop) < stop && *skip_blanks(start, stop) == '*') {
        scanner->indicator = '*';
    }
    return true;
}

/* Lines that carry no code: comments, and debugging lines, which a compiler
 * takes for comments unless told otherwise. */
static bool is_comment(char indicator)
{
    return indicator == '*' || indicator == '/' || indicator == 'D' || indicator == 'd';
}

/* Moves to the next character that is neither blank nor comment; false with an
 * error. At the end of the copybook at == area_end. */
static bool next_text(struct rc_copybook_scanner *scanner)
{
    for (;;) {
        scanner->at = skip_blanks(scanner->at, scanner->area_end);
        size_t left = (size_t)(scanner->area_end - scanner->at);
        if (left >= 2 && scanner->at[0] == '*' && scanner->at[1] == '>')
            left = 0;
        if (left)
            return true;
        if (!next_line(scanner))
            return true;
        if (is_comment(scanner->indicator)) {
            scanner->at = scanner->area_end;
        } else if (scanner->indicator == '-') {
            return rc_copybook_fail(scanner->err, scanner->line,
                                    "only a literal may be continued (a - in column 7): write "
                                    "the word on one line");
        } else if (scanner->indicator != ' ') {
            struct rc_slice odd = {&scanner->indicator, 1};
            return rc_copybook_fail(scanner->err, scanner->line,
                                    "column 7 holds %s, where blank, *, /, D or - may stand",
                                    rc_copybook_show(odd).text);
        }
    }
}

/* Moves behind the quote with which the next line takes an open literal up. */
static bool continue_literal(struct rc_copybook_scanner *scanner, char quote)
{
    do {
        if (!next_line(scanner))
            return false;
    } while (is_comment(scanner->indicator));
    scanner->at = skip_blanks(scanner->at, scanner->area_end);
    if (scanner->indicator != '-' || scanner->at == scanner->area_end || *scanner->at != quote)
        return false;
    scanner->at++;
    return true;
}

/* at is on the opening quote. */
static bool scan_literal(struct rc_copybook_scanner *scanner, struct rc_copybook_token *token)
{
    char quote = *scanner->at++;
    token->kind = RC_COPYBOOK_LITERAL;
    for (;;) {
        while (scanner->at < scanner->area_end) {
            if (*scanner->at++ != quote)
                continue;
            if (scanner->at == scanner->area_end || *scanner->at != quote)
                return true;
            scanner->at++; /* a doubled quote stands for one in the literal */
        }
        if (!continue_literal(scanner, quote))
            return rc_copybook_fail(scanner->err, token->line, "the literal is not closed");
    }
}

bool rc_copybook_next(struct rc_copybook_scanner *scanner, struct rc_copybook_token *token)
{
    for (;;) {
        if (!next_text(scanner))
            return false;
        const char *start = scanner->at, *at = start;
        *token = (struct rc_copybook_token){RC_COPYBOOK_END, {start, 0}, scanner->line};
        if (start == scanner->area_end)
            return true;
        while (at < scanner->area_end && !is_blank(*at) && *at != '"' && *at != '\'')
            at++;
        scanner->at = at;
        if (at < scanner->area_end && !is_blank(*at)) /* a quote, or X'..' and the like */
            return scan_literal(scanner, token);
        if (at[-1] == '.') {
            bool alone = at - start == 1;
            token->kind = alone ? RC_COPYBOOK_PERIOD : RC_COPYBOOK_WORD;
            scanner->at = alone ? at : --at; /* a word's period is the next token */
        } else {
            token->kind = RC_COPYBOOK_WORD;
            if (at[-1] == ',' || at[-1] == ';') /* separators, no more than blanks */
                at--;
        }
        token->slice.length = (size_t)(at - start);
        if (token->slice.length)
            return true;
    }
}
