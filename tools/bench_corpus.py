"""Compares the building of corpora with other programs on the same files.

    python3 tools/bench_corpus.py FOLDER --p50k p50k_base.tiktoken
                                                 (needs datatrove, numpy, 'xxhash<4')

Case `pipeline`: all Python files of the folder, through rules, exact and near-duplicates, to packed
shards of documents and token files (`corpus build`, then `corpus tokenize`), two threads, by the
clock, the files read once before. No other program does all of it: the peer is the bar, 100 MB of
source a second.

Case `memory`: the largest memory of that, of all files beside a quarter of the folder's entries.

Case `near-dedupe`: near-duplicates among some of the files, in memory or on a local disk as each
program has it, one thread each, processor time. Both have 25 bands of 10 rows; datatrove computes
those 250 permutations, we 256. Its shingles are five words of [A-Za-z0-9_], as ours are: its own
words and normalisation would cost it more. It removes whole components but one document, as
`--rule connected` does; ours is timed with the default, which checks each removal.

Prints a JSON line per case and appends it to bench/history.jsonl; exits with 1 if a ratio is below
its limit.
"""

import argparse
import hashlib
import json
import pathlib
import re
import sys
import tempfile
import time

from bench_common import SCRIBE, cost_of, json_of, load_now, record

BANDS, ROWS, PERMUTATIONS, SHINGLE_WORDS = 25, 10, 256, 5
NEAR_DEDUPE_LIMIT = 50
PIPELINE_BAR = 100
WORD = re.compile(r"[A-Za-z0-9_]+")


def some_documents(folder, count, path):
    """Writes files of the folder, chosen by hash, as documents; returns their texts."""
    def place(file):
        return hashlib.sha256(str(file.relative_to(folder)).encode()).digest()

    texts = []
    with path.open("w", encoding="utf-8") as out:
        for file in sorted(pathlib.Path(folder).rglob("*.py"), key=place):
            if len(texts) == count:
                break
            if not file.is_file():
                continue
            text = file.read_bytes().decode("utf-8", "ignore")
            if 0 < len(text) < 1_000_000:
                texts.append(text)
                out.write(json.dumps({"text": text}) + "\n")
    return texts


def python_bytes(folder):
    return sum(len(file.read_bytes()) for file in folder.rglob("*.py") if file.is_file())


def quarter(folder):
    """Some of the entries of a folder, chosen by hash, that have a quarter of its Python."""
    entries = sorted(folder.iterdir(), key=lambda path: hashlib.sha256(path.name.encode()).digest())
    sizes = {path: python_bytes(path) if path.is_dir() else 0 for path in entries}
    chosen, left = [], sum(sizes.values()) // 4
    for path in entries:
        if 0 < sizes[path] <= left:
            chosen.append(path)
            left -= sizes[path]
    return chosen, sum(sizes[path] for path in chosen)


def run_pipeline(options, sources, folder):
    """What building and tokenizing cost."""
    build = cost_of([options.scribe, "corpus", "build", "--source", *sources, "--no-prose",
                     "--threads", 2, "--out", folder / "corpus", "--quiet"])
    tokenize = cost_of([options.scribe, "corpus", "tokenize", "--corpus", folder / "corpus/code",
                        "--tokenizer", options.p50k, "--threads", 2, "--out", folder / "tokens",
                        "--quiet"])
    return build, tokenize


def memory(options, folder):
    def peak(sources, name):
        return max(cost["peak_mib"] for cost in run_pipeline(options, sources, folder / name))

    some, size = quarter(pathlib.Path(options.folder))
    part, whole = peak(some, "quarter"), peak([options.folder], "all")
    return {
        "bench": "corpus", "case": "memory", "ours": round(whole, 1), "peer": round(part, 1),
        "peer_name": "ours, of a quarter", "unit": "MiB of build and tokenize, 2 threads",
        "ratio": round(part / whole, 3), "limit": 0.9, "megabytes_of_quarter": round(size * 1e-6, 1)
    }


