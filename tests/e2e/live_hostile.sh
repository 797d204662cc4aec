#!/usr/bin/env bash
# What an AWS says may be anything: control characters, bytes that are no UTF-8, a megabyte in a
# line, in any text; and errors, cuts and silence in between. Nothing of it reaches the terminal
# as it is, in the console or from `get`, and no key ends the console but those that are to.
. "$(dirname "$0")/../lib.sh"

needs_tool 'an AWS with hostile texts' python3

ulimit -c 0
for name in $(env | sed -n 's/^\(AWS_[A-Z_0-9]*\)=.*/\1/p'); do
    unset "$name"
done
export HOME=$TMP TERM=xterm-256color XDG_STATE_HOME=$TMP/state XDG_CONFIG_HOME=$TMP/config
export AWS_EC2_METADATA_DISABLED=true AWS_REGION=us-east-1 LC_ALL=C.UTF-8
export AWS_ACCESS_KEY_ID=AKIDEXAMPLE AWS_SECRET_ACCESS_KEY=SECRETEXAMPLE
mkdir "$TMP/work"
project=$PWD
rounds=250 seeds=1
[ -z "${RECONCTL_FULL_TESTS:-}" ] || { rounds=1500 seeds='1 2 3'; }

servers=
# serves SEED...: in the background, its address where the clients look
serves() {
    mkfifo "$TMP/address"
    python3 tests/e2e/hostile_aws.py "$@" >"$TMP/address" &
    servers="$servers $!"
    read -r AWS_ENDPOINT_URL <"$TMP/address"
    export AWS_ENDPOINT_URL
    rm "$TMP/address"
}
hostile_end() {
    status=$?
    # shellcheck disable=SC2086
    [ -z "$servers" ] || kill $servers 2>/dev/null
    (exit "$status")
    end_of_script
}
trap hostile_end EXIT
serves

# is_clean VIEW...: whatever its rows and its end, what is printed has no control characters
is_clean() {
    timeout 60 "$RECONCTL" get "$@" >"$TMP/.out" 2>&1
    [ $? -le 3 ] && ! tr -d '\n' <"$TMP/.out" | LC_ALL=C grep -q '[[:cntrl:]]'
}
for view in pulse files 'files s3://b/' queues 'messages q' runs 'logs since 2h' rollups; do
    # shellcheck disable=SC2086
    ok "get $view" is_clean $view
    # shellcheck disable=SC2086
    ok "all of it" is_clean $view -o wide
done

serves denied
for view in pulse queues 'messages q' 'logs since 2h' 'files x' 'day x 2026-04-01'; do
    # shellcheck disable=SC2086
    ok "get $view when it is denied" is_clean $view
done

serves 1
ok 'the console, view by view' timeout 600 python3 tests/e2e/console_hostile_live.py "$RECONCTL" open
for seed in $seeds; do
    ok "random keys, seed $seed" sh -c 'cd "$0" && exec "$@"' "$TMP/work" timeout 600 \
        python3 "$project/tests/e2e/console_random.py" --live "$seed" "$rounds" "$RECONCTL" open
done
ok 'nothing has crashed' sh -c '! ls "$0"/state/reconctl/crash-* 2>/dev/null' "$TMP"
