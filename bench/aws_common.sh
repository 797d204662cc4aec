# shellcheck shell=bash disable=SC2154
# What the measurements of the AWS clients share; they stand in the project's folder and
# have
#
#     build PROGRAM...             builds bench/PROGRAM.c into $programs
#     start NAME COMMAND...        starts a server that prints "http://127.0.0.1:PORT" (maybe
#                                  behind a word) and ends when its standard input does;
#                                  $url is where it listens, $work/NAME.err what it said
#     stop                         ends the one that was started last
#     machine                      says what this ran on
#
# BUILD is the folder of the program (build), $work the one for all that is made.

case ${BUILD:=build} in
/*) programs=$BUILD/bench ;;
*) programs=$PWD/$BUILD/bench ;;
esac

# Keys that nobody has, and nothing of the machine's own configuration.
export AWS_ACCESS_KEY_ID=S3RVER AWS_SECRET_ACCESS_KEY=S3RVER
export AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1 AWS_EC2_METADATA_DISABLED=true
export AWS_CONFIG_FILE=$work/no-config AWS_SHARED_CREDENTIALS_FILE=$work/no-config
export no_proxy=127.0.0.1 NO_PROXY=127.0.0.1
rm -f "$work/no-config"
unset AWS_PROFILE AWS_SESSION_TOKEN AWS_ENDPOINT_URL

build() {
    local base=() source name
    for source in base/*.c; do
        base+=("$BUILD/${source%.c}.o")
    done
    make --quiet BUILD="$BUILD" "$BUILD/libaws.a" "${base[@]}" >&2 || return
    mkdir -p "$programs" || return
    for name in "$@"; do
        # shellcheck disable=SC2046
        ${CC:-cc} -std=c17 -D_GNU_SOURCE -I. -O3 -g -o "$programs/$name" "bench/$name.c" \
            "$BUILD/libaws.a" "${base[@]}" \
            $(pkg-config --libs libcurl expat inih jansson libcrypto) -lm -pthread || return
    done
}

server_pid='' server_input=''

start() {
    local name=$1
    shift
    url=
    rm -f "$work/$name.in" && mkfifo "$work/$name.in" || return
    exec {server_input}<>"$work/$name.in"
    "$@" <"$work/$name.in" >"$work/$name.out" 2>"$work/$name.err" {server_input}>&- &
    server_pid=$!
    for _ in $(seq 300); do
        url=$(sed -n 's|^.*\(http://127.0.0.1:[0-9]*\)$|\1|p' "$work/$name.out")
        [ -z "$url" ] || return 0
        kill -0 "$server_pid" 2>/dev/null || break
        sleep 0.1
    done
    echo "$name did not start:" >&2
    cat "$work/$name.err" >&2
    stop
    return 1
}

stop() {
    [ -n "$server_pid" ] || return 0
    exec {server_input}>&-
    kill "$server_pid" 2>/dev/null
    wait "$server_pid" 2>/dev/null
    server_pid=
}

machine() {
    echo "$(awk -F ': ' '/^model name/ { print $2; exit }' /proc/cpuinfo), $(nproc) processors," \
        "$(sed -n 's/^PRETTY_NAME="\(.*\)"$/\1/p' /etc/os-release)," \
        "load $(cut -d ' ' -f 1-3 /proc/loadavg)"
}
