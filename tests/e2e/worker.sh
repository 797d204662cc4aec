#!/usr/bin/env bash
# reconworker by hand, and on reconlocal as a Lambda function and as an ECS task.
. "$(dirname "$0")/../lib.sh"

WORKER=${RECONCTL%/*}/reconworker
export RECON_TABLE_SETTLEMENT=recon-settlement RECON_TABLE_INTERNAL=recon-internal
export RECON_TABLE_STATE=recon-state RECON_CARD_KEY=000102030405060708090a0b0c0d0e0f
export AWS_REGION=us-east-1 AWS_CONFIG_FILE=$TMP/none AWS_SHARED_CREDENTIALS_FILE=$TMP/none
unset AWS_LAMBDA_RUNTIME_API RECON_INPUT AWS_PROFILE

# by_hand STEP INPUT
by_hand() {
    printf '%s' "$2" | "$WORKER" "$1"
}

ok 'a step by hand' by_hand ping '{}'
by_hand ping '{"wait_ms":1}' >"$TMP/answer" 2>"$TMP/log"
ok 'its answer is one line' grep -qxE '\{"pong":true,"request_id":"[0-9a-f]{32}","waited_ms":[0-9]+\}' "$TMP/answer"
ok 'its log is elsewhere' grep -q '"Namespace":"reconctl"' "$TMP/log"
fails 'a step that there is not' 1 by_hand pong '{}'
fails 'no JSON' 1 by_hand ping '{'
fails 'a number that cannot be' 1 by_hand ping '{"wait_ms":-1}'
fails 'no words and no environment' 2 "$WORKER"
fails 'an option that there is not' 2 "$WORKER" --nonsense
fails 'two steps' 2 "$WORKER" ping ping
RECON_TABLE_STATE='' fails 'a setting that is missing' 1 by_hand ping '{}'
fails 'the input of a task' 0 env RECON_INPUT='{"step":"ping"}' "$WORKER"
fails 'a task that fails' 1 env RECON_INPUT='{"step":"pong"}' "$WORKER"
fails 'an API that is not there' 1 env AWS_LAMBDA_RUNTIME_API=127.0.0.1:9 "$WORKER"
run "$WORKER" --version
ok 'the version is that of reconctl' test "$(cat "$TMP/.out")" = "$("$RECONCTL" --version | sed 's/reconctl/reconworker/')"
ok 'help' "$WORKER" --help

needs_python 'the worker at AWS' boto3
RECONLOCAL=${RECONCTL%/*}/reconlocal WORKER=$WORKER TMP=$TMP "$PYTHON" tests/e2e/worker.py ||
    script_failures=1
