#!/usr/bin/env bash
# reconlocal's EventBridge: events of S3 and of others, patterns, targets.
. "$(dirname "$0")/../lib.sh"

needs_python 'local EventBridge' boto3
RECONLOCAL=${RECONCTL%/*}/reconlocal TMP=$TMP "$PYTHON" tests/e2e/local_events.py || script_failures=1
