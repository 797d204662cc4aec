#!/usr/bin/env bash
# bench/console.sh [-s STARTS] [-k KEYS] [-w FOLDER]
#
# Measures the console on a small day, on one of a million discrepancies, on a server that never
# answers and on a bucket of 100,000 keys, beside
# other programs for terminals that Debian has (apt-get install htop btop tig): how
# long until the first frame, how long from a key to its answer, memory, and what an
# idle one does. bench/console_pty.py defines each of them, alike for all.
#
# tig gets a repository of 100,000 commits; htop and btop show this machine. One that
# is not installed is left out. BUILD is the folder of the program (build). What was
# made is kept in FOLDER for the next run.
set -u
cd "$(dirname "$0")/.." || exit 1
export LC_ALL=C.UTF-8

starts=9 keys=300 work=${TMPDIR:-/var/tmp}/reconctl-bench
while getopts s:k:w: option; do
    case $option in
    s) starts=$OPTARG ;;
    k) keys=$OPTARG ;;
    w) work=$OPTARG ;;
    *) exit 2 ;;
    esac
done

case ${BUILD:=build} in
/*) reconctl=$BUILD/reconctl ;;
*) reconctl=$PWD/$BUILD/reconctl ;;
esac
[ -x "$reconctl" ] || make || exit 1
mkdir -p "$work" && work=$(cd "$work" && pwd) || exit 1

# ----- what there is to show -----

# reconciled FOLDER INTERNAL: the day of the files in it
reconciled() {
    "$reconctl" reconcile --settlement "$1/settlement.txt" --internal "$2" \
        --program "$1/program.json" --out "$1" >/dev/null
    [ $? -eq 1 ]
}

small_day() {
    local day=$work/small
    [ -e "$day/day.db" ] && return
    "$reconctl" generate --records 3000 --out "$day" >/dev/null && reconciled "$day" "$day/internal.txt"
}

# Against a ledger that has recorded nothing, all that was settled is a discrepancy but
# for some reversals that take back what they reverse.
large_day() {
    local day=$work/million
    [ -e "$day/day.db" ] && return
    echo 'making a day of a million discrepancies…' >&2
    "$reconctl" generate --records 1003000 --out "$day" >/dev/null || return
    {
        head -n 1 "$day/internal.txt"
        printf '%-168s\n' "$(printf 'TR%012d%018d+' 0 0)"
    } >"$day/nothing.txt"
    rm "$day/internal.txt"
    reconciled "$day" "$day/nothing.txt"
}

# discrepancies DAY: how many it has
discrepancies() {
    python3 -c 'import json, sys
statuses = json.load(open(sys.argv[1]))["statuses"]
print(sum(s["count"] for name, s in statuses.items() if name != "matched"))' "$work/$1/rollup.json"
}

commits() {
    [ -e "$work/commits/HEAD" ] && return
    echo 'making a repository of 100,000 commits…' >&2
    git init --quiet --bare "$work/commits.new" && awk 'BEGIN {
        for (i = 1; i <= 100000; i++) {
            text = "Change number " i "\n"
            printf "commit refs/heads/master\n"
            printf "committer Somebody <somebody@example.org> %d +0000\n", 1700000000 + i * 60
            printf "data %d\n%s", length(text), text
            printf "M 100644 inline file\ndata %d\n%d\n\n", length(i), i
        }
    }' | git -C "$work/commits.new" fast-import --quiet &&
        git -C "$work/commits.new" symbolic-ref HEAD refs/heads/master &&
        mv "$work/commits.new" "$work/commits"
}

if ! small_day || ! large_day; then
    echo 'there is no day to show' >&2
    exit 1
fi
cat "$work/small/day.db" "$work/million/day.db" >/dev/null

# ----- who shows it -----

home=$(mktemp -d) || exit 1
servers=
trap 'rm -rf "$home"; [ -z "$servers" ] || kill $servers' EXIT
export AWS_ACCESS_KEY_ID=AKIDEXAMPLE AWS_SECRET_ACCESS_KEY=SECRETEXAMPLE AWS_REGION=us-east-1
export AWS_EC2_METADATA_DISABLED=true

# serves ARGUMENT...: bench/console_aws.py in the background, its address in $address
serves() {
    mkfifo "$home/address"
    python3 bench/console_aws.py "$@" >"$home/address" &
    servers="$servers $!"
    read -r address <"$home/address"
    rm "$home/address"
}
export HOME=$home XDG_CONFIG_HOME=$home/config XDG_STATE_HOME=$home/state
mkdir -p "$XDG_CONFIG_HOME" "$XDG_STATE_HOME"

# program NAME TURN DOWN UP FOLDER COMMAND
program() {
    printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$@" >>"$home/programs"
}

# is_there PEER: or says that it is left out
is_there() {
    command -v "$1" >/dev/null 2>&1 && return
    echo "$1 is not installed: left out" >&2
    return 1
}

# Keys turn round where the list is short, so that each has something to change.
program 'reconctl, small day' 40 j k "$work" "$reconctl open small"
program 'reconctl, small day, its discrepancies' 40 j k "$work" "$reconctl open small -c discrepancies"
program 'reconctl, large day' 40 j k "$work" "$reconctl open million"
program 'reconctl, large day, its discrepancies' 1000000 j k "$work" "$reconctl open million -c discrepancies"
program 'reconctl, the same, page by page' 1000000 '\x06' '\x02' "$work" "$reconctl open million -c discrepancies"
program 'reconctl, the same, end and beginning' 1 G g "$work" "$reconctl open million -c discrepancies"
serves hang
program 'reconctl, a server that never answers' 1 '?' q "$work" "$reconctl open -c rollups --endpoint-url $address"
serves keys 100000
program 'reconctl, 100,000 keys of S3' 1000000 j k "$work" "$reconctl open -c 'files s3://bucket/in/' --endpoint-url $address"
is_there tig && commits && program 'tig, 100,000 commits' 1000000 j k "$work/commits" tig
is_there htop && program htop 15 '\x1bOB' '\x1bOA' / htop
is_there btop && program btop 15 '\x1b[B' '\x1b[A' / 'btop --utf-force'

# ----- the table -----

echo "$(awk -F ': ' '/^model name/ { print $2; exit }' /proc/cpuinfo), $(nproc) processors," \
    "$(sed -n 's/^PRETTY_NAME="\(.*\)"$/\1/p' /etc/os-release)"
echo "small day: $(discrepancies small) discrepancies; large day: $(discrepancies million)"
echo "load before: $(cut -d ' ' -f 1-3 /proc/loadavg)"
python3 bench/console_pty.py --starts "$starts" --keys "$keys" <"$home/programs" || exit 1
echo "load after: $(cut -d ' ' -f 1-3 /proc/loadavg)"
