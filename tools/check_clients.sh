#!/bin/sh
# Drives `scribe serve` with other people's clients from PyPI: OpenAI's, SandboxFusion's, lm-eval.
#
#     check_clients.sh SCRIBE
#
# They are installed below build/clients once. Ends with 75 if they cannot be had, which says
# nothing about the server.
set -u
scribe=$(realpath "$1")
cd "$(dirname "$0")/.." || exit 1
environment=build/clients
if ! test -e "$environment/complete"; then
  rm -rf "$environment"
  python3 -m venv "$environment" || exit 75
  "$environment/bin/pip" --quiet --disable-pip-version-check --retries 3 install \
    openai sandbox-fusion 'lm-eval[api]' || exit 75
  touch "$environment/complete"
fi
python="$environment/bin/python"
model="$PWD/models/default"
problems="$environment/problems.jsonl"
printf '%s' '{"task_id": "any/0", "entry_point": "one_more",' \
  '"prompt": "def one_more(x):\n    \"\"\"x + 1\"\"\"\n",' \
  '"canonical_solution": "    return x + 1\n",' \
  '"test": "def check(candidate):\n    assert candidate(1) == 2\n"}' > "$problems"
"$python" tools/check_serving.py "$scribe" "$model" "$problems" &&
  "$python" tools/check_lm_eval.py "$scribe" "$model"
