/* A query that was read, for those who run it. */
#ifndef RC_LOCAL_INSIGHTS_INTERNAL_H
#define RC_LOCAL_INSIGHTS_INTERNAL_H

#include "local/insights.h"

#include <regex.h>

enum {
    RC_INSIGHTS_FIELDS = 32,
    RC_INSIGHTS_STATS = 16,
    RC_INSIGHTS_ROWS = 10000,
};

enum rc_insights_kind {
    RC_INSIGHTS_AND,
    RC_INSIGHTS_OR,
    RC_INSIGHTS_NOT,
    RC_INSIGHTS_EQUAL,
    RC_INSIGHTS_LESS,    /* left < right */
    RC_INSIGHTS_AT_MOST, /* left <= right */
    RC_INSIGHTS_LIKE,    /* the right one's text is in it */
    RC_INSIGHTS_REGEX,
    RC_INSIGHTS_PRESENT,
    RC_INSIGHTS_TRUE, /* of a field alone */
};

/* A field's name, or a constant. */
struct rc_insights_operand {
    const char *text;
    bool is_field;
};

struct rc_insights_node {
    enum rc_insights_kind kind;
    const struct rc_insights_node *one, *two; /* AND, OR, NOT */
    struct rc_insights_operand left, right;
    regex_t *regex;
    struct rc_insights_node *next_regex; /* of those that have one */
};

struct rc_insights_stat {
    const char *function; /* "count", "pct" */
    const char *field;    /* NULL: count(*) */
    double percent;
    const char *name; /* of the column */
};

struct rc_insights_key {
    const char *field; /* NULL: bin() */
    int64_t bin_ms;
    const char *name;
};

struct rc_insights {
    struct rc_arena arena;
    const struct rc_insights_node *filter; /* NULL: everything */
    struct rc_insights_node *regexes;
    const char *fields[RC_INSIGHTS_FIELDS];
    size_t field_count;
    struct rc_insights_stat stats[RC_INSIGHTS_STATS];
    size_t stat_count;
    struct rc_insights_key keys[RC_INSIGHTS_FIELDS];
    size_t key_count;
    const char *sort; /* NULL: by time, the newest first */
    bool descending;
    int64_t limit; /* 0: none */
};

#endif
