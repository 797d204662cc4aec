#!/usr/bin/env bash
# bench/fairness.sh [-s FILES] [-d DAYS] [-n RECORDS] [-e RECORDS] [-g SECONDS] [-w UNITS]
#
# How long small files of other programs wait behind one program that brings DAYS days at once,
# the first of RECORDS (-n) records, the others of a hundredth of it: from landing to the
# beginning of their run, and to its end, when their records count. FILES small ones of RECORDS (-e) each, one side of a day, land one
# after the other, SECONDS apart, first alone and then behind. A reconlocal of its own runs the
# stack of deploy/ at the speed of the real clock, with tables of 400 write units a second,
# so that the tables and not this machine are what is scarce. -w: the stack's WriteUnits. BUILD is
# the folder of the programs (build); boto3 is needed (apt-get install python3-boto3).
set -u
cd "$(dirname "$0")/.." || exit 1
export LC_ALL=C
TMP=$(mktemp -d "${TMPDIR:-/var/tmp}/reconctl-fairness.XXXXXX") || exit 1
export TMP
trap 'rm -rf "$TMP"' EXIT
trap 'exit 130' INT TERM
programs=$(cd "${BUILD:-build}" && pwd) || exit 1
export RECONCTL=$programs/reconctl RECONLOCAL=$programs/reconlocal
unset XDG_STATE_HOME
PYTHONPATH=tests/e2e python3 bench/fairness.py "$@"
