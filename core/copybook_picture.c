#include "core/copybook_internal.h"

#include <string.h>

/* A picture as it is read: symbols with how often each follows in a row. CR and
 * DB are one symbol, C and D. */
struct reader {
    const char *at, *end;
    struct rc_slice text;
    unsigned line;
    struct rc_error *err;
    char symbol;
    unsigned count;
};

static bool bad(const struct reader *reader, const char *why)
{
    return rc_copybook_fail(reader->err, reader->line, "PIC %s: %s",
                            rc_copybook_show(reader->text).text, why);
}

/* Reads "(n)" where it stands. */
static bool read_repeat(struct reader *reader)
{
    reader->count = 1;
    if (reader->at == reader->end || *reader->at != '(')
        return true;
    unsigned count = 0;
    const char *at = reader->at + 1;
    for (; at < reader->end && *at >= '0' && *at <= '9'; at++) {
        count = count * 10 + (unsigned)(*at - '0');
        if (count > RC_COPYBOOK_RECORD_BYTES)
            return bad(reader, "longer than any record, at most 1048576 bytes are supported");
    }
    if (count == 0 || at == reader->end || *at != ')')
        return bad(reader, "a repetition is a number from 1 in parentheses");
    reader->at = at + 1;
    reader->count = count;
    return true;
}

/* Reads the next symbol; at the end symbol is NUL. */
static bool read_symbol(struct reader *reader)
{
    reader->symbol = '\0';
    reader->count = 0;
    if (reader->at == reader->end)
        return true;
    char c = *reader->at++;
    if (c >= 'a' && c <= 'z')
        c = (char)(c - 'a' + 'A');
    if (c == 'C' || c == 'D') {
        char second = c == 'C' ? 'R' : 'B';
        if (reader->at == reader->end || (*reader->at & ~0x20) != second)
            return bad(reader, "C stands only in CR, and D only in DB");
        reader->at++;
    }
    reader->symbol = c;
    return read_repeat(reader);
}

static struct reader start(struct rc_slice text, unsigned line, struct rc_error *err)
{
    return (struct reader){
        .at = text.text,
        .end = text.text + text.length,
        .text = text,
        .line = line,
        .err = err,
    };
}

/* Counts each symbol. counts has 128 entries. */
static bool count_symbols(struct reader reader, unsigned *counts)
{
    unsigned total = 0;
    for (;;) {
        if (!read_symbol(&reader))
            return false;
        if (!reader.symbol)
            return true;
        if (!strchr("XA9SVPZ*+-.,$B0/CD", reader.symbol))
            return bad(&reader, strchr("NGU1", reader.symbol)
                                    ? "national, DBCS and boolean items are not supported"
                                    : "there is a symbol that is not supported");
        counts[(unsigned char)reader.symbol] += reader.count;
        total += reader.count;
        if (total > RC_COPYBOOK_RECORD_BYTES)
            return bad(&reader, "longer than any record, at most 1048576 bytes are supported");
    }
}

static bool only(const unsigned *counts, const char *symbols)
{
    for (unsigned i = 1; i < 128; i++)
        if (counts[i] && !strchr(symbols, (int)i))
            return false;
    return true;
}

static bool digits_fit(const struct reader *reader, unsigned digits)
{
    if (digits <= RC_DECIMAL_DIGITS)
        return true;
    return rc_copybook_fail(reader->err, reader->line,
                            "PIC %s: %u digits, at most %d are supported",
                            rc_copybook_show(reader->text).text, digits, RC_DECIMAL_DIGITS);
}

/* S, 9, V and P: P stands for digits that are not stored, left of the first
 * stored digit (all behind the point) or right of the last (all before it). */
static bool read_numeric(struct reader reader, struct rc_copybook_picture *picture)
{
    unsigned nines = 0, left = 0, right = 0, behind_point = 0;
    bool point = false, first = true, misplaced = false;
    for (;; first = false) {
        if (!read_symbol(&reader))
            return false;
        if (!reader.symbol)
            break;
        if (reader.symbol == 'S') {
            misplaced |= !first || reader.count > 1;
            picture->is_signed = true;
        } else if (reader.symbol == 'V') {
            misplaced |= point || reader.count > 1 || left;
            point = true;
        } else if (reader.symbol == 'P') {
            misplaced |= nines && point;
            *(nines ? &right : &left) += reader.count;
        } else {
            misplaced |= right > 0;
            nines += reader.count;
            behind_point += point ? reader.count : 0;
        }
    }
    if (!nines)
        return bad(&reader, "there is no digit in it");
    if (misplaced || (left && right))
        return bad(&reader, "S, V or P stands where it may not");
    if (!digits_fit(&reader, nines + left + right))
        return false;
    picture->category = RC_PICTURE_NUMERIC;
    picture->digits = picture->bytes = nines;
    picture->decimals = left ? left + nines : behind_point;
    picture->shift = right;
    return true;
}

/* Whether a sign in its own place is followed by Z: blanks come to stand between
 * the sign and the digits, where `edited` does not look for them. */
static bool sign_stands_apart(struct reader reader)
{
    if (!read_symbol(&reader) || (reader.symbol != '+' && reader.symbol != '-'))
        return false;
    return reader.count == 1 && read_symbol(&reader) && reader.symbol == 'Z';
}

static bool read_edited(const struct reader *reader, const unsigned *counts,
                        struct rc_copybook_picture *picture)
{
    unsigned floats = 0; /* of floating symbols, the first is no digit position */
    for (const char *symbol = "+-$"; *symbol; symbol++)
        floats += counts[(unsigned)*symbol] ? counts[(unsigned)*symbol] - 1 : 0;
    unsigned digits = counts['9'] + counts['Z'] + counts['*'] + floats;
    if (counts['S'])
        return bad(reader, "S does not go with editing symbols");
    if (counts['.'] + counts['V'] > 1)
        return bad(reader, "there is more than one decimal point");
    if (!digits)
        return bad(reader, "there is no digit in it");
    if (!digits_fit(reader, digits + counts['P']))
        return false;
    bool plain = only(counts, "9Z+-.,") && !sign_stands_apart(*reader);
    picture->category = plain ? RC_PICTURE_EDITED : RC_PICTURE_EDITED_TEXT;
    picture->digits = digits;
    picture->is_signed = counts['+'] || counts['-'] || counts['C'] || counts['D'];
    picture->blank_zero = counts['9'] == 0 && counts['*'] == 0;
    for (unsigned i = 0; i < 128; i++) /* V and P take no byte, CR and DB two */
        picture->bytes += i == 'V' || i == 'P'   ? 0
                          : i == 'C' || i == 'D' ? 2 * counts[i]
                                                 : counts[i];
    return true;
}

bool rc_copybook_picture(struct rc_slice text, unsigned line, struct rc_copybook_picture *picture,
                         struct rc_error *err)
{
    unsigned counts[128] = {0};
    struct reader reader = start(text, line, err);
    *picture = (struct rc_copybook_picture){.category = RC_PICTURE_TEXT};
    if (!count_symbols(reader, counts))
        return false;
    if (only(counts, "S9VP"))
        return read_numeric(reader, picture);
    if (!counts['X'] && !counts['A'])
        return read_edited(&reader, counts, picture);
    if (!only(counts, "XA9B0/"))
        return bad(&reader, "X and A do not go with numeric symbols other than 9");
    picture->bytes =
        counts['X'] + counts['A'] + counts['9'] + counts['B'] + counts['0'] + counts['/'];
    return true;
}
