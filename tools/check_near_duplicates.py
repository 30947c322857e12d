"""Checks what `scribe bench near-dedupe` removes against exact Jaccard similarities.

    python3 tools/check_near_duplicates.py FILES.jsonl    (needs numpy)

Computes, in its own way, the sets of shingles (five words in a row, words being runs of
[A-Za-z0-9_]) of every document, all pairs whose similarity is at least the threshold (prefixes of
the rarest shingles, each candidate pair counted out), and what a greedy pass over those pairs
removes: each document that resembles one which stays. Then, for the exact check of borderline pairs
and without it:

    precision   of the documents that Scribe removes, the share that resembles the one it names
    recall      of the documents that the exact pass removes, the share that Scribe removes too

Prints both and exits with 1 if one of the default's is below 0.95.
"""

import argparse
import array
import collections
import json
import pathlib
import re
import sys
import tempfile

import numpy

from bench_common import SCRIBE, json_of

LIMIT = 0.95
SHINGLE_WORDS = 5
WORD = re.compile(r"[A-Za-z0-9_]+")


def shingles_of(text):
    words = WORD.findall(text)
    if not words:
        return numpy.empty(0, numpy.int64)
    last = max(len(words) - SHINGLE_WORDS, 0)
    shingles = (tuple(words[at:at + SHINGLE_WORDS]) for at in range(last + 1))
    hashes = array.array("q", map(hash, shingles))
    return numpy.unique(numpy.frombuffer(hashes, numpy.int64))


def ranked(sets):
    """The same sets with shingles numbered from the rarest on, each ascending."""
    sizes = [len(one) for one in sets]
    _, inverse, counts = numpy.unique(
        numpy.concatenate(sets), return_inverse=True, return_counts=True
    )
    ranks = numpy.empty(len(counts), numpy.int64)
    ranks[numpy.argsort(counts, kind="stable")] = numpy.arange(len(counts))
    parts = numpy.split(ranks[inverse], numpy.cumsum(sizes)[:-1])
    return [numpy.sort(part) for part in parts]


def similarity(a, b):
    shared = len(numpy.intersect1d(a, b, assume_unique=True))
    return shared / (len(a) + len(b) - shared)


def exact_pairs(sets, threshold):
    """{(a, b): similarity}, a < b, of all pairs that reach the threshold."""
    # Two sets that do share one of their first size - ceil(threshold * size) + 1 elements.
    by_shingle = collections.defaultdict(list)
    for document, one in enumerate(sets):
        for shingle in one[:len(one) - int(-(-threshold * len(one) // 1)) + 1].tolist():
            by_shingle[shingle].append(document)
    candidates = set()
    for documents in by_shingle.values():
        for at, b in enumerate(documents):
            for a in documents[:at]:
                shorter, longer = sorted((len(sets[a]), len(sets[b])))
                if shorter >= threshold * longer:
                    candidates.add((a, b))
    measured = ((pair, similarity(sets[pair[0]], sets[pair[1]])) for pair in sorted(candidates))
    return {pair: found for pair, found in measured if found >= threshold}


def exact_removals(count, pairs):
    lower = collections.defaultdict(list)
    for a, b in pairs:
        lower[b].append(a)
    gone = set()
    for document in range(count):
        if any(other not in gone for other in lower[document]):
            gone.add(document)
    return gone


def removals(scribe, files, threshold, folder, borderline):
    """What Scribe removes, as {document: kept}, and how many pairs it counted out."""
    path = pathlib.Path(folder) / "removed.jsonl"
    speed = json_of([
        scribe, "bench", "near-dedupe", *files, "--threshold", threshold, "--rounds", 1,
        "--borderline", borderline, "--json", "--removed", path
    ])
    lines = (json.loads(line) for line in path.read_text().splitlines())
    return {line["document"]: line["kept"] for line in lines}, speed["exact_checks"]


def main():
    parser = argparse.ArgumentParser(description="Near-duplicates against exact similarities.")
    parser.add_argument("files", nargs="+", help="JSON lines with a field 'text', not packed")
    parser.add_argument("--scribe", default=SCRIBE)
    parser.add_argument("--threshold", type=float, default=0.85)
    parser.add_argument("--borderline", type=float, default=0.07, help="as for scribe")
    options = parser.parse_args()
    sets = []
    for name in options.files:
        with open(name, encoding="utf-8") as lines:
            sets.extend(shingles_of(json.loads(line)["text"]) for line in lines)
    sets = ranked(sets)
    pairs = exact_pairs(sets, options.threshold)
    expected = exact_removals(len(sets), pairs)
    print(f"{len(sets)} documents, {len(pairs)} pairs of at least {options.threshold}; "
          f"an exact pass removes {len(expected)}", flush=True)
    failed = False
    for borderline in (options.borderline, 0):
        with tempfile.TemporaryDirectory() as folder:
            found, checks = removals(
                options.scribe, options.files, options.threshold, folder, borderline)
        right = sum((kept, document) in pairs for document, kept in found.items())
        precision = right / max(len(found), 1)
        recall = len(expected & found.keys()) / max(len(expected), 1)
        print(f"borderline {borderline}: {len(found)} removed, {checks} exact checks, "
              f"precision {precision:.4f}, recall {recall:.4f}", flush=True)
        failed |= borderline == options.borderline and min(precision, recall) < LIMIT
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
