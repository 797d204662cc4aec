#!/usr/bin/env bash
# Runs, the steps of one and their logs, in `get` and in the console: on a stack of its own on
# the local cloud, with a run that failed, one on each route, and one that waits.
. "$(dirname "$0")/../lib.sh"

needs_python 'runs of the pipeline' boto3

export HOME=$TMP AWS_EC2_METADATA_DISABLED=true
unset XDG_RUNTIME_DIR RECON_MACHINE_ARN
state=$TMP/cloud watcher=
local_end() {
    status=$?
    [ -z "$watcher" ] || kill "$watcher" 2>/dev/null
    "$RECONCTL" local stop --state "$state" >/dev/null 2>&1
    (exit "$status")
    end_of_script
}
trap local_end EXIT

url=$("$RECONCTL" local start --state "$state" --port 0 --speed 20 --clock 2026-04-01T02:00:00Z) || exit 3
ok 'a stack' "$RECONCTL" local deploy --state "$state"

cat >"$TMP/fill.py" <<'PYTHON'
import json, os, subprocess, sys, time
import boto3

url, reconctl, state, folder = sys.argv[1:5]
keys = dict(endpoint_url=url, region_name="us-east-1", aws_access_key_id="local",
            aws_secret_access_key="local-secret")
states, s3 = boto3.client("stepfunctions", **keys), boto3.client("s3", **keys)

# A program whose files go by Fargate, one whose files do not, and a file that is none.
subprocess.run([reconctl, "generate", "--records", "100", "--seed", "8", "--out", folder], check=True,
               stdout=subprocess.DEVNULL)
path = os.path.join(folder, "program.json")
program = json.load(open(path))
for name, route in (("large", {"fargate_over_bytes": 1000}), ("small", {})):
    json.dump({**program, "program": name, "route": route}, open(path, "w"))
    subprocess.run([reconctl, "--local=" + state, "program", "put", path], check=True, stdout=subprocess.DEVNULL)
bucket = "recon-files-000000000000-us-east-1"
for name in ("large", "small"):
    s3.upload_file(os.path.join(folder, "settlement.txt"), bucket, name + "/settlement/day.txt")
s3.put_object(Bucket=bucket, Key="small/internal/broken.txt", Body=b"no header\n")
machine = "arn:aws:states:us-east-1:000000000000:stateMachine:recon-pipeline"
deadline = time.monotonic() + 100
while time.monotonic() < deadline:
    told = states.list_executions(stateMachineArn=machine)["executions"]
    if len(told) == 3 and all(one["status"] != "RUNNING" for one in told):
        break
    time.sleep(0.1)
assert len(told) == 3, len(told)

