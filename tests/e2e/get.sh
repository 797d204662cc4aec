#!/usr/bin/env bash
# The views of a day file: every format has the rows that the day file has.
. "$(dirname "$0")/../lib.sh"
needs_tool 'views' sqlite3
needs_tool 'views' jq

"$RECONCTL" generate --records 2000 --seed 51 --out "$TMP/day" >"$TMP/log"
sed '9s/^DT/ZZ/' "$TMP/day/settlement.txt" >"$TMP/bad.txt"
fails 'a day' 1 "$RECONCTL" reconcile --settlement "$TMP/bad.txt" --internal "$TMP/day/internal.txt" \
    --program "$TMP/day/program.json" --out "$TMP/out"
db=$TMP/out/day.db

# rows WORDS...: how many there are
rows() {
    "$RECONCTL" get "$@" --from "$TMP/out" -o ndjson | wc -l
}

for table in discrepancies:discrepancy transactions:record rejected:rejected shards:shard controls:control; do
    view=${table%:*} count=$(sqlite3 "$db" "SELECT count(*) FROM ${table#*:}")
    "$RECONCTL" get "$view" --from "$db" -o json >"$TMP/json"
    ok "$view: JSON" jq -e --arg view "$view" --argjson count "$count" \
        '.view == $view and (.rows | length) == $count and $count > 0' "$TMP/json"
    "$RECONCTL" get "$view" --from "$TMP/out" -o ndjson | jq -c . >"$TMP/ndjson"
    jq -c '.rows[]' "$TMP/json" >"$TMP/rows"
    ok "$view: NDJSON has the same rows" cmp "$TMP/rows" "$TMP/ndjson"
    run "$RECONCTL" get "$view" --from "$TMP/out" -o csv
    ok "$view: CSV" test "$(wc -l <"$TMP/.out")" -eq $((count + 1))
    run "$RECONCTL" get "$view" --from "$TMP/out" -o tsv
    ok "$view: TSV" test "$(grep -c "$(printf '\t')" "$TMP/.out")" -eq $((count + 1))
    run "$RECONCTL" get "$view" --from "$TMP/out"
    ok "$view: table" test "$(wc -l <"$TMP/.out")" -eq $((count + 1))
    ok "$view: a page of it" test "$(rows "$view" --limit 3 --offset $((count - 1)))" -eq 1
done
ok 'day' sh -c '"$0" get day --from "$1" -o json | jq -e ".rows | length > 0" >/dev/null' "$RECONCTL" "$db"

id=$(sqlite3 "$db" "SELECT min(id) FROM discrepancy WHERE status = 'amount_mismatch'")
"$RECONCTL" get discrepancy "$id" --from "$db" -o json >"$TMP/json"
ok 'a discrepancy: JSON' jq -e --argjson id "$id" '.view == "discrepancy" and .id == $id and
    .status == "amount_mismatch" and (.records | length) == 2 and
    ((.records[0].amount - .records[1].amount - .delta) | fabs) < 0.001' "$TMP/json"
ok 'what differs in it' sh -c '"$0" get discrepancy "$1" --from "$2" -o csv | grep -q "^amount,.*,1,"' \
    "$RECONCTL" "$id" "$db"
ok 'for people' sh -c '"$0" get discrepancy "$1" --from "$2" | grep -q "^failed because: "' \
    "$RECONCTL" "$id" "$db"
fails 'a discrepancy needs its id' 2 "$RECONCTL" get discrepancy --from "$db"
fails 'there is none of that id' 2 "$RECONCTL" get discrepancy 999999 --from "$db"

number=$(jq '.records[0].number' "$TMP/json")
"$RECONCTL" get record settlement "$number" --from "$db" -o ndjson >"$TMP/record"
ok 'a record: its fields' jq -s -e --argjson id "$id" --slurpfile d "$TMP/json" \
    'any(.[]; .field == "transaction_id" and .value == $d[0].records[0].id and .discrepancy == $id)' "$TMP/record"
