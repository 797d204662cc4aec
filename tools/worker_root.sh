#!/bin/sh
# Makes the root that deploy/Dockerfile gives reconworker, without Docker: debootstrap
# installs the same packages of the same Debian. It is kept in $XDG_CACHE_HOME/reconctl under
# a name that stands for what is in it, and prints that path. Needs root and Debian's mirror.
#     tools/worker_root.sh         makes it, unless it is there
#     tools/worker_root.sh --path  prints where it is or would be, and nothing else
set -eu
cd "$(dirname "$0")/.."

release=$(sed -n 's/^ARG DEBIAN=debian:\(.*\)-slim$/\1/p' deploy/Dockerfile)
packages=$(awk '$1 == "run" { print $2 }' deploy/packages.txt | paste -sd, -)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/reconctl
hash=$(echo "$release $packages $(dpkg --print-architecture)" | sha256sum | cut -c 1-16)
root=$cache/worker-root-$release-$hash

if [ "${1:-}" != --path ] && [ ! -d "$root" ]; then
    mkdir -p "$cache"
    new=$(mktemp -d "$cache/worker-root.XXXXXX")
    trap 'rm -rf "$new"' EXIT
    debootstrap --variant=minbase --include="$packages" "$release" "$new/root" >&2
    mv "$new/root" "$root" # it gets its name when it is whole
fi
echo "$root"
