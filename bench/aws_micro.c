/* Two parts of a request on their own, on one thread and without a network: encoding a
 * BatchWriteItem of 25 items, by base/jsonw.h and by building and dumping a document of
 * jansson's, and signing. Prints "WHAT NANOSECONDS BYTES", the best of several rounds.
 *
 *     aws_micro */
#include "aws/sign.h"
#include "bench/aws_items.h"
#include "bench/aws_usage.h"

enum { BATCH = 25, ROUNDS = 9, TIMES = 2000, BODY_CAP = 1 << 20 };

static struct bench_item items[BATCH];

/* ----- encoding ----- */

static size_t encode_with_jsonw(void *ctx)
{
    struct rc_buf *out = ctx;
    struct rc_jsonw json;
    rc_buf_clear(out);
    rc_jsonw_init(&json, out);
    rc_jsonw_open(&json, '{');
    rc_jsonw_key(&json, "RequestItems");
    rc_jsonw_open(&json, '{');
    rc_jsonw_key(&json, "items");
    rc_jsonw_open(&json, '[');
    for (int i = 0; i < BATCH; i++) {
        rc_jsonw_open(&json, '{');
        rc_jsonw_key(&json, "PutRequest");
        rc_jsonw_open(&json, '{');
        rc_jsonw_key(&json, "Item");
        bench_item_write(&json, &items[i]);
        rc_jsonw_close(&json, '}');
        rc_jsonw_close(&json, '}');
    }
    rc_jsonw_close(&json, ']');
    rc_jsonw_close(&json, '}');
    rc_jsonw_close(&json, '}');
    return out->length;
}

static void set(json_t *object, const char *name, const char *type, json_t *value)
{
    json_object_set_new(object, name, json_pack("{so}", type, value));
}

static void set_number(json_t *object, const char *name, int64_t number)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%lld", (long long)number);
    set(object, name, "N", json_string(digits));
}

static json_t *item_of_jansson(const struct bench_item *item)
{
    json_t *object = json_object();
    set(object, "PK", "S", json_string(item->partition));
    set(object, "SK", "S", json_string(item->sort));
    set(object, "kind", "S", json_string("purchase"));
    set_number(object, "amount", item->amount_minor);
    set(object, "cur", "S", json_string("EUR"));
    set(object, "booked", "S", json_string("2026-04-01"));
    set(object, "settled", "S", json_string("2026-04-02"));
    set(object, "card", "S", json_string("411111******1111"));
    set(object, "merchant", "S", json_string(item->merchant));
    set(object, "ref", "S", json_string(item->reference));
    set_number(object, "at", item->offset_bytes);
    set(object, "matched", "BOOL", json_true());
    return object;
}

static size_t encode_with_jansson(void *ctx)
{
    (void)ctx;
    json_t *list = json_array();
    for (int i = 0; i < BATCH; i++)
        json_array_append_new(
            list, json_pack("{s{so}}", "PutRequest", "Item", item_of_jansson(&items[i])));
    json_t *body = json_pack("{s{so}}", "RequestItems", "items", list);
    char *text = json_dumps(body, JSON_COMPACT);
    size_t length = text ? strlen(text) : 0;
    free(text);
    json_decref(body);
    return length;
}

/* ----- signing ----- */

struct signing {
    const char *body;
    size_t length;
    struct rc_sign_key key; /* derived once a day, as the client keeps it */
    struct rc_buf authorization;
};

static size_t sign(void *ctx)
{
    struct signing *signing = ctx;
    char hash[RC_SIGN_HEX];
    const struct rc_sign_header headers[] = {
        {"Host", "dynamodb.eu-west-1.amazonaws.com"},
        {"X-Amz-Target", "DynamoDB_20120810.BatchWriteItem"},
        {"Content-Type", "application/x-amz-json-1.0"},
    };
    const struct rc_sign_options options = {
        .access_key = "AKIDEXAMPLE",
        .secret_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        .region = "eu-west-1",
        .service = "dynamodb",
        .unix_s = 1775044800,
        .key = &signing->key,
    };
    rc_buf_clear(&signing->authorization);
    bool ok = rc_sign_hash(signing->body, signing->length, hash, NULL) &&
              rc_sign_authorization(&(struct rc_sign_request){.method = "POST",
                                                              .path = "/",
                                                              .headers = headers,
                                                              .header_count = 3,
                                                              .payload_hash = hash},
                                    &options, &signing->authorization, NULL);
    return ok ? signing->length : SIZE_MAX;
}

/* ----- measuring ----- */

/* The best of several rounds; each of a size that the others have, too. */
static void measure(const char *what, size_t (*run)(void *ctx), void *ctx)
{
    double best_s = 1e9;
    size_t bytes = 0;
    for (int round = 0; round < ROUNDS; round++) {
        struct bench_usage start = bench_usage_now();
        for (int i = 0; i < TIMES; i++)
            bytes = run(ctx);
        double took_s = bench_usage_now().cpu_s - start.cpu_s;
        best_s = took_s < best_s ? took_s : best_s;
    }
    printf("%s %.0f %zu\n", what, best_s / TIMES * 1e9, bytes);
}

int main(void)
{
    struct rc_buf body;
    struct signing whole = {.length = 0}, empty = {.body = ""};
    rc_buf_init(&body, BODY_CAP);
    rc_buf_init(&whole.authorization, BODY_CAP);
    rc_buf_init(&empty.authorization, BODY_CAP);
    for (int i = 0; i < BATCH; i++)
        bench_item_make(&items[i], i);
    size_t length = encode_with_jsonw(&body);
    if (body.failed || encode_with_jansson(NULL) != length) {
        fprintf(stderr, "aws_micro: the two encoders do not give the same\n");
        return 1;
    }
    whole.body = body.data;
    whole.length = length;
    measure("jansson", encode_with_jansson, NULL);
    measure("jsonw", encode_with_jsonw, &body);
    measure("sign", sign, &whole);
    measure("sign-empty", sign, &empty);
    rc_buf_free(&empty.authorization);
    rc_buf_free(&whole.authorization);
    rc_buf_free(&body);
    return 0;
}
