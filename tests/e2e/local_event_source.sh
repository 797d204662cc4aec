#!/usr/bin/env bash
# reconlocal's event source mappings: queues that feed functions.
. "$(dirname "$0")/../lib.sh"

needs_python 'local event sources' boto3
RECONLOCAL=${RECONCTL%/*}/reconlocal TMP=$TMP "$PYTHON" tests/e2e/local_event_source.py || script_failures=1
