#!/usr/bin/env bash
# A day of the pipeline, read from AWS, is the day that `reconcile` makes of the same files.
. "$(dirname "$0")/../lib.sh"

needs_python 'the pipeline' boto3
RECONLOCAL=${RECONCTL%/*}/reconlocal TMP=$TMP RECONCTL=$RECONCTL "$PYTHON" tests/e2e/live_day.py || script_failures=1
