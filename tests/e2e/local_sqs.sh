#!/usr/bin/env bash
# reconlocal's SQS, asked in its JSON protocol.
. "$(dirname "$0")/../lib.sh"

needs_python 'local SQS' boto3
RECONLOCAL=${RECONCTL%/*}/reconlocal TMP=$TMP "$PYTHON" tests/e2e/local_sqs.py || script_failures=1
