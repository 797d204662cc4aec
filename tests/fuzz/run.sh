#!/usr/bin/env bash
# Runs each fuzz target for a while; `make fuzz` builds them and calls this.
#   BUILD         where they were built; what they find stays there
#   FUZZ_SECONDS  time for each (10)
# Seeds of fuzz_NAME are the files of tests/fuzz/corpus/NAME.
set -u
cd "$(dirname "$0")/../.." || exit 3
build=${BUILD:-build/fuzz}
seconds=${FUZZ_SECONDS:-10}
failures=0

for source in tests/fuzz/fuzz_*.c; do
    [ -e "$source" ] || continue
    target=$(basename "$source" .c)
    name=${target#fuzz_}
    found=$build/corpus/$name
    log=$build/$target.log
    mkdir -p "$found" "$build/crashes"
    folders=("$found")
    [ -d "tests/fuzz/corpus/$name" ] && folders+=("tests/fuzz/corpus/$name")

    if "$build/tests/fuzz/$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
        -artifact_prefix="$build/crashes/$name-" "${folders[@]}" >"$log" 2>&1 </dev/null; then
        echo "ok - $target: $(sed -n 's/^Done \([0-9]*\) runs.*/\1 inputs/p' "$log")"
    else
        echo "not ok - $target: the input is in $build/crashes, the report in $log"
        grep -vE '^#[0-9]' "$log" | tail -n 40 | sed 's/^/# /'
        failures=$((failures + 1))
    fi
done
[ "$failures" -eq 0 ]
