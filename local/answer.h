/* Answers that are built as jansson values. */
#ifndef RC_LOCAL_ANSWER_H
#define RC_LOCAL_ANSWER_H

#include "local/exchange.h"

/* Fifteen digits bring back every decimal that was written with as many, and make no
 * 0.10000000000000001 of 0.1. */
#define RC_ANSWER_JSON (JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15))

/* The value becomes the answer's body; its reference is taken. NULL (no memory) is an
 * InternalFailure. */
void rc_answer(struct rc_exchange *exchange, json_t *value);

/* A time as the JSON protocols write it: seconds since 1970 with a fraction. */
json_t *rc_answer_time(int64_t unix_ms);

/* Such a time in milliseconds; otherwise: it is none, or not before the year 10000. */
int64_t rc_answer_read_time(const json_t *seconds, int64_t otherwise);

/* "2026-04-01T12:00:00.000Z"; text has 25 bytes. */
void rc_answer_iso(int64_t unix_ms, char text[25]);

/* The value as compact JSON text, which is free'd; NULL without memory. */
char *rc_answer_dump(const json_t *value);

/* JSON that we wrote ourselves (a new reference), whose texts may hold \u0000 like those
 * that came in; NULL when text is NULL or no JSON. */
json_t *rc_answer_load(const char *text);

/* Member to[name] = from[name] where there is one that is not null. */
void rc_answer_copy(json_t *to, const json_t *from, const char *name);

/* The whole number at a path of member names ("RetryPolicy.MaximumRetryAttempts"), or what
 * is otherwise. */
int64_t rc_answer_number(const json_t *from, const char *path, int64_t otherwise);

/* A text column of the present row: "" for NULL. */
const char *rc_answer_column(sqlite3_stmt *statement, int column);

#endif
