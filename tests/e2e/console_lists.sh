#!/usr/bin/env bash
# The lists of the console on real screens: filter, order, marks, copies and files,
# help, messages, themes.
. "$(dirname "$0")/../lib.sh"
. tests/console.sh

files=tests/golden/console_lists

"$RECONCTL" generate --records 3000 --seed 7 --out "$TMP/in" >/dev/null || exit 3
"$RECONCTL" reconcile --threads 1 --program "$TMP/in/program.json" --out "$TMP/day" \
    --settlement "$TMP/in/settlement.txt" --internal "$TMP/in/internal.txt" >/dev/null
cd "$TMP" || exit 3
project=$OLDPWD
golden_screen() {
    cd "$project" || exit 3
    console_golden "$1" "$files/$2" "$3"
    cd "$TMP" || exit 3
}

# ----- discrepancies at 80×24 -----

console_start 80 24 "$TMP/day" -c discrepancies
golden_screen 'the list' list-80x24.txt 'EUR '
console_keys l l
golden_screen 'columns to the right' columns-80x24.txt '‹'
console_keys h h j Space Space G Space
golden_screen 'marks' marks-80x24.txt '3 marked'
console_keys g j C-Space
sees 'a range is marked' ' marked'
console_keys Escape
sees 'Esc takes the marks back' 'Status'

console_keys /
console_type 'status:mismatch amount>1000'
console_keys Enter
golden_screen 'a filter' filter-80x24.txt ' · filter status:mismatch amount>1000'
console_keys S-Right S-Right S-Right
golden_screen 'a column is chosen' chosen-80x24.txt 'O sorts by amount'
console_keys O
golden_screen 'sorted by amount' sorted-80x24.txt '▼'
console_keys I
golden_screen 'the other way around' inverted-80x24.txt '▲'

console_keys /
console_keys C-u
console_type 'colour:red'
console_keys Enter
sees 'a wrong column is named' 'there is no column "colour"'
console_keys Escape /
console_keys C-u
console_type 'nothing-is-called-so'
console_keys Enter
golden_screen 'nothing is left' nothing-80x24.txt 'lets nothing through'
console_keys /
console_keys C-u
console_keys Enter
sees 'all are back' 'EUR '

# ----- files -----

console_keys /
console_type 'status:fee_variance'
console_keys Enter
sees 'the rows to save' 'filter status:fee_variance'
console_keys s
sees 'a name is proposed' 'discrepancies-2026-04-01.csv'
console_keys C-u
console_type "$TMP/saved.csv"
console_keys Enter
sees 'they are saved' 'saved to'
"$RECONCTL" get discrepancies --from "$TMP/day" --filter status:fee_variance --sort amount \
    -o csv >"$TMP/got.csv"
ok 'as get gives them' cmp "$TMP/saved.csv" "$TMP/got.csv"
console_keys s
console_keys C-u
console_type "$TMP/saved.csv"
console_keys Enter
sees 'nothing is replaced' 'is there already'
console_keys s
console_keys C-u
console_type "$TMP/saved.xls"
console_keys Enter
sees 'a format that is not known' '.csv, .ndjson'
console_keys Escape

console_keys Space /
console_keys C-u
console_type 'age>999'
console_keys Enter
sees 'a marked row is out of sight' '1 marked · filter'
console_keys s
sees 'it is named when it is saved' 'save the marked rows'
console_keys Enter
sees 'and is not forgotten' 'the filter hides all marked rows'
console_keys Escape '!'
sees 'messages stay' 'is there already'

# ----- from a list into a row -----

console_start 120 40 "$TMP/day" -c 'discrepancies status:amount_mismatch'
golden_screen 'wide' list-120x40.txt 'filter status:amount_mismatch'
console_keys Enter
sees 'Enter opens one' 'Discrepancies status:amount_mismatch › Discrepancy '
console_keys Escape
sees 'and back' 'filter status:amount_mismatch'
console_keys '?'
golden_screen 'help of the list' help-120x40.txt 'In every view'
console_keys /
console_type 'quit'
console_keys Enter
sees 'help is searched' 'back; at the top: quit'
console_keys Escape

console_start 120 40 "$TMP/day" -c transactions --ascii
golden_screen 'records in ASCII' transactions-120x40.txt 'USD'
console_keys Enter
sees 'Enter opens the record' 'Record'
console_start 80 24 "$TMP/day" -c controls
golden_screen 'controls' controls-80x24.txt 'record_count'
console_start 80 24 "$TMP/day" -c rejected
golden_screen 'nothing was rejected' rejected-80x24.txt 'There are none.'
console_start 80 24 "$TMP/day" -c themes --theme dark
golden_screen 'themes' themes-80x24.txt 'high-contrast'
console_start 80 24 "$TMP/day" -c 'discrepancies colour=red'
sees 'a wrong filter at the start' 'there is no column "colour"'
