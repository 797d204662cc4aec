#!/usr/bin/env bash
# Actions in the console: chosen, previewed, confirmed, watched, stopped, refused; and the audit.
. "$(dirname "$0")/../lib.sh"
. tests/live.sh

bucket=recon-files-000000000000-us-east-1
stuck=s3://$bucket/valley-fleet/settlement/2026-04-03.txt
screens=tests/golden/live/ops

# The versions of objects are never the same twice, nor where they are broken.
ops_masked() {
    live_masked | sed -E 's/@[A-Za-z0-9_.-]+$/@VERSION/; /^ {13}[A-Za-z0-9_.-]{1,12}$/d'
}
CONSOLE_MASK=ops_masked

audit() {
    XDG_STATE_HOME=$TMP/state "$RECONCTL" audit "$@"
}

weather() {
    printf '%s' "$1" >"$TMP/weather.json"
    "$RECONCTL" local weather --state "$CLOUD" "$TMP/weather.json" >/dev/null || exit 3
}

# ----- what would be done, and how it is asked for -----

for size in 80x24 120x40; do
    console_start "${size%x*}" "${size#*x}" -c queues
    console_wait '1 of 2' || fail 'queues' "$TMP/.err"
    console_type ":reprocess $stuck"
    console_keys Enter
    console_golden "the preview at $size" "$screens-preview-$size.txt" '[ Do it: reprocess'
    console_keys Enter
    console_golden "the question at $size" "$screens-question-$size.txt" '[ n Cancel ]'
    console_keys Enter
    sees 'the key that brought the question up does not answer it with yes' '[ Do it: reprocess'
done
fails 'nothing was done' 1 grep -q . <(audit list)

# ----- parameters -----

console_keys k k k Right
sees 'a choice is changed, and previewed anew' 'route   ‹ lambda ›'
console_keys k Left Left
sees 'the other way round, in a ring' '[ Do it: reprocess'
console_keys Escape Escape
console_type ":reprocess $stuck route:boat"
console_keys Enter
sees 'a parameter that is none is told' 'route boat: it is one of auto, lambda, fargate'
console_keys Escape
console_type ':reprocess rou'
console_keys Tab 'f' Tab
sees 'parameters are completed' ':reprocess route:fargate'
console_keys Escape

# ----- many, with a stop in the middle -----

console_type ':files valley-fleet'
console_keys Enter
sees 'the files of a program' '1 of 6'
console_keys Space Space Space a
sees 'the menu has what is marked' '3 marked'
console_keys Enter
sees 'all are previewed' '3 of 3 files'
weather '{"rules":[{"service":"sqs","operation":"SendMessage","kind":"slow","late_ms":9000}]}'
console_keys Enter
sees 'they are counted in the question' 'reprocess 3 of 3 files?'
console_keys y
sees 'a bar says how far it has come' '] 0 of 3'
console_keys Escape
sees 'Esc stops behind the one that it is at' 'It stops behind'
sees 'what was not begun is skipped' '2 skipped'
console_golden 'what became of them' "$screens-outcome-120x40.txt" '[ Again, with the 2 left ]'
weather '{"rules":[]}'
console_keys Enter
sees 'again, with what is left' '2 of 2 files'
console_keys Enter y
sees 'they are done' '2 done'
ok 'the audit has an attempt and an outcome each, in order' audit verify
[ "$(audit list | grep -c ' outcome .* done ')" = 3 ] && passes 'each was done once' ||
    fail 'each was done once'
console_keys Escape
sees 'back at the files' '3 marked'
live_settle # Escape would cancel what is still being asked
console_keys Escape g '@'
sees 'what was done to it' 'done     reprocess'
console_keys Enter
sees 'in full, with the ids of requests' '"call": "sqs:SendMessage"'

# ----- production -----

# Whether a preview of it finds no run that is alive.
stuck_rests() {
    "$RECONCTL" "--local=$CLOUD" reprocess --dry-run "$stuck" 2>/dev/null | grep -q 'attempt: 1 -> 2'
}

deadline=$((SECONDS + 3 * CONSOLE_SECONDS))
until stuck_rests || [ "$SECONDS" -ge "$deadline" ]; do sleep 0.1; done
ok 'its run has ended' stuck_rests
mkdir -p "$TMP/config/reconctl"
printf '[profile default]\nproduction = yes\n' >"$TMP/config/reconctl/config"
console_start 80 24 -c queues
sees 'production is read-only, and says so' 'PRODUCTION  read-only'
console_type ":reprocess $stuck"
console_keys Enter
sees 'a preview that nothing can follow' 'read-only: nothing'
console_keys Enter
sees 'it is refused' 'this session only reads'
audit list >"$TMP/audit"
ok 'and kept' grep -q 'refusal .*refused' "$TMP/audit"
console_type ':write'
console_keys Enter
sees 'lifting it is asked for' 'type default to lift read-only:'
console_type 'yes'
console_keys Enter
sees 'with the name of the profile alone' '"yes" is not the profile'
console_keys Escape
console_type ':write'
console_keys Enter
console_type 'default'
console_keys Enter
sees 'it is lifted' 'can change things at AWS'
console_keys Enter
sees 'production is confirmed with a name' 'It is confirmed by typing'
console_keys Enter
console_golden 'the name is typed' "$screens-name-80x24.txt" 'to reprocess, type'
console_type 'yes'
console_keys Enter
sees 'a yes is not it' '"yes" is not it: nothing was done'
