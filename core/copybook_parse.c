#include "base/buf.h"
#include "core/copybook_internal.h"

#include <stdlib.h>
#include <string.h>

/* Names of several 01 levels in one message. */
enum { NAMES_SHOWN = 240 };

struct parser {
    struct rc_copybook_scanner scanner;
    struct rc_copybook_token token; /* the one to judge next */
    struct rc_copybook_item *root;
    struct rc_copybook_item *latest; /* the item read last; the root before the first */
    size_t items;
    struct rc_error *err;
};

/* A clause of a data description: reads it, the current token being the word it
 * begins with, and leaves the token behind it. */
struct clause {
    const char *word;
    bool (*read)(struct parser *parser, struct rc_copybook_item *item, const struct clause *clause);
    int value;
    const char *reason; /* for what is refused */
};

static const struct clause *find_clause(const struct parser *parser);

static bool advance(struct parser *parser)
{
    return rc_copybook_next(&parser->scanner, &parser->token);
}

static bool is_word(const struct parser *parser, const char *word)
{
    return parser->token.kind == RC_COPYBOOK_WORD && rc_copybook_is(parser->token.slice, word);
}

/* Words that may stand there and mean nothing: IS, ON, TIMES, ... */
static bool skip_word(struct parser *parser, const char *word)
{
    return !is_word(parser, word) || advance(parser);
}

static struct rc_copybook_shown show_token(const struct parser *parser)
{
    static const struct rc_slice ends[] = {
        [RC_COPYBOOK_END] = {"the end of the copybook", 23},
        [RC_COPYBOOK_LITERAL] = {"a literal", 9},
        [RC_COPYBOOK_PERIOD] = {"the period", 10},
    };
    bool word = parser->token.kind == RC_COPYBOOK_WORD;
    return rc_copybook_show(word ? parser->token.slice : ends[parser->token.kind]);
}

static bool unexpected(struct parser *parser, const char *wanted)
{
    return rc_copybook_fail(parser->err, parser->token.line, "%s stands where %s should",
                            show_token(parser).text, wanted);
}

/* Letters, digits, - and _, and a letter among them: a number is no name. */
static bool name_is_good(struct rc_slice name)
{
    bool letter = false;
    for (size_t i = 0; i < name.length; i++) {
        char c = name.text[i];
        bool is_letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        bool is_digit = c >= '0' && c <= '9';
        if (!is_letter && !is_digit && (i == 0 || (c != '-' && c != '_')))
            return false;
        letter |= is_letter;
    }
    return letter;
}

/* ---- clauses ---- */

static bool refuse(struct parser *parser, struct rc_copybook_item *item,
                   const struct clause *clause)
{
    (void)item;
    return rc_copybook_fail(parser->err, parser->token.line, "%s %s", clause->word, clause->reason);
}

/* EXTERNAL and GLOBAL say nothing about a record's bytes; USAGE and SIGN only
 * announce a word that is a clause of its own here. */
static bool skip_clause(struct parser *parser, struct rc_copybook_item *item,
                        const struct clause *clause)
{
    (void)item;
    (void)clause;
    return advance(parser) && skip_word(parser, "IS");
}

static bool read_picture(struct parser *parser, struct rc_copybook_item *item,
                         const struct clause *clause)
{
    (void)clause;
    if (item->picture_text.length)
        return rc_copybook_fail(parser->err, parser->token.line, "a second PIC in one entry");
    if (!advance(parser) || !skip_word(parser, "IS"))
        return false;
    if (parser->token.kind != RC_COPYBOOK_WORD)
        return unexpected(parser, "a picture");
    item->picture_text = parser->token.slice;
    return advance(parser);
}

static bool read_usage(struct parser *parser, struct rc_copybook_item *item,
                       const struct clause *clause)
{
    item->usage = (enum rc_copybook_usage)clause->value;
    return advance(parser);
}

static bool read_sign(struct parser *parser, struct rc_copybook_item *item,
                      const struct clause *clause)
{
    item->sign = (enum rc_copybook_sign)clause->value;
    if (!advance(parser))
        return false;
    item->separate = is_word(parser, "SEPARATE");
    return skip_word(parser, "SEPARATE") && skip_word(parser, "CHARACTER");
}

static bool read_name(struct parser *parser, struct rc_slice *name)
{
    if (parser->token.kind != RC_COPYBOOK_WORD || find_clause(parser))
        return unexpected(parser, "a name");
    *name = parser->token.slice;
    return advance(parser);
}

static bool read_redefines(struct parser *parser, struct rc_copybook_item *item,
                           const struct clause *clause)
{
    (void)clause;
    return advance(parser) && read_name(parser, &item->redefines);
}

