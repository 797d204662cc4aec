#include "pipeline/store.h"

#include "aws/dynamodb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ----- drafts ----- */

void rc_draft_values(struct rc_draft *draft)
{
    rc_buf_init(&draft->buf, RC_ITEM_CAP);
    rc_jsonw_init(&draft->json, &draft->buf);
    rc_item_open(&draft->json);
}

static void add_key(struct rc_draft *draft, const struct rc_key *key)
{
    rc_item_text(&draft->json, "PK", key->pk);
    rc_item_text(&draft->json, "SK", key->sk);
}

void rc_draft_item(struct rc_draft *draft, const struct rc_key *key)
{
    rc_draft_values(draft);
    add_key(draft, key);
}

const char *rc_draft_done(struct rc_draft *draft)
{
    rc_item_close(&draft->json);
    return draft->buf.failed ? NULL : draft->buf.data;
}

void rc_draft_free(struct rc_draft *draft)
{
    rc_buf_free(&draft->buf);
}

/* ----- names of attributes ----- */

enum { NAMES = 32, NAME_BYTES = 48 };

struct names {
    struct rc_pair pairs[NAMES];
    char texts[NAMES][NAME_BYTES]; /* "#name" */
    size_t count;
};

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static void add_name(struct names *names, const char *text, size_t length)
{
    if (length < 2 || length >= NAME_BYTES || names->count == NAMES)
        return;
    for (size_t i = 0; i < names->count; i++)
        if (strlen(names->texts[i]) == length && memcmp(names->texts[i], text, length) == 0)
            return;
    char *own = names->texts[names->count];
    memcpy(own, text, length);
    own[length] = '\0';
    names->pairs[names->count++] = (struct rc_pair){own, own + 1};
}

static void find_names(struct names *names, const char *expression)
{
    for (const char *c = expression ? expression : ""; *c;) {
        const char *end = c + 1;
        while (*c == '#' && is_word(*end))
            end++;
        if (*c == '#')
            add_name(names, c, (size_t)(end - c));
        c = end;
    }
}

static void names_of(const struct rc_write *write, struct names *names)
{
    names->count = 0;
    find_names(names, write->condition);
    find_names(names, write->update);
}

/* ----- one write ----- */

void rc_store_fault(struct rc_pipeline *pipeline, enum rc_aws_fault fault)
{
    const char *name = fault == RC_AWS_THROTTLED ? "Throttled" : "";
    snprintf(pipeline->fault, sizeof pipeline->fault, "%s", name);
}

bool rc_store_failed(struct rc_pipeline *pipeline, const struct rc_call *call, struct rc_error *err)
{
    const struct rc_aws_error *error = rc_call_error(call);
    rc_store_fault(pipeline, error ? error->fault : RC_AWS_NONE);
    rc_call_describe(call, err);
    return false;
}

static char *key_text(const struct rc_key *key, struct rc_draft *draft, struct rc_error *err)
{
    rc_draft_item(draft, key);
    char *text = (char *)rc_draft_done(draft);
    if (!text)
        rc_error_nomem(err);
    return text;
}

static struct rc_call *start_write(struct rc_pipeline *pipeline, const struct rc_write *write,
                                   const char *key)
{
    struct names names;
    names_of(write, &names);
    const char *table = pipeline->table[write->table];
    if (write->kind == RC_WRITE_PUT)
        return rc_dynamodb_put_item(
            pipeline->aws,
            &(struct rc_dynamodb_put_item){.table_name = table,
                                           .item = write->item,
                                           .condition = write->condition,
                                           .names = {names.pairs, names.count},
                                           .values = write->values,
                                           .return_on_condition = "ALL_OLD"},
            NULL, NULL);
    if (write->kind == RC_WRITE_DELETE)
        return rc_dynamodb_delete_item(
            pipeline->aws,
            &(struct rc_dynamodb_delete_item){.table_name = table,
                                              .key = key,
                                              .condition = write->condition,
                                              .names = {names.pairs, names.count},
                                              .values = write->values},
            NULL, NULL);
    return rc_dynamodb_update_item(
        pipeline->aws,
        &(struct rc_dynamodb_update_item){.table_name = table,
                                          .key = key,
                                          .update = write->update,
                                          .condition = write->condition,
                                          .names = {names.pairs, names.count},
                                          .values = write->values,
                                          .return_values = "ALL_NEW",
                                          .return_on_condition = "ALL_OLD"},
        NULL, NULL);
}

