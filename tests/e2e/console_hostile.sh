#!/usr/bin/env bash
# Texts that nobody wishes for, in every column that has text: control characters, turned
# directions, bytes that are no UTF-8, wide and combining characters, and far too long ones.
# What is on the screen stays in its place, and nothing of it reaches the terminal as it is.
# The lists of a day with rejected records, on a large screen, come from here, too.
. "$(dirname "$0")/../lib.sh"
needs_tool 'hostile texts' python3
. tests/console.sh

files=tests/golden/console_hostile

mkdir "$TMP/in"
(cd "$TMP" && "$RECONCTL" generate --records 3000 --seed 7 --out in >/dev/null) || exit 3
sed -i '9s/^DT/ZZ/; 30s/^\(.\{76\}\)./\1x/' "$TMP/in/settlement.txt"
sed -i '41s/^\(.\{76\}\)./\1x/' "$TMP/in/internal.txt"
(cd "$TMP" && "$RECONCTL" reconcile --threads 1 --program in/program.json --out day \
    --settlement in/settlement.txt --internal in/internal.txt >/dev/null 2>&1)

project=$PWD
cd "$TMP" || exit 3
golden_screen() {
    cd "$project" || exit 3
    console_golden "$1" "$files/$2" "$3"
    cd "$TMP" || exit 3
}

# ----- lists on a large screen; without colours they say the same -----

large() {
    for theme in dark mono; do
        console_start 200 60 day -c "$1" --theme $theme
        golden_screen "$1, $theme" "$1-200x60.txt" "$2"
    done
}
large discrepancies 'KWD '
large transactions 'KWD '
large rejected 'unknown record type'
large shards 'as even as chance'

# ----- hostile texts -----

console_stop

python3 - day/day.db >numbers <<'PYTHON' || exit 3
import sqlite3, sys

texts = ["\x1b]0;title\x07\x1b[31mred\x1b[2J".encode(), "\u202eturned\u202c \u2066kept\u2069".encode(),
         b"\xff\xfe\xc3( no UTF-8 \xe2\x82", "\u6f22\u5b57\u30c6\u30b9\u30c8\u5168\u89d2".encode() * 3,
         "e\u0301\u0302\u0303\u0304a\u0308 \u0301".encode(), b"long" * 2000,
         b"a\tb\nc\rd\x00e\x7f", "\u009b31m\u0085\u2028\ufeff".encode(), "'\"\\%n%s{}[]<>|".encode()]
day = sqlite3.connect(sys.argv[1])
columns = {"discrepancy": ["transaction_id", "currency", "kind", "rule", "reason", "merchant_id", "mcc"],
           "record": ["transaction_id", "acquirer_reference", "auth_code", "card", "merchant_id", "mcc",
                      "reference", "kind", "currency", "original_currency", "date", "settle_date"],
           "rejected": ["field", "reason"],
           "control": ["name", "declared", "actual"]}
for table, names in columns.items():
    key = "discrepancy_id" if table == "record" else "id"
    for i, text in enumerate(texts):
        for name in names:
            day.execute("UPDATE %s SET %s = CAST(? AS TEXT) WHERE %s = ?" % (table, name, key), (text, i + 1))
for i, text in enumerate(texts):
    day.execute("UPDATE record SET raw = ? WHERE discrepancy_id = ?", (text, i + 1))
    day.execute("UPDATE rejected SET raw = ? WHERE id = ?", (text, i + 1))
day.execute("UPDATE side SET path = CAST(? AS TEXT)", (b"\x1b[31m\xff" + texts[3] + b"/" + texts[1],))
day.execute("UPDATE meta SET value = CAST(? AS TEXT) WHERE key = 'program'", (texts[0] + texts[1],))
day.execute("UPDATE run SET started = '2026-04-01T11:59:00Z', elapsed_ms = 42, version = '0'")
day.commit()
for i in (1, 3):
    print(day.execute("SELECT number FROM record WHERE discrepancy_id = ? AND side = 'settlement'", (i,)).fetchone()[0])
PYTHON

console_start 120 40 day
golden_screen 'the day' day-120x40.txt 'NOT BALANCED'
console_start 120 40 day -c discrepancies
golden_screen 'discrepancies' hostile-discrepancies-120x40.txt ' 1 of '
console_start 120 40 day -c transactions
golden_screen 'transactions' hostile-transactions-120x40.txt ' 1 of '
console_start 120 40 day -c rejected
golden_screen 'rejected records' hostile-rejected-120x40.txt ' 1 of '
console_start 80 24 day -c controls
golden_screen 'controls' hostile-controls-80x24.txt ' 1 of '
for id in 1 2 3 4 5 6 7 8 9; do
    console_start 80 24 day -c "discrepancy $id"
    golden_screen "discrepancy $id" "hostile-discrepancy-$id-80x24.txt" 'shard and key'
    console_keys y
    sees "its bytes, $id" 'record '
done
while read -r number <&3; do
    console_start 80 24 day -c "record settlement $number"
    golden_screen "record $number" "hostile-record-$number-80x24.txt" 'these are the bytes that the day keeps'
done 3<numbers
console_start 80 24 day -c discrepancies --ascii
golden_screen 'in ASCII' hostile-ascii-80x24.txt ' 1 of '
