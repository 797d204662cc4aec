#!/usr/bin/env bash
# reconctl plan: a count for a billion a day, from a day, a hot id, decades.
. "$(dirname "$0")/../lib.sh"

needs_tool 'plans' jq

# says NAME FILTER: of the JSON that was printed
says() {
    ok "$1" jq -e "$2" "$TMP/.out"
}

run "$RECONCTL" plan --records 1e9 --within 1h --format json
says 'a billion a day has a count' '.smallest > 278 and .advised == 512 and (.hot_id | not)'
says 'with it a second hardly throttles' \
    '.smallest as $n | .counts[] | select(.shards == $n) | .throttles <= 0.001'
says 'the quota takes 11 seconds of itself in ten' \
    '[.counts[] | .taken_split, .taken_unsplit] | max | . > 0.158 and . < 0.159'
says 'one key takes what a partition takes' \
    '.counts[0] | .shards == 1 and .refused_share > 0.99 and .taken_split < 0.01'
says 'counts ascend, and throttle less and less' \
    '[.counts[].shards] as $s | [.counts[].throttles] as $t | $s == ($s | sort | unique) and $t == ($t | sort | reverse)'
says 'the table is over its quota' \
    '.limits[] | select(.limit == "table") | .need > .most and (.answer | length > 0)'

run "$RECONCTL" plan --records 1e9 --format json
cp "$TMP/.out" "$TMP/once"
run "$RECONCTL" plan --records 1e9 --format json
ok 'equal words, equal plans' cmp "$TMP/once" "$TMP/.out"

fails 'a hot id is status 1' 1 "$RECONCTL" plan --records 1e6 --peak-per-second 20000 --skew 0.1
run "$RECONCTL" plan --records 1e6 --peak-per-second 20000 --skew 0.1
ok 'and says so' grep -q 'hottest TransactionID alone' "$TMP/.out"
fails 'more than all shards take' 1 "$RECONCTL" plan --records 1e9 --peak-per-second 1e7

# Figures that no day can have, and what does not go together.
fails 'a peak below the even spread is refused' 2 "$RECONCTL" plan --records 1e9 --peak-per-second 200
run "$RECONCTL" plan --records 1e9 --peak-per-second 200
ok 'with what to do' grep -q 'give it 5000000 seconds, or a peak of 277778' "$TMP/.err"
fails 'a peak above the records, too' 2 "$RECONCTL" plan --records 10 --peak-per-second 11
fails 'no part of a record' 2 "$RECONCTL" plan --records 0.5
fails 'no hexadecimal records' 2 "$RECONCTL" plan --records 0x10
fails 'decades have their own records' 2 "$RECONCTL" plan --decades --records 5

run "$RECONCTL" plan --records 1e9 --within 24h
ok 'enough for the match are advised' grep -q 'Take 256: with fewer, a match task takes' "$TMP/.out"
ok 'what is over says so, in whole numbers' \
    grep -Eq '^  over  task +1000000 of 86400 seconds of one task to ingest the file$' "$TMP/.out"
run "$RECONCTL" plan --records 1e9
ok 'the quota that it takes' grep -q "and the table's quota has to be 277778" "$TMP/.out"
run "$RECONCTL" plan --records 1e9 --skew 0.02 --shards 4096 --table-wcu 1e6 --format json
says 'a hot id of a large day counts in full' \
    '.counts[-1] | .shards == 4096 and .taken_split > 0.983 and .taken_split < 0.985'
run "$RECONCTL" plan --decades --skew 0.5
ok 'no count suffices for it' grep -q '^1000000000 records, .* (none suffices)$' "$TMP/.out"
ok 'and more shards are no answer' test "$(grep -c 'more shards: a partition' "$TMP/.out")" -eq 0

ok 'a day to plan from' "$RECONCTL" generate --records 3000 --out "$TMP/in"
"$RECONCTL" reconcile --settlement "$TMP/in/settlement.txt" --internal "$TMP/in/internal.txt" \
    --program "$TMP/in/program.json" --out "$TMP/day" >"$TMP/.day" 2>&1
