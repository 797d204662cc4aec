/* Writes items to a DynamoDB table through aws/batch.h and says what it took; making
 * and encoding them is part of it. So that memory is bounded, a batch has a part of
 * them, and the next one begins when it has ended. Ids ascend from FIRST (0), or are the
 * same ones in no order.
 *
 *     aws_batch ENDPOINT TABLE COUNT IN_FLIGHT [FIRST [scattered]] */
#include "aws/batch.h"
#include "aws/session.h"
#include "bench/aws_items.h"
#include "bench/aws_usage.h"

struct job {
    const char *endpoint, *table;
    int count, in_flight, first;
    bool scattered;
};

enum { BATCH_ITEMS = 5000, ITEM_ROOM = 512, ITEMS_MOST = 100 * 1000 * 1000 };

/* The items from `first` on, behind one another in `text`, each followed by a NUL. */
static bool encode(const struct job *job, struct rc_batch_item *items, int first, int count,
                   struct rc_buf *text)
{
    struct rc_jsonw json;
    struct bench_item item;
    rc_buf_clear(text);
    for (int i = 0; i < count; i++) {
        bench_item_make(&item, job->scattered ? bench_item_scatter(first + i) : first + i);
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

static bool write_batch(struct rc_aws *aws, const struct job *job,
                        const struct rc_batch_item *items, int count, struct rc_error *err)
{
    const struct rc_batch_write_items in = {
        .table = job->table, .keys = {"PK", "SK"}, .items = {items, (size_t)count}};
    const struct rc_batch_options options = {.in_flight = job->in_flight};
    struct rc_batch *batch = rc_batch_write_items(aws, &in, &options, NULL, NULL, err);
    bool ok = batch && rc_batch_wait(batch, err);
    rc_batch_free(batch);
    return ok;
}

static bool write_items(struct rc_aws *aws, const struct job *job, struct rc_error *err)
{
    struct rc_buf text;
    struct rc_batch_item *items = calloc(BATCH_ITEMS, sizeof *items);
    bool ok = items != NULL;
    rc_buf_init(&text, (size_t)BATCH_ITEMS * ITEM_ROOM);
    for (int done = 0; ok && done < job->count; done += BATCH_ITEMS) {
        int part = job->count - done < BATCH_ITEMS ? job->count - done : BATCH_ITEMS;
        ok = encode(job, items, job->first + done, part, &text) &&
             write_batch(aws, job, items, part, err);
    }
    rc_buf_free(&text);
    free(items);
    return ok;
}

int main(int argc, char **argv)
{
    struct rc_error err = {.text = "out of memory"};
    struct rc_session session;
    struct job job = {0};
    if (argc >= 5 && argc <= 7) {
        job = (struct job){.endpoint = argv[1],
                           .table = argv[2],
                           .count = (int)bench_number(argv[3], ITEMS_MOST),
                           .in_flight = (int)bench_number(argv[4], RC_BATCH_IN_FLIGHT_MOST),
                           .first = argc > 5 ? (int)bench_number(argv[5], ITEMS_MOST) : 0,
                           .scattered = argc > 6 && strcmp(argv[6], "scattered") == 0};
    }
    if (job.count < 1 || job.in_flight < 1 || job.first < 0 || (argc > 6 && !job.scattered)) {
        fprintf(stderr, "aws_batch: ENDPOINT TABLE COUNT IN_FLIGHT [FIRST [scattered]]\n");
        return 2;
    }
    struct bench_usage start = bench_usage_now();
    bool ok =
        rc_session_open(&session, &(struct rc_session_options){.endpoint = job.endpoint}, &err) &&
        write_items(session.aws, &job, &err);
    if (ok)
        bench_usage_print(start, job.count);
    else
        fprintf(stderr, "aws_batch: %s\n", err.text);
    rc_session_close(&session);
    return ok ? 0 : 1;
}
