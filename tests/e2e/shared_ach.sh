#!/usr/bin/env bash
# Published NACHA files: all of them are read, and exactly the controls that are
# wrong in them are broken.
. "$(dirname "$0")/../lib.sh"
needs_shared 'NACHA files' data/ach
needs_tool 'NACHA files' jq

# What is broken: file, name of the control, scope and batch.
cat >"$TMP/broken" <<'EOF'
20110805A.ach batch_count file
adv-invalidFileControl.ach entry_count file
iat-invalidBatchControl.ach batch_number batch 1
iat-invalidBatchControl.ach batch_odfi batch 1
txp-debit.ach block_count file
EOF

: >"$TMP/found"
for file in "$RECONCTL_SHARED"/data/ach/*.ach; do
    name=$(basename "$file")
    expected_status=0
    ! grep -q "^$name " "$TMP/broken" || expected_status=1
    fails "$name is read" $expected_status "$RECONCTL" parse --layout nacha --summary "$file"
    run "$RECONCTL" parse --layout nacha --summary "$file"
    jq -r --arg name "$name" '.controls[] | select(.ok | not) |
        [$name, .name, .scope, (.batch // empty | tostring)] | join(" ")' "$TMP/.out" >>"$TMP/found"
    mv "$TMP/.out" "$TMP/summary"
    ok "$name: nothing is rejected" jq -e '.rejected == 0' "$TMP/summary"

    # As many records as lines, and each where its line begins.
    "$RECONCTL" parse --layout nacha "$file" 2>"$TMP/messages" | jq -r '"\(.number) \(.offset)"' >"$TMP/records"
    awk '{ print NR, at + 0; at += length($0) + 1 }' "$file" >"$TMP/lines"
    ok "$name: a record a line" diff "$TMP/lines" "$TMP/records"
done
sort "$TMP/found" >"$TMP/sorted"
ok 'exactly the wrong controls are broken' diff "$TMP/broken" "$TMP/sorted"
