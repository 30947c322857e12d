"""Compares sampling speed with llama.cpp, and with what the processor and its memory give.

    python3 tools/bench_sample.py --llama-cpp CHECKOUT    (needs numpy)

A model of GPT-2's smallest shape with random weights (tools/bench_model.py) is written once and
exported for llama.cpp as f32, f16 and q8_0. Ours and the other's runs take turns, so that both see
the same neighbours; the best of the rounds counts for each, because noise only ever slows down.

Against llama.cpp, on two threads, 200 tokens of prompt and 96 new ones, temperature 0.8 and a
nucleus of 0.95, with log-probabilities: `n=100` samples of one prompt, from its beginning to the
last token, whichever format and kind of cache is llama.cpp's fastest; `n=1`, steps alone, f32
against f32 and int8 against q8_0; `prefill`. llama.cpp has flash attention and draws on all
threads; neither is charged for loading and preparing weights.

Our own bounds: what the five likeliest tokens of each draw cost (`logprobs`), the microseconds of a
draw (`sampler`), steps of long samples against short ones (`length`), the share of the multiply-add
units (`roof`) and of the memory (`bandwidth`) that steps reach.

Prints JSON lines and appends them to bench/history.jsonl; exits with 1 if a ratio is below its
limit. What the program has no option for is left out, with a line on stderr.
"""

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

import bench_model
from bench_common import SCRIBE, json_of, load_now, record
from llama_cpp_peer import LlamaCpp

LLAMA_CPP = pathlib.Path.home() / ".cache" / "scribe" / "llama.cpp"
THREADS, PROMPT, SHORT, LENGTH = 2, 200, 8, 96
MANY, ROOF_N = 100, 128
# Our format, llama.cpp's next to it, and how many times as fast as that one we must be.
FORMATS = {"f32": "f32", "int8": "q8_0"}
MANY_LIMITS = {"f32": 6, "int8": 8}
ONE_LIMIT, PREFILL_LIMIT = 1.3, 1.5
LOGPROBS_LIMIT, SAMPLER_MICROSECONDS, LENGTH_LIMIT = 0.97, 60, 0.8
ROOF_LIMIT, BANDWIDTH_LIMIT = 0.6, 0.9


def options_of(scribe):
    """The weight formats and the other options that `scribe bench sample` has."""
    text = subprocess.run(
        [scribe, "bench", "sample", "--help"], capture_output=True, text=True, check=True
    ).stdout
    formats = re.search(r"--weights .*?\{([^}]*)\}", text, re.DOTALL)
    return set(formats.group(1).split(",")) if formats else set(), set(re.findall(r"--\w+", text))


class Ours:
    """Runs of `scribe bench sample`, the best of each."""

    def __init__(self, scribe, model):
        self._command = [scribe, "bench", "sample", "--json", "--model", model, "--rounds", 1,
                         "--threads", THREADS, "--prompt", PROMPT]
        self._best = {}
        self._flop, self._bandwidth = 0, 0

    def run(self, weights, n, lengths, *more):
        """`n` and `lengths` as the command takes them."""
        wanted = ["--weights", weights, "--n", n, "--length", lengths, *more]
        found = json_of([*self._command, *wanted])
        self._flop = max(self._flop, found["peak_flop_per_second"])
        self._bandwidth = max(self._bandwidth, found["peak_bytes_per_second"])
        self._keep((weights, "prefill"), found["prefill_tokens_per_second"])
        self._keep("draws per second", 1e6 / found["sampler_microseconds"])
        for point in found["points"]:
            key = (weights, point["n"], point["length"], *more)
            self._keep((*key, "whole"), point["tokens_per_second"])
            self._keep((*key, "steps"), point["decode_tokens_per_second"])
            self._best[(*key, "flop")] = point["flop_per_token"]
            self._best[(*key, "bytes")] = point["bytes_per_step"]

    def _keep(self, key, rate):
        self._best[key] = max(rate, self._best.get(key, 0))

    def get(self, *key):
        return self._best[key if len(key) > 1 else key[0]]

    def roof(self, *key):
        """Tokens per second if nothing but multiplications took time."""
        return self._flop / self.get(*key, "flop")

    def memory_roof(self, *key):
        """The same if nothing but reading did."""
        return self._bandwidth / self.get(*key, "bytes") * key[1]


class Theirs:
    """Runs of llama.cpp, the best of each."""

    def __init__(self, peer, models):
        self._peer, self._models = peer, models
        self.name = peer.name
        self.many, self.one, self.prefill = {}, {}, {}

    def run_many(self):
        """In the first round everything; then only what won, by format and cache."""
        choices = [max(self.many, key=self.many.get)] if self.many else [
            (kind, cache) for kind in self._models for cache in ("split", "unified")
        ]
        for kind, cache in choices:
            found = self._peer.run(self._models[kind], MANY, PROMPT, LENGTH, THREADS, cache)
            rate = found["tokens_per_second"]
            self.many[kind, cache] = max(rate, self.many.get((kind, cache), 0))

    def run_one(self, kind):
        found = self._peer.run(self._models[kind], 1, PROMPT, LENGTH, THREADS, "unified")
        for best, rate in (
            (self.one, found["decode_tokens_per_second"]),
            (self.prefill, found["prefill_tokens_per_second"]),
        ):
            best[kind] = max(rate, best.get(kind, 0))