static bool read_number(struct parser *parser, uint32_t *number)
{
    struct rc_slice slice = parser->token.slice;
    bool digits = parser->token.kind == RC_COPYBOOK_WORD && slice.length <= 9;
    *number = 0;
    for (size_t i = 0; digits && i < slice.length; i++) {
        digits = slice.text[i] >= '0' && slice.text[i] <= '9';
        *number = *number * 10 + (uint32_t)(slice.text[i] - '0');
    }
    return digits ? advance(parser) : unexpected(parser, "a number of up to nine digits");
}

/* DEPENDING ON name, which OF or IN may qualify; the nearest of that name is
 * taken, so the qualifiers add nothing. */
static bool read_depending(struct parser *parser, struct rc_copybook_item *item)
{
    struct rc_slice qualifier;
    if (!advance(parser) || !skip_word(parser, "ON") || !read_name(parser, &item->depending))
        return false;
    while (is_word(parser, "OF") || is_word(parser, "IN"))
        if (!advance(parser) || !read_name(parser, &qualifier))
            return false;
    return true;
}

static bool is_index_word(const struct parser *parser)
{
    return is_word(parser, "ASCENDING") || is_word(parser, "DESCENDING") ||
           is_word(parser, "INDEXED");
}

/* ASCENDING KEY IS and INDEXED BY with their names: they help a program search a
 * table and take no bytes. */
static bool skip_indexes(struct parser *parser)
{
    while (is_index_word(parser)) {
        if (!advance(parser) || !skip_word(parser, "KEY") || !skip_word(parser, "IS") ||
            !skip_word(parser, "BY"))
            return false;
        while (parser->token.kind == RC_COPYBOOK_WORD && name_is_good(parser->token.slice) &&
               !find_clause(parser) && !is_index_word(parser) && !is_word(parser, "DEPENDING"))
            if (!advance(parser))
                return false;
    }
    return true;
}

static bool read_occurs(struct parser *parser, struct rc_copybook_item *item,
                        const struct clause *clause)
{
    (void)clause;
    unsigned line = parser->token.line;
    uint32_t least = 0;
    if (!advance(parser) || !read_number(parser, &item->occurs))
        return false;
    bool range = is_word(parser, "TO");
    if (range) {
        least = item->occurs;
        if (!advance(parser) || !read_number(parser, &item->occurs))
            return false;
    }
    item->has_occurs = true;
    if (!skip_word(parser, "TIMES") || !skip_indexes(parser))
        return false;
    if (is_word(parser, "DEPENDING") && (!read_depending(parser, item) || !skip_indexes(parser)))
        return false;
    if (item->occurs == 0 || least > item->occurs)
        return rc_copybook_fail(parser->err, line, "OCCURS needs a number from 1%s",
                                range ? ", the second not below the first" : "");
    if (range && !item->depending.length)
        return rc_copybook_fail(parser->err, line, "OCCURS n TO m without DEPENDING ON");
    return true;
}

/* Initial values mean nothing for a file: what stands there is skipped. */
static bool skip_value(struct parser *parser, struct rc_copybook_item *item,
                       const struct clause *clause)
{
    (void)item;
    (void)clause;
    if (!advance(parser) || !skip_word(parser, "IS") || !skip_word(parser, "ARE") ||
        !skip_word(parser, "ALL"))
        return false;
    if (parser->token.kind != RC_COPYBOOK_WORD && parser->token.kind != RC_COPYBOOK_LITERAL)
        return unexpected(parser, "a value");
    return advance(parser);
}

static bool read_justified(struct parser *parser, struct rc_copybook_item *item,
                           const struct clause *clause)
{
    (void)clause;
    item->justified = true;
    return advance(parser) && skip_word(parser, "RIGHT");
}

static bool read_blank(struct parser *parser, struct rc_copybook_item *item,
                       const struct clause *clause)
{
    (void)clause;
    item->blank_zero = true;
    if (!advance(parser) || !skip_word(parser, "WHEN"))
        return false;
    if (!is_word(parser, "ZERO") && !is_word(parser, "ZEROS") && !is_word(parser, "ZEROES"))
        return unexpected(parser, "ZERO");
    return advance(parser);
}

static const char floating[] = "is floating point, which is not supported";
static const char pointer[] = "is no data of a file";
static const char national[] = "is not supported: national and DBCS characters";
static const char slack[] = "is not supported: the slack bytes it puts before an item are not "
                            "counted; write them as FILLER and leave it out";
static const char expand[] = "is not expanded: import the copybook with its text filled in";

