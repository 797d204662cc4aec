#!/usr/bin/env bash
# The day file says what the JSON says, and its records say where they stand.
. "$(dirname "$0")/../lib.sh"
needs_tool 'the day file' sqlite3
needs_tool 'the day file' jq

"$RECONCTL" generate --records 3000 --seed 21 --out "$TMP/day" >"$TMP/log"
# Two records that are rejected, and so a trailer that does not hold.
sed '9s/^DT/ZZ/; 30s/^\(.\{76\}\)./\1x/' "$TMP/day/settlement.txt" >"$TMP/day/bad.txt"
mv "$TMP/day/bad.txt" "$TMP/day/settlement.txt"
words=(--settlement "$TMP/day/settlement.txt" --internal "$TMP/day/internal.txt" --program "$TMP/day/program.json")
fails 'reconcile --out' 1 "$RECONCTL" reconcile "${words[@]}" --out "$TMP/out"
run "$RECONCTL" reconcile "${words[@]}" --format json
mv "$TMP/.out" "$TMP/day.json"
db=$TMP/out/day.db

sql() {
    sqlite3 -separator ' ' "$db" "$1"
}

# agree NAME JQ SQL: both give the same lines
agree() {
    jq -r "$2" "$TMP/day.json" >"$TMP/from-json"
    sql "$3" >"$TMP/from-sql" 2>&1
    if [ -s "$TMP/from-json" ] && diff "$TMP/from-json" "$TMP/from-sql" >"$TMP/.diff"; then
        passes "$1"
    else
        fail "$1" "$TMP/.diff"
    fi
}

ok 'rollup.json is the JSON' cmp "$TMP/out/rollup.json" "$TMP/day.json"
ok 'nothing else is left' test "$(ls "$TMP/out")" = "$(printf 'day.db\nrollup.json')"
ok 'it is sound' test "$(sql 'PRAGMA integrity_check')" = ok
ok 'its format is marked' test "$(sql 'PRAGMA application_id; PRAGMA user_version')" = "$(printf '1380140121\n2')"

agree 'meta' '.program, .file_date, .shard_count, .digest, .outcome_digest, .fingerprint, (if .balanced then 1 else 0 end)' \
    "SELECT value FROM meta JOIN (VALUES (1, 'program'), (2, 'file_date'), (3, 'shard_count'), (4, 'digest'),
        (5, 'outcome_digest'), (6, 'fingerprint'), (7, 'balanced')) w ON w.column2 = key ORDER BY w.column1"
agree 'sides' '.sides | to_entries | sort_by(.key)[] | "\(.key) \(.value.records) \(.value.rejected)"' \
    'SELECT side, records, rejected FROM side ORDER BY side'
agree 'controls' '.sides | to_entries | sort_by(.key)[] | .key as $side | .value.controls[] |
        "\($side) \(.name) \(.scope) \(.declared) \(.actual) \(if .ok then 1 else 0 end)"' \
    'SELECT side, name, scope, declared, actual, ok FROM control ORDER BY side, id'
agree 'totals' '.sides | to_entries | sort_by(.key)[] | .key as $side | .value.totals | to_entries | sort_by(.key)[] |
        "\($side) \(.key) \(.value.count) \(.value.debit_minor) \(.value.credit_minor) \(.value.net_minor)"' \
    'SELECT side, currency, count, debit_minor, credit_minor, net_minor FROM total ORDER BY side, currency'
agree 'counts of statuses' '.statuses | to_entries | sort_by(.key)[] | "\(.key) \(.value.count)"' \
    'SELECT status, count FROM status ORDER BY status'
agree 'amounts of statuses' '.statuses | to_entries | sort_by(.key)[] | .key as $status |
        .value as $v | ($v.settlement_minor + $v.internal_minor | keys)[] |
        "\($status) \(.) \($v.settlement_minor[.] // 0) \($v.internal_minor[.] // 0)"' \
    'SELECT status, currency, settlement_minor, internal_minor FROM status_total ORDER BY status, currency'
agree 'shards' '.shards[] | "\(.shard) \(.settlement) \(.internal) \(.discrepancies) \(.digest)"' \
    'SELECT shard, settlement, internal, discrepancies, digest FROM shard ORDER BY shard'
agree 'bytes of shards' '.sides | to_entries | sort_by(.key)[] | .value.records * 169' \
    'SELECT sum(internal_bytes) FROM shard UNION ALL SELECT sum(settlement_bytes) FROM shard'
ok 'the layouts are kept' test "$(sql "SELECT side, json ->> '$.layout' FROM layout")" = \
    "$(printf 'internal clearing168\nsettlement clearing168')"
agree 'a discrepancy for each outcome' \
    '.statuses | to_entries | sort_by(.key)[] | select(.key != "matched" and .value.count > 0) | "\(.key) \(.value.count)"' \
    'SELECT status, count(*) FROM discrepancy GROUP BY status ORDER BY status'
