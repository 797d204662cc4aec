#!/usr/bin/env bash
# The reconciled day as text and as JSON, and what is said when it does not work.
. "$(dirname "$0")/../lib.sh"
DATA=tests/golden/data WANT=tests/golden/reconcile

"$RECONCTL" generate --records 300 --seed 11 --out "$TMP/day" >"$TMP/log"
settlement=$TMP/day/settlement.txt internal=$TMP/day/internal.txt program=$TMP/day/program.json

# day NAME FILE OPTION...: of the two generated files
day() {
    transcript "$1" "$WANT/$2" "$RECONCTL" reconcile --settlement "$settlement" --internal "$internal" "${@:3}"
}

day 'text' text.txt --program "$program"
day 'JSON' day.json.txt --program "$program" --format json --shards 2
day 'without a program' no-program.txt --settlement-layout clearing168 --internal-layout clearing168
day 'one shard' shard.txt --program "$program" --shards 1 --date 2026-04-02

transcript 'a balanced day' $WANT/balanced.txt "$RECONCTL" reconcile \
    --settlement $DATA/nacha.ach --internal $DATA/nacha.ach --settlement-layout nacha --internal-layout nacha
cp $DATA/dailytran.txt "$TMP/settled.txt"
transcript 'no date anywhere' $WANT/no-date.txt "$RECONCTL" reconcile --settlement "$TMP/settled.txt" \
    --internal $DATA/dailytran.txt --settlement-layout carddemo-dailytran --internal-layout carddemo-dailytran
transcript 'a date that is given' $WANT/date.txt "$RECONCTL" reconcile --settlement "$TMP/settled.txt" \
    --internal $DATA/dailytran.txt --settlement-layout carddemo-dailytran \
    --internal-layout carddemo-dailytran --date 2026-04-01

good=$settlement
sed '3s/^DT/ZZ/; 4s/^\(.\{76\}\)./\1x/' "$good" >"$TMP/bad.txt"
settlement=$TMP/bad.txt
day 'rejected records and broken controls' rejected.txt --program "$program"
sed 's/^DT/ZZ/' "$good" >"$TMP/bad.txt"
day 'more rejected records than are shown' many.txt --program "$program"
: >"$TMP/bad.txt"
day 'an empty file' empty.txt --program "$program"
settlement=$TMP/none
day 'no such file' missing.txt --program "$program"
settlement=$TMP/day
day 'a directory' directory.txt --program "$program"
settlement=$good
day 'no such layout' no-layout.txt --program "$program" --internal-layout none
day 'no such program' no-program-file.txt --program "$TMP/none.json"
day 'no directory to write to' out.txt --program "$program" --out "$internal"

# Every mistake in a program is named with its place.
needs_tool 'mistakes in programs' jq
cd "$TMP" || exit 3
n=0
while IFS= read -r mistake; do
    n=$((n + 1))
    jq "$mistake" day/program.json >"mistake-$n.json"
    {
        echo "== $mistake"
        "$RECONCTL" reconcile --settlement day/settlement.txt --internal day/internal.txt \
            --program "mistake-$n.json"
        echo "-- exit $?"
    } >>mistakes 2>&1
done <<'EOF'
.shard_counts = 4
.shard_count = "4"
.shard_count = 0
.program = "a b"
del(.program)
del(.internal_layout)
.settlement_layout = "none"
.settlement_layout = 3
.compare = ["colour"]
.holidays = ["2026-02-30"]
.rules.amount_tolerance = 4
.rules.amount_tolerance.minor = -1
.rules.late_after_days = 1.5
.rules.passes[0].kind = "guess"
.rules.passes[0].key = ["colour"]
.rules.passes[0].key = []
.rules.passes[0].cap = 0
[]
EOF
cd "$OLDPWD" || exit 3
golden 'every mistake in a program is named' $WANT/mistakes.txt cat "$TMP/mistakes"
