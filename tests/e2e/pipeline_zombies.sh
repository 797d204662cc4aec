#!/usr/bin/env bash
# The pipeline's steps as processes that are stopped, and wake up too late.
. "$(dirname "$0")/../lib.sh"
needs_python 'zombies of the pipeline' boto3

for name in $(env | sed -n 's/^\(AWS_[A-Z_0-9]*\|RECON_[A-Z_]*\)=.*/\1/p'); do unset "$name"; done
for seed in 1 2; do
    "$RECONCTL" generate --records 300 --seed "$seed" --out "$TMP/day-$seed" >/dev/null || exit 3
done
RECONCTL=$RECONCTL RECONLOCAL=${RECONCTL%/*}/reconlocal WORKER=${RECONCTL%/*}/reconworker TMP=$TMP \
    "$PYTHON" tests/e2e/pipeline_zombies.py || script_failures=1
