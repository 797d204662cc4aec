#!/usr/bin/env bash
# Ctrl-Z in a console that a script runs gives the terminal back to the shell, and fg
# brings both back.
. "$(dirname "$0")/../lib.sh"
. tests/console.sh

"$RECONCTL" generate --records 100 --out "$TMP/in" >/dev/null || exit 3
"$RECONCTL" reconcile --program "$TMP/in/program.json" --out "$TMP/day" \
    --settlement "$TMP/in/settlement.txt" --internal "$TMP/in/internal.txt" >/dev/null
cat >"$TMP/script.sh" <<'SCRIPT'
"$RECONCTL" open "$1"
echo "the script goes on, and the console ended with $?"
SCRIPT

# shell COMMAND: types it to an interactive shell in a terminal of its own
shell() {
    console_stop
    console_count=$((console_count + 1))
    console_socket=reconctl-test-$$-$console_count
    console_tmux new-session -d -x 100 -y 24 env TERM=xterm-256color LC_ALL=C.UTF-8 \
        XDG_CONFIG_HOME="$TMP/config" XDG_STATE_HOME="$TMP/state" RECONCTL="$RECONCTL" \
        PS1='ready> ' bash --norc --noprofile -i \; set-option -g status off \; \
        set-option -g escape-time 0
    sees "a shell for $1" 'ready>'
    console_type "$1"
    console_keys Enter
}

shell "bash $TMP/script.sh $TMP/day"
sees 'the console, in a script' 'BALANCED'
console_keys C-z
sees 'Ctrl-Z stops the script, too' 'Stopped'
console_type 'echo $((6 * 7)) is typed to the shell'
console_keys Enter
sees 'the terminal is the shell'"'"'s' '42 is typed to the shell'
console_keys C-l
console_type 'fg'
console_keys Enter
sees 'fg brings the console back' 'BALANCED'
console_keys '?'
sees 'which takes keys' 'In every view'
console_keys q q
sees 'then the script goes on' 'the console ended with 0'

shell "$RECONCTL open $TMP/day"
sees 'the console alone' 'BALANCED'
console_keys C-z
sees 'Ctrl-Z stops it' 'Stopped'
console_keys C-l
console_type 'fg'
console_keys Enter
sees 'fg brings it back' 'BALANCED'
