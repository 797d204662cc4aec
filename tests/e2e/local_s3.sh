#!/usr/bin/env bash
# reconlocal's S3 as boto3 and the command line of AWS use it.
. "$(dirname "$0")/../lib.sh"

needs_tool 'local S3' aws
needs_python 'local S3' boto3

RECONLOCAL=${RECONCTL%/*}/reconlocal TMP=$TMP "$PYTHON" tests/e2e/local_s3.py || script_failures=1

# ----- the command line -----

coproc local_aws { exec "${RECONCTL%/*}/reconlocal" --state "$TMP/cli" --port 0; }
read -r _ _ url <&"${local_aws[0]}"
export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local-secret AWS_DEFAULT_REGION=us-east-1
export AWS_EC2_METADATA_DISABLED=true AWS_CONFIG_FILE=$TMP/config
printf "[default]\ns3 =\n  signature_version = s3v4\n  addressing_style = path\n" >"$AWS_CONFIG_FILE"
s3() {
    aws --endpoint-url "$url" "$@"
}

head -c 20000000 /dev/urandom >"$TMP/large"
ok 'aws s3 mb' s3 s3 mb s3://files
ok 'aws s3 cp up, in parts' s3 s3 cp --no-progress "$TMP/large" 's3://files/in/a b+c%/large é'
ok 'aws s3 cp down' s3 s3 cp --no-progress 's3://files/in/a b+c%/large é' "$TMP/back"
ok 'it is the same' cmp "$TMP/large" "$TMP/back"
s3 s3 ls s3://files/in/ >"$TMP/listed"
ok 'aws s3 ls shows folders' grep -q 'PRE a b+c%/' "$TMP/listed"
mkdir "$TMP/tree" && for n in 1 2 3; do echo "$n" >"$TMP/tree/$n"; done
ok 'aws s3 sync' s3 s3 sync --no-progress "$TMP/tree" s3://files/tree
curl -s "$(s3 s3 presign s3://files/tree/2)" >"$TMP/presigned"
ok 'a presigned URL works without keys' grep -qx 2 "$TMP/presigned"
ok 'aws s3 rm' s3 s3 rm --recursive s3://files
ok 'aws s3 rb' s3 s3 rb s3://files
kill "$local_aws_PID"
wait "$local_aws_PID" 2>/dev/null