static const struct clause clauses[] = {
    {"PIC", read_picture, 0, NULL},
    {"PICTURE", read_picture, 0, NULL},
    {"USAGE", skip_clause, 0, NULL},
    {"DISPLAY", read_usage, RC_USAGE_DISPLAY, NULL},
    {"BINARY", read_usage, RC_USAGE_COMP, NULL},
    {"COMP", read_usage, RC_USAGE_COMP, NULL},
    {"COMPUTATIONAL", read_usage, RC_USAGE_COMP, NULL},
    {"COMP-4", read_usage, RC_USAGE_COMP, NULL},
    {"COMPUTATIONAL-4", read_usage, RC_USAGE_COMP, NULL},
    {"COMP-3", read_usage, RC_USAGE_COMP3, NULL},
    {"COMPUTATIONAL-3", read_usage, RC_USAGE_COMP3, NULL},
    {"PACKED-DECIMAL", read_usage, RC_USAGE_COMP3, NULL},
    {"COMP-5", read_usage, RC_USAGE_COMP5, NULL},
    {"COMPUTATIONAL-5", read_usage, RC_USAGE_COMP5, NULL},
    {"COMP-1", refuse, 0, floating},
    {"COMPUTATIONAL-1", refuse, 0, floating},
    {"COMP-2", refuse, 0, floating},
    {"COMPUTATIONAL-2", refuse, 0, floating},
    {"INDEX", refuse, 0, pointer},
    {"POINTER", refuse, 0, pointer},
    {"PROCEDURE-POINTER", refuse, 0, pointer},
    {"FUNCTION-POINTER", refuse, 0, pointer},
    {"DISPLAY-1", refuse, 0, national},
    {"NATIONAL", refuse, 0, national},
    {"SIGN", skip_clause, 0, NULL},
    {"LEADING", read_sign, RC_SIGN_LEADING, NULL},
    {"TRAILING", read_sign, RC_SIGN_TRAILING, NULL},
    {"REDEFINES", read_redefines, 0, NULL},
    {"OCCURS", read_occurs, 0, NULL},
    {"VALUE", skip_value, 0, NULL},
    {"VALUES", skip_value, 0, NULL},
    {"JUST", read_justified, 0, NULL},
    {"JUSTIFIED", read_justified, 0, NULL},
    {"BLANK", read_blank, 0, NULL},
    {"SYNC", refuse, 0, slack},
    {"SYNCHRONIZED", refuse, 0, slack},
    {"EXTERNAL", skip_clause, 0, NULL},
    {"GLOBAL", skip_clause, 0, NULL},
    {"COPY", refuse, 0, expand},
    {"REPLACE", refuse, 0, expand},
};

static const struct clause *find_clause(const struct parser *parser)
{
    for (size_t i = 0; i < sizeof clauses / sizeof *clauses; i++)
        if (is_word(parser, clauses[i].word))
            return &clauses[i];
    return NULL;
}

/* ---- entries ---- */

static struct rc_copybook_item *add_item(struct parser *parser, struct rc_copybook_item *parent,
                                         unsigned level, unsigned line)
{
    if (parser->items++ >= RC_COPYBOOK_ITEMS) {
        rc_error_set(parser->err, RC_LIMIT, "line %u: more than %d data items", line,
                     RC_COPYBOOK_ITEMS);
        return NULL;
    }
    struct rc_copybook_item *item = calloc(1, sizeof *item);
    if (!item) {
        rc_error_nomem(parser->err);
        return NULL;
    }
    item->level = level;
    item->line = line;
    item->occurs = 1;
    item->parent = parent;
    if (parent->last)
        parent->last->next = item;
    else
        parent->first = item;
    parent->last = item;
    return item;
}

/* Hangs an item of this level below the nearest one before it that has a lower
 * level; a copybook that begins below 01 gets a record around it. */
static struct rc_copybook_item *place_item(struct parser *parser, unsigned level, unsigned line)
{
    struct rc_copybook_item *parent = parser->latest;
    while (parent->level >= level)
        parent = parent->parent;
    if (parent == parser->root && level > 1)
        parent = add_item(parser, parser->root, 1, line);
    return parent ? add_item(parser, parent, level, line) : NULL;
}

static bool read_item_name(struct parser *parser, struct rc_copybook_item *item)
{
    if (parser->token.kind != RC_COPYBOOK_WORD || find_clause(parser))
        return true; /* an entry without a name is a filler */
    struct rc_slice name = parser->token.slice;
    if (name.length > RC_COPYBOOK_NAME)
        return rc_copybook_fail(parser->err, parser->token.line,
                                "the name %s is longer than %d characters",
                                rc_copybook_show(name).text, RC_COPYBOOK_NAME);
    if (!name_is_good(name))
        return rc_copybook_fail(parser->err, parser->token.line,
                                "%s is no data name, which has letters, digits, - and _ (a "
                                "placeholder that REPLACING fills has to be filled first)",
                                rc_copybook_show(name).text);
    if (!rc_copybook_is(name, "FILLER"))
        item->name = name;
    return advance(parser);
}

