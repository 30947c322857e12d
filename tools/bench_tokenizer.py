"""Measures our tokenizer beside tiktoken (encoding) and Hugging Face's tokenizers (training).

    make bench-tokenizer    (installs tiktoken and tokenizers into $BENCH_ENV)
    python3 tools/bench_tokenizer.py --p50k p50k_base.tiktoken --train-mb 64 --only train

The text is Python: files below --sources, in an order that depends on their paths alone, glued
to documents of a megabyte. Encoding is p50k's, that of Codex: cold is a tokenizer just loaded, warm
one whose every thread has seen the texts, as threads learn pieces each for itself; tiktoken keeps
nothing, so that its only figure stands beside both. With two threads we share documents, as
tiktoken does in its batch; `scaling` is against one thread of ours, both warm or both cold.
Training learns 50,257 ids from the sample on one thread with GPT-2's pattern, as whole commands:
processor time and the most memory.

Rounds of ours and theirs take turns and the fastest of each counts. Prints JSON lines and appends
them to bench/history.jsonl; exits with 1 if a ratio is below its limit.
"""

import argparse
import hashlib
import os
import pathlib
import subprocess
import sys
import tempfile
import time

from bench_common import SCRIBE, cost_of, json_of, load_now, record

SOURCES = [pathlib.Path("/usr/lib"), pathlib.Path.home() / ".cache" / "scribe" / "python-tree"]
FILE_BYTES_MAX, DOCUMENT_BYTES = 200_000, 1_000_000
VOCABULARY = 50257
ENCODE_LIMIT, SCALING_LIMIT, TRAIN_LIMIT, MEMORY_LIMIT = 15, 1.7, 10, 5
R50K = (
    r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"
)

# What runs in a process of its own, so that its memory can be told.
TRAIN_PEER = """
import pathlib, sys
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
tokenizer = Tokenizer(models.BPE())
tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
trainer = trainers.BpeTrainer(
    vocab_size=int(sys.argv[1]), special_tokens=["<|endoftext|>"], show_progress=False,
    initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
texts = (pathlib.Path(name).read_text() for name in sys.argv[2:])
tokenizer.train_from_iterator(texts, trainer)
"""


def python_files(folders):
    """Paths of Python files, in the order of a hash of where they lie below their folder."""
    found = []
    for folder in folders:
        for place, _, names in os.walk(folder):
            for name in names:
                path = os.path.join(place, name)
                if name.endswith(".py") and not os.path.islink(path):
                    relative = os.path.relpath(path, folder)
                    found.append((hashlib.sha1(relative.encode()).digest(), path))
    return [path for _, path in sorted(found)]


def documents(paths, size):
    """Texts of about a megabyte, `size` bytes in all; files that are not UTF-8 are left out."""
    document, total, seen = [], 0, set()
    for path in paths:
        try:
            text = pathlib.Path(path).read_bytes()
            text.decode()
        except (OSError, UnicodeDecodeError):
            continue
        digest = hashlib.sha1(text).digest()
        if len(text) > FILE_BYTES_MAX or digest in seen:
            continue
        seen.add(digest)
        document.append(text)
        total += len(text)
        if sum(map(len, document)) >= DOCUMENT_BYTES or total >= size:
            yield b"".join(document)
            document = []
        if total >= size:
            return
    if document:
        yield b"".join(document)


def write_documents(sources, folder, size):
    """The files of a sample; ends the program if there is not enough text."""
    names = []
    for i, document in enumerate(documents(python_files(sources), size)):
        names.append(folder / f"{i:04}.txt")
        names[-1].write_bytes(document)
    total = sum(name.stat().st_size for name in names)
    if total < size:
        sys.exit(f"only {total} bytes of Python below {', '.join(map(str, sources))}, expected "
                 f"{size}: name more with --sources, or ask for less with --encode-mb, --train-mb")
    return names


def tiktoken_p50k(path):
    """p50k_base as tiktoken defines it, from a file that is here."""
    import tiktoken
    from tiktoken.load import load_tiktoken_bpe

    return tiktoken.Encoding(
        "p50k_base", pat_str=R50K, mergeable_ranks=load_tiktoken_bpe(str(path)),
        special_tokens={"<|endoftext|>": 50256}, explicit_n_vocab=50281,
    )


def peer_rate(encoding, texts, size, threads):
    start = time.monotonic()
    if threads == 1:
        for text in texts:
            encoding.encode_ordinary(text)
    else:
        encoding.encode_ordinary_batch(texts, num_threads=threads)
    return size / 1e6 / (time.monotonic() - start)


