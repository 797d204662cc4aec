#!/usr/bin/env bash
# Card numbers in clear are in the input and nowhere else: not in records, CSV,
# rejected records, messages, the report, the JSON or the day file. (In the middle
# of free text they are masked in raw bytes; a text field shows its text.)
. "$(dirname "$0")/../lib.sh"
needs_tool 'card numbers' python3

# Luhn-valid numbers of 13, 15, 16 and 19 digits, made here, in files of which
# some records are broken, each in another way. $TMP/cards lists the numbers.
python3 - "$TMP" <<'EOF'
import random, sys

random.seed(1)
cards, serial = [], 0

def card(digits):
    body = random.choice("3456") + "".join(random.choice("0123456789") for _ in range(digits - 2))
    total = 0
    for i, c in enumerate(reversed(body)):
        d = int(c) * (2 if i % 2 == 0 else 1)
        total += d - 9 if d > 9 else d
    cards.append(body + str(-total % 10))
    return cards[-1]

def row(width, *parts):
    line = [" "] * width
    for at, text in parts:
        line[at - 1:at - 1 + len(text)] = text
    return "".join(line[:width])

def transaction(pan, cents, id, broken=None):
    amount = "%010d" % (cents // 10) + "{ABCDEFGHI"[cents % 10]
    if broken == "amount":
        amount = "0000X" + amount[5:]
    text = "PAID WITH " + pan if broken == "text" else "PURCHASE"
    date = "2026-13-31" if broken == "date" else "2026-03-31"
    line = row(350, (1, "%016d" % id), (17, "01"), (19, "0001"), (23, "POS TERM"), (33, text), (133, amount),
               (144, "800000000"), (153, "SHOP"), (263, pan.ljust(16)[:16]), (279, date + " 19:27:53.000000"))
    return line[:300] + pan if broken == "length" else line

def draft(pan, cents, id, broken=None):
    amount = "%012d" % cents
    code = "99" if broken == "type" else "05"
    return [row(168, (1, code + "00"), (5, pan), (27, "%023d" % id), (58, "0331"),
                (62, "X" * 12 if broken == "amount" else amount), (74, "USD"), (77, amount), (89, "USD"),
                (92, "SHOP"), (133, "5942"), (152, "A1B2C3"), (164, "6090")),
            row(168, (1, "0501"), (24, "CARD " + pan if broken == "text" else ""), (81, "MERCH0000000001")),
            row(168, (1, "0505"), (5, "%015d" % id), (20, amount), (32, "USD"), (70, "01"), (72, "01"))]

def write(name, lines):
    with open(f"{sys.argv[1]}/{name}", "w") as file:
        file.write("".join(line + "\n" for line in lines))

rows = [(card(random.choice((13, 15, 16, 16, 16))), random.randrange(100, 99999), n + 1) for n in range(60)]
breaks = {3: "amount", 11: "date", 15: "length", 50: "amount"}
write("daily-p.txt", [transaction(p, c, i, breaks.get(i)) for p, c, i in rows])
breaks[7] = "text"
write("daily-s.txt", [transaction(p, c, i, breaks.get(i)) for p, c, i in rows])
write("daily-i.txt", [transaction(p, c + i % 3, i) for p, c, i in rows if i % 5])

rows = [(card(16), random.randrange(100, 99999), n + 1) for n in range(60)]
breaks = {3: "amount", 11: "type", 50: "amount"}
head, tail = row(168, (1, "90400000"), (9, "26091")), row(168, (1, "9200"), (16, "0" * 15), (31, "0" * 12),
                                                          (43, "0" * 6), (49, "0" * 12), (73, "0" * 9), (100, "0" * 15))
write("base2-p.txt", [head] + sum((draft(p, c, i, breaks.get(i)) for p, c, i in rows), []) + [tail])
breaks[7] = "text"
write("base2-s.txt", [head] + sum((draft(p, c, i, breaks.get(i)) for p, c, i in rows), []) + [tail])
write("base2-i.txt", [head] + sum((draft(p, c + i % 3, i) for p, c, i in rows if i % 5), []) + [tail])
write("noise.txt", ["nothing here is a record: " + card(19) + "," + card(16), card(13)])
with open(f"{sys.argv[1]}/cards", "w") as file:
    file.write("".join(card + "\n" for card in cards))
EOF

# The same in hex, as raw bytes are shown.
while IFS= read -r card; do
    echo "$card" | sed 's/./3&/g'
done <"$TMP/cards" >"$TMP/hex"
ok 'the numbers are in the input' grep -qFf "$TMP/cards" "$TMP/daily-s.txt"

# masked NAME FILE...: no number is in the files, in characters or in hex
masked() {
    local name=$1
    shift
    if grep -qFaf "$TMP/cards" "$@" || grep -qFaf "$TMP/hex" "$@"; then
        grep -lFaf "$TMP/cards" "$@" >"$TMP/.why"
        grep -oFaf "$TMP/hex" "$@" | head -n 5 >>"$TMP/.why"
        fail "$name" "$TMP/.why"
    else
        passes "$name"
    fi
}

for kind in daily:carddemo-dailytran base2:base2-like; do
    file=${kind%:*} layout=${kind#*:}
    for words in '' '--format csv' '--summary'; do
        # shellcheck disable=SC2086 # an option and its value
        run "$RECONCTL" parse --layout "$layout" $words "$TMP/$file-p.txt"
        masked "$layout: parse $words" "$TMP/.out" "$TMP/.err"
        mv "$TMP/.err" "$TMP/rejected"
        ok "$layout: there are rejected records $words" grep -q raw_hex "$TMP/rejected"
    done
    run "$RECONCTL" parse --layout "$layout" "$TMP/noise.txt"
    masked "$layout: what is no record at all" "$TMP/.out" "$TMP/.err"
    for format in text json; do
        run "$RECONCTL" reconcile --settlement "$TMP/$file-s.txt" --internal "$TMP/$file-i.txt" \
            --settlement-layout "$layout" --internal-layout "$layout" --date 2026-04-01 \
            --format $format --out "$TMP/$file"
        masked "$layout: reconcile --format $format" "$TMP/.out" "$TMP/.err"
    done
    masked "$layout: day file and rollup" "$TMP/$file/day.db" "$TMP/$file/rollup.json"
    for view in discrepancies transactions rejected; do
        for format in csv json; do
            run "$RECONCTL" get "$view" --from "$TMP/$file" -o $format
            cat "$TMP/.out" "$TMP/.err" >>"$TMP/exported"
        done
    done
    masked "$layout: what is exported of the day" "$TMP/exported"
    ok "$layout: cards are in what is exported" grep -q '\*\*\*' "$TMP/exported"
    ok "$layout: the day file has records with cards" test \
        "$(sqlite3 "$TMP/$file/day.db" "SELECT count(*) > 10 FROM record WHERE card LIKE '%***%'")" = 1
    ok "$layout: the day file has rejected records" test \
        "$(sqlite3 "$TMP/$file/day.db" "SELECT count(*) > 1 FROM rejected WHERE instr(raw, X'2A2A2A')")" = 1
done

# Cards differ although their first six and last four digits are the same.
head -n 1 "$TMP/daily-s.txt" >"$TMP/one.txt"
sed 's/^\(.\{262\}\)................/\14111110000001111/' "$TMP/one.txt" >"$TMP/a.txt"
sed 's/^\(.\{262\}\)................/\14111119999991111/' "$TMP/one.txt" >"$TMP/b.txt"
words=(--settlement-layout carddemo-dailytran --internal-layout carddemo-dailytran --date 2026-04-01 --format json)
run "$RECONCTL" reconcile --settlement "$TMP/a.txt" --internal "$TMP/b.txt" "${words[@]}"
mv "$TMP/.out" "$TMP/differ.json"
ok 'cards are compared by all their digits' jq -e '.statuses.field_mismatch.count == 1' "$TMP/differ.json"
RECONCTL_CARD_KEY=other "$RECONCTL" reconcile --settlement "$TMP/a.txt" --internal "$TMP/b.txt" "${words[@]}" >"$TMP/key.json"
fails 'another key gives another digest' 1 sh -c \
    'test "$(jq .digest "$0")" = "$(jq .digest "$1")"' "$TMP/differ.json" "$TMP/key.json"