def pipeline(options, folder):
    size = python_bytes(pathlib.Path(options.folder))
    build, tokenize = run_pipeline(options, [options.folder], folder)
    rate = size * 1e-6 / (build["seconds"] + tokenize["seconds"])
    return {
        "bench": "corpus", "case": "pipeline", "ours": round(rate, 1), "peer": PIPELINE_BAR,
        "peer_name": "the bar", "unit": "MB/s of source, 2 threads",
        "ratio": round(rate / PIPELINE_BAR, 2), "limit": 1, "megabytes": round(size * 1e-6, 1),
        "build_seconds": round(build["seconds"], 2),
        "tokenize_seconds": round(tokenize["seconds"], 2),
        "processor_seconds": round(build["processor_seconds"] + tokenize["processor_seconds"], 2),
        "build_peak_mib": round(build["peak_mib"]), "tokenize_peak_mib": round(tokenize["peak_mib"])
    }


def ours(scribe, path, rounds):
    return json_of([
        scribe, "bench", "near-dedupe", path, "--json", "--rounds", rounds, "--permutations",
        PERMUTATIONS, "--bands", BANDS, "--rows", ROWS
    ])


def datatrove(texts, folder):
    """Processor seconds of signing, and of the rest; how many documents go."""
    from datatrove.data import Document
    from datatrove.pipeline.dedup import minhash
    from datatrove.utils.hashing import HashConfig
    from datatrove.utils.text import TextNormConfig
    from datatrove.utils.word_tokenizers import WordTokenizer

    class Words(WordTokenizer):
        def word_tokenize(self, text):
            return WORD.findall(text)

        def sent_tokenize(self, text):
            raise NotImplementedError

        def span_tokenize(self, text):
            raise NotImplementedError

    as_written = TextNormConfig(
        lowercase=False, norm_whitespace=False, remove_punctuation=False,
        norm_unicode_diacritics=False, norm_numbers=False)
    config = minhash.MinhashConfig(
        n_grams=SHINGLE_WORDS, num_buckets=BANDS, hashes_per_bucket=ROWS, norm_config=as_written,
        hash_config=HashConfig(precision=32, hash_fc="xxhash"))
    signatures, buckets, clusters = (str(folder / part) for part in ("sigs", "pairs", "remove"))
    documents = (Document(text=text, id=str(at)) for at, text in enumerate(texts))
    start = time.process_time()
    minhash.MinhashDedupSignature(signatures, config=config, language=Words()).run(documents)
    signed = time.process_time()
    for bucket in range(BANDS):
        minhash.MinhashDedupBuckets(signatures, buckets, config=config).run(None, bucket, BANDS)
    minhash.MinhashDedupCluster(buckets, clusters, config=config).run()
    end = time.process_time()
    removed = sum(path.stat().st_size // 4 for path in pathlib.Path(clusters).glob("*.remove"))
    return signed - start, end - signed, removed


def near_dedupe(options, folder):
    path = folder / "documents.jsonl"
    texts = some_documents(options.folder, options.documents, path)
    if not texts:
        sys.exit(f"{options.folder}: no Python file below it")
    found = ours(options.scribe, path, options.rounds)
    seconds = sum(found[f"{step}_seconds"] for step in ("signature", "component", "removal"))
    signing, rest, removed = datatrove(texts, folder)
    megabytes = found["bytes"] * 1e-6
    return {
        "bench": "corpus", "case": "near-dedupe", "ours": round(megabytes / seconds, 1),
        "peer": round(megabytes / (signing + rest), 2), "peer_name": "datatrove",
        "unit": "MB/s of processor time", "ratio": round((signing + rest) / seconds, 1),
        "limit": NEAR_DEDUPE_LIMIT, "documents": len(texts), "megabytes": round(megabytes, 1),
        "signatures": round(megabytes / found["signature_seconds"], 1),
        "peer_signatures": round(megabytes / signing, 2), "removed": found["removed"],
        "peer_removed": removed
    }


CASES = {"pipeline": pipeline, "memory": memory, "near-dedupe": near_dedupe}


def main():
    parser = argparse.ArgumentParser(description="Building corpora against other programs.")
    parser.add_argument("folder", help="of Python files, about 1 GB")
    parser.add_argument("--p50k", required=True, help="p50k_base.tiktoken, for pipeline")
    parser.add_argument("--case", choices=CASES, action="append", help="all, if none is given")
    parser.add_argument("--scribe", default=SCRIBE)
    parser.add_argument("--documents", type=int, default=2000, help="of near-dedupe")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    load = load_now()
    failed = False
    for case in options.case or CASES:
        with tempfile.TemporaryDirectory() as name:
            line = CASES[case](options, pathlib.Path(name))
        record(dict(line, load_before=round(load, 2)))
        failed |= line["ratio"] < line["limit"]
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
