#!/usr/bin/env bash
# Looks at what was built. The core must need nothing of the outside world. What
# makes test data must share no code with what is tested by it, or both could be
# wrong in the same way and agree. The worker must need nothing but what it has at AWS.
set -u
cd "$(dirname "$0")/.." || exit 3
export LC_ALL=C
build=${BUILD:-build}
library=$build/libcore.a

[ -e "$library" ] || {
    echo "not ok - $library is not there: run make"
    exit 1
}

clocks='time|clock|clock_gettime|gettimeofday|timespec_get|ftime|localtime(_r)?|sleep|usleep|nanosleep'
chance='rand|rand_r|srand|random|srandom|getrandom|getentropy|arc4random.*|RAND_.*'
network='socket|connect|accept4?|bind|listen|send(to|msg)?|recv(from|msg)?|getaddrinfo|gethostby.*|curl_.*|SSL_.*|MHD_.*'
terminal='initscr|newterm|endwin|setupterm|tc[gs]etattr|ioctl|isatty'
processes='fork|vfork|exec[lv]p?e?|posix_spawnp?|system|popen'
forbidden="$clocks|$chance|$network|$terminal|$processes|sqlite3_.*|XML_.*"

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

# "OBJECT SYMBOL TYPE" for each global symbol of the library.
symbols() {
    nm -A -P -g "$library" | sed -nE 's|^.*\[(.*)\]: ([^ ]+) ([A-Za-z]).*$|\1 \2 \3|p'
}

result 'libcore.a needs no clock, chance, network, terminal, process or database' "$(
    symbols | awk '$3 == "U"' | grep -E "^[^ ]+ ($forbidden)(@.*)? U$" | sed -E 's/^(.*) (.*) U$/\1 needs \2/'
)"

# The objects that generate*.o needs, and theirs, with the way there.
result 'generate shares no code with parse, layout, match and reconcile' "$(
    symbols | awk '
        $3 == "U" { needs[$1] = needs[$1] " " $2; next }
        { where[$2] = $1 }
        { object[$1] = 1 }
        END {
            for (name in object)
                if (name ~ /^generate/) { way[name] = name; queue[++last] = name }
            for (first = 1; first <= last; first++) {
                name = queue[first]
                count = split(needs[name], list, " ")
                for (i = 1; i <= count; i++) {
                    next_name = where[list[i]]
                    if (next_name == "" || next_name in way) continue
                    way[next_name] = way[name] " needs " list[i] " of " next_name
                    queue[++last] = next_name
                    if (next_name ~ /^(match|reconcile|parse|layout)/) print way[next_name]
                }
            }
        }'
)"

# Every shared library that a test of core is linked with.
result 'the tests of core link nothing but what core may use' "$(
    for source in tests/unit/test_*.c; do
        program=$build/${source%.c}
        [ -e "$program" ] || continue
        objdump -p "$program" | awk -v program="${source%.c}" '
            $1 == "NEEDED" && $2 !~ /^(libc|libm|libpthread|libjansson|libxxhash|libcrypto|libcmocka|lib[a-z]*san|libgcc_s|ld-.*)\.so/ {
                print program " links " $2
            }'
    done
)"

# It runs in a container with these and no others: no terminal, database or server.
result 'reconworker links nothing but what a worker may use' "$(
    [ -e "$build/reconworker" ] || echo "$build/reconworker is not there: run make"
    objdump -p "$build/reconworker" 2>/dev/null | awk '
        $1 == "NEEDED" && $2 !~ /^(libc|libm|libpthread|libcurl|libexpat|libinih|libjansson|libxxhash|libcrypto|lib[a-z]*san|libgcc_s|ld-.*)\.so/ {
            print "reconworker links " $2
        }
        $1 == "NEEDED" { seen = 1 }
        END { if (!seen) print "objdump names no library of reconworker" }'
)"

[ "$failures" -eq 0 ]
