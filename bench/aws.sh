#!/usr/bin/env bash
# bench/aws.sh [-n ITEMS] [-o OBJECTS] [-r ROUNDS] [-f IN_FLIGHT] [-w FOLDER]
#
# Measures the AWS clients beside boto3 (apt-get install python3-boto3) and the AWS SDK
# for JavaScript, in turn, round after round, against servers on this machine:
#
#   write    ITEMS items by BatchWriteItem to dynalite; all three tables have to be the
#            same in the end
#   ceiling  the same against a server that answers at once
#   objects  OBJECTS small objects of fauxqs listed page by page, and the head of each
#            asked for, 64 at a time
#
# and then, alone, encoding and signing. Processor time is that of the client's process
# while it did the job: loading an interpreter or a package is no part of it. BUILD is
# the folder of the program (build). What was installed and made is kept in FOLDER for
# the next run.
set -u
cd "$(dirname "$0")/.." || exit 1
export LC_ALL=C

sdk_packages='@aws-sdk/client-dynamodb@3.1169.0 @aws-sdk/lib-dynamodb@3.1169.0 @aws-sdk/client-s3@3.1175.0'
items=25000 objects=10000 rounds=5 in_flight=8 work=${TMPDIR:-/var/tmp}/reconctl-bench
while getopts n:o:r:f:w: option; do
    case $option in
    n) items=$OPTARG ;;
    o) objects=$OPTARG ;;
    r) rounds=$OPTARG ;;
    f) in_flight=$OPTARG ;;
    w) work=$OPTARG ;;
    *) exit 2 ;;
    esac
done
mkdir -p "$work" && work=$(cd "$work" && pwd) || exit 1
# shellcheck source=bench/aws_common.sh
. bench/aws_common.sh
trap stop EXIT
trap 'exit 130' INT TERM

# ----- who is there -----

build aws_server aws_batch aws_objects aws_micro || exit 1
python=/usr/bin/python3
whos='reconctl boto3'
if ! "$python" -c 'import boto3' 2>/dev/null; then
    echo 'boto3 fills the servers, too: apt-get install python3-boto3' >&2
    exit 1
fi

export SDK=$work/aws-sdk NODE_NO_WARNINGS=1
sdk() {
    [ -e "$SDK/node_modules/@aws-sdk/client-s3" ] && return
    # shellcheck disable=SC2086
    mkdir -p "$SDK" &&
        npm install --prefix "$SDK" --no-audit --no-fund --loglevel=error $sdk_packages >&2
}
if sdk; then whos="$whos sdk-js"; else echo 'the SDK for JavaScript cannot be installed: left out' >&2; fi

emulators=tests/emulators
if ! [ -e "$emulators/node_modules" ] && ! npm ci --prefix "$emulators" --no-audit --no-fund >&2; then
    echo "the emulators cannot be installed: npm ci --prefix $emulators" >&2
    exit 1
fi

# ----- the jobs -----

results=$work/aws.txt
: >"$results"

# client WHO JOB WHERE COUNT IN_FLIGHT: prints "COUNT WALL_S CPU_S PEAK_KB"
client() {
    case $1 in
    reconctl) "$programs/aws_$2" "$url" "$3" "$4" "$5" ;;
    boto3) "$python" bench/aws_boto3.py "$2" "$url" "$3" "$4" "$5" ;;
    sdk-js) node bench/aws_sdk.mjs "$2" "$url" "$3" "$4" "$5" ;;
    esac
}

# in_turn NAME JOB COUNT IN_FLIGHT: every client, round after round
in_turn() {
    local round who line
    for ((round = 0; round < rounds; round++)); do
        for who in $whos; do
            if line=$(client "$who" "$2" "$2.$who" "$3" "$4" 2>"$work/aws.err"); then
                echo "$1 $who $line" >>"$results"
            else
                echo "$1, $who:" >&2
                tail -n 5 "$work/aws.err" >&2
                return 1
            fi
        done
    done
}

write() {
    local who
    start dynalite node "$emulators/start.mjs" dynalite || return
    for who in $whos; do
        "$python" bench/aws_boto3.py table "$url" "batch.$who" || return
    done
    in_turn write batch "$items" "$in_flight" || return
    for who in $whos; do
        "$python" bench/aws_boto3.py same "$url" "batch.$who" "$items" || return
    done
    stop
}

ceiling() {
    start sink "$programs/aws_server" sink || return
    in_turn ceiling batch "$items" "$in_flight" || return
    stop
}

objects() {
    local who
    start fauxqs node "$emulators/start.mjs" fauxqs || return
    for who in $whos; do
        "$python" bench/aws_boto3.py fill "$url" "objects.$who" "$objects" || return
    done
    in_turn objects objects "$objects" 64 || return
    stop
}

machine
ceiling || exit 1
write || exit 1
objects || exit 1

# ----- the table -----

printf '%-8s %-9s %10s %16s %8s %14s\n' job who 'a second' 'CPU us each' 'peak MB' 'CPU, relative'
awk '
function median(list,  a, n, i, j, t) {
    n = split(list, a, " ")
    for (i = 2; i <= n; i++) { t = a[i] + 0; for (j = i - 1; j > 0 && a[j] + 0 > t; j--) a[j + 1] = a[j]; a[j + 1] = t }
    return n % 2 ? a[(n + 1) / 2] + 0 : (a[n / 2] + a[n / 2 + 1]) / 2
}
{ key = $1 " " $2; if (!(key in wall)) order[++keys] = key
  wall[key] = wall[key] " " $4; cpu[key] = cpu[key] " " ($5 / $3 * 1e6); peak[key] = peak[key] " " $6; count[key] = $3 }
END {
    for (i = 1; i <= keys; i++) {
        split(order[i], q, " ")
        c = median(cpu[order[i]]); base = median(cpu[q[1] " reconctl"])
        printf "%-8s %-9s %10.0f %16.1f %8.1f %14.1f\n", q[1], q[2],
            count[order[i]] / median(wall[order[i]]), c, median(peak[order[i]]) / 1024, base ? c / base : 0
    }
}' "$results"
"$programs/aws_micro" | awk '
{ ns[$1] = $2; bytes[$1] = $3 }
END {
    printf "25 items, %d bytes of JSON: %.1f us written as they come, %.1f us through a jansson document: %.1f times\n",
        bytes["jsonw"], ns["jsonw"] / 1000, ns["jansson"] / 1000, ns["jansson"] / ns["jsonw"]
    printf "signatures a second: %.0f with the hash of a body of %d bytes, %.0f without a body\n",
        1e9 / ns["sign"], bytes["sign"], 1e9 / ns["sign-empty"]
}'
machine
