#!/usr/bin/env bash
# A file for which Lambda's time does not do, put right from the keyboard: it is run again by
# Fargate, which goes on from its checkpoint. The ceiling is lowered, and writing is so slow that
# Lambda gets through two thirds of the file, however fast the machine is.
. "$(dirname "$0")/../lib.sh"

needs_tool 'a timed-out Lambda' jq
. tests/console.sh

RECORDS=3000 SPEED=60 CEILING_S=300
UNITS=$((RECORDS * 2 / 3 * SPEED / CEILING_S))
bucket=recon-files-000000000000-us-east-1
object=s3://$bucket/demo/settlement/day.txt
cloud=$TMP/cloud
timeout_end() {
    status=$?
    "$RECONCTL" local stop --state "$cloud" >/dev/null 2>&1
    (exit "$status")
    console_end
}
trap timeout_end EXIT
export HOME=$TMP AWS_EC2_METADATA_DISABLED=true XDG_STATE_HOME=$TMP/state

# becomes NAME WORD JQ VIEW...: within a while a row of the view is like that
becomes() {
    local name=$1 wanted=$2 deadline=$((SECONDS + 90))
    shift 2
    until "$RECONCTL" "--local=$cloud" get "$@" -o json 2>"$TMP/.err" | tee "$TMP/.rows" |
        jq -e ".rows | any($wanted)" >/dev/null 2>&1; do
        if [ "$SECONDS" -ge "$deadline" ]; then
            fail "$name" "$TMP/.rows" "$TMP/.err"
            return
        fi
        sleep 0.2
    done
    passes "$name"
}

"$RECONCTL" generate --records "$RECORDS" --seed 7 --out "$TMP/day" >/dev/null || exit 3
mkdir "$TMP/deploy" || exit 3
jq ".Resources.WorkerFunction.Properties.Timeout = $CEILING_S" deploy/template.json >"$TMP/deploy/template.json"
jq '(.States.IngestLambda.Retry[] | select(.ErrorEquals | index("Sandbox.Timedout")) | .MaxAttempts) = 0' \
    deploy/machine.asl.json >"$TMP/deploy/machine.asl.json"
ok 'a cloud' "$RECONCTL" local start --state "$cloud" --port 0 --speed "$SPEED"
ok 'with that ceiling and no hand-over' "$RECONCTL" local deploy --state "$cloud" \
    --worker "${RECONCTL%/*}/reconworker" --from "$TMP/deploy" --parameter "WriteUnits=$UNITS" \
    --parameter Handover=0 --parameter FargateTimeoutSeconds=604800
ok 'a program' "$RECONCTL" "--local=$cloud" program put "$TMP/day/program.json"
ok 'its file' "$RECONCTL" "--local=$cloud" upload --yes --file "$TMP/day/settlement.txt" "$object"
becomes 'its run is ended by Lambda' '.state == "failed" and .outcome == "Sandbox.Timedout"' runs

CONSOLE=("$RECONCTL" "--local=$cloud" open)
console_start 120 40 -c 'runs state=failed'
sees 'the run that failed' '1 of 1'
console_type ':reprocess route:fargate'
console_keys Enter
sees 'what running it again would change' '[ Do it: reprocess, 1 of 1 file ]'
sees 'by the other route' 'fargate'
console_keys Enter
sees 'it is asked once more' '[ n Cancel ]'
console_keys y
sees 'it is queued' '1 done'
becomes 'Fargate works it to its end' '.state == "ACTIVE" and .route == "fargate"' files demo
ok 'all of it' jq -e ".rows[0] | .records > $RECORDS * 9 / 10 and .rejected == 0" "$TMP/.rows"

ok 'the audit is whole' "$RECONCTL" audit verify
"$RECONCTL" audit list --format ndjson >"$TMP/audit"
ok 'and tells what was done' jq -se 'map(select(.kind == "outcome") | [.action, .outcome, .tool]) ==
    [["program-put", "done", "command line"], ["upload", "done", "command line"],
     ["reprocess", "done", "console"]]' "$TMP/audit"
