"""Compares training speed with PyTorch and llm.c at three sizes, and with the processor.

    python3 tools/bench_train.py --torch-python PYTHON

Ours and the others' step (forward, backward, clipping to norm 1, AdamW; llm.c does not clip) run
in turn, so that all see the same neighbours; the best of the rounds counts for each, because noise
only ever slows down.
PyTorch gets what makes it fast on a CPU: scaled_dot_product_attention, the fused AdamW, flushed
denormals, memory that it keeps; once as it is and once under torch.compile.

Where the processor multiplies bf16, both run once more in it: ours with --device cpu,bf16, PyTorch
under autocast.

Prints JSON lines and appends them, with machine, date and the load that other programs made before
it began, to bench/history.jsonl. For each size: tokens a second against both forms of PyTorch and
llm.c (with the share of the peak that `scribe bench train` measures, and both programs' largest
memory), and how much two threads are faster than one; for the largest, memory with attention
computed again, and with weights in bf16.
Exits with 1 if a ratio is below its bar.
"""

import argparse
import os
import pathlib
import subprocess
import sys

from bench_common import SCRIBE, json_of, load_now, record
from llm_c_peer import LlmC

# Layers, width, heads, vocabulary, time, batch.
SIZES = [
    (4, 256, 4, 4096, 256, 8),
    (6, 384, 6, 8192, 256, 4),
    (12, 768, 12, 50257, 256, 4),
    (4, 128, 2, 2048, 256, 8),
    (8, 640, 10, 16384, 256, 4),
]
LLM_C = pathlib.Path.home() / ".cache" / "scribe" / "llm.c"
EAGER_BAR, COMPILED_BAR, LLM_C_BAR, SCALING_BAR = 1.3, 1.0, 5, 1.85
BF16_BAR = 1.0
# The size whose memory counts. Ours must stay within 0.6 of PyTorch's.
LARGEST, MEMORY_BAR = 2, 1.667

# Runs in the Python that has torch; prints tokens per second of its fastest step, MiB, the version.
PEER = '''
import resource, sys, time, torch, torch.nn as nn, torch.nn.functional as F
threads, steps, compiled, bf16, *size = (int(argument) for argument in sys.argv[1:])
L, C, H, V, T, B = size
torch.set_num_threads(threads); torch.set_flush_denormal(True); torch.manual_seed(1)

class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.ln_1, self.ln_2 = nn.LayerNorm(C), nn.LayerNorm(C)
        self.qkv, self.proj = nn.Linear(C, 3 * C), nn.Linear(C, C)
        self.fc, self.fc_proj = nn.Linear(C, 4 * C), nn.Linear(4 * C, C)
    def forward(self, x):
        parts = self.qkv(self.ln_1(x)).split(C, 2)
        q, k, v = (p.view(B, T, H, C // H).transpose(1, 2) for p in parts)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.proj(y.transpose(1, 2).reshape(B, T, C))
        return x + self.fc_proj(F.gelu(self.fc(self.ln_2(x)), approximate="tanh"))

class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.wte, self.wpe = nn.Embedding(V, C), nn.Embedding(T, C)
        self.blocks = nn.Sequential(*(Block() for _ in range(L)))
        self.ln_f = nn.LayerNorm(C)
        for p in self.parameters():
            if p.dim() > 1: nn.init.normal_(p, std=0.02)
    def forward(self, x, y):
        h = self.ln_f(self.blocks(self.wte(x) + self.wpe.weight))
        return F.cross_entropy((h @ self.wte.weight.T).view(-1, V), y.view(-1))

model = Model()
forward = torch.compile(model) if compiled else model
params = list(model.parameters())
groups = [{"params": [p for p in params if p.dim() > 1], "weight_decay": 0.1},
          {"params": [p for p in params if p.dim() == 1], "weight_decay": 0.0}]
optimizer = torch.optim.AdamW(groups, lr=1e-4, betas=(0.9, 0.95), fused=True)
x, y = torch.randint(V, (B, T)), torch.randint(V, (B, T))
best = float("inf")
for step in range(steps):
    start = time.perf_counter()
    optimizer.zero_grad(set_to_none=True)
    with torch.autocast("cpu", torch.bfloat16, enabled=bool(bf16)):
        loss = forward(x, y)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(params, 1.0)
    optimizer.step()
    if step > 1: best = min(best, time.perf_counter() - start)
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(B * T / best, memory, torch.__version__)
'''


def ours(scribe, size, threads, *more):
    """The fastest step of some seconds, as `scribe bench train --json` reports it."""
    layers, width, heads, vocabulary, time, batch = SIZES[size]
    command = [
        *(scribe, "bench", "train", "--json", "--seconds", 8, "--threads", threads),
        *("--layers", layers, "--width", width, "--heads", heads, "--vocabulary-size", vocabulary),
        *("--context", time, "--batch-size", batch, *more),
    ]
    return json_of(command)


def peer(python, size, threads, compiled, bf16=False):
    """Tokens per second of PyTorch's fastest step, its memory in MiB, its name and version."""
    environment = dict(
        os.environ,
        OMP_NUM_THREADS=str(threads),
        MALLOC_MMAP_THRESHOLD_=str(8 << 30),
        MALLOC_TRIM_THRESHOLD_=str(8 << 30),
    )
    arguments = [threads, 8, int(compiled), int(bf16), *SIZES[size]]
    rate, memory, version = subprocess.run(
        [python, "-c", PEER, *map(str, arguments)],
        check=True,
        capture_output=True,
        text=True,
        env=environment,
    ).stdout.split()
    name = f"PyTorch {version}{', compiled' if compiled else ''}{', bf16' if bf16 else ''}"
    return float(rate), float(memory), name


