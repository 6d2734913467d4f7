#!/usr/bin/env bash
# Builds everything with warnings as errors and runs every spec. Installs what it needs on a bare Debian machine with the .NET SDK.
#
#   ./test.sh            the whole run, below 15 minutes on 2 cores
#   ./test.sh --long     the soaks too (a million histories, 100 kills, ...): hours
#   ./test.sh -- ARGS    ARGS go to the test runner, for example -- --filter-class '*RowMergeSpecs'
#
# Ends with a line "N passed, N failed" and a non-zero exit when anything failed or was skipped.
set -uo pipefail
cd "$(dirname "$0")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1

long=0
while [ $# -gt 0 ]; do case $1 in
  --long) long=1; shift;;
  --) shift; break;;
  *) echo "unknown argument $1; see the head of $0" >&2; exit 2;;
esac; done
[ $long = 1 ] && export HARPER_LONG=1

# What specs need beside the SDK; nothing is asked of the package manager when it is all there.
missing=()
command -v curl >/dev/null || missing+=(curl)
command -v git >/dev/null || missing+=(git)
command -v npm >/dev/null || missing+=(npm)
command -v openssl >/dev/null || missing+=(openssl)
if [ ${#missing[@]} -gt 0 ]; then
  command -v apt-get >/dev/null || { echo "please install: ${missing[*]}" >&2; exit 1; }
  (apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}") >/dev/null || { echo "could not install ${missing[*]}" >&2; exit 1; }
fi

# The original, which many specs put into one cluster with this system: installed once, into a cache folder. Without it those specs fail and say why.
Harper.Tests/Original/install.sh >/dev/null || echo "the original could not be installed" >&2

dotnet build harper.sln -c Release -warnaserror || { echo "0 passed, 1 failed"; exit 1; }

log=$(mktemp)
trap 'rm -f "$log"' EXIT
# run ARGS: runs specs, sets code, passed, failed, skipped, and names those that failed (a theory without its arguments).
run() {
  dotnet Harper.Tests/bin/Release/net10.0/Harper.Tests.dll --ansi off "$@" 2>&1 | tee "$log"
  code=${PIPESTATUS[0]}
  passed=$(count succeeded); failed=$(count failed); skipped=$(count skipped)
  mapfile -t names < <(sed -n 's/^failed \(Harper\.Tests\.[A-Za-z0-9_.+]*\).*/\1/p' "$log" | sort -u)
}
count() { local n; n=$(sed -n "s/^ *$1: *\([0-9]*\).*/\1/p" "$log" | tail -n 1); echo "${n:-0}"; }

run "$@"
# Up to three specs that failed are run once more, by themselves: processes and deadlines on a busy machine are not the same as a fault. What failed the
# first time is named in any case, so that it is looked into; what fails twice has failed.
if [ "$failed" -gt 0 ] && [ "$failed" -le 3 ] && [ ${#names[@]} -gt 0 ] && [ $# = 0 ]; then
  first=("${names[@]}"); total=$((passed + failed)); missed=$skipped
  filters=(); for name in "${names[@]}"; do filters+=(--filter-method "$name"); done
  echo; echo "once more, by themselves: ${names[*]}"
  run "${filters[@]}"
  [ "$code" = 0 ] && [ "$passed" != 0 ] || [ "$failed" != 0 ] || failed=1
  passed=$((total - failed)); skipped=$((missed + skipped))
  echo "failed the first time: ${first[*]}"
fi
[ ${#names[@]} = 0 ] || echo "failed: ${names[*]}"
# A runner that failed, or a run without a single spec, is a failure whatever it counted.
[ "$code" = 0 ] && [ "$passed" != 0 ] || [ "$failed" != 0 ] || failed=1
# A skipped spec proves nothing: it counts as failed.
failed=$((failed + skipped))
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
