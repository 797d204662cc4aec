#!/usr/bin/env bash
# Layouts: list, show, check, import-copybook.
. "$(dirname "$0")/../lib.sh"
DATA=tests/golden/data WANT=tests/golden/layout

golden 'layout list' $WANT/list.txt "$RECONCTL" layout list
for file in layouts/*.json; do
    name=$(basename "$file" .json)
    "$RECONCTL" layout show "$name" >"$TMP/shown"
    ok "layout show $name is its file" cmp "$TMP/shown" "$file"
    ok "layout check $file" "$RECONCTL" layout check "$file"
done
transcript 'layout show of an unknown name' $WANT/show-unknown.txt "$RECONCTL" layout show none

golden 'import-copybook' $WANT/import.json "$RECONCTL" layout import-copybook $DATA/payment.cpy
golden 'import-copybook with options' $WANT/import-options.json "$RECONCTL" layout import-copybook \
    --name pay-01 --encoding ascii --framing lines $DATA/payment.cpy
transcript 'what it makes is a layout' $WANT/import-check.txt \
    "$RECONCTL" layout check $WANT/import.json $WANT/import-options.json
for option in '--encoding utf-8' '--framing tape' "--name Pay#1"; do
    # shellcheck disable=SC2086 # an option and its value
    transcript "import-copybook $option" "$WANT/import${option%% *}.txt" \
        "$RECONCTL" layout import-copybook $option $DATA/payment.cpy
done
printf '       01 A.\n          05 B PIC X(3.\n' >"$TMP/bad.cpy"
transcript 'import-copybook of a broken one' $WANT/import-broken.txt \
    "$RECONCTL" layout import-copybook "$TMP/bad.cpy"
: >"$TMP/empty.cpy"
transcript 'import-copybook of an empty one' $WANT/import-empty.txt \
    "$RECONCTL" layout import-copybook "$TMP/empty.cpy"

# Every mistake is named with its place. One a line: what is done to a good layout.
needs_tool 'mistakes in layouts' jq
cd "$TMP" || exit 3
n=0
while IFS= read -r mistake; do
    n=$((n + 1))
    jq "$mistake" "$OLDPWD/$DATA/tiny.json" >"mistake-$n.json"
    {
        echo "== $mistake"
        "$RECONCTL" layout check "mistake-$n.json"
        echo "-- exit $?"
    } >>mistakes 2>&1
done <<'EOF'
.
.records[1].fields[1].at = 14
.records[1].fields[1].lenght = 12
.records[1].fields[1].length = 40
.records[1].fields[1].length = 0
.records[1].fields[1].at = -1
.records[1].fields[1].type = "money"
.records[1].fields[2].name = "amount"
.records[1].fields[1].decimals_from = "cur"
.records[0].fields[0].format = "DDMM"
.records = []
.framing.kind = "tape"
.framing.length = "32"
.encoding = "utf-8"
.controls[0].declared = "trailer.cnt"
.controls[0].kind = "average"
.map.id = ["x"]
del(.layout)
del(.map)
[.]
EOF
cd "$OLDPWD" || exit 3
golden 'layout check names every mistake' $WANT/mistakes.txt cat "$TMP/mistakes"

printf '{"layout": "a",' >"$TMP/cut.json"
transcript 'layout check of cut JSON' $WANT/cut.txt "$RECONCTL" layout check "$TMP/cut.json"
printf '{"layout": "a", "layout": "b"}' >"$TMP/twice.json"
transcript 'layout check of a member twice' $WANT/twice.txt "$RECONCTL" layout check "$TMP/twice.json"
printf '\377\376' >"$TMP/bytes.json"
transcript 'layout check of no text' $WANT/bytes.txt "$RECONCTL" layout check "$TMP/bytes.json"
transcript 'layout check of no file' $WANT/missing.txt "$RECONCTL" layout check "$TMP/none.json"
fails 'the worst of several files counts' 1 "$RECONCTL" layout check layouts/nacha.json "$TMP/cut.json"