def make_models(scribe, folder):
    """Our checkpoint, and llama.cpp's file of each type."""
    model = folder / "model"
    bench_model.write_model(model)
    files = {}
    for kind in ("f32", "f16", "q8_0"):
        files[kind] = folder / f"{kind}.gguf"
        subprocess.run(
            [scribe, "export", "--model", model, "--out", files[kind], "--type", kind],
            check=True, stdout=subprocess.DEVNULL,
        )
    return model, files


def measure(ours, theirs, formats, logprobs, rounds):
    for _ in range(rounds):
        for weights in formats:
            ours.run(weights, f"1,{MANY}", f"{SHORT},{LENGTH}")
            theirs.run_one(FORMATS[weights])
        theirs.run_many()
        ours.run("f32", ROOF_N, SHORT)
        if logprobs:
            ours.run("f32", MANY, LENGTH, "--logprobs", 5)


def comparisons(ours, theirs, formats):
    """Case, ours, the other's, its name, limit."""
    fastest = max(theirs.many, key=theirs.many.get)
    for weights in formats:
        kind = FORMATS[weights]
        yield (f"n={MANY},{weights}", ours.get(weights, MANY, LENGTH, "whole"),
               theirs.many[fastest], f"{theirs.name}, {fastest[0]}, {fastest[1]} cache",
               MANY_LIMITS[weights])
        yield (f"n=1,{weights}", ours.get(weights, 1, LENGTH, "steps"), theirs.one[kind],
               f"{theirs.name}, {kind}", ONE_LIMIT)
    yield ("prefill,f32", ours.get("f32", "prefill"), theirs.prefill["f32"],
           f"{theirs.name}, f32", PREFILL_LIMIT)


def bounds(ours, logprobs):
    """The same of our own bounds; the other is what the machine or our program gives otherwise."""
    long, short = ("f32", MANY, LENGTH), ("f32", MANY, SHORT)
    if logprobs:
        yield ("logprobs", ours.get(*long, "--logprobs", 5, "whole"), ours.get(*long, "whole"),
               "without them", LOGPROBS_LIMIT)
    yield ("length", ours.get(*long, "steps"), ours.get(*short, "steps"),
           f"samples of {SHORT} tokens, not {LENGTH}", LENGTH_LIMIT)
    roof = ("f32", ROOF_N, SHORT)
    yield (f"roof,n={ROOF_N}", ours.get(*roof, "steps"), ours.roof(*roof), "multiply-add units",
           ROOF_LIMIT)
    one = ("f32", 1, LENGTH)
    yield ("bandwidth,n=1", ours.get(*one, "steps"), ours.memory_roof(*one), "main memory",
           BANDWIDTH_LIMIT)


def lines(ours, theirs, formats, logprobs):
    for case, rate, other, name, limit in (
        *comparisons(ours, theirs, formats), *bounds(ours, logprobs)
    ):
        yield {"bench": "sample", "case": case, "ours": round(rate, 1), "peer": round(other, 1),
               "peer_name": name, "unit": "tokens/s", "ratio": round(rate / other, 3),
               "limit": limit}
    microseconds = 1e6 / ours.get("draws per second")
    yield {"bench": "sample", "case": "sampler", "ours": round(microseconds, 1),
           "peer": SAMPLER_MICROSECONDS, "peer_name": "the bound", "unit": "us per token",
           "ratio": round(SAMPLER_MICROSECONDS / microseconds, 3), "limit": 1}


def main():
    parser = argparse.ArgumentParser(description="Sampling speed against llama.cpp.")
    parser.add_argument("--scribe", default=SCRIBE)
    parser.add_argument("--llama-cpp", type=pathlib.Path, default=LLAMA_CPP, help="a checkout")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if not (options.llama_cpp / "include" / "llama.h").exists():
        sys.exit(f"{options.llama_cpp} has no include/llama.h: git clone "
                 "https://github.com/ggml-org/llama.cpp, and name the folder with --llama-cpp")
    known, flags = options_of(options.scribe)
    formats = [weights for weights in FORMATS if weights in known]
    logprobs = "--logprobs" in flags
    left_out = [f"weights as {w}" for w in FORMATS if w not in known]
    left_out += [] if logprobs else ["logprobs"]
    if left_out:
        print(f"left out, `scribe bench sample` has no option for it: {', '.join(left_out)}",
              file=sys.stderr)
    load = load_now()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        peer = LlamaCpp(options.llama_cpp, folder)
        model, files = make_models(options.scribe, folder)
        ours, theirs = Ours(options.scribe, model), Theirs(peer, files)
        measure(ours, theirs, formats, logprobs, options.rounds)
    failed = False
    for line in lines(ours, theirs, formats, logprobs):
        record(dict(line, load_before=round(load, 2)))
        failed |= line["ratio"] < line["limit"]
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
