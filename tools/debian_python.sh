#!/bin/sh
# Downloads Debian's largest Python packages, as sources of a corpus.
#   tools/debian_python.sh FOLDER [COUNT]
# No root is needed and nothing is installed. Packages of programs in Python that are not called
# python3-* are named here.
set -eu
folder=${1:?usage: debian_python.sh FOLDER [COUNT]}
count=${2:-1200}
programs="calibre libpython3.11-testsuite mercurial-common ansible ansible-core yt-dlp sqlmap"
names=$(apt-cache dumpavail |
  awk '/^Package: /{name=$2} /^Section: /{section=$2} /^Installed-Size: /{size=$2}
       /^$/{if (name ~ /^python3-/ && section == "python") print size, name; name=""}' |
  sort -rn | awk '!seen[$2]++ {print $2}' | grep -v -e '-dbg$' -e '-doc$' -e '-dev$' |
  head -n "$count")
mkdir -p "$folder"
cd "$folder"
# shellcheck disable=SC2086
apt-get download $programs $names
