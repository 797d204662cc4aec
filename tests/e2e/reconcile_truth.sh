#!/usr/bin/env bash
# A generated day reconciles to its truth, byte for byte: for several seeds and
# sizes, whatever the layout, the number of threads, the memory and the order of
# the lines. With RECONCTL_FULL_TESTS set, a million records, too.
. "$(dirname "$0")/../lib.sh"

# same_day NAME DIR OPTION...: the day in DIR against its truth
same_day() {
    local name=$1 dir=$2
    shift 2
    run "$RECONCTL" reconcile --settlement "$dir/settlement.txt" --internal "$dir/internal.txt" \
        --program "$dir/program.json" --format json "$@"
    if [ "$run_status" -gt 1 ]; then
        echo "exit status $run_status" >"$TMP/.why"
        fail "$name" "$TMP/.why" "$TMP/.err"
    elif cmp "$TMP/.out" "$dir/truth.json" >"$TMP/.why" 2>&1; then
        passes "$name"
    else
        diff <(jq -S . "$dir/truth.json") <(jq -S . "$TMP/.out") | head -n 40 >>"$TMP/.why"
        fail "$name" "$TMP/.why" "$TMP/.err"
    fi
}

# shuffle FILE: its details in another order, header and trailer where they were
shuffle() {
    sed '1d;$d' "$1" | shuf --random-source="$1" >"$TMP/details"
    { head -n 1 "$1" && cat "$TMP/details" && tail -n 1 "$1"; } >"$TMP/shuffled"
    mv "$TMP/shuffled" "$1"
}

# shuffled DIR: a copy of the day, both files shuffled
shuffled() {
    rm -rf "$TMP/other"
    cp -r "$1" "$TMP/other"
    shuffle "$TMP/other/settlement.txt"
    shuffle "$TMP/other/internal.txt"
}

for layout in clearing168 settlement168; do
    for size in 0 1 2 3 7 50 1000 20000; do
        for seed in 1 2 4711; do
            day=$TMP/day
            "$RECONCTL" generate --records $size --seed $seed --layout $layout --out "$day" >"$TMP/log"
            same_day "$layout, $size records, seed $seed" "$day"
        done
    done
    for threads in 1 2 7; do
        same_day "$layout, $threads threads" "$day" --threads $threads --memory 16M
    done
    shuffled "$day"
    same_day "$layout, shuffled" "$TMP/other"
    same_day "$layout, shuffled, 16M" "$TMP/other" --memory 16M --threads 2
done

# Leap days, and a date that is not the header's.
"$RECONCTL" generate --records 2000 --seed 3 --date 2028-02-29 --out "$TMP/leap" >"$TMP/log"
same_day 'a leap day' "$TMP/leap"
same_day 'a leap day that is named' "$TMP/leap" --date 2028-02-29

# Enough that it does not fit into the least memory.
"$RECONCTL" generate --records 400000 --seed 5 --out "$TMP/large" >"$TMP/log"
same_day '400,000 records, 16M' "$TMP/large" --memory 16M --threads 2
shuffled "$TMP/large"
same_day '400,000 records, shuffled, 16M' "$TMP/other" --memory 16M --threads 1
run "$RECONCTL" reconcile --settlement "$TMP/other/settlement.txt" --internal "$TMP/other/internal.txt" \
    --program "$TMP/other/program.json" --memory 16M --out "$TMP/out"
ok 'of which a part went to disk' test "$(sqlite3 "$TMP/out/day.db" 'SELECT spilled_bytes > 0 FROM run')" = 1
rm -rf "$TMP/large" "$TMP/other" "$TMP/out"

if [ -z "${RECONCTL_FULL_TESTS:-}" ]; then
    skip 'a million records' 'set RECONCTL_FULL_TESTS to run it'
    exit
fi
for seed in 1 2; do
    "$RECONCTL" generate --records 1000000 --seed $seed --out "$TMP/large" >"$TMP/log"
    shuffled "$TMP/large"
    for threads in 1 2; do
        same_day "a million records, seed $seed, $threads threads" "$TMP/large" --memory 64M --threads $threads
        same_day "a million records, seed $seed, $threads threads, shuffled" "$TMP/other" \
            --memory 64M --threads $threads
    done
done
