#!/usr/bin/env bash
# The day file appears when it is complete or not at all, and a new one takes the
# place of an old one.
. "$(dirname "$0")/../lib.sh"
needs_tool 'the day file' sqlite3

"$RECONCTL" generate --records 200000 --seed 31 --out "$TMP/large" >"$TMP/log"
"$RECONCTL" generate --records 100 --seed 32 --out "$TMP/small" >>"$TMP/log"

# words DIR: the options for the day in DIR
words() {
    printf '%s\n' --settlement "$1/settlement.txt" --internal "$1/internal.txt" --program "$1/program.json"
}
mapfile -t large < <(words "$TMP/large")
mapfile -t small < <(words "$TMP/small")

# Killed at several moments, from the first on; the last of them may come too late.
killed=0
for delay in 0.001 0.01 0.03 0.06 0.1 0.15 0.2 0.3; do
    rm -rf "$TMP/out"
    "$RECONCTL" reconcile "${large[@]}" --out "$TMP/out" >"$TMP/text" 2>&1 &
    child=$!
    sleep $delay
    kill -9 $child 2>/dev/null
    { wait $child; } 2>/dev/null
    [ $? -ne 137 ] || killed=$((killed + 1))
    if [ -e "$TMP/out/day.db" ]; then
        ok "killed after $delay s: day.db is complete" test "$(sqlite3 "$TMP/out/day.db" \
            'PRAGMA integrity_check; SELECT count(*) FROM meta WHERE key = '"'fingerprint'")" = "$(printf 'ok\n1')"
    else
        passes "killed after $delay s: no day.db"
    fi
done
ok 'it was killed in the middle of its work' test $killed -gt 2

fails 'what a killed run left is no obstacle' 1 "$RECONCTL" reconcile "${large[@]}" --out "$TMP/out"
before=$(sqlite3 "$TMP/out/day.db" "SELECT value FROM meta WHERE key = 'fingerprint'")
fails 'another day into the same folder' 1 "$RECONCTL" reconcile "${small[@]}" --out "$TMP/out"
after=$(sqlite3 "$TMP/out/day.db" "SELECT value FROM meta WHERE key = 'fingerprint'")
ok 'takes the place of the first' test "$before" != "$after"
ok 'has its own records' test "$(sqlite3 "$TMP/out/day.db" "SELECT records FROM side WHERE side = 'settlement'")" = 100
ok 'and its own JSON' cmp "$TMP/out/rollup.json" "$TMP/small/truth.json"

# A run that fails leaves the old one alone.
sha256sum "$TMP/out/day.db" "$TMP/out/rollup.json" >"$TMP/sums"
fails 'a run that fails' 3 "$RECONCTL" reconcile --settlement "$TMP/none" --internal "$TMP/none" \
    --program "$TMP/small/program.json" --out "$TMP/out"
ok 'leaves the old day alone' sha256sum --quiet -c "$TMP/sums"
TMPDIR=$TMP/none run "$RECONCTL" reconcile "${large[@]}" --memory 16M --out "$TMP/out"
ok 'as does one without a place for temporary files' sha256sum --quiet -c "$TMP/sums"

fails 'a folder that is made' 1 "$RECONCTL" reconcile "${small[@]}" --out "$TMP/new/deep"
ok 'has the day' test -s "$TMP/new/deep/day.db"
