#!/bin/sh
# Brings public collections of damaged and odd pictures to $HOSTILE_CORPORA, or to the user's cache, and names their folders:
# the test pictures of Pillow (those that once crashed or hung it among them) and of pillow-heif, and, where Go is, of golang.org/x/image.
set -eu
corpora="${HOSTILE_CORPORA:-${XDG_CACHE_HOME:-$HOME/.cache}/flux-hostile-corpora}"
mkdir -p "$corpora"
bring() { # name, version, pictures within the archive
  test -d "$corpora/$1" && return
  archives=$(mktemp -d)
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --no-binary "$1" --dest "$archives" "$1==$2"
  mkdir "$archives/$1"
  tar -xzf "$archives"/*.tar.gz -C "$archives/$1" --strip-components=3 --wildcards "*/$3/*"
  mv "$archives/$1" "$corpora/$1"
  rm -r "$archives"
}
bring pillow 11.3.0 Tests/images
bring pillow-heif 1.1.1 tests/images
if command -v go > /dev/null && ! test -d "$corpora/x-image"; then
  cp -r "$(go mod download -json golang.org/x/image@v0.24.0 | sed -n 's/.*"Dir": "\(.*\)".*/\1/p')/testdata" "$corpora/x-image"
  chmod -R u+w "$corpora/x-image"
fi
for folder in "$corpora"/*; do
  echo "$folder  $(find "$folder" -type f | wc -l) files" >&2
  echo "$folder"
done
