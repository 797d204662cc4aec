#!/usr/bin/env bash
# What was changed from here can be read, and whether all of it is there.
. "$(dirname "$0")/../lib.sh"

export XDG_STATE_HOME=$TMP/state
FILE=$XDG_STATE_HOME/reconctl/audit.jsonl
CLOUD=$TMP/cloud
trap '"$RECONCTL" local stop --state "$CLOUD" >"$TMP/.stop" 2>&1; end_of_script' EXIT

said() { # NAME STATUS TEXT WORDS...
    local name=$1 status=$2 text=$3
    shift 3
    run "$RECONCTL" "$@"
    ok "$name: status" [ "$run_status" -eq "$status" ]
    ok "$name: what it says" grep -qF -- "$text" "$TMP/.out" "$TMP/.err"
}

said 'nothing was done yet' 0 'all 0 entries are as they were written' audit verify
said 'a local cloud' 0 'http://127.0.0.1:' local start --state "$CLOUD" --port 0
said 'a read-only refusal' 2 'only reads' "--local=$CLOUD" reprocess --read-only --yes s3://b/p/internal/f
said 'refusals are kept' 0 'refusal   refused    reprocess s3://b/p/internal/f' audit list
said 'and are right' 0 'all 1 entries are as they were written' audit verify
"$RECONCTL" audit list --format ndjson >"$TMP/lines"
ok 'who it was' grep -qF '"who":"arn:aws:iam::000000000000:user/local"' "$TMP/lines"

cp "$FILE" "$TMP/kept"
sed -i 's/refused/allowed/' "$FILE"
said 'a changed line' 1 'line 1 is wrong: it was changed' audit verify
cp "$TMP/kept" "$FILE"
echo 2 >"$FILE.000000000000.us-east-1.recon-state"
said 'a lost end' 1 'its end is missing' audit verify

said 'no verb' 2 'list or verify is needed' audit
said 'a wrong verb' 2 'list or verify is needed' audit burn
