#!/usr/bin/env bash
# Bad input: what is said of it, and the exit status.
. "$(dirname "$0")/../lib.sh"
WANT=tests/golden/reject

"$RECONCTL" generate --records 6 --seed 7 --out "$TMP/day" >"$TMP/log"
good=$TMP/day/settlement.txt

# bad NAME TEXT: $TMP/bad.txt parsed for its summary
bad() {
    transcript "$2" "$WANT/$1.txt" "$RECONCTL" parse --layout clearing168 --summary "$TMP/bad.txt"
}

head -c 1000 "$good" >"$TMP/bad.txt"
bad truncated 'cut in the middle of a record'
head -c 1014 "$good" >"$TMP/bad.txt"
bad no-trailer 'cut between two records'
transcript 'a broken control without --summary' $WANT/no-trailer-records.txt sh -c \
    '"$0" parse --layout clearing168 "$1" >/dev/null' "$RECONCTL" "$TMP/bad.txt"
sed '$s/^TR0/TR1/' "$good" >"$TMP/bad.txt"
bad wrong-trailer 'a trailer that counts wrongly'
sed '3s/^DT/ZZ/' "$good" >"$TMP/bad.txt"
bad unknown-type 'an unknown record type'
sed '3s/^\(.\{76\}\)./\1x/' "$good" >"$TMP/bad.txt"
bad no-digit 'no digit in an amount'
sed '3s/^\(.\{129\}\)./\1\x00/' "$good" >"$TMP/bad.txt"
bad nul 'a stray byte 00'
sed '3s/^\(.\{129\}\)./\1\xff/' "$good" >"$TMP/bad.txt"
bad ff 'a stray byte FF'
sed '3s/USD\|EUR\|GBP\|JPY\|KWD/XQX/' "$good" >"$TMP/bad.txt"
bad currency 'a currency that does not exist'
sed '3s/$/    /' "$good" >"$TMP/bad.txt"
bad long-line 'a line that is too long'
sed '3s/^\(.*\)....$/\1/' "$good" >"$TMP/bad.txt"
bad short-line 'a line that is too short'
sed '1d' "$good" >"$TMP/bad.txt"
bad no-header 'the header is missing'
sed '3{h;d};$G' "$good" >"$TMP/bad.txt"
bad order 'a detail behind the trailer'
head -c 300000 /dev/zero | tr '\0' 'D' >"$TMP/bad.txt"
bad one-line 'no newline anywhere'
: >"$TMP/bad.txt"
bad empty 'an empty file'

printf '\000\010\000\000ABCD\000\003\000\000AB' >"$TMP/bad.txt"
transcript 'a record descriptor word that cannot be' $WANT/rdw.txt \
    "$RECONCTL" parse --layout clearing168 --framing rdw --summary "$TMP/bad.txt"

transcript 'a directory' $WANT/directory.txt "$RECONCTL" parse --layout clearing168 "$TMP/day"
transcript 'no such file' $WANT/missing.txt "$RECONCTL" parse --layout clearing168 "$TMP/none"
transcript 'no such layout' $WANT/no-layout.txt "$RECONCTL" parse --layout none "$good"
transcript 'no such copybook' $WANT/no-copybook.txt "$RECONCTL" parse --copybook "$TMP/none.cpy" "$good"
transcript 'a copybook that is none' $WANT/bad-copybook.txt "$RECONCTL" parse --copybook "$good" "$good"
transcript 'an unknown encoding' $WANT/encoding.txt \
    "$RECONCTL" parse --layout clearing168 --encoding utf-8 "$good"
transcript 'an unknown framing' $WANT/framing.txt \
    "$RECONCTL" parse --layout clearing168 --framing tape "$good"
