#!/usr/bin/env bash
# How the pipeline fares: the first screen, and the exit status for those who watch it.
. "$(dirname "$0")/../lib.sh"
. tests/live.sh

export RECONCTL_NOW=$LIVE_NOW
local_get() {
    run "$RECONCTL" "--local=$CLOUD" get "$@"
}
local_get pulse -o json
ok 'what needs attention comes first' jq -e '[.rows[] | .alert] == ["! file failed",
    "! dead letters", "! side missing", "! not balanced", "! not balanced", null, null, null, null]' "$TMP/.out"
ok 'and makes the exit status' test "$run_status" -eq 1
ok 'a program has its records of the last hours' jq -e '[.rows[] | select(.alert == null) | .records_by_hour |
    length == 24 and add > 0] == [true, true, true, true] and .rows[0].records_by_hour == null' "$TMP/.out"
local_get pulse !alert:!
ok 'whatever the filter' test "$run_status" -eq 1
local_get pulse --endpoint-url http://127.0.0.1:1
ok 'when nobody answers, it could not be done' test "$run_status" -eq 3
