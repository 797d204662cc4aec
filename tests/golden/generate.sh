#!/usr/bin/env bash
# What generate says and writes.
. "$(dirname "$0")/../lib.sh"
WANT=tests/golden/generate

golden 'generate says what it made' $WANT/said.txt \
    "$RECONCTL" generate --records 12 --seed 5 --layout settlement168 --out "$TMP/day"
for file in settlement.txt internal.txt program.json; do
    golden "$file" $WANT/$file cat "$TMP/day/$file"
done
golden 'another date' $WANT/date.txt sh -c \
    '"$0" generate --records 1 --date 2028-02-29 --out "$1" >"$1.log" && head -n 1 "$1/settlement.txt"' \
    "$RECONCTL" "$TMP/leap"

ok 'equal seeds' "$RECONCTL" generate --records 500 --seed 9 --out "$TMP/a"
ok 'equal seeds again' "$RECONCTL" generate --records 500 --seed 9 --out "$TMP/b"
ok 'make equal files' diff -r "$TMP/a" "$TMP/b"
ok 'another seed' "$RECONCTL" generate --records 500 --seed 10 --out "$TMP/c"
fails 'makes other files' 1 cmp -s "$TMP/a/settlement.txt" "$TMP/c/settlement.txt"

transcript 'no layout that it knows' $WANT/layout.txt \
    "$RECONCTL" generate --records 1 --layout nacha --out "$TMP/x"
transcript 'no directory' $WANT/no-directory.txt "$RECONCTL" generate --records 1 --out "$TMP/day/settlement.txt"
