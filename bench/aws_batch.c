/* Writes items to a DynamoDB table through aws/batch.h and says what it took; making
 * and encoding them is part of it. So that memory is bounded, a batch has a part of
 * them, and the next one begins when it has ended.
 *
 *     aws_batch ENDPOINT TABLE COUNT IN_FLIGHT */
#include "aws/batch.h"
#include "aws/session.h"
#include "bench/aws_items.h"
#include "bench/aws_usage.h"

enum { BATCH_ITEMS = 5000, ITEM_ROOM = 512, ITEMS_MOST = 100 * 1000 * 1000 };

/* The items from `first` on, behind one another in `text`, each followed by a NUL. */
static bool encode(struct rc_batch_item *items, int first, int count, struct rc_buf *text)
{
    struct rc_jsonw json;
    struct bench_item item;
    rc_buf_clear(text);
    for (int i = 0; i < count; i++) {
        bench_item_make(&item, first + i);
        rc_jsonw_init(&json, text);
        bench_item_write(&json, &item);
        rc_buf_add_char(text, '\0');
    }
    const char *at = text->data;
    for (int i = 0; i < count && !text->failed; i++) {
        items[i] = (struct rc_batch_item){.json = at};
        at += strlen(at) + 1;
    }
    return !text->failed;
}

static bool write_batch(struct rc_aws *aws, const char *table, const struct rc_batch_item *items,
                        int count, int in_flight, struct rc_error *err)
{
    const struct rc_batch_write_items in = {
        .table = table, .keys = {"PK", "SK"}, .items = {items, (size_t)count}};
    const struct rc_batch_options options = {.in_flight = in_flight};
    struct rc_batch *batch = rc_batch_write_items(aws, &in, &options, NULL, NULL, err);
    bool ok = batch && rc_batch_wait(batch, err);
    rc_batch_free(batch);
    return ok;
}

static bool write_items(struct rc_aws *aws, const char *table, int count, int in_flight,
                        struct rc_error *err)
{
    struct rc_buf text;
    struct rc_batch_item *items = calloc(BATCH_ITEMS, sizeof *items);
    bool ok = items != NULL;
    rc_buf_init(&text, (size_t)BATCH_ITEMS * ITEM_ROOM);
    for (int first = 0; ok && first < count; first += BATCH_ITEMS) {
        int part = count - first < BATCH_ITEMS ? count - first : BATCH_ITEMS;
        ok = encode(items, first, part, &text) &&
             write_batch(aws, table, items, part, in_flight, err);
    }
    rc_buf_free(&text);
    free(items);
    return ok;
}

int main(int argc, char **argv)
{
    struct rc_error err = {.text = "out of memory"};
    struct rc_session session;
    int count = argc == 5 ? (int)bench_number(argv[3], ITEMS_MOST) : -1;
    int in_flight = argc == 5 ? (int)bench_number(argv[4], RC_BATCH_IN_FLIGHT_MOST) : -1;
    if (count < 1 || in_flight < 1) {
        fprintf(stderr, "aws_batch: ENDPOINT TABLE COUNT IN_FLIGHT\n");
        return 2;
    }
    struct bench_usage start = bench_usage_now();
    bool ok = rc_session_open(&session, &(struct rc_session_options){.endpoint = argv[1]}, &err) &&
              write_items(session.aws, argv[2], count, in_flight, &err);
    if (ok)
        bench_usage_print(start, count);
    else
        fprintf(stderr, "aws_batch: %s\n", err.text);
    rc_session_close(&session);
    return ok ? 0 : 1;
}