run "$RECONCTL" plan --from "$TMP/day" --format json
says 'as many records as its larger side' '.records >= 3000 and .records < 4000'
ok 'how even its shards are' grep -Eq 'times the mean \(expected [0-9.]+, by chance up to [0-9.]+[,)].*; chi-square [0-9.]+ of 63 degrees of freedom, p-value' "$TMP/.err"
ok 'and that no id is hot' grep -q 'No id is hot' "$TMP/.err"
says 'nor planned with' '.skew == 0'

# repeat NAME AWK: a day whose detail records stand as often as that says of their number n.
repeat() {
    local side
    mkdir -p "$TMP/$1"
    for side in settlement internal; do
        awk '/^DT/ { n++; for (i = 0; i < '"$2"'; i++) print; next } { print }' \
            "$TMP/in/$side.txt" >"$TMP/$1/$side.txt"
    done
    "$RECONCTL" reconcile --settlement "$TMP/$1/settlement.txt" --internal "$TMP/$1/internal.txt" \
        --program "$TMP/in/program.json" --out "$TMP/$1" >"$TMP/.day" 2>&1
    run "$RECONCTL" plan --from "$TMP/$1" --format json
}

# Ids come to their shards with all of their records; of one that has a fifth it is the id.
repeat fours 4
ok 'ids of four records each are even' grep -Eq 'with 4([.]0[0-9])? records of a record.s id in the mean' "$TMP/.err"
ok 'and none is hot' grep -q 'No id is hot' "$TMP/.err"
says 'nor planned with, of them' '.skew == 0'
repeat hot '(n == 7 ? 800 : 1)'
ok 'an id of many records is named' grep -Eq 'An id is hot: [A-Z0-9]+ has 8[0-9][0-9] records' "$TMP/.err"
ok 'and is the id of the file' grep -q "$(awk '/^DT/ && ++n == 7 { print substr($0, 3, 12) }' "$TMP/in/settlement.txt")" "$TMP/.err"
says 'with its share' '.skew > 0.2 and .skew < 0.22'

# The rows of the view are those of the command.
ok 'the same by get' "$RECONCTL" get plan --from "$TMP/day" shards=48 -o json
run "$RECONCTL" get plan --from "$TMP/day" shards=48 -o json
says 'the count that was asked for is there' '[.rows[] | select(.shards == 48 and .there)] | length == 1'
says 'one is the smallest' '[.rows[] | select(.smallest)] | length == 1'
jq -c '[.rows[] | [.shards, .queries, .fan_out_ms]]' "$TMP/.out" >"$TMP/rows"
run "$RECONCTL" plan --from "$TMP/day" --shards 48 --format json
ok 'with the figures of the command' test \
    "$(jq -c '[.counts[] | [.shards, (.queries | round), (.fan_out_ms | round)]]' "$TMP/.out")" = "$(cat "$TMP/rows")"
fails 'a hot id is status 1 there, too' 1 "$RECONCTL" get plan records=1e6 peak=20000 skew=0.1
fails 'of something' 2 "$RECONCTL" get plan
fails 'wrong figures' 2 "$RECONCTL" get plan records=many

run "$RECONCTL" plan --decades --format json
says 'six decades' '[.decades[].records] == [1e4, 1e5, 1e6, 1e7, 1e8, 1e9]'
says 'nothing breaks at a hundred thousand, and Lambda at a million' \
    '(.decades[1].limits | all(.need <= .most)) and (.decades[2].limits[0] | .limit == "lambda" and .need == 1000)'
says 'each with at least its smallest count, and 64' '.decades | all(.shards >= 64 and .shards >= .smallest)'
says 'the furthest over its limit first' \
    '.decades | all([.limits[] | .need / .most] | . == (sort | reverse))'
