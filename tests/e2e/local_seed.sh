#!/usr/bin/env bash
# The whole pipeline on one machine: files land, and days come out as `reconcile` has them.
. "$(dirname "$0")/../lib.sh"

needs_python 'the pipeline' boto3
RECONLOCAL=${RECONCTL%/*}/reconlocal TMP=$TMP RECONCTL=$RECONCTL "$PYTHON" tests/e2e/local_seed.py || script_failures=1
