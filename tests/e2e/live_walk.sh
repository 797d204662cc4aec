#!/usr/bin/env bash
# Three in the morning: by keys from the pulse to the failed file's run and its logs, to the
# message in the dead-letter queue, and to the day that does not balance.
. "$(dirname "$0")/../lib.sh"
. tests/live.sh

# Escape while something is asked for, which happens again and again, would cancel that.
leave() {
    console_keys q
}

console_start 120 40
sees 'the first screen is the pulse' '! file failed'
console_keys Enter
sees 'the run that failed' 'BadInput'
console_keys l
sees 'its logs' 'BadInput: s3://'
leave
sees 'back at the run' 'BadInput'
leave
sees 'back at the pulse' '! dead letters'
console_keys j Enter
sees 'it warns before it receives' 'Each counts as received once more'
console_keys y
sees 'the messages' 'BadInput  Inspect  valley-fleet'
console_keys Enter
sees 'one of them names the file' '"key": "valley-fleet/settlement/2026-04-03.txt"'
leave
sees 'back at the messages' '1 of 1'
console_keys q
sees 'back again' '! side missing'
console_keys j Enter
sees 'the files of the day whose side is missing' 'internal/2026-04-03.txt'
leave
sees 'back at the pulse once more' '! not balanced'
console_keys j Enter
sees 'a day that does not balance' 'NOT BALANCED'
