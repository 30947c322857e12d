"""Compares what `scribe corpus export-tokens` writes with the token files that it reads.

    python3 tools/check_token_export.py tokens --scribe build/release/src/cli/scribe

Exports a folder of token files in every format and reads them back as their own trainers do: .npy
by its header, Megatron's .idx and .bin as megatron.core's IndexedDataset lays them out, llm.c's
.bin as its dataloader. The token files are read by docs/formats/token_file.md. Ids and documents
must be the same; exits with 1 if they are not. Everything is in memory: give it a small corpus.
"""

import argparse
import array
import ast
import pathlib
import struct
import subprocess
import sys
import tempfile

from bench_common import SCRIBE


def numbers(code, data):
    """Little endian numbers of an array's type code."""
    found = array.array(code)
    found.frombytes(data)
    if sys.byteorder == "big":
        found.byteswap()
    return found.tolist()


def read_tokens(folder, split):
    """The documents of a split, by shard."""
    shards = []
    for path in sorted(folder.glob(f"{split}-*.tokens")):
        data = path.read_bytes()
        magic, version, width, count = struct.unpack_from("<8sIIq", data)
        documents, = struct.unpack_from("<q", data, 56)
        assert (magic, version) == (b"SCRBTOKS", 2), path
        begins = numbers("Q", data[128:128 + 8 * documents]) + [count]
        ids = numbers({2: "H", 4: "I"}[width], data[128 + 8 * documents:])
        shards.append([ids[begins[i]:begins[i + 1]] for i in range(documents)])
    return shards


def read_npy(path):
    data = path.read_bytes()
    assert data[:8] == b"\x93NUMPY\x01\x00", path
    length, = struct.unpack_from("<H", data, 8)
    assert (10 + length) % 64 == 0 and data[9 + length] == ord("\n"), path
    header = ast.literal_eval(data[10:10 + length].decode())
    ids = numbers({"<u2": "H", "<u4": "I"}[header["descr"]], data[10 + length:])
    assert header["shape"] == (len(ids),) and header["fortran_order"] is False, header
    return ids


def read_megatron(prefix):
    """The sequences of a Megatron dataset, found by their byte offsets."""
    index = prefix.with_suffix(".idx").read_bytes()
    magic, version, kind, sequences, bounds = struct.unpack_from("<9sQBQQ", index)
    assert (magic, version) == (b"MMIDIDX\x00\x00", 1), magic
    code, width = {8: ("H", 2), 4: ("i", 4)}[kind]
    at = struct.calcsize("<9sQBQQ")
    lengths = numbers("i", index[at:at + 4 * sequences])
    at += 4 * sequences
    offsets = numbers("q", index[at:at + 8 * sequences])
    at += 8 * sequences
    assert numbers("q", index[at:]) == list(range(sequences + 1)) and bounds == sequences + 1
    data = prefix.with_suffix(".bin").read_bytes()
    return [numbers(code, data[offset:offset + width * length])
            for offset, length in zip(offsets, lengths)]


def read_llm_c(path):
    data = path.read_bytes()
    header = numbers("i", data[:1024])
    code = {(20240520, 1): "H", (20240801, 7): "I"}[tuple(header[:2])]
    ids = numbers(code, data[1024:])
    assert header[2] == len(ids), header[:3]
    return ids


def check(folder, split, exported):
    shards = read_tokens(folder, split)
    if not shards:
        return False
    documents = [document for shard in shards for document in shard]
    ids = [i for document in documents for i in document]
    assert read_npy(exported["npy"] / f"{split}.npy") == ids
    assert read_megatron(exported["megatron"] / split) == documents
    for number, shard in enumerate(shards):
        expected = [i for document in shard for i in document]
        assert read_llm_c(exported["llm.c"] / f"{split}_{number:06}.bin") == expected
    print(f"{split}: {len(ids)} ids, {len(documents)} documents, {len(shards)} shards: the same")
    return True


def main():
    parser = argparse.ArgumentParser(description="Checks exported tokens.")
    parser.add_argument("tokens", type=pathlib.Path, help="a folder made by `corpus tokenize`")
    parser.add_argument("--scribe", default=SCRIBE)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        exported = {}
        for form in ("npy", "megatron", "llm.c"):
            exported[form] = pathlib.Path(scratch) / form
            subprocess.run([options.scribe, "corpus", "export-tokens", options.tokens, "--format",
                            form, "--out", exported[form]], check=True, stdout=subprocess.DEVNULL)
        found = [check(options.tokens, split, exported) for split in ("train", "validation")]
    if not any(found):
        sys.exit(f"{options.tokens}: no token files")


if __name__ == "__main__":
    main()
