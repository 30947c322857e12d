#!/bin/bash
# Makes problems with unit tests from the Python packages that tools/debian_python.sh downloaded.
#   tools/trace_debian.sh SCRIBE DEBS OUT HUMAN_EVAL [MINUTES]
# SCRIBE is the program, DEBS the folder of packages, OUT a folder; the problems go to
# OUT/traced.jsonl. First the test suites of installed packages run under the tracer, then every
# package gives the functions whose inputs stand in docstrings or can be guessed. The same command
# goes on where it stopped; nothing is begun after MINUTES [60]. Needs:
#   apt-get install python3-pytest libpython3.11-testsuite python3-sympy python3-networkx \
#     python3-mpmath python3-passlib python3-pint python3-cssutils python3-translate \
#     python3-beancount python3-dask python3-graphql-core python3-toolz
set -euo pipefail
usage='usage: trace_debian.sh SCRIBE DEBS OUT HUMAN_EVAL [MINUTES]'
scribe=$(realpath "${1:?$usage}")
debs=$(realpath "${2:?$usage}")
mkdir -p "${3:?$usage}"/{problems,unpacked,logs,runs}
out=$(realpath "$3")
human_eval=$(realpath "${4:?$usage}")
end=$(($(date +%s) + ${5:-60} * 60))
installed=/usr/lib/python3/dist-packages
suites="sympy networkx mpmath passlib pint cssutils translate beancount dask toolz graphql"
export scribe debs out human_eval end installed

is_left() {
  [ ! -e "$out/problems/$1.jsonl" ] && [ "$(date +%s)" -lt "$end" ]
}

# trace NAME ARGUMENT...: one run; what earlier runs wrote is not taken again.
trace() {
  local name=$1 known=("$out"/problems/*.jsonl)
  shift
  is_left "$name" || return 0
  [ -e "${known[0]}" ] && set -- --known "${known[@]}" "$@"
  if "$scribe" problems trace --project "$name" --out "$out/runs/$name.jsonl" --workers 1 \
    --guesses --json --decontaminate "$human_eval" "$@" \
    > "$out/logs/$name.json" 2> "$out/logs/$name.err"; then
    rm -rf "$out/runs/$name.jsonl.work"
    mv "$out/runs/$name.jsonl" "$out/problems/$name.jsonl"
  else
    echo "$name: $(tail -n 1 "$out/logs/$name.err")"
  fi
}

# Each file of tests alone, so that one that hangs takes only its own time.
suite() {
  if [ ! -d "$installed/$1" ]; then
    echo "$1: $installed/$1 is not installed, left out"
    return 0
  fi
  trace "$1" --files "$installed/$1" --cpu-seconds 120 --wall-seconds 200 -- bash -c "
    cd $installed
    find $1 -name 'test_*.py' -o -name '*_test.py' | shuf --random-source=<(yes) |
    while read -r file; do
      timeout --foreground 12 python3 -m pytest -q -x -p no:cacheprovider \$file
    done"
}

cpython() {
  local modules
  modules=$(find /usr/lib/python3.11/test -maxdepth 1 -name 'test_*.py' -printf '%f\n' | sort |
    shuf -n 160 --random-source=<(yes) | sed 's,\.py$,,' | tr '\n' ' ')
  trace cpython --files /usr/lib/python3.11 --cpu-seconds 300 --wall-seconds 420 -- bash -c "
    for module in $modules; do
      timeout --foreground 12 python3.11 -m test -q \$module
    done"
}

package() {
  local name=${1##*/}
  name=${name%%_*}
  is_left "$name" || return 0
  local folder=$out/unpacked/$name part
  mkdir -p "$folder"
  # tar fails if there is no such file.
  dpkg-deb --fsys-tarfile "$1" | tar -x -C "$folder" --wildcards '*.py' 2> /dev/null || true
  for part in usr/lib/python3/dist-packages usr/share "usr/lib/${name#python3-}"; do
    if [ -d "$folder/$part" ]; then
      trace "$name" --files "$folder/$part"
      break
    fi
  done
  rm -rf "$folder"
}
export -f is_left trace suite cpython package

{
  echo cpython
  for name in $suites; do echo "suite $name"; done
} | xargs -d '\n' -P "$(nproc)" -I{} bash -c '{}'
find "$debs" -name '*.deb' | sort | shuf --random-source=<(yes) |
  xargs -d '\n' -P "$(nproc)" -I{} bash -c 'package "{}"'
cat "$out"/problems/*.jsonl > "$out/traced.jsonl.part"
mv "$out/traced.jsonl.part" "$out/traced.jsonl"
wc -l "$out/traced.jsonl"
