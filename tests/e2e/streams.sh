#!/usr/bin/env bash
# Where input comes from and output goes to: pipes, a full disk, lines without
# end, and the memory that all this takes.
. "$(dirname "$0")/../lib.sh"

"$RECONCTL" generate --records 20000 --seed 41 --out "$TMP/day" >"$TMP/log"
file=$TMP/day/settlement.txt
words=(--settlement "$file" --internal "$TMP/day/internal.txt" --program "$TMP/day/program.json")

# says NAME STATUS TEXT COMMAND...: it exits so and its messages are the text
says() {
    local name=$1 text=$3
    fails "$name" "$2" "${@:4}"
    run "${@:4}"
    cp "$TMP/.err" "$TMP/said"
    printf '%s' "${text:+$text
}" >"$TMP/to-say"
    ok "$name: says why" diff "$TMP/to-say" "$TMP/said"
}

if [ -c /dev/full ]; then
    full='reconctl: writing to stdout failed: No space left on device'
    for command in "parse --layout clearing168 $file" "parse --layout clearing168 --format csv $file" \
        "parse --layout clearing168 --summary $file" 'layout list' 'layout show nacha' \
        'layout import-copybook tests/golden/data/payment.cpy' "generate --records 1 --out $TMP/x" \
        "reconcile ${words[*]}" "reconcile ${words[*]} --format json" '--help' 'parse --help' '--version'; do
        says "a full disk: ${command%% /*}" 3 "$full" sh -c '"$0" $1 >/dev/full' "$RECONCTL" "$command"
    done
fi

says 'a reader that has seen enough' 0 '' bash -c '"$0" parse --layout clearing168 "$1" | head -n 1' "$RECONCTL" "$file"

"$RECONCTL" parse --layout clearing168 --summary "$file" >"$TMP/summary"
mkfifo "$TMP/pipe"
cat "$file" >"$TMP/pipe" &
run "$RECONCTL" parse --layout clearing168 --summary "$TMP/pipe"
ok 'a FIFO is a file to parse' cmp "$TMP/.out" "$TMP/summary"
says 'but not one to reconcile' 3 "reconctl: the settlement file $TMP/pipe is no regular file; records have to be \
read back from it, so save it as one first" timeout 100 bash -c 'cat "$1" >"$3" & "$0" "${@:4}" & wait $!' \
    "$RECONCTL" "$file" '' "$TMP/pipe" reconcile --settlement "$TMP/pipe" "${words[@]:2}"

# What a copybook leaves open is guessed from a pipe, too.
cat tests/golden/data/payment.fixed | "$RECONCTL" parse --copybook tests/golden/data/payment.cpy - \
    >"$TMP/piped" 2>"$TMP/messages"
"$RECONCTL" parse --copybook tests/golden/data/payment.cpy tests/golden/data/payment.fixed >"$TMP/read" 2>"$TMP/messages"
ok 'a copybook and a pipe' cmp "$TMP/piped" "$TMP/read"
for line in 1 2 3; do printf '%-34s\n' "LINE$line"; done >"$TMP/lines.txt"
cat "$TMP/lines.txt" | "$RECONCTL" parse --copybook tests/golden/data/payment.cpy - >"$TMP/piped" 2>"$TMP/messages"
ok 'is guessed by what the pipe holds' grep -q 'taken as ascii, lines' "$TMP/messages"

says 'no input at all' 3 'reconctl: -: reading failed at byte 0: Bad file descriptor' \
    sh -c '"$0" parse --layout clearing168 - <&-' "$RECONCTL"

if [ "$(id -u)" -ne 0 ]; then
    cp "$file" "$TMP/secret"
    chmod 0 "$TMP/secret"
    says 'a file that may not be read' 3 "reconctl: cannot open $TMP/secret: Permission denied" \
        "$RECONCTL" parse --layout clearing168 "$TMP/secret"
fi

# ----- memory -----

needs_tool 'memory' python3
if grep -qaE '__(asan|tsan)_init' "$RECONCTL"; then
    skip 'memory' 'sanitizers take their own'
    exit
fi

# most_memory NAME MIB COMMAND...: it takes no more
most_memory() {
    local name=$1 mib=$2
    shift 2
    ok "$name: at most $mib MiB" python3 -c '
import resource, subprocess, sys
with open(sys.argv[2]) if sys.argv[2] else subprocess.Popen(
        ["head", "-c", "1G", "/dev/zero"], stdout=subprocess.PIPE).stdout as source:
    status = subprocess.run(sys.argv[3:], stdin=source, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
assert status in (0, 1), f"exit status {status}"
assert used <= int(sys.argv[1]), f"{used:.1f} MiB"' "$mib" "$@"
}

truncate -s 2G "$TMP/zeros"
most_memory 'two gigabytes without a newline' 16 /dev/null \
    "$RECONCTL" parse --layout clearing168 --summary "$TMP/zeros"
most_memory 'a gigabyte without a newline on stdin' 16 '' "$RECONCTL" parse --layout nacha --summary -
most_memory 'two gigabytes that are no RDW file' 16 /dev/null \
    "$RECONCTL" parse --layout clearing168 --framing rdw --summary "$TMP/zeros"
most_memory 'reconciling them' 80 /dev/null \
    "$RECONCTL" reconcile --settlement "$TMP/zeros" --memory 64M "${words[@]:2}"
"$RECONCTL" generate --records 600000 --seed 42 --out "$TMP/large" >"$TMP/log"
most_memory 'a million records within 16M' 48 /dev/null "$RECONCTL" reconcile --settlement "$TMP/large/settlement.txt" \
    --internal "$TMP/large/internal.txt" --program "$TMP/large/program.json" --memory 16M --threads 2 --out "$TMP/out"
