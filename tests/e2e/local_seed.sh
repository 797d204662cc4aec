#!/usr/bin/env bash
# The whole pipeline on one machine: files land, and days come out as `reconcile` has them.
. "$(dirname "$0")/../lib.sh"

needs_python 'the pipeline' boto3
RECONLOCAL=${RECONCTL%/*}/reconlocal TMP=$TMP RECONCTL=$RECONCTL "$PYTHON" tests/e2e/local_seed.py || script_failures=1

# ----- the thread through the console, on what was left there -----

. tests/console.sh

bucket=recon-files-000000000000-us-east-1
stuck=valley-fleet/settlement/2026-04-03.txt
if ! url=$("$RECONCTL" local start --state "$TMP/cloud" --port 0 2>"$TMP/started"); then
    fail 'the cloud starts once more' "$TMP/started"
    exit
fi
stop_cloud() {
    "$RECONCTL" local stop --state "$TMP/cloud" >/dev/null 2>&1
    console_end
}
trap stop_cloud EXIT
export AWS_ENDPOINT_URL=${url%% *} AWS_REGION=us-east-1 AWS_EC2_METADATA_DISABLED=true
export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local-secret

run "$RECONCTL" get files valley-fleet -o json
ok 'a program has its files, the failed one first' jq -e '.rows | length == 6 and
    .[0].state == "FAILED" and .[0].alert == "! failed at Inspect" and .[0].date == null and
    (.[0].cause | test("no header")) and .[1].date == "2026-04-03" and .[1].records > 0' "$TMP/.out"
run "$RECONCTL" get file "$bucket/meadow-credit/settlement/2026-04-01.txt" -o json
ok 'all that is known of a file' jq -e '[.rows[] | select(.name == "active" or .name == "file_date" or
    .name == "record_count") | .value] | length == 3 and .[0] == "2026-04-01" and
    (.[1] | test("as declared")) and (.[2] | test("^yes"))' "$TMP/.out"

console_start 120 40 -c files
sees 'programs before buckets' 'valley-fleet'
console_type ':files valley-fleet'
console_keys Enter
sees 'what is wrong is in sight' '! failed at Inspect'
console_keys Enter
sees 'the file says why' 'no header in its'
console_keys m
sees 'looking at messages is asked for' 'Each counts as received once more'
console_keys y
sees 'the message about it alone' "filter key=\"$stuck\""
sees 'says what failed' 'BadInput'
console_keys Tab
sees 'grouped by error' 'By error'
console_keys Enter
sees 'a group is its messages' 'filter error="BadInput" step="Inspect"'
console_keys Enter
sees 'one of them' "s3://$bucket/$stuck"
console_keys f
sees 'leads back to its file' "File $stuck"
console_type ":files s3://$bucket/meadow-credit/settlement/"
console_keys Enter
sees 'states beside what lies in S3' 'ACTIVE'
console_keys Enter
sees 'the pipeline knows it' 'yes: the day counts it'
console_keys Enter
sees 'records by the layout of the program' 'record 1 of '
console_keys n
sees 'a record' 'transaction_id'
console_keys Tab G
sees 'the key of its item' 'recon-settlement'
sees 'and that it counts' 'settlement, active'
console_keys f
sees 'and back to the file' "File meadow-credit/settlement/"
console_keys e
sees 'from there to its run' 'Run file-'
console_keys L
sees 'and to what that has logged' 'Logs'
