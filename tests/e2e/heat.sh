#!/usr/bin/env bash
# What limits a day's writes: three spikes that `local seed --spikes` makes, each of which
# `get heat` and the console tell from the others.
. "$(dirname "$0")/../lib.sh"

needs_tool 'spikes' jq
. tests/console.sh

export HOME=$TMP AWS_EC2_METADATA_DISABLED=true
cloud=$TMP/cloud
heat_end() {
    status=$?
    "$RECONCTL" local stop --state "$cloud" >/dev/null 2>&1
    (exit "$status")
    console_end
}
trap heat_end EXIT

CONSOLE=("$RECONCTL" --local="$cloud" open)
CONSOLE_NOW= # the time of the cloud
seeded() {
    "$RECONCTL" local start --state "$cloud" --port 0 --speed 30 --clock 2026-04-04T03:00:00Z &&
        "$RECONCTL" local seed --state "$cloud" --worker "${RECONCTL%/*}/reconworker" --records 800 --spikes
}
run seeded
ok 'days with spikes' grep -q '6 files of 3 programs' "$TMP/.out"
run "$RECONCTL" local weather --state "$cloud"
ok 'the weather is as it was before them' jq -e '.rules == []' "$TMP/.out"

# tells PROGRAM NAME OTHER TEXT: both ways; OTHER is the name for the other side
tells() {
    run "$RECONCTL" --local="$cloud" get heat "$1" 2026-04-03 -o json
    cp "$TMP/.out" "$TMP/$1.json"
    if grep -q "recon-settlement: .*$4" "$TMP/.err"; then
        passes "$1: get says so"
    else
        fail "$1: get says so" "$TMP/.err"
    fi
    ok "$1: and its figures stand beside the rows" jq -e --arg name "$2" '
        .sides[] | select(.table == "recon-settlement") |
        .diagnosis == $name and .skew.p_value <= 1 and .spike.writes_per_second > 0' "$TMP/.out"
    ok "$1: the other side is another matter" jq -e --arg name "$3" '
        .sides[] | select(.table == "recon-internal") | .diagnosis == $name and .throttled == 0' "$TMP/.out"
    console_start 120 40 -c "heat $1 2026-04-03"
    sees "$1: and the console" "$4"
}

tells prairie-pass short quiet 'the hash is even, the table is short'
sees 'both sides beside each other' 'recon-internal writes in'
console_keys '>'
sees 'what was throttled' 'recon-settlement throttled in'
console_keys Home S
sees 'the worst moment beside what was to be expected' 'forecast  fullest shard'
console_screen >"$TMP/screen"
ok 'in which something was throttled' grep -qE 'fact .*, [1-9][0-9]* throttled in [1-9]' "$TMP/screen"
ok 'what throttles is named' jq -e '
    .sides[0] | .resource == "recon-settlement" and .reason == "key range" and .throttled > 0 and
    .spike.throttled > 0 and .spike.chance_of_1000_per_second < 0.001' "$TMP/prairie-pass.json"
console_keys d
sees 'the plan for such days' 'Plan prairie-pass 2026-04-03'
sees 'of what they were' 'from its days'
console_keys Escape
console_keys Escape Escape
console_type ':throttles recon-settlement 1h'
console_keys Enter
sees 'charts of the table' 'recon-settlement writes throttled'
sees 'the reason' 'key range'
console_keys Left
sees 'a cursor through all of them' '  at '

tells canyon-points hot hot 'one id is hot: 000000000000000000000000 has'
ok 'the id has about half of it' jq -e '
    .sides[0].hottest[0] | .of == "id" and .key == "000000000000000000000000" and .share > 0.45 and
    .share <= 0.5 and .share_of == "day"' "$TMP/canyon-points.json"
ok 'and the forecast of its shard, too' jq -e '
    .sides[0].spike | .expected_per_second > 0.4 * .writes_per_second' "$TMP/canyon-points.json"
run "$RECONCTL" --local="$cloud" plan --program canyon-points --format json
ok 'a plan from those days has the share of the hot id' jq -e '.skew > 0.45 and .records == 800' "$TMP/.out"

tells lagoon-transit index quiet 'the index recon-settlement/by-id is the'
ok 'what throttles is the index' jq -e '
    .sides[0] | .resource == "recon-settlement/by-id" and .throttled > 0' "$TMP/lagoon-transit.json"