static void take_item(struct rc_call *call, json_t **now)
{
    const struct rc_aws_error *error = rc_call_error(call);
    const struct rc_dynamodb_item_written *written = rc_call_answer(call);
    if (error)
        *now = json_incref(json_object_get(error->details, "Item"));
    else if (written)
        *now = json_incref(written->attributes);
}

enum rc_stored rc_store_write(struct rc_pipeline *pipeline, const struct rc_write *write,
                              json_t **now, struct rc_error *err)
{
    struct rc_draft key_draft;
    enum rc_stored stored = RC_UNSTORED;
    if (now)
        *now = NULL;
    const char *key = key_text(write->key, &key_draft, err);
    struct rc_call *call = key ? start_write(pipeline, write, key) : NULL;
    if (key && !call)
        rc_error_nomem(err);
    if (call && rc_call_wait(call, err))
        stored = RC_STORED;
    else if (call && rc_call_error(call) && rc_call_error(call)->fault == RC_AWS_CONDITION)
        stored = RC_REFUSED;
    else if (call)
        rc_store_failed(pipeline, call, err);
    if (now && stored != RC_UNSTORED)
        take_item(call, now);
    rc_call_free(call);
    rc_draft_free(&key_draft);
    return stored;
}

/* ----- several ----- */

/* What the request's structs point to. */
struct part {
    struct rc_draft key;
    struct names names;
    union {
        struct rc_dynamodb_check check;
        struct rc_dynamodb_put put;
        struct rc_dynamodb_update update;
        struct rc_dynamodb_delete delete;
    } in;
};

static bool make_part(struct rc_pipeline *pipeline, const struct rc_write *write, struct part *part,
                      struct rc_dynamodb_action *action, struct rc_error *err)
{
    const char *table = pipeline->table[write->table];
    const char *key = key_text(write->key, &part->key, err);
    names_of(write, &part->names);
    if (!key)
        return false;
    switch (write->kind) {
    case RC_WRITE_PUT:
        part->in.put = (struct rc_dynamodb_put){.table_name = table,
                                                .item = write->item,
                                                .condition = write->condition,
                                                .names = {part->names.pairs, part->names.count},
                                                .values = write->values};
        action->put = &part->in.put;
        break;
    case RC_WRITE_UPDATE:
        part->in.update =
            (struct rc_dynamodb_update){.table_name = table,
                                        .key = key,
                                        .update = write->update,
                                        .condition = write->condition,
                                        .names = {part->names.pairs, part->names.count},
                                        .values = write->values};
        action->update = &part->in.update;
        break;
    case RC_WRITE_DELETE:
        part->in.delete =
            (struct rc_dynamodb_delete){.table_name = table,
                                        .key = key,
                                        .condition = write->condition,
                                        .names = {part->names.pairs, part->names.count},
                                        .values = write->values};
        action->delete = &part->in.delete;
        break;
    case RC_WRITE_CHECK:
        part->in.check = (struct rc_dynamodb_check){.table_name = table,
                                                    .key = key,
                                                    .condition = write->condition,
                                                    .names = {part->names.pairs, part->names.count},
                                                    .values = write->values};
        action->check = &part->in.check;
        break;
    }
    return true;
}

/* Whether it was only conditions that did not hold, and the first of them. */
static bool was_refused(const struct rc_aws_error *error, size_t *refused)
{
    json_t *reasons = error ? json_object_get(error->details, "CancellationReasons") : NULL;
    for (size_t i = 0; i < json_array_size(reasons); i++) {
        const char *code = json_string_value(json_object_get(json_array_get(reasons, i), "Code"));
        if (!code || strcmp(code, "ConditionalCheckFailed") != 0)
            continue;
        if (refused)
            *refused = i;
        return true;
    }
    return false;
}

