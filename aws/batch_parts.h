/* Between aws/batch.c, which packs, sends, waits and counts, and aws/batch_apis.c,
 * which knows what each API's requests and answers look like. */
#ifndef RC_AWS_BATCH_PARTS_H
#define RC_AWS_BATCH_PARTS_H

#include "aws/batch.h"
#include "base/arena.h"

struct rc_batch_request {
    struct rc_batch *batch;
    struct rc_call *call;
    size_t *entries; /* their indices; room for the API's most_entries */
    size_t count;    /* 0: this place is free */
    double units;
    double units_back; /* of those that came back */
};

/* One row an API. */
struct rc_batch_api {
    const struct rc_operation *operation;
    size_t most_entries; /* a request */
    size_t most_bytes;   /* a request, counted by `bytes`; an entry over it goes alone */
    size_t (*bytes)(const struct rc_batch *batch, size_t index);

    /* Starts the call. NULL without memory. */
    struct rc_call *(*send)(struct rc_batch *batch, struct rc_batch_request *request, rc_done done);

    /* Says rc_batch_settle of each entry of a request that was answered. */
    void (*read)(struct rc_batch *batch, struct rc_batch_request *request, const void *answer);
};

/* What became of an entry in one request. */
enum rc_batch_verdict {
    RC_BATCH_TAKEN,
    RC_BATCH_CAME_BACK, /* sent again until its attempts are used up */
    RC_BATCH_REFUSED,   /* for good */
};

enum { NO_ENTRY = 0 };

struct rc_batch_entry {
    struct rc_batch_outcome outcome;
    const char *key; /* texts of the key's attributes; NULL: it has none */
    size_t after;    /* 1 + index of the entry with the same key before it; NO_ENTRY: none */
    int64_t not_before_ms;
    bool alone;   /* a request that it was part of was refused as a whole */
    bool settled; /* in the request whose answer is being read */
};

struct rc_batch {
    struct rc_aws *aws;
    const struct rc_batch_api *api;
    union {
        struct rc_batch_write_items write;
        struct rc_batch_get_items get;
        struct rc_batch_send_messages send;
        struct rc_batch_delete_messages remove;
        struct rc_batch_put_events events;
        struct rc_batch_put_metrics metrics;
    } in;
    struct rc_batch_options options;
    rc_batch_done done;
    void *ctx;

    struct rc_batch_entry *entries;
    struct rc_batch_counts counts;
    struct rc_arena texts;

    size_t next;     /* first entry that was never looked at */
    size_t *waiting; /* indices of entries that were, in order: later attempts and same keys */
    size_t waiting_count;
    size_t waiting_room;

    struct rc_batch_request *requests;
    struct rc_batch_request *held; /* packed, waits for the rate */
    int64_t held_until_ms;
    struct rc_timer timer;
    bool ended;
};

/* A batch that begins with the next run of the loop; `count` entries. */
struct rc_batch *rc_batch_new(struct rc_aws *aws, const struct rc_batch_api *api, size_t count,
                              const struct rc_batch_options *options, rc_batch_done done, void *ctx,
                              struct rc_error *err);

/* Texts are copied and may be NULL. The first verdict in a request counts. */
void rc_batch_settle(struct rc_batch *batch, struct rc_batch_request *request, size_t position,
                     enum rc_batch_verdict verdict, const char *code, const char *message);

/* The entry at that position of the request. */
struct rc_batch_entry *rc_batch_at(struct rc_batch *batch, const struct rc_batch_request *request,
                                   size_t position);

/* The item's key as one text, the one that jansson would write (compact, sorted), in
 * the arena, when the item is plain: compact ASCII JSON without escapes. NULL when it is
 * not or lacks a key: then a parser has to look. */
const char *rc_batch_plain_key(const char *item, const char *const keys[2], struct rc_arena *arena);

/* Gives entries with the same key their order. All of them have keys. */
bool rc_batch_chain(struct rc_batch *batch, struct rc_error *err);

#endif
