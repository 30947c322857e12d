"""Measures `scribe serve` against the library, llama.cpp's server and the harness.

    python3 tools/bench_serve.py [--llama-server PROGRAM] [--human-eval HumanEval.jsonl.gz]

A model of GPT-2's smallest shape with random weights (tools/bench_model.py). Runs take turns; the
best of the rounds counts for each, because noise only ever slows down.

`overhead`: 100 samples of one prompt with the five likeliest tokens of each draw, over HTTP and by
`scribe sample`. `concurrent`: 64 clients with a streamed completion each, all at once, on both
servers: tokens a second, and the time to the first token that 95 % of them do not wait longer than.
`execute`: HumanEval's own solutions, many times over, as programs of /v1/execute and of `scribe
eval`. What needs a program or a file that is not at hand is left out, with a line on stderr.

Prints JSON lines and appends them to bench/history.jsonl; exits with 1 if a ratio is below its
limit.
"""

import argparse
import asyncio
import contextlib
import gzip
import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

import bench_model
from bench_common import SCRIBE, json_of, load_now, record

CLIENTS, CLIENT_TOKENS, PROMPT_WORDS = 64, 64, 40
MANY, MANY_TOKENS, TOP = 100, 96, 5
COPIES = 20
OVERHEAD_LIMIT, CONCURRENT_LIMIT, WAIT_LIMIT, EXECUTE_LIMIT = 0.95, 2, 1, 0.8
PORT_OF_PEER = 8099


@contextlib.contextmanager
def ours_running(scribe, *options):
    process = subprocess.Popen([scribe, "serve", "--port", "0", *map(str, options)], text=True,
                               stdout=subprocess.PIPE)
    try:
        yield int(process.stdout.readline().split(" on ")[1].split(":")[2].split("/")[0])
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


