/* Items of the pipeline's tables, one at a time or several in a transaction. Each
 * function waits for its answer. Expressions name attributes as #name; what stands
 * behind the '#' is the attribute, so that no reserved word is in the way. */
#ifndef RC_PIPELINE_STORE_H
#define RC_PIPELINE_STORE_H

#include "aws/ddb_item.h"
#include "pipeline/keys.h"
#include "pipeline/pipeline.h"

/* An item or the values of expressions (":name") as they are being written: begin, add
 * with rc_item_… to `json`, then rc_draft_done. Without memory, done fails. */
struct rc_draft {
    struct rc_buf buf;
    struct rc_jsonw json;
};

void rc_draft_item(struct rc_draft *draft, const struct rc_key *key); /* with PK and SK */
void rc_draft_values(struct rc_draft *draft);
const char *rc_draft_done(struct rc_draft *draft); /* NULL when it did not fit */
void rc_draft_free(struct rc_draft *draft);

enum rc_stored {
    RC_STORED,
    RC_REFUSED, /* the condition did not hold; nothing was changed */
    RC_UNSTORED /* failed; err says why */
};

enum rc_write_kind { RC_WRITE_PUT, RC_WRITE_UPDATE, RC_WRITE_DELETE, RC_WRITE_CHECK };

struct rc_write {
    enum rc_write_kind kind;
    enum rc_pipeline_table table;
    const struct rc_key *key;
    const char *item;      /* of a put: the draft of an item with this key */
    const char *update;    /* of an update */
    const char *condition; /* NULL: none; a check needs one */
    const char *values;    /* NULL: none */
};

/* now: for an update, the item as it is afterwards; when it was refused, the item as
 * it is, or NULL when there is none. The caller's. May be NULL. */
enum rc_stored rc_store_write(struct rc_pipeline *pipeline, const struct rc_write *write,
                              json_t **now, struct rc_error *err);

/* Up to 100 writes, all or none of them. The token makes a repetition within ten
 * minutes do nothing more (up to 36 characters); NULL: none. refused: index of the
 * first write whose condition did not hold; may be NULL. */
enum rc_stored rc_store_transact(struct rc_pipeline *pipeline, const struct rc_write *writes,
                                 size_t count, const char *token, size_t *refused,
                                 struct rc_error *err);

/* Consistent. *item is the caller's; NULL when there is none. */
bool rc_store_get(struct rc_pipeline *pipeline, enum rc_pipeline_table table,
                  const struct rc_key *key, json_t **item, struct rc_error *err);

/* Every item of key->pk whose sort key begins with key->sk, in its order, consistent.
 * `each` borrows the item; false (with err) ends it. */
bool rc_store_query(struct rc_pipeline *pipeline, enum rc_pipeline_table table,
                    const struct rc_key *key,
                    bool (*each)(void *ctx, const json_t *item, struct rc_error *err), void *ctx,
                    struct rc_error *err);

/* A page of keys of a partition. */
struct rc_keys_query {
    enum rc_pipeline_table table;
    const char *pk;
    char *from; /* where the next page begins; the caller frees it at the end */
};

/* An array of {"PK", "SK"} as items have them, the caller's; NULL when it failed. more:
 * there is another page, which the next call gives. */
json_t *rc_store_keys(struct rc_pipeline *pipeline, struct rc_keys_query *query, bool *more,
                      struct rc_error *err);

/* Sets pipeline->fault: "Throttled", which has a retrier of its own, or "". */
void rc_store_fault(struct rc_pipeline *pipeline, enum rc_aws_fault fault);

/* Puts a failed call into words and sets pipeline->fault. Gives false. */
bool rc_store_failed(struct rc_pipeline *pipeline, const struct rc_call *call,
                     struct rc_error *err);

#endif
