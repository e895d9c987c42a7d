#!/bin/sh
# moe-bench on a machine without Bun, Node and network: the first call unpacks what lies beside this file, every call runs
# moe-bench with the arguments given. Needs x86-64 Linux, tar, gzip, and xz or python3.
# MOE_BUNDLE_FOLDER names another folder to unpack to, where this one cannot be written.
set -eu
PATH=${PATH:-/usr/local/bin:/usr/bin:/bin}
export PATH
MOE_BUNDLE_COMMIT=@COMMIT@
export MOE_BUNDLE_COMMIT

fail() {
  echo "moe-bench: $1" >&2
  exit 1
}

unxz_to_stdout() {
  if command -v xz >/dev/null 2>&1; then
    xz -dc "$1"
  elif command -v python3 >/dev/null 2>&1; then
    python3 -c 'import lzma, shutil, sys; shutil.copyfileobj(lzma.open(sys.argv[1]), sys.stdout.buffer)' "$1"
  else
    fail "neither xz nor python3 is on PATH, and one of them has to unpack $1"
  fi
}

# Into a new folder that takes its place at the end, so that one that is half unpacked is never used.
unpack() {
  command -v tar >/dev/null 2>&1 || fail "tar is not on PATH, and has to unpack $here/app.tar.gz"
  part=$unpacked.part.$$
  rm -rf "$part"
  mkdir -p "$part" || fail "$part cannot be made: name a folder that can be written in MOE_BUNDLE_FOLDER"
  trap 'rm -rf "$part"' EXIT
  tar -xzf "$here/app.tar.gz" -C "$part"
  unxz_to_stdout "$here/bun.xz" >"$part/bun"
  chmod +x "$part/bun"
  echo "@ID@" >"$part/id"
  rm -rf "$unpacked"
  mv "$part" "$unpacked"
  trap - EXIT
}

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
unpacked=${MOE_BUNDLE_FOLDER:-$here/unpacked}
[ "$(cat "$unpacked/id" 2>/dev/null)" = "@ID@" ] || unpack
exec "$unpacked/bun" "$unpacked/node_modules/moe-bench/bin/moe-bench.js" "$@"
