#!/usr/bin/env bash
# What comes from the terminal beside keys: pasted texts and the mouse.
. "$(dirname "$0")/../lib.sh"
. tests/console.sh

"$RECONCTL" generate --records 3000 --seed 7 --out "$TMP/in" >/dev/null || exit 3
"$RECONCTL" reconcile --threads 1 --program "$TMP/in/program.json" --out "$TMP/day" \
    --settlement "$TMP/in/settlement.txt" --internal "$TMP/in/internal.txt" >/dev/null

# ----- pasting -----

# paste TEXT: as the terminal does when the program has asked to be told
paste() {
    console_tmux set-buffer "$1" \; paste-buffer -p
}

console_start 80 24 "$TMP/day" -c discrepancies
sees 'a list' 'EUR '
paste $'q:quit\rjjjj\x03'
console_keys j
sees 'what is pasted into a view is no keys' ' 2 of '
console_keys /
paste $'status:fee\tage>1\r\n'
sees 'a line end does not accept, a tab does not complete' '/status:fee age>1'
console_keys Enter
sees 'Enter does' 'filter status:fee age>1'
console_keys :
paste $'dis\x03crepancy\x0b 7\n8'
sees 'characters that are keys of the line are left out' ':discrepancy 7 8'
console_keys C-c
sees 'Ctrl-C leaves the line' 'filter status:fee age>1'
paste 'never ending'
console_keys -H 1b 5b 32 30 30 7e
console_keys j
for _ in 1 2 3 4 5; do
    sleep 1.2 # the gap after which a paste has lost its end; there is no event to wait for
    console_keys k :
    CONSOLE_SECONDS=3 console_wait 'Tab  pulse' && break
done
sees 'a paste that does not end does not hold the keys' 'Tab  pulse'
console_keys Escape

# ----- the mouse -----

# mouse BUTTON X Y: pressed and let go, from 1
mouse() {
    console_type $'\e[<'"$1;$2;$3M"$'\e[<'"$1;$2;$3m"
}

# double_click X Y TEXT: until the text is on the screen; on a slow machine the first clicks may
# be too far apart, or come as one
double_click() {
    local tries
    for tries in 1 2 3 4 5; do
        mouse 0 "$1" "$2"
        mouse 0 "$1" "$2"
        CONSOLE_SECONDS=$((2 * tries)) console_wait "$3" && return
    done
}

console_start 80 24 "$TMP/day" -c discrepancies --mouse
sees 'a list' 'EUR '
mouse 0 10 7
sees 'a click selects' ' 5 of '
mouse 65 10 7
sees 'the wheel scrolls' ' 8 of '
mouse 64 10 7
sees 'back, too' ' 5 of '
mouse 0 10 2
sees 'a click on a title sorts' 'by status'
double_click 10 4 'shard and key'
sees 'two clicks enter' 'shard and key'
mouse 65 10 7
sees 'the wheel scrolls a page' 'Records '
mouse 0 10 1
console_keys Escape
sees 'outside of the view a click is nothing' 'by status'
console_keys : 's' 'h' 'a' 'r' 'd' 's' Enter
sees 'a map' 'shard 0:'
mouse 0 12 5
sees 'a click on a cell of the map' 'shard 1:'
console_keys : d a y Enter
sees 'a day' 'NOT BALANCED'
double_click 5 15 'filter status='
sees 'two clicks on a status' 'filter status='
