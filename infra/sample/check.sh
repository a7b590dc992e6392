#!/usr/bin/env bash
# Runs the sample's own tests as it is before the change and after it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for state in base change; do
  cp -R "$here/$state/." "$work/"
  (
    cd "$work"
    python3 -B -m unittest discover -q -s tests
    node --test > node.log || { cat node.log; exit 1; }
  )
done
