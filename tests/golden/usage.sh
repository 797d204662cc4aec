#!/usr/bin/env bash
# Help, and every way of calling the program wrongly: what it says and exit status 2.
. "$(dirname "$0")/../lib.sh"
WANT=tests/golden/usage

ok 'help' "$RECONCTL" help
fails 'no words at all' 2 "$RECONCTL"
run "$RECONCTL" comment --text $'caf\xe9' p/2026-04-01/x
ok 'a text that is not UTF-8 is not dropped' test "$run_status" = 2
ok 'and is said to be none' grep -q -e '--text is not UTF-8' "$TMP/.err"
"$RECONCTL" --help >"$TMP/help"
golden 'version' $WANT/version.txt "$RECONCTL" --version
for command in parse layout reconcile open get doctor local program plan audit download generate; do
    ok "help names $command" grep -q "^  $command  " "$TMP/help"
    golden "$command --help" $WANT/$command.txt "$RECONCTL" $command --help
    golden "help $command" $WANT/$command.txt "$RECONCTL" help $command
    golden "$command -h" $WANT/$command.txt "$RECONCTL" $command -h
done

# One a line: the words behind reconctl.
while IFS= read -r words; do
    # shellcheck disable=SC2086 # words
    run "$RECONCTL" $words
    {
        echo "== reconctl $words"
        cat "$TMP/.out" "$TMP/.err"
        echo "-- exit $run_status"
    } >>"$TMP/said"
done <<'EOF'
unknown
--unknown
help unknown
parse
parse --layout
parse --layout nacha
parse --layout nacha a b
parse --layout nacha --copybook c a
parse --layout nacha --format xml a
parse --layout nacha --format=
parse --layout nacha --date 1.4.2026 a
parse --layout nacha --summary=yes a
parse --unknown a
parse -x a
layout
layout unknown
layout list a
layout show
layout check
layout import-copybook
layout import-copybook a b
layout import-copybook --name
layout import-copybook --unknown a
generate
generate --records 10
plan
plan --records x
plan --records 1 more
plan --within soon --records 1
plan --records 0
plan --records 1e9 --peak-per-second 200
plan --decades --records 5
plan --records 1 --skew 2
plan --records 1 --probability 1
plan --records 1 --shards 5000
generate --records
generate --records -1 --out a
generate --records 1e3 --out a
generate --records 1000000000 --out a
generate --records 1 --out a --seed x
generate --records 1 --out a --date x
generate --records 1 --out a b
open
open a b
open --layout
open --layout nacha
open --theme
open --unknown a
open --mouse=yes a
get
get day
get --from a
get nothing --from a
get day --from a -o xml
get day --from a --limit x
get day --from a --unknown
get day --from a --output
get day --from a --offset -1
get day --from a --region x
get files --endpoint-url here
get files --log-level loud
local
local sit
local --state
local start --state
local stop now
doctor now
doctor -o xml
doctor --output
doctor --profile
doctor --endpoint-url ftp://here
reconcile
reconcile --settlement a
reconcile --settlement a --internal b
reconcile --settlement a --internal b --settlement-layout nacha
reconcile --settlement - --internal b --program p
reconcile --settlement a --internal - --program p
reconcile --settlement a --internal b --program p c
reconcile --shards 0
reconcile --shards 5000
reconcile --shards 4x
reconcile --memory 1M
reconcile --memory 64X
reconcile --memory 99999999999999T
reconcile --memory -1
reconcile --threads 0
reconcile --threads 65
reconcile --date 2026-02-30
reconcile --format xml
reconcile --format
reconcile --s x
reconcile --unknown
EOF
golden 'what is said of wrong words' $WANT/wrong.txt cat "$TMP/said"
ok 'each of them is status 2' sh -c '! grep "^-- exit" "$0" | grep -v " 2$"' "$TMP/said"
