#!/usr/bin/env bash
# `reconctl local deploy`: the stack of deploy/ on the AWS on this machine, and files on
# their way through its state machine. A worker of the test answers the steps.
. "$(dirname "$0")/../lib.sh"

needs_tool 'local deploy' python3
needs_tool 'local deploy' jq

export HOME=$TMP
state=$TMP/cloud worker=$TMP/bin/worker
trap '"$RECONCTL" local stop --state "$state" >/dev/null 2>&1; end_of_script' EXIT
for name in $(env | sed -n 's/^\(AWS_[A-Z_0-9]*\)=.*/\1/p'); do unset "$name"; done
unset RECON_CARD_KEY
mkdir "$TMP/bin"
cp tests/e2e/local_deploy_worker.py "$worker"
chmod +x "$worker"

deploy() {
    "$RECONCTL" local deploy --state "$state" --worker "$worker" "$@"
}

# changes FILE WORD: how many resources it says that of
changes() {
    grep -c "^$2 " "$1"
}

fails 'a parameter that there is not' 2 deploy --parameter Colour=red
fails 'a parameter without a value' 2 deploy --parameter Prefix
fails 'a number out of its range' 2 deploy --parameter MatchConcurrency=41
fails 'a word that is none of its list' 2 deploy --parameter Architecture=mips
fails 'a text against its pattern' 2 deploy --parameter Prefix=9
fails 'a word that it does not know' 2 deploy --colour
fails 'what is used wrongly starts nothing' 1 "$RECONCTL" local status --state "$state"
fails 'no worker' 3 "$RECONCTL" local deploy --state "$state" --worker "$TMP/none"

"$RECONCTL" local start --state "$state" --port 0 --speed 20 >"$TMP/endpoint"
ok 'deploy' sh -c '"$@" >"$0"' "$TMP/first" "$RECONCTL" local deploy --state "$state" --worker "$worker"
ok 'all that the pipeline needs is made' test "$(changes "$TMP/first" created)" -eq 29
ok 'what is skipped is said' test "$(changes "$TMP/first" skipped)" -eq 12
ok 'what does not count is said' grep -q '^created .*recon-state  not here: PointInTime' "$TMP/first"
deploy >"$TMP/second"
ok 'again: nothing changes' test "$(changes "$TMP/second" unchanged)-$(changes "$TMP/second" created)-$(changes "$TMP/second" changed)" = 29-0-0
deploy --parameter MatchConcurrency=2 --parameter AdmitConcurrency=3 --parameter MaxReceiveCount=9 >"$TMP/third"
sed -n 's/^changed  *\([^ ]*\)  *\([^ ]*\).*/\1 \2/p' "$TMP/third" | sort >"$TMP/changed"
printf '%s\n' 'AWS::Lambda::EventSourceMapping ArrivalsMapping' 'AWS::Lambda::Function recon-admit' \
    'AWS::SQS::Queue recon-arrivals' 'AWS::StepFunctions::StateMachine recon-pipeline' >"$TMP/wanted"
ok 'another parameter changes what it is for' diff "$TMP/wanted" "$TMP/changed"
deploy --parameter Prefix=other >"$TMP/other"
ok 'another prefix is another stack' test "$(changes "$TMP/other" created)" -eq 29

# refused NAME FILTER TEXT: a template so changed is refused with these words
refused() {
    mkdir -p "$TMP/from"
    cp deploy/machine.asl.json "$TMP/from"
    jq "$2" deploy/template.json >"$TMP/from/template.json"
    run deploy --from "$TMP/from"
    if [ "$run_status" -eq 2 ] && grep -q "$3" "$TMP/.err"; then
        passes "$1"
    else
        fail "$1" "$TMP/.err"
    fi
}
refused 'a reference to nothing' '.Resources.Cluster.Properties.ClusterName = {Ref: "None"}' 'Cluster: the template has no "None"'
refused 'an attribute that there is not' '.Outputs.Alarms.Value = {"Fn::GetAtt": ["Cluster", "Size"]}' 'no Size of an AWS::ECS::Cluster'
refused 'a circle' '.Resources.FailedQueue.Properties.QueueName = {Ref: "ArrivalsQueue"}' 'refers to itself'
refused 'a type that is not known' '.Resources.Cluster.Type = "AWS::EC2::Vpc"' 'knows no AWS::EC2::Vpc'
refused 'a function that is not known' '.Resources.Cluster.Properties.ClusterName = {"Fn::Base64": "x"}' 'Fn::Base64'
refused 'a number of the machine without its value' 'del(.Resources.Machine.Properties.DefinitionSubstitutions.Subnets)' '{Subnets} has no value'
fails 'no files there' 3 deploy --from "$TMP/none"

needs_python 'files through the local stack' boto3
deploy >"$TMP/fourth"
RECONLOCAL=${RECONCTL%/*}/reconlocal TMP=$TMP ENDPOINT=$(cat "$TMP/endpoint") \
    "$PYTHON" tests/e2e/local_deploy.py || script_failures=1
