#!/usr/bin/env bash
# bench/local_writes.sh [-n ITEMS] [-c CLIENTS] [-r ROUNDS] [-w FOLDER] [-- OPTION...]
#
# Measures what reconlocal's DynamoDB takes: ITEMS items of about 375 bytes of JSON by
# BatchWriteItem from CLIENTS processes with eight requests in flight each, with ids that
# ascend and with scattered ones, ROUNDS times, each into a new state. Then the memory, and
# how long it takes from a kill to the first answer. OPTIONs are for reconlocal. BUILD is
# the folder of the program (build). boto3 makes the table (apt-get install python3-boto3).
set -u
cd "$(dirname "$0")/.." || exit 1
export LC_ALL=C

items=200000 clients='1 4' rounds=3 work=${TMPDIR:-/var/tmp}/reconctl-bench
while getopts n:c:r:w: option; do
    case $option in
    n) items=$OPTARG ;;
    c) clients=$OPTARG ;;
    r) rounds=$OPTARG ;;
    w) work=$OPTARG ;;
    *) exit 2 ;;
    esac
done
shift $((OPTIND - 1))
mkdir -p "$work" && work=$(cd "$work" && pwd) || exit 1
# shellcheck source=bench/aws_common.sh
. bench/aws_common.sh
trap stop EXIT
trap 'exit 130' INT TERM

build aws_batch || exit 1
export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local-secret
reconlocal=${programs%/*}/reconlocal state=$work/local-writes

begin() {
    start reconlocal "$reconlocal" --state "$state" --port 0 --partition-wcu 1000000 "$@"
}

now_ns() {
    date +%s%N
}

# field NAME: of the server's memory, in KB
field() {
    awk -v name="$1:" '$1 == name { print $2 }' "/proc/$server_pid/status"
}

# cpu_ms: what the server has used
cpu_ms() {
    awk -v hz="$(getconf CLK_TCK)" '{ print int(($14 + $15) * 1000 / hz) }' "/proc/$server_pid/stat"
}

# once CLIENTS ORDER
once() {
    local each=$((items / $1)) i from to cpu pids=()
    rm -rf "$state"
    begin "${options[@]}" && /usr/bin/python3 bench/aws_boto3.py table "$url" items || return
    from=$(now_ns) cpu=$(cpu_ms)
    for ((i = 0; i < $1; i++)); do
        # shellcheck disable=SC2086
        "$programs/aws_batch" "$url" items "$each" 8 $((i * each)) ${2#ascending} \
            >"$work/client.$i" &
        pids+=($!)
    done
    for i in "${pids[@]}"; do wait "$i" || return; done
    to=$(now_ns)
    printf '%-8s %-10s %12.0f %14.1f %10.1f\n' "$1" "$2" \
        "$(awk "BEGIN { print $each * $1 * 1e9 / ($to - $from) }")" \
        "$(awk "BEGIN { print ($(cpu_ms) - $cpu) * 1000 / ($each * $1) }")" \
        "$(awk "BEGIN { print $(field VmHWM) / 1024 }")"
}

# A kill, and how long it takes from the start to the first answer.
restart() {
    local from to wal
    kill -KILL "$server_pid"
    wait "$server_pid" 2>/dev/null
    exec {server_input}>&-
    wal=$(stat -c %s "$state/local.db-wal")
    coproc again { exec "$reconlocal" --state "$state" --port 0; }
    # shellcheck disable=SC2154
    server_pid=$again_PID
    from=$(now_ns)
    read -r _ _ url <&"${again[0]}"
    curl -s -o "$work/answer" "$url/"
    to=$(now_ns)
    printf 'killed with a WAL of %.1f MB: first answer after %.0f ms, %.1f MB of memory\n' \
        "$(awk "BEGIN { print $wal / 1e6 }")" "$(awk "BEGIN { print ($to - $from) / 1e6 }")" \
        "$(awk "BEGIN { print $(field VmHWM) / 1024 }")"
    kill "$server_pid"
    wait "$server_pid" 2>/dev/null
    server_pid=
}

options=("$@")
machine
printf '%-8s %-10s %12s %14s %10s\n' clients ids 'items a s' 'server CPU us' 'peak MB'
for ((round = 0; round < rounds; round++)); do
    for count in $clients; do
        for order in ascending scattered; do
            once "$count" "$order" || exit 1
            restart || exit 1
        done
    done
done
rm -rf "$state"
machine
