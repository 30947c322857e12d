#!/bin/sh
# Installs the Debian packages of packages.txt that are missing; silent when there are none.
set -eu

list="$(dirname "$0")/../packages.txt"
wanted=$(sed -e 's/#.*//' "$list")

# One dpkg-query for all of them keeps the usual case, nothing to do, at a few milliseconds.
installed=""
if command -v dpkg-query >/dev/null 2>&1; then
  # shellcheck disable=SC2086
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null |
    sed -n 's/^installed //p') || true
fi
missing=""
for package in $wanted; do
  case "
$installed
" in
    *"
$package
"*) ;;
    *) missing="$missing $package" ;;
  esac
done
[ -n "$missing" ] || exit 0

# Makes the reason and the remedy one message, and ends.
refuse() {
  echo "setup: $1" >&2
  echo "setup: install these Debian 12 packages, or what your system calls them, and run again:" >&2
  echo "setup:  $missing" >&2
  exit 3
}

command -v apt-get >/dev/null 2>&1 || \
  refuse "this system has no apt-get (Scribe is built on Debian 12)"
as_root=""
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null 2>&1 ||
    refuse "packages are missing and this user is neither root nor has sudo"
  as_root="sudo"
fi

echo "setup: installing$missing" >&2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! $as_root apt-get update >"$log" 2>&1; then
  cat "$log" >&2
  refuse "apt-get update failed, see above"
fi
# shellcheck disable=SC2086
if ! $as_root env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y --no-install-recommends $missing >"$log" 2>&1; then
  cat "$log" >&2
  refuse "apt-get install failed, see above"
fi
echo "setup: done" >&2
