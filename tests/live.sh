# shellcheck shell=bash disable=SC2034
# A live session that looks the same every time: a reconlocal of the script's own, on which
# the programs of `reconctl local seed` have had their days, at a time that is fixed. A
# script sources this behind tests/lib.sh and has all of tests/console.sh, whose console is
# on that cloud at 03:01 of 2026-04-04, and
#
#     $CLOUD                           its state folder: `"$RECONCTL" --local="$CLOUD" get …`
#     live_open                        the console on its first screen; it asks nobody by itself
#     live_golden NAME TEXT            the screen in three sizes, as soon as TEXT is there, against
#                                      tests/golden/live/NAME-*.txt
#     live_screens NAME VIEW TEXT      the same of `:VIEW`, and back to where that was opened
#
#
# Seeding takes a while. It is done once for all scripts, in $BUILD/seeded, and again after
# what runs there has been built anew.
#
# In what is compared, ~ stands for each character of what is never the same twice: times of
# day, how long something took or is ago (the number and the blanks before it), ids of
# executions and requests, versions of objects, ports.

. tests/console.sh
needs_tool 'a live session' perl
needs_tool 'a live session' flock

LIVE_SEEDED_AT=2026-04-03T23:00:00Z # at 20 times the speed: three minutes are the hour
LIVE_NOW=2026-04-04T03:01:00Z
LIVE_RECORDS=200
live_seeded=${RECONCTL%/*}/seeded

# The console asks nobody but reconlocal.
export HOME=$TMP AWS_EC2_METADATA_DISABLED=true
unset XDG_RUNTIME_DIR

live_is_seeded() {
    local part
    for part in reconlocal reconworker cli/local_seed.o cli/local_deploy.o gen; do
        [ ! "${RECONCTL%/*}/$part" -nt "$live_seeded/done" ] || return 1
    done
    [ -e "$live_seeded/done" ]
}

live_cloud() {
    "$RECONCTL" local "$@" --state "$live_seeded/cloud"
}

# From what was seeded in the evening to 3 at night, until the queues have told their
# ages of that minute, which is six seconds: a machine that stalls must not miss it.
live_seed() {
    live_cloud start --port 0 --speed 20 --clock "$LIVE_SEEDED_AT" &&
        live_cloud seed --records "$LIVE_RECORDS" && live_cloud stop &&
        live_cloud start --port 0 --speed 10 --clock 2026-04-04T02:59:30Z &&
        live_wait_for_ages && live_cloud stop
}

live_wait_for_ages() {
    local deadline=$((SECONDS + CONSOLE_SECONDS))
    until RECONCTL_NOW=$LIVE_NOW "$RECONCTL" --local="$live_seeded/cloud" get queues -o ndjson |
        grep -q '"name":"recon-failed".*"oldest":[0-9]'; do
        [ "$SECONDS" -lt "$deadline" ] || return 1
        sleep 0.1
    done
}

live_prepare() {
    mkdir -p "$live_seeded" || exit 3
    exec 9>"$live_seeded/lock"
    flock 9
    if ! live_is_seeded; then
        live_cloud stop >/dev/null
        rm -rf "$live_seeded/cloud" "$live_seeded/done"
        if ! live_seed 9>&- >"$TMP/.seed" 2>&1; then
            live_cloud stop >/dev/null
            fail 'a seeded cloud' "$TMP/.seed"
            exit 1
        fi
        touch "$live_seeded/done"
    fi
    cp -R "$live_seeded/cloud" "$CLOUD"
    exec 9>&-
}

live_end() {
    status=$?
    "$RECONCTL" local stop --state "$CLOUD" >/dev/null
    (exit "$status")
    console_end
}

live_masked() {
    perl -CSD -pe 's{
        (?<!\d)\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?!\d)
      | \ *\b\d+(?:\.\d+)?\ (?:ms|s|min|h|d|days?)\b
      | (?<=file-)[0-9a-f]{6,32}
      | \b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b
      | \b(?=[\w.-]*[A-Z])(?=[\w.-]*[a-z])(?=[\w.-]*\d)[\w.-]{30,}
      | (?<![\w.-])(?=[\w.-]*[A-Z])(?=[\w.-]*[a-z])[\w.-]{32}(?![\w.-])
      | (?<=sequencer":\ ")\d+
      | \bRoot=[^"…\n]+
      | (?<=127\.0\.0\.1:)\d+
    }{"~" x length $&}gex'
}

# Nothing more is on its way to the screen.
live_settle() {
    local deadline=$((SECONDS + CONSOLE_SECONDS))
    while [[ $(console_screen) == *'; Esc cancels'* && $SECONDS -lt $deadline ]]; do
        sleep 0.05
    done
}

live_golden() {
    local size
    console_wait "$2" && live_settle
    for size in 80x24 120x40 200x60; do
        console_resize "$size"
        console_golden "$1 at $size" "tests/golden/live/$1-$size.txt" "$2"
    done
    console_resize 80x24
}

live_open() {
    console_start 80 24 --refresh 0
    console_wait '! file failed' || fail 'the first screen' "$TMP/.err"
}

live_screens() {
    console_type ":$2"
    console_keys Enter
    live_golden "$1" "$3"
    console_keys q
}

CLOUD=$TMP/cloud
trap live_end EXIT
live_prepare
"$RECONCTL" local start --state "$CLOUD" --port 0 >/dev/null || exit 3
CONSOLE=("$RECONCTL" "--local=$CLOUD" open)
CONSOLE_NOW=$LIVE_NOW
CONSOLE_MASK=live_masked
