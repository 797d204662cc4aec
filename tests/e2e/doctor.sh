#!/usr/bin/env bash
# `reconctl doctor`: who one is, where it asks, and what answers there.
. "$(dirname "$0")/../lib.sh"

# Nothing of this machine's own.
export HOME=$TMP AWS_EC2_METADATA_DISABLED=true
for name in $(env | sed -n 's/^\(AWS_[A-Z_0-9]*\)=.*/\1/p'); do
    [ "$name" = AWS_EC2_METADATA_DISABLED ] || unset "$name"
done

says() {
    if grep -qE -- "$2" "$TMP/.out" "$TMP/.err"; then
        passes "$1"
    else
        fail "$1" "$TMP/.out" "$TMP/.err"
    fi
}

run "$RECONCTL" doctor
says 'no region: what to set' '^FAIL  region .*AWS_REGION'
ok 'no region: one line about it' test "$run_status $(grep -c FAIL "$TMP/.out")" = '1 1'

export AWS_REGION=eu-west-1
run "$RECONCTL" doctor
says 'no keys: what was looked for, and what to run' '^FAIL  credentials .*AWS_ACCESS_KEY_ID.*aws configure'
ok 'no keys: one line about it' test "$run_status $(grep -c FAIL "$TMP/.out")" = '1 1'

export AWS_ACCESS_KEY_ID=AKIDEXAMPLE AWS_SECRET_ACCESS_KEY=SECRETEXAMPLE
run "$RECONCTL" doctor --endpoint-url http://127.0.0.1:1 --log "$TMP/log"
says 'nobody answers' '^FAIL  sqs:ListQueues .*cannot connect.*AWS_ENDPOINT_URL_SQS'
ok 'the log tells of every attempt' test "$(grep -c 'sqs ListQueues attempt' "$TMP/log")" -eq 3
fails 'and of no secret' 1 grep -q SECRETEXAMPLE "$TMP/log"
run "$RECONCTL" doctor --endpoint-url http://127.0.0.1:1 -o json
ok 'as JSON' jq -e '[.checks[] | select(.ok | not)] | length == 10 and all(.[]; .fix != "")' "$TMP/.out"

fails 'an endpoint without a scheme' 2 "$RECONCTL" doctor --endpoint-url localhost
fails 'a profile that is not there' 2 "$RECONCTL" doctor --profile nowhere
fails 'a level that is none' 2 "$RECONCTL" doctor --log-level loud
fails 'a word too many' 2 "$RECONCTL" doctor now

emulators=tests/emulators
if [ ! -d $emulators/node_modules ]; then
    skip 'against emulators' 'they are not installed (./bootstrap test does that)'
    exit
fi
coproc SERVERS { exec node $emulators/start.mjs dynalite fauxqs 2>"$TMP/servers"; }
while [ -z "${dynalite:-}" ] || [ -z "${fauxqs:-}" ]; do
    if ! read -r name url <&"${SERVERS[0]}"; then
        skip 'against emulators' "$(head -n 1 "$TMP/servers")"
        exit
    fi
    declare "$name=$url"
done
run env AWS_ENDPOINT_URL_DYNAMODB="$dynalite" AWS_ENDPOINT_URL="$fauxqs" "$RECONCTL" doctor
for permission in s3:ListAllMyBuckets sqs:ListQueues dynamodb:ListTables; do
    says "against emulators: $permission" "^ok    $permission "
done
says 'against emulators: who' '^ok    sts:GetCallerIdentity .*arn:aws:'
says 'against emulators: what they cannot do' '^FAIL  states:ListStateMachines'
