#include "model/live_items.h"

#include "aws/ddb_item.h"
#include "pipeline/pipeline.h"

#include <string.h>

enum { VALUES_BYTES = 4096 };

char *rc_live_key_json(const struct rc_key *key)
{
    json_t *json = json_pack("{s{ss} s{ss}}", "PK", "S", key->pk, "SK", "S", key->sk);
    char *text = json_dumps(json, JSON_COMPACT);
    json_decref(json);
    return text;
}

bool rc_live_query(struct rc_dynamodb_query *in, struct rc_buf *values, const struct rc_key *key,
                   struct rc_error *err)
{
    struct rc_jsonw json;
    rc_buf_init(values, VALUES_BYTES);
    rc_jsonw_init(&json, values);
    rc_item_open(&json);
    rc_item_text(&json, ":pk", key->pk);
    if (*key->sk)
        rc_item_text(&json, ":sk", key->sk);
    rc_item_close(&json);
    *in = (struct rc_dynamodb_query){.table_name = rc_table_name(RC_TABLE_STATE),
                                     .key_condition = *key->sk ? "PK = :pk AND begins_with(SK, :sk)"
                                                               : "PK = :pk",
                                     .values = values->data};
    if (values->failed)
        rc_error_nomem(err);
    return !values->failed;
}

void rc_live_explain_entry(const struct rc_live *live, const struct rc_batch_outcome *outcome,
                           struct rc_error *err)
{
    bool denied = strcmp(outcome->code, "AccessDeniedException") == 0;
    rc_error_set(err, RC_IO, "dynamodb BatchGetItem: %s: %s", outcome->code, outcome->message);
    rc_live_add_remedy(rc_live_aws(live), denied ? RC_AWS_ACCESS : RC_AWS_REQUEST, outcome->code,
                       "dynamodb:BatchGetItem", err);
}
