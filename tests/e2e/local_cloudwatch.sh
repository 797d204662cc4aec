#!/usr/bin/env bash
# reconlocal's CloudWatch and Logs.
. "$(dirname "$0")/../lib.sh"

needs_python 'local CloudWatch' boto3
RECONLOCAL=${RECONCTL%/*}/reconlocal TMP=$TMP "$PYTHON" tests/e2e/local_cloudwatch.py || script_failures=1
RECONLOCAL=${RECONCTL%/*}/reconlocal TMP=$TMP "$PYTHON" tests/e2e/local_logs.py || script_failures=1
