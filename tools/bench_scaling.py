"""Measures how our training speed grows with the model: 1 to 124 million parameters, two threads.

    python3 tools/bench_scaling.py    (after a release build)

The sizes run in turn and the best of the rounds counts for each. Time per token must grow no faster
than the floating-point operations of a token: from one size to the next the operations a second may
not fall by more than 3 %, which is noise. Writes the table to bench/scaling.md and a line to
bench/history.jsonl; exits with 1 below the bar.
"""

import argparse
import datetime
import os
import sys

from bench_common import ROOT, SCRIBE, cpu_model, load_now, record
from bench_train import SIZES, name_of, ours

SCALES = [3, 0, 1, 4, 2]  # indices of SIZES, smallest first
BAR = 0.97


def parameters_of(size):
    layers, width, _, vocabulary, time, _ = SIZES[size]
    return (vocabulary + time) * width + layers * (12 * width + 13) * width + 2 * width


def measure(options):
    """The fastest run of each size, smallest first."""
    runs = {size: [] for size in SCALES}
    for _ in range(options.rounds):
        for size in SCALES:
            runs[size].append(ours(options.scribe, size, 2))
    best = [max(runs[size], key=lambda run: run["tokens_per_second"]) for size in SCALES]
    peak = max(run["peak_flop_per_second"] for one in runs.values() for run in one)
    return best, peak


def table_of(best, peak):
    """The lines of bench/scaling.md."""
    date = datetime.datetime.now(datetime.timezone.utc).date()
    yield "# Training speed from 1 to 124 million parameters\n"
    yield f"{cpu_model()}, {os.cpu_count()} cores, 2 threads, {date}; `make bench-train-scaling`.\n"
    yield (
        "| parameters | model | tokens/s | MFLOP per token | µs per token | GFLOP/s "
        "| share of peak | FLOP grow by | time grows by |"
    )
    yield "| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for i, (size, run) in enumerate(zip(SCALES, best, strict=True)):
        rate, flop = run["tokens_per_second"], run["flop_per_token"]
        growth = "| | |"
        if i > 0:
            before = best[i - 1]
            slower = before["tokens_per_second"] / rate
            growth = f"| {flop / before['flop_per_token']:.2f} | {slower:.2f} |"
        yield (
            f"| {parameters_of(size) / 1e6:.1f} M | {name_of(size)} | {rate:.0f} "
            f"| {flop / 1e6:.1f} | {1e6 / rate:.1f} | {rate * flop / 1e9:.1f} "
            f"| {rate * flop / peak:.3f} {growth}"
        )


def main():
    parser = argparse.ArgumentParser(description="Training speed from 1 to 124 M parameters.")
    parser.add_argument("--scribe", default=SCRIBE)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    load = load_now()
    best, peak = measure(options)
    speeds = [run["tokens_per_second"] * run["flop_per_token"] / 1e9 for run in best]
    table = "\n".join(table_of(best, peak)) + "\n"
    print(table, file=sys.stderr)
    (ROOT / "bench" / "scaling.md").write_text(table)
    ratio = min(after / before for before, after in zip(speeds, speeds[1:]))
    record(
        {
            "bench": "train",
            "case": "1 to 124 M parameters, 2 threads, from each size to the next",
            "ours": [round(speed, 1) for speed in speeds],
            "unit": "GFLOP/s",
            "ratio": round(ratio, 3),
            "limit": BAR,
            "load_before": round(load, 2),
        }
    )
    sys.exit(0 if ratio >= BAR else 1)


if __name__ == "__main__":
    main()
