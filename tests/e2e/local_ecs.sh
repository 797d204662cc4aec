#!/usr/bin/env bash
# reconlocal's ECS, asked by boto3 and the AWS command line client.
. "$(dirname "$0")/../lib.sh"

needs_tool 'local ECS' aws
needs_python 'local ECS' boto3
RECONLOCAL=${RECONCTL%/*}/reconlocal TMP=$TMP "$PYTHON" tests/e2e/local_ecs.py || script_failures=1
