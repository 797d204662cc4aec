#!/usr/bin/env bash
# Runs the tests and ends with one line that counts them. Shows the output of
# those that fail, the reason of those that were skipped, and what took ten seconds
# or more.
#
#   BUILD                folder of the programs under test (build)
#   ONLY                 words: only tests with one of them in their path
#   TEST_SECONDS         time limit of one test program or script (300; 3600 for long tests)
#   RECONCTL_SHARED      folder of sample data; tests that need it are skipped without
#   RECONCTL_FULL_TESTS  set: the long tests, too
#
# A test program is a cmocka binary; a test script prints a line a test, as
# tests/lib.sh does: "ok - NAME", "not ok - NAME", "skip - NAME: REASON".
# What ends badly without having named a failure counts as one, and so does what
# a signal ends.
set -u
cd "$(dirname "$0")/.." || exit 3
export BUILD=${BUILD:-build}
export CMOCKA_MESSAGE_OUTPUT=TAP
export LC_ALL=C TZ=UTC

seconds=${TEST_SECONDS:-${RECONCTL_FULL_TESTS:+3600}} seconds=${seconds:-300}
output=$(mktemp) || exit 3
trap 'rm -f "$output" "$output.err"' EXIT
passed=0 failed=0 skipped=0
slow=10 slowest= failures=

selected() {
    [ -n "${ONLY:-}" ] || return 0
    local word
    for word in $ONLY; do
        case $1 in *"$word"*) return 0 ;; esac
    done
    return 1
}

# count REGEX: lines of the output that match
count() {
    grep -cE "$1" "$output"
}

# run_test NAME COMMAND...
run_test() {
    local name=$1 status oks bad skips why start
    shift
    selected "$name" || return 0
    start=$SECONDS
    { timeout -k 5 "$seconds" "$@" >"$output" 2>"$output.err" </dev/null; } 2>/dev/null
    status=$?
    [ $((SECONDS - start)) -lt $slow ] || slowest="$slowest$((SECONDS - start)) s $name"$'\n'

    # cmocka before 1.1.6 writes a skipped test as "not ok N # SKIP".
    skips=$(count '^(skip - |(not )?ok [0-9]+ # SKIP)')
    oks=$(count '^ok ([0-9]+ )?- ')
    bad=$(count '^not ok ([0-9]+ )?- ')
    why=
    if [ "$status" -eq 124 ] || [ "$status" -eq 137 ]; then
        why="stopped after $seconds seconds" bad=$((bad + 1))
    elif [ "$status" -gt 128 ] || { [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; }; then
        why="ended with status $status" bad=$((bad + 1))
    elif [ $((oks + bad + skips)) -eq 0 ]; then
        why='reported no test' bad=1
    fi
    passed=$((passed + oks)) failed=$((failed + bad)) skipped=$((skipped + skips))

    sed -n "s|^skip - |skipped: $name: |p; s|^\(not \)\{0,1\}ok [0-9]* # SKIP |skipped: $name: |p" "$output"
    [ "$bad" -gt 0 ] || return 0
    printf 'FAILED: %s%s\n' "$name" "${why:+ ($why)}"
    failures="$failures$name${why:+: $why}"$'\n'$(grep -E '^not ok ' "$output" | grep -v '# SKIP' | head -n 5)$'\n'
    grep -vE '^(1\.\.|ok |skip - )' "$output" | sed 's/^/    /' | head -n 100
    sed 's/^/    /' "$output.err" | tail -n 100
}

for source in tests/unit/test_*.c tests/aws/test_*.c tests/pipeline/test_*.c tests/ops/test_*.c tests/local/test_*.c tests/model/test_*.c tests/tui/test_*.c; do
    [ -e "$source" ] && run_test "${source%.c}" "$BUILD/${source%.c}"
done
for script in tests/arrows.sh tests/purity.sh tests/golden/*.sh tests/e2e/*.sh; do
    [ -e "$script" ] && run_test "$script" bash "$script"
done

if [ $((passed + failed + skipped)) -eq 0 ]; then
    echo "FAILED: no test ran${ONLY:+ (none has \"$ONLY\" in its path)}"
    failed=1
fi
[ -z "$slowest" ] || printf '%s' "$slowest" | sort -rn | sed 's/^/took /'
# Once more, where it is seen.
[ -z "$failures" ] || printf '%s' "$failures" | sed '/^$/d; s/^/failed: /'
summary="$passed passed, $failed failed"
[ "$skipped" -eq 0 ] || summary="$summary, $skipped skipped"
echo "$summary"
[ "$failed" -eq 0 ]
