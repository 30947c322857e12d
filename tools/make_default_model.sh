#!/bin/bash
# Makes models/default, the model that comes with Scribe, from nothing but Debian's packages.
#   tools/make_default_model.sh WORK HUMAN_EVAL
# WORK is a folder with 10 GB free, not below /tmp; HUMAN_EVAL is HumanEval.jsonl.gz. About four
# hours on two cores that multiply in bf16, six on others; the same command goes on where it
# stopped. Needs what tools/trace_debian.sh names, and a release build (make build). Packages that
# Debian has changed since, and how many of them are traced within the hour, make another model.
set -euo pipefail
usage='usage: make_default_model.sh WORK HUMAN_EVAL'
mkdir -p "${1:?$usage}"
work=$(realpath "$1")
human_eval=$(realpath "${2:?$usage}")
cd "$(dirname "$0")/.."
scribe=build/release/src/cli/scribe
device=cpu
grep -qw avx512_bf16 /proc/cpuinfo && device=cpu,bf16
tools/debian_python.sh "$work/debs"
[ -e "$work/traced/traced.jsonl" ] ||
  tools/trace_debian.sh "$scribe" "$work/debs" "$work/traced" "$human_eval" 60
tools/permissive_problems.py "$work/debs" < "$work/traced/traced.jsonl" \
  > "$work/permissive.jsonl" 2> "$work/permissive.txt"
"$scribe" reproduce --scale default-model --device $device --source "$work/debs" \
  --permissive-only --traced "$work/permissive.jsonl" --human-eval "$human_eval" \
  --out "$work/reproduction"
rm -rf "$work/default"
"$scribe" export --model "$work/reproduction/codex-s" --out "$work/default" --type f16
"$scribe" sample --model "$work/default" --problems "$human_eval" --n 100 --max-tokens 96 \
  --temperature 0.8 --truncate-prompts --out "$work/human-eval.jsonl"
"$scribe" eval "$work/human-eval.jsonl" --problems "$human_eval" --json > "$work/human-eval.json"
tools/model_card.py "$work/reproduction" "$work/default" "$work/permissive.txt" \
  "$work/human-eval.json"
rm -rf models/default
mkdir -p models
cp -r "$work/default" models/default