@contextlib.contextmanager
def peer_running(program, gguf):
    process = subprocess.Popen(
        [program, "-m", gguf, "--port", str(PORT_OF_PEER), "-t", "2", "-np", str(CLIENTS), "-c",
         str(CLIENTS * 256), "--no-webui"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            with contextlib.suppress(OSError):
                if asyncio.run(post(PORT_OF_PEER, "/tokenize", {"content": "a"})):
                    break
            time.sleep(0.1)
        yield PORT_OF_PEER
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


async def opened(port, path, body):
    text = json.dumps(body).encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 26)
    writer.write(f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                 f"Content-Length: {len(text)}\r\nConnection: close\r\n\r\n".encode() + text)
    await writer.drain()
    status = (await reader.readline()).split()
    while (await reader.readline()).strip():
        pass
    if not status or status[1] != b"200":
        raise OSError(f"{path}: {status} {await reader.read(500)}")
    return reader, writer


async def post(port, path, body):
    """The body of the reply, chunks and all."""
    reader, writer = await opened(port, path, body)
    reply = await reader.read()
    writer.close()
    return reply


async def streamed(port, prompt):
    """Seconds to the first token."""
    begin = time.perf_counter()
    reader, writer = await opened(port, "/v1/completions", {
        "prompt": prompt, "max_tokens": CLIENT_TOKENS, "temperature": 0.8, "stream": True,
        "ignore_eos": True})
    first = None
    while line := await reader.readline():
        if line.startswith(b"data:") and first is None:
            first = time.perf_counter() - begin
        if line.startswith(b"data: [DONE]"):
            break
    writer.close()
    return first


async def many_clients(port):
    prompts = [" ".join(f"w{(7 * client + word) % 97}" for word in range(PROMPT_WORDS))
               for client in range(CLIENTS)]
    begin = time.perf_counter()
    waits = sorted(await asyncio.gather(*(streamed(port, prompt) for prompt in prompts)))
    seconds = time.perf_counter() - begin
    return CLIENTS * CLIENT_TOKENS / seconds, waits[int(0.95 * CLIENTS)]


def line(case, ours, peer, name, unit, limit, less_is_better=False, **more):
    ratio = peer / ours if less_is_better else ours / peer
    return {"bench": "serve", "case": case, "ours": round(ours, 4), "peer": round(peer, 4),
            "peer_name": name, "unit": unit, "ratio": round(ratio, 3), "limit": limit, **more}


def overhead(scribe, model, folder, rounds):
    prompt = "def add(a, b):\n" + "".join(f"    # line {i} of a comment\n" for i in range(20))
    problems = folder / "problems.jsonl"
    problems.write_text(json.dumps({
        "task_id": "t/0", "prompt": prompt, "entry_point": "add", "canonical_solution": "",
        "test": "def check(candidate):\n    pass\n"}) + "\n")
    over_http, by_library = [], []
    with ours_running(scribe, model, "--rows", MANY, "--prefix-cache", 0) as port:
        for _ in range(rounds):
            begin = time.perf_counter()
            reply = asyncio.run(post(port, "/v1/completions", {
                "prompt": prompt, "n": MANY, "max_tokens": MANY_TOKENS, "temperature": 0.8,
                "top_p": 0.95, "logprobs": TOP, "seed": 1, "task_id": "t/0"}))
            seconds = time.perf_counter() - begin
            tokens = json.loads(reply[reply.index(b"{"):reply.rindex(b"}") + 1])["usage"][
                "completion_tokens"]
            over_http.append(tokens / seconds)
            out = folder / f"samples{len(by_library)}.jsonl"
            found = json_of([scribe, "sample", "--model", model, "--problems", problems, "--n",
                             MANY, "--rows", MANY, "--max-tokens", MANY_TOKENS, "--no-stop",
                             "--logprobs", "--top-logprobs", TOP, "--seed", 1, "--out", out,
                             "--json"])
            by_library.append(found["tokens"] / found["seconds"])
    yield line(f"overhead,n={MANY},logprobs={TOP}", max(over_http), max(by_library),
               "scribe sample", "tokens/s", OVERHEAD_LIMIT)


def concurrent(scribe, model, folder, peer, rounds):
    gguf = folder / "model.gguf"
    subprocess.run([scribe, "export", "--model", model, "--out", gguf, "--type", "f32"],
                   check=True, stdout=subprocess.DEVNULL)
    best = {"ours": (0, 1e9), "peer": (0, 1e9)}
    for _ in range(rounds):
        for name, running in (
            ("ours", ours_running(scribe, model, "--prefix-cache", 0)),
            ("peer", peer_running(peer, gguf)),
        ):
            with running as port:
                rate, wait = asyncio.run(many_clients(port))
            best[name] = max(rate, best[name][0]), min(wait, best[name][1])
    yield line(f"concurrent={CLIENTS}", best["ours"][0], best["peer"][0], "llama-server, f32",
               "tokens/s", CONCURRENT_LIMIT)
    yield line(f"concurrent={CLIENTS},p95 to the first token", best["ours"][1], best["peer"][1],
               "llama-server, f32", "s", WAIT_LIMIT, less_is_better=True)


def execute(scribe, human_eval, folder, rounds):
    with gzip.open(human_eval, "rt") as lines:
        problems = [json.loads(line) for line in lines]
    samples = folder / "solutions.jsonl"
    # A comment makes each copy a program of its own, which is run.
    programs = [dict(problem, completion=problem["canonical_solution"] + f"    # {copy}\n")
                for copy in range(COPIES) for problem in problems]
    samples.write_text("".join(json.dumps({
        "task_id": program["task_id"], "completion": program["completion"]}) + "\n"
        for program in programs))
    over_http, by_harness = [], []
    with ours_running(scribe, "--execute-only") as port:
        for _ in range(rounds):
            begin = time.perf_counter()
            reply = asyncio.run(post(port, "/v1/execute", {"programs": programs}))
            over_http.append(len(programs) / (time.perf_counter() - begin))
            passed = json.loads(reply[reply.index(b"{"):reply.rindex(b"}") + 1])["passed"]
            if passed != len(programs):
                sys.exit(f"{passed} of {len(programs)} right programs passed over HTTP")
            begin = time.perf_counter()
            json_of([scribe, "eval", samples, "--problems", human_eval, "--rerun", "--json",
                     "--k", 1])
            by_harness.append(len(programs) / (time.perf_counter() - begin))
    yield line("execute", max(over_http), max(by_harness), "scribe eval", "programs/s",
               EXECUTE_LIMIT, programs=len(programs))


def main():
    parser = argparse.ArgumentParser(description="The server's speed.")
    parser.add_argument("--scribe", default=SCRIBE)
    parser.add_argument("--llama-server", help="llama.cpp's server, built for this machine")
    parser.add_argument("--human-eval", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    load = load_now()
    found = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        model = folder / "model"
        bench_model.write_model(model)
        found += overhead(options.scribe, model, folder, options.rounds)
        if options.llama_server:
            found += concurrent(options.scribe, model, folder, options.llama_server,
                                options.rounds)
        else:
            print("no --llama-server: the comparison of servers is left out", file=sys.stderr)
        if options.human_eval and options.human_eval.exists():
            found += execute(options.scribe, options.human_eval, folder, options.rounds)
        else:
            print("no --human-eval: programs are left out", file=sys.stderr)
    for one in found:
        record(dict(one, load_before=load))
    sys.exit(any(one["ratio"] < one["limit"] for one in found))


main()