def name_of(size):
    layers, width, _, vocabulary, time, batch = SIZES[size]
    return f"{layers}x{width} V{vocabulary} B{batch}xT{time}"


def compare(options, llm_c, size):
    """The lines of one size, on two threads."""
    load = load_now()
    runs, eager, compiled, plain_c = [], [], [], []
    for _ in range(options.rounds):
        runs.append(ours(options.scribe, size, 2))
        eager.append(peer(options.torch_python, size, 2, False))
        if not options.no_compile:
            compiled.append(peer(options.torch_python, size, 2, True))
        if llm_c is not None:
            plain_c.append(llm_c.run(SIZES[size], 2, 3))
    best = max(runs, key=lambda run: run["tokens_per_second"])
    rate = best["tokens_per_second"]
    peak = max(run["peak_flop_per_second"] for run in runs)
    common = {
        "bench": "train",
        "case": f"{name_of(size)} 2 threads",
        "ours": round(rate, 1),
        "unit": "tokens/s",
        "share_of_peak": round(rate * best["flop_per_token"] / peak, 3),
        "memory_mib": round(best["memory_mib"]),
        "load_before": round(load, 2),
    }
    for peers, bar in ((eager, EAGER_BAR), (compiled, COMPILED_BAR), (plain_c, LLM_C_BAR)):
        if not peers:
            continue
        peer_rate, memory, peer_name = max(peers)
        yield dict(
            common,
            peer=round(peer_rate, 1),
            peer_name=peer_name,
            peer_memory_mib=round(memory),
            ratio=round(rate / peer_rate, 3),
            limit=bar,
        )
    if size == LARGEST:
        peer_memory = min(memory for _, memory, _ in eager)
        yield memory_line(options, common, peer_memory, "--recompute", "attention")
        yield memory_line(options, common, peer_memory, "--parameters", "bf16")
    if multiplies_bf16():
        yield bf16_line(options, common, size)
    one = max(ours(options.scribe, size, 1)["tokens_per_second"] for _ in range(options.rounds))
    yield {
        "bench": "train",
        "case": f"{name_of(size)} from 1 to 2 threads",
        "ours": round(rate, 1),
        "peer": round(one, 1),
        "peer_name": "1 thread",
        "unit": "tokens/s",
        "ratio": round(rate / one, 3),
        "limit": SCALING_BAR,
        "load_before": round(load, 2),
    }


def multiplies_bf16():
    """Does this processor have the instruction?"""
    return "avx512_bf16" in pathlib.Path("/proc/cpuinfo").read_text()


def bf16_line(options, common, size):
    """Both in bf16, in turn."""
    runs, peers = [], []
    for _ in range(options.rounds):
        runs.append(ours(options.scribe, size, 2, "--device", "cpu,bf16"))
        peers += [peer(options.torch_python, size, 2, False, True)]
        if not options.no_compile:
            peers += [peer(options.torch_python, size, 2, True, True)]
    best = max(runs, key=lambda run: run["tokens_per_second"])
    peer_rate, memory, peer_name = max(peers)
    return dict(
        common,
        case=f"{name_of(size)} 2 threads, bf16",
        ours=round(best["tokens_per_second"], 1),
        share_of_peak=round(best["flop_per_second"] / best["peak_flop_per_second"], 3),
        memory_mib=round(best["memory_mib"]),
        peer=round(peer_rate, 1),
        peer_name=peer_name,
        peer_memory_mib=round(memory),
        ratio=round(best["tokens_per_second"] / peer_rate, 3),
        limit=BF16_BAR,
    )


def memory_line(options, common, peer_memory, *choice):
    """The largest size with an option that needs less memory, and what it costs in speed."""
    best = ours(options.scribe, LARGEST, 2, *choice)
    return dict(
        common,
        case=f"{name_of(LARGEST)} memory, {' '.join(choice)}",
        ours=round(best["memory_mib"]),
        unit="MiB",
        peer=round(peer_memory),
        peer_name="PyTorch, eager",
        ratio=round(peer_memory / best["memory_mib"], 3),
        limit=MEMORY_BAR,
        tokens_per_second=round(best["tokens_per_second"], 1),
        share_of_peak=round(best["flop_per_second"] / best["peak_flop_per_second"], 3),
    )


def llm_c_of(checkout):
    """The driver, or None with a line on stderr if there is no checkout."""
    if (checkout / "train_gpt2.c").exists():
        return LlmC(checkout)
    hint = "git clone https://github.com/karpathy/llm.c, and name the folder with --llm-c"
    print(f"llm.c is left out: {checkout} has no train_gpt2.c; {hint}", file=sys.stderr)
    return None


def main():
    parser = argparse.ArgumentParser(description="Training speed against PyTorch and llm.c.")
    parser.add_argument("--scribe", default=SCRIBE)
    parser.add_argument("--torch-python", default=os.environ.get("TORCH_PYTHON", sys.executable))
    parser.add_argument("--sizes", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--llm-c", type=pathlib.Path, default=LLM_C, help="a checkout of it")
    parser.add_argument("--no-compile", action="store_true", help="leave torch.compile out")
    options = parser.parse_args()
    if subprocess.run([options.torch_python, "-c", "import torch"], capture_output=True).returncode:
        sys.exit(f"{options.torch_python} has no torch; name one that has with --torch-python")
    llm_c = llm_c_of(options.llm_c)
    failed = False
    for size in options.sizes:
        for line in compare(options, llm_c, size):
            record(line)
            failed |= line["ratio"] < line["limit"]
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
