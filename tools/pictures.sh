#!/usr/bin/env bash
# tools/pictures.sh [--check]
#
# Makes the pictures of docs/pictures from the real screen: the console on a day that
# is always the same, in a terminal with all colours, with a clock that stands still; and
# on a local cloud that has had its days, whose times are never the same twice.
# With --check it writes nothing and fails when one of the former would change.
#
# Needs tmux and python3; BUILD is the folder of the program.
set -u
cd "$(dirname "$0")/.." || exit 3
project=$PWD

columns=120 rows=34
pictures=$project/docs/pictures
check=false changed=0
case ${1:-} in
'') ;;
--check) check=true ;;
*) sed -n '2,9s/^# \{0,1\}//p' "$0" >&2 && exit 2 ;;
esac

die() {
    printf 'pictures: %s\n' "$*" >&2
    exit 3
}

# ----- what tests/console.sh wants from tests/lib.sh -----

needs_tool() {
    command -v "$2" >/dev/null || die "$2 is not installed"
}

end_of_script() {
    status=$?
    rm -rf "$TMP"
    exit "$status"
}

case ${BUILD:=build} in
/*) RECONCTL=$BUILD/reconctl ;;
*) RECONCTL=$PWD/$BUILD/reconctl ;;
esac
[ -x "$RECONCTL" ] || die "there is no $RECONCTL; run ./bootstrap build"
needs_tool pictures python3

export LC_ALL=C TZ=UTC COLORTERM=truecolor
unset NO_COLOR
TMP=$(mktemp -d) || exit 3
. tests/console.sh

# ----- the terminal -----

# One with all colours, whatever is installed here. It does not colour what it
# erases (bce): tmux forgets such cells at the end of a line when it is asked for them.
make_terminal() {
    tic -x -o "$TMP/terminfo" - <<'TERMINFO' || die 'the terminal could not be described'
xterm-direct|xterm with all colours,
    RGB, bce@, colors#0x1000000, pairs#0x10000,
    setaf=\E[%?%p1%{8}%<%t3%p1%d%e38:2::%p1%{65536}%/%d:%p1%{256}%/%{255}%&%d:%p1%{255}%&%d%;m,
    setab=\E[%?%p1%{8}%<%t4%p1%d%e48:2::%p1%{65536}%/%d:%p1%{256}%/%{255}%&%d:%p1%{255}%&%d%;m,
    use=xterm-256color,
TERMINFO
    export TERMINFO=$TMP/terminfo
}

# ----- the day -----

# One thread numbers the discrepancies always alike; when it ran is no matter.
make_day() {
    cd "$TMP" || exit 3
    "$RECONCTL" generate --records 100000 --out demo >/dev/null || die 'no day was made'
    "$RECONCTL" reconcile --threads 1 --settlement demo/settlement.txt --internal demo/internal.txt \
        --program demo/program.json --out demo >/dev/null
    [ $? -eq 1 ] || die 'the day was not reconciled'
    python3 - demo/day.db <<'PYTHON' || die 'the run could not be made timeless'
import sqlite3, sys
day = sqlite3.connect(sys.argv[1])
day.execute("UPDATE run SET started = '2026-04-01T11:59:00Z', elapsed_ms = 42")
day.commit()
PYTHON
}

# ----- the pictures -----

shows() {
    console_wait "$1" || die "$(cat "$TMP/.err")"
}

# until_shown KEY TEXT: however many of them it takes
until_shown() {
    local i
    for ((i = 0; i < 20; i++)); do
        case $(console_screen) in *"$2"*) break ;; esac
        console_keys "$1"
        sleep 0.2
    done
    shows "$2"
}

# picture NAME TITLE: of what is on the screen
picture() {
    console_tmux capture-pane -e -p -N |
        python3 "$project/tools/screen_to_svg.py" "$columns" "$rows" "$2" >"$TMP/$1.svg" || die "no picture of $1"
    if cmp -s "$TMP/$1.svg" "$pictures/$1.svg"; then
        return
    fi
    changed=$((changed + 1))
    if $check; then
        echo "docs/pictures/$1.svg would change"
    elif mkdir -p "$pictures" && cp "$TMP/$1.svg" "$pictures/"; then
        echo "docs/pictures/$1.svg"
    else
        die "$1.svg cannot be written"
    fi
}

draw_all() {
    console_start "$columns" "$rows" demo
    shows 'NOT BALANCED'
    picture day 'reconctl open demo'

    console_keys :
    console_type 'discrepancies status:mismatch delta>100'
    console_keys Enter
    shows 'filter status:mismatch delta>100'
    picture discrepancies 'reconctl open demo'

    console_keys Enter
    shows 'failed because'
    picture discrepancy 'reconctl open demo'

    console_keys y
    shows 'bytes differ'
    console_keys g Enter
    shows 'normalised'
    picture record 'reconctl open demo'

    console_start "$columns" "$rows" demo -c shards
    shows 'chi-square'
    until_shown '>' 'shards by discrepancies'
    picture shards 'reconctl open demo -c shards'
}

# ----- what is at AWS -----

stop_cloud() {
    "$RECONCTL" local stop --state "$TMP/cloud" >/dev/null 2>&1
}

draw_live() {
    trap 'status=$?; stop_cloud; (exit "$status"); console_end' EXIT
    local cloud=("$RECONCTL" local)
    "${cloud[@]}" start --state "$TMP/cloud" --port 0 --speed 20 --clock 2026-04-03T23:00:00Z >/dev/null &&
        "${cloud[@]}" seed --state "$TMP/cloud" --records 2000 >/dev/null || die 'no cloud was seeded'
    CONSOLE=("$RECONCTL" --local="$TMP/cloud" open) CONSOLE_NOW=2026-04-04T01:00:00Z
    console_start "$columns" "$rows"
    shows '! not balanced'
    picture pulse 'reconctl --local open'
    console_keys :
    console_type 'runs program:meadow side=internal date=2026-04-02'
    console_keys Enter
    shows '1 of 1'
    console_keys Enter
    shows 'IngestLambda'
    picture run 'reconctl --local open -c runs'
    console_keys :
    console_type 'runs state=failed'
    console_keys Enter
    shows '1 of 1'
    console_keys :
    console_type 'reprocess route:fargate'
    console_keys Enter
    shows 'Do it: reprocess, 1 of 1 file'
    picture action 'reconctl --local open -c runs'
}

make_terminal
make_day
draw_all
$check || draw_live
if [ "$changed" -eq 0 ]; then
    echo 'the pictures are as they were'
elif $check; then
    exit 1
fi
