#!/usr/bin/env bash
# Tasks of reconlocal's Step Functions, asked by boto3.
. "$(dirname "$0")/../lib.sh"

needs_python 'local Step Functions' boto3
RECONLOCAL=${RECONCTL%/*}/reconlocal TMP=$TMP "$PYTHON" tests/e2e/local_states_tasks.py || script_failures=1