agree 'discrepancies of shards' '.shards[] | select(.discrepancies > 0) | "\(.shard) \(.discrepancies)"' \
    'SELECT shard, count(*) FROM discrepancy GROUP BY shard ORDER BY shard'

# none NAME SQL: counts nothing
none() {
    ok "$1" test "$(sql "$2")" = 0
}
none 'status amounts are those of the cells' "
    SELECT count(*) FROM status_total s WHERE
    CAST(settlement_minor AS INTEGER) != (SELECT coalesce(sum(CAST(net_minor AS INTEGER)), 0) FROM cell c
        WHERE c.status = s.status AND c.currency = s.currency AND side = 'settlement')
    OR CAST(internal_minor AS INTEGER) != (SELECT coalesce(sum(CAST(net_minor AS INTEGER)), 0) FROM cell c
        WHERE c.status = s.status AND c.currency = s.currency AND side = 'internal')"
none 'records that a status counts are those of its cells' "
    SELECT count(*) FROM status s WHERE
    settlement != (SELECT coalesce(sum(c.count), 0) FROM cell c WHERE c.status = s.status AND side = 'settlement')
    OR internal != (SELECT coalesce(sum(c.count), 0) FROM cell c WHERE c.status = s.status AND side = 'internal')"
none 'each record is in one bucket of each measure' "
    SELECT count(*) FROM cell c, (SELECT 'amount' AS measure UNION SELECT 'age') m WHERE c.count != (
        SELECT coalesce(sum(b.count), 0) FROM bucket b WHERE (b.status, b.currency, b.kind, b.side, b.measure) =
        (c.status, c.currency, c.kind, c.side, m.measure))"
none 'discrepancies have the records that they count' "
    SELECT count(*) FROM discrepancy d WHERE
    settlement_count != (SELECT count(*) FROM record r WHERE r.discrepancy_id = d.id AND side = 'settlement')
    OR internal_count != (SELECT count(*) FROM record r WHERE r.discrepancy_id = d.id AND side = 'internal')"
none 'amounts differ as they say' "
    SELECT count(*) FROM discrepancy d WHERE amount_delta_minor IS NOT NULL AND amount_delta_minor !=
        (SELECT sum(CASE side WHEN 'settlement' THEN amount_minor ELSE -amount_minor END)
        FROM record r WHERE r.discrepancy_id = d.id)"
none 'no discrepancy is without a reason' "SELECT count(*) FROM discrepancy WHERE coalesce(reason, '') = ''"

# in_file NAME TABLE: offset, length and raw of its rows against the bytes of the files
in_file() {
    sql "SELECT path, t.offset, t.length, hex(t.raw) FROM $2 t JOIN side USING (side)" | python3 -c '
import sys
rows = 0
for line in sys.stdin:
    path, offset, length, raw = line.rsplit(" ", 3)
    with open(path, "rb") as file:
        file.seek(int(offset))
        found = file.read(int(length))
    assert found.rstrip(b"\n") == bytes.fromhex(raw), f"{path} at {offset}: {found}"
    if offset != "0":
        with open(path, "rb") as file:
            file.seek(int(offset) - 1)
            assert file.read(1) == b"\n", f"{path} at {offset}: not the start of a line"
    rows += 1
assert rows > 1, "there are no rows"
' >"$TMP/.why" 2>&1
    ok "$1" test ! -s "$TMP/.why"
}
in_file 'records stand where they say' record
in_file 'rejected records stand where they say' rejected
ok 'both rejected records are kept' test "$(sql 'SELECT number, offset FROM rejected ORDER BY number')" = \
    "$(printf '9 1352\n30 4901')"
ok 'every example of docs/dayfile.md runs' sh -c \
    'sed -n "/^\`\`\`sql/,/^\`\`\`/p" docs/dayfile.md | grep -v "^\`\`\`" | sqlite3 -bail "$0"' "$db"

# The order of the lines, the threads and the memory do not show.
sql "SELECT status, transaction_id, currency, amount_minor, amount_delta_minor, shard, differences, rule, reason,
    age_days FROM discrepancy ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10" >"$TMP/once"
for side in settlement internal; do
    sed '1d;$d' "$TMP/day/$side.txt" | shuf --random-source="$db" >"$TMP/details"
    { head -n 1 "$TMP/day/$side.txt" && cat "$TMP/details" && tail -n 1 "$TMP/day/$side.txt"; } >"$TMP/$side"
    mv "$TMP/$side" "$TMP/day/$side.txt"
done
fails 'reconcile --out of shuffled files' 1 "$RECONCTL" reconcile "${words[@]}" --out "$TMP/out" --threads 1 --memory 16M
sql "SELECT status, transaction_id, currency, amount_minor, amount_delta_minor, shard, differences, rule, reason,
    age_days FROM discrepancy ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10" >"$TMP/twice"
ok 'gives the same discrepancies' cmp "$TMP/once" "$TMP/twice"
