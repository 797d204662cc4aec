#!/bin/sh
# Writes a C file with a table of every operation of AWS that headers declare, for the test that
# looks at all of them.
#     tools/operations.sh tests/ops/operations.h aws/*.h > operations.c
set -eu
LC_ALL=C
export LC_ALL

header=$1
shift
names=$(sed -n 's/^RC_OPERATION(\(rc_[a-z0-9_]*\),.*/\1/p' "$@")
printf '/* Made by tools/operations.sh; do not edit. */\n#include "%s"\n\n' "$header"
printf '#include "%s"\n' "$@"
printf '\nconst struct named_operation every_operation[] = {\n'
for name in $names; do
    printf '    {"%s", &%s_operation},\n' "$name" "$name"
done
printf '    {0},\n};\n'
