#!/usr/bin/env bash
# reconlocal's partitions under load, against arithmetic. The same with a slower clock and
# for longer, as a measurement: RECONLOCAL=… TMP=… python3 tests/e2e/local_heat.py 1 120
. "$(dirname "$0")/../lib.sh"

needs_python 'local heat' boto3
export RECONLOCAL=${RECONCTL%/*}/reconlocal TMP
"$PYTHON" tests/e2e/local_heat.py || script_failures=1
