#!/usr/bin/env bash
# The same requests of the AWS SDK for JavaScript to reconlocal and to emulators that
# others wrote: the answers are the same, or the test says why not. (DynamoDB:
# local_dynamodb_dynalite.py.)
. "$(dirname "$0")/../lib.sh"

needs_tool 'local AWS beside others' node
for package in @aws-sdk/client-s3 @aws-sdk/client-sqs fauxqs s3rver; do
    [ -d "tests/emulators/node_modules/$package" ] && continue
    skip 'local AWS beside others' "$package is not installed (./bootstrap test does that)"
    exit
done
export RECONLOCAL=${RECONCTL%/*}/reconlocal TMP TMPDIR=$TMP
for service in s3 sqs; do
    node "tests/e2e/local_compare_$service.mjs" || script_failures=$((script_failures + 1))
done
