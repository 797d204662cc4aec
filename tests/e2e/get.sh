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
    run "$RECONCTL" get "$view" --from "$TMP/out"
    ok "$view: table" test "$(wc -l <"$TMP/.out")" -eq $((count + 1))
    ok "$view: a page of it" test "$(rows "$view" --limit 3 --offset $((count - 1)))" -eq 1
done
ok 'day' sh -c '"$0" get day --from "$1" -o json | jq -e ".rows | length > 0" >/dev/null' "$RECONCTL" "$db"

ok 'a status' test "$(rows discrepancies --filter status=missing_internal)" -eq \
    "$(sqlite3 "$db" "SELECT count(*) FROM discrepancy WHERE status = 'missing_internal'")"
ok 'all but a status' test "$(rows discrepancies --filter '!status=missing_internal')" -eq \
    "$(sqlite3 "$db" "SELECT count(*) FROM discrepancy WHERE status != 'missing_internal'")"
ok 'two words, both of which hold' test "$(rows discrepancies --filter 'status:mismatch age>3d')" -eq \
    "$(sqlite3 "$db" "SELECT count(*) FROM discrepancy WHERE status LIKE '%mismatch%' AND age_days > 3")"
"$RECONCTL" get discrepancies --from "$db" --sort -age -o ndjson | jq .age >"$TMP/ages"
ok 'sorted from the greatest to the least' sort -c -n -r "$TMP/ages"

fails 'no view' 2 "$RECONCTL" get --from "$db"
fails 'an unknown view' 2 "$RECONCTL" get nothing --from "$db"
fails 'an unknown column' 2 "$RECONCTL" get shards --from "$db" --sort colour
fails 'an unknown format' 2 "$RECONCTL" get shards --from "$db" -o xml
fails 'no day file' 3 "$RECONCTL" get shards --from "$TMP/none"
fails 'a file that is no day file' 2 "$RECONCTL" get shards --from "$TMP/bad.txt"
