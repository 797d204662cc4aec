#!/bin/sh
# Writes a C file that holds files as strings, as a table for a header of bundled
# files.
#     tools/embed.sh core/bundled.h "struct rc_bundled rc_bundled_layouts" \
#         rc_bundled_layout_count layouts/*.json > bundled_layouts.c
set -eu
LC_ALL=C
export LC_ALL

header=$1 table=$2 count=$3
shift 3
printf '/* Made by tools/embed.sh; do not edit. */\n'
printf '#include "%s"\n\n' "$header"
printf 'const %s[] = {\n' "$table"
for file in "$@"; do
    name=${file##*/}
    printf '    {"%s",\n' "${name%.*}"
    # Octal escapes mean the same bytes whether char is signed or not.
    od -A n -v -t o1 <"$file" | awk '{
        printf "     \""
        for (i = 1; i <= NF; i++) printf "\\%s", $i
        printf "\"\n"
    }'
    printf '     "", %d},\n' "$(wc -c <"$file")"
done
printf '};\n\nconst size_t %s = %d;\n' "$count" "$#"