static bool read_item(struct parser *parser, unsigned level, unsigned line)
{
    struct rc_copybook_item *item = place_item(parser, level, line);
    if (!item)
        return false;
    parser->latest = item;
    if (!read_item_name(parser, item))
        return false;
    while (parser->token.kind != RC_COPYBOOK_PERIOD) {
        const struct clause *clause = find_clause(parser);
        if (!clause && parser->token.kind == RC_COPYBOOK_END)
            return rc_copybook_fail(parser->err, line, "no period ends the entry");
        if (!clause)
            return rc_copybook_fail(parser->err, parser->token.line,
                                    "%s is no clause that is known; does a period miss before it?",
                                    show_token(parser).text);
        if (!clause->read(parser, item, clause))
            return false;
    }
    return advance(parser);
}

/* Renames, standalone items and condition names take no bytes of the record. */
static bool skip_entry(struct parser *parser, unsigned line)
{
    while (parser->token.kind != RC_COPYBOOK_PERIOD) {
        if (parser->token.kind == RC_COPYBOOK_END)
            return rc_copybook_fail(parser->err, line, "no period ends the entry");
        if (!advance(parser))
            return false;
    }
    return advance(parser);
}

/* EJECT and SKIP1 to SKIP3 move the paper of a listing. */
static bool is_listing_word(const struct parser *parser)
{
    return is_word(parser, "EJECT") || is_word(parser, "SKIP1") || is_word(parser, "SKIP2") ||
           is_word(parser, "SKIP3");
}

static bool read_entry(struct parser *parser)
{
    struct rc_copybook_token start = parser->token;
    if (is_listing_word(parser))
        return advance(parser) && (parser->token.kind != RC_COPYBOOK_PERIOD || advance(parser));
    const struct clause *clause = find_clause(parser);
    if (clause && clause->reason)
        return clause->read(parser, NULL, clause);
    unsigned level = 0;
    bool digits = start.kind == RC_COPYBOOK_WORD && start.slice.length <= 2;
    for (size_t i = 0; digits && i < start.slice.length; i++) {
        digits = start.slice.text[i] >= '0' && start.slice.text[i] <= '9';
        level = level * 10 + (unsigned)(start.slice.text[i] - '0');
    }
    if (!digits)
        return unexpected(parser, "a level number");
    if (!advance(parser))
        return false;
    if (level == 66 || level == 77 || level == 88)
        return skip_entry(parser, start.line);
    if (level < 1 || level > RC_COPYBOOK_DEPTH)
        return rc_copybook_fail(parser->err, start.line,
                                "level %02u is not supported, only 01 to 49, 66, 77 and 88", level);
    return read_item(parser, level, start.line);
}

/* Several records have nothing in a copybook that tells them apart. */
static bool refuse_several(struct rc_copybook_item *root, struct rc_error *err)
{
    struct rc_buf names;
    rc_buf_init(&names, NAMES_SHOWN);
    for (const struct rc_copybook_item *record = root->first; record; record = record->next) {
        struct rc_copybook_shown name = rc_copybook_show(record->name);
        size_t used = names.length;
        if (used > NAMES_SHOWN - sizeof name.text - 8) {
            rc_buf_add_str(&names, ", ...");
            break;
        }
        rc_buf_printf(&names, "%s%s", used ? ", " : "", *name.text ? name.text : "FILLER");
    }
    if (names.failed)
        rc_error_nomem(err);
    else
        rc_copybook_fail(err, root->first->next->line,
                         "a second level 01: nothing tells the records %s apart; import each "
                         "alone and put them into one layout, each with its `match`",
                         names.data);
    rc_buf_free(&names);
    return false;
}

bool rc_copybook_parse(const char *text, size_t length, struct rc_copybook_item *root,
                       struct rc_error *err)
{
    struct parser parser = {.root = root, .latest = root, .err = err};
    *root = (struct rc_copybook_item){.occurs = 1};
    rc_copybook_scan(&parser.scanner, text, length, err);
    if (!advance(&parser))
        return false;
    while (parser.token.kind != RC_COPYBOOK_END)
        if (!read_entry(&parser))
            return false;
    if (!root->first) {
        rc_error_set(err, RC_INVALID, "the copybook describes no data item");
        return false;
    }
    return root->first->next ? refuse_several(root, err) : true;
}

void rc_copybook_free(struct rc_copybook_item *root)
{
    struct rc_copybook_item *item = root->first;
    while (item) { /* no deeper than there are levels */
        struct rc_copybook_item *next = item->next;
        rc_copybook_free(item);
        free(item);
        item = next;
    }
    root->first = root->last = NULL;
}
