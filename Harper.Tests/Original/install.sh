#!/usr/bin/env bash
# Installs the original (the npm package `harperdb`, at the version of package-lock.json) for the specs that put it into one cluster with this system, into a
# cache folder, once per lock file. Brings node 20 along where the machine has none or an older one. Prints the folder.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/harper-for-dotnet
lock=$(cat "$here"/package*.json "$here"/node/package*.json | sha256sum | cut -c 1-16)
target=$cache/original-$lock
if [ -f "$target/complete" ]; then echo "$target"; exit 0; fi

command -v npm >/dev/null || { echo "please install npm" >&2; exit 1; }
mkdir -p "$cache"
exec 9>"$cache/lock"; flock 9   # two runs at once: the second finds what the first installed
if [ -f "$target/complete" ]; then echo "$target"; exit 0; fi
rm -rf "$target"; mkdir -p "$target"
quiet="--no-save --no-audit --no-fund --omit=dev"

major=$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)
node=$(command -v node || true)
if [ "$major" -lt 20 ]; then
  mkdir "$target/node"; cp "$here"/node/package*.json "$target/node"
  (cd "$target/node" && npm install $quiet >&2)
  node=$(echo "$target"/node/node_modules/node-linux-*/bin/node)
fi
ln -s "$node" "$target/node-20"

# `npm ci` wants every optional package of every platform in the lock file; `npm install` takes the same versions and checks the same hashes.
cp "$here"/package*.json "$target"
(cd "$target" && PATH=$(dirname "$node"):$PATH npm install $quiet >&2)
# Where install scripts are off by configuration, what is compiled is still to be made.
(cd "$target" && "$target/node-20" -e 'for (const m of ["lmdb", "msgpackr"]) require(m)' 2>/dev/null || PATH=$(dirname "$node"):$PATH npm rebuild >&2)
[ -f "$target/node_modules/harperdb/bin/harperdb.js" ] || { echo "harperdb is not in $target after npm install" >&2; exit 1; }
touch "$target/complete"
# Older installations go, except those that were used today.
find "$cache" -maxdepth 1 -name 'original-*' ! -path "$target" -mtime +1 -exec rm -rf {} +
echo "$target"
