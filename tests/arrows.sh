#!/usr/bin/env bash
# Reads the #include lines and fails on any that points the wrong way, and on
# what core must not know: clocks, networks, terminals, databases.
#     tests/arrows.sh [FOLDER]
set -u
cd "${1:-$(dirname "$0")/..}" || exit 3

# What the files of a folder may include, as patterns. tests/ and bench/ have no
# row: they may include anything.
arrows='
base      base/*
core      core/* base/*
aws       aws/* base/*
pipeline  pipeline/* aws/* core/* base/*
model     model/* pipeline/* aws/* core/* base/*
ops       ops/* pipeline/* aws/* core/* base/*
tui       tui/* model/* ops/* core/* base/*
cli       cli/* tui/* model/* ops/* pipeline/* aws/* core/* base/*
local     local/* core/* base/* aws/loop.h aws/sign*.h aws/json*.h aws/xml*.h
'

# System headers that the files of a folder may not include, as extended regular
# expressions.
terminal='(n?curses|ncursesw/.*|term|termios|sys/ioctl)\.h'
network='(sys/socket|netdb|netinet/.*|arpa/inet|curl/.*|microhttpd|openssl/ssl)\.h'
database='sqlite3\.h'
forbidden="
base      $terminal|$network|$database
core      $terminal|$network|$database
aws       $terminal|$database
pipeline  $terminal|$database|microhttpd\.h
tui       $network|$database
"

clocks='time|clock|clock_gettime|gettimeofday|timespec_get|ftime|sleep|usleep|nanosleep'

failures=0

# result NAME FINDINGS
result() {
    if [ -z "$2" ]; then
        echo "ok - $1"
    else
        echo "not ok - $1"
        printf '%s\n' "$2" | sed 's/^/# /'
        failures=$((failures + 1))
    fi
}

# Prints "FILE:LINE PATH" for each file of the project that the folder includes.
# A quoted name without a folder is in the folder of the file that names it.
includes_of() {
    grep -HnoE '^[[:space:]]*#[[:space:]]*include[[:space:]]*("[^"]+"|<(base|core|aws|pipeline|model|ops|tui|cli|local|tests)/[^>]+>)' \
        "$1"/*.[ch] 2>/dev/null |
        sed -E "s|^([^:]+:[0-9]+):.*[\"<]([^\">]+)[\">]\$|\1 \2|; s|^([^ ]+) ([^/]+)\$|\1 $1/\2|"
}

# wrong_arrows FOLDER PATTERN...
wrong_arrows() {
    local folder=$1 where path pattern
    shift
    includes_of "$folder" | while read -r where path; do
        for pattern in "$@"; do
            # shellcheck disable=SC2254 # it is a pattern
            case $path in *..*) ;; $pattern) continue 2 ;; esac
        done
        echo "$where includes $path"
    done
}

without_comments() {
    awk '{
        line = $0
        out = ""
        while (line != "") {
            if (inside) {
                end = index(line, "*/")
                if (!end) break
                line = substr(line, end + 2)
                inside = 0
            } else {
                start = index(line, "/*")
                if (!start) { out = out line; break }
                out = out substr(line, 1, start - 1) " "
                line = substr(line, start + 2)
                inside = 1
            }
        }
        sub(/\/\/.*/, "", out)
        print out
    }' "$1"
}

while read -r -a row; do
    folder=${row[0]:-}
    [ -n "$folder" ] && [ -d "$folder" ] || continue
    result "what $folder includes of the project" "$(wrong_arrows "$folder" "${row[@]:1}")"
done <<<"$arrows"

while read -r folder headers; do
    [ -n "$folder" ] && [ -d "$folder" ] || continue
    found=$(grep -HnE "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]($headers)[>\"]" "$folder"/*.[ch] 2>/dev/null)
    result "what $folder includes of the system" "$found"
done <<<"$forbidden"

found=$(grep -lE '^[[:space:]]*#[[:space:]]*include[[:space:]]*<(n?curses|ncursesw/.*|term)\.h>' */*.[ch] |
    grep -vE '^tui/screen(_draw|_input)?\.c$')
result 'only tui/screen.c, screen_draw.c and screen_input.c include ncurses' "$found"

found=$(for file in base/*.[ch] core/*.[ch]; do
    without_comments "$file" | grep -nE "(^|[^A-Za-z0-9_.>])($clocks)[[:space:]]*\(" | sed "s|^|$file:|"
done)
result 'base and core ask no clock' "$found"

[ "$failures" -eq 0 ]
