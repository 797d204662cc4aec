#!/usr/bin/env bash
# What is at AWS, in `get` and in the console: files, queues and messages, against
# emulators, and a server that never answers.
. "$(dirname "$0")/../lib.sh"

needs_tool 'what is at AWS' python3

# Nothing of this machine's own.
export HOME=$TMP AWS_EC2_METADATA_DISABLED=true
unset XDG_RUNTIME_DIR
for name in $(env | sed -n 's/^\(AWS_[A-Z_0-9]*\)=.*/\1/p'); do
    [ "$name" = AWS_EC2_METADATA_DISABLED ] || unset "$name"
done
mkdir "$TMP/temporary" && export TMPDIR=$TMP/temporary

# says NAME TEXT: in what was printed by run
says() {
    if grep -qE -- "$2" "$TMP/.out" "$TMP/.err"; then
        passes "$1"
    else
        fail "$1" "$TMP/.out" "$TMP/.err"
    fi
}

# exits NAME STATUS TEXT COMMAND...: with the status, and says the text
exits() {
    local name=$1 status=$2 text=$3
    shift 3
    run "$@"
    if [ "$run_status" -ne "$status" ]; then
        echo "exit status $run_status, not $status" >>"$TMP/.err"
        text='^nothing says so$'
    fi
    says "$name" "$text"
}

# ----- without anybody to ask -----

exits 'no region' 2 'AWS_REGION' "$RECONCTL" get files
export AWS_REGION=us-east-1
exits 'no credentials' 3 'aws configure' "$RECONCTL" get files
export AWS_ACCESS_KEY_ID=AKIDEXAMPLE AWS_SECRET_ACCESS_KEY=SECRETEXAMPLE
exits 'nobody answers' 3 'cannot connect.*reconctl doctor' \
    "$RECONCTL" get queues --endpoint-url http://127.0.0.1:1
exits 'a day and AWS do not mix' 2 'files are asked of AWS' "$RECONCTL" get files --from "$TMP"
exits 'nor the other way round' 2 'AWS is not asked for' \
    "$RECONCTL" get discrepancies --from "$TMP" --region us-east-1
exits 'a day is asked for' 2 'of which day' "$RECONCTL" get day
exits 'a queue is asked for' 2 'its name or URL' "$RECONCTL" get messages
exits 'a wrong filter asks nobody' 2 'there is no column "colour"' \
    "$RECONCTL" get messages q colour:red
exits 'a profile that is not there' 2 'nowhere' "$RECONCTL" get files --profile nowhere
exits 'a place that is none' 2 's3://BUCKET' "$RECONCTL" get files s3:x
exits 'without a terminal' 2 'reconctl get queues -o table' "$RECONCTL" open -c queues

# ----- a server that never answers -----

ok 'a server that hangs delays no key' env LC_ALL=C.UTF-8 XDG_CONFIG_HOME="$TMP/config" \
    XDG_STATE_HOME="$TMP/state" python3 tests/e2e/console_hanging.py 200 "$RECONCTL" open -c files
ok 'and leaves no file behind' test -z "$(ls "$TMPDIR")"

# ----- emulators -----

emulators=tests/emulators
if [ ! -d $emulators/node_modules ]; then
    skip 'against emulators' 'they are not installed (./bootstrap test does that)'
    exit
fi
coproc SERVERS { exec node $emulators/start.mjs fauxqs 2>"$TMP/servers"; }
if ! read -r name url <&"${SERVERS[0]}"; then
    skip 'against emulators' "$(head -n 1 "$TMP/servers")"
    exit
fi
export AWS_ENDPOINT_URL=$url

"$RECONCTL" generate --records 2000 --seed 7 --out "$TMP/in" >/dev/null || exit 3

cat >"$TMP/fill.py" <<'PYTHON'
import json, os, sys, urllib.request

url, folder = os.environ["AWS_ENDPOINT_URL"], sys.argv[1]
keys = ("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260401/us-east-1/%s/aws4_request, "
        "SignedHeaders=host, Signature=0")


def ask(path, service, **more):
    headers = {"Authorization": keys % service, "Content-Type": "application/octet-stream"}
    headers.update(more.pop("headers", {}))
    request = urllib.request.Request(url + path, headers=headers, **more)
    return urllib.request.urlopen(request).read()


def put(path, body=b""):
    ask(path, "s3", data=body, method="PUT")


def sqs(action, **members):
    return json.loads(ask("/", "sqs", data=json.dumps(members).encode(), headers={
        "X-Amz-Target": "AmazonSQS." + action, "Content-Type": "application/x-amz-json-1.0"}) or b"{}")