/* Whether it was cancelled for what passes: the client's retries do not look into reasons.
 * Source of the codes: "TransactWriteItems", Amazon DynamoDB API Reference. */
static bool was_hindered(const struct rc_aws_error *error)
{
    static const char *const codes[] = {"TransactionConflict", "ThrottlingError",
                                        "ProvisionedThroughputExceeded"};
    json_t *reasons = error ? json_object_get(error->details, "CancellationReasons") : NULL;
    for (size_t i = 0; i < json_array_size(reasons); i++) {
        const char *code = json_string_value(json_object_get(json_array_get(reasons, i), "Code"));
        for (size_t c = 0; code && c < sizeof codes / sizeof *codes; c++)
            if (strcmp(code, codes[c]) == 0)
                return true;
    }
    return false;
}

enum { TRANSACT_TRIES = 8, TRANSACT_WAIT_MS = 100, TRANSACT_WAIT_MOST_MS = 5000 };

/* With full jitter; renewals of leases go on meanwhile. */
static void wait_before(struct rc_pipeline *pipeline, int try)
{
    int64_t most_ms = (int64_t)TRANSACT_WAIT_MS << try;
    if (most_ms > TRANSACT_WAIT_MOST_MS)
        most_ms = TRANSACT_WAIT_MOST_MS;
    bool never = false;
    struct rc_loop *loop = rc_aws_loop(pipeline->aws);
    rc_loop_until(loop, &never, (int64_t)((double)most_ms * rc_aws_chance(pipeline->aws)));
}

static enum rc_stored transact(struct rc_pipeline *pipeline,
                               const struct rc_dynamodb_transact_write *in, size_t *refused,
                               struct rc_error *err)
{
    for (int try = 0;; try++) {
        enum rc_stored stored = RC_UNSTORED;
        struct rc_error why = {.code = RC_OK};
        struct rc_call *call = rc_dynamodb_transact_write(pipeline->aws, in, NULL, NULL);
        if (!call)
            rc_error_nomem(&why);
        else if (rc_call_wait(call, &why))
            stored = RC_STORED;
        else if (was_refused(rc_call_error(call), refused))
            stored = RC_REFUSED;
        else
            rc_store_failed(pipeline, call, &why);
        bool hindered = stored == RC_UNSTORED && call && was_hindered(rc_call_error(call));
        rc_call_free(call);
        if (hindered && try < TRANSACT_TRIES - 1) {
            wait_before(pipeline, try);
            continue;
        }
        if (hindered)
            snprintf(pipeline->fault, sizeof pipeline->fault, "Throttled");
        if (stored == RC_UNSTORED && err)
            *err = why;
        return stored;
    }
}

enum rc_stored rc_store_transact(struct rc_pipeline *pipeline, const struct rc_write *writes,
                                 size_t count, const char *token, size_t *refused,
                                 struct rc_error *err)
{
    enum rc_stored stored = RC_UNSTORED;
    struct part *parts = calloc(count, sizeof *parts);
    struct rc_dynamodb_action *actions = calloc(count, sizeof *actions);
    bool ok = parts && actions;
    if (!ok)
        rc_error_nomem(err);
    size_t made = 0;
    while (ok && made < count) {
        ok = make_part(pipeline, &writes[made], &parts[made], &actions[made], err);
        made++;
    }
    if (ok) {
        struct rc_dynamodb_transact_write in = {.actions = {actions, count},
                                                .client_request_token = token};
        stored = transact(pipeline, &in, refused, err);
    }
    while (made > 0)
        rc_draft_free(&parts[--made].key);
    free(parts);
    free(actions);
    return stored;
}

/* ----- reading ----- */

