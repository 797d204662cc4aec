#!/usr/bin/env bash
# What limits a day's writes: three spikes on a local cloud whose partitions take little,
# each of which `get heat` and the console tell from the others.
. "$(dirname "$0")/../lib.sh"

needs_tool 'spikes' jq
needs_python 'spikes' boto3
. tests/console.sh

export HOME=$TMP AWS_EC2_METADATA_DISABLED=true
cloud=$TMP/cloud
stop_cloud() {
    "$RECONCTL" local stop --state "$cloud" >/dev/null 2>&1
    rm -rf "$cloud"
}
heat_end() {
    status=$?
    stop_cloud
    (exit "$status")
    console_end
}
trap heat_end EXIT

"$RECONCTL" generate --records 1200 --seed 5 --out "$TMP/day" >/dev/null || exit 3
CONSOLE=("$RECONCTL" --local="$cloud" open)

# spike WEATHER OPTION...: a fresh cloud, and a day that is worked in that weather
spike() {
    local weather=$1
    shift
    stop_cloud
    "$RECONCTL" local start --state "$cloud" --port 0 --speed 2 --clock 2026-04-01T11:20:00Z "$@" &&
        "$RECONCTL" local deploy --state "$cloud" --worker "${RECONCTL%/*}/reconworker" || return
    "$RECONCTL" --local="$cloud" program put "$TMP/day/program.json" || return
    [ -z "$prepare" ] || $prepare || return
    if [ -n "$weather" ]; then
        printf '%s' "$weather" >"$TMP/weather.json"
        "$RECONCTL" local weather --state "$cloud" "$TMP/weather.json" || return
    fi
    "$PYTHON" - "$TMP/day" "$("$RECONCTL" local status --state "$cloud" | head -n 1 | cut -d' ' -f1)" <<'PYTHON'
import sys
import boto3

folder, url = sys.argv[1:]
s3 = boto3.client("s3", endpoint_url=url, region_name="us-east-1", aws_access_key_id="local",
                  aws_secret_access_key="local-secret")
for side in ("settlement", "internal"):
    s3.upload_file(f"{folder}/{side}.txt", "recon-files-000000000000-us-east-1", f"demo/{side}/day.txt")
PYTHON
}

# Until both sides are written; what follows is not of writes to these tables.
worked() {
    local until=$((SECONDS + 240))
    while [ "$SECONDS" -lt "$until" ]; do
        "$RECONCTL" --local="$cloud" get heat demo 2026-04-01 -o json 2>/dev/null | jq -e '
            [.rows[] | select(.table == "recon-settlement") | .writes] | add >= 1100' >/dev/null &&
            return
        sleep 0.5
    done
    return 1
}

# tells NAME TEXT: both ways
tells() {
    ok "$1: all writes are there" worked
    run "$RECONCTL" --local="$cloud" get heat demo 2026-04-01 -o json
    if grep -q "recon-settlement: .*$2" "$TMP/.err"; then
        passes "$1: get says so"
    else
        fail "$1: get says so" "$TMP/.err"
    fi
    ok "$1: and its figures stand beside the rows" jq -e --arg name "$1" '
        .sides[] | select(.table == "recon-settlement") |
        .diagnosis == $name and .skew.p_value <= 1 and .spike.writes_per_second > 0' "$TMP/.out"
    console_start 120 40 -c 'heat demo 2026-04-01'
    sees "$1: and the console" "$2"
}

prepare=

ok 'a table that is short' spike '' --partition-wcu 40
tells 'short' 'the hash is even, the table is short'
sees 'both sides beside each other' 'recon-internal writes in'
console_keys '>'
sees 'what was throttled' 'recon-settlement throttled in'
console_keys Home S
sees 'the worst moment beside what was to be expected' 'forecast  fullest shard'
console_screen >"$TMP/screen"
ok 'in which something was throttled' grep -qE 'fact .*, [1-9][0-9]* throttled in [1-9]' "$TMP/screen"
ok 'what throttles is named' jq -e '
    .sides[0] | .resource == "recon-settlement" and .reason == "key range" and .throttled > 0 and
    .spike.throttled > 0 and .spike.chance_of_throttling < 0.001' "$TMP/.out"
console_keys d
sees 'the plan for such days' 'Plan demo 2026-04-01'
sees 'of what they were' 'from its days'
console_keys Escape
console_keys Escape Escape
console_type ':throttles recon-settlement 1h'
console_keys Enter
sees 'charts of the table' 'recon-settlement writes throttled'
sees 'the reason' 'key range'
console_keys Left
sees 'a cursor through all of them' '  at '

ok 'a hot id' spike '{"rules":[{"service":"dynamodb","kind":"skew","share":0.5,"resource":"recon-settlement"}]}' \
    --partition-wcu 200
tells 'hot' 'one id is hot'
run "$RECONCTL" --local="$cloud" plan --program demo --format json
ok 'a plan from those days has the share of the hot id' jq -e '.skew > 0.05 and .records > 1100' "$TMP/.out"

prepare=with_index
with_index() {
    "$PYTHON" - "$("$RECONCTL" local status --state "$cloud" | head -n 1 | cut -d' ' -f1)" <<'PYTHON'
import sys
import boto3

ddb = boto3.client("dynamodb", endpoint_url=sys.argv[1], region_name="us-east-1",
                   aws_access_key_id="local", aws_secret_access_key="local-secret")
ddb.update_table(TableName="recon-settlement",
                 AttributeDefinitions=[{"AttributeName": "SK", "AttributeType": "S"}],
                 GlobalSecondaryIndexUpdates=[{"Create": {
                     "IndexName": "by-id", "Projection": {"ProjectionType": "ALL"},
                     "KeySchema": [{"AttributeName": "SK", "KeyType": "HASH"}]}}])
PYTHON
}
ok 'a short index' spike \
    '{"rules":[{"service":"dynamodb","kind":"short","share":0.98,"resource":"recon-settlement/by-id"}]}'
tells 'index' 'the index recon-settlement/by-id is the'
