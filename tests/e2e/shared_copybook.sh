#!/usr/bin/env bash
# Published mainframe data: read by a copybook it gives the values that its
# publishers expect, digit for digit.
. "$(dirname "$0")/../lib.sh"
needs_shared 'mainframe data' data/copybook
needs_tool 'mainframe data' python3
data=$RECONCTL_SHARED/data/copybook

# expected NAME OURS THEIRS: each of their lines against ours
expected() {
    python3 - "$2" "$3" >"$TMP/.why" 2>&1 <<'EOF'
import json, sys

def lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line, parse_float=lambda text: "number " + text, parse_int=lambda text: "number " + text)
                for line in file]

ours, theirs = lines(sys.argv[1]), lines(sys.argv[2])
assert theirs and len(ours) >= len(theirs), f"{len(ours)} records, {len(theirs)} are expected"
for number, (our, their) in enumerate(zip(ours, theirs), 1):
    for added in ("record", "number", "offset"):
        our.pop(added)
    for member in ("File_Id", "Record_Id"):
        their.pop(member, None)
    for member in our.keys() | their.keys():
        if our.get(member) != their.get(member):
            print(f"record {number}, {member}: {our.get(member)!r}, not {their.get(member)!r}")
EOF
    cp "$TMP/.why" "$TMP/differences"
    ok "$1" diff /dev/null "$TMP/differences"
}

for sample in test3:company-transfer test19:display-amounts; do
    name=${sample%:*} copybook=$data/${sample#*:}.cpy
    ok "$name is read" "$RECONCTL" parse --copybook "$copybook" "$data/$name.dat"
    run "$RECONCTL" parse --copybook "$copybook" "$data/$name.dat"
    mv "$TMP/.out" "$TMP/$name"
    expected "$name has the expected values" "$TMP/$name" "$data/$name.expected.jsonl"
    run "$RECONCTL" parse --copybook "$copybook" --encoding cp037 "$data/$name.dat"
    mv "$TMP/.out" "$TMP/told"
    ok "$name: what is guessed is right" cmp "$TMP/told" "$TMP/$name"
done
ok 'test3: all 1,000 records' test "$(wc -l <"$TMP/test3")" -eq 1000

# 300 card transactions, by the bundled layout and by their copybook.
add_up() {
    python3 -c '
import decimal, json, sys
amounts = [json.loads(line, parse_float=decimal.Decimal)[sys.argv[1]] for line in sys.stdin]
print(len(amounts), sum(amounts) * 100, sum(amount < 0 for amount in amounts))' "$1"
}
run "$RECONCTL" parse --layout carddemo-dailytran "$data/dailytran.txt"
ok 'dailytran adds up by its layout' test "$(add_up amount <"$TMP/.out")" = '300 10480154.00 50'
run "$RECONCTL" parse --copybook "$data/daily-transaction.cpy" "$data/dailytran.txt"
ok 'dailytran adds up by its copybook' test "$(add_up DALYTRAN_AMT <"$TMP/.out")" = '300 10480154.00 50'
words=(--settlement-layout carddemo-dailytran --internal-layout carddemo-dailytran --date 2022-06-11 --format json)
run "$RECONCTL" reconcile --settlement "$data/dailytran.txt" --internal "$data/dailytran.txt" "${words[@]}"
ok 'dailytran reconciles with itself' test "$(jq -c '[.balanced, .statuses.matched.count,
    .sides.settlement.totals.USD.net_minor]' "$TMP/.out")" = '[true,300,10480154]'
