#!/usr/bin/env bash
# Days and files that are run again, and days that are verified, through the whole pipeline.
. "$(dirname "$0")/../lib.sh"
needs_python 'days again' boto3

for name in $(env | sed -n 's/^\(AWS_[A-Z_0-9]*\|RECON_[A-Z_]*\)=.*/\1/p'); do unset "$name"; done
"$RECONCTL" generate --records 300 --seed 1 --out "$TMP/day" >/dev/null || exit 3
"$RECONCTL" generate --records 300 --seed 2 --out "$TMP/other" >/dev/null || exit 3
RECONCTL=$RECONCTL RECONLOCAL=${RECONCTL%/*}/reconlocal TMP=$TMP \
    "$PYTHON" tests/e2e/pipeline_again.py || script_failures=1
