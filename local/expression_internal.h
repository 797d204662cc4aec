/* What reading an expression is made of: words, placeholders, paths. */
#ifndef RC_LOCAL_EXPRESSION_INTERNAL_H
#define RC_LOCAL_EXPRESSION_INTERNAL_H

#include "local/expression.h"

enum rc_word_kind {
    RC_WORD_END,
    RC_WORD_BAD, /* no word of the language begins so */
    RC_WORD_NAME,
    RC_WORD_NAME_PLACEHOLDER,  /* #name */
    RC_WORD_VALUE_PLACEHOLDER, /* :name */
    RC_WORD_NUMBER,
    RC_WORD_SIGN, /* ( ) [ ] . , + - and the comparisons */
};

struct rc_word {
    enum rc_word_kind kind;
    const char *text;
    size_t length;
};

struct rc_reader {
    struct rc_expression_scope *scope;
    const char *what; /* "ConditionExpression" */
    const char *text;
    struct rc_word before; /* the word that was taken last */
    struct rc_word word;   /* the one that is looked at */
    int depth;
    int operators;
    bool stop;             /* a syntax error, or no memory: nothing more is read */
    struct rc_error *err;  /* of these */
    struct rc_error wrong; /* the first other error; a syntax error goes before it */
};

/* False when the text is empty or too long. */
bool rc_reader_begin(struct rc_reader *reader, struct rc_expression_scope *scope, const char *what,
                     const char *text, struct rc_error *err);

/* True when all was read and nothing was wrong. */
bool rc_reader_end(struct rc_reader *reader);

void rc_reader_next(struct rc_reader *reader);
bool rc_reader_sign(const struct rc_reader *reader, const char *sign);    /* is it this? */
bool rc_reader_keyword(const struct rc_reader *reader, const char *name); /* any case */
bool rc_reader_take(struct rc_reader *reader, const char *sign);          /* takes it if so */
bool rc_reader_expect(struct rc_reader *reader, const char *sign);        /* or a syntax error */

/* These give false. A syntax error ends the reading; what is wrong otherwise is kept. */
bool rc_reader_syntax(struct rc_reader *reader);
bool rc_reader_no_memory(struct rc_reader *reader);
bool rc_reader_wrong(struct rc_reader *reader, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* An operand of a type that the operator or function does not take. */
void rc_reader_bad_type(struct rc_reader *reader, const char *function, int type);

/* Counts an operator. */
void rc_reader_operator(struct rc_reader *reader);

bool rc_reader_path(struct rc_reader *reader, struct rc_path *path);
bool rc_reader_value(struct rc_reader *reader, struct rc_operand *operand);

/* "[a, [0], b]" */
void rc_path_text(const struct rc_path *path, char *text, size_t room);
bool rc_path_same(const struct rc_path *a, const struct rc_path *b);

/* Says it when two paths of a projection or an update overlap or conflict. */
void rc_reader_apart(struct rc_reader *reader, const struct rc_path *one,
                     const struct rc_path *two);

/* Doubles an array of the arena when it is full; NULL without memory. */
void *rc_reader_room(struct rc_reader *reader, void *items, size_t count, size_t size);

/* The value's type for errors, when it is known before there is an item: of a value and
 * of what size gives; -1 otherwise. */
int rc_operand_type(const struct rc_operand *operand);

bool rc_expression_reserved(const char *name, size_t length);

#endif
