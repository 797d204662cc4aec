#include "model/table.h"

#include <string.h>

#define TEXT(name, title, sql, width)                                                              \
    {                                                                                              \
        name, title, sql, NULL, RC_COLUMN_TEXT, width, false                                       \
    }
#define WORDS(name, title, sql, width)                                                             \
    {                                                                                              \
        name, title, sql, NULL, RC_COLUMN_WORDS, width, false                                      \
    }
#define MORE(name, title, sql, width)                                                              \
    {                                                                                              \
        name, title, sql, NULL, RC_COLUMN_TEXT, width, true                                        \
    }
#define NUMBER(name, title, sql, width)                                                            \
    {                                                                                              \
        name, title, sql, NULL, RC_COLUMN_NUMBER, width, false                                     \
    }
#define COUNT(name, title, sql, width)                                                             \
    {                                                                                              \
        name, title, sql, NULL, RC_COLUMN_NUMBER, width, true                                      \
    }
#define MONEY(name, title, sql, currency, width)                                                   \
    {                                                                                              \
        name, title, sql, currency, RC_COLUMN_MONEY, width, false                                  \
    }
#define STATUS(name, title, sql)                                                                   \
    {                                                                                              \
        name, title, sql, NULL, RC_COLUMN_STATUS, 20, false                                        \
    }
#define BOOL(name, title, sql)                                                                     \
    {                                                                                              \
        name, title, sql, NULL, RC_COLUMN_BOOL, 5, false                                           \
    }
#define BYTES(name, title, sql)                                                                    \
    {                                                                                              \
        name, title, sql, NULL, RC_COLUMN_BYTES, 40, true                                          \
    }

static const struct rc_table_def discrepancies = {
    .view = "discrepancies",
    .title = "Discrepancies",
    .from = "discrepancy d",
    .key = "d.id",
    .last_key = "SELECT max(id) FROM discrepancy",
    .filled = "discrepancy",
    .columns = {STATUS("status", "Status", "d.status"),
                TEXT("transaction_id", "Transaction", "d.transaction_id", 26),
                MONEY("amount", "Amount", "d.amount_minor", "d.currency", 16),
                MONEY("delta", "Difference", "d.amount_delta_minor", "d.currency", 14),
                TEXT("currency", "Cur", "d.currency", 3),
                NUMBER("age", "Age", "d.age_days", 4),
                TEXT("reason", "Why", "d.reason", 40),
                TEXT("rule", "Rule", "d.rule", 18),
                TEXT("kind", "Kind", "d.kind", 10),
                WORDS("differences", "Differing fields", "d.differences", 24),
                TEXT("merchant", "Merchant", "d.merchant_id", 15),
                TEXT("mcc", "MCC", "d.mcc", 4),
                NUMBER("shard", "Shard", "d.shard", 5),
                COUNT("settlement_records", "Settl.", "d.settlement_count", 6),
                COUNT("internal_records", "Intern.", "d.internal_count", 7),
                MORE("age_bucket", "Ages", "d.age_bucket", 7),
                {"exception", "Exc.", "d.exception", NULL, RC_COLUMN_BOOL, 5, true},
                COUNT("id", "Id", "d.id", 9)}};

