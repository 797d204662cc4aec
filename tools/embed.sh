#!/bin/sh
# Writes a C file that holds the given layouts as strings, for core/bundled.h.
#     tools/embed.sh layouts/*.json > bundled_layouts.c
set -eu
LC_ALL=C
export LC_ALL

printf '/* Made by tools/embed.sh from the layouts; do not edit. */\n'
printf '#include "core/bundled.h"\n\n'
printf 'const struct rc_bundled rc_bundled_layouts[] = {\n'
for file in "$@"; do
    name=${file##*/}
    printf '    {"%s",\n' "${name%.json}"
    # Octal escapes mean the same bytes whether char is signed or not.
    od -A n -v -t o1 <"$file" | awk '{
        printf "     \""
        for (i = 1; i <= NF; i++) printf "\\%s", $i
        printf "\"\n"
    }'
    printf '     "", %d},\n' "$(wc -c <"$file")"
done
printf '};\n\nconst size_t rc_bundled_layout_count = %d;\n' "$#"
