#!/usr/bin/env bash
# bench/live_day.sh [-n RECORDS] [-k KEYS] [-w FOLDER]
#
# Measures the console on a day of the pipeline with a million discrepancies: how long until
# its first rows, and until all are there; how long from a key to its answer meanwhile and
# afterwards; memory, and disk. bench/live_day.py defines each.
#
# The day is made once, by the real worker on a local cloud, and kept in FOLDER: a settlement of
# RECORDS records against a ledger that has recorded nothing. It is read from a cloud whose
# partitions give 3,000 read units a second, as at AWS. BUILD is the folder of the programs
# (build); boto3 is needed (apt-get install python3-boto3).
set -u
cd "$(dirname "$0")/.." || exit 1
export LC_ALL=C.UTF-8

records=1003000 keys=300 work=${TMPDIR:-/var/tmp}/reconctl-bench
while getopts n:k:w: option; do
    case $option in
    n) records=$OPTARG ;;
    k) keys=$OPTARG ;;
    w) work=$OPTARG ;;
    *) exit 2 ;;
    esac
done
programs=$(cd "${BUILD:-build}" && pwd) || exit 1
reconctl=$programs/reconctl
day=$work/live-$records cloud=$work/live-$records/cloud
mkdir -p "$day" && day=$(cd "$day" && pwd) || exit 1
cloud=$day/cloud
home=$(mktemp -d) || exit 1
trap '"$reconctl" local stop --state "$cloud" >/dev/null 2>&1; rm -rf "$home"' EXIT
trap 'exit 130' INT TERM
export HOME=$home AWS_EC2_METADATA_DISABLED=true
unset XDG_STATE_HOME XDG_CONFIG_HOME XDG_RUNTIME_DIR

start() {
    "$reconctl" local start --state "$cloud" --port 0 "$@" >/dev/null
}

# Against a ledger that has recorded nothing, all that was settled is a discrepancy but
# for some reversals that take back what they reverse.
make_files() {
    "$reconctl" generate --records "$records" --out "$day" >/dev/null &&
        {
            head -n 1 "$day/internal.txt"
            printf '%-168s\n' "$(printf 'TR%012d%018d+' 0 0)"
        } >"$day/nothing.txt" &&
        rm "$day/internal.txt"
}

# The pipeline works it at 20 times the speed, on tables that throttle nothing.
make_day() {
    echo "making a day of $records discrepancies…" >&2
    start --speed 20 --partition-wcu 10000000 --partition-rcu 10000000 &&
        "$reconctl" local deploy --state "$cloud" --parameter WriteUnits=0 >/dev/null &&
        "$reconctl" --local="$cloud" program put "$day/program.json" >/dev/null &&
        deliver settlement "$day/settlement.txt" && deliver internal "$day/nothing.txt" &&
        until_rolled_up && "$reconctl" local stop --state "$cloud" >/dev/null && touch "$day/done"
}

# deliver SIDE FILE
deliver() {
    python3 - "$("$reconctl" local status --state "$cloud" | cut -d ' ' -f 1)" "$1" "$2" <<'PYTHON'
import sys
import boto3
endpoint, side, path = sys.argv[1:]
s3 = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="local", aws_secret_access_key="local-secret")
s3.upload_file(path, "recon-files-000000000000-us-east-1", "demo/%s/day.txt" % side)
PYTHON
}

until_rolled_up() {
    local began=$SECONDS
    until "$reconctl" --local="$cloud" get rollups -o ndjson 2>/dev/null | grep -q '"version":[1-9]'; do
        [ $((SECONDS - began)) -lt 3600 ] || return 1
        sleep 1
    done
    echo "the pipeline worked it in $((SECONDS - began)) s" >&2
}

if [ ! -e "$day/done" ]; then
    rm -rf "$cloud"
    if ! make_files || ! make_day; then
        echo 'there is no day to show' >&2
        exit 1
    fi
fi

echo "$(awk -F ': ' '/^model name/ { print $2; exit }' /proc/cpuinfo), $(nproc) processors," \
    "$(sed -n 's/^PRETTY_NAME="\(.*\)"$/\1/p' /etc/os-release)"
echo "load before: $(cut -d ' ' -f 1-3 /proc/loadavg)"
start || exit 1
PYTHONPATH=bench python3 bench/live_day.py "$reconctl" "$cloud" demo 2026-04-01 "$keys" || exit 1
echo "load after: $(cut -d ' ' -f 1-3 /proc/loadavg)"
