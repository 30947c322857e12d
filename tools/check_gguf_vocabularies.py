#!/usr/bin/env python3
"""Checks that Scribe gives the ids of published vocabularies in GGUF files.

    python3 tools/check_gguf_vocabularies.py path/to/llama.cpp/models    (needs gguf from PyPI)

llama.cpp's sources have vocabularies of published models without their weights, `NAME.gguf`, and
for most of them texts and their ids, `NAME.gguf.inp` and `.out`. Each vocabulary is put into a file
with a tiny model around it, which `scribe import --gguf` turns into a checkpoint; its ids of the
texts must be those listed. Prints a line per vocabulary, for one that Scribe refuses its reason;
exits with 1 if an id differs.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import gguf
import numpy

ROOT = pathlib.Path(__file__).resolve().parent.parent
BETWEEN_TEXTS = "\n__ggml_vocab_test__\n"
WIDTH = 32


def put_model_around(source, target):
    """Writes the tokenizer of `source` and one layer of Llama's of zeros into `target`."""
    writer = gguf.GGUFWriter(target, "llama")
    tokens = 0
    for field in gguf.GGUFReader(source).fields.values():
        if not field.name.startswith("tokenizer."):
            continue
        value = field.contents()
        if field.name == "tokenizer.ggml.tokens":
            tokens = len(value)
        if field.types[0] == gguf.GGUFValueType.ARRAY:
            writer.add_array(field.name, value)
        else:
            writer.add_key_value(field.name, value, field.types[0])
    writer.add_block_count(1)
    writer.add_embedding_length(WIDTH)
    writer.add_head_count(2)
    writer.add_context_length(64)
    writer.add_feed_forward_length(WIDTH)
    writer.add_layer_norm_rms_eps(1e-5)
    square = [f"blk.0.{name}.weight" for name in (
        "attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")]
    vectors = ["blk.0.attn_norm.weight", "blk.0.ffn_norm.weight", "output_norm.weight"]
    shapes = {"token_embd.weight": (tokens, WIDTH)}
    shapes |= dict.fromkeys(square, (WIDTH, WIDTH)) | dict.fromkeys(vectors, (WIDTH,))
    for name, shape in shapes.items():
        writer.add_tensor(name, numpy.zeros(shape, numpy.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def expected_ids(vocabulary):
    """The texts beside a vocabulary and their ids; None if there are none."""
    given = vocabulary.with_name(vocabulary.name + ".inp")
    if not given.exists():
        return None
    texts = given.read_text().split(BETWEEN_TEXTS)
    lines = vocabulary.with_name(vocabulary.name + ".out").read_text().split("\n")
    return [(text, [int(word) for word in line.split()]) for text, line in zip(texts, lines)]


def check(scribe, vocabulary, folder):
    """Prints the line of one vocabulary; false if an id differs."""
    name = vocabulary.stem.removeprefix("ggml-vocab-")
    file, checkpoint = folder / "model.gguf", folder / "checkpoint"
    put_model_around(vocabulary, file)
    command = [scribe, "import", "--gguf", file, "--out", checkpoint]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        print(f"{name:16} refused:{done.stderr.strip().partition(str(file))[2]}", flush=True)
        return True
    pairs = expected_ids(vocabulary)
    if pairs is None:
        print(f"{name:16} read; no ids to compare", flush=True)
        return True
    path = folder / "texts.jsonl"
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text, _ in pairs))
    command = [scribe, "tokenizer", "encode", "--documents", "--tokenizer", checkpoint, path]
    lines = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout
    found = [[int(word) for word in line.split()] for line in lines.split("\n")]
    wrong = [pair for pair, ids in zip(pairs, found) if pair[1] != ids]
    print(f"{name:16} {len(pairs)} texts: {len(wrong)} differ", flush=True)
    for text, ids in wrong[:3]:
        print("   ", ascii(text), ids)
    return not wrong


def main():
    parser = argparse.ArgumentParser(description="Ids of Scribe with published vocabularies.")
    parser.add_argument("models", type=pathlib.Path, help="the folder with ggml-vocab-*.gguf")
    parser.add_argument("--scribe", default=str(ROOT / "build/release/src/cli/scribe"))
    options = parser.parse_args()
    vocabularies = sorted(options.models.glob("ggml-vocab-*.gguf"))
    if not vocabularies:
        sys.exit(f"{options.models} has no ggml-vocab-*.gguf")
    same = True
    for vocabulary in vocabularies:
        with tempfile.TemporaryDirectory() as folder:
            same &= check(options.scribe, vocabulary, pathlib.Path(folder))
    sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()
