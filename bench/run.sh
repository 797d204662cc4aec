#!/usr/bin/env bash
# bench/run.sh [-n "1000000 10000000"] [-r ROUNDS] [-w FOLDER] [PEER...]
#
# Measures reconctl beside its peers: whole processes, in turn, round after round,
# each result checked against the known answer. The peers and the generator of
# their data are taken from the folder $RECONCTL_SHARED/bench (build.sh, run.sh),
# which is not part of this project. Node peers need NODE_MODULES.
#
# Prints, for each size and job: the medians of wall and processor seconds and of
# peak memory, and wall time relative to reconctl's.
set -u
cd "$(dirname "$0")/.." || exit 1
export LC_ALL=C

sizes="1000000 10000000" rounds=5 work=${TMPDIR:-/var/tmp}/reconctl-bench
while getopts n:r:w: option; do
    case $option in
        n) sizes=$OPTARG ;;
        r) rounds=$OPTARG ;;
        w) work=$OPTARG ;;
        *) exit 2 ;;
    esac
done
shift $((OPTIND - 1))
peers=${*:-go2 go rust}

peer_folder=${RECONCTL_SHARED:?names the folder whose bench/ holds the peers}/bench
[ -x build/reconctl ] || make || exit 1
mkdir -p "$work" && work=$(cd "$work" && pwd) || exit 1
# shellcheck disable=SC2086
bash "$peer_folder/build.sh" "$work" $sizes >/dev/null || exit 1
results=$work/results.txt
: >"$results"

# timed JOB SIZE NAME COMMAND…: runs it, keeps its output in $work/out
timed() {
    local job=$1 size=$2 name=$3
    shift 3
    /usr/bin/time -o "$work/time" -f '%e %U %S %M' "$@" >"$work/out" 2>"$work/err"
    row="$job $size $name $(tail -n 1 "$work/time")"
}

reconcile() {
    timed full "$1" "$2" build/reconctl reconcile \
        --settlement "$work/settle.$1.txt" --internal "$work/internal.$1.txt" \
        --settlement-layout settlement168 --internal-layout settlement168 --format json "${@:3}"
    # Duplicates of both sides are one status of the peers.
    jq -r '.statuses | to_entries[] | select(.value.count > 0) |
           [.key, .value.count, (.value.settlement_minor | add // 0),
            (.value.internal_minor | add // 0)] | @tsv' "$work/out" |
        awk '{ key = toupper($1); sub(/^DUPLICATE.*/, "DUPLICATE", key)
               c[key] += $2; s[key] += $3; i[key] += $4 }
             END { for (key in c) printf "%s %.0f %.0f %.0f\n", key, c[key], s[key], i[key] }' |
        sort >"$work/answer"
    if cmp -s "$work/answer" <(sort "$work/truth.$1.txt"); then echo "$row ok"; else echo "$row WRONG"; fi
}

parse() {
    timed parse "$1" reconctl build/reconctl parse --layout settlement168 --summary \
        "$work/settle.$1.txt"
    jq -r '"PARSE \(.records.detail) \(.controls[] | select(.name == "net_total").actual)"' \
        "$work/out" >"$work/answer"
    if cmp -s "$work/answer" "$work/parse.$1.txt"; then echo "$row ok"; else echo "$row WRONG"; fi
}

# A peer's own checker judges it; its line is "peer mode size wall user sys peak verdict".
peer() {
    bash "$peer_folder/run.sh" "$work" "$3" 1 "$2" "$1" |
        awk '{ print $2, $3, $1, $4, $5, $6, $7, $8 }'
}

for size in $sizes; do
    cat "$work/settle.$size.txt" "$work/internal.$size.txt" >/dev/null
    for ((round = 0; round < rounds; round++)); do
        parse "$size"
        reconcile "$size" reconctl
        reconcile "$size" reconctl-1-thread --threads 1
        reconcile "$size" reconctl-day-file --out "$work/day"
        for name in $peers; do
            peer "$name" parse "$size"
            peer "$name" full "$size"
        done
    done
done >"$results.all"
mv "$results.all" "$results"

printf '%-6s %9s %-18s %8s %8s %9s %9s  %s\n' job records who 'wall s' 'cpu s' 'peak MB' relative result
awk '
function median(list,  a, n, i, j, t) {
    n = split(list, a, " ")
    for (i = 2; i <= n; i++) { t = a[i] + 0; for (j = i - 1; j > 0 && a[j] + 0 > t; j--) a[j + 1] = a[j]; a[j + 1] = t }
    return n % 2 ? a[(n + 1) / 2] + 0 : (a[n / 2] + a[n / 2 + 1]) / 2
}
{ key = $1 " " $2 " " $3; if (!(key in wall)) order[++keys] = key
  wall[key] = wall[key] " " $4; cpu[key] = cpu[key] " " ($5 + $6); peak[key] = peak[key] " " $7
  if ($8 != "ok") wrong[key] = $8 }
END {
    for (i = 1; i <= keys; i++) {
        split(order[i], q, " ")
        w = median(wall[order[i]]); base = median(wall[q[1] " " q[2] " reconctl"])
        printf "%-6s %9d %-18s %8.2f %8.2f %9.0f %9.2f  %s\n", q[1], q[2], q[3], w,
            median(cpu[order[i]]), median(peak[order[i]]) / 1024, base ? w / base : 0,
            (order[i] in wrong) ? wrong[order[i]] : "right"
    }
}' "$results" | sort -s -k1,1 -k2,2n
