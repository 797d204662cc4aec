# shellcheck shell=bash disable=SC2034
# What test scripts share. A script is run by tests/run.sh, or alone with
# `bash tests/golden/NAME.sh`, and begins with
#
#     . "$(dirname "$0")/../lib.sh"
#
# It then stands in the project's folder and has
#
#     $RECONCTL   the program under test
#     $TMP        a folder of its own, removed at the end
#
# and these functions, each of which prints one line of result:
#
#     ok NAME COMMAND...              the command succeeds
#     fails NAME STATUS COMMAND...    the command exits with that status
#     golden NAME FILE COMMAND...     its output is what FILE holds; the status is 0 or 1
#     transcript NAME FILE COMMAND... the same for output, messages and exit status together
#     skip NAME REASON                it cannot be tested here
#
# With RECONCTL_BLESS=1 golden and transcript write FILE instead of comparing.
# needs_shared, needs_tool and needs_python leave the script, with one skip, where
# something is missing. The path of $TMP is written as TMP in what is compared.

export LC_ALL=C TZ=UTC
unset NO_COLOR RECONCTL_CARD_KEY
cd "$(dirname "$0")/../.." || exit 3

case ${BUILD:=build} in
/*) RECONCTL=$BUILD/reconctl ;;
*) RECONCTL=$PWD/$BUILD/reconctl ;;
esac
TMP=$(mktemp -d) || exit 3
script_failures=0 run_status=0

end_of_script() {
    status=$?
    rm -rf "$TMP"
    [ "$script_failures" -eq 0 ] || [ "$status" -ne 0 ] || status=1
    exit "$status"
}
trap end_of_script EXIT
trap 'exit 130' INT TERM

passes() {
    echo "ok - $1"
}

# fail NAME [FILE...]: the files show why
fail() {
    echo "not ok - $1"
    shift
    for shown in "$@"; do
        sed 's/^/# /' "$shown" | head -n 60
    done
    script_failures=$((script_failures + 1))
}

skip() {
    echo "skip - $1: $2"
}

# run COMMAND...: leaves $TMP/.out, $TMP/.err and $run_status, which ok and fails
# leave alone
run() {
    run_status=0
    "$@" >"$TMP/.out" 2>"$TMP/.err" </dev/null || run_status=$?
}

ok() {
    local name=$1
    shift
    fails "$name" 0 "$@"
}

fails() {
    local name=$1 expected_status=$2 status=0
    shift 2
    "$@" >"$TMP/.ok.out" 2>"$TMP/.ok.err" </dev/null || status=$?
    if [ "$status" -eq "$expected_status" ]; then
        passes "$name"
    else
        echo "exit status $status, not $expected_status: $*" >"$TMP/.why"
        fail "$name" "$TMP/.why" "$TMP/.ok.out" "$TMP/.ok.err"
    fi
}

# same NAME FILE: $TMP/.actual against the file, or into it
same() {
    sed "s|$TMP|TMP|g" "$TMP/.actual" >"$TMP/.expected"
    if [ "${RECONCTL_BLESS:-}" = 1 ]; then
        cp "$TMP/.expected" "$2" && passes "$1"
    elif diff -u "$2" "$TMP/.expected" >"$TMP/.diff" 2>&1; then
        passes "$1"
    else
        fail "$1" "$TMP/.diff" "$TMP/.err"
    fi
}

golden() {
    local name=$1 file=$2
    shift 2
    run "$@"
    if [ "$run_status" -gt 1 ]; then
        echo "exit status $run_status: $*" >"$TMP/.why"
        fail "$name" "$TMP/.why" "$TMP/.err"
        return
    fi
    mv "$TMP/.out" "$TMP/.actual"
    same "$name" "$file"
}

transcript() {
    local name=$1 file=$2
    shift 2
    run "$@"
    {
        cat "$TMP/.out"
        [ ! -s "$TMP/.err" ] || { echo '--- messages' && cat "$TMP/.err"; }
        echo "--- exit $run_status"
    } >"$TMP/.actual"
    : >"$TMP/.err"
    same "$name" "$file"
}

# needs_shared NAME PATH: a file or folder of the sample data at $RECONCTL_SHARED
needs_shared() {
    [ -n "${RECONCTL_SHARED:-}" ] && [ -e "$RECONCTL_SHARED/$2" ] && return
    skip "$1" "no $2 (RECONCTL_SHARED names the folder of sample data)"
    exit 0
}

# needs_tool NAME TOOL
needs_tool() {
    command -v "$2" >/dev/null 2>&1 && return
    skip "$1" "$2 is not installed (./bootstrap test installs it)"
    exit 0
}

# needs_python NAME MODULE: sets $PYTHON to a Python that has the module
needs_python() {
    for PYTHON in python3 /usr/bin/python3; do
        "$PYTHON" -c "import $2" >/dev/null 2>&1 && return
    done
    skip "$1" "no Python has $2 (./bootstrap test installs it)"
    exit 0
}