def encode_lines(options, folder):
    files = write_documents(options.sources, folder, options.encode_mb * 1_000_000)
    encoding = tiktoken_p50k(options.p50k)
    texts = [file.read_text() for file in files]
    size = sum(file.stat().st_size for file in files)
    ours = {}
    theirs = {1: 0, 2: 0}
    for _ in range(options.rounds):
        for threads in (1, 2):
            found = json_of([options.scribe, "bench", "tokenizer", "--json", "--rounds", 1,
                             "--tokenizer", options.p50k, "--threads", threads, *files])
            for state in ("cold", "warm"):
                rate = found[f"{state}_bytes_per_second"] / 1e6
                ours[state, threads] = max(rate, ours.get((state, threads), 0))
            theirs[threads] = max(theirs[threads], peer_rate(encoding, texts, size, threads))
    import tiktoken

    name = f"tiktoken {tiktoken.__version__}"
    for case, rate, peer, peer_name, limit in (
        ("encode,cold", ours["cold", 1], theirs[1], name, ENCODE_LIMIT),
        ("encode,warm", ours["warm", 1], theirs[1], name, ENCODE_LIMIT),
        ("encode,2-threads", ours["warm", 2], theirs[2], f"{name}, 2 threads", ENCODE_LIMIT),
        ("encode,scaling", ours["warm", 2], ours["warm", 1], "one thread", SCALING_LIMIT),
        ("encode,scaling,cold", ours["cold", 2], ours["cold", 1], "one thread", SCALING_LIMIT),
    ):
        yield line_of(case, rate, peer, peer_name, "MB/s", rate / peer, limit)


def line_of(case, ours, peer, peer_name, unit, ratio, limit):
    return {"bench": "tokenizer", "case": case, "ours": round(ours, 1), "peer": round(peer, 1),
            "peer_name": peer_name, "unit": unit, "ratio": round(ratio, 3), "limit": limit}


def train_lines(options, folder):
    import tokenizers

    files = write_documents(options.sources, folder, options.train_mb * 1_000_000)
    size = sum(file.stat().st_size for file in files) / 1e6
    command = [options.scribe, "tokenizer", "train", *files, "--vocab-size", VOCABULARY,
               "--quiet", "--out", folder / "trained.json"]
    known = subprocess.run([options.scribe, "tokenizer", "train", "--help"], check=True,
                           capture_output=True, text=True).stdout
    if "--threads" in known:
        command += ["--threads", 1]
    ours = [cost_of(command) for _ in range(options.rounds)]
    peer = cost_of([sys.executable, "-c", TRAIN_PEER, VOCABULARY, *files],
                   dict(os.environ, RAYON_NUM_THREADS="1", TOKENIZERS_PARALLELISM="false"))
    name = f"tokenizers {tokenizers.__version__}, {options.train_mb} MB"
    seconds, memory = (min(cost[key] for cost in ours) for key in ("processor_seconds", "peak_mib"))
    yield line_of("train", size / seconds, size / peer["processor_seconds"], name, "MB/s",
                  peer["processor_seconds"] / seconds, TRAIN_LIMIT)
    yield line_of("train,memory", memory, peer["peak_mib"], name, "MiB",
                  peer["peak_mib"] / memory, MEMORY_LIMIT)


def main():
    parser = argparse.ArgumentParser(description="Speed of the tokenizer against others.")
    parser.add_argument("--scribe", default=SCRIBE)
    parser.add_argument("--p50k", type=pathlib.Path, required=True, help="p50k_base.tiktoken")
    parser.add_argument("--sources", type=pathlib.Path, nargs="+",
                        default=[path for path in SOURCES if path.exists()])
    parser.add_argument("--encode-mb", type=int, default=32)
    parser.add_argument("--train-mb", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=["encode", "train"])
    options = parser.parse_args()
    if not options.p50k.exists():
        sys.exit(f"{options.p50k}: not found; it is published as "
                 "https://openaipublic.blob.core.windows.net/encodings/p50k_base.tiktoken")
    load = load_now()
    failed = False
    for name, lines in (("encode", encode_lines), ("train", train_lines)):
        if options.only not in (None, name):
            continue
        with tempfile.TemporaryDirectory() as folder:
            for line in lines(options, pathlib.Path(folder)):
                record(dict(line, load_before=round(load, 2)))
                failed |= line["ratio"] < line["limit"]
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
