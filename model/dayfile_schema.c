#include "model/dayfile_internal.h"

/* docs/dayfile.md explains every table and column; a change here raises
 * RC_DAYFILE_SCHEMA and has model/model.c fill what older files lack. Sums are text because they
 * can need more than 64 bits. */
const char rc_dayfile_tables[] =
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;"
    "CREATE TABLE run (id INTEGER PRIMARY KEY, version TEXT, command TEXT, started TEXT,"
    " elapsed_ms INTEGER, memory_bytes INTEGER, spilled_bytes INTEGER, threads INTEGER);"
    "CREATE TABLE currency (currency TEXT PRIMARY KEY, numeric INTEGER, exponent INTEGER)"
    " WITHOUT ROWID;"
    "CREATE TABLE side (side TEXT PRIMARY KEY, path TEXT, layout TEXT, layout_digest TEXT,"
    " bytes INTEGER, records INTEGER, rejected INTEGER, controls_broken INTEGER,"
    " controls_omitted INTEGER, digest TEXT) WITHOUT ROWID;"
    "CREATE TABLE layout (side TEXT PRIMARY KEY, json TEXT) WITHOUT ROWID;"
    "CREATE TABLE control (id INTEGER PRIMARY KEY, side TEXT, name TEXT, scope TEXT, batch INTEGER,"
    " number INTEGER, declared TEXT, actual TEXT, numeric INTEGER, ok INTEGER);"
    "CREATE TABLE total (side TEXT, currency TEXT, count INTEGER, debit_minor TEXT,"
    " credit_minor TEXT, net_minor TEXT, PRIMARY KEY (side, currency)) WITHOUT ROWID;"
    "CREATE TABLE status (status TEXT PRIMARY KEY, position INTEGER, exception INTEGER,"
    " count INTEGER, settlement INTEGER, internal INTEGER) WITHOUT ROWID;"
    "CREATE TABLE status_total (status TEXT, currency TEXT, settlement_minor TEXT,"
    " internal_minor TEXT, PRIMARY KEY (status, currency)) WITHOUT ROWID;"
    "CREATE TABLE cell (status TEXT, currency TEXT, kind TEXT, side TEXT, outcomes INTEGER,"
    " count INTEGER, debit_minor TEXT, credit_minor TEXT, net_minor TEXT,"
    " PRIMARY KEY (status, currency, kind, side)) WITHOUT ROWID;"
    "CREATE TABLE bucket (status TEXT, currency TEXT, kind TEXT, side TEXT, measure TEXT,"
    " bucket INTEGER, label TEXT, count INTEGER,"
    " PRIMARY KEY (status, currency, kind, side, measure, bucket)) WITHOUT ROWID;"
    "CREATE TABLE shard (shard INTEGER PRIMARY KEY, settlement INTEGER, internal INTEGER,"
    " discrepancies INTEGER, digest TEXT, outcome_digest TEXT, settlement_bytes INTEGER,"
    " internal_bytes INTEGER);"
    "CREATE TABLE discrepancy (id INTEGER PRIMARY KEY, status TEXT, exception INTEGER,"
    " transaction_id TEXT, shard INTEGER, currency TEXT, kind TEXT, amount_minor INTEGER,"
    " amount_delta_minor INTEGER, differences TEXT, rule TEXT, reason TEXT, age_days INTEGER,"
    " age_bucket TEXT, settlement_count INTEGER, internal_count INTEGER, merchant_id TEXT,"
    " mcc TEXT);"
    "CREATE TABLE record (discrepancy_id INTEGER, side TEXT, position INTEGER, number INTEGER,"
    " offset INTEGER, length INTEGER, age_days INTEGER, amount_minor INTEGER, currency TEXT,"
    " date TEXT, settle_date TEXT, kind TEXT, fee_minor INTEGER, original_amount_minor INTEGER,"
    " original_currency TEXT, transaction_id TEXT, acquirer_reference TEXT, auth_code TEXT,"
    " card TEXT, merchant_id TEXT, mcc TEXT, reference TEXT, raw BLOB);"
    "CREATE TABLE rejected (id INTEGER PRIMARY KEY, side TEXT, number INTEGER, offset INTEGER,"
    " length INTEGER, field TEXT, reason TEXT, raw BLOB);";

/* Made after loading, when sorting once is cheaper than keeping order. A rowid
 * ends each entry, so equal keys come in the order of the id. */
const char rc_dayfile_indexes[] =
    "CREATE INDEX discrepancy_by_status ON discrepancy (status);"
    "CREATE INDEX discrepancy_by_transaction ON discrepancy (transaction_id);"
    "CREATE INDEX discrepancy_by_age ON discrepancy (age_days);"
    "CREATE INDEX discrepancy_by_shard ON discrepancy (shard);"
    "CREATE INDEX record_by_discrepancy ON record (discrepancy_id, side, position);"
    "CREATE INDEX record_by_transaction ON record (transaction_id);"
    "CREATE INDEX rejected_by_place ON rejected (side, number);";

/* For the queries of others: reconctl compares amounts of all currencies with each other. */
const char rc_dayfile_amount_indexes[] =
    "CREATE INDEX discrepancy_by_amount ON discrepancy (amount_minor);"
    "CREATE INDEX discrepancy_by_delta ON discrepancy (amount_delta_minor);";
