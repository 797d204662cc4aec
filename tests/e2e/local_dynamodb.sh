#!/usr/bin/env bash
# reconlocal's DynamoDB, asked by boto3 and the AWS command line client, and compared with
# the answers of dynalite where that is installed.
. "$(dirname "$0")/../lib.sh"

needs_tool 'local DynamoDB' aws
needs_python 'local DynamoDB' boto3
export RECONLOCAL=${RECONCTL%/*}/reconlocal TMP
"$PYTHON" tests/e2e/local_dynamodb.py || script_failures=1
"$PYTHON" tests/e2e/local_dynamodb_heat.py || script_failures=1
if [ -d tests/emulators/node_modules/dynalite ] && command -v node >/dev/null; then
    "$PYTHON" tests/e2e/local_dynamodb_dynalite.py || script_failures=1
else
    skip 'local DynamoDB like dynalite' 'npm ci --prefix tests/emulators installs it'
fi

# ----- the command line -----

coproc local_aws { exec "$RECONLOCAL" --state "$TMP/cli" --port 0; }
read -r _ _ url <&"${local_aws[0]}"
export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local-secret AWS_DEFAULT_REGION=us-east-1
export AWS_EC2_METADATA_DISABLED=true
ddb() {
    aws --endpoint-url "$url" --output text dynamodb "$@"
}
ok 'aws dynamodb create-table' ddb create-table --table-name cli \
    --attribute-definitions AttributeName=pk,AttributeType=S \
    --key-schema AttributeName=pk,KeyType=HASH --billing-mode PAY_PER_REQUEST
ok 'aws dynamodb wait table-exists' ddb wait table-exists --table-name cli
ok 'aws dynamodb put-item' ddb put-item --table-name cli --item '{"pk": {"S": "k"}, "n": {"N": "1"}}'
ok 'aws dynamodb get-item' test "$(ddb get-item --table-name cli --key '{"pk": {"S": "k"}}' \
    --query Item.n.N)" = 1
ddb put-item --table-name cli --item '{"pk": {"S": "k"}}' \
    --condition-expression 'attribute_not_exists(pk)' 2>"$TMP/refused"
ok 'aws dynamodb put-item on a condition' grep -q '(ConditionalCheckFailedException)' "$TMP/refused"
ok 'aws dynamodb scan' test "$(ddb scan --table-name cli --query Count)" = 1
ok 'aws dynamodb delete-table' ddb delete-table --table-name cli
kill "$local_aws_PID"
wait "$local_aws_PID" 2>/dev/null
