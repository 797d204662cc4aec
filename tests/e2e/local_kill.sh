#!/usr/bin/env bash
# reconlocal under kill -9, at seeded moments.
. "$(dirname "$0")/../lib.sh"

needs_python 'local kill' boto3
export RECONLOCAL=${RECONCTL%/*}/reconlocal TMP
rounds=8
[ -z "${RECONCTL_FULL_TESTS:-}" ] || rounds=60
"$PYTHON" tests/e2e/local_kill.py "$rounds" || script_failures=1
