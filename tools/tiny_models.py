"""Tiny trained models of every family, and what Scribe continues prompts with, for other checks."""

import json
import pathlib
import shutil
import subprocess
import sys
import sysconfig

MODULES = ("argparse", "ast", "calendar", "copy", "heapq", "queue", "shlex", "stat", "textwrap")
FAMILIES = {
    "gpt2": [],
    "gpt_neo": [],
    "gpt_bigcode": [],
    "codegen": [],
    "llama": ["--kv-heads", "2"],
    "mistral": ["--kv-heads", "2"],
    "qwen2": ["--kv-heads", "2"],
    "qwen3": ["--kv-heads", "2"],
    "starcoder2": ["--kv-heads", "2"],
}
PROMPTS = (
    "def add(a, b):\n    return",
    "import",
    'class Queue:\n    """A queue.\n\n    ',
    "    for x in range(10, 1234):\n        ",
    "# déjà vu: naïve café 中文 ☃\n",
    "x = [1,2,3]\ny = {'a': 4.5e-6}\nif not",
    "self._lock =\t  self",
    "raise ValueError(",
)
TOKENS = 64


def scribe(program, *words):
    command = [program, *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: {done.stderr or done.stdout}")


def make_corpus(program, folder):
    source = folder / "source"
    source.mkdir()
    for name in MODULES:
        shutil.copy(pathlib.Path(sysconfig.get_path("stdlib")) / f"{name}.py", source)
    scribe(program, "corpus", "build", "--source", source, "--no-prose", "--out", folder / "corpus",
           "--validation-share", "0.2")
    scribe(program, "tokenizer", "train", folder / "corpus/code", "--vocab-size", 600,
           "--out", folder / "tokenizer.json")
    scribe(program, "corpus", "tokenize", "--corpus", folder / "corpus/code", "--tokenizer",
           folder / "tokenizer.json", "--out", folder / "tokens")
    problems = [
        {"task_id": f"p/{i}", "prompt": prompt, "canonical_solution": "", "test": "",
         "entry_point": "f"}
        for i, prompt in enumerate(PROMPTS)
    ]
    lines = "".join(json.dumps(problem) + "\n" for problem in problems)
    (folder / "problems.jsonl").write_text(lines)


def completions_of_scribe(program, folder, model):
    out = folder / f"{model.name}.jsonl"
    scribe(program, "sample", "--model", model, "--problems", folder / "problems.jsonl", "--n", 1,
           "--temperature", 0, "--no-stop", "--max-tokens", TOKENS, "--out", out, "--quiet")
    records = map(json.loads, out.read_text().splitlines())
    return {record["task_id"]: record["completion"] for record in records}


def train_family(program, folder, family):
    """A model of a few hundred thousand parameters, after 200 steps."""
    model = folder / family
    scribe(program, "train", "--data", folder / "tokens", "--tokenizer", folder / "tokenizer.json",
           "--family", family, *FAMILIES[family], "--layers", 3, "--width", 64, "--heads", 4,
           "--context", 160, "--steps", 200, "--learning-rate", 0.003, "--validation-batches", 0,
           "--out", model, "--quiet")
    return model


def agreeing(found, expected):
    return sum(found[task] == expected[task] for task in expected)