# A run that waits for its next attempt.
waits = {"StartAt": "Ask", "States": {"Ask": {
    "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:000000000000:function:nobody", "End": True,
    "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 90000, "MaxAttempts": 3}]}}}
made = states.create_state_machine(name="waits", definition=json.dumps(waits),
                                   roleArn="arn:aws:iam::000000000000:role/x")
body = {"file": {"bucket": bucket, "key": "large/internal/day.txt"}}
arn = states.start_execution(stateMachineArn=made["stateMachineArn"], name="later",
                             input=json.dumps(body))["executionArn"]
while time.monotonic() < deadline:
    if any("Failed" in event["type"] for event in states.get_execution_history(executionArn=arn)["events"]):
        break
    time.sleep(0.05)
print(made["stateMachineArn"])
PYTHON
waits=$("$PYTHON" "$TMP/fill.py" "$url" "$RECONCTL" "$state" "$TMP/large") || exit 3

get() {
    run "$RECONCTL" "--local=$state" get "$@"
}

# said NAME JQ-EXPRESSION: of the rows that were printed
said() {
    if jq -e "$2" "$TMP/.out" >"$TMP/.said" 2>&1; then
        passes "$1"
    else
        fail "$1" "$TMP/.said" "$TMP/.out"
    fi
}

# ----- runs -----

get runs -o json
said 'each run is there, what has failed first' '.view == "runs" and 
    [.rows[] | .state] == ["failed", "succeeded", "succeeded"]'
said 'of what failed stands what and where' '.rows[0] | .program == "small" and .side == "internal"
    and .step == "inspect" and .outcome == "BadInput" and (.cause | test("^s3://.*no header")) and .took != null'
said 'both routes' '[.rows[] | .route] | unique == [null, "fargate", "lambda"]'
failed=$(jq -r '.rows[0].run' "$TMP/.out")
fargate=$(jq -r '.rows[] | select(.route == "fargate") | .run' "$TMP/.out")
get runs broken state=failed -o ndjson
said 'a filter' '.program == "small"'
RECON_MACHINE_ARN=$waits get runs state=running -o ndjson
said 'a run that no step has told of yet' '.run == "later" and .program == "large" and .side == "internal" and
    .key == "large/internal/day.txt"'

# ----- the steps of one -----

get run "$failed" -o json
said 'a run that failed: its steps, and why' '[.rows[] | select(.kind != "attempt") | [.kind, .name, .state]] ==
    [["run", .rows[0].name, "failed"], ["step", "Inspect", "failed"], ["step", "Fail", "succeeded"]]
    and (.rows[2] | .route == "lambda" and .error == "BadInput" and .task == "inspect"
        and (.input | fromjson | .step) == "inspect")'
get run "$fargate" -o json
said 'a run by Fargate' '[.rows[] | select(.kind == "attempt" and .task == "ingest") | .route] == ["fargate"]'
RECON_MACHINE_ARN=$waits get run later -o json
said 'a run that waits' '[.rows[] | [.kind, .state]] ==
    [["run", "running"], ["step", "waiting"], ["attempt", "failed"], ["wait", "waiting"]]'
get run nobody
ok 'a run that is not there' grep -q 'lists those there are' "$TMP/.err"

# ----- logs -----

get logs "$failed" -o json
said 'of a run, without metrics' '[.rows[] | select(.kind == "json")] | length == 1 and (.[0] | .level == "error" and .step == "inspect"
    and .error == "BadInput" and (.message | test("header")) and .kind == "json")'
request=$(jq -r '[.rows[] | select(.kind == "json")][0].request_id' "$TMP/.out")
# Lambda writes its own lines behind the answer.
until get logs run "$failed" kind=platform -o json &&
    jq -e '.rows | length == 2' "$TMP/.out" >"$TMP/.any" || [ $((tries += 1)) -gt 200 ]; do
    sleep 0.1
done
said 'and what Lambda says of its invocation' '[.rows[] | .step] == ["inspect", "inspect"] and
    (.rows[1].message | test("^took .* billed .* used .* MB of [0-9]+ MB"))'
tries=0
# A worker writes them behind what it answers.
until get logs run "$failed" metrics kind=metrics step=inspect -o json &&
    jq -e '.rows | length > 0' "$TMP/.out" >"$TMP/.any" || [ $((tries += 1)) -gt 200 ]; do
    sleep 0.1
done
said 'with metrics' '(.rows | length) > 0 and all(.rows[]; .message | test("="))'
get logs request "$request" since 2d -o json
said 'of an invocation, with what Lambda says of it' '[.rows[] | .kind] | unique == ["json", "platform"]'
get logs /ecs/recon-worker "$fargate" metrics --limit 1 -o json
said 'of the group of tasks' '.rows[0].group == "/ecs/recon-worker"'
get logs since x
ok 'a time that is none' grep -q '"x" is no time' "$TMP/.err"

# ----- again and again -----

"$RECONCTL" "--local=$state" get runs program=large -o ndjson --watch >"$TMP/watched" 2>"$TMP/watch.err" &
watcher=$!
# lines NUMBER: waits until so many lines were printed
lines() {
    local deadline=$((SECONDS + 60))
    while [ "$SECONDS" -lt "$deadline" ]; do
        [ "$(wc -l <"$TMP/watched")" -lt "$1" ] || return 0
        sleep 0.1
    done
    return 1
}
ok 'what is there is printed at once' lines 1
cat >"$TMP/another.py" <<'PYTHON'
import sys
import boto3
s3 = boto3.client("s3", endpoint_url=sys.argv[1], region_name="us-east-1", aws_access_key_id="local",
                  aws_secret_access_key="local-secret")
s3.upload_file(sys.argv[2], "recon-files-000000000000-us-east-1", "large/internal/day.txt")
PYTHON
ok 'a file lands' "$PYTHON" "$TMP/another.py" "$url" "$TMP/large/internal.txt"
ok 'and then what is new' lines 2
kill "$watcher"
wait "$watcher" 2>/dev/null
watcher=
ok 'a row a line' jq -es 'length >= 2 and all(.[]; .program == "large") and (map(.run) | unique | length) == 2' \
    "$TMP/watched"

# ----- the console -----

. tests/console.sh
runs_end() {
    status=$?
    console_stop
    (exit "$status")
    local_end
}
trap runs_end EXIT
CONSOLE=("$RECONCTL" --local="$state" open)

console_start 120 40 -c runs
sees 'runs' '1 of 4'
console_keys Enter
sees 'a run as bars' '15 min of Lambda'
sees 'at the step that failed, with its cause' '1. failed on lambda'
console_keys Enter
sees 'its logs' 'filter step=inspect'
sees 'with what is known of a line' 'error  inspect  BadInput'
sees 'and what its invocation took' 'billed'
console_keys k Enter
sees 'a line in full' '"step": "inspect",'
console_keys q q q
sees 'and back' '1 of 4'
console_type '/route=fargate side=settlement'
console_keys Enter
sees 'a filter' '1 of 1'
console_keys Enter
sees 'the run by Fargate' 'IngestFargate'
console_keys D
sees 'its day' 'program=large date='
console_keys q L
sees 'all that it logged' "Logs $fargate"
console_keys Tab
sees 'with metrics' 'with metrics'
console_keys F
console_type 'Operation=GetItem'
console_keys Enter
sees 'a text is looked for' 'GetItem'
