#!/usr/bin/env bash
# The stories of the seeded programs, each put right from the keyboard, and then looked at from
# AWS's side and in the audit.
. "$(dirname "$0")/../lib.sh"
needs_python 'what AWS has' boto3
. tests/live.sh

bucket=recon-files-000000000000-us-east-1
key=valley-fleet/settlement/2026-04-03.txt
url=$("$RECONCTL" local status --state "$CLOUD")
export AWS_ENDPOINT_URL=${url%% *} AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1
export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local-secret

aws_has() {
    "$PYTHON" tests/e2e/ops_aws.py "$@"
}

# becomes NAME PATTERN COMMAND...: within a while its output has the pattern
becomes() {
    local name=$1 wanted=$2 deadline=$((SECONDS + 60))
    shift 2
    until "$@" 2>&1 | tee "$TMP/.err" | grep -qE "$wanted"; do
        if [ "$SECONDS" -ge "$deadline" ]; then
            fail "$name" "$TMP/.err"
            return
        fi
    done
    passes "$name"
}

# types a command behind : in the view that is seen
command() {
    console_type ":$1"
    console_keys Enter
}

# ----- corrected redelivery: the file came without its header; the internal side has one -----

aws_has object valley-fleet/internal/2026-04-03.txt >"$TMP/corrected.txt"
console_start 120 40 -c pulse
sees 'at night there is a file that failed' '! file failed'
command 'files valley-fleet'
sees 'its program has it first' '! failed at Inspect'
command upload
sees 'a corrected file is asked for' '(needed)'
console_keys Enter
sees 'by its path' 'file:'
console_type "$TMP/corrected.txt"
console_keys Enter
sees 'what that changes is shown' '[ Do it: upload, 1 of 1 object ]'
console_keys j Enter
sees 'it is asked once more' "upload s3://$bucket/$key?"
console_keys y
sees 'it is there' '1 done'
becomes 'its run works the day, which balances' '"program":"valley-fleet","alert":null' \
    "$RECONCTL" get rollups program=valley-fleet date=2026-04-03 -o ndjson

# ----- stuck in the dead letters: what is said of the file is of no use any more -----

command 'messages recon-failed'
sees 'it warns before it receives' 'Each counts as received once more'
console_keys y
sees 'the message of the first try' 'BadInput  Inspect'
command delete-messages
sees 'to delete is severe' 'It is confirmed by typing'
id=$(console_screen | sed -n 's/.*confirmed by typing \([0-9a-f-]*\).*/\1/p')
console_keys Enter
sees 'the message is to be named' 'to delete-messages, type'
console_type "$id"
console_keys Enter
sees 'it is deleted' '1 done'
becomes 'the queue is empty' '^0 0$' aws_has messages recon-failed

# ----- a hot program: one shard takes all its writes -----

command 'rollups program=summit-gift date=2026-04-03'
sees 'the day of the hot program' '1 of 1'
command 'set-shards count:16'
sees 'coming days get more shards' '[ Do it: set-shards, 1 of 1 program ]'
console_keys Enter
sees 'asked once more' 'set-shards summit-gift?'
console_keys y
sees 'it is stored' '1 done'
becomes 'the next file of the program is dealt over them' '"shard_count": *16' \
    "$RECONCTL" program show summit-gift

# ----- an unbalanced day: two discrepancies are settled -----

command 'day meadow-credit 2026-04-02'
sees 'the day' 'NOT BALANCED'
command 'discrepancies status=missing_settlement'
sees 'what settlement lacks' '1 of'
console_keys Space Space
command 'resolve reason:timing text:"comes tomorrow"'
sees 'both are settled at once' '[ Do it: resolve, 2 of 2 discrepancies ]'
console_keys Enter
sees 'asked once more' 'resolve 2 of 2 discrepancies?'
console_keys y
sees 'they are' '2 done'
console_keys Escape
sees 'back at the list, which says so' 'resolved'
console_keys g Enter
sees 'a discrepancy shows what was written of it' 'resolve timing  by local'
run "$RECONCTL" get discrepancies meadow-credit 2026-04-02 state=resolved status=missing_settlement -o ndjson
ok 'two are resolved' test "$(grep -c '"state":"resolved".*"resolution":"timing"' "$TMP/.out")" = 2
run "$RECONCTL" get notes meadow-credit 2026-04-02 -o ndjson
ok 'and can be had without a terminal' test "$(grep -c '"reason":"timing"' "$TMP/.out")" = 2
aws_has notes meadow-credit 2026-04-02 >"$TMP/notes"
ok 'notes say so' test "$(grep -c '^resolve timing comes tomorrow$' "$TMP/notes")" = 2

# ----- all of it stands in the audit, here and at AWS -----

export XDG_STATE_HOME=$TMP/state
ok 'the audit is whole' "$RECONCTL" audit verify
aws_has audit 2026-04-04 | sort | uniq -c | sed 's/^ *//' >"$TMP/audit"
printf '%s\n' '1 delete-messages done console' '2 resolve done console' '1 set-shards done console' \
    '1 upload done console' >"$TMP/wanted"
ok 'AWS has it, too' diff "$TMP/wanted" "$TMP/audit"
