#!/usr/bin/env bash
# bench/aws_stream.sh [-b MEGABYTES] [-e MEGABYTES_A_CUT] [-m MOST_MB] [-s SEED] [-r ROUNDS] [-w FOLDER]
#
# Streams an object of 2 GB through aws/s3_stream.h from a server on this machine that
# cuts its connections at random places, once in 32 MB in the mean: over one request at
# a time, and over four ranges of a megabyte at once. Every byte is compared with what
# it has to be, and the client may not have more than MOST_MB (20) of memory at any time.
# Then the same without cuts, which shows what they cost. BUILD is the folder of the
# program (build).
set -u
cd "$(dirname "$0")/.." || exit 1
export LC_ALL=C

megabytes=2048 a_cut=32 most=20 seed=1 rounds=3 work=${TMPDIR:-/var/tmp}/reconctl-bench
while getopts b:e:m:s:r:w: option; do
    case $option in
    b) megabytes=$OPTARG ;;
    e) a_cut=$OPTARG ;;
    m) most=$OPTARG ;;
    s) seed=$OPTARG ;;
    r) rounds=$OPTARG ;;
    w) work=$OPTARG ;;
    *) exit 2 ;;
    esac
done
mkdir -p "$work" && work=$(cd "$work" && pwd) || exit 1
# shellcheck source=bench/aws_common.sh
. bench/aws_common.sh
trap stop EXIT
trap 'exit 130' INT TERM
build aws_server aws_stream || exit 1

size=$((megabytes << 20))

# streamed A_CUT PARALLEL: a row of the table, the medians of the rounds
streamed() {
    local round lines=
    for ((round = 0; round < rounds; round++)); do
        start object "$programs/aws_server" object "$size" $((seed + round)) $(($1 << 20)) || return
        lines+=$("$programs/aws_stream" "$url" "$size" $((seed + round)) "$2" $((1 << 20)) \
            $((most << 10)))$'\n' || return
        stop
    done
    for column in 2 3 4 5; do
        printf '%s' "$lines" | awk -v column="$column" '{ print $column }' | sort -n |
            awk '{ all[NR] = $1 } END { print (all[int((NR + 1) / 2)] + all[int(NR / 2) + 1]) / 2 }'
    done | tr '\n' ' ' | awk -v megabytes="$megabytes" -v a_cut="$1" -v parallel="$2" '{
        printf "%-22s %8s %8.0f %10.0f %8.2f %8.1f\n", parallel == 1 ? "one request at a time" : parallel " ranges at once",
            a_cut ? a_cut " MB" : "never", $4, megabytes / $1, $2, $3 / 1024 }'
}

machine
echo "$megabytes MB, every byte compared; medians of $rounds rounds"
printf '%-22s %8s %8s %10s %8s %8s\n' way 'a cut in' cuts 'MB a s' 'CPU s' 'peak MB'
for parallel in 1 4; do
    streamed "$a_cut" "$parallel" || exit 1
done
for parallel in 1 4; do
    streamed 0 "$parallel" || exit 1
done
machine