bool rc_store_get(struct rc_pipeline *pipeline, enum rc_pipeline_table table,
                  const struct rc_key *key, json_t **item, struct rc_error *err)
{
    struct rc_draft draft;
    bool ok = false;
    *item = NULL;
    const char *text = key_text(key, &draft, err);
    struct rc_call *call = NULL;
    if (text) {
        struct rc_dynamodb_get_item in = {
            .table_name = pipeline->table[table], .key = text, .consistent_read = true};
        call = rc_dynamodb_get_item(pipeline->aws, &in, NULL, NULL);
        if (!call)
            rc_error_nomem(err);
        else
            ok = rc_call_wait(call, err) || rc_store_failed(pipeline, call, err);
    }
    if (ok)
        *item = json_incref(rc_dynamodb_get_item_answer(call)->item);
    rc_call_free(call);
    rc_draft_free(&draft);
    return ok;
}

struct reading {
    bool (*each)(void *ctx, const json_t *item, struct rc_error *err);
    void *ctx;
    struct rc_error *err;
    bool failed;
};

static bool take_page(void *ctx, const void *answer)
{
    struct reading *reading = ctx;
    const struct rc_dynamodb_items *page = answer;
    for (size_t i = 0; i < page->items.count && !reading->failed; i++)
        reading->failed = !reading->each(reading->ctx, page->items.items[i], reading->err);
    return !reading->failed;
}

bool rc_store_query(struct rc_pipeline *pipeline, enum rc_pipeline_table table,
                    const struct rc_key *key,
                    bool (*each)(void *ctx, const json_t *item, struct rc_error *err), void *ctx,
                    struct rc_error *err)
{
    struct reading reading = {each, ctx, err, false};
    struct rc_draft values;
    rc_draft_values(&values);
    rc_item_text(&values.json, ":pk", key->pk);
    if (key->sk[0])
        rc_item_text(&values.json, ":sk", key->sk);
    const char *text = rc_draft_done(&values);
    struct rc_dynamodb_query in = {
        .table_name = pipeline->table[table],
        .key_condition = key->sk[0] ? "PK = :pk AND begins_with(SK, :sk)" : "PK = :pk",
        .values = text,
        .limit = pipeline->page_items,
        .consistent_read = true,
    };
    struct rc_pages *pages = text ? rc_pages_start(pipeline->aws, &rc_dynamodb_query_operation, &in,
                                                   take_page, NULL, &reading)
                                  : NULL;
    if (!pages)
        rc_error_nomem(err);
    bool ok = pages && rc_pages_wait(pages, err);
    if (pages && !ok)
        rc_store_fault(pipeline, rc_pages_fault(pages));
    ok = ok && !reading.failed;
    rc_pages_free(pages);
    rc_draft_free(&values);
    return ok;
}

static json_t *take_keys(const struct rc_dynamodb_items *items, struct rc_keys_query *query,
                         bool *more)
{
    json_t *keys = json_array();
    for (size_t i = 0; keys && i < items->items.count; i++)
        json_array_append(keys, (json_t *)items->items.items[i]);
    free(query->from);
    query->from = NULL;
    *more = json_object_size(items->last_evaluated_key) > 0;
    if (*more && !(query->from = json_dumps(items->last_evaluated_key, JSON_COMPACT))) {
        json_decref(keys);
        return NULL;
    }
    return keys;
}

json_t *rc_store_keys(struct rc_pipeline *pipeline, struct rc_keys_query *query, bool *more,
                      struct rc_error *err)
{
    struct rc_draft values;
    rc_draft_values(&values);
    rc_item_text(&values.json, ":pk", query->pk);
    struct rc_dynamodb_query in = {
        .table_name = pipeline->table[query->table],
        .key_condition = "PK = :pk",
        .projection = "PK, SK",
        .values = rc_draft_done(&values),
        .exclusive_start_key = query->from,
        .limit = pipeline->page_items,
        .consistent_read = true,
    };
    json_t *keys = NULL;
    struct rc_call *call = rc_dynamodb_query(pipeline->aws, &in, NULL, NULL);
    if (call && !rc_call_wait(call, err))
        rc_store_failed(pipeline, call, err);
    else if (!call || !(keys = take_keys(rc_dynamodb_query_answer(call), query, more)))
        rc_error_nomem(err);
    rc_call_free(call);
    rc_draft_free(&values);
    return keys;
}
