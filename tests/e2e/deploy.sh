#!/usr/bin/env bash
# The files of deploy/: whether they agree, and what the linters of AWS's formats say.
. "$(dirname "$0")/../lib.sh"

needs_tool 'the files of deploy/' python3
needs_tool 'the files of deploy/' jq

check() {
    python3 tests/e2e/deploy_check.py "$@"
}

# found NAME FILE FILTER TEXT: a file so changed is found wrong, in these words
found() {
    rm -rf "$TMP/deploy"
    cp -r deploy "$TMP"
    case $2 in
    *.json) jq "$3" "deploy/$2" >"$TMP/deploy/$2" ;;
    *) sed "$3" "deploy/$2" >"$TMP/deploy/$2" ;;
    esac
    run check "$TMP/deploy"
    if [ "$run_status" -eq 1 ] && [ "$(cat "$TMP/.out")" = "$4" ]; then
        passes "$1"
    else
        fail "$1" "$TMP/.out" "$TMP/.err"
    fi
}

ok 'the files of deploy/ agree' check deploy
found 'a reference to nothing' template.json '.Outputs.Alarms.Value.Ref = "None"' \
    'the template refers to None, which it does not have'
found 'a parameter that nothing uses' template.json '.Resources |= del(.OldArrivalAlarm, .LongWaitAlarm)' \
    'nothing uses the parameter AlarmAgeSeconds'
found 'another default' template.json '.Parameters.LogDays.Default = 60' \
    'README.md has no row of the parameter LogDays with `60`'
found 'a parameter that only README.md has' README.md 's/^| `Prefix`.*/&\n| `Colour` | `red` | x |/' \
    'README.md has a parameter Colour, which the template does not have'
found 'a value that the machine does not use' template.json \
    '.Resources.Machine.Properties.DefinitionSubstitutions.Colour = "red"' \
    'the machine is not given ${Colour}, or does not use it'
found 'a variable that only Lambda has' template.json \
    '.Resources.WorkerFunction.Properties.Environment.Variables.COLOUR = "red"' \
    'the functions and the task are not told the same variables'
found 'a task without end' machine.asl.json 'del(.States.Rollup.TimeoutSeconds)' 'Rollup: no timeout'
found 'bad input that is tried again' machine.asl.json '.States.Prepare.Retry[4].ErrorEquals += ["BadInput"]' \
    'Prepare: what cannot be mended is tried again'
found 'a retrier without jitter' machine.asl.json 'del(.States.Inspect.Retry[0].JitterStrategy)' \
    'Inspect: LeaseHeld: no exponential backoff with full jitter'

validator=tests/emulators/node_modules/.bin/asl-validator
if [ -x "$validator" ] && command -v node >/dev/null; then
    ok 'asl-validator: the state machine' "$validator" --json-path deploy/machine.asl.json
    jq '.States.Rollup.Next = "None"' deploy/machine.asl.json >"$TMP/machine.json"
    fails 'asl-validator sees what is wrong' 1 "$validator" --json-path "$TMP/machine.json"
else
    skip 'asl-validator' 'it is not installed (./bootstrap test installs it)'
fi

# W3002: the machine's definition is a file of this folder until `aws cloudformation
# package` has uploaded it, as `make deploy` does.
if cfn-lint --version >/dev/null 2>&1; then
    ok 'cfn-lint: the template' cfn-lint --ignore-checks W3002 -- deploy/template.json
else
    skip 'cfn-lint' 'it is not installed (pip install cfn-lint)'
fi
