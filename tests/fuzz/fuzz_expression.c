/* An expression of DynamoDB: read, or refused with a sentence; applied to an item. Or an
 * item as text, which two readers have to read alike. The first byte chooses what it is. */
#include "local/attribute_json.h"
#include "local/attribute_text.h"
#include "local/expression.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char item_text[] =
    "{\"n\":{\"N\":\"10\"},\"s\":{\"S\":\"hello\"},\"b\":{\"B\":\"AAEC\"},\"t\":{\"BOOL\":true},"
    "\"m\":{\"M\":{\"k\":{\"N\":\"1\"},\"l\":{\"L\":[{\"S\":\"p\"},{\"N\":\"3\"}]}}},"
    "\"ss\":{\"SS\":[\"x\",\"y\"]},\"ns\":{\"NS\":[\"1\",\"2\"]},\"l\":{\"L\":[{\"N\":\"1\"}]}}";
static const char names_text[] = "{\"#a\":\"m\",\"#b\":\"l\"}";
static const char values_text[] =
    "{\":n\":{\"N\":\"9.5\"},\":s\":{\"S\":\"he\"},\":l\":{\"L\":[{\"NULL\":true}]},"
    "\":x\":{\"SS\":[\"x\"]},\":y\":{\"NS\":[\"2\"]},\":b\":{\"B\":\"AA==\"}}";

static void must(bool true_)
{
    if (!true_)
        abort();
}

/* What comes out has to be an item that the store takes. */
static void check_item(const struct rc_attribute *item, struct rc_arena *arena)
{
    struct rc_buf packed;
    rc_buf_init(&packed, 1 << 22);
    rc_attribute_pack(item, &packed);
    must(!packed.failed);
    const struct rc_attribute *again = rc_attribute_unpack(packed.data, packed.length, arena);
    must(again && rc_attribute_equal(item, again));
    rc_buf_free(&packed);
}

static void apply(int kind, struct rc_expression_scope *scope, const char *text,
                  const struct rc_attribute *item)
{
    struct rc_error err = {0};
    const void *read = NULL;
    const struct rc_attribute *result = item;
    if (kind == 0)
        read = rc_condition_read(scope, "ConditionExpression", text, &err);
    else if (kind == 1)
        read = rc_update_read(scope, text, &err);
    else
        read = rc_projection_read(scope, text, &err);
    must(read || err.text[0]);
    if (read && kind == 0)
        rc_condition_holds(read, item);
    else if (read && kind == 1)
        result = rc_update_apply(read, item, scope->arena, &err);
    else if (read)
        result = rc_projection_apply(read, item, scope->arena);
    must(result || err.text[0]);
    if (result)
        check_item(result, scope->arena);
}

/* What the reader of texts takes, the reader of documents takes, too. */
static void read_text(const char *bytes, size_t length)
{
    struct rc_arena arena;
    struct rc_attribute_text text;
    struct rc_attribute item, other;
    struct rc_error err = {0};
    rc_arena_init(&arena, 16 << 20);
    rc_attribute_text_begin(&text, bytes, length, &arena, &err);
    bool ok = rc_attribute_text_item(&text, &item);
    must(ok || err.text[0]);
    json_t *json =
        ok && rc_attribute_text_end(&text) ? json_loadb(bytes, length, JSON_ALLOW_NUL, NULL) : NULL;
    if (json && rc_attribute_read_item(json, &arena, &other, NULL))
        must(memchr(bytes, '\\', length) || rc_attribute_equal(&item, &other));
    if (ok)
        check_item(&item, &arena);
    json_decref(json);
    rc_arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rc_arena arena;
    struct rc_attribute item;
    struct rc_expression_scope scope;
    if (size < 1)
        return 0;
    if (data[0] % 4 == 3) {
        read_text((const char *)data + 1, size - 1);
        return 0;
    }
    json_t *json = json_loads(item_text, 0, NULL), *names = json_loads(names_text, 0, NULL);
    json_t *values = json_loads(values_text, 0, NULL);
    char *text = calloc(1, size);
    must(json && names && values && text);
    memcpy(text, data + 1, size - 1);
    rc_arena_init(&arena, 16 << 20);
    must(rc_attribute_read_item(json, &arena, &item, NULL));
    must(rc_expression_scope_init(&scope, &arena, names, values, NULL));
    apply(data[0] % 4, &scope, text, &item);
    rc_arena_free(&arena);
    free(text);
    json_decref(values);
    json_decref(names);
    json_decref(json);
    return 0;
}
