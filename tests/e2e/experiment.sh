#!/usr/bin/env bash
# The experiment of docs/experiment.md at a tenth: model against arithmetic.
# RECONCTL_FULL_TESTS=1: whether the model still gives what is kept of it at full scale.
. "$(dirname "$0")/../lib.sh"

needs_python 'the experiment' 'ctypes; ctypes.CDLL("libxxhash.so.0")'

model=${RECONCTL%/*}/bench/experiment/model

quick() {
    bash bench/experiment/run.sh --quick "$TMP" 2>"$TMP/said"
}

ok 'the model does what arithmetic says' quick
ok 'in many figures' grep -qE '^[12][0-9]{2} figures told, 0 of them' "$TMP/said"
"$model" <"$TMP/quick.cases" >"$TMP/again"
ok 'once more it is the same to the byte' cmp "$TMP/quick.model" "$TMP/again"

# wrong NAME CASE EDIT: a model that is off has to be told
wrong() {
    grep "^name=$2 " "$TMP/quick.cases" >"$TMP/one.cases"
    sed "$3" "$TMP/quick.model" >"$TMP/wrong"
    ok "$1: the edit is one" test "$(diff "$TMP/quick.model" "$TMP/wrong" | wc -l)" -eq 4
    fails "$1 is told" 1 "$PYTHON" bench/experiment/predict.py "$TMP/one.cases" "$TMP/wrong"
}
wrong 'a write too many' burst/new/64 '/"name":"burst\/new\/64"/s/"units":100000/"units":110000/'
wrong 'a wave too early' fleet/1/steady \
    '/"name":"fleet\/1\/steady"/s/"elapsed_ms":[0-9]*/"elapsed_ms":300000/'
wrong 'a straggler too many' burst/split/64 \
    '/"name":"burst\/split\/64"/s/"elapsed_ms":[0-9]*/"elapsed_ms":28000/'

ok 'the document has the kept results' "$PYTHON" bench/experiment/report.py --check

if [ "${RECONCTL_FULL_TESTS:-}" = 1 ]; then
    kept=bench/experiment/results
    "$model" <$kept/full.cases >"$TMP/full.model"
    ok 'the model gives what is kept of it' cmp "$TMP/full.model" $kept/full.model
else
    skip 'the model at full scale' 'set RECONCTL_FULL_TESTS to run it'
fi
