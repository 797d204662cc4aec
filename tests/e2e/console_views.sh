#!/usr/bin/env bash
# The views of a day on real screens: keys lead from the day to the byte that differs
# and back, on screens of three sizes.
. "$(dirname "$0")/../lib.sh"
. tests/console.sh

files=tests/golden/console_views

mkdir "$TMP/in"
(cd "$TMP" && "$RECONCTL" generate --records 3000 --seed 7 --out in >/dev/null) || exit 3
(cd "$TMP" && "$RECONCTL" reconcile --threads 1 --program in/program.json --out day \
    --settlement in/settlement.txt --internal in/internal.txt >/dev/null)
# How long it took and when is no matter here.
python3 - "$TMP/day/day.db" <<'PYTHON' || exit 3
import sqlite3, sys
day = sqlite3.connect(sys.argv[1])
day.execute("UPDATE run SET started = '2026-04-01T11:59:00Z', elapsed_ms = 42, version = '0'")
day.commit()
PYTHON

project=$PWD
cd "$TMP" || exit 3
golden_screen() {
    cd "$project" || exit 3
    console_golden "$1" "$files/$2" "$3"
    cd "$TMP" || exit 3
}

# ----- an investigation at 80×24: day, status, discrepancy, byte, and back -----

console_start 80 24 day
golden_screen 'the day' day-80x24.txt 'NOT BALANCED'
console_keys j
console_keys Enter
sees 'a currency of a status' 'status=amount_mismatch currency='
console_keys Escape
sees 'back at the day' 'NOT BALANCED'
console_keys k
console_keys Enter
sees 'its discrepancies' 'filter status=amount_mismatch'
console_keys Enter
golden_screen 'a discrepancy' discrepancy-80x24.txt 'failed because'
console_keys y
golden_screen 'the bytes of both sides' bytes-80x24.txt 'bytes differ'
console_keys g
console_keys Enter
golden_screen 'the first byte that differs' record-80x24.txt 'auth_code 46-51 text ='
console_keys y
golden_screen 'as text' text-80x24.txt 'column ....+....1'
console_keys n
sees 'the next record of the file' 'byte '
console_keys N
sees 'and back' 'Record settlement'
console_keys Enter
golden_screen 'the layout' layout-80x24.txt 'detail, columns 1 to 168'
console_keys Escape Escape
sees 'back at the discrepancy' 'failed because'
console_keys r
sees 'the key of the thread opens its record' ' › Record settlement '
console_keys Escape f
sees 'a file of this machine is none of S3' 'the file is not known here'
console_keys t
sees 'its transaction' 'filter transaction_id='
console_keys r
sees 'and from there the record' ' › Record '
console_keys Escape Escape
sees 'back at the discrepancy once more' 'failed because'
console_keys n
sees 'the next discrepancy' 'Discrepancy '
console_keys N
sees 'the one before' 'failed because'
console_keys Escape
sees 'back at the list' 'filter status=amount_mismatch'
console_keys Escape
golden_screen 'back at the day, as it was' day-80x24.txt 'NOT BALANCED'
console_keys g j
console_keys Enter
sees 'what was rejected' 'There are none.'
console_keys Escape j
console_keys Enter
sees 'the controls' 'record_count'
console_keys Escape G
golden_screen 'the end of the day' day-end-80x24.txt 'fingerprint'
console_keys q

# ----- along a list, as it is filtered and sorted -----

"$RECONCTL" get discrepancies --from day --filter status=amount_mismatch --sort -amount -o csv |
    tr -d '\r' | awk -F, 'NR > 1 { print $NF }' >ids
