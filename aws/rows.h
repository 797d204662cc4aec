/* Rows of the tables of aws/shape.h, short enough to read: for the services' .c
 * files alone, because the names are. A row is KIND(struct's tag, field, "name on
 * the wire", more initialisers...), and the compiler compares the field's type with
 * the kind. */
#ifndef RC_AWS_ROWS_H
#define RC_AWS_ROWS_H

#include "aws/shape.h"

/* The field's place; a field of another type does not compile. (A type cannot stand
 * in parentheses.) */
/* NOLINTBEGIN(bugprone-macro-parentheses) */
#define RC_PLACE(tag, field, type)                                                                 \
    (offsetof(struct tag, field) + 0 * _Generic(((struct tag *)0)->field, type : 1))
/* NOLINTEND(bugprone-macro-parentheses) */

#define RC_ROW(tag, field, type, kind_, ...)                                                       \
    {                                                                                              \
        .kind = kind_, .offset = RC_PLACE(tag, field, type), .name = __VA_ARGS__                   \
    }

#define TEXT(tag, field, ...) RC_ROW(tag, field, const char *, RC_SHAPE_TEXT, __VA_ARGS__)
#define INT(tag, field, ...) RC_ROW(tag, field, int64_t, RC_SHAPE_INT, __VA_ARGS__)
#define REAL(tag, field, ...) RC_ROW(tag, field, double, RC_SHAPE_REAL, __VA_ARGS__)
#define BOOL(tag, field, ...) RC_ROW(tag, field, bool, RC_SHAPE_BOOL, __VA_ARGS__)
#define TIME(tag, field, ...) RC_ROW(tag, field, int64_t, RC_SHAPE_TIME, __VA_ARGS__)
#define MS(tag, field, ...) RC_ROW(tag, field, int64_t, RC_SHAPE_MS, __VA_ARGS__)
#define BLOB(tag, field, ...) RC_ROW(tag, field, struct rc_bytes, RC_SHAPE_BLOB, __VA_ARGS__)
#define RAW(tag, field, ...) RC_ROW(tag, field, const char *, RC_SHAPE_RAW, __VA_ARGS__)
#define JSON(tag, field, ...) RC_ROW(tag, field, json_t *, RC_SHAPE_JSON, __VA_ARGS__)

/* A pointer to a struct that has a table of its own. */
#define STRUCT(tag, field, inner, ...)                                                             \
    {                                                                                              \
        .kind = RC_SHAPE_STRUCT, .offset = RC_PLACE(tag, field, const struct inner *),             \
        .shape = &inner##_shape, .name = __VA_ARGS__                                               \
    }

#define RC_ROWS(tag, field, type, kind_, of_, shape_, ...)                                         \
    {                                                                                              \
        .kind = kind_, .of = of_,                                                                  \
        .offset = offsetof(struct tag, field) + 0 * RC_PLACE(tag, field.items, type),              \
        .shape = shape_, .name = __VA_ARGS__                                                       \
    }

/* Lists of texts, numbers, times, JSON and structs. */
#define TEXTS(tag, field, ...)                                                                     \
    RC_ROWS(tag, field, const char *const *, RC_SHAPE_LIST, RC_SHAPE_TEXT, NULL, __VA_ARGS__)
#define INTS(tag, field, ...)                                                                      \
    RC_ROWS(tag, field, const int64_t *, RC_SHAPE_LIST, RC_SHAPE_INT, NULL, __VA_ARGS__)
#define REALS(tag, field, ...)                                                                     \
    RC_ROWS(tag, field, const double *, RC_SHAPE_LIST, RC_SHAPE_REAL, NULL, __VA_ARGS__)
#define TIMES(tag, field, ...)                                                                     \
    RC_ROWS(tag, field, const int64_t *, RC_SHAPE_LIST, RC_SHAPE_TIME, NULL, __VA_ARGS__)
#define JSONS(tag, field, ...)                                                                     \
    RC_ROWS(tag, field, const json_t *const *, RC_SHAPE_LIST, RC_SHAPE_JSON, NULL, __VA_ARGS__)
#define LIST(tag, field, inner, ...)                                                               \
    RC_ROWS(tag, field, const struct inner *, RC_SHAPE_LIST, RC_SHAPE_STRUCT, &inner##_shape,      \
            __VA_ARGS__)

/* Maps: from text to text, and to structs whose first member is the key. */
#define PAIRS(tag, field, ...)                                                                     \
    RC_ROWS(tag, field, const struct rc_pair *, RC_SHAPE_MAP, RC_SHAPE_TEXT, &rc_shape_pair,       \
            __VA_ARGS__)
#define MAP(tag, field, inner, ...)                                                                \
    RC_ROWS(tag, field, const struct inner *, RC_SHAPE_MAP, RC_SHAPE_STRUCT, &inner##_shape,       \
            __VA_ARGS__)

/* The shape TAG_shape of the rows in TAG_members. */
#define SHAPE(tag) static RC_SHAPE(tag##_shape, struct tag, tag##_members)

#endif
