#!/usr/bin/env bash
# Lint the OpenAPI documents given with Spectral and Redocly, by the rules beside this file; both are installed first
# where they are missing. Exit code 1: one of them found something. 75: they cannot be had here, and one line says why.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
installed="$here/node_modules/.package-lock.json"
linters="$here/node_modules/.bin"
log="$(mktemp)"
trap 'rm -f "$log"' EXIT

not_here() {
  echo "The OpenAPI documents are not linted: $1." >&2
  exit 75
}

[ $# -gt 0 ] || { echo "Which documents?" >&2; exit 2; }
command -v node >/dev/null || not_here "Node is not installed"
if [ ! "$installed" -nt "$here/package-lock.json" ]; then
  command -v npm >/dev/null || not_here "npm is not installed"
  if ! (cd "$here" && npm ci --loglevel=error) >"$log" 2>&1; then
    grep -qE "code (EINTEGRITY|EUSAGE|EJSONPARSE)" "$log" || # what is wrong with us, and not with the machine
      not_here "npm cannot install the linters ($(grep -m1 -oE "code [A-Z0-9_]+" "$log" || echo "it does not say why"))"
    cat "$log" >&2
    exit 1
  fi
  touch "$installed"
fi

"$linters/spectral" lint --quiet --fail-severity=warn --ruleset "$here/spectral.yaml" "$@"
export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true # it asks nobody and tells nobody
if ! "$linters/redocly" lint --config "$here/redocly.yaml" "$@" >"$log" 2>&1; then
  cat "$log" >&2
  exit 1
fi
echo "Spectral and Redocly find nothing in $# documents."
