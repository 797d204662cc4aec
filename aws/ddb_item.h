/* DynamoDB's JSON for items, keys and the values of expressions: each attribute is
 * an object that names its type ({"amount": {"N": "1250"}}). Source: "DynamoDB
 * low-level API", Amazon DynamoDB Developer Guide.
 *
 *     struct rc_buf item;
 *     struct rc_jsonw json;
 *     rc_buf_init(&item, RC_ITEM_CAP);
 *     rc_jsonw_init(&json, &item);
 *     rc_item_open(&json);
 *     rc_item_text(&json, "PK", "day#2026-11-24");
 *     rc_item_int(&json, "amount", 1250);
 *     rc_item_close(&json);
 *
 * What does not fit marks the buffer; check item.failed once. */
#ifndef RC_AWS_DDB_ITEM_H
#define RC_AWS_DDB_ITEM_H

#include "base/jsonw.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    RC_ITEM_MAX = 400 << 10, /* most bytes of an item: "Quotas in Amazon DynamoDB" */
    RC_ITEM_CAP = 1 << 20,   /* of its JSON, which is longer than what is counted */
};

/* ----- writing; within a list, the name is NULL ----- */

void rc_item_open(struct rc_jsonw *json);
void rc_item_close(struct rc_jsonw *json);

void rc_item_text(struct rc_jsonw *json, const char *name, const char *text);
void rc_item_int(struct rc_jsonw *json, const char *name, rc_i128 value);
void rc_item_number(struct rc_jsonw *json, const char *name, const char *number); /* its digits */
void rc_item_bool(struct rc_jsonw *json, const char *name, bool value);
void rc_item_null(struct rc_jsonw *json, const char *name);
void rc_item_binary(struct rc_jsonw *json, const char *name, const void *bytes, size_t length);

/* DynamoDB has no empty sets: leave the attribute out. */
void rc_item_text_set(struct rc_jsonw *json, const char *name, const char *const *texts,
                      size_t count);

void rc_item_open_map(struct rc_jsonw *json, const char *name);
void rc_item_close_map(struct rc_jsonw *json);
void rc_item_open_list(struct rc_jsonw *json, const char *name);
void rc_item_close_list(struct rc_jsonw *json);

/* ----- reading; what is not there, or is of another type, gives NULL or false ----- */

/* Borrowed from the item. */
const char *rc_item_get_text(const json_t *item, const char *name);
const char *rc_item_get_number(const json_t *item, const char *name); /* its digits */
json_t *rc_item_get_map(const json_t *item, const char *name);        /* an item again */
json_t *rc_item_get_list(const json_t *item, const char *name);       /* of attributes */
json_t *rc_item_get_text_set(const json_t *item, const char *name);   /* of JSON texts */

/* Whole numbers that fit. */
bool rc_item_get_int(const json_t *item, const char *name, int64_t *value);
bool rc_item_get_i128(const json_t *item, const char *name, rc_i128 *value);

bool rc_item_get_bool(const json_t *item, const char *name, bool *value);
bool rc_item_is_null(const json_t *item, const char *name);

/* Appends the bytes. */
bool rc_item_get_binary(const json_t *item, const char *name, struct rc_buf *bytes);

/* True when an attribute of both items is there and the same. */
bool rc_item_same(const json_t *item, const json_t *other, const char *name);

#endif
