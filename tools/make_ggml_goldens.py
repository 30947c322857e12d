#!/usr/bin/env python3.11
# Writes src/tensor/testdata/ggml_blocks.jsonl: what gguf makes of blocks of each quantised type.
"""make_ggml_goldens.py [FOLDER]

Needs numpy and llama.cpp's package gguf (PyPI, or FOLDER: gguf-py of a checkout). Each line has a
type, its number in files, the bytes of four blocks and their values as floats, both in hex. Two
blocks are random; one has all bits set and the largest scales, one the smallest, of both signs."""

import json
import pathlib
import sys

import numpy

sys.path[:0] = sys.argv[1:2]

from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType  # noqa: E402
from gguf.quants import dequantize  # noqa: E402

OUT = pathlib.Path(__file__).parent.parent / "src/tensor/testdata/ggml_blocks.jsonl"

# Where the f16 of a block lie: random bytes there would often be infinite or not a number.
HALVES = {
    "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0], "IQ4_NL": [0],
    "Q2_K": [80, 82], "Q3_K": [108], "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208], "IQ4_XS": [0],
}


def make_blocks(random, size, halves):
    blocks = random.integers(0, 256, (4, size), dtype=numpy.uint8)
    blocks[2] = 0xFF
    scales = numpy.exp2(random.uniform(-14, 2, (4, len(halves)))) * random.choice([-1, 1])
    scales[2] = 65504
    scales[3] = [2.0**-24 * (-1) ** i for i in range(len(halves))]
    for i, at in enumerate(halves):
        blocks[:, at : at + 2] = scales[:, i : i + 1].astype("<f2").view(numpy.uint8)
    return blocks


def main():
    random = numpy.random.default_rng(20210707)
    lines = []
    for name, halves in HALVES.items():
        kind = GGMLQuantizationType[name]
        blocks = make_blocks(random, GGML_QUANT_SIZES[kind][1], halves)
        values = dequantize(blocks, kind).astype("<f4")
        assert numpy.isfinite(values).all(), name
        lines.append({"type": name, "number": int(kind), "bytes": blocks.tobytes().hex(),
                      "values": values.tobytes().hex()})
    OUT.write_text("".join(json.dumps(line) + "\n" for line in lines))


if __name__ == "__main__":
    main()
