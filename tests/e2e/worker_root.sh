#!/usr/bin/env bash
# reconworker in the root that deploy/Dockerfile gives it: whether the libraries suffice,
# whether it needs any rights, and a whole day. tools/worker_root.sh makes that root.
. "$(dirname "$0")/../lib.sh"

# leave REASON: it cannot be tested here
leave() {
    skip 'reconworker in its root' "$1"
    exit 0
}

worker=${RECONCTL%/*}/reconworker
[ "$(id -u)" -eq 0 ] || leave 'only root may change the root'
[ -x "$worker" ] || leave 'reconworker is not built'
needs_tool 'reconworker in its root' dpkg
root=$(sh tools/worker_root.sh --path)
[ -d "$root" ] || leave 'there is no such root (`make worker-root` makes it with debootstrap and a network)'
case $root in
*-"$(. /etc/os-release && echo "${VERSION_CODENAME:-}")"-*) ;;
*) leave 'it is built on another release of Debian than the one of the image' ;;
esac

# inside COMMAND...: as a user without rights
inside() {
    chroot --userspec=10001:10001 "$root" /usr/bin/env -i PATH=/usr/bin:/bin "$@"
}

program=/usr/local/bin/reconworker.$$
trap 'rm -f "$root$program"; end_of_script' EXIT
install -m 755 "$worker" "$root$program"
ok 'it starts' inside "$program" --version
inside ldd "$program" >"$TMP/libraries"
fails 'every library is there' 1 grep 'not found' "$TMP/libraries"
fails 'it has no terminal, no database and no server in it' 1 \
    grep -E 'ncurses|sqlite|microhttpd' "$TMP/libraries"
fails 'it cannot write to its root' 1 inside touch /etc/reconworker

# A whole day: functions and tasks of a reconlocal outside run in there.
for name in $(env | sed -n 's/^\(AWS_[A-Z_0-9]*\|RECON_[A-Z_]*\)=.*/\1/p'); do unset "$name"; done
cat >"$TMP/worker" <<END
#!/bin/sh
exec chroot --userspec=10001:10001 "$root" "$program" "\$@"
END
chmod 755 "$TMP/worker"
needs_python 'a day in its root' boto3
"$RECONCTL" generate --records 300 --seed 1 --out "$TMP/day" >/dev/null || exit 3
RECONCTL=$RECONCTL RECONLOCAL=${RECONCTL%/*}/reconlocal TMP=$TMP \
    "$PYTHON" tests/e2e/worker_root.py "$TMP/worker" "$root" || script_failures=1
