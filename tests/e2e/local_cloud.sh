#!/usr/bin/env bash
# `reconctl local`: the AWS on this machine in the background, and --local.
. "$(dirname "$0")/../lib.sh"

export HOME=$TMP
state=$TMP/cloud
trap 'for folder in "$state" "$TMP/odd"; do
    "$RECONCTL" local stop --state "$folder" >/dev/null 2>&1
done
end_of_script' EXIT
for name in $(env | sed -n 's/^\(AWS_[A-Z_0-9]*\)=.*/\1/p'); do unset "$name"; done

cloud() {
    "$RECONCTL" local "$1" --state "$state" "${@:2}"
}

fails 'status: it does not run' 1 cloud status
ok 'stop: nothing to do' cloud stop
fails 'weather without it' 3 cloud weather
endpoint=$(cloud start --port 0)
ok 'start prints the endpoint' expr "$endpoint" : 'http://127\.0\.0\.1:[0-9]*$'
ok 'status' sh -c 'case $0 in "$1 process "*) ;; *) exit 1 ;; esac' "$(cloud status)" "$endpoint"
ok 'start again: the same one' test "$(cloud start)" = "$endpoint"


# Nobody would find it again, so that it does not stay.
mkdir -p "$TMP/odd/running.new"
fails 'a note that cannot be written' 3 "$RECONCTL" local start --state "$TMP/odd" --port 0
rmdir "$TMP/odd/running.new"
ok 'and nothing runs there: it can be started' "$RECONCTL" local start --state "$TMP/odd" --port 0
ok 'it ends' "$RECONCTL" local stop --state "$TMP/odd"

"$RECONCTL" --local="$state" doctor >"$TMP/doctor"
ok '--local: the commands ask there' grep -q "^ok    endpoint .*$endpoint" "$TMP/doctor"
ok '--local: who one is' grep -q '^ok    sts:GetCallerIdentity .*arn:aws:iam::000000000000:user/local' "$TMP/doctor"

export AWS_ENDPOINT_URL=$endpoint AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=local
export AWS_SECRET_ACCESS_KEY=wrong
"$RECONCTL" doctor >"$TMP/doctor"
ok 'a wrong secret is refused' grep -q '^FAIL  sts:GetCallerIdentity .*SignatureDoesNotMatch' "$TMP/doctor"
AWS_ACCESS_KEY_ID=another "$RECONCTL" doctor >"$TMP/doctor"
ok 'an unknown key is refused' grep -q '^FAIL  sts:GetCallerIdentity .*InvalidClientTokenId' "$TMP/doctor"

echo '{"rules": [{"service": "sts", "kind": "error", "status": 503}]}' >"$TMP/storm"
ok 'weather: a storm' cloud weather "$TMP/storm"
AWS_SECRET_ACCESS_KEY=local-secret "$RECONCTL" doctor >"$TMP/doctor"
ok 'the storm strikes' grep -q '^FAIL  sts:GetCallerIdentity .*ServiceUnavailable' "$TMP/doctor"
cloud weather >"$TMP/weather"
ok 'weather: what it is' jq -e '.rules[0].status == 503' "$TMP/weather"
ok 'weather: off' cloud weather off
AWS_SECRET_ACCESS_KEY=local-secret "$RECONCTL" doctor >"$TMP/doctor"
ok 'the sky is clear' grep -q '^ok    sts:GetCallerIdentity' "$TMP/doctor"
echo '{"rules": [{"kind": "hail"}]}' >"$TMP/hail"
fails 'weather that there is not' 3 cloud weather "$TMP/hail"
fails 'no such file' 2 cloud weather "$TMP/none"

fails 'another one cannot use the same folder' 3 "${RECONCTL%/*}/reconlocal" --state "$state" --port 0
ok 'stop' cloud stop
fails 'it has ended' 1 cloud status
fails 'a port that is none' 2 "${RECONCTL%/*}/reconlocal" --state "$state" --port 70000
fails 'no folder' 2 "${RECONCTL%/*}/reconlocal"
fails 'a clock that is none' 2 "${RECONCTL%/*}/reconlocal" --state "$state" --clock yesterday
