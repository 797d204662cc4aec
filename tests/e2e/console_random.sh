#!/usr/bin/env bash
# Random keys, pastes, clicks and sizes: whatever they are, the console goes on or ends as
# it was told to. A few seconds of it, minutes with RECONCTL_FULL_TESTS.
. "$(dirname "$0")/../lib.sh"

needs_tool 'random keys' python3

ulimit -c 0
export TERM=xterm-256color XDG_STATE_HOME=$TMP/state XDG_CONFIG_HOME=$TMP/config
rounds=400 seeds='1 2'
[ -z "${RECONCTL_FULL_TESTS:-}" ] || { rounds=1500 seeds='1 2 3'; }

"$RECONCTL" generate --records 2000 --seed 3 --out "$TMP/in" >/dev/null || exit 3
sed -i '9s/^DT/ZZ/' "$TMP/in/settlement.txt"
run "$RECONCTL" reconcile --settlement "$TMP/in/settlement.txt" --internal "$TMP/in/internal.txt" \
    --program "$TMP/in/program.json" --out "$TMP/day"
random=$PWD/tests/e2e/console_random.py
mkdir "$TMP/work"

# presses NAME ARGUMENT...: in a folder of its own, where files may be saved
presses() {
    local name=$1 seed
    shift
    for seed in $seeds; do
        ok "$name, seed $seed" sh -c 'cd "$0" && exec "$@"' "$TMP/work" \
            python3 "$random" "$seed" "$rounds" "$RECONCTL" open "$@"
    done
}

presses 'random keys in a day' "$TMP/day" --mouse
presses 'in a list' "$TMP/day" -c discrepancies --ascii
presses 'in a file' --layout clearing168 "$TMP/in/settlement.txt" --mouse
ok 'nothing has crashed' sh -c '! ls "$0"/state/reconctl/crash-* 2>/dev/null' "$TMP"
