#!/usr/bin/env bash
# reconlocal's Lambda, asked by boto3 and the AWS command line client.
. "$(dirname "$0")/../lib.sh"

needs_tool 'local Lambda' aws
needs_python 'local Lambda' boto3
RECONLOCAL=${RECONCTL%/*}/reconlocal TMP=$TMP "$PYTHON" tests/e2e/local_lambda.py || script_failures=1