put("/acquirer")
put("/acquirer/in/settlement.txt", open(folder + "/settlement.txt", "rb").read())
put("/acquirer/in/with%20a%20blank/note.txt", b"hello\n")
put("/acquirer/note.txt", b"hello\n")
dead = sqs("CreateQueue", QueueName="reconcile-dlq")["QueueUrl"]
arn = sqs("GetQueueAttributes", QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
work = sqs("CreateQueue", QueueName="reconcile", Attributes={
    "RedrivePolicy": json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": "5"})})["QueueUrl"]
sqs("SendMessage", QueueUrl=dead, MessageBody=json.dumps(
    {"file": "s3://acquirer/in", "card": "4111111111111111", "tries": [1, 2]}))
sqs("SendMessage", QueueUrl=work, MessageBody=json.dumps({"card": "4111111111111111"}))
PYTHON
ok 'the emulators are filled' python3 "$TMP/fill.py" "$TMP/in"

run "$RECONCTL" get files -o json
ok 'buckets' jq -e '.view == "files" and [.rows[] | .kind + " " + .name] == ["bucket acquirer"]' "$TMP/.out"
run "$RECONCTL" get files s3://acquirer -o json
ok 'folders first' jq -e '[.rows[].name] == ["in/", "note.txt"] and .rows[0].size == null' "$TMP/.out"
run "$RECONCTL" get files s3://acquirer/in/ size\>1000 -o ndjson
ok 'a filter, and what is known of a file' jq -e '.name == "settlement.txt" and
    .key == "in/settlement.txt" and .size == 338338 and (.etag | length) == 32' "$TMP/.out"
run "$RECONCTL" get queues -o json
ok 'queues, linked both ways' jq -e '[.rows[] | [.name, .visible, .dead_letters_to, .dead_letters_of, .alert]] == [
    ["reconcile", 1, "reconcile-dlq", null, "! DLQ not empty"],
    ["reconcile-dlq", 1, null, "reconcile", "! dead letters"]]' "$TMP/.out"
ok 'an age that is not known is no error' jq -e '[.rows[].oldest] == [null, null]' "$TMP/.out"
says 'but is told' 'ages of the oldest messages are not known.*GetMetricData'
run "$RECONCTL" get queues
says 'as a table' '^reconcile-dlq .* unknown  ! dead letters'
run "$RECONCTL" get messages reconcile -o json
ok 'messages, without card numbers' jq -e '.rows | length == 1 and .[0].receives == 1 and
    (.[0].body | fromjson | .card == "411111******1111")' "$TMP/.out"
exits 'a bucket that is not there' 3 'there is no bucket nowhere.*request' "$RECONCTL" get files s3://nowhere
exits 'a queue that is not there' 3 'QueueDoesNotExist.*request.*lists those there are' \
    "$RECONCTL" get messages nowhere
ok 'nothing is left of it' test -z "$(ls "$TMPDIR")"

# ----- the console -----

. tests/console.sh

console_start 120 40 -c files
sees 'buckets' 'acquirer'
console_keys Enter
sees 'into a bucket' 'Files s3://acquirer/'
console_keys Enter j Enter
sees 'a folder with blanks in its name' 'Files s3://acquirer/in/'
console_type '/settlement'
console_keys Enter
sees 'a filter' '1 of 1 · filter settlement'
console_keys Enter
sees 'it asks for the layout, with what fits' 'of those that fit: clearing168'
console_keys Enter
sees 'the file opens in the record view' 'record 1 of 2002 · header'
sees 'by its name at AWS' 's3://acquirer/in/settlement.txt'
console_keys n
sees 'a field of a record' 'purchase_date'
console_keys Enter
sees 'and the layout' 'clearing168: settlement168'
console_keys '['
sees 'history leads back to the record' 'record 2 of 2002'
console_keys Escape s
sees 'a name to save it by' 'save the file as: settlement.txt'
console_keys C-u
console_type "$TMP/saved.txt"
console_keys Enter
sees 'it is saved' 'saved to'
ok 'byte by byte' cmp "$TMP/saved.txt" "$TMP/in/settlement.txt"
console_keys s C-u
console_type "$TMP/saved.txt"
console_keys Enter
sees 'nothing is replaced' 'is there already'
console_keys Escape
console_type ':files s3://nowhere'
console_keys Enter
sees 'an error stands in place of the rows' 'there is no bucket nowhere'
console_keys '!'
sees 'and among the messages, with the request' '(request '
console_type ':discrepancies'
console_keys Enter
sees 'what belongs to a day is not here' 'are shown of a day'

console_start 120 40 -c queues
sees 'queues' '! dead letters'
console_keys Tab
sees 'along the redrive policy' '2 of 2'
console_keys Enter
sees 'it warns before it receives' 'Each counts as received once more'
console_keys n
sees 'no is no' 'Nothing was received'
console_keys R
sees 'it warns again' 'Each counts as received once more'
console_keys y
sees 'messages' '411111******1111'
console_keys Enter
sees 'one of them, indented' '  "file": "s3://acquirer/in",'
console_keys q q
sees 'back at the queues' '2 of 2'

mkdir "$TMP/empty"
ok 'without words, and without a day, it shows what is at AWS' sh -c 'cd "$1" &&
    exec python3 "$2" "keys q" "exit 0" "$0"' "$RECONCTL" "$TMP/empty" \
    "$PWD/tests/e2e/console_pty.py"
