#!/usr/bin/env bash
# Executions of reconlocal's Step Functions over kills and redrives, asked by boto3.
. "$(dirname "$0")/../lib.sh"

needs_python 'local Step Functions' boto3
RECONLOCAL=${RECONCTL%/*}/reconlocal TMP=$TMP "$PYTHON" tests/e2e/local_states_life.py || script_failures=1
