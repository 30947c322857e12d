"""Compares what `scribe plan` predicts with what `scribe train` then takes, for five models.

    python3 tools/check_plan.py build/release/src/cli/scribe    (needs xxhash)

Trains tokenizers on Python's own library, writes token files of random ids, asks for a plan, and
runs two lengths of training, whose difference is the time of a step without start and save. Prints
one line per model and exits with 1 if memory is off by more than 10 % or time by more than 25 %.
"""

import json
import pathlib
import random
import struct
import subprocess
import sys
import sysconfig
import tempfile

import xxhash

MEMORY_BAR, TIME_BAR = 0.10, 0.25
IDS = 1 << 19

# The vocabulary, batch, steps of the two runs, and options that both commands know.
MODELS = [
    (1024, 16, (20, 60), "--layers 2 --width 128 --heads 4 --context 128 --micro-batch 4"),
    (4096, 8, (5, 25), "--layers 4 --width 256 --heads 4 --context 256"),
    (8192, 4, (5, 20), "--layers 6 --width 384 --heads 6 --context 256 --recompute attention"),
    (
        8192,
        4,
        (3, 9),
        "--family llama --layers 8 --width 512 --heads 8 --context 512 --recompute block",
    ),
    (50257, 4, (2, 6), "--layers 12 --width 768 --heads 12 --context 256"),
]


def token_file(path, vocabulary, tokenizer):
    """docs/formats/token_file.md."""
    chosen = random.Random(1)
    ids = struct.pack(f"<{IDS}H", *(chosen.randrange(vocabulary) for _ in range(IDS)))
    tokenizer_hash = xxhash.xxh3_64_intdigest(tokenizer.read_bytes())
    body = xxhash.xxh3_64_intdigest(ids)
    head = struct.pack("<8sIIqiI", b"SCRBTOKS", 1, 2, IDS, vocabulary, 0)
    head += struct.pack("<QQQ", tokenizer_hash, body, 0)
    path.write_bytes(head + struct.pack("<Q", xxhash.xxh3_64_intdigest(head)) + ids)


def tokenizer_of(scribe, folder, vocabulary):
    """A tokenizer with so many ids: trained, and the rest filled up with tokens of no use."""
    path = folder / f"tokenizer-{vocabulary}.json"
    if path.exists():
        return path
    library = pathlib.Path(sysconfig.get_paths()["stdlib"])
    corpus = folder / "corpus.jsonl"
    if not corpus.exists():
        texts = [source.read_text(errors="ignore") for source in sorted(library.glob("*.py"))]
        corpus.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    command = [scribe, "tokenizer", "train", str(corpus), "--out", str(path)]
    subprocess.run([*command, "--vocab-size", str(min(vocabulary, 8192))], check=True)
    tokenizer = json.loads(path.read_text())
    used = len(tokenizer["model"]["vocab"])
    for added in tokenizer["added_tokens"]:
        used = max(used, added["id"] + 1)
    for token in range(used, vocabulary):
        tokenizer["added_tokens"].append(
            dict(tokenizer["added_tokens"][-1], id=token, content=f"<|unused{token}|>")
        )
    path.write_text(json.dumps(tokenizer))
    return path


def run(command):
    """Standard output, and the largest memory of the process in bytes."""
    timed = ["/usr/bin/env", "time", "-f", "%M", *command]
    done = subprocess.run(timed, check=True, capture_output=True, text=True)
    return json.loads(done.stdout), 1024 * int(done.stderr.split()[-1])


def compare(scribe, folder, number):
    vocabulary, batch, lengths, options = MODELS[number]
    tokenizer = tokenizer_of(scribe, folder, vocabulary)
    data = folder / f"data-{number}"
    data.mkdir()
    token_file(data / "train.tokens", vocabulary, tokenizer)
    shared = [*options.split(), "--batch-size", str(batch)]
    plan = run([scribe, "plan", *shared, "--vocabulary-size", str(vocabulary), "--json"])[0]
    seconds, memory = [], 0
    for steps in lengths:
        command = [scribe, "train", *shared, "--data", str(data), "--tokenizer", str(tokenizer)]
        command += ["--out", str(folder / f"run-{number}-{steps}"), "--steps", str(steps)]
        summary, memory = run([*command, "--quiet", "--json"])
        seconds.append(summary["seconds"])
    step = (seconds[1] - seconds[0]) / (lengths[1] - lengths[0])
    memory_error = plan["memory_bytes"]["total"] / memory - 1
    time_error = plan["step_seconds"] / step - 1
    print(
        f"{options} --batch-size {batch}, {vocabulary} ids: memory "
        f"{plan['memory_bytes']['total'] / 2**20:.0f} MiB, was {memory / 2**20:.0f} "
        f"({memory_error:+.1%}); step {plan['step_seconds']:.3f} s, was {step:.3f} "
        f"({time_error:+.1%})",
        flush=True,
    )
    return abs(memory_error) <= MEMORY_BAR and abs(time_error) <= TIME_BAR


def main():
    with tempfile.TemporaryDirectory() as folder:
        results = [
            compare(sys.argv[1], pathlib.Path(folder), number) for number in range(len(MODELS))
        ]
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
