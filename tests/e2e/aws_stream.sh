#!/usr/bin/env bash
# Streams an object of 64 MB (RECONCTL_FULL_TESTS=1: of 2 GB) from a server that cuts its
# connections at random places, and compares every byte, in less than 20 MB of memory:
# over one request at a time, and over ranges that run at once.
. "$(dirname "$0")/../lib.sh"

megabytes=64 cut_every=$((1 << 20)) most_kb=20480
if [ -n "${RECONCTL_FULL_TESTS:-}" ]; then
    megabytes=2048 cut_every=$((16 << 20))
fi
size=$((megabytes << 20)) part=$((1 << 20))

export AWS_ACCESS_KEY_ID=AKIDEXAMPLE AWS_SECRET_ACCESS_KEY=EXAMPLE AWS_REGION=us-east-1
export AWS_CONFIG_FILE=$TMP/none AWS_SHARED_CREDENTIALS_FILE=$TMP/none no_proxy=127.0.0.1
unset AWS_PROFILE AWS_SESSION_TOKEN AWS_ENDPOINT_URL AWS_ENDPOINT_URL_S3

# start SEED: a server, which ends when descriptor 9 is closed; $url is where it listens
start() {
    url=
    rm -f "$TMP/in" "$TMP/url" && mkfifo "$TMP/in" && exec 9<>"$TMP/in" || return
    "$BUILD/bench/aws_server" object "$size" "$1" "$cut_every" \
        <"$TMP/in" >"$TMP/url" 2>"$TMP/served" 9>&- &
    server=$!
    for _ in $(seq 1200); do
        url=$(cat "$TMP/url")
        [ -z "$url" ] || return 0
        sleep 0.05
    done
    return 1
}

stop() {
    exec 9>&-
    wait "$server"
}

# was_cut: the last run had to take up connections that were cut
was_cut() {
    [ "$(awk '{ print $5 }' "$TMP/.out")" -gt 0 ]
}

# streams NAME PARALLEL: with seeds of its own, so that the cuts fall elsewhere
streams() {
    ok "$1: a server" start "$2"
    run "$BUILD/bench/aws_stream" "$url" "$size" "$2" "$2" "$part" "$most_kb"
    stop
    if [ "$run_status" -eq 0 ]; then
        passes "$1: every byte, in bounded memory"
    else
        fail "$1: every byte, in bounded memory" "$TMP/.err" "$TMP/served"
    fi
    ok "$1: connections were cut" was_cut
}

ok 'the programs are built' test -x "$BUILD/bench/aws_server" -a -x "$BUILD/bench/aws_stream"
[ "$script_failures" -eq 0 ] || exit 1

streams 'one request at a time' 1
streams 'four ranges at once' 4

ok 'another server' start 7
fails 'a wrong byte is noticed' 1 "$BUILD/bench/aws_stream" "$url" "$size" 8 1 "$part" 0
fails 'a missing end is noticed' 1 "$BUILD/bench/aws_stream" "$url" $((size + 1)) 7 4 "$part" 0
stop
