/* The tables of a day: those that model/dayfile_schema.c makes, and what is read out of them. */
#include "model/tables_internal.h"

#define FOUND_COLUMNS                                                                              \
    STATUS("status", "Status", "d.status"),                                                        \
        TEXT("transaction_id", "Transaction", "d.transaction_id", 26),                             \
        MONEY("amount", "Amount", "d.amount_minor", "d.currency", 16),                             \
        MONEY("delta", "Difference", "d.amount_delta_minor", "d.currency", 14),                    \
        TEXT("currency", "Cur", "d.currency", 3), NUMBER("age", "Age", "d.age_days", 4)

#define WHY_COLUMNS                                                                                \
    TEXT("reason", "Why", "d.reason", 40), TEXT("rule", "Rule", "d.rule", 18),                     \
        TEXT("kind", "Kind", "d.kind", 10),                                                        \
        WORDS("differences", "Differing fields", "d.differences", 24),                             \
        TEXT("merchant", "Merchant", "d.merchant_id", 15), TEXT("mcc", "MCC", "d.mcc", 4),         \
        NUMBER("shard", "Shard", "d.shard", 5),                                                    \
        COUNT("settlement_records", "Settl.", "d.settlement_count", 6),                            \
        COUNT("internal_records", "Intern.", "d.internal_count", 7),                               \
        MORE("age_bucket", "Ages", "d.age_bucket", 7),                                             \
        {"exception", "Exc.", "d.exception", NULL, RC_COLUMN_BOOL, 5, true},                       \
        COUNT("id", "Id", "d.id", 9)

/* With what people wrote of them: whether they are resolved, and whose they are. */
static const struct rc_table_def noted_discrepancies = {
    .view = "discrepancies",
    .title = "Discrepancies",
    .from = "live_discrepancy d",
    .key = "d.id",
    .last_key = "SELECT max(id) FROM discrepancy",
    .filled = "discrepancy",
    .columns = {FOUND_COLUMNS,
                {"state", "State", "d.state", NULL, RC_COLUMN_STATE, 24, false},
                WHY_COLUMNS,
                MORE("assignee", "Assignee", "d.assignee", 16),
                MORE("resolution", "Resolution", "d.resolution", 12)}};

const struct rc_table_def rc_table_of_discrepancies = {.view = "discrepancies",
                                                       .title = "Discrepancies",
                                                       .from = "discrepancy d",
                                                       .key = "d.id",
                                                       .last_key =
                                                           "SELECT max(id) FROM discrepancy",
                                                       .filled = "discrepancy",
                                                       .of_pipeline = &noted_discrepancies,
                                                       .columns = {FOUND_COLUMNS, WHY_COLUMNS}};

const struct rc_table_def rc_table_of_transactions = {
    .view = "transactions",
    .title = "Records of discrepancies",
    .from = "record r JOIN discrepancy d ON d.id = r.discrepancy_id",
    .key = "r.rowid",
    .last_key = "SELECT max(rowid) FROM record",
    .filled = "record",
    .columns = {
        TEXT("side", "Side", "r.side", 10),
        TEXT("transaction_id", "Transaction", "r.transaction_id", 26),
        STATUS("status", "Status", "d.status"),
        MONEY("amount", "Amount", "r.amount_minor", "r.currency", 16),
        TEXT("currency", "Cur", "r.currency", 3),
        TEXT("date", "Date", "r.date", 10),
        TEXT("settle_date", "Settled", "r.settle_date", 10),
        TEXT("kind", "Kind", "r.kind", 10),
        MONEY("fee", "Fee", "r.fee_minor", "r.currency", 10),
        MONEY("original_amount", "Original", "r.original_amount_minor", "r.original_currency", 16),
        TEXT("original_currency", "Cur", "r.original_currency", 3),
        TEXT("acquirer_reference", "Acquirer reference", "r.acquirer_reference", 23),
        TEXT("auth_code", "Auth", "r.auth_code", 6),
        TEXT("card", "Card", "r.card", 19),
        TEXT("merchant", "Merchant", "r.merchant_id", 15),
        TEXT("mcc", "MCC", "r.mcc", 4),
        TEXT("reference", "Reference", "r.reference", 16),
        NUMBER("age", "Age", "r.age_days", 4),
        NUMBER("number", "Record", "r.number", 9),
        NUMBER("offset", "Offset", "r.offset", 12),
        COUNT("length", "Bytes", "r.length", 6),
        COUNT("shard", "Shard", "d.shard", 5),
        COUNT("discrepancy", "Discrepancy", "r.discrepancy_id", 9),
        BYTES("raw", "Raw", "r.raw")}};

