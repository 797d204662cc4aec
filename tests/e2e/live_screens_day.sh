#!/usr/bin/env bash
# A day of the pipeline, the logs of a run and the dead letters, on real screens: each is opened from the
# one before, and left again.
. "$(dirname "$0")/../lib.sh"
. tests/live.sh

# comes TEXT: no line of result, but when it does not
comes() {
    console_wait "$1" || fail "$1 is on the screen" "$TMP/.err"
}

# opens NAME TEXT KEY...: what the keys lead to
opens() {
    local name=$1 text=$2
    shift 2
    console_keys "$@"
    live_golden "$name" "$text"
}

live_open
console_type ':day meadow-credit 2026-04-03'
opens day 'currency_mismatch' Enter
console_type ':discrepancies status=sign_mismatch'
opens discrepancies '1 of 4' Enter
console_keys Enter
console_resize 200x60
comes '1 byte differs'
live_golden discrepancy 'sign_mismatch'
opens transaction '19 re' t
console_keys q q q
comes 'NOT BALANCED'
live_screens transactions 'transactions status=sign_mismatch' '1 of 8'
live_screens controls controls '1 of 4'
live_screens rejected rejected 'There are none'
console_keys q

comes '! file failed'
console_keys Enter # of the run nothing is the same twice: how long its steps took
comes 'BadInput'
console_keys l
comes 'filter step=inspect'
console_keys / C-u
console_type kind=json # what Lambda says is never the same twice
opens logs '1 of 1' Enter
opens event '"inspect"' Enter
console_keys q q q

comes '! dead letters'
console_type ':messages recon-failed'
console_keys Enter
comes 'Look at up to'
opens messages 'BadInput' y
opens message 'Body' Enter
console_keys q
comes 'BadInput'
opens groups '1 of 1' Tab
