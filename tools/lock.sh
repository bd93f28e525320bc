#!/usr/bin/env bash
# Writes the hashed, address-free requirement exports: one for development, one per service and for the command line.
# Existing pins stay; `tools/lock.sh --upgrade` takes the newest versions that fit. `--check` writes nothing and fails
# when a file is not current.
set -euo pipefail
cd "$(dirname "$0")/.."

uv=${UV:-.venv/bin/uv}
mode=${1:-}
target=.
if [ "$mode" = --check ]; then
    target=$(mktemp -d)
    trap 'rm -rf "$target"' EXIT
fi
options=(--quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate)
for part in surveyor-kit surveyor-schemas surveyor-inventory; do options+=(--no-emit-package "$part"); done
[ "$mode" = --upgrade ] && options+=(--upgrade)

export_to() { # FILE PYPROJECT... : resolves into $target/FILE, starting from the committed pins
    local file=$1
    shift
    if [ "$target" != . ]; then
        mkdir -p "$target/$(dirname "$file")"
        [ -f "$file" ] && cp "$file" "$target/$file"
    fi
    "$uv" pip compile "${options[@]}" "$@" -o "$target/$file"
    if [ "$mode" = --check ] && ! cmp -s "$file" "$target/$file"; then
        echo "$file is not current: run \`make lock\`" >&2
        return 1
    fi
}

export_to requirements-dev.txt --group dev {schemas,inventory,kit,cli,devstack}/pyproject.toml services/*/pyproject.toml
constraint=$(mktemp)
sed -n 's/^\([A-Za-z0-9_.-]*==[^ ;\\]*\)\( ;[^\\]*\)\{0,1\}.*/\1\2/p' "$target/requirements-dev.txt" >"$constraint"
bootstrap=$(mktemp --suffix=.in)
echo uv >"$bootstrap"
export_to requirements-bootstrap.txt --constraint "$constraint" "$bootstrap"
echo hatchling >"$bootstrap"
export_to deploy/images/requirements-build.txt --constraint "$constraint" "$bootstrap"
for part in cli services/*; do
    export_to "$part/requirements.txt" --constraint "$constraint" "$part/pyproject.toml"
done
rm -f "$constraint" "$bootstrap"