first=$(sed -n 1p ids) second=$(sed -n 2p ids) third=$(sed -n 3p ids)
console_start 80 24 day -c 'discrepancies status=amount_mismatch'
sees 'a list' 'filter status=amount_mismatch'
console_keys S-Right S-Right S-Right O
sees 'sorted' '▼'
console_keys j
console_keys Enter
sees 'the second of the list' "Discrepancy $second "
console_keys n
sees 'the third is next' "Discrepancy $third "
console_keys N N
sees 'the first is the one before the second' "Discrepancy $first "
console_keys N
sees 'there is none before it' 'this is the first discrepancy of the list'
console_keys n n
sees 'the third again' "Discrepancy $third "
console_keys Escape
sees 'the list stands where one has been' ' 3 of '
console_start 80 24 day -c "discrepancy $second"
sees 'without a list' "Discrepancy $second "
console_keys n
sees 'by the id' "Discrepancy $((second + 1)) "

# ----- groups, lone records, candidates -----

console_start 120 40 day -c 'discrepancies status=partial_clearing'
sees 'groups' 'filter status=partial_clearing'
console_keys Enter
golden_screen 'several records of a side' group-120x40.txt 'Near candidates'
console_start 120 40 day -c 'discrepancies status=missing_internal'
sees 'lone ones' 'filter status=missing_internal'
console_keys Enter
golden_screen 'a side is missing' lone-120x40.txt 'one side is missing'
console_start 80 24 day -c 'discrepancy 999999'
sees 'there is none of that id' 'there is no discrepancy 999999'

# ----- shards -----

console_start 80 24 day -c shards
golden_screen 'shards' shards-80x24.txt 'as even as chance'
console_keys '>' '>' '>'
sees 'by bytes' 'shards by bytes of both sides'
console_keys '>'
golden_screen 'by discrepancies' shards-discrepancies-80x24.txt 'shards by discrepancies'
console_keys '>'
golden_screen 'by amount' shards-amount-80x24.txt 'amount of discrepancies in EUR'
console_keys l l
sees 'another shard' 'shard 2:'
console_keys Tab j
console_keys Enter
sees 'its records' 'filter shard='
console_start 120 40 day -c shards --ascii
golden_screen 'in ASCII' shards-ascii-120x40.txt 'as even as chance'

# ----- a file by its layout -----

console_start 120 40 --layout clearing168 in/settlement.txt
golden_screen 'a file' file-120x40.txt 'record 1 of '
console_keys /
console_type 17
console_keys Enter
golden_screen 'a record by its number' file-17-120x40.txt 'record 17 of '
console_keys Tab j j
sees 'along the fields' 'auth_code 46-51 text ='
console_keys /
console_type 99999
console_keys Enter
sees 'there is no such record' 'the file has no record 99999'

# ----- the file is gone, or another -----

mv in/settlement.txt in/away
console_start 80 24 day -c discrepancies
sees 'the list is there' 'EUR '
console_keys Enter
sees 'the discrepancy, too' 'shard and key'
console_keys Enter
golden_screen 'only what the day keeps' kept-80x24.txt 'the file is not there any more'
console_keys n
sees 'no next one' 'only this record is kept'
sed 's/USD/EUR/' in/away >in/settlement.txt
console_start 80 24 day -c discrepancies
sees 'a changed file' 'EUR '
console_keys Enter
sees 'its discrepancy' 'shard and key'
console_keys Enter
sees 'the file has changed' 'the file has changed since'
mv in/away in/settlement.txt

# ----- wide, and small -----

console_start 200 60 day
golden_screen 'the day' day-200x60.txt 'NOT BALANCED'
console_start 200 60 day -c 'record settlement 3' --theme mono
golden_screen 'a record' record-200x60.txt 'record 3 of '
console_start 60 12 day -c layout
golden_screen 'a small window' layout-60x12.txt 'clearing168'
console_start 120 50 day -c plan
sees 'a plan for the day' '3,000  from the day'
console_keys Right
sees 'for twice its records' '6,000  as you put it'
console_keys G
sees 'where its figures are from' '3000 records: the settlement side of demo 2026-04-01'
sees 'ids that are none of them hot' 'No id is hot'

console_start 60 12 day -c shards
golden_screen 'a small map' shards-60x12.txt 'by chance up to                    1.575'
