#!/usr/bin/env bash
# One console over a day file and what is at AWS: it asks again by itself and loses nothing by
# it, and says what keeps AWS from answering, while keys go on working.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../console.sh"

needs_tool 'the console on a server that misbehaves' python3
CONSOLE_NOW=''

# Nothing of this machine's own.
for name in $(env | sed -n 's/^\(AWS_[A-Z_0-9]*\)=.*/\1/p'); do
    unset "$name"
done
export HOME=$TMP AWS_EC2_METADATA_DISABLED=true
mkdir -p "$TMP/.aws" "$TMP/server" "$TMP/day" "$TMP/config/reconctl"

behave() {
    printf '%s\n' "$1" >"$TMP/server/mode.new"
    mv "$TMP/server/mode.new" "$TMP/server/mode"
}
behave ok
python3 tests/e2e/console_live.py "$TMP/server" &
server=$!
live_end() {
    status=$?
    kill "$server" 2>/dev/null
    (exit "$status")
    console_end
}
trap live_end EXIT
awaits() { # NAME COMMAND...: until it holds
    local name=$1 deadline=$((SECONDS + CONSOLE_SECONDS))
    shift
    until "$@"; do
        if [ "$SECONDS" -ge "$deadline" ]; then
            console_screen >"$TMP/.err" 2>&1
            fail "$name" "$TMP/.err"
            return
        fi
        sleep 0.05
    done
    passes "$name"
}
requests() {
    cat "$TMP/server/requests" 2>/dev/null || echo 0
}
awaits 'the server listens' test -s "$TMP/server/port"
export AWS_ENDPOINT_URL="http://127.0.0.1:$(cat "$TMP/server/port")"
cat >"$TMP/.aws/config" <<'END'
[default]
region = eu-west-1
aws_access_key_id = AKIDEXAMPLE
aws_secret_access_key = SECRETEXAMPLE
[profile prod]
region = us-east-1
aws_access_key_id = AKIDEXAMPLE
aws_secret_access_key = SECRETEXAMPLE
[profile sso]
region = us-east-1
sso_start_url = https://example.awsapps.com/start
sso_region = us-east-1
sso_account_id = 123456789012
sso_role_name = ops
END
printf '[profile prod]\nproduction = yes\n' >"$TMP/config/reconctl/config"

"$RECONCTL" generate --records 500 --out "$TMP/day" >/dev/null 2>&1
"$RECONCTL" reconcile --settlement "$TMP/day/settlement.txt" --internal "$TMP/day/internal.txt" \
    --program "$TMP/day/program.json" --out "$TMP/day" >/dev/null 2>&1

command_line() {
    console_keys :
    console_type "$1"
    console_keys Enter
}
lacks() { # TEXT: it is not on the screen
    case $(console_screen) in *"$1"*) return 1 ;; esac
}
more_than() {
    [ "$(requests)" -gt "$1" ]
}

# ----- one process -----

console_start 110 24 "$TMP/day" --refresh 1
sees 'it begins on the day' 'exceptions in'
ok 'and has asked nobody' test ! -e "$TMP/server/requests"
command_line rollups
sees 'what is at AWS opens on top' '2026-04-01  gamma'
sees 'and says how much it asks' 'requests/s'
console_keys j Enter
sees 'a day of the pipeline opens' 'beta 2026-04-01'
console_keys '['
sees 'the history leads back to the days' '2026-04-01  gamma'
console_keys '['
sees 'and to the day of the file' 'exceptions in'
console_keys ']'
sees 'and forward' '2026-04-01  gamma'

# ----- asking again -----

console_keys g j Space
sees 'a row is marked' '* 2026-04-01  beta'
behave more
sees 'a newer day comes by itself' '2026-04-02  alpha'
sees 'the mark stays with its row' '* 2026-04-01  beta'
sees 'and the cursor with its own' '4 of 4'
console_keys Z
sees 'it is paused' 'paused'
console_keys Z
console_keys -H 1b 5b 4f
sees 'without the focus it sleeps' 'asleep'
sleep 1 # what was on its way may still come
before=$(requests)
sleep 3 # that nothing comes has no event
ok 'and asks nobody' test "$(requests)" -eq "$before"
console_keys -H 1b 5b 49
awaits 'with the focus it asks again' more_than "$before"

# ----- what goes wrong -----

behave cut
sees 'a lost network is told' 'AWS cannot be reached'
sees 'the rows stay, with their age' 'old: asking again failed'
sees 'all of them' '* 2026-04-01  beta'
console_keys '?'
sees 'keys go on working' 'Help'
console_keys Escape
behave ok
awaits 'an answer takes the banner away' lacks 'cannot be reached'
awaits 'and the age' lacks 'old: asking'

behave expired
sees 'credentials that are over are told' 'does not take the credentials of profile default'
behave ok
awaits 'until they are good again' lacks 'does not take'

behave throttle
sees 'throttles are told' 'Rate exceeded'
behave ok
awaits 'and pass' lacks 'old: asking'

behave deny
console_keys Escape Escape
command_line rollups
sees 'a denied call names the permission' 'allow dynamodb:Query to these credentials'
ok 'and is no banner' lacks 'AWS cannot be reached'
console_keys '!'
sees 'messages open' 'Console messages'
console_keys g
sees 'failed calls are listed' 'Calls to AWS that failed'
sees 'with their ids' 'request REQUEST-'
console_keys Escape Escape
behave ok

behave hang
console_keys Escape
command_line rollups
sees 'a server that hangs' 'loading days, 0 so far'
console_keys '?'
sees 'holds up no key' 'Help'
console_keys Escape
sees 'and Esc leads back' 'loading days, 0 so far'
console_keys Escape
sees 'and cancels' 'It was cancelled before an answer came.'
behave ok

# ----- several sessions -----

command_line 'session prod'
sees 'a second session' '2/2 prod us-east-1'
sees 'that is production' 'PRODUCTION'
console_keys C-n
sees 'one keystroke leads to the other' '1/2 default eu-west-1'
ok 'which is not' lacks PRODUCTION
command_line 'session sso'
sees 'an expired login names its command' 'aws sso login --profile sso'
command_line 'session nowhere'
sees 'a profile that is not there' 'there is no profile "nowhere"'
console_keys Escape
command_line close-session
sees 'one that is closed gives way to the next' '1/2 default eu-west-1'
console_keys C-n
sees 'which the others are still behind' '2/2 prod us-east-1'
command_line close-session
sees 'until one is left' ' reconctl  default eu-west-1'
command_line close-session
sees 'which cannot be closed' 'this is the only session'
console_stop

console_start 110 24 -c 'messages q' --read-only
sees 'read-only refuses to receive' 'the console was opened with --read-only'
sees 'and says so on top' 'read-only'
