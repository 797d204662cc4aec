#!/usr/bin/env bash
# However the console ends, the terminal is as it was, and the exit status tells how.
. "$(dirname "$0")/../lib.sh"

needs_tool 'signals to the console' python3

ulimit -c 0
export TERM=xterm-256color XDG_STATE_HOME=$TMP/state XDG_CONFIG_HOME=$TMP/config

ok 'a day is made' "$RECONCTL" generate --records 1000 --out "$TMP/day"
run "$RECONCTL" reconcile --settlement "$TMP/day/settlement.txt" --internal "$TMP/day/internal.txt" \
    --program "$TMP/day/program.json" --out "$TMP/day"

# ends NAME WHAT STATUS: the console, told WHAT (a signal or keys), ends with STATUS,
# "exit N" or "signal N", and leaves the terminal as it was
ends() {
    ok "$1" python3 tests/e2e/console_pty.py "$2" "$3" "$RECONCTL" open "$TMP/day"
}

ends 'q leaves the console in order' 'keys q' 'exit 0'
ends ':q does' 'keys :q\r' 'exit 0'
ends 'Ctrl-C does' 'keys \x03' 'exit 0'
ends 'Ctrl-C leaves an input line, once more the console' 'keys :errors\x03\x03' 'exit 0'
ends 'also one with a filter in it' 'keys :disc\r/status:\x03\x03' 'exit 0'
ends 'half a key before it does no harm' 'keys \x1b[\x03' 'exit 0'
ends 'q inside of a view goes back, once more leaves' 'keys :errors\rqq' 'exit 0'
for name in TERM INT HUP QUIT SEGV ABRT BUS FPE ILL; do
    ends "SIG$name restores the terminal" "signal $name" "signal $(kill -l "$name")"
done
ends 'SIGTERM in the middle of a filter' 'keys :disc\r/status:\x00TERM' "signal $(kill -l TERM)"
for name in TERM INT HUP SEGV; do
    ends "SIG$name ends it when its terminal does not read" "unread $name" \
        "signal $(kill -l "$name")"
done
ends 'SIGTSTP gives the terminal back, SIGCONT takes it' 'stop signal TSTP' 'exit 0'
ends 'so does Ctrl-Z' 'stop keys \x1a' 'exit 0'
ends 'after SIGSTOP and SIGCONT it paints again' 'continue' 'exit 0'
ends 'a hundred changes of size are no harm' 'resize 100' 'exit 0'
ends 'a terminal that goes away ends it' 'hangup' "signal $(kill -l HUP)"

reports=("$TMP"/state/reconctl/crash-*.txt)
ok 'each of the six crashes left a report' test "${#reports[@]}" -eq 6
ok 'with a backtrace' grep -q 'backtrace:' "${reports[0]}"
ok 'and the name of the signal' grep -q 'crashed with SIG' "${reports[0]}"

ok 'without words it opens the day of the folder' sh -c 'cd "$1" && exec python3 "$2" "keys q" "exit 0" "$0"' \
    "$RECONCTL" "$TMP/day" "$PWD/tests/e2e/console_pty.py"
ok 'where there is none, it says how to get one' env HOME="$TMP" AWS_REGION= AWS_DEFAULT_REGION= \
    AWS_PROFILE= sh -c 'cd "$1" && script -qec "$0" /dev/null |
    grep -q "There is no day.db in this folder"' "$RECONCTL" "$TMP/state"

run "$RECONCTL" open "$TMP/day"
ok 'without a terminal it ends with 2' test "$run_status" -eq 2
ok 'and says what to use instead' grep -q 'reconctl get day --from' "$TMP/.err"
run "$RECONCTL" open "$TMP/day" -c 'discrepancies status:pending'
ok 'with the view that was asked for' grep -q 'reconctl get discrepancies --from' "$TMP/.err"
