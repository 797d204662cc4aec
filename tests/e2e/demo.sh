#!/usr/bin/env bash
# What ./bootstrap demo shows: in words without a terminal, on the console with one.
# Nothing is missing here, and so nothing may be installed or built.
. "$(dirname "$0")/../lib.sh"
. tests/console.sh

needs_tool 'the demo' jq

mkdir "$TMP/bin" "$TMP/folders"
for name in apt-get sudo; do
    printf '#!/bin/sh\necho "%s $*" >>"%s"\nexit 1\n' "$name" "$TMP/installed" >"$TMP/bin/$name"
    chmod +x "$TMP/bin/$name"
done

demo=(env "PATH=$TMP/bin:$PATH" "TMPDIR=$TMP/folders" "BUILD=$BUILD" ./bootstrap demo)
statuses=$(sed -n 's/^ *X([A-Z_]*, "\([a-z_]*\)", .*/\1/p' core/status.h | sort)

# The words for the exceptions, the table for all.
every_status_is_told() {
    local name
    for name in $statuses; do
        grep -qE "^[ !] $name +[1-9]" "$TMP/words" || { echo "not told: $name" && return 1; }
    done
}

folders_are_gone() {
    [ -z "$(ls "$TMP/folders")" ]
}

built=$(stat -c '%Y %i' "$RECONCTL")
run "${demo[@]}"
cp "$TMP/.out" "$TMP/words"
if [ "$run_status" -eq 0 ]; then
    passes 'without a terminal it ends with 0'
else
    fail 'without a terminal it ends with 0' "$TMP/.err"
fi
ok 'it says that the answer is the known one' grep -q 'Not a byte between them' "$TMP/words"
ok 'the day has every status' every_status_is_told
ok 'its folder is gone' folders_are_gone

# Behind it cat keeps the terminal, so that its last words can be seen.
mkdir -p "$TMP/config" "$TMP/state"
console_tmux new-session -d -x 120 -y 34 env TERM=xterm-256color LC_ALL=C.UTF-8 \
    XDG_CONFIG_HOME="$TMP/config" XDG_STATE_HOME="$TMP/state" \
    sh -c '"$@"; echo "exit status $?"; exec cat' demo "${demo[@]}" \; \
    set-option -g status off \; set-option -g escape-time 0 \; resize-window -x 120 -y 34
sees 'on a terminal the pulse of the local cloud opens' 'Day › Pulse'
"$RECONCTL" get day --from "$TMP"/folders/reconctl-demo.* -o json | jq -r '.rows[].status' | sort -u >"$TMP/seen"
ok 'its day has every status' test "$(cat "$TMP/seen")" = "$statuses"
sees 'which is being seeded' 'harbor-debit'
console_keys q # Escape would cancel what is being asked, if anything is
sees 'behind it is a reconciled day' 'NOT BALANCED'
console_keys Enter
sees 'keys lead on' 'filter status='
console_keys Escape
sees 'and back' 'NOT BALANCED'
console_type :pulse
console_keys Enter
sees 'to the pulse, too' 'Day › Pulse'
console_keys q q
sees 'it ends with what to do next' 'With files of your own'
sees 'what it said before can still be read' 'The console opens on the pulse'
sees 'and the exit status is 0' 'exit status 0'
ok 'its folder is gone, too' folders_are_gone

ok 'nothing was installed' test ! -e "$TMP/installed"
ok 'nothing was built' test "$(stat -c '%Y %i' "$RECONCTL")" = "$built"
