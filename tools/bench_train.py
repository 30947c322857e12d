"""Compares training speed with PyTorch: 4 layers, width 256, vocabulary 4096, batch 8 x 256.

    python3 tools/bench_train.py --bench build/release/src/train/train_bench --torch-python PYTHON

Ours and PyTorch's step (forward, backward, clipping to norm 1, AdamW) run in turn, so that both see
the same neighbours; the best of the rounds counts for each, because noise only ever slows down.
PyTorch gets what makes it fast on a CPU: scaled_dot_product_attention, the fused AdamW, flushed
denormals.
Prints one JSON line per number of threads and appends it, with machine, date and the load that
other programs made before it began, to bench/history.jsonl: what a busy machine gives are no
figures of either program. Exits with 1 if ours is slower than --limit times PyTorch.
"""

import argparse
import json
import os
import subprocess
import sys

from bench_common import ROOT, load_now, record

# Runs in the Python that has torch; prints tokens per second of the fastest of several steps.
PEER = '''
import sys, time, torch, torch.nn as nn, torch.nn.functional as F
L, C, H, V, T, B = 4, 256, 4, 4096, 256, 8
threads, steps = int(sys.argv[1]), int(sys.argv[2])
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
params = list(model.parameters())
groups = [{"params": [p for p in params if p.dim() > 1], "weight_decay": 0.1},
          {"params": [p for p in params if p.dim() == 1], "weight_decay": 0.0}]
optimizer = torch.optim.AdamW(groups, lr=1e-4, betas=(0.9, 0.95), fused=True)
x, y = torch.randint(V, (B, T)), torch.randint(V, (B, T))
best = float("inf")
for step in range(steps):
    start = time.perf_counter()
    optimizer.zero_grad(set_to_none=True)
    model(x, y).backward()
    torch.nn.utils.clip_grad_norm_(params, 1.0)
    optimizer.step()
    if step > 0: best = min(best, time.perf_counter() - start)
print(B * T / best, torch.__version__)
'''


def ours(bench, threads):
    """Tokens per second of the fastest repetition."""
    output = subprocess.run(
        [
            bench,
            f"--benchmark_filter=train_step/{threads}/",
            "--benchmark_format=json",
            "--benchmark_repetitions=5",
            "--benchmark_min_time=0.4",
        ],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    runs = [b for b in json.loads(output)["benchmarks"] if b["run_type"] == "iteration"]
    if not runs or any(b.get("error_occurred") for b in runs):
        sys.exit(f"{bench}: {runs[0].get('error_message') if runs else 'no such benchmark'}")
    return max(b["items_per_second"] for b in runs)


def peer(python, threads):
    """Tokens per second of PyTorch's fastest step, and its version."""
    environment = dict(os.environ, OMP_NUM_THREADS=str(threads))
    rate, version = subprocess.run(
        [python, "-c", PEER, str(threads), "10"],
        check=True,
        capture_output=True,
        text=True,
        env=environment,
    ).stdout.split()
    return float(rate), version


def compare(options, threads):
    load = load_now()
    ours_best, peer_best, version = 0.0, 0.0, ""
    for _ in range(options.rounds):
        ours_best = max(ours_best, ours(options.bench, threads))
        rate, version = peer(options.torch_python, threads)
        peer_best = max(peer_best, rate)
    return {
        "bench": "train",
        "case": f"4x256 V4096 B8xT256 {threads} threads",
        "ours": round(ours_best, 1),
        "peer": round(peer_best, 1),
        "peer_name": f"PyTorch {version}",
        "unit": "tokens/s",
        "ratio": round(ours_best / peer_best, 3),
        "limit": options.limit,
        "load_before": round(load, 2),
    }


def main():
    parser = argparse.ArgumentParser(description="Training speed against PyTorch.")
    parser.add_argument("--bench", default=str(ROOT / "build/release/src/train/train_bench"))
    parser.add_argument("--torch-python", default=os.environ.get("TORCH_PYTHON", sys.executable))
    parser.add_argument("--threads", type=int, nargs="+", default=[2])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--limit", type=float, default=1.0, help="smallest ratio that passes")
    options = parser.parse_args()
    if subprocess.run([options.torch_python, "-c", "import torch"], capture_output=True).returncode:
        sys.exit(f"{options.torch_python} has no torch; name one that has with --torch-python")
    failed = False
    for threads in options.threads:
        line = compare(options, threads)
        record(line)
        failed |= line["ratio"] < options.limit
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
