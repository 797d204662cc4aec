#!/usr/bin/env bash
# A run to which everything has happened that can, and an hour of metrics with a burst in it, on
# real screens: against a server that says the same every time.
. "$(dirname "$0")/../lib.sh"
. tests/console.sh
needs_tool 'an AWS that says the same every time' python3

for name in $(env | sed -n 's/^\(AWS_[A-Z_0-9]*\)=.*/\1/p'); do
    unset "$name"
done
export HOME=$TMP AWS_EC2_METADATA_DISABLED=true AWS_REGION=us-east-1
export AWS_ACCESS_KEY_ID=AKIDEXAMPLE AWS_SECRET_ACCESS_KEY=SECRETEXAMPLE
export RECON_MACHINE_ARN=arn:aws:states:us-east-1:000000000000:stateMachine:recon-pipeline
CONSOLE_NOW=2026-04-04T03:01:00Z

mkfifo "$TMP/address"
python3 tests/e2e/canned_aws.py >"$TMP/address" &
server=$!
canned_end() {
    status=$?
    kill "$server" 2>/dev/null
    (exit "$status")
    console_end
}
trap canned_end EXIT
read -r AWS_ENDPOINT_URL <"$TMP/address"
export AWS_ENDPOINT_URL

# screens NAME TEXT: in three sizes
screens() {
    local size
    for size in 80x24 120x40 200x60; do
        console_resize "$size"
        console_golden "$1 at $size" "tests/golden/live/$1-$size.txt" "$2"
    done
}

# mouse X Y: clicked there, from 1
mouse() {
    console_type $'\e[<'"0;$1;$2M"$'\e[<'"0;$1;$2m"
}

console_start 80 24 --refresh 0 --mouse -c 'run canyon-failed'
screens run '15 min of Lambda'
mouse 30 9
sees 'a click on a bar shows its step' '1. succeeded on fargate with 2 vCPU, 4 GiB, 61 MiB used in 15 min'
mouse 30 7
sees 'of a function, too, what it may use and has used' '2. succeeded on lambda with 512 MiB, 38 MiB used in 2.0 s'
mouse 30 9
mouse 3 20
console_keys G
sees 'a click below moves there' '"StoppedAt"'
console_stop

console_start 80 24 --refresh 0 -c 'run canyon-running'
screens run-running '15 min of Lambda'
console_stop

console_start 80 24 --refresh 0 --mouse -c throttles
screens throttles 'up to 360'
mouse 90 13
sees 'a click in a chart is a time, and chooses the chart' 'at 02:55  panel 3 of'
console_resize 120x40
mouse 30 26
sees 'with fewer charts beside each other, too' 'panel 4 of'
console_keys Enter
sees 'which leads to its table' 'Throttles recon-settlement 1h'
console_stop

RECONCTL_NOW=$CONSOLE_NOW run "$RECONCTL" get pulse -o ndjson
ok 'files that wait, by program' jq -es '[.[] | select(.subject == "canyon-card" or .subject == "harbor-debit") |
    .what | sub(".*; "; "")] == ["2 wait for a slot", "1 waits for a slot"]' "$TMP/.out"
