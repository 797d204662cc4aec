#!/usr/bin/env bash
# The plan of a program, the heat of its day and its runs, on real screens: of a day whose runs are
# written here as the pipeline notes them, so that every figure is known.
. "$(dirname "$0")/../lib.sh"
needs_python 'the heat of a day' boto3
. tests/live.sh

# Half an hour in which 64 shards take about the same, with a burst in its tenth minute that
# throttles shards 3 and 40 the most.
"$PYTHON" - "$("$RECONCTL" local status --state "$CLOUD" | head -n 1 | cut -d' ' -f1)" <<'PYTHON'
import sys
import boto3

ddb = boto3.client("dynamodb", endpoint_url=sys.argv[1], region_name="us-east-1",
                   aws_access_key_id="local", aws_secret_access_key="local-secret")
FROM, STEPS, SHARDS, SPIKE = 1775264400, 60, 64, 20  # 2026-04-04T01:00:00Z
DAY = {"program": {"S": "canyon-card"}, "date": {"S": "2026-04-03"}}


def put(pk, sk, **more):
    ddb.put_item(TableName="recon-state", Item={"PK": {"S": pk}, "SK": {"S": sk}, **more})


def counts(side, step, shard):
    writes = 40 + (7 * shard + 3 * step + 11 * side) % 9
    throttled = 0
    if step in (SPIKE, SPIKE + 1):
        writes += 160
        throttled = (60 if shard in (3, 40) else shard % 4) * (1 - side)
    return {"L": [{"N": str(n)} for n in (writes, throttled, throttled)]}


def number(value):
    return {"N": str(value)}


# Inspected in 2 s, written in ten minutes; the internal side's day could not be matched.
def run_of(name, side):
    key = f"canyon-card/{side}/2026-04-03.txt"
    known = {"run": name, "side": side, "bucket": "files", "object": key, "step": "finish"}
    known = {member: {"S": text} for member, text in known.items()}
    ends = {"inspect": (0, 2, "ingest"), "ingest": (3, 603, "activated"), "match": (604, 634, "done")}
    for step, (began, ended, outcome) in ends.items():
        failed = step == "match" and side == "internal"
        known |= {
            step + "_began": number(1000 * (FROM + began)),
            step + "_ended": number(1000 * (FROM + ended)),
            step + "_route": {"S": "fargate" if step == "ingest" else "lambda"},
            step + "_outcome": {"S": "Throttled" if failed else outcome},
            step + "_cause": {"S": "recon-state takes no more" if failed else ""},
            step + "_attempts": number(64 if step == "match" else 1),
            step + "_failures": number(3 if failed else 0),
        }
        if failed:
            known |= {"outcome": {"S": "Throttled"}, "cause": {"S": "recon-state takes no more"}}
    known |= {"step": {"S": "match"}, "route": {"S": "lambda"}, "began": number(1000 * FROM)}
    known["ended"] = number(1000 * (FROM + 634))
    return {"outcome": {"S": "done"}} | known


put("CATALOG", "DAY#canyon-card#2026-04-03", **DAY)
put("DAY#canyon-card#2026-04-03", "CONFIG", shard_count={"N": str(SHARDS)}, settlement={"M": {}},
    internal={"M": {}}, next_settlement={"N": "1"}, next_internal={"N": "1"})
put("DAY#canyon-card#2026-04-03", "ROLLUP", settlement={"N": "170000"}, internal={"N": "169950"})
for side, table in enumerate(("recon-settlement", "recon-internal")):
    run = "canyon-" + table
    put("RUNS#2026-04-04", "RUN#" + run, **run_of(run, table[6:]), **DAY)
    for step in range(STEPS):
        put("RUN#" + run, f"HEAT#{FROM + 10 * step:010}#1", table={"S": table},
            **{"from": {"N": str(1000 * (FROM + 10 * step))},
               "shards": {"M": {str(s): counts(side, step, s) for s in range(SHARDS)}}})
PYTHON
ok 'a day with a burst' test $? -eq 0

