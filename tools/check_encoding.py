"""Checks that Scribe's ids of much text are those of tiktoken and of Hugging Face's tokenizers.

    python3 tools/check_encoding.py --p50k p50k_base.tiktoken    (needs tiktoken, tokenizers, numpy)

The tokenizer is p50k; `tokenizers` reads what `scribe tokenizer convert` makes of it. The texts, a
hundred megabytes by default, are built anew each time and always the same for the same sources:
Python code; words of many scripts, signs, blanks and emoji, assigned characters of all planes among
them; random bytes, each as the character of its number. Random bytes as they are cannot be given to
the others: of these the decoded ids must be the bytes. Prints a line per kind of text; exits with 1
if an id differs.
"""

import argparse
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import unicodedata

import numpy
import tokenizers
from bench_common import SCRIBE
from bench_tokenizer import SOURCES, documents, python_files, tiktoken_p50k

DOCUMENT_CHARACTERS = 400_000
SCRIPTS = [
    (0x61, 0x7A), (0x41, 0x5A), (0x30, 0x39), (0x21, 0x2F), (0xA0, 0xFF), (0x100, 0x24F),
    (0x300, 0x36F), (0x370, 0x3FF), (0x400, 0x4FF), (0x5D0, 0x5EA), (0x620, 0x669), (0x900, 0x97F),
    (0xE00, 0xE5B), (0x1100, 0x11FF), (0x2000, 0x206F), (0x2150, 0x218B), (0x2460, 0x24FF),
    (0x3000, 0x30FF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0x1D400, 0x1D7FF), (0x1F300, 0x1FAFF),
]
BETWEEN = [
    " ", " ", " ", "  ", "\n", "\n    ", "\t", "'", "'s ", "\u3000", "\u0085", "\u00a0 ", "1",
]


def code_texts(sources, size):
    for document in documents(python_files(sources), size):
        yield document.decode()


def unicode_texts(size):
    """Words of one script each, and one word in ten of characters from anywhere."""
    chance = random.Random(5)
    scripts = [
        [chr(c) for c in range(first, last + 1) if unicodedata.category(chr(c)) not in ("Cn", "Cs")]
        for first, last in SCRIPTS
    ]
    anywhere = [
        chr(c) for c in range(0x20000) if unicodedata.category(chr(c)) not in ("Cn", "Cs", "Co")
    ]
    while size > 0:
        parts = []
        for _ in range(DOCUMENT_CHARACTERS // 6):
            word = anywhere if chance.random() < 0.1 else chance.choice(scripts)
            parts += chance.choices(word, k=chance.randint(1, 8))
            parts.append(chance.choice(BETWEEN))
        text = "".join(parts)
        size -= len(text.encode())
        yield text


def byte_texts(size):
    chance = random.Random(6)
    while size > 0:
        text = chance.randbytes(DOCUMENT_CHARACTERS).decode("latin-1")
        size -= len(text.encode())
        yield text


def ids_of_scribe(options, folder, texts):
    """An array of ids per text."""
    path = folder / "texts.jsonl"
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    command = [options.scribe, "tokenizer", "encode", "--documents", "--tokenizer", options.p50k]
    done = subprocess.run([*command, path], stdout=subprocess.PIPE, check=True, text=True)
    return [numpy.array(line.split(), dtype=numpy.int32) for line in done.stdout.split("\n")[:-1]]


def check_texts(options, folder, kind, texts, others):
    """Prints the line of one kind of text; true if no id differs."""
    size, count, wrong = 0, 0, {name: 0 for name in others}
    batch = []

    def compare():
        nonlocal size, count
        for text, ids in zip(batch, ids_of_scribe(options, folder, batch), strict=True):
            size += len(text.encode())
            count += len(ids)
            for name, encode in others.items():
                wrong[name] += not numpy.array_equal(ids, numpy.array(encode(text)))
        batch.clear()

    for text in texts:
        batch.append(text)
        if len(batch) == 8:
            compare()
    if batch:
        compare()
    found = ", ".join(f"{number} texts differ from {name}" for name, number in wrong.items())
    print(f"{kind:8} {size / 1e6:.1f} MB, {count} ids: {found}", flush=True)
    return size > 0 and not any(wrong.values())


def check_raw_bytes(options, folder, size):
    """Bytes that are not UTF-8 come back from their ids."""
    raw, ids = folder / "raw", folder / "ids"
    raw.write_bytes(random.Random(7).randbytes(size))
    with ids.open("wb") as out:
        subprocess.run([options.scribe, "tokenizer", "encode", "--tokenizer", options.p50k, raw],
                       stdout=out, check=True)
    done = subprocess.run([options.scribe, "tokenizer", "decode", "--tokenizer", options.p50k, ids],
                          stdout=subprocess.PIPE, check=True)
    same = done.stdout == raw.read_bytes()
    print(f"raw      {size / 1e6:.1f} MB: {'the same' if same else 'other'} bytes come back")
    return same


def main():
    parser = argparse.ArgumentParser(description="Ids of much text against those of others.")
    parser.add_argument("--scribe", default=SCRIBE)
    parser.add_argument("--p50k", type=pathlib.Path, required=True, help="p50k_base.tiktoken")
    parser.add_argument("--sources", type=pathlib.Path, nargs="+",
                        default=[path for path in SOURCES if path.exists()])
    parser.add_argument("--mb", type=int, default=100, help="of all kinds of text together")
    options = parser.parse_args()
    code, foreign, latin, raw = (options.mb * share * 10_000 for share in (50, 25, 15, 10))
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        subprocess.run([options.scribe, "tokenizer", "convert", options.p50k, "--out", folder],
                       stdout=subprocess.DEVNULL, check=True)
        library = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
        library.encode_special_tokens = True
        others = {
            "tiktoken": tiktoken_p50k(options.p50k).encode_ordinary,
            "tokenizers": lambda text: library.encode(text, add_special_tokens=False).ids,
        }
        same = True
        for kind, texts in (("code", code_texts(options.sources, code)),
                            ("unicode", unicode_texts(foreign)), ("bytes", byte_texts(latin))):
            same &= check_texts(options, folder, kind, texts, others)
        same &= check_raw_bytes(options, folder, raw)
    sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()
