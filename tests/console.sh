# shellcheck shell=bash
# The console in a terminal of its own: a private tmux server of a fixed size. A
# script sources this behind tests/lib.sh and has
#
#     console_start WIDTH HEIGHT ARGUMENT...   runs `reconctl open ARGUMENT...`, at CONSOLE_NOW
#     console_keys KEY...                      presses keys by their names in tmux
#     console_type TEXT                        types a text
#     console_resize WIDTHxHEIGHT              makes it larger or smaller, and waits for that screen
#     console_screen                           prints what is on the screen
#     sees NAME TEXT                           waits until the text is on the screen
#     console_golden NAME FILE TEXT            the same, then the screen is soon what FILE holds
#                                              (it may be drawn in several pieces), its last
#                                              line, which hints at keys, left out
#     console_stop
#
# Colours are not compared. The clock of the console stands still, unless
# CONSOLE_NOW is empty. Other scripts set what
# the program is, when it is, and through what a screen goes before it is compared.

needs_tool 'the console' tmux

console_socket=reconctl-test-$$-0
console_count=0
CONSOLE_SECONDS=${CONSOLE_SECONDS:-60}
CONSOLE=("$RECONCTL" open)
CONSOLE_NOW=2026-04-01T12:00:00Z
CONSOLE_MASK=cat

console_tmux() {
    LC_ALL=C.UTF-8 tmux -u -L "$console_socket" -f /dev/null "$@"
}

console_start() {
    local width=$1 height=$2
    shift 2
    console_stop
    # A server that is ending still answers on its socket; the next one has its own.
    console_count=$((console_count + 1))
    console_socket=reconctl-test-$$-$console_count
    mkdir -p "$TMP/config" "$TMP/state"
    console_tmux new-session -d -x "$width" -y "$height" env TERM=xterm-256color LC_ALL=C.UTF-8 \
        XDG_CONFIG_HOME="$TMP/config" XDG_STATE_HOME="$TMP/state" \
        RECONCTL_NOW="$CONSOLE_NOW" "${CONSOLE[@]}" "$@" \; \
        set-option -g status off \; set-option -g escape-time 0 \; \
        resize-window -x "$width" -y "$height"
}

console_stop() {
    console_tmux kill-server 2>/dev/null
}

# A server that a failing script leaves behind would stay for ever.
console_end() {
    status=$?
    console_stop
    (exit "$status")
    end_of_script
}
trap console_end EXIT

console_keys() {
    console_tmux send-keys "$@"
}

console_type() {
    console_tmux send-keys -l "$1"
}

console_screen() {
    console_tmux capture-pane -p
}

# The console has drawn a screen of that size when both its first and its last line are there.
console_resize() {
    local deadline=$((SECONDS + CONSOLE_SECONDS)) screen
    console_tmux resize-window -x "${1%x*}" -y "${1#*x}"
    while [ "$SECONDS" -lt "$deadline" ]; do
        mapfile -t screen < <(console_screen)
        case ${screen[0]}/${screen[${1#*x} - 1]} in
        ' reconctl '*/*[!\ ]*) return ;;
        esac
        sleep 0.02
    done
}

# Waits until the text is there and the screen stays as it is.
console_wait() {
    local before='' now='' deadline=$((SECONDS + CONSOLE_SECONDS))
    while [ "$SECONDS" -lt "$deadline" ]; do
        now=$(console_screen 2>&1)
        case $now in
        *"$1"*) [ "$now" != "$before" ] || return 0 ;;
        esac
        before=$now
        sleep 0.05
    done
    {
        printf 'not on the screen: %s\n' "$1"
        printf '%s\n' "$now"
    } >"$TMP/.err"
    return 1
}

sees() {
    if console_wait "$2"; then
        passes "$1"
    else
        fail "$1" "$TMP/.err"
    fi
}

console_golden() {
    if ! console_wait "$3"; then
        fail "$1" "$TMP/.err"
        return
    fi
    local deadline=$((SECONDS + CONSOLE_SECONDS / 4))
    mkdir -p "${2%/*}"
    while
        console_screen | sed '$d' | $CONSOLE_MASK >"$TMP/.actual"
        [ "${RECONCTL_BLESS:-}" != 1 ] && [ "$SECONDS" -lt "$deadline" ] &&
            ! sed "s|$TMP|TMP|g" "$TMP/.actual" | cmp -s - "$2"
    do
        sleep 0.1
    done
    : >"$TMP/.err"
    same "$1" "$2"
}
