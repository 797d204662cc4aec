#!/usr/bin/env bash
# Days through the whole pipeline on a reconlocal in a storm, with workers and reconlocal
# itself killed.
. "$(dirname "$0")/../lib.sh"
needs_python 'faults of the pipeline' boto3

for name in $(env | sed -n 's/^\(AWS_[A-Z_0-9]*\|RECON_[A-Z_]*\)=.*/\1/p'); do unset "$name"; done
moments=6
[ -z "${RECONCTL_FULL_TESTS:-}" ] || moments=200
"$RECONCTL" generate --records 300 --seed 1 --out "$TMP/day" >/dev/null || exit 3
RECONCTL=$RECONCTL RECONLOCAL=${RECONCTL%/*}/reconlocal TMP=$TMP \
    "$PYTHON" tests/e2e/pipeline_faults.py "${FIRST_SEED:-1}" "$moments" || script_failures=1
