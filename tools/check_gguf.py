"""Checks that llama.cpp continues prompts as Scribe does, from the GGUF files that Scribe exports.

    python3 tools/check_gguf.py build/release/src/cli/scribe    (needs xllamacpp: llama.cpp)

For each family that llama.cpp runs: trains a tiny model on the standard library of this Python,
exports it as f32, and compares 64 greedy tokens of eight prompts, as text, with those of `scribe
sample`. llama.cpp cuts and encodes the prompts itself, so that the tokenizer is checked along; its
cache is f32. Then f16 and q8_0 must load and continue too; how many prompts agree is printed.
Last, each f32 file is imported and exported again: the same bytes must come out. Exits with 1 if a
continuation of f32 or a file differs.
"""

import pathlib
import sys
import tempfile

import xllamacpp

from tiny_models import (
    FAMILIES,
    PROMPTS,
    TOKENS,
    agreeing,
    completions_of_scribe,
    make_corpus,
    scribe,
    train_family,
)

NOT_IN_LLAMA_CPP = ("gpt_neo", "codegen")


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


def check_family(program, folder, family):
    model = train_family(program, folder, family)
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
        families = [family for family in FAMILIES if family not in NOT_IN_LLAMA_CPP]
        passed = [check_family(program, folder, family) for family in families]
    sys.exit(0 if all(passed) else 1)


if __name__ == "__main__":
    main()
