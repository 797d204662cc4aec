#!/usr/bin/env bash
# A day of the running pipeline, from the command line: verified, changed by its program,
# recomputed, corrected by an upload, and brought back.
. "$(dirname "$0")/../lib.sh"
. tests/live.sh

day=harbor-debit/2026-04-03
file=s3://recon-files-000000000000-us-east-1/harbor-debit/settlement/2026-04-03.txt

on_cloud() {
    "$RECONCTL" --local="$CLOUD" "$@"
}

# becomes NAME PATTERN COMMAND...: within a while its output has the pattern
becomes() {
    local name=$1 wanted=$2 deadline=$((SECONDS + CONSOLE_SECONDS))
    shift 2
    until "$@" 2>&1 | tee "$TMP/.err" | grep -qE "$wanted"; do
        if [ "$SECONDS" -ge "$deadline" ]; then
            fail "$name" "$TMP/.err"
            return
        fi
    done
    passes "$name"
}

# says NAME STATUS PATTERN COMMAND...: it ends like that, and its output has the pattern
says() {
    local name=$1 status=$2 wanted=$3
    shift 3
    run "$@"
    if [ "$run_status" -eq "$status" ] && grep -qE "$wanted" "$TMP/.out" "$TMP/.err"; then
        passes "$name"
    else
        fail "$name: status $run_status" "$TMP/.out" "$TMP/.err"
    fi
}

versions() {
    on_cloud get versions harbor-debit 2026-04-03 -o ndjson
}

says 'a day is what it was' 0 '^done .*the same to the digit' on_cloud verify --yes "$day"
says 'a day without a rollup is refused' 1 'no rollup' \
    on_cloud verify --yes valley-fleet/2026-04-03

on_cloud program show harbor-debit >"$TMP/before.json" || exit 3
python3 -c 'import json, sys
program = json.load(sys.stdin)
program.setdefault("rules", {})["amount_tolerance"] = {"minor": 7, "basis_points": 0}
json.dump(program, sys.stdout)' <"$TMP/before.json" >"$TMP/program.json" || exit 3
says 'a dry run stores nothing' 0 'changes +rules:' \
    on_cloud program-put --dry-run --file "$TMP/program.json" harbor-debit
on_cloud program show harbor-debit | cmp -s - "$TMP/before.json" &&
    passes 'the program is as it was' || fail 'the program is as it was'
ok 'other rules are stored' on_cloud program put "$TMP/program.json"
says 'the day is not what they give' 1 'what its records give: fingerprint' \
    on_cloud verify --yes "$day"
says 'a file is run again for the day' 0 '^done .*queued as run' on_cloud recompute --yes "$day"
becomes 'the day is rolled up anew' '"version":2' versions
says 'and is what they give' 0 '^done .*the same to the digit' on_cloud verify --yes "$day"

ok 'a file is fetched' on_cloud download "$file" "$TMP/file.txt"
fails 'but not over another one' 2 on_cloud download "$file" "$TMP/file.txt"
sed '2d' "$TMP/file.txt" >"$TMP/shorter.txt"
says 'what is there already is not sent' 0 '^unchanged ' \
    on_cloud upload --yes --file "$TMP/file.txt" "$file"
says 'another content is' 0 '^done .* are version' \
    on_cloud upload --yes --file "$TMP/shorter.txt" "$file"
becomes 'the pipeline takes it as a correction' '"delivery":2' \
    on_cloud get files harbor-debit 2026-04-03 -o ndjson

says 'a shard count is changed' 0 '^done ' on_cloud set-shards --yes --count 32 harbor-debit
says 'nothing is done where nobody confirms' 2 'nothing was done' \
    on_cloud set-shards --count 8 harbor-debit
says 'a lease that nobody holds is refused' 1 'nobody holds' \
    on_cloud break-lease --yes harbor-debit/2026-04-01

says 'all of it is in the audit' 0 'all [0-9]+ entries are as they were written' \
    "$RECONCTL" audit verify
run "$RECONCTL" audit list --format ndjson
for action in verify program-put recompute upload set-shards; do
    grep -q "\"action\":\"$action\".*\"outcome\":\"done\"" "$TMP/.out" &&
        passes "$action is in the audit" || fail "$action is in the audit"
done
says 'Ctrl-C leaves the question' 2 'it was not confirmed: nothing was done' \
    python3 tests/e2e/interrupt.py 'anything else to leave it' \
    "$RECONCTL" --local="$CLOUD" set-shards --count 8 harbor-debit
