#!/usr/bin/env bash
# bench/experiment/run.sh [--kept | --quick FOLDER]
#
# The experiment of docs/experiment.md, from its loads to its tables and pictures: the model at
# full scale (half a minute), the real worker on a reconlocal (ten minutes), arithmetic that has
# to come to the same (docs/experiment.md says how near), or the exit status is 1. Outcomes are kept in
# bench/experiment/results. --kept measures nothing and takes the measurement that is kept.
# --quick is the model at a tenth, and arithmetic, into that folder. BUILD is the folder of the
# programs (build); boto3, libxxhash and gnuplot are needed (./bootstrap experiment).
set -eu
cd "$(dirname "$0")/../.."
export LC_ALL=C TZ=UTC

programs=$(cd "${BUILD:-build}" && pwd)
here=bench/experiment out=bench/experiment/results
scales='full measured' measuring=1
case ${1:-} in
--kept) measuring= ;;
--quick) out=${2:?names a folder} scales='quick measured' measuring= ;;
?*)
    sed -n '2s/^# /usage: /p' "$0" >&2
    exit 2
    ;;
esac
mkdir -p "$out"

predicted=()
for scale in $scales; do
    python3 $here/cases.py "$scale" >"$out/$scale.cases"
    "$programs/bench/experiment/model" <"$out/$scale.cases" >"$out/$scale.model"
    predicted+=("$out/$scale.cases" "$out/$scale.model")
done

# In memory, where there is some: what a disk takes its time for would be measured, too.
measure() {
    memory=/dev/shm
    [ -w $memory ] || memory=/var/tmp
    TMP=$(mktemp -d "${TMPDIR:-$memory}/reconctl-experiment.XXXXXX")
    export TMP
    trap 'rm -rf "$TMP"' EXIT
    trap 'exit 130' INT TERM
    export RECONCTL=$programs/reconctl RECONWORKER=$programs/reconworker
    export RECONLOCAL=$programs/reconlocal
    unset XDG_STATE_HOME AWS_PROFILE AWS_LAMBDA_RUNTIME_API
    for python in python3 /usr/bin/python3; do
        "$python" -c 'import boto3' 2>/dev/null && break
    done
    export PYTHONPATH=tests/e2e
    "$python" $here/measure.py <"$out/measured.cases" >"$TMP/measured"
    mv "$TMP/measured" "$out/measured.worker"
}
[ -z "$measuring" ] || measure

[ ! -e "$out/measured.worker" ] || predicted+=("$out/measured.cases" "$out/measured.worker")
python3 $here/predict.py "${predicted[@]}" >"$out/predicted" || status=$?
if [ "$out" = bench/experiment/results ]; then
    python3 $here/predict.py --days >"$out/days"
    python3 $here/report.py
    for picture in $here/*.gp; do
        gnuplot "$picture"
    done
fi
exit "${status:-0}"
