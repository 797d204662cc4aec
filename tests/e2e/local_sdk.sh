#!/usr/bin/env bash
# reconlocal asked by the AWS SDK for JavaScript: every operation that it answers has to
# have been answered to a client that others wrote.
. "$(dirname "$0")/../lib.sh"

needs_tool 'local AWS by the SDK' node
needs_tool 'local AWS by the SDK' python3
if [ ! -d tests/emulators/node_modules/@aws-sdk/client-ecs ]; then
    skip 'local AWS by the SDK' 'its packages are not installed (./bootstrap test does that)'
    exit
fi
export RECONLOCAL=${RECONCTL%/*}/reconlocal TMP CALLED=$TMP/called
for service in s3 sqs dynamodb lambda ecs states watch storm; do
    node "tests/e2e/local_sdk_$service.mjs" || script_failures=$((script_failures + 1))
done

# What no client of AWS has: reconlocal's own operations, which cli/ asks for, and the
# Runtime API, which functions speak (local_worker.py).
cat >"$TMP/ours" <<'OURS'
lambda Error
lambda InitError
lambda Next
lambda Response
local GetStatus
local GetWeather
local SetWeather
OURS
ok 'it tells its operations' "$RECONLOCAL" --operations
"$RECONLOCAL" --operations | sort >"$TMP/operations"
sort -u "$CALLED" "$TMP/ours" | comm -13 - "$TMP/operations" >"$TMP/untried"
if [ -s "$TMP/operations" ] && [ ! -s "$TMP/untried" ]; then
    passes 'every operation was tried by the SDK'
else
    fail 'every operation was tried by the SDK; these were not' "$TMP/untried"
fi
sort -u "$CALLED" | comm -12 - "$TMP/ours" >"$TMP/both"
comm -23 "$TMP/ours" "$TMP/operations" >>"$TMP/both"
ok 'what no client has is all there and never asked for' test ! -s "$TMP/both"
