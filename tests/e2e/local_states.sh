#!/usr/bin/env bash
# reconlocal's Step Functions, asked by boto3 and the AWS command line client.
. "$(dirname "$0")/../lib.sh"

needs_tool 'local Step Functions' aws
needs_python 'local Step Functions' boto3
RECONLOCAL=${RECONCTL%/*}/reconlocal TMP=$TMP "$PYTHON" tests/e2e/local_states.py || script_failures=1
