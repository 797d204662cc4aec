#!/usr/bin/env bash
# A file for which Lambda's 15 minutes do not do. RECONCTL_FULL_TESTS=1: with 600,000 records.
. "$(dirname "$0")/../lib.sh"

needs_python 'the ceiling of Lambda' boto3
RECONLOCAL=${RECONCTL%/*}/reconlocal TMP=$TMP RECONCTL=$RECONCTL "$PYTHON" tests/e2e/pipeline_ceiling.py || script_failures=1