static const struct rc_table_def transactions = {
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

static const struct rc_table_def rejected = {
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

static const struct rc_table_def shards = {
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

static const struct rc_table_def statuses = {
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

static const struct rc_table_def controls = {
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

static const struct rc_table_def records = {
    .view = "record",
    .title = "Fields of records",
    .from = "record_field f",
    .key = "f.rowid",
    .columns = {NUMBER("discrepancy", "Discrepancy", "f.discrepancy", 11),
                TEXT("side", "Side", "f.side", 10), NUMBER("number", "Record", "f.number", 9),
                TEXT("type", "Type", "f.type", 12), TEXT("field", "Field", "f.field", 22),
                NUMBER("at", "At", "f.at", 5), NUMBER("length", "Bytes", "f.length", 5),
                TEXT("kind", "Kind", "f.kind", 9), TEXT("value", "Value", "f.value", 30)}};

static const struct rc_table_def layouts = {
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

/* ----- what AWS answered (model/live.h) ----- */

static const struct rc_table_def files = {
    .view = "files",
    .title = "Files",
    .from = "file f",
    .key = "f.id",
    .scope = "f.listing",
    .identity = "f.name",
    .order = "f.rank",
    .columns = {TEXT("name", "Name", "f.name", 40),
                TEXT("state", "State", "f.state", 16),
                {"alert", "Alert", "f.alert", NULL, RC_COLUMN_ALERT, 18, false},
                NUMBER("size", "Bytes", "f.size", 15),
                NUMBER("records", "Records", "f.records", 12),
                NUMBER("rejected", "Rejected", "f.rejected", 9),
                TEXT("date", "Date", "f.date", 10),
                TEXT("side", "Side", "f.side", 10),
                NUMBER("delivery", "Delivery", "f.delivery", 8),
                TEXT("route", "Route", "f.route", 7),
                TEXT("seen", "Seen", "f.seen", 20),
                TEXT("cause", "Cause", "f.cause", 40),
                TEXT("modified", "Modified", "f.modified", 20),
                TEXT("storage_class", "Storage class", "f.storage_class", 19),
                {"age", "Age", "f.age_s", NULL, RC_COLUMN_SECONDS, 11, true},
                MORE("run", "Run", "f.run", 40),
                MORE("failed_at", "Failed at", "f.failed_at", 16),
                COUNT("expected", "Expected", "f.expected", 12),
                MORE("kind", "Kind", "f.kind", 7),
                MORE("program", "Program", "f.program", 20),
                MORE("bucket", "Bucket", "f.bucket", 24),
                MORE("key", "Key", "f.key", 48),
                MORE("version", "Version", "f.version", 34),
                MORE("etag", "ETag", "f.etag", 34)}};

static const struct rc_table_def file = {
    .view = "file",
    .title = "A file",
    .from = "fact f",
    .key = "f.id",
    .scope = "f.listing",
    .order = "f.rank",
    .columns = {TEXT("part", "Part", "f.part", 8),
                TEXT("name", "What", "f.name", 34),
                TEXT("value", "Value", "f.value", 90),
                {"alert", "Alert", "f.alert", NULL, RC_COLUMN_BOOL, 5, true},
                COUNT("number", "Record", "f.number", 10),
                MORE("run", "Run", "f.run", 40),
                MORE("bucket", "Bucket", "f.bucket", 24),
                MORE("key", "Key", "f.key", 48),
                MORE("version", "Version", "f.version", 34),
                MORE("path", "Path", "f.path", 24)}};

/* A redrive policy names where dead letters go; who names a queue so is found the other
 * way round. What is not empty there is said in words, too, not by a colour alone. */
#define DEAD_LETTERS_HERE                                                                          \
    "(q.visible + q.in_flight + q.delayed > 0 AND EXISTS (SELECT 1 FROM queue s WHERE s.listing "  \
    "= q.listing"                                                                                  \
    " AND s.dlq_arn = q.arn))"
#define DEAD_LETTERS_THERE                                                                         \
    "(SELECT d.visible + d.in_flight + d.delayed > 0 FROM queue d WHERE d.listing = q.listing "    \
    "AND d.arn = q.dlq_arn)"

/* How much of a queue's ARN says where it is: all before its name. */
#define ARN_OF_PLACE "length(q.arn) - length(q.name)"

static const struct rc_table_def queues = {
    .view = "queues",
    .title = "Queues",
    .from = "queue q",
    .key = "q.id",
    .scope = "q.listing",
    .identity = "q.name",
    .order = "q.name",
    .columns = {TEXT("name", "Name", "q.name", 36),
                NUMBER("visible", "Visible", "q.visible", 9),
                NUMBER("in_flight", "In flight", "q.in_flight", 9),
                NUMBER("delayed", "Delayed", "q.delayed", 9),
                {"oldest", "Oldest", "q.oldest_s", NULL, RC_COLUMN_SECONDS, 11, false},
                {"alert", "Alert",
                 "CASE WHEN q.trouble IS NOT NULL THEN '! no answer' WHEN " DEAD_LETTERS_HERE
                 " THEN '! dead letters' WHEN " DEAD_LETTERS_THERE " THEN '! DLQ not empty' END",
                 NULL, RC_COLUMN_ALERT, 16, false},
                TEXT("dead_letters_to", "Dead letters to",
                     "CASE WHEN substr(q.dlq_arn, 1, " ARN_OF_PLACE
                     ") = substr(q.arn, 1, " ARN_OF_PLACE
                     ") THEN substr(q.dlq_arn, 1 + " ARN_OF_PLACE ") ELSE q.dlq_arn END",
                     30),
                TEXT("dead_letters_of", "Dead letters of",
                     "(SELECT group_concat(s.name, ', ') FROM queue s WHERE s.listing = q.listing"
                     " AND s.dlq_arn = q.arn)",
                     30),
                COUNT("max_receives", "Receives", "q.max_receives", 8),
                MORE("url", "URL", "q.url", 60),
                MORE("arn", "ARN", "q.arn", 60),
                MORE("trouble", "Trouble", "q.trouble", 60)}};

static const struct rc_table_def messages = {
    .view = "messages",
    .title = "Messages",
    .from = "message m",
    .key = "m.id",
    .scope = "m.listing",
    .identity = "m.message_id",
    .columns = {TEXT("sent", "Sent", "m.sent", 20),
                NUMBER("receives", "Receives", "m.receives", 8),
                {"error", "Error", "m.error", NULL, RC_COLUMN_ALERT, 14, false},
                TEXT("step", "Step", "m.step", 14),
                TEXT("key", "File", "m.key", 40),
                TEXT("cause", "Cause", "m.cause", 60),
                COUNT("bytes", "Bytes", "m.bytes", 9),
                TEXT("body", "Body", "m.body", 90),
                MORE("about", "About", "m.about", 6),
                MORE("bucket", "Bucket", "m.bucket", 24),
                MORE("version", "Version", "m.version", 34),
                MORE("run", "Run", "m.run", 40),
                MORE("message_id", "Message", "m.message_id", 36),
                MORE("first_received", "First received", "m.first_received", 20),
                MORE("sender", "Sender", "m.sender", 24),
                MORE("group", "Group", "m.grouped", 24),
                MORE("attributes", "Attributes", "m.attributes", 40)}};

static const struct rc_table_def pulse = {
    .view = "pulse",
    .title = "Pulse",
    .from = "pulse p",
    .key = "p.id",
    .scope = "p.listing",
    .identity = "p.subject, p.jump",
    .columns = {
        {"alert", "Alert", "p.alert", NULL, RC_COLUMN_ALERT, 15, false},
        TEXT("subject", "Of", "p.subject", 20),
        TEXT("what", "What", "p.what", 100),
        {"records_by_hour", "Records by the hour", "p.records", NULL, RC_COLUMN_SERIES, 24, true},
        MORE("jump", "Leads to", "p.jump", 40),
        COUNT("weight", "Weight", "p.weight", 10)}};

/* The messages of a listing by what they say went wrong. */
static const struct rc_table_def groups = {
    .view = "groups",
    .title = "Messages by error",
    .from = "(SELECT min(id) AS id, listing, coalesce(error, about) AS error, step,"
            " count(*) AS messages, count(DISTINCT key) AS files, min(sent) AS first,"
            " max(sent) AS last, min(cause) AS cause FROM message"
            " GROUP BY listing, coalesce(error, about), step) g",
    .key = "g.id",
    .scope = "g.listing",
    .order = "g.messages DESC",
    .columns = {TEXT("error", "Error", "g.error", 16), TEXT("step", "Step", "g.step", 16),
                NUMBER("messages", "Messages", "g.messages", 9),
                NUMBER("files", "Files", "g.files", 6), TEXT("last", "Newest", "g.last", 20),
                TEXT("first", "Oldest", "g.first", 20),
                TEXT("cause", "For example", "g.cause", 60)}};

static const struct rc_table_def rollups = {
    .view = "rollups",
    .title = "Rollups",
    .from = "rollup r",
    .key = "r.id",
    .scope = "r.listing",
    .identity = "r.date, r.program",
    .order = "r.date DESC, r.program",
    .columns = {TEXT("date", "Date", "r.date", 10),
                TEXT("program", "Program", "r.program", 20),
                {"alert", "Alert",
                 "CASE WHEN r.version IS NULL THEN 'not rolled up' WHEN NOT r.balanced THEN "
                 "'! not balanced' END",
                 NULL, RC_COLUMN_ALERT, 14, false},
                NUMBER("settlement", "Settlement", "r.settlement", 12),
                NUMBER("internal", "Internal", "r.internal", 12),
                NUMBER("discrepancies", "Discrepancies", "r.discrepancies", 13),
                NUMBER("version", "Version", "r.version", 7),
                TEXT("because", "Because", "r.because", 40),
                TEXT("off_by", "Off by", "r.off", 40),
                {"balanced", "Balanced", "r.balanced", NULL, RC_COLUMN_BOOL, 8, true},
                MORE("digest", "Digest", "r.digest", 32),
                MORE("outcome_digest", "Outcome digest", "r.outcome_digest", 32),
                MORE("fingerprint", "Fingerprint", "r.fingerprint", 32),
                MORE("run", "Run", "r.run", 40)}};

static const struct rc_table_def identity = {
    .view = "identity",
    .title = "Identity",
    .from = "identity i",
    .key = "i.id",
    .scope = "i.listing",
    .identity = "i.name",
    .columns = {TEXT("name", "What", "i.name", 24), TEXT("value", "Value", "i.value", 90)}};

static const struct rc_table_def versions = {
    .view = "versions",
    .title = "Versions of a rollup",
    .from = "version v",
    .key = "v.id",
    .scope = "v.listing",
    .identity = "v.version",
    .order = "v.version DESC",
    .columns = {NUMBER("version", "Version", "v.version", 7),
                {"alert", "Alert", "CASE WHEN NOT v.balanced THEN '! not balanced' END", NULL,
                 RC_COLUMN_ALERT, 14, false},
                TEXT("changes", "Changes", "v.changes", 60),
                NUMBER("settlement", "Settlement", "v.settlement", 12),
                NUMBER("internal", "Internal", "v.internal", 12),
                NUMBER("discrepancies", "Discrepancies", "v.discrepancies", 13),
                TEXT("off_by", "Off by", "v.off", 40),
                TEXT("because", "Because", "v.because", 40),
                {"balanced", "Balanced", "v.balanced", NULL, RC_COLUMN_BOOL, 8, true},
                MORE("digest", "Digest", "v.digest", 32),
                MORE("outcome_digest", "Outcome digest", "v.outcome_digest", 32),
                MORE("fingerprint", "Fingerprint", "v.fingerprint", 32),
                MORE("run", "Run", "v.run", 40)}};

#define TRAIL_COLUMNS                                                                              \
    TEXT("day", "Day", "t.day", 10), TEXT("what", "What", "t.what", 18),                           \
        TEXT("side", "Side", "t.side", 10), TEXT("kind", "Kind", "t.kind", 10),                    \
        MONEY("amount", "Amount", "t.amount_minor", "t.currency", 16),                             \
        TEXT("currency", "Cur", "t.currency", 3), STATUS("status", "Status", "t.status"),          \
        TEXT("transaction_id", "Transaction", "t.transaction_id", 26),                             \
        TEXT("date", "Date", "t.date", 10), TEXT("program", "Program", "t.program", 16),           \
        NUMBER("delivery", "Delivery", "t.delivery", 8), BOOL("active", "Active", "t.active"),     \
        NUMBER("shard", "Shard", "t.shard", 5), TEXT("object", "Object", "t.object", 40),          \
        NUMBER("number", "Record", "t.number", 9), NUMBER("offset", "Offset", "t.offset", 12),     \
        COUNT("length", "Bytes", "t.length", 6), MORE("reason", "Why", "t.reason", 40),            \
        MORE("item", "Item", "t.item_key", 48)

static const struct rc_table_def transaction = {
    .view = "transaction",
    .title = "Life of a transaction",
    .from = "trail t",
    .key = "t.id",
    .scope = "t.listing",
    .order = "t.day, t.program, t.rank, t.side DESC, t.item_key",
    .columns = {TRAIL_COLUMNS}};

static const struct rc_table_def day_records = {.view = "records",
                                                .title = "Records of a day",
                                                .from = "trail t",
                                                .key = "t.id",
                                                .scope = "t.listing",
                                                .columns = {TRAIL_COLUMNS}};

/* One that runs and whose last step has failed waits to try it again. */
#define RUN_STATE                                                                                  \
    "CASE WHEN u.state = 'running' AND u.cause IS NOT NULL THEN 'waiting' "                        \
    "ELSE coalesce(u.state, 'unknown') END"
#define RUN_RANK                                                                                   \
    "CASE " RUN_STATE " WHEN 'failed' THEN 0 WHEN 'timed out' THEN 0 WHEN 'aborted' THEN 0 "       \
    "WHEN 'waiting' THEN 1 WHEN 'running' THEN 2 WHEN 'unknown' THEN 3 ELSE 4 END"

static const struct rc_table_def runs = {
    .view = "runs",
    .title = "Runs",
    .from = "run u",
    .key = "u.id",
    .scope = "u.listing",
    .order = RUN_RANK ", u.began_ms DESC",
    .columns = {{"state", "State", RUN_STATE, NULL, RC_COLUMN_STATE, 9, false},
                TEXT("program", "Program", "u.program", 16),
                TEXT("date", "Date", "u.date", 10),
                TEXT("side", "Side", "u.side", 10),
                TEXT("step", "Step", "u.step", 8),
                TEXT("began", "Began", "u.began", 20),
                {"took", "Took",
                 "max(0, CASE WHEN u.state = 'running' THEN u.seen_ms ELSE u.ended_ms END"
                 " - u.began_ms) / 1000",
                 NULL, RC_COLUMN_SECONDS, 10, false},
                TEXT("route", "Route", "u.route", 7),
                NUMBER("attempts", "Tries", "u.attempts", 5),
                NUMBER("failures", "Failures", "u.failures", 8),
                TEXT("outcome", "Outcome", "u.outcome", 14),
                TEXT("cause", "Cause", "u.cause", 60),
                TEXT("key", "Object", "u.object", 44),
                TEXT("run", "Run", "u.run", 37),
                MORE("bucket", "Bucket", "u.bucket", 30)}};

static const struct rc_table_def run = {
    .view = "run",
    .title = "A run",
    .from = "run_part p",
    .key = "p.id",
    .scope = "p.listing",
    .order = "p.rank",
    .columns = {TEXT("kind", "Kind", "p.kind", 7),
                TEXT("name", "Name", "p.name", 37),
                NUMBER("number", "No.", "p.number", 3),
                {"state", "State", "p.state", NULL, RC_COLUMN_STATE, 9, false},
                TEXT("began", "Began", "p.began", 24),
                NUMBER("took_ms", "Took ms", "p.ended_ms - p.began_ms", 10),
                TEXT("route", "Route", "p.route", 7),
                TEXT("error", "Error", "p.error", 24),
                TEXT("cause", "Cause", "p.cause", 60),
                MORE("task", "Task", "p.task", 8),
                COUNT("depth", "Depth", "p.depth", 5),
                COUNT("step", "Step", "p.step", 5),
                COUNT("began_ms", "Began ms", "p.began_ms", 13),
                COUNT("ended_ms", "Ended ms", "p.ended_ms", 13),
                MORE("type", "Type", "p.type", 8),
                MORE("input", "Input", "p.input", 60),
                MORE("output", "Output", "p.output", 60)}};

static const struct rc_table_def logs = {
    .view = "logs",
    .title = "Logs",
    .from = "log_line e",
    .key = "e.id",
    .scope = "e.listing",
    .order = "e.at_ms",
    .columns = {TEXT("time", "Time", "substr(e.at, 12, 12)", 12),
                {"level", "Level", "e.level", NULL, RC_COLUMN_STATE, 5, false},
                TEXT("step", "Step", "e.step", 8),
                TEXT("message", "Message",
                     "CASE WHEN e.error IS NULL THEN e.message ELSE e.error || ': ' || e.message "
                     "END",
                     100),
                MORE("at", "At", "e.at", 24),
                MORE("run", "Run", "e.run", 37),
                MORE("request_id", "Request", "e.request", 36),
                MORE("error", "Error", "e.error", 20),
                MORE("kind", "Kind", "e.kind", 8),
                MORE("group", "Group", "e.log_group", 30),
                MORE("stream", "Stream", "e.stream", 40),
                MORE("raw", "Line", "e.raw", 100)}};

static const struct rc_table_def throttles = {
    .view = "throttles",
    .title = "Throttles",
    .from = "gauge g",
    .key = "g.id",
    .scope = "g.listing",
    .order = "g.rank",
    .columns = {
        TEXT("resource", "Of", "g.resource", 30),
        TEXT("panel", "What", "g.panel", 27),
        TEXT("name", "Series", "g.name", 17),
        NUMBER("latest", "Latest", "g.latest", 10),
        NUMBER("most", "Most", "g.most", 10),
        NUMBER("total", "Total", "g.total", 12),
        TEXT("unit", "Unit", "g.unit", 7),
        NUMBER("limit", "Limit", "g.limit_value", 9),
        {"alert", "Alert",
         "CASE WHEN g.note IS NOT NULL THEN '! not known' WHEN g.kind = 1 AND g.most > 0 "
         "THEN '! trouble' WHEN g.most >= g.limit_value THEN '! at its limit' WHEN "
         "g.most >= 0.8 * g.limit_value THEN 'near its limit' END",
         NULL, RC_COLUMN_ALERT, 14, false},
        MORE("limit_name", "Which limit", "g.limit_name", 24),
        MORE("note", "Note", "g.note", 60),
        MORE("from", "From", "strftime('%Y-%m-%dT%H:%M:%SZ', g.from_ms / 1000, 'unixepoch')", 20),
        COUNT("step_s", "Step", "g.step_s", 5),
        {"points", "Points", "g.points", NULL, RC_COLUMN_WORDS, 40, true}}};

static const struct rc_table_def heat = {
    .view = "heat",
    .title = "Heat of the shards",
    .from = "heat h",
    .key = "h.id",
    .scope = "h.listing",
    .columns = {TEXT("table", "Table", "h.of_table", 30), NUMBER("shard", "Shard", "h.shard", 5),
                NUMBER("writes", "Writes", "h.writes", 12),
                NUMBER("throttled", "Throttled", "h.throttled", 12),
                NUMBER("retried", "Retried", "h.retried", 12),
                NUMBER("busiest", "In busiest 10 s", "h.busiest", 15)}};

static const struct rc_table_def audit = {
    .view = "audit",
    .title = "What operators did",
    .from = "audit a",
    .key = "a.id",
    .scope = "a.listing",
    .identity = "a.at, a.line",
    .order = "a.at DESC, a.seq DESC",
    .columns = {
        TEXT("at", "At", "a.at", 24),
        {"outcome", "Outcome", "coalesce(a.outcome, a.kind)", NULL, RC_COLUMN_STATE, 9, false},
        TEXT("action", "Action", "a.action", 12),
        TEXT("target", "Target", "a.target", 60),
        TEXT("detail", "Detail", "a.detail", 60),
        TEXT("who", "Who", "a.who", 40),
        MORE("kind", "Kind", "a.kind", 8),
        MORE("tool", "Tool", "a.tool", 12),
        MORE("profile", "Profile", "a.profile", 16),
        MORE("account", "Account", "a.account", 12),
        MORE("region", "Region", "a.region", 14),
        MORE("operation", "Key", "a.key", 64),
        COUNT("seq", "Line", "a.seq", 7)}};

static const struct rc_table_def notes = {
    .view = "notes",
    .title = "What was written of discrepancies",
    .from = "note n",
    .key = "n.id",
    .scope = "n.listing",
    .order = "n.at_ms DESC",
    .columns = {TEXT("at", "At", "n.at", 20), TEXT("kind", "Kind", "n.kind", 8),
                TEXT("transaction_id", "Transaction", "n.transaction_id", 26),
                TEXT("reason", "Reason", "n.reason", 12),
                TEXT("assignee", "Assignee", "n.assignee", 16), TEXT("text", "Text", "n.text", 60),
                TEXT("who", "Who", "n.who", 40)}};

const struct rc_table_def *const rc_table_defs[] = {
    /* clang-format off */
    &pulse,
    &statuses,
    &discrepancies,
    &transactions,
    &records,
    &rejected,
    &shards,
    &controls,
    &layouts,
    &files,
    &queues,
    &messages,
    &rollups,
    &identity,
    &audit,
    &notes,
    &throttles,
    &heat,
    &runs,
    &run,
    &logs,
    &transaction,
    &day_records,
    &versions,
    &file,
    &groups,
    NULL,
    /* clang-format on */
};

const struct rc_table_def *rc_table_find(const char *view)
{
    for (int i = 0; rc_table_defs[i]; i++)
        if (strcmp(rc_table_defs[i]->view, view) == 0)
            return rc_table_defs[i];
    return NULL;
}
