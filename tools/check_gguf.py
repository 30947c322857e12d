"""Checks that llama.cpp continues prompts as Scribe does, from the GGUF files that Scribe exports.

    python3 tools/check_gguf.py build/release/src/cli/scribe    (needs xllamacpp: llama.cpp)

For each family that llama.cpp runs: trains a tiny model on the standard library of this Python,
exports it as f32, and compares 64 greedy tokens of eight prompts, as text, with those of `scribe
sample`. llama.cpp cuts and encodes the prompts itself, so that the tokenizer is checked along; its
cache is f32. Then f16 and q8_0 must load and continue too; how many prompts agree is printed.
Last, each f32 file is imported and exported again: the same bytes must come out. Exits with 1 if a
continuation of f32 or a file differs.
"""

import json
import pathlib
import shutil
import subprocess
import sys
import sysconfig
import tempfile

import xllamacpp

MODULES = ("argparse", "ast", "calendar", "copy", "heapq", "queue", "shlex", "stat", "textwrap")
FAMILIES = {
    "gpt2": [],
    "gpt_bigcode": [],
    "llama": ["--kv-heads", "2"],
    "qwen2": ["--kv-heads", "2"],
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
    scribe(program, "tokenizer", "train", folder / "corpus/code/train.jsonl", "--vocab-size", 600,
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


def completions_of_llama(path):
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(path)
    parameters.cache_type_k = xllamacpp.ggml_type.GGML_TYPE_F32
    parameters.cache_type_v = xllamacpp.ggml_type.GGML_TYPE_F32
    parameters.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
    parameters.fit_params = False
    parameters.n_gpu_layers = 0
    parameters.verbosity = 0
    server = xllamacpp.Server(parameters)
    completions = {}
    for i, prompt in enumerate(PROMPTS):
        answer = server.handle_completions(
            {"prompt": prompt, "max_tokens": TOKENS, "temperature": 0, "cache_prompt": False}
        )
        if "choices" not in answer:
            sys.exit(f"llama.cpp: {answer}")
        completions[f"p/{i}"] = answer["choices"][0]["text"]
    return completions


def agreeing(found, expected):
    return sum(found[task] == expected[task] for task in expected)


def check_family(program, folder, family, options):
    model = folder / family
    scribe(program, "train", "--data", folder / "tokens", "--tokenizer", folder / "tokenizer.json",
           "--family", family, *options, "--layers", 3, "--width", 64, "--heads", 4, "--context",
           160, "--steps", 200, "--learning-rate", 0.003, "--validation-batches", 0, "--out", model,
           "--quiet")
    expected = completions_of_scribe(program, folder, model)
    counts = {}
    for kind in ("f32", "f16", "q8_0"):
        path = folder / f"{family}-{kind}.gguf"
        scribe(program, "export", "--model", model, "--out", path, "--type", kind)
        counts[kind] = agreeing(completions_of_llama(path), expected)
    again = folder / f"{family}-again"
    scribe(program, "import", "--gguf", folder / f"{family}-f32.gguf", "--out", again)
    scribe(program, "export", "--model", again, "--out", folder / "again.gguf")
    same = (folder / "again.gguf").read_bytes() == (folder / f"{family}-f32.gguf").read_bytes()
    kinds = ", ".join(f"{kind} {count}" for kind, count in counts.items())
    print(f"{family:12} of {len(PROMPTS)} prompts agree: {kinds};",
          "the same file" if same else "ANOTHER FILE", "after import and export")
    return same and counts["f32"] == len(PROMPTS)


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        make_corpus(program, folder)
        passed = [check_family(program, folder, *family) for family in FAMILIES.items()]
    sys.exit(0 if all(passed) else 1)


if __name__ == "__main__":
    main()