# It begins at the worst moment, and leads through time.
console_start 120 40 -c 'heat canyon-card 2026-04-03'
sees 'the heat of a day' 'up to 0/s'
sees 'it begins at the worst moment' '2026-04-04 01:03:20 UTC   shard 3:'
console_keys Right
sees 'a step in time' '01:03:30 UTC'
console_keys Right N
sees 'back to where something was throttled' '01:03:30 UTC'
console_keys G Left Left Left S
sees 'and to the worst' '01:03:20 UTC   shard 3:'
console_keys n n
sees 'behind the last there is none' 'recon-settlement throttled nothing after that'
console_keys Tab
sees 'the other side' ', 0 throttled in 0 shards'
ok 'what was said of the first is gone' test -z "$(console_screen | grep -o 'throttled nothing')"
console_keys d
sees 'a plan for such days' 'The smallest count'
console_keys G
sees 'where its figures are from' 'and throttled 213'
console_keys g Right
sees 'twice the records' '340,000  as you put it'
sees 'have twice the peak' '2,654  as found, for these records'
console_stop

live_open
live_screens heat 'heat canyon-card 2026-04-03' 'up to 0/s'
live_screens plan 'plan canyon-card' 'The smallest count'
live_screens runs 'runs program=canyon-card' '1 of 2'
console_stop

# A day that is being written is watched by its shards: what they met.
"$RECONCTL" --local="$CLOUD" get shards canyon-card 2026-04-03 --watch -o ndjson >"$TMP/watched" 2>"$TMP/said" &
watching=$!
deadline=$((SECONDS + CONSOLE_SECONDS))
until [ "$(wc -l <"$TMP/watched")" -ge 128 ] || [ "$SECONDS" -ge "$deadline" ]; do sleep 0.05; done
kill "$watching"
wait "$watching"
ok 'shards that are watched' grep -q '"table":"recon-settlement","shard":3,"writes":.*"throttled":120,' "$TMP/watched"
ok 'and what limits them' grep -q 'table or an index of it is short: 426 writes throttled' "$TMP/said"
run "$RECONCTL" --local="$CLOUD" plan --program canyon-card --format json
ok 'a plan for the program' grep -q '"records":170000.0,"peak_per_second":1327.1,' "$TMP/.out"
ok 'what limited its day is with it' grep -q '"throttled":\["recon-settlement throttled 426 of the day.s writes: .* No count of shards mends that: the table' "$TMP/.out"
run "$RECONCTL" --local="$CLOUD" plan --program canyon-card
limited=$(grep -n 'recon-settlement throttled 426' "$TMP/.out" | cut -d: -f1)
advised=$(grep -n 'The smallest count' "$TMP/.out" | cut -d: -f1)
ok 'and stands before the advice' test "${limited:-99}" -lt "${advised:-0}"
run "$RECONCTL" --local="$CLOUD" plan --program canyon-card --records 1.7e6 --format json
ok 'ten times the records have ten times its peak' grep -q '"records":1700000.0,"peak_per_second":13271.0,' "$TMP/.out"
ok 'which is said' grep -q 'it grows with the records that are planned for' "$TMP/.err"

# Figures that are changed.
console_start 100 30 -c 'plan records=1000000'
sees 'what follows' 'follows from the others'
console_keys Right
sees 'twice as many' '2,000,000'
console_keys Enter
sees 'a line with the figure' 'records of a side (empty: as it was): 2000000'
console_keys C-u
console_type 'many'
console_keys Enter
sees 'what is no figure is told' 'a whole number as 1000000 or 1e9 is expected'
console_keys C-u
console_type '3e9'
console_keys Enter
sees 'and one that is one is taken' '3,000,000,000'
console_keys G
sees 'what breaks, each with its answer' 'table 6.9 times its limit: a higher quota'
console_keys g
console_keys Down
console_keys Enter C-u
console_type '1e7'
console_keys Enter
sees 'more than all shards take' 'No count of shards up to 4096 suffices'
console_stop

# A program's plan is of no day file that is open.
run "$RECONCTL" generate --records 200 --out "$TMP/files"
run "$RECONCTL" reconcile --settlement "$TMP/files/settlement.txt" \
    --internal "$TMP/files/internal.txt" --program "$TMP/files/program.json" --out "$TMP/day"
console_start 100 30 "$TMP/day" -c shards
console_type ':plan canyon-card'
console_keys Enter
sees 'the plan of a program' 'The smallest count'
sees 'is named by the program alone' 'default us-east-1  Day › Shards › Plan canyon-card'
console_keys Escape
sees 'and the day is there again' 'demo 2026-04-01  Day › Shards'
console_stop
