"""Checks that `scribe tokenizer train` learns the merges that a plain trainer in Python learns.

    python3 tools/check_bpe_training.py FILE.jsonl ...    (needs tokenizers; builds of scribe)

Takes the first documents of the files up to --bytes, trains with each pattern on one thread and on
several, and compares the list of merges with that of the trainer below. That one gets its pieces
from Hugging Face `tokenizers`, by the regular expression in the file that Scribe wrote, and looks
at every pair for each merge. Prints a line per pattern; exits with 1 if a merge differs.
"""

import argparse
import collections
import json
import pathlib
import subprocess
import sys
import tempfile
import time

import tokenizers

ROOT = pathlib.Path(__file__).resolve().parent.parent
PATTERNS = ("gpt2", "starcoder", "llama3", "code_lines")


def byte_alphabet():
    """The character of each byte in files of the kind of GPT-2's."""
    shown = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    hidden = [byte for byte in range(256) if byte not in shown]
    characters = {byte: chr(byte) for byte in shown}
    characters.update({byte: chr(256 + i) for i, byte in enumerate(hidden)})
    return characters


CHARACTERS = byte_alphabet()
BYTES = {character: bytes([byte]) for byte, character in CHARACTERS.items()}


def merged(word, pair):
    result = []
    i = 0
    while i < len(word):
        if tuple(word[i : i + 2]) == pair:
            result.append(pair[0] + pair[1])
            i += 2
        else:
            result.append(word[i])
            i += 1
    return result


def pairs_of(word):
    return zip(word, word[1:], strict=False)


class PlainTrainer:
    """Counts of pairs, and in which words each occurs."""

    def __init__(self, pieces):
        self.words = [[bytes([byte]) for byte in piece] for piece in pieces]
        self.counts = list(pieces.values())
        self.pairs = collections.Counter()
        self.places = collections.defaultdict(set)
        self.merges = []
        for index in range(len(self.words)):
            self.count(index, 1)

    def count(self, index, sign):
        for pair in pairs_of(self.words[index]):
            self.pairs[pair] += sign * self.counts[index]
            self.places[pair].add(index)

    def merge(self, pair):
        for index in self.places.pop(pair, ()):
            self.count(index, -1)
            self.words[index] = merged(self.words[index], pair)
            self.count(index, 1)
        self.places.pop(pair, None)
        self.pairs = collections.Counter({pair: n for pair, n in self.pairs.items() if n > 0})
        self.merges.append(pair)

    def merge_spaces(self, length):
        run = [b" "] * length
        for pair in self.merges:
            run = merged(run, pair)
        left, right = run
        self.merge((left, right))

    def merge_most_frequent(self):
        most = max(self.pairs.values())
        self.merge(min(pair for pair, count in self.pairs.items() if count == most))


def documents_of(paths, bytes_max):
    texts = []
    size = 0
    for path in paths:
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                if size >= bytes_max:
                    return texts, size
                texts.append(json.loads(line)["text"])
                size += len(texts[-1].encode())
    return texts, size


def trained(options, pattern, threads, texts, folder):
    """The merges that Scribe learned, and the library's tokenizer from its file."""
    path = folder / "texts.jsonl"
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    command = [options.scribe, "tokenizer", "train", path, "--out", folder, "--quiet"]
    command += ["--pattern", pattern, "--vocab-size", str(options.vocab_size)]
    command += ["--threads", str(threads)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    file = json.loads((folder / "tokenizer.json").read_text())
    merges = [
        tuple(b"".join(BYTES[c] for c in part) for part in merge.split(" "))
        for merge in file["model"]["merges"]
    ]
    return merges, tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))


def check(options, pattern, texts, size):
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        found, tokenizer = trained(options, pattern, 1, texts, folder)
        same = found == trained(options, pattern, 5, texts[::-1], folder)[0]
    start = time.monotonic()
    pieces = collections.Counter()
    for text in texts:
        for piece, _ in tokenizer.pre_tokenizer.pre_tokenize_str(text):
            pieces[b"".join(BYTES[c] for c in piece)] += 1
    trainer = PlainTrainer(pieces)
    for length in range(2, 26):
        trainer.merge_spaces(length)
    while len(trainer.merges) < len(found):
        trainer.merge_most_frequent()
    differ = [i for i, merge in enumerate(trainer.merges) if merge != found[i]]
    same &= not differ
    print(
        f"{pattern:10} {len(texts)} documents, {size} bytes, {len(pieces)} different pieces, "
        f"{len(found)} merges: {len(differ)} differ, threads and order "
        f"{'change nothing' if same or differ else 'matter'} "
        f"({time.monotonic() - start:.0f} s in Python)",
        flush=True,
    )
    if differ:
        print("   ", differ[0], trainer.merges[differ[0]], found[differ[0]])
    return same


def main():
    parser = argparse.ArgumentParser(description="Merges of Scribe against plain ones.")
    parser.add_argument("files", nargs="+", type=pathlib.Path, help="documents as JSON lines")
    parser.add_argument("--scribe", default=str(ROOT / "build/release/src/cli/scribe"))
    parser.add_argument("--bytes", type=int, default=5_000_000)
    parser.add_argument("--vocab-size", type=int, default=4096)
    parser.add_argument("--pattern", choices=PATTERNS, nargs="+", default=list(PATTERNS))
    options = parser.parse_args()
    texts, size = documents_of(options.files, options.bytes)
    same = [check(options, pattern, texts, size) for pattern in options.pattern]
    sys.exit(0 if all(same) else 1)


if __name__ == "__main__":
    main()
