#!/usr/bin/env bash
# Records, CSV and summaries of every kind of file.
. "$(dirname "$0")/../lib.sh"
DATA=tests/golden/data WANT=tests/golden/parse

for layout in nacha base2 dailytran; do
    case $layout in
    nacha) name=nacha file=$DATA/nacha.ach ;;
    base2) name=base2-like file=$DATA/base2.txt ;;
    dailytran) name=carddemo-dailytran file=$DATA/dailytran.txt ;;
    esac
    golden "$name as NDJSON" $WANT/$layout.ndjson "$RECONCTL" parse --layout "$name" "$file"
    golden "$name as CSV" $WANT/$layout.csv "$RECONCTL" parse --layout "$name" --format csv "$file"
    golden "$name, summary" $WANT/$layout.summary.json "$RECONCTL" parse --layout "$name" --summary "$file"
done

"$RECONCTL" generate --records 4 --seed 3 --out "$TMP/c" >"$TMP/log"
"$RECONCTL" generate --records 4 --seed 3 --layout settlement168 --out "$TMP/s" >>"$TMP/log"
golden 'clearing168 as NDJSON' $WANT/clearing168.ndjson \
    "$RECONCTL" parse --layout clearing168 "$TMP/c/settlement.txt"
golden 'settlement168 as NDJSON' $WANT/settlement168.ndjson \
    "$RECONCTL" parse --layout settlement168 "$TMP/s/settlement.txt"
golden 'settlement168 as CSV' $WANT/settlement168.csv \
    "$RECONCTL" parse --layout settlement168 --format=csv "$TMP/s/settlement.txt"

# The same two records in every framing; only their offsets differ.
transcript 'copybook, all of it guessed' $WANT/copybook.txt \
    "$RECONCTL" parse --copybook $DATA/payment.cpy $DATA/payment.fixed
for framing in rdw rdw-le bdw; do
    transcript "copybook, $framing" $WANT/copybook-$framing.txt \
        "$RECONCTL" parse --copybook $DATA/payment.cpy --encoding cp037 --framing $framing $DATA/payment.$framing
done
golden 'copybook, fixed:34' $WANT/copybook.ndjson \
    "$RECONCTL" parse --copybook $DATA/payment.cpy --encoding cp037 --framing fixed:34 $DATA/payment.fixed

# The fields that need a file date take the year from it.
sed 1d $DATA/base2.txt >"$TMP/headless.txt"
transcript 'a file without its header' $WANT/headless.txt \
    "$RECONCTL" parse --layout base2-like --summary --date 2026-04-01 "$TMP/headless.txt"

"$RECONCTL" parse --layout nacha $DATA/nacha.ach >"$TMP/by-name"
"$RECONCTL" parse --layout nacha - <$DATA/nacha.ach >"$TMP/by-stdin"
ok 'stdin gives the same' cmp "$TMP/by-name" "$TMP/by-stdin"
ok 'a layout by its file gives the same' sh -c \
    '"$0" parse --layout layouts/nacha.json "$1" | cmp - "$2"' "$RECONCTL" $DATA/nacha.ach "$TMP/by-name"