ok 'a record that matched, from the file' test "$(rows record settlement 17)" -gt 10
ok 'lengths include line ends, of rejected records, too' test "$(
    { "$RECONCTL" get rejected --from "$db" -o ndjson; "$RECONCTL" get transactions --from "$db" -o ndjson; } |
        jq .length | sort -u
)" = 169
ok 'a rejected one' sh -c '"$0" get record settlement 9 --from "$1" >/dev/null' "$RECONCTL" "$db"
fails 'no such record' 2 "$RECONCTL" get record settlement 999999 --from "$db"
fails 'a record needs a side' 2 "$RECONCTL" get record 17 --from "$db"
ok 'the layout of a side' test "$(rows layout)" -eq $((2 * $(rows layout internal)))
ok 'one of its types' test "$(rows layout internal header)" -lt "$(rows layout internal)"
ok 'words are a filter' test "$(rows discrepancies status=missing_internal)" -eq \
    "$(rows discrepancies --filter status=missing_internal)"

# A layout that is a file stays with the day.
jq '.layout = "ours"' layouts/clearing168.json >"$TMP/ours.json"
fails 'a day by a layout of ones own' 1 "$RECONCTL" reconcile --settlement "$TMP/day/settlement.txt" \
    --internal "$TMP/day/internal.txt" --program "$TMP/day/program.json" \
    --settlement-layout "$TMP/ours.json" --out "$TMP/own"
rm "$TMP/ours.json"
ok 'its fields are known without the file' sh -c '"$0" get record settlement 17 --from "$1" -o csv |
    grep -q ",transaction_id,"' "$RECONCTL" "$TMP/own"
ok 'those of all records, too' sh -c '"$0" get record --from "$1" --filter side=settlement --limit 1 -o csv |
    grep -q ",transaction_id,"' "$RECONCTL" "$TMP/own"

ok 'a status' test "$(rows discrepancies --filter status=missing_internal)" -eq \
    "$(sqlite3 "$db" "SELECT count(*) FROM discrepancy WHERE status = 'missing_internal'")"
ok 'all but a status' test "$(rows discrepancies --filter '!status=missing_internal')" -eq \
    "$(sqlite3 "$db" "SELECT count(*) FROM discrepancy WHERE status != 'missing_internal'")"
ok 'two words, both of which hold' test "$(rows discrepancies --filter 'status:mismatch age>3d')" -eq \
    "$(sqlite3 "$db" "SELECT count(*) FROM discrepancy WHERE status LIKE '%mismatch%' AND age_days > 3")"
"$RECONCTL" get discrepancies --from "$db" --sort -age -o ndjson | jq .age >"$TMP/ages"
ok 'sorted from the greatest to the least' sort -c -n -r "$TMP/ages"

"$RECONCTL" get discrepancies --from "$db" -o wide >"$TMP/wide"
ok 'a wide table has every row' test "$(wc -l <"$TMP/wide")" -eq "$((1 + $(rows discrepancies)))"
"$RECONCTL" get discrepancies --from "$db" -o json |
    jq -r '.rows[] | .transaction_id, .reason, .rule, .merchant // empty' | sort -u >"$TMP/said"
ok 'with all that it says, uncut' sh -c 'while read -r said; do
    grep -qF -- "$said" "$1" || exit 1
done <"$2"' wide "$TMP/wide" "$TMP/said"

run "$RECONCTL" get shards --from "$db" -o json
ok 'how even the shards are stands beside them' jq -e '
    .skew.internal | .max_over_mean >= 1 and .likely_over_mean > .expected_over_mean and .p_value <= 1' \
    "$TMP/.out"
ok 'of all records of either side' jq -e '
    .skew.settlement.records == ([.rows[].settlement] | add)' "$TMP/.out"
ok 'and is told' grep -qE '^reconctl: settlement: [0-9]+ records in [0-9]+ shards, .*\(expected .*, by chance up to .*' \
    "$TMP/.err"

fails 'no view' 2 "$RECONCTL" get --from "$db"
fails 'an unknown view' 2 "$RECONCTL" get nothing --from "$db"
fails 'an unknown column' 2 "$RECONCTL" get shards --from "$db" --sort colour
fails 'an unknown format' 2 "$RECONCTL" get shards --from "$db" -o xml
fails 'no day file' 3 "$RECONCTL" get shards --from "$TMP/none"
fails 'a file that is no day file' 2 "$RECONCTL" get shards --from "$TMP/bad.txt"
