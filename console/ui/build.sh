#!/usr/bin/env bash
# Builds the console's page into DIRECTORY: its files, each that gains by it also as .gz, and their
# names in files.txt. Does nothing where that was made from these very sources. Without Node it packs
# a page that says what is missing: all but the page works without it.
set -eu
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
mkdir -p "$1"
out=$(cd "$1" && pwd -P)
stamp=$out.stamp
node_least=20

say() { printf 'console: %s\n' "$*"; }

# What the sources are: a hash over all of them, and whether there is a Node to build them with.
sources() { # NODE
    printf '%s\n' "$1"
    (cd "$here" && find . \( -path ./node_modules -o -path ./dist -o -path ./e2e \) -prune -o -type f \
        ! -name schema.d.ts -print | LC_ALL=C sort | xargs -d '\n' sha256sum)
}

has_node() {
    local major
    command -v npm >/dev/null && major=$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null) &&
        [ "$major" -ge "$node_least" ]
}

# Files beside, packed as small as gzip can, and the list of all.
pack() {
    local file
    (cd "$out" && find . -type f ! -name '*.gz' ! -name files.txt | sed 's:^\./::' | LC_ALL=C sort) >"$out.list"
    while IFS= read -r file; do
        if [ "$(stat -c %s "$out/$file")" -gt 1000 ]; then gzip -9 -n -k -f "$out/$file"; fi
    done <"$out.list"
    mv "$out.list" "$out/files.txt"
}

absent() { # WHY
    say "$1: the jar has a page that says so, and the API"
    rm -rf "$out"
    cp -r "$here/absent" "$out"
    cp "$here/public/favicon.svg" "$out/"
    pack
}

# The packages of the lockfile, unless they are there.
packages() {
    local lock=$here/node_modules/.heddle-lock now
    now=$(sha256sum <"$here/package-lock.json")
    [ "$(cat "$lock" 2>/dev/null)" = "$now" ] && return 0
    say "fetching the page's packages …"
    (cd "$here" && npm ci --no-progress --loglevel=error >"$out.log" 2>&1) || return 1
    printf '%s' "$now" >"$lock"
}

if has_node; then node=yes; else node=no; fi
now=$(sources $node | sha256sum)
if [ -f "$out/files.txt" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$now" ]; then exit 0; fi
rm -f "$stamp"

if [ "$node" = no ]; then
    absent "no Node $node_least or newer and npm on PATH"
elif ! packages; then
    absent "the page's packages could not be fetched (see $out.log)"
    exit 0 # not stamped: the next build tries again
else
    say "building the page …"
    if ! (cd "$here" && HEDDLE_UI_OUT=$out npm run --silent build >"$out.log" 2>&1); then
        cat "$out.log" >&2
        exit 1
    fi
    pack
fi
printf '%s' "$now" >"$stamp"
