#!/usr/bin/env bash
# The pipeline's steps as processes that are killed, on a reconlocal in a storm that is
# killed, too.
. "$(dirname "$0")/../lib.sh"
needs_python 'faults of the pipeline' boto3

for name in $(env | sed -n 's/^\(AWS_[A-Z_0-9]*\|RECON_[A-Z_]*\)=.*/\1/p'); do unset "$name"; done
for seed in 1 2; do
    "$RECONCTL" generate --records 300 --seed "$seed" --out "$TMP/day-$seed" >/dev/null || exit 3
done
RECONCTL=$RECONCTL RECONLOCAL=${RECONCTL%/*}/reconlocal WORKER=${RECONCTL%/*}/reconworker TMP=$TMP \
    "$PYTHON" tests/e2e/pipeline_faults.py || script_failures=1