const struct rc_table_def rc_table_of_rejected = {
    .view = "rejected",
    .title = "Rejected records",
    .from = "rejected j",
    .key = "j.id",
    .last_key = "SELECT max(id) FROM rejected",
    .filled = "rejected",
    .columns = {TEXT("side", "Side", "j.side", 10), NUMBER("number", "Record", "j.number", 9),
                NUMBER("offset", "Offset", "j.offset", 12), TEXT("field", "Field", "j.field", 18),
                TEXT("reason", "Reason", "j.reason", 50), COUNT("length", "Bytes", "j.length", 6),
                BYTES("raw", "Raw", "j.raw")}};

const struct rc_table_def rc_table_of_shards = {
    .view = "shards",
    .title = "Shards",
    .from = "shard s",
    .key = "s.shard",
    .columns = {NUMBER("shard", "Shard", "s.shard", 5),
                NUMBER("settlement", "Settlement", "s.settlement", 12),
                NUMBER("internal", "Internal", "s.internal", 12),
                NUMBER("settlement_bytes", "Settl. bytes", "s.settlement_bytes", 14),
                NUMBER("internal_bytes", "Int. bytes", "s.internal_bytes", 14),
                NUMBER("discrepancies", "Discrepancies", "s.discrepancies", 13),
                TEXT("digest", "Digest", "s.digest", 32),
                MORE("outcome_digest", "Outcome digest", "s.outcome_digest", 32)}};

const struct rc_table_def rc_table_of_statuses = {
    .view = "day",
    .title = "Statuses of the day",
    .from = "status t LEFT JOIN status_total u ON u.status = t.status",
    .key = "t.position * 1000 + coalesce((SELECT numeric FROM currency c WHERE c.currency = "
           "u.currency), 0)",
    .columns = {STATUS("status", "Status", "t.status"), NUMBER("count", "Outcomes", "t.count", 10),
                TEXT("currency", "Cur", "u.currency", 3),
                MONEY("settlement_net", "Settlement net", "u.settlement_minor", "u.currency", 20),
                MONEY("internal_net", "Internal net", "u.internal_minor", "u.currency", 20),
                NUMBER("settlement", "Settl. records", "t.settlement", 14),
                NUMBER("internal", "Int. records", "t.internal", 14),
                BOOL("exception", "Exc.", "t.exception")}};

const struct rc_table_def rc_table_of_controls = {
    .view = "controls",
    .title = "Controls",
    .from = "control k",
    .key = "k.id",
    .last_key = "SELECT max(id) FROM control",
    .columns = {TEXT("side", "Side", "k.side", 10), TEXT("name", "Control", "k.name", 24),
                TEXT("scope", "Scope", "k.scope", 5), NUMBER("batch", "Batch", "k.batch", 6),
                TEXT("declared", "Declared", "k.declared", 20),
                TEXT("actual", "Actual", "k.actual", 20), BOOL("ok", "Ok", "k.ok"),
                NUMBER("number", "Record", "k.number", 9)}};

const struct rc_table_def rc_table_of_records = {
    .view = "record",
    .title = "Fields of records",
    .from = "record_field f",
    .key = "f.rowid",
    .columns = {NUMBER("discrepancy", "Discrepancy", "f.discrepancy", 11),
                TEXT("side", "Side", "f.side", 10), NUMBER("number", "Record", "f.number", 9),
                TEXT("type", "Type", "f.type", 12), TEXT("field", "Field", "f.field", 22),
                NUMBER("at", "At", "f.at", 5), NUMBER("length", "Bytes", "f.length", 5),
                TEXT("kind", "Kind", "f.kind", 9), TEXT("value", "Value", "f.value", 30)}};

const struct rc_table_def rc_table_of_layouts = {
    .view = "layout",
    .title = "Fields of the layouts",
    .from = "layout_field f",
    .key = "f.rowid",
    .columns = {TEXT("side", "Side", "f.side", 10), TEXT("type", "Type", "f.type", 14),
                TEXT("field", "Field", "f.field", 22), NUMBER("at", "At", "f.at", 5),
                NUMBER("length", "Bytes", "f.length", 5), TEXT("kind", "Kind", "f.kind", 9),
                TEXT("about", "More", "f.about", 30),
                TEXT("canonical", "Canonical", "f.canonical", 18),
                MORE("role", "Role", "f.role", 12), MORE("layout", "Layout", "f.layout", 16)}};
